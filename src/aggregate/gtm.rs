//! GTM: the Gaussian truth model.

use super::combination::{Combination, Each, with_reviewers};
use super::ratings::Ratings;
use super::residuals::deviation;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, MISSING};
use crate::math;
use crate::reviews::Reviews;

/// The Gaussian truth model: every reviewer has a variance with a prior, and so has the truth.
///
/// ```text
/// y   = (z - mean of u) / sd of u                       scores, standardised work by work
/// x_u = sum of y / s_v^2 / (1/s_0^2 + sum of 1/s_v^2)   x ~ N(0, s_0^2)
/// s_v^2 = (2b + sum of (y - x_u)^2) / (2(a + 1) + k_v)  s_v^2 ~ inverse gamma(a, b)
/// grade = mean of u + x_u sd of u
/// ```
///
/// by EM from s = 1, with a = b = 10 and `s_0` = 1. Rounds go on until no grade changes by 1e-6
/// standard deviations of its scores, 100 at most. The prior of the truth draws a grade to the mean
/// of its own scores, and is explained as equal weights besides those of the reviewers. A work with
/// one review, or equal ones, has nothing to standardise; its grade is its mean. The precision of a
/// reviewer in the gradebook is `1 / s_v^2` for works of average spread. Zhao and Han, "A
/// Probabilistic Model for Estimating Real-Valued Truth from Conflicting Sources", QDB 2012.
/// O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// When not to use it: where biases matter, which it has none of. Standardising work by work takes
/// away how much reviewers disagree there, so that a work with one wild score says as much of its
/// reviewers as one without. With a = b = 10 five reviews hardly move a variance, and the error stays
/// within 6 % of the mean's, but for 8 % less where a quarter is spam: safe, and little use.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Gtm};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// // Four works by a fifth person, and the fourth reviewer is a rogue.
/// let mut cohort = Cohort::builder(5)?;
/// for _ in 0..4 {
///     cohort.submission(&[PersonId::new(4)])?;
/// }
/// let cohort = cohort.build();
/// let scores = [[10., 10., 9., 5.], [3., 2., 4., 5.], [7., 4., 5., 5.], [6., 4., 5., 5.]];
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, scores) in (0..).zip(scores) {
///     for (reviewer, score) in (0..).zip(scores) {
///         rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
///     }
/// }
/// let grades = Gtm::default().aggregate(&rows.build()?)?;
/// assert!(grades.precision(PersonId::new(2)) > grades.precision(PersonId::new(3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gtm {
    shape: f64,
    rate: f64,
    truth_sd: f64,
    rounds: Rounds,
}

impl Default for Gtm {
    fn default() -> Self {
        let rounds = Rounds { tolerance: 1e-6, most: 100 };
        Self { shape: 10.0, rate: 10.0, truth_sd: 1.0, rounds }
    }
}

impl Gtm {
    /// Sets the prior of a reviewer's variance, an inverse gamma law of this shape and rate, which
    /// are above 0: 10 and 10 by default.
    #[must_use]
    pub fn variance_prior(mut self, shape: f64, rate: f64) -> Self {
        (self.shape, self.rate) = (shape, rate);
        self
    }

    /// Sets the standard deviation of the truth around the mean of its scores, in standard
    /// deviations of those: above 0; 1 by default.
    #[must_use]
    pub fn truth_sd(mut self, sd: f64) -> Self {
        self.truth_sd = sd;
        self
    }

    rounds_setters! {
        /// Sets which largest change of a grade, in standard deviations of its scores, ends the rounds:
        /// 1e-6 by default.
        tolerance,
        /// Sets how many rounds there are at most: 100 by default.
        max_iterations
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("gtm")?;
        for (setting, value) in [
            ("the shape of the prior", self.shape),
            ("the rate of the prior", self.rate),
            ("the standard deviation of the truth", self.truth_sd),
        ] {
            // Squares and sums of these stay doubles.
            if !(1e-9..=1e9).contains(&value) {
                let needed = "but must be from 1e-9 to 1e9";
                return Err(AggregateError::Setting { method: "gtm", setting, value, needed });
            }
        }
        Ok(())
    }

    /// The truth of every item by these precisions of reviewers, 0 being its mean.
    fn truths(&self, standard: &Standard<'_, '_>, precisions: &[f64]) -> Vec<f64> {
        let prior = 1.0 / (self.truth_sd * self.truth_sd);
        chunks::column(standard.ratings.items(), |item| {
            let rows = standard.ratings.of(item).iter().zip(standard.ratings.reviewers(item));
            let (sum, weight) = rows.fold((0.0, prior), |(sum, weight), (&z, v)| {
                let precision = precisions[v.index()];
                (sum + precision * standard.score(item, z), weight + precision)
            });
            sum / weight
        })
    }

    /// The precision of every reviewer by these truths of items.
    fn precisions(&self, standard: &Standard<'_, '_>, truths: &[f64]) -> Vec<f64> {
        chunks::column(standard.ratings.people(), |v| {
            let given = standard.ratings.given(v);
            let freedom = 2.0 * (self.shape + 1.0) + given.len() as f64;
            let rows = standard.ratings.items_of(v).iter().zip(&standard.by_reviewer[given]);
            let squares = rows.fold(2.0 * self.rate, |sum, (item, &z)| {
                let apart = standard.score(item.index(), z) - truths[item.index()];
                sum + apart * apart
            });
            freedom / squares
        })
    }
}

/// Ratings, standardised item by item.
struct Standard<'r, 'a> {
    ratings: &'r Ratings<'a>,
    by_reviewer: Vec<f64>,
    /// Mean, and 1 / standard deviation or 0, of each item.
    moments: Vec<[f64; 2]>,
}

impl<'r, 'a> Standard<'r, 'a> {
    fn new(ratings: &'r Ratings<'a>) -> Self {
        let moments = chunks::column(ratings.items(), |item| match ratings.of(item) {
            [] => [0.0; 2],
            scores => {
                let deviation = deviation(scores);
                // Less is the rounding of equal scores.
                let equal = deviation <= 1e-12;
                [math::mean(scores), if equal { 0.0 } else { 1.0 / deviation }]
            }
        });
        Self { ratings, by_reviewer: ratings.by_reviewer(), moments }
    }

    fn score(&self, item: usize, rating: f64) -> f64 {
        let [mean, part] = self.moments[item];
        (rating - mean) * part
    }
}

impl Aggregator for Gtm {
    fn name(&self) -> &'static str {
        "gtm"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        let standard = Standard::new(&ratings);
        let mut precisions = vec![1.0; ratings.people()];
        let mut truths = self.truths(&standard, &precisions);
        let fit = self.rounds.settle(&ratings, &mut truths, |truths| {
            precisions = self.precisions(&standard, truths);
            self.truths(&standard, &precisions)
        });
        let combination = self.combination(&ratings, &precisions);
        let book = combination.book(&ratings, self.name());
        let book = with_reviewers(&ratings, book, |_| MISSING, |v| precisions[v]);
        Ok(book.fit(fit).build()?)
    }
}

impl Gtm {
    /// The prior of a truth draws it to the mean of its scores: each has an equal part of the
    /// prior's weight.
    fn combination(&self, ratings: &Ratings<'_>, precisions: &[f64]) -> Combination {
        let prior = 1.0 / (self.truth_sd * self.truth_sd);
        let weights = ratings.by_review(|item, slots| {
            let equal = prior / slots.len() as f64;
            for (v, slot) in ratings.reviewers(item).iter().zip(slots) {
                *slot = precisions[v.index()] + equal;
            }
        });
        Combination { weight: Each::OfReview(weights), correction: Each::Same(0.0), prior: None }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{grades_of, matrix, small, triples};
    use crate::id::{SubmissionId, to_u32};

    proptest! {
        /// The equations, review by review.
        #[test]
        fn the_equations_hold(reviews in small(), b in 0.5..20.0_f64, sd in 0.3..3.0_f64) {
            let (n, _, rows) = triples(&reviews);
            let of = |u: usize| rows.iter().filter(move |row| row.0 == u);
            let by = |v: usize| rows.iter().filter(move |row| row.1 == v);
            let mean = |u: usize| of(u).map(|row| row.2).sum::<f64>() / of(u).count() as f64;
            let sd_of = |u: usize| {
                let sum: f64 = of(u).map(|row| (row.2 - mean(u)).powi(2)).sum();
                if sum > 1e-20 { (sum / (of(u).count() as f64 - 1.0)).sqrt() } else { 0.0 }
            };
            let y = |u: usize, z: f64| if sd_of(u) > 0.0 { (z - mean(u)) / sd_of(u) } else { 0.0 };
            let truth = |s: &[f64], u: usize| {
                let top: f64 = of(u).map(|&(_, v, z)| y(u, z) / s[v]).sum();
                top / (1.0 / (sd * sd) + of(u).map(|row| 1.0 / s[row.1]).sum::<f64>())
            };
            let mut x: Vec<f64> = (0..n).map(|u| truth(&vec![1.0; n], u)).collect();
            for _ in 0..200 {
                let variance = |v: usize| {
                    let sum: f64 = by(v).map(|&(u, _, z)| (y(u, z) - x[u]).powi(2)).sum();
                    (2.0 * b + sum) / (2.0 * 11.0 + by(v).count() as f64)
                };
                let s: Vec<f64> = (0..n).map(variance).collect();
                x = (0..n).map(|u| truth(&s, u)).collect();
            }
            let method = Gtm::default().variance_prior(10.0, b).truth_sd(sd);
            let book = method.tolerance(1e-13).max_iterations(200).aggregate(&reviews).unwrap();
            for u in 0..n {
                let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) else { continue };
                let expected = mean(u) + x[u] * sd_of(u);
                prop_assert!((grade - expected).abs() < 1e-9, "{grade} {expected}");
            }
        }
    }

    #[test]
    fn a_sure_prior_gives_the_mean() {
        let reviews = matrix(&[[1., 2., 9.], [3., 4., 5.], [2., 8., 8.]], (0.0, 10.0));
        let grades = grades_of(&Gtm::default().truth_sd(1e-6), &reviews);
        for (grade, mean) in grades.iter().zip([4.0, 4.0, 6.0]) {
            assert!((grade - mean).abs() < 1e-9, "{grades:?}");
        }
        assert!(Gtm::default().truth_sd(0.0).aggregate(&reviews).is_err());
    }
}
