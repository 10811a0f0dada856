//! From what two peers say to what one says of a work of a known level.

use crate::eigen::symmetric_eigen;
use crate::math;

/// Steps of the factorisation, where the square root does not do. On real tables more change little.
const STEPS: usize = 100;

/// Eigenvalues up to this are rounding of zero, and so are negative entries of the root. Of a zero
/// that came out as 1e-16 the root would be 1e-8.
const ROUNDING: f64 = 1e-12;

/// Levels and how one peer reports them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Channel {
    /// The share of each true level.
    pub(super) prior: Vec<f64>,
    /// Rows are true levels, columns reports; each row sums to 1.
    pub(super) rows: Vec<f64>,
}

/// The channel by which two reports, independent given the true level, follow a symmetric table as
/// nearly as can be.
///
/// With `A(t,i) = sqrt(prior_t) N(t,i)` the table is `A' A`, A not negative, and the prior is the
/// squares of the row sums. The symmetric root gives such an A with the table's own margin as prior
/// wherever it is not negative; else it is where the search begins.
pub(super) fn channel(n: usize, cells: &[f64], margin: &[f64]) -> Channel {
    let (mut a, exact) = root(n, cells, margin);
    if !exact {
        improve(n, cells, &mut a);
    }
    of_root(n, &a)
}

/// The channel of the root alone.
#[cfg(test)]
pub(super) fn clipped_root(n: usize, cells: &[f64], margin: &[f64]) -> Channel {
    of_root(n, &root(n, cells, margin).0)
}

/// The channel and the prior of a factor of the table.
fn of_root(n: usize, a: &[f64]) -> Channel {
    let sums: Vec<f64> = a.chunks_exact(n).map(total).collect();
    let square = total(&sums.iter().map(|sum| sum * sum).collect::<Vec<f64>>());
    let prior = sums.iter().map(|sum| sum * sum / square).collect();
    let cell = |i: usize| {
        let (t, report) = (i / n, i % n);
        // Of a level that no work has: reported as it is.
        if sums[t] > 0.0 { a[i] / sums[t] } else { f64::from(t == report) }
    };
    Channel { prior, rows: (0..n * n).map(cell).collect() }
}

/// The table that two reports through the channel have.
pub(super) fn table(n: usize, channel: &Channel) -> Vec<f64> {
    let mut cells = vec![0.0; n * n];
    for (row, prior) in channel.rows.chunks_exact(n).zip(&channel.prior) {
        for i in 0..n {
            for j in 0..n {
                cells[i * n + j] += prior * (row[i] * row[j]);
            }
        }
    }
    cells
}

/// `(D^-1/2 P D^-1/2)^1/2 D^1/2` without what is below zero, and whether nothing was.
fn root(n: usize, cells: &[f64], margin: &[f64]) -> (Vec<f64>, bool) {
    let scale: Vec<f64> = margin.iter().map(|&share| math::sqrt(share)).collect();
    let unit = |i: usize| {
        let d = scale[i / n] * scale[i % n];
        if d > 0.0 { cells[i] / d } else { 0.0 }
    };
    let (values, vectors) = symmetric_eigen(n, &(0..n * n).map(unit).collect::<Vec<f64>>());
    let mut exact = values.iter().all(|&value| value >= -ROUNDING);
    let above = |&value: &f64| if value > ROUNDING { math::sqrt(value) } else { 0.0 };
    let roots: Vec<f64> = values.iter().map(above).collect();
    let mut a = vec![0.0; n * n];
    for t in 0..n {
        for i in 0..n {
            // A level that nobody reports stays out of it, whatever the rounding.
            if scale[t] > 0.0 && scale[i] > 0.0 {
                let term =
                    |sum: f64, k: usize| sum + roots[k] * (vectors[k * n + t] * vectors[k * n + i]);
                let cell = (0..n).fold(0.0, term) * scale[i];
                exact &= cell >= -ROUNDING;
                a[t * n + i] = math::max(cell, 0.0);
            }
        }
    }
    (a, exact)
}

/// Multiplicative steps towards the least squared error of `A' A` (Ding, He and Simon, "On the
/// equivalence of nonnegative matrix factorization and spectral clustering", SDM 2005, equation 20
/// with 1/2):
///
/// ```text
/// A(t,i)  <-  A(t,i) ( 1/2 + 1/2 (A P)(t,i) / (A A' A)(t,i) )
/// ```
fn improve(n: usize, cells: &[f64], a: &mut [f64]) {
    let largest = a.iter().fold(0.0, |largest, &x| math::max(largest, x));
    let used: Vec<bool> = a.chunks_exact(n).map(|row| total(row) > 0.0).collect();
    for (i, cell) in a.iter_mut().enumerate() {
        // What is zero would stay so.
        if used[i / n] && used[i % n] {
            *cell = math::max(*cell, largest * 1e-3);
        }
    }
    for _ in 0..STEPS {
        let target = product(n, a, cells);
        let across = product(n, &outer(n, a), a);
        for (cell, (p, q)) in a.iter_mut().zip(target.iter().zip(across)) {
            if q > 0.0 {
                *cell *= 0.5 + 0.5 * (p / q);
            }
        }
    }
}

/// `x y`.
fn product(n: usize, x: &[f64], y: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    for (row, slots) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for (&factor, other) in row.iter().zip(y.chunks_exact(n)) {
            for (slot, &cell) in slots.iter_mut().zip(other) {
                *slot += factor * cell;
            }
        }
    }
    out
}

/// `x x'`.
fn outer(n: usize, x: &[f64]) -> Vec<f64> {
    let row = |i: usize| &x[i * n..(i + 1) * n];
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
    (0..n * n).map(|i| dot(row(i / n), row(i % n))).collect()
}

pub(super) fn total(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value)
}
