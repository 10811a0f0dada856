//! Laws that hold for every aggregator of the method list, on small courses of any shape and with
//! the numbers that break things. `.ci/laws` lists these and the laws that stand beside what they
//! are about in `src`, a line each, and counts them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test may fail, and is a plain oracle

mod common;
#[path = "laws/more.rs"]
mod more;

use common::{Row, reviews_of, rows, scale, submissions};
use peergrade::aggregate::{METHODS, Mean, Median, TrimmedMean};
use peergrade::{
    Aggregator, Criterion, Gradebook, PersonId, ReviewGraph, Reviews, Rubric, Scale, SubmissionId,
};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn all(reviews: &Reviews) -> Vec<Gradebook> {
    METHODS.iter().map(|m| m.aggregator().aggregate(reviews).unwrap()).collect()
}

/// A law that not every method keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Law {
    /// Equal scores give that grade, to rounding.
    Unanimity,
    /// Twice the points give twice the grade, to the bit.
    Doubling,
    /// More points for everybody on a scale as much higher are as many more in every grade.
    Shift,
    /// A reflected scale reflects every grade.
    Reflection,
    /// Other numbers for people and works are the same grades, to rounding.
    Labels,
    /// A staff grade changes no other grade.
    Staff,
}

use Law::{Doubling, Labels, Reflection, Shift, Staff, Unanimity};

/// Who keeps a law not, and why.
const EXEMPT: &[(&str, &[Law], &str)] = &[
    ("ora2-median", &[Unanimity, Doubling, Shift, Reflection], "rounds up to whole points"),
    ("ora2-mean", &[Unanimity, Doubling, Shift, Reflection], "rounds up to whole points"),
    ("moodle", &[Unanimity], "rounds to five decimals of a hundredth"),
    ("burrell-em", &[Unanimity, Reflection], "its prior is 7 of 10"),
    ("mfrm", &[Unanimity], "draws ends of the scale to its middle"),
    ("peer-rank", &[Reflection], "who wrote good work has more weight"),
    ("rank-with-ta", &[Unanimity, Reflection, Staff], "and staff know who wrote good work"),
    ("pg1-gibbs", &[Labels], "draws"),
    ("pg2", &[Labels], "draws"),
    ("pg3", &[Labels, Reflection], "draws, and who wrote good work has more weight"),
    ("pg4", &[Labels, Reflection], "draws, and who wrote good work has more weight"),
    ("pg5", &[Labels, Reflection], "draws, and who wrote good work has more weight"),
];

/// The methods that keep this law.
fn lawful(law: Law) -> impl Iterator<Item = Box<dyn Aggregator>> {
    let keeps =
        move |name: &str| !EXEMPT.iter().any(|(of, laws, _)| *of == name && laws.contains(&law));
    METHODS
        .iter()
        .filter(move |method| keeps(method.name()))
        .map(peergrade::aggregate::Method::aggregator)
}

/// The gradebooks of the methods that keep this law.
fn books(law: Law, reviews: &Reviews) -> Vec<Gradebook> {
    lawful(law).map(|method| method.aggregate(reviews).unwrap()).collect()
}

/// Whether the same grades, moved by `map`, come out of another course for every method that keeps the
/// law; what is wrong otherwise. `row` makes the rows of the other course, `there` is where a work of the
/// one is in the other.
///
/// Rounding may decide where the course lies on an edge of a method with rounds: two reviewers
/// as good as each other of whom one will have all the weight, or variances that the scores say nothing of.
/// There scores that differ in the ninth digit carry the grades as far.
fn same(
    law: Law,
    (n, rows): (u32, &[Row]),
    (scale_there, row): (Scale, impl Fn(&Row) -> Row),
    there: impl Fn(SubmissionId) -> SubmissionId,
    map: impl Fn(f64) -> f64,
) -> Result<(), String> {
    let here = Rubric::single(scale());
    let a = reviews_of(here.clone(), n, rows);
    let rows_there: Vec<Row> = rows.iter().map(row).collect();
    let b = reviews_of(Rubric::single(scale_there), n, &rows_there);
    for method in lawful(law) {
        let [x, y] = [&a, &b].map(|reviews| method.aggregate(reviews).unwrap());
        let apart = farthest(n, |s| (x.grade(s).map(&map), y.grade(there(s))));
        let errors = farthest(n, |s| (x.std_error(s), y.std_error(there(s))));
        let farther = apart.max(errors);
        if farther > tolerance(&x, &y)
            && (x.fit().iterations() == 0 || farther > 4.0 * wobble(&*method, n, rows))
        {
            return Err(format!("{}: {apart} in a grade, {errors} in an error", method.name()));
        }
    }
    Ok(())
}

/// The largest distance between two columns; infinite where one has a number that the other has not.
fn farthest(n: u32, pair: impl Fn(SubmissionId) -> (Option<f64>, Option<f64>)) -> f64 {
    let distance = |s| match pair(s) {
        (Some(a), Some(b)) => (a - b).abs(),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    };
    submissions(n).map(distance).fold(0.0, f64::max)
}

/// How far scores that differ in the ninth digit carry a grade or an error apart.
fn wobble(method: &dyn Aggregator, n: u32, rows: &[Row]) -> f64 {
    let fit =
        |rows: &[Row]| method.aggregate(&reviews_of(Rubric::single(scale()), n, rows)).unwrap();
    let fits: Vec<Gradebook> = (0..24_u32)
        .map(|copy| {
            let mut draw = ChaCha8Rng::seed_from_u64(copy.into());
            let mut jitter =
                |z: f64| (z + 1e-8 * (f64::from(draw.next_u32()) / 4e9 - 0.5)).clamp(0.0, 10.0);
            let rows: Vec<Row> =
                rows.iter().map(|(s, r, z)| (*s, *r, vec![jitter(z[0])])).collect();
            fit(&rows)
        })
        .collect();
    let plain = fit(rows);
    let apart = |other: &Gradebook| {
        let grades = farthest(n, |s| (plain.grade(s), other.grade(s)));
        grades.max(farthest(n, |s| (plain.std_error(s), other.std_error(s))))
    };
    fits.iter().map(apart).fold(0.0, f64::max)
}

fn bits(grades: &Gradebook) -> Vec<Option<u64>> {
    let std_errors = submissions(u32::try_from(grades.submissions()).unwrap());
    grades
        .grades()
        .chain(std_errors.map(|s| grades.std_error(s)))
        .map(|x| x.map(f64::to_bits))
        .collect()
}

/// How far rounding may carry two fits of the same course apart: rounds end one earlier or later.
fn tolerance(a: &Gradebook, b: &Gradebook) -> f64 {
    1e-5 + 10.0 * a.fit().last_change() + 10.0 * b.fit().last_change()
}

/// A hundred orders of the rows of a course that is large enough for the order of a sum to show.
#[test]
fn a_hundred_orders_of_rows_give_the_same_bits() {
    let n = 60_u32;
    let rows: Vec<Row> = (0..n)
        .flat_map(|s| (1..=5).map(move |k| (s, (s + 7 * k) % n, s * 31 + k * 17)))
        .map(|(s, r, x)| {
            let score = 10.0 * f64::from(x * x % 1009) / 1009.0;
            (SubmissionId::new(s), PersonId::new(r), vec![score])
        })
        .collect();
    let grades = |rows: &[Row]| all(&reviews_of(Rubric::single(scale()), n, rows));
    let first = grades(&rows);
    let mut draw = ChaCha8Rng::seed_from_u64(1);
    let mut shuffled = rows;
    for _ in 0..100 {
        for i in (1..shuffled.len()).rev() {
            shuffled.swap(i, draw.next_u32() as usize % (i + 1));
        }
        for (here, there) in grades(&shuffled).iter().zip(&first) {
            assert_eq!(bits(here), bits(there), "{}", here.method());
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_rows_changes_no_bit(
        ((n, rows), shuffled) in rows(1).prop_flat_map(|(n, rows)| {
            (Just((n, rows.clone())), Just(rows).prop_shuffle())
        }),
    ) {
        let rubric = Rubric::single(scale());
        let (a, b) = (reviews_of(rubric.clone(), n, &rows), reviews_of(rubric, n, &shuffled));
        prop_assert_eq!(&a, &b);
        for (a, b) in all(&a).iter().zip(&all(&b)) {
            prop_assert_eq!(bits(a), bits(b));
        }
    }

    #[test]
    fn a_grade_is_finite_within_the_scale_and_there_exactly_where_reviews_are(
        (n, rows) in rows(1),
    ) {
        let reviews = reviews_of(Rubric::single(scale()), n, &rows);
        for grades in all(&reviews) {
            for s in submissions(n) {
                let scores = reviews.scores_of(s, 0);
                prop_assert_eq!(grades.grade(s).is_some(), !scores.is_empty());
                if let Some(grade) = grades.grade(s) {
                    prop_assert!((0.0..=10.0).contains(&grade), "{}", grade);
                    let interval = grades.interval(s, 0.9);
                    prop_assert_eq!(interval.is_some(), grades.std_error(s).is_some());
                    if let Some(interval) = interval {
                        prop_assert!(interval.low.is_finite() && interval.high.is_finite());
                        prop_assert!(interval.contains(grade));
                    }
                }
            }
        }
    }

    #[test]
    fn equal_scores_give_exactly_that_grade((n, rows) in rows(1), score in common::score()) {
        let rows: Vec<Row> = rows.into_iter().map(|(s, r, _)| (s, r, vec![score])).collect();
        let reviews = reviews_of(Rubric::single(scale()), n, &rows);
        for grades in [Mean.aggregate(&reviews), Median.aggregate(&reviews), TrimmedMean::default().aggregate(&reviews)] {
            for grade in grades.unwrap().grades().flatten() {
                prop_assert_eq!(grade.to_bits(), (score + 0.0).to_bits());
            }
        }
        for grades in books(Unanimity, &reviews) {
            for grade in grades.grades().flatten() {
                prop_assert!((grade - score).abs() <= 1e-9, "{}: {} {}", grades.method(), grade, score);
            }
        }
    }

    #[test]
    fn doubling_every_score_doubles_every_grade_exactly((n, rows) in rows(1)) {
        // Sums of the smallest doubles are not exact.
        let exact = |z: f64| if z > 1e-150 { z } else { 0.0 };
        let rows: Vec<Row> = rows.iter().map(|(s, r, z)| (*s, *r, vec![exact(z[0])])).collect();
        let twice: Vec<Row> =
            rows.iter().map(|(s, r, z)| (*s, *r, z.iter().map(|z| 2.0 * z).collect())).collect();
        let doubled = Rubric::single(Scale::new(0.0, 20.0).unwrap());
        let a = reviews_of(Rubric::single(scale()), n, &rows);
        let b = reviews_of(doubled, n, &twice);
        for (a, b) in books(Doubling, &a).iter().zip(&books(Doubling, &b)) {
            let twice = |x: Option<f64>| x.map(|x| (2.0 * x).to_bits());
            let twice: Vec<_> = a.grades().map(twice).collect();
            let b: Vec<_> = b.grades().map(|x| x.map(f64::to_bits)).collect();
            prop_assert_eq!(twice, b, "{}", a.method());
        }
    }

    #[test]
    fn a_reflected_scale_reflects_every_grade((n, rows) in rows(1)) {
        let mirror = |(s, r, z): &Row| (*s, *r, vec![10.0 - z[0]]);
        let held = same(Reflection, (n, &rows), (scale(), mirror), |s| s, |x| 10.0 - x);
        prop_assert!(held.is_ok(), "{:?}", held);
    }

    #[test]
    fn a_shifted_scale_shifts_every_grade((n, rows) in rows(1)) {
        // Numbers that a shift by 3 rounds are other scores.
        let fine = |z: f64| 3.0 + z - 3.0;
        let rows: Vec<Row> = rows.iter().map(|(s, r, z)| (*s, *r, vec![fine(z[0])])).collect();
        let shifted = |(s, r, z): &Row| (*s, *r, vec![3.0 + z[0]]);
        let higher = Scale::new(3.0, 13.0).unwrap();
        let held = same(Shift, (n, &rows), (higher, shifted), |s| s, |x| 3.0 + x);
        prop_assert!(held.is_ok(), "{:?}", held);
    }

    /// People and works are numbered from the other end.
    #[test]
    fn other_labels_give_the_same_grades((n, rows) in rows(1)) {
        let other = |i: u32| n - 1 - i;
        let there = |s: SubmissionId| SubmissionId::new(other(s.get()));
        let relabelled = |(s, r, z): &Row| (there(*s), PersonId::new(other(r.get())), z.clone());
        let held = same(Labels, (n, &rows), (scale(), relabelled), there, |x| x);
        prop_assert!(held.is_ok(), "{:?}", held);
    }

    #[test]
    fn raising_a_score_never_lowers_mean_or_median(
        (n, rows) in rows(1),
        which in any::<prop::sample::Index>(),
        to in common::score(),
    ) {
        prop_assume!(!rows.is_empty());
        let mut raised = rows.clone();
        let (s, _, z) = &mut raised[which.index(rows.len())];
        let s = *s;
        z[0] = if to > z[0] { to } else { z[0] };
        let a = reviews_of(Rubric::single(scale()), n, &rows);
        let b = reviews_of(Rubric::single(scale()), n, &raised);
        for method in [&Mean as &dyn Aggregator, &Median, &TrimmedMean::default()] {
            let [a, b] = [&a, &b].map(|r| method.aggregate(r).unwrap().grade(s).unwrap());
            prop_assert!(b >= a, "{}: {} -> {}", method.name(), a, b);
        }
    }

    #[test]
    fn an_explanation_adds_up_to_the_grade((n, rows) in rows(2)) {
        let rubric = Rubric::new([
            Criterion::new("code", scale()).with_weight(3.0),
            Criterion::new("style", scale()).with_weight(0.5),
        ]).unwrap();
        let reviews = reviews_of(rubric, n, &rows);
        for grades in all(&reviews) {
            for s in submissions(n) {
                let why = grades.explain(&reviews, s).unwrap();
                prop_assert_eq!(why.as_ref().map(peergrade::Explanation::grade), grades.grade(s));
                if let Some(why) = why {
                    prop_assert!((why.sum() - why.grade()).abs() <= 1e-12 * 35.0);
                }
            }
        }
    }

    #[test]
    fn criteria_add_up_to_the_total((n, rows) in rows(2)) {
        let rubric = Rubric::new([
            Criterion::new("code", scale()).with_weight(3.0),
            Criterion::new("style", scale()).with_weight(0.5),
        ]).unwrap();
        let reviews = reviews_of(rubric.clone(), n, &rows);
        for grades in all(&reviews) {
            for s in submissions(n) {
                let parts: Option<Vec<f64>> =
                    (0..2).map(|c| grades.criterion_grade(s, c)).collect();
                prop_assert_eq!(parts.map(|parts| rubric.total(&parts)), grades.grade(s));
                for c in 0..2 {
                    let errors = (grades.std_error(s), grades.criterion_std_error(s, c));
                    prop_assert_eq!(errors.0.is_some(), errors.1.is_some());
                    prop_assert!(errors.1.unwrap_or_default().is_finite());
                }
            }
        }
    }

    #[test]
    fn a_staff_grade_stands_and_changes_no_other_grade(
        (n, rows) in rows(1),
        grade in common::score(),
    ) {
        let cohort = peergrade::Cohort::individuals(n as usize).unwrap();
        let mut builder = Reviews::builder(&cohort, Rubric::single(scale()));
        for (s, r, z) in &rows {
            builder.add(*s, *r, z).unwrap();
        }
        let without = builder.build().unwrap();
        let graded = SubmissionId::new(0);
        let with = builder.staff_grade(graded, grade).unwrap().build().unwrap();
        for with in all(&with) {
            prop_assert_eq!(with.grade(graded).map(f64::to_bits), Some((grade + 0.0).to_bits()));
            prop_assert_eq!(with.std_error(graded), None);
        }
        for (with, without) in books(Staff, &with).iter().zip(&books(Staff, &without)) {
            prop_assert_eq!(with.peer_grade(graded), without.grade(graded));
            for s in submissions(n).skip(1) {
                prop_assert_eq!(with.grade(s), without.grade(s));
            }
        }
    }

    #[test]
    fn the_graph_of_rows_is_the_graph_of_pairs((n, rows) in rows(1)) {
        let pairs: Vec<_> = rows.iter().map(|(s, r, _)| (*s, *r)).collect();
        let graph = ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap();
        let reviews = reviews_of(Rubric::single(scale()), n, &rows);
        prop_assert_eq!(reviews.graph(), &graph);
        let given: usize = (0..n).map(|r| graph.submissions_of(PersonId::new(r)).len()).sum();
        prop_assert_eq!(given, pairs.len());
    }
}

/// What proptest cannot find in reasonable time, each a bug that was there once.
mod once_broken {
    use super::*;

    fn one_work(scale: Scale, scores: &[f64]) -> Reviews {
        let people = scores.len() + 1;
        let cohort = peergrade::Cohort::individuals(people).unwrap();
        let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
        for (i, &score) in (1..).zip(scores) {
            rows.add(SubmissionId::new(0), PersonId::new(i), &[score]).unwrap();
        }
        rows.build().unwrap()
    }

    #[test]
    fn a_trim_of_almost_a_half_keeps_a_score() {
        let reviews = one_work(scale(), &[1.0, 2.0, 4.0, 9.0]);
        let trimmed = TrimmedMean::new(0.499_999_999_9).unwrap().aggregate(&reviews).unwrap();
        assert_eq!(trimmed.grade(SubmissionId::new(0)), Some(3.0));
    }

    #[test]
    fn the_mean_of_duplicates_is_of_no_order_and_does_not_overflow() {
        let mean = |scale: Scale, scores: &[f64]| {
            let cohort = peergrade::Cohort::individuals(2).unwrap();
            let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
            for &score in scores {
                rows.add(SubmissionId::new(0), PersonId::new(1), &[score]).unwrap();
            }
            rows.duplicates(peergrade::Duplicates::Mean);
            rows.build().unwrap().column(0)[0]
        };
        let [a, b] = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]].map(|z| mean(scale(), &z));
        assert_eq!(a.to_bits(), b.to_bits());
        let huge = Scale::new(0.0, 1.7e308).unwrap();
        assert!((mean(huge, &[1.5e308, 1.0e308]) / 1.25e308 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn equal_scores_of_a_decimal_scale_stay_on_it() {
        for top in [0.1, 0.3, 0.7, 1.1, 3.3] {
            let scale = Scale::new(0.0, top).unwrap();
            let n = 101;
            let pairs = (0..n).flat_map(|s| (1..5).map(move |k| (s, (s + k) % n)));
            let rows: Vec<Row> =
                pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r), vec![top])).collect();
            for grades in all(&reviews_of(Rubric::single(scale), n, &rows)) {
                for grade in grades.grades().flatten() {
                    assert_eq!(scale.check(grade), Ok(grade), "{}", grades.method());
                }
            }
        }
    }

    #[test]
    fn a_small_noisy_course_keeps_something_of_every_review_and_says_so() {
        let rows: Vec<Row> = [(0, 1, 3.0), (0, 2, 9.0), (1, 2, 4.0), (1, 3, 8.0), (2, 3, 2.0)]
            .into_iter()
            .chain([(2, 0, 10.0), (3, 0, 7.0), (3, 1, 5.0)])
            .map(|(s, r, z)| (SubmissionId::new(s), PersonId::new(r), vec![z]))
            .collect();
        let reviews = reviews_of(Rubric::single(scale()), 4, &rows);
        let grades = peergrade::aggregate::ShrunkMean.aggregate(&reviews).unwrap();
        assert_eq!(grades.warnings(), [peergrade::Warning::NoSpread]);
        let why = grades.explain(&reviews, SubmissionId::new(0)).unwrap().unwrap();
        // (n - 3) / (n - 1) of the weight is the prior's, the rest is that of two reviews.
        let weights = why.lines().iter().map(|line| match line {
            peergrade::Line::Review { weight, .. } | peergrade::Line::Prior { weight, .. } => {
                *weight
            }
            _ => f64::NAN,
        });
        let expected = [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0];
        assert!(weights.zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
