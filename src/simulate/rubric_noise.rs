//! Peers as noisy as those of real rubrics.

use super::law::{Model, Who};
use super::{JointTable, SimulateError, Truth, check, check_share};
use crate::math;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;
use crate::seed::Stream;

/// Peers who agree on each criterion as two peers of a [`JointTable`] do: the noise of a real rubric
/// of few levels.
///
/// ```text
/// t_uc ~ prior of table c               true level of work u on criterion c
/// z_uvc ~ channel of table c, row t_uc  report of reviewer v
/// s_uc = E[z_uvc | t_uc]                true grade, the expected report
/// ```
///
/// Criteria have weight 1 and the levels 0, 1, ..., one less than the table has; the total is their
/// sum. All reviewers are alike: there is no bias, precision or effort of a person to tell.
///
/// The true grade is what infinitely many peers would give on average, not the number of the true
/// level. That number is only the name of a class of works which peers see alike, and where the
/// best works do not get the best level from everybody, no mean of reports comes to it however many
/// there are: beside it every method would look biased by what is a property of the peers.
///
/// Two criteria of a work depend on each other as [`correlation`](Self::correlation) says; what a
/// peer reports on them, given their true levels, does not.
///
/// The tables of 1,944 criteria were published with Shnayder and Parkes, "Practical Peer Prediction
/// for Peer Assessment", HCOMP 2016. O(criteria x log levels) a draw; O(criteria x levels^2) space.
///
/// When not to use it: to study what a method learns of reviewers, since all are alike.
///
/// ```
/// use peergrade::simulate::{JointTable, RubricNoise, Simulation};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let ideas = JointTable::new(2, &[0.3, 0.15, 0.15, 0.4])?;
/// let style = JointTable::probit(&[0.1, 0.3, 0.6], 0.4)?;
/// let truths = style.expected_report();
/// let law = RubricNoise::default().criterion("ideas", ideas).criterion("style", style);
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let course = Simulation::new(law).simulate(&cohort, &graph, Seed::new(1))?;
/// assert_eq!(course.reviews().rubric().scale().max(), 3.0);
/// assert!(truths.contains(&course.truth().criterion_grades(1)[0]));
/// assert_eq!(course.truth().bias(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RubricNoise {
    criteria: Vec<Noisy>,
    correlation: f64,
}

/// A criterion.
#[derive(Debug, Clone, PartialEq)]
struct Noisy {
    name: Option<String>,
    table: JointTable,
    /// The true grade of each true level.
    grades: Vec<f64>,
    /// The expected true grade.
    mean: f64,
}

impl Noisy {
    fn new(name: Option<String>, table: JointTable) -> Self {
        let grades = table.expected_report();
        let mean = grades.iter().zip(table.prior()).fold(0.0, |sum, (grade, p)| sum + grade * p);
        Self { name, table, grades, mean }
    }

    fn scale(&self) -> Scale {
        Scale::from_levels(self.table.levels())
    }
}

/// The largest double below 1, the end of what a uniform of [0, 1) can be.
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

impl RubricNoise {
    /// A criterion for each of these tables: "criterion 1" and so on, but "score" where there is
    /// one.
    ///
    /// ```
    /// use peergrade::simulate::{JointTable, RubricNoise};
    ///
    /// let law = RubricNoise::new([JointTable::probit(&[0.1, 0.3, 0.6], 0.4)?]);
    /// assert_eq!(law.tables().count(), 1);
    /// # Ok::<(), peergrade::simulate::JointError>(())
    /// ```
    #[must_use]
    pub fn new(tables: impl IntoIterator<Item = JointTable>) -> Self {
        let criteria = tables.into_iter().map(|table| Noisy::new(None, table)).collect();
        Self { criteria, ..Self::default() }
    }

    /// Adds a criterion of this name. The default law has none.
    #[must_use]
    pub fn criterion(mut self, name: impl Into<String>, table: JointTable) -> Self {
        self.criteria.push(Noisy::new(Some(name.into()), table));
        self
    }

    /// Sets how the true levels of one work on two criteria go together: the correlation, from 0 to
    /// 1, of the normal numbers of which they are quantiles; 0, independent, by default.
    ///
    /// ```text
    /// x_uc = sqrt(r) g_u + sqrt(1 - r) e_uc,   g, e ~ N(0, 1)
    /// t_uc = quantile of the prior of table c at Phi(x_uc)
    /// ```
    ///
    /// Each criterion by itself keeps its table whatever the correlation. The levels themselves
    /// correlate less than x, and the reports still less. It takes levels for ordered, as those of
    /// rubrics are.
    #[must_use]
    pub fn correlation(self, correlation: f64) -> Self {
        Self { correlation, ..self }
    }

    /// The tables of the criteria, in order.
    pub fn tables(&self) -> impl Iterator<Item = &JointTable> {
        self.criteria.iter().map(|criterion| &criterion.table)
    }
}

impl Model for RubricNoise {
    /// All are alike.
    type Person = ();

    fn check(&self) -> Result<(), SimulateError> {
        let tables = self.criteria.len();
        check("the number of joint tables", tables as f64, tables > 0, "1 or more")?;
        check_share("the correlation of the criteria", self.correlation)
    }

    fn rubric(&self) -> Result<Rubric, SimulateError> {
        if let [only @ Noisy { name: None, .. }] = &self.criteria[..] {
            return Ok(Rubric::single(only.scale()));
        }
        let name = |(c, criterion): (usize, &Noisy)| {
            criterion.name.clone().unwrap_or_else(|| format!("criterion {}", c + 1))
        };
        let criteria = self.criteria.iter().enumerate();
        Ok(Rubric::new(criteria.map(|(c, noisy)| Criterion::new(name((c, noisy)), noisy.scale())))?)
    }

    fn expected(&self, criterion: usize) -> f64 {
        self.criteria[criterion].mean
    }

    fn criteria(&self) -> usize {
        self.criteria.len()
    }

    /// A true grade and a true level for each criterion.
    fn width(&self) -> usize {
        2 * self.criteria.len()
    }

    /// All draws are made whatever the correlation, and one criterion after another: so one more
    /// changes none before it.
    fn work(&self, stream: &mut Stream, work: &mut [f64]) {
        let (grades, levels) = work.split_at_mut(self.criteria.len());
        let common = math::sqrt(self.correlation) * stream.normal();
        let own = math::sqrt(1.0 - self.correlation);
        for ((criterion, grade), level) in self.criteria.iter().zip(grades).zip(levels) {
            let u = math::normal_cdf(common + own * stream.normal());
            let t = criterion.table.draw_level(math::min(u, BELOW_ONE));
            *grade = criterion.grades[t];
            *level = t as f64;
        }
    }

    fn person(&self, _who: Who, _stream: &mut Stream) {}

    fn see(&self, work: &[f64], _person: &(), stream: &mut Stream, scores: &mut [f64]) {
        let levels = &work[self.criteria.len()..];
        for ((criterion, &level), score) in self.criteria.iter().zip(levels).zip(scores) {
            // A level as it was drawn.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let t = level as usize;
            *score = criterion.table.draw_report(t, stream.unit()) as f64;
        }
    }

    fn bias(&self, _person: &()) -> Option<f64> {
        None
    }

    fn tell(&self, _people: &[()], _truth: &mut Truth) {}
}
