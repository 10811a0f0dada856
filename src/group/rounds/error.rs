//! What can be wrong with a wish for rounds.

use crate::PersonId;
use crate::group::GroupError;

/// Why rounds could not be planned, or a plan not changed.
///
/// ```
/// use peergrade::{Rounds, Seed};
///
/// let error = Rounds::new(0, 3..=4).form(20, Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "there must be 1 round or more, not 0");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RoundsError {
    /// The people cannot be divided into groups of these sizes.
    #[error(transparent)]
    Groups(#[from] GroupError),
    /// A plan of nothing.
    #[error("there must be 1 round or more, not 0")]
    NoRounds,
    /// More rounds than a plan holds.
    #[error("{rounds} rounds are more than the {limit} of one plan")]
    TooManyRounds {
        /// Rounds asked for.
        rounds: usize,
        /// The most there can be.
        limit: usize,
    },
    /// There is no place for somebody who joins.
    #[error(
        "all {places} places are taken, and groups of {size} are too large or would repeat pairs"
    )]
    Full {
        /// Places of the plan, all taken.
        places: usize,
        /// The size that groups would grow to.
        size: usize,
    },
    /// A person who is not in the plan.
    #[error("person {person} is not in the plan of {people} people, or has left it")]
    Absent {
        /// The person.
        person: PersonId,
        /// People who ever were in the plan.
        people: usize,
    },
}

/// A promise that a plan of rounds does not keep.
///
/// [`RoundPlan::verify`](super::RoundPlan::verify) returns one; a plan that this crate made has none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoundViolation {
    /// Somebody is not in exactly the group that they are said to be in.
    #[error("person {person} is not once in the groups of round {round}")]
    Seat {
        /// The person.
        person: PersonId,
        /// The round.
        round: usize,
    },
    /// A group is too small or too large.
    #[error("group {group} has size {size} in round {round}, not {lo}..={hi}")]
    Size {
        /// The group.
        group: usize,
        /// The round.
        round: usize,
        /// Its size.
        size: usize,
        /// Smallest size.
        lo: usize,
        /// Largest size.
        hi: usize,
    },
    /// Two people of a group have the same role.
    #[error("role {role} is held twice in group {group} of round {round}")]
    RoleTwice {
        /// The role.
        role: usize,
        /// The group.
        group: usize,
        /// The round.
        round: usize,
    },
    /// Somebody holds one role more than once more often than another.
    #[error("person {person} holds role {most} {times} times and role {least} {fewer} times")]
    RolesUneven {
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
    /// People meet again more often than the plan says.
    #[error("people meet again {counted} times, the plan says {said}")]
    Repeats {
        /// Meetings beyond the first of a pair, counted.
        counted: u64,
        /// What the plan says.
        said: u64,
    },
}
