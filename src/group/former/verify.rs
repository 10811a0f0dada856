//! Whether groups keep the hard rules: written without the code that forms them.

use std::collections::{BTreeMap, BTreeSet};

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
    let cells = same(former, traits, groups)?;
    sizes(former, groups, &cells)?;
    places(former, groups)?;
    rules(former, traits, groups, &cells)
}

/// The same of groups whose sizes and members another plan decides.
pub(super) fn verify_within(
    former: &GroupFormer,
    traits: &Traits,
    groups: &Groups,
) -> Result<(), FormError> {
    let cells = same(former, traits, groups)?;
    rules(former, traits, groups, &cells)
}

/// Who is to be apart, time in common, and how many of a kind there are.
fn rules(
    former: &GroupFormer,
    traits: &Traits,
    groups: &Groups,
    cells: &[Vec<usize>],
) -> Result<(), FormError> {
    apart(former, groups)?;
    overlap(former, traits, groups)?;
    for (name, rule, strength) in &former.categories {
        if *strength == Strength::Hard {
            match *rule {
                Rule::Same => {}
                Rule::Spread => even(name, traits, groups, cells)?,
                Rule::NoSolo { min } => no_solo(name, traits, groups, min as usize)?,
            }
        }
    }
    Ok(())
}

fn value(traits: &Traits, name: &str, person: usize) -> Option<u32> {
    traits.category(name, PersonId::new(to_u32(person)))
}

/// The values in which groups are to be the same.
type Kind = Vec<Option<u32>>;

/// People who are grouped by themselves, each kind or those of several kinds that are joined.
type Cells = Vec<Vec<usize>>;

/// Every group is of one kind, or of kinds that are joined.
fn same(former: &GroupFormer, traits: &Traits, groups: &Groups) -> Result<Cells, FormError> {
    let people = traits.people();
    if groups.people() != people {
        return Err(FormError::OtherPeople { given: groups.people(), people });
    }
    let names: Vec<&String> = former
        .categories
        .iter()
        .filter(|(_, rule, strength)| *rule == Rule::Same && *strength == Strength::Hard)
        .map(|(name, _, _)| name)
        .collect();
    let kind = |person: usize| names.iter().map(|name| value(traits, name, person)).collect();
    let mut kinds: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for person in 0..people {
        kinds.entry(kind(person)).or_default().push(person);
    }
    let mixed = if former.join_kinds { mixed(former, &mut kinds) } else { Vec::new() };
    let is_mixed: BTreeSet<usize> = mixed.iter().copied().collect();
    for (group, members) in groups.iter() {
        if members.iter().all(|p| is_mixed.contains(&p.index())) {
            continue;
        }
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
    let mixed = core::iter::once(mixed).filter(|people| !people.is_empty());
    Ok(kinds.into_values().chain(mixed).collect())
}

/// Takes out the people of kinds that cannot be divided by themselves, and of the smallest others until
/// all of them can.
fn mixed(former: &GroupFormer, kinds: &mut BTreeMap<Kind, Vec<usize>>) -> Vec<usize> {
    let fits = |people: &[usize]| former.sizes.groups(people.len()).is_ok();
    let mut mixed = Vec::new();
    kinds.retain(|_, people| {
        let fits = fits(people);
        if !fits {
            mixed.append(people);
        }
        fits
    });
    while !mixed.is_empty() && !fits(&mixed) {
        // Without a value comes last, as elsewhere.
        let order = |kind: &Kind| kind.iter().map(|v| (v.is_none(), *v)).collect::<Vec<_>>();
        let smallest = kinds.iter().min_by_key(|(kind, people)| (people.len(), order(kind)));
        let Some(smallest) = smallest.map(|(kind, _)| kind.clone()) else { break };
        mixed.extend(kinds.remove(&smallest).into_iter().flatten());
    }
    mixed.sort_unstable();
    mixed
}

/// As many groups as asked for, of sizes within one, in every cell.
fn sizes(former: &GroupFormer, groups: &Groups, cells: &[Vec<usize>]) -> Result<(), FormError> {
    for people in cells {
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

fn group_of(groups: &Groups, person: PersonId) -> Result<GroupId, FormError> {
    let people = groups.people();
    groups.group_of(person).ok_or(FormError::UnknownPerson { person, people })
}

/// Who is to be together, and where.
fn places(former: &GroupFormer, groups: &Groups) -> Result<(), FormError> {
    for wish in &former.together {
        for pair in wish.windows(2) {
            if group_of(groups, pair[0])? != group_of(groups, pair[1])? {
                return Err(FormError::Pair { first: pair[0], second: pair[1], together: false });
            }
        }
    }
    for &(person, wanted) in &former.fixed {
        let group = group_of(groups, person)?;
        if group != wanted {
            return Err(FormError::NotFixed { person, group, wanted });
        }
    }
    Ok(())
}

fn apart(former: &GroupFormer, groups: &Groups) -> Result<(), FormError> {
    for &(first, second) in &former.apart {
        if first != second && group_of(groups, first)? == group_of(groups, second)? {
            return Err(FormError::Pair { first, second, together: true });
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

fn even(
    name: &str,
    traits: &Traits,
    groups: &Groups,
    cells: &[Vec<usize>],
) -> Result<(), FormError> {
    for people in cells {
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
