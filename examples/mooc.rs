//! A simulated course from end to end: plan, reviews, grades, reviewer report, spot checks, groups.
//!
//! ```text
//! cargo run --release --example mooc
//! cargo run --release --example mooc -- --learners 1000000
//! ```
#![allow(clippy::disallowed_types)] // a program has a clock

#[path = "common/mod.rs"]
mod common;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use common::{Failure, Progress, exit, peak_memory};
use peergrade::aggregate::{Aggregator, Mean, default_method};
use peergrade::metrics::{coverage, mean_width, rmse};
use peergrade::oversight::{ReviewerReport, SpotChecks};
use peergrade::simulate::{Behaviour, Gaussian, Simulation, Truth};
use peergrade::{Assigner, Cohort, Gradebook, Jigsaw, Seed, SubmissionId};

/// Simulates a course in which people review one another's work, and runs it with peergrade.
///
/// Of the learners 10 % never review and 5 % review at random; the others differ in leniency and
/// care (model PG1).
#[derive(Parser)]
#[command(name = "mooc")]
struct Cli {
    /// Learners, each with one submission.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    learners: u32,
    /// Reviews for everybody.
    #[arg(long, value_name = "K", default_value_t = 5)]
    reviews: u32,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const NO_SHOW: f64 = 0.1;
const CARELESS: f64 = 0.05;
const TOPICS: usize = 5;

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

/// Prints what each step took and needed.
struct Steps {
    progress: Progress,
    start: Instant,
}

impl Steps {
    fn begin(&mut self, name: &str) {
        self.progress.step(name);
        self.start = Instant::now();
    }

    fn end(&self, name: &str, result: &str) -> Result<(), Failure> {
        let seconds = self.start.elapsed().as_secs_f64();
        let peak = peak_memory().map_or_else(|| "?".to_owned(), |mib| format!("{mib:.0}"));
        say!("{name:<16} {seconds:>8.3} s {peak:>6} MiB  {result}");
        Ok(())
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let seed = Seed::new(cli.seed);
    let mut steps = Steps { progress: Progress::new(), start: Instant::now() };
    say!("{:<16} {:>10} {:>10}", "step", "time", "peak");

    steps.begin("plan");
    let cohort = Cohort::individuals(cli.learners as usize)?;
    let assigner = Assigner::new(cli.reviews as usize);
    let plan = assigner.assign(&cohort, seed.derive("plan"))?;
    steps.end("plan", &format!("{} reviews: {}", plan.graph().reviews(), plan.strategy()))?;

    steps.begin("reviews");
    let simulation = Simulation::new(Gaussian::pg1())
        .behaviour(Behaviour::DropOut, NO_SHOW)
        .behaviour(Behaviour::Random, CARELESS);
    let (reviews, truth) =
        simulation.simulate(&cohort, &plan, seed.derive("reviews"))?.into_parts();
    drop(plan);
    steps.end("reviews", &format!("{} came in (simulated)", reviews.graph().reviews()))?;

    steps.begin("grades");
    let grades = default_method().aggregate(&reviews)?;
    let graded = grades.grades().flatten().count();
    steps.end("grades", &format!("{graded} grades by {}", grades.method()))?;

    steps.begin("mean");
    let mean = Mean.aggregate(&reviews)?;
    steps.end("mean", "for comparison")?;

    steps.begin("reviewer report");
    let report = ReviewerReport::new(&reviews, &grades)?;
    let flags = report.flagged().count();
    steps.end("reviewer report", &format!("{flags} flags"))?;
    drop(report);

    steps.begin("spot checks");
    let budget = cli.learners as usize / 100;
    let checks = SpotChecks::new(budget).plan(&reviews, &grades, seed.derive("checks"))?;
    steps.end("spot checks", &format!("{} works for staff to grade", checks.len()))?;

    steps.begin("groups");
    let jigsaw = Jigsaw::topics(TOPICS.min(cli.learners as usize));
    let groups = jigsaw.form(cli.learners as usize, seed.derive("groups"))?;
    let homes = groups.homes().len();
    steps.end("groups", &format!("{homes} homes, each with all {} topics", groups.topics()))?;
    steps.progress.done();

    say!("");
    summary(&grades, &mean, &truth)
}

/// What the method gained over the plain mean, against the truth that the simulation knows.
fn summary(grades: &Gradebook, mean: &Gradebook, truth: &Truth) -> Result<(), Failure> {
    let (ours, known) = with_truth(grades, truth);
    let (plain, _) = with_truth(mean, truth);
    if ours.is_empty() {
        say!("no submission was reviewed");
        return Ok(());
    }
    let (ours, plain) = (rmse(&ours, &known)?, rmse(&plain, &known)?);
    say!("error of the plain mean   {plain:.3} points (RMSE)");
    say!(
        "error of {:<16} {ours:.3} points, {:.1} % {}",
        grades.method(),
        100.0 * (1.0 - ours / plain).abs(),
        if ours <= plain { "less" } else { "more" },
    );
    let (intervals, known): (Vec<(f64, f64)>, Vec<f64>) = (0..)
        .map(SubmissionId::new)
        .zip(truth.grades())
        .filter_map(|(id, &grade)| {
            let interval = grades.interval(id, 0.9)?;
            Some((<(f64, f64)>::from(interval), grade))
        })
        .unzip();
    if !known.is_empty() {
        say!(
            "90 % intervals            hold {:.1} % of the true grades, {:.1} points wide",
            100.0 * coverage(&intervals, &known)?,
            mean_width(&intervals)?,
        );
    }
    Ok(())
}

/// The grades that there are, and the truth of the same submissions.
fn with_truth(grades: &Gradebook, truth: &Truth) -> (Vec<f64>, Vec<f64>) {
    let both = grades.grades().zip(truth.grades());
    both.filter_map(|(grade, &truth)| Some((grade?, truth))).unzip()
}
