//! From rules to a draft: the strategies in their order.

use super::draft::Draft;
use super::loads::Stage;
use super::plan::Strategy;
use super::rules::Rules;
use super::shortage::Shortage;
use super::{AssignError, augment, regular};
use crate::seed::Seed;

/// Switches a slot after augmenting paths were needed. One restores the mixing of a random plan;
/// three are safe.
const MIXING: usize = 3;

/// A draft without bad or missing slots, how it was found, and which loads it has.
pub(super) struct Found<'a> {
    pub(super) draft: Draft<'a>,
    pub(super) strategy: Strategy,
    pub(super) stage: Stage,
}

/// Random permutations and repair; where those do not suffice, paths; where no even plan exists, one
/// within the ranges; and where none is, if it was asked for, a best effort.
pub(super) fn search<'a>(rules: &'a Rules<'a>, seed: Seed) -> Result<Found<'a>, AssignError> {
    let mut draft = Draft::new(rules);
    regular::fill(&mut draft, seed);
    let bad = regular::repair(&mut draft, seed);
    if bad.is_empty() && rules.are_balanced() {
        return Ok(Found { draft, strategy: Strategy::Repair, stage: Stage::Even });
    }
    draft.clear(&bad);
    let (mut draft, stage) = complete(draft)?;
    regular::mix(&mut draft, MIXING, seed);
    Ok(Found { draft, strategy: Strategy::Augment, stage })
}

/// Fills what is empty by paths, at the narrowest stage that can be.
fn complete(mut draft: Draft<'_>) -> Result<(Draft<'_>, Stage), AssignError> {
    let rules = draft.rules;
    if rules.is_elastic() {
        draft = draft.widened(Stage::Even, u32::MAX)?;
    }
    let mut shortage = match augment::complete(&mut draft, Stage::Even) {
        Ok(()) => return Ok((draft, Stage::Even)),
        Err(shortage) => shortage,
    };
    let mut cap = rules.quotas().iter().copied().max().unwrap_or(0).saturating_mul(2).max(8);
    if rules.widest() == Stage::Ranges {
        // A person may be allowed any number of reviews: rows grow only as far as they must.
        loop {
            let mut wide = draft.widened(Stage::Ranges, cap)?;
            shortage = match augment::complete(&mut wide, Stage::Ranges) {
                Ok(()) => return Ok((wide, Stage::Ranges)),
                Err(shortage) => shortage,
            };
            if is_proof(&shortage) {
                break;
            }
            cap = cap.saturating_mul(2);
        }
    }
    if !rules.assigner().best_effort {
        return Err(AssignError::Impossible(shortage));
    }
    let mut wide = draft.widened(Stage::BestEffort, cap)?;
    augment::complete(&mut wide, Stage::BestEffort).map_err(AssignError::Impossible)?;
    Ok((wide, Stage::BestEffort))
}

/// Whether the supply falls short even of rows of any length.
fn is_proof(shortage: &Shortage) -> bool {
    shortage.supply() < shortage.demand()
}
