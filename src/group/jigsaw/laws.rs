use proptest::prelude::*;

use super::*;
use crate::group::{
    Effort, FormError, GroupFormer, Mode, Rule, Strength, TopicChoice, Traits, between_share,
    evaluate, redundancy_for,
};

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
        assert!(homes < 0.1 * chance(plan.homes().len()), "{n} people: {homes}");
        let topic_groups = Groups::from_assignment(
            plan.topic_assignment()
                .iter()
                .map(|topic| GroupId::new(topic.get()))
                .collect::<Vec<_>>(),
        );
        let by_topic = share(&topic_groups.unwrap());
        assert!(by_topic < 3.0 * chance(topics), "{n} people: {by_topic}");
        let experts = share(plan.experts());
        assert!(experts < 1.5 * chance(plan.experts().len()), "{n} people: {experts}");
    }
}

#[test]
fn redundancy_and_jigsaw_agree() {
    let r = redundancy_for(0.3, 4, 0.8).unwrap();
    let plan = Jigsaw::topics(4).redundancy(r).form(100, Seed::new(1)).unwrap();
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

/// Wishes of people who like low topics best, as lists.
fn wishes(n: usize, topics: usize, seed: u64) -> TopicChoice {
    TopicChoice::new(n, topics, |person, topic| {
        let mixed = (u64::from(person.get()) << 32 | u64::from(topic.get())) ^ seed;
        let noise = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
        Some(to_u32(noise as usize) + 2 * topic.get())
    })
    .unwrap()
}

#[test]
fn wishes_that_do_not_fit_are_refused() {
    let form = |jigsaw: Jigsaw, n| jigsaw.form(n, Seed::new(1)).unwrap_err();
    let four = |choice| Jigsaw::topics(4).preferences(choice);
    let message =
        "the preferences are of 12 people for 3 topics, the jigsaw is for 13 people and 4";
    assert_eq!(form(four(wishes(12, 3, 1)), 13).to_string(), message);
    let capped = four(wishes(12, 4, 1).caps([9, 9, 9, 2]));
    assert_eq!(
        form(capped, 12).to_string(),
        "topic 3 takes 2 people, 3 homes with redundancy 1 need more"
    );
    let nobody = TopicChoice::new(8, 2, |_, topic| (topic.get() == 0).then_some(0)).unwrap();
    let error = form(Jigsaw::topics(2).preferences(nobody), 8);
    assert_eq!(error.to_string(), "0 people can take topic 1, where 4 are needed");
}

#[test]
fn plans_that_follow_other_wishes_are_refused() {
    let plain = Jigsaw::topics(3);
    let asked = plain.clone().preferences(wishes(20, 3, 1));
    let refusal = |made: &Jigsaw, asked: &Jigsaw| {
        let plan = made.form(20, Seed::new(1)).unwrap();
        assert_eq!(plan.verify(made), Ok(()));
        plan.verify(asked).unwrap_err().to_string()
    };
    let not = "the topics of the plan were not chosen by preferences";
    assert_eq!(refusal(&plain, &asked), not);
    assert_eq!(refusal(&asked, &plain), not.replace("not ", ""));
    let other = plain.preferences(wishes(20, 3, 0x5555_5555_5555));
    assert!(refusal(&asked, &other).starts_with("the cost is"));
}

/// Three columns of numbers and a category, for tests.
fn traits(n: usize, seed: u64) -> Traits {
    let number = |k: u64| -> Vec<Option<f64>> {
        let value = |i: u64| ((i + seed % 97) * (k + 7919) * (i + k) % 1009) as f64;
        (0..n as u64).map(|i| (i % 13 > 0).then(|| value(i))).collect()
    };
    let kind: Vec<Option<u32>> = (0..n).map(|i| Some(to_u32(i) * 7 % 10 / 8)).collect();
    let traits = Traits::builder(n).numeric("a", &number(1)).numeric("b", &number(2));
    traits.categorical("kind", &kind).build().unwrap()
}

/// Homes and expert groups are far more even than by chance, in every column.
#[test]
fn homes_and_expert_groups_are_balanced() {
    let (traits, former) = (traits(1200, 3), GroupFormer::default());
    for jigsaw in [Jigsaw::topics(4), Jigsaw::topics(5).redundancy(2).expert_size(5)] {
        let plan = jigsaw.form_balanced(&traits, &former, Seed::new(1)).unwrap();
        plan.verify(&jigsaw).unwrap();
        for groups in [plan.homes(), plan.experts()] {
            let report = evaluate(&traits, groups, &former).unwrap();
            let (over, chance) = (report.share() - report.bound(), report.expected_share());
            assert!(over < 0.1 * chance, "{over}, by chance {chance}");
        }
    }
}

/// Hard rules hold in the homes, or there is an error.
#[test]
fn rules_hold_in_balanced_homes() {
    let traits = traits(120, 3);
    let pairs: Vec<_> = (0..40).map(|i| ((3 * i).into(), (3 * i + 1).into())).collect();
    let former = GroupFormer::default().keep_apart(pairs.clone());
    let jigsaw = Jigsaw::topics(4);
    let plan = jigsaw.form_balanced(&traits, &former, Seed::new(1)).unwrap();
    plan.verify(&jigsaw).unwrap();
    for (a, b) in pairs {
        for groups in [plan.homes(), plan.experts()] {
            assert_ne!(groups.group_of(a), groups.group_of(b));
        }
    }
    // Sizes and people kept together are for other groups; pairs are apart or told.
    let other = former.clone().sizes(2..=2).keep_together(&[0.into(), 7.into()]);
    let report = plan.evaluate_homes(&traits, &other).unwrap();
    assert_eq!((report.violation(), report.sizes()), (None, (4, 4)));
    let mates = plan.homes().members(0.into());
    let report = plan.evaluate_homes(&traits, &other.keep_apart([(mates[0], mates[3])])).unwrap();
    let together = FormError::Pair { first: mates[0], second: mates[3], together: true };
    assert_eq!(report.violation(), Some(&together));
    let same = GroupFormer::default().category("kind", Rule::Same, Strength::Hard);
    let error = jigsaw.form_balanced(&traits, &same, Seed::new(1)).unwrap_err();
    assert_eq!(error, FormError::SameInJigsaw { column: "kind".into() });
    let unknown = GroupFormer::default().column("c", Mode::Balance, 1.0);
    let error = jigsaw.form_balanced(&traits, &unknown, Seed::new(1)).unwrap_err();
    assert_eq!(error, FormError::UnknownColumn { column: "c".into() });
    let error = Jigsaw::topics(0).form_balanced(&traits, &former, Seed::new(1)).unwrap_err();
    assert_eq!(error, FormError::Groups(GroupError::NoTopics));
}

proptest! {
    #[test]
    fn promises_hold_of_balanced_plans(
        n in 4..150_usize,
        topics in 1..6_usize,
        r in 1..4_usize,
        size in 2..7_usize,
        wished in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut jigsaw = Jigsaw::topics(topics).redundancy(r).expert_size(size);
        if wished {
            jigsaw = jigsaw.preferences(wishes(n, topics, seed));
        }
        let traits = traits(n, seed);
        let former = GroupFormer::default().effort(Effort::Passes(4));
        let free = jigsaw.form(n, Seed::new(seed));
        let plan = jigsaw.form_balanced(&traits, &former, Seed::new(seed));
        prop_assert_eq!(plan.is_ok(), free.is_ok());
        if let (Ok(plan), Ok(free)) = (plan, free) {
            prop_assert_eq!(plan.verify(&jigsaw), Ok(()));
            prop_assert_eq!(plan.topic_assignment(), free.topic_assignment());
            let before = evaluate(&traits, free.homes(), &former).unwrap().share();
            let after = evaluate(&traits, plan.homes(), &former).unwrap().share();
            prop_assert!(after <= before + 1e-9, "{} {}", before, after);
        }
    }

    #[test]
    fn promises_hold_with_wishes(
        n in 1..400_usize,
        topics in 1..9_usize,
        r in 1..3_usize,
        size in 2..9_usize,
        range in prop::option::of((1..40_usize, 0..40_usize)),
        spread in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut jigsaw = Jigsaw::topics(topics).redundancy(r).expert_size(size);
        if let Some((lo, more)) = range {
            jigsaw = jigsaw.home_size(lo..=lo + more);
        }
        let free = jigsaw.form(n, Seed::new(seed));
        let jigsaw = jigsaw.preferences(wishes(n, topics, seed));
        let plan = if spread {
            let values: Vec<f64> = (0..n).map(|i| (i % 7) as f64).collect();
            jigsaw.form_spread(&Strata::by_value(&values).unwrap(), Seed::new(seed))
        } else {
            jigsaw.form(n, Seed::new(seed))
        };
        prop_assert_eq!(plan.is_ok(), free.is_ok());
        if let Ok(plan) = plan {
            prop_assert_eq!(plan.verify(&jigsaw), Ok(()));
            prop_assert_eq!(plan.homes().len(), free.unwrap().homes().len());
            #[cfg(feature = "serde")]
            {
                let text = serde_json::to_string(&plan).unwrap();
                prop_assert_eq!(serde_json::from_str::<JigsawPlan>(&text).unwrap(), plan);
                let text = serde_json::to_string(&jigsaw).unwrap();
                prop_assert_eq!(serde_json::from_str::<Jigsaw>(&text).unwrap(), jigsaw);
            }
        }
    }
}
