//! Means over courses.

use crate::math;

/// A number of one method on one scenario: over its courses, and beside the plain mean.
///
/// ```
/// use peergrade::aggregate::{Mean, Median};
/// use peergrade::league::League;
/// use peergrade::simulate::SCENARIOS;
///
/// let league = League::new().method(Mean).method(Median).scenario(SCENARIOS[0]);
/// let standings = league.learners(50).seeds(3).run()?;
/// let rmse = standings.rows()[1].metric("rmse").unwrap();
/// let shift = rmse.mean() - standings.rows()[0].metric("rmse").unwrap().mean();
/// assert!((shift - rmse.difference().unwrap()).abs() < 1e-9);
/// # Ok::<(), peergrade::league::LeagueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    mean: f64,
    std_error: Option<f64>,
    difference: Option<f64>,
    difference_std_error: Option<f64>,
    courses: usize,
}

impl Summary {
    /// The summary of the values of one method and of the reference, course by course; `None` where
    /// no course has a value.
    pub(super) fn new(values: &[Option<f64>], reference: &[Option<f64>]) -> Option<Self> {
        let own: Vec<f64> = values.iter().copied().flatten().collect();
        let pairs = values.iter().zip(reference);
        let paired: Vec<f64> = pairs.filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
        Some(Self {
            mean: mean(&own)?,
            std_error: math::std_error(&own),
            difference: mean(&paired),
            difference_std_error: math::std_error(&paired),
            courses: own.len(),
        })
    }

    /// The mean over the courses.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Its standard error; `None` with a single course.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// The mean difference to the plain mean, over the courses on which both have a value.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        self.difference
    }

    /// Its standard error, from the differences course by course; `None` with a single one.
    #[must_use]
    pub fn difference_std_error(&self) -> Option<f64> {
        self.difference_std_error
    }

    /// How many courses have a value.
    #[must_use]
    pub fn courses(&self) -> usize {
        self.courses
    }
}

/// The mean, summed in order; `None` without values, and where it is beyond a double.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    let sum = values.iter().fold(0.0, |sum, value| sum + value);
    (!values.is_empty()).then(|| sum / values.len() as f64).filter(|mean| mean.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_hand() {
        // Mean 4, squares 4 + 0 + 4 = 8: se = sqrt(8 / 2 / 3). Differences 1, 2, 6: mean 3,
        // squares 4 + 1 + 9 = 14: se = sqrt(14 / 2 / 3).
        let values = [2.0, 4.0, 6.0].map(Some);
        let summary = Summary::new(&values, &[1.0, 2.0, 0.0].map(Some)).unwrap();
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-15;
        assert!(close(Some(summary.mean()), 4.0), "{summary:?}");
        assert!(close(summary.std_error(), 1.154_700_538_379_251_5), "{summary:?}");
        assert!(close(summary.difference(), 3.0), "{summary:?}");
        assert!(close(summary.difference_std_error(), 1.527_525_231_651_946_7), "{summary:?}");
    }

    #[test]
    fn a_course_without_a_value_is_left_out_of_mean_and_pair() {
        let values = [Some(1.0), None, Some(5.0)];
        let summary = Summary::new(&values, &[Some(0.5), Some(9.0), None]).unwrap();
        assert_eq!((summary.mean().to_bits(), summary.courses()), (3.0_f64.to_bits(), 2));
        assert_eq!((summary.difference(), summary.difference_std_error()), (Some(0.5), None));
        assert_eq!(Summary::new(&[None], &[Some(1.0)]), None);
        assert_eq!(Summary::new(&[], &[]), None);
        let huge = Summary::new(&[Some(1e200), Some(-1e200)], &[None, None]).unwrap();
        assert!((huge.std_error().unwrap() / 1e200 - 1.0).abs() < 1e-12);
        assert_eq!(huge.difference(), None);
    }
}
