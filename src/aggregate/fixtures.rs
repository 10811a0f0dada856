//! Small courses for the tests of methods, of which every score is known.

use proptest::prelude::*;

use super::Aggregator;
use crate::cohort::Cohort;
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
