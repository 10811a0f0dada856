//! Whether groups keep the hard rules: written without the code that forms them.

use std::collections::BTreeMap;

use super::{FormError, GroupFormer, Rule, Strength};
use crate::group::availability::Week;
use crate::group::groups::Groups;
use crate::group::traits::Traits;
use crate::id::to_u32;
use crate::{GroupId, PersonId};

/// Sizes, then links, then categories.
pub(super) fn verify(
    former: &GroupFormer,
    traits: &Traits,
    groups: &Groups,
) -> Result<(), FormError> {
    let people = traits.people();
    if groups.people() != people {
        return Err(FormError::OtherPeople { given: groups.people(), people });
    }
    let cells = same(former, traits, groups)?;
    sizes(former, groups, &cells)?;
    links(former, groups)?;
    overlap(former, traits, groups)?;
    for (name, rule, strength) in &former.categories {
        if *strength == Strength::Hard {
            match *rule {
                Rule::Same => {}
                Rule::Spread => even(name, traits, groups, &cells)?,
                Rule::NoSolo { min } => no_solo(name, traits, groups, min as usize)?,
            }
        }
    }
    Ok(())
}

fn value(traits: &Traits, name: &str, person: usize) -> Option<u32> {
    traits.category(name, PersonId::new(to_u32(person)))
}

/// People whose groups are to be the same, by these values.
type Cells = BTreeMap<Vec<Option<u32>>, Vec<usize>>;

/// Every group is of one kind.
fn same(former: &GroupFormer, traits: &Traits, groups: &Groups) -> Result<Cells, FormError> {
    let names: Vec<&String> = former
        .categories
        .iter()
        .filter(|(_, rule, strength)| *rule == Rule::Same && *strength == Strength::Hard)
        .map(|(name, _, _)| name)
        .collect();
    let mut cells = Cells::new();
    for person in 0..groups.people() {
        let key = names.iter().map(|name| value(traits, name, person)).collect();
        cells.entry(key).or_default().push(person);
    }
    for (group, members) in groups.iter() {
        for name in &names {
            let first = value(traits, name, members[0].index());
            let alike = members.iter().filter(|p| value(traits, name, p.index()) == first).count();
            if alike < members.len() {
                return Err(FormError::Count {
                    group,
                    column: (*name).clone(),
                    value: first,
                    count: alike,
                    lo: members.len(),
                    hi: members.len(),
                });
            }
        }
    }
    Ok(cells)
}

/// As many groups as asked for, of sizes within one, in every cell.
fn sizes(former: &GroupFormer, groups: &Groups, cells: &Cells) -> Result<(), FormError> {
    for people in cells.values() {
        let count = former.sizes.groups(people.len())?;
        let (lo, hi) = (people.len() / count, people.len().div_ceil(count));
        for &person in people {
            let group = groups.assignment()[person];
            let size = groups.members(group).len();
            if size < lo || size > hi {
                return Err(FormError::Size { group, size, lo, hi });
            }
        }
    }
    Ok(())
}

fn links(former: &GroupFormer, groups: &Groups) -> Result<(), FormError> {
    let people = groups.people();
    let group_of = |person: PersonId| {
        groups.group_of(person).ok_or(FormError::UnknownPerson { person, people })
    };
    for wish in &former.together {
        for pair in wish.windows(2) {
            if group_of(pair[0])? != group_of(pair[1])? {
                return Err(FormError::Pair { first: pair[0], second: pair[1], together: false });
            }
        }
    }
    for &(first, second) in &former.apart {
        if first != second && group_of(first)? == group_of(second)? {
            return Err(FormError::Pair { first, second, together: true });
        }
    }
    for &(person, wanted) in &former.fixed {
        let group = group_of(person)?;
        if group != wanted {
            return Err(FormError::NotFixed { person, group, wanted });
        }
    }
    for earlier in &former.history {
        for (_, members) in groups.iter() {
            let mut seen: Vec<(Option<GroupId>, PersonId)> =
                members.iter().map(|&p| (earlier.group_of(p), p)).collect();
            seen.sort_unstable();
            if let Some(pair) = seen.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(FormError::Pair {
                    first: pair[0].1,
                    second: pair[1].1,
                    together: true,
                });
            }
        }
    }
    Ok(())
}

/// People of a group have time together.
fn overlap(former: &GroupFormer, traits: &Traits, groups: &Groups) -> Result<(), FormError> {
    let Some((slots, strength)) = former.overlap else { return Ok(()) };
    if traits.weeks().is_empty() {
        return Err(FormError::NoAvailability { slots });
    }
    for (group, members) in groups.iter() {
        let weeks: Vec<Week> = members.iter().filter_map(|&p| traits.availability(p)).collect();
        if let Some(common) = Week::overlap(&weeks)
            && common < slots
            && strength == Strength::Hard
        {
            return Err(FormError::Overlap { group, common, slots });
        }
    }
    Ok(())
}

/// How many members have each value.
fn counts(
    name: &str,
    traits: &Traits,
    people: impl Iterator<Item = usize>,
) -> BTreeMap<Option<u32>, usize> {
    let mut counts = BTreeMap::new();
    for person in people {
        *counts.entry(value(traits, name, person)).or_insert(0) += 1;
    }
    counts
}

fn even(name: &str, traits: &Traits, groups: &Groups, cells: &Cells) -> Result<(), FormError> {
    for people in cells.values() {
        let holders = counts(name, traits, people.iter().copied());
        let mut checked = vec![false; groups.len()];
        for &person in people {
            let group = groups.assignment()[person];
            if core::mem::replace(&mut checked[group.index()], true) {
                continue;
            }
            let members = groups.members(group);
            let here = counts(name, traits, members.iter().map(|p| p.index()));
            for (&value, &held) in &holders {
                let count = here.get(&value).copied().unwrap_or(0);
                let share = held * members.len();
                let (lo, hi) = (share / people.len(), share.div_ceil(people.len()));
                if count < lo || count > hi {
                    let column = name.into();
                    return Err(FormError::Count { group, column, value, count, lo, hi });
                }
            }
        }
    }
    Ok(())
}

fn no_solo(name: &str, traits: &Traits, groups: &Groups, min: usize) -> Result<(), FormError> {
    for (group, members) in groups.iter() {
        for (value, count) in counts(name, traits, members.iter().map(|p| p.index())) {
            if value.is_some() && count < min {
                let (column, hi) = (name.into(), members.len());
                return Err(FormError::Count { group, column, value, count, lo: min, hi });
            }
        }
    }
    Ok(())
}
