//! Reviewers, integrated exactly over manner, precision and bias.

use super::law::{Law, ReviewerSums};
use super::nodes::Nodes;
use super::real::Real;
use super::seen::Rows;

/// Reviewers given each node, row by row, and space for the sums.
///
/// Several reviewers at once, for logarithms and powers of a long column take a fraction of the time of
/// as many one by one.
#[derive(Debug, Clone, Default)]
pub(super) struct Block<F> {
    nodes: usize,
    /// The probability of the node.
    share: Vec<F>,
    /// Mean, less the node's offset, and variance of the bias given the node.
    bias: Vec<F>,
    spread: Vec<F>,
    /// Products and their logarithms, on the way to probabilities.
    logs: Vec<F>,
    /// The precision of each review given each node, were the bias known.
    precision: Vec<F>,
    /// By reviewer: the logarithm of the probability of all that they say, but for a constant a review.
    evidence: Vec<F>,
    /// By reviewer: how many times as large as at the nodes the noise is; empty where it is as large.
    scales: Vec<F>,
    /// By review: two results.
    results: [Vec<F>; 2],
}

/// Factors of a product between two logarithms of it: of single precision more could be too small or
/// too large.
const FACTORS: usize = 8;

/// So many nodes are worked on at once where their number is a multiple of it.
pub(super) const WIDTH: usize = 4;

/// Reviewers worked on at once.
pub(super) const REVIEWERS: usize = 16;

/// Lanes `c` of a column.
fn lanes<F: Copy, const W: usize>(column: &[F], c: usize) -> [F; W] {
    column.as_chunks::<W>().0[c]
}

/// Lanes `c` of the noise, of a reviewer of whom the own noise is so many times as large.
fn scaled<F: Real, const W: usize>(
    nodes: &Nodes<F>,
    noise: [F; W],
    c: usize,
    scale: Option<&F>,
) -> [F; W] {
    if scale.is_none() { noise } else { core::array::from_fn(|j| nodes.noise(c * W + j, scale)) }
}

/// The sum of lanes.
fn sum<F: Real, const W: usize>(lanes: &[F; W]) -> F {
    lanes.iter().fold(F::ZERO, |sum, &x| sum + x)
}

impl<F: Real> Block<F> {
    /// What is known of the reviewers.
    ///
    /// ```text
    /// r = z - offset - slope m,  d = 1 / (slope^2 c + noise),  B = 1/v + sum of d,  b = sum of d r / B
    /// ln L = sum of ln d / 2 - ln(v B) / 2 - (sum of d r^2 - B b^2) / 2 + ln w
    /// ```
    ///
    /// of a grade known but for this reviewer as N(m, c).
    pub(super) fn learn(&mut self, nodes: &Nodes<F>, rows: Rows<'_, F>) {
        self.nodes = nodes.len();
        let all = rows.len() * nodes.len();
        for column in [&mut self.share, &mut self.bias, &mut self.spread, &mut self.logs] {
            column.resize(all, F::ZERO);
        }
        self.precision.resize(rows.score.len() * nodes.len(), F::ZERO);
        nodes.scales(rows.own_work, &mut self.scales);
        if nodes.len().is_multiple_of(WIDTH) {
            self.given_each::<WIDTH>(nodes, rows);
        } else {
            self.given_each::<1>(nodes, rows);
        }
        F::ln_each(&mut self.logs);
        let half = F::new(0.5);
        let logs = self.logs.chunks_exact(nodes.len());
        for (share, logs) in self.share.chunks_exact_mut(nodes.len()).zip(logs) {
            for ((share, &log), &weight) in share.iter_mut().zip(logs).zip(&nodes.weight) {
                *share = weight + half * (log - *share);
            }
        }
        for (share, told) in self.share.chunks_exact_mut(nodes.len()).zip(rows.told) {
            nodes.remember(told, share);
        }
        self.weigh();
    }

    /// Biases given each node; the exponents and the products of which probabilities are made.
    fn given_each<const W: usize>(&mut self, nodes: &Nodes<F>, rows: Rows<'_, F>) {
        let count = nodes.len() / W;
        let columns = [&mut self.share, &mut self.bias, &mut self.spread, &mut self.logs];
        let [share, bias, spread, logs] = columns.map(|column| column.as_chunks_mut::<W>().0);
        let precision = self.precision.as_chunks_mut::<W>().0;
        for c in 0..count {
            let [slope, square, noise, offset, prior] =
                [&nodes.slope, &nodes.square, &nodes.noise, &nodes.offset, &nodes.bias]
                    .map(|column| lanes::<F, W>(column, c));
            let apart = lanes::<F, W>(&nodes.apart, c);
            for i in 0..rows.len() {
                let range = rows.range(i);
                let [score, mean, variance] =
                    [rows.score, rows.mean, rows.variance].map(|column| &column[range.clone()]);
                let noise = scaled::<F, W>(nodes, noise, c, self.scales.get(i));
                let mut known = prior;
                let [mut sums, mut squares, mut before] = [[F::ZERO; W]; 3];
                if let Some(told) = rows.told(i) {
                    let (precision, pull) = (F::new(told.precision), F::new(told.pull));
                    for j in (0..W).filter(|&j| slope[j] == F::ONE) {
                        known[j] += precision;
                        sums[j] = pull - precision * apart[j];
                    }
                }
                let mut product = [F::ONE; W];
                let out = precision[range.start * count..range.end * count].chunks_exact_mut(count);
                let seen = score.iter().zip(mean).zip(variance);
                for (e, (((&score, &mean), &variance), row)) in seen.zip(out).enumerate() {
                    let row = &mut row[c];
                    for j in 0..W {
                        let d = F::ONE / (square[j] * variance + noise[j]);
                        let r = score - offset[j] - slope[j] * mean;
                        row[j] = d;
                        known[j] += d;
                        sums[j] += d * r;
                        squares[j] += d * r * r;
                        product[j] *= d;
                    }
                    if e % FACTORS == FACTORS - 1 {
                        F::ln_each(&mut product);
                        for j in 0..W {
                            before[j] += product[j];
                            product[j] = F::ONE;
                        }
                    }
                }
                let at = i * count + c;
                for j in 0..W {
                    let variance = F::ONE / known[j];
                    spread[at][j] = variance;
                    bias[at][j] = sums[j] * variance;
                    share[at][j] = squares[j] - sums[j] * sums[j] * variance - before[j];
                    logs[at][j] = product[j] * variance;
                }
            }
        }
    }

    /// Probabilities of the nodes from their logarithms.
    fn weigh(&mut self) {
        self.evidence.clear();
        for row in self.share.chunks_exact_mut(self.nodes) {
            let most = row.iter().fold(row[0], |most, &log| most.most(log));
            for log in row {
                *log -= most;
            }
            self.evidence.push(most);
        }
        if self.nodes == 1 {
            self.share.fill(F::ONE);
            return;
        }
        F::exp_each(&mut self.share);
        self.logs.clear();
        for row in self.share.chunks_exact_mut(self.nodes) {
            let all = row.iter().fold(F::ZERO, |sum, &share| sum + share);
            let part = F::ONE / all;
            for share in row {
                *share *= part;
            }
            self.logs.push(all);
        }
        F::ln_each(&mut self.logs);
        self.evidence.iter_mut().zip(&self.logs).for_each(|(most, &log)| *most += log);
    }

    /// Of reviewer `i` at each node: the probability, and mean and variance of the bias.
    fn given(&self, i: usize) -> [&[F]; 3] {
        [&self.share, &self.bias, &self.spread].map(|column| self.row(column, i))
    }

    /// What reviewer `i` comes to at each node, or review `i` does.
    fn row<'a>(&self, column: &'a [F], i: usize) -> &'a [F] {
        &column[i * self.nodes..][..self.nodes]
    }

    /// Moves sites `step` of the way to what each review says of the grade.
    ///
    /// ```text
    /// g = slope c d,  delta = g (r - b),  V = c - slope c g + g^2 / B
    /// ```
    pub(super) fn move_sites(
        &mut self,
        nodes: &Nodes<F>,
        rows: Rows<'_, F>,
        law: &Law,
        step: f64,
        sites: &mut [[F; 2]],
    ) {
        self.each_review(rows, nodes, Self::moments::<WIDTH>, Self::moments::<1>);
        let [first, second] = &self.results;
        rows.move_sites([first, second], law, step, sites);
    }

    /// Two results for each review, by what suits the number of nodes.
    fn each_review(
        &mut self,
        rows: Rows<'_, F>,
        nodes: &Nodes<F>,
        wide: impl Fn(&Self, &Nodes<F>, Rows<'_, F>, (usize, usize)) -> [F; 2],
        narrow: impl Fn(&Self, &Nodes<F>, Rows<'_, F>, (usize, usize)) -> [F; 2],
    ) {
        let mut results = core::mem::take(&mut self.results);
        results.iter_mut().for_each(Vec::clear);
        let mut push = |[first, second]: [F; 2]| {
            results[0].push(first);
            results[1].push(second);
        };
        let wider = self.nodes.is_multiple_of(WIDTH);
        for i in 0..rows.len() {
            if wider {
                rows.range(i).for_each(|e| push(wide(self, nodes, rows, (i, e))));
            } else {
                rows.range(i).for_each(|e| push(narrow(self, nodes, rows, (i, e))));
            }
        }
        self.results = results;
    }

    /// By how much a review moves the mean of a grade, and its second moment about the old mean, less the
    /// variance.
    fn moments<const W: usize>(
        &self,
        nodes: &Nodes<F>,
        rows: Rows<'_, F>,
        (i, e): (usize, usize),
    ) -> [F; 2] {
        let [share, bias, spread] = self.given(i);
        let row = self.row(&self.precision, e);
        let (score, mean, variance) = (rows.score[e], rows.mean[e], rows.variance[e]);
        let [mut first, mut second] = [[F::ZERO; W]; 2];
        for c in 0..self.nodes / W {
            let [slope, offset] =
                [&nodes.slope, &nodes.offset].map(|column| lanes::<F, W>(column, c));
            let [share, bias, spread, row] =
                [share, bias, spread, row].map(|column| lanes::<F, W>(column, c));
            for j in 0..W {
                let part = slope[j] * variance;
                let gain = part * row[j];
                let r = score - offset[j] - slope[j] * mean - bias[j];
                let weight = share[j] * gain;
                first[j] += weight * r;
                second[j] += weight * (gain * (spread[j] + r * r) - part);
            }
        }
        [sum(&first), sum(&second)]
    }

    /// Adds what the reviewers come to.
    pub(super) fn add_to(&self, sums: &mut ReviewerSums) {
        let count = self.nodes;
        let (shares, biases, squares) =
            (&mut sums.share[..count], &mut sums.bias[..count], &mut sums.square[..count]);
        for (i, evidence) in self.evidence.iter().enumerate() {
            sums.count += 1.0;
            sums.evidence += evidence.get();
            let [share, bias, spread] = self.given(i).map(|row| &row[..count]);
            for j in 0..count {
                let (share, bias, spread) = (share[j].get(), bias[j].get(), spread[j].get());
                shares[j] += share;
                biases[j] += share * bias;
                squares[j] += share * (bias * bias + spread);
            }
        }
    }

    /// Adds how likelier what the reviewers say becomes with a step of coupling: slopes, and their
    /// squares.
    ///
    /// ```text
    /// d ln L / da = x (shape E t / precision - shape)         t at the nodes, before it is scaled
    /// ```
    pub(super) fn add_coupling(
        &self,
        law: &Law,
        nodes: &Nodes<F>,
        rows: Rows<'_, F>,
        sums: &mut ReviewerSums,
    ) {
        for (i, x) in rows.own_work.iter().enumerate() {
            let seen = nodes.honest.start..nodes.shifted.end;
            let above = |j: usize| law.shape * (1.0 / (nodes.own[j] * law.precision) - 1.0);
            let own = |j, _, _| if seen.contains(&j) { F::new(above(j)) } else { F::ZERO };
            let slope = x.get() * self.mean(i, own);
            sums.coupling[0] += slope;
            sums.coupling[1] += slope * slope;
        }
    }

    /// The noise of reviewer `i` at a node.
    pub(super) fn noise(&self, nodes: &Nodes<F>, i: usize, j: usize) -> F {
        nodes.noise(j, self.scales.get(i))
    }

    /// The sum of the logarithms of the probabilities of what each reviewer says.
    pub(super) fn evidence(&self) -> f64 {
        self.evidence.iter().fold(0.0, |sum, own| sum + own.get())
    }

    /// A mean over the nodes by their probabilities for reviewer `i`, from node, bias and its variance.
    pub(super) fn mean(&self, i: usize, value: impl Fn(usize, F, F) -> F) -> f64 {
        let [share, bias, spread] = self.given(i);
        let part = |j: usize| share[j] * value(j, bias[j], spread[j]);
        (0..self.nodes).fold(F::ZERO, |sum, j| sum + part(j)).get()
    }

    /// What each review would weigh, and the score that it would stand for, were the nodes known: means
    /// over them.
    ///
    /// ```text
    /// p = slope^2 / (noise + 1/(B - d)),  y = (z - offset - b without this review) / slope
    /// ```
    pub(super) fn parts(
        &mut self,
        nodes: &Nodes<F>,
        rows: Rows<'_, F>,
        law: &Law,
        parts: &mut [[F; 2]],
    ) {
        self.each_review(rows, nodes, Self::part::<WIDTH>, Self::part::<1>);
        let mean = F::new(law.mean);
        let results = self.results[0].iter().zip(&self.results[1]).zip(rows.score);
        for (part, ((&weight, &product), &score)) in parts.iter_mut().zip(results) {
            let score = if weight > F::ZERO { product / weight } else { score };
            *part = [weight, mean + score];
        }
    }

    /// The weight, and its product with the score.
    fn part<const W: usize>(
        &self,
        nodes: &Nodes<F>,
        rows: Rows<'_, F>,
        (i, e): (usize, usize),
    ) -> [F; 2] {
        let [share, bias, spread] = self.given(i);
        let row = self.row(&self.precision, e);
        let [mut weights, mut products] = [[F::ZERO; W]; 2];
        for c in 0..self.nodes / W {
            let [slope, offset, noise, prior] =
                [&nodes.slope, &nodes.offset, &nodes.noise, &nodes.bias]
                    .map(|column| lanes::<F, W>(column, c));
            let noise = scaled::<F, W>(nodes, noise, c, self.scales.get(i));
            let [share, bias, spread, row] =
                [share, bias, spread, row].map(|column| lanes::<F, W>(column, c));
            for j in 0..W {
                let known = F::ONE / spread[j];
                let others = (known - row[j]).most(prior[j]);
                let score = rows.score[e] - offset[j];
                let pull = known * bias[j] - row[j] * (score - slope[j] * rows.mean[e]);
                let part = share[j] * slope[j] / (noise[j] * others + F::ONE);
                weights[j] += part * slope[j] * others;
                products[j] += part * (others * score - pull);
            }
        }
        [sum(&weights), sum(&products)]
    }
}
