//! Crossed random effects: the best linear unbiased prediction of every grade.

use super::combination::{Combination, Each, Prior, Variances, with_reviewers};
use super::crossed::known::Known;
use super::crossed::learn::{Learned, learn};
use super::crossed::parts::Parts;
use super::crossed::solve::{Effects, System};
use super::ratings::Ratings;
use super::rounds::Rounds;
use super::trusted::Trusted;
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, Warning};
use crate::math;
use crate::reviews::Reviews;

/// TODO
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blup {
    fixed: Option<[f64; 3]>,
    trusted: Trusted,
    rounds: Rounds,
}

impl Default for Blup {
    fn default() -> Self {
        let rounds = Rounds { tolerance: 1e-3, most: 100 };
        Self { fixed: None, trusted: Trusted::Ignored, rounds }
    }
}

/// TODO
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    mean: f64,
    sds: [f64; 3],
}

impl Components {
    /// The mean of the course, in points of the total.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation of the true grades.
    #[must_use]
    pub fn truth_sd(&self) -> f64 {
        self.sds[0]
    }

    /// The standard deviation of the biases of reviewers.
    #[must_use]
    pub fn bias_sd(&self) -> f64 {
        self.sds[1]
    }

    /// The standard deviation of the noise of a review.
    #[must_use]
    pub fn noise_sd(&self) -> f64 {
        self.sds[2]
    }
}

impl Blup {
    /// Sets the standard deviations of true grades, of biases and of noise, in points of the total,
    /// in place of learning them.
    #[must_use]
    pub fn fixed(mut self, truth_sd: f64, bias_sd: f64, noise_sd: f64) -> Self {
        self.fixed = Some([truth_sd, bias_sd, noise_sd]);
        self
    }

    /// Sets what reviewers learn
    #[must_use]
    pub fn trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// Sets the tolerance
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.rounds.tolerance = tolerance;
        self
    }

    /// Sets how many rounds there are at most.
    #[must_use]
    pub fn max_iterations(mut self, rounds: u32) -> Self {
        self.rounds.most = rounds;
        self
    }

    /// # Errors
    ///
    /// as aggregate
    pub fn components(&self, reviews: &Reviews) -> Result<Option<Components>, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        let known = Known::new(&ratings, self.trusted);
        let learned = learn(&ratings, &known, self.parts(&ratings));
        let Some(parts) = learned.parts else { return Ok(None) };
        let system = System::new(&ratings, &known, parts);
        let mean = system.solution(&learned.sums, learned.bias, self.rounds).mean;
        let criteria = reviews.rubric().criteria().iter().zip(ratings.axes());
        let mean = criteria.fold(0.0, |sum, (c, axis)| sum + c.weight() * axis.score(mean));
        let sds = parts.shown().map(|part| ratings.points(math::sqrt(part)));
        Ok(Some(Components { mean, sds }))
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("blup")?;
        self.trusted.check("blup")?;
        let [truth, bias, noise] = self.fixed.unwrap_or([1.0; 3]);
        for (setting, value, least) in [
            ("the standard deviation of true grades", truth, 0.0),
            ("the standard deviation of biases", bias, 0.0),
            ("the standard deviation of noise", noise, f64::MIN_POSITIVE),
        ] {
            if !(value >= least && value < f64::INFINITY) {
                let needed = "but must be finite and not negative, for noise not 0";
                return Err(AggregateError::Setting { method: "blup", setting, value, needed });
            }
        }
        Ok(())
    }

    /// The variances that are set, in the unit of the ratings.
    fn parts(&self, ratings: &Ratings<'_>) -> Option<Parts> {
        // Far from what could overflow.
        const MOST: f64 = 1e60;
        let unit = ratings.points(1.0);
        self.fixed.map(|sds| {
            let part = sds.map(|sd| math::min(sd / unit, MOST));
            Parts::from_array(part.map(|sd| sd * sd)).floored()
        })
    }
}

impl Aggregator for Blup {
    fn name(&self) -> &'static str {
        "blup"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        let known = Known::new(&ratings, self.trusted);
        let Learned { parts, warning, sums, small, bias } =
            learn(&ratings, &known, self.parts(&ratings));
        let Some(parts) = parts else { return plain(&ratings, warning) };
        let system = System::new(&ratings, &known, parts);
        let Effects { mean, bias, fit, .. } = system.solution(&sums, bias, self.rounds);
        drop(sums);
        let (item, of_bias) = system.variances(&small);
        let noise = system.noise;
        let variances = Variances { item: &item, bias: Some(&of_bias) };
        let combination = Combination {
            weight: Each::Same(noise),
            correction: Each::OfReviewer(bias.clone()),
            prior: Some(Prior { mean, weight: system.truth }),
        };
        let book = combination.book_with_errors(&ratings, self.name(), &variances);
        let book = with_reviewers(&ratings, book, |v| bias[v], |_| noise).fit(fit);
        Ok(if let Some(warning) = warning { book.warning(warning) } else { book }.build()?)
    }
}

/// Means, where nothing can be learned.
fn plain(ratings: &Ratings<'_>, warning: Option<Warning>) -> Result<Gradebook, AggregateError> {
    let (weight, correction) = (Each::Same(1.0), Each::Same(0.0));
    let book = Combination { weight, correction, prior: None };
    let book = if warning.is_some() {
        book.book(ratings, "blup")
    } else {
        let none = vec![0.0; ratings.items()];
        book.book_with_errors(ratings, "blup", &Variances { item: &none, bias: None })
    };
    Ok(if let Some(warning) = warning { book.warning(warning) } else { book }.build()?)
}
