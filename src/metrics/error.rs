//! Why a metric has no value, and the checks that say so.

use core::fmt;

/// One of the slices that a metric reads.
///
/// ```
/// use peergrade::metrics::Side;
///
/// assert_eq!(Side::Truth.to_string(), "truth");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// What was estimated.
    Estimate,
    /// What it should have been.
    Truth,
    /// The lower ends of intervals.
    Low,
    /// The upper ends of intervals.
    High,
    /// The standard deviations of predictions.
    Sd,
    /// Ratings, in groups or not.
    Rating,
    /// The first of two raters, or of two rivals.
    First,
    /// The second of two raters, or of two rivals.
    Second,
    /// What a change is measured from.
    Before,
    /// What a change is measured to.
    After,
    /// The scores that are to tell positive rows from negative ones, or reviewers apart.
    Score,
    /// Which rows are positive, honest, checked or complete.
    Flag,
    /// Forecasts of a flag.
    Probability,
    /// Which subgroup or reviewer a row belongs to.
    Label,
    /// The first coordinates of a curve.
    Share,
    /// The second coordinates of a curve.
    Value,
    /// The limits between levels.
    Boundary,
    /// When rows were submitted.
    Start,
    /// When rows were graded.
    End,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Estimate => "estimate",
            Self::Truth => "truth",
            Self::Low => "low",
            Self::High => "high",
            Self::Sd => "sd",
            Self::Rating => "rating",
            Self::First => "first value",
            Self::Second => "second value",
            Self::Before => "value before",
            Self::After => "value after",
            Self::Score => "score",
            Self::Flag => "flag",
            Self::Probability => "probability",
            Self::Label => "label",
            Self::Share => "share",
            Self::Value => "value",
            Self::Boundary => "boundary",
            Self::Start => "start",
            Self::End => "end",
        })
    }
}

/// Why a metric has no value.
///
/// Settings are checked first, then lengths, then the values of the first slice, then those of the
/// next; the first offending row is reported. An error that holds a NaN is, like NaN, not equal to
/// itself: match on it instead.
///
/// ```
/// use peergrade::metrics::{MetricError, Side, rmse};
///
/// let error = rmse(&[1.0, 2.0], &[1.0]).unwrap_err();
/// let (first, second) = ((Side::Estimate, 2), (Side::Truth, 1));
/// assert_eq!(error, MetricError::LengthMismatch { first, second });
/// assert_eq!(error.to_string(), "2 rows of estimate but 1 of truth");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// The slices do not have the same length.
    #[error("{} rows of {} but {} of {}", first.1, first.0, second.1, second.0)]
    LengthMismatch {
        /// The first slice, and its length.
        first: (Side, usize),
        /// The slice that is longer or shorter, and its length.
        second: (Side, usize),
    },
    /// There are too few rows for the metric to mean anything.
    #[error("{n} rows, but the metric needs at least {min}")]
    TooFew {
        /// Rows given, of those that count.
        n: usize,
        /// Rows needed.
        min: usize,
    },
    /// Too few groups have the ratings that the metric needs of each.
    #[error("{n} groups with at least {ratings} ratings, but the metric needs {min}")]
    TooFewGroups {
        /// Groups that have them.
        n: usize,
        /// Groups needed.
        min: usize,
        /// Ratings needed in each.
        ratings: usize,
    },
    /// A row of a complete table has another length than the first.
    #[error("row {index} of the table has {len} values, but row 0 has {expected}")]
    Ragged {
        /// The row, from 0.
        index: usize,
        /// Its length.
        len: usize,
        /// The length of the first row.
        expected: usize,
    },
    /// A value is NaN or infinite.
    #[error("{side} in row {index} is {value}, which is not finite")]
    NotFinite {
        /// The slice of the value.
        side: Side,
        /// Its row, from 0; of ratings in groups, the group.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A value is finite but outside the range of its slice.
    #[error("{side} in row {index} is {value}, but must be {needed}")]
    OutOfRange {
        /// The slice of the value.
        side: Side,
        /// Its row, from 0.
        index: usize,
        /// The value.
        value: f64,
        /// The range.
        needed: &'static str,
    },
    /// A number that is not a slice is NaN or outside its range.
    #[error("{setting} is {value}, but must be {needed}")]
    Setting {
        /// The number.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// The range.
        needed: &'static str,
    },
    /// An interval ends before it starts.
    #[error("the interval in row {index} is reversed: low {low} is above high {high}")]
    Reversed {
        /// Its row, from 0.
        index: usize,
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// Values that must rise from row to row do not.
    #[error("{side} in row {index} is not above the one before it")]
    NotRising {
        /// The slice of the value.
        side: Side,
        /// Its row, from 0.
        index: usize,
    },
    /// All values of a slice are equal, so there is no order, no variance and no contrast.
    #[error("every {side} is equal, so the metric is undefined")]
    Constant {
        /// The slice; the first where several are constant.
        side: Side,
    },
    /// A class into which the metric divides the rows is empty: there are too few rows or too many
    /// ties.
    #[error("no row falls into class {class} of {classes}")]
    EmptyClass {
        /// The class, from 0.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// Every input is finite but the result is beyond `f64::MAX`.
    #[error("the {metric} is too large for an f64")]
    Overflow {
        /// The metric, such as "rmse" or "mean width".
        metric: &'static str,
    },
}

/// The number of rows, if both columns have as many, there are at least `min`, and all are finite.
pub(super) fn check_columns(
    estimate: &[f64],
    truth: &[f64],
    min: usize,
) -> Result<usize, MetricError> {
    check_pair((Side::Estimate, estimate), (Side::Truth, truth), min)
}

/// As [`check_columns`], under other names.
pub(super) fn check_pair(
    first: (Side, &[f64]),
    second: (Side, &[f64]),
    min: usize,
) -> Result<usize, MetricError> {
    check_lengths((first.0, first.1.len()), (second.0, second.1.len()))?;
    check_count(first.1.len(), min)?;
    check_finite(first.0, first.1)?;
    check_finite(second.0, second.1)?;
    Ok(first.1.len())
}

pub(super) fn check_lengths(
    first: (Side, usize),
    second: (Side, usize),
) -> Result<(), MetricError> {
    if first.1 == second.1 {
        return Ok(());
    }
    Err(MetricError::LengthMismatch { first, second })
}

pub(super) fn check_count(n: usize, min: usize) -> Result<(), MetricError> {
    if n >= min {
        return Ok(());
    }
    Err(MetricError::TooFew { n, min })
}

pub(super) fn check_finite(side: Side, column: &[f64]) -> Result<(), MetricError> {
    match column.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(MetricError::NotFinite { side, index, value: column[index] }),
    }
}

/// Every value of a finite column is `fine`.
pub(super) fn check_range(
    side: Side,
    column: &[f64],
    fine: impl Fn(f64) -> bool,
    needed: &'static str,
) -> Result<(), MetricError> {
    check_finite(side, column)?;
    match column.iter().position(|&value| !fine(value)) {
        None => Ok(()),
        Some(index) => Err(MetricError::OutOfRange { side, index, value: column[index], needed }),
    }
}

/// A column is finite and each value is above the one before.
pub(super) fn check_rising(side: Side, column: &[f64]) -> Result<(), MetricError> {
    check_finite(side, column)?;
    match column.windows(2).position(|pair| pair[0] >= pair[1]) {
        None => Ok(()),
        Some(before) => Err(MetricError::NotRising { side, index: before + 1 }),
    }
}

/// A share of the rows: above 0, up to 1.
pub(super) fn check_share(setting: &'static str, share: f64) -> Result<(), MetricError> {
    if share > 0.0 && share <= 1.0 {
        return Ok(());
    }
    Err(MetricError::Setting { setting, value: share, needed: "above 0, up to 1" })
}
