//! The exact posterior of tiny courses: precisions on a grid, all else in closed form.
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use crate::Seed;
use crate::aggregate::Aggregator;
use crate::aggregate::fixtures::matrix;
use crate::aggregate::gibbs::chain::{Course, Hyper};
use crate::aggregate::gibbs::pg1::Reliabilities;
use crate::aggregate::gibbs::sums::Outcome;
use crate::aggregate::gibbs::{Chains, Pg1Gibbs, Pg2};
use crate::aggregate::ratings::Ratings;
use crate::math;
use crate::reviews::Reviews;
use crate::seed::{Phase, Stream};

const REVIEWERS: usize = 3;

/// Three reviewers of some of three works, at least one review for each work.
fn tiny(stream: &mut Stream) -> Reviews {
    let rows: [[f64; REVIEWERS]; 3] = core::array::from_fn(|u| {
        let level = 3.0 + 4.0 * stream.unit();
        core::array::from_fn(|v| {
            let reviewed = u == v || stream.bernoulli(0.7);
            if reviewed { math::clamp(level + 1.5 * stream.normal(), 0.0, 10.0) } else { f64::NAN }
        })
    });
    matrix(&rows, (0.0, 10.0))
}

/// Part, item, reviewer and rating.
fn rows(course: &Course<'_>) -> Vec<(usize, usize, usize, f64)> {
    let mut rows = Vec::new();
    for (t, part) in course.parts.iter().enumerate() {
        for item in 0..part.ratings.items() {
            for (z, v) in part.ratings.of(item).iter().zip(part.ratings.reviewers(item)) {
                rows.push((t, part.first + item, v.index(), *z));
            }
        }
    }
    rows
}

/// Solves `a x = b` for several b by elimination; `a` is positive definite. Returns ln det a too.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<Vec<f64>>) -> (f64, Vec<Vec<f64>>) {
    let (n, mut ln_det) = (a.len(), 0.0);
    for i in 0..n {
        ln_det += math::ln(a[i][i]);
        for j in 0..n {
            let factor = a[j][i] / a[i][i];
            if j != i {
                for k in 0..n {
                    a[j][k] -= factor * a[i][k];
                }
                for column in &mut b {
                    column[j] -= factor * column[i];
                }
            }
        }
    }
    for column in &mut b {
        for i in 0..n {
            column[i] /= a[i][i];
        }
    }
    (ln_det, b)
}

/// Mean and variance of every grade, the parameters given.
fn posterior(course: &Course<'_>) -> Vec<(f64, f64)> {
    const GRID: usize = 19;
    let Hyper { mean, quality, bias, drift, shape, rate, .. } = course.start;
    let rows = rows(course);
    let nodes: Vec<f64> =
        (0..GRID).map(|i| math::ln(shape / rate) - 7.0 + 0.6 * i as f64).collect();
    let mut sums = vec![(0.0, 0.0, 0.0); course.items];
    let mut top = f64::NEG_INFINITY;
    for code in 0..GRID * GRID * GRID {
        let logs = [code % GRID, code / GRID % GRID, code / GRID / GRID].map(|i| nodes[i]);
        let covariance = |i: usize, j: usize| {
            let ((t, u, v, _), (s, w, x, _)) = (rows[i], rows[j]);
            let shared = if v == x { bias + drift * t.min(s) as f64 } else { 0.0 };
            let own = if i == j { math::exp(-logs[v]) } else { 0.0 };
            if u == w { quality + shared + own } else { shared + own }
        };
        let n = rows.len();
        let matrix = (0..n).map(|i| (0..n).map(|j| covariance(i, j)).collect()).collect();
        let data: Vec<f64> = rows.iter().map(|row| row.3 - mean).collect();
        let with = |u: usize| -> Vec<f64> {
            rows.iter().map(|row| if row.1 == u { quality } else { 0.0 }).collect()
        };
        let right = core::iter::once(data.clone()).chain((0..course.items).map(with)).collect();
        let (ln_det, solved) = solve(matrix, right);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
        // The density of ln t: t^shape e^(-rate t).
        let prior = logs.iter().fold(0.0, |sum, &x| sum + shape * x - rate * math::exp(x));
        let ln_weight = prior - 0.5 * (ln_det + dot(&data, &solved[0]));
        if ln_weight > top {
            let scale = math::exp(top - ln_weight);
            for (a, b, c) in &mut sums {
                (*a, *b, *c) = (*a * scale, *b * scale, *c * scale);
            }
            top = ln_weight;
        }
        let weight = math::exp(ln_weight - top);
        for (u, (all, first, second)) in sums.iter_mut().enumerate() {
            let grade = dot(&with(u), &solved[0]);
            let variance = quality - dot(&with(u), &solved[1 + u]);
            *all += weight;
            *first += weight * grade;
            *second += weight * (grade * grade + variance);
        }
    }
    let moments = |(all, first, second): (f64, f64, f64)| {
        (mean + first / all, second / all - first / all * (first / all))
    };
    sums.into_iter().map(moments).collect()
}

/// The chains agree with the exact posterior as closely as chance lets them.
fn agrees(course: &Course<'_>, outcome: &Outcome) {
    assert!(outcome.converged);
    for (u, (mean, variance)) in posterior(course).into_iter().enumerate() {
        let error = 5.0 * outcome.error;
        assert!(error < 0.05, "{error}");
        assert!((outcome.grade[u] - mean).abs() < error, "{} {mean} {error}", outcome.grade[u]);
        let ratio = outcome.variance[u] / variance;
        assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
    }
}

fn long() -> Chains {
    Chains { seed: Seed::new(7), sweeps: 12_000, burn_in: 100 }
}

#[test]
fn pg1_is_the_exact_posterior_of_tiny_courses() {
    for seed in 0..10 {
        let reviews = tiny(&mut Seed::new(seed).stream(Phase::Gibbs, 9));
        let ratings = [Ratings::by_spread(&reviews).unwrap()];
        let course = Course::new(&ratings).unwrap();
        let outcome = long().run(&course, &course.state(0), &Reliabilities { learn: false });
        agrees(&course, &outcome);
    }
}

#[test]
fn a_term_of_pg2_is_the_exact_posterior_too() {
    for seed in 20..22 {
        let mut stream = Seed::new(seed).stream(Phase::Gibbs, 9);
        let reviews = [tiny(&mut stream), tiny(&mut stream)];
        let ratings = reviews.each_ref().map(|reviews| Ratings::by_spread(reviews).unwrap());
        let course = Course::new(&ratings).unwrap();
        let outcome = long().run(&course, &course.state(0), &Reliabilities { learn: false });
        agrees(&course, &outcome);
    }
}

#[test]
fn the_lines_of_pg1_are_the_posterior_mean() {
    for seed in 0..10 {
        let reviews = tiny(&mut Seed::new(seed).stream(Phase::Gibbs, 9));
        let ratings = [Ratings::by_spread(&reviews).unwrap()];
        let course = Course::new(&ratings).unwrap();
        let chains = Chains::new(150, 45);
        let outcome = chains.run(&course, &course.state(0), &Reliabilities { learn: true });
        let book = Pg1Gibbs::default().aggregate(&reviews).unwrap();
        for (grade, mean) in book.grades().flatten().zip(&outcome.grade) {
            let mean = ratings[0].axes()[0].score(*mean);
            // Chains see ratings without their last digits, lines have all of them.
            assert!((grade - math::clamp(mean, 0.0, 10.0)).abs() < 1e-8, "{grade} {mean}");
        }
    }
}

#[test]
fn a_term_of_one_assignment_is_pg1() {
    let reviews = tiny(&mut Seed::new(3).stream(Phase::Gibbs, 9));
    let grades = |book: &crate::Gradebook| book.grades().collect::<Vec<_>>();
    let pg1 = grades(&Pg1Gibbs::default().aggregate(&reviews).unwrap());
    assert_eq!(grades(&Pg2::default().aggregate(&reviews).unwrap()), pg1);
    assert_eq!(grades(&Pg2::default().term(&[reviews]).unwrap()[0]), pg1);
    assert!(Pg2::default().term(&[]).unwrap().is_empty());
}
