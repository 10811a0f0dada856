//! Nodes of effort, the probability of a look.

use crate::aggregate::posterior::effort::{EFFORT, EFFORTS, Low};
use crate::aggregate::posterior::history::Told;
use crate::aggregate::posterior::real::Real;
use crate::math;

/// So many nodes do for reviewers of up to so many reviews: how probable what they say is, is a polynomial in
/// the effort of as many degrees, and the mean of one up to the fifth is exact with three.
const FEW: usize = 3;
const FEW_REVIEWS: usize = 2 * FEW - 1;

/// Nodes with a law, and those in use.
#[derive(Debug, Clone)]
pub(super) struct Efforts<F> {
    all: Nodes<F>,
    few: Option<Nodes<F>>,
    is_few: bool,
}

/// Of each node the probability of a look, and the logarithm of the share.
#[derive(Debug, Clone)]
struct Nodes<F> {
    looks: Vec<f64>,
    logs: Vec<f64>,
    parts: Parts<F>,
}

/// Shares in parts of the largest, and its logarithm.
type Parts<F> = (Vec<F>, f64);

/// The powers of e of these logarithms.
fn in_parts<F: Real>(logs: &[f64]) -> Parts<F> {
    let most = logs.iter().copied().fold(-f64::INFINITY, math::max);
    (logs.iter().map(|log| F::new(math::exp(log - most))).collect(), most)
}

impl<F: Real> Nodes<F> {
    fn new(looks: &[f64], shares: &[f64]) -> Self {
        let logs: Vec<f64> =
            shares.iter().map(|&share| math::ln(math::max(share, 1e-12))).collect();
        Self { looks: looks.to_vec(), parts: in_parts(&logs), logs }
    }
}

impl<F: Real> Efforts<F> {
    /// Everybody looks at every work.
    pub(super) fn none() -> Self {
        Self { all: Nodes::new(&[1.0], &[1.0]), few: None, is_few: false }
    }

    pub(super) fn of(law: &Low) -> Self {
        Self { all: Nodes::new(&EFFORT, &law.efforts), few: None, is_few: false }
    }

    /// The same, by fewer nodes where these do.
    pub(super) fn or_few(self) -> Self {
        if self.len() < EFFORTS {
            return self;
        }
        let shares: Vec<f64> = self.all.logs.iter().map(|&log| math::exp(log)).collect();
        let [looks, shares] = gauss(&self.all.looks, &shares);
        Self { few: Some(Nodes::new(&looks, &shares)), ..self }
    }

    /// Takes the nodes that do for a reviewer of so many reviews, of whom this is known.
    pub(super) fn choose(&mut self, reviews: usize, told: Option<&Told>) {
        self.is_few = self.few.is_some() && reviews <= FEW_REVIEWS && told.is_none();
    }

    fn nodes(&self) -> &Nodes<F> {
        self.few.as_ref().filter(|_| self.is_few).unwrap_or(&self.all)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes().looks.len()
    }

    /// The probability of a look of each node.
    pub(super) fn looks(&self) -> &[f64] {
        &self.nodes().looks
    }

    /// The logarithm of the share of each node.
    pub(super) fn logs(&self) -> &[f64] {
        &self.nodes().logs
    }

    pub(super) fn parts(&self) -> &Parts<F> {
        &self.nodes().parts
    }

    /// The shares of a reviewer of whom something is known. Where all look, of effort nothing is asked.
    pub(super) fn known(&self, told: Option<&Told>) -> Option<Parts<F>> {
        let told = told.filter(|_| self.len() == EFFORTS)?;
        let logs = self.logs().iter().zip(told.efforts).map(|(own, told)| own + told);
        Some(in_parts(&logs.collect::<Vec<f64>>()))
    }
}

/// Nodes and shares under which polynomials up to the fifth degree have the sums that they have under these:
/// the zeros of the third orthogonal polynomial, by Stieltjes' procedure (Gautschi, "Orthogonal Polynomials:
/// Computation and Approximation", Oxford, 2004).
///
/// ```text
/// p_0 = 1,  p_(k+1) = (x - a_k) p_k - b_k p_(k-1),  a_k = (x p_k, p_k) / h_k,  b_k = h_k / h_(k-1),  h_k = (p_k, p_k)
/// share_j = 1 / sum of p_k(x_j)^2 / h_k
/// ```
fn gauss(nodes: &[f64], shares: &[f64]) -> [[f64; FEW]; 2] {
    let [mut a, mut b, mut h] = [[0.0; FEW]; 3];
    let (mut before, mut now) = (vec![0.0; nodes.len()], vec![1.0; nodes.len()]);
    for k in 0..FEW {
        let mut first = 0.0;
        for ((x, share), p) in nodes.iter().zip(shares).zip(&now) {
            h[k] += share * p * p;
            first += share * x * p * p;
        }
        a[k] = first / h[k];
        b[k] = if k == 0 { 0.0 } else { h[k] / h[k - 1] };
        for ((x, p), before) in nodes.iter().zip(&mut now).zip(&mut before) {
            let next = (x - a[k]) * *p - b[k] * *before;
            (*before, *p) = (*p, next);
        }
    }
    // The polynomials at a point, the third as the last.
    let at = |x: f64| {
        let mut p = [1.0; FEW + 1];
        for k in 0..FEW {
            p[k + 1] = (x - a[k]) * p[k] - if k == 0 { 0.0 } else { b[k] * p[k - 1] };
        }
        p
    };
    // Between the zeros of the second and the ends is one zero of the third each.
    let middle = 0.5 * (a[0] + a[1]);
    let root = math::sqrt(0.25 * (a[0] - a[1]) * (a[0] - a[1]) + b[1]);
    let ends = [nodes[0], middle - root, middle + root, nodes[nodes.len() - 1]];
    let looks = core::array::from_fn(|j| zero([ends[j], ends[j + 1]], |x| at(x)[FEW]));
    let share = |x: f64| 1.0 / at(x).iter().zip(h).fold(0.0, |sum, (p, h)| sum + p * p / h);
    [looks, looks.map(share)]
}

/// Halvings of an interval, to the last bit of a number in it.
const HALVINGS: usize = 60;

/// Where a function is 0 between two points at which it has different signs.
fn zero([mut low, mut high]: [f64; 2], f: impl Fn(f64) -> f64) -> f64 {
    let is_above = f(low) > 0.0;
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        *(if (f(middle) > 0.0) == is_above { &mut low } else { &mut high }) = middle;
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::{FEW_REVIEWS, gauss};
    use crate::aggregate::posterior::effort::EFFORT;

    #[test]
    fn three_nodes_are_as_good_as_five_up_to_the_fifth_power() {
        let laws = [
            [0.2; 5],
            [0.01, 0.04, 0.1, 0.25, 0.6],
            [0.7, 0.1, 0.1, 0.05, 0.05],
            [1e-9, 1e-9, 0.5, 1e-9, 0.5],
            [1e-12, 1e-12, 1e-12, 1e-12, 1.0],
        ];
        let moment = |nodes: &[f64], shares: &[f64], power: usize| {
            let terms = nodes.iter().zip(shares);
            terms.fold(0.0, |sum, (x, w)| sum + w * (0..power).fold(1.0, |p, _| p * x))
        };
        for law in laws {
            let [looks, shares] = gauss(&EFFORT, &law);
            assert!(looks.is_sorted() && looks[0] >= EFFORT[0] && looks[2] <= EFFORT[4]);
            assert!(shares.iter().all(|&share| share > 0.0), "{shares:?}");
            for power in 0..=FEW_REVIEWS {
                let [few, all] = [moment(&looks, &shares, power), moment(&EFFORT, &law, power)];
                assert!((few - all).abs() < 1e-13 * all, "{law:?} {power}: {few} {all}");
            }
        }
        let [looks, shares] = gauss(&EFFORT, &laws[0]);
        let [few, all] = [moment(&looks, &shares, 6), moment(&EFFORT, &laws[0], 6)];
        assert!((few / all - 1.0).abs() > 1e-6);
    }
}
