//! Why a grade is what it is.

use super::{Gradebook, GradebookError, Shares, Source};
use crate::id::{PersonId, SubmissionId};
use crate::reviews::Reviews;

/// Why a grade is what it is: lines whose contributions add up to it.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
/// rows.add(SubmissionId::new(0), PersonId::new(2), &[8.0])?;
/// let reviews = rows.build()?;
///
/// let grades = Mean.aggregate(&reviews)?;
/// let why = grades.explain(&reviews, SubmissionId::new(0))?.unwrap();
/// assert_eq!(why.lines()[1].to_string(), "reviewer 2: score 8 x weight 0.5 = 4");
/// assert_eq!((why.sum(), why.grade()), (7.5, 7.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    lines: Vec<Line>,
    grade: f64,
}

/// One line of an [`Explanation`].
///
/// ```
/// use peergrade::Line;
///
/// fn is_of_a_reviewer(line: &Line) -> bool {
///     matches!(line, Line::Review { .. })
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Line {
    /// A review: `weight x (score - correction)`.
    #[non_exhaustive]
    Review {
        /// Which criterion.
        criterion: usize,
        /// Who gave it.
        reviewer: PersonId,
        /// The score.
        score: f64,
        /// What the method takes off the score for the reviewer's bias.
        correction: f64,
        /// What a point of this score is worth in the grade.
        weight: f64,
    },
    /// What the grade is drawn towards: `weight x mean`.
    #[non_exhaustive]
    Prior {
        /// Which criterion.
        criterion: usize,
        /// The mean of the course on this criterion.
        mean: f64,
        /// What a point of the mean is worth in the grade.
        weight: f64,
    },
    /// What the method adds beside the lines above: 0 and left out for the methods of this crate.
    #[non_exhaustive]
    Adjustment {
        /// The points.
        points: f64,
    },
    /// A grade that is known.
    #[non_exhaustive]
    Known {
        /// Who knows it.
        source: Source,
        /// The grade.
        grade: f64,
    },
}

impl Line {
    /// What the line adds to the grade.
    #[must_use]
    pub fn contribution(&self) -> f64 {
        match *self {
            Self::Review { score, correction, weight, .. } => weight * (score - correction),
            Self::Prior { mean, weight, .. } => weight * mean,
            Self::Adjustment { points } => points,
            Self::Known { grade, .. } => grade,
        }
    }
}

impl core::fmt::Display for Line {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Review { reviewer, score, correction, weight, .. } => {
                write!(f, "reviewer {reviewer}: score {score}")?;
                if *correction != 0.0 {
                    write!(f, " - bias {correction}")?;
                }
                write!(f, " x weight {weight}")?;
            }
            Self::Prior { mean, weight, .. } => {
                write!(f, "mean of the course: {mean} x weight {weight}")?;
            }
            Self::Adjustment { .. } => f.write_str("adjustment by the method")?,
            Self::Known { source: Source::Exemplar, .. } => {
                f.write_str("known grade of an exemplar")?;
            }
            Self::Known { .. } => write!(f, "grade given by staff")?,
        }
        write!(f, " = {}", self.contribution())
    }
}

impl Explanation {
    /// The lines: criteria in order, the reviews of each in the order of reviewers, then its prior.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The grade that is explained.
    #[must_use]
    pub fn grade(&self) -> f64 {
        self.grade
    }

    /// The sum of the lines: the grade, to rounding.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.lines.iter().fold(0.0, |sum, line| sum + line.contribution())
    }
}

impl Gradebook {
    /// Why the grade of a submission is what it is; `None` where it has none. Wants the reviews
    /// that the gradebook was made from. O(reviews of the submission x criteria).
    ///
    /// # Errors
    ///
    /// [`GradebookError::Length`] for reviews of another size.
    pub fn explain(
        &self,
        reviews: &Reviews,
        submission: SubmissionId,
    ) -> Result<Option<Explanation>, GradebookError> {
        self.check_made_from(reviews, submission)?;
        if let Some((grade, source)) = self.known_grade(submission) {
            return Ok(Some(Explanation { lines: vec![Line::Known { source, grade }], grade }));
        }
        let Some(grade) = self.peer_grade(submission) else { return Ok(None) };
        let lines = (0..self.criteria.len())
            .flat_map(|criterion| self.criterion_lines(reviews, submission, criterion))
            .collect();
        let mut why = Explanation { lines, grade };
        let points = grade - why.sum();
        // A method of the caller's may do more than it says; what is less is rounding.
        if points.abs() > 1e-9 * (1.0 + grade.abs()) {
            why.lines.push(Line::Adjustment { points });
        }
        Ok(Some(why))
    }

    fn criterion_lines(
        &self,
        reviews: &Reviews,
        submission: SubmissionId,
        criterion: usize,
    ) -> Vec<Line> {
        let points = self.rubric.criteria()[criterion].weight();
        let prior = self.prior.get(criterion);
        let prior = prior.map(|prior| (prior.mean, prior.weight[submission.index()]));
        let left = prior.map_or(1.0, |(_, weight)| 1.0 - weight);
        let range = reviews.graph().reviews_of(submission);
        let share = |review: usize| match &self.shares {
            Shares::Equal => 1.0 / range.len() as f64,
            Shares::PerReview(columns) => columns[criterion][review],
        };
        let reviewers = reviews.graph().reviewers_of(submission);
        let mut lines: Vec<Line> = range
            .clone()
            .zip(reviewers)
            .map(|(review, &reviewer)| Line::Review {
                criterion,
                reviewer,
                score: reviews.column(criterion)[review],
                correction: 0.0,
                weight: points * left * share(review),
            })
            .collect();
        if let Some((mean, weight)) = prior {
            lines.push(Line::Prior { criterion, mean, weight: points * weight });
        }
        lines
    }

    /// What a review weighs in the grade of its submission, from 0 to 1: the mean over the
    /// criteria, by their points. For a review of this gradebook's reviews.
    pub(crate) fn review_weight(&self, reviews: &Reviews, s: SubmissionId, review: usize) -> f64 {
        let criteria = self.rubric.criteria().iter().enumerate();
        let (sum, points) = criteria.fold((0.0, 0.0), |(sum, points), (c, criterion)| {
            let left = self.prior.get(c).map_or(1.0, |prior| 1.0 - prior.weight[s.index()]);
            let share = match &self.shares {
                Shares::Equal => 1.0 / reviews.graph().reviews_of(s).len() as f64,
                Shares::PerReview(columns) => columns[c][review],
            };
            (sum + criterion.weight() * left * share, points + criterion.weight())
        });
        sum / points
    }

    /// Whether the sizes say that this gradebook was made from these reviews.
    pub(crate) fn check_made_from(
        &self,
        reviews: &Reviews,
        submission: SubmissionId,
    ) -> Result<(), GradebookError> {
        let graph = reviews.graph();
        let shares = match &self.shares {
            Shares::Equal => graph.reviews(),
            Shares::PerReview(columns) => columns[0].len(),
        };
        for (what, given, expected) in [
            ("submissions", graph.submissions(), self.submissions()),
            ("criteria", reviews.rubric().criteria().len(), self.criteria.len()),
            ("reviews", graph.reviews(), shares),
            (
                "reviews of the submission",
                graph.reviews_of(submission).len(),
                self.reviews(submission) as usize,
            ),
        ] {
            if given != expected {
                return Err(GradebookError::Length { what, given, expected });
            }
        }
        Ok(())
    }
}
