//! Who has which topic, and the proof that it cannot be better.

use super::choice::TopicChoice;
#[cfg(feature = "serde")]
use super::violation::TopicViolation;
use crate::id::to_u32;
use crate::{PersonId, TopicId};

/// The topic of every person, at the lowest total cost, with prices that prove it.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::TopicChoice;
///
/// let choice = TopicChoice::new(4, 2, |_, topic| Some(topic.get() * 5))?.caps(vec![3, 3]);
/// let plan = choice.choose(Seed::new(1))?;
/// assert_eq!((plan.people(), plan.cost()), (&[3, 1][..], 5));
/// assert_eq!(plan.prices(), [5, 0]); // a place more of topic 0 would save 5
/// # Ok::<(), peergrade::group::TopicError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", deny_unknown_fields))]
pub struct TopicPlan {
    topic_of: Vec<TopicId>,
    people: Vec<usize>,
    places: Vec<usize>,
    cost: u64,
    bound: u64,
    prices: Vec<i64>,
    stratum_prices: Vec<Vec<i64>>,
}

/// What solving gives, of which a plan is made.
pub(super) struct Parts {
    topic_of: Vec<TopicId>,
    bound: Option<u64>,
    prices: Vec<i64>,
    pub(super) stratum_prices: Vec<Vec<i64>>,
}

impl Parts {
    pub(super) fn new(choice: &TopicChoice, prices: Vec<i64>) -> Self {
        let topic_of = vec![TopicId::default(); choice.people()];
        Self { topic_of, bound: None, prices, stratum_prices: Vec::new() }
    }

    /// The topics of these people.
    pub(super) fn take(&mut self, people: &[u32], topics: &[u32]) {
        for (&person, &topic) in people.iter().zip(topics) {
            self.topic_of[person as usize] = TopicId::new(topic);
        }
    }

    /// The people of each topic.
    pub(super) fn counts(&self, topics: usize) -> Vec<usize> {
        let mut counts = vec![0; topics];
        for topic in &self.topic_of {
            counts[topic.index()] += 1;
        }
        counts
    }

    /// Keeps what the present topics cost as the bound.
    pub(super) fn bind(&mut self, choice: &TopicChoice) {
        self.bound = Some(self.cost(choice));
    }

    fn cost(&self, choice: &TopicChoice) -> u64 {
        // At most 2^26 people with costs below 2^31.
        let cost =
            |(person, topic): (usize, &TopicId)| u64::from(choice.row(person)[topic.index()]);
        self.topic_of.iter().enumerate().map(cost).sum()
    }
}

impl TopicPlan {
    pub(super) fn new(choice: &TopicChoice, parts: Parts) -> Self {
        let cost = parts.cost(choice);
        let mut places = vec![0; choice.topics()];
        for (person, topic) in parts.topic_of.iter().enumerate() {
            let row = choice.row(person);
            places[row.iter().filter(|&&cost| cost < row[topic.index()]).count()] += 1;
        }
        let last = places.iter().rposition(|&count| count > 0).unwrap_or(0);
        places.truncate(last + 1);
        Self {
            people: parts.counts(choice.topics()),
            topic_of: parts.topic_of,
            places,
            cost,
            bound: parts.bound.unwrap_or(cost),
            prices: parts.prices,
            stratum_prices: parts.stratum_prices,
        }
    }

    /// The topic of a person; `None` for a person beyond the last. O(1).
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let plan = TopicChoice::new(2, 1, |_, _| Some(0))?.choose(Seed::new(1))?;
    /// assert_eq!(plan.topic_of(1.into()), Some(0.into()));
    /// assert_eq!(plan.topic_of(2.into()), None);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn topic_of(&self, person: PersonId) -> Option<TopicId> {
        self.topic_of.get(person.index()).copied()
    }

    /// The topic of every person, in the order of the people.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let plan = TopicChoice::new(2, 1, |_, _| Some(0))?.choose(Seed::new(1))?;
    /// assert_eq!(plan.assignment(), [0, 0].map(peergrade::TopicId::new));
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn assignment(&self) -> &[TopicId] {
        &self.topic_of
    }

    /// The number of people of each topic.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let plan = TopicChoice::new(9, 2, |_, topic| Some(topic.get()))?.choose(Seed::new(1))?;
    /// assert_eq!(plan.people(), [9, 0]);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn people(&self) -> &[usize] {
        &self.people
    }

    /// How many people got the topic they like best, how many their second, and so on, to the last
    /// place that somebody had to take. Topics that cost a person the same share the better place.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let choice = TopicChoice::new(9, 2, |_, topic| Some(topic.get()))?.caps(vec![5, 9]);
    /// assert_eq!(choice.choose(Seed::new(1))?.places(), [5, 4]);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    /// The share of the people who got one of their `wishes` best topics, in [0, 1].
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let choice = TopicChoice::new(8, 2, |_, topic| Some(topic.get()))?.caps(vec![6, 8]);
    /// assert_eq!(choice.choose(Seed::new(1))?.share_within(1), 0.75);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn share_within(&self, wishes: usize) -> f64 {
        let got: usize = self.places.iter().take(wishes).sum();
        got as f64 / self.topic_of.len() as f64
    }

    /// The sum of what their topics cost the people.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// assert_eq!(TopicChoice::new(3, 1, |_, _| Some(4))?.choose(Seed::new(1))?.cost(), 12);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// The lowest total cost within the caps and minima: [`cost`](Self::cost), unless
    /// [`spread`](TopicChoice::spread) took some of it.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let plan = TopicChoice::new(3, 1, |_, _| Some(4))?.choose(Seed::new(1))?;
    /// assert_eq!(plan.bound(), plan.cost());
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn bound(&self) -> u64 {
        self.bound
    }

    /// The price of every topic: by how much the wishes were too many for its cap (above 0), or too
    /// few for its minimum (below 0); 0 for a topic that has room and people to spare.
    ///
    /// With `p_t` the price, everybody's topic has the least `c_it + p_t` of all topics, and
    ///
    /// ```text
    /// bound  =  sum_i min_t (c_it + p_t)  -  sum_t p_t (cap_t if p_t > 0, else minimum_t)
    /// ```
    ///
    /// The right side is at most what any choice within the caps and minima costs, whatever the
    /// prices are, so equality proves the optimum, in whole numbers
    /// ([`verify`](Self::verify) checks it). With [`spread`](TopicChoice::spread) they are the prices
    /// without strata, which prove the bound.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let choice = TopicChoice::new(4, 2, |_, topic| Some(topic.get() * 5))?.caps(vec![3, 4]);
    /// assert_eq!(choice.choose(Seed::new(1))?.prices(), [5, 0]);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn prices(&self) -> &[i64] {
        &self.prices
    }

    /// The prices within each stratum, in the order of the labels, where topics are
    /// [spread](TopicChoice::spread) over strata: with the quotas of the stratum as caps and minima
    /// they prove that it could not fare better.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::TopicChoice;
    /// let choice = TopicChoice::new(4, 2, |_, _| Some(0))?.spread(vec![7, 3, 3, 7]);
    /// assert_eq!(choice.choose(Seed::new(1))?.stratum_prices().len(), 2);
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn stratum_prices(&self) -> &[Vec<i64>] {
        &self.stratum_prices
    }

    /// The parts of a plan as they might be found, right or wrong.
    #[cfg(test)]
    pub(super) fn parts_mut(&mut self) -> (&mut Vec<TopicId>, &mut Vec<i64>, &mut u64, &mut u64) {
        (&mut self.topic_of, &mut self.prices, &mut self.cost, &mut self.bound)
    }

    /// The people and ids of a plan, one by one.
    pub(super) fn iter(&self) -> impl Iterator<Item = (PersonId, TopicId)> + '_ {
        self.topic_of.iter().enumerate().map(|(i, &topic)| (PersonId::new(to_u32(i)), topic))
    }
}

/// The form in which plans are stored.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    topic_of: Vec<TopicId>,
    people: Vec<usize>,
    places: Vec<usize>,
    cost: u64,
    bound: u64,
    prices: Vec<i64>,
    stratum_prices: Vec<Vec<i64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for TopicPlan {
    type Error = TopicViolation;

    /// Checks what can be checked without the wishes: numbers of people and topics.
    fn try_from(raw: Raw) -> Result<Self, TopicViolation> {
        let Raw { topic_of, people, places, cost, bound, prices, stratum_prices } = raw;
        let (n, topics) = (topic_of.len(), prices.len());
        let mut counts = vec![0_usize; topics];
        for (person, &topic) in topic_of.iter().enumerate() {
            let Some(count) = counts.get_mut(topic.index()) else {
                return Err(TopicViolation::Forbidden {
                    person: PersonId::new(to_u32(person)),
                    topic,
                });
            };
            *count += 1;
        }
        let total = |column: &[usize]| column.iter().fold(0_usize, |sum, &x| sum.saturating_add(x));
        let lengths = stratum_prices.iter().all(|prices| prices.len() == topics);
        if people != counts || !lengths || total(&places) != n {
            return Err(TopicViolation::Columns { people: n, topics });
        }
        Ok(Self { topic_of, people, places, cost, bound, prices, stratum_prices })
    }
}
