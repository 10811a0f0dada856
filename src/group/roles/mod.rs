//! Roles in groups.

mod colour;
mod error;
mod history;
mod plan;

pub use error::{RoleViolation, RolesError};
pub use history::RoleHistory;
pub use plan::{Combined, RolePlan};

pub(super) use colour::colour;

use super::groups::Groups;
use crate::id::to_u32;
use crate::seed::{Phase, Stream};
use crate::{GroupId, PersonId, Seed};
use plan::NO_ROLE;

/// The roles of a group, and how they are handed round.
///
/// Everybody holds every role equally often within one:
///
/// ```text
/// m roles, a person who holds one in R rounds: each floor(R/m) or ceil(R/m) times
/// ```
///
/// - [`rotate`](Self::rotate): groups that stay. Turns go round.
/// - [`assign`](Self::assign): groups that change, all rounds known. In a group with more members
///   than roles those have none who went without least often. Each person is split into copies of
///   `m` successive rounds with a role; the bipartite graph of copies and groups has at most `m`
///   edges at an end, so `m` colours suffice (Koenig 1916) and each colour is a role. Nobody has a
///   role twice within such a block either.
/// - [`RoleHistory`]: groups that change, one round at a time. Even as far as what comes allows it.
///
/// In a group with fewer members than roles somebody must hold two: that is an error unless
/// [`combine`](Self::combine) allows it. [`RoundPlan::role`](super::RoundPlan::role) has roles of its
/// own, without names; this type names them.
///
/// ```
/// use peergrade::{Pods, Seed};
/// use peergrade::group::Roles;
///
/// let weeks: Vec<_> = (0..6).map(|week| Pods::within(3..=4).form(22, Seed::new(week))).collect();
/// let weeks = weeks.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let roles = Roles::default(); // facilitator, scribe, timekeeper
/// let plan = roles.assign(&weeks, Seed::new(1))?;
/// plan.verify(&roles, &weeks)?;
/// if let Some(role) = plan.role_of(7.into(), 2) {
///     println!("person 7 is {} in week 2", roles.names()[role]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Roles {
    names: Vec<String>,
    combine: bool,
}

/// The most roles: choices in a group are weighed over the sets of roles.
const MAX_ROLES: usize = 12;
/// The most cells of a table.
const MAX_CELLS: u64 = 1 << 28;

impl Default for Roles {
    fn default() -> Self {
        let names = ["facilitator", "scribe", "timekeeper"].map(String::from).to_vec();
        Self { names, combine: false }
    }
}

impl Roles {
    /// Roles of these names, the most important first.
    ///
    /// # Errors
    ///
    /// [`RolesError::Count`] unless there are 1 to 12 (it says 13 of any more, which are not looked
    /// at), [`RolesError::Name`] for a name that comes twice.
    ///
    /// ```
    /// use peergrade::group::Roles;
    ///
    /// let roles = Roles::new(["driver", "navigator"])?;
    /// assert_eq!(roles.names()[1], "navigator");
    /// assert!(Roles::new(["driver", "driver"]).is_err());
    /// # Ok::<(), peergrade::group::RolesError>(())
    /// ```
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, RolesError> {
        // One more than there can be shows that there are too many, were they endless.
        let names: Vec<String> = names.into_iter().take(MAX_ROLES + 1).map(Into::into).collect();
        if names.is_empty() || names.len() > MAX_ROLES {
            return Err(RolesError::Count { roles: names.len(), limit: MAX_ROLES });
        }
        for (second, name) in names.iter().enumerate() {
            if let Some(first) = names[..second].iter().position(|earlier| earlier == name) {
                return Err(RolesError::Name { first, second, name: name.clone() });
            }
        }
        Ok(Self { names, combine: false })
    }

    /// Lets one person hold two roles or more in groups with fewer members than roles: a role that
    /// nobody has goes to whoever has the next one. [`RolePlan::combined`] lists them.
    ///
    /// ```
    /// use peergrade::{GroupId, Groups, Seed};
    /// use peergrade::group::Roles;
    ///
    /// let pair = Groups::from_assignment([0, 0].map(GroupId::new))?;
    /// let plan = Roles::default().combine().assign(&[pair], Seed::new(1))?;
    /// assert_eq!(plan.combined().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn combine(mut self) -> Self {
        self.combine = true;
        self
    }

    /// The names. Everywhere else a role is its position here.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The roles of groups that stay together for this many rounds, who begins with what by chance.
    /// O(n R).
    ///
    /// # Errors
    ///
    /// [`RolesError::FewMembers`], [`RolesError::TooLarge`].
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    /// use peergrade::group::Roles;
    ///
    /// let pods = Pods::within(3..=3).form(9, Seed::new(1))?;
    /// let plan = Roles::default().rotate(&pods, 3, Seed::new(1))?;
    /// let mut held: Vec<_> = (0..3).map(|round| plan.role_of(5.into(), round)).collect();
    /// held.sort();
    /// assert_eq!(held, [Some(0), Some(1), Some(2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rotate(
        &self,
        groups: &Groups,
        rounds: usize,
        seed: Seed,
    ) -> Result<RolePlan, RolesError> {
        self.check_members(0, groups)?;
        let people = groups.people();
        check_size((people as u64).saturating_mul(rounds as u64))?;
        let mut role_of = vec![NO_ROLE; people * rounds];
        let mut turns = Vec::new();
        let mut stream = seed.stream(Phase::Roles, 0);
        for (_, members) in groups.iter() {
            let turns_here = self.names.len().max(members.len());
            turns.clear();
            turns.extend(0..members.len());
            stream.shuffle(&mut turns);
            for (person, first) in members.iter().zip(&turns) {
                for round in 0..rounds {
                    let turn = (first + round) % turns_here;
                    role_of[round * people + person.index()] = self.role(turn);
                }
            }
        }
        let groups: Vec<&Groups> = vec![groups; rounds];
        Ok(self.plan(people, role_of, &groups))
    }

    /// The roles of groups that change, when all rounds are known. Exact: see [`Roles`]. O(E) memory
    /// for E people times rounds, O(E log m) time where the number of roles m is a power of two; for others
    /// time grows about linearly too, at 10^7 to a minute or more.
    ///
    /// # Errors
    ///
    /// [`RolesError::FewMembers`], [`RolesError::People`], [`RolesError::TooLarge`].
    ///
    /// ```
    /// use peergrade::{Pods, Seed};
    /// use peergrade::group::{Roles, RolesError};
    ///
    /// let one = Pods::within(3..=3).form(9, Seed::new(1))?;
    /// let other = Pods::within(3..=3).form(12, Seed::new(1))?;
    /// let error = Roles::default().assign(&[one, other], Seed::new(1)).unwrap_err();
    /// assert_eq!(error, RolesError::People { round: 1, people: 12, expected: 9 });
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn assign(&self, rounds: &[Groups], seed: Seed) -> Result<RolePlan, RolesError> {
        let Some(people) = rounds.first().map(Groups::people) else {
            return Ok(self.plan(0, Vec::new(), &[]));
        };
        for (round, groups) in rounds.iter().enumerate() {
            if groups.people() != people {
                let people_here = groups.people();
                return Err(RolesError::People { round, people: people_here, expected: people });
            }
            self.check_members(round, groups)?;
        }
        let roles = self.names.len();
        let copies = rounds.len().div_ceil(roles);
        let ends = rounds.iter().map(|groups| groups.len() as u64).sum::<u64>();
        check_size(((people * copies) as u64).saturating_add(ends).saturating_mul(roles as u64))?;
        let mut stream = seed.stream(Phase::Roles, 0);
        let active = active(rounds, roles, &mut stream);
        let mut edges = Vec::with_capacity(people * rounds.len());
        let (mut before, mut held) = (0, vec![0; people]);
        for (groups, active) in rounds.iter().zip(active.chunks(people)) {
            for (person, group) in groups.assignment().iter().enumerate() {
                if active[person] {
                    let copy = person * copies + held[person] / roles;
                    edges.push((to_u32(copy), before + group.get()));
                    held[person] += 1;
                }
            }
            before += to_u32(groups.len());
        }
        let colours = colour(&edges, (people * copies, before as usize), roles);
        // Which colour is which role is drawn, or low ids would hold the first roles first.
        let mut role_of_colour: Vec<usize> = (0..roles).collect();
        stream.shuffle(&mut role_of_colour);
        let mut colours = colours.iter().map(|&colour| self.role(role_of_colour[colour as usize]));
        let role = |active: bool| if active { colours.next() } else { None }.unwrap_or(NO_ROLE);
        let role_of = active.into_iter().map(role).collect();
        Ok(self.plan(people, role_of, &rounds.iter().collect::<Vec<_>>()))
    }

    /// The role of a turn: turns beyond the roles have none.
    fn role(&self, turn: usize) -> u8 {
        match u8::try_from(turn) {
            Ok(role) if turn < self.names.len() => role,
            _ => NO_ROLE,
        }
    }

    fn check_members(&self, round: usize, groups: &Groups) -> Result<(), RolesError> {
        let roles = self.names.len();
        let few = groups.sizes().position(|size| size < roles).filter(|_| !self.combine);
        match few.map(|group| GroupId::new(to_u32(group))) {
            Some(group) => {
                let size = groups.members(group).len();
                Err(RolesError::FewMembers { group, round, size, roles })
            }
            None => Ok(()),
        }
    }

    /// Adds the roles that nobody has in a group to those of whoever has the next one.
    fn plan(&self, people: usize, role_of: Vec<u8>, rounds: &[&Groups]) -> RolePlan {
        let mut combined = Vec::new();
        for (round, groups) in rounds.iter().enumerate() {
            for (group, members) in groups.iter().filter(|(_, m)| m.len() < self.names.len()) {
                let held = |person: &PersonId| role_of[round * people + person.index()];
                let holder = |role: usize| {
                    members.iter().find(|person| usize::from(held(person)) == role).copied()
                };
                let roles = self.names.len();
                for role in (0..roles).filter(|&role| holder(role).is_none()) {
                    let next = (1..roles).find_map(|step| holder((role + step) % roles));
                    combined.extend(next.map(|person| Combined { round, group, role, person }));
                }
            }
        }
        RolePlan::new(people, role_of, rounds.len(), combined)
    }
}

/// By round and person, whether they have a role: in groups with more members than roles not those
/// who went without least often before, ties by chance.
fn active(rounds: &[Groups], roles: usize, stream: &mut Stream) -> Vec<bool> {
    let people = rounds.first().map_or(0, Groups::people);
    let mut active = vec![true; people * rounds.len()];
    let mut without = vec![0_u32; people];
    for (groups, active) in rounds.iter().zip(active.chunks_mut(people.max(1))) {
        for (_, members) in groups.iter().filter(|(_, members)| members.len() > roles) {
            let mut members = members.to_vec();
            stream.shuffle(&mut members);
            members.sort_by_key(|person| without[person.index()]);
            for person in &members[..members.len() - roles] {
                active[person.index()] = false;
                without[person.index()] += 1;
            }
        }
    }
    active
}

fn check_size(cells: u64) -> Result<(), RolesError> {
    if cells > MAX_CELLS {
        return Err(RolesError::TooLarge { cells, limit: MAX_CELLS });
    }
    Ok(())
}

/// The form in which roles are stored.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    names: Vec<String>,
    combine: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Roles {
    type Error = RolesError;

    fn try_from(raw: Raw) -> Result<Self, RolesError> {
        Ok(Self { combine: raw.combine, ..Self::new(raw.names)? })
    }
}

#[cfg(feature = "serde")]
impl From<Roles> for Raw {
    fn from(roles: Roles) -> Self {
        Self { names: roles.names, combine: roles.combine }
    }
}

#[cfg(test)]
mod tests;
