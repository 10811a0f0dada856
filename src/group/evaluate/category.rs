//! One column of categories.

use super::super::groups::Groups;
use super::super::traits::Categories;
use super::bounds;
use super::report::Measured;
use crate::math;

/// A column of categories over groups.
///
/// ```
/// use peergrade::group::evaluate;
/// use peergrade::{GroupFormer, GroupId, Groups, Traits};
///
/// let traits = Traits::builder(4)
///     .categorical("language", &[Some(7), Some(7), Some(7), Some(9)])
///     .build()?;
/// let groups = Groups::from_assignment([0, 0, 1, 1].map(GroupId::new))?;
/// let report = evaluate(&traits, &groups, &GroupFormer::default())?;
/// let nines = report.categories()[0].levels()[1];
/// assert_eq!((nines.value, nines.holders, nines.alone), (Some(9), 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryReport {
    name: String,
    share: Option<f64>,
    bound: f64,
    levels: Vec<LevelReport>,
}

/// One value of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelReport {
    /// The value; `None` for people without one.
    pub value: Option<u32>,
    /// How many people have it.
    pub holders: usize,
    /// In how many groups exactly one person has it.
    pub alone: usize,
    /// In how many groups more or fewer people have it than the even share rounded up or down.
    pub uneven: usize,
}

impl CategoryReport {
    /// The name of the column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The share of the differences that lies between the groups, in [0, 1]. `None` if all people have
    /// one value.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        self.share
    }

    /// The share that no division into groups of these sizes can go below: people are not divisible.
    /// Exact for two values.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The values that occur, sorted; people without one come last.
    #[must_use]
    pub fn levels(&self) -> &[LevelReport] {
        &self.levels
    }
}

/// What the groups make of a category. O(n log n + levels x sizes).
pub(super) fn measure(
    name: &str,
    values: &Categories,
    groups: &Groups,
    weight: f64,
) -> Measured<CategoryReport> {
    let n = groups.people() as f64;
    let counts = values.counts();
    let part = |level: usize| counts[level] as f64 / n;
    let mut levels: Vec<LevelReport> = counts
        .iter()
        .enumerate()
        .map(|(level, &holders)| LevelReport {
            value: values.levels.get(level).copied(),
            holders,
            alone: 0,
            uneven: 0,
        })
        .collect();
    // Groups in which a value does not occur, where it is expected to, are those not met below.
    let mut met = vec![0_usize; counts.len()];
    let mut squares = Vec::with_capacity(groups.len());
    let total = (0..counts.len()).fold(0.0, |sum, level| sum + part(level) * (1.0 - part(level)));
    let all = (0..counts.len()).fold(0.0, |sum, level| sum + part(level) * part(level));
    for (_, members) in groups.iter() {
        let size = members.len();
        let mut codes: Vec<u32> = members.iter().map(|p| values.codes[p.index()]).collect();
        codes.sort_unstable();
        // Values that do not occur add `p^2` each.
        let mut square = all;
        for run in codes.chunk_by(|a, b| a == b) {
            let (level, count) = (run[0] as usize, run.len());
            let off = count as f64 / size as f64 - part(level);
            square += off * off - part(level) * part(level);
            levels[level].alone += usize::from(count == 1);
            if is_uneven(counts[level], size, groups.people(), count) {
                levels[level].uneven += 1;
            }
            met[level] += usize::from(is_uneven(counts[level], size, groups.people(), 0));
        }
        squares.push(if total > 0.0 { math::max(square, 0.0) * size as f64 / total } else { 0.0 });
    }
    let sizes = bounds::sizes(groups);
    for (level, report) in levels.iter_mut().enumerate() {
        let expected = sizes.iter().filter(|s| is_uneven(counts[level], s.0, groups.people(), 0));
        report.uneven += expected.map(|s| s.1).sum::<usize>() - met[level];
    }
    levels.retain(|level| level.holders > 0);
    let share = math::clamp(squares.iter().fold(0.0, |sum, q| sum + q) / n, 0.0, 1.0);
    let varies = levels.len() > 1;
    let bound = if varies {
        let least = |level: &LevelReport| bounds::indicator(&sizes, groups.people(), level.holders);
        math::min(levels.iter().fold(0.0, |sum, level| sum + least(level)) / (n * total), share)
    } else {
        0.0
    };
    let report =
        CategoryReport { name: name.into(), share: varies.then_some(share), bound, levels };
    let weight = if varies { weight } else { 0.0 };
    Measured { report, weight, share, bound, squares }
}

fn is_uneven(holders: usize, size: usize, people: usize, count: usize) -> bool {
    let product = holders * size;
    count < product / people || count > product.div_ceil(people)
}
