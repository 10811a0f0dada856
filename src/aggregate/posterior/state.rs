//! Sweeps over reviewers and works.

use core::ops::Range;

use super::bins::edges;
use super::block::{Block, REVIEWERS};
use super::grid::{Grid, Guess};
use super::history::Told;
use super::law::{Law, Options};
use super::nodes::Nodes;
use super::real::Real;
use super::seen::{Rows, Seen, Site};
use super::trust::known_of;
use crate::aggregate::gather::{each_row, gather};
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::id::{PersonId, to_u32};
use crate::math;

/// The farthest that own works are from the mean, in standard deviations.
const MOST_APART: f64 = 3.0;

/// All that is known while sweeps go on. Memory: 4 bytes a rating and 5 numbers, 2 numbers an item.
#[derive(Debug, Clone)]
pub(super) struct State<'r, 'a, F> {
    pub(super) ratings: &'r Ratings<'a>,
    /// For each rating by item where it lies by reviewer.
    pub(super) slots: Vec<u32>,
    /// Ratings, by reviewer.
    pub(super) scores: Vec<F>,
    /// What each review says, by reviewer: precision and pull.
    pub(super) sites: Vec<[F; 2]>,
    /// All that is said of an item, with its law: precision and pull.
    pub(super) items: Vec<[F; 2]>,
    /// What is said of the item of each rating, by reviewer.
    pub(super) found: [Vec<F>; 2],
    /// By reviewer: the bins that scores are, where they are.
    edges: Vec<[F; 2]>,
    /// What is known of biases on a grid; of who was not seen yet a spread of 0, or nothing.
    guesses: Vec<Guess>,
    /// What is known of people beforehand; empty where nothing is of anybody.
    pub(super) told: Vec<Told>,
    /// How good the own works of people are, in standard deviations; empty where that tells nothing.
    own_work: Vec<F>,
    /// What staff say of items, in order; empty where nothing is learned from that.
    pub(super) known: Vec<(u32, Site)>,
    pub(super) law: Law,
    pub(super) options: Options,
}

/// By how much grades changed in a sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Changes {
    count: f64,
    sum: f64,
    squares: f64,
    /// The farthest down and up.
    ends: [f64; 2],
}

impl Changes {
    fn one(change: f64) -> Self {
        Self { count: 1.0, sum: change, squares: change * change, ends: [change; 2] }
    }

    fn add(self, other: Self) -> Self {
        if self.count == 0.0 || other.count == 0.0 {
            return if self.count == 0.0 { other } else { self };
        }
        let [low, high] = self.ends;
        let [lower, higher] = other.ends;
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            ends: [math::min(low, lower), math::max(high, higher)],
        }
    }

    /// Of this part of a sweep and the next.
    pub(super) fn then(self, next: Self) -> Self {
        Self { count: next.count, ..self.add(next) }
    }

    /// Where all grades were raised by so much before.
    pub(super) fn after(self, level: f64) -> Self {
        Self {
            sum: self.sum + self.count * level,
            squares: self.squares + level * (2.0 * self.sum + self.count * level),
            ends: self.ends.map(|end| end + level),
            ..self
        }
    }

    pub(super) fn root_mean_square(&self) -> f64 {
        math::sqrt(math::max(self.squares, 0.0) / math::max(self.count, 1.0))
    }

    pub(super) fn largest(&self) -> f64 {
        math::max(-self.ends[0], self.ends[1])
    }
}

impl<'r, 'a, F: Real> State<'r, 'a, F> {
    /// Every review says half of what its score does.
    pub(super) fn new(
        ratings: &'r Ratings<'a>,
        by_reviewer: &[f64],
        law: &Law,
        options: Options,
    ) -> Self {
        let law = *law;
        let given = ratings.graph().given();
        let mut slots = vec![0; given.len()];
        for (slot, review) in (0..).zip(given) {
            slots[review.index()] = slot;
        }
        let scores = chunks::column(by_reviewer.len(), |i| F::new(by_reviewer[i]));
        let sites = vec![[F::default(); 2]; by_reviewer.len()];
        let items = vec![[F::default(); 2]; ratings.items()];
        let found = [Vec::new(), Vec::new()];
        let (edges, guesses, told, own_work, known) = Default::default();
        let mut state = Self {
            ratings,
            slots,
            scores,
            sites,
            items,
            found,
            edges,
            guesses,
            told,
            own_work,
            known,
            law,
            options,
        };
        state.begin();
        state
    }

    /// Every review says half of what its score does, again.
    pub(super) fn begin(&mut self) {
        let scores = &self.scores;
        let half = F::new(0.5);
        chunks::update(&mut self.sites, |i, _| [half, half * scores[i]]);
        self.collect();
    }

    /// The same with scores that are bins.
    pub(super) fn with_bins(mut self) -> Self {
        self.edges = edges(self.ratings);
        self.options = Options { precisions: true, bins: true, ..self.options };
        self
    }

    /// The same with precisions that go with the grades of own works.
    pub(super) fn coupled(mut self) -> Self {
        self.options = Options { precisions: true, coupled: true, ..self.options };
        self.own_work = self.own_works();
        self
    }

    /// How good the works of each person are as far as is known: the mean, in standard deviations of
    /// grades.
    fn own_works(&self) -> Vec<F> {
        let (ratings, law) = (self.ratings, &self.law);
        let (cohort, works) = (ratings.reviews().cohort(), ratings.graph().submissions());
        let sd = math::sqrt(law.quality);
        chunks::column(ratings.people(), |v| {
            let (mut sum, mut count) = (0.0, 0.0);
            for work in cohort.submissions_of(PersonId::new(to_u32(v))) {
                let items = (work.index()..ratings.items()).step_by(works);
                for u in items.filter(|&u| !ratings.range(u).is_empty()) {
                    sum += (self.item(u).mean() - law.mean) / sd;
                    count += 1.0;
                }
            }
            F::new(if count > 0.0 {
                math::clamp(sum / count, -MOST_APART, MOST_APART)
            } else {
                0.0
            })
        })
    }

    pub(super) fn ratings(&self) -> &'r Ratings<'a> {
        self.ratings
    }

    /// All that is said of an item.
    pub(super) fn item(&self, u: usize) -> Site {
        Site::new(self.items[u])
    }

    /// All that reviews and staff say of a work, less the mean of the law.
    pub(super) fn said(&self, u: usize) -> Site {
        let law = &self.law;
        let mut all = self.item(u);
        if law.kinds.is_some() {
            let sites = self.slots[self.ratings.range(u)].iter();
            let site = |&slot: &u32| Site::new(self.sites[slot as usize]);
            all = sites.map(site).fold(known_of(&self.known, u), Site::plus);
        }
        let precision = all.precision - law.start_of_work().precision;
        Site { precision, pull: all.pull - law.mean * all.precision }
    }

    /// Raises all works to the level of the honest, and says by how much.
    pub(super) fn raise(&mut self) -> f64 {
        let level = core::mem::take(&mut self.law.level);
        if level != 0.0 {
            self.law.mean += level;
            chunks::update(&mut self.sites, |_, [precision, pull]| {
                [precision, F::new(pull.get() + level * precision.get())]
            });
            self.collect();
        }
        level
    }

    /// All that is said of each item, and of the item of each rating.
    pub(super) fn collect(&mut self) -> Changes {
        let Self { ratings, slots, sites, items, law, known, .. } = self;
        let start = law.start_of_work();
        let changes = chunks::map_mut(items, |first, items| {
            let mut changes = Changes::default();
            let rows = first..first + items.len();
            each_row(
                rows,
                |u| ratings.range(u),
                slots,
                sites,
                |u, _, sites| {
                    if sites.is_empty() {
                        return;
                    }
                    let start = start.plus(known_of(known, u));
                    let mut all = sites.iter().fold(start, |all, &site| all.plus(Site::new(site)));
                    if let Some(kinds) = &law.kinds {
                        let pull = all.pull - law.mean * all.precision;
                        let [mean, variance] = kinds.work(Site { pull, ..all }).moments();
                        all =
                            Site { precision: 1.0 / variance, pull: (law.mean + mean) / variance };
                    }
                    let item = &mut items[u - first];
                    changes = changes.add(Changes::one(all.mean() - Site::new(*item).mean()));
                    *item = all.cells();
                },
            );
            changes
        });
        let mut table = Vec::new();
        for (i, found) in self.found.iter_mut().enumerate() {
            table.clear();
            table.extend(self.items.iter().map(|item| item[i]));
            gather(ratings.graph().given_submissions(), &table, found);
        }
        if self.options.coupled {
            self.own_work = self.own_works();
        }
        chunks::tree(changes, Changes::add)
    }

    /// What every review says, from what all others say; then what they say together. New sites are
    /// `step` of the way from the old ones.
    pub(super) fn sweep(&mut self, step: f64) -> Changes {
        let nodes = Nodes::<F>::new(&self.law, self.options);
        let mut sites = core::mem::take(&mut self.sites);
        let ratings = self.ratings;
        let end = |v: usize| ratings.given(v).end;
        chunks::rows(&mut sites, ratings.people(), end, |people, sites| {
            let (mut block, mut seen) = (Block::default(), Seen::default());
            let start = ratings.given(people.start).start;
            for people in batches(people) {
                let range = of_batch(ratings, &people);
                let own = &mut sites[range.start - start..range.end - start];
                seen.clear();
                self.see(people, own, &mut seen);
                block.learn(&nodes, seen.rows());
                block.move_sites(&nodes, seen.rows(), &self.law, step, own);
            }
        });
        self.sites = sites;
        self.collect()
    }

    /// A sweep over some of the reviewers where they look at some works and not at others, or scores are
    /// bins.
    pub(super) fn sweep_grid(&mut self, step: f64, reviewers: Range<usize>) -> Changes {
        if reviewers.is_empty() {
            return Changes::default();
        }
        let mut sites = core::mem::take(&mut self.sites);
        let ratings = self.ratings;
        let range = of_batch(ratings, &reviewers);
        let end = |i: usize| ratings.given(reviewers.start + i).end - range.start;
        let own = &mut sites[range.clone()];
        let guesses = chunks::rows(own, reviewers.len(), end, |people, sites| {
            let people = reviewers.start + people.start..reviewers.start + people.end;
            let start = ratings.given(people.start).start;
            let mut guesses = Vec::with_capacity(people.len());
            let mut results = [Vec::new(), Vec::new()];
            let grid = Grid::of_few(&self.law, self.options);
            self.each_grid(grid, people, sites, start, |grid, rows, own, sites| {
                results.iter_mut().for_each(Vec::clear);
                for (e, seen) in rows.of(0).enumerate() {
                    let [first, second, _] = grid.moments(e, seen);
                    results[0].push(F::new(first));
                    results[1].push(F::new(second));
                }
                rows.move_sites([&results[0], &results[1]], &self.law, step, &mut sites[own]);
                guesses.push(grid.bias());
            });
            guesses
        });
        self.sites = sites;
        self.guesses.resize(ratings.people(), Guess::default());
        self.guesses[reviewers].copy_from_slice(&guesses.concat());
        self.collect()
    }

    /// Calls `work` for each of these people with a grid of theirs, what they see, and where their sites are
    /// among those of all of these people.
    pub(super) fn each_grid(
        &self,
        mut grid: Grid<F>,
        people: Range<usize>,
        sites: &mut [[F; 2]],
        start: usize,
        mut work: impl FnMut(&mut Grid<F>, Rows<'_, F>, Range<usize>, &mut [[F; 2]]),
    ) {
        let mut seen = Seen::default();
        for v in people {
            let range = self.ratings.given(v);
            let own = range.start - start..range.end - start;
            seen.clear();
            self.see(v..v + 1, &sites[own.clone()], &mut seen);
            let rows = seen.rows();
            let known = self.guesses.get(v).copied().filter(|[_, spread]| *spread > 0.0);
            let guess = known.unwrap_or_else(|| grid.guess(rows, 0));
            grid.learn(rows, 0, guess);
            work(&mut grid, rows, own, sites);
        }
    }

    /// Calls `work` for batch after batch of these people with what is found of them, what they see, and
    /// where that lies by reviewer.
    pub(super) fn each_batch(
        &self,
        nodes: &Nodes<F>,
        people: Range<usize>,
        mut work: impl FnMut(&mut Block<F>, Rows<'_, F>, Range<usize>),
    ) {
        let (mut block, mut seen) = (Block::default(), Seen::default());
        for people in batches(people) {
            let range = of_batch(self.ratings, &people);
            seen.clear();
            self.see(people, &self.sites[range.clone()], &mut seen);
            block.learn(nodes, seen.rows());
            work(&mut block, seen.rows(), range);
        }
    }

    /// Appends what people see, who said this before.
    pub(super) fn see(&self, people: Range<usize>, sites: &[[F; 2]], seen: &mut Seen<F>) {
        let range = of_batch(self.ratings, &people);
        let start = range.start;
        let ends = people.clone().map(|v| self.ratings.given(v).end - start);
        let found = [&self.found[0][range.clone()], &self.found[1][range.clone()]];
        seen.extend(&self.law, ends, &self.scores[range.clone()], found, sites);
        if let Some(edges) = self.edges.get(range) {
            seen.extend_edges(&self.law, edges);
        }
        if !self.told.is_empty() {
            seen.tell(&self.told[people.clone()]);
        }
        if !self.own_work.is_empty() {
            seen.wrote(&self.own_work[people]);
        }
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
        let nodes = Nodes::<F>::new(&self.law, self.options);
        let Self { ratings, slots, sites, law, .. } = self;
        let of_people = chunks::map(ratings.people(), |people| {
            let mut sum = 0.0;
            if self.options.on_grid() {
                let range = of_batch(ratings, &people);
                let mut own = sites[range.clone()].to_vec();
                let grid = Grid::new(law, self.options).with_few_efforts();
                self.each_grid(grid, people, &mut own, range.start, |grid, _, _, _| {
                    sum += grid.evidence;
                });
                return sum;
            }
            self.each_batch(&nodes, people, |block, _, _| sum += block.evidence());
            sum
        });
        let square = |site: Site| {
            let pull = site.pull - law.mean * site.precision;
            0.5 * pull * pull / site.precision
        };
        let of_items = chunks::map(ratings.items(), |items| {
            items.fold(0.0, |sum, u| {
                let (range, all) = (ratings.range(u), self.item(u));
                if range.is_empty() {
                    return sum;
                }
                let own = match &law.kinds {
                    None => square(all) - 0.5 * math::ln(law.quality * all.precision),
                    Some(kinds) => kinds.work(self.said(u)).evidence,
                };
                slots[range].iter().fold(sum + own, |sum, &slot| {
                    let site = Site::new(sites[slot as usize]);
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

/// People in batches that are worked on at once.
pub(super) fn batches(people: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = people.end;
    people.step_by(REVIEWERS).map(move |first| first..(first + REVIEWERS).min(end))
}

/// Where the ratings of a batch lie by reviewer.
fn of_batch(ratings: &Ratings<'_>, people: &Range<usize>) -> Range<usize> {
    ratings.given(people.start).start..ratings.given(people.end - 1).end
}

impl Site {
    pub(super) fn new<F: Real>([precision, pull]: [F; 2]) -> Self {
        Self { precision: precision.get(), pull: pull.get() }
    }

    fn cells<F: Real>(self) -> [F; 2] {
        [F::new(self.precision), F::new(self.pull)]
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { precision: self.precision + other.precision, pull: self.pull + other.pull }
    }

    pub(super) fn mean(self) -> f64 {
        if self.precision > 0.0 { self.pull / self.precision } else { 0.0 }
    }
}
