//! How far estimates are from the truth.

use super::differences::Differences;
use super::{MetricError, Side, check_columns};
use crate::{chunks, math};

/// The root mean squared error: large errors count for more.
///
/// ```text
/// rmse = sqrt( (1/n) sum_i (estimate_i - truth_i)^2 )
/// ```
///
/// In points, from 0 (every estimate is right) up; never below [`mae`] or the magnitude of [`bias`].
/// O(n) time, O(n / 4096) space. Do not compare between scales of different range: divide by the
/// range first. Used for peer grades by Piech, Huang, Chen, Do, Ng and Koller, "Tuned models of peer
/// assessment in MOOCs", EDM 2013.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or the result is
/// beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::rmse;
///
/// assert_eq!(rmse(&[4.0, 7.0], &[1.0, 3.0])?, 12.5_f64.sqrt());
/// // The squares would overflow, the result does not.
/// assert_eq!(rmse(&[1e308, 0.0], &[0.0, 1e308])?, 1e308);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn rmse(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 1)?;
    let errors = Differences::new(n, |i| (estimate[i], truth[i]));
    errors.restore(math::sqrt(errors.mean(|e| e * e)), "rmse")
}

/// The mean absolute error: every point of error counts the same.
///
/// ```text
/// mae = (1/n) sum_i |estimate_i - truth_i|
/// ```
///
/// In points, from 0 (every estimate is right) up. O(n) time, O(n / 4096) space. Willmott and
/// Matsuura, "Advantages of the mean absolute error (MAE) over the root mean square error (RMSE) in
/// assessing average model performance", Climate Research 30, 2005.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or the result is
/// beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::mae;
///
/// assert_eq!(mae(&[4.0, 7.0], &[5.0, 3.0])?, 2.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn mae(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 1)?;
    let errors = Differences::new(n, |i| (estimate[i], truth[i]));
    errors.restore(errors.mean(f64::abs), "mae")
}

/// The mean signed error: above 0 where the estimates are generous, below where they are harsh.
///
/// ```text
/// bias = (1/n) sum_i (estimate_i - truth_i)
/// ```
///
/// In points. Large errors of opposite sign cancel, so read it beside [`mae`]; rounding is relative
/// to the largest error, not to the mean. O(n) time, O(n / 4096) space. Walther and Moore, "The
/// concepts of bias, precision and accuracy, and their use in testing the performance of species
/// richness estimators", Ecography 28, 2005.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or the result is
/// beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::bias;
///
/// assert_eq!(bias(&[4.0, 7.0], &[5.0, 3.0])?, 1.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn bias(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 1)?;
    let errors = Differences::new(n, |i| (estimate[i], truth[i]));
    errors.restore(errors.mean(|e| e), "bias")
}

/// The product-moment correlation of Pearson: how well a straight line fits.
///
/// ```text
///              sum_i (e_i - mean e)(t_i - mean t)
/// r = -----------------------------------------------------
///     sqrt( sum_i (e_i - mean e)^2  sum_i (t_i - mean t)^2 )
/// ```
///
/// In `[-1, 1]`, 1 on a rising line. Blind to shift and scale: estimates that are all 2 points too
/// high correlate perfectly, so read it beside [`rmse`]. One outlier can make or break it;
/// [`kendall_tau_b`](super::kendall_tau_b) looks at the order alone.
///
/// O(n) time, O(n / 4096) space: two passes, over differences to the first row, so that a small
/// variance around a large mean keeps its digits (Chan, Golub and `LeVeque`, "Algorithms for computing
/// the sample variance", The American Statistician 37, 1983). Pearson, "Note on regression and
/// inheritance in the case of two parents", Proceedings of the Royal Society of London 58, 1895.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a value is not finite, or all
/// values of a side are equal.
///
/// ```
/// use peergrade::metrics::pearson;
///
/// assert_eq!(pearson(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0])?, 1.0);
/// assert_eq!(pearson(&[1.0, 2.0, 3.0], &[5.0, 9.0, 5.0])?, 0.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn pearson(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 2)?;
    let e = Differences::new(n, |i| (estimate[i], estimate[0]));
    let t = Differences::new(n, |i| (truth[i], truth[0]));
    for (side, constant) in [(Side::Estimate, e.all_zero()), (Side::Truth, t.all_zero())] {
        if constant {
            return Err(MetricError::Constant { side });
        }
    }
    let (mean_e, mean_t) = (e.mean(|d| d), t.mean(|d| d));
    let square = |x: f64| x * x;
    let ee = chunks::sum(n, |i| square(e.get(i) - mean_e));
    let tt = chunks::sum(n, |i| square(t.get(i) - mean_t));
    let et = chunks::sum(n, |i| (e.get(i) - mean_e) * (t.get(i) - mean_t));
    // One root of the product, so that equal columns give exactly 1.
    Ok(math::clamp(et / math::sqrt(ee * tt), -1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const E: [f64; 4] = [1.0, 4.0, 2.0, 8.0];
    const T: [f64; 4] = [2.0, 1.0, 2.0, 6.0];

    /// Equal up to `1e-12` of the larger.
    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * math::max(a.abs(), b.abs())
    }

    #[test]
    fn hand_computed() {
        // Errors -1, 3, 0, 2.
        assert_eq!(rmse(&E, &T), Ok(math::sqrt(3.5)));
        assert_eq!(mae(&E, &T), Ok(1.5));
        assert_eq!(bias(&E, &T), Ok(1.0));
        assert_eq!(bias(&T, &E), Ok(-1.0));
        // Deviations -2.75 0.25 -1.75 4.25 and -0.75 -1.75 -0.75 3.25: sums of products 16.75,
        // 28.75 and 14.75.
        let r = pearson(&E, &T).unwrap();
        assert!(close(r, 16.75 / math::sqrt(28.75 * 14.75)), "{r}");
        assert_eq!(pearson(&E, &E), Ok(1.0));
        assert_eq!(pearson(&E, &E.map(|x| -x)), Ok(-1.0));
    }

    #[test]
    fn the_sums_of_a_long_column_are_right() {
        let n = 10_000;
        let e: Vec<f64> = (0..n).map(f64::from).collect();
        let zero = vec![0.0; e.len()];
        let alternating: Vec<f64> = (0..n).map(|i| f64::from(i % 2)).collect();
        assert_eq!(mae(&e, &zero), Ok(4999.5));
        assert!(close(rmse(&e, &zero).unwrap(), math::sqrt(9999.0 * 19999.0 / 6.0)));
        // r = (1/4) / sqrt((n^2 - 1)/12 / 4).
        let r = pearson(&e, &alternating).unwrap();
        assert!(close(r, 0.25 / math::sqrt((1e8 - 1.0) / 48.0)), "{r}");
    }

    #[test]
    fn extremes_give_the_result_or_say_that_it_overflows() {
        const M: f64 = f64::MAX;
        for m in [M, 1e308, 1e-308, 5e-324] {
            let (e, t) = ([m, 0.0, m], [0.0, m, 0.0]);
            assert!(close(rmse(&e, &t).unwrap(), m), "{m}");
            assert_eq!(mae(&e, &t), Ok(m));
            assert!(pearson(&e, &t).unwrap() <= -1.0 + 1e-15, "{m}");
            assert_eq!(rmse(&e, &e), Ok(0.0));
        }
        // A difference may overflow where the mean does not.
        assert_eq!(bias(&[M, -M], &[-M, M]), Ok(0.0));
        assert_eq!(mae(&[M, 0.0], &[-M, 0.0]), Ok(M));
        assert_eq!(rmse(&[M, 0.0, 0.0, 0.0], &[-M, 0.0, 0.0, 0.0]), Ok(M));
        assert_eq!(pearson(&[M, -M], &[-M, M]), Ok(-1.0));
        for (metric, result) in
            [("rmse", rmse(&[M], &[-M])), ("mae", mae(&[M], &[-M])), ("bias", bias(&[-M], &[M]))]
        {
            assert_eq!(result, Err(MetricError::Overflow { metric }));
        }
        // Equal giants do not swallow a small error.
        assert_eq!(rmse(&[1e300, 3e-5], &[1e300, 0.0]), Ok(3e-5 / math::sqrt(2.0)));
    }

    #[test]
    fn pearson_keeps_the_digits_of_a_small_variance() {
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        assert_eq!(pearson(&[1.0, next], &[0.0, 1.0]), Ok(1.0));
        let shifted = E.map(|x| x + 1e15);
        assert_eq!(pearson(&shifted, &T), pearson(&E, &T));
    }

    fn columns<S: Strategy<Value = f64> + Clone>(
        value: S,
    ) -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        prop::collection::vec((value.clone(), value), 2..60)
            .prop_map(|rows| rows.into_iter().unzip())
    }

    /// From subnormal to huge, of either sign.
    fn any_finite() -> impl Strategy<Value = f64> + Clone {
        use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
        NORMAL | SUBNORMAL | ZERO | POSITIVE | NEGATIVE
    }

    proptest! {
        #[test]
        fn rmse_is_at_least_mae_is_at_least_bias((e, t) in columns(-9.0..9.0)) {
            let (rmse, mae, bias) = (rmse(&e, &t)?, mae(&e, &t)?, bias(&e, &t)?);
            prop_assert!(rmse * (1.0 + 1e-14) >= mae && mae * (1.0 + 1e-14) >= bias.abs());
        }

        #[test]
        fn errors_are_symmetric_and_scale((e, t) in columns(-9.0..9.0)) {
            let double = |x: &[f64]| x.iter().map(|x| -2.0 * x).collect::<Vec<_>>();
            for (metric, sign) in [(rmse as fn(&[f64], &[f64]) -> _, 1.0), (mae, 1.0), (bias, -1.0)] {
                let value = metric(&e, &t)?;
                prop_assert_eq!(metric(&t, &e), Ok(sign * value));
                prop_assert_eq!(metric(&double(&e), &double(&t)), Ok(sign * 2.0 * value));
            }
        }

        #[test]
        fn pearson_is_symmetric_and_affine_invariant(
            (e, t) in columns(-9.0..9.0), slope in 0.01..100.0, shift in -50.0..50.0
        ) {
            let r = pearson(&e, &t)?;
            prop_assert_eq!(pearson(&t, &e), Ok(r));
            let line = |slope: f64| e.iter().map(|x| slope * x + shift).collect::<Vec<_>>();
            prop_assert!((pearson(&line(slope), &t)? - r).abs() < 1e-9);
            prop_assert!((pearson(&line(-slope), &t)? + r).abs() < 1e-9);
        }

        #[test]
        fn no_finite_input_gives_nan_or_infinity((e, t) in columns(any_finite())) {
            for metric in [rmse, mae, bias, pearson] {
                let finite = metric(&e, &t).map_or(true, f64::is_finite);
                prop_assert!(finite);
                let finite = metric(&e, &e).map_or(true, f64::is_finite);
                prop_assert!(finite);
            }
        }
    }
}
