//! Blocks that mix: a flow close to proportional with the loads of a given one.

use super::network::Network;
use super::{Arc, Flow, Side};
use crate::csr::Csr;
use crate::id::to_u32;

/// Sweeps of proportional fitting. The error falls by a factor each; what is left is for rounding.
const SWEEPS: usize = 64;

/// An arc whose amount can change while all loads stay.
struct Free {
    arc: usize,
    row: usize,
    column: usize,
    capacity: u64,
}

/// A flow with the loads of another one, spread over the arcs (sorted, unique) in proportion to
/// the loads as far as capacities allow, so that blocks mix.
///
/// ```text
/// p_gh = min(capacity_gh, a_g b_h)  where rows and columns of p add up to the loads
/// floor(p_gh) <= amount_gh <= ceil(p_gh)
/// ```
///
/// This p is the flow of greatest entropy. Where every pair is allowed and no capacity binds it is
/// row x column / total. Arcs that carry nothing or their capacity in every flow of these loads are
/// found first and left as they are; the factors a and b of the others come from iterative
/// proportional fitting (Deming and Stephan, Annals of Mathematical Statistics 11, 1940), with the
/// capacities kept in each step (Bregman, USSR Computational Mathematics 7, 1967), in a fixed
/// number of sweeps; the rounding is a flow (Bacharach, Management Science 12, 1966). Where the
/// fitting has not come close enough for that, the bounds around p are widened step by step for
/// what is left, until all is placed.
///
/// O(64 (classes + arcs)) and one maximum flow. Memory: O(classes + arcs).
pub(in crate::assign) fn spread(arcs: &[Arc], feasible: &Flow) -> Flow {
    let rows = feasible.rows.len();
    let mut network = Network::new(rows, feasible.columns.len(), arcs);
    for (i, (&amount, arc)) in feasible.amounts.iter().zip(arcs).enumerate() {
        network.set(i, amount, (0, arc.capacity));
    }
    let component = network.components();
    let mut free = Vec::new();
    let mut loads: Vec<u64> = feasible.rows.iter().chain(&feasible.columns).copied().collect();
    for (i, [row, column]) in network.ends().enumerate() {
        if component[row] == component[column] {
            free.push(Free { arc: i, row, column, capacity: arcs[i].capacity });
        } else {
            loads[row] -= feasible.amounts[i];
            loads[column] -= feasible.amounts[i];
        }
    }
    for (i, &amount) in feasible.amounts.iter().enumerate() {
        network.set(i, amount, (amount, amount));
    }
    let target = fit(&free, &loads);
    round(&mut network, &free, &target, feasible);
    let flow = Flow::of(&network, rows);
    let is_same = flow.rows == feasible.rows && flow.columns == feasible.columns;
    debug_assert!(is_same, "the given flow is among those that were searched");
    if is_same { flow } else { feasible.clone() }
}

/// Sets free arcs to whole numbers near their targets so that the loads are those of a given flow.
fn round(network: &mut Network, free: &[Free], target: &[f64], wanted: &Flow) {
    for (free, &target) in free.iter().zip(target) {
        let (floor, ceiling) = around(target, 0, free.capacity);
        let nearest = if target - (floor as f64) < 0.5 { floor } else { ceiling };
        network.set(free.arc, nearest, (floor, ceiling));
    }
    let mut supply = vec![0; network.nodes()];
    let mut demand = vec![0; network.nodes()];
    let loads = network.loads();
    for (node, &want) in wanted.rows.iter().chain(&wanted.columns).enumerate() {
        let (more, less) = (want.saturating_sub(loads[node]), loads[node].saturating_sub(want));
        (supply[node], demand[node]) = match network.side(node) {
            Side::Rows => (more, less),
            Side::Columns => (less, more),
        };
    }
    let mut width = 0;
    loop {
        network.route(&mut supply, &mut demand);
        let is_done = supply.iter().all(|&left| left == 0);
        if is_done || free.iter().all(|arc| network.bounds(arc.arc) == (0, arc.capacity)) {
            return;
        }
        width = 2 * width + 1;
        for (free, &target) in free.iter().zip(target) {
            let flow = network.flow()[free.arc];
            network.set(free.arc, flow, around(target, width, free.capacity));
        }
    }
}

/// The whole numbers next to a target, and so many more on either side, within the capacity.
fn around(target: f64, width: u64, capacity: u64) -> (u64, u64) {
    // A target is from 0 to its capacity, which is below 2^53.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let floor = target as u64;
    let ceiling = if (floor as f64) < target { floor + 1 } else { floor };
    (floor.saturating_sub(width), ceiling.saturating_add(width).min(capacity))
}

/// By free arc: the amount of greatest entropy, a real number from 0 to its capacity.
fn fit(free: &[Free], loads: &[u64]) -> Vec<f64> {
    let end = |i: usize| [free[i / 2].row, free[i / 2].column][i % 2];
    let arcs = Csr::group(loads.len(), 2 * free.len(), end, |i| to_u32(i / 2));
    // By node: its factor. Any start leads to the same products.
    let mut factors: Vec<f64> = loads.iter().map(|&load| load as f64).collect();
    let mut weights = Vec::new();
    for _ in 0..SWEEPS {
        let mut settled = true;
        for node in 0..loads.len() {
            weights.clear();
            weights.extend(arcs.row(node).iter().map(|&i| {
                let arc = &free[i as usize];
                (factors[arc.row + arc.column - node], arc.capacity as f64)
            }));
            let next = factor(loads[node] as f64, &weights);
            settled &= next.to_bits() == factors[node].to_bits();
            factors[node] = next;
        }
        if settled {
            break;
        }
    }
    let amount = |arc: &Free| capped(factors[arc.row] * factors[arc.column], arc.capacity as f64);
    free.iter().map(amount).collect()
}

fn capped(amount: f64, capacity: f64) -> f64 {
    if amount < capacity { amount } else { capacity }
}

/// The factor by which weights, each up to its capacity, add up to a load.
fn factor(load: f64, weights: &[(f64, f64)]) -> f64 {
    let mut factor = 0.0;
    let mut before = usize::MAX;
    // Once an arc is full it stays so: what it lacks is put on the others, whose factor grows.
    for _ in 0..=weights.len() {
        let (mut left, mut weight, mut full) = (load, 0.0, 0);
        for &(each, capacity) in weights {
            if factor * each < capacity {
                weight += each;
            } else {
                left -= capacity;
                full += 1;
            }
        }
        if full == before || left <= 0.0 || weight <= 0.0 {
            break;
        }
        before = full;
        factor = left / weight;
    }
    factor
}
