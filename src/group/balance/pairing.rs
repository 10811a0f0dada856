//! Which groups meet in a pass.

use super::state::State;
use crate::csr::Csr;
use crate::seed::Stream;

/// Groups of a part that are paired by chance. Larger parts are cut; a part that is not cut further
/// still gives everybody new partners in the next pass.
const PART: usize = 128;

/// Groups of which the spread of the sums is judged.
const SAMPLE: usize = 64;

/// A group with what it is sorted by at the moment.
type Keyed = (f64, u32);

/// Disjoint pairs of groups, both of one cell. Of an odd number one rests.
///
/// By chance, or each group with one whose sum is nearly the opposite, so that a split of both could
/// make both even: the sum of two groups is what no split of them can change.
pub(super) fn pairs(
    state: &State,
    cells: &Csr<u32>,
    opposite: bool,
    stream: &mut Stream,
) -> Vec<(u32, u32)> {
    let mut out = Vec::with_capacity(state.groups() / 2);
    for cell in 0..cells.rows() {
        let mut groups = cells.row(cell).to_vec();
        stream.shuffle(&mut groups);
        if opposite && state.dims() > 0 {
            opposites(state, &groups, stream, &mut out);
        } else {
            out.extend(groups.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        }
    }
    out
}

/// Cuts the groups in two by a random direction, then both halves, the second one mirrored, by one
/// column after the other into parts that lie opposite each other.
fn opposites(state: &State, groups: &[u32], stream: &mut Stream, out: &mut Vec<(u32, u32)>) {
    let dims = state.dims();
    let direction: Vec<f64> = (0..dims).map(|_| 2.0 * stream.unit() - 1.0).collect();
    let along = |&group: &u32| {
        let sum = state.sum(group as usize).iter().zip(&direction);
        (sum.fold(0.0, |sum, (x, u)| sum + x * u), group)
    };
    let mut keyed: Vec<Keyed> = groups.iter().map(along).collect();
    let half = keyed.len() / 2;
    if half == 0 {
        return;
    }
    split_at(&mut keyed, half);
    let (low, high) = keyed.split_at_mut(half);
    // Of an odd number the one in the middle rests.
    let high = &mut high[groups.len() % 2..];
    cut(state, low, high, stream, out);
}

/// Pairs two parts of equal size that are opposite each other.
fn cut(
    state: &State,
    part: &mut [Keyed],
    mirrored: &mut [Keyed],
    stream: &mut Stream,
    out: &mut Vec<(u32, u32)>,
) {
    if part.len() < 2 * PART {
        stream.shuffle(part);
        return out.extend(part.iter().zip(mirrored).map(|(a, b)| (a.1, b.1)));
    }
    let column = widest(state, part, stream);
    // Where a column is to differ between groups it is alike groups that can still sort each other out.
    let mirror = -f64::from(state.signs()[column]);
    let key = |group: u32| state.sum(group as usize)[column];
    for (value, group) in part.iter_mut() {
        *value = key(*group);
    }
    for (value, group) in mirrored.iter_mut() {
        *value = mirror * key(*group);
    }
    let half = part.len() / 2;
    split_at(part, half);
    split_at(mirrored, half);
    let (low, high) = part.split_at_mut(half);
    let (mirrored_low, mirrored_high) = mirrored.split_at_mut(half);
    cut(state, low, mirrored_low, stream, out);
    cut(state, high, mirrored_high, stream, out);
}

fn split_at(keyed: &mut [Keyed], at: usize) {
    keyed.select_nth_unstable_by(at, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
}

/// A column in which the sums differ much, in a sample; chance changes the order of the columns.
fn widest(state: &State, part: &[Keyed], stream: &mut Stream) -> usize {
    let step = part.len().div_ceil(SAMPLE);
    let mut best = (0.0, 0);
    for column in 0..state.dims() {
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
        for &(_, group) in part.iter().step_by(step) {
            let x = state.sum(group as usize)[column];
            sum += x;
            squares += x * x;
            count += 1.0;
        }
        let spread = (squares - sum * sum / count) * (0.5 + stream.unit());
        if spread > best.0 {
            best = (spread, column);
        }
    }
    best.1
}
