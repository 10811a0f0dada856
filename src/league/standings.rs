//! What a league ends with.

use super::cell::Course;
use super::metric::METRICS;
use super::summary::{Summary, mean};

/// The table of a league: a row for each scenario and method, in this order.
///
/// Written out (`{standings}`) it is a text table, a block for each scenario.
///
/// ```
/// use peergrade::aggregate::Mean;
/// use peergrade::league::League;
/// use peergrade::simulate::SCENARIOS;
///
/// let league = League::new().method(Mean).scenario(SCENARIOS[0]).learners(50).seeds(2);
/// let standings = league.run()?;
/// assert_eq!(standings.rows()[0].method(), "mean");
/// assert!(standings.row("median", SCENARIOS[0].name()).is_none());
/// # use peergrade::simulate::Scenario;
/// # Ok::<(), peergrade::league::LeagueError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standings {
    rows: Vec<Row>,
}

impl Standings {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self { rows }
    }

    /// All rows, by scenario and method in the order in which they were added.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of this method on this scenario.
    #[must_use]
    pub fn row(&self, method: &str, scenario: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.method == method && row.scenario == scenario)
    }
}

/// One method on one scenario.
///
/// ```
/// use peergrade::aggregate::Median;
/// use peergrade::league::League;
/// use peergrade::simulate::SCENARIOS;
///
/// let league = League::new().method(Median).scenario(SCENARIOS[0]).learners(50).seeds(2);
/// let standings = league.run()?;
/// let row = &standings.rows()[0];
/// assert_eq!((row.learners(), row.seeds(), row.error()), (50, 2, None));
/// assert!(row.metric("rmse").unwrap().difference().is_some());
/// assert!(row.metric("coverage90").is_none()); // the median has no intervals
/// # Ok::<(), peergrade::league::LeagueError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    method: String,
    scenario: String,
    learners: usize,
    seeds: usize,
    reviews: Option<f64>,
    gradable: f64,
    graded: Option<f64>,
    /// By position in [`METRICS`].
    metrics: Vec<Option<Summary>>,
    seconds: Option<f64>,
    failed: usize,
    error: Option<String>,
}

impl Row {
    /// The row of contestant `m` from all courses of a scenario.
    pub(super) fn new(
        (method, scenario): (&str, &str),
        learners: usize,
        courses: &[Course],
        m: usize,
        reference: usize,
    ) -> Self {
        let outcomes = || courses.iter().filter_map(|course| course.outcomes[m].as_ref().ok());
        let summary = |metric: usize| {
            let values = |m: usize| -> Vec<Option<f64>> {
                let value = |c: &Course| c.outcomes[m].as_ref().ok()?.values[metric];
                courses.iter().map(value).collect()
            };
            Summary::new(&values(m), &values(reference))
        };
        let mean_of = |numbers: Vec<f64>| mean(&numbers);
        let mut errors = courses.iter().filter_map(|course| course.outcomes[m].as_ref().err());
        Self {
            method: method.to_owned(),
            scenario: scenario.to_owned(),
            learners,
            seeds: courses.len(),
            reviews: mean_of(courses.iter().filter_map(|course| course.reviews).collect()),
            gradable: mean_of(courses.iter().map(|course| course.gradable as f64).collect())
                .unwrap_or(0.0),
            graded: mean_of(outcomes().map(|outcome| outcome.graded as f64).collect()),
            metrics: (0..METRICS.len()).map(summary).collect(),
            seconds: mean_of(outcomes().filter_map(|outcome| outcome.seconds).collect()),
            failed: courses.len() - outcomes().count(),
            error: errors.next().cloned(),
        }
    }

    /// The name of the method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The name of the scenario.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// Learners of each course.
    #[must_use]
    pub fn learners(&self) -> usize {
        self.learners
    }

    /// The number of courses, those on which the method failed among them.
    #[must_use]
    pub fn seeds(&self) -> usize {
        self.seeds
    }

    /// The mean number of reviews of a submission that has any; `None` without a course.
    #[must_use]
    pub fn reviews(&self) -> Option<f64> {
        self.reviews
    }

    /// The mean number of submissions of a course that have a review and no grade of staff.
    #[must_use]
    pub fn gradable(&self) -> f64 {
        self.gradable
    }

    /// How many of them the method graded, on average: what the metrics are taken over. `None` where
    /// it failed on every course.
    #[must_use]
    pub fn graded(&self) -> Option<f64> {
        self.graded
    }

    /// The metric of this name in [`METRICS`]. `None` where there is no such metric, and where no
    /// course gave it a value: coverage of a method without intervals.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<Summary> {
        let position = METRICS.iter().position(|metric| metric.name() == name)?;
        self.metrics[position]
    }

    /// The mean time that the method took for a course, in seconds; `None` without a clock.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// On how many courses the method failed, or the scenario did: they count in no metric.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// What the first of them said.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}
