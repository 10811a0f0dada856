//! A jigsaw whose homes and expert groups are balanced.

use super::Jigsaw;
use crate::group::balance::NONE;
use crate::group::evaluate::{GroupReport, evaluate_within};
use crate::group::former::{FormError, GroupFormer, Limits};
use crate::group::groups::Groups;
use crate::group::plan::JigsawPlan;
use crate::group::traits::Traits;
use crate::{Seed, TopicId};

impl Jigsaw {
    /// Forms homes and expert groups that are balanced over many traits at once.
    ///
    /// The people are dealt as by [`form`](Self::form). Then pairs of homes exchange people of the same
    /// topic as [`GroupFormer`] does, so that every home keeps its experts; and expert groups of a
    /// topic exchange people, so that people of one home stay apart where they were. What the former
    /// says of columns, categories, pairs to be kept apart and earlier groups counts, of the homes and
    /// of the expert groups; sizes are those of the jigsaw, and people kept together or fixed do not
    /// count. What [`verify`](JigsawPlan::verify) promises holds as for any plan.
    ///
    /// O(n m d) time a pass for homes and expert groups of m people and d columns, O(n d) memory; for
    /// homes with one person of each of m <= 10 topics, O(n d 2^m / m), for all their divisions.
    ///
    /// # Errors
    ///
    /// Those of [`form`](Self::form), as [`FormError::Groups`]; wishes that make no sense for these
    /// traits, or for a jigsaw ([`FormError::SameInJigsaw`]); and [`FormError::NotFound`], with homes or
    /// expert groups, where a hard rule is still broken at the end.
    ///
    /// ```
    /// use peergrade::group::evaluate;
    /// use peergrade::{GroupFormer, Jigsaw, Seed, Traits};
    ///
    /// let skill: Vec<_> = (0..100).map(|i| Some(f64::from(i * i % 101))).collect();
    /// let speaks: Vec<_> = (0..100).map(|i| Some(i % 3)).collect();
    /// let traits =
    ///     Traits::builder(100).numeric("skill", &skill).categorical("language", &speaks).build()?;
    /// let (jigsaw, former) = (Jigsaw::topics(4), GroupFormer::default());
    /// let plan = jigsaw.form_balanced(&traits, &former, Seed::new(1))?;
    /// plan.verify(&jigsaw)?;
    /// let [balanced, dealt] = [plan, jigsaw.form(100, Seed::new(1))?]
    ///     .map(|plan| evaluate(&traits, plan.homes(), &former).map(|report| report.share()));
    /// assert!(balanced? < 0.2 * dealt?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn form_balanced(
        &self,
        traits: &Traits,
        former: &GroupFormer,
        seed: Seed,
    ) -> Result<JigsawPlan, FormError> {
        if let Some(column) = former.hard_same() {
            return Err(FormError::SameInJigsaw { column: column.into() });
        }
        let plan = self.form(traits.people(), seed)?;
        let topic_of = plan.topic_assignment();
        let classes = topic_of.iter().map(|topic| topic.get()).collect();
        let limits = Limits { classes: Some(classes), ..Limits::default() };
        let homes =
            former.refine(traits, plan.homes(), limits, seed.derive("homes"))?.into_groups();
        let experts = self.experts(&homes, topic_of)?;
        let limits = Limits {
            labels: vec![homes_apart(&homes, &experts, topic_of)],
            cells: cells(&experts, topic_of),
            ..Limits::default()
        };
        let experts =
            former.refine(traits, &experts, limits, seed.derive("experts"))?.into_groups();
        Ok(plan.with_groups(homes, experts))
    }
}

impl JigsawPlan {
    /// Measures the homes as [`evaluate`](super::super::evaluate()) does, by the columns and rules that
    /// [`Jigsaw::form_balanced`] heeds: their sizes are those of the jigsaw, and people kept together
    /// or fixed do not count.
    ///
    /// # Errors
    ///
    /// Those of [`evaluate`](super::super::evaluate()).
    ///
    /// ```
    /// use peergrade::group::evaluate;
    /// use peergrade::{GroupFormer, Jigsaw, Seed, Traits};
    ///
    /// let skill: Vec<_> = (0..40).map(|i| Some(f64::from(i))).collect();
    /// let traits = Traits::builder(40).numeric("skill", &skill).build()?;
    /// let former = GroupFormer::default().sizes(3..=3); // for pods: homes have 8
    /// let plan = Jigsaw::topics(8).form_balanced(&traits, &former, Seed::new(1))?;
    /// let report = plan.evaluate_homes(&traits, &former)?;
    /// assert_eq!((report.violation(), report.sizes()), (None, (8, 8)));
    /// assert!(evaluate(&traits, plan.homes(), &former)?.violation().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate_homes(
        &self,
        traits: &Traits,
        former: &GroupFormer,
    ) -> Result<GroupReport, FormError> {
        evaluate_within(traits, self.homes(), former)
    }
}

/// The topic of every expert group.
fn cells(experts: &Groups, topic_of: &[TopicId]) -> Vec<u32> {
    experts.iter().map(|(_, members)| topic_of[members[0].index()].get()).collect()
}

/// Labels that two people share who are to be in different expert groups: the home; none in a topic
/// where people of one home must meet.
fn homes_apart(homes: &Groups, experts: &Groups, topic_of: &[TopicId]) -> Vec<u32> {
    let mut met = vec![false; experts.len()]; // no more topics than groups
    let mut seen = Vec::new();
    for (_, members) in experts.iter() {
        seen.clear();
        seen.extend(members.iter().map(|person| homes.assignment()[person.index()]));
        seen.sort_unstable();
        if seen.windows(2).any(|two| two[0] == two[1]) {
            met[topic_of[members[0].index()].index()] = true;
        }
    }
    let people = homes.assignment().iter().zip(topic_of);
    people.map(|(home, topic)| if met[topic.index()] { NONE } else { home.get() }).collect()
}
