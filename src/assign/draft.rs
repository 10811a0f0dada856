//! A plan in the making: for each reviewer a row of slots, each with a submission or empty.

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
    slots: Vec<SubmissionId>,
}

impl<'a> Draft<'a> {
    /// All kept reviews, and empty slots up to the quotas.
    pub(super) fn new(rules: &'a Rules<'a>) -> Self {
        let mut offsets = vec![0];
        let mut end = 0;
        for &quota in rules.quotas() {
            end += quota;
            offsets.push(end);
        }
        let mut draft = Self { rules, offsets, slots: vec![EMPTY; end as usize] };
        if !rules.keeps_nothing() {
            for reviewer in rules.people() {
                let start = draft.row(reviewer).start;
                let kept = rules.kept(reviewer);
                draft.slots[start..start + kept.len()].copy_from_slice(kept);
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

    pub(super) fn set(&mut self, slot: usize, submission: SubmissionId) {
        self.slots[slot] = submission;
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
        self.row(reviewer).any(|other| other != slot && self.slots[other] == submission)
            || !self.rules.allows(reviewer, submission)
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
        exemplars.iter().for_each(|&(submission, reviewer)| place(submission, reviewer));
        drop((self.slots, self.offsets, next));
        ReviewGraph::from_reviewers(cohort.people(), Csr::new(starts, reviewers))
    }
}
