//! One review more for a submission that has too few.

use super::Search;
use crate::assign::draft::{Draft, EMPTY};
use crate::assign::loads::Stage;
use crate::assign::sections::Classes;
use crate::assign::shortage::Shortage;
use crate::csr::Csr;
use crate::id::{PersonId, SubmissionId, to_u32};

const UNSEEN: u32 = u32::MAX;

/// A breadth-first search from a submission that is to gain a review: over reviewers who can take
/// it, to what they would give up for it.
#[derive(Clone)]
pub(super) struct Reach {
    /// By submission: the slot that it is to give up, and the submission that takes that slot.
    gives_up: Vec<(u32, SubmissionId)>,
    /// By class of people: who has not been visited.
    unvisited: Vec<Vec<PersonId>>,
    queue: Vec<SubmissionId>,
}

/// Where a search ended.
pub(super) enum End {
    /// A submission that can spare a review.
    Donor(SubmissionId),
    /// An empty slot, for this submission.
    Slot(usize, SubmissionId),
}

impl Reach {
    pub(super) fn new(draft: &Draft<'_>) -> Self {
        let rules = draft.rules;
        let count = rules.classes().map_or(1, Classes::person_classes);
        let class = |r: usize| {
            rules.classes().map_or(0, |classes| classes.of_person(PersonId::new(to_u32(r))))
        };
        let people = rules.cohort().people();
        let by_class = Csr::group(count, people, class, |r| PersonId::new(to_u32(r)));
        let can_change = |r: &PersonId| !draft.free(*r).is_empty();
        let members = |c| by_class.row(c).iter().copied().filter(can_change).collect();
        Self {
            gives_up: vec![(UNSEEN, EMPTY); rules.cohort().submissions()],
            unvisited: (0..count).map(members).collect(),
            queue: Vec::new(),
        }
    }

    /// Searches from `root` for an end; what has been seen in earlier searches is not seen again.
    pub(super) fn search(
        &mut self,
        draft: &Draft<'_>,
        root: SubmissionId,
        is_donor: impl Fn(SubmissionId) -> bool,
        has_slot: impl Fn(PersonId) -> Option<usize>,
    ) -> Option<End> {
        self.queue.clear();
        self.queue.push(root);
        self.gives_up[root.index()] = (0, EMPTY);
        let mut next = 0;
        while let Some(&submission) = self.queue.get(next) {
            next += 1;
            for reviewer in self.visit(draft, submission) {
                if let Some(slot) = has_slot(reviewer) {
                    return Some(End::Slot(slot, submission));
                }
                for slot in draft.free(reviewer) {
                    let other = draft.get(slot);
                    if other == EMPTY || self.gives_up[other.index()].0 != UNSEEN {
                        continue;
                    }
                    self.gives_up[other.index()] = (to_u32(slot), submission);
                    if is_donor(other) {
                        return Some(End::Donor(other));
                    }
                    self.queue.push(other);
                }
            }
        }
        None
    }

    /// Who can take a submission and was not visited before.
    fn visit(&mut self, draft: &Draft<'_>, submission: SubmissionId) -> Vec<PersonId> {
        let mut reached = Vec::new();
        let class = draft.rules.classes().map_or(0, |classes| classes.of_work(submission));
        for (people, unvisited) in self.unvisited.iter_mut().enumerate() {
            if draft.rules.classes().is_some_and(|classes| !classes.allow(people, class)) {
                continue;
            }
            unvisited.retain(|&reviewer| {
                let stays = draft.clashes(reviewer, submission, usize::MAX);
                if !stays {
                    reached.push(reviewer);
                }
                stays
            });
        }
        reached
    }

    /// The submissions that the last search reached, sorted.
    pub(super) fn reached(&self) -> Vec<u32> {
        let mut reached: Vec<u32> = self.queue.iter().map(|submission| submission.get()).collect();
        reached.sort_unstable();
        reached
    }

    /// Whether any search has reached a submission.
    pub(super) fn has_reached(&self, submission: SubmissionId) -> bool {
        self.gives_up[submission.index()].0 != UNSEEN
    }

    /// Moves along the path from its end back to the root.
    pub(super) fn apply(&self, draft: &mut Draft<'_>, search: &mut Search, end: &End) {
        let mut submission = match *end {
            End::Donor(donor) => donor,
            End::Slot(slot, submission) => {
                search.shift(draft, slot, submission);
                submission
            }
        };
        loop {
            let (slot, taker) = self.gives_up[submission.index()];
            if taker == EMPTY {
                return;
            }
            search.shift(draft, slot as usize, taker);
            submission = taker;
        }
    }
}

/// Gives a submission one review more along a shortest path: a reviewer takes it for another one,
/// which takes a review from a third, until one can spare a review or a reviewer has a slot left:
/// one that is wanted, and if none is found any.
pub(super) fn lift(
    draft: &mut Draft<'_>,
    search: &mut Search,
    root: SubmissionId,
) -> Result<(), Box<Shortage>> {
    let mut reach = Reach::new(draft);
    for slot_of in [Draft::wanted_slot, Draft::empty_slot] {
        reach = Reach::new(draft);
        let is_donor = |s| search.can_spare(draft, s);
        if let Some(end) = reach.search(draft, root, is_donor, |r| slot_of(draft, r)) {
            reach.apply(draft, search, &end);
            return Ok(());
        }
    }
    Err(Box::new(draft.rules.submission_shortage(search.stage, &reach.reached())))
}

/// In a best effort, lifts what lacks reviews by the ranges that were set, as far as it goes.
pub(super) fn lift_all(draft: &mut Draft<'_>, search: &mut Search) {
    if search.stage != Stage::BestEffort {
        return;
    }
    let least = |s| draft.rules.take(Stage::Ranges, s).0;
    let wanted: Vec<(SubmissionId, u32)> = draft.rules.pool().map(|s| (s, least(s))).collect();
    for (submission, least) in wanted {
        while search.load(draft, submission) < least && lift_to(draft, search, submission, least) {}
    }
}

/// Gives a submission below this load one review more, from one with more than it or from a
/// reviewer who can give more.
fn lift_to(draft: &mut Draft<'_>, search: &mut Search, root: SubmissionId, least: u32) -> bool {
    let mut reach = Reach::new(draft);
    let is_donor = |s| search.can_spare(draft, s) && search.load(draft, s) > least;
    let end = reach.search(draft, root, is_donor, |r| draft.empty_slot(r));
    end.map(|end| reach.apply(draft, search, &end)).is_some()
}
