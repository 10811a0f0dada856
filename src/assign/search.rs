//! From rules to a draft: the strategies in their order.

use super::draft::Draft;
use super::flow::{self, Start};
use super::loads::Stage;
use super::plan::Strategy;
use super::rules::Rules;
use super::{AssignError, augment, regular, strata};
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

/// Random permutations and repair, between sections by a flow; where those do not suffice, paths;
/// where no even plan exists, one within the ranges; and where none is, if it was asked for, a best
/// effort.
pub(super) fn search<'a>(rules: &'a Rules<'a>, seed: Seed) -> Result<Found<'a>, AssignError> {
    let mut draft = Draft::new(rules);
    let (strategy, stage) = start(&mut draft, seed)?;
    let bad = match rules.weights() {
        Some(_) if strategy == Strategy::Repair => strata::repair(&mut draft, seed),
        _ => regular::repair(&mut draft, seed),
    };
    if bad.is_empty() && (strategy == Strategy::Sections || rules.are_balanced()) {
        if stage > Stage::Even {
            augment::even_out(&mut draft, stage);
        }
        return Ok(Found { draft, strategy, stage });
    }
    draft.clear(&bad);
    let (wide, stage) = complete(draft, stage)?;
    let mut draft = wide.compacted();
    regular::mix(&mut draft, MIXING, seed);
    Ok(Found { draft, strategy: Strategy::Augment, stage })
}

/// Fills the draft at random.
fn start(draft: &mut Draft<'_>, seed: Seed) -> Result<(Strategy, Stage), AssignError> {
    if let Some(classes) = draft.rules.classes() {
        match flow::fill(draft, classes, seed) {
            Start::Filled(stage) => return Ok((Strategy::Sections, stage)),
            Start::Impossible(shortage) => return Err(AssignError::Impossible(shortage)),
            Start::None => {}
        }
    }
    match draft.rules.weights() {
        Some(weights) => strata::fill(draft, weights, seed),
        None => regular::fill(draft, seed),
    }
    Ok((Strategy::Repair, Stage::Even))
}

/// Fills what is empty by paths, at the narrowest stage that can be, from this one on.
fn complete(mut draft: Draft<'_>, from: Stage) -> Result<(Draft<'_>, Stage), AssignError> {
    let rules = draft.rules;
    let mut shortage = None;
    if from == Stage::Even {
        if rules.is_elastic() {
            draft = draft.widened(Stage::Even, u32::MAX)?;
        }
        match augment::complete(&mut draft, Stage::Even) {
            Ok(()) => return Ok((draft, Stage::Even)),
            Err(found) => shortage = Some(found),
        }
    }
    let mut cap = rules.quotas().iter().copied().max().unwrap_or(0).saturating_mul(2).max(8);
    if from < Stage::BestEffort && rules.widest() == Stage::Ranges {
        // A person may be allowed any number of reviews: rows grow only as far as they must.
        loop {
            let mut wide = draft.widened(Stage::Ranges, cap)?;
            let found = match augment::complete(&mut wide, Stage::Ranges) {
                Ok(()) => return Ok((wide, Stage::Ranges)),
                Err(found) => found,
            };
            // Whether the supply falls short even of rows of any length.
            let is_proof = found.supply() < found.demand();
            shortage = Some(found);
            if is_proof || cap as usize >= rules.pool_len() {
                break;
            }
            cap = cap.saturating_mul(2);
        }
    }
    if let Some(shortage) = shortage.filter(|_| !rules.assigner().best_effort) {
        return Err(AssignError::Impossible(shortage));
    }
    let mut wide = draft.widened(Stage::BestEffort, cap)?;
    augment::complete(&mut wide, Stage::BestEffort).map_err(AssignError::Impossible)?;
    Ok((wide, Stage::BestEffort))
}
