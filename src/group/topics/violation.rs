//! What can be wrong with a plan of topics.

use crate::{PersonId, TopicId};

/// A promise that a plan of topics does not keep.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::TopicChoice;
///
/// let choice = TopicChoice::new(3, 2, |_, topic| Some(topic.get()))?;
/// let plan = choice.choose(Seed::new(1))?;
/// assert_eq!(
///     plan.verify(&choice.caps(vec![2, 2])).unwrap_err().to_string(),
///     "topic 0 has 3 people, not 0..=2"
/// );
/// # Ok::<(), peergrade::group::TopicError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopicViolation {
    /// The plan is for another choice.
    #[error(
        "the plan has {people} people and {topics} topics, the choice {asked_people} and {asked_topics}"
    )]
    Wishes {
        /// People of the plan.
        people: usize,
        /// Topics of the plan.
        topics: usize,
        /// People of the choice.
        asked_people: usize,
        /// Topics of the choice.
        asked_topics: usize,
    },
    /// The columns of a plan do not fit together.
    #[error("the counts, places or prices are not those of {people} people and {topics} topics")]
    Columns {
        /// People of the plan.
        people: usize,
        /// Topics of the plan.
        topics: usize,
    },
    /// Somebody has a topic that they cannot take.
    #[error("person {person} cannot take topic {topic}")]
    Forbidden {
        /// The person.
        person: PersonId,
        /// Their topic.
        topic: TopicId,
    },
    /// A topic has too few or too many people.
    #[error("topic {topic} has {people} people, not {lo}..={hi}")]
    Count {
        /// The topic.
        topic: TopicId,
        /// Its people.
        people: usize,
        /// Its minimum.
        lo: usize,
        /// Its cap.
        hi: usize,
    },
    /// A stratum is not spread over the topics.
    #[error("stratum {stratum} has {people} people of topic {topic}, not {lo}..={hi}")]
    Spread {
        /// The label of the stratum.
        stratum: u32,
        /// The topic.
        topic: TopicId,
        /// People of the stratum who have it.
        people: usize,
        /// The even share, rounded down.
        lo: usize,
        /// The even share, rounded up.
        hi: usize,
    },
    /// A number of the plan is not what its topics add up to.
    #[error("the {what} is {stated}, not {counted}")]
    Total {
        /// Which number.
        what: &'static str,
        /// What the plan says.
        stated: u64,
        /// What it is.
        counted: u64,
    },
    /// The prices do not prove the optimum: a choice of this cost may be missed.
    #[error("the prices prove a cost of {proved} at least, the plan has {cost}")]
    NotProved {
        /// What the prices prove.
        proved: i128,
        /// The cost that they are to prove.
        cost: u64,
    },
}
