//! The variances of the laws by moments, for any number of ratings a row.

use super::known::Known;
use super::parts::Parts;
use super::solve::Sums;
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::math;

/// The variances that make Henderson's sums of squares what they are on average, none below 0:
///
/// ```text
/// squares within items     = (E - n) (bias + noise)
/// squares within reviewers = (E - m) (truth + noise)
/// squares of all           = (E - sum k_u^2 / E) truth + (E - sum k_v^2 / E) bias + (E - 1) noise
/// ```
///
/// for E ratings of n items by m reviewers. Henderson, "Estimation of Variance and Covariance
/// Components", Biometrics 9, 1953. Unlike [`super::super::moments::Moments`] they are right on
/// average for uneven numbers of ratings and small courses too. Items that are known exactly are left out.
pub(in crate::aggregate) fn moments(ratings: &Ratings<'_>, known: &Known, sums: &Sums) -> Parts {
    let column = ratings.column();
    if known.is_empty() {
        let squares = chunks::sum(column.len(), |e| column[e] * column[e]);
        let items = Rows::of(ratings.items(), |u| (ratings.of(u).len(), sums.item[u]));
        let people = Rows::of(ratings.people(), |v| (ratings.given(v).len(), sums.reviewer[v]));
        return parts(squares, items, people);
    }
    let mut given = vec![(0, 0.0); ratings.people()];
    let mut squares = 0.0;
    for u in (0..ratings.items()).filter(|&u| !known.is_exact(u)) {
        for (v, z) in ratings.reviewers(u).iter().zip(ratings.of(u)) {
            let (count, sum) = &mut given[v.index()];
            *count += 1;
            *sum += z;
            squares += z * z;
        }
    }
    let items = Rows::of(ratings.items(), |u| {
        if known.is_exact(u) { (0, 0.0) } else { (ratings.of(u).len(), sums.item[u]) }
    });
    parts(squares, items, Rows::of(ratings.people(), |v| given[v]))
}

/// What the rows of one side add up to: numbers of rows and ratings, squares of the lengths of
/// rows, sums of ratings, and squares of these by length.
#[derive(Debug, Clone, Copy, Default)]
struct Rows {
    count: f64,
    ratings: f64,
    lengths: f64,
    sum: f64,
    squares: f64,
}

impl Rows {
    fn of(rows: usize, row: impl Fn(usize) -> (usize, f64) + Sync) -> Self {
        let parts = chunks::map(rows, |range| {
            range.fold(Self::default(), |all, i| match row(i) {
                (0, _) => all,
                (count, sum) => {
                    let ratings = count as f64;
                    let own = Self {
                        count: 1.0,
                        ratings,
                        lengths: ratings * ratings,
                        sum,
                        squares: sum * sum / ratings,
                    };
                    all.add(own)
                }
            })
        });
        chunks::tree(parts, Self::add)
    }

    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            ratings: self.ratings + other.ratings,
            lengths: self.lengths + other.lengths,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
        }
    }
}

fn parts(squares: f64, items: Rows, people: Rows) -> Parts {
    let count = items.ratings;
    if count <= 1.0 {
        return Parts { truth: 0.0, bias: 0.0, noise: 0.0 };
    }
    let all = math::max(squares - items.sum * items.sum / count, 0.0);
    // Without a second rating in any row nothing is known of the variance within rows.
    let within = |rows: Rows| {
        let freedom = count - rows.count;
        (freedom > 0.0).then(|| math::max(squares - rows.squares, 0.0) / freedom)
    };
    let [truths, biases] = [items, people].map(|rows| count - rows.lengths / count);
    let total = all / (count - 1.0);
    let (of_item, of_person) = match (within(items), within(people)) {
        (Some(of_item), Some(of_person)) => (of_item, of_person),
        // All the same, for want of repeated ratings: noise alone, or noise and truth.
        (Some(of_item), None) => (of_item, total),
        (None, _) => return Parts { truth: 0.0, bias: 0.0, noise: total },
    };
    let noise = (truths * of_person + biases * of_item - all) / (truths + biases - (count - 1.0));
    // One item, or one reviewer, of all ratings.
    let noise = if noise.is_finite() { noise } else { math::min(of_item, of_person) };
    let noise = math::clamp(noise, 0.0, math::min(of_item, of_person));
    Parts { truth: of_person - noise, bias: of_item - noise, noise }
}
