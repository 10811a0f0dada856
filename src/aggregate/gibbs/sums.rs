//! What chains sum up, and what comes of it.

use super::chain::Course;
use super::draws::Drawn;
use crate::math;

/// Sums over the sweeps of a chain that count. Means and variances are those of the laws that
/// values were drawn from, which are surer than the values (Rao and Blackwell).
#[derive(Debug, Clone)]
pub(super) struct Sums {
    items: Vec<Item>,
    /// By review: its share of the grade, and that times the bias.
    weight: Vec<f64>,
    taken: Vec<f64>,
    biases: Vec<Moment>,
    pub(super) precision: Vec<f64>,
    /// Of the mean of grades, less its start.
    mean: f64,
    /// What is taken off the means of the parameters and of grades, so that squares lose no digits.
    zero: f64,
    zeros: Vec<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Item {
    /// Of the means, by half of the chain.
    halves: [f64; 2],
    squares: f64,
    variance: f64,
    /// The prior's share, and that times its mean.
    prior: f64,
    pull: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    mean: f64,
    squares: f64,
    variance: f64,
}

impl Sums {
    pub(super) fn new(course: &Course<'_>, grades: &[f64]) -> Self {
        let reviews = course.parts.iter().map(|part| part.ratings.column().len()).sum();
        Self {
            items: vec![Item::default(); course.items],
            weight: vec![0.0; reviews],
            taken: vec![0.0; reviews],
            biases: vec![Moment::default(); course.people * course.parts.len()],
            precision: vec![0.0; course.people],
            mean: 0.0,
            zero: course.start.mean,
            zeros: grades[..course.items].to_vec(),
        }
    }

    #[inline]
    pub(super) fn review(&mut self, review: usize, weight: f64, bias: f64) {
        self.weight[review] += weight;
        self.taken[review] += weight * bias;
    }

    #[inline]
    pub(super) fn item(&mut self, item: usize, half: usize, law: Drawn, (prior, mean): (f64, f64)) {
        let away = law.mean - self.zeros[item];
        let item = &mut self.items[item];
        item.halves[half] += away;
        item.squares += away * away;
        item.variance += law.variance;
        item.prior += prior;
        item.pull += prior * (mean - self.zero);
    }

    pub(super) fn hyper(&mut self, mean: f64) {
        self.mean += mean - self.zero;
    }

    #[inline]
    pub(super) fn bias(&mut self, slot: usize, law: Drawn) {
        let moment = &mut self.biases[slot];
        moment.mean += law.mean;
        moment.squares += law.mean * law.mean;
        moment.variance += law.variance;
    }
}

/// What two chains find, by item of all parts, review, and person.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The posterior mean and variance of grades; NaN without ratings.
    pub(super) grade: Vec<f64>,
    pub(super) variance: Vec<f64>,
    /// As parts of the prior's, which has the mean `mean`.
    pub(super) weight: Vec<f64>,
    pub(super) correction: Vec<f64>,
    pub(super) mean: f64,
    /// By part and person.
    pub(super) bias: Vec<f64>,
    pub(super) bias_variance: Vec<f64>,
    pub(super) precision: Vec<f64>,
    /// The standard error by chance of the grade that is least sure of it.
    pub(super) error: f64,
    pub(super) converged: bool,
}

/// The most that the variance between halves of chains may be of the posterior variance.
const UNSETTLED: f64 = 0.05;

impl Outcome {
    /// From both chains, which made `halves` sweeps in either half.
    pub(super) fn of(course: &Course<'_>, chains: [&Sums; 2], halves: [f64; 2]) -> Self {
        let kept = 2.0 * (halves[0] + halves[1]);
        let [a, b] = chains;
        let zero = course.start.mean;
        let mean = zero + (a.mean + b.mean) / kept;
        let slots = a.biases.iter().zip(&b.biases);
        let slot = |(a, b): (&Moment, &Moment)| {
            let mean = (a.mean + b.mean) / kept;
            let squares = (a.squares + b.squares) / kept;
            (mean, (a.variance + b.variance) / kept + math::max(squares - mean * mean, 0.0))
        };
        let (bias, bias_variance) = slots.map(slot).unzip();
        let mut outcome = Self {
            grade: vec![f64::NAN; course.items],
            variance: vec![0.0; course.items],
            weight: added(&a.weight, &b.weight),
            correction: added(&a.taken, &b.taken),
            mean,
            bias,
            bias_variance,
            precision: added(&a.precision, &b.precision).iter().map(|sum| sum / kept).collect(),
            error: 0.0,
            converged: true,
        };
        outcome.items(course, chains, halves);
        outcome
    }

    fn items(&mut self, course: &Course<'_>, [a, b]: [&Sums; 2], halves: [f64; 2]) {
        let kept = 2.0 * (halves[0] + halves[1]);
        let (mut review, mut between, mut within) = (0, 0.0, 0.0);
        let counts = course.parts.iter().flat_map(|part| {
            let items = 0..part.ratings.items();
            items.map(|item| part.ratings.of(item).len())
        });
        for (i, count) in counts.enumerate().filter(|&(_, count)| count > 0) {
            let (x, y) = (&a.items[i], &b.items[i]);
            let away = ((x.halves[0] + y.halves[0]) + (x.halves[1] + y.halves[1])) / kept;
            let apart = |item: &Item, half: usize| item.halves[half] / halves[half] - away;
            let square = |half| apart(x, half) * apart(x, half) + apart(y, half) * apart(y, half);
            let between_halves = (square(0) + square(1)) / 3.0;
            let spread = math::max((x.squares + y.squares) / kept - away * away, 0.0);
            self.grade[i] = a.zeros[i] + away;
            self.variance[i] = (x.variance + y.variance) / kept + spread;
            self.error = math::max(self.error, math::sqrt(between_halves / 4.0));
            between += between_halves;
            within += self.variance[i];

            // The prior's pull beside its mean over sweeps is shared out to the corrections, so
            // that the combination is the posterior mean.
            let prior = x.prior + y.prior;
            let beside = (x.pull + y.pull) - (self.mean - a.zero) * prior;
            let range = review..review + count;
            let weights = self.weight[range.clone()].iter().fold(0.0, |sum, w| sum + w);
            for e in range {
                self.correction[e] = self.correction[e] / self.weight[e] - beside / weights;
                self.weight[e] /= prior;
            }
            review += count;
        }
        self.converged = between <= UNSETTLED * within;
    }
}

fn added(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}
