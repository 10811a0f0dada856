//! `RankWithTa`: `PeerRank` with the grades of staff in it.

use super::combination::Combination;
use super::own_grades::OwnGrades;
use super::ratings::Ratings;
use super::rounds::{Rounds, largest_change, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// Reviewers count by the grades of their own works, by those of staff where there are any, and
/// reviewing well is paid for.
///
/// ```text
/// x_i <- 0.1 x_i + 0.8 C_i + 0.1 R_i                 start: x = mean; 4 rounds
/// C_i  = sum of g_v z / sum of g_v                   over the reviewers v of i
/// R_i  = mean of 1 - |z_ji - best_j|                 over the works j that i's author reviews
/// ```
///
/// with scores from 0 to 1, `g_v` = what staff gave the reviewer's own work, else its x, and
/// `best_j` = what staff gave work j, else `x_j`. The baseline of that name of Namanloo, Thorpe and
/// Salehi-Abari ("Improving Peer Assessment with Graph Convolutional Networks", 2021; EDM 2022).
/// Who wrote nothing, who reviews nothing, teams and criteria are as in
/// [`PeerRank`](super::PeerRank), which this is with alpha = 0.8 and beta = 0.1; a grade by staff is
/// of the total, and stands for every criterion. Where the published code divides by 0.001 because
/// the reviewers of a work all have 0, their scores count alike here.
///
/// **Grades of staff change the grades of others**: that is what the method is for. No other method
/// lets them by default. The rounds end long before they converge unless their number is raised,
/// and [`Fit::converged`](crate::Fit::converged) says so.
///
/// An explanation gives the weights of the last round; what stays of the round before and the
/// part of `R_i` is an adjustment. O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// When not to use it: where a grade is to be a judgement of the work alone, and where works differ
/// much in quality: a tenth of each grade is near full marks for everybody, so that grades are
/// drawn up (RMSE 10 % above the mean's where reviewers are alike, 11 % below where skill and
/// precision go together), and on a scale far wider than its scores it is useless. Works of which
/// all scores are equal have another grade than that score.
///
/// ```
/// use peergrade::aggregate::{Aggregator, RankWithTa};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, reviewer, score) in [(0, 1, 9.0), (0, 2, 3.0), (1, 0, 5.0), (2, 0, 5.0)] {
///     rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
/// }
/// let without = RankWithTa::default().aggregate(&rows.build()?)?;
/// // Staff find that person 1 knows the subject.
/// rows.staff_grade(SubmissionId::new(1), 10.0)?;
/// let with = RankWithTa::default().aggregate(&rows.build()?)?;
/// assert!(with.grade(SubmissionId::new(0)) > without.grade(SubmissionId::new(0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankWithTa {
    rounds: Rounds,
}

const ALPHA: f64 = 0.8;
const BETA: f64 = 0.1;

impl Default for RankWithTa {
    fn default() -> Self {
        Self { rounds: Rounds { tolerance: 1e-10, most: 4 } }
    }
}

impl RankWithTa {
    rounds_setters! {
        /// Sets which largest change of a grade, in parts of the range, ends the rounds before their
        /// number does: 1e-10 by default.
        tolerance,
        /// Sets how many rounds there are at most: 4 by default.
        max_iterations
    }
}

impl Aggregator for RankWithTa {
    fn name(&self) -> &'static str {
        "rank-with-ta"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.rounds.check("rank-with-ta")?;
        let ratings = Ratings::by_range(reviews)?;
        let own = OwnGrades::new(&ratings).with_staff();
        let mut combination = Combination::weighted(vec![1.0; ratings.people()]);
        let mut grades = combination.grades(&ratings);
        let fit = self.rounds.run(&ratings, || {
            combination = Combination::weighted(own.weights(&grades));
            let said = combination.grades(&ratings);
            let new = own.step(&grades, &said, ALPHA, BETA);
            let change = largest_change(&grades, &new);
            grades = new;
            change
        });
        Ok(combination.book_of(&ratings, self.name(), &grades).fit(fit).build()?)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::small;
    use crate::id::SubmissionId;

    /// The equations on a dense matrix of scores from 0 to 10, everybody the author of a work.
    fn dense(reviews: &Reviews) -> Vec<Option<f64>> {
        let n = reviews.graph().submissions();
        let mut a = vec![vec![None; n]; n];
        for (e, (s, r)) in reviews.graph().iter().enumerate() {
            a[s.index()][r.index()] = Some(reviews.column(0)[e] / 10.0);
        }
        let staff = |i: usize| {
            let grade = reviews.staff_grades().iter().find(|(s, _)| s.index() == i);
            grade.map(|(_, grade)| grade / 10.0)
        };
        let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
        let row = |i: usize| a[i].iter().flatten().copied().collect::<Vec<f64>>();
        let start =
            (0..n).map(|i| Some(row(i)).filter(|row| !row.is_empty()).map(|row| mean(&row)));
        let mut x: Vec<Option<f64>> = start.collect();
        for _ in 0..4 {
            let best = |j: usize| staff(j).or(x[j]);
            let all: Vec<f64> = (0..n).filter_map(best).collect();
            let weight = |v: usize| best(v).unwrap_or_else(|| mean(&all));
            let new = (0..n).map(|i| {
                let old = x[i]?;
                let given = (0..n).filter_map(|v| a[i][v].map(|z| (weight(v), z)));
                let (top, bottom) =
                    given.fold((0.0, 0.0), |(top, bottom), (w, z)| (top + w * z, bottom + w));
                let said = if bottom > 0.0 { top / bottom } else { mean(&row(i)) };
                let rewards = (0..n).filter_map(|j| Some(1.0 - (a[j][i]? - best(j)?).abs()));
                let rewards: Vec<f64> = rewards.collect();
                Some(if rewards.is_empty() {
                    0.2 * old + 0.8 * said
                } else {
                    0.1 * old + 0.8 * said + 0.1 * mean(&rewards)
                })
            });
            x = new.collect();
        }
        x.iter().map(|x| x.map(|x| 10.0 * x)).collect()
    }

    proptest! {
        #[test]
        fn the_equations_hold(reviews in small(), staff in prop::collection::vec(0..=10_u8, 2)) {
            let known = (0..).map(SubmissionId::new).zip(staff.iter().map(|&g| f64::from(g)));
            let reviews = reviews.with_known_grades(known.collect(), Vec::new());
            let book = RankWithTa::default().aggregate(&reviews).unwrap();
            let expected = dense(&reviews);
            for (i, expected) in expected.into_iter().enumerate() {
                let grade = book.peer_grade(SubmissionId::new(i as u32));
                prop_assert_eq!(grade.is_some(), expected.is_some());
                let apart = grade.unwrap_or(0.0) - expected.unwrap_or(0.0);
                prop_assert!(apart.abs() < 1e-9, "{grade:?} {expected:?}");
            }
        }
    }
}
