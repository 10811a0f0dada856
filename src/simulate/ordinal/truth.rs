//! What comes out of a law of rankings.

use thiserror::Error;

use crate::id::SubmissionId;
use crate::rankings::Rankings;
use crate::simulate::SimulateError;

/// Simulated rankings and, apart from them, the truth.
///
/// ```
/// use peergrade::simulate::RankingLaw;
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let pairs = [1, 2].map(|s| (SubmissionId::new(s), PersonId::new(0)));
/// let graph = ReviewGraph::from_pairs(3, 3, &pairs)?;
/// let law = RankingLaw::thurstone(0.0).qualities([0.0, -1.0, 1.0]);
/// let (rankings, truth) = law.simulate(&cohort, &graph, Seed::new(1))?.into_parts();
/// assert_eq!(rankings.get(0).unwrap().submissions(), [2, 1].map(SubmissionId::new));
/// assert_eq!(truth.qualities(), [0.0, -1.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedRankings {
    rankings: Rankings,
    truth: RankingTruth,
}

impl SimulatedRankings {
    pub(super) fn new(rankings: Rankings, qualities: Vec<f64>, people: People) -> Self {
        Self { rankings, truth: RankingTruth { qualities, people } }
    }

    /// What the course would bring.
    #[must_use]
    pub fn rankings(&self) -> &Rankings {
        &self.rankings
    }

    /// What no course knows.
    #[must_use]
    pub fn truth(&self) -> &RankingTruth {
        &self.truth
    }

    /// Both, to own.
    #[must_use]
    pub fn into_parts(self) -> (Rankings, RankingTruth) {
        (self.rankings, self.truth)
    }
}

/// The truth of simulated rankings.
///
/// ```
/// use peergrade::simulate::RankingLaw;
/// use peergrade::{Cohort, ReviewGraph, Seed};
///
/// let (cohort, graph) = (Cohort::individuals(2)?, ReviewGraph::from_pairs(2, 2, &[])?);
/// let course = RankingLaw::thurstone(0.5).simulate(&cohort, &graph, Seed::new(1))?;
/// assert_eq!(course.truth().noise(), [0.5, 0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RankingTruth {
    qualities: Vec<f64>,
    people: People,
}

/// A column for each thing that a person is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct People {
    pub(super) noise: Vec<f64>,
    pub(super) careless: Vec<bool>,
    pub(super) adversarial: Vec<bool>,
    pub(super) no_shows: Vec<bool>,
}

impl RankingTruth {
    /// The quality of every submission.
    #[must_use]
    pub fn qualities(&self) -> &[f64] {
        &self.qualities
    }

    /// The noise of every person when they care: `sd s_g` by Thurstone, from 1e-200 to 1e100 or 0;
    /// `s_g` by Plackett and Luce; the dispersion phi in the others.
    #[must_use]
    pub fn noise(&self) -> &[f64] {
        &self.people.noise
    }

    /// Who ranks at random, by person.
    #[must_use]
    pub fn careless(&self) -> &[bool] {
        &self.people.careless
    }

    /// Who turns the order round, by person.
    #[must_use]
    pub fn adversarial(&self) -> &[bool] {
        &self.people.adversarial
    }

    /// Who gives no ranking, by person.
    #[must_use]
    pub fn no_shows(&self) -> &[bool] {
        &self.people.no_shows
    }
}

/// Why a [`RankingLaw`](crate::simulate::RankingLaw) makes no rankings.
///
/// ```
/// use peergrade::simulate::RankingLaw;
/// use peergrade::{Cohort, ReviewGraph, Seed};
///
/// let (cohort, graph) = (Cohort::individuals(2)?, ReviewGraph::from_pairs(2, 2, &[])?);
/// let law = RankingLaw::mallows(0.5).qualities([1.0, f64::NAN]);
/// let error = law.simulate(&cohort, &graph, Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "submission 1 has quality NaN, but it must be from -1e100 to 1e100");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RankingLawError {
    /// A setting that the law cannot use, or a graph that is not of the cohort.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// Not one quality for each submission.
    #[error("{given} qualities for {needed} submissions")]
    Qualities {
        /// How many qualities.
        given: usize,
        /// How many submissions.
        needed: usize,
    },
    /// A quality that is not finite, or so large that noise on it is not.
    #[error("submission {submission} has quality {value}, but it must be from -1e100 to 1e100")]
    Quality {
        /// The submission.
        submission: SubmissionId,
        /// Its quality.
        value: f64,
    },
}
