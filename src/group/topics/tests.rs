// Plain oracles.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
use proptest::prelude::*;

use super::*;
use crate::{PersonId, Seed, TopicId};

/// Costs by person and topic; `None` is forbidden.
type Table = Vec<Vec<Option<u32>>>;

fn choice(table: &Table) -> Result<TopicChoice, TopicError> {
    TopicChoice::new(table.len(), table[0].len(), |person: PersonId, topic: TopicId| {
        table[person.index()][topic.index()]
    })
}

/// The least total cost over all ways, or none.
fn brute(table: &Table, minima: &[usize], caps: &[usize]) -> Option<u64> {
    fn walk(
        table: &Table,
        person: usize,
        counts: &mut [usize],
        minima: &[usize],
        caps: &[usize],
    ) -> Option<u64> {
        if person == table.len() {
            return counts.iter().zip(minima).all(|(count, min)| count >= min).then_some(0);
        }
        let mut best = None;
        for (topic, cost) in table[person].iter().enumerate() {
            if let Some(cost) = cost.filter(|_| counts[topic] < caps[topic]) {
                counts[topic] += 1;
                let rest = walk(table, person + 1, counts, minima, caps);
                counts[topic] -= 1;
                let here = rest.map(|rest| rest + u64::from(cost));
                best = [best, here].into_iter().flatten().min();
            }
        }
        best
    }
    walk(table, 0, &mut vec![0; caps.len()], minima, caps)
}

/// The least cost of an assignment of rows to columns, one each, by the Hungarian method.
fn hungarian(cost: &[Vec<i64>]) -> i64 {
    let (n, m) = (cost.len(), cost[0].len());
    let (mut u, mut v) = (vec![0; n + 1], vec![0; m + 1]);
    let mut row_of = vec![0; m + 1];
    for row in 1..=n {
        row_of[0] = row;
        let (mut column, mut least) = (0, vec![i64::MAX; m + 1]);
        let (mut used, mut way) = (vec![false; m + 1], vec![0; m + 1]);
        while row_of[column] != 0 {
            used[column] = true;
            let (r, mut delta, mut next) = (row_of[column], i64::MAX, 0);
            for c in (1..=m).filter(|&c| !used[c]) {
                let reduced = cost[r - 1][c - 1] - u[r] - v[c];
                if reduced < least[c] {
                    (least[c], way[c]) = (reduced, column);
                }
                if least[c] < delta {
                    (delta, next) = (least[c], c);
                }
            }
            for c in 0..=m {
                if used[c] {
                    u[row_of[c]] += delta;
                    v[c] -= delta;
                } else if c > 0 {
                    least[c] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    (1..=m).filter(|&c| row_of[c] != 0).map(|c| cost[row_of[c] - 1][c - 1]).sum()
}

/// Costs of people with tastes in common, some topics forbidden; drawn by a plain generator.
fn table(people: usize, topics: usize, high: u32, forbid: u32, seed: u64) -> Table {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (((state >> 32) * u64::from(below)) >> 32) as u32
    };
    let common: Vec<u32> = (0..topics).map(|_| draw(high)).collect();
    (0..people)
        .map(|_| {
            let open = draw(topics as u32) as usize;
            let cost = |t: usize, draw: &mut dyn FnMut(u32) -> u32| {
                let cost = common[t].midpoint(draw(high));
                (t == open || draw(100) >= forbid).then_some(cost)
            };
            (0..topics).map(|t| cost(t, &mut draw)).collect()
        })
        .collect()
}

/// The plan costs what it must, proves it, or the error proves that there is none.
fn check(table: &Table, minima: &[usize], caps: &[usize], least: Option<u64>, seed: u64) {
    let choice = choice(table).unwrap().minima(minima).caps(caps);
    match choice.choose(Seed::new(seed)) {
        Ok(plan) => {
            assert_eq!(Some(plan.cost()), least, "{table:?} {minima:?} {caps:?}");
            assert_eq!(plan.verify(&choice), Ok(()), "{table:?} {minima:?} {caps:?}");
        }
        Err(error) => {
            assert_eq!(least, None, "{error}: {table:?} {minima:?} {caps:?}");
            assert!(error.proves(&choice), "{error}: {table:?} {minima:?} {caps:?}");
        }
    }
}

#[test]
fn every_small_choice_is_the_best_of_all() {
    let (mut solved, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let (people, topics) = (1 + seed as usize % 8, 1 + seed as usize / 8 % 4);
        let table = table(people, topics, 1 + seed as u32 % 13, (seed % 7 * 10) as u32, seed);
        let pick = |salt: u64, below: usize| (seed.wrapping_mul(salt) >> 7) as usize % below;
        let caps: Vec<usize> = (0..topics).map(|t| pick(977 + t as u64 * 31, people + 2)).collect();
        let minima: Vec<usize> =
            (0..topics).map(|t| pick(577 + t as u64 * 17, 3).min(caps[t])).collect();
        let least = brute(&table, &minima, &caps);
        if least.is_some() {
            solved += 1;
        } else {
            refused += 1;
        }
        check(&table, &minima, &caps, least, seed);
    }
    assert!(solved > 500 && refused > 500, "{solved}, {refused}");
}

/// Every place of a topic as a column of its own; minima as columns that may not stay empty: their
/// cost is lowered by more than all others together can be.
#[test]
fn larger_choices_cost_what_the_hungarian_method_finds() {
    const LOWERED: i64 = 1 << 40;
    for (people, topics, forbid, seed) in [
        (30, 3, 0, 1),
        (60, 5, 20, 2),
        (100, 4, 30, 3),
        (150, 8, 10, 4),
        (300, 5, 5, 5),
        (90, 30, 40, 6),
    ] {
        let table = table(people, topics, 100, forbid, seed);
        let cap = people.div_ceil(topics) + 3;
        let minima: Vec<usize> = (0..topics).map(|t| people / topics - 2 * (t % 2)).collect();
        let columns: Vec<(usize, bool)> = (0..topics)
            .flat_map(|t| (0..cap).map(move |k| (t, k)))
            .map(|(t, k)| (t, k < minima[t]))
            .collect();
        let cost = |row: &Vec<Option<u32>>| -> Vec<i64> {
            columns
                .iter()
                .map(|&(t, must)| {
                    row[t].map_or(1 << 50, i64::from) - if must { LOWERED } else { 0 }
                })
                .collect()
        };
        let matrix: Vec<Vec<i64>> = table.iter().map(cost).collect();
        let least = hungarian(&matrix) + LOWERED * minima.iter().sum::<usize>() as i64;
        let least = u64::try_from(least).ok().filter(|&least| least < 1 << 35);
        assert!(least.is_some());
        check(&table, &minima, &vec![cap; topics], least, seed);
    }
}

#[test]
fn wrong_plans_are_refused() {
    let table = table(20, 3, 9, 0, 5);
    let choice = choice(&table).unwrap().caps([8, 7, 8]).minima([2, 2, 2]);
    let good = choice.choose(Seed::new(1)).unwrap();
    assert_eq!(good.verify(&choice), Ok(()));
    let refusal = |change: &dyn Fn(&mut TopicPlan)| {
        let mut plan = good.clone();
        change(&mut plan);
        plan.verify(&choice).unwrap_err()
    };
    for person in 0..20 {
        for topic in (0..3).map(TopicId::new) {
            if good.assignment()[person] != topic {
                refusal(&|plan| plan.parts_mut().0[person] = topic);
            }
        }
    }
    let far = refusal(&|plan| plan.parts_mut().0[3] = 9.into());
    assert_eq!(far.to_string(), "person 3 cannot take topic 9");
    let dear = refusal(&|plan| plan.parts_mut().1[0] += 50);
    assert!(matches!(dear, TopicViolation::NotProved { .. }));
    assert!(matches!(refusal(&|plan| *plan.parts_mut().2 += 1), TopicViolation::Total { .. }));
    assert!(matches!(refusal(&|plan| *plan.parts_mut().3 -= 1), TopicViolation::NotProved { .. }));
    let other = TopicChoice::new(3, 3, |_, _| Some(0)).unwrap();
    assert!(matches!(good.verify(&other), Err(TopicViolation::Wishes { .. })));
}

#[test]
fn edges_are_defined() {
    let new = |people, topics, cost: u32| TopicChoice::new(people, topics, |_, _| Some(cost));
    assert_eq!(new(0, 3, 0), Err(TopicError::NoPeople));
    assert_eq!(new(3, 0, 0), Err(TopicError::NoTopics));
    for (people, topics) in [(usize::MAX, 2), (1, usize::MAX), (1 << 26, 1 << 10), (1, 1_025)] {
        assert!(matches!(new(people, topics, 0), Err(TopicError::TooMany { .. })));
    }
    assert!(matches!(new(1, 1, 1 << 31), Err(TopicError::Cost { limit: 0x7fff_ffff, .. })));
    let nobody = TopicChoice::new(2, 2, |person, _| (person.get() == 0).then_some(1));
    assert_eq!(nobody, Err(TopicError::NoWish { person: 1.into() }));
    let unknown = TopicChoice::ranked(2, &[vec![2.into()]], Unlisted::Last);
    assert!(matches!(unknown, Err(TopicError::UnknownTopic { topics: 2, .. })));
    let choose = |choice: TopicChoice| choice.choose(Seed::new(1));
    let two = new(2, 2, i32::MAX.unsigned_abs()).unwrap();
    assert_eq!(choose(two.clone()).unwrap().cost(), 2 * u64::from(i32::MAX.unsigned_abs()));
    assert!(matches!(choose(two.clone().caps([1])), Err(TopicError::Column { values: 1, .. })));
    assert!(matches!(choose(two.clone().spread([1])), Err(TopicError::Column { needed: 2, .. })));
    let crossed = choose(two.clone().caps([0, 2]).minima([1, 0]));
    assert_eq!(crossed, Err(TopicError::Crossed { topic: 0.into(), minimum: 1, cap: 0 }));
    let few = choose(two.clone().minima([2, 1]));
    assert_eq!(few, Err(TopicError::FewPeople { people: 2, needed: 3 }));
    let max = usize::MAX;
    assert_eq!(choose(two.clone().caps([max, max])).unwrap().people(), [1, 1]);
    let wide = two.minima([max, max]);
    assert!(choose(wide.clone()).unwrap_err().proves(&wide));
    // No opinion at all: spread as evenly as the caps allow, without a move.
    let free = TopicChoice::ranked(3, &vec![Vec::new(); 9], Unlisted::Forbidden).unwrap();
    assert_eq!(choose(free).unwrap().people(), [3, 3, 3]);
}

/// Two people want one place: the seed decides, and not always for the same.
#[test]
fn alike_wishes_are_told_apart_by_the_seed() {
    let choice = TopicChoice::new(2, 2, |_, topic| Some(topic.get())).unwrap().caps([1, 1]);
    let lucky = |seed| choice.choose(Seed::new(seed)).unwrap().topic_of(0.into()) == Some(0.into());
    let wins = (0..1_000).filter(|&seed| lucky(seed)).count();
    // Five standard deviations of 1,000 fair coins.
    assert!(wins.abs_diff(500) < 80, "{wins}");
    assert_eq!(choice.choose(Seed::new(7)), choice.choose(Seed::new(7)));
}

proptest! {
    #[test]
    fn strata_are_spread_and_cost_no_less(
        people in 1..120_usize,
        topics in 1..7_usize,
        kinds in 1..6_u32,
        seed in any::<u64>(),
    ) {
        let table = table(people, topics, 20, 0, seed);
        let strata: Vec<u32> = (0..people as u64).map(|i| (i * i + seed % 97) as u32 % kinds * 3).collect();
        let plain = choice(&table).unwrap().caps(vec![people.div_ceil(topics) + 1; topics]);
        let spread = plain.clone().spread(strata);
        let (free, plan) = (plain.choose(Seed::new(seed)).unwrap(), spread.choose(Seed::new(seed)).unwrap());
        prop_assert_eq!(plan.verify(&spread), Ok(()));
        prop_assert_eq!(plan.bound(), free.cost());
        prop_assert!(plan.cost() >= free.cost());
        prop_assert_eq!(plan.people(), free.people());
        prop_assert_eq!(plan.places().iter().sum::<usize>(), people);
    }

    #[test]
    fn a_larger_cap_never_costs_more(
        people in 1..200_usize,
        topics in 1..9_usize,
        more in 0..9_usize,
        seed in any::<u64>(),
    ) {
        let table = table(people, topics, 1_000, 0, seed);
        let tight = vec![people.div_ceil(topics); topics];
        let mut wide = tight.clone();
        wide[more % topics] += more;
        let cost = |caps: Vec<usize>| {
            let choice = choice(&table).unwrap().caps(caps);
            let plan = choice.choose(Seed::new(seed)).unwrap();
            assert_eq!(plan.verify(&choice), Ok(()));
            plan.cost()
        };
        prop_assert!(cost(wide) <= cost(tight));
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_choices_are_checked() {
    let choice = choice(&table(4, 2, 9, 50, 1)).unwrap().caps([3, 3]).spread([0, 1, 0, 1]);
    let text = serde_json::to_string(&choice).unwrap();
    assert_eq!(serde_json::from_str::<TopicChoice>(&text).unwrap(), choice);
    let good = r#"{"topics":2,"costs":[1,null,3,4],"caps":[1,1],"minima":null,"strata":null}"#;
    serde_json::from_str::<TopicChoice>(good).unwrap();
    for (part, tampered, why) in [
        ("\"topics\":2", "\"topics\":0", "no topics"),
        ("\"topics\":2", "\"topics\":3", "have 4 values, not 6"),
        ("[1,null,3,4]", "[]", "no people"),
        ("[1,null,3,4]", "[null,null,3,4]", "person 0 can take no topic"),
        ("[1,null,3,4]", "[1,4294967295,3,4]", "costs person 0 4294967295"),
        ("[1,1]", "[1]", "the caps have 1 values"),
        ("\"strata\":null", "\"strata\":[1]", "the strata have 1"),
        ("\"strata\":null", "\"strata\":null,\"more\":1", "unknown field"),
    ] {
        let error =
            serde_json::from_str::<TopicChoice>(&good.replacen(part, tampered, 1)).unwrap_err();
        assert!(error.to_string().contains(why), "{part} {tampered}: {error}");
    }
}
