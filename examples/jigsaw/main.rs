//! Jigsaw, pods or pairs from a roster: CSV in, CSV out.
//!
//! ```text
//! cargo run --release --example jigsaw -- roster.csv --topics 5 --out groups.csv --report report.json
//! ```
#![allow(clippy::print_stderr)] // a program talks to its user
#![allow(clippy::disallowed_types)] // and may look at the clock

mod choose;
#[path = "../common/mod.rs"]
mod common;
mod form;
mod output;
mod roster;
mod story;
mod time;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use choose::{Asked, Chosen};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use common::{Failure, Progress, exit};
use roster::Roster;

/// Puts the people of a course into jigsaw groups, pods or pairs that are even in what the roster
/// tells of them.
///
/// Columns whose cells are all numbers are balanced: groups have the same mean. Other columns are
/// categories: every group gets its share of each value. Empty cells are fine. Writes one row per
/// person, sorted by person: person,home,topic,role. Tells on standard error how the groups came out.
#[derive(Parser)]
#[command(name = "jigsaw")]
struct Cli {
    /// CSV with a column `person` (or `id`, `item`) and any others. A jigsaw reads wishes from
    /// `topic_0`, `topic_1`, ...: ranks, or costs, the lower the better. Pods and pairs are formed
    /// of neighbours in time zones by `utc_offset`: +05:45, hours, or minutes; homes have as many
    /// waking hours in common as their topics allow. Hours at which people are busy, as
    /// 8AM;noon;13:00, are read from `busy_mon` to `busy_sun`.
    roster: PathBuf,
    /// Number of topics of the jigsaw.
    #[arg(long)]
    topics: Option<usize>,
    /// Sizes of homes or pods, both ends included, as 4..6; default any for homes, 3..6 for pods.
    #[arg(long, value_name = "MIN..MAX", value_parser = sizes)]
    group_size: Option<RangeInclusive<usize>>,
    /// What to form.
    #[arg(long, value_enum, default_value_t = Mode::Jigsaw)]
    mode: Mode,
    /// Experts per topic in every home.
    #[arg(long, default_value_t = 1)]
    redundancy: usize,
    /// The most people in one expert group.
    #[arg(long, default_value_t = 6)]
    expert_size: usize,
    /// Columns to spread evenly over the groups; default all that say something.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    balance: Vec<String>,
    /// Columns in which the people of a group are to be alike.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    similar: Vec<String>,
    /// Columns of which nobody is to be the only one of their kind in a group, where it can be.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    not_alone: Vec<String>,
    /// Columns whose numbers are names of categories.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    categorical: Vec<String>,
    /// A column whose values are never mixed in a pod or pair, as sections of a course.
    #[arg(long, value_name = "COLUMN")]
    section: Option<String>,
    /// Hours a week that the people of a group are to have time in common, where it can be: those of
    /// the hours in columns `busy_mon` to `busy_sun` at which none of them is busy.
    #[arg(long, default_value_t = 4, value_name = "HOURS")]
    meet: u32,
    /// CSV whose first two columns are people who are never in one group.
    #[arg(long, value_name = "pairs.csv")]
    apart: Option<PathBuf>,
    /// Roles, each held once in every group, as facilitator,scribe,timekeeper; in a group of fewer
    /// people somebody holds two, as scribe+timekeeper.
    #[arg(long, value_delimiter = ',', value_name = "ROLE,...")]
    roles: Vec<String>,
    /// What the topics are that a person did not rank: worse than the last ranked, or out of question.
    #[arg(long, value_enum, default_value_t = Unlisted::Last)]
    unlisted: Unlisted,
    /// The column of the names of people; default `person`, else `id`, else `item`.
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the groups go.
    #[arg(long, value_name = "groups.csv")]
    out: PathBuf,
    /// Where sizes, balance and time go.
    #[arg(long, value_name = "report.json")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Mode {
    Jigsaw,
    Pods,
    Pairs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Unlisted {
    Last,
    Forbidden,
}

fn sizes(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (lo, hi) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| text.trim().parse().map_err(|_| "not like 4..6".to_owned());
    Ok(number(lo)?..=number(hi.trim_start_matches('='))?)
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let wrong = |kind, message| Cli::command().error(kind, message).exit();
    if cli.mode == Mode::Jigsaw && cli.topics.is_none() {
        wrong(ErrorKind::MissingRequiredArgument, "a jigsaw needs --topics T");
    }
    if cli.mode == Mode::Pairs && cli.group_size.is_some() {
        wrong(ErrorKind::ArgumentConflict, "--group-size is not for pairs");
    }
    if cli.mode == Mode::Jigsaw && cli.section.is_some() {
        let message = "--section is not for a jigsaw: form one for each section";
        wrong(ErrorKind::ArgumentConflict, message);
    }
    exit(run(&cli))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Progress::new();
    let roster = Roster::read(&cli.roster, cli.person.as_deref())?;
    let zone = roster.header.iter().position(|name| name == "utc_offset");
    let mut used: Vec<usize> = zone.into_iter().collect();
    let own = |name: &String| is_wish(name) || time::busy_day(name).is_some();
    used.extend((0..roster.header.len()).filter(|&at| own(&roster.header[at])));
    let chosen = columns(cli, &roster, &used)?;
    let offsets = zone.map(|at| roster.offsets(at)).transpose()?;
    let time = time::read(cli, &roster, offsets.as_deref())?;
    progress.step("forming groups");
    let outcome = form::form(cli, &roster, &chosen, offsets, time);
    progress.done();
    let outcome = outcome?;
    output::write_groups(&cli.out, &roster, &outcome)?;
    if let Some(path) = &cli.report {
        let report = output::report(&roster, &chosen, &outcome);
        std::fs::write(path, format!("{report:#}\n"))
            .map_err(|error| common::failure(path, error))?;
    }
    story::tell(cli, &roster, &chosen, &outcome);
    Ok(())
}

/// The columns that count: those named, or all that say something.
fn columns(cli: &Cli, roster: &Roster, used: &[usize]) -> Result<Chosen, Failure> {
    let asked = Asked {
        balance: &cli.balance,
        similar: &cli.similar,
        not_alone: &cli.not_alone,
        section: cli.section.as_deref(),
        categorical: &cli.categorical,
    };
    choose::choose(roster, &asked, used)
}

/// Whether a column has the wishes for a topic: `topic_` and a number.
fn is_wish(name: &str) -> bool {
    let number = name.strip_prefix("topic_");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}
