//! `PeerRank`: reviewers count by the grades of their own works.

use super::combination::Combination;
use super::own_grades::OwnGrades;
use super::ratings::Ratings;
use super::rounds::{Rounds, largest_change, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// Reviewers count by the grades of their own works: whoever writes well is held to judge well.
///
/// ```text
/// A_iv = the score that v gives work i, from 0 to 1      start: X_i = mean of A_iv
/// X_i <- (1 - alpha - beta) X_i + alpha C_i + beta R_i
/// C_i  = sum of X_v A_iv / sum of X_v                    over the reviewers v of i
/// R_i  = mean of 1 - |A_ji - X_j|                        over the works j that i's author reviews
/// ```
///
/// alpha = 0.7 and beta = 0 by default; beta > 0 is the generalised form, which pays for reviewing
/// well. Rounds go on until no grade changes by 1e-10 of the range, 100 at most. All of a round
/// reads the grades of the round before. Walsh, "The `PeerRank` Method for Peer Assessment", ECAI
/// 2014.
///
/// `X_v` of a reviewer is the total of the work they wrote (members of a team have that of the
/// team's, authors of several works the mean), in parts of the range; for who wrote nothing that is
/// reviewed, the mean over all works. Where all reviewers of a work have 0, its scores count alike.
/// A score of 0 is a score. Where the author of a work reviews nothing there is no `R_i`, and beta
/// goes to `X_i`. With several criteria each has an `X_i`, and `R_i` is the mean over criteria.
///
/// The grade is what the rounds run to: `C_i` of the last `X` where beta = 0, so that it is
/// explained by weights alone, and `(alpha C_i + beta R_i) / (alpha + beta)` otherwise, where the
/// part of `R_i` is an adjustment in the explanation.
///
/// O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// When not to use it: where the authors of good works are not the better reviewers. It then gives
/// worse grades than the mean (RMSE 1 % above on four simulated courses, 5 % on one of few levels);
/// it is better where skill and precision go together (7 % below), and helps neither against bias
/// nor against hostile reviewers. Where the scale begins matters: on one that reaches far below all
/// scores all weights are equal. And with beta > 0 a grade is no longer a judgement of the work
/// alone.
///
/// ```
/// use peergrade::aggregate::{Aggregator, PeerRank};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, reviewer, score) in
///     [(0, 1, 9.0), (0, 2, 3.0), (1, 0, 8.0), (1, 2, 8.0), (2, 0, 2.0), (2, 1, 2.0)]
/// {
///     rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = PeerRank::default().aggregate(&rows.build()?)?;
/// // Person 1 has 8 and counts four times as much as person 2, who has 2.
/// assert!((grades.grade(SubmissionId::new(0)).unwrap() - 7.8).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerRank {
    alpha: f64,
    beta: f64,
    rounds: Rounds,
}

impl Default for PeerRank {
    fn default() -> Self {
        Self { alpha: 0.7, beta: 0.0, rounds: Rounds { tolerance: 1e-10, most: 100 } }
    }
}

impl PeerRank {
    /// Sets how far a round moves a grade to what the reviewers say: above 0 and, with beta, at
    /// most 1; 0.7 by default. Where the rounds converge, it matters only beside beta.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Sets how far a round moves a grade to how well its author reviews: from 0; 0 by default.
    #[must_use]
    pub fn beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }

    rounds_setters! {
        /// Sets which largest change of a grade, in parts of the range, ends the rounds.
        tolerance,
        /// Sets how many rounds there are at most.
        max_iterations
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("peer-rank")?;
        for (setting, value, good, needed) in [
            ("alpha", self.alpha, self.alpha > 0.0, "but must be above 0"),
            ("beta", self.beta, self.beta >= 0.0, "but must be at least 0"),
            (
                "alpha + beta",
                self.alpha + self.beta,
                // 0.7 + 0.2 + 0.1 is above 1 by rounding.
                self.alpha + self.beta <= 1.0 + 1e-12,
                "but must be at most 1",
            ),
        ] {
            if !good {
                return Err(AggregateError::Setting {
                    method: "peer-rank",
                    setting,
                    value,
                    needed,
                });
            }
        }
        Ok(())
    }
}

impl Aggregator for PeerRank {
    fn name(&self) -> &'static str {
        "peer-rank"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_range(reviews)?;
        let own = OwnGrades::new(&ratings);
        let mut grades = Combination::weighted(vec![1.0; ratings.people()]).grades(&ratings);
        let fit = self.rounds.run(&ratings, || {
            let said = Combination::weighted(own.weights(&grades)).grades(&ratings);
            let new = own.step(&grades, &said, self.alpha, self.beta);
            let change = largest_change(&grades, &new);
            grades = new;
            change
        });
        let combination = Combination::weighted(own.weights(&grades));
        let book = if self.beta > 0.0 {
            let said = combination.grades(&ratings);
            let grades = own.limit(&grades, &said, self.alpha, self.beta);
            combination.book_of(&ratings, self.name(), &grades)
        } else {
            combination.book(&ratings, self.name())
        };
        Ok(book.fit(fit).build()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{grades_of, matrix, small};
    use crate::cohort::Cohort;
    use crate::gradebook::Line;
    use crate::id::{PersonId, SubmissionId, to_u32};
    use crate::rubric::Rubric;
    use crate::scale::Scale;

    /// The equations on a dense matrix of scores from 0 to 10, everybody the author of a work.
    fn dense(reviews: &Reviews, alpha: f64, beta: f64) -> Vec<Option<f64>> {
        let n = reviews.graph().submissions();
        let mut a = vec![vec![None; n]; n];
        for (e, (s, r)) in reviews.graph().iter().enumerate() {
            a[s.index()][r.index()] = Some(reviews.column(0)[e] / 10.0);
        }
        let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
        let mut x: Vec<Option<f64>> = (0..n)
            .map(|i| {
                let row: Vec<f64> = a[i].iter().flatten().copied().collect();
                (!row.is_empty()).then(|| mean(&row))
            })
            .collect();
        for _ in 0..3000 {
            let all: Vec<f64> = x.iter().flatten().copied().collect();
            let weight = |v: usize| x[v].unwrap_or_else(|| mean(&all));
            let new = (0..n).map(|i| {
                let old = x[i]?;
                let (mut top, mut bottom, mut plain) = (0.0, 0.0, Vec::new());
                let (mut agreement, mut m) = (0.0, 0.0);
                for v in 0..n {
                    if let Some(z) = a[i][v] {
                        top += weight(v) * z;
                        bottom += weight(v);
                        plain.push(z);
                    }
                    if let (Some(z), Some(grade)) = (a[v][i], x[v]) {
                        agreement += 1.0 - (z - grade).abs();
                        m += 1.0;
                    }
                }
                let said = if bottom > 0.0 { top / bottom } else { mean(&plain) };
                Some(if beta > 0.0 && m > 0.0 {
                    (1.0 - alpha - beta) * old + alpha * said + beta * agreement / m
                } else {
                    (1.0 - alpha) * old + alpha * said
                })
            });
            x = new.collect();
        }
        x.iter().map(|x| x.map(|x| 10.0 * x)).collect()
    }

    proptest! {
        #[test]
        fn the_equations_hold(reviews in small(), beta in prop_oneof![Just(0.0), Just(0.2)]) {
            let method = PeerRank::default().beta(beta).tolerance(1e-14).max_iterations(3000);
            let book = method.aggregate(&reviews).unwrap();
            let expected = dense(&reviews, 0.7, beta);
            for (grade, expected) in book.grades().zip(expected) {
                prop_assert_eq!(grade.is_some(), expected.is_some());
                let apart = grade.unwrap_or(0.0) - expected.unwrap_or(0.0);
                prop_assert!(apart.abs() < 1e-9, "{grade:?} {expected:?}");
            }
        }

        /// At the fixed point a grade is the mean of its scores by the grades of their reviewers.
        #[test]
        fn grades_are_explained_by_weights_alone(reviews in small()) {
            let book = PeerRank::default().aggregate(&reviews).unwrap();
            for s in (0..to_u32(reviews.graph().submissions())).map(SubmissionId::new) {
                let Some(why) = book.explain(&reviews, s).unwrap() else { continue };
                let only = why.lines().iter().all(|line| matches!(line, Line::Review { .. }));
                prop_assert!(only);
                prop_assert!((why.sum() - why.grade()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_score_of_zero_is_a_score_and_a_work_of_zero_has_no_say() {
        let cohort = Cohort::individuals(3).unwrap();
        let rubric = Rubric::single(Scale::new(0.0, 10.0).unwrap());
        let mut rows = Reviews::builder(&cohort, rubric);
        let scores = [(0, 1, 0.0), (0, 2, 8.0), (1, 0, 6.0), (1, 2, 6.0), (2, 0, 0.0), (2, 1, 0.0)];
        for (s, r, z) in scores {
            rows.add(SubmissionId::new(s), PersonId::new(r), &[z]).unwrap();
        }
        // Person 2 has 0, so that work 0 has the 0 of person 1; then only works without a say are
        // left for work 1, whose scores count alike.
        let grades = grades_of(&PeerRank::default(), &rows.build().unwrap());
        for (grade, expected) in grades.iter().zip([0.0, 6.0, 0.0]) {
            assert!((grade - expected).abs() < 1e-8, "{grades:?}");
        }
    }

    #[test]
    fn who_wrote_nothing_counts_as_the_mean() {
        let reviews = matrix(&[[2., 4., 9.], [1., 2., 3.]], (0.0, 10.0));
        assert_eq!(grades_of(&PeerRank::default(), &reviews), [5.0, 2.0]);
    }

    #[test]
    fn rewards_show_as_adjustments_and_bad_settings_are_named() {
        let cohort = Cohort::individuals(3).unwrap();
        let rubric = Rubric::single(Scale::new(0.0, 10.0).unwrap());
        let mut rows = Reviews::builder(&cohort, rubric);
        for (s, r, z) in [(0, 1, 4.0), (0, 2, 5.0), (1, 0, 3.0), (1, 2, 4.0)] {
            rows.add(SubmissionId::new(s), PersonId::new(r), &[z]).unwrap();
        }
        let reviews = rows.build().unwrap();
        let method = PeerRank::default().beta(0.1);
        let book = method.aggregate(&reviews).unwrap();
        let why = book.explain(&reviews, SubmissionId::new(0)).unwrap().unwrap();
        assert!(
            matches!(why.lines().last(), Some(Line::Adjustment { points, .. }) if *points > 0.0)
        );
        for (method, name) in [
            (method.alpha(0.0), "alpha"),
            (method.beta(f64::NAN), "beta"),
            (method.beta(0.5), "alpha + beta"),
        ] {
            let error = method.aggregate(&reviews).unwrap_err();
            assert!(matches!(error, AggregateError::Setting { setting, .. } if setting == name));
        }
    }
}
