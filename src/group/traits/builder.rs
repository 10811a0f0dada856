//! Traits, column by column.

use super::{Categories, Column, Traits, TraitsError, Values, first};
use crate::group::availability::{UtcOffset, Week};
use crate::id::{MAX_COUNT, to_u32};

/// Collects columns; [`build`](Self::build) checks them all and tells the first mistake.
///
/// ```
/// use peergrade::Traits;
///
/// let builder = Traits::builder(2).categorical("section", &[Some(4), None]);
/// let error = builder.clone().categorical("section", &[None, None]).build().unwrap_err();
/// assert_eq!(error.to_string(), "there are two columns \"section\"");
/// assert!(builder.build().is_ok());
/// ```
#[derive(Debug, Clone)]
pub struct TraitsBuilder {
    people: usize,
    columns: Vec<Column>,
    weeks: Vec<Week>,
    error: Option<TraitsError>,
}

impl TraitsBuilder {
    pub(super) fn new(people: usize) -> Self {
        let error = if people == 0 {
            Some(TraitsError::NoPeople)
        } else if people > MAX_COUNT {
            Some(TraitsError::TooManyPeople { people, limit: MAX_COUNT })
        } else {
            None
        };
        Self { people, columns: Vec::new(), weeks: Vec::new(), error }
    }

    /// Adds a column of numbers, one per person; `None` where there is no value.
    #[must_use]
    pub fn numeric(self, name: impl Into<String>, values: &[Option<f64>]) -> Self {
        self.column(name.into(), values.len(), |column| {
            if let Some((person, &value)) =
                first(values, |value| value.is_some_and(|x| !x.is_finite()))
            {
                let value = value.unwrap_or_default();
                return Err(TraitsError::NotFinite { column: column.into(), person, value });
            }
            Ok(Values::Numeric(values.iter().map(|value| value.unwrap_or(f64::NAN)).collect()))
        })
    }

    /// Adds a column of categories, one per person; `None` where there is no value. O(n log n).
    #[must_use]
    pub fn categorical(self, name: impl Into<String>, values: &[Option<u32>]) -> Self {
        self.column(name.into(), values.len(), |_| {
            let mut levels: Vec<u32> = values.iter().flatten().copied().collect();
            levels.sort_unstable();
            levels.dedup();
            let code = |value: &Option<u32>| {
                let at = value.map_or(levels.len(), |v| levels.partition_point(|&l| l < v));
                to_u32(at)
            };
            let codes = values.iter().map(code).collect();
            Ok(Values::Categorical(Categories { levels, codes }))
        })
    }

    /// Adds when each person has time; an unknown week, for somebody who has not said, counts neither
    /// for nor against a group. See [`GroupFormer::overlap`](crate::GroupFormer::overlap).
    ///
    /// ```
    /// use peergrade::{Traits, Week};
    ///
    /// let error = Traits::builder(2).availability(&[Week::default()]).build().unwrap_err();
    /// assert_eq!(error.to_string(), "the column \"availability\" has 1 values for 2 people");
    /// ```
    #[must_use]
    pub fn availability(mut self, weeks: &[Week]) -> Self {
        let column = || "availability".to_owned();
        if self.error.is_some() {
            return self;
        }
        if weeks.len() != self.people {
            let (values, people) = (weeks.len(), self.people);
            self.error = Some(TraitsError::ColumnLength { column: column(), values, people });
        } else if !self.weeks.is_empty() {
            self.error = Some(TraitsError::TwoColumns { column: column() });
        } else {
            self.weeks = weeks.to_vec();
        }
        self
    }

    /// Adds when each person has time by where they live: the same hours of the local week for all, by
    /// their offset from UTC. Unknown for those without an offset.
    ///
    /// ```
    /// use peergrade::{Traits, UtcOffset, Week};
    ///
    /// let offsets = [Some(UtcOffset::new(345)?), Some(UtcOffset::new(60)?), None];
    /// let awake = Week::daily(8 * 60, 14 * 60)?;
    /// let traits = Traits::builder(3).utc_offsets(&offsets, &awake).build()?;
    /// let [first, second] = [0, 1].map(|person| traits.availability(person.into()).unwrap());
    /// assert_eq!(first.and(&second).count(), 7 * 37); // 9 hours and a quarter every day
    /// assert_eq!(traits.availability(2.into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn utc_offsets(self, offsets: &[Option<UtcOffset>], local: &Week) -> Self {
        let week = |offset: &Option<UtcOffset>| {
            offset.map_or_else(Week::default, |offset| local.in_utc(offset))
        };
        let weeks: Vec<Week> = offsets.iter().map(week).collect();
        self.availability(&weeks)
    }

    /// Checks the columns. The error is the first that came up, column by column.
    ///
    /// # Errors
    ///
    /// [`TraitsError::NoPeople`], [`TraitsError::TooManyPeople`]; [`TraitsError::ColumnLength`] for a
    /// column that has not one value per person, [`TraitsError::TwoColumns`] for a name that was used,
    /// and [`TraitsError::NotFinite`] for NaN and infinities.
    pub fn build(self) -> Result<Traits, TraitsError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(Traits { people: self.people, columns: self.columns, weeks: self.weeks }),
        }
    }

    /// Adds a column unless there has been an error.
    fn column(
        mut self,
        name: String,
        values: usize,
        read: impl FnOnce(&str) -> Result<Values, TraitsError>,
    ) -> Self {
        if self.error.is_some() {
            return self;
        }
        let people = self.people;
        let read = if values != people {
            Err(TraitsError::ColumnLength { column: name, values, people })
        } else if self.columns.iter().any(|column| column.name == name) {
            Err(TraitsError::TwoColumns { column: name })
        } else {
            read(&name).map(|values| Column { name, values })
        };
        match read {
            Ok(column) => self.columns.push(column),
            Err(error) => self.error = Some(error),
        }
        self
    }
}

/// The form in which traits are stored: every column with its gaps.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    people: usize,
    columns: Vec<(String, RawValues)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    weeks: Vec<Week>,
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawValues {
    Numeric(Vec<Option<f64>>),
    Categorical(Vec<Option<u32>>),
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Traits {
    type Error = TraitsError;

    fn try_from(raw: Raw) -> Result<Self, TraitsError> {
        let start = Self::builder(raw.people);
        let add = |builder: TraitsBuilder, (name, values): (String, RawValues)| match values {
            RawValues::Numeric(values) => builder.numeric(name, &values),
            RawValues::Categorical(values) => builder.categorical(name, &values),
        };
        let traits = raw.columns.into_iter().fold(start, add);
        if raw.weeks.is_empty() { traits.build() } else { traits.availability(&raw.weeks).build() }
    }
}

#[cfg(feature = "serde")]
impl From<Traits> for Raw {
    fn from(traits: Traits) -> Self {
        let columns = traits.columns.into_iter().map(|column| {
            let values = match column.values {
                Values::Numeric(values) => RawValues::Numeric(
                    values.into_iter().map(|x| (!x.is_nan()).then_some(x)).collect(),
                ),
                Values::Categorical(Categories { levels, codes }) => RawValues::Categorical(
                    codes.into_iter().map(|code| levels.get(code as usize).copied()).collect(),
                ),
            };
            (column.name, values)
        });
        Self { people: traits.people, columns: columns.collect(), weeks: traits.weeks }
    }
}
