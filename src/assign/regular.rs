//! Stub permutations and switch repair: the core of every plan.
//!
//! Each round gives every submission one review by a uniform permutation; the few bad slots that
//! chance makes (one's own work, a work twice, a forbidden pair) are repaired by switches. Their
//! expected number does not depend on the size of the course (about 15 with five reviews), so the
//! whole takes linear time. Unions of random permutations also mix as well as a review graph can.

use super::draft::{Draft, EMPTY};
use super::guard::Switch;
use super::loads::Stage;
use super::rules::Rules;
use crate::id::{PersonId, SubmissionId};
use crate::seed::{Phase, Seed, Stream};

/// Proposals for each bad slot in a sweep, and sweeps. A sweep that repairs less than a tenth is the
/// last: what is left is for augmenting paths, which know when to give up.
const PROPOSALS: usize = 32;
const SWEEPS: usize = 50;
/// How often a switch is accepted that repairs as much as it breaks: the walk out of dead ends.
const SIDEWAYS: f64 = 0.3;

/// Streams of [`Phase::Plan`]: one a stage, so that more draws in one change no other.
const EXTRAS: u64 = 0;
pub(super) const LUCKY_REVIEWERS: u64 = 2;
const ROUNDS: u64 = 16;
const COLUMNS: u64 = 1 << 33;

/// Columns that are laid at a time, so that each row is written once and not once a column.
const LAID: usize = 8;

/// Fills every empty slot by random permutations: place after place, each for all who have one.
/// The result may have bad slots.
pub(super) fn fill(draft: &mut Draft<'_>, seed: Seed) {
    let rules = draft.rules;
    let mut rounds = Rounds::new(rules, seed);
    if let Some(width) = draft.even_width() {
        for place in (0..width).step_by(LAID) {
            let columns = place..width.min(place + LAID);
            let columns: Vec<_> =
                columns.map(|column| rounds.column(column, rules.quotas().len())).collect();
            draft.lay(width, place, &columns);
        }
        return;
    }
    let mut reviewers: Vec<PersonId> = rules.people().collect();
    for place in 0.. {
        reviewers.retain(|&reviewer| draft.free(reviewer).len() > place);
        if reviewers.is_empty() {
            break;
        }
        let column = rounds.column(place, reviewers.len());
        for (&reviewer, submission) in reviewers.iter().zip(column) {
            draft.set(draft.free(reviewer).start + place, reviewer, submission);
        }
    }
}

/// The submissions in rounds: each round has every submission that still needs a review.
pub(super) struct Rounds {
    seed: Seed,
    /// By submission of the pool: reviews it needs beside kept ones.
    needs: Vec<(SubmissionId, u32)>,
    round: u32,
    queue: Vec<SubmissionId>,
    /// Whether the queue is in random order.
    is_cut: bool,
}

impl Rounds {
    pub(super) fn new(rules: &Rules<'_>, seed: Seed) -> Self {
        let need = |s: SubmissionId| rules.take(Stage::Even, s).0 - rules.kept_by(s);
        let mut needs: Vec<(SubmissionId, u32)> = rules.pool().map(|s| (s, need(s))).collect();
        for lucky in rules.lucky_works(&mut seed.stream(Phase::Plan, EXTRAS)) {
            let place = needs.binary_search_by_key(&lucky, |(s, _)| s.get());
            if let Ok(place) = place {
                needs[place].1 += 1;
            }
        }
        Self { seed, needs, round: 0, queue: Vec::new(), is_cut: false }
    }

    /// By submission of the pool: reviews it needs beside kept ones.
    pub(super) fn into_needs(self) -> Vec<(SubmissionId, u32)> {
        self.needs
    }

    /// The next so many submissions, in random order: whole rounds, and of the last one those that
    /// chance picks, the others of which come first in the next column.
    fn column(&mut self, column: usize, len: usize) -> Vec<SubmissionId> {
        let mut next = Vec::with_capacity(len);
        while next.len() < len {
            if self.queue.is_empty() {
                let round = self.round;
                let waiting = self.needs.iter().filter(|(_, need)| *need > round);
                self.queue.extend(waiting.map(|&(submission, _)| submission));
                (self.round, self.is_cut) = (round + 1, false);
                if self.queue.is_empty() {
                    break;
                }
            }
            let missing = len - next.len();
            if missing < self.queue.len() && !self.is_cut {
                let stream = ROUNDS + u64::from(self.round);
                self.seed.stream(Phase::Plan, stream).shuffle(&mut self.queue);
                self.is_cut = true;
            }
            next.extend(self.queue.drain(self.queue.len().saturating_sub(missing)..));
        }
        next.resize(len, EMPTY);
        self.seed.stream(Phase::Plan, COLUMNS + column as u64).shuffle(&mut next);
        next
    }
}

/// Repairs bad slots by switches with uniform partners and returns those that are left: a walk
/// that accepts what leaves fewer bad slots, and now and then what leaves as many (Minton et al.,
/// "Minimizing conflicts", Artificial Intelligence 58, 1992).
pub(super) fn repair(draft: &mut Draft<'_>, seed: Seed) -> Vec<usize> {
    let mut stream = seed.stream(Phase::PlanRepair, 0);
    let mut bad = bad_slots(draft);
    for _ in 0..SWEEPS {
        if bad.is_empty() {
            break;
        }
        let mut touched = Vec::new();
        for &slot in &bad {
            for _ in 0..PROPOSALS {
                if !draft.is_bad(slot) {
                    break;
                }
                touched.extend(propose(draft, slot, &mut stream));
            }
            touched.push(slot);
        }
        touched.sort_unstable();
        touched.dedup();
        touched.retain(|&slot| draft.is_bad(slot));
        let stuck = touched.len() * 10 > bad.len() * 9;
        bad = touched;
        if stuck {
            break;
        }
    }
    bad
}

fn bad_slots(draft: &Draft<'_>) -> Vec<usize> {
    let mut bad = Vec::new();
    for reviewer in draft.rules.people().filter(|&reviewer| !draft.is_clean(reviewer)) {
        let free = draft.free(reviewer);
        bad.extend(free.filter(|&slot| draft.clashes(reviewer, draft.get(slot), slot)));
    }
    bad
}

/// Proposes a switch of a slot with a random partner; returns the partner if it was made.
fn propose(draft: &mut Draft<'_>, slot: usize, stream: &mut Stream) -> Option<usize> {
    let (partner, owner) = draft.partner(slot, stream)?;
    let (mine, theirs) = (draft.get(slot), draft.get(partner));
    let me = draft.owner(slot);
    if me == owner || mine == theirs {
        return None;
    }
    let bad = |me, submission, slot| u32::from(draft.clashes(me, submission, slot));
    let before = bad(me, mine, slot) + bad(owner, theirs, partner);
    let after = bad(me, theirs, slot) + bad(owner, mine, partner);
    if after < before || (after == before && stream.bernoulli(SIDEWAYS)) {
        draft.set(slot, me, theirs);
        draft.set(partner, owner, mine);
        return Some(partner);
    }
    None
}

/// Makes about this many random switches a slot of a draft without empty ones, each of which keeps
/// every rule: takes the order out of what a search has placed.
pub(super) fn mix(draft: &mut Draft<'_>, switches: usize, seed: Seed) {
    let mut stream = seed.stream(Phase::PlanMixing, 0);
    for _ in 0..draft.len().saturating_mul(switches) {
        let Some((slot, reviewer)) = draft.draw(&mut stream) else { continue };
        let Some((partner, owner)) = draft.partner(slot, &mut stream) else { continue };
        let switch = Switch { slot, reviewer, partner, owner };
        if switch.is_open(draft) {
            switch.make(draft);
        }
    }
}
