//! Laws learned from a sample of reviewers and works, given what the others say of the works.

use super::block::Block;
use super::effort::GridSums;
use super::grid::{Grid, Guess};
use super::law::{Law, Options, ReviewerSums};
use super::nodes::Nodes;
use super::real::Real;
use super::seen::{Seen, Site};
use super::state::{State, batches};
use super::works::ItemSums;
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
    /// How many works one stands for.
    each_work: f64,
}

/// The part, of so many, that the `i`-th falls to: as if by chance.
pub(super) fn dealt(i: usize, parts: usize) -> usize {
    // A step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    let mut x = (i as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((x ^ (x >> 31)) % parts as u64).unwrap_or(0)
}

/// One of every `stride` numbers below `count`, in order, at another place each time: what recurs in the
/// order of ids is not to be all that is seen.
fn drawn(count: usize, stride: usize) -> impl Iterator<Item = usize> {
    (0..count.div_ceil(stride))
        .map(move |b| b * stride + dealt(b, stride))
        .filter(move |&i| i < count)
}

/// About `enough` of them and at least one, with how many each stands for.
fn one_of_each_row(
    all: impl Iterator<Item = usize> + Clone,
    enough: usize,
) -> (f64, impl Iterator<Item = usize>) {
    let count = all.clone().count();
    let stride = count.div_ceil(enough).max(1);
    let (mut next, mut taken) = (drawn(count, stride).peekable(), 0);
    let each = count as f64 / drawn(count, stride).count().max(1) as f64;
    let is_next = move |_: &usize| {
        taken += 1;
        next.next_if_eq(&(taken - 1)).is_some()
    };
    (each, all.filter(is_next))
}

impl<F: Real> Sample<F> {
    /// So many reviewers and works.
    pub(super) fn of(state: &State<'_, '_, F>, enough: usize) -> Self {
        Self::with_works(state, enough, enough)
    }

    /// So many reviewers, and so many works: these take no time to speak of.
    pub(super) fn with_works(state: &State<'_, '_, F>, enough: usize, enough_works: usize) -> Self {
        let ratings = state.ratings();
        let mut seen = Seen::default();
        let people = (0..ratings.people()).filter(|&v| !ratings.given(v).is_empty());
        let (each, people) = one_of_each_row(people, enough);
        people.for_each(|v| state.see(v..v + 1, &state.sites[ratings.given(v)], &mut seen));
        let works = (0..ratings.items()).filter(|&u| !ratings.range(u).is_empty());
        let (each_work, works) = one_of_each_row(works, enough_works);
        Self { works: works.map(|u| state.said(u)).collect(), seen, each, each_work }
    }

    /// What reviewers come to under a law, node by node.
    fn reviewers(&self, law: &Law, nodes: &Nodes<F>) -> ReviewerSums {
        let parts = chunks::map(self.seen.len(), |people| {
            let (mut block, mut sums) = (Block::default(), ReviewerSums::new(nodes.len()));
            for people in batches(people) {
                let rows = self.seen.part(people);
                block.learn(nodes, rows);
                block.add_to(&mut sums);
                block.add_coupling(law, nodes, rows, &mut sums);
            }
            sums
        });
        parts.iter().fold(ReviewerSums::new(nodes.len()), ReviewerSums::add)
    }

    fn works(&self, law: &Law) -> ItemSums {
        let parts = chunks::map(self.works.len(), |works| {
            works.fold(ItemSums::default(), |sums, u| sums.add(law.work(self.works[u])))
        });
        chunks::tree(parts, ItemSums::add)
    }

    /// The kinds of works under which what reviews say is most probable, after so many steps; and how much
    /// more probable it is than if all were of one kind.
    pub(super) fn learn_kinds(&self, mut law: Law, steps: u32) -> (Law, f64) {
        let mut gain = 0.0;
        for _ in 0..steps {
            let works = self.works(&law);
            gain = works.gain() * self.each_work;
            law.learn_works(&works);
        }
        (law, gain)
    }

    /// What reviewers come to on a grid.
    fn on_grid(&self, grid: &Grid<F>, guesses: &mut [Guess]) -> GridSums {
        let parts = chunks::map_mut(guesses, |first, guesses| {
            let (mut grid, mut sums) = (grid.clone(), GridSums::default());
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
        parts.iter().fold(GridSums::default(), GridSums::add)
    }

    fn guesses(&self, grid: &Grid<F>) -> Vec<Guess> {
        let rows = self.seen.rows();
        (0..rows.len()).map(|i| grid.guess(rows, i)).collect()
    }

    /// Makes laws more probable in so many steps, or until they move by less than this part, and says
    /// how probable they were before the last: the logarithm of the probability of all that reviewers say,
    /// and how much more probable that is where works are of two kinds.
    pub(super) fn learn(&self, law: &mut Law, options: Options, steps: u32, near: f64) -> f64 {
        let (mut evidence, mut shift, mut gain) = (0.0, 0.0, 0.0);
        let mut guesses = None;
        for _ in 0..steps {
            let before = *law;
            if options.on_grid() {
                let grid = Grid::new(law, options);
                let guesses = guesses.get_or_insert_with(|| self.guesses(&grid));
                let sums = self.on_grid(&grid, guesses);
                evidence = sums.evidence;
                law.learn_grid(&sums, &grid, options);
            } else {
                let nodes = Nodes::new(law, options);
                let sums = self.reviewers(law, &nodes);
                evidence = sums.evidence;
                law.learn_reviewers(&sums, &nodes, options);
            }
            let works = self.works(law);
            shift = works.sum / works.count;
            gain = works.gain();
            law.learn_works(&works);
            if options.on_grid() {
                law.go_on(&before, GO_ON);
            }
            if law.is_near(&before, near) {
                break;
            }
        }
        // Scores and works are less the mean while laws are learned; half a step at once is steady.
        law.mean += 0.5 * shift;
        law.kinds = law.kinds.map(|kinds| kinds.lowered(0.5 * shift));
        law.low.mean -= 0.5 * shift;
        evidence * self.each + gain * self.each_work
    }
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn one_of_every_row_is_drawn_wherever_it_is() {
        for (count, stride) in [(0, 1), (1, 1), (10, 1), (10, 3), (1000, 5), (1001, 7)] {
            let all: Vec<usize> = drawn(count, stride).collect();
            assert!(all.iter().all(|&i| i < count));
            let blocks: Vec<usize> = all.iter().map(|i| i / stride).collect();
            // The last block may lack the one that is drawn.
            assert!(blocks.len() + 1 >= count.div_ceil(stride));
            assert!(blocks.windows(2).all(|pair| pair[0] < pair[1]));
        }
        // Each place of five is drawn about as often as the others.
        for place in 0..5 {
            let times = drawn(10_000, 5).filter(|i| i % 5 == place).count();
            assert!((340..=460).contains(&times), "{place}: {times}");
        }
    }
}
