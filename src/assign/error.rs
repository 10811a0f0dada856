//! Why there is no plan.

use thiserror::Error;

use super::rule::Rule;
use super::shortage::Shortage;
use super::weights::WeightsError;
use crate::error::GraphError;
use crate::id::{PersonId, SubmissionId};

/// Why there is no plan.
///
/// ```
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(3)?;
/// let error = Assigner::new(3).assign(&cohort, Seed::new(1)).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "impossible: 1 reviewer (0) is to give 3 reviews, but submissions can take 2 at most: \
///      the rule is no review of one's own work (1 pair); what helps: ask 1 review less of \
///      them, or ask for a best effort"
/// );
/// # Ok::<(), peergrade::CohortError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AssignError {
    /// The rules cannot all be kept, and here is the proof.
    #[error("{0}")]
    Impossible(Box<Shortage>),
    /// A forbidden or kept pair with an id that is not there.
    #[error("{kind} pairs: {error}")]
    Pair {
        /// "forbidden", "kept", "preferred" or "avoided".
        kind: &'static str,
        /// What is wrong with it.
        error: GraphError,
    },
    /// A pair that is to be kept and may not be.
    #[error("the review of submission {submission} by {reviewer} is to be kept against: {rule}")]
    KeptBarred {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
        /// The rule.
        rule: Rule,
    },
    /// More reviews than ids.
    #[error("more than {limit} reviews")]
    TooManyReviews {
        /// The most there can be.
        limit: usize,
    },
    /// An exemplar that is not there.
    #[error("exemplar {exemplar} is not one of {submissions} submissions")]
    UnknownExemplar {
        /// The exemplar.
        exemplar: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A submission that staff are to check and that is not there.
    #[error("submission {submission}, to be checked by staff, is not one of {submissions}")]
    UnknownSpotCheck {
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A range of reviews that is none.
    #[error("everybody is to {what} {least} to {most} reviews: {least} is above {most}")]
    Range {
        /// "give" or "receive".
        what: &'static str,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// Fewer exemplars than everybody is to have.
    #[error("everybody is to have {each} exemplars, but there are {there}")]
    TooFewExemplars {
        /// How many everybody is to have.
        each: usize,
        /// How many there are.
        there: usize,
    },
    /// An excused person who is not there.
    #[error("excused person {person} is not one of {people} people")]
    UnknownExcused {
        /// The person.
        person: PersonId,
        /// How many people there are.
        people: usize,
    },
    /// A closed submission that is not there.
    #[error("closed submission {submission} is not one of {submissions} submissions")]
    UnknownClosed {
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A reviewer whom rules bar from too many exemplars.
    #[error("reviewer {reviewer} lacks {missing} exemplars that no rule bars")]
    ExemplarsBarred {
        /// The reviewer.
        reviewer: PersonId,
        /// How many exemplars they lack.
        missing: usize,
    },
    /// Weights that do not fit the cohort.
    #[error("{kind}: {error}")]
    Weights {
        /// "reliability" or "completion".
        kind: &'static str,
        /// What is wrong with them.
        error: WeightsError,
    },
    /// A pair that is preferred and may not be.
    #[error("the review of submission {submission} by {reviewer} is preferred against: {rule}")]
    PreferredBarred {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
        /// The rule.
        rule: Rule,
    },
    /// A pair that is preferred and to be avoided.
    #[error("the review of submission {submission} by {reviewer} is preferred and to be avoided")]
    PreferredAvoided {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
    },
}

impl From<GraphError> for AssignError {
    fn from(error: GraphError) -> Self {
        Self::Pair { kind: "planned", error }
    }
}

impl From<Shortage> for AssignError {
    fn from(shortage: Shortage) -> Self {
        Self::Impossible(Box::new(shortage))
    }
}
