//! One reviewer, integrated exactly over manner, precision and bias.

use super::law::{Law, Nodes, ReviewerSums};
use crate::math;

/// What is said of a grade: a normal density with this precision and this product of precision and
/// mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Site {
    pub(super) precision: f64,
    pub(super) pull: f64,
}

/// A rating as a reviewer gave it, and what all other reviews say of the grade.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Score and mean are less the mean of the law.
    score: f64,
    mean: f64,
    variance: f64,
}

impl Seen {
    /// From the rating, all that is said of the item, and what this review said before.
    pub(super) fn new(score: f64, all: Site, own: Site, law: &Law) -> Self {
        // What is left without the own review is at least a trifle of what is known beforehand.
        let precision = math::max(all.precision - own.precision, LEAST_LEFT / law.quality);
        Self {
            score: score - law.mean,
            mean: (all.pull - own.pull) / precision - law.mean,
            variance: 1.0 / precision,
        }
    }
}

/// The least precision of a grade without one review, in parts of that of the law.
const LEAST_LEFT: f64 = 1e-3;

/// The least precision of a site, in the unit of the ratings.
const LEAST_SITE: f64 = 1e-6;

/// The least variance of a grade after a review, in parts of that of the law.
const LEAST_VARIANCE: f64 = 1e-12;

/// A reviewer given each node, and space for the sums.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// The probability of the node.
    pub(super) share: Vec<f64>,
    /// Mean and precision of the bias given the node.
    pub(super) bias: Vec<f64>,
    pub(super) known: Vec<f64>,
    squares: Vec<f64>,
    products: Vec<f64>,
    logs: Vec<f64>,
    /// The logarithm of the probability of all that the reviewer says, but for a constant a review.
    pub(super) evidence: f64,
}

/// Factors of a product between two logarithms of it.
const FACTORS: usize = 16;

impl Block {
    /// What is known of the reviewer.
    ///
    /// ```text
    /// r = z - slope m,  d = 1 / (slope^2 c + noise),  B = 1/v + sum of d,  b = sum of d r / B
    /// ln L = sum of ln d / 2 - ln(v B) / 2 - (sum of d r^2 - B b^2) / 2 + ln w
    /// ```
    ///
    /// of a grade known but for this reviewer as N(m, c).
    pub(super) fn learn(&mut self, nodes: &Nodes, seen: &[Seen]) {
        let count = nodes.slope.len();
        for column in [&mut self.bias, &mut self.squares, &mut self.logs] {
            column.clear();
            column.resize(count, 0.0);
        }
        self.products.clear();
        self.products.resize(count, 1.0);
        self.known.clear();
        self.known.extend_from_slice(&nodes.bias);
        // Slices of one length, so that no loop over the nodes checks bounds.
        let (slope, noise) = (&nodes.slope[..count], &nodes.noise[..count]);
        let (known, sums) = (&mut self.known[..count], &mut self.bias[..count]);
        let (squares, products) = (&mut self.squares[..count], &mut self.products[..count]);
        for part in seen.chunks(FACTORS) {
            for one in part {
                for j in 0..count {
                    let d = 1.0 / (slope[j] * slope[j] * one.variance + noise[j]);
                    let r = one.score - slope[j] * one.mean;
                    known[j] += d;
                    sums[j] += d * r;
                    squares[j] += d * r * r;
                    products[j] *= d;
                }
            }
            for (log, product) in self.logs.iter_mut().zip(&mut *products) {
                *log += math::ln(core::mem::replace(product, 1.0));
            }
        }
        self.share.clear();
        for j in 0..count {
            let (sum, known) = (self.bias[j], self.known[j]);
            self.bias[j] = sum / known;
            let left = self.squares[j] - sum * self.bias[j];
            let log = nodes.weight[j] + 0.5 * (self.logs[j] - math::ln(known) - left);
            self.share.push(log);
        }
        let most = self.share.iter().fold(-f64::INFINITY, |most, &x| math::max(most, x));
        let mut all = 0.0;
        for share in &mut self.share {
            *share = math::exp(*share - most);
            all += *share;
        }
        self.share.iter_mut().for_each(|share| *share /= all);
        self.evidence = most + math::ln(all);
    }

    /// What a review says of the grade: the normal density that does to the others what the review
    /// does, in mean and variance. Where a review makes the grade less sure it keeps the mean alone.
    ///
    /// ```text
    /// g = slope c d,  delta = g (r - b),  V = c - slope c g + g^2 / B
    /// ```
    pub(super) fn site(&self, nodes: &Nodes, one: Seen, law: &Law) -> Site {
        let count = nodes.slope.len();
        let (slope, noise) = (&nodes.slope[..count], &nodes.noise[..count]);
        let (share, bias, known) =
            (&self.share[..count], &self.bias[..count], &self.known[..count]);
        let (mut first, mut second) = (0.0, 0.0);
        for j in 0..count {
            let d = 1.0 / (slope[j] * slope[j] * one.variance + noise[j]);
            let gain = slope[j] * one.variance * d;
            let delta = gain * (one.score - slope[j] * one.mean - bias[j]);
            let variance = one.variance * (1.0 - slope[j] * gain) + gain * gain / known[j];
            first += share[j] * delta;
            second += share[j] * (variance + delta * delta);
        }
        let variance = math::max(second - first * first, LEAST_VARIANCE * law.quality);
        let (old, before) = (law.mean + one.mean, 1.0 / one.variance);
        let precision = math::max(1.0 / variance - before, LEAST_SITE);
        Site { precision, pull: precision * (old + first) + before * first }
    }

    /// What the reviewer adds to what laws are learned from.
    ///
    /// ```text
    /// E[noise^2] = (n d (r - b))^2 + n - n^2 d (1 - d/B),  of which f is (f/n)^2 E[noise^2] + f own/n
    /// ```
    pub(super) fn sums(&self, nodes: &Nodes, seen: &[Seen], floor: f64) -> ReviewerSums {
        let mut sums = ReviewerSums { count: 1.0, ..ReviewerSums::default() };
        for j in 0..nodes.honest {
            let share = self.share[j];
            sums.honest += share;
            sums.bias += share * (self.bias[j] * self.bias[j] + 1.0 / self.known[j]);
            sums.precision += share / nodes.own[j];
            sums.log_precision -= share * nodes.log[j];
            let (noise, known) = (nodes.noise[j], self.known[j]);
            let squares = seen.iter().fold(0.0, |sum, one| {
                let d = 1.0 / (one.variance + noise);
                let e = noise * d * (one.score - one.mean - self.bias[j]);
                sum + e * e + noise - noise * noise * d * (1.0 - d / known)
            });
            let (count, part) = (seen.len() as f64, floor / noise);
            sums.reviews += share * count;
            sums.floor += share * part * (part * squares + nodes.own[j] * count);
        }
        for (sum, share) in sums.others.iter_mut().flatten().zip(&self.share[nodes.honest..]) {
            *sum += share;
        }
        sums
    }

    /// A sum over the nodes by their probabilities.
    pub(super) fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.share.iter().enumerate().fold(0.0, |sum, (j, share)| sum + share * value(j))
    }

    /// What a review would weigh, and the score that it would stand for, were the nodes known: a mean
    /// over them.
    ///
    /// ```text
    /// p = slope^2 / (noise + 1/(B - d)),  y = (z - b without this review) / slope
    /// ```
    pub(super) fn part(&self, nodes: &Nodes, one: Seen) -> (f64, f64) {
        let (mut weight, mut sum) = (0.0, 0.0);
        for j in (0..nodes.slope.len()).filter(|&j| nodes.slope[j] > 0.0) {
            let slope = nodes.slope[j];
            let d = 1.0 / (slope * slope * one.variance + nodes.noise[j]);
            let others = math::max(self.known[j] - d, nodes.bias[j]);
            let r = one.score - slope * one.mean;
            let bias = (self.known[j] * self.bias[j] - d * r) / others;
            let precision = slope * slope / (nodes.noise[j] + 1.0 / others);
            weight += self.share[j] * precision;
            sum += self.share[j] * precision * (one.score - bias) / slope;
        }
        (weight, if weight > 0.0 { sum / weight } else { one.score })
    }
}
