//! Rules on the members of one group, and on who may change places with whom.

use super::pairs::Pairs;
use crate::csr::Csr;
use crate::group::availability::Week;

/// No value: the person is not counted.
pub(in crate::group) const NONE: u32 = u32::MAX;

/// What a group breaks: hard rules first, then what soft ones add to the objective.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::group) struct Cost {
    pub(in crate::group) hard: u32,
    pub(in crate::group) soft: f64,
}

impl core::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { hard: self.hard + other.hard, soft: self.soft + other.soft }
    }
}

/// The rules of one run, all of them by person.
#[derive(Debug, Clone, Default)]
pub(in crate::group) struct Rules {
    /// Only people of one class change places, so every group keeps its number of each class.
    pub(in crate::group) classes: Option<Vec<u32>>,
    /// Who stays in the group they start in.
    pub(in crate::group) fixed: Option<Vec<bool>>,
    /// People of one block move together; [`NONE`] for a person alone.
    pub(in crate::group) blocks: Option<Vec<u32>>,
    /// Number of people of every block.
    pub(in crate::group) block_sizes: Vec<usize>,
    /// No two people of one label in a group; [`NONE`] for a person without.
    pub(in crate::group) labels: Vec<Vec<u32>>,
    /// For every person, sorted, who must not be in their group; both ways.
    pub(in crate::group) apart: Option<Csr<u32>>,
    pub(in crate::group) counts: Vec<Count>,
    pub(in crate::group) overlap: Option<Overlap>,
    /// Soft rules on pairs.
    pub(in crate::group) pairs: Vec<Pairs>,
}

/// All people of a group of whom it is known have so many quarter hours in common; what lacks is told
/// in quarter hours, by weight or, for a hard rule, by one breach each.
#[derive(Debug, Clone)]
pub(in crate::group) struct Overlap {
    pub(in crate::group) weeks: Vec<Week>,
    pub(in crate::group) least: u32,
    pub(in crate::group) weight: Option<f64>,
}

impl Overlap {
    fn lacking(&self, members: &[u32]) -> u32 {
        let weeks = members.iter().map(|&person| self.weeks[person as usize]);
        let common = weeks.filter(|week| !week.is_unknown()).reduce(|a, b| a.and(&b));
        common.map_or(0, |common| self.least.saturating_sub(common.count()))
    }
}

/// A rule on how many people of one value are in a group.
#[derive(Debug, Clone)]
pub(in crate::group) enum Count {
    Even(Even),
    /// No group has 1 to `min - 1` people of a value; by weight, or `None` for a hard rule.
    NoSolo {
        codes: Vec<u32>,
        min: u32,
        weight: Option<f64>,
    },
}

/// Every value has floor or ceil of its even share in every group, `N_v n_g / n` of its cell.
#[derive(Debug, Clone)]
pub(in crate::group) struct Even {
    /// Dense, a value of its own in every cell.
    codes: Vec<u32>,
    /// People of every code.
    holders: Vec<u32>,
    cell_of: Vec<u32>,
    /// People of every cell.
    cells: Vec<u32>,
    /// Sum of the floors of the values of a cell, by cell and group size, sorted.
    floors: Vec<((u32, u32), u64)>,
}

impl Even {
    /// Values of people who are in these cells, for groups of these sizes in these cells.
    pub(in crate::group) fn new(
        values: &[u32],
        cells: impl Fn(usize) -> u32,
        mut sizes: Vec<(u32, u32)>,
    ) -> Self {
        let mut pairs: Vec<(u32, u32)> =
            values.iter().enumerate().map(|(i, &v)| (cells(i), v)).collect();
        let codes_of = pairs.clone();
        pairs.sort_unstable();
        pairs.dedup();
        let code = |pair: &(u32, u32)| pairs.partition_point(|p| p < pair);
        let codes: Vec<u32> = codes_of.iter().map(|p| crate::id::to_u32(code(p))).collect();
        let cell_of: Vec<u32> = pairs.iter().map(|p| p.0).collect();
        let mut holders = vec![0; pairs.len()];
        let mut cells = vec![0; cell_of.last().map_or(0, |&c| c as usize + 1)];
        for &code in &codes {
            holders[code as usize] += 1;
            cells[cell_of[code as usize] as usize] += 1;
        }
        sizes.sort_unstable();
        sizes.dedup();
        let mut floors = Vec::with_capacity(sizes.len());
        for (cell, size) in sizes {
            let first = cell_of.partition_point(|&c| c < cell);
            let last = cell_of.partition_point(|&c| c <= cell);
            let floor = |&held: &u32| share(held, size, cells[cell as usize]).0;
            floors.push(((cell, size), holders[first..last].iter().map(floor).sum()));
        }
        Self { codes, holders, cell_of, cells, floors }
    }

    fn broken(&self, members: &[u32], scratch: &mut Vec<u32>) -> u32 {
        let Some(&first) = members.first() else { return 0 };
        let cell = self.cell_of[self.codes[first as usize] as usize];
        let size = crate::id::to_u32(members.len());
        let floors = self.floors.binary_search_by_key(&(cell, size), |f| f.0);
        let mut lacking = floors.map_or(0, |at| self.floors[at].1);
        let mut over = 0;
        each_count(members, &self.codes, scratch, |code, count| {
            let held = self.holders[code as usize];
            let (floor, ceil) = share(held, size, self.cells[cell as usize]);
            lacking -= floor.min(count);
            over += count.saturating_sub(ceil);
        });
        u32::try_from(lacking + over).unwrap_or(u32::MAX)
    }
}

/// Floor and ceil of `holders * size / people`.
fn share(holders: u32, size: u32, people: u32) -> (u64, u64) {
    let product = u64::from(holders) * u64::from(size);
    (product / u64::from(people), product.div_ceil(u64::from(people)))
}

/// Calls `with(value, count)` for the values of members, [`NONE`] left out.
fn each_count(
    members: &[u32],
    codes: &[u32],
    scratch: &mut Vec<u32>,
    mut with: impl FnMut(u32, u64),
) {
    scratch.clear();
    scratch.extend(members.iter().map(|&p| codes[p as usize]).filter(|&code| code != NONE));
    scratch.sort_unstable();
    for run in scratch.chunk_by(|a, b| a == b) {
        with(run[0], run.len() as u64);
    }
}

impl Rules {
    /// Whether groups can break anything.
    pub(super) fn weigh_members(&self) -> bool {
        !self.labels.is_empty()
            || self.apart.is_some()
            || !self.counts.is_empty()
            || self.overlap.is_some()
            || !self.pairs.is_empty()
    }

    /// Whether no division of two groups can break anything: only labels count, and nobody here shares one.
    pub(super) fn at_ease(&self, groups: [&[u32]; 2], scratch: &mut Vec<u32>) -> bool {
        let only_labels = !self.labels.is_empty()
            && self.apart.is_none()
            && self.counts.is_empty()
            && self.overlap.is_none()
            && self.pairs.is_empty();
        let differ = |labels: &Vec<u32>| {
            scratch.clear();
            let people = groups.into_iter().flatten().map(|&person| labels[person as usize]);
            scratch.extend(people.filter(|&label| label != NONE));
            scratch.sort_unstable();
            scratch.windows(2).all(|two| two[0] != two[1])
        };
        only_labels && self.labels.iter().all(differ)
    }

    /// Whether some rule is weighed against the objective.
    pub(super) fn has_soft(&self) -> bool {
        self.counts.iter().any(|c| matches!(c, Count::NoSolo { weight: Some(_), .. }))
            || self.overlap.as_ref().is_some_and(|overlap| overlap.weight.is_some())
            || !self.pairs.is_empty()
    }

    /// Whether one person cannot always take the place of another.
    pub(super) fn restrict_moves(&self) -> bool {
        self.fixed.is_some() || self.blocks.is_some()
    }

    /// Whether anybody may be with anybody.
    pub(super) fn are_none(&self) -> bool {
        !self.weigh_members() && !self.restrict_moves() && self.classes.is_none()
    }

    /// What a group of these members breaks. O(m log m) a rule.
    pub(in crate::group) fn cost(&self, members: &[u32], scratch: &mut Vec<u32>) -> Cost {
        let mut cost = Cost::default();
        for labels in &self.labels {
            each_count(members, labels, scratch, |_, count| {
                cost.hard += u32::try_from(count - 1).unwrap_or(u32::MAX);
            });
        }
        if let Some(apart) = &self.apart {
            for (i, &person) in members.iter().enumerate() {
                let enemies = apart.row(person as usize);
                let among = |other: &&u32| enemies.binary_search(other).is_ok();
                if !enemies.is_empty() {
                    cost.hard += crate::id::to_u32(members[i + 1..].iter().filter(among).count());
                }
            }
        }
        for count in &self.counts {
            match count {
                Count::Even(even) => cost.hard += even.broken(members, scratch),
                Count::NoSolo { codes, min, weight } => {
                    let mut alone = 0;
                    each_count(members, codes, scratch, |_, count| {
                        if count < u64::from(*min) {
                            alone += 1;
                        }
                    });
                    match weight {
                        Some(weight) => cost.soft += weight * f64::from(alone),
                        None => cost.hard += alone,
                    }
                }
            }
        }
        if let Some(overlap) = &self.overlap {
            let lacking = overlap.lacking(members);
            match overlap.weight {
                Some(weight) => {
                    cost.soft += weight * f64::from(lacking) / f64::from(overlap.least);
                }
                None => cost.hard += lacking,
            }
        }
        for pairs in &self.pairs {
            cost.soft += pairs.cost(members, scratch);
        }
        cost
    }

    /// Whether people may take the places of others: each class as often here as there.
    pub(super) fn same_classes(&self, left: &mut [u32], right: &mut [u32]) -> bool {
        let Some(classes) = &self.classes else { return true };
        for side in [&mut *left, &mut *right] {
            for person in side.iter_mut() {
                *person = classes[*person as usize];
            }
            side.sort_unstable();
        }
        left == right
    }
}
