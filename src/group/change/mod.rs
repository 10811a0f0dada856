//! Groups that run: people come and go, and as few others move as can be.

mod fill;
mod result;
#[cfg(test)]
mod tests;

pub use result::{Change, ChangeError};

use super::error::GroupError;
use super::groups::Groups;
use super::sizes::{GroupSizes, check_range};
use super::violation::GroupViolation;
use crate::id::{MAX_COUNT, to_u32};
use crate::{GroupId, PersonId};
use fill::Target;

/// [`Groups`] while the course runs: who is still there, and in which group.
///
/// Sizes stay within their range. People who come go where there is room, and groups that lost people
/// are filled up or dissolved, whichever moves fewest: of all ways to have every size in range again
///
/// ```text
/// moves = max(S, W - N)        S  people of the groups that are dissolved
///                              W  places that the other groups, new ones too, lack to the least size
///                              N  people who come
/// ```
///
/// is the least, where the smallest groups are dissolved. Every number of groups is looked at. Groups keep
/// their ids: one that was dissolved has no members any more, new ones come last. Traits and rules do
/// not count; form groups anew where they must.
///
/// ```
/// use peergrade::{Pods, Seed};
///
/// let pods = Pods::within(3..=5).form(20, Seed::new(1))?;
/// let mut running = pods.run(3..=5)?;
/// let change = running.remove(&[4.into(), 11.into()])?;
/// assert!(change.moves().len() <= 1); // most often the others stay where they are
/// let change = running.insert(1)?;
/// assert_eq!((change.joined(), change.moves().len()), (&[20.into()][..], 0));
/// assert_eq!(running.people(), 19);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningGroups {
    sizes: GroupSizes,
    group_of: Vec<Option<GroupId>>,
    /// Members in the order of ids; empty where dissolved.
    members: Vec<Vec<PersonId>>,
    open: Vec<bool>,
}

impl Groups {
    /// The groups as they are when the course begins, to be changed within this range of sizes. The
    /// target counts only when everybody has left and others come. O(n).
    ///
    /// # Errors
    ///
    /// [`ChangeError::Groups`] for a range that is none, [`ChangeError::Violation`] for a group that is
    /// out of range already.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let pods = Pods::within(3..=5).form(20, Seed::new(1))?;
    /// let error = pods.run(5..=6).unwrap_err();
    /// assert_eq!(error.to_string(), "group 0 has size 4, not 5..=6");
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn run(&self, sizes: impl Into<GroupSizes>) -> Result<RunningGroups, ChangeError> {
        let running = RunningGroups {
            sizes: sizes.into(),
            group_of: self.assignment().iter().copied().map(Some).collect(),
            members: self.iter().map(|(_, members)| members.to_vec()).collect(),
            open: vec![true; self.len()],
        };
        running.sizes.groups(self.people())?;
        running.verify()?;
        Ok(running)
    }
}

impl RunningGroups {
    /// Takes so many people in; they have the next ids. They go to groups below the least size, then to
    /// the smallest; ties by id. O(n).
    ///
    /// # Errors
    ///
    /// [`ChangeError::Groups`] when no number of groups has room for all, or too many people would
    /// have come; nothing changes then.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let mut running = Pods::within(4..=5).form(15, Seed::new(1))?.run(4..=5)?;
    /// let change = running.insert(1)?; // three full groups, and one more than they hold
    /// assert_eq!((change.opened().len(), change.moves().len()), (1, 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn insert(&mut self, people: usize) -> Result<Change, ChangeError> {
        let (ever, limit) = (self.group_of.len(), MAX_COUNT);
        if people > limit - ever {
            let people = ever.saturating_add(people);
            return Err(GroupError::TooManyPeople { people, limit }.into());
        }
        let target = self.target(&self.counts(), people)?;
        let joined: Vec<PersonId> =
            (ever..ever + people).map(|person| PersonId::new(to_u32(person))).collect();
        self.group_of.resize(ever + people, None);
        Ok(self.reach(&target, joined))
    }

    /// Lets people go; those who have left already are no matter. O(n).
    ///
    /// # Errors
    ///
    /// [`ChangeError::UnknownPerson`]; [`ChangeError::Groups`] when those who are left cannot be divided
    /// into groups in range: nothing changes then, and [`allow`](Self::allow) can widen it.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let mut running = Pods::within(3..=4).form(6, Seed::new(1))?.run(3..=4)?;
    /// let error = running.remove(&[0.into()]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "5 people cannot be divided into groups of 3..=4: \
    ///      the nearest are 1 group of 5, and 2 groups of 2 or 3"
    /// );
    /// running.allow(2..=4);
    /// assert!(running.remove(&[0.into()])?.moves().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove(&mut self, people: &[PersonId]) -> Result<Change, ChangeError> {
        let ever = self.group_of.len();
        if let Some(&person) = people.iter().find(|person| person.index() >= ever) {
            return Err(ChangeError::UnknownPerson { person, people: ever });
        }
        let mut gone = people.to_vec();
        gone.sort_unstable();
        gone.dedup();
        let mut counts = self.counts();
        for group in gone.iter().filter_map(|&person| self.group_of(person)) {
            counts[group.index()] -= 1;
        }
        let target = self.target(&counts, 0)?;
        for person in gone {
            if let Some(group) = self.group_of[person.index()].take() {
                self.members[group.index()].retain(|&other| other != person);
            }
        }
        Ok(self.reach(&target, Vec::new()))
    }

    /// Another range of sizes, for the changes to come.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    ///
    /// let mut running = Pods::within(3..=3).form(6, Seed::new(1))?.run(3..=3)?;
    /// running.allow(6..=6);
    /// assert_eq!(running.insert(0)?.dissolved().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allow(&mut self, sizes: impl Into<GroupSizes>) {
        self.sizes = sizes.into();
    }

    /// The group of a person; `None` for somebody who has left, or was never there. O(1).
    #[must_use]
    pub fn group_of(&self, person: PersonId) -> Option<GroupId> {
        self.group_of.get(person.index()).copied().flatten()
    }

    /// The members of a group, sorted; none for a dissolved one. O(1).
    #[must_use]
    pub fn members(&self, group: GroupId) -> &[PersonId] {
        self.members.get(group.index()).map_or(&[], Vec::as_slice)
    }

    /// The groups that are not dissolved, in order.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> + '_ {
        let open = self.open.iter().enumerate().filter(|&(_, &open)| open);
        open.map(|(group, _)| GroupId::new(to_u32(group)))
    }

    /// The number of people who are there. O(n).
    #[must_use]
    pub fn people(&self) -> usize {
        self.group_of.iter().flatten().count()
    }

    /// Re-checks that everybody is in one group, and every size in range. O(n).
    ///
    /// # Errors
    ///
    /// [`GroupViolation::Size`] for the first group out of range: only after
    /// [`allow`](Self::allow), until the next change.
    pub fn verify(&self) -> Result<(), GroupViolation> {
        let (lo, hi) = self.sizes.bounds();
        for group in self.groups() {
            let here = |&&p: &&PersonId| self.group_of(p) == Some(group);
            let size = self.members(group).iter().filter(here).count();
            if size < lo || size > hi {
                return Err(GroupViolation::Size { group, size, lo, hi });
            }
        }
        Ok(())
    }

    /// The sizes of all groups there ever were.
    fn counts(&self) -> Vec<usize> {
        self.members.iter().map(Vec::len).collect()
    }

    /// The cheapest way on, where there is one.
    fn target(&self, counts: &[usize], newcomers: usize) -> Result<Target, ChangeError> {
        let (lo, hi) = self.sizes.bounds();
        check_range(lo, hi)?;
        let all = counts.iter().sum::<usize>() + newcomers;
        let wanted = if all > 0 { self.sizes.groups(all)? } else { 0 };
        if !self.open.contains(&true) {
            return Ok(Target { opened: wanted, ..Target::default() });
        }
        Ok(Target::cheapest(counts, &self.open, newcomers, (lo, hi)))
    }
}
