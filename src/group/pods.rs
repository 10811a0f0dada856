//! Small fixed teams.

use core::ops::RangeInclusive;

use super::deal::{Strata, deal};
use super::error::GroupError;
use super::groups::Groups;
use super::sizes::{GroupSizes, check_people};
use super::verify::check_sizes;
use super::violation::GroupViolation;
use crate::{GroupId, Seed};

/// A random division into small teams whose sizes differ by at most one.
///
/// Everybody is equally likely to be with everybody else. O(n) time and memory.
///
/// ```
/// use peergrade::{Pods, Seed};
///
/// let pods = Pods::within(3..=5).form(23, Seed::new(1))?;
/// assert_eq!(pods.len(), 6);
/// assert!(pods.sizes().all(|size| size == 3 || size == 4));
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Pods {
    sizes: GroupSizes,
}

impl Pods {
    /// Teams of these sizes.
    ///
    /// ```
    /// use peergrade::{GroupSizes, Pods, Seed};
    ///
    /// let pods = Pods::new(GroupSizes::target(4)).form(9, Seed::new(1))?;
    /// assert_eq!(pods.sizes().collect::<Vec<_>>(), [5, 4]);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub const fn new(sizes: GroupSizes) -> Self {
        Self { sizes }
    }

    /// Teams of sizes within a range, as [`GroupSizes::within`].
    ///
    /// ```
    /// use peergrade::{GroupSizes, Pods};
    ///
    /// assert_eq!(Pods::within(3..=5), Pods::new(GroupSizes::within(3..=5)));
    /// ```
    #[must_use]
    pub const fn within(sizes: RangeInclusive<usize>) -> Self {
        Self::new(GroupSizes::within(sizes))
    }

    /// Pairs; with an odd number of people one trio, and never anybody alone.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let pairs = Pods::pairs().form(7, Seed::new(1))?;
    /// assert_eq!(pairs.sizes().collect::<Vec<_>>(), [3, 2, 2]);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub const fn pairs() -> Self {
        Self::new(GroupSizes::target(2).range(2..=3))
    }

    /// Divides the people `0..people` by chance.
    ///
    /// # Errors
    ///
    /// Those of [`GroupSizes::groups`].
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let pods = Pods::within(4..=5);
    /// assert_eq!(pods.form(40, Seed::new(1)), pods.form(40, Seed::new(1)));
    /// assert!(pods.form(7, Seed::new(1)).is_err());
    /// ```
    pub fn form(&self, people: usize, seed: Seed) -> Result<Groups, GroupError> {
        self.divide(people, None, seed)
    }

    /// Divides people so that an order of them is spread evenly over the teams. O(n log n).
    ///
    /// # Errors
    ///
    /// Those of [`GroupSizes::groups`].
    ///
    /// ```
    /// use peergrade::{Pods, Seed, Strata};
    ///
    /// // Four who know the subject, four who do not: one of each in every pair.
    /// let strata = Strata::by_value(&[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])?;
    /// let pairs = Pods::pairs().form_spread(&strata, Seed::new(1))?;
    /// assert!(pairs.iter().all(|(_, pair)| pair[0].get() < 4 && pair[1].get() >= 4));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn form_spread(&self, strata: &Strata, seed: Seed) -> Result<Groups, GroupError> {
        self.divide(strata.people(), Some(strata), seed)
    }

    fn divide(
        &self,
        people: usize,
        strata: Option<&Strata>,
        seed: Seed,
    ) -> Result<Groups, GroupError> {
        check_people(people)?;
        let groups = self.sizes.groups(people)?;
        let mut group_of = vec![GroupId::default(); people];
        deal(people, groups, strata, seed, |person, group| {
            group_of[person as usize] = GroupId::new(group);
        });
        Groups::from_assignment(group_of)
    }

    /// Re-checks that the sizes are in the range and within one of each other. O(K).
    ///
    /// # Errors
    ///
    /// The first violated promise.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let pairs = Pods::pairs().form(7, Seed::new(1))?;
    /// assert!(Pods::pairs().verify(&pairs).is_ok());
    /// assert!(Pods::within(4..=7).verify(&pairs).is_err());
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn verify(&self, groups: &Groups) -> Result<(), GroupViolation> {
        check_sizes(groups, Some(self.sizes.bounds()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_even_and_in_range() {
        for people in 1..=60 {
            for lo in 1..=7 {
                for hi in lo..=9 {
                    let pods = Pods::within(lo..=hi);
                    let Ok(groups) = pods.form(people, Seed::new(7)) else {
                        assert!(people.div_ceil(hi) > people / lo);
                        continue;
                    };
                    pods.verify(&groups).unwrap();
                    let (least, most) = (groups.sizes().min(), groups.sizes().max());
                    assert!(least >= Some(lo) && most <= Some(hi));
                    assert!(most <= least.map(|size| size + 1));
                }
            }
        }
    }

    #[test]
    fn pairs_leave_nobody_alone() {
        for people in 2..=41 {
            let pairs = Pods::pairs().form(people, Seed::new(3)).unwrap();
            assert_eq!(pairs.len(), people / 2);
            assert_eq!(pairs.sizes().filter(|&size| size == 3).count(), people % 2);
        }
        assert_eq!(
            Pods::pairs().form(1, Seed::new(1)).unwrap_err().to_string(),
            "1 person cannot be divided into groups of 2..=3: the nearest is 1 group of 1"
        );
        for people in [0, usize::MAX] {
            assert!(Pods::pairs().form(people, Seed::new(1)).is_err());
        }
    }

    /// Person 0 of 10 meets each of the nine others equally often: Pearson's statistic of 4,500
    /// draws on 8 degrees of freedom stays below 37.3, its 1 - 1e-5 quantile.
    #[test]
    fn partners_are_equally_likely() {
        let mut met = [0_u32; 10];
        for seed in 0..4_500 {
            let pairs = Pods::pairs().form(10, Seed::new(seed)).unwrap();
            let group = pairs.group_of(0.into()).unwrap();
            met[pairs.members(group)[1].index()] += 1;
        }
        let statistic = met[1..].iter().fold(0.0, |sum, &count| {
            let off = f64::from(count) - 500.0;
            sum + off * off / 500.0
        });
        assert!(statistic < 37.3, "{statistic}");
    }
}
