//! What a method says of the reviewers, beside what they did.

use crate::evaluate::squared_distances;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, to_u32};
use crate::math;
use crate::simulate::Simulated;

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
#[derive(Debug)]
pub(super) struct Reviewers {
    pub(super) people: Vec<PersonId>,
    pub(super) scores: Vec<f64>,
    /// -mean over reviews (z - truth)^2: that of these reviews, luck and all.
    pub(super) accuracies: Vec<f64>,
}

impl Reviewers {
    pub(super) fn new(course: &Simulated, book: &Gradebook) -> Self {
        let (reviews, truths) = (course.reviews(), course.truth().grades());
        let distances = squared_distances(reviews, |submission| book.grade(submission));
        let errors = squared_distances(reviews, |s| truths.get(s.index()).copied());
        let (people, scores, accuracies) = Default::default();
        let mut all = Self { people, scores, accuracies };
        for person in (0..to_u32(reviews.graph().people())).map(PersonId::new) {
            let score = match book.precision(person) {
                Some(precision) => Some(accuracy(book.bias(person).unwrap_or(0.0), precision)),
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

/// Minus the squared error that a review has on average; no precision at all is the lowest there is.
pub(super) fn accuracy(bias: f64, precision: f64) -> f64 {
    math::max(-(bias * bias + 1.0 / precision), f64::MIN)
}
