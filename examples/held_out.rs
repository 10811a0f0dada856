//! Which method foresees ratings best that it was not shown: on any export, without true grades.
//!
//! ```text
//! cargo run --release --example held_out -- reviews.csv --methods all
//! ```

#[path = "common/mod.rs"]
mod common;
#[path = "common/reviews/mod.rs"]
mod reviews;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, Progress, cell, exit, failure, write_csv};
use peergrade::aggregate::{METHODS, Mean, by_name};
use peergrade::evaluate::{Baseline, HeldOut, HeldOutDifference, HeldOutScore};
use peergrade::{Aggregator, Seed};
use reviews::{Course, Input};

/// Hides a fifth of the ratings, predicts them from the rest, and compares methods.
///
/// reviews.csv is as for `grade`. A rating is the total of a review. Printed are the root mean
/// squared error in points (less is better), the mean log density in nats (more is better), and
/// both less those of the plain mean on the same ratings; behind +- stands the standard error over
/// draws. Beside the methods stand two baselines: the mean of the course, and the mean of the
/// submission plus the mean residual of the reviewer.
#[derive(Parser)]
#[command(name = "held_out")]
struct Cli {
    /// CSV with the columns submission (or item), reviewer (or rater), score and, optionally,
    /// criterion.
    reviews: PathBuf,
    /// `all`, or names of methods with commas between.
    #[arg(long, default_value = "all", value_parser = methods)]
    methods: Methods,
    /// Which share of the ratings is hidden.
    #[arg(long, default_value_t = 0.2, value_parser = share)]
    share: f64,
    /// How often ratings are drawn, hidden and predicted.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    draws: u32,
    #[command(flatten)]
    input: Input,
    /// Where the table goes too.
    #[arg(long, value_name = "held_out.csv")]
    out: Option<PathBuf>,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone)]
struct Methods(Vec<String>);

fn methods(text: &str) -> Result<Methods, String> {
    if text == "all" {
        return Ok(Methods(METHODS.iter().map(|method| method.name().to_owned()).collect()));
    }
    let names = text.split(',').map(|name| {
        let method = by_name(name.trim()).ok_or_else(|| {
            let names: Vec<&str> = METHODS.iter().map(peergrade::aggregate::Method::name).collect();
            format!("no method `{}`; there are {}", name.trim(), names.join(", "))
        })?;
        Ok(method.name().to_owned())
    });
    names.collect::<Result<_, _>>().map(Methods)
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|&share| share > 0.0 && share < 1.0);
    share.ok_or_else(|| "not a number above 0 and below 1".to_owned())
}

/// A line of the table.
struct Line {
    name: String,
    score: HeldOutScore,
    to_mean: Option<HeldOutDifference>,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Progress::new();
    let course = reviews::read(&cli.reviews, &cli.input, &progress)?;
    let lines = evaluate(cli, &course, &progress)?;
    progress.done();
    if let Some(path) = &cli.out {
        write(path, &lines)?;
    }
    print(&course, &lines)
}

fn evaluate(cli: &Cli, course: &Course, progress: &Progress) -> Result<Vec<Line>, Failure> {
    let protocol = HeldOut::default().share(cli.share).draws(cli.draws);
    let score = |method: &dyn Aggregator| {
        progress.step(format!("predicting by {}", method.name()));
        let score = protocol.evaluate(&course.reviews, method, Seed::new(cli.seed));
        score.map_err(|error| failure(&cli.reviews, error))
    };
    let mean = score(&Mean)?;
    let line = |method: &dyn Aggregator| -> Result<Line, Failure> {
        let score = score(method)?;
        Ok(Line { name: method.name().to_owned(), to_mean: score.minus(&mean), score })
    };
    let mut lines = Vec::new();
    for baseline in Baseline::ALL {
        lines.push(line(&baseline)?);
    }
    for method in cli.methods.0.iter().filter_map(|name| by_name(name)) {
        lines.push(line(&*method)?);
    }
    Ok(lines)
}

fn print(course: &Course, lines: &[Line]) -> Result<(), Failure> {
    let graph = course.reviews.graph();
    let draws = lines[0].score.draws();
    let predicted = lines[0].score.predicted() as f64 / draws.len() as f64;
    say!("submissions  {}", graph.submissions());
    say!("reviews      {}", graph.reviews());
    say!("hidden       {predicted:.1} ratings in each of {} draws", draws.len());
    for note in &course.notes {
        say!("note         {note}");
    }
    let head = ["RMSE", "log score", "RMSE - mean's", "log score - mean's"];
    say!("\n{:<16} {:>20} {:>20} {:>20} {:>20}", "method", head[0], head[1], head[2], head[3]);
    for Line { name, score, to_mean } in lines {
        let own = [(score.rmse(), score.rmse_se()), (score.log_score(), score.log_score_se())];
        let [rmse, log] = own.map(|(value, se)| with_error(Some(value), se, false));
        let gain = |value: fn(&HeldOutDifference) -> (f64, Option<f64>)| {
            let (value, se) = to_mean.as_ref().map(value).unzip();
            with_error(value, se.flatten(), true)
        };
        let gain_rmse = gain(|gain| (gain.rmse, gain.rmse_se));
        let gain_log = gain(|gain| (gain.log_score, gain.log_score_se));
        say!("{name:<16} {rmse:>20} {log:>20} {gain_rmse:>20} {gain_log:>20}");
    }
    Ok(())
}

fn with_error(value: Option<f64>, std_error: Option<f64>, signed: bool) -> String {
    let value = match value {
        None => return String::new(),
        Some(value) if signed => format!("{value:+.4}"),
        Some(value) => format!("{value:.4}"),
    };
    std_error.map_or(value.clone(), |std_error| format!("{value} +-{std_error:.4}"))
}

fn write(path: &Path, lines: &[Line]) -> Result<(), Failure> {
    let header = [
        "method",
        "predicted",
        "rmse",
        "rmse_se",
        "log_score",
        "log_score_se",
        "d_rmse",
        "d_rmse_se",
        "d_log_score",
        "d_log_score_se",
    ];
    write_csv(path, &header, |writer| {
        for Line { name, score, to_mean } in lines {
            writer.write_record([
                name,
                &score.predicted().to_string(),
                &cell(Some(score.rmse())),
                &cell(score.rmse_se()),
                &cell(Some(score.log_score())),
                &cell(score.log_score_se()),
                &cell(to_mean.map(|gain| gain.rmse)),
                &cell(to_mean.and_then(|gain| gain.rmse_se)),
                &cell(to_mean.map(|gain| gain.log_score)),
                &cell(to_mean.and_then(|gain| gain.log_score_se)),
            ])?;
        }
        Ok(())
    })
}
