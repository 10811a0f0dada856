//! Where staff should look: how each reviewer did, and which submissions to check.
//!
//! | question | answer |
//! |---|---|
//! | How lenient, exact, careful and complete is each reviewer, what do they weigh, and who stands out? | [`ReviewerReport`] |
//! | I have time for twenty works. Which? | [`SpotChecks`] |
//!
//! Neither passes a judgement: a [`Flag`] and a [`Reason`] say why somebody should look.

mod report;
mod spot_checks;

use thiserror::Error;

pub use report::{Bound, Fact, Flag, ReviewerReport};
pub use spot_checks::{Reason, SpotChecks};

use crate::gradebook::{Gradebook, GradebookError};
use crate::id::{SubmissionId, to_u32};
use crate::reviews::Reviews;

/// Why there is no report and no plan.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::oversight::SpotChecks;
/// use peergrade::{Cohort, Reviews, Rubric, Scale, Seed};
///
/// let cohort = Cohort::individuals(2)?;
/// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?)).build()?;
/// let grades = Mean.aggregate(&reviews)?;
/// let error = SpotChecks::new(1).random_share(2.0).plan(&reviews, &grades, Seed::new(1));
/// assert_eq!(error.unwrap_err().to_string(), "random_share is 2, but must be from 0 to 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum OversightError {
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
    /// The gradebook was made from other reviews.
    #[error("the gradebook was not made from these reviews: {0}")]
    OtherReviews(#[source] GradebookError),
    /// A plan of another course.
    #[error("the plan is of {given} {what} where the reviews have {expected}")]
    OtherPlan {
        /// Of what it has another number.
        what: &'static str,
        /// How many it has.
        given: usize,
        /// How many the reviews have.
        expected: usize,
    },
}

/// Whether all sizes say that these grades were made from these reviews.
fn check_made_from(reviews: &Reviews, grades: &Gradebook) -> Result<(), OversightError> {
    // At least once, since the columns may differ where there is no submission.
    for i in 0..reviews.graph().submissions().max(1) {
        let submission = SubmissionId::new(to_u32(i));
        grades.check_made_from(reviews, submission).map_err(OversightError::OtherReviews)?;
    }
    Ok(())
}

/// The grade that is known, from staff or of an exemplar.
fn known(reviews: &Reviews, submission: SubmissionId) -> Option<f64> {
    reviews.staff_grade(submission).or_else(|| reviews.exemplar(submission))
}

#[cfg(test)]
mod tests;
