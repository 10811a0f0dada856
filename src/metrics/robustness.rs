//! What an attack does, and whether it pays.

use super::curve::{check_curve, first_reaching};
use super::differences::{Differences, finite};
use super::error::{MetricError, Side, check_count, check_finite, check_lengths, check_pair};

/// How much an attack costs honest authors.
///
/// ```text
/// damage = rmse(attacked, truth) - rmse(clean, truth), over honest rows
/// ```
///
/// In points: 0 where the attack does nothing, below 0 where it helps by chance. `clean` are the
/// grades of the same course with the same seed without the attack. Rows of attackers are left out,
/// since a method may punish them. Defined here; for its parts see [`rmse`](super::rmse). O(n) time and
/// space.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, nobody is honest, a value is not finite, or an rmse is
/// beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::damage;
///
/// let (clean, attacked, truth) = ([6.0, 7.0, 5.0], [8.0, 9.0, 10.0], [6.0, 6.0, 5.0]);
/// let harm = damage(&clean, &attacked, &truth, &[true, true, false])?;
/// assert_eq!(harm, 6.5_f64.sqrt() - 0.5_f64.sqrt());
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn damage(
    clean: &[f64],
    attacked: &[f64],
    truth: &[f64],
    honest: &[bool],
) -> Result<f64, MetricError> {
    check_pair((Side::Before, clean), (Side::After, attacked), 1)?;
    check_lengths((Side::Before, clean.len()), (Side::Truth, truth.len()))?;
    check_lengths((Side::Before, clean.len()), (Side::Flag, honest.len()))?;
    check_finite(Side::Truth, truth)?;
    let rows: Vec<usize> = (0..honest.len()).filter(|&row| honest[row]).collect();
    check_count(rows.len(), 1)?;
    let rmse = |grades: &[f64]| {
        let errors = Differences::new(rows.len(), |i| (grades[rows[i]], truth[rows[i]]));
        errors.root_mean_square("rmse")
    };
    Ok(rmse(attacked)? - rmse(clean)?)
}

/// The smallest share of attackers at which the damage reaches a limit.
///
/// ```text
/// breakdown = the smallest s with line(s) >= limit
///
/// line        straight lines between the points (share of attackers, damage)
/// ```
///
/// In `[0, 1]`, large is good; `None` where no share on the curve does that much. A practical kin of
/// the breakdown point, which asks when the damage is unbounded: on a bounded scale it never is, so
/// name the limit beside the share. O(points) time and space. Hampel, "A general qualitative
/// definition of robustness", Annals of Mathematical Statistics 42, 1971.
///
/// # Errors
///
/// [`MetricError`] if there are fewer than 2 points, the shares do not rise or are not in `[0, 1]`, or
/// a number is not finite.
///
/// ```
/// use peergrade::metrics::breakdown_share;
///
/// let curve = [(0.0, 0.0), (0.1, 0.25), (0.2, 0.75)];
/// assert_eq!(breakdown_share(&curve, 0.25)?, Some(0.1));
/// assert_eq!(breakdown_share(&curve, 1.0)?, None);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn breakdown_share(curve: &[(f64, f64)], limit: f64) -> Result<Option<f64>, MetricError> {
    check_curve(curve)?;
    if !limit.is_finite() {
        let (setting, needed) = ("the limit of the damage", "finite");
        return Err(MetricError::Setting { setting, value: limit, needed });
    }
    Ok(first_reaching(curve, limit))
}

/// The row that changed most, and by how many points.
///
/// ```text
/// row = argmax_i |after_i - before_i|,   points = after_row - before_row
/// ```
///
/// The lowest of rows that tie. With `after` the grades when one reviewer says something else, it is
/// the influence of that reviewer on one grade; the largest over reviewers is the sensitivity of a
/// method. O(n) time, no memory. Hampel, "The influence curve and its role in robust estimation",
/// Journal of the American Statistical Association 69, 1974.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or the change is
/// beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::largest_change;
///
/// assert_eq!(largest_change(&[5.0, 6.0, 7.0], &[5.5, 4.0, 9.0])?, (1, -2.0));
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn largest_change(before: &[f64], after: &[f64]) -> Result<(usize, f64), MetricError> {
    let n = check_pair((Side::Before, before), (Side::After, after), 1)?;
    let mut largest = (0, 0.0_f64);
    for row in 0..n {
        let points = finite(after[row] - before[row], "change")?;
        if points.abs() > largest.1.abs() {
            largest = (row, points);
        }
    }
    Ok(largest)
}

/// How many ranks an agent climbs by deviating.
///
/// ```text
/// gain = rank(before) - rank(after),   rank = #{ i : payment_i >= payment_agent }
/// ```
///
/// `before` are the payments of all when the agent is truthful, `after` of the same reports and seed
/// when the agent alone deviates. Above 0 where deviating pays, so a sound mechanism is at most 0 in
/// the mean over agents and seeds. Ties count against the agent. O(n) time, no memory. Burrell and
/// Schoenebeck, "Measurement integrity in peer prediction: a peer assessment case study", EC 2023.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a payment is not finite, or the agent is
/// not a row.
///
/// ```
/// use peergrade::metrics::rank_gain;
///
/// // From the last to the second of three.
/// assert_eq!(rank_gain(&[0.9, 0.5, 0.1], &[0.9, 0.5, 0.6], 2)?, 1);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn rank_gain(before: &[f64], after: &[f64], agent: usize) -> Result<i64, MetricError> {
    let n = check_pair((Side::Before, before), (Side::After, after), 1)?;
    if agent >= n {
        let (setting, value) = ("the agent", agent as f64);
        return Err(MetricError::Setting { setting, value, needed: "a row" });
    }
    let rank = |payments: &[f64]| {
        let above = payments.iter().filter(|&&payment| payment >= payments[agent]).count();
        i64::try_from(above).unwrap_or(i64::MAX)
    };
    Ok(rank(before) - rank(after))
}

#[cfg(test)]
mod tests {
    use super::super::rmse;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn changes_and_ranks_by_hand() {
        assert_eq!(largest_change(&[1.0, 1.0], &[3.0, -1.0]), Ok((0, 2.0)));
        assert_eq!(largest_change(&[1.0, 1.0], &[1.0, 1.0]), Ok((0, 0.0)));
        // Ties: before all three are paid at least as much, after only one.
        assert_eq!(rank_gain(&[1.0, 1.0, 1.0], &[1.0, 2.0, 1.0], 1), Ok(2));
        assert_eq!(rank_gain(&[1.0, 2.0, 3.0], &[1.0, 2.0, 0.0], 2), Ok(-2));
        assert_eq!(rank_gain(&[0.0, -0.0], &[-0.0, 0.0], 0), Ok(0));
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let one = [1.0];
        let nobody = damage(&one, &one, &one, &[false]);
        assert_eq!(nobody, Err(MetricError::TooFew { n: 0, min: 1 }));
        for (result, message) in [
            (damage(&one, &[], &one, &[true]), "1 rows of value before but 0 of value after"),
            (damage(&one, &one, &[], &[true]), "1 rows of value before but 0 of truth"),
            (damage(&one, &one, &one, &[]), "1 rows of value before but 0 of flag"),
            (
                damage(&one, &one, &[f64::NAN], &[true]),
                "truth in row 0 is NaN, which is not finite",
            ),
            (damage(&one, &[f64::MAX], &[f64::MIN], &[true]), "the rmse is too large for an f64"),
        ] {
            assert_eq!(result.unwrap_err().to_string(), message);
        }
        let error = largest_change(&[f64::MAX], &[f64::MIN]).unwrap_err();
        assert_eq!(error, MetricError::Overflow { metric: "change" });
        let error = rank_gain(&one, &one, 1).unwrap_err().to_string();
        assert_eq!(error, "the agent is 1, but must be a row");
        let error = breakdown_share(&[(0.0, 0.0), (1.0, 1.0)], f64::INFINITY).unwrap_err();
        assert_eq!(error.to_string(), "the limit of the damage is inf, but must be finite");
        assert_eq!(breakdown_share(&[], 1.0), Err(MetricError::TooFew { n: 0, min: 2 }));
    }

    proptest! {
        #[test]
        fn laws(
            rows in prop::collection::vec((-9.0..9.0, -9.0..9.0, -9.0..9.0, any::<bool>()), 1..40),
            agent in 0..40_usize
        ) {
            let (before, after): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.0, r.1)).unzip();
            let (truth, honest): (Vec<f64>, Vec<bool>) = rows.iter().map(|r| (r.2, r.3)).unzip();
            let all = vec![true; rows.len()];
            let harm = damage(&before, &after, &truth, &all)?;
            let expected = rmse(&after, &truth)? - rmse(&before, &truth)?;
            prop_assert_eq!(harm.to_bits(), expected.to_bits());
            // The grades of attackers do not matter.
            if let Ok(harm) = damage(&before, &after, &truth, &honest) {
                let wild = |x: &[f64]| -> Vec<f64> {
                    x.iter().zip(&honest).map(|(x, h)| if *h { *x } else { 99.0 }).collect()
                };
                prop_assert_eq!(damage(&wild(&before), &wild(&after), &truth, &honest), Ok(harm));
            }
            let (row, points) = largest_change(&before, &after)?;
            prop_assert_eq!(largest_change(&after, &before), Ok((row, -points)));
            let within = before.iter().zip(&after).all(|(b, a)| (a - b).abs() <= points.abs());
            prop_assert!(within);
            let agent = agent % rows.len();
            let gain = rank_gain(&before, &after, agent)?;
            prop_assert_eq!(rank_gain(&after, &before, agent), Ok(-gain));
        }
    }
}
