//! Pairs who had better not be in one group.

use crate::csr::Csr;

/// Pairs of people, each of whom costs so much when they are in one group.
#[derive(Debug, Clone)]
pub(in crate::group) struct Pairs {
    pub(in crate::group) weight: f64,
    pub(in crate::group) of: PairsOf,
}

/// Which pairs these are.
#[derive(Debug, Clone)]
pub(in crate::group) enum PairsOf {
    /// All of one label.
    Labels(Vec<u32>),
    /// For every person, sorted, the others; both ways.
    Listed(Csr<u32>),
}

impl Pairs {
    /// What a group of these members costs. O(m log m), or O(m^2 log) for listed pairs.
    pub(super) fn cost(&self, members: &[u32], scratch: &mut Vec<u32>) -> f64 {
        let count: usize = match &self.of {
            PairsOf::Labels(labels) => {
                scratch.clear();
                scratch.extend(members.iter().map(|&person| labels[person as usize]));
                scratch.sort_unstable();
                let runs = scratch.chunk_by(|a, b| a == b);
                runs.map(|run| run.len() * (run.len() - 1) / 2).sum()
            }
            PairsOf::Listed(others) => {
                let met = |(i, &person): (usize, &u32)| {
                    let others = others.row(person as usize);
                    let among = |other: &&u32| others.binary_search(other).is_ok();
                    if others.is_empty() {
                        0
                    } else {
                        members[i + 1..].iter().filter(among).count()
                    }
                };
                members.iter().enumerate().map(met).sum()
            }
        };
        self.weight * count as f64
    }
}
