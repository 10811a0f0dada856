//! What can be wrong with groups that there are.

use super::topics::TopicViolation;
use crate::{GroupId, PersonId, TopicId};

/// A promise that groups do not keep.
///
/// ```
/// use peergrade::{GroupId, Groups, Pods};
///
/// let groups = Groups::from_assignment([0, 0, 0, 1].map(GroupId::new))?;
/// assert_eq!(
///     Pods::pairs().verify(&groups).unwrap_err().to_string(),
///     "group 1 has size 1, not 2..=3"
/// );
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupViolation {
    /// The parts of a plan are about different people.
    #[error("{homes} people have homes, {experts} have expert groups and {topics} topics")]
    People {
        /// People with a home.
        homes: usize,
        /// People with an expert group.
        experts: usize,
        /// People with a topic.
        topics: usize,
    },
    /// A plan for nothing.
    #[error("the plan is for {topics} topics with redundancy {redundancy}")]
    Nothing {
        /// Number of topics.
        topics: usize,
        /// Experts per topic and home.
        redundancy: usize,
    },
    /// The plan is for other wishes.
    #[error(
        "the plan has {topics} topics with redundancy {redundancy}, {asked_topics} topics with redundancy {asked_redundancy} were asked for"
    )]
    Wishes {
        /// Topics of the plan.
        topics: usize,
        /// Experts per topic and home of the plan.
        redundancy: usize,
        /// Topics asked for.
        asked_topics: usize,
        /// Experts per topic and home asked for.
        asked_redundancy: usize,
    },
    /// A person has a topic that there is not.
    #[error("person {person} has topic {topic}, there are {topics} topics")]
    UnknownTopic {
        /// The person.
        person: PersonId,
        /// Their topic.
        topic: TopicId,
        /// Number of topics.
        topics: usize,
    },
    /// A home lacks experts.
    #[error("home {home} has {experts} of topic {topic}, not {redundancy} or more")]
    Coverage {
        /// The home.
        home: GroupId,
        /// The topic.
        topic: TopicId,
        /// Its experts there.
        experts: usize,
        /// The least there should be.
        redundancy: usize,
    },
    /// An expert group has people of two topics.
    #[error(
        "expert group {group} has person {person} of topic {topic} among people of topic {other}"
    )]
    MixedExperts {
        /// The expert group.
        group: GroupId,
        /// The first member with another topic than the first member.
        person: PersonId,
        /// Their topic.
        topic: TopicId,
        /// The topic of the first member.
        other: TopicId,
    },
    /// A group is too small or too large.
    #[error("group {group} has size {size}, not {lo}..={hi}")]
    Size {
        /// The group: a pod or a home.
        group: GroupId,
        /// Its size.
        size: usize,
        /// Smallest size allowed.
        lo: usize,
        /// Largest size allowed.
        hi: usize,
    },
    /// More homes were possible.
    #[error("there are {homes} homes, {possible} were possible")]
    FewHomes {
        /// Number of homes.
        homes: usize,
        /// One more.
        possible: usize,
    },
    /// Topics are unevenly handed out.
    #[error("topic {topic} has {people} people, not {lo}..={hi}")]
    TopicCount {
        /// The topic.
        topic: TopicId,
        /// People of it.
        people: usize,
        /// The even share, rounded down.
        lo: usize,
        /// The even share, rounded up.
        hi: usize,
    },
    /// The plan does not follow the preferences, or those of nobody.
    #[error("the topics of the plan were {}chosen by preferences", if *.chosen { "" } else { "not " })]
    Preferences {
        /// Whether the plan says how topics were chosen.
        chosen: bool,
    },
    /// The topics are not the best that the preferences allow.
    #[error(transparent)]
    Topics(#[from] TopicViolation),
    /// A home got more of the extras of a topic than its share.
    #[error("home {home} has {extras} extras of topic {topic}, more than {limit}")]
    Extras {
        /// The home.
        home: GroupId,
        /// The topic.
        topic: TopicId,
        /// People of the topic there beyond the experts asked for.
        extras: usize,
        /// The even share, rounded up.
        limit: usize,
    },
    /// An expert group is too large, or somebody is alone in one.
    #[error("expert group {group} of topic {topic} has {size} people, not {lo}..={hi}")]
    ExpertSize {
        /// The expert group.
        group: GroupId,
        /// Its topic.
        topic: TopicId,
        /// Its size.
        size: usize,
        /// Smallest size allowed.
        lo: usize,
        /// Largest size allowed.
        hi: usize,
    },
    /// A topic has another number of expert groups than its people need.
    #[error("topic {topic} has {groups} expert groups, its {people} people need {needed}")]
    ExpertGroups {
        /// The topic.
        topic: TopicId,
        /// Its expert groups.
        groups: usize,
        /// Its people.
        people: usize,
        /// The fewest groups that keep the limit of sizes, without leaving anybody alone.
        needed: usize,
    },
    /// Two people of one home meet in one expert group without need.
    #[error(
        "persons {first} and {second} of home {home} share expert group {group}, topic {topic} has {groups} groups"
    )]
    HomeMates {
        /// The home.
        home: GroupId,
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// Their expert group.
        group: GroupId,
        /// Its topic.
        topic: TopicId,
        /// The expert groups of the topic, enough to keep home-mates apart.
        groups: usize,
    },
}
