//! The estimators against the equations, written out over a dense matrix.

use proptest::prelude::*;

use super::*;
use crate::aggregate::Aggregator;
use crate::aggregate::fixtures::{matrix, small};
use crate::cohort::Cohort;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, to_u32};
use crate::reviews::Reviews;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;
use crate::seed::{Phase, Seed};

/// Scores in units of their spread, works in rows, and all that the estimators say of them.
#[derive(Clone)]
struct Dense {
    z: Vec<Vec<Option<f64>>>,
    zero: f64,
    unit: f64,
    s: Vec<f64>,
    v: Vec<f64>,
    b: Vec<f64>,
    t: Vec<f64>,
    law: Law,
    moments: [f64; 3],
    /// Zero and unit of each half of the works.
    halves: [(f64, f64); 2],
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

/// The sum of squares around the mean, and the degrees of freedom.
fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    if count < 2.0 {
        return (0.0, 0.0);
    }
    let centre = mean(values.clone());
    (values.map(|x| (x - centre).powi(2)).sum(), count - 1.0)
}

fn pooled(rows: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (squares, freedom) = rows.fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
    (freedom > 0.0).then(|| squares / freedom)
}

impl Dense {
    fn new(reviews: &Reviews) -> Self {
        let (n, m) = (reviews.graph().submissions(), reviews.graph().people());
        let mut z = vec![vec![None; m]; n];
        for ((s, r), &score) in reviews.graph().iter().zip(reviews.column(0)) {
            z[s.index()][r.index()] = Some(score);
        }
        let mut dense = Self {
            z,
            zero: 0.0,
            unit: 1.0,
            s: vec![0.0; n],
            v: vec![0.0; n],
            b: vec![0.0; m],
            t: vec![0.0; m],
            law: Law { mean: 0.0, quality: 1.0, bias: 1.0, shape: 2.0, rate: 2.0 },
            moments: [1.0; 3],
            halves: [(0.0, 1.0); 2],
        };
        if dense.all().next().is_none() {
            return dense;
        }
        let [total, within, _] = dense.variances();
        let range = reviews.rubric().scale().max() - reviews.rubric().scale().min();
        let spreads = [within.sqrt(), total.sqrt(), range];
        dense.unit = spreads.into_iter().find(|x| *x > 1e-9 * range).unwrap();
        dense.zero = mean(dense.all());
        let (zero, unit) = (dense.zero, dense.unit);
        dense.z.iter_mut().flatten().flatten().for_each(|z| *z = (*z - zero) / unit);
        dense.law_by_moments();
        dense
    }

    fn law_by_moments(&mut self) {
        let [total, items, people] = self.variances();
        self.moments = [total - items, total - people, items + people - total]
            .map(|x| x.max(1e-3 * if total > 0.0 { total } else { 1.0 }));
        let [quality, bias, noise] = self.moments;
        self.law = Law {
            mean: mean(self.all()),
            quality: 1.0 / quality,
            bias: 1.0 / bias,
            shape: 2.0,
            rate: 2.0 * noise,
        };
    }

    /// Scores of each half of the works in units of their own.
    fn standardise_halves(&mut self, reviews: &Reviews) {
        for ((u, v), &score) in reviews.graph().iter().zip(reviews.column(0)) {
            self.z[u.index()][v.index()] = Some(score);
        }
        let half = self.s.len() / 2;
        for (c, rows) in self.z.chunks_mut(half).enumerate() {
            let scores = |row: &Vec<Option<f64>>| row.iter().flatten().copied().collect::<Vec<_>>();
            let all: Vec<f64> = rows.iter().flat_map(scores).collect();
            let within = rows.iter().map(|row| spread(scores(row).into_iter()));
            let (zero, unit) = (mean(all.into_iter()), pooled(within).unwrap().sqrt());
            rows.iter_mut().flatten().flatten().for_each(|z| *z = (*z - zero) / unit);
            self.halves[c] = (zero, unit);
        }
        self.law_by_moments();
    }

    fn all(&self) -> impl Iterator<Item = f64> + Clone {
        self.z.iter().flatten().flatten().copied()
    }

    fn row(&self, u: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        self.z[u].iter().enumerate().filter_map(|(v, z)| z.map(|z| (v, z)))
    }

    fn column(&self, v: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        self.z.iter().enumerate().filter_map(move |(u, row)| row[v].map(|z| (u, z)))
    }

    fn rated(&self) -> Vec<usize> {
        (0..self.s.len()).filter(|&u| self.row(u).next().is_some()).collect()
    }

    fn rating(&self) -> Vec<usize> {
        (0..self.b.len()).filter(|&v| self.column(v).next().is_some()).collect()
    }

    /// Of all, within items and within reviewers.
    fn variances(&self) -> [f64; 3] {
        let total = pooled([spread(self.all())].into_iter()).unwrap_or(0.0);
        let items = (0..self.s.len()).map(|u| spread(self.row(u).map(|(_, z)| z)));
        let people = (0..self.b.len()).map(|v| spread(self.column(v).map(|(_, z)| z)));
        [total, pooled(items).unwrap_or(total), pooled(people).unwrap_or(total)]
    }

    fn graded(&self, u: usize) -> (f64, f64) {
        let weights = self.row(u).map(|(v, _)| self.t[v]).sum::<f64>() + self.law.quality;
        let sum = self.row(u).map(|(v, z)| self.t[v] * (z - self.b[v])).sum::<f64>();
        ((sum + self.law.quality * self.law.mean) / weights, 1.0 / weights)
    }

    /// Precision, bias, its variance and the rate R of a reviewer of this precision.
    fn learned(&self, v: usize, t: f64, uncertain: bool) -> [f64; 4] {
        let k = self.column(v).count() as f64;
        let all = self.law.bias + k * t;
        let b = t * self.column(v).map(|(u, z)| z - self.s[u]).sum::<f64>() / all;
        let on = f64::from(u8::from(uncertain));
        let square =
            |(u, z): (usize, f64)| (z - self.s[u] - b).powi(2) + on * (self.v[u] + 1.0 / all);
        let rate = self.law.rate + 0.5 * self.column(v).map(square).sum::<f64>();
        [(self.law.shape + 0.5 * k) / rate, b, 1.0 / all, rate]
    }

    /// What every estimator begins with.
    fn start(&mut self) {
        self.t.fill(self.law.shape / self.law.rate);
        self.b.fill(0.0);
        for u in self.rated() {
            (self.s[u], self.v[u]) = self.graded(u);
        }
    }

    /// Reviewers, what biases have in common, items; the root mean square of the changes.
    fn round(&mut self, step: f64, uncertain: bool, shift: impl Fn(&mut Self) -> f64) -> f64 {
        for v in self.rating() {
            let [t, b, ..] = self.learned(v, self.t[v], uncertain);
            self.t[v] = (self.t[v] + step * (t - self.t[v])).max(0.5 * t);
            self.b[v] += step * (b - self.b[v]);
        }
        let shift = shift(self);
        self.b.iter_mut().for_each(|b| *b -= shift);
        let mut squares = 0.0;
        for u in self.rated() {
            let before = self.s[u];
            let (grade, variance) = self.graded(u);
            self.s[u] = before + shift + step * (grade - before - shift);
            self.v[u] = variance;
            squares += (self.s[u] - before).powi(2);
        }
        (squares / self.rated().len() as f64).sqrt()
    }

    /// Rounds with steps of 1.25 until changes grow.
    fn rounds(&mut self, rounds: u32, mut round: impl FnMut(&mut Self, f64) -> f64) {
        let (mut step, mut last) = (1.25, f64::INFINITY);
        for _ in 0..rounds {
            let change = round(self, step);
            step = if change > last { 1.0 } else { step };
            last = change;
        }
    }

    fn em(&mut self, rounds: u32) {
        self.start();
        self.rounds(rounds, |dense, step| {
            dense.round(step, false, |dense| {
                let Law { quality, bias, mean, .. } = dense.law;
                let (rated, rating) = (dense.rated(), dense.rating());
                let biases = rating.iter().map(|&v| dense.b[v]).sum::<f64>();
                let distances = rated.iter().map(|&u| dense.s[u] - mean).sum::<f64>();
                (bias * biases - quality * distances)
                    / (bias * rating.len() as f64 + quality * rated.len() as f64)
            })
        });
    }

    /// mu and vs.
    fn law_of_items(&mut self) {
        let rated = self.rated();
        let centre = mean(rated.iter().map(|&u| self.s[u]));
        let square = |&u: &usize| (self.s[u] - centre).powi(2) + self.v[u];
        let variance = mean(rated.iter().map(square));
        (self.law.mean, self.law.quality) = (centre, 1.0 / variance.clamp(1e-6, 1e6));
    }

    fn vb(&mut self, rounds: u32) {
        self.start();
        self.rounds(rounds, |dense, step| {
            dense.law_of_items();
            let (rating, mut t) = (dense.rating(), dense.t.clone());
            for _ in 0..4 {
                dense.law_of_reviewers(&rating, &mut t);
            }
            dense.round(step, true, |dense| {
                let shift = mean(rating.iter().map(|&v| dense.b[v]));
                dense.law.mean += shift;
                shift
            })
        });
    }

    /// One step of vb, t and a: Newton's method by ln t and by x = 1/a.
    fn law_of_reviewers(&mut self, rating: &[usize], t: &mut [f64]) {
        let (a, old) = (self.law.shape, self.law.shape / self.law.rate);
        let learned: Vec<[f64; 4]> = rating.iter().map(|&v| self.learned(v, t[v], true)).collect();
        rating.iter().zip(&learned).for_each(|(&v, learned)| t[v] = learned[0]);
        let biases = learned.iter().map(|l| l[1]);
        let square = mean(learned.iter().map(|l| l[1] * l[1] + l[2]));
        self.law.bias = 1.0 / (square - mean(biases).powi(2)).clamp(1e-6, 1e6);
        let excess: f64 = learned.iter().map(|l| l[0] / old - 1.0).sum();
        let slope: f64 = learned.iter().map(|l| l[0] / old * (1.0 - a / old / l[3])).sum();
        let new = (old * (excess / slope).clamp(-1.0, 1.0).exp()).clamp(1e-6, 1e6);
        // The slopes of the bound by a.
        let (mut first, mut second) = (0.0, 0.0);
        for (&v, l) in rating.iter().zip(&learned) {
            let (shape, rate) = (a + 0.5 * self.column(v).count() as f64, l[3]);
            first += math::digamma(shape) - math::digamma(a) + (a / old).ln() + 1.0
                - rate.ln()
                - shape / (old * rate);
            second += math::trigamma(shape) - math::trigamma(a) + 1.0 / a - 2.0 / (old * rate)
                + shape / (old * rate).powi(2);
        }
        // By x: dF/dx = -a^2 F', d2F/dx2 = a^4 F'' + 2 a^3 F'.
        let (slope, curve) = (-a.powi(2) * first, a.powi(4) * second + 2.0 * a.powi(3) * first);
        let step = match (curve < 0.0, slope > 0.0) {
            (true, _) => -slope / curve,
            (false, true) => 1.0 / a,
            (false, false) => -0.5 / a,
        };
        let x = 1.0 / a + step.clamp(-0.7 / a, 2.0 / a);
        self.law.shape = 1.0 / x.clamp(1.0 / 300.0, 2.5);
        self.law.rate = self.law.shape / new;
    }

    /// Whether a gradebook says the same.
    fn agrees(&self, reviews: &Reviews, book: &Gradebook, allowed: f64) {
        for u in 0..self.s.len() {
            let id = SubmissionId::new(to_u32(u));
            let Some(grade) = book.grade(id) else {
                assert!(self.row(u).next().is_none());
                continue;
            };
            let (s, variance) = self.graded(u);
            let scale = reviews.rubric().scale();
            let expected = (self.zero + self.unit * s).clamp(scale.min(), scale.max());
            assert!((grade - expected).abs() < allowed, "{grade} {expected}");
            let error = book.std_error(id).unwrap() / self.unit;
            assert!((error - variance.sqrt()).abs() < allowed, "{error} {variance}");
        }
        for v in 0..self.b.len() {
            let id = PersonId::new(to_u32(v));
            let (Some(bias), Some(precision)) = (book.bias(id), book.precision(id)) else {
                assert!(self.column(v).next().is_none());
                continue;
            };
            assert!((bias - self.unit * self.b[v]).abs() < allowed, "{bias} {}", self.b[v]);
            let precision = precision * self.unit * self.unit;
            assert!((precision / self.t[v] - 1.0).abs() < allowed, "{precision} {}", self.t[v]);
        }
    }
}

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
