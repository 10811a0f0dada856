//! PG3: the precision of a reviewer is linear in the own grade.

use super::chain::{Course, Model, Normal, State};
use super::draws::{Drawn, Draws, Peak};
use super::own::Own;
use super::{Chains, plain, setters};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::math;
use crate::reviews::Reviews;

/// Who has a better grade reviews more precisely (PG3), by Gibbs draws.
///
/// ```text
/// s_u ~ N(mu, vs),  b_v ~ N(0, vb),  z_e ~ N(s_u + b_v, 1/t_v)
/// t_v = h1 g_v + h0                  g_v: the own grade, mean over criteria and works of v
///
/// one sweep, each from its law given all others:
/// p(s_u) ~ N(s_u; (mu/vs + sum t_v (z - b_v)) / R, 1/R)           R = 1/vs + sum over reviews of t_v
///          x product over authors a of t_a^(k_a/2) exp(-t_a D_a/2)
///          D_a = sum over the k_a reviews by a of (z - s - b_a)^2,  t_a = h1 g_a + h0 > 0
/// b_v ~ N(t_v sum (z - s_u) / B, 1/B),  B = 1/vb + k_v t_v
/// ```
///
/// Grades count from 0, the lowest score of a criterion, to 1. `mu, vs, vb, se` are the moments
/// of the ratings, and `h1 = c/(mu se)`, `h0 = (1 - c)/se`: at the mean grade the noise has the
/// variance `se`, and the part `c` of its precision grows with the own grade, 0.5 by default.
///
/// How a person reviews tells of the own work, and not the other way round only: who disagrees with
/// the others gets a lower grade. That part of a grade is shown as an adjustment by the method
/// beside the lines for reviews, bias and prior. A team has one grade, of which the reviewing of all its
/// authors tells. Who reviews and wrote nothing is given an unseen work with the law of all others.
///
/// Chains, averages and standard errors are those of [`Pg1Gibbs`](super::Pg1Gibbs); the parameters
/// stand still, so that 100 sweeps a chain, of which 30 do not count, are enough. Model: Piech, Huang, Chen, Do, Ng and Koller, "Tuned Models of Peer Assessment in
/// MOOCs", EDM 2013. O(reviews x criteria x sweeps) time, O(reviews x criteria) space.
///
/// On simulated courses of its own law, 1000 works with 5 reviews each (20 seeds), the error (RMSE)
/// is 3.516 points of 100, against 3.526 of [`Pg1Gibbs`](super::Pg1Gibbs) and 4.684 of the mean. Where
/// precisions have nothing to do with grades it is 4.55, against 3.92 of `Pg1Gibbs` and 5.69 of the mean:
/// the model pays where it is right, and then little.
///
/// When not to use it: where it is held unfair that reviewing changes the reviewer's own grade; on
/// scales whose lowest score means nothing, such as -1000 to 1000, as there all grades are the same part of the
/// range and so are all precisions; for large courses.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Pg3};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(50)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg3()).simulate(&cohort, &plan, Seed::new(2))?;
/// let grades = Pg3::default().aggregate(course.reviews())?;
/// assert!(grades.std_error(SubmissionId::new(0)).unwrap() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pg3 {
    chains: Chains,
    coupling: f64,
}

impl Default for Pg3 {
    fn default() -> Self {
        Self { chains: Chains::new(100, 30), coupling: 0.5 }
    }
}

impl Pg3 {
    /// Sets which part of the precision grows with the own grade, from 0 to 1; 0.5 by default.
    #[must_use]
    pub fn coupling(mut self, part: f64) -> Self {
        self.coupling = part;
        self
    }

    setters!(100, 30);
}

impl Aggregator for Pg3 {
    fn name(&self) -> &'static str {
        "pg3"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.chains.check("pg3")?;
        if !(0.0..=1.0).contains(&self.coupling) {
            return Err(AggregateError::Setting {
                method: "pg3",
                setting: "the coupling",
                value: self.coupling,
                needed: "but must be from 0 to 1",
            });
        }
        let ratings = [Ratings::by_range(reviews)?];
        let Some(course) = Course::new(&ratings) else {
            return Ok(plain(&ratings[0], "pg3").build()?);
        };
        let (model, state) = Linear::of(&course, self.coupling);
        let outcome = self.chains.run(&course, &state, &model);
        let mut books = self.chains.books(&course, &outcome, ("pg3", true));
        Ok(books.swap_remove(0).build()?)
    }
}

/// Precisions linear in own grades.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    pub(super) own: Own,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    /// Of the authors of one work: precision without it, what its grade adds, half the reviews.
    terms: Vec<(f64, f64, f64)>,
}

impl Linear {
    pub(super) fn of(course: &Course<'_>, coupling: f64) -> (Self, State) {
        let (own, mut state) = Own::of(course);
        let (mean, noise) = (course.start.mean, course.start.noise);
        let (slope, intercept) = (coupling / mean / noise, (1.0 - coupling) / noise);
        for &(v, _) in &course.reviewers {
            state.precision[v] = slope * own.grade[v] + intercept;
        }
        (Self { own, slope, intercept, terms: Vec::new() }, state)
    }
}

impl Model for Linear {
    fn concerns(&self, work: usize) -> bool {
        self.own.has_authors(work)
    }

    fn grade(
        &mut self,
        course: &Course<'_>,
        state: &mut State,
        draws: &mut Draws,
        (work, mut law): (usize, Normal),
    ) -> Drawn {
        let before = state.grade[work];
        self.terms.clear();
        let mut least = f64::NEG_INFINITY;
        for v in self.own.authors(work) {
            let slope = self.slope * self.own.share[v];
            let rest =
                self.slope * (self.own.grade[v] - self.own.share[v] * before) + self.intercept;
            let (count, squares) = course.residuals(state, v);
            law.pull -= 0.5 * slope * squares;
            if slope > 0.0 {
                least = math::max(least, -rest / slope);
                self.terms.push((rest, slope, 0.5 * count));
            }
        }
        let drawn = if self.terms.is_empty() {
            draws.normal(law.precision, law.pull)
        } else {
            let (terms, mean) = (&self.terms, law.pull / law.precision);
            let start = if mean > least { mean } else { before };
            let peak = Peak::search(start, least, |s| {
                let slopes = (-law.precision * (s - mean), -law.precision);
                terms.iter().fold(slopes, |(first, second), &(rest, slope, half)| {
                    let part = slope / (rest + slope * s);
                    (first + half * part, second - half * part * part)
                })
            });
            draws.on_grid(peak, |s| {
                let normal = -0.5 * law.precision * (s - mean) * (s - mean);
                if s <= least {
                    return f64::NEG_INFINITY;
                }
                terms.iter().fold(normal, |sum, &(rest, slope, half)| {
                    sum + half * math::ln(rest + slope * s)
                })
            })
        };
        state.grade[work] = drawn.value;
        self.own.add(work, drawn.value - before);
        for v in self.own.authors(work) {
            state.precision[v] = self.slope * self.own.grade[v] + self.intercept;
        }
        drawn
    }

    /// Follows from the own grade.
    fn precision(&mut self, _: &mut State, _: &mut Draws, _: usize, _: (f64, f64)) {}
}
