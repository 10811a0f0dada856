//! The effects, given the variances of their laws: Henderson's mixed-model equations.

use super::known::Known;
use super::parts::Parts;
use crate::aggregate::gather::Cell;
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
    /// What is known of items in place of what [`Known`] says: the same for all, but 0 for those
    /// known exactly.
    pub(in crate::aggregate) known: Option<f64>,
}

/// The mean of the course and the biases by person; [`System::grades`] has the grades.
#[derive(Debug, Clone)]
pub(in crate::aggregate) struct Effects {
    pub(in crate::aggregate) mean: f64,
    pub(in crate::aggregate) bias: Vec<f64>,
    pub(in crate::aggregate) fit: Fit,
}

impl Sums {
    /// The sums of the ratings.
    pub(in crate::aggregate) fn of<T: Cell>(ratings: &Ratings<'_>) -> Self {
        let sum = |scores: &[f64]| scores.iter().fold(0.0, |sum, z| sum + z);
        let item = chunks::column(ratings.items(), |u| sum(ratings.of(u)));
        // Ratings are read in sequence and sums written at random: half the misses of the converse.
        let mut reviewer = vec![T::default(); ratings.people()];
        for u in 0..ratings.items() {
            for (v, &z) in ratings.reviewers(u).iter().zip(ratings.of(u)) {
                let sum = &mut reviewer[v.index()];
                *sum = T::new(sum.get() + z);
            }
        }
        let reviewer = chunks::column(reviewer.len(), |v| reviewer[v].get());
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
    pub(super) fn over_reviewers<T: Cell>(&self, item: usize, column: &[T]) -> f64 {
        self.ratings.reviewers(item).iter().fold(0.0, |sum, v| sum + column[v.index()].get())
    }

    /// The sum of a column of items over what a person rates.
    #[inline]
    pub(super) fn over_items<T: Cell>(&self, person: usize, column: &[T]) -> f64 {
        self.ratings.items_of(person).iter().fold(0.0, |sum, u| sum + column[u.index()].get())
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

    /// The mean of the course, from the sum of the grades of free items without it.
    fn mean_of(&self, sum: f64, slack: f64) -> f64 {
        if self.mean && slack > 0.0 { sum / slack } else { 0.0 }
    }

    /// The grades that go with these biases, and the mean of the course.
    pub(in crate::aggregate) fn grades<T: Cell>(&self, sums: &Sums, bias: &[f64]) -> (Vec<T>, f64) {
        let biased = bias.iter().any(|&b| b != 0.0);
        let mut grade = vec![T::default(); self.ratings.items()];
        let sum = chunks::update_sum(&mut grade, |u, grade| {
            if let Some(value) = self.known.exact(u) {
                // Sums of anything but the ratings have nothing of what is known exactly.
                *grade = T::new(if sums.known.is_some() { 0.0 } else { value });
                return 0.0;
            }
            let all = sums.item[u] - if biased { self.over_reviewers(u, bias) } else { 0.0 };
            let known = match self.known.about(u) {
                Some((value, weight)) => sums.known.unwrap_or(value) * weight / self.precision(u),
                None => 0.0,
            };
            let own = known + self.worth(u).0 * all;
            *grade = T::new(own);
            if self.is_free(u) { own } else { 0.0 }
        });
        let mean = self.mean_of(sum, self.slack());
        if mean != 0.0 {
            chunks::update(&mut grade, |u, grade| T::new(grade.get() + self.worth(u).1 * mean));
        }
        (grade, mean)
    }

    /// Solves the equations by conjugate gradients on the biases, of which the grades and the mean
    /// are functions; preconditioned by the diagonal. Symmetric and positive, so every step comes
    /// closer. A round reads every review twice.
    ///
    /// What is read at random is kept in cells of type `T`: half as large, half the misses.
    pub(in crate::aggregate) fn solve<T: Cell>(
        &self,
        sums: &Sums,
        start: Option<Vec<f64>>,
        rounds: Rounds,
    ) -> Effects {
        let people = self.ratings.people();
        let slack = self.slack();
        let inverse = |v: usize| {
            let diagonal = self.diagonal(v);
            if diagonal > 0.0 { 1.0 / diagonal } else { 0.0 }
        };
        let mut bias = start.unwrap_or_else(|| vec![0.0; people]);
        let (mut moved, mut mean) = self.grades::<T>(sums, &bias);
        let mut residual = vec![0.0; people];
        let mut size = chunks::update_sum(&mut residual, |v, residual| {
            let count = self.ratings.given(v).len() as f64;
            let left = sums.reviewer[v] - self.over_items(v, &moved) - count * bias[v];
            *residual = self.noise * left - self.bias * bias[v];
            *residual * *residual * inverse(v)
        });
        let mut direction = chunks::column(people, |v| T::new(residual[v] * inverse(v)));
        // The rounding of the residual: what flat laws leave open would be shifted by it.
        let nothing = 1e-30 * size;
        let mut image = vec![0.0; people];
        let fit = rounds.run(self.ratings, || {
            let (mean_moved, most) = self.moved(&direction, &mut moved, slack);
            let curvature = chunks::update_sum(&mut image, |v, image| {
                let own = direction[v].get();
                *image = self.diagonal(v) * own + self.noise * self.over_items(v, &moved);
                own * *image
            });
            let step = if curvature > 0.0 { size / curvature } else { 0.0 };
            // Nothing is left to solve.
            if size <= nothing || !(step > 0.0 && step < f64::INFINITY) {
                return 0.0;
            }
            mean += step * mean_moved;
            chunks::update(&mut bias, |v, bias| bias + step * direction[v].get());
            let before = size;
            size = chunks::update_sum(&mut residual, |v, residual| {
                *residual -= step * image[v];
                *residual * *residual * inverse(v)
            });
            let turn = size / before;
            chunks::update(&mut direction, |v, old| {
                T::new(residual[v] * inverse(v) + turn * old.get())
            });
            step * most
        });
        // What a table of cells holds, so that look-ups of biases need no larger one.
        chunks::update(&mut bias, |_, bias| T::new(bias).get());
        Effects { mean, bias, fit }
    }

    /// How grades and the mean move with biases, and by how much a grade moves at most.
    fn moved<T: Cell>(&self, direction: &[T], moved: &mut [T], slack: f64) -> (f64, f64) {
        let sum = chunks::update_sum(moved, |u, moved| {
            let own = -self.worth(u).0 * self.over_reviewers(u, direction);
            *moved = T::new(own);
            // Items known exactly do not move.
            own
        });
        let mean = self.mean_of(sum, slack);
        let maxima = chunks::update_map(moved, 0.0, |u, moved, most| {
            if mean != 0.0 {
                *moved = T::new(moved.get() + self.worth(u).1 * mean);
            }
            math::max(most, moved.get().abs())
        });
        (mean, maxima.into_iter().fold(0.0, math::max))
    }
}
