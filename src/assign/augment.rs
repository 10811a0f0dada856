//! What random switches cannot place: augmenting paths, or a proof that there is none.
//!
//! The network is that of a maximum flow from reviewers (capacity: quota) over allowed pairs
//! (capacity 1) to submissions (capacity: reviews to receive), searched on the implicit complement
//! of the barred pairs, since almost every pair is allowed. The searches go in phases, in each of
//! which nobody is visited twice (Pothen and Fan, ACM TOMS 16, 1990): O(people + submissions +
//! reviews + barred pairs) a phase. A phase that places nothing has found the violator of Hall's
//! condition.

mod level;
mod lift;

use super::draft::{Draft, EMPTY};
use super::loads::Stage;
use super::shortage::Shortage;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Fills the slots that are wanted and lifts every submission to its least number of reviews, or
/// says who cannot be served. With [`Stage::BestEffort`] as much as can be.
pub(super) fn complete(draft: &mut Draft<'_>, stage: Stage) -> Result<(), Box<Shortage>> {
    let mut search = Search { holders: Holders::new(draft, stage), stage };
    let mut empty = draft.wanted_slots();
    while !empty.is_empty() {
        let mut phase = Phase::new(draft, &search);
        let before = empty.len();
        empty.retain(|&slot| !phase.place(draft, &mut search, slot, false));
        if empty.len() == before {
            break;
        }
    }
    place_all(draft, &mut search, empty)?;
    let pool: Vec<SubmissionId> = draft.rules.pool().collect();
    for submission in pool {
        while search.lacks(draft, submission) {
            lift::lift(draft, &mut search, submission)?;
        }
    }
    if stage > Stage::Even {
        lift::lift_all(draft, &mut search);
        level::level(draft, &mut search);
    }
    Ok(())
}

/// Fills those of these slots whose owners give too little otherwise, or says who they are.
fn place_all(
    draft: &mut Draft<'_>,
    search: &mut Search,
    mut slots: Vec<usize>,
) -> Result<(), Box<Shortage>> {
    let stage = search.stage;
    let mut phase = Phase::new(draft, search);
    slots.retain(|&slot| {
        let reviewer = draft.owner(slot);
        if draft.given(reviewer) >= draft.rules.give(stage, reviewer).0 {
            return false;
        }
        let is_placed = phase.place(draft, search, slot, true);
        if is_placed {
            phase = Phase::new(draft, search);
        }
        !is_placed
    });
    if slots.is_empty() {
        return Ok(());
    }
    // Who cannot be served now never can: one more phase, for a proof that speaks of all of them.
    let mut phase = Phase::new(draft, search);
    for slot in slots {
        phase.place(draft, search, slot, true);
    }
    Err(Box::new(phase.shortage(draft, stage)))
}

/// Makes the loads of a draft without bad slots as even as a stage lets them be.
pub(super) fn even_out(draft: &mut Draft<'_>, stage: Stage) {
    let mut search = Search { holders: Holders::new(draft, stage), stage };
    lift::lift_all(draft, &mut search);
    level::level(draft, &mut search);
}

/// What a search knows of the draft beside the draft itself.
pub(super) struct Search {
    pub(super) holders: Holders,
    pub(super) stage: Stage,
}

impl Search {
    /// The reviews that a submission has, kept ones among them.
    pub(super) fn load(&self, draft: &Draft<'_>, submission: SubmissionId) -> u32 {
        to_u32(self.holders.of(submission).len()) + draft.rules.kept_by(submission)
    }

    /// Whether a submission has fewer reviews than it is to receive at least.
    pub(super) fn lacks(&self, draft: &Draft<'_>, submission: SubmissionId) -> bool {
        self.load(draft, submission) < self.holders.bounds[submission.index()].0
    }

    /// Whether a submission has more reviews than it is to receive at least.
    pub(super) fn can_spare(&self, draft: &Draft<'_>, submission: SubmissionId) -> bool {
        self.load(draft, submission) > self.holders.bounds[submission.index()].0
    }

    /// Whether a submission has as many reviews as it may receive.
    pub(super) fn is_full(&self, draft: &Draft<'_>, submission: SubmissionId) -> bool {
        self.load(draft, submission) >= self.holders.bounds[submission.index()].1
    }

    /// Puts a submission, or nothing, into a slot, in place of what is there.
    pub(super) fn shift(&mut self, draft: &mut Draft<'_>, slot: usize, submission: SubmissionId) {
        let before = draft.get(slot);
        if before != EMPTY {
            self.holders.remove(before, slot);
        }
        draft.set(slot, draft.owner(slot), submission);
        if submission != EMPTY {
            self.holders.add(submission, slot);
        }
    }
}

/// The slots that may change and hold each submission.
pub(super) struct Holders {
    /// By submission.
    slots: Vec<Vec<u32>>,
    /// By submission: the fewest and the most reviews that it may have.
    bounds: Vec<(u32, u32)>,
    /// By slot that holds a submission: where it stands among its holders.
    places: Vec<u32>,
}

impl Holders {
    fn new(draft: &Draft<'_>, stage: Stage) -> Self {
        let rules = draft.rules;
        let submissions = rules.cohort().submissions();
        let mut bounds = vec![(0, 0); submissions];
        rules.pool().for_each(|work| bounds[work.index()] = rules.take(stage, work));
        let mut holders =
            Self { slots: vec![Vec::new(); submissions], bounds, places: vec![0; draft.len()] };
        for reviewer in rules.people() {
            for slot in draft.free(reviewer).filter(|&slot| draft.get(slot) != EMPTY) {
                holders.add(draft.get(slot), slot);
            }
        }
        holders
    }

    pub(super) fn of(&self, submission: SubmissionId) -> &[u32] {
        &self.slots[submission.index()]
    }

    fn add(&mut self, submission: SubmissionId, slot: usize) {
        let slots = &mut self.slots[submission.index()];
        self.places[slot] = to_u32(slots.len());
        slots.push(to_u32(slot));
    }

    fn remove(&mut self, submission: SubmissionId, slot: usize) {
        let slots = &mut self.slots[submission.index()];
        let place = self.places[slot] as usize;
        slots.swap_remove(place);
        if let Some(&moved) = slots.get(place) {
            self.places[moved as usize] = to_u32(place);
        }
    }
}

/// Searches in which every reviewer is visited at most once, and every holder of a submission.
struct Phase {
    /// The works by class, and where the classes begin.
    pool: Vec<SubmissionId>,
    starts: Vec<usize>,
    /// By position in the pool: the position itself, or one to go on from where that submission is
    /// exhausted.
    next_alive: Vec<u32>,
    /// By class: submissions below their least number of reviews, and those with room above it.
    /// Some may have filled up since they were listed.
    lacking: Vec<Vec<SubmissionId>>,
    roomy: Vec<Vec<SubmissionId>>,
    /// By person.
    visited: Vec<bool>,
    /// By submission: holders looked at, and whether the present path goes through it.
    looked_at: Vec<u32>,
    on_path: Vec<bool>,
}

/// A step of a path: a slot that is to be filled, and what it is to take.
struct Step {
    slot: usize,
    reviewer: PersonId,
    /// Position in the pool from which to look on.
    cursor: usize,
    takes: SubmissionId,
}

impl Phase {
    fn new(draft: &Draft<'_>, search: &Search) -> Self {
        let cohort = draft.rules.cohort();
        let (pool, starts) = by_class(draft);
        let classes = starts.len() - 1;
        let (mut lacking, mut roomy) = (vec![Vec::new(); classes], vec![Vec::new(); classes]);
        for class in 0..classes {
            for &work in &pool[starts[class]..starts[class + 1]] {
                if !search.is_full(draft, work) {
                    let lacks = search.lacks(draft, work);
                    let list = if lacks { &mut lacking } else { &mut roomy };
                    list[class].push(work);
                }
            }
        }
        Self {
            next_alive: (0..=to_u32(pool.len())).collect(),
            pool,
            starts,
            lacking,
            roomy,
            visited: vec![false; cohort.people()],
            looked_at: vec![0; cohort.submissions()],
            on_path: vec![false; cohort.submissions()],
        }
    }

    /// Fills an empty slot along a path: its reviewer takes a submission, whose reviewer takes
    /// another, until one has room; or, if it `must` be, until a reviewer can do with one less.
    /// False where this phase has no path.
    fn place(
        &mut self,
        draft: &mut Draft<'_>,
        search: &mut Search,
        empty: usize,
        must: bool,
    ) -> bool {
        let root = draft.owner(empty);
        if self.visited[root.index()] {
            return false;
        }
        self.visited[root.index()] = true;
        let mut path = vec![Step { slot: empty, reviewer: root, cursor: 0, takes: EMPTY }];
        while let Some(step) = path.last_mut() {
            let takes = if step.cursor > 0 {
                None
            } else if must && step.slot != empty && can_give_less(draft, search, step.reviewer) {
                Some(EMPTY)
            } else {
                self.with_room(draft, search, step.reviewer)
            };
            if let Some(takes) = takes {
                step.takes = takes;
                for step in path.iter().rev() {
                    if step.takes != EMPTY {
                        self.on_path[step.takes.index()] = false;
                    }
                    search.shift(draft, step.slot, step.takes);
                }
                return true;
            }
            if let Some(further) = self.descend(draft, search, step) {
                path.push(further);
            } else {
                path.pop();
                if let Some(step) = path.last() {
                    self.on_path[step.takes.index()] = false;
                }
            }
        }
        false
    }

    /// A submission with room that a reviewer can take, one that lacks reviews if there is one.
    fn with_room(
        &mut self,
        draft: &Draft<'_>,
        search: &Search,
        reviewer: PersonId,
    ) -> Option<SubmissionId> {
        let takes = |submission| !draft.clashes(reviewer, submission, usize::MAX);
        let lacks = |submission| search.lacks(draft, submission);
        let has_room = |submission| !search.is_full(draft, submission);
        let first = |lists: &mut Vec<Vec<_>>, is_open: &dyn Fn(SubmissionId) -> bool| {
            let open = |class: &usize| is_open_to(draft, reviewer, *class);
            let mut classes = (0..lists.len()).filter(open);
            classes.find_map(|class| first_open(&mut lists[class], is_open, takes))
        };
        first(&mut self.lacking, &lacks).or_else(|| first(&mut self.roomy, &has_room))
    }

    /// The next step of a path: a slot that holds what the reviewer could take.
    fn descend(&mut self, draft: &Draft<'_>, search: &Search, step: &mut Step) -> Option<Step> {
        loop {
            step.cursor = self.alive_from(step.cursor);
            let &submission = self.pool.get(step.cursor)?;
            if let Some(end) = self.closed_until(draft, step) {
                step.cursor = end;
                continue;
            }
            if self.on_path[submission.index()]
                || draft.clashes(step.reviewer, submission, usize::MAX)
            {
                step.cursor += 1;
                continue;
            }
            let looked_at = &mut self.looked_at[submission.index()];
            while let Some(&slot) = search.holders.of(submission).get(*looked_at as usize) {
                *looked_at += 1;
                let reviewer = draft.owner(slot as usize);
                if !self.visited[reviewer.index()] {
                    self.visited[reviewer.index()] = true;
                    self.on_path[submission.index()] = true;
                    step.takes = submission;
                    return Some(Step { slot: slot as usize, reviewer, cursor: 0, takes: EMPTY });
                }
            }
            self.next_alive[step.cursor] = to_u32(step.cursor + 1);
        }
    }

    /// Where the class of the work at the cursor ends, if the reviewer may not review it.
    fn closed_until(&self, draft: &Draft<'_>, step: &Step) -> Option<usize> {
        let classes = draft.rules.classes()?;
        let class = classes.of_work(self.pool[step.cursor]);
        let is_open = classes.allow(classes.of_person(step.reviewer), class);
        (!is_open).then(|| self.starts[class + 1])
    }

    /// The first position from this one on whose submission is not exhausted.
    fn alive_from(&mut self, start: usize) -> usize {
        let mut end = start;
        while self.next_alive[end] as usize != end {
            end = self.next_alive[end] as usize;
        }
        let mut position = start;
        while position != end {
            position = core::mem::replace(&mut self.next_alive[position], to_u32(end)) as usize;
        }
        end
    }

    /// Who is short, after a search that visited all it can reach and found nothing: those
    /// visited, who can place nothing beyond the exhausted submissions; or, in an even spread, the
    /// submissions left to the others. The fewer of the two.
    fn shortage(&self, draft: &Draft<'_>, stage: Stage) -> Shortage {
        let rules = draft.rules;
        let reviewers: Vec<u32> =
            (0..).zip(&self.visited).filter_map(|(r, &visited)| visited.then_some(r)).collect();
        let alive = (0..).zip(&self.next_alive).filter(|(i, next)| i == *next);
        let mut submissions: Vec<u32> =
            alive.filter_map(|(i, _)| self.pool.get(i as usize).map(|s| s.get())).collect();
        submissions.sort_unstable();
        if !submissions.is_empty() && submissions.len() <= reviewers.len() {
            let shortage = rules.submission_shortage(stage, &submissions);
            if shortage.supply() < shortage.demand() {
                return shortage;
            }
        }
        rules.reviewer_shortage(stage, &reviewers)
    }
}

/// The works of the pool by class, and where the classes begin.
fn by_class(draft: &Draft<'_>) -> (Vec<SubmissionId>, Vec<usize>) {
    let mut pool: Vec<SubmissionId> = draft.rules.pool().collect();
    let Some(classes) = draft.rules.classes() else {
        let end = pool.len();
        return (pool, vec![0, end]);
    };
    pool.sort_by_key(|&work| classes.of_work(work));
    let start = |class| pool.partition_point(|&work| classes.of_work(work) < class);
    let starts = (0..=classes.work_classes()).map(start).collect();
    (pool, starts)
}

/// Whether a reviewer may review works of a class.
fn is_open_to(draft: &Draft<'_>, reviewer: PersonId, class: usize) -> bool {
    draft.rules.classes().is_none_or(|classes| classes.allow(classes.of_person(reviewer), class))
}

/// Whether a reviewer gives more than the least.
fn can_give_less(draft: &Draft<'_>, search: &Search, reviewer: PersonId) -> bool {
    draft.given(reviewer) > draft.rules.give(search.stage, reviewer).0
}

/// The first of a list that can be taken; what is not open any more leaves the list.
fn first_open(
    list: &mut Vec<SubmissionId>,
    is_open: impl Fn(SubmissionId) -> bool,
    takes: impl Fn(SubmissionId) -> bool,
) -> Option<SubmissionId> {
    let mut i = 0;
    while let Some(&submission) = list.get(i) {
        if !is_open(submission) {
            list.swap_remove(i);
        } else if takes(submission) {
            return Some(submission);
        } else {
            i += 1;
        }
    }
    None
}
