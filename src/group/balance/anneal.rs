//! Annealing by swaps of two people: what brings a small course near to its best.
//!
//! ```text
//! v = y_j - y_i       dF = (2 D_a v + |v|^2) / n_a + (|v|^2 - 2 D_b v) / n_b
//! ```
//!
//! is what it costs that i of group a and j of group b change places, O(d). It is done where
//! `dF < -T ln U`, U uniform (Metropolis et al., Journal of Chemical Physics 21, 1953; Kirkpatrick,
//! Gelatt and Vecchi, Science 220, 1983), while T falls evenly on a logarithmic scale.
//!
//! Where divisions of pairs find nothing more, this still does. Of a course of 10,000 they have not come
//! to an end, and gain as much in the same time without it.

use super::split::single;
use super::state::State;
use crate::id::to_u32;
use crate::math;
use crate::seed::Stream;

/// Columns of a padded row are a multiple of this.
const LANES: usize = 4;

/// Values of `-ln U` that are prepared, at evenly spaced U.
const LEVELS: usize = 1024;

/// First and last temperature, in mean values of a group at the start.
const HOT: f64 = 0.05;
const COLD: f64 = 0.0003;

/// A partition, in single precision: rows and sums padded to whole lanes.
#[derive(Debug, Clone)]
struct Walk {
    width: usize,
    signs: Vec<f32>,
    rows: Vec<f32>,
    sums: Vec<f32>,
    /// The group of every slot.
    group_of: Vec<u32>,
    /// `1 / n_g`.
    inverse: Vec<f32>,
    /// Where the person of every slot was at the start.
    came_from: Vec<u32>,
}

/// The slots that the people of the slots come from after so many sweeps of one proposal per person.
///
/// O(sweeps n d) time, O(n d) memory.
pub(super) fn anneal(state: &State, sweeps: usize, stream: &mut Stream) -> Vec<u32> {
    let mut walk = Walk::new(state);
    let people = walk.group_of.len();
    let levels = levels();
    let mean = state.value().abs() / state.groups() as f64;
    let ratio = math::ln(COLD / HOT) / sweeps.max(2) as f64;
    for sweep in 0..sweeps {
        let heat = single(HOT * mean * math::exp(ratio * sweep as f64));
        for slot in 0..people {
            let other = stream.bounded(to_u32(people)) as usize;
            let limit = heat * levels[stream.u32() as usize % LEVELS];
            walk.propose(slot, other, limit);
        }
    }
    walk.came_from
}

/// `-ln U` at the middles of even parts of (0, 1).
fn levels() -> Vec<f32> {
    let middle = |i: usize| (i as f64 + 0.5) / LEVELS as f64;
    (0..LEVELS).map(|i| single(-math::ln(middle(i)))).collect()
}

impl Walk {
    fn new(state: &State) -> Self {
        let dims = state.dims();
        let width = dims.next_multiple_of(LANES);
        let people = state.people();
        let mut walk = Self {
            width,
            signs: vec![0.0; width],
            rows: vec![0.0; people * width],
            sums: vec![0.0; state.groups() * width],
            group_of: Vec::with_capacity(people),
            inverse: Vec::with_capacity(state.groups()),
            came_from: (0..to_u32(people)).collect(),
        };
        walk.signs[..dims].copy_from_slice(state.signs());
        for group in 0..state.groups() {
            let size = state.size(group);
            walk.inverse.push(1.0 / size as f32);
            walk.group_of.resize(walk.group_of.len() + size, to_u32(group));
            let sum = &mut walk.sums[group * width..][..dims];
            for (to, &x) in sum.iter_mut().zip(state.sum(group)) {
                *to = single(x);
            }
        }
        for (slot, row) in walk.rows.chunks_exact_mut(width).enumerate() {
            row[..dims].copy_from_slice(state.row(slot));
        }
        walk
    }

    /// Lets the people of two slots change places if that costs less than a limit.
    fn propose(&mut self, i: usize, j: usize, limit: f32) {
        let (a, b) = (self.group_of[i] as usize, self.group_of[j] as usize);
        if a == b {
            return;
        }
        let width = self.width;
        let (lanes_i, _) = self.rows[i * width..][..width].as_chunks::<LANES>();
        let (lanes_j, _) = self.rows[j * width..][..width].as_chunks::<LANES>();
        let (sum_a, _) = self.sums[a * width..][..width].as_chunks::<LANES>();
        let (sum_b, _) = self.sums[b * width..][..width].as_chunks::<LANES>();
        let (signs, _) = self.signs.as_chunks::<LANES>();
        let (to_a, to_b) = (self.inverse[a], self.inverse[b]);
        let mut cost = [0.0; LANES];
        for (at, sign) in signs.iter().enumerate() {
            for lane in 0..LANES {
                let change = lanes_j[at][lane] - lanes_i[at][lane];
                let of_a = to_a * (sum_a[at][lane] + sum_a[at][lane] + change);
                let of_b = to_b * (change - sum_b[at][lane] - sum_b[at][lane]);
                cost[lane] += sign[lane] * change * (of_a + of_b);
            }
        }
        if (cost[0] + cost[1]) + (cost[2] + cost[3]) < limit {
            self.swap((i, a), (j, b));
        }
    }

    fn swap(&mut self, (i, a): (usize, usize), (j, b): (usize, usize)) {
        let width = self.width;
        for column in 0..width {
            let (left, right) = (self.rows[i * width + column], self.rows[j * width + column]);
            self.sums[a * width + column] += right - left;
            self.sums[b * width + column] += left - right;
            self.rows[i * width + column] = right;
            self.rows[j * width + column] = left;
        }
        self.came_from.swap(i, j);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Table;
    use super::*;
    use crate::seed::{Phase, Seed};

    /// Groups of 2, 3, 4 and so on, in the order of the rows.
    fn state(rows: &[[i8; 3]], signs: [f32; 3]) -> (Table, State) {
        let mut table = Table::new(rows.len(), signs.to_vec());
        for (column, _) in signs.iter().enumerate() {
            table.fill(column, |i| f64::from(rows[i][column]));
        }
        let mut starts = vec![0];
        let mut size = 2;
        while starts[starts.len() - 1] + 2 * size <= to_u32(rows.len()) {
            starts.push(starts[starts.len() - 1] + size);
            size += 1;
        }
        starts.push(to_u32(rows.len()));
        let state = State::new(&table, starts, (0..to_u32(rows.len())).collect());
        (table, state)
    }

    proptest! {
        #[test]
        fn a_swap_costs_what_it_changes(
            rows in prop::collection::vec(any::<[i8; 3]>(), 5..30),
            minus in any::<bool>(), i in 0..30_usize, j in 0..30_usize,
        ) {
            let (table, state) = state(&rows, [1.0, 1.0, if minus { -1.0 } else { 1.0 }]);
            let (i, j) = (i % rows.len(), j % rows.len());
            let mut came_from: Vec<u32> = (0..to_u32(rows.len())).collect();
            came_from.swap(i, j);
            let cost = state.rearranged(&table, &came_from).value() - state.value();
            let walk = Walk::new(&state);
            let swaps = |limit: f64| {
                let mut walk = walk.clone();
                walk.propose(i, j, single(limit));
                walk.came_from == came_from
            };
            // Single precision of sums of up to 30 x 128, squared.
            let apart = walk.group_of[i] != walk.group_of[j];
            prop_assert_eq!(swaps(cost + 20.0), apart || i == j);
            prop_assert!(i == j || !swaps(cost - 20.0));
        }
    }

    #[test]
    fn sorted_people_are_mixed() {
        let rows: Vec<[i8; 3]> = (0..60).map(|i| [i, i % 7, 2 * (i % 11)]).collect();
        let (table, state) = state(&rows, [1.0; 3]);
        let mean =
            |column: usize| rows.iter().map(|row| f64::from(row[column])).sum::<f64>() / 60.0;
        let best = (0..3).map(|column| 60.0 * mean(column) * mean(column)).sum::<f64>();
        let came_from = anneal(&state, 2000, &mut Seed::new(1).stream(Phase::BalanceSwaps, 0));
        let mut sorted = came_from.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..60));
        let annealed = state.rearranged(&table, &came_from).value();
        assert!(annealed - best < 0.005 * (state.value() - best), "{annealed} {best}");
    }
}
