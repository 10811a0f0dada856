//! Where a draft ties two submissions twice: by two reviewers who have both, or by authors who
//! review each other's work.
//!
//! A reviewer ties each two submissions they review, and each of these with their own works. The
//! ties of many reviewers at once are sorted by submission, so that equal ones meet in one short
//! list. To look along the reviews of the reviewers of each submission would take as few steps, but
//! each would be a cache miss: ten times the time at a million people.

use super::draft::Draft;
use crate::csr::Csr;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Which defects are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) mutual: bool,
    pub(super) cycles: bool,
    /// Reviewers with more reviews than this are no part of a 4-cycle that counts.
    pub(super) longest: usize,
}

/// Two submissions that are tied twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repeated {
    pub(super) ends: [SubmissionId; 2],
    /// Whether two reviewers have both.
    pub(super) is_cycle: bool,
    /// Whether authors of either review the other.
    pub(super) is_mutual: bool,
}

/// About as many ties are sorted at a time: 20 bytes each.
const BATCH: usize = 1 << 21;
/// Marks in which most lists without a repetition show at once that they have none.
const MARKS: usize = 1 << 12;

/// What a tie is; the other end comes first in four times the number.
const SHARED: u32 = 0;
const FORTH: u32 = 1;
const BACK: u32 = 2;

/// All pairs of submissions that are tied twice. O(sum of squares of the quotas) time.
pub(super) fn repeated(draft: &Draft<'_>, wanted: Wanted) -> Vec<Repeated> {
    let submissions = draft.rules.cohort().submissions();
    let batches = count(draft, wanted) / BATCH + 1;
    by_batches(draft, wanted, submissions.div_ceil(batches).max(1))
}

/// The same, with the ties of so many submissions at a time.
fn by_batches(draft: &Draft<'_>, wanted: Wanted, width: usize) -> Vec<Repeated> {
    let submissions = draft.rules.cohort().submissions();
    let (mut found, mut ties) = (Vec::new(), Vec::new());
    let mut marks = vec![0; MARKS];
    for start in (0..submissions).step_by(width) {
        let range = to_u32(start)..to_u32(submissions.min(start + width));
        ties.clear();
        for reviewer in draft.rules.people() {
            add_ties(draft, wanted, reviewer, &range, &mut ties);
        }
        let row = |tie: &(u32, u32)| ((tie.0 - range.start) as usize, tie.1);
        let lists = Csr::sorted(range.len(), ties.len(), || ties.iter().map(row));
        for list in 0..lists.rows() {
            let first = range.start + to_u32(list);
            if may_repeat(lists.row(list), first + 1, &mut marks) {
                find(first, lists.row(list), &mut found);
            }
        }
    }
    found
}

/// How many ties there are.
fn count(draft: &Draft<'_>, wanted: Wanted) -> usize {
    let ties = |reviewer| {
        let held = draft.held(reviewer).len();
        let shared = if wanted.cycles && held <= wanted.longest { held * held / 2 } else { 0 };
        let own = draft.rules.cohort().submissions_of(reviewer).len();
        shared + if wanted.mutual { held * own } else { 0 }
    };
    draft.rules.people().map(ties).sum()
}

/// The end under which a tie is listed: either as often as the other.
fn is_first(a: u32, b: u32) -> bool {
    (a < b) == ((a ^ b) & 1 == 0)
}

/// Adds the ties of a reviewer whose first end is in the range.
fn add_ties(
    draft: &Draft<'_>,
    wanted: Wanted,
    reviewer: PersonId,
    range: &core::ops::Range<u32>,
    ties: &mut Vec<(u32, u32)>,
) {
    let held = draft.held(reviewer);
    if wanted.cycles && held.len() <= wanted.longest {
        for first in held.iter().map(|s| s.get()).filter(|first| range.contains(first)) {
            let others = held.iter().map(|s| s.get()).filter(|&other| other != first);
            let others = others.filter(|&other| is_first(first, other));
            ties.extend(others.map(|other| (first, other << 2 | SHARED)));
        }
    }
    if wanted.mutual {
        for work in draft.rules.cohort().submissions_of(reviewer).iter().map(|s| s.get()) {
            for other in held.iter().map(|s| s.get()) {
                let tie = if is_first(work, other) {
                    (work, other << 2 | FORTH)
                } else {
                    (other, work << 2 | BACK)
                };
                if range.contains(&tie.0) {
                    ties.push(tie);
                }
            }
        }
    }
}

/// Whether two ties of a list may have the same other end; `stamp` is no list's before.
fn may_repeat(list: &[u32], stamp: u32, marks: &mut [u32]) -> bool {
    list.iter().fold(false, |again, tie| {
        let mark = &mut marks[(tie >> 2) as usize % MARKS];
        again | (core::mem::replace(mark, stamp) == stamp)
    })
}

fn find(first: u32, list: &[u32], found: &mut Vec<Repeated>) {
    let mut list = list.to_vec();
    list.sort_unstable();
    for same in list.chunk_by(|a, b| a >> 2 == b >> 2).filter(|same| same.len() > 1) {
        let count = |kind| same.iter().filter(|&&tie| tie & 3 == kind).count();
        let is_cycle = count(SHARED) > 1;
        let is_mutual = count(FORTH) > 0 && count(BACK) > 0;
        if is_cycle || is_mutual {
            let ends = [first, same[0] >> 2].map(SubmissionId::new);
            found.push(Repeated { ends, is_cycle, is_mutual });
        }
    }
}

#[cfg(test)]
mod tests;
