//! What came of a wish for groups.

use crate::{Groups, PersonId};

/// Groups, and how they came about.
///
/// ```
/// use peergrade::{GroupFormer, Seed, Traits};
///
/// let skill: Vec<_> = (0..40).map(|i| Some(f64::from(i))).collect();
/// let traits = Traits::builder(40).numeric("skill", &skill).build()?;
/// let formed = GroupFormer::default().form(&traits, Seed::new(1))?;
/// assert_eq!(formed.groups().len(), 8);
/// assert!(formed.values().is_sorted_by(|before, after| after <= before));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Formed {
    pub(super) groups: Groups,
    pub(super) values: Vec<f64>,
    pub(super) stop: Stop,
    pub(super) violations: u64,
    pub(super) constant: Vec<String>,
    pub(super) joined: Vec<PersonId>,
}

/// Why no further pass was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Stop {
    /// The passes were used up.
    Budget,
    /// Many passes in a row found nothing better, or there was nothing to gain.
    Settled,
}

impl Formed {
    /// The groups.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The groups, by value.
    #[must_use]
    pub fn into_groups(self) -> Groups {
        self.groups
    }

    /// The number of passes.
    #[must_use]
    pub fn passes(&self) -> usize {
        self.values.len() - 1
    }

    /// The objective at the start and after every pass: the sum of squares between the groups, and
    /// what soft rules add, as a share of the sum of all squares. Columns whose values are to be alike
    /// in a group count with a minus sign. It never rises where no hard rule is broken, unless the
    /// objective is the worst group.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Why there was no further pass.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop
    }

    /// How often hard rules are broken: 0, but for the groups that come with an error.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.violations
    }

    /// Who is grouped with people of other kinds, since their own could not be divided; sorted. Nobody
    /// without [`join_small_kinds`](super::GroupFormer::join_small_kinds).
    #[must_use]
    pub fn joined(&self) -> &[PersonId] {
        &self.joined
    }

    /// Columns that say nothing since all people have one value.
    #[must_use]
    pub fn constant_columns(&self) -> &[String] {
        &self.constant
    }
}
