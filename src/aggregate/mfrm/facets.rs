//! The parameters of the model, and one round of EM.

use super::levels::Levels;
use crate::chunks;
use crate::gradebook::MISSING;
use crate::math;

/// Where the quality of works is integrated.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) quality: Vec<f64>,
    /// e^(level x quality), by level and node.
    powers: Vec<Vec<f64>>,
}

/// The end of the nodes, and that of severities.
const END: f64 = 9.0;
const SEVEREST: f64 = 8.0;
/// The end of sums of thresholds: with the other two, nothing overflows.
const SUM: f64 = 300.0;
/// A review more for every criterion, and two more reviewers and works with these squares.
const SEEN: f64 = 2.0;
const SEVERITY: f64 = 0.25;
const QUALITY: f64 = 1.0;

impl Nodes {
    pub(super) fn new(count: usize, most: usize) -> Self {
        let last = (count - 1) as f64;
        // Written so that nodes are mirror images of each other.
        let quality: Vec<f64> = (0..count).map(|q| END * ((2 * q) as f64 - last) / last).collect();
        let power = |k: usize| quality.iter().map(|&x| math::exp(k as f64 * x)).collect();
        let powers = (0..=most).map(power).collect();
        Self { quality, powers }
    }

    pub(super) fn len(&self) -> usize {
        self.quality.len()
    }

    /// Mean and variance of the quality.
    pub(super) fn moments(&self, posterior: &[f64]) -> (f64, f64) {
        let rows = || self.quality.iter().zip(posterior);
        let mean = rows().fold(0.0, |sum, (x, p)| sum + p * x);
        (mean, rows().fold(0.0, |sum, (x, p)| sum + p * (x - mean) * (x - mean)))
    }
}

/// The parameters.
#[derive(Debug, Clone)]
pub(super) struct Facets {
    /// The standard deviation of quality.
    pub(super) sd: f64,
    /// By person, with the variance that they are drawn to zero by, and how sure they are.
    pub(super) severity: Vec<f64>,
    pub(super) severity_variance: f64,
    pub(super) uncertainty: Vec<f64>,
    /// By criterion and level: the sum of the thresholds up to it.
    pub(super) sums: Vec<Vec<f64>>,
}

/// Mean and variance of the level by criterion and node.
pub(super) struct Fair {
    pub(super) mean: Vec<Vec<f64>>,
    pub(super) variance: Vec<Vec<f64>>,
}

/// What one reviewer expects of levels: rooms for sums over nodes.
struct Room {
    total: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Room {
    fn new(nodes: &Nodes) -> Self {
        let room = || vec![0.0; nodes.len()];
        Self { total: room(), first: room(), second: room() }
    }

    /// Sums over levels of `a_k e^(k quality)` at each node.
    fn totals(&mut self, factors: &[f64], nodes: &Nodes) {
        self.total.fill(0.0);
        for (a, powers) in factors.iter().zip(&nodes.powers) {
            for (total, power) in self.total.iter_mut().zip(powers) {
                *total += a * power;
            }
        }
    }

    /// The same, and times k and k^2.
    fn fill(&mut self, factors: &[f64], nodes: &Nodes) {
        for room in [&mut self.total, &mut self.first, &mut self.second] {
            room.fill(0.0);
        }
        for (k, (a, powers)) in factors.iter().zip(&nodes.powers).enumerate() {
            let k = k as f64;
            let rooms = self.total.iter_mut().zip(&mut self.first).zip(&mut self.second);
            for (((total, first), second), power) in rooms.zip(powers) {
                let term = a * power;
                *total += term;
                *first += k * term;
                *second += k * k * term;
            }
        }
    }
}

impl Facets {
    pub(super) fn start(levels: &Levels<'_>) -> Self {
        let sums = (0..levels.criteria()).map(|c| {
            let counts = levels.counts(c);
            let seen = 1.0 / counts.len() as f64;
            let ln = |count: f64| math::ln((count + seen) / (counts[0] + seen));
            counts.iter().map(|&count| -ln(count)).collect()
        });
        Self {
            sd: 1.5,
            severity: vec![0.0; levels.people()],
            severity_variance: SEVERITY,
            uncertainty: vec![SEVERITY; levels.people()],
            sums: sums.collect(),
        }
    }

    /// `e^(-k severity - sum of thresholds)` by level: P(k) is this times e^(k quality), normalised.
    fn factors(&self, c: usize, severity: f64, factors: &mut Vec<f64>) {
        factors.clear();
        let sums = self.sums[c].iter().enumerate();
        factors.extend(sums.map(|(k, sum)| math::exp(-(k as f64) * severity - sum)));
    }

    /// The probability of each node for each submission.
    pub(super) fn posterior(&self, levels: &Levels<'_>, nodes: &Nodes) -> Vec<f64> {
        let prior: Vec<f64> =
            nodes.quality.iter().map(|x| -0.5 * (x / self.sd) * (x / self.sd)).collect();
        let parts = chunks::map(levels.submissions(), |range| {
            let mut out = Vec::with_capacity(range.len() * nodes.len());
            let (mut room, mut factors) = (Room::new(nodes), Vec::new());
            let mut product = vec![1.0; nodes.len()];
            for s in range {
                let start = out.len();
                out.extend_from_slice(&prior);
                let logs = &mut out[start..];
                let mut factored = 0;
                for c in (0..levels.criteria()).filter(|&c| levels.top(c) > 0) {
                    for (v, level) in levels.rows(c, s) {
                        self.factors(c, self.severity[v], &mut factors);
                        room.totals(&factors, nodes);
                        let ratings = nodes.powers[level].iter().zip(&room.total);
                        for (product, (power, total)) in product.iter_mut().zip(ratings) {
                            *product *= factors[level] * power / total;
                        }
                        factored += 1;
                        if factored % FACTORS == 0 {
                            take_logs(logs, &mut product);
                        }
                    }
                }
                take_logs(logs, &mut product);
                normalise(logs);
            }
            out
        });
        parts.concat()
    }

    /// Mean and variance of levels at severity 0.
    pub(super) fn fair(&self, levels: &Levels<'_>, nodes: &Nodes) -> Fair {
        let (mut mean, mut variance, mut factors) = (Vec::new(), Vec::new(), Vec::new());
        let mut room = Room::new(nodes);
        for c in 0..levels.criteria() {
            self.factors(c, 0.0, &mut factors);
            room.fill(&factors, nodes);
            let at = |q: usize| {
                let mean = room.first[q] / room.total[q];
                (mean, math::max(room.second[q] / room.total[q] - mean * mean, 0.0))
            };
            mean.push((0..nodes.len()).map(|q| at(q).0).collect());
            variance.push((0..nodes.len()).map(|q| at(q).1).collect());
        }
        Fair { mean, variance }
    }

    /// Fair averages of all items, in the unit of the ratings; missing without ratings.
    pub(super) fn grades(&self, levels: &Levels<'_>, nodes: &Nodes, posterior: &[f64]) -> Vec<f64> {
        let (n, fair) = (levels.submissions(), self.fair(levels, nodes));
        chunks::column(n * levels.criteria(), |item| {
            let (c, s) = (item / n, item % n);
            if levels.reviewers(s).is_empty() {
                return MISSING;
            }
            let weights = &posterior[s * nodes.len()..(s + 1) * nodes.len()];
            let rows = weights.iter().zip(&fair.mean[c]);
            levels.rating(c, rows.fold(0.0, |sum, (p, mean)| sum + p * mean))
        })
    }

    /// What severities take off each rating, in the order (criterion, submission, reviewer).
    pub(super) fn corrections(
        &self,
        levels: &Levels<'_>,
        nodes: &Nodes,
        posterior: &[f64],
    ) -> Vec<f64> {
        let (n, fair) = (levels.submissions(), self.fair(levels, nodes));
        let parts = chunks::map(n * levels.criteria(), |range| {
            let (mut room, mut factors, mut out) = (Room::new(nodes), Vec::new(), Vec::new());
            for item in range {
                let (c, s) = (item / n, item % n);
                let weights = &posterior[s * nodes.len()..(s + 1) * nodes.len()];
                for v in levels.reviewers(s) {
                    self.factors(c, self.severity[v.index()], &mut factors);
                    room.fill(&factors, nodes);
                    let differ = |q: usize| room.first[q] / room.total[q] - fair.mean[c][q];
                    let rows = weights.iter().enumerate();
                    let sum = rows.fold(0.0, |sum, (q, p)| sum + p * differ(q));
                    out.push(levels.width(c) * sum);
                }
            }
            out
        });
        parts.concat()
    }

    /// One round: new parameters from what is known of works by the old ones.
    pub(super) fn improve(&mut self, levels: &Levels<'_>, nodes: &Nodes, posterior: &[f64]) {
        let works = (0..levels.submissions()).filter(|&s| !levels.reviewers(s).is_empty());
        let (squares, count) = works.fold((SEEN * QUALITY, SEEN), |(squares, count), s| {
            let (mean, variance) = nodes.moments(&posterior[s * nodes.len()..][..nodes.len()]);
            (squares + mean * mean + variance, count + 1.0)
        });
        let reviewers = self.reviewers(levels, nodes, posterior);
        for (c, sums) in self.sums.iter_mut().enumerate() {
            let expected: Vec<&[f64]> =
                reviewers.iter().map(|part| part.expected[c].as_slice()).collect();
            rescale(sums, &levels.counts(c), &expected);
        }
        self.sd = math::clamp(math::sqrt(squares / count), 0.05, 6.0);
        self.severities(levels, &reviewers);
    }

    /// What the reviews by all people say.
    fn reviewers(&self, levels: &Levels<'_>, nodes: &Nodes, posterior: &[f64]) -> Vec<Reviewers> {
        chunks::map(levels.people(), |range| {
            let (mut room, mut factors) = (Room::new(nodes), Vec::new());
            let mut weights = vec![0.0; nodes.len()];
            let expected = self.sums.iter().map(|sums| vec![0.0; sums.len()]).collect();
            let mut all = Reviewers { score: Vec::new(), information: Vec::new(), expected };
            for v in range {
                let (mut score, mut information) = (0.0, 0.0);
                for (c, s, level) in levels.given(v).filter(|&(c, ..)| levels.top(c) > 0) {
                    self.factors(c, self.severity[v], &mut factors);
                    room.fill(&factors, nodes);
                    let known = &posterior[s * nodes.len()..(s + 1) * nodes.len()];
                    let mut mean = 0.0;
                    for q in 0..nodes.len() {
                        weights[q] = known[q] / room.total[q];
                        let at = room.first[q] / room.total[q];
                        mean += known[q] * at;
                        information += known[q] * (room.second[q] / room.total[q] - at * at);
                    }
                    score += mean - level as f64;
                    for (k, factor) in factors.iter().enumerate() {
                        let rows = weights.iter().zip(&nodes.powers[k]);
                        all.expected[c][k] += factor * rows.fold(0.0, |sum, (w, x)| sum + w * x);
                    }
                }
                all.score.push(score);
                all.information.push(information);
            }
            all
        })
    }

    /// A Newton step for every severity, with their sum held at 0: slopes count as far as they differ
    /// from `common`, the multiplier of that condition.
    fn severities(&mut self, levels: &Levels<'_>, reviewers: &[Reviewers]) {
        let scores = reviewers.iter().flat_map(|part| part.score.iter().zip(&part.information));
        let ridge = 1.0 / self.severity_variance;
        let mut slopes = vec![0.0; self.severity.len()];
        let (mut pulled, mut total) = (0.0, 0.0);
        let gives = |v: usize| levels.given(v).next().is_some();
        for (v, (score, information)) in scores.enumerate() {
            self.uncertainty[v] = 1.0 / (information + ridge);
            slopes[v] = score - self.severity[v] * ridge;
            if gives(v) {
                pulled += slopes[v] * self.uncertainty[v];
                total += self.uncertainty[v];
            }
        }
        let common = if total > 0.0 { pulled / total } else { 0.0 };
        let (mut squares, mut sum, mut count) = (SEEN * SEVERITY, 0.0, SEEN);
        for v in (0..levels.people()).filter(|&v| gives(v)) {
            let step = math::clamp((slopes[v] - common) * self.uncertainty[v], -1.0, 1.0);
            self.severity[v] = math::clamp(self.severity[v] + step, -SEVEREST, SEVEREST);
            squares += self.severity[v] * self.severity[v] + self.uncertainty[v];
            sum += self.severity[v];
            count += 1.0;
        }
        self.severity_variance = squares / count;
        // What clamps and rounding have left of it.
        let mean = sum / math::max(count - SEEN, 1.0);
        for v in (0..levels.people()).filter(|&v| gives(v)) {
            self.severity[v] -= mean;
        }
    }
}

/// What the reviews by some people say: slopes and curvatures of the likelihood in their
/// severities, and how often each level of each criterion is expected.
struct Reviewers {
    score: Vec<f64>,
    information: Vec<f64>,
    expected: Vec<Vec<f64>>,
}

/// Thresholds by the counts of levels given and expected, with one review more of an average work.
fn rescale(sums: &mut [f64], given: &[f64], expected: &[&[f64]]) {
    let seen = 1.0 / given.len() as f64;
    let masses: Vec<f64> = sums.iter().map(|sum| math::exp(-sum)).collect();
    let total = masses.iter().fold(0.0, |sum, mass| sum + mass);
    for (k, sum) in sums.iter_mut().enumerate() {
        let of_model = expected.iter().fold(masses[k] / total, |all, part| all + part[k]);
        *sum += math::ln(of_model / (given[k] + seen));
    }
    let first = sums[0];
    for sum in sums {
        *sum = math::clamp(*sum - first, -SUM, SUM);
    }
}

/// How many probabilities are multiplied before a logarithm is taken.
const FACTORS: usize = 4;

/// Moves the logarithms of products over.
fn take_logs(logs: &mut [f64], products: &mut [f64]) {
    for (log, product) in logs.iter_mut().zip(products) {
        // So that a rating which no quality explains leaves weights that are numbers.
        *log += math::ln(math::max(*product, f64::MIN_POSITIVE));
        *product = 1.0;
    }
}

/// Logarithms of weights as probabilities.
fn normalise(logs: &mut [f64]) {
    let top = logs.iter().fold(f64::NEG_INFINITY, |top, &log| math::max(top, log));
    let sum = logs.iter().fold(0.0, |sum, log| sum + math::exp(log - top));
    for log in logs {
        *log = math::exp(*log - top) / sum;
    }
}
