//! How well a method tells bad reviewers from good ones.

use super::evidence::Evidence;
use crate::evaluate::squared_distances;
use crate::id::{PersonId, to_u32};
use crate::simulate::Truth;
use crate::{math, metrics};

/// What a method says of the reviewers, and how good they are: a row for everybody who gave a
/// review.
///
/// ```text
/// s_v = -(b_v^2 + 1 / t_v)                where the method has a precision t_v of the reviewer,
///                                         and a bias b_v (0 where it has none)
///     = -mean over reviews (z - grade)^2  else, over what the method graded
/// ```
///
/// Either score is minus the squared error of a review, in points squared, as the method sees it.
struct Reviewers {
    people: Vec<PersonId>,
    scores: Vec<f64>,
    /// -mean over reviews (z - truth)^2: that of these reviews, luck and all.
    accuracies: Vec<f64>,
}

impl Reviewers {
    fn new(evidence: &Evidence<'_>) -> Self {
        let (reviews, book) = (evidence.course.reviews(), evidence.book);
        let truths = evidence.course.truth().grades();
        let distances = squared_distances(reviews, |submission| book.grade(submission));
        let errors = squared_distances(reviews, |s| truths.get(s.index()).copied());
        let (people, scores, accuracies) = Default::default();
        let mut all = Self { people, scores, accuracies };
        for person in (0..to_u32(reviews.graph().people())).map(PersonId::new) {
            let score = match book.precision(person) {
                Some(precision) => {
                    let bias = book.bias(person).unwrap_or(0.0);
                    // No precision at all is the lowest score there is.
                    Some(math::max(-(bias * bias + 1.0 / precision), f64::MIN))
                }
                None => distances.get(person.index()),
            };
            if let (Some(score), Some(accuracy)) = (score, errors.get(person.index())) {
                all.people.push(person);
                all.scores.push(score);
                all.accuracies.push(accuracy);
            }
        }
        all
    }
}

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
    let reviewers = Reviewers::new(evidence);
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
    Some(math::max(-(bias * bias + 1.0 / precision), f64::MIN))
}

/// Kendall's tau-b of the scores with the accuracy of these very reviews, as Burrell and
/// Schoenebeck measure it (EC 2023). Score and accuracy share the luck of the reviews.
pub(super) fn tau(evidence: &Evidence<'_>) -> Option<f64> {
    let reviewers = Reviewers::new(evidence);
    metrics::kendall_tau_b(&reviewers.scores, &reviewers.accuracies).ok()
}
