//! Colouring the edges of a bipartite graph.

/// Colours of edges such that no two at one end are alike, as Koenig (1916) proved there to be: with
/// `colours` of them, at least as many as edges meet anywhere.
///
/// As long as the colours are even the edges are split into halves that meet half as often anywhere
/// (Euler split). Then edges are coloured one by one: where the ends of an edge have no colour in
/// common that is free at both, the path that starts at its right end and alternates between the two
/// colours changes them round; it cannot come back to the left end. O(edges x (log colours + length of
/// the paths)); a path has some ten edges on the whole, at worst it is as long as the graph.
pub(in crate::group) fn colour(
    edges: &[(u32, u32)],
    ends: (usize, usize),
    colours: usize,
) -> Vec<u32> {
    if colours < 2 {
        return vec![0; edges.len()];
    }
    if !colours.is_multiple_of(2) {
        return one_by_one(edges, ends, colours);
    }
    let second = second_half(edges, ends);
    let half = |which: bool| -> Vec<(u32, u32)> {
        edges.iter().zip(&second).filter(|&(_, &s)| s == which).map(|(&edge, _)| edge).collect()
    };
    let mut halves = [false, true].map(|which| colour(&half(which), ends, colours / 2).into_iter());
    let base = crate::id::to_u32(colours / 2);
    let next = |&second: &bool| {
        let colour = halves[usize::from(second)].next().unwrap_or(0);
        if second { base + colour } else { colour }
    };
    second.iter().map(next).collect()
}

/// Which edges are in the second of two halves that have, at every end, the same number of edges
/// within one. At every end the edges are paired; chains of pairs alternate between the halves, and
/// those that close are even, since they change sides with every step.
fn second_half(edges: &[(u32, u32)], (lefts, rights): (usize, usize)) -> Vec<bool> {
    let mut pair = [vec![FREE; edges.len()], vec![FREE; edges.len()]];
    let mut single = [vec![FREE; lefts], vec![FREE; rights]];
    for (edge, &(left, right)) in (0..).zip(edges) {
        for (side, end) in [left, right].into_iter().enumerate() {
            let waiting = &mut single[side][end as usize];
            if *waiting == FREE {
                *waiting = edge;
            } else {
                let other = core::mem::replace(waiting, FREE);
                pair[side][edge as usize] = other;
                pair[side][other as usize] = edge;
            }
        }
    }
    let mut half = vec![None; edges.len()];
    for first in 0..edges.len() {
        if half[first].is_some() {
            continue;
        }
        half[first] = Some(false);
        // Both ways from here; of a chain that closes the first way takes all.
        for start in [0, 1] {
            let (mut side, mut second) = (start, true);
            let mut edge = pair[side][first];
            while edge != FREE && half[edge as usize].is_none() {
                half[edge as usize] = Some(second);
                (side, second) = (1 - side, !second);
                edge = pair[side][edge as usize];
            }
        }
    }
    half.into_iter().map(|half| half == Some(true)).collect()
}

fn one_by_one(edges: &[(u32, u32)], (lefts, rights): (usize, usize), colours: usize) -> Vec<u32> {
    let mut colouring = Colouring {
        edges,
        colours,
        at: [vec![FREE; lefts * colours], vec![FREE; rights * colours]],
    };
    for edge in 0..edges.len() {
        colouring.insert(edge);
    }
    let mut out = vec![0; edges.len()];
    for slots in colouring.at[0].chunks(colours) {
        for (colour, &edge) in (0..).zip(slots) {
            if edge != FREE {
                out[edge as usize] = colour;
            }
        }
    }
    out
}

const FREE: u32 = u32::MAX;

struct Colouring<'a> {
    edges: &'a [(u32, u32)],
    colours: usize,
    /// On both sides, by end and colour: the edge.
    at: [Vec<u32>; 2],
}

impl Colouring<'_> {
    fn insert(&mut self, edge: usize) {
        let (left, right) = self.edges[edge];
        let free = |slots: &[u32], end: u32| {
            let first = end as usize * self.colours;
            slots[first..first + self.colours].iter().position(|&e| e == FREE)
        };
        // There are as many colours as edges at any end, and this one has none yet.
        let (Some(a), Some(b)) = (free(&self.at[0], left), free(&self.at[1], right)) else {
            return;
        };
        let both = (a..self.colours).find(|&colour| {
            self.at[0][self.slot(left, colour)] == FREE
                && self.at[1][self.slot(right, colour)] == FREE
        });
        let colour = both.unwrap_or_else(|| {
            self.exchange(right, a, b);
            a
        });
        let edge = crate::id::to_u32(edge);
        let slots = [self.slot(left, colour), self.slot(right, colour)];
        (self.at[0][slots[0]], self.at[1][slots[1]]) = (edge, edge);
    }

    fn slot(&self, end: u32, colour: usize) -> usize {
        end as usize * self.colours + colour
    }

    /// Exchanges two colours along the path that leaves a right end by an edge of colour `a`; `b` is
    /// free at that end.
    fn exchange(&mut self, right: u32, a: usize, b: usize) {
        let (mut side, mut end, mut from, mut to) = (1, right, a, b);
        let mut carried = FREE;
        // At each end of the path, the edge that leaves takes the place of the one that came.
        loop {
            let slots = (self.slot(end, from), self.slot(end, to));
            let leaving = self.at[side][slots.0];
            self.at[side][slots.0] = carried;
            self.at[side][slots.1] = leaving;
            if leaving == FREE {
                return;
            }
            let (l, r) = self.edges[leaving as usize];
            carried = leaving;
            (side, end) = if side == 1 { (0, l) } else { (1, r) };
            (from, to) = (to, from);
        }
    }
}
