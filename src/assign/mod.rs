//! Who reviews what.
//!
//! [`Assigner`] holds the rules and finds a plan: random permutations with switch repair where
//! that suffices, augmenting paths where it does not. The plan is exact: loads differ by at most
//! one, nobody reviews their own or their team's work, every forbidden and kept pair is heeded; or
//! the request is impossible and a [`Shortage`] proves it.

mod augment;
pub mod change;
mod draft;
mod dropout;
mod plan;
pub mod quality;
mod regular;
mod rules;
mod shortage;

use thiserror::Error;

pub use change::{Change, ChangeError, Changed};
pub use dropout::{DropoutError, required_reviews, shortfall};
pub use plan::{ReviewPlan, Strategy, Violation};
pub use quality::Quality;
pub use rules::Rule;
pub use shortage::Shortage;

use crate::cohort::Cohort;
use crate::error::GraphError;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId};
use crate::seed::{Phase, Seed};
use draft::Draft;
use rules::Rules;

/// Switches a slot after augmenting paths were needed. One restores the mixing of a random plan;
/// three are safe.
const MIXING: usize = 3;

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
    forbidden: Vec<(SubmissionId, PersonId)>,
    kept: Vec<(SubmissionId, PersonId)>,
    exemplars: Vec<SubmissionId>,
    exemplars_each: usize,
    #[cfg_attr(feature = "serde", serde(default))]
    excused: Vec<PersonId>,
    #[cfg_attr(feature = "serde", serde(default))]
    closed: Vec<SubmissionId>,
}

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
///      the rule is no review of one's own work (1 pair)"
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
        /// "forbidden" or "kept".
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
}

impl From<Shortage> for AssignError {
    fn from(shortage: Shortage) -> Self {
        Self::Impossible(Box::new(shortage))
    }
}

impl Assigner {
    /// Everybody gives this many reviews.
    #[must_use]
    pub fn new(reviews: usize) -> Self {
        Self {
            reviews,
            forbidden: Vec::new(),
            kept: Vec::new(),
            exemplars: Vec::new(),
            exemplars_each: 0,
            excused: Vec::new(),
            closed: Vec::new(),
        }
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
    /// that once for each phase of augmenting paths, of which few are needed. Memory: 24 bytes a
    /// review and 20 a person.
    ///
    /// # Errors
    ///
    /// [`AssignError::Impossible`] with a proof where no plan keeps the rules, and other variants
    /// for settings that do not fit the cohort.
    pub fn assign(&self, cohort: &Cohort, seed: Seed) -> Result<ReviewPlan, AssignError> {
        let rules = Rules::new(self, cohort)?;
        let mut draft = Draft::new(&rules);
        let exemplars =
            plan::exemplar_pairs(&rules, draft.len(), &mut seed.stream(Phase::Exemplars, 0))?;
        regular::fill(&mut draft, seed);
        let left = regular::repair(&mut draft, seed);
        let strategy = if left.is_empty() {
            Strategy::Repair
        } else {
            augment::complete(&mut draft, &left).map_err(AssignError::Impossible)?;
            regular::mix(&mut draft, MIXING, seed);
            Strategy::Augment
        };
        Ok(ReviewPlan { graph: draft.into_graph(&exemplars), strategy })
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
