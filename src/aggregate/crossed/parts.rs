//! The variances of the laws.

use crate::math;

/// Variances in the unit of the ratings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::aggregate) struct Parts {
    /// Of the quality of items.
    pub(in crate::aggregate) truth: f64,
    /// Of the biases of reviewers.
    pub(in crate::aggregate) bias: f64,
    /// Of the noise of a rating.
    pub(in crate::aggregate) noise: f64,
}

/// What variances are at least, as a part of the sum of all three: of truth and bias, and of noise.
const LEAST: f64 = 1e-9;
const LEAST_NOISE: f64 = 1e-6;

impl Parts {
    pub(in crate::aggregate) fn total(self) -> f64 {
        self.truth + self.bias + self.noise
    }

    /// The least that each may be.
    pub(super) fn least(self) -> [f64; 3] {
        let total = self.total();
        [LEAST * total, LEAST * total, LEAST_NOISE * total]
    }

    /// None below what it must be for the equations to have a solution in doubles.
    pub(in crate::aggregate) fn floored(self) -> Self {
        let (parts, least) = (self.array(), self.least());
        Self::from_array(core::array::from_fn(|i| math::max(parts[i], least[i])))
    }

    /// As reported: a variance near the least, which was one of a larger total, is 0.
    pub(in crate::aggregate) fn shown(self) -> [f64; 3] {
        let least = self.least();
        let parts = self.array();
        core::array::from_fn(|i| if i < 2 && parts[i] <= 100.0 * least[i] { 0.0 } else { parts[i] })
    }

    pub(super) fn array(self) -> [f64; 3] {
        [self.truth, self.bias, self.noise]
    }

    pub(in crate::aggregate) fn from_array([truth, bias, noise]: [f64; 3]) -> Self {
        Self { truth, bias, noise }
    }
}
