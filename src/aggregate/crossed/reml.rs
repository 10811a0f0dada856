//! The variances of the laws by restricted maximum likelihood.

use super::dense::Small;
use super::known::Known;
use super::parts::Parts;
use super::solve::{Sums, System};
use super::spread::{Messages, Spread};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::rounds::Rounds;
use crate::chunks;
use crate::math;

/// Where the search ends: after steps below this part of the sum of the variances, in courses with
/// exact variances and in others, which are not surer than that; or after so many.
const TOLERANCE: f64 = 1e-6;
const TOLERANCE_OF_MESSAGES: f64 = 1e-4;
const MOST: u32 = 40;

/// The variances under which contrasts of the ratings (what is left without the mean of the
/// course) are most likely, and the biases that go with them.
///
/// Average-information steps from the moments (Gilmour, Thompson and Cullis, Biometrics 51, 1995):
///
/// ```text
/// theta <- theta + A^-1 d,   A_ij = f_i' P f_j / 2,   f_truth = s_u / truth,  f_bias = b_v / bias,  f_noise = e / noise
/// d_i = (squares of effect i + their variances - number x theta_i) / (2 theta_i^2)
/// ```
///
/// with the variances of [`Spread`]: exact in small courses.
pub(in crate::aggregate) fn reml(
    ratings: &Ratings<'_>,
    known: &Known,
    small: &Small,
    sums: &Sums,
    start: Parts,
) -> (Parts, Vec<f64>, Ended) {
    let tolerance = if small.is_all() { TOLERANCE } else { TOLERANCE_OF_MESSAGES };
    let mut search = Search::new(ratings, known, sums, tolerance);
    let (total, least) = (start.total(), start.least());
    let open = [true, (0..ratings.people()).any(|v| ratings.given(v).len() > 1), true];
    let mut theta = start.array();
    for i in 0..3 {
        // Far enough from 0 for the first steps to be good ones.
        theta[i] =
            if open[i] { math::max(theta[i], [0.02, 0.02, 0.1][i] * total) } else { least[i] };
    }
    let mut ended = Ended::default();
    for _ in 0..MOST {
        let slope = search.slope(Parts::from_array(theta), small);
        // A variance that is to vanish does so by and by: the law is steep there.
        let low = core::array::from_fn(|i| math::max(0.01 * theta[i], least[i]));
        let new = slope.next(theta, low, open);
        let change = |i: usize| (new[i] - theta[i]).abs();
        let most = math::max(math::max(change(0), change(1)), change(2));
        theta = new;
        ended = Ended { step: most / total, settled: most <= tolerance * total };
        if ended.settled {
            break;
        }
    }
    (Parts::from_array(theta), search.bias, ended)
}

/// How the search ended.
#[derive(Debug, Clone, Copy)]
pub(in crate::aggregate) struct Ended {
    /// The last step, as a part of the sum of the variances: about as large a part of the spread of
    /// grades is what another step would change in one.
    pub(in crate::aggregate) step: f64,
    /// Whether it was within tolerance.
    pub(in crate::aggregate) settled: bool,
}

impl Default for Ended {
    /// Of variances that were not searched for.
    fn default() -> Self {
        Self { step: 0.0, settled: true }
    }
}

/// The search and what it has from step to step, so that solutions begin at the last ones.
struct Search<'a> {
    ratings: &'a Ratings<'a>,
    known: &'a Known,
    sums: &'a Sums,
    tolerance: f64,
    /// 1 for every rating but those of items known exactly.
    ones: Sums,
    messages: Option<Messages>,
    bias: Vec<f64>,
    bias_of_ones: Option<Vec<f64>>,
    bias_by_truth: Option<Vec<f64>>,
    bias_by_bias: Option<Vec<f64>>,
}

/// Gradient of the log likelihood and the average information.
#[derive(Debug, Clone, Copy)]
struct Slope {
    gradient: [f64; 3],
    information: [[f64; 3]; 3],
    /// How many effects or ratings have each variance.
    counts: [f64; 3],
}

impl<'a> Search<'a> {
    fn new(ratings: &'a Ratings<'a>, known: &'a Known, sums: &'a Sums, tolerance: f64) -> Self {
        let ones = Sums::of_ones(ratings, known);
        let bias = vec![0.0; ratings.people()];
        let (bias_of_ones, bias_by_truth, bias_by_bias) = (None, None, None);
        let messages = None;
        Self {
            ratings,
            known,
            sums,
            tolerance,
            ones,
            messages,
            bias,
            bias_of_ones,
            bias_by_truth,
            bias_by_bias,
        }
    }

    fn slope(&mut self, parts: Parts, small: &Small) -> Slope {
        let system = System::new(self.ratings, self.known, parts);
        let total = parts.total();
        let rounds = |size: f64| Rounds { tolerance: 0.1 * self.tolerance * size, most: 500 };
        let main = system.solve::<f64>(
            self.sums,
            Some(core::mem::take(&mut self.bias)),
            rounds(math::sqrt(total)),
        );
        let ones = system.ones(&self.ones, self.bias_of_ones.take(), rounds(1.0));
        let spread = Spread::new(
            &system,
            small,
            &mut self.messages,
            Rounds { tolerance: self.tolerance, most: 200 },
        );
        let (grade, mean) = system.grades::<f64>(self.sums, &main.bias);
        let main = Solved { effects: system.effects(&grade, mean), grade, bias: main.bias };
        let mut slope = system.slope(parts, &main, &ones, &spread);
        // The information may be rough: it steers the steps and does not say where they end.
        let rough = |variance: f64| Rounds { tolerance: 1e-4 / math::sqrt(variance), most: 100 };
        let by = |sums: &Sums, start: Option<Vec<f64>>, variance: f64| {
            let bias = system.solve::<f64>(sums, start, rough(variance)).bias;
            let (grade, mean) = system.grades::<f64>(sums, &bias);
            Solved { effects: system.effects(&grade, mean), grade, bias }
        };
        let (truth, bias) = (system.of_truth(&main.effects), system.of_bias(&main.bias));
        let truth = by(&truth, self.bias_by_truth.take(), parts.truth);
        let bias = by(&bias, self.bias_by_bias.take(), parts.bias);
        slope.information = system.information(&main, (&truth, &bias), slope.information[2][2]);
        self.bias = main.bias;
        self.bias_of_ones = Some(ones.bias);
        (self.bias_by_truth, self.bias_by_bias) = (Some(truth.bias), Some(bias.bias));
        slope
    }
}

/// How effects go with the mean of the course, and its variance.
#[derive(Debug, Clone)]
pub(in crate::aggregate) struct Ones {
    pub(in crate::aggregate) grade: Vec<f64>,
    pub(in crate::aggregate) bias: Vec<f64>,
    /// Of the mean.
    pub(in crate::aggregate) variance: f64,
}

/// A solution of the equations.
#[derive(Debug, Clone)]
struct Solved {
    grade: Vec<f64>,
    /// `s_u`, 0 for items that are not of the course.
    effects: Vec<f64>,
    bias: Vec<f64>,
}

impl System<'_> {
    /// What grades have beyond the mean.
    fn effects(&self, grade: &[f64], mean: f64) -> Vec<f64> {
        chunks::column(grade.len(), |u| if self.is_free(u) { grade[u] - mean } else { 0.0 })
    }

    /// Effects where every rating is 1 and the mean is taken to be 0.
    pub(in crate::aggregate) fn ones(
        &self,
        ones: &Sums,
        start: Option<Vec<f64>>,
        rounds: Rounds,
    ) -> Ones {
        let system = System { mean: false, ..*self };
        let start = start.unwrap_or_else(|| {
            let (bias, _) = self.typical_ones();
            let rated = |v: usize| !self.ratings.given(v).is_empty();
            chunks::column(self.ratings.people(), |v| if rated(v) { bias } else { 0.0 })
        });
        let sums = Sums { known: Some(1.0), ..ones.clone() };
        let bias = system.solve::<f64>(&sums, Some(start), rounds).bias;
        let (grade, _) = system.grades::<f64>(&sums, &bias);
        let sum = chunks::sum(grade.len(), |u| if self.is_free(u) { grade[u] } else { 0.0 });
        let information = self.truth * sum;
        Ones { grade, bias, variance: if information > 0.0 { 1.0 / information } else { 0.0 } }
    }

    /// The bias of everybody, and the variance of the mean, where all ratings are 1 and all have the
    /// mean number of them.
    pub(super) fn typical_ones(&self) -> (f64, f64) {
        let ratings = self.ratings;
        let rows = |len: usize, row: &dyn Fn(usize) -> bool| {
            math::max((0..len).filter(|&i| row(i)).count() as f64, 1.0)
        };
        let (n, m) = (
            rows(ratings.items(), &|u| !ratings.reviewers(u).is_empty()),
            rows(ratings.people(), &|v| !ratings.given(v).is_empty()),
        );
        let all = ratings.column().len() as f64 * self.noise;
        let (items, people) = (all / n, all / m);
        let (a, b) = (self.truth + items, self.bias + people);
        let bias = people * self.truth / (a * b - items * people);
        let information = self.truth * n * items * (1.0 - bias) / a;
        (bias, if information > 0.0 { 1.0 / information } else { 0.0 })
    }

    /// The gradient, and in the place of the information of noise with itself the squares of the
    /// residuals.
    fn slope(&self, parts: Parts, main: &Solved, ones: &Ones, spread: &Spread) -> Slope {
        let ratings = self.ratings;
        let flag = |is: bool| if is { 1.0 } else { 0.0 };
        let shared = |value: f64| ones.variance * value * value;
        let rated = |v: usize| !ratings.given(v).is_empty();
        let squares = [
            chunks::sum(ratings.items(), |u| {
                let variance = spread.item[u] + shared(ones.grade[u]);
                main.effects[u] * main.effects[u] + flag(self.is_free(u)) * variance
            }),
            chunks::sum(ratings.people(), |v| {
                let variance = spread.reviewer[v] + shared(ones.bias[v]);
                flag(rated(v)) * (main.bias[v] * main.bias[v] + variance)
            }),
        ];
        let counts = [
            chunks::sum(ratings.items(), |u| flag(self.is_free(u))),
            chunks::sum(ratings.people(), |v| flag(rated(v))),
            ratings.column().len() as f64,
        ];
        let (residuals, of_ones) = self.residuals(main, ones);
        let known = chunks::sum(ratings.items(), |u| {
            let prior = self.truth + self.known.precision(u);
            if self.is_free(u) { 1.0 - spread.item[u] * prior } else { 0.0 }
        }) + chunks::sum(ratings.people(), |v| {
            flag(rated(v)) * (1.0 - spread.reviewer[v] * self.bias)
        });
        let noise = residuals + known * parts.noise + ones.variance * of_ones;
        let theta = parts.array();
        let squares = [squares[0], squares[1], noise];
        let gradient =
            core::array::from_fn(|i| 0.5 * (squares[i] / theta[i] - counts[i]) / theta[i]);
        let mut information = [[0.0; 3]; 3];
        information[2][2] = residuals;
        Slope { gradient, information, counts }
    }

    /// Squares of the residuals of the ratings, and of ones.
    fn residuals(&self, main: &Solved, ones: &Ones) -> (f64, f64) {
        let ratings = self.ratings;
        let parts = chunks::map(ratings.items(), |range| {
            range.fold((0.0, 0.0), |sums, u| {
                let one = if self.known.is_exact(u) { 0.0 } else { 1.0 };
                let rows = ratings.reviewers(u).iter().zip(ratings.of(u));
                rows.fold(sums, |(own, of_ones), (v, z)| {
                    let own_residual = z - main.grade[u] - main.bias[v.index()];
                    let residual = one - one * ones.grade[u] - ones.bias[v.index()];
                    (own + own_residual * own_residual, of_ones + residual * residual)
                })
            })
        });
        chunks::tree(parts, |a, b| (a.0 + b.0, a.1 + b.1))
    }

    /// Every rating the effect of its item, over its variance.
    fn of_truth(&self, effects: &[f64]) -> Sums {
        let ratings = self.ratings;
        Sums {
            item: chunks::column(ratings.items(), |u| {
                self.truth * effects[u] * ratings.of(u).len() as f64
            }),
            reviewer: chunks::column(ratings.people(), |v| {
                self.truth * self.over_items(v, effects)
            }),
            known: Some(0.0),
        }
    }

    /// Every rating the bias of its reviewer, over its variance.
    fn of_bias(&self, bias: &[f64]) -> Sums {
        let ratings = self.ratings;
        Sums {
            item: chunks::column(ratings.items(), |u| self.bias * self.over_reviewers(u, bias)),
            reviewer: chunks::column(ratings.people(), |v| {
                self.bias * bias[v] * ratings.given(v).len() as f64
            }),
            known: Some(0.0),
        }
    }

    /// The average information; that of noise follows from the others, since the parts of the
    /// ratings add up to them.
    fn information(
        &self,
        main: &Solved,
        (truth, bias): (&Solved, &Solved),
        residuals: f64,
    ) -> [[f64; 3]; 3] {
        let items = |of: &dyn Fn(usize) -> f64| {
            (0..main.effects.len()).fold(0.0, |sum, u| sum + main.effects[u] * of(u))
        };
        let people = |of: &dyn Fn(usize) -> f64| {
            (0..main.bias.len()).fold(0.0, |sum, v| sum + main.bias[v] * of(v))
        };
        let squared = self.truth * self.truth;
        let tt = squared * items(&|u| truth.effects[u]);
        let tb = squared * items(&|u| bias.effects[u]);
        let bb = self.bias * self.bias * people(&|v| bias.bias[v]);
        let t_all = squared * items(&|u| main.effects[u]);
        let b_all = self.bias * self.bias * people(&|v| main.bias[v]);
        let noise_all = self.noise * self.noise * residuals;
        let rest = |all: f64, t: f64, b: f64| self.noise * (all - t / self.truth - b / self.bias);
        let tn = rest(t_all, tt, tb);
        let bn = rest(b_all, tb, bb);
        let nn = rest(noise_all, tn, bn);
        [[tt, tb, tn], [tb, bb, bn], [tn, bn, nn]].map(|row| row.map(|x| 0.5 * x))
    }
}

impl Slope {
    /// Where a Newton step leads: over the variances that are open, and if one of them would pass its
    /// lower end, from there over the others.
    fn next(&self, theta: [f64; 3], low: [f64; 3], open: [bool; 3]) -> [f64; 3] {
        // Effects that are all 0 leave no information, and a variance that falls.
        let vanishing = |i: usize| {
            let most = self.counts[i] / theta[i] / theta[i];
            self.information[i][i] <= 1e-9 * most && self.gradient[i] < 0.0
        };
        let mut set: [Option<f64>; 3] = core::array::from_fn(|i| {
            if open[i] { vanishing(i).then(|| low[i] - theta[i]) } else { Some(0.0) }
        });
        loop {
            let step = self.step(theta, set);
            let new: [f64; 3] = core::array::from_fn(|i| theta[i] + step[i]);
            let passed = |i: usize| set[i].is_none() && new[i] < low[i];
            let Some(i) = (0..3).find(|&i| passed(i)) else {
                return core::array::from_fn(|i| {
                    if new[i].is_finite() { math::min(new[i], 10.0 * theta[i]) } else { theta[i] }
                });
            };
            set[i] = Some(low[i] - theta[i]);
        }
    }

    /// A Newton step of which some parts are set; of the EM algorithm where the information is no
    /// metric.
    fn step(&self, theta: [f64; 3], set: [Option<f64>; 3]) -> [f64; 3] {
        let mut a = self.information;
        let mut step = self.gradient;
        for i in 0..3 {
            if let Some(own) = set[i] {
                for j in 0..3 {
                    step[j] -= a[j][i] * own;
                    (a[i][j], a[j][i]) = (0.0, 0.0);
                }
                a[i][i] = 1.0;
            }
        }
        for i in 0..3 {
            step[i] = set[i].unwrap_or(step[i]);
        }
        if solve(&mut a, &mut step) {
            return step;
        }
        core::array::from_fn(|i| {
            let em = 2.0 * theta[i] * theta[i] * self.gradient[i] / self.counts[i];
            set[i].unwrap_or(if em.is_finite() { em } else { 0.0 })
        })
    }
}

/// Solves three equations of a symmetric positive matrix in place; `false` where it is not positive.
fn solve(a: &mut [[f64; 3]; 3], b: &mut [f64; 3]) -> bool {
    let scale = [a[0][0], a[1][1], a[2][2]];
    for k in 0..3 {
        // Positive beyond rounding.
        let positive = a[k][k] > 1e-12 * scale[k] && a[k][k] < f64::INFINITY;
        if !positive {
            return false;
        }
        let row = a[k];
        for i in k + 1..3 {
            let factor = a[i][k] / row[k];
            for (value, other) in a[i].iter_mut().zip(row) {
                *value -= factor * other;
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..3).rev() {
        for j in k + 1..3 {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
    true
}
