//! The variances of the effects, given the ratings and the mean of the course.

use super::dense::Small;
use super::solve::{Cell, System};
use crate::aggregate::rounds::Rounds;
use crate::chunks;
use crate::math;

/// Variances of effects. Of an item known exactly it is 0.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::aggregate) struct Spread {
    pub(in crate::aggregate) item: Vec<f64>,
    pub(in crate::aggregate) reviewer: Vec<f64>,
}

impl Spread {
    /// Message passing between items and reviewers until no variance changes by more than that part
    /// of itself, and the exact variances within small components.
    ///
    /// ```text
    /// 1/V_u = 1/truth + sum over v of (t - 2 t^2 V_v / (1 + sqrt(1 + 4 t^2 V_u V_v))),  t = 1/noise
    /// ```
    ///
    /// and the same for reviewers: what one rating tells of one end, given all that the other end
    /// has from elsewhere, written in the variances of both ends. Exact where no cycle of reviews is;
    /// elsewhere a cycle is taken for a tree, which makes variances too small, by little where
    /// cycles are long.
    pub(in crate::aggregate) fn new(system: &System<'_>, small: &Small, rounds: Rounds) -> Self {
        let mut spread = Self::by_degrees(system);
        if !small.is_all() && !system.is_regular() {
            let mut change = f64::INFINITY;
            let mut round = 0;
            while change > rounds.tolerance && round < rounds.most {
                change = spread.round(system);
                round += 1;
            }
        }
        small.exact(system, &mut spread);
        spread
    }

    /// As [`new`](Self::new) for large graphs: a rating tells an item what it would if its reviewer's
    /// other items had the mean number of ratings. One pass.
    pub(in crate::aggregate) fn roughly(system: &System<'_>, small: &Small) -> Self {
        let mut spread = Self::by_degrees(system);
        if !system.is_regular() {
            let (ratings, t) = (system.ratings, system.noise);
            let message = chunks::column(ratings.people(), |v| {
                // Without one rating of those that the reviewer gave.
                let count = ratings.given(v).len() as f64;
                let all = 1.0 / spread.reviewer[v];
                let before = all - (all - system.bias) / math::max(count, 1.0);
                <f32 as Cell>::new(before / (1.0 + before / t))
            });
            chunks::update(&mut spread.item, |u, own| {
                let prior = system.truth + system.known.precision(u);
                let all = prior + system.over_reviewers(u, &message);
                // Rated by nobody: as it is.
                if all > 0.0 { 1.0 / all } else { own }
            });
        }
        small.exact(system, &mut spread);
        spread
    }

    /// As if all items and all reviewers had their mean number of ratings; right where they do.
    fn by_degrees(system: &System<'_>) -> Self {
        let (ratings, t) = (system.ratings, system.noise);
        let given = |v: usize| ratings.given(v).len() as f64;
        let had = |u: usize| ratings.reviewers(u).len() as f64;
        let all = math::max(ratings.column().len() as f64, 1.0);
        let items = chunks::sum(ratings.items(), |u| had(u) * had(u)) / all;
        let people = chunks::sum(ratings.people(), |v| given(v) * given(v)) / all;
        let message = |before: f64| if before > 0.0 { 1.0 / (1.0 / t + 1.0 / before) } else { 0.0 };
        let (mut to_item, mut to_reviewer) = (t, t);
        for _ in 0..200 {
            let last = to_item;
            to_reviewer = message(system.truth + (items - 1.0) * to_item);
            to_item = message(system.bias + (people - 1.0) * to_reviewer);
            if (to_item - last).abs() <= 1e-15 * last {
                break;
            }
        }
        let prior = |u: usize| system.truth + system.known.precision(u);
        Self {
            item: chunks::column(ratings.items(), |u| inverse(prior(u) + had(u) * to_item)),
            reviewer: chunks::column(ratings.people(), |v| {
                inverse(system.bias + given(v) * to_reviewer)
            }),
        }
    }

    /// Reviewers from items, then items from reviewers; by how much of itself the variance that
    /// changed most did.
    fn round(&mut self, system: &System<'_>) -> f64 {
        let (ratings, t) = (system.ratings, system.noise);
        let Self { item, reviewer } = self;
        let reviewers = renew(reviewer, |v, own| {
            let others = ratings.items_of(v).iter().map(|u| item[u.index()]);
            next(system.bias, t, own, others)
        });
        let items = renew(item, |u, own| {
            let prior = system.truth + system.known.precision(u);
            let others = ratings.reviewers(u).iter().map(|v| reviewer[v.index()]);
            next(prior, t, own, others)
        });
        math::max(items, reviewers)
    }
}

/// Writes new values and returns the largest change, as a part of the value.
fn renew(column: &mut [f64], value: impl Fn(usize, f64) -> f64 + Sync) -> f64 {
    let most = chunks::update_map(column, 0.0, |i, slot, most| {
        let old = core::mem::replace(slot, value(i, *slot));
        let change = (*slot - old).abs() / *slot;
        // NaN, of what is known or never changes, is no change.
        if change > most { change } else { most }
    });
    most.into_iter().fold(0.0, math::max)
}

fn inverse(precision: f64) -> f64 {
    if precision > 0.0 { 1.0 / precision } else { f64::INFINITY }
}

/// One step of Newton's method on `V (prior + messages at V) = 1`, which has one solution; the step
/// stays above 0.
#[inline]
fn next(prior: f64, t: f64, own: f64, others: impl Iterator<Item = f64>) -> f64 {
    // Known exactly, or rated by nobody.
    if !(own > 0.0 && own < f64::INFINITY) {
        return own;
    }
    let (mut precision, mut slope) = (prior, 0.0);
    for other in others {
        let root = math::sqrt(1.0 + 4.0 * t * t * own * other);
        let lost = 2.0 * t * t * other / (1.0 + root);
        precision += t - lost;
        slope += lost * lost / root;
    }
    (1.0 + own * own * slope) / (precision + own * slope)
}

impl System<'_> {
    /// Whether all items have equally many ratings, all reviewers gave equally many, and nothing
    /// else is known.
    fn is_regular(&self) -> bool {
        let equal = |len: usize, count: &dyn Fn(usize) -> usize| {
            let mut counts = (0..len).map(count).filter(|&count| count > 0);
            let first = counts.next().unwrap_or(0);
            counts.all(|count| count == first)
        };
        let (ratings, known) = (self.ratings, self.known.is_empty());
        known
            && equal(ratings.items(), &|u| ratings.reviewers(u).len())
            && equal(ratings.people(), &|v| ratings.given(v).len())
    }
}
