//! The plan, and the independent check of it.

use thiserror::Error;

use super::loads::Stage;
use super::rule::Rule;
use super::rules::Rules;
use super::{AssignError, Assigner, exemplars};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Who is to review what.
///
/// ```
/// use peergrade::assign::Strategy;
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// let cohort = Cohort::individuals(30)?;
/// let assigner = Assigner::new(4);
/// let plan = assigner.assign(&cohort, Seed::new(7))?;
/// plan.verify(&cohort, &assigner)?;
/// assert_eq!(plan.graph().submissions_of(PersonId::new(0)).len(), 4);
/// assert_eq!(plan.strategy(), Strategy::Repair);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ReviewPlan {
    pub(super) graph: ReviewGraph,
    pub(super) strategy: Strategy,
    pub(super) stage: Stage,
    pub(super) loads: LoadsKept,
}

/// How near the loads of a plan are to what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum LoadsKept {
    /// Everybody gives what is wanted of them, and submissions share the reviews evenly.
    Exactly,
    /// That could not be; all is within the ranges that were set, and as even as they let it be.
    WithinRanges,
    /// That could not be either; as many reviews as can be, spread as evenly as can be. See
    /// [`ReviewPlan::shortfalls`].
    BestEffort,
}

/// A person or a submission that falls short of what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Shortfall {
    /// A reviewer gives fewer reviews.
    Given {
        /// The reviewer.
        reviewer: PersonId,
        /// How many they were to give.
        wanted: usize,
        /// How many they give.
        given: usize,
    },
    /// A submission receives fewer reviews.
    Received {
        /// The submission.
        submission: SubmissionId,
        /// The fewest that an even spread would give it.
        wanted: usize,
        /// How many it receives.
        received: usize,
    },
}

/// How a plan was found.
///
/// ```
/// use peergrade::assign::Strategy;
///
/// assert_eq!(Strategy::Repair.to_string(), "random permutations with repair");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Strategy {
    /// Random permutations, whose few bad pairs were repaired by random switches.
    Repair,
    /// Reviews between sections from a flow over sections, then as above within each pair of them.
    Sections,
    /// The same, with augmenting paths for what switches could not place, and switches over the
    /// whole plan after them.
    Augment,
    /// An earlier plan, changed no more than what happened since asks for.
    Change,
}

impl core::fmt::Display for Strategy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Repair => "random permutations with repair",
            Self::Sections => "a flow over sections, and random permutations within them",
            Self::Augment => "random permutations with repair and augmenting paths",
            Self::Change => "change of an earlier plan",
        })
    }
}

/// The first promise that a plan breaks.
///
/// ```
/// use peergrade::assign::{Rule, Violation};
/// use peergrade::{PersonId, SubmissionId};
///
/// let own = Violation::Barred {
///     reviewer: PersonId::new(3),
///     submission: SubmissionId::new(3),
///     rule: Rule::OwnWork,
/// };
/// assert_eq!(own.to_string(), "reviewer 3 has submission 3 against: no review of one's own work");
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Violation {
    /// The settings do not fit the cohort, so there is nothing to hold the plan to.
    #[error(transparent)]
    Settings(#[from] AssignError),
    /// The plan is for another number of people or submissions.
    #[error("the plan has {given} {what}, the cohort {expected}")]
    Size {
        /// "people" or "submissions".
        what: &'static str,
        /// How many the plan has.
        given: usize,
        /// How many the cohort has.
        expected: usize,
    },
    /// A review against a rule.
    #[error("reviewer {reviewer} has submission {submission} against: {rule}")]
    Barred {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
        /// The rule.
        rule: Rule,
    },
    /// A review that was to stay is gone.
    #[error("the kept review of submission {submission} by {reviewer} is not in the plan")]
    NotKept {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
    },
    /// A reviewer gives more or fewer reviews than asked for.
    #[error("reviewer {reviewer} has {given} {what}, not {low} to {high}")]
    Given {
        /// The reviewer.
        reviewer: PersonId,
        /// "submissions" or "exemplars".
        what: &'static str,
        /// How many they have.
        given: usize,
        /// The fewest they may have.
        low: usize,
        /// The most they may have.
        high: usize,
    },
    /// A best effort for which nobody asked.
    #[error("the plan is a best effort, for which the assigner does not ask")]
    NoBestEffort,
    /// A submission receives more or fewer reviews than an even spread gives.
    #[error("submission {submission} has {received} reviewers, not {low} to {high}")]
    Received {
        /// The submission.
        submission: SubmissionId,
        /// How many reviewers it has.
        received: usize,
        /// The fewest it may have.
        low: usize,
        /// The most it may have.
        high: usize,
    },
}

impl From<Stage> for LoadsKept {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Even => Self::Exactly,
            Stage::Ranges => Self::WithinRanges,
            Stage::BestEffort => Self::BestEffort,
        }
    }
}

impl ReviewPlan {
    /// Who reviews what.
    #[must_use]
    pub fn graph(&self) -> &ReviewGraph {
        &self.graph
    }

    /// How the plan was found.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// How near the loads are to what was asked for.
    #[must_use]
    pub fn loads(&self) -> LoadsKept {
        self.loads
    }

    /// Who gives or receives less than an even plan would have it, in the order reviewers,
    /// submissions, ids: nothing unless the plan is a best effort, or ranges were made use of.
    /// O(people + submissions + reviews).
    ///
    /// ```
    /// use peergrade::assign::{LoadsKept, Shortfall};
    /// use peergrade::{Assigner, Cohort, PersonId, Seed};
    ///
    /// // Of three people each can give no more than two reviews.
    /// let cohort = Cohort::individuals(3)?;
    /// let assigner = Assigner::new(3).best_effort(true);
    /// let plan = assigner.assign(&cohort, Seed::new(1))?;
    /// assert_eq!(plan.loads(), LoadsKept::BestEffort);
    /// let first = plan.shortfalls(&cohort, &assigner)?[0];
    /// assert_eq!(first, Shortfall::Given { reviewer: PersonId::new(0), wanted: 3, given: 2 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Assigner::assign`], for settings that do not fit the cohort.
    pub fn shortfalls(
        &self,
        cohort: &Cohort,
        assigner: &Assigner,
    ) -> Result<Vec<Shortfall>, AssignError> {
        let mut list = Vec::new();
        for rules in Rules::all(assigner, cohort)? {
            let crew = CrewGraph { graph: &self.graph, rules: &rules };
            let wanted = rules.people().map(|r| (r, rules.wanted(r), crew.given(r)));
            let short = wanted.filter(|&(_, wanted, given)| given < wanted as usize);
            list.extend(short.map(|(reviewer, wanted, given)| Shortfall::Given {
                reviewer,
                wanted: wanted as usize,
                given,
            }));
            for submission in rules.pool() {
                let wanted = rules.take(Stage::Even, submission).0 as usize;
                let received = crew.received(submission);
                if received < wanted {
                    list.push(Shortfall::Received { submission, wanted, received });
                }
            }
        }
        list.sort_unstable();
        Ok(list)
    }

    /// Checks every promise anew, with nothing but the graph: nobody has what a rule bars, kept
    /// reviews are there, everybody gives their quota, every submission receives its share; or,
    /// where the plan says so, both are within their ranges. O(people + submissions + reviews).
    ///
    /// # Errors
    ///
    /// The first [`Violation`], with the ids and the numbers.
    pub fn verify(&self, cohort: &Cohort, assigner: &Assigner) -> Result<(), Violation> {
        check_size(&self.graph, cohort)?;
        for rules in Rules::all(assigner, cohort)? {
            self.verify_crew(&rules)?;
        }
        if self.loads == LoadsKept::BestEffort && !assigner.best_effort {
            return Err(Violation::NoBestEffort);
        }
        Ok(())
    }

    /// The promises to peers, or to staff.
    pub(super) fn verify_crew(&self, rules: &Rules<'_>) -> Result<(), Violation> {
        let crew = CrewGraph { graph: &self.graph, rules };
        rules.people().try_for_each(|reviewer| self.verify_reviewer(&crew, reviewer))?;
        self.verify_received(&crew)?;
        if rules.is_peers() { exemplars::verify(rules, &self.graph) } else { Ok(()) }
    }

    fn verify_reviewer(&self, crew: &CrewGraph<'_>, reviewer: PersonId) -> Result<(), Violation> {
        crew.check_pairs(reviewer)?;
        let (low, high) = crew.rules.give(self.stage, reviewer);
        let (given, low, high) = (crew.given(reviewer), low as usize, high as usize);
        if given < low || given > high {
            let what = "submissions";
            return Err(Violation::Given { reviewer, what, given, low, high });
        }
        Ok(())
    }

    fn verify_received(&self, crew: &CrewGraph<'_>) -> Result<(), Violation> {
        let received = |submission| crew.received(submission);
        for submission in crew.rules.pool() {
            let (low, high) = crew.rules.take(self.stage, submission);
            let (received, low, high) = (received(submission), low as usize, high as usize);
            if received < low || received > high {
                return Err(Violation::Received { submission, received, low, high });
            }
        }
        let outside = |s: &SubmissionId| received(*s) > 0 && !crew.rules.in_pool(*s);
        let mut all = (0..to_u32(self.graph.submissions())).map(SubmissionId::new);
        match all.find(outside) {
            None => Ok(()),
            Some(submission) => {
                let received = received(submission);
                Err(Violation::Received { submission, received, low: 0, high: 0 })
            }
        }
    }
}

/// Whether a graph is of a cohort's size.
pub(super) fn check_size(graph: &ReviewGraph, cohort: &Cohort) -> Result<(), Violation> {
    for (what, given, expected) in [
        ("people", graph.people(), cohort.people()),
        ("submissions", graph.submissions(), cohort.submissions()),
    ] {
        if given != expected {
            return Err(Violation::Size { what, given, expected });
        }
    }
    Ok(())
}

/// The reviews of one crew in a plan.
pub(super) struct CrewGraph<'a> {
    pub(super) graph: &'a ReviewGraph,
    pub(super) rules: &'a Rules<'a>,
}

impl CrewGraph<'_> {
    /// Whether a person has nothing that a rule bars, and all that is kept of this crew.
    pub(super) fn check_pairs(&self, reviewer: PersonId) -> Result<(), Violation> {
        let has = self.graph.submissions_of(reviewer);
        for &submission in has {
            if let Some(rule) = self.rules.bar(reviewer, submission) {
                return Err(Violation::Barred { reviewer, submission, rule });
            }
        }
        for &submission in self.rules.kept(reviewer) {
            if has.binary_search(&submission).is_err() {
                return Err(Violation::NotKept { reviewer, submission });
            }
        }
        Ok(())
    }

    /// How many reviews of this crew a person gives.
    pub(super) fn given(&self, reviewer: PersonId) -> usize {
        if !self.rules.has(reviewer) {
            return 0;
        }
        let has = self.graph.submissions_of(reviewer);
        has.iter().filter(|&&submission| !self.rules.is_exemplar(submission)).count()
    }

    /// How many reviews of this crew a submission receives.
    pub(super) fn received(&self, submission: SubmissionId) -> usize {
        if self.rules.is_exemplar(submission) {
            return 0;
        }
        let reviewers = self.graph.reviewers_of(submission);
        reviewers.iter().filter(|&&reviewer| self.rules.has(reviewer)).count()
    }
}

impl AsRef<ReviewGraph> for ReviewPlan {
    fn as_ref(&self) -> &ReviewGraph {
        &self.graph
    }
}
