//! How many reviews: at least, wanted, at most.

use crate::error::QuotaError;

/// How many reviews a person is to give, or a submission is to receive: at least, wanted, at most.
///
/// A plan keeps the least and the most, and comes as near to what is wanted as the other rules let
/// it. Where nothing is said to be wanted, a person is to give what the assigner asks of everybody,
/// and submissions share the reviews evenly.
///
/// ```
/// use peergrade::Quota;
///
/// let exact: Quota = 5.into();
/// assert_eq!((exact.min(), exact.target(), exact.max()), (5, Some(5), 5));
/// let elastic = Quota::between(3, 8)?;
/// assert_eq!((elastic.min(), elastic.target(), elastic.max()), (3, None, 8));
/// assert_eq!(Quota::around(3, 5, 8)?.target(), Some(5));
/// assert_eq!(Quota::between(8, 3).unwrap_err().to_string(), "a quota from 8 to 3: 8 is above 3");
/// # Ok::<(), peergrade::QuotaError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "(u32, Option<u32>, u32)"))]
#[cfg_attr(feature = "serde", serde(into = "(u32, Option<u32>, u32)"))]
pub struct Quota {
    min: u32,
    target: Option<u32>,
    max: u32,
}

impl Quota {
    /// This many, no fewer and no more.
    #[must_use]
    pub const fn exactly(reviews: u32) -> Self {
        Self { min: reviews, target: Some(reviews), max: reviews }
    }

    /// Any number from `min` to `max`.
    ///
    /// # Errors
    ///
    /// [`QuotaError`] where `min` is above `max`.
    pub const fn between(min: u32, max: u32) -> Result<Self, QuotaError> {
        if min > max {
            return Err(QuotaError { from: min, to: max, above: min, below: max });
        }
        Ok(Self { min, target: None, max })
    }

    /// From `min` to `max`, and `target` if that can be.
    ///
    /// # Errors
    ///
    /// [`QuotaError`] where the three are not in order.
    pub const fn around(min: u32, target: u32, max: u32) -> Result<Self, QuotaError> {
        let (above, below) = if target > max { (target, max) } else { (min, target) };
        if above > below || min > max {
            return Err(QuotaError { from: min, to: max, above, below });
        }
        Ok(Self { min, target: Some(target), max })
    }

    /// The fewest.
    #[must_use]
    pub const fn min(self) -> u32 {
        self.min
    }

    /// What is wanted, where that was said.
    #[must_use]
    pub const fn target(self) -> Option<u32> {
        self.target
    }

    /// The most.
    #[must_use]
    pub const fn max(self) -> u32 {
        self.max
    }
}

impl From<u32> for Quota {
    fn from(reviews: u32) -> Self {
        Self::exactly(reviews)
    }
}

impl From<Quota> for (u32, Option<u32>, u32) {
    fn from(quota: Quota) -> Self {
        (quota.min, quota.target, quota.max)
    }
}

impl TryFrom<(u32, Option<u32>, u32)> for Quota {
    type Error = QuotaError;

    fn try_from((min, target, max): (u32, Option<u32>, u32)) -> Result<Self, QuotaError> {
        target.map_or(Self::between(min, max), |target| Self::around(min, target, max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_are_in_order_or_refused() {
        for (min, target, max) in (0..64).map(|i| (i / 16, i / 4 % 4, i % 4)) {
            let quota = Quota::around(min, target, max);
            assert_eq!(quota.is_ok(), min <= target && target <= max, "{min} {target} {max}");
            if let Err(error) = quota {
                assert!(error.above > error.below, "{error}");
            }
            assert_eq!(Quota::between(min, max).is_ok(), min <= max);
        }
    }

    #[test]
    fn a_quota_is_what_was_said() {
        let parts = |quota: Quota| (quota.min(), quota.target(), quota.max());
        assert_eq!(parts(Quota::around(2, 3, 5).unwrap()), (2, Some(3), 5));
        assert_eq!(parts(Quota::between(2, 5).unwrap()), (2, None, 5));
        assert_eq!(parts(Quota::from(4)), (4, Some(4), 4));
        for written in [(2, Some(3), 5), (2, None, 5), (4, Some(4), 4)] {
            let quota = Quota::try_from(written).unwrap();
            assert_eq!(<(u32, Option<u32>, u32)>::from(quota), written);
        }
        let error = Quota::around(2, 7, 5).unwrap_err();
        assert_eq!((error.from, error.to, error.above, error.below), (2, 5, 7, 5));
        let error = Quota::around(4, 3, 5).unwrap_err();
        assert_eq!((error.from, error.to, error.above, error.below), (4, 5, 4, 3));
    }
}
