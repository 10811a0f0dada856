//! A column of numbers of which some are missing.

use super::GradebookError;

/// A column of finite numbers of which some are missing, 8 bytes each.
///
/// ```
/// use peergrade::Column;
///
/// let column = Column::new([Some(7.0), None])?;
/// assert_eq!((column.get(0), column.get(1), column.get(2)), (Some(7.0), None, None));
/// assert!(Column::new([Some(f64::NAN)]).is_err());
/// # Ok::<(), peergrade::GradebookError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Column(
    /// Finite, or NaN for a missing number.
    Vec<f64>,
);

/// Stands for a number that is missing. No getter shows it.
pub(crate) const MISSING: f64 = f64::NAN;

impl Column {
    /// A column of these numbers.
    ///
    /// # Errors
    ///
    /// [`GradebookError::NotFinite`] with the row of the first number that is not finite.
    pub fn new(values: impl IntoIterator<Item = Option<f64>>) -> Result<Self, GradebookError> {
        let values = values.into_iter().enumerate().map(|(row, value)| match value {
            Some(value) if !value.is_finite() => Err(GradebookError::NotFinite { row, value }),
            Some(value) => Ok(value + 0.0),
            None => Ok(MISSING),
        });
        Ok(Self(values.collect::<Result<_, _>>()?))
    }

    /// A column whose missing numbers are [`MISSING`].
    pub(crate) fn from_raw(mut values: Vec<f64>) -> Self {
        debug_assert!(values.iter().all(|value| !value.is_infinite()));
        // Zero has no sign, as in `new`.
        for value in &mut values {
            *value += 0.0;
        }
        Self(values)
    }

    /// The number of a row; `None` where it is missing or there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        self.0.get(row).copied().filter(|value| !value.is_nan())
    }

    /// The numbers, row by row.
    ///
    /// ```
    /// use peergrade::Column;
    ///
    /// let column = Column::new([None, Some(1.5)])?;
    /// assert_eq!(column.iter().flatten().sum::<f64>(), 1.5);
    /// # Ok::<(), peergrade::GradebookError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> {
        self.0.iter().map(|&value| (!value.is_nan()).then_some(value))
    }

    /// How many rows there are, missing numbers among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
