//! Which model the scores speak for.

use super::law::{Law, Options};
use super::learn::{ENOUGH, FEW, Sample};
use super::real::Real;
use super::state::State;
use crate::aggregate::rounds::Rounds;
use crate::gradebook::Fit;
use crate::math;

/// Fits models from the simplest on: each time the extension that the evidence speaks for most, until it
/// speaks for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    pub(super) rounds: Rounds,
    /// Whether manners other than the honest may be found.
    pub(super) manners: bool,
}

/// By how much the logarithm of the evidence of a model must be better than that of one which tells
/// fewer reviewers apart: in all, and for each reviewer.
const NEEDED: f64 = 20.0;
const NEEDED_EACH: f64 = 0.01;

/// The part of that at which a model is fitted, to see whether it reaches the whole.
const TRIED: f64 = 0.25;

/// The root mean square of the changes of grades, in parts of the standard deviation within works, at
/// which the first model and the others are left for a better one.
const ROUGH: f64 = 1e-2;
const COARSE: f64 = 3e-3;

/// Steps of learning laws between two sweeps, at most; and the change, in parts of the laws, at which
/// they end.
const STEPS: u32 = 15;
const NEAR: f64 = 3e-3;

/// Steps of learning the laws of another model before it is judged: of one with as many nodes as there
/// are precisions, and of one with a few.
const STEPS_BEFORE: u32 = 8;
const STEPS_OF_FEW: u32 = 30;

/// An extension of a model.
#[derive(Debug, Clone, Copy)]
struct Extension {
    options: Options,
    law: Law,
    /// By how much the logarithm of the evidence is better, given what is said of the works.
    gain: f64,
}

impl Search {
    /// Fits the state, by more options where the scores speak for them.
    pub(super) fn fit<F: Real>(&self, state: &mut State<'_, '_, F>) -> Fit {
        let ratings = state.ratings();
        let reviewers = (0..ratings.people()).filter(|&v| !ratings.given(v).is_empty()).count();
        let least = math::max(TRIED * NEEDED, NEEDED_EACH * reviewers as f64);
        let (mut refused, mut sweeps) = (Vec::new(), self.settle(state, ROUGH).iterations());
        while let Some(Extension { options, law, gain }) = self.extension(state, &refused, least) {
            let before = (gain < NEEDED).then(|| (state.clone(), state.evidence()));
            (state.options, state.law) = (options, law);
            state.raise();
            sweeps += self.settle(state, COARSE).iterations();
            if let Some((before, evidence)) = before
                && state.evidence() < evidence + NEEDED
            {
                *state = before;
                refused.push(options);
            }
        }
        let last = self.settle(state, self.rounds.tolerance);
        Fit::iterated(sweeps + last.iterations(), last.converged(), last.last_change())
    }

    /// The extension of a model which the evidence speaks for most, if it does so by as much as this.
    fn extension<F: Real>(
        &self,
        state: &State<'_, '_, F>,
        refused: &[Options],
        least: f64,
    ) -> Option<Extension> {
        let now = state.options;
        let sample = Sample::of(state, FEW);
        let judged = |options: Options| {
            let mut law = state.law.with(now, options);
            let steps = if options.precisions { STEPS_BEFORE } else { STEPS_OF_FEW };
            let evidence = sample.learn(&mut law, options, steps, 0.0);
            (law, evidence)
        };
        let (_, start) = judged(now);
        let (mut best, mut found) = (start, None);
        for options in self.wider(now).into_iter().filter(|options| !refused.contains(options)) {
            let (law, evidence) = judged(options);
            let apart = options.shift == now.shift || law.stands_apart();
            if evidence > best + least && apart {
                // The next must be better by as much again.
                best = evidence;
                found = Some(Extension { options, law, gain: evidence - start });
            }
        }
        found
    }

    /// The options that tell more reviewers apart, each by one thing more than the one before.
    fn wider(&self, now: Options) -> Vec<Options> {
        let precisions = Options { precisions: true, ..now };
        let mut wider = vec![precisions];
        if self.manners {
            wider.push(Options { manners: true, ..precisions });
            if now.shift == 0 {
                wider.extend([-1, 1].map(|shift| Options { shift, ..now }));
            }
        }
        wider.retain(|&options| options != now);
        wider
    }

    /// Sweeps until grades settle.
    fn settle<F: Real>(&self, state: &mut State<'_, '_, F>, tolerance: f64) -> Fit {
        // Where a reviewer may be of one manner or the other, full steps can go to and fro.
        let step = if state.options.manners { 0.7 } else { 1.0 };
        self.rounds.run_until(state.ratings(), || {
            let options = state.options;
            Sample::of(state, ENOUGH).learn(&mut state.law, options, STEPS, NEAR);
            state.raise();
            let changes = state.sweep(step);
            (changes.largest, changes.root_mean_square() <= tolerance)
        })
    }
}
