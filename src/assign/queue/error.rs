//! What a queue refuses.

use thiserror::Error;

use crate::error::GraphError;
use crate::id::{PersonId, SubmissionId};

/// Why a queue cannot be made, or an event not be true of it. Such an event has changed nothing.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, QueueError, ReviewQueue};
/// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
/// let error = queue.complete(PersonId::new(0), SubmissionId::new(1), 0).unwrap_err();
/// assert_eq!(error.to_string(), "submission 1 was not served to person 0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueueError {
    /// A number of the settings must not be 0.
    #[error("{what} must be 1 or more")]
    Zero {
        /// "the lease" or "the number of open reviews".
        what: &'static str,
    },
    /// A forbidden pair with an id that is not there.
    #[error("forbidden pairs: {0}")]
    Forbidden(GraphError),
    /// Fewer exemplars than everybody is to have.
    #[error("everybody is to have {each} exemplars, but there are {there}")]
    TooFewExemplars {
        /// How many everybody is to have.
        each: u32,
        /// How many there are.
        there: usize,
    },
    /// A person who is not there.
    #[error("person {person} is not one of {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// How many people there are.
        people: usize,
    },
    /// A submission that is not there.
    #[error("submission {submission} is not one of {submissions} submissions")]
    UnknownSubmission {
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// Time runs backwards.
    #[error("the event is at tick {now}, the last one was at {last}")]
    Backwards {
        /// The time of the event.
        now: u64,
        /// The time of the last one.
        last: u64,
    },
    /// A work that is in already.
    #[error("submission {submission} is in since tick {since}")]
    SubmittedBefore {
        /// The submission.
        submission: SubmissionId,
        /// When it came in.
        since: u64,
    },
    /// Exemplars are there from the start.
    #[error("submission {submission} is an exemplar and needs no handing in")]
    Exemplar {
        /// The exemplar.
        submission: SubmissionId,
    },
    /// Staff are not served works of peers.
    #[error("person {person} is a member of staff")]
    Staff {
        /// The person.
        person: PersonId,
    },
    /// A person who has withdrawn.
    #[error("person {person} has withdrawn")]
    Withdrawn {
        /// The person.
        person: PersonId,
    },
    /// A work of which every author has withdrawn.
    #[error("every author of submission {submission} has withdrawn")]
    WithdrawnWork {
        /// The submission.
        submission: SubmissionId,
    },
    /// A review that nobody was asked for.
    #[error("submission {submission} was not served to person {person}")]
    NotServed {
        /// The person.
        person: PersonId,
        /// The submission.
        submission: SubmissionId,
    },
    /// A review that is over.
    #[error("the review of submission {submission} by person {person} is {how} already")]
    Ended {
        /// The person.
        person: PersonId,
        /// The submission.
        submission: SubmissionId,
        /// "completed", "declined" or "expired".
        how: &'static str,
    },
    /// More events than can be counted.
    #[error("more than {limit} events")]
    TooManyEvents {
        /// The most there can be.
        limit: u64,
    },
    /// A written queue that no events lead to.
    #[error("no events lead to this queue: {what}{id}")]
    Snapshot {
        /// What is wrong.
        what: &'static str,
        /// With what id or number.
        id: u64,
    },
}
