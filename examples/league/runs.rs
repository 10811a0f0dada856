//! The courses that the program runs: those of the table, of attacks by share, of times by size.

use std::sync::Arc;
use std::time::Instant;

use peergrade::aggregate::by_name;
use peergrade::league::{League, Oracle, Row, Standings};
use peergrade::simulate::{
    self, Behaviour, BurrellSchoenebeck, Scenario, ScenarioError, Simulated, Simulation,
    StandardScenario,
};
use peergrade::{Assigner, Cohort, Seed};

use crate::common::{Failure, Progress};
use crate::{Cli, method_names, scenario_names, spelled_out};

/// Points of a line.
pub(crate) type Line = Vec<(f64, f64)>;

/// What the flags ask for.
pub(crate) struct Runs<'a> {
    cli: &'a Cli,
    methods: Vec<String>,
    progress: Arc<Progress>,
}

/// The shares of attackers.
const SHARES: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
/// A method that took longer is not asked for the next size.
const PATIENCE: f64 = 2.0;
/// Courses of each size, of which the middle time counts.
const REPEATS: u64 = 5;

impl<'a> Runs<'a> {
    pub(crate) fn new(cli: &'a Cli, progress: Arc<Progress>) -> Self {
        Self { cli, methods: spelled_out(&cli.methods, &method_names()), progress }
    }

    /// The table.
    pub(crate) fn standings(&self) -> Result<Standings, Failure> {
        Ok(self.league("courses", &self.methods).scenarios(self.scenarios()).run()?)
    }

    fn scenarios(&self) -> Vec<StandardScenario> {
        let names = spelled_out(&self.cli.scenarios, &scenario_names());
        names.iter().filter_map(|name| simulate::by_name(name).copied()).collect()
    }

    /// A league of these methods.
    fn league(&self, what: &'static str, methods: &[String]) -> League {
        let named = |oracle: &Oracle| methods.iter().any(|name| name == oracle.name());
        let progress = self.progress.clone();
        let league = League::new()
            .methods(methods.iter().filter_map(|name| by_name(name)))
            .oracles(Oracle::ALL.into_iter().filter(named))
            .learners(self.cli.learners)
            .seeds(self.cli.seeds)
            .seed(Seed::new(self.cli.seed))
            .progress(move |done, all| progress.step(format!("{what}: {done} of {all}")));
        if self.cli.untimed {
            return league;
        }
        let start = Instant::now();
        league.clock(move || start.elapsed().as_secs_f64())
    }

    /// RMSE of the works of honest authors by the share of attackers, for each method.
    pub(crate) fn damage(&self, attack: &Attack) -> Result<Vec<(String, Line)>, Failure> {
        let attacks = SHARES.map(|share| attacked(attack, share));
        let names: Vec<String> = attacks.iter().map(|attack| attack.name.clone()).collect();
        let standings = self.league("attacks", &self.methods).scenarios(attacks).run()?;
        let line = |method: &String| {
            let point = |(share, name): (&f64, &String)| {
                let row = standings.row(method, name)?;
                // Without attackers all are honest.
                let rmse = row.metric("honest_rmse").or_else(|| row.metric("rmse"))?;
                Some((*share, rmse.mean()))
            };
            (method.clone(), SHARES.iter().zip(&names).filter_map(point).collect())
        };
        Ok(self.methods.iter().map(line).collect())
    }

    /// The first scenario, whose courses are timed.
    pub(crate) fn timed(&self) -> Option<StandardScenario> {
        self.scenarios().first().copied()
    }

    /// Seconds by the number of learners, for each method but the oracles.
    pub(crate) fn time(
        &self,
        scenario: StandardScenario,
        largest: usize,
    ) -> Result<Vec<(String, Line)>, Failure> {
        let methods = self.methods.iter().filter(|name| by_name(name).is_some());
        let mut lines: Vec<(String, Line)> = methods.map(|name| (name.clone(), vec![])).collect();
        let tens = std::iter::successors(Some(100_usize), |n| n.checked_mul(10));
        let sizes = tens.flat_map(|n| [n, n.saturating_mul(3)]);
        for learners in sizes.take_while(|&n| n <= largest) {
            let patient = |line: &Line| line.last().is_none_or(|&(_, s)| s < PATIENCE);
            let left = lines.iter().filter(|(_, line)| patient(line));
            let left: Vec<String> = left.map(|(name, _)| name.clone()).collect();
            if left.is_empty() {
                break;
            }
            let mut seconds = vec![Vec::new(); lines.len()];
            for repeat in 0..REPEATS {
                // One course at a time, so that no other takes the processor.
                let league = self.league("sizes", &left).scenario(scenario);
                let seed = Seed::new(self.cli.seed.wrapping_add(repeat));
                let standings = league.learners(learners).seeds(1).seed(seed).run()?;
                for (seconds, (name, _)) in seconds.iter_mut().zip(&lines) {
                    let row = standings.row(name, scenario.name());
                    seconds.extend(row.and_then(Row::seconds));
                }
            }
            for (mut seconds, (_, line)) in seconds.into_iter().zip(&mut lines) {
                seconds.sort_by(f64::total_cmp);
                if let Some(&median) = seconds.get(seconds.len() / 2) {
                    line.push((learners as f64, median));
                }
            }
        }
        Ok(lines)
    }
}

/// A way to attack.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    behaviour: Behaviour,
}

pub(crate) const ATTACKS: [Attack; 3] = [
    Attack { name: "all-max", summary: "give 10 to everything", behaviour: Behaviour::ALL_MAX },
    Attack { name: "random", summary: "report at random", behaviour: Behaviour::Random },
    Attack {
        name: "low",
        summary: "score 4 points of 10 too low",
        behaviour: Behaviour::Low { by: 0.4 },
    },
];

/// Agents of whom a share attack.
fn attacked(attack: &Attack, share: f64) -> Attacked {
    let agents = Simulation::new(BurrellSchoenebeck::default());
    let simulation = agents.behaviour(attack.behaviour, share);
    Attacked { name: format!("{} {share}", attack.name), simulation }
}

#[derive(Debug)]
struct Attacked {
    name: String,
    simulation: Simulation,
}

impl Scenario for Attacked {
    fn name(&self) -> &str {
        &self.name
    }

    fn simulate(&self, learners: usize, seed: Seed) -> Result<Simulated, ScenarioError> {
        let cohort = Cohort::individuals(learners)?;
        let plan = Assigner::new(4).assign(&cohort, seed.derive("plan"))?;
        Ok(self.simulation.simulate(&cohort, &plan, seed)?)
    }
}
