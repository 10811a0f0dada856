//! The mean.

use super::{AggregateError, Aggregator, by_scores};
use crate::gradebook::{Gradebook, GradebookBuilder};
use crate::math::mean;
use crate::reviews::Reviews;

/// The plain mean of the scores, criterion by criterion.
///
/// ```text
/// x_u = sum of z_e / k_u        over the k_u reviews e of submission u
/// ```
///
/// What most platforms do (Moodle Workshop with equal weights, Peergrade, Sakai), and the baseline
/// of every comparison. O(reviews) time.
///
/// When not to use it: where reviewers differ in leniency or care, or some are hostile: one
/// reviewer of k moves the grade by the k-th part of whatever they write.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 4.0), (2, 6.0), (3, 8.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = Mean.aggregate(&rows.build()?)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(6.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mean;

impl Aggregator for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        Ok(book_of_means(self.name(), reviews).build()?)
    }
}

/// The gradebook of the plain means, to be gone on with.
pub(super) fn book_of_means<'a>(method: &str, reviews: &'a Reviews) -> GradebookBuilder<'a> {
    let mut book = Gradebook::builder(reviews, method);
    for criterion in 0..reviews.rubric().criteria().len() {
        book = book.criterion(by_scores(reviews, criterion, |_, scores| mean(scores)));
    }
    book
}
