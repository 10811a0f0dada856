//! Whether every work has its share of good reviewers.

use crate::chunks;
use crate::graph::ReviewGraph;
use crate::id::{SubmissionId, to_u32};
use crate::math;

/// How evenly good reviewers are spread over works, see [`strength`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    mean: f64,
    variation: f64,
    weakest: f64,
    relative_variance: Option<f64>,
}

impl Strength {
    /// The mean over works of the sum of the weights of their reviewers, above 0.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The coefficient of variation over works, at least 0: standard deviation over mean.
    #[must_use]
    pub fn variation(&self) -> f64 {
        self.variation
    }

    /// The work with the weakest reviewers: its sum over the mean, in `[0, 1]`.
    #[must_use]
    pub fn weakest(&self) -> f64 {
        self.weakest
    }

    /// The mean variance of grades over what it would be if all works had the same sum, at least 1.
    /// `None` where the reviewers of a work have no weight at all.
    #[must_use]
    pub fn relative_variance(&self) -> Option<f64> {
        self.relative_variance
    }
}

/// How evenly good reviewers are spread over works, for weights such as the precision of each person
/// (1 / variance of their scores), by person.
///
/// ```text
/// W_s               = sum over reviewers r of s of w_r
/// variation         = sd(W) / mean(W)                  sd over n, not n - 1
/// weakest           = min(W) / mean(W)
/// relative variance = mean(1 / W) mean(W)              Var grade of s = 1 / W_s for precisions
/// ```
///
/// Works without a review are left out. `None` where weights are not one for each person, where one
/// is negative or not finite, where their sum is not finite, or where no review has any weight.
/// O(people + submissions + reviews) time, O(submissions) space.
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::strength;
///
/// // Persons 0 and 1 are good, and work 0 has both of them.
/// let pairs = [(0, 0), (0, 1), (1, 2), (1, 3)].map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
/// let graph = ReviewGraph::from_pairs(4, 2, &pairs)?;
/// let uneven = strength(&graph, &[3.0, 3.0, 1.0, 1.0]).unwrap();
/// assert_eq!((uneven.mean(), uneven.variation(), uneven.weakest()), (4.0, 0.5, 0.5));
/// // Grades are a third less sure than with one good reviewer each.
/// assert!((uneven.relative_variance().unwrap() - 4.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[must_use]
pub fn strength(graph: &ReviewGraph, weights: &[f64]) -> Option<Strength> {
    let sound = weights.iter().all(|weight| *weight >= 0.0 && weight.is_finite());
    if !sound || weights.len() != graph.people() {
        return None;
    }
    let reviewers = |s: usize| graph.reviewers_of(SubmissionId::new(to_u32(s)));
    let works: Vec<usize> =
        (0..graph.submissions()).filter(|&s| !reviewers(s).is_empty()).collect();
    let sums = chunks::column(works.len(), |i| {
        reviewers(works[i]).iter().fold(0.0, |sum, r| sum + weights[r.index()])
    });
    let n = sums.len() as f64;
    let mean_of =
        |value: &(dyn Fn(f64) -> f64 + Sync)| chunks::sum(sums.len(), |i| value(sums[i])) / n;
    let mean = mean_of(&|sum| sum);
    if !(mean > 0.0 && mean.is_finite()) {
        return None;
    }
    // Relative to the mean, so that nothing overflows.
    let variance = mean_of(&|sum| (sum / mean - 1.0) * (sum / mean - 1.0));
    let relative_variance = mean_of(&|sum| mean / sum);
    let weakest = sums.iter().fold(f64::INFINITY, |least, &sum| math::min(least, sum)) / mean;
    Some(Strength {
        mean,
        variation: math::sqrt(variance),
        weakest,
        relative_variance: relative_variance.is_finite().then_some(relative_variance),
    })
}
