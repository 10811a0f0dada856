//! Laws of plans, against an oracle that knows no more than the rules as they are written down.

use proptest::prelude::*;

use super::{classes, pair, small, teams};
use crate::assign::quality::{Counts, inflation};
use crate::assign::{AssignError, Assigner, ReviewPlan};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::Seed;

type Pair = (SubmissionId, PersonId);

/// Why pairs are no plan, if they are none: each rule from its definition, in no hurry. Knows nothing
/// of exemplars.
fn fault(cohort: &Cohort, assigner: &Assigner, pairs: &[Pair]) -> Option<String> {
    let times = |pair: &Pair| pairs.iter().filter(|other| *other == pair).count();
    for &(s, r) in pairs {
        let barred = cohort.is_author(r, s) || assigner.forbidden.contains(&(s, r));
        if barred || times(&(s, r)) > 1 {
            return Some(format!("{r} reviews {s}"));
        }
    }
    if let Some(missing) = assigner.kept.iter().find(|&pair| times(pair) == 0) {
        return Some(format!("{missing:?} is not kept"));
    }
    let mut kept = assigner.kept.clone();
    kept.sort_unstable();
    kept.dedup();
    for r in (0..to_u32(cohort.people())).map(PersonId::new) {
        let quota = cohort.quota(r).map_or(assigner.reviews, |quota| quota.max() as usize);
        let quota = if cohort.is_staff(r) { 0 } else { quota };
        let of = |pairs: &[Pair]| pairs.iter().filter(|pair| pair.1 == r).count();
        if of(pairs) != quota.max(of(&kept)) {
            return Some(format!("{r} gives {}", of(pairs)));
        }
    }
    // No work has a review of a peer, beside those that are kept, which another work lacks more.
    let of_peers = |pairs: &[Pair]| -> Vec<Pair> {
        pairs.iter().copied().filter(|pair| !cohort.is_staff(pair.1)).collect()
    };
    let (pairs, kept) = (&of_peers(pairs)[..], of_peers(&kept));
    let works = || (0..to_u32(cohort.submissions())).map(SubmissionId::new);
    let of = |pairs: &[Pair], s| pairs.iter().filter(|pair| pair.0 == s).count();
    let least = works().map(|s| of(pairs, s)).min().unwrap_or(0);
    let unfair = |&s: &SubmissionId| of(pairs, s) > of(&kept, s) && of(pairs, s) > least + 1;
    works().find(unfair).map(|s| format!("{s} receives {} where another has {least}", of(pairs, s)))
}

/// Whether `verify` takes these pairs, which are in any order.
fn verified(plan: &ReviewPlan, cohort: &Cohort, assigner: &Assigner, pairs: &[Pair]) -> bool {
    let graph = ReviewGraph::from_pairs(cohort.people(), cohort.submissions(), pairs).unwrap();
    ReviewPlan { graph, ..plan.clone() }.verify(cohort, assigner).is_ok()
}

fn pairs_of(plan: &ReviewPlan) -> Vec<Pair> {
    plan.graph().iter().collect()
}

/// All pairs of a cohort.
fn everything(cohort: &Cohort) -> Vec<Pair> {
    let (people, works) = (to_u32(cohort.people()), to_u32(cohort.submissions()));
    (0..works).flat_map(|s| (0..people).map(move |r| pair(s, r))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_has_no_fault((cohort, assigner) in small(), seed in 0..4_u64) {
        if let Ok(plan) = assigner.assign(&cohort, Seed::new(seed)) {
            prop_assert_eq!(fault(&cohort, &assigner, &pairs_of(&plan)), None);
        }
    }

    /// Every removal, every addition, and every move of either end of every pair, of plans with
    /// teams, quotas, staff, forbidden and kept pairs. A move of a work's end may make another plan.
    #[test]
    fn verify_takes_a_mutation_exactly_where_it_is_a_plan(
        (cohort, assigner) in small(),
        seed in 0..4_u64,
    ) {
        let Ok(plan) = assigner.assign(&cohort, Seed::new(seed)) else { return Ok(()) };
        let pairs = pairs_of(&plan);
        let accepts = |pairs: &[Pair]| verified(&plan, &cohort, &assigner, pairs);
        prop_assert!(accepts(&pairs));
        for i in 0..pairs.len() {
            let mut without = pairs.clone();
            let (s, r) = without.remove(i);
            prop_assert!(!accepts(&without), "without {s} {r}");
            for new in everything(&cohort).into_iter().filter(|new| !pairs.contains(new)) {
                if new.0 != s && new.1 != r {
                    continue;
                }
                let mut moved = without.clone();
                moved.push(new);
                let fault = fault(&cohort, &assigner, &moved);
                prop_assert_eq!(accepts(&moved), fault.is_none(), "{} {}: {:?}", s, r, fault);
                prop_assert!(new.1 == r || fault.is_some(), "a reviewer gives one less");
            }
        }
        for new in everything(&cohort).into_iter().filter(|new| !pairs.contains(new)) {
            let more = [&pairs[..], &[new]].concat();
            prop_assert!(!accepts(&more), "with {new:?}");
        }
    }

    /// What a plan does not do can be forbidden, and what it does can be kept: it stays a plan, so
    /// that there is one.
    #[test]
    fn rules_that_a_plan_keeps_anyway_leave_a_plan(
        (cohort, assigner) in small(),
        seed in 0..4_u64,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let Ok(plan) = assigner.assign(&cohort, Seed::new(seed)) else { return Ok(()) };
        let pairs = pairs_of(&plan);
        let free: Vec<Pair> =
            everything(&cohort).into_iter().filter(|pair| !pairs.contains(pair)).collect();
        let pick = |from: &[Pair]| -> Vec<Pair> {
            let picks = picks.iter().filter(|_| !from.is_empty());
            picks.map(|index| *index.get(from)).collect()
        };
        let stricter = assigner.clone().forbid(pick(&free));
        let other = stricter.assign(&cohort, Seed::new(seed)).unwrap();
        prop_assert_eq!(fault(&cohort, &stricter, &pairs_of(&other)), None);
        prop_assert!(verified(&plan, &cohort, &stricter, &pairs));
        let fixed = stricter.keep(pick(&pairs));
        let other = fixed.assign(&cohort, Seed::new(seed + 1)).unwrap();
        prop_assert_eq!(fault(&cohort, &fixed, &pairs_of(&other)), None);
    }

    #[test]
    fn exemplars_are_spread_evenly(
        people in 2..30_usize,
        count in 1..7_usize,
        each in 0..7_usize,
        seed in 0..100_u64,
    ) {
        let mut cohort = Cohort::builder(people).unwrap();
        for author in 0..to_u32(people) {
            cohort.submission(&[PersonId::new(author)]).unwrap();
        }
        let exemplars: Vec<_> = (0..count).map(|_| cohort.submission(&[]).unwrap()).collect();
        let cohort = cohort.build();
        let assigner = Assigner::new(1).exemplars(exemplars.clone(), each);
        let plan = assigner.assign(&cohort, Seed::new(seed));
        if each > count {
            let too_few = matches!(plan, Err(AssignError::TooFewExemplars { .. }));
            prop_assert!(too_few);
            return Ok(());
        }
        let graph = plan.unwrap().graph;
        for r in (0..to_u32(people)).map(PersonId::new) {
            let mine = graph.submissions_of(r).iter();
            prop_assert_eq!(mine.filter(|s| exemplars.contains(s)).count(), each);
        }
        let loads = exemplars.iter().map(|&s| graph.reviewers_of(s).len());
        let (min, max) = (loads.clone().min().unwrap(), loads.max().unwrap());
        prop_assert!(max - min <= 1 && min == people * each / count);
    }
}

/// Where everybody reviews `k` of `n`, loads come out equal in every run. The other allocators in
/// use fail in up to half of them (see `tests/allocators.rs`).
#[test]
fn small_cohorts_have_equal_loads_in_every_run() {
    for n in (5..=20).chain([33, 60, 100]) {
        let cohort = Cohort::individuals(n).unwrap();
        for k in 2..n {
            for seed in 0..2 {
                let plan = Assigner::new(k).assign(&cohort, Seed::new(seed)).unwrap();
                let counts = Counts::measure(plan.graph(), &cohort);
                let loads =
                    [counts.given(), counts.received()].map(|load| (load.min(), load.max()));
                assert_eq!(loads, [(k, k); 2], "n {n}, k {k}, seed {seed}");
                assert!((0..to_u32(n)).all(|i| {
                    let pair = pair(i, i);
                    !plan.graph().contains(pair.0, pair.1)
                }));
            }
        }
    }
}

#[test]
fn halves_review_each_other() {
    for half in [1, 2, 5, 20] {
        // Each half is a team with one work: one review each, and there is no second.
        let cohort = teams(&[half, half]);
        let assigner = Assigner::new(1);
        let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
        assert_eq!(fault(&cohort, &assigner, &pairs_of(&plan)), None);
        assert!(matches!(
            Assigner::new(2).assign(&cohort, Seed::new(1)),
            Err(AssignError::Impossible(_))
        ));
        // Each half has a work a person, up to all works of the other half.
        let (cohort, forbidden) = classes(&[half, half]);
        for k in 1..=half as usize + 1 {
            let assigner = Assigner::new(k).forbid(forbidden.clone());
            match assigner.assign(&cohort, Seed::new(1)) {
                Ok(plan) => {
                    assert_eq!(fault(&cohort, &assigner, &pairs_of(&plan)), None);
                    assert!(k <= half as usize);
                }
                Err(AssignError::Impossible(shortage)) => {
                    assert!(k > half as usize && shortage.verify(&cohort, &assigner).unwrap());
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    // The larger half has more to give than the smaller can take.
    let (cohort, forbidden) = classes(&[6, 5]);
    let error = Assigner::new(2).forbid(forbidden).assign(&cohort, Seed::new(1)).unwrap_err();
    assert!(matches!(error, AssignError::Impossible(_)), "{error}");
}

#[test]
fn a_large_plan_is_in_one_part_and_efficient() {
    for (n, k) in [(200, 3), (200, 5), (300, 4), (500, 3), (500, 8)] {
        for seed in 0..3 {
            let plan = Assigner::new(k).assign(&Cohort::individuals(n).unwrap(), Seed::new(seed));
            let plan = plan.unwrap();
            assert_eq!(Counts::of(plan.graph()).components(), 1);
            let efficiency = inflation(plan.graph(), 0.0).unwrap().efficiency().unwrap();
            assert!(efficiency >= 0.99, "n {n}, k {k}, seed {seed}: {efficiency}");
        }
    }
}

#[test]
fn the_least_cohorts_have_a_plan_or_a_typed_error() {
    for n in 0..4_usize {
        let cohort = Cohort::individuals(n).unwrap();
        for k in [0, 1, 2, 3, 5, usize::MAX] {
            let assigner = Assigner::new(k);
            match assigner.assign(&cohort, Seed::new(1)) {
                Ok(plan) => {
                    assert!(n == 0 || k < n);
                    assert_eq!(plan.graph().reviews(), if n == 0 { 0 } else { n * k });
                }
                Err(AssignError::Impossible(shortage)) => {
                    assert!(n > 0 && k >= n && shortage.verify(&cohort, &assigner).unwrap());
                }
                Err(error) => panic!("n {n}, k {k}: {error}"),
            }
        }
    }
}

#[test]
fn people_without_works_and_works_without_people() {
    let assign = |cohort: &Cohort, k| Assigner::new(k).assign(cohort, Seed::new(1));
    let no_works = Cohort::builder(3).unwrap().build();
    assert_eq!(assign(&no_works, 0).unwrap().graph().reviews(), 0);
    assert!(matches!(assign(&no_works, 1), Err(AssignError::Impossible(_))));
    let mut no_people = Cohort::builder(0).unwrap();
    no_people.submission(&[]).unwrap();
    let no_people = no_people.build();
    assert_eq!(assign(&no_people, 2).unwrap().graph().reviews(), 0);

    // Two people without a work review two works of nobody; one who wrote both reviews none.
    let mut strangers = Cohort::builder(3).unwrap();
    let author = PersonId::new(2);
    strangers.submission(&[author]).unwrap();
    strangers.submission(&[author]).unwrap();
    strangers.quota(author, 0).unwrap();
    let strangers = strangers.build();
    assert_eq!(assign(&strangers, 2).unwrap().graph().reviews(), 4);

    // Nobody has anything to give: all are staff, or have a quota of 0.
    for staff in [true, false] {
        let mut cohort = Cohort::builder(4).unwrap();
        for person in (0..4).map(PersonId::new) {
            cohort.submission(&[person]).unwrap();
            if staff { cohort.staff(person) } else { cohort.quota(person, 0) }.unwrap();
        }
        let cohort = cohort.build();
        assert_eq!(assign(&cohort, 3).unwrap().graph().reviews(), 0);
    }
    let mut greedy = Cohort::builder(2).unwrap();
    for person in (0..2).map(PersonId::new) {
        greedy.submission(&[person]).unwrap();
        greedy.quota(person, u32::MAX).unwrap();
    }
    assert!(matches!(assign(&greedy.build(), 1), Err(AssignError::Impossible(_))));
}
