//! PG1 by point estimates.

use super::{By, Law, Manner, Pace, STEP, State};
use super::{components, is_large, no_spread, plain, too_little};
use crate::aggregate::gather::Cell;
use crate::aggregate::moments::Moments;
use crate::aggregate::ratings::Ratings;
use crate::aggregate::rounds::{Rounds, rounds_setters};
use crate::aggregate::{AggregateError, Aggregator};
use crate::gradebook::{Fit, Gradebook, GradebookBuilder, Warning};
use crate::math;
use crate::reviews::Reviews;
use crate::scale::Scale;

/// Reviewers have a bias and a precision each, by the model PG1 of Piech and others; one value
/// stands for all that is known of each number, and the prior is set or taken from moments.
///
/// ```text
/// z_e ~ N(s_u + b_v, 1/t_v),  s_u ~ N(mu, 1/g),  b_v ~ N(0, 1/h),  t_v ~ Gamma(a, rate c)
///
/// s_u = (g mu + sum of t_v (z_e - b_v)) / R_u     R_u = g + sum of t_v
/// b_v = t_v sum of (z_e - s_u) / (h + k_v t_v)
/// t_v = (a + k_v/2) / (c + sum of (z_e - s_u - b_v)^2 / 2)
/// ```
///
/// These are the means of the conditional laws from which the authors draw by Gibbs. By default
/// `mu` is the mean of all scores, `g = 1/vs`, `h = 1/vb`, `a = 2` and `c = 2 se`, with variances
/// of quality, biases and noise by moments, none of which counts as less than a thousandth of the
/// variance of all ratings. The grade is the mean of all scores of the work, each less its
/// reviewer's bias, weighted by precision, and of `mu` with weight `g`; its standard error is
/// `1 / root of R_u`. Ratings are scores less their mean in units of the standard deviation within
/// works, criterion by criterion, so that one bias and one precision of a reviewer serve all criteria.
///
/// After every round what biases have in common goes over to the grades as far as both priors agree
/// to it, and every number goes 1.25 of the way to its new value, until that makes grades change more:
/// both make rounds few and change nothing of where they end. They end when the root mean square
/// of the changes of grades is 1e-3 of the standard deviation within works, after 100 at most, by
/// default.
///
/// Piech, Huang, Chen, Do, Ng and Koller, "Tuned Models of Peer Assessment in MOOCs", EDM 2013.
/// They publish no prior. A public Stan program has mu = 5, g = 10, h = 1, a = c = 0.01 on 0..10: an a priori
/// standard deviation of grades of 0.3 points, so it is no default here; the setters make it.
/// O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// Where no submission has two reviews, or fewer than four have any, and something is to come from
/// moments, the grades are plain means and a [`Warning`] says so; [`Warning::NoSpread`] says that
/// works differ no more than by chance.
///
/// When not to use it: where reviewers may be equally precise, or some hostile. The shape 2 says
/// that precisions differ much. If they do so, this is as good as [`Pg1Vb`](super::Pg1Vb), which
/// learns the shape (1000 works, 5 reviews each: RMSE 3.93 against 3.97, of the mean 5.69); if they
/// are equal it is worse (4.38 against 4.20 without biases, 4.72 against 4.54 with), and so it is
/// with random and lavish reviewers (6.37 against 5.64). Standard errors take biases and precisions for
/// known: intervals of 90 % hold the truth in 80 to 91 %. What is said of few levels and of the
/// class average there holds here.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Pg1Em};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let grades = Pg1Em::default().bias_variance(64.0).aggregate(course.reviews())?;
/// assert!(grades.fit().converged() && grades.bias(PersonId::new(0)).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pg1Em {
    mean: Option<f64>,
    quality: Option<f64>,
    bias: Option<f64>,
    precision: Option<(f64, f64)>,
    rounds: Rounds,
}

impl Default for Pg1Em {
    fn default() -> Self {
        let rounds = Rounds { tolerance: 1e-3, most: 100 };
        Self { mean: None, quality: None, bias: None, precision: None, rounds }
    }
}

/// The shape of the law of precisions, where it is not set.
const SHAPE: f64 = 2.0;

impl Pg1Em {
    /// Sets the prior mean of a grade, in points of the total and on its scale; the mean of all scores by default.
    #[must_use]
    pub fn mean(mut self, points: f64) -> Self {
        self.mean = Some(points);
        self
    }

    /// Sets the prior variance of a grade, in points of the total; by moments by default.
    #[must_use]
    pub fn quality_variance(mut self, variance: f64) -> Self {
        self.quality = Some(variance);
        self
    }

    /// Sets the prior variance of a bias, in points of the total; by moments by default.
    #[must_use]
    pub fn bias_variance(mut self, variance: f64) -> Self {
        self.bias = Some(variance);
        self
    }

    /// Sets the prior of a precision, a gamma law of this shape and rate with the mean
    /// `shape / rate`, the rate in points of the total squared. Shape 2 and twice the variance of
    /// the noise by moments by default.
    #[must_use]
    pub fn precision(mut self, shape: f64, rate: f64) -> Self {
        self.precision = Some((shape, rate));
        self
    }

    rounds_setters! {
        /// Sets which root mean square of the changes of grades ends the rounds, in parts of the
        /// standard deviation within works: 1e-3 by default; those of biases may be 16 times as large.
        tolerance,
        /// Sets how many rounds there are at most: 100 by default.
        max_iterations
    }
}

impl Aggregator for Pg1Em {
    fn name(&self) -> &'static str {
        "pg1-em"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check(reviews.rubric().scale())?;
        let ratings = Ratings::by_spread(reviews)?;
        let set = self.quality.is_some() && self.bias.is_some() && self.precision.is_some();
        if let Some(warning) = too_little(&ratings).filter(|_| !set) {
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

impl Pg1Em {
    fn check(&self, scale: Scale) -> Result<(), AggregateError> {
        self.rounds.check("pg1-em")?;
        let (shape, rate) = self.precision.unzip();
        for (setting, value) in [
            ("the variance of quality", self.quality),
            ("the variance of biases", self.bias),
            ("the shape of precisions", shape),
            ("the rate of precisions", rate),
        ] {
            if let Some(value) = value.filter(|x| !(*x > 0.0 && x.is_finite())) {
                let needed = "but must be finite, above 0";
                return Err(AggregateError::Setting { method: "pg1-em", setting, value, needed });
            }
        }
        if let Some(value) = self.mean.filter(|x| !(scale.min()..=scale.max()).contains(x)) {
            let (setting, needed) = ("the mean", "but must be on the scale of the total");
            return Err(AggregateError::Setting { method: "pg1-em", setting, value, needed });
        }
        Ok(())
    }

    fn law(&self, ratings: &Ratings<'_>, moments: &Moments) -> Law {
        let unit = ratings.points(1.0);
        let [quality, bias, noise] = components(moments);
        // No ratio of points is beyond what squares and their inverses can be.
        let set = |variance: f64| math::clamp(variance / unit / unit, LEAST, 1.0 / LEAST);
        let (shape, rate) = self.precision.map_or((SHAPE, SHAPE * noise), |(a, c)| (a, set(c)));
        Law {
            // Divided before the difference, which may be more than the largest double.
            mean: self.mean.map_or(moments.mean, |mean| mean / unit - ratings.zero() / unit),
            quality: 1.0 / self.quality.map_or(quality, set),
            bias: 1.0 / self.bias.map_or(bias, set),
            shape,
            rate,
        }
    }

    pub(super) fn fitted<'a, T: Cell>(&self, ratings: &Ratings<'a>) -> GradebookBuilder<'a> {
        let by_reviewer = ratings.by_reviewer();
        let moments = Moments::of(ratings, &by_reviewer);
        let law = self.law(ratings, &moments);
        let manner = Manner { by: By::Precision, uncertain: false, step: 1.0 };
        let known = (law.mean, law.shape / law.rate);
        let mut state = State::<T>::new(ratings, by_reviewer, known, manner);
        let fit = self.run(&mut state, &law, ratings);
        let book = state.book(&law, self.name()).fit(fit);
        let no_spread = self.quality.is_none() && no_spread(&moments);
        if no_spread { book.warning(Warning::NoSpread) } else { book }
    }

    fn run<T: Cell>(&self, state: &mut State<'_, '_, T>, law: &Law, ratings: &Ratings<'_>) -> Fit {
        let mut items = state.grade(law);
        state.manner.step = STEP;
        let mut pace = Pace::START;
        self.rounds.run_until(ratings, || {
            let reviewers = state.learn(law);
            // What is best to take off every bias and to add to every grade.
            let shift = law.bias * reviewers.bias - law.quality * items.distance;
            let count = law.bias * reviewers.count + law.quality * items.count;
            state.shift = if count > 0.0 { shift / count } else { 0.0 };
            items = state.grade(law);
            pace.after((&reviewers, &items), &mut state.manner, self.rounds.tolerance)
        })
    }
}

/// The least that a variance which is set counts as, in units of the ratings, and one over the most.
const LEAST: f64 = 1e-100;
