//! The grades, how sure they are, and why they are what they are.

mod builder;
mod column;
mod detail;
mod explain;
mod known;
mod left_out;
mod prose;
mod publish;
#[cfg(feature = "serde")]
mod raw;
mod rounded;

pub use builder::{GradebookBuilder, GradebookError};
pub use column::Column;
pub(crate) use column::MISSING;
pub(crate) use detail::Detail;
pub use explain::{Adjustment, Explanation, Line};
pub(crate) use known::Known;
pub use publish::{LevelChoice, Publish, PublishError, Published};

use crate::id::{PersonId, SubmissionId};
use crate::math;
use crate::rounding::Rounding;
use crate::rubric::Rubric;

/// The grade of every submission, how sure it is, what each review weighed, and how the fit went.
///
/// Written by an [`Aggregator`](crate::Aggregator). A submission of which nothing is known has no
/// grade. Memory: 8 bytes a submission for each column that the method has.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, Source, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
/// rows.add(SubmissionId::new(0), PersonId::new(2), &[8.0])?;
/// rows.staff_grade(SubmissionId::new(1), 9.5)?;
/// let grades = Mean.aggregate(&rows.build()?)?;
///
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(7.5));
/// assert_eq!(grades.grade(SubmissionId::new(1)), Some(9.5));
/// assert_eq!(grades.source(SubmissionId::new(1)), Some(Source::Staff));
/// assert_eq!(grades.grade(SubmissionId::new(2)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::Gradebook", into = "raw::Gradebook"))]
pub struct Gradebook {
    method: String,
    rubric: Rubric,
    /// How many reviews stand behind each submission.
    reviews: Vec<u32>,
    /// What peers say, one column per criterion.
    criteria: Vec<Column>,
    /// What peers say in total; `None` where the only criterion is the total.
    total: Option<Column>,
    /// Of the total.
    std_error: Option<Column>,
    criterion_std_error: Option<Vec<Column>>,
    /// Sorted by submission.
    known: Vec<Known>,
    /// Taken off what peers say, in points of the total, since staff say so.
    offset: f64,
    /// How the weight that a submission's reviews have in all is shared among them: relative weights.
    weights: Detail,
    /// What is taken off each score, in points of its criterion.
    corrections: Detail,
    /// Empty, or one per criterion.
    prior: Vec<Prior>,
    reviewers: Option<ReviewerEstimates>,
    slopes: Option<Slopes>,
    /// How the grades of the criteria were rounded, if they were.
    rounding: Option<Rounding>,
    fit: Fit,
    warnings: Vec<Warning>,
}

/// What a grade is drawn towards.
#[derive(Debug, Clone, PartialEq)]
struct Prior {
    mean: f64,
    /// By submission, from 0 (the reviews alone) to 1 (the prior alone).
    weight: Vec<f64>,
}

/// What a method says of each reviewer, by [`PersonId`]; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq)]
struct ReviewerEstimates {
    bias: Column,
    precision: Column,
}

/// How far the scores of each reviewer follow grades, by [`PersonId`], and the total at which biases hold.
#[derive(Debug, Clone, PartialEq)]
struct Slopes {
    centre: f64,
    slope: Column,
}

/// Where a grade comes from.
///
/// ```
/// use peergrade::Source;
///
/// assert_ne!(Source::Peers, Source::Staff);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Source {
    /// From the reviews of peers.
    Peers,
    /// Staff gave it; it overrides what peers say.
    Staff,
    /// The submission is an exemplar of known grade.
    Exemplar,
    /// From the author's own review.
    SelfReview,
}

/// How the computation went.
///
/// ```
/// use peergrade::Fit;
///
/// // A formula in closed form needs no iteration.
/// let fit = Fit::exact();
/// assert!(fit.converged() && fit.iterations() == 0);
/// let fit = Fit::iterated(100, false, 0.02);
/// assert_eq!(fit.last_change(), 0.02);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Fit {
    iterations: u32,
    converged: bool,
    last_change: f64,
}

impl Fit {
    /// The fit of a formula in closed form.
    #[must_use]
    pub const fn exact() -> Self {
        Self { iterations: 0, converged: true, last_change: 0.0 }
    }

    /// The fit of an iteration that made this many steps, of which the last changed no grade by
    /// more than `last_change` points.
    #[must_use]
    pub const fn iterated(iterations: u32, converged: bool, last_change: f64) -> Self {
        Self { iterations, converged, last_change }
    }

    /// Iterations made; 0 for a closed form.
    #[must_use]
    pub fn iterations(&self) -> u32 {
        self.iterations
    }

    /// Whether the last change was within the tolerance of the method.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The largest change of a grade in the last iteration, in points.
    #[must_use]
    pub fn last_change(&self) -> f64 {
        self.last_change
    }
}

/// A promise of a method that the data did not let it keep.
///
/// ```
/// use peergrade::Warning;
///
/// assert!(Warning::NoRepeatedReviews.to_string().contains("no submission has two reviews"));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Warning {
    /// Without two reviews of one submission nothing tells noise from quality.
    #[error(
        "no submission has two reviews: the noise of a review is unknown, so grades are plain means without standard errors"
    )]
    NoRepeatedReviews,
    /// With so few submissions the spread of their quality is not known.
    #[error("fewer than four submissions have reviews: grades are plain means")]
    TooFewSubmissions,
    /// Nothing but the noise of reviews is left to tell works apart, so that they are drawn
    /// together.
    #[error(
        "reviews of one work differ as much as works do: grades are drawn close to the mean of the course"
    )]
    NoSpread,
}

/// The ends of an interval, in points of the total.
///
/// ```
/// use peergrade::Interval;
///
/// let interval = Interval { low: 3.0, high: 5.0 };
/// assert!(interval.contains(5.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a grade lies in it, ends included.
    #[must_use]
    pub fn contains(&self, grade: f64) -> bool {
        self.low <= grade && grade <= self.high
    }
}

impl From<Interval> for (f64, f64) {
    fn from(interval: Interval) -> Self {
        (interval.low, interval.high)
    }
}

impl Gradebook {
    /// The method that wrote it, by the name in [`aggregate::METHODS`](crate::aggregate::METHODS).
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The criteria.
    #[must_use]
    pub fn rubric(&self) -> &Rubric {
        &self.rubric
    }

    /// How many submissions there are, graded or not.
    #[must_use]
    pub fn submissions(&self) -> usize {
        self.reviews.len()
    }

    /// The grade of a submission, on the scale of the total. `None` for a submission without
    /// reviews and without a known grade.
    #[must_use]
    pub fn grade(&self, submission: SubmissionId) -> Option<f64> {
        let peers = self.peer_grade(submission);
        match self.known_of(submission) {
            Some(known) => Some(known.with_peers(peers)),
            None => peers,
        }
    }

    /// What peers say of a submission, whether or not staff override it. `None` without reviews.
    #[must_use]
    pub fn peer_grade(&self, submission: SubmissionId) -> Option<f64> {
        self.total_column().get(submission.index())
    }

    fn total_column(&self) -> &Column {
        self.total.as_ref().unwrap_or(&self.criteria[0])
    }

    /// All grades, by submission.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::{Cohort, Reviews, Rubric, Scale};
    ///
    /// let cohort = Cohort::individuals(2)?;
    /// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 1.0)?)).build()?;
    /// let grades = Mean.aggregate(&reviews)?;
    /// assert_eq!(grades.grades().collect::<Vec<_>>(), [None, None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn grades(&self) -> impl Iterator<Item = Option<f64>> {
        let mut known = self.known.iter().peekable();
        self.total_column().iter().enumerate().map(move |(i, peers)| {
            match known.next_if(|known| known.submission.index() == i) {
                Some(known) => Some(known.with_peers(peers)),
                None => peers,
            }
        })
    }

    /// What peers say of a submission on one criterion. `None` without reviews.
    #[must_use]
    pub fn criterion_grade(&self, submission: SubmissionId, criterion: usize) -> Option<f64> {
        self.criteria.get(criterion)?.get(submission.index())
    }

    /// The standard error of [`criterion_grade`](Self::criterion_grade), where the method has one.
    #[must_use]
    pub fn criterion_std_error(&self, submission: SubmissionId, criterion: usize) -> Option<f64> {
        match &self.criterion_std_error {
            Some(columns) => columns.get(criterion)?.get(submission.index()),
            None if self.rubric.is_plain() && criterion == 0 => {
                self.std_error.as_ref()?.get(submission.index())
            }
            None => None,
        }
    }

    /// Where the grade of a submission comes from, besides peers where
    /// [`peer_part`](Self::peer_part) is above 0; `None` where there is no grade.
    #[must_use]
    pub fn source(&self, submission: SubmissionId) -> Option<Source> {
        match self.known_of(submission) {
            Some(known) => Some(known.source),
            None => self.peer_grade(submission).map(|_| Source::Peers),
        }
    }

    /// The part that peers have in the grade of a submission: 1 without anybody else, 0 where
    /// another grade stands in place of theirs. `None` where there is no grade.
    #[must_use]
    pub fn peer_part(&self, submission: SubmissionId) -> Option<f64> {
        let peers = self.peer_grade(submission);
        match self.known_of(submission) {
            Some(known) => Some(if peers.is_some() { 1.0 - known.part } else { 0.0 }),
            None => peers.map(|_| 1.0),
        }
    }

    /// What is taken off all that peers say, in points of the total: 0 unless an offset was learned
    /// from staff grades ([`GradingPolicy`](crate::aggregate::GradingPolicy)).
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The standard error of a grade, in points. `None` where the method has none, where there is
    /// no grade, and where the grade is known and not estimated.
    #[must_use]
    pub fn std_error(&self, submission: SubmissionId) -> Option<f64> {
        if let Some(known) = self.known_of(submission) {
            return known.std_error;
        }
        self.peer_grade(submission)?;
        self.std_error.as_ref()?.get(submission.index())
    }

    /// The interval around a grade which is to hold the true grade with probability `level`:
    /// `grade -+ quantile x standard error`, cut to the scale. `None` without a standard error,
    /// and for a level that is not between 0 and 1.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, ShrunkMean};
    /// use peergrade::simulate::{Gaussian, Simulation};
    /// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(100)?;
    /// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
    /// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
    /// let grades = ShrunkMean.aggregate(course.reviews())?;
    /// let interval = grades.interval(SubmissionId::new(0), 0.9).unwrap();
    /// assert!(interval.contains(grades.grade(SubmissionId::new(0)).unwrap()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interval(&self, submission: SubmissionId, level: f64) -> Option<Interval> {
        if !(level > 0.0 && level < 1.0) {
            return None;
        }
        let grade = self.grade(submission)?;
        // The sum rounds to 1, which has no quantile, for the level next to 1.
        let p = math::min(0.5 + 0.5 * level, 1.0 - f64::EPSILON / 2.0);
        let half = math::normal_quantile(p) * self.std_error(submission)?;
        let scale = self.rubric.scale();
        Some(Interval {
            low: math::max(grade - half, math::min(scale.min(), grade)),
            high: math::min(grade + half, math::max(scale.max(), grade)),
        })
    }

    /// How many reviews of peers a submission has.
    #[must_use]
    pub fn reviews(&self, submission: SubmissionId) -> u32 {
        self.reviews.get(submission.index()).copied().unwrap_or(0)
    }

    /// The bias that the method finds in a reviewer, in points: above 0 for a lenient one. `None`
    /// where the method does not look.
    #[must_use]
    pub fn bias(&self, reviewer: PersonId) -> Option<f64> {
        self.reviewers.as_ref()?.bias.get(reviewer.index())
    }

    /// The precision (1 / variance of the noise) that the method finds in a reviewer. `None` where
    /// the method does not look.
    #[must_use]
    pub fn precision(&self, reviewer: PersonId) -> Option<f64> {
        self.reviewers.as_ref()?.precision.get(reviewer.index())
    }

    /// How far the scores of a reviewer follow the grades, by what the method finds: 1 where they rise as
    /// grades do, 0 where every work gets the same or a score by chance. `None` where the method does not
    /// look.
    #[must_use]
    pub fn slope(&self, reviewer: PersonId) -> Option<f64> {
        self.slopes.as_ref()?.slope.get(reviewer.index())
    }

    /// The total that a reviewer is expected to give to a submission, in points and not cut to the
    /// scale:
    ///
    /// ```text
    /// grade + bias + (slope - 1) x (grade - centre)
    /// ```
    ///
    /// with the grade by peers, a bias of 0 and a slope of 1 where the method finds none, and the `centre`
    /// that the method tells biases from. `None` for a submission without a grade, and for a score beyond
    /// all numbers.
    ///
    /// ```
    /// use peergrade::{Cohort, Column, Gradebook, PersonId, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(2)?;
    /// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?)).build()?;
    /// let everybody = |x| Column::new([Some(x), Some(x)]);
    /// let grades = Gradebook::builder(&reviews, "lenient and lukewarm")
    ///     .criterion(Column::new([Some(2.0), Some(8.0)])?)
    ///     .reviewers(everybody(1.0)?, everybody(1.0)?)
    ///     .slopes(5.0, everybody(0.5)?)
    ///     .build()?;
    /// let score = |s| grades.expected_score(SubmissionId::new(s), PersonId::new(1 - s));
    /// assert_eq!((score(0), score(1)), (Some(4.5), Some(7.5)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn expected_score(&self, submission: SubmissionId, reviewer: PersonId) -> Option<f64> {
        let grade = self.peer_grade(submission)?;
        let steeper = self.slopes.as_ref().map_or(0.0, |slopes| {
            let steeper = slopes.slope.get(reviewer.index()).unwrap_or(1.0) - 1.0;
            steeper * grade - steeper * slopes.centre
        });
        Some(grade + self.bias(reviewer).unwrap_or(0.0) + steeper).filter(|x| x.is_finite())
    }

    /// How the computation went.
    #[must_use]
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// What the data did not let the method promise.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
