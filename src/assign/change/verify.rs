//! The independent check of a changed plan, and what is to be said about it.

use super::{Changed, Note};
use crate::assign::Assigner;
use crate::assign::loads::Stage;
use crate::assign::plan::{CrewGraph, Violation, check_size};
use crate::assign::rules::{Crew, Rules};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};

/// The rules as if everybody had shown up; `None` where everybody did.
pub(super) fn nominal(rules: &Assigner, absent: &[PersonId]) -> Option<Assigner> {
    if absent.is_empty() {
        return None;
    }
    let mut nominal = rules.clone();
    nominal.excused.retain(|person| absent.binary_search(person).is_err());
    Some(nominal)
}

/// How many of the reviews that quotas ask for are not among these.
pub(super) fn missing(levels: &Rules<'_>, given: usize) -> usize {
    levels.total().saturating_sub(given)
}

/// Every number that is not what the rules say.
pub(super) fn notes(graph: &ReviewGraph, rules: &Rules<'_>, levels: &Rules<'_>) -> Vec<Note> {
    let (crew, mut notes) = (CrewGraph { graph, rules }, Vec::new());
    for reviewer in rules.people() {
        let given = to_u32(crew.given(reviewer));
        let (least, most) = rules.give(Stage::Even, reviewer);
        let quota = if given < least { least } else { most };
        if given < least || given > most {
            notes.push(Note::Quota { reviewer, given, quota });
        }
    }
    for submission in rules.pool() {
        let received = to_u32(crew.received(submission));
        let least = levels.low(submission);
        let most = rules.high(submission).max(levels.high(submission));
        if received < least {
            notes.push(Note::Short { submission, received, level: least });
        } else if received > most {
            notes.push(Note::Crowded { submission, received, level: most });
        }
    }
    notes
}

/// Checks by staff: nothing that a rule bars, all that is kept, and no more than is asked for.
fn verify_staff(crew: &CrewGraph<'_>) -> Result<(), Violation> {
    for reviewer in crew.rules.people() {
        crew.check_pairs(reviewer)?;
        let (given, high) = (crew.given(reviewer), crew.rules.most_given(reviewer) as usize);
        if crew.rules.has(reviewer) && given > high {
            let (what, low) = ("submissions", crew.rules.kept(reviewer).len());
            return Err(Violation::Given { reviewer, what, given, low, high });
        }
    }
    for submission in (0..to_u32(crew.graph.submissions())).map(SubmissionId::new) {
        let (received, high) =
            (crew.received(submission), crew.rules.most_taken(submission) as usize);
        if received > high {
            let low = crew.rules.kept_by(submission) as usize;
            return Err(Violation::Received { submission, received, low, high });
        }
    }
    Ok(())
}

impl Changed {
    /// Checks every promise anew, with nothing but the graph: as
    /// [`ReviewPlan::verify`](crate::ReviewPlan::verify) under [`rules`](Self::rules) where nobody
    /// may give more than their quota, but for checks by staff, of which there may be fewer than are asked
    /// for, since nobody is asked for any that they were not asked for before; else nobody has what a rule bars, kept reviews are there,
    /// nobody gives more than the top up beyond their quota, and every number that is not what the
    /// rules say is noted. O(people + submissions + reviews).
    ///
    /// # Errors
    ///
    /// The first [`Violation`], with the ids and the numbers.
    pub fn verify(&self, cohort: &Cohort) -> Result<(), Violation> {
        check_size(self.plan.graph(), cohort)?;
        let rules = Rules::new(&self.rules, cohort)?;
        if cohort.has_staff() {
            let staff = Rules::of(Crew::Staff, &self.rules, cohort)?;
            let crew = CrewGraph { graph: self.plan.graph(), rules: &staff };
            verify_staff(&crew)?;
        }
        if self.top_up == 0 {
            return self.plan.verify_crew(&rules);
        }
        let crew = CrewGraph { graph: self.plan.graph(), rules: &rules };
        rules.people().try_for_each(|reviewer| self.verify_reviewer(&crew, reviewer))?;
        let nominal = nominal(&self.rules, &self.absent);
        let nominal = nominal.as_ref().and_then(|n| Rules::new(n, cohort).ok());
        self.verify_notes(&rules, nominal.as_ref().unwrap_or(&rules))
    }

    fn verify_reviewer(&self, crew: &CrewGraph<'_>, reviewer: PersonId) -> Result<(), Violation> {
        crew.check_pairs(reviewer)?;
        let (rules, has) = (crew.rules, crew.graph.submissions_of(reviewer));
        for &submission in rules.kept_exemplars(reviewer) {
            if has.binary_search(&submission).is_err() {
                return Err(Violation::NotKept { reviewer, submission });
            }
        }
        if !rules.has(reviewer) {
            return Ok(());
        }
        let peers = crew.given(reviewer);
        let quota = rules.give(Stage::Even, reviewer).1 as usize;
        let may_more = quota > 0 && !rules.is_excused(reviewer);
        let most = if may_more { quota.saturating_add(self.top_up) } else { quota };
        let exemplars = rules.exemplar_quota(reviewer);
        for (what, given, low, high) in [
            ("submissions", peers, 0, most),
            ("exemplars", has.len() - peers, exemplars, exemplars),
        ] {
            if given < low || given > high {
                return Err(Violation::Given { reviewer, what, given, low, high });
            }
        }
        Ok(())
    }

    /// The notes are those that the graph gives.
    fn verify_notes(&self, rules: &Rules<'_>, levels: &Rules<'_>) -> Result<(), Violation> {
        let again = notes(self.plan.graph(), rules, levels);
        let missing = (0..).zip(&again).find(|&(i, note)| self.notes.get(i) != Some(note));
        match missing.map(|(_, note)| note) {
            None => Ok(()),
            Some(&Note::Quota { reviewer, given, quota }) => Err(Violation::Given {
                reviewer,
                what: "submissions",
                given: given as usize,
                low: quota as usize,
                high: quota as usize,
            }),
            Some(
                &Note::Short { submission, received, level }
                | &Note::Crowded { submission, received, level },
            ) => Err(Violation::Received {
                submission,
                received: received as usize,
                low: level as usize,
                high: level as usize,
            }),
        }
    }
}
