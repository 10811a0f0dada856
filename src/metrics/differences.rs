//! Differences of two columns in a unit in which neither they nor their squares overflow.

use super::MetricError;
use crate::{chunks, math};

/// A unit of measure for the differences of finite numbers: a power of two near the largest of them.
///
/// Dividing by a power of two rounds nothing, so that ordinary data give the bits of the textbook
/// formula; and squares neither overflow nor vanish (Blue, ACM Transactions on Mathematical Software
/// 4, 1978).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    /// 1, or 1/2 where a difference itself is beyond `f64::MAX`.
    shrink: f64,
    size: f64,
    /// The largest magnitude, in units: below 2.
    largest: f64,
}

impl Unit {
    /// The unit for differences whose largest magnitude is `largest(shrink)` when both sides are
    /// multiplied by `shrink` first.
    pub(super) fn new(largest: impl Fn(f64) -> f64) -> Self {
        let mut shrink = 1.0;
        let mut magnitude = largest(shrink);
        if magnitude.is_infinite() {
            shrink = 0.5;
            magnitude = largest(shrink);
        }
        let size = math::power_of_two_near(magnitude);
        Self { shrink, size, largest: magnitude / size }
    }

    /// `a - b`, in units.
    pub(super) fn difference(&self, pair: (f64, f64)) -> f64 {
        difference(pair, self.shrink) / self.size
    }

    pub(super) fn all_zero(&self) -> bool {
        // A magnitude is never below zero.
        self.largest <= 0.0
    }

    /// A mean in units, back in the unit of the columns.
    pub(super) fn restore(&self, mean: f64, metric: &'static str) -> Result<f64, MetricError> {
        // No mean exceeds the largest; rounding may, and at f64::MAX that would be infinite.
        let mean = math::clamp(mean, -self.largest, self.largest);
        finite(mean * self.size / self.shrink, metric)
    }

    /// A square in squared units, back in squared units of the columns; it may overflow or vanish.
    pub(super) fn square(&self, square: f64) -> f64 {
        let factor = self.size / self.shrink;
        square * factor * factor
    }
}

/// A result, unless it is beyond `f64::MAX`.
pub(super) fn finite(result: f64, metric: &'static str) -> Result<f64, MetricError> {
    if result.is_finite() {
        return Ok(result);
    }
    Err(MetricError::Overflow { metric })
}

/// The differences `a - b` of `len` pairs of finite numbers, in a [`Unit`] of their own.
pub(super) struct Differences<F> {
    len: usize,
    pair: F,
    unit: Unit,
}

impl<F: Fn(usize) -> (f64, f64) + Sync> Differences<F> {
    pub(super) fn new(len: usize, pair: F) -> Self {
        let unit = Unit::new(|shrink| largest(len, |i| difference(pair(i), shrink).abs()));
        Self { len, pair, unit }
    }

    /// Difference `i`, in units.
    pub(super) fn get(&self, i: usize) -> f64 {
        self.unit.difference((self.pair)(i))
    }

    /// The mean of `term(difference)`, in units.
    pub(super) fn mean(&self, term: impl Fn(f64) -> f64 + Sync) -> f64 {
        chunks::sum(self.len, |i| term(self.get(i))) / self.len as f64
    }

    /// The root of the mean square, in the unit of the columns.
    pub(super) fn root_mean_square(&self, metric: &'static str) -> Result<f64, MetricError> {
        self.restore(math::sqrt(self.mean(|e| e * e)), metric)
    }

    pub(super) fn all_zero(&self) -> bool {
        self.unit.all_zero()
    }

    /// A mean in units, back in the unit of the columns.
    pub(super) fn restore(&self, mean: f64, metric: &'static str) -> Result<f64, MetricError> {
        self.unit.restore(mean, metric)
    }
}

pub(super) fn square(x: f64) -> f64 {
    x * x
}

fn difference((a, b): (f64, f64), shrink: f64) -> f64 {
    a * shrink - b * shrink
}

/// The largest of `len` magnitudes.
pub(super) fn largest(len: usize, magnitude: impl Fn(usize) -> f64 + Sync) -> f64 {
    let chunk = |range: core::ops::Range<usize>| range.map(&magnitude).fold(0.0, math::max);
    chunks::map(len, chunk).into_iter().fold(0.0, math::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_never_lifts_a_mean_above_the_largest() {
        let one = Differences::new(1, |_| (f64::MAX, 0.0));
        assert_eq!(one.restore(2.0, "mean"), Ok(f64::MAX));
        assert_eq!(one.restore(-2.0, "mean"), Ok(-f64::MAX));
        let beyond = Differences::new(1, |_| (f64::MAX, -f64::MAX));
        assert_eq!(
            beyond.restore(beyond.get(0), "mean"),
            Err(MetricError::Overflow { metric: "mean" })
        );
    }
}
