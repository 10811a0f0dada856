//! The median.

use super::{AggregateError, Aggregator, by_scores, by_shares};
use crate::gradebook::Gradebook;
use crate::id::to_u32;
use crate::math::mean;
use crate::reviews::Reviews;

/// The middle score, or the mean of the two middle ones, criterion by criterion.
///
/// Coursera, CrowdGrader (since 2016) and openHPI use it. O(reviews x log k) time for k reviews a
/// submission.
///
/// When not to use it: as a safe default. With equal noise it needs half as many reviews again as
/// the mean for the same error, and on real scores at 3 to 5 reviews it is often the worse of the
/// two; it wins where a few scores are gross outliers.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Median};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 7.0), (2, 0.0), (3, 8.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = Median.aggregate(&rows.build()?)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(7.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Median;

impl Aggregator for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let criteria = 0..reviews.rubric().criteria().len();
        let mut book = Gradebook::builder(reviews, self.name());
        for criterion in criteria.clone() {
            book = book.criterion(by_scores(reviews, criterion, median));
        }
        let shares = criteria.map(|criterion| by_shares(reviews, criterion, share_middle));
        Ok(book.shares(shares.collect()).build()?)
    }
}

fn median(sorted: &mut Vec<f64>, scores: &[f64]) -> f64 {
    sorted.clear();
    sorted.extend_from_slice(scores);
    sorted.sort_unstable_by(f64::total_cmp);
    mean(&sorted[middle(sorted.len())])
}

fn share_middle(order: &mut Vec<u32>, scores: &[f64], shares: &mut [f64]) {
    share_within(order, scores, shares, middle(scores.len()));
}

/// The positions of the one or two middle ones of k sorted scores.
fn middle(k: usize) -> core::ops::Range<usize> {
    (k - 1) / 2..k / 2 + 1
}

/// Gives the reviews at these ranks equal shares; of equal scores the earlier reviewer is lower.
pub(super) fn share_within(
    order: &mut Vec<u32>,
    scores: &[f64],
    shares: &mut [f64],
    ranks: core::ops::Range<usize>,
) {
    order.clear();
    order.extend(0..to_u32(scores.len()));
    order.sort_unstable_by(|&a, &b| {
        scores[a as usize].total_cmp(&scores[b as usize]).then(a.cmp(&b))
    });
    let share = 1.0 / ranks.len() as f64;
    for &i in &order[ranks] {
        shares[i as usize] = share;
    }
}
