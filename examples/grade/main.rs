//! A grade book from real reviews: CSV in, CSV out.
//!
//! ```text
//! cargo run --release --example grade -- reviews.csv --out grades.csv --reviewers reviewers.csv
//! ```

#[path = "../common/mod.rs"]
mod common;
mod output;
#[path = "../common/reviews/mod.rs"]
mod reviews;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, Progress, exit};
use peergrade::aggregate::{
    GradingPolicy, METHODS, SelfReviews, StaffGrades, by_name, default_method,
};
use peergrade::{Aggregator, Seed};
use reviews::{Input, Own};

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
    #[command(flatten)]
    input: Input,
    /// Learns from the works that staff graded by how much peers are too high or too low in all.
    #[arg(long)]
    staff_offset: bool,
    /// A staff grade counts as so many reviews beside those of peers, and does not override them.
    #[arg(long, value_name = "REVIEWS")]
    staff_reviews: Option<f64>,
    /// Where the grades go: submission, grade, `std_error`, low, high (90 % interval), reviews.
    #[arg(long, value_name = "grades.csv")]
    out: Option<PathBuf>,
    /// Where the reviewers go: reviewer, reviews, bias, precision, weight, flags, the ends of the
    /// interval of the bias, accuracy, effort, agreement.
    #[arg(long, value_name = "reviewers.csv")]
    reviewers: Option<PathBuf>,
    /// Prints the arithmetic of one grade.
    #[arg(long, value_name = "SUBMISSION")]
    explain: Option<String>,
    /// Prints the names of the methods.
    #[arg(long)]
    list_methods: bool,
    /// The only source of chance, for the methods that draw.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn method(name: &str) -> Result<String, String> {
    match by_name(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(format!("no such method; --list-methods names all {}", METHODS.len())),
    }
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
    let path = cli.reviews.as_deref().unwrap_or(Path::new("reviews.csv"));
    let course = reviews::read(path, &cli.input, &progress)?;
    if let Some(key) = &cli.explain
        && course.submissions.id(key).is_none()
    {
        return Err(format!("--explain: there is no submission `{key}`").into());
    }
    progress.step("grading");
    let grades = policy(cli).aggregate(&course.reviews)?;
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

/// The method that was asked for, and what staff and authors say beside it.
fn policy(cli: &Cli) -> GradingPolicy {
    let named = METHODS.iter().find(|method| Some(method.name()) == cli.method.as_deref());
    let method = named.map_or_else(default_method, |method| method.with_seed(Seed::new(cli.seed)));
    let own = match cli.input.self_reviews {
        Own::Error | Own::Drop => SelfReviews::Excluded,
        Own::Fallback => SelfReviews::WhereNoPeers,
        Own::Count => SelfReviews::Counted,
    };
    let staff = match cli.staff_reviews {
        Some(reviews) => StaffGrades::OneOfSet { reviews },
        None => StaffGrades::Override,
    };
    GradingPolicy::new(method).staff(staff).offset(cli.staff_offset).self_reviews(own)
}
