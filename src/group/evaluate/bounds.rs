//! What no division of the people can do better.

use std::collections::BTreeMap;

use super::super::groups::Groups;

/// How many groups there are of every size.
pub(super) fn sizes(groups: &Groups) -> Vec<(usize, usize)> {
    let mut counts = BTreeMap::new();
    groups.sizes().for_each(|size| *counts.entry(size).or_insert(0) += 1);
    counts.into_iter().collect()
}

/// The least sum of squares between groups of the indicator of `holders` people, by how many groups
/// there are of every size: convex and separable, so giving one holder after the other to the group
/// where they cost least is exact. Groups of one size take turns, so it goes by rounds of them.
pub(super) fn indicator(sizes: &[(usize, usize)], people: usize, holders: usize) -> f64 {
    let part = holders as f64 / people as f64;
    let cost = |count: usize, size: usize| {
        let off = count as f64 / size as f64 - part;
        size as f64 * off * off
    };
    let mut counts = vec![0_usize; sizes.len()];
    let (mut left, mut extra) = (holders, 0.0);
    while left > 0 {
        let open = (0..sizes.len()).filter(|&i| counts[i] < sizes[i].0);
        // (2c + 1)/n of one against the other, without division.
        let price = |i: usize, j: usize| (2 * counts[i] as u128 + 1) * sizes[j].0 as u128;
        let Some(cheapest) = open.min_by(|&i, &j| price(i, j).cmp(&price(j, i))) else { break };
        let (size, groups) = sizes[cheapest];
        let taken = left.min(groups);
        if taken < groups {
            let more = cost(counts[cheapest] + 1, size) - cost(counts[cheapest], size);
            extra = taken as f64 * more;
        } else {
            counts[cheapest] += 1;
        }
        left -= taken;
    }
    let all = sizes.iter().zip(&counts);
    all.fold(extra, |sum, (&(size, groups), &count)| sum + groups as f64 * cost(count, size))
}

/// What people far out cost in every division.
pub(super) struct Outliers {
    /// The least sum of squares between groups.
    pub(super) squares: f64,
    /// The least distance of the worst group's mean from that of all, and the person behind it.
    pub(super) worst: f64,
    pub(super) person: Option<usize>,
}

/// The part of a value that the `m - 1` team-mates furthest on the other side cannot cancel.
///
/// ```text
/// C+ = sum of the m-1 largest max(0, -y)      C- = sum of the m-1 largest max(0, y)
/// sum of squares >= [ sum max(0, y - C+)^2 + sum max(0, -y - C-)^2 ] / m
/// ```
pub(super) fn outliers(deviations: &[f64], largest: usize) -> Outliers {
    let mates = largest - 1;
    let cancel = |sign: f64| {
        let mut other: Vec<f64> =
            deviations.iter().map(|y| sign * y).filter(|y| *y > 0.0).collect();
        if other.len() > mates && mates > 0 {
            other.select_nth_unstable_by(mates - 1, |a, b| b.total_cmp(a));
        }
        other.truncate(mates);
        other.sort_by(f64::total_cmp);
        other.iter().fold(0.0, |sum, y| sum + y)
    };
    let (below, above) = (cancel(-1.0), cancel(1.0));
    let mut found = Outliers { squares: 0.0, worst: 0.0, person: None };
    for (person, &y) in deviations.iter().enumerate() {
        let left = if y > 0.0 { y - below } else { -y - above };
        if left > 0.0 {
            found.squares += left * left / largest as f64;
            if left > found.worst * largest as f64 {
                found.worst = left / largest as f64;
                found.person = Some(person);
            }
        }
    }
    found
}
