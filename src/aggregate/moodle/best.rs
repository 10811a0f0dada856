//! How Moodle grades reviewers: comparison with the best assessment.

use super::super::AggregateError;
use super::super::review_grades::{ByPair, ReviewGrades};
use super::Weights;
use crate::chunks;
use crate::gradebook::MISSING;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;
use crate::scale::Scale;

/// Grades reviewers as Moodle Workshop does, by "comparison with the best assessment".
///
/// Of the reviews `a` of one work, on dimensions (criteria) `d` of weight `v_d`, with weights `w_a` of
/// reviews and strictness `c`:
///
/// ```text
/// x_ad = R5(100 (g - min_d) / (max_d - min_d))
/// avg_d = R5(sum of w_a x_ad / sum of w_a)
/// var_d = sum of w_a (x_ad - mean)^2 / sum of w_a, over w_a > 0, at least 0.01;
///         0.01 where only one such review is there
/// dist(a, r) = R4(sum over d of v_d |x_ad - x_rd|^3 / (c var_d)  /  sum of v_d)
/// B = all a with the least dist(a, avg)
/// grade of a = 100 - least dist(a, b) over b in B, at least 0
/// grade of a reviewer = R5(mean over their reviews that have one)
/// ```
///
/// with `R5` and `R4` rounding to five and four decimals, halves away from zero. Reviews of exemplars
/// are not graded, and none of a work whose weights are all 0. moodle/moodle,
/// mod/workshop/eval/best/lib.php. `v_d` is what the criterion has of the total: its weight times its
/// range. O(reviews x best ones of a work x criteria) time, and nearly always one or two are best.
///
/// | Moodle | here |
/// |---|---|
/// | the grade that a teacher sets for an assessment stands | [`overrule`](Self::overrule) |
/// | older releases leave out dimensions with a variance up to 0.01 or of equal scores, also from the divisor | [`historical`](Self::historical) |
/// | in older releases the grade of two best assessments depends on their order in the database, and where all dimensions are left out there is none | not copied: the nearest best one counts, and the distance is 0 |
/// | weights of reviews from 0 | the same: [`weights`](Self::weights) |
///
/// When not to use it: to find out who reviews well. On simulated agents it orders reviewers worse
/// than every other rule tried (Kendall's tau with their true accuracy after five assignments .50;
/// [`CrowdGrader`](super::super::CrowdGrader) .64, squared distance to the mean .67). With equal
/// weights, who shares a work with one other always gets 100; and disagreement with others costs no
/// more where these agree well.
///
/// ```
/// use peergrade::aggregate::{BestAssessment, Strictness};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(5)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 100.0)?));
/// for (reviewer, score) in [(1, 80.0), (2, 80.0), (3, 80.0), (4, 20.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let reviews = rows.build()?;
/// let grade = |strictness| {
///     let grades = BestAssessment::new(strictness).grades(&reviews)?;
///     Ok::<_, peergrade::aggregate::AggregateError>(grades.of_reviewer(PersonId::new(4)))
/// };
/// assert_eq!(grade(Strictness::Fair)?, Some(36.0));
/// assert_eq!(grade(Strictness::VeryLax)?, Some(64.4444));
/// assert_eq!(grade(Strictness::VeryStrict)?, Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BestAssessment {
    strictness: Strictness,
    historical: bool,
    weights: Weights,
    overruled: ByPair,
}

/// How much a distance from the best assessment costs.
///
/// ```
/// use peergrade::aggregate::Strictness;
///
/// assert_eq!(Strictness::default(), Strictness::Fair);
/// assert_eq!(Strictness::VeryLax.divisor(), 9.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Strictness {
    /// Divides by 9.
    VeryLax,
    /// Divides by 7.
    Lax,
    /// Divides by 5.
    #[default]
    Fair,
    /// Divides by 3.
    Strict,
    /// Divides by 1.
    VeryStrict,
}

impl Strictness {
    /// By which a distance is divided.
    #[must_use]
    pub fn divisor(self) -> f64 {
        match self {
            Self::VeryLax => 9.0,
            Self::Lax => 7.0,
            Self::Fair => 5.0,
            Self::Strict => 3.0,
            Self::VeryStrict => 1.0,
        }
    }
}

const METHOD: &str = "moodle-best-assessment";

/// A smaller variance counts as this.
const LEAST_VARIANCE: f64 = 0.01;

impl BestAssessment {
    /// With this strictness.
    #[must_use]
    pub fn new(strictness: Strictness) -> Self {
        Self { strictness, ..Self::default() }
    }

    /// Sets whether to compute what older releases did; not by default.
    #[must_use]
    pub fn historical(mut self, historical: bool) -> Self {
        self.historical = historical;
        self
    }

    /// Sets what each review weighs, by [`ReviewId`](crate::ReviewId), from 0 to a billion; all 1 by
    /// default.
    #[must_use]
    pub fn weights(mut self, weights: Vec<f64>) -> Self {
        self.weights = Weights(Some(weights));
        self
    }

    /// Sets the grade of a review, in percent, in place of the computed one. Of several the last one
    /// counts.
    #[must_use]
    pub fn overrule(mut self, work: SubmissionId, reviewer: PersonId, percent: f64) -> Self {
        self.overruled.push(work, reviewer, percent);
        self
    }

    /// The grades of reviews and reviewers, in percent.
    ///
    /// # Errors
    ///
    /// [`AggregateError`] for weights of another number than reviews or out of range, for a grade
    /// that is not from 0 to 100, and for one of a review that is not there.
    pub fn grades(&self, reviews: &Reviews) -> Result<ReviewGrades, AggregateError> {
        self.weights.check(METHOD, reviews)?;
        let shares = dimension_shares(reviews);
        let graph = reviews.graph();
        let chunks = chunks::map(graph.submissions(), |range| {
            let (mut grades, mut work) = (Vec::new(), Work::default());
            for i in range {
                let submission = SubmissionId::new(to_u32(i));
                work.load(reviews, submission, &self.weights);
                if reviews.exemplar(submission).is_some() || work.weight() <= 0.0 {
                    grades.resize(grades.len() + work.weights.len(), MISSING);
                } else {
                    self.grade(&mut work, &shares, &mut grades);
                }
            }
            grades
        });
        let mut grades = chunks.concat();
        let what = (METHOD, "the grade of a review");
        self.overruled.write(reviews, &mut grades, what, (0.0, 100.0, "but must be in percent"))?;
        Ok(ReviewGrades::new(reviews, 100.0, grades, Rounding::MOODLE))
    }

    /// Appends the grades of the reviews of one work, whose weights are not all 0.
    fn grade(&self, work: &mut Work, shares: &[f64], grades: &mut Vec<f64>) {
        self.measure(work, shares);
        let Work { rows, distances, best, variances, .. } = work;
        let row = |a: usize| &rows[a * shares.len()..(a + 1) * shares.len()];
        let least = distances.iter().copied().fold(f64::INFINITY, math::min);
        best.clear();
        for (a, &own) in distances.iter().enumerate() {
            // The same assessment twice is one; distances are rounded, so that equal ones are equal.
            if own <= least && !best.iter().any(|&b| row(a) == row(b)) {
                best.push(a);
            }
        }
        grades.extend((0..distances.len()).map(|a| {
            let near = best.iter().fold(f64::INFINITY, |near, &b| {
                math::min(near, self.distance([row(a), row(b)], shares, variances))
            });
            Rounding::MOODLE.round(math::clamp(100.0 - near, 0.0, 100.0))
        }));
    }

    /// Finds the variances of dimensions and the distance of each review from the average.
    pub(super) fn measure(&self, work: &mut Work, shares: &[f64]) {
        let sum = work.weight();
        let Work { rows, weights, average, variances, distances, .. } = work;
        average.clear();
        variances.clear();
        for d in 0..shares.len() {
            let column = || rows.iter().skip(d).step_by(shares.len()).copied().zip(weights.iter());
            let total = column().fold(0.0, |total, (x, weight)| total + weight * x);
            average.push(Rounding::MOODLE.round(total / sum));
            variances.push(variance(column()));
        }
        distances.clear();
        let rows = rows.chunks_exact(shares.len());
        distances.extend(rows.map(|row| self.distance([row, average], shares, variances)));
    }

    fn distance(&self, [a, b]: [&[f64]; 2], shares: &[f64], variances: &[f64]) -> f64 {
        let (mut sum, mut divisor) = (0.0, 0.0);
        for (((&a, &b), &share), &variance) in a.iter().zip(b).zip(shares).zip(variances) {
            let delta = (a - b).abs();
            if self.historical && (delta <= 0.0 || variance <= LEAST_VARIANCE) {
                continue;
            }
            let variance = math::max(variance, LEAST_VARIANCE);
            sum += delta * (delta * delta / (self.strictness.divisor() * variance)) * share;
            divisor += share;
        }
        let rounding = if self.historical { Rounding::MOODLE } else { Rounding::MOODLE_DISTANCE };
        // Where nothing entered, or what entered has no weight, there is no distance.
        if divisor > 0.0 { rounding.round(sum / divisor) } else { 0.0 }
    }
}

/// The reviews of one work; kept between works for its memory.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Percentages to five decimals, one review after the other.
    pub(super) rows: Vec<f64>,
    /// By review.
    pub(super) weights: Vec<f64>,
    average: Vec<f64>,
    /// By dimension.
    pub(super) variances: Vec<f64>,
    /// From the average, by review.
    pub(super) distances: Vec<f64>,
    best: Vec<usize>,
}

impl Work {
    fn load(&mut self, reviews: &Reviews, submission: SubmissionId, weights: &Weights) {
        self.rows.clear();
        self.weights.clear();
        for review in reviews.graph().reviews_of(submission) {
            self.weights.push(weights.at(review));
            for (c, criterion) in reviews.rubric().criteria().iter().enumerate() {
                let scale = criterion.scale();
                self.rows.push(percentage(reviews.column(c)[review] - scale.min(), scale));
            }
        }
    }

    fn weight(&self) -> f64 {
        self.weights.iter().fold(0.0, |sum, weight| sum + weight)
    }
}

/// What each criterion has of the total, in a unit in which no sum overflows.
fn dimension_shares(reviews: &Reviews) -> Vec<f64> {
    let criteria = reviews.rubric().criteria().iter();
    let points = criteria.map(|c| c.weight() * (c.scale().max() - c.scale().min()));
    let points: Vec<f64> = points.collect();
    let unit = math::power_of_two_near(points.iter().copied().fold(0.0, math::max));
    points.into_iter().map(|points| points / unit).collect()
}

/// A distance in percent of the range, to five decimals.
pub(super) fn percentage(distance: f64, scale: Scale) -> f64 {
    Rounding::MOODLE.round(distance / (scale.max() - scale.min()) * 100.0)
}

/// The weighted variance of a population, step by step (West, "Updating Mean and Variance
/// Estimates: An Improved Method", Communications of the ACM 22, 1979); 0 for fewer than two
/// numbers of weight above 0.
pub(super) fn variance<'a>(numbers: impl Iterator<Item = (f64, &'a f64)>) -> f64 {
    let (mut mean, mut squares, mut weights) = (0.0, 0.0, 0.0);
    for (x, &weight) in numbers.filter(|&(_, &weight)| weight > 0.0) {
        let all = weights + weight;
        let (delta, part) = (x - mean, (x - mean) * weight / all);
        squares += weights * delta * part;
        mean += part;
        weights = all;
    }
    if weights > 0.0 { squares / weights } else { 0.0 }
}
