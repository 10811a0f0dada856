//! Agreement of two raters, or of estimate and truth, on ordered levels.

use super::error::{MetricError, Side, check_count, check_finite, check_lengths, check_rising};

/// The share of rows with the same level.
///
/// ```text
/// agreement = #{ i : a_i = b_i } / n
/// ```
///
/// In `[0, 1]`. Much of it is luck where one level dominates: read it beside [`cohen_kappa`]. O(n)
/// time, no memory. Cohen, "A coefficient of agreement for nominal scales", Educational and
/// Psychological Measurement 20, 1960.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ or there is no row.
///
/// ```
/// use peergrade::metrics::exact_agreement;
///
/// assert_eq!(exact_agreement(&[0, 1, 2, 3], &[0, 1, 3, 1])?, 0.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn exact_agreement(a: &[u32], b: &[u32]) -> Result<f64, MetricError> {
    adjacent_agreement(a, b, 0)
}

/// The share of rows whose levels are at most `within` apart.
///
/// ```text
/// agreement = #{ i : |a_i - b_i| <= within } / n
/// ```
///
/// In `[0, 1]`; `within` is usually 1. On few levels nearly everything is adjacent, so read it beside
/// [`quadratic_weighted_kappa`]. O(n) time, no memory. Williamson, Xi and Breyer, "A framework for
/// evaluation and use of automated scoring", Educational Measurement: Issues and Practice 31, 2012.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ or there is no row.
///
/// ```
/// use peergrade::metrics::adjacent_agreement;
///
/// assert_eq!(adjacent_agreement(&[0, 1, 2, 3], &[0, 1, 3, 1], 1)?, 0.75);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn adjacent_agreement(a: &[u32], b: &[u32], within: u32) -> Result<f64, MetricError> {
    let n = check_levels(a, b)?;
    Ok(count(a, b, |a, b| a.abs_diff(b) <= within) as f64 / n as f64)
}

/// The kappa of Cohen: exact agreement beyond chance.
///
/// ```text
/// kappa = (p - e) / (1 - e)
///
/// p           exact agreement
/// e           sum over levels of share in a x share in b: the agreement of independent raters
/// ```
///
/// In `[-1, 1]`: 1 where the raters agree everywhere, 0 where no more than by chance. Every
/// disagreement counts the same, so prefer [`quadratic_weighted_kappa`] on ordered levels. Falls
/// where one level is frequent, so do not compare between courses of different margins. O(n log n)
/// time, O(n) space, whatever the levels; rows are counted in integers. Cohen, "A coefficient of
/// agreement for nominal scales", Educational and Psychological Measurement 20, 1960.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, or every value is the same level.
///
/// ```
/// use peergrade::metrics::cohen_kappa;
///
/// // Agreement 3/4, by chance 1/2.
/// assert_eq!(cohen_kappa(&[0, 0, 1, 1], &[0, 0, 1, 0])?, 0.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn cohen_kappa(a: &[u32], b: &[u32]) -> Result<f64, MetricError> {
    let n = check_levels(a, b)?;
    let agree = (count(a, b, |a, b| a == b) * n) as f64;
    let (all, chance) = ((n * n) as f64, matching_pairs(a, b) as f64);
    kappa(agree - chance, all - chance)
}

/// Kappa with quadratic weights: far disagreements count for more.
///
/// ```text
/// kappa = 1 - sum_ij w_ij O_ij / sum_ij w_ij E_ij,   w_ij = (i - j)^2
///
///                    n sum_i (a_i - b_i)^2
///       = 1 - ------------------------------------
///              sum_i sum_j (a_i - b_j)^2
///
/// O_ij, E_ij  share of rows with levels i and j, and expected from the margins
/// ```
///
/// In `[-1, 1]`: 1 where the raters agree everywhere, 0 where no more than by chance. Dividing the
/// weights by `(levels - 1)^2`, as usual, changes nothing, so the number of levels is not asked for.
/// Levels are taken to be equally far apart. A shift of one rater costs little where the levels are
/// spread, so read it beside [`exact_agreement`] and [`bias`](super::bias). O(n) time, no memory; sums
/// are integers. Cohen, "Weighted kappa", Psychological Bulletin 70, 1968; the form with sums of
/// squares is from Fleiss and Cohen, Educational and Psychological Measurement 33, 1973.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, every value is the same level, or the sums
/// exceed a `u128` (levels near `u32::MAX` in more than 2^31 rows).
///
/// ```
/// use peergrade::metrics::quadratic_weighted_kappa;
///
/// let (a, b) = ([0, 1, 2, 3, 3, 2, 1, 0], [0, 1, 1, 3, 2, 2, 2, 1]);
/// assert_eq!(quadratic_weighted_kappa(&a, &b)?, 0.75);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn quadratic_weighted_kappa(a: &[u32], b: &[u32]) -> Result<f64, MetricError> {
    let n = check_levels(a, b)?;
    let overflow = MetricError::Overflow { metric: "sum of squared levels" };
    let (observed, expected) = squared_distances(a, b, n).ok_or(overflow)?;
    // Subtracted as integers, so that no digit is lost near 0.
    let gain = expected.abs_diff(observed) as f64;
    kappa(if observed > expected { -gain } else { gain }, expected as f64)
}

/// `n sum_i (a_i - b_i)^2` and `sum_i sum_j (a_i - b_j)^2`; `None` beyond `u128`.
fn squared_distances(a: &[u32], b: &[u32], n: u128) -> Option<(u128, u128)> {
    // Squares of u32 fit in u64, and a slice has fewer than 2^62 of them: sums fit in u128.
    let square = |x: u32| u128::from(x) * u128::from(x);
    let apart: u128 = a.iter().zip(b).map(|(&a, &b)| square(a.abs_diff(b))).sum();
    let squares: u128 = a.iter().chain(b).map(|&x| square(x)).sum();
    let sum = |levels: &[u32]| -> u128 { levels.iter().map(|&x| u128::from(x)).sum() };
    let product = sum(a).checked_mul(sum(b))?.checked_mul(2)?;
    Some((n.checked_mul(apart)?, n.checked_mul(squares)?.checked_sub(product)?))
}

/// The ratio, unless chance alone explains everything.
fn kappa(beyond_chance: f64, possible: f64) -> Result<f64, MetricError> {
    if possible > 0.0 {
        return Ok(beyond_chance / possible);
    }
    Err(MetricError::Constant { side: Side::Rating })
}

/// Pairs of any value of `a` with any equal one of `b`.
fn matching_pairs(a: &[u32], b: &[u32]) -> u128 {
    let (a, b) = (sorted(a), sorted(b));
    let mut rest = b.as_slice();
    let mut pairs = 0;
    for run in a.chunk_by(|x, y| x == y) {
        rest = &rest[rest.partition_point(|&x| x < run[0])..];
        pairs += run.len() as u128 * rest.partition_point(|&x| x <= run[0]) as u128;
    }
    pairs
}

fn sorted(levels: &[u32]) -> Vec<u32> {
    let mut levels = levels.to_vec();
    levels.sort_unstable();
    levels
}

fn count(a: &[u32], b: &[u32], counts: impl Fn(u32, u32) -> bool) -> u128 {
    a.iter().zip(b).filter(|&(&a, &b)| counts(a, b)).count() as u128
}

fn check_levels(a: &[u32], b: &[u32]) -> Result<u128, MetricError> {
    check_lengths((Side::First, a.len()), (Side::Second, b.len()))?;
    check_count(a.len(), 1)?;
    Ok(a.len() as u128)
}

/// The level of each value on a scale cut at boundaries, from 0.
///
/// ```text
/// level_i = #{ boundaries <= value_i }
/// ```
///
/// A value on a boundary is in the level above it, as a grade of exactly 50 passes at 50. For the
/// metrics of levels, from grades in points. O(n log b) time, O(n) space.
///
/// # Errors
///
/// [`MetricError`] if a value is not finite or the boundaries do not rise.
///
/// ```
/// use peergrade::metrics::levels;
///
/// assert_eq!(levels(&[49.9, 50.0, 85.0], &[50.0, 65.0, 80.0])?, [0, 1, 3]);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn levels(values: &[f64], boundaries: &[f64]) -> Result<Vec<u32>, MetricError> {
    check_rising(Side::Boundary, boundaries)?;
    check_finite(Side::Value, values)?;
    // 2^32 boundaries take 32 GiB: the last levels are one.
    let level = |&value: &f64| u32::try_from(level_of(value, boundaries)).unwrap_or(u32::MAX);
    Ok(values.iter().map(level).collect())
}

/// The boundaries up to a value.
pub(super) fn level_of(value: f64, boundaries: &[f64]) -> usize {
    boundaries.partition_point(|&boundary| boundary <= value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Agreement = fn(&[u32], &[u32]) -> Result<f64, MetricError>;
    type Weight = fn(f64, f64) -> f64;
    const AGREEMENTS: [Agreement; 3] = [exact_agreement, cohen_kappa, quadratic_weighted_kappa];

    /// The definition over the table of counts, with any weights of disagreement.
    fn weighted_kappa(a: &[u32], b: &[u32], weight: Weight) -> Option<f64> {
        let share = |x: &[u32], l: u32| x.iter().filter(|&&x| x == l).count() as f64;
        let (mut observed, mut expected) = (0.0, 0.0);
        for i in 0..6 {
            for j in 0..6 {
                let w = weight(f64::from(i), f64::from(j));
                observed += w * count(a, b, |a, b| (a, b) == (i, j)) as f64;
                expected += w * share(a, i) * share(b, j) / a.len() as f64;
            }
        }
        (expected > 0.0).then(|| 1.0 - observed / expected)
    }

    #[test]
    fn by_hand() {
        let (a, b) = ([0, 1, 2, 3, 3, 2, 1, 0], [0, 1, 1, 3, 2, 2, 2, 1]);
        assert_eq!(exact_agreement(&a, &b), Ok(0.5));
        assert_eq!(adjacent_agreement(&a, &b, 1), Ok(1.0));
        // By chance (2 * 1 + 2 * 3 + 2 * 3 + 2 * 1) / 64 = 1/4.
        assert_eq!(cohen_kappa(&a, &b), Ok((0.5 - 0.25) / 0.75));
        assert_eq!(quadratic_weighted_kappa(&a, &b), Ok(0.75));
        // Two raters of two levels in full disagreement.
        assert_eq!(cohen_kappa(&[0, 1], &[1, 0]), Ok(-1.0));
        assert_eq!(quadratic_weighted_kappa(&[0, 1], &[1, 0]), Ok(-1.0));
        assert_eq!(levels(&[-1.0, 0.0, -0.0, 9.0], &[]), Ok(vec![0; 4]));
        assert_eq!(levels(&[-1.0, 0.0, -0.0, 9.0], &[0.0, 9.0]), Ok(vec![0, 1, 1, 2]));
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let constant = Err(MetricError::Constant { side: Side::Rating });
        assert_eq!(cohen_kappa(&[7, 7], &[7, 7]), constant);
        assert_eq!(quadratic_weighted_kappa(&[7, 7], &[7, 7]), constant);
        // One constant rater agrees as by chance.
        assert_eq!(cohen_kappa(&[7, 7], &[7, 8]), Ok(0.0));
        assert_eq!(quadratic_weighted_kappa(&[7, 7], &[7, 8]), Ok(0.0));
        for metric in AGREEMENTS {
            assert_eq!(metric(&[], &[]), Err(MetricError::TooFew { n: 0, min: 1 }));
            let error = metric(&[1, 2], &[1]).unwrap_err().to_string();
            assert_eq!(error, "2 rows of first value but 1 of second value");
            assert_eq!(metric(&[0, u32::MAX], &[0, u32::MAX]), Ok(1.0));
        }
        assert_eq!(quadratic_weighted_kappa(&[0, u32::MAX], &[u32::MAX, 0]), Ok(-1.0));
        for (boundaries, index) in [(vec![1.0, 1.0], 1), (vec![1.0, 3.0, 2.0], 2)] {
            let error = MetricError::NotRising { side: Side::Boundary, index };
            assert_eq!(levels(&[1.0], &boundaries), Err(error));
        }
        let error = levels(&[1.0], &[f64::NAN]).unwrap_err().to_string();
        assert_eq!(error, "boundary in row 0 is NaN, which is not finite");
        let error = levels(&[1.0, f64::INFINITY], &[]).unwrap_err().to_string();
        assert_eq!(error, "value in row 1 is inf, which is not finite");
    }

    proptest! {
        #[test]
        fn kappas_equal_the_definition(
            rows in prop::collection::vec((0..6_u32, 0..6_u32), 1..40), shift in 0..1000_u32
        ) {
            let (a, b): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
            let both = |x: &[u32]| x.iter().map(|x| x + shift).collect::<Vec<_>>();
            let weights: [(Agreement, Weight); 2] = [
                (cohen_kappa, |i, j| if i < j || j < i { 1.0 } else { 0.0 }),
                (quadratic_weighted_kappa, |i, j| (i - j) * (i - j)),
            ];
            for (metric, weight) in weights {
                let value = metric(&a, &b);
                prop_assert_eq!(metric(&b, &a), value.clone());
                prop_assert_eq!(metric(&both(&a), &both(&b)), value.clone());
                match (value, weighted_kappa(&a, &b, weight)) {
                    (Ok(value), Some(expected)) => {
                        prop_assert!((value - expected).abs() < 1e-12, "{} {}", value, expected);
                        prop_assert!((-1.0..=1.0).contains(&value));
                    }
                    (value, expected) => prop_assert!(value.is_err() && expected.is_none()),
                }
            }
            let within = |w| adjacent_agreement(&a, &b, w);
            prop_assert!(within(0)? <= within(1)?);
            prop_assert_eq!(within(5), Ok(1.0));
        }
    }
}
