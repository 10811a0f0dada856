//! The effects, given the variances of their laws: Henderson's mixed-model equations.

use super::known::Known;
use super::parts::Parts;
use crate::aggregate::ratings::Ratings;
use crate::aggregate::rounds::Rounds;
use crate::chunks;
use crate::gradebook::Fit;
use crate::math;

/// The equations of one course: who rates what, and how precisely each effect is known before. A
/// precision of 0 is a flat law.
#[derive(Debug, Clone, Copy)]
pub(in crate::aggregate) struct System<'a> {
    pub(in crate::aggregate) ratings: &'a Ratings<'a>,
    /// What is known of items beforehand.
    pub(in crate::aggregate) known: &'a Known,
    /// 1 / variance of the noise of a rating.
    pub(in crate::aggregate) noise: f64,
    /// 1 / variance of the quality of items.
    pub(in crate::aggregate) truth: f64,
    /// 1 / variance of the biases.
    pub(in crate::aggregate) bias: f64,
    /// Whether the mean of the course is estimated; otherwise it is 0.
    pub(in crate::aggregate) mean: bool,
}

/// Ratings as the equations see them: sums by item and by reviewer.
#[derive(Debug, Clone)]
pub(in crate::aggregate) struct Sums {
    pub(in crate::aggregate) item: Vec<f64>,
    pub(in crate::aggregate) reviewer: Vec<f64>,
    /// What an item is known to have, in place of what [`Known`] says: the same for all.
    pub(in crate::aggregate) known: Option<f64>,
}

/// Grades `mu + s_u` by item, 0 where there are no ratings, and biases by person.
#[derive(Debug, Clone)]
pub(in crate::aggregate) struct Effects {
    pub(in crate::aggregate) mean: f64,
    pub(in crate::aggregate) grade: Vec<f64>,
    pub(in crate::aggregate) bias: Vec<f64>,
    pub(in crate::aggregate) fit: Fit,
}

impl Sums {
    /// The sums of the ratings.
    pub(in crate::aggregate) fn of(ratings: &Ratings<'_>) -> Self {
        let sum = |scores: &[f64]| scores.iter().fold(0.0, |sum, z| sum + z);
        let item = chunks::column(ratings.items(), |u| sum(ratings.of(u)));
        // Ratings are read in sequence and sums written at random: half the misses of the converse.
        let mut reviewer = vec![0.0; ratings.people()];
        for u in 0..ratings.items() {
            for (v, z) in ratings.reviewers(u).iter().zip(ratings.of(u)) {
                reviewer[v.index()] += z;
            }
        }
        Self { item, reviewer, known: None }
    }

    /// Of 1 for every rating but those of items known exactly.
    pub(super) fn of_ones(ratings: &Ratings<'_>, known: &Known) -> Self {
        let free = |u: usize| if known.is_exact(u) { 0.0 } else { 1.0 };
        let of_person = |v: usize| {
            let items = ratings.items_of(v).iter();
            items.fold(0.0, |sum, u| sum + free(u.index()))
        };
        Self {
            item: chunks::column(ratings.items(), |u| free(u) * ratings.of(u).len() as f64),
            reviewer: chunks::column(ratings.people(), of_person),
            known: Some(1.0),
        }
    }
}

impl<'a> System<'a> {
    pub(in crate::aggregate) fn new(
        ratings: &'a Ratings<'a>,
        known: &'a Known,
        parts: Parts,
    ) -> Self {
        let [truth, bias, noise] = [parts.truth, parts.bias, parts.noise].map(f64::recip);
        Self { ratings, known, noise, truth, bias, mean: true }
    }

    /// The precision of an item given the biases: infinite for one that is known exactly.
    pub(super) fn precision(&self, item: usize) -> f64 {
        let count = self.ratings.reviewers(item).len() as f64;
        self.truth + self.known.precision(item) + count * self.noise
    }

    /// What a point of a rating, and a point of the mean, is worth in the grade of an item.
    fn worth(&self, item: usize) -> (f64, f64) {
        let precision = self.precision(item);
        if precision > 0.0 { (self.noise / precision, self.truth / precision) } else { (0.0, 0.0) }
    }

    /// Whether the mean of the course is of this item too.
    pub(super) fn is_free(&self, item: usize) -> bool {
        !self.ratings.reviewers(item).is_empty() && !self.known.is_exact(item)
    }

    pub(super) fn diagonal(&self, person: usize) -> f64 {
        self.bias + self.ratings.given(person).len() as f64 * self.noise
    }

    /// The sum of a column of people over the reviewers of an item.
    #[inline]
    pub(super) fn over_reviewers(&self, item: usize, column: &[f64]) -> f64 {
        self.ratings.reviewers(item).iter().fold(0.0, |sum, v| sum + column[v.index()])
    }

    /// The sum of a column of items over what a person rates.
    #[inline]
    pub(super) fn over_items(&self, person: usize, column: &[f64]) -> f64 {
        self.ratings.items_of(person).iter().fold(0.0, |sum, u| sum + column[u.index()])
    }

    /// The part of the mean of a course in the mean of its grades: what divides by it.
    fn slack(&self) -> f64 {
        chunks::sum(
            self.ratings.items(),
            |u| {
                if self.is_free(u) { 1.0 - self.worth(u).1 } else { 0.0 }
            },
        )
    }

    /// Adds the mean that grades without it have to grades, and returns it.
    fn add_mean(&self, grade: &mut [f64], slack: f64) -> f64 {
        if !self.mean || slack <= 0.0 {
            return 0.0;
        }
        let sum = chunks::sum(grade.len(), |u| if self.is_free(u) { grade[u] } else { 0.0 });
        let mean = sum / slack;
        chunks::update(grade, |u, grade| grade + self.worth(u).1 * mean);
        mean
    }

    /// The grades that go with these biases.
    fn grades(&self, sums: &Sums, bias: &[f64], grade: &mut [f64], slack: f64) -> f64 {
        let biased = bias.iter().any(|&b| b != 0.0);
        chunks::update(grade, |u, _| {
            if let Some(value) = self.known.exact(u) {
                return sums.known.unwrap_or(value);
            }
            let all = sums.item[u] - if biased { self.over_reviewers(u, bias) } else { 0.0 };
            let known = match self.known.about(u) {
                Some((value, weight)) => sums.known.unwrap_or(value) * weight / self.precision(u),
                None => 0.0,
            };
            known + self.worth(u).0 * all
        });
        self.add_mean(grade, slack)
    }

    /// Solves the equations by conjugate gradients on the biases, of which the grades and the mean
    /// are functions; preconditioned by the diagonal. Symmetric and positive, so every step comes
    /// closer. A round reads every rating twice.
    pub(in crate::aggregate) fn solve(
        &self,
        sums: &Sums,
        start: Option<Vec<f64>>,
        rounds: Rounds,
    ) -> Effects {
        let people = self.ratings.people();
        let slack = self.slack();
        let mut bias = start.unwrap_or_else(|| vec![0.0; people]);
        let mut grade = vec![0.0; self.ratings.items()];
        let mut mean = self.grades(sums, &bias, &mut grade, slack);
        let mut residual = chunks::column(people, |v| {
            let count = self.ratings.given(v).len() as f64;
            let left = sums.reviewer[v] - self.over_items(v, &grade) - count * bias[v];
            self.noise * left - self.bias * bias[v]
        });
        let preconditioned = |residual: &[f64], v: usize| {
            let diagonal = self.diagonal(v);
            if diagonal > 0.0 { residual[v] / diagonal } else { 0.0 }
        };
        let product =
            |residual: &[f64]| chunks::sum(people, |v| residual[v] * preconditioned(residual, v));
        let mut size = product(&residual);
        let mut direction = chunks::column(people, |v| preconditioned(&residual, v));
        let mut image = vec![0.0; people];
        let mut moved = vec![0.0; self.ratings.items()];
        let fit = rounds.run(self.ratings, || {
            let mean_moved = self.image(&direction, &mut image, &mut moved, slack);
            let curvature = chunks::sum(people, |v| direction[v] * image[v]);
            let step = if curvature > 0.0 { size / curvature } else { 0.0 };
            // Nothing is left to solve.
            if !(step > 0.0 && step < f64::INFINITY) {
                return 0.0;
            }
            chunks::update(&mut bias, |v, bias| bias + step * direction[v]);
            chunks::update(&mut residual, |v, residual| residual - step * image[v]);
            chunks::update(&mut grade, |u, grade| grade + step * moved[u]);
            mean += step * mean_moved;
            let before = size;
            size = product(&residual);
            let turn = size / before;
            chunks::update(&mut direction, |v, old| preconditioned(&residual, v) + turn * old);
            step * largest(&moved)
        });
        Effects { mean, grade, bias, fit }
    }

    /// The equations' left side for biases `direction`, and how grades and the mean move with them.
    fn image(&self, direction: &[f64], image: &mut [f64], moved: &mut [f64], slack: f64) -> f64 {
        chunks::update(moved, |u, _| -self.worth(u).0 * self.over_reviewers(u, direction));
        let mean = self.add_mean(moved, slack);
        chunks::update(image, |v, _| {
            self.diagonal(v) * direction[v] + self.noise * self.over_items(v, moved)
        });
        mean
    }
}

/// The largest distance from 0.
fn largest(column: &[f64]) -> f64 {
    let maxima = chunks::map(column.len(), |range| {
        range.fold(0.0, |most, i| math::max(most, column[i].abs()))
    });
    maxima.into_iter().fold(0.0, math::max)
}
