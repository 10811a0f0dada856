//! What reviewers, staff and exemplars say.

mod builder;
mod derived;
#[cfg(feature = "serde")]
mod raw;

pub use builder::{Duplicates, ReviewsBuilder};

use crate::cohort::Cohort;
use crate::error::ReviewsError;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, ReviewId, SubmissionId};
use crate::rubric::Rubric;
use crate::scale::Scale;

/// The reviews of a course: a [`ReviewGraph`], one column of scores per criterion, the grades that
/// staff gave, the known grades of exemplars, and self-reviews, which are kept apart.
///
/// Whatever is in it has been checked: every score is on its scale, no review is of one's own work,
/// no pair occurs twice. They carry their cohort, since some methods ask what a reviewer wrote.
/// Memory: 12 bytes a review and 8 more per criterion, beside the cohort.
///
/// ```
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
/// rows.add(SubmissionId::new(0), PersonId::new(2), &[8.0])?;
/// rows.staff_grade(SubmissionId::new(1), 9.5)?;
/// let reviews = rows.build()?;
///
/// assert_eq!(reviews.scores_of(SubmissionId::new(0), 0), [7.0, 8.0]);
/// assert_eq!(reviews.staff_grade(SubmissionId::new(1)), Some(9.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::Reviews", into = "raw::Reviews"))]
pub struct Reviews {
    cohort: Cohort,
    graph: ReviewGraph,
    rubric: Rubric,
    /// One column per criterion, by [`ReviewId`].
    columns: Vec<Vec<f64>>,
    staff: KnownGrades,
    exemplars: KnownGrades,
    /// Self-reviews.
    own: Vec<SelfReview>,
}

/// Grades known from elsewhere, sorted by submission.
type KnownGrades = Vec<(SubmissionId, f64)>;

/// What an author said of their own work.
///
/// ```
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(1)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.allow_self_reviews(true).add(SubmissionId::new(0), PersonId::new(0), &[10.0])?;
/// let reviews = rows.build()?;
/// assert_eq!(reviews.self_reviews()[0].scores(), [10.0]);
/// assert_eq!(reviews.graph().reviews(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct SelfReview {
    submission: SubmissionId,
    author: PersonId,
    scores: Vec<f64>,
}

impl SelfReview {
    /// The author's own submission.
    #[must_use]
    pub fn submission(&self) -> SubmissionId {
        self.submission
    }

    /// The author.
    #[must_use]
    pub fn author(&self) -> PersonId {
        self.author
    }

    /// One score per criterion.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }
}

impl Reviews {
    /// Reviews of the submissions of a cohort, collected row by row.
    #[must_use]
    pub fn builder(cohort: &Cohort, rubric: Rubric) -> ReviewsBuilder<'_> {
        ReviewsBuilder::new(cohort, rubric)
    }

    /// Reviews from a graph and, for each criterion, the scores in the canonical order of the
    /// graph: the fast way for a program that has columns. O(reviews x criteria).
    ///
    /// # Errors
    ///
    /// [`ReviewsError`] where the graph has other sizes than the cohort, a column is missing or of
    /// another length, a score is not on its scale, or a reviewer is an author. Rows are positions
    /// in the canonical order.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, Reviews, Rubric, Scale, Seed};
    ///
    /// let cohort = Cohort::individuals(10)?;
    /// let plan = Assigner::new(3).assign(&cohort, Seed::new(1))?;
    /// let scores = vec![5.0; plan.graph().reviews()];
    /// let rubric = Rubric::single(Scale::new(0.0, 10.0)?);
    /// let reviews = Reviews::from_columns(&cohort, plan.graph().clone(), rubric, vec![scores])?;
    /// assert_eq!(reviews.graph().reviews(), 30);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_columns(
        cohort: &Cohort,
        graph: ReviewGraph,
        rubric: Rubric,
        columns: Vec<Vec<f64>>,
    ) -> Result<Self, ReviewsError> {
        check_graph(cohort, &graph)?;
        let columns = checked(&graph, &rubric, columns)?;
        let cohort = cohort.clone();
        let (staff, exemplars, own) = Default::default();
        Ok(Self { cohort, graph, rubric, columns, staff, exemplars, own })
    }

    /// The same reviews with these staff grades and exemplars: sorted by submission, each once, and
    /// within the range of the total.
    pub(crate) fn with_known_grades(self, staff: KnownGrades, exemplars: KnownGrades) -> Self {
        Self { staff, exemplars, ..self }
    }

    /// The people, the submissions and who wrote which.
    #[must_use]
    pub fn cohort(&self) -> &Cohort {
        &self.cohort
    }

    /// Who reviewed what.
    #[must_use]
    pub fn graph(&self) -> &ReviewGraph {
        &self.graph
    }

    /// The criteria.
    #[must_use]
    pub fn rubric(&self) -> &Rubric {
        &self.rubric
    }

    /// All scores of a criterion, by [`ReviewId`]; empty for a criterion that is not there.
    #[must_use]
    pub fn column(&self, criterion: usize) -> &[f64] {
        self.columns.get(criterion).map_or(&[], Vec::as_slice)
    }

    /// The scores of a submission on a criterion, one for each of its
    /// [`reviewers_of`](ReviewGraph::reviewers_of).
    #[must_use]
    pub fn scores_of(&self, submission: SubmissionId, criterion: usize) -> &[f64] {
        self.column(criterion).get(self.graph.reviews_of(submission)).unwrap_or(&[])
    }

    /// The total that a review gives: the weighted sum of its scores. `None` for a review that is
    /// not there.
    #[must_use]
    pub fn total(&self, review: ReviewId) -> Option<f64> {
        (review.index() < self.graph.reviews()).then(|| self.total_at(review.index()))
    }

    /// [`total`](Self::total) of a review that is there.
    pub(crate) fn total_at(&self, review: usize) -> f64 {
        if self.rubric.is_plain() {
            return self.columns[0][review];
        }
        let terms = self.rubric.criteria().iter().zip(&self.columns);
        terms.fold(0.0, |sum, (criterion, column)| sum + criterion.weight() * column[review])
    }

    /// The grade that staff gave a submission, on the scale of the total.
    #[must_use]
    pub fn staff_grade(&self, submission: SubmissionId) -> Option<f64> {
        known(&self.staff, submission)
    }

    /// All staff grades, in the order of submissions.
    #[must_use]
    pub fn staff_grades(&self) -> &[(SubmissionId, f64)] {
        &self.staff
    }

    /// The known grade of an exemplar, on the scale of the total.
    #[must_use]
    pub fn exemplar(&self, submission: SubmissionId) -> Option<f64> {
        known(&self.exemplars, submission)
    }

    /// All exemplars and their known grades, in the order of submissions.
    #[must_use]
    pub fn exemplars(&self) -> &[(SubmissionId, f64)] {
        &self.exemplars
    }

    /// What authors said of their own work, in the order (submission, author). No aggregator
    /// counts these.
    #[must_use]
    pub fn self_reviews(&self) -> &[SelfReview] {
        &self.own
    }
}

/// The columns, checked against graph and rubric.
fn checked(
    graph: &ReviewGraph,
    rubric: &Rubric,
    mut columns: Vec<Vec<f64>>,
) -> Result<Vec<Vec<f64>>, ReviewsError> {
    let (given, criteria) = (columns.len(), rubric.criteria().len());
    if given != criteria {
        return Err(ReviewsError::ColumnCount { given, criteria });
    }
    for (criterion, column) in rubric.criteria().iter().zip(&mut columns) {
        let (given, reviews) = (column.len(), graph.reviews());
        let name = || criterion.name().to_owned();
        if given != reviews {
            return Err(ReviewsError::ColumnLength { criterion: name(), given, reviews });
        }
        for (row, score) in column.iter_mut().enumerate() {
            *score = criterion.scale().check(*score).map_err(|error| {
                let (submission, reviewer) = graph.iter().nth(row).unwrap_or_default();
                ReviewsError::Score { row, submission, reviewer, criterion: name(), error }
            })?;
        }
    }
    Ok(columns)
}

fn known(grades: &KnownGrades, submission: SubmissionId) -> Option<f64> {
    let found = grades.binary_search_by_key(&submission, |&(submission, _)| submission).ok()?;
    Some(grades[found].1)
}

/// Whether a graph has the sizes of the cohort and nobody reviews their own work.
pub(crate) fn check_graph(cohort: &Cohort, graph: &ReviewGraph) -> Result<(), ReviewsError> {
    for (what, given, expected) in [
        ("people", graph.people(), cohort.people()),
        ("submissions", graph.submissions(), cohort.submissions()),
    ] {
        if given != expected {
            return Err(ReviewsError::OtherCohort { what, given, expected });
        }
    }
    for (row, (submission, reviewer)) in graph.iter().enumerate() {
        // Not `is_author`: the authors of one submission after another lie side by side.
        if cohort.authors_of(submission).binary_search(&reviewer).is_ok() {
            return Err(ReviewsError::SelfReview { row, submission, reviewer });
        }
    }
    Ok(())
}

/// A staff or exemplar grade lies in the range of the total; it may fall between two levels, as
/// the mean of several members of staff does.
fn range_of(rubric: &Rubric) -> Scale {
    rubric.scale().without_step()
}
