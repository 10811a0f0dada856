//! Are the grades as good for everyone, and how much of a grade is luck?

use super::category::level_of;
use super::differences::{Differences, Unit, finite, largest, square};
use super::error::{MetricError, Side, check_columns, check_lengths, check_pair, check_rising};
use crate::{chunks, math};

/// The errors of one subgroup.
///
/// Held by [`SubgroupErrors`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subgroup {
    label: u32,
    rows: usize,
    bias: f64,
    rmse: f64,
}

impl Subgroup {
    /// The label of its rows.
    #[must_use]
    pub fn label(&self) -> u32 {
        self.label
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The mean signed error of its rows, in points: see [`bias`](super::bias).
    #[must_use]
    pub fn bias(&self) -> f64 {
        self.bias
    }

    /// The root mean squared error of its rows, in points: see [`rmse`](super::rmse).
    #[must_use]
    pub fn rmse(&self) -> f64 {
        self.rmse
    }
}

/// The errors of every subgroup.
///
/// Made by [`subgroup_errors`].
#[derive(Clone, Debug, PartialEq)]
pub struct SubgroupErrors {
    subgroups: Vec<Subgroup>,
}

impl SubgroupErrors {
    /// The subgroups that occur, by label.
    #[must_use]
    pub fn subgroups(&self) -> &[Subgroup] {
        &self.subgroups
    }

    /// The largest difference of mean signed errors, in points: how much one subgroup is favoured
    /// over another. 0 where there is one subgroup; `None` where it is beyond `f64::MAX`.
    #[must_use]
    pub fn bias_gap(&self) -> Option<f64> {
        self.gap(Subgroup::bias)
    }

    /// The largest difference of root mean squared errors, in points: how much surer the grades of
    /// one subgroup are.
    #[must_use]
    pub fn rmse_gap(&self) -> Option<f64> {
        self.gap(Subgroup::rmse)
    }

    fn gap(&self, of: fn(&Subgroup) -> f64) -> Option<f64> {
        let low = self.subgroups.iter().map(of).reduce(math::min)?;
        let high = self.subgroups.iter().map(of).reduce(math::max)?;
        (high - low).is_finite().then_some(high - low)
    }
}

/// Bias and rmse of each subgroup, such as the section, the language or the deadline met.
///
/// ```text
/// bias_g = mean over rows of g of (estimate - truth)
/// rmse_g = sqrt( mean over rows of g of (estimate - truth)^2 )
/// gap    = max_g - min_g
/// ```
///
/// Row `i` belongs to subgroup `label[i]`. Gaps of small subgroups are mostly noise, and the largest
/// of many gaps is never 0: compare with the gap of shuffled labels before you call it unfair. O(n
/// log n) time, O(n) space. Mean errors by group are the test of Cleary, "Test bias: prediction of
/// grades of Negro and white students in integrated colleges", Journal of Educational Measurement 5,
/// 1968.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or a result is
/// beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::subgroup_errors;
///
/// let errors = subgroup_errors(&[5.0, 7.0, 6.0], &[4.0, 7.0, 8.0], &[2, 2, 9])?;
/// assert_eq!(errors.subgroups()[0].bias(), 0.5);
/// assert_eq!(errors.bias_gap(), Some(2.5));
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn subgroup_errors(
    estimate: &[f64],
    truth: &[f64],
    label: &[u32],
) -> Result<SubgroupErrors, MetricError> {
    check_lengths((Side::Estimate, estimate.len()), (Side::Label, label.len()))?;
    let n = check_columns(estimate, truth, 1)?;
    let mut order: Vec<usize> = (0..n).collect();
    // Stable: rows of a subgroup stay in order.
    order.sort_by_key(|&row| label[row]);
    let subgroup = |rows: &[usize]| {
        let errors = Differences::new(rows.len(), |i| (estimate[rows[i]], truth[rows[i]]));
        Ok(Subgroup {
            label: label[rows[0]],
            rows: rows.len(),
            bias: errors.restore(errors.mean(|e| e), "bias")?,
            rmse: errors.root_mean_square("rmse")?,
        })
    };
    let subgroups = order.chunk_by(|&a, &b| label[a] == label[b]).map(subgroup);
    Ok(SubgroupErrors { subgroups: subgroups.collect::<Result<_, _>>()? })
}

/// How much grades change when only the draw of reviewers does.
///
/// Made by [`luck_of_the_draw`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Luck {
    students: usize,
    variance: f64,
    sd: f64,
    worst: (usize, f64),
}

impl Luck {
    /// Students with at least two grades: those who count.
    #[must_use]
    pub fn students(&self) -> usize {
        self.students
    }

    /// The mean variance within a student, in squared points.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The root of the mean variance, in points: the typical luck of a student.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.sd
    }

    /// The student whose grade depends most on luck, and its standard deviation in points; the lowest
    /// of those that tie.
    #[must_use]
    pub fn worst(&self) -> (usize, f64) {
        self.worst
    }
}

/// The variance of a student's grade over drawing the review plan anew: same work, same people,
/// other reviewers.
///
/// ```text
/// variance   = (1/students) sum_s v_s,   sd = sqrt(variance)
///
/// v_s        = sum_d (grade_ds - mean_s)^2 / (m_s - 1), over the m_s draws that grade s
/// ```
///
/// `draws[d][s]` is the grade of student `s` in draw `d`, such as
/// [`Gradebook::grades`](crate::Gradebook::grades) collected. Students with fewer than two grades do
/// not count. It holds the noise of the reviews too, where they are drawn anew with the plan; it does
/// not hold the bias that all draws share, so a method that gives everyone the same grade has no
/// luck: read it beside [`rmse`](super::rmse). The worst of many students is far out by chance alone;
/// with few draws, more so. O(draws x students) time, O(students) space. The variance within, of the
/// analysis of variance: Fisher, "Statistical Methods for Research Workers", 1925.
///
/// # Errors
///
/// [`MetricError`] if there are fewer than 2 draws, they differ in length, no student has two grades,
/// a grade is not finite (the row is the student), or a variance is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::luck_of_the_draw;
///
/// let draws = [[Some(5.0), Some(8.0), None], [Some(7.0), Some(8.0), Some(4.0)]];
/// let luck = luck_of_the_draw(&draws)?;
/// assert_eq!((luck.students(), luck.variance(), luck.sd()), (2, 1.0, 1.0));
/// assert_eq!(luck.worst(), (0, 2.0_f64.sqrt()));
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn luck_of_the_draw<D: AsRef<[Option<f64>]> + Sync>(draws: &[D]) -> Result<Luck, MetricError> {
    let n = check_draws(draws)?;
    let grades = |student: usize| draws.iter().filter_map(move |draw| draw.as_ref()[student]);
    // Differences to the first grade of the student.
    let unit = Unit::new(|shrink| {
        largest(n, |student| {
            let first = grades(student).next().unwrap_or(0.0);
            let far = |grade: f64| (grade * shrink - first * shrink).abs();
            grades(student).map(far).fold(0.0, math::max)
        })
    });
    let variances = chunks::column(n, |student| variance(grades(student), unit));
    let students = variances.iter().flatten().count();
    if students == 0 {
        return Err(MetricError::TooFewGroups { n: 0, min: 1, ratings: 2 });
    }
    let mean = chunks::sum(n, |student| variances[student].unwrap_or(0.0)) / students as f64;
    let known = variances.iter().enumerate().filter_map(|(student, v)| v.map(|v| (student, v)));
    let larger = |a: (usize, f64), b: (usize, f64)| if b.1 > a.1 { b } else { a };
    let (student, most) = known.reduce(larger).unwrap_or_default();
    Ok(Luck {
        students,
        variance: finite(unit.square(mean), "variance")?,
        sd: unit.restore(math::sqrt(mean), "sd")?,
        worst: (student, unit.restore(math::sqrt(most), "sd")?),
    })
}

/// The students, of whom every draw must know; finite grades.
fn check_draws<D: AsRef<[Option<f64>]>>(draws: &[D]) -> Result<usize, MetricError> {
    super::error::check_count(draws.len(), 2)?;
    let expected = draws[0].as_ref().len();
    for (index, draw) in draws.iter().enumerate() {
        let draw = draw.as_ref();
        if draw.len() != expected {
            return Err(MetricError::Ragged { index, len: draw.len(), expected });
        }
        let broken = |grade: &Option<f64>| grade.is_some_and(|grade| !grade.is_finite());
        if let Some(index) = draw.iter().position(broken) {
            let value = draw[index].unwrap_or_default();
            return Err(MetricError::NotFinite { side: Side::Estimate, index, value });
        }
    }
    Ok(expected)
}

/// The sample variance of grades in squared units; `None` for fewer than two.
fn variance(grades: impl Iterator<Item = f64> + Clone, unit: Unit) -> Option<f64> {
    let first = grades.clone().next()?;
    let moved = grades.map(|grade| unit.difference((grade, first)));
    let (count, sum) = moved.clone().fold((0_u32, 0.0), |(n, sum), x| (n + 1, sum + x));
    let mean = sum / f64::from(count);
    let squares = moved.fold(0.0, |sum, x| sum + square(x - mean));
    (count > 1).then(|| squares / f64::from(count - 1))
}

/// The share of rows that change sides of a grade boundary.
///
/// ```text
/// flip rate = #{ i : level(before_i) != level(after_i) } / n
///
/// level(x)    boundaries up to x
/// ```
///
/// In `[0, 1]`. Says what a change of points means for students: a tenth of a point is much at a
/// boundary and nothing elsewhere. A value on a boundary is above it, as in [`levels`](super::levels).
/// O(n log b) time, no memory. One minus the consistency of classification of Livingston and Lewis,
/// "Estimating the consistency and accuracy of classifications based on test scores", Journal of
/// Educational Measurement 32, 1995, where `before` and `after` are two measurements.
///
/// # Errors
///
/// [`MetricError`] if the lengths differ, there is no row, a value is not finite, or the boundaries do
/// not rise.
///
/// ```
/// use peergrade::metrics::flip_rate;
///
/// let (before, after) = ([49.0, 51.0, 60.0, 81.0], [50.0, 52.0, 59.0, 79.0]);
/// assert_eq!(flip_rate(&before, &after, &[50.0, 65.0, 80.0])?, 0.5);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn flip_rate(before: &[f64], after: &[f64], boundaries: &[f64]) -> Result<f64, MetricError> {
    check_rising(Side::Boundary, boundaries)?;
    let n = check_pair((Side::Before, before), (Side::After, after), 1)?;
    let flips = |&i: &usize| level_of(before[i], boundaries) != level_of(after[i], boundaries);
    Ok((0..n).filter(flips).count() as f64 / n as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{bias, levels, rmse};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn subgroups_by_hand() {
        let (e, t) = ([1.0, 4.0, 2.0, 8.0], [2.0, 1.0, 2.0, 6.0]);
        // Errors -1 and 0 in one, 3 and 2 in the other.
        let errors = subgroup_errors(&e, &t, &[7, u32::MAX, 7, u32::MAX]).unwrap();
        let [low, high] = errors.subgroups() else { panic!("{errors:?}") };
        assert_eq!(
            (low.label(), low.rows(), low.bias(), low.rmse()),
            (7, 2, -0.5, math::sqrt(0.5))
        );
        assert_eq!((high.label(), high.bias(), high.rmse()), (u32::MAX, 2.5, math::sqrt(6.5)));
        assert_eq!(errors.bias_gap(), Some(3.0));
        assert_eq!(errors.rmse_gap(), Some(math::sqrt(6.5) - math::sqrt(0.5)));
        let one = subgroup_errors(&e, &t, &[3; 4]).unwrap();
        assert_eq!((one.bias_gap(), one.rmse_gap()), (Some(0.0), Some(0.0)));
        let far = subgroup_errors(&[f64::MAX, f64::MIN], &[0.0; 2], &[0, 1]).unwrap();
        assert_eq!((far.bias_gap(), far.rmse_gap()), (None, Some(0.0)));
        let error = subgroup_errors(&e, &t, &[3; 3]).unwrap_err().to_string();
        assert_eq!(error, "4 rows of estimate but 3 of label");
    }

    #[test]
    fn luck_by_hand() {
        let draws = [
            vec![Some(1.0), Some(5.0), None, None],
            vec![Some(2.0), None, Some(3.0), None],
            vec![Some(6.0), Some(5.5), None, None],
        ];
        let luck = luck_of_the_draw(&draws).unwrap();
        // Squares 4 + 1 + 9 over 2, and 1/8 over 1.
        assert_eq!((luck.students(), luck.variance()), (2, 7.125 / 2.0));
        assert_eq!((luck.sd(), luck.worst()), (math::sqrt(7.125 / 2.0), (0, math::sqrt(7.0))));
        let same = luck_of_the_draw(&[[Some(0.1), Some(1e15)]; 3]).unwrap();
        assert_eq!((same.students(), same.variance(), same.worst()), (2, 0.0, (0, 0.0)));
        let huge = luck_of_the_draw(&[[Some(f64::MAX)], [Some(f64::MIN)]]);
        assert_eq!(huge, Err(MetricError::Overflow { metric: "variance" }));
    }

    #[test]
    fn broken_draws_are_named() {
        let two = |a: &[Option<f64>], b: &[Option<f64>]| {
            luck_of_the_draw(&[a.to_vec(), b.to_vec()]).unwrap_err().to_string()
        };
        let one = [Some(1.0)];
        assert_eq!(luck_of_the_draw(&[one]), Err(MetricError::TooFew { n: 1, min: 2 }));
        assert_eq!(two(&one, &[]), "row 1 of the table has 0 values, but row 0 has 1");
        let nobody = "0 groups with at least 2 ratings, but the metric needs 1";
        assert_eq!(two(&one, &[None]), nobody);
        assert_eq!(two(&[], &[]), nobody);
        assert_eq!(two(&one, &[Some(f64::NAN)]), "estimate in row 0 is NaN, which is not finite");
    }

    #[test]
    fn flips_by_hand() {
        // A value on the boundary is above it.
        assert_eq!(flip_rate(&[50.0, 49.0], &[49.0, 50.0], &[50.0]), Ok(1.0));
        assert_eq!(flip_rate(&[1.0, 99.0], &[99.0, 1.0], &[]), Ok(0.0));
        let error = flip_rate(&[1.0], &[1.0], &[2.0, 2.0]).unwrap_err();
        assert_eq!(error, MetricError::NotRising { side: Side::Boundary, index: 1 });
        assert_eq!(flip_rate(&[], &[], &[]), Err(MetricError::TooFew { n: 0, min: 1 }));
    }

    proptest! {
        #[test]
        fn laws(
            rows in prop::collection::vec((-9.0..9.0, -9.0..9.0, 0..4_u32), 2..40),
            boundary in -9.0..9.0_f64
        ) {
            let (e, t): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.0, r.1)).unzip();
            let label: Vec<u32> = rows.iter().map(|r| r.2).collect();
            let errors = subgroup_errors(&e, &t, &label)?;
            for group in errors.subgroups() {
                let of = |x: &[f64]| -> Vec<f64> {
                    let own = x.iter().zip(&label).filter(|(_, l)| **l == group.label());
                    own.map(|(x, _)| *x).collect()
                };
                prop_assert_eq!(bias(&of(&e), &of(&t)), Ok(group.bias()));
                prop_assert_eq!(rmse(&of(&e), &of(&t)), Ok(group.rmse()));
            }
            // Two draws: the variance is half the squared difference.
            let some = |x: &[f64]| x.iter().map(|x| Some(*x)).collect::<Vec<_>>();
            let luck = luck_of_the_draw(&[some(&e), some(&t)])?;
            let half = square(rmse(&e, &t)?) / 2.0;
            prop_assert!((luck.variance() - half).abs() <= 1e-12 * half);
            let boundaries = [boundary - 1.0, boundary, boundary + 2.0];
            let (a, b) = (levels(&e, &boundaries)?, levels(&t, &boundaries)?);
            let same = super::super::exact_agreement(&a, &b)?;
            prop_assert!((flip_rate(&e, &t, &boundaries)? + same - 1.0).abs() < 1e-15);
        }
    }
}
