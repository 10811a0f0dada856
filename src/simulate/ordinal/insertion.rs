//! Rankings by repeated insertion.

use crate::seed::Stream;

/// A ranking of bundles by repeated insertion over the true order, best first (Doignon, Pekec and
/// Regenwetter, "The repeated insertion model for rankings", Psychometrika 69, 2004): the item of
/// bundle rank i goes before the last d of those placed, with probability proportional to
/// `phi^d`, d from 0 to i. This is the law of Mallows over the bundle.
///
/// O(k^2) at the worst, O(k / (1 - phi)) on average.
pub(super) fn insert<T: Copy>(true_order: &[T], phi: f64, stream: &mut Stream, out: &mut Vec<T>) {
    out.clear();
    let (mut total, mut power) = (0.0, 1.0);
    for (placed, &item) in true_order.iter().enumerate() {
        total += power;
        power *= phi;
        out.insert(placed - displaced(placed, phi, total * stream.unit()), item);
    }
}

/// The d at which the running sum of `phi^d` passes `u`, up to `most`.
fn displaced(most: usize, phi: f64, mut u: f64) -> usize {
    let (mut d, mut mass) = (0, 1.0);
    while d < most && u >= mass {
        u -= mass;
        mass *= phi;
        d += 1;
    }
    d
}

/// Rankings of bundles out of one law of Mallows over all items.
#[derive(Debug)]
pub(super) struct Restricted {
    /// Sums of `phi^0, phi^1, ...` up to where a further power is nothing in a double: no draw
    /// displaces more items than there are sums.
    sums: Vec<f64>,
}

impl Restricted {
    /// For `items` items in all.
    pub(super) fn new(items: usize, phi: f64) -> Self {
        let (mut sums, mut sum, mut power) = (Vec::new(), 0.0, 1.0);
        while sums.len() < items {
            let more = sum + power;
            if more <= sum {
                break;
            }
            sums.push(more);
            sum = more;
            power *= phi;
        }
        Self { sums }
    }

    /// The order of some items in a ranking of all: `true_order` has the true rank of each, rising.
    ///
    /// Only the number of items behind each counts. An item of another bundle moves by one those it
    /// goes in behind of; once all are farther from the end than any draw reaches, the rest of the gap
    /// moves all of them, which changes nothing. So the law is exact, and one bundle of k takes
    /// O(k (k + min(n / k, 37 / ln(1 / phi)))).
    pub(super) fn rank<T: Copy>(
        &self,
        true_order: &[(usize, T)],
        stream: &mut Stream,
        out: &mut Vec<T>,
    ) {
        // (items behind, item), best first.
        let mut placed: Vec<(usize, T)> = Vec::with_capacity(true_order.len());
        let mut next = 0;
        for &(rank, item) in true_order {
            if placed.is_empty() {
                next = rank; // what comes before the first moves nothing
            }
            while next < rank {
                next = self.pass(next, rank, &mut placed, stream);
            }
            let behind = self.behind(next, self.mass(next, stream));
            let ahead = placed.partition_point(|&(other, _)| other >= behind);
            placed[..ahead].iter_mut().for_each(|(other, _)| *other += 1);
            placed.insert(ahead, (behind, item));
            next += 1;
        }
        out.clear();
        out.extend(placed.iter().map(|&(_, item)| item));
    }

    /// Inserts items of other bundles, the first of true rank `next`, some way up to `rank`.
    fn pass<T>(
        &self,
        next: usize,
        rank: usize,
        placed: &mut [(usize, T)],
        stream: &mut Stream,
    ) -> usize {
        let nearest = placed.last().map_or(usize::MAX, |&(behind, _)| behind);
        if nearest + 1 >= self.sums.len() {
            return rank; // all move at every step, and are out of reach already
        }
        let u = self.mass(next, stream);
        // Most go in behind all of them, which is told without a search.
        let ahead = if u < self.sums[nearest] {
            placed.len()
        } else {
            let behind = self.behind(next, u);
            placed.partition_point(|&(other, _)| other >= behind)
        };
        placed[..ahead].iter_mut().for_each(|(other, _)| *other += 1);
        next + 1
    }

    /// A uniform share of the mass of all places among `placed` items.
    fn mass(&self, placed: usize, stream: &mut Stream) -> f64 {
        stream.unit() * self.sums[placed.min(self.sums.len() - 1)]
    }

    /// How many of `placed` items the next one goes before, by that mass.
    fn behind(&self, placed: usize, u: f64) -> usize {
        let last = placed.min(self.sums.len() - 1);
        self.sums[..last].partition_point(|&sum| sum <= u)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;
    use crate::math;
    use crate::seed::Phase;

    /// Discordant pairs of a permutation of 0..k.
    fn kendall(order: &[usize]) -> i32 {
        let pairs = (0..order.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
        pairs.map(|(j, i)| i32::from(order[j] > order[i])).sum()
    }

    fn permutations(k: usize) -> Vec<Vec<usize>> {
        if k == 0 {
            return vec![Vec::new()];
        }
        let shorter = permutations(k - 1);
        let with = |order: &Vec<usize>, at: usize| {
            let mut order = order.clone();
            order.insert(at, k - 1);
            order
        };
        shorter.iter().flat_map(|order| (0..k).map(move |at| with(order, at))).collect()
    }

    /// Pearson's statistic of draws over all orders, below the 0.9999 quantile (Wilson, Hilferty).
    fn fits(draws: &[Vec<usize>], law: &[(Vec<usize>, f64)]) {
        let total: f64 = law.iter().map(|(_, mass)| mass).sum();
        let mut statistic = 0.0;
        for (order, mass) in law {
            let expected = draws.len() as f64 * mass / total;
            assert!(expected > 5.0, "{order:?} is too rare");
            let seen = draws.iter().filter(|draw| *draw == order).count() as f64;
            statistic += (seen - expected) * (seen - expected) / expected;
        }
        let cells = (law.len() - 1) as f64;
        let h = 2.0 / (9.0 * cells);
        let t = 1.0 - h + 3.719 * math::sqrt(h);
        assert!(statistic < cells * t * t * t, "chi-square {statistic} on {cells} cells");
    }

    fn mallows(k: usize, phi: f64) -> Vec<(Vec<usize>, f64)> {
        let mass = |order: &[usize]| libm::pow(phi, f64::from(kendall(order)));
        permutations(k).into_iter().map(|order| (order.clone(), mass(&order))).collect()
    }

    fn draws(count: usize, mut draw: impl FnMut(&mut Stream, &mut Vec<usize>)) -> Vec<Vec<usize>> {
        let (mut stream, mut out) = (Seed::new(1).stream(Phase::Plan, 0), Vec::new());
        let mut next = |_| {
            draw(&mut stream, &mut out);
            out.clone()
        };
        (0..count).map(&mut next).collect()
    }

    /// Slots of the third item at phi = 1/2: 1/7, 2/7, 4/7 (published vector).
    #[test]
    fn the_third_item_has_the_known_slots() {
        let orders = draws(70_000, |stream, out| insert(&[0, 1, 2], 0.5, stream, out));
        for (slot, share) in [1.0, 2.0, 4.0].map(|part| part / 7.0).into_iter().enumerate() {
            let found = orders.iter().filter(|order| order[slot] == 2).count() as f64 / 70_000.0;
            let spread = math::sqrt(share * (1.0 - share) / 70_000.0);
            assert!((found - share).abs() < 4.0 * spread, "slot {slot}: {found}");
        }
    }

    /// `exp(-eta K) / Z_4` over all 24 orders; `Z_4` of 0.7 is a published vector.
    #[test]
    fn insertion_is_the_law_of_mallows() {
        let z: f64 = mallows(4, math::exp(-0.7)).iter().map(|(_, mass)| mass).sum();
        assert!((z - 4.867_117_340_813_676).abs() < 1e-12, "{z}");
        let exactly = |phi: f64| {
            fits(&draws(50_000, |s, out| insert(&[0, 1, 2, 3], phi, s, out)), &mallows(4, phi));
            let all = Restricted::new(4, phi);
            let order = [0, 1, 2, 3].map(|i| (i, i));
            fits(&draws(50_000, |s, out| all.rank(&order, s, out)), &mallows(4, phi));
        };
        [math::exp(-0.7), 0.5, 0.9, 1.0].into_iter().for_each(exactly);
    }

    /// The law over all of 7 items summed over what the bundle does not hold.
    #[test]
    fn a_restricted_ranking_follows_the_law_over_all() {
        for (phi, bundle) in [(0.5, [1, 3, 4]), (0.8, [0, 2, 6]), (0.95, [4, 5, 6])] {
            let mut law: Vec<(Vec<usize>, f64)> =
                permutations(3).into_iter().map(|order| (order, 0.0)).collect();
            for (order, mass) in mallows(7, phi) {
                let inside = |item: &usize| bundle.iter().position(|other| other == item);
                let kept: Vec<usize> = order.iter().filter_map(inside).collect();
                law.iter_mut().find(|(order, _)| *order == kept).unwrap().1 += mass;
            }
            let all = Restricted::new(7, phi);
            let order: Vec<(usize, usize)> = bundle.into_iter().zip(0..).collect();
            fits(&draws(50_000, |stream, out| all.rank(&order, stream, out)), &law);
        }
    }

    /// Two items a true distance apart, far from both ends: P(wrong) against insertion of all.
    #[test]
    fn a_gap_passed_at_once_is_the_gap_passed_one_by_one() {
        let (phi, n, places) = (0.6, 300, [100, 103, 250]);
        let all: Vec<usize> = (0..n).collect();
        let inside = |item: &usize| places.iter().position(|place| place == item);
        let count = 20_000;
        let whole = draws(count, |stream, out| {
            let mut order = Vec::new();
            insert(&all, phi, stream, &mut order);
            out.clear();
            out.extend(order.iter().filter_map(inside));
        });
        let law = Restricted::new(n, phi);
        assert!(law.sums.len() < 100);
        let order: Vec<(usize, usize)> = places.into_iter().zip(0..).collect();
        let short = draws(count, |stream, out| law.rank(&order, stream, out));
        let swapped = |orders: &[Vec<usize>]| {
            orders.iter().filter(|order| order[0] == 1).count() as f64 / count as f64
        };
        let (a, b) = (swapped(&whole), swapped(&short));
        assert!(a > 0.05 && (a - b).abs() < 4.0 * math::sqrt(2.0 * a / count as f64), "{a} {b}");
    }

    #[test]
    fn the_limits_are_the_true_order_and_any_order() {
        let none = draws(100, |stream, out| insert(&[0, 1, 2, 3, 4], 0.0, stream, out));
        assert!(none.iter().all(|order| *order == [0, 1, 2, 3, 4]));
        let order: Vec<(usize, usize)> = (0..5).map(|i| (1000 * i, i)).collect();
        let all = Restricted::new(5000, 0.0);
        assert!(
            draws(100, |s, out| all.rank(&order, s, out)).iter().all(|o| *o == [0, 1, 2, 3, 4])
        );
        let (all, order) = (Restricted::new(50, 1.0), [(3, 0), (20, 1), (49, 2)]);
        fits(&draws(6000, |s, out| all.rank(&order, s, out)), &mallows(3, 1.0));
    }
}
