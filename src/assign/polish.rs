//! Polishing: switches that take mutual pairs and 4-cycles out of a plan.
//!
//! A mutual pair is an invitation to be kind; a 4-cycle, two reviewers with two submissions in
//! common, compares these twice where another review could have tied them to the rest. A random plan
//! of k reviews each has about k^2 / 2 of the one and (k - 1)^4 / 4 of the other, whatever its size,
//! so that few switches remove them; to find them is the work, which [`ties`] does. What is left to
//! do is a walk (Minton et al., "Minimizing conflicts", Artificial Intelligence 58,
//! 1992) that looks at nothing but the neighbourhood of what it changes. It takes what leaves no more
//! defects than before, and now and then one more, which leads out of dead ends where the plan is
//! small: 30 people with 5 reviews each, near the 21 below which 4-cycles are certain.

use super::draft::{Draft, EMPTY};
use super::guard::{Guard, Switch};
use super::ties::{self, Wanted};
use crate::csr::Csr;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};
use crate::seed::{Phase, Seed, Stream};

/// In the place of a reviewer whose review is taken out.
const NOBODY: PersonId = PersonId::new(u32::MAX);
/// A mutual pair weighs as much as this many 4-cycles.
const MUTUAL: u32 = 4;
/// Proposals for each bad slot in a sweep.
const PROPOSALS: usize = 16;
/// The search ends after this many proposals a slot, and this many in all, without a tenth fewer
/// bad slots.
const PATIENCE: usize = 64;
const MOST_PATIENCE: usize = 1 << 16;
/// One in how many switches that leave one defect more is made all the same.
const UPHILL: u32 = 100;
/// The most 4-cycles that a new review may close on average for the search to be worth while.
const DENSEST: u64 = 4;
/// Up to this many reviews, mutual pairs are removed even where hardly any plan is without.
const SMALL: u64 = 1 << 12;

/// The graph of the draft, polished, and of further pairs of exemplars and reviewers.
pub(super) fn polished(
    mut draft: Draft<'_>,
    guard: Guard,
    exemplars: &[(SubmissionId, PersonId)],
    seed: Seed,
) -> ReviewGraph {
    let wanted = wanted(&draft);
    let mut received = draft.received(exemplars);
    if wanted.mutual || wanted.cycles {
        let stream = seed.stream(Phase::PlanPolish, 0);
        let touched = Vec::new();
        let (draft, received) = (&mut draft, &mut received);
        Search { draft, received, guard, wanted, stream, touched }.run();
    }
    draft.into_graph_of(received)
}

/// What a search can hope for, by counting.
fn wanted(draft: &Draft<'_>) -> Wanted {
    let rules = draft.rules;
    let reviews = draft.len() as u64;
    let reviewers = rules.quotas().iter().filter(|&&quota| quota > 0).count() as u64;
    let submissions = rules.pool_len() as u64;
    if reviews == 0 {
        return Wanted { mutual: false, cycles: false, longest: 0 };
    }
    let (k, d) = (reviews.div_ceil(reviewers), reviews.div_ceil(submissions));
    // Each review pairs its reviewer with the authors, and each pair is to occur once.
    let authors = |submission| rules.cohort().authors_of(submission).len() as u64;
    let paired = rules.pool().map(authors).sum::<u64>().saturating_mul(d);
    let pairs = reviewers * (reviewers - 1) / 2;
    // The submissions that share a reviewer with one are all to be different. And with far more
    // paths of three reviews than pairs, no switch is clean.
    let distinct = submissions > d * (k - 1) && reviewers > k * (d - 1);
    let paths = (k - 1) * (k - 1) * (d - 1);
    Wanted {
        mutual: paired <= if reviews <= SMALL { pairs } else { pairs / 2 },
        cycles: distinct && (1..=DENSEST * submissions).contains(&paths),
        // To look at the rows of a few busy ones again and again would cost more than all the rest.
        longest: usize::try_from(8 * (k + 1)).unwrap_or(usize::MAX),
    }
}

/// A review and the slot in which it stands.
#[derive(Debug, Clone, Copy)]
struct Review {
    slot: usize,
    reviewer: PersonId,
    submission: SubmissionId,
}

struct Search<'s, 'a> {
    draft: &'s mut Draft<'a>,
    /// By submission, sorted but for those touched.
    received: &'s mut Csr<PersonId>,
    guard: Guard,
    wanted: Wanted,
    stream: Stream,
    touched: Vec<SubmissionId>,
}

impl Search<'_, '_> {
    fn run(mut self) {
        let mut bad = self.bad_slots();
        let patience = self.draft.len().saturating_mul(PATIENCE).min(MOST_PATIENCE);
        let (mut fewest, mut waited) = (bad.len(), 0);
        while !bad.is_empty() && waited < patience {
            self.stream.shuffle(&mut bad);
            let mut next = Vec::new();
            for &slot in &bad {
                // The last steps are not uphill.
                let proposals = self.mend(slot, waited < patience / 4 * 3, &mut next);
                waited += proposals.max(1);
                next.push(slot);
            }
            next.sort_unstable();
            next.dedup();
            next.retain(|&slot| self.defects(self.review(slot), 0) > 0);
            bad = next;
            if bad.len() * 10 <= fewest * 9 {
                (fewest, waited) = (bad.len(), 0);
            }
        }
        self.touched.sort_unstable();
        self.touched.dedup();
        for submission in &self.touched {
            self.received.row_mut(submission.index()).sort_unstable();
        }
    }

    /// Proposes switches of a slot until it has no defect; returns how many. Partners of those that
    /// were made go to `moved`.
    fn mend(&mut self, slot: usize, uphill: bool, moved: &mut Vec<usize>) -> usize {
        let mut defects = self.defects(self.review(slot), u32::MAX);
        for proposals in 0..PROPOSALS {
            if defects == 0 {
                return proposals;
            }
            if let Some(partner) = self.propose(self.review(slot), defects, uphill) {
                moved.push(partner);
                defects = self.defects(self.review(slot), u32::MAX);
            }
        }
        PROPOSALS
    }

    /// Proposes a switch of a review that has defects with a random partner; returns the slot of the
    /// partner if it was made.
    fn propose(&mut self, a: Review, defects: u32, uphill: bool) -> Option<usize> {
        let (slot, reviewer) = self.draft.partner(a.slot, &mut self.stream)?;
        let b = Review { slot, reviewer, submission: self.draft.get(slot) };
        if a.reviewer == b.reviewer
            || a.submission == b.submission
            || b.submission == EMPTY
            || self.draft.clashes(a.reviewer, b.submission, a.slot)
            || self.draft.clashes(b.reviewer, a.submission, b.slot)
        {
            return None;
        }
        let switch =
            Switch { slot: a.slot, reviewer: a.reviewer, partner: b.slot, owner: b.reviewer };
        if !self.guard.accepts(self.draft, switch) {
            return None;
        }
        let new_a = Review { submission: b.submission, ..a };
        let new_b = Review { submission: a.submission, ..b };
        self.take(a);
        self.take(b);
        let limit = defects + 1;
        let mut after = self.defects(new_a, limit);
        if after <= limit {
            self.put(new_a);
            after += self.defects(new_b, limit - after);
            self.take(new_a);
        }
        let is_made = after == 0
            || after <= limit && {
                let before = defects + self.defects(b, limit);
                after <= before || uphill && after == before + 1 && self.stream.bounded(UPHILL) == 0
            };
        self.put(a);
        self.put(b);
        if !is_made {
            return None;
        }
        self.guard.follow(self.draft, switch);
        self.take(a);
        self.take(b);
        self.put(new_a);
        self.put(new_b);
        self.touched.extend([a.submission, b.submission]);
        Some(b.slot)
    }

    fn review(&self, slot: usize) -> Review {
        let (reviewer, submission) = (self.draft.owner(slot), self.draft.get(slot));
        Review { slot, reviewer, submission }
    }

    fn take(&mut self, review: Review) {
        self.draft.set(review.slot, review.reviewer, EMPTY);
        self.replace(review.submission, review.reviewer, NOBODY);
    }

    fn put(&mut self, review: Review) {
        self.draft.set(review.slot, review.reviewer, review.submission);
        self.replace(review.submission, NOBODY, review.reviewer);
    }

    fn replace(&mut self, submission: SubmissionId, before: PersonId, after: PersonId) {
        let row = self.received.row_mut(submission.index());
        if let Some(place) = row.iter_mut().find(|reviewer| **reviewer == before) {
            *place = after;
        }
    }

    /// The defects in which a review takes part, or would take part; beyond `limit` they may not be
    /// counted to the end.
    fn defects(&self, review: Review, limit: u32) -> u32 {
        let mutual = if self.wanted.mutual { MUTUAL * self.mutual(review) } else { 0 };
        if mutual > limit || !self.wanted.cycles {
            return mutual;
        }
        mutual + self.cycles(review, limit - mutual)
    }

    /// Reviews by the authors, of works of the reviewer.
    fn mutual(&self, review: Review) -> u32 {
        let cohort = self.draft.rules.cohort();
        let works = cohort.submissions_of(review.reviewer);
        cohort.authors_of(review.submission).iter().fold(0, |sum, &author| {
            let held = self.draft.held(author);
            works.iter().fold(sum, |sum, work| sum + u32::from(held.contains(work)))
        })
    }

    /// Pairs of another reviewer of the submission and another submission that both have.
    fn cycles(&self, review: Review, limit: u32) -> u32 {
        let mine = self.draft.held(review.reviewer);
        if mine.len() > self.wanted.longest {
            return 0;
        }
        let is_other = |&&held: &&SubmissionId| held != review.submission && held != EMPTY;
        let others = Mask::of(mine.iter().filter(is_other).map(|held| held.get()));
        let mut cycles = 0;
        for &reviewer in self.received.row(review.submission.index()) {
            if reviewer == NOBODY || reviewer == review.reviewer {
                continue;
            }
            let theirs = self.draft.held(reviewer);
            if theirs.len() <= self.wanted.longest {
                let both = theirs.iter().filter(|held| others.may_have(held.get()));
                cycles +=
                    both.filter(is_other).filter(|held| mine.contains(held)).fold(0, |n, _| n + 1);
            }
            if cycles > limit {
                break;
            }
        }
        cycles
    }

    /// The slots that may change and stand in a mutual pair or a 4-cycle.
    fn bad_slots(&self) -> Vec<usize> {
        let mut bad = Vec::new();
        for repeated in ties::repeated(self.draft, self.wanted) {
            let [a, b] = repeated.ends;
            if repeated.is_cycle {
                let both = |reviewer: &&PersonId| self.has(b, **reviewer);
                for &reviewer in self.received.row(a.index()).iter().filter(both) {
                    bad.extend([a, b].into_iter().filter_map(|end| self.slot(reviewer, end)));
                }
            }
            if repeated.is_mutual {
                for (mine, theirs) in [(a, b), (b, a)] {
                    let authors = self.draft.rules.cohort().authors_of(mine).iter();
                    let reviewers = authors.filter(|&&author| self.has(theirs, author));
                    bad.extend(reviewers.filter_map(|&reviewer| self.slot(reviewer, theirs)));
                }
            }
        }
        bad.sort_unstable();
        bad.dedup();
        bad
    }

    /// Whether a person reviews a submission, as long as nothing is touched.
    fn has(&self, submission: SubmissionId, reviewer: PersonId) -> bool {
        self.received.row(submission.index()).binary_search(&reviewer).is_ok()
    }

    /// The slot that may change in which a reviewer has a submission.
    fn slot(&self, reviewer: PersonId, submission: SubmissionId) -> Option<usize> {
        self.draft.free(reviewer).find(|&slot| self.draft.get(slot) == submission)
    }
}

/// A set of ids that may say yes too often: one bit for each remainder of 512.
#[derive(Debug, Default)]
struct Mask([u64; 8]);

impl Mask {
    fn of(ids: impl Iterator<Item = u32>) -> Self {
        let mut mask = Self::default();
        ids.for_each(|id| mask.0[Self::word(id)] |= 1 << (id % 64));
        mask
    }

    fn may_have(&self, id: u32) -> bool {
        self.0[Self::word(id)] >> (id % 64) & 1 != 0
    }

    fn word(id: u32) -> usize {
        (id / 64 % 8) as usize
    }
}

#[cfg(test)]
mod tests;
