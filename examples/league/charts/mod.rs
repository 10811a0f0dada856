//! The charts.
#![allow(clippy::disallowed_methods)] // a picture is no result

mod grid;
mod lines;

use std::path::Path;

use peergrade::league::{Row, Standings};
use peergrade::simulate;

use crate::common::Failure;
use crate::runs::{Attack, Line};
use grid::Grid;
use lines::{Axis, Figure, Panel, Shape};

/// The RMSE of a row in units of the plain mean's.
fn ratio(row: &Row) -> Option<f64> {
    let rmse = row.metric("rmse")?;
    let plain = rmse.mean() - rmse.difference()?;
    (plain > 0.0).then(|| rmse.mean() / plain)
}

/// The names in the rows, in order, each once.
fn names<'a>(standings: &'a Standings, name: fn(&'a Row) -> &'a str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for row in standings.rows() {
        if !names.contains(&name(row)) {
            names.push(name(row));
        }
    }
    names
}

/// Accuracy by scenario: a row for each scenario, and a column for each method, the best first.
pub(crate) fn accuracy(path: &Path, standings: &Standings) -> Result<(), Failure> {
    let scenarios = names(standings, Row::scenario);
    let ratio = |method: &str, scenario: &str| standings.row(method, scenario).and_then(ratio);
    let mut columns: Vec<(&str, Option<f64>)> = names(standings, Row::method)
        .into_iter()
        .map(|method| {
            let known: Vec<f64> = scenarios.iter().filter_map(|s| ratio(method, s)).collect();
            // Of ratios the geometric mean: 1/2 and 2 cancel.
            let mean = known.iter().map(|ratio| ratio.ln()).sum::<f64>() / known.len() as f64;
            // Methods can be compared on the same scenarios alone.
            (method, (known.len() == scenarios.len()).then(|| mean.exp()))
        })
        .collect();
    // Stable, so that methods of one figure keep the order of the table.
    columns.sort_by(|a, b| a.1.unwrap_or(f64::MAX).total_cmp(&b.1.unwrap_or(f64::MAX)));
    let mut rows = vec![grid::Row {
        name: "all",
        note: "geometric mean of those below",
        cells: columns.iter().map(|column| column.1).collect(),
    }];
    rows.extend(scenarios.iter().map(|&name| grid::Row {
        name,
        note: simulate::by_name(name).map_or("", |scenario| scenario.summary()),
        cells: columns.iter().map(|column| ratio(column.0, name)).collect(),
    }));
    let grid = Grid {
        title: "RMSE of each method, in units of the plain mean's",
        note: "Below 1 (blue) is better than the plain mean, above 1 (orange) worse. Oracles \
               know the truth about reviewers; a dash stands where it is not known.",
        columns: columns.iter().map(|column| column.0).collect(),
        rows,
    };
    grid.draw(path)
}

/// The nominal levels of intervals, in percent.
const LEVELS: [u32; 4] = [50, 80, 90, 95];

/// How far dots of one level are spread, in percent.
const SPREAD: f64 = 3.6;

/// Coverage: measured against nominal, a panel for each method with intervals and a dot for each
/// scenario and level.
pub(crate) fn coverage(path: &Path, standings: &Standings) -> Result<(), Failure> {
    let measured = |method: &str, level: u32| -> Vec<(f64, String)> {
        let rows = standings.rows().iter().filter(|row| row.method() == method);
        let metric = format!("coverage{level}");
        let covered = |row: &Row| Some(100.0 * row.metric(&metric)?.mean());
        rows.filter_map(|row| Some((covered(row)?, row.scenario().to_owned()))).collect()
    };
    let panel = |method: &str| {
        let mut dots = Line::new();
        for level in LEVELS {
            let measured = measured(method, level);
            let count = measured.len() as f64;
            for (i, (covered, _)) in (0..).map(f64::from).zip(&measured) {
                let beside = ((i + 0.5) / count - 0.5) * SPREAD;
                dots.push((f64::from(level) + beside, *covered));
            }
        }
        let mut ends = measured(method, 90);
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ([least, ..], [.., most]) = (&ends[..], &ends[..]) else { return None };
        let word = |end: &(f64, String)| format!("{:.0} % ({})", end.0, end.1);
        let heads = vec![method.to_owned(), format!("at 90 %: {} to {}", word(least), word(most))];
        Some(Panel { heads, lines: vec![(method.to_owned(), dots)] })
    };
    let methods = names(standings, Row::method);
    let panels: Vec<Panel> = methods.into_iter().filter_map(panel).collect();
    if panels.is_empty() {
        return Ok(());
    }
    let ticks = LEVELS.map(f64::from).to_vec();
    let figure = Figure {
        title: "Coverage of intervals: a dot for each scenario, black where it should be",
        x: Axis::linear("nominal (%)", (45.0, 100.0), ticks),
        y: Axis::linear("truths in their interval (%)", (0.0, 100.0), steps(0.0, 100.0, 20.0)),
        panels: &panels,
        shape: Shape::Dots,
    };
    figure.draw(path)
}

/// Damage: RMSE of the works of honest authors by the share of attackers.
pub(crate) fn damage(
    path: &Path,
    attack: &Attack,
    lines: &[(String, Line)],
) -> Result<(), Failure> {
    let (top, step) = ceiling(lines);
    let figure = Figure {
        title: &format!("Damage to honest authors: a share of the reviewers {}", attack.summary),
        x: Axis::linear("attackers (share of reviewers)", (0.0, 0.5), steps(0.0, 0.5, 0.1)),
        y: Axis::linear("RMSE of their works (points of 10)", (0.0, top), steps(0.0, top, step)),
        panels: &[Panel { heads: Vec::new(), lines: lines.to_vec() }],
        shape: Shape::Lines,
    };
    figure.draw(path)
}

/// Time against size, both by powers of ten.
pub(crate) fn time(path: &Path, scenario: &str, lines: &[(String, Line)]) -> Result<(), Failure> {
    let points = || lines.iter().flat_map(|(_, line)| line);
    let powers = |values: Vec<f64>| {
        let low = values.iter().copied().fold(f64::MAX, f64::min).max(1e-9);
        let high = values.iter().copied().fold(low, f64::max);
        (low.log10().floor(), high.log10().ceil().max(low.log10().floor() + 1.0))
    };
    if points().next().is_none() {
        return Ok(());
    }
    let figure = Figure {
        title: &format!("Time of each method for one course of scenario {scenario}"),
        x: Axis::counts("learners", powers(points().map(|p| p.0).collect())),
        y: Axis::seconds("time", powers(points().map(|p| p.1).collect())),
        panels: &[Panel { heads: Vec::new(), lines: lines.to_vec() }],
        shape: Shape::Lines,
    };
    figure.draw(path)
}

/// A round number above all values, and a round step to it.
fn ceiling(lines: &[(String, Line)]) -> (f64, f64) {
    let points = lines.iter().flat_map(|(_, line)| line);
    let top = points.fold(0.0, |top: f64, point| top.max(point.1)).max(1e-6);
    let magnitude = 10_f64.powf((top / 5.0).log10().floor());
    let fits = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * magnitude);
    let step = fits.into_iter().find(|step| step * 6.0 >= top).unwrap_or(top);
    ((top / step).ceil() * step, step)
}

fn steps(low: f64, high: f64, step: f64) -> Vec<f64> {
    let count = ((high - low) / step).round();
    (0..=100).map(f64::from).take_while(|&i| i <= count).map(|i| low + i * step).collect()
}
