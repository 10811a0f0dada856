//! How well a method tells bad reviewers from good ones.

use super::evidence::Evidence;
use crate::chunks;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::reviews::Reviews;
use crate::{math, metrics};

/// The probability that a bad reviewer has a lower score than a good one, a tie counting one half.
///
/// ```text
/// AUC = (1 / (B G)) sum over bad b, good g of [s_b < s_g] + [s_b = s_g] / 2
///
/// s_v = -(b_v^2 + 1 / t_v)                where the method has a precision t_v of the reviewer,
///                                         and a bias b_v (0 where it has none)
///     = -mean over reviews (z - grade)^2  else, over what the method graded
///
/// bad = hostile, good = not hostile                              in a course with hostile reviewers
///     = below, above the median of -mean over reviews (z - truth)^2   in any other
/// ```
///
/// Either score is minus the squared error of a review, in points squared, as the method sees it.
/// `None` where nobody is bad or nobody good. O(reviews + people log people) time, O(people) space.
pub(super) fn auc(evidence: &Evidence<'_>) -> Option<f64> {
    let (reviews, truth) = (evidence.course.reviews(), evidence.course.truth());
    let hostile = by_person(reviews, |person| Some(truth.is_hostile(person)));
    let known = |submission: SubmissionId| truth.grades().get(submission.index()).copied();
    let accuracies = by_person(reviews, |person| accuracy(reviews, person, known));
    let rated = scores(reviews, evidence.book).into_iter().zip(accuracies).zip(&hostile);
    let (mut scores, mut accuracies, mut good) = (vec![], vec![], vec![]);
    for ((score, accuracy), hostile) in rated {
        if let (Some(score), Some(accuracy), Some(hostile)) = (score, accuracy, hostile) {
            scores.push(score);
            accuracies.push(accuracy);
            good.push(!hostile);
        }
    }
    if hostile.contains(&Some(true)) {
        metrics::auc(&scores, &good).ok()
    } else {
        metrics::binary_auc(&scores, &accuracies).ok()
    }
}

/// Minus the squared error of each person as a method sees it; `None` for one without reviews.
fn scores(reviews: &Reviews, book: &Gradebook) -> Vec<Option<f64>> {
    by_person(reviews, |person| match book.precision(person) {
        Some(precision) => {
            let bias = book.bias(person).unwrap_or(0.0);
            // No precision at all is the lowest score there is.
            Some(math::max(-(bias * bias + 1.0 / precision), f64::MIN))
        }
        None => accuracy(reviews, person, |submission| book.grade(submission)),
    })
}

/// A value for everybody who gave a review.
fn by_person<T: Copy + Send>(
    reviews: &Reviews,
    value: impl Fn(PersonId) -> Option<T> + Sync,
) -> Vec<Option<T>> {
    let graph = reviews.graph();
    chunks::column(graph.people(), |i| {
        let person = PersonId::new(to_u32(i));
        if graph.reviews_by(person).is_empty() { None } else { value(person) }
    })
}

/// Minus the mean squared distance of a person's reviews to the grades; `None` without any.
fn accuracy(
    reviews: &Reviews,
    person: PersonId,
    grade: impl Fn(SubmissionId) -> Option<f64>,
) -> Option<f64> {
    let graph = reviews.graph();
    let given = graph.reviews_by(person).iter().zip(graph.submissions_of(person));
    let (mut sum, mut count) = (0.0, 0.0);
    for (review, &submission) in given {
        if let Some(grade) = grade(submission) {
            let distance = reviews.total_at(review.index()) - grade;
            sum += distance * distance;
            count += 1.0;
        }
    }
    (count > 0.0).then(|| -sum / count)
}
