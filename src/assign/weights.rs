//! What is known of reviewers beforehand: how reliable they are, and whether they will deliver.

use thiserror::Error;

use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::id::{PersonId, to_u32};

/// How far a plan evens out what submissions get, where reviewers differ in weight: see
/// [`Assigner::reliability`].
///
/// ```
/// use peergrade::assign::Balance;
///
/// assert_eq!(Balance::default(), Balance::Switches);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Balance {
    /// One reviewer of each stratum of weight for every submission, and no more: the most random
    /// of the plans that are balanced at all.
    Strata,
    /// Strata, and then switches until the sums of weights are nearly equal. Weights so great that
    /// only a circle of the weakest could make up for them count for less.
    #[default]
    Switches,
}

/// What is wrong with weights of people.
///
/// ```
/// use peergrade::assign::WeightsError;
///
/// let error = WeightsError::Length { given: 3, people: 5 };
/// assert_eq!(error.to_string(), "3 weights for 5 people");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// Not one number a person.
    #[error("{given} weights for {people} people")]
    Length {
        /// How many there are.
        given: usize,
        /// How many people there are.
        people: usize,
    },
    /// A weight that is negative, infinite or NaN.
    #[error("the weight of person {person} is {weight}, not a finite number from 0 on")]
    Weight {
        /// The person.
        person: PersonId,
        /// The weight.
        weight: f64,
    },
    /// A probability that is none.
    #[error("the probability of person {person} is {probability}, not in [0, 1]")]
    Probability {
        /// The person.
        person: PersonId,
        /// The number.
        probability: f64,
    },
}

/// The settings of an assigner about weights.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct Weights {
    reliability: Option<Vec<f64>>,
    completion: Option<Vec<f64>>,
    balance: Balance,
}

impl Assigner {
    /// Spreads reliable and unreliable reviewers evenly over the submissions. One weight a person of
    /// the cohort, by id: the posterior precision of their scores, or any other number from 0 on.
    ///
    /// ```text
    /// W_s = sum of w_r over the reviewers r of s        close to  (reviews of s) x (mean weight)
    /// ```
    ///
    /// If the variance of a score of reviewer r is `1 / w_r`, that of the weighted mean of the scores
    /// of s is `1 / W_s`. With weights from a gamma distribution of shape 2 and five reviews each, a
    /// plan without weights has a coefficient of variation of `W_s` of 0.31 (1000 people), and its mean variance is
    /// 11 % above that of equal sums: see [`Precision`](super::quality::Precision).
    ///
    /// The reviews that reviewers are to give are sorted by weight and cut into as many strata as a
    /// submission receives reviews, and each stratum is dealt at random: one reviewer of each stratum
    /// for every submission (systematic sampling, Madow and Madow, Annals of Mathematical Statistics
    /// 15, 1944). Then switches make the sums nearly equal, see [`balance`](Self::balance). Loads and
    /// rules are as without weights; where rules leave no choice, they go first. People who are to
    /// get the same number are best given the same weight: within a stratum, chance decides.
    ///
    /// O(reviews log reviews); memory: about 24 bytes a review more. Not for weights that are mere noise:
    /// a plan made even in these is no better than a random one.
    ///
    /// ```
    /// use peergrade::assign::quality::Precision;
    /// use peergrade::{Assigner, Cohort, Seed};
    ///
    /// let cohort = Cohort::individuals(200)?;
    /// let weights: Vec<f64> = (0..200).map(|i| 1.0 + f64::from(i % 4)).collect();
    /// let plan = Assigner::new(4).reliability(&weights).assign(&cohort, Seed::new(1))?;
    /// let even = Precision::of(plan.graph(), &weights)?.unwrap();
    ///
    /// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
    /// let random = Precision::of(plan.graph(), &weights)?.unwrap();
    /// assert!(even.variation() < 0.05 && random.variation() > 0.2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn reliability(mut self, weights: &[f64]) -> Self {
        self.weights.reliability = Some(weights.to_vec());
        self
    }

    /// Spreads those who will deliver and those who may not evenly over the submissions, so that the
    /// expected numbers of reviews that arrive are equal. One probability a person of the cohort, by
    /// id.
    ///
    /// Works like [`reliability`](Self::reliability); with both, the weight of a reviewer is the
    /// product: the precision that may be expected to arrive.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// // Every other person never delivers.
    /// let cohort = Cohort::individuals(100)?;
    /// let delivers = |person: PersonId| person.get() % 2 == 0;
    /// let completion: Vec<f64> =
    ///     (0..100).map(|i| if delivers(PersonId::new(i)) { 1.0 } else { 0.0 }).collect();
    /// let plan = Assigner::new(4).completion(&completion).assign(&cohort, Seed::new(1))?;
    /// for submission in (0..100).map(SubmissionId::new) {
    ///     let reviewers = plan.graph().reviewers_of(submission);
    ///     assert_eq!(reviewers.iter().filter(|&&r| delivers(r)).count(), 2);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn completion(mut self, probabilities: &[f64]) -> Self {
        self.weights.completion = Some(probabilities.to_vec());
        self
    }

    /// How far to go where weights are given; [`Balance::Switches`] unless told.
    ///
    /// [`Balance::Strata`] leaves a coefficient of variation of about 0.13 where
    /// [`Balance::Switches`] comes below 0.02 (gamma weights as above, 1000 people).
    #[must_use]
    pub fn balance(mut self, balance: Balance) -> Self {
        self.weights.balance = balance;
        self
    }
}

impl Weights {
    pub(super) fn balance(&self) -> Balance {
        self.balance
    }

    /// The weight of each person; `None` where nothing was said.
    pub(super) fn of(&self, cohort: &Cohort) -> Result<Option<Vec<f64>>, AssignError> {
        let people = cohort.people();
        let checked = |kind, column: &Option<Vec<f64>>, check: Check| {
            let Some(column) = column else { return Ok(None) };
            match check(column, people) {
                Ok(()) => Ok(Some(column.clone())),
                Err(error) => Err(AssignError::Weights { kind, error }),
            }
        };
        let reliability = checked("reliability", &self.reliability, check_weights)?;
        let completion = checked("completion", &self.completion, check_probabilities)?;
        Ok(match (reliability, completion) {
            (Some(mut weights), Some(probabilities)) => {
                weights.iter_mut().zip(probabilities).for_each(|(w, p)| *w *= p);
                Some(weights)
            }
            (weights, None) => weights,
            (None, probabilities) => probabilities,
        })
    }
}

type Check = fn(&[f64], usize) -> Result<(), WeightsError>;

/// Whether these are finite weights from 0 on, one a person.
pub(super) fn check_weights(weights: &[f64], people: usize) -> Result<(), WeightsError> {
    check(weights, people, f64::MAX, |person, weight| WeightsError::Weight { person, weight })
}

fn check_probabilities(probabilities: &[f64], people: usize) -> Result<(), WeightsError> {
    let wrong = |person, probability| WeightsError::Probability { person, probability };
    check(probabilities, people, 1.0, wrong)
}

fn check(
    column: &[f64],
    people: usize,
    limit: f64,
    wrong: impl Fn(PersonId, f64) -> WeightsError,
) -> Result<(), WeightsError> {
    if column.len() != people {
        return Err(WeightsError::Length { given: column.len(), people });
    }
    match column.iter().position(|value| !(0.0..=limit).contains(value)) {
        Some(i) => Err(wrong(PersonId::new(to_u32(i)), column[i])),
        None => Ok(()),
    }
}
