//! How far estimates are from the truth.

use super::differences::{Differences, square};
use super::error::{MetricError, Side, check_columns, check_pair, check_share};
use super::top::rows_of_share;
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
    errors.root_mean_square("rmse")
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
    let Products { ee, tt, et, .. } = Products::new(n, &e, &t);
    // One root of the product, so that equal columns give exactly 1.
    Ok(math::clamp(et / math::sqrt(ee * tt), -1.0, 1.0))
}

/// The root mean squared error after the best straight line: what no change of origin and unit
/// repairs.
///
/// ```text
/// affine rmse = min over a, b of rmse(a + b estimate, truth) = sd(truth) sqrt(1 - r^2)
/// ```
///
/// `sd` with divisor n and r as in [`pearson`]. In points of the truth, from 0 to `sd(truth)`, which
/// is also the value for a constant estimate: the best line through it is the mean. A constant truth
/// gives 0. Where [`rmse`] is far above it, an offset or a stretched scale is to blame, and some
/// staff grades can cure it. The line is fitted to the truth that it is judged by and may fall, so
/// it flatters: list it beside [`rmse`], never alone.
///
/// Computed from the residuals, since `1 - r^2` keeps no digits near 1. O(n) time, O(n / 4096)
/// space. Galton's residual of the regression line as in Pearson, "Note on regression and
/// inheritance in the case of two parents", Proceedings of the Royal Society of London 58, 1895.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 3 rows (a line goes through any 2),
/// a value is not finite, or the result is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::affine_rmse;
///
/// // On a line, whatever its slope.
/// assert_eq!(affine_rmse(&[1.0, 2.0, 3.0], &[70.0, 80.0, 90.0])?, 0.0);
/// // No line helps: the sd of the truth.
/// assert_eq!(affine_rmse(&[4.0, 4.0, 4.0, 4.0], &[1.0, 3.0, 3.0, 1.0])?, 1.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn affine_rmse(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 3)?;
    let e = Differences::new(n, |i| (estimate[i], estimate[0]));
    let t = Differences::new(n, |i| (truth[i], truth[0]));
    let Products { mean_e, mean_t, ee, et, .. } = Products::new(n, &e, &t);
    let slope = if e.all_zero() { 0.0 } else { et / ee };
    let residual = |i| t.get(i) - mean_t - slope * (e.get(i) - mean_e);
    let mean = chunks::sum(n, |i| square(residual(i))) / n as f64;
    t.restore(math::sqrt(mean), "affine rmse")
}

/// Means of two columns of differences, and sums of products of the deviations from them.
struct Products {
    mean_e: f64,
    mean_t: f64,
    ee: f64,
    tt: f64,
    et: f64,
}

impl Products {
    fn new(
        n: usize,
        e: &Differences<impl Fn(usize) -> (f64, f64) + Sync>,
        t: &Differences<impl Fn(usize) -> (f64, f64) + Sync>,
    ) -> Self {
        let (mean_e, mean_t) = (e.mean(|d| d), t.mean(|d| d));
        let ee = chunks::sum(n, |i| square(e.get(i) - mean_e));
        let tt = chunks::sum(n, |i| square(t.get(i) - mean_t));
        let et = chunks::sum(n, |i| (e.get(i) - mean_e) * (t.get(i) - mean_t));
        Self { mean_e, mean_t, ee, tt, et }
    }
}

/// The mean absolute error of the worst rows, for those whom a mean over all hides.
///
/// ```text
/// tail mae = mean of the k largest |estimate_i - truth_i|
///
/// k = share n, rounded to the nearest integer (halves to even), but at least 1
/// ```
///
/// In points, from [`mae`] (a share of 1) to the largest error (a share near 0); a share of 0.1 is
/// the error of the worst decile. A mean of few rows is noisy: compare over several seeds. O(n log n)
/// time, O(n) space. It is the expected shortfall of the errors: Acerbi and Tasche, "On the coherence
/// of expected shortfall", Journal of Banking and Finance 26, 2002.
///
/// # Errors
///
/// [`MetricError`] if the share is not above 0 and up to 1, the lengths differ, there is no row, a
/// value is not finite, or the result is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::tail_mae;
///
/// assert_eq!(tail_mae(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 7.0, 6.0], 0.5)?, 3.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn tail_mae(estimate: &[f64], truth: &[f64], share: f64) -> Result<f64, MetricError> {
    check_share("the share of the worst rows", share)?;
    let n = check_columns(estimate, truth, 1)?;
    let errors = Differences::new(n, |i| (estimate[i], truth[i]));
    let mut sizes = chunks::column(n, |i| errors.get(i).abs());
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    let worst = rows_of_share(n, share);
    errors.restore(chunks::sum(worst, |i| sizes[i]) / worst as f64, "tail mae")
}

/// The mean of paired differences and how sure we are of it.
///
/// Made by [`paired_difference`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedDifference {
    mean: f64,
    std_error: f64,
}

impl PairedDifference {
    /// The mean of first minus second.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard error of the mean.
    #[must_use]
    pub fn std_error(&self) -> f64 {
        self.std_error
    }
}

/// Whether one method is better than another: values of a metric for both, on the same seeds.
///
/// ```text
/// mean = (1/n) sum_i d_i,   standard error = sqrt( sum_i (d_i - mean)^2 / (n (n - 1)) )
///
/// d_i = first_i - second_i
/// ```
///
/// In the unit of the slices. Two methods run on the same courses share most of their luck, so the
/// difference is far surer than either value. A row is what was drawn anew: a seed, not a submission
/// of one course, whose errors hang together. A mean beyond two standard errors is a difference with
/// some 20 rows or more; with few, ask more (Student's t). O(n) time, O(n / 4096) space. Student,
/// "The probable error of a mean", Biometrika 6, 1908.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a value is not finite, or a
/// result is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::paired_difference;
///
/// // The rmse of two methods on four seeds.
/// let better = paired_difference(&[0.7, 0.8, 0.6, 0.7], &[0.9, 1.0, 0.9, 0.8])?;
/// assert!((better.mean() + 0.2).abs() < 1e-15);
/// assert!(better.mean() + 2.0 * better.std_error() < 0.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn paired_difference(first: &[f64], second: &[f64]) -> Result<PairedDifference, MetricError> {
    let n = check_pair((Side::First, first), (Side::Second, second), 2)?;
    let differences = Differences::new(n, |i| (first[i], second[i]));
    let mean = differences.mean(|d| d);
    let variance = differences.mean(|d| square(d - mean)) / (n - 1) as f64;
    Ok(PairedDifference {
        mean: differences.restore(mean, "mean difference")?,
        std_error: differences.restore(math::sqrt(variance), "standard error")?,
    })
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
    fn the_best_line_by_hand() {
        // From the sums above: tt - et^2 / ee over n.
        let expected = math::sqrt((14.75 - 16.75 * 16.75 / 28.75) / 4.0);
        assert!(close(affine_rmse(&E, &T).unwrap(), expected));
        assert_eq!(affine_rmse(&[0.1; 4], &T), Ok(math::sqrt(14.75 / 4.0)));
        assert_eq!(affine_rmse(&E, &[0.1; 4]), Ok(0.0));
        // r is 1 to the last digit but the residual is there: 2/3 of a thousandth of a thousandth.
        let bent = affine_rmse(&[0.0, 1.0, 2.0], &[0.0, 1.0 + 1e-9, 2.0]).unwrap();
        assert!((bent - math::sqrt(2.0) / 3.0 * 1e-9).abs() < 1e-16, "{bent}");
        assert_eq!(
            affine_rmse(&[1.0, 2.0], &[1.0, 2.0]),
            Err(MetricError::TooFew { n: 2, min: 3 })
        );
    }

    #[test]
    fn the_worst_rows_by_hand() {
        for (share, expected) in [(1e-300, 3.0), (0.25, 3.0), (0.5, 2.5), (0.75, 2.0), (1.0, 1.5)] {
            assert_eq!(tail_mae(&E, &T, share), Ok(expected), "{share}");
        }
        for share in [0.0, -0.5, 1.5, f64::NAN] {
            let error = tail_mae(&E, &T, share).unwrap_err().to_string();
            let message = "the share of the worst rows is";
            assert_eq!(error, format!("{message} {share}, but must be above 0, up to 1"));
        }
    }

    #[test]
    fn paired_differences_by_hand() {
        // Differences -1, 3, 0, 2: mean 1, squares 4 + 4 + 1 + 1.
        let paired = paired_difference(&E, &T).unwrap();
        assert!(close(paired.mean(), 1.0) && close(paired.std_error(), math::sqrt(10.0 / 12.0)));
        let none = paired_difference(&[1e308; 2], &[-1e307; 2]).unwrap();
        assert!(close(none.mean(), 1.1e308) && none.std_error() == 0.0);
        assert_eq!(
            paired_difference(&[1.0], &[1.0, f64::NAN]).unwrap_err().to_string(),
            "1 rows of first value but 2 of second value"
        );
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
        fn no_line_is_better_than_the_best(
            (e, t) in columns(-9.0..9.0), slope in -3.0..3.0_f64, shift in -9.0..9.0
        ) {
            prop_assume!(e.len() > 2);
            let best = affine_rmse(&e, &t)?;
            let line: Vec<f64> = e.iter().map(|x| slope * x + shift).collect();
            prop_assert!(best <= rmse(&line, &t)? * (1.0 + 1e-12));
            prop_assert!((affine_rmse(&line, &t)? - best).abs() < 1e-9 || slope.abs() < 1e-3);
            let r = pearson(&e, &t)?;
            let sd = affine_rmse(&vec![0.0; t.len()], &t)?;
            prop_assert!((best - sd * math::sqrt(1.0 - r * r)).abs() < 1e-6);
        }

        #[test]
        fn the_tail_is_between_the_mean_and_the_largest_error(
            (e, t) in columns(-9.0..9.0), share in 0.01..1.0
        ) {
            let tail = tail_mae(&e, &t, share)?;
            prop_assert!(mae(&e, &t)? <= tail * (1.0 + 1e-14));
            prop_assert!(tail <= tail_mae(&e, &t, 1e-9)? * (1.0 + 1e-14));
        }

        #[test]
        fn no_finite_input_gives_nan_or_infinity((e, t) in columns(any_finite())) {
            for metric in [rmse, mae, bias, pearson, affine_rmse] {
                let finite = metric(&e, &t).map_or(true, f64::is_finite);
                prop_assert!(finite);
                let finite = metric(&e, &e).map_or(true, f64::is_finite);
                prop_assert!(finite);
            }
        }
    }
}
