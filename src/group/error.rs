//! What can be wrong with a wish for groups.

use core::fmt;

use super::topics::TopicError;
use crate::{GroupId, PersonId, TopicId};

/// An even division of people into groups: a way out that an error offers.
///
/// ```
/// use peergrade::GroupSizes;
/// use peergrade::group::{Division, GroupError};
///
/// let wish = GroupSizes::within(4..=4).groups(7);
/// let Err(GroupError::Sizes { fewer, more, .. }) = wish else { unreachable!() };
/// assert_eq!(fewer, Some(Division { groups: 1, smallest: 7, largest: 7 }));
/// assert_eq!(more, Some(Division { groups: 2, smallest: 3, largest: 4 }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Number of groups, at least 1.
    pub groups: usize,
    /// People in the smallest group.
    pub smallest: usize,
    /// People in the largest group: at most one more.
    pub largest: usize,
}

impl Division {
    /// The division of this many people into `groups` >= 1.
    pub(super) fn of(people: usize, groups: usize) -> Self {
        Self { groups, smallest: people / groups, largest: people.div_ceil(groups) }
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.groups == 1 { "group" } else { "groups" };
        write!(f, "{} {noun} of {}", self.groups, self.smallest)?;
        if self.largest > self.smallest {
            write!(f, " or {}", self.largest)?;
        }
        Ok(())
    }
}

/// Why people could not be put into groups.
///
/// ```
/// use peergrade::{Jigsaw, Seed};
///
/// let error = Jigsaw::topics(5).redundancy(2).form(9, Seed::new(1)).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "9 people cannot fill one home: 5 topics with redundancy 2 take 10"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// There is nobody to group.
    #[error("there are no people to group")]
    NoPeople,
    /// More people than a [`PersonId`] can count.
    #[error("{people} people are more than the {limit} that can be grouped")]
    TooManyPeople {
        /// Number of people.
        people: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A jigsaw without topics.
    #[error("a jigsaw needs at least 1 topic, not 0")]
    NoTopics,
    /// A jigsaw in which no home needs any expert.
    #[error("a home needs at least 1 expert per topic, not 0")]
    NoRedundancy,
    /// The people do not fill a single home, or the number they would have to be overflows.
    #[error("{} cannot fill one home: {topics} topics with redundancy {redundancy} take {}", persons(*.people), needed(*.topics, *.redundancy))]
    TooFewPeople {
        /// Number of people.
        people: usize,
        /// Number of topics.
        topics: usize,
        /// Experts per topic and home.
        redundancy: usize,
    },
    /// Expert groups in which nobody has anybody to talk to.
    #[error("the limit of expert groups is {max} people, it must be at least 2")]
    ExpertSize {
        /// The limit asked for.
        max: usize,
    },
    /// A range of sizes that holds no size.
    #[error(
        "group sizes {lo}..={hi} are no range: it must start at 1 or more and end no lower than it starts"
    )]
    SizeRange {
        /// Smallest size.
        lo: usize,
        /// Largest size.
        hi: usize,
    },
    /// A target size of 0.
    #[error("the target size of a group must be at least 1, not 0")]
    NoTarget,
    /// No number of groups gives sizes within the range.
    #[error("{} cannot be divided into groups of {lo}..={hi}: {}", persons(*.people), nearest(*.fewer, *.more))]
    Sizes {
        /// Number of people.
        people: usize,
        /// Smallest size allowed.
        lo: usize,
        /// Largest size allowed.
        hi: usize,
        /// The most groups that are large enough; some are too large. `None` when `people < lo`.
        fewer: Option<Division>,
        /// The fewest groups that are small enough; some are too small.
        more: Option<Division>,
    },
    /// No number of homes has sizes within the range and every topic often enough.
    #[error("{} cannot form homes of {lo}..={hi} with {topics} topics and redundancy {redundancy}: {}", persons(*.people), nearest(*.fewer, *.more))]
    HomeSizes {
        /// Number of people.
        people: usize,
        /// Number of topics.
        topics: usize,
        /// Experts per topic and home.
        redundancy: usize,
        /// Smallest home allowed.
        lo: usize,
        /// Largest home allowed.
        hi: usize,
        /// The most homes that are large enough for the range and the topics.
        fewer: Option<Division>,
        /// The fewest homes that are small enough for the range, where the topics allow them.
        more: Option<Division>,
    },
    /// Preferences of other people, or for other topics.
    #[error("the preferences are of {} for {topics} topics, the jigsaw is for {asked_people} people and {asked_topics}", persons(*.people))]
    Preferences {
        /// People of the preferences.
        people: usize,
        /// Topics of the preferences.
        topics: usize,
        /// People of the jigsaw.
        asked_people: usize,
        /// Topics of the jigsaw.
        asked_topics: usize,
    },
    /// The homes need more experts of a topic than it may have.
    #[error(
        "topic {topic} takes {cap} people, {homes} homes with redundancy {redundancy} need more"
    )]
    TopicCap {
        /// The topic.
        topic: TopicId,
        /// Its cap.
        cap: usize,
        /// Number of homes.
        homes: usize,
        /// Experts per topic and home.
        redundancy: usize,
    },
    /// The topics cannot be chosen as the preferences say.
    #[error(transparent)]
    Topics(#[from] TopicError),
    /// Group ids are not dense: there is a group without members below one with members.
    #[error("group {group} has no members, but person {person} is in group {highest}")]
    EmptyGroup {
        /// The lowest group without members.
        group: GroupId,
        /// A person in the group of the highest id.
        person: PersonId,
        /// That group.
        highest: GroupId,
    },
    /// A value by which people are to be spread or measured is not a finite number.
    #[error("the value of person {person} is {value}, not a finite number")]
    NotFinite {
        /// The person.
        person: PersonId,
        /// The value.
        value: f64,
    },
    /// A column that has not one value for every person.
    #[error("the column has {values} values for {people} people")]
    ColumnLength {
        /// Values in the column.
        values: usize,
        /// Number of people.
        people: usize,
    },
    /// A share that is not a number in [0, 1).
    #[error("the {name} is {value}, it must be at least 0 and below 1")]
    Share {
        /// Which one.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// No sensible number of experts reaches the target.
    #[error(
        "with a dropout of {dropout} even {limit} experts for each of {topics} topics keep fewer than {target} of the homes covered"
    )]
    OutOfReach {
        /// Probability that one person drops out.
        dropout: f64,
        /// Number of topics.
        topics: usize,
        /// Share of homes that is to stay covered.
        target: f64,
        /// The most experts that were tried.
        limit: usize,
    },
}

/// Topics times experts, as text: the product of two wishes can be any size.
fn needed(topics: usize, redundancy: usize) -> u128 {
    topics as u128 * redundancy as u128
}

fn persons(count: usize) -> String {
    let noun = if count == 1 { "person" } else { "people" };
    format!("{count} {noun}")
}

fn nearest(fewer: Option<Division>, more: Option<Division>) -> String {
    match (fewer, more) {
        (Some(fewer), Some(more)) => format!("the nearest are {fewer}, and {more}"),
        (Some(only), None) | (None, Some(only)) => format!("the nearest is {only}"),
        (None, None) => "no division comes near".into(),
    }
}
