//! The plan while it changes: a draft, the loads of the submissions, and who reviews each of them.

use std::collections::BTreeMap;

use crate::assign::draft::{Draft, EMPTY};
use crate::assign::rules::Rules;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};
use crate::seed::Stream;

/// Rows longer than this are not looked at for short cycles: with so many reviews there are such
/// cycles whatever is picked.
const DENSE: usize = 32;

/// A draft of an earlier plan, with what the rules bar and what is too much released.
pub(super) struct State<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) draft: Draft<'a>,
    pub(super) stream: Stream,
    old: &'a ReviewGraph,
    /// By person: how many slots of their row may be filled.
    pub(super) limits: Vec<u32>,
    /// By submission: how many reviews of peers it has.
    loads: Vec<u32>,
    /// The sum of the loads.
    total: usize,
    /// By submission: reviewers whom the earlier plan has not. Some may have gone again.
    placed: BTreeMap<SubmissionId, Vec<PersonId>>,
}

impl<'a> State<'a> {
    pub(super) fn new(
        rules: &'a Rules<'a>,
        draft: Draft<'a>,
        limits: Vec<u32>,
        old: &'a ReviewGraph,
        stream: Stream,
    ) -> Self {
        let placed = BTreeMap::new();
        let mut state =
            Self { rules, draft, stream, old, limits, loads: Vec::new(), total: 0, placed };
        state.recount();
        state
    }

    /// Counts the loads anew, and who came to which submission.
    pub(super) fn recount(&mut self) {
        self.loads = vec![0; self.rules.cohort().submissions()];
        self.placed.clear();
        self.total = 0;
        for reviewer in self.rules.people() {
            for slot in self.draft.row(reviewer) {
                let submission = self.draft.get(slot);
                if submission != EMPTY {
                    self.loads[submission.index()] += 1;
                    self.total += 1;
                    self.note(submission, reviewer);
                }
            }
        }
    }

    fn note(&mut self, submission: SubmissionId, reviewer: PersonId) {
        // Looked up by reviewer: most calls go through the reviewers in order.
        if self.old.submissions_of(reviewer).binary_search(&submission).is_err() {
            let placed = self.placed.entry(submission).or_default();
            if !placed.contains(&reviewer) {
                placed.push(reviewer);
            }
        }
    }

    pub(super) fn load(&self, submission: SubmissionId) -> u32 {
        self.loads[submission.index()]
    }

    /// How many reviews of peers there are.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Puts a submission, or nothing, into a slot of this reviewer's.
    pub(super) fn set(&mut self, slot: usize, owner: PersonId, submission: SubmissionId) {
        let before = self.draft.get(slot);
        if before != EMPTY {
            self.loads[before.index()] -= 1;
            self.total -= 1;
        }
        self.draft.set(slot, owner, submission);
        if submission != EMPTY {
            self.loads[submission.index()] += 1;
            self.total += 1;
            self.note(submission, owner);
        }
    }

    /// The slots of a reviewer that may change and may be filled.
    pub(super) fn free(&self, reviewer: PersonId) -> core::ops::Range<usize> {
        let free = self.draft.free(reviewer);
        let end = self.draft.row(reviewer).start + self.limits[reviewer.index()] as usize;
        free.start..end.min(free.end).max(free.start)
    }

    /// A slot of a reviewer that may be filled and is not.
    pub(super) fn vacancy(&self, reviewer: PersonId) -> Option<usize> {
        self.free(reviewer).find(|&slot| self.draft.get(slot) == EMPTY)
    }

    /// The slot in which a reviewer has a submission, if it may change.
    fn slot_of(&self, reviewer: PersonId, submission: SubmissionId) -> Option<usize> {
        self.draft.free(reviewer).find(|&slot| self.draft.get(slot) == submission)
    }

    /// Who reviews a submission, in no particular order.
    fn reviewers(&self, submission: SubmissionId) -> impl Iterator<Item = PersonId> {
        let placed = self.placed.get(&submission).map_or(&[][..], Vec::as_slice);
        let all = self.old.reviewers_of(submission).iter().chain(placed);
        all.copied().filter(move |&reviewer| self.draft.has(reviewer, submission))
    }

    /// The reviews of a submission that may change, as their slots and owners, in random order.
    pub(super) fn releasable(&mut self, submission: SubmissionId) -> Vec<(usize, PersonId)> {
        let slots = self.reviewers(submission);
        let mut slots: Vec<(usize, PersonId)> =
            slots.filter_map(|r| Some((self.slot_of(r, submission)?, r))).collect();
        self.stream.shuffle(&mut slots);
        slots
    }

    /// What a reviewer has in the earlier plan only and could take in a slot.
    pub(super) fn given_up(&self, reviewer: PersonId, slot: usize) -> Vec<SubmissionId> {
        let before = self.old.submissions_of(reviewer).iter().copied();
        let before = before.filter(|s| !self.rules.is_exemplar(*s));
        before.filter(|&s| self.takes(reviewer, s, slot)).collect()
    }

    /// Whether a reviewer may take a submission in a slot.
    pub(super) fn takes(&self, reviewer: PersonId, submission: SubmissionId, slot: usize) -> bool {
        !self.draft.clashes(reviewer, submission, slot)
    }

    /// Whether a review makes two people review each other, or two people share two submissions.
    pub(super) fn tangles(&self, reviewer: PersonId, submission: SubmissionId) -> bool {
        let row = self.draft.row(reviewer);
        if row.len() > DENSE {
            return false;
        }
        let cohort = self.rules.cohort();
        let own = cohort.submissions_of(reviewer);
        let mut authors = cohort.authors_of(submission).iter();
        if authors.any(|&author| own.iter().any(|&work| self.draft.has(author, work))) {
            return true;
        }
        let mut others = self.reviewers(submission).filter(|&other| other != reviewer);
        others.any(|other| {
            row.clone().map(|slot| self.draft.get(slot)).any(|shared| {
                shared != submission && shared != EMPTY && self.draft.has(other, shared)
            })
        })
    }
}
