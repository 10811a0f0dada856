//! Ratings in groups, with the sums that the metrics of agreement share.

use super::differences::{Unit, largest, square};
use super::error::{MetricError, Side};
use crate::{chunks, math};

/// Ratings in groups, in a unit of their own and as differences to the first of them.
pub(super) struct Ratings {
    pub(super) origin: f64,
    pub(super) unit: Unit,
    pub(super) groups: Vec<Group>,
    /// Ratings in those groups.
    pub(super) total: usize,
    /// The mean of those ratings, in units.
    pub(super) mean: f64,
}

/// What is left of a group.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) count: usize,
    /// In units.
    pub(super) mean: f64,
    /// The sum of squared deviations from it, in squared units.
    pub(super) squares: f64,
}

impl Ratings {
    /// Those groups that have at least `smallest` ratings; there must be 2.
    pub(super) fn new<G: AsRef<[f64]> + Sync>(
        groups: &[G],
        smallest: usize,
    ) -> Result<Self, MetricError> {
        for (index, group) in groups.iter().enumerate() {
            if let Some(&value) = group.as_ref().iter().find(|x| !x.is_finite()) {
                return Err(MetricError::NotFinite { side: Side::Rating, index, value });
            }
        }
        let counts = |group: &&[f64]| group.len() >= smallest;
        let groups: Vec<&[f64]> = groups.iter().map(AsRef::as_ref).filter(counts).collect();
        if groups.len() < 2 {
            return Err(MetricError::TooFewGroups { n: groups.len(), min: 2, ratings: smallest });
        }
        let origin = groups[0][0];
        let apart = |shrink: f64| {
            let far = |x: &f64| (x * shrink - origin * shrink).abs();
            largest(groups.len(), |u| groups[u].iter().map(far).fold(0.0, math::max))
        };
        let unit = Unit::new(apart);
        if unit.all_zero() {
            return Err(MetricError::Constant { side: Side::Rating });
        }
        let summarise = |range: core::ops::Range<usize>| {
            range.map(|u| Group::new(groups[u], origin, unit)).collect::<Vec<_>>()
        };
        let groups = chunks::map(groups.len(), summarise).concat();
        let total = groups.iter().map(|group| group.count).sum();
        let weighted = |u: usize| groups[u].count as f64 * groups[u].mean;
        let mean = chunks::sum(groups.len(), weighted) / total as f64;
        Ok(Self { origin, unit, groups, total, mean })
    }

    /// Sums over the groups of two terms of a group and the mean of all ratings.
    pub(super) fn sums(&self, term: impl Fn(Group, f64) -> [f64; 2] + Sync) -> [f64; 2] {
        let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        let chunk = |range: core::ops::Range<usize>| {
            range.fold([0.0; 2], |sum, u| add(sum, term(self.groups[u], self.mean)))
        };
        chunks::tree(chunks::map(self.groups.len(), chunk), add)
    }
}

impl Group {
    fn new(ratings: &[f64], origin: f64, unit: Unit) -> Self {
        let count = ratings.len();
        let x = |rating: &f64| unit.difference((*rating, origin));
        let mean = ratings.iter().fold(0.0, |sum, rating| sum + x(rating)) / count as f64;
        let squares = ratings.iter().fold(0.0, |sum, rating| sum + square(x(rating) - mean));
        Self { count, mean, squares }
    }
}
