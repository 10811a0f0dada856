//! Every method on every scenario: the table that compares them, as text, JSON and SVG.
//!
//! ```text
//! cargo run --release --features rayon --example league
//! cargo run --release --features rayon --example league -- --methods mean,median,oracle \
//!     --scenarios bs-low --json league.json --svg charts
//! ```
#![allow(clippy::disallowed_types)] // a program has a clock

mod charts;
#[path = "../common/mod.rs"]
mod common;
mod json;
mod runs;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use common::{Failure, Progress, exit, failure};
use peergrade::aggregate::{METHODS, Method};
use peergrade::league::{Oracle, Row, Standings};
use peergrade::simulate::{SCENARIOS, Scenario};
use runs::{ATTACKS, Runs};

/// Compares methods on simulated courses whose truth is known.
///
/// All methods get the same courses. `d_rmse` is the difference to the plain mean, paired course by
/// course; se is a standard error over courses. Oracles look at the truth: `oracle-mean` is the mean
/// of the honest reviewers, `oracle` knows bias and precision of each besides.
///
/// Built with the feature rayon it uses all cores (`RAYON_NUM_THREADS` sets how many). Their number
/// changes no digit but of the times.
#[derive(Parser)]
#[command(name = "league")]
struct Cli {
    /// Scenarios, by name.
    #[arg(long, value_name = "all|NAME,...", value_delimiter = ',', default_value = "all")]
    #[arg(value_parser = scenario)]
    scenarios: Vec<String>,
    /// Methods, by name; oracles are methods too.
    #[arg(long, value_name = "all|NAME,...", value_delimiter = ',', default_value = "all")]
    #[arg(value_parser = method)]
    methods: Vec<String>,
    /// Learners of each course.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    learners: usize,
    /// Courses of each scenario.
    #[arg(long, value_name = "N", default_value_t = 20)]
    seeds: usize,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the rows go, one object each.
    #[arg(long, value_name = "out.json")]
    json: Option<PathBuf>,
    /// The folder of the charts: accuracy, damage, coverage and time, each an SVG.
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
    /// Learners of the largest course of the chart of times.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    largest: usize,
    /// Measures no time, so that two runs write the same bytes; there is no chart of times then.
    #[arg(long)]
    untimed: bool,
}

const ALL: &str = "all";

fn method_names() -> Vec<&'static str> {
    let methods = METHODS.iter().map(Method::name);
    methods.chain(Oracle::ALL.map(Oracle::name)).collect()
}

fn scenario_names() -> Vec<&'static str> {
    SCENARIOS.iter().map(Scenario::name).collect()
}

fn method(name: &str) -> Result<String, String> {
    known("method", name, &method_names())
}

fn scenario(name: &str) -> Result<String, String> {
    known("scenario", name, &scenario_names())
}

fn known(what: &str, name: &str, names: &[&str]) -> Result<String, String> {
    if name == ALL || names.contains(&name) {
        Ok(name.to_owned())
    } else {
        Err(format!("no such {what}; there are all, {}", names.join(", ")))
    }
}

/// The names asked for, each `all` spelled out.
fn spelled_out(asked: &[String], all: &[&'static str]) -> Vec<String> {
    let asked = asked.iter().map(String::as_str);
    let names = asked.flat_map(|name| if name == ALL { all.to_vec() } else { vec![name] });
    let mut chosen: Vec<String> = Vec::new();
    for name in names {
        if !chosen.iter().any(|other| other == name) {
            chosen.push(name.to_owned());
        }
    }
    chosen
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Arc::new(Progress::new());
    let runs = Runs::new(cli, progress.clone());
    let standings = runs.standings()?;
    // First of all, lest a file that cannot be written takes it along.
    progress.done();
    say!("{}", standings.to_string().trim_end());
    if let Some(path) = &cli.json {
        std::fs::write(path, json::of(&standings)?).map_err(|error| failure(path, error))?;
    }
    if let Some(folder) = &cli.svg {
        std::fs::create_dir_all(folder).map_err(|error| failure(folder, error))?;
        charts::accuracy(&folder.join("accuracy.svg"), &standings)?;
        charts::coverage(&folder.join("coverage.svg"), &standings)?;
        for attack in &ATTACKS {
            let file = folder.join(format!("damage-{}.svg", attack.name));
            charts::damage(&file, attack, &runs.damage(attack)?)?;
        }
        if let Some(scenario) = runs.timed().filter(|_| !cli.untimed) {
            let lines = runs.time(scenario, cli.largest)?;
            charts::time(&folder.join("time.svg"), scenario.name(), &lines)?;
        }
    }
    progress.done();
    nothing_failed_everywhere(&standings)
}

/// A league in which no method graded any course is no success.
fn nothing_failed_everywhere(standings: &Standings) -> Result<(), Failure> {
    let worked = |row: &Row| row.metric("rmse").is_some();
    match standings.rows().first() {
        Some(row) if !standings.rows().iter().any(worked) => {
            let why = row.error().unwrap_or("there is nothing to grade");
            Err(format!("no method graded any course: {why}").into())
        }
        _ => Ok(()),
    }
}
