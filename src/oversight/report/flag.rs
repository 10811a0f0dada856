//! What stands out in the reviews of a person, and the numbers behind it.

use core::fmt;

use super::quantiles::t_tail;
use super::seen::Seen;
use crate::chunks;
use crate::math;
use crate::reviews::Reviews;

/// Something in a reviewer's reviews that somebody should look at. No verdict: an honest reviewer
/// may have been given works that are alike. [`ReviewerReport::evidence`] has the numbers.
///
/// [`ReviewerReport::evidence`]: super::ReviewerReport::evidence
///
/// ```
/// use peergrade::oversight::Flag;
///
/// assert_eq!(Flag::Harsh.to_string(), "scores lower than the others");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Flag {
    /// At least 3 reviews with one and the same total, where the consensus on these works spreads
    /// by more than a tenth of the range and at least a step of the scale.
    Constant,
    /// At least 2 reviews, every score of which is the minimum of its scale, where the consensus
    /// on these works is on average more than a tenth of the range above it: an empty form or a
    /// broken device rather than a judgement.
    AllMinimum,
    /// At least 4 reviews and a bias above a tenth of the range and above three standard errors.
    Lenient,
    /// The same below.
    Harsh,
    /// At least 4 reviews which scatter around the reviewer's own bias with 2.5 times the standard
    /// deviation of all reviewers or more.
    Erratic,
    /// At least 3 reviews, each with the same level on all criteria, where the medians of the
    /// others on these works differ between criteria by more than a tenth of the range on average,
    /// and where so many in a row have a chance below 1 in 100. The chance of one such review is
    /// its share among the reviews of those who do not always do so. Only for rubrics of two
    /// criteria or more, all of which have equally many levels (or all have none).
    StraightLine,
    /// At least 5 reviews whose totals, though not all equal, lie within a step of the scale or a
    /// twentieth of the range, the larger of the two, where the consensus on these works spreads by
    /// three times that or more.
    NearConstant,
    /// At least 4 reviews of works whose authors reviewed the reviewer's own, with totals that go
    /// with those received: a correlation above 0 which independent totals reach with a chance
    /// below 1 in 1000 (t test). A trade, or revenge. Plans without mutual pairs leave nothing to
    /// find.
    Reciprocal,
}

impl Flag {
    pub(super) const ALL: [Self; 8] = [
        Self::Constant,
        Self::AllMinimum,
        Self::Lenient,
        Self::Harsh,
        Self::Erratic,
        Self::StraightLine,
        Self::NearConstant,
        Self::Reciprocal,
    ];

    pub(super) fn bit(self) -> u16 {
        1 << self as u8
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Constant => "the same total for works that differ",
            Self::AllMinimum => "nothing but lowest scores",
            Self::Lenient => "scores higher than the others",
            Self::Harsh => "scores lower than the others",
            Self::Erratic => "scores scatter more than those of the others",
            Self::StraightLine => "the same level on every criterion",
            Self::NearConstant => "nearly the same total for works that differ",
            Self::Reciprocal => "gives what was received",
        })
    }
}

/// A number behind a [`Flag`], and the limit that it is held against.
///
/// ```
/// use peergrade::oversight::{Bound, Fact};
///
/// fn is_met(fact: Fact) -> bool {
///     match fact.bound {
///         Bound::Above => fact.value > fact.limit,
///         _ => fact.holds(),
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Fact {
    /// What is counted or measured; points are those of the total.
    pub what: &'static str,
    /// The number.
    pub value: f64,
    /// Where it must lie for the flag.
    pub bound: Bound,
    /// The limit.
    pub limit: f64,
}

/// On which side of its limit a [`Fact`] must lie.
///
/// ```
/// use peergrade::oversight::Bound;
///
/// assert_eq!(Bound::AtLeast.to_string(), "at least");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// Above it.
    Above,
    /// At it or above.
    AtLeast,
    /// Below it.
    Below,
    /// At it or below.
    AtMost,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Above => "above",
            Self::AtLeast => "at least",
            Self::Below => "below",
            Self::AtMost => "at most",
        })
    }
}

impl Fact {
    /// Whether the number lies where it must for the flag.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::Above => self.value > self.limit,
            Bound::AtLeast => self.value >= self.limit,
            Bound::Below => self.value < self.limit,
            Bound::AtMost => self.value <= self.limit,
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (flagged if {} {})", self.what, self.value, self.bound, self.limit)
    }
}

/// What the limits of a course rest on, in points of the total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    pub(super) range: f64,
    pub(super) step: f64,
    pub(super) min: f64,
    /// The variance of all reviewers around their own biases, pooled, in the unit.
    pub(super) pooled: f64,
    /// The share of straight reviews among those of people who do not always give such.
    pub(super) straight: f64,
    pub(super) unit: f64,
}

pub(super) type Facts = [Option<Fact>; 4];

impl Limits {
    pub(super) fn new(reviews: &Reviews, comparable: bool, seen: &[Seen]) -> Self {
        let freedom = chunks::sum(seen.len(), |i| seen[i].freedom());
        let squares = chunks::sum(seen.len(), |i| seen[i].squares);
        // Whole numbers: the sums are exact.
        let at_times = |i: usize| seen[i].straight < seen[i].given;
        let sum = |count: &(dyn Fn(&Seen) -> u32 + Sync)| {
            chunks::sum(seen.len(), |i| if at_times(i) { f64::from(count(&seen[i])) } else { 0.0 })
        };
        // One more of each kind, so that a small course does not prove a chance of 0.
        let straight = (sum(&|seen| seen.straight) + 1.0) / (sum(&|seen| seen.given) + 2.0);
        let scale = reviews.rubric().scale();
        let unit = scale.unit();
        Self {
            range: (scale.max() / unit - scale.min() / unit) * unit,
            step: scale.step().unwrap_or(0.0),
            min: scale.min(),
            pooled: if freedom > 0.0 { squares / freedom } else { 0.0 },
            straight: if comparable { straight } else { 1.0 },
            unit,
        }
    }

    fn tenth(&self) -> f64 {
        0.1 * self.range
    }

    /// The facts of a flag: it is raised where all of them hold. The bias is in points.
    pub(super) fn facts(&self, seen: &Seen, bias: f64, flag: Flag) -> Facts {
        match flag {
            Flag::Constant => self.constant(seen),
            Flag::AllMinimum => self.all_minimum(seen),
            Flag::Lenient => self.biased(seen, bias, "bias in points"),
            Flag::Harsh => self.biased(seen, -bias, "bias in points, downwards"),
            Flag::Erratic => self.erratic(seen),
            Flag::StraightLine => self.straight_line(seen),
            Flag::NearConstant => self.near_constant(seen),
            Flag::Reciprocal => reciprocal(seen),
        }
    }

    pub(super) fn raises(&self, seen: &Seen, bias: f64, flag: Flag) -> bool {
        self.facts(seen, bias, flag).iter().flatten().all(Fact::holds)
    }

    fn constant(&self, seen: &Seen) -> Facts {
        let consensus = "spread of the consensus on these works in points";
        let limit = if self.step > self.tenth() {
            at_least(consensus, seen.consensus_width * self.unit, self.step)
        } else {
            above(consensus, seen.consensus_width * self.unit, self.tenth())
        };
        facts([
            compared(seen, 3),
            at_most("spread of the totals in points", seen.totals_width * self.unit, 0.0),
            limit,
        ])
    }

    fn all_minimum(&self, seen: &Seen) -> Facts {
        let above_minimum = (seen.consensus_mean - self.min / self.unit) * self.unit;
        facts([
            compared(seen, 2),
            at_most("reviews with a score above its minimum", f64::from(seen.not_minimum), 0.0),
            above("mean consensus above the minimum in points", above_minimum, self.tenth()),
        ])
    }

    fn biased(&self, seen: &Seen, bias: f64, what: &'static str) -> Facts {
        let own = seen.variance().unwrap_or(0.0);
        let error = math::sqrt(math::max(own, self.pooled) / f64::from(seen.compared.max(1)));
        let limit = math::max(self.tenth() / self.unit, 3.0 * error) * self.unit;
        facts([compared(seen, 4), above(what, bias, limit)])
    }

    fn erratic(&self, seen: &Seen) -> Facts {
        let own = math::sqrt(seen.variance().unwrap_or(0.0)) * self.unit;
        let all = 2.5 * math::sqrt(self.pooled) * self.unit;
        // Where nobody scatters nobody scatters more.
        let limit = math::max(all, f64::MIN_POSITIVE);
        facts([
            compared(seen, 4),
            at_least("standard deviation around the own bias in points", own, limit),
        ])
    }

    fn straight_line(&self, seen: &Seen) -> Facts {
        let given = f64::from(seen.given);
        let chance = math::exp(given * math::ln(math::max(self.straight, f64::MIN_POSITIVE)));
        let others = f64::from(seen.given - seen.straight);
        let spread = seen.criteria_spread;
        facts([
            at_least("reviews", given, 3.0),
            at_most("reviews with different levels on the criteria", others, 0.0),
            above("mean spread of the others' criteria as a part of the range", spread, 0.1),
            below("chance of so many", chance, 0.01),
        ])
    }

    fn near_constant(&self, seen: &Seen) -> Facts {
        // Beyond the rounding of a step.
        let width = math::max(self.step * (1.0 + 1e-9), 0.05 * self.range);
        let totals = "spread of the totals in points";
        let consensus = "spread of the consensus on these works in points";
        let (own, others) = (seen.totals_width * self.unit, seen.consensus_width * self.unit);
        facts([
            compared(seen, 5),
            above(totals, own, 0.0),
            at_most(totals, own, width),
            at_least(consensus, others, width * 3.0),
        ])
    }
}

fn reciprocal(seen: &Seen) -> Facts {
    let r = seen.returned;
    let pairs = seen.mutual;
    let chance = if pairs > 2 {
        let freedom = f64::from(pairs - 2);
        let rest = math::max(1.0 - r * r, 0.0);
        let tail = t_tail(r.abs() * math::sqrt(freedom / math::max(rest, 1e-300)), pairs - 2);
        if r < 0.0 { 1.0 - tail } else { tail }
    } else {
        0.5
    };
    facts([
        at_least("reviews of those who reviewed the own work", f64::from(pairs), 4.0),
        above("correlation with what was received", r, 0.0),
        below("chance of such a correlation", chance, 0.001),
    ])
}

fn facts<const N: usize>(given: [Fact; N]) -> Facts {
    let mut facts = [None; 4];
    for (slot, fact) in facts.iter_mut().zip(given) {
        *slot = Some(fact);
    }
    facts
}

fn compared(seen: &Seen, limit: u32) -> Fact {
    at_least("reviews that can be compared", f64::from(seen.compared), f64::from(limit))
}

fn fact(what: &'static str, value: f64, bound: Bound, limit: f64) -> Fact {
    let finite = |x: f64| math::clamp(x, f64::MIN, f64::MAX);
    Fact { what, value: finite(value), bound, limit: finite(limit) }
}

fn above(what: &'static str, value: f64, limit: f64) -> Fact {
    fact(what, value, Bound::Above, limit)
}

fn at_least(what: &'static str, value: f64, limit: f64) -> Fact {
    fact(what, value, Bound::AtLeast, limit)
}

fn below(what: &'static str, value: f64, limit: f64) -> Fact {
    fact(what, value, Bound::Below, limit)
}

fn at_most(what: &'static str, value: f64, limit: f64) -> Fact {
    fact(what, value, Bound::AtMost, limit)
}
