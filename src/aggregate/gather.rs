//! Look-ups in tables larger than the cache.

use core::ops::Range;

use crate::chunks;
use crate::id::Id;

/// A place in a table.
pub(super) trait Place: Copy {
    fn place(self) -> usize;
}

impl<I: Id> Place for I {
    fn place(self) -> usize {
        self.index()
    }
}

impl Place for u32 {
    fn place(self) -> usize {
        self as usize
    }
}

/// Rows looked up at once: their entries stay in the fastest cache.
const ROWS: usize = 64;

/// Calls `work` for each of these rows with the row, where its entries lie, and `table[id]` for each
/// of their `ids`. Rows lie side by side, row by row.
///
/// A loop of loads alone has dozens of them under way at once; with arithmetic between them it has
/// few, and each waits for memory. At a million works of five reviews that is most of the time.
pub(super) fn each_row<T: Copy, I: Place>(
    rows: Range<usize>,
    entries: impl Fn(usize) -> Range<usize>,
    ids: &[I],
    table: &[T],
    mut work: impl FnMut(usize, Range<usize>, &[T]),
) {
    let mut found = Vec::new();
    for first in rows.clone().step_by(ROWS) {
        let last = (first + ROWS).min(rows.end) - 1;
        let start = entries(first).start;
        found.clear();
        found.extend(ids[start..entries(last).end].iter().map(|id| table[id.place()]));
        for row in first..=last {
            let range = entries(row);
            work(row, range.clone(), &found[range.start - start..range.end - start]);
        }
    }
}

/// Puts `table[id]` for each of these `ids` into `found`.
///
/// One small table after the other: of 4 MB the addresses and most of the data stay in caches, and each
/// look-up is several times as fast as in a table of twice that, or in two of them by turns.
pub(super) fn gather<T: Copy + Default + Send + Sync, I: Place + Sync>(
    ids: &[I],
    table: &[T],
    found: &mut Vec<T>,
) {
    found.resize(ids.len(), T::default());
    chunks::map_mut(found, |first, part| {
        for (slot, id) in part.iter_mut().zip(&ids[first..]) {
            *slot = table[id.place()];
        }
    });
}

/// Ratings beyond which tables are kept in single precision, half as large: what that rounds is far
/// below the tolerance of any method, and the cache is most of the time.
pub(super) const LARGE: usize = 200_000;

/// A number as a table keeps it.
pub(super) trait Cell: Copy + Default + Send + Sync {
    fn new(value: f64) -> Self;
    fn get(self) -> f64;
}

impl Cell for f64 {
    fn new(value: f64) -> Self {
        value
    }

    fn get(self) -> f64 {
        self
    }
}

impl Cell for f32 {
    #[allow(clippy::cast_possible_truncation)] // that is what it is for
    fn new(value: f64) -> Self {
        value as Self
    }

    fn get(self) -> f64 {
        self.into()
    }
}

/// A large column in single precision, where that rounds nothing.
pub(super) fn narrowed(column: &[f64]) -> Option<Vec<f32>> {
    let narrow = |x: f64| <f32 as Cell>::new(x);
    let same = |x: f64| narrow(x).get().to_bits() == x.to_bits();
    let narrows = column.len() > LARGE / 8 && column.iter().all(|&x| same(x));
    narrows.then(|| chunks::column(column.len(), |i| narrow(column[i])))
}
