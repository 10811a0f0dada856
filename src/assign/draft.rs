//! A plan in the making: for each reviewer a row of slots, each with a submission or empty.

use hashbrown::HashTable;

use super::rules::Rules;
use crate::csr::{Csr, offsets};
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::Stream;

/// A slot without a submission.
pub(super) const EMPTY: SubmissionId = SubmissionId::new(u32::MAX);

/// Slots by reviewer; in each row the kept reviews come first and never move.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) rules: &'a Rules<'a>,
    offsets: Vec<u32>,
    /// The quota, where all have one and the same.
    width: Option<u32>,
    slots: Vec<SubmissionId>,
    long: LongRows,
    blocks: Option<Blocks>,
}

/// Groups of slots within which switches keep what the draft was made to have: a class structure, or
/// one reviewer of each stratum for every submission.
#[derive(Debug)]
pub(super) struct Blocks {
    /// By slot.
    of: Vec<u32>,
    slots: Csr<u32>,
}

impl Blocks {
    /// The blocks in which these slots are, `count` in all.
    pub(super) fn new(count: usize, of: Vec<u32>) -> Self {
        let slots = Csr::group(count, of.len(), |slot| of[slot] as usize, to_u32);
        Self { of, slots }
    }
}

/// Rows longer than this are looked up in a table; up to it, a scan is as fast.
const LONG: usize = 32;

/// How often each submission stands in each long row, so that one reviewer with a great quota does
/// not make every look at their row a long one. Looked up, never iterated.
#[derive(Debug, Default)]
struct LongRows(HashTable<(PersonId, SubmissionId, u32)>);

impl LongRows {
    fn hash(reviewer: PersonId, submission: SubmissionId) -> u64 {
        let pair = u64::from(reviewer.get()) << 32 | u64::from(submission.get());
        // Multiplication spreads the low bits up, the fold brings them back down.
        let product = u128::from(pair ^ 0x9e37_79b9_7f4a_7c15) * 0xff51_afd7_ed55_8ccd_u128;
        #[allow(clippy::cast_possible_truncation)]
        {
            (product >> 64) as u64 ^ product as u64
        }
    }

    fn count(&self, reviewer: PersonId, submission: SubmissionId) -> u32 {
        let is_pair = |entry: &(_, _, u32)| (entry.0, entry.1) == (reviewer, submission);
        let found = self.0.find(Self::hash(reviewer, submission), is_pair);
        found.map_or(0, |&(_, _, count)| count)
    }

    fn change(&mut self, reviewer: PersonId, submission: SubmissionId, more: bool) {
        if submission == EMPTY {
            return;
        }
        let hash = Self::hash(reviewer, submission);
        let is_pair = |entry: &(_, _, u32)| (entry.0, entry.1) == (reviewer, submission);
        match self.0.find_mut(hash, is_pair) {
            Some((_, _, count)) if more => *count += 1,
            Some((_, _, count)) => *count -= 1,
            None => {
                let entry = (reviewer, submission, 1);
                self.0.insert_unique(hash, entry, |entry| Self::hash(entry.0, entry.1));
            }
        }
    }
}

impl<'a> Draft<'a> {
    /// All kept reviews, and empty slots up to the quotas.
    pub(super) fn new(rules: &'a Rules<'a>) -> Self {
        Self::with_rows(rules, rules.quotas())
    }

    /// All kept reviews, and empty slots up to this many for each person, none fewer than they keep.
    pub(super) fn with_rows(rules: &'a Rules<'a>, quotas: &[u32]) -> Self {
        let mut offsets = vec![0];
        let mut end = 0;
        for &quota in quotas {
            end += quota;
            offsets.push(end);
        }
        let width = quotas.first().copied().filter(|width| quotas.iter().all(|q| q == width));
        let slots = vec![EMPTY; end as usize];
        let long = LongRows::default();
        let mut draft = Self { rules, offsets, width, slots, long, blocks: None };
        if !rules.keeps_nothing() {
            for reviewer in rules.people() {
                for (slot, &kept) in draft.row(reviewer).zip(rules.kept(reviewer)) {
                    draft.set(slot, reviewer, kept);
                }
            }
        }
        draft
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn get(&self, slot: usize) -> SubmissionId {
        self.slots[slot]
    }

    /// Puts a submission, or nothing, into a slot of this reviewer's.
    pub(super) fn set(&mut self, slot: usize, owner: PersonId, submission: SubmissionId) {
        let before = core::mem::replace(&mut self.slots[slot], submission);
        if self.row(owner).len() > LONG {
            self.long.change(owner, before, false);
            self.long.change(owner, submission, true);
        }
    }

    pub(super) fn row(&self, reviewer: PersonId) -> core::ops::Range<usize> {
        self.offsets[reviewer.index()] as usize..self.offsets[reviewer.index() + 1] as usize
    }

    /// The slots of a reviewer that may change.
    pub(super) fn free(&self, reviewer: PersonId) -> core::ops::Range<usize> {
        let row = self.row(reviewer);
        row.start + self.rules.kept(reviewer).len()..row.end
    }

    /// Whose slot it is.
    pub(super) fn owner(&self, slot: usize) -> PersonId {
        if let Some(width) = self.width {
            return PersonId::new(to_u32(slot) / width);
        }
        let after = self.offsets.partition_point(|&start| start as usize <= slot);
        PersonId::new(to_u32(after - 1))
    }

    /// Whether a reviewer cannot take a submission in a slot: a rule bars it, or another slot of
    /// theirs has it.
    pub(super) fn clashes(
        &self,
        reviewer: PersonId,
        submission: SubmissionId,
        slot: usize,
    ) -> bool {
        let mut row = self.row(reviewer);
        let held = if row.len() > LONG {
            let own = row.contains(&slot) && self.slots[slot] == submission;
            self.long.count(reviewer, submission) > u32::from(own)
        } else {
            row.any(|other| other != slot && self.slots[other] == submission)
        };
        held || !self.rules.allows(reviewer, submission)
    }

    /// Whether a reviewer has a submission.
    pub(super) fn has(&self, reviewer: PersonId, submission: SubmissionId) -> bool {
        let mut row = self.row(reviewer);
        if row.len() > LONG {
            return self.long.count(reviewer, submission) > 0;
        }
        row.any(|slot| self.slots[slot] == submission)
    }

    /// Whether what stands in a slot may not stand there.
    pub(super) fn is_bad(&self, slot: usize) -> bool {
        let submission = self.slots[slot];
        submission != EMPTY && self.clashes(self.owner(slot), submission, slot)
    }

    /// A uniform pair of a slot that may change and its owner; `None` where the draw hit a slot
    /// that may not.
    pub(super) fn draw(&self, stream: &mut Stream) -> Option<(usize, PersonId)> {
        let slot = stream.bounded(to_u32(self.len())) as usize;
        let owner = self.owner(slot);
        self.free(owner).contains(&slot).then_some((slot, owner))
    }

    /// Confines switches to blocks of slots, or frees them.
    pub(super) fn confine(&mut self, blocks: Option<Blocks>) {
        self.blocks = blocks;
    }

    /// A uniform slot for a switch with this one, in the same block, and its owner; `None` where the
    /// draw hit a slot that may not change.
    pub(super) fn partner(&self, slot: usize, stream: &mut Stream) -> Option<(usize, PersonId)> {
        let Some(blocks) = &self.blocks else { return self.draw(stream) };
        let slots = blocks.slots.row(blocks.of[slot] as usize);
        let partner = slots[stream.bounded(to_u32(slots.len())) as usize] as usize;
        let owner = self.owner(partner);
        self.free(owner).contains(&partner).then_some((partner, owner))
    }

    /// The graph of the slots and of further pairs of reviewers with exemplars. No slot may be
    /// empty.
    pub(super) fn into_graph(self, exemplars: &[(SubmissionId, PersonId)]) -> ReviewGraph {
        let cohort = self.rules.cohort();
        let column = self.slots.iter().map(|s| s.index());
        let column = column.chain(exemplars.iter().map(|(s, _)| s.index()));
        let starts = offsets(cohort.submissions(), column);
        let mut next = starts.clone();
        let mut reviewers = vec![PersonId::default(); self.len() + exemplars.len()];
        let mut place = |submission: SubmissionId, reviewer| {
            let slot = &mut next[submission.index()];
            reviewers[*slot as usize] = reviewer;
            *slot += 1;
        };
        // Reviewers in order, so that the rows are sorted; an exemplar has no other pairs.
        for reviewer in self.rules.people() {
            self.row(reviewer).for_each(|slot| place(self.slots[slot], reviewer));
        }
        for &(submission, reviewer) in exemplars {
            place(submission, reviewer);
        }
        drop((self.slots, self.offsets, self.long, next));
        ReviewGraph::from_reviewers(cohort.people(), Csr::new(starts, reviewers))
    }
}
