//! Hamer's reputation weights, and how Expertiza computes them.

use super::combination::Combination;
use super::ratings::Ratings;
use super::rounds::{Rounds, largest_change, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::Gradebook;
use crate::math;
use crate::reviews::Reviews;

/// Reviewers count by how close they come to the grades which that gives: the first published
/// reviewer weights for classrooms.
///
/// ```text
/// x_u = sum of w_v z_e / sum of w_v                 start: w = 1
/// d_v = mean over v's reviews e of (z_e - x_u)^2    at least 1e-9 of the range squared
/// w_v = mean(d) / d_v                               if w_v > 2: w_v <- 2 + ln(w_v - 1)
/// ```
///
/// `mean(d)` is over those who review. Rounds go on until no weight changes by 1e-3, 60 at most,
/// by default. Hamer, Ma and Kwong, "A Method of Automatic Grade Calibration in Peer Assessment",
/// ACE 2005. O(reviews x criteria x rounds) time, O(reviews x criteria) space. One weight a reviewer
/// serves all criteria; each counts in parts of its range.
///
/// [`Hamer::expertiza`] is what Expertiza ships (lib/hamer.rb): `log10` in place of `ln` and an end
/// where all weights agree with the last ones to two decimals. There, a reviewer who agrees exactly
/// divides by zero and an iteration may never end; here the floor of `d_v` and a cap of 100 rounds
/// hold.
///
/// When not to use it: with few reviews a reviewer. Who agrees with the mean by luck gains weight
/// and so agrees more: on simulated honest agents it is worse than the plain mean (RMSE .90 against
/// .75), and so it is where many give full marks.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Hamer};
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
/// let grades = Hamer::expertiza().aggregate(&rows.build()?)?;
/// assert!((grades.grade(SubmissionId::new(0)).unwrap() - 9.26).abs() < 0.005);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hamer {
    variant: Variant,
    rounds: Rounds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    Published,
    Expertiza,
}

/// The least mean square that a reviewer can have, as a part of the range squared.
const FLOOR: f64 = 1e-9;

impl Default for Hamer {
    fn default() -> Self {
        Self { variant: Variant::Published, rounds: Rounds { tolerance: 1e-3, most: 60 } }
    }
}

impl Hamer {
    /// What Expertiza computes.
    #[must_use]
    pub fn expertiza() -> Self {
        Self { variant: Variant::Expertiza, rounds: Rounds { tolerance: 0.0, most: 100 } }
    }

    rounds_setters! {
        /// Sets which change of every weight ends the rounds: 1e-3 by default. That of Expertiza is 0,
        /// which there means equality to two decimals.
        tolerance,
        /// Sets how many rounds there are at most.
        max_iterations
    }
}

impl Aggregator for Hamer {
    fn name(&self) -> &'static str {
        match self.variant {
            Variant::Published => "hamer",
            Variant::Expertiza => "expertiza-hamer",
        }
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.rounds.check("hamer")?;
        let ratings = Ratings::by_range(reviews)?;
        let column = ratings.by_reviewer();
        let mut grades = Combination::weighted(vec![1.0; ratings.people()]).grades(&ratings);
        let mut weights = vec![1.0; ratings.people()];
        let fit = self.rounds.run_until(&ratings, || {
            let new = self.weights(&ratings, &column, &grades);
            let done = self.agree(&weights, &new);
            let combination = Combination::weighted(new);
            let before = core::mem::replace(&mut grades, combination.grades(&ratings));
            weights = combination.into_weights();
            (largest_change(&before, &grades), done)
        });
        Ok(Combination::weighted(weights).book(&ratings, self.name()).fit(fit).build()?)
    }
}

impl Hamer {
    /// The weights of reviewers by their distance to these grades; 0 for who reviews nothing. The
    /// column is by reviewer.
    fn weights(&self, ratings: &Ratings<'_>, column: &[f64], grades: &[f64]) -> Vec<f64> {
        let mut distances = vec![0.0; ratings.people()];
        chunks::map_mut(&mut distances, |first, part| {
            ratings.each_person(first..first + part.len(), column, grades, |v, scores, grades| {
                let rows = scores.iter().zip(grades);
                let sum = rows.fold(0.0, |sum, (z, grade)| sum + (z - grade) * (z - grade));
                if !scores.is_empty() {
                    part[v - first] = math::max(sum / scores.len() as f64, FLOOR);
                }
            });
        });
        let reviewers =
            chunks::sum(distances.len(), |v| if distances[v] > 0.0 { 1.0 } else { 0.0 });
        let mean = chunks::sum(distances.len(), |v| distances[v]) / math::max(reviewers, 1.0);
        let log = match self.variant {
            Variant::Published => math::ln,
            Variant::Expertiza => math::log10,
        };
        let weight = |ratio: f64| if ratio > 2.0 { 2.0 + log(ratio - 1.0) } else { ratio };
        chunks::column(distances.len(), |v| {
            if distances[v] > 0.0 { weight(mean / distances[v]) } else { 0.0 }
        })
    }

    /// Whether weights are the same as far as the variant looks.
    fn agree(&self, before: &[f64], after: &[f64]) -> bool {
        let decimals = |weight: f64| (100.0 * weight).round();
        before.iter().zip(after).all(|(&before, &after)| {
            // Who reviews nothing has no weight.
            let agree = match self.variant {
                Variant::Expertiza if self.rounds.tolerance <= 0.0 => {
                    decimals(before).to_bits() == decimals(after).to_bits()
                }
                _ => (before - after).abs() <= self.rounds.tolerance,
            };
            agree || after <= 0.0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::fixtures::matrix;
    use crate::gradebook::Line;
    use crate::id::SubmissionId;

    /// The fixture of Expertiza: four works, reviewers in columns, the fourth a rogue.
    const FIXTURE: [[f64; 4]; 4] =
        [[10., 10., 9., 5.], [3., 2., 4., 5.], [7., 4., 5., 5.], [6., 4., 5., 5.]];

    #[test]
    fn the_fixture_of_expertiza_comes_out() {
        let fixed = Hamer { variant: Variant::Expertiza, ..Hamer::default() };
        let reviews = matrix(&FIXTURE, (0.0, 10.0));
        for (method, rounds, weights, grades) in [
            (
                Hamer::expertiza(),
                Some(9),
                [1.683_761_19, 1.564_635_89, 3.097_877_83, 0.371_327_04],
                None,
            ),
            (
                fixed.tolerance(1e-12).max_iterations(1000),
                None,
                [1.691_663_1, 1.563_887_44, 3.093_966_3, 0.371_072_22],
                Some([9.263_557_5, 3.338_098_83, 5.270_726_08, 5.019_012_57]),
            ),
            (
                Hamer::default().tolerance(1e-12).max_iterations(1000),
                None,
                [1.405_935_72, 1.366_498_12, 5.439_710_34, 0.395_905_52],
                Some([9.138_104_66, 3.565_171_37, 5.167_909_5, 5.004_581_48]),
            ),
        ] {
            let book = method.aggregate(&reviews).unwrap();
            assert!(book.fit().converged());
            assert_eq!(rounds.unwrap_or(book.fit().iterations()), book.fit().iterations());
            let sum: f64 = weights.iter().sum();
            let why = book.explain(&reviews, SubmissionId::new(0)).unwrap().unwrap();
            for (line, weight) in why.lines().iter().zip(weights) {
                let &Line::Review { weight: share, .. } = line else { panic!("{line}") };
                assert!((share - weight / sum).abs() < 1e-8, "{share} {weight}");
            }
            for (grade, expected) in book.grades().flatten().zip(grades.iter().flatten()) {
                assert!((grade - expected).abs() < 1e-8, "{grade} {expected}");
            }
        }
    }
}
