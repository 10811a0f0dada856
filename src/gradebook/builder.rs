//! How a method writes a gradebook.

use thiserror::Error;

use super::column::MISSING;
use super::{
    Column, Detail, Fit, Gradebook, Known, Prior, ReviewerEstimates, Slopes, Source, Warning,
};
use crate::chunks;
use crate::id::{SubmissionId, to_u32};
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// Why columns make no [`Gradebook`].
///
/// ```
/// use peergrade::{Column, GradebookError};
///
/// let error = Column::new([Some(1.0), Some(f64::INFINITY)]).unwrap_err();
/// assert_eq!(error, GradebookError::NotFinite { row: 1, value: f64::INFINITY });
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum GradebookError {
    /// A number that is NaN or infinite.
    #[error("row {row}: {value} is not a finite number")]
    NotFinite {
        /// The row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A column of another length.
    #[error("{what}: {given} rows where {expected} are needed")]
    Length {
        /// Which column.
        what: &'static str,
        /// How many rows it has.
        given: usize,
        /// How many it needs.
        expected: usize,
    },
    /// A number below or above what it may be.
    #[error("{what} of row {row} is {value}, outside {min}..{max}")]
    OutOfRange {
        /// Which column.
        what: &'static str,
        /// The row.
        row: usize,
        /// The value.
        value: f64,
        /// The least it may be.
        min: f64,
        /// The most it may be.
        max: f64,
    },
}

/// Writes a [`Gradebook`]: what an [`Aggregator`](crate::Aggregator) of your own ends with.
///
/// Staff grades and exemplars are taken from the reviews. A method says how each grade is composed,
/// so that it can be explained:
///
/// ```text
/// grade = w m + (1 - w) sum of share x (score - correction)
/// ```
///
/// with the prior's weight `w` and mean `m` by [`prior`](Self::prior), the shares by
/// [`shares`](Self::shares) or [`reviewer_weights`](Self::reviewer_weights), and the corrections by
/// [`corrections`](Self::corrections) or [`reviewer_corrections`](Self::reviewer_corrections).
///
/// ```
/// use peergrade::{Cohort, Column, Gradebook, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?)).build()?;
/// let grades = Gradebook::builder(&reviews, "everybody gets five")
///     .criterion(Column::new([Some(5.0), Some(5.0)])?)
///     .build()?;
/// assert_eq!(grades.grade(SubmissionId::new(1)), Some(5.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct GradebookBuilder<'a> {
    reviews: &'a Reviews,
    book: Gradebook,
}

impl Gradebook {
    /// A gradebook of these reviews by a method of this name; give it one
    /// [`criterion`](GradebookBuilder::criterion) column for each criterion.
    #[must_use]
    pub fn builder<'a>(reviews: &'a Reviews, method: &str) -> GradebookBuilder<'a> {
        let graph = reviews.graph();
        let count = |i: usize| to_u32(graph.reviews_of(SubmissionId::new(to_u32(i))).len());
        let standing = |source| {
            move |&(submission, grade): &(SubmissionId, f64)| {
                Known::standing(submission, grade, source)
            }
        };
        let staff = reviews.staff_grades().iter().map(standing(Source::Staff));
        let exemplars = reviews.exemplars().iter().map(standing(Source::Exemplar));
        let mut known: Vec<_> = staff.chain(exemplars).collect();
        known.sort_by_key(|known| known.submission);
        let book = Self {
            method: method.to_owned(),
            rubric: reviews.rubric().clone(),
            reviews: chunks::column(graph.submissions(), count),
            criteria: Vec::new(),
            total: None,
            std_error: None,
            criterion_std_error: None,
            known,
            offset: 0.0,
            weights: Detail::Uniform,
            corrections: Detail::Uniform,
            prior: Vec::new(),
            reviewers: None,
            slopes: None,
            rounding: None,
            fit: Fit::exact(),
            warnings: Vec::new(),
        };
        GradebookBuilder { reviews, book }
    }
}

impl GradebookBuilder<'_> {
    /// Adds the grades of the next criterion, by submission. The total is their weighted sum.
    #[must_use]
    pub fn criterion(mut self, grades: Column) -> Self {
        self.book.criteria.push(grades);
        self
    }

    /// Sets the standard errors of the totals, in points, by submission.
    #[must_use]
    pub fn std_error(mut self, std_error: Column) -> Self {
        self.book.std_error = Some(std_error);
        self
    }

    /// Sets the standard errors of the criteria. With a single criterion of weight 1 those of the
    /// total serve.
    #[must_use]
    pub fn criterion_std_errors(mut self, std_errors: Vec<Column>) -> Self {
        self.book.criterion_std_error = Some(std_errors);
        self
    }

    /// Sets how the reviews of a submission share their weight: one column per criterion, by
    /// review, the shares of each submission summing to one. Equal shares by default.
    #[must_use]
    pub fn shares(mut self, shares: Vec<Vec<f64>>) -> Self {
        self.book.weights = Detail::PerReview(shares);
        self
    }

    /// Sets how the reviews of a submission share their weight by who gave them: one column per
    /// criterion, by person, from 0. The share of a review is its reviewer's part of the sum over
    /// the submission's reviewers; equal shares where that is 0. In place of
    /// [`shares`](Self::shares).
    #[must_use]
    pub fn reviewer_weights(mut self, weights: Vec<Vec<f64>>) -> Self {
        self.book.weights = Detail::PerReviewer(weights);
        self
    }

    /// Sets what the method takes off each score before it counts: one column per criterion, by
    /// review, in points of the criterion. Nothing by default.
    #[must_use]
    pub fn corrections(mut self, corrections: Vec<Vec<f64>>) -> Self {
        self.book.corrections = Detail::PerReview(corrections);
        self
    }

    /// Sets what the method takes off every score of a reviewer: one column per criterion, by
    /// person, in points of the criterion. In place of [`corrections`](Self::corrections).
    #[must_use]
    pub fn reviewer_corrections(mut self, corrections: Vec<Vec<f64>>) -> Self {
        self.book.corrections = Detail::PerReviewer(corrections);
        self
    }

    /// Sets how the reviews share their weight, checked by [`build`](Self::build).
    pub(crate) fn weights(mut self, weights: Detail) -> Self {
        self.book.weights = weights;
        self
    }

    /// Sets what is taken off the scores.
    pub(crate) fn correct(mut self, corrections: Detail) -> Self {
        self.book.corrections = corrections;
        self
    }

    /// Adds what the grades of the next criterion are drawn towards: a mean, and by submission
    /// its weight, from 0 to 1. For all criteria or for none.
    #[must_use]
    pub fn prior(mut self, mean: f64, weight: Vec<f64>) -> Self {
        self.book.prior.push(Prior { mean, weight });
        self
    }

    /// Sets what the method finds in each reviewer: bias in points and precision, by person.
    #[must_use]
    pub fn reviewers(mut self, bias: Column, precision: Column) -> Self {
        self.book.reviewers = Some(ReviewerEstimates { bias, precision });
        self
    }

    /// Sets how far the scores of each reviewer follow grades, by person: 1 as they rise, 0 not at all;
    /// and the total at which biases hold. See [`Gradebook::expected_score`].
    #[must_use]
    pub fn slopes(mut self, centre: f64, slope: Column) -> Self {
        self.book.slopes = Some(Slopes { centre, slope });
        self
    }

    /// Has [`build`](Self::build) round the grades of every criterion, each on its own scale, before
    /// they are added up: see [`Gradebook::rounded`]. Explanations say so.
    #[must_use]
    pub fn rounding(mut self, rounding: Rounding) -> Self {
        self.book.rounding = Some(rounding).filter(|rounding| !rounding.is_none());
        self
    }

    /// Sets how the computation went; [`Fit::exact`] by default.
    #[must_use]
    pub fn fit(mut self, fit: Fit) -> Self {
        self.book.fit = fit;
        self
    }

    /// Adds a promise that could not be kept.
    #[must_use]
    pub fn warning(mut self, warning: Warning) -> Self {
        self.book.warnings.push(warning);
        self
    }

    /// The gradebook.
    ///
    /// # Errors
    ///
    /// [`GradebookError`] where a column is missing or of another length, or a number is out of
    /// its range.
    pub fn build(mut self) -> Result<Gradebook, GradebookError> {
        if let Some(rounding) = self.book.rounding {
            self.book.round_criteria(rounding);
        }
        self.book.total = total(&self.book)?;
        check(&self.book, self.reviews.graph().reviews(), self.reviews.graph().people())?;
        Ok(self.book)
    }
}

/// The totals, where they are not the only criterion itself.
pub(super) fn total(book: &Gradebook) -> Result<Option<Column>, GradebookError> {
    let Gradebook { rubric, criteria, .. } = book;
    if rubric.is_plain() || criteria.len() != rubric.criteria().len() {
        return Ok(None);
    }
    let total = chunks::column(book.submissions(), |i| {
        let terms = rubric.criteria().iter().zip(criteria);
        terms.fold(0.0, |sum, (criterion, grades)| {
            sum + criterion.weight() * grades.get(i).unwrap_or(MISSING)
        })
    });
    match total.iter().position(|value| value.is_infinite()) {
        Some(row) => Err(GradebookError::NotFinite { row, value: total[row] }),
        None => Ok(Some(Column::from_raw(total))),
    }
}

/// Every promise of a gradebook about its columns.
pub(super) fn check(book: &Gradebook, reviews: usize, people: usize) -> Result<(), GradebookError> {
    let (submissions, criteria) = (book.submissions(), book.rubric.criteria().len());
    length("criteria", book.criteria.len(), criteria)?;
    known(book)?;
    for grades in &book.criteria {
        length("grades", grades.len(), submissions)?;
    }
    if let Some(errors) = &book.std_error {
        std_errors(errors, submissions)?;
    }
    if let Some(columns) = &book.criterion_std_error {
        length("standard errors of criteria", columns.len(), criteria)?;
        columns.iter().try_for_each(|errors| std_errors(errors, submissions))?;
    }
    let sizes = [reviews, people];
    let weights = match &book.weights {
        Detail::PerReviewer(_) => (
            ["weight of a reviewer", "weights of reviewers", "columns of weights"],
            (0.0, f64::MAX),
        ),
        _ => (["share", "shares", "columns of shares"], (0.0, 1.0)),
    };
    book.weights.check(weights.0, criteria, sizes, weights.1)?;
    let names = ["correction", "corrections", "columns of corrections"];
    book.corrections.check(names, criteria, sizes, (-f64::MAX, f64::MAX))?;
    if !book.prior.is_empty() {
        length("priors", book.prior.len(), criteria)?;
    }
    for (row, prior) in book.prior.iter().enumerate() {
        within_row("mean of the prior", row, prior.mean, -f64::MAX, f64::MAX)?;
        length("weights of the prior", prior.weight.len(), submissions)?;
        within("weight of the prior", prior.weight.iter().copied(), 0.0, 1.0)?;
    }
    if let Some(estimates) = &book.reviewers {
        length("biases", estimates.bias.len(), people)?;
        length("precisions", estimates.precision.len(), people)?;
        // A missing one counts as 0, so that rows keep their numbers.
        let precision = estimates.precision.iter().map(Option::unwrap_or_default);
        within("precision", precision, 0.0, f64::MAX)?;
    }
    if let Some(Slopes { centre, slope }) = &book.slopes {
        within_row("centre of the slopes", 0, *centre, -f64::MAX, f64::MAX)?;
        length("slopes", slope.len(), people)?;
    }
    within_row("last change of the fit", 0, book.fit.last_change, 0.0, f64::MAX)
}

/// Known grades are in range, of submissions that are there, each once and in order.
fn known(book: &Gradebook) -> Result<(), GradebookError> {
    let scale = book.rubric.scale();
    within("known grade", book.known.iter().map(|known| known.grade), scale.min(), scale.max())?;
    within("part of a known grade", book.known.iter().map(|known| known.part), 0.0, 1.0)?;
    let errors = book.known.iter().map(|known| known.std_error.unwrap_or_default());
    within("standard error of a known grade", errors, 0.0, f64::MAX)?;
    within_row("offset", 0, book.offset, -f64::MAX, f64::MAX)?;
    let mut free = 0;
    for (row, &Known { submission, .. }) in book.known.iter().enumerate() {
        let (number, last) = (f64::from(submission.get()), book.submissions() as f64 - 1.0);
        within_row("submission of a known grade", row, number, free.into(), last)?;
        free = submission.get() + 1;
    }
    Ok(())
}

fn std_errors(errors: &Column, submissions: usize) -> Result<(), GradebookError> {
    length("standard errors", errors.len(), submissions)?;
    within("standard error", errors.iter().map(Option::unwrap_or_default), 0.0, f64::MAX)
}

pub(super) fn length(
    what: &'static str,
    given: usize,
    expected: usize,
) -> Result<(), GradebookError> {
    if given == expected { Ok(()) } else { Err(GradebookError::Length { what, given, expected }) }
}

pub(super) fn within(
    what: &'static str,
    values: impl Iterator<Item = f64>,
    min: f64,
    max: f64,
) -> Result<(), GradebookError> {
    values.enumerate().try_for_each(|(row, value)| within_row(what, row, value, min, max))
}

fn within_row(
    what: &'static str,
    row: usize,
    value: f64,
    min: f64,
    max: f64,
) -> Result<(), GradebookError> {
    // Written so that NaN is out of range.
    if value >= min && value <= max {
        Ok(())
    } else {
        Err(GradebookError::OutOfRange { what, row, value, min, max })
    }
}
