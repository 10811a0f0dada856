//! The winsorised mean.

use super::by_rank::by_rank;
use super::ratings::Ratings;
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// The mean after the highest and the lowest scores are moved to the next that are left, criterion
/// by criterion.
///
/// ```text
/// of k scores the floor(a k) lowest become the next higher one, the highest the next lower one;
/// a = 0.2 by default; k <= 2: the mean
/// ```
///
/// Between the [`TrimmedMean`](super::TrimmedMean), which drops what this moves, and the mean: an
/// extreme score still counts as one more on its side. In an explanation the score next to it has
/// its weight. Dixon, "Simplified Estimation from Censored Normal Samples", Annals of Mathematical
/// Statistics 31, 1960, after C. P. Winsor. O(reviews x criteria x log k) time, O(reviews x
/// criteria) space.
///
/// When not to use it: with fewer than five reviews, where the default moves nothing.
///
/// ```
/// use peergrade::aggregate::{Aggregator, WinsorisedMean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(6)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 7.0), (2, 0.0), (3, 8.0), (4, 6.0), (5, 10.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// // As 6, 6, 7, 8, 8.
/// let grades = WinsorisedMean::default().aggregate(&rows.build()?)?;
/// assert!((grades.grade(SubmissionId::new(0)).unwrap() - 7.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WinsorisedMean {
    share: f64,
}

impl WinsorisedMean {
    /// Moves this share of the scores at each end, rounded down to whole scores.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] where the share is not in 0..0.5 (0.5 excluded).
    pub fn new(share: f64) -> Result<Self, AggregateError> {
        if (0.0..0.5).contains(&share) {
            return Ok(Self { share });
        }
        Err(AggregateError::Setting {
            method: "winsorised-mean",
            setting: "the share to move",
            value: share,
            needed: "but must be from 0 to below 0.5",
        })
    }

    /// How many of k scores move at each end.
    fn moved(self, k: usize) -> usize {
        // Not negative. A share is decimal: 0.29 of 100 scores are 29, not 28.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let moved = if k <= 2 { 0 } else { (self.share * k as f64 + 1e-9) as usize };
        // Something stays, however close to a half the share is.
        moved.min((k - 1) / 2)
    }
}

impl Default for WinsorisedMean {
    fn default() -> Self {
        Self { share: 0.2 }
    }
}

impl Aggregator for WinsorisedMean {
    fn name(&self) -> &'static str {
        "winsorised-mean"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let ratings = Ratings::by_range(reviews)?;
        let combination = by_rank(&ratings, |order, _, weights| {
            let moved = self.moved(order.len());
            let kept = &order[moved..order.len() - moved];
            for &i in kept {
                weights[i as usize] = 1.0;
            }
            // Where a single score is kept, it stands for both ends.
            for end in [kept[0], kept[kept.len() - 1]] {
                weights[end as usize] += moved as f64;
            }
        });
        Ok(combination.book(&ratings, self.name()).build()?)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{small, triples};
    use crate::id::{SubmissionId, to_u32};

    proptest! {
        #[test]
        fn scores_move_to_the_next_that_are_left(reviews in small(), share in 0.0..0.5_f64) {
            let (n, _, rows) = triples(&reviews);
            let book = WinsorisedMean::new(share).unwrap().aggregate(&reviews).unwrap();
            for u in 0..n {
                let of = rows.iter().filter(|row| row.0 == u);
                let mut scores: Vec<f64> = of.map(|row| row.2).collect();
                scores.sort_by(f64::total_cmp);
                let k = scores.len();
                let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) else { continue };
                let moved = if k <= 2 { 0 } else { (share * k as f64).floor() as usize };
                let (low, high) = (scores[moved], scores[k - 1 - moved]);
                let moved = scores.iter().map(|z| z.clamp(low, high));
                let expected = moved.sum::<f64>() / k as f64;
                prop_assert!((grade - expected).abs() < 1e-9, "{grade} {expected}");
            }
        }
    }

    #[test]
    fn half_of_the_scores_cannot_move() {
        assert!(WinsorisedMean::new(0.5).is_err() && WinsorisedMean::new(f64::NAN).is_err());
    }
}
