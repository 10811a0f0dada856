//! Roles one round at a time.

use super::plan::{NO_ROLE, RolePlan};
use super::{MAX_CELLS, Roles, RolesError, check_size};
use crate::group::Groups;
use crate::seed::Phase;
use crate::{PersonId, Seed};

/// How often everybody has held each role, for groups that are not known in advance.
///
/// Each round gives the roles of a group so that the sum over its members of the squared times they
/// have held each role, or none, is least: a dynamic programme over the sets of roles, exact for the
/// round. Counts stay close to each other, but are not promised to be within one: nobody knows who
/// will meet. [`Roles::assign`] promises it when all rounds are known.
///
/// O(n 2^m) time for m roles, 4 (m + 1) bytes a person.
///
/// ```
/// use peergrade::{Pods, Seed};
/// use peergrade::group::{RoleHistory, Roles};
///
/// let mut history = RoleHistory::new(Roles::default(), 12)?;
/// for week in 0..3 {
///     let pods = Pods::within(3..=3).form(12, Seed::new(week))?;
///     let roles = history.next(&pods, Seed::new(week))?;
///     assert!(roles.role_of(0.into(), 0).is_some());
/// }
/// assert_eq!(history.held(0.into()).iter().sum::<u32>(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleHistory {
    roles: Roles,
    people: usize,
    rounds: u64,
    /// By person: the times of each role, and of none.
    pub(super) held: Vec<u32>,
}

impl RoleHistory {
    /// The history of people who have not held any role.
    ///
    /// # Errors
    ///
    /// [`RolesError::TooLarge`] where people times roles are more than 2^28.
    pub fn new(roles: Roles, people: usize) -> Result<Self, RolesError> {
        let counts = roles.names().len() + 1;
        let cells = u64::try_from(people).unwrap_or(MAX_CELLS).saturating_mul(counts as u64);
        check_size(cells)?;
        Ok(Self { roles, people, rounds: 0, held: vec![0; people * counts] })
    }

    /// The times a person has held each role; empty for a person beyond the last.
    #[must_use]
    pub fn held(&self, person: PersonId) -> &[u32] {
        let counts = self.roles.names().len() + 1;
        let first = person.index().saturating_mul(counts);
        self.held.get(first..first + counts - 1).unwrap_or(&[])
    }

    /// Gives the roles of the next round and counts them. Roles held beside another are not counted.
    ///
    /// # Errors
    ///
    /// [`RolesError::FewMembers`], and [`RolesError::People`] for groups of other people.
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    /// use peergrade::group::{RoleHistory, Roles};
    ///
    /// let mut history = RoleHistory::new(Roles::default(), 12)?;
    /// let pods = Pods::within(3..=3).form(9, Seed::new(1))?;
    /// assert!(history.next(&pods, Seed::new(1)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next(&mut self, groups: &Groups, seed: Seed) -> Result<RolePlan, RolesError> {
        if groups.people() != self.people {
            let (people, expected) = (groups.people(), self.people);
            return Err(RolesError::People { round: 0, people, expected });
        }
        self.roles.check_members(0, groups)?;
        let counts = self.roles.names().len() + 1;
        let mut role_of = vec![NO_ROLE; self.people];
        // Ties go by the order of the members, which is drawn.
        let mut stream = seed.stream(Phase::Roles, self.rounds + 1);
        let mut best = Choices::default();
        for (_, members) in groups.iter() {
            let mut members = members.to_vec();
            stream.shuffle(&mut members);
            for (person, choice) in members.iter().zip(best.choose(&self.held, counts, &members)) {
                self.held[person.index() * counts + choice] += 1;
                role_of[person.index()] = self.roles.role(choice);
            }
        }
        self.rounds += 1;
        Ok(self.roles.plan(self.people, role_of, &[groups]))
    }
}

/// The least cost of every set of roles that the members so far have.
#[derive(Default)]
struct Choices {
    cost: Vec<u64>,
    /// By member and set: the choice of that member.
    last: Vec<usize>,
}

impl Choices {
    /// The choice of each member: a role, or `counts - 1` for none.
    fn choose(&mut self, held: &[u32], counts: usize, members: &[PersonId]) -> Vec<usize> {
        let (roles, none) = (counts - 1, counts - 1);
        let sets = 1 << roles;
        let everybody_has_one = members.len() <= roles;
        self.cost.clear();
        self.cost.resize(sets, u64::MAX);
        self.cost[0] = 0;
        self.last.clear();
        self.last.resize(sets * members.len(), none);
        for (i, person) in members.iter().enumerate() {
            let held = &held[person.index() * counts..][..counts];
            // (h + 1)^2 - h^2
            let more = |choice: usize| 2 * u64::from(held[choice]) + 1;
            let last = &mut self.last[i * sets..][..sets];
            // A set gains from smaller ones only, so the largest goes first.
            for set in (0..sets).rev() {
                let mut best = (u64::MAX, none);
                for choice in 0..roles {
                    if set >> choice & 1 == 1 {
                        let cost = self.cost[set ^ 1 << choice].saturating_add(more(choice));
                        if cost < best.0 {
                            best = (cost, choice);
                        }
                    }
                }
                let idle = self.cost[set].saturating_add(more(none));
                if !everybody_has_one && idle < best.0 {
                    best = (idle, none);
                }
                (self.cost[set], last[set]) = best;
            }
        }
        self.trace(members.len(), roles)
    }

    /// Walks back from the cheapest set with as many roles as can be held.
    fn trace(&self, members: usize, roles: usize) -> Vec<usize> {
        let sets = 1_usize << roles;
        let full = members.min(roles);
        let complete = (0..sets).filter(|set| set.count_ones() as usize == full);
        let mut set = complete.min_by_key(|&set| self.cost[set]).unwrap_or(0);
        let mut choices = vec![roles; members];
        for i in (0..members).rev() {
            choices[i] = self.last[i * sets + set];
            if choices[i] < roles {
                set ^= 1 << choices[i];
            }
        }
        choices
    }
}
