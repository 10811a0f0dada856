//! The simplified Vancouver algorithm: one weight a reviewer, one a work.

use super::combination::{Combination, Variances, with_reviewers};
use super::ratings::Ratings;
use super::rounds::{Rounds, largest_change, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, MISSING};
use crate::math;
use crate::reviews::Reviews;

/// [`Vancouver`](super::Vancouver) without messages: reviewers count by their closeness to the
/// grades of works, and more so on works that are sure.
///
/// ```text
/// x_u = sum of t_v z / T_u,    T_u = sum of t_v                       start: t = 1
/// t_v = sum of T_u / sum of T_u (z - x_u)^2, at most 1/c              over the works u of v
/// ```
///
/// The unit is the standard deviation of the scores of one work, and c = 1e-5: the published 0.001
/// where that is 10 points. 20 rounds, or until no grade
/// and no variance `1 / t_v` changes by 1e-9. The standard error of `x_u` is `1 / sqrt(T_u)`, and
/// `t_v` the precision of v. As used in the course software of Hartline, Downey and others at
/// Northwestern University. O(reviews x criteria x rounds) time, O(reviews x criteria) space.
///
/// When not to use it: in any course. A reviewer's own score is part of the grade they are measured
/// by, and nothing holds weights back: with five reviews each, who is close once gains weight, moves
/// the grades towards their scores and so comes closer, until the grades are theirs. Where reviewers
/// are alike the error is 65 % above the plain mean's, and intervals that should hold 90 % hold 30 %.
/// It is here for comparison.
///
/// ```
/// use peergrade::aggregate::{Aggregator, SimplifiedVancouver};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, reviewer, score) in
///     [(0, 1, 6.0), (0, 2, 6.5), (0, 3, 1.0), (1, 2, 4.0), (1, 3, 9.0), (2, 1, 7.0), (2, 3, 2.0)]
/// {
///     rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = SimplifiedVancouver::default().aggregate(&rows.build()?)?;
/// assert!(grades.precision(PersonId::new(2)) > grades.precision(PersonId::new(3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimplifiedVancouver {
    floor: f64,
    rounds: Rounds,
}

impl Default for SimplifiedVancouver {
    fn default() -> Self {
        Self { floor: 1e-5, rounds: Rounds { tolerance: 1e-9, most: 20 } }
    }
}

impl SimplifiedVancouver {
    /// Sets the least variance that a reviewer can have, in parts of the variance of the scores of
    /// one work: 1e-5 by default. With more, reviewers count more alike.
    #[must_use]
    pub fn floor(mut self, floor: f64) -> Self {
        self.floor = floor;
        self
    }

    rounds_setters! {
        /// Sets which largest change of a grade or a variance, in standard deviations of the scores of
        /// one work and their squares, ends the rounds before their number does: 1e-9 by default.
        tolerance,
        /// Sets how many rounds there are at most: 20 by default.
        max_iterations
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("vancouver-simple")?;
        // Less would let a sum of weights go beyond the largest double.
        if self.floor >= 1e-15 && self.floor < f64::INFINITY {
            return Ok(());
        }
        Err(AggregateError::Setting {
            method: "vancouver-simple",
            setting: "the least variance",
            value: self.floor,
            needed: "but must be finite, from 1e-15",
        })
    }

    /// The weights of reviewers by these grades of items.
    fn weights(
        &self,
        ratings: &Ratings<'_>,
        by_reviewer: &[f64],
        grades: &[f64],
        totals: &[f64],
    ) -> Vec<f64> {
        chunks::column(ratings.people(), |v| {
            let rows = ratings.items_of(v).iter().zip(&by_reviewer[ratings.given(v)]);
            let (top, bottom) = rows.fold((0.0, 0.0), |(top, bottom), (item, &z)| {
                let (total, apart) = (totals[item.index()], z - grades[item.index()]);
                (top + total, bottom + total * (apart * apart))
            });
            // Not above 0 without reviews, where both sums are 0.
            if bottom > self.floor * top { top / bottom } else { 1.0 / self.floor }
        })
    }
}

/// The sum of the weights of each item's reviewers.
fn totals(ratings: &Ratings<'_>, weights: &[f64]) -> Vec<f64> {
    chunks::column(ratings.items(), |item| {
        ratings.reviewers(item).iter().fold(0.0, |sum, v| sum + weights[v.index()])
    })
}

impl Aggregator for SimplifiedVancouver {
    fn name(&self) -> &'static str {
        "vancouver-simple"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        let by_reviewer = ratings.by_reviewer();
        let mut weights = vec![1.0; ratings.people()];
        let mut sums = totals(&ratings, &weights);
        let mut combination = Combination::weighted(weights.clone());
        let mut grades = combination.grades(&ratings);
        let fit = self.rounds.run_until(&ratings, || {
            let before = core::mem::take(&mut weights);
            weights = self.weights(&ratings, &by_reviewer, &grades, &sums);
            // Grades can stand still while weights run apart: variances must stay too.
            let variance = |v: usize| (1.0 / before[v] - 1.0 / weights[v]).abs();
            let moved = |v: usize| if variance(v) > self.rounds.tolerance { 1.0 } else { 0.0 };
            let stays = chunks::sum(weights.len(), moved) <= 0.0;
            sums = totals(&ratings, &weights);
            combination = Combination::weighted(weights.clone());
            let new = combination.grades(&ratings);
            let change = largest_change(&grades, &new);
            grades = new;
            (change, stays && change <= self.rounds.tolerance)
        });
        for sum in &mut sums {
            *sum = 1.0 / math::max(*sum, 1e-300);
        }
        let variances = Variances { item: &sums, bias: None };
        let book = combination.book_with_errors(&ratings, self.name(), &variances);
        let book = with_reviewers(&ratings, book, |_| MISSING, |v| weights[v]);
        Ok(book.fit(fit).build()?)
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
            /// The equations, review by review, in the unit of the ratings.
            #[test]
            fn the_equations_hold(reviews in small()) {
                let ratings = Ratings::by_spread(&reviews).unwrap();
                let n = reviews.graph().submissions();
                let rows: Vec<(usize, usize, f64)> = reviews
                    .graph()
                    .iter()
                    .zip(ratings.column())
                    .map(|((s, r), &z)| (s.index(), r.index(), z))
                    .collect();
                let sum = |of: &dyn Fn(&(usize, usize, f64)) -> f64, at: &dyn Fn(&(usize, usize, f64)) -> bool| {
                    rows.iter().filter(|row| at(row)).map(of).sum::<f64>()
                };
                let (mut x, mut total, mut t) = (vec![0.0; n], vec![0.0; n], vec![1.0; n]);
                // Later rounds magnify rounding where two reviewers are equally good.
                for round in 0..=6 {
                    if round > 0 {
                        for v in 0..n {
                            let by = |row: &(usize, usize, f64)| row.1 == v;
                            let top = sum(&|&(u, _, _)| total[u], &by);
                            let bottom = sum(&|&(u, _, z)| total[u] * (z - x[u]).powi(2), &by);
                            t[v] = (top / bottom).min(1e5);
                        }
                    }
                    for u in 0..n {
                        let of = |row: &(usize, usize, f64)| row.0 == u;
                        total[u] = sum(&|&(_, v, _)| t[v], &of);
                        x[u] = sum(&|&(_, v, z)| t[v] * z, &of) / total[u];
                    }
                }
                let method = SimplifiedVancouver::default().tolerance(0.0).max_iterations(6);
                let book = method.aggregate(&reviews).unwrap();
                for u in (0..to_u32(n)).map(SubmissionId::new) {
                    let Some(grade) = book.grade(u) else { continue };
    prop_assert!((grade - ratings.axes()[0].score(x[u.index()])).abs() < 1e-9);
                    let error = ratings.points(1.0 / total[u.index()].sqrt());
                    prop_assert!((book.std_error(u).unwrap() - error).abs() < 1e-9);
                }
                for v in (0..to_u32(n)).map(PersonId::new) {
                    let unit = ratings.points(1.0);
                    let Some(precision) = book.precision(v) else { continue };
                    let expected = unit * unit / t[v.index()];
                    prop_assert!((1.0 / precision - expected).abs() < 1e-9);
                }
            }
        }
}
