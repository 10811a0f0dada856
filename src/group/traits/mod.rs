//! What group formation may look at.

mod builder;
mod error;
#[cfg(test)]
mod tests;

pub use builder::TraitsBuilder;
pub use error::TraitsError;

use crate::PersonId;
use crate::group::availability::Week;
use crate::id::to_u32;

/// What is known of the people of a course: columns of numbers and of categories, each with gaps.
///
/// Built once by [`builder`](Self::builder), which checks everything. Numbers may have any unit and
/// origin; categories are any `u32`. A missing number says nothing about a person; people without a
/// category are a category of their own when one is spread, and are not counted when nobody is to be
/// alone.
///
/// ```
/// use peergrade::{PersonId, Traits};
///
/// let traits = Traits::builder(3)
///     .numeric("skill", &[Some(0.3), None, Some(0.9)])
///     .categorical("language", &[Some(1), Some(2), Some(1)])
///     .build()?;
/// assert_eq!(traits.number("skill", PersonId::new(2)), Some(0.9));
/// assert_eq!(traits.missing("skill"), Some(1));
/// # Ok::<(), peergrade::group::TraitsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "builder::Raw", into = "builder::Raw"))]
pub struct Traits {
    people: usize,
    columns: Vec<Column>,
    /// When each person has time; empty where nobody was asked.
    weeks: Vec<Week>,
}

/// A column with its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) values: Values,
}

#[derive(Debug, Clone)]
pub(super) enum Values {
    /// NaN where there is none.
    Numeric(Vec<f64>),
    Categorical(Categories),
}

/// By bits, so that gaps are equal to gaps.
impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numeric(a), Self::Numeric(b)) => {
                a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits()))
            }
            (Self::Categorical(a), Self::Categorical(b)) => a == b,
            _ => false,
        }
    }
}

/// Categories, numbered in the order of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Categories {
    /// The values that occur, sorted.
    pub(super) levels: Vec<u32>,
    /// Position of the value of every person; as many as there are levels for a person without.
    pub(super) codes: Vec<u32>,
}

impl Categories {
    /// How many people have each level, and how many have none, who come last.
    pub(super) fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.levels.len() + 1];
        self.codes.iter().for_each(|&code| counts[code as usize] += 1);
        counts
    }

    /// Whether a person has a value.
    pub(super) fn is_known(&self, code: u32) -> bool {
        (code as usize) < self.levels.len()
    }
}

impl Traits {
    /// Starts the traits of the people `0..people`.
    ///
    /// ```
    /// use peergrade::Traits;
    ///
    /// let traits = Traits::builder(2).numeric("skill", &[Some(0.1), Some(0.2)]).build()?;
    /// assert_eq!(traits.people(), 2);
    /// # Ok::<(), peergrade::group::TraitsError>(())
    /// ```
    #[must_use]
    pub fn builder(people: usize) -> TraitsBuilder {
        TraitsBuilder::new(people)
    }

    /// The number of people, at least 1.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// The names of the columns, in the order in which they were given.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The number that a person has in a column; `None` where there is no such column, no such person
    /// or no such value. O(columns).
    #[must_use]
    pub fn number(&self, column: &str, person: PersonId) -> Option<f64> {
        match &self.find(column)?.values {
            Values::Numeric(values) => values.get(person.index()).copied().filter(|x| !x.is_nan()),
            Values::Categorical(_) => None,
        }
    }

    /// The category that a person has in a column, as [`number`](Self::number).
    #[must_use]
    pub fn category(&self, column: &str, person: PersonId) -> Option<u32> {
        match &self.find(column)?.values {
            Values::Numeric(_) => None,
            Values::Categorical(values) => {
                let code = *values.codes.get(person.index())?;
                values.levels.get(code as usize).copied()
            }
        }
    }

    /// How many people have no value in a column; `None` where there is no such column. O(n).
    #[must_use]
    pub fn missing(&self, column: &str) -> Option<usize> {
        Some(match &self.find(column)?.values {
            Values::Numeric(values) => values.iter().filter(|x| x.is_nan()).count(),
            Values::Categorical(values) => {
                values.codes.iter().filter(|&&code| !values.is_known(code)).count()
            }
        })
    }

    /// When a person has time; `None` where it is unknown.
    ///
    /// ```
    /// use peergrade::{Traits, Week};
    ///
    /// let weeks = [Week::daily(18 * 60, 120)?, Week::default()];
    /// let traits = Traits::builder(2).availability(&weeks).build()?;
    /// assert_eq!(traits.availability(0.into()), Some(weeks[0]));
    /// assert_eq!(traits.availability(1.into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn availability(&self, person: PersonId) -> Option<Week> {
        self.weeks.get(person.index()).copied().filter(|week| !week.is_unknown())
    }

    /// When each person has time; empty where nobody was asked.
    pub(super) fn weeks(&self) -> &[Week] {
        &self.weeks
    }

    pub(super) fn find(&self, column: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == column)
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }
}

/// The position of a person who has a value and has it wrong.
fn first<T>(values: &[T], wrong: impl Fn(&T) -> bool) -> Option<(PersonId, &T)> {
    let at = values.iter().position(wrong)?;
    Some((PersonId::new(to_u32(at)), &values[at]))
}
