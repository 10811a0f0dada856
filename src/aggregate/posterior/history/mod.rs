//! What is known of reviewers from earlier assignments.

#[cfg(feature = "serde")]
mod raw;
#[cfg(test)]
mod tests;

use super::block::Block;
use super::effort::EFFORTS;
use super::grid::Grid;
use super::law::{Law, Options, shape};
use super::nodes::{Nodes, STYLES};
use super::real::Real;
use super::state::State;
use crate::aggregate::AggregateError;
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::id::{PersonId, to_u32};
use crate::math;

/// What the assignments so far tell of each reviewer, for the next one:
/// [`Posterior::aggregate_with`](super::Posterior::aggregate_with) takes a history and returns it with one
/// assignment more.
///
/// ```text
/// of v, were v honest:  exp(g b - h b^2 / 2) of the bias,  t^a exp(-c t) of the precision
/// of the manners:       how much likelier the scores are than of one who is honest, in logarithms
/// ```
///
/// That is what is known after an assignment less what the law of its reviewers says, matched in moments
/// (the mean and variance of `b`; the means of `t` and `ln t`): the law is learned anew each time. Biases
/// are in parts of the range of the scale, and so are precisions (1 / variance), so that an assignment
/// of 10 points can follow one of 100. With several criteria they are means over these. Where reviewers look
/// at some works and not at others, how often each does is kept like a manner.
///
/// **Cost.** O(people) space, about 100 bytes each.
///
/// **When not to use it.** Where many do not look at all that they review, all assignments at once tell
/// that better: after four, grades by a history err 5 % more. Where reviewers change,
/// [`forget`](Self::forget) some of it each time. People are known by id: where a roster was made anew,
/// [`renumbered`](Self::renumbered) brings histories to the new ids.
///
/// ```
/// use peergrade::PersonId;
/// use peergrade::aggregate::ReviewerHistory;
///
/// let history = ReviewerHistory::default(); // Nothing known of anybody.
/// assert_eq!(history.bias(PersonId::new(0)), None);
/// assert_eq!(history.reviews(PersonId::new(0)), 0.0);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::History", into = "raw::History"))]
pub struct ReviewerHistory {
    law: Laws,
    /// In parts of the range of the scale.
    told: Vec<Told>,
    /// On how many reviews this rests, those forgotten in part counted in part.
    reviews: Vec<f64>,
}

/// The laws of the last assignment, in parts of the range of the scale.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Laws {
    /// The variance of biases.
    bias: f64,
    /// Of precisions.
    shape: f64,
    rate: f64,
}

/// What is known of one reviewer: to multiply the law of reviewers with.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Told {
    /// Of the bias, offset included.
    pub(super) precision: f64,
    pub(super) pull: f64,
    /// Of the precision.
    shape: f64,
    rate: f64,
    /// Of the other manners against the honest.
    odds: [f64; STYLES.len()],
    /// Of each effort against the largest.
    pub(super) efforts: [f64; EFFORTS],
}

/// The most that is taken to be known of a bias and of a precision, in the unit of the ratings, and
/// the farthest a bias goes.
const MOST_PRECISION: f64 = 1e6;
const MOST_SHAPE: f64 = 1e6;
const MOST_BIAS: f64 = 1e3;

/// The most that is known of a manner, in logarithms: who changes is found out.
const MOST_ODDS: f64 = 10.0;

/// The least that an assignment leaves known of a bias, in parts of what the law says: where scores make
/// it less sure, it keeps the mean alone.
const LEAST_TOLD: f64 = 1e-3;

impl Told {
    /// Of the bias and the precision, of one who is honest: the logarithm.
    pub(super) fn log(&self, bias: f64, precision: f64) -> f64 {
        bias * (self.pull - 0.5 * self.precision * bias) + self.log_precision(precision)
    }

    /// The mean of the bias under this law.
    pub(super) fn mean(&self, law: &Law) -> f64 {
        self.pull / (1.0 / law.bias + self.precision)
    }

    fn log_precision(&self, precision: f64) -> f64 {
        self.shape * math::ln(precision) - self.rate * precision
    }

    /// The same in another unit, this many times as large.
    fn in_unit(self, unit: f64) -> Self {
        let square = unit * unit;
        Self {
            precision: self.precision * square,
            pull: self.pull * unit,
            rate: self.rate / square,
            ..self
        }
    }

    /// What single precision can calculate with.
    fn bounded(self) -> Self {
        let precision = math::min(self.precision, MOST_PRECISION);
        let mean = self.pull / math::max(self.precision, 1.0);
        let mean = math::clamp(mean, -MOST_BIAS, MOST_BIAS);
        Self {
            precision,
            pull: mean * math::max(precision, 1.0),
            shape: math::min(self.shape, MOST_SHAPE),
            rate: math::min(self.rate, MOST_SHAPE),
            odds: self.odds.map(|odds| math::clamp(odds, -MOST_ODDS, MOST_ODDS)),
            efforts: self.efforts.map(|odds| math::clamp(odds, -MOST_ODDS, MOST_ODDS)),
        }
    }

    /// So much of it.
    fn part(self, part: f64) -> Self {
        Self {
            precision: part * self.precision,
            pull: part * self.pull,
            shape: part * self.shape,
            rate: part * self.rate,
            odds: self.odds.map(|odds| part * odds),
            efforts: self.efforts.map(|odds| part * odds),
        }
    }
}

impl ReviewerHistory {
    /// The bias of a person as known after the last assignment and its standard deviation, in parts of the
    /// range of the scale; `None` where no review told of it.
    #[must_use]
    pub fn bias(&self, person: PersonId) -> Option<(f64, f64)> {
        let told = self.known(person)?;
        let precision = 1.0 / self.law.bias + told.precision;
        Some((told.pull / precision, math::sqrt(1.0 / precision)))
    }

    /// The precision of a person as known after the last assignment, 1 / variance of the noise beyond that
    /// of rounding, in parts of the range of the scale; `None` where no review told of it.
    #[must_use]
    pub fn precision(&self, person: PersonId) -> Option<f64> {
        let told = self.known(person)?;
        Some((self.law.shape + told.shape) / (self.law.rate + told.rate))
    }

    fn known(&self, person: PersonId) -> Option<&Told> {
        self.told.get(person.index()).filter(|_| self.reviews(person) > 0.0)
    }

    /// On how many ratings what is known of a person rests: reviews times criteria, those forgotten in part
    /// counted in part.
    #[must_use]
    pub fn reviews(&self, person: PersonId) -> f64 {
        self.reviews.get(person.index()).copied().unwrap_or(0.0)
    }

    /// How many people the history is of; 0 for one that is empty, which fits every cohort.
    #[must_use]
    pub fn people(&self) -> usize {
        self.told.len()
    }

    /// Forgets all but this part of what is known: each rating counts as this part of one from now on.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] for a part that is not over 0 and at most 1.
    ///
    /// ```
    /// use peergrade::aggregate::ReviewerHistory;
    ///
    /// assert!(ReviewerHistory::default().forget(0.9).is_ok());
    /// assert!(ReviewerHistory::default().forget(1.5).is_err());
    /// ```
    pub fn forget(mut self, kept: f64) -> Result<Self, AggregateError> {
        if !(kept > 0.0 && kept <= 1.0) {
            return Err(AggregateError::Setting {
                method: "posterior",
                setting: "the part of the history that is kept",
                value: kept,
                needed: "but must be over 0 and at most 1",
            });
        }
        self.told.iter_mut().for_each(|told| *told = told.part(kept));
        self.reviews.iter_mut().for_each(|reviews| *reviews *= kept);
        Ok(self)
    }

    /// The history of so many people of whom each has that of an old id, or none: for a roster that was
    /// made anew.
    ///
    /// ```
    /// use peergrade::PersonId;
    /// use peergrade::aggregate::ReviewerHistory;
    ///
    /// // Person 0 is new, and the others moved up by one.
    /// let old = |person: PersonId| person.get().checked_sub(1).map(PersonId::new);
    /// let history = ReviewerHistory::default().renumbered(5, old);
    /// assert_eq!(history.people(), 5);
    /// ```
    #[must_use]
    pub fn renumbered(&self, people: usize, old: impl Fn(PersonId) -> Option<PersonId>) -> Self {
        let mut new = Self { law: self.law, ..Self::default() };
        for person in (0..people).map(|v| PersonId::new(to_u32(v))) {
            let old = old(person);
            new.told.push(old.and_then(|old| self.known(old)).copied().unwrap_or_default());
            new.reviews.push(old.map_or(0.0, |old| self.reviews(old)));
        }
        new
    }

    /// # Errors
    ///
    /// [`AggregateError::History`] for another number of people.
    pub(super) fn check(&self, cohort: usize) -> Result<(), AggregateError> {
        let history = self.people();
        if history == 0 || history == cohort {
            Ok(())
        } else {
            Err(AggregateError::History { history, cohort })
        }
    }

    /// What is known in the unit of the ratings, one of which is so much of the range of the scale; empty
    /// where nothing is.
    pub(super) fn told(&self, unit: f64) -> Vec<Told> {
        if self.reviews.iter().all(|&reviews| reviews == 0.0) {
            return Vec::new();
        }
        self.told.iter().map(|told| told.in_unit(unit).bounded()).collect()
    }
}

/// How much of the range of the scale one unit of the ratings is, on average over the criteria.
pub(super) fn unit(ratings: &Ratings<'_>) -> f64 {
    let criteria = ratings.reviews().rubric().criteria().iter().zip(ratings.axes());
    let parts = criteria.map(|(criterion, axis)| {
        let (scale, unit) = (criterion.scale(), criterion.scale().unit());
        axis.points(1.0) / unit / (scale.max() / unit - scale.min() / unit)
    });
    parts.fold(0.0, |sum, part| sum + part) / ratings.axes().len() as f64
}

impl<F: Real> Nodes<F> {
    /// Adds what is known of a reviewer to the logarithms of the probabilities of the nodes, but for what
    /// goes with biases.
    pub(super) fn remember(&self, told: &Told, logs: &mut [F]) {
        for (j, log) in logs[..self.shifted.end].iter_mut().enumerate() {
            *log += F::new(told.log(self.apart[j].get(), 1.0 / self.own[j]));
        }
        if self.others.is_empty() {
            return;
        }
        let honest = self.honest_log(told);
        let each = self.others.len() / STYLES.len();
        for (logs, odds) in logs[self.others.clone()].chunks_exact_mut(each).zip(told.odds) {
            for log in logs {
                *log += F::new(honest + odds);
            }
        }
    }

    /// The logarithm of the mean of what is known under the law of the honest.
    fn honest_log(&self, told: &Told) -> f64 {
        let prior = self.bias[0].get();
        let known = prior + told.precision;
        let bias = 0.5 * (told.pull * told.pull / known + math::ln(prior / known));
        let honest = self.honest.clone();
        let weight = |j: usize| self.weight[j].get();
        let log = |j: usize| weight(j) + told.log_precision(1.0 / self.own[j]);
        bias + log_of_sum(honest.clone().map(log)) - log_of_sum(honest.map(weight))
    }
}

/// The logarithm of the sum of the powers of e.
fn log_of_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(-f64::INFINITY, math::max);
    most + math::ln(logs.fold(0.0, |sum, log| sum + math::exp(log - most)))
}

/// What an assignment leaves known of a reviewer, were that honest: means of bias and its square, less the
/// offset; of the precision and its logarithm.
#[derive(Debug, Clone, Copy)]
struct Known {
    mean: f64,
    variance: f64,
    precision: f64,
    log: f64,
}

impl Known {
    /// The bias, less what the law says.
    fn bias(&self, law: &Law, apart: f64) -> [f64; 2] {
        let prior = 1.0 / law.bias;
        let precision = math::max(1.0 / self.variance - prior, LEAST_TOLD * prior);
        [precision, (precision + prior) * self.mean + precision * apart]
    }

    /// The precision, less what the law says: of so many ratings, and what was known before.
    fn precision(&self, law: &Law, count: f64, before: f64) -> [f64; 2] {
        let log = math::min(self.log - math::ln(self.precision), -1e-4);
        let own = math::clamp(shape(log) - law.shape, 0.0, before + 0.5 * count);
        let rate = (law.shape + own) / self.precision - law.shape / law.precision;
        [own, math::max(rate, 0.0)]
    }
}

impl<F: Real> Block<F> {
    /// What is known of reviewer `i` at the nodes of the honest, or of the shifted where that is likelier;
    /// with the offset.
    fn known(&self, nodes: &Nodes<F>, i: usize) -> (Known, f64) {
        let share = |group: &core::ops::Range<usize>| {
            self.mean(i, |j, _, _| if group.contains(&j) { F::ONE } else { F::ZERO })
        };
        let [honest, shifted] = [&nodes.honest, &nodes.shifted].map(share);
        let group = if shifted > honest { &nodes.shifted } else { &nodes.honest };
        let all = math::max(math::max(honest, shifted), f64::MIN_POSITIVE);
        let mean = |value: &dyn Fn(usize, F, F) -> F| {
            let own = |j, bias, spread| {
                if group.contains(&j) { value(j, bias, spread) } else { F::ZERO }
            };
            self.mean(i, own) / all
        };
        let centre = mean(&|_, bias, _| bias);
        let square = |bias: F| (bias - F::new(centre)) * (bias - F::new(centre));
        let known = Known {
            mean: centre,
            variance: mean(&|_, bias, spread| spread + square(bias)),
            precision: mean(&|j, _, _| F::new(1.0 / nodes.own[j])),
            log: -mean(&|j, _, _| F::new(nodes.log[j])),
        };
        (known, nodes.apart[group.start].get())
    }

    /// How much likelier what reviewer `i` says is of the other manners than of the honest, in logarithms;
    /// with what was known before.
    fn odds(&self, nodes: &Nodes<F>, i: usize) -> [f64; STYLES.len()] {
        let likelier = |group: core::ops::Range<usize>| {
            let posterior =
                self.mean(i, |j, _, _| if group.contains(&j) { F::ONE } else { F::ZERO });
            let root = |j: usize| 0.5 * math::ln(nodes.bias[j].get());
            let prior = log_of_sum(group.map(|j| nodes.weight[j].get() - root(j)));
            math::ln(math::max(posterior, f64::MIN_POSITIVE)) - prior
        };
        let honest = likelier(nodes.honest.start..nodes.shifted.end);
        let each = nodes.others.len() / STYLES.len();
        core::array::from_fn(|m| {
            let start = nodes.others.start + m * each;
            likelier(start..start + each) - honest
        })
    }
}

impl<F: Real> State<'_, '_, F> {
    /// Takes what is known of people beforehand.
    pub(super) fn tell(&mut self, told: Vec<Told>) {
        self.options.known = !told.is_empty();
        self.told = told;
    }

    /// The history with these reviews added.
    pub(super) fn history(&self, before: &ReviewerHistory, unit: f64) -> ReviewerHistory {
        let law = &self.law;
        // Where this assignment does not tell reviewers' precisions apart, all assignments may together.
        let apart = Options { precisions: true, known: true, ..self.options };
        let wide = law.with(self.options, apart);
        let nodes = [Nodes::new(law, self.options), Nodes::new(&wide, apart)];
        let told = chunks::map(self.ratings.people(), |people| {
            let mut told = Vec::with_capacity(people.len());
            if self.options.effort {
                self.known_by_effort(people, &mut told);
                return told;
            }
            self.each_batch(&nodes[1], people.clone(), |block, rows, _| {
                for i in 0..rows.len() {
                    let (known, _) = block.known(&nodes[1], i);
                    let old = rows.told(i).copied().unwrap_or_default();
                    let count = rows.range(i).len() as f64;
                    let [shape, rate] = known.precision(&wide, count, old.shape);
                    told.push(Told { shape, rate, ..old });
                }
            });
            let mut slots = told.iter_mut();
            self.each_batch(&nodes[0], people, |block, rows, _| {
                for (i, told) in (0..rows.len()).zip(&mut slots) {
                    let (known, apart) = block.known(&nodes[0], i);
                    [told.precision, told.pull] = known.bias(law, apart);
                    if self.options.manners {
                        told.odds = block.odds(&nodes[0], i);
                    }
                }
            });
            told
        });
        let mut history = before.clone();
        history.told.resize(self.ratings.people(), Told::default());
        history.reviews.resize(self.ratings.people(), 0.0);
        let square = unit * unit;
        history.law = Laws {
            bias: law.bias * square,
            shape: law.shape,
            rate: law.shape / law.precision * square,
        };
        for (v, told) in told.concat().into_iter().enumerate() {
            let count = self.ratings.given(v).len();
            if count > 0 {
                history.told[v] = told.bounded().in_unit(1.0 / unit);
                history.reviews[v] += count as f64;
            }
        }
        history
    }

    /// What is known of these people where reviewers look at some works and not at others.
    fn known_by_effort(&self, people: core::ops::Range<usize>, out: &mut Vec<Told>) {
        let start = self.ratings.given(people.start).start;
        let end = self.ratings.given(people.end - 1).end;
        let mut sites = self.sites[start..end].to_vec();
        let grid = Grid::new(&self.law, self.options);
        self.each_grid(grid, people, &mut sites, start, |grid, rows, _, _| {
            let [mean, deviation] = grid.bias();
            let mut known =
                Known { mean, variance: deviation * deviation, precision: 0.0, log: 0.0 };
            let mut looks = 0.0;
            for (e, seen) in rows.of(0).enumerate() {
                looks += grid.moments(e, seen)[2];
            }
            grid.each_point(|share, _, q| {
                let own = grid.noise[q] - self.law.floor;
                known.precision += share / own;
                known.log -= share * math::ln(own);
            });
            let old = rows.told(0).copied().unwrap_or_default();
            let [precision, pull] = known.bias(&self.law, 0.0);
            let [shape, rate] = known.precision(&self.law, looks, old.shape);
            let efforts = grid.odds();
            out.push(Told { precision, pull, shape, rate, efforts, ..old });
        });
    }
}
