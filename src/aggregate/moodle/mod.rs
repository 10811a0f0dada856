//! What Moodle Workshop computes.

mod best;
mod calibrated;
#[cfg(test)]
mod tests;

pub use best::{BestAssessment, Strictness};
pub use calibrated::Calibrated;

use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, GradebookBuilder, GradebookError, MISSING};
use crate::id::{SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// The grade of a submission in Moodle Workshop: the weighted mean of its assessments, in percent
/// rounded to five decimals.
///
/// ```text
/// x_u = R5(sum of w_e z_e / sum of w_e)      over reviews e with w_e > 0; z in percent
/// R5(x) = x to the nearest 0.00001, halves away from zero
/// ```
///
/// moodle/moodle, mod/workshop/locallib.php. `R5` is [`Rounding`] with its tolerance for decimal
/// noise in place of the one that PHP's `round` has, which changed between versions of PHP. O(reviews)
/// time.
///
/// | Moodle | here |
/// |---|---|
/// | the grade that a teacher sets stands | [`staff_grade`](crate::ReviewsBuilder::staff_grade) |
/// | one grade in percent per assessment | every criterion is rounded in percent of its scale and the total is their sum: give a rubric of one criterion for Moodle's number to the last of its decimals |
/// | all weights of a work 0: no grade | the same |
///
/// Reviewers are graded by [`BestAssessment`]; [`Calibrated`] weights them.
///
/// When not to use it: beside a better grade only. It is the plain mean, with all that can be said
/// of [`Mean`](super::Mean).
///
/// ```
/// use peergrade::aggregate::{Aggregator, Moodle};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 100.0)?));
/// for (reviewer, score) in [(1, 70.0), (2, 80.0), (3, 80.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let reviews = rows.build()?;
/// let grades = Moodle::default().aggregate(&reviews)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(76.66667));
/// // The first review counts twice, the third not at all.
/// let grades = Moodle::default().weights(vec![2.0, 1.0, 0.0]).aggregate(&reviews)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(73.33333));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moodle {
    weights: Weights,
}

impl Moodle {
    /// Sets what each review weighs, by [`ReviewId`](crate::ReviewId), from 0 to a billion; all 1 by
    /// default. Checked by [`aggregate`](Aggregator::aggregate).
    #[must_use]
    pub fn weights(mut self, weights: Vec<f64>) -> Self {
        self.weights = Weights(Some(weights));
        self
    }
}

impl Aggregator for Moodle {
    fn name(&self) -> &'static str {
        "moodle"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.weights.check("moodle", reviews)?;
        Ok(weighted_book(reviews, self.name(), self.weights.0.as_deref()).build()?)
    }
}

/// What each review weighs; `None` where all weigh 1.
#[derive(Debug, Clone, PartialEq, Default)]
struct Weights(Option<Vec<f64>>);

const HEAVIEST: f64 = 1e9;

impl Weights {
    fn check(&self, method: &'static str, reviews: &Reviews) -> Result<(), AggregateError> {
        let Some(weights) = &self.0 else { return Ok(()) };
        let (given, expected) = (weights.len(), reviews.graph().reviews());
        if given != expected {
            let what = "weights of reviews";
            return Err(GradebookError::Length { what, given, expected }.into());
        }
        let bad = weights.iter().find(|&&weight| !(0.0..=HEAVIEST).contains(&weight));
        bad.map_or(Ok(()), |&value| {
            let (setting, needed) = ("the weight of a review", "but must be from 0 to 1e9");
            Err(AggregateError::Setting { method, setting, value, needed })
        })
    }

    fn at(&self, review: usize) -> f64 {
        self.0.as_ref().map_or(1.0, |weights| weights[review])
    }
}

/// The means of the scores by these weights, rounded as Moodle does; none where all weights are 0.
fn weighted_book<'a>(
    reviews: &'a Reviews,
    method: &str,
    weights: Option<&[f64]>,
) -> GradebookBuilder<'a> {
    let graph = reviews.graph();
    let mut book = Gradebook::builder(reviews, method).rounding(Rounding::MOODLE);
    let criteria = reviews.rubric().criteria();
    for (c, criterion) in criteria.iter().enumerate() {
        let (column, unit) = (reviews.column(c), criterion.scale().unit());
        book = book.criterion(Column::from_raw(chunks::column(graph.submissions(), |i| {
            let range = graph.reviews_of(SubmissionId::new(to_u32(i)));
            let weight = |k: usize| weights.map_or(1.0, |weights| weights[range.start + k]);
            weighted_mean(&column[range.clone()], weight, unit)
        })));
    }
    match weights {
        Some(weights) => book.shares(vec![shares(reviews, weights); criteria.len()]),
        None => book,
    }
}

/// The weighted mean of scores, in a unit in which none overflows; within those that count.
fn weighted_mean(scores: &[f64], weight: impl Fn(usize) -> f64, unit: f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (k, &score) in scores.iter().enumerate() {
        let weight = weight(k);
        if weight > 0.0 {
            sum += weight * (score / unit);
            weights += weight;
            (low, high) = (math::min(low, score), math::max(high, score));
        }
    }
    if weights > 0.0 { math::clamp(sum / weights * unit, low, high) } else { MISSING }
}

/// The weights of the reviews of each submission as parts of 1.
fn shares(reviews: &Reviews, weights: &[f64]) -> Vec<f64> {
    let graph = reviews.graph();
    let mut shares = weights.to_vec();
    for i in 0..graph.submissions() {
        let part = &mut shares[graph.reviews_of(SubmissionId::new(to_u32(i)))];
        let sum = part.iter().fold(0.0, |sum, weight| sum + weight);
        let equal = 1.0 / part.len() as f64;
        for share in part {
            *share = if sum > 0.0 { *share / sum } else { equal };
        }
    }
    shares
}
