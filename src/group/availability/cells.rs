//! Pairs of kinds: how many of each kind are paired with how many of each other.

use std::collections::VecDeque;

/// The counts of pairs between kinds, and a bound that no pairing exceeds.
pub(super) struct Counts {
    kinds: usize,
    /// By two kinds: their pairs, in both orders.
    pairs: Vec<u32>,
    /// Half of the maximum flow of the graph doubled, rounded down in each of its connected parts.
    pub(super) bound: u64,
}

impl Counts {
    pub(super) fn between(&self, a: usize, b: usize) -> u32 {
        self.pairs[a * self.kinds + b]
    }
}

/// As many pairs as possible of `counts[k]` people of each kind `k`, of kinds that may meet.
///
/// The kinds are doubled into givers and takers, and a maximum flow from one side to the other is
/// found; both directions together, halved, are an optimal pairing in which some pairs are halves
/// (Balinski 1965). Rounded down, alternating walks then add pairs until none is found. O(C^3) memory
/// and time apart from the number of walks, for C kinds.
pub(super) fn most_pairs(counts: &[u32], may: impl Fn(usize, usize) -> bool) -> Counts {
    let kinds = counts.len();
    let near: Vec<Vec<usize>> =
        (0..kinds).map(|a| (0..kinds).filter(|&b| a != b && may(a, b)).collect()).collect();
    let flow = maximum_flow(counts, &near);
    let bound = bound(&flow, &near);
    let mut pairs = vec![0; kinds * kinds];
    for (a, others) in near.iter().enumerate() {
        for &b in others {
            let both = u64::from(flow[a * kinds + b]) + u64::from(flow[b * kinds + a]);
            pairs[a * kinds + b] = u32::try_from(both / 2).unwrap_or(u32::MAX);
        }
    }
    let paired = |a: usize| pairs[a * kinds..][..kinds].iter().sum::<u32>();
    let left = (0..kinds).map(|a| counts[a] - paired(a)).collect();
    let mut walks = Walks { near: &near, kinds, pairs, left };
    while walks.extend() {}
    Counts { kinds, pairs: walks.pairs, bound }
}

/// Half of the flow of every connected part, rounded down.
fn bound(flow: &[u32], near: &[Vec<usize>]) -> u64 {
    let mut seen = vec![false; near.len()];
    let mut bound = 0;
    for start in 0..near.len() {
        let (mut part, mut total) = (vec![start], 0);
        while let Some(a) = part.pop() {
            if !core::mem::replace(&mut seen[a], true) {
                let row = &flow[a * near.len()..][..near.len()];
                total += row.iter().map(|&f| u64::from(f)).sum::<u64>();
                part.extend(near[a].iter().filter(|&&b| !seen[b]));
            }
        }
        bound += total / 2;
    }
    bound
}

/// The maximum flow from givers to takers, by shortest augmenting paths after a greedy start.
fn maximum_flow(counts: &[u32], near: &[Vec<usize>]) -> Vec<u32> {
    let kinds = counts.len();
    let mut flow = vec![0_u32; kinds * kinds];
    let (mut gives, mut takes) = (counts.to_vec(), counts.to_vec());
    for (a, others) in near.iter().enumerate() {
        for &b in others {
            let more = gives[a].min(takes[b]);
            flow[a * kinds + b] += more;
            gives[a] -= more;
            takes[b] -= more;
        }
    }
    while let Some(path) = augmenting_path(near, &flow, &gives, &takes) {
        let (first, last) = (path[path.len() - 1].0, path[0].1);
        // A giver that is not the first gives more to one taker by giving less to another.
        let less = |pair: &[(usize, usize)]| pair[0].0 * kinds + pair[1].1;
        let least = path.windows(2).map(|pair| flow[less(pair)]).min().unwrap_or(u32::MAX);
        let more = least.min(gives[first]).min(takes[last]);
        for &(giver, taker) in &path {
            flow[giver * kinds + taker] += more;
        }
        for pair in path.windows(2) {
            flow[less(pair)] -= more;
        }
        gives[first] -= more;
        takes[last] -= more;
    }
    flow
}

const NONE: usize = usize::MAX;

/// The pairs of giver and taker along a shortest path that can carry more, the last first.
fn augmenting_path(
    near: &[Vec<usize>],
    flow: &[u32],
    gives: &[u32],
    takes: &[u32],
) -> Option<Vec<(usize, usize)>> {
    let kinds = near.len();
    let (mut giver_of, mut taker_of) = (vec![NONE; kinds], vec![NONE; kinds]);
    let mut queue: VecDeque<usize> = (0..kinds).filter(|&a| gives[a] > 0).collect();
    let mut seen: Vec<bool> = gives.iter().map(|&left| left > 0).collect();
    while let Some(a) = queue.pop_front() {
        for &b in &near[a] {
            if giver_of[b] != NONE {
                continue;
            }
            giver_of[b] = a;
            if takes[b] > 0 {
                let step = |&(giver, _): &(usize, usize)| {
                    let before = taker_of[giver];
                    (before != NONE).then(|| (giver_of[before], before))
                };
                return Some(core::iter::successors(Some((a, b)), step).collect());
            }
            for &c in &near[b] {
                if !seen[c] && flow[c * kinds + b] > 0 {
                    (seen[c], taker_of[c]) = (true, b);
                    queue.push_back(c);
                }
            }
        }
    }
    None
}

/// Pairs so far, and walks that add one.
struct Walks<'a> {
    near: &'a [Vec<usize>],
    kinds: usize,
    pairs: Vec<u32>,
    /// By kind: people without a pair.
    left: Vec<u32>,
}

impl Walks<'_> {
    /// Adds a pair by a walk that alternates between new pairs and pairs to part, from somebody
    /// without a pair to another.
    fn extend(&mut self) -> bool {
        let mut starts = (0..self.kinds).filter(|&a| self.left[a] > 0);
        let walk = starts.find_map(|start| self.walk(start));
        if let Some(walk) = &walk {
            self.apply(walk);
        }
        walk.is_some()
    }

    /// The kinds of a walk, in order, if there is one that can be taken.
    fn walk(&self, start: usize) -> Option<Vec<usize>> {
        // Before a kind when it waits for a partner, and when it has one too many.
        let (mut waits, mut crowded) = (vec![NONE; self.kinds], vec![NONE; self.kinds]);
        waits[start] = start;
        let mut queue = VecDeque::from([start]);
        while let Some(a) = queue.pop_front() {
            for &b in &self.near[a] {
                if crowded[b] != NONE {
                    continue;
                }
                crowded[b] = a;
                if self.left[b] > u32::from(b == start) {
                    let mut walk = vec![b, a];
                    let mut at = a;
                    while at != start {
                        let parted = waits[at];
                        walk.extend([parted, crowded[parted]]);
                        at = crowded[parted];
                    }
                    if self.can_take(&walk) {
                        return Some(walk);
                    }
                }
                for &c in &self.near[b] {
                    if waits[c] == NONE && self.pairs[b * self.kinds + c] > 0 {
                        waits[c] = b;
                        queue.push_back(c);
                    }
                }
            }
        }
        None
    }

    /// Whether there are as many pairs as the walk parts of each two kinds.
    fn can_take(&self, walk: &[usize]) -> bool {
        let mut parted: Vec<(usize, usize)> = walk[1..walk.len() - 1]
            .chunks(2)
            .map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])))
            .collect();
        parted.sort_unstable();
        let enough = |same: &[(usize, usize)]| {
            self.pairs[same[0].0 * self.kinds + same[0].1] as usize >= same.len()
        };
        parted.chunk_by(|a, b| a == b).all(enough)
    }

    fn apply(&mut self, walk: &[usize]) {
        self.left[walk[0]] -= 1;
        self.left[walk[walk.len() - 1]] -= 1;
        for (step, pair) in walk.windows(2).enumerate() {
            for (a, b) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                let pairs = &mut self.pairs[a * self.kinds + b];
                if step % 2 == 0 { *pairs += 1 } else { *pairs -= 1 }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_range_loop)] // plain oracles

    use proptest::prelude::*;

    use super::*;

    /// The most pairs of people, by trying all.
    fn best(left: u32, kind: &[usize], may: &dyn Fn(usize, usize) -> bool) -> u64 {
        let Some(a) = (0..kind.len()).find(|&a| left >> a & 1 == 1) else { return 0 };
        let rest = left ^ 1 << a;
        let alone = best(rest, kind, may);
        (a + 1..kind.len())
            .filter(|&b| rest >> b & 1 == 1 && may(kind[a], kind[b]))
            .map(|b| 1 + best(rest ^ 1 << b, kind, may))
            .fold(alone, u64::max)
    }

    fn compare(counts: &[u32], edges: &[(usize, usize)]) -> (u64, u64, u64) {
        let may =
            |a: usize, b: usize| a != b && (edges.contains(&(a, b)) || edges.contains(&(b, a)));
        let found = most_pairs(counts, may);
        let kinds = counts.len();
        for a in 0..kinds {
            assert!(found.pairs[a * kinds..][..kinds].iter().sum::<u32>() <= counts[a]);
            for b in 0..kinds {
                assert_eq!(found.between(a, b), found.between(b, a));
                assert!(found.between(a, b) == 0 || (a != b && may(a, b)));
            }
        }
        let kind: Vec<usize> = (0..kinds).flat_map(|k| vec![k; counts[k] as usize]).collect();
        let pairs = u64::from(found.pairs.iter().sum::<u32>() / 2);
        (pairs, best((1 << kind.len()) - 1, &kind, &may), found.bound)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn pairs_are_as_many_as_possible(
            counts in prop::collection::vec(0..4_u32, 1..7),
            edges in prop::collection::vec((0..7_usize, 0..7_usize), 0..16),
        ) {
            prop_assume!(counts.iter().sum::<u32>() <= 11);
            let (pairs, best, bound) = compare(&counts, &edges);
            prop_assert!(best <= bound);
            prop_assert_eq!(pairs, best);
        }
    }

    #[test]
    fn odd_circles_lose_half_a_pair() {
        assert_eq!(compare(&[1, 1, 1], &[(0, 1), (1, 2), (0, 2)]), (1, 1, 1));
        assert_eq!(compare(&[3, 3, 3], &[(0, 1), (1, 2), (0, 2)]), (4, 4, 4));
    }
}
