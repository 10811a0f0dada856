//! The partition that the engine changes, laid out group by group.

use super::table::Table;
use crate::chunks;
use crate::id::to_u32;

/// Slots of people with a copy of their rows, and the sum of the rows of every group.
#[derive(Debug, Clone)]
pub(super) struct State {
    dims: usize,
    signs: Vec<f32>,
    /// First slot of every group, and one more.
    starts: Vec<u32>,
    slots: Vec<u32>,
    rows: Vec<f32>,
    sums: Vec<f64>,
}

/// Two slots, of different groups, whose people change places.
pub(super) type Swap = (u32, u32);

impl State {
    /// The groups given by the people of their slots. O(n d).
    pub(super) fn new(table: &Table, starts: Vec<u32>, slots: Vec<u32>) -> Self {
        let dims = table.dims();
        let mut rows = vec![0.0; slots.len() * dims];
        if dims > 0 {
            for (row, &person) in rows.chunks_exact_mut(dims).zip(&slots) {
                row.copy_from_slice(table.row(person));
            }
        }
        let groups = starts.len() - 1;
        let sums = vec![0.0; groups * dims];
        let mut state = Self { dims, signs: table.signs().to_vec(), starts, slots, rows, sums };
        for group in 0..groups {
            state.add_up(group);
        }
        state
    }

    /// The same groups with the person of slot `came_from[s]` in every slot s.
    pub(super) fn rearranged(&self, table: &Table, came_from: &[u32]) -> Self {
        let slots = came_from.iter().map(|&slot| self.slots[slot as usize]).collect();
        Self::new(table, self.starts.clone(), slots)
    }

    pub(super) fn groups(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn people(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn dims(&self) -> usize {
        self.dims
    }

    pub(super) fn signs(&self) -> &[f32] {
        &self.signs
    }

    pub(super) fn start(&self, group: usize) -> usize {
        self.starts[group] as usize
    }

    pub(super) fn size(&self, group: usize) -> usize {
        (self.starts[group + 1] - self.starts[group]) as usize
    }

    pub(super) fn members(&self, group: usize) -> &[u32] {
        &self.slots[self.start(group)..self.start(group + 1)]
    }

    pub(super) fn row(&self, slot: usize) -> &[f32] {
        &self.rows[slot * self.dims..][..self.dims]
    }

    pub(super) fn sum(&self, group: usize) -> &[f64] {
        &self.sums[group * self.dims..][..self.dims]
    }

    /// `sum_f s_f D_f^2 / n_g`: what a group adds to the objective.
    pub(super) fn share(&self, group: usize) -> f64 {
        square(self.sum(group), &self.signs) / self.size(group) as f64
    }

    /// The objective: the sum over the groups.
    pub(super) fn value(&self) -> f64 {
        chunks::sum(self.groups(), |group| self.share(group))
    }

    /// Carries out swaps in this order; `touched` are the groups they are about.
    pub(super) fn apply(&mut self, swaps: &[Swap], touched: impl Iterator<Item = u32>) {
        for &(a, b) in swaps {
            self.slots.swap(a as usize, b as usize);
            let (low, high) = (a.min(b) as usize * self.dims, a.max(b) as usize * self.dims);
            let (left, right) = self.rows.split_at_mut(high);
            left[low..low + self.dims].swap_with_slice(&mut right[..self.dims]);
        }
        // From the rows, so that no rounding adds up.
        for group in touched {
            self.add_up(group as usize);
        }
    }

    fn add_up(&mut self, group: usize) {
        let (start, end, dims) = (self.start(group), self.start(group + 1), self.dims);
        let sum = &mut self.sums[group * dims..][..dims];
        sum.fill(0.0);
        if dims > 0 {
            for row in self.rows[start * dims..end * dims].chunks_exact(dims) {
                for (sum, &x) in sum.iter_mut().zip(row) {
                    *sum += f64::from(x);
                }
            }
        }
    }

    /// The group of every person.
    pub(super) fn assignment(&self) -> Vec<crate::GroupId> {
        let mut group_of = vec![crate::GroupId::default(); self.slots.len()];
        for group in 0..self.groups() {
            for &person in self.members(group) {
                group_of[person as usize] = crate::GroupId::new(to_u32(group));
            }
        }
        group_of
    }
}

/// `sum_f s_f x_f^2`.
pub(super) fn square(x: &[f64], signs: &[f32]) -> f64 {
    x.iter().zip(signs).fold(0.0, |sum, (x, &sign)| sum + f64::from(sign) * x * x)
}
