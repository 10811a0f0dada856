//! Do the intervals hold the truth as often as they say, and how wide are they?

use super::differences::Differences;
use super::error::{MetricError, Side, check_count, check_finite, check_lengths};

/// The share of truths inside their closed intervals.
///
/// ```text
/// coverage = #{ i : low_i <= truth_i <= high_i } / n
/// ```
///
/// In `[0, 1]`. Best at the level that the intervals claim: 0.95 for 95 % intervals. Less means too
/// sure, more means wider than needed. An interval so wide that it says nothing always covers, so
/// read it beside [`mean_width`]. O(n) time, no memory. Gneiting, Balabdaoui and Raftery,
/// "Probabilistic forecasts, calibration and sharpness", Journal of the Royal Statistical Society B
/// 69, 2007.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or an interval is
/// reversed.
///
/// ```
/// use peergrade::metrics::coverage;
///
/// let intervals = [(1.0, 3.0), (4.0, 6.0), (5.0, 9.0), (2.0, 2.0)];
/// assert_eq!(coverage(&intervals, &[3.0, 7.0, 6.5, 2.0])?, 0.75);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn coverage(intervals: &[(f64, f64)], truth: &[f64]) -> Result<f64, MetricError> {
    check_lengths((Side::Low, intervals.len()), (Side::Truth, truth.len()))?;
    check_intervals(intervals)?;
    check_finite(Side::Truth, truth)?;
    let inside = |&(&(low, high), &truth): &(&(f64, f64), &f64)| low <= truth && truth <= high;
    let covered = intervals.iter().zip(truth).filter(inside).count();
    Ok(covered as f64 / truth.len() as f64)
}

/// The mean width of intervals: the smaller, the more they say, at the same [`coverage`].
///
/// ```text
/// width = (1/n) sum_i (high_i - low_i)
/// ```
///
/// In points, from 0 up. O(n) time, O(n / 4096) space. Gneiting, Balabdaoui and Raftery,
/// "Probabilistic forecasts, calibration and sharpness", Journal of the Royal Statistical Society B
/// 69, 2007.
///
/// # Errors
///
/// [`MetricError`] if there is no row, a value is not finite, an interval is reversed, or the result
/// is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::mean_width;
///
/// assert_eq!(mean_width(&[(1.0, 3.0), (4.0, 5.0)])?, 1.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn mean_width(intervals: &[(f64, f64)]) -> Result<f64, MetricError> {
    check_intervals(intervals)?;
    let widths = Differences::new(intervals.len(), |i| (intervals[i].1, intervals[i].0));
    widths.restore(widths.mean(|w| w), "mean width")
}

fn check_intervals(intervals: &[(f64, f64)]) -> Result<(), MetricError> {
    check_count(intervals.len(), 1)?;
    for (index, &(low, high)) in intervals.iter().enumerate() {
        for (side, value) in [(Side::Low, low), (Side::High, high)] {
            if !value.is_finite() {
                return Err(MetricError::NotFinite { side, index, value });
            }
        }
        if low > high {
            return Err(MetricError::Reversed { index, low, high });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ends_belong_to_the_interval() {
        let above = f64::from_bits(3.0_f64.to_bits() + 1);
        for (truth, expected) in [(1.0, 1.0), (3.0, 1.0), (2.0, 1.0), (above, 0.0), (0.9, 0.0)] {
            assert_eq!(coverage(&[(1.0, 3.0)], &[truth]), Ok(expected), "{truth}");
        }
        assert_eq!(coverage(&[(0.0, 0.0), (-0.0, -0.0)], &[-0.0, 0.0]), Ok(1.0));
        assert_eq!(coverage(&[(1.0, 3.0); 3], &[2.0, 0.0, 4.0]), Ok(1.0 / 3.0));
    }

    #[test]
    fn hand_computed_widths() {
        assert_eq!(mean_width(&[(1.0, 3.0), (-4.0, 5.0), (7.0, 7.0), (0.0, 1.0)]), Ok(3.0));
        assert_eq!(mean_width(&[(2.5, 2.5)]), Ok(0.0));
    }

    #[test]
    fn wide_intervals_give_the_mean_or_say_that_it_overflows() {
        const M: f64 = f64::MAX;
        assert_eq!(mean_width(&[(-M, M), (0.0, 0.0)]), Ok(M));
        assert_eq!(mean_width(&[(0.0, 1e308); 9]), Ok(1e308));
        assert_eq!(coverage(&[(-M, M)], &[M]), Ok(1.0));
        let metric = "mean width";
        assert_eq!(mean_width(&[(-M, M)]), Err(MetricError::Overflow { metric }));
    }

    #[test]
    fn broken_intervals_are_named() {
        let (fine, one) = ((1.0, 2.0), [1.0]);
        let (first, second) = ((Side::Low, 2), (Side::Truth, 1));
        let mismatch = MetricError::LengthMismatch { first, second };
        assert_eq!(coverage(&[fine, fine], &one), Err(mismatch));
        let none = MetricError::TooFew { n: 0, min: 1 };
        assert_eq!(coverage(&[], &[]), Err(none.clone()));
        assert_eq!(mean_width(&[]), Err(none));
        let both = |bad| {
            let intervals = [fine, bad];
            let width = mean_width(&intervals).unwrap_err();
            let covered = coverage(&intervals, &[1.0, 1.0]).unwrap_err();
            assert_eq!(width.to_string(), covered.to_string());
            width
        };
        let (index, low, high) = (1, 3.0, 2.0);
        assert_eq!(both((low, high)), MetricError::Reversed { index, low, high });
        let value = f64::INFINITY;
        let side = Side::High;
        assert_eq!(both((0.0, value)), MetricError::NotFinite { side, index, value });
        let nan = both((f64::NAN, 1.0));
        assert_eq!(nan.to_string(), "low in row 1 is NaN, which is not finite");
        let truth = coverage(&[fine, fine], &[1.0, f64::NAN]).unwrap_err();
        assert_eq!(truth.to_string(), "truth in row 1 is NaN, which is not finite");
    }

    proptest! {
        #[test]
        fn wider_intervals_cover_no_less(
            rows in prop::collection::vec((-9.0..9.0, 0.0..4.0, 0.0..3.0, -9.0..9.0), 1..60)
        ) {
            let truth: Vec<f64> = rows.iter().map(|r| r.3).collect();
            let narrow: Vec<(f64, f64)> = rows.iter().map(|r| (r.0, r.0 + r.1)).collect();
            let wide: Vec<(f64, f64)> = rows.iter().map(|r| (r.0 - r.2, r.0 + r.1 + r.2)).collect();
            let (less, more) = (coverage(&narrow, &truth)?, coverage(&wide, &truth)?);
            prop_assert!((0.0..=1.0).contains(&less) && less <= more && more <= 1.0);
            prop_assert!(mean_width(&narrow)? <= mean_width(&wide)?);
        }

        #[test]
        fn no_finite_input_gives_nan_or_infinity(
            rows in prop::collection::vec((prop::num::f64::NORMAL, prop::num::f64::NORMAL), 1..9)
        ) {
            let sorted = |(a, b)| if a <= b { (a, b) } else { (b, a) };
            let intervals: Vec<_> = rows.into_iter().map(sorted).collect();
            let fine = mean_width(&intervals).map_or(true, |width| width.is_finite() && width >= 0.0);
            prop_assert!(fine);
        }
    }
}
