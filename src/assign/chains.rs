//! Chains of exchanges: everybody on it gives up one submission and takes another, so that every
//! load stays.

use core::ops::Range;

use super::draft::{Draft, EMPTY};
use super::wishes::Wish;
use crate::csr::offsets;
use crate::id::{PersonId, SubmissionId, to_u32};

/// The slots that may change and hold each submission.
pub(super) struct Holders {
    offsets: Vec<u32>,
    slots: Vec<u32>,
}

impl Holders {
    pub(super) fn new(draft: &Draft<'_>) -> Self {
        let rules = draft.rules;
        let held = || {
            let free = rules.people().flat_map(|reviewer| draft.free(reviewer));
            free.map(|slot| (slot, draft.get(slot))).filter(|&(_, s)| s != EMPTY)
        };
        let offsets = offsets(rules.cohort().submissions(), held().map(|(_, s)| s.index()));
        let mut next = offsets.clone();
        let mut slots = vec![0; held().count()];
        for (slot, submission) in held() {
            let place = &mut next[submission.index()];
            slots[*place as usize] = to_u32(slot);
            *place += 1;
        }
        Self { offsets, slots }
    }

    fn row(&self, submission: SubmissionId) -> Range<usize> {
        let i = submission.index();
        self.offsets[i] as usize..self.offsets[i + 1] as usize
    }

    pub(super) fn of(&self, submission: SubmissionId) -> &[u32] {
        &self.slots[self.row(submission)]
    }

    /// Follows exchanges that are about to be made, of which each takes what the one before gives
    /// up, and the first what the last does.
    pub(super) fn pass_on(&mut self, draft: &Draft<'_>, chain: &[(usize, SubmissionId)]) {
        let takers = chain.iter().cycle().skip(1);
        let mut places = Vec::with_capacity(chain.len());
        for (&(slot, _), &(taker, _)) in chain.iter().zip(takers) {
            let mut row = self.row(draft.get(slot));
            let place = row.find(|&place| self.slots[place] as usize == slot);
            places.extend(place.map(|place| (place, taker)));
        }
        for (place, taker) in places {
            self.slots[place] = to_u32(taker);
        }
    }
}

const UNREACHED: i32 = i32::MAX;
const NOBODY: PersonId = PersonId::new(u32::MAX);

/// The cheapest chains of exchanges from one end of a wish: Bellman and Ford, where the exchanges
/// that touch no wish cost nothing and are searched in breadth, on the complement of what is barred.
pub(super) struct Paths<'p, 'd, F> {
    draft: &'p Draft<'d>,
    holders: &'p Holders,
    /// Whether a wish that counts is about a pair.
    wished: F,
    /// The wishes that count.
    counts: &'p [Wish],
    /// By person: the cost to get there, and the slot through which.
    reviewers: Vec<(i32, usize)>,
    /// By submission: the cost to get there, and who takes it.
    works: Vec<(i32, PersonId)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Reviewer(PersonId),
    Work(SubmissionId),
}

impl<'p, 'd, F: Fn(PersonId, SubmissionId) -> bool> Paths<'p, 'd, F> {
    pub(super) fn new(
        draft: &'p Draft<'d>,
        holders: &'p Holders,
        counts: &'p [Wish],
        wished: F,
    ) -> Self {
        let cohort = draft.rules.cohort();
        Self {
            draft,
            holders,
            wished,
            counts,
            reviewers: vec![(UNREACHED, 0); cohort.people()],
            works: vec![(UNREACHED, NOBODY); cohort.submissions()],
        }
    }

    /// The exchanges that bring a wished review in, or out of the slot that holds it, and cost
    /// nothing beside; `None` where there are none.
    pub(super) fn chain(
        mut self,
        wish: Wish,
        held: Option<usize>,
    ) -> Option<Vec<(usize, SubmissionId)>> {
        let (reviewer, work) = (wish.reviewer, wish.submission);
        let target = if let Some(slot) = held {
            self.reviewers[reviewer.index()] = (0, slot);
            Node::Work(work)
        } else {
            self.works[work.index()].0 = 0;
            Node::Reviewer(reviewer)
        };
        // Costs can only fall where a review is preferred and missing, or there and to be avoided.
        let falls = self.counts.iter().filter(|wish| self.edge(wish).is_some_and(|e| e.1 < 0));
        let most = i32::try_from(falls.count()).unwrap_or(UNREACHED - 1);
        loop {
            for level in self.levels(most) {
                self.spread(level, target);
            }
            if self.cost_to(target) <= 0 {
                return Some(self.back(wish, held));
            }
            if !self.relax() {
                return None;
            }
        }
    }

    fn cost_to(&self, node: Node) -> i32 {
        match node {
            Node::Reviewer(reviewer) => self.reviewers[reviewer.index()].0,
            Node::Work(work) => self.works[work.index()].0,
        }
    }

    /// The costs at which anything was reached, up to the most that can still be made up for.
    fn levels(&self, most: i32) -> Vec<i32> {
        let reviewers = self.reviewers.iter().map(|&(cost, _)| cost);
        let works = self.works.iter().map(|&(cost, _)| cost);
        let mut levels: Vec<i32> = reviewers.chain(works).filter(|&cost| cost <= most).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    /// Goes on at no cost from all that was reached at this cost, up to the target.
    fn spread(&mut self, level: i32, target: Node) {
        let numbers = |len: usize| 0..to_u32(len);
        let mut rest: Vec<SubmissionId> = self.draft.rules.pool().collect();
        rest.retain(|work| self.works[work.index()].0 > level);
        let mut queue: Vec<Node> = Vec::new();
        queue.extend(
            numbers(self.reviewers.len())
                .map(PersonId::new)
                .filter(|r| self.reviewers[r.index()].0 == level)
                .map(Node::Reviewer),
        );
        queue.extend(
            numbers(self.works.len())
                .map(SubmissionId::new)
                .filter(|s| self.works[s.index()].0 == level)
                .map(Node::Work),
        );
        let mut next = 0;
        while let Some(&node) = queue.get(next) {
            next += 1;
            if self.cost_to(target) <= 0 {
                return;
            }
            match node {
                Node::Reviewer(reviewer) => self.take(reviewer, level, &mut rest, &mut queue),
                Node::Work(work) => self.give_up(work, level, &mut queue),
            }
        }
    }

    /// A reviewer could take any of these submissions that no rule bars.
    fn take(
        &mut self,
        reviewer: PersonId,
        level: i32,
        rest: &mut Vec<SubmissionId>,
        queue: &mut Vec<Node>,
    ) {
        if self.draft.free(reviewer).is_empty() {
            return;
        }
        rest.retain(|&work| {
            let stays =
                self.draft.clashes(reviewer, work, usize::MAX) || (self.wished)(reviewer, work);
            if !stays {
                self.works[work.index()] = (level, reviewer);
                queue.push(Node::Work(work));
            }
            stays
        });
    }

    /// Any of its reviewers could give a submission up.
    fn give_up(&mut self, work: SubmissionId, level: i32, queue: &mut Vec<Node>) {
        for &slot in self.holders.of(work) {
            let reviewer = self.draft.owner(slot as usize);
            let reached = &mut self.reviewers[reviewer.index()];
            if reached.0 > level && !(self.wished)(reviewer, work) {
                *reached = (level, slot as usize);
                queue.push(Node::Reviewer(reviewer));
            }
        }
    }

    /// The exchange that a wish is about, and its cost: the reviewer gives the submission up from a
    /// slot, or takes it. `None` where rules allow neither.
    fn edge(&self, wish: &Wish) -> Option<(Option<usize>, i32)> {
        let mut free = self.draft.free(wish.reviewer);
        if free.is_empty() {
            return None;
        }
        if let Some(slot) = free.find(|&slot| self.draft.get(slot) == wish.submission) {
            return Some((Some(slot), -wish.cost));
        }
        let open = !self.draft.clashes(wish.reviewer, wish.submission, usize::MAX);
        open.then_some((None, wish.cost))
    }

    /// Follows the exchanges that wishes are about. Whether that made anything cheaper.
    fn relax(&mut self) -> bool {
        let mut cheaper = false;
        for wish in self.counts {
            let Some((slot, cost)) = self.edge(wish) else { continue };
            let reviewer = &mut self.reviewers[wish.reviewer.index()];
            let work = &mut self.works[wish.submission.index()];
            match slot {
                Some(slot) if work.0 != UNREACHED && work.0 + cost < reviewer.0 => {
                    *reviewer = (work.0 + cost, slot);
                    cheaper = true;
                }
                None if reviewer.0 != UNREACHED && reviewer.0 + cost < work.0 => {
                    *work = (reviewer.0 + cost, wish.reviewer);
                    cheaper = true;
                }
                _ => {}
            }
        }
        cheaper
    }

    /// The chain that leads to the target, from its end.
    fn back(&self, wish: Wish, held: Option<usize>) -> Vec<(usize, SubmissionId)> {
        let mut takes = wish.submission;
        let mut reviewer = match held {
            Some(_) => self.works[takes.index()].1,
            None => wish.reviewer,
        };
        let mut chain = Vec::new();
        loop {
            let slot = self.reviewers[reviewer.index()].1;
            chain.push((slot, takes));
            takes = self.draft.get(slot);
            if takes == wish.submission {
                return chain;
            }
            reviewer = self.works[takes.index()].1;
        }
    }
}
