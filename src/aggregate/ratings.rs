//! What a model of reviewers sees: ratings of items by reviewers, whatever the criteria.
//!
//! An item is a submission under one criterion, and every criterion has a zero and a unit of its
//! own, so that one set of parameters of a reviewer (a bias, a precision, a weight) serves all
//! criteria. With a single criterion the items are the submissions.

use std::borrow::Cow;

use super::AggregateError;
use super::gather::each_row;
use crate::chunks;
use crate::csr::Csr;
use crate::graph::{ReviewGraph, root};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rubric::Criterion;

/// Ratings in the order (criterion, submission, reviewer).
#[derive(Debug)]
pub(super) struct Ratings<'a> {
    reviews: &'a Reviews,
    /// Item `criterion x submissions + submission` in place of a submission.
    graph: Cow<'a, ReviewGraph>,
    column: Vec<f64>,
    axes: Vec<Axis>,
}

/// Where a criterion has its ratings: `score = zero + unit x rating`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    zero: f64,
    unit: f64,
}

impl Axis {
    pub(super) fn rating(self, score: f64) -> f64 {
        score / self.unit - self.zero / self.unit
    }

    pub(super) fn score(self, rating: f64) -> f64 {
        self.zero + self.unit * rating
    }

    /// A distance of scores in ratings.
    pub(super) fn distance(self, points: f64) -> f64 {
        points / self.unit
    }

    /// A distance of ratings in points of the criterion.
    pub(super) fn points(self, distance: f64) -> f64 {
        self.unit * distance
    }
}

impl<'a> Ratings<'a> {
    /// Ratings from 0, the lowest score of the criterion's scale, to 1, the highest.
    pub(super) fn by_range(reviews: &'a Reviews) -> Result<Self, AggregateError> {
        Self::new(reviews, |criterion, _| {
            let (scale, unit) = (criterion.scale(), criterion.scale().unit());
            Axis { zero: scale.min(), unit: unit * (scale.max() / unit - scale.min() / unit) }
        })
    }

    /// Ratings with mean 0 and, within items, variance 1, criterion by criterion: what is noise on
    /// one criterion is as much noise on another. Where no item has two ratings that differ, the
    /// variance of all ratings is 1; where all are equal, the range of the scale is.
    pub(super) fn by_spread(reviews: &'a Reviews) -> Result<Self, AggregateError> {
        Self::new(reviews, |criterion, scores| {
            let unit = criterion.scale().unit();
            let moments = Spread::of(reviews, scores, unit);
            // Less than this of the range is the rounding of equal scores.
            let least = 1e-9 * (criterion.scale().max() / unit - criterion.scale().min() / unit);
            let spreads = [moments.within, moments.total, least / 1e-9];
            // In points, one below the least double would be 0.
            let some = |spread: f64| spread > least && unit * spread > 0.0;
            let spread = spreads.into_iter().find(|&spread| some(spread));
            Axis { zero: unit * moments.mean, unit: unit * spread.unwrap_or(1.0) }
        })
    }

    fn new(
        reviews: &'a Reviews,
        axis: impl Fn(&Criterion, &[f64]) -> Axis,
    ) -> Result<Self, AggregateError> {
        let criteria = reviews.rubric().criteria();
        let graph = if criteria.len() == 1 {
            Cow::Borrowed(reviews.graph())
        } else {
            Cow::Owned(stacked(reviews.graph(), criteria.len())?)
        };
        let mut column = Vec::with_capacity(graph.reviews());
        let mut axes = Vec::with_capacity(criteria.len());
        for (c, criterion) in criteria.iter().enumerate() {
            let axis = axis(criterion, reviews.column(c));
            column.extend(reviews.column(c).iter().map(|&score| axis.rating(score)));
            axes.push(axis);
        }
        Ok(Self { reviews, graph, column, axes })
    }

    /// The reviews that these are the ratings of.
    pub(super) fn reviews(&self) -> &'a Reviews {
        self.reviews
    }

    /// Who rates which item.
    pub(super) fn graph(&self) -> &ReviewGraph {
        &self.graph
    }

    /// How many items there are, rated or not.
    pub(super) fn items(&self) -> usize {
        self.graph.submissions()
    }

    /// How many people there are, reviewers or not.
    pub(super) fn people(&self) -> usize {
        self.graph.people()
    }

    /// All ratings, by review of [`graph`](Self::graph).
    pub(super) fn column(&self) -> &[f64] {
        &self.column
    }

    /// Zero and unit of each criterion.
    pub(super) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The ratings of an item, one for each of its [`reviewers`](Self::reviewers).
    #[inline]
    pub(super) fn of(&self, item: usize) -> &[f64] {
        &self.column[self.graph.reviews_of(SubmissionId::new(to_u32(item)))]
    }

    /// Where the ratings of an item lie in [`column`](Self::column).
    #[inline]
    pub(super) fn range(&self, item: usize) -> core::ops::Range<usize> {
        self.graph.reviews_of(SubmissionId::new(to_u32(item)))
    }

    /// Who rates an item.
    #[inline]
    pub(super) fn reviewers(&self, item: usize) -> &[PersonId] {
        self.graph.reviewers_of(SubmissionId::new(to_u32(item)))
    }

    /// What a person rates.
    #[inline]
    pub(super) fn items_of(&self, person: usize) -> &[SubmissionId] {
        self.graph.submissions_of(PersonId::new(to_u32(person)))
    }

    /// Where the ratings by a person lie in [`by_reviewer`](Self::by_reviewer).
    #[inline]
    pub(super) fn given(&self, person: usize) -> core::ops::Range<usize> {
        self.graph.given_range(person)
    }

    /// All ratings in the order (reviewer, item), so that a pass over reviewers reads in sequence.
    pub(super) fn by_reviewer(&self) -> Vec<f64> {
        let given = self.graph.given();
        chunks::column(given.len(), |i| self.column[given[i].index()])
    }

    /// Calls `work` for each of these items with its ratings and the row of the table of each of its
    /// reviewers.
    #[inline]
    pub(super) fn each_item<T: Copy>(
        &self,
        items: core::ops::Range<usize>,
        table: &[T],
        mut work: impl FnMut(usize, &[f64], &[T]),
    ) {
        let range = |item| self.graph.reviews_of(SubmissionId::new(to_u32(item)));
        each_row(items, range, self.graph.reviewers(), table, |item, range, found| {
            work(item, &self.column[range], found);
        });
    }

    /// Calls `work` for each of these people with their ratings, of
    /// [`by_reviewer`](Self::by_reviewer), and the row of the table of each item they rate.
    #[inline]
    pub(super) fn each_person<T: Copy>(
        &self,
        people: core::ops::Range<usize>,
        by_reviewer: &[f64],
        table: &[T],
        mut work: impl FnMut(usize, &[f64], &[T]),
    ) {
        let range = |person| self.graph.given_range(person);
        each_row(people, range, self.graph.given_submissions(), table, |person, range, found| {
            work(person, &by_reviewer[range], found);
        });
    }

    /// A column by review: `fill` has an item and the slots of its ratings, 0 before.
    pub(super) fn by_review(&self, fill: impl Fn(usize, &mut [f64]) + Sync) -> Vec<f64> {
        let mut column = vec![0.0; self.column.len()];
        let end = |item| self.graph.reviews_of(SubmissionId::new(to_u32(item))).end;
        chunks::rows(&mut column, self.items(), end, |items, mut part| {
            for item in items {
                let (own, rest) = core::mem::take(&mut part).split_at_mut(self.of(item).len());
                fill(item, own);
                part = rest;
            }
        });
        column
    }

    /// The first reviewer of the part of the graph that each reviewer is in.
    pub(super) fn parts(&self) -> Vec<u32> {
        let mut parent: Vec<u32> = (0..).take(self.people()).collect();
        for u in 0..self.items() {
            let Some((first, others)) = self.reviewers(u).split_first() else { continue };
            let mut first = root(&mut parent, first.get());
            for other in others {
                let other = root(&mut parent, other.get());
                parent[first.max(other) as usize] = first.min(other);
                first = first.min(other);
            }
        }
        (0..).take(parent.len()).map(|v| root(&mut parent, v)).collect()
    }

    /// A distance of ratings on all criteria at once, in points of the total: the largest double
    /// where it is beyond.
    pub(super) fn points(&self, distance: f64) -> f64 {
        let criteria = self.reviews.rubric().criteria().iter().zip(&self.axes);
        let points = criteria
            .fold(0.0, |sum, (criterion, axis)| sum + criterion.weight() * axis.points(distance));
        math::clamp(points, -f64::MAX, f64::MAX)
    }
}

impl Ratings<'_> {
    /// The total of a work all of whose ratings are 0.
    pub(super) fn zero(&self) -> f64 {
        let criteria = self.reviews.rubric().criteria().iter().zip(&self.axes);
        criteria.fold(0.0, |sum, (criterion, axis)| sum + criterion.weight() * axis.zero)
    }
}

/// The graph of items: the same reviewers for a submission under each criterion.
fn stacked(graph: &ReviewGraph, criteria: usize) -> Result<ReviewGraph, AggregateError> {
    let (items, reviews) = (graph.submissions() * criteria, graph.reviews() * criteria);
    crate::graph::check_sizes(graph.people(), items, reviews)?;
    let mut offsets = Vec::with_capacity(items + 1);
    let mut reviewers = Vec::with_capacity(reviews);
    offsets.push(0);
    for item in 0..items {
        let submission = SubmissionId::new(to_u32(item % graph.submissions()));
        reviewers.extend_from_slice(graph.reviewers_of(submission));
        offsets.push(to_u32(reviewers.len()));
    }
    Ok(ReviewGraph::from_reviewers(graph.people(), Csr::new(offsets, reviewers)))
}

/// Mean and spreads of one criterion, in a unit.
struct Spread {
    mean: f64,
    /// Root of the pooled variance within submissions, and of the variance of all.
    within: f64,
    total: f64,
}

impl Spread {
    fn of(reviews: &Reviews, scores: &[f64], unit: f64) -> Self {
        let graph = reviews.graph();
        let count = math::max(scores.len() as f64, 1.0);
        let mean = chunks::sum(scores.len(), |e| scores[e] / unit) / count;
        let of = |i: usize| &scores[graph.reviews_of(SubmissionId::new(to_u32(i)))];
        let squares = |scores: &[f64], centre: f64| {
            let square = |z: f64| (z / unit - centre) * (z / unit - centre);
            scores.iter().fold(0.0, |sum, &z| sum + square(z))
        };
        let parts = chunks::map(graph.submissions(), |range| {
            range.fold([0.0; 3], |[total, within, freedom], i| {
                let own = match of(i) {
                    [] | [_] => 0.0,
                    scores => squares(scores, math::mean(scores) / unit),
                };
                let others = of(i).len().saturating_sub(1) as f64;
                [total + squares(of(i), mean), within + own, freedom + others]
            })
        });
        let [total, within, freedom] =
            chunks::tree(parts, |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
        Self {
            mean,
            within: math::sqrt(within / math::max(freedom, 1.0)),
            total: math::sqrt(total / math::max(count - 1.0, 1.0)),
        }
    }
}
