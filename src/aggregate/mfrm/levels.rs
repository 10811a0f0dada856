//! Scores as levels.

use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::rubric::Criterion;

/// The most levels that a scale keeps, and the steps that all other ranges are cut into.
const MOST: u32 = 20;
const STEPS: u8 = 10;

/// Ratings as levels from 0.
#[derive(Debug)]
pub(super) struct Levels<'a> {
    ratings: &'a Ratings<'a>,
    axes: Vec<Axis>,
    /// By review of the ratings, then in the order (reviewer, item).
    column: Vec<u8>,
    given: Vec<u8>,
}

/// The levels of a criterion, in the unit of the ratings.
#[derive(Debug, Clone, Copy)]
struct Axis {
    low: f64,
    width: f64,
    /// The highest level.
    top: u8,
}

impl Axis {
    fn of(criterion: &Criterion, ratings: &[f64]) -> Self {
        let first = ratings.first().copied().unwrap_or(0.0);
        let (low, high) = ratings
            .iter()
            .fold((first, first), |(low, high), &z| (math::min(low, z), math::max(high, z)));
        match criterion.scale().levels() {
            Some(levels) if levels <= MOST => {
                let width = 1.0 / f64::from(levels - 1);
                Self { low, width, top: nearest((high - low) / width) }
            }
            // Less is the rounding of equal scores.
            _ if high - low > 1e-9 => {
                Self { low, width: (high - low) / f64::from(STEPS), top: STEPS }
            }
            _ => Self { low, width: 0.0, top: 0 },
        }
    }

    fn level(self, rating: f64) -> u8 {
        if self.top == 0 { 0 } else { nearest((rating - self.low) / self.width).min(self.top) }
    }
}

/// The nearest level; what is half-way but for rounding goes to the even one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 20
fn nearest(x: f64) -> u8 {
    const FINE: f64 = (1 << 24) as f64;
    math::round_half_even(math::round_half_even(x * FINE) / FINE) as u8
}

impl<'a> Levels<'a> {
    pub(super) fn of(ratings: &'a Ratings<'a>) -> Self {
        let reviews = ratings.reviews();
        let (count, n) = (reviews.graph().reviews(), reviews.graph().submissions());
        let criteria = reviews.rubric().criteria().iter().enumerate();
        let axes: Vec<Axis> = criteria
            .map(|(c, criterion)| {
                Axis::of(criterion, &ratings.column()[c * count..(c + 1) * count])
            })
            .collect();
        let column = ratings.column();
        let level = |e: usize| axes[e / count.max(1)].level(column[e]);
        let column = chunks::column(column.len(), level);
        let mut given = Vec::with_capacity(column.len());
        let by_reviewer = ratings.by_reviewer();
        for v in 0..ratings.people() {
            let rows = ratings.items_of(v).iter().zip(&by_reviewer[ratings.given(v)]);
            given.extend(rows.map(|(item, &z)| axes[item.index() / n].level(z)));
        }
        Self { ratings, axes, column, given }
    }

    pub(super) fn submissions(&self) -> usize {
        self.ratings.reviews().graph().submissions()
    }

    pub(super) fn people(&self) -> usize {
        self.ratings.people()
    }

    pub(super) fn criteria(&self) -> usize {
        self.axes.len()
    }

    /// The highest level of a criterion.
    pub(super) fn top(&self, c: usize) -> usize {
        self.axes[c].top.into()
    }

    /// The highest of all.
    pub(super) fn most(&self) -> usize {
        (0..self.axes.len()).map(|c| self.top(c)).max().unwrap_or(0)
    }

    /// What a level is worth, and a level, in the unit of the ratings.
    pub(super) fn width(&self, c: usize) -> f64 {
        self.axes[c].width
    }

    pub(super) fn rating(&self, c: usize, level: f64) -> f64 {
        self.axes[c].low + self.axes[c].width * level
    }

    /// Who reviews a submission.
    pub(super) fn reviewers(&self, s: usize) -> &[PersonId] {
        self.ratings.reviews().graph().reviewers_of(SubmissionId::new(to_u32(s)))
    }

    /// Reviewers and levels of a submission under a criterion.
    pub(super) fn rows(&self, c: usize, s: usize) -> impl Iterator<Item = (usize, usize)> {
        let range = self.ratings.graph().reviews_of(super::item(self, c, s));
        let levels = self.column[range].iter().map(|&level| usize::from(level));
        self.reviewers(s).iter().map(|v| v.index()).zip(levels)
    }

    /// Criteria, submissions and levels that a person gave.
    pub(super) fn given(&self, person: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let n = self.submissions();
        let levels = &self.given[self.ratings.given(person)];
        let items = self.ratings.items_of(person).iter().zip(levels);
        items.map(move |(item, &level)| (item.index() / n, item.index() % n, level.into()))
    }

    /// How often each level of a criterion is given.
    pub(super) fn counts(&self, c: usize) -> Vec<f64> {
        let reviews = self.ratings.reviews().graph().reviews();
        let mut counts = vec![0.0; self.top(c) + 1];
        for &level in &self.column[c * reviews..(c + 1) * reviews] {
            counts[usize::from(level)] += 1.0;
        }
        counts
    }
}
