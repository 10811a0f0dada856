//! Reports and plans by hand, on simulated courses and at the limits.

use super::*;
use crate::aggregate::{Aggregator, Mean, ShrunkMean};
use crate::math;
use crate::simulate::{Gaussian, Noise, Simulation};
use crate::{Cohort, Column, PersonId, ReviewGraph, Rubric, Scale, Seed};

fn person(i: u32) -> PersonId {
    PersonId::new(i)
}

fn submission(i: u32) -> SubmissionId {
    SubmissionId::new(i)
}

/// Everybody reviews the next k.
fn ring(n: u32, k: u32) -> ReviewGraph {
    let pair = |i: u32, by: u32| (submission((i + by) % n), person(i));
    let pairs: Vec<_> = (0..n).flat_map(|i| (1..=k).map(move |by| pair(i, by))).collect();
    ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap()
}

fn percent() -> Rubric {
    Rubric::single(Scale::new(0.0, 100.0).unwrap())
}

fn report(reviews: &Reviews) -> ReviewerReport {
    ReviewerReport::new(reviews, &Mean.aggregate(reviews).unwrap()).unwrap()
}

fn close(a: Option<f64>, b: f64) -> bool {
    a.is_some_and(|a| (a - b).abs() < 1e-12 * (1.0 + b.abs()))
}

#[test]
fn a_report_by_hand() {
    let cohort = Cohort::individuals(6).unwrap();
    let mut rows = Reviews::builder(&cohort, percent());
    // Person 5 against the mean of the others, an exemplar, staff, and nobody.
    for (work, reviewer, score) in [
        (0, 4, 60.0),
        (0, 3, 70.0),
        (0, 5, 75.0),
        (1, 5, 50.0),
        (2, 5, 90.0),
        (2, 4, 10.0),
        (3, 5, 1.0),
    ] {
        rows.add(submission(work), person(reviewer), &[score]).unwrap();
    }
    rows.exemplar(submission(1), 44.0).unwrap().staff_grade(submission(2), 88.0).unwrap();
    let reviews = rows.build().unwrap();
    let report = report(&reviews);
    // Deviations 10, 6 and 2: mean 6, variance 16.
    let five = person(5);
    assert_eq!(report.given(five), 4);
    assert!(close(report.bias(five), 6.0));
    assert!(close(report.bias_std_error(five), 4.0 / math::sqrt(3.0)));
    assert!(close(report.precision(five), 1.0 / 16.0));
    assert!(close(report.weight(five), (1.0 / 3.0 + 1.0 + 0.5 + 1.0) / 4.0));
    // Person 3 has one deviation, 70 - 67.5, and person 0 none.
    assert!(close(report.bias(person(3)), 2.5));
    assert_eq!((report.bias_std_error(person(3)), report.precision(person(3))), (None, None));
    for nobody in [person(0), person(99)] {
        assert_eq!((report.given(nobody), report.bias(nobody)), (0, None));
        assert_eq!(report.weight(nobody), None);
        assert_eq!(report.flags(nobody).count(), 0);
    }
}

#[test]
fn what_the_method_knows_of_a_reviewer_comes_first() {
    let (cohort, graph) = (Cohort::individuals(10).unwrap(), ring(10, 4));
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &graph, Seed::new(1)).unwrap();
    let only = |i: usize, value| (i == 3).then_some(value);
    let column = |value| Column::new((0..10).map(|i| only(i, value))).unwrap();
    let grades = Gradebook::builder(course.reviews(), "mine")
        .criterion(Column::new(vec![Some(50.0); 10]).unwrap())
        .reviewers(column(60.0), column(2.0))
        .build()
        .unwrap();
    let report = ReviewerReport::new(course.reviews(), &grades).unwrap();
    let plain = self::report(course.reviews());
    assert_eq!((report.bias(person(3)), report.precision(person(3))), (Some(60.0), Some(2.0)));
    assert!(report.flags(person(3)).any(|flag| flag == Flag::Lenient));
    assert_eq!(report.bias(person(4)), plain.bias(person(4)));
    assert_eq!(report.precision(person(4)), plain.precision(person(4)));
}

/// A course of alike, unbiased reviewers, some of whose scores are replaced.
fn with_odd_ones(n: u32, sd: f64, replace: impl Fn(u32, usize, f64) -> f64) -> Reviews {
    let (cohort, graph) = (Cohort::individuals(n as usize).unwrap(), ring(n, 6));
    let law = Gaussian::default().bias_sd(0.0).noise(Noise::Equal { sd });
    let course = Simulation::new(law).simulate(&cohort, &graph, Seed::new(4)).unwrap();
    let mut scores = course.reviews().column(0).to_vec();
    for i in 0..n {
        for (nth, review) in graph.reviews_by(person(i)).iter().enumerate() {
            let score = &mut scores[review.index()];
            *score = replace(i, nth, *score).clamp_to_percent();
        }
    }
    Reviews::from_columns(&cohort, graph, percent(), vec![scores]).unwrap()
}

trait Percent {
    fn clamp_to_percent(self) -> Self;
}

impl Percent for f64 {
    fn clamp_to_percent(self) -> Self {
        math::clamp(self, 0.0, 100.0)
    }
}

#[test]
fn those_who_stand_out_are_flagged_and_few_others() {
    // Far apart on the ring, so that no two odd ones judge one work.
    let swing = [35.0, -35.0];
    let reviews = with_odd_ones(1000, 8.0, |i, nth, score| match i {
        0 => score + 30.0,
        100 => score - 30.0,
        200 => 80.0,
        300 => 0.0,
        400 => score + swing[nth % 2],
        _ => score,
    });
    let report = report(&reviews);
    let flags = |i: u32| report.flags(person(i)).collect::<Vec<_>>();
    assert_eq!(flags(0), [Flag::Lenient]);
    assert_eq!(flags(100), [Flag::Harsh]);
    assert_eq!(flags(200).first(), Some(&Flag::Constant));
    assert_eq!(flags(300), [Flag::Constant, Flag::AllMinimum, Flag::Harsh]);
    assert_eq!(flags(400), [Flag::Erratic]);
    // The docs promise 3 in 1000 by chance; five standard errors above that are 12. Those who
    // judge one work with an odd one are drawn along a little.
    let odd = |p: PersonId| p.get().is_multiple_of(100) && p.get() <= 400;
    let others: Vec<_> = report.flagged().filter(|&(p, _)| !odd(p)).collect();
    assert!(others.len() <= 12, "{others:?}");
}

#[test]
fn honest_reviewers_are_rarely_flagged_by_chance() {
    // Of 6 reviews each, so that three errors are 19 points, above a tenth of the range.
    let reviews = with_odd_ones(20_000, 14.0, |_, _, score| score);
    let biased = report(&reviews)
        .flagged()
        .filter(|&(_, flag)| matches!(flag, Flag::Lenient | Flag::Harsh))
        .count();
    // At most 0.0027 n = 54, plus four standard errors.
    assert!(biased < 84, "{biased}");
}

#[test]
fn few_levels_and_equal_works_make_no_constant_reviewer() {
    let cohort = Cohort::individuals(5).unwrap();
    let rubric = Rubric::single(Scale::with_step(0.0, 3.0, 1.0).unwrap());
    // All agree that everything is worth 2, but for one review: less than a level on average.
    let mut scores = vec![2.0; 20];
    scores[7] = 3.0;
    let reviews = Reviews::from_columns(&cohort, ring(5, 4), rubric, vec![scores]).unwrap();
    assert_eq!(report(&reviews).flagged().count(), 0);
}

#[test]
fn an_empty_form_needs_every_criterion_at_its_minimum() {
    let criterion = |name| crate::Criterion::new(name, Scale::new(1.0, 5.0).unwrap());
    let rubric = Rubric::new([criterion("a"), criterion("b")]).unwrap();
    let graph = ring(5, 4);
    let column = |odd: f64| {
        let score = |(_, p): (SubmissionId, PersonId)| if p == person(2) { odd } else { 4.0 };
        graph.iter().map(score).collect::<Vec<f64>>()
    };
    let cohort = Cohort::individuals(5).unwrap();
    for (b, empty) in [(1.0, true), (2.0, false)] {
        let columns = vec![column(1.0), column(b)];
        let reviews =
            Reviews::from_columns(&cohort, graph.clone(), rubric.clone(), columns).unwrap();
        let flagged = report(&reviews).flagged().any(|it| it == (person(2), Flag::AllMinimum));
        assert_eq!(flagged, empty);
    }
}

#[test]
fn extreme_scales_give_finite_numbers() {
    for (min, max) in [(0.0, f64::MAX), (-8e307, 8e307), (0.0, 1e-300), (-5e-324, 5e-324)] {
        let cohort = Cohort::individuals(7).unwrap();
        let graph = ring(7, 5);
        let rubric = Rubric::single(Scale::new(min, max).unwrap());
        let scores: Vec<f64> = (0..35).map(|i| if i % 3 == 0 { min } else { max }).collect();
        let reviews = Reviews::from_columns(&cohort, graph, rubric, vec![scores]).unwrap();
        let report = report(&reviews);
        for p in (0..7).map(person) {
            let numbers = [report.bias(p), report.bias_std_error(p), report.precision(p)];
            assert!(numbers.into_iter().flatten().all(f64::is_finite), "{min} {max} {numbers:?}");
        }
        for staff in [0.0, 1.0, f64::MAX] {
            for method in [&Mean as &dyn Aggregator, &ShrunkMean] {
                let grades = method.aggregate(&reviews).unwrap();
                let checks = SpotChecks::new(9).staff_std_error(staff);
                let plan = checks.plan(&reviews, &grades, Seed::new(1)).unwrap();
                assert_eq!(plan.len(), 7);
                for (_, reason) in plan {
                    let Reason::Uncertain { std_error, reduction } = reason else { continue };
                    assert!(std_error.is_finite() && reduction.is_finite(), "{reason:?}");
                }
            }
        }
    }
}

#[test]
fn other_reviews_are_refused() {
    let reviews = |n: u32, k: u32| {
        let graph = ring(n, k);
        let scores = vec![50.0; graph.reviews()];
        let cohort = Cohort::individuals(n as usize).unwrap();
        Reviews::from_columns(&cohort, graph, percent(), vec![scores]).unwrap()
    };
    let grades = Mean.aggregate(&reviews(5, 2)).unwrap();
    for other in [reviews(6, 2), reviews(5, 3)] {
        let refused = Err(OversightError::OtherReviews(match other.graph().people() {
            6 => GradebookError::Length { what: "submissions", given: 6, expected: 5 },
            _ => {
                GradebookError::Length { what: "reviews of the submission", given: 3, expected: 2 }
            }
        }));
        assert_eq!(ReviewerReport::new(&other, &grades).map(|_| ()), refused.clone());
        assert_eq!(SpotChecks::new(1).plan(&other, &grades, Seed::new(1)).map(|_| ()), refused);
    }
}

/// Works 0 to 9 with 1 to 10 reviews, 10 with a staff grade, 11 an exemplar, 12 and 13 with nothing.
fn uneven() -> (Reviews, Gradebook) {
    let cohort = Cohort::individuals(30).unwrap();
    let mut rows = Reviews::builder(&cohort, percent());
    for work in 0..10 {
        for nth in 0..=work {
            let score = if nth % 2 == 0 { 40.0 } else { 60.0 };
            rows.add(submission(work), person(15 + nth), &[score]).unwrap();
        }
    }
    rows.staff_grade(submission(10), 50.0).unwrap().exemplar(submission(11), 50.0).unwrap();
    for work in 14..30 {
        rows.staff_grade(submission(work), 50.0).unwrap();
    }
    let reviews = rows.build().unwrap();
    let grades = Mean.aggregate(&reviews).unwrap();
    (reviews, grades)
}

#[test]
fn checks_come_in_order_of_need() {
    let (reviews, grades) = uneven();
    let plan = |budget, share| {
        let checks = SpotChecks::new(budget).random_share(share);
        checks.plan(&reviews, &grades, Seed::new(3)).unwrap()
    };
    let works = |plan: &[(SubmissionId, Reason)]| -> Vec<u32> {
        plan.iter().map(|(work, _)| work.get()).collect()
    };
    // Without standard errors the fewest reviews come first.
    assert_eq!(works(&plan(6, 0.0)), [12, 13, 0, 1, 2, 3]);
    assert_eq!(works(&plan(1, 1.0)), [12]);
    let all = plan(99, 0.0);
    assert_eq!(works(&all), [12, 13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // k reviews of 40 and 60 in turn have squares of 100 k, less 100 / k where k is odd, around
    // their mean; 45 degrees of freedom in all.
    let odd = |k: u32| if k % 2 == 1 { 100.0 / f64::from(k) } else { 0.0 };
    let pooled = (1..=10).map(|k| 100.0 * f64::from(k) - odd(k)).sum::<f64>() / 45.0;
    let Reason::Uncertain { std_error, reduction } = all[2].1 else { panic!("{all:?}") };
    assert!(close(Some(std_error * std_error), pooled) && close(Some(reduction), pooled));
    let lot = plan(7, 0.4);
    let kinds: Vec<_> = lot.iter().map(|(_, reason)| core::mem::discriminant(reason)).collect();
    let [none, random, uncertain] =
        [Reason::NoGrade, Reason::Random, all[2].1].map(|reason| core::mem::discriminant(&reason));
    assert_eq!(kinds, [none, none, random, random, random, uncertain, uncertain]);
    let mut distinct = works(&lot);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 7);
    assert_eq!(plan(0, 0.2), []);
}

#[test]
fn a_reduction_by_hand_and_ties_by_disagreement() {
    let cohort = Cohort::individuals(5).unwrap();
    let graph = ring(5, 2);
    // Works 1 and 3 disagree most, then the others.
    let spread = [1.0, 5.0, 2.0, 5.0, 3.0];
    let scores = (0..10).map(|e| 50.0 + if e % 2 == 0 { spread[e / 2] } else { -spread[e / 2] });
    let reviews = Reviews::from_columns(&cohort, graph, percent(), vec![scores.collect()]).unwrap();
    let equal = Column::new(vec![Some(math::sqrt(1.2)); 5]).unwrap();
    let grades = Gradebook::builder(&reviews, "mine")
        .criterion(Column::new(vec![Some(50.0); 5]).unwrap())
        .std_error(equal)
        .build()
        .unwrap();
    let checks = SpotChecks::new(5).random_share(0.0).staff_std_error(math::sqrt(0.2));
    let plan = checks.plan(&reviews, &grades, Seed::new(1)).unwrap();
    let works: Vec<u32> = plan.iter().map(|(work, _)| work.get()).collect();
    assert_eq!(works, [1, 3, 4, 2, 0]);
    for (_, reason) in plan {
        let Reason::Uncertain { reduction, .. } = reason else { panic!("{reason:?}") };
        assert!((reduction - 1.028_571_4).abs() < 1e-7, "{reduction}");
    }
}

#[test]
fn the_lot_is_fair() {
    let (reviews, grades) = uneven();
    let mut counts = [0.0; 10];
    for seed in 0..2000 {
        // Two without a grade, then 3 of 10 by lot.
        let checks = SpotChecks::new(5).random_share(0.6);
        let plan = checks.plan(&reviews, &grades, Seed::new(seed)).unwrap();
        for (work, _) in plan.iter().filter(|(_, reason)| *reason == Reason::Random) {
            counts[work.index()] += 1.0;
        }
    }
    // Without replacement a count has the variance 2000 x 0.3 x 0.7, and ten of them 9 degrees of
    // freedom: chi-square, whose 0.9999 quantile is 33.7.
    let squares: f64 = counts.iter().map(|c| (c - 600.0) * (c - 600.0)).sum();
    assert!(squares / 420.0 * 0.9 < 33.7, "{counts:?}");
}

#[test]
fn settings_out_of_range_are_named() {
    let (reviews, grades) = uneven();
    for bad in [f64::NAN, f64::INFINITY, -0.1] {
        for checks in
            [SpotChecks::new(1).random_share(bad), SpotChecks::new(1).staff_std_error(bad)]
        {
            let error = checks.plan(&reviews, &grades, Seed::new(1));
            assert!(matches!(error, Err(OversightError::Setting { .. })), "{bad}");
        }
    }
    let plan = SpotChecks::new(usize::MAX).random_share(1.0).plan(&reviews, &grades, Seed::new(1));
    assert_eq!(plan.unwrap().len(), 12);
}
