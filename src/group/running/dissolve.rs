//! Which homes to dissolve, so that the fewest people move.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

/// Homes up to which every choice is tried.
const TRY_ALL: usize = 10;
/// Exchanges of a dissolved home for a kept one that are weighed at most.
const EXCHANGES: usize = 1 << 22;

/// Homes that have lost people: what they have of each topic and what they are to have.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) topics: usize,
    pub(super) coverage: usize,
    /// People of each topic, home by home.
    pub(super) counts: Vec<usize>,
    pub(super) sizes: Vec<usize>,
    /// Of each topic, what all homes lack.
    pub(super) lacks: Vec<usize>,
    /// Homes that cannot stay.
    pub(super) surplus: usize,
}

impl Damage {
    /// Homes with these counts, row by row.
    pub(super) fn new(topics: usize, coverage: usize, counts: Vec<usize>) -> Self {
        let homes = counts.len() / topics;
        let rows = || counts.chunks_exact(topics);
        let sizes: Vec<usize> = rows().map(|row| row.iter().sum()).collect();
        let (mut lacks, mut all) = (vec![0; topics], vec![0; topics]);
        for row in rows() {
            for (topic, &count) in row.iter().enumerate() {
                lacks[topic] += coverage.saturating_sub(count);
                all[topic] += count;
            }
        }
        let covered = all.iter().map(|people| people / coverage).min().unwrap_or(0).min(homes);
        Self { topics, coverage, sizes, lacks, surplus: homes - covered, counts }
    }

    pub(super) fn homes(&self) -> usize {
        self.sizes.len()
    }

    pub(super) fn row(&self, home: usize) -> &[usize] {
        &self.counts[home * self.topics..(home + 1) * self.topics]
    }

    /// What a dissolved home does for the gaps of a topic: those it had, and those it fills.
    fn fills(&self, home: usize, topic: usize) -> usize {
        self.row(home)[topic].max(self.coverage)
    }

    /// The homes to dissolve, as many as cannot stay.
    ///
    /// ```text
    /// moves(Z) = sum_{h in Z} |h|  +  sum_t max(0, lack_t - sum_{h in Z} max(coverage, count_ht))
    /// ```
    ///
    /// Everybody of a dissolved home moves, and gaps that they cannot fill take somebody from another
    /// home. Where the dissolved homes fill all gaps whichever they are, the smallest are best; up to
    /// 10 homes all choices are tried; beyond, the better of the smallest and of one after the
    /// other by what it saves, improved by exchanges. Ties by id.
    pub(super) fn dissolved(&self) -> Vec<usize> {
        let count = self.surplus;
        let mut smallest: Vec<usize> = (0..self.homes()).collect();
        smallest.sort_by_key(|&home| (self.sizes[home], home));
        smallest.truncate(count);
        let filled = self.lacks.iter().all(|&lack| lack <= self.coverage * count);
        let mut chosen = if count == 0 || filled {
            smallest
        } else if self.homes() <= TRY_ALL {
            self.best_of_all()
        } else {
            let greedy = self.greedy();
            let start = if self.moves(&greedy) < self.moves(&smallest) { greedy } else { smallest };
            self.exchanged(start)
        };
        chosen.sort_unstable();
        chosen
    }

    /// What dissolving these homes costs.
    pub(super) fn moves(&self, homes: &[usize]) -> usize {
        let leaving: usize = homes.iter().map(|&home| self.sizes[home]).sum();
        let open = self.lacks.iter().enumerate().map(|(topic, &lack)| {
            let filled = homes.iter().map(|&home| self.fills(home, topic)).sum();
            lack.saturating_sub(filled)
        });
        leaving + open.sum::<usize>()
    }

    fn best_of_all(&self) -> Vec<usize> {
        let of = |mask: u32| (0..self.homes()).filter(move |&home| mask >> home & 1 == 1);
        let masks =
            (0..1_u32 << self.homes()).filter(|mask| mask.count_ones() as usize == self.surplus);
        let best = masks.min_by_key(|&mask| {
            let homes: Vec<usize> = of(mask).collect();
            (self.moves(&homes), homes)
        });
        best.map_or_else(Vec::new, |mask| of(mask).collect())
    }

    /// One home after the other, each time the one that adds the fewest moves. What a home adds only
    /// grows as gaps close, so a value from before is a bound, and most are never computed again.
    fn greedy(&self) -> Vec<usize> {
        let mut gaps = self.lacks.clone();
        // Plus all that gaps could save, so that it is no negative number.
        let base = self.lacks.iter().sum::<usize>();
        let adds = |home: usize, gaps: &[usize]| {
            let saved: usize =
                gaps.iter().enumerate().map(|(t, &gap)| gap.min(self.fills(home, t))).sum();
            base + self.sizes[home] - saved
        };
        let mut queue: BinaryHeap<Reverse<(usize, usize)>> =
            (0..self.homes()).map(|home| Reverse((adds(home, &gaps), home))).collect();
        let mut chosen = Vec::with_capacity(self.surplus);
        while chosen.len() < self.surplus {
            let Some(Reverse((bound, home))) = queue.pop() else {
                break;
            };
            let now = adds(home, &gaps);
            if now > bound {
                queue.push(Reverse((now, home)));
                continue;
            }
            for (topic, gap) in gaps.iter_mut().enumerate() {
                *gap = gap.saturating_sub(self.fills(home, topic));
            }
            chosen.push(home);
        }
        chosen
    }

    /// Exchanges a dissolved home for a kept one as long as that saves moves.
    fn exchanged(&self, mut chosen: Vec<usize>) -> Vec<usize> {
        let mut dissolved = vec![false; self.homes()];
        let mut filled = vec![0_usize; self.topics];
        for &home in &chosen {
            dissolved[home] = true;
            for (topic, filled) in filled.iter_mut().enumerate() {
                *filled += self.fills(home, topic);
            }
        }
        let moves = |out: usize, into: usize, filled: &[usize]| {
            let open = (0..self.topics).map(|topic| {
                let after = filled[topic] + self.fills(into, topic) - self.fills(out, topic);
                self.lacks[topic].saturating_sub(after)
            });
            self.sizes[into] + open.sum::<usize>()
        };
        let (mut left, mut gained) = (EXCHANGES, true);
        while gained {
            gained = false;
            for place in 0..chosen.len() {
                for into in 0..self.homes() {
                    let out = chosen[place];
                    if dissolved[into] {
                        continue;
                    }
                    if left == 0 {
                        return chosen;
                    }
                    left -= 1;
                    if moves(out, into, &filled) < moves(out, out, &filled) {
                        for (topic, filled) in filled.iter_mut().enumerate() {
                            *filled = *filled + self.fills(into, topic) - self.fills(out, topic);
                        }
                        (dissolved[out], dissolved[into]) = (false, true);
                        (chosen[place], gained) = (into, true);
                    }
                }
            }
        }
        chosen
    }
}
