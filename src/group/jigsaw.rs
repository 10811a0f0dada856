//! The jigsaw: from the wishes to the two linked partitions.

use core::ops::RangeInclusive;

use super::deal::{Draw, Strata, deal, shuffled};
use super::error::{Division, GroupError};
use super::groups::Groups;
use super::phases::{JigsawPhase, JigsawVariant};
use super::plan::JigsawPlan;
use super::redundancy::redundancy_for;
use super::sizes::{check_people, check_range};
use super::topics::{TopicChoice, TopicPlan};
use crate::id::to_u32;
use crate::{GroupId, Seed, TopicId};

/// A jigsaw classroom: homes in which everybody holds another topic, and expert groups in which the
/// people of one topic study it together before they go home and teach it.
///
/// For `n` people, `T` topics and `r` experts per topic and home it makes as many homes as
/// possible, `H = floor(n / (r T))`, fewer where the range of [`home_size`](Self::home_size) asks
/// for larger ones, and holds:
///
/// ```text
/// homes          every home has at least r people of every topic
///                sizes floor(n/H) or ceil(n/H)
/// topics         floor(n/T) or ceil(n/T) people each; with preferences r H or more, and chosen
///                at the lowest total cost that the homes and the caps allow
/// extras         n - H r T people beyond r per topic, floor or ceil of their share in each home;
///                of topic t at most ceil(extras_t / H) in one home
/// expert groups  one topic each, at most `expert_size` people; as few groups as that allows, so
///                E_t = ceil(c_t / expert_size) of the c_t people of topic t, sizes within one
///                two members or more where the topic has two people
///                no two people of one home, where E_t is at least the most people of topic t in
///                one home
/// ```
///
/// Construction: the people are shuffled and dealt to the homes; each home hands out the topics in
/// turn, going on where the home before stopped; each topic deals its people, home by home, to its
/// expert groups in turn. O(n) time and memory: a million people take a fraction of a second. Nobody
/// is favoured: every person gets every topic with the same probability.
///
/// Source: Aronson, Blaney, Stephan, Sikes, Snapp, The Jigsaw Classroom, 1978. What later variants
/// add are phases (reading everything first, quizzes, a review at home), not other groups.
///
/// Do not use it for fewer than `r T` people.
///
/// ```
/// use peergrade::{Jigsaw, PersonId, Seed};
///
/// let jigsaw = Jigsaw::topics(4).redundancy(2).expert_size(5);
/// let plan = jigsaw.form(50, Seed::new(1))?;
/// assert_eq!(plan.homes().len(), 6);
/// let topic = plan.topic_of(PersonId::new(0)).unwrap();
/// let studies_with = plan.experts().group_of(PersonId::new(0)).unwrap();
/// assert_eq!(plan.topic_of_expert_group(studies_with), Some(topic));
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Jigsaw {
    topics: usize,
    redundancy: usize,
    home_size: Option<(usize, usize)>,
    expert_size: usize,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    preferences: Option<TopicChoice>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    phases: Option<Vec<JigsawPhase>>,
}

impl Jigsaw {
    /// A jigsaw of this many topics, with one expert per topic and home, homes of any size, and
    /// expert groups of at most 6.
    ///
    /// ```
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(5).form(25, Seed::new(1))?;
    /// assert_eq!((plan.homes().len(), plan.experts().len()), (5, 5));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub const fn topics(topics: usize) -> Self {
        let (home_size, preferences, phases) = (None, None, None);
        Self { topics, redundancy: 1, home_size, expert_size: 6, preferences, phases }
    }

    /// Experts per topic in every home, default 1. Two or three keep a home going when people drop
    /// out; [`redundancy_for`](super::redundancy_for) tells how many it takes.
    ///
    /// ```
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(5).redundancy(2).form(50, Seed::new(1))?;
    /// assert_eq!(plan.homes().len(), 5);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub const fn redundancy(mut self, experts: usize) -> Self {
        self.redundancy = experts;
        self
    }

    /// As many experts per topic as keep a share `target` of the homes complete when every person
    /// drops out with probability `dropout`: what [`redundancy_for`](super::redundancy_for) says.
    ///
    /// # Errors
    ///
    /// Those of [`redundancy_for`](super::redundancy_for).
    ///
    /// ```
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(4).for_dropout(0.3, 0.8)?.form(50, Seed::new(1))?;
    /// assert_eq!((plan.redundancy(), plan.homes().len()), (3, 4));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn for_dropout(self, dropout: f64, target: f64) -> Result<Self, GroupError> {
        let experts = redundancy_for(dropout, self.topics, target)?;
        Ok(self.redundancy(experts))
    }

    /// What people think of the topics: each gets the topic that costs the course least, as far as
    /// every home has its experts. Caps of topics and minima beyond `r H` are those of the choice.
    ///
    /// The more homes, the less freedom is left: `H = floor(n / (r T))` homes take nearly all
    /// people. Ask for larger homes by [`home_size`](Self::home_size) where wishes matter more.
    /// [`JigsawPlan::choice`] tells how many got which wish.
    ///
    /// ```
    /// use peergrade::group::{TopicChoice, Unlisted};
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let wishes: Vec<_> = (0..40).map(|person| vec![(person % 3).into()]).collect();
    /// let choice = TopicChoice::ranked(4, &wishes, Unlisted::Last)?;
    /// let jigsaw = Jigsaw::topics(4).home_size(5..=8).preferences(choice);
    /// let plan = jigsaw.form(40, Seed::new(1))?;
    /// assert_eq!(plan.homes().len(), 8);
    /// // Nobody wants topic 3, and every home needs it.
    /// assert_eq!(plan.choice().unwrap().places(), [32, 8]);
    /// plan.verify(&jigsaw)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn preferences(mut self, choice: TopicChoice) -> Self {
        self.preferences = Some(choice);
        self
    }

    /// One of the published sequences of phases, default the first.
    ///
    /// ```
    /// use peergrade::group::JigsawVariant;
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(4).variant(JigsawVariant::Four).form(20, Seed::new(1))?;
    /// assert_eq!(plan.phases(), JigsawVariant::Four.phases());
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn variant(self, variant: JigsawVariant) -> Self {
        self.phases(variant.phases())
    }

    /// A sequence of phases of one's own.
    ///
    /// ```
    /// use peergrade::group::{JigsawPhase, Meeting};
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let phases = [
    ///     JigsawPhase::new(Meeting::Experts, "read and discuss"),
    ///     JigsawPhase::new(Meeting::Homes, "teach one another"),
    /// ];
    /// let plan = Jigsaw::topics(4).phases(phases).form(20, Seed::new(1))?;
    /// assert_eq!(plan.phases().len(), 2);
    /// assert_eq!(plan.meeting(plan.phases()[0].meeting()), Some(plan.experts()));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn phases(mut self, phases: impl Into<Vec<JigsawPhase>>) -> Self {
        self.phases = Some(phases.into());
        self
    }

    /// The sizes no home may leave, default any.
    ///
    /// ```
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(4).home_size(6..=8).form(40, Seed::new(1))?;
    /// assert_eq!(plan.homes().len(), 6); // ten homes of 4 would be too small
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub const fn home_size(mut self, sizes: RangeInclusive<usize>) -> Self {
        self.home_size = Some((*sizes.start(), *sizes.end()));
        self
    }

    /// The most people in one expert group, default 6, at least 2.
    ///
    /// With 2, a topic with an odd number of people has one group of 3, as nobody is to be an
    /// expert alone.
    ///
    /// ```
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let plan = Jigsaw::topics(3).expert_size(4).form(30, Seed::new(1))?;
    /// assert_eq!(plan.experts().len(), 9); // 10 people per topic: 4 + 3 + 3
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub const fn expert_size(mut self, max: usize) -> Self {
        self.expert_size = max;
        self
    }

    /// Forms the homes and the expert groups of the people `0..people`. O(n) time and memory.
    ///
    /// # Errors
    ///
    /// [`GroupError::NoPeople`], [`GroupError::TooManyPeople`], [`GroupError::NoTopics`],
    /// [`GroupError::NoRedundancy`], [`GroupError::ExpertSize`], [`GroupError::SizeRange`];
    /// [`GroupError::TooFewPeople`] for fewer than `r T` people, and [`GroupError::HomeSizes`] with
    /// the nearest ways out when no number of homes fits the range. With preferences also
    /// [`GroupError::Preferences`], [`GroupError::TopicCap`] and [`GroupError::Topics`].
    ///
    /// ```
    /// use peergrade::{Jigsaw, Seed};
    ///
    /// let error = Jigsaw::topics(5).home_size(3..=4).form(23, Seed::new(1)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "23 people cannot form homes of 3..=4 with 5 topics and redundancy 1: \
    ///      the nearest is 4 groups of 5 or 6"
    /// );
    /// ```
    pub fn form(&self, people: usize, seed: Seed) -> Result<JigsawPlan, GroupError> {
        self.plan(people, None, seed)
    }

    /// Forms groups so that an order of the people is spread evenly over the homes. O(n log n).
    ///
    /// Topics go round within each band of the order, so they are even in it too, though less
    /// exactly; expert groups are mixed by chance.
    ///
    /// # Errors
    ///
    /// Those of [`form`](Self::form).
    ///
    /// ```
    /// use peergrade::group::between_share;
    /// use peergrade::{Jigsaw, Seed, Strata};
    ///
    /// let skill: Vec<f64> = (0..100).map(f64::from).collect();
    /// let plan = Jigsaw::topics(5).form_spread(&Strata::by_value(&skill)?, Seed::new(1))?;
    /// assert!(between_share(plan.homes(), &skill)?.unwrap() < 0.01);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn form_spread(&self, strata: &Strata, seed: Seed) -> Result<JigsawPlan, GroupError> {
        self.plan(strata.people(), Some(strata), seed)
    }

    /// The wishes: topics, experts per topic and home, home sizes, limit of expert groups.
    pub(super) const fn wishes(&self) -> (usize, usize, Option<(usize, usize)>, usize) {
        (self.topics, self.redundancy, self.home_size, self.expert_size)
    }

    fn plan(
        &self,
        people: usize,
        strata: Option<&Strata>,
        seed: Seed,
    ) -> Result<JigsawPlan, GroupError> {
        let count = self.homes(people)?;
        let (homes, topic_of, chosen) = match &self.preferences {
            None => {
                let (homes, topic_of) = self.dealt(people, count, strata, seed)?;
                (homes, topic_of, None)
            }
            Some(choice) => self.chosen(choice, people, count, strata, seed)?,
        };
        // Exchanges that keep the topics of every home may come in here: all else follows from homes
        // and topics.
        let experts = self.experts(&homes, &topic_of)?;
        let plan = JigsawPlan::new(homes, experts, topic_of, self.topics, self.redundancy);
        Ok(plan.following(chosen, self.phases.clone()))
    }

    /// Homes by the deal, and in each of them the topics in turn.
    fn dealt(
        &self,
        people: usize,
        count: usize,
        strata: Option<&Strata>,
        seed: Seed,
    ) -> Result<(Groups, Vec<TopicId>), GroupError> {
        let mut home_of = vec![GroupId::default(); people];
        let mut seats = vec![0_u32; people];
        let mut taken = vec![0_u32; count];
        deal(people, count, strata, seed, |person, home| {
            home_of[person as usize] = GroupId::new(home);
            seats[person as usize] = taken[home as usize];
            taken[home as usize] += 1;
        });
        let homes = Groups::from_assignment(home_of)?;
        let topic_of = hand_out_topics(self.topics, &homes, &seats, seed);
        Ok((homes, topic_of))
    }

    /// Topics by the wishes, and the people of each topic dealt to the homes one topic after the
    /// other: every home gets `floor` or `ceil` of its share of each, and of all.
    fn chosen(
        &self,
        choice: &TopicChoice,
        people: usize,
        count: usize,
        strata: Option<&Strata>,
        seed: Seed,
    ) -> Result<(Groups, Vec<TopicId>, Option<TopicPlan>), GroupError> {
        if (choice.people(), choice.topics()) != (people, self.topics) {
            return Err(GroupError::Preferences {
                people: choice.people(),
                topics: choice.topics(),
                asked_people: people,
                asked_topics: self.topics,
            });
        }
        let (mut minima, caps) = choice.limits()?;
        let (homes, redundancy) = (count, self.redundancy);
        for (topic, (minimum, &cap)) in minima.iter_mut().zip(&caps).enumerate() {
            *minimum = (*minimum).max(count * self.redundancy);
            if *minimum > cap {
                let topic = TopicId::new(to_u32(topic));
                return Err(GroupError::TopicCap { topic, cap, homes, redundancy });
            }
        }
        let plan = choice.choose_within(&minima, &caps, seed)?;
        let topic_of = plan.assignment().to_vec();
        let by_topic = topic_of.iter().map(|topic| topic.get()).collect();
        let order = match strata {
            Some(strata) => strata.regrouped(by_topic),
            None => Strata::by_value(&vec![0.0; people])?.within(&by_topic)?,
        };
        let mut home_of = vec![GroupId::default(); people];
        deal(people, count, Some(&order), seed, |person, home| {
            home_of[person as usize] = GroupId::new(home);
        });
        Ok((Groups::from_assignment(home_of)?, topic_of, Some(plan)))
    }

    /// What people think of the topics, where they are asked.
    pub(super) const fn preferred(&self) -> Option<&TopicChoice> {
        self.preferences.as_ref()
    }

    /// The number of homes: as many as the topics and the range allow.
    fn homes(&self, people: usize) -> Result<usize, GroupError> {
        let &Self { topics, redundancy, .. } = self;
        check_people(people)?;
        if topics == 0 {
            return Err(GroupError::NoTopics);
        }
        if redundancy == 0 {
            return Err(GroupError::NoRedundancy);
        }
        if self.expert_size < 2 {
            return Err(GroupError::ExpertSize { max: self.expert_size });
        }
        let (lo, hi) = self.home_size.unwrap_or((1, usize::MAX));
        check_range(lo, hi)?;
        let Some(full) = topics.checked_mul(redundancy).filter(|&full| full <= people) else {
            return Err(GroupError::TooFewPeople { people, topics, redundancy });
        };
        let (fewest, most) = (people.div_ceil(hi), (people / full).min(people / lo));
        if fewest > most {
            let way = |homes: usize| {
                (1..=people / full).contains(&homes).then(|| Division::of(people, homes))
            };
            return Err(GroupError::HomeSizes {
                people,
                topics,
                redundancy,
                lo,
                hi,
                fewer: way(most),
                more: way(fewest),
            });
        }
        Ok(most)
    }

    /// Each topic deals its people to its expert groups in turn, home by home: people of one home
    /// follow one another, so they meet in a group only when there are more of them than groups.
    fn experts(&self, homes: &Groups, topic_of: &[TopicId]) -> Result<Groups, GroupError> {
        let mut people = vec![0_usize; self.topics];
        for topic in topic_of {
            people[topic.index()] += 1;
        }
        let mut first = Vec::with_capacity(self.topics);
        let mut total = 0;
        for count in &mut people {
            first.push(total);
            *count = expert_groups(*count, self.expert_size);
            total += *count;
        }
        let groups = people;
        let mut turn = vec![0; self.topics];
        let mut group_of = vec![GroupId::default(); topic_of.len()];
        for (_, members) in homes.iter() {
            for person in members {
                let topic = topic_of[person.index()].index();
                group_of[person.index()] = GroupId::new(to_u32(first[topic] + turn[topic]));
                turn[topic] += 1;
                if turn[topic] == groups[topic] {
                    turn[topic] = 0;
                }
            }
        }
        Groups::from_assignment(group_of)
    }
}

/// The number of expert groups of a topic of this many people, with a limit of 2 or more.
fn expert_groups(people: usize, limit: usize) -> usize {
    if limit == 2 && people > 1 {
        people / 2 // an odd one makes a trio: alone there is nobody to study with
    } else {
        people.div_ceil(limit)
    }
}

/// Each home hands out the topics in turn and goes on where the home before stopped: every home has
/// each topic floor or ceil of its share, and so has the whole course.
///
/// The first seat of a home goes to the lowest in the order of the strata. So that seats do not
/// tell topics, each home turns its list by another amount; and the amounts are in random order, so
/// that they do not line up with the turns of the expert groups. The topics are shuffled too: which
/// ones have one person more is left to chance.
fn hand_out_topics(topics: usize, homes: &Groups, seats: &[u32], seed: Seed) -> Vec<TopicId> {
    let names = shuffled(topics, seed, Draw::Topics);
    let turns = shuffled(homes.len(), seed, Draw::Turns);
    let mut topic_of = vec![TopicId::default(); seats.len()];
    let mut next = 0;
    for ((_, members), turn) in homes.iter().zip(turns) {
        let size = members.len() as u64;
        for person in members {
            let place = (u64::from(seats[person.index()]) + u64::from(turn)) % size;
            // Below the number of topics, so it fits an index.
            #[allow(clippy::cast_possible_truncation)]
            let name = ((next + place) % topics as u64) as usize;
            topic_of[person.index()] = TopicId::new(names[name]);
        }
        next = (next + size) % topics as u64;
    }
    topic_of
}

mod balanced;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
