//! Flow on a bipartite network whose arcs have bounds: shortest augmenting paths in phases.

use super::{Arc, Side};
use crate::csr::Csr;
use crate::id::to_u32;

const UNSEEN: u32 = u32::MAX;

/// Rows, columns, arcs from rows to columns, and a flow that keeps the bounds of every arc. Nodes
/// are numbered through: rows first, then columns.
#[derive(Debug, Clone)]
pub(super) struct Network {
    rows: usize,
    /// By arc: the nodes of its row and of its column.
    ends: Vec<[u32; 2]>,
    /// By arc: least and largest flow.
    bounds: Vec<(u64, u64)>,
    flow: Vec<u64>,
    /// By node: its arcs.
    arcs: Csr<u32>,
}

/// What cannot be served: nodes of one side whose least loads together are more than the other
/// side takes or gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Short {
    pub(super) side: Side,
    /// Positions within the side.
    pub(super) members: Vec<u32>,
}

impl Network {
    /// Every arc carries from nothing to its capacity. O(rows + columns + arcs).
    pub(super) fn new(rows: usize, columns: usize, arcs: &[Arc]) -> Self {
        let ends: Vec<[u32; 2]> =
            arcs.iter().map(|arc| [arc.row, to_u32(rows) + arc.column]).collect();
        let end = |i: usize| ends[i / 2][i % 2] as usize;
        let by_node = Csr::group(rows + columns, 2 * ends.len(), end, |i| to_u32(i / 2));
        Self {
            rows,
            bounds: arcs.iter().map(|arc| (0, arc.capacity)).collect(),
            flow: vec![0; ends.len()],
            arcs: by_node,
            ends,
        }
    }

    pub(super) fn nodes(&self) -> usize {
        self.arcs.rows()
    }

    pub(super) fn side(&self, node: usize) -> Side {
        if node < self.rows { Side::Rows } else { Side::Columns }
    }

    /// By arc: the nodes of its row and of its column.
    pub(super) fn ends(&self) -> impl Iterator<Item = [usize; 2]> + '_ {
        self.ends.iter().map(|&[row, column]| [row as usize, column as usize])
    }

    pub(super) fn flow(&self) -> &[u64] {
        &self.flow
    }

    /// The flow, and the bounds around it, of one arc. Other flow stays as it is.
    pub(super) fn set(&mut self, arc: usize, flow: u64, bounds: (u64, u64)) {
        debug_assert!((bounds.0..=bounds.1).contains(&flow));
        self.flow[arc] = flow;
        self.bounds[arc] = bounds;
    }

    pub(super) fn bounds(&self, arc: usize) -> (u64, u64) {
        self.bounds[arc]
    }

    /// Every arc back to its least flow.
    pub(super) fn reset(&mut self) {
        for (flow, bounds) in self.flow.iter_mut().zip(&self.bounds) {
            *flow = bounds.0;
        }
    }

    /// By node: the flow of its arcs together.
    pub(super) fn loads(&self) -> Vec<u64> {
        let mut loads = vec![0; self.nodes()];
        for ([row, column], flow) in self.ends().zip(&self.flow) {
            loads[row] += flow;
            loads[column] += flow;
        }
        loads
    }

    /// A flow that gives every node a load within its bounds, or who is short of it.
    ///
    /// First every row gives its least load and no column gets more than its largest; then columns
    /// below their least take from rows that can give more and columns that can do with less, by
    /// which no row ever gives less (Mendelsohn and Dulmage, Canadian J. Math. 10, 1958).
    pub(super) fn balance(&mut self, bounds: &[(u64, u64)]) -> Result<(), Short> {
        self.reset();
        let mut supply = vec![0; self.nodes()];
        let mut demand = vec![0; self.nodes()];
        for (node, (load, &(low, high))) in self.loads().into_iter().zip(bounds).enumerate() {
            match self.side(node) {
                Side::Rows => supply[node] = low.saturating_sub(load),
                Side::Columns => demand[node] = high.saturating_sub(load),
            }
        }
        self.route(&mut supply, &mut demand);
        if let Some(row) = supply.iter().position(|&left| left > 0) {
            return Err(self.short(row));
        }
        demand.fill(0);
        for (node, (load, &(low, high))) in self.loads().into_iter().zip(bounds).enumerate() {
            match self.side(node) {
                Side::Rows => supply[node] = high.saturating_sub(load),
                Side::Columns => {
                    supply[node] = load.saturating_sub(low);
                    demand[node] = low.saturating_sub(load);
                }
            }
        }
        self.route(&mut supply, &mut demand);
        demand.iter().position(|&left| left > 0).map_or(Ok(()), |column| Err(self.short(column)))
    }

    /// Those of a node's side with which it is short: what it could give to or take from, all of
    /// which is taken or given already.
    fn short(&self, node: usize) -> Short {
        let side = self.side(node);
        let reached = self.reached(node);
        let members = match side {
            Side::Rows => &reached[..self.rows],
            Side::Columns => &reached[self.rows..],
        };
        let members = (0..).zip(members).filter_map(|(i, &is)| is.then_some(i)).collect();
        Short { side, members }
    }

    /// Moves what nodes supply to nodes that demand it, as much as can be; what is left stands in
    /// the two columns. Returns whom left supply reaches.
    ///
    /// Dinic's algorithm: phases of shortest paths, each found by depth from the nodes of supply.
    /// O(nodes^2 arcs) in the worst case and nearly O(nodes + arcs) a phase; few phases are needed,
    /// three or so where the arcs are dense.
    pub(super) fn route(&mut self, supply: &mut [u64], demand: &mut [u64]) -> Vec<bool> {
        loop {
            let (mut levels, found) = self.levels(supply, demand);
            if !found {
                return levels.iter().map(|&level| level != UNSEEN).collect();
            }
            let mut cursors = vec![0; self.nodes()];
            for root in 0..self.nodes() {
                if supply[root] > 0 {
                    self.push(root, &mut levels, &mut cursors, (supply, demand));
                }
            }
        }
    }

    /// The number of steps to every node from the nearest one with supply, and whether one with
    /// demand is among them: then those as near as that one are the last that count.
    fn levels(&self, supply: &[u64], demand: &[u64]) -> (Vec<u32>, bool) {
        let mut levels = vec![UNSEEN; self.nodes()];
        let mut queue: Vec<usize> = (0..self.nodes()).filter(|&node| supply[node] > 0).collect();
        for &node in &queue {
            levels[node] = 0;
        }
        let mut next = 0;
        while let Some(&node) = queue.get(next) {
            next += 1;
            if demand[node] > 0 {
                return (levels, true);
            }
            for &arc in self.arcs.row(node) {
                let (room, to) = self.step(node, arc);
                if room > 0 && levels[to] == UNSEEN {
                    levels[to] = levels[node] + 1;
                    queue.push(to);
                }
            }
        }
        (levels, false)
    }

    /// Moves supply of one node along paths that go down one level a step.
    fn push(
        &mut self,
        root: usize,
        levels: &mut [u32],
        cursors: &mut [usize],
        (supply, demand): (&mut [u64], &mut [u64]),
    ) {
        let mut path: Vec<(usize, u32)> = Vec::new();
        let mut node = root;
        while supply[root] > 0 {
            if demand[node] > 0 {
                let most = supply[root].min(demand[node]);
                let amount = path.iter().fold(most, |least, &(from, arc)| {
                    let (room, _) = self.step(from, arc);
                    least.min(room)
                });
                for (from, arc) in path.drain(..) {
                    let flow = &mut self.flow[arc as usize];
                    *flow = if from < self.rows { *flow + amount } else { *flow - amount };
                }
                supply[root] -= amount;
                demand[node] -= amount;
                node = root;
            } else if let Some((arc, to)) = self.downward(node, levels, &mut cursors[node]) {
                path.push((node, arc));
                node = to;
            } else {
                levels[node] = UNSEEN;
                let Some((from, _)) = path.pop() else { return };
                node = from;
            }
        }
    }

    /// The next step from a node to one a level further.
    fn downward(&self, node: usize, levels: &[u32], cursor: &mut usize) -> Option<(u32, usize)> {
        while let Some(&arc) = self.arcs.row(node).get(*cursor) {
            let (room, to) = self.step(node, arc);
            if room > 0 && levels[to] != UNSEEN && levels[to] == levels[node] + 1 {
                return Some((arc, to));
            }
            *cursor += 1;
        }
        None
    }

    /// How much more can leave a node through one of its arcs, and where to.
    fn step(&self, node: usize, arc: u32) -> (u64, usize) {
        let arc = arc as usize;
        let [row, column] = self.ends[arc];
        if node < self.rows {
            (self.bounds[arc].1 - self.flow[arc], column as usize)
        } else {
            (self.flow[arc] - self.bounds[arc].0, row as usize)
        }
    }

    /// The nodes to which more can go from a row, or from which more can come to a column.
    fn reached(&self, start: usize) -> Vec<bool> {
        let forward = self.side(start) == Side::Rows;
        let mut reached = vec![false; self.nodes()];
        reached[start] = true;
        let mut queue = vec![start];
        while let Some(node) = queue.pop() {
            for &arc in self.arcs.row(node) {
                let [row, column] = self.ends[arc as usize].map(|end| end as usize);
                let to = if node == row { column } else { row };
                let (room, _) = self.step(if forward { node } else { to }, arc);
                if room > 0 && !reached[to] {
                    reached[to] = true;
                    queue.push(to);
                }
            }
        }
        reached
    }

    /// By node: its strong component, where a step leads wherever more can go. An arc between two
    /// components carries the same in every flow with the loads of this one; an arc within one can
    /// carry more in some and less in others (Tarjan, SIAM J. Computing 1, 1972). Not so an arc
    /// without which its component falls apart, but that one carries neither of its bounds.
    pub(super) fn components(&self) -> Vec<u32> {
        let mut search = Components {
            order: vec![UNSEEN; self.nodes()],
            lowest: vec![UNSEEN; self.nodes()],
            component: vec![UNSEEN; self.nodes()],
            open: Vec::new(),
            visited: 0,
            found: 0,
        };
        for root in 0..self.nodes() {
            if search.order[root] == UNSEEN {
                search.visit(self, root);
            }
        }
        search.component
    }
}

/// The state of a search for strong components.
struct Components {
    /// By node: when it was visited.
    order: Vec<u32>,
    /// By node: the earliest open node that it is known to reach.
    lowest: Vec<u32>,
    component: Vec<u32>,
    /// Visited nodes without a component.
    open: Vec<usize>,
    visited: u32,
    found: u32,
}

impl Components {
    fn visit(&mut self, network: &Network, root: usize) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, cursor)) = path.last_mut() {
            let node = *node;
            if let Some(&arc) = network.arcs.row(node).get(*cursor) {
                *cursor += 1;
                let (room, to) = network.step(node, arc);
                if room == 0 {
                    continue;
                }
                if self.order[to] == UNSEEN {
                    self.enter(to);
                    path.push((to, 0));
                } else if self.component[to] == UNSEEN {
                    self.lowest[node] = self.lowest[node].min(self.order[to]);
                }
            } else {
                path.pop();
                self.leave(node, path.last().map(|&(from, _)| from));
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = self.visited;
        self.lowest[node] = self.visited;
        self.visited += 1;
        self.open.push(node);
    }

    fn leave(&mut self, node: usize, from: Option<usize>) {
        if self.lowest[node] == self.order[node] {
            while let Some(member) = self.open.pop() {
                self.component[member] = self.found;
                if member == node {
                    break;
                }
            }
            self.found += 1;
        }
        if let Some(from) = from {
            self.lowest[from] = self.lowest[from].min(self.lowest[node]);
        }
    }
}
