//! Bad input, one table: what is handed in, and the exact error or value that must come out. A row
//! that panics fails like one that answers wrongly, and the other rows still run.
#![allow(clippy::unwrap_used)] // a test may fail

#[path = "bad_input/courses.rs"]
mod courses;
#[path = "bad_input/groups.rs"]
mod groups;
#[path = "bad_input/methods.rs"]
mod methods;
#[path = "bad_input/nouns.rs"]
mod nouns;
#[path = "bad_input/plans.rs"]
mod plans;
#[path = "bad_input/reviews.rs"]
mod reviews;
#[cfg(feature = "serde")]
#[path = "bad_input/serde.rs"]
mod serde;
#[path = "bad_input/settings.rs"]
mod settings;

use std::fmt::{Debug, Display};
use std::panic::catch_unwind;

use peergrade::{Cohort, PersonId, Rubric, Scale, SubmissionId};

/// What is wrong with the answer to a row.
type Outcome = Result<(), String>;
/// A name and what is tried.
type Row = (&'static str, fn() -> Outcome);

#[test]
fn every_row_gives_what_the_table_says() {
    let tables: &[&[Row]] = &[
        nouns::ROWS,
        reviews::ROWS,
        plans::ROWS,
        groups::ROWS,
        courses::ROWS,
        settings::ROWS,
        methods::ROWS,
        #[cfg(feature = "serde")]
        serde::ROWS,
    ];
    let rows: Vec<&Row> = tables.iter().copied().flatten().collect();
    let failed: Vec<String> = rows
        .iter()
        .filter_map(|(name, run)| match catch_unwind(run) {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(format!("{name}: {why}")),
            Err(_) => Some(format!("{name}: it panicked")),
        })
        .collect();
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), rows.len(), failed.join("\n"));
    let mut names: Vec<&str> = rows.iter().map(|row| row.0).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "a name is there twice");
    let least = if cfg!(feature = "serde") { 368 } else { 282 };
    assert!(rows.len() >= least, "{} rows", rows.len());
}

/// Compared as `Debug` shows them, which has every digit, tells -0.0 from 0.0 and lets a NaN equal
/// itself.
fn same<T: Debug>(actual: T, expected: T) -> Outcome {
    let [actual, expected] = [format!("{actual:?}"), format!("{expected:?}")];
    if actual == expected { Ok(()) } else { Err(format!("{actual}, not {expected}")) }
}

/// An error with exactly this message.
fn says<T: Debug, E: Display>(result: Result<T, E>, message: &str) -> Outcome {
    match result {
        Ok(value) => Err(format!("{value:?}, not an error")),
        Err(error) => same(error.to_string().as_str(), message),
    }
}

fn holds(fine: bool, what: &str) -> Outcome {
    if fine { Ok(()) } else { Err(what.to_owned()) }
}

fn person(number: u32) -> PersonId {
    PersonId::new(number)
}

fn work(number: u32) -> SubmissionId {
    SubmissionId::new(number)
}

/// Submission and reviewer.
fn pair(submission: u32, reviewer: u32) -> (SubmissionId, PersonId) {
    (work(submission), person(reviewer))
}

fn ten() -> Scale {
    Scale::new(0.0, 10.0).unwrap()
}

fn single() -> Rubric {
    Rubric::single(ten())
}

/// This many people, each of whom wrote the submission of their own number.
fn alone(people: usize) -> Cohort {
    Cohort::individuals(people).unwrap()
}
