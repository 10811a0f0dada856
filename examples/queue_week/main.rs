//! A simulated week without a common deadline: the policies of the review queue side by side.
//!
//! ```text
//! cargo run --release --example queue_week
//! cargo run --release --example queue_week -- --no-shows 0.4 --target 3 --seeds 20
//! cargo run --release --example queue_week -- --policy random --backlog 100 --events log.csv
//! ```

#[path = "../common/mod.rs"]
mod common;
mod week;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use common::{Failure, Progress, exit, write_csv};
use peergrade::assign::quality::{Inflation, inflation, mixing};
use peergrade::assign::queue::Policy;
use peergrade::{PersonId, SubmissionId};
use week::{Event, Figures, Week};

/// Plays a week in which people hand in when they want, and review right after it.
///
/// They hand in at 7 days x sqrt(U), the rush before a deadline, and take 10 to 40 minutes a
/// review. Who is told to wait asks again after 30 minutes. Leases last 8 hours.
#[derive(Parser)]
#[command(name = "queue_week")]
struct Cli {
    /// Learners, each with one submission.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    learners: u32,
    /// Share of learners who give no review.
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    no_shows: f64,
    /// Share of learners who stop after some reviews.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    partial: f64,
    /// Share of these two who leave with a review open, which expires.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    abandon: f64,
    /// Reviews to give.
    #[arg(long, value_name = "K", default_value_t = 5)]
    reviews: u32,
    /// Reviews to receive.
    #[arg(long, value_name = "D", default_value_t = 5)]
    target: u32,
    /// Serve only while more works than this lack reviews.
    #[arg(long, value_name = "WORKS", default_value_t = 0)]
    backlog: u32,
    /// Reviews that a work may receive beyond the target before the end of the week.
    #[arg(long, value_name = "REVIEWS", default_value_t = u32::MAX, hide_default_value = true)]
    beyond: u32,
    /// One policy only.
    #[arg(long, value_enum)]
    policy: Option<Choice>,
    /// The first source of chance; the other runs take the numbers after it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs to average.
    #[arg(long, value_name = "RUNS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Where the events of the first run go: tick,event,person,submission.
    #[arg(long, value_name = "log.csv", requires = "policy")]
    events: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    Fifo,
    LeastReviewed,
    Random,
    CompletersFirst,
}

impl Choice {
    fn policy(self) -> Policy {
        match self {
            Self::Fifo => Policy::Fifo,
            Self::LeastReviewed => Policy::LeastReviewed,
            Self::Random => Policy::Random,
            Self::CompletersFirst => Policy::CompletersFirst,
        }
    }
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    for (name, share) in
        [("no-shows", cli.no_shows), ("partial", cli.partial), ("abandon", cli.abandon)]
    {
        if !(0.0..=1.0).contains(&share) {
            return Err(format!("--{name} {share} is not a share from 0 to 1").into());
        }
    }
    if cli.no_shows + cli.partial > 1.0 {
        return Err("--no-shows and --partial are more than everybody".into());
    }
    let progress = Progress::new();
    let choices = Choice::value_variants();
    let mut rows = Vec::new();
    for choice in choices.iter().filter(|&&c| cli.policy.is_none_or(|p| p as u8 == c as u8)) {
        let name = choice.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned());
        progress.step(format!("policy {name}"));
        rows.push((name, play(cli, *choice)?));
    }
    progress.done();
    say!("of {} works; completers gave all their {} reviews", cli.learners, cli.reviews);
    say!(
        "{:<16} {:>6} {:>7} {:>7} {:>10} {:>6} {:>6} {:>11} {:>6} {:>6} {:>6} {:>9}",
        "policy",
        "zero",
        "< d",
        "range",
        "completers",
        "attain",
        "least",
        "first/last",
        "others",
        "wait h",
        "sigma2",
        "inflation",
    );
    for (name, (figures, quality)) in rows {
        line(&name, &figures, quality)?;
    }
    Ok(())
}

fn line(name: &str, f: &Figures, (sigma2, inflation): Quality) -> Result<(), Failure> {
    let shown = |x: Option<f64>, digits: usize| x.map_or("-".into(), |x| format!("{x:.digits$}"));
    say!(
        "{name:<16} {:>5.1}% {:>6.1}% {:>7} {:>9.1}% {:>5.1}% {:>6.0} {:>11} {:>6.2} {:>6.2} {:>6} {:>9}",
        100.0 * f.zero,
        100.0 * f.under,
        format!("{:.0}..{:.0}", f.least, f.most),
        100.0 * f.full,
        100.0 * f.attainable,
        f.completer_least,
        format!("{:.1} / {:.1}", f.first, f.last),
        f.others,
        f.waited,
        shown(sigma2, 4),
        shown(inflation, 2),
    );
    Ok(())
}

/// Of the first run: how well its graph mixes, and what unknown severity costs.
type Quality = (Option<f64>, Option<f64>);

fn play(cli: &Cli, choice: Choice) -> Result<(Figures, Quality), Failure> {
    let mut figures = Vec::new();
    let mut quality = (None, None);
    for seed in cli.seed..cli.seed.saturating_add(cli.seeds) {
        let week = Week {
            learners: cli.learners,
            no_shows: cli.no_shows,
            partial: cli.partial,
            abandon: cli.abandon,
            reviews: cli.reviews,
            target: cli.target,
            policy: choice.policy(),
            backlog: cli.backlog,
            beyond: cli.beyond,
            seed,
        };
        let outcome = week.play()?;
        figures.push(Figures::of(&week, &outcome));
        if seed == cli.seed {
            let graph = outcome.queue.graph();
            let cost = inflation(&graph, 0.0).filter(Inflation::converged);
            quality = (
                mixing(&graph).map(|mixing| mixing.sigma2()),
                cost.and_then(|inflation| inflation.within()),
            );
            if let Some(path) = &cli.events {
                write_events(path, &outcome.log)?;
            }
        }
    }
    Ok((Figures::mean(&figures), quality))
}

fn write_events(path: &Path, log: &[Event]) -> Result<(), Failure> {
    let id = |id: Option<u32>| id.map_or_else(String::new, |id| id.to_string());
    write_csv(path, &["tick", "event", "person", "submission"], |writer| {
        for event in log {
            writer.write_record([
                event.at.to_string(),
                event.what.to_owned(),
                id(event.person.map(PersonId::get)),
                id(event.submission.map(SubmissionId::get)),
            ])?;
        }
        Ok(())
    })
}
