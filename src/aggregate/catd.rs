//! CATD: truth discovery with confidence.

use super::combination::{Combination, with_reviewers};
use super::ratings::Ratings;
use super::residuals::squares;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, MISSING};
use crate::math;
use crate::reviews::Reviews;

/// Reviewers count by the lower end of a confidence interval of their precision, so that who gives
/// few reviews counts little: "confidence-aware truth discovery".
///
/// ```text
/// x_u = sum of w_v z / sum of w_v                                 start: w = 1
/// w_v = chi-square quantile (alpha / 2; k_v degrees of freedom) / sum over v's k_v reviews of (z - x_u)^2
/// ```
///
/// alpha = 0.05. Rounds go on until no grade changes by 1e-6, 100 at most. The unit is the standard
/// deviation of the scores of one work, and the sum is at least 1e-9. `w_v` is the precision of v in
/// the gradebook. Li, Li, Gao, Su, Zhao, Demirbas, Fan and Han, "A Confidence-Aware Approach for
/// Truth Discovery on Long-Tail Data", PVLDB 8, 2015. O(reviews x criteria x rounds) time,
/// O(reviews x criteria) space.
///
/// When not to use it: with about as many reviews by everybody, where the quantile is the same for
/// all and nothing is left but weights without a prior. A reviewer's own scores are part of the grades
/// they are measured by, so that weights run away: with five reviews each and reviewers alike the
/// error is 52 % above the plain mean's, and the rounds seldom converge.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Catd};
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
/// let grades = Catd::default().aggregate(&rows.build()?)?;
/// assert!(grades.precision(PersonId::new(2)) > grades.precision(PersonId::new(3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Catd {
    alpha: f64,
    rounds: Rounds,
}

impl Default for Catd {
    fn default() -> Self {
        Self { alpha: 0.05, rounds: Rounds { tolerance: 1e-6, most: 100 } }
    }
}

impl Catd {
    /// Sets how probably the precision lies outside its interval: above 0, up to 1; 0.05 by
    /// default. With less, who gives few reviews counts less.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    rounds_setters! {
        /// Sets which largest change of a grade, in standard deviations of the scores of one work, ends
        /// the rounds: 1e-6 by default.
        tolerance,
        /// Sets how many rounds there are at most: 100 by default.
        max_iterations
    }

    /// The quantile of each person; 0 for who rates nothing.
    fn quantiles(&self, ratings: &Ratings<'_>) -> Vec<f64> {
        let count = |v: usize| ratings.given(v).len();
        let mut counts: Vec<usize> = (0..ratings.people()).map(count).collect();
        counts.sort_unstable();
        counts.dedup();
        let quantile = |&k: &usize| match k {
            0 => 0.0,
            k => math::chi_square_quantile(0.5 * self.alpha, k as f64),
        };
        let each: Vec<f64> = counts.iter().map(quantile).collect();
        chunks::column(ratings.people(), |v| {
            counts.binary_search(&count(v)).map_or(0.0, |position| each[position])
        })
    }
}

impl Aggregator for Catd {
    fn name(&self) -> &'static str {
        "catd"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.rounds.check("catd")?;
        // Smaller ones have quantiles that are no normal numbers.
        if !(1e-12..=1.0).contains(&self.alpha) {
            return Err(AggregateError::Setting {
                method: "catd",
                setting: "alpha",
                value: self.alpha,
                needed: "but must be from 1e-12 to 1",
            });
        }
        let ratings = Ratings::by_spread(reviews)?;
        let (by_reviewer, quantiles) = (ratings.by_reviewer(), self.quantiles(&ratings));
        let mut weights = vec![1.0; ratings.people()];
        let mut combination = Combination::weighted(weights.clone());
        let mut grades = combination.grades(&ratings);
        let fit = self.rounds.settle(&ratings, &mut grades, |grades| {
            let squares = squares(&ratings, &by_reviewer, grades, |_| 1.0);
            weights = chunks::column(squares.len(), |v| {
                if squares[v] > 0.0 { quantiles[v] / squares[v] } else { 0.0 }
            });
            combination = Combination::weighted(weights.clone());
            combination.grades(&ratings)
        });
        let book = combination.book(&ratings, self.name());
        let book = with_reviewers(&ratings, book, |_| MISSING, |v| weights[v]);
        Ok(book.fit(fit).build()?)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    use super::*;
    use crate::aggregate::fixtures::{matrix, small, triples};
    use crate::id::{PersonId, SubmissionId, to_u32};

    proptest! {
        /// The equations, review by review, the quantile by bisection in another library.
        #[test]
        fn the_equations_hold(reviews in small()) {
            let (n, unit, rows) = triples(&reviews);
            let of = |u: usize| rows.iter().filter(move |row| row.0 == u);
            let by = |v: usize| rows.iter().filter(move |row| row.1 == v);
            let quantile = |k: usize| {
                let law = ChiSquared::new(k as f64).unwrap();
                let (mut low, mut high) = (0.0, 100.0);
                for _ in 0..100 {
                    let middle = 0.5 * (low + high);
                    if law.cdf(middle) < 0.025 { low = middle } else { high = middle }
                }
                low
            };
            let grade = |w: &[f64], u: usize| {
                let all: f64 = of(u).map(|row| w[row.1]).sum();
                of(u).map(|row| w[row.1] * row.2).sum::<f64>() / all
            };
            let mut x: Vec<f64> = (0..n).map(|u| grade(&vec![1.0; n], u)).collect();
            let mut w = vec![0.0; n];
            // Later rounds magnify rounding where two reviewers are equally good.
            for _ in 0..5 {
                for v in 0..n {
                    if by(v).count() > 0 {
                        let sum: f64 = by(v).map(|&(u, _, z)| (z - x[u]).powi(2)).sum();
                        w[v] = quantile(by(v).count()) / sum.max(1e-9 * unit * unit);
                    }
                }
                x = (0..n).map(|u| grade(&w, u)).collect();
            }
            let book = Catd::default().tolerance(0.0).max_iterations(5).aggregate(&reviews).unwrap();
            for (u, x) in x.into_iter().enumerate() {
                let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) else { continue };
                prop_assert!((grade - x).abs() < 1e-9, "{grade} {x}");
            }
        }
    }

    /// With the same distances to a grade, two reviews count for more than one.
    #[test]
    fn few_reviews_count_little() {
        const NONE: f64 = f64::NAN;
        let reviews = matrix(&[[4.0, 6.0, 5.0], [4.0, NONE, 6.0]], (0.0, 10.0));
        let book = Catd::default().max_iterations(1).aggregate(&reviews).unwrap();
        let precision = |v: u32| book.precision(PersonId::new(v)).unwrap();
        // Squares 1 + 1 and 1: twice the quantile of 2, 0.0506, against that of 1, 0.00098.
        assert!((precision(0) / precision(1) - 0.050_635_6 / 2.0 / 0.000_982_07).abs() < 1e-3);
        assert!(Catd::default().alpha(0.0).aggregate(&reviews).is_err());
    }
}
