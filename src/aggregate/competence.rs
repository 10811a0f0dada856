//! Weights by calibration, in the manner of Calibrated Peer Review.

use super::combination::Combination;
use super::ratings::Ratings;
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, MISSING};
use crate::id::{PersonId, to_u32};
use crate::reviews::Reviews;

/// Reviewers count by a competency index from 1 to 6, which they earn on exemplars of known grade.
///
/// ```text
/// d_v = mean over the exemplars that v reviews of |total of the review - known grade| / range
/// RCI_v = 6 where d_v is up to the first threshold, 5 up to the second ... 1 beyond the fifth
/// x_u = sum of RCI_v z / sum of RCI_v
/// ```
///
/// with thresholds 0.05, 0.10, 0.15, 0.20 and 0.25 by default, or with indices given by
/// [`indices`](Self::indices). Who reviews no exemplar has the mean index of those who do; where
/// nobody does, all count alike and this is the mean. Calibrated Peer Review (UCLA, from 1999;
/// Russell, Chapman and Wegner, "Molecular Science: Network-Deliverable Curricula", Journal of
/// Chemical Education 75, 1998), where students rate three texts before they review: its thresholds
/// and the questions on content that go into the index are set by course and are not published, so
/// that those here are ours.
///
/// Exemplars change the grades of others: that is what the method is for. Grades of staff do not.
/// O(reviews x criteria) time and space.
///
/// When not to use it: without exemplars, or with one or two of them, where a lucky score makes a
/// reviewer count six times as much as an unlucky one. Six to one is all that an index can do:
/// hostile reviewers who behave on exemplars are not held back.
///
/// ```
/// use peergrade::aggregate::{Aggregator, CompetenceWeights};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let mut cohort = Cohort::builder(3)?;
/// let work = cohort.submission(&[PersonId::new(2)])?;
/// let exemplar = cohort.submission(&[])?;
/// let cohort = cohort.build();
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.exemplar(exemplar, 8.0)?;
/// for (submission, reviewer, score) in
///     [(exemplar, 0, 8.0), (exemplar, 1, 4.0), (work, 0, 9.0), (work, 1, 2.0)]
/// {
///     rows.add(submission, PersonId::new(reviewer), &[score])?;
/// }
/// let grades = CompetenceWeights::default().aggregate(&rows.build()?)?;
/// // Indices 6 and 1.
/// assert!((grades.grade(work).unwrap() - 8.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CompetenceWeights {
    thresholds: [f64; 5],
    indices: Option<Vec<f64>>,
}

impl Default for CompetenceWeights {
    fn default() -> Self {
        Self { thresholds: [0.05, 0.10, 0.15, 0.20, 0.25], indices: None }
    }
}

impl CompetenceWeights {
    /// Sets up to which mean deviation, in parts of the range, a reviewer has index 6, 5, 4, 3 and
    /// 2: from 0, none below the one before.
    #[must_use]
    pub fn thresholds(mut self, thresholds: [f64; 5]) -> Self {
        self.thresholds = thresholds;
        self
    }

    /// Sets the index of every person, in place of those from exemplars: from 0, up to 1e100.
    #[must_use]
    pub fn indices(mut self, indices: Vec<f64>) -> Self {
        self.indices = Some(indices);
        self
    }

    fn check(&self, people: usize) -> Result<(), AggregateError> {
        let error = |setting, value, needed| {
            Err(AggregateError::Setting { method: "competence", setting, value, needed })
        };
        let mut least = 0.0;
        for value in self.thresholds {
            // Written so that NaN is refused.
            if !(value >= least && value < f64::INFINITY) {
                return error("a threshold", value, "but must be finite and not below the last");
            }
            least = value;
        }
        let Some(indices) = &self.indices else { return Ok(()) };
        if indices.len() != people {
            let given = indices.len() as f64;
            return error("the number of indices", given, "but there must be one for each person");
        }
        match indices.iter().find(|index| !(0.0..=1e100).contains(*index)) {
            Some(&index) => error("an index", index, "but must be from 0 to 1e100"),
            None => Ok(()),
        }
    }

    /// The indices that people earn on exemplars.
    fn earned(&self, reviews: &Reviews) -> Vec<f64> {
        let (graph, scale) = (reviews.graph(), reviews.rubric().scale());
        if reviews.exemplars().is_empty() {
            return vec![1.0; graph.people()];
        }
        let unit = scale.unit();
        let range = scale.max() / unit - scale.min() / unit;
        let mut known = vec![MISSING; graph.submissions()];
        for &(exemplar, grade) in reviews.exemplars() {
            known[exemplar.index()] = grade / unit;
        }
        let indices = chunks::column(graph.people(), |v| {
            let person = PersonId::new(to_u32(v));
            let rows = graph.reviews_by(person).iter().zip(graph.submissions_of(person));
            let known = rows.map(|(review, s)| (review, known[s.index()]));
            let known = known.filter(|(_, grade)| !grade.is_nan());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, count), (review, grade)| {
                let total = reviews.total_at(review.index()) / unit;
                (sum + (total - grade).abs() / range, count + 1.0)
            });
            if count > 0.0 { self.index(sum / count) } else { MISSING }
        });
        let there = |v: usize| !indices[v].is_nan();
        let count = chunks::sum(indices.len(), |v| if there(v) { 1.0 } else { 0.0 });
        let sum = chunks::sum(indices.len(), |v| if there(v) { indices[v] } else { 0.0 });
        let mean = if count > 0.0 { sum / count } else { 1.0 };
        chunks::column(indices.len(), |v| if there(v) { indices[v] } else { mean })
    }

    /// The index of a mean deviation.
    fn index(&self, deviation: f64) -> f64 {
        // Deviations are of decimal scores: 0.3 - 0.25 is 0.05.
        let within = self.thresholds.iter().filter(|&limit| deviation <= limit + 1e-12).count();
        1.0 + within as f64
    }
}

impl Aggregator for CompetenceWeights {
    fn name(&self) -> &'static str {
        "competence"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check(reviews.graph().people())?;
        let ratings = Ratings::by_range(reviews)?;
        let indices = match &self.indices {
            Some(indices) => indices.clone(),
            None => self.earned(reviews),
        };
        Ok(Combination::weighted(indices).book(&ratings, self.name()).build()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::fixtures::{grades_of, matrix, small, triples};
    use crate::id::SubmissionId;

    proptest! {
        /// The formulas, review by review, with the first two works as exemplars.
        #[test]
        fn the_formulas_hold(reviews in small(), known in prop::collection::vec(0..=20_u8, 2)) {
            let known: Vec<f64> = known.into_iter().map(|grade| f64::from(grade) / 2.0).collect();
            let exemplars = (0..).map(SubmissionId::new).zip(known.iter().copied());
            let reviews = reviews.with_known_grades(Vec::new(), exemplars.collect());
            let (n, _, rows) = triples(&reviews);
            let earned: Vec<Option<f64>> = (0..n)
                .map(|v| {
                    let own = rows.iter().filter(|row| row.1 == v && row.0 < 2);
                    let apart: Vec<f64> = own.map(|row| (row.2 - known[row.0]).abs()).collect();
                    let mean = apart.iter().sum::<f64>() / apart.len() as f64;
                    // Quarters of a point: no deviation is a threshold but by rounding.
                    let beyond = [0.5, 1.0, 1.5, 2.0, 2.5].iter().filter(|&t| mean > t + 1e-9);
                    (!apart.is_empty()).then(|| 6.0 - beyond.count() as f64)
                })
                .collect();
            let all: Vec<f64> = earned.iter().flatten().copied().collect();
            let mean = if all.is_empty() { 1.0 } else { all.iter().sum::<f64>() / all.len() as f64 };
            let book = CompetenceWeights::default().aggregate(&reviews).unwrap();
            for u in 2..n {
                let Some(grade) = book.grade(SubmissionId::new(to_u32(u))) else { continue };
                let of = || rows.iter().filter(|row| row.0 == u);
                let weight = |v: usize| earned[v].unwrap_or(mean);
                let total: f64 = of().map(|row| weight(row.1)).sum();
                let expected = of().map(|row| weight(row.1) * row.2).sum::<f64>() / total;
                prop_assert!((grade - expected).abs() < 1e-9, "{grade} {expected}");
            }
        }
    }

    #[test]
    fn given_indices_count_and_wrong_ones_are_named() {
        let reviews = matrix(&[[2.0, 8.0]], (0.0, 10.0));
        let given = |indices: Vec<f64>| CompetenceWeights::default().indices(indices);
        assert_eq!(grades_of(&CompetenceWeights::default(), &reviews), [5.0]);
        let grades = grades_of(&given(vec![6.0, 2.0, 1.0]), &reviews);
        assert!((grades[0] - 3.5).abs() < 1e-14, "{grades:?}");
        // Nobody is competent: scores count alike.
        assert_eq!(grades_of(&given(vec![0.0; 3]), &reviews), [5.0]);
        for wrong in [vec![1.0; 2], vec![1.0, -1.0, 1.0], vec![1.0, f64::NAN, 1.0]] {
            assert!(given(wrong).aggregate(&reviews).is_err());
        }
        for wrong in [[0.1, 0.05, 0.2, 0.2, 0.2], [f64::NAN; 5]] {
            assert!(CompetenceWeights::default().thresholds(wrong).aggregate(&reviews).is_err());
        }
    }
}
