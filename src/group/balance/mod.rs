//! The balance engine: pairs of groups are divided anew, again and again.
//!
//! ```text
//! F = sum_g |D_g|^2 / n_g         D_g = sum of the rows of group g; rows have mean 0
//! ```
//!
//! is the sum of squares between groups. A pass takes disjoint pairs of groups. The two sums of a
//! pair add up to S whatever is done, so its part of F is smallest where the sum z of one side is
//! nearest to its share of S,
//!
//! ```text
//! |z|^2/n_a + |S - z|^2/n_b = M/(n_a n_b) |z - (n_a/M) S|^2 + |S|^2/M,   M = n_a + n_b
//! ```
//!
//! and the engine looks at exchanges of k people for k others: all of them, which is every division
//! of the pool, for groups up to 6; those of one or two people up to 8; of one for larger groups. With
//! p = the sum of A less what leaves it and b = what comes, `|p + b|^2 = |p|^2 + |b|^2 + 2 p b`: a
//! small product of matrices, in single precision; what it proposes is checked in double.
//!
//! Homes of a jigsaw have one person of every topic each: there it is two people of one topic who change
//! places or do not, and all of these divisions are looked at, for up to 10 topics.
//!
//! In three of four passes groups of nearly opposite sums meet, since S is what no division changes;
//! in the fourth chance decides, so that nothing gets stuck.
//!
//! A small course without rules is annealed first: see [`anneal`]. A small one with rules is worked on
//! several times, each time with other pairs, and the best is kept.
//!
//! F never rises. Disjoint pairs touch disjoint people, so they can be worked on side by side.

mod anneal;
mod pairing;
mod pairs;
mod rules;
mod side;
mod split;
mod state;
mod subsets;
mod table;
#[cfg(test)]
mod tests;

pub(super) use pairs::{Pairs, PairsOf};
pub(super) use rules::{Count, Even, NONE, Overlap, Rules};
use side::VIEW;
use split::{Pass, Split};
use state::{State, Swap};
use subsets::Subsets;
pub(super) use table::Table;

use crate::GroupId;
use crate::chunks;
use crate::csr::Csr;
use crate::id::to_u32;
use crate::seed::{Phase, Seed};

use super::former::Objective;

/// The most columns of a table.
pub(super) const MAX_DIMS: usize = 256;

/// The most exchanges that are looked at in one split.
const EXCHANGES: usize = 1000;

/// Exchanges between one pair of groups in one pass, where not all divisions are looked at.
const STEPS: usize = 3;

/// Pairs of groups that are fetched at a time.
const AHEAD: usize = 8;

/// Passes in a row without an exchange after which there is no further one.
const QUIET: usize = 32;

/// The most people whose groups are annealed first.
const ANNEALED: usize = 1500;

/// Sweeps of the annealing for each pass, which they take about as long as.
const SWEEPS: usize = 9;

/// The most sweeps: passes end where they gain nothing, these do not.
const MOST_SWEEPS: usize = 40_000;

/// A course with rules is worked on so often that this many people are, but at most so often.
const WORKED_ON: usize = 2000;
const MOST_RUNS: usize = 8;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Budget {
    /// The most passes.
    pub(super) passes: usize,
}

/// What the engine did.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) groups: Vec<GroupId>,
    /// The objective before the first pass and after each; annealing counts to the first.
    pub(super) values: Vec<f64>,
    /// Hard rules broken at the end.
    pub(super) violations: u64,
    /// Whether it stopped because passes gained nothing more.
    pub(super) settled: bool,
}

impl Run {
    /// Whether fewer hard rules are broken than by another run, or as many at a lower objective.
    fn is_better(&self, other: &Self) -> bool {
        let last = |run: &Self| run.values.last().copied().unwrap_or(f64::INFINITY);
        self.violations < other.violations
            || self.violations == other.violations && last(self) < last(other)
    }
}

/// The engine on one set of people.
#[derive(Debug, Clone)]
pub(super) struct Engine<'a> {
    pub(super) table: &'a Table,
    pub(super) rules: &'a Rules,
    /// The cell of every group; only groups of one cell exchange people. Empty: one cell.
    pub(super) cells: &'a [u32],
    pub(super) objective: Objective,
    pub(super) budget: Budget,
}

impl Engine<'_> {
    /// Improves a partition, given as the people of groups that begin at `starts`.
    pub(super) fn run(&self, starts: Vec<u32>, slots: Vec<u32>, seed: Seed) -> Run {
        let mut state = State::new(self.table, starts, slots);
        let value = self.value(&state);
        if self.may_anneal(&state) {
            self.anneal(&mut state, seed);
        }
        let runs = if self.rules.are_none() { 1 } else { WORKED_ON / state.people().max(1) };
        let mut best = self.improve(state.clone(), value, seed);
        for number in 1..runs.min(MOST_RUNS) {
            let seed = seed.key(Phase::Balance, number as u64);
            let run = self.improve(state.clone(), value, seed);
            if run.is_better(&best) {
                best = run;
            }
        }
        best
    }

    /// Improves a partition, which had this value before, by passes over pairs of groups.
    fn improve(&self, mut state: State, value: f64, seed: Seed) -> Run {
        let cells = self.cells(state.groups());
        let singles = singles(&state, self.rules);
        let mut values = vec![value];
        let mut quiet = 0;
        for number in 0..self.budget.passes {
            if quiet >= QUIET {
                break;
            }
            let mut stream = seed.stream(Phase::Balance, number as u64);
            let pairs = pairing::pairs(&state, &cells, number % 4 < 3, &mut stream);
            let turns = (stream.u32() as usize, stream.u32() as usize);
            let changes = {
                let pass = Pass {
                    state: &state,
                    rules: self.rules,
                    objective: self.objective,
                    singles: &singles,
                    turns,
                    steps: STEPS,
                };
                improve_all(&pass, &pairs)
            };
            quiet += 1;
            for (swaps, touched) in &changes {
                state.apply(swaps, touched.iter().copied());
                if !swaps.is_empty() {
                    quiet = 0;
                }
            }
            values.push(self.value(&state));
        }
        let settled = quiet >= QUIET;
        let violations = self.violations(&state);
        Run { groups: state.assignment(), values, violations, settled }
    }

    fn may_anneal(&self, state: &State) -> bool {
        let small = state.groups() > 1 && state.people() <= ANNEALED;
        let free = self.rules.are_none() && self.cells.iter().all(|&cell| cell == self.cells[0]);
        small && free && state.dims() > 0 && self.objective == Objective::Sum
    }

    /// Anneals, unless what it comes to is worse.
    fn anneal(&self, state: &mut State, seed: Seed) {
        let sweeps = self.budget.passes.saturating_mul(SWEEPS).min(MOST_SWEEPS);
        let mut stream = seed.stream(Phase::BalanceSwaps, 0);
        let came_from = anneal::anneal(state, sweeps, &mut stream);
        let annealed = state.rearranged(self.table, &came_from);
        if annealed.value() < state.value() {
            *state = annealed;
        }
    }

    fn cells(&self, groups: usize) -> Csr<u32> {
        let rows = self.cells.iter().max().map_or(1, |&last| last as usize + 1);
        let cell = |g: usize| self.cells.get(g).map_or(0, |&cell| cell as usize);
        Csr::group(rows, groups, cell, to_u32)
    }

    /// The objective with what soft rules add.
    fn value(&self, state: &State) -> f64 {
        if !self.rules.has_soft() {
            return state.value();
        }
        let mut scratch = Vec::new();
        let soft = |g| self.rules.cost(state.members(g), &mut scratch).soft;
        state.value() + (0..state.groups()).map(soft).fold(0.0, |sum, soft| sum + soft)
    }

    fn violations(&self, state: &State) -> u64 {
        if !self.rules.weigh_members() {
            return 0;
        }
        let mut scratch = Vec::new();
        let cost = |g| u64::from(self.rules.cost(state.members(g), &mut scratch).hard);
        (0..state.groups()).map(cost).sum()
    }
}

/// The swaps of every chunk of pairs, and the groups they are about.
fn improve_all(pass: &Pass<'_>, pairs: &[(u32, u32)]) -> Vec<(Vec<Swap>, Vec<u32>)> {
    chunks::map(pairs.len(), |range| {
        let (mut swaps, mut touched) = (Vec::new(), Vec::new());
        let mut splits: [Split; AHEAD] = core::array::from_fn(|_| Split::default());
        for pairs in pairs[range].chunks(AHEAD) {
            // All of them first, so that what one waits for from memory comes while others do.
            for (split, &(a, b)) in splits.iter_mut().zip(pairs) {
                split.load(pass, a as usize, b as usize);
            }
            for (split, &(a, b)) in splits.iter_mut().zip(pairs) {
                if split.improve(pass, &mut swaps) {
                    touched.extend([a, b]);
                }
            }
        }
        (swaps, touched)
    })
}

/// The sets of single people, by the number of people, for all numbers that occur.
fn singles(state: &State, rules: &Rules) -> Vec<Subsets> {
    let seen = |g| state.size(g).min(VIEW);
    let mut wanted = [rules.fixed.is_some(); VIEW + 1];
    (0..state.groups()).for_each(|g| wanted[seen(g)] = true);
    let sets = |items: usize| {
        if wanted[items] { Subsets::singles(items, most_moved(items)) } else { Subsets::default() }
    };
    (0..=VIEW).map(sets).collect()
}

/// The most people of this many who move at once, so that two such sides stay within the limit.
fn most_moved(items: usize) -> usize {
    let (mut most, mut sets, mut total) = (0, 1, 0);
    while most < items {
        sets = sets * (items - most) / (most + 1);
        total += sets * sets;
        if total > EXCHANGES && most > 0 {
            break;
        }
        most += 1;
    }
    most
}
