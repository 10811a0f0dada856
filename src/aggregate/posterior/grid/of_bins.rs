//! Scores that are bins, on the grid.

use super::{Grid, largest, repeat};
use crate::aggregate::posterior::bins::{ManyBetween, between};
use crate::aggregate::posterior::real::Real;
use crate::math;

impl<F: Real> Grid<F> {
    /// [`take`](Self::take) of a score that is a bin.
    pub(super) fn take_bin(&mut self, [_, mean, variance]: [f64; 3], edges: [f64; 2]) -> f64 {
        let first = self.seen.len();
        let low = self.law.low;
        // Nobody goes without a look where there is no effort.
        let blind =
            if self.efforts.len() > 1 { between(edges, low.mean, low.variance)[0] } else { 0.0 };
        for (inverse, noise) in self.halves.iter_mut().zip(&self.noise) {
            *inverse = F::new(1.0 / math::sqrt(variance + noise));
        }
        repeat(&mut self.halves, self.noise.len());
        self.between.find(edges.map(|edge| edge - mean), &self.bias, &self.halves);
        let ManyBetween { all, slope, curvature, .. } = &self.between;
        let most = largest(all, F::new(blind)).get();
        self.seen.extend_from_slice(all);
        self.slopes[0].extend_from_slice(slope);
        self.slopes[1].extend_from_slice(curvature);
        let part = F::new(1.0 / most);
        self.seen[first..].iter_mut().for_each(|seen| *seen *= part);
        self.blind.push(F::new(blind / most));
        math::ln(most)
    }

    /// [`moments`](Self::moments) of a score that is a bin.
    pub(super) fn moments_of_bin(&self, e: usize, variance: f64) -> [f64; 3] {
        let points = self.start.len();
        let [slopes, curvatures] = self.slopes.each_ref().map(|own| &own[e * points..][..points]);
        let [mut looks, mut first, mut second] = [0.0; 3];
        for ((share, slope), curvature) in self.looks.iter().zip(slopes).zip(curvatures) {
            let (share, slope) = (share.get(), slope.get());
            looks += share;
            first += share * slope;
            second += share * (slope * slope - curvature.get());
        }
        [variance * first, variance * variance * second, looks]
    }

    /// [`part`](Self::part) of a bin: an exact score of this weight would have its slope and curvature.
    pub(super) fn part_of_bin(&self, e: usize, mean: f64, variance: f64) -> [f64; 3] {
        let (count, points) = (self.noise.len(), self.start.len());
        let [slopes, curvatures] = self.slopes.each_ref().map(|own| &own[e * points..][..points]);
        let [mut weight, mut product, mut looks] = [0.0; 3];
        for q in 0..count {
            let [mut all, mut first, mut second, mut known, mut scores] = [0.0; 5];
            for (p, bias) in (q..points).step_by(count).zip(self.biases) {
                let (share, bias, slope) = (self.looks[p].get(), bias.get(), slopes[p].get());
                all += share;
                first += share * bias;
                second += share * bias * bias;
                // The least there is, for a score beyond an end of the scale that says nothing.
                let least = 1e-6 / (variance + self.noise[q]);
                let curvature = math::max(curvatures[p].get(), least);
                let precision = share * curvature / math::max(1.0 - variance * curvature, 1e-9);
                known += precision;
                scores += precision * (mean + slope / curvature);
            }
            looks += all;
            if all > 1e-12 {
                let centre = first / all;
                let spread = math::max(second / all - centre * centre, 0.0);
                let own = all / (all / known + spread);
                weight += own;
                product += own * scores / known;
            }
        }
        [weight, if weight > 0.0 { product / weight } else { mean }, looks]
    }
}
