//! What random switches cannot place: shortest augmenting paths, or a proof that there is none.
//!
//! The network is that of a maximum flow from reviewers (capacity: quota) over allowed pairs
//! (capacity 1) to submissions (capacity: reviews to receive), searched on the implicit complement
//! of the barred pairs: a submission leaves the list of unvisited ones the first time anybody may
//! take it, so a search costs O(people + submissions + reviews + barred pairs) although almost
//! every pair is allowed. A search that fails has found the violator of Hall's condition.

use super::draft::{Draft, EMPTY};
use super::shortage::Shortage;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Places every slot, or says who cannot be served.
pub(super) fn complete(draft: &mut Draft<'_>, bad: &[usize]) -> Result<(), Box<Shortage>> {
    for &slot in bad {
        if draft.is_bad(slot) {
            draft.set(slot, EMPTY);
        }
    }
    let mut holders = Holders::new(draft);
    for &slot in bad {
        if draft.get(slot) == EMPTY {
            place(draft, &mut holders, slot)?;
        }
    }
    let low: Vec<SubmissionId> = draft.rules.pool().collect();
    for submission in low {
        while holders.load(submission) + draft.rules.kept_by(submission)
            < draft.rules.low(submission)
        {
            lift(draft, &mut holders, submission)?;
        }
    }
    Ok(())
}

/// The slots that may change and hold each submission, at most as many as it may receive.
struct Holders {
    offsets: Vec<usize>,
    slots: Vec<u32>,
    loads: Vec<u32>,
}

impl Holders {
    fn new(draft: &Draft<'_>) -> Self {
        let rules = draft.rules;
        let submissions = rules.cohort().submissions();
        let mut offsets = vec![0; submissions + 1];
        for submission in rules.pool() {
            let room = rules.high(submission) - rules.kept_by(submission);
            offsets[submission.index() + 1] = room as usize;
        }
        for i in 0..submissions {
            offsets[i + 1] += offsets[i];
        }
        let slots = vec![0; offsets[submissions]];
        let mut holders = Self { offsets, slots, loads: vec![0; submissions] };
        for reviewer in rules.people() {
            for slot in draft.free(reviewer).filter(|&slot| draft.get(slot) != EMPTY) {
                holders.add(draft.get(slot), slot);
            }
        }
        holders
    }

    fn load(&self, submission: SubmissionId) -> u32 {
        self.loads[submission.index()]
    }

    fn is_full(&self, submission: SubmissionId) -> bool {
        let i = submission.index();
        self.offsets[i] + self.loads[i] as usize == self.offsets[i + 1]
    }

    fn of(&self, submission: SubmissionId) -> &[u32] {
        let start = self.offsets[submission.index()];
        &self.slots[start..start + self.load(submission) as usize]
    }

    fn add(&mut self, submission: SubmissionId, slot: usize) {
        let i = submission.index();
        self.slots[self.offsets[i] + self.loads[i] as usize] = to_u32(slot);
        self.loads[i] += 1;
    }

    fn remove(&mut self, submission: SubmissionId, slot: usize) {
        let i = submission.index();
        let start = self.offsets[i];
        let end = start + self.loads[i] as usize;
        if let Some(at) = (start..end).find(|&at| self.slots[at] as usize == slot) {
            self.slots[at] = self.slots[end - 1];
            self.loads[i] -= 1;
        }
    }

    /// Puts a submission into a slot, in place of what is there.
    fn shift(&mut self, draft: &mut Draft<'_>, slot: usize, submission: SubmissionId) {
        let before = draft.get(slot);
        if before != EMPTY {
            self.remove(before, slot);
        }
        draft.set(slot, submission);
        self.add(submission, slot);
    }
}

const UNSEEN: u32 = u32::MAX;

/// Fills an empty slot along a shortest path: its reviewer takes a submission, whose reviewer
/// takes another, until one has room.
fn place(draft: &mut Draft<'_>, holders: &mut Holders, empty: usize) -> Result<(), Box<Shortage>> {
    let rules = draft.rules;
    // By person: the slot through which they were reached, which they are to give up.
    let mut gives_up = vec![UNSEEN; rules.cohort().people()];
    // By submission: the slot that is to take it.
    let mut taken_by = vec![UNSEEN; rules.cohort().submissions()];
    let mut unvisited: Vec<SubmissionId> = rules.pool().collect();
    let root = draft.owner(empty);
    gives_up[root.index()] = to_u32(empty);
    let mut queue = vec![root];
    let mut next = 0;
    while let Some(&reviewer) = queue.get(next) {
        next += 1;
        let mut reached = Vec::new();
        unvisited.retain(|&submission| {
            let stays = draft.clashes(reviewer, submission, usize::MAX);
            if !stays {
                reached.push(submission);
            }
            stays
        });
        for submission in reached {
            taken_by[submission.index()] = gives_up[reviewer.index()];
            if !holders.is_full(submission) {
                follow(draft, holders, submission, &taken_by, empty);
                return Ok(());
            }
            for &slot in holders.of(submission) {
                let owner = draft.owner(slot as usize);
                if gives_up[owner.index()] == UNSEEN {
                    gives_up[owner.index()] = slot;
                    queue.push(owner);
                }
            }
        }
    }
    let mut stuck: Vec<u32> = queue.iter().map(|reviewer| reviewer.get()).collect();
    stuck.sort_unstable();
    Err(Box::new(rules.reviewer_shortage(&stuck, rules.free_quota(&stuck))))
}

/// Moves along the path that ends at `submission`: each slot takes the next submission.
fn follow(
    draft: &mut Draft<'_>,
    holders: &mut Holders,
    mut submission: SubmissionId,
    taken_by: &[u32],
    last: usize,
) {
    loop {
        let slot = taken_by[submission.index()] as usize;
        let before = draft.get(slot);
        holders.shift(draft, slot, submission);
        if slot == last {
            return;
        }
        submission = before;
    }
}

/// Gives a submission one review more along a shortest path: a reviewer takes it for another one,
/// which takes a review from a third, until one can spare a review.
fn lift(
    draft: &mut Draft<'_>,
    holders: &mut Holders,
    root: SubmissionId,
) -> Result<(), Box<Shortage>> {
    let rules = draft.rules;
    // By submission: the slot that it is to give up, and the submission that takes that slot.
    let mut gives_up = vec![(UNSEEN, EMPTY); rules.cohort().submissions()];
    gives_up[root.index()] = (0, EMPTY);
    let mut unvisited: Vec<PersonId> = rules.people().collect();
    let mut queue = vec![root];
    let mut next = 0;
    while let Some(&submission) = queue.get(next) {
        next += 1;
        let mut reached = Vec::new();
        unvisited.retain(|&reviewer| {
            let stays =
                draft.free(reviewer).is_empty() || draft.clashes(reviewer, submission, usize::MAX);
            if !stays {
                reached.push(reviewer);
            }
            stays
        });
        for slot in reached.into_iter().flat_map(|reviewer| draft.free(reviewer)) {
            let other = draft.get(slot);
            if gives_up[other.index()].0 != UNSEEN {
                continue;
            }
            gives_up[other.index()] = (to_u32(slot), submission);
            if holders.load(other) + rules.kept_by(other) > rules.low(other) {
                hand_back(draft, holders, other, &gives_up);
                return Ok(());
            }
            queue.push(other);
        }
    }
    let mut stuck: Vec<u32> = queue.iter().map(|submission| submission.get()).collect();
    stuck.sort_unstable();
    Err(Box::new(rules.submission_shortage(&stuck)))
}

/// Moves along the path from a submission that can spare a review back to the one that lacks it.
fn hand_back(
    draft: &mut Draft<'_>,
    holders: &mut Holders,
    mut submission: SubmissionId,
    gives_up: &[(u32, SubmissionId)],
) {
    loop {
        let (slot, taker) = gives_up[submission.index()];
        if taker == EMPTY {
            return;
        }
        holders.shift(draft, slot as usize, taker);
        submission = taker;
    }
}
