//! Huber's estimate of location.

use super::combination::{Combination, Each};
use super::ratings::Ratings;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::Gradebook;
use crate::math;
use crate::reviews::Reviews;

/// The mean of scores of which those far off count less: what is least in sum is Huber's loss.
///
/// ```text
/// sigma = 1.4826 x median over all reviews of |z - median of its work|
/// w_e   = min(1, c sigma / |z - x_u|),  c = 1.345                        start: x = median
/// x_u   = sum of w_e z / sum of w_e
/// ```
///
/// One `sigma` for all works: five scores do not tell their own spread. Where more than half of the
/// reviews are the median of their work, `sigma` is the standard deviation within works. Scores are
/// in units of that deviation, criterion by criterion. Rounds go on until no grade changes by 1e-9,
/// 50 at most. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics
/// 35, 1964. O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// When not to use it: where reviewers are alike, the mean is a little better; where many are
/// hostile or a bias is shared, no look at single works helps.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Huber};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(6)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 7.0), (2, 0.0), (3, 8.0), (4, 7.0), (5, 8.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = Huber::default().aggregate(&rows.build()?)?;
/// assert!(grades.grade(SubmissionId::new(0)).unwrap() > 6.9); // The mean is 6.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    threshold: f64,
    rounds: Rounds,
}

impl Default for Huber {
    fn default() -> Self {
        Self { threshold: 1.345, rounds: Rounds { tolerance: 1e-9, most: 50 } }
    }
}

impl Huber {
    /// Sets beyond how many standard deviations a score counts less: c, from 1e-3 to 1e9; 1.345 by
    /// default. Much gives the mean, little the median.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    rounds_setters! {
        /// Sets which largest change of a grade, in standard deviations of the scores of one work, ends
        /// the rounds: 1e-9 by default.
        tolerance,
        /// Sets how many rounds there are at most: 50 by default.
        max_iterations
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("huber")?;
        if (1e-3..=1e9).contains(&self.threshold) {
            return Ok(());
        }
        Err(AggregateError::Setting {
            method: "huber",
            setting: "the threshold",
            value: self.threshold,
            needed: "but must be from 1e-3 to 1e9",
        })
    }
}

/// What a score counts at this distance from the grade.
fn weight(limit: f64, apart: f64) -> f64 {
    if apart > limit { limit / apart } else { 1.0 }
}

/// The middle of sorted numbers.
fn median(sorted: &[f64]) -> f64 {
    let k = sorted.len();
    0.5 * sorted[(k - 1) / 2] + 0.5 * sorted[k / 2]
}

/// The median of each item; 0 without ratings.
fn medians(ratings: &Ratings<'_>) -> Vec<f64> {
    let parts = chunks::map(ratings.items(), |range| {
        let mut sorted = Vec::new();
        let of = |item: usize| {
            sorted.clear();
            sorted.extend_from_slice(ratings.of(item));
            sorted.sort_unstable_by(f64::total_cmp);
            if sorted.is_empty() { 0.0 } else { median(&sorted) }
        };
        range.map(of).collect::<Vec<f64>>()
    });
    parts.concat()
}

/// The standard deviation of normal noise with these distances from medians.
fn sigma(ratings: &Ratings<'_>, medians: &[f64]) -> f64 {
    let mut apart = Vec::with_capacity(ratings.column().len());
    for (item, median) in medians.iter().enumerate() {
        apart.extend(ratings.of(item).iter().map(|z| (z - median).abs()));
    }
    if apart.is_empty() {
        return 1.0;
    }
    let middle = apart.len() / 2;
    let (below, &mut upper, _) = apart.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().fold(0.0, math::max);
    let middle =
        if ratings.column().len().is_multiple_of(2) { 0.5 * (lower + upper) } else { upper };
    // Less is the rounding of equal scores. The unit of ratings is the deviation within works.
    if middle > 1e-9 { 1.4826 * middle } else { 1.0 }
}

impl Aggregator for Huber {
    fn name(&self) -> &'static str {
        "huber"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        let mut grades = medians(&ratings);
        let limit = self.threshold * sigma(&ratings, &grades);
        let fit = self.rounds.settle(&ratings, &mut grades, |grades| {
            chunks::column(ratings.items(), |item| {
                let scores = ratings.of(item).iter();
                let (sum, weights) = scores.fold((0.0, 0.0), |(sum, weights), z| {
                    let weight = weight(limit, (z - grades[item]).abs());
                    (sum + weight * z, weights + weight)
                });
                if weights > 0.0 { sum / weights } else { 0.0 }
            })
        });
        let weights = ratings.by_review(|item, slots| {
            for (z, slot) in ratings.of(item).iter().zip(slots) {
                *slot = weight(limit, (z - grades[item]).abs());
            }
        });
        let weight = Each::OfReview(weights);
        let combination = Combination { weight, correction: Each::Same(0.0), prior: None };
        Ok(combination.book(&ratings, self.name()).fit(fit).build()?)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{grades_of, matrix, small, triples};
    use crate::id::{SubmissionId, to_u32};

    proptest! {
        /// No grade next to it has less loss, with `sigma` of the definition.
        #[test]
        fn the_loss_is_least(reviews in small(), c in 0.5..3.0_f64) {
            let (n, unit, rows) = triples(&reviews);
            let sorted = |mut x: Vec<f64>| {
                x.sort_by(f64::total_cmp);
                x
            };
            let of = |u: usize| -> Vec<f64> {
                rows.iter().filter(|row| row.0 == u).map(|row| row.2).collect()
            };
            let middle = |x: &[f64]| 0.5 * (x[(x.len() - 1) / 2] + x[x.len() / 2]);
            prop_assume!(!rows.is_empty());
            let apart = rows.iter().map(|&(u, _, z)| (z - middle(&sorted(of(u)))).abs());
            let spread = 1.4826 * middle(&sorted(apart.collect()));
            let limit = c * if spread > 0.0 { spread } else { unit };
            let method = Huber::default().threshold(c).tolerance(1e-12).max_iterations(10_000);
            let book = method.aggregate(&reviews).unwrap();
            for u in 0..n {
                let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) else { continue };
                // The derivative of the loss, which is flat where it is 0 between two scores.
                let slope: f64 = of(u).iter().map(|z| (z - grade).clamp(-limit, limit)).sum();
                prop_assert!(slope.abs() < 1e-6, "{grade} {slope}");
            }
        }
    }

    #[test]
    fn a_wide_threshold_gives_the_mean() {
        let rows = [[1., 2., 9.], [3., 4., 5.], [2., 8., 8.]];
        let grades = grades_of(&Huber::default().threshold(1e9), &matrix(&rows, (0.0, 10.0)));
        assert!(grades.iter().zip([4., 4., 6.]).all(|(x, y)| (x - y).abs() < 1e-9), "{grades:?}");
        assert!(Huber::default().threshold(0.0).aggregate(&matrix(&rows, (0.0, 10.0))).is_err());
    }
}
