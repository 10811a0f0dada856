//! The report as a whole.

use super::super::former::FormError;
use super::super::groups::Groups;
use super::{CategoryReport, ColumnReport};
use crate::GroupId;
use crate::id::to_u32;

/// A column with its part in the whole.
pub(super) struct Measured<T> {
    pub(super) report: T,
    pub(super) weight: f64,
    pub(super) share: f64,
    pub(super) bound: f64,
    /// `D_g^2 / n_g` in variances, of every group; empty for a constant column.
    pub(super) squares: Vec<f64>,
}

/// How good groups are.
///
/// The share B is the part of all differences that lies between the groups; 0 is best. The score of a
/// group g compares it with groups by chance, whatever the course:
///
/// ```text
/// q_g = mean over the columns of n_g (mean_g - mean)^2 / variance       (n - n_g)/(n - 1) by chance
/// score = 1 / (1 + q_g)                                                 1 is perfect, about 1/2 chance
/// ```
///
/// See [`evaluate`](super::evaluate()) for an example.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupReport {
    people: usize,
    groups: usize,
    sizes: (usize, usize),
    share: f64,
    bound: f64,
    scores: Vec<f64>,
    columns: Vec<ColumnReport>,
    categories: Vec<CategoryReport>,
    violation: Option<FormError>,
    repeats: u64,
    avoided: u64,
    overlaps: Vec<Option<u32>>,
}

impl GroupReport {
    /// Number of people.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// Number of groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The quarter hours of the week that the people of each group have in common, all of whom it is known;
    /// `None` for a group of whom it is known of nobody. Empty where the traits say nothing of it.
    #[must_use]
    pub fn overlaps(&self) -> &[Option<u32>] {
        &self.overlaps
    }

    /// The smallest and the largest size.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        self.sizes
    }

    /// The share B of the differences between people that lies between groups: the weighted mean over
    /// the columns to be balanced and the categories to be spread. 0 if there are none.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// What no division into groups of these sizes can go below: the weighted mean of the bounds of
    /// the columns. There may be no division that attains it.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The share on average if groups of these sizes are drawn by chance, `(K - 1)/(n - 1)`.
    #[must_use]
    pub fn expected_share(&self) -> f64 {
        if self.people < 2 {
            return 0.0;
        }
        (self.groups - 1) as f64 / (self.people - 1) as f64
    }

    /// The score of every group, in (0, 1].
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The group of the lowest score, and its score; ties to the lowest id.
    #[must_use]
    pub fn worst_group(&self) -> (GroupId, f64) {
        let lower = |worst: (usize, f64), (group, &score): (usize, &f64)| {
            if score < worst.1 { (group, score) } else { worst }
        };
        let (group, score) = self.scores.iter().enumerate().fold((0, f64::INFINITY), lower);
        (GroupId::new(to_u32(group)), score)
    }

    /// The mean of the scores.
    #[must_use]
    pub fn mean_score(&self) -> f64 {
        self.scores.iter().fold(0.0, |sum, score| sum + score) / self.groups as f64
    }

    /// The harmonic mean of the scores, which low ones pull down.
    #[must_use]
    pub fn harmonic_score(&self) -> f64 {
        self.groups as f64 / self.scores.iter().fold(0.0, |sum, score| sum + 1.0 / score)
    }

    /// The columns of numbers, in the order of the traits.
    #[must_use]
    pub fn columns(&self) -> &[ColumnReport] {
        &self.columns
    }

    /// The categories, in the order of the traits.
    #[must_use]
    pub fn categories(&self) -> &[CategoryReport] {
        &self.categories
    }

    /// The first hard rule that is broken.
    #[must_use]
    pub fn violation(&self) -> Option<&FormError> {
        self.violation.as_ref()
    }

    /// How many pairs of people of one group were in one group before, by the earlier groups of the
    /// wish, those that are never to be repeated and those that are rather not.
    #[must_use]
    pub fn repeats(&self) -> u64 {
        self.repeats
    }

    /// How many pairs are in one group that the wish would rather [avoid](crate::GroupFormer::avoid).
    #[must_use]
    pub fn avoided(&self) -> u64 {
        self.avoided
    }
}

/// Puts the columns together.
pub(super) fn report(
    groups: &Groups,
    columns: Vec<Measured<ColumnReport>>,
    categories: Vec<Measured<CategoryReport>>,
    violation: Option<FormError>,
    ((repeats, avoided), overlaps): ((u64, u64), Vec<Option<u32>>),
) -> GroupReport {
    let (mut weights, mut share, mut bound) = (0.0, 0.0, 0.0);
    let mut squares = vec![0.0; groups.len()];
    let mut add = |weight: f64, of: f64, least: f64, by_group: &[f64]| {
        weights += weight;
        share += weight * of;
        bound += weight * least;
        for (sum, q) in squares.iter_mut().zip(by_group) {
            *sum += weight * q;
        }
    };
    for column in &columns {
        add(column.weight, column.share, column.bound, &column.squares);
    }
    for category in &categories {
        add(category.weight, category.share, category.bound, &category.squares);
    }
    let part = |x: f64| if weights > 0.0 { x / weights } else { 0.0 };
    GroupReport {
        people: groups.people(),
        groups: groups.len(),
        sizes: (groups.sizes().min().unwrap_or(0), groups.sizes().max().unwrap_or(0)),
        share: part(share),
        bound: part(bound),
        scores: squares.into_iter().map(|q| 1.0 / (1.0 + part(q))).collect(),
        columns: columns.into_iter().map(|c| c.report).collect(),
        categories: categories.into_iter().map(|c| c.report).collect(),
        violation,
        repeats,
        avoided,
        overlaps,
    }
}
