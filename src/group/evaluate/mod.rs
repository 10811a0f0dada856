//! How good groups are, whoever made them: written without the code that forms them.

mod bounds;
mod category;
mod column;
mod report;
#[cfg(test)]
mod tests;

pub use category::{CategoryReport, LevelReport};
pub use column::{ColumnReport, Extreme};
pub use report::GroupReport;

use std::collections::BTreeSet;

use super::availability::Week;
use super::former::{FormError, GroupFormer, Mode, Rule};
use super::groups::Groups;
use super::traits::{Traits, Values};
use crate::{GroupId, PersonId};

/// Measures groups by the columns that a wish is about, each value beside the best possible and that
/// of groups by chance.
///
/// Columns count with the weights of the wish; by default all do, with weight 1. Rules are checked by
/// [`GroupFormer::verify`]. O(n log n) a column.
///
/// # Errors
///
/// [`FormError::OtherPeople`] for groups of another number of people, [`FormError::UnknownColumn`] and
/// [`FormError::Kind`] for a wish about other traits. Rules that are broken are no error:
/// [`GroupReport::violation`] tells the first.
///
/// ```
/// use peergrade::group::evaluate;
/// use peergrade::{GroupFormer, Pods, Seed, Traits};
///
/// let skill: Vec<_> = (0..40).map(|i| Some(f64::from(i))).collect();
/// let female: Vec<_> = (0..40).map(|i| Some(u32::from(i % 9 == 0))).collect();
/// let traits =
///     Traits::builder(40).numeric("skill", &skill).categorical("female", &female).build()?;
///
/// let former = GroupFormer::default();
/// let chance = evaluate(&traits, &Pods::within(5..=5).form(40, Seed::new(1))?, &former)?;
/// let formed = evaluate(&traits, former.form(&traits, Seed::new(1))?.groups(), &former)?;
/// assert!(formed.share() < chance.share());
/// assert!(formed.share() >= formed.bound());
/// assert!((formed.expected_share() - 7.0 / 39.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate(
    traits: &Traits,
    groups: &Groups,
    former: &GroupFormer,
) -> Result<GroupReport, FormError> {
    measured(traits, groups, former, GroupFormer::verify)
}

/// Groups whose sizes, people kept together and fixed ones are another plan's.
pub(super) fn evaluate_within(
    traits: &Traits,
    groups: &Groups,
    former: &GroupFormer,
) -> Result<GroupReport, FormError> {
    measured(traits, groups, former, GroupFormer::verify_within)
}

fn measured(
    traits: &Traits,
    groups: &Groups,
    former: &GroupFormer,
    verify: fn(&GroupFormer, &Traits, &Groups) -> Result<(), FormError>,
) -> Result<GroupReport, FormError> {
    let people = traits.people();
    if groups.people() != people {
        return Err(FormError::OtherPeople { given: groups.people(), people });
    }
    let (numbers, categories) = (former.column_wishes(), former.category_wishes());
    let all = numbers.is_empty() && categories.is_empty();
    let mut columns = Vec::new();
    let mut levels = Vec::new();
    for column in traits.columns() {
        let name = column.name.as_str();
        match &column.values {
            Values::Numeric(values) => {
                let wish = numbers.iter().find(|wish| wish.0 == name);
                if let Some((mode, weight)) =
                    wish.map(|w| (w.1, w.2)).or(all.then_some((Mode::Balance, 1.0)))
                {
                    columns.push(column::measure(name, values, groups, mode, weight));
                }
            }
            Values::Categorical(values) => {
                let mut wishes = categories.iter().filter(|wish| wish.0 == name).peekable();
                if all || wishes.peek().is_some() {
                    let spread = wishes.find(|wish| wish.1 == Rule::Spread);
                    let weight = spread.map_or(if all { 1.0 } else { 0.0 }, |wish| wish.2.weight());
                    levels.push(category::measure(name, values, groups, weight));
                }
            }
        }
    }
    for (name, wanted) in former.names() {
        let known = |column: &str| column == name;
        let measured = columns.iter().any(|c| known(c.report.name())) && wanted == "numbers"
            || levels.iter().any(|c| known(c.report.name())) && wanted == "categories";
        if !measured {
            return Err(match traits.find(name) {
                Some(_) => FormError::Kind { column: name.into(), wanted },
                None => FormError::UnknownColumn { column: name.into() },
            });
        }
    }
    let violation = verify(former, traits, groups).err();
    let met = (repeats(former, groups), avoided(former, groups));
    let rest = (met, overlaps(traits, groups));
    Ok(report::report(groups, columns, levels, violation, rest))
}

/// What each group has in common of the week.
fn overlaps(traits: &Traits, groups: &Groups) -> Vec<Option<u32>> {
    if traits.weeks().is_empty() {
        return Vec::new();
    }
    let of = |members: &[PersonId]| {
        let weeks: Vec<Week> = members.iter().filter_map(|&p| traits.availability(p)).collect();
        Week::overlap(&weeks)
    };
    groups.iter().map(|(_, members)| of(members)).collect()
}

/// How many pairs are in one group who had better not be.
fn avoided(former: &GroupFormer, groups: &Groups) -> u64 {
    let pairs: BTreeSet<(PersonId, PersonId)> =
        former.avoided().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))).collect();
    let together = |&&(a, b): &&(PersonId, PersonId)| {
        let group = groups.group_of(a);
        group.is_some() && group == groups.group_of(b)
    };
    pairs.iter().filter(together).count() as u64
}

/// How often two people of a group were in one group before.
fn repeats(former: &GroupFormer, groups: &Groups) -> u64 {
    let mut repeats = 0;
    for earlier in former.earlier() {
        for (_, members) in groups.iter() {
            let mut before: Vec<Option<GroupId>> =
                members.iter().map(|&p: &PersonId| earlier.group_of(p)).collect();
            before.sort_unstable();
            for same in before.chunk_by(|a, b| a == b) {
                let people = same.len() as u64;
                repeats += people * (people - 1) / 2;
            }
        }
    }
    repeats
}
