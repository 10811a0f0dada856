//! One chain of Gibbs draws: what every model of this folder has in common.

use super::draws::{Drawn, Draws};
use super::sums::Sums;
use crate::aggregate::moments::Moments;
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::id::{SubmissionId, to_u32};
use crate::math;

/// What stands still while chains run: one set of ratings, or one for each assignment of a term.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) people: usize,
    /// Those who rate anything, and how much.
    pub(super) reviewers: Vec<(usize, f64)>,
    /// Items of all parts.
    pub(super) items: usize,
    pub(super) start: Hyper,
}

/// The ratings of one assignment.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) ratings: &'a Ratings<'a>,
    /// In the order (item, reviewer) and (reviewer, item), without their last digits: what differs
    /// in these alone gives the same draws, where a chain could make much of it.
    column: Vec<f64>,
    given: Vec<f64>,
    /// The number of its first item among those of all parts.
    pub(super) first: usize,
}

/// The parameters of the laws of grades, biases and precisions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hyper {
    /// Mean and variance of grades.
    pub(super) mean: f64,
    pub(super) quality: f64,
    /// The variance of biases, and of their steps from one assignment to the next.
    pub(super) bias: f64,
    pub(super) drift: f64,
    /// The variance of the noise, where all are alike.
    pub(super) noise: f64,
    /// Shape and rate of the law of precisions.
    pub(super) shape: f64,
    pub(super) rate: f64,
}

impl Hyper {
    /// By moments. No variance is taken for nothing: in a small course that is what moments find by
    /// chance, and no chain moves from there.
    fn of(moments: &Moments) -> Self {
        let at_least = |variance, part: f64| math::max(variance, part * moments.total);
        let noise = at_least(moments.noise, 0.05);
        let bias = at_least(moments.bias, 1e-3);
        Self {
            mean: moments.mean,
            quality: at_least(moments.quality, 0.05),
            bias,
            drift: 0.25 * bias,
            noise,
            shape: 2.0,
            rate: 2.0 * noise,
        }
    }

    /// Without the last digits.
    fn coarse(self, step: f64) -> Self {
        let variance = |x: f64| coarse(x, math::power_of_two_near(x) / f64::from(1 << 30));
        Self {
            mean: coarse(self.mean, step),
            quality: variance(self.quality),
            bias: variance(self.bias),
            drift: variance(self.drift),
            noise: variance(self.noise),
            shape: self.shape,
            rate: variance(self.rate),
        }
    }

    /// The mean over assignments.
    fn pooled(each: &[Self]) -> Option<Self> {
        let count = each.len() as f64;
        let mean = |part: fn(&Self) -> f64| each.iter().fold(0.0, |sum, x| sum + part(x)) / count;
        (!each.is_empty()).then(|| Self {
            mean: mean(|x| x.mean),
            quality: mean(|x| x.quality),
            bias: mean(|x| x.bias),
            drift: mean(|x| x.drift),
            noise: mean(|x| x.noise),
            shape: mean(|x| x.shape),
            rate: mean(|x| x.rate),
        })
    }
}

/// What ratings of this variance are rounded to: 2^-30 of their standard deviation or so.
fn step(variance: f64) -> f64 {
    // Variances are often 1 but for rounding: so far from a power of two all of these are alike.
    math::power_of_two_near(math::max(1.4 * math::sqrt(variance), 1e-30)) / f64::from(1 << 30)
}

fn coarse(x: f64, step: f64) -> f64 {
    step * math::round_half_even(x / step)
}

/// A variance of ratings that is but the rounding of equal ones.
const EQUAL: f64 = 1e-18;

impl<'a> Course<'a> {
    /// `None` where all ratings of each part are equal, so that there is nothing to learn.
    pub(super) fn new(ratings: &'a [Ratings<'a>]) -> Option<Self> {
        let people = ratings.iter().map(Ratings::people).max().unwrap_or_default();
        let mut parts = Vec::with_capacity(ratings.len());
        let (mut items, mut starts) = (0, Vec::new());
        for ratings in ratings {
            let given = ratings.by_reviewer();
            let moments = Moments::of(ratings, &given);
            let step = step(moments.total);
            if moments.total > EQUAL {
                starts.push(Hyper::of(&moments).coarse(step));
            }
            let coarse = |values: &[f64]| chunks::column(values.len(), |e| coarse(values[e], step));
            let (column, given) = (coarse(ratings.column()), coarse(&given));
            parts.push(Part { ratings, column, given, first: items });
            items += ratings.items();
        }
        let given = |v| parts.iter().map(|part| part.ratings.items_of(v).len()).sum::<usize>();
        let reviewers = (0..people).map(|v| (v, given(v) as f64)).filter(|&(_, k)| k > 0.0);
        let reviewers = reviewers.collect();
        let start = Hyper::pooled(&starts)?;
        Some(Self { parts, people, reviewers, items, start })
    }

    /// Grades between the means of their ratings and that of all, no biases, equal precisions; and
    /// `more` works without ratings.
    pub(super) fn state(&self, more: usize) -> State {
        let Hyper { mean, quality, noise, .. } = self.start;
        let mut grade = Vec::with_capacity(self.items + more);
        for part in &self.parts {
            grade.extend((0..part.ratings.items()).map(|item| {
                let scores = part.of(item);
                let weight = scores.len() as f64 / noise;
                let sum = scores.iter().fold(0.0, |sum, z| sum + z);
                (mean / quality + sum / noise) / (1.0 / quality + weight)
            }));
        }
        grade.resize(self.items + more, mean);
        State {
            grade,
            bias: vec![0.0; self.people * self.parts.len()],
            precision: vec![1.0 / noise; self.people],
            hyper: self.start,
        }
    }

    /// How many ratings a person gives, and the sum over them of `(z - grade - bias)^2`.
    pub(super) fn residuals(&self, state: &State, person: usize) -> (f64, f64) {
        let (mut count, mut squares) = (0.0, 0.0);
        for (t, part) in self.parts.iter().enumerate() {
            let bias = state.bias[t * self.people + person];
            let grades = &state.grade[part.first..];
            for (item, z) in part.rows(person) {
                let residual = z - grades[item] - bias;
                squares += residual * residual;
                count += 1.0;
            }
        }
        (count, squares)
    }

    /// What the prior and the ratings of an item say of its grade: a normal law.
    pub(super) fn normal(&self, state: &State, t: usize, item: usize) -> Normal {
        let biases = &state.bias[t * self.people..];
        let prior = 1.0 / state.hyper.quality;
        let start = Normal { precision: prior, pull: prior * state.hyper.mean };
        let part = &self.parts[t];
        let rows = part.of(item).iter().zip(part.ratings.reviewers(item));
        rows.fold(start, |Normal { precision, pull }, (z, reviewer)| {
            let v = reviewer.index();
            let weight = state.precision[v];
            Normal { precision: precision + weight, pull: pull + weight * (z - biases[v]) }
        })
    }

    /// What the prior, the neighbours in time and the ratings by a person say of the bias.
    pub(super) fn bias(&self, state: &State, t: usize, person: usize) -> Normal {
        let Hyper { bias, drift, .. } = state.hyper;
        let at = |t: usize| state.bias[t * self.people + person];
        let mut law = match t {
            0 => Normal { precision: 1.0 / bias, pull: 0.0 },
            _ => Normal { precision: 1.0 / drift, pull: at(t - 1) / drift },
        };
        if t + 1 < self.parts.len() {
            law.precision += 1.0 / drift;
            law.pull += at(t + 1) / drift;
        }
        let (weight, part) = (state.precision[person], &self.parts[t]);
        let grades = &state.grade[part.first..];
        for (item, z) in part.rows(person) {
            law.precision += weight;
            law.pull += weight * (z - grades[item]);
        }
        law
    }
}

impl Part<'_> {
    /// The ratings of an item.
    fn of(&self, item: usize) -> &[f64] {
        &self.column[self.ratings.graph().reviews_of(SubmissionId::new(to_u32(item)))]
    }

    /// Items and ratings by a person; none by those who came after this assignment.
    fn rows(&self, person: usize) -> impl Iterator<Item = (usize, f64)> {
        let known = person < self.ratings.people();
        let (items, given) = if known {
            (self.ratings.items_of(person), &self.given[self.ratings.given(person)])
        } else {
            (&[][..], &[][..])
        };
        items.iter().zip(given).map(|(item, &z)| (item.index(), z))
    }
}

/// A normal law by its precision, and precision times mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Normal {
    pub(super) precision: f64,
    pub(super) pull: f64,
}

/// Where a chain stands.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// By item, then works without ratings.
    pub(super) grade: Vec<f64>,
    /// By part and person.
    pub(super) bias: Vec<f64>,
    /// Of the noise, by person.
    pub(super) precision: Vec<f64>,
    pub(super) hyper: Hyper,
}

/// What tells one model from another.
pub(super) trait Model: Clone + Send + Sync {
    /// Whether a work without ratings is drawn all the same.
    fn concerns(&self, _work: usize) -> bool {
        false
    }

    /// Draws the grade of a work, given what the prior and its ratings say.
    fn grade(
        &mut self,
        _course: &Course<'_>,
        state: &mut State,
        draws: &mut Draws,
        (work, law): (usize, Normal),
    ) -> Drawn {
        let drawn = draws.normal(law.precision, law.pull);
        state.grade[work] = drawn.value;
        drawn
    }

    /// Draws the precision of a person who gives `count` ratings with a sum of squared residuals.
    fn precision(
        &mut self,
        state: &mut State,
        draws: &mut Draws,
        person: usize,
        residuals: (f64, f64),
    );

    /// Draws the parameters.
    fn hyper(&mut self, _course: &Course<'_>, _state: &mut State, _draws: &mut Draws) {}
}

/// A model, where it stands and what it summed up.
#[derive(Debug)]
pub(super) struct Chain<'a, M> {
    pub(super) course: &'a Course<'a>,
    pub(super) model: M,
    pub(super) state: State,
    pub(super) draws: Draws,
    pub(super) sums: Sums,
}

impl<M: Model> Chain<'_, M> {
    /// Draws everything once; `kept` says whether it counts, and in which half.
    pub(super) fn sweep(&mut self, kept: Option<usize>) {
        self.grades(kept);
        self.reviewers(kept.is_some());
        self.model.hyper(self.course, &mut self.state, &mut self.draws);
        if kept.is_some() {
            self.sums.hyper(self.state.hyper.mean);
        }
    }

    fn grades(&mut self, kept: Option<usize>) {
        let Self { course, model, state, draws, sums } = self;
        let mut review = 0;
        for (t, part) in course.parts.iter().enumerate() {
            for item in 0..part.ratings.items() {
                let (work, count) = (part.first + item, part.ratings.of(item).len());
                if count == 0 && !model.concerns(work) {
                    continue;
                }
                let law = course.normal(state, t, item);
                if kept.is_some() {
                    let biases = &state.bias[t * course.people..];
                    for (i, reviewer) in part.ratings.reviewers(item).iter().enumerate() {
                        let v = reviewer.index();
                        let weight = state.precision[v] / law.precision;
                        sums.review(review + i, weight, biases[v]);
                    }
                }
                review += count;
                let drawn = model.grade(course, state, draws, (work, law));
                if let Some(half) = kept {
                    let prior = 1.0 / (state.hyper.quality * law.precision);
                    sums.item(work, half, drawn, (prior, state.hyper.mean));
                }
            }
        }
        let prior = 1.0 / state.hyper.quality;
        let law = Normal { precision: prior, pull: prior * state.hyper.mean };
        for work in course.items..state.grade.len() {
            model.grade(course, state, draws, (work, law));
        }
    }

    fn reviewers(&mut self, kept: bool) {
        let Self { course, model, state, draws, sums } = self;
        for &(v, _) in &course.reviewers {
            for t in 0..course.parts.len() {
                let law = course.bias(state, t, v);
                let drawn = draws.normal(law.precision, law.pull);
                state.bias[t * course.people + v] = drawn.value;
                if kept {
                    sums.bias(t * course.people + v, drawn);
                }
            }
            let residuals = course.residuals(state, v);
            model.precision(state, draws, v, residuals);
            if kept {
                sums.precision[v] += state.precision[v];
            }
        }
    }
}
