//! Weights of scores by their rank in a submission.

use super::combination::{Combination, Each};
use super::ratings::Ratings;
use crate::chunks;
use crate::id::{PersonId, SubmissionId, to_u32};

/// A combination whose weights of each item are set by `weigh(order, reviewers, weights)`: the
/// positions of the item's ratings from the lowest up, of equal ones the earlier reviewer's first;
/// its reviewers; and a weight for each, 0 before.
pub(super) fn by_rank(
    ratings: &Ratings<'_>,
    weigh: impl Fn(&[u32], &[PersonId], &mut [f64]) + Sync,
) -> Combination {
    let mut weights = vec![0.0; ratings.column().len()];
    let range = |item: usize| ratings.graph().reviews_of(SubmissionId::new(to_u32(item)));
    let fill = |items: core::ops::Range<usize>, mut part: &mut [f64]| {
        let mut order = Vec::new();
        for item in items {
            let scores = ratings.of(item);
            let (own, rest) = core::mem::take(&mut part).split_at_mut(scores.len());
            part = rest;
            if scores.is_empty() {
                continue;
            }
            order.clear();
            order.extend(0..to_u32(scores.len()));
            order.sort_unstable_by(|&a, &b| {
                scores[a as usize].total_cmp(&scores[b as usize]).then(a.cmp(&b))
            });
            weigh(&order, ratings.reviewers(item), own);
        }
    };
    chunks::rows(&mut weights, ratings.items(), |item| range(item).end, fill);
    Combination { weight: Each::OfReview(weights), correction: Each::Same(0.0), prior: None }
}
