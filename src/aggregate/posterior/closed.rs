//! Small parts of the graph, in which what is said goes round: how much wider than that intervals are.

use super::law::Law;
use super::seen::Site;
use super::trust::known_of;
use crate::aggregate::crossed::dense::invert;
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::csr::Csr;
use crate::id::to_u32;
use crate::math;

/// The most reviewers of a part that is solved exactly: those of a larger one are far from one another.
const MOST: usize = 128;

/// Sweeps over a part, and the change of a precision that ends them.
const SWEEPS: usize = 30;
const NEAR: f64 = 1e-4;

/// What bears on how sure grades are, all in the unit of the ratings: normal laws, with the precision
/// that each reviewer is found to have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sure<'a, P> {
    pub(super) ratings: &'a Ratings<'a>,
    /// The first reviewer of the part that each reviewer is in.
    pub(super) parts: &'a [u32],
    pub(super) law: &'a Law,
    pub(super) known: &'a [(u32, Site)],
    /// Of reviewer v: the precision of reviews, and what is known of the bias beforehand.
    pub(super) reviewer: P,
    /// The variance that levels of parts have beforehand.
    pub(super) spread: f64,
}

/// What is known at least and at most of the level of a part, in the unit of the ratings.
const LEAST_KNOWN: f64 = 1e-6;
const MOST_KNOWN: f64 = 1e6;

/// One part: its items and reviewers, with what they have in common.
#[derive(Debug, Default)]
struct Part {
    /// The precision of every item beforehand.
    prior: f64,
    /// What else is known of each item, and where its reviews end.
    items: Vec<(f64, usize)>,
    /// By review: the reviewer, counted within the part, and the precision.
    reviews: Vec<(usize, f64)>,
    /// The precision of each reviewer's bias beforehand.
    biases: Vec<f64>,
}

impl<P: Fn(usize) -> [f64; 2] + Sync> Sure<'_, P> {
    /// By what the variance of each item's grade is to be multiplied: 1 but in small parts.
    ///
    /// Sites hold that reviewers know of one another's works independently, and that the level of a part
    /// is that of all works. There it is neither: reviews go round, and the level can be another. The factor
    /// is the quotient of the variances with known precisions, with such a level and exactly, and by sites.
    pub(super) fn wider(&self) -> Option<Vec<f64>> {
        let ratings = self.ratings;
        let mut sizes = vec![0_u32; ratings.people()];
        for v in (0..ratings.people()).filter(|&v| !ratings.items_of(v).is_empty()) {
            sizes[self.parts[v] as usize] += 1;
        }
        let is_small = |part: usize| (2..=MOST).contains(&(sizes[part] as usize));
        if !(0..sizes.len()).any(is_small) {
            return None;
        }
        let part_of = |u: usize| {
            let part = ratings.reviewers(u).first().map(|v| self.parts[v.index()] as usize);
            part.filter(|&part| is_small(part))
        };
        let rows = |u: usize| part_of(u).map(|part| (part, to_u32(u)));
        let count = (0..ratings.items()).filter_map(rows).count();
        let items = Csr::sorted(sizes.len(), count, || (0..ratings.items()).filter_map(rows));
        // Of a part of which nothing is known beforehand there is a trifle known.
        let of_level = math::clamp(1.0 / self.spread, LEAST_KNOWN, MOST_KNOWN);
        let most = self.law.quality + self.law.bias;
        let found = chunks::map(items.rows(), |parts| {
            let mut found = Vec::new();
            for items in parts.map(|part| items.row(part)).filter(|items| !items.is_empty()) {
                let factors = self.part(items).factors(of_level, most);
                found.extend(items.iter().copied().zip(factors));
            }
            found
        });
        let mut wider = vec![1.0; ratings.items()];
        for (u, factor) in found.into_iter().flatten() {
            wider[u as usize] = factor;
        }
        Some(wider)
    }

    fn part(&self, items: &[u32]) -> Part {
        let mut people: Vec<u32> = Vec::new();
        for &u in items {
            people.extend(self.ratings.reviewers(u as usize).iter().map(|v| v.get()));
        }
        people.sort_unstable();
        people.dedup();
        let found: Vec<[f64; 2]> = people.iter().map(|&v| (self.reviewer)(v as usize)).collect();
        let mut part = Part { prior: 1.0 / self.law.quality, ..Part::default() };
        for &u in items {
            for v in self.ratings.reviewers(u as usize) {
                let i = people.binary_search(&v.get()).unwrap_or_default();
                part.reviews.push((i, found[i][0]));
            }
            let own = known_of(self.known, u as usize).precision;
            part.items.push((own, part.reviews.len()));
        }
        part.biases = found.iter().map(|[_, known]| 1.0 / self.law.bias + known).collect();
        part
    }
}

impl Part {
    /// Each item with its reviews.
    fn rows(&self) -> impl Iterator<Item = (f64, &[(usize, f64)])> {
        let mut start = 0;
        self.items.iter().map(move |&(own, end)| {
            let row = &self.reviews[start..end];
            start = end;
            (own, row)
        })
    }

    /// The quotients, where an exact variance is at most so much above that by sites.
    fn factors(&self, of_level: f64, most: f64) -> Vec<f64> {
        let (exact, sites) = (self.exact(of_level), self.by_sites());
        let factor =
            |(exact, sites): (&f64, f64)| math::clamp(exact / sites, 1.0, 1.0 + most / sites);
        exact.iter().zip(sites).map(factor).collect()
    }

    /// The variance of each item, exactly: of the level `l`, which has this precision beforehand, and what
    /// the item is above it.
    ///
    /// ```text
    /// t = l + s,  z = t + b + noise:  s given l and b is normal with precision P = prior + sum of p
    /// the rest, of b and l, has the precision matrix   diag(prior_v + sum of p) - sum of p p' / P
    /// ```
    fn exact(&self, of_level: f64) -> Vec<f64> {
        let n = self.biases.len() + 1;
        let mut matrix = vec![0.0; n * n];
        for (i, prior) in self.biases.iter().enumerate() {
            matrix[i * n + i] = *prior;
        }
        matrix[n * n - 1] = of_level;
        // The precision of an item, and how far it follows the level, which is the last of the rest.
        let level = |own: f64, row: &[(usize, f64)]| {
            let all = row.iter().fold(self.prior + own, |sum, (_, p)| sum + p);
            (all, self.prior / all)
        };
        for (own, row) in self.rows() {
            let (all, rest) = level(own, row);
            for &(i, p) in row {
                matrix[i * n + i] += p;
                matrix[(n - 1) * n + i] += p * rest;
                for &(j, q) in row.iter().filter(|&&(j, _)| j <= i) {
                    matrix[i * n + j] -= p * q / all;
                }
            }
            matrix[n * n - 1] += (all - self.prior) * rest;
        }
        invert(&mut matrix, n);
        let cell = |i: usize, j: usize| matrix[i.max(j) * n + i.min(j)];
        self.rows()
            .map(|(own, row)| {
                let (all, rest) = level(own, row);
                let mut sum = 1.0 / all + rest * rest * cell(n - 1, n - 1);
                for &(i, p) in row {
                    sum -= 2.0 * rest * p / all * cell(n - 1, i);
                    sum +=
                        row.iter().fold(0.0, |sum, &(j, q)| sum + cell(i, j) * q / all) * p / all;
                }
                sum
            })
            .collect()
    }

    /// The variance of each item by sites.
    fn by_sites(&self) -> Vec<f64> {
        let mut sites: Vec<f64> = self.reviews.iter().map(|&(_, p)| 0.5 * p).collect();
        let mut all = vec![0.0; self.items.len()];
        let mut noise = vec![0.0; sites.len()];
        for _ in 0..SWEEPS {
            let mut known = self.biases.clone();
            let mut start = 0;
            for (&(own, end), all) in self.items.iter().zip(&mut all) {
                *all = sites[start..end].iter().fold(self.prior + own, |sum, site| sum + site);
                for e in start..end {
                    let (v, p) = self.reviews[e];
                    noise[e] = 1.0 / (1.0 / (*all - sites[e]) + 1.0 / p);
                    known[v] += noise[e];
                }
                start = end;
            }
            let mut change = 0.0;
            for ((site, noise), &(v, p)) in sites.iter_mut().zip(&noise).zip(&self.reviews) {
                let next = 1.0 / (1.0 / p + 1.0 / (known[v] - noise));
                change = math::max(change, (next - *site).abs());
                *site = next;
            }
            if change < NEAR {
                break;
            }
        }
        all.iter().map(|all| 1.0 / all).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variances of items by the matrix of all that is not known, in which the level has this
    /// precision beforehand.
    fn dense(part: &Part, of_level: f64) -> Vec<f64> {
        let (m, r) = (part.items.len(), part.biases.len());
        let n = m + r + 1;
        let mut matrix = vec![0.0; n * n];
        let mut add = |i: usize, j: usize, x: f64| matrix[i * n + j] += x;
        for (u, (own, row)) in part.rows().enumerate() {
            add(u, u, part.prior);
            for (ends, p) in
                row.iter().map(|&(v, p)| (vec![u, m + v, n - 1], p)).chain([(vec![u, n - 1], own)])
            {
                for &i in &ends {
                    for &j in &ends {
                        add(i, j, p);
                    }
                }
            }
        }
        for (v, prior) in part.biases.iter().enumerate() {
            add(m + v, m + v, *prior);
        }
        add(n - 1, n - 1, of_level);
        invert(&mut matrix, n);
        let cell = |i: usize, j: usize| matrix[i.max(j) * n + i.min(j)];
        (0..m).map(|u| cell(u, u) + cell(n - 1, n - 1) + 2.0 * cell(n - 1, u)).collect()
    }

    /// Everybody reviews everybody else, with precisions that differ, and staff know the first work.
    fn group(size: usize, known: f64) -> Part {
        let mut part = Part { prior: 0.7, ..Part::default() };
        for u in 0..size {
            let others = (0..size).filter(|&v| v != u);
            part.reviews.extend(others.map(|v| (v, 0.5 + 0.3 * v as f64)));
            part.items.push((if u == 0 { known } else { 0.0 }, part.reviews.len()));
        }
        part.biases = (0..size).map(|v| 1.5 + 0.1 * v as f64).collect();
        part
    }

    fn assert_near(a: &[f64], b: &[f64], part: f64) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < part * b, "{a} {b}");
        }
    }

    #[test]
    fn variances_are_those_of_the_whole_matrix() {
        for size in [2, 3, 6] {
            for known in [0.0, 2.5] {
                let part = group(size, known);
                for of_level in [1e-6, 2.0] {
                    assert_near(&part.exact(of_level), &dense(&part, of_level), 1e-8);
                }
            }
        }
    }

    #[test]
    fn sites_are_exact_on_a_tree_whose_level_is_known() {
        // A path: work, reviewer, work, reviewer...
        let mut part = Part { prior: 0.7, biases: vec![2.0; 4], ..Part::default() };
        for u in 0..5_usize {
            let ends = [u.checked_sub(1), (u < 4).then_some(u)];
            part.reviews.extend(ends.into_iter().flatten().map(|v| (v, 0.4 + 0.2 * u as f64)));
            part.items.push((0.0, part.reviews.len()));
        }
        assert_near(&part.by_sites(), &dense(&part, 1e12), 1e-4);
    }

    #[test]
    fn a_group_that_reviews_itself_is_less_sure_than_sites_say() {
        let factors = group(6, 0.0).factors(1e-6, f64::INFINITY);
        assert!(factors.iter().all(|&factor| factor > 1.1), "{factors:?}");
        assert!(group(6, 0.0).factors(1e-6, 0.0).iter().all(|&factor| factor <= 1.0));
    }
}
