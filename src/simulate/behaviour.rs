//! What people make of what they saw.

use super::{SimulateError, check, check_share};

/// What a reviewer reports who honestly would report `x`.
///
/// Shares are shares of the range of the scale, so that a behaviour means the same on 0..10 as on
/// 0..100; `by: 0.4` is 4 points on the former. Every report is moved to the nearest score of the
/// scale, halves to even. On several criteria each is reported by the same rule, unless said.
///
/// | behaviour | report | source |
/// |---|---|---|
/// | `Honest` | x | |
/// | `Constant` | one point of the scale, whatever the work | Burrell and Schoenebeck 2023 |
/// | `Prior` | the expected grade | the same |
/// | `Hedge` | (expected grade + x) / 2 | the same |
/// | `Noise` | x + N(0, sd²), fresh for every review | the same |
/// | `FixBias` | x - sign(own bias) h, h = \|N(0, sd²)\| drawn once for each person | the same |
/// | `Merge` | on 0..10: 0, 3 for 1 to 3, 6 for 4 to 6, 7 for 7 to 9, 10 | the same |
/// | `Random` | any score, each as likely as the other | spam |
/// | `Low` | x - by | competitors |
/// | `Around` | N(at, sd²) | spam near the top |
/// | `Anchor` | the first x, repeated for all others | |
/// | `Copy` | with this probability the own report before, else x | |
/// | `StraightLine` | the mean of x over the criteria, on all of them | |
/// | `Ring` | the maximum to members of the own ring, else x | collusion |
/// | `Friends` | the maximum to friends, else x; any two are friends with this probability | GCN-SOAN, study 5 |
/// | `Reciprocity` | what the author reports of the own work, else x | tit for tat |
/// | `Sybil` | the x of the first of so many accounts, for all of them | |
/// | `LanguageModel` | (expected + true grade) / 2 + N(0, sd²), correlated among all of them | |
/// | `Subgroup` | x - by for authors of the marked subgroup, else x | prejudice |
/// | `DropOut` | nothing | |
/// | `Late` | with this probability nothing by the deadline, else x | |
///
/// Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer Assessment Case
/// Study", EC 2023. GCN-SOAN: Namanloo, Thorpe and Salehi-Abari, "Improving Peer Assessment with
/// Graph Neural Networks", EDM 2022.
///
/// ```
/// use peergrade::simulate::{Behaviour, BurrellSchoenebeck, Simulation};
///
/// // A third of the class attacks, each in one of two ways.
/// let attacked = Simulation::new(BurrellSchoenebeck::default())
///     .behaviour(Behaviour::ALL_MAX, 0.2)
///     .behaviour(Behaviour::Low { by: 0.4 }, 0.13);
/// # let _ = attacked;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Behaviour {
    /// Reports what they saw.
    #[default]
    Honest,
    /// Reports the same, whatever the work.
    Constant {
        /// From 0, the minimum of the scale, to 1, the maximum.
        at: f64,
    },
    /// Reports the expected grade.
    Prior,
    /// Reports half way between the expected grade and what they saw.
    Hedge,
    /// Adds noise.
    Noise {
        /// Its standard deviation, as a share of the range.
        sd: f64,
    },
    /// Moves against the own bias, by one amount for each person.
    FixBias {
        /// The amount is the magnitude of a normal draw with this standard deviation, as a share of
        /// the range.
        sd: f64,
    },
    /// Reports few levels.
    Merge,
    /// Reports any score of the scale.
    Random,
    /// Reports less.
    Low {
        /// By so much, as a share of the range; below 0 for more.
        by: f64,
    },
    /// Reports normal draws.
    Around {
        /// Their mean, from 0, the minimum of the scale, to 1, the maximum.
        at: f64,
        /// Their standard deviation, as a share of the range.
        sd: f64,
    },
    /// Repeats the first report.
    Anchor,
    /// Often repeats the report before.
    Copy {
        /// How often.
        probability: f64,
    },
    /// Reports one value on all criteria.
    StraightLine,
    /// Disjoint rings, whose members give one another the maximum.
    Ring {
        /// Members of a ring, 2 or more.
        size: u32,
    },
    /// Gives the maximum to friends.
    Friends {
        /// The probability that two people are friends, drawn once for each pair.
        probability: f64,
    },
    /// Gives authors what they gave.
    Reciprocity,
    /// Several accounts of one person, who looks once.
    Sybil {
        /// Accounts of a person, 2 or more.
        accounts: u32,
    },
    /// Lets a language model write the review: low variance, drawn to the mean, and alike.
    LanguageModel {
        /// The standard deviation of what it adds, as a share of the range.
        sd: f64,
        /// The correlation of what it adds to two reviews of one work.
        correlation: f64,
    },
    /// Reports less of the works of one subgroup.
    Subgroup {
        /// By so much, as a share of the range.
        by: f64,
    },
    /// Hands in a work and gives no review.
    DropOut,
    /// Misses deadlines.
    Late {
        /// How often.
        probability: f64,
    },
}

impl Behaviour {
    /// Everything gets the maximum.
    pub const ALL_MAX: Self = Self::Constant { at: 1.0 };

    /// Everything gets 80 % of the range.
    pub const ALL_80: Self = Self::Constant { at: 0.8 };

    /// Whether somebody of this kind reports something else than what they saw.
    #[must_use]
    pub fn is_hostile(&self) -> bool {
        !matches!(self, Self::Honest | Self::DropOut | Self::Late { .. })
    }

    /// Whether somebody of this kind may not report at all.
    pub(super) fn may_be_missing(&self) -> bool {
        matches!(self, Self::DropOut | Self::Late { .. })
    }

    pub(super) fn check(self) -> Result<(), SimulateError> {
        match self {
            Self::Constant { at } => check_share("the constant", at),
            Self::Noise { sd } | Self::FixBias { sd } => check_share("the sd of a behaviour", sd),
            Self::Low { by } | Self::Subgroup { by } => {
                check_share("the magnitude of a shift", by.abs())
            }
            Self::Around { at, sd } => {
                check_share("the mean of a behaviour", at)?;
                check_share("the sd of a behaviour", sd)
            }
            Self::Copy { probability }
            | Self::Friends { probability }
            | Self::Late { probability } => {
                check_share("the probability of a behaviour", probability)
            }
            Self::LanguageModel { sd, correlation } => {
                check_share("the sd of a behaviour", sd)?;
                check_share("the correlation of a behaviour", correlation)
            }
            Self::Ring { size } => check_size("the size of a ring", size),
            Self::Sybil { accounts } => check_size("the number of accounts", accounts),
            _ => Ok(()),
        }
    }
}

fn check_size(setting: &'static str, size: u32) -> Result<(), SimulateError> {
    check(setting, size.into(), size >= 2, "2 or more")
}
