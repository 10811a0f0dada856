//! The estimators against the equations, written out over a dense matrix.
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

mod dense;

use proptest::prelude::*;

use self::dense::{Dense, mean};
use super::*;
use crate::aggregate::Aggregator;
use crate::aggregate::fixtures::{matrix, small};
use crate::cohort::Cohort;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::reviews::Reviews;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;
use crate::seed::{Phase, Seed};

/// Whether a course lets parameters be learned.
fn enough(dense: &Dense) -> bool {
    dense.rated().len() >= 4 && dense.rated().iter().any(|&u| dense.row(u).count() > 1)
}

proptest! {
    #[test]
    fn rounds_are_those_of_the_equations(reviews in small(), rounds in 1..9_u32) {
        let mut dense = Dense::new(&reviews);
        if enough(&dense) {
            dense.em(rounds);
            let em = Pg1Em::default().tolerance(0.0).max_iterations(rounds);
            dense.agrees(&reviews, &em.aggregate(&reviews).unwrap(), 1e-9);
            let mut dense = Dense::new(&reviews);
            dense.vb(rounds);
            let vb = Pg1Vb::default().tolerance(0.0).max_iterations(rounds);
            dense.agrees(&reviews, &vb.aggregate(&reviews).unwrap(), 1e-9);
        }
    }
}

/// A course after PG1: `n` works, the k next people review each.
fn course(n: usize, k: usize, number: u64) -> Reviews {
    let mut draws = Seed::new(number).stream(Phase::SimulatedNoise, 0);
    let quality: Vec<f64> = (0..n).map(|_| 70.0 + 12.0 * draws.normal()).collect();
    let bias: Vec<f64> = (0..n).map(|_| 8.0 * draws.normal()).collect();
    let precision: Vec<f64> = (0..n).map(|_| draws.gamma(1.0) / 50.0).collect();
    let cohort = Cohort::individuals(n).unwrap();
    let scale = Scale::new(-100.0, 300.0).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
    for u in 0..n {
        for v in (1..=k).map(|i| (u + i * i) % n) {
            let score = quality[u] + bias[v] + draws.normal() / precision[v].sqrt();
            let score = score.clamp(-100.0, 300.0);
            rows.add(SubmissionId::new(to_u32(u)), PersonId::new(to_u32(v)), &[score]).unwrap();
        }
    }
    rows.build().unwrap()
}

/// Long steps, common biases and Newton's method are only a way to the fixed point of the plain
/// equations, gone here step by step with the law of precisions from its two moments.
#[test]
fn rounds_end_where_the_plain_ones_do() {
    for number in 1..=2 {
        let reviews = course(120, 6, number);
        let mut dense = Dense::new(&reviews);
        dense.start();
        for _ in 0..2500 {
            dense.round(1.0, false, |_| 0.0);
        }
        let em = Pg1Em::default().tolerance(1e-12).max_iterations(1000);
        let book = em.aggregate(&reviews).unwrap();
        assert!(book.fit().converged());
        dense.agrees(&reviews, &book, 1e-7);

        let mut dense = Dense::new(&reviews);
        dense.start();
        for _ in 0..2500 {
            dense.law_of_items();
            let learned: Vec<[f64; 4]> =
                (0..120).map(|v| dense.learned(v, dense.t[v], true)).collect();
            dense.round(1.0, true, |_| 0.0);
            dense.law.bias = 1.0 / mean(learned.iter().map(|l| l[1] * l[1] + l[2]));
            let t = mean(learned.iter().map(|l| l[0]));
            let digamma = math::digamma(dense.law.shape + 3.0);
            let c = mean(learned.iter().map(|l| digamma - l[3].ln())) - t.ln();
            let mut shape = -0.5 / c;
            for _ in 0..6 {
                let slope = math::trigamma(shape) - 1.0 / shape;
                shape -= (math::digamma(shape) - shape.ln() - c) / slope;
            }
            (dense.law.shape, dense.law.rate) = (shape, shape / t);
        }
        assert!(dense.law.shape < 100.0);
        let vb = Pg1Vb::default().tolerance(1e-12).max_iterations(1000);
        let book = vb.aggregate(&reviews).unwrap();
        assert!(book.fit().converged() && book.fit().iterations() < 200, "{:?}", book.fit());
        dense.agrees(&reviews, &book, 1e-6);
    }
}

/// Solves `a x = y` by elimination.
/// Large courses are fitted in single precision.
#[test]
fn single_precision_changes_no_grade_by_a_thousandth_of_a_point() {
    let reviews = course(3000, 5, 7);
    let ratings = Ratings::by_spread(&reviews).unwrap();
    let (em, vb) = (Pg1Em::default(), Pg1Vb::default());
    for books in [
        [em.fitted::<f32>(&ratings), em.fitted::<f64>(&ratings)],
        [vb.fitted::<f32>(&ratings), vb.fitted::<f64>(&ratings)],
    ] {
        let [single, double] = books.map(|book| book.build().unwrap());
        assert!(single.grades().ne(double.grades()));
        for (single, double) in single.grades().flatten().zip(double.grades().flatten()) {
            assert!((single - double).abs() < 1e-3, "{single} {double}");
        }
    }
}

fn solved(mut a: Vec<Vec<f64>>, mut y: Vec<f64>) -> Vec<f64> {
    let n = y.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs())).unwrap();
        a.swap(i, pivot);
        y.swap(i, pivot);
        for row in (0..n).filter(|&row| row != i) {
            let factor = a[row][i] / a[i][i];
            for column in i..n {
                a[row][column] -= factor * a[i][column];
            }
            y[row] -= factor * y[i];
        }
    }
    (0..n).map(|i| y[i] / a[i][i]).collect()
}

proptest! {
    /// With one precision that all have for sure, grades and biases are the best linear unbiased
    /// predictions of crossed random effects.
    #[test]
    fn one_precision_gives_crossed_random_effects(reviews in small()) {
        let (n, m) = (reviews.graph().submissions(), reviews.graph().people());
        let (mu, vs, vb, se) = (5.0, 2.0, 0.5, 1.5);
        let mut a = vec![vec![0.0; n + m]; n + m];
        let mut y = vec![0.0; n + m];
        (0..n).for_each(|u| a[u][u] = se / vs);
        (0..m).for_each(|v| a[n + v][n + v] = se / vb);
        for ((u, v), z) in reviews.graph().iter().zip(reviews.column(0)) {
            for i in [u.index(), n + v.index()] {
                y[i] += z - mu;
                for j in [u.index(), n + v.index()] {
                    a[i][j] += 1.0;
                }
            }
        }
        let x = solved(a, y);
        let shape = 1e12;
        let method = Pg1Em::default().mean(mu).quality_variance(vs).bias_variance(vb);
        let method = method.precision(shape, shape * se).tolerance(1e-13).max_iterations(10_000);
        let book = method.aggregate(&reviews).unwrap();
        for u in 0..n {
            if let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) {
                prop_assert!((grade - (mu + x[u]).clamp(0.0, 10.0)).abs() < 1e-7, "{} {}", grade, x[u]);
            }
        }
        for v in 0..m {
            if let Some(bias) = book.bias(PersonId::new(to_u32(v))) {
                prop_assert!((bias - x[n + v]).abs() < 1e-7, "{} {}", bias, x[n + v]);
            }
        }
    }
}

#[test]
fn courses_that_teach_nothing_give_means_and_say_so() {
    let none = f64::NAN;
    let once = matrix(&[[2.0, none], [none, 4.0], [6.0, none], [none, 7.0]], (0.0, 10.0));
    let few = matrix(&[[2.0, 4.0], [5.0, 7.0]], (0.0, 10.0));
    let flat = matrix(&[[2.0, 6.0], [6.0, 2.0], [2.0, 6.0], [6.0, 2.0]], (0.0, 10.0));
    let equal = matrix(&[[3.0, 3.0], [3.0, 3.0], [3.0, 3.0], [3.0, 3.0]], (0.0, 10.0));
    for method in [&Pg1Vb::default() as &dyn Aggregator, &Pg1Em::default()] {
        for (reviews, warnings, means) in [
            (&once, vec![Warning::NoRepeatedReviews], vec![2.0, 4.0, 6.0, 7.0]),
            (&few, vec![Warning::TooFewSubmissions], vec![3.0, 6.0]),
            (&flat, vec![Warning::NoSpread], vec![4.0; 4]),
            (&equal, vec![], vec![3.0; 4]),
        ] {
            let book = method.aggregate(reviews).unwrap();
            assert_eq!(book.warnings(), warnings);
            for (grade, mean) in book.grades().flatten().zip(means) {
                assert!((grade - mean).abs() < 1e-9, "{grade} {mean}");
            }
        }
    }
}

/// A second criterion is as good as as many more works: one bias and one precision of a reviewer
/// serve both, whatever the units.
#[test]
fn criteria_share_their_reviewers() {
    let one = course(40, 5, 9);
    let cohort = Cohort::individuals(40).unwrap();
    let scales = [Scale::new(-100.0, 300.0).unwrap(), Scale::new(-1000.0, 3000.0).unwrap()];
    let rubric =
        Rubric::new([("a", scales[0]), ("b", scales[1])].map(|(n, s)| Criterion::new(n, s)));
    let mut both = Reviews::builder(&cohort, rubric.unwrap());
    let mut many = Cohort::builder(40).unwrap();
    for i in 0..80 {
        many.submission(&[PersonId::new(i % 40)]).unwrap();
    }
    let many = many.build();
    let mut twice = Reviews::builder(&many, Rubric::single(scales[0]));
    for ((work, person), &z) in one.graph().iter().zip(one.column(0)) {
        let other = 60.0 + 0.5 * z + f64::from(person.get() % 3);
        both.add(work, person, &[z, 10.0 * other]).unwrap();
        twice.add(work, person, &[z]).unwrap();
        twice.add(SubmissionId::new(work.get() + 40), person, &[other]).unwrap();
    }
    let (both, twice) = (both.build().unwrap(), twice.build().unwrap());
    // Both criteria have their own zero and unit; so have, here, both halves of the works.
    let mut dense = Dense::new(&twice);
    dense.standardise_halves(&twice);
    let mut other = dense.clone();
    dense.em(7);
    other.vb(7);
    let em = Pg1Em::default().tolerance(0.0).max_iterations(7);
    let vb = Pg1Vb::default().tolerance(0.0).max_iterations(7);
    for (method, dense) in [(&em as &dyn Aggregator, dense), (&vb, other)] {
        let book = method.aggregate(&both).unwrap();
        for u in 0..80 {
            let (work, c) = (SubmissionId::new(to_u32(u % 40)), u / 40);
            let (zero, unit) = dense.halves[c];
            let scale = [1.0, 10.0][c];
            let (s, variance) = dense.graded(u);
            let grade = book.criterion_grade(work, c).unwrap() / scale;
            assert!((grade - (zero + unit * s)).abs() < 1e-9, "{grade}");
            let error = book.criterion_std_error(work, c).unwrap() / scale;
            assert!((error - unit * variance.sqrt()).abs() < 1e-9, "{error}");
        }
        let points = dense.halves[0].1 + 10.0 * dense.halves[1].1;
        for v in 0..40 {
            let bias = book.bias(PersonId::new(to_u32(v))).unwrap();
            assert!((bias - points * dense.b[v]).abs() < 1e-8, "{bias}");
        }
    }
}

#[test]
fn settings_are_checked() {
    let reviews = matrix(&[[1.0, 2.0]], (0.0, 10.0));
    for method in [
        Pg1Em::default().mean(f64::NAN),
        Pg1Em::default().mean(11.0),
        Pg1Em::default().quality_variance(0.0),
        Pg1Em::default().bias_variance(f64::INFINITY),
        Pg1Em::default().precision(-1.0, 1.0),
        Pg1Em::default().precision(1.0, f64::NAN),
        Pg1Em::default().tolerance(-1.0),
    ] {
        assert!(method.aggregate(&reviews).is_err());
    }
    assert!(Pg1Vb::default().max_iterations(0).aggregate(&reviews).is_err());
}
