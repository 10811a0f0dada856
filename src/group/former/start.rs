//! The groups before the first pass.

use core::cmp::Ordering;

use super::FormError;
use super::links::Blocks;
use crate::PersonId;
use crate::group::balance::Table;
use crate::group::deal::{Strata, deal};
use crate::id::to_u32;
use crate::seed::Seed;

/// A group that is being filled.
pub(super) struct Seats {
    pub(super) size: usize,
    pub(super) people: Vec<u32>,
}

impl Seats {
    fn room(&self) -> usize {
        self.size - self.people.len()
    }
}

/// Deals the people of a cell to its groups so that an order of them is spread evenly. The groups take
/// the sizes that come of it.
pub(super) fn deal_evenly(
    people: &[u32],
    values: &[f64],
    categories: &[u32],
    groups: &mut [Seats],
    seed: Seed,
) -> Result<(), FormError> {
    let strata = Strata::by_value(values)?.within(categories)?;
    for group in groups.iter_mut() {
        group.people.reserve(group.size);
    }
    deal(people.len(), groups.len(), Some(&strata), seed, |person, group| {
        groups[group as usize].people.push(people[person as usize]);
    });
    for group in groups {
        group.size = group.people.len();
    }
    Ok(())
}

/// Puts blocks, the largest first, where there is most room, then everybody else, in this order, to
/// the groups in turn.
pub(super) fn fill(
    people: &[u32],
    blocks: &Blocks,
    placed: &mut [bool],
    groups: &mut [Seats],
) -> Result<(), FormError> {
    let mut waiting: Vec<&[u32]> = people
        .iter()
        .map(|&person| (person, blocks.with(person)))
        .filter(|(person, block)| block.first() == Some(person) && !placed[*person as usize])
        .map(|(_, block)| block)
        .collect();
    waiting.sort_by_key(|block| (core::cmp::Reverse(block.len()), block[0]));
    // Groups by room, then id: a heap of what is left.
    let mut heap: std::collections::BinaryHeap<(usize, core::cmp::Reverse<usize>)> =
        groups.iter().enumerate().map(|(g, group)| (group.room(), core::cmp::Reverse(g))).collect();
    for block in waiting {
        let most = heap.pop().filter(|(room, _)| *room >= block.len());
        let Some((room, group)) = most else {
            let people = block.iter().map(|&p| PersonId::new(p)).collect();
            return Err(FormError::NoRoom { people });
        };
        for &person in block {
            placed[person as usize] = true;
            groups[group.0].people.push(person);
        }
        heap.push((room - block.len(), group));
    }
    let mut open: Vec<usize> = (0..groups.len()).filter(|&g| groups[g].room() > 0).collect();
    let mut rest = people.iter().filter(|&&person| !placed[person as usize]);
    let mut forward = true;
    while !open.is_empty() {
        let row: Vec<usize> =
            if forward { open.clone() } else { open.iter().rev().copied().collect() };
        for group in row {
            if let Some(&person) = rest.next() {
                groups[group].people.push(person);
            } else {
                return Ok(());
            }
        }
        open.retain(|&g| groups[g].room() > 0);
        forward = !forward;
    }
    Ok(())
}

/// Halves people and groups, again and again, along the column in which they differ most.
pub(super) fn halve(table: &Table, people: &mut [u32], groups: &mut [Seats]) {
    if let [group] = groups {
        group.people.extend_from_slice(people);
        return;
    }
    let middle = groups.len() / 2;
    let at: usize = groups[..middle].iter().map(|group| group.size).sum();
    if let Some(column) = table.widest_alike(people) {
        let value = |p: &u32| table.row(*p)[column];
        let order = |a: &u32, b: &u32| -> Ordering { value(a).total_cmp(&value(b)).then(a.cmp(b)) };
        if at < people.len() {
            people.select_nth_unstable_by(at, order);
        }
    }
    let (low, high) = people.split_at_mut(at);
    let (low_groups, high_groups) = groups.split_at_mut(middle);
    halve(table, low, low_groups);
    halve(table, high, high_groups);
}

/// The first slot of every group, and the people of all slots.
pub(super) fn slots(groups: Vec<Seats>) -> (Vec<u32>, Vec<u32>) {
    let mut starts = Vec::with_capacity(groups.len() + 1);
    let mut slots = Vec::new();
    starts.push(0);
    for group in groups {
        slots.extend(group.people);
        starts.push(to_u32(slots.len()));
    }
    (starts, slots)
}
