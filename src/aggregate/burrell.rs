//! The estimates by which Burrell and Schoenebeck pay reviewers.

use super::combination::with_reviewers;
use super::gather::Cell;
use super::pg1::{By, Law, Manner, State, is_large};
use super::ratings::Ratings;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::gradebook::{Gradebook, GradebookBuilder};
use crate::math;
use crate::reviews::Reviews;

/// What reviewers count by in [`BurrellEm`].
///
/// ```
/// use peergrade::aggregate::{BurrellEm, ReviewerWeights};
///
/// assert_ne!(BurrellEm::default(), BurrellEm::default().weights(ReviewerWeights::Precisions));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReviewerWeights {
    /// The square roots of their precisions, as published.
    #[default]
    Roots,
    /// Their precisions, as the model PG1 has it.
    Precisions,
}

/// Reviewers with a bias and a precision each and a prior that is known: the estimates of Burrell
/// and Schoenebeck, from which the payments of their mechanism `MSE_P` are made.
///
/// ```text
/// s_u = (root g mu + sum of root t_v (z_e - b_v)) / (root g + sum of root t_v)
/// b_v = t_v sum of (z_e - s_u) / (1 + k_v t_v)
/// t_v = (10/1.05 + k_v/2) / (10 + sum of (z_e - s_u - b_v)^2 / 2)
/// ```
///
/// Scores count from 0, the lowest of their scale, to 10, the highest, criterion by criterion, and
/// `mu = 7`, `g = 1/2.1` are of that scale: the law of their agents' grades. Rounds of these three
/// in order begin with b = 0, t = 2g and the grade mu rounded, and end when the root of the sum of
/// squares of all changes of grades is 1e-4 points of ten, after 1000 at most. A grade is explained
/// by its scores less the biases, with the weights `root t_v`, and by `mu` with the weight
/// `root g`, all as they were in the last round; biases and precisions told are those after it.
///
/// Roots in place of the precisions themselves are what is published, and no model has them;
/// [`weights`](Self::weights) drops them. [`without_bias`](Self::without_bias) leaves out the
/// second line, as they do for reviewers without biases.
///
/// Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer Assessment Case
/// Study", EC 2023. The model: Piech and others, "Tuned Models of Peer Assessment in MOOCs", EDM
/// 2013. O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// On their agents (100 students, 4 reviews each) the mean squared error is .36 with biases
/// in the world and .28 without, against .56 and .33 of the mean. Where 30 % of a thousand attack, the RMSE
/// of roots / precisions is .98 / 1.03 if they always give 10, .84 / .84 always 8, 1.11 / 1.03 at
/// random, .93 / .99 if they take off 4 points, .68 / .67 if they hedge, and .60 / .60 if nobody
/// does; of the mean 1.42, .91, 1.43, 1.66, .73 and .75.
///
/// When not to use it: where grades do not come from a law like theirs and you do not set your
/// own, for the prior is a part of every grade: [`Pg1Vb`](super::Pg1Vb) and [`Pg1Em`](super::Pg1Em) take it from the
/// course. It has no standard errors.
///
/// ```
/// use peergrade::aggregate::{Aggregator, BurrellEm};
/// use peergrade::simulate::{BurrellSchoenebeck, Simulation};
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// let cohort = Cohort::individuals(100)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let agents = Simulation::new(BurrellSchoenebeck::default());
/// let course = agents.simulate(&cohort, &plan, Seed::new(2))?;
/// let grades = BurrellEm::default().aggregate(course.reviews())?;
/// assert!(grades.fit().converged() && grades.bias(PersonId::new(0)).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurrellEm {
    mean: f64,
    variance: f64,
    weights: ReviewerWeights,
    bias: bool,
    rounds: Rounds,
}

/// Points of the scale that the parameters are of.
const POINTS: f64 = 10.0;

/// The gamma law of a precision, and the precision of the law of a bias.
const SHAPE: f64 = 10.0 / 1.05;
const RATE: f64 = 10.0;
const BIAS: f64 = 1.0;

impl Default for BurrellEm {
    fn default() -> Self {
        Self {
            mean: 7.0,
            variance: 2.1,
            weights: ReviewerWeights::Roots,
            bias: true,
            rounds: Rounds { tolerance: 1e-4, most: 1000 },
        }
    }
}

impl BurrellEm {
    /// Sets the law of true grades, on a scale of 0..10: mean 7 and variance 2.1 by default.
    #[must_use]
    pub fn quality(mut self, mean: f64, variance: f64) -> Self {
        (self.mean, self.variance) = (mean, variance);
        self
    }

    /// Sets what reviewers count by: the roots of their precisions by default.
    #[must_use]
    pub fn weights(mut self, weights: ReviewerWeights) -> Self {
        self.weights = weights;
        self
    }

    /// Takes reviewers for unbiased.
    #[must_use]
    pub fn without_bias(mut self) -> Self {
        self.bias = false;
        self
    }

    rounds_setters! {
        /// Sets which root of the sum of squares of all changes of grades ends the rounds, in points
        /// of ten: 1e-4 by default.
        tolerance,
        /// Sets how many rounds there are at most: 1000 by default.
        max_iterations
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("burrell-em")?;
        let error = |setting, value, needed| {
            Err(AggregateError::Setting { method: "burrell-em", setting, value, needed })
        };
        if !(0.0..=POINTS).contains(&self.mean) {
            return error("the mean", self.mean, "but must be from 0 to 10");
        }
        // A variance whose inverse in parts of the range is a double like any other.
        if !(1e-100..=1e100).contains(&self.variance) {
            return error("the variance", self.variance, "but must be from 1e-100 to 1e100");
        }
        Ok(())
    }

    /// The prior in parts of the range.
    fn law(&self) -> Law {
        Law {
            mean: self.mean / POINTS,
            quality: POINTS * POINTS / self.variance,
            bias: if self.bias { POINTS * POINTS * BIAS } else { f64::INFINITY },
            shape: SHAPE,
            rate: RATE / (POINTS * POINTS),
        }
    }
}

impl Aggregator for BurrellEm {
    fn name(&self) -> &'static str {
        "burrell-em"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_range(reviews)?;
        let book = if is_large(&ratings) {
            self.fitted::<f32>(&ratings)
        } else {
            self.fitted::<f64>(&ratings)
        };
        Ok(book.build()?)
    }
}

impl BurrellEm {
    fn fitted<'a, T: Cell>(&self, ratings: &Ratings<'a>) -> GradebookBuilder<'a> {
        let law = self.law();
        let by = match self.weights {
            ReviewerWeights::Roots => By::RootOfPrecision,
            ReviewerWeights::Precisions => By::Precision,
        };
        let start = (math::round_half_even(self.mean) / POINTS, 2.0 * law.quality);
        let manner = Manner { by, uncertain: false, step: 1.0 };
        let mut state = State::<T>::new(ratings, ratings.by_reviewer(), start, manner);
        let mut first = true;
        let fit = self.rounds.run_until(ratings, || {
            if !core::mem::take(&mut first) {
                state.learn(&law);
            }
            let items = state.grade(&law);
            (items.change, POINTS * math::sqrt(items.changes) <= self.rounds.tolerance)
        });
        let book = state.combination(&law).book(ratings, self.name()).fit(fit);
        state.learn(&law);
        let bias = |v: usize| if self.bias { state.reviewers[v].bias } else { f64::NAN };
        with_reviewers(ratings, book, bias, |v| state.reviewers[v].precision)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{matrix, small};
    use crate::id::{PersonId, SubmissionId, to_u32};

    const NONE: f64 = f64::NAN;

    /// Computed by another program from the published equations: four learners who review each
    /// other's work.
    #[test]
    fn the_vector_of_four_learners_comes_out() {
        let scores = [
            [NONE, 8.0, 7.0, 9.0],
            [5.0, NONE, 6.0, 6.0],
            [9.0, 9.0, NONE, 10.0],
            [4.0, 6.0, 5.0, NONE],
        ];
        let grades = [7.653_168_88, 5.982_171_01, 8.817_976_52, 5.544_495_78];
        let biases = [-0.588_732_73, 0.251_777_34, -0.300_974_39, 0.643_020_84];
        let precisions = [1.017_785_58, 1.099_335_49, 1.086_893_84, 1.041_124_44];
        // The same on 0..10 and on 0..100.
        for unit in [1.0, 10.0] {
            let scores = scores.map(|row| row.map(|z| unit * z));
            let book =
                BurrellEm::default().aggregate(&matrix(&scores, (0.0, 10.0 * unit))).unwrap();
            assert_eq!((book.fit().iterations(), book.fit().converged()), (8, true));
            for i in 0..4 {
                let (work, person) = (SubmissionId::new(to_u32(i)), PersonId::new(to_u32(i)));
                let said = [
                    (book.grade(work).unwrap() / unit, grades[i]),
                    (book.bias(person).unwrap() / unit, biases[i]),
                    (book.precision(person).unwrap() * unit * unit, precisions[i]),
                ];
                for (ours, theirs) in said {
                    assert!((ours - theirs).abs() < 1e-8, "{ours} {theirs}");
                }
            }
        }
    }

    /// The equations over a dense matrix of scores: grades, biases, precisions and rounds.
    fn dense(reviews: &Reviews, roots: bool, biased: bool) -> ([Vec<f64>; 3], u32) {
        let (n, m) = (reviews.graph().submissions(), reviews.graph().people());
        let mut z = vec![vec![NONE; m]; n];
        for ((u, v), &score) in reviews.graph().iter().zip(reviews.column(0)) {
            z[u.index()][v.index()] = score;
        }
        let (mu, gamma) = (7.0_f64, 1.0 / 2.1_f64);
        let (mut s, mut b, mut t) = (vec![mu.round(); n], vec![0.0; m], vec![2.0 * gamma; m]);
        let weight = |t: f64| if roots { t.sqrt() } else { t };
        for round in 1..=1000 {
            let old = s.clone();
            for u in 0..n {
                let given: Vec<usize> = (0..m).filter(|&v| !z[u][v].is_nan()).collect();
                let all: f64 = given.iter().map(|&v| weight(t[v])).sum();
                let sum: f64 = given.iter().map(|&v| weight(t[v]) * (z[u][v] - b[v])).sum();
                s[u] = (weight(gamma) * mu + sum) / (weight(gamma) + all);
            }
            for v in 0..m {
                let given: Vec<usize> = (0..n).filter(|&u| !z[u][v].is_nan()).collect();
                let k = given.len() as f64;
                let sum: f64 = given.iter().map(|&u| z[u][v] - s[u]).sum();
                b[v] = if biased { t[v] * sum / (1.0 + k * t[v]) } else { 0.0 };
                let squares: f64 = given.iter().map(|&u| (z[u][v] - s[u] - b[v]).powi(2)).sum();
                t[v] = (10.0 / 1.05 + k / 2.0) / (10.0 + 0.5 * squares);
            }
            if s.iter().zip(&old).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt() <= 1e-4 {
                return ([s, b, t], round);
            }
        }
        ([s, b, t], 1000)
    }

    proptest! {
        #[test]
        fn rounds_are_those_of_the_equations(reviews in small(), roots: bool, biased: bool) {
            let weights = if roots { ReviewerWeights::Roots } else { ReviewerWeights::Precisions };
            let method = BurrellEm::default().weights(weights);
            let method = if biased { method } else { method.without_bias() };
            let book = method.aggregate(&reviews).unwrap();
            let ([s, b, t], rounds) = dense(&reviews, roots, biased);
            prop_assert_eq!(book.fit().iterations(), rounds);
            for (grade, s) in book.grades().zip(s) {
                let s = s.clamp(0.0, 10.0);
                prop_assert!(grade.is_none_or(|grade| (grade - s).abs() < 1e-9), "{:?} {}", grade, s);
            }
            for v in 0..reviews.graph().people() {
                let id = PersonId::new(to_u32(v));
                let knows = !reviews.graph().submissions_of(id).is_empty();
                prop_assert_eq!(book.bias(id).is_some(), knows && biased);
                prop_assert_eq!(book.precision(id).is_some(), knows);
                prop_assert!(book.bias(id).is_none_or(|bias| (bias - b[v]).abs() < 1e-9));
                prop_assert!(book.precision(id).is_none_or(|p| (p - t[v]).abs() < 1e-9));
            }
        }
    }

    #[test]
    fn settings_are_checked() {
        let reviews = matrix(&[[1.0, 2.0]], (0.0, 10.0));
        for method in [
            BurrellEm::default().quality(11.0, 1.0),
            BurrellEm::default().quality(NONE, 1.0),
            BurrellEm::default().quality(5.0, 0.0),
            BurrellEm::default().tolerance(NONE),
            BurrellEm::default().max_iterations(0),
        ] {
            assert!(method.aggregate(&reviews).is_err());
        }
    }
}
