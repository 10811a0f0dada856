//! The nodes of the integral over a reviewer: manners and precisions.

use core::ops::Range;

use super::law::{Law, Options};
use super::real::Real;
use crate::math;

/// A manner of reviewing other than the honest: how scores follow true grades, the variance of biases to
/// begin with, in parts of that of the honest, and the share of reviewers to begin with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) slope: f64,
    pub(super) bias: f64,
    pub(super) share: f64,
}

/// Those who give about the same score whatever they see, and those drawn half-way to that: half of their
/// bias is drawn away too.
pub(super) const STYLES: [Style; 2] =
    [Style { slope: 0.0, bias: 9.0, share: 0.10 }, Style { slope: 0.5, bias: 0.25, share: 0.05 }];

/// Nodes of precision of a manner other than the honest, of which each has a share of its own: in
/// parts of the precision within works, equally far apart in the logarithm.
pub(super) const OTHERS: usize = 6;
const LEAST_OTHER: f64 = 0.125;
const MOST_OTHER: f64 = 20.0;

/// The shares of those manners, node by node.
pub(super) type Shares = [[f64; OTHERS]; STYLES.len()];

/// Nodes of precision of the honest: eight tell what fifteen do, but where precisions differ widely.
/// Multiples of four, for so many are worked on at once.
const PRECISIONS: usize = 8;
const WIDE: usize = 12;

/// Where much is known of a reviewer beforehand: what is left to tell is narrow.
const FINE: usize = 16;

/// How far the nodes of precision go, in standard deviations of its logarithm.
const REACH: f64 = 3.2;

/// The least standard deviation of that logarithm: for nodes that do not coincide.
const NARROW: f64 = 0.02;

/// The least probability of a node.
const LEAST_PROBABILITY: f64 = 1e-12;

/// Every pair of manner and precision, in columns: the honest ones first.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes<F> {
    pub(super) honest: Range<usize>,
    pub(super) shifted: Range<usize>,
    pub(super) others: Range<usize>,
    pub(super) slope: Vec<F>,
    /// Of the slope.
    pub(super) square: Vec<F>,
    pub(super) offset: Vec<F>,
    /// The part of the offset that is the reviewer's own.
    pub(super) apart: Vec<F>,
    /// Variances of the noise: of the reviewer's own, and with the floor.
    pub(super) own: Vec<f64>,
    /// The logarithms of the reviewer's own.
    pub(super) log: Vec<f64>,
    pub(super) noise: Vec<F>,
    /// How much of that goes with the own work, where anything does.
    coupled: Vec<F>,
    /// By how much the logarithm of the precision rises with each standard deviation of the own work.
    coupling: F,
    /// 1 / variance of the bias.
    pub(super) bias: Vec<F>,
    /// The logarithm of the probability over the root of the variance of the bias.
    pub(super) weight: Vec<F>,
}

impl<F: Real> Nodes<F> {
    pub(super) fn new(law: &Law, options: Options) -> Self {
        let mut nodes = Self { coupling: F::new(law.coupling), ..Self::default() };
        let others = law.shares.iter().flatten().fold(0.0, |sum, share| sum + share);
        let precisions = precisions(law, options);
        let groups = [(1.0 - others - law.shifted, 0.0), (law.shifted, law.offset)];
        for (share, offset) in groups.into_iter().take(1 + usize::from(options.shift != 0)) {
            for &(precision, probability) in &precisions {
                let style = Style { slope: 1.0, bias: law.bias, share: share * probability };
                nodes.push(law, style, offset, 1.0 / precision);
            }
        }
        nodes.honest = 0..precisions.len();
        nodes.shifted = precisions.len()..nodes.len();
        if options.manners {
            let ratio = math::ln(MOST_OTHER / LEAST_OTHER) / (OTHERS - 1) as f64;
            for ((style, &bias), shares) in STYLES.iter().zip(&law.biases).zip(&law.shares) {
                for (q, &share) in shares.iter().enumerate() {
                    let precision = LEAST_OTHER * math::exp(ratio * q as f64);
                    nodes.push(law, Style { bias, share, ..*style }, 0.0, 1.0 / precision);
                }
            }
        }
        nodes.others = nodes.shifted.end..nodes.len();
        nodes
    }

    /// Adds a node of a style of which the biases have this variance.
    fn push(&mut self, law: &Law, style: Style, apart: f64, own: f64) {
        let Style { bias, share, .. } = style;
        let probability = math::max(share, LEAST_PROBABILITY);
        self.slope.push(F::new(style.slope));
        self.square.push(F::new(style.slope * style.slope));
        // The level is that of the honest, to whom the shifted are compared.
        let level = if style.slope < 1.0 { 0.0 } else { law.level };
        self.offset.push(F::new(level + apart));
        self.apart.push(F::new(apart));
        self.own.push(own);
        self.log.push(math::ln(own));
        self.noise.push(F::new(own + law.floor));
        self.coupled.push(F::new(if style.slope < 1.0 { 0.0 } else { own }));
        self.bias.push(F::new(1.0 / bias));
        self.weight.push(F::new(math::ln(probability) - 0.5 * math::ln(bias)));
    }

    /// The noise at node `j` of a reviewer of whom the own noise is so many times as large.
    pub(super) fn noise(&self, j: usize, scale: Option<&F>) -> F {
        let own = |&scale: &F| self.noise[j] + self.coupled[j] * (scale - F::ONE);
        scale.map_or(self.noise[j], own)
    }

    /// How many times as large as at the nodes the own noise is of reviewers with works this good.
    pub(super) fn scales(&self, own_work: &[F], scales: &mut Vec<F>) {
        scales.clear();
        scales.extend(own_work.iter().map(|&x| F::ZERO - self.coupling * x));
        F::exp_each(scales);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.slope.len()
    }
}

/// The nodes of precision of the honest with their probabilities: equally far apart in `ln t`, under
/// the density of a Gamma law there.
pub(super) fn precisions(law: &Law, options: Options) -> Vec<(f64, f64)> {
    let Law { shape, precision, .. } = *law;
    if !options.precisions {
        return vec![(precision, 1.0)];
    }
    let count = if options.known {
        FINE
    } else if shape < 1.0 {
        WIDE
    } else {
        PRECISIONS
    };
    spaced(law, count, REACH)
}

/// So many nodes, as far as that to each side.
pub(super) fn spaced(law: &Law, count: usize, reach: f64) -> Vec<(f64, f64)> {
    let Law { shape, precision, .. } = *law;
    let middle = math::digamma(shape) - math::ln(shape);
    let width = reach * math::max(math::sqrt(math::trigamma(shape)), NARROW);
    let ratio = |q: usize| {
        let x = 2.0 * q as f64 / (count - 1) as f64 - 1.0;
        math::exp(middle + x * width)
    };
    let density = |ratio: f64| math::exp(shape * (math::ln(ratio) - ratio + 1.0));
    let all = (0..count).fold(0.0, |sum, q| sum + density(ratio(q)));
    (0..count).map(|q| (precision * ratio(q), density(ratio(q)) / all)).collect()
}
