//! The table of the gate: one line a cell, `method,scenario,learners,seeds,metric,value,tolerance`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use peergrade::aggregate::METHODS;
use peergrade::league::{METRICS, Metric, Row, Standings};

/// A number that a method is held to.
#[derive(Debug, Clone, PartialEq)]
struct Cell {
    /// Method, scenario, learners, seeds, metric.
    key: [String; 5],
    /// In units of 1e-6, so that reading what was written changes nothing.
    value: i64,
    tolerance: i64,
}

impl Cell {
    fn place(&self) -> String {
        let [method, scenario, learners, seeds, metric] = &self.key;
        let value = number(self.value);
        format!("{method} on {scenario} ({learners} learners, {seeds} seeds): {metric} {value:.6}")
    }
}

const HEADER: &str = "method,scenario,learners,seeds,metric,value,tolerance";
const UNIT: f64 = 1e-6;

/// What is held: one metric of each kind, since most of the others move with one of these.
const HELD: [&str; 8] =
    ["rmse", "bias", "tau_b", "coverage90", "width90", "crps", "held_out_rmse", "auc"];

#[allow(clippy::cast_possible_truncation)] // metrics are far below 2^63 millionths
fn units(value: f64) -> i64 {
    (value / UNIT).round() as i64
}

fn number(units: i64) -> f64 {
    units as f64 * UNIT
}

/// The cells of a league. A row that failed has none, and so is missed.
fn cells(standings: &Standings) -> Vec<Cell> {
    let mut cells = Vec::new();
    for row in standings.rows().iter().filter(|row| row.failed() == 0) {
        for metric in HELD {
            let Some(summary) = row.metric(metric) else { continue };
            // What a single course has says nothing of others.
            let Some(error) = summary.std_error() else { continue };
            // Beside a mean that has no value of this metric there is no difference.
            let paired = summary.difference_std_error().map_or(i64::MAX, units);
            let (learners, seeds) = (row.learners().to_string(), row.seeds().to_string());
            let (method, scenario) = (row.method().to_owned(), row.scenario().to_owned());
            cells.push(Cell {
                key: [method, scenario, learners, seeds, metric.to_owned()],
                value: units(summary.mean()),
                tolerance: units(error).min(paired),
            });
        }
    }
    cells
}

fn write(cells: &[Cell]) -> String {
    let mut text = format!("{HEADER}\n");
    for cell in cells {
        let (value, tolerance) = (number(cell.value), number(cell.tolerance));
        let _ = writeln!(text, "{},{value:.6},{tolerance:.6}", cell.key.join(","));
    }
    text
}

fn read(text: &str) -> Vec<Cell> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(HEADER), "the first line of the baseline");
    let cell = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |i: usize| units(fields[i].parse().unwrap());
        let key = [0, 1, 2, 3, 4].map(|i| fields[i].to_owned());
        Cell { key, value: number(5), tolerance: number(6) }
    };
    lines.map(cell).collect()
}

/// One line for each cell that moved, came or went; empty where all is as it was.
fn moves(baseline: &[Cell], now: &[Cell]) -> Vec<String> {
    let by_key = |cells: &[Cell]| -> BTreeMap<[String; 5], Cell> {
        cells.iter().map(|cell| (cell.key.clone(), cell.clone())).collect()
    };
    let (before, after) = (by_key(baseline), by_key(now));
    let mut lines = Vec::new();
    for cell in now {
        match before.get(&cell.key) {
            None => lines.push(format!("{}, not in the baseline", cell.place())),
            Some(was) if (cell.value - was.value).abs() > was.tolerance => {
                lines.push(moved(was, cell));
            }
            Some(_) => {}
        }
    }
    let gone = baseline.iter().filter(|was| !after.contains_key(&was.key));
    lines.extend(gone.map(|was| format!("{}, gone", was.place())));
    lines
}

fn moved(was: &Cell, now: &Cell) -> String {
    let better = METRICS.iter().find(|metric| metric.name() == now.key[4]).map(Metric::better);
    let better =
        better.is_some_and(|better| better.is_better(number(now.value), number(was.value)));
    format!(
        "{}, was {:.6}: {:+.6} where {:.6} is allowed, {}",
        now.place(),
        number(was.value),
        number(now.value - was.value),
        number(was.tolerance),
        if better { "better" } else { "worse" },
    )
}

/// Holds the standings against the table of this tier.
#[allow(clippy::disallowed_methods, clippy::print_stderr)] // blessing is asked for by a variable
pub(crate) fn check(tier: &str, standings: &Standings) {
    let path = format!("{}/tests/baseline/{tier}.csv", env!("CARGO_MANIFEST_DIR"));
    let now = cells(standings);
    let known = std::fs::read_to_string(&path);
    if std::env::var_os("PEERGRADE_BLESS").is_some() {
        let before = known.map(|text| read(&text)).unwrap_or_default();
        eprintln!("{path}:\n{}", moves(&before, &now).join("\n"));
        std::fs::write(&path, write(&now)).unwrap();
        return;
    }
    // Oracles have no row where a truth knows too little; one that goes is missed below.
    let is_method = |row: &&Row| METHODS.iter().any(|method| method.name() == row.method());
    let failed = standings.rows().iter().filter(is_method).filter_map(|row| {
        let (failed, seeds) = (row.failed(), row.seeds());
        Some(format!(
            "{} on {}: failed on {failed} of {seeds}: {}",
            row.method(),
            row.scenario(),
            row.error()?
        ))
    });
    let mut wrong: Vec<String> = failed.collect();
    wrong.extend(moves(&read(&known.unwrap()), &now));
    assert!(
        wrong.is_empty(),
        "{} cells of {path} moved (PEERGRADE_BLESS=1 accepts them):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn cell(method: &str, metric: &str, value: f64, tolerance: f64) -> Cell {
    let key = [method, "s4", "100", "5", metric].map(str::to_owned);
    Cell { key, value: units(value), tolerance: units(tolerance) }
}

#[test]
fn what_is_held_is_measured() {
    assert!(HELD.iter().all(|held| METRICS.iter().any(|metric| metric.name() == *held)));
}

#[test]
fn the_gate_names_each_cell_that_moved_came_or_went() {
    let baseline = [
        cell("mean", "rmse", 5.0, 0.1),
        cell("mean", "auc", 0.7, 0.02),
        cell("mean", "coverage90", 0.9, 0.0),
        cell("old", "rmse", 5.0, 0.1),
    ];
    let now = [
        cell("mean", "rmse", 5.2, 0.1),
        cell("mean", "auc", 0.75, 0.02),
        cell("mean", "coverage90", 0.899_999, 0.0),
        cell("new", "rmse", 4.0, 0.1),
    ];
    assert_eq!(
        moves(&baseline, &now),
        [
            "mean on s4 (100 learners, 5 seeds): rmse 5.200000, was 5.000000: +0.200000 where \
             0.100000 is allowed, worse",
            "mean on s4 (100 learners, 5 seeds): auc 0.750000, was 0.700000: +0.050000 where \
             0.020000 is allowed, better",
            "mean on s4 (100 learners, 5 seeds): coverage90 0.899999, was 0.900000: -0.000001 \
             where 0.000000 is allowed, worse",
            "new on s4 (100 learners, 5 seeds): rmse 4.000000, not in the baseline",
            "old on s4 (100 learners, 5 seeds): rmse 5.000000, gone",
        ]
    );
    // To the tolerance and not beyond, and written and read as it was.
    assert_eq!(moves(&baseline[..1], &[cell("mean", "rmse", 5.1, 0.3)]), [""; 0]);
    assert_eq!(moves(&baseline, &baseline), [""; 0]);
    assert_eq!(read(&write(&now)), now);
}
