//! How much of a grade is the luck of the plan.

use super::{EvaluateError, grades};
use crate::aggregate::Aggregator;
use crate::assign::Assigner;
use crate::cohort::Cohort;
use crate::metrics::{Luck, luck_of_the_draw};
use crate::seed::Seed;
use crate::simulate::Simulation;

/// The luck of the draw: how much the grade of one and the same work varies over re-drawn plans.
///
/// ```text
/// plan_d ~ assigner with seed.derive("d"),  d = 0, 1, ...
/// x_ud   = grade of work u by the method, from the reviews that plan_d brings
/// luck   = mean over works of the variance of x_u over d
/// ```
///
/// People, works and what anybody would say of any work stay the same: only who reviews what is
/// drawn anew. (A behaviour that goes to a share of those who review may meet others where a plan
/// leaves some people without reviews.) Of the plain mean of k reviews with biases of variance b²
/// and noise of variance s², it is about (b² + s²) / k; no platform tells its students.
///
/// `draws` plans, simulations and runs of the method, and their grades in memory.
///
/// ```
/// use peergrade::aggregate::{Mean, ShrunkMean};
/// use peergrade::evaluate::Redraws;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let (cohort, simulation) = (Cohort::individuals(100)?, Simulation::new(Gaussian::pg1()));
/// let luck = |reviews, method: &dyn peergrade::Aggregator| {
///     Redraws::default().draws(5).evaluate(
///         (&simulation, &cohort),
///         &Assigner::new(reviews),
///         method,
///         Seed::new(1),
///     )
/// };
/// // More reviews leave less to luck, and so does a mean that trusts them less.
/// assert!(luck(8, &Mean)?.sd() < luck(3, &Mean)?.sd());
/// assert!(luck(3, &ShrunkMean)?.sd() < luck(3, &Mean)?.sd());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redraws {
    draws: u32,
}

impl Default for Redraws {
    fn default() -> Self {
        Self { draws: 20 }
    }
}

impl Redraws {
    /// Sets how many plans are drawn, 2 or more; 20 by default.
    #[must_use]
    pub fn draws(self, draws: u32) -> Self {
        Self { draws }
    }

    /// The luck of the draw of this course under this method.
    ///
    /// # Errors
    ///
    /// [`EvaluateError`] where there are fewer than 2 draws, no plan or no course can be made, the
    /// method fails, or fewer than two plans give any work a grade.
    pub fn evaluate(
        &self,
        (simulation, cohort): (&Simulation, &Cohort),
        assigner: &Assigner,
        method: &dyn Aggregator,
        seed: Seed,
    ) -> Result<Luck, EvaluateError> {
        if self.draws < 2 {
            let (setting, needed) = ("draws", "at least 2");
            return Err(EvaluateError::Setting { setting, value: self.draws.into(), needed });
        }
        let mut draws: Vec<Vec<Option<f64>>> = Vec::new();
        for draw in 0..self.draws {
            let plan = assigner.assign(cohort, seed.derive(&draw.to_string()))?;
            let course = simulation.simulate(cohort, &plan, seed)?;
            draws.push(grades(method, course.reviews())?.grades().collect());
        }
        Ok(luck_of_the_draw(&draws)?)
    }
}
