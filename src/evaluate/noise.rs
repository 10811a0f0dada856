//! What scatters in the totals of reviews, for methods that do not say.

use crate::chunks;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rubric::Rubric;

/// A scale without steps counts as one of this many.
const STEPS: f64 = 1000.0;

/// Variances of totals, in a unit in which no square of a score overflows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    pub(super) unit: f64,
    /// Within submissions, after the biases are taken off; `None` where none has two reviews.
    pub(super) within: Option<f64>,
    /// Of all totals around their mean; with fewer than two, as if they were spread evenly over the
    /// scale.
    pub(super) all: f64,
    /// What the steps of the scales alone make: above 0.
    pub(super) floor: f64,
}

impl Noise {
    pub(super) fn of(reviews: &Reviews, bias: impl Fn(PersonId) -> f64 + Sync) -> Self {
        let unit = reviews.rubric().scale().unit();
        let graph = reviews.graph();
        let within = chunks::map(graph.submissions(), |range| {
            let mut scores = Vec::new();
            range.fold((0.0, 0.0), |(squares, freedom), s| {
                let submission = SubmissionId::new(to_u32(s));
                let given = graph.reviews_of(submission).zip(graph.reviewers_of(submission));
                let own = |(e, &r): (usize, &PersonId)| reviews.total_at(e) / unit - bias(r) / unit;
                scores.clear();
                scores.extend(given.map(own));
                match &scores[..] {
                    [] => (squares, freedom),
                    scores => (
                        squares + squares_around(scores, math::mean(scores)),
                        freedom + (scores.len() - 1) as f64,
                    ),
                }
            })
        });
        let (squares, freedom) = chunks::tree(within, |a, b| (a.0 + b.0, a.1 + b.1));
        let count = graph.reviews() as f64;
        let total = |e: usize| reviews.total_at(e) / unit;
        let centre = chunks::sum(graph.reviews(), total) / math::max(count, 1.0);
        let square = |e| (total(e) - centre) * (total(e) - centre);
        let scale = reviews.rubric().scale();
        let range = (scale.max() - scale.min()) / unit;
        Self {
            unit,
            within: (freedom > 0.0).then(|| squares / freedom),
            all: if count < 2.0 {
                range * range / 12.0
            } else {
                chunks::sum(graph.reviews(), square) / (count - 1.0)
            },
            floor: floor(reviews.rubric(), unit),
        }
    }

    /// The variance of one review around the grade it aims at.
    pub(super) fn pooled(&self) -> f64 {
        math::max(self.within.unwrap_or(self.all), self.floor)
    }
}

fn squares_around(scores: &[f64], mean: f64) -> f64 {
    scores.iter().fold(0.0, |sum, z| sum + (z - mean) * (z - mean))
}

fn floor(rubric: &Rubric, unit: f64) -> f64 {
    let criteria = rubric.criteria().iter();
    let variance = criteria.fold(0.0, |sum, criterion| {
        let scale = criterion.scale();
        let step = scale.step().unwrap_or((scale.max() - scale.min()) / STEPS);
        let step = criterion.weight() * (step / unit);
        sum + step * step / 12.0
    });
    math::max(variance, f64::MIN_POSITIVE)
}
