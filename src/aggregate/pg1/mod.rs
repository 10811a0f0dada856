//! PG1, reviewers with a bias and a precision each, and the rounds that its estimators have in
//! common.

mod em;
#[cfg(test)]
mod tests;
mod vb;

pub use em::Pg1Em;
pub use vb::Pg1Vb;

use super::combination::{Combination, Each, Prior, Variances, with_reviewers};
use super::gather::{Cell, LARGE, gather};
use super::moments::Moments;
use super::ratings::Ratings;
use crate::chunks;
use crate::gradebook::{GradebookBuilder, Warning};
use crate::math;

/// The prior of PG1, in the unit of the ratings.
///
/// ```text
/// s_u ~ N(mean, 1/quality),  b_v ~ N(0, 1/bias),  t_v ~ Gamma(shape, rate)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    pub(super) mean: f64,
    pub(super) quality: f64,
    /// Infinite where reviewers have no bias.
    pub(super) bias: f64,
    pub(super) shape: f64,
    pub(super) rate: f64,
}

/// What reviewers count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Precision,
    RootOfPrecision,
}

impl By {
    #[inline]
    pub(super) fn weight(self, precision: f64) -> f64 {
        match self {
            Self::Precision => precision,
            Self::RootOfPrecision => math::sqrt(precision),
        }
    }
}

/// How an estimator goes its rounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) by: By,
    /// Whether variances count, or point estimates stand for all that is known.
    pub(super) uncertain: bool,
    /// How far each number goes towards its new value: 1 is all the way.
    pub(super) step: f64,
}

/// What is known of an item.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Item {
    pub(super) grade: f64,
    variance: f64,
}

/// What is known of a reviewer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reviewer {
    pub(super) precision: f64,
    pub(super) bias: f64,
}

/// Sums over the rated items.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ItemSums {
    count: f64,
    /// Of distances to the mean of the prior, and of their squares.
    distance: f64,
    square: f64,
    variance: f64,
    /// By how much grades changed: at most, and the sum of squares.
    pub(super) change: f64,
    pub(super) changes: f64,
}

impl ItemSums {
    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            distance: self.distance + other.distance,
            square: self.square + other.square,
            variance: self.variance + other.variance,
            change: math::max(self.change, other.change),
            changes: self.changes + other.changes,
        }
    }

    /// The root of the mean square of the changes.
    fn root_mean_square(&self) -> f64 {
        math::sqrt(self.changes / math::max(self.count, 1.0))
    }
}

/// Sums over those who review.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReviewerSums {
    count: f64,
    bias: f64,
    /// Of squares of changes of biases.
    changes: f64,
}

impl ReviewerSums {
    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            bias: self.bias + other.bias,
            changes: self.changes + other.changes,
        }
    }
}

/// The ratings of one reviewer, less the grades.
#[derive(Debug, Clone, Copy, Default)]
struct Residuals {
    count: f64,
    sum: f64,
    square: f64,
    /// The variances of the grades.
    variance: f64,
}

/// A reviewer as residuals have it.
struct Learned {
    reviewer: Reviewer,
    bias_variance: f64,
    /// Of the law of the precision.
    rate: f64,
}

impl Residuals {
    /// Grades are those of the items; so are variances, where they count.
    #[inline]
    fn of<T: Cell>(ratings: &[f64], grades: &[T], variances: &[T]) -> Self {
        let (mut sum, mut square) = (0.0, 0.0);
        for (z, grade) in ratings.iter().zip(grades) {
            let residual = z - grade.get();
            sum += residual;
            square += residual * residual;
        }
        let variance = variances.iter().fold(0.0, |sum, variance| sum + variance.get());
        Self { count: ratings.len() as f64, sum, square, variance }
    }

    /// The reviewer whose precision was this.
    #[inline]
    fn reviewer(&self, law: &Law, precision: f64, uncertain: bool) -> Learned {
        let Self { count, sum, square, variance } = *self;
        let all = law.bias + count * precision;
        let bias = precision * sum / all;
        let bias_variance = 1.0 / all;
        // The sum of (residual - bias)^2, which rounding could carry below 0.
        let left = math::max(square - bias * (2.0 * sum - count * bias), 0.0);
        let unknown = if uncertain { variance + count * bias_variance } else { 0.0 };
        let rate = law.rate + 0.5 * (left + unknown);
        let reviewer = Reviewer { precision: (law.shape + 0.5 * count) / rate, bias };
        Learned { reviewer, bias_variance, rate }
    }
}

/// What an estimator knows of items and reviewers; what is looked up is kept in cells of type `T`.
/// Memory: 16 bytes an item and a person, and 16 to 24 a rating.
#[derive(Debug)]
pub(super) struct State<'r, 'a, T> {
    ratings: &'r Ratings<'a>,
    by_reviewer: Vec<f64>,
    pub(super) items: Vec<Item>,
    pub(super) reviewers: Vec<Reviewer>,
    /// Two numbers for each rating, from the other side of the graph.
    found: [Vec<T>; 2],
    /// What is still to be taken off every bias: grades are without it.
    shift: f64,
    pub(super) manner: Manner,
}

/// Whether a course is so large that what is looked up is kept in single precision.
pub(super) fn is_large(ratings: &Ratings<'_>) -> bool {
    ratings.column().len() > LARGE
}

impl<'r, 'a, T: Cell> State<'r, 'a, T> {
    /// Nobody has a bias, everybody this precision, and every item this grade.
    pub(super) fn new(
        ratings: &'r Ratings<'a>,
        by_reviewer: Vec<f64>,
        (grade, precision): (f64, f64),
        manner: Manner,
    ) -> Self {
        let items = vec![Item { grade, variance: 0.0 }; ratings.items()];
        let reviewers = vec![Reviewer { precision, bias: 0.0 }; ratings.people()];
        let found = [Vec::new(), Vec::new()];
        Self { ratings, by_reviewer, items, reviewers, found, shift: 0.0, manner }
    }

    /// Items from reviewers.
    ///
    /// ```text
    /// L_u = q + sum of w_v,  s_u = (q m + sum of w_v (z - b_v)) / L_u,  V_u = 1 / L_u
    /// ```
    pub(super) fn grade(&mut self, law: &Law) -> ItemSums {
        let Self { ratings, reviewers, found: [weights, biases], shift, manner, .. } = self;
        let Manner { by, step, .. } = *manner;
        let prior = by.weight(law.quality);
        let ids = ratings.graph().reviewers();
        let weight = |v: usize| T::new(by.weight(reviewers[v].precision));
        gather(ids, &chunks::column(reviewers.len(), weight), weights);
        let bias = |v: usize| T::new(reviewers[v].bias);
        gather(ids, &chunks::column(reviewers.len(), bias), biases);
        let sums = chunks::map_mut(&mut self.items, |first, items| {
            let mut sums = ItemSums::default();
            for (i, item) in (first..).zip(items) {
                let range = ratings.range(i);
                if range.is_empty() {
                    continue;
                }
                let each = weights[range.clone()].iter().zip(&biases[range]);
                let (mut weights, mut sum) = (0.0, 0.0);
                for (z, (weight, bias)) in ratings.of(i).iter().zip(each) {
                    weights += weight.get();
                    sum += weight.get() * (z - bias.get());
                }
                let all = prior + weights;
                let grade = (prior * law.mean + sum + *shift * weights) / all;
                let old = item.grade + *shift;
                let grade = old + step * (grade - old);
                let (change, distance) = (grade - item.grade, grade - law.mean);
                let variance = 1.0 / all;
                *item = Item { grade, variance };
                sums = sums.add(ItemSums {
                    count: 1.0,
                    distance,
                    square: distance * distance,
                    variance,
                    change: change.abs(),
                    changes: change * change,
                });
            }
            sums
        });
        chunks::tree(sums, ItemSums::add)
    }

    /// Reviewers from items.
    ///
    /// ```text
    /// B_v = h + k_v t_v,  b_v = t_v sum of (z - s_u) / B_v,  Vb_v = 1 / B_v
    /// R_v = rate + sum of ((z - s_u - b_v)^2 + V_u + Vb_v) / 2,  t_v = (shape + k_v/2) / R_v
    /// ```
    pub(super) fn learn(&mut self, law: &Law) -> ReviewerSums {
        let Self { ratings, by_reviewer, items, found: [grades, variances], shift, manner, .. } =
            self;
        let Manner { uncertain, step, .. } = *manner;
        let ids = ratings.graph().given_submissions();
        gather(ids, &chunks::column(items.len(), |u| T::new(items[u].grade)), grades);
        if uncertain {
            gather(ids, &chunks::column(items.len(), |u| T::new(items[u].variance)), variances);
        }
        let sums = chunks::map_mut(&mut self.reviewers, |first, reviewers| {
            let mut sums = ReviewerSums::default();
            for (v, reviewer) in (first..).zip(reviewers) {
                let range = ratings.given(v);
                if range.is_empty() {
                    continue;
                }
                let variances = if uncertain { &variances[range.clone()] } else { &[] };
                let residuals =
                    Residuals::of(&by_reviewer[range.clone()], &grades[range], variances);
                let new = residuals.reviewer(law, reviewer.precision, uncertain).reviewer;
                let (old, bias) = (reviewer.precision, reviewer.bias - *shift);
                let precision = old + step * (new.precision - old);
                // A step beyond the new value of a small one could end below 0.
                reviewer.precision = math::max(precision, 0.5 * new.precision);
                reviewer.bias = bias + step * (new.bias - bias);
                let change = reviewer.bias - bias;
                sums = sums.add(ReviewerSums {
                    count: 1.0,
                    bias: reviewer.bias,
                    changes: change * change,
                });
            }
            sums
        });
        self.shift = 0.0;
        chunks::tree(sums, ReviewerSums::add)
    }

    /// The residuals and the precisions of some reviewers.
    fn residuals(&self, sample: &[u32]) -> Vec<(Residuals, f64)> {
        let parts = chunks::map(sample.len(), |part| {
            let (mut grades, mut variances) = (Vec::new(), Vec::new());
            let one = |&v: &u32| {
                let v = v as usize;
                let rated = || self.ratings.items_of(v).iter().map(|item| self.items[item.index()]);
                grades.clear();
                grades.extend(rated().map(|item| item.grade));
                variances.clear();
                variances.extend(rated().map(|item| item.variance));
                let scores = &self.by_reviewer[self.ratings.given(v)];
                (Residuals::of(scores, &grades, &variances), self.reviewers[v].precision)
            };
            sample[part].iter().map(one).collect::<Vec<_>>()
        });
        parts.concat()
    }

    /// The grades by the numbers of reviewers as they are now.
    pub(super) fn combination(&self, law: &Law) -> Combination {
        let Self { reviewers, shift, manner: Manner { by, .. }, .. } = self;
        // As a cell has it, so that look-ups need no larger one.
        let weight = |v: usize| T::new(by.weight(reviewers[v].precision)).get();
        let bias = |v: usize| T::new(reviewers[v].bias - shift).get();
        Combination {
            weight: Each::OfReviewer(chunks::column(reviewers.len(), weight)),
            correction: if law.bias.is_finite() {
                Each::OfReviewer(chunks::column(reviewers.len(), bias))
            } else {
                Each::Same(0.0)
            },
            prior: Some(Prior { mean: law.mean, weight: by.weight(law.quality) }),
        }
    }

    /// A gradebook with standard errors, biases and precisions.
    fn book(self, law: &Law, method: &str) -> GradebookBuilder<'a> {
        let combination = self.combination(law);
        let Self { ratings, by_reviewer, items, reviewers, found, shift, .. } = self;
        drop((by_reviewer, found));
        let item = chunks::column(ratings.items(), |i| items[i].variance);
        // One criterion has no other to share the biases with.
        let bias = (ratings.axes().len() > 1).then(|| {
            chunks::column(ratings.people(), |v| {
                1.0 / (law.bias + ratings.given(v).len() as f64 * reviewers[v].precision)
            })
        });
        let variances = Variances { item: &item, bias: bias.as_deref() };
        let book = combination.book_with_errors(ratings, method, &variances);
        let bias = |v: usize| reviewers[v].bias - shift;
        with_reviewers(ratings, book, bias, |v| reviewers[v].precision)
    }
}

/// How far numbers go towards their new values, where nothing says otherwise: grades and reviewers
/// that answer one another come to rest in about two thirds of the rounds.
const STEP: f64 = 1.25;

/// The steps of the rounds: beyond the new values until that makes grades change more.
struct Pace {
    last: f64,
}

impl Pace {
    const START: Self = Self { last: f64::INFINITY };

    /// What a round says of itself: its largest change, and whether the root mean square of all
    /// is within the tolerance.
    fn after(
        &mut self,
        (reviewers, items): (&ReviewerSums, &ItemSums),
        manner: &mut Manner,
        tolerance: f64,
    ) -> (f64, bool) {
        let change = items.root_mean_square();
        manner.step = if change > self.last { 1.0 } else { manner.step };
        self.last = change;
        let biases = math::sqrt(reviewers.changes / math::max(reviewers.count, 1.0));
        (items.change, change <= tolerance && biases <= SLACK * tolerance)
    }
}

/// By how many times more biases may change in the last round than grades: those that cancel in
/// every grade may be far from their end when grades are not.
const SLACK: f64 = 16.0;

/// What keeps parameters from being learned: then grades are plain means.
pub(super) fn too_little(ratings: &Ratings<'_>) -> Option<Warning> {
    let (mut rated, mut repeated) = (0, false);
    for item in 0..ratings.items() {
        rated += usize::from(!ratings.of(item).is_empty());
        repeated |= ratings.of(item).len() > 1;
    }
    if !repeated {
        Some(Warning::NoRepeatedReviews)
    } else if rated < 4 * ratings.axes().len() {
        Some(Warning::TooFewSubmissions)
    } else {
        None
    }
}

/// Plain means, with a warning that says why.
pub(super) fn plain<'a>(
    ratings: &Ratings<'a>,
    method: &str,
    warning: Warning,
) -> GradebookBuilder<'a> {
    let (weight, correction) = (Each::Same(1.0), Each::Same(0.0));
    Combination { weight, correction, prior: None }.book(ratings, method).warning(warning)
}

/// The least part of the variance of all ratings that quality, biases and noise have each.
const LEAST: f64 = 1e-3;

/// The variances of quality, biases and noise by moments, none of which is 0.
fn components(moments: &Moments) -> [f64; 3] {
    let total = if moments.total > 0.0 { moments.total } else { 1.0 };
    [moments.quality, moments.bias, moments.noise].map(|x| math::max(x, LEAST * total))
}

/// Whether moments say that works are drawn together because nothing tells them apart.
pub(super) fn no_spread(moments: &Moments) -> bool {
    moments.quality <= 0.0 && moments.total > 0.0
}
