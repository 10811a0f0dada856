//! Quotas of strata and topics that add up.

/// Whole numbers near the even shares `N_s c_t / n` of a table of strata and topics.
pub(super) struct Quotas {
    columns: usize,
    cells: Vec<usize>,
}

impl Quotas {
    /// Each share rounded down or up so that rows and columns add up to their sums, which have the
    /// same total. Controlled rounding: whoever lacks is filled along a path of cells that are
    /// rounded up or down, and since the shares themselves are such a filling, there is one in whole
    /// numbers. O((rows x columns)^2) at worst, near O(rows x columns).
    pub(super) fn new(rows: &[usize], columns: &[usize]) -> Self {
        let total: usize = rows.iter().sum();
        let (height, width) = (rows.len(), columns.len());
        let share = |r: usize, c: usize| rows[r] as u128 * columns[c] as u128;
        let whole = |r, c| usize::try_from(share(r, c) / total as u128).unwrap_or(usize::MAX);
        let cells: Vec<usize> = (0..height * width).map(|i| whole(i / width, i % width)).collect();
        let broken = |i: usize| !share(i / width, i % width).is_multiple_of(total as u128);
        let mut table = Filling {
            width,
            open: (0..cells.len()).map(broken).collect(),
            up: vec![false; cells.len()],
            lacks: columns.to_vec(),
        };
        for (i, &cell) in cells.iter().enumerate() {
            table.lacks[i % width] -= cell;
        }
        for (r, row) in rows.iter().enumerate() {
            let given: usize = cells[r * width..(r + 1) * width].iter().sum();
            for _ in given..*row {
                table.fill(r, height);
            }
        }
        let cells = cells.iter().zip(&table.up).map(|(&cell, &up)| cell + usize::from(up));
        Self { columns: width, cells: cells.collect() }
    }

    pub(super) fn row(&self, row: usize) -> &[usize] {
        &self.cells[row * self.columns..(row + 1) * self.columns]
    }
}

/// Which cells are rounded up.
struct Filling {
    width: usize,
    /// Cells whose share is not whole.
    open: Vec<bool>,
    up: Vec<bool>,
    /// What the columns lack.
    lacks: Vec<usize>,
}

impl Filling {
    /// Rounds one cell more of a row up, moving others of other rows within their columns, by the
    /// shortest such path.
    fn fill(&mut self, row: usize, height: usize) {
        let width = self.width;
        let mut came: Vec<Option<usize>> = vec![None; width]; // the row by which a column is reached
        let mut left: Vec<Option<usize>> = vec![None; height]; // the column by which a row is
        let mut queue = vec![row];
        let mut next = 0;
        while let Some(&r) = queue.get(next) {
            next += 1;
            for c in 0..width {
                let cell = r * width + c;
                if came[c].is_some() || !self.open[cell] || self.up[cell] {
                    continue;
                }
                came[c] = Some(r);
                if self.lacks[c] > 0 {
                    return self.turn(row, c, &came, &left);
                }
                for other in (0..height).filter(|&o| o != row && self.up[o * width + c]) {
                    if left[other].is_none() {
                        left[other] = Some(c);
                        queue.push(other);
                    }
                }
            }
        }
    }

    fn turn(&mut self, row: usize, column: usize, came: &[Option<usize>], left: &[Option<usize>]) {
        self.lacks[column] -= 1;
        let mut c = column;
        while let Some(r) = came[c] {
            self.up[r * self.width + c] = true;
            if r == row {
                break;
            }
            let Some(before) = left[r] else {
                break;
            };
            self.up[r * self.width + before] = false;
            c = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_are_rounded_down_or_up_and_add_up(
            rows in prop::collection::vec(0..40_usize, 1..9),
            cuts in prop::collection::vec(0..1_000_usize, 0..9),
        ) {
            let total: usize = rows.iter().sum();
            prop_assume!(total > 0);
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (total + 1)).collect();
            ends.extend([0, total]);
            ends.sort_unstable();
            let columns: Vec<usize> = ends.windows(2).map(|ends| ends[1] - ends[0]).collect();
            let quotas = Quotas::new(&rows, &columns);
            for (r, &row) in rows.iter().enumerate() {
                prop_assert_eq!(quotas.row(r).iter().sum::<usize>(), row);
                for (c, &column) in columns.iter().enumerate() {
                    let share = row * column;
                    let cell = quotas.row(r)[c];
                    prop_assert!(cell == share / total || cell == share.div_ceil(total));
                }
            }
            for (c, &column) in columns.iter().enumerate() {
                let sum: usize = (0..rows.len()).map(|r| quotas.row(r)[c]).sum();
                prop_assert_eq!(sum, column);
            }
        }
    }
}
