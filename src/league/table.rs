//! The standings as text.

use core::fmt;

use super::metric::{METRICS, Metric};
use super::standings::{Row, Standings};

/// Between two columns.
const GAP: usize = 2;

impl fmt::Display for Standings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenarios = self.rows().chunk_by(|a, b| a.scenario() == b.scenario());
        for (i, rows) in scenarios.enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            block(f, rows, self.rows())?;
        }
        Ok(())
    }
}

/// The rows of one scenario; `all` decides on the width of the names, so that blocks line up.
fn block(f: &mut fmt::Formatter<'_>, rows: &[Row], all: &[Row]) -> fmt::Result {
    let row = &rows[0];
    write!(f, "{}: {}, ", row.scenario(), counted(row.learners(), "learner"))?;
    if let Some(reviews) = row.reviews() {
        write!(f, "{reviews:.1} reviews a submission, ")?;
    }
    writeln!(f, "{}", counted(row.seeds(), "course"))?;
    let width = all.iter().map(|row| row.method().chars().count()).max().unwrap_or(0).max(6);
    write!(f, "{:<width$}", "method")?;
    let timed = all.iter().any(|row| row.seconds().is_some());
    for (title, cells) in columns(timed) {
        write!(f, "{:>1$}", title, cells + GAP)?;
    }
    writeln!(f)?;
    for row in rows {
        write!(f, "{:<width$}", row.method())?;
        if row.failed() < row.seeds() {
            let numbers = numbers(row);
            for (number, (_, cells)) in numbers.iter().zip(columns(timed)) {
                write!(f, "{:>1$}", number, cells + GAP)?;
            }
        }
        note(f, row)?;
    }
    Ok(())
}

/// The metrics that are shown, and how many decimals they have.
fn shown() -> impl Iterator<Item = (&'static Metric, usize)> {
    METRICS.iter().filter_map(|metric| Some((metric, metric.decimals()?)))
}

/// Titles and widths. The first metric comes with its standard error and its difference to the mean;
/// the last column is the time, where there is one.
fn columns(timed: bool) -> impl Iterator<Item = (String, usize)> {
    shown()
        .enumerate()
        .flat_map(|(i, (metric, _))| {
            let title = metric.name();
            let mut columns = vec![(title.to_owned(), title.len().max(7))];
            if i == 0 {
                columns.push(("se".to_owned(), 6));
                columns.push((format!("d_{title}"), title.len().max(7)));
                columns.push(("se".to_owned(), 6));
            }
            columns
        })
        .chain(timed.then(|| ("ms".to_owned(), 9)))
}

/// One text for each of [`columns`].
fn numbers(row: &Row) -> Vec<String> {
    let mut texts = Vec::new();
    let plain = |number: Option<f64>, decimals: usize| {
        number.map_or_else(|| "-".to_owned(), |number| format!("{number:.decimals$}"))
    };
    for (i, (metric, decimals)) in shown().enumerate() {
        let summary = row.metric(metric.name());
        texts.push(plain(summary.map(|s| s.mean()), decimals));
        if i == 0 {
            let difference = summary.and_then(|s| s.difference());
            texts.push(plain(summary.and_then(|s| s.std_error()), decimals));
            texts.push(difference.map_or_else(|| "-".to_owned(), |d| format!("{d:+.decimals$}")));
            texts.push(plain(summary.and_then(|s| s.difference_std_error()), decimals));
        }
    }
    texts.push(plain(row.seconds().map(|seconds| 1e3 * seconds), 2));
    texts
}

/// What the numbers do not say.
fn note(f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    if let Some(graded) = row.graded().filter(|&graded| graded < row.gradable()) {
        write!(f, "  graded {graded:.1} of {:.1} submissions", row.gradable())?;
    }
    if let Some(error) = row.error() {
        let lines: Vec<&str> = error.lines().collect();
        let (failed, all) = (row.failed(), counted(row.seeds(), "course"));
        write!(f, "  failed on {failed} of {all}: {}", lines.join(" "))?;
    }
    writeln!(f)
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
