//! One reviewer of each stratum for every submission.

use super::draft::{Blocks, Draft, EMPTY};
use super::regular::{self, Rounds};
use super::rules::Rules;
use crate::csr::Csr;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::{Phase, Seed};

/// Streams of [`Phase::PlanStrata`]: one a stage, so that more draws in one change no other.
const TIES: u64 = 0;
const DEAL: u64 = 1;
const FREE: u64 = 2;

/// Fills every empty slot and confines switches to the strata. The result may have bad slots.
pub(super) fn fill(draft: &mut Draft<'_>, weights: &[f64], seed: Seed) {
    let order = by_weight(draft.rules, weights, seed);
    let mut works = deal(draft.rules, &order, draft.len(), seed).into_iter();
    for &reviewer in &order {
        for slot in draft.free(reviewer) {
            draft.set(slot, reviewer, works.next().unwrap_or(EMPTY));
        }
    }
    draft.confine(Some(strata(draft, &order)));
}

/// Repairs bad slots, within the strata as long as that gets on, and returns those that are left.
pub(super) fn repair(draft: &mut Draft<'_>, seed: Seed) -> Vec<usize> {
    let left = regular::repair(draft, seed);
    if left.is_empty() {
        return left;
    }
    let strata = draft.confine(None);
    let left = regular::repair(draft, seed.key(Phase::PlanStrata, FREE));
    draft.confine(strata);
    left
}

/// Everybody who gives reviews, the greatest weight first, ties in random order.
fn by_weight(rules: &Rules<'_>, weights: &[f64], seed: Seed) -> Vec<PersonId> {
    // The bits of numbers from 0 on are in the order of the numbers; adding 0 takes the sign off -0.
    let key = |person: PersonId| (weights[person.index()] + 0.0).to_bits();
    let givers = rules.people().filter(|&person| rules.quota(person) > 0);
    let mut order: Vec<(u64, PersonId)> = givers.map(|person| (!key(person), person)).collect();
    seed.stream(Phase::PlanStrata, TIES).shuffle(&mut order);
    order.sort_by_key(|&(key, _)| key);
    order.into_iter().map(|(_, person)| person).collect()
}

/// Bits of a place in the order, above those of a submission.
const PLACE: u32 = 38;
const SUBMISSION: u32 = 64 - PLACE;

/// The submissions in the order in which reviewers by weight take them: review j of d that a
/// submission receives comes at a uniform place within the share from j / d to (j + 1) / d. Where all
/// receive d, that is d random permutations one after the other. There are `slots` to fill.
fn deal(rules: &Rules<'_>, order: &[PersonId], slots: usize, seed: Seed) -> Vec<SubmissionId> {
    let mut stream = seed.stream(Phase::PlanStrata, DEAL);
    let kept = KeptPlaces::new(rules, order);
    let needs = Rounds::new(rules, seed).into_needs();
    let asked: u64 = needs.iter().map(|&(_, need)| u64::from(need)).sum();
    // Where works ask for far more than there is, they share what there is.
    let is_far = asked > 2 * slots as u64;
    let most = if is_far { to_u32(slots / needs.len()) + 1 } else { u32::MAX };
    let mut places = Vec::new();
    for (submission, need) in needs {
        let need = need.min(most);
        let all = u64::from(need) + u64::from(rules.kept_by(submission));
        kept.for_each_free(submission, all, |j| {
            let within = stream.u64() >> SUBMISSION;
            let place = ((j << PLACE) + within) / all;
            places.push(place << SUBMISSION | u64::from(submission.get()));
        });
    }
    places.sort_unstable();
    #[allow(clippy::cast_possible_truncation)] // the low bits are the submission
    let submission = |place| SubmissionId::new((place & ((1 << SUBMISSION) - 1)) as u32);
    places.into_iter().map(submission).collect()
}

/// Where the reviewers of kept reviews stand in the order of weights, so that the shares they fill
/// are not filled again.
struct KeptPlaces {
    /// By submission, ascending: reviews of greater weight.
    before: Csr<u32>,
    total: u64,
}

impl KeptPlaces {
    fn new(rules: &Rules<'_>, order: &[PersonId]) -> Self {
        let (mut places, mut before) = (Vec::new(), 0);
        for &reviewer in order {
            places.extend(rules.kept(reviewer).iter().map(|&submission| (submission, before)));
            before += rules.quota(reviewer);
        }
        let rows = rules.cohort().submissions();
        let before_each = Csr::group(rows, places.len(), |i| places[i].0.index(), |i| places[i].1);
        Self { before: before_each, total: u64::from(before) }
    }

    /// Each share of `all` that no kept review fills, in order: of as many that could fill one, the
    /// next free.
    fn for_each_free(&self, submission: SubmissionId, all: u64, mut place: impl FnMut(u64)) {
        let kept = self.before.row(submission.index());
        let mut next = 0;
        for (i, &before) in kept.iter().enumerate() {
            let left = (kept.len() - i) as u64;
            let share = (u64::from(before) * all / self.total).clamp(next, all - left);
            (next..share).for_each(&mut place);
            next = share + 1;
        }
        (next..all).for_each(place);
    }
}

/// The strata of the slots, as many as a submission receives reviews on average.
#[allow(clippy::cast_possible_truncation)] // at most the number of people
fn strata(draft: &Draft<'_>, order: &[PersonId]) -> Blocks {
    let (total, pool) = (draft.len() as u64, draft.rules.pool_len().max(1) as u64);
    let count = ((total + pool / 2) / pool).max(1);
    let mut of = vec![0; draft.len()];
    let slots = order.iter().flat_map(|&reviewer| draft.row(reviewer));
    for (place, slot) in (0_u64..).zip(slots) {
        of[slot] = to_u32((place * count / total) as usize);
    }
    Blocks::new(count as usize, of)
}
