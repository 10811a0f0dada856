//! Traits, column by column.

use super::{Categories, Column, Traits, TraitsError, Values, first};
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
        Self { people, columns: Vec::new(), error }
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
            None => Ok(Traits { people: self.people, columns: self.columns }),
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
        raw.columns.into_iter().fold(start, add).build()
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
        Self { people: traits.people, columns: columns.collect() }
    }
}
