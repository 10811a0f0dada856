//! Late people.

use super::RunningJigsaw;
use super::policy::RepairError;
use crate::id::{MAX_COUNT, to_u32};
use crate::{GroupId, PersonId, TopicId};

/// Where a late person went.
///
/// ```
/// use peergrade::{Jigsaw, Seed};
///
/// let mut running = Jigsaw::topics(3).form(9, Seed::new(1))?.run();
/// let late = running.join(Some(2.into()))?;
/// assert_eq!((late.person().get(), late.topic().get()), (9, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Joined {
    person: PersonId,
    topic: TopicId,
    home: GroupId,
    experts: GroupId,
}

impl Joined {
    /// The id of the person: the next one.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// Their topic.
    #[must_use]
    pub fn topic(&self) -> TopicId {
        self.topic
    }

    /// Their home.
    #[must_use]
    pub fn home(&self) -> GroupId {
        self.home
    }

    /// Their expert group.
    #[must_use]
    pub fn experts(&self) -> GroupId {
        self.experts
    }
}

impl RunningJigsaw {
    /// Takes one more person in, for this topic or for the one that needs them most; nobody else
    /// moves. O(n).
    ///
    /// Without a wish the topic is that of which a home has the fewest experts, below the redundancy,
    /// and else the topic with the fewest people. The home is the one with the fewest experts of the
    /// topic, then the smallest; the expert group the smallest of the topic without a home-mate, or
    /// the smallest where each has one. Ties by id.
    ///
    /// # Errors
    ///
    /// [`RepairError::UnknownTopic`], [`RepairError::TooManyPeople`].
    ///
    /// ```
    /// use peergrade::group::RepairPolicy;
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// let mut running = plan.run();
    /// running.repair(&[5.into()], RepairPolicy::leave_uncovered())?;
    /// let late = running.join(None)?; // takes the empty place
    /// assert_eq!(Some(late.home()), plan.homes().group_of(5.into()));
    /// assert_eq!(Some(late.topic()), plan.topic_of(5.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn join(&mut self, topic: Option<TopicId>) -> Result<Joined, RepairError> {
        let people = self.topic_of.len();
        if people >= MAX_COUNT {
            return Err(RepairError::TooManyPeople { people });
        }
        let topics = self.topics;
        if let Some(topic) = topic.filter(|topic| topic.index() >= topics) {
            return Err(RepairError::UnknownTopic { topic, topics });
        }
        let topic = topic.unwrap_or_else(|| self.neediest());
        let person = PersonId::new(to_u32(people));
        let need = |&home: &GroupId| (self.here(home, topic), self.members(home).len(), home);
        let home = self.homes().min_by_key(need).unwrap_or_default();
        let experts = self.company(home, topic);
        self.topic_of.push(topic);
        self.home_of.push(Some(home));
        self.expert_of.push(Some(experts));
        // The highest id, so lists stay sorted.
        self.homes[home.index()].push(person);
        self.experts[experts.index()].push(person);
        Ok(Joined { person, topic, home, experts })
    }

    /// The people of a topic in a home.
    pub(super) fn here(&self, home: GroupId, topic: TopicId) -> usize {
        self.members(home).iter().filter(|person| self.topic_of[person.index()] == topic).count()
    }

    /// The topic of which a home has the fewest experts, below the redundancy; or of which there are
    /// the fewest people.
    fn neediest(&self) -> TopicId {
        let (mut short, mut all) = (None, vec![0; self.topics]);
        for home in self.homes() {
            for (topic, count) in self.counts(home).into_iter().enumerate() {
                all[topic] += count;
                let place = (count, self.members(home).len(), home, topic);
                if count < self.redundancy && short.is_none_or(|best| place < best) {
                    short = Some(place);
                }
            }
        }
        let fewest = || (0..self.topics).min_by_key(|&topic| all[topic]).unwrap_or(0);
        TopicId::new(to_u32(short.map_or_else(fewest, |(_, _, _, topic)| topic)))
    }

    /// The expert group for somebody of a home.
    fn company(&self, home: GroupId, topic: TopicId) -> GroupId {
        let place = |(group, members): (usize, &Vec<PersonId>)| {
            let mates = members.iter().any(|person| self.home_of[person.index()] == Some(home));
            // A group that was merged or left by all is the last resort.
            (members.is_empty(), mates, members.len(), group)
        };
        let of_topic = self.experts.iter().enumerate();
        let of_topic = of_topic.filter(|&(group, _)| self.topic_of_experts[group] == topic);
        let best = of_topic.map(place).min().map_or(0, |(_, _, _, group)| group);
        GroupId::new(to_u32(best))
    }
}
