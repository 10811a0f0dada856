//! Draws for two chains that mirror each other.

use crate::math;
use crate::seed::{Phase, Seed, Stream};

/// The draws of one chain. Those of the second chain are the mirror images of the first one's: what
/// chance adds to a grade in one, it takes off in the other, so that their mean is surer than that
/// of two chains apart (antithetic variates, Hammersley and Morton 1956), and a course whose scores
/// are all reflected has exactly the reflected grades.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    /// Two words a draw, so that both chains are always at the same place.
    mirrored: Stream,
    /// For draws that take as many words as they need.
    own: Stream,
    mirror: bool,
}

/// A draw from a law, with the mean and the variance of the law.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn {
    pub(super) value: f64,
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Draws {
    pub(super) fn new(seed: Seed, mirror: bool) -> Self {
        let stream = |part| seed.stream(Phase::Gibbs, part);
        Self { mirrored: stream(0), own: stream(1), mirror }
    }

    pub(super) fn standard_normal(&mut self) -> f64 {
        let x = self.mirrored.normal();
        if self.mirror { -x } else { x }
    }

    /// From the normal law with this precision and precision times mean.
    pub(super) fn normal(&mut self, precision: f64, pull: f64) -> Drawn {
        let (mean, variance) = (pull / precision, 1.0 / precision);
        let value = mean + math::sqrt(variance) * self.standard_normal();
        Drawn { value, mean, variance }
    }

    /// From the gamma law of rate 1.
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        self.own.gamma(shape)
    }

    /// From the law of chi-square.
    pub(super) fn chi_square(&mut self, freedom: f64) -> f64 {
        2.0 * self.gamma(0.5 * freedom)
    }

    fn uniform(&mut self) -> f64 {
        let u = self.mirrored.open();
        if self.mirror { 1.0 - u } else { u }
    }

    /// From the law whose density, up to a factor, has the logarithm `ln_density`, which is concave
    /// and `-inf` outside of its domain; `peak` is near its mode.
    ///
    /// The points of a grid, as far as they count, by their density; where the grid begins is drawn.
    /// The sum over a grid of a standard deviation is the integral of a smooth density to
    /// eight digits (to two where the domain cuts it off), wherever it begins, so that the draw follows the law and not its grid.
    pub(super) fn on_grid(&mut self, peak: Peak, ln_density: impl Fn(f64) -> f64) -> Drawn {
        let step = peak.step;
        let shifted = peak.mode + (self.uniform() - 0.5) * step;
        let at_shifted = ln_density(shifted);
        let (start, top) = if at_shifted > f64::NEG_INFINITY {
            (shifted, at_shifted)
        } else {
            (peak.mode, ln_density(peak.mode))
        };
        let mut weights = [0.0; 2 * SIDE + 1];
        weights[SIDE] = 1.0;
        let (mut first, mut last) = (SIDE, SIDE);
        for i in 1..=SIDE {
            let depth = ln_density(start - i as f64 * step) - top;
            if depth <= DEPTH {
                break;
            }
            first = SIDE - i;
            weights[first] = math::exp(depth);
        }
        for i in 1..=SIDE {
            let depth = ln_density(start + i as f64 * step) - top;
            if depth <= DEPTH {
                break;
            }
            last = SIDE + i;
            weights[last] = math::exp(depth);
        }
        let at = |i: usize| (i as f64 - SIDE as f64) * step;
        let points = || (first..=last).map(|i| (at(i), weights[i]));
        let (sum, moment, square) = points()
            .fold((0.0, 0.0, 0.0), |(sum, moment, square), (x, w)| {
                (sum + w, moment + w * x, square + w * x * x)
            });
        let mean = moment / sum;
        let mut left = self.uniform() * sum;
        let found = points().find(|&(_, w)| {
            left -= w;
            left <= 0.0
        });
        let value = start + found.map_or(at(last), |(x, _)| x);
        Drawn { value, mean: start + mean, variance: math::max(square / sum - mean * mean, 0.0) }
    }
}

/// The most points of a grid on either side, and the logarithm of the density, relative to its top,
/// below which a point does not count.
const SIDE: usize = 64;
const DEPTH: f64 = -13.0;

/// The top of a density, and the step of a grid that does it justice: from the standard deviation
/// that its curvature at the top suggests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peak {
    pub(super) mode: f64,
    pub(super) step: f64,
}

impl Peak {
    /// Of a density on what is above `least`. A grid that runs into that end has small steps, since
    /// the density is not smooth there.
    pub(super) fn new(mode: f64, sd: f64, least: f64) -> Self {
        let step = if mode - least > 5.0 * sd { sd } else { 0.25 * sd };
        Self { mode, step }
    }

    /// By Newton's method from a point within the domain, which is above `least`, on the first and
    /// second slope of the logarithm of the density.
    pub(super) fn search(start: f64, least: f64, slopes: impl Fn(f64) -> (f64, f64)) -> Self {
        let mut mode = start;
        let mut sd = 0.0;
        for _ in 0..40 {
            let (first, second) = slopes(mode);
            sd = 1.0 / math::sqrt(-second);
            let step = first * sd * sd;
            let next = mode + step;
            mode = if next > least { next } else { 0.5 * (mode + least) };
            if step.abs() <= 0.05 * sd {
                break;
            }
        }
        Self::new(mode, sd, least)
    }
}
