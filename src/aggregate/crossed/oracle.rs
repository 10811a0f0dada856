//! The mixed-model equations written out and solved as they stand.
#![allow(clippy::single_match_else)] // both cases are told
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use crate::aggregate::Blup;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::reviews::Reviews;

/// Grades, their variances and biases.
pub(super) struct Dense {
    grade: Vec<f64>,
    variance: Vec<f64>,
    bias: Vec<f64>,
}

/// One square of the sum that is least: `weight (target - sum of coefficients x unknowns)^2`.
struct Square {
    terms: Vec<(usize, f64)>,
    target: f64,
    weight: f64,
}

/// Unknown 0 is the mean, then come grades, then biases. `known` has a value and a variance of some
/// works; a variance of 0 takes the work out.
pub(super) fn dense(
    reviews: &Reviews,
    [truth, bias, noise]: [f64; 3],
    known: &dyn Fn(usize) -> Option<(f64, f64)>,
) -> Dense {
    let graph = reviews.graph();
    let (n, m) = (graph.submissions(), graph.people());
    let mut squares = Vec::new();
    for u in 0..n {
        let id = SubmissionId::new(to_u32(u));
        let rated = graph.reviewers_of(id).iter().zip(reviews.scores_of(id, 0));
        let exact = known(u).filter(|&(_, variance)| variance <= 0.0);
        for (v, &z) in rated {
            let bias = (1 + n + v.index(), 1.0);
            squares.push(match exact {
                Some((t, _)) => Square { terms: vec![bias], target: z - t, weight: 1.0 / noise },
                None => {
                    let terms = vec![(1 + u, 1.0), bias];
                    Square { terms, target: z, weight: 1.0 / noise }
                }
            });
        }
        if exact.is_none() && !graph.reviewers_of(id).is_empty() {
            let terms = vec![(1 + u, 1.0), (0, -1.0)];
            squares.push(Square { terms, target: 0.0, weight: 1.0 / truth });
            if let Some((target, variance)) = known(u) {
                squares.push(Square { terms: vec![(1 + u, 1.0)], target, weight: 1.0 / variance });
            }
        }
    }
    for v in 0..m {
        squares.push(Square { terms: vec![(1 + n + v, 1.0)], target: 0.0, weight: 1.0 / bias });
    }
    let (solution, inverse) = least_squares(1 + n + m, &squares);
    Dense {
        grade: solution[1..=n].to_vec(),
        variance: (1..=n).map(|i| inverse[i][i]).collect(),
        bias: solution[1 + n..].to_vec(),
    }
}

/// Gauss-Jordan with pivots; an unknown without equations is 0.
fn least_squares(size: usize, squares: &[Square]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut a = vec![vec![0.0; 2 * size]; size];
    let mut right = vec![0.0; size];
    for square in squares {
        for &(i, x) in &square.terms {
            right[i] += square.weight * x * square.target;
            for &(j, y) in &square.terms {
                a[i][j] += square.weight * x * y;
            }
        }
    }
    for i in 0..size {
        if a[i][i] == 0.0 {
            a[i][i] = 1.0;
        }
        a[i][size + i] = 1.0;
    }
    for k in 0..size {
        let pivot = (k..size).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        let row: Vec<f64> = a[k].iter().map(|x| x / a[k][k]).collect();
        for (i, other) in a.iter_mut().enumerate() {
            if i != k {
                let factor = other[k];
                other.iter_mut().zip(&row).for_each(|(x, y)| *x -= factor * y);
            }
        }
        a[k] = row;
    }
    let inverse: Vec<Vec<f64>> = a.iter().map(|row| row[size..].to_vec()).collect();
    let times = |row: &Vec<f64>| row.iter().zip(&right).map(|(x, y)| x * y).sum();
    (inverse.iter().map(times).collect(), inverse)
}

/// Whether a gradebook has these grades, cut to the scale, standard errors and biases.
pub(super) fn check(book: &Gradebook, reviews: &Reviews, dense: &Dense, tolerance: f64) {
    let near = |a: f64, b: f64, what: &str| assert!((a - b).abs() <= tolerance, "{what}: {a} {b}");
    let scale = reviews.rubric().scale();
    for u in 0..book.submissions() {
        let id = SubmissionId::new(to_u32(u));
        let Some(std_error) = book.std_error(id) else { continue };
        let expected = dense.grade[u].clamp(scale.min(), scale.max());
        near(book.peer_grade(id).unwrap(), expected, "grade");
        near(std_error, dense.variance[u].sqrt(), "standard error");
    }
    for (v, &bias) in dense.bias.iter().enumerate() {
        if let Some(own) = book.bias(PersonId::new(to_u32(v))) {
            near(own, bias, "bias");
        }
    }
}

/// The method with these variances, to the last digits.
pub(super) fn exact(variances: [f64; 3]) -> Blup {
    let [truth, bias, noise] = variances.map(f64::sqrt);
    Blup::default().fixed(truth, bias, noise).tolerance(1e-13).max_iterations(1000)
}
