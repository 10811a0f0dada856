//! Jigsaw, pods or pairs from a roster: CSV in, CSV out.
//!
//! ```text
//! cargo run --release --example jigsaw -- roster.csv --topics 5 --out groups.csv --report report.json
//! ```
#![allow(clippy::print_stderr)] // a program talks to its user
#![allow(clippy::disallowed_types)] // and may look at the clock

#[path = "common/mod.rs"]
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use common::{Failure, Table, exit, failure, write_csv};
use peergrade::group::between_share;
use peergrade::{GroupSizes, Groups, Jigsaw, JigsawPlan, PersonId, Pods, Seed, Strata};
use serde_json::{Value, json};

/// Puts the people of a course into jigsaw groups, pods or pairs.
///
/// Writes one row per person, sorted by person: person,home,topic,role. The topic is empty for pods
/// and pairs; the role is empty for now. Tells on standard error how the groups came out.
#[derive(Parser)]
#[command(name = "jigsaw")]
struct Cli {
    /// CSV with a column `person`, and any columns to balance.
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
    /// Columns to spread evenly over the groups: combinations of categories first, each to within one
    /// person, and within them numbers by the sum of their standardised values. A missing number
    /// counts as the mean, a missing category as one of its own.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    balance: Vec<String>,
    /// Columns whose numbers are names of categories.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    categorical: Vec<String>,
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
    exit(run(&cli))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let roster = Roster::read(&cli.roster)?;
    if let Some(name) = cli.categorical.iter().find(|&name| !roster.header.contains(name)) {
        return Err(format!("{}: line 1: no column `{name}`", roster.file).into());
    }
    let columns: Vec<Column> = cli
        .balance
        .iter()
        .map(|name| roster.column(name, cli.categorical.contains(name)))
        .collect::<Result<_, _>>()?;
    let start = Instant::now();
    let strata =
        if columns.is_empty() { None } else { Some(strata(&columns, roster.people.len())?) };
    let (homes, plan) = form(cli, roster.people.len(), strata.as_ref())?;
    let seconds = start.elapsed().as_secs_f64();
    write_groups(&cli.out, &roster, &homes, plan.as_ref())?;
    let shares: Vec<Option<Share>> =
        columns.iter().map(|column| share(&homes, column)).collect::<Result<_, _>>()?;
    if let Some(path) = &cli.report {
        let report = report(&homes, plan.as_ref(), (&columns, &shares), seconds);
        std::fs::write(path, format!("{report:#}\n")).map_err(|error| failure(path, error))?;
    }
    match plan {
        Some(plan) => eprintln!("{}", plan.remainder()),
        None => eprintln!("{} people, {} groups", homes.people(), homes.len()),
    }
    notes(&roster, &homes, &columns, &shares);
    Ok(())
}

/// What this first form of balance did not do.
fn notes(roster: &Roster, homes: &Groups, columns: &[Column], shares: &[Option<Share>]) {
    let chance = chance(homes);
    for (column, share) in columns.iter().zip(shares) {
        if let Some((share, _)) = share.filter(|&(share, _)| share > chance) {
            eprintln!(
                "note: column {} is no better spread than by chance ({share:.3}, chance {chance:.3}): \
                 balance fewer columns",
                column.name
            );
        }
    }
    let unused = |name: &&String| name.starts_with("topic_") || *name == "utc_offset";
    for name in roster.header.iter().filter(unused) {
        eprintln!("note: the column {name} is not used yet");
    }
}

/// The share of a column between groups that a draw by lot has on average.
fn chance(homes: &Groups) -> f64 {
    let others = homes.people() - 1;
    if others == 0 { 0.0 } else { (homes.len() - 1) as f64 / others as f64 }
}

/// The homes, pods or pairs; and the whole plan of a jigsaw.
fn form(
    cli: &Cli,
    people: usize,
    strata: Option<&Strata>,
) -> Result<(Groups, Option<JigsawPlan>), Failure> {
    let seed = Seed::new(cli.seed);
    let pods = match (cli.mode, &cli.group_size) {
        (Mode::Pairs, _) => Pods::pairs(),
        (_, Some(sizes)) => Pods::within(sizes.clone()),
        (_, None) => Pods::new(GroupSizes::target(5).range(3..=6)),
    };
    if cli.mode != Mode::Jigsaw {
        let groups = match strata {
            Some(strata) => pods.form_spread(strata, seed)?,
            None => pods.form(people, seed)?,
        };
        return Ok((groups, None));
    }
    let mut jigsaw = Jigsaw::topics(cli.topics.unwrap_or(0))
        .redundancy(cli.redundancy)
        .expert_size(cli.expert_size);
    if let Some(sizes) = &cli.group_size {
        jigsaw = jigsaw.home_size(sizes.clone());
    }
    let plan = match strata {
        Some(strata) => jigsaw.form_spread(strata, seed)?,
        None => jigsaw.form(people, seed)?,
    };
    plan.verify(&jigsaw)?;
    Ok((plan.homes().clone(), Some(plan)))
}

/// A roster, sorted by person, so that the order of its rows changes nothing.
struct Roster {
    file: String,
    header: Vec<String>,
    /// The name of each person, the line, and the cells.
    people: Vec<(String, u64, csv::StringRecord)>,
}

impl Roster {
    fn read(path: &Path) -> Result<Self, Failure> {
        let mut table = Table::open(path)?;
        let key = table.column(&["person"])?;
        let header = table.header().to_vec();
        let mut people = Vec::new();
        while let Some(row) = table.next()? {
            people.push((row.key(key)?.to_owned(), row.line, row.cells().clone()));
        }
        people.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        if let Some(twice) = people.windows(2).find(|two| two[0].0 == two[1].0) {
            let (person, first, line) = (&twice[0].0, twice[0].1, twice[1].1);
            let text = format!("line {line}: person `{person}` is in line {first} already");
            return Err(failure(path, text));
        }
        Ok(Self { file: path.display().to_string(), header, people })
    }

    /// The column of this name: numbers, or categories when no cell is a number or the user said so.
    fn column(&self, name: &str, categorical: bool) -> Result<Column, Failure> {
        let file = &self.file;
        let Some(at) = self.header.iter().position(|column| column == name) else {
            return Err(format!("{file}: line 1: no column `{name}` to balance").into());
        };
        let cells = || self.people.iter().map(|row| row.2[at].trim());
        let numeric = cells().any(|cell| cell.parse::<f64>().is_ok());
        if categorical || (!numeric && cells().any(|cell| !cell.is_empty())) {
            let levels: BTreeSet<&str> = cells().collect();
            let number: BTreeMap<&str, u32> = levels.into_iter().zip(0..).collect();
            return Ok(Column {
                name: name.to_owned(),
                missing: cells().filter(|cell| cell.is_empty()).count(),
                data: Data::Levels(number.len(), cells().map(|cell| number[cell]).collect()),
            });
        }
        let mut values = Vec::with_capacity(self.people.len());
        for (cell, row) in cells().zip(&self.people) {
            match cell.parse::<f64>() {
                _ if cell.is_empty() => values.push(None),
                Ok(value) if value.is_finite() => values.push(Some(value)),
                _ => {
                    let line = row.1;
                    return Err(format!("{file}: line {line}: `{cell}` in column `{name}` is not a finite number (--categorical {name} makes names of its values)").into());
                }
            }
        }
        Ok(Column {
            name: name.to_owned(),
            missing: values.iter().filter(|value| value.is_none()).count(),
            data: Data::Numbers(standardised(&values)),
        })
    }
}

/// A column to balance.
struct Column {
    name: String,
    missing: usize,
    data: Data,
}

enum Data {
    /// Standardised; a missing value is 0, no opinion.
    Numbers(Vec<f64>),
    /// The number of levels, and the level of each person.
    Levels(usize, Vec<u32>),
}

/// Known values less their mean, over their standard deviation; 0 where it is missing or all are
/// equal.
fn standardised(values: &[Option<f64>]) -> Vec<f64> {
    let known = || values.iter().flatten();
    let count = known().count() as f64;
    let top = known().fold(0.0, |top: f64, x| if x.abs() > top { x.abs() } else { top });
    // Scaled, since a sum of huge numbers is infinite.
    let scale = if top > 0.0 { top } else { 1.0 };
    let mean = known().fold(0.0, |sum, x| sum + x / scale) / count;
    let off = |x: f64| x / scale - mean;
    let sum = known().fold(0.0, |sum, &x| sum + off(x) * off(x));
    let deviation = (sum / count).sqrt();
    let value = |x: f64| {
        if deviation > 1e-12 { off(x) / deviation } else { 0.0 }
    };
    values.iter().map(|x| x.map_or(0.0, value)).collect()
}

/// The order to spread: by the combination of categories, then by the sum of the numbers.
fn strata(columns: &[Column], people: usize) -> Result<Strata, Failure> {
    let mut sums = vec![0.0; people];
    let mut levels: Vec<Vec<u32>> = vec![Vec::new(); people];
    for column in columns {
        match &column.data {
            Data::Numbers(values) => sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x),
            Data::Levels(_, own) => levels.iter_mut().zip(own).for_each(|(all, &l)| all.push(l)),
        }
    }
    let distinct: BTreeSet<&Vec<u32>> = levels.iter().collect();
    let number: BTreeMap<&Vec<u32>, u32> = distinct.into_iter().zip(0..).collect();
    let category: Vec<u32> = levels.iter().map(|all| number[all]).collect();
    Ok(Strata::by_value(&sums)?.within(&category)?)
}

/// A share of a column between groups, and its weight.
type Share = (f64, f64);

/// The share of a column between groups, and its weight: its sum of squares once standardised. A
/// category is the weighted mean over the flags of its levels.
fn share(groups: &Groups, column: &Column) -> Result<Option<Share>, Failure> {
    let people = groups.people() as f64;
    match &column.data {
        Data::Numbers(values) => {
            let known = people - column.missing as f64;
            Ok(between_share(groups, values)?.map(|share| (share, known)))
        }
        Data::Levels(count, levels) => {
            if *count > 1_000 {
                let name = &column.name;
                return Err(format!("column `{name}` has {count} different values, more than the 1000 that can be balanced").into());
            }
            let (mut sum, mut weight) = (0.0, 0.0);
            for level in (0..).take(*count) {
                let flag: Vec<f64> = levels.iter().map(|&l| f64::from(l == level)).collect();
                let share_of_people = flag.iter().fold(0.0, |sum, x| sum + x) / people;
                let own = share_of_people * (1.0 - share_of_people);
                if let Some(share) = between_share(groups, &flag)? {
                    sum += own * share;
                    weight += own;
                }
            }
            Ok((weight > 0.0).then(|| (sum / weight, people)))
        }
    }
}

fn report(
    homes: &Groups,
    plan: Option<&JigsawPlan>,
    (columns, shares): (&[Column], &[Option<Share>]),
    seconds: f64,
) -> Value {
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut rows = Vec::new();
    for (column, share) in columns.iter().zip(shares) {
        if let Some((share, own)) = share {
            sum += share * own;
            weight += own;
        }
        rows.push(json!({
            "name": column.name,
            "kind": match column.data { Data::Numbers(_) => "numeric", Data::Levels(..) => "categorical" },
            "missing": column.missing,
            "between_share": share.map(|(share, _)| share),
        }));
    }
    json!({
        "sizes": homes.sizes().collect::<Vec<_>>(),
        "missing_topics": plan.map_or(0, missing_topics),
        "between_share": (weight > 0.0).then(|| sum / weight),
        "chance": chance(homes),
        "lower_bound": null,
        "method": if columns.is_empty() { "shuffle" } else { "serpentine" },
        "seconds": seconds,
        "columns": rows,
    })
}

/// Pairs of a home and a topic that nobody there has.
fn missing_topics(plan: &JigsawPlan) -> usize {
    plan.homes()
        .iter()
        .map(|(_, members)| {
            let topics: BTreeSet<_> = members.iter().map(|&p| plan.topic_of(p)).collect();
            plan.topics() - topics.len()
        })
        .sum()
}

fn write_groups(
    path: &Path,
    roster: &Roster,
    homes: &Groups,
    plan: Option<&JigsawPlan>,
) -> Result<(), Failure> {
    write_csv(path, &["person", "home", "topic", "role"], |writer| {
        for ((row, home), person) in roster.people.iter().zip(homes.assignment()).zip(0..) {
            let topic = plan.and_then(|plan| plan.topic_of(PersonId::new(person)));
            let topic = topic.map_or_else(String::new, |topic| topic.to_string());
            writer.write_record([&row.0, &home.to_string(), &topic, ""])?;
        }
        Ok(())
    })
}
