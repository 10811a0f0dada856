//! Reviewers on a grid against sums and integrals on finer ones.
#![allow(clippy::disallowed_methods)] // plain oracles

use super::Grid;
use crate::aggregate::posterior::effort::{EFFORT, Low};
use crate::aggregate::posterior::law::{Law, Options};
use crate::aggregate::posterior::nodes::Nodes;
use crate::aggregate::posterior::seen::Seen;
use crate::aggregate::posterior::tests::{CASES, law};
use crate::math;

/// Sums over a fine grid of the bias, with grades summed out by hand, over precisions, efforts and
/// whether each review was a look: the probability of the scores, then for both grades by how much the
/// mean moves and the second moment about the old mean, less the variance, and the probability of a look.
fn integral_of_looks(law: &Law, scores: [f64; 2], known: [(f64, f64); 2]) -> [f64; 7] {
    let normal = |x: f64, variance: f64| {
        (-x * x / (2.0 * variance)).exp() / (2.0 * core::f64::consts::PI * variance).sqrt()
    };
    let options = Options { precisions: true, effort: true, ..Options::default() };
    let nodes = Nodes::<f64>::new(law, options);
    let step = 16.0 * law.bias.sqrt() / 4000.0;
    let mut sums = [0.0; 7];
    for j in 0..nodes.len() {
        let precision = nodes.weight[j].exp() * law.bias.sqrt();
        for b in (0..=4000_u16).map(|i| (f64::from(i) - 2000.0) * step) {
            for (effort, share) in EFFORT.iter().zip(law.low.efforts) {
                for pattern in 0..4 {
                    let mut p = precision * share * step * normal(b, law.bias);
                    let mut own = [[0.0; 3]; 2];
                    for e in 0..2 {
                        let (mean, variance) = known[e];
                        if pattern >> e & 1 == 1 {
                            let all = variance + nodes.noise[j];
                            let away = scores[e] - mean - b;
                            let moved = variance / all * away;
                            p *= effort * normal(away, all);
                            own[e] = [moved, moved * moved - variance * variance / all, 1.0];
                        } else {
                            let away = scores[e] - law.mean - law.low.mean;
                            p *= (1.0 - effort) * normal(away, law.low.variance);
                        }
                    }
                    sums[0] += p;
                    for (sum, x) in sums[1..].iter_mut().zip(own.iter().flatten()) {
                        *sum += p * x;
                    }
                }
            }
        }
    }
    for i in 1..7 {
        sums[i] /= sums[0];
    }
    sums
}

#[test]
fn looks_at_two_works_are_summed_nearly_exactly() {
    let options = Options { precisions: true, effort: true, ..Options::default() };
    let law = law(options);
    let law = Law { low: Low { mean: 0.2, variance: 0.6, ..law.low }, ..law };
    for (scores, known) in CASES {
        let expected = integral_of_looks(&law, scores, known);
        let mut seen = Seen::default();
        let (precisions, pulls) = (known.map(|k| 1.0 / k.1), known.map(|k| k.0 / k.1));
        let found: [&[f64]; 2] = [&precisions, &pulls];
        seen.extend(&law, core::iter::once(2), &scores, found, &[[0.0; 2]; 2]);
        let (rows, mut grid) = (seen.rows(), Grid::new(&law, options));
        let mut guess = grid.guess(rows, 0);
        for _ in 0..3 {
            grid.learn(rows, 0, guess);
            guess = grid.bias();
        }
        let log = grid.evidence - (2.0 * core::f64::consts::PI).ln();
        assert!((log - expected[0].ln()).abs() < 1e-3, "{log} {}", expected[0].ln());
        for (e, one) in rows.of(0).enumerate() {
            for (found, expected) in grid.moments(e, one).iter().zip(&expected[1 + 3 * e..]) {
                assert!((found - expected).abs() < 1e-3, "{found} {expected}");
            }
        }
    }
}

/// Sums over fine grids of the bias and of both grades where scores are bins: the probability of the bins, then
/// for both grades mean and variance.
fn integral_of_bins(law: &Law, bins: [[f64; 2]; 2], known: [(f64, f64); 2]) -> [f64; 5] {
    let normal = |x: f64, variance: f64| {
        (-x * x / (2.0 * variance)).exp() / (2.0 * core::f64::consts::PI * variance).sqrt()
    };
    let nodes =
        Nodes::<f64>::new(law, Options { precisions: true, bins: true, ..Options::default() });
    let points = |mean: f64, variance: f64| {
        let step = 14.0 * variance.sqrt() / 200.0;
        (0..=200_u16).map(move |i| (mean + (f64::from(i) - 100.0) * step, step))
    };
    let mut sums = [0.0; 5];
    for j in 0..nodes.len() {
        let weight = nodes.weight[j].exp() * law.bias.sqrt();
        let sd = nodes.noise[j].sqrt();
        for (b, of_b) in points(0.0, law.bias) {
            let each = [0, 1].map(|e| {
                let (mean, variance) = known[e];
                points(mean, variance).fold([0.0; 3], |[all, first, second], (s, of_s)| {
                    let [low, high] = bins[e].map(|edge| math::normal_cdf((edge - s - b) / sd));
                    let p = of_s * normal(s - mean, variance) * (high - low);
                    [all + p, first + p * s, second + p * s * s]
                })
            });
            let p = weight * of_b * normal(b, law.bias);
            sums[0] += p * each[0][0] * each[1][0];
            for e in [0, 1] {
                sums[1 + 2 * e] += p * each[e][1] * each[1 - e][0];
                sums[2 + 2 * e] += p * each[e][2] * each[1 - e][0];
            }
        }
    }
    for i in [1, 3] {
        sums[i] /= sums[0];
        sums[i + 1] = sums[i + 1] / sums[0] - sums[i] * sums[i];
    }
    sums
}

#[test]
fn bins_of_two_works_are_integrated_nearly_exactly() {
    let options = Options { precisions: true, bins: true, ..Options::default() };
    let law = law(options);
    let infinity = f64::INFINITY;
    for (bins, known) in [
        ([[0.0, 1.0], [-1.0, 0.0]], [(0.6, 0.8), (-0.2, 0.5)]),
        ([[1.0, infinity], [2.0, infinity]], [(0.2, 1.2), (0.4, 0.7)]),
        ([[-infinity, -2.0], [0.5, 1.5]], [(0.3, 0.6), (0.1, 1.1)]),
    ] {
        let expected = integral_of_bins(&law, bins, known);
        let mut seen = Seen::default();
        let (precisions, pulls) = (known.map(|k| 1.0 / k.1), known.map(|k| k.0 / k.1));
        let found: [&[f64]; 2] = [&precisions, &pulls];
        // The score within a bin says nothing: it is where the grid of biases is laid at first.
        let scores = bins.map(|[low, high]| if low.is_finite() { low } else { high });
        seen.extend(&law, core::iter::once(2), &scores, found, &[[0.0; 2]; 2]);
        seen.extend_edges(&law, &bins);
        let (rows, mut grid) = (seen.rows(), Grid::new(&law, options));
        let mut guess = grid.guess(rows, 0);
        for _ in 0..3 {
            grid.learn(rows, 0, guess);
            guess = grid.bias();
        }
        assert!((grid.evidence - expected[0].ln()).abs() < 2e-3, "{}", grid.evidence);
        for (e, one) in rows.of(0).enumerate() {
            let [first, second, looks] = grid.moments(e, one);
            let mean = known[e].0 + first;
            let variance = known[e].1 + second - first * first;
            assert!((looks - 1.0).abs() < 1e-12, "{looks}");
            assert!((mean - expected[1 + 2 * e]).abs() < 2e-3, "{mean} {expected:?}");
            assert!((variance - expected[2 + 2 * e]).abs() < 2e-3, "{variance} {expected:?}");
        }
    }
}

#[test]
fn few_efforts_say_of_five_reviews_what_all_do() {
    let options = Options { precisions: true, effort: true, ..Options::default() };
    let law = law(options);
    let scores = [0.3, -1.1, 2.4, 0.1, -0.2, 1.7];
    let (precisions, pulls) = ([1.4, 0.9, 2.0, 1.1, 0.7, 1.6], [0.2, -0.5, 0.1, 0.8, 0.4, -0.3]);
    for (count, near) in [(1, true), (5, true), (6, false)] {
        let mut seen = Seen::default();
        let found: [&[f64]; 2] = [&precisions[..count], &pulls[..count]];
        let sites = vec![[0.0; 2]; count];
        seen.extend(&law, core::iter::once(count), &scores[..count], found, &sites);
        let rows = seen.rows();
        let mut all = Grid::new(&law, options);
        let mut few = all.clone().with_few_efforts();
        let guess = all.guess(rows, 0);
        all.learn(rows, 0, guess);
        few.learn(rows, 0, guess);
        // Six reviews are told by all nodes.
        assert_eq!(few.evidence.to_bits() == all.evidence.to_bits(), !near);
        assert!((few.evidence - all.evidence).abs() < 1e-12);
        for (e, one) in rows.of(0).enumerate() {
            for (few, all) in few.moments(e, one).iter().zip(all.moments(e, one)) {
                assert!((few - all).abs() < 1e-12, "{count}: {few} {all}");
            }
        }
    }
}
