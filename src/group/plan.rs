//! The result of a jigsaw.

use super::groups::Groups;
use super::remainder::Remainder;
#[cfg(feature = "serde")]
use super::verify::check_links;
#[cfg(feature = "serde")]
use super::violation::GroupViolation;
use crate::{GroupId, PersonId, TopicId};

/// Two linked partitions of the same people: the homes, and the expert groups of each topic.
///
/// Expert groups are numbered topic by topic. Whatever its origin, a plan has every topic at least
/// [`redundancy`](Self::redundancy) times in every home, and one topic per expert group.
///
/// ```
/// use peergrade::{GroupId, Jigsaw, Seed};
///
/// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
/// for &person in plan.homes().members(GroupId::new(0)) {
///     let topic = plan.topic_of(person).unwrap();
///     let experts = plan.experts().group_of(person).unwrap();
///     println!("person {person} studies topic {topic} in expert group {experts}");
/// }
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct JigsawPlan {
    homes: Groups,
    experts: Groups,
    topic_of: Vec<TopicId>,
    topics: usize,
    redundancy: usize,
}

impl JigsawPlan {
    /// Parts that fit together: as [`check_links`] demands.
    pub(super) fn new(
        homes: Groups,
        experts: Groups,
        topic_of: Vec<TopicId>,
        topics: usize,
        redundancy: usize,
    ) -> Self {
        Self { homes, experts, topic_of, topics, redundancy }
    }

    /// The home groups.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.homes().sizes().collect::<Vec<_>>(), [3, 3, 3]);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn homes(&self) -> &Groups {
        &self.homes
    }

    /// The expert groups, those of topic 0 first.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(24, Seed::new(1))?;
    /// assert_eq!(plan.experts().len(), 6); // two of 4 per topic
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn experts(&self) -> &Groups {
        &self.experts
    }

    /// The topic of a person; `None` for a person beyond the last. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert!(plan.topic_of(8.into()).unwrap().get() < 3);
    /// assert_eq!(plan.topic_of(9.into()), None);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn topic_of(&self, person: PersonId) -> Option<TopicId> {
        self.topic_of.get(person.index()).copied()
    }

    /// The topic of every person, in the order of the people.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert_eq!(Jigsaw::topics(3).form(9, Seed::new(1))?.topic_assignment().len(), 9);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn topic_assignment(&self) -> &[TopicId] {
        &self.topic_of
    }

    /// The topic of an expert group; `None` for a group beyond the last. O(1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.topic_of_expert_group(2.into()), Some(2.into()));
    /// assert_eq!(plan.topic_of_expert_group(3.into()), None);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn topic_of_expert_group(&self, group: GroupId) -> Option<TopicId> {
        let member = self.experts.members(group).first()?;
        self.topic_of(*member)
    }

    /// The number of topics.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert_eq!(Jigsaw::topics(3).form(9, Seed::new(1))?.topics(), 3);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn topics(&self) -> usize {
        self.topics
    }

    /// The experts of each topic that every home has at least.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert_eq!(Jigsaw::topics(3).form(9, Seed::new(1))?.redundancy(), 1);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn redundancy(&self) -> usize {
        self.redundancy
    }

    /// What is left over once every home has its experts, and where it went, as numbers and as a
    /// text in plain words. O(n).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let remainder = Jigsaw::topics(5).form(23, Seed::new(1))?.remainder();
    /// assert_eq!(remainder.extras(), 3);
    /// println!("{remainder}");
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn remainder(&self) -> Remainder {
        Remainder::of(self)
    }
}

/// The form in which plans are stored: one row of ids per person, by columns.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    topics: usize,
    redundancy: usize,
    homes: Groups,
    experts: Groups,
    topic_of: Vec<TopicId>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for JigsawPlan {
    type Error = GroupViolation;

    fn try_from(raw: Raw) -> Result<Self, GroupViolation> {
        let plan = Self::new(raw.homes, raw.experts, raw.topic_of, raw.topics, raw.redundancy);
        check_links(&plan)?;
        Ok(plan)
    }
}

#[cfg(feature = "serde")]
impl From<JigsawPlan> for Raw {
    fn from(plan: JigsawPlan) -> Self {
        Self {
            topics: plan.topics,
            redundancy: plan.redundancy,
            homes: plan.homes,
            experts: plan.experts,
            topic_of: plan.topic_of,
        }
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::{Jigsaw, Seed};

    #[test]
    fn stored_plans_are_checked() {
        let plan = Jigsaw::topics(2).form(4, Seed::new(1)).unwrap();
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<JigsawPlan>(&text).unwrap(), plan);
        let good = r#"{"topics":2,"redundancy":1,"homes":{"group_of":[0,0,1,1]},
            "experts":{"group_of":[0,1,0,1]},"topic_of":[0,1,0,1]}"#;
        serde_json::from_str::<JigsawPlan>(good).unwrap();
        for (part, tampered, why) in [
            ("[0,0,1,1]", "[0,1,0,1]", "home 0 has 0 of"),
            ("[0,0,1,1]", "[0,0,1]", "3 people have homes"),
            ("\"topic_of\":[0,1,0,1]", "\"topic_of\":[0,1,0]", "3 topics"),
            ("\"topic_of\":[0,1,0,1]", "\"topic_of\":[0,1,1,0]", "expert group 0"),
            ("\"topic_of\":[0,1,0,1]", "\"topic_of\":[0,2,0,2]", "topic 2"),
            ("\"topics\":2", "\"topics\":3", "home 0 has 0 of"),
            ("\"topics\":2", "\"topics\":18446744073709551615", "home 0 has 0"),
            ("\"topics\":2", "\"topics\":0", "0 topics"),
            ("\"redundancy\":1", "\"redundancy\":2", "home 0 has 1 of"),
            ("\"redundancy\":1", "\"redundancy\":0", "redundancy 0"),
            ("\"redundancy\":1", "\"redundancy\":1,\"more\":1", "unknown field"),
        ] {
            let bad = good.replacen(part, tampered, 1);
            let error = serde_json::from_str::<JigsawPlan>(&bad).unwrap_err();
            assert!(error.to_string().contains(why), "{bad}: {error}");
        }
    }
}
