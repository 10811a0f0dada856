//! What the tests share: numbers that break things, and courses made of them.
#![allow(dead_code, unreachable_pub)] // no test file uses all of it

pub mod pool;

use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
use proptest::prelude::*;

/// A score of 0..10; one in four is special, and many are equal.
pub fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        1 => prop::sample::select(pool::within(0.0, 10.0)),
        2 => (0..=20_u8).prop_map(|half| f64::from(half) / 2.0),
        1 => 0.0..10.0,
    ]
}

/// A row of a course of n people who each wrote one work: submission, reviewer, scores.
pub type Row = (SubmissionId, PersonId, Vec<f64>);

/// Rows without repeated pairs or self-reviews: up to 8 people, often fewer, any shape of graph.
pub fn rows(criteria: usize) -> impl Strategy<Value = (u32, Vec<Row>)> {
    let pair = move |n: u32| (0..n, 0..n, prop::collection::vec(score(), criteria));
    (2..9_u32).prop_flat_map(move |n| (Just(n), prop::collection::vec(pair(n), 0..30))).prop_map(
        |(n, mut rows)| {
            rows.retain(|(s, r, _)| s != r);
            rows.sort_by_key(|&(s, r, _)| (s, r));
            rows.dedup_by_key(|&mut (s, r, _)| (s, r));
            let id = |(s, r, z)| (SubmissionId::new(s), PersonId::new(r), z);
            (n, rows.into_iter().map(id).collect())
        },
    )
}

pub fn scale() -> Scale {
    Scale::new(0.0, 10.0).unwrap()
}

pub fn reviews_of(rubric: Rubric, n: u32, rows: &[Row]) -> Reviews {
    let cohort = Cohort::individuals(n as usize).unwrap();
    let mut builder = Reviews::builder(&cohort, rubric);
    for (submission, reviewer, scores) in rows {
        builder.add(*submission, *reviewer, scores).unwrap();
    }
    builder.build().unwrap()
}

pub fn submissions(n: u32) -> impl Iterator<Item = SubmissionId> {
    (0..n).map(SubmissionId::new)
}
