//! A review plan from a roster: CSV in, CSV out.
//!
//! ```text
//! cargo run --release --example assign -- --people people.csv --reviews 4 --out plan.csv
//! ```
#![allow(clippy::disallowed_types)] // a program has a clock

#[path = "common/mod.rs"]
mod common;
#[path = "common/course.rs"]
mod course;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{ArgGroup, Parser};
use common::{Failure, Progress, exit, failure, write_csv};
use course::{Course, numbered, read_pairs, read_people};
use peergrade::assign::Quality;
use peergrade::assign::quality::{Counts, Inflation};
use peergrade::{AssignError, Assigner, ReviewGraph, ReviewPlan, Seed};
use serde_json::json;

/// Says who reviews what.
///
/// Loads differ by at most one, nobody reviews their own or their team's work. An impossible
/// request ends with status 1 and a proof on stderr.
#[derive(Parser)]
#[command(name = "assign")]
#[command(group = ArgGroup::new("course").required(true))]
struct Cli {
    /// People 0..N-1, each with a submission of their own.
    #[arg(long, value_name = "N", group = "course")]
    count: Option<u32>,
    /// CSV with the column person and any of team, section, quota, reliability. A team has one
    /// submission, named by the team. Sections and reliabilities are read; no rule uses them yet.
    #[arg(long, value_name = "people.csv", group = "course")]
    people: Option<PathBuf>,
    /// Reviews for everybody without a quota of their own.
    #[arg(long, value_name = "K")]
    reviews: u32,
    /// CSV with the columns reviewer and submission: pairs that must not be.
    #[arg(long, value_name = "pairs.csv")]
    forbid: Option<PathBuf>,
    /// CSV with the columns reviewer and submission: reviews that stay.
    #[arg(long, value_name = "plan.csv")]
    keep: Option<PathBuf>,
    /// Exemplars (exemplar-0, exemplar-1, ...) that everybody reviews besides.
    #[arg(long, value_name = "E", default_value_t = 0)]
    exemplars: u32,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the plan goes: reviewer,submission.
    #[arg(long, value_name = "plan.csv")]
    out: PathBuf,
    /// Where loads, components and efficiency of the plan go; exemplars do not count there.
    #[arg(long, value_name = "report.json")]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Progress::new();
    progress.step("reading");
    let course = match &cli.people {
        Some(path) => read_people(path, cli.exemplars)?,
        None => numbered(cli.count.unwrap_or(0), cli.exemplars)?,
    };
    let each = cli.exemplars as usize;
    let mut assigner = Assigner::new(cli.reviews as usize).exemplars(course.exemplars(), each);
    if let Some(path) = &cli.forbid {
        assigner = assigner.forbid(read_pairs(path, &course)?);
    }
    if let Some(path) = &cli.keep {
        assigner = assigner.keep(read_pairs(path, &course)?);
    }
    progress.step("assigning");
    let start = Instant::now();
    let plan =
        assigner.assign(&course.cohort, Seed::new(cli.seed)).map_err(|error| match error {
            AssignError::Impossible(shortage) => {
                shortage.describe(|person| course.person(person), |work| course.work(work))
            }
            AssignError::KeptBarred { reviewer, submission, rule } => format!(
                "the kept review of `{}` by `{}` is against: {rule}",
                course.work(submission),
                course.person(reviewer),
            ),
            error => error.to_string(),
        })?;
    let seconds = start.elapsed().as_secs_f64();
    plan.verify(&course.cohort, &assigner)?;
    progress.step("writing");
    write_csv(&cli.out, &["reviewer", "submission"], |writer| {
        for (submission, reviewer) in plan.graph().iter() {
            writer.write_record([course.person(reviewer), course.work(submission)])?;
        }
        Ok(())
    })?;
    if let Some(path) = &cli.report {
        progress.step("measuring");
        report(path, &plan, &course, seconds)?;
    }
    progress.done();
    say!(
        "{} people, {} submissions, {} reviews: {}, {seconds:.3} s",
        course.cohort.people(),
        course.cohort.submissions(),
        plan.graph().reviews(),
        plan.strategy(),
    );
    for column in &course.unused {
        say!("note: no rule uses the column {column} yet");
    }
    Ok(())
}

fn report(path: &Path, plan: &ReviewPlan, course: &Course, seconds: f64) -> Result<(), Failure> {
    // Of the reviews of peers: exemplars are no part of the even spread.
    let peers = plan.graph().iter().filter(|(submission, _)| submission.get() < course.works);
    let works = course.works as usize;
    let peers = ReviewGraph::from_pairs(plan.graph().people(), works, &peers.collect::<Vec<_>>())?;
    let quality = Quality::measure(&peers, &course.cohort);
    let counts = quality.counts();
    // An estimate that did not converge is no figure to report.
    let inflation = quality.inflation().filter(Inflation::converged);
    // Exemplars tie together what would fall apart.
    let warnings = Counts::measure(plan.graph(), &course.cohort).warnings();
    let report = json!({
        "warnings": warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "given_min": counts.given().min(),
        "given_max": counts.given().max(),
        "received_min": counts.received().min(),
        "received_max": counts.received().max(),
        "components": counts.components(),
        "mutual_pairs": counts.mutual_pairs(),
        "four_cycles": counts.four_cycles(),
        "sigma2": quality.mixing().map(|mixing| mixing.sigma2()),
        "inflation": inflation.and_then(|inflation| inflation.value()),
        "efficiency": inflation.and_then(|inflation| inflation.efficiency()),
        "method": plan.strategy().to_string(),
        "seconds": seconds,
    });
    std::fs::write(path, format!("{report:#}\n")).map_err(|error| failure(path, error))
}
