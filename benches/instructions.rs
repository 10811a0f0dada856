//! The main jobs for `.ci/speed`, which counts their instructions under callgrind: no clock, no
//! threads, no map with random keys, so that the count is the same in every run.
//!
//! Runs the workloads named by its arguments, or all. What only prepares the data is not counted:
//! callgrind collects inside [`counted_part`] alone.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)] // a bench may fail

#[path = "../examples/balance/learners.rs"]
mod learners;

use std::hint::black_box;

use learners::Learners;
use peergrade::aggregate::by_name;
use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served};
use peergrade::group::Effort;
use peergrade::simulate::{Gaussian, Simulation};
use peergrade::{
    Assigner, Cohort, GroupFormer, GroupSizes, Jigsaw, PersonId, ReviewPlan, Reviews, Seed,
    SubmissionId,
};

const LEARNERS: u32 = 10_000;
/// Five reviews each, as in the other benches.
const REVIEWS: usize = 5;

/// Name and job, with its preparation.
const WORKLOADS: [(&str, fn()); 7] = [
    ("plan", plan),
    ("mean", || grades("mean")),
    ("blup", || grades("blup")),
    ("posterior", || grades("posterior")),
    ("groups", groups),
    ("jigsaw", jigsaw),
    ("queue", queue),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if std::env::args().any(|argument| argument == "--list") {
        for (name, _) in WORKLOADS {
            println!("{name}");
        }
        return;
    }
    for (name, job) in WORKLOADS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            job();
        }
    }
}

/// All that callgrind counts. A function of its own in every build, whence `inline(never)`.
#[inline(never)]
fn counted_part(job: &mut dyn FnMut()) {
    job();
}

fn course() -> (Cohort, ReviewPlan) {
    let cohort = Cohort::individuals(LEARNERS as usize).unwrap();
    let plan = Assigner::new(REVIEWS).assign(&cohort, Seed::new(1)).unwrap();
    (cohort, plan)
}

fn plan() {
    let cohort = Cohort::individuals(LEARNERS as usize).unwrap();
    counted_part(&mut || {
        black_box(Assigner::new(REVIEWS).assign(black_box(&cohort), Seed::new(1)).unwrap());
    });
}

fn grades(method: &str) {
    let (cohort, plan) = course();
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let reviews: Reviews = course.into_parts().0;
    let method = by_name(method).unwrap();
    counted_part(&mut || {
        black_box(method.aggregate(black_box(&reviews)).unwrap());
    });
}

fn groups() {
    let traits = Learners::draw(LEARNERS as usize, 1).traits().unwrap();
    let former = GroupFormer::default().sizes(GroupSizes::target(5)).effort(Effort::Fast);
    counted_part(&mut || {
        black_box(former.form(black_box(&traits), Seed::new(1)).unwrap());
    });
}

fn jigsaw() {
    counted_part(&mut || {
        black_box(Jigsaw::topics(5).form(black_box(LEARNERS as usize), Seed::new(1)).unwrap());
    });
}

/// Everybody hands in, then everybody reviews what the queue gives them.
fn queue() {
    let cohort = Cohort::individuals(LEARNERS as usize).unwrap();
    let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1)).unwrap();
    counted_part(&mut || {
        for work in (0..LEARNERS).map(SubmissionId::new) {
            queue.submit(work, 0).unwrap();
        }
        let turns = (0..3).flat_map(|_| 0..LEARNERS).map(PersonId::new);
        for (now, person) in (1..).zip(turns) {
            if let Served::New(lease) = queue.request(person, now).unwrap() {
                queue.complete(person, lease.submission(), now).unwrap();
            }
        }
    });
    black_box(queue);
}
