//! The cheapest way to sizes in range, and who goes where.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use super::RunningGroups;
use super::result::Change;
use crate::group::running::Move;
use crate::id::to_u32;
use crate::{GroupId, PersonId};

/// Which groups are dissolved and how many are new, so that fewest people move.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Target {
    pub(super) dissolved: Vec<usize>,
    pub(super) opened: usize,
    /// People who move.
    pub(super) moves: usize,
}

impl Target {
    /// Looks at every number of groups that can hold all in range; of equally cheap ones the nearest to
    /// the present. The smallest groups are the cheapest to dissolve: fewest move, and most places
    /// need not be filled. O(K log K).
    pub(super) fn cheapest(
        counts: &[usize],
        open: &[bool],
        newcomers: usize,
        (lo, hi): (usize, usize),
    ) -> Self {
        let mut order: Vec<usize> = (0..counts.len()).filter(|&group| open[group]).collect();
        order.sort_by_key(|&group| (counts[group], group));
        let people = order.iter().map(|&group| counts[group]).sum::<usize>() + newcomers;
        let fits = |groups: usize| {
            lo.saturating_mul(groups) <= people && people <= hi.saturating_mul(groups)
        };
        let lack = |group: usize| lo.saturating_sub(counts[group]);
        // Places to fill in the groups that stay, and people of those that do not. What is above the
        // range has to move too; a range can shrink.
        let mut lacks: usize = order.iter().map(|&group| lack(group)).sum();
        let mut over: usize = order.iter().map(|&group| counts[group].saturating_sub(hi)).sum();
        let mut best: Option<(usize, usize, usize)> = None; // moves, dissolved, opened
        let mut take = |moves: usize, dissolved: usize, opened: usize| {
            if best.is_none_or(|(least, ..)| moves < least) {
                best = Some((moves, dissolved, opened));
            }
        };
        let (all_lacks, all_over) = (lacks, over);
        let mut freed = 0;
        for dissolved in 0..=order.len() {
            if fits(order.len() - dissolved) {
                take((freed + over).max(lacks.saturating_sub(newcomers)), dissolved, 0);
            }
            if let Some(&group) = order.get(dissolved) {
                freed += counts[group];
                lacks -= lack(group);
                over -= counts[group].saturating_sub(hi);
            }
        }
        for opened in 1..=(people / lo).saturating_sub(order.len()) {
            if fits(order.len() + opened) {
                let lacks = all_lacks + opened * lo;
                take(all_over.max(lacks.saturating_sub(newcomers)), 0, opened);
                break;
            }
        }
        let (moves, dissolved, opened) = best.unwrap_or_default();
        order.truncate(dissolved);
        Self { dissolved: order, opened, moves }
    }
}

impl RunningGroups {
    /// Goes there: whoever has to move or came fills the places that groups lack, lowest ids first;
    /// where these are not enough the last members of the largest groups follow; the rest go to the
    /// smallest groups.
    pub(super) fn reach(&mut self, target: &Target, joined: Vec<PersonId>) -> Change {
        let (lo, hi) = self.sizes.bounds();
        let before = self.group_of.clone();
        let mut waiting = Vec::new();
        let mut change = Change { joined, ..Change::default() };
        for &group in &target.dissolved {
            self.open[group] = false;
            waiting.append(&mut self.members[group]);
            change.dissolved.push(GroupId::new(to_u32(group)));
        }
        change.dissolved.sort_unstable();
        for _ in 0..target.opened {
            change.opened.push(GroupId::new(to_u32(self.members.len())));
            self.members.push(Vec::new());
            self.open.push(true);
        }
        let open: Vec<usize> = (0..self.members.len()).filter(|&g| self.open[g]).collect();
        for &group in &open {
            while self.members[group].len() > hi {
                waiting.extend(self.members[group].pop());
            }
        }
        waiting.sort_unstable();
        waiting.extend(&change.joined);
        let lacks: usize = open.iter().map(|&g| lo.saturating_sub(self.members[g].len())).sum();
        let mut largest: BinaryHeap<(usize, Reverse<usize>)> =
            open.iter().map(|&group| (self.members[group].len(), Reverse(group))).collect();
        while waiting.len() < lacks {
            let Some((size, Reverse(group))) = largest.pop() else { break };
            waiting.extend(self.members[group].pop());
            largest.push((size - 1, Reverse(group)));
        }
        let mut smallest: BinaryHeap<Reverse<(usize, usize)>> =
            open.iter().map(|&group| Reverse((self.members[group].len(), group))).collect();
        for person in waiting {
            let Some(Reverse((size, group))) = smallest.pop() else { break };
            let list = &mut self.members[group];
            let place = list.partition_point(|&other| other < person);
            list.insert(place, person);
            self.group_of[person.index()] = Some(GroupId::new(to_u32(group)));
            smallest.push(Reverse((size + 1, group)));
        }
        for (person, (&from, &to)) in (0..).zip(before.iter().zip(&self.group_of)) {
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                change.moves.push(Move { person: PersonId::new(person), from, to });
            }
        }
        debug_assert_eq!(change.moves.len(), target.moves);
        change
    }
}
