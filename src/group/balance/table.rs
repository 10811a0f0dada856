//! What the engine weighs: the columns, centred, scaled and side by side.

use super::MAX_DIMS;

/// One row of numbers per person. A column has mean 0; its sum of squares is `n` times its weight.
///
/// Stored in single precision: the rows are what the engine compares exactly, a relative 6e-8 off the
/// columns that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::group) struct Table {
    /// +1 for a column to be even over the groups, -1 for one to differ between them.
    signs: Vec<f32>,
    rows: Vec<f32>,
}

impl Table {
    /// Rows for columns of these signs, all zero.
    pub(in crate::group) fn new(people: usize, signs: Vec<f32>) -> Self {
        debug_assert!(signs.len() <= MAX_DIMS, "{} columns", signs.len());
        let rows = vec![0.0; people * signs.len()];
        Self { signs, rows }
    }

    /// Writes a column.
    pub(in crate::group) fn fill(&mut self, column: usize, value: impl Fn(usize) -> f64) {
        let dims = self.dims();
        for (person, row) in self.rows.chunks_exact_mut(dims).enumerate() {
            #[allow(clippy::cast_possible_truncation)] // rounded to single precision, as said above
            {
                row[column] = value(person) as f32;
            }
        }
    }

    /// Number of columns.
    pub(in crate::group) fn dims(&self) -> usize {
        self.signs.len()
    }

    pub(super) fn signs(&self) -> &[f32] {
        &self.signs
    }

    /// Among the columns that are to differ between groups, the one with the largest variance over
    /// these people; `None` where all are 0. O(people d).
    pub(in crate::group) fn widest_alike(&self, people: &[u32]) -> Option<usize> {
        let mut best = (0.0, None);
        for (column, _) in self.signs.iter().enumerate().filter(|(_, sign)| **sign < 0.0) {
            let value = |&p: &u32| f64::from(self.row(p)[column]);
            let mean = people.iter().fold(0.0, |sum, p| sum + value(p)) / people.len() as f64;
            let off = |p: &u32| (value(p) - mean) * (value(p) - mean);
            let spread = people.iter().fold(0.0, |sum, p| sum + off(p));
            if spread > best.0 {
                best = (spread, Some(column));
            }
        }
        best.1
    }

    pub(in crate::group) fn row(&self, person: u32) -> &[f32] {
        let dims = self.dims();
        &self.rows[person as usize * dims..][..dims]
    }
}
