//! How a branch of Moodle weights reviewers: by how they judge exemplars.

use std::collections::BTreeMap;

use super::super::review_grades::{ByPair, ReviewGrades};
use super::super::{AggregateError, Aggregator};
use super::best::percentage;
use super::{Weights, weighted_book};
use crate::gradebook::{Column, Gradebook, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// Reviewers count by how close they come to reference scores of exemplars: the evaluator
/// "calibrated" for Moodle Workshop.
///
/// `T` are the deviations of a reviewer over all exemplars with reference scores that they reviewed,
/// criterion by criterion:
///
/// ```text
/// T = R5(100 |score - reference| / (max - min))
/// x = 1 - mean(T)/100                       mean(T)/100 below 0.01 counts as 0
/// x <- 1 - (1 - x)^g   for g >= 1,   x^(1/g) below          g = curve[accuracy]
/// y = 1 - mean |T - mean(T)| / 100          a mean below 0.01 counts as 0
/// score = x (w y - w + 1), cut to 0..1                      w = curve[9 - consistency]
/// grade = R5(sum of z_e w_e score_v / sum of w_e score_v)
///
/// setting  9  8  7  6    5  4      3    2      1     0
/// curve    4  3  2  1.5  1  0.666  0.5  0.333  0.25  0
/// ```
///
/// `w_e` are the weights of reviews; who reviewed fewer exemplars than [`required`](Self::required)
/// scores 0; the grade of each of their reviews is the score in percent, to five decimals. Accuracy is
/// the laxer the higher, consistency 9 asks for none and 0 for the most. In the history of
/// moodle/moodle and in gormster/moodle, mod/workshop/eval/calibrated; not known to be in a release.
/// O(reviews x criteria) time.
///
/// Without any [`reference`](Self::reference) everybody scores 1, and the grades are those of
/// [`Moodle`](super::Moodle). With them, a work of which no reviewer has a score above 0 has no grade:
/// the report "no competent reviewers" of that branch. Staff grades stand.
///
/// | there | here |
/// |---|---|
/// | accuracy 0 divides by zero | is refused |
/// | the minimum of the scale is taken off deviations | not copied: harmless only where it is 0 |
/// | an overruled grade of a review counts above the fraction line only, in one version | counts above and below |
///
/// When not to use it: with few exemplars. A score from two exemplars is mostly luck, and a weight
/// of 0 throws a review away.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Calibrated};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let mut cohort = Cohort::builder(3)?;
/// let exemplar = cohort.submission(&[])?;
/// let work = cohort.submission(&[PersonId::new(0)])?;
/// let cohort = cohort.build();
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 100.0)?));
/// rows.exemplar(exemplar, 70.0)?;
/// // The first reviewer meets the reference, the second is off by half of the range.
/// rows.add(exemplar, PersonId::new(1), &[70.0])?.add(exemplar, PersonId::new(2), &[20.0])?;
/// rows.add(work, PersonId::new(1), &[60.0])?.add(work, PersonId::new(2), &[90.0])?;
/// let reviews = rows.build()?;
///
/// let method = Calibrated::new(5, 5)?.reference(exemplar, &[70.0]);
/// let scores = method.review_grades(&reviews)?;
/// assert_eq!(scores.of_reviewer(PersonId::new(1)), Some(100.0));
/// assert_eq!(scores.of_reviewer(PersonId::new(2)), Some(50.0));
/// // (60 + 90 / 2) / 1.5
/// assert_eq!(method.aggregate(&reviews)?.grade(work), Some(70.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    accuracy: u8,
    consistency: u8,
    required: u32,
    references: BTreeMap<SubmissionId, Vec<f64>>,
    weights: Weights,
    overruled: ByPair,
}

const METHOD: &str = "moodle-calibrated";

/// Deviations below this part of the range count as none.
const NO_DEVIATION: f64 = 0.01;

const CURVE: [f64; 10] = [0.0, 0.25, 0.333, 0.5, 0.666, 1.0, 1.5, 2.0, 3.0, 4.0];

impl Default for Calibrated {
    /// The middle of both settings, and one exemplar.
    fn default() -> Self {
        Self {
            accuracy: 5,
            consistency: 5,
            required: 1,
            references: BTreeMap::new(),
            weights: Weights(None),
            overruled: ByPair::default(),
        }
    }
}

impl Calibrated {
    /// With these settings of accuracy, from 1 (strict) to 9 (lax), and consistency, from 0 (strict)
    /// to 9 (none).
    ///
    /// ```
    /// use peergrade::aggregate::Calibrated;
    ///
    /// assert!(Calibrated::new(0, 5).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] for other numbers.
    pub fn new(accuracy: u8, consistency: u8) -> Result<Self, AggregateError> {
        for (setting, value, least, needed) in [
            ("accuracy", accuracy, 1, "but must be from 1 to 9"),
            ("consistency", consistency, 0, "but must be from 0 to 9"),
        ] {
            if !(least..=9).contains(&value) {
                return Err(setting_error(setting, value.into(), needed));
            }
        }
        Ok(Self { accuracy, consistency, ..Self::default() })
    }

    /// Sets how many exemplars a reviewer must have judged: 1 by default.
    #[must_use]
    pub fn required(mut self, exemplars: u32) -> Self {
        self.required = exemplars;
        self
    }

    /// Sets the reference scores of an exemplar, one for each criterion: the known grade of an
    /// exemplar is a total. Checked by [`aggregate`](Aggregator::aggregate).
    #[must_use]
    pub fn reference(mut self, exemplar: SubmissionId, scores: &[f64]) -> Self {
        self.references.insert(exemplar, scores.to_vec());
        self
    }

    /// Sets what each review weighs beside the score of its reviewer, by
    /// [`ReviewId`](crate::ReviewId), from 0 to a billion; all 1 by default.
    #[must_use]
    pub fn weights(mut self, weights: Vec<f64>) -> Self {
        self.weights = Weights(Some(weights));
        self
    }

    /// Sets the grade of a review, in percent, in place of the score of its reviewer. Of several the
    /// last one counts.
    #[must_use]
    pub fn overrule(mut self, work: SubmissionId, reviewer: PersonId, percent: f64) -> Self {
        self.overruled.push(work, reviewer, percent);
        self
    }

    /// The grades of reviews in percent; the grade of a reviewer is their score, to which overruled
    /// reviews do not count. Reviews of exemplars have none.
    ///
    /// # Errors
    ///
    /// [`AggregateError`] where a reference is of a submission that is no exemplar, does not have one
    /// score per criterion or has one off its scale, for `required` of 0 or more than there are
    /// references, and for bad weights and grades of reviews.
    pub fn review_grades(&self, reviews: &Reviews) -> Result<ReviewGrades, AggregateError> {
        let (scores, grades) = self.columns(reviews)?;
        let reviewed =
            |v: usize| !reviews.graph().submissions_of(PersonId::new(to_u32(v))).is_empty();
        let people = scores.iter().enumerate();
        let people = people.map(|(v, &score)| if reviewed(v) { score } else { MISSING });
        let people = Column::from_raw(people.collect());
        let grades = ReviewGrades::new(reviews, 100.0, grades, Rounding::MOODLE);
        Ok(grades.with_reviewers(people))
    }

    /// The scores of people and the grades of reviews, in percent.
    fn columns(&self, reviews: &Reviews) -> Result<(Vec<f64>, Vec<f64>), AggregateError> {
        self.check(reviews)?;
        let people = 0..to_u32(reviews.graph().people());
        let scores: Vec<f64> = if self.references.is_empty() {
            people.map(|_| 100.0).collect()
        } else {
            people.map(|v| self.score_of(reviews, PersonId::new(v))).collect()
        };
        let of_review = |(submission, reviewer): (SubmissionId, PersonId)| {
            if reviews.exemplar(submission).is_some() { MISSING } else { scores[reviewer.index()] }
        };
        let mut grades = reviews.graph().iter().map(of_review).collect::<Vec<f64>>();
        let what = (METHOD, "the grade of a review");
        self.overruled.write(reviews, &mut grades, what, (0.0, 100.0, "but must be in percent"))?;
        Ok((scores, grades))
    }

    fn check(&self, reviews: &Reviews) -> Result<(), AggregateError> {
        self.weights.check(METHOD, reviews)?;
        let criteria = reviews.rubric().criteria();
        for (&submission, scores) in &self.references {
            if reviews.exemplar(submission).is_none() {
                let needed = "the exemplars";
                return Err(AggregateError::Submission { method: METHOD, submission, needed });
            }
            let (given, expected) = (scores.len(), criteria.len());
            if given != expected {
                let what = "reference scores";
                return Err(
                    crate::gradebook::GradebookError::Length { what, given, expected }.into()
                );
            }
            for (criterion, (&score, c)) in scores.iter().zip(criteria).enumerate() {
                c.scale().without_step().check(score).map_err(|error| AggregateError::Score {
                    method: METHOD,
                    submission,
                    criterion,
                    error,
                })?;
            }
        }
        let needed = "but must be from 1 to the number of exemplars with references";
        let too_many =
            !self.references.is_empty() && self.required as usize > self.references.len();
        if self.required == 0 || too_many {
            return Err(setting_error("required", self.required.into(), needed));
        }
        Ok(())
    }

    /// The score of a reviewer, in percent to five decimals.
    fn score_of(&self, reviews: &Reviews, reviewer: PersonId) -> f64 {
        let graph = reviews.graph();
        let mut deviations = Vec::new();
        let mut judged = 0;
        let given = graph.submissions_of(reviewer).iter().zip(graph.reviews_by(reviewer));
        for (submission, review) in given {
            let Some(reference) = self.references.get(submission) else { continue };
            judged += 1;
            let criteria = reviews.rubric().criteria().iter().zip(reference).enumerate();
            deviations.extend(criteria.map(|(c, (criterion, reference))| {
                percentage((reviews.column(c)[review.index()] - reference).abs(), criterion.scale())
            }));
        }
        if judged < self.required {
            return 0.0;
        }
        Rounding::MOODLE.round(100.0 * self.score(&deviations))
    }

    /// The score, from 0 to 1, of at least one deviation in percent.
    pub(super) fn score(&self, deviations: &[f64]) -> f64 {
        let small = |x: f64| if x < NO_DEVIATION { 0.0 } else { x };
        let mean = math::mean(deviations);
        let accuracy = curved(small(mean / 100.0), CURVE[usize::from(self.accuracy)]);
        let distances: Vec<f64> = deviations.iter().map(|t| (t - mean).abs()).collect();
        let consistency = 1.0 - math::min(small(math::mean(&distances) / 100.0), 1.0);
        let omega = CURVE[usize::from(9 - self.consistency)];
        math::clamp(accuracy * (omega * consistency - omega + 1.0), 0.0, 1.0)
    }
}

/// What the mean deviation `d` leaves of 1 on a curve that is not 0.
fn curved(d: f64, curve: f64) -> f64 {
    if curve >= 1.0 { 1.0 - power(d, curve) } else { power(1.0 - d, 1.0 / curve) }
}

fn power(x: f64, exponent: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { math::exp(exponent * math::ln(x)) }
}

fn setting_error(setting: &'static str, value: f64, needed: &'static str) -> AggregateError {
    AggregateError::Setting { method: METHOD, setting, value, needed }
}

impl Aggregator for Calibrated {
    fn name(&self) -> &'static str {
        METHOD
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let (scores, mut weights) = self.columns(reviews)?;
        for (review, (weight, (_, reviewer))) in
            weights.iter_mut().zip(reviews.graph().iter()).enumerate()
        {
            // What reviewers say of exemplars counts as what they say of other works.
            let score = if weight.is_nan() { scores[reviewer.index()] } else { *weight };
            *weight = self.weights.at(review) * score / 100.0;
        }
        Ok(weighted_book(reviews, self.name(), Some(&weights)).build()?)
    }
}
