//! What comes of sweeps: grades, and what is known of reviewers.

use super::block::Block;
use super::law::Nodes;
use super::state::{State, see};
use crate::aggregate::combination::{Combination, Each, Prior};
use crate::chunks;
use crate::math;

/// What the engine found in people, and what each review comes to.
#[derive(Debug)]
pub(super) struct Found {
    /// By review.
    weights: Vec<f64>,
    corrected: Vec<f64>,
    /// By person.
    pub(super) reviewers: Vec<Reviewer>,
}

/// Means of what is known of a reviewer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reviewer {
    pub(super) bias: f64,
    /// Of the bias, given manner and precision.
    pub(super) bias_variance: f64,
    pub(super) precision: f64,
    /// The probability that scores follow what is seen.
    pub(super) sighted: f64,
}

impl State<'_, '_> {
    /// What each reviewer and each review comes to.
    pub(super) fn found(&self) -> Found {
        let nodes = self.law.nodes(self.options);
        let Self { ratings, by_reviewer, slots, sites, items, law, .. } = self;
        let mut parts = vec![(0.0, 0.0); sites.len()];
        let end = |v: usize| ratings.given(v).end;
        let reviewers = chunks::rows(&mut parts, ratings.people(), end, |people, mut parts| {
            let (mut block, mut seen) = (Block::default(), Vec::new());
            let mut reviewers = Vec::with_capacity(people.len());
            for v in people {
                let range = ratings.given(v);
                let (own, rest) = core::mem::take(&mut parts).split_at_mut(range.len());
                parts = rest;
                let rated = ratings.items_of(v).iter().map(|u| items[u.index()]);
                see(&mut seen, law, &by_reviewer[range.clone()], &sites[range], rated);
                block.learn(&nodes, &seen);
                for (part, &one) in own.iter_mut().zip(&seen) {
                    *part = block.part(&nodes, one);
                }
                reviewers.push(block.reviewer(&nodes));
            }
            reviewers
        });
        let part = |e: usize| parts[slots[e] as usize];
        let weights = chunks::column(slots.len(), |e| part(e).0);
        let corrected = chunks::column(slots.len(), |e| law.mean + part(e).1);
        Found { weights, corrected, reviewers: reviewers.concat() }
    }

    /// Grades as means of corrected scores and the mean of the law. Part by part of the graph, grades
    /// are moved together so that by the reviews of those who are not indifferent they are as high as the
    /// scores: how high a part is as a whole nothing else tells.
    pub(super) fn combination(&self, found: &Found) -> Combination {
        let Self { ratings, law, .. } = self;
        let prior = 1.0 / law.quality;
        let part = ratings.parts();
        let levels = self.levels(found, &part, prior);
        let all = levels.iter().fold(Level::default(), |all, &level| all.add(level));
        let level = all.shift();
        let mut corrections = vec![0.0; ratings.column().len()];
        let end = |u: usize| ratings.range(u).end;
        chunks::rows(&mut corrections, ratings.items(), end, |items, mut out| {
            for u in items {
                let range = ratings.range(u);
                let (own, rest) = core::mem::take(&mut out).split_at_mut(range.len());
                out = rest;
                let Some(first) = ratings.reviewers(u).first() else { continue };
                let weights = found.weights[range.clone()].iter().fold(0.0, |sum, w| sum + w);
                // The mean of the law stays where it is: scores alone move this grade.
                let share = math::max(weights / (prior + weights), LEAST_SHARE);
                let own_level = levels[part[first.index()] as usize].shift();
                let shift = level + (own_level - level) / share;
                let scores = ratings.of(u).iter().zip(&found.corrected[range]);
                for (slot, (z, corrected)) in own.iter_mut().zip(scores) {
                    *slot = z - corrected - shift;
                }
            }
        });
        Combination {
            weight: Each::OfReview(found.weights.clone()),
            correction: Each::OfReview(corrections),
            prior: Some(Prior { mean: law.mean + level, weight: prior }),
        }
    }

    /// How far scores lie above grades in each part of the graph, at its first reviewer.
    fn levels(&self, found: &Found, part: &[u32], prior: f64) -> Vec<Level> {
        let Self { ratings, law, .. } = self;
        let mut levels = vec![Level::default(); ratings.people()];
        for u in 0..ratings.items() {
            let range = ratings.range(u);
            let (mut sum, mut all) = (prior * law.mean, prior);
            for (weight, score) in found.weights[range.clone()].iter().zip(&found.corrected[range])
            {
                sum += weight * score;
                all += weight;
            }
            let grade = sum / all;
            for (z, v) in ratings.of(u).iter().zip(ratings.reviewers(u)) {
                let weight = found.reviewers[v.index()].sighted;
                let level = &mut levels[part[v.index()] as usize];
                *level = level.add(Level { sum: weight * (z - grade), weight });
            }
        }
        levels
    }

    /// The variance of each grade.
    pub(super) fn variances(&self) -> Vec<f64> {
        chunks::column(self.items.len(), |u| 1.0 / self.items[u].precision)
    }
}

/// The least part that scores have in a grade for a shift of the whole grade through them.
const LEAST_SHARE: f64 = 0.2;

/// By how much scores lie above grades.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    sum: f64,
    weight: f64,
}

impl Level {
    fn add(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, weight: self.weight + other.weight }
    }

    fn shift(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

impl Block {
    fn reviewer(&self, nodes: &Nodes) -> Reviewer {
        Reviewer {
            bias: self.mean(|j| self.bias[j]),
            bias_variance: self.mean(|j| 1.0 / self.known[j]),
            precision: self.mean(|j| 1.0 / nodes.noise[j]),
            sighted: self.mean(|j| f64::from(u8::from(nodes.slope[j] > 0.0))),
        }
    }
}
