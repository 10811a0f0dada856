//! The variances of the effects, given the ratings and the mean of the course.

use core::ops::Range;

use super::dense::Small;
use super::solve::System;
use crate::aggregate::gather::Cell;
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
    /// By message passing between items and reviewers, and exactly within small components.
    pub(in crate::aggregate) fn new(
        system: &System<'_>,
        small: &Small,
        messages: &mut Option<Messages>,
        rounds: Rounds,
    ) -> Self {
        let mut spread = if small.is_all() || system.is_regular() {
            Self::by_degrees(system)
        } else {
            let messages = messages.get_or_insert_with(|| Messages::new(system));
            messages.settle(system, rounds);
            messages.spread(system)
        };
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
        let ratings = system.ratings;
        let given = |v: usize| ratings.given(v).len() as f64;
        let had = |u: usize| ratings.reviewers(u).len() as f64;
        let (to_item, to_reviewer) = system.typical_messages();
        let prior = |u: usize| system.truth + system.known.precision(u);
        Self {
            item: chunks::column(ratings.items(), |u| inverse(prior(u) + had(u) * to_item)),
            reviewer: chunks::column(ratings.people(), |v| {
                inverse(system.bias + given(v) * to_reviewer)
            }),
        }
    }
}

fn inverse(precision: f64) -> f64 {
    if precision > 0.0 { 1.0 / precision } else { f64::INFINITY }
}

/// What every rating tells either end of it, as a precision: Gaussian belief propagation (Pearl 1988;
/// Weiss and Freeman, Neural Computation 13, 2001).
///
/// ```text
/// to item u from reviewer v:   1 / (noise + 1 / (1/bias  + sum of what v's other ratings tell v))
/// to reviewer v from item u:   1 / (noise + 1 / (1/truth + sum of what u's other ratings tell u))
/// 1 / V_u = 1/truth + sum of what u's ratings tell u,  and the same for v
/// ```
///
/// Exact where no cycle of reviews is. Elsewhere a cycle is taken for an endless path, which makes
/// variances too small (Malioutov, Johnson and Willsky, JMLR 7, 2006), by little where cycles are
/// long. It always converges: the matrix of the equations is diagonally dominant.
#[derive(Debug, Clone)]
pub(in crate::aggregate) struct Messages {
    /// In the order (reviewer, item).
    to_item: Vec<f64>,
    /// In the order (item, reviewer).
    to_reviewer: Vec<f64>,
    /// Where in the first order each rating of the second stands.
    place: Vec<u32>,
}

impl Messages {
    fn new(system: &System<'_>) -> Self {
        let given = system.ratings.graph().given();
        let mut place = vec![0; given.len()];
        for (p, review) in (0..).zip(given) {
            place[review.index()] = p;
        }
        let (to_item, to_reviewer) = system.typical_messages();
        let [to_item, to_reviewer] = [to_item, to_reviewer].map(|x| vec![x; given.len()]);
        Self { to_item, to_reviewer, place }
    }

    /// Rounds until no message changes by more than a part of itself.
    fn settle(&mut self, system: &System<'_>, rounds: Rounds) {
        let (ratings, t) = (system.ratings, system.noise);
        let given = ratings.graph().given();
        for _ in 0..rounds.most {
            let Self { to_item, to_reviewer, place } = self;
            let told = |review: usize| to_item[place[review] as usize];
            let items = (0..ratings.items())
                .map(|u| (system.truth + system.known.precision(u), ratings.range(u)));
            let change = pass(items, told, t, to_reviewer);
            let people = (0..ratings.people()).map(|v| (system.bias, ratings.given(v)));
            let told = |p: usize| to_reviewer[given[p].index()];
            let change = math::max(change, pass(people, told, t, to_item));
            if change <= rounds.tolerance {
                break;
            }
        }
    }

    fn spread(&self, system: &System<'_>) -> Spread {
        let (ratings, given) = (system.ratings, system.ratings.graph().given());
        let sum = |messages: &mut dyn Iterator<Item = f64>| messages.fold(0.0, |sum, x| sum + x);
        Spread {
            item: chunks::column(ratings.items(), |u| {
                let told = |review: usize| self.to_item[self.place[review] as usize];
                let told = sum(&mut ratings.range(u).map(told));
                inverse(system.truth + system.known.precision(u) + told)
            }),
            reviewer: chunks::column(ratings.people(), |v| {
                let told = |p: usize| self.to_reviewer[given[p].index()];
                inverse(system.bias + sum(&mut ratings.given(v).map(told)))
            }),
        }
    }
}

/// Writes what each row tells the other end of each of its ratings, from what they tell the row;
/// the largest change, as a part.
fn pass(
    rows: impl Iterator<Item = (f64, Range<usize>)>,
    told: impl Fn(usize) -> f64,
    t: f64,
    out: &mut [f64],
) -> f64 {
    rows.fold(0.0, |most, (prior, range)| {
        let all = range.clone().fold(prior, |sum, i| sum + told(i));
        range.fold(most, |most, i| {
            let others = math::max(all - told(i), prior);
            // Known exactly: a rating has nothing but its noise.
            let new = if others < f64::INFINITY { others / (1.0 + others / t) } else { t };
            let change = (new - out[i]).abs() / new;
            out[i] = new;
            if change > most { change } else { most }
        })
    })
}

impl System<'_> {
    /// What a rating tells its item and its reviewer where all have their mean number of ratings.
    fn typical_messages(&self) -> (f64, f64) {
        let (ratings, t) = (self.ratings, self.noise);
        let given = |v: usize| ratings.given(v).len() as f64;
        let had = |u: usize| ratings.reviewers(u).len() as f64;
        let all = math::max(ratings.column().len() as f64, 1.0);
        // Means over ratings.
        let items = chunks::sum(ratings.items(), |u| had(u) * had(u)) / all;
        let people = chunks::sum(ratings.people(), |v| given(v) * given(v)) / all;
        let message = |others: f64| others / (1.0 + others / t);
        let (mut to_item, mut to_reviewer) = (t, t);
        for _ in 0..200 {
            let last = to_item;
            to_reviewer = message(self.truth + (items - 1.0) * to_item);
            to_item = message(self.bias + (people - 1.0) * to_reviewer);
            if (to_item - last).abs() <= 1e-15 * last {
                break;
            }
        }
        (to_item, to_reviewer)
    }

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
