//! Histories against dense normal laws, and what they keep.
#![allow(clippy::float_cmp)] // kept to the bit

use super::super::tests::{dense, settled};
use super::*;
use crate::aggregate::fixtures::matrix;
use crate::aggregate::moments::Moments;
use crate::aggregate::{Aggregator, Posterior};
use crate::cohort::Cohort;
use crate::id::SubmissionId;
use crate::reviews::Reviews;
use crate::rubric::Rubric;
use crate::scale::Scale;

const NAN: f64 = f64::NAN;

/// Three reviewers, each of other works; then together of works that close no cycle.
const FIRST: [[f64; 3]; 5] =
    [[8.0, NAN, NAN], [7.5, NAN, NAN], [NAN, 2.0, NAN], [NAN, 4.0, NAN], [NAN, NAN, 6.5]];
const SECOND: [[f64; 3]; 3] = [[7.0, 3.0, NAN], [NAN, 5.0, 6.0], [9.0, NAN, NAN]];

/// Where reviewers are equally precise, what is kept of them is all that there is to know.
#[test]
fn two_assignments_are_as_both_at_once() {
    let moments = Moments {
        mean: 0.5,
        quality: 0.04,
        bias: 0.03,
        noise: 0.02,
        within_items: 0.05,
        total: 0.09,
    };
    let law = Law { precision: 40.0, ..Law::start(&moments, 1e-3) };
    let options = Options::default();
    let both: Vec<[f64; 3]> = FIRST.iter().chain(&SECOND).copied().collect();
    let [first, second, both] = [&FIRST[..], &SECOND, &both].map(|rows| matrix(rows, (0.0, 10.0)));
    let [first, second, both] =
        [&first, &second, &both].map(|reviews| Ratings::by_range(reviews).unwrap());
    let unit = unit(&first);
    let history = settled(&first, &law, options).history(&ReviewerHistory::default(), unit);
    let mut state = settled(&second, &law, options);
    let alone = state.item(2).mean();
    state.tell(history.told(unit));
    (0..2000).for_each(|_| {
        state.sweep(0.6);
    });
    let (expected, _) = dense(&both, &law);
    for (u, (mean, variance)) in expected[FIRST.len()..].iter().enumerate() {
        let item = state.item(u);
        assert!((item.mean() - mean).abs() < 1e-6, "{} {mean}", item.mean());
        assert!((1.0 / item.precision - variance).abs() < 1e-6, "{} {variance}", item.precision);
    }
    assert!((alone - state.item(2).mean()).abs() > 1e-3);
    let (bias, deviation) = state.history(&history, unit).bias(PersonId::new(2)).unwrap();
    assert!(bias > 0.0 && deviation * deviation < law.bias, "{bias} {deviation}");
}

/// Sixty people review five works each; in each of the assignments those are others.
fn course(week: u32, range: f64, backwards: bool) -> Reviews {
    let n = 60_u32;
    let cohort = Cohort::individuals(n as usize).unwrap();
    let scale = Scale::new(0.0, range).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
    let unit = |i: u32, j: u32| {
        let mut x = u64::from(i) << 32 | u64::from(j);
        for _ in 0..3 {
            x = (x ^ x >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(0x9e37_79b9);
        }
        (x >> 40) as f64 / f64::from(1 << 24)
    };
    let noise = |i: u32, j: u32| (0..12).fold(-6.0, |sum, k| sum + unit(12 * i + k, j));
    let mut all = Vec::new();
    for u in 0..n {
        for step in 1..=5 {
            let v = (u + step * (7 + week)) % n;
            let spread = if v.is_multiple_of(3) { 3.0 } else { 9.0 };
            let score = 50.0
                + 9.0 * noise(u, 1000 + week)
                + 8.0 * noise(v, 999)
                + spread * noise(u * n + v, week);
            all.push((u, v, math::clamp(score, 0.0, 100.0) * range / 100.0));
        }
    }
    if backwards {
        all.reverse();
    }
    for (u, v, score) in all {
        rows.add(SubmissionId::new(u), PersonId::new(v), &[score]).unwrap();
    }
    rows.build().unwrap()
}

/// The history of so many assignments.
fn term(weeks: u32) -> ReviewerHistory {
    (0..weeks).fold(ReviewerHistory::default(), |history, week| {
        Posterior::default().aggregate_with(&course(week, 100.0, false), &history).unwrap().1
    })
}

#[test]
fn with_nothing_known_grades_are_those_of_one_assignment() {
    let reviews = course(0, 100.0, false);
    let grades = Posterior::default().aggregate(&reviews).unwrap();
    let nobody = ReviewerHistory::default().renumbered(60, |_| None);
    for history in [ReviewerHistory::default(), nobody] {
        let (with, after) = Posterior::default().aggregate_with(&reviews, &history).unwrap();
        assert_eq!(with, grades);
        assert_eq!(after.people(), 60);
        assert!((0..60).all(|v| after.reviews(PersonId::new(v)) == 5.0));
    }
}

#[test]
fn more_assignments_tell_more() {
    let histories: Vec<ReviewerHistory> = (1..=3).map(term).collect();
    let deviation = |history: &ReviewerHistory| {
        (0..60).fold(0.0, |sum, v| sum + history.bias(PersonId::new(v)).unwrap().1)
    };
    assert!(histories.windows(2).all(|pair| deviation(&pair[1]) < 0.9 * deviation(&pair[0])));
    // A third of the people have a ninth of the variance.
    let sum = |people: &mut dyn Iterator<Item = u32>| {
        people.fold(0.0, |sum, v| sum + histories[2].precision(PersonId::new(v)).unwrap())
    };
    let [precise, all] = [sum(&mut (0..60).step_by(3)) / 20.0, sum(&mut (0..60)) / 60.0];
    assert!(precise > 1.3 * all, "{precise} {all}");
    let reviews = course(3, 100.0, false);
    let [none, some, all] = [0.0, 0.5, 1.0].map(|kept| {
        let history = match kept {
            0.0 => ReviewerHistory::default(),
            kept => histories[2].clone().forget(kept).unwrap(),
        };
        Posterior::default().aggregate_with(&reviews, &history).unwrap()
    });
    assert_ne!(none.0, all.0);
    assert!(deviation(&all.1) < deviation(&some.1) && deviation(&some.1) < deviation(&none.1));
    assert_eq!(histories[2].clone().forget(1.0).unwrap(), histories[2]);
    assert_eq!(some.1.reviews(PersonId::new(7)), 12.5);
}

#[test]
fn neither_the_order_of_rows_nor_the_scale_matters() {
    let history = term(2);
    let [rows, backwards, small] =
        [(100.0, false), (100.0, true), (10.0, false)].map(|(range, order)| {
            Posterior::default().aggregate_with(&course(2, range, order), &history).unwrap()
        });
    assert_eq!(rows, backwards);
    for (large, small) in rows.0.grades().flatten().zip(small.0.grades().flatten()) {
        assert!((large - 10.0 * small).abs() < 1e-6, "{large} {small}");
    }
    for v in (0..60).map(PersonId::new) {
        let [large, small] = [&rows.1, &small.1].map(|history| history.bias(v).unwrap());
        assert!((large.0 - small.0).abs() < 1e-9 && (large.1 - small.1).abs() < 1e-9);
    }
}

#[test]
fn other_people_and_parts_are_told() {
    let reviews = course(0, 100.0, false);
    let history = term(1);
    let other = history.renumbered(59, Some);
    let error = Posterior::default().aggregate_with(&reviews, &other).unwrap_err();
    assert_eq!(error, AggregateError::History { history: 59, cohort: 60 });
    assert!(error.to_string().contains("59") && error.to_string().contains("60"));
    for kept in [0.0, -0.5, 1.01, f64::NAN, f64::INFINITY] {
        let error = history.clone().forget(kept).unwrap_err();
        assert!(matches!(error, AggregateError::Setting { .. }), "{error}");
    }
    let bad = Posterior::default().max_iterations(0).aggregate_with(&reviews, &history);
    assert!(matches!(bad, Err(AggregateError::Setting { .. })));
    assert_eq!(history.renumbered(60, Some), history);
    let person = PersonId::new(60);
    assert_eq!((history.bias(person), history.precision(person)), (None, None));
    assert_eq!(other.renumbered(60, Some).bias(PersonId::new(59)), None);
}
