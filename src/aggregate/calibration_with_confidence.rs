//! Biases of reviewers by least squares: calibration with confidence.

use super::combination::{Combination, Each, with_reviewers};
use super::crossed::known::Known;
use super::crossed::solve::{Effects, Sums, System};
use super::ratings::Ratings;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// Grades and biases of reviewers by which the scores are met most closely: what a panel of
/// assessors can do about strict and lenient members without any assumption on how grades spread.
///
/// ```text
/// z_e = s_u + b_v + noise           review e of submission u by reviewer v
/// least: sum over e of (z_e - s_u - b_v)^2,  with biases of mean 0 in each part of the graph
///
/// s_u = mean over u's reviews of (z_e - b_v)
/// b_v = mean over v's reviews of (z_e - s_u)
/// ```
///
/// MacKay, Kenna, Low and Parker, "Calibration with confidence: a principled method for panel
/// assessment", Royal Society Open Science 4, 2017. There each score comes with a confidence, which
/// weighs its square; reviews here have none, so all weigh the same. Solved by conjugate gradients
/// on the biases, to 1e-6 of the spread of the scores of one work by default. Without cycles that
/// join reviewers nothing tells a bias from a grade; where the graph falls into parts, grades of different
/// parts compare only as far as the mean biases of the parts are equal.
///
/// It is [`Blup`](super::Blup) with nothing known of grades and biases, and gives no standard errors.
///
/// When not to use it: with few reviews a reviewer or closed circles of reviewers. The error of a bias
/// enters in full, where [`Blup`](super::Blup) draws uncertain biases to 0; it grows as 1 /
/// (algebraic connectivity of the graph).
///
/// O(reviews x criteria x rounds) time, O(reviews x criteria) space. With several criteria a
/// reviewer has one bias, in units of the spread of scores within works.
///
/// ```
/// use peergrade::aggregate::{Aggregator, CalibrationWithConfidence};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// // Three works by a fourth person; reviewer 1 gives 2 points more than reviewer 0, reviewer 2 one less.
/// let mut cohort = Cohort::builder(4)?;
/// for _ in 0..3 {
///     cohort.submission(&[PersonId::new(3)])?;
/// }
/// let cohort = cohort.build();
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, reviewer, score) in [(0, 0, 5.0), (0, 1, 7.0), (1, 1, 9.0), (1, 2, 6.0), (2, 2, 2.0)] {
///     rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = CalibrationWithConfidence::default().aggregate(&rows.build()?)?;
/// let bias = |v| grades.bias(PersonId::new(v)).unwrap();
/// assert!((bias(1) - bias(0) - 2.0).abs() < 1e-9 && (bias(2) - bias(0) + 1.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationWithConfidence {
    rounds: Rounds,
}

impl Default for CalibrationWithConfidence {
    fn default() -> Self {
        Self { rounds: Rounds { tolerance: 1e-6, most: 300 } }
    }
}

impl CalibrationWithConfidence {
    rounds_setters! {
        /// Sets which change of every grade ends the rounds: 1e-6 by default, in units of the spread of
        /// the scores of one work.
        tolerance,
        /// Sets how many rounds there are at most.
        max_iterations
    }
}

impl Aggregator for CalibrationWithConfidence {
    fn name(&self) -> &'static str {
        "calibration-with-confidence"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.rounds.check("calibration-with-confidence")?;
        let ratings = Ratings::by_spread(reviews)?;
        let known = Known::default();
        let system = System {
            ratings: &ratings,
            known: &known,
            noise: 1.0,
            truth: 0.0,
            bias: 0.0,
            mean: false,
        };
        let Effects { mut bias, fit, .. } =
            system.solve::<f64>(&Sums::of::<f64>(&ratings), None, self.rounds);
        centre(&ratings, &mut bias);
        let combination = Combination {
            weight: Each::Same(1.0),
            correction: Each::OfReviewer(bias.clone()),
            prior: None,
        };
        let book = combination.book(&ratings, self.name());
        // Of precisions the method says nothing.
        Ok(with_reviewers(&ratings, book, |v| bias[v], |_| f64::NAN).fit(fit).build()?)
    }
}

/// Takes from every bias the mean of the reviewers that works connect with this one.
fn centre(ratings: &Ratings<'_>, bias: &mut [f64]) {
    let part = ratings.parts();
    let mut sums = vec![(0.0, 0.0); bias.len()];
    for v in (0..bias.len()).filter(|&v| !ratings.given(v).is_empty()) {
        let (sum, count) = &mut sums[part[v] as usize];
        *sum += bias[v];
        *count += 1.0;
    }
    for v in (0..bias.len()).filter(|&v| !ratings.given(v).is_empty()) {
        let (sum, count) = sums[part[v] as usize];
        bias[v] -= sum / count;
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::small;
    use crate::id::{PersonId, SubmissionId, to_u32};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        // The equations of the least squares have one solution with biases of mean 0.
        #[test]
        fn the_normal_equations_hold(reviews in small()) {
            let method = CalibrationWithConfidence::default().tolerance(1e-13);
            let book = method.aggregate(&reviews).unwrap();
            let graph = reviews.graph();
            let bias = |v: PersonId| book.bias(v).unwrap();
            let grades: Vec<f64> = (0..graph.submissions()).map(|u| {
                let u = SubmissionId::new(to_u32(u));
                let rows = graph.reviewers_of(u).iter().zip(reviews.scores_of(u, 0));
                rows.clone().map(|(&v, z)| z - bias(v)).sum::<f64>() / rows.len() as f64
            }).collect();
            for (u, grade) in grades.iter().enumerate() {
                match book.grade(SubmissionId::new(to_u32(u))) {
                    Some(given) => prop_assert!((given - grade.clamp(0.0, 10.0)).abs() < 1e-9),
                    None => prop_assert!(grade.is_nan()),
                }
            }
            for v in (0..graph.people()).map(|v| PersonId::new(to_u32(v))) {
                let left: f64 = graph.submissions_of(v).iter().map(|&u| {
                    let at = graph.reviewers_of(u).binary_search(&v).unwrap();
                    reviews.scores_of(u, 0)[at] - grades[u.index()] - bias(v)
                }).sum();
                prop_assert!(left.abs() < 1e-9, "{}", left);
            }
            let ratings = Ratings::by_spread(&reviews).unwrap();
            let parts = ratings.parts();
            for part in 0..to_u32(graph.people()) {
                let people = (0..).map(PersonId::new).zip(&parts).filter(|&(_, &p)| p == part);
                let sum: f64 = people.filter_map(|(v, _)| book.bias(v)).sum();
                prop_assert!(sum.abs() < 1e-9, "{}", sum);
            }
        }
    }

    #[test]
    fn parts_of_the_graph_are_found() {
        let none = f64::NAN;
        let rows = [[1.0, none, 2.0, none], [none, 3.0, none, none], [none, 1.0, none, 2.0]];
        let reviews = crate::aggregate::fixtures::matrix(&rows, (0.0, 10.0));
        assert_eq!(Ratings::by_spread(&reviews).unwrap().parts(), [0, 1, 0, 1, 4]);
    }
}
