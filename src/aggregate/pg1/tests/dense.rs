//! The equations of PG1 over a dense matrix of scores, in plain loops.
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use super::super::Law;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;

/// Scores in units of their spread, works in rows, and all that the estimators say of them.
#[derive(Clone)]
pub(super) struct Dense {
    pub(super) z: Vec<Vec<Option<f64>>>,
    pub(super) zero: f64,
    pub(super) unit: f64,
    pub(super) s: Vec<f64>,
    pub(super) v: Vec<f64>,
    pub(super) b: Vec<f64>,
    pub(super) t: Vec<f64>,
    pub(super) law: Law,
    pub(super) moments: [f64; 3],
    /// Zero and unit of each half of the works.
    pub(super) halves: [(f64, f64); 2],
}

pub(super) fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

/// The sum of squares around the mean, and the degrees of freedom.
pub(super) fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    if count < 2.0 {
        return (0.0, 0.0);
    }
    let centre = mean(values.clone());
    (values.map(|x| (x - centre).powi(2)).sum(), count - 1.0)
}

pub(super) fn pooled(rows: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (squares, freedom) = rows.fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
    (freedom > 0.0).then(|| squares / freedom)
}

impl Dense {
    pub(super) fn new(reviews: &Reviews) -> Self {
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

    pub(super) fn law_by_moments(&mut self) {
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
    pub(super) fn standardise_halves(&mut self, reviews: &Reviews) {
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

    pub(super) fn all(&self) -> impl Iterator<Item = f64> + Clone {
        self.z.iter().flatten().flatten().copied()
    }

    pub(super) fn row(&self, u: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        self.z[u].iter().enumerate().filter_map(|(v, z)| z.map(|z| (v, z)))
    }

    pub(super) fn column(&self, v: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        self.z.iter().enumerate().filter_map(move |(u, row)| row[v].map(|z| (u, z)))
    }

    pub(super) fn rated(&self) -> Vec<usize> {
        (0..self.s.len()).filter(|&u| self.row(u).next().is_some()).collect()
    }

    pub(super) fn rating(&self) -> Vec<usize> {
        (0..self.b.len()).filter(|&v| self.column(v).next().is_some()).collect()
    }

    /// Of all, within items and within reviewers.
    pub(super) fn variances(&self) -> [f64; 3] {
        let total = pooled([spread(self.all())].into_iter()).unwrap_or(0.0);
        let items = (0..self.s.len()).map(|u| spread(self.row(u).map(|(_, z)| z)));
        let people = (0..self.b.len()).map(|v| spread(self.column(v).map(|(_, z)| z)));
        [total, pooled(items).unwrap_or(total), pooled(people).unwrap_or(total)]
    }

    pub(super) fn graded(&self, u: usize) -> (f64, f64) {
        let weights = self.row(u).map(|(v, _)| self.t[v]).sum::<f64>() + self.law.quality;
        let sum = self.row(u).map(|(v, z)| self.t[v] * (z - self.b[v])).sum::<f64>();
        ((sum + self.law.quality * self.law.mean) / weights, 1.0 / weights)
    }

    /// Precision, bias, its variance and the rate R of a reviewer of this precision.
    pub(super) fn learned(&self, v: usize, t: f64, uncertain: bool) -> [f64; 4] {
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
    pub(super) fn start(&mut self) {
        self.t.fill(self.law.shape / self.law.rate);
        self.b.fill(0.0);
        for u in self.rated() {
            (self.s[u], self.v[u]) = self.graded(u);
        }
    }

    /// Reviewers, what biases have in common, items; the root mean square of the changes.
    pub(super) fn round(
        &mut self,
        step: f64,
        uncertain: bool,
        shift: impl Fn(&mut Self) -> f64,
    ) -> f64 {
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
    pub(super) fn rounds(&mut self, rounds: u32, mut round: impl FnMut(&mut Self, f64) -> f64) {
        let (mut step, mut last) = (1.25, f64::INFINITY);
        for _ in 0..rounds {
            let change = round(self, step);
            step = if change > last { 1.0 } else { step };
            last = change;
        }
    }

    pub(super) fn em(&mut self, rounds: u32) {
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
    pub(super) fn law_of_items(&mut self) {
        let rated = self.rated();
        let centre = mean(rated.iter().map(|&u| self.s[u]));
        let square = |&u: &usize| (self.s[u] - centre).powi(2) + self.v[u];
        let variance = mean(rated.iter().map(square));
        (self.law.mean, self.law.quality) = (centre, 1.0 / variance.clamp(1e-6, 1e6));
    }

    pub(super) fn vb(&mut self, rounds: u32) {
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
    pub(super) fn law_of_reviewers(&mut self, rating: &[usize], t: &mut [f64]) {
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
    pub(super) fn agrees(&self, reviews: &Reviews, book: &Gradebook, allowed: f64) {
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
