//! How well the order of the estimates is the order of the truth.

use super::accuracy::pearson;
use super::error::{MetricError, Side, check_columns};
use crate::math;

/// The rank correlation tau-b of Kendall, which corrects for ties.
///
/// ```text
/// tau_b = (C - D) / sqrt( (n0 - n1)(n0 - n2) )
///
/// n0 = n(n - 1)/2             all pairs of rows
/// n1, n2                      pairs tied in the estimate, in the truth
/// C, D                        pairs in the same order on both sides, in opposite order
/// ```
///
/// In `[-1, 1]`: 1 where every pair is in the same order, -1 in the opposite, 0 where there is no
/// tendency. Only the order matters, so any increasing map of either side keeps every bit. `-0.0`
/// ties with `0.0`; values are otherwise tied only where they are equal, so round first where
/// differences are noise. With few distinct values on one side and many on the other it cannot reach
/// 1.
///
/// O(n log n) time and O(n) space (32 bytes a row), by the merge sort of Knight, "A computer method
/// for calculating Kendall's tau with ungrouped data", Journal of the American Statistical
/// Association 61, 1966; tau-b is from Kendall, "The treatment of ties in ranking problems",
/// Biometrika 33, 1945. Pairs are counted in integers.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a value is not finite, or all
/// values of a side are equal.
///
/// ```
/// use peergrade::metrics::kendall_tau_b;
///
/// // One of three pairs is swapped.
/// assert_eq!(kendall_tau_b(&[1.0, 2.0, 3.0], &[1.0, 9.0, 4.0])?, 1.0 / 3.0);
/// // A tie on one side only: C = 2, n0 = 3, n1 = 1, n2 = 0.
/// assert_eq!(kendall_tau_b(&[1.0, 2.0, 2.0], &[4.0, 5.0, 6.0])?, 2.0 / 6.0_f64.sqrt());
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn kendall_tau_b(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 2)?;
    let pairs = count_pairs(estimate, truth);
    let all = pairs_of(n);
    for (side, tied) in [(Side::Estimate, pairs.tied_estimate), (Side::Truth, pairs.tied_truth)] {
        if tied == all {
            return Err(MetricError::Constant { side });
        }
    }
    // Ordered so that no step goes below zero: these are the pairs tied on neither side.
    let untied = all + pairs.tied_both - pairs.tied_estimate - pairs.tied_truth;
    let concordant = untied - pairs.discordant;
    let magnitude = concordant.abs_diff(pairs.discordant) as f64;
    let ordered = [pairs.tied_estimate, pairs.tied_truth].map(|tied| (all - tied) as f64);
    let tau = magnitude / math::sqrt(ordered[0] * ordered[1]);
    let signed = if concordant < pairs.discordant { -tau } else { tau };
    Ok(math::clamp(signed, -1.0, 1.0))
}

/// The share of pairs that the estimate puts in the right order.
///
/// ```text
/// accuracy = ( right + (1/2) tied ) / pairs
///
/// pairs        pairs of rows that differ in truth
/// right, tied  of those: in the same order in the estimate, tied in the estimate
/// ```
///
/// In `[0, 1]`: 1 where every pair is right, 0.5 for a coin or a constant estimate, which is no
/// error here. Breaking the ties of the estimate at random leaves its expectation, so a coarse
/// estimator is not punished as by [`kendall_tau_b`]; where truth has no ties, tau-a is
/// `2 accuracy - 1`. Blind to scale: read it beside [`rmse`](super::rmse).
///
/// O(n log n) time and O(n) space (32 bytes a row), by the merge sort of Knight, 1966, as
/// [`kendall_tau_b`]; pairs are counted in integers. It is Somers' d moved to `[0, 1]`: Somers, "A new
/// asymmetric measure of association for ordinal variables", American Sociological Review 27, 1962.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a value is not finite, or all
/// truths are equal.
///
/// ```
/// use peergrade::metrics::pairwise_accuracy;
///
/// // Of the two pairs that differ in truth, one is right and one is tied.
/// assert_eq!(pairwise_accuracy(&[5.0, 7.0, 7.0], &[1.0, 1.0, 2.0])?, 0.75);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn pairwise_accuracy(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    let n = check_columns(estimate, truth, 2)?;
    let pairs = count_pairs(estimate, truth);
    let differ = pairs_of(n) - pairs.tied_truth;
    if differ == 0 {
        return Err(MetricError::Constant { side: Side::Truth });
    }
    let tied = pairs.tied_estimate - pairs.tied_both;
    let right = differ - tied - pairs.discordant;
    Ok((2 * right + tied) as f64 / (2 * differ) as f64)
}

/// The rank correlation of Spearman: [`pearson`] of the ranks.
///
/// ```text
/// rho = pearson(rank(estimate), rank(truth))
/// ```
///
/// Ties share the mean of their ranks. In `[-1, 1]`. Only the order matters, so any increasing map
/// of either side keeps every bit. Far rows count for more than in [`kendall_tau_b`], which has the
/// simpler meaning. O(n log n) time, O(n) space. Spearman, "The proof and measurement of association
/// between two things", American Journal of Psychology 15, 1904.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a value is not finite, or all
/// values of a side are equal.
///
/// ```
/// use peergrade::metrics::spearman;
///
/// assert_eq!(spearman(&[1.0, 2.0, 9.0], &[1.0, 4.0, 5.0])?, 1.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn spearman(estimate: &[f64], truth: &[f64]) -> Result<f64, MetricError> {
    check_columns(estimate, truth, 2)?;
    pearson(&midranks(estimate), &midranks(truth))
}

/// The ranks of a column from 1, ties sharing the mean of theirs.
fn midranks(column: &[f64]) -> Vec<f64> {
    let order = sorted_rows(column);
    let mut ranks = vec![0.0; column.len()];
    let mut below = 0;
    for run in runs(&order, column) {
        let rank = below as f64 + (run.len() + 1) as f64 / 2.0;
        for &row in run {
            ranks[row] = rank;
        }
        below += run.len();
    }
    ranks
}

/// The rows of a column by value, ties by row.
pub(super) fn sorted_rows(column: &[f64]) -> Vec<usize> {
    // Adding +0.0 turns -0.0 into 0.0, which tie. Values lie beside their rows, since rows alone
    // would look each value up in another place of memory.
    let mut rows: Vec<(f64, usize)> = column.iter().map(|x| x + 0.0).zip(0..).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    rows.into_iter().map(|row| row.1).collect()
}

/// Runs of rows that tie.
pub(super) fn runs<'a>(order: &'a [usize], column: &'a [f64]) -> impl Iterator<Item = &'a [usize]> {
    order.chunk_by(|&a, &b| column[a] >= column[b])
}

/// Pairs of rows by kind. In `u128`, since the square of a length may not fit in a `u64`.
struct Pairs {
    tied_estimate: u128,
    tied_truth: u128,
    tied_both: u128,
    discordant: u128,
}

fn count_pairs(estimate: &[f64], truth: &[f64]) -> Pairs {
    // Adding +0.0 turns -0.0 into 0.0, which tie.
    let row = |(e, t): (&f64, &f64)| (e + 0.0, t + 0.0);
    let mut rows: Vec<(f64, f64)> = estimate.iter().zip(truth).map(row).collect();
    // Rows that compare equal here have equal bits, so their order needs no further key.
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let same = |a: f64, b: f64| a.total_cmp(&b).is_eq();
    let tied_estimate = tied_pairs(&rows, |a, b| same(a.0, b.0));
    let tied_both = tied_pairs(&rows, |a, b| same(a.0, b.0) && same(a.1, b.1));
    let truths = rows.into_iter().map(|row| row.1).collect();
    let (truths, discordant) = sort_counting_swaps(truths);
    let tied_truth = tied_pairs(&truths, |a, b| same(*a, *b));
    Pairs { tied_estimate, tied_truth, tied_both, discordant }
}

/// Unordered pairs of `n` things, `n` at least 1.
fn pairs_of(n: usize) -> u128 {
    let n = n as u128;
    n * (n - 1) / 2
}

fn tied_pairs<T>(sorted: &[T], same: impl Fn(&T, &T) -> bool) -> u128 {
    sorted.chunk_by(same).map(|run| pairs_of(run.len())).sum()
}

/// The values in order, and how many pairs were strictly out of order: a merge sort from the bottom
/// up.
fn sort_counting_swaps(mut values: Vec<f64>) -> (Vec<f64>, u128) {
    let mut merged = vec![0.0; values.len()];
    let mut swaps = 0;
    let mut width = 1;
    while width < values.len() {
        let both = 2 * width;
        for (source, target) in values.chunks(both).zip(merged.chunks_mut(both)) {
            let (left, right) = source.split_at(width.min(source.len()));
            swaps += merge(left, right, target);
        }
        core::mem::swap(&mut values, &mut merged);
        width = both;
    }
    (values, swaps)
}

/// Merge two sorted runs; the pairs in which the value on the right is the smaller.
fn merge(left: &[f64], right: &[f64], target: &mut [f64]) -> u128 {
    let (mut l, mut r, mut swaps) = (0, 0, 0);
    for slot in target {
        // The left goes first in a tie, which is no swap.
        if r == right.len() || (l < left.len() && left[l] <= right[r]) {
            *slot = left[l];
            l += 1;
        } else {
            *slot = right[r];
            r += 1;
            swaps += (left.len() - l) as u128;
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cmp::Ordering;
    use proptest::prelude::*;

    /// The definition, pair by pair.
    fn brute_force(e: &[f64], t: &[f64]) -> Option<f64> {
        let (mut score, mut ordered_e, mut ordered_t) = (0_i32, 0_i32, 0_i32);
        let sign = |a: f64, b: f64| a.partial_cmp(&b).unwrap() as i32;
        for i in 0..e.len() {
            for j in 0..i {
                let (a, b) = (sign(e[i], e[j]), sign(t[i], t[j]));
                score += a * b;
                ordered_e += a.abs();
                ordered_t += b.abs();
            }
        }
        let product = f64::from(ordered_e) * f64::from(ordered_t);
        (product > 0.0).then(|| f64::from(score) / math::sqrt(product))
    }

    #[test]
    fn reference_vector() {
        let (e, t) = ([1.0, 2.0, 2.0, 3.0, 5.0, 4.0], [2.0, 1.0, 3.0, 3.0, 5.0, 5.0]);
        let tau = kendall_tau_b(&e, &t).unwrap();
        assert!((tau - 0.741_249_316_7).abs() < 5e-11, "{tau}");
        // C - D = 10 of 15 pairs, 1 tied on the left and 2 on the right.
        assert_eq!(tau.to_bits(), (10.0 / math::sqrt(14.0 * 13.0)).to_bits());
    }

    /// The share of pairs in order, pair by pair.
    fn pairwise_brute_force(e: &[f64], t: &[f64]) -> Option<f64> {
        let (mut score, mut pairs) = (0, 0);
        for i in 0..e.len() {
            for j in (0..e.len()).filter(|&j| t[j] < t[i]) {
                pairs += 2;
                score += i32::from(e[j] < e[i]) + i32::from(e[j] <= e[i]);
            }
        }
        (pairs > 0).then(|| f64::from(score) / f64::from(pairs))
    }

    #[test]
    fn order_by_hand() {
        let (e, t) = ([1.0, 2.0, 2.0, 3.0, 5.0, 4.0], [2.0, 1.0, 3.0, 3.0, 5.0, 5.0]);
        // 13 pairs differ in truth: 11 in order, (1, 2) is not, (2, 3) ties in the estimate.
        assert_eq!(pairwise_accuracy(&e, &t), Ok(11.5 / 13.0));
        assert_eq!(pairwise_accuracy(&[7.0; 6], &t), Ok(0.5));
        let constant = Err(MetricError::Constant { side: Side::Truth });
        assert_eq!(pairwise_accuracy(&t, &[7.0; 6]), constant);
        assert_eq!(midranks(&[3.0, -0.0, 5.0, 0.0, 3.0, 3.0]), [4.0, 1.5, 6.0, 1.5, 4.0, 4.0]);
        // Squared differences of the ranks 0, 1, 1, 0, 0 by the formula without ties.
        let rho = spearman(&[1.0, 20.0, 3.0, 40.0, 50.0], &[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((rho - (1.0 - 6.0 * 2.0 / 120.0)).abs() < 1e-15, "{rho}");
    }

    #[test]
    fn zeros_of_either_sign_tie() {
        let plain = kendall_tau_b(&[0.0, 0.0, 1.0, -1.0], &[0.0, 1.0, 0.0, 0.0]);
        let signed = kendall_tau_b(&[-0.0, 0.0, 1.0, -1.0], &[-0.0, 1.0, 0.0, -0.0]);
        assert_eq!(plain, signed);
        assert!(plain.is_ok());
    }

    #[test]
    fn extremes_of_the_range_are_only_ranks() {
        let e = [f64::MIN, -1e-308, -5e-324, 0.0, 5e-324, 1.0, f64::MAX];
        let t = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert_eq!(kendall_tau_b(&e, &t), Ok(1.0));
        assert_eq!(kendall_tau_b(&t, &e.map(|x| -x)), Ok(-1.0));
    }

    #[test]
    fn a_million_rows() {
        let n = 1 << 20;
        let up: Vec<f64> = (0..n).map(f64::from).collect();
        let down: Vec<f64> = up.iter().map(|x| -x).collect();
        assert_eq!(kendall_tau_b(&up, &down), Ok(-1.0));
        // Rows in the order of a permutation, which scrambles both sides alike.
        let scrambled: Vec<f64> = (0..n).map(|i| f64::from(i * 387 % n)).collect();
        assert_eq!(kendall_tau_b(&scrambled, &scrambled), Ok(1.0));
        // Every two neighbours swapped: D = n / 2.
        let swapped: Vec<f64> = (0..n).map(|i| f64::from(i ^ 1)).collect();
        let pairs = f64::from(n) * f64::from(n - 1) / 2.0;
        let expected = (pairs - f64::from(n)) / pairs;
        assert_eq!(kendall_tau_b(&up, &swapped), Ok(expected));
    }

    /// Columns with many ties and odd values.
    fn tied_columns() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        const SPECIAL: &[f64] = &[f64::MIN, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, f64::MAX];
        let few = || prop_oneof![(0..4).prop_map(f64::from), prop::sample::select(SPECIAL)];
        let rows = (2..40_usize).prop_flat_map(move |n| prop::collection::vec((few(), few()), n));
        rows.prop_map(|rows| rows.into_iter().unzip())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn equals_the_definition((e, t) in tied_columns()) {
            prop_assert_eq!(kendall_tau_b(&e, &t).ok(), brute_force(&e, &t));
            prop_assert_eq!(pairwise_accuracy(&e, &t).ok(), pairwise_brute_force(&e, &t));
        }

        #[test]
        fn equals_the_definition_without_ties(
            (e, t) in prop::collection::vec((-9.0..9.0_f64, -9.0..9.0_f64), 2..80)
                .prop_map(|rows| rows.into_iter().unzip::<_, _, Vec<_>, Vec<_>>())
        ) {
            prop_assert_eq!(kendall_tau_b(&e, &t).ok(), brute_force(&e, &t));
        }

        #[test]
        fn laws((e, t) in tied_columns(), turn in 0..40_usize) {
            let Ok(tau) = kendall_tau_b(&e, &t) else { return Ok(()) };
            prop_assert!((-1.0..=1.0).contains(&tau));
            prop_assert_eq!(kendall_tau_b(&t, &e), Ok(tau));
            let reversed: Vec<f64> = e.iter().map(|x| -x).collect();
            prop_assert_eq!(kendall_tau_b(&reversed, &t), Ok(-tau));
            prop_assert_eq!(kendall_tau_b(&e, &e), Ok(1.0));
            // An increasing map: to the number of smaller values.
            let below = |x: &f64| e.iter().filter(|y| *y < x).count() as f64;
            let ranks: Vec<f64> = e.iter().map(below).collect();
            prop_assert_eq!(kendall_tau_b(&ranks, &t), Ok(tau));
            prop_assert_eq!(spearman(&ranks, &t), spearman(&e, &t));
            prop_assert_eq!(spearman(&e, &e), Ok(1.0));
            let accuracy = pairwise_accuracy(&e, &t)?;
            prop_assert_eq!(pairwise_accuracy(&ranks, &t), Ok(accuracy));
            prop_assert!((pairwise_accuracy(&reversed, &t)? + accuracy - 1.0).abs() < 1e-15);
            // The order of the rows changes nothing.
            let (mut e, mut t) = (e, t);
            let turn = turn % e.len();
            e.rotate_left(turn);
            t.rotate_left(turn);
            prop_assert_eq!(kendall_tau_b(&e, &t), Ok(tau));
        }
    }

    #[test]
    fn merge_sort_counts_swaps_of_every_length() {
        for n in 0..70_u32 {
            let values: Vec<f64> = (0..n).map(|i| f64::from(i * 7 % 10)).collect();
            let swaps = (0..values.len())
                .flat_map(|i| (0..i).map(move |j| (j, i)))
                .filter(|&(j, i)| values[j].total_cmp(&values[i]) == Ordering::Greater)
                .count();
            let (sorted, counted) = sort_counting_swaps(values);
            assert_eq!(counted, swaps as u128, "n = {n}");
            assert!(sorted.is_sorted(), "n = {n}");
        }
    }
}
