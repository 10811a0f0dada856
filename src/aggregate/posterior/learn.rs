//! Laws learned from a sample of reviewers and works, given what the others say of the works.

use super::block::{Block, Seen, Site};
use super::effort::{EffortSums, Grid, Guess};
use super::law::{ItemSums, Law, Options, ReviewerSums};
use super::nodes::Nodes;
use super::real::Real;
use super::state::{State, batches};
use crate::chunks;

/// So many reviewers, and works, tell what the laws are: their number beyond this adds nothing that
/// a grade shows.
pub(super) const ENOUGH: usize = 1 << 13;

/// How far steps of the laws of those who do not always look are taken beyond.
const GO_ON: f64 = 1.5;

/// So many tell whether there is effort.
pub(super) const FEWER: usize = 1 << 10;

/// So many tell which model is better.
pub(super) const FEW: usize = 1 << 11;

/// What reviewers and works of a sample are seen to be.
#[derive(Debug)]
pub(super) struct Sample<F> {
    seen: Seen<F>,
    /// All that reviews say of a work, less the mean of the law.
    works: Vec<Site>,
    /// How many reviewers one of the sample stands for.
    pub(super) each: f64,
}

impl<F: Real> Sample<F> {
    pub(super) fn of(state: &State<'_, '_, F>, enough: usize) -> Self {
        let State { ratings, items, law, .. } = state;
        let stride = |count: usize| count.div_ceil(enough).max(1);
        let (mut seen, mut all) = (Seen::default(), 0);
        for v in (0..ratings.people()).filter(|&v| !ratings.given(v).is_empty()) {
            if all % stride(ratings.people()) == 0 {
                state.see(v..v + 1, &state.sites[ratings.given(v)], &mut seen);
            }
            all += 1;
        }
        let prior = 1.0 / law.quality;
        let works = (0..items.len()).step_by(stride(items.len()));
        let works = works.filter(|&u| !ratings.range(u).is_empty()).map(|u| {
            let all = state.item(u);
            Site { precision: all.precision - prior, pull: all.pull - law.mean * all.precision }
        });
        let each = all as f64 / seen.len() as f64;
        Self { works: works.collect(), seen, each }
    }

    /// What reviewers come to under a law, node by node.
    fn reviewers(&self, nodes: &Nodes<F>) -> ReviewerSums {
        let parts = chunks::map(self.seen.len(), |people| {
            let (mut block, mut sums) = (Block::default(), ReviewerSums::new(nodes.len()));
            for people in batches(people) {
                block.learn(nodes, self.seen.part(people));
                block.add_to(&mut sums);
            }
            sums
        });
        parts.iter().fold(ReviewerSums::new(nodes.len()), ReviewerSums::add)
    }

    fn works(&self, law: &Law) -> ItemSums {
        let prior = 1.0 / law.quality;
        let parts = chunks::map(self.works.len(), |works| {
            works.fold(ItemSums::default(), |sums, u| {
                let precision = self.works[u].precision + prior;
                let mean = self.works[u].pull / precision;
                sums.add(ItemSums { count: 1.0, sum: mean, square: mean * mean + 1.0 / precision })
            })
        });
        chunks::tree(parts, ItemSums::add)
    }

    /// What reviewers come to of whom each looks at some works and not at others.
    fn efforts(&self, grid: &Grid, guesses: &mut [Guess]) -> EffortSums {
        let parts = chunks::map_mut(guesses, |first, guesses| {
            let (mut grid, mut sums) = (grid.clone(), EffortSums::default());
            let rows = self.seen.part(first..first + guesses.len());
            for (i, guess) in guesses.iter_mut().enumerate() {
                grid.learn(rows, i, *guess);
                grid.add_to(&mut sums);
                for (e, seen) in rows.of(i).enumerate() {
                    let [_, _, looks] = grid.moments(e, seen);
                    let terms = [1.0, seen[0], seen[0] * seen[0]];
                    let own = sums.low.iter_mut().zip(terms);
                    own.for_each(|(sum, term)| *sum += (1.0 - looks) * term);
                }
                *guess = grid.bias();
            }
            sums
        });
        parts.iter().fold(EffortSums::default(), EffortSums::add)
    }

    fn guesses(&self, grid: &Grid) -> Vec<Guess> {
        let rows = self.seen.rows();
        (0..rows.len()).map(|i| grid.guess(rows, i)).collect()
    }

    /// Makes laws more probable in so many steps, or until they move by less than this part, and says
    /// how probable they were before the last: the logarithm of the probability of all that reviewers say.
    pub(super) fn learn(&self, law: &mut Law, options: Options, steps: u32, near: f64) -> f64 {
        let (mut evidence, mut shift) = (0.0, 0.0);
        let mut guesses = None;
        for _ in 0..steps {
            let before = *law;
            if options.effort {
                let grid = Grid::new(law);
                let guesses = guesses.get_or_insert_with(|| self.guesses(&grid));
                let sums = self.efforts(&grid, guesses);
                evidence = sums.evidence;
                law.learn_effort(&sums, &grid);
            } else {
                let nodes = Nodes::new(law, options);
                let sums = self.reviewers(&nodes);
                evidence = sums.evidence;
                law.learn_reviewers(&sums, &nodes, options);
            }
            let works = self.works(law);
            shift = works.sum / works.count;
            law.learn_works(&works);
            if options.effort {
                law.go_on(&before, GO_ON);
            }
            if law.is_near(&before, near) {
                break;
            }
        }
        // Scores and works are less the mean while laws are learned; half a step at once is steady.
        law.mean += 0.5 * shift;
        law.low.mean -= 0.5 * shift;
        evidence * self.each
    }
}
