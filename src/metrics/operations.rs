//! Does the course run: who has a grade in time, who waits, who is left out?

use super::differences::Differences;
use super::error::{MetricError, Side, check_count, check_finite, check_lengths};

/// The share of those who did their part whose work is graded by the deadline.
///
/// ```text
/// share = #{ i : completed_i and end_i <= deadline } / #{ i : completed_i }
/// ```
///
/// In `[0, 1]`. `end[i]` is when submission `i` had enough reviews, `None` if never; times are in any
/// unit. Those who did not do their own reviews are left out: their wait is the rule, not a failure.
/// O(n) time, no memory. Defined here.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, nobody completed, or a time or the deadline is NaN or
/// infinite.
///
/// ```
/// use peergrade::metrics::graded_by_deadline;
///
/// let end = [Some(3.0), Some(9.0), None, Some(1.0)];
/// assert_eq!(graded_by_deadline(&end, &[true, true, true, false], 7.0)?, 1.0 / 3.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn graded_by_deadline(
    end: &[Option<f64>],
    completed: &[bool],
    deadline: f64,
) -> Result<f64, MetricError> {
    check_time("the deadline", deadline)?;
    check_lengths((Side::End, end.len()), (Side::Flag, completed.len()))?;
    let completers = completed.iter().filter(|&&completed| completed).count();
    check_count(completers, 1)?;
    check_ends(end)?;
    let in_time = |&(end, completed): &(&Option<f64>, &bool)| {
        *completed && end.is_some_and(|end| end <= deadline)
    };
    Ok(end.iter().zip(completed).filter(in_time).count() as f64 / completers as f64)
}

/// The mean wait from submission to grade, up to a time.
///
/// ```text
/// wait = (1/n) sum_i ( min(end_i, until) - start_i )
/// ```
///
/// In the unit of the times, from 0 up. A row without a grade waits until `until`, the end of the
/// watch: the mean over graded rows alone would be best where nearly all are left waiting. Name
/// `until` beside it, and compare at the same one only. O(n) time, O(n / 4096) space. The restricted
/// mean survival time of Irwin, "The standard error of an estimate of expectation of life", Journal of
/// Hygiene 47, 1949, where all are watched to `until`.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a time is not finite, a start is after
/// `until`, an end before its start, or the result is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::mean_wait;
///
/// let end = [Some(3.0), None, Some(20.0)];
/// assert_eq!(mean_wait(&[1.0, 6.0, 7.0], &end, 10.0)?, 3.0);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn mean_wait(start: &[f64], end: &[Option<f64>], until: f64) -> Result<f64, MetricError> {
    check_time("the end of the watch", until)?;
    let n = start.len();
    check_lengths((Side::Start, n), (Side::End, end.len()))?;
    check_count(n, 1)?;
    check_finite(Side::Start, start)?;
    check_ends(end)?;
    for (index, (&low, end)) in start.iter().zip(end).enumerate() {
        if low > until {
            let needed = "at most the end of the watch";
            return Err(MetricError::OutOfRange { side: Side::Start, index, value: low, needed });
        }
        if let Some(high) = end.filter(|&end| end < low) {
            return Err(MetricError::Reversed { index, low, high });
        }
    }
    let last = |i: usize| end[i].filter(|&end| end < until).unwrap_or(until);
    let waits = Differences::new(n, |i| (last(i), start[i]));
    waits.restore(waits.mean(|wait| wait), "mean wait")
}

/// The share of submissions that nobody reviewed.
///
/// ```text
/// share = #{ i : received_i = 0 } / n
/// ```
///
/// In `[0, 1]`, of the number of reviews that each submission received. O(n) time, no memory. Defined
/// here.
///
/// # Errors
///
/// [`MetricError`] if there is no row.
///
/// ```
/// use peergrade::metrics::unreviewed_share;
///
/// assert_eq!(unreviewed_share(&[3, 0, 2, 4])?, 0.25);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn unreviewed_share(received: &[usize]) -> Result<f64, MetricError> {
    check_count(received.len(), 1)?;
    let none = received.iter().filter(|&&reviews| reviews == 0).count();
    Ok(none as f64 / received.len() as f64)
}

/// The difference of the largest and the smallest load.
///
/// ```text
/// range = max_i load_i - min_i load_i
/// ```
///
/// Of reviews given by each person, or received by each submission: at most 1 is as even as can be. A
/// single outlier makes it large. For a plan,
/// [`Counts`](crate::assign::quality::Counts) knows it already; this is for what was done. O(n) time,
/// no memory. Defined here.
///
/// # Errors
///
/// [`MetricError`] if there is no row.
///
/// ```
/// use peergrade::metrics::load_range;
///
/// assert_eq!(load_range(&[3, 5, 4])?, 2);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn load_range(loads: &[usize]) -> Result<usize, MetricError> {
    match (loads.iter().min(), loads.iter().max()) {
        (Some(low), Some(high)) => Ok(high - low),
        _ => Err(MetricError::TooFew { n: 0, min: 1 }),
    }
}

fn check_time(setting: &'static str, value: f64) -> Result<(), MetricError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(MetricError::Setting { setting, value, needed: "finite" })
}

fn check_ends(end: &[Option<f64>]) -> Result<(), MetricError> {
    let broken = |end: &Option<f64>| end.is_some_and(|end| !end.is_finite());
    match end.iter().position(broken) {
        None => Ok(()),
        Some(index) => {
            let value = end[index].unwrap_or_default();
            Err(MetricError::NotFinite { side: Side::End, index, value })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // The deadline itself is in time.
        assert_eq!(graded_by_deadline(&[Some(7.0), Some(7.1)], &[true; 2], 7.0), Ok(0.5));
        assert_eq!(graded_by_deadline(&[None; 3], &[true; 3], 7.0), Ok(0.0));
        assert_eq!(mean_wait(&[0.0, 1.0, 2.0], &[Some(0.0), Some(4.0), None], 5.0), Ok(2.0));
        assert_eq!(mean_wait(&[5.0], &[Some(9.0)], 5.0), Ok(0.0));
        assert_eq!(mean_wait(&[f64::MIN, 0.0], &[None; 2], f64::MAX / 2.0), Ok(f64::MAX));
        assert_eq!((unreviewed_share(&[0, 0]), unreviewed_share(&[1])), (Ok(1.0), Ok(0.0)));
        assert_eq!((load_range(&[4]), load_range(&[usize::MAX, 0])), (Ok(0), Ok(usize::MAX)));
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let nobody = MetricError::TooFew { n: 0, min: 1 };
        assert_eq!(unreviewed_share(&[]), Err(nobody.clone()));
        assert_eq!(load_range(&[]), Err(nobody.clone()));
        assert_eq!(mean_wait(&[], &[], 1.0), Err(nobody.clone()));
        assert_eq!(graded_by_deadline(&[Some(1.0)], &[false], 1.0), Err(nobody));
        let nan = Some(f64::NAN);
        for (result, message) in [
            (graded_by_deadline(&[nan], &[true], 1.0), "end in row 0 is NaN, which is not finite"),
            (graded_by_deadline(&[None], &[], 1.0), "1 rows of end but 0 of flag"),
            (
                graded_by_deadline(&[None], &[true], f64::INFINITY),
                "the deadline is inf, but must be finite",
            ),
            (mean_wait(&[1.0], &[], 1.0), "1 rows of start but 0 of end"),
            (mean_wait(&[f64::NAN], &[None], 1.0), "start in row 0 is NaN, which is not finite"),
            (mean_wait(&[1.0], &[nan], 1.0), "end in row 0 is NaN, which is not finite"),
            (
                mean_wait(&[1.0], &[None], f64::NAN),
                "the end of the watch is NaN, but must be finite",
            ),
            (
                mean_wait(&[2.0], &[None], 1.0),
                "start in row 0 is 2, but must be at most the end of the watch",
            ),
            (
                mean_wait(&[0.5, 0.5], &[None, Some(0.25)], 1.0),
                "the interval in row 1 is reversed: low 0.5 is above high 0.25",
            ),
            (mean_wait(&[f64::MIN], &[None], f64::MAX), "the mean wait is too large for an f64"),
        ] {
            assert_eq!(result.unwrap_err().to_string(), message);
        }
    }
}
