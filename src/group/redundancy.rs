//! How many experts it takes against dropout.

use super::error::GroupError;

/// The most experts per topic that are tried.
const LIMIT: usize = 1_000_000;

/// The experts per topic and home that keep a share `target` of the homes complete when every person
/// drops out with probability `dropout`, independently.
///
/// A home keeps every topic with probability `(1 - q^r)^T`; the result is the smallest `r >= 1` for
/// which that reaches the target. It multiplies the size of the homes, `r T` people, so it is a trade:
///
/// ```text
/// T = 4        r = 1   r = 2   r = 3   r = 4
/// q = 0.3      0.240   0.686   0.896   0.968
/// q = 0.5      0.063   0.316   0.586   0.773
/// ```
///
/// O(r log T), by multiplication alone.
///
/// # Errors
///
/// [`GroupError::Share`] unless both shares are in [0, 1), [`GroupError::NoTopics`] for 0 topics,
/// [`GroupError::OutOfReach`] when even a million experts do not suffice.
///
/// ```
/// use peergrade::group::redundancy_for;
///
/// assert_eq!(redundancy_for(0.3, 4, 0.8), Ok(3));
/// assert_eq!(redundancy_for(0.3, 4, 0.9), Ok(4)); // three reach 0.896
/// ```
pub fn redundancy_for(dropout: f64, topics: usize, target: f64) -> Result<usize, GroupError> {
    for (name, value) in [("dropout", dropout), ("target", target)] {
        if !(0.0..1.0).contains(&value) {
            return Err(GroupError::Share { name, value });
        }
    }
    if topics == 0 {
        return Err(GroupError::NoTopics);
    }
    let mut all_gone = 1.0;
    for experts in 1..=LIMIT {
        all_gone *= dropout;
        if power(1.0 - all_gone, topics) >= target {
            return Ok(experts);
        }
    }
    Err(GroupError::OutOfReach { dropout, topics, target, limit: LIMIT })
}

/// `base` to an integer power by repeated squaring: `powi` is not the same bits everywhere.
pub(super) fn power(mut base: f64, mut exponent: usize) -> f64 {
    let mut result = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result *= base;
        }
        base *= base;
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the specification: smallest r with (1 - q^r)^4 >= target.
    #[test]
    fn the_known_table_comes_out() {
        for (q, row) in [(0.3, [2, 3, 4, 4, 5]), (0.5, [3, 5, 6, 7, 9])] {
            for (target, r) in [0.5, 0.8, 0.9, 0.95, 0.99].into_iter().zip(row) {
                assert_eq!(redundancy_for(q, 4, target), Ok(r), "q {q}, target {target}");
            }
        }
        for (r, share) in [0.240, 0.686, 0.896, 0.968].into_iter().enumerate() {
            let gone = power(0.3, r + 1);
            assert!((power(1.0 - gone, 4) - share).abs() < 5e-4);
        }
    }

    #[test]
    fn edges_are_exact() {
        assert_eq!(redundancy_for(0.0, usize::MAX, 0.999), Ok(1));
        assert_eq!(redundancy_for(0.999, 7, 0.0), Ok(1));
        assert_eq!(redundancy_for(-0.0, 1, 0.5), Ok(1));
        // (1 - 0.25)^2 is 0.5625 without rounding: reached, not missed by a hair.
        assert_eq!(redundancy_for(0.5, 2, 0.5625), Ok(2));
        let far = redundancy_for(0.5, usize::MAX, 0.999);
        assert!(matches!(far, Ok(r) if r < 80), "{far:?}");
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for bad in [-0.1, 1.0, 2.0, f64::NAN, f64::INFINITY] {
            for (q, target, name) in [(bad, 0.5, "dropout"), (0.5, bad, "target")] {
                let error = redundancy_for(q, 4, target).unwrap_err();
                assert!(matches!(error, GroupError::Share { name: n, .. } if n == name));
            }
        }
        assert_eq!(redundancy_for(0.5, 0, 0.5), Err(GroupError::NoTopics));
        let never = redundancy_for(1.0 - f64::EPSILON, 4, 0.9);
        assert!(matches!(never, Err(GroupError::OutOfReach { .. })));
    }
}
