#![allow(clippy::cast_possible_truncation)] // plain oracles
use proptest::prelude::*;

use super::dissolve::Damage;
use super::*;
use crate::{Jigsaw, Seed};

/// The fewest moves after which as many homes as possible are covered and all others empty, over all
/// ways to send every person anywhere: the number of covered homes and of moves.
fn brute(
    homes: usize,
    people: &[(usize, usize)],
    topics: usize,
    coverage: usize,
) -> (usize, usize) {
    let mut best = (0, 0);
    for code in 0..homes.pow(people.len() as u32) {
        let to = |i: usize| code / homes.pow(i as u32) % homes;
        let mut counts = vec![vec![0; topics]; homes];
        let mut moves = 0;
        for (i, &(home, topic)) in people.iter().enumerate() {
            counts[to(i)][topic] += 1;
            moves += usize::from(to(i) != home);
        }
        let covered = |row: &&Vec<usize>| row.iter().all(|&count| count >= coverage);
        let count = counts.iter().filter(covered).count();
        let rest_empty = counts.iter().all(|row| covered(&row) || row.iter().all(|&c| c == 0));
        if count > 0 && rest_empty && (count > best.0 || count == best.0 && moves < best.1) {
            best = (count, moves);
        }
    }
    best
}

/// Small jigsaws, in which some drop out: the repair takes as few moves as any.
#[test]
fn no_repair_takes_fewer_moves() {
    let mut seen = 0;
    for (topics, redundancy, n, drops) in [
        (2, 1, 6, 2),
        (2, 1, 8, 2),
        (2, 2, 8, 1),
        (3, 1, 9, 2),
        (2, 1, 9, 1),
        (3, 1, 10, 3),
        (2, 2, 9, 2),
    ] {
        for seed in 0..12 {
            let jigsaw = Jigsaw::topics(topics).redundancy(redundancy);
            let plan = jigsaw.form(n, Seed::new(seed)).unwrap();
            let gone: Vec<PersonId> =
                (0..drops).map(|i| PersonId::new(to_u32((seed as usize + i * 4) % n))).collect();
            for coverage in 1..=redundancy {
                let mut running = plan.run();
                let policy = RepairPolicy::dissolve().coverage(coverage);
                let repair = running.repair(&gone, policy).unwrap();
                let homes = plan.homes().len();
                let people: Vec<(usize, usize)> = (0..to_u32(n))
                    .map(PersonId::new)
                    .filter(|person| !gone.contains(person))
                    .map(|person| {
                        let home = plan.homes().group_of(person).unwrap();
                        (home.index(), plan.topic_of(person).unwrap().index())
                    })
                    .collect();
                let (covered, moves) = brute(homes, &people, topics, coverage);
                if covered == 0 {
                    assert!(repair.moves().is_empty() && repair.dissolved().is_empty());
                    assert!(!repair.broken().is_empty());
                } else {
                    assert_eq!((running.homes().count(), repair.moves().len()), (covered, moves));
                    assert!(running.broken(coverage).is_empty());
                    seen += usize::from(moves > 0);
                }
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

/// Homes of which the counts are drawn: topics, coverage, counts.
fn damage(homes: core::ops::Range<usize>) -> impl Strategy<Value = Damage> {
    (1..5_usize, 1..4_usize, homes).prop_flat_map(|(topics, coverage, homes)| {
        prop::collection::vec(0..coverage + 3, topics * homes)
            .prop_map(move |counts| Damage::new(topics, coverage, counts))
    })
}

proptest! {
    /// The homes to dissolve are the best of all choices up to 8 homes.
    #[test]
    fn the_best_homes_are_dissolved(damage in damage(1..9)) {
        let chosen = damage.dissolved();
        prop_assert_eq!(chosen.len(), damage.surplus);
        for mask in 0..1_u32 << damage.homes() {
            let homes: Vec<usize> = (0..damage.homes()).filter(|h| mask >> h & 1 == 1).collect();
            if homes.len() == damage.surplus {
                prop_assert!(damage.moves(&chosen) <= damage.moves(&homes));
            }
        }
    }

    /// Beyond that they are never worse than the smallest, and no exchange is better.
    #[test]
    fn no_exchange_of_dissolved_homes_saves_a_move(damage in damage(11..30)) {
        let chosen = damage.dissolved();
        prop_assert_eq!(chosen.len(), damage.surplus);
        let mut smallest: Vec<usize> = (0..damage.homes()).collect();
        smallest.sort_by_key(|&home| (damage.sizes[home], home));
        smallest.truncate(damage.surplus);
        let moves = damage.moves(&chosen);
        prop_assert!(moves <= damage.moves(&smallest));
        for place in 0..chosen.len() {
            for into in (0..damage.homes()).filter(|home| !chosen.contains(home)) {
                let mut other = chosen.clone();
                other[place] = into;
                prop_assert!(damage.moves(&other) >= moves);
            }
        }
    }

    #[test]
    fn repairs_move_as_few_as_the_formula_says_and_nobody_else(
        topics in 1..5_usize,
        redundancy in 1..4_usize,
        n in 12..120_usize,
        drops in prop::collection::vec(any::<u32>(), 0..40),
        coverage in 1..4_usize,
        seed in any::<u64>(),
    ) {
        let jigsaw = Jigsaw::topics(topics).redundancy(redundancy);
        let plan = jigsaw.form(n, Seed::new(seed)).unwrap();
        let coverage = coverage.min(redundancy);
        let gone: Vec<PersonId> = drops.iter().map(|d| PersonId::new(d % to_u32(n))).collect();
        let mut running = plan.run();
        let policy = RepairPolicy::dissolve().coverage(coverage);
        // What is left before anybody moves.
        let mut left = plan.run();
        left.repair(&gone, RepairPolicy::leave_uncovered()).unwrap();
        let counts: Vec<usize> = left.homes().flat_map(|home| left.counts(home)).collect();
        let damage = Damage::new(topics, coverage, counts);
        let repair = running.repair(&gone, policy).unwrap();
        let homes: Vec<usize> = repair.dissolved().iter().map(|home| home.index()).collect();
        check_consistent(&running);
        if damage.surplus == plan.homes().len() {
            prop_assert_eq!(&running, &left);
            prop_assert!(!repair.broken().is_empty());
            return Ok(());
        }
        prop_assert!(repair.broken().is_empty() && running.broken(coverage).is_empty());
        prop_assert_eq!(repair.dissolved().len(), damage.surplus);
        prop_assert_eq!(repair.moves().len(), damage.moves(&homes));
        // From kept homes only duplicates go, and only to fill a gap.
        for step in repair.moves() {
            let topic = left.topic_of(step.person).unwrap();
            prop_assert_eq!(left.home_of(step.person), Some(step.from));
            if !homes.contains(&step.from.index()) {
                prop_assert!(left.here(step.from, topic) > coverage);
                prop_assert!(left.here(step.to, topic) < coverage);
            }
        }
        // Nobody drops out: nothing changes. The same again: nobody is left to drop out.
        let again = running.clone().repair(&gone, policy).unwrap();
        prop_assert!(again.moves().is_empty() && again.expert_moves().is_empty());
        // In two steps as many homes are covered as in one.
        let mut steps = plan.run();
        let (first, second) = gone.split_at(gone.len() / 2);
        steps.repair(first, policy).unwrap();
        steps.repair(second, policy).unwrap();
        prop_assert_eq!(steps.homes().count(), running.homes().count());
    }

    #[test]
    fn late_people_and_small_homes_find_a_place(
        topics in 1..5_usize,
        n in 8..80_usize,
        drops in prop::collection::vec(any::<u32>(), 0..30),
        late in 1..20_usize,
        min_size in 0..9_usize,
        seed in any::<u64>(),
    ) {
        let plan = Jigsaw::topics(topics).form(n, Seed::new(seed)).unwrap();
        let gone: Vec<PersonId> = drops.iter().map(|d| PersonId::new(d % to_u32(n))).collect();
        let mut running = plan.run();
        let repair = running.repair(&gone, RepairPolicy::merge(min_size)).unwrap();
        check_consistent(&running);
        if repair.broken().is_empty() && running.homes().count() > 1 {
            prop_assert!(running.homes().all(|home| running.members(home).len() >= min_size));
        }
        let short = running.broken(1).len();
        for i in 0..late {
            let joined = running.join(None).unwrap();
            prop_assert_eq!(joined.person().index(), n + i);
            check_consistent(&running);
        }
        prop_assert_eq!(running.broken(1).len(), short.saturating_sub(late));
    }
}

/// Lists and columns say the same; expert groups have one topic, and nobody is alone without need.
fn check_consistent(running: &RunningJigsaw) {
    let mut counted = 0;
    for (home, members) in running.homes.iter().enumerate() {
        assert!(members.is_sorted() && (running.open[home] || members.is_empty()));
        assert!(
            members.iter().all(|p| running.home_of[p.index()] == Some(GroupId::new(to_u32(home))))
        );
        counted += members.len();
    }
    assert_eq!(counted, running.people());
    for (group, members) in running.experts.iter().enumerate() {
        assert!(members.is_sorted());
        for person in members {
            assert_eq!(running.topic_of[person.index()], running.topic_of_experts[group]);
            assert_eq!(running.expert_of[person.index()], Some(GroupId::new(to_u32(group))));
        }
        counted -= members.len();
    }
    assert_eq!(counted, 0);
}

#[test]
fn wrong_requests_change_nothing() {
    let plan = Jigsaw::topics(2).redundancy(2).form(9, Seed::new(1)).unwrap();
    let mut running = plan.run();
    let dissolve = RepairPolicy::dissolve();
    for coverage in [0, 3, usize::MAX] {
        let error = running.repair(&[0.into()], dissolve.coverage(coverage));
        assert_eq!(error, Err(RepairError::Coverage { coverage, redundancy: 2 }));
    }
    let error = running.repair(&[0.into(), 9.into()], dissolve);
    assert_eq!(error, Err(RepairError::UnknownPerson { person: 9.into(), people: 9 }));
    assert!(matches!(running.join(Some(2.into())), Err(RepairError::UnknownTopic { .. })));
    assert_eq!(running, plan.run());
    // Everybody leaves.
    let all: Vec<PersonId> = (0..9).map(PersonId::new).collect();
    let repair = running.repair(&all, dissolve).unwrap();
    assert_eq!((running.people(), repair.uncovered().len()), (0, 2));
}
