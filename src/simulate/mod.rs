//! Courses made up by a published law, in which the truth is known: to compare methods, to rehearse
//! a course, to test a program.
//!
//! | law | people differ in | source |
//! |---|---|---|
//! | [`Pg1`] | bias, precision | Piech, Huang, Chen, Do, Ng and Koller, EDM 2013 |
//! | [`BurrellSchoenebeck`] | bias, effort, honesty | Burrell and Schoenebeck, 2023 |
//!
//! A law takes a cohort and who reviews what, and gives [`Reviews`] as a course would bring them
//! and, apart from them, the [`Truth`] that no course knows.
//!
//! Every submission, every person and every single review draws from a stream of random numbers of
//! its own. So what is added at the end of a cohort (a person, a submission, a review) changes no
//! draw of the others, and neither does a change of another setting: two runs which differ in one
//! setting can be compared review by review.
//!
//! ```
//! use peergrade::aggregate::{Aggregator, Mean};
//! use peergrade::simulate::Pg1;
//! use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId, metrics};
//!
//! // Everybody reviews the next two.
//! let next = |i: u32, by: u32| (SubmissionId::new((i + by) % 50), PersonId::new(i));
//! let pairs: Vec<_> = (0..50).flat_map(|i| [next(i, 1), next(i, 2)]).collect();
//! let graph = ReviewGraph::from_pairs(50, 50, &pairs)?;
//!
//! let cohort = Cohort::individuals(50)?;
//! let course = Pg1::default().simulate(&cohort, &graph, Seed::new(1))?;
//! let grades: Vec<f64> = Mean.aggregate(course.reviews())?.grades().flatten().collect();
//! assert!(metrics::rmse(&grades, course.truth().grades())? < 20.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod burrell_schoenebeck;
mod pg1;

use thiserror::Error;

pub use burrell_schoenebeck::{BurrellSchoenebeck, Effort, Strategy};
pub use pg1::{Noise, Pg1};

use crate::chunks;
use crate::cohort::Cohort;
use crate::error::ReviewsError;
use crate::graph::ReviewGraph;
use crate::id::{SubmissionId, to_u32};
use crate::reviews::{Reviews, check_graph};
use crate::rubric::Rubric;
use crate::scale::Scale;
use crate::seed::{Phase, Seed, Stream};

/// A simulated course: its reviews and, apart from them, the truth.
///
/// ```
/// use peergrade::simulate::Pg1;
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let (reviews, truth) = Pg1::default().simulate(&cohort, &graph, Seed::new(1))?.into_parts();
/// assert_eq!(reviews.graph().reviews(), 1);
/// assert_eq!(truth.grades().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    reviews: Reviews,
    truth: Truth,
}

impl Simulated {
    /// What the course would bring: the reviews of everybody who gave theirs.
    #[must_use]
    pub fn reviews(&self) -> &Reviews {
        &self.reviews
    }

    /// What no course knows.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Both, to own.
    #[must_use]
    pub fn into_parts(self) -> (Reviews, Truth) {
        (self.reviews, self.truth)
    }
}

/// The truth of a simulated course. What the law does not have is `None`.
///
/// ```
/// use peergrade::simulate::{BurrellSchoenebeck, Strategy};
/// use peergrade::{Cohort, ReviewGraph, Seed};
///
/// let (cohort, graph) = (Cohort::individuals(3)?, ReviewGraph::from_pairs(3, 3, &[])?);
/// let course = BurrellSchoenebeck::default().simulate(&cohort, &graph, Seed::new(1))?;
/// let truth = course.truth();
/// assert!(truth.grades().iter().all(|grade| (0.0..=10.0).contains(grade)));
/// assert_eq!(truth.strategies(), Some(&[Strategy::Truth; 3][..]));
/// assert_eq!(truth.precision(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    grades: Vec<f64>,
    no_shows: Vec<bool>,
    bias: Option<Vec<f64>>,
    precision: Option<Vec<f64>>,
    effort: Option<Vec<f64>>,
    careless: Option<Vec<bool>>,
    strategies: Option<Vec<Strategy>>,
}

impl Truth {
    /// The true grade of every submission, in points. A law without bounds may leave the scale.
    #[must_use]
    pub fn grades(&self) -> &[f64] {
        &self.grades
    }

    /// Who gives none of their reviews, by person.
    #[must_use]
    pub fn no_shows(&self) -> &[bool] {
        &self.no_shows
    }

    /// The bias of every person, in points: above 0 for a lenient one.
    #[must_use]
    pub fn bias(&self) -> Option<&[f64]> {
        self.bias.as_deref()
    }

    /// The precision of every person: 1 / variance of the noise of one review, from 1e-200 to
    /// 1e200.
    #[must_use]
    pub fn precision(&self) -> Option<&[f64]> {
        self.precision.as_deref()
    }

    /// The effort of every person: the expected number of looks at a work per review, 1 or more.
    #[must_use]
    pub fn effort(&self) -> Option<&[f64]> {
        self.effort.as_deref()
    }

    /// Who reports at random, by person.
    #[must_use]
    pub fn careless(&self) -> Option<&[bool]> {
        self.careless.as_deref()
    }

    /// What every person makes of what they saw.
    #[must_use]
    pub fn strategies(&self) -> Option<&[Strategy]> {
        self.strategies.as_deref()
    }
}

/// Why a law makes no course.
///
/// ```
/// use peergrade::simulate::{Pg1, SimulateError};
/// use peergrade::{Cohort, ReviewGraph, Seed};
///
/// let (cohort, graph) = (Cohort::individuals(2)?, ReviewGraph::from_pairs(2, 2, &[])?);
/// let error = Pg1::default().no_show(1.5).simulate(&cohort, &graph, Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "no_show is 1.5, but must be from 0 to 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// A setting that the law cannot use.
    #[error("{setting} is {value}, but must be {needed}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        needed: &'static str,
    },
    /// More strategies than people.
    #[error("the shares of the strategies sum to {sum}, but must not exceed 1")]
    Shares {
        /// The sum.
        sum: f64,
    },
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

fn check(
    setting: &'static str,
    value: f64,
    fine: bool,
    needed: &'static str,
) -> Result<(), SimulateError> {
    if fine { Ok(()) } else { Err(SimulateError::Setting { setting, value, needed }) }
}

/// What each person is, by person: `draw` on a stream of their own.
fn people<T: Copy + Default + Send>(
    graph: &ReviewGraph,
    seed: Seed,
    draw: impl Fn(&mut Stream) -> T + Sync,
) -> Vec<T> {
    chunks::column(graph.people(), |i| draw(&mut seed.stream(Phase::SimulatedBehaviour, i as u64)))
}

/// The true grades, by submission: `draw` on a stream of its own.
fn grades(graph: &ReviewGraph, seed: Seed, draw: impl Fn(&mut Stream) -> f64 + Sync) -> Vec<f64> {
    chunks::column(graph.submissions(), |i| draw(&mut seed.stream(Phase::SimulatedTruth, i as u64)))
}

/// The reviews: the score of a work of this grade by this person, on a stream of its own.
///
/// A pair of ids has 56 bits, a stream number 48: so a submission has a key and a reviewer a
/// stream of that key.
fn reviews<P: Copy + Sync>(
    (cohort, graph, scale): (&Cohort, &ReviewGraph, Scale),
    (grades, people, no_shows): (&[f64], &[P], &[bool]),
    seed: Seed,
    score: impl Fn(f64, &P, &mut Stream) -> f64 + Sync,
) -> Result<Reviews, SimulateError> {
    check_graph(cohort, graph)?;
    let scores = chunks::map(graph.submissions(), |range| {
        let row = |s: usize| graph.reviewers_of(SubmissionId::new(to_u32(s)));
        // People lie far apart: fetched all at once, the processor waits for many of them together.
        let reviewers: Vec<(P, bool)> = range
            .clone()
            .flat_map(|s| row(s).iter().map(|r| (people[r.index()], no_shows[r.index()])))
            .collect();
        let mut reviewers = reviewers.iter();
        let mut scores = Vec::with_capacity(reviewers.len());
        for s in range {
            let key = seed.key(Phase::SimulatedNoise, s as u64);
            for (reviewer, (person, no_show)) in row(s).iter().zip(reviewers.by_ref()) {
                if !no_show {
                    let stream = &mut key.stream(Phase::SimulatedNoise, reviewer.get().into());
                    scores.push(score(grades[s], person, stream));
                }
            }
        }
        scores
    });
    let graph = if no_shows.contains(&true) {
        graph.only_by(|reviewer| !no_shows[reviewer.index()])
    } else {
        graph.clone()
    };
    Ok(Reviews::from_columns(cohort, graph, Rubric::single(scale), vec![scores.concat()])?)
}

#[cfg(test)]
mod tests;
