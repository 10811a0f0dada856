//! What a law of works and reviewers must say.

use super::{BurrellSchoenebeck, Gaussian, RubricNoise, SimulateError, Truth};
use crate::rubric::Rubric;
use crate::seed::Stream;

/// Who the people are, what the works are worth, and what an honest reviewer says of a work: one of
/// the laws of this crate, to be run by a [`Simulation`](super::Simulation). A course by a law of
/// your own enters through [`Simulated::new`](super::Simulated::new).
///
/// ```
/// use peergrade::simulate::{BurrellSchoenebeck, Law, Simulation};
///
/// let law = Law::from(BurrellSchoenebeck::default());
/// assert_eq!(Simulation::new(law), Simulation::new(BurrellSchoenebeck::default()));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Law {
    /// Score = grade + bias + normal noise.
    Gaussian(Gaussian),
    /// Agents who look several times.
    BurrellSchoenebeck(BurrellSchoenebeck),
    /// Peers who agree as those of real rubrics.
    RubricNoise(RubricNoise),
}

impl From<Gaussian> for Law {
    fn from(law: Gaussian) -> Self {
        Self::Gaussian(law)
    }
}

impl From<BurrellSchoenebeck> for Law {
    fn from(law: BurrellSchoenebeck) -> Self {
        Self::BurrellSchoenebeck(law)
    }
}

impl From<RubricNoise> for Law {
    fn from(law: RubricNoise) -> Self {
        Self::RubricNoise(law)
    }
}

/// What is known of a person before anything is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    /// The true grade of their works, averaged; `None` for who wrote none.
    pub(super) grade: Option<f64>,
    /// Whether they are a member of staff.
    pub(super) staff: bool,
}

/// What a law draws.
pub(super) trait Model: Sync {
    /// What a reviewer is.
    type Person: Copy + Default + Send + Sync;

    /// Whether every setting is in its range.
    fn check(&self) -> Result<(), SimulateError>;

    /// The criteria and their scales.
    fn rubric(&self) -> Result<Rubric, SimulateError>;

    /// The expected true grade on a criterion.
    fn expected(&self, criterion: usize) -> f64;

    /// How many criteria there are.
    fn criteria(&self) -> usize {
        1
    }

    /// How many numbers describe a work: its true grade on each criterion comes first.
    fn width(&self) -> usize {
        self.criteria()
    }

    /// Draws a work.
    fn work(&self, stream: &mut Stream, work: &mut [f64]);

    /// Draws a reviewer.
    fn person(&self, who: Who, stream: &mut Stream) -> Self::Person;

    /// Moves a reviewer on to the next assignment.
    fn drift(&self, _person: &mut Self::Person, _stream: &mut Stream) {}

    /// Draws what a reviewer honestly says of a work, one number per criterion, on the way to the
    /// scale.
    fn see(&self, work: &[f64], person: &Self::Person, stream: &mut Stream, scores: &mut [f64]);

    /// The bias of a reviewer, in points of one criterion.
    fn bias(&self, person: &Self::Person) -> Option<f64>;

    /// Tells what the law knows of the people.
    fn tell(&self, people: &[Self::Person], truth: &mut Truth);
}
