//! Who is there, whom they have met, and which roles they had.

use std::collections::BTreeSet;

use peergrade::group::{RepairPolicy, Roles, RoundPlan};
use peergrade::{GroupId, Jigsaw, PersonId, Seed};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::common::Failure;
use super::pods;

/// week, person, pod, role
pub(super) type Row = (usize, u32, u32, String);

/// A course in which people come and go.
pub(super) struct Course {
    plan: RoundPlan,
    roles: Roles,
    present: BTreeSet<PersonId>,
    met: pods::Met,
    repeats: u64,
    /// By person and role: how often they had it.
    held: Vec<Vec<u32>>,
    /// Weeks of pods so far.
    round: usize,
    chance: ChaCha8Rng,
}

/// What came of a week of pods.
pub(super) struct Met {
    pub pods: usize,
    /// The smallest and the largest.
    pub sizes: Option<(usize, usize)>,
    /// Who was a guest, and where.
    pub moved: Vec<(PersonId, usize)>,
    pub rows: Vec<Row>,
}

/// What came of a jigsaw.
pub(super) struct Repaired {
    pub left: usize,
    pub homes: usize,
    pub dissolved: usize,
    pub moved: usize,
    pub uncovered: usize,
    pub rows: Vec<Row>,
}

impl Course {
    pub(super) fn new(plan: RoundPlan, learners: usize, seed: u64) -> Self {
        let roles = Roles::default();
        Self {
            plan,
            present: (0..).map(PersonId::new).take(learners).collect(),
            met: pods::Met::default(),
            repeats: 0,
            held: vec![vec![0; roles.names().len()]; learners],
            roles,
            round: 0,
            chance: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    pub(super) fn people(&self) -> usize {
        self.present.len()
    }

    /// Meetings of people who had met before, so far.
    pub(super) fn repeats(&self) -> u64 {
        self.repeats
    }

    /// Takes in people who come late, as far as there is room for them. Nobody else moves.
    pub(super) fn welcome(&mut self, late: usize) -> usize {
        let joined = (0..late).map_while(|_| self.plan.join().ok());
        let joined: Vec<PersonId> = joined.collect();
        self.held.resize(self.held.len() + joined.len(), vec![0; self.roles.names().len()]);
        self.present.extend(&joined);
        joined.len()
    }

    /// Everybody leaves with this probability. Returns who did.
    pub(super) fn drop_out(&mut self, dropout: f64) -> Result<Vec<PersonId>, Failure> {
        let chance = &mut self.chance;
        let mut unit = || (chance.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let left: Vec<PersonId> =
            self.present.iter().copied().filter(|_| unit() < dropout).collect();
        for person in &left {
            self.plan.leave(*person)?;
            self.present.remove(person);
        }
        Ok(left)
    }

    /// Everybody who is there meets in the pods of the next round.
    pub(super) fn meet(&mut self, week: usize) -> Met {
        let groups = (0..).map(GroupId::new).take(self.plan.group_count());
        let mut pods: pods::Pods =
            groups.map(|group| self.plan.members(group, self.round)).collect();
        let moved = pods::seat_guests(&mut pods, &self.met);
        let mut rows = Vec::with_capacity(self.present.len());
        for (number, pod) in (0..).zip(&pods) {
            let roles = pods::roles_of(pod, self.round, &self.plan, &self.roles, &self.held);
            self.repeats += self.met.add(pod);
            for (person, roles) in pod.iter().zip(roles) {
                for &role in &roles {
                    self.held[person.index()][role] += 1;
                }
                let names: Vec<&str> =
                    roles.iter().map(|&role| self.roles.names()[role].as_str()).collect();
                rows.push((week, person.get(), number, names.join("+")));
            }
        }
        rows.sort_unstable();
        self.round += 1;
        let sizes = || pods.iter().map(Vec::len).filter(|&size| size > 0);
        Met { pods: sizes().count(), sizes: sizes().min().zip(sizes().max()), moved, rows }
    }

    /// The share of people who had all roles equally often, to within one.
    pub(super) fn share_with_even_roles(&self) -> f64 {
        let even = |person: &&PersonId| {
            let held = &self.held[person.index()];
            held.iter().max().zip(held.iter().min()).is_none_or(|(most, least)| most - least <= 1)
        };
        let people = self.present.len().max(1);
        self.present.iter().filter(even).count() as f64 / people as f64
    }

    /// A jigsaw instead of pods. People drop out after the expert groups, and the homes are repaired
    /// with as few moves as can be before they meet.
    pub(super) fn jigsaw(
        &mut self,
        week: usize,
        topics: usize,
        dropout: f64,
        seed: Seed,
    ) -> Result<Repaired, Failure> {
        // In the jigsaw, people are numbers without gaps.
        let people: Vec<PersonId> = self.present.iter().copied().collect();
        let plan = Jigsaw::topics(topics).form(people.len(), seed)?;
        let mut running = plan.run();
        let left = self.drop_out(dropout)?;
        let ids = || (0..).map(PersonId::new).zip(&people);
        let gone: Vec<PersonId> = ids()
            .filter(|(_, person)| left.binary_search(person).is_ok())
            .map(|(id, _)| id)
            .collect();
        let repair = running.repair(&gone, RepairPolicy::dissolve())?;
        let mut rows = Vec::with_capacity(people.len());
        for (id, person) in ids() {
            if let Some((home, topic)) = running.home_of(id).zip(running.topic_of(id)) {
                rows.push((week, person.get(), home.get(), format!("topic {topic}")));
            }
        }
        Ok(Repaired {
            left: left.len(),
            homes: plan.homes().len(),
            dissolved: repair.dissolved().len(),
            moved: repair.moves().len(),
            uncovered: repair.uncovered().len(),
            rows,
        })
    }
}
