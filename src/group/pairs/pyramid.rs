//! Ladders: pairs that join to fours, fours to eights.

use core::cmp::Reverse;

use super::error::{PairsError, PairsViolation};
use crate::group::groups::Groups;
use crate::group::sizes::check_people;
use crate::group::{Pods, Strata};
use crate::id::to_u32;
use crate::{GroupId, Seed};

/// Think-pair-share and the pyramid: groups of one level join, whole, to those of the next.
///
/// ```text
/// level l has floor(n / size_l) groups
/// each joins size_l / size_(l-1) groups of the level below, some one more where they do not divide
/// ```
///
/// Of the groups below, the smallest are those that join by one more; the others join largest with
/// smallest. Nobody is ever alone. O(n log n) per level.
///
/// Source: Lyman, The Responsive Classroom Discussion, 1981 (think-pair-share); the pyramid, or
/// snowball, is its continuation.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::Pyramid;
///
/// let ladder = Pyramid::new([2, 4, 8])?.form(21, Seed::new(1))?;
/// let groups: Vec<_> = ladder.levels().iter().map(|level| level.len()).collect();
/// assert_eq!(groups, [10, 5, 2]);
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pyramid {
    sizes: Vec<usize>,
}

impl Pyramid {
    /// A ladder of these sizes, each a multiple of the one before: `[2]` for think-pair-share,
    /// `[2, 4, 8]` for a pyramid of three levels.
    ///
    /// # Errors
    ///
    /// [`PairsError::NoLevels`], [`PairsError::Level`].
    ///
    /// ```
    /// use peergrade::group::Pyramid;
    ///
    /// assert!(Pyramid::new([2, 6]).is_ok());
    /// assert!(Pyramid::new([]).is_err());
    /// ```
    pub fn new(sizes: impl Into<Vec<usize>>) -> Result<Self, PairsError> {
        let sizes = sizes.into();
        if sizes.is_empty() {
            return Err(PairsError::NoLevels);
        }
        let mut below = 1;
        for (level, &size) in sizes.iter().enumerate() {
            if size <= below || !size.is_multiple_of(below) {
                return Err(PairsError::Level { level, size, below });
            }
            below = size;
        }
        Ok(Self { sizes })
    }

    /// Divides the people `0..people`, the first level by chance.
    ///
    /// # Errors
    ///
    /// [`PairsError::TooFewPeople`] for fewer than the largest size, and
    /// [`PairsError::Groups`] for more than can be grouped.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::Pyramid;
    ///
    /// let error = Pyramid::new([2, 4])?.form(3, Seed::new(1)).unwrap_err();
    /// assert_eq!(error.to_string(), "3 people are fewer than the 4 of one group");
    /// # Ok::<(), peergrade::group::PairsError>(())
    /// ```
    pub fn form(&self, people: usize, seed: Seed) -> Result<Ladder, PairsError> {
        self.climb(people, |pods| pods.form(people, seed))
    }

    /// Divides people so that an order of them is spread evenly over the groups of the first level.
    ///
    /// # Errors
    ///
    /// As [`form`](Self::form).
    ///
    /// ```
    /// use peergrade::{Seed, Strata};
    /// use peergrade::group::Pyramid;
    ///
    /// let strata = Strata::by_value(&[0.1, 0.2, 0.8, 0.9])?;
    /// let ladder = Pyramid::new([2])?.form_spread(&strata, Seed::new(1))?;
    /// assert_eq!(ladder.levels().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn form_spread(&self, strata: &Strata, seed: Seed) -> Result<Ladder, PairsError> {
        self.climb(strata.people(), |pods| pods.form_spread(strata, seed))
    }

    fn climb(
        &self,
        people: usize,
        form: impl Fn(Pods) -> Result<Groups, crate::group::GroupError>,
    ) -> Result<Ladder, PairsError> {
        check_people(people)?;
        let size = self.sizes[self.sizes.len() - 1];
        if people < size {
            return Err(PairsError::TooFewPeople { people, size });
        }
        // floor(n / size) groups, of sizes as even as can be.
        let first = self.sizes[0];
        let count = people / first;
        let most = people.div_ceil(count);
        let mut levels = vec![form(Pods::within(people / count..=most))?];
        for pair in self.sizes.windows(2) {
            let above = joined(&levels[levels.len() - 1], pair[1] / pair[0])?;
            levels.push(above);
        }
        Ok(Ladder { sizes: self.sizes.clone(), levels })
    }
}

/// The level above, of groups that join `factor` of the level below or one more.
fn joined(below: &Groups, factor: usize) -> Result<Groups, PairsError> {
    let count = below.len() / factor;
    let more = below.len() % factor;
    let mut order: Vec<(usize, GroupId)> =
        below.iter().map(|(group, members)| (members.len(), group)).collect();
    order.sort_unstable();
    let mut above = vec![GroupId::default(); below.len()];
    // What does not divide: with more left over than groups above, some take several more.
    let mut sizes = vec![factor; count];
    for i in 0..more {
        sizes[i % count] += 1;
    }
    let mut rest = order.as_slice();
    for (group, &size) in sizes.iter().enumerate().filter(|&(_, &size)| size > factor) {
        let (smallest, others) = rest.split_at(size);
        for &(_, id) in smallest {
            above[id.index()] = GroupId::new(to_u32(group));
        }
        rest = others;
    }
    let first = count - rest.len() / factor;
    let mut rest = rest.to_vec();
    rest.sort_unstable_by_key(|&(size, id)| (Reverse(size), id));
    let columns = count - first;
    for (i, (_, id)) in rest.into_iter().enumerate() {
        let (row, step) = (i / columns, i % columns);
        let column = if row % 2 == 0 { step } else { columns - 1 - step };
        above[id.index()] = GroupId::new(to_u32(first + column));
    }
    let of_person = below.assignment().iter().map(|group| above[group.index()]);
    Ok(Groups::from_assignment(of_person.collect::<Vec<_>>())?)
}

/// The levels of a ladder.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::Pyramid;
///
/// let ladder = Pyramid::new([2, 4])?.form(9, Seed::new(1))?;
/// assert!(ladder.verify().is_ok());
/// assert_eq!(ladder.levels()[1].sizes().sum::<usize>(), 9);
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    sizes: Vec<usize>,
    levels: Vec<Groups>,
}

impl Ladder {
    /// The groups of every level, the smallest first.
    #[must_use]
    pub fn levels(&self) -> &[Groups] {
        &self.levels
    }

    /// Re-checks that every level has as many groups as promised and joins whole groups of the one
    /// below. O(n) per level.
    ///
    /// # Errors
    ///
    /// The first violated promise.
    pub fn verify(&self) -> Result<(), PairsViolation> {
        for (level, (groups, size)) in self.levels.iter().zip(&self.sizes).enumerate() {
            let expected = groups.people() / size;
            if groups.len() != expected {
                return Err(PairsViolation::LevelGroups { level, groups: groups.len(), expected });
            }
        }
        for (level, pair) in self.levels.windows(2).enumerate() {
            for (_, members) in pair[0].iter() {
                let first = members[0];
                let torn =
                    members.iter().find(|&&p| pair[1].group_of(p) != pair[1].group_of(first));
                if let Some(&second) = torn {
                    return Err(PairsViolation::Torn { level, first, second });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_joins_whole_groups() {
        for sizes in [&[2, 4, 8][..], &[2], &[3, 6], &[2, 6], &[2, 10], &[5]] {
            let pyramid = Pyramid::new(sizes).unwrap();
            for people in sizes[sizes.len() - 1]..=70 {
                let ladder = pyramid.form(people, Seed::new(3)).unwrap();
                ladder.verify().unwrap();
                for (groups, size) in ladder.levels().iter().zip(sizes) {
                    assert!(groups.sizes().min() >= Some(*size), "{people} people, {sizes:?}");
                }
            }
        }
    }

    /// n in twos, fours and eights: at most one group of a level joins three of the level below, and
    /// they are the smallest.
    #[test]
    fn one_group_joins_three() {
        for people in 8..200 {
            let ladder = Pyramid::new([2, 4, 8]).unwrap().form(people, Seed::new(people as u64));
            for pair in ladder.unwrap().levels().windows(2) {
                let (below, above) = (&pair[0], &pair[1]);
                let mut joins = vec![Vec::new(); above.len()];
                for (_, members) in below.iter() {
                    let group = above.group_of(members[0]).unwrap();
                    joins[group.index()].push(members.len());
                }
                let threes: Vec<_> = joins.iter().filter(|joined| joined.len() == 3).collect();
                assert_eq!(threes.len(), below.len() % 2);
                let mut sizes: Vec<_> = below.sizes().collect();
                sizes.sort_unstable();
                if let Some(three) = threes.first() {
                    assert_eq!(three.iter().sum::<usize>(), sizes[..3].iter().sum::<usize>());
                }
                assert!(joins.iter().all(|joined| [2, 3].contains(&joined.len())));
            }
        }
    }

    #[test]
    fn verify_sees_torn_groups() {
        let ladder = Pyramid::new([2, 4]).unwrap().form(8, Seed::new(1)).unwrap();
        let shifted: Vec<_> = (0..8).map(|p| GroupId::new(p / 4)).collect();
        let other = Groups::from_assignment(shifted).unwrap();
        let torn = Ladder { levels: vec![ladder.levels[0].clone(), other], ..ladder.clone() };
        assert!(matches!(torn.verify(), Err(PairsViolation::Torn { level: 0, .. })));
        let few = Ladder { levels: vec![ladder.levels[1].clone()], ..ladder };
        assert!(matches!(few.verify(), Err(PairsViolation::LevelGroups { .. })));
    }

    #[test]
    fn bad_ladders_are_refused() {
        for bad in [&[][..], &[0], &[1], &[2, 2], &[4, 2], &[2, 5]] {
            assert!(Pyramid::new(bad).is_err(), "{bad:?}");
        }
        let pyramid = Pyramid::new([2, usize::MAX - 1]).unwrap();
        assert!(pyramid.form(10, Seed::new(1)).is_err());
        assert!(Pyramid::new([2]).unwrap().form(usize::MAX, Seed::new(1)).is_err());
    }
}
