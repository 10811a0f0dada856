//! How far one reviewer can move one grade.

use super::{EvaluateError, grades};
use crate::aggregate::Aggregator;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;

/// The grade that a reviewer can move farthest, and how far. Made by [`largest_influence`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Influence {
    /// Who moves it.
    pub reviewer: PersonId,
    /// Whose grade is moved; not always one that they review.
    pub submission: SubmissionId,
    /// How far, in points of the total.
    pub points: f64,
}

/// The largest distance between two grades that one submission gets when one of these reviewers
/// scores as they did, gives every work the highest scores, or gives every work the lowest.
///
/// ```text
/// influence of v on u = max - min of { grade of u as v scored, all v's scores at the top of
///                                      their scales, all at the bottom }
/// ```
///
/// Everybody else scores as they did. For the plain mean of k reviews it is the range of the
/// total / k, whatever the scores are; a method that is harder to move has less. Among equals the
/// reviewer and then the submission of lowest id is named. `None` where nobody can move a grade
/// because there is no reviewer or no grade.
///
/// A measure of robustness: "maximal bias" of a single observation, Huber, "Robust Estimation of a
/// Location Parameter", Annals of Mathematical Statistics 35, 1964, and Hampel, "The Influence Curve
/// and Its Role in Robust Estimation", JASA 69, 1974. It looks at two extremes: a hostile reviewer
/// may do more harm with scores that are less plain.
///
/// Time: one run of the method, and two for each reviewer, besides O(reviews) for each. In a large
/// course give a sample of reviewers.
///
/// # Errors
///
/// [`EvaluateError`] where the method fails or a reviewer is a stranger.
///
/// ```
/// use peergrade::aggregate::{Mean, Median};
/// use peergrade::evaluate::largest_influence;
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 9.0)?));
/// for (reviewer, score) in [(1, 7.0), (2, 8.0), (3, 8.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let reviews = rows.build()?;
/// let everybody: Vec<PersonId> = (0..4).map(PersonId::new).collect();
/// let mean = largest_influence(&reviews, &Mean, &everybody)?.unwrap();
/// assert!((mean.points - 9.0 / 3.0).abs() < 1e-12);
/// let median = largest_influence(&reviews, &Median, &everybody)?.unwrap();
/// assert_eq!(median.points, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn largest_influence(
    reviews: &Reviews,
    method: &dyn Aggregator,
    reviewers: &[PersonId],
) -> Result<Option<Influence>, EvaluateError> {
    let given: Vec<Option<f64>> = grades(method, reviews)?.grades().collect();
    let criteria = reviews.rubric().criteria();
    let mut largest: Option<Influence> = None;
    for &reviewer in reviewers {
        let top = |_, criterion: usize, _| criteria[criterion].scale().max();
        let bottom = |_, criterion: usize, _| criteria[criterion].scale().min();
        let high = grades(method, &reviews.with_scores_by(reviewer, top)?)?;
        let low = grades(method, &reviews.with_scores_by(reviewer, bottom)?)?;
        let others = high.grades().zip(low.grades());
        for (s, (&given, (high, low))) in given.iter().zip(others).enumerate() {
            let (Some(a), Some(b), Some(c)) = (given, high, low) else { continue };
            let points = math::max(math::max(a, b), c) - math::min(math::min(a, b), c);
            let submission = SubmissionId::new(to_u32(s));
            let next = Influence { reviewer, submission, points };
            if largest.is_none_or(|largest| next.is_before(&largest)) {
                largest = Some(next);
            }
        }
    }
    Ok(largest)
}

impl Influence {
    fn is_before(&self, other: &Self) -> bool {
        let ids = |influence: &Self| (influence.reviewer, influence.submission);
        let larger = self.points.total_cmp(&other.points);
        larger.then(ids(other).cmp(&ids(self))).is_gt()
    }
}
