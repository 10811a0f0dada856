#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use proptest::prelude::*;

use super::best::{Work, variance};
use super::*;
use crate::aggregate::fixtures::{grades_of, matrix, small};
use crate::aggregate::{Mean, ReviewGrades};
use crate::cohort::Cohort;
use crate::id::{PersonId, ReviewId};
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;

const STRICTNESS: [Strictness; 5] = [
    Strictness::VeryStrict,
    Strictness::Strict,
    Strictness::Fair,
    Strictness::Lax,
    Strictness::VeryLax,
];

/// One work, with reviews in the order of people, on criteria of 0..100.
fn one_work<const D: usize>(weights: [f64; D], rows: &[[f64; D]]) -> Reviews {
    let author = PersonId::new(to_u32(rows.len()));
    let mut cohort = Cohort::builder(rows.len() + 1).unwrap();
    let work = cohort.submission(&[author]).unwrap();
    let cohort = cohort.build();
    let scale = Scale::new(0.0, 100.0).unwrap();
    let criteria = weights.iter().enumerate();
    let criteria = criteria.map(|(d, &w)| Criterion::new(d.to_string(), scale).with_weight(w));
    let mut reviews = Reviews::builder(&cohort, Rubric::new(criteria).unwrap());
    for (reviewer, scores) in (0..).map(PersonId::new).zip(rows) {
        reviews.add(work, reviewer, scores).unwrap();
    }
    reviews.build().unwrap()
}

fn line(grades: &[f64]) -> Reviews {
    one_work([1.0], &grades.iter().map(|&grade| [grade]).collect::<Vec<_>>())
}

fn all(grades: &ReviewGrades) -> Vec<f64> {
    grades.reviews().iter().map(|grade| grade.unwrap_or(f64::NAN)).collect()
}

#[test]
fn best_assessment_gives_the_vectors() {
    let two = [100.0, 100.0];
    let cases: [(&[f64], Option<[f64; 2]>, [&[f64]; 3]); 6] = [
        (&[60., 90.], None, [&two, &two, &two]),
        (&[60., 90.], Some([1., 3.]), [&[68., 100.], &[0., 100.], &[82.2222, 100.]]),
        (
            &[80., 80., 80., 20.],
            None,
            [&[100., 100., 100., 36.], &[100., 100., 100., 0.], &[100., 100., 100., 64.4444]],
        ),
        (
            &[100., 100., 100., 0.],
            None,
            [&[100., 100., 100., 0.], &[100., 100., 100., 0.], &[100., 100., 100., 40.7407]],
        ),
        (&[60., 70., 80.], None, [&[97., 100., 97.], &[85., 100., 85.], &[98.3333, 100., 98.3333]]),
        (
            &[50., 60., 80., 90.],
            None,
            [&[99.2, 100., 100., 99.2], &[96., 100., 100., 96.], &[99.5556, 100., 100., 99.5556]],
        ),
    ];
    for (scores, weights, expected) in cases {
        let reviews = line(scores);
        let strictness = [Strictness::Fair, Strictness::VeryStrict, Strictness::VeryLax];
        for (strictness, expected) in strictness.into_iter().zip(expected) {
            let mut method = BestAssessment::new(strictness);
            if let Some(weights) = weights {
                method = method.weights(weights.to_vec());
            }
            assert_eq!(
                all(&method.grades(&reviews).unwrap()),
                expected,
                "{scores:?} {strictness:?}"
            );
        }
    }
}

#[test]
fn best_assessment_gives_the_vectors_of_two_dimensions() {
    let rows = [[80., 60.], [90., 60.], [40., 100.], [85., 70.]];
    let reviews = one_work([2.0, 1.0], &rows);
    let fair = BestAssessment::default();
    assert_eq!(all(&fair.grades(&reviews).unwrap()), [99.7094, 99.7094, 62.3222, 100.0]);
    let weighted = fair.clone().weights(vec![1., 2., 0., 1.]);
    assert_eq!(all(&weighted.grades(&reviews).unwrap()), [92.2424, 100.0, 0.0, 95.4747]);
    for (weights, distances, variances) in [
        ([1.; 4], Some([0.5675, 1.9433, 18.2286, 0.4879]), [392.1875, 268.75]),
        ([1., 2., 0., 1.], None, [17.1875, 18.75]),
    ] {
        let mut work = Work::default();
        (work.rows, work.weights) = (rows.concat(), weights.to_vec());
        BestAssessment::default().measure(&mut work, &[2.0, 1.0]);
        assert!(distances.is_none_or(|distances| work.distances == distances));
        let spread = work.variances.iter().zip(variances);
        assert!(spread.clone().all(|(a, b)| (a - b).abs() <= 1e-12), "{:?}", work.variances);
    }

    // One dimension on which all agree.
    let reviews = one_work([1.0, 1.0], &[[50., 50.], [50., 80.], [50., 20.]]);
    assert_eq!(all(&fair.grades(&reviews).unwrap()), [100.0, 95.5, 95.5]);
    let historical = fair.historical(true);
    assert_eq!(all(&historical.grades(&reviews).unwrap()), [100.0, 91.0, 91.0]);
}

#[test]
fn the_variance_is_that_of_the_platform() {
    // The unit test of Moodle; by hand: mean (2 + 12 + 10 + 7 + 9) / 8 = 5,
    // (9 + 3 + 0 + 4 + 16) / 8 = 4.
    let weights = [1., 3., 2., 1., 1.];
    assert_eq!(variance([2., 4., 5., 7., 9.].into_iter().zip(&weights)), 4.0);
    assert_eq!(variance([2., 4.].into_iter().zip(&[0.0, 1.0])), 0.0);
    assert_eq!(variance(core::iter::empty()), 0.0);
}

#[test]
fn the_outlier_of_n_loses_what_the_formula_says() {
    // d n^2 / (c (n - 1)): one at distance d from n - 1 that agree.
    for (n, strictness) in [(3, 9.0), (4, 9.0), (5, 7.0), (6, 9.0)] {
        let d = 10.0;
        let mut scores = vec![60.0; n];
        scores[0] = 60.0 + d;
        let by = STRICTNESS.into_iter().find(|s| s.divisor() == strictness).unwrap();
        let grades = all(&BestAssessment::new(by).grades(&line(&scores)).unwrap());
        let n = n as f64;
        let loss = d * n * n / (strictness * (n - 1.0));
        assert!((grades[0] - (100.0 - loss)).abs() <= 5.1e-5, "{grades:?} {loss}");
        assert!(grades[1..].iter().all(|&grade| grade == 100.0));
    }
}

/// `best/lib.php` step by step over lists, one dimension of weight 1 and reviews of weight 1.
fn by_hand(scores: &[f64], c: f64) -> Vec<f64> {
    let round = |x: f64, digits: f64| (x * digits).round() / digits;
    let n = scores.len() as f64;
    let x: Vec<f64> = scores.iter().map(|z| round(z / 10.0 * 100.0, 1e5)).collect();
    let average = round(x.iter().sum::<f64>() / n, 1e5);
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let variance = if variance > 0.01 { variance } else { 0.01 };
    let distance = |a: f64, b: f64| round((a - b).abs().powi(3) / (c * variance), 1e4);
    let from_average: Vec<f64> = x.iter().map(|&a| distance(a, average)).collect();
    let least = from_average.iter().copied().fold(f64::MAX, |a, b| if b < a { b } else { a });
    let best: Vec<f64> =
        x.iter().zip(&from_average).filter(|(_, d)| **d == least).map(|(x, _)| *x).collect();
    let grade = |a: f64| {
        let near =
            best.iter().map(|&b| distance(a, b)).fold(f64::MAX, |a, b| if b < a { b } else { a });
        if near > 100.0 { 0.0 } else { round(100.0 - near, 1e5) }
    };
    x.into_iter().map(grade).collect()
}

proptest! {
    #[test]
    fn best_assessment_agrees_with_the_steps_by_hand(
        reviews in small(),
        strictness in prop::sample::select(STRICTNESS.to_vec()),
    ) {
        let grades = BestAssessment::new(strictness).grades(&reviews).unwrap();
        for s in (0..reviews.graph().submissions() as u32).map(SubmissionId::new) {
            let expected = by_hand(reviews.scores_of(s, 0), strictness.divisor());
            for (review, expected) in reviews.graph().reviews_of(s).zip(expected) {
                let grade = grades.of_review(ReviewId::new(to_u32(review))).unwrap();
                // The last of four decimals may fall the other way where a half is not exact.
                prop_assert!((grade - expected).abs() <= 1.01e-4, "{} {}", grade, expected);
            }
        }
        for v in (0..reviews.graph().people() as u32).map(PersonId::new) {
            let given = reviews.graph().reviews_by(v);
            let own: Vec<f64> = given.iter().filter_map(|&e| grades.of_review(e)).collect();
            let mean = own.iter().sum::<f64>() / own.len() as f64;
            prop_assert_eq!(grades.of_reviewer(v).is_some(), !own.is_empty());
            prop_assert!(own.is_empty() || (grades.of_reviewer(v).unwrap() - mean).abs() <= 5.1e-6);
        }
    }

    #[test]
    fn grades_are_weighted_means_to_five_decimals(
        reviews in small(),
        weights in prop::collection::vec(0..4_u8, 64),
    ) {
        let weights: Vec<f64> =
            weights[..reviews.graph().reviews()].iter().map(|&w| f64::from(w)).collect();
        let book = Moodle::default().weights(weights.clone()).aggregate(&reviews).unwrap();
        let plain = Moodle::default().aggregate(&reviews).unwrap();
        let mean = Mean.aggregate(&reviews).unwrap();
        for s in (0..reviews.graph().submissions() as u32).map(SubmissionId::new) {
            let range = reviews.graph().reviews_of(s);
            let sum: f64 = weights[range.clone()].iter().sum();
            let total: f64 =
                range.map(|e| weights[e] * reviews.column(0)[e]).sum();
            prop_assert_eq!(book.grade(s).is_some(), sum > 0.0);
            if let Some(grade) = book.grade(s) {
                // In percent of 0..10: five decimals are 1e-6 points.
                let hundred_thousands = 10.0 * grade * 1e5;
                prop_assert!((grade - total / sum).abs() <= 0.501e-6);
                prop_assert!((hundred_thousands - hundred_thousands.round()).abs() < 1e-6);
                let why = book.explain(&reviews, s).unwrap().unwrap();
                prop_assert!((why.sum() - grade).abs() <= 1e-12);
            }
            let close = |(a, b): (f64, f64)| (a - b).abs() <= 0.501e-6;
            prop_assert!(plain.grade(s).zip(mean.grade(s)).is_none_or(close));
            prop_assert_eq!(plain.grade(s).is_some(), mean.grade(s).is_some());
        }
    }
}

#[test]
fn halves_of_the_sixth_decimal_go_away_from_zero() {
    // 100 (0 + 1) / (2 x 128) % = 0.390625 %, which doubles hold exactly: 0.39063 % of 128.
    let reviews = matrix(&[[0.0, 1.0], [1.0, 1.0]], (0.0, 128.0));
    let [half, whole] = grades_of(&Moodle::default(), &reviews)[..] else { panic!() };
    assert!((half - 0.390_63 * 1.28).abs() < 1e-15);
    // 1 / 128 = 0.78125 %: on the grid already.
    assert_eq!(whole, 1.0);
}

#[test]
fn weights_and_grades_of_reviews_are_checked() {
    let reviews = line(&[60.0, 90.0]);
    for bad in [-1.0, f64::NAN, 2e9] {
        let moodle = Moodle::default().weights(vec![1.0, bad]).aggregate(&reviews);
        let best = BestAssessment::default().weights(vec![1.0, bad]).grades(&reviews);
        for error in [moodle.unwrap_err(), best.unwrap_err()] {
            assert!(matches!(error, AggregateError::Setting { .. }), "{error}");
        }
    }
    let short = Moodle::default().weights(vec![1.0]).aggregate(&reviews).unwrap_err();
    let (what, given, expected) = ("weights of reviews", 1, 2);
    assert_eq!(short, GradebookError::Length { what, given, expected }.into());
    let (work, stranger) = (SubmissionId::new(0), PersonId::new(2));
    let best = BestAssessment::default();
    let nobody = best.clone().overrule(work, stranger, 50.0).grades(&reviews).unwrap_err();
    let (submission, reviewer) = (work, stranger);
    let method = "moodle-best-assessment";
    assert_eq!(nobody, AggregateError::NoReview { method, submission, reviewer });
    let beyond = best.clone().overrule(work, PersonId::new(0), 101.0).grades(&reviews);
    assert!(matches!(beyond, Err(AggregateError::Setting { value: 101.0, .. })));
    // All weights 0: no grade of anything.
    assert_eq!(all(&best.clone().weights(vec![0.0; 2]).grades(&reviews).unwrap()).len(), 2);
    let nothing = best.weights(vec![0.0; 2]).grades(&reviews).unwrap();
    assert!(nothing.reviews().iter().chain(nothing.reviewers().iter()).all(|g| g.is_none()));
    let none = Moodle::default().weights(vec![0.0; 2]).aggregate(&reviews).unwrap();
    assert_eq!(none.grade(work), None);
    assert_eq!(none.explain(&reviews, work).unwrap(), None);
}

#[test]
fn teachers_overrule_and_exemplars_are_not_graded() {
    let mut cohort = Cohort::builder(3).unwrap();
    let [a, b, exemplar] =
        [[2], [2], [2]].map(|authors| cohort.submission(&authors.map(PersonId::new)).unwrap());
    let cohort = cohort.build();
    let rubric = Rubric::single(Scale::new(0.0, 100.0).unwrap());
    let mut rows = Reviews::builder(&cohort, rubric);
    rows.exemplar(exemplar, 90.0).unwrap().staff_grade(b, 12.0).unwrap();
    for (work, reviewer, score) in [(a, 0, 60.), (a, 1, 90.), (b, 0, 10.), (exemplar, 0, 0.)] {
        rows.add(work, PersonId::new(reviewer), &[score]).unwrap();
    }
    let reviews = rows.build().unwrap();
    let method = BestAssessment::default().overrule(a, PersonId::new(0), 25.0);
    let grades = method.grades(&reviews).unwrap();
    let of_reviews: Vec<_> = grades.reviews().iter().collect();
    assert_eq!(of_reviews, [Some(25.0), Some(100.0), Some(100.0), None]);
    // (25 + 100) / 2.
    assert_eq!(grades.of_reviewer(PersonId::new(0)), Some(62.5));
    let book = Moodle::default().aggregate(&reviews).unwrap();
    assert_eq!([a, b, exemplar].map(|s| book.grade(s)), [Some(75.0), Some(12.0), Some(90.0)]);
}

#[test]
fn calibration_gives_the_vectors() {
    let rare = [0.5, 0.5];
    let same = [50.0; 4];
    let mixed = [10., 20., 0., 30.];
    let two = [0.0, 100.0];
    let none = [0.0; 4];
    let mut cases: Vec<(&[f64], (u8, u8), f64)> = vec![
        (&rare, (5, 5), 100.0),
        (&mixed, (5, 5), 79.339),
        (&mixed, (9, 5), 93.29275),
        (&mixed, (1, 5), 48.72406),
        (&mixed, (4, 5), 73.1291),
        (&mixed, (5, 9), 85.0),
        (&mixed, (5, 0), 51.0),
        (&mixed, (7, 8), 95.30625),
        (&same, (5, 5), 50.0),
        (&same, (9, 5), 93.75),
        (&same, (1, 5), 6.25),
        (&same, (4, 5), 35.31856),
        (&same, (7, 8), 75.0),
        (&two, (5, 5), 33.35),
        (&two, (9, 5), 62.53125),
        (&two, (5, 9), 50.0),
        (&two, (5, 0), 0.0),
    ];
    cases.extend((1..=9).flat_map(|a| (0..=9).map(move |c| (a, c))).map(|s| (&none[..], s, 100.0)));
    for (deviations, (accuracy, consistency), expected) in cases {
        let method = Calibrated::new(accuracy, consistency).unwrap();
        let score = 100.0 * method.score(deviations);
        assert!(
            (score - expected).abs() <= 5.1e-6,
            "{deviations:?} {accuracy} {consistency} {score}"
        );
    }
}

/// Four exemplars with reference 50 and one work, three reviewers with these deviations.
fn calibration(
    base: Calibrated,
    deviations: [[f64; 4]; 3],
    scores: [f64; 3],
) -> (Reviews, Calibrated) {
    let mut cohort = Cohort::builder(4).unwrap();
    let exemplars: Vec<_> = (0..4).map(|_| cohort.submission(&[]).unwrap()).collect();
    let work = cohort.submission(&[PersonId::new(3)]).unwrap();
    let cohort = cohort.build();
    let rubric = Rubric::single(Scale::new(0.0, 100.0).unwrap());
    let mut rows = Reviews::builder(&cohort, rubric);
    let mut method = base;
    for (i, &exemplar) in exemplars.iter().enumerate() {
        rows.exemplar(exemplar, 50.0).unwrap();
        method = method.reference(exemplar, &[50.0]);
        for (reviewer, own) in (0..).map(PersonId::new).zip(&deviations) {
            rows.add(exemplar, reviewer, &[50.0 - own[i]]).unwrap();
        }
    }
    for (reviewer, score) in (0..).map(PersonId::new).zip(scores) {
        rows.add(work, reviewer, &[score]).unwrap();
    }
    (rows.build().unwrap(), method)
}

#[test]
fn a_calibrated_grade_is_the_vector() {
    let deviations = [[0.0; 4], [10., 20., 0., 30.], [50.; 4]];
    let base = Calibrated::default().required(4);
    let (reviews, method) = calibration(base, deviations, [80., 60., 90.]);
    let grades = method.review_grades(&reviews).unwrap();
    let scores = [0, 1, 2].map(|v| grades.of_reviewer(PersonId::new(v)));
    assert_eq!(scores, [Some(100.0), Some(79.339), Some(50.0)]);
    assert_eq!(grades.of_reviewer(PersonId::new(3)), None);
    let work = SubmissionId::new(4);
    let book = method.aggregate(&reviews).unwrap();
    // (8000 + 60 x 79.339 + 4500) / 229.339 = 75.2612508, of which the platform keeps five decimals.
    let why = book.explain(&reviews, work).unwrap().unwrap();
    let raw: f64 = why.lines()[..3].iter().map(crate::gradebook::Line::contribution).sum();
    assert!((raw - 75.261_250_8).abs() <= 5.1e-8, "{raw}");
    assert_eq!(book.grade(work), Some(75.26125));
    // Twice the weight for the last one: (17260.34 + 4500) / 279.339 = 77.89940...
    let weights = (0..reviews.graph().reviews()).map(|e| if e == 14 { 2.0 } else { 1.0 });
    let weighted = method.clone().weights(weights.collect()).aggregate(&reviews).unwrap();
    let expected = (17_260.34 + 4500.0) / 279.339;
    assert!((weighted.grade(work).unwrap() - expected).abs() <= 5.1e-6);
    // Overruled to 0, the last review counts nowhere: (8000 + 4760.34) / 179.339.
    let overruled = method.overrule(work, PersonId::new(2), 0.0).aggregate(&reviews).unwrap();
    assert!((overruled.grade(work).unwrap() - 12_760.34 / 179.339).abs() <= 5.1e-6);
}

#[test]
fn without_a_competent_reviewer_there_is_no_grade() {
    // x = .75, the mean distance is 25 %, and 4 x .75 - 4 + 1 = 0.
    let deviations = [[0., 50., 0., 50.]; 3];
    let strict = Calibrated::new(5, 0).unwrap();
    let (reviews, method) = calibration(strict, deviations, [80., 60., 90.]);
    let work = SubmissionId::new(4);
    let book = method.aggregate(&reviews).unwrap();
    assert_eq!((book.grade(work), book.reviews(work)), (None, 3));
    // Without references everybody scores 1.
    let plain = Calibrated::default().aggregate(&reviews).unwrap();
    let moodle = Moodle::default().aggregate(&reviews).unwrap();
    assert!(plain.grades().eq(moodle.grades()));
    let fair = Calibrated::default().required(4);
    let (reviews, method) = calibration(fair, deviations, [80., 60., 90.]);
    // Who judged fewer than required scores 0.
    let only = reviews.only(|_, s, r| s.get() != 0 || r.get() != 1);
    let scores = method.review_grades(&only).unwrap();
    assert_eq!(scores.of_reviewer(PersonId::new(1)), Some(0.0));
    assert!(scores.of_reviewer(PersonId::new(0)).unwrap() > 0.0);
}

#[test]
fn calibration_refuses_bad_settings_and_references() {
    for (accuracy, consistency) in [(0, 5), (10, 5), (5, 10)] {
        let error = Calibrated::new(accuracy, consistency).unwrap_err();
        assert!(matches!(error, AggregateError::Setting { .. }), "{error}");
    }
    let (reviews, method) = calibration(Calibrated::default(), [[0.0; 4]; 3], [1.0; 3]);
    let refused = |method: &Calibrated| method.aggregate(&reviews).unwrap_err();
    for required in [0, 5] {
        let error = refused(&method.clone().required(required));
        assert!(matches!(error, AggregateError::Setting { setting: "required", .. }), "{error}");
    }
    let work = SubmissionId::new(4);
    let error = refused(&method.clone().reference(work, &[1.0]));
    assert!(matches!(error, AggregateError::Submission { submission, .. } if submission == work));
    let exemplar = SubmissionId::new(0);
    let error = refused(&method.clone().reference(exemplar, &[1.0, 2.0]));
    assert!(matches!(error, AggregateError::Gradebook(GradebookError::Length { .. })), "{error}");
    let error = refused(&method.reference(exemplar, &[101.0]));
    assert!(matches!(error, AggregateError::Score { criterion: 0, .. }), "{error}");
}
