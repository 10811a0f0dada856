//! What a request is answered with.

use crate::id::SubmissionId;

/// The answer to a request for a review.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served, Wait};
/// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
/// let ana = PersonId::new(0);
/// assert_eq!(queue.request(ana, 0)?, Served::Wait(Wait::OwnWork));
/// queue.submit(SubmissionId::new(0), 10)?;
/// assert_eq!(queue.request(ana, 10)?, Served::Wait(Wait::NoWork));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Served {
    /// A review of a work that the person has not seen.
    New(Lease),
    /// The person has as many reviews open as they may: the one of these that ends first.
    Open(Lease),
    /// Nothing now.
    Wait(Wait),
}

/// A work that is reserved for a reviewer.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served};
/// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let config = QueueConfig::default().lease(60);
/// let mut queue = ReviewQueue::new(&cohort, config, Seed::new(1))?;
/// queue.submit(SubmissionId::new(0), 10)?;
/// queue.submit(SubmissionId::new(1), 20)?;
/// let Served::New(lease) = queue.request(PersonId::new(0), 30)? else { unreachable!() };
/// assert_eq!((lease.submission(), lease.until()), (SubmissionId::new(1), 90));
/// assert!(!lease.is_exemplar());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub(super) submission: SubmissionId,
    pub(super) until: u64,
    pub(super) exemplar: bool,
}

impl Lease {
    /// What to review.
    #[must_use]
    pub fn submission(&self) -> SubmissionId {
        self.submission
    }

    /// The first tick at which it is no longer reserved.
    #[must_use]
    pub fn until(&self) -> u64 {
        self.until
    }

    /// Whether it is an exemplar.
    #[must_use]
    pub fn is_exemplar(&self) -> bool {
        self.exemplar
    }
}

/// Why there is no review for a person now.
///
/// ```
/// use peergrade::assign::queue::Wait;
///
/// let wait = Wait::Backlog { there: 3, needed: 20 };
/// assert_eq!(wait.to_string(), "3 works lack reviews, more than 20 are waited for");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub enum Wait {
    /// They have not handed in a work of their own.
    OwnWork,
    /// Too few works lack reviews for a good draw.
    Backlog {
        /// How many works lack reviews.
        there: u32,
        /// More than this many are waited for.
        needed: u32,
    },
    /// Of the works that are in, each is their own, was served to them before, is forbidden or of
    /// another section, or has all the reviews that it may have.
    NoWork,
    /// They have given all their reviews, or the rest is open. Nothing to wait for.
    QuotaDone,
}

impl core::fmt::Display for Wait {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::OwnWork => f.write_str("no work of their own is in"),
            Self::Backlog { there, needed } => {
                write!(f, "{there} works lack reviews, more than {needed} are waited for")
            }
            Self::NoWork => f.write_str("no work is in that they may review"),
            Self::QuotaDone => f.write_str("all their reviews are given"),
        }
    }
}

/// When a review was completed.
///
/// ```
/// use peergrade::assign::queue::Completion;
///
/// assert_ne!(Completion::InTime, Completion::Late);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Completion {
    /// Within its lease.
    InTime,
    /// After its lease, when the work may have been served to somebody else. It counts all the same.
    Late,
}
