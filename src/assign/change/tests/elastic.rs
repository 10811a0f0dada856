//! Quotas within ranges: who gives one review more is open.

use super::*;
use crate::assign::plan::Violation;

/// The loads of an even plan beside kept reviews, as ranges.
fn is_possible(rules: &Rules<'_>) -> bool {
    let beside = |(low, high): (u32, u32), kept| (low - kept, high - kept);
    let give = |r| beside(rules.give(Stage::Even, r), rules.kept_len(r));
    let take = |s| beside(rules.take(Stage::Even, s), rules.kept_by(s));
    let give: Vec<_> = rules.people().map(give).collect();
    let take: Vec<_> = open(rules).map(take).collect();
    within(&network(rules).allowed, &give, &take)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_within_ranges_is_found_exactly_where_an_even_plan_exists(
        people in 3..9_u32,
        (give, receive) in ((0..3_u32, 0..5_u32), (0..3_u32, 0..5_u32)),
        reviews in 1..5_usize,
        started in prop::collection::vec(any::<bool>(), 16),
        out in prop::collection::vec(0..9_u32, 0..3),
        forbidden in prop::collection::vec((0..9_u32, 0..9_u32), 0..5),
        (top_up, seed) in (0..3_usize, 0..4_u64),
    ) {
        let cohort = Cohort::individuals(people as usize).unwrap();
        let first = Assigner::new(reviews).give(give.0, give.0 + give.1);
        let first = first.receive(receive.0, receive.0 + receive.1);
        let Ok(plan) = first.assign(&cohort, Seed::new(seed)) else { return Ok(()) };
        let forbidden: Pairs = forbidden.iter().map(|&(s, r)| pair(s % people, r % people)).collect();
        let now = first.forbid(forbidden.iter().copied());
        let mut bits = started.iter().cycle();
        let started = plan.graph().iter().filter(|_| bits.next() == Some(&true));
        let started: Pairs = started.filter(|pair| !forbidden.contains(pair)).collect();
        let out = self::people(out.into_iter().map(|id| id % people));
        let change = Change::new(&plan).started(started.iter().copied()).withdraw(out);
        let effective = change.rules(&cohort, &now).unwrap();
        let rules = Rules::new(&effective, &cohort);
        match (rules, change.apply(&cohort, &now, Seed::new(seed))) {
            (Ok(rules), Ok(changed)) => {
                check_delta(&plan, &started, &changed);
                prop_assert!(is_possible(&rules));
                prop_assert_eq!(changed.verify(&cohort), Ok(()));
                prop_assert_eq!(changed.missing(), 0);
                prop_assert!(changed.notes().is_empty());
            }
            (rules, Err(ChangeError::Assign(AssignError::Impossible(shortage)))) => {
                prop_assert!(rules.is_err() || !is_possible(&rules.unwrap()), "{}", shortage);
                prop_assert_eq!(shortage.verify(&cohort, &effective), Ok(true), "{}", shortage);
            }
            (rules, result) => prop_assert!(false, "{:?}: {:?}", rules.err(), result),
        }
        if let Ok(changed) = change.top_up(top_up).apply(&cohort, &now, Seed::new(seed)) {
            check_delta(&plan, &started, &changed);
            prop_assert_eq!(changed.verify(&cohort), Ok(()));
        }
    }
}

/// Found by fuzzing: seven people for works that take 35 reviews, where five each and a kept one are 36.
#[test]
fn who_gives_one_less_is_no_proof() {
    let cohort = Cohort::individuals(8).unwrap();
    let rules = Assigner::new(5).give(1, 5).receive(1, 5);
    for seed in 0..20 {
        let plan = rules.assign(&cohort, Seed::new(seed)).unwrap();
        let work = plan.graph().submissions_of(PersonId::new(1))[0];
        let change = Change::new(&plan).started([(work, PersonId::new(1))]);
        let change = change.withdraw([PersonId::new(1)]);
        let changed = change.apply(&cohort, &rules, Seed::new(seed)).unwrap();
        changed.verify(&cohort).unwrap();
        assert_eq!(changed.plan().graph().reviews(), 35);
        assert!(changed.notes().is_empty() && changed.missing() == 0);
    }
}

/// Even loads cannot be where a work is barred to nearly all, though wider ranges could.
#[test]
fn a_proof_for_even_loads_says_so() {
    let cohort = Cohort::individuals(5).unwrap();
    let before = Assigner::new(2).receive(1, 4);
    let plan = before.assign(&cohort, Seed::new(1)).unwrap();
    let now = before.clone().forbid((2..5).map(|reviewer| pair(0, reviewer)));
    let change = Change::new(&plan);
    let error = change.apply(&cohort, &now, Seed::new(2)).unwrap_err();
    let ChangeError::Assign(AssignError::Impossible(shortage)) = error else { panic!("{error}") };
    assert!(shortage.is_of_even_loads());
    assert!(shortage.to_string().starts_with("impossible with even loads: "), "{shortage}");
    assert_eq!(shortage.verify(&cohort, &now), Ok(true));
    assert_eq!(shortage.verify(&cohort, &before), Ok(false), "of other rules");
    now.assign(&cohort, Seed::new(2)).unwrap();
    // Without ranges the same numbers are a proof for every plan.
    let exact = Assigner::new(2).forbid((2..5).map(|reviewer| pair(0, reviewer)));
    let Err(AssignError::Impossible(other)) = exact.assign(&cohort, Seed::new(2)) else { panic!() };
    assert!(!other.is_of_even_loads());
    assert_eq!(other.verify(&cohort, &now), Ok(false), "ranges let it be");
}

/// A course of ten whose last two are staff, with a check of each of four works.
fn checked(each: usize) -> (Cohort, Assigner) {
    let mut cohort = Cohort::builder(10).unwrap();
    for author in 0..8 {
        cohort.submission(&[PersonId::new(author)]).unwrap();
    }
    cohort.staff(PersonId::new(8)).unwrap().staff(PersonId::new(9)).unwrap();
    let works = (0..4).map(SubmissionId::new);
    (cohort.build(), Assigner::new(2).spot_checks(works, each))
}

#[test]
fn checks_by_staff_stay_as_far_as_they_are_asked_for() {
    let (cohort, twice) = checked(2);
    let (_, once) = checked(1);
    let plan = twice.assign(&cohort, Seed::new(1)).unwrap();
    let of_staff = |changed: &Changed| -> Pairs {
        changed.plan().graph().iter().filter(|(_, r)| r.get() >= 8).collect()
    };
    let apply = |change: Change<'_>, rules: &Assigner| {
        let changed = change.apply(&cohort, rules, Seed::new(2)).unwrap();
        changed.verify(&cohort).unwrap();
        changed
    };
    assert_eq!(of_staff(&apply(Change::new(&plan), &twice)).len(), 8);
    let fewer = of_staff(&apply(Change::new(&plan), &once));
    assert_eq!(fewer.iter().map(|&(work, _)| work.get()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let kept = (0..4).map(|work| pair(work, 9));
    let fewer = of_staff(&apply(Change::new(&plan).started(kept.clone()), &once));
    assert_eq!(fewer, kept.collect::<Pairs>());
    // Who leaves gives what has been started, and no more.
    let gone = Change::new(&plan).started([pair(2, 8)]).withdraw(people([8]));
    let left = of_staff(&apply(gone, &twice));
    assert_eq!(left.iter().filter(|(_, r)| r.get() == 8).collect::<Vec<_>>(), [&pair(2, 8)]);
    assert_eq!(left.len(), 5);
}

#[test]
fn staff_check_an_exemplar_like_any_other_work() {
    let mut cohort = Cohort::builder(6).unwrap();
    for author in 0..5 {
        cohort.submission(&[PersonId::new(author)]).unwrap();
    }
    let exemplars = [0, 1].map(|_| cohort.submission(&[]).unwrap());
    cohort.staff(PersonId::new(5)).unwrap();
    let cohort = cohort.build();
    let works = exemplars.into_iter().chain([SubmissionId::new(2)]);
    let rules = Assigner::new(2).exemplars(exemplars, 1).spot_checks(works, 1);
    let staff = PersonId::new(5);
    // What staff keep of an exemplar is one of the checks.
    for rules in [rules.clone(), rules.keep([(exemplars[1], staff)])] {
        let plan = rules.assign(&cohort, Seed::new(1)).unwrap();
        plan.verify(&cohort, &rules).unwrap();
        assert_eq!(plan.graph().submissions_of(staff), [2, 5, 6].map(SubmissionId::new));
        let peers = |s: &SubmissionId| plan.graph().reviewers_of(*s).len() - 1;
        let mut received = exemplars.each_ref().map(peers);
        received.sort_unstable();
        assert_eq!(received, [2, 3]);
        let changed = Change::new(&plan).started([(exemplars[0], staff)]);
        let changed = changed.apply(&cohort, &rules, Seed::new(2)).unwrap();
        changed.verify(&cohort).unwrap();
        assert_eq!(changed.plan().graph().submissions_of(staff).len(), 3);
    }
}

#[test]
fn verify_counts_the_checks_by_staff() {
    let (cohort, twice) = checked(2);
    let (_, once) = checked(1);
    let plan = twice.assign(&cohort, Seed::new(1)).unwrap();
    let changed = Change::new(&plan).apply(&cohort, &twice, Seed::new(2)).unwrap();
    let too_many = Changed { rules: once, ..changed.clone() };
    let violation =
        Violation::Received { submission: SubmissionId::new(0), received: 2, low: 0, high: 1 };
    assert_eq!(too_many.verify(&cohort), Err(violation));
    let excused = Changed { rules: twice.clone().excuse([PersonId::new(9)]), ..changed.clone() };
    let what = "submissions";
    let violation =
        Violation::Given { reviewer: PersonId::new(9), what, given: 4, low: 0, high: 0 };
    assert_eq!(excused.verify(&cohort), Err(violation));
    let mut pairs: Pairs = changed.plan().graph().iter().collect();
    pairs.push(pair(5, 8));
    let mut unasked = changed;
    unasked.plan.graph = ReviewGraph::from_pairs(10, 8, &pairs).unwrap();
    let violation =
        Violation::Received { submission: SubmissionId::new(5), received: 1, low: 0, high: 0 };
    assert_eq!(unasked.verify(&cohort), Err(violation));
}
