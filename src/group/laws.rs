//! Laws that hold of all groups, whatever forms them.
#![allow(clippy::float_cmp, clippy::disallowed_methods)] // plain oracles

use proptest::prelude::*;

use super::former::Limits;
use super::*;
use crate::id::to_u32;
use crate::{GroupId, PersonId, Roster, Seed};

fn person(i: usize) -> PersonId {
    PersonId::new(to_u32(i))
}

/// Numbers that look like chance: `column` says which.
fn number(i: usize, column: u64) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ column << 40;
    let bits = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 44;
    bits as f64 / 1e5
}

/// Two columns of numbers and one of three kinds.
fn course(n: usize, salt: u64) -> Traits {
    let column = |c: u64| (0..n).map(|i| Some(number(i, salt + c))).collect::<Vec<_>>();
    let kind: Vec<_> = (0..n).map(|i| Some(u32::from(number(i, salt + 9) < 3.0))).collect();
    let traits = Traits::builder(n).numeric("a", &column(1)).numeric("b", &column(2));
    traits.categorical("kind", &kind).build().unwrap()
}

fn quick() -> GroupFormer {
    GroupFormer::default().effort(Effort::Passes(6))
}

/// One result on any number of threads, on enough people for many chunks.
#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_changes_no_bit() {
    let pools = [1, 2, 8].map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap());
    let traits = course(60_000, 3);
    let former = GroupFormer::default().sizes(4..=4).effort(Effort::Passes(2));
    let formed = pools.each_ref().map(|pool| pool.install(|| former.form(&traits, Seed::new(1))));
    assert!(formed.iter().all(|one| one.is_ok() && *one == formed[0]));
    let plans = pools.each_ref().map(|pool| {
        pool.install(|| Jigsaw::topics(4).form_balanced(&traits, &former, Seed::new(1)))
    });
    assert!(plans.iter().all(|plan| plan.is_ok() && *plan == plans[0]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whoever reads the rows in another order forms the same groups of the same people; by chance
    /// another seed forms others.
    #[test]
    fn the_order_of_rows_changes_nothing_and_the_seed_does(
        keys in prop::collection::btree_set(0..1000_u32, 20..60),
        order in any::<u64>(),
        seed in any::<u64>(),
    ) {
        let groups_of = |rows: &[u32], seed: u64| {
            let roster: Roster<u32> = Roster::from_rows(rows.iter().copied()).unwrap();
            let skill: Vec<_> = roster.keys().iter().map(|&k| Some(number(k as usize, 1))).collect();
            let traits = Traits::builder(rows.len()).numeric("skill", &skill).build().unwrap();
            let formed = quick().form(&traits, Seed::new(seed)).unwrap();
            rows.iter().map(|&key| {
                let group = formed.groups().group_of(roster.id(&key).unwrap()).unwrap();
                let mates = formed.groups().members(group).iter();
                (key, mates.map(|&p| *roster.key(p).unwrap()).collect::<Vec<_>>())
            }).collect::<std::collections::BTreeMap<_, _>>()
        };
        let sorted: Vec<u32> = keys.into_iter().collect();
        let mut mixed = sorted.clone();
        Seed::new(order).stream(crate::seed::Phase::Quality, 0).shuffle(&mut mixed);
        prop_assert_eq!(groups_of(&mixed, seed), groups_of(&sorted, seed));
        let pods = |seed| Pods::within(3..=6).form(sorted.len(), Seed::new(seed)).unwrap();
        prop_assert_ne!(pods(seed), pods(seed ^ 1));
    }

    /// Without hard rules formed groups are no worse than groups by chance and no better than the
    /// bound; what does not lie between the groups lies within.
    #[test]
    fn shares_lie_between_the_bound_and_chance(
        n in 20..120_usize,
        size in 2..8_usize,
        salt in 0..1000_u64,
    ) {
        let traits = course(n, salt);
        let former = quick().sizes(GroupSizes::target(size));
        let formed = former.form(&traits, Seed::new(salt)).unwrap();
        let report = evaluate(&traits, formed.groups(), &former).unwrap();
        prop_assert!(report.share() >= report.bound());
        prop_assert!(report.share() <= report.expected_share());
        prop_assert!(formed.values().is_sorted_by(|before, after| after <= before));
        // From scratch, what the passes kept up.
        prop_assert!((formed.values().last().unwrap() - report.share()).abs() < 1e-6);
        if report.sizes().0 == report.sizes().1 {
            let m = report.sizes().0 as f64;
            for column in report.columns() {
                let within = 2.0 * m * (1.0 - column.share().unwrap()) / (m - 1.0);
                prop_assert!((column.distance().unwrap() - within).abs() < 1e-9);
            }
        }
    }

    /// Another unit or origin, or a column in two halves of its weight, changes no group: what is
    /// weighed is the same to single precision.
    #[test]
    fn unit_origin_and_halves_change_nothing(
        n in 10..60_usize,
        unit in prop::sample::select(vec![-4.0, 0.25, 1e6]),
        origin in -50..50_i8,
        salt in 0..1000_u64,
    ) {
        let value = |columns: &[(f64, f64)], weight: f64| {
            let other: Vec<_> = (0..n).map(|i| Some(number(i, salt))).collect();
            let mut traits = Traits::builder(n).numeric("other", &other);
            let mut former = GroupFormer::default().column("other", Mode::Balance, 1.0);
            for (name, &(unit, origin)) in columns.iter().enumerate() {
                let values: Vec<_> =
                    (0..n).map(|i| Some(unit * number(i, salt + 1) + origin)).collect();
                traits = traits.numeric(name.to_string(), &values);
                former = former.column(name.to_string(), Mode::Balance, weight);
            }
            let traits = traits.build().unwrap();
            former.effort(Effort::Passes(0)).form(&traits, Seed::new(salt)).unwrap().values()[0]
        };
        let plain = value(&[(1.0, 0.0)], 2.0);
        prop_assert!((value(&[(unit, f64::from(origin))], 2.0) - plain).abs() < 1e-6);
        prop_assert!((value(&[(1.0, 0.0), (1.0, 0.0)], 1.0) - plain).abs() < 1e-6);
    }

    /// Two holders or more of a value need not be alone in groups of three or more, and are not.
    #[test]
    fn nobody_is_alone_where_that_can_be(
        n in 6..80_usize,
        holders in prop::collection::vec(any::<u32>(), 2..40),
        seed in any::<u64>(),
    ) {
        let mut flag = vec![None; n];
        for h in holders {
            flag[h as usize % n] = Some(1);
        }
        prop_assume!(flag.iter().flatten().count() > 1);
        let skill: Vec<_> = (0..n).map(|i| Some(number(i, seed))).collect();
        let traits = Traits::builder(n).numeric("skill", &skill).categorical("flag", &flag);
        let traits = traits.build().unwrap();
        let former = GroupFormer::default().sizes(GroupSizes::target(4).range(3..=5));
        let former = former.category("flag", Rule::NoSolo { min: 2 }, Strength::Hard);
        let formed = former.form(&traits, Seed::new(seed)).unwrap();
        let report = evaluate(&traits, formed.groups(), &former).unwrap();
        prop_assert_eq!(report.categories()[0].levels()[0].alone, 0);
        // And groups that there are lose nobody's company.
        let pods = Pods::new(former_sizes()).form(n, Seed::new(seed)).unwrap();
        let alone = |groups: &Groups| {
            let report = evaluate(&traits, groups, &former).unwrap();
            report.categories()[0].levels()[0].alone
        };
        let after = match former.refine(&traits, &pods, Limits::default(), Seed::new(seed)) {
            Ok(formed) => alone(formed.groups()),
            Err(FormError::NotFound { formed, .. }) => alone(formed.groups()),
            Err(other) => panic!("{other}"),
        };
        prop_assert!(after <= alone(&pods));
    }

    /// The deal alone, without a pass, spreads a category of two values as well as can be.
    #[test]
    fn the_deal_attains_the_bound_of_its_first_key(
        groups in 2..20_usize,
        size in 2..8_usize,
        holders in 0..140_usize,
        seed in any::<u64>(),
    ) {
        let n = groups * size;
        let flag: Vec<_> = (0..n).map(|i| Some(u32::from(i < holders % (n + 1)))).collect();
        let traits = Traits::builder(n).categorical("flag", &flag).build().unwrap();
        let former = GroupFormer::default().sizes(size..=size).effort(Effort::Passes(0));
        let formed = former.form(&traits, Seed::new(seed)).unwrap();
        let report = evaluate(&traits, formed.groups(), &former).unwrap();
        prop_assert!((report.share() - report.bound()).abs() < 1e-12);
    }

    /// People of whom nobody knows when they have time change nobody's time in common.
    #[test]
    fn an_unknown_week_neither_helps_nor_hurts(
        days in prop::collection::vec(prop::option::of((0..20_u32, 1..20_u32)), 1..8),
    ) {
        let week = |day: &Option<(u32, u32)>| match *day {
            Some((from, hours)) => Week::daily(60 * from, 60 * hours).unwrap(),
            None => Week::default(),
        };
        let all: Vec<Week> = days.iter().map(week).collect();
        let known: Vec<Week> = days.iter().filter(|d| d.is_some()).map(week).collect();
        prop_assert_eq!(Week::overlap(&all), Week::overlap(&known));
        let least = known.iter().map(Week::count).min();
        prop_assert!(Week::overlap(&all) <= least.filter(|_| !known.is_empty()));
        prop_assert_eq!(Week::overlap(&all).is_none(), known.is_empty());
    }

    /// Stored groups come back as they were; those with a gap do not.
    #[cfg(feature = "serde")]
    #[test]
    fn stored_groups_come_back_and_tampered_ones_do_not(
        n in 1..60_usize,
        size in 1..6_usize,
        who in any::<u32>(),
        seed in any::<u64>(),
    ) {
        let groups = Pods::new(GroupSizes::target(size)).form(n, Seed::new(seed)).unwrap();
        let text = serde_json::to_string(&groups).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Groups>(&text).unwrap(), &groups);
        let mut raw: Vec<u32> = groups.assignment().iter().map(|group| group.get()).collect();
        raw[who as usize % n] = to_u32(groups.len()) + 1 + who % 7;
        let tampered = format!("{{\"group_of\":{raw:?}}}");
        prop_assert!(serde_json::from_str::<Groups>(&tampered).is_err());
    }
}

fn former_sizes() -> GroupSizes {
    GroupSizes::target(4).range(3..=5)
}

/// The odd ends that each part has to mind, for all parts at once.
#[test]
fn edge_cases_are_defined() {
    let former = GroupFormer::default();
    let share = |traits: &Traits, former: &GroupFormer| {
        let formed = former.form(traits, Seed::new(1)).unwrap();
        former.verify(traits, formed.groups()).unwrap();
        evaluate(traits, formed.groups(), former).unwrap().share()
    };
    // One group, as many groups as people, a prime number of people, every row twice.
    assert!(share(&course(12, 1), &former.clone().sizes(12..=12)).abs() < 1e-12);
    assert!((share(&course(12, 1), &former.clone().sizes(1..=1)) - 1.0).abs() < 1e-12);
    assert!(share(&course(47, 1), &former) < 0.1);
    let twice: Vec<_> = (0..20).map(|i| Some(number(i / 2, 1))).collect();
    let traits = Traits::builder(20).numeric("x", &twice).build().unwrap();
    assert!(share(&traits, &former.clone().sizes(2..=10)) < 0.01);
    // Nothing to tell people apart, and one of a kind.
    let same = Traits::builder(10).numeric("x", &[Some(2.0); 10]).build().unwrap();
    assert_eq!(share(&same, &former), 0.0);
    let mut one = [Some(0); 10];
    one[3] = Some(1);
    let traits = Traits::builder(10).categorical("kind", &one).build().unwrap();
    let formed = former.form(&traits, Seed::new(1)).unwrap();
    let report = evaluate(&traits, formed.groups(), &former).unwrap();
    assert!((report.share() - report.bound()).abs() < 1e-12);
    assert_eq!(report.categories()[0].levels()[1].alone, 1);
    // One topic; as many people as one home takes; one round.
    for (topics, redundancy, n) in [(1, 1, 5), (4, 2, 8), (1, 3, 3)] {
        let jigsaw = Jigsaw::topics(topics).redundancy(redundancy);
        jigsaw.form(n, Seed::new(1)).unwrap().verify(&jigsaw).unwrap();
    }
    let round = Rounds::new(1, 3..=4).form(11, Seed::new(1)).unwrap();
    assert!(round.verify().is_ok() && round.guarantee().is_free_of_repeats());
    // The ends of the world, and quarter hours; everybody in one place.
    let offsets = [840, -720, 345].map(|minutes| UtcOffset::new(minutes).unwrap());
    assert_eq!(waking_overlap(&[offsets[0], offsets[1]], 1425), Some(1305 + 105));
    let zones = ZoneGroups::new(2..=2).form(&[Some(offsets[2]); 8], Seed::new(1)).unwrap();
    assert_eq!(zones.len(), 4);
    assert_eq!(waking_overlap(&[offsets[2]; 8], 840), Some(840));
    assert_eq!(zones.members(GroupId::new(4)), []);
    assert_eq!(zones.group_of(person(8)), None);
}
