//! What can be wrong with time.

use crate::PersonId;
use crate::group::GroupError;

/// Why times make no sense, or people could not be grouped by them.
///
/// ```
/// use peergrade::group::UtcOffset;
///
/// let error = UtcOffset::new(900).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "an offset of 900 minutes is no quarter hour between -720 and 840"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AvailabilityError {
    /// The people cannot be divided into groups of these sizes.
    #[error(transparent)]
    Groups(#[from] GroupError),
    /// An offset from UTC that no zone has.
    #[error("an offset of {minutes} minutes is no quarter hour between -720 and 840")]
    Offset {
        /// The offset.
        minutes: i32,
    },
    /// A quarter of an hour beyond the week.
    #[error("slot {slot} is beyond the {limit} of a week")]
    Slot {
        /// The slot.
        slot: usize,
        /// Slots of a week.
        limit: usize,
    },
    /// A span of a day that is none.
    #[error("{minutes} minutes from minute {from} are no quarter hours of a day")]
    Span {
        /// Where it starts.
        from: u32,
        /// Its length.
        minutes: u32,
    },
    /// A column that has not one value for every person.
    #[error("the column has {values} values for {people} people")]
    ColumnLength {
        /// Values in the column.
        values: usize,
        /// Number of people.
        people: usize,
    },
    /// People of one language who do not fill groups of these sizes.
    #[error("people of language {language}: {reason}")]
    Language {
        /// The language.
        language: u32,
        /// What is wrong.
        reason: GroupError,
    },
    /// More kinds of people than an exchange is planned for.
    #[error("{kinds} kinds of offset, language and level are more than {limit}")]
    TooManyKinds {
        /// Kinds there are.
        kinds: usize,
        /// The most there can be.
        limit: usize,
    },
}

/// A promise that exchange pairs do not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeViolation {
    /// Somebody is in no pair and not among the unmatched, or in more than one place.
    #[error("person {person} is in {times} places, not in 1")]
    Places {
        /// The person.
        person: PersonId,
        /// Places.
        times: usize,
    },
    /// Two people who may not be paired.
    #[error("people {first} and {second} are a pair, but break a rule of the exchange")]
    Pair {
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
    },
}
