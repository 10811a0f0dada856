//! What happens while a course runs: changes of a plan, the queue, reviews that come and go, people
//! who leave a jigsaw.

use peergrade::aggregate::{LivePosterior, Posterior};
use peergrade::assign::queue::{Policy, QueueConfig, ReviewQueue, Served};
use peergrade::assign::{AssignError, Change, ChangeError};
use peergrade::group::RepairPolicy;
use peergrade::{Cohort, Jigsaw, PersonId, RoundPlan, Rounds, SubmissionId};

use super::bytes::Bytes;
use super::{assign, back, course, finite};

/// Courses that run.
pub fn events(data: &[u8]) {
    let bytes = &mut Bytes::new(data);
    match bytes.below(5) {
        0 => changes(bytes),
        1 => queue(bytes),
        2 => live(bytes),
        3 => jigsaw(bytes),
        _ => rounds(bytes),
    }
}

fn changes(bytes: &mut Bytes<'_>) {
    let mut cohort = course::cohort(bytes);
    let rules = assign::assigner(bytes, &cohort);
    let Ok(mut plan) = rules.assign(&cohort, bytes.seed()) else { return };
    while !bytes.is_empty() {
        if bytes.rarely(4) {
            cohort = Cohort::individuals(cohort.people() + bytes.below(3)).unwrap();
        }
        let people = cohort.people();
        let rules = if bytes.flag() { rules.clone() } else { assign::assigner(bytes, &cohort) };
        let mut change = Change::new(&plan).withdraw(bytes.people(people));
        let pairs: Vec<_> = plan.graph().iter().filter(|_| bytes.rarely(4)).collect();
        change = change.started(pairs).no_show(bytes.people(people));
        if bytes.rarely(4) {
            change = change.started(bytes.pairs(cohort.submissions(), people));
        }
        if bytes.flag() {
            change = change.top_up(bytes.count(4));
        }
        let changed = match change.apply(&cohort, &rules, bytes.seed()) {
            Ok(changed) => changed,
            Err(ChangeError::Assign(AssignError::Impossible(shortage))) => {
                let now = change.rules(&cohort, &rules).unwrap();
                let proved = shortage.verify(&cohort, &now);
                assert_eq!(proved, Ok(true), "{shortage}\n{plan:?}\n{cohort:?}\n{now:?}");
                continue;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let kept = changed.verify(&cohort);
        assert!(kept.is_ok(), "{kept:?}\n{plan:?}\n{changed:?}\n{cohort:?}");
        plan = changed.into_plan();
        back(&plan);
    }
}

fn queue(bytes: &mut Bytes<'_>) {
    let cohort = course::cohort(bytes);
    let (people, works) = (cohort.people(), cohort.submissions());
    let policies = [Policy::Fifo, Policy::LeastReviewed, Policy::Random, Policy::CompletersFirst];
    let mut config = QueueConfig::default()
        .policy(policies[bytes.below(4)])
        .reviews(bytes.small(6))
        .target(bytes.small(6))
        .beyond_target(bytes.small(4))
        .open_at_once(bytes.small(4))
        .backlog(bytes.small(4))
        .submit_first(bytes.flag())
        .same_section(bytes.flag())
        .forbid(bytes.pairs(works, people));
    config = match bytes.byte() {
        255 => config.lease(u64::MAX),
        ticks => config.lease(ticks.into()),
    };
    if bytes.rarely(4) {
        let exemplars: Vec<_> = (0..bytes.below(3)).map(|_| bytes.submission(works)).collect();
        config = config.exemplars(exemplars, bytes.small(3));
    }
    let Ok(mut queue) = ReviewQueue::new(&cohort, config, bytes.seed()) else { return };
    let mut now = 0;
    for _ in 0..200 {
        if bytes.is_empty() {
            break;
        }
        now = match bytes.byte() {
            255 => u64::MAX,
            254 => 0,
            ticks => queue.now().saturating_add(u64::from(ticks % 16)).max(now),
        };
        let (person, work) = (bytes.person(people), bytes.submission(works));
        let before = queue.clone();
        let taken = match bytes.below(8) {
            0 => queue.submit(work, now).is_ok(),
            1 => queue.start(person, work, now).is_ok(),
            2 => queue.complete(person, work, now).is_ok(),
            3 => queue.decline(person, work, now).is_ok(),
            4 => queue.expire(now).is_ok(),
            5 if bytes.rarely(4) => queue.withdraw(person, now).is_ok(),
            6 if bytes.rarely(8) => queue.close(now).is_ok(),
            _ => match queue.request(person, now) {
                Ok(Served::New(lease)) => {
                    if bytes.flag() {
                        queue.complete(person, lease.submission(), now).unwrap();
                    }
                    true
                }
                Ok(_) => true,
                Err(_) => false,
            },
        };
        assert!(taken || queue == before, "what is refused changes nothing");
        now = queue.now();
    }
    for person in ids(people) {
        let person = PersonId::new(person);
        let (progress, bars) = (queue.progress(person).unwrap(), queue.bars(person).unwrap());
        assert!(bars.free() <= works && progress.open() as usize == queue.open(person).count());
    }
    let completed: u32 =
        ids(works).filter_map(|s| queue.load(SubmissionId::new(s))).map(|l| l.completed()).sum();
    assert_eq!(queue.graph().reviews(), completed as usize);
    assert!(queue.waiting().len() <= people && queue.starving().len() <= works);
    back(&queue);
}

fn ids(count: usize) -> impl Iterator<Item = u32> {
    0..u32::try_from(count).unwrap()
}

fn live(bytes: &mut Bytes<'_>) {
    let cohort = course::cohort(bytes);
    let reviews = course::reviews(bytes, &cohort);
    let (people, works) = (cohort.people(), cohort.submissions());
    let Ok(mut live) = Posterior::default().manners(bytes.flag()).live(&reviews) else { return };
    let check = |live: &LivePosterior<'_>| {
        let total = reviews.rubric().scale();
        let slack = 1e-12 * (total.max().abs() + total.min().abs());
        for work in ids(works).map(SubmissionId::new) {
            finite(live.std_error(work));
            if let Some(grade) = live.grade(work) {
                let fine = (total.min() - slack..=total.max() + slack).contains(&grade);
                assert!(fine, "{grade}");
            }
        }
    };
    check(&live);
    for _ in 0..40 {
        if bytes.is_empty() {
            break;
        }
        let (work, person) = (bytes.submission(works), bytes.person(people));
        if bytes.rarely(3) {
            let there = live.withdraw(work, person).is_ok();
            assert!(!there || live.withdraw(work, person).is_err());
        } else {
            let scores = course::scores(bytes, reviews.rubric());
            if live.set(work, person, &scores).is_ok() {
                assert!(live.grade(work).is_some());
            }
        }
        check(&live);
    }
}

fn jigsaw(bytes: &mut Bytes<'_>) {
    let wish = Jigsaw::topics(bytes.count(6)).redundancy(bytes.count(3));
    let Ok(plan) = wish.form(bytes.below(40), bytes.seed()) else { return };
    plan.verify(&wish).unwrap();
    let mut running = plan.run();
    let mut people = plan.homes().people();
    for _ in 0..30 {
        if bytes.is_empty() {
            break;
        }
        if bytes.rarely(3) {
            let topic = bytes.flag().then(|| peergrade::TopicId::new(bytes.id(plan.topics())));
            people += usize::from(running.join(topic).is_ok());
            continue;
        }
        let policy = match bytes.below(3) {
            0 => RepairPolicy::dissolve(),
            1 => RepairPolicy::leave_uncovered(),
            _ => RepairPolicy::merge(bytes.count(6)),
        };
        let policy = policy.coverage(bytes.count(3));
        let gone = bytes.people(people);
        if let Ok(repair) = running.repair(&gone, policy) {
            assert!(gone.iter().all(|&person| running.home_of(person).is_none()));
            for step in repair.moves() {
                assert_eq!(running.home_of(step.person), Some(step.to));
            }
        }
        let there: usize = running.homes().map(|home| running.members(home).len()).sum();
        let with_home = ids(people).filter(|&p| running.home_of(PersonId::new(p)).is_some());
        assert_eq!(there, with_home.count());
        assert!(running.broken(0).is_empty());
    }
}

fn rounds(bytes: &mut Bytes<'_>) {
    let (low, high) = (bytes.below(5), bytes.below(6));
    let wish = Rounds::new(bytes.below(5), peergrade::GroupSizes::within(low..=high)).moves(200);
    let Ok(mut plan) = wish.form(bytes.below(24), bytes.seed()) else { return };
    let check = |plan: &RoundPlan| plan.verify().unwrap();
    check(&plan);
    for _ in 0..20 {
        if bytes.is_empty() {
            break;
        }
        let before = plan.clone();
        let person = bytes.person(plan.people());
        let taken = if bytes.flag() { plan.join().is_ok() } else { plan.leave(person).is_ok() };
        assert!(taken || plan == before, "what is refused changes nothing");
        check(&plan);
    }
}
