//! Oracles, detection and failures against what they are by definition.

use core::sync::atomic::AtomicU64;

use super::evidence::Evidence;
use super::*;
use crate::aggregate::{AggregateError, METHODS, Median};
use crate::gradebook::{Column, Gradebook};
use crate::id::{PersonId, SubmissionId};
use crate::reviews::Reviews;
use crate::simulate::{
    Behaviour, BurrellSchoenebeck, Gaussian, ScenarioError, Simulated, Simulation, Truth,
    by_name as scenario,
};
use crate::{Assigner, Cohort};

fn course(simulation: &Simulation) -> Simulated {
    let cohort = Cohort::individuals(60).unwrap();
    let plan = Assigner::new(4).assign(&cohort, Seed::new(5)).unwrap();
    simulation.simulate(&cohort, &plan, Seed::new(6)).unwrap()
}

fn pg1(careless: f64) -> Simulated {
    course(&Simulation::new(Gaussian::pg1()).behaviour(Behaviour::Random, careless))
}

fn attacked() -> Simulated {
    course(&Simulation::new(BurrellSchoenebeck::default()).behaviour(Behaviour::ALL_MAX, 0.3))
}

fn hostile(course: &Simulated) -> Vec<bool> {
    let people = 0..60;
    people.map(|i| course.truth().is_hostile(PersonId::new(i))).collect()
}

/// Submission, reviewer, score of every honest review.
fn honest(course: &Simulated) -> Vec<(usize, usize, f64)> {
    let (hostile, reviews) = (hostile(course), course.reviews());
    let rows = reviews.graph().iter().zip(reviews.column(0));
    let rows = rows.map(|((s, r), &z)| (s.index(), r.index(), z));
    rows.filter(|row| !hostile[row.1]).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn the_oracle_mean_is_the_mean_of_who_is_honest() {
    for course in [pg1(0.0), pg1(0.4), attacked()] {
        let book = Oracle::Mean.grade(&course).unwrap();
        let rows = honest(&course);
        for (s, grade) in book.grades().enumerate() {
            let scores: Vec<f64> = rows.iter().filter(|row| row.0 == s).map(|row| row.2).collect();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            assert!(grade.map_or(scores.is_empty(), |grade| close(grade, mean)), "{s}");
        }
    }
}

#[test]
fn the_oracle_is_the_posterior_by_its_formula() {
    for course in [pg1(0.0), pg1(0.4), attacked()] {
        let (truth, rows) = (course.truth(), honest(&course));
        let (n, bias) = (truth.grades().len() as f64, truth.bias().unwrap());
        let m = truth.grades().iter().sum::<f64>() / n;
        let g = (n - 1.0) / truth.grades().iter().map(|t| (t - m) * (t - m)).sum::<f64>();
        let noise = rows.iter().map(|&(s, r, z)| z - bias[r] - truth.grades()[s]);
        let pooled = rows.len() as f64 / noise.map(|e| e * e).sum::<f64>();
        let t = |r: usize| truth.precision().map_or(pooled, |precision| precision[r]);
        let book = Oracle::Posterior.grade(&course).unwrap();
        for s in 0..truth.grades().len() {
            let own = || rows.iter().filter(move |row| row.0 == s);
            let weight = g + own().map(|row| t(row.1)).sum::<f64>();
            let sum = own().map(|&(_, r, z)| t(r) * (z - bias[r])).sum::<f64>();
            let id = SubmissionId::new(u32::try_from(s).unwrap());
            assert!(close(book.grade(id).unwrap(), (g * m + sum) / weight), "{s}");
            assert!(close(book.std_error(id).unwrap(), 1.0 / weight.sqrt()), "{s}");
        }
    }
}

#[test]
fn where_all_are_hostile_nobody_is_removed() {
    let all = course(&Simulation::new(Gaussian::pg1()).behaviour(Behaviour::Merge, 1.0));
    let [oracle, mean] =
        [Oracle::Mean.grade(&all).unwrap(), Mean.aggregate(all.reviews()).unwrap()];
    assert_eq!(oracle, mean);
    assert!(Oracle::Posterior.grade(&all).unwrap().precision(PersonId::new(0)) > Some(0.0));
}

fn evidence_auc(course: &Simulated, book: &Gradebook) -> Option<f64> {
    detection::auc(&Evidence::new(course, book, &[]))
}

#[test]
fn an_oracle_finds_all_that_is_hostile_and_constant_scores_find_nothing() {
    let course = attacked();
    assert_eq!(evidence_auc(&course, &Oracle::Posterior.grade(&course).unwrap()), Some(1.0));
    let people = 60;
    let flat = Gradebook::builder(course.reviews(), "flat")
        .criterion(Column::new([Some(5.0); 60]).unwrap())
        .reviewers(Column::new(vec![None; people]).unwrap(), Column::new([Some(1.0); 60]).unwrap())
        .build()
        .unwrap();
    assert_eq!(evidence_auc(&course, &flat), Some(0.5));
}

#[test]
fn a_bias_counts_against_a_reviewer_like_noise() {
    // Squared errors 9 + 1, 0 + 4 and, for the others, 1: the hostile first two are found.
    let course = attacked();
    let hostile = hostile(&course);
    let of = |bad: f64, good: f64| hostile.iter().map(move |&h| Some(if h { bad } else { good }));
    let book = |bias: Vec<Option<f64>>, precision: Vec<Option<f64>>| {
        Gradebook::builder(course.reviews(), "known")
            .criterion(Column::new([Some(5.0); 60]).unwrap())
            .reviewers(Column::new(bias).unwrap(), Column::new(precision).unwrap())
            .build()
            .unwrap()
    };
    let biased = book(of(-3.0, 0.0).collect(), of(1.0, 1.0).collect());
    let noisy = book(of(0.0, 0.0).collect(), of(0.25, 1.0).collect());
    for book in [biased, noisy] {
        assert_eq!(evidence_auc(&course, &book), Some(1.0));
    }
}

#[test]
fn without_hostile_reviewers_the_better_half_is_told_from_the_worse() {
    let course = pg1(0.0);
    assert!(!hostile(&course).contains(&true));
    // Who knows bias and precision of all ranks them by the very numbers that split them.
    let known = Oracle::Posterior.grade(&course).unwrap();
    assert_eq!(evidence_auc(&course, &known), Some(1.0));
    let mean = evidence_auc(&course, &Mean.aggregate(course.reviews()).unwrap()).unwrap();
    assert!(mean > 0.5 && mean < 1.0, "{mean}");
    // People who are alike have nothing to be told by.
    let alike = Gaussian::pg1().bias_sd(0.0).noise(crate::simulate::Noise::Equal { sd: 9.0 });
    let alike = self::course(&Simulation::new(alike));
    assert_eq!(evidence_auc(&alike, &Mean.aggregate(alike.reviews()).unwrap()), None);
    // Grades that are the truth say of all reviews how accurate they were.
    let truth = course.truth().grades().iter().map(|&grade| Some(grade));
    let book = Gradebook::builder(course.reviews(), "truth").criterion(Column::new(truth).unwrap());
    let book = book.build().unwrap();
    let tau = detection::tau(&Evidence::new(&course, &book, &[]));
    assert!((tau.unwrap() - 1.0).abs() < 1e-12, "{tau:?}");
}

/// The mean, but not of every other course of twenty learners, and not of every submission. The
/// rest of a course, where ratings are hidden, does not count as one.
#[derive(Debug)]
struct Fickle(AtomicU64);

impl Aggregator for Fickle {
    fn name(&self) -> &'static str {
        "fickle"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let whole = reviews.graph().reviews() == 100;
        if whole && self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            let (method, setting) = ("fickle", "mood");
            return Err(AggregateError::Setting { method, setting, value: 0.0, needed: "better" });
        }
        let mean = Mean.aggregate(reviews)?;
        let grades = mean.grades().enumerate().map(|(i, grade)| grade.filter(|_| i % 2 == 0));
        Ok(Gradebook::builder(reviews, self.name()).criterion(Column::new(grades)?).build()?)
    }
}

/// A scenario that needs ten learners.
#[derive(Debug)]
struct Picky;

impl Scenario for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }

    fn simulate(&self, learners: usize, seed: Seed) -> Result<Simulated, ScenarioError> {
        if learners < 10 {
            Err("too few".into())
        } else {
            scenario("s4").unwrap().simulate(learners, seed)
        }
    }
}

#[test]
fn failures_are_told_and_stop_nothing() {
    let league = League::new().method(Fickle(AtomicU64::new(0))).method(Median);
    let standings = league.scenario(Picky).learners(20).seeds(4).run().unwrap();
    let fickle = standings.row("fickle", "picky").unwrap();
    assert_eq!((fickle.failed(), fickle.error()), (2, Some("fickle: mood is 0, better")));
    assert_eq!((fickle.graded(), fickle.gradable()), (Some(10.0), 20.0));
    assert_eq!(fickle.metric("rmse").unwrap().courses(), 2);
    let median = standings.row("median", "picky").unwrap();
    assert_eq!((median.failed(), median.error(), median.graded()), (0, None, Some(20.0)));
    let text = standings.to_string();
    assert!(text.contains("graded 10.0 of 20.0 submissions"), "{text}");
    assert!(text.contains("failed on 2 of 4 courses: fickle: mood is 0, better"), "{text}");

    let league = League::new().method(Median).scenario(Picky).scenario(*scenario("s4").unwrap());
    let standings = league.learners(8).seeds(2).run().unwrap();
    let row = standings.row("median", "picky").unwrap();
    assert_eq!((row.failed(), row.error()), (2, Some("scenario: too few")));
    assert_eq!((row.metric("rmse"), row.reviews()), (None, None));
    assert_eq!(standings.row("median", "s4").unwrap().failed(), 0);
    assert!(standings.to_string().contains("median  failed on 2 of 2 courses: scenario: too few"));
}

#[test]
fn known_grades_and_works_without_reviews_are_not_measured() {
    let cohort = Cohort::individuals(5).unwrap();
    let rubric = crate::Rubric::single(crate::Scale::TEN);
    let mut rows = Reviews::builder(&cohort, rubric);
    for (s, r, z) in [(0, 1, 4.0), (1, 2, 5.0), (2, 0, 6.0), (4, 0, 7.0)] {
        rows.add(SubmissionId::new(s), PersonId::new(r), &[z]).unwrap();
    }
    rows.staff_grade(SubmissionId::new(1), 9.0).unwrap();
    rows.exemplar(SubmissionId::new(4), 1.0).unwrap();
    let truth = Truth::new(vec![5.0; 5]);
    let course = Simulated::new(rows.build().unwrap(), truth).unwrap();
    let measured = Course::measure(&course, &[Contestant::Method(&Mean)], None);
    assert_eq!((measured.gradable, measured.reviews), (2, Some(1.0)));
    assert_eq!(measured.outcomes[0].as_ref().unwrap().graded, 2);
}

#[test]
fn what_cannot_run_says_why() {
    let methods = || League::new().method(Mean).method(Median);
    let s4 = || *scenario("s4").unwrap();
    for (league, message) in [
        (League::new().scenario(s4()), "the league has no method"),
        (methods(), "the league has no scenario"),
        (methods().method(Median).scenario(s4()), "two methods are called `median`"),
        (
            methods().oracles(Oracle::ALL).oracles([Oracle::Mean]).scenario(s4()),
            "two methods are called `oracle-mean`",
        ),
        (methods().scenario(s4()).scenario(s4()), "two scenarios are called `s4`"),
        (methods().scenario(s4()).seeds(0), "0 seeds, but there must be from 1 to 1000000"),
        (
            methods().scenario(s4()).seeds(1_000_001),
            "1000001 seeds, but there must be from 1 to 1000000",
        ),
    ] {
        assert_eq!(league.run().unwrap_err().to_string(), message);
    }
}

#[test]
fn an_unseen_mean_is_what_all_are_compared_to() {
    let league = |with_mean: bool| {
        let league = League::new().method(Median);
        let league = if with_mean { league.method(Mean) } else { league };
        league.scenario(*scenario("s4").unwrap()).learners(30).seeds(3).run().unwrap()
    };
    let (seen, unseen) = (league(true), league(false));
    assert_eq!((seen.rows().len(), unseen.rows().len()), (2, 1));
    assert_eq!(seen.rows()[0], unseen.rows()[0]);
    let mean = seen.row("mean", "s4").unwrap().metric("rmse").unwrap();
    assert_eq!((mean.difference(), mean.difference_std_error()), (Some(0.0), Some(0.0)));
    assert!(unseen.rows()[0].metric("rmse").unwrap().difference().unwrap() > 0.0);
}

#[test]
fn clock_and_progress_are_the_callers() {
    let (ticks, calls) = (AtomicU64::new(0), std::sync::Arc::new(AtomicUsize::new(0)));
    let seen = calls.clone();
    let standings = League::new()
        .methods(METHODS.iter().map(crate::aggregate::Method::aggregator))
        .scenario(*scenario("s4").unwrap())
        .learners(30)
        .seeds(3)
        .clock(move || ticks.fetch_add(1, Ordering::Relaxed) as f64)
        .progress(move |done, all| {
            assert!((1..=3).contains(&done) && all == 3);
            seen.fetch_add(1, Ordering::Relaxed);
        })
        .run()
        .unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    assert!(standings.rows().iter().all(|row| row.seconds().unwrap() >= 1.0));
}
