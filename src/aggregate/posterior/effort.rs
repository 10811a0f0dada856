//! Reviewers who look at a work, or do not, with a probability of their own; and scores that are bins.
//!
//! A reviewer is integrated over a grid of bias, precision and effort. Given these the reviews have
//! nothing to do with each other, and whether each was a look is summed exactly.

use super::bins::between;

use super::law::{Law, Options};
use super::nodes::precisions;
use super::real::Real;
use super::seen::Rows;
use crate::math;

/// Nodes of effort, the probability of a look.
pub(super) const EFFORT: [f64; EFFORTS] = [0.1, 0.35, 0.6, 0.85, 0.995];
pub(super) const EFFORTS: usize = 5;

/// Nodes of the bias, so far apart in standard deviations of what is known of it.
const BIASES: usize = 9;
const APART: f64 = 0.8;

/// The least standard deviation for these nodes, in parts of that of the law.
const LEAST_SPREAD: f64 = 0.02;

/// The law of scores without a look, and of effort.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Low {
    /// Of the scores, less the mean of works.
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// Shares of the nodes of effort.
    pub(super) efforts: [f64; EFFORTS],
}

impl Low {
    /// As wide as works are, for a start, and most reviewers look.
    pub(super) fn start(quality: f64) -> Self {
        let all = EFFORT.iter().fold(0.0, |sum, e| sum + e * e);
        Self {
            mean: 0.0,
            variance: math::max(0.6 * quality, 0.25),
            efforts: EFFORT.map(|e| e * e / all),
        }
    }
}

/// What is known of the bias of a reviewer: mean and standard deviation.
pub(super) type Guess = [f64; 2];

/// What reviewers add up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct GridSums {
    pub(super) count: f64,
    pub(super) evidence: f64,
    pub(super) square: f64,
    pub(super) precisions: Vec<f64>,
    pub(super) efforts: [f64; EFFORTS],
    /// Of reviews without a look: probabilities, scores and their squares.
    pub(super) low: [f64; 3],
}

impl GridSums {
    pub(super) fn add(mut self, other: &Self) -> Self {
        self.count += other.count;
        self.evidence += other.evidence;
        self.square += other.square;
        self.precisions.resize(other.precisions.len().max(self.precisions.len()), 0.0);
        let plus = |own: &mut [f64], theirs: &[f64]| {
            own.iter_mut().zip(theirs).for_each(|(own, theirs)| *own += theirs);
        };
        plus(&mut self.precisions, &other.precisions);
        plus(&mut self.efforts, &other.efforts);
        plus(&mut self.low, &other.low);
        self
    }
}

/// A reviewer on the grid, and space for the sums.
///
/// A point is a bias and a precision, bias by bias; a node is an effort and a point, effort by effort.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    law: Law,
    /// Of each node of precision: variance of the noise, and the logarithm of the probability.
    pub(super) noise: Vec<f64>,
    weight: Vec<f64>,
    /// Of each node of effort: the probability of a look, and the logarithm of the share.
    efforts: Vec<[f64; 2]>,
    /// Whether scores are bins.
    bins: bool,
    /// Where they are: of the logarithm of the probability of each the slope in the mean, and the
    /// second derivative less its sign, by review and point.
    slopes: Vec<[f64; 2]>,
    /// How much more probable each score is with a look than without: by review and point.
    odds: Vec<f64>,
    /// The probability of each node; products and logarithms on the way to it.
    shares: Vec<f64>,
    logs: Vec<f64>,
    /// By point: a bias, and space for what a review comes to.
    biases: Vec<f64>,
    looks: Vec<f64>,
    pub(super) evidence: f64,
}

/// Factors of a product between two logarithms of it.
const FACTORS: usize = 8;

impl Grid {
    pub(super) fn new(law: &Law, options: Options) -> Self {
        let nodes = precisions(law, Options { precisions: true, ..Options::default() });
        let points = BIASES * nodes.len();
        let share = |share: f64| math::ln(math::max(share, 1e-12));
        let efforts = EFFORT.into_iter().zip(law.low.efforts).map(|(e, own)| [e, share(own)]);
        let all = [[1.0, 0.0]];
        let efforts: Vec<[f64; 2]> =
            if options.effort { efforts.collect() } else { all.into_iter().collect() };
        Self {
            law: *law,
            noise: nodes.iter().map(|(precision, _)| 1.0 / precision + law.floor).collect(),
            weight: nodes.iter().map(|(_, own)| share(*own)).collect(),
            odds: Vec::new(),
            shares: vec![1.0; efforts.len() * points],
            logs: vec![0.0; efforts.len() * points],
            efforts,
            bins: options.bins,
            slopes: Vec::new(),
            biases: vec![0.0; points],
            looks: vec![0.0; points],
            evidence: 0.0,
        }
    }

    fn points(&self) -> usize {
        self.biases.len()
    }

    /// What is known of a bias before the grid is laid: as if all were looks.
    pub(super) fn guess<F: Real>(&self, rows: Rows<'_, F>, i: usize) -> Guess {
        let noise = self.law.floor + 1.0 / self.law.precision;
        let (mut known, mut sum) = (1.0 / self.law.bias, 0.0);
        if let Some(told) = rows.told(i) {
            known += told.precision;
            sum += told.pull;
        }
        for [score, mean, variance] in rows.of(i) {
            let d = 1.0 / (variance + noise);
            known += d;
            sum += d * (score - mean);
        }
        [sum / known, 1.5 / math::sqrt(known)]
    }

    /// Probabilities of all nodes for reviewer `i`.
    ///
    /// ```text
    /// P(b, t, a) ~ N(b; 0, bias) w_t w_a  product over e of (a N(z; m + b, c + noise_t) + (1 - a) N(z; low))
    /// ```
    pub(super) fn learn<F: Real>(&mut self, rows: Rows<'_, F>, i: usize, [centre, spread]: Guess) {
        let step = APART * math::max(spread, LEAST_SPREAD * math::sqrt(self.law.bias));
        let count = self.noise.len();
        for (b, biases) in self.biases.chunks_exact_mut(count).enumerate() {
            biases.fill(centre + (b as f64 - 0.5 * (BIASES - 1) as f64) * step);
        }
        self.odds.clear();
        self.slopes.clear();
        self.logs.fill(0.0);
        self.shares.fill(1.0);
        let mut evidence = 0.0;
        for (e, (seen, edges)) in rows.of(i).zip(rows.edges(i)).enumerate() {
            evidence += if self.bins { self.take_bin(seen, edges) } else { self.take(seen) };
            if e % FACTORS == FACTORS - 1 {
                self.take_logs();
            }
        }
        self.take_logs();
        let constant = math::ln(step) - 0.5 * math::ln(core::f64::consts::TAU * self.law.bias);
        let points = self.points();
        for (logs, effort) in self.logs.chunks_exact_mut(points).zip(&self.efforts) {
            let own = constant + effort[1];
            let weights = self.weight.iter().cycle();
            for ((log, bias), weight) in logs.iter_mut().zip(&self.biases).zip(weights) {
                *log += own + weight - 0.5 * bias * bias / self.law.bias;
            }
        }
        if let Some(told) = rows.told(i) {
            for (n, log) in self.logs.iter_mut().enumerate() {
                let (point, own) = (n % points, self.noise[n % count] - self.law.floor);
                *log += told.log(self.biases[point], 1.0 / own);
                // Where all look, of effort nothing is asked.
                if self.efforts.len() == EFFORTS {
                    *log += told.efforts[n / points];
                }
            }
        }
        let most = self.logs.iter().fold(-f64::INFINITY, |most, &log| math::max(most, log));
        for (share, log) in self.shares.iter_mut().zip(&self.logs) {
            *share = log - most;
        }
        math::exp_each(&mut self.shares);
        let all = self.shares.iter().fold(0.0, |sum, x| sum + x);
        let part = 1.0 / all;
        self.shares.iter_mut().for_each(|share| *share *= part);
        self.evidence = evidence + most + math::ln(all);
    }

    /// Takes a review into the products; the logarithm of the density of its score without a look.
    fn take(&mut self, [score, mean, variance]: [f64; 3]) -> f64 {
        let points = self.points();
        let low = self.law.low;
        let away = score - low.mean;
        let blind = -0.5 * (away * away / low.variance + math::ln(low.variance));
        let first = self.odds.len();
        self.odds.resize(first + points, 0.0);
        let odds = &mut self.odds[first..];
        let parts: Vec<[f64; 2]> = self
            .noise
            .iter()
            .map(|noise| [0.5 / (variance + noise), 1.0 / math::sqrt(variance + noise)])
            .collect();
        let rows = odds.chunks_exact_mut(parts.len()).zip(self.biases.chunks_exact(parts.len()));
        for (odds, biases) in rows {
            for ((odds, bias), [half, _]) in odds.iter_mut().zip(biases).zip(&parts) {
                let away = score - mean - bias;
                *odds = -half * away * away - blind;
            }
        }
        math::exp_each(odds);
        for odds in odds.chunks_exact_mut(parts.len()) {
            for (odds, [_, part]) in odds.iter_mut().zip(&parts) {
                *odds *= part;
            }
        }
        self.multiply(first);
        blind
    }

    /// [`take`](Self::take) of a score that is a bin.
    fn take_bin(&mut self, [_, mean, variance]: [f64; 3], edges: [f64; 2]) -> f64 {
        let first = self.odds.len();
        let low = self.law.low;
        // Nobody goes without a look where there is no effort: any factor will do.
        let blind =
            if self.efforts.len() > 1 { between(edges, low.mean, low.variance)[0] } else { 1.0 };
        for (&bias, noise) in self.biases.iter().zip(self.noise.iter().cycle()) {
            let [all, slope, curvature] = between(edges, mean + bias, variance + noise);
            self.odds.push(all / blind);
            self.slopes.push([slope, curvature]);
        }
        self.multiply(first);
        math::ln(blind)
    }

    /// Takes the review of which the odds begin there into the products.
    fn multiply(&mut self, first: usize) {
        let odds = &self.odds[first..];
        for (shares, [effort, _]) in self.shares.chunks_exact_mut(odds.len()).zip(&self.efforts) {
            for (share, odds) in shares.iter_mut().zip(odds) {
                *share *= effort * odds + (1.0 - effort);
            }
        }
    }

    fn take_logs(&mut self) {
        math::ln_each(&mut self.shares);
        for (log, share) in self.logs.iter_mut().zip(&mut self.shares) {
            *log += *share;
            *share = 1.0;
        }
    }

    /// The probability of each point, with its bias and the number of its precision.
    pub(super) fn each_point(&self, mut work: impl FnMut(f64, f64, usize)) {
        let (points, count) = (self.points(), self.noise.len());
        for (point, &bias) in self.biases.iter().enumerate() {
            let share =
                (0..self.efforts.len()).fold(0.0, |sum, a| sum + self.shares[a * points + point]);
            work(share, bias, point % count);
        }
    }

    /// Mean and standard deviation of the bias.
    pub(super) fn bias(&self) -> Guess {
        let (mut first, mut second) = (0.0, 0.0);
        self.each_point(|share, bias, _| {
            first += share * bias;
            second += share * bias * bias;
        });
        [first, math::sqrt(math::max(second - first * first, 0.0))]
    }

    /// How far scores follow grades, the probability of a look; and how far they are above the mean of
    /// works for a work of that grade.
    pub(super) fn expected(&self) -> [f64; 2] {
        let (mut all, mut sum) = (0.0, 0.0);
        for (shares, [effort, _]) in self.shares.chunks_exact(self.points()).zip(&self.efforts) {
            for (p, share) in shares.iter().enumerate() {
                all += effort * share;
                sum += effort * share * self.biases[p];
            }
        }
        [all, sum + (1.0 - all) * self.law.low.mean]
    }

    /// The mean of the precision.
    pub(super) fn precision(&self) -> f64 {
        let mut sum = 0.0;
        self.each_point(|share, _, q| sum += share / self.noise[q]);
        sum
    }

    /// Adds what the reviewer comes to but for reviews.
    pub(super) fn add_to(&self, sums: &mut GridSums) {
        sums.count += 1.0;
        sums.evidence += self.evidence;
        sums.precisions.resize(self.noise.len(), 0.0);
        self.each_point(|share, bias, q| {
            sums.square += share * bias * bias;
            sums.precisions[q] += share;
        });
        for (sum, share) in sums.efforts.iter_mut().zip(self.efforts()) {
            *sum += share;
        }
    }

    /// The probability of each effort.
    fn efforts(&self) -> [f64; EFFORTS] {
        let mut all = [0.0; EFFORTS];
        for (sum, shares) in all.iter_mut().zip(self.shares.chunks_exact(self.points())) {
            *sum = shares.iter().fold(0.0, |sum, share| sum + share);
        }
        all
    }

    /// How much likelier scores are of each effort than of the largest, in logarithms; with what was known
    /// before.
    pub(super) fn odds(&self) -> [f64; EFFORTS] {
        if self.efforts.len() < EFFORTS {
            return [0.0; EFFORTS];
        }
        let found = self.efforts().map(|share| math::ln(math::max(share, 1e-300)));
        let odds: [f64; EFFORTS] = core::array::from_fn(|a| found[a] - self.efforts[a][1]);
        odds.map(|own| own - odds[EFFORTS - 1])
    }

    /// The probability of each point and that review `e` of the reviewer was a look, in `looks`.
    fn look(&mut self, e: usize) {
        let points = self.points();
        let odds = &self.odds[e * points..][..points];
        let looks = &mut self.looks[..points];
        looks.fill(0.0);
        for (shares, [effort, _]) in self.shares.chunks_exact(points).zip(&self.efforts) {
            let shares = &shares[..points];
            for p in 0..points {
                looks[p] += shares[p] * effort / (effort * odds[p] + (1.0 - effort));
            }
        }
        for p in 0..points {
            looks[p] *= odds[p];
        }
    }

    /// By how much review `e` moves the mean of a grade, its second moment about the old mean less the
    /// variance, and the probability of a look.
    pub(super) fn moments(&mut self, e: usize, [score, mean, variance]: [f64; 3]) -> [f64; 3] {
        self.look(e);
        if self.bins {
            let points = self.points();
            let slopes = &self.slopes[e * points..][..points];
            let sums = self.looks.iter().zip(slopes).fold([0.0; 3], |sums, (share, own)| {
                let [slope, curvature] = own;
                let [looks, first, second] = sums;
                [looks + share, first + share * slope, second + share * (slope * slope - curvature)]
            });
            return [variance * sums[1], variance * variance * sums[2], sums[0]];
        }
        let count = self.noise.len();
        let [mut first, mut second, mut looks] = [0.0; 3];
        for (q, noise) in self.noise.iter().enumerate() {
            let gain = variance / (variance + noise);
            let [mut all, mut sum, mut square] = [0.0; 3];
            let own = self.looks.iter().zip(&self.biases).skip(q).step_by(count);
            for (share, bias) in own {
                let r = score - mean - bias;
                all += share;
                sum += share * r;
                square += share * r * r;
            }
            looks += all;
            first += gain * sum;
            second += gain * (gain * square - variance * all);
        }
        [first, second, looks]
    }

    /// What review `e` would weigh, the score that it would stand for, and the probability of a look.
    pub(super) fn part(&mut self, e: usize, [score, mean, variance]: [f64; 3]) -> [f64; 3] {
        self.look(e);
        if self.bins {
            return self.part_of_bin(e, mean, variance);
        }
        let count = self.noise.len();
        let [mut weight, mut product, mut looks] = [0.0; 3];
        for (q, noise) in self.noise.iter().enumerate() {
            let own = self.looks.iter().zip(&self.biases).skip(q).step_by(count);
            let [share, bias, square] =
                own.fold([0.0; 3], |[all, first, second], (share, bias)| {
                    [all + share, first + share * bias, second + share * bias * bias]
                });
            looks += share;
            if share > 1e-12 {
                let mean = bias / share;
                let own = share / (noise + math::max(square / share - mean * mean, 0.0));
                weight += own;
                product += own * (score - mean);
            }
        }
        [weight, if weight > 0.0 { product / weight } else { score }, looks]
    }

    /// [`part`](Self::part) of a bin: an exact score of this weight would have its slope and curvature.
    fn part_of_bin(&self, e: usize, mean: f64, variance: f64) -> [f64; 3] {
        let (count, points) = (self.noise.len(), self.points());
        let slopes = &self.slopes[e * points..][..points];
        let [mut weight, mut product, mut looks] = [0.0; 3];
        for q in 0..count {
            let [mut all, mut first, mut second, mut known, mut scores] = [0.0; 5];
            for p in (q..points).step_by(count) {
                let (share, bias, [slope, curvature]) = (self.looks[p], self.biases[p], slopes[p]);
                all += share;
                first += share * bias;
                second += share * bias * bias;
                // The least there is, for a score beyond an end of the scale that says nothing.
                let curvature = math::max(curvature, 1e-6 / (variance + self.noise[q]));
                let precision = share * curvature / math::max(1.0 - variance * curvature, 1e-9);
                known += precision;
                scores += precision * (mean + slope / curvature);
            }
            looks += all;
            if all > 1e-12 {
                let centre = first / all;
                let spread = math::max(second / all - centre * centre, 0.0);
                let own = all / (all / known + spread);
                weight += own;
                product += own * scores / known;
            }
        }
        [weight, if weight > 0.0 { product / weight } else { mean }, looks]
    }
}
