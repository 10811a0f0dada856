//! The promises of a plan, checked from what it says of every person.

use super::error::RoundViolation;
use super::plan::RoundPlan;
use crate::id::to_u32;
use crate::{GroupId, PersonId, chunks};

impl RoundPlan {
    /// Re-checks every promise: everybody who is in the plan is in one group in every round, sizes
    /// are even (until people leave or groups have grown), roles are held once in a group and by
    /// everybody equally often within one, and people meet again as often as
    /// [`guarantee`](Self::guarantee) says. O(n R p log(R p)) for R rounds of groups of p.
    ///
    /// # Errors
    ///
    /// The first violated promise.
    ///
    /// ```
    /// use peergrade::{Rounds, Seed};
    ///
    /// assert!(Rounds::new(4, 3..=5).form(50, Seed::new(1))?.verify().is_ok());
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    pub fn verify(&self) -> Result<(), RoundViolation> {
        for round in 0..self.rounds() {
            self.check_round(round)?;
        }
        let people: Vec<PersonId> = (0..self.cell_of.len())
            .map(|person| PersonId::new(to_u32(person)))
            .filter(|&person| self.group_of(person, 0).is_some())
            .collect();
        let each = chunks::map(people.len(), |range| {
            range.map(|i| self.check_person(people[i])).sum::<Result<u64, _>>()
        });
        let twice = each.into_iter().sum::<Result<u64, _>>()?;
        if twice != 2 * self.repeats {
            return Err(RoundViolation::Repeats { counted: twice / 2, said: self.repeats });
        }
        Ok(())
    }

    /// Groups are disjoint, hold everybody, are of the right size, and no role is held twice.
    fn check_round(&self, round: usize) -> Result<(), RoundViolation> {
        let mut seen = vec![false; self.cell_of.len()];
        let lo = self.people() / self.group_count();
        let hi = self.people().div_ceil(self.group_count());
        for group in 0..self.group_count() {
            let id = GroupId::new(to_u32(group));
            let members = self.members(id, round);
            let size = members.len();
            if size > hi.max(self.group_size()) || (self.gone == 0 && (size < lo || size > hi)) {
                return Err(RoundViolation::Size { group, round, size, lo, hi });
            }
            let mut roles: Vec<usize> = Vec::with_capacity(size);
            for person in members {
                let again = core::mem::replace(&mut seen[person.index()], true);
                if again || self.group_of(person, round) != Some(id) {
                    return Err(RoundViolation::Seat { person, round });
                }
                roles.extend(self.role(person, round));
            }
            roles.sort_unstable();
            if let Some(pair) = roles.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(RoundViolation::RoleTwice { role: pair[0], group, round });
            }
        }
        let missing = (0..seen.len()).map(|person| PersonId::new(to_u32(person)));
        let mut missing =
            missing.filter(|&p| !seen[p.index()] && self.group_of(p, round).is_some());
        match missing.next() {
            Some(person) => Err(RoundViolation::Seat { person, round }),
            None => Ok(()),
        }
    }

    /// How often a person meets somebody again, if their roles are even.
    fn check_person(&self, person: PersonId) -> Result<u64, RoundViolation> {
        let mut met = Vec::new();
        let mut held = vec![0_usize; self.layout.turns as usize];
        let mut has_roles = false;
        for round in 0..self.rounds() {
            if let Some(group) = self.group_of(person, round) {
                met.extend(self.members(group, round).into_iter().filter(|&p| p != person));
            }
            if let Some(role) = self.role(person, round) {
                held[role] += 1;
                has_roles = true;
            }
        }
        let most = (0..held.len()).max_by_key(|&role| held[role]).unwrap_or(0);
        let least = (0..held.len()).min_by_key(|&role| held[role]).unwrap_or(0);
        if has_roles && held[most] > held[least] + 1 {
            let (times, fewer) = (held[most], held[least]);
            return Err(RoundViolation::RolesUneven { person, most, times, least, fewer });
        }
        met.sort_unstable();
        Ok(met.chunk_by(|a, b| a == b).map(|same| same.len() as u64 - 1).sum())
    }
}
