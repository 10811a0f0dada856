//! Draws, seeds, mirrors and settings.

use proptest::prelude::*;

use crate::aggregate::fixtures::{grades_of, matrix, small};
use crate::aggregate::gibbs::draws::{Draws, Peak};
use crate::aggregate::{AggregateError, Aggregator, Pg1Gibbs, Pg2, Pg3, Pg4, Pg5};
use crate::id::to_u32;
use crate::reviews::Reviews;
use crate::{Line, PersonId, Seed, SubmissionId, math};

fn all(seed: u64) -> [Box<dyn Aggregator>; 5] {
    let seed = Seed::new(seed);
    [
        Box::new(Pg1Gibbs::default().seed(seed)),
        Box::new(Pg2::default().seed(seed)),
        Box::new(Pg3::default().seed(seed)),
        Box::new(Pg4::default().seed(seed)),
        Box::new(Pg5::default().seed(seed)),
    ]
}

#[test]
fn draws_on_a_grid_follow_their_law() {
    use statrs::distribution::{ContinuousCDF, Gamma};
    for shape in [1.5, 8.0, 60.0] {
        let mode = shape - 1.0;
        let law = Gamma::new(shape, 1.0).unwrap();
        let mut draws = Draws::new(Seed::new(4), false);
        let mut values: Vec<f64> = (0..20_000)
            .map(|_| {
                let peak = Peak::new(mode, math::sqrt(mode), 0.0);
                let drawn = draws.on_grid(peak, |x| {
                    if x > 0.0 { (shape - 1.0) * math::ln(x) - x } else { f64::NEG_INFINITY }
                });
                assert!((drawn.mean / shape - 1.0).abs() < 0.02, "{}", drawn.mean);
                assert!((drawn.variance / shape - 1.0).abs() < 0.05, "{}", drawn.variance);
                drawn.value
            })
            .collect();
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let distance = values
            .iter()
            .enumerate()
            .fold(0.0, |most, (i, &x)| math::max(most, (law.cdf(x) - (i as f64 + 0.5) / n).abs()));
        // The Kolmogorov critical value of p = 1e-4.
        assert!(distance * math::sqrt(n) < 2.226, "{distance}");
    }
}

#[test]
fn newton_finds_the_top_from_either_side_of_it() {
    // 5 ln x - x^2, with its top at the root of 5/2.
    for start in [1e-6, 0.1, 1.0, 50.0] {
        let peak = Peak::search(start, 0.0, |x| (5.0 / x - 2.0 * x, -5.0 / (x * x) - 2.0));
        assert!((peak.mode - math::sqrt(2.5)).abs() < 0.02, "{peak:?}");
        // A quarter of the standard deviation, which the end of the domain is near to.
        assert!((peak.step - 0.125).abs() < 0.01, "{peak:?}");
    }
}

/// A course in which person 2 is lenient by 3 and person 3 reports noise.
fn course() -> Reviews {
    matrix(
        &[
            [5.0, 5.5, 8.0, 2.0],
            [3.0, 3.0, 6.5, 9.0],
            [6.0, 6.5, 9.0, 1.0],
            [2.0, 1.5, 5.0, 7.0],
            [4.0, 4.5, 7.0, 4.0],
            [7.0, 6.5, 9.5, 3.0],
        ],
        (0.0, 10.0),
    )
}

#[test]
fn biases_and_precisions_are_found() {
    for method in all(1) {
        let book = method.aggregate(&course()).unwrap();
        let person = PersonId::new;
        let name = method.name();
        assert!(book.bias(person(2)).unwrap() > book.bias(person(0)).unwrap() + 1.0, "{name}");
        if matches!(name, "pg1-gibbs" | "pg2") {
            let [a, b] = [0, 3].map(|v| book.precision(person(v)).unwrap());
            assert!(a > 5.0 * b, "{a} {b}");
            assert!(book.fit().iterations() == 150);
        }
        assert!(book.bias(person(4)).is_none());
    }
}

#[test]
fn one_seed_gives_one_result_and_another_gives_almost_the_same() {
    let reviews = course();
    for ((a, b), other) in all(1).iter().zip(all(1)).zip(all(2)) {
        let [a, b, other] = [a, &b, &other].map(|method| grades_of(method.as_ref(), &reviews));
        assert_eq!(a, b);
        assert_ne!(a, other);
        for (a, other) in a.iter().zip(&other) {
            assert!((a - other).abs() < 0.8, "{a} {other}");
        }
    }
}

#[test]
fn settings_without_sense_are_errors() {
    let reviews = course();
    let short: [&dyn Aggregator; 5] = [
        &Pg1Gibbs::default().sweeps(10).burn_in(9),
        &Pg2::default().sweeps(1),
        &Pg3::default().coupling(f64::NAN),
        &Pg4::default().shape(0.0),
        &Pg5::default().burn_in(u32::MAX),
    ];
    for method in short {
        let error = method.aggregate(&reviews).unwrap_err();
        assert!(matches!(error, AggregateError::Setting { .. }), "{error}");
    }
    assert!(Pg1Gibbs::reference().sweeps(3).burn_in(1).aggregate(&reviews).is_ok());
}

#[test]
fn what_own_reviews_tell_of_a_work_is_an_adjustment() {
    // Everybody writes and reviews; person 3 reports noise.
    let cohort = crate::Cohort::individuals(6).unwrap();
    let scale = crate::Scale::new(0.0, 10.0).unwrap();
    let mut rows = Reviews::builder(&cohort, crate::Rubric::single(scale));
    for s in 0..6_u32 {
        for r in (0..6_u32).filter(|&r| r != s) {
            let z = if r == 3 { f64::from((7 * s) % 11) } else { 4.0 + 0.8 * f64::from(s % 4) };
            rows.add(SubmissionId::new(s), PersonId::new(r), &[z]).unwrap();
        }
    }
    let reviews = rows.build().unwrap();
    for method in &all(1)[2..] {
        let book = method.aggregate(&reviews).unwrap();
        let why = book.explain(&reviews, SubmissionId::new(3)).unwrap().unwrap();
        let points = why.lines().iter().find_map(|line| match line {
            Line::Adjustment { points, .. } => Some(*points),
            _ => None,
        });
        assert!(points.unwrap() < 0.0, "{}: {points:?}", method.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reflected_scores_have_reflected_grades(reviews in small()) {
        let people = (0..reviews.graph().people()).map(|v| PersonId::new(to_u32(v)));
        let mirror = people.fold(reviews.clone(), |all, v| {
            all.with_scores_by(v, |_, _, score| 10.0 - score).unwrap()
        });
        for method in &all(1)[..2] {
            let [a, b] = [&reviews, &mirror].map(|reviews| method.aggregate(reviews).unwrap());
            for s in (0..reviews.graph().submissions()).map(|s| SubmissionId::new(to_u32(s))) {
                let (Some(x), Some(y)) = (a.grade(s), b.grade(s)) else { continue };
                prop_assert!((10.0 - x - y).abs() < 1e-9, "{} {}", x, y);
                let [x, y] = [&a, &b].map(|book| book.std_error(s).unwrap());
                prop_assert!((x - y).abs() < 1e-6, "{} {}", x, y);
            }
        }
    }
}
