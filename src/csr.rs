//! Compressed rows: one flat column of items and the offsets at which each row begins.

use crate::id::{Id, to_u32};

/// Lists of items, one list a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Csr<T> {
    offsets: Vec<u32>,
    items: Vec<T>,
}

/// About as many items as are sorted into rows at random without leaving the cache, and the most
/// parts that are written side by side.
const CACHED: usize = 1 << 16;
const MAX_PARTS: usize = 256;

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
        Self::sorted(rows, len, || (0..len).map(|i| (row(i), item(i))))
    }

    /// `len` pairs of a row and an item, sorted into rows as they come. O(items + rows); beyond the
    /// cache, 4 bytes and an item more a pair while it works.
    pub(crate) fn sorted<I>(rows: usize, len: usize, pairs: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = (usize, T)>,
        T: Default,
    {
        if len <= 2 * CACHED {
            return Self::scattered(rows, len, pairs);
        }
        // First into parts, few enough to be written side by side, then each part within the cache.
        let shift = (rows / (len / CACHED).min(MAX_PARTS)).max(1).ilog2();
        let parts = Csr::scattered((rows >> shift) + 1, len, || {
            pairs().map(|(row, item)| (row >> shift, (to_u32(row), item)))
        });
        Self::scattered(rows, len, || parts.items.iter().map(|&(row, item)| (row as usize, item)))
    }

    fn scattered<I>(rows: usize, len: usize, pairs: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = (usize, T)>,
        T: Default,
    {
        // Counted two rows ahead, so that what begins as the start of a row ends as its end.
        let mut offsets = vec![0_u32; rows + 2];
        pairs().for_each(|(row, _)| offsets[row + 2] += 1);
        for row in 1..=rows {
            offsets[row + 1] += offsets[row];
        }
        let mut items = vec![T::default(); len];
        pairs().for_each(|(row, item)| {
            let next = &mut offsets[row + 1];
            items[*next as usize] = item;
            *next += 1;
        });
        offsets.truncate(rows + 1);
        Self { offsets, items }
    }

    pub(crate) fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The offsets and the items.
    pub(crate) fn into_parts(self) -> (Vec<u32>, Vec<T>) {
        (self.offsets, self.items)
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [T] {
        let range = self.range(row);
        &mut self.items[range]
    }

    /// The items of a row; empty for a row that is not there.
    #[inline]
    pub(crate) fn row(&self, row: usize) -> &[T] {
        if row < self.rows() { &self.items[self.range(row)] } else { &[] }
    }

    /// Where the items of a row stand in the flat column.
    #[inline]
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

/// Pairs in the order (first, second), pairs that are equal in the order of their rows.
pub(crate) struct Ordered<B> {
    /// By the first key: where its pairs begin.
    pub(crate) offsets: Vec<u32>,
    /// The second key of each pair.
    pub(crate) seconds: Vec<B>,
    /// The row of each pair; `None` where the rows are in that order already.
    pub(crate) rows: Option<Vec<u32>>,
}

impl<B: Id + Default> Ordered<B> {
    /// Sorts pairs, each below the counts, by two stable counting sorts that read in sequence.
    /// O(len + firsts + seconds).
    pub(crate) fn new<A: Id + Default>(
        (firsts, seconds): (usize, usize),
        len: usize,
        pair: impl Fn(usize) -> (A, B),
    ) -> Self {
        let starts = offsets(firsts, (0..len).map(|i| pair(i).0.index()));
        if (1..len).all(|i| pair(i - 1) <= pair(i)) {
            let seconds = (0..len).map(|i| pair(i).1).collect();
            return Self { offsets: starts, seconds, rows: None };
        }
        let second = |i: usize| pair(i).1.index();
        let by_second = Csr::group(seconds, len, second, |i| (pair(i).0, to_u32(i)));
        let mut next = starts.clone();
        let mut ordered = vec![(B::default(), 0); len];
        for b in 0..seconds {
            for &(first, row) in by_second.row(b) {
                let slot = &mut next[first.index()];
                ordered[*slot as usize] = (B::from_u32(to_u32(b)), row);
                *slot += 1;
            }
        }
        Self {
            offsets: starts,
            seconds: ordered.iter().map(|&(second, _)| second).collect(),
            rows: Some(ordered.iter().map(|&(_, row)| row).collect()),
        }
    }

    /// The row of the pair at a position.
    pub(crate) fn row(&self, position: usize) -> usize {
        self.rows.as_ref().map_or(position, |rows| rows[position] as usize)
    }

    /// The first two positions with equal pairs.
    pub(crate) fn repeated(&self) -> Option<(usize, usize)> {
        self.offsets.windows(2).find_map(|ends| {
            let row = ends[0] as usize..ends[1] as usize;
            let again = row.skip(1).find(|&i| self.seconds[i - 1] == self.seconds[i])?;
            Some((again - 1, again))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{PersonId, SubmissionId};

    #[test]
    fn many_pairs_are_grouped_like_few() {
        let (rows, len) = (1000, 2 * CACHED + 17);
        let row = |i: usize| i * 7919 % 997 + 3;
        let csr = Csr::group(rows, len, row, |i| i);
        let mut plain = vec![Vec::new(); rows];
        (0..len).for_each(|i| plain[row(i)].push(i));
        assert!((0..rows).all(|r| csr.row(r) == plain[r]));
    }

    #[test]
    fn grouping_is_stable_and_order_is_lexicographic() {
        let keys = [(2, 1), (0, 3), (2, 0), (0, 3), (1, 1_u32)];
        let csr = Csr::group(4, keys.len(), |i| keys[i].0 as usize, |i| i);
        assert_eq!((csr.rows(), csr.row(0), csr.row(2)), (4, &[1, 3][..], &[0, 2][..]));
        assert!(csr.row(3).is_empty() && csr.row(9).is_empty());
        let pair = |i: usize| (SubmissionId::new(keys[i].0), PersonId::new(keys[i].1));
        let ordered = Ordered::new((4, 4), keys.len(), pair);
        assert_eq!(ordered.rows, Some(vec![1, 3, 4, 2, 0]));
        assert_eq!(ordered.seconds, [3, 3, 1, 0, 1].map(PersonId::new));
        assert_eq!(
            (ordered.offsets.as_slice(), ordered.repeated()),
            (&[0, 2, 3, 5, 5][..], Some((0, 1)))
        );
        let sorted = Ordered::new((3, 1), 3, |i| (SubmissionId::new(to_u32(i)), PersonId::new(0)));
        assert_eq!((sorted.rows.as_ref(), sorted.row(2), sorted.repeated()), (None, 2, None));
    }
}
