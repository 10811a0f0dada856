//! What people want, and how many each topic takes.

use super::error::TopicError;
use super::flow::{Problem, solve};
use super::plan::{Parts, TopicPlan};
use super::prices::prices;
use super::rounding::Quotas;
use crate::id::{MAX_COUNT, to_u32};
use crate::seed::Phase;
use crate::{PersonId, Seed, TopicId};

/// The most topics, the most costs, the highest cost, and the most quotas of strata.
const MAX_TOPICS: usize = 1 << 10;
const MAX_COSTS: usize = 1 << 28;
const MAX_COST: u32 = i32::MAX.unsigned_abs();
const MAX_QUOTAS: usize = 1 << 16;
/// The cost of a topic that a person cannot take.
const FORBIDDEN: u32 = u32::MAX;

/// What becomes of the topics that a list of wishes leaves out.
///
/// ```
/// use peergrade::group::{TopicChoice, Unlisted};
///
/// let wishes = [vec![2.into()], vec![2.into(), 0.into()]];
/// let open = TopicChoice::ranked(3, &wishes, Unlisted::Last)?;
/// assert_eq!(open.cost(1.into(), 1.into()), Some(4)); // as if it came third
/// let strict = TopicChoice::ranked(3, &wishes, Unlisted::Forbidden)?;
/// assert_eq!(strict.cost(1.into(), 1.into()), None);
/// # Ok::<(), peergrade::group::TopicError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Unlisted {
    /// They come after the last on the list, all alike.
    Last,
    /// The person does not take them.
    Forbidden,
}

/// A choice of topics: what each topic costs each person, and how many people each topic takes.
///
/// It finds the topics of the lowest total cost:
///
/// ```text
/// minimise  sum_i c_i,t(i)      subject to   minimum_t <= people of topic t <= cap_t
/// ```
///
/// Method: successive shortest paths on the graph of the `T` topics. Everybody starts on one of
/// their cheapest topics; while a topic is short of its minimum, or over its cap, the cheapest chain
/// of people who each take the topic of the next moves one place. The cheapest person to move from
/// one topic to another is the top of a heap. Each step keeps the optimum of what is settled so far,
/// so the end is optimal (Ahuja, Magnanti, Orlin, Network Flows, 1993, section 9.7); the prices of
/// [`TopicPlan::prices`] prove it. People whose wishes are alike are told apart by the seed, not by
/// their ids.
///
/// O(n T log n + A T^2) time for A moved places; O(n T) memory, 8 bytes a cost beside the 4 of the
/// cost itself. Do not use it where people take several topics each, or where whole teams choose:
/// let one person of each team choose then.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::{TopicChoice, Unlisted};
///
/// // Four people; all like topic 0 best, person 3 would not take another.
/// let first_then = |second: u32| vec![0.into(), second.into()];
/// let wishes = [first_then(1), first_then(1), first_then(2), vec![0.into()]];
/// let choice = TopicChoice::ranked(3, &wishes, Unlisted::Forbidden)?.caps(vec![2, 2, 2]);
/// let plan = choice.choose(Seed::new(1))?;
/// assert_eq!(plan.topic_of(3.into()), Some(0.into()));
/// assert_eq!(plan.cost(), 2); // two people take their second wish
/// assert_eq!(plan.places(), [2, 2]);
/// assert_eq!(plan.prices(), [1, 0, 0]); // what a place more of topic 0 would save
/// plan.verify(&choice)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct TopicChoice {
    topics: usize,
    /// Rows are people.
    costs: Vec<u32>,
    caps: Option<Vec<usize>>,
    minima: Option<Vec<usize>>,
    strata: Option<Vec<u32>>,
}

impl TopicChoice {
    /// The choice in which a topic costs a person `cost(person, topic)`; `None` for a topic that the
    /// person cannot take. O(n T).
    ///
    /// # Errors
    ///
    /// [`TopicError::NoPeople`], [`TopicError::NoTopics`], [`TopicError::TooMany`] for more than
    /// 2^26 people, 1,024 topics or 2^28 costs, [`TopicError::Cost`] for a cost above `2^31 - 1`, and
    /// [`TopicError::NoWish`] for a person who can take no topic.
    ///
    /// ```
    /// use peergrade::group::TopicChoice;
    ///
    /// // Minutes from home to where a topic is taught.
    /// let minutes = [[10, 30], [25, 20]];
    /// let choice = TopicChoice::new(2, 2, |person, topic| {
    ///     Some(minutes[person.index()][topic.index()])
    /// })?;
    /// assert_eq!(choice.cost(1.into(), 0.into()), Some(25));
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    pub fn new(
        people: usize,
        topics: usize,
        mut cost: impl FnMut(PersonId, TopicId) -> Option<u32>,
    ) -> Result<Self, TopicError> {
        check_counts(people, topics)?;
        let mut costs = Vec::with_capacity(people * topics);
        for person in (0..to_u32(people)).map(PersonId::new) {
            for topic in (0..to_u32(topics)).map(TopicId::new) {
                let cost = cost(person, topic);
                if let Some(cost) = cost.filter(|&cost| cost > MAX_COST) {
                    return Err(TopicError::Cost { person, topic, cost, limit: MAX_COST });
                }
                costs.push(cost.unwrap_or(FORBIDDEN));
            }
        }
        let nothing = |row: &[u32]| row.iter().all(|&cost| cost == FORBIDDEN);
        if let Some(person) = costs.chunks_exact(topics).position(nothing) {
            return Err(TopicError::NoWish { person: PersonId::new(to_u32(person)) });
        }
        Ok(Self { topics, costs, caps: None, minima: None, strata: None })
    }

    /// The choice of people who list topics, the best first: the topic at place `k` costs `k^2` with
    /// `k` from 0, so two people at their second wish cost less than one at the third. An empty list
    /// is no opinion: every topic costs that person 0. O(n T).
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), [`TopicError::UnknownTopic`] and [`TopicError::Repeated`].
    ///
    /// ```
    /// use peergrade::group::{TopicChoice, Unlisted};
    ///
    /// let wishes = [vec![1.into(), 1.into()]];
    /// let error = TopicChoice::ranked(3, &wishes, Unlisted::Last).unwrap_err();
    /// assert_eq!(error.to_string(), "person 0 lists topic 1 twice");
    /// ```
    pub fn ranked(
        topics: usize,
        wishes: &[impl AsRef<[TopicId]>],
        unlisted: Unlisted,
    ) -> Result<Self, TopicError> {
        check_counts(wishes.len(), topics)?;
        let mut costs = Vec::with_capacity(wishes.len() * topics);
        for (i, list) in wishes.iter().enumerate() {
            let (person, list) = (PersonId::new(to_u32(i)), list.as_ref());
            // At most topics^2, which 32 bits hold; a longer list is refused below.
            let rest = match unlisted {
                Unlisted::Last => to_u32(list.len().min(topics).pow(2)),
                Unlisted::Forbidden if list.is_empty() => 0,
                Unlisted::Forbidden => FORBIDDEN,
            };
            let start = costs.len();
            costs.resize(start + topics, rest);
            let mut listed = vec![false; topics];
            for (place, &topic) in list.iter().enumerate() {
                let Some(seen) = listed.get_mut(topic.index()) else {
                    return Err(TopicError::UnknownTopic { person, topic, topics });
                };
                if core::mem::replace(seen, true) {
                    return Err(TopicError::Repeated { person, topic });
                }
                costs[start + topic.index()] = to_u32(place * place);
            }
        }
        Ok(Self { topics, costs, caps: None, minima: None, strata: None })
    }

    /// The most people of each topic, default any number.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::TopicChoice;
    ///
    /// let choice = TopicChoice::new(3, 2, |_, topic| Some(topic.get()))?.caps(vec![1, 9]);
    /// assert_eq!(choice.choose(Seed::new(1))?.people(), [1, 2]);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn caps(mut self, caps: impl Into<Vec<usize>>) -> Self {
        self.caps = Some(caps.into());
        self
    }

    /// The fewest people of each topic, default 0.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::TopicChoice;
    ///
    /// let choice = TopicChoice::new(3, 2, |_, topic| Some(topic.get()))?.minima(vec![0, 1]);
    /// assert_eq!(choice.choose(Seed::new(1))?.people(), [2, 1]);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn minima(mut self, minima: impl Into<Vec<usize>>) -> Self {
        self.minima = Some(minima.into());
        self
    }

    /// Spreads strata over the topics: of a stratum of `N` people, a topic that `c` of the `n` people
    /// take gets `floor` or `ceil` of `N c / n`. One label per person, such as the fifth of the
    /// class that the person's skill falls into; any numbers.
    ///
    /// The topics then hold as many people as without strata, the quotas of strata and topics are
    /// rounded so that they add up (controlled rounding: Cox, J. Am. Stat. Assoc. 82, 1987), and
    /// each stratum is solved exactly. It costs some of the wishes:
    /// [`TopicPlan::bound`] is the cost without it.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::TopicChoice;
    ///
    /// // The two strong people both prefer topic 0.
    /// let costs = [[0, 1], [0, 1], [1, 0], [1, 0]];
    /// let cost = |person: peergrade::PersonId, topic: peergrade::TopicId| {
    ///     Some(costs[person.index()][topic.index()])
    /// };
    /// let choice = TopicChoice::new(4, 2, cost)?.spread(vec![1, 1, 0, 0]);
    /// let plan = choice.choose(Seed::new(1))?;
    /// assert_eq!((plan.bound(), plan.cost()), (0, 2));
    /// assert_ne!(plan.topic_of(0.into()), plan.topic_of(1.into()));
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn spread(mut self, strata: impl Into<Vec<u32>>) -> Self {
        self.strata = Some(strata.into());
        self
    }

    /// The topics of the lowest total cost; among equally good ones the seed decides.
    ///
    /// # Errors
    ///
    /// [`TopicError::Column`] unless caps and minima have one number per topic and strata one label
    /// per person, [`TopicError::Crossed`] for a minimum above its cap, [`TopicError::FewPlaces`]
    /// and [`TopicError::FewPeople`] when the sums cannot hold, [`TopicError::Full`] and
    /// [`TopicError::Scarce`] with the people and topics that prove it when the wishes cannot,
    /// [`TopicError::TooMany`] for more than 65,536 quotas of strata and topics, and
    /// [`TopicError::Stratum`] when a stratum cannot keep its quotas.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::{TopicChoice, Unlisted};
    ///
    /// let wishes = vec![vec![0.into()]; 3];
    /// let choice = TopicChoice::ranked(2, &wishes, Unlisted::Forbidden)?.caps(vec![2, 2]);
    /// assert_eq!(
    ///     choice.choose(Seed::new(1)).unwrap_err().to_string(),
    ///     "3 people can take nothing but topic 0, with 2 places in all"
    /// );
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    pub fn choose(&self, seed: Seed) -> Result<TopicPlan, TopicError> {
        let (minima, caps) = self.limits()?;
        self.choose_within(&minima, &caps, seed)
    }

    /// The number of people.
    ///
    /// ```
    /// # use peergrade::group::TopicChoice;
    /// assert_eq!(TopicChoice::new(3, 2, |_, _| Some(0))?.people(), 3);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn people(&self) -> usize {
        self.costs.len() / self.topics
    }

    /// The number of topics.
    ///
    /// ```
    /// # use peergrade::group::TopicChoice;
    /// assert_eq!(TopicChoice::new(3, 2, |_, _| Some(0))?.topics(), 2);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn topics(&self) -> usize {
        self.topics
    }

    /// What a topic costs a person; `None` where the person cannot take it, and beyond the last
    /// person or topic. O(1).
    ///
    /// ```
    /// # use peergrade::group::TopicChoice;
    /// let choice = TopicChoice::new(1, 2, |_, topic| (topic.get() == 1).then_some(7))?;
    /// assert_eq!([0, 1, 2].map(|t| choice.cost(0.into(), t.into())), [None, Some(7), None]);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn cost(&self, person: PersonId, topic: TopicId) -> Option<u32> {
        let row = self.costs.chunks_exact(self.topics).nth(person.index())?;
        row.get(topic.index()).copied().filter(|&cost| cost != FORBIDDEN)
    }

    /// The costs of a person, topic by topic: above the highest cost where it cannot be taken.
    pub(super) fn row(&self, person: usize) -> &[u32] {
        &self.costs[person * self.topics..(person + 1) * self.topics]
    }

    /// The strata, where topics are to be spread over them.
    pub(super) fn strata(&self) -> Option<&[u32]> {
        self.strata.as_deref()
    }

    /// The minima and caps, checked but for their sums.
    pub(in crate::group) fn limits(&self) -> Result<(Vec<usize>, Vec<usize>), TopicError> {
        let (people, topics) = (self.people(), self.topics);
        let column = |name, column: &Option<Vec<usize>>, default| match column {
            Some(column) if column.len() == topics => Ok(column.clone()),
            Some(column) => Err(TopicError::Column { name, values: column.len(), needed: topics }),
            None => Ok(vec![default; topics]),
        };
        let (minima, caps) =
            (column("minima", &self.minima, 0)?, column("caps", &self.caps, usize::MAX)?);
        if let Some(topic) = (0..topics).find(|&t| minima[t] > caps[t]) {
            let (minimum, cap) = (minima[topic], caps[topic]);
            return Err(TopicError::Crossed { topic: TopicId::new(to_u32(topic)), minimum, cap });
        }
        if let Some(strata) = self.strata.as_ref().filter(|strata| strata.len() != people) {
            return Err(TopicError::Column {
                name: "strata",
                values: strata.len(),
                needed: people,
            });
        }
        Ok((minima, caps))
    }

    /// The best topics within these minima and caps, no minimum above its cap.
    pub(in crate::group) fn choose_within(
        &self,
        minima: &[usize],
        caps: &[usize],
        seed: Seed,
    ) -> Result<TopicPlan, TopicError> {
        check_sums(self.people(), minima, caps)?;
        let mut order: Vec<u32> = (0..to_u32(self.people())).collect();
        seed.stream(Phase::TopicTies, 0).shuffle(&mut order);
        let problem = Problem { choice: self, people: &order, minima, caps };
        let topics = solve(&problem)?;
        let mut parts = Parts::new(self, prices(&problem, &topics));
        parts.take(&order, &topics);
        if let Some(strata) = &self.strata {
            parts.bind(self);
            self.spread_over(strata, &order, &mut parts)?;
        }
        Ok(TopicPlan::new(self, parts))
    }

    /// Solves each stratum again, with quotas that spread it over the topics.
    fn spread_over(
        &self,
        strata: &[u32],
        order: &[u32],
        parts: &mut Parts,
    ) -> Result<(), TopicError> {
        let mut labels: Vec<u32> = strata.to_vec();
        labels.sort_unstable();
        labels.dedup();
        if labels.len() * self.topics > MAX_QUOTAS {
            let (what, limit) = ("quotas of strata and topics", MAX_QUOTAS);
            return Err(TopicError::TooMany { what, count: labels.len() * self.topics, limit });
        }
        let mut people: Vec<Vec<u32>> = vec![Vec::new(); labels.len()];
        for &person in order {
            let label = strata[person as usize];
            people[labels.partition_point(|&other| other < label)].push(person);
        }
        let sizes: Vec<usize> = people.iter().map(Vec::len).collect();
        let quotas = Quotas::new(&sizes, &parts.counts(self.topics));
        for (stratum, people) in people.iter().enumerate() {
            let quota = quotas.row(stratum);
            let problem = Problem { choice: self, people, minima: quota, caps: quota };
            let topics = solve(&problem).map_err(|source| TopicError::Stratum {
                stratum: labels[stratum],
                reason: Box::new(source),
            })?;
            parts.stratum_prices.push(prices(&problem, &topics));
            parts.take(people, &topics);
        }
        Ok(())
    }
}

fn check_counts(people: usize, topics: usize) -> Result<(), TopicError> {
    if people == 0 {
        return Err(TopicError::NoPeople);
    }
    if topics == 0 {
        return Err(TopicError::NoTopics);
    }
    let costs = people.saturating_mul(topics);
    for (what, count, limit) in
        [("people", people, MAX_COUNT), ("topics", topics, MAX_TOPICS), ("costs", costs, MAX_COSTS)]
    {
        if count > limit {
            return Err(TopicError::TooMany { what, count, limit });
        }
    }
    Ok(())
}

/// Whether there are places enough, and people enough.
fn check_sums(people: usize, minima: &[usize], caps: &[usize]) -> Result<(), TopicError> {
    let sum = |column: &[usize]| column.iter().fold(0_usize, |sum, &one| sum.saturating_add(one));
    let (needed, places) = (sum(minima), sum(caps));
    if places < people {
        return Err(TopicError::FewPlaces { people, places });
    }
    if needed > people {
        return Err(TopicError::FewPeople { people, needed });
    }
    Ok(())
}

/// The form in which choices are stored: the costs of each person in turn.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    topics: usize,
    costs: Vec<Option<u32>>,
    caps: Option<Vec<usize>>,
    minima: Option<Vec<usize>>,
    strata: Option<Vec<u32>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for TopicChoice {
    type Error = TopicError;

    fn try_from(raw: Raw) -> Result<Self, TopicError> {
        let Raw { topics, costs, caps, minima, strata } = raw;
        let people = costs.len().checked_div(topics).ok_or(TopicError::NoTopics)?;
        if people * topics != costs.len() {
            let needed = (people + 1) * topics;
            return Err(TopicError::Column { name: "costs", values: costs.len(), needed });
        }
        let cost =
            |person: PersonId, topic: TopicId| costs[person.index() * topics + topic.index()];
        let choice = Self { caps, minima, strata, ..Self::new(people, topics, cost)? };
        choice.limits()?;
        Ok(choice)
    }
}

#[cfg(feature = "serde")]
impl From<TopicChoice> for Raw {
    fn from(choice: TopicChoice) -> Self {
        let TopicChoice { topics, costs, caps, minima, strata } = choice;
        let costs = costs.into_iter().map(|cost| (cost != FORBIDDEN).then_some(cost)).collect();
        Self { topics, costs, caps, minima, strata }
    }
}
