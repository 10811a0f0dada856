//! Sweeps over reviewers and works.

use super::block::{Block, Seen, Site};
use super::law::{ItemSums, Law, Options, ReviewerSums};
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::math;

/// All that is known while sweeps go on. Memory: 20 bytes a rating, 16 an item.
#[derive(Debug)]
pub(super) struct State<'r, 'a> {
    pub(super) ratings: &'r Ratings<'a>,
    pub(super) by_reviewer: &'r [f64],
    /// For each rating by item where it lies by reviewer.
    pub(super) slots: Vec<u32>,
    /// What each review says, by reviewer.
    pub(super) sites: Vec<Site>,
    /// All that is said of an item, with its law.
    pub(super) items: Vec<Site>,
    pub(super) law: Law,
    pub(super) options: Options,
}

/// What one sweep came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sweep {
    pub(super) reviewers: ReviewerSums,
    pub(super) items: ItemSums,
}

impl<'r, 'a> State<'r, 'a> {
    /// Every review says half of what its score does.
    pub(super) fn new(
        ratings: &'r Ratings<'a>,
        by_reviewer: &'r [f64],
        law: Law,
        options: Options,
    ) -> Self {
        let given = ratings.graph().given();
        let mut slots = vec![0; given.len()];
        for (slot, review) in (0..).zip(given) {
            slots[review.index()] = slot;
        }
        let site = |i: usize| Site { precision: 0.5, pull: 0.5 * by_reviewer[i] };
        let sites = chunks::column(by_reviewer.len(), site);
        let items = vec![Site::default(); ratings.items()];
        let mut state = Self { ratings, by_reviewer, slots, sites, items, law, options };
        state.collect();
        state
    }

    pub(super) fn ratings(&self) -> &'r Ratings<'a> {
        self.ratings
    }

    /// All that is said of each item.
    fn collect(&mut self) -> ItemSums {
        let Self { ratings, slots, sites, items, law, .. } = self;
        let precision = 1.0 / law.quality;
        let start = Site { precision, pull: precision * law.mean };
        let sums = chunks::map_mut(items, |first, items| {
            let mut sums = ItemSums::default();
            for (u, item) in (first..).zip(items) {
                let range = ratings.range(u);
                if range.is_empty() {
                    continue;
                }
                let all = slots[range].iter().fold(start, |all, &slot| {
                    let site = sites[slot as usize];
                    Site { precision: all.precision + site.precision, pull: all.pull + site.pull }
                });
                let (distance, change) = (all.mean() - law.mean, all.mean() - item.mean());
                sums = sums.add(ItemSums {
                    count: 1.0,
                    sum: distance,
                    square: distance * distance + 1.0 / all.precision,
                    change: change.abs(),
                    changes: change * change,
                });
                *item = all;
            }
            sums
        });
        chunks::tree(sums, ItemSums::add)
    }

    /// What every review says, from what all others say; then what they say together. New sites are
    /// `step` of the way from the old ones.
    pub(super) fn sweep(&mut self, step: f64) -> Sweep {
        let nodes = self.law.nodes(self.options);
        let Self { ratings, by_reviewer, sites, items, law, .. } = self;
        let end = |v: usize| ratings.given(v).end;
        let parts = chunks::rows(sites, ratings.people(), end, |people, mut sites| {
            let (mut block, mut seen) = (Block::default(), Vec::new());
            let mut sums = ReviewerSums::default();
            for v in people {
                let range = ratings.given(v);
                let (own, rest) = core::mem::take(&mut sites).split_at_mut(range.len());
                sites = rest;
                if own.is_empty() {
                    continue;
                }
                let rated = ratings.items_of(v).iter().map(|u| items[u.index()]);
                see(&mut seen, law, &by_reviewer[range], own, rated);
                block.learn(&nodes, &seen);
                for (site, &one) in own.iter_mut().zip(&seen) {
                    *site = site.towards(block.site(&nodes, one, law), step);
                }
                sums = sums.add(block.sums(&nodes, &seen, law.floor));
            }
            sums
        });
        Sweep { reviewers: chunks::tree(parts, ReviewerSums::add), items: self.collect() }
    }

    /// Learns the laws from a sweep.
    pub(super) fn learn(&mut self, sweep: &Sweep) {
        self.law.learn(&sweep.reviewers, &sweep.items, self.options);
    }

    /// The logarithm of the probability of all scores under the laws, but for a constant a review
    /// (Bethe's approximation).
    ///
    /// ```text
    /// ln Z = sum of ln Z_v - sum of ln(L_-e / L_u)/2 + H_u^2/(2 L_u) - H_-e^2/(2 L_-e)
    ///        + sum of ln(1 / (quality L_u))/2 + H_u^2/(2 L_u)
    /// ```
    ///
    /// with all said of u, `(L_u, H_u)`, and the same without review e, less the mean of the law.
    pub(super) fn evidence(&self) -> f64 {
        let nodes = self.law.nodes(self.options);
        let Self { ratings, by_reviewer, slots, sites, items, law, .. } = self;
        let of_people = chunks::map(ratings.people(), |people| {
            let (mut block, mut seen) = (Block::default(), Vec::new());
            people.fold(0.0, |sum, v| {
                let range = ratings.given(v);
                if range.is_empty() {
                    return sum;
                }
                let rated = ratings.items_of(v).iter().map(|u| items[u.index()]);
                see(&mut seen, law, &by_reviewer[range.clone()], &sites[range], rated);
                block.learn(&nodes, &seen);
                sum + block.evidence
            })
        });
        let square = |site: Site| {
            let pull = site.pull - law.mean * site.precision;
            0.5 * pull * pull / site.precision
        };
        let of_items = chunks::map(ratings.items(), |items_of| {
            items_of.fold(0.0, |sum, u| {
                let (range, all) = (ratings.range(u), items[u]);
                if range.is_empty() {
                    return sum;
                }
                let own = square(all) - 0.5 * math::ln(law.quality * all.precision);
                slots[range].iter().fold(sum + own, |sum, &slot| {
                    let site = sites[slot as usize];
                    let rest = Site {
                        precision: math::max(all.precision - site.precision, 1e-3 / law.quality),
                        pull: all.pull - site.pull,
                    };
                    let ratio = 0.5 * math::ln(rest.precision / all.precision);
                    sum - (ratio + square(all) - square(rest))
                })
            })
        });
        chunks::tree(of_people, |a, b| a + b) + chunks::tree(of_items, |a, b| a + b)
    }
}

/// What a person sees, in `seen`.
pub(super) fn see(
    seen: &mut Vec<Seen>,
    law: &Law,
    scores: &[f64],
    sites: &[Site],
    items: impl Iterator<Item = Site>,
) {
    seen.clear();
    let rows = scores.iter().zip(sites).zip(items);
    seen.extend(rows.map(|((&score, &own), all)| Seen::new(score, all, own, law)));
}

impl Site {
    fn mean(self) -> f64 {
        if self.precision > 0.0 { self.pull / self.precision } else { 0.0 }
    }

    fn towards(self, new: Self, step: f64) -> Self {
        Self {
            precision: self.precision + step * (new.precision - self.precision),
            pull: self.pull + step * (new.pull - self.pull),
        }
    }
}
