//! The same course under another plan.

use super::{EvaluateError, grades};
use crate::aggregate::Aggregator;
use crate::assign::Assigner;
use crate::cohort::Cohort;
use crate::id::{SubmissionId, to_u32};
use crate::metrics::{Luck, MetricError, flip_rate, luck_of_the_draw};
use crate::seed::{Phase, Seed};
use crate::simulate::Simulation;

/// How much of a grade is luck of the draw: simulates one course again and again and draws only the
/// review plan anew. People, works and what each would say of each work stay as they are.
///
/// ```text
/// luck      = luck_of_the_draw of the grades by peers, a draw for each plan
/// flip rate = mean over draws d = 2, 3, ... of flip_rate(grades of draw d - 1, of draw d)
/// ```
///
/// Every (work, reviewer) pair has a stream of random numbers of its own, so a reviewer who meets a
/// work in two plans says the same of it in both. Works of which staff or an exemplar's author say
/// the grade do not count; a flip rate is taken over the works that both draws grade.
///
/// What to expect of the plain mean: if `x_uv` is what person `v` would say of work `u`, and its `k`
/// reviewers are any `k` of the `N` people who may review it, each set as likely, then by the law of
/// sampling from a finite population (Cochran, "Sampling Techniques", 1977, theorem 2.2)
///
/// ```text
/// E variance of u = (S_u^2 / k) (1 - k / N),    S_u^2 = sum_v (x_uv - mean_v x_uv)^2 / (N - 1)
///                 ~ (s^2 + b^2) / k             noise of sd s, biases of sd b, N much above k
/// ```
///
/// A method that multiplies the distance to a fixed grade by `w` multiplies the variance by `w^2`.
///
/// Shares of behaviours are shares of those who have something to review: where a plan leaves some
/// people without reviews, as with quotas of 0, another plan may cast others, and that luck is in the
/// result too. So is that of behaviours which look at other reviews, such as
/// [`Copy`](crate::simulate::Behaviour::Copy).
///
/// Time: a plan, a simulation and a run of the method for each draw; O(draws x submissions) space
/// beside them.
///
/// When not to use it: to choose between methods by luck alone. Who gives everybody the same grade
/// has none; read it beside the error. For a course of real people nobody knows what another reviewer
/// would have said: standard errors and [`HeldOut`](super::HeldOut) speak of those.
///
/// ```
/// use peergrade::aggregate::{Mean, ShrunkMean};
/// use peergrade::evaluate::Redraws;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(200)?;
/// let (course, plan) = (Simulation::new(Gaussian::pg1()), Assigner::new(5));
/// let redraws = Redraws::default().draws(10).boundaries([50.0, 60.0, 70.0, 80.0, 90.0]);
/// let mean = redraws.evaluate(&course, &cohort, &plan, &Mean, Seed::new(1))?;
/// let shrunk = redraws.evaluate(&course, &cohort, &plan, &ShrunkMean, Seed::new(1))?;
/// assert!(shrunk.luck().sd() < mean.luck().sd());
/// // So many students have another grade, had others reviewed them.
/// assert!(mean.flip_rate().unwrap() > 0.2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Redraws {
    draws: u32,
    boundaries: Vec<f64>,
}

/// 20 draws, no boundaries.
impl Default for Redraws {
    fn default() -> Self {
        Self { draws: 20, boundaries: Vec::new() }
    }
}

/// How much grades change when only the plan does. Made by [`Redraws::evaluate`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Redrawn {
    luck: Luck,
    flip_rate: Option<f64>,
}

impl Redrawn {
    /// The variance of a grade over plans; its students are the submissions.
    #[must_use]
    pub fn luck(&self) -> Luck {
        self.luck
    }

    /// The share of works on different sides of a boundary under one plan and the next, from 0 to 1.
    /// `None` without boundaries, and where no two draws in a row grade the same work.
    #[must_use]
    pub fn flip_rate(&self) -> Option<f64> {
        self.flip_rate
    }
}

impl Redraws {
    /// Sets how many plans are drawn, 2 or more; 20 by default.
    #[must_use]
    pub fn draws(mut self, draws: u32) -> Self {
        self.draws = draws;
        self
    }

    /// Sets the grade boundaries of the flip rate, in points, rising; none by default.
    #[must_use]
    pub fn boundaries(mut self, boundaries: impl IntoIterator<Item = f64>) -> Self {
        self.boundaries = boundaries.into_iter().collect();
        self
    }

    /// How much the grades by this method change with the plan, in the course that
    /// [`Simulation::simulate`] makes of this seed. The same seed draws the same plans for every
    /// method.
    ///
    /// # Errors
    ///
    /// [`EvaluateError`] where there are fewer than 2 draws, there is no plan, the course cannot be
    /// simulated, the method fails, no work has a grade in two draws, a variance is beyond
    /// `f64::MAX`, or the boundaries do not rise.
    pub fn evaluate(
        &self,
        simulation: &Simulation,
        cohort: &Cohort,
        assigner: &Assigner,
        method: &dyn Aggregator,
        seed: Seed,
    ) -> Result<Redrawn, EvaluateError> {
        if self.draws < 2 {
            let (setting, needed) = ("draws", "at least 2");
            return Err(EvaluateError::Setting { setting, value: self.draws.into(), needed });
        }
        let mut draws: Vec<Vec<Option<f64>>> = Vec::new();
        for draw in 0..self.draws {
            let plan = assigner.assign(cohort, seed.key(Phase::Redraw, draw.into()))?;
            let course = simulation.simulate(cohort, &plan, seed)?;
            let (reviews, book) = (course.reviews(), grades(method, course.reviews())?);
            let ids = (0..to_u32(book.submissions())).map(SubmissionId::new);
            let known = |id| reviews.staff_grade(id).is_some() || reviews.exemplar(id).is_some();
            let grade = |id| if known(id) { None } else { book.peer_grade(id) };
            draws.push(ids.map(grade).collect());
        }
        Ok(Redrawn { luck: luck_of_the_draw(&draws)?, flip_rate: self.flips(&draws)? })
    }

    fn flips(&self, draws: &[Vec<Option<f64>>]) -> Result<Option<f64>, MetricError> {
        if self.boundaries.is_empty() {
            return Ok(None);
        }
        let (mut sum, mut count) = (0.0, 0.0);
        for pair in draws.windows(2) {
            let both = pair[0].iter().zip(&pair[1]).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
            let (before, after): (Vec<f64>, Vec<f64>) = both.unzip();
            if !before.is_empty() {
                sum += flip_rate(&before, &after, &self.boundaries)?;
                count += 1.0;
            }
        }
        Ok((count > 0.0).then(|| sum / count))
    }
}
