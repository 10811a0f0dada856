//! The posterior: expectation propagation over works and reviewers.

mod block;
mod effort;
mod found;
mod law;
mod learn;
mod levels;
mod nodes;
mod real;
mod search;
mod state;
#[cfg(test)]
mod tests;

use self::found::Found;
use self::law::{Law, Options};
use self::levels::Levels;
use self::real::Real;
use self::search::Search;
use self::state::State;
use super::combination::{Variances, with_reviewers};
use super::gather::LARGE;
use super::moments::Moments;
use super::pg1::{no_spread, plain, too_little};
use super::ratings::Ratings;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, GradebookBuilder, Warning};
use crate::reviews::Reviews;

/// Grades with intervals, from all that is known of each reviewer: bias, precision and manner.
///
/// ```text
/// s_u ~ N(mean, quality)
/// z = mean + slope_v (s_u - mean) + b_v + noise,     noise ~ N(0, floor + 1/t_v)
/// honest:   slope 1,        b_v ~ N(0, bias),    t_v ~ Gamma(shape, shape / precision)
/// others:   slope 0 or 1/2, b_v ~ N(0, 9 bias),  t_v one of six, from 1/8 to 20 over the variance within works
/// ```
///
/// **The estimate.** What a review says of a grade is kept as a normal density. A sweep goes over the
/// reviewers: given what all others say of the works, a reviewer is integrated exactly over bias and, on a
/// grid, over precision and manner; that makes what each of their reviews says anew (expectation
/// propagation: Minka, "Expectation Propagation for Approximate Bayesian Inference", UAI 2001). The laws
/// are learned on the way, by expectation and maximisation. Sweeps go on until the root mean square
/// of the changes of grades is 1e-3 of the spread of the scores of one work, 60 at most.
///
/// **Safety.** Three models are fitted: all reviewers equally precise, each with a precision, and
/// with other manners too. One that tells more reviewers apart is taken where the logarithm of its
/// evidence gains five times that of the number of reviewers. The floor of the noise is at least what
/// rounding adds; where few levels have most of the scores it is wider, so that nobody is precise for
/// giving the grade that most get.
///
/// **Level.** Part by part of the graph, the grades are on average what the scores are of those whose
/// scores follow what they see.
///
/// **Intervals** are of the grade given the laws; they say nothing of a level that all reviewers share.
/// O(reviews x criteria x nodes) time a sweep with up to 21 nodes, O(reviews x criteria) space: 100,000
/// works of five reviews take 4 s on one core, a million 45 s and 460 MB.
///
/// When not to use it: where hostile reviewers who take off the same number of points are many, they
/// count as biased and pull the level down; where reviewers do not look, review by review, with a
/// probability of their own, intervals are too narrow; with scores of few levels they are too narrow as
/// well. A higher score can lower a grade, where it shows the reviewer to be unreliable.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean, Posterior};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let truth = course.truth().grades();
/// let error = |method: &dyn Aggregator| {
///     let grades = method.aggregate(course.reviews())?;
///     let pairs = grades.grades().flatten().zip(truth);
///     Ok::<f64, Box<dyn std::error::Error>>(pairs.map(|(g, t)| (g - t) * (g - t)).sum())
/// };
/// assert!(error(&Posterior::default())? < 0.7 * error(&Mean)?);
///
/// let grades = Posterior::default().aggregate(course.reviews())?;
/// let works = (0..).map(SubmissionId::new).zip(truth);
/// let held = works.filter(|&(s, &t)| grades.interval(s, 0.9).unwrap().contains(t)).count();
/// assert!((170..=190).contains(&held)); // About 180 of 200.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    rounds: Rounds,
    manners: bool,
    effort: Option<bool>,
}

impl Default for Posterior {
    fn default() -> Self {
        Self { rounds: Rounds { tolerance: 1e-3, most: 60 }, manners: true, effort: None }
    }
}

impl Posterior {
    rounds_setters! {
        /// Sets which root mean square of the changes of grades ends the sweeps, in parts of the
        /// standard deviation within works: 1e-3 by default.
        tolerance,
        /// Sets how many sweeps there are at most: 60 by default.
        max_iterations
    }

    /// Sets whether reviewers may be of other manners than honest, as they may by default: otherwise
    /// bias and precision alone tell them apart.
    #[must_use]
    pub fn manners(mut self, manners: bool) -> Self {
        self.manners = manners;
        self
    }

    /// Sets whether reviewers may look at some works and not at others, where the scores speak for it.
    /// By default they may with up to 16,384 people and scores on more than a few levels: one score on
    /// few levels does not tell whether it was given with a look, and a sweep takes ten times as long.
    #[must_use]
    pub fn effort(mut self, effort: bool) -> Self {
        self.effort = Some(effort);
        self
    }
}

/// People beyond whom effort is not tried unless asked for.
const MOST_FOR_EFFORT: usize = 1 << 14;

impl Aggregator for Posterior {
    fn name(&self) -> &'static str {
        "posterior"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.rounds.check("posterior")?;
        let ratings = Ratings::by_spread(reviews)?;
        if let Some(warning) = too_little(&ratings) {
            return Ok(plain(&ratings, self.name(), warning).build()?);
        }
        Ok(if ratings.column().len() > LARGE {
            self.book::<f32>(&ratings).build()?
        } else {
            self.book::<f64>(&ratings).build()?
        })
    }
}

impl Posterior {
    /// Grades, standard errors and reviewers.
    fn book<'a, F: Real>(&self, ratings: &Ratings<'a>) -> GradebookBuilder<'a> {
        let by_reviewer = ratings.by_reviewer();
        let moments = Moments::of(ratings, &by_reviewer);
        let levels = Levels::of(ratings, moments.total);
        let law = Law::start(&moments, levels.floor());
        let mut state = State::<F>::new(ratings, &by_reviewer, law, Options::default());
        drop(by_reviewer);
        let small = ratings.people() <= MOST_FOR_EFFORT;
        let looks = self.effort.unwrap_or(self.manners && small && !levels.are_few());
        let fit = Search { rounds: self.rounds, manners: self.manners, looks }.fit(&mut state);
        let Found { combination, variances, reviewers } = state.into_found();
        // One criterion has no other to share the biases with.
        let bias = (ratings.axes().len() > 1)
            .then(|| chunks::column(reviewers.len(), |v| reviewers[v].bias_variance));
        let variances = Variances { item: &variances, bias: bias.as_deref() };
        let book = combination.book_with_errors(ratings, self.name(), &variances).fit(fit);
        let book = with_reviewers(ratings, book, |v| reviewers[v].bias, |v| reviewers[v].precision);
        if no_spread(&moments) { book.warning(Warning::NoSpread) } else { book }
    }
}
