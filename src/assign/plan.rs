//! The plan, and the independent check of it.

use thiserror::Error;

use super::rules::{Rule, Rules};
use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};
use crate::seed::Stream;

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
    #[error("reviewer {reviewer} has {given} {what}, not {expected}")]
    Given {
        /// The reviewer.
        reviewer: PersonId,
        /// "submissions" or "exemplars".
        what: &'static str,
        /// How many they have.
        given: usize,
        /// How many they were to have.
        expected: usize,
    },
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

    /// Checks every promise anew, with nothing but the graph: nobody has what a rule bars, kept
    /// reviews are there, everybody gives their quota, every submission receives its share.
    /// O(people + submissions + reviews).
    ///
    /// # Errors
    ///
    /// The first [`Violation`], with the ids and the numbers.
    pub fn verify(&self, cohort: &Cohort, assigner: &Assigner) -> Result<(), Violation> {
        let rules = Rules::new(assigner, cohort)?;
        for (what, given, expected) in [
            ("people", self.graph.people(), cohort.people()),
            ("submissions", self.graph.submissions(), cohort.submissions()),
        ] {
            if given != expected {
                return Err(Violation::Size { what, given, expected });
            }
        }
        rules.people().try_for_each(|reviewer| self.verify_reviewer(&rules, reviewer))?;
        for submission in rules.pool() {
            let received = self.graph.reviewers_of(submission).len();
            let low = rules.low(submission) as usize;
            let high = rules.high(submission) as usize;
            if received < low || received > high {
                return Err(Violation::Received { submission, received, low, high });
            }
        }
        self.verify_exemplars(&rules)
    }

    fn verify_reviewer(&self, rules: &Rules<'_>, reviewer: PersonId) -> Result<(), Violation> {
        let has = self.graph.submissions_of(reviewer);
        for &submission in has {
            if let Some(rule) = rules.bar(reviewer, submission) {
                return Err(Violation::Barred { reviewer, submission, rule });
            }
        }
        for &submission in rules.kept(reviewer).iter().chain(rules.kept_exemplars(reviewer)) {
            if has.binary_search(&submission).is_err() {
                return Err(Violation::NotKept { reviewer, submission });
            }
        }
        let is_exemplar = |s: &&SubmissionId| rules.exemplars().binary_search(s).is_ok();
        let exemplars = has.iter().filter(is_exemplar).count();
        for (what, given, expected) in [
            ("submissions", has.len() - exemplars, rules.quota(reviewer) as usize),
            ("exemplars", exemplars, rules.exemplar_quota(reviewer)),
        ] {
            if given != expected {
                return Err(Violation::Given { reviewer, what, given, expected });
            }
        }
        Ok(())
    }

    /// Where nothing is kept or barred, exemplars are spread evenly.
    fn verify_exemplars(&self, rules: &Rules<'_>) -> Result<(), Violation> {
        if rules.exemplars().is_empty() || !rules.exemplars_are_free() {
            return Ok(());
        }
        let total: usize = rules.people().map(|r| rules.exemplar_quota(r)).sum();
        let low = total / rules.exemplars().len();
        let high = total.div_ceil(rules.exemplars().len());
        for &submission in rules.exemplars() {
            let received = self.graph.reviewers_of(submission).len();
            if received < low || received > high {
                return Err(Violation::Received { submission, received, low, high });
            }
        }
        Ok(())
    }
}

impl AsRef<ReviewGraph> for ReviewPlan {
    fn as_ref(&self) -> &ReviewGraph {
        &self.graph
    }
}

/// The pairs of reviewers and exemplars, in canonical order: round robin over the exemplars, in
/// random order of the reviewers.
pub(super) fn exemplar_pairs(
    rules: &Rules<'_>,
    reviews: usize,
    stream: &mut Stream,
) -> Result<Vec<(SubmissionId, PersonId)>, AssignError> {
    let total = rules.people().map(|r| rules.exemplar_quota(r)).try_fold(0, usize::checked_add);
    super::check_total(reviews, total.unwrap_or(usize::MAX))?;
    let mut pairs = Vec::new();
    let list = rules.exemplars();
    if list.is_empty() {
        return Ok(pairs);
    }
    let mut reviewers: Vec<PersonId> = rules.people().collect();
    stream.shuffle(&mut reviewers);
    let mut next = 0;
    for reviewer in reviewers {
        let kept = rules.kept_exemplars(reviewer);
        pairs.extend(kept.iter().map(|&exemplar| (exemplar, reviewer)));
        let mut missing = rules.exemplar_quota(reviewer) - kept.len();
        for _ in 0..list.len() {
            if missing == 0 {
                break;
            }
            let exemplar = list[next];
            next = (next + 1) % list.len();
            if kept.binary_search(&exemplar).is_err() && rules.allows(reviewer, exemplar) {
                pairs.push((exemplar, reviewer));
                missing -= 1;
            }
        }
        if missing > 0 {
            return Err(AssignError::ExemplarsBarred { reviewer, missing });
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}
