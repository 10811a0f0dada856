//! How much worse grades get because the severity of reviewers has to be learned from the reviews.

use super::components::Components;
use super::design::{Design, add, dot, given, norm, received, stream};
use super::exact::Cholesky;
use super::optimum;
use crate::chunks;
use crate::graph::ReviewGraph;
use crate::id::{SubmissionId, to_u32};
use crate::math;

/// Up to this many submissions the inflation is exact.
pub(super) const EXACT: usize = 500;
/// Probes are drawn until the standard error is this part of the value.
const PRECISION: f64 = 0.0025;
const PROBES: core::ops::RangeInclusive<usize> = 6..=256;
/// After so many probes it is seen whether four times the most could be enough.
const LOOK: usize = 16;

/// By what factor unknown severity inflates the variance of grades, see [`inflation`].
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::inflation;
///
/// // Two pairs of people who only review each other: their grades cannot be compared.
/// let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)];
/// let pairs = pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
/// let graph = ReviewGraph::from_pairs(4, 4, &pairs)?;
/// let parts = inflation(&graph, 0.0).unwrap();
/// assert_eq!(parts.value(), None);
/// assert!((parts.within().unwrap() - 1.0).abs() < 1e-12);
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inflation {
    lambda: f64,
    value: Option<f64>,
    within: Option<f64>,
    standard_error: f64,
    exact: bool,
    converged: bool,
    optimum: Option<f64>,
}

impl Inflation {
    /// The confidence in severity at which this was measured.
    #[must_use]
    pub fn lambda(&self) -> f64 {
        self.lambda
    }

    /// The inflation, at least 1 but for rounding and the error of an estimate. `None` where it is
    /// infinite: with lambda 0 and several components.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// The inflation of grades relative to the mean of their own component, over what that would be
    /// with known severity: the same as [`value`](Self::value) where there is one component. `None`
    /// where no component has two submissions.
    #[must_use]
    pub fn within(&self) -> Option<f64> {
        self.within
    }

    /// The standard error of an estimate, from the spread of its probes; 0 where exact.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// Whether this was computed, not estimated.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Whether the estimate is as precise as wanted. If not, the graph is nearly disconnected, like a
    /// ring, and the true inflation may be much higher.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// What a large graph of the same mean loads could reach, see [`optimum`]. `None` where that is
    /// infinite.
    #[must_use]
    pub fn optimum(&self) -> Option<f64> {
        self.optimum
    }

    /// The efficiency of the design: the optimum over the inflation, 0 where only the inflation is
    /// infinite, `None` where both are.
    ///
    /// In `[0, 1]` for large graphs; below about 200 submissions it may exceed 1, since the optimum
    /// is one of large graphs.
    #[must_use]
    pub fn efficiency(&self) -> Option<f64> {
        self.optimum.map(|optimum| self.value.map_or(0.0, |value| optimum / value))
    }
}

/// By what factor the variance of a grade, relative to the class mean, exceeds what it would be if
/// the severity of every reviewer were known.
///
/// ```text
/// score = grade + severity of the reviewer + noise         Var noise = sigma^2
/// lambda = exemplars of known grade per reviewer + sigma^2 / Var severity
///
/// L  = D_S - A' (D_R + lambda)^-1 A                        A: who (rows) reviews what (columns)
/// I  = [ tr L^+ - 1' L^+ 1 / n ] / (n - 1) / mean(1 / d)   n submissions of d reviews
///
/// all k, d equal:  I = 1/(n - 1) sum over i >= 2 of 1 / (1 - z s_i^2),   z = k / (k + lambda)
///                  s_1 = 1 >= s_2 >= ... singular values of D_R^(-1/2) A D_S^(-1/2)
/// mean variance of a grade = sigma^2 mean(1 / d) I
/// ```
///
/// With `lambda` 0 nothing is known of the reviewers beforehand, and I is the mean effective
/// resistance of the review graph: the quantity to which Hendrickx, Olshevsky and Saligrama, "Graph
/// resistance and learning from pairwise comparisons", ICML 2019, show the error of learning from
/// comparisons to be tied. Random plans of 5 reviews each have 1.33, a ring of 1000 people has 42. A
/// higher `lambda` brings I down to 1. Submissions without a review, and people who give none, are
/// left out.
///
/// Up to 500 reviewed submissions exact, in O(n^3 + reviews n) time and O(n^2) space. Beyond that
/// estimated by random probes (Hutchinson, Communications in Statistics 18, 1989) and conjugate
/// gradients, to a standard error of a quarter of a percent: O(reviews) time times 6 to 256 probes
/// times some 10 steps, O(people + submissions) space. The draws are fixed, so one graph has one
/// estimate, but people in another order may have another one, within the error.
///
/// `None` where `lambda` is negative or not finite, or fewer than two submissions have a review.
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::inflation;
///
/// // A ring: 100 people, each reviews the next five.
/// let pairs: Vec<_> = (0..500)
///     .map(|i| (SubmissionId::new((i / 5 + i % 5 + 1) % 100), PersonId::new(i / 5)))
///     .collect();
/// let ring = ReviewGraph::from_pairs(100, 100, &pairs)?;
/// let unknown = inflation(&ring, 0.0).unwrap();
/// assert!((unknown.value().unwrap() - 4.895).abs() < 0.001);
/// assert!(unknown.efficiency().unwrap() < 0.3);
/// // With one exemplar per reviewer the ring is not so bad.
/// assert!(inflation(&ring, 1.0).unwrap().value().unwrap() < 1.6);
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[must_use]
pub fn inflation(graph: &ReviewGraph, lambda: f64) -> Option<Inflation> {
    Design::new(graph, &Components::of(graph))?.inflation(lambda, EXACT)
}

/// What the trace is made of, before it is put together.
struct Parts {
    /// The trace of the inverse of M on the columns that are centred in each component.
    trace: f64,
    standard_error: f64,
    /// `M^-1 h`, see [`Design::level_response`]; empty where lambda is 0.
    level: Vec<f64>,
    exact: bool,
    converged: bool,
}

/// The inverse of L is taken by way of
///
/// ```text
/// M = L + t sum over components c of 1_c 1_c' / n_c,        t = mean load
/// ```
///
/// which is well conditioned however small lambda is, and where lambda = 0. From
/// `L 1_c = lambda / (1 + lambda) h` on c, `h_s = sum over reviewers r of (1 + lambda)/(k_r + lambda)`,
/// it follows, with `y = M^-1 h`, `w = lambda / (1 + lambda)` and `delta_c = w mean_c(y)`, that
///
/// ```text
/// tr L^+ - 1' L^+ 1 / n = sum over c of
///       tr_c M^-1 - 1_c' M^-1 1_c / n_c + w |y - mean_c(y)|^2 / (t n_c mean_c(y))     within
///     + (1 - delta_c) / (t delta_c) (1 - n_c / n)                                     between
/// ```
///
/// without any difference of large numbers.
impl Design<'_> {
    pub(super) fn inflation(&self, lambda: f64, exact_up_to: usize) -> Option<Inflation> {
        if !(lambda >= 0.0 && lambda.is_finite()) {
            return None;
        }
        let exact = if self.reviewed <= exact_up_to { self.exact_parts(lambda) } else { None };
        let parts = exact.unwrap_or_else(|| self.estimated_parts(lambda));
        let (within, between) = self.put_together(lambda, &parts);
        // What the two traces would be if severity were known.
        let (all, inside) = self.known_traces();
        let over = |trace: f64, known: f64| {
            let value = trace / known;
            (known > 0.0 && value.is_finite()).then_some(value)
        };
        Some(Inflation {
            lambda,
            value: over(within + between, all),
            within: over(within, inside),
            standard_error: over(parts.standard_error, all).unwrap_or(0.0),
            exact: parts.exact,
            converged: parts.converged,
            optimum: optimum(self.mean_given, self.mean_received, lambda),
        })
    }

    /// The trace within components and that between them, which may be infinite.
    fn put_together(&self, lambda: f64, parts: &Parts) -> (f64, f64) {
        let (n, t) = (self.reviewed as f64, self.mean_received);
        let count = self.components.count();
        if lambda <= 0.0 {
            return (parts.trace, if count > 1 { f64::INFINITY } else { 0.0 });
        }
        let weight = lambda / (1.0 + lambda);
        let means = self.components.means(&parts.level);
        let mut centred = parts.level.clone();
        self.centre(&mut centred);
        for value in &mut centred {
            *value *= *value;
        }
        let spreads = self.components.means(&centred);
        let (mut within, mut between) = (parts.trace, 0.0);
        for c in 0..count {
            let delta = weight * means[c];
            within += weight * spreads[c] / (t * means[c]);
            if count > 1 {
                let share = self.components.sizes()[c] as f64 / n;
                between += (1.0 - delta) / (t * delta) * (1.0 - share);
            }
        }
        (within, between)
    }

    /// `sum over s of (1 - 1/n) / d_s` with the size of the class for n, and with that of the
    /// component.
    fn known_traces(&self) -> (f64, f64) {
        let (loads, label, sizes) = (&self.loads, self.components.label(), self.components.sizes());
        let sum = |size: &(dyn Fn(usize) -> usize + Sync)| {
            chunks::sum(loads.len(), |s| {
                let n = size(s) as f64;
                if loads[s] > 0.0 { (1.0 - 1.0 / n) / loads[s] } else { 0.0 }
            })
        };
        (sum(&|_| self.reviewed), sum(&|s| sizes[label[s] as usize]))
    }

    /// h: how much a submission gains on the level of its component when severity is held down.
    fn level_response(&self, lambda: f64) -> Vec<f64> {
        let people = chunks::column(self.graph.people(), |p| {
            (1.0 + lambda) / (given(self.graph, p) as f64 + lambda)
        });
        self.sums_of_reviewers(&people)
    }

    /// By Cholesky's factor of M, without the submissions that have no review. `None` if rounding
    /// makes M indefinite.
    fn exact_parts(&self, lambda: f64) -> Option<Parts> {
        let graph = self.graph;
        let nodes: Vec<usize> =
            (0..graph.submissions()).filter(|&s| received(graph, s) > 0).collect();
        let mut place = vec![0; graph.submissions()];
        let (labels, sizes) = (self.components.label(), self.components.sizes());
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(nodes.len());
        for (i, &s) in nodes.iter().enumerate() {
            place[s] = i;
            let level = self.mean_received / sizes[labels[s] as usize] as f64;
            let same = |&other: &usize| if labels[other] == labels[s] { level } else { 0.0 };
            let mut row: Vec<f64> = nodes[..=i].iter().map(same).collect();
            row[i] += self.loads[s];
            for reviewer in graph.reviewers_of(SubmissionId::new(to_u32(s))) {
                let others = graph.submissions_of(*reviewer);
                let share = 1.0 / (others.len() as f64 + lambda);
                for other in others.iter().take_while(|other| other.index() <= s) {
                    row[place[other.index()]] -= share;
                }
            }
            rows.push(row);
        }
        let factor = Cholesky::new(rows)?;
        let mut level = Vec::new();
        // Each component adds 1_c' M^-1 1_c / n_c = (1 - delta_c) / t to the trace of M^-1.
        let mut common = self.components.count() as f64;
        if lambda > 0.0 {
            let response = self.level_response(lambda);
            let solved = factor.solve(nodes.iter().map(|&s| response[s]).collect());
            level = vec![0.0; graph.submissions()];
            for (&s, value) in nodes.iter().zip(solved) {
                level[s] = value;
            }
            let deltas = self.components.means(&level).into_iter();
            common -= deltas.fold(0.0, |sum, mean| sum + lambda / (1.0 + lambda) * mean);
        }
        let trace = factor.trace_of_inverse() - common / self.mean_received;
        Some(Parts { trace, standard_error: 0.0, level, exact: true, converged: true })
    }

    /// By random probes z: the mean of z' M^-1 z over signs is the trace.
    fn estimated_parts(&self, lambda: f64) -> Parts {
        let (mut converged, mut level) = (true, Vec::new());
        if lambda > 0.0 {
            (level, converged) = self.solve(lambda, self.level_response(lambda), 1e-9);
        }
        let mut traces = Vec::new();
        let (mut trace, mut standard_error) = (0.0, 0.0);
        for index in 1..=*PROBES.end() {
            let probe = self.probe(index as u64);
            let (solved, done) = self.solve(lambda, probe.clone(), 1e-4);
            traces.push(dot(&probe, &solved));
            (trace, standard_error) = mean_and_error(&traces);
            converged &= done;
            // Probes needed in all, since the error falls like their root.
            let ratio = standard_error / (PRECISION * trace);
            let needed = index as f64 * ratio * ratio;
            let hopeless = index >= LOOK && needed > 4.0 * *PROBES.end() as f64;
            if !converged || hopeless || index >= *PROBES.start() && needed <= index as f64 {
                break;
            }
        }
        converged &= standard_error <= PRECISION * trace;
        Parts { trace, standard_error, level, exact: false, converged }
    }

    /// Random signs, centred in each component.
    fn probe(&self, index: u64) -> Vec<f64> {
        let mut stream = stream(index);
        let mut signs = vec![0.0; self.loads.len()];
        for block in signs.chunks_mut(32) {
            let word = stream.u32();
            for (i, sign) in block.iter_mut().enumerate() {
                *sign = if word >> i & 1 == 0 { 1.0 } else { -1.0 };
            }
        }
        self.centre(&mut signs);
        signs
    }

    /// `M x`.
    fn apply(&self, lambda: f64, x: &[f64]) -> Vec<f64> {
        let heard = self.exchange(lambda, x);
        let means = self.components.means(x);
        let (label, t) = (self.components.label(), self.mean_received);
        chunks::column(x.len(), |s| self.loads[s] * x[s] - heard[s] + t * means[label[s] as usize])
    }

    /// `M^-1 b` by conjugate gradients on columns scaled by the loads, and whether the residual fell
    /// to this part of b. A solution that did not get there has `b' x` below the true value.
    fn solve(&self, lambda: f64, b: Vec<f64>, tolerance: f64) -> (Vec<f64>, bool) {
        let goal = tolerance * norm(&b);
        let scaled = |r: &[f64]| {
            chunks::column(
                r.len(),
                |s| if self.loads[s] > 0.0 { r[s] / self.loads[s] } else { 0.0 },
            )
        };
        let mut x = vec![0.0; b.len()];
        let mut residual = b;
        let mut direction = scaled(&residual);
        let mut size = dot(&residual, &direction);
        // Bounds the work on large graphs that are like a ring, and lets small ones finish.
        for _ in 0..64 + (1 << 22) / self.reviewed {
            if norm(&residual) <= goal {
                return (x, true);
            }
            let image = self.apply(lambda, &direction);
            let step = size / dot(&direction, &image);
            if !step.is_finite() {
                break;
            }
            add(&mut x, step, &direction);
            add(&mut residual, -step, &image);
            let next = scaled(&residual);
            let before = core::mem::replace(&mut size, dot(&residual, &next));
            let factor = size / before;
            for (d, r) in direction.iter_mut().zip(next) {
                *d = r + factor * *d;
            }
        }
        (x, false)
    }
}

/// The mean and its standard error, 0 for one value.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().fold(0.0, |sum, value| sum + value) / n;
    let squares = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
    (mean, math::sqrt(squares / (n * math::max(n - 1.0, 1.0))))
}
