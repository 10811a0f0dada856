//! Weights by systematic difference, consistency and spread, in the spirit of `SWoRD`.

use super::combination::{Combination, with_reviewers};
use super::ratings::Ratings;
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, MISSING};
use crate::math;
use crate::reviews::Reviews;

/// Reviewers count by three indices of accuracy: how far they are from the others on the whole,
/// whether they find the same works good, and whether they use the scale as others do.
///
/// ```text
/// o   = mean of the others' scores of the work that z is given to
/// D   = mean of z - o                        difference   A = 1 / (1 + D^2)
/// r   = correlation of z and o               consistency  C = max(r, 0), 0 where o is constant
/// S   = standard deviation of z; S_all that of all reviewers, pooled
///                                            spread       P = min(S / S_all, S_all / S)
/// w   = (A + C + P) / 3 x min(4 P, 1)        0 where S is 0: the same score for all tells nothing
/// x_u = sum of w_v z / sum of w_v
/// ```
///
/// over the works of a reviewer that others review too, in one pass. The unit is the standard
/// deviation of the scores of one work. Who has fewer than three such works has the mean of the
/// others' weights: nothing is known of them. Where all have weight 0, scores count alike. With
/// several criteria r and S are of the deviations from a reviewer's mean on each. A reviewer's
/// bias in the gradebook is D.
///
/// The three indices are those of `SWoRD` (Cho and Schunn, "Scaffolded Writing and Rewriting in the
/// Discipline", Computers and Education 48, 2007), the system that became Peerceptiv, and so is the
/// zero of a constant reviewer. **The formulas are of this crate**: theirs are not published in a
/// form that could be computed. Nothing is iterated, so that no weight runs away.
///
/// O(reviews x criteria) time and space.
///
/// When not to use it: with few reviews a reviewer, where a correlation over five works is mostly
/// noise: where reviewers are alike the error is 3 % above the plain mean's. A reviewer who adds the
/// same to every score keeps the weight of two indices, and the bias is not taken off. It pays where
/// many give everybody the same mark (RMSE 1.0 where the mean has 1.4, of 10 points, with 30 % who
/// always give 10).
///
/// ```
/// use peergrade::aggregate::{Aggregator, Sword};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// // Three works by a fifth person; the fourth reviewer always gives 9.
/// let mut cohort = Cohort::builder(5)?;
/// for _ in 0..3 {
///     cohort.submission(&[PersonId::new(4)])?;
/// }
/// let cohort = cohort.build();
/// let scores = [[8., 7., 8., 9.], [2., 3., 2., 9.], [5., 4., 5., 9.]];
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, scores) in (0..).zip(scores) {
///     for (reviewer, score) in (0..).zip(scores) {
///         rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
///     }
/// }
/// let grades = Sword.aggregate(&rows.build()?)?;
/// let worst = grades.grade(SubmissionId::new(1)).unwrap();
/// assert!(worst > 2.0 && worst < 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sword;

/// Fewer works tell nothing of a reviewer.
const LEAST_WORKS: usize = 3;

impl Aggregator for Sword {
    fn name(&self) -> &'static str {
        "sword"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let ratings = Ratings::by_spread(reviews)?;
        let sums = chunks::column(ratings.items(), |item| {
            ratings.of(item).iter().fold(0.0, |sum, z| sum + z)
        });
        let by_reviewer = ratings.by_reviewer();
        let people: Vec<Habits> =
            chunks::column(ratings.people(), |v| Habits::of(&ratings, &by_reviewer, &sums, v));
        let weights = weights(&people);
        let book = Combination::weighted(weights).book(&ratings, self.name());
        let bias = |v: usize| if people[v].works > 0 { people[v].difference } else { MISSING };
        Ok(with_reviewers(&ratings, book, bias, |_| MISSING).build()?)
    }
}

/// What a reviewer does with works that others review too.
#[derive(Debug, Clone, Copy, Default)]
struct Habits {
    works: usize,
    /// Mean distance to the others.
    difference: f64,
    /// Sums of squares and of products around the means of each criterion.
    own: f64,
    others: f64,
    both: f64,
    /// How many deviations are free in them.
    freedom: f64,
}

impl Habits {
    fn of(ratings: &Ratings<'_>, by_reviewer: &[f64], sums: &[f64], person: usize) -> Self {
        let (items, scores) = (ratings.items_of(person), &by_reviewer[ratings.given(person)]);
        // Items come criterion by criterion, the same works under each.
        let works = items.len() / ratings.axes().len();
        let mut habits = Self::default();
        for first in (0..items.len()).step_by(works.max(1)) {
            let pairs = (first..first + works).filter_map(|i| {
                let item = items[i].index();
                let others = ratings.of(item).len() - 1;
                let mean = || (scores[i], (sums[item] - scores[i]) / others as f64);
                (others > 0).then(mean)
            });
            habits.add(pairs);
        }
        let criteria = ratings.axes().len();
        habits.works /= criteria;
        habits.difference /= math::max((habits.works * criteria) as f64, 1.0);
        habits
    }

    /// Adds own scores and those of others on one criterion.
    fn add(&mut self, pairs: impl Iterator<Item = (f64, f64)> + Clone) {
        let Some((first, _)) = pairs.clone().next() else { return };
        let (mut count, mut own, mut others) = (0_u32, 0.0, 0.0);
        // From the first score, so that equal ones have exactly its mean.
        for (z, o) in pairs.clone() {
            (count, own, others) = (count + 1, own + (z - first), others + o);
            self.difference += z - o;
        }
        let n = f64::from(count);
        let (own, others) = (own / n, others / n);
        for (z, o) in pairs {
            let (z, o) = (z - first - own, o - others);
            self.own += z * z;
            self.others += o * o;
            self.both += z * o;
        }
        self.works += count as usize;
        self.freedom += n - 1.0;
    }

    fn known(&self) -> bool {
        self.works >= LEAST_WORKS
    }

    /// The weight by the pooled standard deviation of all reviewers.
    fn weight(&self, pooled: f64) -> f64 {
        let spread = math::sqrt(self.own / self.freedom);
        // Also where all of all reviewers are equal.
        if spread <= 1e-12 * pooled {
            return 0.0;
        }
        let near = 1.0 / (1.0 + self.difference * self.difference);
        let root = math::sqrt(self.own) * math::sqrt(self.others);
        // Rounding leaves no trace in equal scores, but in means of those of others.
        let consistent = if root > 1e-12 { math::clamp(self.both / root, 0.0, 1.0) } else { 0.0 };
        let alike = math::min(spread / pooled, pooled / spread);
        // Nobody falls from a third to nothing by one equal score more.
        (near + consistent + alike) / 3.0 * math::min(4.0 * alike, 1.0)
    }
}

fn weights(people: &[Habits]) -> Vec<f64> {
    let sum = |of: &(dyn Fn(&Habits) -> f64 + Sync)| {
        chunks::sum(people.len(), |v| if people[v].known() { of(&people[v]) } else { 0.0 })
    };
    let pooled = math::sqrt(sum(&|habits| habits.own) / math::max(sum(&|h| h.freedom), 1.0));
    let known = sum(&|_| 1.0);
    let mean = if known > 0.0 { sum(&|habits| habits.weight(pooled)) / known } else { 1.0 };
    chunks::column(
        people.len(),
        |v| {
            if people[v].known() { people[v].weight(pooled) } else { mean }
        },
    )
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{grades_of, matrix, small, triples};
    use crate::id::{SubmissionId, to_u32};

    proptest! {
        /// The formulas, review by review.
        #[test]
        fn the_formulas_hold(reviews in small()) {
            let (n, unit, rows) = triples(&reviews);
            let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            // Own scores and those of others, of every person.
            let pairs: Vec<Vec<(f64, f64)>> = (0..n)
                .map(|v| {
                    let own = rows.iter().filter(|row| row.1 == v);
                    own.filter_map(|&(u, _, z)| {
                        let others = rows.iter().filter(|row| row.0 == u && row.1 != v);
                        let others: Vec<f64> = others.map(|row| row.2).collect();
                        (!others.is_empty()).then(|| (z, mean(&others)))
                    })
                    .collect()
                })
                .collect();
            let centred = |x: Vec<f64>| -> Vec<f64> {
                let m = mean(&x);
                x.iter().map(|x| x - m).collect()
            };
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let own = |v: usize| centred(pairs[v].iter().map(|p| p.0).collect());
            let known: Vec<usize> = (0..n).filter(|&v| pairs[v].len() >= 3).collect();
            let squares: f64 = known.iter().map(|&v| dot(&own(v), &own(v))).sum();
            let freedom: f64 = known.iter().map(|&v| pairs[v].len() as f64 - 1.0).sum();
            let pooled = (squares / freedom).sqrt();
            let weight = |v: usize| {
                let (z, o) = (own(v), centred(pairs[v].iter().map(|p| p.1).collect()));
                if dot(&z, &z) < 1e-18 {
                    return 0.0;
                }
                let d = mean(&pairs[v].iter().map(|(z, o)| (z - o) / unit).collect::<Vec<_>>());
                let root = (dot(&z, &z) * dot(&o, &o)).sqrt();
                let r = if root > 1e-9 { (dot(&z, &o) / root).max(0.0) } else { 0.0 };
                let s = (dot(&z, &z) / (z.len() as f64 - 1.0)).sqrt();
                let p = (s / pooled).min(pooled / s);
                (1.0 / (1.0 + d * d) + r + p) / 3.0 * (4.0 * p).min(1.0)
            };
            let all: Vec<f64> = known.iter().map(|&v| weight(v)).collect();
            let middle = if all.is_empty() { 1.0 } else { mean(&all) };
            let weights: Vec<f64> =
                (0..n).map(|v| if known.contains(&v) { weight(v) } else { middle }).collect();
            let book = Sword.aggregate(&reviews).unwrap();
            for u in 0..n {
                let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) else { continue };
                let of: Vec<_> = rows.iter().filter(|row| row.0 == u).collect();
                let total: f64 = of.iter().map(|row| weights[row.1]).sum();
                let expected = if total > 0.0 {
                    of.iter().map(|row| weights[row.1] * row.2).sum::<f64>() / total
                } else {
                    mean(&of.iter().map(|row| row.2).collect::<Vec<_>>())
                };
                prop_assert!((grade - expected).abs() < 1e-9, "{grade} {expected}");
            }
        }
    }

    #[test]
    fn a_constant_reviewer_counts_nothing_unless_all_are() {
        let rows = [[8., 9., 5.], [2., 3., 5.], [4., 4., 5.]];
        let with = grades_of(&Sword, &matrix(&rows, (0.0, 10.0)));
        let expected = [8.5, 2.5, 4.0];
        assert!(with.iter().zip(expected).all(|(x, y)| (x - y).abs() < 0.2), "{with:?}");
        let same = grades_of(&Sword, &matrix(&[[0.3; 3]; 4], (0.0, 1.0)));
        assert!(same.iter().all(|grade| (grade - 0.3).abs() < 1e-15), "{same:?}");
    }
}
