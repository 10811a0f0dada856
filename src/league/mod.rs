//! The league: every method on every scenario, on the same courses.
//!
//! | name | row | source |
//! |---|---|---|
//! | any name of [`METHODS`](crate::aggregate::METHODS) | a method of this crate | see there |
//! | any other name | a method of your own | you |
//! | `oracle-mean` | [`Oracle::Mean`]: the mean of the honest reviewers | |
//! | `oracle` | [`Oracle::Posterior`]: the posterior mean with the reviewers known | Piech et al., EDM 2013 |
//!
//! Every course is simulated once and given to all methods, so that what differs between two rows
//! of a scenario is the method alone: differences to the plain mean are paired, course by course.
//! What is measured is the one list [`METRICS`].
//!
//! ```
//! use peergrade::aggregate::{Mean, Median};
//! use peergrade::league::League;
//! use peergrade::simulate;
//!
//! let standings = League::new()
//!     .method(Mean)
//!     .method(Median)
//!     .scenario(*simulate::by_name("bs-low").unwrap())
//!     .learners(100)
//!     .seeds(5)
//!     .run()?;
//! let median = standings.row("median", "bs-low").unwrap();
//! let rmse = median.metric("rmse").unwrap();
//! println!("RMSE {:.2}, {:+.2} to the mean", rmse.mean(), rmse.difference().unwrap());
//! print!("{standings}"); // the whole table
//! # Ok::<(), peergrade::league::LeagueError>(())
//! ```

mod cell;
mod detection;
mod evidence;
mod metric;
mod oracle;
mod reviewers;
mod standings;
mod summary;
mod table;

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;

pub use metric::{Better, METRICS, Metric};
pub use oracle::Oracle;
pub use standings::{Row, Standings};
pub use summary::Summary;

use crate::aggregate::{Aggregator, Mean};
use crate::chunks;
use crate::seed::Seed;
use crate::simulate::Scenario;
use cell::{Contestant, Course};

/// Runs methods on scenarios: what is compared, at which size, on how many courses.
///
/// ```text
/// x_mci                                         metric of method m on course i of scenario c
/// mean       = (1/n) sum_i x_mci                se = sd / sqrt(n)
/// difference = (1/n) sum_i (x_mci - x_0ci)      its se likewise, from the n differences
/// ```
///
/// `x_0` is the method called `mean`: yours if you bring one of that name, else [`Mean`]. Course `i`
/// of a scenario has the seed `seed.derive("i")`, the same for all scenarios, so that scenarios of
/// one law which differ in one setting are compared on the same draws. A metric is taken over the
/// submissions that have a review and no grade of staff and that the method graded; [`Row::graded`]
/// says how many those are. A standard error over few courses is itself unsure: with 5 of them by a
/// third.
///
/// With the feature `rayon` courses run in parallel; sums over courses are made in their order, so
/// that the standings are the same to the bit. Each course takes the time and memory of its
/// simulation and of the methods, one after another; O(scenarios x seeds x methods) numbers are kept.
///
/// When not to use it: to choose a method for a course of real people. A simulated course knows its
/// truth and obeys a law; staff grades of a sample of real works say more.
///
/// ```
/// use peergrade::aggregate::METHODS;
/// use peergrade::league::{League, Oracle};
/// use peergrade::simulate::SCENARIOS;
///
/// let league = League::new()
///     .methods(METHODS.iter().map(|method| method.aggregator()))
///     .oracles(Oracle::ALL)
///     .scenarios(SCENARIOS.iter().take(2).copied())
///     .learners(50)
///     .seeds(2);
/// assert_eq!(league.run()?.rows().len(), 2 * (METHODS.len() + 2));
/// # Ok::<(), peergrade::league::LeagueError>(())
/// ```
pub struct League {
    methods: Vec<Box<dyn Aggregator>>,
    oracles: Vec<Oracle>,
    scenarios: Vec<Box<dyn Scenario>>,
    learners: usize,
    seeds: usize,
    seed: Seed,
    clock: Option<Box<dyn Fn() -> f64 + Send + Sync>>,
    progress: Option<Box<Progress>>,
}

type Progress = dyn Fn(usize, usize) + Send + Sync;

/// Why a league cannot run. What a method or a scenario fails at is not among it: its rows say so.
///
/// ```
/// use peergrade::league::{League, LeagueError};
///
/// let error = League::new().run().unwrap_err();
/// assert_eq!(error, LeagueError::Empty { what: "method" });
/// assert_eq!(error.to_string(), "the league has no method");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LeagueError {
    /// Nothing to compare, or nothing to compare it on.
    #[error("the league has no {what}")]
    Empty {
        /// "method" or "scenario".
        what: &'static str,
    },
    /// Two of one name, whose rows nobody could tell apart.
    #[error("two {what}s are called `{name}`")]
    Duplicate {
        /// "method" or "scenario".
        what: &'static str,
        /// Their name.
        name: String,
    },
    /// Too few courses, or too many.
    #[error("{given} seeds, but there must be from 1 to {limit}")]
    Seeds {
        /// How many were asked for.
        given: usize,
        /// The most there can be.
        limit: usize,
    },
}

const MAX_SEEDS: usize = 1_000_000;

impl Default for League {
    fn default() -> Self {
        Self {
            methods: Vec::new(),
            oracles: Vec::new(),
            scenarios: Vec::new(),
            learners: 1000,
            seeds: 20,
            seed: Seed::new(1),
            clock: None,
            progress: None,
        }
    }
}

impl fmt::Debug for League {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("League")
            .field("methods", &self.methods)
            .field("oracles", &self.oracles)
            .field("scenarios", &self.scenarios)
            .field("learners", &self.learners)
            .field("seeds", &self.seeds)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl League {
    /// A league without methods and scenarios, of 20 courses of 1000 learners.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a method: one of this crate or of your own.
    #[must_use]
    pub fn method(mut self, method: impl Aggregator + 'static) -> Self {
        self.methods.push(Box::new(method));
        self
    }

    /// Adds methods, such as those of [`by_name`](crate::aggregate::by_name).
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Box<dyn Aggregator>>) -> Self {
        self.methods.extend(methods);
        self
    }

    /// Adds what no course could compute, to see how far from it the methods are.
    #[must_use]
    pub fn oracles(mut self, oracles: impl IntoIterator<Item = Oracle>) -> Self {
        self.oracles.extend(oracles);
        self
    }

    /// Adds a scenario: one of this crate or of your own.
    #[must_use]
    pub fn scenario(mut self, scenario: impl Scenario + 'static) -> Self {
        self.scenarios.push(Box::new(scenario));
        self
    }

    /// Adds scenarios, such as all [`SCENARIOS`](crate::simulate::SCENARIOS).
    #[must_use]
    pub fn scenarios<S: Scenario + 'static>(
        mut self,
        scenarios: impl IntoIterator<Item = S>,
    ) -> Self {
        self.scenarios.extend(scenarios.into_iter().map(|s| Box::new(s) as Box<dyn Scenario>));
        self
    }

    /// Sets the learners of each course; 1000 by default.
    #[must_use]
    pub fn learners(self, learners: usize) -> Self {
        Self { learners, ..self }
    }

    /// Sets the number of courses of each scenario; 20 by default.
    #[must_use]
    pub fn seeds(self, seeds: usize) -> Self {
        Self { seeds, ..self }
    }

    /// Sets what the courses are drawn from; `Seed::new(1)` by default.
    #[must_use]
    pub fn seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// Sets a clock in seconds, by which methods are timed. A library has none of its own: without
    /// this [`Row::seconds`] is `None`. Where courses larger than 4096 submissions run in parallel,
    /// the time of a method may hold work of another.
    ///
    /// ```
    /// use peergrade::aggregate::Mean;
    /// use peergrade::league::League;
    /// use peergrade::simulate::SCENARIOS;
    ///
    /// let start = std::time::Instant::now();
    /// let league = League::new().method(Mean).scenario(SCENARIOS[0]).learners(50).seeds(1);
    /// let standings = league.clock(move || start.elapsed().as_secs_f64()).run()?;
    /// assert!(standings.rows()[0].seconds().is_some());
    /// # Ok::<(), peergrade::league::LeagueError>(())
    /// ```
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self { clock: Some(Box::new(clock)), ..self }
    }

    /// Sets what is called after each course, with the number of those done and of all.
    #[must_use]
    pub fn progress(self, progress: impl Fn(usize, usize) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Box::new(progress)), ..self }
    }

    /// Runs every method on every course. A method that fails on a course, or a scenario that cannot
    /// be simulated, stops nothing: [`Row::error`] says what happened.
    ///
    /// # Errors
    ///
    /// [`LeagueError`] where there is no method or no scenario, two have one name, or the number of
    /// seeds is 0 or above a million.
    pub fn run(&self) -> Result<Standings, LeagueError> {
        self.check()?;
        let (contestants, shown) = self.contestants();
        let (seeds, cells) = (self.seeds, self.scenarios.len() * self.seeds);
        let done = AtomicUsize::new(0);
        let courses = chunks::each(cells, |cell| {
            let course = self.course(&contestants, cell / seeds, cell % seeds);
            if let Some(progress) = &self.progress {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, cells);
            }
            course
        });
        let reference = contestants.iter().position(|c| c.name() == REFERENCE).unwrap_or(0);
        let mut rows = Vec::with_capacity(self.scenarios.len() * shown);
        for (scenario, courses) in self.scenarios.iter().zip(courses.chunks(seeds)) {
            for (m, contestant) in contestants.iter().enumerate().take(shown) {
                let names = (contestant.name(), scenario.name());
                rows.push(Row::new(names, self.learners, courses, m, reference));
            }
        }
        Ok(Standings::new(rows))
    }

    fn course(&self, contestants: &[Contestant<'_>], scenario: usize, i: usize) -> Course {
        let seed = self.seed.derive(&i.to_string());
        let clock = self.clock.as_deref().map(|clock| clock as &dyn Fn() -> f64);
        match self.scenarios[scenario].simulate(self.learners, seed) {
            Ok(course) => Course::measure(&course, contestants, clock),
            Err(error) => Course::failed(&error, contestants.len()),
        }
    }

    /// All that run, and how many of them are shown: without a method of that name, the mean runs
    /// last and unseen.
    fn contestants(&self) -> (Vec<Contestant<'_>>, usize) {
        let methods = self.methods.iter().map(|method| Contestant::Method(&**method));
        let oracles = self.oracles.iter().map(|&oracle| Contestant::Oracle(oracle));
        let mut all: Vec<_> = methods.chain(oracles).collect();
        let shown = all.len();
        if all.iter().all(|contestant| contestant.name() != REFERENCE) {
            all.push(Contestant::Method(&Mean));
        }
        (all, shown)
    }

    fn check(&self) -> Result<(), LeagueError> {
        let methods = self.methods.iter().map(|method| method.name());
        let oracles = self.oracles.iter().map(|oracle| oracle.name());
        names("method", methods.chain(oracles).collect())?;
        names("scenario", self.scenarios.iter().map(|scenario| scenario.name()).collect())?;
        if (1..=MAX_SEEDS).contains(&self.seeds) {
            Ok(())
        } else {
            Err(LeagueError::Seeds { given: self.seeds, limit: MAX_SEEDS })
        }
    }
}

/// The name of the method to which all others are compared.
const REFERENCE: &str = "mean";

/// There is a name, and none twice.
fn names(what: &'static str, mut names: Vec<&str>) -> Result<(), LeagueError> {
    if names.is_empty() {
        return Err(LeagueError::Empty { what });
    }
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(LeagueError::Duplicate { what, name: pair[0].to_owned() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
