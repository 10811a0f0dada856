//! How evenly the precision of reviewers is spread over submissions.

use crate::assign::weights::{WeightsError, check_weights};
use crate::chunks;
use crate::graph::ReviewGraph;
use crate::id::{SubmissionId, to_u32};
use crate::math;

/// How evenly the weights of reviewers are spread over the submissions that have reviews.
///
/// ```text
/// W_s = sum of w_r over the reviewers r of s
/// ```
///
/// With `w_r = 1 / Var(score of r)`, `W_s` is the precision of the weighted mean of the scores of s;
/// with `w_r` the probability that r delivers, the expected number of its reviews.
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::Precision;
///
/// // One submission has both strong reviewers, the other both weak ones.
/// let pairs: Vec<_> =
///     (0..4).map(|r| (SubmissionId::new(r / 2), PersonId::new(r))).collect();
/// let graph = ReviewGraph::from_pairs(4, 2, &pairs)?;
/// let precision = Precision::of(&graph, &[3.0, 3.0, 1.0, 1.0])?.unwrap();
/// assert_eq!(precision.variation(), 0.5);
/// assert_eq!(precision.worst(), 0.5);
/// assert!((precision.variance_ratio().unwrap() - 4.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    variation: f64,
    worst: f64,
    variance_ratio: Option<f64>,
}

impl Precision {
    /// Measures any graph; weights by person. O(people + submissions + reviews) time, 8 bytes a
    /// submission.
    ///
    /// `None` where no submission has a review, or all reviewers have weight 0.
    ///
    /// # Errors
    ///
    /// [`WeightsError`] where there is not one finite weight from 0 on a person.
    pub fn of(graph: &ReviewGraph, weights: &[f64]) -> Result<Option<Self>, WeightsError> {
        check_weights(weights, graph.people())?;
        // Only ratios are asked for: with a unit near the greatest weight, no sum overflows.
        let greatest = weights.iter().fold(0.0, |most, &weight| math::max(most, weight));
        let unit = math::power_of_two_near(greatest);
        let works = (0..to_u32(graph.submissions())).map(SubmissionId::new);
        let reviewed = works.map(|s| graph.reviewers_of(s)).filter(|row| !row.is_empty());
        let sums: Vec<f64> = reviewed
            .map(|row| row.iter().fold(0.0, |sum, r| sum + weights[r.index()] / unit))
            .collect();
        Ok(Self::from_sums(&sums))
    }

    fn from_sums(sums: &[f64]) -> Option<Self> {
        let n = sums.len() as f64;
        let mean = chunks::sum(sums.len(), |i| sums[i]) / n;
        if sums.is_empty() || mean <= 0.0 {
            return None;
        }
        let square = |i: usize| (sums[i] / mean - 1.0) * (sums[i] / mean - 1.0);
        let least = sums.iter().fold(sums[0], |least, &sum| math::min(least, sum));
        let ratio = chunks::sum(sums.len(), |i| mean / sums[i]) / n;
        Some(Self {
            variation: math::sqrt(chunks::sum(sums.len(), square) / n),
            worst: math::min(least / mean, 1.0),
            // Not below 1, by Jensen's inequality, but for rounding.
            variance_ratio: ratio.is_finite().then(|| math::max(ratio, 1.0)),
        })
    }

    /// The coefficient of variation of `W_s`: its standard deviation (divisor n) over its mean. From
    /// 0, where all are equal.
    #[must_use]
    pub fn variation(&self) -> f64 {
        self.variation
    }

    /// The least `W_s` over the mean, in `[0, 1]`.
    #[must_use]
    pub fn worst(&self) -> f64 {
        self.worst
    }

    /// The mean variance of weighted means over that with equal sums: `mean(1 / W_s) mean(W_s)`, in
    /// `[1, inf)`. `None` where a submission has no weight at all.
    #[must_use]
    pub fn variance_ratio(&self) -> Option<f64> {
        self.variance_ratio
    }
}
