use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::PersonId;
use crate::group::{between_share, redundancy_for};

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
    let h = (1..=n)
        .rev()
        .find(|h| h * r * topics <= n && range.is_none_or(|(lo, _)| lo * h <= n));
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
        let in_home: Vec<usize> = (0..h)
            .map(|g| own.iter().filter(|p| p.0 == g).count())
            .collect();
        let Some(extras) = own.len().checked_sub(r * h) else {
            return false;
        };
        let mut rooms = BTreeMap::<usize, Vec<usize>>::new();
        for p in &own {
            rooms.entry(p.2).or_default().push(p.0);
        }
        let x_max = *in_home.iter().max().unwrap();
        let apart = |room: &Vec<usize>| room.iter().collect::<BTreeSet<_>>().len() == room.len();
        let most = if cap == 2 && own.len() % 2 == 1 {
            3
        } else {
            cap
        };
        let (groups, c) = (rooms.len(), own.len());
        even(c, n, topics)
            && in_home
                .iter()
                .all(|&x| x >= r && x - r <= extras.div_ceil(h))
            && people
                .iter()
                .all(|p| p.1 == topic || !rooms.contains_key(&p.2))
            && rooms.values().all(|room| {
                even(room.len(), c, groups)
                    && room.len() <= most
                    && (room.len() >= 2 || c < 2)
                    && (groups < x_max || apart(room))
            })
            && if cap == 2 {
                groups == (c / 2).max(1)
            } else {
                groups == c.div_ceil(cap)
            }
    })
}

fn wishes() -> Vec<Jigsaw> {
    let mut all = Vec::new();
    for topics in 1..=8 {
        for r in 1..=3 {
            let base = Jigsaw::topics(topics).redundancy(r);
            all.extend([base, base.expert_size(2), base.expert_size(3)]);
            for range in [4..=6, 5..=5, 3..=12, 7..=9] {
                all.push(base.home_size(range).expert_size(4));
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
        for n in 1..=60_usize {
            let (lo, hi) = range.unwrap_or((1, n));
            let feasible = (1..=n / (r * topics)).any(|h| lo <= n / h && n.div_ceil(h) <= hi);
            match jigsaw.form(n, Seed::new(n as u64)) {
                Ok(plan) => {
                    assert!(feasible);
                    assert_eq!(plan.verify(&jigsaw), Ok(()), "{n} people, {jigsaw:?}");
                    assert!(keeps_promises(&jigsaw, &plan), "{n} people, {jigsaw:?}");
                    assert_eq!(
                        plan.remainder().extras(),
                        n - plan.homes().len() * r * topics
                    );
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
    let column = |c: usize| {
        rows.iter()
            .map(|row| row[c].into())
            .collect::<Vec<GroupId>>()
    };
    Some(JigsawPlan::new(
        Groups::from_assignment(column(0)).ok()?,
        Groups::from_assignment(column(2)).ok()?,
        rows.iter().map(|row| row[1].into()).collect(),
        plan.topics(),
        plan.redundancy(),
    ))
}

fn rows(plan: &JigsawPlan) -> Vec<[u32; 3]> {
    let ids = plan
        .homes()
        .assignment()
        .iter()
        .zip(plan.topic_assignment());
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
        (base, 12),
        (base.expert_size(2), 13),
        (base.redundancy(2).expert_size(3), 14),
        (base.home_size(5..=7).expert_size(3), 20),
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
            assert_eq!(
                changed.verify(&jigsaw).is_ok(),
                right,
                "{:?}",
                changed.verify(&jigsaw)
            );
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
    let find = |home, topic| {
        good.iter()
            .position(|row| row[..2] == [home, topic])
            .unwrap()
    };
    let (a, b) = (find(0, 1), find(2, 2));
    let mut swapped = good.clone();
    (swapped[a][0], swapped[b][0]) = (2, 0);
    let error = rebuilt(&plan, &swapped)
        .unwrap()
        .verify(&jigsaw)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "home 0 has 0 experts of topic 1, not 1 or more"
    );
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

#[test]
fn impossible_wishes_are_refused() {
    let max = usize::MAX;
    let form = |jigsaw: Jigsaw, n| jigsaw.form(n, Seed::new(1)).unwrap_err();
    let five = Jigsaw::topics(5);
    assert_eq!(form(five, 0), GroupError::NoPeople);
    assert!(matches!(form(five, max), GroupError::TooManyPeople { .. }));
    assert_eq!(form(Jigsaw::topics(0), 9), GroupError::NoTopics);
    assert_eq!(form(five.redundancy(0), 9), GroupError::NoRedundancy);
    for size in [0, 1] {
        assert_eq!(
            form(five.expert_size(size), 9),
            GroupError::ExpertSize { max: size }
        );
    }
    for (topics, redundancy) in [(5, 2), (10, 1), (max, max), (max, 1), (1, max), (max, 2)] {
        assert_eq!(
            form(Jigsaw::topics(topics).redundancy(redundancy), 9),
            GroupError::TooFewPeople {
                people: 9,
                topics,
                redundancy
            }
        );
    }
    assert_eq!(
        form(five.home_size(0..=4), 9),
        GroupError::SizeRange { lo: 0, hi: 4 }
    );
    assert_eq!(
        form(five.home_size(max..=max), 9).to_string(),
        format!(
            "9 people cannot form homes of {max}..={max} with 5 topics and 1 experts each: \
             the nearest is 1 group of 9"
        )
    );
    assert_eq!(
        form(five.home_size(6..=6), 13).to_string(),
        "13 people cannot form homes of 6..=6 with 5 topics and 1 experts each: \
         the nearest is 2 groups of 6 or 7"
    );
    let plan = five.expert_size(max).form(9, Seed::new(1)).unwrap();
    assert_eq!(plan.experts().len(), 5);
}

/// Pinned: other values are a change of version.
#[test]
fn the_values_are_pinned() {
    let plan = Jigsaw::topics(3).form(11, Seed::new(1)).unwrap();
    let text: Vec<String> = rows(&plan)
        .iter()
        .map(|[home, topic, expert]| format!("{home}{topic}{expert}"))
        .collect();
    assert_eq!(
        text.join(" "),
        "100 222 011 200 111 122 022 211 000 111 022"
    );
    let values: Vec<f64> = (0..11).map(f64::from).collect();
    let strata = Strata::by_value(&values).unwrap();
    let plan = Jigsaw::topics(3)
        .form_spread(&strata, Seed::new(1))
        .unwrap();
    let homes: Vec<u32> = plan
        .homes()
        .assignment()
        .iter()
        .map(|home| home.get())
        .collect();
    assert_eq!(homes, [0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 0]);
}

/// Every person is equally likely to get each topic, by chance and when an order is spread: for each
/// of 20 people Pearson's statistic of 4,000 draws on 4 degrees of freedom stays below 28.5, its
/// 1 - 1e-5 quantile.
#[test]
fn nobody_is_favoured() {
    let values: Vec<f64> = (0..20).map(f64::from).collect();
    let strata = Strata::by_value(&values).unwrap();
    for spread in [false, true] {
        let mut counts = [[0_u32; 5]; 20];
        for seed in 0..4_000 {
            let seed = Seed::new(seed);
            let plan = if spread {
                Jigsaw::topics(5).form_spread(&strata, seed)
            } else {
                Jigsaw::topics(5).form(20, seed)
            };
            for (person, topic) in plan.unwrap().topic_assignment().iter().enumerate() {
                counts[person][topic.index()] += 1;
            }
        }
        for (person, row) in counts.iter().enumerate() {
            let statistic = row.iter().fold(0.0, |sum, &count| {
                let off = f64::from(count) - 800.0;
                sum + off * off / 800.0
            });
            assert!(statistic < 28.5, "person {person}: {row:?}");
        }
    }
}

/// A spread order leaves far smaller differences between homes than chance does, and does not sort
/// the topics or the expert groups by it.
#[test]
fn a_spread_order_is_even_over_homes_and_not_told_by_topics() {
    for (n, topics, expert_size) in [(1_000, 5, 6), (750, 5, 6), (997, 4, 5), (300, 3, 5)] {
        let values: Vec<f64> = (0..n).map(|i| f64::from(i) * f64::from(i)).collect();
        let strata = Strata::by_value(&values).unwrap();
        let jigsaw = Jigsaw::topics(topics).expert_size(expert_size);
        let plan = jigsaw.form_spread(&strata, Seed::new(2)).unwrap();
        plan.verify(&jigsaw).unwrap();
        let share = |groups: &Groups| between_share(groups, &values).unwrap().unwrap();
        let chance = |k: usize| (k - 1) as f64 / f64::from(n - 1);
        let homes = share(plan.homes());
        assert!(
            homes < 0.1 * chance(plan.homes().len()),
            "{n} people: {homes}"
        );
        let topic_groups = Groups::from_assignment(
            plan.topic_assignment()
                .iter()
                .map(|topic| GroupId::new(topic.get()))
                .collect::<Vec<_>>(),
        );
        let by_topic = share(&topic_groups.unwrap());
        assert!(by_topic < 3.0 * chance(topics), "{n} people: {by_topic}");
        let experts = share(plan.experts());
        assert!(
            experts < 1.5 * chance(plan.experts().len()),
            "{n} people: {experts}"
        );
    }
}

#[test]
fn redundancy_and_jigsaw_agree() {
    let r = redundancy_for(0.3, 4, 0.8).unwrap();
    let plan = Jigsaw::topics(4)
        .redundancy(r)
        .form(100, Seed::new(1))
        .unwrap();
    assert_eq!((plan.redundancy(), plan.homes().len()), (3, 8));
}

proptest! {
    #[test]
    fn promises_hold_at_any_size(
        n in 1..3_000_usize,
        topics in 1..30_usize,
        r in 1..4_usize,
        size in 2..9_usize,
        range in prop::option::of((1..40_usize, 0..40_usize)),
        values in prop::option::of(prop::collection::vec(-2..3_i8, 3_000)),
        seed in any::<u64>(),
    ) {
        let mut jigsaw = Jigsaw::topics(topics).redundancy(r).expert_size(size);
        if let Some((lo, more)) = range {
            jigsaw = jigsaw.home_size(lo..=lo + more);
        }
        let form = |seed| match &values {
            Some(values) => {
                let values: Vec<f64> = values[..n].iter().map(|&v| f64::from(v)).collect();
                jigsaw.form_spread(&Strata::by_value(&values).unwrap(), seed)
            }
            None => jigsaw.form(n, seed),
        };
        if let Ok(plan) = form(Seed::new(seed)) {
            prop_assert_eq!(plan.verify(&jigsaw), Ok(()));
            prop_assert_eq!(&form(Seed::new(seed)).unwrap(), &plan);
            if n >= 20 && plan.homes().len() >= 2 {
                prop_assert_ne!(form(Seed::new(seed).derive("other")).unwrap(), plan);
            }
        } else {
            prop_assert!(range.is_some() || n < topics * r);
        }
    }
}
