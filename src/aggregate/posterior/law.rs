//! The laws that reviewers and works are drawn from, and how they are learned.

use core::ops::Range;

use super::effort::{EFFORT, EFFORTS, GridSums, Low};
use super::grid::Grid;
use super::nodes::{Nodes, OTHERS, STYLES, Shares};
use super::works::{ItemSums, Kinds};
use crate::aggregate::moments::Moments;
use crate::math;

/// The laws, in the unit of the ratings.
///
/// ```text
/// s_u ~ N(mean, quality)
/// v is of manner m with probability share_m;  of the honest t_v ~ Gamma(shape, shape / precision)
/// b_v ~ N(offset_m, bias_m),  z = mean + slope_m (s_u - mean) + b_v + noise
/// noise ~ N(0, floor + 1/t_v)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    pub(super) mean: f64,
    pub(super) quality: f64,
    pub(super) bias: f64,
    pub(super) precision: f64,
    pub(super) shape: f64,
    /// By how much the logarithm of the precision rises with each standard deviation of the own work.
    pub(super) coupling: f64,
    pub(super) shares: Shares,
    /// The variances of the biases of other manners.
    pub(super) biases: [f64; STYLES.len()],
    /// The share of those who are honest but for an offset, and the offset.
    pub(super) shifted: f64,
    pub(super) offset: f64,
    /// Scores without a look, and how often there are.
    pub(super) low: Low,
    /// How far scores of the honest lie above what is said of the works: while laws are learned, where
    /// those with an offset had a say in that.
    pub(super) level: f64,
    /// The variance of noise that no reviewer escapes: what rounding to the steps of the scale adds.
    pub(super) floor: f64,
    /// The variance of all ratings.
    pub(super) total: f64,
    /// The kinds of works, where they are of two.
    pub(super) kinds: Option<Kinds>,
}

/// What tells reviewers apart besides their biases.
#[allow(clippy::struct_excessive_bools)] // each is an option by itself
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Options {
    pub(super) precisions: bool,
    pub(super) manners: bool,
    /// Whether some add an offset to every score (1) or take it off (-1); 0 for none.
    pub(super) shift: i8,
    /// Whether reviewers look at works with a probability of their own; without manners and shift.
    pub(super) effort: bool,
    /// Whether scores are bins; without manners and shift.
    pub(super) bins: bool,
    /// Whether works are of two kinds.
    pub(super) kinds: bool,
    /// Whether something is known of reviewers beforehand.
    pub(super) known: bool,
    /// Whether precisions go with the grades of the reviewers' own works.
    pub(super) coupled: bool,
}

impl Options {
    /// Whether a reviewer is integrated over a grid of biases too.
    pub(super) fn on_grid(self) -> bool {
        self.effort || self.bins
    }
}

impl Law {
    /// Laws to begin with, by moments.
    pub(super) fn start(moments: &Moments, floor: f64) -> Self {
        let between = math::max(moments.quality, LEAST_SPREAD * moments.total);
        let floor = math::max(floor, LEAST_FLOOR);
        Self {
            mean: moments.mean,
            quality: math::max(between, LEAST_VARIANCE),
            bias: math::max(moments.bias, LEAST_START),
            precision: 1.0 / math::max(moments.noise - floor, LEAST_START),
            shape: START_SHAPE,
            coupling: 0.0,
            shares: [[0.0; OTHERS]; STYLES.len()],
            biases: [LEAST_VARIANCE; STYLES.len()],
            shifted: 0.0,
            offset: 0.0,
            low: Low::start(between),
            level: 0.0,
            floor,
            total: math::max(moments.total, LEAST_VARIANCE),
            kinds: None,
        }
    }

    /// The same laws to begin a model with that tells more reviewers apart than `before`.
    pub(super) fn with(mut self, before: Options, after: Options) -> Self {
        if after.precisions && !before.precisions {
            self.shape = START_SHAPE;
        }
        if after.kinds && !before.kinds {
            self.kinds = Some(Kinds::start(self.quality));
        }
        if after.manners && !before.manners {
            self.shares = start_shares();
            self.biases = STYLES.map(|style| style.bias * self.bias);
        }
        if after.shift != 0 && before.shift == 0 {
            // Biases were as wide as to hold the offset.
            self.bias = math::min(self.bias, START_BIAS);
            self.shifted = START_SHIFTED;
            self.offset = f64::from(after.shift) * START_OFFSET;
            self.level = -self.shifted * self.offset;
        }
        self
    }
}

/// The shares of other manners to begin with.
fn start_shares() -> Shares {
    STYLES.map(|style| [style.share / OTHERS as f64; OTHERS])
}

/// What reviewers add up to, node by node: probabilities, biases less the node's offset, and their
/// second moments.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ReviewerSums {
    pub(super) count: f64,
    pub(super) evidence: f64,
    pub(super) share: Vec<f64>,
    pub(super) bias: Vec<f64>,
    pub(super) square: Vec<f64>,
    /// How likelier all becomes with a step of coupling: the sum of slopes, and that of their squares.
    pub(super) coupling: [f64; 2],
}

impl ReviewerSums {
    pub(super) fn new(nodes: usize) -> Self {
        let column = vec![0.0; nodes];
        Self { share: column.clone(), bias: column.clone(), square: column, ..Self::default() }
    }

    pub(super) fn add(mut self, other: &Self) -> Self {
        self.count += other.count;
        self.evidence += other.evidence;
        for (own, theirs) in self.coupling.iter_mut().zip(other.coupling) {
            *own += theirs;
        }
        let columns = [
            (&mut self.share, &other.share),
            (&mut self.bias, &other.bias),
            (&mut self.square, &other.square),
        ];
        for (own, theirs) in columns {
            own.iter_mut().zip(theirs).for_each(|(own, theirs)| *own += theirs);
        }
        self
    }
}

/// The sum over some of the nodes.
fn total(column: &[f64], nodes: Range<usize>) -> f64 {
    column[nodes].iter().fold(0.0, |sum, x| sum + x)
}

/// Reviewers that the law to begin with counts as: of these the shares and the variance of biases
/// are what they were at the start.
const PSEUDO: f64 = 2.0;

/// The same of the biases of other manners: few are of these, and a variance takes many to tell.
const PSEUDO_OF_MANNERS: f64 = 10.0;

/// The variance of biases of pseudo-reviewers, in parts of the variance within works; and where all are
/// honest, so that no manner is told by how wide biases are.
const START_BIAS: f64 = 0.3;
const START_BIAS_OF_HONEST: f64 = 0.05;

/// To begin with, in the same parts: the floor of noise, the least of biases and of noise; and
/// the least part of all variance that is quality's.
const LEAST_FLOOR: f64 = 1e-3;
const LEAST_START: f64 = 0.02;
const LEAST_SPREAD: f64 = 0.05;

/// Of those with an offset: the share and the offset to begin with, and the least offset in standard
/// deviations of biases. Nearer than that they are the tail of the honest.
const START_SHIFTED: f64 = 0.2;
const START_OFFSET: f64 = 2.5;
const LEAST_OFFSET: f64 = 3.0;

/// Shapes of the law of precisions: to begin with, the least, the most.
const START_SHAPE: f64 = 2.0;
const LEAST_SHAPE: f64 = 0.4;
const MOST_SHAPE: f64 = 300.0;

/// The standard deviation of couplings beforehand, the most that one is, and the most that it moves in a
/// step.
const START_COUPLING: f64 = 0.3;
const MOST_COUPLING: f64 = 1.5;
const MOST_STEP: f64 = 0.2;

/// The largest share of reviews with a look for others to be told from noise.
const MOST_LOOKS: f64 = 0.9;

/// The least variance of scores without a look: narrower they were a level of the scale.
const LEAST_LOW: f64 = 0.25;

/// The most that works or biases vary, in parts of the variance of all ratings.
const MOST_SPREAD: f64 = 2.0;

const LEAST_VARIANCE: f64 = 1e-3;
const MOST_VARIANCE: f64 = 1e4;

impl Law {
    /// The law of works under which what was found of them is most probable (a step of expectation and
    /// maximisation).
    pub(super) fn learn_works(&mut self, works: &ItemSums) {
        let shift = works.sum / works.count;
        self.quality =
            math::clamp(works.square / works.count - shift * shift, LEAST_VARIANCE, self.most());
        self.kinds = self.kinds.map(|_| Kinds::learned(works, self.quality));
    }

    /// The laws of reviewers under which what was found of them is most probable.
    pub(super) fn learn_reviewers<F>(
        &mut self,
        sums: &ReviewerSums,
        nodes: &Nodes<F>,
        options: Options,
    ) {
        let honest = total(&sums.share, nodes.honest.clone());
        let shifted = total(&sums.share, nodes.shifted.clone());
        let mut square = total(&sums.square, nodes.honest.clone());
        if options.shift != 0 {
            let above = total(&sums.bias, nodes.honest.clone()) / math::max(honest, 1e-9);
            square -= above * above * honest;
            self.level += above;
            let bias = total(&sums.bias, nodes.shifted.clone()) - above * shifted;
            let before = self.offset;
            self.learn_offset(options, bias, shifted, sums.count);
            let moved = self.offset - before;
            // Of the shifted, biases are now less `above` and what the offset moved.
            let less = moved + above;
            let bias = total(&sums.bias, nodes.shifted.clone());
            square += total(&sums.square, nodes.shifted.clone()) - 2.0 * less * bias
                + less * less * shifted;
        }
        let (mut precision, mut log) = (0.0, 0.0);
        for j in nodes.honest.clone().chain(nodes.shifted.clone()) {
            precision += sums.share[j] / nodes.own[j];
            log -= sums.share[j] * nodes.log[j];
        }
        let start = if options.manners { START_BIAS } else { START_BIAS_OF_HONEST };
        self.learn_honest(honest + shifted, [square, start], precision, log);
        if options.manners {
            self.learn_manners(sums, nodes);
        }
        if options.coupled {
            self.learn_coupling(sums.coupling);
        }
    }

    /// How many are of other manners, and how far the biases of each go.
    fn learn_manners<F>(&mut self, sums: &ReviewerSums, nodes: &Nodes<F>) {
        let start = start_shares();
        let found = &sums.share[nodes.others.clone()];
        let shares = self.shares.iter_mut().flatten().zip(start.iter().flatten());
        for ((share, start), found) in shares.zip(found) {
            *share = (found + PSEUDO * start) / (sums.count + PSEUDO);
        }
        let most = self.most();
        for (m, (bias, style)) in self.biases.iter_mut().zip(&STYLES).enumerate() {
            let first = nodes.others.start + m * OTHERS;
            let [square, all] =
                [&sums.square, &sums.share].map(|column| total(column, first..first + OTHERS));
            let start = style.bias * self.bias;
            *bias = (square + PSEUDO_OF_MANNERS * start) / (all + PSEUDO_OF_MANNERS);
            *bias = math::clamp(*bias, LEAST_VARIANCE, most);
        }
    }

    /// The laws of reviewers on a grid.
    pub(super) fn learn_grid<F>(&mut self, sums: &GridSums, grid: &Grid<F>, options: Options) {
        let (mut precision, mut log) = (0.0, 0.0);
        for (share, noise) in sums.precisions.iter().zip(&grid.noise) {
            precision += share / (noise - self.floor);
            log -= share * math::ln(noise - self.floor);
        }
        self.learn_honest(sums.count, [sums.square, START_BIAS], precision, log);
        if !options.effort {
            return;
        }
        let [count, sum, square] = sums.low;
        if count > PSEUDO {
            // Who does not look gives what most works get: the ends of the scale are no such score.
            let most = math::sqrt(self.quality);
            let mean = math::clamp(sum / count, -most, most);
            self.low.mean = mean;
            let square = square - 2.0 * mean * sum + mean * mean * count;
            let variance = (square + PSEUDO) / (count + PSEUDO);
            self.low.variance = math::max(variance, LEAST_LOW);
        }
        let start = PSEUDO / EFFORTS as f64;
        self.low.efforts = sums.efforts.map(|share| (share + start) / (sums.count + PSEUDO));
    }

    /// The laws of biases and precisions, from so many reviewers with these sums of squares of biases,
    /// of precisions and of their logarithms.
    fn learn_honest(&mut self, all: f64, [square, start]: [f64; 2], precision: f64, log: f64) {
        let bias = (square + PSEUDO * start) / (all + PSEUDO);
        self.bias = math::clamp(bias, LEAST_VARIANCE, self.most());
        let precision = precision / math::max(all, 1e-9);
        self.precision = math::clamp(precision, 1.0 / MOST_VARIANCE, MOST_VARIANCE);
        let log = log - all * math::ln(self.precision);
        // Pseudo-reviewers of the precision of all: reviewers are alike until shown to differ.
        self.shape = shape(math::min(log / (all + PSEUDO), -1e-4));
    }

    /// How precisions go with own works: a step towards what is likeliest (Berndt, Hall, Hall and Hausman,
    /// "Estimation and Inference in Nonlinear Structural Models", Annals of Economic and Social Measurement
    /// 3, 1974), from 0 on in so far as the scores speak for it.
    fn learn_coupling(&mut self, [slope, square]: [f64; 2]) {
        let start = 1.0 / (START_COUPLING * START_COUPLING);
        let step = (slope - start * self.coupling) / (square + start);
        let step = math::clamp(step, -MOST_STEP, MOST_STEP);
        self.coupling = math::clamp(self.coupling + step, -MOST_COUPLING, MOST_COUPLING);
    }

    /// Share and offset of those who are honest but for an offset, from the sum of their biases.
    fn learn_offset(&mut self, options: Options, bias: f64, shifted: f64, count: f64) {
        self.shifted = (shifted + PSEUDO * START_SHIFTED) / (count + PSEUDO);
        let sign = f64::from(options.shift);
        let offset = sign * (self.offset + bias / math::max(shifted, 1e-9));
        let least = LEAST_OFFSET * math::sqrt(self.bias);
        self.offset = sign * math::clamp(offset, least, MOST_VARIANCE);
    }

    /// Goes on in the direction of the last step, by this part of it: where steps are many and small, as
    /// they are where some look and others do not, fewer do.
    pub(super) fn go_on(&mut self, before: &Self, part: f64) {
        let on = |after: &mut f64, before: f64, low: f64, high: f64| {
            *after = math::clamp(*after * math::exp(part * math::ln(*after / before)), low, high);
        };
        let most = self.most();
        on(&mut self.quality, before.quality, LEAST_VARIANCE, most);
        on(&mut self.bias, before.bias, LEAST_VARIANCE, most);
        on(&mut self.precision, before.precision, 1.0 / MOST_VARIANCE, MOST_VARIANCE);
        on(&mut self.shape, before.shape, LEAST_SHAPE, MOST_SHAPE);
        on(&mut self.low.variance, before.low.variance, LEAST_LOW, MOST_VARIANCE);
        let mut all = 0.0;
        for (after, before) in self.low.efforts.iter_mut().zip(before.low.efforts) {
            on(after, before, 1e-9, 1.0);
            all += *after;
        }
        self.low.efforts.iter_mut().for_each(|share| *share /= all);
    }

    /// Whether the variances and the shape are those of other laws but for this part.
    pub(super) fn is_near(&self, other: &Self, part: f64) -> bool {
        let pairs = [
            (self.quality, other.quality),
            (self.bias, other.bias),
            (self.precision, other.precision),
            (self.shape, other.shape),
        ];
        let coupled = (self.coupling - other.coupling).abs() <= part;
        coupled && pairs.iter().all(|(a, b)| (a - b).abs() < part * b)
    }

    /// The most that works or biases vary.
    fn most(&self) -> f64 {
        math::min(MOST_SPREAD * self.total, MOST_VARIANCE)
    }

    /// Whether the laws are such as the ratings can have, for sweeps that go astray end elsewhere; and,
    /// with effort, whether scores without a look are more than the tails of the noise.
    pub(super) fn is_plausible(&self, options: Options) -> bool {
        let within = self.bias < self.total && self.quality < self.most();
        let looks =
            EFFORT.iter().zip(self.low.efforts).fold(0.0, |sum, (e, share)| sum + e * share);
        within && self.mean * self.mean < self.total && !(options.effort && looks > MOST_LOOKS)
    }

    /// Whether those with an offset stand apart from the honest: the offset is not the least.
    pub(super) fn stands_apart(&self) -> bool {
        self.offset.abs() > 1.05 * LEAST_OFFSET * math::sqrt(self.bias)
    }
}

/// The shape of the Gamma law of which the mean logarithm less the logarithm of the mean is this.
pub(super) fn shape(log: f64) -> f64 {
    let mut a = -0.5 / log;
    for _ in 0..6 {
        let (value, slope) = (math::digamma(a) - math::ln(a) - log, math::trigamma(a) - 1.0 / a);
        a = math::clamp(a - value / slope, 0.2 * a, 5.0 * a);
    }
    math::clamp(a, LEAST_SHAPE, MOST_SHAPE)
}
