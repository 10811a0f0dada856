//! What can be wrong with what a caller hands in: one enum per noun.
//!
//! Rows are counted from 0 in the order in which the caller gave them.

use thiserror::Error;

use crate::id::{PersonId, SubmissionId};

/// Why keys make no [`Roster`](crate::Roster).
///
/// ```
/// use peergrade::{Roster, RosterError};
///
/// let error = Roster::<_>::new([7, 7]).unwrap_err();
/// assert!(matches!(error, RosterError::Duplicate { first: 0, second: 1, .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RosterError {
    /// One key in two rows.
    #[error("{noun} key {key} of row {second} stands in row {first} already")]
    Duplicate {
        /// What the keys name.
        noun: &'static str,
        /// The key, in the notation of `Debug`.
        key: String,
        /// The earlier row.
        first: usize,
        /// The later row.
        second: usize,
    },
    /// More keys than ids.
    #[error("more than {limit} {noun} keys")]
    TooMany {
        /// What the keys name.
        noun: &'static str,
        /// The most there can be.
        limit: usize,
    },
}

/// Why numbers make no [`Scale`](crate::Scale).
///
/// ```
/// use peergrade::{Scale, ScaleError};
///
/// let error = Scale::with_step(0.0, 1.0, -0.5).unwrap_err();
/// assert_eq!(error.to_string(), "step -0.5 does not divide 0..1 into at most a billion levels");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum ScaleError {
    /// A bound is NaN or infinite.
    #[error("{bound} of the scale is {value}, not a finite number")]
    NotFinite {
        /// Which bound: "minimum" or "maximum".
        bound: &'static str,
        /// Its value.
        value: f64,
    },
    /// The minimum is not below the maximum.
    #[error("scale {min}..{max} is empty: the minimum must be below the maximum")]
    Empty {
        /// The minimum.
        min: f64,
        /// The maximum.
        max: f64,
    },
    /// The difference of the bounds is not a finite number.
    #[error("scale {min}..{max} is too wide for a double")]
    TooWide {
        /// The minimum.
        min: f64,
        /// The maximum.
        max: f64,
    },
    /// The step is no step of the range.
    #[error("step {step} does not divide {min}..{max} into at most a billion levels")]
    Step {
        /// The step.
        step: f64,
        /// The minimum.
        min: f64,
        /// The maximum.
        max: f64,
    },
}

/// Why a number is no score of a [`Scale`](crate::Scale).
///
/// ```
/// use peergrade::{Scale, ScoreError};
///
/// let scale = Scale::new(0.0, 5.0)?;
/// assert!(matches!(scale.check(f64::NAN), Err(ScoreError::NotFinite { .. })));
/// # Ok::<(), peergrade::ScaleError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum ScoreError {
    /// NaN or infinite.
    #[error("score {score} is not a finite number")]
    NotFinite {
        /// The score.
        score: f64,
    },
    /// Below the minimum or above the maximum.
    #[error("score {score} is outside {min}..{max}")]
    OutOfRange {
        /// The score.
        score: f64,
        /// The lowest score allowed.
        min: f64,
        /// The highest score allowed.
        max: f64,
    },
    /// Between two levels.
    #[error("score {score} is between the levels {min}, {min} + {step}, ...")]
    OffStep {
        /// The score.
        score: f64,
        /// The lowest level.
        min: f64,
        /// The step between levels.
        step: f64,
    },
}

/// Why criteria make no [`Rubric`](crate::Rubric).
///
/// ```
/// use peergrade::{Criterion, Rubric, RubricError, Scale};
///
/// let style = Criterion::new("style", Scale::new(0.0, 1.0)?).with_weight(f64::NAN);
/// assert!(matches!(Rubric::new([style]), Err(RubricError::Weight { .. })));
/// # Ok::<(), peergrade::ScaleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RubricError {
    /// There is no criterion.
    #[error("a rubric needs at least one criterion")]
    Empty,
    /// There are too many.
    #[error("a rubric has at most {limit} criteria")]
    TooMany {
        /// The most there can be.
        limit: usize,
    },
    /// Two criteria have one name.
    #[error("criterion {criterion:?} is there twice")]
    DuplicateName {
        /// The name.
        criterion: String,
    },
    /// A weight is negative or not finite.
    #[error("weight {weight} of criterion {criterion:?} is not a number from 0 up")]
    Weight {
        /// The name of the criterion.
        criterion: String,
        /// Its weight.
        weight: f64,
    },
    /// Every weight is zero.
    #[error("all criteria have weight 0")]
    NoWeight,
    /// The weighted sum has no scale.
    #[error("the total of the rubric: {0}")]
    Total(#[source] ScaleError),
}

/// What a [`Cohort`](crate::Cohort) refuses.
///
/// ```
/// use peergrade::{Cohort, CohortError, PersonId};
///
/// let mut cohort = Cohort::builder(2)?;
/// let error = cohort.submission(&[PersonId::new(2)]).unwrap_err();
/// assert_eq!(error.to_string(), "author 2 of submission 0 is not one of 2 people");
/// # Ok::<(), CohortError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CohortError {
    /// More people, submissions or authorships than ids.
    #[error("{given} {what} are more than the {limit} that there can be")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many were asked for.
        given: usize,
        /// The most there can be.
        limit: usize,
    },
    /// An author who is nobody.
    #[error("author {author} of submission {submission} is not one of {people} people")]
    UnknownAuthor {
        /// The author.
        author: PersonId,
        /// What was written.
        submission: SubmissionId,
        /// How many people there are.
        people: usize,
    },
    /// An author named twice for one submission.
    #[error("author {author} of submission {submission} is named twice")]
    DuplicateAuthor {
        /// The author.
        author: PersonId,
        /// What was written.
        submission: SubmissionId,
    },
    /// A demand of a submission that is not there.
    #[error("submission {submission}, given a demand, is not one of {submissions}")]
    UnknownSubmission {
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A rule about a person who is nobody.
    #[error("person {person}, given a {what}, is not one of {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// What the person was given: "quota", "section", "staff role".
        what: &'static str,
        /// How many people there are.
        people: usize,
    },
}

/// Numbers of reviews that make no [`Quota`](crate::Quota).
///
/// ```
/// use peergrade::Quota;
///
/// let error = Quota::around(2, 6, 5).unwrap_err();
/// assert_eq!(error.to_string(), "a quota from 2 to 5: 6 is above 5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a quota from {from} to {to}: {above} is above {below}")]
pub struct QuotaError {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) above: u32,
    pub(crate) below: u32,
}

/// Why pairs make no [`ReviewGraph`](crate::ReviewGraph).
///
/// ```
/// use peergrade::{GraphError, PersonId, ReviewGraph, SubmissionId};
///
/// let pair = (SubmissionId::new(0), PersonId::new(1));
/// let error = ReviewGraph::from_pairs(2, 1, &[pair, pair]).unwrap_err();
/// assert!(matches!(error, GraphError::Duplicate { first: 0, second: 1, .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GraphError {
    /// More people, submissions or reviews than ids.
    #[error("{given} {what} are more than the {limit} that there can be")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A submission that is not there.
    #[error("row {row}: submission {submission} is not one of {submissions}")]
    UnknownSubmission {
        /// The row.
        row: usize,
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A reviewer who is not there.
    #[error("row {row}: reviewer {reviewer} is not one of {people} people")]
    UnknownReviewer {
        /// The row.
        row: usize,
        /// The reviewer.
        reviewer: PersonId,
        /// How many people there are.
        people: usize,
    },
    /// One pair in two rows.
    #[error("row {second}: reviewer {reviewer} has submission {submission} in row {first} already")]
    Duplicate {
        /// The earlier row.
        first: usize,
        /// The later row.
        second: usize,
        /// The submission.
        submission: SubmissionId,
        /// The reviewer.
        reviewer: PersonId,
    },
}

/// What [`Reviews`](crate::Reviews) refuse. The builder is as it was before the row that was
/// refused: a caller can report the error, drop the row and go on.
///
/// ```
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// let error = reviews.add(SubmissionId::new(0), PersonId::new(1), &[12.0]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "row 0: reviewer 1, submission 0, criterion \"score\": score 12 is outside 0..10"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ReviewsError {
    /// Graph and columns are not of one size, or a pair is wrong.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A score that its scale does not have.
    #[error(
        "row {row}: reviewer {reviewer}, submission {submission}, criterion {criterion:?}: {error}"
    )]
    Score {
        /// The row.
        row: usize,
        /// The submission.
        submission: SubmissionId,
        /// The reviewer.
        reviewer: PersonId,
        /// The name of the criterion.
        criterion: String,
        /// What is wrong with the score.
        error: ScoreError,
    },
    /// Not one score per criterion.
    #[error(
        "row {row}: reviewer {reviewer}, submission {submission}: {given} scores for {criteria} criteria"
    )]
    ScoreCount {
        /// The row.
        row: usize,
        /// The submission.
        submission: SubmissionId,
        /// The reviewer.
        reviewer: PersonId,
        /// How many scores came.
        given: usize,
        /// How many criteria there are.
        criteria: usize,
    },
    /// A review of one's own or one's team's work, where these are not allowed.
    #[error("row {row}: reviewer {reviewer} is an author of submission {submission}")]
    SelfReview {
        /// The row.
        row: usize,
        /// The submission.
        submission: SubmissionId,
        /// The reviewer and author.
        reviewer: PersonId,
    },
    /// A self-review by somebody else, in reviews that are read back.
    #[error("person {person} is no author of submission {submission}, yet reviews it as one")]
    NotAuthor {
        /// The submission.
        submission: SubmissionId,
        /// The person.
        person: PersonId,
    },
    /// A graph that was not made for the cohort.
    #[error("the graph has {given} {what}, the cohort {expected}")]
    OtherCohort {
        /// "people" or "submissions".
        what: &'static str,
        /// How many the graph has.
        given: usize,
        /// How many the cohort has.
        expected: usize,
    },
    /// A column of scores that does not fit the graph.
    #[error("column {criterion:?} has {given} scores for {reviews} reviews")]
    ColumnLength {
        /// The name of the criterion.
        criterion: String,
        /// How many scores came.
        given: usize,
        /// How many reviews there are.
        reviews: usize,
    },
    /// Not one column per criterion.
    #[error("{given} columns for {criteria} criteria")]
    ColumnCount {
        /// How many columns came.
        given: usize,
        /// How many criteria there are.
        criteria: usize,
    },
    /// A known grade (of staff or of an exemplar) of a submission that is not there.
    #[error("{kind} grade of submission {submission}, which is not one of {submissions}")]
    UnknownGraded {
        /// "staff" or "exemplar".
        kind: &'static str,
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A known grade that the scale of the total does not have.
    #[error("{kind} grade of submission {submission}: {error}")]
    KnownGrade {
        /// "staff" or "exemplar".
        kind: &'static str,
        /// The submission.
        submission: SubmissionId,
        /// What is wrong with the grade.
        error: ScoreError,
    },
    /// A submission with two known grades.
    #[error("submission {submission} has a {kind} grade already")]
    DuplicateGrade {
        /// The kind of the grade that is there already: "staff" or "exemplar".
        kind: &'static str,
        /// The submission.
        submission: SubmissionId,
    },
    /// New scores of a person who is nobody.
    #[error("person {person}, given other scores, is not one of {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// How many people there are.
        people: usize,
    },
}
