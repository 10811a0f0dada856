//! Who reviews what.
//!
//! [`Assigner`] holds the rules and finds a plan: random permutations with switch repair where
//! that suffices, a flow between sections where they matter, augmenting paths where neither does. The
//! plan is exact: loads differ by at most one, nobody reviews their own or their team's work, every
//! forbidden and kept pair is heeded; or the request is impossible, a [`Shortage`] proves it and says
//! what would help. Nothing is given up in silence: ranges and a best effort have to be asked for.
//!
//! | the course has | the caller says |
//! |---|---|
//! | people with less time, works that need more | [`Cohort`] quotas and demands, [`Quota`] |
//! | sections, campuses, languages | [`Assigner::sections`] |
//! | friends, rivals, earlier rounds | [`Assigner::forbid`], [`avoid`](Assigner::avoid), [`prefer`](Assigner::prefer), [`history`](Assigner::history) |
//! | reviewers known to be good or bad | [`Assigner::reliability`], [`completion`](Assigner::completion) |
//! | exemplars, staff who check | [`Assigner::exemplars`], [`spot_checks`](Assigner::spot_checks) |
//! | a plan that is running, people who come late or leave | [`Change`] |
//! | people who do not show up | [`required_reviews`], [`Change::no_show`] |
//!
//! Where people hand in and review when they want, there is no plan: a [`ReviewQueue`] serves them
//! one review at a time.

mod augment;
mod chains;
pub mod change;
mod draft;
mod dropout;
mod error;
mod exemplars;
mod flow;
mod guard;
mod loads;
mod plan;
mod polish;
pub mod quality;
pub mod queue;
mod regular;
mod rule;
mod rules;
mod search;
mod sections;
mod shortage;
mod strata;
mod sums;
mod ties;
mod transport;
mod weights;
mod wishes;

pub use change::{Change, ChangeError, Changed};
pub use dropout::{DropoutError, required_reviews, shortfall};
pub use error::AssignError;
pub use plan::{LoadsKept, ReviewPlan, Shortfall, Strategy, Violation};
pub use quality::Quality;
pub use queue::ReviewQueue;
pub use rule::Rule;
pub use sections::Sections;
pub use shortage::{Remedy, Shortage};
pub use weights::{Balance, WeightsError};

use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId};
use crate::quota::Quota;
use crate::seed::{Phase, Seed};
use guard::Guard;
use loads::Wish;
use rules::{Crew, Rules};

/// The rules of a review plan.
///
/// Everybody but staff gives `reviews` reviews, or their own quota where the cohort sets one. The
/// reviews are spread over the submissions so that the numbers received differ by at most one.
///
/// ```
/// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(100)?;
/// let rivals = (SubmissionId::new(1), PersonId::new(0));
/// let assigner = Assigner::new(5).forbid([rivals]);
/// let plan = assigner.assign(&cohort, Seed::new(2026))?;
///
/// assert!(!plan.graph().contains(rivals.0, rivals.1));
/// plan.verify(&cohort, &assigner)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Assigner {
    reviews: usize,
    give: Option<(u32, u32)>,
    receive: Option<(u32, u32)>,
    sections: Sections,
    forbidden: Vec<(SubmissionId, PersonId)>,
    history: Vec<(SubmissionId, PersonId)>,
    kept: Vec<(SubmissionId, PersonId)>,
    exemplars: Vec<SubmissionId>,
    exemplars_each: usize,
    exemplars_counted: bool,
    /// Sorted.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "exemplars::read_distinct"))]
    spot_checks: Vec<SubmissionId>,
    checks_each: usize,
    best_effort: bool,
    polish: bool,
    weights: weights::Weights,
    wishes: wishes::Wishes,
    excused: Vec<PersonId>,
    closed: Vec<SubmissionId>,
}

impl Assigner {
    /// Everybody gives this many reviews.
    #[must_use]
    pub fn new(reviews: usize) -> Self {
        Self {
            reviews,
            give: None,
            receive: None,
            sections: Sections::Any,
            forbidden: Vec::new(),
            history: Vec::new(),
            kept: Vec::new(),
            exemplars: Vec::new(),
            exemplars_each: 0,
            exemplars_counted: false,
            spot_checks: Vec::new(),
            checks_each: 0,
            best_effort: false,
            polish: true,
            weights: weights::Weights::default(),
            wishes: wishes::Wishes::default(),
            excused: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// Lets everybody without a quota of their own give any number of reviews in this range, where
    /// the number of [`new`](Self::new) cannot be had.
    ///
    /// ```
    /// use peergrade::assign::LoadsKept;
    /// use peergrade::{Assigner, Cohort, PersonId, Seed};
    ///
    /// // One work that five people wrote, and that three others can review.
    /// let mut cohort = Cohort::builder(8)?;
    /// let work = cohort.submission(&[0, 1, 2, 3, 4].map(PersonId::new))?;
    /// let cohort = cohort.build();
    /// let assigner = Assigner::new(2);
    /// assert!(assigner.assign(&cohort, Seed::new(1)).is_err());
    /// let plan = assigner.give(0, 2).assign(&cohort, Seed::new(1))?;
    /// assert_eq!(plan.loads(), LoadsKept::WithinRanges);
    /// assert_eq!(plan.graph().reviewers_of(work).len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn give(mut self, least: u32, most: u32) -> Self {
        self.give = Some((least, most));
        self
    }

    /// Lets every submission without a demand of its own receive any number of reviews in this
    /// range, where an even spread cannot be had: the numbers are then as even as they can be.
    ///
    /// ```
    /// use peergrade::assign::{LoadsKept, Sections};
    /// use peergrade::{Assigner, Cohort, PersonId, Seed};
    ///
    /// // Six of ten people are of one section, and nobody may review their own.
    /// let mut cohort = Cohort::builder(10)?;
    /// for person in (0..10).map(PersonId::new) {
    ///     cohort.submission(&[person])?;
    ///     cohort.section(person, u32::from(person.get() >= 6))?;
    /// }
    /// let cohort = cohort.build();
    /// let assigner = Assigner::new(3).sections(Sections::Other);
    /// assert!(assigner.assign(&cohort, Seed::new(1)).is_err());
    /// let plan = assigner.receive(1, 6).assign(&cohort, Seed::new(1))?;
    /// assert_eq!(plan.loads(), LoadsKept::WithinRanges);
    /// for (submission, load) in (0..10).map(|s| (s, if s < 6 { 2 } else { 4 })) {
    ///     let reviewers = plan.graph().reviewers_of(peergrade::SubmissionId::new(submission));
    ///     assert!((load..=load + 1).contains(&reviewers.len()));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn receive(mut self, least: u32, most: u32) -> Self {
        self.receive = Some((least, most));
        self
    }

    /// Who may review whose work, by section.
    #[must_use]
    pub fn sections(mut self, sections: Sections) -> Self {
        self.sections = sections;
        self
    }

    /// Forbids the pairs of an earlier round, beside those of rounds before it.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, Seed};
    ///
    /// let cohort = Cohort::individuals(30)?;
    /// let assigner = Assigner::new(3);
    /// let first = assigner.assign(&cohort, Seed::new(2026).derive("week 1"))?;
    /// let second = assigner.history(&first).assign(&cohort, Seed::new(2026).derive("week 2"))?;
    /// let mut again = second.graph().iter().filter(|&(s, r)| first.graph().contains(s, r));
    /// assert_eq!(again.next(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn history(mut self, round: impl AsRef<ReviewGraph>) -> Self {
        self.history.extend(round.as_ref().iter());
        self
    }

    /// Has members of staff review each of these submissions `each` times, spread evenly over them
    /// within their quotas, which are the most that each of them gives. These reviews are beside
    /// those of peers. Which submissions need a check is for [`oversight`](crate::oversight) to say.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let mut cohort = Cohort::builder(12)?;
    /// for author in 0..10 {
    ///     cohort.submission(&[PersonId::new(author)])?;
    /// }
    /// cohort.staff(PersonId::new(10))?.staff(PersonId::new(11))?.quota(PersonId::new(11), 1)?;
    /// let cohort = cohort.build();
    /// let doubtful = [2, 5, 7].map(SubmissionId::new);
    /// let plan = Assigner::new(3).spot_checks(doubtful, 1).assign(&cohort, Seed::new(1))?;
    /// assert_eq!(plan.graph().submissions_of(PersonId::new(10)).len(), 2);
    /// assert_eq!(plan.graph().submissions_of(PersonId::new(11)).len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn spot_checks(
        mut self,
        submissions: impl IntoIterator<Item = SubmissionId>,
        each: usize,
    ) -> Self {
        self.spot_checks = exemplars::distinct(submissions);
        self.checks_each = each;
        self
    }

    /// Whether a request that cannot be met is answered by as many reviews as can be, spread as
    /// evenly as can be, in place of an error. Who falls short is told by
    /// [`ReviewPlan::shortfalls`]. Everything but the least numbers of reviews is kept.
    #[must_use]
    pub fn best_effort(mut self, best_effort: bool) -> Self {
        self.best_effort = best_effort;
        self
    }

    /// Whether to take mutual pairs (two people who review each other's work) and 4-cycles (two
    /// reviewers with two submissions in common) out of the plan, by switches that keep every rule,
    /// every load and every kept review. The default is to do so.
    ///
    /// Nothing is certain, but every plan tested with at least 8 k^2 people, k <= 10 reviews each and
    /// no rule that bars many pairs had neither. Smaller ones are searched for a bounded time; with 5
    /// reviews none was left from 35 people on, in place of about 75. [`Quality`] says what is left.
    ///
    /// Nothing is tried where counting speaks against it:
    ///
    /// ```text
    /// 4-cycles      submissions < 1 + d (k - 1)              some are certain
    ///               submissions < (k - 1)^2 (d - 1) / 4      a switch makes more than it removes
    /// mutual pairs  pairs of reviewer and author > pairs of people, or half as many in large plans
    /// ```
    ///
    /// with k reviews a reviewer and d a submission. Reviews of exemplars do not count, nor 4-cycles
    /// with a reviewer who gives more than eight times the usual number.
    ///
    /// Finding them takes O(reviews x k) time, two to three times that of a large plan without, and
    /// up to 60 MB. The search takes milliseconds where the plan is small and dense: turn it off to
    /// draw thousands of such.
    ///
    /// ```
    /// use peergrade::assign::quality::Counts;
    /// use peergrade::{Assigner, Cohort, Seed};
    ///
    /// let cohort = Cohort::individuals(200)?;
    /// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
    /// let counts = Counts::measure(plan.graph(), &cohort);
    /// assert_eq!((counts.mutual_pairs(), counts.four_cycles()), (Some(0), 0));
    ///
    /// let rough = Assigner::new(5).polish(false).assign(&cohort, Seed::new(1))?;
    /// assert!(Counts::of(rough.graph()).four_cycles() > 30);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn polish(mut self, polish: bool) -> Self {
        self.polish = polish;
        self
    }

    /// Forbids these pairs, beside those forbidden before. Repetitions are fine.
    #[must_use]
    pub fn forbid(mut self, pairs: impl IntoIterator<Item = (SubmissionId, PersonId)>) -> Self {
        self.forbidden.extend(pairs);
        self
    }

    /// Keeps these reviews, beside those kept before: they stay as they are and count in the
    /// loads. A reviewer or a submission that keeps more than its share keeps them all, and the
    /// rest is spread over the others.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(10)?;
    /// let started = (SubmissionId::new(3), PersonId::new(8));
    /// let plan = Assigner::new(2).keep([started]).assign(&cohort, Seed::new(1))?;
    /// assert!(plan.graph().contains(started.0, started.1));
    /// assert_eq!(plan.graph().submissions_of(started.1).len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keep(mut self, pairs: impl IntoIterator<Item = (SubmissionId, PersonId)>) -> Self {
        self.kept.extend(pairs);
        self
    }

    /// Gives everybody but staff `each` of these exemplars, beside their reviews of peers. Where no
    /// review of an exemplar is kept and nobody is barred from one, the numbers of reviews that
    /// exemplars receive differ by at most one.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed};
    ///
    /// let mut cohort = Cohort::builder(4)?;
    /// for author in 0..4 {
    ///     cohort.submission(&[PersonId::new(author)])?;
    /// }
    /// let exemplars = [cohort.submission(&[])?, cohort.submission(&[])?];
    /// let cohort = cohort.build();
    /// let plan = Assigner::new(2).exemplars(exemplars, 1).assign(&cohort, Seed::new(1))?;
    /// assert_eq!(plan.graph().reviewers_of(exemplars[0]).len(), 2);
    /// assert_eq!(plan.graph().submissions_of(PersonId::new(0)).len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn exemplars(
        mut self,
        exemplars: impl IntoIterator<Item = SubmissionId>,
        each: usize,
    ) -> Self {
        self.exemplars = exemplars.into_iter().collect();
        self.exemplars_each = each;
        self
    }

    /// Whether exemplars count in the quotas of reviewers: then everybody reviews so many fewer works
    /// of peers.
    #[must_use]
    pub fn count_exemplars(mut self, count: bool) -> Self {
        self.exemplars_counted = count;
        self
    }

    /// Excuses these people, beside those excused before: they give nothing beyond the reviews that
    /// are kept, whatever their quota. Their own work is reviewed like any other.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(10)?;
    /// let ill = PersonId::new(4);
    /// let plan = Assigner::new(2).excuse([ill]).assign(&cohort, Seed::new(1))?;
    /// assert!(plan.graph().submissions_of(ill).is_empty());
    /// assert!(!plan.graph().reviewers_of(SubmissionId::new(4)).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn excuse(mut self, people: impl IntoIterator<Item = PersonId>) -> Self {
        self.excused.extend(people);
        self
    }

    /// Closes these submissions, beside those closed before: they receive nothing beyond the
    /// reviews that are kept and are no part of the even spread. A kept review of one counts in the
    /// quota of its reviewer.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(10)?;
    /// let taken_back = SubmissionId::new(4);
    /// let plan = Assigner::new(2).close([taken_back]).assign(&cohort, Seed::new(1))?;
    /// assert!(plan.graph().reviewers_of(taken_back).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn close(mut self, submissions: impl IntoIterator<Item = SubmissionId>) -> Self {
        self.closed.extend(submissions);
        self
    }

    /// A plan that keeps every rule.
    ///
    /// The same cohort, rules (in any order) and seed give the same plan. Before rules tell people
    /// apart, everybody is equally likely to review anything.
    ///
    /// O(people + submissions + reviews + barred pairs) expected; where switches do not suffice,
    /// that once for each phase of augmenting paths, of which few are needed; for polishing see
    /// [`polish`](Self::polish). Memory: 24 bytes a review and 20 a person.
    ///
    /// # Errors
    ///
    /// [`AssignError::Impossible`] with a proof where no plan keeps the rules, and other variants
    /// for settings that do not fit the cohort.
    pub fn assign(&self, cohort: &Cohort, seed: Seed) -> Result<ReviewPlan, AssignError> {
        let mut rules = Rules::new(self, cohort)?;
        rules.settle(seed);
        let found = search::search(&rules, seed)?;
        let mut stream = seed.stream(Phase::Exemplars, 0);
        let exemplars = exemplars::pairs(&rules, found.draft.len(), &mut stream)?;
        let strategy = found.strategy;
        let mut stage = found.stage;
        let mut draft = found.draft;
        wishes::meet(&mut draft, seed);
        let guard = Guard { sums: sums::even(&mut draft, self.weights.balance(), seed) };
        let mut graph = if self.polish {
            polish::polished(draft, guard, &exemplars, seed)
        } else {
            draft.into_graph(&exemplars)
        };
        if cohort.has_staff() {
            let mut staff = Rules::of(Crew::Staff, self, cohort)?;
            let seed = seed.key(Phase::PlanStaff, 0);
            staff.settle(seed);
            let checks = search::search(&staff, seed)?;
            check_total(graph.reviews(), checks.draft.len())?;
            let pairs: Vec<_> = graph.iter().chain(checks.draft.pairs()).collect();
            graph = ReviewGraph::from_pairs(cohort.people(), cohort.submissions(), &pairs)?;
            stage = stage.max(checks.stage);
        }
        let loads = rules.nearest().max(stage.into());
        Ok(ReviewPlan { graph, strategy, stage, loads })
    }

    /// Whether staff are to check a submission.
    fn is_checked(&self, submission: SubmissionId) -> bool {
        self.spot_checks.binary_search(&submission).is_ok()
    }

    /// Whether ranges are ranges.
    fn check_ranges(&self) -> Result<(), AssignError> {
        for (what, range) in [("give", self.give), ("receive", self.receive)] {
            if let Some((least, most)) = range.filter(|(least, most)| least > most) {
                return Err(AssignError::Range { what, least, most });
            }
        }
        Ok(())
    }

    /// What a person with this quota is to give to peers.
    fn give_wish(&self, quota: Option<Quota>) -> Wish {
        let reviews = u32::try_from(self.reviews).unwrap_or(u32::MAX);
        let (min, target, max) = match (quota, self.give) {
            (Some(quota), _) => (quota.min(), quota.target().unwrap_or(reviews), quota.max()),
            (None, Some((least, most))) => (least, reviews, most),
            (None, None) => (reviews, reviews, reviews),
        };
        let exemplars = if self.exemplars_counted { self.exemplars_each } else { 0 };
        let exemplars = u32::try_from(exemplars).unwrap_or(u32::MAX);
        let peers = |load: u32| load.clamp(min, max).saturating_sub(exemplars);
        Wish { min: peers(min), target: Some(peers(target)), max: peers(max) }
    }
}

/// Whether reviews of peers and of exemplars together have ids.
fn check_total(reviews: usize, exemplars: usize) -> Result<(), AssignError> {
    match reviews.checked_add(exemplars) {
        Some(total) if total <= MAX_PAIRS => Ok(()),
        _ => Err(AssignError::TooManyReviews { limit: MAX_PAIRS }),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod weights_tests;
#[cfg(test)]
mod wishes_tests;
