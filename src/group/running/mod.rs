//! A jigsaw that runs: people drop out and join, and homes are repaired with as few moves as can be.

mod dissolve;
mod join;
mod policy;
mod repair;

pub use join::Joined;
pub use policy::{Move, Repair, RepairError, RepairPolicy};

use super::plan::JigsawPlan;
use crate::id::to_u32;
use crate::{GroupId, PersonId, TopicId};

/// A [`JigsawPlan`] while the course runs: who is still there, in which home and expert group.
///
/// Groups keep their ids: a home that is dissolved, and an expert group that is merged, have no
/// members any more. People keep their topics.
///
/// ```
/// use peergrade::group::RepairPolicy;
/// use peergrade::{Jigsaw, Seed};
///
/// let plan = Jigsaw::topics(4).redundancy(2).form(80, Seed::new(1))?;
/// let mut running = plan.run();
/// let repair = running.repair(&[3.into(), 7.into()], RepairPolicy::dissolve())?;
/// assert!(repair.dissolved().is_empty()); // every topic has another expert at home
/// assert_eq!(running.people(), 78);
/// let late = running.join(None)?;
/// assert!(running.members(late.home()).contains(&late.person()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningJigsaw {
    topics: usize,
    redundancy: usize,
    topic_of: Vec<TopicId>,
    home_of: Vec<Option<GroupId>>,
    expert_of: Vec<Option<GroupId>>,
    /// Members in the order of ids; empty where dissolved.
    homes: Vec<Vec<PersonId>>,
    /// Homes that are not dissolved, even if everybody has left.
    open: Vec<bool>,
    experts: Vec<Vec<PersonId>>,
    topic_of_experts: Vec<TopicId>,
}

impl RunningJigsaw {
    pub(super) fn new(plan: &JigsawPlan) -> Self {
        let members = |groups: &super::Groups| groups.iter().map(|(_, all)| all.to_vec()).collect();
        let all = |groups: &super::Groups| groups.assignment().iter().copied().map(Some).collect();
        let topic_of = plan.topic_assignment();
        Self {
            topics: plan.topics(),
            redundancy: plan.redundancy(),
            topic_of: topic_of.to_vec(),
            home_of: all(plan.homes()),
            expert_of: all(plan.experts()),
            homes: members(plan.homes()),
            open: vec![true; plan.homes().len()],
            experts: members(plan.experts()),
            topic_of_experts: plan
                .experts()
                .iter()
                .map(|(_, members)| topic_of[members[0].index()])
                .collect(),
        }
    }

    /// The home of a person; `None` for somebody who has left, or was never there. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.run().home_of(2.into()), plan.homes().group_of(2.into()));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn home_of(&self, person: PersonId) -> Option<GroupId> {
        self.home_of.get(person.index()).copied().flatten()
    }

    /// The expert group of a person; `None` for somebody who has left, or was never there. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.run().expert_group_of(2.into()), plan.experts().group_of(2.into()));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn expert_group_of(&self, person: PersonId) -> Option<GroupId> {
        self.expert_of.get(person.index()).copied().flatten()
    }

    /// The topic of a person, also of one who has left. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.run().topic_of(2.into()), plan.topic_of(2.into()));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn topic_of(&self, person: PersonId) -> Option<TopicId> {
        self.topic_of.get(person.index()).copied()
    }

    /// The members of a home, sorted; none for a dissolved one. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.run().members(1.into()), plan.homes().members(1.into()));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn members(&self, home: GroupId) -> &[PersonId] {
        self.homes.get(home.index()).map_or(&[], Vec::as_slice)
    }

    /// The members of an expert group, sorted; none for one that was merged. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.run().experts(1.into()), plan.experts().members(1.into()));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn experts(&self, group: GroupId) -> &[PersonId] {
        self.experts.get(group.index()).map_or(&[], Vec::as_slice)
    }

    /// The homes that are not dissolved, in order.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert_eq!(Jigsaw::topics(3).form(9, Seed::new(1))?.run().homes().count(), 3);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn homes(&self) -> impl Iterator<Item = GroupId> + '_ {
        let open = self.open.iter().enumerate().filter(|&(_, &open)| open);
        open.map(|(home, _)| GroupId::new(to_u32(home)))
    }

    /// The number of people who are there. O(n).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert_eq!(Jigsaw::topics(3).form(9, Seed::new(1))?.run().people(), 9);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn people(&self) -> usize {
        self.home_of.iter().flatten().count()
    }

    /// The topics of which homes have fewer than `coverage` people, in the order of the homes. O(n).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let running = Jigsaw::topics(3).redundancy(2).form(12, Seed::new(1))?.run();
    /// assert!(running.broken(2).is_empty());
    /// assert_eq!(running.broken(3).len(), 2 * 3);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn broken(&self, coverage: usize) -> Vec<(GroupId, TopicId)> {
        let mut all = Vec::new();
        for home in self.homes() {
            let counts = self.counts(home);
            for (topic, _) in counts.iter().enumerate().filter(|&(_, &count)| count < coverage) {
                all.push((home, TopicId::new(to_u32(topic))));
            }
        }
        all
    }

    /// The people of every topic in a home.
    fn counts(&self, home: GroupId) -> Vec<usize> {
        let mut counts = vec![0; self.topics];
        for person in self.members(home) {
            counts[self.topic_of[person.index()].index()] += 1;
        }
        counts
    }

    /// Takes a person out of a list of members.
    fn leave(list: &mut Vec<PersonId>, person: PersonId) {
        if let Ok(place) = list.binary_search(&person) {
            list.remove(place);
        }
    }

    /// Puts a person into a list of members.
    fn enter(list: &mut Vec<PersonId>, person: PersonId) {
        if let Err(place) = list.binary_search(&person) {
            list.insert(place, person);
        }
    }
}

#[cfg(test)]
mod tests;
