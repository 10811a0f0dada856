//! Works: of one kind, or of two, such as those with care and those handed in empty.

use super::law::Law;
use super::seen::Site;
use crate::math;

/// The law of grades where works are of two kinds: means are less the mean of the law.
///
/// ```text
/// s_u ~ share_1 N(mean + mean_1, variance) + share_2 N(mean + mean_2, variance)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kinds {
    shares: [f64; KINDS],
    means: [f64; KINDS],
    variance: f64,
}

const KINDS: usize = 2;

/// Of the kinds to begin with: how far they are apart, and the variance of each, in parts of that of all
/// works.
const APART: f64 = 1.6;
const START: f64 = 0.36;

/// The least variance of a kind, in the same parts: narrower they were levels of the scale, or what is
/// cut off at its ends.
const LEAST: f64 = 0.3;

/// Works that the law to begin with counts as.
const PSEUDO: f64 = 2.0;

/// What is known of a work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Work {
    /// Of each kind: its probability, and the mean of the grade.
    kinds: [[f64; 2]; KINDS],
    /// Of the grade, given the kind.
    variance: f64,
    /// The logarithm of the probability of what reviews say.
    pub(super) evidence: f64,
}

/// What works add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct ItemSums {
    pub(super) count: f64,
    /// Of grades less the mean of the law, and of their squares with the variances.
    pub(super) sum: f64,
    pub(super) square: f64,
    /// Of each kind: probabilities, grades and their squares with the variances.
    kinds: [[f64; 3]; KINDS],
    /// Logarithms of how much more probable what reviews say is than if all works were of one kind.
    gain: f64,
}

impl Kinds {
    /// Two halves, one below and one above.
    pub(super) fn start(quality: f64) -> Self {
        let half = 0.5 * APART * math::sqrt(quality);
        Self { shares: [0.5; KINDS], means: [-half, half], variance: START * quality }
    }

    /// The kinds under which what was found is most probable, of works that vary by this in all.
    pub(super) fn learned(works: &ItemSums, quality: f64) -> Self {
        let start = Self::start(quality);
        let mut within = PSEUDO * start.variance;
        for [count, sum, square] in works.kinds {
            within += square - sum * sum / math::max(count, 1e-9);
        }
        let all = works.count + PSEUDO;
        Self {
            shares: works.kinds.map(|[count, ..]| (count + PSEUDO / KINDS as f64) / all),
            means: works.kinds.map(|[count, sum, _]| sum / math::max(count, 1e-9)),
            variance: math::max(within / all, LEAST * quality),
        }
    }

    /// The same about a mean of the law that is higher by this.
    pub(super) fn lowered(self, by: f64) -> Self {
        Self { means: self.means.map(|mean| mean - by), ..self }
    }

    /// What is known of a work of which reviews say this much, less the mean of the law.
    ///
    /// ```text
    /// A = L + 1/variance,  m_k = (H + mean_k / variance) / A
    /// ln P(k) = ln share_k + (m_k^2 A - mean_k^2 / variance - ln(variance A)) / 2 + constant
    /// ```
    pub(super) fn work(&self, said: Site) -> Work {
        let prior = 1.0 / self.variance;
        let precision = said.precision + prior;
        let constant = -0.5 * math::ln(self.variance * precision);
        let mut kinds = [[0.0; 2]; KINDS];
        for (k, own) in kinds.iter_mut().enumerate() {
            let mean = (said.pull + prior * self.means[k]) / precision;
            let square = mean * mean * precision - self.means[k] * self.means[k] * prior;
            *own = [math::ln(self.shares[k]) + 0.5 * square, mean];
        }
        let most = math::max(kinds[0][0], kinds[1][0]);
        for own in &mut kinds {
            own[0] = math::exp(own[0] - most);
        }
        let all = kinds[0][0] + kinds[1][0];
        for own in &mut kinds {
            own[0] /= all;
        }
        Work { kinds, variance: 1.0 / precision, evidence: constant + most + math::ln(all) }
    }
}

impl Work {
    /// Mean and variance of the grade, less the mean of the law.
    pub(super) fn moments(&self) -> [f64; 2] {
        let [[p, a], [q, b]] = self.kinds;
        [p * a + q * b, self.variance + p * q * (a - b) * (a - b)]
    }
}

impl Law {
    /// What is known of a work beforehand; nothing where works are of two kinds, for that is no normal
    /// density.
    pub(super) fn start_of_work(&self) -> Site {
        if self.kinds.is_some() {
            return Site::default();
        }
        let precision = 1.0 / self.quality;
        Site { precision, pull: precision * self.mean }
    }

    /// What a work adds to the sums, of which reviews say this much, less the mean of the law.
    pub(super) fn work(&self, said: Site) -> ItemSums {
        let precision = said.precision + 1.0 / self.quality;
        let mean = said.pull / precision;
        let Some(kinds) = &self.kinds else {
            let square = mean * mean + 1.0 / precision;
            return ItemSums { count: 1.0, sum: mean, square, ..ItemSums::default() };
        };
        let evidence = 0.5 * (mean * mean * precision - math::ln(self.quality * precision));
        let work = kinds.work(said);
        let [mean, variance] = work.moments();
        ItemSums {
            count: 1.0,
            sum: mean,
            square: mean * mean + variance,
            kinds: work.kinds.map(|[p, mean]| [p, p * mean, p * (mean * mean + work.variance)]),
            gain: work.evidence - evidence,
        }
    }
}

impl ItemSums {
    pub(super) fn add(mut self, other: Self) -> Self {
        self.count += other.count;
        self.sum += other.sum;
        self.square += other.square;
        self.gain += other.gain;
        for (own, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            own.iter_mut().zip(theirs).for_each(|(own, theirs)| *own += theirs);
        }
        self
    }

    /// How much more probable what reviews say is than if all works were of one kind, in logarithms.
    pub(super) fn gain(&self) -> f64 {
        self.gain
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)] // a plain oracle

    use super::*;

    /// Against a sum over a fine grid of grades.
    #[test]
    fn a_work_of_two_kinds_is_what_an_integral_says() {
        let kinds = Kinds { shares: [0.3, 0.7], means: [-1.4, 0.6], variance: 0.5 };
        let normal = |x: f64, mean: f64| (-(x - mean).powi(2) / (2.0 * 0.5)).exp();
        for said in [
            Site::default(),
            Site { precision: 2.0, pull: -0.9 },
            Site { precision: 0.3, pull: 4.0 },
            Site { precision: 40.0, pull: -30.0 },
        ] {
            let [mut all, mut first, mut second] = [0.0; 3];
            for i in -4000..=4000_i16 {
                let s = f64::from(i) / 500.0;
                let prior = 0.3 * normal(s, -1.4) + 0.7 * normal(s, 0.6);
                let p = prior * (s * said.pull - 0.5 * s * s * said.precision).exp() / 500.0;
                all += p;
                first += p * s;
                second += p * s * s;
            }
            let work = kinds.work(said);
            let [mean, variance] = work.moments();
            let evidence = (all / (core::f64::consts::TAU * 0.5).sqrt()).ln();
            assert!((mean - first / all).abs() < 1e-9, "{mean}");
            assert!((variance - (second / all - mean * mean)).abs() < 1e-9, "{variance}");
            assert!((work.evidence - evidence).abs() < 1e-9, "{} {evidence}", work.evidence);
        }
    }
}
