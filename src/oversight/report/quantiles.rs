//! The distributions behind the bounds of a report: chi-square and Student's t, of whole degrees of
//! freedom.

use core::f64::consts::PI;

use crate::math;

/// The `p` quantile of chi-square, `p` in (0, 1), to about 1e-12 relative; 0 for no degrees.
pub(super) fn chi_square_quantile(p: f64, degrees: u32) -> f64 {
    if degrees == 0 {
        return 0.0;
    }
    let log_gamma = log_gamma_of_half(degrees + 2);
    invert(f64::from(degrees), |x| chi_square(x, degrees, log_gamma) >= p)
}

/// P(X <= x) by the series of the incomplete gamma function, whose terms are all positive:
/// `y^a e^-y / gamma(a + 1) (1 + y / (a + 1) + y^2 / ((a + 1) (a + 2)) + ..)`.
fn chi_square(x: f64, degrees: u32, log_gamma: f64) -> f64 {
    let (a, y) = (0.5 * f64::from(degrees), 0.5 * x);
    if y <= 0.0 {
        return 0.0;
    }
    let (mut sum, mut term, mut n) = (1.0, 1.0, a);
    while term > f64::EPSILON * sum {
        n += 1.0;
        term *= y / n;
        sum += term;
    }
    sum * math::exp(a * math::ln(y) - y - log_gamma)
}

/// ln gamma(n / 2) for n from 1 up.
fn log_gamma_of_half(n: u32) -> f64 {
    let odd = n % 2 == 1;
    let start = if odd { 0.5 * math::ln(PI) } else { 0.0 };
    // gamma(x + 1) = x gamma(x), from gamma(1 / 2) = sqrt(pi) or gamma(1) = 1.
    let first = if odd { 1 } else { 2 };
    (first..n).step_by(2).fold(start, |sum, i| sum + math::ln(0.5 * f64::from(i)))
}

/// The `p` quantile of Student's t, `p` in (0.5, 1).
pub(super) fn t_quantile(p: f64, degrees: u32) -> f64 {
    let beta = beta_with_half(degrees);
    invert(1.0, |t| tail(t, degrees, beta) <= 1.0 - p)
}

/// P(T > t) for t from 0 and at least one degree of freedom.
pub(super) fn t_tail(t: f64, degrees: u32) -> f64 {
    tail(t, degrees, beta_with_half(degrees))
}

/// Half the incomplete beta function of `n / (n + t^2)` at `(n / 2, 1 / 2)`.
fn tail(t: f64, degrees: u32, beta: f64) -> f64 {
    let n = f64::from(degrees);
    if t <= 0.0 {
        return 0.5;
    }
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    let (x, rest) = (n / (n + square), square / (n + square));
    let a = 0.5 * n;
    let front = math::exp(a * math::ln(x)) * math::sqrt(rest) / beta;
    if x < (a + 1.0) / (a + 2.5) {
        0.5 * front * fraction(a, 0.5, x) / a
    } else {
        0.5 - front * fraction(0.5, a, rest)
    }
}

/// The beta function at `(n / 2, 1 / 2)`: pi, 2, and from n to n + 2 by n / (n + 1).
fn beta_with_half(degrees: u32) -> f64 {
    let odd = degrees % 2 == 1;
    let (first, start) = if odd { (1, PI) } else { (2, 2.0) };
    let steps = (first..degrees).step_by(2).map(f64::from);
    steps.fold(start, |beta, n| beta * n / (n + 1.0))
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let guard = |y: f64| if y.abs() < 1e-300 { 1e-300 } else { y };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The least number from 0 that is beyond, by doubling and halving.
fn invert(start: f64, beyond: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, start);
    while !beyond(high) && high < f64::MAX / 4.0 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if beyond(middle) {
            high = middle;
        } else {
            low = middle;
        }
        if high - low <= 1e-14 * high {
            return high;
        }
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

    use super::*;

    const LEVELS: [f64; 7] = [0.001, 0.025, 0.05, 0.2, 0.5, 0.9, 0.999];

    #[test]
    fn quantiles_invert_the_functions_of_another_library() {
        for n in [1, 2, 3, 4, 5, 9, 30, 101, 1000] {
            let (chi, t) = (
                ChiSquared::new(f64::from(n)).unwrap(),
                StudentsT::new(0.0, 1.0, f64::from(n)).unwrap(),
            );
            for p in LEVELS {
                let back = chi.cdf(chi_square_quantile(p, n));
                assert!((back - p).abs() < 1e-9 * p, "chi-square {n} {p}: {back}");
                if p > 0.5 {
                    let back = t.sf(t_quantile(p, n));
                    assert!((back - (1.0 - p)).abs() < 1e-9 * (1.0 - p), "t {n} {p}: {back}");
                }
            }
            for x in [0.0, 0.1, 1.0, 3.0, 30.0] {
                assert!((t_tail(x, n) - t.sf(x)).abs() < 1e-9 * t.sf(x), "t {n} {x}");
            }
        }
    }

    #[test]
    fn published_values_are_hit() {
        // Tables of Abramowitz and Stegun, 26.8 and 26.10.
        for (p, n, x) in [(0.05, 3, 0.351_846), (0.01, 5, 0.554_300), (0.95, 10, 18.3070)] {
            assert!((chi_square_quantile(p, n) - x).abs() < 1e-5 * x, "{p} {n}");
        }
        for (p, n, t) in [(0.95, 1, 6.314), (0.975, 4, 2.776), (0.995, 9, 3.250)] {
            assert!((t_quantile(p, n) - t).abs() < 1e-3, "{p} {n}");
        }
    }

    #[test]
    fn the_ends_are_finite() {
        for n in [1, 3, 1_000_000] {
            for p in [1e-300, f64::EPSILON, 1.0 - f64::EPSILON / 2.0] {
                assert!(chi_square_quantile(p, n).is_finite(), "{p} {n}");
            }
            assert!(t_quantile(1.0 - f64::EPSILON / 2.0, n).is_finite(), "{n}");
            assert!(t_tail(f64::MAX, n) >= 0.0);
        }
        assert!(chi_square_quantile(0.5, 0).abs() < 1e-300);
    }
}
