//! The words of a wish for groups.

/// What is wanted of a column of numbers.
///
/// ```
/// use peergrade::group::Mode;
/// use peergrade::GroupFormer;
///
/// let former = GroupFormer::default().column("activity", Mode::Similar, 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Mode {
    /// All groups have the same mean.
    Balance,
    /// The people of a group are alike.
    Similar,
    /// All groups have the same mean and the same spread: strong and weak people in each.
    Diverse,
}

/// What is wanted of a column of categories.
///
/// Even spread isolates minorities: with fewer holders of a value than groups it puts each of them
/// alone in a group. So [`Spread`](Self::Spread) and [`NoSolo`](Self::NoSolo) are two wishes, and a
/// course decides which it has.
///
/// ```
/// use peergrade::GroupFormer;
/// use peergrade::group::{Rule, Strength};
///
/// let former = GroupFormer::default()
///     .category("section", Rule::Same, Strength::Hard)
///     .category("gender", Rule::NoSolo { min: 2 }, Strength::Soft(1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub enum Rule {
    /// The people of a group have one value. Hard: groups are formed within each value, those without
    /// a value among themselves.
    Same,
    /// Every value has its even share in every group. Hard: rounded down or up, never further off.
    Spread,
    /// No group has 1 to `min - 1` people of a value. People without a value are not counted.
    NoSolo {
        /// The fewest people of one value who may be in a group, unless there is none.
        min: u32,
    },
}

/// Whether a rule may be broken.
///
/// ```
/// use peergrade::group::Strength;
///
/// assert_ne!(Strength::Hard, Strength::Soft(1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Strength {
    /// Never: the groups keep it, or there is an error.
    Hard,
    /// It is weighed against the rest. A category of weight 1 counts as much as a column of numbers
    /// of weight 1; a breach of [`Rule::NoSolo`] as much as a group whose sum is off by
    /// `sqrt(weight n_g)` standard deviations.
    Soft(f64),
}

impl Strength {
    /// The weight; 1 for a hard rule.
    pub(in crate::group) fn weight(self) -> f64 {
        match self {
            Self::Hard => 1.0,
            Self::Soft(weight) => weight,
        }
    }
}

/// What is to be small.
///
/// ```
/// use peergrade::GroupFormer;
/// use peergrade::group::Objective;
///
/// let former = GroupFormer::default().objective(Objective::WorstGroup);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Objective {
    /// The sum over all groups: the best course as a whole.
    #[default]
    Sum,
    /// The larger value of two groups, wherever two are divided anew, then their sum: no group is
    /// left behind for the sake of others.
    WorstGroup,
}

/// How much work goes into the groups, in passes over the course.
///
/// A pass divides every group anew with one other. Below 6,000 groups there are more passes, up to
/// 32 times as many, since a pass is short. Where up to 1,500 people have no rules, they first change
/// places two by two (simulated annealing), 9 tries a person for each pass. Measured in passes and not
/// in seconds, so that the result is the same everywhere.
///
/// ```
/// use peergrade::group::Effort;
///
/// assert_eq!(Effort::default(), Effort::Good);
/// assert_eq!(Effort::Fast.passes(200_000), 8);
/// assert_eq!(Effort::Good.passes(200), 1024);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Effort {
    /// 8 passes.
    Fast,
    /// 32 passes.
    #[default]
    Good,
    /// 128 passes.
    Best,
    /// This many passes, whatever the number of groups. None: only the start.
    Passes(usize),
}

impl Effort {
    /// The most passes for this many groups.
    #[must_use]
    pub fn passes(self, groups: usize) -> usize {
        let often = (12_000 / groups.max(1)).clamp(1, 32);
        match self {
            Self::Fast => 8 * often,
            Self::Good => 32 * often,
            Self::Best => 128 * often,
            Self::Passes(passes) => passes,
        }
    }
}
