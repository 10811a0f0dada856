//! Arithmetic in single or in double precision.

use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Sub, SubAssign};

use crate::aggregate::gather::Cell;
use crate::math;

/// A number that the engine calculates with: in single precision four of them are worked on at once,
/// and half as many bytes come from memory.
pub(super) trait Real:
    Cell
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
{
    const ZERO: Self;
    const ONE: Self;

    /// The least of factors of which [`Grid`](super::grid::Grid) multiplies a few, of shares, and of
    /// logarithms of parts of the largest: what is less is nothing, and the products are no numbers that
    /// processors are slow with.
    const LEAST_FACTOR: Self;
    const LEAST_SHARE: Self;
    const LEAST_LOG: Self;

    /// How far the normal law is told from 0, in standard deviations.
    const FAR: Self;

    /// In place of each its logarithm.
    fn ln_each(values: &mut [Self]);

    /// In place of each its power of e.
    fn exp_each(values: &mut [Self]);

    /// The larger of two.
    fn most(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// The smaller of two.
    fn least(self, other: Self) -> Self {
        if other < self { other } else { self }
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const LEAST_FACTOR: Self = 1e-50;
    const LEAST_SHARE: Self = 1e-40;
    const LEAST_LOG: Self = -100.0;
    const FAR: Self = 37.0;

    fn ln_each(values: &mut [Self]) {
        math::ln_each(values);
    }

    fn exp_each(values: &mut [Self]) {
        math::exp_each(values);
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const LEAST_FACTOR: Self = 1e-7;
    const LEAST_SHARE: Self = 1e-20;
    const LEAST_LOG: Self = -25.0;
    const FAR: Self = 12.0;

    fn ln_each(values: &mut [Self]) {
        math::ln_each_single(values);
    }

    fn exp_each(values: &mut [Self]) {
        math::exp_each_single(values);
    }
}
