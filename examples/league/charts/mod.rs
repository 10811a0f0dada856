//! The charts.
#![allow(clippy::disallowed_methods)] // a picture is no result

mod grid;
mod lines;

use std::path::Path;

use peergrade::league::{Row, Standings};

use crate::common::Failure;
use crate::runs::{Attack, Line};
use grid::Grid;
use lines::{Axis, Bar, Chart};

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

/// Accuracy by scenario: a row for each method, the best first, and a column for each scenario.
pub(crate) fn accuracy(path: &Path, standings: &Standings) -> Result<(), Failure> {
    let scenarios = names(standings, Row::scenario);
    let mut rows: Vec<(&str, Vec<Option<f64>>)> = Vec::new();
    for method in names(standings, Row::method) {
        let of = |scenario: &&str| standings.row(method, scenario).and_then(ratio);
        let mut cells: Vec<Option<f64>> = scenarios.iter().map(of).collect();
        let known: Vec<f64> = cells.iter().copied().flatten().collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        // Methods can be compared on the same scenarios alone.
        cells.insert(0, (known.len() == scenarios.len()).then_some(mean));
        rows.push((method, cells));
    }
    // Stable, so that methods of one figure keep the order of the table.
    rows.sort_by(|a, b| a.1[0].unwrap_or(f64::MAX).total_cmp(&b.1[0].unwrap_or(f64::MAX)));
    let mut columns = vec!["all"];
    columns.extend(&scenarios);
    let grid = Grid {
        title: "RMSE of each method, in units of the plain mean's",
        note: "Below 1 (blue) is better than the mean, above 1 (orange) worse. First column: mean \
               over all scenarios. Oracles know the truth about reviewers.",
        columns,
        rows,
    };
    grid.draw(path)
}

/// The nominal levels of intervals, in percent.
const LEVELS: [u32; 4] = [50, 80, 90, 95];

/// Coverage: measured against nominal, for methods with intervals, a group for each level.
pub(crate) fn coverage(path: &Path, standings: &Standings) -> Result<(), Failure> {
    let measured = |method: &str, level: u32| -> Vec<f64> {
        let rows = standings.rows().iter().filter(|row| row.method() == method);
        let metric = format!("coverage{level}");
        rows.filter_map(|row| Some(100.0 * row.metric(&metric)?.mean())).collect()
    };
    let mut methods = names(standings, Row::method);
    methods.retain(|method| !measured(method, LEVELS[0]).is_empty());
    let (mut lines, mut bars) = (Vec::new(), Vec::new());
    for (i, method) in methods.iter().enumerate() {
        let mut line = Line::new();
        for (group, level) in (0..).map(f64::from).zip(LEVELS) {
            let x = group + (i as f64 + 0.5) / methods.len() as f64 * GROUP - GROUP / 2.0;
            let measured = measured(method, level);
            let low = measured.iter().copied().fold(100.0, f64::min);
            let high = measured.iter().copied().fold(0.0, f64::max);
            bars.push(Bar { series: Some(i), ends: [(x, low), (x, high)] });
            line.push((x, measured.iter().sum::<f64>() / measured.len() as f64));
        }
        lines.push(((*method).to_owned(), line));
    }
    for (group, level) in (0..).map(f64::from).zip(LEVELS.map(f64::from)) {
        let ends = [(group - GROUP / 2.0, level), (group + GROUP / 2.0, level)];
        bars.push(Bar { series: None, ends });
    }
    let groups = LEVELS.map(|level| format!("{level} %"));
    let chart = Chart {
        title: "Coverage of intervals: mean over scenarios, and from the least to the most",
        x: Axis::groups("nominal level (dashed)", &groups),
        y: Axis::linear("truths in their interval (%)", 0.0, 100.0, steps(0.0, 100.0, 10.0)),
        lines: &lines,
        joined: false,
        bars: &bars,
    };
    chart.draw(path)
}

/// The width of a group of marks, of 1.
const GROUP: f64 = 0.84;

/// Damage: RMSE of the works of honest authors by the share of attackers.
pub(crate) fn damage(
    path: &Path,
    attack: &Attack,
    lines: &[(String, Line)],
) -> Result<(), Failure> {
    let (top, step) = ceiling(lines);
    let chart = Chart {
        title: &format!("Damage to honest authors: a share of the reviewers {}", attack.summary),
        x: Axis::linear("attackers (% of reviewers)", 0.0, 50.0, steps(0.0, 50.0, 10.0)),
        y: Axis::linear("RMSE of their works (points of 10)", 0.0, top, steps(0.0, top, step)),
        lines: &lines
            .iter()
            .map(|(name, line)| (name.clone(), line.iter().map(|p| (100.0 * p.0, p.1)).collect()))
            .collect::<Vec<_>>(),
        joined: true,
        bars: &[],
    };
    chart.draw(path)
}

/// Time against size, both by powers of ten.
pub(crate) fn time(path: &Path, lines: &[(String, Line)]) -> Result<(), Failure> {
    let points = || lines.iter().flat_map(|(_, line)| line);
    let powers = |values: Vec<f64>| {
        let low = values.iter().copied().fold(f64::MAX, f64::min).max(1e-9);
        let high = values.iter().copied().fold(low, f64::max);
        (low.log10().floor(), high.log10().ceil().max(low.log10().floor() + 1.0))
    };
    if points().next().is_none() {
        return Ok(());
    }
    let chart = Chart {
        title: "Time of a method for one course",
        x: Axis::powers("learners", powers(points().map(|p| p.0).collect())),
        y: Axis::powers("seconds", powers(points().map(|p| p.1).collect())),
        lines,
        joined: true,
        bars: &[],
    };
    chart.draw(path)
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
