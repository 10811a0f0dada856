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

use clap::{ArgGroup, Parser, ValueEnum};
use common::{Failure, Progress, exit, failure, write_csv};
use course::{Course, numbered, read_pairs, read_people};
use peergrade::assign::quality::{Counts, Inflation};
use peergrade::assign::{self, Quality, Shortfall};
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
    /// submission, named by the team. Where reliabilities are given, every submission gets reviewers
    /// of equal reliability in sum.
    #[arg(long, value_name = "people.csv", group = "course")]
    people: Option<PathBuf>,
    /// Reviews for everybody without a quota of their own.
    #[arg(long, value_name = "K")]
    reviews: u32,
    /// What sections mean: works of one's own section only, or of other ones only.
    #[arg(long, value_enum, default_value_t = Sections::Any)]
    sections: Sections,
    /// CSV with the columns reviewer and submission: pairs that must not be.
    #[arg(long, value_name = "pairs.csv")]
    forbid: Option<PathBuf>,
    /// The same: pairs that should not be, if that can be had.
    #[arg(long, value_name = "pairs.csv")]
    avoid: Option<PathBuf>,
    /// The same: pairs that should be, if that can be had.
    #[arg(long, value_name = "pairs.csv")]
    prefer: Option<PathBuf>,
    /// Plans of earlier rounds, none of whose pairs is to come again.
    #[arg(long, value_name = "plan.csv")]
    history: Vec<PathBuf>,
    /// CSV with the columns reviewer and submission: reviews that stay.
    #[arg(long, value_name = "plan.csv")]
    keep: Option<PathBuf>,
    /// Exemplars (exemplar-0, exemplar-1, ...) that everybody reviews besides.
    #[arg(long, value_name = "E", default_value_t = 0)]
    exemplars: u32,
    /// As many reviews as can be where the request is impossible; what is missing is told.
    #[arg(long)]
    best_effort: bool,
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

/// What sections mean.
#[derive(Clone, Copy, ValueEnum)]
enum Sections {
    /// Nothing.
    Any,
    /// Works of one's own section only.
    Same,
    /// No work of one's own section.
    Other,
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
    let assigner = rules(cli, &course)?;
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
    if course.has_sections && matches!(cli.sections, Sections::Any) {
        say!("note: sections bind nobody (--sections same or other says how)");
    }
    let unmet = [assigner.unmet_preferred(plan.graph()), assigner.unmet_avoided(plan.graph())];
    for (wish, pairs) in ["is not planned, though preferred", "is planned, though to be avoided"]
        .into_iter()
        .zip(unmet)
    {
        for (submission, reviewer) in pairs {
            let (work, person) = (course.work(submission), course.person(reviewer));
            say!("note: the review of `{work}` by `{person}` {wish}");
        }
    }
    for shortfall in plan.shortfalls(&course.cohort, &assigner)? {
        match shortfall {
            Shortfall::Given { reviewer, wanted, given } => {
                say!("note: `{}` gives {given} of {wanted} reviews", course.person(reviewer));
            }
            Shortfall::Received { submission, wanted, received } => {
                say!("note: `{}` receives {received} of {wanted} reviews", course.work(submission));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The rules that the options ask for.
fn rules(cli: &Cli, course: &Course) -> Result<Assigner, Failure> {
    let sections = match cli.sections {
        Sections::Any => assign::Sections::Any,
        Sections::Same => assign::Sections::Same,
        Sections::Other => assign::Sections::Other,
    };
    let each = cli.exemplars as usize;
    let mut assigner = Assigner::new(cli.reviews as usize)
        .exemplars(course.exemplars(), each)
        .sections(sections)
        .best_effort(cli.best_effort);
    if let Some(weights) = &course.reliability {
        assigner = assigner.reliability(weights);
    }
    let read = |path: &Option<PathBuf>| {
        path.as_ref().map_or(Ok(Vec::new()), |path| read_pairs(path, course))
    };
    assigner = assigner.forbid(read(&cli.forbid)?).keep(read(&cli.keep)?);
    assigner = assigner.avoid(read(&cli.avoid)?).prefer(read(&cli.prefer)?);
    for path in &cli.history {
        let pairs = read_pairs(path, course)?;
        let (people, works) = (course.cohort.people(), course.cohort.submissions());
        assigner = assigner.history(ReviewGraph::from_pairs(people, works, &pairs)?);
    }
    Ok(assigner)
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
