#![allow(clippy::float_cmp, clippy::disallowed_methods)] // plain oracles

use proptest::prelude::*;

use super::*;
use crate::id::to_u32;
use crate::{GroupSizes, Pods, Seed};

/// All assignments of `n` people to groups of these sizes.
fn divisions(sizes: &[usize]) -> Vec<Vec<u32>> {
    fn go(left: &mut Vec<usize>, at: &mut Vec<u32>, n: usize, out: &mut Vec<Vec<u32>>) {
        if at.len() == n {
            out.push(at.clone());
            return;
        }
        for g in 0..left.len() {
            if left[g] > 0 {
                left[g] -= 1;
                at.push(to_u32(g));
                go(left, at, n, out);
                at.pop();
                left[g] += 1;
            }
        }
    }
    let mut out = Vec::new();
    go(&mut sizes.to_vec(), &mut Vec::new(), sizes.iter().sum(), &mut out);
    out
}

fn groups(of: &[u32]) -> Groups {
    Groups::from_assignment(of.iter().map(|&g| GroupId::new(g)).collect::<Vec<_>>()).unwrap()
}

fn numbers(values: &[Option<f64>]) -> Traits {
    Traits::builder(values.len()).numeric("x", values).build().unwrap()
}

#[test]
fn the_bounds_are_attained_or_kept_by_every_division() {
    for sizes in [&[2, 2, 2][..], &[3, 3], &[2, 3], &[1, 2, 3]] {
        let n: usize = sizes.iter().sum();
        let all = divisions(sizes);
        for holders in 0..=n {
            let category: Vec<_> = (0..n).map(|i| Some(u32::from(i < holders))).collect();
            let traits = Traits::builder(n).categorical("c", &category).build().unwrap();
            let share = |of: &Vec<u32>| {
                let report = evaluate(&traits, &groups(of), &GroupFormer::default()).unwrap();
                assert!(report.share() >= report.bound());
                (report.share(), bounds::indicator(&bounds::sizes(&groups(of)), n, holders))
            };
            let shares: Vec<_> = all.iter().map(share).collect();
            let best = shares.iter().map(|s| s.0).fold(f64::INFINITY, f64::min);
            let p = holders as f64 / n as f64;
            let total = n as f64 * p * (1.0 - p);
            if total > 0.0 {
                assert!((best - shares[0].1 / total).abs() < 1e-12, "{sizes:?} {holders}");
            }
        }
        for far in [1.0, 3.0, 50.0] {
            let values: Vec<f64> =
                (0..n).map(|i| if i == 1 { far } else { i as f64 * 0.3 }).collect();
            let mean = values.iter().sum::<f64>() / n as f64;
            let off: Vec<f64> = values.iter().map(|x| x - mean).collect();
            let largest = *sizes.iter().max().unwrap();
            let bound = bounds::outliers(&off, largest);
            for of in &all {
                let mut sums = vec![0.0; sizes.len()];
                of.iter().zip(&off).for_each(|(&g, y)| sums[g as usize] += y);
                let worst = (0..sizes.len()).map(|g| (sums[g] / sizes[g] as f64).abs());
                let squares = (0..sizes.len()).map(|g| sums[g] * sums[g] / sizes[g] as f64);
                assert!(squares.sum::<f64>() >= bound.squares - 1e-9);
                assert!(worst.fold(0.0, f64::max) >= bound.worst - 1e-9);
            }
            assert!(far < 50.0 || bound.squares > 0.0 && bound.person == Some(1));
        }
    }
}

#[test]
fn published_bounds_of_binary_columns() {
    // 30 % and 10 % in groups of 5, where the number of holders is half of that of the groups.
    let sizes = [(5, 200)];
    let bound = |holders: usize| {
        let p = holders as f64 / 1000.0;
        bounds::indicator(&sizes, 1000, holders) / (1000.0 * p * (1.0 - p))
    };
    assert!((bound(300) - 0.0476).abs() < 5e-5);
    assert!((bound(100) - 0.1111).abs() < 5e-5);
    assert!(bound(400).abs() < 1e-12);
}

#[test]
fn edge_cases_are_defined() {
    let values = [Some(1.0), None, Some(4.0), Some(1.0)];
    let report = |of: &[u32], values: &[Option<f64>]| {
        evaluate(&numbers(values), &groups(of), &GroupFormer::default()).unwrap()
    };
    let one = report(&[0; 4], &values);
    assert!(one.share().abs() < 1e-15);
    assert_eq!((one.expected_share(), one.worst_group().0), (0.0, GroupId::new(0)));
    let each = report(&[0, 1, 2, 3], &values);
    assert!((each.share() - 1.0).abs() < 1e-12);
    assert_eq!(each.expected_share(), 1.0);
    assert_eq!(each.columns()[0].distance(), None);
    for constant in [[Some(7.0); 4], [None; 4], [Some(0.1), None, Some(0.1), None]] {
        let report = report(&[0, 0, 1, 1], &constant);
        let column = &report.columns()[0];
        assert_eq!((column.share(), column.worst(), report.share()), (None, None, 0.0));
        assert!(report.scores().iter().all(|&score| score == 1.0));
    }
    let huge = report(&[0, 0, 1, 1], &[Some(1e308), Some(-1e308), Some(1e308), Some(-1e308)]);
    assert_eq!(huge.columns()[0].share(), Some(0.0));
    assert!(huge.columns()[0].sd().is_finite());
}

#[test]
fn wishes_about_other_columns_are_errors() {
    let traits = numbers(&[Some(1.0), Some(2.0)]);
    let both = groups(&[0, 1]);
    let error = |former: GroupFormer| evaluate(&traits, &both, &former).unwrap_err().to_string();
    let wish = GroupFormer::default();
    assert_eq!(error(wish.clone().column("y", Mode::Balance, 1.0)), "there is no column \"y\"");
    assert_eq!(
        error(wish.category("x", Rule::Spread, super::super::former::Strength::Hard)),
        "the column \"x\" does not hold categories"
    );
    let other = groups(&[0, 0, 1]);
    let error = evaluate(&traits, &other, &GroupFormer::default()).unwrap_err();
    assert_eq!(error.to_string(), "groups of 3 people are given, there are 2 people");
}

proptest! {
    /// Every number of a column, by definition and over all pairs of people.
    #[test]
    fn a_column_is_as_defined(
        values in prop::collection::vec(prop::option::weighted(0.9, -4.0..4.0_f64), 6..40),
        seed in 0..50_u64,
    ) {
        let n = values.len();
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        prop_assume!(known.len() > 2);
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let sd = (known.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / known.len() as f64).sqrt();
        let z: Vec<f64> = values.iter().map(|x| x.map_or(0.0, |x| (x - mean) / sd)).collect();
        let groups = Pods::new(GroupSizes::within(2..=4)).form(n, Seed::new(seed)).unwrap();
        let report = evaluate(&numbers(&values), &groups, &GroupFormer::default()).unwrap();
        let column = &report.columns()[0];
        let (mut between, mut distance, mut pairs, mut worst) = (0.0, 0.0, 0.0, 0.0_f64);
        let mut sds = Vec::new();
        for ((_, members), score) in groups.iter().zip(report.scores()) {
            let own: Vec<f64> = members.iter().map(|p| z[p.index()]).collect();
            let m = own.iter().sum::<f64>() / own.len() as f64;
            let q = own.len() as f64 * m * m;
            prop_assert!((score - 1.0 / (1.0 + q)).abs() < 1e-9);
            between += q;
            worst = worst.max(m.abs());
            for (i, a) in own.iter().enumerate() {
                for b in &own[i + 1..] {
                    distance += (a - b).powi(2);
                    pairs += 1.0;
                }
            }
            let there: Vec<f64> = members.iter().filter(|p| values[p.index()].is_some()).map(|p| z[p.index()]).collect();
            if there.len() > 1 {
                let m = there.iter().sum::<f64>() / there.len() as f64;
                sds.push((there.iter().map(|x| (x - m).powi(2)).sum::<f64>() / there.len() as f64).sqrt());
            }
        }
        prop_assert!((column.share().unwrap() - between / known.len() as f64).abs() < 1e-9);
        prop_assert!((column.distance().unwrap() - distance / pairs).abs() < 1e-9);
        prop_assert!((column.worst().unwrap().off.abs() - worst).abs() < 1e-9);
        let m = sds.iter().sum::<f64>() / sds.len() as f64;
        let spread = (sds.iter().map(|x| (x - m).powi(2)).sum::<f64>() / sds.len() as f64).sqrt();
        prop_assert!((column.spread_of_sds() - spread).abs() < 1e-9);
        prop_assert!(column.bound() <= column.share().unwrap());
        prop_assert!(report.worst_group().1 <= report.harmonic_score() && report.harmonic_score() <= report.mean_score() + 1e-12);
    }

    #[test]
    fn a_category_is_counted(
        values in prop::collection::vec(prop::option::weighted(0.8, 0..4_u32), 4..40),
        seed in 0..50_u64,
    ) {
        let n = values.len();
        let traits = Traits::builder(n).categorical("c", &values).build().unwrap();
        let groups = Pods::new(GroupSizes::within(2..=4)).form(n, Seed::new(seed)).unwrap();
        let report = evaluate(&traits, &groups, &GroupFormer::default()).unwrap();
        let category = &report.categories()[0];
        let (mut between, mut total) = (0.0, 0.0);
        let mut holders_seen = 0;
        for level in category.levels() {
            let has = |p: &PersonId| values[p.index()] == level.value;
            let holders = values.iter().filter(|v| **v == level.value).count();
            holders_seen += holders;
            prop_assert_eq!(level.holders, holders);
            let p = holders as f64 / n as f64;
            total += n as f64 * p * (1.0 - p);
            let (mut alone, mut uneven) = (0, 0);
            for (_, members) in groups.iter() {
                let count = members.iter().filter(|p| has(p)).count();
                let size = members.len() as f64;
                alone += usize::from(count == 1);
                let even = p * size;
                uneven += usize::from((count as f64) < (even - 1e-9).floor().max(0.0).max(if (even - even.round()).abs() < 1e-9 { even.round() } else { even.floor() }) || count as f64 > if (even - even.round()).abs() < 1e-9 { even.round() } else { even.ceil() });
                between += size * (count as f64 / size - p).powi(2);
            }
            prop_assert_eq!((level.alone, level.uneven), (alone, uneven));
        }
        prop_assert_eq!(holders_seen, n);
        prop_assert_eq!(category.share().is_none(), category.levels().len() == 1);
        if let Some(share) = category.share() {
            prop_assert!((share - between / total).abs() < 1e-9);
            prop_assert!(category.bound() <= share);
        }
    }
}
