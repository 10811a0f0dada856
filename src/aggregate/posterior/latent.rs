//! Scores that are not quite what a reviewer makes of a work: on levels, cut off at the ends of the
//! scale, or given without a look.

use super::block::{Block, Rows};
use super::law::Law;
use super::nodes::Nodes;
use super::real::Real;
use crate::math;

/// Levels of scores, in the unit of the ratings: a score stands for all that is nearest to it, the
/// lowest and the highest for all beyond as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    pub(super) step: f64,
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

impl Levels {
    /// What a score stands for.
    fn bounds(self, score: f64) -> (f64, f64) {
        let half = 0.5 * self.step;
        let low = if score - half <= self.lowest { -f64::INFINITY } else { score - half };
        let high = if score + half >= self.highest { f64::INFINITY } else { score + half };
        (low, high)
    }
}

/// Nodes of effort: the probability that a reviewer looks at a work.
pub(super) const EFFORTS: usize = 8;

pub(super) fn effort(node: usize) -> f64 {
    if node + 1 == EFFORTS { 0.995 } else { (node as f64 + 0.5) / (EFFORTS - 1) as f64 }
}

/// The law of reports without a look, and of effort.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Low {
    pub(super) mean: f64,
    pub(super) variance: f64,
    pub(super) efforts: [f64; EFFORTS],
}

impl Low {
    pub(super) fn start(mean: f64, variance: f64) -> Self {
        let all = (0..EFFORTS).fold(0.0, |sum, q| sum + effort(q) * effort(q));
        let efforts = core::array::from_fn(|q| effort(q) * effort(q) / all);
        Self { mean, variance, efforts }
    }
}

/// How scores come of what reviewers make of works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Report {
    pub(super) levels: Option<Levels>,
    pub(super) low: Option<Low>,
}

/// What is said of what a reviewer made of a work: mean and variance of a normal density, and how much
/// more probable the score is without a look than with one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Latent<F> {
    pub(super) mean: F,
    pub(super) variance: F,
    pub(super) odds: F,
}

/// What reports add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct ReportSums {
    pub(super) evidence: f64,
    people: f64,
    low: [f64; 3],
    efforts: [f64; EFFORTS],
}

impl ReportSums {
    pub(super) fn add(mut self, other: Self) -> Self {
        self.evidence += other.evidence;
        self.people += other.people;
        self.low.iter_mut().zip(other.low).for_each(|(own, x)| *own += x);
        self.efforts.iter_mut().zip(other.efforts).for_each(|(own, x)| *own += x);
        self
    }
}

impl Report {
    pub(super) fn start<F: Real>(&self, score: F) -> Latent<F> {
        let step = self.levels.map_or(0.0, |levels| levels.step);
        Latent { mean: score, variance: F::new(step * step / 12.0 + 1e-3), odds: F::new(0.5) }
    }

    pub(super) fn learn(&mut self, sums: &ReportSums) {
        let Some(low) = &mut self.low else { return };
        let [count, sum, square] = sums.low;
        if count > 5.0 {
            low.mean = sum / count;
            low.variance = math::max(square / count - low.mean * low.mean, 1e-3);
        }
        for (own, x) in low.efforts.iter_mut().zip(sums.efforts) {
            *own = x / sums.people + 1e-6;
        }
    }

    /// What the scores of a reviewer say of what was made of the works, from what all else says.
    pub(super) fn update<F: Real>(
        &self,
        scores: &[F],
        cavities: &[(f64, f64)],
        latents: &mut [Latent<F>],
        step: f64,
    ) -> ReportSums {
        let mut sums = ReportSums::default();
        let mut product = [1.0; EFFORTS];
        if let Some(low) = &self.low {
            sums.people = 1.0;
            product = low.efforts;
            for latent in latents.iter() {
                let mut all = 0.0;
                for (q, product) in product.iter_mut().enumerate() {
                    *product *= effort(q) + (1.0 - effort(q)) * latent.odds.get();
                    all += *product;
                }
                product.iter_mut().for_each(|product| *product /= all);
                sums.evidence += math::ln(all);
            }
            sums.efforts = product;
        }
        for ((&score, &(mean, variance)), latent) in scores.iter().zip(cavities).zip(latents) {
            let score = score.get();
            let (seen, mut first, mut second) = match self.levels {
                Some(levels) => truncated(levels.bounds(score), mean, variance),
                None => (normal(score, mean, variance), score, 0.0),
            };
            let mut evidence = seen;
            let mut odds = 0.0;
            if let Some(low) = &self.low {
                let blind = match self.levels {
                    Some(levels) => truncated(levels.bounds(score), low.mean, low.variance).0,
                    None => normal(score, low.mean, low.variance),
                };
                odds = math::clamp(blind / math::max(seen, 1e-300), 1e-12, 1e12);
                let old = latent.odds.get();
                let (mut all, mut looks) = (0.0, 0.0);
                for (q, &product) in product.iter().enumerate() {
                    let without = product / (effort(q) + (1.0 - effort(q)) * old);
                    all += without;
                    looks += without * effort(q);
                }
                let looks = looks / all;
                let p = looks / (looks + (1.0 - looks) * odds);
                let away = first - mean;
                second = (1.0 - p) * variance + p * (second + (1.0 - p) * away * away);
                first = mean + p * away;
                sums.low[0] += 1.0 - p;
                sums.low[1] += (1.0 - p) * score;
                sums.low[2] += (1.0 - p) * score * score;
                // With the message of effort, ln sum of w (e + (1 - e) odds), counted above.
                evidence = seen;
            }
            let (old_mean, old_variance) = (latent.mean.get(), latent.variance.get());
            sums.evidence += math::ln(math::max(evidence, 1e-300))
                - math::ln(normal(old_mean, mean, variance + old_variance));
            let precision = 1.0 / math::max(second, 1e-4 * variance) - 1.0 / variance;
            let precision = math::max(precision, 1e-4 / variance);
            let pull = precision * first + (first - mean) / variance;
            let before = 1.0 / old_variance;
            let precision_now = before + step * (precision - before);
            let pull_now = before * old_mean + step * (pull - before * old_mean);
            *latent = Latent {
                mean: F::new(pull_now / precision_now),
                variance: F::new(1.0 / precision_now),
                odds: F::new(odds),
            };
        }
        sums
    }
}

fn normal(x: f64, mean: f64, variance: f64) -> f64 {
    math::exp(-0.5 * (x - mean) * (x - mean) / variance) / math::sqrt(variance)
}

/// The probability of a bin, less the constant of a density, mean and variance within.
fn truncated((low, high): (f64, f64), mean: f64, variance: f64) -> (f64, f64, f64) {
    let sd = math::sqrt(variance);
    let (a, t) = ((low - mean) / sd, (high - mean) / sd);
    // Mirrored to the lower tail where it has more digits.
    if a > 0.0 {
        let (p, first, second) = truncated((-high, -low), -mean, variance);
        return (p, -first, second);
    }
    let p = math::max(math::normal_cdf(t) - math::normal_cdf(a), 1e-300);
    let density = |x: f64| if x.is_finite() { math::normal_density(x) } else { 0.0 };
    let times = |x: f64| if x.is_finite() { x * math::normal_density(x) } else { 0.0 };
    let first = math::clamp((density(a) - density(t)) / p, a, t);
    let second = math::clamp(1.0 + (times(a) - times(t)) / p - first * first, 1e-6, 1.0);
    (p * 2.506_628_274_631_000_5, mean + sd * first, variance * second)
}
