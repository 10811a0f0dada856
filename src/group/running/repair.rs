//! Repairing homes after people dropped out.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::RunningJigsaw;
use super::dissolve::Damage;
use super::policy::{Move, Repair, RepairError, RepairPolicy};
use crate::id::to_u32;
use crate::{GroupId, PersonId, TopicId};

impl RunningJigsaw {
    /// Takes people out and repairs what they leave behind, with as few moves as can be.
    ///
    /// As many homes stay covered as the people of the rarest topic allow, `min_t floor(c_t / rho)`
    /// with `rho` the [`coverage`](RepairPolicy::coverage) that is to hold again. The other homes are
    /// dissolved: those of the fewest moves, exactly so where the gaps are no more than they fill
    /// whichever they are (always with one expert per topic and home), and up to 10 homes. Their
    /// people fill the gaps of their topics, then those go who are one too many in another home that
    /// is damaged, and in one that is not; who is left goes to the smallest homes. Nobody else
    /// moves. When a topic has too few people for a single home, nobody moves at all.
    ///
    /// An expert group of one joins the smallest of its topic. People who have left before are
    /// passed over. Everything is determined by the ids; there is nothing random.
    ///
    /// O(n + H T) time and memory, with extra experts O(H T log H) more and at most 4 million
    /// exchanges.
    ///
    /// # Errors
    ///
    /// [`RepairError::UnknownPerson`], [`RepairError::Coverage`]; nothing is changed then.
    ///
    /// ```
    /// use peergrade::group::RepairPolicy;
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(3).form(30, Seed::new(1))?;
    /// // Three people of one topic: seven homes can have it.
    /// let gone: Vec<_> = plan.experts().members(0.into())[..3].to_vec();
    /// let mut running = plan.run();
    /// let repair = running.repair(&gone, RepairPolicy::dissolve())?;
    /// assert_eq!((running.homes().count(), repair.moves().len()), (7, 6));
    /// assert!(running.broken(1).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn repair(
        &mut self,
        dropouts: &[PersonId],
        policy: RepairPolicy,
    ) -> Result<Repair, RepairError> {
        let (coverage, redundancy) = (policy.coverage, self.redundancy);
        if coverage == 0 || coverage > redundancy {
            return Err(RepairError::Coverage { coverage, redundancy });
        }
        let people = self.topic_of.len();
        if let Some(&person) = dropouts.iter().find(|person| person.index() >= people) {
            return Err(RepairError::UnknownPerson { person, people });
        }
        for &person in dropouts {
            self.drop_out(person);
        }
        let mut repair = Repair::default();
        if policy.moving {
            let before = self.home_of.clone();
            let open: Vec<GroupId> = self.homes().collect();
            let counts = open.iter().flat_map(|&home| self.counts(home)).collect();
            let damage = Damage::new(self.topics, coverage, counts);
            if damage.surplus < open.len() {
                let dissolved = damage.dissolved();
                self.fill(&damage, &open, &dissolved);
                self.merge_small(policy.min_size);
                repair.expert_moves = self.merge_experts();
            }
            repair.dissolved = open.into_iter().filter(|home| !self.open[home.index()]).collect();
            let pairs = before.iter().zip(&self.home_of).zip((0..).map(PersonId::new));
            repair.moves = pairs
                .filter_map(|((&from, &to), person)| Some(Move { person, from: from?, to: to? }))
                .filter(|step| step.from != step.to)
                .collect();
        }
        repair.broken = self.broken(coverage);
        Ok(repair)
    }

    fn drop_out(&mut self, person: PersonId) {
        if let Some(home) = self.home_of[person.index()].take() {
            Self::leave(&mut self.homes[home.index()], person);
        }
        if let Some(group) = self.expert_of[person.index()].take() {
            Self::leave(&mut self.experts[group.index()], person);
        }
    }

    fn go_home(&mut self, person: PersonId, to: GroupId) {
        if let Some(from) = self.home_of[person.index()].replace(to) {
            Self::leave(&mut self.homes[from.index()], person);
        }
        Self::enter(&mut self.homes[to.index()], person);
    }

    /// Dissolves these homes and fills the gaps of the others.
    fn fill(&mut self, damage: &Damage, open: &[GroupId], dissolved: &[usize]) {
        let mut kept = vec![true; open.len()];
        for &home in dissolved {
            kept[home] = false;
        }
        let mut sources = self.sources(damage, open, &kept);
        let mut steps = Vec::new();
        for home in (0..open.len()).filter(|&home| kept[home]) {
            for (topic, &count) in damage.row(home).iter().enumerate() {
                let lack = damage.coverage.saturating_sub(count);
                steps.extend(sources[topic].drain_first(lack).map(|person| (person, open[home])));
            }
        }
        for (person, to) in steps {
            self.go_home(person, to);
        }
        let mut left = Vec::new();
        for &home in dissolved {
            self.open[open[home].index()] = false;
            left.extend_from_slice(self.members(open[home]));
        }
        left.sort_unstable();
        self.take_in(left);
    }

    /// Who can fill gaps, topic by topic, in the order in which they are asked.
    fn sources(&self, damage: &Damage, open: &[GroupId], kept: &[bool]) -> Vec<Queue> {
        let mut ranked: Vec<Vec<(u8, usize, PersonId)>> = vec![Vec::new(); damage.topics];
        for (home, &id) in open.iter().enumerate() {
            let row = damage.row(home);
            let damaged = row.iter().any(|&count| count < damage.coverage);
            let mut spare: Vec<usize> =
                row.iter().map(|count| count.saturating_sub(damage.coverage)).collect();
            for &person in self.members(id) {
                let topic = self.topic_of[person.index()].index();
                if !kept[home] {
                    ranked[topic].push((0, 0, person));
                } else if spare[topic] > 0 {
                    spare[topic] -= 1;
                    ranked[topic].push((if damaged { 1 } else { 2 }, home, person));
                }
            }
        }
        let queue = |mut all: Vec<(u8, usize, PersonId)>| {
            all.sort_unstable();
            Queue { people: all.into_iter().map(|(_, _, person)| person).collect(), next: 0 }
        };
        ranked.into_iter().map(queue).collect()
    }

    /// Gives these people homes: the smallest, ties by id.
    fn take_in(&mut self, people: Vec<PersonId>) {
        let sized = |home: GroupId| Reverse((self.members(home).len(), home));
        let mut homes: BinaryHeap<_> = self.homes().map(sized).collect();
        for person in people {
            let Some(Reverse((size, home))) = homes.pop() else {
                return;
            };
            self.go_home(person, home);
            homes.push(Reverse((size + 1, home)));
        }
    }

    /// Dissolves homes that are too small, the smallest first, as long as there is another.
    fn merge_small(&mut self, min_size: usize) {
        let mut sized: BTreeSet<(usize, GroupId)> =
            self.homes().map(|home| (self.members(home).len(), home)).collect();
        while sized.len() > 1 {
            let Some((_, home)) = sized.pop_first().filter(|&(size, _)| size < min_size) else {
                return;
            };
            self.open[home.index()] = false;
            for person in self.members(home).to_vec() {
                if let Some((size, to)) = sized.pop_first() {
                    self.go_home(person, to);
                    sized.insert((size + 1, to));
                }
            }
        }
    }

    /// Lets people who are left alone in an expert group join the smallest other one of their topic.
    fn merge_experts(&mut self) -> Vec<Move> {
        let mut sized: BTreeMap<TopicId, BTreeSet<(usize, GroupId)>> = BTreeMap::new();
        for (group, (members, &topic)) in
            self.experts.iter().zip(&self.topic_of_experts).enumerate()
        {
            if !members.is_empty() {
                let group = GroupId::new(to_u32(group));
                sized.entry(topic).or_default().insert((members.len(), group));
            }
        }
        let mut steps = Vec::new();
        for mut groups in sized.into_values() {
            while groups.len() > 1 && groups.first().is_some_and(|&(size, _)| size == 1) {
                let (Some((_, from)), Some((size, to))) = (groups.pop_first(), groups.pop_first())
                else {
                    break;
                };
                let alone = core::mem::take(&mut self.experts[from.index()]);
                for person in alone {
                    self.expert_of[person.index()] = Some(to);
                    Self::enter(&mut self.experts[to.index()], person);
                    steps.push(Move { person, from, to });
                }
                groups.insert((size + 1, to));
            }
        }
        steps.sort_unstable_by_key(|step| step.person);
        steps
    }
}

/// People who are asked in turn.
struct Queue {
    people: Vec<PersonId>,
    next: usize,
}

impl Queue {
    fn drain_first(&mut self, count: usize) -> impl Iterator<Item = PersonId> + '_ {
        let start = self.next;
        self.next = (start + count).min(self.people.len());
        self.people[start..self.next].iter().copied()
    }
}
