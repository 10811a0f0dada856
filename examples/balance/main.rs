//! Draws how even groups are: by chance, as [`GroupFormer`] makes them, and the best possible.
//!
//! ```text
//! cargo run --release --example balance -- --learners 1000 --svg balance.svg
//! cargo run --release --example balance -- --learners 10000 --data learners.csv
//! ```
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // a program has a clock

#[path = "../common/mod.rs"]
mod common;
mod draw;
mod learners;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::builder::RangedU64ValueParser as Range;
use clap::{Parser, ValueEnum};
use common::{Failure, Progress, exit, write_csv};
use learners::{Learners, NAMES};
use peergrade::group::{Effort, GroupReport, evaluate};
use peergrade::{GroupFormer, GroupSizes, Groups, Pods, Seed};

/// Divides simulated learners into groups, by chance and balanced, and tells and draws how much of
/// the differences between learners lies between the groups: 0 is perfect, 1 the worst.
#[derive(Parser)]
#[command(name = "balance")]
struct Cli {
    /// Learners.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = Range::<usize>::new().range(2..=10_000_000))]
    learners: usize,
    /// People of a group; one more or less where it must be.
    #[arg(long, value_name = "M", default_value_t = 5, value_parser = Range::<usize>::new().range(2..))]
    size: usize,
    /// How much work goes into the groups.
    #[arg(long, value_enum, default_value_t = Work::Good)]
    effort: Work,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the picture goes.
    #[arg(long, value_name = "out.svg")]
    svg: Option<PathBuf>,
    /// Where the learners go: person, and a column for each trait.
    #[arg(long, value_name = "learners.csv")]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Work {
    Fast,
    Good,
    Best,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Progress::new();
    progress.step("draw learners");
    let learners = Learners::draw(cli.learners, cli.seed);
    let seed = Seed::new(cli.seed);
    if let Some(path) = &cli.data {
        let header: Vec<&str> = std::iter::once("person").chain(NAMES).collect();
        write_csv(path, &header, |csv| {
            (0..).zip(&learners.rows).try_for_each(|(id, row): (u32, _)| csv.serialize((id, row)))
        })?;
    }
    let traits = learners.traits()?;
    let sizes = GroupSizes::target(cli.size);
    let former = GroupFormer::default().sizes(sizes).effort(match cli.effort {
        Work::Fast => Effort::Fast,
        Work::Good => Effort::Good,
        Work::Best => Effort::Best,
    });
    progress.step("form groups");
    let start = Instant::now();
    let formed = former.form(&traits, seed.derive("formed"))?;
    let seconds = start.elapsed().as_secs_f64();
    former.verify(&traits, formed.groups())?;
    let chance = Pods::new(sizes).form(cli.learners, seed.derive("chance"))?;
    progress.step("measure");
    let measure = |groups: &Groups| evaluate(&traits, groups, &former);
    let (before, after) = (measure(&chance)?, measure(formed.groups())?);
    progress.done();
    table(&before, &after)?;
    say!("{} groups, {} passes, {seconds:.2} s", after.groups(), formed.passes());
    if let Some(path) = &cli.svg {
        let groups = [&chance, formed.groups()];
        draw::draw(path, &learners, groups, [&before, &after])?;
        say!("wrote {}", path.display());
    }
    Ok(())
}

/// Shares of the differences that lie between groups.
fn table(before: &GroupReport, after: &GroupReport) -> Result<(), Failure> {
    say!("{:<12} {:>10} {:>10} {:>10}", "between", "by chance", "formed", "bound");
    for ((name, before), (_, after)) in shares(before).iter().zip(&shares(after)) {
        say!("{name:<12} {:>10.5} {:>10.5} {:>10.5}", before.0, after.0, after.1);
    }
    let (worst, score) = after.worst_group();
    say!("{:<12} {:>10.5} {:>10.5} {:>10.5}", "all", before.share(), after.share(), after.bound());
    say!("the worst group is {worst}, score {score:.2}; by chance {:.2}", before.worst_group().1);
    Ok(())
}

/// Of each column its name, share and bound. A column of equal values has no share.
fn shares(report: &GroupReport) -> Vec<(String, (f64, f64))> {
    let columns = report.columns().iter().map(|c| (c.name(), c.share(), c.bound()));
    let categories = report.categories().iter().map(|c| (c.name(), c.share(), c.bound()));
    columns
        .chain(categories)
        .map(|(name, share, bound)| (name.to_owned(), (share.unwrap_or(0.0), bound)))
        .collect()
}
