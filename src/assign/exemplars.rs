//! Exemplars: works of known grade that everybody reviews besides.

use super::plan::Violation;
use super::rules::Rules;
use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId};
use crate::seed::Stream;

/// Submissions sorted, each once.
pub(super) fn distinct(submissions: impl IntoIterator<Item = SubmissionId>) -> Vec<SubmissionId> {
    let mut distinct: Vec<SubmissionId> = submissions.into_iter().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// Reads them so, whatever order they were written in.
#[cfg(feature = "serde")]
pub(super) fn read_distinct<'de, D>(from: D) -> Result<Vec<SubmissionId>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    <Vec<SubmissionId> as serde::Deserialize>::deserialize(from).map(distinct)
}

/// The exemplars of an assigner: sorted, all of them there, and enough.
pub(super) fn list(assigner: &Assigner, cohort: &Cohort) -> Result<Vec<SubmissionId>, AssignError> {
    let exemplars = distinct(assigner.exemplars.iter().copied());
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

/// The pairs of reviewers and exemplars, in canonical order: round robin over the exemplars, in
/// random order of the reviewers. `reviews` is how many others there are.
pub(super) fn pairs(
    rules: &Rules<'_>,
    reviews: usize,
    stream: &mut Stream,
) -> Result<Vec<(SubmissionId, PersonId)>, AssignError> {
    let list = rules.exemplars();
    let mut pairs = Vec::new();
    if list.is_empty() {
        return Ok(pairs);
    }
    super::check_total(reviews, total(rules))?;
    let mut reviewers: Vec<PersonId> = rules.people().collect();
    stream.shuffle(&mut reviewers);
    let mut next = 0;
    for reviewer in reviewers {
        let kept = rules.kept_exemplars(reviewer);
        pairs.extend(kept.iter().map(|&exemplar| (exemplar, reviewer)));
        let mut missing = rules.exemplar_quota(reviewer) - kept.len();
        for _ in 0..list.len() {
            if missing == 0 {
                break;
            }
            let exemplar = list[next];
            next = (next + 1) % list.len();
            if kept.binary_search(&exemplar).is_err() && rules.allows(reviewer, exemplar) {
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

/// How many reviews of exemplars there are to be.
pub(super) fn total(rules: &Rules<'_>) -> usize {
    rules.people().map(|r| rules.exemplar_quota(r)).fold(0, usize::saturating_add)
}

/// Everybody has theirs, kept ones among them, and where nothing is kept or barred they are spread
/// evenly. Staff may check an exemplar besides.
pub(super) fn verify(rules: &Rules<'_>, graph: &ReviewGraph) -> Result<(), Violation> {
    let list = rules.exemplars();
    if list.is_empty() {
        return Ok(());
    }
    let is_staff = |reviewer: PersonId| rules.cohort().is_staff(reviewer);
    for reviewer in rules.people() {
        let has = graph.submissions_of(reviewer);
        for &submission in rules.kept_exemplars(reviewer) {
            if has.binary_search(&submission).is_err() {
                return Err(Violation::NotKept { reviewer, submission });
            }
        }
        let given = has.iter().filter(|s| list.binary_search(s).is_ok()).count();
        let low = rules.exemplar_quota(reviewer);
        if given != low && !is_staff(reviewer) {
            return Err(Violation::Given { reviewer, what: "exemplars", given, low, high: low });
        }
    }
    if !rules.exemplars_are_free() {
        return Ok(());
    }
    let (total, count) = (total(rules), list.len());
    let (low, high) = (total / count, total.div_ceil(count));
    for &submission in list {
        let reviewers = graph.reviewers_of(submission).iter();
        let received = reviewers.filter(|&&reviewer| !is_staff(reviewer)).count();
        if received < low || received > high {
            return Err(Violation::Received { submission, received, low, high });
        }
    }
    Ok(())
}
