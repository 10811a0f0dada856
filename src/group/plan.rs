//! The result of a jigsaw.

use super::error::GroupError;
use super::groups::Groups;
use super::phases::{JigsawPhase, JigsawVariant, Meeting};
use super::redundancy::power;
use super::remainder::Remainder;
use super::running::RunningJigsaw;
use super::topics::TopicPlan;
#[cfg(feature = "serde")]
use super::verify::check_links;
#[cfg(feature = "serde")]
use super::violation::GroupViolation;
use crate::chunks;
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
    choice: Option<TopicPlan>,
    phases: Option<Vec<JigsawPhase>>,
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
        Self { homes, experts, topic_of, topics, redundancy, choice: None, phases: None }
    }

    /// The same with what was chosen, which has the same topics, and the phases.
    pub(super) fn following(
        mut self,
        choice: Option<TopicPlan>,
        phases: Option<Vec<JigsawPhase>>,
    ) -> Self {
        (self.choice, self.phases) = (choice, phases);
        self
    }

    /// The same with other homes and expert groups that fit together.
    pub(super) fn with_groups(self, homes: Groups, experts: Groups) -> Self {
        Self { homes, experts, ..self }
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

    /// How the topics were chosen: who got which wish, and the prices that prove it the best. `None`
    /// without [`preferences`](crate::Jigsaw::preferences).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert!(Jigsaw::topics(3).form(9, Seed::new(1))?.choice().is_none());
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn choice(&self) -> Option<&TopicPlan> {
        self.choice.as_ref()
    }

    /// What happens in which groups, in order.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// for phase in Jigsaw::topics(3).form(9, Seed::new(1))?.phases() {
    ///     println!("{phase}"); // "expert groups: study the topic"
    /// }
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn phases(&self) -> &[JigsawPhase] {
        self.phases.as_deref().unwrap_or(JigsawVariant::One.phases())
    }

    /// The groups in which people meet in a phase; `None` where they are alone or all together.
    ///
    /// ```
    /// # use peergrade::group::Meeting;
    /// # use peergrade::{Jigsaw, Seed};
    /// let plan = Jigsaw::topics(3).form(9, Seed::new(1))?;
    /// assert_eq!(plan.meeting(Meeting::Homes), Some(plan.homes()));
    /// assert_eq!(plan.meeting(Meeting::Alone), None);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn meeting(&self, meeting: Meeting) -> Option<&Groups> {
        match meeting {
            Meeting::Homes => Some(&self.homes),
            Meeting::Experts => Some(&self.experts),
            Meeting::Alone | Meeting::Course => None,
        }
    }

    /// The share of the homes that can be expected to keep every topic when everybody drops out
    /// with probability `dropout`, independently. O(n).
    ///
    /// ```text
    /// mean over homes h of  prod_t (1 - q^(people of topic t in h))
    /// ```
    ///
    /// # Errors
    ///
    /// [`GroupError::Share`] unless the probability is in [0, 1).
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let one = Jigsaw::topics(4).form(40, Seed::new(1))?;
    /// assert!((one.coverage(0.3)? - 0.240).abs() < 5e-4);
    /// let two = Jigsaw::topics(4).redundancy(2).form(40, Seed::new(1))?;
    /// assert!((two.coverage(0.3)? - 0.686).abs() < 5e-4);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn coverage(&self, dropout: f64) -> Result<f64, GroupError> {
        if !(0.0..1.0).contains(&dropout) {
            return Err(GroupError::Share { name: "dropout", value: dropout });
        }
        let homes = self.homes.len();
        // At most n / r topics, so the counts of one home are no more than the people.
        let kept = |home: usize| {
            let mut counts = vec![0_usize; self.topics];
            for person in self.homes.members(GroupId::new(crate::id::to_u32(home))) {
                counts[self.topic_of[person.index()].index()] += 1;
            }
            counts.iter().fold(1.0, |kept, &count| kept * (1.0 - power(dropout, count)))
        };
        Ok(chunks::sum(homes, kept) / homes as f64)
    }

    /// The plan as it runs: people drop out, homes are repaired, late people join.
    ///
    /// ```
    /// # use peergrade::group::RepairPolicy;
    /// # use peergrade::{Jigsaw, Seed};
    /// let mut running = Jigsaw::topics(3).form(9, Seed::new(1))?.run();
    /// let repair = running.repair(&[4.into()], RepairPolicy::dissolve())?;
    /// assert_eq!(repair.moves().len(), 2); // whoever was left of that home
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn run(&self) -> RunningJigsaw {
        RunningJigsaw::new(self)
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choice: Option<TopicPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phases: Option<Vec<JigsawPhase>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for JigsawPlan {
    type Error = GroupViolation;

    fn try_from(raw: Raw) -> Result<Self, GroupViolation> {
        let plan = Self::new(raw.homes, raw.experts, raw.topic_of, raw.topics, raw.redundancy);
        check_links(&plan)?;
        let same = |choice: &TopicPlan| {
            choice.assignment() == plan.topic_assignment() && choice.prices().len() == plan.topics()
        };
        if !raw.choice.as_ref().is_none_or(same) {
            return Err(GroupViolation::Preferences { chosen: true });
        }
        Ok(plan.following(raw.choice, raw.phases))
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
            choice: plan.choice,
            phases: plan.phases,
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
