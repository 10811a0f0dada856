//! The trimmed mean.

use super::ranks::mean_of_ranks;
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// The mean of what is left after the highest and the lowest scores are dropped, criterion by
/// criterion.
///
/// ```text
/// drop floor(a k) of k scores at each end, a = 0.2 by default; k <= 2: the mean
/// ```
///
/// Between the mean (a = 0) and the median (a close to 0.5). With the default, five reviews lose
/// their highest and their lowest. Tukey, "The Future of Data Analysis", Annals of Mathematical
/// Statistics 33, 1962. O(reviews x log k) time.
///
/// When not to use it: with fewer than five reviews, where the default drops nothing.
///
/// ```
/// use peergrade::aggregate::{Aggregator, TrimmedMean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(6)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 7.0), (2, 0.0), (3, 8.0), (4, 6.0), (5, 10.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = TrimmedMean::default().aggregate(&rows.build()?)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(7.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrimmedMean {
    share: f64,
}

impl TrimmedMean {
    /// Drops this share of the scores at each end, rounded down to whole scores.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] where the share is not in 0..0.5 (0.5 excluded).
    pub fn new(share: f64) -> Result<Self, AggregateError> {
        if (0.0..0.5).contains(&share) {
            return Ok(Self { share });
        }
        Err(AggregateError::Setting {
            method: "trimmed-mean",
            setting: "the share to drop",
            value: share,
            needed: "but must be from 0 to below 0.5",
        })
    }

    /// The ranks that stay of k scores.
    fn kept(self, k: usize) -> core::ops::Range<usize> {
        // Not negative. A share is decimal: 0.29 of 100 scores are 29, not 28.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let dropped = if k <= 2 { 0 } else { (self.share * k as f64 + 1e-9) as usize };
        // Something stays, however close to a half the share is.
        let dropped = dropped.min((k - 1) / 2);
        dropped..k - dropped
    }
}

impl Default for TrimmedMean {
    fn default() -> Self {
        Self { share: 0.2 }
    }
}

impl Aggregator for TrimmedMean {
    fn name(&self) -> &'static str {
        "trimmed-mean"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        mean_of_ranks(self.name(), reviews, |k| self.kept(k))
    }
}
