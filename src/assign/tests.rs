//! Exactness against an independent maximum flow, uniformity, and plans that are hard to find.

use proptest::prelude::*;
use proptest::strategy::Strategy;

use super::*;

fn pair(submission: u32, reviewer: u32) -> (SubmissionId, PersonId) {
    (SubmissionId::new(submission), PersonId::new(reviewer))
}

/// A cohort of teams of these sizes.
fn teams(sizes: &[u32]) -> Cohort {
    let mut cohort = Cohort::builder(sizes.iter().sum::<u32>() as usize).unwrap();
    let mut next = 0;
    for &size in sizes {
        let members: Vec<PersonId> = (next..next + size).map(PersonId::new).collect();
        cohort.submission(&members).unwrap();
        next += size;
    }
    cohort.build()
}

/// One submission a person, but people of one class may not review each other: teams as in the
/// measurements of unbalanced allocators.
fn classes(sizes: &[u32]) -> (Cohort, Vec<(SubmissionId, PersonId)>) {
    let mut pairs = Vec::new();
    let mut start = 0;
    for &size in sizes {
        let class = start..start + size;
        pairs.extend(class.clone().flat_map(|a| class.clone().map(move |b| pair(a, b))));
        start += size;
    }
    (Cohort::individuals(start as usize).unwrap(), pairs)
}

/// Whether a plan exists, by Ford and Fulkerson over a dense matrix of allowed pairs: quotas and
/// floors are met by one flow with lower bounds, found from two flows (Mendelsohn and Dulmage
/// 1958: a flow that fills all quotas and one that fills all floors make one that does both).
pub(super) fn exists(allowed: &[Vec<bool>], quotas: &[u32], low: &[u32], high: &[u32]) -> bool {
    let flow = |give: &[u32], take: &[u32], allowed: &dyn Fn(usize, usize) -> bool| {
        let mut used = vec![vec![false; take.len()]; give.len()];
        let mut got = vec![0; take.len()];
        for (g, &amount) in give.iter().enumerate() {
            for _ in 0..amount {
                let mut seen = vec![false; take.len()];
                if !augment(g, take, &mut used, &mut got, &mut seen, allowed) {
                    return false;
                }
            }
        }
        true
    };
    flow(quotas, high, &|r, s| allowed[r][s]) && flow(low, quotas, &|s, r| allowed[r][s])
}

fn augment(
    g: usize,
    take: &[u32],
    used: &mut [Vec<bool>],
    got: &mut [u32],
    seen: &mut [bool],
    allowed: &dyn Fn(usize, usize) -> bool,
) -> bool {
    for t in 0..take.len() {
        if seen[t] || used[g][t] || !allowed(g, t) {
            continue;
        }
        seen[t] = true;
        if got[t] < take[t] {
            got[t] += 1;
            used[g][t] = true;
            return true;
        }
        for other in 0..used.len() {
            if used[other][t] && augment(other, take, used, got, seen, allowed) {
                used[other][t] = false;
                used[g][t] = true;
                return true;
            }
        }
    }
    false
}

/// Small cohorts with teams, quotas, staff, forbidden and kept pairs, often close to impossible.
fn small() -> impl Strategy<Value = (Cohort, Assigner)> {
    let shape = (
        prop::collection::vec(1..4_u32, 1..6),
        0..4_usize,
        prop::collection::vec((0..12_u32, 0..5_u32), 0..3),
        prop::collection::vec((0..6_u32, 0..12_u32), 0..12),
        prop::collection::vec((0..6_u32, 0..12_u32), 0..3),
    );
    shape.prop_map(|(sizes, reviews, quotas, forbidden, kept)| {
        let people = sizes.iter().sum::<u32>();
        let mut cohort = Cohort::builder(people as usize).unwrap();
        let mut next = 0;
        for size in &sizes {
            let members: Vec<_> = (next..next + size).map(PersonId::new).collect();
            cohort.submission(&members).unwrap();
            next += size;
        }
        for (person, quota) in quotas {
            let person = PersonId::new(person % people);
            if quota == 4 {
                cohort.staff(person).unwrap()
            } else {
                cohort.quota(person, quota).unwrap()
            };
        }
        let submissions = u32::try_from(sizes.len()).unwrap();
        let ids = |(s, r): (u32, u32)| pair(s % submissions, r % people);
        let cohort = cohort.build();
        let assigner = Assigner::new(reviews).forbid(forbidden.into_iter().map(ids));
        let rules = Rules::new(&assigner, &cohort);
        let kept: Vec<_> = kept
            .into_iter()
            .map(ids)
            .filter(|&(s, r)| rules.as_ref().is_ok_and(|rules| rules.allows(r, s)))
            .collect();
        drop(rules);
        (cohort, assigner.keep(kept))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_is_found_exactly_where_one_exists((cohort, assigner) in small(), seed in 0..4_u64) {
        let Ok(rules) = Rules::new(&assigner, &cohort) else {
            let error = assigner.assign(&cohort, Seed::new(seed)).unwrap_err();
            if let AssignError::Impossible(shortage) = error {
                prop_assert!(shortage.supply() < shortage.demand());
                prop_assert!(shortage.verify(&cohort, &assigner).unwrap());
            }
            return Ok(());
        };
        let submissions: Vec<SubmissionId> = rules.pool().collect();
        let free = |r: PersonId, s: SubmissionId| rules.allows(r, s) && !rules.kept(r).contains(&s);
        let allowed: Vec<Vec<bool>> =
            rules.people().map(|r| submissions.iter().map(|&s| free(r, s)).collect()).collect();
        let quotas: Vec<u32> = rules
            .people()
            .map(|r| rules.quota(r) - u32::try_from(rules.kept(r).len()).unwrap())
            .collect();
        let low: Vec<u32> =
            submissions.iter().map(|&s| rules.low(s) - rules.kept_by(s)).collect();
        let high: Vec<u32> =
            submissions.iter().map(|&s| rules.high(s) - rules.kept_by(s)).collect();
        match assigner.assign(&cohort, Seed::new(seed)) {
            Ok(plan) => prop_assert_eq!(plan.verify(&cohort, &assigner), Ok(())),
            Err(AssignError::Impossible(shortage)) => {
                prop_assert!(!exists(&allowed, &quotas, &low, &high), "{}", shortage);
                prop_assert!(shortage.supply() < shortage.demand(), "{}", shortage);
                prop_assert!(shortage.verify(&cohort, &assigner).unwrap());
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn verify_refuses_every_plan_with_one_pair_moved(
        n in 6..20_usize,
        k in 1..4_usize,
        seed in 0..100_u64,
    ) {
        let cohort = Cohort::individuals(n).unwrap();
        let assigner = Assigner::new(k);
        let plan = assigner.assign(&cohort, Seed::new(seed)).unwrap();
        let pairs: Vec<_> = plan.graph().iter().collect();
        for i in 0..pairs.len() {
            for to in (0..u32::try_from(n).unwrap()).map(PersonId::new) {
                let mut moved = pairs.clone();
                moved[i].1 = to;
                if let Ok(graph) = crate::ReviewGraph::from_pairs(n, n, &moved)
                    && to != pairs[i].1
                {
                    let moved = ReviewPlan { graph, ..plan.clone() };
                    prop_assert!(moved.verify(&cohort, &assigner).is_err());
                }
            }
        }
    }
}

#[test]
fn everybody_reviews_everybody_where_the_quota_says_so() {
    for n in 1..12 {
        let cohort = Cohort::individuals(n).unwrap();
        let assigner = Assigner::new(n - 1);
        let plan = assigner.assign(&cohort, Seed::new(3)).unwrap();
        assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        assert_eq!(plan.graph().reviews(), n * (n - 1));
        assert!(matches!(
            Assigner::new(n).assign(&cohort, Seed::new(3)),
            Err(AssignError::Impossible(_))
        ));
    }
}

#[test]
fn tight_classes_are_solved_and_one_more_is_proved_impossible() {
    for sizes in [[34, 33, 33], [49, 26, 25], [50, 30, 20]] {
        let (cohort, forbidden) = classes(&sizes);
        let assigner = Assigner::new(5).forbid(forbidden);
        for seed in 0..5 {
            let plan = assigner.assign(&cohort, Seed::new(seed)).unwrap();
            assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        }
    }
    let (cohort, forbidden) = classes(&[60, 25, 15]);
    let assigner = Assigner::new(5).forbid(forbidden);
    let AssignError::Impossible(shortage) = assigner.assign(&cohort, Seed::new(1)).unwrap_err()
    else {
        panic!("a plan for 60 of 100 who bar each other")
    };
    // The 60 give 300 reviews, but the other 40 submissions take 200; or the reverse.
    assert_eq!((shortage.demand(), shortage.supply()), (300, 200));
    assert!(shortage.verify(&cohort, &assigner).unwrap());
}

#[test]
fn a_history_of_all_but_one_round_leaves_exactly_that_round() {
    let cohort = Cohort::individuals(9).unwrap();
    let mut assigner = Assigner::new(1);
    for round in 0..8 {
        let plan = assigner.assign(&cohort, Seed::new(round)).unwrap();
        assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        let pairs: Vec<_> = plan.graph().iter().collect();
        assigner = assigner.forbid(pairs);
    }
    assert!(assigner.assign(&cohort, Seed::new(9)).is_err());
}

/// With 8 people and 3 reviews everybody is equally likely to review anybody else. With fixed
/// margins the statistic has mean 56 and 41 effective degrees of freedom: 102 is its 0.999 quantile.
#[test]
fn every_pair_is_equally_likely() {
    let cohort = Cohort::individuals(8).unwrap();
    let assigner = Assigner::new(3);
    let draws = 20_000;
    let mut count = [[0_u32; 8]; 8];
    for seed in 0..draws {
        let plan = assigner.assign(&cohort, Seed::new(seed)).unwrap();
        for (submission, reviewer) in plan.graph().iter() {
            count[submission.index()][reviewer.index()] += 1;
        }
    }
    let p = 3.0 / 7.0;
    let expected = draws as f64 * p;
    let mut statistic = 0.0;
    for (s, row) in count.iter().enumerate() {
        for (r, &observed) in row.iter().enumerate().filter(|&(r, _)| r != s) {
            assert_ne!(r, s);
            let distance = f64::from(observed) - expected;
            statistic += distance * distance / (expected * (1.0 - p));
        }
        assert_eq!(row[s], 0);
    }
    assert!(statistic < 102.0, "chi-square {statistic}");
}

#[test]
fn teams_get_one_submission_and_even_loads() {
    let cohort = teams(&[4, 4, 3, 4, 4, 4, 2, 4]);
    let assigner = Assigner::new(2);
    let plan = assigner.assign(&cohort, Seed::new(5)).unwrap();
    assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
    let loads: Vec<usize> =
        (0..8).map(|s| plan.graph().reviewers_of(SubmissionId::new(s)).len()).collect();
    assert_eq!((loads.iter().min(), loads.iter().max()), (Some(&7), Some(&8)));
}

#[test]
fn exemplars_go_round_and_staff_give_nothing() {
    let mut cohort = Cohort::builder(7).unwrap();
    for author in 0..6 {
        cohort.submission(&[PersonId::new(author)]).unwrap();
    }
    let exemplars = [0, 1, 2].map(|_| cohort.submission(&[]).unwrap());
    cohort.staff(PersonId::new(6)).unwrap();
    let cohort = cohort.build();
    let assigner = Assigner::new(2).exemplars(exemplars, 2);
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
    let loads = exemplars.map(|s| plan.graph().reviewers_of(s).len());
    assert_eq!(loads, [4, 4, 4]);
    assert!(plan.graph().submissions_of(PersonId::new(6)).is_empty());
}

#[test]
fn the_order_of_rules_changes_nothing_and_the_seed_does() {
    let cohort = Cohort::individuals(50).unwrap();
    let forbidden: Vec<_> = (0..30).map(|i| pair(i, (i * 7 + 3) % 50)).collect();
    let kept: Vec<_> = (30..40).map(|i| pair(i, (i + 11) % 50)).collect();
    let forward = Assigner::new(4).forbid(forbidden.clone()).keep(kept.clone());
    let backward = Assigner::new(4)
        .keep(kept.into_iter().rev())
        .forbid(forbidden.into_iter().rev().flat_map(|pair| [pair, pair]));
    let plan = |assigner: &Assigner, seed| assigner.assign(&cohort, Seed::new(seed)).unwrap();
    assert_eq!(plan(&forward, 1), plan(&backward, 1));
    assert_ne!(plan(&forward, 1), plan(&forward, 2));
    assert_eq!(plan(&forward, 1).verify(&cohort, &forward), Ok(()));
}

#[test]
fn nothing_to_do_is_an_empty_plan() {
    for (people, reviews) in [(0, 0), (0, 5), (1, 0), (5, 0)] {
        let cohort = Cohort::individuals(people).unwrap();
        let plan = Assigner::new(reviews).assign(&cohort, Seed::new(1)).unwrap();
        assert_eq!(plan.graph().reviews(), 0);
        assert_eq!(plan.verify(&cohort, &Assigner::new(reviews)), Ok(()));
    }
}
