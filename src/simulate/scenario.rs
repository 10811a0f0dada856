//! Courses with a name: a cohort, a plan, a law and all settings, ready to run.

mod standard;

use core::error::Error;
use core::fmt;

pub use standard::SCENARIOS;

use super::Simulated;
use crate::seed::Seed;

/// What went wrong in a scenario: an error of this crate, or of your own.
pub type ScenarioError = Box<dyn Error + Send + Sync>;

/// A course that can be run at any size with any seed.
///
/// Object-safe and open: a scenario of your own can stand wherever one of [`SCENARIOS`] does.
///
/// ```
/// use peergrade::simulate::{Behaviour, Gaussian, Scenario, ScenarioError, Simulated, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// /// Three reviews each, and a fifth of the class is lazy.
/// #[derive(Debug)]
/// struct Lazy;
///
/// impl Scenario for Lazy {
///     fn name(&self) -> &str {
///         "lazy"
///     }
///
///     fn simulate(&self, learners: usize, seed: Seed) -> Result<Simulated, ScenarioError> {
///         let cohort = Cohort::individuals(learners)?;
///         let plan = Assigner::new(3).assign(&cohort, seed.derive("plan"))?;
///         let simulation = Simulation::new(Gaussian::pg1()).behaviour(Behaviour::ALL_80, 0.2);
///         Ok(simulation.simulate(&cohort, &plan, seed)?)
///     }
/// }
///
/// let course = Lazy.simulate(50, Seed::new(1))?;
/// assert_eq!(course.reviews().graph().reviews(), 150);
/// # Ok::<(), ScenarioError>(())
/// ```
pub trait Scenario: fmt::Debug + Send + Sync {
    /// The name by which programs call the scenario.
    fn name(&self) -> &str;

    /// The course of `learners` people with this seed.
    ///
    /// # Errors
    ///
    /// Where the scenario cannot be run at that size.
    fn simulate(&self, learners: usize, seed: Seed) -> Result<Simulated, ScenarioError>;
}

/// An entry of [`SCENARIOS`].
///
/// ```
/// use peergrade::Seed;
/// use peergrade::simulate::{Scenario, by_name};
///
/// let attacked = by_name("bs-low").unwrap();
/// let truth = attacked.simulate(100, Seed::new(1))?.into_parts().1;
/// let hostile = (0..100).filter(|&i| truth.is_hostile(peergrade::PersonId::new(i)));
/// assert_eq!(hostile.count(), 30);
/// # Ok::<(), peergrade::simulate::ScenarioError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StandardScenario {
    name: &'static str,
    summary: &'static str,
    make: fn(usize, Seed) -> Result<Simulated, ScenarioError>,
}

impl StandardScenario {
    /// What it is, in a line.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }
}

impl Scenario for StandardScenario {
    fn name(&self) -> &str {
        self.name
    }

    fn simulate(&self, learners: usize, seed: Seed) -> Result<Simulated, ScenarioError> {
        (self.make)(learners, seed)
    }
}

/// The scenario of this name; `None` where there is none.
///
/// ```
/// assert!(peergrade::simulate::by_name("s4").is_some());
/// assert!(peergrade::simulate::by_name("s99").is_none());
/// ```
#[must_use]
pub fn by_name(name: &str) -> Option<&'static StandardScenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
