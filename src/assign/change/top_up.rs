//! Reviews beyond quotas, for submissions that would otherwise stay short.

use std::collections::BTreeSet;

use super::fill::{search, split};
use super::state::State;
use crate::assign::AssignError;
use crate::assign::draft::{Draft, EMPTY};
use crate::assign::rules::Rules;
use crate::graph::ReviewGraph;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId, to_u32};

/// The same plan with room for `most` reviews more in the row of everybody who gives any.
pub(super) fn widen<'a>(
    state: State<'a>,
    old: &'a ReviewGraph,
    most: usize,
) -> Result<State<'a>, AssignError> {
    let rules = state.rules;
    let most = to_u32(most.min(rules.pool_len()));
    let mut rows = rules.quotas().to_vec();
    let mut total = 0_usize;
    for (reviewer, row) in rules.people().zip(&mut rows) {
        let more = if takes_more(rules, reviewer) { most } else { 0 };
        *row = row.saturating_add(more).max(state.limits[reviewer.index()]);
        total = total.saturating_add(*row as usize);
    }
    if total > MAX_PAIRS {
        return Err(AssignError::TooManyReviews { limit: MAX_PAIRS });
    }
    let mut draft = Draft::with_rows(rules, &rows);
    copy(&state.draft, &mut draft);
    Ok(State::new(rules, draft, state.limits, old, state.stream))
}

/// The same plan without empty slots.
pub(super) fn narrow<'a>(state: &State<'a>) -> Draft<'a> {
    let rules = state.rules;
    let full = |reviewer| {
        let row = state.draft.row(reviewer);
        to_u32(row.filter(|&slot| state.draft.get(slot) != EMPTY).count())
    };
    let rows: Vec<u32> = rules.people().map(full).collect();
    let mut draft = Draft::with_rows(rules, &rows);
    copy(&state.draft, &mut draft);
    draft
}

fn copy(from: &Draft<'_>, to: &mut Draft<'_>) {
    for reviewer in from.rules.people() {
        let full = from.free(reviewer).map(|slot| from.get(slot)).filter(|&s| s != EMPTY);
        let full: Vec<SubmissionId> = full.collect();
        for (slot, submission) in to.free(reviewer).zip(full) {
            to.set(slot, reviewer, submission);
        }
    }
}

/// Whether a person gives reviews at all, so that they may be asked for more.
fn takes_more(rules: &Rules<'_>, person: PersonId) -> bool {
    let gives = rules.quota(person) > 0 && !rules.cohort().is_staff(person);
    gives && !rules.is_excused(person)
}

/// Lifts every submission towards its level, lowest first: with what quotas leave, then with one
/// review more from everybody who is needed, then with two, up to `most`.
///
/// The smallest number received is as great as it can be, then the second smallest and so on: a
/// chain from a submission to one with two reviews more, or to a reviewer with room, is an
/// improvement, and where there is none there is no better spread (Harvey, Ladner, Lovasz and
/// Tamir, "Semi-matchings for bipartite graphs and load balancing", J. Algorithms 59, 2006).
///
/// First to what each is to have at least; then, lowest first, until as many reviews are given as
/// the rules of the level ask for.
pub(super) fn top_up(state: &mut State<'_>, levels: &Rules<'_>, most: usize) {
    let most = to_u32(most.min(state.rules.pool_len()));
    let total = levels.total();
    let mut extra = 0;
    raise(state, &|s| levels.low(s), usize::MAX, (&mut extra, most));
    raise(state, &|s| levels.high(s), total, (&mut extra, most));
}

fn raise(
    state: &mut State<'_>,
    level: &dyn Fn(SubmissionId) -> u32,
    total: usize,
    (extra, most): (&mut u32, u32),
) {
    let rules = state.rules;
    loop {
        if state.total() >= total || !rules.pool().any(|s| state.load(s) < level(s)) {
            return;
        }
        let stuck = lift_lowest(state, level, total);
        let mut fresh = Vec::new();
        for submission in stuck {
            let room = rules.people().find_map(|reviewer| state.vacancy(reviewer));
            let Some(room) = room.filter(|_| state.total() < total) else { break };
            split(state, room, submission, &mut fresh);
        }
        even_out(state, level, total, *extra == most);
        if *extra == most {
            return;
        }
        *extra += 1;
        for reviewer in rules.people().filter(|&reviewer| takes_more(rules, reviewer)) {
            state.limits[reviewer.index()] += 1;
        }
    }
}

/// Gives reviews straight to reviewers with room, those with the fewest pending first. Returns the
/// submissions that found none, once for each review.
fn lift_lowest(
    state: &mut State<'_>,
    level: &dyn Fn(SubmissionId) -> u32,
    total: usize,
) -> Vec<SubmissionId> {
    let mut waiting = Waiting::new(state);
    let lacks = |s: &SubmissionId| state.load(*s) < level(*s);
    let mut low: Vec<SubmissionId> = state.rules.pool().filter(lacks).collect();
    state.stream.shuffle(&mut low);
    let mut stuck = Vec::new();
    while let Some(least) = low.iter().map(|&s| state.load(s)).min() {
        low.retain(|&submission| {
            if state.load(submission) > least || state.total() >= total {
                return true;
            }
            if let Some((reviewer, slot)) = waiting.take(state, submission) {
                state.set(slot, reviewer, submission);
                waiting.put(state, reviewer);
                return state.load(submission) < level(submission);
            }
            let missing = level(submission) - state.load(submission);
            stuck.extend((0..missing).map(|_| submission));
            false
        });
        if waiting.is_empty() || state.total() >= total {
            break;
        }
    }
    stuck
}

/// Reviewers with room, by the number of reviews that they have not started.
struct Waiting(Vec<Vec<PersonId>>);

impl Waiting {
    fn new(state: &mut State<'_>) -> Self {
        let mut all: Vec<PersonId> = state.rules.people().collect();
        state.stream.shuffle(&mut all);
        let mut waiting = Self(Vec::new());
        for reviewer in all {
            waiting.put(state, reviewer);
        }
        waiting
    }

    fn put(&mut self, state: &State<'_>, reviewer: PersonId) {
        if state.vacancy(reviewer).is_none() {
            return;
        }
        let full = |&slot: &usize| state.draft.get(slot) != EMPTY;
        let pending = state.free(reviewer).filter(full).count();
        if self.0.len() <= pending {
            self.0.resize(pending + 1, Vec::new());
        }
        self.0[pending].push(reviewer);
    }

    /// Someone who may take a submission, and the slot.
    fn take(&mut self, state: &State<'_>, submission: SubmissionId) -> Option<(PersonId, usize)> {
        for list in &mut self.0 {
            let takes = |&reviewer: &PersonId| state.takes(reviewer, submission, usize::MAX);
            if let Some(i) = list.iter().rposition(takes) {
                let reviewer = list.swap_remove(i);
                return Some((reviewer, state.vacancy(reviewer)?));
            }
        }
        None
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }
}

/// Lifts along chains, lowest first; at last also from submissions with two reviews more.
fn even_out(state: &mut State<'_>, level: &dyn Fn(SubmissionId) -> u32, total: usize, last: bool) {
    let rules = state.rules;
    // No chain from a submission now means none later: those of this load are done.
    let mut done = None;
    loop {
        if state.total() >= total {
            return;
        }
        if !last && !rules.people().any(|reviewer| state.vacancy(reviewer).is_some()) {
            return;
        }
        let low = rules.pool().filter(|&s| state.load(s) < level(s));
        let low: Vec<(u32, SubmissionId)> = low.map(|s| (state.load(s), s)).collect();
        let loads = low.iter().map(|&(load, _)| load);
        let Some(least) = loads.filter(|&load| done.is_none_or(|done| load > done)).min() else {
            return;
        };
        let roots: Vec<SubmissionId> =
            low.iter().filter(|&&(load, _)| load == least).map(|&(_, s)| s).collect();
        if !search(state, &roots, |state, s| last && state.load(s) > least + 1) {
            done = Some(least);
        }
    }
}

/// Gives reviewers who are below their quota the least-loaded submissions that they may take.
pub(super) fn fill_quotas(state: &mut State<'_>) {
    let rules = state.rules;
    let below = |r: &PersonId| state.limits[r.index()].min(rules.quota(*r)) > filled(state, *r);
    let mut reviewers: Vec<PersonId> = rules.people().filter(below).collect();
    if reviewers.is_empty() {
        return;
    }
    state.stream.shuffle(&mut reviewers);
    let mut order: Vec<SubmissionId> = rules.pool().collect();
    state.stream.shuffle(&mut order);
    let mut by_load: BTreeSet<(u32, u32)> =
        (0..).zip(&order).map(|(rank, &submission)| (state.load(submission), rank)).collect();
    for reviewer in reviewers {
        while filled(state, reviewer) < rules.quota(reviewer) {
            let Some(slot) = state.vacancy(reviewer) else { break };
            let takes = |entry: &&(u32, u32)| state.takes(reviewer, order[entry.1 as usize], slot);
            let Some(&(load, rank)) = by_load.iter().find(takes) else { break };
            state.set(slot, reviewer, order[rank as usize]);
            by_load.remove(&(load, rank));
            by_load.insert((load + 1, rank));
        }
    }
}

/// How many reviews a reviewer has, kept ones among them.
fn filled(state: &State<'_>, reviewer: PersonId) -> u32 {
    let row = state.draft.row(reviewer);
    to_u32(row.filter(|&slot| state.draft.get(slot) != EMPTY).count())
}
