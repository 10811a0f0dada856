//! Cholesky's factor of a small matrix, row by row in plain loops: the same bits everywhere.

use crate::math;

/// The lower factor of a symmetric positive definite matrix.
#[derive(Debug)]
pub(super) struct Cholesky {
    /// Row i has the entries 0..=i.
    rows: Vec<Vec<f64>>,
}

impl Cholesky {
    /// Factors a matrix given by the rows of its lower half; `None` where it is not positive
    /// definite. O(n^3).
    pub(super) fn new(mut rows: Vec<Vec<f64>>) -> Option<Self> {
        for i in 0..rows.len() {
            let (above, rest) = rows.split_at_mut(i);
            let row = &mut rest[0];
            for j in 0..i {
                row[j] = (row[j] - dot(&row[..j], &above[j][..j])) / above[j][j];
            }
            let square = row[i] - dot(&row[..i], &row[..i]);
            if !(square > 0.0 && square.is_finite()) {
                return None;
            }
            row[i] = math::sqrt(square);
        }
        Some(Self { rows })
    }

    /// The trace of the inverse: the sum of the squares of the inverse factor. O(n^3).
    pub(super) fn trace_of_inverse(&self) -> f64 {
        let n = self.rows.len();
        let mut column = vec![0.0; n];
        (0..n).fold(0.0, |trace, j| {
            for i in j..n {
                let unit = if i == j { 1.0 } else { 0.0 };
                column[i] = (unit - dot(&self.rows[i][j..i], &column[j..i])) / self.rows[i][i];
            }
            trace + dot(&column[j..], &column[j..])
        })
    }

    /// The solution of the system with this right side. O(n^2).
    pub(super) fn solve(&self, mut x: Vec<f64>) -> Vec<f64> {
        for (i, row) in self.rows.iter().enumerate() {
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
        for (i, row) in self.rows.iter().enumerate().rev() {
            x[i] /= row[i];
            let known = x[i];
            for (value, entry) in x[..i].iter_mut().zip(row) {
                *value -= entry * known;
            }
        }
        x
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_matrix_is_inverted_and_an_indefinite_one_refused() {
        // Second differences on a path of 3: the inverse has the diagonal 3/4, 1, 3/4.
        let factor = Cholesky::new(vec![vec![2.0], vec![-1.0, 2.0], vec![0.0, -1.0, 2.0]]).unwrap();
        assert!((factor.trace_of_inverse() - 2.5).abs() < 1e-14);
        for (x, y) in factor.solve(vec![1.0, 0.0, 1.0]).into_iter().zip([1.0, 1.0, 1.0]) {
            assert!((x - y).abs() < 1e-14);
        }
        assert!(Cholesky::new(vec![vec![1.0], vec![2.0, 1.0]]).is_none());
        assert!(Cholesky::new(vec![vec![f64::NAN]]).is_none());
    }
}
