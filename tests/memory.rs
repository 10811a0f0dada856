//! How much memory the main jobs of a course take at their peak, beyond their input: bytes per review
//! and per learner, with an allocator that counts.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may fail, and show what it measured

#[path = "../examples/balance/learners.rs"]
mod learners;

use std::hint::black_box;

use learners::Learners;
use peak_alloc::PeakAlloc;
use peergrade::aggregate::by_name;
use peergrade::group::Effort;
use peergrade::simulate::{Gaussian, Simulation};
use peergrade::{Assigner, Cohort, GroupFormer, GroupSizes, Jigsaw, Reviews, Seed};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SIZES: [usize; 2] = [10_000, 100_000];
const REVIEWS: usize = 5;
/// Bytes per review that the jobs on reviews may take, and per learner the others: a tenth above what they
/// took when this was written. The posterior takes more in small courses, where it tries whether reviewers
/// always look: the state of the fit before stays until then.
const BOUNDS: [(&str, f64); 7] = [
    ("plan", 104.0),
    ("reviews", 46.0),
    ("mean", 5.0),
    ("blup", 50.0),
    ("posterior", 100.0),
    ("groups", 125.0),
    ("jigsaw", 24.0),
];
/// How much more per review or learner a large course may take: what grows has up to twice the room
/// that it needs.
const GROWTH: f64 = 1.25;

/// Peak bytes of the heap beyond what was there before, the result included.
fn peak<T>(job: impl FnOnce() -> T) -> (f64, T) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = black_box(job());
    ((MEMORY.peak_usage() - before) as f64, result)
}

/// Peak bytes of each job in a course of this size, per review or per learner as its bound is.
fn figures(learners: usize) -> Vec<(&'static str, f64)> {
    let cohort = Cohort::individuals(learners).unwrap();
    let reviews = (learners * REVIEWS) as f64;
    let (plan_bytes, plan) = peak(|| Assigner::new(REVIEWS).assign(&cohort, Seed::new(1)).unwrap());
    let simulation = Simulation::new(Gaussian::pg1());
    let course = simulation.simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let given = course.into_parts().0;
    let (build_bytes, built) = peak(|| {
        let mut builder = Reviews::builder(&cohort, given.rubric().clone());
        builder.reserve(given.graph().reviews());
        for ((submission, reviewer), &score) in given.graph().iter().zip(given.column(0)) {
            builder.add(submission, reviewer, &[score]).unwrap();
        }
        builder.build().unwrap()
    });
    let mut figures = vec![("plan", plan_bytes / reviews), ("reviews", build_bytes / reviews)];
    for name in ["mean", "blup", "posterior"] {
        let method = by_name(name).unwrap();
        let (bytes, _) = peak(|| method.aggregate(&built).unwrap());
        figures.push((name, bytes / reviews));
    }
    let traits = Learners::draw(learners, 1).traits().unwrap();
    let former = GroupFormer::default().sizes(GroupSizes::target(5)).effort(Effort::Fast);
    let (bytes, _) = peak(|| former.form(&traits, Seed::new(1)).unwrap());
    figures.push(("groups", bytes / learners as f64));
    let (bytes, _) = peak(|| Jigsaw::topics(5).form(learners, Seed::new(1)).unwrap());
    figures.push(("jigsaw", bytes / learners as f64));
    figures
}

/// One test: another beside it would be counted too.
#[test]
fn memory_is_linear_and_within_its_bounds() {
    let [small, large] = SIZES.map(figures);
    let mut wrong = Vec::new();
    for (((name, small), (_, large)), (named, bound)) in small.into_iter().zip(large).zip(BOUNDS) {
        assert_eq!(name, named);
        eprintln!("{name}: {small:.1} bytes at {}, {large:.1} at {}", SIZES[0], SIZES[1]);
        if large > GROWTH * small || small > bound || large > bound {
            wrong.push(format!("{name}: {small:.1} and {large:.1}, bound {bound}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
