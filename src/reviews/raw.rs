//! What reviews look like outside: read back row by row through the builder and its checks.

use serde::{Deserialize, Serialize};

use super::{KnownGrades, SelfReview};
use crate::cohort::Cohort;
use crate::error::ReviewsError;
use crate::id::{PersonId, SubmissionId};
use crate::rubric::Rubric;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reviews {
    cohort: Cohort,
    rubric: Rubric,
    /// Submission, reviewer, one score per criterion.
    rows: Vec<(SubmissionId, PersonId, Vec<f64>)>,
    staff: KnownGrades,
    exemplars: KnownGrades,
    own: Vec<SelfReview>,
}

impl From<super::Reviews> for Reviews {
    fn from(reviews: super::Reviews) -> Self {
        let scores = |row: usize| reviews.columns.iter().map(|column| column[row]).collect();
        let rows = reviews.graph.iter().enumerate();
        Self {
            rows: rows.map(|(row, (s, r))| (s, r, scores(row))).collect(),
            cohort: reviews.cohort,
            rubric: reviews.rubric,
            staff: reviews.staff,
            exemplars: reviews.exemplars,
            own: reviews.own,
        }
    }
}

impl TryFrom<Reviews> for super::Reviews {
    type Error = ReviewsError;

    fn try_from(raw: Reviews) -> Result<Self, ReviewsError> {
        let mut rows = Self::builder(&raw.cohort, raw.rubric);
        for (submission, reviewer, scores) in &raw.rows {
            rows.add(*submission, *reviewer, scores)?;
        }
        rows.allow_self_reviews(true);
        for own in &raw.own {
            if !raw.cohort.is_author(own.author, own.submission) {
                let (submission, person) = (own.submission, own.author);
                return Err(ReviewsError::NotAuthor { submission, person });
            }
            rows.add(own.submission, own.author, &own.scores)?;
        }
        for &(submission, grade) in &raw.staff {
            rows.staff_grade(submission, grade)?;
        }
        for &(submission, grade) in &raw.exemplars {
            rows.exemplar(submission, grade)?;
        }
        rows.build()
    }
}
