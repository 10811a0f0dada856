//! PG1 by variational Bayes with learned priors.

use super::{By, ItemSums, Law, Learned, Manner, Pace, Residuals, STEP, State};
use super::{components, is_large, no_spread, plain, too_little};
use crate::aggregate::gather::Cell;
use crate::aggregate::moments::Moments;
use crate::aggregate::ratings::Ratings;
use crate::aggregate::rounds::{Rounds, rounds_setters};
use crate::aggregate::{AggregateError, Aggregator};
use crate::gradebook::{Gradebook, GradebookBuilder, Warning};
use crate::id::to_u32;
use crate::math;
use crate::reviews::Reviews;

/// Reviewers have a bias and a precision each, and everything about them is learned from the
/// course itself; with standard errors. The model PG1 of Piech and others, by variational Bayes.
///
/// ```text
/// z_e ~ N(s_u + b_v, 1/t_v),  s_u ~ N(mu, vs),  b_v ~ N(0, vb),  t_v ~ Gamma(a, a/t)
///
/// s_u = (mu/vs + sum of t_v (z_e - b_v)) / L_u     L_u = 1/vs + sum of t_v        Vs_u = 1/L_u
/// b_v = t_v sum of (z_e - s_u) / B_v               B_v = 1/vb + k_v t_v           Vb_v = 1/B_v
/// t_v = (a + k_v/2) / R_v                          R_v = a/t + sum of ((z_e - s_u - b_v)^2 + Vs_u + Vb_v) / 2
///
/// mu = mean of s_u       vs = mean of (s_u - mu)^2 + Vs_u       vb = mean of b_v^2 + Vb_v
/// t  = mean of t_v       digamma(a) - ln a = mean of E ln t_v - ln t,   E ln t_v = digamma(a + k_v/2) - ln R_v
/// ```
///
/// The grade is the mean of all scores of the work, each less its reviewer's bias, weighted by
/// precision, and of `mu` with weight `1/vs`; its standard error is the root of `Vs_u`. Ratings are
/// scores less their mean in units of the standard deviation within works, criterion by criterion,
/// so that one bias and one precision of a reviewer serve all criteria.
///
/// Three things make rounds few, and change nothing of where they end: what biases have in common
/// goes over to the grades at once; every number goes 1.25 of the way to its new value, until that
/// makes grades change more; and `a` and `t` go by Newton's method on the bound itself, with what
/// is known of precisions kept at its best. One makes them cheap: `vb`, `a` and `t` are learned on
/// 65,536 reviewers at most, every m-th. Rounds begin with moments (a = 2) and end when the root
/// mean square of the changes of grades is 1e-3 of the standard deviation within works, after 100
/// at most, by default.
/// Variances and `t` are kept within 1e-6..1e6 of the variance within works, `a` within 0.4..300.
///
/// Piech, Huang, Chen, Do, Ng and Koller, "Tuned Models of Peer Assessment in MOOCs", EDM 2013, who
/// draw by Gibbs; the approximation: Attias, "A Variational Bayesian Framework for Graphical
/// Models", NIPS 1999. O(reviews x criteria x rounds) time; a course of a million works with five
/// reviews each takes 8 rounds. O(reviews x criteria) space.
///
/// Where no submission has two reviews, or fewer than four have any, the grades are plain means and
/// a [`Warning`] says so; [`Warning::NoSpread`] says that works differ no more than by chance.
///
/// When not to use it: for its intervals, which are short where reviewers differ (1000 works, 5
/// reviews each: those of 90 % hold the truth in 86 to 88 % where the model holds), as it takes what
/// it knows of grades, biases and precisions for independent; for that reason it also finds reviewers
/// more alike than they are (shape 4 for 2). Where reviewers give many scores on few levels and one
/// level dominates: who always gives that one looks perfectly precise (50 scores each, 15 % always
/// give the top mark: RMSE .64 against .36 of the mean). Where many report the class average: 7.43
/// against 6.56.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean, Pg1Vb};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let error = |method: &dyn Aggregator| {
///     let grades = method.aggregate(course.reviews())?;
///     let truth = course.truth().grades().iter();
///     let pairs = grades.grades().flatten().zip(truth);
///     Ok::<f64, Box<dyn std::error::Error>>(pairs.map(|(g, t)| (g - t) * (g - t)).sum())
/// };
/// assert!(error(&Pg1Vb::default())? < 0.7 * error(&Mean)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pg1Vb {
    rounds: Rounds,
}

impl Default for Pg1Vb {
    fn default() -> Self {
        Self { rounds: Rounds { tolerance: 1e-3, most: 100 } }
    }
}

/// The shape of the law of precisions to begin with, the least and the most.
const SHAPE: f64 = 2.0;
const LEAST_SHAPE: f64 = 0.4;
const MOST_SHAPE: f64 = 300.0;

/// The most that the variances of the prior and the mean precision come to, and one over the least.
const MOST: f64 = 1e6;

/// So many reviewers tell the law of all.
const SAMPLE: usize = 1 << 16;

/// Steps towards that law in each round.
const STEPS: u32 = 4;

impl Pg1Vb {
    rounds_setters! {
        /// Sets which root mean square of the changes of grades ends the rounds, in parts of the
        /// standard deviation within works: 1e-3 by default; those of biases may be 16 times as large.
        tolerance,
        /// Sets how many rounds there are at most: 100 by default.
        max_iterations
    }
}

impl Aggregator for Pg1Vb {
    fn name(&self) -> &'static str {
        "pg1-vb"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.rounds.check("pg1-vb")?;
        let ratings = Ratings::by_spread(reviews)?;
        if let Some(warning) = too_little(&ratings) {
            return Ok(plain(&ratings, self.name(), warning).build()?);
        }
        let book = if is_large(&ratings) {
            self.fitted::<f32>(&ratings)
        } else {
            self.fitted::<f64>(&ratings)
        };
        Ok(book.build()?)
    }
}

impl Pg1Vb {
    pub(super) fn fitted<'a, T: Cell>(&self, ratings: &Ratings<'a>) -> GradebookBuilder<'a> {
        let by_reviewer = ratings.by_reviewer();
        let moments = Moments::of(ratings, &by_reviewer);
        let mut law = start(&moments);
        let manner = Manner { by: By::Precision, uncertain: true, step: 1.0 };
        let known = (law.mean, law.shape / law.rate);
        let mut state = State::<T>::new(ratings, by_reviewer, known, manner);
        let mut items = state.grade(&law);
        state.manner.step = STEP;
        let (sample, mut pace) = (sample(ratings), Pace::START);
        let fit = self.rounds.run_until(ratings, || {
            learn_items(&mut law, &items);
            let mut part = state.residuals(&sample);
            (0..STEPS).for_each(|_| learn_reviewers(&mut law, &mut part));
            let sums = state.learn(&law);
            // The bound is best where biases have nothing in common.
            state.shift = sums.bias / sums.count;
            law.mean += state.shift;
            items = state.grade(&law);
            pace.after((&sums, &items), &mut state.manner, self.rounds.tolerance)
        });
        let book = state.book(&law, self.name()).fit(fit);
        if no_spread(&moments) { book.warning(Warning::NoSpread) } else { book }
    }
}

fn start(moments: &Moments) -> Law {
    let [quality, bias, noise] = components(moments);
    Law {
        mean: moments.mean,
        quality: 1.0 / quality,
        bias: 1.0 / bias,
        shape: SHAPE,
        rate: SHAPE * noise,
    }
}

/// Every m-th of those who review, by how much they do.
fn sample(ratings: &Ratings<'_>) -> Vec<u32> {
    let load = |v: usize| ratings.given(v).len();
    let reviewers = (0..ratings.people()).filter(|&v| load(v) > 0);
    let step = reviewers.clone().count().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<u32> = reviewers.step_by(step).map(to_u32).collect();
    sample.sort_by_key(|&v| load(v as usize));
    sample
}

/// The law of items.
fn learn_items(law: &mut Law, sums: &ItemSums) {
    let distance = sums.distance / sums.count;
    let variance = (sums.square + sums.variance) / sums.count - distance * distance;
    law.mean += distance;
    law.quality = 1.0 / math::clamp(variance, 1.0 / MOST, MOST);
}

/// What reviewers add up to for a step towards their law.
#[derive(Debug, Default)]
struct Slopes {
    bias: f64,
    bias_square: f64,
    /// Of precisions by their mean, and of the slope of that by its logarithm, with the sign turned.
    ratio: f64,
    ratio_slope: f64,
    /// The slope of the bound by the shape, and the slope of that: what depends on reviewers.
    shape: f64,
    curve: f64,
}

impl Slopes {
    fn of(law: &Law, part: &mut [(Residuals, f64)]) -> Self {
        let (mut slopes, mut gamma) = (Self::default(), (0.0, 0.0, 0.0));
        let mean = law.shape / law.rate;
        let mut logs = Logs::default();
        for (residuals, precision) in part {
            let Learned { reviewer, bias_variance, rate } =
                residuals.reviewer(law, *precision, true);
            *precision = reviewer.precision;
            // Reviewers come by how much they review.
            if residuals.count > gamma.0 {
                let x = law.shape + 0.5 * residuals.count;
                gamma = (residuals.count, math::digamma(x), math::trigamma(x));
            }
            let ratio = reviewer.precision / mean;
            slopes.bias += reviewer.bias;
            slopes.bias_square += reviewer.bias * reviewer.bias + bias_variance;
            slopes.ratio += ratio;
            slopes.ratio_slope += ratio * (1.0 - law.rate / rate);
            slopes.shape += gamma.1 - ratio;
            slopes.curve += gamma.2 + (ratio - 2.0) / (mean * rate);
            logs.multiply(rate / law.rate);
        }
        slopes.shape -= logs.sum();
        slopes
    }
}

/// A sum of logarithms of numbers from 1 to 1e30: one logarithm for eight.
#[derive(Debug)]
struct Logs {
    product: f64,
    factors: u32,
    sum: f64,
}

impl Default for Logs {
    fn default() -> Self {
        Self { product: 1.0, factors: 0, sum: 0.0 }
    }
}

impl Logs {
    fn multiply(&mut self, factor: f64) {
        self.product *= factor;
        self.factors += 1;
        if self.factors == 8 {
            *self = Self { sum: self.sum(), ..Self::default() };
        }
    }

    fn sum(&self) -> f64 {
        self.sum + math::ln(self.product)
    }
}

/// A step of the law of reviewers: expectation and maximisation for the biases, Newton's method in
/// `ln t` and in `1/a` for the precisions, on the bound
///
/// ```text
/// F(a, t) = sum of lgamma(a + k/2) - lgamma(a) + a ln(a/t) - (a + k/2) ln R_v
/// ```
fn learn_reviewers(law: &mut Law, part: &mut [(Residuals, f64)]) {
    let (count, slopes) = (part.len() as f64, Slopes::of(law, part));
    let common = slopes.bias / count;
    let variance = slopes.bias_square / count - common * common;
    law.bias = 1.0 / math::clamp(variance, 1.0 / MOST, MOST);
    let step = (slopes.ratio - count) / slopes.ratio_slope;
    let mean = law.shape / law.rate * math::exp(math::clamp(step, -1.0, 1.0));
    law.shape = next_shape(law.shape, slopes.shape / count, slopes.curve / count);
    law.rate = law.shape / math::clamp(mean, 1.0 / MOST, MOST);
}

/// The next shape from the slopes of the bound, a mean over reviewers.
fn next_shape(a: f64, shape: f64, curve: f64) -> f64 {
    let slope = shape + 1.0 - math::digamma(a);
    let curve = curve + 1.0 / a - math::trigamma(a);
    // By x = 1/a: there the bound is smooth at 0, where all reviewers are equally precise.
    let (x, slope, curve) = (1.0 / a, -a * a * slope, a * a * a * (a * curve + 2.0 * slope));
    let step = match (curve < 0.0, slope > 0.0) {
        (true, _) => -slope / curve,
        (false, true) => x,
        (false, false) => -0.5 * x,
    };
    let x = x + math::clamp(step, -0.7 * x, 2.0 * x);
    1.0 / math::clamp(x, 1.0 / MOST_SHAPE, 1.0 / LEAST_SHAPE)
}
