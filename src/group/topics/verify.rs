//! The promises of a plan of topics, checked from the wishes: shares no code with what solves them.

use std::collections::BTreeMap;

use super::choice::TopicChoice;
use super::plan::TopicPlan;
use super::violation::TopicViolation;
use crate::id::to_u32;
use crate::{PersonId, TopicId};

impl TopicPlan {
    /// Re-checks that the plan keeps the caps, minima and strata of a choice, and by its prices that
    /// no other could cost less. O(n T).
    ///
    /// # Errors
    ///
    /// The first violated promise, with ids and numbers.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let choice = TopicChoice::new(9, 3, |_, topic| Some(topic.get()))?.caps(vec![3, 3, 3]);
    /// let plan = choice.choose(Seed::new(1))?;
    /// assert!(plan.verify(&choice).is_ok());
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    pub fn verify(&self, choice: &TopicChoice) -> Result<(), TopicViolation> {
        let Ok((minima, caps)) = choice.limits() else {
            return Err(self.foreign(choice));
        };
        self.verify_within(choice, &minima, &caps)
    }

    fn foreign(&self, choice: &TopicChoice) -> TopicViolation {
        TopicViolation::Wishes {
            people: self.assignment().len(),
            topics: self.prices().len(),
            asked_people: choice.people(),
            asked_topics: choice.topics(),
        }
    }

    /// The same with these minima and caps in place of those of the choice.
    pub(in crate::group) fn verify_within(
        &self,
        choice: &TopicChoice,
        minima: &[usize],
        caps: &[usize],
    ) -> Result<(), TopicViolation> {
        let topics = choice.topics();
        if (self.assignment().len(), self.prices().len()) != (choice.people(), topics) {
            return Err(self.foreign(choice));
        }
        let (mut counts, mut cost) = (vec![0_usize; topics], 0_u64);
        for (person, topic) in self.iter() {
            let Some(own) = choice.cost(person, topic) else {
                return Err(TopicViolation::Forbidden { person, topic });
            };
            counts[topic.index()] += 1;
            cost += u64::from(own);
        }
        for (t, &people) in counts.iter().enumerate() {
            let (topic, lo, hi) = (TopicId::new(to_u32(t)), minima[t], caps[t]);
            if people < lo || people > hi {
                return Err(TopicViolation::Count { topic, people, lo, hi });
            }
        }
        if cost != self.cost() {
            let (what, stated) = ("cost", self.cost());
            return Err(TopicViolation::Total { what, stated, counted: cost });
        }
        let everybody = (0..).take(choice.people()).map(PersonId::new);
        let proved = dual(choice, everybody, self.prices(), minima, caps);
        if proved != i128::from(self.bound()) {
            return Err(TopicViolation::NotProved { proved, cost: self.bound() });
        }
        match choice.strata() {
            Some(strata) => self.verify_strata(choice, strata, &counts),
            None if self.bound() == cost => Ok(()),
            None => Err(TopicViolation::NotProved { proved, cost }),
        }
    }

    /// Every stratum has its even share of every topic, and could not fare better with it.
    fn verify_strata(
        &self,
        choice: &TopicChoice,
        strata: &[u32],
        counts: &[usize],
    ) -> Result<(), TopicViolation> {
        let mut members: BTreeMap<u32, Vec<PersonId>> = BTreeMap::new();
        for (&label, person) in strata.iter().zip((0..).map(PersonId::new)) {
            members.entry(label).or_default().push(person);
        }
        if members.len() != self.stratum_prices().len() {
            return Err(self.foreign(choice));
        }
        let n = choice.people() as u128;
        for ((&stratum, people), prices) in members.iter().zip(self.stratum_prices()) {
            let (mut here, mut cost) = (vec![0_usize; counts.len()], 0_u64);
            for person in people {
                let topic = self.assignment()[person.index()];
                here[topic.index()] += 1;
                cost += u64::from(choice.cost(*person, topic).unwrap_or(0));
            }
            for (t, &count) in here.iter().enumerate() {
                let share = people.len() as u128 * counts[t] as u128;
                let bound = |share| usize::try_from(share).unwrap_or(usize::MAX);
                let (lo, hi) = (bound(share / n), bound(share.div_ceil(n)));
                if count < lo || count > hi {
                    let topic = TopicId::new(to_u32(t));
                    return Err(TopicViolation::Spread { stratum, topic, people: count, lo, hi });
                }
            }
            let proved = dual(choice, people.iter().copied(), prices, &here, &here);
            if proved != i128::from(cost) {
                return Err(TopicViolation::NotProved { proved, cost });
            }
        }
        Ok(())
    }
}

/// What any choice of topics by these people costs at least, whatever the prices.
fn dual(
    choice: &TopicChoice,
    people: impl Iterator<Item = PersonId>,
    prices: &[i64],
    minima: &[usize],
    caps: &[usize],
) -> i128 {
    let topics = || prices.iter().zip((0..).map(TopicId::new));
    let mut bound = 0_i128;
    for person in people {
        let priced =
            |(&price, topic)| Some(i128::from(choice.cost(person, topic)?) + i128::from(price));
        bound += topics().filter_map(priced).min().unwrap_or(0);
    }
    for (t, &price) in prices.iter().enumerate() {
        let limit = if price > 0 { caps[t] } else { minima[t] };
        bound -= i128::from(price) * limit as i128;
    }
    bound
}
