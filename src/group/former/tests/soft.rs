//! Pairs and earlier groups that had better not be together again.

use super::*;
use crate::Pods;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Two groups: of all divisions the one that costs least, with the numbers beside the pairs.
    #[test]
    fn what_is_avoided_costs_as_little_as_can_be(
        n in 4..11_usize,
        pairs in prop::collection::vec((0..11_u32, 0..11_u32), 0..12),
        weights in (0.1..3.0_f64, 0.1..3.0_f64),
        decay in prop::sample::select(vec![0.0, 0.5, 1.0]),
        weeks in 0..4_u64,
        salt in 0..1000_i32,
    ) {
        let n32 = to_u32(n);
        let skill: Vec<_> = (0..n).map(|i| f64::from((i32::try_from(i).unwrap() * 31 + salt) % 17)).collect();
        let pairs: Vec<_> = pairs.iter().map(|&(a, b)| (PersonId::new(a % n32), PersonId::new(b % n32))).collect();
        let earlier: Vec<_> =
            (0..weeks).map(|w| Pods::within(2..=3).form(n, Seed::new(w)).unwrap()).collect();
        let values: Vec<_> = skill.iter().copied().map(Some).collect();
        let traits = Traits::builder(n).numeric("skill", &values).build().unwrap();
        let former = GroupFormer::default()
            .sizes(n / 2..=n.div_ceil(2))
            .column("skill", Mode::Balance, 1.0)
            .avoid(pairs.clone(), weights.0)
            .avoid_repeats(&earlier, weights.1, decay);
        let formed = former.form(&traits, Seed::new(1)).unwrap();
        let mean = skill.iter().sum::<f64>() / n as f64;
        let variance = skill.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        let mut listed: Vec<_> = pairs.iter().filter(|(a, b)| a != b).map(|&(a, b)| (a.min(b), a.max(b))).collect();
        listed.sort_unstable();
        listed.dedup();
        let cost = |left: &dyn Fn(usize) -> bool| {
            let together = |a: PersonId, b: PersonId| left(a.index()) == left(b.index());
            let mut cost = weights.0 * listed.iter().filter(|p| together(p.0, p.1)).count() as f64;
            for i in 0..n {
                for j in 0..i {
                    for (k, week) in earlier.iter().rev().enumerate() {
                        let (a, b) = (person(i), person(j));
                        if week.group_of(a) == week.group_of(b) && together(a, b) {
                            cost += weights.1 * decay.powi(i32::try_from(k).unwrap());
                        }
                    }
                }
            }
            for side in [true, false] {
                let own: Vec<f64> = (0..n).filter(|&i| left(i) == side).map(|i| skill[i] - mean).collect();
                cost += own.iter().sum::<f64>().powi(2) / own.len() as f64 / variance.max(1e-300);
            }
            cost
        };
        let halves = (0..1_u32 << n).filter(|mask| mask.count_ones() as usize == n / 2);
        let best = halves.map(|mask| cost(&|i| mask >> i & 1 == 1)).fold(f64::INFINITY, f64::min);
        let groups = formed.groups();
        let found = cost(&|i| groups.assignment()[i] == GroupId::new(0));
        prop_assert!(found <= best + 1e-4 * best.max(1.0), "{found} {best}");
        // The value is what was counted, as a share of all squares.
        if variance > 0.0 {
            prop_assert!((formed.values().last().unwrap() * n as f64 - found).abs() < 1e-4 * found.max(1.0));
        }
        let report = evaluate(&traits, groups, &former).unwrap();
        let met = |(a, b): &(PersonId, PersonId)| groups.group_of(*a) == groups.group_of(*b);
        prop_assert_eq!(report.avoided(), listed.iter().filter(|p| met(p)).count() as u64);
        prop_assert_eq!(report.violation(), None);
    }
}

/// What is recent counts more: of two earlier weeks the older one is repeated.
#[test]
fn what_is_recent_is_repeated_last() {
    let week = |of: [u32; 4]| Groups::from_assignment(of.map(GroupId::new)).unwrap();
    let weeks = [week([0, 0, 1, 1]), week([0, 1, 0, 1]), week([0, 1, 1, 0])];
    let traits = Traits::builder(4).build().unwrap();
    let former =
        |weeks: &[Groups]| GroupFormer::default().sizes(2..=2).avoid_repeats(weeks, 1.0, 0.9);
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
        let earlier = order.map(|week| weeks[week].clone());
        let groups = form(&former(&earlier), &traits).into_groups();
        let oldest = |a: PersonId, b: PersonId| earlier[0].group_of(a) == earlier[0].group_of(b);
        assert!(groups.iter().all(|(_, members)| oldest(members[0], members[1])));
    }
}

#[test]
fn soft_wishes_are_checked() {
    let traits = Traits::builder(4).build().unwrap();
    let week = Pods::within(2..=2).form(4, Seed::new(1)).unwrap();
    let error = |former: GroupFormer| former.form(&traits, Seed::new(1)).unwrap_err().to_string();
    let wish = GroupFormer::default().sizes(2..=2);
    let pair = [(PersonId::new(0), PersonId::new(4))];
    assert_eq!(error(wish.clone().avoid(pair, 1.0)), "person 4 is in a rule, there are 4 people");
    assert_eq!(
        error(wish.clone().avoid([], 0.0)),
        "the weight of \"pairs to avoid\" is 0e0, it must be from 1e-12 to 1e12"
    );
    for decay in [-0.1, 1.1, f64::NAN] {
        let error = error(wish.clone().avoid_repeats(&[], 1.0, decay));
        assert_eq!(
            error,
            format!("the decay of earlier groups is {decay}, it must be from 0 to 1")
        );
    }
    let other = Groups::from_assignment([GroupId::new(0)]).unwrap();
    assert_eq!(
        error(wish.clone().avoid_repeats(&[week.clone(), other], 1.0, 0.0)),
        "groups of 1 people are given, there are 4 people"
    );
    // A weight that has decayed to nothing is none.
    let long: Vec<Groups> = vec![week; 2000];
    form(&wish.avoid_repeats(&long, 1e-12, 0.5), &traits);
}
