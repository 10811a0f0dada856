//! A plan in the making: for each reviewer a row of slots, each with a submission or empty.

use hashbrown::HashTable;

use super::AssignError;
use super::loads::Stage;
use super::rules::Rules;
use crate::csr::Csr;
use crate::graph::ReviewGraph;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId, to_u32};
use crate::seed::Stream;

/// A slot without a submission.
pub(super) const EMPTY: SubmissionId = SubmissionId::new(u32::MAX);

/// Slots by reviewer; in each row the kept reviews come first and never move.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) rules: &'a Rules<'a>,
    offsets: Vec<u32>,
    /// The quota, where all have one and the same.
    width: Option<u32>,
    slots: Vec<SubmissionId>,
    long: LongRows,
    blocks: Option<Blocks>,
}

/// Groups of slots within which switches keep what the draft was made to have: a class structure, or
/// one reviewer of each stratum for every submission.
#[derive(Debug)]
pub(super) struct Blocks {
    /// By slot.
    of: Vec<u32>,
    slots: Csr<u32>,
}

impl Blocks {
    /// The blocks in which these slots are, `count` in all.
    pub(super) fn new(count: usize, of: Vec<u32>) -> Self {
        let slots = Csr::group(count, of.len(), |slot| of[slot] as usize, to_u32);
        Self { of, slots }
    }
}

/// Rows longer than this are looked up in a table; up to it, a scan is as fast.
const LONG: usize = 32;

/// How often each submission stands in each long row, so that one reviewer with a great quota does
/// not make every look at their row a long one. Looked up, never iterated.
#[derive(Debug, Default)]
struct LongRows(HashTable<(PersonId, SubmissionId, u32)>);

impl LongRows {
    fn hash(reviewer: PersonId, submission: SubmissionId) -> u64 {
        let pair = u64::from(reviewer.get()) << 32 | u64::from(submission.get());
        // Multiplication spreads the low bits up, the fold brings them back down.
        let product = u128::from(pair ^ 0x9e37_79b9_7f4a_7c15) * 0xff51_afd7_ed55_8ccd_u128;
        #[allow(clippy::cast_possible_truncation)]
        {
            (product >> 64) as u64 ^ product as u64
        }
    }

    fn count(&self, reviewer: PersonId, submission: SubmissionId) -> u32 {
        let is_pair = |entry: &(_, _, u32)| (entry.0, entry.1) == (reviewer, submission);
        let found = self.0.find(Self::hash(reviewer, submission), is_pair);
        found.map_or(0, |&(_, _, count)| count)
    }

    fn change(&mut self, reviewer: PersonId, submission: SubmissionId, more: bool) {
        if submission == EMPTY {
            return;
        }
        let hash = Self::hash(reviewer, submission);
        let is_pair = |entry: &(_, _, u32)| (entry.0, entry.1) == (reviewer, submission);
        match self.0.find_mut(hash, is_pair) {
            Some((_, _, count)) if more => *count += 1,
            Some((_, _, count)) => *count -= 1,
            None => {
                let entry = (reviewer, submission, 1);
                self.0.insert_unique(hash, entry, |entry| Self::hash(entry.0, entry.1));
            }
        }
    }
}

impl<'a> Draft<'a> {
    /// All kept reviews, and empty slots up to the quotas.
    pub(super) fn new(rules: &'a Rules<'a>) -> Self {
        Self::with_rows(rules, rules.quotas())
    }

    /// All kept reviews, and empty slots up to this many for each person, none fewer than they keep.
    pub(super) fn with_rows(rules: &'a Rules<'a>, quotas: &[u32]) -> Self {
        let mut offsets = vec![0];
        let mut end = 0;
        for &quota in quotas {
            end += quota;
            offsets.push(end);
        }
        let width = quotas.first().copied().filter(|width| quotas.iter().all(|q| q == width));
        let slots = vec![EMPTY; end as usize];
        let long = LongRows::default();
        let mut draft = Self { rules, offsets, width, slots, long, blocks: None };
        if !rules.keeps_nothing() {
            for reviewer in rules.people() {
                for (slot, &kept) in draft.row(reviewer).zip(rules.kept(reviewer)) {
                    draft.set(slot, reviewer, kept);
                }
            }
        }
        draft
    }

    /// The same reviews in rows as long as a stage lets them be, but for `cap`.
    ///
    /// # Errors
    ///
    /// Where there are more slots than numbers.
    pub(super) fn widened(&self, stage: Stage, cap: u32) -> Result<Self, AssignError> {
        let rules = self.rules;
        let most = cap.min(to_u32(rules.pool_len()));
        let longest = |r| rules.give(stage, r).1.min(most).max(rules.quota(r)) as usize;
        let total = rules.people().map(longest).sum::<usize>();
        if total > MAX_PAIRS {
            return Err(AssignError::TooManyReviews { limit: MAX_PAIRS });
        }
        Ok(self.resized(longest))
    }

    /// The same reviews without empty slots.
    pub(super) fn compacted(self) -> Self {
        if self.is_full() { self } else { self.resized(|r| self.given(r) as usize) }
    }

    /// The same reviews in rows of these lengths, which suffice and add up to numbers.
    fn resized(&self, len: impl Fn(PersonId) -> usize) -> Self {
        let rules = self.rules;
        let rows: Vec<u32> = rules.people().map(|reviewer| to_u32(len(reviewer))).collect();
        let mut draft = Self::with_rows(rules, &rows);
        for reviewer in rules.people() {
            let held = self.held(reviewer).iter().filter(|&&s| s != EMPTY);
            for (slot, &submission) in draft.row(reviewer).zip(held) {
                draft.set(slot, reviewer, submission);
            }
        }
        draft
    }

    /// Whether no slot is empty.
    pub(super) fn is_full(&self) -> bool {
        self.slots.iter().all(|&submission| submission != EMPTY)
    }

    /// Empties those of these slots that are bad: one after another, since one that was bad may be
    /// good once another is empty.
    pub(super) fn clear(&mut self, slots: &[usize]) {
        for &slot in slots {
            if self.is_bad(slot) {
                self.set(slot, self.owner(slot), EMPTY);
            }
        }
    }

    /// How many reviews a person gives so far.
    pub(super) fn given(&self, reviewer: PersonId) -> u32 {
        to_u32(self.row(reviewer).filter(|&slot| self.slots[slot] != EMPTY).count())
    }

    /// The empty slots of a person.
    fn empty_slots(&self, reviewer: PersonId) -> impl Iterator<Item = usize> {
        self.row(reviewer).filter(|&slot| self.slots[slot] == EMPTY)
    }

    /// An empty slot of a person.
    pub(super) fn empty_slot(&self, reviewer: PersonId) -> Option<usize> {
        self.empty_slots(reviewer).next()
    }

    /// An empty slot of a person who is to give more.
    pub(super) fn wanted_slot(&self, reviewer: PersonId) -> Option<usize> {
        let slot = self.empty_slot(reviewer)?;
        (self.given(reviewer) < self.rules.quota(reviewer)).then_some(slot)
    }

    /// The empty slots of those who are to give more, as many as they are to give.
    pub(super) fn wanted_slots(&self) -> Vec<usize> {
        let wanted = |r| self.rules.quota(r).saturating_sub(self.given(r)) as usize;
        let people = self.rules.people();
        people.flat_map(|r| self.empty_slots(r).take(wanted(r))).collect()
    }

    /// All reviews as pairs, by reviewer.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (SubmissionId, PersonId)> {
        self.rules.people().flat_map(move |reviewer| {
            let held = self.row(reviewer).map(|slot| self.slots[slot]);
            held.filter(|&s| s != EMPTY).map(move |submission| (submission, reviewer))
        })
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn get(&self, slot: usize) -> SubmissionId {
        self.slots[slot]
    }

    /// Puts a submission, or nothing, into a slot of this reviewer's.
    pub(super) fn set(&mut self, slot: usize, owner: PersonId, submission: SubmissionId) {
        let before = core::mem::replace(&mut self.slots[slot], submission);
        if self.row(owner).len() > LONG {
            self.long.change(owner, before, false);
            self.long.change(owner, submission, true);
        }
    }

    pub(super) fn row(&self, reviewer: PersonId) -> core::ops::Range<usize> {
        self.offsets[reviewer.index()] as usize..self.offsets[reviewer.index() + 1] as usize
    }

    /// What the slots of a reviewer hold.
    pub(super) fn held(&self, reviewer: PersonId) -> &[SubmissionId] {
        &self.slots[self.row(reviewer)]
    }

    /// The quota, where all have one and the same, nobody keeps anything and rows are short.
    pub(super) fn even_width(&self) -> Option<usize> {
        let width = self.width? as usize;
        (width <= LONG && self.rules.keeps_nothing()).then_some(width)
    }

    /// Fills rows of [`even_width`](Self::even_width): from this place on, one column a place, each
    /// with a submission for every reviewer.
    pub(super) fn lay(&mut self, width: usize, place: usize, columns: &[Vec<SubmissionId>]) {
        for (reviewer, row) in self.slots.chunks_exact_mut(width).enumerate() {
            for (slot, column) in row[place..].iter_mut().zip(columns) {
                *slot = column[reviewer];
            }
        }
    }

    /// Whether a row has no bad slot. May be `false` for a row that has none: long ones are not
    /// looked at.
    pub(super) fn is_clean(&self, reviewer: PersonId) -> bool {
        let row = self.held(reviewer);
        let mut again = row.len() > LONG;
        for (i, a) in row.iter().enumerate() {
            again |= row[..i].contains(a);
        }
        !again && row.iter().all(|&s| s == EMPTY || self.rules.allows(reviewer, s))
    }

    /// The slots of a reviewer that may change.
    pub(super) fn free(&self, reviewer: PersonId) -> core::ops::Range<usize> {
        let row = self.row(reviewer);
        row.start + self.rules.kept(reviewer).len()..row.end
    }

    /// Whose slot it is.
    pub(super) fn owner(&self, slot: usize) -> PersonId {
        if let Some(width) = self.width {
            return PersonId::new(to_u32(slot) / width);
        }
        let after = self.offsets.partition_point(|&start| start as usize <= slot);
        PersonId::new(to_u32(after - 1))
    }

    /// Whether a reviewer cannot take a submission in a slot: a rule bars it, or another slot of
    /// theirs has it.
    pub(super) fn clashes(
        &self,
        reviewer: PersonId,
        submission: SubmissionId,
        slot: usize,
    ) -> bool {
        if submission == EMPTY {
            return false;
        }
        let mut row = self.row(reviewer);
        let held = if row.len() > LONG {
            let own = row.contains(&slot) && self.slots[slot] == submission;
            self.long.count(reviewer, submission) > u32::from(own)
        } else {
            row.any(|other| other != slot && self.slots[other] == submission)
        };
        held || !self.rules.allows(reviewer, submission)
    }

    /// Whether a reviewer has a submission.
    pub(super) fn has(&self, reviewer: PersonId, submission: SubmissionId) -> bool {
        let mut row = self.row(reviewer);
        if row.len() > LONG {
            return self.long.count(reviewer, submission) > 0;
        }
        row.any(|slot| self.slots[slot] == submission)
    }

    /// Whether what stands in a slot may not stand there.
    pub(super) fn is_bad(&self, slot: usize) -> bool {
        let submission = self.slots[slot];
        submission != EMPTY && self.clashes(self.owner(slot), submission, slot)
    }

    /// A uniform pair of a slot that may change and its owner; `None` where the draw hit a slot
    /// that may not.
    pub(super) fn draw(&self, stream: &mut Stream) -> Option<(usize, PersonId)> {
        let slot = stream.bounded(to_u32(self.len())) as usize;
        let owner = self.owner(slot);
        self.free(owner).contains(&slot).then_some((slot, owner))
    }

    /// Confines switches to blocks of slots, or frees them; returns the blocks there were.
    pub(super) fn confine(&mut self, blocks: Option<Blocks>) -> Option<Blocks> {
        core::mem::replace(&mut self.blocks, blocks)
    }

    /// A uniform slot for a switch with this one, in the same block, and its owner; `None` where the
    /// draw hit a slot that may not change.
    pub(super) fn partner(&self, slot: usize, stream: &mut Stream) -> Option<(usize, PersonId)> {
        let Some(blocks) = &self.blocks else { return self.draw(stream) };
        let slots = blocks.slots.row(blocks.of[slot] as usize);
        let partner = slots[stream.bounded(to_u32(slots.len())) as usize] as usize;
        let owner = self.owner(partner);
        self.free(owner).contains(&partner).then_some((partner, owner))
    }

    /// Who reviews each submission, in order, by the slots and by further pairs of exemplars and
    /// reviewers. No slot may be empty.
    pub(super) fn received(&self, exemplars: &[(SubmissionId, PersonId)]) -> Csr<PersonId> {
        // Reviewers in order, so that the rows are sorted; an exemplar has no other pairs.
        let pairs = || {
            let held = self.rules.people().flat_map(|reviewer| {
                self.held(reviewer).iter().map(move |submission| (submission.index(), reviewer))
            });
            held.chain(
                exemplars.iter().map(|&(submission, reviewer)| (submission.index(), reviewer)),
            )
        };
        let submissions = self.rules.cohort().submissions();
        Csr::sorted(submissions, self.len() + exemplars.len(), pairs)
    }

    /// The graph of the slots and of further pairs of reviewers with exemplars. No slot may be
    /// empty.
    pub(super) fn into_graph(self, exemplars: &[(SubmissionId, PersonId)]) -> ReviewGraph {
        let received = self.received(exemplars);
        self.into_graph_of(received)
    }

    /// The same, where it is known who reviews each submission: not counted twice.
    pub(super) fn into_graph_of(mut self, received: Csr<PersonId>) -> ReviewGraph {
        if received.items().len() > self.len() {
            drop((self.slots, self.offsets, self.long));
            return ReviewGraph::from_reviewers(self.rules.cohort().people(), received);
        }
        for ends in self.offsets.windows(2) {
            sort_row(&mut self.slots[ends[0] as usize..ends[1] as usize]);
        }
        ReviewGraph::from_sides(received, Csr::new(self.offsets, self.slots))
    }
}

/// Sorts a row. Short ones without a branch on what they hold: on random rows it would be guessed
/// wrong half the time.
fn sort_row(row: &mut [SubmissionId]) {
    if row.len() > 8 {
        row.sort_unstable();
        return;
    }
    for end in (1..row.len()).rev() {
        for i in 0..end {
            let (a, b) = (row[i], row[i + 1]);
            (row[i], row[i + 1]) = (a.min(b), a.max(b));
        }
    }
}
