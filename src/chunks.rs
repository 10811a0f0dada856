//! Fixed chunks: the one way in which this crate sums and maps long columns.
//!
//! The chunks do not depend on the number of threads, each is worked from left to right, and chunk
//! sums are combined by one fixed tree. So the serial build, the feature `rayon` and any number of
//! threads give the same bits.

use core::ops::Range;

/// Elements of one chunk. Part of the contract: another value changes the last bits of sums.
const CHUNK: usize = 4096;

/// The results of `work` over the chunks of `0..len`, in order.
pub(crate) fn map<T: Send>(len: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let chunk = |c: usize| work(c * CHUNK..((c + 1) * CHUNK).min(len));
    let count = len.div_ceil(CHUNK);
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..count).into_par_iter().map(chunk).collect()
    }
    #[cfg(not(feature = "rayon"))]
    {
        (0..count).map(chunk).collect()
    }
}

/// The results of `work` on each of `0..len`, in order: for a few items of much work each.
pub(crate) fn each<T: Send>(len: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..len).into_par_iter().with_max_len(1).map(&work).collect()
    }
    #[cfg(not(feature = "rayon"))]
    {
        (0..len).map(work).collect()
    }
}

/// A column of `len` values, value `i` by `value(i)`.
pub(crate) fn column<T: Copy + Default + Send>(
    len: usize,
    value: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let mut out = vec![T::default(); len];
    let fill = |(c, slots): (usize, &mut [T])| {
        for (i, slot) in slots.iter_mut().enumerate() {
            *slot = value(c * CHUNK + i);
        }
    };
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        out.par_chunks_mut(CHUNK).enumerate().for_each(fill);
    }
    #[cfg(not(feature = "rayon"))]
    {
        out.chunks_mut(CHUNK).enumerate().for_each(fill);
    }
    out
}

/// Lets `work` fill the slots of rows of a column, chunk of rows by chunk, and gives its results in
/// order. Row `i` has the slots up to `end(i)`, from where the row before ends.
pub(crate) fn rows<T: Send, R: Send>(
    out: &mut [T],
    rows: usize,
    end: impl Fn(usize) -> usize,
    work: impl Fn(Range<usize>, &mut [T]) -> R + Sync,
) -> Vec<R> {
    let (mut parts, mut rest, mut start) = (Vec::with_capacity(rows.div_ceil(CHUNK)), out, 0);
    for first in (0..rows).step_by(CHUNK) {
        let range = first..(first + CHUNK).min(rows);
        let end = end(range.end - 1);
        let (part, after) = rest.split_at_mut(end - start);
        parts.push((range, part));
        (rest, start) = (after, end);
    }
    let work = |(range, part)| work(range, part);
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        parts.into_par_iter().map(work).collect()
    }
    #[cfg(not(feature = "rayon"))]
    {
        parts.into_iter().map(work).collect()
    }
}

/// Chunk sums combined pairwise, pass after pass, an odd last one carried up.
pub(crate) fn tree<T: Copy + Default>(mut sums: Vec<T>, add: impl Fn(T, T) -> T) -> T {
    while sums.len() > 1 {
        let half = sums.len().div_ceil(2);
        for i in 0..half {
            sums[i] = match sums.get(2 * i + 1) {
                Some(&right) => add(sums[2 * i], right),
                None => sums[2 * i],
            };
        }
        sums.truncate(half);
    }
    sums.first().copied().unwrap_or_default()
}

/// The sum of `value(i)` over `0..len`.
pub(crate) fn sum(len: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    // From +0.0, since the sum of an empty iterator is -0.0.
    let sums = map(len, |range| range.fold(0.0, |sum, i| sum + value(i)));
    tree(sums, |a, b| a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_every_length_are_exact_on_integers() {
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 17] {
            let expected = (0..len).sum::<usize>() as f64;
            assert_eq!(sum(len, |i| i as f64).to_bits(), expected.to_bits(), "len = {len}");
            assert_eq!(column(len, |i| i), (0..len).collect::<Vec<_>>());
            assert_eq!(each(len, |i| i), (0..len).collect::<Vec<_>>());
        }
        assert_eq!(sum(0, |_| 1.0).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn rows_of_any_length_fill_their_slots() {
        for rows_there in [0, 1, CHUNK, 2 * CHUNK + 3] {
            // Row i has i % 3 slots.
            let end = |row: usize| (0..=row).map(|i| i % 3).sum::<usize>();
            let ends: Vec<usize> = (0..rows_there)
                .scan(0, |sum, i| {
                    *sum += i % 3;
                    Some(*sum)
                })
                .collect();
            let slots = rows_there.checked_sub(1).map_or(0, end);
            let mut out = vec![usize::MAX; slots];
            let counts = rows(
                &mut out,
                rows_there,
                |row| ends[row],
                |range, part| {
                    let mut slots = part.iter_mut();
                    for row in range.clone() {
                        slots.by_ref().take(row % 3).for_each(|slot| *slot = row);
                    }
                    range.len()
                },
            );
            assert_eq!(counts.iter().sum::<usize>(), rows_there);
            let expected: Vec<usize> =
                (0..rows_there).flat_map(|row| core::iter::repeat_n(row, row % 3)).collect();
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn the_tree_adds_neighbours_and_carries_the_odd_one() {
        let trace =
            tree((0..5_u64).map(|i| 10_u64.pow(u32::try_from(i).unwrap())).collect(), |a, b| {
                2 * (a + b)
            });
        assert_eq!(trace, 2 * (2 * (2 * 11 + 2 * 1100) + 10000));
    }
}
