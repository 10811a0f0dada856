//! How well simulated peers agree as real ones do: reads joint tables of rubric criteria, compares
//! each with what two simulated peers give, and grades a simulated course by such criteria.
//!
//! ```text
//! cargo run --release --example rubric_noise -- joint.csv
//! cargo run --release --example rubric_noise -- joint.csv --out criteria.csv
//! cargo run --release --example rubric_noise -- joint.csv --learners 1000 --reviews 4 --criteria 3
//! ```

#[path = "../common/mod.rs"]
mod common;
mod course;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, Row, Table, cell, exit, failure, write_csv};
use peergrade::simulate::{JointTable, PeerAgreement};

/// Compares joint tables of two peers with those of simulated peers; simulates a course by them.
///
/// The file has columns course, problem, criterion, `n_levels`, i, j, p: the probability p that, of
/// two random peers who assessed one work on this criterion, one gave level i and the other level j,
/// counted from 0. A cell that is not there is 0. Other columns are ignored.
#[derive(Parser)]
#[command(name = "rubric_noise")]
struct Cli {
    /// Joint tables, CSV.
    #[arg(value_name = "CSV")]
    joint: PathBuf,
    /// Writes a row for each criterion.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Simulates a course of so many learners, each with one submission, and grades it by every
    /// method.
    #[arg(long, value_name = "N")]
    learners: Option<usize>,
    /// Reviews for everybody in the course.
    #[arg(long, value_name = "K", default_value_t = 4, requires = "learners")]
    reviews: usize,
    /// Draws so many criteria of the file as the rubric of the course; without it, all criteria of a
    /// problem that is drawn.
    #[arg(long, value_name = "C", requires = "learners")]
    criteria: Option<usize>,
    /// The only source of chance in the course.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let criteria = read(&cli.joint)?;
    if let Some(out) = &cli.out {
        write(out, &criteria)?;
    }
    summary(&criteria)?;
    let Some(learners) = cli.learners else { return Ok(()) };
    say!("");
    let rubric = course::rubric(&criteria, cli.criteria, cli.seed)?;
    course::run(&rubric, learners, cli.reviews, cli.seed)
}

/// A criterion by course, problem and its own name.
type Key = [String; 3];

/// A criterion of a rubric.
struct Criterion {
    key: Key,
    table: JointTable,
}

/// The cells of a criterion on the way to a table.
struct Cells {
    key: Key,
    /// Where it begins in the file.
    line: u64,
    levels: usize,
    given: Vec<Option<f64>>,
}

/// The names of the columns that make the key.
const KEY: [&str; 3] = ["course", "problem", "criterion"];

/// The most levels of a criterion.
const MAX_LEVELS: usize = 64;

/// The criteria in the order of their first rows.
fn read(path: &Path) -> Result<Vec<Criterion>, Failure> {
    let mut file = Table::open(path)?;
    let mut key_columns = [0; 3];
    for (column, name) in key_columns.iter_mut().zip(KEY) {
        *column = file.column(&[name])?;
    }
    let levels_column = file.column(&["n_levels"])?;
    let (i, j, p) = (file.column(&["i"])?, file.column(&["j"])?, file.column(&["p"])?);
    let (mut places, mut all) = (BTreeMap::<Key, usize>::new(), Vec::<Cells>::new());
    while let Some(row) = file.next()? {
        let mut key = Key::default();
        for (part, column) in key.iter_mut().zip(key_columns) {
            row.key(column)?.clone_into(part);
        }
        let levels = whole(&row, levels_column, "n_levels", (2, MAX_LEVELS))?;
        let place = *places.entry(key.clone()).or_insert_with(|| {
            all.push(Cells { key, line: row.line, levels, given: vec![None; levels * levels] });
            all.len() - 1
        });
        let criterion = &mut all[place];
        if criterion.levels != levels {
            let (there, line) = (criterion.levels, criterion.line);
            return Err(row.failure(format!("n_levels {levels}, but {there} in line {line}")));
        }
        let (i, j) = (whole(&row, i, "i", (0, levels - 1))?, whole(&row, j, "j", (0, levels - 1))?);
        if criterion.given[i * levels + j].replace(row.number(p)?).is_some() {
            return Err(row.failure(format!("cell ({i}, {j}) of this criterion came before")));
        }
    }
    all.into_iter().map(|cells| table(path, cells)).collect()
}

/// The whole number in a column that has this name and these limits.
fn whole(row: &Row, column: usize, name: &str, limits: (usize, usize)) -> Result<usize, Failure> {
    let (low, high) = limits;
    let number = row.count(column)?.map(|number| number as usize);
    number.filter(|number| (low..=high).contains(number)).ok_or_else(|| {
        row.failure(format!("{name} `{}` is not from {low} to {high}", row.text(column)))
    })
}

fn table(path: &Path, criterion: Cells) -> Result<Criterion, Failure> {
    let Cells { key, line, levels, given } = criterion;
    let cells: Vec<f64> = given.into_iter().map(Option::unwrap_or_default).collect();
    let table = JointTable::new(levels, &cells).map_err(|error| {
        failure(path, format!("line {line}: criterion {}: {error}", key.join("/")))
    })?;
    Ok(Criterion { key, table })
}

fn write(path: &Path, criteria: &[Criterion]) -> Result<(), Failure> {
    let header = [
        "course",
        "problem",
        "criterion",
        "n_levels",
        "correlation",
        "simulated_correlation",
        "agreement",
        "simulated_agreement",
        "kappa",
        "simulated_kappa",
        "misfit",
    ];
    write_csv(path, &header, |writer| {
        for Criterion { key, table } in criteria {
            let (given, made) = (table.given(), table.achieved());
            let mut record = key.to_vec();
            record.push(table.levels().to_string());
            for number in [
                given.correlation(),
                made.correlation(),
                Some(given.agreement()),
                Some(made.agreement()),
                given.kappa(),
                made.kappa(),
                Some(table.misfit()),
            ] {
                record.push(cell(number));
            }
            writer.write_record(&record)?;
        }
        Ok(())
    })
}

/// A column of the summary: its name and what it says of a criterion, if anything.
type Measure = (&'static str, fn(&JointTable) -> Option<f64>);

const MEASURES: [Measure; 8] = [
    ("peer correlation", |table| table.given().correlation()),
    ("  simulated", |table| table.achieved().correlation()),
    ("  difference", |table| difference(table, PeerAgreement::correlation)),
    ("exact agreement", |table| Some(table.given().agreement())),
    ("  simulated", |table| Some(table.achieved().agreement())),
    ("kappa", |table| table.given().kappa()),
    ("  simulated", |table| table.achieved().kappa()),
    ("misfit of a cell", |table| Some(table.misfit())),
];

fn difference(table: &JointTable, of: fn(&PeerAgreement) -> Option<f64>) -> Option<f64> {
    Some((of(&table.given())? - of(&table.achieved())?).abs())
}

const PERCENTS: [usize; 7] = [5, 10, 25, 50, 75, 90, 95];

/// Quantiles over the criteria.
fn summary(criteria: &[Criterion]) -> Result<(), Failure> {
    let exact = criteria.iter().filter(|criterion| criterion.table.misfit() < 1e-9).count();
    say!("{} criteria, of which {exact} are met exactly", criteria.len());
    if criteria.is_empty() {
        return Ok(());
    }
    let heads: Vec<String> = PERCENTS.iter().map(|percent| format!("{percent:>5} %")).collect();
    say!("{:<18}{}", "quantile", heads.join(" "));
    for (name, measure) in MEASURES {
        let mut values: Vec<f64> =
            criteria.iter().filter_map(|criterion| measure(&criterion.table)).collect();
        values.sort_by(f64::total_cmp);
        let cells: Vec<String> = PERCENTS.iter().map(|&p| quantile(&values, p)).collect();
        say!("{name:<18}{}", cells.join(" "));
    }
    Ok(())
}

/// By linear interpolation between the two values beside it.
fn quantile(sorted: &[f64], percent: usize) -> String {
    let Some(last) = sorted.len().checked_sub(1) else { return format!("{:>7}", "-") };
    let (at, rest) = (last * percent / 100, last * percent % 100);
    let next = sorted[(at + 1).min(last)];
    format!("{:>7.4}", sorted[at] + (next - sorted[at]) * rest as f64 / 100.0)
}
