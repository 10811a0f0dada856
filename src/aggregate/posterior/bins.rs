//! Scores as steps of the scale in which what a reviewer makes of a work falls.

use super::real::Real;
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::math;

/// From where to where what a reviewer made of a work may lie, by review: half a step to each side of the
/// score, and beyond the ends of the scale; without steps, the score itself between the ends.
pub(super) fn edges<F: Real>(ratings: &Ratings<'_>) -> Vec<[F; 2]> {
    let submissions = ratings.reviews().graph().submissions();
    let criteria = ratings.reviews().rubric().criteria();
    let given = ratings.graph().given();
    let items = ratings.graph().given_submissions();
    let column = ratings.column();
    chunks::column(given.len(), |i| {
        let rating = column[given[i].index()];
        let criterion = items[i].index() / submissions;
        let (axis, scale) = (ratings.axes()[criterion], criteria[criterion].scale());
        let half = 0.5 * axis.distance(scale.step().unwrap_or(0.0));
        // A score may be a trifle off the end by the change of units.
        let near = math::max(half, 1e-9);
        let lowest = rating < axis.rating(scale.min()) + near;
        let highest = rating > axis.rating(scale.max()) - near;
        let lower = if lowest { -f64::INFINITY } else { rating - half };
        let upper = if highest { f64::INFINITY } else { rating + half };
        [F::new(lower), F::new(upper)]
    })
}

/// The least probability of a bin, for products of a few not to be too small.
const LEAST: f64 = 1e-30;

/// The least variance within a bin of what falls in it, in parts of that outside.
const LEAST_VARIANCE: f64 = 1e-9;

/// How probable it is that `N(mean, variance)` falls between the edges, and the slope of the logarithm of that
/// in the mean, and the second derivative less its sign.
///
/// ```text
/// a = (lower - mean)/sd, t = (upper - mean)/sd,  P = Phi(t) - Phi(a),  k = (phi(a) - phi(t))/P
/// slope = k / sd,  curvature = (k^2 + (t phi(t) - a phi(a))/P) / variance
/// ```
///
/// `k` is the mean of a standard normal number between `a` and `t`, and 1 less `curvature x variance` its
/// variance. A bin without width is a point: its density, and slope and curvature of that.
pub(super) fn between([lower, upper]: [f64; 2], mean: f64, variance: f64) -> [f64; 3] {
    let sd = math::sqrt(variance);
    let (a, t) = ((lower - mean) / sd, (upper - mean) / sd);
    if lower >= upper {
        return [math::max(math::normal_density(a) / sd, LEAST), a / sd, 1.0 / variance];
    }
    // Of the two tails the one in which nothing cancels.
    let all = if a > 0.0 {
        math::normal_cdf(-a) - math::normal_cdf(-t)
    } else {
        math::normal_cdf(t) - math::normal_cdf(a)
    };
    if all < LEAST {
        // As if all of it were at the nearer edge.
        let k = if a > 0.0 { a } else { t };
        return [LEAST, k / sd, (1.0 - LEAST_VARIANCE) / variance];
    }
    let term = |x: f64| if x.is_finite() { x * math::normal_density(x) } else { 0.0 };
    let k = (math::normal_density(a) - math::normal_density(t)) / all;
    let k = math::clamp(k, a, t);
    let within = 1.0 + (term(a) - term(t)) / all - k * k;
    let within = math::clamp(within, LEAST_VARIANCE, 1.0);
    [all, k / sd, (1.0 - within) / variance]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)] // a plain oracle

    use super::between;

    /// Against sums over a fine grid, inner, outer and far bins.
    #[test]
    fn a_bin_is_what_an_integral_says() {
        let infinity = f64::INFINITY;
        for (edges, mean, variance) in [
            ([0.2, 0.7], 0.1, 0.5),
            ([-0.5, 0.5], 0.0, 2.0),
            ([1.0, infinity], 0.2, 0.3),
            ([-infinity, -3.0], 1.0, 1.5),
            ([4.0, 5.0], 0.0, 1.0),
            ([-9.0, -8.0], 0.5, 3.0),
        ] {
            let mass = |mean: f64| {
                let sd = f64::sqrt(variance);
                let ends = edges.map(|edge: f64| edge.clamp(mean - 14.0 * sd, mean + 14.0 * sd));
                let step = (ends[1] - ends[0]) / 20_000.0;
                let point = |i: u16| {
                    let x = (ends[0] + (f64::from(i) + 0.5) * step - mean) / sd;
                    (-0.5 * x * x).exp() / (core::f64::consts::TAU.sqrt() * sd) * step
                };
                (0..20_000).map(point).sum::<f64>()
            };
            let d = 1e-4;
            let [below, at, above] = [mean - d, mean, mean + d].map(|mean| mass(mean).ln());
            let [all, slope, curvature] = between(edges, mean, variance);
            assert!((all.ln() - at).abs() < 1e-6, "{edges:?}: {all}");
            assert!((slope - (above - below) / (2.0 * d)).abs() < 1e-5, "{edges:?}: {slope}");
            let second = (above - 2.0 * at + below) / (d * d);
            assert!((curvature + second).abs() < 1e-3, "{edges:?}: {curvature} {second}");
        }
    }

    #[test]
    fn far_bins_stay_finite() {
        for mean in [-1e9, -60.0, 60.0, 1e9] {
            for edges in [[-1.0, 1.0], [2.0, 2.0], [1.0, f64::INFINITY], [f64::NEG_INFINITY, 0.0]] {
                let found = between(edges, mean, 0.01);
                assert!(found.iter().all(|x| x.is_finite()) && found[0] > 0.0, "{found:?}");
                assert!((0.0..=100.0).contains(&found[2]), "{found:?}");
            }
        }
    }
}
