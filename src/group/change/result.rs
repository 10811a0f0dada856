//! What a change did, or why it could not be.

use crate::group::error::GroupError;
use crate::group::running::Move;
use crate::group::violation::GroupViolation;
use crate::{GroupId, PersonId};

/// What a change did to groups that run.
///
/// ```
/// use peergrade::{Pods, Seed};
///
/// let mut running = Pods::within(2..=3).form(6, Seed::new(1))?.run(2..=3)?;
/// let change = running.insert(4)?;
/// for (person, group) in change.joined().iter().map(|&p| (p, running.group_of(p))) {
///     println!("person {person} goes to group {group:?}");
/// }
/// assert_eq!((change.joined().len(), running.people()), (4, 10));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    pub(super) joined: Vec<PersonId>,
    pub(super) moves: Vec<Move>,
    pub(super) dissolved: Vec<GroupId>,
    pub(super) opened: Vec<GroupId>,
}

impl Change {
    /// The ids of the people who came.
    #[must_use]
    pub fn joined(&self) -> &[PersonId] {
        &self.joined
    }

    /// Who goes from one group to another, in the order of the people; those who came are not among
    /// them.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// The groups that are no more, in order.
    #[must_use]
    pub fn dissolved(&self) -> &[GroupId] {
        &self.dissolved
    }

    /// The groups that are new, in order.
    #[must_use]
    pub fn opened(&self) -> &[GroupId] {
        &self.opened
    }
}

/// Why groups that run could not be changed.
///
/// ```
/// use peergrade::{Pods, Seed};
///
/// let mut running = Pods::within(3..=3).form(9, Seed::new(1))?.run(3..=3)?;
/// let error = running.remove(&[9.into()]).unwrap_err();
/// assert_eq!(error.to_string(), "person 9 leaves, there are 9 people");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The people cannot be divided into groups in range.
    #[error(transparent)]
    Groups(#[from] GroupError),
    /// A group is out of range before anything changes.
    #[error(transparent)]
    Violation(#[from] GroupViolation),
    /// Somebody leaves who was never there.
    #[error("person {person} leaves, there are {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// The people there ever were.
        people: usize,
    },
}
