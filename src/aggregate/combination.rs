//! Grades as combinations of corrected scores and a prior: how every model of reviewers ends.

use super::gather::{Cell, narrowed};
use super::ratings::Ratings;
use crate::chunks;
use crate::gradebook::{Column, Detail, Gradebook, GradebookBuilder, MISSING};
use crate::id::{PersonId, to_u32};
use crate::math;

/// One number for every review.
#[derive(Debug)]
pub(super) enum Each {
    /// One that is the same for all reviews.
    Same(f64),
    /// By person.
    OfReviewer(Vec<f64>),
    /// By review of the ratings.
    OfReview(Vec<f64>),
}

impl Each {
    fn at(&self, review: usize, reviewer: PersonId) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::OfReviewer(values) => values[reviewer.index()],
            Self::OfReview(values) => values[review],
        }
    }
}

/// What a method makes of the ratings of each item `u`:
///
/// ```text
/// grade = (p m + sum over e of w_e (z_e - c_e)) / (p + sum over e of w_e)
/// ```
///
/// with weights `w`, corrections `c`, and the prior's weight `p` and mean `m`, all in the unit of
/// the ratings. Where all weights are 0 and there is no prior, the scores count alike.
#[derive(Debug)]
pub(super) struct Combination {
    pub(super) weight: Each,
    pub(super) correction: Each,
    pub(super) prior: Option<Prior>,
}

/// What grades are drawn towards, in the unit of the ratings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prior {
    pub(super) mean: f64,
    /// In the unit of the weights.
    pub(super) weight: f64,
}

/// What becomes of an item.
#[derive(Debug, Clone, Copy)]
struct Combined {
    /// In the unit of the ratings.
    grade: f64,
    /// The prior's part of it, from 0 to 1.
    prior: f64,
}

impl Combination {
    /// Weights by reviewer, and nothing else.
    pub(super) fn weighted(weights: Vec<f64>) -> Self {
        Self { weight: Each::OfReviewer(weights), correction: Each::Same(0.0), prior: None }
    }

    /// The weights, where they are by reviewer; none otherwise.
    pub(super) fn into_weights(self) -> Vec<f64> {
        match self.weight {
            Each::OfReviewer(weights) => weights,
            _ => Vec::new(),
        }
    }

    /// What becomes of one item with at least one rating, from the weight and the correction of each.
    /// The grade lies within what has a weight: rounding alone could carry it outside.
    fn combine(&self, scores: &[f64], each: impl Iterator<Item = (f64, f64)> + Clone) -> Combined {
        let (mut low, mut high) = (f64::INFINITY, -f64::INFINITY);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (&score, (weight, correction)) in scores.iter().zip(each.clone()) {
            let score = score - correction;
            if weight > 0.0 {
                (low, high) = (math::min(low, score), math::max(high, score));
            }
            sum += weight * score;
            weights += weight;
        }
        let mut prior = 0.0;
        if let Some(Prior { mean, weight }) = self.prior {
            (low, high) = (math::min(low, mean), math::max(high, mean));
            sum += weight * mean;
            weights += weight;
            prior = if weights > 0.0 { weight / weights } else { 0.0 };
        }
        if weights > 0.0 {
            return Combined { grade: math::clamp(sum / weights, low, high), prior };
        }
        let mut plain = 0.0;
        for (&score, (_, correction)) in scores.iter().zip(each) {
            let score = score - correction;
            (low, high) = (math::min(low, score), math::max(high, score));
            plain += score;
        }
        Combined { grade: math::clamp(plain / scores.len() as f64, low, high), prior }
    }

    /// What becomes of all items.
    fn combined<T: Send + Sync + Copy>(
        &self,
        ratings: &Ratings<'_>,
        take: impl Fn(Combined) -> T + Sync,
    ) -> Vec<T> {
        let missing = take(Combined { grade: MISSING, prior: 0.0 });
        if matches!(
            (&self.weight, &self.correction),
            (Each::OfReview(_), _) | (_, Each::OfReview(_))
        ) {
            let items = chunks::map(ratings.items(), |range| {
                let item = |item| {
                    let Some(start) = ratings.start(item) else { return missing };
                    let at = |(i, &reviewer)| {
                        let review = start + i;
                        (self.weight.at(review, reviewer), self.correction.at(review, reviewer))
                    };
                    let each = ratings.reviewers(item).iter().enumerate().map(at);
                    take(self.combine(ratings.of(item), each))
                };
                range.map(item).collect::<Vec<T>>()
            });
            return items.concat();
        }
        // Only what differs by reviewer is looked up: the smaller the table, the more of it is cached.
        match (&self.weight, &self.correction) {
            (&Each::Same(weight), Each::OfReviewer(table)) => self.combined_cells(
                ratings,
                table,
                |correction| (weight, correction),
                missing,
                take,
            ),
            (Each::OfReviewer(table), &Each::Same(correction)) => {
                self.combined_cells(ratings, table, |weight| (weight, correction), missing, take)
            }
            (Each::OfReviewer(weights), Each::OfReviewer(corrections)) => {
                match (narrowed(weights), narrowed(corrections)) {
                    (Some(weights), Some(corrections)) => {
                        self.combined_pairs(ratings, &weights, &corrections, missing, take)
                    }
                    _ => self.combined_pairs(ratings, weights, corrections, missing, take),
                }
            }
            (weight, correction) => {
                let one = PersonId::new(0);
                let pair = (weight.at(0, one), correction.at(0, one));
                let table = vec![(); ratings.people()];
                self.combined_by(ratings, &table, |()| pair, missing, take)
            }
        }
    }

    /// [`combined`](Self::combined) by a column of people, from which weight and correction come.
    fn combined_cells<T: Send + Copy>(
        &self,
        ratings: &Ratings<'_>,
        column: &[f64],
        pair: impl Fn(f64) -> (f64, f64) + Sync,
        missing: T,
        take: impl Fn(Combined) -> T + Sync,
    ) -> Vec<T> {
        if let Some(cells) = narrowed(column) {
            self.combined_by(ratings, &cells, |cell| pair(cell.get()), missing, take)
        } else {
            self.combined_by(ratings, column, |&cell| pair(cell), missing, take)
        }
    }

    /// [`combined`](Self::combined) by weights and corrections of people.
    fn combined_pairs<C: Cell, T: Send + Copy>(
        &self,
        ratings: &Ratings<'_>,
        weights: &[C],
        corrections: &[C],
        missing: T,
        take: impl Fn(Combined) -> T + Sync,
    ) -> Vec<T> {
        let table = chunks::column(weights.len(), |v| [weights[v], corrections[v]]);
        let pair = |&[weight, correction]: &[C; 2]| (weight.get(), correction.get());
        self.combined_by(ratings, &table, pair, missing, take)
    }

    /// [`combined`](Self::combined) by a table of people that gives weight and correction.
    fn combined_by<C: Copy + Sync, T: Send + Copy>(
        &self,
        ratings: &Ratings<'_>,
        table: &[C],
        pair: impl Fn(&C) -> (f64, f64) + Sync,
        missing: T,
        take: impl Fn(Combined) -> T + Sync,
    ) -> Vec<T> {
        let mut out = vec![missing; ratings.items()];
        chunks::map_mut(&mut out, |first, part| {
            ratings.each_item(first..first + part.len(), table, |item, scores, each| {
                if !scores.is_empty() {
                    part[item - first] = take(self.combine(scores, each.iter().map(&pair)));
                }
            });
        });
        out
    }

    /// The grades of all items, in the unit of the ratings; [`MISSING`] without ratings.
    pub(super) fn grades(&self, ratings: &Ratings<'_>) -> Vec<f64> {
        self.combined(ratings, |combined| combined.grade)
    }

    /// A gradebook of these grades, cut to the scales, with shares, corrections and the prior.
    pub(super) fn book<'a>(self, ratings: &Ratings<'a>, method: &str) -> GradebookBuilder<'a> {
        self.book_by(ratings, method, None)
    }

    /// [`book`](Self::book) of other grades of items than those of the combination, in the unit of
    /// the ratings: what a method adds to it shows in explanations as an adjustment.
    pub(super) fn book_of<'a>(
        self,
        ratings: &Ratings<'a>,
        method: &str,
        grades: &[f64],
    ) -> GradebookBuilder<'a> {
        self.book_by(ratings, method, Some(grades))
    }

    fn book_by<'a>(
        self,
        ratings: &Ratings<'a>,
        method: &str,
        grades: Option<&[f64]>,
    ) -> GradebookBuilder<'a> {
        let reviews = ratings.reviews();
        let n = reviews.graph().submissions();
        let combined = self.combined(ratings, |combined| combined);
        let mut book = Gradebook::builder(reviews, method);
        let criteria = reviews.rubric().criteria().iter().zip(ratings.axes());
        for (c, (criterion, axis)) in criteria.enumerate() {
            let own = &combined[c * n..(c + 1) * n];
            book = book.criterion(Column::from_raw(chunks::column(n, |i| {
                let grade = grades.map_or(own[i].grade, |grades| grades[c * n + i]);
                if grade.is_nan() {
                    return MISSING;
                }
                let (low, high) = (criterion.scale().min(), criterion.scale().max());
                math::clamp(axis.score(grade), low, high)
            })));
            if let Some(prior) = self.prior {
                // Beyond the scale it may be beyond the largest double.
                let mean = math::clamp(axis.score(prior.mean), -f64::MAX, f64::MAX);
                book = book.prior(mean, chunks::column(n, |i| own[i].prior));
            }
        }
        drop(combined);
        let corrections = self.correction.into_detail(ratings, |c, x| ratings.axes()[c].points(x));
        book.weights(shares(self.weight, ratings)).correct(corrections)
    }
}

impl Each {
    /// Numbers in the unit of the ratings as numbers of a gradebook.
    fn into_detail(self, ratings: &Ratings<'_>, points: impl Fn(usize, f64) -> f64) -> Detail {
        let criteria = ratings.axes().len();
        // A correction may be larger than a scale that ends near the largest double.
        let points = |c: usize, x: f64| math::clamp(points(c, x), -f64::MAX, f64::MAX);
        let all = |values: &[f64], c: usize| values.iter().map(|&x| points(c, x)).collect();
        match self {
            Self::Same(0.0) => Detail::Uniform,
            Self::Same(value) => {
                let columns = 0..criteria;
                Detail::PerReviewer(
                    columns.map(|c| vec![points(c, value); ratings.people()]).collect(),
                )
            }
            Self::OfReviewer(values) => {
                Detail::PerReviewer((0..criteria).map(|c| all(&values, c)).collect())
            }
            Self::OfReview(values) => {
                let reviews = ratings.reviews().graph().reviews();
                let columns = (0..criteria).map(|c| &values[c * reviews..(c + 1) * reviews]);
                Detail::PerReview(columns.enumerate().map(|(c, part)| all(part, c)).collect())
            }
        }
    }
}

/// Weights as the shares of a gradebook.
fn shares(weights: Each, ratings: &Ratings<'_>) -> Detail {
    match weights {
        Each::Same(_) => Detail::Uniform,
        Each::OfReviewer(weights) if ratings.axes().len() == 1 => {
            Detail::PerReviewer(vec![weights])
        }
        Each::OfReviewer(weights) => Detail::PerReviewer(vec![weights; ratings.axes().len()]),
        Each::OfReview(mut weights) => {
            for item in 0..ratings.items() {
                let Some(start) = ratings.start(item) else { continue };
                let part = &mut weights[start..start + ratings.of(item).len()];
                let sum = part.iter().fold(0.0, |sum, w| sum + w);
                let equal = 1.0 / part.len() as f64;
                for weight in part {
                    *weight = if sum > 0.0 { *weight / sum } else { equal };
                }
            }
            Each::OfReview(weights).into_detail(ratings, |_, x| x)
        }
    }
}

/// How sure a model is of its grades, in the unit of the ratings.
#[derive(Debug)]
pub(super) struct Variances<'a> {
    /// Of the grade of each item.
    pub(super) item: &'a [f64],
    /// Of the bias of each person, which the criteria of a work have in common; `None` without.
    pub(super) bias: Option<&'a [f64]>,
}

impl Combination {
    /// [`book`](Self::book) with standard errors. Those of the total hold that the noise of
    /// criteria is independent and the bias of a reviewer is not:
    ///
    /// ```text
    /// Var = sum over c of W_c^2 Var_c + sum over e of Var b_v ((sum_c W_c a_ce)^2 - sum_c (W_c a_ce)^2)
    /// ```
    ///
    /// with the points `W_c` that a rating of criterion c is worth and the weight `a_ce` of review e
    /// in it.
    pub(super) fn book_with_errors<'a>(
        self,
        ratings: &Ratings<'a>,
        method: &str,
        variances: &Variances<'_>,
    ) -> GradebookBuilder<'a> {
        self.book_with_errors_by(ratings, method, variances, None)
    }

    /// [`book_of`](Self::book_of) these grades, or those of the combination, with standard errors as
    /// above.
    pub(super) fn book_with_errors_by<'a>(
        self,
        ratings: &Ratings<'a>,
        method: &str,
        variances: &Variances<'_>,
        grades: Option<&[f64]>,
    ) -> GradebookBuilder<'a> {
        let n = ratings.reviews().graph().submissions();
        let criteria = ratings.reviews().rubric().criteria();
        let error = |i: usize, c: usize| {
            let rated = !ratings.of(c * n + i).is_empty();
            let error = || ratings.axes()[c].points(math::sqrt(variances.item[c * n + i]));
            if rated { error() } else { MISSING }
        };
        // In which no square overflows.
        let unit = criteria.iter().zip(ratings.axes()).fold(0.0, |most, (criterion, axis)| {
            math::max(most, criterion.weight() * axis.points(1.0))
        });
        let unit = math::power_of_two_near(unit);
        let total = chunks::column(n, |i| {
            if let [only] = criteria {
                return only.weight() * error(i, 0);
            }
            let square = |c: usize| criteria[c].weight() * error(i, c) / unit;
            let own = (0..criteria.len()).fold(0.0, |sum, c| sum + square(c) * square(c));
            unit * math::sqrt(own + self.shared_variance(ratings, i, variances.bias, unit))
        });
        let each =
            (0..criteria.len()).map(|c| Column::from_raw(chunks::column(n, |i| error(i, c))));
        let each: Vec<Column> = each.collect();
        let book = self.book_by(ratings, method, grades).std_error(Column::from_raw(total));
        if ratings.reviews().rubric().is_plain() { book } else { book.criterion_std_errors(each) }
    }

    /// What the biases of its reviewers add to the variance of the total of a submission beyond the
    /// variances of its criteria, in parts of a unit.
    fn shared_variance(
        &self,
        ratings: &Ratings<'_>,
        i: usize,
        bias: Option<&[f64]>,
        unit: f64,
    ) -> f64 {
        let Some(bias) = bias else { return 0.0 };
        let n = ratings.reviews().graph().submissions();
        let criteria = ratings.reviews().rubric().criteria().iter().zip(ratings.axes());
        let prior = self.prior.map_or(0.0, |prior| prior.weight);
        let weight = |c: usize, k: usize, reviewer: PersonId| {
            let start = ratings.start(c * n + i).unwrap_or_default();
            self.weight.at(start + k, reviewer)
        };
        let reviewers = ratings.reviewers(i);
        let sum = |c: usize| {
            let each = reviewers.iter().enumerate();
            each.fold(prior, |sum, (k, &reviewer)| sum + weight(c, k, reviewer))
        };
        let worth: Vec<f64> = criteria
            .enumerate()
            .map(|(c, (criterion, axis))| {
                let sum = sum(c);
                if sum > 0.0 { criterion.weight() * axis.points(1.0) / unit / sum } else { 0.0 }
            })
            .collect();
        reviewers.iter().enumerate().fold(0.0, |sum, (k, &reviewer)| {
            let (all, own) = worth.iter().enumerate().fold((0.0, 0.0), |(all, own), (c, worth)| {
                let part = worth * weight(c, k, reviewer);
                (all + part, own + part * part)
            });
            sum + (all * all - own) * bias[reviewer.index()]
        })
    }
}

/// A column of people; those without ratings have no value.
pub(super) fn by_person(ratings: &Ratings<'_>, value: impl Fn(usize) -> f64 + Sync) -> Column {
    Column::from_raw(chunks::column(ratings.people(), |v| {
        // Beyond the largest double counts as missing.
        let known = Some(v).filter(|&v| !ratings.items_of(v).is_empty()).map(&value);
        known.filter(|x| x.is_finite()).unwrap_or(MISSING)
    }))
}

/// Adds what a model finds in people, in the unit of the ratings, to a gradebook: in points of the
/// total.
pub(super) fn with_reviewers<'a>(
    ratings: &Ratings<'_>,
    book: GradebookBuilder<'a>,
    bias: impl Fn(usize) -> f64 + Sync,
    precision: impl Fn(usize) -> f64 + Sync,
) -> GradebookBuilder<'a> {
    let unit = ratings.points(1.0);
    let bias = by_person(ratings, |v| unit * bias(v));
    book.reviewers(bias, by_person(ratings, |v| precision(v) / unit / unit))
}

impl Ratings<'_> {
    /// The position of the first rating of an item; `None` without ratings.
    fn start(&self, item: usize) -> Option<usize> {
        let range = self.graph().reviews_of(crate::id::SubmissionId::new(to_u32(item)));
        (!range.is_empty()).then_some(range.start)
    }
}
