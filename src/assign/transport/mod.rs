//! How much each class of reviewers gives each class of submissions: a flow between classes.
//!
//! Where rules look only at a class (a team, a section, a language), people of one class are
//! interchangeable, and a plan begins with one amount for each allowed pair of classes. A row is a
//! class of reviewers, a column is a class of submissions; nothing here knows of people.
//!
//! [`transport`] finds loads of least cost or a proof that there are none, [`spread()`] mixes the
//! blocks of a flow as evenly as its loads allow.

mod network;
mod spread;

use network::{Network, Short};
pub(super) use spread::spread;

use crate::id::to_u32;

/// Within one band and side, loads of nodes are the same share of a band apart, to one part in
/// this many.
const STEPS: u64 = 128;

/// Above all amounts: they are exact as doubles, and their levels fit 64 bits.
const LIMIT: u64 = 1 << 53;

/// One class of one side. What is wanted or needed is below 2^53, of all classes of a side together
/// too; a `high` of `u64::MAX` is no limit.
///
/// ```text
/// low <= wanted.0 <= wanted.1 <= high,  members >= 1
/// cost(load) = sum over the units d = 1, 2, ... by which load is above wanted.1 or below wanted.0
///              of ceil(d / members)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// How many are in the class: by so many units the load moves before the next band.
    pub(super) members: u64,
    /// The least load.
    pub(super) low: u64,
    /// The largest load.
    pub(super) high: u64,
    /// The loads that cost nothing, both ends included.
    pub(super) wanted: (u64, u64),
}

/// A pair of classes between which reviews are allowed, and how many at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arc {
    /// Position of the class of reviewers.
    pub(super) row: u32,
    /// Position of the class of submissions.
    pub(super) column: u32,
    /// The most reviews between the two; `u64::MAX` is no limit.
    pub(super) capacity: u64,
}

/// Rows or columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Classes of reviewers.
    Rows,
    /// Classes of submissions.
    Columns,
}

/// An amount for every arc, and what they add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flow {
    amounts: Vec<u64>,
    rows: Vec<u64>,
    columns: Vec<u64>,
}

impl Flow {
    fn of(network: &Network, rows: usize) -> Self {
        let mut loads = network.loads();
        let columns = loads.split_off(rows);
        Self { amounts: network.flow().to_vec(), rows: loads, columns }
    }

    /// By arc, in their order: how much it carries.
    pub(super) fn amounts(&self) -> &[u64] {
        &self.amounts
    }

    #[cfg(test)]
    /// By row: how much it gives.
    pub(super) fn rows(&self) -> &[u64] {
        &self.rows
    }

    /// By column: how much it gets.
    pub(super) fn columns(&self) -> &[u64] {
        &self.columns
    }
}

/// A proof that no flow keeps the bounds: some classes of one side together need more than they
/// can have.
///
/// ```text
/// demand = sum of low over `short`
/// supply = sum of high over `whole` + sum of the capacities of the arcs between `short` and
///          classes of the other side that are not in `whole`
/// demand > supply
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// Whose least loads are too much: rows that are to give more than columns can take, or
    /// columns that are to get more than rows can give.
    pub(super) side: Side,
    /// The classes of that side, ascending: those whom a search from one of them met. Elsewhere
    /// there may be further ones that are short.
    pub(super) short: Vec<u32>,
    /// The classes of the other side, ascending, that count with all they can take or give; the
    /// others count with their arcs.
    pub(super) whole: Vec<u32>,
    /// What the short classes need at least.
    pub(super) demand: u64,
    /// What they can have at most.
    pub(super) supply: u64,
}

impl Cut {
    fn new(short: Short, rows: &[Node], columns: &[Node], arcs: &[Arc]) -> Self {
        let Short { side, members } = short;
        let (own, other) = match side {
            Side::Rows => (rows, columns),
            Side::Columns => (columns, rows),
        };
        let width = capacities(side, &members, other.len(), arcs);
        let is_whole =
            |&i: &u32| width[i as usize] > 0 && other[i as usize].high <= width[i as usize];
        let supply = other.iter().zip(&width).map(|(node, &width)| node.high.min(width));
        Self {
            side,
            demand: members.iter().map(|&i| own[i as usize].low).sum(),
            short: members,
            whole: (0..to_u32(other.len())).filter(is_whole).collect(),
            supply: supply.fold(0, u64::saturating_add),
        }
    }

    #[cfg(test)]
    /// Adds the numbers up again: whether they are those of these classes, and prove that there is
    /// no flow. O(classes + arcs).
    pub(super) fn adds_up(&self, rows: &[Node], columns: &[Node], arcs: &[Arc]) -> bool {
        let (own, other) = match self.side {
            Side::Rows => (rows, columns),
            Side::Columns => (columns, rows),
        };
        let ascend = |list: &[u32]| list.windows(2).all(|pair| pair[0] < pair[1]);
        let mut width = capacities(self.side, &self.short, other.len(), arcs);
        let demand: Option<u64> =
            self.short.iter().map(|&i| own.get(i as usize).map(|node| node.low)).sum();
        let mut supply = 0_u64;
        for &i in &self.whole {
            let Some(node) = other.get(i as usize) else { return false };
            supply = supply.saturating_add(node.high);
            width[i as usize] = 0;
        }
        supply = width.into_iter().fold(supply, u64::saturating_add);
        ascend(&self.short)
            && ascend(&self.whole)
            && demand == Some(self.demand)
            && supply == self.supply
            && demand > Some(supply)
    }
}

/// By class of the other side: the capacities of its arcs with members (ascending) together.
fn capacities(side: Side, members: &[u32], others: usize, arcs: &[Arc]) -> Vec<u64> {
    let mut sums = vec![0; others];
    for arc in arcs {
        let (own, other) = match side {
            Side::Rows => (arc.row, arc.column),
            Side::Columns => (arc.column, arc.row),
        };
        if members.binary_search(&own).is_ok() {
            let sum: &mut u64 = &mut sums[other as usize];
            *sum = sum.saturating_add(arc.capacity);
        }
    }
    sums
}

impl Node {
    /// The load at which every unit is taken whose level is at most this one, and no other unit.
    ///
    /// Levels refine the prices of [`Node`] without changing their order, so that what is best by
    /// level is best by price: units within `wanted` are at -STEPS..=STEPS by their place, and the
    /// n-th band beyond, n = 0, 1, ..., is at STEPS + 1.. in two blocks of STEPS each, first that of
    /// columns and then that of rows. Below `wanted` levels are the same with a minus.
    fn load(&self, side: Side, level: i64) -> u64 {
        let (from, to) = self.wanted;
        let places = 2 * STEPS + 1;
        let above = level.saturating_add_unsigned(STEPS + 1);
        if above <= 0 {
            let below = self.units(side, above.unsigned_abs());
            return from.saturating_sub(below).max(self.low);
        }
        let above = above.unsigned_abs();
        if above <= places {
            return from + (to - from) * above / places;
        }
        to.saturating_add(self.units(side, above - places)).min(self.high)
    }

    /// How many units beyond `wanted` are in the first so many steps.
    fn units(&self, side: Side, steps: u64) -> u64 {
        if steps == 0 {
            return 0;
        }
        let (block, step) = ((steps - 1) / STEPS, (steps - 1) % STEPS);
        let own = block_of(side);
        if block % 2 == own {
            let whole = self.members.saturating_mul(block / 2);
            whole.saturating_add(((step + 1) * self.members).div_ceil(STEPS))
        } else {
            self.members.saturating_mul((block + 1 - own) / 2)
        }
    }

    /// The least level at which the load is `high`, and above the negative of that at which it is
    /// `low`.
    fn last_level(&self, side: Side) -> i64 {
        let beyond = (self.high - self.wanted.1).max(self.wanted.0 - self.low).min(LIMIT);
        if beyond == 0 {
            return STEPS.cast_signed();
        }
        let (band, unit) = ((beyond - 1) / self.members, (beyond - 1) % self.members);
        let block = 2 * band + block_of(side);
        (STEPS + 1 + block * STEPS + unit * STEPS / self.members).cast_signed()
    }
}

/// Which of the two blocks of a band is that of a side: columns yield first.
fn block_of(side: Side) -> u64 {
    match side {
        Side::Columns => 0,
        Side::Rows => 1,
    }
}

/// Loads within their bounds that cost the least, and a flow that has them; or a [`Cut`], which
/// proves that there is none.
///
/// ```text
/// minimise  sum over rows of cost(load) + sum over columns of cost(load)
/// such that load = sum of the amounts of the arcs,  0 <= amount <= capacity,  low <= load <= high
/// ```
///
/// Arcs (sorted, unique) cost nothing. Costs are convex, so an optimum is as even a member as can
/// be; among equals, loads within `wanted` or within one band lie at the same share of their way,
/// but for one part in 128. The total follows: where rows and columns want different totals and a
/// unit costs either side the same, columns yield before rows.
///
/// The possible loads are the integral points of a base polytope (of the cuts of the network), and
/// the optimum is found by decomposition: at a level between two prices every node has one best
/// load; a maximum flow towards those loads tells the nodes whose price is below the level from
/// those above, no more flow can change between the two, and each part is solved on its own
/// (Fujishige, Mathematics of Operations Research 5, 1980; Groenevelt, European J. Operational
/// Research 54, 1991). All parts are solved at once, halving the range of levels.
///
/// O(log(128 x bands)) maximum flows, about ten where all are within `wanted`, each of nearly
/// O(classes + arcs). Memory: O(classes + arcs).
///
/// # Errors
///
/// A [`Cut`] where no flow keeps the bounds.
pub(super) fn transport(rows: &[Node], columns: &[Node], arcs: &[Arc]) -> Result<Flow, Cut> {
    debug_assert!(rows.iter().chain(columns).all(|node| {
        node.low <= node.wanted.0
            && node.wanted.0 <= node.wanted.1
            && node.wanted.1 <= node.high
            && node.members > 0
    }));
    debug_assert!(arcs.windows(2).all(|w| (w[0].row, w[0].column) < (w[1].row, w[1].column)));
    let mut network = Network::new(rows.len(), columns.len(), arcs);
    let nodes: Vec<Node> = rows.iter().chain(columns).copied().collect();
    let bounds: Vec<(u64, u64)> = nodes.iter().map(|node| (node.low, node.high)).collect();
    if let Err(short) = network.balance(&bounds) {
        return Err(Cut::new(short, rows, columns, arcs));
    }
    let feasible = Flow::of(&network, rows.len());
    let wanted: Vec<(u64, u64)> = nodes.iter().map(|node| node.wanted).collect();
    let last = if network.balance(&wanted).is_ok() {
        STEPS.cast_signed()
    } else {
        let last = |(i, node): (usize, &Node)| node.last_level(network.side(i));
        nodes.iter().enumerate().map(last).max().unwrap_or(0)
    };
    let levels = levels(&mut network, &nodes, last);
    let best = |(i, node): (usize, &Node)| match network.side(i) {
        Side::Rows => (node.load(Side::Rows, levels[i] - 1), node.load(Side::Rows, levels[i])),
        Side::Columns => {
            (node.load(Side::Columns, -levels[i] - 1), node.load(Side::Columns, -levels[i]))
        }
    };
    let best: Vec<(u64, u64)> = nodes.iter().enumerate().map(best).collect();
    let balanced = network.balance(&best);
    debug_assert_eq!(balanced, Ok(()), "the parts of a decomposition have flows");
    Ok(if balanced.is_ok() { Flow::of(&network, rows.len()) } else { feasible })
}

/// By node: the level of its load in an optimum, within -last..=last; that of a column is the
/// negative, since what a column gets a row gives. Arcs between different levels are fixed.
fn levels(network: &mut Network, nodes: &[Node], last: i64) -> Vec<i64> {
    let mut ranges = vec![(-last, last); nodes.len()];
    let middle = |(low, high): (i64, i64)| low + (high - low) / 2;
    while ranges.iter().any(|(low, high)| low < high) {
        network.reset();
        let mut supply = vec![0; nodes.len()];
        let mut demand = vec![0; nodes.len()];
        for (i, load) in network.loads().into_iter().enumerate() {
            if ranges[i].0 == ranges[i].1 {
                continue;
            }
            let level = middle(ranges[i]);
            let (gives, takes) = match network.side(i) {
                Side::Rows => (nodes[i].load(Side::Rows, level), load),
                Side::Columns => (load, nodes[i].load(Side::Columns, -level - 1)),
            };
            supply[i] = gives.saturating_sub(takes);
            demand[i] = takes.saturating_sub(gives);
        }
        let below = network.route(&mut supply, &mut demand);
        let before = ranges.clone();
        for (range, &below) in ranges.iter_mut().zip(&below) {
            if range.0 < range.1 {
                let level = middle(*range);
                *range = if below { (range.0, level) } else { (level + 1, range.1) };
            }
        }
        let ends: Vec<[usize; 2]> = network.ends().collect();
        for (arc, [row, column]) in ends.into_iter().enumerate() {
            if before[row] == before[column] && ranges[row] != ranges[column] {
                let (least, most) = network.bounds(arc);
                let fixed = if below[row] { most } else { least };
                network.set(arc, fixed, (fixed, fixed));
            }
        }
    }
    ranges.into_iter().map(|(level, _)| level).collect()
}

#[cfg(test)]
mod tests;
