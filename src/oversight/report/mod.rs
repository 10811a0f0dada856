//! How each reviewer did.

mod flag;
mod judged;
mod quantiles;
mod seen;
#[cfg(test)]
mod tests;

pub use flag::{Bound, Fact, Flag};

use super::{OversightError, check_made_from};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, Interval, MISSING};
use crate::graph::ReviewGraph;
use crate::id::{PersonId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use flag::Limits;
use quantiles::{chi_square_quantile, t_quantile};
use seen::{Course, Seen};

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
/// # Two scores
///
/// How close a reviewer comes to the grades, and how much care that took, are two questions: who is
/// lenient but careful has little accuracy and much effort. Both are 0 at best.
///
/// ```text
/// g_e      = the known grade, else the peers' grade without review e: the other reviews, each
///            with the correction and the relative weight that the method gave it, and the prior
///            (the consensus where these weigh nothing)
/// accuracy = - mean of (total - g_e)^2                  bias included
/// effort   = - sum of (total - g_e - bias)^2 / m        by the method's bias where it has one,
///            - the same / (m - 1)                       else by the mean of the total - g_e
/// ```
///
/// Leaving the own review out matters: with it, who reviews a work with one other is half as far
/// from the grade as the other says. On simulated agents (Burrell and Schoenebeck, EC 2023: 100
/// students, 10 assignments of 4 reviews, half of them active, by the plain mean) effort finds the
/// active with an AUC of .94, accuracy with .79. To rank reviewers by true accuracy it is the other
/// way round: published for a score without bias is a Kendall tau of .29, for one with it .75.
///
/// [`accuracy_bound`](Self::accuracy_bound), [`effort_bound`](Self::effort_bound) and
/// [`precision_bound`](Self::precision_bound) are what a badge or a penalty should rest on: they
/// allow for luck, by chi-square with the number of reviews. With fewer than 4 reviews that can be
/// compared, numbers stay visible but [`is_publishable`](Self::is_publishable) says no.
///
/// # Agreement and completeness
///
/// [`agreement`](Self::agreement) is the share of scores that are the median of the others' on the
/// same work and criterion, to half a step: what a reviewer can see and count.
/// [`correlation`](Self::correlation), of the totals with `g_e`, does not see leniency or a narrow
/// use of the scale: it says whether the better works got the better scores. By
/// [`with_plan`](Self::with_plan) the report knows what was asked, and so
/// [`completeness`](Self::completeness).
///
/// # Flags
///
/// A bias is flagged beyond three standard errors, the larger of the reviewer's own and that of all
/// reviewers pooled (a small own error is often luck): by chance alone at most about 3 in 1000
/// honest reviewers alike in noise exceed that. It must also matter, so it must exceed a tenth of
/// the range. See [`Flag`] for the other limits, and [`evidence`](Self::evidence) for the numbers
/// behind each.
///
/// When not to use it: do not grade reviewers by these numbers where they gave fewer than 4
/// reviews, and not by a single course. Consensus is not truth: where most reviewers are lenient
/// the honest look harsh, unless staff graded some works.
///
/// O(reviews x criteria) time, each work's reviews sorted, and O(people + submissions + reviews)
/// space; a getter of a bound takes O(reviews of the person).
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
    seen: Vec<Seen>,
    bias: Column,
    precision: Column,
    /// Minus the effort, in points^2.
    scatter: Column,
    /// One bit a flag.
    flags: Vec<u16>,
    /// How many reviews were asked of each person, and how many of these were given.
    asked: Option<Vec<(u32, u32)>>,
    limits: Limits,
    /// The variance of rounding totals to the levels, in points^2.
    rounding: f64,
}

impl ReviewerReport {
    /// The fewest reviews that can be compared of a reviewer whose scores may be shown to others.
    pub const FEWEST: u32 = 4;

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
        let limits = Limits::new(reviews, course.comparable, &seen);
        let column = |value: &(dyn Fn(usize) -> Option<f64> + Sync)| {
            // Beyond the largest double counts as missing.
            let finite = |i| value(i).filter(|x| x.is_finite()).unwrap_or(MISSING);
            Column::from_raw(chunks::column(people, finite))
        };
        let unit = course.unit;
        let person = |i: usize| PersonId::new(to_u32(i));
        let bias = column(&|i| grades.bias(person(i)).or_else(|| seen[i].bias().map(|b| b * unit)));
        let flag = |i: usize| {
            let bias = bias.get(i).unwrap_or(0.0);
            let raised = Flag::ALL.into_iter().filter(|&flag| limits.raises(&seen[i], bias, flag));
            raised.fold(0, |bits, flag| bits | flag.bit())
        };
        Ok(Self {
            flags: chunks::column(people, flag),
            precision: column(&|i| {
                let own = || seen[i].variance().filter(|&v| v > 0.0).map(|v| 1.0 / v / unit / unit);
                grades.precision(person(i)).or_else(own)
            }),
            scatter: column(&|i| {
                let squares = scatter(&seen[i], grades.bias(person(i)).map(|bias| bias / unit))?;
                Some(squares * unit * unit)
            }),
            rounding: rounding(reviews),
            asked: None,
            limits,
            bias,
            seen,
        })
    }

    /// The same report, with what was asked of people: a plan's
    /// [`graph`](crate::ReviewPlan::graph).
    ///
    /// # Errors
    ///
    /// The same, and [`OversightError::OtherPlan`] where the plan has other people or submissions.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::oversight::ReviewerReport;
    /// use peergrade::{Cohort, PersonId, ReviewGraph, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let (ben, work) = (PersonId::new(1), SubmissionId::new);
    /// let asked = ReviewGraph::from_pairs(3, 3, &[(work(0), ben), (work(2), ben)])?;
    ///
    /// let cohort = Cohort::individuals(3)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// rows.add(work(0), ben, &[7.0])?;
    /// let reviews = rows.build()?;
    /// let grades = Mean.aggregate(&reviews)?;
    ///
    /// let report = ReviewerReport::with_plan(&reviews, &grades, &asked)?;
    /// assert_eq!((report.asked(ben), report.completeness(ben)), (Some(2), Some(0.5)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_plan(
        reviews: &Reviews,
        grades: &Gradebook,
        asked: &ReviewGraph,
    ) -> Result<Self, OversightError> {
        let graph = reviews.graph();
        for (what, given, expected) in [
            ("people", asked.people(), graph.people()),
            ("submissions", asked.submissions(), graph.submissions()),
        ] {
            if given != expected {
                return Err(OversightError::OtherPlan { what, given, expected });
            }
        }
        let count = |i: usize| {
            let person = PersonId::new(to_u32(i));
            let wanted = asked.submissions_of(person);
            let given = wanted.iter().filter(|&&s| graph.contains(s, person)).count();
            (to_u32(wanted.len()), to_u32(given))
        };
        let report = Self::new(reviews, grades)?;
        Ok(Self { asked: Some(chunks::column(graph.people(), count)), ..report })
    }

    fn seen(&self, person: PersonId) -> Option<&Seen> {
        self.seen.get(person.index())
    }

    /// What was seen of somebody with at least so many reviews that can be compared.
    fn compared_at_least(&self, person: PersonId, fewest: u32) -> Option<&Seen> {
        self.seen(person).filter(|seen| seen.compared >= fewest)
    }

    /// How many people there are, reviewers or not.
    #[must_use]
    pub fn people(&self) -> usize {
        self.seen.len()
    }

    /// How many reviews a person gave; 0 for a stranger.
    #[must_use]
    pub fn given(&self, person: PersonId) -> u32 {
        self.seen(person).map_or(0, |seen| seen.given)
    }

    /// How many of them can be compared: with other reviews or with a known grade.
    #[must_use]
    pub fn compared(&self, person: PersonId) -> u32 {
        self.seen(person).map_or(0, |seen| seen.compared)
    }

    /// Whether there are enough reviews that can be compared, [`FEWEST`](Self::FEWEST), to show the
    /// scores of a person to others, or to let anything depend on them.
    #[must_use]
    pub fn is_publishable(&self, person: PersonId) -> bool {
        self.compared(person) >= Self::FEWEST
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
        let seen = self.seen(person)?;
        let variance = seen.variance()?;
        let error = self.limits.unit * math::sqrt(variance / f64::from(seen.compared));
        Some(error).filter(|error| error.is_finite())
    }

    /// The interval around the [`bias`](Self::bias) which is to hold the true one with probability
    /// `level`: `bias -+ quantile of Student's t x standard error`, with m - 1 degrees of freedom.
    /// A gradebook keeps no standard error of a method's bias, so around that one too; it is then
    /// somewhat too wide. `None` with fewer than two reviews that can be compared, and for a level
    /// that is not between 0 and 1.
    #[must_use]
    pub fn bias_interval(&self, person: PersonId, level: f64) -> Option<Interval> {
        let alpha = alpha(level)?;
        let bias = self.bias(person)?;
        let error = self.bias_std_error(person)?;
        let half = t_quantile(1.0 - 0.5 * alpha, self.compared(person) - 1) * error;
        let interval = Interval { low: bias - half, high: bias + half };
        (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
    }

    /// The precision of a person, 1 / points^2. `None` with fewer than two reviews that can be
    /// compared, and where their deviations are equal.
    #[must_use]
    pub fn precision(&self, person: PersonId) -> Option<f64> {
        self.precision.get(person.index())
    }

    /// What the precision exceeds with probability `level`: `precision x q / (m - 1)`, q the
    /// `1 - level` quantile of chi-square with m - 1 degrees of freedom. `None` as
    /// [`precision`](Self::precision), with fewer than two reviews that can be compared, and for a
    /// level that is not between 0 and 1.
    #[must_use]
    pub fn precision_bound(&self, person: PersonId, level: f64) -> Option<f64> {
        let alpha = alpha(level)?;
        let seen = self.compared_at_least(person, 2)?;
        let quantile = chi_square_quantile(alpha, seen.compared - 1);
        Some(self.precision(person)? * quantile / seen.freedom())
    }

    /// Minus the mean squared distance of the totals to the grades, in points^2: 0 at best. `None`
    /// where nothing can be compared.
    #[must_use]
    pub fn accuracy(&self, person: PersonId) -> Option<f64> {
        let seen = self.compared_at_least(person, 1)?;
        let unit = self.limits.unit;
        Some(-(seen.missed_by() * unit * unit)).filter(|score| score.is_finite())
    }

    /// What the expected accuracy exceeds with probability `level`: the [`accuracy`](Self::accuracy)
    /// times m over the `1 - level` quantile of chi-square with m degrees of freedom. More than
    /// that where there is a bias, which varies less than noise does. Totals that come closer to
    /// the grades than rounding to the levels does (step^2 / 12) count as that far, so that
    /// nobody is faultless by a few hits. `None` where nothing can be compared, and for a level
    /// that is not between 0 and 1.
    #[must_use]
    pub fn accuracy_bound(&self, person: PersonId, level: f64) -> Option<f64> {
        let alpha = alpha(level)?;
        let missed = -self.accuracy(person)?;
        let compared = self.compared(person);
        let factor = f64::from(compared) / chi_square_quantile(alpha, compared);
        self.bound(missed, factor)
    }

    /// Minus the variance of the distances around the bias, in points^2: 0 at best. `None` with
    /// fewer than two reviews that can be compared.
    #[must_use]
    pub fn effort(&self, person: PersonId) -> Option<f64> {
        Some(-self.scatter.get(person.index())?)
    }

    /// What the expected effort exceeds with probability `level`, as
    /// [`accuracy_bound`](Self::accuracy_bound) but with m - 1 degrees of freedom.
    #[must_use]
    pub fn effort_bound(&self, person: PersonId, level: f64) -> Option<f64> {
        let alpha = alpha(level)?;
        let scatter = -self.effort(person)?;
        let seen = self.compared_at_least(person, 2)?;
        let factor = seen.freedom() / chi_square_quantile(alpha, seen.compared - 1);
        self.bound(scatter, factor)
    }

    fn bound(&self, squares: f64, factor: f64) -> Option<f64> {
        let bound = -(math::max(squares, self.rounding) * factor);
        bound.is_finite().then_some(bound)
    }

    /// The share of a person's scores that are the median of the others' scores of the same work
    /// and criterion, to half a step; on a scale without steps to a twentieth of its range. `None`
    /// where nobody else reviewed the same works.
    #[must_use]
    pub fn agreement(&self, person: PersonId) -> Option<f64> {
        let seen = self.seen(person).filter(|seen| seen.scores > 0)?;
        Some(f64::from(seen.agreeing) / f64::from(seen.scores))
    }

    /// The correlation of a person's totals with the grades without them, from -1 to 1. `None`
    /// with fewer than three reviews that can be compared, and where the totals or the grades are
    /// all equal.
    #[must_use]
    pub fn correlation(&self, person: PersonId) -> Option<f64> {
        self.seen(person)?.correlation
    }

    /// How many reviews were asked of a person. `None` without a plan and for a stranger.
    #[must_use]
    pub fn asked(&self, person: PersonId) -> Option<u32> {
        Some(self.asked.as_ref()?.get(person.index())?.0)
    }

    /// The share of the reviews asked of a person that were given. `None` without a plan and where
    /// nothing was asked.
    #[must_use]
    pub fn completeness(&self, person: PersonId) -> Option<f64> {
        let &(asked, given) = self.asked.as_ref()?.get(person.index())?;
        (asked > 0).then(|| f64::from(given) / f64::from(asked))
    }

    /// How many reviews a person gave that were not asked. `None` without a plan and for a
    /// stranger.
    #[must_use]
    pub fn unasked(&self, person: PersonId) -> Option<u32> {
        let &(_, given) = self.asked.as_ref()?.get(person.index())?;
        Some(self.given(person) - given)
    }

    /// What a review of a person weighs on average in what peers say of a submission, whether or
    /// not staff override it, from 0 to 1. `None` without reviews.
    #[must_use]
    pub fn weight(&self, person: PersonId) -> Option<f64> {
        let seen = self.seen(person).filter(|seen| seen.given > 0)?;
        Some(seen.weight / f64::from(seen.given))
    }

    /// The numbers behind a flag and their limits, for anybody, flagged or not: a flag is raised
    /// where all of them hold. Nothing for a stranger.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::oversight::{Flag, ReviewerReport};
    /// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(3)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
    /// rows.add(SubmissionId::new(0), PersonId::new(2), &[9.0])?;
    /// let reviews = rows.build()?;
    /// let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews)?)?;
    /// let facts: Vec<_> = report.evidence(PersonId::new(2), Flag::Lenient).collect();
    /// assert_eq!(
    ///     facts[0].to_string(),
    ///     "reviews that can be compared: 1 (flagged if at least 4)"
    /// );
    /// assert!(!facts[0].holds() && facts[1].holds());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evidence(&self, person: PersonId, flag: Flag) -> impl Iterator<Item = Fact> + use<> {
        let bias = self.bias(person).unwrap_or(0.0);
        let facts = self.seen(person).map(|seen| self.limits.facts(seen, bias, flag));
        facts.into_iter().flatten().flatten()
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

/// One minus a level that is between 0 and 1.
fn alpha(level: f64) -> Option<f64> {
    // The difference rounds to 0, which has no quantile, for a level next to 1.
    (level > 0.0 && level < 1.0).then(|| math::max(1.0 - level, f64::EPSILON))
}

/// Minus the effort in the unit, by the method's bias where there is one.
fn scatter(seen: &Seen, bias: Option<f64>) -> Option<f64> {
    if seen.compared < 2 {
        return None;
    }
    Some(match bias {
        Some(bias) => {
            let off = seen.missed - bias;
            seen.missed_squares / f64::from(seen.compared) + off * off
        }
        None => seen.missed_squares / seen.freedom(),
    })
}

/// The variance of rounding a total to the levels of its criteria: `step^2 / 12` each.
fn rounding(reviews: &Reviews) -> f64 {
    let criteria = reviews.rubric().criteria().iter();
    let variance = criteria.fold(0.0, |sum, criterion| {
        let step = criterion.weight() * criterion.scale().step().unwrap_or(0.0);
        sum + step * step / 12.0
    });
    math::min(variance, f64::MAX)
}
