//! What can be wrong with distances, and with a wish for diverse groups.

use crate::{GroupId, PersonId};

/// Why people could not be grouped by distances.
///
/// ```
/// use peergrade::group::Distances;
///
/// let error = Distances::new(3, |_, _| f64::NAN).unwrap_err();
/// assert_eq!(error.to_string(), "the distance of persons 0 and 1 is NaN, not a number within 1e100");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DistanceError {
    /// There is nobody to group.
    #[error("there are no people to group")]
    NoPeople,
    /// More people than a table of all pairs can hold.
    #[error("{people} people are more than the {limit} of whom all distances are held")]
    TooManyPeople {
        /// Number of people.
        people: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A distance that cannot be added up.
    #[error("the distance of persons {first} and {second} is {value}, not a number within 1e100")]
    Value {
        /// One person.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// Their distance.
        value: f64,
    },
    /// A table that is not square.
    #[error("the table has {values} values, {people} people need {needed}")]
    Table {
        /// Values in the table.
        values: usize,
        /// Number of people.
        people: usize,
        /// Their square.
        needed: usize,
    },
    /// Two people are not as far from each other one way as the other.
    #[error("persons {first} and {second} are {there} apart, and {back} the other way")]
    Asymmetric {
        /// One person.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// From the first to the second.
        there: f64,
        /// From the second to the first.
        back: f64,
    },
    /// A group that could be empty, or whose most is below its least.
    #[error("the sizes {lo}..={hi} of group {group} are no range from 1 on")]
    Bounds {
        /// The group.
        group: GroupId,
        /// Its smallest size.
        lo: usize,
        /// Its largest size.
        hi: usize,
    },
    /// The sizes do not add up to the people.
    #[error("{groups} groups hold {least} to {most} people, there are {people}")]
    Sizes {
        /// Number of people.
        people: usize,
        /// Number of groups.
        groups: usize,
        /// Sum of the smallest sizes.
        least: usize,
        /// Sum of the largest sizes.
        most: usize,
    },
    /// No moves are allowed.
    #[error("a search of 0 moves finds nothing")]
    NoMoves,
}

/// A promise that diverse groups do not keep.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::{Distances, DiverseGrouping};
///
/// let distances = Distances::new(4, |a, b| f64::from(a.get().abs_diff(b.get())))?;
/// let found = DiverseGrouping::even(2).moves(1_000).form(&distances, Seed::new(1))?;
/// let other = DiverseGrouping::within([(1, 1), (3, 3)]);
/// assert_eq!(
///     found.verify(&distances, &other).unwrap_err().to_string(),
///     "group 0 has size 2, not 1..=1"
/// );
/// # Ok::<(), peergrade::group::DistanceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DistanceViolation {
    /// The groups are of other people, or another number of groups.
    #[error("there are {groups} groups of {people} people, not {asked_groups} of {asked_people}")]
    Counts {
        /// People in the groups.
        people: usize,
        /// Number of groups.
        groups: usize,
        /// People of whom there are distances.
        asked_people: usize,
        /// Groups asked for.
        asked_groups: usize,
    },
    /// A group is too small or too large.
    #[error("group {group} has size {size}, not {lo}..={hi}")]
    Size {
        /// The group.
        group: GroupId,
        /// Its size.
        size: usize,
        /// Smallest size allowed.
        lo: usize,
        /// Largest size allowed.
        hi: usize,
    },
    /// The groups are not as diverse as is said.
    #[error("the diversity is {counted}, not {stated}")]
    Value {
        /// The sum of the distances within groups.
        counted: f64,
        /// What is said.
        stated: f64,
    },
    /// An exchange of two people, or a move of one, makes the groups more diverse.
    #[error("persons {first} and {second} could be exchanged for {gain} more")]
    Exchange {
        /// One person.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// What it adds to the diversity.
        gain: f64,
    },
}
