//! Reviewers on a grid of bias, precision and effort. Given these their reviews have nothing to do with
//! each other, and whether each was a look is summed exactly; scores may be bins.

mod efforts;
mod of_bins;
#[cfg(test)]
mod tests;

use self::efforts::Efforts;
use super::bins::ManyBetween;
use super::block::WIDTH;
use super::effort::{EFFORTS, GridSums};
use super::law::{Law, Options};
use super::nodes::{precisions, spaced};
use super::real::Real;
use super::seen::Rows;
use crate::math;

/// Nodes of the bias, so far apart in standard deviations of what is known of it: a sum over nodes of
/// a normal density is the integral to 1e-6.
const BIASES: usize = 6;
const APART: f64 = 1.2;

/// The least standard deviation for these nodes, in parts of that of the law.
const LEAST_SPREAD: f64 = 0.02;

/// Nodes of precision where no law is learned, and how far they go, in standard deviations of the logarithm.
const FEW: usize = WIDTH;
const REACH_OF_FEW: f64 = 2.6;

/// Factors of a product before it is scaled anew.
const FACTORS: usize = 5;

/// What is known of the bias of a reviewer: mean and standard deviation.
pub(super) type Guess = [f64; 2];

/// A reviewer on the grid, and space for the sums.
///
/// A point is a bias and a precision, bias by bias; a node is an effort and a point, effort by effort.
#[derive(Debug, Clone)]
pub(super) struct Grid<F> {
    law: Law,
    /// The logarithm of the variance of scores without a look.
    of_low: f64,
    /// Of each node of precision: variance of the noise, and what is made of it for one review.
    pub(super) noise: Vec<f64>,
    noises: Vec<F>,
    halves: Vec<F>,
    logs: Vec<F>,
    /// By point: the logarithm of the probability of the precision, and the bias.
    weight: Vec<F>,
    bias: Vec<F>,
    efforts: Efforts<F>,
    /// Whether scores are bins.
    bins: bool,
    /// Where they are: of the logarithm of the probability of each the slope in the mean, and the
    /// second derivative less its sign, by review and point.
    slopes: [Vec<F>; 2],
    between: ManyBetween<F>,
    biases: [F; BIASES],
    /// How probable each score is with a look, by review and point, and without one, by review: in parts
    /// of the largest.
    seen: Vec<F>,
    blind: Vec<F>,
    /// The probability of each point to begin with.
    start: Vec<F>,
    /// The probability of each node, of each point, and of each point with a look at one review.
    shares: Vec<F>,
    points: Vec<F>,
    looks: Vec<F>,
    pub(super) evidence: f64,
}

/// Lanes of a column.
fn lanes<F>(column: &[F]) -> &[[F; WIDTH]] {
    column.as_chunks().0
}

/// The sum of a column.
fn sum<F: Real>(column: &[F]) -> F {
    let mut sums = [F::ZERO; WIDTH];
    for own in lanes(column) {
        for j in 0..WIDTH {
            sums[j] += own[j];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// The largest of a column and another number.
fn largest<F: Real>(column: &[F], other: F) -> F {
    let mut most = [other; WIDTH];
    for own in lanes(column) {
        most = core::array::from_fn(|j| most[j].most(own[j]));
    }
    most[0].most(most[1]).most(most[2].most(most[3]))
}

/// The first of a column, again and again in all of it.
fn repeat<F: Copy>(column: &mut [F], count: usize) {
    let (first, others) = column.split_at_mut(count);
    others.chunks_exact_mut(count).for_each(|other| other.copy_from_slice(first));
}

/// In place of logarithms their powers of e, in parts of the largest of them and of another, which is returned.
fn to_parts<F: Real>(logs: &mut [F], other: F) -> F {
    let most = largest(logs, other);
    for log in logs.iter_mut() {
        *log = (*log - most).most(F::LEAST_LOG);
    }
    F::exp_each(logs);
    most
}

/// The power of e.
fn exp<F: Real>(x: F) -> F {
    let mut one = [x];
    F::exp_each(&mut one);
    one[0]
}

impl<F: Real> Grid<F> {
    pub(super) fn new(law: &Law, options: Options) -> Self {
        let nodes = precisions(law, Options { precisions: true, ..Options::default() });
        Self::of(law, options, &nodes)
    }

    /// A grid for what reviews say of grades: that takes fewer precisions than to tell the law of precisions,
    /// and fewer efforts.
    pub(super) fn of_few(law: &Law, options: Options) -> Self {
        Self::of(law, options, &spaced(law, FEW, REACH_OF_FEW)).with_few_efforts()
    }

    /// The same with as few efforts as how probable all is, and what reviews say of grades, can be told by;
    /// not how probable each effort is.
    pub(super) fn with_few_efforts(self) -> Self {
        Self { efforts: self.efforts.or_few(), ..self }
    }

    fn of(law: &Law, options: Options, nodes: &[(f64, f64)]) -> Self {
        let points = BIASES * nodes.len();
        let efforts = if options.effort { Efforts::of(&law.low) } else { Efforts::none() };
        let noise: Vec<f64> =
            nodes.iter().map(|(precision, _)| 1.0 / precision + law.floor).collect();
        let weights = nodes.iter().map(|(_, own)| F::new(math::ln(math::max(*own, 1e-12))));
        Self {
            law: *law,
            of_low: math::ln(law.low.variance),
            weight: weights.cycle().take(points).collect(),
            bias: vec![F::ZERO; points],
            noises: noise.iter().map(|&noise| F::new(noise)).collect(),
            halves: vec![F::ZERO; points],
            logs: vec![F::ZERO; points],
            noise,
            bins: options.bins,
            slopes: [Vec::new(), Vec::new()],
            between: ManyBetween::default(),
            biases: [F::ZERO; BIASES],
            seen: Vec::new(),
            blind: Vec::new(),
            start: vec![F::ZERO; points],
            shares: vec![F::ZERO; efforts.len() * points],
            points: vec![F::ZERO; points],
            looks: vec![F::ZERO; points],
            efforts,
            evidence: 0.0,
        }
    }

    /// What is known of a bias before the grid is laid: as if all were looks.
    pub(super) fn guess(&self, rows: Rows<'_, F>, i: usize) -> Guess {
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
    pub(super) fn learn(&mut self, rows: Rows<'_, F>, i: usize, [centre, spread]: Guess) {
        let step = APART * math::max(spread, LEAST_SPREAD * math::sqrt(self.law.bias));
        self.biases = core::array::from_fn(|b| {
            F::new(centre + (b as f64 - 0.5 * (BIASES - 1) as f64) * step)
        });
        for (points, bias) in self.bias.chunks_exact_mut(self.noise.len()).zip(self.biases) {
            points.fill(bias);
        }
        self.efforts.choose(rows.range(i).len(), rows.told(i));
        self.shares.resize(self.efforts.len() * self.start.len(), F::ONE);
        self.seen.clear();
        self.blind.clear();
        self.slopes.iter_mut().for_each(Vec::clear);
        self.shares.fill(F::ONE);
        let constant = math::ln(step) - 0.5 * math::ln(core::f64::consts::TAU * self.law.bias);
        let mut evidence = constant;
        for (e, (seen, edges)) in rows.of(i).zip(rows.edges(i)).enumerate() {
            evidence += if self.bins { self.take_bin(seen, edges) } else { self.take(seen) };
            self.multiply(e);
            if e % FACTORS == FACTORS - 1 {
                evidence += self.scale();
            }
        }
        self.evidence = evidence + self.begin(rows, i) + self.weigh();
    }

    /// The probabilities of points and of efforts to begin with; the logarithm of their unit.
    fn begin(&mut self, rows: Rows<'_, F>, i: usize) -> f64 {
        let half = F::new(0.5 / self.law.bias);
        for ((start, &bias), &weight) in self.start.iter_mut().zip(&self.bias).zip(&self.weight) {
            *start = weight - half * bias * bias;
        }
        let told = rows.told(i);
        if let Some(told) = told {
            let noises = self.noise.iter().cycle();
            for ((start, bias), noise) in self.start.iter_mut().zip(&self.bias).zip(noises) {
                *start += F::new(told.log(bias.get(), 1.0 / (noise - self.law.floor)));
            }
        }
        let first = self.start[0];
        let most = to_parts(&mut self.start, first);
        let known = self.efforts.known(told);
        let (parts, of_parts) = known.as_ref().unwrap_or(self.efforts.parts());
        for (shares, &part) in self.shares.chunks_exact_mut(self.start.len()).zip(parts) {
            for (share, &start) in shares.iter_mut().zip(&self.start) {
                *share *= part * start;
            }
        }
        most.get() + of_parts
    }

    /// Probabilities that add up to 1; the logarithm of what they added up to.
    fn weigh(&mut self) -> f64 {
        let all = sum(&self.shares);
        let part = F::ONE / all;
        self.points.fill(F::ZERO);
        for shares in self.shares.chunks_exact_mut(self.points.len()) {
            for (share, point) in shares.iter_mut().zip(&mut self.points) {
                *share = (*share * part).most(F::LEAST_SHARE);
                *point += *share;
            }
        }
        math::ln(all.get())
    }

    /// Takes a review; the logarithm of the density that its probabilities are parts of.
    fn take(&mut self, [score, mean, variance]: [f64; 3]) -> f64 {
        let low = self.law.low;
        let away = score - low.mean;
        let blind = -0.5 * (away * away / low.variance + self.of_low);
        self.spread(variance, blind);
        let (first, points) = (self.seen.len(), self.start.len());
        self.seen.resize(first + points, F::ZERO);
        let seen = &mut self.seen[first..];
        let above = F::new(score - mean);
        let rows = seen.iter_mut().zip(&self.bias).zip(&self.halves).zip(&self.logs);
        for (((seen, &bias), &half), &log) in rows {
            let away = above - bias;
            *seen = log - half * away * away;
        }
        let most = to_parts(seen, F::ZERO);
        self.blind.push(exp(F::ZERO - most));
        blind + most.get()
    }

    /// What the densities of a score are made of, by point: `1 / 2 V` and `-ln V / 2`, less what all are
    /// parts of.
    fn spread(&mut self, variance: f64, unit: f64) {
        let count = self.noises.len();
        let (half, unit, variance) = (F::new(0.5), F::new(unit), F::new(variance));
        let (halves, logs) = (&mut self.halves[..count], &mut self.logs[..count]);
        for ((part, log), &noise) in halves.iter_mut().zip(logs.iter_mut()).zip(&self.noises) {
            *log = variance + noise;
            *part = half / *log;
        }
        F::ln_each(logs);
        for log in logs.iter_mut() {
            *log = F::ZERO - half * *log - unit;
        }
        repeat(&mut self.halves, count);
        repeat(&mut self.logs, count);
    }

    /// How probable review `e` is at a point of this effort: `a seen + (1 - a) blind`, as the first and what is
    /// added. Nothing is impossible.
    fn factor(&self, a: usize, e: usize) -> [F; 2] {
        let effort = self.efforts.looks()[a];
        [F::new(effort), F::new(1.0 - effort) * self.blind[e] + F::LEAST_FACTOR]
    }

    /// Takes review `e` into the products.
    fn multiply(&mut self, e: usize) {
        let points = self.start.len();
        for a in 0..self.efforts.len() {
            let [effort, rest] = self.factor(a, e);
            let shares = &mut self.shares[a * points..][..points];
            for (share, &seen) in shares.iter_mut().zip(&self.seen[e * points..][..points]) {
                *share *= effort * seen + rest;
            }
        }
    }

    /// Products in parts of the largest; its logarithm.
    fn scale(&mut self) -> f64 {
        let most = largest(&self.shares, F::ZERO);
        let part = F::ONE / most;
        for share in &mut self.shares {
            *share = (*share * part).most(F::LEAST_SHARE);
        }
        math::ln(most.get())
    }

    /// The probability of each point, with its bias and the number of its precision.
    pub(super) fn each_point(&self, mut work: impl FnMut(f64, f64, usize)) {
        for (points, bias) in self.points.chunks_exact(self.noise.len()).zip(self.biases) {
            for (q, share) in points.iter().enumerate() {
                work(share.get(), bias.get(), q);
            }
        }
    }

    /// Mean and standard deviation of the bias.
    pub(super) fn bias(&self) -> Guess {
        let [mut all, mut first, mut second] = [0.0; 3];
        for (points, bias) in self.points.chunks_exact(self.noise.len()).zip(self.biases) {
            let (share, bias) = (sum(points).get(), bias.get());
            all += share;
            first += share * bias;
            second += share * bias * bias;
        }
        let mean = first / all;
        [mean, math::sqrt(math::max(second / all - mean * mean, 0.0))]
    }

    /// How far scores follow grades, the probability of a look; and how far they are above the mean of
    /// works for a work of that grade.
    pub(super) fn expected(&self) -> [f64; 2] {
        let (mut all, mut sum) = (0.0, 0.0);
        let efforts = self.efforts.looks();
        for (shares, effort) in self.shares.chunks_exact(self.start.len()).zip(efforts) {
            for (shares, bias) in shares.chunks_exact(self.noise.len()).zip(self.biases) {
                let share = effort * shares.iter().fold(0.0, |sum, share| sum + share.get());
                all += share;
                sum += share * bias.get();
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
        for (sum, share) in sums.efforts.iter_mut().zip(self.of_efforts()) {
            *sum += share;
        }
    }

    /// The probability of each effort.
    fn of_efforts(&self) -> [f64; EFFORTS] {
        let mut all = [0.0; EFFORTS];
        for (all, shares) in all.iter_mut().zip(self.shares.chunks_exact(self.start.len())) {
            *all = sum(shares).get();
        }
        all
    }

    /// How much likelier scores are of each effort than of the largest, in logarithms; with what was known
    /// before.
    pub(super) fn odds(&self) -> [f64; EFFORTS] {
        if self.efforts.len() < EFFORTS {
            return [0.0; EFFORTS];
        }
        let found = self.of_efforts().map(|share| math::ln(math::max(share, 1e-300)));
        let odds: [f64; EFFORTS] = core::array::from_fn(|a| found[a] - self.efforts.logs()[a]);
        odds.map(|own| own - odds[EFFORTS - 1])
    }

    /// The probability of each point and that review `e` of the reviewer was a look, in `looks`.
    fn look(&mut self, e: usize) {
        let points = self.start.len();
        let mut looks = core::mem::take(&mut self.looks);
        looks.fill(F::ZERO);
        let seen = &self.seen[e * points..][..points];
        for a in 0..self.efforts.len() {
            let [effort, rest] = self.factor(a, e);
            let shares = &self.shares[a * points..][..points];
            for ((look, &share), &seen) in looks.iter_mut().zip(shares).zip(seen) {
                let with = effort * seen;
                *look += share * (with / (with + rest));
            }
        }
        self.looks = looks;
    }

    /// By how much review `e` moves the mean of a grade, its second moment about the old mean less the
    /// variance, and the probability of a look.
    pub(super) fn moments(&mut self, e: usize, [score, mean, variance]: [f64; 3]) -> [f64; 3] {
        self.look(e);
        if self.bins {
            return self.moments_of_bin(e, variance);
        }
        let away = F::new(score - mean);
        let variance = F::new(variance);
        let mut sums = [F::ZERO; 3];
        let width = self.noise.len() / WIDTH;
        for (q, noises) in lanes(&self.noises).iter().enumerate() {
            let [mut all, mut first, mut second] = [[F::ZERO; WIDTH]; 3];
            for (share, &bias) in lanes(&self.looks)[q..].iter().step_by(width).zip(&self.biases) {
                let r = away - bias;
                for j in 0..WIDTH {
                    all[j] += share[j];
                    first[j] += share[j] * r;
                    second[j] += share[j] * (r * r);
                }
            }
            for j in 0..WIDTH {
                let gain = variance / (variance + noises[j]);
                sums[0] += gain * first[j];
                sums[1] += gain * (gain * second[j] - variance * all[j]);
                sums[2] += all[j];
            }
        }
        sums.map(F::get)
    }

    /// What review `e` would weigh, the score that it would stand for, and the probability of a look.
    pub(super) fn part(&mut self, e: usize, [score, mean, variance]: [f64; 3]) -> [f64; 3] {
        self.look(e);
        if self.bins {
            return self.part_of_bin(e, mean, variance);
        }
        let [mut weight, mut product, mut looks] = [0.0; 3];
        for (q, noise) in self.noise.iter().enumerate() {
            let own = self.looks.iter().skip(q).step_by(self.noise.len()).zip(self.biases);
            let [share, bias, square] =
                own.fold([0.0; 3], |[all, first, second], (share, bias)| {
                    let (share, bias) = (share.get(), bias.get());
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
}
