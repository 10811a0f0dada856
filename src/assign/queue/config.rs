//! What a queue is to keep to.

use crate::id::{PersonId, SubmissionId};

/// The rules of a [`ReviewQueue`](super::ReviewQueue).
///
/// ```
/// use peergrade::assign::queue::{Policy, QueueConfig, ReviewQueue};
/// use peergrade::{Cohort, Seed};
///
/// // Five reviews from everybody, four for every work; leases of a day in ticks of a minute.
/// let config = QueueConfig::default().reviews(5).target(4).lease(24 * 60);
/// let cohort = Cohort::individuals(30)?;
/// let queue = ReviewQueue::new(&cohort, config.clone(), Seed::new(1))?;
/// assert_eq!(queue.config(), &config.policy(Policy::CompletersFirst));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct QueueConfig {
    pub(super) reviews: u32,
    pub(super) target: u32,
    pub(super) beyond: u32,
    pub(super) lease: u64,
    pub(super) open: u32,
    pub(super) backlog: u32,
    pub(super) policy: Policy,
    pub(super) submit_first: bool,
    pub(super) same_section: bool,
    /// Sorted once the queue is made.
    pub(super) forbidden: Vec<(PersonId, SubmissionId)>,
    /// Sorted once the queue is made.
    pub(super) exemplars: Vec<SubmissionId>,
    pub(super) exemplars_each: u32,
}

impl Default for QueueConfig {
    /// Five reviews to give and to receive, leases of 8 hours in ticks of a second, one open review
    /// at a time, one's own work first, no backlog, [`Policy::CompletersFirst`].
    fn default() -> Self {
        Self {
            reviews: 5,
            target: 5,
            beyond: u32::MAX,
            lease: 8 * 60 * 60,
            open: 1,
            backlog: 0,
            policy: Policy::default(),
            submit_first: true,
            same_section: false,
            forbidden: Vec::new(),
            exemplars: Vec::new(),
            exemplars_each: 0,
        }
    }
}

impl QueueConfig {
    /// How many reviews everybody is to give who has no quota in the cohort.
    #[must_use]
    pub fn reviews(mut self, reviews: u32) -> Self {
        self.reviews = reviews;
        self
    }

    /// How many reviews a work is to receive. Fewer than people give is wise: the last of a course
    /// find too few reviewers otherwise.
    #[must_use]
    pub fn target(mut self, target: u32) -> Self {
        self.target = target;
        self
    }

    /// How many reviews beyond the target a work may receive before
    /// [`close`](super::ReviewQueue::close), where none below the target is left that the asker may
    /// review. With 0, people wait for new works instead; the first to come in then do not get what
    /// the last will lack. Unlimited by default: to wait is what learners complain of most.
    #[must_use]
    pub fn beyond_target(mut self, reviews: u32) -> Self {
        self.beyond = reviews;
        self
    }

    /// How many ticks a review is reserved for its reviewer, from when it was served and again
    /// from when it was started. 1 or more.
    #[must_use]
    pub fn lease(mut self, ticks: u64) -> Self {
        self.lease = ticks;
        self
    }

    /// How many reviews a person may have open at a time, 1 or more. More than one at a time are
    /// more alike: works that came in at about the same time.
    #[must_use]
    pub fn open_at_once(mut self, reviews: u32) -> Self {
        self.open = reviews;
        self
    }

    /// Serves reviews of peers only while more than this many works lack reviews (those served
    /// count as there), until [`close`](super::ReviewQueue::close). People wait longer, and in
    /// return neighbours in time are not left to one another: the larger the backlog, the better
    /// the graph mixes (see the [module](super)).
    #[must_use]
    pub fn backlog(mut self, works: u32) -> Self {
        self.backlog = works;
        self
    }

    /// Which work is served first.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Whether those who have works in the cohort must hand one in before they review.
    #[must_use]
    pub fn submit_first(mut self, yes: bool) -> Self {
        self.submit_first = yes;
        self
    }

    /// Whether works are served within the section of their first author only; people without
    /// section are a section too.
    #[must_use]
    pub fn same_section(mut self, yes: bool) -> Self {
        self.same_section = yes;
        self
    }

    /// Forbids these pairs, beside those forbidden before. Repetitions are fine.
    #[must_use]
    pub fn forbid(mut self, pairs: impl IntoIterator<Item = (SubmissionId, PersonId)>) -> Self {
        self.forbidden.extend(pairs.into_iter().map(|(submission, person)| (person, submission)));
        self
    }

    /// Serves everybody `each` of these exemplars before works of peers. They are there from the
    /// start, need no backlog and count in no quota.
    #[must_use]
    pub fn exemplars(
        mut self,
        exemplars: impl IntoIterator<Item = SubmissionId>,
        each: u32,
    ) -> Self {
        self.exemplars = exemplars.into_iter().collect();
        self.exemplars_each = each;
        self
    }

    /// Lists that differ only in order or repetitions are the same rules.
    pub(super) fn normalise(&mut self) {
        self.forbidden.sort_unstable();
        self.forbidden.dedup();
        self.exemplars.sort_unstable();
        self.exemplars.dedup();
    }
}

/// Which work is served first, among those that the asker may review.
///
/// The load of a work is its completed and its open reviews. Ties are broken by a uniform draw.
///
/// ```
/// use peergrade::assign::queue::Policy;
///
/// assert_eq!(Policy::default(), Policy::CompletersFirst);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Policy {
    /// The work that came in first, of those below the target; beyond the target any. The rule of
    /// Open Response Assessment (openedx/edx-ora2, `openassessment/assessment/models/peer.py`),
    /// as a baseline: where some do not review, the last to come in get nothing.
    Fifo,
    /// The work with the least load. Evens out what all receive, no-shows among them.
    LeastReviewed,
    /// Any work below the target; beyond it the least load. Mixes best with a backlog, but leaves
    /// some with few reviews where there are no-shows.
    Random,
    /// Who gives receives, and nobody gets nothing:
    ///
    /// 1. works without any review, so that no author is left with none;
    /// 2. works of which the author has given all their reviews, those nearest to the target
    ///    first: where the supply is short, few miss their count rather than many;
    /// 3. works of which the author has a review open at this moment, those first whose author has
    ///    the fewest reviews left to give, then those with the least load;
    /// 4. the others, in the same order;
    /// 5. beyond the target the least load.
    ///
    /// A team counts as its most diligent member. Chosen of two dozen orders by simulated weeks: works
    /// of completers before those without review leave 3 % with none; the least loaded completers
    /// first instead of those nearest to the target costs 2.5 % of completers their count; without
    /// looking at open reviews, 0.7 %. The [module](super) has the figures.
    #[default]
    CompletersFirst,
}
