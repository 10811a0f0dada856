//! The weights nearest to those wanted, under linear bounds: a tiny linear program.

/// The least `x >= 0` of cost 1 each under rows `coefficients x <= limit`.
///
/// Every cost is above 0, so that the slack basis is optimal but for rows that do not hold: the
/// dual simplex method mends them one by one, by Bland's rule, which cannot cycle.
pub(super) struct Rows {
    /// Each row's coefficients, its limit last.
    rows: Vec<Vec<f64>>,
    columns: usize,
}

/// What is smaller counts as 0: coefficients are levels of a scale, limits at most a few of them.
const TOLERANCE: f64 = 1e-11;

/// Far more pivots than any program of this size takes: rounding could defeat Bland's rule.
const PIVOTS: usize = 10_000;

impl Rows {
    pub(super) fn new(columns: usize) -> Self {
        Self { rows: Vec::new(), columns }
    }

    pub(super) fn at_most(&mut self, coefficients: impl Iterator<Item = f64>, limit: f64) {
        self.rows.push(coefficients.chain([limit]).collect());
    }

    /// The solution, `None` where the rows contradict each other.
    pub(super) fn solve(mut self) -> Option<Vec<f64>> {
        let columns = self.columns;
        let mut costs = vec![1.0; columns];
        // Variables are numbered, those of the rows (what is left to the limit) after the others.
        let mut outside: Vec<usize> = (0..columns).collect();
        let mut basis: Vec<usize> = (columns..columns + self.rows.len()).collect();
        for _ in 0..PIVOTS {
            let broken = (0..self.rows.len()).filter(|&r| self.rows[r][columns] < -TOLERANCE);
            let Some(row) = broken.min_by_key(|&r| basis[r]) else {
                return Some(self.read(&basis));
            };
            let column = entering(&self.rows[row], &costs, &outside)?;
            self.pivot(row, column, &mut costs);
            core::mem::swap(&mut basis[row], &mut outside[column]);
        }
        None
    }

    fn read(&self, basis: &[usize]) -> Vec<f64> {
        let mut solution = vec![0.0; self.columns];
        for (row, &variable) in self.rows.iter().zip(basis) {
            if let Some(slot) = solution.get_mut(variable) {
                *slot = row[self.columns];
            }
        }
        solution
    }

    fn pivot(&mut self, row: usize, column: usize, costs: &mut [f64]) {
        let pivot = self.rows[row][column];
        let mut pivoted: Vec<f64> = self.rows[row].iter().map(|x| x / pivot).collect();
        pivoted[column] = 1.0 / pivot;
        for (r, other) in self.rows.iter_mut().enumerate().filter(|&(r, _)| r != row) {
            debug_assert!(r != row);
            eliminate(other, &pivoted, column);
        }
        eliminate(costs, &pivoted, column);
        self.rows[row] = pivoted;
    }
}

/// Puts the pivoted row in place of the variable of a column.
fn eliminate(row: &mut [f64], pivoted: &[f64], column: usize) {
    let factor = row[column];
    for (c, (x, p)) in row.iter_mut().zip(pivoted).enumerate() {
        *x = if c == column { -factor * p } else { *x - factor * p };
    }
}

/// The variable that mends a row at the least cost; the first of equal ones.
fn entering(row: &[f64], costs: &[f64], outside: &[usize]) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (column, &cost) in costs.iter().enumerate().filter(|&(c, _)| row[c] < -TOLERANCE) {
        let ratio = cost / -row[column];
        let better = best.is_none_or(|(least, at)| {
            ratio < least - TOLERANCE
                || (ratio <= least + TOLERANCE && outside[column] < outside[at])
        });
        if better {
            best = Some((ratio, column));
        }
    }
    best.map(|(_, column)| column)
}
