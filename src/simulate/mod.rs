//! Courses made up by a published law, in which the truth is known: to compare methods, to rehearse
//! a course, to test a program.
//!
//! A [`Simulation`] is a [`Law`] (what works are worth, who the reviewers are, what an honest one
//! says), [`Behaviour`]s of those who deviate from it, and what staff do. It takes a cohort and who
//! reviews what, and gives [`Reviews`](crate::Reviews) as a course would bring them and, apart from
//! them, the [`Truth`] that no course knows.
//!
//! | law | people differ in | source |
//! |---|---|---|
//! | [`Gaussian`] | bias, precision, effort | PG1 to PG5: Piech et al., EDM 2013; Mi and Yeung, AAAI 2015 |
//! | [`BurrellSchoenebeck`] | bias, effort | Burrell and Schoenebeck, EC 2023 |
//! | [`RubricNoise`] | nothing: the noise of real rubrics | tables of Shnayder and Parkes, HCOMP 2016 |
//!
//! A [`Scenario`] is such a course with a name, a plan and all settings; [`SCENARIOS`] lists those
//! by which methods are compared.
//!
//! ```
//! use peergrade::aggregate::{Aggregator, Mean};
//! use peergrade::simulate::{Behaviour, Gaussian, Simulation};
//! use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId, metrics};
//!
//! // Everybody reviews the next two; a tenth gives full marks to everybody.
//! let next = |i: u32, by: u32| (SubmissionId::new((i + by) % 50), PersonId::new(i));
//! let pairs: Vec<_> = (0..50).flat_map(|i| [next(i, 1), next(i, 2)]).collect();
//! let graph = ReviewGraph::from_pairs(50, 50, &pairs)?;
//!
//! let cohort = Cohort::individuals(50)?;
//! let simulation = Simulation::new(Gaussian::pg1()).behaviour(Behaviour::ALL_MAX, 0.1);
//! let course = simulation.simulate(&cohort, &graph, Seed::new(1))?;
//! let grades: Vec<f64> = Mean.aggregate(course.reviews())?.grades().flatten().collect();
//! assert!(metrics::rmse(&grades, course.truth().grades())? < 20.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod behaviour;
mod burrell_schoenebeck;
mod gaussian;
mod joint;
mod law;
mod ordinal;
mod report;
mod roles;
mod rubric_noise;
mod scenario;
mod simulation;
mod truth;

use thiserror::Error;

pub use behaviour::Behaviour;
pub use burrell_schoenebeck::{BurrellSchoenebeck, Effort};
pub use gaussian::{Gaussian, Grades, LowEffort, Noise};
pub use joint::{JointError, JointTable, PeerAgreement};
pub use law::Law;
pub use ordinal::{RankingLaw, RankingLawError, RankingTruth, SimulatedRankings};
pub use rubric_noise::RubricNoise;
pub use scenario::{SCENARIOS, Scenario, ScenarioError, StandardScenario, by_name};
pub use simulation::Simulation;
pub use truth::{Simulated, Truth};

use crate::error::{ReviewsError, RubricError};
use crate::id::{PersonId, SubmissionId};
use crate::scale::Scale;
use crate::seed::Stream;

/// Why there is no course.
///
/// ```
/// use peergrade::simulate::{Behaviour, Gaussian, Simulation};
/// use peergrade::{Cohort, ReviewGraph, Seed};
///
/// let (cohort, graph) = (Cohort::individuals(2)?, ReviewGraph::from_pairs(2, 2, &[])?);
/// let simulation = Simulation::new(Gaussian::pg1()).behaviour(Behaviour::DropOut, 1.5);
/// let error = simulation.simulate(&cohort, &graph, Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "the share of a behaviour is 1.5, but must be from 0 to 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// A setting that the law or the simulation cannot use.
    #[error("{setting} is {value}, but must be {needed}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        needed: &'static str,
    },
    /// More behaviours than people.
    #[error("the shares of the behaviours sum to {sum}, but must not exceed 1")]
    Shares {
        /// The sum.
        sum: f64,
    },
    /// A behaviour for somebody who is not there.
    #[error("person {person} is to behave, but there are {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// How many people there are.
        people: usize,
    },
    /// Somebody treats a subgroup in a way of their own, but there is none.
    #[error("a behaviour looks at the subgroup, but nobody is marked: set its probability")]
    NoSubgroup,
    /// An exemplar that is not there.
    #[error("exemplar {exemplar} is not one of {submissions} submissions")]
    UnknownExemplar {
        /// The exemplar.
        exemplar: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A column of a truth has another length than the people or submissions of its reviews.
    #[error("{given} {what}, but the reviews need {needed}")]
    Length {
        /// The column.
        what: &'static str,
        /// Its length.
        given: usize,
        /// The length it must have.
        needed: usize,
    },
    /// A number of a truth is NaN or infinite.
    #[error("{what}: row {index} is {value}, which is not finite")]
    NotFinite {
        /// The column.
        what: &'static str,
        /// Its row, from 0.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A precision of a truth is not above 0, or its reciprocal is not finite.
    #[error("the precision of person {person} is {value}, but must be from 1e-200 to 1e200")]
    Precision {
        /// The person.
        person: PersonId,
        /// The number.
        value: f64,
    },
    /// The criteria make no rubric.
    #[error(transparent)]
    Rubric(#[from] RubricError),
    /// The graph has other sizes than the cohort, somebody reviews their own work, or the scale is
    /// too fine for a double.
    #[error(transparent)]
    Reviews(#[from] ReviewsError),
}

/// The largest magnitude of a setting in points: all that follows from it is finite.
const MAX_POINTS: f64 = 1e100;

fn check_share(setting: &'static str, value: f64) -> Result<(), SimulateError> {
    check(setting, value, (0.0..=1.0).contains(&value), "from 0 to 1")
}

fn check_sd(setting: &'static str, value: f64) -> Result<(), SimulateError> {
    check(setting, value, (0.0..=MAX_POINTS).contains(&value), "from 0 to 1e100")
}

fn check_points(setting: &'static str, value: f64) -> Result<(), SimulateError> {
    check(setting, value, (-MAX_POINTS..=MAX_POINTS).contains(&value), "from -1e100 to 1e100")
}

fn check_positive(setting: &'static str, value: f64) -> Result<(), SimulateError> {
    check(setting, value, value > 0.0 && value <= MAX_POINTS, "above 0, up to 1e100")
}

fn check(
    setting: &'static str,
    value: f64,
    fine: bool,
    needed: &'static str,
) -> Result<(), SimulateError> {
    if fine { Ok(()) } else { Err(SimulateError::Setting { setting, value, needed }) }
}

/// A score of this scale, each as likely as the other, on the way to the scale.
fn uniform(scale: Scale, stream: &mut Stream) -> f64 {
    match (scale.levels(), scale.step()) {
        (Some(levels), Some(step)) => scale.min() + f64::from(stream.bounded(levels)) * step,
        _ => scale.min() + stream.unit() * (scale.max() - scale.min()),
    }
}

#[cfg(test)]
mod tests;
