//! Variance components by moments: where models of reviewers start.

use super::ratings::Ratings;
use crate::chunks;
use crate::math;

/// Moments of crossed ratings `z = mu + s_u + b_v + noise`, in the unit of the ratings.
///
/// ```text
/// W_u = pooled variance within items      = vb + se
/// W_v = pooled variance within reviewers  = vs + se
/// T   = variance of all ratings           = vs + vb + se
/// vb  = T - W_v,  vs = T - W_u,  se = W_u + W_v - T,    each at least 0
/// ```
///
/// Henderson's method in its simplest form ("Estimation of Variance and Covariance Components",
/// Biometrics 9, 1953). Where no item or no reviewer has two ratings, its variance within is T.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    /// The mean of all ratings.
    pub(super) mean: f64,
    /// Of the quality of items.
    pub(super) quality: f64,
    /// Of the biases of reviewers.
    pub(super) bias: f64,
    /// Of the noise.
    pub(super) noise: f64,
    /// Of the ratings of one item: bias and noise.
    pub(super) within_items: f64,
    /// Of all ratings.
    pub(super) total: f64,
}

impl Moments {
    /// O(ratings) time; `by_reviewer` is [`Ratings::by_reviewer`].
    pub(super) fn of(ratings: &Ratings<'_>, by_reviewer: &[f64]) -> Self {
        let column = ratings.column();
        let count = math::max(column.len() as f64, 1.0);
        let mean = chunks::sum(column.len(), |e| column[e]) / count;
        let freedom = math::max(count - 1.0, 1.0);
        let total =
            chunks::sum(column.len(), |e| (column[e] - mean) * (column[e] - mean)) / freedom;
        let items = pooled(ratings.items(), total, |i| ratings.of(i));
        let reviewers = pooled(ratings.people(), total, |v| &by_reviewer[ratings.given(v)]);
        Self {
            mean,
            quality: math::max(total - items, 0.0),
            bias: math::max(total - reviewers, 0.0),
            noise: math::max(items + reviewers - total, 0.0),
            within_items: items,
            total,
        }
    }
}

/// The variance within rows, pooled; `otherwise` where no row has two numbers.
fn pooled<'a>(rows: usize, otherwise: f64, row: impl Fn(usize) -> &'a [f64] + Sync) -> f64 {
    let parts = chunks::map(rows, |range| {
        range.fold((0.0, 0.0), |(squares, freedom), i| match row(i) {
            [] | [_] => (squares, freedom),
            row => {
                let mean = math::mean(row);
                let own = row.iter().fold(0.0, |sum, z| sum + (z - mean) * (z - mean));
                (squares + own, freedom + (row.len() - 1) as f64)
            }
        })
    });
    let (squares, freedom) = chunks::tree(parts, |a, b| (a.0 + b.0, a.1 + b.1));
    if freedom > 0.0 { squares / freedom } else { otherwise }
}
