//! Annealing and descent.

use super::matrix::Distances;
use crate::id::to_u32;
use crate::math;
use crate::seed::Stream;

/// Moves of the same temperature.
const BLOCK: u64 = 256;
/// Random exchanges from which the first temperature is told.
const PROBES: u32 = 2_000;
/// The first and the last temperature, in mean changes of an exchange. Distances with a few large
/// differences (points in a plane) want a cold end, those alike in size (random numbers) a warm one.
const COOLINGS: [(f64, f64); 2] = [(0.25, 0.03), (0.5, 0.005)];

/// People in groups, and what each would add to the diversity of each group.
pub(super) struct Search<'a> {
    distances: &'a Distances,
    bounds: &'a [(usize, usize)],
    pub(super) group_of: Vec<u32>,
    sizes: Vec<usize>,
    /// Rows are groups: the sum of the distances from each person to the members.
    sums: Vec<f64>,
}

/// Quantiles of the exponential distribution, of which an annealing draws its thresholds: to accept
/// a loss with probability `exp(-loss / T)` is to accept it when it is below `T` times such a draw.
pub(super) struct Thresholds(Vec<f64>);

impl Thresholds {
    const BITS: u32 = 12;

    pub(super) fn new() -> Self {
        let count = 1_u32 << Self::BITS;
        let quantile = |k: u32| -math::ln((f64::from(k) + 0.5) / f64::from(count));
        Self((0..count).map(quantile).collect())
    }

    fn of(&self, word: u32) -> f64 {
        self.0[(word & ((1 << Self::BITS) - 1)) as usize]
    }
}

impl<'a> Search<'a> {
    /// Groups of these sizes, filled in this order.
    pub(super) fn start(
        distances: &'a Distances,
        bounds: &'a [(usize, usize)],
        sizes: &[usize],
        order: &[u32],
    ) -> Self {
        let mut group_of = vec![0; order.len()];
        let groups = sizes.iter().enumerate().flat_map(|(g, &size)| core::iter::repeat_n(g, size));
        for (&person, group) in order.iter().zip(groups) {
            group_of[person as usize] = to_u32(group);
        }
        let mut search =
            Self { distances, bounds, group_of, sizes: sizes.to_vec(), sums: Vec::new() };
        search.add_up();
        search
    }

    fn people(&self) -> usize {
        self.group_of.len()
    }

    /// The sums anew, without what rounding has left in them.
    fn add_up(&mut self) {
        let people = self.people();
        self.sums = vec![0.0; people * self.sizes.len()];
        for (person, &group) in self.group_of.iter().enumerate() {
            let row = &mut self.sums[group as usize * people..][..people];
            for (sum, distance) in row.iter_mut().zip(self.distances.row(person)) {
                *sum += distance;
            }
        }
    }

    /// The sum of the distances within groups.
    pub(super) fn value(&self) -> f64 {
        let people = self.people();
        let twice =
            self.group_of.iter().enumerate().fold(0.0, |sum, (person, &group)| {
                sum + self.sums[group as usize * people + person]
            });
        twice / 2.0
    }

    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    fn sum(&self, group: usize, person: usize) -> f64 {
        self.sums[group * self.people() + person]
    }

    /// What an exchange of two people of two groups adds.
    fn exchange_gain(&self, first: usize, second: usize) -> f64 {
        let (a, b) = (self.group_of[first] as usize, self.group_of[second] as usize);
        let (to, from) = (self.sum(b, first), self.sum(a, first));
        let (back, here) = (self.sum(a, second), self.sum(b, second));
        (to - from) + (back - here) - 2.0 * self.distances.row(first)[second]
    }

    fn exchange(&mut self, first: usize, second: usize) {
        let (a, b) = (self.group_of[first] as usize, self.group_of[second] as usize);
        self.group_of.swap(first, second);
        let people = self.people();
        let (low, high) = (a.min(b), a.max(b));
        let (before, after) = self.sums.split_at_mut(high * people);
        let (low_row, high_row) = (&mut before[low * people..][..people], &mut after[..people]);
        let (row_a, row_b) = if a < b { (low_row, high_row) } else { (high_row, low_row) };
        let distances = self.distances.row(first).iter().zip(self.distances.row(second));
        for ((a, b), (first, second)) in row_a.iter_mut().zip(row_b).zip(distances) {
            let more = second - first;
            *a += more;
            *b -= more;
        }
    }

    /// Whether a person may leave their group for another.
    fn may_move(&self, person: usize, to: usize) -> bool {
        let from = self.group_of[person] as usize;
        from != to && self.sizes[from] > self.bounds[from].0 && self.sizes[to] < self.bounds[to].1
    }

    fn move_gain(&self, person: usize, to: usize) -> f64 {
        self.sum(to, person) - self.sum(self.group_of[person] as usize, person)
    }

    fn move_to(&mut self, person: usize, to: usize) {
        let from = core::mem::replace(&mut self.group_of[person], to_u32(to)) as usize;
        self.sizes[from] -= 1;
        self.sizes[to] += 1;
        let people = self.people();
        for (other, &distance) in self.distances.row(person).iter().enumerate() {
            self.sums[from * people + other] -= distance;
            self.sums[to * people + other] += distance;
        }
    }

    /// Tries this many random exchanges, and moves where sizes are free, at temperatures that fall in
    /// one of two ways.
    pub(super) fn anneal(
        &mut self,
        moves: u64,
        way: usize,
        stream: &mut Stream,
        thresholds: &Thresholds,
    ) {
        let scale = self.mean_change(stream);
        if scale <= 0.0 {
            return;
        }
        let (first, last) = COOLINGS[way % COOLINGS.len()];
        let blocks = moves.div_ceil(BLOCK);
        let cooling = math::exp(math::ln(last / first) / blocks as f64);
        let mut temperature = first * scale;
        let free = self.bounds.iter().any(|&(lo, hi)| lo < hi);
        for block in 0..blocks {
            for _ in 0..BLOCK.min(moves - block * BLOCK) {
                self.try_one(temperature, free, stream, thresholds);
            }
            temperature *= cooling;
        }
        self.add_up();
    }

    fn try_one(&mut self, temperature: f64, free: bool, stream: &mut Stream, table: &Thresholds) {
        let (one, two) = (stream.u32(), stream.u32());
        let first = below(one, self.people());
        let least = -temperature * table.of(two);
        if free && one.is_multiple_of(4) {
            let to = below(two, self.sizes.len());
            if self.may_move(first, to) && self.move_gain(first, to) >= least {
                self.move_to(first, to);
            }
            return;
        }
        let second = below(two, self.people());
        let apart = self.group_of[first] != self.group_of[second];
        if apart && self.exchange_gain(first, second) >= least {
            self.exchange(first, second);
        }
    }

    /// The mean change by a random exchange.
    fn mean_change(&self, stream: &mut Stream) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for _ in 0..PROBES {
            let pair = [stream.u32(), stream.u32()].map(|word| below(word, self.people()));
            if self.group_of[pair[0]] != self.group_of[pair[1]] {
                sum += self.exchange_gain(pair[0], pair[1]).abs();
                count += 1.0;
            }
        }
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// Takes every move and exchange that adds to the diversity until there is none.
    pub(super) fn descend(&mut self) {
        let rows = (0..self.people()).flat_map(|person| self.distances.row(person));
        let total = rows.fold(0.0, |sum, distance| sum + distance.abs());
        let least = 1e-9 * total / (self.people() * self.people()) as f64;
        let mut gained = true;
        while gained {
            gained = false;
            for person in 0..self.people() {
                for to in 0..self.sizes.len() {
                    if self.may_move(person, to) && self.move_gain(person, to) > least {
                        self.move_to(person, to);
                        gained = true;
                    }
                }
                for other in 0..person {
                    let apart = self.group_of[person] != self.group_of[other];
                    if apart && self.exchange_gain(person, other) > least {
                        self.exchange(person, other);
                        gained = true;
                    }
                }
            }
        }
        self.add_up();
    }
}

/// A number of `0..n` of the upper bits of a word. Not quite even, by n parts in 2^32; a search may.
fn below(word: u32, n: usize) -> usize {
    // Below n, so it fits.
    #[allow(clippy::cast_possible_truncation)]
    {
        ((u64::from(word) * n as u64) >> 32) as usize
    }
}
