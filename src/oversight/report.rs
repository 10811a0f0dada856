//! How each reviewer did.

use core::fmt;

use super::{OversightError, check_made_from, known};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;

/// Something in a reviewer's reviews that somebody should look at. No verdict: an honest reviewer
/// may have been given works that are alike.
///
/// ```
/// use peergrade::oversight::Flag;
///
/// assert_eq!(Flag::Harsh.to_string(), "scores lower than the others");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Flag {
    /// At least 3 reviews with one and the same total, where the consensus on these works spreads
    /// by more than a tenth of the range and at least a step of the scale.
    Constant,
    /// At least 2 reviews, every score of which is the minimum of its scale, where the consensus
    /// on these works is on average more than a tenth of the range above it: an empty form or a
    /// broken device rather than a judgement.
    AllMinimum,
    /// At least 4 reviews and a bias above a tenth of the range and above three standard errors.
    Lenient,
    /// The same below.
    Harsh,
    /// At least 4 reviews which scatter around the reviewer's own bias with 2.5 times the standard
    /// deviation of all reviewers or more.
    Erratic,
}

impl Flag {
    const ALL: [Self; 5] =
        [Self::Constant, Self::AllMinimum, Self::Lenient, Self::Harsh, Self::Erratic];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Constant => "the same total for works that differ",
            Self::AllMinimum => "nothing but lowest scores",
            Self::Lenient => "scores higher than the others",
            Self::Harsh => "scores lower than the others",
            Self::Erratic => "scores scatter more than those of the others",
        })
    }
}

/// How every reviewer did, against the consensus on the works they reviewed.
///
/// ```text
/// d_e  = total of review e - consensus on its submission
///        consensus: the known grade (staff, exemplar), else the mean total of the other reviews
/// bias      = mean of the reviewer's m deviations d_e
/// variance  = sum (d_e - bias)^2 / (m - 1)
/// std error = sqrt(variance / m)
/// precision = 1 / variance
/// weight    = mean weight of the reviewer's reviews in the peers' grades, 0..1
/// ```
///
/// A review that is the only one of a submission without known grade has no consensus and counts in
/// the number of reviews and in the weight alone. Where the method that made the gradebook has a
/// bias or a precision of a reviewer, these stand in place of the ones above: it may know the
/// others' biases. Otherwise the noise of the others is in the deviations: the precision of a
/// faultless reviewer with k - 1 colleagues is (k - 1) times that of a colleague, not infinite.
///
/// A bias is flagged beyond three standard errors, the larger of the reviewer's own and that of all
/// reviewers pooled (a small own error is often luck): by chance alone at most about 3 in 1000
/// honest reviewers alike in noise exceed that. It must also matter, so it must exceed a tenth of
/// the range. See [`Flag`] for the other limits.
///
/// When not to use it: do not grade reviewers by these numbers where they gave fewer than 4
/// reviews, and not by a single course. Consensus is not truth: where most reviewers are lenient
/// the honest look harsh, unless staff graded some works.
///
/// O(reviews x criteria) time, O(people + submissions + reviews) space.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::oversight::ReviewerReport;
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
/// rows.add(SubmissionId::new(0), PersonId::new(2), &[9.0])?;
/// let reviews = rows.build()?;
///
/// let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews)?)?;
/// assert_eq!(report.bias(PersonId::new(2)), Some(2.0));
/// assert_eq!(report.weight(PersonId::new(2)), Some(0.5));
/// assert_eq!(report.bias(PersonId::new(0)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewerReport {
    given: Vec<u32>,
    bias: Column,
    bias_std_error: Column,
    precision: Column,
    weight: Column,
    /// One bit a flag.
    flags: Vec<u8>,
}

impl ReviewerReport {
    /// The report on these reviews and the grades made from them.
    ///
    /// # Errors
    ///
    /// [`OversightError::OtherReviews`] where the sizes say that the gradebook was made from other
    /// reviews.
    pub fn new(reviews: &Reviews, grades: &Gradebook) -> Result<Self, OversightError> {
        check_made_from(reviews, grades)?;
        let course = Course::new(reviews, grades);
        let people = reviews.graph().people();
        let seen = chunks::column(people, |i| course.observe(PersonId::new(to_u32(i))));
        let freedom = chunks::sum(people, |i| seen[i].freedom());
        let squares = chunks::sum(people, |i| seen[i].squares);
        let pooled = if freedom > 0.0 { squares / freedom } else { 0.0 };
        let column = |value: &(dyn Fn(usize) -> Option<f64> + Sync)| {
            // Beyond the largest double counts as missing.
            let finite = |i| value(i).filter(|x| x.is_finite()).unwrap_or(MISSING);
            Column::from_raw(chunks::column(people, finite))
        };
        let unit = course.unit;
        let person = |i: usize| PersonId::new(to_u32(i));
        let bias = column(&|i| grades.bias(person(i)).or_else(|| seen[i].bias().map(|b| b * unit)));
        let flag = |i: usize| course.flags(&seen[i], bias.get(i).map(|b| b / unit), pooled);
        Ok(Self {
            flags: chunks::column(people, flag),
            given: seen.iter().map(|s| s.given).collect(),
            bias_std_error: column(&|i| {
                seen[i].variance().map(|v| unit * math::sqrt(v / f64::from(seen[i].compared)))
            }),
            precision: column(&|i| {
                let own = || seen[i].variance().filter(|&v| v > 0.0).map(|v| 1.0 / v / unit / unit);
                grades.precision(person(i)).or_else(own)
            }),
            weight: column(&|i| {
                (seen[i].given > 0).then(|| seen[i].weight / f64::from(seen[i].given))
            }),
            bias,
        })
    }

    /// How many people there are, reviewers or not.
    #[must_use]
    pub fn people(&self) -> usize {
        self.given.len()
    }

    /// How many reviews a person gave; 0 for a stranger.
    #[must_use]
    pub fn given(&self, person: PersonId) -> u32 {
        self.given.get(person.index()).copied().unwrap_or(0)
    }

    /// The bias of a person, in points: above 0 for a lenient one. `None` where nothing can be
    /// compared.
    #[must_use]
    pub fn bias(&self, person: PersonId) -> Option<f64> {
        self.bias.get(person.index())
    }

    /// The standard error of the mean deviation of a person, in points. `None` with fewer than two
    /// reviews that can be compared.
    #[must_use]
    pub fn bias_std_error(&self, person: PersonId) -> Option<f64> {
        self.bias_std_error.get(person.index())
    }

    /// The precision of a person, 1 / points^2. `None` with fewer than two reviews that can be
    /// compared, and where their deviations are equal.
    #[must_use]
    pub fn precision(&self, person: PersonId) -> Option<f64> {
        self.precision.get(person.index())
    }

    /// What a review of a person weighs on average in what peers say of a submission, whether or
    /// not staff override it, from 0 to 1. `None` without reviews.
    #[must_use]
    pub fn weight(&self, person: PersonId) -> Option<f64> {
        self.weight.get(person.index())
    }

    /// What stands out in the reviews of a person, in the order of [`Flag`].
    pub fn flags(&self, person: PersonId) -> impl Iterator<Item = Flag> + use<> {
        let flags = self.flags.get(person.index()).copied().unwrap_or(0);
        Flag::ALL.into_iter().filter(move |flag| flags & flag.bit() != 0)
    }

    /// Everybody who has a flag, with each of their flags, in the order of people.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::oversight::{Flag, ReviewerReport};
    /// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(4)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// for submission in [0, 1] {
    ///     rows.add(SubmissionId::new(submission), PersonId::new(2), &[8.0])?;
    ///     rows.add(SubmissionId::new(submission), PersonId::new(3), &[0.0])?;
    /// }
    /// let reviews = rows.build()?;
    /// let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews)?)?;
    /// let flagged: Vec<_> = report.flagged().collect();
    /// assert_eq!(flagged, [(PersonId::new(3), Flag::AllMinimum)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flagged(&self) -> impl Iterator<Item = (PersonId, Flag)> {
        (0..self.people()).flat_map(|i| {
            let person = PersonId::new(to_u32(i));
            self.flags(person).map(move |flag| (person, flag))
        })
    }
}

/// A course with what is needed of each submission; totals are in `unit`.
struct Course<'a> {
    reviews: &'a Reviews,
    grades: &'a Gradebook,
    unit: f64,
    /// The known grade of a submission, or the sum of its totals.
    works: Vec<Work>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Work {
    value: f64,
    known: bool,
}

/// What one pass over a person's reviews finds; totals are in the unit of the course.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    given: u32,
    /// Those that have a consensus.
    compared: u32,
    weight: f64,
    /// Mean of the deviations, and the sum of their squares around it.
    mean: f64,
    squares: f64,
    totals: Range,
    consensus: Range,
    consensus_mean: f64,
    all_minimum: bool,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
}

impl Default for Range {
    fn default() -> Self {
        Self { low: f64::MAX, high: f64::MIN }
    }
}

impl Range {
    fn add(&mut self, x: f64) {
        self.low = math::min(self.low, x);
        self.high = math::max(self.high, x);
    }
}

impl Seen {
    fn bias(&self) -> Option<f64> {
        (self.compared > 0).then_some(self.mean)
    }

    fn freedom(&self) -> f64 {
        f64::from(self.compared.saturating_sub(1))
    }

    fn variance(&self) -> Option<f64> {
        (self.compared > 1).then(|| self.squares / self.freedom())
    }

    /// Sets squares that are rounding alone to 0: totals in the unit are below 2.
    fn without_rounding(mut self) -> Self {
        const ROUNDING: f64 = 64.0 * f64::EPSILON;
        if self.squares <= ROUNDING * ROUNDING * f64::from(self.compared) {
            self.squares = 0.0;
        }
        self
    }

    /// Adds a deviation (Welford, Technometrics 4, 1962).
    fn compare(&mut self, total: f64, consensus: f64) {
        self.compared += 1;
        let count = f64::from(self.compared);
        let deviation = total - consensus;
        let distance = deviation - self.mean;
        self.mean += distance / count;
        self.squares += distance * (deviation - self.mean);
        self.totals.add(total);
        self.consensus.add(consensus);
        self.consensus_mean += (consensus - self.consensus_mean) / count;
    }
}

impl<'a> Course<'a> {
    fn new(reviews: &'a Reviews, grades: &'a Gradebook) -> Self {
        let unit = reviews.rubric().scale().unit();
        let works = chunks::column(reviews.graph().submissions(), |i| {
            let submission = SubmissionId::new(to_u32(i));
            if let Some(grade) = known(reviews, submission) {
                return Work { value: grade / unit, known: true };
            }
            let range = reviews.graph().reviews_of(submission);
            let value = range.fold(0.0, |sum, e| sum + reviews.total_at(e) / unit);
            Work { value, known: false }
        });
        Self { reviews, grades, unit, works }
    }

    /// What a submission deserves by all but one of its reviews, which has this total.
    fn consensus(&self, submission: SubmissionId, total: f64) -> Option<f64> {
        let Work { value, known } = self.works[submission.index()];
        if known {
            return Some(value);
        }
        match self.reviews.graph().reviews_of(submission).len() {
            0 | 1 => None,
            k => Some((value - total) / (k - 1) as f64),
        }
    }

    fn observe(&self, person: PersonId) -> Seen {
        let graph = self.reviews.graph();
        let mut seen = Seen { all_minimum: true, ..Seen::default() };
        for (&review, &submission) in
            graph.reviews_by(person).iter().zip(graph.submissions_of(person))
        {
            let total = self.reviews.total_at(review.index()) / self.unit;
            seen.given += 1;
            seen.weight += self.grades.review_weight(self.reviews, submission, review.index());
            seen.all_minimum &= self.is_minimum(review.index());
            if let Some(consensus) = self.consensus(submission, total) {
                seen.compare(total, consensus);
            }
        }
        seen.without_rounding()
    }

    fn is_minimum(&self, review: usize) -> bool {
        let criteria = self.reviews.rubric().criteria().iter().enumerate();
        criteria.into_iter().all(|(c, it)| self.reviews.column(c)[review] <= it.scale().min())
    }

    /// The flags as bits, from the bias and the variance of all reviewers in the unit.
    fn flags(&self, seen: &Seen, bias: Option<f64>, pooled: f64) -> u8 {
        let scale = self.reviews.rubric().scale();
        let tenth = 0.1 * (scale.max() / self.unit - scale.min() / self.unit);
        let step = scale.step().unwrap_or(0.0) / self.unit;
        let spread = seen.consensus.high - seen.consensus.low;
        let same = seen.totals.low.to_bits() == seen.totals.high.to_bits();
        let above = seen.consensus_mean - scale.min() / self.unit;
        let own = seen.variance().unwrap_or(0.0);
        let error = math::sqrt(math::max(own, pooled) / f64::from(seen.compared.max(1)));
        let limit = math::max(tenth, 3.0 * error);
        let bias = bias.unwrap_or(0.0);
        let enough = seen.compared >= 4;
        // Deviations around the own bias: 2.5 standard deviations are 6.25 variances.
        let raised = [
            seen.compared >= 3 && same && spread > tenth && spread >= step,
            seen.compared >= 2 && seen.all_minimum && above > tenth,
            enough && bias > limit,
            enough && bias < -limit,
            enough && pooled > 0.0 && own >= 6.25 * pooled,
        ];
        let flags = Flag::ALL.into_iter().zip(raised).filter(|&(_, raised)| raised);
        flags.fold(0, |bits, (flag, _)| bits | flag.bit())
    }
}
