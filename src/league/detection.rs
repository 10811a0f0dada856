//! How well a method tells bad reviewers from good ones.

use super::evidence::Evidence;
use super::reviewers::accuracy;
use crate::id::PersonId;
use crate::metrics;
use crate::simulate::Truth;

/// The probability that a bad reviewer has a lower score than a good one, a tie counting one half.
///
/// ```text
/// AUC = (1 / (B G)) sum over bad b, good g of [s_b < s_g] + [s_b = s_g] / 2
///
/// bad = hostile, good = not hostile                           in a course with hostile reviewers
///     = below, above the median of -(bias^2 + 1 / precision)  in any other, by the true ones
/// ```
///
/// `None` where nobody is bad or nobody good, or the truth knows no bias and precision: reviewers
/// who are alike have nothing to be told by. O(reviews + people log people) time, O(people) space.
pub(super) fn auc(evidence: &Evidence<'_>) -> Option<f64> {
    let truth = evidence.course.truth();
    let reviewers = evidence.reviewers();
    let hostile = |person: &PersonId| truth.is_hostile(*person);
    if reviewers.people.iter().any(hostile) {
        let good: Vec<bool> = reviewers.people.iter().map(|person| !hostile(person)).collect();
        return metrics::auc(&reviewers.scores, &good).ok();
    }
    let expected = |&person: &PersonId| expected_accuracy(truth, person);
    let expected = reviewers.people.iter().map(expected).collect::<Option<Vec<f64>>>()?;
    metrics::binary_auc(&reviewers.scores, &expected).ok()
}

/// Minus the squared error that a review by this person has on average.
fn expected_accuracy(truth: &Truth, person: PersonId) -> Option<f64> {
    let bias = *truth.bias()?.get(person.index())?;
    let precision = *truth.precision()?.get(person.index())?;
    Some(accuracy(bias, precision))
}

/// Kendall's tau-b of the scores with the accuracy of these very reviews, as Burrell and
/// Schoenebeck measure it (EC 2023). Score and accuracy share the luck of the reviews.
pub(super) fn tau(evidence: &Evidence<'_>) -> Option<f64> {
    let reviewers = evidence.reviewers();
    metrics::kendall_tau_b(&reviewers.scores, &reviewers.accuracies).ok()
}
