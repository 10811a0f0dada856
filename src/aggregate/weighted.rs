//! Means and medians by weights that somebody gives to reviewers.

use super::by_rank::by_rank;
use super::combination::Combination;
use super::ratings::Ratings;
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// The mean by given weights of reviewers, criterion by criterion.
///
/// ```text
/// x_u = sum of a_v z / sum of a_v        over the reviewers v of u; scores count alike where all a = 0
/// ```
///
/// The weights are by person, from 0; without them it is the mean. For weights from elsewhere: a
/// calibration, last term's precisions, staff who count double. Moodle Workshop has such weights by
/// review, as whole numbers. O(reviews x criteria) time and space.
///
/// When not to use it: with weights that were found in the same reviews; the methods that find them
/// know how sure they are.
///
/// ```
/// use peergrade::aggregate::{Aggregator, WeightedMean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 4.0), (2, 8.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = WeightedMean::new(vec![1.0, 3.0, 1.0]).aggregate(&rows.build()?)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(5.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WeightedMean {
    weights: Option<Vec<f64>>,
}

impl WeightedMean {
    /// With these weights, by person.
    #[must_use]
    pub fn new(weights: Vec<f64>) -> Self {
        Self { weights: Some(weights) }
    }
}

impl Aggregator for WeightedMean {
    fn name(&self) -> &'static str {
        "weighted-mean"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let ratings = Ratings::by_range(reviews)?;
        let weights = checked("weighted-mean", self.weights.as_ref(), ratings.people())?;
        Ok(Combination::weighted(weights).book(&ratings, self.name()).build()?)
    }
}

/// The median by given weights of reviewers, criterion by criterion.
///
/// ```text
/// x_u = the first score, from the lowest, up to which the weights are more than half of all;
///       where they are exactly half, the mean of it and the next that has a weight
/// ```
///
/// The weights are by person, from 0; without them, and where all of a work's are 0, it is the
/// median. Edgeworth, "On a New Method of Reducing Observations", Philosophical Magazine 25, 1888.
/// O(reviews x criteria x log k) time for k reviews a submission, O(reviews x criteria) space.
///
/// When not to use it: with few reviews and weights that differ much, where it is the score of one
/// reviewer.
///
/// ```
/// use peergrade::aggregate::{Aggregator, WeightedMedian};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 4.0), (2, 8.0), (3, 9.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let grades = WeightedMedian::new(vec![1.0, 3.0, 1.0, 1.0]).aggregate(&rows.build()?)?;
/// assert_eq!(grades.grade(SubmissionId::new(0)), Some(4.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WeightedMedian {
    weights: Option<Vec<f64>>,
}

impl WeightedMedian {
    /// With these weights, by person.
    #[must_use]
    pub fn new(weights: Vec<f64>) -> Self {
        Self { weights: Some(weights) }
    }
}

impl Aggregator for WeightedMedian {
    fn name(&self) -> &'static str {
        "weighted-median"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let ratings = Ratings::by_range(reviews)?;
        let given = checked("weighted-median", self.weights.as_ref(), ratings.people())?;
        let combination = by_rank(&ratings, |order, reviewers, weights| {
            choose(order, |i| given[reviewers[i as usize].index()], weights);
        });
        Ok(combination.book(&ratings, self.name()).build()?)
    }
}

/// Gives the score in the middle, or the two, a weight.
fn choose(order: &[u32], weight: impl Fn(u32) -> f64, chosen: &mut [f64]) {
    let all = order.iter().fold(0.0, |sum, &i| sum + weight(i));
    let weight = |i: u32| if all > 0.0 { weight(i) } else { 1.0 };
    let all = if all > 0.0 { all } else { order.len() as f64 };
    let mut sum = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        sum += weight(i);
        if 2.0 * sum > all {
            chosen[i as usize] = 1.0;
            return;
        }
        if 2.0 * sum >= all {
            chosen[i as usize] = 0.5;
            let next = order[rank + 1..].iter().find(|&&next| weight(next) > 0.0);
            chosen[next.copied().unwrap_or(i) as usize] += 0.5;
            return;
        }
    }
}

/// One weight for each person, 1 where none are given.
fn checked(
    method: &'static str,
    weights: Option<&Vec<f64>>,
    people: usize,
) -> Result<Vec<f64>, AggregateError> {
    let Some(weights) = weights else { return Ok(vec![1.0; people]) };
    let error =
        |setting, value, needed| Err(AggregateError::Setting { method, setting, value, needed });
    if weights.len() != people {
        let given = weights.len() as f64;
        return error("the number of weights", given, "but there must be one for each person");
    }
    match weights.iter().find(|weight| !(0.0..=1e100).contains(*weight)) {
        Some(&weight) => error("a weight", weight, "but must be from 0 to 1e100"),
        None => Ok(weights.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{grades_of, matrix, small};
    use crate::aggregate::{Mean, Median};
    use crate::id::SubmissionId;
    use crate::reviews::Reviews;

    /// Every review as often as its reviewer's whole weight says, in a list of its own.
    fn repeated(reviews: &Reviews, weights: &[u8], u: u32) -> Vec<f64> {
        let s = SubmissionId::new(u);
        let rows = reviews.graph().reviewers_of(s).iter().zip(reviews.scores_of(s, 0));
        let all: Vec<f64> =
            rows.flat_map(|(v, &z)| core::iter::repeat_n(z, weights[v.index()].into())).collect();
        if all.is_empty() { reviews.scores_of(s, 0).to_vec() } else { all }
    }

    proptest! {
        #[test]
        fn whole_weights_are_repeated_scores(
            reviews in small(), weights in prop::collection::vec(0..4_u8, 9),
        ) {
            let given: Vec<f64> = weights.iter().map(|&w| f64::from(w)).collect();
            let given = given[..reviews.graph().people()].to_vec();
            let mean = WeightedMean::new(given.clone()).aggregate(&reviews).unwrap();
            let median = WeightedMedian::new(given).aggregate(&reviews).unwrap();
            for u in (0..).take(reviews.graph().submissions()) {
                let mut scores = repeated(&reviews, &weights, u);
                scores.sort_by(f64::total_cmp);
                let k = scores.len();
                let s = SubmissionId::new(u);
                prop_assert_eq!(mean.grade(s).is_some(), k > 0);
                if k > 0 {
                    let expected = scores.iter().sum::<f64>() / k as f64;
                    prop_assert!((mean.grade(s).unwrap() - expected).abs() < 1e-9);
                    let expected = 0.5 * (scores[(k - 1) / 2] + scores[k / 2]);
                    prop_assert!((median.grade(s).unwrap() - expected).abs() < 1e-9);
                }
            }
        }

        #[test]
        fn without_weights_they_are_mean_and_median(reviews in small()) {
            let pairs: [(&dyn Aggregator, &dyn Aggregator); 2] =
                [(&WeightedMean::default(), &Mean), (&WeightedMedian::default(), &Median)];
            for (weighted, plain) in pairs {
                let (a, b) = (grades_of(weighted, &reviews), grades_of(plain, &reviews));
                prop_assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9));
            }
        }
    }

    #[test]
    fn wrong_weights_are_named() {
        let reviews = matrix(&[[2.0, 8.0]], (0.0, 10.0));
        for wrong in [vec![1.0; 2], vec![1.0, -1.0, 1.0], vec![f64::INFINITY; 3]] {
            assert!(WeightedMean::new(wrong.clone()).aggregate(&reviews).is_err());
            assert!(WeightedMedian::new(wrong).aggregate(&reviews).is_err());
        }
    }
}
