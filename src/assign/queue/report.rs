//! What an application may ask of a queue: the graph, loads, and who is blocked and why.

use super::served::{Lease, Wait};
use super::state::State;
use super::{QueueConfig, ReviewQueue};
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};

/// What a work has.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue};
/// use peergrade::{Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
/// queue.submit(SubmissionId::new(0), 0)?;
/// let load = queue.load(SubmissionId::new(0)).unwrap();
/// assert_eq!((load.completed(), load.open()), (0, 0));
/// assert_eq!(queue.load(SubmissionId::new(1)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    completed: u32,
    open: u32,
}

impl Load {
    /// Completed reviews.
    #[must_use]
    pub fn completed(&self) -> u32 {
        self.completed
    }

    /// Reviews that are served, started or not, and whose lease is not over.
    #[must_use]
    pub fn open(&self) -> u32 {
        self.open
    }
}

/// What a person has done. Reviews of exemplars count in `exemplars` alone, but for `open`,
/// `declined` and `expired`.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue};
/// use peergrade::{Cohort, PersonId, Seed};
///
/// let cohort = Cohort::individuals(2)?;
/// let queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
/// let progress = queue.progress(PersonId::new(0)).unwrap();
/// assert_eq!((progress.given(), progress.quota()), (0, 5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    quota: u32,
    given: u32,
    exemplars: u32,
    late: u32,
    open: u32,
    started: u32,
    declined: u32,
    expired: u32,
}

impl Progress {
    /// Reviews of peers to give; 0 for staff.
    #[must_use]
    pub fn quota(&self) -> u32 {
        self.quota
    }

    /// Completed reviews of peers.
    #[must_use]
    pub fn given(&self) -> u32 {
        self.given
    }

    /// Completed reviews of exemplars.
    #[must_use]
    pub fn exemplars(&self) -> u32 {
        self.exemplars
    }

    /// Completed reviews, of peers or exemplars, that came after their lease.
    #[must_use]
    pub fn late(&self) -> u32 {
        self.late
    }

    /// Open reviews.
    #[must_use]
    pub fn open(&self) -> u32 {
        self.open
    }

    /// Open reviews that were started.
    #[must_use]
    pub fn started(&self) -> u32 {
        self.started
    }

    /// Reviews that were given back, also by withdrawing.
    #[must_use]
    pub fn declined(&self) -> u32 {
        self.declined
    }

    /// Reviews whose lease ended and that did not come after it either.
    #[must_use]
    pub fn expired(&self) -> u32 {
        self.expired
    }
}

/// Somebody whose last request was answered with "nothing now".
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue, Wait};
/// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
/// queue.submit(SubmissionId::new(1), 10)?;
/// for now in [20, 30] {
///     queue.request(PersonId::new(1), now)?;
/// }
/// let waiting = queue.waiting();
/// assert_eq!((waiting[0].person(), waiting[0].since()), (PersonId::new(1), 20));
/// assert_eq!(waiting[0].why(), Wait::NoWork);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    person: PersonId,
    since: u64,
    why: Wait,
}

impl Waiting {
    /// Who waits.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// When they first asked in vain.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since
    }

    /// What they were told last.
    #[must_use]
    pub fn why(&self) -> Wait {
        self.why
    }
}

/// A work that lacks reviews.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue};
/// use peergrade::{Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
/// queue.submit(SubmissionId::new(1), 10)?;
/// let starving = queue.starving();
/// assert_eq!(starving[0].submission(), SubmissionId::new(1));
/// assert_eq!((starving[0].since(), starving[0].load().completed()), (10, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starving {
    submission: SubmissionId,
    since: u64,
    load: Load,
}

impl Starving {
    /// The work.
    #[must_use]
    pub fn submission(&self) -> SubmissionId {
        self.submission
    }

    /// When it came in.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since
    }

    /// What it has.
    #[must_use]
    pub fn load(&self) -> Load {
        self.load
    }
}

/// What stands between a person and the works that are in, each counted once, by the first of
/// these that holds.
///
/// ```
/// use peergrade::assign::queue::{QueueConfig, ReviewQueue};
/// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let rivals = (SubmissionId::new(1), PersonId::new(0));
/// let config = QueueConfig::default().forbid([rivals]);
/// let mut queue = ReviewQueue::new(&cohort, config, Seed::new(1))?;
/// for author in 0..3 {
///     queue.submit(SubmissionId::new(author), 0)?;
/// }
/// let bars = queue.bars(PersonId::new(0)).unwrap();
/// assert_eq!((bars.own(), bars.forbidden(), bars.free()), (1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bars {
    own: usize,
    seen: usize,
    forbidden: usize,
    section: usize,
    closed: usize,
    free: usize,
}

impl Bars {
    /// Works of their own or their team.
    #[must_use]
    pub fn own(&self) -> usize {
        self.own
    }

    /// Works that were served to them before.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Works of forbidden pairs.
    #[must_use]
    pub fn forbidden(&self) -> usize {
        self.forbidden
    }

    /// Works of other sections.
    #[must_use]
    pub fn section(&self) -> usize {
        self.section
    }

    /// Works that have all the reviews they may have, or were withdrawn.
    #[must_use]
    pub fn closed(&self) -> usize {
        self.closed
    }

    /// Works that they may review now.
    #[must_use]
    pub fn free(&self) -> usize {
        self.free
    }
}

impl ReviewQueue {
    /// The completed reviews, of exemplars too. O(people + submissions + reviews).
    #[must_use]
    pub fn graph(&self) -> ReviewGraph {
        let people = (0..).map(PersonId::new).zip(&self.people);
        let pairs: Vec<(SubmissionId, PersonId)> = people
            .flat_map(|(person, state)| {
                let done = state.items.iter().filter(|item| item.state.is_completed());
                done.map(move |item| (item.submission, person))
            })
            .collect();
        // People come in order, so each row of reviewers is sorted.
        let submissions = self.cohort.submissions();
        let rows = Csr::group(submissions, pairs.len(), |i| pairs[i].0.index(), |i| pairs[i].1);
        ReviewGraph::from_reviewers(self.cohort.people(), rows)
    }

    /// What a work has; `None` where it is not in. Exemplars are in from the start.
    #[must_use]
    pub fn load(&self, submission: SubmissionId) -> Option<Load> {
        let work = self.works.get(submission.index())?;
        let there = work.arrival.is_some() || self.is_exemplar(submission);
        there.then_some(Load { completed: work.completed, open: work.open })
    }

    /// The works that are in, without exemplars, in the order in which they came.
    #[must_use]
    pub fn submitted(&self) -> &[SubmissionId] {
        &self.arrivals
    }

    /// What a person has done; `None` for a stranger.
    #[must_use]
    pub fn progress(&self, person: PersonId) -> Option<Progress> {
        let state = self.people.get(person.index())?;
        let quota = if self.cohort.is_staff(person) { 0 } else { self.quota(person) };
        let mut progress = Progress { quota, given: self.given(person), ..Progress::default() };
        for item in &state.items {
            match item.state {
                State::Open { started, .. } => {
                    progress.open += 1;
                    progress.started += u32::from(started);
                }
                State::Completed { late } => {
                    progress.exemplars += u32::from(self.is_exemplar(item.submission));
                    progress.late += u32::from(late);
                }
                State::Declined => progress.declined += 1,
                State::Expired => progress.expired += 1,
            }
        }
        Some(progress)
    }

    /// The open reviews of a person, in the order in which they were served.
    pub fn open(&self, person: PersonId) -> impl Iterator<Item = Lease> {
        self.open_leases(person)
    }

    /// Who waits and why, the longest wait first. O(people + w log w) for w that wait.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let people = (0..).map(PersonId::new).zip(&self.people);
        let mut waiting: Vec<Waiting> = people
            .filter_map(|(person, state)| {
                let (since, why) = state.wait?;
                Some(Waiting { person, since, why })
            })
            .collect();
        waiting.sort_by_key(|waiting| waiting.since);
        waiting
    }

    /// The works that have fewer completed reviews than the target, those with the fewest first,
    /// then those with the fewest open ones, then in the order in which they came in.
    /// O(s log s) for s that are in.
    #[must_use]
    pub fn starving(&self) -> Vec<Starving> {
        let works = self.arrivals.iter().filter_map(|&submission| {
            let work = &self.works[submission.index()];
            let lacks = work.completed < self.config.target && !self.is_withdrawn(submission);
            let (since, _) = work.arrival.filter(|_| lacks)?;
            let load = Load { completed: work.completed, open: work.open };
            Some(Starving { submission, since, load })
        });
        let mut starving: Vec<Starving> = works.collect();
        starving.sort_by_key(|starving| (starving.load.completed, starving.load.open));
        starving
    }

    /// What stands between a person and the works that are in; `None` for a stranger.
    /// O(works x the person's reviews).
    #[must_use]
    pub fn bars(&self, person: PersonId) -> Option<Bars> {
        let state = self.people.get(person.index())?;
        let group = self.group_of(person);
        let mut bars = Bars::default();
        for &submission in &self.arrivals {
            *if self.cohort.is_author(person, submission) {
                &mut bars.own
            } else if state.item(submission).is_some() {
                &mut bars.seen
            } else if self.is_forbidden(person, submission) {
                &mut bars.forbidden
            } else if self.groups[submission.index()] != group {
                &mut bars.section
            } else if self.buckets.key(submission).is_none() {
                &mut bars.closed
            } else {
                &mut bars.free
            } += 1;
        }
        Some(bars)
    }

    /// Whom and what the queue is about.
    #[must_use]
    pub fn cohort(&self) -> &Cohort {
        &self.cohort
    }

    /// Its rules.
    #[must_use]
    pub fn config(&self) -> &QueueConfig {
        &self.config
    }

    /// The time of the last event.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How many events there were; [`expire`](Self::expire) is none.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Whether [`close`](Self::close) was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}
