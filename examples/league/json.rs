//! The rows as JSON, with fields in the order that scripts see them.

use peergrade::league::{METRICS, Row, Standings, Summary};
use serde_json::{Value, json};

/// An array with one object per row, a line each.
pub(crate) fn of(standings: &Standings) -> Result<String, serde_json::Error> {
    let rows: Result<Vec<String>, _> = standings.rows().iter().map(object).collect();
    Ok(format!("[\n{}\n]\n", rows?.join(",\n")))
}

/// Written field by field, since a map of `serde_json` would sort them.
fn object(row: &Row) -> Result<String, serde_json::Error> {
    let field = |(name, value): (String, Value)| {
        Ok(format!("{}:{}", json!(name), serde_json::to_string(&value)?))
    };
    let fields: Result<Vec<String>, serde_json::Error> =
        fields(row).into_iter().map(field).collect();
    Ok(format!("{{{}}}", fields?.join(",")))
}

/// The fields that are promised, in their order, and then whatever else is known.
fn fields(row: &Row) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = Vec::new();
    let mut add = |name: &str, value: Value| {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.to_owned(), value));
        }
    };
    add("method", json!(row.method()));
    add("scenario", json!(row.scenario()));
    add("learners", json!(row.learners()));
    add("reviews", json!(row.reviews()));
    add("seeds", json!(row.seeds()));
    for (name, number) in numbers(row, "rmse") {
        add(&name, json!(number));
    }
    for name in ["mae", "pearson", "tau_b", "coverage90", "width90", "auc"] {
        add(name, json!(row.metric(name).map(|summary| summary.mean())));
    }
    add("seconds", json!(row.seconds()));
    for metric in METRICS {
        for (name, number) in numbers(row, metric.name()) {
            add(&name, json!(number));
        }
    }
    add("graded", json!(row.graded()));
    add("gradable", json!(row.gradable()));
    add("failed", json!(row.failed()));
    add("error", json!(row.error()));
    all
}

/// A metric, its difference to the plain mean, and the standard errors of both.
fn numbers(row: &Row, name: &str) -> [(String, Option<f64>); 4] {
    let summary = row.metric(name);
    let of = |number: fn(&Summary) -> Option<f64>| summary.as_ref().and_then(number);
    [
        (name.to_owned(), of(|summary| Some(summary.mean()))),
        (format!("{name}_se"), of(Summary::std_error)),
        (format!("d_{name}"), of(Summary::difference)),
        (format!("d_{name}_se"), of(Summary::difference_std_error)),
    ]
}
