//! What platforms give to those who review.

use super::AggregateError;
use crate::chunks;
use crate::gradebook::{Column, MISSING};
use crate::id::{PersonId, ReviewId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// Grades for reviewing: one for each review, and for each reviewer the mean of theirs.
///
/// Which review is graded how is the matter of the method: [`BestAssessment`](super::BestAssessment)
/// and [`Calibrated`](super::Calibrated) of Moodle, [`CrowdGrader`](super::CrowdGrader),
/// [`PeergradeFeedback`](super::PeergradeFeedback). A review that the method says nothing of has none,
/// and a reviewer without graded reviews has none.
///
/// ```
/// use peergrade::aggregate::BestAssessment;
/// use peergrade::{Cohort, PersonId, ReviewId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 100.0)?));
/// for (reviewer, score) in [(1, 60.0), (2, 70.0), (3, 80.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = BestAssessment::default().grades(&rows.build()?)?;
/// assert_eq!(grades.most(), 100.0);
/// assert_eq!(grades.of_review(ReviewId::new(0)), Some(97.0));
/// assert_eq!(grades.of_reviewer(PersonId::new(2)), Some(100.0));
/// assert_eq!(grades.of_reviewer(PersonId::new(0)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewGrades {
    most: f64,
    reviews: Column,
    reviewers: Column,
}

impl ReviewGrades {
    /// Grades of reviews, missing ones [`MISSING`], and their means by reviewer.
    pub(super) fn new(reviews: &Reviews, most: f64, grades: Vec<f64>, rounding: Rounding) -> Self {
        let graph = reviews.graph();
        let reviewers = chunks::map(graph.people(), |range| {
            let mut own = Vec::new();
            let mean = range.map(|v| {
                let given = graph.reviews_by(PersonId::new(to_u32(v)));
                own.clear();
                own.extend(given.iter().map(|e| grades[e.index()]).filter(|z| !z.is_nan()));
                if own.is_empty() { MISSING } else { rounding.round(math::mean(&own)) }
            });
            mean.collect::<Vec<f64>>()
        });
        let reviewers = Column::from_raw(reviewers.concat());
        Self { most, reviews: Column::from_raw(grades), reviewers }
    }

    /// The same with other grades of reviewers.
    pub(super) fn with_reviewers(self, reviewers: Column) -> Self {
        Self { reviewers, ..self }
    }

    /// The highest grade there can be; the lowest is 0.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.most
    }

    /// The grade of a review.
    #[must_use]
    pub fn of_review(&self, review: ReviewId) -> Option<f64> {
        self.reviews.get(review.index())
    }

    /// The grade of a person for reviewing.
    #[must_use]
    pub fn of_reviewer(&self, reviewer: PersonId) -> Option<f64> {
        self.reviewers.get(reviewer.index())
    }

    /// All grades of reviews, by [`ReviewId`].
    #[must_use]
    pub fn reviews(&self) -> &Column {
        &self.reviews
    }

    /// All grades of people for reviewing, by [`PersonId`].
    #[must_use]
    pub fn reviewers(&self) -> &Column {
        &self.reviewers
    }
}

/// Numbers that a caller gives to single reviews, named by submission and reviewer; a later one
/// replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ByPair(Vec<(SubmissionId, PersonId, f64)>);

impl ByPair {
    pub(super) fn push(&mut self, submission: SubmissionId, reviewer: PersonId, value: f64) {
        self.0.push((submission, reviewer, value));
    }

    /// Writes the numbers into a column by review.
    ///
    /// # Errors
    ///
    /// [`AggregateError`] for a review that is not there, and for a number outside `min..=max`.
    pub(super) fn write(
        &self,
        reviews: &Reviews,
        column: &mut [f64],
        (method, setting): (&'static str, &'static str),
        (min, max, needed): (f64, f64, &'static str),
    ) -> Result<(), AggregateError> {
        let graph = reviews.graph();
        for &(submission, reviewer, value) in &self.0 {
            // Written so that NaN is out of range.
            if !(value >= min && value <= max) {
                return Err(AggregateError::Setting { method, setting, value, needed });
            }
            let Ok(position) = graph.reviewers_of(submission).binary_search(&reviewer) else {
                return Err(AggregateError::NoReview { method, submission, reviewer });
            };
            column[graph.reviews_of(submission).start + position] = value + 0.0;
        }
        Ok(())
    }
}
