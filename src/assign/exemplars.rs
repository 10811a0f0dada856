//! Exemplars: works of known grade that everybody reviews besides.

use super::plan::Violation;
use super::rules::{Rules, by_person, filtered};
use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};
use crate::seed::Stream;

/// The exemplars of an assigner: sorted, all of them there, and enough.
pub(super) fn list(assigner: &Assigner, cohort: &Cohort) -> Result<Vec<SubmissionId>, AssignError> {
    let mut exemplars = assigner.exemplars.clone();
    exemplars.sort_unstable();
    exemplars.dedup();
    let submissions = cohort.submissions();
    if let Some(&exemplar) = exemplars.iter().find(|s| s.index() >= submissions) {
        return Err(AssignError::UnknownExemplar { exemplar, submissions });
    }
    let (each, there) = (assigner.exemplars_each, exemplars.len());
    if each > there {
        return Err(AssignError::TooFewExemplars { each, there });
    }
    Ok(exemplars)
}

/// Who is to review how many exemplars.
#[derive(Debug)]
pub(super) struct Exemplars<'a> {
    rules: &'a Rules<'a>,
    list: Vec<SubmissionId>,
    /// By person, sorted.
    kept: Csr<SubmissionId>,
}

impl<'a> Exemplars<'a> {
    pub(super) fn new(rules: &'a Rules<'a>) -> Result<Self, AssignError> {
        let (assigner, cohort) = (rules.assigner(), rules.cohort());
        let list = list(assigner, cohort)?;
        let kept = by_person(cohort, "kept", &assigner.kept)?;
        let kept = filtered(&kept, |_, s| list.binary_search(s).is_ok());
        Ok(Self { rules, list, kept })
    }

    fn quota(&self, person: PersonId) -> usize {
        let kept = self.kept.row(person.index()).len();
        if self.rules.cohort().is_staff(person) {
            kept
        } else {
            kept.max(self.rules.assigner().exemplars_each)
        }
    }

    /// How many reviews of exemplars there are to be.
    fn total(&self) -> usize {
        if self.list.is_empty() {
            return 0;
        }
        let quotas = self.rules.people().map(|r| self.quota(r));
        quotas.fold(0, usize::saturating_add)
    }

    /// The pairs of reviewers and exemplars, in canonical order: round robin over the exemplars, in
    /// random order of the reviewers. `reviews` is how many others there are.
    pub(super) fn pairs(
        &self,
        reviews: usize,
        stream: &mut Stream,
    ) -> Result<Vec<(SubmissionId, PersonId)>, AssignError> {
        super::check_total(reviews, self.total())?;
        let mut pairs = Vec::new();
        if self.list.is_empty() {
            return Ok(pairs);
        }
        let mut reviewers: Vec<PersonId> = self.rules.people().collect();
        stream.shuffle(&mut reviewers);
        let mut next = 0;
        for reviewer in reviewers {
            let kept = self.kept.row(reviewer.index());
            pairs.extend(kept.iter().map(|&exemplar| (exemplar, reviewer)));
            let mut missing = self.quota(reviewer) - kept.len();
            for _ in 0..self.list.len() {
                if missing == 0 {
                    break;
                }
                let exemplar = self.list[next];
                next = (next + 1) % self.list.len();
                if kept.binary_search(&exemplar).is_err() && self.rules.allows(reviewer, exemplar) {
                    pairs.push((exemplar, reviewer));
                    missing -= 1;
                }
            }
            if missing > 0 {
                return Err(AssignError::ExemplarsBarred { reviewer, missing });
            }
        }
        pairs.sort_unstable();
        Ok(pairs)
    }

    /// Whether a submission is an exemplar.
    pub(super) fn contains(&self, submission: SubmissionId) -> bool {
        self.list.binary_search(&submission).is_ok()
    }

    /// Everybody has theirs, kept ones among them, and where nothing is kept or barred they are
    /// spread evenly.
    pub(super) fn verify(&self, graph: &ReviewGraph) -> Result<(), Violation> {
        if self.list.is_empty() {
            return Ok(());
        }
        for reviewer in self.rules.people() {
            let has = graph.submissions_of(reviewer);
            for &submission in self.kept.row(reviewer.index()) {
                if has.binary_search(&submission).is_err() {
                    return Err(Violation::NotKept { reviewer, submission });
                }
            }
            let given = has.iter().filter(|&&s| self.contains(s)).count();
            let expected = self.quota(reviewer);
            if given != expected {
                let what = "exemplars";
                return Err(Violation::Given {
                    reviewer,
                    what,
                    given,
                    low: expected,
                    high: expected,
                });
            }
        }
        if !self.are_free() {
            return Ok(());
        }
        let (total, count) = (self.total(), self.list.len());
        let (low, high) = (total / count, total.div_ceil(count));
        for &submission in &self.list {
            let received = graph.reviewers_of(submission).len();
            if received < low || received > high {
                return Err(Violation::Received { submission, received, low, high });
            }
        }
        Ok(())
    }

    /// Whether nothing is kept or barred, so that exemplars can be spread evenly.
    fn are_free(&self) -> bool {
        let free = |s: &SubmissionId| self.rules.is_open_to_all(*s);
        self.kept.items().is_empty() && self.list.iter().all(free)
    }
}
