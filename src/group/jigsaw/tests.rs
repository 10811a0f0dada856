use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::GroupViolation;
use crate::PersonId;

/// The promises as they are written down, from definitions and at any price: the oracle of `verify`.
fn keeps_promises(jigsaw: &Jigsaw, plan: &JigsawPlan) -> bool {
    let (topics, r, range, cap) = jigsaw.wishes();
    let n = plan.homes().people();
    let people: Vec<(usize, usize, usize)> = (0..n)
        .map(|i| {
            let person = PersonId::new(to_u32(i));
            (
                plan.homes().group_of(person).unwrap().index(),
                plan.topic_of(person).unwrap().index(),
                plan.experts().group_of(person).unwrap().index(),
            )
        })
        .collect();
    let even = |size: usize, n: usize, k: usize| size == n / k || size == n.div_ceil(k);
    let h = (1..=n).rev().find(|h| h * r * topics <= n && range.is_none_or(|(lo, _)| lo * h <= n));
    let Some(h) = h.filter(|&h| h == plan.homes().len()) else {
        return false;
    };
    let home_size = |home| people.iter().filter(|p| p.0 == home).count();
    if !(0..h).all(|g| {
        even(home_size(g), n, h) && range.is_none_or(|(lo, hi)| (lo..=hi).contains(&home_size(g)))
    }) {
        return false;
    }
    (0..topics).all(|topic| {
        let own: Vec<_> = people.iter().filter(|p| p.1 == topic).collect();
        let in_home: Vec<usize> = (0..h).map(|g| own.iter().filter(|p| p.0 == g).count()).collect();
        let Some(extras) = own.len().checked_sub(r * h) else {
            return false;
        };
        let mut rooms = BTreeMap::<usize, Vec<usize>>::new();
        for p in &own {
            rooms.entry(p.2).or_default().push(p.0);
        }
        let x_max = *in_home.iter().max().unwrap();
        let apart = |room: &Vec<usize>| room.iter().collect::<BTreeSet<_>>().len() == room.len();
        let most = if cap == 2 && own.len() % 2 == 1 { 3 } else { cap };
        let (groups, c) = (rooms.len(), own.len());
        even(c, n, topics)
            && in_home.iter().all(|&x| x >= r && x - r <= extras.div_ceil(h))
            && people.iter().all(|p| p.1 == topic || !rooms.contains_key(&p.2))
            && rooms.values().all(|room| {
                even(room.len(), c, groups)
                    && room.len() <= most
                    && (room.len() >= 2 || c < 2)
                    && (groups < x_max || apart(room))
            })
            && if cap == 2 { groups == (c / 2).max(1) } else { groups == c.div_ceil(cap) }
    })
}

fn wishes() -> Vec<Jigsaw> {
    let mut all = Vec::new();
    for topics in 1..=8 {
        for r in 1..=3 {
            let base = Jigsaw::topics(topics).redundancy(r);
            all.extend([base.clone(), base.clone().expert_size(2), base.clone().expert_size(3)]);
            for range in [4..=6, 5..=5, 3..=12, 7..=9] {
                all.push(base.clone().home_size(range).expert_size(4));
            }
        }
    }
    all
}

#[test]
fn every_small_course_keeps_every_promise() {
    let (mut formed, mut refused) = (0, 0);
    for jigsaw in wishes() {
        let (topics, r, range, _) = jigsaw.wishes();
        // All sizes that the homes and topics of a large class can have.
        for n in 1..=if r == 1 { 200 } else { 60_usize } {
            let (lo, hi) = range.unwrap_or((1, n));
            let feasible = (1..=n / (r * topics)).any(|h| lo <= n / h && n.div_ceil(h) <= hi);
            match jigsaw.form(n, Seed::new(n as u64)) {
                Ok(plan) => {
                    assert!(feasible);
                    assert_eq!(plan.verify(&jigsaw), Ok(()), "{n} people, {jigsaw:?}");
                    assert!(keeps_promises(&jigsaw, &plan), "{n} people, {jigsaw:?}");
                    assert_eq!(plan.remainder().extras(), n - plan.homes().len() * r * topics);
                    formed += 1;
                }
                Err(error) => {
                    assert!(!feasible, "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(formed > 3_000 && refused > 1_000, "{formed}, {refused}");
}

/// The plan with the home, the topic and the expert group of every person, where that is one.
fn rebuilt(plan: &JigsawPlan, rows: &[[u32; 3]]) -> Option<JigsawPlan> {
    let column = |c: usize| rows.iter().map(|row| row[c].into()).collect::<Vec<GroupId>>();
    Some(JigsawPlan::new(
        Groups::from_assignment(column(0)).ok()?,
        Groups::from_assignment(column(2)).ok()?,
        rows.iter().map(|row| row[1].into()).collect(),
        plan.topics(),
        plan.redundancy(),
    ))
}

fn rows(plan: &JigsawPlan) -> Vec<[u32; 3]> {
    let ids = plan.homes().assignment().iter().zip(plan.topic_assignment());
    ids.zip(plan.experts().assignment())
        .map(|((home, topic), expert)| [home.get(), topic.get(), expert.get()])
        .collect()
}

/// Every single change of one person, and every swap of two, in homes, topics and expert groups:
/// `verify` refuses what the oracle refuses, and nothing else.
#[test]
fn every_single_mutation_is_judged_rightly() {
    let (mut refused, mut kept) = (0, 0);
    let base = Jigsaw::topics(3);
    for (jigsaw, n) in [
        (base.clone(), 12),
        (base.clone().expert_size(2), 13),
        (base.clone().expert_size(5), 24),
        (base.clone().redundancy(2).expert_size(3), 14),
        (base.clone().home_size(5..=7).expert_size(3), 20),
    ] {
        let plan = jigsaw.form(n, Seed::new(5)).unwrap();
        let good = rows(&plan);
        let mut mutants = Vec::new();
        for a in 0..n {
            for column in 0..3 {
                for value in 0..=good.iter().map(|row| row[column]).max().unwrap() + 1 {
                    let mut bad = good.clone();
                    bad[a][column] = value;
                    mutants.push(bad);
                }
                for b in 0..a {
                    let mut bad = good.clone();
                    bad[a][column] = good[b][column];
                    bad[b][column] = good[a][column];
                    mutants.push(bad);
                }
            }
        }
        for mutant in mutants.iter().filter(|mutant| **mutant != good) {
            let Some(changed) = rebuilt(&plan, mutant) else {
                continue;
            };
            // A topic beyond the last is for `verify` alone.
            let known = mutant.iter().all(|row| (row[1] as usize) < plan.topics());
            let right = known && keeps_promises(&jigsaw, &changed);
            assert_eq!(changed.verify(&jigsaw).is_ok(), right, "{:?}", changed.verify(&jigsaw));
            if right { kept += 1 } else { refused += 1 }
        }
    }
    assert!(refused > 1_000 && kept > 20, "{refused}, {kept}");
}

/// Without slack every swap of two people of different homes and topics breaks coverage, and every
/// move breaks a size; the violation names the place.
#[test]
fn violations_name_the_place() {
    let jigsaw = Jigsaw::topics(3);
    let plan = jigsaw.form(12, Seed::new(1)).unwrap();
    let good = rows(&plan);
    let find = |home, topic| good.iter().position(|row| row[..2] == [home, topic]).unwrap();
    let (a, b) = (find(0, 1), find(2, 2));
    let mut swapped = good.clone();
    (swapped[a][0], swapped[b][0]) = (2, 0);
    let error = rebuilt(&plan, &swapped).unwrap().verify(&jigsaw).unwrap_err();
    assert_eq!(error.to_string(), "home 0 has 0 of topic 1, not 1 or more");
    let mut moved = good.clone();
    moved[a][2] = good[b][2];
    let error = rebuilt(&plan, &moved).unwrap().verify(&jigsaw).unwrap_err();
    assert!(
        matches!(error, GroupViolation::MixedExperts { group, .. } if group.get() == good[b][2])
    );
    let mut learnt = good;
    learnt[a][1] = 2;
    assert!(rebuilt(&plan, &learnt).unwrap().verify(&jigsaw).is_err());
}

/// What no single change of a good plan shows: plans that are good for other wishes.
#[test]
fn plans_for_other_wishes_are_refused() {
    let four = Jigsaw::topics(4);
    let refusal = |made: Jigsaw, asked: Jigsaw| {
        let plan = made.form(40, Seed::new(1)).unwrap();
        assert_eq!(plan.verify(&made), Ok(()));
        plan.verify(&asked).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(four.clone().home_size(6..=8), four.clone()),
        "there are 6 homes, 7 were possible"
    );
    assert_eq!(
        refusal(four.clone(), four.clone().home_size(6..=8)),
        "group 0 has size 4, not 6..=8"
    );
    assert_eq!(
        refusal(four.clone().expert_size(3), four.clone()),
        "topic 0 has 4 expert groups, its 10 people need 2"
    );
    assert_eq!(
        refusal(four.clone(), four.clone().expert_size(3)),
        "expert group 0 of topic 0 has 5 people, not 2..=3"
    );
    let two = Jigsaw::topics(2).home_size(4..=4);
    let plan = two.form(8, Seed::new(1)).unwrap();
    let uneven: Vec<[u32; 3]> = [0, 0, 0, 1, 0, 0, 1, 1]
        .into_iter()
        .enumerate()
        .map(|(person, topic)| [to_u32(person / 4), topic, topic])
        .collect();
    let error = rebuilt(&plan, &uneven).unwrap().verify(&two).unwrap_err();
    assert_eq!(error.to_string(), "topic 0 has 5 people, not 4..=4");
}

#[test]
fn impossible_wishes_are_refused() {
    let max = usize::MAX;
    let form = |jigsaw: Jigsaw, n| jigsaw.form(n, Seed::new(1)).unwrap_err();
    let five = Jigsaw::topics(5);
    assert_eq!(form(five.clone(), 0), GroupError::NoPeople);
    assert!(matches!(form(five.clone(), max), GroupError::TooManyPeople { .. }));
    assert_eq!(form(Jigsaw::topics(0), 9), GroupError::NoTopics);
    assert_eq!(form(five.clone().redundancy(0), 9), GroupError::NoRedundancy);
    for size in [0, 1] {
        assert_eq!(form(five.clone().expert_size(size), 9), GroupError::ExpertSize { max: size });
    }
    for (topics, redundancy) in [(5, 2), (10, 1), (max, max), (max, 1), (1, max), (max, 2)] {
        assert_eq!(
            form(Jigsaw::topics(topics).redundancy(redundancy), 9),
            GroupError::TooFewPeople { people: 9, topics, redundancy }
        );
    }
    assert_eq!(form(five.clone().home_size(0..=4), 9), GroupError::SizeRange { lo: 0, hi: 4 });
    assert_eq!(
        form(five.clone().home_size(max..=max), 9).to_string(),
        format!(
            "9 people cannot form homes of {max}..={max} with 5 topics and redundancy 1: \
             the nearest is 1 group of 9"
        )
    );
    assert_eq!(
        form(five.clone().home_size(6..=6), 13).to_string(),
        "13 people cannot form homes of 6..=6 with 5 topics and redundancy 1: \
         the nearest is 2 groups of 6 or 7"
    );
    let plan = five.clone().expert_size(max).form(9, Seed::new(1)).unwrap();
    assert_eq!(plan.experts().len(), 5);
}

/// Pinned: other values are a change of version.
#[test]
fn the_values_are_pinned() {
    let plan = Jigsaw::topics(3).form(11, Seed::new(1)).unwrap();
    let text: Vec<String> =
        rows(&plan).iter().map(|[home, topic, expert]| format!("{home}{topic}{expert}")).collect();
    assert_eq!(text.join(" "), "100 222 011 200 111 122 022 211 000 111 022");
    let values: Vec<f64> = (0..11).map(f64::from).collect();
    let strata = Strata::by_value(&values).unwrap();
    let plan = Jigsaw::topics(3).form_spread(&strata, Seed::new(1)).unwrap();
    let homes: Vec<u32> = plan.homes().assignment().iter().map(|home| home.get()).collect();
    assert_eq!(homes, [0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 0]);
}
