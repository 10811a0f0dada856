//! From an earlier plan to one that keeps the rules of now, with few changes: release what must
//! go, then place what is missing directly, by splitting reviews, along shortest chains, and at
//! last by the exact search.

use super::state::State;
use crate::assign::draft::{Draft, EMPTY};
use crate::assign::loads::Stage;
use crate::assign::rules::Rules;
use crate::assign::{AssignError, augment};
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::Stream;

/// How many candidates are looked at for a slot before a review is split, and how many reviews are
/// drawn for a split, with the wish for no short cycle and without.
const TRIES: u32 = 64;
/// How many submissions are looked at for a way back to reviews of the earlier plan.
const NEAR: usize = 64;
/// Chains are searched while all searches together look at no more than about this many slots.
const SEARCHED: usize = 1 << 26;
/// And this many times in any case.
const SEARCHES: usize = 64;

/// The earlier plan under the rules of now: what is barred or too much is released.
pub(super) fn carry_over<'a>(
    rules: &'a Rules<'a>,
    old: &'a ReviewGraph,
    mut stream: Stream,
) -> State<'a> {
    let mut draft = Draft::new(rules);
    let mut wants: Vec<i64> = vec![0; rules.cohort().submissions()];
    for submission in rules.pool() {
        wants[submission.index()] =
            i64::from(rules.low(submission)) - i64::from(rules.kept_by(submission));
    }
    let mut surplus = Vec::new();
    for reviewer in rules.people() {
        let stay = staying(rules, old, reviewer);
        for submission in &stay {
            wants[submission.index()] -= 1;
        }
        if stay.len() > draft.free(reviewer).len() {
            surplus.push(reviewer);
        } else {
            place_all(&mut draft, reviewer, &stay);
        }
    }
    stream.shuffle(&mut surplus);
    for reviewer in surplus {
        let mut stay = staying(rules, old, reviewer);
        stream.shuffle(&mut stay);
        // Those go whose submissions can spare a review best.
        while stay.len() > draft.free(reviewer).len() {
            let Some(spared) = (0..stay.len()).min_by_key(|&i| wants[stay[i].index()]) else {
                break;
            };
            wants[stay.swap_remove(spared).index()] += 1;
        }
        place_all(&mut draft, reviewer, &stay);
    }
    let limits = rules.quotas().to_vec();
    let mut state = State::new(rules, draft, limits, old, stream);
    trim(&mut state);
    state
}

/// What a reviewer has in the earlier plan, may change, and may keep.
fn staying(rules: &Rules<'_>, old: &ReviewGraph, reviewer: PersonId) -> Vec<SubmissionId> {
    let kept = rules.kept(reviewer);
    let stays = |s: &SubmissionId| {
        kept.binary_search(s).is_err() && !rules.is_exemplar(*s) && rules.allows(reviewer, *s)
    };
    old.submissions_of(reviewer).iter().copied().filter(stays).collect()
}

fn place_all(draft: &mut Draft<'_>, reviewer: PersonId, submissions: &[SubmissionId]) {
    for (slot, &submission) in draft.free(reviewer).zip(submissions) {
        draft.set(slot, reviewer, submission);
    }
}

/// Releases what submissions have above the even spread.
fn trim(state: &mut State<'_>) {
    let rules = state.rules;
    for submission in rules.pool() {
        while state.load(submission) > rules.high(submission) {
            if go_back(state, submission) {
                continue;
            }
            let Some(&(slot, owner)) = state.releasable(submission).first() else { break };
            state.set(slot, owner, EMPTY);
        }
    }
}

/// Takes a review from a submission so that no review is new: its reviewer goes back to one of the
/// earlier plan, whose other reviewer goes back to a third, until a submission lacks a review.
fn go_back(state: &mut State<'_>, root: SubmissionId) -> bool {
    // Works in the order of discovery: the work, and the slot of the one before that takes it.
    let mut found = vec![(root, 0, 0)];
    let mut next = 0;
    while next < found.len() && next < NEAR {
        let (submission, ..) = found[next];
        for (slot, owner) in state.releasable(submission) {
            for back in state.given_up(owner, slot) {
                if found.iter().any(|&(seen, ..)| seen == back) {
                    continue;
                }
                found.push((back, next, slot));
                if state.load(back) < state.rules.low(back) {
                    let mut at = found.len() - 1;
                    while at > 0 {
                        let (submission, before, slot) = found[at];
                        state.set(slot, state.draft.owner(slot), submission);
                        at = before;
                    }
                    return true;
                }
            }
        }
        next += 1;
    }
    false
}

/// Fills the empty slots and lifts every submission to its share, or proves that it cannot be.
/// Where it cannot be, the state is what chains can reach.
pub(super) fn fill(state: &mut State<'_>) -> Result<(), AssignError> {
    let mut empty = vacancies(state);
    let mut units = missing(state, empty.len());
    spare(state, &units, &mut empty);
    let mut fresh = Vec::new();
    let left = place(state, &empty, &mut units, &mut fresh);
    for slot in left {
        let Some(&submission) = units.last() else { break };
        if split(state, slot, submission, &mut fresh) {
            units.pop();
        }
    }
    chain(state);
    let left = vacancies(state);
    let lacks = |s| state.load(s) < state.rules.low(s);
    if left.is_empty() && !state.rules.pool().any(lacks) {
        return Ok(());
    }
    exact(state)
}

/// The exact search, from here. Where it fails nothing has changed.
fn exact(state: &mut State<'_>) -> Result<(), AssignError> {
    let rules = state.rules;
    if rules.is_elastic() {
        // Others may give one review more than those who were drawn.
        let mut draft = state.draft.widened(Stage::Even, u32::MAX)?;
        augment::complete(&mut draft, Stage::Even).map_err(AssignError::Impossible)?;
        state.limits = rules.people().map(|reviewer| draft.given(reviewer)).collect();
        state.draft = draft.compacted();
        state.recount();
        return Ok(());
    }
    let before: Vec<SubmissionId> = (0..state.draft.len()).map(|i| state.draft.get(i)).collect();
    let done = augment::complete(&mut state.draft, Stage::Even);
    if done.is_err() {
        for reviewer in rules.people() {
            for slot in state.draft.free(reviewer) {
                state.draft.set(slot, reviewer, before[slot]);
            }
        }
    }
    state.recount();
    done.map_err(AssignError::Impossible)
}

/// All slots that may be filled and are not, in random order.
fn vacancies(state: &mut State<'_>) -> Vec<usize> {
    let mut empty = Vec::new();
    for reviewer in state.rules.people() {
        empty.extend(state.free(reviewer).filter(|&slot| state.draft.get(slot) == EMPTY));
    }
    state.stream.shuffle(&mut empty);
    empty
}

/// The reviews that submissions are to receive, in random order: as many as they lack, and where
/// more than that are to be given, further ones up to the even spread.
fn missing(state: &mut State<'_>, given: usize) -> Vec<SubmissionId> {
    let rules = state.rules;
    let mut units = Vec::new();
    for submission in rules.pool() {
        for _ in state.load(submission)..rules.low(submission) {
            units.push(submission);
        }
    }
    if units.len() < given {
        let open = |s: &SubmissionId| state.load(*s).max(rules.low(*s)) < rules.high(*s);
        let mut open: Vec<SubmissionId> = rules.pool().filter(open).collect();
        state.stream.shuffle(&mut open);
        units.extend(open.into_iter().take(given - units.len()));
    }
    state.stream.shuffle(&mut units);
    units
}

/// Where submissions lack more reviews than there are slots for, others give up one each.
fn spare(state: &mut State<'_>, units: &[SubmissionId], empty: &mut Vec<usize>) {
    if units.len() <= empty.len() {
        return;
    }
    let rules = state.rules;
    let mut rich: Vec<SubmissionId> =
        rules.pool().filter(|&s| state.load(s) > rules.low(s)).collect();
    state.stream.shuffle(&mut rich);
    for submission in rich {
        let Some(&unit) = units.get(empty.len()) else { break };
        let slots = state.releasable(submission);
        let willing = slots.iter().find(|&&(slot, owner)| state.takes(owner, unit, slot));
        if let Some(&(slot, owner)) = willing.or(slots.first()) {
            state.set(slot, owner, EMPTY);
            empty.push(slot);
        }
    }
}

/// Places units in slots whose owners may take them, without a short cycle where that can be.
/// Returns the slots that are left.
fn place(
    state: &mut State<'_>,
    empty: &[usize],
    units: &mut Vec<SubmissionId>,
    fresh: &mut Vec<usize>,
) -> Vec<usize> {
    let mut left = Vec::new();
    for &slot in empty {
        let owner = state.draft.owner(slot);
        if let Some(i) = pick(state, slot, owner, units) {
            state.set(slot, owner, units.swap_remove(i));
            fresh.push(slot);
        } else {
            left.push(slot);
        }
    }
    left
}

fn pick(
    state: &mut State<'_>,
    slot: usize,
    owner: PersonId,
    units: &[SubmissionId],
) -> Option<usize> {
    if units.is_empty() {
        return None;
    }
    let start = state.stream.bounded(to_u32(units.len())) as usize;
    let mut tangled = None;
    for i in (start..units.len()).chain(0..start).take(TRIES as usize) {
        if state.takes(owner, units[i], slot) {
            if !state.tangles(owner, units[i]) {
                return Some(i);
            }
            tangled = tangled.or(Some(i));
        }
    }
    tangled
}

/// Fills an empty slot of r and lifts s at once: a review (a, b) becomes (a, s) and (r, b), so that
/// all other loads stay. Reviews that are new anyway come first, since that changes least.
pub(super) fn split(
    state: &mut State<'_>,
    empty: usize,
    submission: SubmissionId,
    fresh: &mut Vec<usize>,
) -> bool {
    let mut done = None;
    for untangled in [true, false] {
        for old in [false, true] {
            let tries = if old { TRIES } else { TRIES.min(2 * to_u32(fresh.len())) };
            for _ in 0..tries {
                if done.is_some() {
                    break;
                }
                let slot = if old {
                    state.draft.draw(&mut state.stream).map(|(slot, _)| slot)
                } else {
                    let drawn = state.stream.bounded(to_u32(fresh.len()));
                    fresh.get(drawn as usize).copied()
                };
                let split = |slot| split_at(state, empty, submission, slot, untangled);
                done = slot.and_then(split);
            }
        }
    }
    fresh.extend(done.into_iter().flatten());
    done.is_some()
}

fn split_at(
    state: &mut State<'_>,
    empty: usize,
    submission: SubmissionId,
    slot: usize,
    untangled: bool,
) -> Option<[usize; 2]> {
    let (owner, other) = (state.draft.owner(empty), state.draft.owner(slot));
    let given = state.draft.get(slot);
    let fits = owner != other
        && given != EMPTY
        && given != submission
        && state.takes(other, submission, slot)
        && state.takes(owner, given, empty);
    if !fits {
        return None;
    }
    state.set(slot, other, submission);
    state.set(empty, owner, given);
    if untangled && (state.tangles(other, submission) || state.tangles(owner, given)) {
        state.set(empty, owner, EMPTY);
        state.set(slot, other, given);
        return None;
    }
    Some([empty, slot])
}

/// Fills along shortest chains while that is cheap; what is left is for the exact search.
fn chain(state: &mut State<'_>) {
    let rules = state.rules;
    let size = rules.cohort().people() + state.draft.len() + 1;
    let budget = SEARCHES.max(SEARCHED / size);
    let lacks = |state: &State<'_>, s| state.load(s) < rules.low(s);
    let open = |state: &State<'_>, s| state.load(s) < rules.high(s);
    let mut searches = 0;
    let mut lift = |state: &mut State<'_>, spares: bool| {
        let is_root: &dyn Fn(&State<'_>, SubmissionId) -> bool =
            if spares { &lacks } else { &open };
        while searches < budget {
            let vacant = || rules.people().any(|r| state.vacancy(r).is_some());
            let roots: Vec<SubmissionId> = rules.pool().filter(|&s| is_root(state, s)).collect();
            if roots.is_empty() || !(spares || vacant()) {
                return;
            }
            searches += 1;
            if !search(state, &roots, |state, s| spares && state.load(s) > rules.low(s)) {
                return;
            }
        }
    };
    lift(state, true);
    lift(state, false);
}

/// Gives one of the submissions a review more along a shortest chain: a reviewer takes it for
/// another one, which takes a review from a third, until a reviewer has an empty slot or a
/// submission can spare a review. O(people + submissions + reviews + barred pairs).
pub(super) fn search(
    state: &mut State<'_>,
    roots: &[SubmissionId],
    spares: impl Fn(&State<'_>, SubmissionId) -> bool,
) -> bool {
    let rules = state.rules;
    // By submission: the slot that it gives up, and the submission that takes that slot.
    let mut gives_up = vec![None; rules.cohort().submissions()];
    let mut seen = vec![false; gives_up.len()];
    for root in roots {
        seen[root.index()] = true;
    }
    let mut unvisited: Vec<PersonId> =
        rules.people().filter(|&reviewer| !state.free(reviewer).is_empty()).collect();
    state.stream.shuffle(&mut unvisited);
    let mut queue = roots.to_vec();
    state.stream.shuffle(&mut queue);
    let mut next = 0;
    while let Some(&submission) = queue.get(next) {
        next += 1;
        let mut reached = Vec::new();
        unvisited.retain(|&reviewer| {
            let stays = !state.takes(reviewer, submission, usize::MAX);
            if !stays {
                reached.push(reviewer);
            }
            stays
        });
        for reviewer in reached {
            if let Some(slot) = state.vacancy(reviewer) {
                hand_down(state, &gives_up, (slot, submission));
                return true;
            }
            for slot in state.free(reviewer) {
                let other = state.draft.get(slot);
                if core::mem::replace(&mut seen[other.index()], true) {
                    continue;
                }
                gives_up[other.index()] = Some((slot, submission));
                if spares(state, other) {
                    hand_down(state, &gives_up, (slot, submission));
                    return true;
                }
                queue.push(other);
            }
        }
    }
    false
}

/// Moves along a chain from its end back to the root.
fn hand_down(
    state: &mut State<'_>,
    gives_up: &[Option<(usize, SubmissionId)>],
    (mut slot, mut submission): (usize, SubmissionId),
) {
    loop {
        state.set(slot, state.draft.owner(slot), submission);
        let Some(further) = gives_up[submission.index()] else { return };
        (slot, submission) = further;
    }
}
