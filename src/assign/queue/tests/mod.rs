//! The queue against a naive model, replays, written queues, and refusals.

mod model;
#[cfg(feature = "serde")]
mod written;

use proptest::prelude::*;

use super::*;
use model::{Event, Model, Settings, person, tell, work};

/// A course, the rules of its queue, and what is tried there, each a while after the last.
#[derive(Debug, Clone)]
struct Story {
    cohort: Cohort,
    settings: Settings,
    events: Vec<(Event, u64)>,
}

impl Story {
    fn config(&self) -> QueueConfig {
        let s = &self.settings;
        QueueConfig::default()
            .reviews(s.reviews)
            .target(s.target)
            .beyond_target(s.beyond)
            .lease(s.lease)
            .open_at_once(u32::try_from(s.open).unwrap())
            .backlog(u32::try_from(s.backlog).unwrap())
            .policy(s.policy)
            .submit_first(s.submit_first)
            .same_section(s.same_section)
            .forbid(s.forbidden.iter().copied())
            .exemplars(s.exemplars.iter().copied(), u32::try_from(s.each).unwrap())
    }

    fn queue(&self) -> ReviewQueue {
        ReviewQueue::new(&self.cohort, self.config(), Seed::new(7)).unwrap()
    }

    /// The events with their times.
    fn timed(&self) -> impl Iterator<Item = (Event, u64)> {
        self.events.iter().scan(0, |now, &(event, later)| {
            *now += later;
            Some((event, *now))
        })
    }

    /// A queue after all of it.
    fn told(&self) -> ReviewQueue {
        let mut queue = self.queue();
        for (event, now) in self.timed() {
            let _ = tell(&mut queue, event, now);
        }
        queue
    }
}

const PEOPLE: u32 = 7;
const WORKS: u32 = 8;

/// Five work alone, two as a team (work 5), work 6 has no author, work 7 may be an exemplar, person
/// 6 wrote with person 5; person 4 may be staff.
fn cohort(staff: bool, quota: Option<u32>) -> Cohort {
    let mut cohort = Cohort::builder(PEOPLE as usize).unwrap();
    for author in 0..5 {
        cohort.submission(&[person(author)]).unwrap();
        cohort.section(person(author), author % 2).unwrap();
    }
    cohort.submission(&[person(5), person(6)]).unwrap();
    cohort.submission(&[]).unwrap();
    cohort.submission(&[]).unwrap();
    if staff {
        cohort.staff(person(4)).unwrap();
    }
    if let Some(quota) = quota {
        cohort.quota(person(0), quota).unwrap();
    }
    cohort.build()
}

fn event() -> impl Strategy<Value = Event> {
    let review = || ((0..PEOPLE).prop_map(person), (0..WORKS).prop_map(work));
    prop_oneof![
        4 => (0..WORKS).prop_map(|s| Event::Submit(work(s))),
        8 => (0..PEOPLE).prop_map(|p| Event::Request(person(p))),
        4 => review().prop_map(|(p, s)| Event::Start(p, s)),
        16 => review().prop_map(|(p, s)| Event::Complete(p, s)),
        4 => review().prop_map(|(p, s)| Event::Decline(p, s)),
        1 => (0..PEOPLE).prop_map(|p| Event::Withdraw(person(p))),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        Just(Policy::Fifo),
        Just(Policy::LeastReviewed),
        Just(Policy::Random),
        Just(Policy::CompletersFirst),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let numbers = (0..5_u32, 0..4_u32, prop_oneof![Just(0), Just(1), Just(u32::MAX)], 1..30_u64);
    let pairs = prop::collection::vec((0..WORKS, 0..PEOPLE), 0..3);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (numbers, policy(), 1..3_usize, 0..3_usize, flags, pairs).prop_map(
        |((reviews, target, beyond, lease), policy, open, backlog, flags, pairs)| Settings {
            reviews,
            target,
            beyond,
            lease,
            open,
            backlog,
            policy,
            submit_first: flags.0,
            same_section: flags.1,
            forbidden: pairs.into_iter().map(|(s, p)| (work(s), person(p))).collect(),
            exemplars: vec![work(7)],
            each: usize::from(flags.2),
        },
    )
}

fn story() -> impl Strategy<Value = Story> {
    let events =
        prop::collection::vec((event(), prop_oneof![3 => 0..3_u64, 1 => 0..20_u64]), 0..250);
    let cohort =
        (any::<bool>(), prop::option::of(0..3_u32)).prop_map(|(staff, quota)| cohort(staff, quota));
    (cohort, settings(), events, any::<bool>()).prop_map(
        |(cohort, settings, mut events, closes)| {
            if closes {
                let at = events.len() / 2;
                events.insert(at, (Event::Close, 1));
            }
            Story { cohort, settings, events }
        },
    )
}

fn agree(queue: &ReviewQueue, model: &Model<'_>) -> Result<(), TestCaseError> {
    for s in (0..WORKS).map(work) {
        if let Some(load) = queue.load(s) {
            let expected = (model.completed(s), model.load(s));
            prop_assert_eq!((load.completed(), load.completed() + load.open()), expected);
        }
    }
    for p in (0..PEOPLE).map(person) {
        prop_assert_eq!(queue.progress(p).unwrap().given(), model.given(p));
    }
    let (people, works) = (PEOPLE as usize, WORKS as usize);
    let graph = crate::ReviewGraph::from_pairs(people, works, &model.pairs()).unwrap();
    prop_assert_eq!(queue.graph(), graph);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Every answer is one that a look through all works allows, and what is refused changes
    /// nothing.
    #[test]
    fn answers_are_those_of_a_naive_model(story in story()) {
        let mut queue = story.queue();
        let mut model = Model::new(&story.cohort, &story.settings);
        for (event, now) in story.timed() {
            let before = queue.clone();
            let answer = tell(&mut queue, event, now);
            if answer.is_err() {
                prop_assert_eq!(&queue, &before);
            }
            model.accepts(event, now, &answer).map_err(TestCaseError::fail)?;
        }
        agree(&queue, &model)?;
    }

    /// The same events give the same queue; when leases are ended changes nothing.
    #[test]
    fn a_replay_is_equal_however_often_leases_are_ended(
        story in story(),
        ends in prop::collection::vec(0..4_u64, 250),
    ) {
        let mut queue = story.queue();
        let mut last = 0;
        for ((event, now), early) in story.timed().zip(ends) {
            if let Some(before) = now.checked_sub(early).filter(|&before| before >= last) {
                queue.expire(before).unwrap();
            }
            let _ = tell(&mut queue, event, now);
            last = now;
        }
        let mut told = story.told();
        told.expire(last).unwrap();
        queue.expire(last).unwrap();
        prop_assert_eq!(queue, told);
    }

    /// Time that runs backwards is refused, whatever the event.
    #[test]
    fn time_does_not_run_backwards(story in story(), event in event()) {
        let mut queue = story.told();
        queue.expire(queue.now() + 5).unwrap();
        let before = queue.clone();
        let earlier = queue.now() - 1;
        prop_assert!(tell(&mut queue, event, earlier).is_err());
        prop_assert!(queue.expire(earlier).is_err());
        prop_assert_eq!(queue, before);
    }

    /// The reports agree with one another.
    #[test]
    fn reports_add_up(story in story()) {
        let queue = story.told();
        let starving = queue.starving();
        let lacks = |s: &&SubmissionId| {
            let load = queue.load(**s).unwrap();
            load.completed() < story.settings.target && !queue.is_withdrawn(**s)
        };
        prop_assert_eq!(starving.len(), queue.submitted().iter().filter(lacks).count());
        prop_assert!(starving.is_sorted_by_key(|s| (s.load().completed(), s.load().open())));
        prop_assert!(queue.waiting().is_sorted_by_key(Waiting::since));
        for p in (0..PEOPLE).map(person) {
            let bars = queue.bars(p).unwrap();
            let all = [bars.own(), bars.seen(), bars.forbidden(), bars.section(), bars.closed()];
            let all = all.iter().sum::<usize>() + bars.free();
            prop_assert_eq!(all, queue.submitted().len());
            let progress = queue.progress(p).unwrap();
            prop_assert_eq!(progress.open() as usize, queue.open(p).count());
            prop_assert!(progress.started() <= progress.open());
        }
    }
}

/// Everybody's work is in at tick 0.
fn full(n: u32, config: QueueConfig, seed: u64) -> ReviewQueue {
    let cohort = Cohort::individuals(n as usize).unwrap();
    let mut queue = ReviewQueue::new(&cohort, config, Seed::new(seed)).unwrap();
    (0..n).for_each(|s| queue.submit(work(s), 0).unwrap());
    queue
}

fn new(served: Served) -> SubmissionId {
    match served {
        Served::New(lease) => lease.submission(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn loads_differ_by_one_at_most_where_nothing_conflicts() {
    // Reviewers have no works and give one review each: no work is barred from anybody.
    let mut cohort = Cohort::builder(203).unwrap();
    (0..50).for_each(|_| assert!(cohort.submission(&[]).is_ok()));
    let config = QueueConfig::default().reviews(1).policy(Policy::LeastReviewed);
    let mut queue = ReviewQueue::new(&cohort.build(), config, Seed::new(1)).unwrap();
    (0..50).for_each(|s| queue.submit(work(s), 0).unwrap());
    for p in 0..203 {
        let now = u64::from(p);
        let s = new(queue.request(person(p), now).unwrap());
        if p % 3 == 0 {
            queue.complete(person(p), s, now).unwrap();
        }
        let load = |s| queue.load(work(s)).map(|load| load.completed() + load.open()).unwrap();
        let (least, most) = (0..50).map(load).fold((u32::MAX, 0), |(a, b), x| (a.min(x), b.max(x)));
        assert!(most - least <= 1, "{least}..{most} after {p}");
    }
}

/// Chi-squared with 8 degrees of freedom: 26.1 at 0.001.
#[test]
fn ties_are_broken_uniformly() {
    let mut count = [0_u32; 10];
    let seeds = 9000;
    for seed in 0..seeds {
        let config = QueueConfig::default().policy(Policy::LeastReviewed);
        let mut queue = full(10, config, seed);
        count[new(queue.request(person(3), 1).unwrap()).index()] += 1;
    }
    assert_eq!(count[3], 0);
    let expected = seeds as f64 / 9.0;
    let others = (0..10).filter(|&i| i != 3).map(|i| f64::from(count[i]) - expected);
    let x2 = others.map(|x| x * x).sum::<f64>() / expected;
    assert!(x2 < 26.1, "{x2}: {count:?}");
}

#[test]
fn a_late_review_counts_and_an_expired_one_is_not_served_again() {
    let mut queue = full(3, QueueConfig::default().lease(10).beyond_target(0).target(2), 1);
    let ana = person(0);
    let first = new(queue.request(ana, 0).unwrap());
    assert_eq!(queue.expire(9).unwrap(), []);
    assert_eq!(queue.expire(10).unwrap(), [(first, ana)]);
    let second = new(queue.request(ana, 11).unwrap());
    assert_ne!(first, second);
    queue.decline(ana, second, 12).unwrap();
    assert_eq!(queue.request(ana, 13).unwrap(), Served::Wait(Wait::NoWork));
    let again = queue.start(ana, first, 13).unwrap_err();
    assert_eq!(again, QueueError::Ended { person: ana, submission: first, how: "expired" });
    assert_eq!(queue.complete(ana, first, 14).unwrap(), Completion::Late);
    let progress = queue.progress(ana).unwrap();
    assert_eq!((progress.given(), progress.late(), progress.declined()), (1, 1, 1));
    assert_eq!((progress.expired(), progress.open()), (0, 0));
    assert_eq!(queue.load(first).unwrap().completed(), 1);
    assert_eq!(queue.graph().submissions_of(ana), [first]);
    for how in [queue.complete(ana, first, 15).err(), queue.decline(ana, first, 15).err()] {
        let ended = QueueError::Ended { person: ana, submission: first, how: "completed" };
        assert_eq!(how, Some(ended));
    }
    assert_eq!(queue.waiting()[0].since(), 13);
    assert_eq!(queue.waiting()[0].person(), ana);
}

#[test]
fn exemplars_come_first_in_equal_numbers_and_count_in_no_quota() {
    let mut cohort = Cohort::builder(30).unwrap();
    (0..30).for_each(|p| assert!(cohort.submission(&[person(p)]).is_ok()));
    let exemplars = [30, 31, 32, 33].map(work);
    (0..4).for_each(|_| assert!(cohort.submission(&[]).is_ok()));
    let config = QueueConfig::default().reviews(1).backlog(29).exemplars(exemplars, 2);
    let mut queue = ReviewQueue::new(&cohort.build(), config, Seed::new(1)).unwrap();
    assert!(matches!(queue.submit(work(30), 0), Err(QueueError::Exemplar { .. })));
    for p in 0..30 {
        queue.submit(work(p), u64::from(p)).unwrap();
        for _ in 0..2 {
            let Served::New(lease) = queue.request(person(p), u64::from(p)).unwrap() else {
                panic!("no exemplar for {p}")
            };
            assert!(lease.is_exemplar());
            queue.complete(person(p), lease.submission(), u64::from(p)).unwrap();
            let loads = exemplars.map(|s| queue.load(s).unwrap().completed());
            let least = loads.iter().min().unwrap();
            assert!(loads.iter().all(|load| load - least <= 1), "{loads:?}");
        }
    }
    let served = queue.request(person(0), 30).unwrap();
    assert!(matches!(served, Served::New(lease) if !lease.is_exemplar()), "{served:?}");
    assert_eq!(queue.progress(person(0)).unwrap().exemplars(), 2);
    assert_eq!(queue.progress(person(0)).unwrap().given(), 0);
}

#[test]
fn nonsense_is_named() {
    let mut queue = full(3, QueueConfig::default(), 1);
    let (ana, stranger, nothing) = (person(0), person(3), work(3));
    let (people, submissions) = (3, 3);
    assert_eq!(
        queue.request(stranger, 1),
        Err(QueueError::UnknownPerson { person: stranger, people })
    );
    let unknown = QueueError::UnknownSubmission { submission: nothing, submissions };
    assert_eq!(queue.submit(nothing, 1), Err(unknown.clone()));
    assert_eq!(queue.complete(ana, nothing, 1), Err(unknown));
    let not_served = QueueError::NotServed { person: ana, submission: work(1) };
    assert_eq!(queue.start(ana, work(1), 1), Err(not_served));
    queue.withdraw(ana, 2).unwrap();
    assert_eq!(queue.request(ana, 2), Err(QueueError::Withdrawn { person: ana }));
    assert_eq!(queue.withdraw(ana, 2), Err(QueueError::Withdrawn { person: ana }));
    assert_eq!(queue.expire(1), Err(QueueError::Backwards { now: 1, last: 2 }));
    assert!(queue.progress(stranger).is_none() && queue.bars(stranger).is_none());
    assert!(queue.load(nothing).is_none() && queue.open(stranger).next().is_none());
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let make = |config: QueueConfig| {
        ReviewQueue::new(&Cohort::individuals(2).unwrap(), config, Seed::new(1)).unwrap_err()
    };
    let config = QueueConfig::default;
    assert_eq!(make(config().lease(0)), QueueError::Zero { what: "the lease" });
    let open = make(config().open_at_once(0));
    assert_eq!(open, QueueError::Zero { what: "the number of open reviews" });
    let few = make(config().exemplars([work(0), work(0)], 2));
    assert_eq!(few, QueueError::TooFewExemplars { each: 2, there: 1 });
    let unknown = QueueError::UnknownSubmission { submission: work(2), submissions: 2 };
    assert_eq!(make(config().exemplars([work(2)], 0)), unknown);
    let pair = make(config().forbid([(work(0), person(2))]));
    assert!(matches!(pair, QueueError::Forbidden(_)), "{pair}");
}

#[test]
fn extreme_settings_do_no_harm() {
    for n in [0, 1, 2] {
        for policy in [Policy::Fifo, Policy::LeastReviewed, Policy::CompletersFirst] {
            let all = u32::MAX;
            let config = QueueConfig::default().reviews(all).target(all).lease(u64::MAX);
            let config = config.open_at_once(all).policy(policy);
            let mut queue = full(n, config, 1);
            for p in (0..n).map(person) {
                while let Served::New(lease) = queue.request(p, u64::MAX).unwrap() {
                    assert_eq!(lease.until(), u64::MAX);
                }
            }
            let none = full(n, QueueConfig::default().reviews(0).target(0).policy(policy), 1);
            assert_eq!(none.graph().reviews(), 0);
        }
    }
}
