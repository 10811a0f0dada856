//! Why a grade is what it is.

use core::ops::Range;

use super::{Detail, Gradebook, GradebookError, Known, Source};
use crate::id::{PersonId, SubmissionId};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

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
    /// Of the criteria.
    pub(super) names: Vec<String>,
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
    /// What is added beside the lines above.
    #[non_exhaustive]
    Adjustment {
        /// Which criterion.
        criterion: usize,
        /// The points.
        points: f64,
        /// Why.
        reason: Adjustment,
    },
    /// What others than peers say: `weight x grade`.
    #[non_exhaustive]
    Known {
        /// Who says it.
        source: Source,
        /// The grade.
        grade: f64,
        /// What a point of it is worth in the grade: 1 where it stands alone.
        weight: f64,
    },
}

/// Why a grade is not what its reviews and the prior add up to.
///
/// ```
/// use peergrade::Adjustment;
///
/// assert_eq!(Adjustment::Scale.to_string(), "cut to the scale");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Adjustment {
    /// It lay beyond an end of the scale.
    Scale,
    /// The works that staff graded show by how much peers are too high or too low in all.
    StaffOffset,
    /// It was rounded.
    Rounding(Rounding),
    /// Something of the method's own, as its documentation says.
    Method,
}

impl core::fmt::Display for Adjustment {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Scale => f.write_str("cut to the scale"),
            Self::StaffOffset => f.write_str("offset of peers against staff"),
            Self::Rounding(rounding) => rounding.fmt(f),
            Self::Method => f.write_str("adjustment by the method"),
        }
    }
}

impl Line {
    /// Makes the line worth a part of what it is.
    fn scale(&mut self, part: f64) {
        match self {
            Self::Review { weight, .. }
            | Self::Prior { weight, .. }
            | Self::Known { weight, .. } => *weight *= part,
            Self::Adjustment { points, .. } => *points *= part,
        }
    }

    /// What the line adds to the grade.
    #[must_use]
    pub fn contribution(&self) -> f64 {
        match *self {
            Self::Review { score, correction, weight, .. } => {
                finite(weight * finite(score - correction))
            }
            Self::Prior { mean, weight, .. } => weight * mean,
            Self::Adjustment { points, .. } => points,
            Self::Known { grade, weight, .. } => weight * grade,
        }
    }
}

/// The sum of lines. On a scale that ends near the largest double it may stop there.
fn sum(lines: &[Line]) -> f64 {
    lines.iter().fold(0.0, |sum, line| finite(sum + line.contribution()))
}

/// The number, or the largest double where it is beyond.
fn finite(x: f64) -> f64 {
    math::clamp(x, -f64::MAX, f64::MAX)
}

impl core::fmt::Display for Line {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Review { reviewer, score, correction, weight, .. } => {
                write!(f, "reviewer {reviewer}: score {score}")?;
                if *correction > 0.0 {
                    write!(f, " - bias {correction}")?;
                } else if *correction < 0.0 {
                    write!(f, " + bias {}", -correction)?;
                }
                write!(f, " x weight {weight}")?;
            }
            Self::Prior { mean, weight, .. } => {
                write!(f, "mean of the course: {mean} x weight {weight}")?;
            }
            Self::Adjustment { reason, .. } => write!(f, "{reason}")?,
            Self::Known { source, grade, weight } => {
                f.write_str(source.says())?;
                if *weight < 1.0 {
                    write!(f, ": {grade} x weight {weight}")?;
                }
            }
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
        sum(&self.lines)
    }

    /// The grade before it was cut to the scale, which the standard error is of: the sum of all lines but
    /// those that say so.
    ///
    /// For where the true grade is a number behind the scores, which can lie beyond the scale, as
    /// [`Posterior::bins`](crate::aggregate::Posterior::bins) takes it.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Posterior};
    /// use peergrade::simulate::{Scenario, by_name};
    /// use peergrade::{Seed, SubmissionId};
    ///
    /// let course = by_name("s7").unwrap().simulate(200, Seed::new(1))?; // Whole points of 0 to 5.
    /// let grades = Posterior::default().bins(true).aggregate(course.reviews())?;
    /// let best = (0..200).map(SubmissionId::new).find(|&work| grades.grade(work) == Some(5.0)).unwrap();
    /// assert!(grades.explain(course.reviews(), best)?.unwrap().uncut() > 5.0);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    #[must_use]
    pub fn uncut(&self) -> f64 {
        let is_cut =
            |line: &&Line| matches!(line, Line::Adjustment { reason: Adjustment::Scale, .. });
        let cuts = self.lines.iter().filter(is_cut).map(Line::contribution);
        finite(cuts.fold(self.grade, |grade, cut| grade - cut))
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
        let Some(grade) = self.grade(submission) else { return Ok(None) };
        let peers = self.peer_part(submission).unwrap_or(0.0);
        let mut lines = Vec::new();
        if peers > 0.0 {
            let criteria = 0..self.criteria.len();
            lines.extend(criteria.flat_map(|c| self.criterion_lines(reviews, submission, c)));
            for line in &mut lines {
                line.scale(peers);
            }
        }
        if let Some(&Known { source, grade, .. }) = self.known_of(submission) {
            lines.push(Line::Known { source, grade, weight: 1.0 - peers });
        }
        let names = self.rubric.criteria().iter().map(|it| it.name().to_owned()).collect();
        Ok(Some(Explanation { lines, grade, names }))
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
        let reviewers = reviews.graph().reviewers_of(submission);
        let shares = self.shares(criterion, range.clone(), reviewers);
        let rows = range.zip(reviewers).zip(shares);
        let mut lines: Vec<Line> = rows
            .map(|((review, &reviewer), share)| Line::Review {
                criterion,
                reviewer,
                score: reviews.column(criterion)[review],
                correction: self.corrections.at(criterion, review, reviewer).unwrap_or(0.0),
                weight: points * left * share,
            })
            .collect();
        if let Some((mean, weight)) = prior {
            lines.push(Line::Prior { criterion, mean, weight: points * weight });
        }
        if self.offset != 0.0 {
            let points = -points * self.offset_of(criterion, self.offset);
            let reason = Adjustment::StaffOffset;
            lines.push(Line::Adjustment { criterion, points, reason });
        }
        let adjustments = self.adjustments(submission, criterion, &lines);
        lines.extend(adjustments.into_iter().flatten());
        lines
    }

    /// What is missing between the lines of a criterion and its grade.
    fn adjustments(&self, s: SubmissionId, criterion: usize, lines: &[Line]) -> [Option<Line>; 2] {
        let Some(grade) = self.criterion_grade(s, criterion) else { return [None, None] };
        let (weight, total) = (self.rubric.criteria()[criterion].weight(), self.rubric.scale());
        let sum = sum(lines);
        // What is less is rounding by the machine.
        let tiny = 1e-13 * (1.0 + total.max().abs() + total.min().abs());
        let line = |points: f64, reason| {
            (points.abs() > tiny).then_some(Line::Adjustment { criterion, points, reason })
        };
        let points = finite(weight * grade - sum);
        let scale = self.rubric.criteria()[criterion].scale();
        if let Some(rounding) = self.rounding {
            let raw = sum / weight;
            let inside = math::clamp(raw, scale.min(), scale.max());
            let cut = weight * (inside - raw);
            // Further than a rounding reaches is something of the method's own.
            if weight * (grade - inside).abs() <= weight * rounding.reach(&scale) + tiny {
                let rounded = line(points - cut, Adjustment::Rounding(rounding));
                return [line(cut, Adjustment::Scale), rounded];
            }
        }
        let cut = (grade <= scale.min() && points > 0.0) || (grade >= scale.max() && points < 0.0);
        [line(points, if cut { Adjustment::Scale } else { Adjustment::Method }), None]
    }

    /// The shares of these reviews of one submission, by these reviewers: they sum to one.
    pub(super) fn shares(
        &self,
        criterion: usize,
        range: Range<usize>,
        reviewers: &[PersonId],
    ) -> impl Iterator<Item = f64> {
        let equal = 1.0 / range.len() as f64;
        let weight = move |(review, &reviewer)| self.weights.at(criterion, review, reviewer);
        let weights = range.zip(reviewers).map(weight);
        let sum = match &self.weights {
            Detail::PerReviewer(_) => weights.clone().flatten().fold(0.0, |sum, w| sum + w),
            _ => 1.0,
        };
        weights.map(move |weight| match weight {
            Some(weight) if sum > 0.0 => weight / sum,
            _ => equal,
        })
    }

    /// How many people it knows of; `None` where it says nothing of people.
    pub(super) fn people(&self) -> Option<usize> {
        let estimates = self.reviewers.as_ref().map(|reviewers| reviewers.bias.len());
        let slopes = self.slopes.as_ref().map(|slopes| slopes.slope.len());
        estimates.or(slopes).or(self.weights.people()).or(self.corrections.people())
    }

    /// Whether the sizes say that this gradebook was made from these reviews.
    pub(crate) fn check_made_from(
        &self,
        reviews: &Reviews,
        submission: SubmissionId,
    ) -> Result<(), GradebookError> {
        let graph = reviews.graph();
        let details = [&self.weights, &self.corrections];
        let shares = details.iter().find_map(|detail| detail.reviews());
        for (what, given, expected) in [
            ("submissions", graph.submissions(), self.submissions()),
            ("criteria", reviews.rubric().criteria().len(), self.criteria.len()),
            ("reviews", graph.reviews(), shares.unwrap_or(graph.reviews())),
            ("people", graph.people(), self.people().unwrap_or(graph.people())),
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
