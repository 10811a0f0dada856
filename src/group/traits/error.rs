//! What can be wrong with traits.

use crate::PersonId;

/// Why columns are no traits of the people.
///
/// ```
/// use peergrade::Traits;
///
/// let error = Traits::builder(2).numeric("skill", &[Some(0.5), Some(f64::NAN)]).build().unwrap_err();
/// assert_eq!(error.to_string(), "the \"skill\" of person 1 is NaN, not a finite number");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TraitsError {
    /// There is nobody.
    #[error("there are no people to group")]
    NoPeople,
    /// More people than a [`PersonId`] can count.
    #[error("{people} people are more than the {limit} that can be grouped")]
    TooManyPeople {
        /// Number of people.
        people: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A column that has not one value for every person.
    #[error("the column \"{column}\" has {values} values for {people} people")]
    ColumnLength {
        /// Name of the column.
        column: String,
        /// Values in the column.
        values: usize,
        /// Number of people.
        people: usize,
    },
    /// Two columns of one name.
    #[error("there are two columns \"{column}\"")]
    TwoColumns {
        /// The name.
        column: String,
    },
    /// A value that is not a finite number.
    #[error("the \"{column}\" of person {person} is {value}, not a finite number")]
    NotFinite {
        /// Name of the column.
        column: String,
        /// The first such person.
        person: PersonId,
        /// The value.
        value: f64,
    },
}
