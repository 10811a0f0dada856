//! Models of reviewers by Gibbs draws: for small courses, and as what faster methods are held to.

mod chain;
mod draws;
mod own;
mod pg1;
mod pg2;
mod pg3;
mod pg4;
mod pg5;
mod sums;
#[cfg(test)]
mod tests;

pub use pg1::Pg1Gibbs;
pub use pg2::Pg2;
pub use pg3::Pg3;
pub use pg4::Pg4;
pub use pg5::Pg5;

use super::AggregateError;
use super::combination::{Combination, Each, Prior, Variances, with_reviewers};
use super::ratings::Ratings;
use crate::chunks;
use crate::gradebook::{Fit, GradebookBuilder};
use crate::math;
use crate::seed::Seed;
use chain::{Chain, Course, Model, State};
use draws::Draws;
use sums::{Outcome, Sums};

/// How long two chains run, and what they draw.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Chains {
    seed: Seed,
    sweeps: u32,
    burn_in: u32,
}

impl Chains {
    fn new(sweeps: u32, burn_in: u32) -> Self {
        Self { seed: Seed::new(1), sweeps, burn_in }
    }
}

/// Setters that every model here has.
macro_rules! setters {
    ($sweeps:literal, $burn_in:literal) => {
        /// Sets what the draws begin with: `Seed::new(1)` by default.
        #[must_use]
        pub fn seed(mut self, seed: crate::seed::Seed) -> Self {
            self.chains.seed = seed;
            self
        }

        /// Sets how often each of the two chains draws everything:
        #[doc = concat!($sweeps, " times by default.")]
        #[must_use]
        pub fn sweeps(mut self, sweeps: u32) -> Self {
            self.chains.sweeps = sweeps;
            self
        }

        /// Sets how many sweeps of each chain do not count, as it has not yet forgotten where it
        #[doc = concat!("began: ", $burn_in, " by default.")]
        #[must_use]
        pub fn burn_in(mut self, sweeps: u32) -> Self {
            self.chains.burn_in = sweeps;
            self
        }
    };
}
use setters;

impl Chains {
    /// # Errors
    ///
    /// [`AggregateError::Setting`] where fewer than two sweeps count.
    fn check(self, method: &'static str) -> Result<(), AggregateError> {
        if self.sweeps.saturating_sub(self.burn_in) >= 2 {
            return Ok(());
        }
        Err(AggregateError::Setting {
            method,
            setting: "the number of sweeps",
            value: self.sweeps.into(),
            needed: "but must be at least 2 more than those of the burn-in",
        })
    }

    /// Runs both chains from one state.
    fn run<M: Model>(self, course: &Course<'_>, state: &State, model: &M) -> Outcome {
        let half = self.burn_in + (self.sweeps - self.burn_in) / 2;
        let sums = chunks::each(2, |chain| {
            let mut chain = Chain {
                course,
                model: model.clone(),
                state: state.clone(),
                draws: Draws::new(self.seed, chain == 1),
                sums: Sums::new(course, &state.grade),
            };
            for sweep in 0..self.sweeps {
                let kept = (sweep >= self.burn_in).then_some(usize::from(sweep >= half));
                chain.sweep(kept);
            }
            chain.sums
        });
        let halves = [half - self.burn_in, self.sweeps - half].map(f64::from);
        Outcome::of(course, [&sums[0], &sums[1]], halves)
    }

    /// The gradebooks of all parts of a course, by their posterior means. Where the model adds to
    /// what prior and ratings say of a grade (`beyond`), that shows up as an adjustment.
    fn books<'a>(
        self,
        course: &Course<'a>,
        outcome: &Outcome,
        (method, beyond): (&str, bool),
    ) -> Vec<GradebookBuilder<'a>> {
        let mut review = 0;
        let mut books = Vec::with_capacity(course.parts.len());
        for (t, part) in course.parts.iter().enumerate() {
            let ratings = part.ratings;
            let (items, people) = (part.first..part.first + ratings.items(), ratings.people());
            let reviews = review..review + ratings.column().len();
            review = reviews.end;
            let mut correction = outcome.correction[reviews.clone()].to_vec();
            let mut variance = outcome.variance[items.clone()].to_vec();
            within_scales(ratings, &mut correction, &mut variance);
            let combination = Combination {
                weight: Each::OfReview(outcome.weight[reviews].to_vec()),
                correction: Each::OfReview(correction),
                prior: Some(Prior { mean: outcome.mean, weight: 1.0 }),
            };
            let slot = t * course.people;
            let bias = &outcome.bias[slot..slot + people];
            let variances = Variances {
                item: &variance,
                bias: Some(&outcome.bias_variance[slot..slot + people]),
            };
            let grades = beyond.then_some(&outcome.grade[items]);
            let book = combination.book_with_errors_by(ratings, method, &variances, grades);
            let book = with_reviewers(ratings, book, |v| bias[v], |v| outcome.precision[v]);
            let error = math::min(ratings.points(outcome.error), f64::MAX);
            books.push(book.fit(Fit::iterated(self.sweeps, outcome.converged, error)));
        }
        books
    }
}

/// Keeps corrections within the range of a scale, and variances below what any law on it has:
/// a quarter of the range squared.
fn within_scales(ratings: &Ratings<'_>, corrections: &mut [f64], variances: &mut [f64]) {
    let criteria = ratings.reviews().rubric().criteria().iter().zip(ratings.axes());
    let (n, reviews) =
        (ratings.reviews().graph().submissions(), ratings.reviews().graph().reviews());
    for (c, (criterion, axis)) in criteria.enumerate() {
        let (scale, unit) = (criterion.scale(), criterion.scale().unit());
        let range = (scale.max() / unit - scale.min() / unit) / (axis.points(1.0) / unit);
        for correction in &mut corrections[c * reviews..(c + 1) * reviews] {
            *correction = math::clamp(*correction, -range, range);
        }
        for variance in &mut variances[c * n..(c + 1) * n] {
            *variance = math::min(*variance, 0.25 * range * range);
        }
    }
}

/// The gradebook of ratings that are all equal, or none: there is nothing to learn.
fn plain<'a>(ratings: &Ratings<'a>, method: &str) -> GradebookBuilder<'a> {
    let variances = Variances { item: &vec![0.0; ratings.items()], bias: None };
    let combination =
        Combination { weight: Each::Same(1.0), correction: Each::Same(0.0), prior: None };
    combination.book_with_errors(ratings, method, &variances)
}
