//! Eigenvalues and eigenvectors of a small symmetric matrix.
//!
//! Written out, since it is forty lines and its bits are part of the contract; a package would bring
//! eight more for them.

use crate::math;

/// Sweeps after which rounding is all that is left. Ten do in practice.
const SWEEPS: usize = 60;

/// The eigenvalues of a symmetric matrix of finite numbers, row by row, in no particular order, and
/// the orthonormal eigenvectors, vector `k` in row `k`.
///
/// The cyclic method of Jacobi (Golub and Van Loan, Matrix Computations, 8.5). O(n^3) a sweep.
pub(crate) fn symmetric_eigen(n: usize, matrix: &[f64]) -> (Vec<f64>, Vec<f64>) {
    debug_assert_eq!(matrix.len(), n * n);
    let mut a = matrix.to_vec();
    let mut vectors: Vec<f64> = (0..n * n).map(|i| f64::from(i % (n + 1) == 0)).collect();
    let squares = |a: &[f64], keep: fn(usize, usize) -> bool| {
        let cells = (0..n * n).filter(|i| keep(i / n, i % n));
        cells.fold(0.0, |sum, i| sum + a[i] * a[i])
    };
    let negligible = squares(&a, |_, _| true) * (f64::EPSILON * f64::EPSILON);
    for _ in 0..SWEEPS {
        if squares(&a, |p, q| p < q) <= negligible {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(n, &mut a, &mut vectors, (p, q));
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), vectors)
}

/// The rotation in the plane of two axes that makes their cell zero.
fn rotate(n: usize, a: &mut [f64], vectors: &mut [f64], (p, q): (usize, usize)) {
    let cell = a[p * n + q];
    if cell == 0.0 {
        return;
    }
    // The smaller root of t^2 + 2 theta t = 1; 0 where theta^2 overflows.
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * cell);
    let t = theta.signum() / (theta.abs() + math::sqrt(theta * theta + 1.0));
    let c = 1.0 / math::sqrt(t * t + 1.0);
    let s = t * c;
    let turn = |x: &mut [f64], i: usize, j: usize| {
        (x[i], x[j]) = (c * x[i] - s * x[j], s * x[i] + c * x[j]);
    };
    for k in 0..n {
        turn(a, k * n + p, k * n + q);
    }
    for k in 0..n {
        turn(a, p * n + k, q * n + k);
        turn(vectors, p * n + k, q * n + k);
    }
    (a[p * n + q], a[q * n + p]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;
    use crate::seed::Phase;

    /// Whether vectors are orthonormal and give the matrix back.
    fn holds(n: usize, matrix: &[f64]) -> Vec<f64> {
        let (values, vectors) = symmetric_eigen(n, matrix);
        let size = matrix.iter().fold(0.0, |size, &x| math::max(size, x.abs()));
        let sum = |f: &dyn Fn(usize) -> f64| (0..n).map(f).sum::<f64>();
        for i in 0..n {
            for j in 0..n {
                let dot = sum(&|k| vectors[i * n + k] * vectors[j * n + k]);
                assert!((dot - f64::from(i == j)).abs() < 1e-13, "{dot}");
                let cell = sum(&|k| values[k] * vectors[k * n + i] * vectors[k * n + j]);
                assert!((cell - matrix[i * n + j]).abs() <= 1e-13 * size, "{cell}");
            }
        }
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    #[test]
    fn matrices_are_their_eigenvectors_times_their_eigenvalues() {
        let mut stream = Seed::new(1).stream(Phase::Plan, 0);
        for n in [1, 2, 3, 5, 17, 64] {
            let mut matrix = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..=i {
                    let x = stream.normal();
                    (matrix[i * n + j], matrix[j * n + i]) = (x, x);
                }
            }
            holds(n, &matrix);
        }
    }

    #[test]
    fn known_spectra_come_out() {
        let near = |found: Vec<f64>, known: &[f64]| {
            assert!(found.iter().zip(known).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?}");
        };
        // Second differences: 2 - 2 cos(pi k / 4).
        let root = math::sqrt(2.0);
        let differences = [2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0];
        near(holds(3, &differences), &[2.0 - root, 2.0, 2.0 + root]);
        near(holds(2, &[1.0, 1.0, 1.0, 1.0]), &[0.0, 2.0]);
        near(holds(3, &[0.0; 9]), &[0.0; 3]);
        // Far apart: theta overflows.
        near(holds(2, &[1e-300, 1e-320, 1e-320, 1.0]), &[1e-300, 1.0]);
    }
}
