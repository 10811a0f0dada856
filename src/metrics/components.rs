//! Where the variance of ratings comes from.

use super::differences::finite;
use super::error::MetricError;

/// The variance of a rating by its sources: what is rated, the bias of the rater, and noise.
///
/// For a sparse graph of reviews, where no intraclass correlation of a table exists: a model
/// estimates the components, and they answer how reliable the mean of k reviews is and how many
/// are needed.
///
/// ```text
/// G_k = truth / (truth + (bias + noise) / k)
/// k   = target (bias + noise) / ((1 - target) truth)
/// ```
///
/// Every review of a submission is by another reviewer, so bias averages out like noise. The numbers
/// hold for plain means of reviews drawn at random; a method that corrects for bias needs fewer.
/// Cronbach, Rajaratnam and Gleser, "Theory of generalizability", British Journal of Statistical
/// Psychology 16, 1963; Brennan, "Generalizability Theory", 2001.
///
/// ```
/// use peergrade::metrics::VarianceComponents;
///
/// let course = VarianceComponents::new(2.1, 1.0, 1.4)?;
/// assert!((course.generalizability(4).unwrap() - 0.7777778).abs() < 1e-7);
/// assert_eq!(course.reviews_needed(0.8).unwrap().ceil(), 5.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VarianceComponents {
    truth: f64,
    bias: f64,
    noise: f64,
}

impl VarianceComponents {
    /// Components in squared points.
    ///
    /// # Errors
    ///
    /// [`MetricError`] if one is not finite, is below 0, or their sum is beyond `f64::MAX`.
    pub fn new(truth: f64, bias: f64, noise: f64) -> Result<Self, MetricError> {
        for (setting, value) in [
            ("the variance of the truth", truth),
            ("the variance of the bias", bias),
            ("the variance of the noise", noise),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(MetricError::Setting {
                    setting,
                    value,
                    needed: "finite and at least 0",
                });
            }
        }
        finite(truth + (bias + noise), "variance of a rating")?;
        Ok(Self { truth, bias, noise })
    }

    /// Components that come from mean squares, which are finite and not negative.
    pub(super) fn estimated([truth, bias, noise]: [f64; 3]) -> Self {
        Self { truth, bias, noise }
    }

    /// The variance of what is rated, in squared points.
    #[must_use]
    pub fn truth(&self) -> f64 {
        self.truth
    }

    /// The variance of the bias of raters, in squared points.
    #[must_use]
    pub fn bias(&self) -> f64 {
        self.bias
    }

    /// The variance of what neither explains, in squared points.
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// `G_k`: the reliability of the mean of `k` reviews, in `[0, 1]`. `None` for no review, and where
    /// nothing varies.
    #[must_use]
    pub fn generalizability(&self, k: usize) -> Option<f64> {
        let total = self.truth + self.error() / k as f64;
        (k > 0 && total > 0.0).then(|| self.truth / total)
    }

    /// How many reviews of each submission make their mean as reliable as `target`: round it up.
    /// `None` where the target is not above 0 and below 1, or no number is enough.
    #[must_use]
    pub fn reviews_needed(&self, target: f64) -> Option<f64> {
        if !(target > 0.0 && target < 1.0 && self.truth > 0.0) {
            return None;
        }
        let reviews = target / (1.0 - target) * (self.error() / self.truth);
        reviews.is_finite().then_some(reviews)
    }

    fn error(&self) -> f64 {
        self.bias + self.noise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let parts = VarianceComponents::new(2.1, 1.0, 1.4).unwrap();
        for (k, expected) in [(3, 0.724_137_9), (4, 0.777_777_8), (6, 0.84)] {
            let g = parts.generalizability(k).unwrap();
            assert!((g - expected).abs() < 5e-8, "{k}: {g}");
            // The inverse.
            assert!((parts.reviews_needed(g).unwrap() - k as f64).abs() < 1e-12);
        }
        for (target, expected) in [(0.7, 2.667), (0.8, 4.571), (0.9, 10.286)] {
            let k = parts.reviews_needed(target).unwrap();
            assert!((k - expected).abs() < 5e-4, "{target}: {k}");
        }
        assert_eq!((parts.truth(), parts.bias(), parts.noise()), (2.1, 1.0, 1.4));
    }

    #[test]
    fn what_cannot_be_answered_is_none() {
        let parts = VarianceComponents::new(2.0, 0.0, 1.0).unwrap();
        assert_eq!(parts.generalizability(0), None);
        for target in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
            assert_eq!(parts.reviews_needed(target), None, "{target}");
        }
        let none = VarianceComponents::new(0.0, 0.0, 0.0).unwrap();
        assert_eq!((none.generalizability(3), none.reviews_needed(0.5)), (None, None));
        let noise = VarianceComponents::new(0.0, 1.0, 1.0).unwrap();
        assert_eq!((noise.generalizability(3), noise.reviews_needed(0.5)), (Some(0.0), None));
        let exact = VarianceComponents::new(1.0, 0.0, 0.0).unwrap();
        assert_eq!((exact.generalizability(3), exact.reviews_needed(0.5)), (Some(1.0), Some(0.0)));
        let tiny = VarianceComponents::new(5e-324, 0.0, f64::MAX).unwrap();
        assert_eq!(tiny.reviews_needed(0.9), None);
    }

    #[test]
    fn broken_components_are_named() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            for (which, [truth, bias, noise]) in
                [("truth", [bad, 1.0, 1.0]), ("bias", [1.0, bad, 1.0]), ("noise", [1.0, 1.0, bad])]
            {
                let error = VarianceComponents::new(truth, bias, noise).unwrap_err().to_string();
                let start = format!("the variance of the {which} is {bad}");
                assert_eq!(error, format!("{start}, but must be finite and at least 0"));
            }
        }
        let error = VarianceComponents::new(f64::MAX, f64::MAX, 0.0).unwrap_err().to_string();
        assert_eq!(error, "the variance of a rating is too large for an f64");
    }
}
