//! Reviews of exemplars in a plan that changes.

use crate::assign::exemplars::total;
use crate::assign::rules::Rules;
use crate::assign::{AssignError, check_total};
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};
use crate::seed::Stream;

/// The pairs of exemplars and reviewers, in canonical order: those of the earlier plan as far as
/// rules let them stay, the rest from the exemplars with the fewest. Spreads that differ by more
/// than one are evened out where reviews may move.
pub(super) fn exemplar_pairs(
    rules: &Rules<'_>,
    old: &ReviewGraph,
    reviews: usize,
    stream: &mut Stream,
) -> Result<Vec<(SubmissionId, PersonId)>, AssignError> {
    let total = total(rules);
    check_total(reviews, total)?;
    let list = rules.exemplars();
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let mut order: Vec<PersonId> = rules.people().collect();
    stream.shuffle(&mut order);
    let mut table = Table::new(rules, old);
    // What goes goes first, so that who comes finds the gaps.
    for &reviewer in &order {
        table.release(reviewer);
    }
    order.iter().try_for_each(|&reviewer| table.fill(reviewer))?;
    while order.iter().any(|&reviewer| table.even_out(reviewer)) {}
    let mut pairs = Vec::with_capacity(total);
    for (reviewer, row) in rules.people().zip(&table.rows) {
        pairs.extend(row.iter().map(|&exemplar| (list[exemplar], reviewer)));
    }
    pairs.sort_unstable();
    Ok(pairs)
}

/// Who has which exemplar, as positions in the list of exemplars.
struct Table<'a> {
    rules: &'a Rules<'a>,
    rows: Vec<Vec<usize>>,
    loads: Vec<u32>,
}

impl<'a> Table<'a> {
    fn new(rules: &'a Rules<'a>, old: &ReviewGraph) -> Self {
        let list = rules.exemplars();
        let mut table = Self { rules, rows: Vec::new(), loads: vec![0; list.len()] };
        for reviewer in rules.people() {
            let kept = rules.kept_exemplars(reviewer);
            let stays = |s: &SubmissionId| rules.allows(reviewer, *s) && !kept.contains(s);
            let stay = old.submissions_of(reviewer).iter().copied().filter(stays);
            let row = kept.iter().copied().chain(stay);
            let row: Vec<usize> = row.filter_map(|s| list.binary_search(&s).ok()).collect();
            for &exemplar in &row {
                table.loads[exemplar] += 1;
            }
            table.rows.push(row);
        }
        table
    }

    /// Positions in a row that may change.
    fn free(&self, reviewer: PersonId) -> core::ops::Range<usize> {
        self.rules.kept_exemplars(reviewer).len()..self.rows[reviewer.index()].len()
    }

    /// The exemplar with the fewest reviews that a reviewer may take beside theirs.
    fn least(&self, reviewer: PersonId) -> Option<usize> {
        let list = self.rules.exemplars();
        let open = (0..list.len()).filter(|exemplar| {
            !self.rows[reviewer.index()].contains(exemplar)
                && self.rules.allows(reviewer, list[*exemplar])
        });
        open.min_by_key(|&exemplar| self.loads[exemplar])
    }

    /// Takes from a reviewer what is more than they are to have.
    fn release(&mut self, reviewer: PersonId) {
        let quota = self.rules.exemplar_quota(reviewer);
        let i = reviewer.index();
        while self.rows[i].len() > quota {
            let most = self.free(reviewer).max_by_key(|&at| self.loads[self.rows[i][at]]);
            let Some(most) = most else { break };
            let exemplar = self.rows[i].swap_remove(most);
            self.loads[exemplar] -= 1;
        }
    }

    /// Gives a reviewer as many as they are to have.
    fn fill(&mut self, reviewer: PersonId) -> Result<(), AssignError> {
        let quota = self.rules.exemplar_quota(reviewer);
        let i = reviewer.index();
        while self.rows[i].len() < quota {
            let Some(exemplar) = self.least(reviewer) else {
                let missing = quota - self.rows[i].len();
                return Err(AssignError::ExemplarsBarred { reviewer, missing });
            };
            self.rows[i].push(exemplar);
            self.loads[exemplar] += 1;
        }
        Ok(())
    }

    /// Moves a review to an exemplar that has two fewer; whether there was one to move.
    fn even_out(&mut self, reviewer: PersonId) -> bool {
        let i = reviewer.index();
        let Some(to) = self.least(reviewer) else { return false };
        let far = |&at: &usize| self.loads[self.rows[i][at]] > self.loads[to] + 1;
        let Some(at) = self.free(reviewer).find(far) else { return false };
        let from = core::mem::replace(&mut self.rows[i][at], to);
        self.loads[from] -= 1;
        self.loads[to] += 1;
        true
    }
}
