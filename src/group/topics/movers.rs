//! Who is cheapest to move from one topic to another.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::id::to_u32;

/// Who may go from one topic to another: by what it costs more, ties by place. Each is one word.
///
/// Most are there from the start and few are ever asked for, so these are sorted in instalments,
/// from the cheapest on; those who come later wait in a heap.
#[derive(Clone)]
pub(super) struct Movers {
    words: Vec<u64>,
    /// Words before this are gone, and before the other sorted and below those after it.
    next: usize,
    sorted: usize,
    late: BinaryHeap<Reverse<u64>>,
}

/// The first instalment is this part of all, and each further one as many as are sorted.
const PART: usize = 64;
const LEAST: usize = 1_024;

/// A difference of two costs below 2^31, and a place.
pub(super) fn pack(more: i64, place: usize) -> u64 {
    let more = (more + (1 << 31)).unsigned_abs();
    more << 32 | u64::from(to_u32(place))
}

fn unpack(word: u64) -> (i64, usize) {
    // The lower half is a place, which came from an index.
    #[allow(clippy::cast_possible_truncation)]
    let place = word as u32 as usize;
    ((word >> 32).cast_signed() - (1 << 31), place)
}

impl Movers {
    pub(super) fn new(words: Vec<u64>) -> Self {
        Self { words, next: 0, sorted: 0, late: BinaryHeap::new() }
    }

    pub(super) fn push(&mut self, word: u64) {
        self.late.push(Reverse(word));
    }

    /// The cheapest who is still there, without taking them away; who is not is dropped.
    pub(super) fn top(&mut self, here: impl Fn(usize) -> bool) -> Option<(i64, usize)> {
        loop {
            if self.next == self.sorted {
                self.sort_more();
            }
            let early = self.words.get(self.next).copied().unwrap_or(u64::MAX);
            let late = self.late.peek().map_or(u64::MAX, |&Reverse(word)| word);
            let word = early.min(late);
            if word == u64::MAX {
                return None;
            }
            let (more, place) = unpack(word);
            if here(place) {
                return Some((more, place));
            }
            if early <= late {
                self.next += 1;
            } else {
                self.late.pop();
            }
        }
    }

    fn sort_more(&mut self) {
        let rest = &mut self.words[self.sorted..];
        let count = self.sorted.max(LEAST).max((self.sorted + rest.len()) / PART);
        let part = if count < rest.len() { rest.select_nth_unstable(count).0 } else { rest };
        part.sort_unstable();
        self.sorted += part.len();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_order_by_cost_and_place() {
        let top = i64::from(i32::MAX);
        let pairs = [(-top, 0), (-1, 9), (0, 0), (0, 1), (7, 0), (top, (1 << 26) - 1)];
        let words = pairs.map(|(more, place)| pack(more, place));
        assert!(words.is_sorted());
        assert_eq!(words.map(unpack), pairs);
    }

    proptest! {
        /// As a heap of all would give them.
        #[test]
        fn they_come_in_order(
            early in prop::collection::vec(-50..50_i64, 0..6_000),
            late in prop::collection::vec((-50..50_i64, 0..9_000_usize), 0..40),
        ) {
            let mut words: Vec<u64> = early.iter().enumerate().map(|(i, &more)| pack(more, i)).collect();
            let mut movers = Movers::new(words.clone());
            let mut gone = vec![false; 9_000];
            for (i, &(more, place)) in late.iter().enumerate() {
                movers.push(pack(more, place));
                words.push(pack(more, place));
                words.sort_unstable();
                // Takes away a few hundred of the cheapest.
                for _ in 0..i * 17 {
                    let top = movers.top(|place| !gone[place]);
                    words.retain(|&word| !gone[unpack(word).1]);
                    prop_assert_eq!(top, words.first().map(|&word| unpack(word)));
                    let Some((_, place)) = top else { break };
                    gone[place] = true;
                }
            }
        }
    }
}
