//! What random switches cannot place: augmenting paths, or a proof that there is none.
//!
//! The network is that of a maximum flow from reviewers (capacity: quota) over allowed pairs
//! (capacity 1) to submissions (capacity: reviews to receive), searched on the implicit complement
//! of the barred pairs, since almost every pair is allowed. The searches go in phases, in each of
//! which nobody is visited twice (Pothen and Fan, ACM TOMS 16, 1990): O(people + submissions +
//! reviews + barred pairs) a phase. A phase that places nothing has found the violator of Hall's
//! condition.

use super::draft::{Draft, EMPTY};
use super::shortage::Shortage;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Places every slot, or says who cannot be served.
pub(super) fn complete(draft: &mut Draft<'_>, bad: &[usize]) -> Result<(), Box<Shortage>> {
    for &slot in bad {
        if draft.is_bad(slot) {
            draft.set(slot, draft.owner(slot), EMPTY);
        }
    }
    let mut empty: Vec<usize> =
        bad.iter().copied().filter(|&slot| draft.get(slot) == EMPTY).collect();
    let mut holders = Holders::new(draft);
    while !empty.is_empty() {
        let mut phase = Phase::new(draft, &holders);
        let before = empty.len();
        empty.retain(|&slot| !phase.place(draft, &mut holders, slot));
        if empty.len() == before {
            let mut alone = Phase::new(draft, &holders);
            alone.place(draft, &mut holders, empty[0]);
            return Err(Box::new(alone.shortage(draft)));
        }
    }
    let pool: Vec<SubmissionId> = draft.rules.pool().collect();
    for submission in pool {
        while holders.lacks(draft, submission) {
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
    /// By slot that holds a submission: where it stands in `slots`.
    places: Vec<usize>,
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
        let (loads, places) = (vec![0; submissions], vec![0; draft.len()]);
        let mut holders = Self { offsets, slots, loads, places };
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

    /// Whether a submission has fewer reviews than it is to receive at least.
    fn lacks(&self, draft: &Draft<'_>, submission: SubmissionId) -> bool {
        let rules = draft.rules;
        self.load(submission) + rules.kept_by(submission) < rules.low(submission)
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
        let place = self.offsets[i] + self.loads[i] as usize;
        self.slots[place] = to_u32(slot);
        self.places[slot] = place;
        self.loads[i] += 1;
    }

    fn remove(&mut self, submission: SubmissionId, slot: usize) {
        let i = submission.index();
        self.loads[i] -= 1;
        let last = self.slots[self.offsets[i] + self.loads[i] as usize];
        let place = self.places[slot];
        self.slots[place] = last;
        self.places[last as usize] = place;
    }

    /// Puts a submission into a slot, in place of what is there.
    fn shift(&mut self, draft: &mut Draft<'_>, slot: usize, submission: SubmissionId) {
        let before = draft.get(slot);
        if before != EMPTY {
            self.remove(before, slot);
        }
        draft.set(slot, draft.owner(slot), submission);
        self.add(submission, slot);
    }
}

const UNSEEN: u32 = u32::MAX;

/// Searches in which every reviewer is visited at most once, and every holder of a submission.
struct Phase {
    pool: Vec<SubmissionId>,
    /// By position in the pool: the position itself, or one to go on from where that submission is
    /// exhausted.
    next_alive: Vec<u32>,
    /// Submissions below their least number of reviews, and those with room above it. Some may
    /// have filled up since they were listed.
    lacking: Vec<SubmissionId>,
    roomy: Vec<SubmissionId>,
    /// By person.
    visited: Vec<bool>,
    /// By submission: holders looked at, and whether the present path goes through it.
    looked_at: Vec<u32>,
    on_path: Vec<bool>,
}

/// A step of a path: a slot that is to be filled, and what it is to take.
struct Step {
    slot: usize,
    reviewer: PersonId,
    /// Position in the pool from which to look on.
    cursor: usize,
    takes: SubmissionId,
}

impl Phase {
    fn new(draft: &Draft<'_>, holders: &Holders) -> Self {
        let cohort = draft.rules.cohort();
        let pool: Vec<SubmissionId> = draft.rules.pool().collect();
        let (mut lacking, mut roomy) = (Vec::new(), Vec::new());
        for &submission in pool.iter().filter(|&&submission| !holders.is_full(submission)) {
            let lacks = holders.lacks(draft, submission);
            if lacks { &mut lacking } else { &mut roomy }.push(submission);
        }
        Self {
            next_alive: (0..=to_u32(pool.len())).collect(),
            pool,
            lacking,
            roomy,
            visited: vec![false; cohort.people()],
            looked_at: vec![0; cohort.submissions()],
            on_path: vec![false; cohort.submissions()],
        }
    }

    /// Fills an empty slot along a path: its reviewer takes a submission, whose reviewer takes
    /// another, until one has room. False where this phase has no path.
    fn place(&mut self, draft: &mut Draft<'_>, holders: &mut Holders, empty: usize) -> bool {
        let root = draft.owner(empty);
        if self.visited[root.index()] {
            return false;
        }
        self.visited[root.index()] = true;
        let mut path = vec![Step { slot: empty, reviewer: root, cursor: 0, takes: EMPTY }];
        while let Some(step) = path.last_mut() {
            if step.cursor == 0
                && let Some(submission) = self.with_room(draft, holders, step.reviewer)
            {
                step.takes = submission;
                for step in path.iter().rev() {
                    self.on_path[step.takes.index()] = false;
                    holders.shift(draft, step.slot, step.takes);
                }
                return true;
            }
            if let Some(further) = self.descend(draft, holders, step) {
                path.push(further);
            } else {
                path.pop();
                if let Some(step) = path.last() {
                    self.on_path[step.takes.index()] = false;
                }
            }
        }
        false
    }

    /// A submission with room that a reviewer can take, one that lacks reviews if there is one.
    fn with_room(
        &mut self,
        draft: &Draft<'_>,
        holders: &Holders,
        reviewer: PersonId,
    ) -> Option<SubmissionId> {
        let takes = |submission| !draft.clashes(reviewer, submission, usize::MAX);
        let lacks = |submission| holders.lacks(draft, submission);
        first_open(&mut self.lacking, lacks, takes)
            .or_else(|| first_open(&mut self.roomy, |s| !holders.is_full(s), takes))
    }

    /// The next step of a path: a slot that holds what the reviewer could take.
    fn descend(&mut self, draft: &Draft<'_>, holders: &Holders, step: &mut Step) -> Option<Step> {
        loop {
            step.cursor = self.alive_from(step.cursor);
            let &submission = self.pool.get(step.cursor)?;
            if self.on_path[submission.index()]
                || draft.clashes(step.reviewer, submission, usize::MAX)
            {
                step.cursor += 1;
                continue;
            }
            let looked_at = &mut self.looked_at[submission.index()];
            while let Some(&slot) = holders.of(submission).get(*looked_at as usize) {
                *looked_at += 1;
                let reviewer = draft.owner(slot as usize);
                if !self.visited[reviewer.index()] {
                    self.visited[reviewer.index()] = true;
                    self.on_path[submission.index()] = true;
                    step.takes = submission;
                    return Some(Step { slot: slot as usize, reviewer, cursor: 0, takes: EMPTY });
                }
            }
            self.next_alive[step.cursor] = to_u32(step.cursor + 1);
        }
    }

    /// The first position from this one on whose submission is not exhausted.
    fn alive_from(&mut self, start: usize) -> usize {
        let mut end = start;
        while self.next_alive[end] as usize != end {
            end = self.next_alive[end] as usize;
        }
        let mut position = start;
        while position != end {
            position = core::mem::replace(&mut self.next_alive[position], to_u32(end)) as usize;
        }
        end
    }

    /// Who is short, after a search that visited all it can reach and found nothing: those
    /// visited, who can place nothing beyond the exhausted submissions; or, in an even spread, the
    /// submissions left to the others. The fewer of the two.
    fn shortage(&self, draft: &Draft<'_>) -> Shortage {
        let rules = draft.rules;
        let reviewers: Vec<u32> =
            (0..).zip(&self.visited).filter_map(|(r, &visited)| visited.then_some(r)).collect();
        let alive = (0..).zip(&self.next_alive).filter(|(i, next)| i == *next);
        let submissions: Vec<u32> =
            alive.filter_map(|(i, _)| self.pool.get(i as usize).map(|s| s.get())).collect();
        if !submissions.is_empty() && submissions.len() <= reviewers.len() {
            let shortage = rules.submission_shortage(&submissions);
            if shortage.supply() < shortage.demand() {
                return shortage;
            }
        }
        rules.reviewer_shortage(&reviewers, rules.free_quota(&reviewers))
    }
}

/// The first of a list that can be taken; what is not open any more leaves the list.
fn first_open(
    list: &mut Vec<SubmissionId>,
    is_open: impl Fn(SubmissionId) -> bool,
    takes: impl Fn(SubmissionId) -> bool,
) -> Option<SubmissionId> {
    let mut i = 0;
    while let Some(&submission) = list.get(i) {
        if !is_open(submission) {
            list.swap_remove(i);
        } else if takes(submission) {
            return Some(submission);
        } else {
            i += 1;
        }
    }
    None
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
