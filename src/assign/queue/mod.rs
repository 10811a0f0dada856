//! Reviews without a common deadline: people hand in when they want and ask for one review at a
//! time.
//!
//! [`ReviewQueue`] is told what happens, in order: a work comes in, somebody asks for a review,
//! starts it, completes or declines it, or lets it expire. It answers requests at once and never
//! looks at a clock: time is a number of ticks from the caller (seconds, minutes, ...). The same
//! events with the same seed give the same queue to the bit, also where it was written and read
//! in between.
//!
//! # Which policy
//!
//! A simulated week (`cargo run --release --example queue_week -- --seeds 20`): 1000 people hand in
//! at `7 days x sqrt(U)`, go on to review at once, 10 to 40 minutes each, 5 to give and 5 to receive;
//! 20 % give none and 10 % stop after 1 to 4. Means of 20 runs:
//!
//! | policy | no review | fewer than 5 | completers with 5 | first and last tenth to hand in |
//! |---|---|---|---|---|
//! | [`Fifo`](Policy::Fifo) | 24.9 % | 25.1 % | 75.0 % | 5.0 and 0.0 reviews |
//! | [`Random`](Policy::Random) | 8.8 % | 39.7 % | 60.2 % | 5.0 and 0.6 |
//! | [`LeastReviewed`](Policy::LeastReviewed) | 0 | 99.3 %, of 3 or 4 | 0.8 % | 4.1 and 3.2 |
//! | [`CompletersFirst`](Policy::CompletersFirst) | 0 | 31.5 % | 97.7 % | 3.9 and 3.2 |
//!
//! Completers are those who gave all their reviews. More than 98.2 % of them could not have had 5,
//! by any order that knew the future and left nobody without a review:
//!
//! ```text
//! attainable = min(completers, (reviews - submissions) / (target - 1))
//! ```
//!
//! Where reviews suffice for all completers (with 10 % no-shows, or with a target of 4), 99.3 to 100 %
//! of them have their count. The last works of a course find too few reviewers, however they are
//! served: in small courses that is a larger share (with 100 people 91 % of completers have 5, of 98 %
//! attainable), and a target below the number of reviews given is the cure.
//!
//! # The price of serving at once
//!
//! Whoever reviews right after handing in reviews what came in shortly before: the graph is a band
//! along time. Where the severities of reviewers are not known, the variance of a grade relative to
//! the class grows with the length of the course ([`inflation`](super::quality::inflation)). A
//! standing [`backlog`](QueueConfig::backlog) is one cure, an exemplar for everybody the other. 2000
//! people who ask in the order in which they hand in, 5 reviews, [`Policy::Random`], mean inflation
//! of 6 runs (the optimum is 1.333):
//!
//! | backlog | 5 | 10 | 20 | 50 | 100 | 300 | 1000 |
//! |---|---|---|---|---|---|---|---|
//! | inflation | 38 | 21 | 7.0 | 2.61 | 1.66 | 1.364 | 1.335 |
//!
//! A backlog that is only waited for once, before the first review, helps little: those who waited
//! use it up at once.
//!
//! # When not to use it
//!
//! Where all works are in before the first review, an [`Assigner`](crate::Assigner) is exact and
//! mixes as well as can be.

mod buckets;
mod config;
mod error;
mod events;
#[cfg(feature = "serde")]
mod raw;
mod report;
mod serve;
mod served;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use config::{Policy, QueueConfig};
pub use error::QueueError;
pub use report::{Bars, Load, Progress, Starving, Waiting};
pub use served::{Completion, Lease, Served, Wait};

use crate::cohort::Cohort;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId, to_u32};
use crate::seed::Seed;
use buckets::Buckets;
use state::{Person, Work};

/// The group of exemplars. Works of peers have those from 1 on, one a section where that counts.
const EXEMPLARS: u32 = 0;

/// Who reviews what in a course where people hand in and review when they want.
///
/// Nobody is served their own or their team's work, a forbidden one, or the same one twice,
/// whatever became of it; staff are not served. Every event takes a time `now`, which must not
/// decrease, and first ends the leases that are over by then. An event that returns an error has
/// changed nothing.
///
/// O(log n) an event, with n open reviews and works, and expected O(a person's reviews) more for a
/// request: a few draws find a work that the person may review. Where few are left for them, it looks
/// through all works in the worst case. A million people with 5 reviews each are 11 to 12 million
/// events of about a microsecond. Memory there: under 500 bytes a person, cohort and reviews
/// included.
///
/// ```
/// use peergrade::assign::queue::{Completion, QueueConfig, ReviewQueue, Served};
/// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let config = QueueConfig::default().reviews(2).target(2);
/// let mut queue = ReviewQueue::new(&cohort, config, Seed::new(2026))?;
/// for (minute, author) in [(0, 0), (5, 1), (7, 2)] {
///     queue.submit(SubmissionId::new(author), minute * 60)?;
/// }
/// let cleo = PersonId::new(2);
/// let Served::New(lease) = queue.request(cleo, 8 * 60)? else { unreachable!() };
/// queue.start(cleo, lease.submission(), 9 * 60)?;
/// let done = queue.complete(cleo, lease.submission(), 30 * 60)?;
/// assert_eq!(done, Completion::InTime);
/// assert_eq!(queue.graph().submissions_of(cleo), [lease.submission()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::Queue", into = "raw::Queue"))]
pub struct ReviewQueue {
    cohort: Cohort,
    config: QueueConfig,
    seed: Seed,
    now: u64,
    /// What the next draw depends on.
    events: u64,
    closed: bool,
    people: Vec<Person>,
    works: Vec<Work>,
    /// In the order in which they came in.
    arrivals: Vec<SubmissionId>,
    /// Every open review by its end.
    leases: BTreeSet<(u64, PersonId, SubmissionId)>,
    buckets: Buckets,
    /// By submission: who is served it.
    groups: Vec<u32>,
    /// The sections, sorted, where they count.
    sections: Vec<Option<u32>>,
}

impl ReviewQueue {
    /// The most events: draws are numbered, and completed reviews need ids.
    const MAX_EVENTS: u64 = MAX_PAIRS as u64;

    /// A queue into which nothing has come yet, at tick 0. O(people + submissions).
    ///
    /// The cohort says who there may be and who writes what. A work is there once it is
    /// [submitted](Self::submit).
    ///
    /// # Errors
    ///
    /// [`QueueError`] where settings make no sense or do not fit the cohort.
    ///
    /// ```
    /// use peergrade::assign::queue::{QueueConfig, QueueError, ReviewQueue};
    /// use peergrade::{Cohort, Seed};
    ///
    /// let cohort = Cohort::individuals(100)?;
    /// let queue = ReviewQueue::new(&cohort, QueueConfig::default().lease(0), Seed::new(1));
    /// assert_eq!(queue, Err(QueueError::Zero { what: "the lease" }));
    /// # Ok::<(), peergrade::CohortError>(())
    /// ```
    pub fn new(cohort: &Cohort, config: QueueConfig, seed: Seed) -> Result<Self, QueueError> {
        Self::with(cohort.clone(), config, seed)
    }

    fn with(cohort: Cohort, mut config: QueueConfig, seed: Seed) -> Result<Self, QueueError> {
        config.normalise();
        check(&cohort, &config)?;
        let sections = sections(&cohort, &config);
        let mut queue = Self {
            groups: groups(&cohort, &config, &sections),
            buckets: Buckets::new(cohort.submissions(), 1 + sections.len().max(1)),
            people: vec![Person::default(); cohort.people()],
            works: vec![Work::default(); cohort.submissions()],
            arrivals: Vec::new(),
            leases: BTreeSet::new(),
            now: 0,
            events: 0,
            closed: false,
            sections,
            cohort,
            config,
            seed,
        };
        for i in 0..queue.config.exemplars.len() {
            queue.refresh(queue.config.exemplars[i]);
        }
        Ok(queue)
    }

    fn is_exemplar(&self, submission: SubmissionId) -> bool {
        self.groups[submission.index()] == EXEMPLARS
    }

    /// How many reviews of peers a person is to give.
    fn quota(&self, person: PersonId) -> u32 {
        self.cohort.quota(person).map_or(self.config.reviews, |quota| {
            quota.target().unwrap_or(self.config.reviews.clamp(quota.min(), quota.max()))
        })
    }

    /// How many reviews of peers a person has given.
    fn given(&self, person: PersonId) -> u32 {
        let items = self.people[person.index()].items.iter();
        let peers = items.filter(|i| i.state.is_completed() && !self.is_exemplar(i.submission));
        to_u32(peers.count())
    }

    /// Whether nobody is left to whom the work matters.
    fn is_withdrawn(&self, submission: SubmissionId) -> bool {
        let authors = self.cohort.authors_of(submission);
        !authors.is_empty() && authors.iter().all(|author| self.people[author.index()].withdrawn)
    }
}

fn check(cohort: &Cohort, config: &QueueConfig) -> Result<(), QueueError> {
    let open = u64::from(config.open);
    for (what, number) in [("the lease", config.lease), ("the number of open reviews", open)] {
        if number == 0 {
            return Err(QueueError::Zero { what });
        }
    }
    let (people, submissions) = (cohort.people(), cohort.submissions());
    for (row, &(person, submission)) in config.forbidden.iter().enumerate() {
        crate::graph::check_pair(row, (submission, person), people, submissions)
            .map_err(QueueError::Forbidden)?;
    }
    if let Some(&submission) = config.exemplars.iter().find(|s| s.index() >= submissions) {
        return Err(QueueError::UnknownSubmission { submission, submissions });
    }
    let (each, there) = (config.exemplars_each, config.exemplars.len());
    if each as usize > there {
        return Err(QueueError::TooFewExemplars { each, there });
    }
    Ok(())
}

/// The sections that there are, where they count.
fn sections(cohort: &Cohort, config: &QueueConfig) -> Vec<Option<u32>> {
    if !config.same_section {
        return Vec::new();
    }
    let people = (0..to_u32(cohort.people())).map(PersonId::new);
    let mut sections: Vec<Option<u32>> = people.map(|person| cohort.section(person)).collect();
    sections.push(None); // of works without author
    sections.sort_unstable();
    sections.dedup();
    sections
}

/// The group of this section.
fn group(sections: &[Option<u32>], section: Option<u32>) -> u32 {
    1 + to_u32(sections.binary_search(&section).unwrap_or(0))
}

fn groups(cohort: &Cohort, config: &QueueConfig, sections: &[Option<u32>]) -> Vec<u32> {
    let of = |submission| {
        if config.exemplars.binary_search(&submission).is_ok() {
            return EXEMPLARS;
        }
        let first = cohort.authors_of(submission).first();
        group(sections, first.and_then(|&author| cohort.section(author)))
    };
    (0..to_u32(cohort.submissions())).map(SubmissionId::new).map(of).collect()
}
