//! What can be wrong with a wish for pairs.

use crate::PersonId;
use crate::group::{GroupError, TopicError};

/// Why people could not be paired.
///
/// ```
/// use peergrade::group::Pyramid;
///
/// let error = Pyramid::new([2, 5]).unwrap_err();
/// assert_eq!(error.to_string(), "level 1 has groups of 5, not a multiple of 2 that is larger");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PairsError {
    /// Something that every division of people needs is missing.
    #[error(transparent)]
    Groups(#[from] GroupError),
    /// A ladder without levels.
    #[error("a ladder needs at least 1 level, not 0")]
    NoLevels,
    /// A level that whole groups of the level below do not fill.
    #[error("level {level} has groups of {size}, not a multiple of {below} that is larger")]
    Level {
        /// The level, from 0.
        level: usize,
        /// Its size.
        size: usize,
        /// The size below; 1 for the first level.
        below: usize,
    },
    /// Fewer people than one group takes.
    #[error("{people} people are fewer than the {size} of one group")]
    TooFewPeople {
        /// Number of people.
        people: usize,
        /// The size of a group.
        size: usize,
    },
    /// A range of gaps that holds none, or has no number for an end.
    #[error("gaps from {low} to {high} are no range")]
    Gaps {
        /// Smallest gap.
        low: f64,
        /// Largest gap.
        high: f64,
    },
    /// A mentor or mentee whose level is not a number.
    #[error("the level of person {person} is {level}, not a finite number")]
    NotFinite {
        /// The person.
        person: PersonId,
        /// The level.
        level: f64,
    },
    /// Skills so far apart that their difference is no number.
    #[error(
        "person {highest} has a skill of {high:e} and person {lowest} of {low:e}: their difference is beyond {:e}",
        f64::MAX
    )]
    TooFarApart {
        /// Who has the least skill.
        lowest: PersonId,
        /// That skill.
        low: f64,
        /// Who has the greatest.
        highest: PersonId,
        /// That one.
        high: f64,
    },
    /// Somebody is listed twice among the mentors, or among the mentees.
    #[error("person {person} is listed twice")]
    Twice {
        /// The person.
        person: PersonId,
    },
    /// There is not one list of wishes for every mentee.
    #[error("there are {lists} lists of wishes for {mentees} mentees")]
    Lists {
        /// Lists.
        lists: usize,
        /// Mentees.
        mentees: usize,
    },
    /// A wish for somebody who is no mentor.
    #[error("mentee {mentee} wishes for person {person}, who is no mentor")]
    NotMentor {
        /// The mentee.
        mentee: PersonId,
        /// Whom they wish for.
        person: PersonId,
    },
    /// Wishes of more mentees or for more mentors than can be worked on, counted as topics.
    #[error(transparent)]
    Topics(#[from] TopicError),
    /// Everybody whom somebody could be paired with they have been paired with before.
    #[error("person {person} has been with everybody they could be paired with")]
    AllMet {
        /// The person.
        person: PersonId,
    },
}

/// A promise that pairs do not keep.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PairsViolation {
    /// A level has another number of groups than promised.
    #[error("level {level} has {groups} groups, not {expected}")]
    LevelGroups {
        /// The level.
        level: usize,
        /// Its groups.
        groups: usize,
        /// Groups promised.
        expected: usize,
    },
    /// Two people of one group are in different groups of the level above.
    #[error("people {first} and {second} are together on level {level}, but not above")]
    Torn {
        /// The lower level.
        level: usize,
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
    },
    /// Somebody is in no pair and not among the unmatched, or in more than one.
    #[error("person {person} is in {times} places, not in 1")]
    Places {
        /// The person.
        person: PersonId,
        /// Places.
        times: usize,
    },
    /// The gap of a pair is not in the range, or not what it is said to be.
    #[error("the gap between person {upper} and person {lower} is {gap}, not in the range")]
    Gap {
        /// The tutor or mentor.
        upper: PersonId,
        /// The tutee or mentee.
        lower: PersonId,
        /// The gap.
        gap: f64,
    },
    /// A mentor has more mentees than they can take.
    #[error("mentor {mentor} has {mentees} mentees, the limit is {limit}")]
    Load {
        /// The mentor.
        mentor: PersonId,
        /// Their mentees.
        mentees: usize,
        /// The most they can have.
        limit: usize,
    },
    /// The reason why a mentee has no mentor is none.
    #[error(
        "that mentee {mentee} has no mentor is not shown: {mentees} mentees for {capacity} places"
    )]
    Reason {
        /// The mentee.
        mentee: PersonId,
        /// Mentees who can go to certain mentors only, by count.
        mentees: usize,
        /// Places of those mentors.
        capacity: usize,
    },
}
