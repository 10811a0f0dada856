//! A checked wish, ready for the engine.

use super::columns::{Weighed, check_wish, weigh};
use super::links::{self, Blocks};
use super::start::{Seats, deal_evenly, fill, halve, slots};
use super::{FormError, Formed, GroupFormer, Limits, Rule, Stop, Strength};
use crate::csr::Csr;
use crate::group::availability::Week;
use crate::group::balance::{Budget, Count, Engine, Even, NONE, Overlap, Rules};
use crate::group::groups::Groups;
use crate::group::sizes::{check_people, joined};
use crate::group::traits::{Categories, Traits, Values};
use crate::id::to_u32;
use crate::seed::Phase;
use crate::{GroupId, PersonId, Seed};

/// How often a small course is tried anew, by another order of pairs, while a hard rule is broken.
const ATTEMPTS: u64 = 8;

/// The people of a small course.
const SMALL: usize = 4096;

/// Columns, rules and the groups to start from.
pub(super) struct Plan {
    weighed: Weighed,
    rules: Rules,
    /// The cell of every group.
    cells: Vec<u32>,
    starts: Vec<u32>,
    slots: Vec<u32>,
    joined: Vec<PersonId>,
}

/// People who are grouped by themselves.
pub(super) struct Cells {
    /// The cell of every person; empty if there is one.
    of: Vec<u32>,
    /// People of every cell.
    people: Vec<Vec<u32>>,
    /// The first group of every cell, and one more.
    first: Vec<usize>,
    /// The cell of several kinds, the last, if there is one.
    joined: Option<usize>,
}

impl Plan {
    pub(super) fn new(
        former: &GroupFormer,
        traits: &Traits,
        seed: Seed,
    ) -> Result<Self, FormError> {
        let people = traits.people();
        check_people(people)?;
        let weighed = weigh(former, traits)?;
        let cells = Cells::new(former, traits)?;
        let blocks = Blocks::new(former, people)?;
        let apart = links::apart(former, people)?;
        let labels = links::labels(former, people)?;
        let fixed = links::fixed(former, &blocks, people)?;
        check_blocks(former, traits, &cells, &blocks)?;
        links::check_blocks_apart(former, &blocks, apart.as_ref(), &labels)?;
        check_cliques(&cells, apart.as_ref(), &labels)?;
        let overlap = overlap(former, traits)?;
        let pairs = links::avoided(former, people)?;
        let mut rules = Rules { labels, apart, overlap, pairs, ..Rules::default() };
        let mut seats = cells.seats();
        check_counts(former, traits, &seats)?;
        let mut placed = place_fixed(&fixed, &cells, &rules, &mut seats, people)?;
        start(former, traits, &weighed, (&cells, &blocks), &mut placed, &mut seats, seed)?;
        let of_groups = cells.of_groups();
        let cell_of = |person| to_u32(cells.cell(person));
        rules.counts = counts(former, traits, cell_of, &of_groups, &seats);
        if !blocks.members.is_empty() {
            rules.block_sizes = blocks.members.iter().map(Vec::len).collect();
            rules.blocks = Some(blocks.of);
        }
        if !fixed.is_empty() {
            let mut stays = vec![false; people];
            for &(person, _) in &fixed {
                stays[person as usize] = true;
            }
            rules.fixed = Some(stays);
        }
        let (starts, slots) = slots(seats);
        let joined = cells.joined.map_or(&[][..], |cell| &cells.people[cell]);
        let joined = joined.iter().map(|&person| PersonId::new(person)).collect();
        Ok(Self { weighed, rules, cells: of_groups, starts, slots, joined })
    }

    /// The same for groups that there are.
    pub(super) fn within(
        former: &GroupFormer,
        traits: &Traits,
        groups: &Groups,
        limits: Limits,
    ) -> Result<Self, FormError> {
        let (people, given) = (traits.people(), groups.people());
        if given != people {
            return Err(FormError::OtherPeople { given, people });
        }
        let weighed = weigh(former, traits)?;
        let mut labels = links::labels(former, people)?;
        labels.extend(limits.labels);
        let apart = links::apart(former, people)?;
        let seats: Vec<Seats> = groups
            .iter()
            .map(|(_, members)| Seats {
                size: members.len(),
                people: members.iter().map(|person| person.get()).collect(),
            })
            .collect();
        let cell_of = |person: usize| {
            limits.cells.get(groups.assignment()[person].index()).copied().unwrap_or(0)
        };
        let counts = counts(former, traits, cell_of, &limits.cells, &seats);
        let overlap = overlap(former, traits)?;
        let pairs = links::avoided(former, people)?;
        let classes = limits.classes;
        let rules = Rules { classes, labels, apart, counts, overlap, pairs, ..Rules::default() };
        let (starts, slots) = slots(seats);
        Ok(Self { weighed, rules, cells: limits.cells, starts, slots, joined: Vec::new() })
    }

    pub(super) fn form(self, former: &GroupFormer, seed: Seed) -> Result<Formed, FormError> {
        let Self { weighed, rules, cells, starts, slots, joined } = self;
        let groups = starts.len() - 1;
        let engine = Engine {
            table: &weighed.table,
            rules: &rules,
            cells: &cells,
            objective: former.objective,
            budget: Budget { passes: former.effort.passes(groups) },
        };
        let mut run = engine.run(starts.clone(), slots.clone(), seed);
        for attempt in 1..ATTEMPTS {
            if run.violations == 0 || slots.len() > SMALL {
                break;
            }
            let again =
                engine.run(starts.clone(), slots.clone(), seed.key(Phase::Balance, attempt));
            if again.violations < run.violations {
                run = again;
            }
        }
        let share =
            |value: &f64| if weighed.squares > 0.0 { value / weighed.squares } else { *value };
        let formed = Formed {
            groups: Groups::from_assignment(run.groups)?,
            values: run.values.iter().map(share).collect(),
            stop: if run.settled { Stop::Settled } else { Stop::Budget },
            violations: run.violations,
            constant: weighed.constant,
            joined,
        };
        if run.violations > 0 {
            let violations = run.violations;
            return Err(FormError::NotFound { violations, formed: Box::new(formed) });
        }
        Ok(formed)
    }
}

impl Cells {
    /// The people of each combination of values that groups are to be the same in.
    pub(super) fn new(former: &GroupFormer, traits: &Traits) -> Result<Self, FormError> {
        let people = traits.people();
        let same = hard(former, traits, |rule| rule == Rule::Same);
        let keys: Vec<Vec<u32>> = if same.is_empty() {
            Vec::new()
        } else {
            let key = |i: usize| same.iter().map(|(_, _, values)| values.codes[i]).collect();
            (0..people).map(key).collect()
        };
        let mut distinct = keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let cell = |key: &Vec<u32>| to_u32(distinct.partition_point(|other| other < key));
        let mut of: Vec<u32> = keys.iter().map(cell).collect();
        let mut kinds = distinct.len().max(1);
        let joined = if former.join_kinds { join(former, &mut of, &mut kinds) } else { None };
        let mut members = vec![Vec::new(); kinds];
        for person in 0..people {
            members[of.get(person).map_or(0, |&cell| cell as usize)].push(to_u32(person));
        }
        let mut first = vec![0];
        for members in &members {
            let groups = former.sizes.groups(members.len()).map_err(|reason| {
                if same.is_empty() {
                    FormError::Groups(reason)
                } else {
                    FormError::Cell { first: PersonId::new(members[0]), reason }
                }
            })?;
            first.push(first[first.len() - 1] + groups);
        }
        Ok(Self { of, people: members, first, joined })
    }

    fn groups(&self) -> usize {
        self.first[self.people.len()]
    }

    /// The cell of a person.
    fn cell(&self, person: usize) -> usize {
        self.of.get(person).map_or(0, |&cell| cell as usize)
    }

    fn range(&self, cell: usize) -> core::ops::Range<usize> {
        self.first[cell]..self.first[cell + 1]
    }

    /// Size of the largest group of a cell.
    fn largest(&self, cell: usize) -> usize {
        self.people[cell].len().div_ceil(self.range(cell).len())
    }

    fn of_groups(&self) -> Vec<u32> {
        let cell = |cell: usize| self.range(cell).map(move |_| to_u32(cell));
        (0..self.people.len()).flat_map(cell).collect()
    }

    /// Empty groups, the larger ones first in every cell.
    fn seats(&self) -> Vec<Seats> {
        let mut seats = Vec::with_capacity(self.groups());
        for (cell, people) in self.people.iter().enumerate() {
            let groups = self.range(cell).len();
            for g in 0..groups {
                let size = people.len() / groups + usize::from(g < people.len() % groups);
                seats.push(Seats { size, people: Vec::new() });
            }
        }
        seats
    }
}

/// Makes one kind, the last, of those that cannot be divided by themselves; which it is.
fn join(former: &GroupFormer, of: &mut [u32], kinds: &mut usize) -> Option<usize> {
    let mut counts = vec![0; *kinds];
    for &kind in of.iter() {
        counts[kind as usize] += 1;
    }
    let joined = joined(former.sizes, &counts);
    let last = joined.iter().filter(|joined| !**joined).count();
    if of.is_empty() || last == joined.len() {
        return None;
    }
    let mut next = 0..;
    let own = |&joined: &bool| if joined { to_u32(last) } else { next.next().unwrap_or(0) };
    let names: Vec<u32> = joined.iter().map(own).collect();
    for kind in of.iter_mut() {
        *kind = names[*kind as usize];
    }
    *kinds = last + 1;
    Some(last)
}

/// The hard rules of a kind, with their columns.
fn hard<'a>(
    former: &'a GroupFormer,
    traits: &'a Traits,
    kind: impl Fn(Rule) -> bool,
) -> Vec<(&'a str, Rule, &'a Categories)> {
    let rule = |(name, rule, strength): &'a (String, Rule, Strength)| {
        let Values::Categorical(values) = &traits.find(name)?.values else { return None };
        let wanted = *strength == Strength::Hard && kind(*rule);
        wanted.then_some((name.as_str(), *rule, values))
    };
    former.categories.iter().filter_map(rule).collect()
}

/// Blocks fit a group, and are of one kind.
fn check_blocks(
    former: &GroupFormer,
    traits: &Traits,
    cells: &Cells,
    blocks: &Blocks,
) -> Result<(), FormError> {
    for block in &blocks.members {
        for (name, _, values) in hard(former, traits, |rule| rule == Rule::Same) {
            let code = |p: u32| values.codes[p as usize];
            let apart = |p: u32| cells.cell(p as usize) != cells.cell(block[0] as usize);
            let differ = |&&p: &&u32| code(p) != code(block[0]) && apart(p);
            if let Some(&second) = block.iter().find(differ) {
                return Err(FormError::TogetherDiffer {
                    first: PersonId::new(block[0]),
                    second: PersonId::new(second),
                    column: name.into(),
                });
            }
        }
        let largest = cells.largest(cells.cell(block[0] as usize));
        if block.len() > largest {
            let people = block.iter().map(|&p| PersonId::new(p)).collect();
            return Err(FormError::Block { people, largest });
        }
    }
    Ok(())
}

/// No more people are apart from each other, by pairs or since they were one group before, than there
/// are groups for them.
fn check_cliques(
    cells: &Cells,
    apart: Option<&Csr<u32>>,
    labels: &[Vec<u32>],
) -> Result<(), FormError> {
    for (cell, people) in cells.people.iter().enumerate() {
        let groups = cells.range(cell).len();
        let found = apart.and_then(|apart| links::clique(apart, people, groups));
        let found = found.or_else(|| labels.iter().find_map(|l| links::mates(l, people, groups)));
        if let Some(people) = found {
            return Err(FormError::Clique { people, groups });
        }
    }
    Ok(())
}

/// The rule on time in common, where everybody has as much.
fn overlap(former: &GroupFormer, traits: &Traits) -> Result<Option<Overlap>, FormError> {
    let Some((least, strength)) = former.overlap else { return Ok(None) };
    let limit = to_u32(Week::SLOTS);
    if !(1..=limit).contains(&least) {
        return Err(FormError::Slots { slots: least, limit });
    }
    let weeks = traits.weeks();
    if weeks.is_empty() {
        return Err(FormError::NoAvailability { slots: least });
    }
    let weight = match strength {
        Strength::Hard => None,
        Strength::Soft(weight) => {
            check_wish("availability", weight, false)?;
            Some(weight)
        }
    };
    let short = |week: &Week| !week.is_unknown() && week.count() < least;
    if let Some(person) = weeks.iter().position(short).filter(|_| weight.is_none()) {
        let has = weeks[person].count();
        return Err(FormError::FewSlots {
            person: PersonId::new(to_u32(person)),
            has,
            slots: least,
        });
    }
    Ok(Some(Overlap { weeks: weeks.to_vec(), least, weight }))
}

/// Nobody has to be alone by the numbers.
fn check_counts(former: &GroupFormer, traits: &Traits, seats: &[Seats]) -> Result<(), FormError> {
    let largest = seats.iter().map(|group| group.size).max().unwrap_or(0);
    for (name, rule, values) in hard(former, traits, |rule| matches!(rule, Rule::NoSolo { .. })) {
        let Rule::NoSolo { min } = rule else { continue };
        for (&value, holders) in values.levels.iter().zip(values.counts()) {
            if holders < min as usize {
                let column = name.into();
                return Err(FormError::FewHolders { column, value, holders, min });
            }
        }
        if largest < min as usize && !values.levels.is_empty() {
            return Err(FormError::SmallGroups { column: name.into(), min, largest });
        }
    }
    Ok(())
}

/// Puts people into their groups; who is placed.
fn place_fixed(
    fixed: &[(u32, GroupId)],
    cells: &Cells,
    rules: &Rules,
    seats: &mut [Seats],
    people: usize,
) -> Result<Vec<bool>, FormError> {
    let mut placed = vec![false; if fixed.is_empty() { 0 } else { people }];
    for &(person, group) in fixed {
        let groups = seats.len();
        let id = PersonId::new(person);
        let Some(seat) = seats.get_mut(group.index()) else {
            return Err(FormError::UnknownGroup { person: id, group, groups });
        };
        if !cells.range(cells.cell(person as usize)).contains(&group.index()) {
            return Err(FormError::FixedKind { person: id, group });
        }
        let clash = |&&other: &&u32| {
            rules.apart.as_ref().is_some_and(|a| a.row(person as usize).contains(&other))
                || rules.labels.iter().any(|l| l[person as usize] == l[other as usize])
        };
        if let Some(&first) = seat.people.iter().find(clash) {
            let first = PersonId::new(first);
            return Err(FormError::FixedApart { first, second: id, group });
        }
        seat.people.push(person);
        placed[person as usize] = true;
    }
    for (g, seat) in seats.iter().enumerate() {
        if seat.people.len() > seat.size {
            let (group, people) = (GroupId::new(to_u32(g)), seat.people.len());
            return Err(FormError::FixedFull { group, people, size: seat.size });
        }
    }
    Ok(placed)
}

/// Fills the groups of every cell.
fn start(
    former: &GroupFormer,
    traits: &Traits,
    weighed: &Weighed,
    (cells, blocks): (&Cells, &Blocks),
    placed: &mut Vec<bool>,
    seats: &mut [Seats],
    seed: Seed,
) -> Result<(), FormError> {
    let first_key = first_category(former, traits);
    let table = &weighed.table;
    let code = |p: u32| first_key.map_or(0, |values| values.codes[p as usize]);
    let value = |p: u32| table.row(p).first().map_or(0.0, |&x| f64::from(x));
    for (cell, people) in cells.people.iter().enumerate() {
        let seats = &mut seats[cells.range(cell)];
        let seed = seed.key(Phase::BalanceStart, cell as u64);
        if !placed.is_empty() || !blocks.members.is_empty() {
            placed.resize(traits.people(), false);
            let mut order = people.clone();
            order.sort_by(|&a, &b| code(a).cmp(&code(b)).then(value(a).total_cmp(&value(b))));
            fill(&order, blocks, placed, seats)?;
        } else if table.widest_alike(people).is_some() {
            halve(table, &mut people.clone(), seats);
        } else {
            let values: Vec<f64> = people.iter().map(|&p| value(p)).collect();
            let codes: Vec<u32> = people.iter().map(|&p| code(p)).collect();
            deal_evenly(people, &values, &codes, seats, seed)?;
        }
    }
    Ok(())
}

/// The category that the start spreads exactly: a hard one if there is one.
fn first_category<'a>(former: &'a GroupFormer, traits: &'a Traits) -> Option<&'a Categories> {
    if let Some((_, _, values)) = hard(former, traits, |rule| rule == Rule::Spread).first() {
        return Some(values);
    }
    let all = former.columns.is_empty() && former.categories.is_empty();
    let spread = |name: &str| {
        let wish = |c: &(String, Rule, Strength)| c.0 == name && c.1 == Rule::Spread;
        all || former.categories.iter().any(wish)
    };
    traits.columns().iter().find_map(|column| match &column.values {
        Values::Categorical(values) if spread(&column.name) => Some(values),
        _ => None,
    })
}

/// The rules on how many people of a value are in a group.
fn counts(
    former: &GroupFormer,
    traits: &Traits,
    cell_of: impl Fn(usize) -> u32,
    of_groups: &[u32],
    seats: &[Seats],
) -> Vec<Count> {
    let mut out = Vec::new();
    let sizes = || {
        let cell = |g: usize| of_groups.get(g).copied().unwrap_or(0);
        seats.iter().enumerate().map(|(g, group)| (cell(g), to_u32(group.size))).collect()
    };
    for (name, rule, strength) in &former.categories {
        let Some(Values::Categorical(values)) = traits.find(name).map(|column| &column.values)
        else {
            continue;
        };
        match (*rule, *strength) {
            (Rule::Spread, Strength::Hard) => {
                out.push(Count::Even(Even::new(&values.codes, &cell_of, sizes())));
            }
            (Rule::NoSolo { min }, _) => {
                let known = |&code: &u32| if values.is_known(code) { code } else { NONE };
                let codes = values.codes.iter().map(known).collect();
                let weight = match strength {
                    Strength::Hard => None,
                    Strength::Soft(weight) => Some(*weight),
                };
                out.push(Count::NoSolo { codes, min, weight });
            }
            _ => {}
        }
    }
    out
}
