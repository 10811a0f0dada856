//! Predictions that are a mean and a standard deviation: do they know how wrong they are?

use super::differences::{Unit, finite, largest};
use super::error::{MetricError, Side, check_count, check_finite, check_lengths, check_range};
use crate::{chunks, math};

/// The share of truths inside the central normal intervals of a level.
///
/// ```text
/// coverage = #{ i : |truth_i - mean_i| <= z sd_i } / n,   z = Phi^-1((1 + level) / 2)
/// ```
///
/// In `[0, 1]`, best at the level; look at several, such as 0.5, 0.8 and 0.95, since one can be right
/// by luck. With n truths it is uncertain by `sqrt(level (1 - level) / n)`. For intervals that are
/// not normal use [`coverage`](super::coverage). O(n) time, no memory. Gneiting, Balabdaoui and
/// Raftery, "Probabilistic forecasts, calibration and sharpness", Journal of the Royal Statistical
/// Society B 69, 2007.
///
/// # Errors
///
/// [`MetricError`] if the level is not above 0 and below 1, the lengths differ, there is no row, a
/// value is not finite, or a standard deviation is below 0.
///
/// ```
/// use peergrade::metrics::gaussian_coverage;
///
/// let (mean, sd) = ([5.0, 6.0, 7.0, 8.0], [1.0, 1.0, 2.0, 2.0]);
/// let truth = [5.5, 8.0, 3.0, 8.0];
/// assert_eq!(gaussian_coverage(&mean, &sd, &truth, 0.5)?, 0.5);
/// assert_eq!(gaussian_coverage(&mean, &sd, &truth, 0.96)?, 1.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn gaussian_coverage(
    mean: &[f64],
    sd: &[f64],
    truth: &[f64],
    level: f64,
) -> Result<f64, MetricError> {
    if !(level > 0.0 && level < 1.0) {
        let needed = "above 0 and below 1";
        return Err(MetricError::Setting { setting: "the level", value: level, needed });
    }
    let n = check_predictions(mean, sd, truth, Zero::Allowed)?;
    // From the tail, which keeps its digits at levels near 1.
    let z = -math::normal_quantile((1.0 - level) / 2.0);
    let inside = |&i: &usize| {
        let error = (truth[i] - mean[i]).abs();
        if error.is_finite() {
            return error <= z * sd[i];
        }
        (0.5 * truth[i] - 0.5 * mean[i]).abs() <= z * (0.5 * sd[i])
    };
    Ok((0..n).filter(inside).count() as f64 / n as f64)
}

/// The continuous ranked probability score of normal predictions: an error in points that also
/// rewards knowing how large it is.
///
/// ```text
/// crps = (1/n) sum_i sd_i ( z_i (2 Phi(z_i) - 1) + 2 phi(z_i) - 1/sqrt(pi) )
///
/// z_i = (truth_i - mean_i) / sd_i
/// ```
///
/// In points, from 0 up, small is good; never above the larger of error and sd. A prediction with sd
/// 0 scores its absolute error, so it is comparable with [`mae`](super::mae). A proper score: no
/// other sd than the honest one is better in expectation. Gentler on outliers than
/// [`gaussian_log_score`]. O(n) time, O(n / 4096) space. Gneiting and Raftery, "Strictly proper
/// scoring rules, prediction, and estimation", Journal of the American Statistical Association 102,
/// 2007, equation 21.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, a standard
/// deviation is below 0, or the result is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::gaussian_crps;
///
/// let crps = gaussian_crps(&[0.0], &[1.0], &[1.0])?;
/// assert!((crps - 0.6024413576).abs() < 1e-10);
/// assert_eq!(gaussian_crps(&[7.0], &[0.0], &[4.5])?, 2.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn gaussian_crps(mean: &[f64], sd: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_predictions(mean, sd, truth, Zero::Allowed)?;
    let error = |i: usize| (truth[i], mean[i]);
    let unit = Unit::new(|shrink| {
        largest(n, |i| math::max((truth[i] * shrink - mean[i] * shrink).abs(), sd[i] * shrink))
    });
    let score = |i| crps(unit.difference(error(i)).abs(), unit.difference((sd[i], 0.0)));
    unit.restore(chunks::sum(n, score) / n as f64, "crps")
}

/// The score of one error, both in the same unit.
fn crps(error: f64, sd: f64) -> f64 {
    if sd <= 0.0 {
        return error;
    }
    // 2 Phi(z) - 1 is an error function, which keeps its digits near 0; at infinity it is 1.
    let z = error / sd;
    let sharpness = 2.0 * math::normal_density(z) - FRAC_1_SQRT_PI;
    error * math::erf(z * core::f64::consts::FRAC_1_SQRT_2) + sd * sharpness
}

/// 1 / sqrt(pi).
const FRAC_1_SQRT_PI: f64 = 0.564_189_583_547_756_3;

/// The logarithmic score of normal predictions: the mean log density at the truth.
///
/// ```text
/// score = (1/n) sum_i ( -ln(sd_i sqrt(2 pi)) - z_i^2 / 2 ),   z_i = (truth_i - mean_i) / sd_i
/// ```
///
/// In nats, from minus to plus infinity, large is good; a change of unit adds a constant, so compare
/// on one scale only. A proper score. One truth far outside ruins it, as it should where a wrong
/// certainty is costly; else use [`gaussian_crps`]. O(n) time, O(n / 4096) space. Good, "Rational
/// decisions", Journal of the Royal Statistical Society B 14, 1952; Gneiting and Raftery, 2007.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, a standard
/// deviation is not above 0, or the sum is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::gaussian_log_score;
///
/// let score = gaussian_log_score(&[7.0, 5.0], &[1.0, 1.0], &[7.0, 6.0])?;
/// assert!((score + 0.9189385332 + 0.25).abs() < 1e-10);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn gaussian_log_score(mean: &[f64], sd: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    // ln sqrt(2 pi).
    const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;
    let n = check_predictions(mean, sd, truth, Zero::Refused)?;
    let score = |i| {
        let z = standardised(truth[i], mean[i], sd[i]);
        -HALF_LN_2PI - math::ln(sd[i]) - 0.5 * z * z
    };
    finite(chunks::sum(n, score) / n as f64, "log score")
}

/// Where each truth falls in its normal prediction: the probability integral transform.
///
/// ```text
/// pit_i = Phi((truth_i - mean_i) / sd_i)
/// ```
///
/// In `[0, 1]` and uniform where the predictions are calibrated. Draw its [`pit_histogram`]. O(n)
/// time and space. Dawid, "Present position and potential developments: some personal views:
/// statistical theory: the prequential approach", Journal of the Royal Statistical Society A 147,
/// 1984.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or a standard
/// deviation is not above 0.
///
/// ```
/// use peergrade::metrics::gaussian_pit;
///
/// let pit = gaussian_pit(&[7.0, 7.0], &[1.5, 1.5], &[7.0, 9.0])?;
/// assert_eq!(pit[0], 0.5);
/// assert!((pit[1] - 0.9087887803).abs() < 1e-10);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn gaussian_pit(mean: &[f64], sd: &[f64], truth: &[f64]) -> Result<Vec<f64>, MetricError> {
    let n = check_predictions(mean, sd, truth, Zero::Refused)?;
    Ok(chunks::column(n, |i| math::normal_cdf(standardised(truth[i], mean[i], sd[i]))))
}

/// How many values fall into each of equal bins of `[0, 1]`.
///
/// ```text
/// count_b = #{ i : b <= bins pit_i < b + 1 },   a value of 1 in the last
/// ```
///
/// Of [`gaussian_pit`] values: flat where the predictions are calibrated, a hill where they are less
/// sure than they could be, a bowl where too sure, a slope where biased. Each count is uncertain by
/// about its root. O(n) time, O(bins) space. Diebold, Gunther and Tay, "Evaluating density
/// forecasts", International Economic Review 39, 1998.
///
/// # Errors
///
/// [`MetricError`] if `bins` is 0, there is no row, or a value is not in `[0, 1]`.
///
/// ```
/// use peergrade::metrics::pit_histogram;
///
/// assert_eq!(pit_histogram(&[0.0, 0.1, 0.5, 0.8, 1.0], 2)?, [2, 3]);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn pit_histogram(pit: &[f64], bins: u16) -> Result<Vec<usize>, MetricError> {
    if bins == 0 {
        let (setting, needed) = ("the number of bins", "at least 1");
        return Err(MetricError::Setting { setting, value: 0.0, needed });
    }
    check_count(pit.len(), 1)?;
    check_range(Side::Value, pit, |p| (0.0..=1.0).contains(&p), "from 0 to 1")?;
    let mut counts = vec![0; usize::from(bins)];
    for &p in pit {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to bins
        let bin = (p * f64::from(bins)) as usize;
        counts[bin.min(usize::from(bins) - 1)] += 1;
    }
    Ok(counts)
}

/// `(truth - mean) / sd`, also where the difference is beyond `f64::MAX`.
fn standardised(truth: f64, mean: f64, sd: f64) -> f64 {
    let error = truth - mean;
    if error.is_finite() { error / sd } else { (0.5 * truth - 0.5 * mean) / (0.5 * sd) }
}

/// May a standard deviation be 0?
#[derive(Clone, Copy)]
enum Zero {
    Allowed,
    Refused,
}

fn check_predictions(
    mean: &[f64],
    sd: &[f64],
    truth: &[f64],
    zero: Zero,
) -> Result<usize, MetricError> {
    let n = mean.len();
    check_lengths((Side::Estimate, n), (Side::Sd, sd.len()))?;
    check_lengths((Side::Estimate, n), (Side::Truth, truth.len()))?;
    check_count(n, 1)?;
    check_finite(Side::Estimate, mean)?;
    match zero {
        Zero::Allowed => check_range(Side::Sd, sd, |sd| sd >= 0.0, "at least 0")?,
        Zero::Refused => check_range(Side::Sd, sd, |sd| sd > 0.0, "above 0")?,
    }
    check_finite(Side::Truth, truth)?;
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const M: f64 = f64::MAX;

    type Score = fn(&[f64], &[f64], &[f64]) -> Result<f64, MetricError>;
    type Failure = fn(&[f64], &[f64], &[f64]) -> Option<MetricError>;

    fn one(metric: Score, row: [f64; 3]) -> f64 {
        metric(&[row[0]], &[row[1]], &[row[2]]).unwrap()
    }

    #[test]
    fn published_scores() {
        for (row, expected) in [
            ([0.0, 1.0, 0.0], 0.233_694_977_3),
            ([0.0, 1.0, 1.0], 0.602_441_357_6),
            ([7.0, 1.5, 9.0], 1.280_900_969_8),
        ] {
            let crps = one(gaussian_crps, row);
            assert!((crps - expected).abs() < 5e-11, "{row:?}: {crps}");
        }
        let mean = gaussian_crps(&[0.0, 7.0], &[1.0, 1.5], &[0.0, 9.0]).unwrap();
        assert!((mean - f64::midpoint(0.233_694_977_3, 1.280_900_969_8)).abs() < 5e-11);
    }

    #[test]
    fn crps_is_the_integral_that_defines_it() {
        for (mean, sd, truth) in [(0.0, 1.0, 0.3), (5.0, 2.0, 1.0), (-1.0, 0.25, -1.9)] {
            // Integral of (F(x) - 1{x >= truth})^2 by the midpoint rule, truth between two cells.
            let (cells, width) = (200_000, 24.0 * sd / 200_000.0);
            let cell = |i: i32| {
                let x = truth - 12.0 * sd + (f64::from(i) + 0.5) * width;
                let f = math::normal_cdf((x - mean) / sd) - f64::from(u8::from(x >= truth));
                f * f * width
            };
            let integral: f64 = (0..cells).map(cell).sum();
            let crps = one(gaussian_crps, [mean, sd, truth]);
            assert!((crps - integral).abs() < 1e-8, "{crps} {integral}");
        }
    }

    #[test]
    fn extremes() {
        // Certain and wrong: the absolute error, less what the sd is worth.
        assert_eq!(one(gaussian_crps, [1.0, 5e-324, 3.0]).to_bits(), 2.0_f64.to_bits());
        assert_eq!(one(gaussian_crps, [M, 0.0, 0.0]).to_bits(), M.to_bits());
        let wide = one(gaussian_crps, [0.0, M, 0.0]);
        assert!((wide / M - 0.233_694_977_3).abs() < 1e-10, "{wide}");
        let metric = "crps";
        assert_eq!(gaussian_crps(&[M], &[0.0], &[-M]), Err(MetricError::Overflow { metric }));
        // z = -2 though the difference is infinite.
        let pit = gaussian_pit(&[M], &[M], &[-M]).unwrap();
        assert!((pit[0] - math::normal_cdf(-2.0)).abs() < 1e-15, "{pit:?}");
        let score = one(gaussian_log_score, [M, M, -M]);
        assert!((score + 0.918_938_533_2 + math::ln(M) + 2.0).abs() < 1e-9, "{score}");
        let metric = "log score";
        let ruined = gaussian_log_score(&[0.0], &[1e-300], &[1.0]);
        assert_eq!(ruined, Err(MetricError::Overflow { metric }));
        for (level, expected) in [(0.95, 0.0), (0.96, 1.0)] {
            assert_eq!(gaussian_coverage(&[M], &[M], &[-M], level), Ok(expected));
        }
        assert_eq!(gaussian_coverage(&[1.0; 2], &[0.0; 2], &[1.0, 1.1], 0.5), Ok(0.5));
    }

    #[test]
    fn broken_predictions_are_named() {
        let metrics: [Failure; 4] = [
            |m, s, t| gaussian_coverage(m, s, t, 0.5).err(),
            |m, s, t| gaussian_crps(m, s, t).err(),
            |m, s, t| gaussian_log_score(m, s, t).err(),
            |m, s, t| gaussian_pit(m, s, t).err(),
        ];
        for (metric, strict) in metrics.into_iter().zip([false, false, true, true]) {
            let says = |m: &[f64], s: &[f64], t: &[f64]| {
                metric(m, s, t).map_or(String::new(), |error| error.to_string())
            };
            assert_eq!(says(&[], &[], &[]), "0 rows, but the metric needs at least 1");
            assert_eq!(says(&[1.0], &[], &[1.0]), "1 rows of estimate but 0 of sd");
            assert_eq!(says(&[1.0], &[1.0], &[]), "1 rows of estimate but 0 of truth");
            let nan = [f64::NAN];
            assert_eq!(says(&nan, &[1.0], &nan), "estimate in row 0 is NaN, which is not finite");
            assert_eq!(says(&[1.0], &nan, &nan), "sd in row 0 is NaN, which is not finite");
            assert_eq!(says(&[1.0], &[1.0], &nan), "truth in row 0 is NaN, which is not finite");
            let needed = if strict { "above 0" } else { "at least 0" };
            let negative = format!("sd in row 1 is -1, but must be {needed}");
            assert_eq!(says(&[1.0; 2], &[1.0, -1.0], &[1.0; 2]), negative);
            let zero = if strict { "sd in row 0 is 0, but must be above 0" } else { "" };
            assert_eq!(says(&[1.0], &[0.0], &[1.0]), zero);
        }
        for level in [0.0, 1.0, -0.1, f64::NAN] {
            let error = gaussian_coverage(&[1.0], &[1.0], &[1.0], level).unwrap_err().to_string();
            assert_eq!(error, format!("the level is {level}, but must be above 0 and below 1"));
        }
        let error = pit_histogram(&[0.5, 1.5], 3).unwrap_err().to_string();
        assert_eq!(error, "value in row 1 is 1.5, but must be from 0 to 1");
        let error = pit_histogram(&[0.5], 0).unwrap_err().to_string();
        assert_eq!(error, "the number of bins is 0, but must be at least 1");
        assert_eq!(pit_histogram(&[], 3), Err(MetricError::TooFew { n: 0, min: 1 }));
    }

    proptest! {
        #[test]
        fn laws(
            rows in prop::collection::vec((-9.0..9.0, 0.01..4.0, -9.0..9.0), 1..60),
            shift in -9.0..9.0, power in -3..4_i32
        ) {
            let column = |f: fn(&(f64, f64, f64)) -> f64| rows.iter().map(f).collect::<Vec<_>>();
            let (mean, sd, truth) = (column(|r| r.0), column(|r| r.1), column(|r| r.2));
            // Never above the larger of error and sd, never below 0.
            let crps = gaussian_crps(&mean, &sd, &truth)?;
            let bound: f64 = rows.iter().map(|r| math::max((r.0 - r.2).abs(), r.1)).sum();
            prop_assert!(crps >= 0.0 && crps <= bound / rows.len() as f64);
            // A power of two as unit changes no bit but of the log score, which moves by its log.
            let factor = libm::ldexp(1.0, power);
            let scale = |x: &[f64]| x.iter().map(|x| x * factor).collect::<Vec<_>>();
            let (m, s, t) = (scale(&mean), scale(&sd), scale(&truth));
            prop_assert_eq!(gaussian_crps(&m, &s, &t), Ok(crps * factor));
            prop_assert_eq!(gaussian_pit(&m, &s, &t), gaussian_pit(&mean, &sd, &truth));
            let score = gaussian_log_score(&mean, &sd, &truth)?;
            prop_assert!((gaussian_log_score(&m, &s, &t)? + math::ln(factor) - score).abs() < 1e-9);
            // Coverage is the share of PIT values in the middle.
            let pit = gaussian_pit(&mean, &sd, &truth)?;
            let inside = pit.iter().filter(|p| (*p - 0.5).abs() <= 0.4).count();
            let share = inside as f64 / rows.len() as f64;
            prop_assert_eq!(gaussian_coverage(&mean, &sd, &truth, 0.8), Ok(share));
            // A shift of both moves nothing but roundings.
            let moved = |x: &[f64]| x.iter().map(|x| x + shift).collect::<Vec<_>>();
            let again = gaussian_crps(&moved(&mean), &sd, &moved(&truth))?;
            prop_assert!((again - crps).abs() < 1e-12);
            prop_assert_eq!(pit_histogram(&pit, 7)?.iter().sum::<usize>(), rows.len());
        }
    }

    #[test]
    fn a_histogram_of_even_values_is_flat() {
        let even: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        assert_eq!(pit_histogram(&even, 10), Ok(vec![100; 10]));
        assert_eq!(pit_histogram(&[0.0, 1.0, 0.999_999], 3), Ok(vec![1, 0, 2]));
    }
}
