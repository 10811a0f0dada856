//! What methods learn from grades that are known.

use super::AggregateError;

/// What a method that models reviewers makes of the grades of staff and of exemplars. They stand
/// as they are in any case; the question is whether reviewers are measured by them.
///
/// ```
/// use peergrade::aggregate::Trusted;
///
/// assert_eq!(Trusted::default(), Trusted::Ignored);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Trusted {
    /// Nothing: the works count like any others, and no known grade changes another grade.
    #[default]
    Ignored,
    /// They are the truth: the reviews of these works measure their reviewers.
    Exact,
    /// They are as far from the truth as a reviewer without bias with this standard deviation, in
    /// points of the total.
    Noisy {
        /// From 0, which is [`Trusted::Exact`].
        sd: f64,
    },
}

impl Trusted {
    /// The standard deviation; `None` where nothing is learned.
    pub(super) fn sd(self) -> Option<f64> {
        match self {
            Self::Ignored => None,
            Self::Exact => Some(0.0),
            Self::Noisy { sd } => Some(sd),
        }
    }

    /// # Errors
    ///
    /// [`AggregateError::Setting`] for a standard deviation that is negative or not finite.
    pub(super) fn check(self, method: &'static str) -> Result<(), AggregateError> {
        match self.sd() {
            Some(value) if !(0.0..f64::INFINITY).contains(&value) => Err(AggregateError::Setting {
                method,
                setting: "the standard deviation of known grades",
                value,
                needed: "but must be finite, from 0",
            }),
            _ => Ok(()),
        }
    }
}
