//! The laws that reviewers and works are drawn from, and the nodes of the integral over a reviewer.

use crate::aggregate::moments::Moments;
use crate::math;

/// A manner of reviewing other than the honest: how scores follow true grades, how far biases go in
/// parts of those of the honest, and the share of reviewers to begin with.
#[derive(Debug, Clone, Copy)]
struct Style {
    slope: f64,
    bias: f64,
    share: f64,
}

/// Those who give about the same score whatever they see, and those drawn half-way to that.
const LIST: [Style; 2] =
    [Style { slope: 0.0, bias: 9.0, share: 0.10 }, Style { slope: 0.5, bias: 9.0, share: 0.05 }];

/// Nodes of precision of a manner other than the honest, of which each has a share of its own: in
/// parts of the precision within works, equally far apart in the logarithm.
const OTHERS: usize = 6;
const LEAST_OTHER: f64 = 0.125;
const MOST_OTHER: f64 = 20.0;

/// The shares of those manners, node by node.
pub(super) type Shares = [[f64; OTHERS]; LIST.len()];

/// Nodes of precision of the honest: seven tell what fifteen do, but where precisions differ widely.
const PRECISIONS: usize = 7;
const WIDE: usize = 9;

/// How far the nodes of precision go, in standard deviations of its logarithm.
const REACH: f64 = 3.2;

/// The least standard deviation of that logarithm: for nodes that do not coincide.
const NARROW: f64 = 0.02;

/// The laws, in the unit of the ratings.
///
/// ```text
/// s_u ~ N(mean, quality)
/// v is of manner m with probability share_m;  of the honest t_v ~ Gamma(shape, shape / precision)
/// b_v ~ N(0, bias x bias_m),  z = mean + slope_m (s_u - mean) + b_v + noise
/// noise ~ N(0, floor + 1/t_v)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    pub(super) mean: f64,
    pub(super) quality: f64,
    pub(super) bias: f64,
    pub(super) precision: f64,
    pub(super) shape: f64,
    pub(super) shares: Shares,
    /// The variance of noise that no reviewer escapes.
    pub(super) floor: f64,
}

/// What tells reviewers apart besides their biases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Options {
    pub(super) precisions: bool,
    pub(super) manners: bool,
    /// The least of the floor of noise: what rounding to the steps of the scale adds.
    pub(super) floor: f64,
}

/// Every pair of manner and precision, in columns: the honest ones first.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes {
    pub(super) honest: usize,
    pub(super) slope: Vec<f64>,
    /// Variances of the noise: of the reviewer's own, and with the floor.
    pub(super) own: Vec<f64>,
    /// The logarithms of the reviewer's own.
    pub(super) log: Vec<f64>,
    pub(super) noise: Vec<f64>,
    /// 1 / variance of the bias.
    pub(super) bias: Vec<f64>,
    /// The logarithm of the probability over the root of the variance of the bias.
    pub(super) weight: Vec<f64>,
}

impl Nodes {
    fn push(&mut self, slope: f64, (own, floor): (f64, f64), bias: f64, probability: f64) {
        self.slope.push(slope);
        self.own.push(own);
        self.log.push(math::ln(own));
        self.noise.push(own + floor);
        self.bias.push(1.0 / bias);
        let probability = math::max(probability, LEAST_PROBABILITY);
        self.weight.push(math::ln(probability) - 0.5 * math::ln(bias));
    }
}

impl Law {
    /// Laws to begin with, by moments.
    pub(super) fn start(moments: &Moments, options: Options) -> Self {
        let between = math::max(moments.quality, LEAST_SPREAD * moments.total);
        let floor = math::max(options.floor, START_FLOOR * moments.noise);
        Self {
            mean: moments.mean,
            quality: math::max(between, LEAST_VARIANCE),
            bias: math::max(moments.bias, LEAST_START),
            precision: 1.0 / math::max(moments.noise - floor, LEAST_START),
            shape: START_SHAPE,
            shares: Self::shares(options),
            floor: math::max(floor, LEAST_FLOOR),
        }
    }

    /// Shares to begin with.
    fn shares(options: Options) -> Shares {
        LIST.map(|style| [if options.manners { style.share / OTHERS as f64 } else { 0.0 }; OTHERS])
    }

    /// The share of the honest.
    fn honest(&self) -> f64 {
        1.0 - self.shares.iter().flatten().fold(0.0, |sum, share| sum + share)
    }

    /// The nodes of precision with their probabilities: equally far apart in `ln t`, under the density of
    /// a Gamma law there.
    fn precisions(&self, options: Options) -> Vec<(f64, f64)> {
        if !options.precisions {
            return vec![(self.precision, 1.0)];
        }
        let count = if self.shape < 1.0 { WIDE } else { PRECISIONS };
        let middle = math::digamma(self.shape) - math::ln(self.shape);
        let width = REACH * math::max(math::sqrt(math::trigamma(self.shape)), NARROW);
        let ratio = |q: usize| {
            let x = 2.0 * q as f64 / (count - 1) as f64 - 1.0;
            math::exp(middle + x * width)
        };
        let density = |ratio: f64| math::exp(self.shape * (math::ln(ratio) - ratio + 1.0));
        let all = (0..count).fold(0.0, |sum, q| sum + density(ratio(q)));
        (0..count).map(|q| (self.precision * ratio(q), density(ratio(q)) / all)).collect()
    }

    pub(super) fn nodes(&self, options: Options) -> Nodes {
        let mut nodes = Nodes::default();
        let honest = self.honest();
        for (precision, probability) in self.precisions(options) {
            nodes.push(1.0, (1.0 / precision, self.floor), self.bias, honest * probability);
        }
        nodes.honest = nodes.slope.len();
        if options.manners {
            let ratio = math::ln(MOST_OTHER / LEAST_OTHER) / (OTHERS - 1) as f64;
            for (style, shares) in LIST.iter().zip(&self.shares) {
                for (q, &share) in shares.iter().enumerate() {
                    let precision = LEAST_OTHER * math::exp(ratio * q as f64);
                    nodes.push(
                        style.slope,
                        (1.0 / precision, self.floor),
                        style.bias * self.bias,
                        share,
                    );
                }
            }
        }
        nodes
    }
}

/// The least probability of a node.
const LEAST_PROBABILITY: f64 = 1e-12;

/// What reviewers add up to, for learning their laws.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct ReviewerSums {
    pub(super) count: f64,
    /// Probabilities of the nodes of other manners.
    pub(super) others: Shares,
    /// Of the honest: the probability, second moments of biases, precisions and their logarithms.
    pub(super) honest: f64,
    pub(super) bias: f64,
    pub(super) precision: f64,
    pub(super) log_precision: f64,
    /// Of the honest: reviews, and the second moments of the part of their noise that is the floor's.
    pub(super) reviews: f64,
    pub(super) floor: f64,
}

impl ReviewerSums {
    pub(super) fn add(mut self, other: Self) -> Self {
        self.count += other.count;
        let theirs = other.others.iter().flatten();
        for (own, theirs) in self.others.iter_mut().flatten().zip(theirs) {
            *own += theirs;
        }
        self.honest += other.honest;
        self.bias += other.bias;
        self.precision += other.precision;
        self.log_precision += other.log_precision;
        self.reviews += other.reviews;
        self.floor += other.floor;
        self
    }
}

/// What works add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct ItemSums {
    pub(super) count: f64,
    /// Of grades less the mean of the law, and of their squares with the variances.
    pub(super) sum: f64,
    pub(super) square: f64,
    /// By how much grades changed: at most, and the sum of squares.
    pub(super) change: f64,
    pub(super) changes: f64,
}

impl ItemSums {
    /// The root of the mean square of the changes.
    pub(super) fn root_mean_square(&self) -> f64 {
        math::sqrt(self.changes / math::max(self.count, 1.0))
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            square: self.square + other.square,
            change: math::max(self.change, other.change),
            changes: self.changes + other.changes,
        }
    }
}

/// Reviewers that the law to begin with counts as: of these the shares and the variance of biases
/// are what they were at the start.
const PSEUDO: f64 = 2.0;

/// The variance of biases of pseudo-reviewers, in parts of the variance within works.
const START_BIAS: f64 = 0.3;

/// To begin with, in the same parts: the floor of noise, and the least of biases and of noise; and
/// the least part of all variance that is quality's.
const START_FLOOR: f64 = 0.1;
const LEAST_FLOOR: f64 = 1e-3;
const LEAST_START: f64 = 0.02;
const LEAST_SPREAD: f64 = 0.05;

/// Shapes of the law of precisions: to begin with, the least, the most.
const START_SHAPE: f64 = 2.0;
const LEAST_SHAPE: f64 = 0.4;
const MOST_SHAPE: f64 = 300.0;

impl Law {
    /// The laws under which what was found is most probable (a step of expectation and
    /// maximisation).
    pub(super) fn learn(&mut self, reviewers: &ReviewerSums, items: &ItemSums, options: Options) {
        let shift = items.sum / items.count;
        self.mean += 0.5 * shift;
        let quality = items.square / items.count - shift * shift;
        self.quality = math::clamp(quality, LEAST_VARIANCE, MOST_VARIANCE);
        let honest = reviewers.honest;
        let bias = (reviewers.bias + PSEUDO * START_BIAS) / (honest + PSEUDO);
        self.bias = math::clamp(bias, LEAST_VARIANCE, MOST_VARIANCE);
        let start = Self::shares(options);
        let shares = self.shares.iter_mut().flatten();
        for ((share, &sum), &start) in
            shares.zip(reviewers.others.iter().flatten()).zip(start.iter().flatten())
        {
            *share = (sum + PSEUDO * start) / (reviewers.count + PSEUDO);
        }
        self.floor = math::max(reviewers.floor / math::max(reviewers.reviews, 1e-9), options.floor);
        let precision = reviewers.precision / math::max(honest, 1e-9);
        self.precision = math::clamp(precision, 1.0 / MOST_VARIANCE, MOST_VARIANCE);
        let log = reviewers.log_precision - honest * math::ln(self.precision);
        // Pseudo-reviewers of the precision of all: reviewers are alike until shown to differ.
        self.shape = shape(math::min(log / (honest + PSEUDO), -1e-4));
    }
}

const LEAST_VARIANCE: f64 = 1e-3;
const MOST_VARIANCE: f64 = 1e4;

/// The shape of the Gamma law of which the mean logarithm less the logarithm of the mean is this.
fn shape(log: f64) -> f64 {
    let mut a = -0.5 / log;
    for _ in 0..6 {
        let (value, slope) = (math::digamma(a) - math::ln(a) - log, math::trigamma(a) - 1.0 / a);
        a = math::clamp(a - value / slope, 0.2 * a, 5.0 * a);
    }
    math::clamp(a, LEAST_SHAPE, MOST_SHAPE)
}
