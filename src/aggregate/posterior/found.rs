//! What comes of sweeps: grades, and what is known of reviewers.

use super::block::Block;
use super::closed::Sure;
use super::grid::Grid;
use super::law::Law;
use super::nodes::Nodes;
use super::parts::{Level, Moved, levels};
use super::real::Real;
use super::seen::Site;
use super::state::State;
use super::trust::Above;
use crate::aggregate::combination::{Combination, Each, Prior};
use crate::aggregate::gather::each_row;
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::math;

/// What the engine found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) combination: Combination,
    /// The variance of each grade.
    pub(super) variances: Vec<f64>,
    /// By person.
    pub(super) reviewers: Vec<Reviewer>,
    /// The grade at which biases are as far above grades as scores are.
    pub(super) centre: f64,
    pub(super) moved: Moved,
    /// By what variances are multiplied in small parts of the graph, and what was added where staff tell
    /// how far reviewers are above them.
    pub(super) wider: Option<Vec<f64>>,
    pub(super) more: Option<Vec<f64>>,
}

impl Found {
    /// What was found, as far as reviewers are above staff.
    pub(super) fn of<F: Real>(state: State<'_, '_, F>, above: Option<Above>) -> Self {
        let (moved, more) = above.map(|above| (above.moved, above.variances)).unzip();
        let mut found = state.into_found(moved);
        if let Some(more) = &more {
            chunks::update(&mut found.variances, |u, variance| variance + more[u]);
        }
        Self { more, ..found }
    }
}

/// Means of what is known of a reviewer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reviewer {
    /// How far scores are above grades, at the mean of grades.
    pub(super) bias: f64,
    /// How far scores follow grades.
    pub(super) slope: f64,
    /// Of the bias, given manner and precision.
    pub(super) bias_variance: f64,
    pub(super) precision: f64,
    /// How far the grades of the part of the graph are moved.
    pub(super) lift: f64,
    /// The probability that scores follow what is seen, without an offset.
    pub(super) sighted: f64,
}

impl Reviewer {
    /// The precision that a review has on average.
    pub(super) fn of_review(&self) -> f64 {
        self.precision * self.slope * self.slope
    }
}

/// What the reviews of an item weigh, and how far the scores of those who look lie above its grade.
#[derive(Debug, Clone, Copy, Default)]
struct Own {
    weight: f64,
    /// How far the grade is above that of works of one kind.
    above: f64,
    level: Level,
}

impl<F: Real> State<'_, '_, F> {
    /// Grades as means of corrected scores and the mean of the law, moved together part by part of the
    /// graph as [`levels`] says: how high a part is as a whole its reviews do not tell. With known grades
    /// they are moved as they were before these were known.
    pub(super) fn into_found(mut self, moved: Option<Moved>) -> Found {
        let (parts, mut reviewers) = self.parts();
        let mut variances = chunks::column(self.items.len(), |u| self.variance(u));
        (self.sites, self.scores, self.found) = Default::default();
        let Self { ratings, slots, items, told, known, law, options, .. } = self;
        drop(items);
        let mut weights = vec![0.0; ratings.column().len()];
        let mut corrections = vec![0.0; weights.len()];
        by_review(ratings, &slots, &parts, 0, &mut weights);
        by_review(ratings, &slots, &parts, 1, &mut corrections);
        drop((parts, slots));
        let sighted = chunks::column(reviewers.len(), |v| F::new(reviewers[v].sighted));
        let mut own = own(ratings, &law, &sighted, &weights, &corrections);
        if options.bins {
            // Bins are not about what falls in them: biases tell the level, over all reviews.
            for (u, own) in own.iter_mut().enumerate() {
                let all = ratings.reviewers(u).iter().map(|v| &reviewers[v.index()]);
                own.level.sum = all.fold(0.0, |sum, v| sum + v.sighted * v.bias);
            }
        }
        if !told.is_empty() {
            for (u, own) in own.iter_mut().enumerate() {
                for v in ratings.reviewers(u) {
                    own.level.lower(reviewers[v.index()].sighted * told[v.index()].mean(&law));
                }
            }
        }
        let parts = ratings.parts();
        let moved = moved.unwrap_or_else(|| levels(ratings, &parts, &law, |u| own[u].level));
        let Moved { levels, level, spread } = moved;
        let reviewer = |v: usize| {
            let known = told.get(v).map_or(0.0, |told| told.precision);
            [reviewers[v].of_review(), known]
        };
        let sure = Sure { ratings, parts: &parts, law: &law, known: &known, reviewer, spread };
        let wider = sure.wider();
        if let Some(wider) = &wider {
            chunks::update(&mut variances, |u, variance| variance * wider[u]);
        }
        let centre = law.mean + level;
        for (u, lift) in levels.iter().enumerate() {
            for v in ratings.reviewers(u) {
                reviewers[v.index()].lift = *lift;
            }
        }
        // Grades are moved, so biases are the other way.
        for own in &mut reviewers {
            own.bias += (own.slope - 1.0) * (level - own.lift) - own.lift;
        }
        let prior = 1.0 / law.quality;
        let end = |u: usize| ratings.range(u).end;
        chunks::rows(&mut corrections, ratings.items(), end, |items, mut out| {
            for u in items {
                let range = ratings.range(u);
                let (slots, rest) = core::mem::take(&mut out).split_at_mut(range.len());
                out = rest;
                // The mean of the law stays where it is: scores alone move this grade.
                let share = math::max(own[u].weight / (prior + own[u].weight), LEAST_SHARE);
                let shift = level + (levels[u] - level + own[u].above) / share;
                for (slot, z) in slots.iter_mut().zip(ratings.of(u)) {
                    *slot = z - *slot - shift;
                }
            }
        });
        let combination = Combination {
            weight: Each::OfReview(weights),
            correction: Each::OfReview(corrections),
            prior: Some(Prior { mean: centre, weight: prior }),
        };
        let moved = Moved { levels, level, spread };
        Found { combination, variances, reviewers, centre, moved, wider, more: None }
    }

    /// What each review weighs and the score it stands for, by reviewer, and what is known of reviewers.
    pub(super) fn parts(&self) -> (Vec<[F; 2]>, Vec<Reviewer>) {
        if self.options.on_grid() {
            return self.parts_on_grid();
        }
        let mut parts = vec![[F::default(); 2]; self.sites.len()];
        let end = |v: usize| self.ratings.given(v).end;
        let nodes = Nodes::<F>::new(&self.law, self.options);
        let reviewers = chunks::rows(&mut parts, self.ratings.people(), end, |people, parts| {
            let mut reviewers = Vec::with_capacity(people.len());
            let start = self.ratings.given(people.start).start;
            self.each_batch(&nodes, people, |block, rows, range| {
                let own = &mut parts[range.start - start..range.end - start];
                block.parts(&nodes, rows, &self.law, own);
                reviewers.extend((0..rows.len()).map(|i| block.reviewer(&nodes, i)));
            });
            reviewers
        });
        (parts, reviewers.concat())
    }

    /// [`parts`](Self::parts) by a grid.
    fn parts_on_grid(&self) -> (Vec<[F; 2]>, Vec<Reviewer>) {
        let mut parts = self.sites.clone();
        let end = |v: usize| self.ratings.given(v).end;
        let reviewers = chunks::rows(&mut parts, self.ratings.people(), end, |people, parts| {
            let start = self.ratings.given(people.start).start;
            let mut reviewers = Vec::with_capacity(people.len());
            let grid = Grid::new(&self.law, self.options);
            self.each_grid(grid, people, parts, start, |grid, rows, own, parts| {
                let mut looks = 0.0;
                for (e, (part, seen)) in parts[own.clone()].iter_mut().zip(rows.of(0)).enumerate() {
                    let [weight, score, look] = grid.part(e, seen);
                    *part = [weight, self.law.mean + score].map(F::new);
                    looks += look;
                }
                let [slope, bias] = grid.expected();
                let spread = grid.bias()[1];
                reviewers.push(Reviewer {
                    bias,
                    slope,
                    lift: 0.0,
                    bias_variance: spread * spread,
                    precision: grid.precision(),
                    sighted: looks / math::max(own.len() as f64, 1.0),
                });
            });
            reviewers
        });
        (parts, reviewers.concat())
    }
}

/// One of the numbers of each review, by reviewer, in the order of the ratings.
fn by_review<F: Real>(
    ratings: &Ratings<'_>,
    slots: &[u32],
    parts: &[[F; 2]],
    i: usize,
    column: &mut [f64],
) {
    let end = |u: usize| ratings.range(u).end;
    chunks::rows(column, ratings.items(), end, |items, out| {
        let start = ratings.range(items.start).start;
        each_row(
            items,
            |u| ratings.range(u),
            slots,
            parts,
            |_, range, parts| {
                for (e, part) in range.zip(parts) {
                    out[e - start] = part[i].get();
                }
            },
        );
    });
}

/// What the reviews of each item come to.
fn own<F: Real>(
    ratings: &Ratings<'_>,
    law: &Law,
    sighted: &[F],
    weights: &[f64],
    corrected: &[f64],
) -> Vec<Own> {
    let prior = 1.0 / law.quality;
    let mut own = vec![Own::default(); ratings.items()];
    chunks::map_mut(&mut own, |first, own| {
        let rows = first..first + own.len();
        ratings.each_item(rows, sighted, |u, scores, sighted| {
            let range = ratings.range(u);
            let rows = weights[range.clone()].iter().zip(&corrected[range]);
            let (mut sum, mut weight) = (prior * law.mean, 0.0);
            for (w, corrected) in rows {
                sum += w * corrected;
                weight += w;
            }
            let mut grade = sum / (prior + weight);
            let mut above = 0.0;
            if let Some(kinds) = &law.kinds {
                let pull = sum - prior * law.mean - law.mean * weight;
                above =
                    law.mean + kinds.work(Site { precision: weight, pull }).moments()[0] - grade;
                grade += above;
            }
            let level = scores
                .iter()
                .zip(sighted)
                .fold(Level::default(), |level, (z, w)| level.add(Level::of(*z, grade, w.get())));
            own[u - first] = Own { weight, above, level };
        });
    });
    own
}

/// The least part that scores have in a grade for a shift of the whole grade through them.
const LEAST_SHARE: f64 = 0.2;

impl<F: Real> Block<F> {
    fn reviewer(&self, nodes: &Nodes<F>, i: usize) -> Reviewer {
        let level = |j: usize| nodes.slope[j] > F::ZERO && nodes.offset[j] == F::ZERO;
        Reviewer {
            bias: self.mean(i, |j, bias, _| nodes.offset[j] + bias),
            slope: self.mean(i, |j, _, _| nodes.slope[j]),
            lift: 0.0,
            bias_variance: self.mean(i, |_, _, variance| variance),
            precision: self.mean(i, |j, _, _| F::ONE / self.noise(nodes, i, j)),
            sighted: self.mean(i, |j, _, _| if level(j) { F::ONE } else { F::ZERO }),
        }
    }
}
