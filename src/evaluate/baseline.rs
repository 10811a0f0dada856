//! What every prediction is to be compared with.

use super::noise::Noise;
use crate::aggregate::{AggregateError, Aggregator, Mean};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math::{self, mean};
use crate::reviews::Reviews;

/// A predictor of ratings that knows less than a method should: for [`HeldOut`](super::HeldOut),
/// not for grades. The third baseline is [`Mean`](crate::aggregate::Mean), the mean of the item.
///
/// ```text
/// global-mean     z^ = mu                 the mean of all ratings
///                 std error^2 = max(variance of all ratings - variance within submissions, 0)
/// mean            z^ = x_u                the mean of the other ratings of the submission
/// mean+reviewer   z^ = x_u + b_v          b_v = mean over v's other reviews e of (z_e - x_u(e))
///                 std error^2 = variance within submissions / k_u, since x_u has the biases in it
/// ```
///
/// O(reviews x criteria) time.
///
/// ```
/// use peergrade::Aggregator;
/// use peergrade::evaluate::Baseline;
///
/// assert_eq!(Baseline::ALL.map(|baseline| baseline.to_string()), ["global-mean", "mean+reviewer"]);
/// assert_eq!(Baseline::GlobalMean.name(), "global-mean");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Baseline {
    /// The mean of the course for every submission.
    GlobalMean,
    /// The mean of the submission, and as the bias of a reviewer their mean distance to it: not
    /// drawn to zero, however few reviews there are.
    ReviewerMean,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::GlobalMean, Self::ReviewerMean];
}

impl core::fmt::Display for Baseline {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

impl Aggregator for Baseline {
    fn name(&self) -> &'static str {
        match self {
            Self::GlobalMean => "global-mean",
            Self::ReviewerMean => "mean+reviewer",
        }
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        match self {
            Self::GlobalMean => global_mean(reviews, self.name()),
            Self::ReviewerMean => reviewer_mean(reviews, self.name()),
        }
    }
}

fn global_mean(reviews: &Reviews, name: &str) -> Result<Gradebook, AggregateError> {
    let graph = reviews.graph();
    let everywhere = |value: f64| {
        let reviewed = |s: usize| !graph.reviews_of(SubmissionId::new(to_u32(s))).is_empty();
        let value = |s| if reviewed(s) { value } else { MISSING };
        Column::from_raw(chunks::column(graph.submissions(), value))
    };
    let noise = Noise::of(reviews, |_| 0.0);
    let between = math::max(noise.all - noise.within.unwrap_or(noise.all), 0.0);
    let mut book = Gradebook::builder(reviews, name);
    for criterion in 0..reviews.rubric().criteria().len() {
        let scores = reviews.column(criterion);
        book = book.criterion(everywhere(if scores.is_empty() { 0.0 } else { mean(scores) }));
    }
    Ok(book.std_error(everywhere(noise.unit * math::sqrt(between))).build()?)
}

fn reviewer_mean(reviews: &Reviews, name: &str) -> Result<Gradebook, AggregateError> {
    let graph = reviews.graph();
    let means = Mean.aggregate(reviews)?;
    let mut book = Gradebook::builder(reviews, name);
    for criterion in 0..reviews.rubric().criteria().len() {
        let of = |s: usize| means.criterion_grade(SubmissionId::new(to_u32(s)), criterion);
        book = book.criterion(Column::from_raw(chunks::column(graph.submissions(), |s| {
            of(s).unwrap_or(MISSING)
        })));
    }
    let bias = chunks::map(graph.people(), |range| {
        let mut residuals = Vec::new();
        let bias = range.map(|person| {
            let person = PersonId::new(to_u32(person));
            let given = graph.reviews_by(person).iter().zip(graph.submissions_of(person));
            let residual = |(review, &submission): (&crate::ReviewId, &SubmissionId)| {
                Some(reviews.total_at(review.index()) - means.peer_grade(submission)?)
            };
            residuals.clear();
            residuals.extend(given.filter_map(residual));
            if residuals.is_empty() { MISSING } else { mean(&residuals) }
        });
        bias.collect::<Vec<f64>>()
    });
    let unknown = Column::from_raw(vec![MISSING; graph.people()]);
    let noise = Noise::of(reviews, |_| 0.0);
    let error = |s: usize| match graph.reviews_of(SubmissionId::new(to_u32(s))).len() {
        0 => MISSING,
        k => noise.unit * math::sqrt(noise.pooled() / k as f64),
    };
    let errors = Column::from_raw(chunks::column(graph.submissions(), error));
    Ok(book.std_error(errors).reviewers(Column::from_raw(bias.concat()), unknown).build()?)
}
