//! Wishes against an independent minimum-cost flow.

use proptest::prelude::*;

use super::draft::Draft;
use super::loads::Stage;
use super::rules::Rules;
use super::tests::{pair, small};
use super::*;

type Pairs = Vec<(SubmissionId, PersonId)>;

/// Avoided reviews less preferred ones.
fn cost(assigner: &Assigner, wishes: usize, graph: &ReviewGraph) -> i64 {
    let unmet = assigner.unmet_preferred(graph).len() + assigner.unmet_avoided(graph).len();
    i64::try_from(unmet).unwrap() - i64::try_from(wishes).unwrap()
}

/// The least cost of a plan with these loads, by successive shortest paths (Bellman and Ford) over
/// all allowed pairs: `cost[r][s]` is `None` where a pair is barred or kept.
fn least_cost(cost: &[Vec<Option<i64>>], give: &[usize], take: &[usize]) -> i64 {
    let (people, works) = (give.len(), take.len());
    let (mut used, mut total) = (vec![vec![false; works]; people], 0);
    let (mut given, mut taken) = (vec![0; people], vec![0; works]);
    let far = i64::MAX / 2;
    while given != give {
        let mut to_r: Vec<i64> =
            (0..people).map(|r| if given[r] < give[r] { 0 } else { far }).collect();
        let (mut to_s, mut back_r) = (vec![far; works], vec![usize::MAX; people]);
        let mut back_s = vec![usize::MAX; works];
        for _ in 0..=people + works {
            for r in 0..people {
                for s in 0..works {
                    let Some(cost) = cost[r][s] else { continue };
                    if !used[r][s] && to_r[r] < far && to_r[r] + cost < to_s[s] {
                        (to_s[s], back_s[s]) = (to_r[r] + cost, r);
                    }
                    if used[r][s] && to_s[s] < far && to_s[s] - cost < to_r[r] {
                        (to_r[r], back_r[r]) = (to_s[s] - cost, s);
                    }
                }
            }
        }
        let end = (0..works).filter(|&s| taken[s] < take[s]).min_by_key(|&s| to_s[s]).unwrap();
        assert!(to_s[end] < far);
        total += to_s[end];
        taken[end] += 1;
        let mut s = end;
        loop {
            let r = back_s[s];
            used[r][s] = true;
            s = back_r[r];
            if s == usize::MAX {
                given[r] += 1;
                break;
            }
            used[r][s] = false;
        }
    }
    total
}

/// The least cost of a plan that keeps all rules and has the loads of this one.
fn optimum(cohort: &Cohort, assigner: &Assigner, preferred: &Pairs, plan: &ReviewPlan) -> i64 {
    let rules = Rules::new(assigner, cohort).unwrap();
    let avoided = assigner.unmet_avoided(&everything(cohort));
    let price = |pair: &(SubmissionId, PersonId)| {
        i64::from(avoided.contains(pair)) - i64::from(preferred.contains(pair))
    };
    let submissions = u32::try_from(cohort.submissions()).unwrap();
    let works: Vec<SubmissionId> = (0..submissions).map(SubmissionId::new).collect();
    let (mut costs, mut give, mut fixed) = (Vec::new(), Vec::new(), 0);
    let mut take: Vec<usize> = works.iter().map(|&s| plan.graph().reviewers_of(s).len()).collect();
    for r in rules.people() {
        // What staff keep is beside the plan of peers.
        let is_staff = cohort.is_staff(r);
        let kept = if is_staff { plan.graph().submissions_of(r) } else { rules.kept(r) };
        give.push(plan.graph().submissions_of(r).len() - kept.len());
        for s in kept {
            take[s.index()] -= 1;
            fixed += price(&(*s, r));
        }
        let open = |&s: &SubmissionId| !is_staff && rules.allows(r, s) && !kept.contains(&s);
        costs.push(works.iter().map(|s| open(s).then(|| price(&(*s, r)))).collect());
    }
    fixed + least_cost(&costs, &give, &take)
}

fn everything(cohort: &Cohort) -> ReviewGraph {
    let (people, submissions) = (cohort.people(), cohort.submissions());
    let pairs: Vec<_> = (0..u32::try_from(submissions).unwrap())
        .flat_map(|s| (0..u32::try_from(people).unwrap()).map(move |r| pair(s, r)))
        .collect();
    ReviewGraph::from_pairs(people, submissions, &pairs).unwrap()
}

/// The wishes that are allowed, each pair once.
fn allowed(cohort: &Cohort, assigner: &Assigner, wishes: &[(u32, u32, bool)]) -> [Pairs; 2] {
    let rules = Rules::new(assigner, cohort).unwrap();
    let (people, submissions) = (cohort.people(), cohort.submissions());
    let (mut preferred, mut avoided) = (Pairs::new(), Pairs::new());
    for &(s, r, good) in wishes {
        let wish =
            pair(s % u32::try_from(submissions).unwrap(), r % u32::try_from(people).unwrap());
        if preferred.contains(&wish) || avoided.contains(&wish) {
            continue;
        }
        if !good {
            avoided.push(wish);
        } else if rules.allows(wish.1, wish.0) {
            preferred.push(wish);
        }
    }
    [preferred, avoided]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 4000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn as_many_wishes_are_met_as_can_be(
        (cohort, assigner) in small(),
        wishes in prop::collection::vec((0..6_u32, 0..15_u32, any::<bool>()), 0..30),
        seed in 0..4_u64,
    ) {
        let Ok(plain) = assigner.assign(&cohort, Seed::new(seed)) else { return Ok(()) };
        let [preferred, avoided] = allowed(&cohort, &assigner, &wishes);
        let count = preferred.len();
        let assigner = assigner.prefer(preferred.clone()).avoid(avoided.clone());
        let plan = assigner.assign(&cohort, Seed::new(seed)).unwrap();
        prop_assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        for s in (0..u32::try_from(cohort.submissions()).unwrap()).map(SubmissionId::new) {
            let reviewers = |plan: &ReviewPlan| plan.graph().reviewers_of(s).len();
            prop_assert_eq!(reviewers(&plan), reviewers(&plain));
        }
        let best = optimum(&cohort, &assigner, &preferred, &plan);
        prop_assert_eq!(cost(&assigner, count, plan.graph()), best);
    }
}

/// Individuals in a course of the usual kind, more wishes than can be met: tight conflicts.
#[test]
fn contradictory_wishes_are_met_as_far_as_can_be() {
    for seed in 0..20 {
        let cohort = Cohort::individuals(24).unwrap();
        // Everybody wants the same four works, and most people shun the next three.
        let wishes: Vec<_> = (0..24)
            .flat_map(|r| (0..4).map(move |s| (s, r, true)))
            .chain((0..20).flat_map(|r| (4..7).map(move |s| (s, r, false))))
            .collect();
        let [preferred, avoided] = allowed(&cohort, &Assigner::new(3), &wishes);
        let assigner = Assigner::new(3).prefer(preferred.clone()).avoid(avoided);
        let plan = assigner.assign(&cohort, Seed::new(seed)).unwrap();
        assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        let best = optimum(&cohort, &assigner, &preferred, &plan);
        assert_eq!(cost(&assigner, preferred.len(), plan.graph()), best);
    }
}

#[test]
fn without_searches_switches_still_break_nothing() {
    let cohort = Cohort::individuals(24).unwrap();
    let wants = |r: u32| [3 * r + 1, 5 * r + 2, r * r, 7, 8].map(|s| (s, r, true));
    let wishes: Vec<_> = (0..24).flat_map(wants).collect();
    let [preferred, _] = allowed(&cohort, &Assigner::new(3), &wishes);
    let assigner = Assigner::new(3).prefer(preferred.clone());
    let rules = Rules::new(&assigner, &cohort).unwrap();
    let build = |looks| {
        let mut draft = Draft::new(&rules);
        regular::fill(&mut draft, Seed::new(2));
        assert!(regular::repair(&mut draft, Seed::new(2)).is_empty());
        if let Some(looks) = looks {
            wishes::meet_within(&mut draft, Seed::new(2), looks);
        }
        let (graph, strategy) = (draft.into_graph(&[]), plan::Strategy::Repair);
        let (stage, loads) = (Stage::Even, LoadsKept::Exactly);
        let plan = ReviewPlan { graph, strategy, stage, loads };
        assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        cost(&assigner, preferred.len(), plan.graph())
    };
    let (before, switches, best) = (build(None), build(Some(0)), build(Some(u64::MAX)));
    assert!(switches < before && best <= switches, "{before} {switches} {best}");
}

#[test]
fn wrong_wishes_are_named() {
    let cohort = Cohort::individuals(5).unwrap();
    let error = |assigner: Assigner| assigner.assign(&cohort, Seed::new(1)).unwrap_err();
    let wish = pair(1, 2);
    let (submission, reviewer) = wish;
    assert_eq!(
        error(Assigner::new(1).prefer([wish]).avoid([wish])),
        AssignError::PreferredAvoided { reviewer, submission }
    );
    assert_eq!(
        error(Assigner::new(1).prefer([wish]).forbid([wish])),
        AssignError::PreferredBarred { reviewer, submission, rule: Rule::ForbiddenPair }
    );
    assert_eq!(
        error(Assigner::new(1).prefer([pair(2, 2)])),
        AssignError::PreferredBarred {
            reviewer,
            submission: SubmissionId::new(2),
            rule: Rule::OwnWork
        }
    );
    for assigner in [Assigner::new(1).prefer([pair(5, 0)]), Assigner::new(1).avoid([pair(0, 5)])] {
        assert!(matches!(error(assigner), AssignError::Pair { kind: "preferred" | "avoided", .. }));
    }
}

#[test]
fn the_order_of_wishes_changes_nothing() {
    let cohort = Cohort::individuals(40).unwrap();
    let preferred: Vec<_> = (0..30).map(|i| pair(i, (i * 7 + 3) % 40)).collect();
    let avoided: Vec<_> = (0..30).map(|i| pair(i, (i * 11 + 5) % 40)).collect();
    let preferred: Vec<_> = preferred
        .into_iter()
        .filter(|wish| wish.0.get() != wish.1.get() && !avoided.contains(wish))
        .collect();
    let plan = |assigner: &Assigner| assigner.assign(&cohort, Seed::new(3)).unwrap();
    let forward = Assigner::new(3).prefer(preferred.clone()).avoid(avoided.clone());
    let twice = |pairs: Vec<_>| pairs.into_iter().rev().flat_map(|pair| [pair, pair]);
    let backward = Assigner::new(3).avoid(twice(avoided)).prefer(twice(preferred));
    assert_eq!(plan(&forward), plan(&backward));
    assert_eq!(forward.unmet_preferred(plan(&forward).graph()), []);
    assert_eq!(forward.unmet_avoided(plan(&forward).graph()), []);
}

#[test]
fn kept_reviews_stay_and_weights_leave_wishes_alone() {
    let cohort = Cohort::individuals(200).unwrap();
    let weights: Vec<f64> = (0..200).map(|i| 1.0 + f64::from(i % 7)).collect();
    let avoided: Vec<_> = (0..100).map(|i| pair(i, (i + 1) % 200)).collect();
    let preferred: Vec<_> = (0..200).map(|i| pair(i, (i + 50) % 200)).collect();
    let assigner = Assigner::new(4)
        .keep([avoided[0]])
        .avoid(avoided.clone())
        .prefer(preferred)
        .reliability(&weights);
    let plan = assigner.assign(&cohort, Seed::new(8)).unwrap();
    assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
    assert_eq!(assigner.unmet_avoided(plan.graph()), [avoided[0]]);
    assert_eq!(assigner.unmet_preferred(plan.graph()), []);
    let precision = quality::Precision::of(plan.graph(), &weights).unwrap().unwrap();
    assert!(precision.variation() < 0.06, "{}", precision.variation());
}
