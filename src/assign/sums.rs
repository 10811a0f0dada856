//! Sums of weights by submission, and the switches that even them out.

use super::draft::{Draft, EMPTY};
use super::guard::Switch;
use super::weights::Balance;
use crate::id::{PersonId, SubmissionId};
use crate::seed::{Phase, Seed};

/// Stream of [`Phase::PlanStrata`], beside those of the strata.
const SWITCHES: u64 = 3;

/// Bits after the point of a weight over the greatest weight, and of one over the cap.
const FINE: u32 = 40;
const COARSE: u32 = 24;

/// How far a sum may be from its share, as part of the mean sum: what is nearer is left alone, so
/// that no more of the plan changes than has to.
const TOLERANCE: i64 = 96;
/// Looks at every slot, each with one proposal where the sum is not near enough.
const PASSES: usize = 40;
/// The second singular value that strong reviews and those who make up for them may have among
/// themselves, squared and times d - 1. At 1 it does not show beside that of a random graph, which is
/// `2 sqrt(d - 1) / d`; at 5 / 4 the graph mixes by less than a hundredth worse.
const SPIKE: f64 = 1.25;

/// What each submission's sum of weights exceeds its share by, in whole numbers, so that whether
/// a switch gains is exact.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Sums {
    /// By person, at most the cap.
    weights: Vec<u32>,
    /// By submission.
    excess: Vec<i64>,
    tolerance: i64,
}

/// Evens the sums out by random switches that keep every rule and load, if that is asked for.
/// Returns what later switches have to respect.
pub(super) fn even(draft: &mut Draft<'_>, balance: Balance, seed: Seed) -> Option<Sums> {
    if balance == Balance::Strata {
        return None;
    }
    let mut sums = Sums::new(draft)?;
    let mut stream = seed.stream(Phase::PlanStrata, SWITCHES);
    for _ in 0..PASSES {
        let (mut uneven, mut made) = (0_usize, 0_usize);
        for reviewer in draft.rules.people() {
            for slot in draft.free(reviewer) {
                if sums.is_even(draft.get(slot)) {
                    continue;
                }
                uneven += 1;
                let Some((partner, owner)) = draft.draw(&mut stream) else { continue };
                let switch = Switch { slot, reviewer, partner, owner };
                if sums.gains(draft, switch)
                    && switch.is_open(draft)
                    && draft.rules.costs().allow(draft, switch)
                {
                    sums.follow(draft, switch);
                    switch.make(draft);
                    made += 1;
                }
            }
        }
        if made * 64 < uneven || uneven * 256 < draft.len() {
            break;
        }
    }
    Some(sums)
}

impl Sums {
    /// The sum of squares of what sums exceed their shares by.
    #[cfg(test)]
    pub(super) fn squares(&self) -> i128 {
        self.excess.iter().map(|&excess| i128::from(excess) * i128::from(excess)).sum()
    }

    /// The sums of a draft; `None` where there are no weights, or none above 0.
    pub(super) fn new(draft: &Draft<'_>) -> Option<Self> {
        let rules = draft.rules;
        let weights = capped(draft, &fixed(rules.weights()?)?)?;
        let mut load = vec![0_u32; rules.cohort().submissions()];
        let mut excess = vec![0_i64; load.len()];
        let (mut total, mut slots) = (0_i64, 0_i64);
        for reviewer in rules.people() {
            let weight = i64::from(weights[reviewer.index()]);
            for submission in draft.row(reviewer).map(|slot| draft.get(slot)) {
                if submission != EMPTY {
                    load[submission.index()] += 1;
                    excess[submission.index()] += weight;
                    total += weight;
                    slots += 1;
                }
            }
        }
        let share = |load: u32| -> i64 {
            #[allow(clippy::cast_possible_truncation)] // at most the total
            let share = (i128::from(load) * i128::from(total) / i128::from(slots.max(1))) as i64;
            share
        };
        excess.iter_mut().zip(&load).for_each(|(excess, &load)| *excess -= share(load));
        let reviewed = load.iter().fold(0_i64, |count, &load| count + i64::from(load > 0));
        Some(Self { weights, excess, tolerance: total / reviewed.max(1) / TOLERANCE })
    }

    fn is_even(&self, submission: SubmissionId) -> bool {
        submission == EMPTY || self.excess[submission.index()].abs() <= self.tolerance
    }

    /// What the sum of the slot's submission gains by a switch, and that of the partner's loses.
    fn shift(&self, switch: Switch) -> i64 {
        let weight = |person: PersonId| i64::from(self.weights[person.index()]);
        weight(switch.owner) - weight(switch.reviewer)
    }

    /// Whether a switch brings the sums nearer to their shares, in squares, by more than a square of
    /// the tolerance.
    fn gains(&self, draft: &Draft<'_>, switch: Switch) -> bool {
        let (mine, theirs) = (draft.get(switch.slot), draft.get(switch.partner));
        if theirs == EMPTY {
            return false;
        }
        let excess = |submission: SubmissionId| self.excess[submission.index()];
        let shift = self.shift(switch);
        let gain = -i128::from(shift) * i128::from(excess(mine) - excess(theirs) + shift);
        let tolerance = i128::from(self.tolerance);
        2 * gain > tolerance * tolerance
    }

    /// Whether a switch leaves both sums about as near to their shares as the search would.
    pub(super) fn accepts(&self, draft: &Draft<'_>, switch: Switch) -> bool {
        let (mine, theirs) = (draft.get(switch.slot), draft.get(switch.partner));
        if mine == EMPTY || theirs == EMPTY {
            return true;
        }
        let near = |submission: SubmissionId, shift: i64| {
            let before = self.excess[submission.index()];
            (before + shift).abs() <= before.abs().max(2 * self.tolerance)
        };
        let shift = self.shift(switch);
        near(mine, shift) && near(theirs, -shift)
    }

    /// Takes note of a switch that is about to be made.
    pub(super) fn follow(&mut self, draft: &Draft<'_>, switch: Switch) {
        let shift = self.shift(switch);
        for (slot, change) in [(switch.slot, shift), (switch.partner, -shift)] {
            let submission = draft.get(slot);
            if submission != EMPTY {
                self.excess[submission.index()] += change;
            }
        }
    }
}

/// Weights over twice the greatest, in units of 2^-FINE; `None` where all are 0.
fn fixed(weights: &[f64]) -> Option<Vec<u64>> {
    let greatest = weights.iter().fold(0.0, |most, &weight| crate::math::max(most, weight));
    if greatest <= 0.0 {
        return None;
    }
    let unit = crate::math::power_of_two_near(greatest);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // in [0, 2^(FINE + 1))
    let scaled = |&weight: &f64| (weight / unit * (1_u64 << FINE) as f64) as u64;
    Some(weights.iter().map(scaled).collect())
}

/// The weights up to the cap, in units of 2^-COARSE of it.
fn capped(draft: &Draft<'_>, weights: &[u64]) -> Option<Vec<u32>> {
    let cap = cap(draft, weights);
    #[allow(clippy::cast_possible_truncation)] // at most 2^COARSE
    let coarse =
        |&weight: &u64| (u128::from(weight.min(cap)) * (1 << COARSE) / u128::from(cap)) as u32;
    (cap > 0).then(|| weights.iter().map(coarse).collect())
}

/// The greatest weight that counts in full.
///
/// A review of weight c leaves `mean sum - c` to the d - 1 others of its submission. If only the
/// weakest reviews are weak enough for that, strong and weak are thrown together and the graph falls
/// apart. If the others are drawn from a pool of the weakest that is h times as large as needed, and
/// a share p of all reviews is as strong as c or stronger, these two groups have a singular value of
///
/// ```text
/// s^2 = ((1 + (d - 1) / h) / d - d p) / (1 - d p)
/// ```
///
/// among themselves, and one that can be seen in the whole graph only above `s^2 (d - 1) = 1`. So c
/// is the greatest weight with `c + (d - 1) mean(pool) <= mean sum of min(w, c)`, where h is just so
/// large that `s^2 (d - 1) <= SPIKE`.
fn cap(draft: &Draft<'_>, weights: &[u64]) -> u64 {
    let rules = draft.rules;
    let mut order: Vec<(u64, u64)> = rules
        .people()
        .map(|person| (weights[person.index()], u64::from(rules.quota(person))))
        .filter(|&(_, quota)| quota > 0)
        .collect();
    order.sort_unstable();
    let sum = |part: &[(u64, u64)]| -> u128 {
        part.iter().map(|&(weight, quota)| u128::from(weight) * u128::from(quota)).sum()
    };
    let (slots, works) = (draft.len() as u64, (rules.pool_len() as u64).max(1));
    let others = u128::from(slots.saturating_sub(works));
    // Reviews that are looked at from the strongest on, and those in the pool from the weakest on.
    let (mut above, mut rest) = (0_u64, sum(&order));
    let (mut pool, mut pool_sum, mut next) = (0_u64, 0_u128, 0);
    for &(weight, quota) in order.iter().rev() {
        above += quota;
        rest -= u128::from(weight) * u128::from(quota);
        if above >= works {
            // One for each submission: nothing is left to make up for.
            return weight;
        }
        while pool < pool_size(slots, works, above).min(slots.saturating_sub(above)) {
            let (weight, quota) = order[next];
            pool += quota;
            pool_sum += u128::from(weight) * u128::from(quota);
            next += 1;
        }
        let total = u128::from(weight) * u128::from(above) + rest;
        let (works, pool) = (u128::from(works), u128::from(pool.max(1)));
        if u128::from(weight) * works * pool + others * pool_sum <= total * pool {
            return weight;
        }
    }
    0
}

/// How many of the weakest reviews have to be in the pool, see [`cap`].
fn pool_size(slots: u64, works: u64, above: u64) -> u64 {
    if slots <= works {
        return 0;
    }
    let d = slots as f64 / works as f64;
    let strong = above as f64 / works as f64;
    let inverse = (d * (strong + SPIKE * (1.0 - strong) / (d - 1.0)) - 1.0) / (d - 1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates, which is fine
    {
        (above as f64 * (d - 1.0) / inverse) as u64
    }
}
