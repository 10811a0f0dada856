//! What can be wrong with a choice of topics.

use core::fmt;

use super::choice::TopicChoice;
use crate::{PersonId, TopicId};

/// The topics that a message names one by one.
const NAMED: usize = 8;

/// Why people could not be given topics.
///
/// [`Full`](Self::Full), [`Scarce`](Self::Scarce), [`FewPlaces`](Self::FewPlaces) and
/// [`FewPeople`](Self::FewPeople) are proofs: [`proves`](Self::proves) checks them against the
/// choice by counting.
///
/// ```
/// use peergrade::group::TopicChoice;
/// use peergrade::Seed;
///
/// let choice = TopicChoice::new(5, 2, |_, _| Some(0))?.caps(vec![2, 2]);
/// let error = choice.choose(Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "the topics have 4 places for 5 people");
/// assert!(error.proves(&choice));
/// # Ok::<(), peergrade::group::TopicError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopicError {
    /// There is nobody to choose.
    #[error("there are no people to choose topics")]
    NoPeople,
    /// There is nothing to choose.
    #[error("there are no topics to choose from")]
    NoTopics,
    /// More of something than can be worked on.
    #[error("{count} {what} are more than the {limit} that can be worked on")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// Their number.
        count: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A cost that is too high to be added up.
    #[error("topic {topic} costs person {person} {cost}, more than {limit}")]
    Cost {
        /// The person.
        person: PersonId,
        /// The topic.
        topic: TopicId,
        /// The cost.
        cost: u32,
        /// The highest there can be.
        limit: u32,
    },
    /// A person who can take no topic.
    #[error("person {person} can take no topic")]
    NoWish {
        /// The person.
        person: PersonId,
    },
    /// A list names a topic that there is not.
    #[error("person {person} lists topic {topic}, there are {topics} topics")]
    UnknownTopic {
        /// The person.
        person: PersonId,
        /// The topic.
        topic: TopicId,
        /// Number of topics.
        topics: usize,
    },
    /// A list names a topic twice.
    #[error("person {person} lists topic {topic} twice")]
    Repeated {
        /// The person.
        person: PersonId,
        /// The topic.
        topic: TopicId,
    },
    /// A column of another length.
    #[error("the {name} have {values} values, not {needed}")]
    Column {
        /// Which column.
        name: &'static str,
        /// Its length.
        values: usize,
        /// The length it should have.
        needed: usize,
    },
    /// A topic needs more people than it takes.
    #[error("topic {topic} needs {minimum} people and takes {cap}")]
    Crossed {
        /// The topic.
        topic: TopicId,
        /// Its minimum.
        minimum: usize,
        /// Its cap.
        cap: usize,
    },
    /// The caps of all topics leave somebody out.
    #[error("the topics have {places} places for {people} people")]
    FewPlaces {
        /// Number of people.
        people: usize,
        /// Sum of the caps.
        places: usize,
    },
    /// The minima of all topics need more people than there are.
    #[error("the topics need {needed} people, there are {people}")]
    FewPeople {
        /// Number of people.
        people: usize,
        /// Sum of the minima.
        needed: usize,
    },
    /// Too many people can take nothing but a few topics.
    #[error("{people} people can take nothing but {}, with {places} places in all", Names(.topics))]
    Full {
        /// The topics.
        topics: Vec<TopicId>,
        /// The people who can take these alone.
        people: usize,
        /// Sum of the caps of these topics, below the number of people.
        places: usize,
    },
    /// Too few people can take any of a few topics.
    #[error("{people} people can take {}, where {needed} are needed", Names(.topics))]
    Scarce {
        /// The topics.
        topics: Vec<TopicId>,
        /// The people who can take one or more of these.
        people: usize,
        /// Sum of the minima of these topics, above the number of people.
        needed: usize,
    },
    /// The wishes of a stratum do not allow its share of the topics.
    #[error("stratum {stratum} cannot be spread over the topics: {reason}")]
    Stratum {
        /// The label of the stratum.
        stratum: u32,
        /// Why not, among the people of the stratum and with its quotas as caps and minima.
        reason: Box<Self>,
    },
}

impl TopicError {
    /// Whether the numbers of this error, counted anew, prove that the choice has no solution.
    /// Errors of other kinds, and those of a stratum, prove nothing about the whole. O(n T).
    ///
    /// ```
    /// # use peergrade::group::{TopicChoice, TopicError};
    /// let choice = TopicChoice::new(2, 1, |_, _| Some(0))?;
    /// assert!(!TopicError::FewPlaces { people: 3, places: 2 }.proves(&choice));
    /// # Ok::<(), peergrade::group::TopicError>(())
    /// ```
    #[must_use]
    pub fn proves(&self, choice: &TopicChoice) -> bool {
        let Ok((minima, caps)) = choice.limits() else {
            return false;
        };
        let all: Vec<TopicId> = (0..).take(choice.topics()).map(TopicId::new).collect();
        let (topics, people, limit, full) = match self {
            Self::FewPlaces { people, places } => (&all, *people, *places, true),
            Self::FewPeople { people, needed } => (&all, *people, *needed, false),
            Self::Full { topics, people, places } => (topics, *people, *places, true),
            Self::Scarce { topics, people, needed } => (topics, *people, *needed, false),
            _ => return false,
        };
        let mut named = vec![false; choice.topics()];
        for topic in topics {
            match named.get_mut(topic.index()) {
                Some(named) if !*named => *named = true,
                _ => return false,
            }
        }
        let column = if full { &caps } else { &minima };
        let sum =
            topics.iter().fold(0_usize, |sum, topic| sum.saturating_add(column[topic.index()]));
        let concerned = |person: &PersonId| {
            // Who can take no other topic, or who can take one of them.
            let can_take = |of: bool| {
                all.iter().any(|&t| named[t.index()] == of && choice.cost(*person, t).is_some())
            };
            if full { !can_take(false) } else { can_take(true) }
        };
        let count = (0..).take(choice.people()).map(PersonId::new).filter(concerned).count();
        let broken = if full { people > limit } else { people < limit };
        broken && count == people && sum == limit
    }
}

/// Topics as a message lists them.
struct Names<'a>(&'a [TopicId]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.len() == 1 { "topic " } else { "topics " })?;
        for (i, topic) in self.0.iter().take(NAMED).enumerate() {
            write!(f, "{}{topic}", if i == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(NAMED) {
            0 => Ok(()),
            rest => write!(f, " and {rest} more"),
        }
    }
}
