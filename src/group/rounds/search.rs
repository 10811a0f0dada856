//! A local search for rounds with few repeats.

use crate::Seed;
use crate::seed::{Phase, Stream};

/// Seats that swaps are looked for, and what is counted over them.
///
/// Cost: the sum over pairs of people of the times they meet beyond the first. A step takes a person
/// who sits with someone met before and the swap with a person of another group in the same round
/// that lowers the cost most, even where that raises it; the two keep their seats in that round for a
/// random time. Tabu search of Dotu and Van Hentenryck (Scheduling social golfers locally, CPAIOR
/// 2005), but for one person a step in place of all.
pub(super) struct Search {
    /// Round by round and group by group, the cells.
    seats: Vec<u32>,
    /// Cells in a round, and seats of a group.
    cells: usize,
    size: usize,
    /// Cells from here on are nobody.
    people: u32,
    /// Swaps stay among cells of the same class: `cell / class`.
    class: u32,
    /// By two cells: the times they meet. Nobody is met.
    met: Vec<u16>,
    cost: u64,
}

impl Search {
    pub(super) fn new(seats: Vec<u32>, cells: usize, size: usize, people: u32, class: u32) -> Self {
        let met = vec![0; cells * cells];
        let mut search = Self { seats, cells, size, people, class, met, cost: 0 };
        for first in (0..search.seats.len()).step_by(size) {
            for i in first..first + size {
                for j in first..i {
                    let change = search.change_if_met(search.seats[i], search.seats[j], true);
                    search.cost = search.cost.saturating_add_signed(change);
                    search.meet(search.seats[i], search.seats[j], true);
                }
            }
        }
        search
    }

    /// The best seats found, and their cost. At most about `moves` swaps are weighed.
    pub(super) fn run(mut self, moves: u64, seed: Seed) -> (Vec<u32>, u64) {
        let mut stream = seed.stream(Phase::RoundsSearch, 0);
        let mut best = (self.seats.clone(), self.cost);
        // By seat of a round and cell: the step until which the cell stays.
        let mut until = vec![0_u64; self.seats.len()];
        let (mut left, mut step, mut since) = (moves, 0, 0);
        while best.1 > 0 && left >= self.cells as u64 {
            left -= self.cells as u64;
            (step, since) = (step + 1, since + 1);
            let Some(place) = self.crowded_place(&mut stream) else { break };
            let round = place / self.cells * self.cells;
            let stays = |until: &[u64], cell: u32| until[round + cell as usize] > step;
            let Some((other, change)) = self.best_swap(place, |cell, change| {
                let better = self.cost.saturating_add_signed(change) < best.1;
                better || !(stays(&until, self.seats[place]) || stays(&until, cell))
            }) else {
                continue;
            };
            for cell in [self.seats[place], self.seats[other]] {
                until[round + cell as usize] = step + 4 + u64::from(stream.bounded(8));
            }
            self.swap(place, other);
            self.cost = self.cost.saturating_add_signed(change);
            if self.cost < best.1 {
                best = (self.seats.clone(), self.cost);
                since = 0;
            } else if since > PATIENCE {
                self.shake(&mut stream);
                since = 0;
            }
        }
        best
    }

    /// The seat of somebody who sits with someone met before, the first from a random one on.
    fn crowded_place(&self, stream: &mut Stream) -> Option<usize> {
        let count = self.seats.len();
        let start = stream.bounded(crate::id::to_u32(count)) as usize;
        (0..count)
            .map(|i| (start + i) % count)
            .find(|&place| self.mates(place).any(|mate| self.times(self.seats[place], mate) > 1))
    }

    /// The best allowed swap with a seat of another group in the same round.
    fn best_swap(&self, place: usize, allowed: impl Fn(u32, i64) -> bool) -> Option<(usize, i64)> {
        let cell = self.seats[place];
        let (group, round) = (place / self.size, place / self.cells * self.cells);
        let mut best: Option<(usize, i64)> = None;
        for other in round..round + self.cells {
            let with = self.seats[other];
            let alike = with / self.class == cell / self.class;
            if other / self.size == group || with >= self.people || !alike {
                continue;
            }
            let change = self.change(place, other);
            if best.is_none_or(|(_, least)| change < least) && allowed(with, change) {
                best = Some((other, change));
            }
        }
        best
    }

    /// What a swap of two seats of different groups would add to the cost.
    fn change(&self, place: usize, other: usize) -> i64 {
        let (cell, with) = (self.seats[place], self.seats[other]);
        let moved = |out: u32, into: u32, mates: &mut dyn Iterator<Item = u32>| {
            mates.fold(0, |sum, mate| {
                sum + self.change_if_met(out, mate, false) + self.change_if_met(into, mate, true)
            })
        };
        moved(cell, with, &mut self.mates(place)) + moved(with, cell, &mut self.mates(other))
    }

    /// What one meeting more or less of two cells would add to the cost.
    fn change_if_met(&self, a: u32, b: u32, more: bool) -> i64 {
        if a >= self.people || b >= self.people {
            return 0;
        }
        let times = self.times(a, b);
        if more { i64::from(times >= 1) } else { -i64::from(times >= 2) }
    }

    fn swap(&mut self, place: usize, other: usize) {
        let (cell, with) = (self.seats[place], self.seats[other]);
        for (from, out, into) in [(place, cell, with), (other, with, cell)] {
            let first = from / self.size * self.size;
            for i in (first..first + self.size).filter(|&i| i != from) {
                self.meet(out, self.seats[i], false);
                self.meet(into, self.seats[i], true);
            }
        }
        self.seats.swap(place, other);
    }

    /// A few random swaps in one random round, to leave a place that is searched through.
    fn shake(&mut self, stream: &mut Stream) {
        let cells = crate::id::to_u32(self.cells);
        let rounds = crate::id::to_u32(self.seats.len() / self.cells);
        let round = stream.bounded(rounds) as usize * self.cells;
        for _ in 0..self.cells {
            let (a, b) = (stream.bounded(cells) as usize, stream.bounded(cells) as usize);
            let (a, b) = (round + a, round + b);
            let (x, y) = (self.seats[a], self.seats[b]);
            let people = x < self.people && y < self.people;
            if people && x / self.class == y / self.class && a / self.size != b / self.size {
                let change = self.change(a, b);
                self.swap(a, b);
                self.cost = self.cost.saturating_add_signed(change);
            }
        }
    }

    /// The others of the group of a seat.
    fn mates(&self, place: usize) -> impl Iterator<Item = u32> + '_ {
        let first = place / self.size * self.size;
        (first..first + self.size).filter(move |&i| i != place).map(|i| self.seats[i])
    }

    fn times(&self, a: u32, b: u32) -> u16 {
        self.met[a as usize * self.cells + b as usize]
    }

    fn meet(&mut self, a: u32, b: u32, more: bool) {
        if a >= self.people || b >= self.people {
            return;
        }
        for (a, b) in [(a, b), (b, a)] {
            let times = &mut self.met[a as usize * self.cells + b as usize];
            *times = if more { times.saturating_add(1) } else { times.saturating_sub(1) };
        }
    }
}

/// Steps without a new best after which a round is shaken.
const PATIENCE: u64 = 2_000;
