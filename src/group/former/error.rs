//! Why groups could not be formed.

use super::Formed;
use crate::group::GroupError;
use crate::{GroupId, PersonId};

/// What is wrong with a wish for groups by traits: it does not fit the traits, or its hard rules
/// cannot hold, with numbers that anybody can check.
///
/// ```
/// use peergrade::group::{Mode, FormError};
/// use peergrade::{GroupFormer, Seed, Traits};
///
/// let traits = Traits::builder(9).build()?;
/// let former = GroupFormer::default().column("skil", Mode::Balance, 1.0);
/// let error = former.form(&traits, Seed::new(1)).unwrap_err();
/// assert_eq!(error.to_string(), "there is no column \"skil\"");
/// # Ok::<(), peergrade::group::TraitsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// The sizes do not fit the number of people.
    #[error(transparent)]
    Groups(#[from] GroupError),
    /// A column that the traits do not have.
    #[error("there is no column \"{column}\"")]
    UnknownColumn {
        /// The name.
        column: String,
    },
    /// A wish for numbers about categories, or the other way round.
    #[error("the column \"{column}\" does not hold {wanted}")]
    Kind {
        /// The column.
        column: String,
        /// What the wish is about.
        wanted: &'static str,
    },
    /// A column with two modes, or two wishes of one kind for a category.
    #[error("there are two wishes for \"{column}\"")]
    TwoWishes {
        /// The column.
        column: String,
    },
    /// A weight that is no positive number, or beyond those that can be weighed against others.
    #[error("the weight of \"{column}\" is {weight:e}, it must be from {least:e} to {limit:e}")]
    Weight {
        /// The column.
        column: String,
        /// The weight.
        weight: f64,
        /// The least.
        least: f64,
        /// The largest.
        limit: f64,
    },
    /// A decay that is no share.
    #[error("the decay of earlier groups is {decay}, it must be from 0 to 1")]
    Decay {
        /// The decay.
        decay: f64,
    },
    /// Moments other than 1 and 2.
    #[error("{moments} moments cannot be balanced, only 1 or 2")]
    Moments {
        /// The number asked for.
        moments: u32,
    },
    /// More values than can be weighed.
    #[error(
        "the wishes take {columns} columns, one for each value of a category, more than {limit}: make rules of many values hard, or merge values"
    )]
    TooManyColumns {
        /// Columns needed.
        columns: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A person beyond the last.
    #[error("person {person} is in a rule, there are {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// Number of people.
        people: usize,
    },
    /// People are to have time in common, and the traits say nothing of when they have time.
    #[error("the groups are to have {slots} quarter hours in common, but there is no availability")]
    NoAvailability {
        /// Quarter hours asked for.
        slots: u32,
    },
    /// A person has less time than a group is to have in common.
    #[error(
        "person {person} has time for {has} quarter hours, a group is to have {slots} in common"
    )]
    FewSlots {
        /// The person.
        person: PersonId,
        /// Their quarter hours.
        has: u32,
        /// Quarter hours asked for.
        slots: u32,
    },
    /// More quarter hours than a week has, or none.
    #[error("{slots} quarter hours cannot be asked for, only 1 to {limit}")]
    Slots {
        /// Quarter hours asked for.
        slots: u32,
        /// Those of a week.
        limit: u32,
    },
    /// A fixed group beyond the last.
    #[error("person {person} is to be in group {group}, there are {groups} groups")]
    UnknownGroup {
        /// The person.
        person: PersonId,
        /// The group.
        group: GroupId,
        /// Number of groups.
        groups: usize,
    },
    /// Earlier groups, or those to verify, are of other people.
    #[error("groups of {given} people are given, there are {people} people")]
    OtherPeople {
        /// People of these groups.
        given: usize,
        /// People of the traits.
        people: usize,
    },
    /// People of one value cannot be divided.
    #[error(
        "the people of one kind, person {first} among them, cannot be grouped by themselves: {reason}"
    )]
    Cell {
        /// The first of them.
        first: PersonId,
        /// What is wrong with their number.
        reason: GroupError,
    },
    /// The homes of a jigsaw cannot be of one kind each: every home needs every topic.
    #[error(
        "homes cannot be the same in \"{column}\" by a rule: form a jigsaw for each of its values"
    )]
    SameInJigsaw {
        /// The column.
        column: String,
    },
    /// More people are to be together than a group holds.
    #[error("{} people are to be together, person {} among them, but no group has more than {largest}", .people.len(), .people[0])]
    Block {
        /// All of them.
        people: Vec<PersonId>,
        /// Size of the largest group they could be in.
        largest: usize,
    },
    /// People are to be together and apart.
    #[error("person {first} and person {second} are to be apart, but also together")]
    TogetherApart {
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// The people by whom they are linked, from the first to the second.
        path: Vec<PersonId>,
    },
    /// People are to be together who are to be in groups of different kinds.
    #[error("person {first} and person {second} are to be together, but differ in \"{column}\"")]
    TogetherDiffer {
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// The column in which the people of a group are the same.
        column: String,
    },
    /// A person with two fixed groups, by themselves or by those with whom they are together.
    #[error(
        "person {first} is to be in group {group} and together with person {second}, who is to be in group {other}"
    )]
    FixedTwice {
        /// The person.
        first: PersonId,
        /// Their group.
        group: GroupId,
        /// Who they are together with; the same for a person given twice.
        second: PersonId,
        /// The other group.
        other: GroupId,
    },
    /// More people are fixed in a group than it holds.
    #[error("{people} people are to be in group {group}, which holds {size}")]
    FixedFull {
        /// The group.
        group: GroupId,
        /// People who are to be in it, with those who are together with them.
        people: usize,
        /// Its size.
        size: usize,
    },
    /// A person is fixed in a group of people of another kind.
    #[error("person {person} is to be in group {group}, which is for people of another kind")]
    FixedKind {
        /// The person.
        person: PersonId,
        /// The group.
        group: GroupId,
    },
    /// Two people of one fixed group are to be apart.
    #[error("person {first} and person {second} are to be apart, but both in group {group}")]
    FixedApart {
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// Their group.
        group: GroupId,
    },
    /// More people are apart from each other than there are groups.
    #[error("{} people are all to be apart from each other, person {} among them, but there are only {groups} groups", .people.len(), .people[0])]
    Clique {
        /// All of them.
        people: Vec<PersonId>,
        /// Number of groups they could be in.
        groups: usize,
    },
    /// Fewer people have a value than may be in a group.
    #[error(
        "{holders} people have the value {value} of \"{column}\", so {min} of them cannot be in a group"
    )]
    FewHolders {
        /// The column.
        column: String,
        /// The value.
        value: u32,
        /// How many have it.
        holders: usize,
        /// The fewest in a group.
        min: u32,
    },
    /// A group cannot hold as many people of a value as it must.
    #[error("a group must have {min} people of a value of \"{column}\", the largest has {largest}")]
    SmallGroups {
        /// The column.
        column: String,
        /// The fewest in a group.
        min: u32,
        /// Size of the largest group.
        largest: usize,
    },
    /// People who are to be together do not fit beside each other. Not a proof: another way to put
    /// them in may exist.
    #[error("{} people who are to be together, person {} among them, found no group with room for all", .people.len(), .people[0])]
    NoRoom {
        /// All of them.
        people: Vec<PersonId>,
    },
    /// Some hard rule is still broken. Not a proof that it must be.
    #[error("no groups were found that keep all hard rules: {violations} breaches are left")]
    NotFound {
        /// How many breaches.
        violations: u64,
        /// The best groups there are.
        formed: Box<Formed>,
    },
    /// A group of another size than asked for.
    #[error("group {group} has size {size}, not {lo}..={hi}")]
    Size {
        /// The group.
        group: GroupId,
        /// Its size.
        size: usize,
        /// Smallest size.
        lo: usize,
        /// Largest size.
        hi: usize,
    },
    /// The people of a group have too little time in common.
    #[error("group {group} has {common} quarter hours in common, not {slots}")]
    Overlap {
        /// The group.
        group: GroupId,
        /// Quarter hours in common of those of whom it is known.
        common: u32,
        /// Quarter hours asked for.
        slots: u32,
    },
    /// Two people are in one group who should not be, or the other way round.
    #[error("person {first} and person {second} are {}, they should not be", if *.together { "together" } else { "apart" })]
    Pair {
        /// One of them.
        first: PersonId,
        /// The other.
        second: PersonId,
        /// Whether they are in one group.
        together: bool,
    },
    /// A fixed person is in another group.
    #[error("person {person} is in group {group}, not in group {wanted}")]
    NotFixed {
        /// The person.
        person: PersonId,
        /// Their group.
        group: GroupId,
        /// The group they should be in.
        wanted: GroupId,
    },
    /// A group has too few or too many people of a value; no value stands for those without.
    #[error("group {group} has {count} people of one value of \"{column}\", not {lo} to {hi}")]
    Count {
        /// The group.
        group: GroupId,
        /// The column.
        column: String,
        /// The value.
        value: Option<u32>,
        /// How many people of the group have it.
        count: usize,
        /// The fewest there should be.
        lo: usize,
        /// The most there should be.
        hi: usize,
    },
}
