//! A partition of people.

use super::error::GroupError;
use super::sizes::check_people;
use crate::csr::Csr;
use crate::id::to_u32;
use crate::{GroupId, PersonId};

/// A partition of the people `0..n` into groups `0..len`: everybody is in exactly one group, and no
/// group is empty.
///
/// Members are stored group by group, sorted, in 12 bytes per person and less.
///
/// ```
/// use peergrade::{GroupId, Groups, PersonId};
///
/// let groups = Groups::from_assignment([1, 0, 1].map(GroupId::new))?;
/// assert_eq!(groups.group_of(PersonId::new(2)), Some(GroupId::new(1)));
/// assert_eq!(groups.members(GroupId::new(1)), [PersonId::new(0), PersonId::new(2)]);
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Groups {
    group_of: Vec<GroupId>,
    /// Rows are groups.
    members: Csr<PersonId>,
}

impl Groups {
    /// The partition in which person `i` is in group `assignment[i]`. O(n) time and memory.
    ///
    /// # Errors
    ///
    /// [`GroupError::NoPeople`], [`GroupError::TooManyPeople`], and [`GroupError::EmptyGroup`] when
    /// the group ids are not all of `0..len`.
    ///
    /// ```
    /// use peergrade::{GroupId, Groups};
    ///
    /// let error = Groups::from_assignment([0, 2].map(GroupId::new)).unwrap_err();
    /// assert_eq!(error.to_string(), "group 1 has no members, but person 1 is in group 2");
    /// ```
    pub fn from_assignment(assignment: impl Into<Vec<GroupId>>) -> Result<Self, GroupError> {
        let group_of = assignment.into();
        check_people(group_of.len())?;
        check_dense(&group_of)?;
        let groups = group_of.iter().max().map_or(0, |last| last.index() + 1);
        let person = |i| PersonId::new(to_u32(i));
        let members = Csr::group(groups, group_of.len(), |i| group_of[i].index(), person);
        Ok(Self { group_of, members })
    }

    /// The group of a person; `None` for a person beyond the last. O(1).
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups, PersonId};
    /// let groups = Groups::from_assignment([GroupId::new(0)])?;
    /// assert_eq!(groups.group_of(PersonId::new(1)), None);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn group_of(&self, person: PersonId) -> Option<GroupId> {
        self.group_of.get(person.index()).copied()
    }

    /// The members of a group, sorted; none for a group beyond the last. O(1).
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups, PersonId};
    /// let groups = Groups::from_assignment([GroupId::new(0)])?;
    /// assert_eq!(groups.members(GroupId::new(0)), [PersonId::new(0)]);
    /// assert!(groups.members(GroupId::new(1)).is_empty());
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn members(&self, group: GroupId) -> &[PersonId] {
        self.members.row(group.index())
    }

    /// The group of every person, in the order of the people.
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups};
    /// let assignment = [1, 0].map(GroupId::new);
    /// assert_eq!(Groups::from_assignment(assignment)?.assignment(), assignment);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn assignment(&self) -> &[GroupId] {
        &self.group_of
    }

    /// The number of groups, at least 1.
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups};
    /// assert_eq!(Groups::from_assignment([0, 1, 0].map(GroupId::new))?.len(), 2);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // there is always a group
    pub fn len(&self) -> usize {
        self.members.rows()
    }

    /// The number of people, at least 1.
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups};
    /// assert_eq!(Groups::from_assignment([0, 1, 0].map(GroupId::new))?.people(), 3);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn people(&self) -> usize {
        self.group_of.len()
    }

    /// The size of every group, in the order of the groups.
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups};
    /// let groups = Groups::from_assignment([0, 1, 0].map(GroupId::new))?;
    /// assert_eq!(groups.sizes().collect::<Vec<_>>(), [2, 1]);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn sizes(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        (0..self.len()).map(|group| self.members.row(group).len())
    }

    /// Every group with its members, in order.
    ///
    /// ```
    /// # use peergrade::{GroupId, Groups};
    /// let groups = Groups::from_assignment([0, 1, 0].map(GroupId::new))?;
    /// for (group, members) in groups.iter() {
    ///     println!("{group}: {members:?}");
    /// }
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (GroupId, &[PersonId])> + '_ {
        (0..self.len()).map(|group| (GroupId::new(to_u32(group)), self.members.row(group)))
    }
}

/// Whether every group up to the highest has a member.
fn check_dense(group_of: &[GroupId]) -> Result<(), GroupError> {
    let (mut person, mut highest) = (PersonId::default(), GroupId::default());
    for (i, &group) in group_of.iter().enumerate() {
        if group > highest {
            (person, highest) = (PersonId::new(to_u32(i)), group);
        }
    }
    // n people fill at most n groups, so a higher id means a gap below n: nothing larger than n is
    // allocated for it.
    let mut filled = vec![false; group_of.len().min(highest.index().saturating_add(1))];
    for group in group_of {
        if let Some(filled) = filled.get_mut(group.index()) {
            *filled = true;
        }
    }
    match filled.iter().position(|filled| !filled) {
        Some(group) => {
            Err(GroupError::EmptyGroup { group: GroupId::new(to_u32(group)), person, highest })
        }
        None => Ok(()),
    }
}

/// The form in which groups are stored: the group of each person.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    group_of: Vec<GroupId>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Groups {
    type Error = GroupError;

    fn try_from(raw: Raw) -> Result<Self, GroupError> {
        Self::from_assignment(raw.group_of)
    }
}

#[cfg(feature = "serde")]
impl From<Groups> for Raw {
    fn from(groups: Groups) -> Self {
        Self { group_of: groups.group_of }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(assignment: &[u32]) -> Result<Groups, GroupError> {
        Groups::from_assignment(assignment.iter().map(|&g| g.into()).collect::<Vec<_>>())
    }

    #[test]
    fn gaps_are_named_and_allocate_nothing() {
        assert_eq!(groups(&[]), Err(GroupError::NoPeople));
        for (bad, gap, person) in [
            (&[1][..], 0, 0),
            (&[0, 0, 3, 1], 2, 2),
            (&[0, u32::MAX, u32::MAX], 1, 1),
            (&[2, 1, 3], 0, 2),
        ] {
            let highest = *bad.iter().max().unwrap();
            assert_eq!(
                groups(bad),
                Err(GroupError::EmptyGroup {
                    group: gap.into(),
                    person: person.into(),
                    highest: highest.into(),
                })
            );
        }
    }

    #[test]
    fn what_is_beyond_is_nobody() {
        let one = groups(&[0]).unwrap();
        assert!(one.members(u32::MAX.into()).is_empty());
        assert_eq!(one.group_of(u32::MAX.into()), None);
    }

    proptest! {
        #[test]
        fn a_partition_is_consistent(raw in prop::collection::vec(0..9_u32, 1..60)) {
            let distinct = raw.iter().collect::<std::collections::BTreeSet<_>>();
            let dense = **distinct.last().unwrap() as usize + 1 == distinct.len();
            let result = groups(&raw);
            prop_assert_eq!(result.is_ok(), dense);
            if let Ok(groups) = result {
                prop_assert_eq!(groups.people(), raw.len());
                prop_assert_eq!(groups.len(), distinct.len());
                for ((group, members), size) in groups.iter().zip(groups.sizes()) {
                    let naive: Vec<_> = (0..groups.people())
                        .filter(|&i| raw[i] == group.get())
                        .map(|i| PersonId::new(to_u32(i)))
                        .collect();
                    prop_assert_eq!(members, &naive[..]);
                    prop_assert_eq!(groups.members(group), &naive[..]);
                    prop_assert_eq!(size, naive.len());
                }
            }
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn stored_groups_are_checked() {
        let text = r#"{"group_of":[1,0,1]}"#;
        let read: Groups = serde_json::from_str(text).unwrap();
        assert_eq!(read, groups(&[1, 0, 1]).unwrap());
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        for bad in [
            r#"{"group_of":[1,2]}"#,
            r#"{"group_of":[]}"#,
            r#"{"group_of":[0],"more":1}"#,
            r#"{"group_of":[4294967295]}"#,
        ] {
            assert!(serde_json::from_str::<Groups>(bad).is_err(), "{bad}");
        }
    }
}
