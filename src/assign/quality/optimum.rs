//! The least inflation that a large review graph can have.

use crate::math;

/// The inflation that no large review graph with these mean loads can beat, and which random ones
/// reach: `k` reviews a reviewer, `d` a submission.
///
/// ```text
/// lambda = 0:     k(d - 1) / (kd - k - d)            k = d:  (k - 1)/(k - 2)
/// any lambda:     1 / (1 - f),   f = [ B - sqrt(B^2 - 4 k (d-1) z d) ] / ( 2 k (d-1) )
///                                B = kd + z(d - k),   z = k / (k + lambda)
/// ```
///
/// Inflation counts the weighted returns of a random walk on the review graph, and returns are never
/// rarer than on the infinite tree with the same loads, on which they can be added up. For lambda
/// see [`inflation`](super::inflation). Mean loads need not be whole numbers. In `[1, inf)`; a graph of
/// fewer than about 200 submissions may lie a little below (at k = d = 3 and 30 submissions by 6 %).
///
/// `None` where it is infinite, which is so for `(k - 1)(d - 1) <= 1` with lambda 0, such as two
/// reviews each: such a graph is a set of cycles, and grades drift along them. `None` too where `k`
/// or `d` is below 1, `lambda` negative, or one of them not finite. O(1).
///
/// ```
/// use peergrade::assign::quality::optimum;
///
/// assert_eq!(optimum(5.0, 5.0, 0.0), Some(4.0 / 3.0));
/// assert_eq!(optimum(2.0, 2.0, 0.0), None);
/// // One exemplar of known grade for every reviewer changes that.
/// assert!((optimum(2.0, 2.0, 1.0).unwrap() - 3.0_f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn optimum(k: f64, d: f64, lambda: f64) -> Option<f64> {
    if !(k >= 1.0 && d >= 1.0 && lambda >= 0.0) {
        return None;
    }
    let (z, rest) = (k / (k + lambda), lambda / (k + lambda));
    let b = k * d + z * (d - k);
    // The root, as a sum of squares: the published difference loses all digits for small lambda.
    let excess = (k + d - k * d) - rest * (k + d);
    let product = 4.0 * z * d * k * rest;
    let root = math::sqrt(excess * excess + product);
    // (1 - f)(b + root), again without a difference of near equals.
    let gap = if excess > 0.0 { product / (root + excess) } else { root - excess };
    let optimum = (b + root) / gap;
    optimum.is_finite().then_some(optimum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(k: f64, d: f64, lambda: f64, expected: f64) {
        let found = optimum(k, d, lambda).unwrap();
        assert!((found - expected).abs() < 5.1e-5, "I_opt({k}, {d}, {lambda}) = {found}");
    }

    #[test]
    fn the_table_of_equal_loads() {
        let lambdas = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0];
        for (k, row) in [
            (3.0, [2.0000, 1.7614, 1.6235, 1.4641, 1.3117, 1.1903]),
            (4.0, [1.5000, 1.4391, 1.3923, 1.3246, 1.2426, 1.1623]),
            (5.0, [1.3333, 1.3062, 1.2834, 1.2470, 1.1969, 1.1406]),
            (6.0, [1.2500, 1.2348, 1.2213, 1.1987, 1.1652, 1.1237]),
            (8.0, [1.1667, 1.1599, 1.1536, 1.1425, 1.1245, 1.0995]),
            (10.0, [1.1250, 1.1212, 1.1176, 1.1110, 1.0998, 1.0831]),
        ] {
            for (lambda, expected) in lambdas.into_iter().zip(row) {
                near(k, k, lambda, expected);
            }
        }
        for (lambda, expected) in
            lambdas.into_iter().zip([0.0, 3.0, 2.2361, 1.7321, math::sqrt(2.0), 1.2247])
        {
            if lambda > 0.0 {
                near(2.0, 2.0, lambda, expected);
            }
        }
    }

    #[test]
    fn the_values_of_unequal_and_of_mixed_loads() {
        for (k, d, expected) in [
            (6.0, 4.0, 1.2857),
            (4.0, 6.0, 1.4286),
            (3.0, 5.0, 1.7143),
            (5.0, 3.0, 1.4286),
            (2.0, 6.0, 2.5),
            (6.0, 2.0, 1.5),
            (10.0, 2.0, 1.25),
            (4.5, 4.5, 1.4),
        ] {
            near(k, d, 0.0, expected);
        }
        near(6.0, 4.0, 1.0, 1.2195);
    }

    #[test]
    fn the_iteration_agrees() {
        for (k, d, lambda) in [(2.0, 2.0, 0.1), (3.0, 7.5, 0.01), (1.0, 4.0, 2.0), (5.0, 1.0, 0.3)]
        {
            let z = k / (k + lambda);
            let walk = |f: f64| z / (k - z * (k - 1.0) / (d - (d - 1.0) * f));
            let f = (0..10_000).fold(0.0, |f, _| walk(f));
            let found = optimum(k, d, lambda).unwrap();
            assert!((found - 1.0 / (1.0 - f)).abs() < 1e-9, "I_opt({k}, {d}, {lambda}) = {found}");
        }
    }

    #[test]
    fn small_lambda_keeps_its_digits_and_bad_arguments_have_no_value() {
        for lambda in [1e-12, 1e-6, 1e-3] {
            let exact = math::sqrt(1.0 + 2.0 / lambda);
            let found = optimum(2.0, 2.0, lambda).unwrap();
            assert!((found / exact - 1.0).abs() < 1e-14, "{found} at {lambda}");
        }
        for (k, d, lambda) in [
            (2.0, 2.0, 0.0),
            (1.0, 9.0, 0.0),
            (9.0, 1.0, 0.0),
            (1.5, 2.5, 0.0),
            (0.5, 5.0, 1.0),
            (5.0, 0.0, 1.0),
            (5.0, 5.0, -1.0),
            (f64::NAN, 5.0, 0.0),
            (5.0, f64::INFINITY, 0.0),
            (5.0, 5.0, f64::INFINITY),
            (1e300, 1e300, 0.0),
        ] {
            assert_eq!(optimum(k, d, lambda), None, "I_opt({k}, {d}, {lambda})");
        }
        assert_eq!(optimum(5.0, 5.0, 1e300), Some(1.0));
    }
}
