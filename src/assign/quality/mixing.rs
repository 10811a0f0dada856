//! How well a review graph mixes: its second singular value.

use super::components::Components;
use super::design::{Design, add, dot, norm, stream};
use crate::chunks;
use crate::graph::ReviewGraph;
use crate::math;

/// Steps for a graph of any size; small ones may take more, see [`step_limit`].
const STEPS: usize = 60;
/// Steps between two looks at how far it has come.
const STRIDE: usize = 8;
/// Up to this many values each new vector is made orthogonal to all before it. Larger ones would
/// take 8 bytes a submission for each step, and do not lose it within [`STEPS`].
const KEPT: usize = 1 << 16;

/// The second singular value of a review graph, see [`mixing`].
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::mixing;
///
/// // Everybody reviews everything: nothing mixes better.
/// let pairs: Vec<_> =
///     (0..16).map(|i| (SubmissionId::new(i / 4), PersonId::new(i % 4))).collect();
/// let found = mixing(&ReviewGraph::from_pairs(4, 4, &pairs)?).unwrap();
/// assert!(found.sigma2() < 1e-6 && found.converged());
/// assert!((found.worst_contrast().unwrap() - 1.0).abs() < 1e-9);
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixing {
    square: f64,
    connected: bool,
    converged: bool,
}

impl Mixing {
    /// The second singular value, in `[0, 1]`: 1 where there are several components. Not above the
    /// true value, but for rounding.
    #[must_use]
    pub fn sigma2(&self) -> f64 {
        math::sqrt(self.square)
    }

    /// By what factor unknown severity inflates the variance of the worst comparison, where all
    /// loads are equal and nothing is known of the reviewers beforehand; not above the true value.
    ///
    /// ```text
    /// W = 1 / (1 - sigma2^2)
    /// ```
    ///
    /// In `[1, inf)`; `None` where it is infinite: with several components.
    #[must_use]
    pub fn worst_contrast(&self) -> Option<f64> {
        let worst = 1.0 / (1.0 - self.square);
        (self.connected && worst.is_finite()).then_some(worst)
    }

    /// Whether `1 - sigma2^2` is known to within one percent of itself. If not, the graph is nearly
    /// disconnected, like a ring.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }
}

/// The second largest singular value of the normalised review matrix.
///
/// ```text
/// N = D_R^(-1/2) A D_S^(-1/2)       A: who (rows) reviews what (columns); D: loads
/// 1 = s_1 >= s_2 >= ...             sigma2 = s_2
/// ```
///
/// A random walk from submission to reviewer to submission forgets where it began by the factor
/// `sigma2^2` a step, so differences between grades far apart are known the better the smaller it
/// is. Large graphs cannot be below `(sqrt(k-1) + sqrt(d-1)) / sqrt(kd)`, 0.8 for 5 reviews each,
/// and random ones are hardly above it. The inverse of its gap to 1 bounds the effective resistance
/// of Hendrickx, Olshevsky and Saligrama, ICML 2019; see [`inflation`](super::inflation).
///
/// By the method of Lanczos (J. Res. Natl. Bur. Stand. 45, 1950) without the known first vector:
/// O(reviews) time for each of 60 steps, O(people + submissions) space. Up to about 700 submissions
/// it runs to the end; between that and 9000 with more than 60 steps where needed. Of a large graph
/// that mixes well the result is up to 0.1 % low.
///
/// `None` where fewer than two submissions have a review.
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::mixing;
///
/// // The points and lines of the plane with 7 points, the best design of 3 reviews each.
/// let pairs: Vec<_> = (0..7)
///     .flat_map(|line| [0, 1, 3].map(|point| (line, (line + point) % 7)))
///     .map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)))
///     .collect();
/// let plane = mixing(&ReviewGraph::from_pairs(7, 7, &pairs)?).unwrap();
/// assert!((plane.sigma2() - 2.0_f64.sqrt() / 3.0).abs() < 1e-12);
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[must_use]
pub fn mixing(graph: &ReviewGraph) -> Option<Mixing> {
    Some(Design::new(graph, &Components::of(graph))?.mixing())
}

impl Design<'_> {
    pub(super) fn mixing(&self) -> Mixing {
        if self.components.count() > 1 {
            return Mixing { square: 1.0, connected: false, converged: true };
        }
        let (ritz, residual) = self.lanczos(step_limit(self.reviewed));
        // Rounding leaves this much of a zero, and its root would look like a number.
        let square = if ritz < 1e-14 { 0.0 } else { math::min(ritz, 1.0) };
        Mixing { square, connected: true, converged: residual <= 0.01 * (1.0 - square) }
    }

    /// The largest Ritz value of N'N beside the first, and its residual.
    fn lanczos(&self, limit: usize) -> (f64, f64) {
        let n = self.loads.len();
        let total = self.graph.reviews() as f64;
        let top = chunks::column(n, |s| math::sqrt(self.loads[s] / total));
        let mut vector = self.start(&top);
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let mut before = vec![0.0; n];
        let mut band = Tridiagonal::default();
        let mut beta = 0.0;
        loop {
            let mut next = self.walk(&vector);
            add(&mut next, -beta, &before);
            let alpha = dot(&vector, &next);
            add(&mut next, -alpha, &vector);
            remove(&mut next, &top);
            for old in &basis {
                remove(&mut next, old);
            }
            beta = norm(&next);
            band.push(alpha, beta);
            let steps = band.diagonal.len();
            // An invariant space: the start has a part in every direction, so nothing is missing.
            let complete = beta < 1e-13;
            if complete || steps == limit || steps.is_multiple_of(STRIDE) {
                let (ritz, residual) = band.largest();
                if complete || steps == limit || residual < 1e-9 * (1.0 - ritz) {
                    return (ritz, residual);
                }
            }
            for value in &mut next {
                *value /= beta;
            }
            before = core::mem::replace(&mut vector, next);
            if n <= KEPT {
                basis.push(before.clone());
            }
        }
    }

    /// A random unit vector orthogonal to the first, on the submissions that have reviews.
    fn start(&self, top: &[f64]) -> Vec<f64> {
        let mut stream = stream(0);
        let draw = |&load: &f64| if load > 0.0 { stream.normal() } else { 0.0 };
        let mut start: Vec<f64> = self.loads.iter().map(draw).collect();
        remove(&mut start, top);
        let length = norm(&start);
        for value in &mut start {
            *value /= length;
        }
        start
    }

    /// `N' N x`.
    fn walk(&self, x: &[f64]) -> Vec<f64> {
        let share = |load: f64, x: f64| if load > 0.0 { x / math::sqrt(load) } else { 0.0 };
        let spread = chunks::column(x.len(), |s| share(self.loads[s], x[s]));
        let mut heard = self.exchange(0.0, &spread);
        for (value, &load) in heard.iter_mut().zip(&self.loads) {
            *value = share(load, *value);
        }
        heard
    }
}

/// Enough steps to finish on small graphs, with work and memory that do not grow before large ones.
fn step_limit(n: usize) -> usize {
    // One dimension is the known first vector's.
    ((1 << 19) / n).max(STEPS).min(n - 1)
}

/// Subtracts from a vector its part along a unit vector.
fn remove(vector: &mut [f64], unit: &[f64]) {
    let part = dot(vector, unit);
    add(vector, -part, unit);
}

/// A symmetric matrix of two bands; the last entry of `beside` is the residual's.
#[derive(Debug, Default)]
struct Tridiagonal {
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl Tridiagonal {
    fn push(&mut self, alpha: f64, beta: f64) {
        self.diagonal.push(alpha);
        self.beside.push(beta);
    }

    /// The largest eigenvalue, by bisection in `[-1, 2]`, and the residual of its Ritz vector.
    fn largest(&self) -> (f64, f64) {
        let (mut low, mut high) = (-1.0, 2.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.is_below(middle) { high = middle } else { low = middle }
        }
        let last = self.beside.last().copied().unwrap_or(0.0);
        (high, last * self.last_component(high + 1e-15))
    }

    /// Whether all eigenvalues are below x: the factor of x - T has positive pivots only.
    fn is_below(&self, x: f64) -> bool {
        let mut pivot = x - self.diagonal[0];
        for i in 1..self.diagonal.len() {
            if pivot <= 0.0 {
                return false;
            }
            pivot = x - self.diagonal[i] - self.beside[i - 1] * self.beside[i - 1] / pivot;
        }
        pivot > 0.0
    }

    /// The size of the last component of the unit eigenvector of the largest eigenvalue, by two
    /// steps of inverse iteration from just above it, where the pivots are positive.
    fn last_component(&self, x: f64) -> f64 {
        let n = self.diagonal.len();
        let mut pivots = vec![x - self.diagonal[0]];
        for i in 1..n {
            let beside = self.beside[i - 1];
            let pivot = x - self.diagonal[i] - beside * beside / pivots[i - 1];
            pivots.push(math::max(pivot, 1e-30));
        }
        let mut vector = vec![1.0; n];
        for _ in 0..2 {
            for i in 1..n {
                vector[i] += vector[i - 1] * self.beside[i - 1] / pivots[i - 1];
            }
            vector[n - 1] /= pivots[n - 1];
            for i in (0..n - 1).rev() {
                vector[i] = (vector[i] + self.beside[i] * vector[i + 1]) / pivots[i];
            }
            let length = norm(&vector);
            for value in &mut vector {
                *value /= length;
            }
        }
        vector[n - 1].abs()
    }
}
