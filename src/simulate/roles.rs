//! Who behaves how.

use super::{Behaviour, SimulateError, check_share};
use crate::chunks;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, to_u32};
use crate::seed::{Phase, Seed};

/// Shares such as 0.7, 0.2 and 0.1 may sum to a little above 1, and 0.29 of 100 to a little below 29.
const ROUNDING: f64 = 1e-9;

/// The wishes of a simulation: shares of the reviewers, and single people.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Casting {
    shares: Vec<(Behaviour, f64)>,
    people: Vec<(PersonId, Behaviour)>,
}

impl Casting {
    pub(super) fn share(&mut self, behaviour: Behaviour, share: f64) {
        self.shares.push((behaviour, share));
    }

    pub(super) fn person(&mut self, person: PersonId, behaviour: Behaviour) {
        self.people.push((person, behaviour));
    }

    /// Somebody whose id is not below `people`.
    pub(super) fn beyond(&self, people: usize) -> Option<PersonId> {
        self.people.iter().map(|&(person, _)| person).find(|person| person.index() >= people)
    }

    pub(super) fn check(&self) -> Result<(), SimulateError> {
        let mut sum = 0.0;
        for &(behaviour, share) in &self.shares {
            check_share("the share of a behaviour", share)?;
            behaviour.check()?;
            sum += share;
        }
        self.people.iter().try_for_each(|(_, behaviour)| behaviour.check())?;
        if sum <= 1.0 + ROUNDING { Ok(()) } else { Err(SimulateError::Shares { sum }) }
    }

    /// Whether somebody treats a subgroup in a way of their own.
    pub(super) fn needs_subgroup(&self) -> bool {
        let shares = self.shares.iter().filter(|(_, share)| *share > 0.0);
        let behaviours = shares.map(|(b, _)| b).chain(self.people.iter().map(|(_, b)| b));
        behaviours.into_iter().any(|behaviour| matches!(behaviour, Behaviour::Subgroup { .. }))
    }

    /// Gives everybody a role. O(people log people) for each share, else O(people).
    pub(super) fn cast(&self, cohort: &Cohort, graph: &ReviewGraph, seed: Seed) -> Roles {
        let mut roles = Roles::default();
        if self.shares.is_empty() && self.people.is_empty() {
            return roles;
        }
        roles.people = vec![Role::HONEST; graph.people()];
        let free = |i: &u32| {
            let person = PersonId::new(*i);
            !graph.reviews_by(person).is_empty() && !cohort.is_staff(person)
        };
        let mut free: Vec<u32> = (0..to_u32(graph.people())).filter(free).collect();
        let reviewers = free.len() as f64;
        for &(behaviour, share) in &self.shares {
            let part = roles.part(behaviour);
            // From 0 to the number of reviewers.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let chosen = (share * reviewers + ROUNDING) as usize;
            for person in draw(&mut free, chosen, part, seed) {
                roles.give(PersonId::new(person), part);
            }
        }
        // People of one behaviour are one part, so that they can be a ring.
        let first = roles.behaviours.len();
        for &(person, behaviour) in &self.people {
            let known = roles.behaviours.iter().skip(first).position(|b| *b == behaviour);
            let part = known.map_or_else(|| roles.part(behaviour), |i| first + i);
            roles.give(person, part);
        }
        roles
    }
}

/// Takes those with the lowest numbers out of the free, in the order of their numbers, of which
/// everybody draws one for each part.
fn draw(free: &mut Vec<u32>, chosen: usize, part: usize, seed: Seed) -> Vec<u32> {
    let key = seed.key(Phase::SimulatedRole, part as u64);
    let number = |person: u32| key.stream(Phase::SimulatedRole, person.into()).unit();
    let numbers = chunks::column(free.len(), |i| number(free[i]));
    let mut order: Vec<(f64, u32)> = numbers.into_iter().zip(free.iter().copied()).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut people: Vec<u32> = order.into_iter().map(|(_, person)| person).collect();
    *free = people.split_off(chosen.min(people.len()));
    free.sort_unstable();
    people
}

/// The role of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Role {
    /// The position of the behaviour, `u32::MAX` for the honest.
    part: u32,
    /// The position among all who play it.
    place: u32,
}

impl Role {
    const HONEST: Self = Self { part: u32::MAX, place: 0 };
}

/// Who behaves how. Empty columns where everybody is honest.
#[derive(Debug, Clone, Default)]
pub(super) struct Roles {
    behaviours: Vec<Behaviour>,
    people: Vec<Role>,
    /// Who plays each part, in their order.
    casts: Vec<Vec<PersonId>>,
}

impl Roles {
    /// A new part, which nobody plays yet.
    fn part(&mut self, behaviour: Behaviour) -> usize {
        self.behaviours.push(behaviour);
        self.casts.push(Vec::new());
        self.behaviours.len() - 1
    }

    fn give(&mut self, person: PersonId, part: usize) {
        let cast = &mut self.casts[part];
        self.people[person.index()] = Role { part: to_u32(part), place: to_u32(cast.len()) };
        cast.push(person);
    }

    /// Whether somebody is not honest.
    pub(super) fn any(&self) -> bool {
        !self.people.is_empty()
    }

    /// Whether some reviews may be missing.
    pub(super) fn any_missing(&self) -> bool {
        self.behaviours.iter().any(Behaviour::may_be_missing)
    }

    pub(super) fn of(&self, person: PersonId) -> Behaviour {
        self.role(person).map_or(Behaviour::Honest, |role| self.behaviours[role.part as usize])
    }

    fn role(&self, person: PersonId) -> Option<Role> {
        self.people.get(person.index()).copied().filter(|role| *role != Role::HONEST)
    }

    /// Everybody who copies, and how often.
    pub(super) fn copyists(&self) -> impl Iterator<Item = (PersonId, f64)> {
        let casts = self.behaviours.iter().zip(&self.casts);
        casts.flat_map(|(behaviour, cast)| {
            let probability = match behaviour {
                Behaviour::Copy { probability } => Some(*probability),
                _ => None,
            };
            let still = |person: &PersonId| self.of(*person) == *behaviour;
            let people = cast.iter().copied().filter(move |person| still(person));
            probability.into_iter().flat_map(move |p| people.clone().map(move |person| (person, p)))
        })
    }

    /// The first of the group of so many to which a person belongs.
    pub(super) fn leader(&self, person: PersonId, size: u32) -> PersonId {
        self.role(person).map_or(person, |role| {
            let first = role.place / size * size;
            self.casts[role.part as usize][first as usize]
        })
    }

    /// Whether two people play the same part in the same group of so many.
    pub(super) fn same_group(&self, a: PersonId, b: PersonId, size: u32) -> bool {
        match (self.role(a), self.role(b)) {
            (Some(a), Some(b)) => a.part == b.part && a.place / size == b.place / size,
            _ => false,
        }
    }

    /// By person; `None` where everybody is honest.
    pub(super) fn into_behaviours(self) -> Option<Vec<Behaviour>> {
        let people = 0..to_u32(self.people.len());
        self.any().then(|| people.map(|i| self.of(PersonId::new(i))).collect())
    }
}
