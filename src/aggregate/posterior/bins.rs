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

/// Bins narrower than this, in standard deviations, are points: of two tails so near too little is left.
const NARROW: f64 = 0.01;

/// `ln(erfc(x) exp(x^2) / t)` in powers of `t = 1 / (1 + x / 2)`, to 1.2e-7 (Press, Teukolsky, Vetterling and
/// Flannery, "Numerical Recipes", Cambridge University Press 1986).
const TAIL: [f64; 10] = [
    -1.265_512_23,
    1.000_023_68,
    0.374_091_96,
    0.096_784_18,
    -0.186_288_06,
    0.278_868_07,
    -1.135_203_98,
    1.488_515_87,
    -0.822_152_23,
    0.170_872_77,
];

/// [`between`] for many means and variances at once, and space for what it takes.
#[derive(Debug, Clone, Default)]
pub(super) struct ManyBetween<F> {
    /// Edges in standard deviations, the lower ones first; there, the tail beyond and `sqrt(2 pi)` times the
    /// density.
    edges: Vec<F>,
    tails: Vec<F>,
    densities: Vec<F>,
    pub(super) all: Vec<F>,
    pub(super) slope: Vec<F>,
    pub(super) curvature: Vec<F>,
}

impl<F: Real> ManyBetween<F> {
    /// The same from these distances of the edges from each mean, and `1 / sd` of each.
    pub(super) fn find(&mut self, [lower, upper]: [f64; 2], biases: &[F], inverse: &[F]) {
        let count = biases.len();
        for column in [&mut self.all, &mut self.slope, &mut self.curvature] {
            column.resize(count, F::ZERO);
        }
        let largest = inverse.iter().fold(F::ZERO, |most, &x| most.most(x)).get();
        if (upper - lower) * largest < NARROW {
            return self.point(lower, upper, biases, inverse);
        }
        for column in [&mut self.edges, &mut self.tails, &mut self.densities] {
            column.resize(2 * count, F::ZERO);
        }
        let far = F::ZERO - F::FAR;
        for (edges, edge) in self.edges.chunks_exact_mut(count).zip([lower, upper].map(F::new)) {
            for ((to, &bias), &inverse) in edges.iter_mut().zip(biases).zip(inverse) {
                *to = ((edge - bias) * inverse).most(far).least(F::FAR);
            }
        }
        self.tails();
        self.bins([lower, upper].map(F::new), biases, inverse);
    }

    /// Densities and tails beyond the edges.
    fn tails(&mut self) {
        let (half, root) = (F::new(0.5), F::new(0.5 * core::f64::consts::FRAC_1_SQRT_2));
        let coefficients = TAIL.map(F::new);
        let columns = self.densities.iter_mut().zip(&mut self.tails);
        for ((density, tail), &z) in columns.zip(&self.edges) {
            *density = F::ZERO - half * z * z;
            let t = F::ONE / (F::ONE + root * z.most(F::ZERO - z));
            *tail = coefficients.iter().rev().fold(F::ZERO, |sum, &own| sum * t + own);
        }
        F::exp_each(&mut self.densities);
        F::exp_each(&mut self.tails);
        let columns = self.tails.iter_mut().zip(&self.densities);
        for ((tail, &density), &z) in columns.zip(&self.edges) {
            let t = F::ONE / (F::ONE + root * z.most(F::ZERO - z));
            *tail = half * t * density * *tail;
        }
    }

    /// Probabilities, slopes and curvatures from tails and densities.
    fn bins(&mut self, [lower, upper]: [F; 2], biases: &[F], inverse: &[F]) {
        let count = biases.len();
        let [(edges_a, edges_t), (tails_a, tails_t), (densities_a, densities_t)] =
            [&self.edges, &self.tails, &self.densities].map(|column| column.split_at(count));
        let out = self.all.iter_mut().zip(&mut self.slope).zip(&mut self.curvature);
        let part = F::new(1.0 / math::sqrt(core::f64::consts::TAU));
        let (floor, sure) = (F::new(LEAST), F::new(LEAST_VARIANCE));
        for (i, ((all, slope), curvature)) in out.enumerate() {
            let (a, t, inverse) = (edges_a[i], edges_t[i], inverse[i]);
            let (tail_a, tail_t) = (tails_a[i], tails_t[i]);
            let mass = if a > F::ZERO {
                tail_a - tail_t
            } else if t < F::ZERO {
                tail_t - tail_a
            } else {
                F::ONE - tail_a - tail_t
            };
            let unit = part / mass.most(floor);
            let k = (unit * (densities_a[i] - densities_t[i])).most(a).least(t);
            let within = F::ONE + unit * (a * densities_a[i] - t * densities_t[i]) - k * k;
            let within = within.most(sure).least(F::ONE);
            // As if all of it were at the nearer edge.
            let edge = if a > F::ZERO { lower } else { upper };
            let is_far = mass < floor;
            let (k, within) =
                if is_far { ((edge - biases[i]) * inverse, sure) } else { (k, within) };
            *all = mass.most(floor);
            *slope = k * inverse;
            *curvature = (F::ONE - within) * inverse * inverse;
        }
    }

    /// Bins without width, or next to none.
    fn point(&mut self, lower: f64, upper: f64, biases: &[F], inverse: &[F]) {
        let middle = F::new(0.5 * (lower + upper));
        let width = if upper > lower { upper - lower } else { 1.0 };
        let part = F::new(width / math::sqrt(core::f64::consts::TAU));
        let (half, least) = (F::new(0.5), F::new(LEAST));
        for (i, (&bias, &inverse)) in biases.iter().zip(inverse).enumerate() {
            let z = (middle - bias) * inverse;
            self.all[i] = F::ZERO - half * z * z;
            self.slope[i] = z * inverse;
            self.curvature[i] = inverse * inverse;
        }
        F::exp_each(&mut self.all);
        for (all, &inverse) in self.all.iter_mut().zip(inverse) {
            *all = (part * inverse * *all).most(least);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)] // a plain oracle

    use proptest::prelude::*;

    use super::{ManyBetween, Real, between};

    /// One of many at once.
    fn many<F: Real>(edges: [f64; 2], bias: f64, sd: f64) -> [f64; 3] {
        let mut many = ManyBetween::<F>::default();
        many.find(edges, &[F::new(bias); 4], &[F::new(1.0 / sd); 4]);
        [&many.all, &many.slope, &many.curvature].map(|column| column[2].get())
    }

    /// By how much many at once are off, in parts of the larger of each number and its unit: a
    /// probability, a slope and a curvature.
    fn off<F: Real>(edges: [f64; 2], bias: f64, sd: f64) -> [f64; 3] {
        let found = many::<F>(edges, bias, sd);
        let expected = between(edges, bias, sd * sd);
        let width = if edges[1] > edges[0] { 1.0 } else { 1.0 / sd };
        let units = [1e-3 * width, 1.0 / sd, 1.0 / (sd * sd)];
        core::array::from_fn(|i| {
            (found[i] - expected[i]).abs() / f64::max(expected[i].abs(), units[i])
        })
    }

    proptest! {
        #[test]
        fn many_bins_are_what_one_is(
            lower in -6.0..6.0_f64, width in 0.0..3.0_f64, bias in -2.0..2.0_f64, sd in 0.1..2.0_f64,
            kind in 0..4_u8,
        ) {
            let edges = match kind {
                0 => [-f64::INFINITY, lower],
                1 => [lower, f64::INFINITY],
                2 => [lower, lower + 1e-4 * width],
                _ => [lower, lower + width],
            };
            let narrow = (edges[1] - edges[0]) / sd < 0.2;
            for (found, limit) in off::<f64>(edges, bias, sd).into_iter().zip([1e-4, 1e-4, 2e-3]) {
                prop_assert!(found < limit, "{edges:?}: {found}");
            }
            for (found, limit) in off::<f32>(edges, bias, sd).into_iter().zip([1e-3, 1e-3, 1e-2]) {
                prop_assert!(found < if narrow { 5.0 * limit } else { limit }, "{edges:?}: {found}");
            }
        }
    }

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
                for many in [many::<f64>(edges, mean, 0.1), many::<f32>(edges, mean, 0.1)] {
                    assert!(many.iter().all(|x| x.is_finite()) && many[0] > 0.0, "{many:?}");
                    assert!((0.0..=100.1).contains(&many[2]), "{many:?}");
                }
            }
        }
    }
}
