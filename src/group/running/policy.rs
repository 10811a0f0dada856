//! What a repair is to do, and what it did.

use crate::{GroupId, PersonId, TopicId};

/// What is done for homes that lost a topic when people dropped out.
///
/// ```
/// use peergrade::group::RepairPolicy;
///
/// // Two experts of every topic, and no home of fewer than five.
/// let strict = RepairPolicy::merge(5).coverage(2);
/// assert_ne!(strict, RepairPolicy::dissolve());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct RepairPolicy {
    pub(super) moving: bool,
    pub(super) min_size: usize,
    pub(super) coverage: usize,
}

impl RepairPolicy {
    /// Keeps as many homes as can be covered and dissolves the others, which cost the fewest moves.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(3).form(12, Seed::new(1))?.run();
    /// let repair = running.repair(&[0.into()], RepairPolicy::dissolve())?;
    /// assert_eq!((repair.dissolved().len(), repair.moves().len()), (1, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn dissolve() -> Self {
        Self { moving: true, min_size: 0, coverage: 1 }
    }

    /// Moves nobody and says which homes lack what.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(12, Seed::new(1))?;
    /// let repair = plan.run().repair(&[0.into()], RepairPolicy::leave_uncovered())?;
    /// assert!(repair.moves().is_empty());
    /// let home = plan.homes().group_of(0.into()).unwrap();
    /// assert_eq!(repair.broken(), [(home, plan.topic_of(0.into()).unwrap())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn leave_uncovered() -> Self {
        Self { moving: false, min_size: 0, coverage: 1 }
    }

    /// As [`dissolve`](Self::dissolve), and then dissolves homes of fewer than `min_size` people, the
    /// smallest first.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(2).redundancy(2).form(12, Seed::new(1))?.run();
    /// let repair = running.repair(&[0.into()], RepairPolicy::merge(4))?;
    /// assert_eq!(repair.dissolved().len(), 1); // it still had both topics, but only 3 people
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn merge(min_size: usize) -> Self {
        Self { moving: true, min_size, coverage: 1 }
    }

    /// How many experts of each topic a home is to have again, default 1, at most the redundancy of
    /// the plan.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(2).redundancy(2).form(12, Seed::new(1))?.run();
    /// let repair = running.repair(&[0.into()], RepairPolicy::dissolve().coverage(2))?;
    /// assert_eq!(repair.dissolved().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn coverage(mut self, experts: usize) -> Self {
        self.coverage = experts;
        self
    }
}

/// A person who goes from one group to another.
///
/// ```
/// use peergrade::group::Move;
///
/// let step = Move { person: 7.into(), from: 0.into(), to: 3.into() };
/// assert_eq!(step.to.get(), 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Move {
    /// Who goes.
    pub person: PersonId,
    /// The group they leave.
    pub from: GroupId,
    /// The group they join.
    pub to: GroupId,
}

/// What a repair changed, and what it could not mend.
///
/// ```
/// use peergrade::group::RepairPolicy;
/// use peergrade::{Jigsaw, Seed};
///
/// let mut running = Jigsaw::topics(3).form(9, Seed::new(1))?.run();
/// let repair = running.repair(&[0.into(), 1.into()], RepairPolicy::dissolve())?;
/// for step in repair.moves() {
///     println!("person {} goes from home {} to home {}", step.person, step.from, step.to);
/// }
/// assert!(repair.broken().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    pub(super) moves: Vec<Move>,
    pub(super) expert_moves: Vec<Move>,
    pub(super) dissolved: Vec<GroupId>,
    pub(super) broken: Vec<(GroupId, TopicId)>,
}

impl Repair {
    /// Who goes to another home, in the order of the people.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(3).form(9, Seed::new(1))?.run();
    /// assert!(running.repair(&[], RepairPolicy::dissolve())?.moves().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Who goes to another expert group, since they were left alone in theirs.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(1).expert_size(2).form(4, Seed::new(1))?;
    /// let repair = plan.run().repair(&[0.into()], RepairPolicy::dissolve())?;
    /// assert_eq!(repair.expert_moves().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn expert_moves(&self) -> &[Move] {
        &self.expert_moves
    }

    /// The homes that are no more, in order.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(3).form(9, Seed::new(1))?.run();
    /// let repair = running.repair(&[0.into()], RepairPolicy::dissolve())?;
    /// assert_eq!(repair.dissolved().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn dissolved(&self) -> &[GroupId] {
        &self.dissolved
    }

    /// The homes that lack a topic still, and which: none unless nobody was to move, or a topic has
    /// too few people left for a single home.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(2).form(2, Seed::new(1))?.run();
    /// let repair = running.repair(&[0.into()], RepairPolicy::dissolve())?;
    /// assert_eq!(repair.broken().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn broken(&self) -> &[(GroupId, TopicId)] {
        &self.broken
    }

    /// The homes that lack a topic still, each once.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(3).form(3, Seed::new(1))?.run();
    /// let repair = running.repair(&[0.into(), 1.into()], RepairPolicy::dissolve())?;
    /// assert_eq!((repair.broken().len(), repair.uncovered().len()), (2, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn uncovered(&self) -> Vec<GroupId> {
        let mut homes: Vec<GroupId> = self.broken.iter().map(|&(home, _)| home).collect();
        homes.dedup();
        homes
    }
}

/// Why a running jigsaw could not be changed.
///
/// ```
/// use peergrade::group::RepairPolicy;
/// use peergrade::{Jigsaw, Seed};
///
/// let mut running = Jigsaw::topics(3).form(9, Seed::new(1))?.run();
/// let error = running.repair(&[9.into()], RepairPolicy::dissolve()).unwrap_err();
/// assert_eq!(error.to_string(), "person 9 drops out, there are 9 people");
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// Somebody drops out who was never there.
    #[error("person {person} drops out, there are {people} people")]
    UnknownPerson {
        /// The person.
        person: PersonId,
        /// The people there ever were.
        people: usize,
    },
    /// Homes are to have fewer experts of a topic than one, or more than they had.
    #[error("a repair to {coverage} experts per topic and home: it must be from 1 to {redundancy}")]
    Coverage {
        /// The experts asked for.
        coverage: usize,
        /// The experts that the plan has.
        redundancy: usize,
    },
    /// Somebody joins for a topic that there is not.
    #[error("topic {topic} is none of the {topics} topics")]
    UnknownTopic {
        /// The topic.
        topic: TopicId,
        /// Number of topics.
        topics: usize,
    },
    /// More people than a [`PersonId`] may count.
    #[error("{people} people are all that there can be")]
    TooManyPeople {
        /// The people there ever were.
        people: usize,
    },
}
