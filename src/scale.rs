//! The range and the step of one score.

use crate::error::{ScaleError, ScoreError};
use crate::math;

/// The range of a score and, where there is one, the step between its levels.
///
/// ```
/// use peergrade::Scale;
///
/// let points = Scale::new(0.0, 100.0)?;
/// assert!(points.check(72.5).is_ok());
///
/// let stars = Scale::with_step(1.0, 5.0, 1.0)?;
/// assert!(stars.check(4.5).is_err());
/// assert_eq!(stars.levels(), Some(5));
/// # Ok::<(), peergrade::ScaleError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Scale {
    min: f64,
    max: f64,
    step: Option<f64>,
}

/// A score or a range may be this far from a level, as a share of the step: 0.3 is three steps of
/// 0.1 although no double says so exactly.
const STEP_TOLERANCE: f64 = 1e-6;

/// More levels than this and their numbers would no longer be exact.
const MAX_LEVELS: f64 = 1e9;

impl Scale {
    /// 0..1.
    pub(crate) const UNIT: Self = Self { min: 0.0, max: 1.0, step: None };

    /// Far beyond any score of a simulated course of 0..100.
    pub(crate) const WIDE: Self = Self { min: -1000.0, max: 1000.0, step: None };

    /// 0, 1, 2, 3.
    pub(crate) const THREE: Self = Self { min: 0.0, max: 3.0, step: Some(1.0) };

    /// 0, 1, ..., 5.
    pub(crate) const FIVE: Self = Self { min: 0.0, max: 5.0, step: Some(1.0) };

    /// 0..100.
    pub(crate) const PERCENT: Self = Self { min: 0.0, max: 100.0, step: None };

    /// 0, 1, ..., 10.
    pub(crate) const TEN: Self = Self { min: 0.0, max: 10.0, step: Some(1.0) };

    /// 0, 1, ..., one less than there are `levels`, which must be from 2 to 2^32.
    pub(crate) fn from_levels(levels: usize) -> Self {
        debug_assert!(levels > 1, "{levels} levels have no range");
        Self { min: 0.0, max: (levels - 1) as f64, step: Some(1.0) }
    }

    /// Every number from `min` to `max`.
    ///
    /// # Errors
    ///
    /// [`ScaleError`] where a bound is not finite, `min` is not below `max`, or the range overflows.
    ///
    /// ```
    /// use peergrade::{Scale, ScaleError};
    ///
    /// assert_eq!(Scale::new(5.0, 1.0), Err(ScaleError::Empty { min: 5.0, max: 1.0 }));
    /// ```
    pub fn new(min: f64, max: f64) -> Result<Self, ScaleError> {
        for (bound, value) in [("minimum", min), ("maximum", max)] {
            if !value.is_finite() {
                return Err(ScaleError::NotFinite { bound, value });
            }
        }
        if min >= max {
            return Err(ScaleError::Empty { min, max });
        }
        if !(max - min).is_finite() {
            return Err(ScaleError::TooWide { min, max });
        }
        // + 0.0 turns -0.0 into 0.0, so that equal scales have equal bits.
        Ok(Self { min: min + 0.0, max: max + 0.0, step: None })
    }

    /// The levels `min`, `min + step`, ..., `max`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`ScaleError::Step`] where the step is not positive, does not
    /// divide the range, or makes more than a billion levels.
    ///
    /// ```
    /// use peergrade::Scale;
    ///
    /// assert_eq!(Scale::with_step(0.0, 1.0, 0.1)?.levels(), Some(11));
    /// assert!(Scale::with_step(0.0, 1.0, 0.3).is_err());
    /// # Ok::<(), peergrade::ScaleError>(())
    /// ```
    pub fn with_step(min: f64, max: f64, step: f64) -> Result<Self, ScaleError> {
        let scale = Self::new(min, max)?;
        let steps = (max - min) / step;
        let whole = (steps - math::round_half_even(steps)).abs() <= STEP_TOLERANCE;
        if step > 0.0 && whole && (0.5..=MAX_LEVELS).contains(&steps) {
            Ok(Self { step: Some(step), ..scale })
        } else {
            Err(ScaleError::Step { step, min, max })
        }
    }

    /// The lowest score.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.min
    }

    /// The highest score.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.max
    }

    /// The step between two levels, where there is one.
    #[must_use]
    pub fn step(&self) -> Option<f64> {
        self.step
    }

    /// The number of levels, where there is a step.
    #[must_use]
    pub fn levels(&self) -> Option<u32> {
        // At most a billion, checked when the step was set.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        self.step.map(|step| math::round_half_even((self.max - self.min) / step) as u32 + 1)
    }

    /// The same range without levels.
    #[must_use]
    pub fn without_step(&self) -> Self {
        Self { step: None, ..*self }
    }

    /// A unit in which no square of a score overflows: a power of two, so that division by it
    /// rounds nothing.
    pub(crate) fn unit(&self) -> f64 {
        math::power_of_two_near(math::max(self.max.abs(), self.min.abs()))
    }

    /// The score itself (with -0.0 as 0.0), if it is one of this scale.
    ///
    /// # Errors
    ///
    /// [`ScoreError`] with the value and the limits.
    ///
    /// ```
    /// use peergrade::Scale;
    ///
    /// let error = Scale::new(0.0, 10.0)?.check(11.0).unwrap_err();
    /// assert_eq!(error.to_string(), "score 11 is outside 0..10");
    /// # Ok::<(), peergrade::ScaleError>(())
    /// ```
    pub fn check(&self, score: f64) -> Result<f64, ScoreError> {
        let &Self { min, max, step } = self;
        if !score.is_finite() {
            return Err(ScoreError::NotFinite { score });
        }
        if score < min || score > max {
            return Err(ScoreError::OutOfRange { score, min, max });
        }
        if let Some(step) = step {
            let level = (score - min) / step;
            if (level - math::round_half_even(level)).abs() > STEP_TOLERANCE {
                return Err(ScoreError::OffStep { score, min, step });
            }
        }
        Ok(score + 0.0)
    }

    /// The nearest score of this scale: moved into the range and, where there is a step, to the
    /// nearest level (halfway: to the level of even number). The argument must not be NaN.
    ///
    /// ```
    /// use peergrade::Scale;
    ///
    /// assert_eq!(Scale::with_step(0.0, 10.0, 0.5)?.nearest(7.3), 7.5);
    /// assert_eq!(Scale::new(0.0, 10.0)?.nearest(-2.0), 0.0);
    /// # Ok::<(), peergrade::ScaleError>(())
    /// ```
    #[must_use]
    pub fn nearest(&self, score: f64) -> f64 {
        let inside = math::clamp(score, self.min, self.max);
        match self.step {
            None => inside,
            Some(step) => {
                let level = math::round_half_even((inside - self.min) / step);
                math::clamp(self.min + level * step, self.min, self.max)
            }
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Scale", deny_unknown_fields)]
struct Raw {
    min: f64,
    max: f64,
    step: Option<f64>,
}

#[cfg(feature = "serde")]
impl From<Scale> for Raw {
    fn from(Scale { min, max, step }: Scale) -> Self {
        Self { min, max, step }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Scale {
    type Error = ScaleError;

    fn try_from(Raw { min, max, step }: Raw) -> Result<Self, ScaleError> {
        match step {
            None => Self::new(min, max),
            Some(step) => Self::with_step(min, max, step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_of_a_decimal_step_is_a_score() {
        let scale = Scale::with_step(0.0, 1.0, 0.1).unwrap();
        for i in 0..=10 {
            let score = f64::from(i) / 10.0;
            assert!(scale.check(score).is_ok(), "{score}");
            assert!((scale.nearest(score + 0.04) - score).abs() < 1e-12);
        }
        assert_eq!(
            scale.check(0.25),
            Err(ScoreError::OffStep { score: 0.25, min: 0.0, step: 0.1 })
        );
    }

    #[test]
    fn a_scale_is_what_was_said() {
        let parts = |scale: Scale| (scale.min(), scale.max(), scale.step(), scale.levels());
        let five = Scale::with_step(1.0, 3.0, 0.5).unwrap();
        assert_eq!(parts(five), (1.0, 3.0, Some(0.5), Some(5)));
        assert_eq!(parts(five.without_step()), (1.0, 3.0, None, None));
        assert_eq!(parts(Scale::from_levels(4)), (0.0, 3.0, Some(1.0), Some(4)));
        assert_eq!(parts(Scale::WIDE), (-1000.0, 1000.0, None, None));
        let units =
            [(-7.0, 2.0), (-1.0, 9.0)].map(|(min, max)| Scale::new(min, max).unwrap().unit());
        let expected = [7.0, 9.0].map(math::power_of_two_near);
        assert_eq!(units.map(f64::to_bits), expected.map(f64::to_bits));
    }

    #[test]
    fn a_step_divides_the_range_or_is_refused() {
        let with = |min, max, step| Scale::with_step(min, max, step).map(|scale| scale.levels());
        let refused = |min, max, step| Err(ScaleError::Step { step, min, max });
        assert_eq!(with(1.0, 4.0, 1.5), Ok(Some(3)), "the range is 3, not 5");
        assert_eq!(with(1.0, 4.0, 2.5), refused(1.0, 4.0, 2.5));
        for step in [0.0, -0.0, -1.0, 0.3, 2.0, 1e-10, f64::INFINITY] {
            assert_eq!(with(0.0, 1.0, step), refused(0.0, 1.0, step));
        }
        assert!(with(0.0, 1.0, f64::NAN).is_err());
        assert_eq!(with(0.0, 1e9, 1.0), Ok(Some(1_000_000_001)));
        assert_eq!(with(0.0, 1e9 + 1.0, 1.0), refused(0.0, 1e9 + 1.0, 1.0));
        for [min, max] in [[f64::NAN, 1.0], [0.0, f64::INFINITY], [2.0, 2.0], [3.0, 2.0]] {
            assert!(Scale::new(min, max).is_err(), "{min} {max}");
        }
        assert!(matches!(Scale::new(-f64::MAX, f64::MAX), Err(ScaleError::TooWide { .. })));
    }

    #[test]
    fn what_is_outside_is_refused_or_moved_to_the_end() {
        let scale = Scale::with_step(1.0, 3.0, 0.5).unwrap();
        let outside = |score| Err(ScoreError::OutOfRange { score, min: 1.0, max: 3.0 });
        assert_eq!(scale.check(1.0_f64.next_down()), outside(1.0_f64.next_down()));
        assert_eq!(scale.check(3.0_f64.next_up()), outside(3.0_f64.next_up()));
        assert_eq!([1.0, 2.5, 3.0].map(|x| scale.check(x)), [Ok(1.0), Ok(2.5), Ok(3.0)]);
        assert_eq!(scale.check(2.3), Err(ScoreError::OffStep { score: 2.3, min: 1.0, step: 0.5 }));
        for score in [f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(scale.check(score), Err(ScoreError::NotFinite { score }));
        }
        let nearest = [0.0, 1.2, 2.3, 9.0].map(|x| scale.nearest(x).to_bits());
        assert_eq!(nearest, [1.0, 1.0, 2.5, 3.0].map(f64::to_bits));
        assert_eq!(scale.without_step().nearest(2.3).to_bits(), 2.3_f64.to_bits());
    }

    #[test]
    fn zero_has_one_sign() {
        let scale = Scale::new(-0.0, 1.0).unwrap();
        assert_eq!(scale.min().to_bits(), 0);
        assert_eq!(scale.check(-0.0).unwrap().to_bits(), 0);
    }
}
