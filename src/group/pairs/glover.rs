//! Matching on an interval: Glover's greedy, and why somebody is left.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use super::mentors::Unmatched;

/// What the greedy did.
pub(super) struct Run {
    /// By window: the place in the order of levels.
    pub(super) mentor_of: Vec<Option<usize>>,
    /// By place: the latest end of the windows it took, the highest of all where it has room left.
    latest: Vec<u64>,
}

/// A number that orders like the value.
fn order(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Matches windows to levels, which ascend, as many as possible: each level takes, of the windows
/// that hold it, those that end first, ties by position. Windows that do not take part stay free.
pub(super) fn run(
    levels: &[f64],
    capacities: &[usize],
    windows: &[(f64, f64)],
    takes_part: impl Fn(usize) -> bool,
) -> Run {
    let mut opening: Vec<usize> = (0..windows.len()).filter(|&i| takes_part(i)).collect();
    opening.sort_by_key(|&i| (order(windows[i].0), i));
    let mut opening = opening.into_iter().peekable();
    let mut open = BinaryHeap::new();
    let mut out = Run { mentor_of: vec![None; windows.len()], latest: vec![0; levels.len()] };
    for (place, (&level, &capacity)) in levels.iter().zip(capacities).enumerate() {
        while let Some(i) = opening.next_if(|&i| windows[i].0 <= level) {
            open.push(Reverse((order(windows[i].1), i)));
        }
        while open.peek().is_some_and(|&Reverse((end, _))| end < order(level)) {
            open.pop();
        }
        for _ in 0..capacity {
            let Some(Reverse((end, i))) = open.pop() else {
                out.latest[place] = u64::MAX;
                break;
            };
            out.mentor_of[i] = Some(place);
            out.latest[place] = end; // they come in order
        }
    }
    out
}

/// Why each window that took part in a run with all capacities, none of them 0, was left.
///
/// Let a window end at `e`. Back from the last level within it, take levels as long as they are full
/// of windows that end no later than `e`. All those windows opened above the level where that stops,
/// since there they would have gone first: so they, and the one that was left, fit these levels only.
pub(super) fn reasons(
    levels: &[f64],
    capacities: &[usize],
    windows: &[(f64, f64)],
    run: &Run,
) -> Vec<(usize, Unmatched)> {
    let mut left: Vec<usize> = (0..windows.len()).filter(|&i| run.mentor_of[i].is_none()).collect();
    left.sort_by_key(|&i| (order(windows[i].1), i));
    let mut before = vec![0_usize; levels.len() + 1];
    for (place, &capacity) in capacities.iter().enumerate() {
        before[place + 1] = before[place].saturating_add(capacity);
    }
    // Places up to the end of the window, of which a later one hides earlier ones with less.
    let mut stack: Vec<usize> = Vec::new();
    let mut next = 0;
    let mut reasons = Vec::with_capacity(left.len());
    for i in left {
        let (start, end) = windows[i];
        while next < levels.len() && levels[next] <= end {
            while stack.last().is_some_and(|&top| run.latest[top] <= run.latest[next]) {
                stack.pop();
            }
            stack.push(next);
            next += 1;
        }
        let above = stack.partition_point(|&place| run.latest[place] > order(end));
        let first = if above == 0 { 0 } else { stack[above - 1] + 1 };
        let reason = if next == 0 || levels[next - 1] < start || first == next {
            Unmatched::NoMentor
        } else {
            Unmatched::Full {
                lowest: levels[first],
                highest: levels[next - 1],
                capacity: before[next] - before[first],
            }
        };
        reasons.push((i, reason));
    }
    reasons
}
