//! How a method fares when it runs again: on what is left or changed of the very reviews of a
//! course, for which no true grade is needed, or on the reviews by another plan.
//!
//! | question | answer |
//! |---|---|
//! | How well does a method foresee ratings that it was not shown? | [`HeldOut`] |
//! | How far can one reviewer move one grade? | [`largest_influence`] |
//! | What does a reviewer gain who scores otherwise? | [`Deviation`] |
//! | How much of a grade is the luck of who reviews it? | [`Redraws`], by simulation |
//!
//! Where true grades are known, the measures of [`metrics`](crate::metrics) say more.

mod baseline;
mod deviation;
mod held_out;
mod influence;
mod noise;
mod redraws;
mod score;

use thiserror::Error;

pub use baseline::Baseline;
pub(crate) use deviation::squared_distances;
pub use deviation::{Deviation, squared_distance_payment};
pub use held_out::HeldOut;
pub use influence::{Influence, largest_influence};
pub use redraws::{Redrawn, Redraws};
pub use score::{HeldOutDifference, HeldOutDraw, HeldOutScore};

use crate::aggregate::{AggregateError, Aggregator};
use crate::assign::AssignError;
use crate::error::ReviewsError;
use crate::gradebook::Gradebook;
use crate::id::SubmissionId;
use crate::metrics::MetricError;
use crate::reviews::Reviews;
use crate::simulate::SimulateError;

/// Why there is no measure.
///
/// ```
/// use peergrade::aggregate::Mean;
/// use peergrade::evaluate::HeldOut;
/// use peergrade::{Cohort, Reviews, Rubric, Scale, Seed};
///
/// let cohort = Cohort::individuals(2)?;
/// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?)).build()?;
/// let error = HeldOut::default().share(1.5).evaluate(&reviews, &Mean, Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "share is 1.5, but must be above 0 and below 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A setting that cannot be used.
    #[error("{setting} is {value}, but must be {needed}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        needed: &'static str,
    },
    /// No draw hides a rating: hardly any submission has two reviews and no known grade.
    #[error(
        "none of {draws} draws hides a rating: {eligible} of {submissions} submissions have two \
         reviews and no known grade"
    )]
    NothingHidden {
        /// How many draws were made.
        draws: u32,
        /// How many submissions a rating could be hidden from.
        eligible: usize,
        /// How many submissions there are.
        submissions: usize,
    },
    /// The method gives no grades.
    #[error("{method}: {error}")]
    Aggregate {
        /// The method.
        method: String,
        /// Its error.
        error: AggregateError,
    },
    /// The method gives no grade to a submission that has reviews.
    #[error("{method} gives submission {submission} no grade, though it has reviews")]
    NoGrade {
        /// The method.
        method: String,
        /// The submission.
        submission: SubmissionId,
    },
    /// A bias, a standard error or a precision of the method is beyond what a double can hold when
    /// squared.
    #[error("{method}: the {measure} is too large for an f64")]
    Overflow {
        /// The method.
        method: String,
        /// "RMSE" or "log score".
        measure: &'static str,
    },
    /// A replay with a score that is not on its scale, or by a stranger.
    #[error(transparent)]
    Reviews(#[from] ReviewsError),
    /// No plan can be drawn.
    #[error(transparent)]
    Assign(#[from] AssignError),
    /// No course can be simulated.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// The grades of all draws have no measure.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// Payments to more or fewer people than there are.
    #[error("{given} payments for {people} people")]
    Payments {
        /// How many payments came.
        given: usize,
        /// How many people there are.
        people: usize,
    },
}

/// The grades by a method, its error with its name.
fn grades(method: &dyn Aggregator, reviews: &Reviews) -> Result<Gradebook, EvaluateError> {
    let named = |error| EvaluateError::Aggregate { method: method.name().to_owned(), error };
    method.aggregate(reviews).map_err(named)
}

#[cfg(test)]
mod tests;
