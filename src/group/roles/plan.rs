//! Who has which role.

use super::Roles;
use super::error::RoleViolation;
use crate::group::Groups;
use crate::id::to_u32;
use crate::{GroupId, PersonId};

/// A role that somebody holds beside their own, since the group has fewer members than roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Combined {
    /// The round.
    pub round: usize,
    /// The group.
    pub group: GroupId,
    /// The role.
    pub role: usize,
    /// Who holds it.
    pub person: PersonId,
}

/// The roles of everybody in some rounds; [`Roles`] makes it. One byte a person and round.
///
/// ```
/// use peergrade::{Pods, Seed};
/// use peergrade::group::Roles;
///
/// let pods = Pods::within(4..=4).form(8, Seed::new(1))?;
/// let plan = Roles::default().rotate(&pods, 2, Seed::new(1))?;
/// let idle = (0..8).filter(|&p| plan.role_of(p.into(), 0).is_none()).count();
/// assert_eq!(idle, 2); // three roles for groups of four
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePlan {
    people: usize,
    rounds: usize,
    /// By round and person.
    role_of: Vec<u8>,
    /// By round, group and role.
    combined: Vec<Combined>,
}

pub(super) const NO_ROLE: u8 = u8::MAX;

impl RolePlan {
    pub(super) fn new(
        people: usize,
        role_of: Vec<u8>,
        rounds: usize,
        combined: Vec<Combined>,
    ) -> Self {
        Self { people, rounds, role_of, combined }
    }

    /// The number of rounds.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// The role of a person in a round; `None` for who has none, and for a person or a round beyond
    /// the last. O(1).
    #[must_use]
    pub fn role_of(&self, person: PersonId, round: usize) -> Option<usize> {
        if person.index() >= self.people || round >= self.rounds {
            return None;
        }
        let role = self.role_of[round * self.people + person.index()];
        (role != NO_ROLE).then_some(role.into())
    }

    /// The roles that people hold beside their own, in the order of round, group and role.
    #[must_use]
    pub fn combined(&self) -> &[Combined] {
        &self.combined
    }

    /// Re-checks the promises: every role is held once in every group, somebody without a role is in
    /// a group with more members than roles, and turns are even within one. O(n R m).
    ///
    /// Roles given one round at a time are not promised to be even: check those with a plan of each
    /// round alone.
    ///
    /// # Errors
    ///
    /// The first violated promise.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    /// use peergrade::group::Roles;
    ///
    /// let rounds = [Pods::within(3..=4).form(10, Seed::new(1))?];
    /// let roles = Roles::default();
    /// let plan = roles.assign(&rounds, Seed::new(1))?;
    /// assert!(plan.verify(&roles, &rounds).is_ok());
    /// assert!(plan.verify(&roles, &[]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(&self, roles: &Roles, rounds: &[Groups]) -> Result<(), RoleViolation> {
        let expected = rounds.first().map_or(0, Groups::people);
        let other = rounds.iter().any(|groups| groups.people() != self.people);
        if rounds.len() != self.rounds || other {
            let (rounds, asked) = (self.rounds, rounds.len());
            return Err(RoleViolation::Rounds { rounds, people: self.people, asked, expected });
        }
        for (round, groups) in rounds.iter().enumerate() {
            for (group, members) in groups.iter() {
                self.check_group(roles.names().len(), round, group, members)?;
            }
        }
        (0..self.people).try_for_each(|person| {
            self.check_person(PersonId::new(to_u32(person)), roles.names().len())
        })
    }

    fn check_group(
        &self,
        roles: usize,
        round: usize,
        group: GroupId,
        members: &[PersonId],
    ) -> Result<(), RoleViolation> {
        let first = self.combined.partition_point(|c| (c.round, c.group) < (round, group));
        let more = self.combined[first..].iter();
        let more = more.take_while(|c| (c.round, c.group) == (round, group));
        let mut holders = vec![0; roles];
        let own = members.iter().filter_map(|&person| self.role_of(person, round));
        for role in own.chain(more.map(|combined| combined.role)) {
            let Some(holders) = holders.get_mut(role) else {
                return Err(RoleViolation::Unknown { role, group, round, roles });
            };
            *holders += 1;
        }
        if let Some(role) = holders.iter().position(|&holders| holders != 1) {
            return Err(RoleViolation::Holders { role, group, round, holders: holders[role] });
        }
        let idle = members.iter().find(|&&person| self.role_of(person, round).is_none());
        match idle {
            Some(&person) if members.len() <= roles => Err(RoleViolation::Idle { person, round }),
            _ => Ok(()),
        }
    }

    fn check_person(&self, person: PersonId, roles: usize) -> Result<(), RoleViolation> {
        let mut held = vec![0; roles];
        for role in (0..self.rounds).filter_map(|round| self.role_of(person, round)) {
            held[role] += 1;
        }
        let most = (0..roles).max_by_key(|&role| held[role]).unwrap_or(0);
        let least = (0..roles).min_by_key(|&role| held[role]).unwrap_or(0);
        if held[most] <= held[least] + 1 {
            return Ok(());
        }
        let (times, fewer) = (held[most], held[least]);
        Err(RoleViolation::Uneven { person, most, times, least, fewer })
    }
}
