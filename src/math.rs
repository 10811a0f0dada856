//! The only place for `exp`, `ln`, `erf`, `erfc`, quantiles, minima and maxima.
//!
//! Everything rests on `libm` and on `+ - * / sqrt`, which give the same bits on every platform
//! with IEEE doubles; the methods of `std` do not.
// The coefficients of AS 241 are written as published.
#![allow(clippy::excessive_precision, clippy::unreadable_literal)]

/// e^x.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `exp` of each, within 2 units in the last place: from -700 to 700, beyond which it stays.
///
/// Plain sums and products alone, so that several are worked on at once.
#[inline]
pub(crate) fn exp_each(values: &mut [f64]) {
    // x = k ln 2 + r: adding 1.5 x 2^52 rounds k to a whole number, in the lowest bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    const LN_2: [f64; 2] = [0.693_147_180_369_123_816_490, 1.908_214_929_270_587_700_02e-10];
    for x in values {
        let y = clamp(*x, -700.0, 700.0);
        let whole = y * core::f64::consts::LOG2_E + WHOLE;
        let k = whole - WHOLE;
        let r = (y - k * LN_2[0]) - k * LN_2[1];
        let (r2, r4) = (r * r, r * r * r * r);
        // The series up to r^13 / 13!, in groups that do not wait for each other.
        let a = (1.0 / 2.0 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
        let b = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362_880.0));
        let c = (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0))
            + r2 * (1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0));
        let series = 1.0 + (r + r2 * (a + r4 * (b + r4 * c)));
        let power = f64::from_bits((whole.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
        *x = series * power;
    }
}

/// `ln` of each, within 2 units in the last place, of normal numbers above 0.
#[inline]
pub(crate) fn ln_each(values: &mut [f64]) {
    // The mantissa lies from the root of 1/2 to the root of 2.
    const ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    const WHOLE: u64 = 0x4330_0000_0000_0000;
    const LN_2: [f64; 2] = [6.931_471_803_691_238_164_90e-1, 1.908_214_929_270_587_700_02e-10];
    for x in values {
        let above = x.to_bits().wrapping_sub(ROOT);
        // The exponent, made positive, as the lowest bits of 2^52.
        let exponent = (above.wrapping_add(1024 << 52) >> 52) | WHOLE;
        let k = f64::from_bits(exponent) - (4_503_599_627_370_496.0 + 1024.0);
        let mantissa = f64::from_bits((above & 0x000f_ffff_ffff_ffff).wrapping_add(ROOT));
        let f = mantissa - 1.0;
        let s = f / (2.0 + f);
        let (s2, s4) = (s * s, s * s * s * s);
        // ln((1 + s) / (1 - s)) by the coefficients of fdlibm's log.
        let even = s2
            * (6.666_666_666_666_735_13e-1
                + s4 * (2.857_142_874_366_239_149e-1
                    + s4 * (1.818_357_216_161_805_012e-1 + s4 * 1.479_819_860_511_658_591e-1)));
        let odd = s4
            * (3.999_999_999_940_941_908e-1
                + s4 * (2.222_219_843_214_978_396e-1 + s4 * 1.531_383_769_920_937_332e-1));
        let half = 0.5 * f * f;
        *x = k * LN_2[0] - ((half - (s * (half + even + odd) + k * LN_2[1])) - f);
    }
}

/// [`exp_each`] in single precision, from -80 to 80.
#[inline]
pub(crate) fn exp_each_single(values: &mut [f32]) {
    const WHOLE: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_375, -2.121_944_4e-4];
    for x in values {
        let y = if *x < -80.0 { -80.0 } else { *x };
        let y = if y > 80.0 { 80.0 } else { y };
        let whole = y * core::f32::consts::LOG2_E + WHOLE;
        let k = whole - WHOLE;
        let r = (y - k * LN_2[0]) - k * LN_2[1];
        let r2 = r * r;
        // The series up to r^7 / 7!.
        let a = (1.0 / 2.0 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
        let series = 1.0 + (r + r2 * (a + r2 * r2 * (1.0 / 720.0 + r * (1.0 / 5040.0))));
        *x = series * f32::from_bits((whole.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    }
}

/// [`ln_each`] in single precision.
#[inline]
pub(crate) fn ln_each_single(values: &mut [f32]) {
    const ROOT: u32 = 0x3f35_04f3;
    const WHOLE: u32 = 0x4b00_0000;
    const LN_2: [f32; 2] = [0.693_359_375, -2.121_944_4e-4];
    for x in values {
        let above = x.to_bits().wrapping_sub(ROOT);
        let exponent = (above.wrapping_add(128 << 23) >> 23) | WHOLE;
        let k = f32::from_bits(exponent) - (8_388_608.0 + 128.0);
        let mantissa = f32::from_bits((above & 0x007f_ffff).wrapping_add(ROOT));
        let f = mantissa - 1.0;
        let s = f / (2.0 + f);
        let s2 = s * s;
        // 2 s (1 + s^2 / 3 + s^4 / 5 + ...)
        let series = s2 * (1.0 / 3.0 + s2 * (1.0 / 5.0 + s2 * (1.0 / 7.0 + s2 * (1.0 / 9.0))));
        *x = k * LN_2[0] + (k * LN_2[1] + 2.0 * (s + s * series));
    }
}

/// The logarithm to base 10.
pub(crate) fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// The square root.
pub(crate) fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// The root of `a^2 + b^2`, for numbers whose squares may overflow.
pub(crate) fn hypot(a: f64, b: f64) -> f64 {
    let unit = power_of_two_near(max(a.abs(), b.abs()));
    unit * sqrt(a / unit * (a / unit) + b / unit * (b / unit))
}

/// `x` to a whole power, by repeated multiplication from the left.
pub(crate) fn power(x: f64, exponent: u32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * x)
}

/// The smaller of two numbers that are not NaN; the first where they are equal.
pub(crate) fn min(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// The larger of two numbers that are not NaN; the first where they are equal.
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// `x` moved into `low..=high`.
pub(crate) fn clamp(x: f64, low: f64, high: f64) -> f64 {
    min(max(x, low), high)
}

/// The largest power of two up to `x`, but a normal number: a unit by which division is exact and
/// safe. `x` is finite and not negative.
pub(crate) fn power_of_two_near(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
    max(f64::from_bits(x.to_bits() & EXPONENT), f64::MIN_POSITIVE)
}

/// The mean of at least one number. It lies within them: rounding alone can carry it outside, as
/// (0.1 + 0.1 + 0.1) / 3 is above 0.1.
pub(crate) fn mean(scores: &[f64]) -> f64 {
    let mut low = scores[0];
    let mut high = scores[0];
    let mut sum = 0.0;
    for &score in scores {
        sum += score;
        low = min(low, score);
        high = max(high, score);
    }
    let count = scores.len() as f64;
    // The second way is for sums beyond the largest double.
    let mean = if sum.is_finite() {
        sum / count
    } else {
        scores.iter().fold(0.0, |mean, score| mean + score / count)
    };
    clamp(mean, low, high)
}

/// The standard error of the mean of these values; `None` for fewer than two.
pub(crate) fn std_error(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values);
    let unit = values.iter().fold(0.0, |most, value| max(most, (value - mean).abs()));
    let unit = power_of_two_near(unit);
    let square = |value: f64| (value - mean) / unit * ((value - mean) / unit);
    let squares = values.iter().fold(0.0, |sum, &value| sum + square(value));
    let n = values.len() as f64;
    Some(unit * sqrt(squares / (n - 1.0) / n))
}

/// Round to the nearest integer, halves to even.
pub(crate) fn round_half_even(x: f64) -> f64 {
    libm::rint(x)
}

/// The standard normal distribution function.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / core::f64::consts::SQRT_2)
}

/// The standard normal density.
pub(crate) fn normal_density(x: f64) -> f64 {
    // 1 / sqrt(2 pi).
    0.398_942_280_401_432_7 * exp(-0.5 * x * x)
}

/// The error function: `2 normal_cdf(x sqrt(2)) - 1`, with its digits near 0.
pub(crate) fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The digamma function, the slope of the logarithm of the gamma function, for x > 0: raised to 6
/// by `f(x) = f(x + 1) - 1/x`, then by the asymptotic series.
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 6.0 {
        below += 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series =
        r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))));
    ln(x) - 0.5 / x - series - below
}

/// The trigamma function, the slope of [`digamma`], for x > 0: raised to 6 by
/// `f(x) = f(x + 1) + 1/x^2`, then by the asymptotic series.
pub(crate) fn trigamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 6.0 {
        below += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series =
        r * (1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * 5.0 / 66.0))));
    below + (1.0 + 0.5 / x + series) / x
}

/// The logarithm of the gamma function, for x > 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    if x < 16.0 {
        return libm::lgamma(x);
    }
    // The asymptotic series is quicker, and right to the last digits from here on.
    let r = 1.0 / (x * x);
    let series = (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r / 1680.0))) / x;
    // ln(2 pi) / 2.
    (x - 0.5) * ln(x) - x + 0.918_938_533_204_672_7 + series
}

/// The standard normal quantile of `p` in (0, 1), to about 1e-16 relative: algorithm AS 241,
/// PPND16 (Wichura, Applied Statistics 37, 1988).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * polynomial(&CENTRE_NUMERATOR, r) / polynomial(&CENTRE_DENOMINATOR, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = sqrt(-ln(tail));
    let magnitude = if r <= 5.0 {
        polynomial(&MIDDLE_NUMERATOR, r - 1.6) / polynomial(&MIDDLE_DENOMINATOR, r - 1.6)
    } else {
        polynomial(&TAIL_NUMERATOR, r - 5.0) / polynomial(&TAIL_DENOMINATOR, r - 5.0)
    };
    if q < 0.0 { -magnitude } else { magnitude }
}

/// The quantile of `p` in 0..=0.5 (0 excluded) of the chi-square distribution with `freedom` degrees
/// of freedom: above 0.5 it would lose digits.
///
/// Newton's method on ln P over ln x, P the regularised lower incomplete gamma function by its
/// series. ln P is concave in ln x, so that every step but the first is from below and the steps
/// converge from any start; they start at the approximation of Wilson and Hilferty (1931).
pub(crate) fn chi_square_quantile(p: f64, freedom: f64) -> f64 {
    let a = 0.5 * freedom;
    let log_gamma = libm::lgamma(a + 1.0);
    let part = 2.0 / (9.0 * freedom);
    let root = 1.0 - part + normal_quantile(p) * sqrt(part);
    // Close to 0 the series is its first term.
    let mut log_x = if root > 0.3 { ln(a * root * root * root) } else { (ln(p) + log_gamma) / a };
    for _ in 0..50 {
        let x = exp(log_x);
        let (mut sum, mut term, mut n) = (1.0, 1.0, a);
        while term > 1e-17 * sum {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        let step = (a * log_x - x - log_gamma + ln(sum) - ln(p)) * sum / a;
        log_x -= step;
        if step.abs() <= 1e-15 {
            break;
        }
    }
    2.0 * exp(log_x)
}

/// Coefficients from the constant term up, by Horner's rule.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

const CENTRE_NUMERATOR: [f64; 8] = [
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
];
const MIDDLE_NUMERATOR: [f64; 8] = [
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
];
const MIDDLE_DENOMINATOR: [f64; 8] = [
    1.0,
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
];
const TAIL_NUMERATOR: [f64; 8] = [
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
];
const TAIL_DENOMINATOR: [f64; 8] = [
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
];

#[cfg(test)]
mod tests {
    #[test]
    fn many_at_once_are_what_one_is() {
        let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
        for i in -70_000..=70_000_i32 {
            let x = f64::from(i) / 100.0 + 0.001_234;
            let mut each = [clamp(x, -700.0, 700.0)];
            exp_each(&mut each);
            assert!(near(each[0], exp(clamp(x, -700.0, 700.0))), "exp {x}: {}", each[0]);
            let positive = exp(x);
            for x in [positive, 1.0 + x * 1e-5, 1.0 + x * 1e-17].into_iter().filter(|&x| x > 1e-307)
            {
                let mut each = [x];
                ln_each(&mut each);
                assert!(near(each[0], ln(x)), "ln {x}: {} {}", each[0], ln(x));
            }
        }
        for i in -8_000..=8_000_i16 {
            let x = f32::from(i) / 100.0;
            let mut each = [x];
            exp_each_single(&mut each);
            let exact = exp(x.into());
            assert!((f64::from(each[0]) / exact - 1.0).abs() < 4e-7, "exp {x}: {}", each[0]);
            ln_each_single(&mut each);
            assert!((each[0] - x).abs() < 4e-7 * (1.0 + x.abs()), "ln {x}: {}", each[0]);
        }
        let mut each = [-1e9, 1e9, 0.0];
        exp_each(&mut each);
        assert!(near(each[2], 1.0));
        assert!(near(each[0], exp(-700.0)) && near(each[1], exp(700.0)));
    }

    use super::*;

    #[test]
    fn quantile_inverts_the_distribution_function() {
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-15, "p = {p}");
        }
        // Published check values of AS 241, for p = 0.25, 0.001 and 1e-20.
        for (p, x) in
            [(0.25, -0.6744897501960817), (0.001, -3.090232306167814), (1e-20, -9.262340089798408)]
        {
            assert!((normal_quantile(p) - x).abs() < 1e-14, "p = {p}");
        }
    }

    #[test]
    fn normal_agrees_with_an_independent_library() {
        use statrs::distribution::{Continuous, ContinuousCDF, Normal};
        let normal = Normal::new(0.0, 1.0).unwrap();
        for i in -800..=800 {
            let x = f64::from(i) / 100.0;
            // The library's erfc is right to 1e-10 relative only.
            let oracle = normal.cdf(x);
            assert!((normal_cdf(x) - oracle).abs() <= 1e-9 * oracle, "x = {x}");
            let density = normal.pdf(x);
            assert!((normal_density(x) - density).abs() <= 1e-14 * density, "x = {x}");
            let erf_oracle = 2.0 * normal.cdf(x * core::f64::consts::SQRT_2) - 1.0;
            assert!((erf(x) - erf_oracle).abs() <= 1e-10, "x = {x}");
        }
    }

    #[test]
    fn gamma_slopes_agree_with_an_independent_library() {
        use statrs::function::gamma::digamma as oracle;
        for i in 1..=4000 {
            let x = f64::from(i) / 20.0;
            let (own, other) = (digamma(x), oracle(x));
            assert!((own - other).abs() <= 1e-9 * (1.0 + other.abs()), "x = {x}: {own} {other}");
            // The slope of the one is the other.
            let slope = (digamma(x + 1e-4 * x) - digamma(x - 1e-4 * x)) / (2e-4 * x);
            assert!((trigamma(x) - slope).abs() <= 1e-7 * slope, "x = {x}");
        }
        let gamma = 0.577_215_664_901_532_9;
        let basel = core::f64::consts::PI * core::f64::consts::PI / 6.0;
        for (ours, known) in [
            (digamma(1.0), -gamma),
            (digamma(0.5), -gamma - 2.0 * core::f64::consts::LN_2),
            (digamma(10.0), 2.251_752_589_066_721),
            (trigamma(1.0), basel),
            (trigamma(0.5), 3.0 * basel),
            (trigamma(3.0), basel - 1.25),
        ] {
            assert!((ours - known).abs() < 1e-10, "{ours} {known}");
        }
    }

    #[test]
    fn the_logarithm_of_gamma_agrees_with_an_independent_library() {
        use statrs::function::gamma::ln_gamma as oracle;
        for i in 1..=4000 {
            let x = f64::from(i) / 20.0;
            let (own, other) = (ln_gamma(x), oracle(x));
            assert!((own - other).abs() <= 1e-12 * (1.0 + other.abs()), "x = {x}: {own} {other}");
        }
        // 15! and 20!
        for (x, factorial) in [(16.0, 1_307_674_368_000.0), (21.0, 2_432_902_008_176_640_000.0)] {
            assert!((ln_gamma(x) - ln(factorial)).abs() < 1e-13 * ln(factorial), "x = {x}");
        }
    }

    #[test]
    fn chi_square_agrees_with_an_independent_library() {
        use statrs::distribution::{ChiSquared, ContinuousCDF};
        for freedom in (1..60).chain([100, 333, 1000, 20_000]).map(f64::from) {
            let law = ChiSquared::new(freedom).unwrap();
            for p in [1e-12, 1e-6, 0.001, 0.025, 0.05, 0.1, 0.25, 0.4, 0.5] {
                let x = chi_square_quantile(p, freedom);
                assert!((law.cdf(x) / p - 1.0).abs() < 1e-10, "{p} {freedom}: {x}");
            }
        }
        // Two degrees of freedom are an exponential law.
        for p in [1e-9, 0.025, 0.5] {
            let expected = -2.0 * libm::log1p(-p);
            assert!((chi_square_quantile(p, 2.0) / expected - 1.0).abs() < 1e-14, "p = {p}");
        }
    }

    #[test]
    fn halves_go_to_even_and_clamp_keeps_the_range() {
        let bits = |values: [f64; 4]| values.map(f64::to_bits);
        assert_eq!(bits([0.5, 1.5, 2.5, -0.5].map(round_half_even)), bits([0.0, 2.0, 2.0, -0.0]));
        let clamped = [-1.0, 0.3, 1.0, 2.0].map(|x| clamp(x, 0.0, 1.0));
        assert_eq!(bits(clamped), bits([0.0, 0.3, 1.0, 1.0]));
    }

    #[test]
    fn units_are_normal_powers_of_two() {
        for (x, unit) in [
            (1.0, 1.0),
            (1.99, 1.0),
            (1000.0, 512.0),
            (0.3, 0.25),
            (0.0, f64::MIN_POSITIVE),
            (5e-324, f64::MIN_POSITIVE),
        ] {
            assert_eq!(power_of_two_near(x).to_bits(), f64::to_bits(unit), "{x}");
        }
        assert!(f64::MAX / power_of_two_near(f64::MAX) < 2.0);
    }

    #[test]
    fn functions_are_pinned() {
        crate::golden::case::check(&crate::golden::math::AREA);
    }
}
