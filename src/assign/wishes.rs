//! Pairs that should be in a plan if that can be, and pairs that should not.
//!
//! What can be had is decided exactly: a plan with the loads it has is best if and only if no closed
//! chain of exchanges, in which everybody gives up one submission and takes another, meets more
//! wishes than it breaks (cycle cancelling: Klein, Management Science 14, 1967). Wishes are added
//! one by one to a best plan, so that one chain through the new wish suffices each time.

use super::chains::{Holders, Paths};
use super::draft::{Draft, EMPTY};
use super::guard::Switch;
use super::rules::{Rules, by_person};
use super::{AssignError, Assigner};
use crate::csr::Csr;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::{Phase, Seed, Stream};

/// The settings of an assigner about wishes.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct Wishes {
    preferred: Vec<(SubmissionId, PersonId)>,
    avoided: Vec<(SubmissionId, PersonId)>,
}

impl Assigner {
    /// Prefers these reviews, beside those preferred before: they are in the plan as far as rules
    /// and loads allow. Repetitions are fine.
    ///
    /// Of the plans in which everybody gives and every submission receives as many reviews as in
    /// the one that was found, it is one that makes
    ///
    /// ```text
    /// (preferred reviews that are in the plan) - (avoided reviews that are in it)
    /// ```
    ///
    /// as large as can be: exactly, unless there are so many wishes that most are in conflict with
    /// others. A wish is never met at the cost of a rule. Wishes make plans predictable, which those
    /// who want to favour each other can use; where a pair must or must not be, use
    /// [`keep`](Self::keep) or [`forbid`](Self::forbid). Wishes for reviews of exemplars count, but
    /// nothing is done about them.
    ///
    /// O(people + submissions + reviews) once, and O(1) for most wishes; O(people + submissions +
    /// reviews + wishes) for each of those that no switch of two reviews can meet, up to a number
    /// of those that depends on the size of the course (32 in a large one).
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(30)?;
    /// let pair = |s, r| (SubmissionId::new(s), PersonId::new(r));
    /// let assigner = Assigner::new(3).prefer([pair(1, 0), pair(2, 0)]).avoid([pair(0, 1)]);
    /// let plan = assigner.assign(&cohort, Seed::new(1))?;
    /// assert!(plan.graph().contains(SubmissionId::new(1), PersonId::new(0)));
    /// assert_eq!(assigner.unmet_preferred(plan.graph()), []);
    /// assert_eq!(assigner.unmet_avoided(plan.graph()), []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn prefer(mut self, pairs: impl IntoIterator<Item = (SubmissionId, PersonId)>) -> Self {
        self.wishes.preferred.extend(pairs);
        self
    }

    /// Avoids these reviews, beside those avoided before: they are not in the plan as far as rules
    /// and loads allow, see [`prefer`](Self::prefer). A review that is kept stays.
    #[must_use]
    pub fn avoid(mut self, pairs: impl IntoIterator<Item = (SubmissionId, PersonId)>) -> Self {
        self.wishes.avoided.extend(pairs);
        self
    }

    /// The preferred reviews that are not in a graph, sorted. O(wishes log wishes).
    #[must_use]
    pub fn unmet_preferred(&self, graph: &ReviewGraph) -> Vec<(SubmissionId, PersonId)> {
        sorted(self.wishes.preferred.iter().filter(|&&(s, r)| !graph.contains(s, r)))
    }

    /// The reviews to be avoided that are in a graph, sorted. O(wishes log wishes).
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// // Everybody has to review everybody else: there is nothing to choose.
    /// let pair = (SubmissionId::new(1), PersonId::new(0));
    /// let assigner = Assigner::new(2).avoid([pair]);
    /// let plan = assigner.assign(&Cohort::individuals(3)?, Seed::new(1))?;
    /// assert_eq!(assigner.unmet_avoided(plan.graph()), [pair]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unmet_avoided(&self, graph: &ReviewGraph) -> Vec<(SubmissionId, PersonId)> {
        sorted(self.wishes.avoided.iter().filter(|&&(s, r)| graph.contains(s, r)))
    }
}

fn sorted<'a>(
    pairs: impl Iterator<Item = &'a (SubmissionId, PersonId)>,
) -> Vec<(SubmissionId, PersonId)> {
    let mut sorted: Vec<_> = pairs.copied().collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

impl Wishes {
    /// The wishes, checked against the rules.
    pub(super) fn costs(&self, rules: &Rules<'_>) -> Result<Costs, AssignError> {
        let cohort = rules.cohort();
        let preferred = by_person(cohort, "preferred", &self.preferred)?;
        let avoided = by_person(cohort, "avoided", &self.avoided)?;
        if preferred.items().is_empty() && avoided.items().is_empty() {
            return Ok(Costs::default());
        }
        let mut wishes = Vec::with_capacity(preferred.items().len() + avoided.items().len());
        for reviewer in rules.people() {
            let avoided = avoided.row(reviewer.index());
            for &submission in preferred.row(reviewer.index()) {
                if let Some(rule) = rules.bar(reviewer, submission) {
                    return Err(AssignError::PreferredBarred { reviewer, submission, rule });
                }
                if avoided.binary_search(&submission).is_ok() {
                    return Err(AssignError::PreferredAvoided { reviewer, submission });
                }
                wishes.push(Wish { reviewer, submission, cost: -1 });
            }
            wishes.extend(avoided.iter().map(|&s| Wish { reviewer, submission: s, cost: 1 }));
        }
        wishes.sort_unstable_by_key(|wish| (wish.reviewer, wish.submission));
        let row = |i: usize| wishes[i].reviewer.index();
        Ok(Costs(Some(Csr::group(cohort.people(), wishes.len(), row, |i| wishes[i]))))
    }
}

/// What it costs to have a review: -1 if it is preferred, 1 if it is to be avoided.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wish {
    pub(super) reviewer: PersonId,
    pub(super) submission: SubmissionId,
    pub(super) cost: i32,
}

/// All wishes, by person; each row sorted by submission.
#[derive(Debug, Default)]
pub(super) struct Costs(Option<Csr<Wish>>);

impl Costs {
    /// Which wish there is about a pair.
    fn find(wishes: &Csr<Wish>, reviewer: PersonId, submission: SubmissionId) -> Option<usize> {
        let row = wishes.row(reviewer.index());
        let found = row.binary_search_by_key(&submission, |wish| wish.submission).ok()?;
        Some(wishes.range(reviewer.index()).start + found)
    }

    /// Whether a switch breaks no more wishes than it meets.
    pub(super) fn allow(&self, draft: &Draft<'_>, switch: Switch) -> bool {
        let Some(wishes) = &self.0 else { return true };
        let cost = |reviewer, submission| {
            Self::find(wishes, reviewer, submission).map_or(0, |i| wishes.items()[i].cost)
        };
        rise(draft, switch, cost) <= 0
    }
}

/// What a switch adds to the cost of the pairs.
fn rise(draft: &Draft<'_>, switch: Switch, cost: impl Fn(PersonId, SubmissionId) -> i32) -> i32 {
    let (mine, theirs) = (draft.get(switch.slot), draft.get(switch.partner));
    cost(switch.reviewer, theirs) + cost(switch.owner, mine)
        - cost(switch.reviewer, mine)
        - cost(switch.owner, theirs)
}

/// Meets as many wishes as can be by exchanges that keep every rule and load.
pub(super) fn meet(draft: &mut Draft<'_>, seed: Seed) {
    let cohort = draft.rules.cohort();
    let plan = (cohort.people() + cohort.submissions() + draft.len()) as u64;
    meet_within(draft, seed, LOOKS.max(PLANS * plan));
}

/// The same, where all searches together may look at so many things.
pub(super) fn meet_within(draft: &mut Draft<'_>, seed: Seed, looks: u64) {
    let rules = draft.rules;
    let Some(wishes) = &rules.costs().0 else { return };
    let mut stream = seed.stream(Phase::PlanWishes, 0);
    // In random order, so that of two that are in conflict chance decides.
    let mut order: Vec<u32> = (0..to_u32(wishes.items().len())).collect();
    stream.shuffle(&mut order);
    let mut search = Search::new(draft, wishes, looks);
    for i in order {
        search.add(draft, i as usize, &mut stream);
    }
}

/// How many random switches are tried to get rid of a review.
const TRIES: usize = 64;
/// Work that all searches together may take: this many looks, or this many times the whole plan.
const LOOKS: u64 = 1 << 27;
const PLANS: u64 = 32;

struct Search<'w> {
    wishes: &'w Csr<Wish>,
    /// By wish: whether it counts already.
    counts: Vec<bool>,
    holders: Holders,
    looks: u64,
}

impl<'w> Search<'w> {
    fn new(draft: &Draft<'_>, wishes: &'w Csr<Wish>, looks: u64) -> Self {
        Self {
            wishes,
            counts: vec![false; wishes.items().len()],
            holders: Holders::new(draft),
            looks,
        }
    }

    /// What a search may have to look at once.
    fn whole(draft: &Draft<'_>, wishes: &Csr<Wish>) -> u64 {
        let cohort = draft.rules.cohort();
        (cohort.people() + cohort.submissions() + draft.len() + wishes.items().len()) as u64
    }

    /// The cost of a pair among the wishes that count.
    fn cost(&self, reviewer: PersonId, submission: SubmissionId) -> i32 {
        let found = Costs::find(self.wishes, reviewer, submission);
        found.filter(|&i| self.counts[i]).map_or(0, |i| self.wishes.items()[i].cost)
    }

    /// Adds a wish to those that count, and meets it if that breaks no other.
    ///
    /// Before, no chain meets more wishes than it breaks. So a chain that meets the new wish breaks
    /// at least as many others as it meets; and if as many, the plan is best again.
    fn add(&mut self, draft: &mut Draft<'_>, i: usize, stream: &mut Stream) {
        let Wish { reviewer, submission, cost } = self.wishes.items()[i];
        let mut row = draft.row(reviewer);
        let there = row.find(|&slot| draft.get(slot) == submission);
        let held = there.filter(|slot| draft.free(reviewer).contains(slot));
        let met = match held {
            Some(slot) if cost > 0 => self.switch_away(draft, slot, i, stream),
            None if cost < 0 && there.is_none() => self.switch_in(draft, i, stream),
            _ => true,
        };
        if !met && !self.holders.of(submission).is_empty() && self.may_search(draft) {
            self.search(draft, i, held);
        }
        self.counts[i] = true;
    }

    /// Whether there is work left for a search. If not, all wishes count at once: from then on only
    /// switches are tried, and none may break a wish that is met.
    fn may_search(&mut self, draft: &Draft<'_>) -> bool {
        let whole = Self::whole(draft, self.wishes);
        if self.looks < whole {
            self.counts.fill(true);
            return false;
        }
        self.looks -= whole;
        true
    }

    /// Makes a switch if wish `i`, which it meets, is worth it.
    fn make_if_worth(&mut self, draft: &mut Draft<'_>, switch: Switch, i: usize) -> bool {
        let own = i32::from(!self.counts[i]);
        if rise(draft, switch, |r, s| self.cost(r, s)) >= own || !switch.is_open(draft) {
            return false;
        }
        let taken = [draft.get(switch.partner), draft.get(switch.slot)];
        self.exchange(draft, &[(switch.slot, taken[0]), (switch.partner, taken[1])]);
        true
    }

    /// Brings a preferred review in by one switch, if there is one.
    fn switch_in(&mut self, draft: &mut Draft<'_>, i: usize, stream: &mut Stream) -> bool {
        let Wish { reviewer, submission, .. } = self.wishes.items()[i];
        let (own, there) = (draft.free(reviewer), self.holders.of(submission));
        let width = there.len() as u64;
        let pairs = own.len() as u64 * width;
        if pairs == 0 {
            return false;
        }
        let start = stream.u64() % pairs;
        for at in (start..pairs).chain(0..start).take(TRIES) {
            #[allow(clippy::cast_possible_truncation)] // within the rows
            let (a, b) = ((at / width) as usize, (at % width) as usize);
            let partner = self.holders.of(submission)[b] as usize;
            let owner = draft.owner(partner);
            let switch = Switch { slot: own.start + a, reviewer, partner, owner };
            if draft.get(switch.slot) != EMPTY && self.make_if_worth(draft, switch, i) {
                return true;
            }
        }
        false
    }

    /// Gets rid of what is in a slot by a random switch.
    fn switch_away(
        &mut self,
        draft: &mut Draft<'_>,
        slot: usize,
        i: usize,
        stream: &mut Stream,
    ) -> bool {
        let reviewer = self.wishes.items()[i].reviewer;
        for _ in 0..TRIES {
            let Some((partner, owner)) = draft.partner(slot, stream) else { continue };
            let switch = Switch { slot, reviewer, partner, owner };
            if self.make_if_worth(draft, switch, i) {
                return true;
            }
        }
        false
    }

    /// Makes exchanges of which each takes what the one before gives up, and the first what the
    /// last does.
    fn exchange(&mut self, draft: &mut Draft<'_>, chain: &[(usize, SubmissionId)]) {
        self.holders.pass_on(draft, chain);
        for &(slot, takes) in chain {
            draft.set(slot, draft.owner(slot), takes);
        }
    }

    /// Meets a wish by a chain of exchanges that costs nothing, if there is one.
    fn search(&mut self, draft: &mut Draft<'_>, i: usize, held: Option<usize>) {
        let wish = self.wishes.items()[i];
        let counts: Vec<Wish> = (self.wishes.items().iter().zip(&self.counts))
            .filter_map(|(&wish, &counts)| counts.then_some(wish))
            .collect();
        let wished = |reviewer, submission| self.cost(reviewer, submission) != 0;
        let paths = Paths::new(draft, &self.holders, &counts, wished);
        if let Some(chain) = paths.chain(wish, held) {
            self.exchange(draft, &chain);
        }
    }
}
