//! What is left over when people do not divide evenly, in plain words.

use core::fmt;

use super::error::Division;
use super::plan::JigsawPlan;
use crate::TopicId;
use crate::id::to_u32;

/// The topics that a text names one by one.
const NAMED: usize = 8;

/// How a jigsaw came out: homes, their sizes, and the people beyond what the topics need.
///
/// ```
/// use peergrade::{Jigsaw, Seed};
///
/// let remainder = Jigsaw::topics(5).form(11, Seed::new(1))?.remainder();
/// assert_eq!((remainder.homes().groups, remainder.extras()), (2, 1));
/// let (topic, more) = remainder.topics()[0];
/// assert_eq!(more, 1);
/// assert_eq!(
///     remainder.to_string(),
///     format!(
///         "11 people form 2 homes: 1 of 5 and 1 of 6 people. Each of the 5 topics has at least \
///          1 expert in every home, which takes 10 people. 1 more is left over, since a home more \
///          would take 15 people. There are more experts than needed on topic {topic} (1)."
///     )
/// );
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remainder {
    people: usize,
    topics: usize,
    redundancy: usize,
    homes: Division,
    extras: Vec<(TopicId, usize)>,
}

impl Remainder {
    pub(super) fn of(plan: &JigsawPlan) -> Self {
        let homes = plan.homes().len();
        let mut counts = vec![0; plan.topics()];
        for topic in plan.topic_assignment() {
            counts[topic.index()] += 1;
        }
        let needed = homes * plan.redundancy();
        let sizes = plan.homes().sizes();
        let range = sizes.fold((usize::MAX, 0), |(lo, hi), size| (lo.min(size), hi.max(size)));
        Self {
            people: plan.homes().people(),
            topics: plan.topics(),
            redundancy: plan.redundancy(),
            homes: Division { groups: homes, smallest: range.0, largest: range.1 },
            extras: counts
                .into_iter()
                .enumerate()
                .filter(|&(_, count)| count > needed)
                .map(|(topic, count)| (TopicId::new(to_u32(topic)), count - needed))
                .collect(),
        }
    }

    /// Number of homes and their sizes.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let homes = Jigsaw::topics(5).form(23, Seed::new(1))?.remainder().homes();
    /// assert_eq!((homes.groups, homes.smallest, homes.largest), (4, 5, 6));
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn homes(&self) -> Division {
        self.homes
    }

    /// People beyond those that every home needs.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// assert_eq!(Jigsaw::topics(5).form(25, Seed::new(1))?.remainder().extras(), 0);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn extras(&self) -> usize {
        self.extras.iter().map(|&(_, extras)| extras).sum()
    }

    /// The topics with more people than needed, and how many more.
    ///
    /// ```
    /// # use peergrade::{Jigsaw, Seed};
    /// let remainder = Jigsaw::topics(5).form(23, Seed::new(1))?.remainder();
    /// assert_eq!(remainder.topics().len(), 3);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn topics(&self) -> &[(TopicId, usize)] {
        &self.extras
    }
}

impl fmt::Display for Remainder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Division { groups, smallest, largest } = self.homes;
        write!(f, "{} people form {groups} home{}: ", self.people, s(groups))?;
        if largest == smallest {
            write!(f, "{groups} of {smallest} people. ")?;
        } else {
            let large = self.people - groups * smallest;
            let small = groups - large;
            write!(f, "{small} of {smallest} and {large} of {largest} people. ")?;
        }
        let (experts, full) = (self.redundancy, self.topics * self.redundancy);
        write!(
            f,
            "Each of the {} topics has at least {experts} expert{} in every home, which takes {} people. ",
            self.topics,
            s(experts),
            groups * full
        )?;
        let extras = self.extras();
        if extras == 0 {
            return write!(f, "Nobody is left over.");
        }
        let is = if extras == 1 { "is" } else { "are" };
        write!(f, "{extras} more {is} left over, since a home more would ")?;
        match (groups + 1).checked_mul(full) {
            Some(needed) if needed <= self.people => {
                write!(f, "make homes smaller than was asked for. ")?;
            }
            _ => write!(f, "take {} people. ", (groups as u128 + 1) * full as u128)?,
        }
        write!(f, "There are more experts than needed on topic{} ", s(self.extras.len()))?;
        for (i, (topic, more)) in self.extras.iter().take(NAMED).enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{topic} ({more})")?;
        }
        match self.extras.len().saturating_sub(NAMED) {
            0 => write!(f, "."),
            rest => write!(f, " and {rest} other topic{}.", s(rest)),
        }
    }
}

/// The ending of a noun of which there are so many.
fn s(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use crate::{Jigsaw, Seed};

    #[test]
    fn the_text_tells_why() {
        let text = |jigsaw: Jigsaw, people| {
            let plan = jigsaw.form(people, Seed::new(1)).unwrap();
            plan.remainder().to_string()
        };
        assert_eq!(
            text(Jigsaw::topics(2).redundancy(2), 8),
            "8 people form 2 homes: 2 of 4 people. Each of the 2 topics has at least 2 experts in \
             every home, which takes 8 people. Nobody is left over."
        );
        let larger = text(Jigsaw::topics(4).home_size(6..=8), 40);
        assert!(larger.contains("40 people form 6 homes: 2 of 6 and 4 of 7 people"));
        assert!(
            larger.contains("16 more are left over, since a home more would make homes smaller")
        );
        assert!(larger.ends_with("on topics 0 (4), 1 (4), 2 (4), 3 (4)."));
        assert!(text(Jigsaw::topics(20), 39).ends_with(" and 11 other topics."));
    }
}
