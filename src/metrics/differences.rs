//! Differences of two columns in a unit in which neither they nor their squares overflow.

use super::MetricError;
use crate::{chunks, math};

/// The differences `a - b` of `len` pairs of finite numbers, in units of a power of two near the
/// largest of them.
///
/// Dividing by a power of two rounds nothing, so that ordinary data give the bits of the textbook
/// formula; and squares neither overflow nor vanish (Blue, ACM Transactions on Mathematical Software
/// 4, 1978).
pub(super) struct Differences<F> {
    len: usize,
    pair: F,
    /// 1, or 1/2 where a difference itself is beyond `f64::MAX`.
    shrink: f64,
    unit: f64,
    /// The largest magnitude, in units: below 2.
    largest: f64,
}

impl<F: Fn(usize) -> (f64, f64) + Sync> Differences<F> {
    pub(super) fn new(len: usize, pair: F) -> Self {
        let mut shrink = 1.0;
        let mut largest = largest_magnitude(len, &pair, shrink);
        if largest.is_infinite() {
            shrink = 0.5;
            largest = largest_magnitude(len, &pair, shrink);
        }
        let unit = math::power_of_two_near(largest);
        let largest = largest / unit;
        Self { len, pair, shrink, unit, largest }
    }

    /// Difference `i`, in units.
    pub(super) fn get(&self, i: usize) -> f64 {
        difference((self.pair)(i), self.shrink) / self.unit
    }

    /// The mean of `term(difference)`, in units.
    pub(super) fn mean(&self, term: impl Fn(f64) -> f64 + Sync) -> f64 {
        chunks::sum(self.len, |i| term(self.get(i))) / self.len as f64
    }

    pub(super) fn all_zero(&self) -> bool {
        // A magnitude is never below zero.
        self.largest <= 0.0
    }

    /// A mean in units, back in the unit of the columns.
    pub(super) fn restore(&self, mean: f64, metric: &'static str) -> Result<f64, MetricError> {
        // No mean exceeds the largest; rounding may, and at f64::MAX that would be infinite.
        let mean = math::clamp(mean, -self.largest, self.largest);
        let result = mean * self.unit / self.shrink;
        if result.is_finite() {
            return Ok(result);
        }
        Err(MetricError::Overflow { metric })
    }
}

fn difference((a, b): (f64, f64), shrink: f64) -> f64 {
    a * shrink - b * shrink
}

fn largest_magnitude(len: usize, pair: impl Fn(usize) -> (f64, f64) + Sync, shrink: f64) -> f64 {
    let magnitude = |i| difference(pair(i), shrink).abs();
    let largest = |range: core::ops::Range<usize>| range.map(magnitude).fold(0.0, math::max);
    chunks::map(len, largest).into_iter().fold(0.0, math::max)
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
