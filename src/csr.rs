//! Compressed rows: one flat column of items and the offsets at which each row begins.

use crate::id::to_u32;

/// Lists of items, one list a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Csr<T> {
    offsets: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Csr<T> {
    /// Rows from offsets (one more than rows, from 0, not decreasing) and the items they cut.
    pub(crate) fn new(offsets: Vec<u32>, items: Vec<T>) -> Self {
        debug_assert_eq!(offsets.last().map(|&end| end as usize), Some(items.len()));
        Self { offsets, items }
    }

    /// Items sorted into rows by a stable counting sort. O(items + rows).
    pub(crate) fn group(
        rows: usize,
        len: usize,
        row: impl Fn(usize) -> usize,
        item: impl Fn(usize) -> T,
    ) -> Self
    where
        T: Default,
    {
        let offsets = offsets(rows, (0..len).map(&row));
        let mut next = offsets.clone();
        let mut items = vec![T::default(); len];
        for i in 0..len {
            let slot = &mut next[row(i)];
            items[*slot as usize] = item(i);
            *slot += 1;
        }
        Self { offsets, items }
    }

    pub(crate) fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The items of a row; empty for a row that is not there.
    pub(crate) fn row(&self, row: usize) -> &[T] {
        if row < self.rows() { &self.items[self.range(row)] } else { &[] }
    }

    /// Where the items of a row stand in the flat column.
    pub(crate) fn range(&self, row: usize) -> core::ops::Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }
}

/// The offsets of `rows` rows from the row of each item.
pub(crate) fn offsets(rows: usize, items: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut offsets = vec![0_u32; rows + 1];
    for row in items {
        offsets[row + 1] += 1;
    }
    for row in 0..rows {
        offsets[row + 1] += offsets[row];
    }
    offsets
}

/// The stable order of `0..len` by two keys, the first more weighty; `None` where it is in that
/// order already. O(len + keys).
pub(crate) fn order_by(
    len: usize,
    first: (usize, impl Fn(usize) -> usize),
    second: (usize, impl Fn(usize) -> usize),
) -> Option<Vec<u32>> {
    let key = |i| (first.1(i), second.1(i));
    if (1..len).all(|i| key(i - 1) <= key(i)) {
        return None;
    }
    let by_second = Csr::group(second.0, len, &second.1, to_u32).items;
    let at = |i: usize| by_second[i] as usize;
    Some(Csr::group(first.0, len, |i| first.1(at(i)), |i| by_second[i]).items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grouping_is_stable_and_order_is_lexicographic() {
        let keys = [(2, 1), (0, 3), (2, 0), (0, 3), (1, 1)];
        let csr = Csr::group(4, keys.len(), |i| keys[i].0, |i| i);
        assert_eq!((csr.rows(), csr.row(0), csr.row(2)), (4, &[1, 3][..], &[0, 2][..]));
        assert!(csr.row(3).is_empty() && csr.row(9).is_empty());
        let order = order_by(keys.len(), (4, |i: usize| keys[i].0), (4, |i: usize| keys[i].1));
        assert_eq!(order, Some(vec![1, 3, 4, 2, 0]));
        assert_eq!(order_by(3, (3, |i| i), (1, |_| 0)), None);
    }
}
