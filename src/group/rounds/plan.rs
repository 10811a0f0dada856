//! The plan of rounds.

use super::choose::{RoundMethod, repeats_at_least};
use super::layout::{Layout, Scheme, Seat};
use crate::group::Groups;
use crate::id::to_u32;
use crate::{GroupId, PersonId};

/// What a plan of rounds promises about people who meet again.
///
/// ```
/// use peergrade::{Rounds, Seed};
/// use peergrade::group::Guarantee;
///
/// let plan = Rounds::new(3, 4..=4).form(8, Seed::new(1))?;
/// // 36 meetings of 28 pairs.
/// let Guarantee::AtMost { repeats, bound } = plan.guarantee() else { unreachable!() };
/// assert_eq!(bound, 8);
/// assert!(repeats >= bound);
/// # Ok::<(), peergrade::group::RoundsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub enum Guarantee {
    /// No two people are in one group twice.
    ZeroRepeats,
    /// People meet again this often.
    AtMost {
        /// Meetings beyond the first, summed over the pairs.
        repeats: u64,
        /// As many as no plan of these sizes can do without, since there are not more pairs.
        bound: u64,
    },
}

impl Guarantee {
    /// Whether nobody meets anybody twice.
    #[must_use]
    pub const fn is_free_of_repeats(self) -> bool {
        matches!(self, Self::ZeroRepeats)
    }

    /// Meetings beyond the first, summed over the pairs.
    #[must_use]
    pub const fn repeats(self) -> u64 {
        match self {
            Self::ZeroRepeats => 0,
            Self::AtMost { repeats, .. } => repeats,
        }
    }
}

/// Who is in which group in which round, and with which role.
///
/// ```
/// use peergrade::{Rounds, Seed};
///
/// let plan = Rounds::new(6, 3..=4).form(25, Seed::new(1))?;
/// assert!(plan.verify().is_ok());
/// let week = plan.groups(2).unwrap();
/// assert_eq!(week.group_of(3.into()), plan.group_of(3.into(), 2));
/// # Ok::<(), peergrade::group::RoundsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundPlan {
    pub(super) layout: Layout,
    method: RoundMethod,
    pub(super) rounds: u32,
    /// No group may be larger.
    pub(super) largest: usize,
    pub(super) person_at: Vec<u32>,
    pub(super) cell_of: Vec<u32>,
    /// People who have left.
    pub(super) gone: usize,
    /// No cell before this one is empty.
    pub(super) empty_from: usize,
    pub(super) repeats: u64,
}

/// In `person_at` an empty cell, in `cell_of` a person who has left.
pub(super) const NOBODY: u32 = u32::MAX;

impl RoundPlan {
    /// `seats` are the people of the first cells; the cells that are left are holes, all in the last
    /// row, so that no group ever has two.
    pub(super) fn new(
        layout: Layout,
        method: RoundMethod,
        rounds: u32,
        largest: usize,
        seats: &[u32],
        repeats: u64,
    ) -> Self {
        let mut person_at = vec![NOBODY; layout.cells()];
        person_at[..seats.len()].copy_from_slice(seats);
        let mut cell_of = vec![0; seats.len()];
        for (cell, &person) in (0..).zip(seats) {
            cell_of[person as usize] = cell;
        }
        let empty_from = seats.len();
        Self { layout, method, rounds, largest, person_at, cell_of, gone: 0, empty_from, repeats }
    }

    /// The number of rounds.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds as usize
    }

    /// The number of people who are in the plan.
    #[must_use]
    pub fn people(&self) -> usize {
        self.cell_of.len() - self.gone
    }

    /// The number of groups, the same in every round.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.layout.columns as usize
    }

    /// The size of a full group, and the number of roles in turn. Until people leave every group is
    /// full or lacks one.
    #[must_use]
    pub fn group_size(&self) -> usize {
        self.layout.rows as usize
    }

    /// How the rounds were made.
    #[must_use]
    pub fn method(&self) -> RoundMethod {
        self.method
    }

    /// What is promised about people who meet again.
    #[must_use]
    pub fn guarantee(&self) -> Guarantee {
        match self.repeats {
            0 => Guarantee::ZeroRepeats,
            repeats => {
                let people = to_u32(self.people());
                let bound = repeats_at_least(people, self.layout.columns, self.rounds);
                Guarantee::AtMost { repeats, bound: bound.min(repeats) }
            }
        }
    }

    /// The group of a person in a round; `None` for a person or a round that is not in the plan.
    /// O(1).
    ///
    /// ```
    /// # use peergrade::{Rounds, Seed};
    /// let plan = Rounds::new(2, 3..=3).form(9, Seed::new(1))?;
    /// assert!(plan.group_of(8.into(), 1).unwrap().get() < 3);
    /// assert_eq!(plan.group_of(9.into(), 1), None);
    /// assert_eq!(plan.group_of(8.into(), 2), None);
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    #[must_use]
    pub fn group_of(&self, person: PersonId, round: usize) -> Option<GroupId> {
        self.seat(person, round).map(|seat| GroupId::new(seat.group))
    }

    /// The role of a person in a round, `0..group_size`: no two in a group have the same, and
    /// everybody has every role equally often within one. `None` for a person or a round that is not
    /// in the plan, and for people who joined groups that were full. O(1).
    ///
    /// What the roles are called is up to the caller; [`Roles`](crate::group::Roles) has names.
    ///
    /// ```
    /// # use peergrade::{Rounds, Seed};
    /// let plan = Rounds::new(3, 3..=3).form(9, Seed::new(1))?;
    /// let mut held: Vec<_> = (0..3).map(|round| plan.role(4.into(), round).unwrap()).collect();
    /// held.sort();
    /// assert_eq!(held, [0, 1, 2]);
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    #[must_use]
    pub fn role(&self, person: PersonId, round: usize) -> Option<usize> {
        Some(self.seat(person, round)?.turn? as usize)
    }

    fn seat(&self, person: PersonId, round: usize) -> Option<Seat> {
        let cell = *self.cell_of.get(person.index())?;
        let round = u32::try_from(round).ok().filter(|&round| round < self.rounds)?;
        (cell != NOBODY).then(|| self.layout.seat(cell, round))
    }

    /// The members of a group in a round, sorted; none for a group or a round that is not in the
    /// plan. O(p log p) for groups of p.
    ///
    /// ```
    /// # use peergrade::{Rounds, Seed};
    /// let plan = Rounds::new(2, 3..=3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.members(2.into(), 1).len(), 3);
    /// assert!(plan.members(3.into(), 1).is_empty());
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    #[must_use]
    pub fn members(&self, group: GroupId, round: usize) -> Vec<PersonId> {
        if group.index() >= self.group_count() || round >= self.rounds() {
            return Vec::new();
        }
        let cells = self.layout.members(group.get(), to_u32(round));
        let people = cells.map(|cell| self.person_at[cell as usize]);
        let mut members: Vec<_> = people.filter(|&p| p != NOBODY).map(PersonId::new).collect();
        members.sort_unstable();
        members
    }

    /// The groups of a round. `None` for a round that is not in the plan, and once people have left,
    /// since then not everybody has a group: [`members`](Self::members) goes on. O(n).
    ///
    /// ```
    /// # use peergrade::{Rounds, Seed};
    /// let plan = Rounds::new(2, 3..=3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.groups(1).unwrap().sizes().collect::<Vec<_>>(), [3, 3, 3]);
    /// assert!(plan.groups(2).is_none());
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    #[must_use]
    pub fn groups(&self, round: usize) -> Option<Groups> {
        if round >= self.rounds() || self.gone > 0 {
            return None;
        }
        let round = to_u32(round);
        let mut group_of = vec![GroupId::default(); self.cell_of.len()];
        let rows = self.person_at.chunks(self.group_count());
        for (row, people) in (0..).zip(rows) {
            let group = self.layout.groups_of_row(row, round);
            for (column, &person) in (0..).zip(people) {
                if person != NOBODY {
                    group_of[person as usize] = GroupId::new(group(column));
                }
            }
        }
        Groups::from_assignment(group_of).ok()
    }

    /// Whether a further row would bring no repeats.
    pub(super) fn can_grow(&self) -> bool {
        let rows = self.layout.rows + 1;
        let room = rows as usize <= self.largest;
        match &self.layout.scheme {
            Scheme::Shift { ring, within_rows: None } => {
                room && self.rounds <= ring.rounds(self.layout.columns, rows)
            }
            _ => false,
        }
    }
}
