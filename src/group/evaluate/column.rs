//! One column of numbers.

use super::super::former::Mode;
use super::super::groups::Groups;
use super::super::share::factor;
use super::bounds;
use super::report::Measured;
use crate::id::to_u32;
use crate::math;
use crate::{GroupId, PersonId};

/// A column of numbers over groups.
///
/// ```
/// use peergrade::group::evaluate;
/// use peergrade::{GroupFormer, GroupId, Groups, Traits};
///
/// let traits =
///     Traits::builder(4).numeric("x", &[Some(1.0), Some(2.0), Some(3.0), None]).build()?;
/// let groups = Groups::from_assignment([0, 0, 1, 1].map(GroupId::new))?;
/// let report = evaluate(&traits, &groups, &GroupFormer::default())?;
/// let x = &report.columns()[0];
/// assert_eq!((x.name(), x.missing(), x.mean()), ("x", 1, Some(2.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnReport {
    name: String,
    mode: Mode,
    missing: usize,
    mean: Option<f64>,
    sd: f64,
    share: Option<f64>,
    bound: f64,
    spread_of_sds: f64,
    distance: Option<f64>,
    worst: Option<Extreme>,
    worst_bound: f64,
    outlier: Option<PersonId>,
}

/// A group and how far its mean is off that of all, in standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extreme {
    /// The group.
    pub group: GroupId,
    /// Mean of the group less the mean of all, in standard deviations.
    pub off: f64,
}

impl ColumnReport {
    /// The name of the column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wanted of it.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// People without a value. They count as if they had the mean.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The mean of the known values; `None` if there are none.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// The standard deviation of the known values, dividing by their number.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.sd
    }

    /// The share of the differences that lies between the groups, in [0, 1]; its root is the standard
    /// deviation of the group means, in those of the column. `None` for a constant column.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        self.share
    }

    /// The share that no division into groups of these sizes can go below, as far as people far out
    /// force it.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The standard deviation over the groups of the standard deviation within a group, in standard
    /// deviations of the column: 0 if all groups are equally mixed.
    #[must_use]
    pub fn spread_of_sds(&self) -> f64 {
        self.spread_of_sds
    }

    /// The mean squared difference of two people of a group, in variances of the column; missing
    /// values count as the mean. `2n/(n - 1)` by chance. `None` where no group has two people, or for
    /// a constant column.
    #[must_use]
    pub fn distance(&self) -> Option<f64> {
        self.distance
    }

    /// The group whose mean is furthest off; `None` for a constant column.
    #[must_use]
    pub fn worst(&self) -> Option<Extreme> {
        self.worst
    }

    /// How far off, in standard deviations, the mean of the worst group is in every division, since a
    /// person is too far out for any team-mates.
    #[must_use]
    pub fn worst_bound(&self) -> f64 {
        self.worst_bound
    }

    /// That person.
    #[must_use]
    pub fn outlier(&self) -> Option<PersonId> {
        self.outlier
    }
}

/// What the groups make of a column.
pub(super) fn measure(
    name: &str,
    values: &[f64],
    groups: &Groups,
    mode: Mode,
    weight: f64,
) -> Measured<ColumnReport> {
    let known: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    let missing = values.len() - known.len();
    let scale = factor(values);
    let first = known.first().copied().unwrap_or(0.0) * scale;
    let count = known.len().max(1) as f64;
    let mean = first + known.iter().fold(0.0, |sum, x| sum + (x * scale - first)) / count;
    let off = |x: f64| if x.is_nan() { 0.0 } else { x * scale - mean };
    let variance = known.iter().fold(0.0, |sum, &x| sum + off(x) * off(x)) / count;
    let constant = known.iter().all(|x| x.to_bits() == known[0].to_bits());
    let sd = if constant { 0.0 } else { math::sqrt(variance) };
    let mut report = ColumnReport {
        name: name.into(),
        mode,
        missing,
        // Rounding may lead beyond the largest number where the values are as large.
        mean: (!known.is_empty()).then_some(math::clamp(mean / scale, f64::MIN, f64::MAX)),
        sd: math::min(sd / scale, f64::MAX),
        share: None,
        bound: 0.0,
        spread_of_sds: 0.0,
        distance: None,
        worst: None,
        worst_bound: 0.0,
        outlier: None,
    };
    if sd <= 1e-12 * mean.abs() {
        return Measured { report, weight: 0.0, share: 0.0, bound: 0.0, squares: Vec::new() };
    }
    let z: Vec<f64> = values.iter().map(|&x| off(x) / sd).collect();
    let squares = by_group(&z, groups, &mut report, count);
    let largest = groups.sizes().max().unwrap_or(1);
    let outliers = bounds::outliers(&z, largest);
    let share = math::clamp(squares.iter().fold(0.0, |sum, q| sum + q) / count, 0.0, 1.0);
    report.share = Some(share);
    // Where it is attained the last bits of the two sums may differ.
    report.bound = math::min(outliers.squares / count, share);
    report.worst_bound = outliers.worst;
    report.outlier = outliers.person.map(|person| PersonId::new(to_u32(person)));
    report.spread_of_sds = spread_of_sds(values, &z, groups);
    let (bound, counts) = (report.bound, mode != Mode::Similar);
    Measured { report, weight: if counts { weight } else { 0.0 }, share, bound, squares }
}

/// `D_g^2 / n_g` of every group; the worst group and the mean squared distance go into the report.
fn by_group(z: &[f64], groups: &Groups, report: &mut ColumnReport, known: f64) -> Vec<f64> {
    let (mut pairs, mut distance) = (0.0, 0.0);
    let mut squares = Vec::with_capacity(groups.len());
    for (group, members) in groups.iter() {
        let size = members.len() as f64;
        let sum = members.iter().fold(0.0, |sum, p| sum + z[p.index()]);
        let square = members.iter().fold(0.0, |sum, p| sum + z[p.index()] * z[p.index()]);
        squares.push(sum * sum / size);
        pairs += size * (size - 1.0) / 2.0;
        distance += size * square - sum * sum;
        let off = sum / size;
        if report.worst.is_none_or(|worst| off.abs() > worst.off.abs()) {
            report.worst = Some(Extreme { group, off });
        }
    }
    if pairs > 0.0 && known > 0.0 {
        report.distance = Some(distance / pairs);
    }
    squares
}

/// The standard deviation over groups of that within, over groups where two values are known.
fn spread_of_sds(values: &[f64], z: &[f64], groups: &Groups) -> f64 {
    let mut sds = Vec::with_capacity(groups.len());
    for (_, members) in groups.iter() {
        let known = || members.iter().map(|p| p.index()).filter(|&i| !values[i].is_nan());
        let count = known().count() as f64;
        if count < 2.0 {
            continue;
        }
        let mean = known().fold(0.0, |sum, i| sum + z[i]) / count;
        let variance = known().fold(0.0, |sum, i| sum + (z[i] - mean) * (z[i] - mean)) / count;
        sds.push(math::sqrt(variance));
    }
    if sds.is_empty() {
        return 0.0;
    }
    let mean = math::mean(&sds);
    let squares = sds.iter().fold(0.0, |sum, sd| sum + (sd - mean) * (sd - mean));
    math::sqrt(squares / sds.len() as f64)
}
