//! How well the best of the estimates are the best of the truth.

use super::error::{MetricError, check_columns, check_share};
use crate::math;

/// How much of the true top the estimated top holds.
///
/// ```text
/// top share = |true top k  and  estimated top k| / k
///
/// k = share n, rounded to the nearest integer (halves to even), but at least 1
/// ```
///
/// In `[0, 1]`, about `share` for a random order. With a share of 0.1 it is the precision of the top
/// decile, which is also its recall. Of rows that tie at the cut, the value is the expectation over
/// breaking the ties at random on each side; nothing is drawn. So even equal columns are below 1
/// where they tie at the cut. O(n log n) time, O(n) space; rows are counted in integers. Precision
/// at k: Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, chapter 8.
///
/// # Errors
///
/// [`MetricError`] if the share is not above 0 and up to 1, the lengths differ, there is no row, or
/// a value is not finite.
///
/// ```
/// use peergrade::metrics::top_share;
///
/// let (estimate, truth) = ([9.0, 8.0, 7.0, 1.0], [5.0, 2.0, 6.0, 1.0]);
/// assert_eq!(top_share(&estimate, &truth, 0.5)?, 0.5);
/// // Either of the last two is the second of the estimate; the first is in both tops.
/// assert_eq!(top_share(&[9.0, 1.0, 7.0, 7.0], &truth, 0.5)?, 0.75);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn top_share(estimate: &[f64], truth: &[f64], share: f64) -> Result<f64, MetricError> {
    check_share("the share of the top", share)?;
    let n = check_columns(estimate, truth, 1)?;
    let k = rows_of_share(n, share);
    let (e, t) = (Cut::new(estimate, k), Cut::new(truth, k));
    // Rows by where they are on each side: [above, above], [at, above], [above, at], [at, at].
    let mut rows = [0_usize; 4];
    for (&e_i, &t_i) in estimate.iter().zip(truth) {
        if e_i >= e.value && t_i >= t.value {
            rows[usize::from(e_i <= e.value) + 2 * usize::from(t_i <= t.value)] += 1;
        }
    }
    let [both, e_at, t_at, at] = rows.map(|count| count as f64);
    let expected = both + (e_at * e.chance + t_at * t.chance) + at * (e.chance * t.chance);
    Ok(math::min(expected / k as f64, 1.0))
}

/// Where the top `k` of a column ends.
struct Cut {
    value: f64,
    /// The chance of a row at the cut to be in the top.
    chance: f64,
}

impl Cut {
    fn new(column: &[f64], k: usize) -> Self {
        let mut sorted = column.to_vec();
        // The value at a rank does not depend on how ties are sorted, but for the sign of zero.
        let (_, &mut value, _) = sorted.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
        let above = column.iter().filter(|&&x| x > value).count();
        let at = column.iter().filter(|&&x| x >= value).count() - above;
        Self { value, chance: (k - above) as f64 / at as f64 }
    }
}

/// `share` of `n` rows, rounded, but at least one. `n` is at least 1.
pub(super) fn rows_of_share(n: usize, share: f64) -> usize {
    // Rounded and not cut: 0.07 of 100 is 7.000000000000001.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to n
    let rows = math::round_half_even(share * n as f64) as usize;
    rows.clamp(1, n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The mean overlap of the tops over every way to break the ties of both sides.
    fn brute_force(e: &[f64], t: &[f64], k: usize) -> f64 {
        let tops = |column: &[f64]| -> Vec<u32> {
            let fits = |set: &u32| {
                let inside = |i: usize| set >> i & 1 == 1;
                let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
                for (i, &x) in column.iter().enumerate() {
                    if inside(i) {
                        low = math::min(low, x);
                    } else {
                        high = math::max(high, x);
                    }
                }
                set.count_ones() as usize == k && low >= high
            };
            (0..1 << column.len()).filter(fits).collect()
        };
        let (e, t) = (tops(e), tops(t));
        let both = e.iter().flat_map(|a| t.iter().map(move |b| (a & b).count_ones()));
        f64::from(both.sum::<u32>()) / (e.len() * t.len() * k) as f64
    }

    #[test]
    fn tops_by_hand() {
        let (e, t) = ([1.0, 2.0, 2.0, 3.0, 5.0, 4.0], [2.0, 1.0, 3.0, 3.0, 5.0, 5.0]);
        for (share, expected) in [
            (1e-9, 0.5),              // one of the two fives
            (0.5, (2.0 + 0.5) / 3.0), // the third in truth is row 2 or 3, in the estimate row 3
            (5.0 / 6.0, 4.0 / 5.0),   // all but row 0 against all but row 1
            (1.0, 1.0),
        ] {
            assert_eq!(top_share(&e, &t, share), Ok(expected), "{share}");
        }
        assert_eq!(top_share(&[0.0, -0.0], &[-0.0, 1.0], 0.5), Ok(0.5));
        assert_eq!(rows_of_share(100, 0.07), 7);
        assert_eq!(rows_of_share(30, 0.1), 3);
        assert_eq!(rows_of_share(1, 1e-300), 1);
        let error = top_share(&e, &t, f64::NAN).unwrap_err().to_string();
        assert_eq!(error, "the share of the top is NaN, but must be above 0, up to 1");
    }

    proptest! {
        #[test]
        fn the_top_is_the_expectation_over_the_ties(rows in prop::collection::vec((0..4_u8, 0..4_u8), 1..8), share in 0.01..1.0) {
            let side = |f: fn(&(u8, u8)) -> u8| -> Vec<f64> { rows.iter().map(|r| f64::from(f(r))).collect() };
            let (e, t) = (side(|r| r.0), side(|r| r.1));
            let expected = brute_force(&e, &t, rows_of_share(e.len(), share));
            let top = top_share(&e, &t, share)?;
            prop_assert!((top - expected).abs() < 1e-14, "{top} {expected}");
            prop_assert_eq!(top_share(&t, &e, share), Ok(top));
        }
    }
}
