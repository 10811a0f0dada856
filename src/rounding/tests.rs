#![allow(clippy::match_same_arms, clippy::lossy_float_literal)] // a table, and a number between doubles
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use proptest::prelude::*;

use super::*;

const HALVES: [Halves; 5] =
    [Halves::ToEven, Halves::Up, Halves::Down, Halves::AwayFromZero, Halves::TowardZero];

fn directions() -> Vec<Rounding> {
    let others = [Rounding::up(), Rounding::down(), Rounding::toward_zero()];
    HALVES.map(Rounding::nearest).into_iter().chain(others).collect()
}

/// Rounding of `quarters / 4` to whole numbers in whole numbers: the definition, digit by digit.
fn by_hand(rounding: Rounding, quarters: i64) -> i64 {
    let (low, part) = (quarters.div_euclid(4), quarters.rem_euclid(4));
    let up = match (rounding.direction, part) {
        (_, 0) => false,
        (Direction::Up, _) => true,
        (Direction::Down, _) => false,
        (Direction::TowardZero, _) => quarters < 0,
        (Direction::Nearest(_), 1) => false,
        (Direction::Nearest(_), 3) => true,
        (Direction::Nearest(halves), _) => match halves {
            Halves::ToEven => low % 2 != 0,
            Halves::Up => true,
            Halves::Down => false,
            Halves::AwayFromZero => quarters >= 0,
            Halves::TowardZero => quarters < 0,
        },
    };
    low + i64::from(up)
}

#[test]
fn quarters_become_the_whole_numbers_of_the_definition() {
    for rounding in directions() {
        for quarters in -40..=40 {
            let rounded = rounding.round(quarters as f64 / 4.0);
            assert_eq!(rounded as i64, by_hand(rounding, quarters), "{rounding} {quarters}/4");
            assert_eq!(rounded.fract().to_bits() << 1, 0);
            assert!(rounded.to_bits() != (-0.0_f64).to_bits());
        }
    }
}

#[test]
fn decimal_noise_is_no_distance() {
    let nearest = Rounding::nearest(Halves::Up);
    let cents = nearest.to_decimals(2).unwrap();
    for (given, expected) in [(2.675, 2.68), (1.005, 1.01), (0.285, 0.29), (1.955, 1.96)] {
        assert_eq!(cents.round(given), expected);
        // One part in 1e12 below is no noise.
        assert_eq!(cents.round(given * (1.0 - 1e-12)), ((expected - 0.01) * 100.0).round() / 100.0);
    }
    let ten_tenths = (0..10).fold(0.0, |sum, _| sum + 0.1);
    assert!(ten_tenths < 1.0);
    assert_eq!(Rounding::down().round(ten_tenths), 1.0);
    assert_eq!(Rounding::up().to_step(0.1, 0.0).unwrap().round(0.1 + 0.2), 0.3);
    assert_eq!(Rounding::down().to_decimals(1).unwrap().round(0.1 * 3.0), 0.3);
    // Close to a point, but by more than noise.
    assert_eq!(Rounding::up().round(2.0 + 1e-12), 3.0);
    assert_eq!(Rounding::up().round(1e-300), 1.0);
    assert_eq!(Rounding::down().round(-5e-324), -1.0);
}

#[test]
fn steps_count_from_their_origin() {
    let even = Rounding::nearest(Halves::ToEven);
    // Points 0.5, 2.5, 4.5, ...: 1.5 and 3.5 are halves between numbers 0 | 1 and 1 | 2.
    let odd_halves = even.to_step(2.0, 0.5).unwrap();
    assert_eq!([1.5, 3.5, 3.4].map(|x| odd_halves.round(x)), [0.5, 4.5, 2.5]);
    let thirds = Rounding::up().to_step(1.0 / 3.0, 0.0).unwrap();
    assert_eq!(thirds.round(2.0 / 3.0), 2.0 / 3.0);
    assert_eq!(thirds.round(0.34), 2.0 / 3.0);
    // Every decimal of a decimal step is the double next to it.
    let tenths = Rounding::nearest(Halves::Up).to_step(0.1, 0.0).unwrap();
    for i in -50..50 {
        assert_eq!(tenths.round(f64::from(i) * 0.1 + 0.01), f64::from(i) / 10.0);
    }
}

#[test]
fn numbers_without_a_grid_stay() {
    for rounding in directions() {
        for x in [f64::MAX, -f64::MAX, 1e20, f64::INFINITY, 9_007_199_254_740_993.0] {
            assert_eq!(rounding.round(x), x);
        }
        assert!(rounding.round(f64::NAN).is_nan());
        assert!(rounding.round_on(f64::NAN, &Scale::TEN).is_nan());
        for step in [5e-324, 1e-308, 1e308] {
            let tiny = rounding.to_step(step, 1.0).unwrap();
            assert!([0.0, 1.5, 1e308, -1e308].iter().all(|&x| tiny.round(x).is_finite()));
        }
    }
    assert_eq!(Rounding::none().round(0.123), 0.123);
    assert_eq!(Rounding::up().to_levels().round(0.123), 0.123);
}

#[test]
fn percentages_are_those_of_the_range() {
    // (13 - 10) / 7 = 42.857142857 %; 42.85714 % of 7 are 2.9999998.
    let scale = Scale::new(10.0, 17.0).unwrap();
    let moodle = Rounding::MOODLE;
    assert!((moodle.round_on(10.0 + 3.0 / 7.0, &scale) - (10.0 + 7.0 * 0.061_224_5)).abs() < 1e-12);
    assert_eq!(moodle.round(42.857_142_857), 42.857_14);
    // A tie of the sixth decimal, which doubles hold exactly: 100 / 256 = 0.390625.
    assert_eq!(moodle.round(100.0 / 256.0), 0.390_63);
    assert_eq!(moodle.round(-100.0 / 256.0), -0.390_63);
    for (min, max) in [(0.0, 0.1), (0.1, 0.7), (-3.3, 1.1), (0.0, 5e-324), (-8e307, 8e307)] {
        let scale = Scale::new(min, max).unwrap();
        assert_eq!(moodle.round_on(min, &scale), min);
        assert_eq!(moodle.round_on(max, &scale), max);
    }
}

#[test]
fn bad_numbers_are_refused() {
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(Rounding::up().to_step(step, 0.0), Err(RoundingError::Step { .. })));
    }
    let error = Rounding::up().to_step(1.0, f64::INFINITY).unwrap_err();
    assert_eq!(error, RoundingError::Origin { origin: f64::INFINITY });
    assert!(Rounding::up().to_decimals(15).is_ok());
    let error = RoundingError::Decimals { given: 16, limit: 15 };
    assert_eq!(Rounding::up().to_decimals(16), Err(error));
    assert_eq!(Rounding::up().to_percent_decimals(16), Err(error));
}

#[test]
fn every_rounding_says_what_it_does() {
    let nearest = Rounding::nearest(Halves::AwayFromZero);
    for (rounding, text) in [
        (Rounding::none(), "not rounded"),
        (Rounding::up(), "rounded up to a whole point"),
        (Rounding::toward_zero(), "rounded toward zero to a whole point"),
        (nearest, "rounded to the nearest whole point, halves away from zero"),
        (
            Rounding::down().to_step(0.5, 1.0).unwrap(),
            "rounded down to a multiple of 0.5 points from 1",
        ),
        (Rounding::down().to_levels(), "rounded down to a level of the scale"),
        (nearest.to_decimals(2).unwrap(), "rounded to 2 decimals, halves away from zero"),
        (Rounding::MOODLE, "rounded to 5 decimals of a percent, halves away from zero"),
    ] {
        assert_eq!(rounding.to_string(), text);
    }
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    let direction = prop::sample::select(directions());
    let step = prop::sample::select(vec![0.1, 0.25, 0.3, 0.5, 1.0, 7.0]);
    let grid = (0..4_u8, step, -3.0..3.0, 0..4_u8);
    (direction, grid).prop_map(|(rounding, (kind, step, origin, decimals))| match kind {
        0 => rounding.to_step(step, origin).unwrap(),
        1 => rounding.to_decimals(decimals).unwrap(),
        2 => rounding.to_percent_decimals(decimals).unwrap(),
        _ => rounding.to_levels(),
    })
}

proptest! {
    #[test]
    fn rounding_twice_is_rounding_once_and_keeps_the_order(
        rounding in any_rounding(),
        a in 0.0..10.0,
        b in 0.0..10.0,
    ) {
        let scale = Scale::with_step(0.0, 10.0, 0.5).unwrap();
        let [x, y] = [a, b].map(|z| rounding.round_on(z, &scale));
        prop_assert_eq!(rounding.round_on(x, &scale).to_bits(), x.to_bits());
        prop_assert!((a <= b) != (x > y) || x == y);
        prop_assert!((x - a).abs() <= rounding.reach(&scale) * (1.0 + 1e-12));
        prop_assert!((0.0..=10.0).contains(&x));
    }

    #[test]
    fn levels_and_percentages_double_with_the_scale(
        rounding in any_rounding(),
        a in 0.0..10.0,
    ) {
        prop_assume!(matches!(rounding.grid, Grid::Levels | Grid::PercentDecimals(_)));
        let (scale, doubled) =
            (Scale::with_step(0.0, 10.0, 0.5).unwrap(), Scale::with_step(0.0, 20.0, 1.0).unwrap());
        let twice = rounding.round_on(2.0 * a, &doubled);
        prop_assert_eq!((2.0 * rounding.round_on(a, &scale)).to_bits(), twice.to_bits());
    }
}
