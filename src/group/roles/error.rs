//! What can be wrong with roles.

use crate::{GroupId, PersonId};

/// Why roles could not be given.
///
/// ```
/// use peergrade::{Groups, GroupId, Seed};
/// use peergrade::group::Roles;
///
/// let pairs = Groups::from_assignment([0, 0, 1, 1].map(GroupId::new))?;
/// let error = Roles::default().assign(&[pairs], Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "group 0 of round 0 has 2 members for 3 roles");
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RolesError {
    /// No roles, or too many.
    #[error("there are {roles} roles, there must be 1 to {limit}")]
    Count {
        /// Roles asked for.
        roles: usize,
        /// The most there can be.
        limit: usize,
    },
    /// Two roles of the same name.
    #[error("roles {first} and {second} are both called {name:?}")]
    Name {
        /// The first of the two.
        first: usize,
        /// The second.
        second: usize,
        /// Their name.
        name: String,
    },
    /// A group in which somebody would need two roles, which was not allowed.
    #[error("group {group} of round {round} has {size} members for {roles} roles")]
    FewMembers {
        /// The group.
        group: GroupId,
        /// The round.
        round: usize,
        /// Its size.
        size: usize,
        /// Number of roles.
        roles: usize,
    },
    /// Rounds of different people.
    #[error("round {round} has {people} people, not {expected}")]
    People {
        /// The first round that differs from what went before.
        round: usize,
        /// Its people.
        people: usize,
        /// People expected.
        expected: usize,
    },
    /// More than is written down.
    #[error("rounds, people and roles make a table of {cells}, the limit is {limit}")]
    TooLarge {
        /// Cells needed.
        cells: u64,
        /// The most there can be.
        limit: u64,
    },
}

/// A promise that roles do not keep.
///
/// [`RolePlan::verify`](super::RolePlan::verify) returns one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleViolation {
    /// The plan is for other rounds.
    #[error("the roles are for {rounds} rounds of {people} people, not {asked} of {expected}")]
    Rounds {
        /// Rounds of the plan.
        rounds: usize,
        /// People of the plan.
        people: usize,
        /// Rounds given.
        asked: usize,
        /// Their people.
        expected: usize,
    },
    /// A role that there is not.
    #[error("role {role} is held in group {group} of round {round}, there are {roles} roles")]
    Unknown {
        /// The role.
        role: usize,
        /// The group.
        group: GroupId,
        /// The round.
        round: usize,
        /// Number of roles.
        roles: usize,
    },
    /// A role that nobody or more than one holds.
    #[error("role {role} is held by {holders} in group {group} of round {round}, not by 1")]
    Holders {
        /// The role.
        role: usize,
        /// The group.
        group: GroupId,
        /// The round.
        round: usize,
        /// People who hold it.
        holders: usize,
    },
    /// Somebody has no role in a group that has one for everybody.
    #[error("person {person} has no role in round {round}, though there is one for everybody")]
    Idle {
        /// The person.
        person: PersonId,
        /// The round.
        round: usize,
    },
    /// Somebody holds one role more than once more often than another.
    #[error("person {person} holds role {most} {times} times and role {least} {fewer} times")]
    Uneven {
        /// The person.
        person: PersonId,
        /// The role held most.
        most: usize,
        /// How often.
        times: usize,
        /// The role held least.
        least: usize,
        /// How often.
        fewer: usize,
    },
}
