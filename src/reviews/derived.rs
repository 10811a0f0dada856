//! Reviews made from reviews: some of them left out, or somebody's scores replaced.

use super::Reviews;
use crate::error::ReviewsError;
use crate::id::{PersonId, ReviewId, SubmissionId};

impl Reviews {
    /// The reviews for which `keep` is true, asked once each in the canonical order. Cohort, rubric,
    /// staff grades, exemplars and self-reviews stay, also of works that lose all reviews.
    ///
    /// For an appeal that strikes out a review, for a reviewer whose reviews are not to count, for
    /// grades as they stood before a deadline. What has been checked is not checked again.
    /// O(reviews x criteria) time and space. A [`ReviewId`] is a position: the reviews that are
    /// left have new ones.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(4)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// let work = SubmissionId::new(0);
    /// for (reviewer, score) in [(1, 8.0), (2, 0.0), (3, 9.0)] {
    ///     rows.add(work, PersonId::new(reviewer), &[score])?;
    /// }
    /// let reviews = rows.build()?;
    ///
    /// // The author appeals against the review of person 2, and wins.
    /// let struck = (work, PersonId::new(2));
    /// let left = reviews.only(|_, submission, reviewer| (submission, reviewer) != struck);
    /// assert_eq!(left.scores_of(work, 0), [8.0, 9.0]);
    /// assert_eq!(Mean.aggregate(&left)?.grade(work), Some(8.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn only(&self, mut keep: impl FnMut(ReviewId, SubmissionId, PersonId) -> bool) -> Self {
        let mut kept = Vec::with_capacity(self.graph.reviews());
        let graph = self.graph.only(|review, submission, reviewer| {
            let keeps = keep(review, submission, reviewer);
            if keeps {
                kept.push(review);
            }
            keeps
        });
        let column = |column: &Vec<f64>| kept.iter().map(|review| column[review.index()]).collect();
        Self {
            cohort: self.cohort.clone(),
            graph,
            rubric: self.rubric.clone(),
            columns: self.columns.iter().map(column).collect(),
            staff: self.staff.clone(),
            exemplars: self.exemplars.clone(),
            own: self.own.clone(),
        }
    }

    /// The same reviews but for the scores of one reviewer: `score(submission, criterion, given)`
    /// stands in place of the score that was given. Self-reviews stay as they are.
    ///
    /// For replays: what would the grades be, had this person scored otherwise?
    /// O(reviews x criteria) time and space.
    ///
    /// # Errors
    ///
    /// [`ReviewsError::UnknownPerson`] for a stranger, [`ReviewsError::Score`] for a score that is
    /// not on its scale; the row is the review's position in the canonical order.
    ///
    /// ```
    /// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(3)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
    /// rows.add(SubmissionId::new(0), PersonId::new(2), &[8.0])?;
    /// let reviews = rows.build()?;
    ///
    /// let harsher = reviews.with_scores_by(PersonId::new(2), |_, _, given| given - 3.0)?;
    /// assert_eq!(harsher.scores_of(SubmissionId::new(0), 0), [7.0, 5.0]);
    /// assert!(reviews.with_scores_by(PersonId::new(2), |_, _, _| 11.0).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_scores_by(
        &self,
        reviewer: PersonId,
        mut score: impl FnMut(SubmissionId, usize, f64) -> f64,
    ) -> Result<Self, ReviewsError> {
        let people = self.graph.people();
        if reviewer.index() >= people {
            return Err(ReviewsError::UnknownPerson { person: reviewer, people });
        }
        let mut new = self.clone();
        let given = self.graph.reviews_by(reviewer).iter().zip(self.graph.submissions_of(reviewer));
        for (review, &submission) in given {
            let columns = new.columns.iter_mut().zip(self.rubric.criteria());
            for (c, (column, criterion)) in columns.enumerate() {
                let slot = &mut column[review.index()];
                *slot = criterion.scale().check(score(submission, c, *slot)).map_err(|error| {
                    let (row, criterion) = (review.index(), criterion.name().to_owned());
                    ReviewsError::Score { row, submission, reviewer, criterion, error }
                })?;
            }
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::error::{ReviewsError, ScoreError};
    use crate::{Cohort, Criterion, PersonId, Reviews, Rubric, Scale, SubmissionId};

    /// Submission, reviewer and two scores.
    type Row = (u32, u32, [f64; 2]);

    /// Six people with a work each, an exemplar, a staff grade and a self-review.
    fn reviews(rows: &[Row]) -> Reviews {
        let mut cohort = Cohort::builder(6).unwrap();
        for author in (0..6).map(PersonId::new) {
            cohort.submission(&[author]).unwrap();
        }
        let exemplar = cohort.submission(&[]).unwrap();
        let cohort = cohort.build();
        let rubric = Rubric::new([
            Criterion::new("code", Scale::with_step(0.0, 10.0, 1.0).unwrap()).with_weight(2.0),
            Criterion::new("style", Scale::new(-1.0, 1.0).unwrap()),
        ]);
        let mut builder = Reviews::builder(&cohort, rubric.unwrap());
        builder.allow_self_reviews(true);
        for (submission, reviewer, scores) in rows {
            let (submission, reviewer) = (SubmissionId::new(*submission), PersonId::new(*reviewer));
            builder.add(submission, reviewer, scores).unwrap();
        }
        let own = (SubmissionId::new(2), PersonId::new(2));
        builder.add(own.0, own.1, &[10.0, 1.0]).unwrap();
        builder.staff_grade(SubmissionId::new(0), 12.5).unwrap();
        builder.exemplar(exemplar, 19.0).unwrap();
        builder.build().unwrap()
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let row = (0..7_u32, 0..6_u32, 0..=10_u8, -1.0..1.0)
            .prop_map(|(s, r, code, style)| (s, r, [f64::from(code), style]));
        prop::collection::vec(row, 0..30).prop_map(|mut rows| {
            rows.retain(|(s, r, _)| s != r);
            rows.sort_by_key(|&(s, r, _)| (s, r));
            rows.dedup_by_key(|&mut (s, r, _)| (s, r));
            rows
        })
    }

    proptest! {
        #[test]
        fn only_is_building_from_the_rows_that_are_kept(
            rows in rows(), keep in prop::collection::vec(any::<bool>(), 30),
        ) {
            let all = reviews(&rows);
            let pairs: Vec<_> = all.graph().iter().collect();
            let mut asked = Vec::new();
            let some = all.only(|review, submission, reviewer| {
                asked.push((submission, reviewer));
                assert_eq!(review.index() + 1, asked.len());
                keep[review.index()]
            });
            prop_assert_eq!(&asked, &pairs);
            let kept: Vec<Row> =
                rows.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(row, _)| *row).collect();
            prop_assert_eq!(some, reviews(&kept));
            prop_assert_eq!(&all.only(|_, _, _| true), &all);
            let first = all.only(|_, s, _| s.get() % 2 == 0).only(|_, _, r| r.get() < 3);
            prop_assert_eq!(first, all.only(|_, s, r| s.get() % 2 == 0 && r.get() < 3));
        }

        #[test]
        fn new_scores_are_those_of_building_from_them(rows in rows(), reviewer in 0..6_u32) {
            let new = |[code, style]: [f64; 2]| [10.0 - code, style / 2.0];
            let replaced: Vec<Row> = rows
                .iter()
                .map(|&(s, r, z)| (s, r, if r == reviewer { new(z) } else { z }))
                .collect();
            let all = reviews(&rows);
            let by = PersonId::new(reviewer);
            let mut asked = Vec::new();
            let other = all.with_scores_by(by, |submission, criterion, given| {
                asked.push((submission, criterion));
                new([given, given])[criterion]
            });
            prop_assert_eq!(other.unwrap(), reviews(&replaced));
            let given = all.graph().submissions_of(by).iter();
            let expected: Vec<_> = given.flat_map(|&s| [(s, 0), (s, 1)]).collect();
            prop_assert_eq!(asked, expected);
            prop_assert_eq!(all.with_scores_by(by, |_, _, given| given).unwrap(), all);
        }
    }

    #[test]
    fn what_staff_and_authors_said_stays_where_every_review_goes() {
        let none = reviews(&[(0, 1, [3.0, 0.0]), (6, 1, [3.0, 0.0])]).only(|_, _, _| false);
        assert_eq!(none, reviews(&[]));
        assert_eq!(none.staff_grade(SubmissionId::new(0)), Some(12.5));
        assert_eq!(none.exemplar(SubmissionId::new(6)), Some(19.0));
        assert_eq!((none.self_reviews().len(), none.graph().people()), (1, 6));
    }

    #[test]
    fn a_score_that_the_scale_does_not_have_and_a_stranger_are_named() {
        let all = reviews(&[(0, 1, [3.0, 0.0]), (1, 0, [3.0, 0.0]), (3, 1, [4.0, 0.5])]);
        let error = all.with_scores_by(PersonId::new(1), |submission, criterion, given| {
            if (submission.get(), criterion) == (3, 0) { 4.5 } else { given }
        });
        let expected = ReviewsError::Score {
            row: 2,
            submission: SubmissionId::new(3),
            reviewer: PersonId::new(1),
            criterion: "code".into(),
            error: ScoreError::OffStep { score: 4.5, min: 0.0, step: 1.0 },
        };
        assert_eq!(error, Err(expected));
        let nan = all.with_scores_by(PersonId::new(1), |_, _, _| f64::NAN);
        assert!(matches!(nan, Err(ReviewsError::Score { row: 0, .. })));
        let person = PersonId::new(6);
        let error = all.with_scores_by(person, |_, _, given| given);
        assert_eq!(error, Err(ReviewsError::UnknownPerson { person, people: 6 }));
        // Somebody who gave no review has no scores to be wrong.
        assert_eq!(all.with_scores_by(PersonId::new(5), |_, _, _| f64::NAN), Ok(all));
    }
}
