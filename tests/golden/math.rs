//! Every function of `math` that is not plain arithmetic, at ten thousand points.

use super::case::{Area, Case};
use crate::math::{
    chi_square_quantile, digamma, erf, exp, exp_each, exp_each_single, hypot, ln, ln_each,
    ln_each_single, ln_gamma, log10, normal_cdf, normal_density, normal_quantile,
    power_of_two_near, round_half_even, sqrt, trigamma,
};

pub(crate) const AREA: Area = Area::new("math", include_str!("math.txt"), cases);

fn points(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..10_000).map(move |i| low + (high - low) * (f64::from(i) + 0.5) / 10_000.0)
}

fn over(name: &str, low: f64, high: f64, f: fn(f64) -> f64) -> Case {
    Case::floats(name, points(low, high).map(f))
}

fn at_once(name: &str, low: f64, high: f64, f: fn(&mut [f64])) -> Case {
    let mut values: Vec<f64> = points(low, high).collect();
    f(&mut values);
    Case::floats(name, values)
}

#[allow(clippy::cast_possible_truncation)] // points of single precision
fn at_once_single(name: &str, low: f64, high: f64, f: fn(&mut [f32])) -> Case {
    let mut values: Vec<f32> = points(low, high).map(|x| x as f32).collect();
    f(&mut values);
    Case::floats(name, values.into_iter().map(f64::from))
}

fn cases() -> Vec<Case> {
    vec![
        over("exp", -700.0, 700.0, exp),
        at_once("exp_each", -701.0, 701.0, exp_each),
        at_once_single("exp_each_single", -80.0, 80.0, exp_each_single),
        over("ln", 0.0, 1000.0, ln),
        at_once("ln_each", 0.0, 1000.0, ln_each),
        at_once_single("ln_each_single", 0.0, 1000.0, ln_each_single),
        over("log10", 0.0, 1000.0, log10),
        over("sqrt", 0.0, 1000.0, sqrt),
        over("hypot", 0.0, 1000.0, |x| hypot(x, 400.0 - x)),
        over("normal_cdf", -38.0, 9.0, normal_cdf),
        over("normal_density", -38.0, 38.0, normal_density),
        over("digamma", 0.0, 50.0, digamma),
        over("trigamma", 0.0, 50.0, trigamma),
        over("ln_gamma", 0.0, 200.0, ln_gamma),
        over("erf", -6.0, 6.0, erf),
        over("normal_quantile", 0.0, 1.0, normal_quantile),
        over("chi_square_quantile", 0.0, 0.5, |p| {
            chi_square_quantile(p, 1.0 + round_half_even(200.0 * p * p))
        }),
        over("round_half_even", -100.0, 100.0, round_half_even),
        over("power_of_two_near", 0.0, 1000.0, power_of_two_near),
    ]
}
