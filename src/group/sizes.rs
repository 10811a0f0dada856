//! How many groups: the one rule from people and sizes to a number of groups.

use core::ops::RangeInclusive;

use super::error::{Division, GroupError};
use crate::id::MAX_COUNT;

/// How large groups are to be: a target, and the range that no group may leave.
///
/// The people of a course are divided evenly, into sizes that differ by at most one. `n` people in
/// `K` groups of sizes `lo..=hi` are possible exactly when `ceil(n/hi) <= floor(n/lo)`; then
///
/// ```text
/// K = round(n / target), moved into ceil(n/hi) ..= floor(n/lo)
/// ```
///
/// and the sizes are `floor(n/K)` and `ceil(n/K)`. Halves round up.
///
/// ```
/// use peergrade::GroupSizes;
///
/// let sizes = GroupSizes::target(5).range(3..=6);
/// assert_eq!(sizes.groups(7)?, 2); // 3 + 4: a group of 7 is too large
/// assert_eq!(sizes.groups(101)?, 20);
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct GroupSizes {
    target: usize,
    lo: usize,
    hi: usize,
}

impl GroupSizes {
    /// Groups as near to this size as the number of people allows. Every size is allowed until
    /// [`range`](Self::range) says otherwise.
    ///
    /// ```
    /// use peergrade::GroupSizes;
    ///
    /// assert_eq!(GroupSizes::target(4).groups(7), Ok(2));
    /// ```
    #[must_use]
    pub const fn target(size: usize) -> Self {
        Self { target: size, lo: 1, hi: usize::MAX }
    }

    /// Groups of sizes within a range; the target is its middle, rounded down.
    ///
    /// ```
    /// use peergrade::GroupSizes;
    ///
    /// assert_eq!(GroupSizes::within(3..=6), GroupSizes::target(4).range(3..=6));
    /// ```
    #[must_use]
    pub const fn within(sizes: RangeInclusive<usize>) -> Self {
        let (lo, hi) = (*sizes.start(), *sizes.end());
        Self { target: lo + hi.saturating_sub(lo) / 2, lo, hi }
    }

    /// The sizes no group may leave.
    ///
    /// ```
    /// use peergrade::GroupSizes;
    ///
    /// assert!(GroupSizes::target(4).range(4..=4).groups(7).is_err());
    /// ```
    #[must_use]
    pub const fn range(mut self, sizes: RangeInclusive<usize>) -> Self {
        (self.lo, self.hi) = (*sizes.start(), *sizes.end());
        self
    }

    /// The smallest and the largest size allowed.
    pub(super) const fn bounds(self) -> (usize, usize) {
        (self.lo, self.hi)
    }

    /// The size that groups are to be near.
    pub(super) const fn wanted(self) -> usize {
        self.target
    }

    /// The number of groups of this many people. O(1).
    ///
    /// # Errors
    ///
    /// [`GroupError::SizeRange`] and [`GroupError::NoTarget`] for sizes that are none,
    /// [`GroupError::NoPeople`], [`GroupError::TooManyPeople`], and [`GroupError::Sizes`] with the
    /// nearest ways out when the range fits no number of groups.
    ///
    /// ```
    /// use peergrade::GroupSizes;
    ///
    /// let error = GroupSizes::within(4..=4).groups(7).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "7 people cannot be divided into groups of 4..=4: \
    ///      the nearest are 1 group of 7, and 2 groups of 3 or 4"
    /// );
    /// ```
    pub fn groups(self, people: usize) -> Result<usize, GroupError> {
        let Self { target, lo, hi } = self;
        check_range(lo, hi)?;
        if target == 0 {
            return Err(GroupError::NoTarget);
        }
        check_people(people)?;
        let (fewest, most) = (people.div_ceil(hi), people / lo);
        if fewest > most {
            let way = |groups: usize| (groups > 0).then(|| Division::of(people, groups));
            return Err(GroupError::Sizes { people, lo, hi, fewer: way(most), more: way(fewest) });
        }
        let rest = people % target;
        let nearest = people / target + usize::from(rest >= target - rest);
        Ok(nearest.clamp(fewest, most))
    }
}

impl From<RangeInclusive<usize>> for GroupSizes {
    fn from(sizes: RangeInclusive<usize>) -> Self {
        Self::within(sizes)
    }
}

/// Which kinds, of so many people each, are grouped as one so that all can be grouped: those whose people
/// cannot be divided by themselves and, while those cannot either, the smallest of the others, ties in
/// order.
pub(super) fn joined(sizes: GroupSizes, counts: &[usize]) -> Vec<bool> {
    let mut joined: Vec<bool> =
        counts.iter().map(|&people| sizes.groups(people).is_err()).collect();
    let total = |joined: &[bool]| {
        counts.iter().zip(joined).filter(|(_, joined)| **joined).map(|(count, _)| count).sum()
    };
    while joined.contains(&true) && sizes.groups(total(&joined)).is_err() {
        let others = (0..counts.len()).filter(|&kind| !joined[kind]);
        let Some(smallest) = others.min_by_key(|&kind| counts[kind]) else { break };
        joined[smallest] = true;
    }
    joined
}

pub(super) fn check_range(lo: usize, hi: usize) -> Result<(), GroupError> {
    if lo == 0 || lo > hi {
        return Err(GroupError::SizeRange { lo, hi });
    }
    Ok(())
}

pub(super) fn check_people(people: usize) -> Result<(), GroupError> {
    if people == 0 {
        return Err(GroupError::NoPeople);
    }
    if people > MAX_COUNT {
        return Err(GroupError::TooManyPeople { people, limit: MAX_COUNT });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether people can be divided into sizes within the range at all, evenly or not.
    fn divisible(people: usize, lo: usize, hi: usize) -> bool {
        let mut reached = vec![true];
        for n in 1..=people {
            reached.push((lo..=hi.min(n)).any(|size| reached[n - size]));
        }
        reached[people]
    }

    #[test]
    fn feasibility_is_that_of_all_divisions() {
        for people in 1..=40 {
            for lo in 1..=12 {
                for hi in lo..=13 {
                    let result = GroupSizes::within(lo..=hi).groups(people);
                    assert_eq!(result.is_ok(), divisible(people, lo, hi), "{result:?}");
                    match result {
                        Ok(k) => assert!(lo <= people / k && people.div_ceil(k) <= hi),
                        Err(GroupError::Sizes { fewer, more, .. }) => {
                            assert_eq!(fewer.is_none(), people < lo);
                            for way in [fewer, more].into_iter().flatten() {
                                let widened = way.smallest.min(lo)..=way.largest.max(hi);
                                assert!(GroupSizes::within(widened).groups(people).is_ok());
                            }
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        }
    }

    #[test]
    fn the_number_of_groups_is_the_nearest_to_the_target() {
        for people in 1..=40_usize {
            for target in 1..=12 {
                let k = GroupSizes::target(target).groups(people).unwrap();
                // |k - n/m| over the same denominator; the larger k wins a tie.
                let off = |k: usize| (k * target).abs_diff(people);
                let best = (1..=people).rev().min_by_key(|&k| off(k)).unwrap();
                assert_eq!(k, best, "{people} people, target {target}");
            }
        }
    }

    #[test]
    fn kinds_are_joined_until_all_can_be_divided() {
        let joined = |lo, hi, counts: &[usize]| {
            let all = joined(GroupSizes::within(lo..=hi), counts);
            (0..counts.len()).filter(|&kind| all[kind]).collect::<Vec<_>>()
        };
        assert!(joined(3, 5, &[9, 4, 12]).is_empty());
        assert_eq!(joined(3, 5, &[9, 2, 12, 1]), [1, 3]);
        assert_eq!(joined(3, 5, &[9, 2, 12, 6]), [1, 3]); // two alone are too few
        assert_eq!(joined(4, 4, &[8, 7, 4, 4]), [0, 1, 2, 3]); // 23 fit nowhere
        assert_eq!(joined(4, 4, &[8, 7, 4, 9, 4]), [1, 3]);
        assert_eq!(joined(3, 5, &[1, 1]), [0, 1]);
        assert!(joined(3, 5, &[]).is_empty());
    }

    #[test]
    fn bad_wishes_are_refused() {
        let max = usize::MAX;
        let groups = |target, lo, hi, people| GroupSizes { target, lo, hi }.groups(people);
        assert_eq!(groups(4, 3, 6, 0), Err(GroupError::NoPeople));
        assert_eq!(groups(0, 3, 6, 9), Err(GroupError::NoTarget));
        for (lo, hi) in [(0, 3), (4, 3), (max, 1)] {
            assert_eq!(groups(4, lo, hi, 9), Err(GroupError::SizeRange { lo, hi }));
        }
        assert!(matches!(
            groups(4, 1, max, max),
            Err(GroupError::TooManyPeople { people, .. }) if people == max
        ));
        assert_eq!(groups(max, 1, max, 9), Ok(1));
        assert!(matches!(groups(max, max, max, 9), Err(GroupError::Sizes { fewer: None, .. })));
    }
}
