//! Distances of reviewers to grades: what weights are made of.

use super::ratings::Ratings;
use crate::chunks;
use crate::math;

/// The least sum of squares that a reviewer can have, in the unit of the ratings.
pub(super) const FLOOR: f64 = 1e-9;

/// The sums of the squared distances of each reviewer to these grades of items, each square times
/// the item's weight: at least [`FLOOR`]; 0 for who rates nothing. `by_reviewer` is
/// [`Ratings::by_reviewer`].
pub(super) fn squares(
    ratings: &Ratings<'_>,
    by_reviewer: &[f64],
    grades: &[f64],
    weight: impl Fn(usize) -> f64 + Sync,
) -> Vec<f64> {
    chunks::column(ratings.people(), |v| {
        let items = ratings.items_of(v);
        if items.is_empty() {
            return 0.0;
        }
        let rows = items.iter().zip(&by_reviewer[ratings.given(v)]);
        let sum = rows.fold(0.0, |sum, (item, &z)| {
            let apart = z - grades[item.index()];
            sum + apart * apart * weight(item.index())
        });
        math::max(sum, FLOOR)
    })
}

/// The standard deviation of the ratings of an item, n - 1 below the root; 0 with fewer than two.
pub(super) fn deviation(scores: &[f64]) -> f64 {
    if scores.len() < 2 {
        return 0.0;
    }
    let mean = math::mean(scores);
    let squares = scores.iter().fold(0.0, |sum, z| sum + (z - mean) * (z - mean));
    math::sqrt(squares / (scores.len() - 1) as f64)
}
