//! Which reviews ORA2 counts.

use super::super::AggregateError;
use crate::cohort::Cohort;
use crate::error::{GraphError, ReviewsError};
use crate::graph::check_pair;
use crate::id::{PersonId, SubmissionId, to_u32};

/// After which number of reviews ORA2 gives a work its score, and which of them count.
///
/// ```text
/// A work has a score from the moment when its author has given `must_grade` reviews and it has
/// received R = must_be_graded_by of them (N). Flexible grading: from the 7th day after the day of
/// submission on, R = max(1, floor(0.3 N)).
/// Of those received by then the newest min(N, received) count. Later ones never do.
/// ```
///
/// openedx/edx-ora2, assessment/api/peer.py, as of 2026. The oldest ones were meant to count: the
/// comment in the source says so, the order in its query is the other. That is kept here, since the
/// purpose is the number that the platform shows. Its list of contributing reviews, which names all
/// received ones, is not: [`Ora2Counted::counts`] is true of those that made the score.
///
/// ORA2 looks at a work whenever it is reviewed, its author reviews, or somebody opens its page; so a
/// quorum that falls with time is seen at the next such event: [`Ora2Log::looked`].
///
/// ```
/// use peergrade::aggregate::{Aggregator, Ora2, Ora2Rule};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(5)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::with_step(0.0, 9.0, 1.0)?));
/// let mut log = Ora2Rule::new(2, 2)?.log(&cohort);
/// let work = SubmissionId::new(0);
/// // Three reviews arrive before the author has done two, one after.
/// for (reviewer, score) in [(1, 2.0), (2, 5.0), (3, 9.0)] {
///     log.reviewed(0, work, PersonId::new(reviewer))?;
///     rows.add(work, PersonId::new(reviewer), &[score])?;
/// }
/// for other in [1, 2].map(SubmissionId::new) {
///     log.reviewed(1, other, PersonId::new(0))?;
///     rows.add(other, PersonId::new(0), &[3.0])?;
/// }
/// log.reviewed(2, work, PersonId::new(4))?;
/// rows.add(work, PersonId::new(4), &[0.0])?;
///
/// let counted = log.counted();
/// assert_eq!(counted.of(work).unwrap(), [2, 3].map(PersonId::new));
/// assert!(!counted.has_score(SubmissionId::new(1)));
/// let reviews = rows.build()?.only(|_, work, reviewer| counted.counts(work, reviewer));
/// let grades = Ora2::median().aggregate(&reviews)?;
/// assert_eq!(grades.grade(work), Some(7.0));
/// assert_eq!(grades.grade(SubmissionId::new(1)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ora2Rule {
    must_grade: u32,
    must_be_graded_by: u32,
    flexible: bool,
}

/// From this many days after the day of submission on, fewer reviews do.
const FLEXIBLE_AFTER: u32 = 7;

/// In percent.
const FLEXIBLE_SHARE: u64 = 30;

impl Ora2Rule {
    /// Everybody must give `must_grade` reviews, and a work must receive `must_be_graded_by`.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] where `must_be_graded_by` is 0 or more than `must_grade`: ORA2
    /// refuses both, since reviews would run out.
    pub fn new(must_grade: u32, must_be_graded_by: u32) -> Result<Self, AggregateError> {
        let error = |needed| {
            Err(AggregateError::Setting {
                method: "ora2",
                setting: "must_be_graded_by",
                value: f64::from(must_be_graded_by),
                needed,
            })
        };
        if must_be_graded_by == 0 {
            return error("but must be at least 1");
        }
        if must_be_graded_by > must_grade {
            return error("but must not be above must_grade");
        }
        Ok(Self { must_grade, must_be_graded_by, flexible: false })
    }

    /// Sets whether fewer reviews do from the 7th day on; not by default.
    #[must_use]
    pub fn flexible(mut self, flexible: bool) -> Self {
        self.flexible = flexible;
        self
    }

    /// How many reviews a work needs so many calendar days after the day of its submission.
    ///
    /// ```
    /// use peergrade::aggregate::Ora2Rule;
    ///
    /// let rule = Ora2Rule::new(7, 7)?.flexible(true);
    /// assert_eq!((rule.required(6), rule.required(7)), (7, 2));
    /// # Ok::<(), peergrade::aggregate::AggregateError>(())
    /// ```
    #[must_use]
    pub fn required(&self, days: u32) -> u32 {
        if !self.flexible || days < FLEXIBLE_AFTER {
            return self.must_be_graded_by;
        }
        let share = u64::from(self.must_be_graded_by) * FLEXIBLE_SHARE / 100;
        // Less than what it is a share of.
        u32::try_from(share).unwrap_or(u32::MAX).max(1)
    }

    /// An empty log of a course under this rule, in which all works are submitted on day 0.
    #[must_use]
    pub fn log<'a>(&self, cohort: &'a Cohort) -> Ora2Log<'a> {
        Ora2Log {
            rule: *self,
            cohort,
            rows: 0,
            given: vec![0; cohort.people()],
            works: vec![Work::default(); cohort.submissions()],
        }
    }
}

/// What happens in a course of ORA2, event by event in the order of time.
///
/// Days are calendar days of one time zone, counted from any day. A call that returns an error has
/// changed nothing but the number of the row. O(reviews that the work has) time per event.
///
/// ```
/// use peergrade::aggregate::Ora2Rule;
/// use peergrade::{Cohort, PersonId, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut log = Ora2Rule::new(2, 2)?.flexible(true).log(&cohort);
/// for (work, reviewer) in [(0, 1), (1, 0), (2, 0)] {
///     log.reviewed(1, SubmissionId::new(work), PersonId::new(reviewer))?;
/// }
/// let work = SubmissionId::new(0);
/// assert!(!log.clone().counted().has_score(work));
/// // A week after day 0 one review of two is enough, once somebody looks.
/// log.looked(7, work)?;
/// assert!(log.counted().has_score(work));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ora2Log<'a> {
    rule: Ora2Rule,
    cohort: &'a Cohort,
    rows: usize,
    /// Reviews given, by person.
    given: Vec<u32>,
    works: Vec<Work>,
}

#[derive(Debug, Clone, Default)]
struct Work {
    submitted: u32,
    /// With the row of each, oldest first.
    received: Vec<(usize, PersonId)>,
    /// Those that count, in the order of ids; `None` as long as there is no score.
    counted: Option<Vec<PersonId>>,
}

impl Ora2Log<'_> {
    /// Sets the day on which a work was submitted: 0 unless told.
    ///
    /// # Errors
    ///
    /// [`ReviewsError::Graph`] for a submission that is not there.
    pub fn submitted(&mut self, day: u32, work: SubmissionId) -> Result<&mut Self, ReviewsError> {
        self.check(self.rows, work)?;
        self.works[work.index()].submitted = day;
        Ok(self)
    }

    /// A person finishes a review.
    ///
    /// # Errors
    ///
    /// [`ReviewsError`] with the row, counted from 0 over the calls of this method, for ids that are
    /// not there, a review of one's own work, and a second review of a work.
    pub fn reviewed(
        &mut self,
        day: u32,
        work: SubmissionId,
        reviewer: PersonId,
    ) -> Result<&mut Self, ReviewsError> {
        let row = self.rows;
        self.rows += 1;
        let (people, submissions) = (self.cohort.people(), self.cohort.submissions());
        check_pair(row, (work, reviewer), people, submissions)?;
        if self.cohort.is_author(reviewer, work) {
            return Err(ReviewsError::SelfReview { row, submission: work, reviewer });
        }
        let received = &mut self.works[work.index()].received;
        if let Some(&(first, _)) = received.iter().find(|&&(_, earlier)| earlier == reviewer) {
            let submission = work;
            return Err(GraphError::Duplicate { first, second: row, submission, reviewer }.into());
        }
        received.push((row, reviewer));
        self.given[reviewer.index()] += 1;
        self.look(day, work);
        let cohort = self.cohort;
        for &own in cohort.submissions_of(reviewer) {
            self.look(day, own);
        }
        Ok(self)
    }

    /// Somebody opens the page of a work, and ORA2 sees whether it can be scored by now.
    ///
    /// # Errors
    ///
    /// [`ReviewsError::Graph`] for a submission that is not there.
    pub fn looked(&mut self, day: u32, work: SubmissionId) -> Result<&mut Self, ReviewsError> {
        self.check(self.rows, work)?;
        self.look(day, work);
        Ok(self)
    }

    /// Which reviews count by now.
    #[must_use]
    pub fn counted(self) -> Ora2Counted {
        Ora2Counted { works: self.works.into_iter().map(|work| work.counted).collect() }
    }

    fn check(&self, row: usize, submission: SubmissionId) -> Result<(), GraphError> {
        let submissions = self.cohort.submissions();
        if submission.index() < submissions {
            return Ok(());
        }
        Err(GraphError::UnknownSubmission { row, submission, submissions })
    }

    /// Scores a work if that can be done and has not been done.
    fn look(&mut self, day: u32, submission: SubmissionId) {
        let authors = self.cohort.authors_of(submission);
        let done = |author: &PersonId| self.given[author.index()] >= self.rule.must_grade;
        let done = authors.iter().all(done);
        let rule = self.rule;
        let work = &mut self.works[submission.index()];
        let required = rule.required(day.saturating_sub(work.submitted)) as usize;
        if work.counted.is_some() || !done || work.received.len() < required {
            return;
        }
        let count = work.received.len().min(rule.must_be_graded_by as usize);
        let newest = &work.received[work.received.len() - count..];
        let mut counted: Vec<PersonId> = newest.iter().map(|&(_, reviewer)| reviewer).collect();
        counted.sort_unstable();
        work.counted = Some(counted);
    }
}

/// Which reviews made the scores of ORA2: what [`Reviews::only`](crate::Reviews::only) asks for.
///
/// ```
/// use peergrade::aggregate::Ora2Rule;
/// use peergrade::{Cohort, PersonId, SubmissionId};
///
/// let counted = Ora2Rule::new(3, 3)?.log(&Cohort::individuals(4)?).counted();
/// assert!(!counted.counts(SubmissionId::new(0), PersonId::new(1)));
/// assert_eq!(counted.of(SubmissionId::new(0)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ora2Counted {
    works: Vec<Option<Vec<PersonId>>>,
}

impl Ora2Counted {
    /// Whether the review of a work by a person is one of those that made its score.
    #[must_use]
    pub fn counts(&self, work: SubmissionId, reviewer: PersonId) -> bool {
        self.of(work).is_some_and(|counted| counted.binary_search(&reviewer).is_ok())
    }

    /// Whose reviews made the score of a work, in the order of ids; `None` where there is no score.
    #[must_use]
    pub fn of(&self, work: SubmissionId) -> Option<&[PersonId]> {
        self.works.get(work.index())?.as_deref()
    }

    /// Whether a work has a score.
    #[must_use]
    pub fn has_score(&self, work: SubmissionId) -> bool {
        self.of(work).is_some()
    }

    /// The works that have no score yet.
    pub fn waiting(&self) -> impl Iterator<Item = SubmissionId> {
        let works = self.works.iter().enumerate();
        works.filter(|(_, work)| work.is_none()).map(|(i, _)| SubmissionId::new(to_u32(i)))
    }
}
