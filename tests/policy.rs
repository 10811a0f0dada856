//! What a few staff grades are worth, where peers are too high in all and where they are not.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may fail, and shows its figures

use peergrade::aggregate::{Aggregator, GradingPolicy, by_name};
use peergrade::simulate::{Gaussian, Simulation};
use peergrade::{Assigner, Cohort, Reviews, Rubric, Scale, Seed, SubmissionId};

const LEARNERS: usize = 1000;
const COURSES: u64 = 30;

/// A course of the law of s4 with `inflation` points more in every score, the truths, and staff
/// grades of the first `graded` works: works are exchangeable.
fn course(seed: u64, inflation: f64, graded: u32) -> (Reviews, Vec<f64>) {
    let cohort = Cohort::individuals(LEARNERS).unwrap();
    let plan = Assigner::new(5).assign(&cohort, Seed::new(seed)).unwrap();
    let law = Simulation::new(Gaussian::pg1());
    let (reviews, truth) = law.simulate(&cohort, &plan, Seed::new(seed)).unwrap().into_parts();
    let wide = Rubric::single(Scale::new(-1000.0, 1000.0).unwrap());
    let mut rows = Reviews::builder(&cohort, wide);
    for ((submission, reviewer), score) in reviews.graph().iter().zip(reviews.column(0)) {
        rows.add(submission, reviewer, &[score + inflation]).unwrap();
    }
    for submission in (0..graded).map(SubmissionId::new) {
        rows.staff_grade(submission, truth.grades()[submission.index()]).unwrap();
    }
    (rows.build().unwrap(), truth.grades().to_vec())
}

/// The error of what peers say, root of its mean square over courses.
fn error(learn: bool, inflation: f64, graded: u32) -> f64 {
    let squares = (0..COURSES).map(|seed| {
        let (reviews, truth) = course(seed, inflation, graded);
        let policy = GradingPolicy::new(by_name("shrunk-mean").unwrap()).offset(learn);
        let book = policy.aggregate(&reviews).unwrap();
        let ids = (0..).map(SubmissionId::new).zip(&truth);
        let square = |(id, truth): (SubmissionId, &f64)| {
            let distance = book.peer_grade(id).unwrap() - truth;
            distance * distance
        };
        ids.map(square).sum::<f64>() / LEARNERS as f64
    });
    (squares.sum::<f64>() / COURSES as f64).sqrt()
}

#[test]
fn a_few_staff_grades_remove_an_offset_and_cost_little_where_there_is_none() {
    let alone = error(false, 0.0, 0);
    let inflated = error(false, 6.0, 0);
    println!("alone {alone:.3}, inflated by 6 points {inflated:.3}");
    for (graded, spared) in [(5, 0.75), (10, 0.85), (25, 0.92)] {
        let (none, six) = (error(true, 0.0, graded), error(true, 6.0, graded));
        println!("{graded} staff grades: {none:.3} without inflation, {six:.3} with 6 points");
        // What inflation costs is spared, but for what so few works tell.
        assert!((inflated - six) / (inflated - alone) > spared, "{six}");
        // The error of a shift learned from m works is that of a grade over the root of m, and its
        // shrinkage spares some of it where there is nothing to learn.
        let unshrunk = alone * (1.0 + 1.0 / f64::from(graded)).sqrt();
        assert!(none < unshrunk, "{none} {unshrunk}");
    }
}
