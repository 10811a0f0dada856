//! Does a score of reviewers find the good ones, and how many spot checks is it worth?
//!
//! For the order of all reviewers, compare the score with their true accuracy by
//! [`kendall_tau_b`](super::kendall_tau_b).

use super::curve::{check_curve, first_reaching};
use super::differences::{finite, square};
use super::error::{
    MetricError, Side, check_count, check_finite, check_lengths, check_pair, check_range,
};
use super::rank::{runs, sorted_rows};
use crate::chunks;

/// The area under the ROC curve: how well a score tells positive rows from negative ones.
///
/// ```text
/// auc = ( above + (1/2) tied ) / (P N)
///
/// above, tied  pairs of a positive and a negative row in which the positive has the higher score,
///              or the same
/// ```
///
/// In `[0, 1]`: 1 where every positive row scores above every negative one, 0.5 for a coin or a
/// constant score. Negate a score that is low for positive rows. Only the order of the score matters,
/// and not how many are positive; with few of them it is uncertain. Also says how well payments tell
/// truthful from strategic reviewers.
///
/// O(n log n) time, O(n) space; pairs are counted in integers, which equals the formula with
/// midranks. Hanley and `McNeil`, "The meaning and use of the area under a receiver operating
/// characteristic (ROC) curve", Radiology 143, 1982.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a score is not finite, or all
/// rows are positive, or none.
///
/// ```
/// use peergrade::metrics::auc;
///
/// let score = [0.9, 0.4, 0.4, 0.1];
/// assert_eq!(auc(&score, &[true, true, false, false])?, 0.875);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn auc(score: &[f64], positive: &[bool]) -> Result<f64, MetricError> {
    check_lengths((Side::Score, score.len()), (Side::Flag, positive.len()))?;
    check_count(score.len(), 2)?;
    check_finite(Side::Score, score)?;
    area(score, positive).ok_or(MetricError::Constant { side: Side::Flag })
}

/// The area; `None` where a class is empty.
fn area(score: &[f64], positive: &[bool]) -> Option<f64> {
    let (mut negatives, mut positives, mut doubled) = (0_u128, 0_u128, 0_u128);
    for run in runs(&sorted_rows(score), score) {
        let here = run.iter().filter(|&&row| positive[row]).count() as u128;
        let others = run.len() as u128 - here;
        doubled += here * (2 * negatives + others);
        negatives += others;
        positives += here;
    }
    let pairs = positives * negatives;
    (pairs > 0).then(|| doubled as f64 / (2 * pairs) as f64)
}

/// [`auc`] of a score between the better and the worse half of reviewers.
///
/// ```text
/// binary auc = auc(score, accuracy above its median), over rows off the median
/// ```
///
/// In `[0, 1]`. The accuracy is the truth about each reviewer, such as minus the mean squared error;
/// large is good. O(n log n) time, O(n) space. Burrell and Schoenebeck, "Measurement integrity in peer
/// prediction: a peer assessment case study", EC 2023.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 2 rows, a value is not finite, or so
/// many accuracies tie that nobody is above the median, or nobody below.
///
/// ```
/// use peergrade::metrics::binary_auc;
///
/// // The middle of five is left out.
/// let (score, accuracy) = ([1.0, 3.0, 9.0, 2.0, 4.0], [-5.0, -4.0, -3.0, -2.0, -1.0]);
/// assert_eq!(binary_auc(&score, &accuracy)?, 0.75);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn binary_auc(score: &[f64], accuracy: &[f64]) -> Result<f64, MetricError> {
    let n = check_pair((Side::Score, score), (Side::Truth, accuracy), 2)?;
    let order = sorted_rows(accuracy);
    // The two in the middle: the median without its rounding.
    let (low, high) = (accuracy[order[(n - 1) / 2]], accuracy[order[n / 2]]);
    let above = |x: f64| x >= high && x > low;
    let below = |x: f64| x <= low && x < high;
    let (scores, flags): (Vec<f64>, Vec<bool>) = score
        .iter()
        .zip(accuracy)
        .filter(|&(_, &x)| above(x) || below(x))
        .map(|(&score, &x)| (score, above(x)))
        .unzip();
    let empty = usize::from(flags.iter().all(|&flag| !flag));
    area(&scores, &flags).ok_or(MetricError::EmptyClass { class: empty, classes: 2 })
}

/// The mean [`auc`] of a score over the 10 pairs of quintiles of reviewers.
///
/// ```text
/// quinary auc = mean over quintiles a < b of auc(score, in b), over rows in a and b
///
/// quintile_i  = floor(5 (midrank(accuracy_i) - 1/2) / n)
/// ```
///
/// In `[0, 1]`; asks more of the score than [`binary_auc`]. Reviewers of equal accuracy fall into the
/// same quintile. O(n log n) time, O(n) space. Burrell and Schoenebeck, "Measurement integrity in
/// peer prediction: a peer assessment case study", EC 2023.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there are fewer than 5 rows, a value is not finite, or so
/// many accuracies tie that a quintile is empty.
///
/// ```
/// use peergrade::metrics::quinary_auc;
///
/// // Two neighbours are swapped: 9 of 10 pairs are right.
/// let accuracy = [-5.0, -4.0, -3.0, -2.0, -1.0];
/// assert_eq!(quinary_auc(&[1.0, 3.0, 2.0, 4.0, 5.0], &accuracy)?, 0.9);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn quinary_auc(score: &[f64], accuracy: &[f64]) -> Result<f64, MetricError> {
    const CLASSES: usize = 5;
    let n = check_pair((Side::Score, score), (Side::Truth, accuracy), CLASSES)?;
    let mut classes: [Vec<f64>; CLASSES] = Default::default();
    let mut below = 0;
    for run in runs(&sorted_rows(accuracy), accuracy) {
        // Twice the midrank, less 1, over twice n.
        let class = CLASSES * (2 * below + run.len()) / (2 * n);
        classes[class].extend(run.iter().map(|&row| score[row]));
        below += run.len();
    }
    let mut sum = 0.0;
    for b in 0..CLASSES {
        for a in 0..b {
            let scores = [classes[a].as_slice(), &classes[b]].concat();
            let flags: Vec<bool> = (0..scores.len()).map(|i| i >= classes[a].len()).collect();
            let class = if classes[a].is_empty() { a } else { b };
            let empty = MetricError::EmptyClass { class, classes: CLASSES };
            sum += area(&scores, &flags).ok_or(empty)?;
        }
    }
    Ok(sum / (CLASSES * (CLASSES - 1) / 2) as f64)
}

/// The score of Brier: how good probabilities of a yes or no are, such as of passing.
///
/// ```text
/// brier = (1/n) sum_i (p_i - o_i)^2,   o_i = 1 if it came true, else 0
/// ```
///
/// In `[0, 1]`, 0 is best, 0.25 is always saying one half. A proper score: no other probability than
/// the honest one is better in expectation. O(n) time, O(n / 4096) space. Brier, "Verification of
/// forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, or a probability is not in `[0, 1]`.
///
/// ```
/// use peergrade::metrics::brier_score;
///
/// assert_eq!(brier_score(&[0.5, 1.0], &[true, true])?, 0.125);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn brier_score(probability: &[f64], outcome: &[bool]) -> Result<f64, MetricError> {
    let n = probability.len();
    check_lengths((Side::Probability, n), (Side::Flag, outcome.len()))?;
    check_count(n, 1)?;
    check_range(Side::Probability, probability, |p| (0.0..=1.0).contains(&p), "from 0 to 1")?;
    let error = |i: usize| square(probability[i] - f64::from(u8::from(outcome[i])));
    Ok(chunks::sum(n, error) / n as f64)
}

/// The share of submissions that staff would have to check for plain checking to be as good as a
/// score: its worth in work saved.
///
/// ```text
/// equivalence = the smallest f with max over g <= f of line(g) >= value
///
/// line        straight lines between the points (checked share, metric of checking)
/// ```
///
/// The curve comes from paying reviewers by [`checking_payments`] at several shares and taking the
/// metric, such as [`kendall_tau_b`](super::kendall_tau_b) with the true accuracy; `value` is the same
/// metric of the score. A noisy curve may fall: its running maximum counts. A value below the curve
/// gives the first share, so begin it with few checks; `None` where no share on the curve is enough.
/// Holds for the course that was simulated. O(points) time and space. Xu et al., "Spot check
/// equivalence: an interpretable metric for information elicitation mechanisms", 2024
/// (arXiv 2402.13567).
///
/// # Errors
///
/// [`MetricError`] if there are fewer than 2 points, the shares do not rise or are not in `[0, 1]`, or
/// a number is not finite.
///
/// ```
/// use peergrade::metrics::spot_check_equivalence;
///
/// let curve = [(0.1, 0.30), (0.2, 0.44), (0.5, 0.69), (1.0, 1.0)];
/// let share = spot_check_equivalence(&curve, 0.565)?.unwrap();
/// assert!((share - 0.35).abs() < 1e-12);
/// assert_eq!(spot_check_equivalence(&curve, 1.1)?, None);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn spot_check_equivalence(
    curve: &[(f64, f64)],
    value: f64,
) -> Result<Option<f64>, MetricError> {
    check_curve(curve)?;
    if !value.is_finite() {
        let (setting, needed) = ("the value to reach", "finite");
        return Err(MetricError::Setting { setting, value, needed });
    }
    Ok(first_reaching(curve, value))
}

/// What plain checking pays each reviewer: minus the mean squared error of those of their reviews
/// that were checked.
///
/// ```text
/// payment_r = -mean over checked reviews i of r of (score_i - truth_i)^2,   0 if none
/// ```
///
/// One row for each review; reviewers are numbered from 0 to below `reviewers`. In squared points. A
/// reviewer nobody checked is paid as one without error: that is what makes few checks a poor
/// measure. Truth is read for checked rows only. O(n + reviewers) time, O(reviewers) space. Sums go
/// row by row, so another order of rows may change last bits. Xu et al., 2024 (arXiv 2402.13567).
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, a reviewer is not below `reviewers`, a score or the truth of
/// a checked row is not finite, or a payment is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::checking_payments;
///
/// let (reviewer, score, truth) = ([0, 0, 1, 1], [7.0, 4.0, 9.0, 5.0], [8.0, 7.0, 5.0, 5.0]);
/// let checked = [true, true, false, true];
/// assert_eq!(checking_payments(&reviewer, &score, &truth, &checked, 3)?, [-5.0, 0.0, 0.0]);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn checking_payments(
    reviewer: &[u32],
    score: &[f64],
    truth: &[f64],
    checked: &[bool],
    reviewers: usize,
) -> Result<Vec<f64>, MetricError> {
    let rows = (Side::Label, reviewer.len());
    for other in
        [(Side::Score, score.len()), (Side::Truth, truth.len()), (Side::Flag, checked.len())]
    {
        check_lengths(rows, other)?;
    }
    let known = |&label: &u32| usize::try_from(label).is_ok_and(|label| label < reviewers);
    if let Some(index) = reviewer.iter().position(|label| !known(label)) {
        let (side, value) = (Side::Label, f64::from(reviewer[index]));
        let needed = "below the number of reviewers";
        return Err(MetricError::OutOfRange { side, index, value, needed });
    }
    check_finite(Side::Score, score)?;
    let mut sums = vec![(0.0, 0_u32); reviewers];
    for index in (0..checked.len()).filter(|&i| checked[i]) {
        let value = truth[index];
        if !value.is_finite() {
            return Err(MetricError::NotFinite { side: Side::Truth, index, value });
        }
        let (sum, count) = &mut sums[reviewer[index] as usize];
        *sum += square(score[index] - value);
        *count += 1;
    }
    let payment = |(sum, count): (f64, u32)| {
        if count == 0 { Ok(0.0) } else { finite(-(sum / f64::from(count)), "payment") }
    };
    sums.into_iter().map(payment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pair by pair.
    fn brute_force(score: &[f64], positive: &[bool]) -> Option<f64> {
        let (mut won, mut pairs) = (0, 0);
        for i in (0..score.len()).filter(|&i| positive[i]) {
            for j in (0..score.len()).filter(|&j| !positive[j]) {
                pairs += 2;
                won += i32::from(score[i] > score[j]) + i32::from(score[i] >= score[j]);
            }
        }
        (pairs > 0).then(|| f64::from(won) / f64::from(pairs))
    }

    #[test]
    fn areas_by_hand() {
        let positive = [true, false, true, false, false];
        // Of 6 pairs: the first beats 2 and ties with 1, the third beats 1 and ties with none.
        assert_eq!(auc(&[3.0, 3.0, 2.0, 2.5, 1.0], &positive), Ok(3.5 / 6.0));
        assert_eq!(auc(&[0.0, -0.0], &[true, false]), Ok(0.5));
        assert_eq!(auc(&[f64::MAX, f64::MIN], &[true, false]), Ok(1.0));
        for flag in [true, false] {
            let constant = Err(MetricError::Constant { side: Side::Flag });
            assert_eq!(auc(&[1.0, 2.0], &[flag; 2]), constant);
        }
        assert_eq!(auc(&[1.0], &[true]), Err(MetricError::TooFew { n: 1, min: 2 }));
        let error = auc(&[1.0, 2.0], &[true]).unwrap_err().to_string();
        assert_eq!(error, "2 rows of score but 1 of flag");
        let error = auc(&[1.0, f64::NAN], &[true, false]).unwrap_err().to_string();
        assert_eq!(error, "score in row 1 is NaN, which is not finite");
    }

    #[test]
    fn halves_and_quintiles_by_hand() {
        // The median 2.5 lies between two rows, 2 is three rows, and everyone ties.
        let score = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(binary_auc(&score, &[1.0, 4.0, 2.0, 3.0]), Ok(0.75));
        assert_eq!(binary_auc(&[1.0, 9.0, 9.0, 9.0, 2.0], &[1.0, 2.0, 2.0, 2.0, 3.0]), Ok(1.0));
        for (accuracy, class) in
            [([5.0; 4], 1), ([5.0, 5.0, 5.0, 4.0], 1), ([5.0, 5.0, 5.0, 6.0], 0)]
        {
            let empty = Err(MetricError::EmptyClass { class, classes: 2 });
            assert_eq!(binary_auc(&score, &accuracy), empty, "{accuracy:?}");
        }
        let accuracy: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!(quinary_auc(&accuracy, &accuracy), Ok(1.0));
        assert_eq!(quinary_auc(&[0.0; 10], &accuracy), Ok(0.5));
        // The last quintile scores lowest: 6 pairs right, 4 wrong.
        let fooled: Vec<f64> = accuracy.iter().map(|&x| if x > 7.5 { -1.0 } else { x }).collect();
        assert_eq!(quinary_auc(&fooled, &accuracy), Ok(0.6));
        let tied = [0.0, 0.0, 0.0, 0.0, 1.0];
        let empty = Err(MetricError::EmptyClass { class: 0, classes: 5 });
        assert_eq!(quinary_auc(&accuracy[..5], &tied), empty);
        let few = Err(MetricError::TooFew { n: 4, min: 5 });
        assert_eq!(quinary_auc(&score, &score), few);
    }

    #[test]
    fn equivalence_of_the_rules_of_practice() {
        // Tau of checking with the true accuracy, and of four rules after five assignments.
        let curve = [(0.05, 0.17), (0.1, 0.3), (0.2, 0.44), (0.3, 0.55), (0.5, 0.69), (1.0, 1.0)];
        for (tau, percent) in [(0.502, 26.0), (0.641, 43.0), (0.674, 48.0), (0.75, 60.0)] {
            let share = spot_check_equivalence(&curve, tau).unwrap().unwrap();
            assert!((100.0 * share - percent).abs() <= 0.5, "{tau}: {share}");
        }
        assert_eq!(spot_check_equivalence(&curve, -1.0), Ok(Some(0.05)));
        assert_eq!(spot_check_equivalence(&curve, 1.0), Ok(Some(1.0)));
        assert_eq!(spot_check_equivalence(&curve, 1.1), Ok(None));
        // A curve that falls: the first crossing counts.
        let noisy = [(0.0, 0.0), (0.25, 0.5), (0.5, 0.25), (1.0, 1.25)];
        assert_eq!(spot_check_equivalence(&noisy, 0.25), Ok(Some(0.125)));
        assert_eq!(spot_check_equivalence(&noisy, 0.5), Ok(Some(0.25)));
        assert_eq!(spot_check_equivalence(&noisy, 0.75), Ok(Some(0.75)));
        let extreme = [(0.0, f64::MIN), (1.0, f64::MAX)];
        assert_eq!(spot_check_equivalence(&extreme, 0.0), Ok(Some(0.5)));
        assert_eq!(spot_check_equivalence(&[(0.0, 0.0), (1.0, 5e-324)], 5e-324), Ok(Some(1.0)));
    }

    #[test]
    fn broken_curves_are_named() {
        let says = |curve: &[(f64, f64)], value| {
            spot_check_equivalence(curve, value).unwrap_err().to_string()
        };
        assert_eq!(says(&[(0.0, 1.0)], 1.0), "1 rows, but the metric needs at least 2");
        let flat = [(0.5, 1.0), (0.5, 2.0)];
        assert_eq!(says(&flat, 1.0), "share in row 1 is not above the one before it");
        let outside = [(0.5, 1.0), (1.5, 2.0)];
        assert_eq!(says(&outside, 1.0), "share in row 1 is 1.5, but must be from 0 to 1");
        let nan = [(0.5, f64::NAN), (1.0, 2.0)];
        assert_eq!(says(&nan, 1.0), "value in row 0 is NaN, which is not finite");
        let nan = [(f64::NAN, 1.0), (1.0, 2.0)];
        assert_eq!(says(&nan, 1.0), "share in row 0 is NaN, which is not finite");
        let fine = [(0.5, 1.0), (1.0, 2.0)];
        assert_eq!(says(&fine, f64::NAN), "the value to reach is NaN, but must be finite");
    }

    #[test]
    fn payments_and_brier_refuse_what_they_cannot_answer() {
        let pay = |reviewer: &[u32], score: &[f64], truth: &[f64], checked: &[bool]| {
            checking_payments(reviewer, score, truth, checked, 2).map_err(|error| error.to_string())
        };
        assert_eq!(pay(&[], &[], &[], &[]), Ok(vec![0.0; 2]));
        // An unchecked truth may be unknown.
        assert_eq!(pay(&[1], &[3.0], &[f64::NAN], &[false]), Ok(vec![0.0; 2]));
        assert_eq!(pay(&[1, 1], &[3.0, 2.0], &[1.0, 5.0], &[true; 2]), Ok(vec![0.0, -6.5]));
        for (result, message) in [
            (pay(&[1], &[], &[1.0], &[true]), "1 rows of label but 0 of score"),
            (pay(&[1], &[1.0], &[], &[true]), "1 rows of label but 0 of truth"),
            (pay(&[1], &[1.0], &[1.0], &[]), "1 rows of label but 0 of flag"),
            (
                pay(&[2], &[1.0], &[1.0], &[true]),
                "label in row 0 is 2, but must be below the number of reviewers",
            ),
            (
                pay(&[1], &[1.0], &[f64::INFINITY], &[true]),
                "truth in row 0 is inf, which is not finite",
            ),
            (pay(&[1], &[1e200], &[0.0], &[true]), "the payment is too large for an f64"),
        ] {
            assert_eq!(result, Err(message.to_owned()));
        }
        assert_eq!(
            brier_score(&[0.0, 1.0, 0.5, 0.25], &[true, true, false, false]),
            Ok(1.3125 / 4.0)
        );
        assert_eq!(brier_score(&[], &[]), Err(MetricError::TooFew { n: 0, min: 1 }));
        let error = brier_score(&[1.5], &[true]).unwrap_err().to_string();
        assert_eq!(error, "probability in row 0 is 1.5, but must be from 0 to 1");
    }

    proptest! {
        #[test]
        fn laws(rows in prop::collection::vec((0..6_u8, 0..9_u8, any::<bool>()), 5..60)) {
            let score: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let accuracy: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let positive: Vec<bool> = rows.iter().map(|row| row.2).collect();
            let reversed: Vec<f64> = score.iter().map(|x| -x).collect();
            prop_assert_eq!(auc(&score, &positive).ok(), brute_force(&score, &positive));
            for metric in [binary_auc, quinary_auc] {
                if let Ok(area) = metric(&score, &accuracy) {
                    prop_assert!((metric(&reversed, &accuracy)? + area - 1.0).abs() < 1e-14);
                    prop_assert_eq!(metric(&accuracy, &accuracy), Ok(1.0));
                }
            }
        }
    }
}
