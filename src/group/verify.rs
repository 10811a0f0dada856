//! The promises of groups, checked from the groups alone: shares no code with what forms them.

use super::groups::Groups;
use super::jigsaw::Jigsaw;
use super::plan::JigsawPlan;
use super::violation::GroupViolation;
use crate::id::to_u32;
use crate::{GroupId, PersonId, TopicId};

impl JigsawPlan {
    /// Re-checks every promise that [`Jigsaw`] makes, from the groups alone. O(n + T).
    ///
    /// # Errors
    ///
    /// The first violated promise, with ids and numbers.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let jigsaw = Jigsaw::topics(5);
    /// let plan = jigsaw.form(23, Seed::new(1))?;
    /// assert!(plan.verify(&jigsaw).is_ok());
    /// assert_eq!(
    ///     plan.verify(&Jigsaw::topics(4)).unwrap_err().to_string(),
    ///     "the plan has 5 topics with redundancy 1, 4 topics with redundancy 1 were asked for"
    /// );
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn verify(&self, jigsaw: &Jigsaw) -> Result<(), GroupViolation> {
        verify(jigsaw, self)
    }
}

/// Sizes within a range, if there is one, and within one of each other.
pub(super) fn check_sizes(
    groups: &Groups,
    range: Option<(usize, usize)>,
) -> Result<(), GroupViolation> {
    let (people, count) = (groups.people(), groups.len());
    let even = (people / count, people.div_ceil(count));
    for (lo, hi) in range.into_iter().chain([even]) {
        if let Some(group) = groups.sizes().position(|size| size < lo || size > hi) {
            let group = GroupId::new(to_u32(group));
            let size = groups.members(group).len();
            return Err(GroupViolation::Size { group, size, lo, hi });
        }
    }
    Ok(())
}

/// What every plan holds, whatever was asked for: its parts are about the same people, every home
/// has every topic often enough, expert groups have one topic.
pub(super) fn check_links(plan: &JigsawPlan) -> Result<(), GroupViolation> {
    let (homes, experts, topic_of) = (plan.homes(), plan.experts(), plan.topic_assignment());
    let (topics, redundancy) = (plan.topics(), plan.redundancy());
    let people = homes.people();
    if experts.people() != people || topic_of.len() != people {
        return Err(GroupViolation::People {
            homes: people,
            experts: experts.people(),
            topics: topic_of.len(),
        });
    }
    if topics == 0 || redundancy == 0 {
        return Err(GroupViolation::Nothing { topics, redundancy });
    }
    if let Some(person) = topic_of.iter().position(|topic| topic.index() >= topics) {
        return Err(GroupViolation::UnknownTopic {
            person: PersonId::new(to_u32(person)),
            topic: topic_of[person],
            topics,
        });
    }
    for (group, members) in experts.iter() {
        let other = topic_of[members[0].index()];
        if let Some(&person) = members.iter().find(|p| topic_of[p.index()] != other) {
            return Err(GroupViolation::MixedExperts {
                group,
                person,
                topic: topic_of[person.index()],
                other,
            });
        }
    }
    each_home(plan, |home, topic, experts| {
        if experts < redundancy {
            return Err(GroupViolation::Coverage { home, topic, experts, redundancy });
        }
        Ok(())
    })
}

/// Calls `check(home, topic, people)` for every home and topic. O(n + T) as long as the check
/// refuses a home without a topic; topics without anybody end the walk through the first home.
fn each_home(
    plan: &JigsawPlan,
    mut check: impl FnMut(GroupId, TopicId, usize) -> Result<(), GroupViolation>,
) -> Result<(), GroupViolation> {
    // One topic more than there are people is enough to find one that nobody has.
    let topics = plan.topics().min(plan.homes().people() + 1);
    let mut counts = vec![0; topics];
    for (home, members) in plan.homes().iter() {
        counts.fill(0);
        for person in members {
            counts[plan.topic_assignment()[person.index()].index()] += 1;
        }
        for (topic, &count) in counts.iter().enumerate() {
            check(home, TopicId::new(to_u32(topic)), count)?;
        }
    }
    Ok(())
}

/// Every promise of [`Jigsaw`].
fn verify(jigsaw: &Jigsaw, plan: &JigsawPlan) -> Result<(), GroupViolation> {
    let (topics, redundancy, home_size, _) = jigsaw.wishes();
    if (plan.topics(), plan.redundancy()) != (topics, redundancy) {
        return Err(GroupViolation::Wishes {
            topics: plan.topics(),
            redundancy: plan.redundancy(),
            asked_topics: topics,
            asked_redundancy: redundancy,
        });
    }
    check_links(plan)?;
    check_sizes(plan.homes(), home_size)?;
    check_homes(plan, home_size)?;
    let limits = check_choice(jigsaw, plan)?;
    let mut most = check_topics(plan, &limits)?;
    check_experts(jigsaw, plan, &mut most)?;
    check_home_mates(plan, &most)
}

/// No further home was possible.
fn check_homes(plan: &JigsawPlan, range: Option<(usize, usize)>) -> Result<(), GroupViolation> {
    let (homes, people) = (plan.homes().len(), plan.homes().people());
    let possible = homes + 1;
    let least = range.map_or(1, |(lo, _)| lo);
    // Coverage holds, so topics times redundancy is at most the number of people.
    let full = plan.topics() * plan.redundancy();
    if people / possible >= full.max(least) {
        return Err(GroupViolation::FewHomes { homes, possible });
    }
    Ok(())
}

/// The fewest and the most people of each topic; where people choose, the topics are the best
/// within these limits.
fn check_choice(jigsaw: &Jigsaw, plan: &JigsawPlan) -> Result<Vec<(usize, usize)>, GroupViolation> {
    let (people, topics) = (plan.homes().people(), plan.topics());
    let (choice, plan_choice) = (jigsaw.preferred(), plan.choice());
    let wrong = GroupViolation::Preferences { chosen: plan_choice.is_some() };
    let (Some(choice), Some(chosen)) = (choice, plan_choice) else {
        let even = (people / topics, people.div_ceil(topics));
        let neither = choice.is_none() && plan_choice.is_none();
        return if neither { Ok(vec![even; topics]) } else { Err(wrong) };
    };
    if chosen.assignment() != plan.topic_assignment() {
        return Err(wrong);
    }
    let Ok((mut minima, caps)) = choice.limits() else {
        return Err(wrong);
    };
    for minimum in &mut minima {
        *minimum = (*minimum).max(plan.homes().len() * plan.redundancy());
    }
    chosen.verify_within(choice, &minima, &caps)?;
    Ok(minima.into_iter().zip(caps).collect())
}

/// A topic as the promises on expert groups see it.
#[derive(Clone, Copy, Default)]
struct Topic {
    people: usize,
    /// The most people of one home.
    in_one_home: usize,
    groups: usize,
}

/// Topics are within their limits, and the extras of each are even over the homes.
fn check_topics(
    plan: &JigsawPlan,
    limits: &[(usize, usize)],
) -> Result<Vec<Topic>, GroupViolation> {
    let mut all = vec![Topic::default(); plan.topics()];
    for topic in plan.topic_assignment() {
        all[topic.index()].people += 1;
    }
    for (topic, (seen, &(lo, hi))) in all.iter().zip(limits).enumerate() {
        if seen.people < lo || seen.people > hi {
            return Err(GroupViolation::TopicCount {
                topic: TopicId::new(to_u32(topic)),
                people: seen.people,
                lo,
                hi,
            });
        }
    }
    each_home(plan, |home, topic, here| {
        let seen = &mut all[topic.index()];
        seen.in_one_home = seen.in_one_home.max(here);
        let extras = here - plan.redundancy();
        let homes = plan.homes().len();
        let limit = (seen.people - homes * plan.redundancy()).div_ceil(homes);
        if extras > limit {
            return Err(GroupViolation::Extras { home, topic, extras, limit });
        }
        Ok(())
    })?;
    Ok(all)
}

/// Expert groups are even within a topic, no larger than asked for, and leave nobody alone.
fn check_experts(
    jigsaw: &Jigsaw,
    plan: &JigsawPlan,
    all: &mut [Topic],
) -> Result<(), GroupViolation> {
    let (_, _, _, limit) = jigsaw.wishes();
    let topic_of = |members: &[PersonId]| plan.topic_assignment()[members[0].index()];
    for (_, members) in plan.experts().iter() {
        all[topic_of(members).index()].groups += 1;
    }
    for (group, members) in plan.experts().iter() {
        let (topic, size) = (topic_of(members), members.len());
        let Topic { people, groups, .. } = all[topic.index()];
        // Groups of two leave one of an odd number over.
        let allowed = if limit == 2 && people % 2 == 1 { 3 } else { limit };
        let wished = (people.min(2), allowed);
        let even = (people / groups, people.div_ceil(groups));
        for (lo, hi) in [wished, even] {
            if size < lo || size > hi {
                return Err(GroupViolation::ExpertSize { group, topic, size, lo, hi });
            }
        }
    }
    for (topic, seen) in all.iter().enumerate() {
        // One group fewer would be too large; pairs with a trio are as many as can be.
        let pairs = limit == 2 && seen.people > 1;
        let needed = if pairs { seen.people / 2 } else { seen.people.div_ceil(limit) };
        if seen.groups != needed {
            return Err(GroupViolation::ExpertGroups {
                topic: TopicId::new(to_u32(topic)),
                groups: seen.groups,
                people: seen.people,
                needed,
            });
        }
    }
    Ok(())
}

/// Nobody meets a home-mate in an expert group of a topic with groups enough.
fn check_home_mates(plan: &JigsawPlan, all: &[Topic]) -> Result<(), GroupViolation> {
    let mut last: Vec<Option<(GroupId, PersonId)>> = vec![None; plan.experts().len()];
    for (home, members) in plan.homes().iter() {
        for &second in members {
            let group = plan.experts().assignment()[second.index()];
            let topic = plan.topic_assignment()[second.index()];
            let seen = all[topic.index()];
            let before = last[group.index()].replace((home, second));
            if let Some((_, first)) = before.filter(|&(there, _)| there == home)
                && seen.groups >= seen.in_one_home
            {
                return Err(GroupViolation::HomeMates {
                    home,
                    first,
                    second,
                    group,
                    topic,
                    groups: seen.groups,
                });
            }
        }
    }
    Ok(())
}
