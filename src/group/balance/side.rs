//! One of the two groups of a split: the people who may leave it, and the sums of all their sets.

use super::rules::{NONE, Rules};
use super::state::State;
use super::subsets::{LANES, PADDING, Subsets, items};

/// The most people of a group who are looked at in one split.
pub(super) const VIEW: usize = 64;

/// The most sets that a side with blocks is given.
const BLOCK_SETS: usize = 256;

/// Buffers for one side.
#[derive(Debug, Default)]
pub(super) struct Side {
    /// Slots of the people in view, with the rows of these people, filled up to whole lanes.
    slots: Vec<u32>,
    rows: Vec<f32>,
    width: usize,
    /// All members, those in view included, where rules want to see them.
    pub(super) members: Vec<u32>,
    /// Position among the members of every person in view.
    places: Vec<u32>,
    /// Sum of the rows of the group.
    pub(super) sum: Vec<f64>,
    /// Places in view, item by item, and where the items begin.
    order: Vec<u32>,
    item_starts: Vec<u32>,
    /// Sets of blocks, where people move in blocks.
    in_blocks: bool,
    own_sets: Subsets,
    /// The sum of the rows of every item, and of every set, plus that of set 0; as wide as rows.
    item_rows: Vec<f32>,
    sums: Vec<f32>,
    /// The same for `LANES` sets side by side: `lanes[set / LANES][column][set % LANES]`.
    lanes: Vec<f32>,
    /// `sum_f s_f values_f^2`.
    pub(super) norms: Vec<f32>,
    /// `sum_f direction_f values_f`, where asked for.
    pub(super) along: Vec<f32>,
}

impl Side {
    /// Takes the people of a group from position `turn` on, as many as are looked at.
    pub(super) fn load(&mut self, state: &State, rules: &Rules, group: usize, turn: usize) {
        let (start, size) = (state.start(group), state.size(group));
        let seen = size.min(VIEW);
        let first = if size > seen { turn % size } else { 0 };
        self.slots.clear();
        self.places.clear();
        self.width = state.dims().next_multiple_of(LANES);
        self.rows.clear();
        self.rows.resize(seen * self.width, 0.0);
        for i in 0..seen {
            let place = if first + i < size { first + i } else { first + i - size };
            self.places.push(crate::id::to_u32(place));
            self.slots.push(crate::id::to_u32(start + place));
            let row = state.row(start + place);
            // A loop: the rows are too short for a call.
            self.rows[i * self.width..].iter_mut().zip(row).for_each(|(to, &x)| *to = x);
        }
        self.members.clear();
        if rules.weigh_members() || rules.classes.is_some() || rules.restrict_moves() {
            self.members.extend_from_slice(state.members(group));
        }
        self.sum.clear();
        self.sum.extend_from_slice(state.sum(group));
        self.find_items(rules);
    }

    /// People in view who move alone or in blocks; a block that is not in view as a whole stays.
    fn find_items(&mut self, rules: &Rules) {
        self.order.clear();
        self.item_starts.clear();
        self.item_starts.push(0);
        for i in 0..self.slots.len() {
            if rules.restrict_moves() {
                let person = self.person(i);
                if rules.fixed.as_ref().is_some_and(|fixed| fixed[person as usize]) {
                    continue;
                }
                let block_of = |p: u32| rules.blocks.as_ref().map_or(NONE, |b| b[p as usize]);
                let block = block_of(person);
                if block != NONE {
                    let here = |&j: &usize| block_of(self.person(j)) == block;
                    let all = rules.block_sizes[block as usize];
                    let seen: Vec<usize> = (0..self.slots.len()).filter(here).collect();
                    if seen.first() == Some(&i) && seen.len() == all {
                        self.order.extend(seen.into_iter().map(crate::id::to_u32));
                        self.item_starts.push(crate::id::to_u32(self.order.len()));
                    }
                    continue;
                }
            }
            self.order.push(crate::id::to_u32(i));
            self.item_starts.push(crate::id::to_u32(self.order.len()));
        }
        self.in_blocks = rules.blocks.is_some();
        if self.in_blocks {
            let sizes: Vec<usize> = (0..self.items()).map(|i| self.item(i).len()).collect();
            self.own_sets = block_sets(&sizes);
        }
    }

    pub(super) fn items(&self) -> usize {
        self.item_starts.len() - 1
    }

    fn item(&self, item: usize) -> &[u32] {
        &self.order[self.item_starts[item] as usize..self.item_starts[item + 1] as usize]
    }

    /// Whether every member can leave.
    pub(super) fn is_whole(&self, size: usize) -> bool {
        self.order.len() == size
    }

    /// A person in view.
    fn person(&self, i: usize) -> u32 {
        self.members[self.places[i] as usize]
    }

    /// The class of every person in view.
    pub(super) fn classes(&self, classes: &[u32], out: &mut Vec<u32>) {
        out.clear();
        out.extend((0..self.slots.len()).map(|i| classes[self.person(i) as usize]));
    }

    /// Positions in view of the people of a set.
    pub(super) fn people_of(&self, mask: u64) -> impl Iterator<Item = usize> + '_ {
        items(mask).flat_map(|item| self.item(item).iter().map(|&i| i as usize))
    }

    pub(super) fn slot(&self, i: usize) -> u32 {
        self.slots[i]
    }

    pub(super) fn place(&self, i: usize) -> usize {
        self.places[i] as usize
    }

    /// Two people in view change places.
    pub(super) fn trade(&mut self, i: usize, other: &mut Self, j: usize) {
        let width = self.width;
        self.rows[i * width..][..width].swap_with_slice(&mut other.rows[j * width..][..width]);
        if !self.members.is_empty() {
            let (here, there) = (self.places[i] as usize, other.places[j] as usize);
            core::mem::swap(&mut self.members[here], &mut other.members[there]);
        }
    }

    pub(super) fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.width..][..self.sum.len()]
    }

    /// The sets of this side: its own, or those of single people.
    pub(super) fn sets<'a>(&'a self, singles: &'a [Subsets]) -> &'a Subsets {
        if self.in_blocks { &self.own_sets } else { &singles[self.items()] }
    }

    /// Works on the side with its sets.
    pub(super) fn with_sets(
        &mut self,
        singles: &[Subsets],
        work: impl FnOnce(&mut Self, &Subsets),
    ) {
        let own = core::mem::take(&mut self.own_sets);
        let sets = if self.in_blocks { &own } else { &singles[self.items()] };
        work(self, sets);
        self.own_sets = own;
    }

    /// Adds up the rows of the sets before `end`, from `base` on, with this sign.
    pub(super) fn expand(&mut self, sets: &Subsets, end: usize, base: &[f32], sign: f32) {
        let width = self.width;
        self.add_items();
        let item_rows = if self.are_single() { &self.rows } else { &self.item_rows };
        self.sums.clear();
        self.sums.resize(end * width, 0.0);
        self.sums[..base.len()].copy_from_slice(base);
        let entries = sets.parent.iter().zip(&sets.last).enumerate().take(end).skip(1);
        for (set, (&parent, &last)) in entries {
            let (before, after) = self.sums.split_at_mut(set * width);
            let (from, _) = before[parent as usize * width..][..width].as_chunks::<LANES>();
            let (item, _) = item_rows[last as usize * width..][..width].as_chunks::<LANES>();
            let (to, _) = after[..width].as_chunks_mut::<LANES>();
            for ((to, from), item) in to.iter_mut().zip(from).zip(item) {
                for lane in 0..LANES {
                    to[lane] = from[lane] + sign * item[lane];
                }
            }
        }
    }

    /// Whether the items are all people in view, in their order.
    fn are_single(&self) -> bool {
        self.items() == self.slots.len()
    }

    fn add_items(&mut self) {
        if self.are_single() {
            return;
        }
        let width = self.width;
        self.item_rows.clear();
        self.item_rows.resize(self.items() * width, 0.0);
        for item in 0..self.items() {
            let to = &mut self.item_rows[item * width..][..width];
            let people = self.item_starts[item] as usize..self.item_starts[item + 1] as usize;
            for &i in &self.order[people] {
                let row = &self.rows[i as usize * width..][..width];
                to.iter_mut().zip(row).for_each(|(to, x)| *to += x);
            }
        }
    }

    /// Puts the sums of [`LANES`] sets side by side, and weighs them.
    pub(super) fn lay_out(&mut self, sets: &Subsets, signs: &[f32], direction: Option<&[f32]>) {
        let (width, dims) = (self.width, signs.len());
        let end = self.sums.len() / width.max(1);
        self.lanes.clear();
        self.lanes.resize(end.next_multiple_of(LANES) * dims, 0.0);
        if dims > 0 {
            let blocks = self.lanes.chunks_exact_mut(LANES * dims);
            for (block, sums) in blocks.zip(self.sums.chunks(LANES * width)) {
                for (lane, sum) in sums.chunks_exact(width).enumerate() {
                    for (column, &x) in sum[..dims].iter().enumerate() {
                        block[column * LANES + lane] = x;
                    }
                }
            }
        }
        let count = sets.len();
        weighted(&self.lanes, signs, &mut self.norms, count, |sign, x| sign * x * x);
        if let Some(direction) = direction {
            weighted(&self.lanes, direction, &mut self.along, count, |weight, x| weight * x);
        }
        for (norm, &mask) in self.norms.iter_mut().zip(&sets.mask) {
            if mask == PADDING {
                *norm = f32::MAX;
            }
        }
    }

    /// The blocks of lanes of the sums of a range of sets that begins at whole lanes.
    pub(super) fn lanes(&self, sets: core::ops::Range<usize>) -> &[f32] {
        let dims = self.sum.len();
        &self.lanes[sets.start * dims..sets.end.next_multiple_of(LANES) * dims]
    }

    /// The sum of a set.
    pub(super) fn sum_of(&self, set: usize) -> &[f32] {
        &self.sums[set * self.width..][..self.sum.len()]
    }
}

/// The sum over the columns of `term(weight, value)`, for every set.
fn weighted(
    lanes: &[f32],
    weights: &[f32],
    out: &mut Vec<f32>,
    sets: usize,
    term: impl Fn(f32, f32) -> f32,
) {
    out.clear();
    let (lanes, _) = lanes.as_chunks::<LANES>();
    for block in lanes.chunks_exact(weights.len().max(1)) {
        let mut sum = [0.0; LANES];
        for (&weight, x) in weights.iter().zip(block) {
            for lane in 0..LANES {
                sum[lane] += term(weight, x[lane]);
            }
        }
        out.extend_from_slice(&sum);
    }
    out.resize(sets, 0.0); // no columns
}

/// Sets of as many blocks as stay below a number of sets.
fn block_sets(sizes: &[usize]) -> Subsets {
    let (mut most, mut count, mut sets) = (0, 1, 1);
    while most < sizes.len() && sets + count * (sizes.len() - most) / (most + 1) <= BLOCK_SETS {
        count = count * (sizes.len() - most) / (most + 1);
        sets += count;
        most += 1;
    }
    Subsets::blocks(sizes, sizes.iter().sum(), most)
}
