//! How many reviews to ask for when some will not be given.

use thiserror::Error;

/// The most reviews that are looked at.
const LIMIT: usize = 10_000;

/// Why a number of reviews cannot be given.
///
/// ```
/// use peergrade::assign::{DropoutError, required_reviews};
///
/// let error = required_reviews(3, 1.0, 0.98).unwrap_err();
/// assert_eq!(error, DropoutError::Dropout { given: 1.0 });
/// assert_eq!(error.to_string(), "the dropout 1 is not in [0, 1)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum DropoutError {
    /// A dropout that is no probability, or certain.
    #[error("the dropout {given} is not in [0, 1)")]
    Dropout {
        /// What was given.
        given: f64,
    },
    /// A confidence that is no probability, or certain one way or the other.
    #[error("the confidence {given} is not in (0, 1)")]
    Confidence {
        /// What was given.
        given: f64,
    },
    /// More reviews than are looked at.
    #[error("more than {limit} reviews")]
    TooMany {
        /// The most that are looked at.
        limit: usize,
    },
}

/// The probability that a submission with `reviews` reviews asked for receives fewer than `need`,
/// where each fails independently with probability `dropout`.
///
/// ```text
/// P(X < need) = sum over i < need of C(d, i) (1 - p)^i p^(d - i),   X ~ Binomial(d, 1 - p)
/// ```
///
/// All terms are positive, so that tiny risks keep their relative accuracy. Independence is what is
/// assumed: people who drop out together (a section, a team) make the risk larger.
/// O(need x reviews) time, O(need) space; `reviews` at most 10,000.
///
/// # Errors
///
/// [`DropoutError`] for a dropout outside of [0, 1) and too many reviews.
///
/// ```
/// use peergrade::assign::shortfall;
///
/// // Five reviews each, of which one in five is never given.
/// let risk = shortfall(3, 0.2, 5)?;
/// assert!((risk - 0.05792).abs() < 1e-12);
/// # Ok::<(), peergrade::assign::DropoutError>(())
/// ```
pub fn shortfall(need: usize, dropout: f64, reviews: usize) -> Result<f64, DropoutError> {
    if reviews > LIMIT {
        return Err(DropoutError::TooMany { limit: LIMIT });
    }
    let mut received = Received::new(need.min(reviews), dropout)?;
    if need > reviews {
        return Ok(1.0);
    }
    (0..reviews).for_each(|_| received.ask());
    Ok(received.risk())
}

/// The smallest number of reviews to ask for so that a submission receives at least `need` with
/// probability `confidence`, where each fails independently with probability `dropout`.
///
/// ```text
/// min { d : P(Binomial(d, 1 - dropout) >= need) >= confidence }
/// ```
///
/// The probability is that of one submission: of 100 submissions, two are expected below `need` at
/// a confidence of 0.98. Where a second stage is possible, a second stage is better:
/// [`Change::no_show`](super::Change::no_show). At most 10,000 reviews; O(need x result) time,
/// O(need) space.
///
/// # Errors
///
/// [`DropoutError`] for probabilities that are none or certain, and where 10,000 reviews do not
/// suffice.
///
/// ```
/// use peergrade::assign::required_reviews;
///
/// assert_eq!(required_reviews(3, 0.2, 0.98)?, 6);
/// assert_eq!(required_reviews(3, 0.0, 0.98)?, 3);
/// # Ok::<(), peergrade::assign::DropoutError>(())
/// ```
pub fn required_reviews(need: usize, dropout: f64, confidence: f64) -> Result<usize, DropoutError> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(DropoutError::Confidence { given: confidence });
    }
    let mut received = Received::new(need.min(LIMIT + 1), dropout)?;
    if need > LIMIT {
        return Err(DropoutError::TooMany { limit: LIMIT });
    }
    for reviews in 0..=LIMIT {
        // With fewer reviews than needed the risk is 1, whatever rounding makes of it.
        if reviews >= need && received.risk() <= 1.0 - confidence {
            return Ok(reviews);
        }
        received.ask();
    }
    Err(DropoutError::TooMany { limit: LIMIT })
}

/// The law of the number of reviews received, below `need`.
struct Received {
    dropout: f64,
    /// The probability of receiving exactly 0, 1, ... `need` - 1.
    mass: Vec<f64>,
}

impl Received {
    fn new(need: usize, dropout: f64) -> Result<Self, DropoutError> {
        if !(0.0..1.0).contains(&dropout) {
            return Err(DropoutError::Dropout { given: dropout });
        }
        let mut mass = vec![0.0; need];
        if let Some(none) = mass.first_mut() {
            *none = 1.0;
        }
        Ok(Self { dropout, mass })
    }

    /// One review more is asked for.
    fn ask(&mut self) {
        for i in (0..self.mass.len()).rev() {
            let before = if i == 0 { 0.0 } else { self.mass[i - 1] };
            self.mass[i] = self.mass[i] * self.dropout + before * (1.0 - self.dropout);
        }
    }

    fn risk(&self) -> f64 {
        crate::math::min(self.mass.iter().fold(0.0, |sum, mass| sum + mass), 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    /// P(received < m) in per cent, for d = 3, 4, ...: the exact table, as printed.
    const TABLE: &[(usize, f64, &[&str])] = &[
        (2, 0.1, &["2.8", "0.37", "0.05", "0.01"]),
        (2, 0.2, &["10.4", "2.7", "0.67", "0.16", "0.04"]),
        (2, 0.3, &["21.6", "8.4", "3.1", "1.1", "0.38", "0.13"]),
        (2, 0.4, &["35.2", "17.9", "8.7", "4.1", "1.9", "0.85", "0.38", "0.17"]),
        (3, 0.1, &["27.1", "5.2", "0.86", "0.13", "0.02"]),
        (3, 0.2, &["48.8", "18.1", "5.8", "1.7", "0.47", "0.12"]),
        (3, 0.3, &["65.7", "34.8", "16.3", "7.0", "2.9", "1.1", "0.43", "0.16"]),
        (3, 0.4, &["78.4", "52.5", "31.7", "17.9", "9.6", "5.0", "2.5", "1.2"]),
    ];

    #[test]
    fn every_cell_of_the_table() {
        for &(need, dropout, row) in TABLE {
            for (reviews, cell) in (3..).zip(row) {
                let digits = cell.split('.').nth(1).map_or(0, str::len);
                let risk = 100.0 * shortfall(need, dropout, reviews).unwrap();
                assert_eq!(&format!("{risk:.digits$}"), cell, "m {need}, p {dropout}, d {reviews}");
            }
        }
    }

    #[test]
    fn about_two_per_cent_below_three() {
        let smallest = |dropout| required_reviews(3, dropout, 0.98).unwrap();
        assert_eq!([0.1, 0.2, 0.3, 0.4].map(smallest), [5, 6, 8, 10]);
        assert_eq!(required_reviews(3, 0.4, 0.974).unwrap(), 9);
    }

    #[test]
    fn ties_and_bounds_are_exact() {
        assert_eq!(required_reviews(1, 0.5, 0.75), Ok(2));
        assert_eq!(required_reviews(1, 0.5, 0.75 + 1e-15), Ok(3));
        assert_eq!(required_reviews(0, 0.9, 0.99), Ok(0));
        assert_eq!(required_reviews(10_000, 0.0, 0.99), Ok(10_000));
        let too_many = Err(DropoutError::TooMany { limit: LIMIT });
        assert_eq!(required_reviews(10_000, 0.5, 0.5), too_many);
        assert_eq!(required_reviews(usize::MAX, 0.5, 0.5), too_many);
        assert_eq!(required_reviews(1, 1.0 - 1e-12, 0.5), too_many);
        assert_eq!(shortfall(usize::MAX, 0.0, 3), Ok(1.0));
        assert_eq!(shortfall(0, 0.5, 0), Ok(0.0));
        assert!(shortfall(1, 0.5, LIMIT + 1).is_err());
        // The smallest risk that a confidence can ask for.
        let almost_one = 1.0 - f64::EPSILON / 2.0;
        assert_eq!(required_reviews(1, 0.5, almost_one), Ok(53));
    }

    #[test]
    fn nonsense_is_named() {
        for given in [-0.1, 1.0, 2.0, f64::NAN, f64::INFINITY] {
            let error = required_reviews(3, given, 0.9).unwrap_err();
            assert!(matches!(error, DropoutError::Dropout { .. }), "{error}");
            assert!(shortfall(3, given, 5).is_err());
        }
        for given in [0.0, 1.0, -1.0, f64::NAN] {
            let error = required_reviews(3, 0.1, given).unwrap_err();
            assert!(matches!(error, DropoutError::Confidence { .. }), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn risks_are_those_of_the_binomial_law(
            need in 1..40_usize,
            dropout in 0.0..0.9_f64,
            reviews in 0..80_usize,
        ) {
            let law = Binomial::new(1.0 - dropout, reviews as u64).unwrap();
            let risk = shortfall(need, dropout, reviews).unwrap();
            prop_assert!((risk - law.cdf(need as u64 - 1)).abs() < 1e-9);
        }

        #[test]
        fn the_answer_is_the_smallest(
            need in 0..30_usize,
            dropout in 0.0..0.8_f64,
            confidence in 0.01..0.999_f64,
        ) {
            let reviews = required_reviews(need, dropout, confidence).unwrap();
            prop_assert!(shortfall(need, dropout, reviews).unwrap() <= 1.0 - confidence);
            if reviews > 0 {
                prop_assert!(shortfall(need, dropout, reviews - 1).unwrap() > 1.0 - confidence);
            }
        }
    }
}
