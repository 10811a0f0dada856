#![allow(clippy::cast_possible_truncation, clippy::float_cmp)] // plain oracles
use proptest::prelude::*;

use super::*;
use crate::{PersonId, Seed};

/// Distances drawn by a plain generator.
fn distances(people: usize, seed: u64, low: f64) -> Distances {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Distances::new(people, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        low + (state >> 40) as f64 / 1e5
    })
    .unwrap()
}

/// The highest sum over all ways to put people into groups of these bounds.
fn brute(distances: &Distances, bounds: &[(usize, usize)]) -> Option<f64> {
    let (n, k) = (distances.people(), bounds.len());
    let mut best: Option<f64> = None;
    for code in 0..k.pow(n as u32) {
        let group = |i: usize| code / k.pow(i as u32) % k;
        let size = |g: usize| (0..n).filter(|&i| group(i) == g).count();
        if !(0..k).all(|g| (bounds[g].0..=bounds[g].1).contains(&size(g))) {
            continue;
        }
        let mut sum = 0.0;
        for i in 0..n {
            for j in (0..i).filter(|&j| group(i) == group(j)) {
                sum += distances.get((i as u32).into(), (j as u32).into()).unwrap();
            }
        }
        best = Some(best.map_or(sum, |best| if sum > best { sum } else { best }));
    }
    best
}

#[test]
fn small_groupings_are_the_best_of_all() {
    for seed in 0..20 {
        for (people, bounds) in [
            (1, vec![(1, 1)]),
            (2, vec![(1, 1), (1, 1)]),
            (6, vec![(3, 3), (3, 3)]),
            (7, vec![(1, 4), (2, 5), (1, 2)]),
            (8, vec![(2, 4), (2, 4), (1, 8)]),
            (8, vec![(1, usize::MAX)]),
        ] {
            for low in [0.0, -80.0, -200.0] {
                let distances = distances(people, seed, low);
                let grouping = DiverseGrouping::within(bounds.clone()).moves(40_000);
                let found = grouping.form(&distances, Seed::new(seed)).unwrap();
                assert_eq!(found.verify(&distances, &grouping), Ok(()));
                let best = brute(&distances, &bounds).unwrap();
                assert!(
                    (found.value() - best).abs() < 1e-6,
                    "{} of {best}, {bounds:?}",
                    found.value()
                );
            }
        }
    }
}

#[test]
fn wrong_wishes_are_refused() {
    let three = Distances::new(3, |_, _| 1.0).unwrap();
    let form = |grouping: DiverseGrouping| grouping.form(&three, Seed::new(1)).unwrap_err();
    let max = usize::MAX;
    assert!(matches!(form(DiverseGrouping::even(0)), DistanceError::Sizes { groups: 0, .. }));
    assert!(matches!(form(DiverseGrouping::even(4)), DistanceError::Sizes { groups: 4, .. }));
    assert!(matches!(form(DiverseGrouping::within([])), DistanceError::Sizes { most: 0, .. }));
    let empty = form(DiverseGrouping::within([(1, 3), (0, 2)]));
    assert_eq!(empty, DistanceError::Bounds { group: 1.into(), lo: 0, hi: 2 });
    let crossed = form(DiverseGrouping::within([(3, 2)]));
    assert_eq!(crossed, DistanceError::Bounds { group: 0.into(), lo: 3, hi: 2 });
    assert!(matches!(form(DiverseGrouping::within([(max, max); 2])), DistanceError::Sizes { .. }));
    assert_eq!(form(DiverseGrouping::even(1).moves(0)), DistanceError::NoMoves);
    assert_eq!(Distances::new(0, |_, _| 1.0), Err(DistanceError::NoPeople));
    assert!(matches!(Distances::new(max, |_, _| 1.0), Err(DistanceError::TooManyPeople { .. })));
    for bad in [f64::NAN, f64::INFINITY, -1e101] {
        let error = Distances::new(3, |a, b| if (a.get(), b.get()) == (1, 2) { bad } else { 0.0 });
        assert!(matches!(error, Err(DistanceError::Value { first, second, .. })
            if (first.get(), second.get()) == (1, 2)));
    }
    let short = Distances::from_table(2, &[0.0; 3]);
    assert_eq!(short, Err(DistanceError::Table { values: 3, people: 2, needed: 4 }));
    // All alike: nothing to gain, nothing to cool.
    for value in [0.0, 1e100, -1e100, 5e-324] {
        let flat = Distances::new(6, |_, _| value).unwrap();
        let found = DiverseGrouping::even(3).moves(500).form(&flat, Seed::new(1)).unwrap();
        assert!((found.value() - 3.0 * value).abs() <= 1e-9 * value.abs());
    }
}

#[test]
fn wrong_results_are_refused() {
    let distances = distances(12, 3, 0.0);
    let grouping = DiverseGrouping::even(3).moves(5_000);
    let found = grouping.form(&distances, Seed::new(1)).unwrap();
    assert_eq!(found.verify(&distances, &grouping), Ok(()));
    let refusal = |grouping: DiverseGrouping| found.verify(&distances, &grouping).unwrap_err();
    assert!(matches!(refusal(DiverseGrouping::even(4)), DistanceViolation::Counts { .. }));
    let larger = DiverseGrouping::within([(4, 4), (3, 3), (5, 5)]);
    assert!(matches!(refusal(larger), DistanceViolation::Size { size: 4, lo: 3, .. }));
    let others = self::distances(12, 4, 0.0);
    let error = found.verify(&others, &grouping);
    assert!(matches!(error, Err(DistanceViolation::Value { .. })));
    let mut worse = found.clone();
    worse.exchange_for_test(&distances);
    assert!(matches!(worse.verify(&distances, &grouping), Err(DistanceViolation::Exchange { .. })));
}

proptest! {
    #[test]
    fn groups_keep_their_bounds_and_more_moves_their_promise(
        people in 2..40_usize,
        groups in 1..6_usize,
        slack in 0..4_usize,
        low in -100.0..100.0_f64,
        seed in any::<u64>(),
    ) {
        let groups = groups.min(people);
        let distances = distances(people, seed, low);
        let bounds: Vec<(usize, usize)> = (0..groups)
            .map(|g| (people / groups, people.div_ceil(groups) + slack * g))
            .map(|(lo, hi)| (lo.saturating_sub(slack).max(1), hi))
            .collect();
        let grouping = DiverseGrouping::within(bounds).moves(3_000);
        let found = grouping.form(&distances, Seed::new(seed)).unwrap();
        prop_assert_eq!(found.verify(&distances, &grouping), Ok(()));
        prop_assert_eq!(grouping.form(&distances, Seed::new(seed)).unwrap(), found);
        prop_assert_eq!(distances.get(PersonId::new(0), PersonId::new(0)), Some(0.0));
    }
}

/// Pinned: other values are a change of version.
#[test]
fn the_values_are_pinned() {
    let distances = Distances::new(12, |a, b| f64::from((a.get() * 7 + b.get() * 5) % 11)).unwrap();
    let grouping = DiverseGrouping::within([(3, 5), (3, 5), (2, 6)]).moves(4_000);
    let found = grouping.form(&distances, Seed::new(1)).unwrap();
    let ids: Vec<u32> = found.groups().assignment().iter().map(|group| group.get()).collect();
    assert_eq!((found.value(), ids), (152.0, vec![1, 2, 1, 0, 0, 1, 0, 2, 1, 0, 1, 0]));
}
