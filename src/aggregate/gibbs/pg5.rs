//! PG5: the reliability of a reviewer is normal around the own grade.

use super::chain::{Course, Model, Normal, State};
use super::draws::{Drawn, Draws, Peak};
use super::own::Own;
use super::{Chains, plain, setters};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::math;
use crate::reviews::Reviews;

/// The reliability of a reviewer is normal around the own grade (PG5), by Gibbs draws.
///
/// ```text
/// s_u ~ N(mu, vs),  b_v ~ N(0, vb),  z_e ~ N(s_u + b_v, l/r_v)
/// r_v ~ N(g_v, 1/q), cut at 0        g_v: the own grade, mean over criteria and works of v
///
/// one sweep, each from its law given all others, with t_v = r_v/l:
/// s_u ~ N(y/R, 1/R)                  R = 1/vs + sum over reviews of t_v + q per author
///                                    y = mu/vs + sum t_v (z - b_v) + sum over authors of q r_a
///                                    (authors with m works or criteria: q/m^2 and q r/m, r less the others' part)
/// p(r_v) ~ N(r_v; g_v - D_v/(2 l q), 1/q) r_v^(k_v/2),  r_v > 0,  D_v = sum (z - s_u - b_v)^2
/// b_v ~ N(t_v sum (z - s_u) / B, 1/B),  B = 1/vb + k_v t_v
/// ```
///
/// Grades count from 0, the lowest score of a criterion, to 1. `mu, vs, vb, se` are the moments
/// of the ratings; `l = mu se` and `q = 1/vs`: at the mean grade the noise has about the variance
/// `se`, and reliabilities spread around own grades as far as grades do. As published, what the
/// cut takes off the law of a reliability is not given back to the rest.
///
/// How a person reviews tells of the own work; that part of a grade is shown as an adjustment by the
/// method. Teams, people without a work, chains, averages and standard errors as in
/// [`Pg3`](super::Pg3); the parameters stand still.
///
/// Model: Mi and Yeung, "Probabilistic Graphical Models for Boosting Cardinal and Ordinal Peer
/// Grading in MOOCs", AAAI 2015; there the parameters are tuned on grades by staff. O(reviews x criteria x
/// sweeps) time, O(reviews x criteria) space.
///
/// On simulated courses of its own law, 1000 works with 5 reviews each (20 seeds), the error (RMSE)
/// is 3.582 points of 100, against 3.608 of [`Pg1Gibbs`](super::Pg1Gibbs) and 4.752 of the mean. Where
/// precisions have nothing to do with grades it is 4.55, against 3.92 of `Pg1Gibbs` and 5.69 of the mean:
/// the model pays where it is right, and then little.
///
/// When not to use it: as for [`Pg3`](super::Pg3).
///
/// ```
/// use peergrade::aggregate::{Aggregator, Pg5};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(50)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg5()).simulate(&cohort, &plan, Seed::new(2))?;
/// let grades = Pg5::default().aggregate(course.reviews())?;
/// assert!(grades.std_error(SubmissionId::new(0)).unwrap() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pg5 {
    chains: Chains,
}

impl Default for Pg5 {
    fn default() -> Self {
        Self { chains: Chains::new(100, 30) }
    }
}

impl Pg5 {
    setters!(100, 30);
}

impl Aggregator for Pg5 {
    fn name(&self) -> &'static str {
        "pg5"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.chains.check("pg5")?;
        let ratings = [Ratings::by_range(reviews)?];
        let Some(course) = Course::new(&ratings) else {
            return Ok(plain(&ratings[0], "pg5").build()?);
        };
        let (model, state) = Around::of(&course);
        let outcome = self.chains.run(&course, &state, &model);
        let mut books = self.chains.books(&course, &outcome, ("pg5", true));
        Ok(books.swap_remove(0).build()?)
    }
}

/// Reliabilities around own grades.
#[derive(Debug, Clone)]
pub(super) struct Around {
    pub(super) own: Own,
    /// The variance of the noise at reliability 1, and 1 / the variance of reliabilities.
    pub(super) scale: f64,
    pub(super) certainty: f64,
    /// By person.
    pub(super) reliability: Vec<f64>,
}

impl Around {
    pub(super) fn of(course: &Course<'_>) -> (Self, State) {
        let (own, mut state) = Own::of(course);
        let start = course.start;
        let (scale, certainty) = (start.mean * start.noise, 1.0 / start.quality);
        let reliability = vec![start.mean; course.people];
        for &(v, _) in &course.reviewers {
            state.precision[v] = reliability[v] / scale;
        }
        (Self { own, scale, certainty, reliability }, state)
    }
}

impl Model for Around {
    fn concerns(&self, work: usize) -> bool {
        self.own.has_authors(work)
    }

    fn grade(
        &mut self,
        _: &Course<'_>,
        state: &mut State,
        draws: &mut Draws,
        (work, mut law): (usize, Normal),
    ) -> Drawn {
        let before = state.grade[work];
        for v in self.own.authors(work) {
            let share = self.own.share[v];
            let rest = self.own.grade[v] - share * before;
            law.precision += self.certainty * share * share;
            law.pull += self.certainty * share * (self.reliability[v] - rest);
        }
        let drawn = draws.normal(law.precision, law.pull);
        state.grade[work] = drawn.value;
        self.own.add(work, drawn.value - before);
        drawn
    }

    fn precision(
        &mut self,
        state: &mut State,
        draws: &mut Draws,
        person: usize,
        (count, squares): (f64, f64),
    ) {
        let (q, half) = (self.certainty, 0.5 * count);
        let mean = self.own.grade[person] - 0.5 * squares / (self.scale * q);
        // Where the slope is 0: q r^2 - q mean r - half = 0. The second form loses no digits.
        let root = math::sqrt(mean * mean + 4.0 * half / q);
        let mode = if mean >= 0.0 { 0.5 * (mean + root) } else { 2.0 * half / q / (root - mean) };
        let peak = Peak::new(mode, 1.0 / math::sqrt(q + half / (mode * mode)), 0.0);
        let drawn = draws.on_grid(peak, |r| {
            if r <= 0.0 {
                return f64::NEG_INFINITY;
            }
            half * math::ln(r) - 0.5 * q * (r - mean) * (r - mean)
        });
        self.reliability[person] = math::max(drawn.value, 1e-9 * state.hyper.mean);
        state.precision[person] = self.reliability[person] / self.scale;
    }
}
