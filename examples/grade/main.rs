//! A grade book from real reviews: CSV in, CSV out.
//!
//! ```text
//! cargo run --release --example grade -- reviews.csv --out grades.csv --reviewers reviewers.csv
//! ```

mod collect;
#[path = "../common/mod.rs"]
mod common;
mod input;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use common::{Failure, Progress, exit};
use peergrade::aggregate::{METHODS, by_name, default_method};
use peergrade::{Duplicates, Scale};

/// Turns reviews into grades.
///
/// reviews.csv has the columns submission, reviewer and score, and one row per criterion where it
/// has the column criterion; the grade is then the sum over the criteria. Keys of submissions and
/// of reviewers are two name spaces. A submission that only staff.csv or authors.csv know is
/// listed too.
#[derive(Parser)]
#[command(name = "grade")]
struct Cli {
    /// CSV with the columns submission (or item), reviewer (or rater), score and, optionally,
    /// criterion.
    #[arg(required_unless_present = "list_methods")]
    reviews: Option<PathBuf>,
    /// The method; the library's default if none is named.
    #[arg(long, value_parser = method)]
    method: Option<String>,
    /// The range of one score and its step; the range of the scores if none is given.
    #[arg(long, value_name = "MIN..MAX[:STEP]", value_parser = scale, allow_hyphen_values = true)]
    scale: Option<Scale>,
    /// CSV with the columns submission and score: grades that override those of peers.
    #[arg(long, value_name = "staff.csv")]
    staff: Option<PathBuf>,
    /// CSV with the columns submission and person: who wrote what.
    #[arg(long, value_name = "authors.csv")]
    authors: Option<PathBuf>,
    /// What a second score for one submission, reviewer and criterion means.
    #[arg(long, value_enum, default_value_t = Policy::Error)]
    duplicates: Policy,
    /// What a review of one's own work means: an error, or left out of the grades.
    #[arg(long, value_enum, default_value_t = Refused::Error)]
    self_reviews: Refused,
    /// What a review without a score for some criterion means: an error, or left out.
    #[arg(long, value_enum, default_value_t = Refused::Error)]
    incomplete: Refused,
    /// Where the grades go: submission, grade, `std_error`, low, high (90 % interval), reviews.
    #[arg(long, value_name = "grades.csv")]
    out: Option<PathBuf>,
    /// Where the reviewers go: reviewer, reviews, bias, precision, weight, flags.
    #[arg(long, value_name = "reviewers.csv")]
    reviewers: Option<PathBuf>,
    /// Prints the arithmetic of one grade.
    #[arg(long, value_name = "SUBMISSION")]
    explain: Option<String>,
    /// Prints the names of the methods.
    #[arg(long)]
    list_methods: bool,
    /// The only source of chance; no method of today draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Policy {
    Error,
    First,
    Last,
    Mean,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Refused {
    Error,
    Drop,
}

impl From<Policy> for Duplicates {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Error => Self::Error,
            Policy::First => Self::First,
            Policy::Last => Self::Last,
            Policy::Mean => Self::Mean,
        }
    }
}

fn method(name: &str) -> Result<String, String> {
    match by_name(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(format!("no such method; --list-methods names all {}", METHODS.len())),
    }
}

fn scale(text: &str) -> Result<Scale, String> {
    let (range, step) = match text.split_once(':') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    let (min, max) = range.split_once("..").ok_or("not like 0..10 or 0..10:0.5")?;
    let number =
        |text: &str| text.trim().parse::<f64>().map_err(|_| format!("`{text}` is not a number"));
    let scale = match step {
        Some(step) => Scale::with_step(number(min)?, number(max)?, number(step)?),
        None => Scale::new(number(min)?, number(max)?),
    };
    scale.map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    if cli.list_methods {
        for method in METHODS {
            say!("{}\t{}", method.name(), method.summary());
        }
        return Ok(());
    }
    let progress = Progress::new();
    let course = input::read(cli, &progress)?;
    if let Some(key) = &cli.explain
        && course.submissions.id(key).is_none()
    {
        return Err(format!("--explain: there is no submission `{key}`").into());
    }
    progress.step("grading");
    let method = cli.method.as_deref().and_then(by_name).unwrap_or_else(default_method);
    let grades = method.aggregate(&course.reviews)?;
    progress.step("writing");
    if let Some(path) = &cli.out {
        output::write_grades(path, &course, &grades)?;
    }
    let report = output::report(&course, &grades)?;
    if let Some(path) = &cli.reviewers {
        output::write_reviewers(path, &course, &report)?;
    }
    progress.done();
    output::print_summary(&course, &grades, &report)?;
    match &cli.explain {
        Some(key) => output::explain(&course, &grades, key),
        None => Ok(()),
    }
}
