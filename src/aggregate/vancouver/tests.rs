#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use proptest::prelude::*;

use super::*;
use crate::aggregate::fixtures::{grades_of, matrix, small};

/// Of all terms but one; a single one stays.
fn others<T: Copy>(terms: &[T], left_out: usize) -> Vec<T> {
    let stays = |&(i, _): &(usize, &T)| i != left_out || terms.len() == 1;
    terms.iter().enumerate().filter(stays).map(|(_, term)| *term).collect()
}

/// Grade and variance from (grade, variance).
fn item(messages: &[(f64, f64)], e: f64) -> (f64, f64) {
    let weights: Vec<f64> = messages.iter().map(|(_, v)| 1.0 / (e + v)).collect();
    let all: f64 = weights.iter().sum();
    let rows = || messages.iter().zip(weights.iter().map(|w| w / all));
    (rows().map(|((g, _), w)| w * g).sum(), rows().map(|((_, v), w)| v * w * w).sum())
}

/// Bias and variance from (score, grade, variance).
fn reviewer(messages: &[(f64, f64, f64)], e: f64, debias: bool) -> (f64, f64) {
    let mean = |of: &dyn Fn(f64) -> f64| {
        let all: f64 = messages.iter().map(|(_, _, v)| 1.0 / (e + v)).sum();
        messages.iter().map(|(z, m, v)| of(z - m) / (e + v)).sum::<f64>() / all
    };
    let bias = if debias { mean(&|d| d) } else { 0.0 };
    (bias, mean(&|d| (d - bias) * (d - bias)))
}

/// Grade and variance of every work, from the equations, pair by pair, in points.
fn dense(z: &[Vec<Option<f64>>], e: f64, unit: f64, debias: bool) -> Vec<Option<(f64, f64)>> {
    let (items, people) = (z.len(), z.first().map_or(0, Vec::len));
    let mut said = vec![vec![(0.0, unit); people]; items];
    let mut heard = vec![vec![(0.0, 0.0); people]; items];
    let of_item = |said: &[Vec<(f64, f64)>], u: usize| -> Vec<(usize, (f64, f64))> {
        let row = (0..people).filter_map(|v| Some((v, (z[u][v]? - said[u][v].0, said[u][v].1))));
        row.collect()
    };
    for _ in 0..20 {
        for u in 0..items {
            let row = of_item(&said, u);
            let messages: Vec<_> = row.iter().map(|(_, m)| *m).collect();
            for (i, (v, _)) in row.iter().enumerate() {
                heard[u][*v] = item(&others(&messages, i), e);
            }
        }
        for v in 0..people {
            let given: Vec<usize> = (0..items).filter(|&u| z[u][v].is_some()).collect();
            let message = |&u: &usize| (z[u][v].unwrap(), heard[u][v].0, heard[u][v].1);
            let messages: Vec<_> = given.iter().map(message).collect();
            for (i, &u) in given.iter().enumerate() {
                said[u][v] = reviewer(&others(&messages, i), e, debias);
            }
        }
    }
    let grade = |u: usize| {
        let row: Vec<_> = of_item(&said, u).iter().map(|(_, m)| *m).collect();
        (!row.is_empty()).then(|| item(&row, e))
    };
    (0..items).map(grade).collect()
}

fn sum_of_squares(z: &[f64]) -> f64 {
    let mean = z.iter().sum::<f64>() / z.len() as f64;
    z.iter().map(|z| (z - mean) * (z - mean)).sum()
}

/// The variance within works, of all, or the range squared, on 0..10.
fn unit(z: &[Vec<Option<f64>>]) -> f64 {
    let rows: Vec<Vec<f64>> = z.iter().map(|r| r.iter().flatten().copied().collect()).collect();
    let freedom: f64 = rows.iter().map(|r| r.len().saturating_sub(1) as f64).sum();
    let within: f64 = rows.iter().filter(|r| !r.is_empty()).map(|r| sum_of_squares(r)).sum();
    let all = rows.concat();
    if within > 0.0 {
        within / freedom
    } else if all.len() > 1 && sum_of_squares(&all) > 0.0 {
        sum_of_squares(&all) / (all.len() - 1) as f64
    } else {
        100.0
    }
}

proptest! {
    /// With an epsilon that keeps messages from carrying rounding on a thousandfold and more.
    #[test]
    fn the_equations_hold(reviews in small(), debias: bool, e in 1e-3..0.1_f64) {
        let n = reviews.graph().submissions();
        let mut z = vec![vec![None; n]; n];
        for (i, (s, r)) in reviews.graph().iter().enumerate() {
            z[s.index()][r.index()] = Some(reviews.column(0)[i]);
        }
        let unit = unit(&z);
        let method = Vancouver::default().debias(debias).epsilon(e).tolerance(0.0);
        let book = method.aggregate(&reviews).unwrap();
        for (i, expected) in dense(&z, e * unit, unit, debias).into_iter().enumerate() {
            let s = SubmissionId::new(to_u32(i));
            prop_assert_eq!(book.grade(s).is_some(), expected.is_some());
            let (Some(grade), Some((mean, variance))) = (book.grade(s), expected) else { continue };
            prop_assert!((grade - mean.clamp(0.0, 10.0)).abs() < 1e-9, "{grade} {mean}");
            let error = book.std_error(s).unwrap();
            prop_assert!((error - variance.sqrt()).abs() < 1e-9 * (1.0 + error), "{error} {variance}");
        }
    }

    /// Sums from both ends are sums of the others.
    #[test]
    fn one_is_left_out(terms in prop::collection::vec((0.1..1e3_f64, -5.0..5.0_f64), 1..9)) {
        let spread = |&(weight, mean): &(f64, f64)| Spread { weight, mean, squares: 0.0 };
        let list: Vec<Spread> = terms.iter().map(spread).collect();
        all_but_one(&list, &mut Vec::new(), Spread::and, |i, found| {
            let others = others(&terms, i);
            let all: f64 = others.iter().map(|(w, _)| w).sum();
            let mean = others.iter().map(|(w, x)| w * x).sum::<f64>() / all;
            let square = |(w, x): &(f64, f64)| w * (x - mean) * (x - mean);
            let variance = others.iter().map(square).sum::<f64>() / all;
            assert!((found.mean - mean).abs() < 1e-12, "{found:?} {mean}");
            assert!((found.variance() - variance).abs() < 1e-12, "{found:?} {variance}");
        });
    }
}

/// The example of `CrowdGrader`'s own tests: who agrees with the others weighs more, and a
/// leniency that is the same everywhere is found.
#[test]
fn a_constant_bias_is_found() {
    let honest = [3.0, 5.0, 8.0, 6.0, 2.0];
    let noise =
        [[0.1, -0.2, 0.3], [-0.1, 0.2, 0.1], [0.2, -0.3, -0.1], [0.0, 0.1, -0.2], [-0.2, 0.1, 0.0]];
    let rows: Vec<[f64; 4]> =
        honest.iter().zip(noise).map(|(x, [a, b, c])| [x + a, x + b, x + c, x + 1.5]).collect();
    let reviews = matrix(&rows, (0.0, 10.0));
    let book = Vancouver::default().debias(true).aggregate(&reviews).unwrap();
    let bias = |v: u32| book.bias(crate::id::PersonId::new(v)).unwrap();
    assert!(bias(3) - bias(0) > 1.2, "{}", bias(3));
    let plain = Vancouver::default().aggregate(&reviews).unwrap();
    assert_eq!(plain.bias(crate::id::PersonId::new(3)), None);
}

#[test]
fn one_review_each_is_the_mean_and_equal_scores_stay() {
    const NONE: f64 = f64::NAN;
    let rows = [[1., 4., NONE, NONE], [NONE, NONE, 7., 8.]];
    for debias in [false, true] {
        let method = Vancouver::default().debias(debias);
        let grades = grades_of(&Vancouver::default(), &matrix(&rows, (0.0, 10.0)));
        assert!((grades[0] - 2.5).abs() < 1e-9 && (grades[1] - 7.5).abs() < 1e-9, "{grades:?}");
        let grades = grades_of(&method, &matrix(&[[0.3; 3], [0.3; 3]], (0.0, 1.0)));
        assert!(grades.iter().all(|grade| (grade - 0.3).abs() < 1e-15), "{grades:?}");
    }
    for epsilon in [0.0, f64::NAN, f64::INFINITY] {
        let method = Vancouver::default().epsilon(epsilon);
        assert!(method.aggregate(&matrix(&rows, (0.0, 10.0))).is_err());
    }
}
