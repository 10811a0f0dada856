//! People who join and leave while the rounds go on.

use super::error::RoundsError;
use super::plan::{NOBODY, RoundPlan};
use crate::id::{MAX_COUNT, to_u32};
use crate::{GroupId, PersonId};

impl RoundPlan {
    /// Gives a place to somebody who joins late, and returns their id, the next one. Nobody else
    /// moves, in any round, and nobody meets anybody twice who did not before.
    ///
    /// The place is the first that is empty: that of somebody who has left, or one of the groups
    /// that lack a member, where the newcomer also takes the role that nobody held. When all groups
    /// are full they grow: a new row, one place in every group, whose people have no role. That is
    /// done as long as the sizes and the promise of no repeats allow it.
    ///
    /// O(rounds x p log) and, over all calls, O(n).
    ///
    /// # Errors
    ///
    /// [`RoundsError::Full`] where groups cannot grow, or the plan has as many people as there can
    /// be ids.
    ///
    /// ```
    /// use peergrade::{Rounds, Seed};
    ///
    /// let mut plan = Rounds::new(5, 3..=4).form(19, Seed::new(1))?;
    /// let before = plan.group_of(3.into(), 4);
    /// let late = plan.join()?;
    /// assert_eq!(late.get(), 19);
    /// assert!(plan.guarantee().is_free_of_repeats());
    /// assert_eq!(plan.group_of(3.into(), 4), before);
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    pub fn join(&mut self) -> Result<PersonId, RoundsError> {
        let places = self.person_at.len();
        let rest = &self.person_at[self.empty_from.min(places)..];
        let found = rest.iter().position(|&person| person == NOBODY);
        let cell = self.empty_from.min(places) + found.unwrap_or(rest.len());
        let full = self.cell_of.len() >= MAX_COUNT
            || (cell == places
                && (!self.can_grow() || places + self.group_count() > 2 * MAX_COUNT));
        if full {
            return Err(RoundsError::Full { places, size: self.group_size() + 1 });
        }
        if cell == places {
            self.layout.rows += 1;
            self.person_at.resize(self.layout.cells(), NOBODY);
        }
        let person = PersonId::new(to_u32(self.cell_of.len()));
        self.empty_from = cell + 1;
        self.person_at[cell] = person.get();
        self.cell_of.push(to_u32(cell));
        self.repeats = self.repeats.saturating_add(self.repeats_of(person));
        Ok(person)
    }

    /// Takes out somebody who leaves. Nobody else moves; the groups they would have been in have one
    /// member less, until somebody [joins](Self::join) in their place. O(rounds x p log).
    ///
    /// # Errors
    ///
    /// [`RoundsError::Absent`] for a person who is not in the plan.
    ///
    /// ```
    /// use peergrade::{Rounds, Seed};
    ///
    /// let mut plan = Rounds::new(5, 3..=4).form(20, Seed::new(1))?;
    /// plan.leave(7.into())?;
    /// assert_eq!(plan.group_of(7.into(), 0), None);
    /// assert_eq!(plan.people(), 19);
    /// assert!(plan.leave(7.into()).is_err());
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    pub fn leave(&mut self, person: PersonId) -> Result<(), RoundsError> {
        let cell = self.cell_of.get(person.index()).copied().filter(|&cell| cell != NOBODY);
        let Some(cell) = cell else {
            return Err(RoundsError::Absent { person, people: self.cell_of.len() });
        };
        self.repeats = self.repeats.saturating_sub(self.repeats_of(person));
        self.cell_of[person.index()] = NOBODY;
        self.person_at[cell as usize] = NOBODY;
        self.empty_from = self.empty_from.min(cell as usize);
        self.gone += 1;
        Ok(())
    }

    /// How often a person meets somebody again.
    pub(super) fn repeats_of(&self, person: PersonId) -> u64 {
        let group = |round| self.group_of(person, round).unwrap_or(GroupId::new(NOBODY));
        let mut met: Vec<_> = (0..self.rounds())
            .flat_map(|round| self.members(group(round), round))
            .filter(|&other| other != person)
            .collect();
        met.sort_unstable();
        met.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
    }
}
