//! How evenly a column is spread over groups.

use core::cmp::Ordering;

use super::deal::check_finite;
use super::error::GroupError;
use super::groups::Groups;
use crate::chunks;
use crate::math;

/// The share of the differences in a column that lies between the groups, in [0, 1]: 0 when all
/// groups have the same mean, 1 when all people of a group are alike.
///
/// ```text
/// B = sum_g n_g (mean_g - mean)^2 / sum_i (y_i - mean)^2
/// ```
///
/// Groups drawn by chance have `(K - 1)/(n - 1)` on average. `None` for a column of equal values.
/// It does not depend on the unit or the origin of the column. O(n) time, O(n) memory.
///
/// The same quantity is the correlation ratio, or eta squared, of analysis of variance (Fisher,
/// Statistical Methods for Research Workers, 1925).
///
/// # Errors
///
/// [`GroupError::ColumnLength`] unless there is one value per person, [`GroupError::NotFinite`] with
/// the first person whose value is NaN or infinite.
///
/// ```
/// use peergrade::group::between_share;
/// use peergrade::{GroupId, Groups};
///
/// let groups = Groups::from_assignment([0, 0, 1, 1].map(GroupId::new))?;
/// assert_eq!(between_share(&groups, &[1.0, 2.0, 2.0, 1.0])?, Some(0.0));
/// assert_eq!(between_share(&groups, &[1.0, 1.0, 2.0, 2.0])?, Some(1.0));
/// assert_eq!(between_share(&groups, &[0.0, 4.0, 4.0, 4.0])?, Some(1.0 / 3.0));
/// assert_eq!(between_share(&groups, &[3.0; 4])?, None);
/// # Ok::<(), peergrade::GroupError>(())
/// ```
pub fn between_share(groups: &Groups, column: &[f64]) -> Result<Option<f64>, GroupError> {
    let people = groups.people();
    if column.len() != people {
        return Err(GroupError::ColumnLength { values: column.len(), people });
    }
    check_finite(column)?;
    let alike = column.iter().all(|value| value.partial_cmp(&column[0]) == Some(Ordering::Equal));
    if alike {
        return Ok(None);
    }
    if groups.len() == 1 {
        return Ok(Some(0.0)); // without the rounding of the sums
    }
    let factor = factor(column);
    // Measured from one of the values, so that a far origin costs no digits.
    let from_first = |i: usize| column[i] * factor - column[0] * factor;
    let mean = chunks::sum(people, from_first) / people as f64;
    let offset = |i: usize| from_first(i) - mean;
    let total = chunks::sum(people, |i| offset(i) * offset(i));
    let sums: Vec<(f64, f64)> = groups
        .iter()
        .map(|(_, members)| {
            let sum = members.iter().fold(0.0, |sum, p| sum + offset(p.index()));
            (sum, members.len() as f64)
        })
        .collect();
    let between = chunks::sum(sums.len(), |g| sums[g].0 * sums[g].0 / sums[g].1);
    Ok((total > 0.0).then(|| math::clamp(between / total, 0.0, 1.0)))
}

/// A power of two, which costs no digits, that keeps the squares of huge and of tiny values in range.
pub(super) fn factor(column: &[f64]) -> f64 {
    const TWO_TO_700: f64 = f64::from_bits((1023 + 700) << 52);
    let top = column.iter().fold(0.0, |top, value| math::max(top, value.abs()));
    if top > 1e100 {
        1.0 / TWO_TO_700
    } else if top < 1e-100 {
        TWO_TO_700
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{GroupId, Pods, Seed};

    #[test]
    fn extreme_columns_stay_in_range() {
        let groups = Groups::from_assignment([0, 0, 1, 1].map(GroupId::new)).unwrap();
        for size in [f64::MIN_POSITIVE, 5e-324, 1e-300, 1e300, f64::MAX] {
            let share = between_share(&groups, &[-size, size, size, size]).unwrap();
            assert!((share.unwrap() - 1.0 / 3.0).abs() < 1e-12, "{size}: {share:?}");
        }
        let close = [1e15, 1e15 + 1.0, 1e15, 1e15 + 1.0];
        assert_eq!(between_share(&groups, &close), Ok(Some(0.0)));
        assert_eq!(between_share(&groups, &[0.0, -0.0, 0.0, 0.0]), Ok(None));
        let one = Groups::from_assignment([GroupId::new(0); 3]).unwrap();
        assert_eq!(between_share(&one, &[0.1, 0.2, 0.4]), Ok(Some(0.0)));
    }

    #[test]
    fn bad_columns_are_refused() {
        let groups = Groups::from_assignment([0, 1].map(GroupId::new)).unwrap();
        let short = between_share(&groups, &[1.0]).unwrap_err();
        assert_eq!(short.to_string(), "the column has 1 values for 2 people");
        let error = between_share(&groups, &[1.0, f64::NEG_INFINITY]).unwrap_err();
        assert_eq!(error.to_string(), "the value of person 1 is -inf, not a finite number");
    }

    /// Random pairs of 10 people have B = (5 - 1)/(10 - 1) on average. 2,000 draws; the bound is
    /// 5 standard errors, of a B whose standard deviation cannot exceed 1/2.
    #[test]
    fn chance_gives_the_known_mean() {
        let column: Vec<f64> = (0..10).map(|i| f64::from(i * i)).collect();
        let sum = (0..2_000).fold(0.0, |sum, seed| {
            let pairs = Pods::pairs().form(10, Seed::new(seed)).unwrap();
            sum + between_share(&pairs, &column).unwrap().unwrap()
        });
        assert!((sum / 2_000.0 - 4.0 / 9.0).abs() < 5.0 * 0.5 / math::sqrt(2_000.0));
    }

    proptest! {
        #[test]
        fn it_is_the_textbook_ratio_in_any_unit(
            column in prop::collection::vec(-5.0..5.0_f64, 6..40),
            unit in 0.1..9.0_f64,
            origin in -50.0..50.0_f64,
            seed in 0..99_u64,
        ) {
            let groups = Pods::within(2..=4).form(column.len(), Seed::new(seed)).unwrap();
            let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
            let all = mean(&column);
            let (mut within, mut between) = (0.0, 0.0);
            for (_, members) in groups.iter() {
                let values: Vec<f64> = members.iter().map(|p| column[p.index()]).collect();
                let own = mean(&values);
                between += values.len() as f64 * (own - all) * (own - all);
                within += values.iter().map(|v| (v - own) * (v - own)).sum::<f64>();
            }
            let share = between_share(&groups, &column).unwrap().unwrap();
            prop_assert!((share - between / (between + within)).abs() < 1e-9);
            let other: Vec<f64> = column.iter().map(|v| v * unit + origin).collect();
            prop_assert!((share - between_share(&groups, &other).unwrap().unwrap()).abs() < 1e-9);
        }
    }
}
