//! The start of a plan where sections matter: a flow between classes, then random blocks.
//!
//! How many reviews go from each class of people to each class of works is decided by
//! [`transport`](super::transport), near-proportionally so that blocks mix; within each block the
//! reviews are dealt at random. O(reviews + pairs of classes) beside the flow.

use super::draft::{Blocks, Draft};
use super::loads::{Levels, Stage};
use super::rules::Rules;
use super::sections::Classes;
use super::shortage::Shortage;
use super::transport::{Arc, Cut, Flow, Node, Side, spread, transport};
use crate::csr::Csr;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::{Phase, Seed};

/// Streams of [`Phase::PlanClasses`]: one a stage, so that more draws in one change no other.
const PEOPLE: u64 = 0;
const WORKS: u64 = 1;
const LUCKY: u64 = 2;
const BLOCKS: u64 = 3;

/// What came of a flow between classes.
pub(super) enum Start {
    /// Every slot is filled, at this stage; some may be bad.
    Filled(Stage),
    /// No plan exists.
    Impossible(Box<Shortage>),
    /// There are too many classes, or none of the stages has a flow.
    None,
}

/// Fills the empty draft block by block and confines its switches to people of one class.
pub(super) fn fill(draft: &mut Draft<'_>, classes: &Classes, seed: Seed) -> Start {
    let rules = draft.rules;
    let Some(arcs) = arcs(rules, classes) else { return Start::None };
    let rows = rows(draft, classes);
    // Rows are exact here: less than a flow is a proof only where nobody may give any other number.
    let widest = rules.widest();
    let is_exact = rules.people().all(|r| {
        let (low, high) = rules.give(widest, r);
        low == high
    });
    let best_effort = rules.assigner().best_effort;
    let mut stages = vec![Stage::Even];
    if widest == Stage::Ranges && !rules.is_elastic() {
        stages.push(Stage::Ranges);
    }
    if best_effort && is_exact {
        stages.push(Stage::BestEffort);
    }
    let mut cut = None;
    for stage in stages {
        match transport(&rows, &columns(rules, classes, stage), &arcs) {
            Ok(flow) => {
                let flow = spread(&arcs, &flow);
                deal(draft, classes, (stage, &arcs, &flow), seed);
                let of = |slot| to_u32(classes.of_person(draft.owner(slot)));
                let blocks = (0..draft.len()).map(of).collect();
                draft.confine(Some(Blocks::new(classes.person_classes(), blocks)));
                return Start::Filled(stage);
            }
            Err(found) => cut = Some(found),
        }
    }
    match cut {
        Some(cut) if is_exact && !best_effort => {
            let shortage = shortage(rules, classes, &cut);
            let is_proof = shortage.supply() < shortage.demand();
            if is_proof { Start::Impossible(Box::new(shortage)) } else { Start::None }
        }
        _ => Start::None,
    }
}

fn shortage(rules: &Rules<'_>, classes: &Classes, cut: &Cut) -> Shortage {
    let is_short = |class: usize| cut.short.binary_search(&to_u32(class)).is_ok();
    match cut.side {
        Side::Rows => {
            let short = rules.people().filter(|&r| rules.quota(r) > rules.kept_len(r));
            let short = short.filter(|&r| is_short(classes.of_person(r)));
            let short: Vec<u32> = short.map(PersonId::get).collect();
            rules.reviewer_shortage(rules.widest(), &short)
        }
        Side::Columns => {
            let short = rules.pool().filter(|&s| is_short(classes.of_work(s)));
            let short: Vec<u32> = short.map(SubmissionId::get).collect();
            rules.submission_shortage(rules.widest(), &short)
        }
    }
}

/// What each class of people is to give beside what is kept.
fn rows(draft: &Draft<'_>, classes: &Classes) -> Vec<Node> {
    let mut rows = vec![node(); classes.person_classes()];
    for reviewer in draft.rules.people() {
        let row = &mut rows[classes.of_person(reviewer)];
        row.members += 1;
        row.low += draft.free(reviewer).len() as u64;
    }
    rows.into_iter().map(|row| Node { high: row.low, wanted: (row.low, row.low), ..row }).collect()
}

/// What each class of works may receive beside what is kept.
fn columns(rules: &Rules<'_>, classes: &Classes, stage: Stage) -> Vec<Node> {
    let mut columns = vec![node(); classes.work_classes()];
    for work in rules.pool() {
        let column = &mut columns[classes.of_work(work)];
        let kept = rules.kept_by(work);
        let ((low, high), even) = (rules.take(stage, work), rules.take(Stage::Even, work));
        // No limit is as many as there are people, so that sums stay small.
        let high = high.min(to_u32(rules.cohort().people())).max(low);
        column.members += 1;
        column.low += u64::from(low - kept);
        column.high += u64::from(high - kept);
        let bound = |load: u32| u64::from(load.clamp(low, high) - kept);
        column.wanted.0 += bound(even.0);
        column.wanted.1 += bound(even.1);
    }
    columns
}

/// A class without members; one counts as a member, since bands are as long as there are members.
fn node() -> Node {
    Node { members: 1, low: 0, high: 0, wanted: (0, 0) }
}

/// The allowed pairs of classes, and how many pairs of a person and a work each has; `None` where
/// there are more pairs of classes than people can have made a rule of.
fn arcs(rules: &Rules<'_>, classes: &Classes) -> Option<Vec<Arc>> {
    const MOST: usize = 1 << 24;
    let (rows, columns) = (classes.person_classes(), classes.work_classes());
    if rows.checked_mul(columns)? > MOST {
        return None;
    }
    let (mut people, mut works) = (vec![0_u64; rows], vec![0_u64; columns]);
    let gives = |&r: &PersonId| rules.quota(r) > rules.kept_len(r);
    rules.people().filter(gives).for_each(|r| people[classes.of_person(r)] += 1);
    rules.pool().for_each(|work| works[classes.of_work(work)] += 1);
    let mut taken = vec![0_u64; rows * columns];
    for reviewer in rules.people().filter(gives) {
        let row = classes.of_person(reviewer) * columns;
        let barred = rules.barred(reviewer);
        for &work in barred.iter().chain(rules.kept(reviewer)) {
            taken[row + classes.of_work(work)] += 1;
        }
    }
    let pairs = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let allowed = pairs.filter(|&(row, column)| classes.allow(row, column));
    let arcs = allowed.map(|(row, column)| Arc {
        row: to_u32(row),
        column: to_u32(column),
        capacity: (people[row] * works[column]).saturating_sub(taken[row * columns + column]),
    });
    Some(arcs.filter(|arc| arc.capacity > 0).collect())
}

/// Deals the reviews of each pair of classes at random. A class deals its shares one after the other,
/// going round its members, so that each member has the same of each share, or one more.
fn deal(
    draft: &mut Draft<'_>,
    classes: &Classes,
    (stage, arcs, flow): (Stage, &[Arc], &Flow),
    seed: Seed,
) {
    let stream = |stage, class: usize| seed.stream(Phase::PlanClasses, stage << 32 | class as u64);
    let amounts = || arcs.iter().zip(flow.amounts()).enumerate();
    // By class: (block, how many) in random order, and how many of its members' places are used.
    let shares = |count: usize, class: &dyn Fn(&Arc) -> u32, phase| -> Vec<Vec<(usize, u64)>> {
        let mut shares = vec![Vec::new(); count];
        for (block, (arc, &amount)) in amounts() {
            shares[class(arc) as usize].push((block, amount));
        }
        for (class, list) in shares.iter_mut().enumerate() {
            stream(phase, class).shuffle(list);
        }
        shares
    };
    let mut slots: Vec<Vec<u32>> = vec![Vec::new(); arcs.len()];
    let by_people = shares(classes.person_classes(), &|arc| arc.row, PEOPLE);
    for (class, places) in places_of_people(draft, classes, seed).into_iter().enumerate() {
        cut_into(&mut slots, &by_people[class], &places);
    }
    let mut works: Vec<Vec<u32>> = vec![Vec::new(); arcs.len()];
    let by_works = shares(classes.work_classes(), &|arc| arc.column, WORKS);
    let needs = places_of_works(draft.rules, classes, (stage, flow), seed);
    for (class, places) in needs.into_iter().enumerate() {
        cut_into(&mut works, &by_works[class], &places);
    }
    for (block, (slots, mut works)) in slots.into_iter().zip(works).enumerate() {
        stream(BLOCKS, block).shuffle(&mut works);
        for (slot, work) in slots.into_iter().zip(works) {
            let slot = slot as usize;
            draft.set(slot, draft.owner(slot), SubmissionId::new(work));
        }
    }
}

/// Cuts a list of places into shares of blocks.
fn cut_into(blocks: &mut [Vec<u32>], shares: &[(usize, u64)], places: &[u32]) {
    let mut rest = places;
    for &(block, amount) in shares {
        let amount = usize::try_from(amount).unwrap_or(usize::MAX).min(rest.len());
        let (share, others) = rest.split_at(amount);
        blocks[block].extend_from_slice(share);
        rest = others;
    }
}

/// By class of people: their slots, each person's first one, then the second ones, people in random
/// order.
fn places_of_people(draft: &Draft<'_>, classes: &Classes, seed: Seed) -> Vec<Vec<u32>> {
    let mut people: Vec<PersonId> = draft.rules.people().collect();
    seed.stream(Phase::PlanClasses, PEOPLE << 32 | u64::from(u32::MAX)).shuffle(&mut people);
    let slots = |&reviewer: &PersonId| {
        let free = draft.free(reviewer);
        (classes.of_person(reviewer), to_u32(free.start), to_u32(free.len()))
    };
    rounds(classes.person_classes(), people.iter().map(slots), |first, round| first + round)
}

/// By class of works: the works as often as they are to receive a review, going round them in
/// random order.
fn places_of_works(
    rules: &Rules<'_>,
    classes: &Classes,
    (stage, flow): (Stage, &Flow),
    seed: Seed,
) -> Vec<Vec<u32>> {
    let pool: Vec<SubmissionId> = rules.pool().collect();
    let of = |i: usize| classes.of_work(pool[i]);
    let by_class = Csr::group(classes.work_classes(), pool.len(), of, |i| pool[i]);
    let mut needs = Vec::with_capacity(pool.len());
    for (class, &total) in flow.columns().iter().enumerate() {
        let works = by_class.row(class);
        let kept = works.iter().map(|&work| u64::from(rules.kept_by(work))).sum::<u64>();
        let wishes: Vec<_> = works.iter().map(|&work| rules.take_within(stage, work)).collect();
        let levels = Levels::apportion(&wishes, total + kept);
        let mut load: Vec<u32> = (0..works.len()).map(|i| levels.of(i).0).collect();
        let mut stream = seed.stream(Phase::PlanClasses, LUCKY << 32 | class as u64);
        for lucky in levels.draw(0..to_u32(works.len()), &mut stream) {
            load[lucky as usize] += 1;
        }
        let need = works.iter().zip(load).map(|(&work, load)| (work, load - rules.kept_by(work)));
        needs.extend(need);
    }
    seed.stream(Phase::PlanClasses, WORKS << 32 | u64::from(u32::MAX)).shuffle(&mut needs);
    let needs = needs.iter().map(|&(work, need)| (classes.of_work(work), work.get(), need));
    rounds(classes.work_classes(), needs, |work, _| work)
}

/// By class: round after round, an entry for each member who has more entries than that.
fn rounds(
    count: usize,
    members: impl Iterator<Item = (usize, u32, u32)>,
    entry: impl Fn(u32, u32) -> u32,
) -> Vec<Vec<u32>> {
    let mut by_class: Vec<Vec<(u32, u32)>> = vec![Vec::new(); count];
    members.for_each(|(class, first, entries)| by_class[class].push((first, entries)));
    let places = |mut members: Vec<(u32, u32)>| {
        let mut places = Vec::new();
        for round in 0.. {
            members.retain(|&(_, entries)| entries > round);
            if members.is_empty() {
                break;
            }
            places.extend(members.iter().map(|&(first, _)| entry(first, round)));
        }
        places
    };
    by_class.into_iter().map(places).collect()
}
