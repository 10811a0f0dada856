//! Tables against closed forms, their own reports and what they promise.

use proptest::prelude::*;

use super::*;
use crate::Seed;
use crate::seed::Phase;

/// A table of works that peers see as one of several classes: a share and a row of reports each.
fn mixture(classes: &[(f64, &[f64])]) -> Vec<f64> {
    let n = classes[0].1.len();
    let cell =
        |i: usize| classes.iter().map(|(share, row)| share * row[i / n] * row[i % n]).sum::<f64>();
    (0..n * n).map(cell).collect()
}

fn is_near(found: &[f64], known: &[f64], tolerance: f64) {
    assert_eq!(found.len(), known.len());
    let fine = found.iter().zip(known).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(fine, "{found:?} is not {known:?}");
}

/// What every table promises.
fn holds(table: &JointTable) {
    let n = table.levels();
    let is_law = |row: &[f64]| {
        assert!(row.iter().all(|p| (0.0..=1.0 + 1e-12).contains(p)), "{row:?}");
        assert!((total(row) - 1.0).abs() < 1e-12, "{row:?}");
    };
    for row in [table.cells(), table.achieved_cells(), table.margin(), table.prior()] {
        is_law(row);
    }
    table.channel().chunks_exact(n).for_each(is_law);
    for i in 0..n {
        for cells in [table.cells(), table.achieved_cells()] {
            (0..n).for_each(|j| assert!((cells[i * n + j] - cells[j * n + i]).abs() < 1e-15));
        }
        // What nobody reports is never drawn.
        let draws = (0..100).map(|k| f64::from(k) / 100.0).chain([1.0 - f64::EPSILON / 2.0]);
        for u in draws {
            let (level, report) = (table.draw_level(u), table.draw_report(i, u));
            assert!(table.prior()[level] > 0.0 && table.channel()[i * n + report] > 0.0);
        }
    }
    assert!(table.expected_report().iter().all(|mean| (0.0..n as f64).contains(mean)));
}

#[test]
fn two_levels_have_the_root_that_one_can_work_out() {
    // M = (0.8 0.2; 0.2 0.8), whose eigenvalues are 1 and 0.6.
    let table = JointTable::new(2, &[0.4, 0.1, 0.1, 0.4]).unwrap();
    let stay = f64::midpoint(1.0, math::sqrt(0.6));
    is_near(table.channel(), &[stay, 1.0 - stay, 1.0 - stay, stay], 1e-15);
    is_near(table.prior(), &[0.5, 0.5], 1e-15);
    is_near(&table.expected_report(), &[1.0 - stay, stay], 1e-15);
    is_near(table.achieved_cells(), table.cells(), 1e-15);
    holds(&table);
}

#[test]
fn peers_who_always_and_never_agree_are_the_limits() {
    let same = JointTable::new(3, &[0.2, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.3]).unwrap();
    is_near(same.channel(), &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 1e-12);
    assert!((same.given().correlation().unwrap() - 1.0).abs() < 1e-12);
    // A table of rank 1: a report tells nothing.
    let shares: [f64; 3] = [0.2, 0.5, 0.3];
    let alone = JointTable::new(3, &mixture(&[(1.0, &shares)])).unwrap();
    alone.channel().chunks_exact(3).for_each(|row| is_near(row, &shares, 1e-12));
    is_near(alone.prior(), &shares, 1e-12);
    assert!(alone.given().correlation().unwrap().abs() < 1e-12);
    assert!(alone.given().kappa().unwrap().abs() < 1e-12);
    for table in [same, alone] {
        assert!(table.misfit() < 1e-12);
        holds(&table);
    }
}

#[test]
fn a_level_that_nobody_gives_stays_out() {
    let rows: [(f64, &[f64]); 2] = [(0.4, &[0.8, 0.0, 0.2, 0.0]), (0.6, &[0.1, 0.0, 0.9, 0.0])];
    let table = JointTable::new(4, &mixture(&rows)).unwrap();
    assert!(table.misfit() < 1e-12);
    for t in 0..4 {
        assert_eq!([1, 3].map(|i| table.prior()[i].to_bits()), [0, 0]);
        if t % 2 == 0 {
            assert_eq!([1, 3].map(|i| table.channel()[4 * t + i].to_bits()), [0, 0]);
        }
    }
    holds(&table);
    // All in one level: no correlation, no kappa.
    let one = JointTable::new(2, &[0.0, 0.0, 0.0, 1.0]).unwrap();
    assert_eq!((one.given().correlation(), one.given().kappa()), (None, None));
    assert_eq!((one.draw_level(0.0), one.draw_report(1, 0.0)), (1, 1));
    holds(&one);
    let nearly = JointTable::new(2, &[0.0, 1e-200, 1e-200, 1.0]).unwrap();
    assert!(nearly.given().correlation().is_none_or(|r| (-1.0..=1.0).contains(&r)));
    holds(&nearly);
}

/// Classes whose root is negative somewhere: the search comes nearer than the root without that.
#[test]
fn where_the_root_is_negative_the_search_comes_nearer() {
    let rows: [(f64, &[f64]); 2] = [(0.4, &[0.5, 0.5, 0.0]), (0.6, &[0.0, 0.5, 0.5])];
    let cells = mixture(&rows);
    let table = JointTable::new(3, &cells).unwrap();
    holds(&table);
    // What the root alone would give.
    let (mut root, mut alone) = (table.clone(), 0.0);
    root.channel = factor::clipped_root(3, &root.cells, &root.margin);
    for (a, b) in factor::table(3, &root.channel).iter().zip(&cells) {
        alone = math::max(alone, (a - b).abs());
    }
    assert!(alone > 1e-3 && table.misfit() < alone / 4.0, "{alone} {}", table.misfit());
}

/// No mixture: peers who always differ.
#[test]
fn peers_who_avoid_each_other_are_met_as_nearly_as_can_be() {
    let table = JointTable::new(2, &[0.0, 0.5, 0.5, 0.0]).unwrap();
    holds(&table);
    // The nearest mixture is of independent peers.
    is_near(table.achieved_cells(), &[0.25; 4], 1e-3);
    assert!((table.given().correlation().unwrap() + 1.0).abs() < 1e-15);
}

#[test]
fn reports_through_the_channel_follow_the_table() {
    let table = JointTable::probit(&[0.1, 0.3, 0.0, 0.6], 0.6).unwrap();
    holds(&table);
    let (draws, mut stream) = (200_000, Seed::new(1).stream(Phase::Plan, 0));
    let mut counts = [0.0; 16];
    for _ in 0..draws {
        let level = table.draw_level(stream.unit());
        let [i, j] = [(); 2].map(|()| table.draw_report(level, stream.unit()));
        counts[4 * i + j] += 1.0;
    }
    for (count, p) in counts.iter().zip(table.achieved_cells()) {
        let spread = math::sqrt(p * (1.0 - p) / f64::from(draws));
        assert!((count / f64::from(draws) - p).abs() <= 4.0 * spread, "{count} {p}");
    }
}

/// Sheppard's law of the quadrants, thresholds at zero, to where the noise is narrow.
#[test]
fn probit_has_the_known_quadrants() {
    for r in [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 0.999_99, 0.999_999] {
        let table = JointTable::probit(&[0.5, 0.5], r).unwrap();
        let quadrant = 0.25 + libm::asin(r) / core::f64::consts::TAU;
        // Where the noise is narrow, 100,000 terms are summed.
        let tolerance = if r < 0.999 { 1e-15 } else { 1e-13 };
        let found = table.cells()[0];
        assert!((found - quadrant).abs() < tolerance, "{r}: {found}");
        assert!(table.misfit() < 1e-12);
    }
    is_near(JointTable::probit(&[0.2, 0.8], 1.0).unwrap().cells(), &[0.2, 0.0, 0.0, 0.8], 1e-15);
}

/// Against the other way to the same: the density of the pair over a fine grid.
#[test]
fn probit_is_the_normal_pair_cut_into_levels() {
    let (shares, r) = ([0.15, 0.25, 0.6], 0.4);
    let table = JointTable::probit(&shares, r).unwrap();
    is_near(table.margin(), &shares, 1e-14);
    let cuts = [0.15, 0.4].map(math::normal_quantile);
    let level = |x: f64| usize::from(x > cuts[0]) + usize::from(x > cuts[1]);
    let (side, step) = (1600, 0.01);
    let at = |k: i32| (f64::from(k) + 0.5) * step - 8.0;
    let mut cells = [0.0; 9];
    for (x, y) in (0..side).flat_map(|i| (0..side).map(move |j| (at(i), at(j)))) {
        let form = (x * x - 2.0 * r * x * y + y * y) / (2.0 * (1.0 - r * r));
        cells[3 * level(x) + level(y)] += math::exp(-form);
    }
    let sum = total(&cells);
    is_near(table.cells(), &cells.map(|cell| cell / sum), 2e-3);
    // Levels are coarser than what they cut.
    let found = table.given().correlation().unwrap();
    assert!(found < r && found > 0.7 * r, "{found}");
}

#[test]
fn what_makes_no_table_is_named() {
    let error = |levels, cells: &[f64]| JointTable::new(levels, cells).unwrap_err().to_string();
    assert_eq!(error(1, &[1.0]), "1 levels, but there must be from 2 to 64");
    assert_eq!(error(65, &[]), "65 levels, but there must be from 2 to 64");
    assert_eq!(error(3, &[0.5, 0.5]), "2 cells, but 3 levels need 9");
    assert_eq!(
        error(2, &[0.5, 0.25, 0.25, 0.1]),
        "the probabilities sum to 1.1, but must sum to 1 within 0.001"
    );
    assert_eq!(
        error(2, &[0.5, f64::NAN, 0.25, 0.0]),
        "cell (0, 1) is NaN, but must be from 0 to 1"
    );
    assert_eq!(error(2, &[0.6, 0.25, 0.25, -0.1]), "cell (1, 1) is -0.1, but must be from 0 to 1");
    assert_eq!(
        error(2, &[0.5, 0.2, 0.3, 0.0]),
        "cell (0, 1) is 0.2 and (1, 0) is 0.3, but peers have no order"
    );
    let probit = |shares: &[f64], r| JointTable::probit(shares, r).unwrap_err();
    assert_eq!(probit(&[1.0], 0.5), JointError::Levels { levels: 1 });
    assert_eq!(probit(&[0.5, 0.6], 0.5), JointError::Sum { sum: 1.1 });
    assert_eq!(probit(&[1.5, -0.5], 0.5), JointError::Share { level: 0, value: 1.5 });
    for value in [-0.1, 1.1, f64::INFINITY] {
        assert_eq!(probit(&[0.5, 0.5], value), JointError::Correlation { value });
    }
    assert!(matches!(probit(&[0.5, 0.5], f64::NAN), JointError::Correlation { .. }));
}

#[test]
fn what_rounding_does_is_put_right() {
    let table = JointTable::new(2, &[0.3338, 0.1665, 0.1669, 0.3333]).unwrap();
    assert!((total(table.cells()) - 1.0).abs() < 1e-15);
    holds(&table);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any symmetric table: it is met, or its errors are small enough to be no larger than it is.
    #[test]
    fn every_table_makes_a_channel(
        n in 2_usize..8,
        raw in proptest::collection::vec(prop_oneof![Just(0.0), 0.0..1.0_f64, Just(1e-30)], 64),
    ) {
        let mut cells: Vec<f64> =
            (0..n * n).map(|i| raw[8 * (i / n).min(i % n) + (i / n).max(i % n)]).collect();
        let sum = total(&cells);
        prop_assume!(sum > 0.0);
        cells = cells.iter().map(|cell| cell / sum).collect();
        let table = JointTable::new(n, &cells).unwrap();
        holds(&table);
        prop_assert!(table.misfit() < 0.6);
    }

    /// A mixture over two levels, which always has a root that is not negative.
    #[test]
    fn mixtures_over_two_levels_are_met(share in 0.0..=1.0_f64, a in 0.0..=1.0_f64, b in 0.0..=1.0_f64) {
        let rows: [(f64, &[f64]); 2] = [(share, &[a, 1.0 - a]), (1.0 - share, &[b, 1.0 - b])];
        let table = JointTable::new(2, &mixture(&rows)).unwrap();
        prop_assert!(table.misfit() < 1e-9, "{}", table.misfit());
        holds(&table);
    }
}
