//! A plan that changes while the course runs.
//!
//! People come late, leave, or do not show up; quotas and rules change. [`Change`] makes the plan
//! of now out of the plan of before: nothing that has been started is touched, little else changes,
//! and what changed is a list ([`Changed::added`], [`Changed::removed`]).

mod exemplars;
mod fill;
mod state;
mod top_up;
mod verify;

use thiserror::Error;

use super::loads::Stage;
use super::rules::{Crew, Rules};
use super::{AssignError, Assigner, LoadsKept, ReviewPlan, Strategy};
use crate::cohort::Cohort;
use crate::error::GraphError;
use crate::graph::{ReviewGraph, check_pair};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::{Phase, Seed};

/// Streams of [`Phase::PlanChange`].
const PEERS: u64 = 0;
const EXEMPLARS: u64 = 1;
const LUCKY: u64 = 2;

/// What happened since a plan was made.
///
/// One engine for every change: late people and submissions are those that the cohort of now has
/// and the plan has not; rules and quotas are those of the assigner of now; who left or did not
/// show up is said here. Ids never move: what is new has ids after what was there.
///
/// ```
/// use peergrade::assign::Change;
/// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
///
/// let assigner = Assigner::new(4);
/// let plan = assigner.assign(&Cohort::individuals(30)?, Seed::new(1))?;
///
/// // Half of the reviews have been started; then person 30 comes with a submission, and 7 leaves.
/// let started: Vec<_> = plan.graph().iter().step_by(2).collect();
/// let now = Cohort::individuals(31)?;
/// let change = Change::new(&plan).started(started.clone()).withdraw([PersonId::new(7)]);
/// let changed = change.apply(&now, &assigner, Seed::new(2))?;
///
/// let graph = changed.plan().graph();
/// assert!(started.iter().all(|&(submission, reviewer)| graph.contains(submission, reviewer)));
/// assert_eq!(graph.submissions_of(PersonId::new(30)).len(), 4);
/// assert_eq!(graph.reviewers_of(SubmissionId::new(30)).len(), 4);
/// assert!(changed.added().len() <= 16 && changed.removed().len() <= 16);
/// changed.verify(&now)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # No-shows
///
/// At a middle deadline those who have not finished are out as reviewers
/// ([`no_show`](Self::no_show)), and what they leave is given to those who have, in one of two
/// ways:
///
/// - *top up*: everybody is given k reviews at once, and who finished takes a few more
///   ([`top_up`](Self::top_up));
/// - *hold back*: everybody is given k - h reviews at first and the rest in the second stage. No
///   load beyond k for anybody, and submissions receive (1 - p) k within one, where p is the share
///   of no-shows and h >= p k.
///
/// Both are better than asking for more reviews from the start
/// ([`required_reviews`](super::required_reviews)), after which the numbers received differ by
/// luck. Holding back needs no `Change`:
///
/// ```
/// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(100)?;
/// let first = Assigner::new(4).assign(&cohort, Seed::new(1))?;
///
/// // One in five does not show up.
/// let shows = |person: PersonId| person.get() % 5 != 3;
/// let done: Vec<_> = first.graph().iter().filter(|&(_, person)| shows(person)).collect();
/// let absent = (0..100).map(PersonId::new).filter(|&person| !shows(person));
/// let second = Assigner::new(5).keep(done).excuse(absent).assign(&cohort, Seed::new(2))?;
/// for submission in (0..100).map(SubmissionId::new) {
///     assert_eq!(second.graph().reviewers_of(submission).len(), 4);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Change<'a> {
    plan: &'a ReviewGraph,
    started: Vec<(SubmissionId, PersonId)>,
    withdrawn: Vec<PersonId>,
    no_shows: Vec<PersonId>,
    top_up: usize,
}

/// Why a plan cannot be changed as asked.
///
/// ```
/// use peergrade::assign::{Change, ChangeError};
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// let (cohort, assigner) = (Cohort::individuals(10)?, Assigner::new(2));
/// let plan = assigner.assign(&cohort, Seed::new(1))?;
/// let change = Change::new(&plan).withdraw([PersonId::new(10)]);
/// assert_eq!(
///     change.apply(&cohort, &assigner, Seed::new(2)).unwrap_err().to_string(),
///     "withdrawn person 10 is not one of 10 people"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The rules of now do not fit the cohort, or they cannot all be kept: then a
    /// [`Shortage`](super::Shortage) proves it under [`Change::rules`].
    #[error(transparent)]
    Assign(#[from] AssignError),
    /// The plan has more people or submissions than the cohort of now: who leaves stays in the
    /// cohort and is named by [`Change::withdraw`].
    #[error("the plan has {given} {what}, the cohort of now {now}")]
    Size {
        /// "people" or "submissions".
        what: &'static str,
        /// How many the plan has.
        given: usize,
        /// How many the cohort has.
        now: usize,
    },
    /// A started review with an id that is not there.
    #[error("started reviews: {0}")]
    Started(GraphError),
    /// A started review that is not in the plan. [`Assigner::keep`] takes reviews from elsewhere.
    #[error("the started review of submission {submission} by {reviewer} is not in the plan")]
    NotInPlan {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
    },
    /// A person who is out and was never there.
    #[error("{kind} person {person} is not one of {people} people")]
    UnknownPerson {
        /// "withdrawn" or "absent".
        kind: &'static str,
        /// The person.
        person: PersonId,
        /// How many people there are.
        people: usize,
    },
}

impl<'a> Change<'a> {
    /// A change of this plan in which nothing has been started and nobody is out.
    #[must_use]
    pub fn new(plan: &'a impl AsRef<ReviewGraph>) -> Self {
        Self {
            plan: plan.as_ref(),
            started: Vec::new(),
            withdrawn: Vec::new(),
            no_shows: Vec::new(),
            top_up: 0,
        }
    }

    /// These reviews have been started or are done, beside those said before: they stay, whatever
    /// happens. A started review that the rules of now bar is an error; leave it out to have it
    /// replaced.
    #[must_use]
    pub fn started(mut self, pairs: impl IntoIterator<Item = (SubmissionId, PersonId)>) -> Self {
        self.started.extend(pairs);
        self
    }

    /// These people have left the course, beside those who left before. They give nothing beyond
    /// what they have started, and a work all of whose authors have left receives nothing beyond
    /// what has been started: its reviewers get other work.
    #[must_use]
    pub fn withdraw(mut self, people: impl IntoIterator<Item = PersonId>) -> Self {
        self.withdrawn.extend(people);
        self
    }

    /// These people do not review, beside those said before: they give nothing beyond what they
    /// have started. Their work is reviewed like any other, since its authors are not to be
    /// punished twice. Submissions that now receive fewer reviews than with all reviewers are
    /// [`Note::Short`] (where everybody together could not give what quotas say, that is unknown);
    /// see [`top_up`](Self::top_up).
    #[must_use]
    pub fn no_show(mut self, people: impl IntoIterator<Item = PersonId>) -> Self {
        self.no_shows.extend(people);
        self
    }

    /// Lets everybody who gives reviews take up to `extra` more than their quota, where submissions
    /// would otherwise stay below their level. 0 where this is not called: then what quotas cannot
    /// serve is [`AssignError::Impossible`].
    ///
    /// As many as are needed to bring every submission to its level, from those with the fewest
    /// pending reviews, as evenly as rules allow; the lowest submissions first, so that where
    /// `extra` does not suffice the smallest number received is as great as it can be. Reviewers
    /// whose quotas find no submission that lacks a review get the least-loaded ones. Every number
    /// that is not what the rules say is a [`Note`].
    ///
    /// ```
    /// use peergrade::assign::{Change, ChangeError};
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// // Everything has been started when somebody comes late: nobody has a review left to give.
    /// let assigner = Assigner::new(3);
    /// let plan = assigner.assign(&Cohort::individuals(20)?, Seed::new(1))?;
    /// let late = Cohort::individuals(21)?;
    /// let change = Change::new(&plan).started(plan.graph().iter());
    /// assert!(matches!(
    ///     change.clone().apply(&late, &assigner, Seed::new(2)),
    ///     Err(ChangeError::Assign(_))
    /// ));
    ///
    /// let changed = change.top_up(1).apply(&late, &assigner, Seed::new(2))?;
    /// assert_eq!(changed.plan().graph().reviewers_of(SubmissionId::new(20)).len(), 3);
    /// assert_eq!(changed.plan().graph().submissions_of(PersonId::new(20)).len(), 3);
    /// // Three people give a fourth review, and three submissions receive a fourth.
    /// assert_eq!(changed.notes().len(), 6);
    /// changed.verify(&late)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn top_up(mut self, extra: usize) -> Self {
        self.top_up = extra;
        self
    }

    /// The rules that the changed plan is held to: those of now, with started reviews kept, people
    /// who are out excused, and their works closed. A [`Shortage`](super::Shortage) is verified
    /// against them.
    ///
    /// # Errors
    ///
    /// Every [`ChangeError`] but those of finding a plan.
    ///
    /// ```
    /// use peergrade::assign::{AssignError, Change, ChangeError};
    /// use peergrade::{Assigner, Cohort, PersonId, Seed};
    ///
    /// let (cohort, assigner) = (Cohort::individuals(3)?, Assigner::new(2));
    /// let plan = assigner.assign(&cohort, Seed::new(1))?;
    /// let change = Change::new(&plan).withdraw([PersonId::new(0)]);
    /// let error = change.apply(&cohort, &assigner, Seed::new(2)).unwrap_err();
    /// let ChangeError::Assign(AssignError::Impossible(shortage)) = error else { panic!() };
    /// assert!(shortage.verify(&cohort, &change.rules(&cohort, &assigner)?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rules(&self, cohort: &Cohort, assigner: &Assigner) -> Result<Assigner, ChangeError> {
        self.check(cohort)?;
        let mut withdrawn = self.withdrawn.clone();
        withdrawn.sort_unstable();
        let is_out = |author: &PersonId| withdrawn.binary_search(author).is_ok();
        let mut closed = Vec::new();
        for &person in &withdrawn {
            let works = cohort.submissions_of(person).iter().copied();
            closed.extend(works.filter(|&work| cohort.authors_of(work).iter().all(is_out)));
        }
        let rules = assigner.clone().keep(self.started.iter().copied()).close(closed);
        Ok(rules.excuse(withdrawn).excuse(self.no_shows.iter().copied()))
    }

    fn check(&self, cohort: &Cohort) -> Result<(), ChangeError> {
        let (people, submissions) = (cohort.people(), cohort.submissions());
        for (what, given, now) in [
            ("people", self.plan.people(), people),
            ("submissions", self.plan.submissions(), submissions),
        ] {
            if given > now {
                return Err(ChangeError::Size { what, given, now });
            }
        }
        for (row, &(submission, reviewer)) in self.started.iter().enumerate() {
            check_pair(row, (submission, reviewer), people, submissions)
                .map_err(ChangeError::Started)?;
            if !self.plan.contains(submission, reviewer) {
                return Err(ChangeError::NotInPlan { reviewer, submission });
            }
        }
        for (kind, list) in [("withdrawn", &self.withdrawn), ("absent", &self.no_shows)] {
            if let Some(&person) = list.iter().find(|person| person.index() >= people) {
                return Err(ChangeError::UnknownPerson { kind, person, people });
            }
        }
        Ok(())
    }

    /// The plan of now.
    ///
    /// What rules bar, what belongs to people or works that are out, and what is above a quota or
    /// the even spread is released; among several that might go the choice is by load and seed. A
    /// late author and their work come in by splitting reviews that have not been started: (a, b)
    /// becomes (a, s) and (r, b), so that all other loads stay. Splits that make two people review
    /// each other, or share two submissions, are avoided while others are found. What random splits
    /// cannot place is placed along shortest chains, and at last by the search that
    /// [`Assigner::assign`] uses, which proves it where there is no plan.
    ///
    /// Checks by staff stay as they are, as far as they are still asked for.
    ///
    /// The same plan, cohort, rules and lists (in any order) and seed give the same plan.
    ///
    /// For one late or withdrawn person with quota k and a work, where nothing else has to change:
    /// at most 2k reviews are added, k new ones and k that a split moves. O(people + submissions +
    /// reviews + barred pairs) time and space for the copy and the check, and as much again for
    /// each of the few changes for which splits do not suffice.
    ///
    /// The loads stay even: ranges of quotas and demands are not made use of, nor a best effort.
    ///
    /// Not for a plan that has not been handed out: [`Assigner::assign`] draws afresh and mixes
    /// better.
    ///
    /// # Errors
    ///
    /// [`ChangeError`]; [`AssignError::Impossible`] in it is a proof that no plan keeps started
    /// reviews and the rules of now.
    pub fn apply(
        &self,
        cohort: &Cohort,
        assigner: &Assigner,
        seed: Seed,
    ) -> Result<Changed, ChangeError> {
        let effective = self.rules(cohort, assigner)?;
        let mut rules = Rules::new(&effective, cohort)?;
        rules.settle_as(self.plan, &mut seed.stream(Phase::PlanChange, LUCKY));
        let rules = rules;
        let absent = self.absent(assigner);
        let mut state = fill::carry_over(&rules, self.plan, seed.stream(Phase::PlanChange, PEERS));
        let filled = fill::fill(&mut state);
        let nominal = verify::nominal(&effective, &absent);
        let nominal = nominal.as_ref().and_then(|n| Rules::new(n, cohort).ok());
        let levels = nominal.as_ref().unwrap_or(&rules);
        if self.top_up > 0 {
            state = top_up::widen(state, self.plan, self.top_up)?;
            top_up::top_up(&mut state, levels, self.top_up);
            top_up::fill_quotas(&mut state);
        } else {
            filled?;
        }
        let draft = if self.top_up > 0 { top_up::narrow(&state) } else { state.draft };
        let mut stream = seed.stream(Phase::PlanChange, EXEMPLARS);
        let pairs = exemplars::exemplar_pairs(&rules, self.plan, draft.len(), &mut stream)?;
        let draft_len = draft.len();
        let graph = self.with_staff(draft.into_graph(&pairs), &effective, cohort)?;
        let notes = verify::notes(&graph, &rules, levels);
        let missing = verify::missing(levels, draft_len);
        let (strategy, stage, loads) = (Strategy::Change, Stage::Even, LoadsKept::Exactly);
        let plan = ReviewPlan { graph, strategy, stage, loads };
        let (added, removed) = difference(self.plan, &plan.graph);
        let (rules, top_up) = (effective, self.top_up);
        Ok(Changed { plan, added, removed, notes, missing, rules, absent, top_up })
    }
}

impl Change<'_> {
    /// The graph with the reviews of staff that are kept or that were planned as checks.
    fn with_staff(
        &self,
        graph: ReviewGraph,
        assigner: &Assigner,
        cohort: &Cohort,
    ) -> Result<ReviewGraph, AssignError> {
        if !cohort.has_staff() {
            return Ok(graph);
        }
        let rules = Rules::of(Crew::Staff, assigner, cohort)?;
        let mut pairs: Pairs = graph.iter().collect();
        let mut checks: Vec<u32> = vec![0; cohort.submissions()];
        rules.pool().for_each(|work| checks[work.index()] = rules.kept_by(work));
        for staff in rules.people().filter(|&person| rules.has(person)) {
            let kept = rules.kept(staff);
            pairs.extend(kept.iter().map(|&work| (work, staff)));
            let room = (rules.most_given(staff) - rules.kept_len(staff)) as usize;
            let stays = |work: &SubmissionId| {
                let asked = checks[work.index()] < rules.most_taken(*work);
                asked && rules.allows(staff, *work) && kept.binary_search(work).is_err()
            };
            let before = self.plan.submissions_of(staff).iter().copied();
            let before: Pairs = before.filter(stays).take(room).map(|work| (work, staff)).collect();
            for (work, _) in &before {
                checks[work.index()] += 1;
            }
            pairs.extend(before);
        }
        Ok(ReviewGraph::from_pairs(cohort.people(), cohort.submissions(), &pairs)?)
    }
}

impl Change<'_> {
    /// Those who would give reviews if they had shown up, sorted.
    fn absent(&self, assigner: &Assigner) -> Vec<PersonId> {
        let mut gone = [&self.withdrawn[..], &assigner.excused].concat();
        gone.sort_unstable();
        let mut absent = self.no_shows.clone();
        absent.sort_unstable();
        absent.dedup();
        absent.retain(|person| gone.binary_search(person).is_err());
        absent
    }
}

/// What is only in the second graph, and what is only in the first.
fn difference(before: &ReviewGraph, after: &ReviewGraph) -> (Pairs, Pairs) {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for submission in (0..to_u32(after.submissions())).map(SubmissionId::new) {
        let (old, new) = (before.reviewers_of(submission), after.reviewers_of(submission));
        let lacks = |row: &[PersonId], r: &PersonId| row.binary_search(r).is_err();
        added.extend(new.iter().filter(|r| lacks(old, r)).map(|&r| (submission, r)));
        removed.extend(old.iter().filter(|r| lacks(new, r)).map(|&r| (submission, r)));
    }
    (added, removed)
}

type Pairs = Vec<(SubmissionId, PersonId)>;

/// A changed plan, and what changed.
///
/// ```
/// use peergrade::assign::Change;
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// let (cohort, assigner) = (Cohort::individuals(50)?, Assigner::new(5));
/// let plan = assigner.assign(&cohort, Seed::new(1))?;
/// let absent = (0..10).map(PersonId::new);
/// let done: Vec<_> = plan.graph().iter().filter(|(_, person)| person.get() >= 10).collect();
///
/// // Forty people give what ten do not: 50 reviews, at most two each.
/// let change = Change::new(&plan).started(done).no_show(absent).top_up(2);
/// let changed = change.apply(&cohort, &assigner, Seed::new(2))?;
/// assert_eq!((changed.added().len(), changed.removed().len()), (50, 50));
/// assert_eq!(changed.plan().graph().reviews(), 250);
/// changed.verify(&cohort)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    plan: ReviewPlan,
    added: Pairs,
    removed: Pairs,
    notes: Vec<Note>,
    missing: usize,
    rules: Assigner,
    /// Sorted: those who would give reviews if they had shown up.
    absent: Vec<PersonId>,
    top_up: usize,
}

/// A number that is not what the rules say, since they could not all be kept.
///
/// ```
/// use peergrade::SubmissionId;
/// use peergrade::assign::change::Note;
///
/// let note = Note::Short { submission: SubmissionId::new(4), received: 3, level: 5 };
/// assert_eq!(note.to_string(), "submission 4 has 3 reviewers, 2 fewer than its level of 5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// A reviewer gives more reviews of peers than their quota, or fewer.
    Quota {
        /// The reviewer.
        reviewer: PersonId,
        /// How many reviews they give.
        given: u32,
        /// Their quota.
        quota: u32,
    },
    /// A submission receives fewer reviews than it would if everybody gave their quota.
    Short {
        /// The submission.
        submission: SubmissionId,
        /// How many reviews it receives.
        received: u32,
        /// How many it was to receive.
        level: u32,
    },
    /// A submission receives more reviews than an even spread gives.
    Crowded {
        /// The submission.
        submission: SubmissionId,
        /// How many reviews it receives.
        received: u32,
        /// The most that it was to receive.
        level: u32,
    },
}

impl core::fmt::Display for Note {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let words = |a: u32, b: u32| (a.abs_diff(b), if a < b { "fewer" } else { "more" });
        match *self {
            Self::Quota { reviewer, given, quota } => {
                let (by, than) = words(given, quota);
                write!(f, "reviewer {reviewer} has {given} submissions, {by} {than} than their ")?;
                write!(f, "quota of {quota}")
            }
            Self::Short { submission, received, level }
            | Self::Crowded { submission, received, level } => {
                let (by, than) = words(received, level);
                write!(
                    f,
                    "submission {submission} has {received} reviewers, {by} {than} than its "
                )?;
                write!(f, "level of {level}")
            }
        }
    }
}

impl Changed {
    /// The plan of now.
    #[must_use]
    pub fn plan(&self) -> &ReviewPlan {
        &self.plan
    }

    /// The plan of now, without the rest.
    #[must_use]
    pub fn into_plan(self) -> ReviewPlan {
        self.plan
    }

    /// The reviews that the plan of before has not, in the canonical order.
    #[must_use]
    pub fn added(&self) -> &[(SubmissionId, PersonId)] {
        &self.added
    }

    /// The reviews of the plan of before that are gone, in the canonical order.
    #[must_use]
    pub fn removed(&self) -> &[(SubmissionId, PersonId)] {
        &self.removed
    }

    /// Every number that is not what the rules say: reviewers in the order of ids, then
    /// submissions. Empty unless people did not show up or [`Change::top_up`] was asked for.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How many reviews fewer there are than if everybody had shown up and gave their quota; 0
    /// where everybody did.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The rules that the plan was held to: [`Change::rules`].
    #[must_use]
    pub fn rules(&self) -> &Assigner {
        &self.rules
    }
}

#[cfg(test)]
mod tests;
