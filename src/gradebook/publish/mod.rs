//! Grades on the levels of a scale, as weighted averages that a student can check.

mod program;
mod simplex;
#[cfg(test)]
mod tests;

use core::fmt;

use thiserror::Error;

use super::prose::{Digits, among};
use super::{Gradebook, GradebookError};
use crate::id::{PersonId, SubmissionId};
use crate::math;
use crate::reviews::Reviews;
use crate::scale::Scale;
use program::{Program, Solution};

/// How to publish grades on the levels of a scale, each as a rounded weighted average of scores.
///
/// A method's grade, 3.4 say, lies between the levels of a scale on which only whole points are
/// given. Rounding it leaves a student with weights that do not lead to the grade that stands
/// there. This looks for weights, near to those of the method, that do:
///
/// ```text
/// max  sum over criteria j of mass_j(y_j)  -  P x sum over reviews i of |w_i - d_i|
/// s.t. |sum_i w_i r_ij - y_j| <= half a step          for every criterion
///      sum of w = 1,  w_i = 0 or w_i >= m,  |w_i - d_i| <= S
///
/// y_j     one of the most likely levels (3)
/// r_ij    the score, less the correction that the method makes for the reviewer
/// d_i     what the review weighs in the method's grade, summing to 1
/// mass_j  the probability that the grade lies nearer to this level than to another: normal, by
///         grade and standard error of the criterion; all on the nearest level where the method
///         has no standard error
/// m = 0.1,  P = 0.01,  no bound S
/// ```
///
/// No weights may do that. Then, in this order: without `m` and `S`; with the levels nearest to the
/// likely ones that the scores reach at all; and, where several criteria contradict each other, with
/// the wanted weights and the levels that these give. [`Published::choice`] says which it was. The
/// published levels differ from the grades of the gradebook, by half a step and more where a prior
/// or an adjustment stands in these: only reviews are in them.
///
/// The program is that of Mechanical TA 2 (Zarkoob, d'Eon, Podina and Leyton-Brown, "Better Peer
/// Grading through Bayesian Inference", arXiv 2209.01242, 2022), where it may have no answer. There
/// an integer program is solved; here a small linear one for each combination of levels, with
/// branches where a weight comes out between 0 and `m`, which is as exact. Of several nearest
/// weights one is taken; reviews that say the same weigh the same where `m` allows it. At most 256
/// combinations of levels are tried, so that with many criteria a better one may be missed
/// ([`LevelChoice::BestFound`]).
///
/// When not to use it: for grades that need not be on a level. [`Gradebook::explain`] explains the
/// very grade. It takes up to 12 reviews a submission: in the worst case 2^12 linear programs for
/// one combination of levels. Measured were 10 to 130 microseconds a submission with 3 to 8
/// reviews on one to three criteria, and 10 to 15 milliseconds with 12, of which `m` lets no more
/// than ten count.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::{Cohort, PersonId, Publish, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::with_step(0.0, 5.0, 1.0)?));
/// for (reviewer, score) in [(1, 3.0), (2, 4.0), (3, 5.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let reviews = rows.build()?;
/// let grades = Mean.aggregate(&reviews)?;
/// let published = grades.publish(&reviews, SubmissionId::new(0), &Publish::default())?.unwrap();
/// assert_eq!(published.levels(), [4.0]);
/// assert_eq!(
///     published.to_string(),
///     "reviewer 1: 3 x 0.33333 = 1\n\
///      reviewer 2: 4 x 0.33333 = 1.33333\n\
///      reviewer 3: 5 x 0.33333 = 1.66667\n\
///      together 4, published as 4"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Publish {
    least: f64,
    shift: Option<f64>,
    penalty: f64,
    candidates: u32,
    corrected: bool,
}

impl Default for Publish {
    fn default() -> Self {
        Self { least: 0.1, shift: None, penalty: 0.01, candidates: 3, corrected: true }
    }
}

impl Publish {
    /// The most reviews of a submission that can be published.
    pub const MOST_REVIEWS: usize = 12;

    /// Sets the least weight of a review that counts at all: 0.1 by default, from 0 to 1.
    #[must_use]
    pub fn least_weight(mut self, least: f64) -> Self {
        self.least = least;
        self
    }

    /// Sets how far a weight may lie from the wanted one, from 0 to 1; any distance by default.
    #[must_use]
    pub fn max_shift(mut self, shift: f64) -> Self {
        self.shift = Some(shift);
        self
    }

    /// Sets what a distance of 1 from the wanted weights costs, in probability of a level: 0.01 by
    /// default, from 0.
    #[must_use]
    pub fn penalty(mut self, penalty: f64) -> Self {
        self.penalty = penalty;
        self
    }

    /// Sets how many of the most likely levels of a criterion are tried: 3 by default, from 1.
    #[must_use]
    pub fn candidates(mut self, levels: u32) -> Self {
        self.candidates = levels;
        self
    }

    /// Sets whether scores count as the method corrects them, the default, or as they were given.
    #[must_use]
    pub fn corrected(mut self, corrected: bool) -> Self {
        self.corrected = corrected;
        self
    }

    fn check(&self) -> Result<(), PublishError> {
        let fail = |setting, value, needed| PublishError::Setting { setting, value, needed };
        let shift = self.shift.unwrap_or(1.0);
        for (setting, value) in [("least_weight", self.least), ("max_shift", shift)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(fail(setting, value, "from 0 to 1"));
            }
        }
        if !(self.penalty >= 0.0 && self.penalty.is_finite()) {
            return Err(fail("penalty", self.penalty, "at least 0 and finite"));
        }
        if !(1..=1000).contains(&self.candidates) {
            return Err(fail("candidates", self.candidates.into(), "from 1 to 1000"));
        }
        Ok(())
    }
}

/// Why nothing can be published.
///
/// ```
/// use peergrade::PublishError;
///
/// let error = PublishError::TooManyReviews { given: 13, limit: 12 };
/// assert_eq!(error.to_string(), "13 reviews, where 12 is the most that can be weighed");
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PublishError {
    /// A setting that cannot be used.
    #[error("{setting} is {value}, but must be {needed}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        needed: &'static str,
    },
    /// The gradebook was made from other reviews.
    #[error("the gradebook was not made from these reviews: {0}")]
    OtherReviews(#[source] GradebookError),
    /// A criterion on a scale without steps.
    #[error("criterion {criterion} has no levels: its scale has no step")]
    NoLevels {
        /// Which.
        criterion: usize,
    },
    /// A submission with more reviews than can be weighed.
    #[error("{given} reviews, where {limit} is the most that can be weighed")]
    TooManyReviews {
        /// How many it has.
        given: usize,
        /// The most it may have.
        limit: usize,
    },
}

/// How the levels and weights of a [`Published`] grade were come by.
///
/// ```
/// use peergrade::LevelChoice;
///
/// assert!(LevelChoice::WantedWeights.to_string().contains("no weights"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LevelChoice {
    /// The best levels and weights within all bounds.
    Exact,
    /// The best of the first 256 combinations of levels, within all bounds.
    BestFound,
    /// No weights within the bounds lead to likely levels: the best without the bounds.
    WithoutBounds,
    /// No weights at all lead to likely levels: the nearest levels that the scores reach.
    NearestLevels,
    /// No weights lead to the likely levels of all criteria at once: the levels that the wanted
    /// weights give.
    WantedWeights,
}

impl LevelChoice {
    /// Whether the weights keep all bounds.
    #[must_use]
    pub fn keeps_bounds(self) -> bool {
        matches!(self, Self::Exact | Self::BestFound)
    }
}

impl fmt::Display for LevelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "the weights are the nearest to those of the method",
            Self::BestFound => "the weights are near to those of the method",
            Self::WithoutBounds => {
                "the weights had to move further from those of the method than they should"
            }
            Self::NearestLevels => {
                "no weights lead to a likely level: this is the nearest that the scores allow"
            }
            Self::WantedWeights => {
                "no weights lead to the likely levels of all criteria: these are what the weights of the method give"
            }
        })
    }
}

/// A grade on the levels of the scale, with weights that lead to it; see [`Publish`].
///
/// Its `Display` is the arithmetic, line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    names: Vec<String>,
    steps: Vec<f64>,
    levels: Vec<f64>,
    total: f64,
    reviewers: Vec<PersonId>,
    /// By criterion, by review.
    scores: Vec<Vec<f64>>,
    weights: Vec<f64>,
    wanted: Vec<f64>,
    choice: LevelChoice,
}

impl Published {
    /// The published level of each criterion.
    #[must_use]
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// The total of these levels.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// What each review weighs, summing to 1 to rounding, in the order of reviewers.
    ///
    /// ```
    /// use peergrade::Published;
    ///
    /// fn heaviest(published: &Published) -> f64 {
    ///     published.weights().map(|(_, weight)| weight).fold(0.0, f64::max)
    /// }
    /// ```
    pub fn weights(&self) -> impl Iterator<Item = (PersonId, f64)> {
        self.reviewers.iter().copied().zip(self.weights.iter().copied())
    }

    /// What each review weighs in the method's grade, in the order of reviewers.
    #[must_use]
    pub fn wanted_weights(&self) -> &[f64] {
        &self.wanted
    }

    /// The weighted average of the scores of a criterion: within half a step of its level. `None`
    /// for a criterion that is not there.
    #[must_use]
    pub fn average(&self, criterion: usize) -> Option<f64> {
        let terms = self.scores.get(criterion)?.iter().zip(&self.weights);
        Some(terms.fold(0.0, |sum, (score, weight)| sum + score * weight))
    }

    /// How the levels and weights were come by.
    #[must_use]
    pub fn choice(&self) -> LevelChoice {
        self.choice
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (c, scores) in self.scores.iter().enumerate() {
            let average = self.average(c).unwrap_or(0.0);
            let parts: Vec<f64> = scores.iter().zip(&self.weights).map(|(r, w)| r * w).collect();
            let digits = Digits::of(parts.iter().chain([&average]).copied());
            let prefix = among(&self.names, c);
            let rows = self.weights().zip(scores).zip(&parts);
            for (((reviewer, weight), score), part) in rows.filter(|(row, _)| row.0.1 > 0.0) {
                let (score, part) = (digits.show(*score), digits.show(*part));
                let weight = Digits::UNIT.show(weight);
                writeln!(f, "{prefix}reviewer {reviewer}: {score} x {weight} = {part}")?;
            }
            if let Some(rest) = digits.rest(&parts, average) {
                writeln!(f, "{prefix}rounding of the lines above = {rest}")?;
            }
            let (level, average) = (digits.show(self.levels[c]), digits.show(average));
            let apart = (self.levels[c] - self.average(c).unwrap_or(0.0)).abs();
            let within = if apart > 1e-9 * self.steps[c] { ", within half a step" } else { "" };
            write!(f, "{prefix}together {average}, published as {level}{within}")?;
            if c + 1 < self.scores.len() {
                writeln!(f)?;
            }
        }
        if self.scores.len() > 1 {
            write!(f, "\ntotal {}", Digits::of([self.total]).show(self.total))?;
        }
        if !self.choice.keeps_bounds() {
            write!(f, "\nnote: {}", self.choice)?;
        }
        Ok(())
    }
}

impl Gradebook {
    /// The grade of a submission on the levels of the scale, as weighted averages of its scores;
    /// `None` where it has no reviews, and where its grade is known and so not made of reviews.
    /// Wants the reviews that the gradebook was made from.
    ///
    /// # Errors
    ///
    /// [`PublishError`] for a setting out of its range, for reviews of another size, for a scale
    /// without steps, and for more than [`Publish::MOST_REVIEWS`] reviews.
    pub fn publish(
        &self,
        reviews: &Reviews,
        submission: SubmissionId,
        settings: &Publish,
    ) -> Result<Option<Published>, PublishError> {
        settings.check()?;
        self.check_made_from(reviews, submission).map_err(PublishError::OtherReviews)?;
        let steps = self.steps()?;
        let given = reviews.graph().reviews_of(submission).len();
        let peers = self.peer_grade(submission).is_some();
        if given == 0 || !peers || self.known_of(submission).is_some() {
            return Ok(None);
        }
        if given > Publish::MOST_REVIEWS {
            let limit = Publish::MOST_REVIEWS;
            return Err(PublishError::TooManyReviews { given, limit });
        }
        let scores = self.scores_that_count(reviews, submission, settings.corrected);
        let program = self.program(reviews, submission, settings, &scores, &steps);
        let Solution { levels, weights, choice, .. } = program.solve();
        let criteria = self.rubric.criteria();
        let levels: Vec<f64> = levels
            .iter()
            .zip(criteria)
            // The scale itself knows its levels best.
            .zip(&steps)
            .map(|((level, it), step)| it.scale().nearest(it.scale().min() + level * step))
            .collect();
        Ok(Some(Published {
            names: criteria.iter().map(|criterion| criterion.name().to_owned()).collect(),
            total: self.rubric.total(&levels),
            reviewers: reviews.graph().reviewers_of(submission).to_vec(),
            wanted: program.wanted,
            levels,
            steps,
            scores,
            weights,
            choice,
        }))
    }

    fn steps(&self) -> Result<Vec<f64>, PublishError> {
        let step = |(criterion, it): (usize, &crate::rubric::Criterion)| {
            it.scale().step().ok_or(PublishError::NoLevels { criterion })
        };
        self.rubric.criteria().iter().enumerate().map(step).collect()
    }

    /// By criterion the scores of a submission, less corrections and within the scale.
    fn scores_that_count(
        &self,
        reviews: &Reviews,
        s: SubmissionId,
        corrected: bool,
    ) -> Vec<Vec<f64>> {
        let reviewers = reviews.graph().reviewers_of(s);
        let scores = |(c, criterion): (usize, &crate::rubric::Criterion)| {
            let scale = criterion.scale();
            let score = |(review, &reviewer): (usize, &PersonId)| {
                let correction = self.corrections.at(c, review, reviewer).filter(|_| corrected);
                let score = reviews.column(c)[review] - correction.unwrap_or(0.0);
                math::clamp(score, scale.min(), scale.max())
            };
            reviews.graph().reviews_of(s).zip(reviewers).map(score).collect()
        };
        self.rubric.criteria().iter().enumerate().map(scores).collect()
    }

    fn program(
        &self,
        reviews: &Reviews,
        s: SubmissionId,
        settings: &Publish,
        scores: &[Vec<f64>],
        steps: &[f64],
    ) -> Program {
        let (mut parts, mut rows) = (Vec::new(), Vec::new());
        self.left_out(reviews, s, &mut parts, &mut rows);
        let sum = rows.iter().fold(0.0, |sum, row| sum + row.weight);
        let equal = 1.0 / rows.len() as f64;
        // By a prior alone all are wanted alike.
        let share = |weight: f64| if sum > 0.0 { weight / sum } else { equal };
        let criteria = self.rubric.criteria().iter().zip(steps);
        let reports = criteria.clone().zip(scores).map(|((criterion, step), scores)| {
            scores.iter().map(|score| (score - criterion.scale().min()) / step).collect()
        });
        let likely = criteria.enumerate().map(|(c, (criterion, step))| {
            let scale = criterion.scale();
            let grade = self.criterion_grade(s, c).unwrap_or(scale.min());
            let error = self.criterion_std_error(s, c);
            let grade = (grade - scale.min()) / step;
            likely(scale, grade, error.map(|error| error / step), settings.candidates)
        });
        Program {
            likely: likely.collect(),
            reports: reports.collect(),
            wanted: rows.iter().map(|row| share(row.weight)).collect(),
            least: settings.least,
            shift: settings.shift.unwrap_or(1.0),
            penalty: settings.penalty,
        }
    }
}

/// The most likely levels of a grade and their probabilities, in steps from the minimum.
fn likely(scale: Scale, grade: f64, error: Option<f64>, candidates: u32) -> Vec<(f64, f64)> {
    let last = f64::from(scale.levels().unwrap_or(1).saturating_sub(1));
    let nearest = math::clamp(math::round_half_even(grade), 0.0, last);
    let Some(error) = error.filter(|&error| error > 0.0 && error.is_finite()) else {
        return vec![(nearest, 1.0)];
    };
    let mass = |level: f64| {
        let below = |edge: f64| math::normal_cdf((edge - grade) / error);
        let low = if level <= 0.0 { 0.0 } else { below(level - 0.5) };
        let high = if level >= last { 1.0 } else { below(level + 0.5) };
        math::max(high - low, 0.0)
    };
    // Between the ends the probability falls with the distance, and both ends hold what is beyond.
    let around = f64::from(candidates);
    let mut levels = vec![(0.0, mass(0.0))];
    let mut level = math::max(nearest - around, 1.0);
    while level <= math::min(nearest + around, last) {
        levels.push((level, mass(level)));
        level += 1.0;
    }
    if last > nearest + around {
        levels.push((last, mass(last)));
    }
    let distance = |level: f64| (level - grade).abs();
    levels.sort_by(|a, b| b.1.total_cmp(&a.1).then(distance(a.0).total_cmp(&distance(b.0))));
    levels.truncate(candidates as usize);
    levels
}
