//! What CrowdGrader computes.

use super::ranks::{mean_of_ranks, middle};
use super::review_grades::ReviewGrades;
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// The median of every row of the rubric, a grade for reviewing, and a crowd grade of both.
///
/// ```text
/// c_row        = median over the reviews of a work
/// submission   = sum over rows of c_row
/// review       = sum over rows of (p_row - |c_row - g_row|)      p_row: the points of the row
/// crowd grade  = 0.8 submission + 0.2 review
/// ```
///
/// CrowdGrader's help pages on grades (crowdgrader.org), as of 2016, when it gave up weighting
/// reviewers since students could not follow it. In a [`Rubric`](crate::Rubric) the points of a row are
/// its range times its weight. O(reviews x criteria x log k) time for k reviews a work.
///
/// | CrowdGrader | here |
/// |---|---|
/// | one review grade per reviewer | the mean over their reviews |
/// | no word of who wrote or reviewed nothing | without a graded work there is no crowd grade; without a review the review part is 0 |
/// | reviews "in retaliation" are left out by a rule that is not published | not done: leave out what you know of by [`Reviews::only`] |
///
/// When not to use it: for the reasons of [`Median`](super::Median). Its grade for reviewing is better
/// than [`BestAssessment`](super::BestAssessment) (Kendall's tau with true accuracy .64 after five
/// assignments on simulated agents) and worse than those that use squared distances (.67).
///
/// ```
/// use peergrade::aggregate::CrowdGrader;
/// use peergrade::{Cohort, Criterion, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let rubric = Rubric::new([
///     Criterion::new("content", Scale::new(0.0, 10.0)?),
///     Criterion::new("form", Scale::new(0.0, 5.0)?),
/// ])?;
/// let mut rows = Reviews::builder(&cohort, rubric);
/// for (reviewer, scores) in [(1, [4.0, 2.0]), (2, [6.0, 3.0]), (3, [7.0, 3.0])] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &scores)?;
/// }
/// let grades = CrowdGrader::default().grades(&rows.build()?)?;
/// assert_eq!(grades.gradebook().grade(SubmissionId::new(0)), Some(9.0));
/// let reviews = [1, 2, 3].map(|v| grades.reviewing().of_reviewer(PersonId::new(v)));
/// assert_eq!(reviews, [Some(12.0), Some(15.0), Some(14.0)]);
/// // Person 0 wrote the work and reviewed nothing: 0.8 x 9 + 0.2 x 0.
/// assert!((grades.crowd_grade(PersonId::new(0)).unwrap() - 7.2).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrowdGrader {
    review_share: f64,
}

const METHOD: &str = "crowdgrader";

impl Default for CrowdGrader {
    fn default() -> Self {
        Self { review_share: 0.2 }
    }
}

impl CrowdGrader {
    /// With this share of the review grade in the crowd grade, 0.2 by default; the rest is the
    /// submission's.
    ///
    /// ```
    /// use peergrade::aggregate::CrowdGrader;
    ///
    /// assert!(CrowdGrader::new(1.5).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] for a share that is not from 0 to 1.
    pub fn new(review_share: f64) -> Result<Self, AggregateError> {
        if (0.0..=1.0).contains(&review_share) {
            return Ok(Self { review_share });
        }
        Err(AggregateError::Setting {
            method: METHOD,
            setting: "the share of reviewing",
            value: review_share,
            needed: "but must be from 0 to 1",
        })
    }

    /// The crowd grade of a submission grade and a review grade.
    ///
    /// ```
    /// use peergrade::aggregate::CrowdGrader;
    ///
    /// assert!((CrowdGrader::default().crowd_grade(9.0, 14.0) - 10.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn crowd_grade(&self, submission: f64, review: f64) -> f64 {
        (1.0 - self.review_share) * submission + self.review_share * review
    }

    /// All grades: of submissions, for reviewing, and of both.
    ///
    /// # Errors
    ///
    /// As [`aggregate`](Aggregator::aggregate).
    pub fn grades(&self, reviews: &Reviews) -> Result<CrowdGrades, AggregateError> {
        let gradebook = self.aggregate(reviews)?;
        let reviewing = reviewing(reviews, &gradebook);
        let crowd = chunks::column(reviews.cohort().people(), |v| {
            let person = PersonId::new(to_u32(v));
            let works = reviews.cohort().submissions_of(person).iter();
            let grades: Vec<f64> = works.filter_map(|&s| gradebook.grade(s)).collect();
            if grades.is_empty() {
                return MISSING;
            }
            let review = reviewing.of_reviewer(person).unwrap_or(0.0);
            self.crowd_grade(math::mean(&grades), review)
        });
        Ok(CrowdGrades { gradebook, reviewing, crowd: Column::from_raw(crowd) })
    }
}

impl Aggregator for CrowdGrader {
    fn name(&self) -> &'static str {
        METHOD
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        mean_of_ranks(self.name(), reviews, middle)
    }
}

/// The points of each review that its distance from the consensus leaves.
fn reviewing(reviews: &Reviews, book: &Gradebook) -> ReviewGrades {
    let criteria = reviews.rubric().criteria();
    let range = |c: usize| criteria[c].scale().max() - criteria[c].scale().min();
    let graph = reviews.graph();
    let chunks = chunks::map(graph.submissions(), |works| {
        let mut points = Vec::new();
        for s in works.map(|i| SubmissionId::new(to_u32(i))) {
            points.extend(graph.reviews_of(s).map(|review| {
                (0..criteria.len()).fold(0.0, |sum, c| {
                    // A work with a review has a grade on every criterion.
                    let consensus = book.criterion_grade(s, c).unwrap_or_default();
                    let distance = (consensus - reviews.column(c)[review]).abs();
                    sum + criteria[c].weight() * (range(c) - distance)
                })
            }));
        }
        points
    });
    let points = (0..criteria.len()).fold(0.0, |sum, c| sum + criteria[c].weight() * range(c));
    ReviewGrades::new(reviews, points, chunks.concat(), Rounding::none())
}

/// What [`CrowdGrader`] gives.
///
/// ```
/// use peergrade::aggregate::CrowdGrader;
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale};
///
/// let cohort = Cohort::individuals(1)?;
/// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 1.0)?)).build()?;
/// let grades = CrowdGrader::default().grades(&reviews)?;
/// assert_eq!(grades.crowd_grade(PersonId::new(0)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdGrades {
    gradebook: Gradebook,
    reviewing: ReviewGrades,
    crowd: Column,
}

impl CrowdGrades {
    /// The grades of submissions.
    #[must_use]
    pub fn gradebook(&self) -> &Gradebook {
        &self.gradebook
    }

    /// The grades for reviewing, in points of the rubric.
    #[must_use]
    pub fn reviewing(&self) -> &ReviewGrades {
        &self.reviewing
    }

    /// The crowd grade of a person, in points of the rubric; of several works their mean counts.
    /// `None` for who wrote nothing that has a grade.
    #[must_use]
    pub fn crowd_grade(&self, person: PersonId) -> Option<f64> {
        self.crowd.get(person.index())
    }

    /// All crowd grades, by [`PersonId`].
    #[must_use]
    pub fn crowd_grades(&self) -> &Column {
        &self.crowd
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::Median;
    use crate::aggregate::fixtures::small;
    use crate::cohort::Cohort;
    use crate::rubric::{Criterion, Rubric};
    use crate::scale::Scale;

    #[test]
    fn the_vector_of_two_rows_comes_out() {
        // Everybody reviews the work of person 0, and person 0 reviews that of person 1 alone,
        // where the consensus is what they say: 15 of 15.
        let cohort = Cohort::individuals(4).unwrap();
        let row = |name: &str, top| Criterion::new(name, Scale::new(0.0, top).unwrap());
        let rubric = Rubric::new([row("a", 10.0), row("b", 5.0)]).unwrap();
        let mut rows = Reviews::builder(&cohort, rubric);
        for (v, scores) in [(1, [4.0, 2.0]), (2, [6.0, 3.0]), (3, [7.0, 3.0])] {
            rows.add(SubmissionId::new(0), PersonId::new(v), &scores).unwrap();
        }
        rows.add(SubmissionId::new(1), PersonId::new(0), &[1.0, 1.0]).unwrap();
        let reviews = rows.build().unwrap();
        let grades = CrowdGrader::default().grades(&reviews).unwrap();
        let (book, work) = (grades.gradebook(), SubmissionId::new(0));
        assert_eq!([0, 1].map(|c| book.criterion_grade(work, c)), [Some(6.0), Some(3.0)]);
        assert_eq!(book.grade(work), Some(9.0));
        let reviewing = [0, 1, 2, 3].map(|v| grades.reviewing().of_reviewer(PersonId::new(v)));
        assert_eq!(reviewing, [15.0, 12.0, 15.0, 14.0].map(Some));
        assert_eq!(grades.reviewing().most(), 15.0);
        assert!((CrowdGrader::default().crowd_grade(9.0, 14.0) - 10.0).abs() < 1e-12);
        // .8 x 9 + .2 x 15 = 10.2, .8 x 2 + .2 x 12 = 4.
        let crowd = [0, 1].map(|v| grades.crowd_grade(PersonId::new(v)).unwrap());
        assert!((crowd[0] - 10.2).abs() < 1e-12 && (crowd[1] - 4.0).abs() < 1e-12);
        assert_eq!(grades.crowd_grades().iter().flatten().count(), 2);
        let half = CrowdGrader::new(0.5).unwrap().grades(&reviews).unwrap();
        assert_eq!(half.crowd_grade(PersonId::new(0)), Some(12.0));
    }

    #[test]
    fn shares_beyond_one_are_refused() {
        for share in [-0.1, 1.1, f64::NAN] {
            let error = CrowdGrader::new(share).unwrap_err();
            assert!(matches!(error, AggregateError::Setting { .. }), "{error}");
        }
    }

    proptest! {
        #[test]
        fn grades_are_those_of_the_formula(reviews in small()) {
            let grades = CrowdGrader::default().grades(&reviews).unwrap();
            let median = Median.aggregate(&reviews).unwrap();
            prop_assert!(grades.gradebook().grades().eq(median.grades()));
            for v in (0..reviews.graph().people() as u32).map(PersonId::new) {
                let works = reviews.graph().submissions_of(v).iter();
                let own: Vec<f64> = works
                    .zip(reviews.graph().reviews_by(v))
                    .map(|(&s, e)| {
                        10.0 - (median.grade(s).unwrap() - reviews.column(0)[e.index()]).abs()
                    })
                    .collect();
                let mean = own.iter().sum::<f64>() / own.len() as f64;
                let grade = grades.reviewing().of_reviewer(v);
                prop_assert_eq!(grade.is_some(), !own.is_empty());
                prop_assert!(grade.is_none_or(|grade| (grade - mean).abs() < 1e-12));
                let work = median.grade(SubmissionId::new(v.get()));
                let crowd = work.map(|work| 0.8 * work + 0.2 * grade.unwrap_or(0.0));
                prop_assert_eq!(grades.crowd_grade(v).is_some(), crowd.is_some());
                let close = |(a, b): (f64, f64)| (a - b).abs() < 1e-12;
                prop_assert!(grades.crowd_grade(v).zip(crowd).is_none_or(close));
            }
        }
    }
}
