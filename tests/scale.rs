//! A course of 100,000 learners goes through everything, with its promises checked: that nothing is
//! quadratic shows here before it shows in a bench.
#![allow(clippy::unwrap_used)] // a test may fail

use peergrade::aggregate::METHODS;
use peergrade::assign::quality::Counts;
use peergrade::metrics::{coverage, rmse};
use peergrade::oversight::{ReviewerReport, SpotChecks};
use peergrade::simulate::{Behaviour, Gaussian, Simulation};
use peergrade::{
    Assigner, Cohort, Jigsaw, PersonId, Pods, ReviewPlan, Reviews, Seed, SubmissionId,
};

const LEARNERS: usize = 100_000;

fn plan() -> (Cohort, Assigner, ReviewPlan) {
    let cohort = Cohort::individuals(LEARNERS).unwrap();
    let assigner = Assigner::new(5);
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    (cohort, assigner, plan)
}

fn ids() -> impl Iterator<Item = SubmissionId> {
    (0..u32::try_from(LEARNERS).unwrap()).map(SubmissionId::new)
}

#[test]
fn a_large_plan_keeps_every_promise_and_is_connected() {
    let (cohort, assigner, plan) = plan();
    assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
    let counts = Counts::measure(plan.graph(), &cohort);
    assert_eq!((counts.components(), counts.given().min(), counts.received().max()), (1, 5, 5));
    // Before polishing there are 12.5 and 64 on average, whatever the size of the course.
    assert_eq!((counts.mutual_pairs(), counts.four_cycles()), (Some(0), 0));
}

#[test]
fn large_teams_and_forbidden_pairs_are_no_harder() {
    let mut cohort = Cohort::builder(LEARNERS).unwrap();
    let people: Vec<PersonId> = (0..u32::try_from(LEARNERS).unwrap()).map(PersonId::new).collect();
    for team in people.chunks(4) {
        cohort.submission(team).unwrap();
    }
    let cohort = cohort.build();
    let pairs = people.iter().map(|r| (SubmissionId::new((r.get() * 7 + 5) % 25_000), *r));
    let assigner = Assigner::new(3).forbid(pairs);
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
}

#[test]
fn large_courses_are_graded_as_theory_says() {
    const LEARNERS: usize = 20_000;
    let cohort = Cohort::individuals(LEARNERS).unwrap();
    let plan = Assigner::new(5).assign(&cohort, Seed::new(1)).unwrap();
    let simulation = Simulation::new(Gaussian::pg1()).behaviour(Behaviour::DropOut, 0.1);
    let course = simulation.simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let truth = course.truth().grades();
    for method in METHODS.iter().filter(|method| !method.draws()) {
        let grades = method.aggregator().aggregate(course.reviews()).unwrap();
        let (points, known): (Vec<f64>, Vec<f64>) =
            grades.grades().zip(truth).filter_map(|(g, &t)| Some((g?, t))).unzip();
        assert!(points.len() > LEARNERS - 50, "{} of {LEARNERS} have a grade", points.len());
        let error = rmse(&points, &known).unwrap();
        // sqrt(164 / 4.5) = 6.0 for the mean; some of the famous are worse, nobody by three quarters.
        assert!((3.5..10.5).contains(&error), "{}: {error}", method.name());
        let intervals: Vec<_> = ids().take(LEARNERS).map(|s| grades.interval(s, 0.9)).collect();
        let (intervals, known): (Vec<(f64, f64)>, Vec<f64>) = intervals
            .iter()
            .zip(truth)
            .filter_map(|(i, &t)| i.map(|i| ((i.low, i.high), t)))
            .unzip();
        if method.name() == "shrunk-mean" {
            let share = coverage(&intervals, &known).unwrap();
            assert!((0.87..0.92).contains(&share), "90 % intervals hold {share}");
        }
        let report = ReviewerReport::new(course.reviews(), &grades).unwrap();
        assert_eq!(report.people(), LEARNERS);
        let checks = SpotChecks::new(1000).plan(course.reviews(), &grades, Seed::new(3)).unwrap();
        assert_eq!(checks.len(), 1000);
    }
}

#[test]
fn rows_in_any_order_make_the_same_large_reviews() {
    let (cohort, _, plan) = plan();
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let reviews = course.reviews();
    let mut rows: Vec<_> = reviews.graph().iter().zip(reviews.column(0)).collect();
    // A step that is prime to the number of rows visits each once, far from its neighbours.
    let len = rows.len();
    rows = (0..len).map(|i| rows[i * 7919 % len]).collect();
    let mut builder = Reviews::builder(&cohort, reviews.rubric().clone());
    for ((submission, reviewer), score) in rows {
        builder.add(submission, reviewer, &[*score]).unwrap();
    }
    assert_eq!(&builder.build().unwrap(), reviews);
}

#[test]
fn large_groups_keep_every_promise() {
    let jigsaw = Jigsaw::topics(5).redundancy(2);
    let plan = jigsaw.form(LEARNERS + 3, Seed::new(1)).unwrap();
    assert_eq!(plan.verify(&jigsaw), Ok(()));
    let pairs = Pods::pairs().form(LEARNERS + 1, Seed::new(1)).unwrap();
    assert_eq!(pairs.sizes().filter(|&size| size == 3).count(), 1);
}
