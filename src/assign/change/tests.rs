//! Laws of changes on random courses against an independent flow, and the cases of a real course.

use proptest::prelude::*;
use proptest::strategy::Strategy;

mod elastic;

use super::*;
use crate::assign::quality::Quality;
use crate::assign::tests::exists as within;

fn pair(submission: u32, reviewer: u32) -> (SubmissionId, PersonId) {
    (SubmissionId::new(submission), PersonId::new(reviewer))
}

fn people(ids: impl IntoIterator<Item = u32>) -> Vec<PersonId> {
    ids.into_iter().map(PersonId::new).collect()
}

/// What there is to review, who may, and how much: reviewers by rows.
struct Network {
    allowed: Vec<Vec<bool>>,
    quotas: Vec<u32>,
    low: Vec<u32>,
    high: Vec<u32>,
}

/// The network beside kept reviews.
fn network(rules: &Rules<'_>) -> Network {
    let pool: Vec<SubmissionId> = open(rules).collect();
    let free = |r: PersonId, s: SubmissionId| rules.allows(r, s) && !rules.kept(r).contains(&s);
    Network {
        allowed: rules.people().map(|r| pool.iter().map(|&s| free(r, s)).collect()).collect(),
        quotas: rules.people().map(|r| rules.quota(r) - to_u32(rules.kept(r).len())).collect(),
        low: pool.iter().map(|&s| rules.low(s) - rules.kept_by(s)).collect(),
        high: pool.iter().map(|&s| rules.high(s) - rules.kept_by(s)).collect(),
    }
}

/// Whether a plan exists in which everybody gives this many.
fn exists(allowed: &[Vec<bool>], quotas: &[u32], low: &[u32], high: &[u32]) -> bool {
    let give: Vec<_> = quotas.iter().map(|&quota| (quota, quota)).collect();
    let take: Vec<_> = low.iter().copied().zip(high.iter().copied()).collect();
    within(allowed, &give, &take)
}

/// The submissions that may receive new reviews.
fn open<'a>(rules: &'a Rules<'_>) -> impl Iterator<Item = SubmissionId> + 'a {
    rules.pool().filter(|&submission| !rules.is_closed(submission))
}

fn is_possible(rules: &Rules<'_>) -> bool {
    let network = network(rules);
    exists(&network.allowed, &network.quotas, &network.low, &network.high)
}

/// Whether submissions can be lifted to these numbers of reviews beside kept ones, if reviewers
/// give up to `extra` more.
fn can_lift(rules: &Rules<'_>, wanted: &[u32], extra: u32) -> bool {
    let mut network = network(rules);
    for (reviewer, quota) in rules.people().zip(&mut network.quotas) {
        let more = rules.quota(reviewer) > 0
            && !rules.is_excused(reviewer)
            && !rules.cohort().is_staff(reviewer);
        *quota += if more { extra } else { 0 };
    }
    // Nothing is asked of reviewers: submissions give to them.
    let by_submission: Vec<Vec<bool>> =
        (0..wanted.len()).map(|s| network.allowed.iter().map(|row| row[s]).collect()).collect();
    let none = vec![0; network.quotas.len()];
    exists(&by_submission, wanted, &none, &network.quotas)
}

/// A course before and after: team sizes, late teams, quotas, forbidden pairs, what was started.
#[derive(Debug, Clone)]
struct Story {
    before: Cohort,
    now: Cohort,
    first: Assigner,
    second: Assigner,
    started: Vec<bool>,
    withdrawn: Vec<PersonId>,
    absent: Vec<PersonId>,
    top_up: usize,
}

fn cohort(sizes: &[u32], quotas: &[(u32, u32)]) -> Cohort {
    let people = sizes.iter().sum::<u32>();
    let mut cohort = Cohort::builder(people as usize).unwrap();
    let mut next = 0;
    for size in sizes {
        cohort.submission(&self::people(next..next + size)).unwrap();
        next += size;
    }
    for &(person, quota) in quotas.iter().filter(|(person, _)| *person < people) {
        let person = PersonId::new(person);
        if quota == 4 {
            cohort.staff(person).unwrap();
        } else {
            cohort.quota(person, quota).unwrap();
        }
    }
    cohort.build()
}

/// Small courses in which everything changes at once.
fn story(teams: usize, largest: u32) -> impl Strategy<Value = Story> {
    let course = (
        prop::collection::vec(1..=largest, 2..teams),
        prop::collection::vec(1..=largest, 0..3),
        (0..4_usize, 0..4_usize),
        prop::collection::vec((0..20_u32, 0..5_u32), 0..2),
        prop::collection::vec((0..20_u32, 0..5_u32), 0..2),
    );
    let events = (
        prop::collection::vec((0..20_u32, 0..20_u32), 0..6),
        prop::collection::vec(any::<bool>(), 16),
        prop::collection::vec(0..20_u32, 0..3),
        prop::collection::vec(0..20_u32, 0..3),
        0..3_usize,
        0..4_u32,
    );
    (course, events).prop_map(|((sizes, late, (k, k_now), quotas, quotas_now), events)| {
        let (forbidden, started, withdrawn, absent, top_up, shares) = events;
        let all = [&sizes[..], &late].concat();
        let (before, now) = (cohort(&sizes, &quotas), cohort(&all, &quotas_now));
        let count = to_u32(now.people());
        let ids = |list: Vec<u32>| people(list.into_iter().map(|id| id % count));
        let forbidden = forbidden.iter().map(|&(s, r)| pair(s % to_u32(all.len()), r % count));
        let started = started.iter().map(|&bit| bit && shares > 0 || shares > 2).collect();
        Story {
            before,
            now,
            first: Assigner::new(k),
            second: Assigner::new(k_now).forbid(forbidden),
            started,
            withdrawn: ids(withdrawn),
            absent: ids(absent),
            top_up,
        }
    })
}

impl Story {
    /// The plan of before, and what was started of it: nothing that a rule bars by now.
    fn begin(&self, seed: u64) -> Option<(ReviewPlan, Pairs)> {
        let plan = self.first.assign(&self.before, Seed::new(seed)).ok()?;
        let mut bits = self.started.iter().cycle();
        let all = plan.graph().iter().filter(|_| bits.next() == Some(&true));
        let started = all.filter(|pair| !self.bars(*pair)).collect();
        Some((plan, started))
    }

    fn bars(&self, (submission, reviewer): (SubmissionId, PersonId)) -> bool {
        self.now.is_author(reviewer, submission)
            || self.second.forbidden.contains(&(submission, reviewer))
    }

    fn change<'a>(&self, plan: &'a ReviewPlan, started: &Pairs) -> Change<'a> {
        Change::new(plan)
            .started(started.iter().copied())
            .withdraw(self.withdrawn.iter().copied())
            .no_show(self.absent.iter().copied())
    }
}

/// What holds of every changed plan.
fn check_delta(plan: &ReviewPlan, started: &Pairs, changed: &Changed) {
    let (old, new) = (plan.graph(), changed.plan().graph());
    assert!(started.iter().all(|&(s, r)| new.contains(s, r)), "a started review is gone");
    let added: Vec<_> = new.iter().filter(|&(s, r)| !old.contains(s, r)).collect();
    let removed: Vec<_> = old.iter().filter(|&(s, r)| !new.contains(s, r)).collect();
    assert_eq!((changed.added(), changed.removed()), (&added[..], &removed[..]));
}

fn received(rules: &Rules<'_>, graph: &ReviewGraph) -> Vec<u32> {
    open(rules).map(|s| to_u32(graph.reviewers_of(s).len())).collect()
}

/// The spread of a top up: the smallest number received is as great as it can be, and nobody is
/// asked for two more where one more from everybody would do.
fn check_top_up(story: &Story, change: &Change<'_>, rules: &Rules<'_>, changed: &Changed) {
    let nominal = verify::nominal(changed.rules(), &changed.absent);
    let nominal = nominal.as_ref().and_then(|nominal| Rules::new(nominal, &story.now).ok());
    let level = |s| nominal.as_ref().unwrap_or(rules).low(s);
    let graph = changed.plan().graph();
    let short = open(rules).zip(received(rules, graph)).filter(|&(s, load)| load < level(s));
    let least = short.map(|(_, load)| load).min();
    let extra = to_u32(change.top_up);
    if let Some(least) = least {
        let wanted = open(rules).map(|s| level(s).min(least + 1).max(rules.kept_by(s)));
        let wanted: Vec<u32> = open(rules).zip(wanted).map(|(s, w)| w - rules.kept_by(s)).collect();
        assert!(!can_lift(rules, &wanted, extra), "the least could be more than {least}");
    }
    let over = |r: PersonId| to_u32(graph.submissions_of(r).len()).saturating_sub(rules.quota(r));
    let most = rules.people().filter(|&r| rules.has(r)).map(over).max().unwrap_or(0);
    assert!(most <= extra);
    // An uneven level may ask for more from some than its least does.
    if most > 0 && open(rules).all(|s| level(s) == nominal.as_ref().unwrap_or(rules).high(s)) {
        let wanted: Vec<u32> = open(rules).map(|s| level(s) - rules.kept_by(s)).collect();
        assert!(!can_lift(rules, &wanted, most - 1), "{most} more where fewer do");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_is_found_exactly_where_a_plan_exists(story in story(8, 3), seed in 0..4_u64) {
        let Some((plan, started)) = story.begin(seed) else { return Ok(()) };
        let change = story.change(&plan, &started);
        let effective = change.rules(&story.now, &story.second).unwrap();
        let result = change.apply(&story.now, &story.second, Seed::new(seed));
        let fresh = effective.assign(&story.now, Seed::new(seed));
        match (Rules::new(&effective, &story.now), result) {
            (Ok(rules), Ok(changed)) => {
                check_delta(&plan, &started, &changed);
                prop_assert_eq!(changed.verify(&story.now), Ok(()));
                prop_assert_eq!(changed.plan().verify(&story.now, &effective), Ok(()));
                prop_assert!(is_possible(&rules) && fresh.is_ok());
            }
            (rules, Err(ChangeError::Assign(AssignError::Impossible(shortage)))) => {
                prop_assert!(shortage.supply() < shortage.demand());
                if let Ok(rules) = rules {
                    prop_assert!(!is_possible(&rules), "{}", shortage);
                    prop_assert!(fresh.is_err());
                }
                prop_assert!(shortage.verify(&story.now, &effective).unwrap());
            }
            (rules, result) => prop_assert!(false, "{:?}: {:?}", rules.err(), result),
        }
    }

    #[test]
    fn a_top_up_is_as_even_as_it_can_be(story in story(8, 3), seed in 0..4_u64) {
        let Some((plan, started)) = story.begin(seed) else { return Ok(()) };
        let change = story.change(&plan, &started);
        let strict = change.apply(&story.now, &story.second, Seed::new(seed));
        let change = change.top_up(story.top_up + 1);
        let Ok(changed) = change.apply(&story.now, &story.second, Seed::new(seed)) else {
            prop_assert!(strict.is_err());
            return Ok(());
        };
        check_delta(&plan, &started, &changed);
        prop_assert_eq!(changed.verify(&story.now), Ok(()));
        let rules = Rules::new(changed.rules(), &story.now).unwrap();
        check_top_up(&story, &change, &rules, &changed);
        if let (Ok(strict), []) = (strict, &changed.absent[..]) {
            prop_assert!(changed.notes().is_empty());
            prop_assert_eq!(changed.plan(), strict.plan());
        }
    }

    #[test]
    fn the_order_of_lists_changes_nothing(story in story(12, 2), seed in 0..4_u64) {
        let Some((plan, mut started)) = story.begin(seed) else { return Ok(()) };
        let seed = Seed::new(seed);
        let forward = story.change(&plan, &started).top_up(story.top_up);
        started.reverse();
        let mut back = story.clone();
        back.withdrawn.reverse();
        back.absent.reverse();
        back.second.forbidden.reverse();
        let twice = back.change(&plan, &started).started(started.iter().copied());
        let backward = twice.withdraw(back.withdrawn.iter().copied()).top_up(story.top_up);
        let plans = [
            forward.apply(&story.now, &story.second, seed).map(Changed::into_plan),
            forward.apply(&story.now, &story.second, seed).map(Changed::into_plan),
            backward.apply(&back.now, &back.second, seed).map(Changed::into_plan),
        ];
        prop_assert_eq!(&plans[0], &plans[1]);
        prop_assert_eq!(&plans[0], &plans[2]);
    }

    #[test]
    fn one_person_changes_little(
        k in 1..6_usize,
        times in 5..12_usize,
        share in 0..60_u32,
        leaves: bool,
        seed in 0..1000_u64,
    ) {
        let n = k * times + 3;
        let (before, assigner) = (Cohort::individuals(n).unwrap(), Assigner::new(k));
        let plan = assigner.assign(&before, Seed::new(seed)).unwrap();
        let mut stream = Seed::new(seed).derive("started").stream(Phase::PlanChange, 9);
        let started: Pairs =
            plan.graph().iter().filter(|_| stream.bounded(100) < share).collect();
        let change = Change::new(&plan).started(started.iter().copied());
        let (now, change) = if leaves {
            (before, change.withdraw([PersonId::new(0)]))
        } else {
            (Cohort::individuals(n + 1).unwrap(), change)
        };
        let Ok(changed) = change.apply(&now, &assigner, Seed::new(seed)) else {
            // Nobody has a review left that could go to the late work.
            prop_assert_eq!(started.len(), plan.graph().reviews());
            return Ok(());
        };
        check_delta(&plan, &started, &changed);
        prop_assert_eq!(changed.verify(&now), Ok(()));
        prop_assert!(changed.added().len() <= 2 * k, "{} added", changed.added().len());
        // What a person leaves is gone, and each split moves a review besides.
        let most = if leaves { 3 * k } else { k };
        prop_assert!(changed.removed().len() <= most, "{} removed", changed.removed().len());
        let rules = Rules::new(changed.rules(), &now).unwrap();
        let loads = received(&rules, changed.plan().graph());
        let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
        prop_assert!(most - least <= 1);
    }

    #[test]
    fn quotas_that_change_move_little(
        n in 30..120_usize,
        k in 2..6_usize,
        more: bool,
        seed in 0..1000_u64,
    ) {
        let cohort = Cohort::individuals(n).unwrap();
        let plan = Assigner::new(k).assign(&cohort, Seed::new(seed)).unwrap();
        let now = Assigner::new(if more { k + 1 } else { k - 1 });
        let changed = Change::new(&plan).apply(&cohort, &now, Seed::new(seed)).unwrap();
        prop_assert_eq!(changed.verify(&cohort), Ok(()));
        let (added, removed) = (changed.added().len(), changed.removed().len());
        let moved = if more { removed } else { added };
        prop_assert_eq!(added.abs_diff(removed), n);
        prop_assert!(moved * 20 <= n, "{} of {}", moved, n);
    }
}

/// Who shows up, and what they have done.
fn done_by(plan: &ReviewPlan, shows: impl Fn(PersonId) -> bool) -> Pairs {
    plan.graph().iter().filter(|&(_, reviewer)| shows(reviewer)).collect()
}

/// The derived numbers of two stages with k = 5: holding back h reviews, (1 - p) k for everybody;
/// topping up, k for everybody.
#[test]
fn two_stages_bring_everybody_to_the_same_number() {
    let n = 200_u32;
    let cohort = Cohort::individuals(n as usize).unwrap();
    for (tenths, held_back, expected) in [(2, 1, 4), (3, 2, 3)] {
        for seed in 0..5 {
            let mut ids = people(0..n);
            Seed::new(seed).stream(Phase::PlanChange, 9).shuffle(&mut ids);
            let absent = &ids[..(n * tenths / 10) as usize];
            let shows = |person| !absent.contains(&person);
            let first = Assigner::new(5 - held_back).assign(&cohort, Seed::new(seed)).unwrap();
            let second = Assigner::new(5)
                .keep(done_by(&first, shows))
                .excuse(absent.iter().copied())
                .assign(&cohort, Seed::new(seed))
                .unwrap();
            let least = cohort_loads(&cohort, &second).into_iter().min();
            assert_eq!(least, Some(expected), "p = 0.{tenths}, held back {held_back}");

            let whole = Assigner::new(5).assign(&cohort, Seed::new(seed)).unwrap();
            let change =
                Change::new(&whole).started(done_by(&whole, shows)).no_show(absent.iter().copied());
            // p k / (1 - p) more each: 1.25 and 2.14.
            let most = if tenths == 2 { 2 } else { 3 };
            let changed = change.clone().top_up(most);
            let changed = changed.apply(&cohort, &Assigner::new(5), Seed::new(seed)).unwrap();
            changed.verify(&cohort).unwrap();
            assert!(cohort_loads(&cohort, changed.plan()).into_iter().all(|load| load == 5));

            // One less for everybody raises the minimum as far as it goes, and says so.
            let less = change.top_up(most - 1);
            let less = less.apply(&cohort, &Assigner::new(5), Seed::new(seed)).unwrap();
            less.verify(&cohort).unwrap();
            let loads = cohort_loads(&cohort, less.plan());
            let short = loads.iter().filter(|&&load| load < 5).count();
            assert_eq!(less.missing(), 1000 - loads.iter().sum::<usize>());
            let noted = less.notes().iter().filter(|note| matches!(note, Note::Short { .. }));
            assert_eq!(noted.count(), short);
            assert!(short > 0 && loads.into_iter().all(|load| load >= 4));
        }
    }
}

fn cohort_loads(cohort: &Cohort, plan: &ReviewPlan) -> Vec<usize> {
    let all = (0..to_u32(cohort.submissions())).map(SubmissionId::new);
    all.map(|s| plan.graph().reviewers_of(s).len()).collect()
}

#[test]
fn no_shows_keep_their_reviewers_and_what_is_left_is_spread_evenly() {
    let cohort = Cohort::individuals(40).unwrap();
    let plan = Assigner::new(4).assign(&cohort, Seed::new(3)).unwrap();
    // Nothing has been started: without topping up 36 people give 144 reviews to 40 works.
    let change = Change::new(&plan).no_show(people(0..4));
    let changed = change.apply(&cohort, &Assigner::new(4), Seed::new(4)).unwrap();
    changed.verify(&cohort).unwrap();
    let loads = cohort_loads(&cohort, changed.plan());
    assert_eq!((loads.iter().min(), loads.iter().max()), (Some(&3), Some(&4)));
    assert_eq!(changed.notes().len(), 16);
    assert!(changed.notes().iter().all(|note| matches!(note, Note::Short { level: 4, .. })));
}

/// A level that is not whole: one work fewer reviews than the others, none left behind.
#[test]
fn a_top_up_restores_what_no_shows_leave() {
    let cohort = Cohort::individuals(41).unwrap();
    let assigner = Assigner::new(4);
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    let absent = |person: PersonId| person.get().is_multiple_of(5) && person.get() < 40;
    let done = done_by(&plan, |person| !absent(person));
    let change = Change::new(&plan).started(done).withdraw(people([7]));
    let change = change.no_show((0..41).map(PersonId::new).filter(|&person| absent(person)));
    let without = change.apply(&cohort, &assigner, Seed::new(2)).unwrap();
    assert_eq!(without.missing(), 32);
    let changed = change.top_up(2).apply(&cohort, &assigner, Seed::new(2)).unwrap();
    changed.verify(&cohort).unwrap();
    assert_eq!(changed.missing(), 0);
    let mut loads = cohort_loads(&cohort, changed.plan());
    loads.swap_remove(7);
    assert!(loads.iter().all(|&load| load == 4 || load == 5), "{loads:?}");
}

#[test]
fn a_late_work_makes_no_short_cycle_in_a_large_course() {
    let (k, n) = (4, 400);
    let plan = Assigner::new(k).assign(&Cohort::individuals(n).unwrap(), Seed::new(1)).unwrap();
    let late = 1;
    for seed in 0..20 {
        let now = Cohort::individuals(n + late).unwrap();
        let changed = Change::new(&plan).apply(&now, &Assigner::new(k), Seed::new(seed)).unwrap();
        let graph = changed.plan().graph();
        let count = |cohort: &Cohort, graph: &ReviewGraph| {
            let quality = Quality::measure(graph, cohort);
            let counts = quality.counts();
            (counts.mutual_pairs(), counts.four_cycles())
        };
        let before = count(&Cohort::individuals(n).unwrap(), plan.graph());
        let after = count(&now, graph);
        assert!(after.0 <= before.0 && after.1 <= before.1, "{before:?} {after:?}");
        assert_eq!(changed.added().len(), 2 * k * late);
        assert_eq!(changed.removed().len(), k * late);
    }
}

#[test]
fn a_team_stays_until_its_last_author_leaves() {
    let cohort = cohort(&[2, 1, 1, 1, 1, 1], &[]);
    let assigner = Assigner::new(2);
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    let received = |out: &[u32]| {
        let change = Change::new(&plan).withdraw(people(out.iter().copied()));
        let changed = change.apply(&cohort, &assigner, Seed::new(2)).unwrap();
        changed.verify(&cohort).unwrap();
        assert!(
            out.iter()
                .all(|&id| { changed.plan().graph().submissions_of(PersonId::new(id)).is_empty() })
        );
        changed.plan().graph().reviewers_of(SubmissionId::new(0)).len()
    };
    assert_eq!((received(&[1]), received(&[0, 1])), (2, 0));
}

#[test]
fn exemplars_are_handed_to_late_people_and_stay_even() {
    let course = |people: u32, late: u32| {
        let mut cohort = Cohort::builder((people + late) as usize).unwrap();
        for author in 0..people {
            cohort.submission(&[PersonId::new(author)]).unwrap();
        }
        let exemplars = [0, 1, 2].map(|_| cohort.submission(&[]).unwrap());
        for author in people..people + late {
            cohort.submission(&[PersonId::new(author)]).unwrap();
        }
        (cohort.build(), exemplars)
    };
    let (before, exemplars) = course(20, 0);
    let assigner = Assigner::new(2).exemplars(exemplars, 1);
    let plan = assigner.assign(&before, Seed::new(1)).unwrap();
    let (now, _) = course(20, 5);
    let change = Change::new(&plan).withdraw(people([0, 1, 2]));
    let changed = change.apply(&now, &assigner, Seed::new(2)).unwrap();
    changed.verify(&now).unwrap();
    let graph = changed.plan().graph();
    let loads = exemplars.map(|s| graph.reviewers_of(s).len());
    assert_eq!(loads.iter().sum::<usize>(), 22);
    assert!(loads.iter().all(|&load| load == 7 || load == 8));
    let moved = changed.removed().iter().filter(|(s, r)| exemplars.contains(s) && r.get() > 2);
    assert_eq!(moved.count(), 0, "late people fill up what others leave");
    // A started review of an exemplar stays where two are asked for and where none is.
    let started: Pairs = plan.graph().iter().filter(|(s, _)| exemplars.contains(s)).collect();
    for each in 0..3 {
        let rules = Assigner::new(2).exemplars(exemplars, each);
        let change = Change::new(&plan).started(started.iter().copied()).withdraw(people([0]));
        let changed = change.apply(&now, &rules, Seed::new(3)).unwrap();
        changed.verify(&now).unwrap();
        check_delta(&plan, &started, &changed);
    }
}

#[test]
fn what_makes_no_sense_is_named() {
    let (cohort, assigner) = (Cohort::individuals(10).unwrap(), Assigner::new(2));
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    let error = |change: Change<'_>, rules: &Assigner| {
        change.apply(&cohort, rules, Seed::new(1)).unwrap_err().to_string()
    };
    let (s, r) = plan.graph().iter().next().unwrap();
    assert_eq!(
        error(Change::new(&plan).started([(s, PersonId::new(10))]), &assigner),
        "started reviews: row 0: reviewer 10 is not one of 10 people"
    );
    let own = error(Change::new(&plan).started([pair(3, 3)]), &assigner);
    assert_eq!(own, "the started review of submission 3 by 3 is not in the plan");
    let barred = error(Change::new(&plan).started([(s, r)]), &Assigner::new(2).forbid([(s, r)]));
    assert!(barred.ends_with("is to be kept against: forbidden pairs"), "{barred}");
    assert_eq!(
        error(Change::new(&plan).no_show(people([12])), &assigner),
        "absent person 12 is not one of 10 people"
    );
    let fewer = Cohort::individuals(9).unwrap();
    assert_eq!(
        Change::new(&plan).apply(&fewer, &assigner, Seed::new(1)).unwrap_err().to_string(),
        "the plan has 10 people, the cohort of now 9"
    );
    for (rules, message) in [
        (assigner.clone().excuse(people([10])), "excused person 10 is not one of 10 people"),
        (
            assigner.clone().close([SubmissionId::new(10)]),
            "closed submission 10 is not one of 10 submissions",
        ),
    ] {
        let result = rules.assign(&cohort, Seed::new(1));
        assert_eq!(result.unwrap_err().to_string(), message);
    }
}

#[test]
fn everybody_may_leave_and_an_empty_course_may_fill() {
    let (cohort, assigner) = (Cohort::individuals(6).unwrap(), Assigner::new(2));
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    let change = Change::new(&plan).withdraw(people(0..6));
    let changed = change.apply(&cohort, &assigner, Seed::new(2)).unwrap();
    changed.verify(&cohort).unwrap();
    assert_eq!((changed.plan().graph().reviews(), changed.removed().len()), (0, 12));
    let nothing = assigner.assign(&Cohort::individuals(0).unwrap(), Seed::new(1)).unwrap();
    let changed = Change::new(&nothing).apply(&cohort, &assigner, Seed::new(2)).unwrap();
    changed.verify(&cohort).unwrap();
    assert_eq!(changed.added().len(), 12);
}

#[test]
fn nothing_changes_where_nothing_happened() {
    let (cohort, assigner) = (Cohort::individuals(50).unwrap(), Assigner::new(5));
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    let changed = Change::new(&plan).top_up(2).apply(&cohort, &assigner, Seed::new(2)).unwrap();
    assert_eq!(changed.plan().graph(), plan.graph());
    assert!(changed.added().is_empty() && changed.removed().is_empty());
    assert!(changed.notes().is_empty());
}
