//! Small courses for the tests of methods, of which every score is known.

use proptest::prelude::*;

use super::Aggregator;
use crate::cohort::Cohort;
use crate::graph::root;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::reviews::Reviews;
use crate::rubric::Rubric;
use crate::scale::Scale;

/// Works in rows by somebody who reviews nothing, reviewers in columns; NaN where there is no
/// review. The author is the last person.
pub(super) fn matrix<const N: usize>(rows: &[[f64; N]], (min, max): (f64, f64)) -> Reviews {
    let author = PersonId::new(to_u32(N));
    let mut cohort = Cohort::builder(N + 1).unwrap();
    for _ in rows {
        cohort.submission(&[author]).unwrap();
    }
    let cohort = cohort.build();
    let mut builder = Reviews::builder(&cohort, Rubric::single(Scale::new(min, max).unwrap()));
    for (work, scores) in (0..).map(SubmissionId::new).zip(rows) {
        for (reviewer, score) in (0..).map(PersonId::new).zip(scores).filter(|(_, z)| !z.is_nan()) {
            builder.add(work, reviewer, &[*score]).unwrap();
        }
    }
    builder.build().unwrap()
}

/// The grades of a method, works without reviews left out.
pub(super) fn grades_of(method: &dyn Aggregator, reviews: &Reviews) -> Vec<f64> {
    method.aggregate(reviews).unwrap().grades().flatten().collect()
}

/// Small courses of any shape, on 0..10: who reviews what and with which score. Everybody writes a
/// work.
pub(super) fn small() -> impl Strategy<Value = Reviews> {
    (2..9_usize)
        .prop_flat_map(|n| {
            let cell = prop_oneof![2 => Just(None), 3 => (0..=40_u8).prop_map(Some)];
            (Just(n), prop::collection::vec(cell, n * n))
        })
        .prop_map(|(n, cells)| {
            let cohort = Cohort::individuals(n).unwrap();
            let rubric = Rubric::single(Scale::new(0.0, 10.0).unwrap());
            let mut builder = Reviews::builder(&cohort, rubric);
            for (i, score) in cells.iter().enumerate() {
                let (s, r) = (to_u32(i / n), to_u32(i % n));
                if let Some(score) = score.filter(|_| s != r) {
                    let score = f64::from(score) / 4.0;
                    builder.add(SubmissionId::new(s), PersonId::new(r), &[score]).unwrap();
                }
            }
            builder.build().unwrap()
        })
}

/// The reviews that close no cycle.
pub(super) fn tree(reviews: &Reviews) -> Reviews {
    let people = reviews.graph().submissions();
    let mut parent: Vec<u32> = (0..to_u32(people + reviews.graph().people())).collect();
    reviews.only(|_, s, r| {
        let [a, b] = [s.get(), to_u32(people + r.index())].map(|node| root(&mut parent, node));
        parent[a as usize] = b;
        a != b
    })
}

/// How many submissions there are, the standard deviation within them (where scores of one differ)
/// and each score as (submission, reviewer, score): the plainest form, for re-implementations.
pub(super) fn triples(reviews: &Reviews) -> (usize, f64, Vec<(usize, usize, f64)>) {
    let n = reviews.graph().submissions();
    let rows: Vec<(usize, usize, f64)> = reviews
        .graph()
        .iter()
        .zip(reviews.column(0))
        .map(|((s, r), &z)| (s.index(), r.index(), z))
        .collect();
    let (mut squares, mut freedom) = (0.0, 0.0);
    for u in 0..n {
        let scores: Vec<f64> = rows.iter().filter(|row| row.0 == u).map(|row| row.2).collect();
        if let k @ 2.. = scores.len() {
            let mean = scores.iter().sum::<f64>() / k as f64;
            squares += scores.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>();
            freedom += (k - 1) as f64;
        }
    }
    (n, if squares > 0.0 { f64::sqrt(squares / freedom) } else { 1.0 }, rows)
}
