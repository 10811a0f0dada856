//! Which model the scores speak for.

use super::creep::Creep;
use super::history::Told;
use super::law::{Law, Options};
use super::learn::{ENOUGH, FEW, FEWER, Sample};
use super::real::Real;
use super::state::{Changes, State};
use crate::aggregate::rounds::Rounds;
use crate::gradebook::Fit;
use crate::id::to_u32;
use crate::math;

/// Fits models from the simplest on: each time the extension that the evidence speaks for most, until it
/// speaks for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    pub(super) rounds: Rounds,
    /// Whether reviewers may look at some works and not at others.
    pub(super) looks: bool,
    /// Whether manners other than the honest may be found.
    pub(super) manners: bool,
    /// Whether works may be of two kinds.
    pub(super) kinds: bool,
}

/// By how much the logarithm of the evidence of a model must be better than that of one which tells
/// fewer reviewers apart: in all, and for each reviewer.
const FOR_PRECISIONS: f64 = 5.0;
const FOR_MANNERS: f64 = 12.0;
const FOR_SHIFT: f64 = 8.0;
const FOR_EFFORT: f64 = 8.0;
const FOR_KINDS: f64 = 12.0;
const NEEDED_EACH: f64 = 0.01;

/// Of what is needed for each reviewer, the part for each thing that a model tells besides the first.
const BESIDES: f64 = 0.3;

/// The part of that at which a model is fitted, to see whether it reaches the whole.
const TRIED: f64 = 0.25;

/// The part of what manners are expected to gain at which effort is fitted besides.
const RIVAL: f64 = 0.25;

/// The root mean square of the changes of grades, in parts of the standard deviation within works, at
/// which the first model and the others are left for a better one.
const ROUGH: f64 = 1e-2;
const COARSE: f64 = 3e-3;

/// Steps of learning laws between two sweeps, at most; and the change, in parts of the laws, at which
/// they end.
const STEPS: u32 = 15;
const NEAR: f64 = 3e-3;

/// The same for each part of a sweep on a grid, of so many; with how many people there is another step at most,
/// for with few a step is as much work as a sweep; and one of how many reviewers tells the laws there, of how
/// many at least and at most, with so many times as many works.
const PARTS: usize = 4;
const PEOPLE_A_STEP: usize = 1 << 15;
const MOST_STEPS_ON_GRID: usize = 2;
const NEAR_ON_GRID: f64 = 1e-3;
const ONE_OF: usize = 8;
const FEWEST_ON_GRID: usize = 1 << 11;
const WORKS_EACH: usize = 8;

/// By how much more grades may change in the last sweep where reviewers look at some works and not at
/// others.
const SLOW: f64 = 2.0;

/// Steps of learning the laws of another model before it is judged: of one with as many nodes as there
/// are precisions, and of one with a few.
const STEPS_BEFORE: u32 = 8;
const STEPS_OF_FEW: u32 = 30;

/// By how much the evidence must be better for these options than for those before.
fn needed(before: Options, after: Options) -> f64 {
    let one = |before: bool, after: bool, needed: f64| if after && !before { needed } else { 0.0 };
    one(before.precisions, after.precisions, FOR_PRECISIONS)
        + one(before.manners, after.manners, FOR_MANNERS)
        + one(before.effort, after.effort, FOR_EFFORT)
        + one(before.kinds, after.kinds, FOR_KINDS)
        + one(before.shift != 0, after.shift != 0, FOR_SHIFT)
}

/// How much of that is needed for each reviewer: some for each thing that is told and was not before.
fn each(before: Options, after: Options) -> f64 {
    let pairs = [
        (before.precisions, after.precisions),
        (before.manners, after.manners),
        (before.shift != 0, after.shift != 0),
    ];
    let added = pairs.into_iter().filter(|(before, after)| before != after).count();
    1.0 + BESIDES * (added as f64 - 1.0)
}

/// The part of the way that sweeps go: where a reviewer may be of one manner or the other, full steps can
/// go to and fro; and where laws creep, full steps turn into such in the end.
pub(super) fn step(options: Options) -> f64 {
    if options.manners || options.kinds {
        0.7
    } else if options.on_grid() {
        0.9
    } else {
        1.0
    }
}

/// An extension of a model.
#[derive(Debug, Clone, Copy)]
struct Extension {
    options: Options,
    law: Law,
    /// By how much the logarithm of the evidence is better, given what is said of the works.
    gain: f64,
}

/// The options with effort in place of other manners.
fn with_effort(Options { known, .. }: Options) -> Options {
    Options { precisions: true, effort: true, known, ..Options::default() }
}

/// The laws of a model with these options after a few steps, and the logarithm of the evidence.
fn judged<F: Real>(state: &State<'_, '_, F>, sample: &Sample<F>, options: Options) -> (Law, f64) {
    let mut law = state.law.with(state.options, options);
    let few = !options.precisions && !options.effort;
    let steps = if few { STEPS_OF_FEW } else { STEPS_BEFORE };
    let evidence = sample.learn(&mut law, options, steps, 0.0);
    (law, evidence)
}

impl Search {
    /// Fits the state with what is known of people beforehand.
    ///
    /// Whether reviewers always look is for these scores to tell: what is known is of those who do, or of
    /// those who do not, and speaks for the model that it came from.
    pub(super) fn fit_with<F: Real>(&self, state: &mut State<'_, '_, F>, told: Vec<Told>) -> Fit {
        if told.is_empty() {
            return self.fit(state);
        }
        let before = if self.looks { self.fit(state).iterations() } else { 0 };
        state.tell(told);
        let last = Self { looks: false, ..*self }.fit(state);
        Fit::iterated(before + last.iterations(), last.converged(), last.last_change())
    }

    /// Goes on from a fit, after something was learned besides.
    pub(super) fn go_on<F: Real>(&self, state: &mut State<'_, '_, F>, before: &Fit) -> Fit {
        let last = self.settle(state, self.last_tolerance(state));
        let all = before.iterations() + last.iterations();
        Fit::iterated(all, last.converged(), last.last_change())
    }

    /// By how much grades may change in the last sweep.
    fn last_tolerance<F>(&self, state: &State<'_, '_, F>) -> f64 {
        self.rounds.tolerance * if state.options.effort { SLOW } else { 1.0 }
    }

    /// Fits the state, by more options where the scores speak for them.
    pub(super) fn fit<F: Real>(&self, state: &mut State<'_, '_, F>) -> Fit {
        if state.options.bins {
            return self.settle(state, self.rounds.tolerance);
        }
        let ratings = state.ratings();
        let reviewers = (0..ratings.people()).filter(|&v| !ratings.given(v).is_empty()).count();
        let least = NEEDED_EACH * reviewers as f64;
        let (mut refused, mut sweeps) = (Vec::new(), self.settle(state, ROUGH).iterations());
        while let Some(extension) = self.extension(state, &refused, least) {
            let rival = self.rival(state, &extension, &refused);
            if let Some(rival) = rival.filter(|rival| rival.gain > extension.gain) {
                sweeps += self.extend(state, rival, None, &mut refused);
                continue;
            }
            let rival = rival.map(|rival| (state.clone(), rival));
            sweeps += self.extend(state, extension, None, &mut refused);
            if let Some((plain, rival)) = rival
                && state.options.manners
            {
                sweeps += self.extend(state, rival, Some(plain), &mut refused);
            }
        }
        let last = self.settle(state, self.last_tolerance(state));
        Fit::iterated(sweeps + last.iterations(), last.converged(), last.last_change())
    }

    /// Fits an extension, of this state or of the one that is given, and stays with it if it settles and the
    /// evidence is better by what is needed. Returns the number of sweeps.
    fn extend<'a, 'b, F: Real>(
        &self,
        state: &mut State<'a, 'b, F>,
        Extension { options, law, gain }: Extension,
        from: Option<State<'a, 'b, F>>,
        refused: &mut Vec<Options>,
    ) -> u32 {
        let needed = needed(state.options, options);
        let simpler = (state.options, state.law);
        let before = (gain < needed || options.effort).then(|| {
            let evidence = state.evidence();
            let from = from.unwrap_or_else(|| state.clone());
            (core::mem::replace(state, from), evidence)
        });
        (state.options, state.law) = (options, law);
        state.raise();
        let fit = self.settle(state, COARSE);
        let settled = fit.converged() && state.law.is_plausible(options);
        let sweeps = fit.iterations();
        match before {
            Some((_, evidence)) if settled && state.evidence() >= evidence + needed => sweeps,
            Some((before, _)) => {
                *state = before;
                refused.push(options);
                sweeps
            }
            None if settled => sweeps,
            None => {
                (state.options, state.law) = simpler;
                state.begin();
                refused.push(options);
                sweeps + self.settle(state, ROUGH).iterations()
            }
        }
    }

    /// Effort, where other manners are about to be told and it may explain the scores better: fitted from the
    /// same state, before them if it is expected to.
    fn rival<F: Real>(
        &self,
        state: &State<'_, '_, F>,
        manners: &Extension,
        refused: &[Options],
    ) -> Option<Extension> {
        let now = state.options;
        let tried = now.manners || refused.contains(&with_effort(now));
        if !self.looks || !manners.options.manners || tried {
            return None;
        }
        Self::effort(state).filter(|effort| effort.gain > RIVAL * manners.gain)
    }

    /// Effort in place of what tells reviewers apart, if it may be what is needed better.
    fn effort<F: Real>(state: &State<'_, '_, F>) -> Option<Extension> {
        let now = state.options;
        if now.effort || now.shift != 0 {
            return None;
        }
        // A look at each work takes long: fewer reviewers tell what it adds to precisions.
        let fewer = Sample::of(state, FEWER);
        let known = Options { precisions: true, ..now };
        let options = with_effort(now);
        let [(_, before), (law, after)] =
            [known, options].map(|options| judged(state, &fewer, options));
        let gain = after - before;
        (gain > TRIED * needed(now, options)).then_some(Extension { options, law, gain })
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
        let (_, start) = judged(state, &sample, now);
        let (mut best, mut found) = (0.0, None);
        for options in self.wider(now).into_iter().filter(|options| !refused.contains(options)) {
            let (law, evidence) = judged(state, &sample, options);
            let gain = evidence - start;
            let apart = options.shift == now.shift || law.stands_apart();
            // The better by what is asked of it at least.
            let least = least * each(now, options);
            let own = gain - math::max(TRIED * needed(now, options), least);
            if own > best && apart {
                best = own;
                found = Some(Extension { options, law, gain });
            }
        }
        let options = Options { kinds: true, ..now };
        if self.kinds && !now.kinds && !now.effort && !refused.contains(&options) {
            let law = state.law.with(now, options);
            let (law, gain) = sample.learn_kinds(law, STEPS_OF_FEW);
            if gain - math::max(FOR_KINDS, least) > best {
                found = Some(Extension { options, law, gain });
            }
        }
        if found.is_some() || !self.looks || now.manners || refused.contains(&with_effort(now)) {
            return found;
        }
        Self::effort(state)
    }

    /// The options that tell more reviewers apart, each by one thing more than the one before.
    fn wider(&self, now: Options) -> Vec<Options> {
        if now.effort {
            return Vec::new();
        }
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

    /// A sweep on a grid, part by part: how often reviewers look settles slowly, so laws are learned and works
    /// collected before each part. Where laws creep they go to the end at once, and what reviews say follows.
    fn sweep_grid<F: Real>(state: &mut State<'_, '_, F>, step: f64, creep: &mut Creep) -> Changes {
        let people = state.ratings().people();
        let steps = to_u32((people / PEOPLE_A_STEP).clamp(1, MOST_STEPS_ON_GRID));
        let enough = (people / ONE_OF).clamp(FEWEST_ON_GRID, ENOUGH);
        let end = creep.end();
        state.law = end.unwrap_or(state.law);
        let mut changes = Changes::default();
        for part in 0..PARTS {
            if end.is_none() {
                let sample = Sample::with_works(state, enough, WORKS_EACH * enough);
                sample.learn(&mut state.law, state.options, steps, NEAR_ON_GRID);
                state.raise();
            }
            let reviewers = people * part / PARTS..people * (part + 1) / PARTS;
            changes = changes.then(state.sweep_grid(step, reviewers));
        }
        if end.is_none() {
            creep.take(&state.law);
        }
        changes
    }

    /// Sweeps until grades settle.
    fn settle<F: Real>(&self, state: &mut State<'_, '_, F>, tolerance: f64) -> Fit {
        let (step, mut creep) = (step(state.options), Creep::default());
        self.rounds.run_until(state.ratings(), || {
            let options = state.options;
            let changes = if options.on_grid() {
                Self::sweep_grid(state, step, &mut creep)
            } else {
                Sample::of(state, ENOUGH).learn(&mut state.law, options, STEPS, NEAR);
                let level = state.raise();
                // What raises works and what draws them back may balance.
                state.sweep(step).after(level)
            };
            (changes.largest(), changes.root_mean_square() <= tolerance)
        })
    }
}
