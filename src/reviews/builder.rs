//! Reviews, row by row.

use std::collections::BTreeMap;

use super::{KnownGrades, Reviews, SelfReview, range_of};
use crate::chunks;
use crate::cohort::Cohort;
use crate::csr::{Csr, Ordered};
use crate::error::{GraphError, ReviewsError};
use crate::graph::{ReviewGraph, check_pair, check_sizes};
use crate::id::{MAX_PAIRS, PersonId, SubmissionId};
use crate::math::mean;
use crate::rubric::Rubric;

/// What a second review of one submission by one reviewer means.
///
/// ```
/// use peergrade::{Cohort, Duplicates, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// let (work, reviewer) = (SubmissionId::new(0), PersonId::new(1));
/// rows.add(work, reviewer, &[4.0])?.add(work, reviewer, &[6.0])?;
///
/// assert!(rows.build().is_err());
/// assert_eq!(rows.duplicates(Duplicates::Last).build()?.scores_of(work, 0), [6.0]);
/// assert_eq!(rows.duplicates(Duplicates::Mean).build()?.scores_of(work, 0), [5.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Duplicates {
    /// An error that names both rows.
    #[default]
    Error,
    /// The row that came first counts.
    First,
    /// The row that came last counts: a review that was revised.
    Last,
    /// The mean of all of them counts. Where that happens, the scales of the result lose their
    /// step, since a mean may fall between two levels.
    Mean,
}

const STAFF: &str = "staff";
const EXEMPLAR: &str = "exemplar";

/// Collects reviews row by row; rows are numbered from 0 in the order of the calls to
/// [`add`](Self::add), refused ones included.
///
/// A call that returns an error has changed nothing but that number, so a caller can report the
/// row, drop it and go on; [`build`](Self::build) leaves the rows in place.
///
/// ```
/// use peergrade::{Cohort, PersonId, Reviews, ReviewsError, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// let own = rows.add(SubmissionId::new(1), PersonId::new(1), &[10.0]);
/// assert!(matches!(own, Err(ReviewsError::SelfReview { row: 0, .. })));
/// rows.add(SubmissionId::new(1), PersonId::new(0), &[6.0])?;
/// assert_eq!(rows.build()?.graph().reviews(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReviewsBuilder<'a> {
    cohort: &'a Cohort,
    rubric: Rubric,
    duplicates: Duplicates,
    self_reviews_allowed: bool,
    pairs: Vec<(SubmissionId, PersonId)>,
    /// All scores of a row side by side.
    scores: Vec<f64>,
    /// How many rows came, and which of them did not enter `pairs`, in order.
    rows: usize,
    absent: Vec<usize>,
    /// With the number of its row.
    self_reviews: Vec<(usize, SelfReview)>,
    /// Grades of staff and of exemplars, with their kind.
    known: BTreeMap<SubmissionId, (&'static str, f64)>,
}

impl<'a> ReviewsBuilder<'a> {
    pub(super) fn new(cohort: &'a Cohort, rubric: Rubric) -> Self {
        Self {
            cohort,
            rubric,
            duplicates: Duplicates::default(),
            self_reviews_allowed: false,
            pairs: Vec::new(),
            scores: Vec::new(),
            rows: 0,
            absent: Vec::new(),
            self_reviews: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// Sets what a second review of one submission by one reviewer means; an error by default.
    pub fn duplicates(&mut self, policy: Duplicates) -> &mut Self {
        self.duplicates = policy;
        self
    }

    /// Sets whether [`add`](Self::add) takes reviews of own work. They are kept apart as
    /// [`Reviews::self_reviews`]; no aggregator counts them.
    pub fn allow_self_reviews(&mut self, allowed: bool) -> &mut Self {
        self.self_reviews_allowed = allowed;
        self
    }

    /// Makes room for this many further rows, as far as the cohort has pairs and there is memory: a
    /// hint, after which fewer or more rows may come.
    pub fn reserve(&mut self, rows: usize) -> &mut Self {
        let pairs = self.cohort.people().saturating_mul(self.cohort.submissions());
        let rows = rows.min(pairs).min(MAX_PAIRS);
        // Without room the rows find their own, or fail as they come.
        let scores = rows.saturating_mul(self.rubric.criteria().len());
        let _ = (self.pairs.try_reserve(rows), self.scores.try_reserve(scores));
        self
    }

    /// Adds a review: one score per criterion, in the order of the rubric.
    ///
    /// # Errors
    ///
    /// [`ReviewsError`] with the row where an id is unknown, there is not one score per criterion,
    /// a score is not on its scale, or the reviewer is an author.
    pub fn add(
        &mut self,
        submission: SubmissionId,
        reviewer: PersonId,
        scores: &[f64],
    ) -> Result<&mut Self, ReviewsError> {
        let row = self.rows;
        self.rows += 1;
        let before = self.scores.len();
        match self.check_row(row, submission, reviewer, scores) {
            Ok(false) => self.pairs.push((submission, reviewer)),
            Ok(true) => {
                self.absent.push(row);
                let scores = self.scores.split_off(before);
                self.self_reviews.push((row, SelfReview { submission, author: reviewer, scores }));
            }
            Err(error) => {
                self.absent.push(row);
                self.scores.truncate(before);
                return Err(error);
            }
        }
        Ok(self)
    }

    /// Appends the scores of a row while checking it; true for a self-review.
    fn check_row(
        &mut self,
        row: usize,
        submission: SubmissionId,
        reviewer: PersonId,
        scores: &[f64],
    ) -> Result<bool, ReviewsError> {
        let (people, submissions) = (self.cohort.people(), self.cohort.submissions());
        check_sizes(people, submissions, self.pairs.len() + 1)?;
        check_pair(row, (submission, reviewer), people, submissions)?;
        let (given, criteria) = (scores.len(), self.rubric.criteria().len());
        if given != criteria {
            return Err(ReviewsError::ScoreCount { row, submission, reviewer, given, criteria });
        }
        let own = self.cohort.is_author(reviewer, submission);
        if own && !self.self_reviews_allowed {
            return Err(ReviewsError::SelfReview { row, submission, reviewer });
        }
        for (criterion, &score) in self.rubric.criteria().iter().zip(scores) {
            let checked = criterion.scale().check(score).map_err(|error| {
                let criterion = criterion.name().to_owned();
                ReviewsError::Score { row, submission, reviewer, criterion, error }
            })?;
            self.scores.push(checked);
        }
        Ok(own)
    }

    /// Adds the grade that staff gave a submission, on the scale of the total (between two levels
    /// is allowed). It overrides what peers say.
    ///
    /// # Errors
    ///
    /// [`ReviewsError`] where the submission is unknown or has a known grade already, or the grade
    /// is out of the range of the total.
    pub fn staff_grade(
        &mut self,
        submission: SubmissionId,
        grade: f64,
    ) -> Result<&mut Self, ReviewsError> {
        self.know(STAFF, submission, grade)
    }

    /// Makes a submission an exemplar: a work whose grade is known, given to reviewers to see how
    /// they judge.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, Source};
    ///
    /// let mut cohort = Cohort::builder(1)?;
    /// let exemplar = cohort.submission(&[])?;
    /// let cohort = cohort.build();
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// rows.exemplar(exemplar, 8.0)?.add(exemplar, PersonId::new(0), &[5.0])?;
    /// let grades = Mean.aggregate(&rows.build()?)?;
    /// assert_eq!((grades.grade(exemplar), grades.peer_grade(exemplar)), (Some(8.0), Some(5.0)));
    /// assert_eq!(grades.source(exemplar), Some(Source::Exemplar));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`staff_grade`](Self::staff_grade).
    pub fn exemplar(
        &mut self,
        submission: SubmissionId,
        grade: f64,
    ) -> Result<&mut Self, ReviewsError> {
        self.know(EXEMPLAR, submission, grade)
    }

    fn know(
        &mut self,
        kind: &'static str,
        submission: SubmissionId,
        grade: f64,
    ) -> Result<&mut Self, ReviewsError> {
        let submissions = self.cohort.submissions();
        if submission.index() >= submissions {
            return Err(ReviewsError::UnknownGraded { kind, submission, submissions });
        }
        let grade = range_of(&self.rubric)
            .check(grade)
            .map_err(|error| ReviewsError::KnownGrade { kind, submission, error })?;
        if let Some(&(kind, _)) = self.known.get(&submission) {
            return Err(ReviewsError::DuplicateGrade { kind, submission });
        }
        self.known.insert(submission, (kind, grade));
        Ok(self)
    }

    fn known(&self, wanted: &'static str) -> KnownGrades {
        let known = self.known.iter();
        known.filter(|(_, known)| known.0 == wanted).map(|(&s, known)| (s, known.1)).collect()
    }

    /// The reviews so far. O(rows + people + submissions).
    ///
    /// # Errors
    ///
    /// [`ReviewsError`] where a pair occurs twice and [`Duplicates::Error`] holds; both rows are named.
    pub fn build(&self) -> Result<Reviews, ReviewsError> {
        let (own, own_merged) = self.settled_self_reviews()?;
        let (graph, columns, merged) = self.settled_reviews()?;
        let means = self.duplicates == Duplicates::Mean && (merged || own_merged);
        let rubric = self.rubric.clone();
        Ok(Reviews {
            cohort: self.cohort.clone(),
            graph,
            rubric: if means { rubric.without_steps() } else { rubric },
            columns,
            staff: self.known(STAFF),
            exemplars: self.known(EXEMPLAR),
            own,
        })
    }

    /// Graph, columns, and whether a pair occurred twice.
    fn settled_reviews(&self) -> Result<(ReviewGraph, Vec<Vec<f64>>, bool), ReviewsError> {
        let (people, submissions) = (self.cohort.people(), self.cohort.submissions());
        let len = self.pairs.len();
        let ordered = Ordered::new((submissions, people), len, |i| self.pairs[i]);
        let Some((first, second)) = ordered.repeated() else {
            let column = |c| chunks::column(len, |i| self.score(ordered.row(i), c));
            let columns = self.columns(column);
            let reviewers = Csr::new(ordered.offsets, ordered.seconds);
            return Ok((ReviewGraph::from_reviewers(people, reviewers), columns, false));
        };
        let [first, second] = [first, second].map(|position| ordered.row(position));
        self.refuse_twice(self.pairs[first], [first, second].map(|i| self.row(i)))?;
        let rows: Vec<usize> = (0..len).map(|i| ordered.row(i)).collect();
        let runs: Vec<&[usize]> = rows.chunk_by(|&a, &b| self.pairs[a] == self.pairs[b]).collect();
        let settled = |run: &[usize], c| self.settle(run.iter().map(|&row| self.score(row, c)));
        let columns = self.columns(|c| runs.iter().map(|run| settled(run, c)).collect());
        let pairs: Vec<_> = runs.iter().map(|run| self.pairs[run[0]]).collect();
        Ok((ReviewGraph::from_pairs(people, submissions, &pairs)?, columns, true))
    }

    /// Self-reviews in order, and whether an author judged one work twice.
    fn settled_self_reviews(&self) -> Result<(Vec<SelfReview>, bool), ReviewsError> {
        let mut rows: Vec<&(usize, SelfReview)> = self.self_reviews.iter().collect();
        let key = |review: &SelfReview| (review.submission, review.author);
        rows.sort_by_key(|(row, review)| (key(review), *row));
        let mut settled = Vec::new();
        for run in rows.chunk_by(|a, b| key(&a.1) == key(&b.1)) {
            let (first, review) = run[0];
            if let Some((second, _)) = run.get(1) {
                self.refuse_twice(key(review), [*first, *second])?;
            }
            let mut review = review.clone();
            for (c, score) in review.scores.iter_mut().enumerate() {
                *score = self.settle(run.iter().map(|(_, review)| review.scores[c]));
            }
            settled.push(review);
        }
        let merged = settled.len() < rows.len();
        Ok((settled, merged))
    }

    fn refuse_twice(
        &self,
        (submission, reviewer): (SubmissionId, PersonId),
        [first, second]: [usize; 2],
    ) -> Result<(), GraphError> {
        if self.duplicates == Duplicates::Error {
            return Err(GraphError::Duplicate { first, second, submission, reviewer });
        }
        Ok(())
    }

    /// The score that counts among those of one pair, in the order of rows.
    fn settle(&self, scores: impl Iterator<Item = f64> + Clone) -> f64 {
        let first = scores.clone().next().unwrap_or_default();
        match self.duplicates {
            Duplicates::Error | Duplicates::First => first,
            Duplicates::Last => scores.last().unwrap_or(first),
            Duplicates::Mean => {
                // Sorted, so that the order of rows does not reach the sum.
                let mut sorted: Vec<f64> = scores.collect();
                sorted.sort_unstable_by(f64::total_cmp);
                mean(&sorted)
            }
        }
    }

    fn columns(&self, column: impl Fn(usize) -> Vec<f64>) -> Vec<Vec<f64>> {
        (0..self.rubric.criteria().len()).map(column).collect()
    }

    fn score(&self, position: usize, criterion: usize) -> f64 {
        self.scores[position * self.rubric.criteria().len() + criterion]
    }

    /// The number that the caller knows the row at this position by.
    fn row(&self, position: usize) -> usize {
        self.absent.iter().fold(position, |row, &absent| row + usize::from(absent <= row))
    }
}
