//! Rounded grades.

use super::builder::total;
use super::column::MISSING;
use super::{Column, Gradebook};
use crate::chunks;
use crate::rounding::Rounding;

impl Gradebook {
    /// The same gradebook with every grade of peers rounded, **criterion by criterion**, each cut to
    /// the ends of its scale; the total is the sum of the rounded criteria, so that they still add
    /// up. With a single criterion of weight 1 that is rounding the total. O(submissions x
    /// criteria).
    ///
    /// Grades of staff and of exemplars stand as they were given. Standard errors stay those of the
    /// estimate. [`explain`](Self::explain) says what rounding added; where a gradebook is rounded
    /// twice it names the last rounding for both.
    ///
    /// Rounding up in every criterion adds up over a rubric: with five criteria of whole points from 0
    /// to 3 it raises grades by up to a twelfth of the maximum
    /// ([`Ora2`](crate::aggregate::Ora2)).
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Mean};
    /// use peergrade::{Cohort, Halves, PersonId, Reviews, Rounding, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(4)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// for (reviewer, score) in [(1, 7.0), (2, 8.0), (3, 8.0)] {
    ///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
    /// }
    /// let reviews = rows.build()?;
    /// let half_points = Rounding::nearest(Halves::Up).to_step(0.5, 0.0)?;
    /// let grades = Mean.aggregate(&reviews)?.rounded(half_points);
    /// assert_eq!(grades.grade(SubmissionId::new(0)), Some(7.5));
    /// assert_eq!(grades.rounding(), Some(half_points));
    ///
    /// let why = grades.explain(&reviews, SubmissionId::new(0))?.unwrap();
    /// let last = why.lines().last().unwrap().to_string();
    /// assert!(last.starts_with("rounded to the nearest multiple of 0.5 points, halves up = -0.1666"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rounded(&self, rounding: Rounding) -> Self {
        let mut book = self.clone();
        if rounding.is_none() {
            return book;
        }
        book.round_criteria(rounding);
        book.rounding = Some(rounding);
        // Within the scales, whose total is finite.
        book.total = total(&book).unwrap_or(book.total);
        book
    }

    /// How the grades were rounded; `None` where they were not.
    #[must_use]
    pub fn rounding(&self) -> Option<Rounding> {
        self.rounding
    }

    pub(super) fn round_criteria(&mut self, rounding: Rounding) {
        for (criterion, grades) in self.rubric.criteria().iter().zip(&mut self.criteria) {
            let rounded = chunks::column(grades.len(), |i| {
                grades.get(i).map_or(MISSING, |grade| rounding.round_on(grade, &criterion.scale()))
            });
            *grades = Column::from_raw(rounded);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::cohort::Cohort;
    use crate::gradebook::{Adjustment, Column, Gradebook, Line};
    use crate::id::{PersonId, SubmissionId, to_u32};
    use crate::reviews::Reviews;
    use crate::rounding::{Halves, Rounding};
    use crate::rubric::{Criterion, Rubric};
    use crate::scale::Scale;

    /// One work with these scores on a criterion of 0..2.5 with weight 3 and one of levels with
    /// weight 0.5.
    fn reviews(scores: &[[f64; 2]]) -> Reviews {
        let cohort = Cohort::individuals(scores.len() + 1).unwrap();
        let rubric = Rubric::new([
            Criterion::new("code", Scale::new(0.0, 2.5).unwrap()).with_weight(3.0),
            Criterion::new("style", Scale::with_step(1.0, 5.0, 0.5).unwrap()).with_weight(0.5),
        ]);
        let mut rows = Reviews::builder(&cohort, rubric.unwrap());
        for (i, scores) in (1..).zip(scores) {
            rows.add(SubmissionId::new(0), PersonId::new(i), scores).unwrap();
        }
        rows.build().unwrap()
    }

    fn mean_book(reviews: &Reviews) -> Gradebook {
        let mut book = Gradebook::builder(reviews, "mean");
        for c in 0..2 {
            let n = reviews.graph().submissions();
            let means = (0..n).map(|i| match reviews.scores_of(SubmissionId::new(to_u32(i)), c) {
                [] => None,
                scores => Some(crate::math::mean(scores)),
            });
            book = book.criterion(Column::new(means).unwrap());
        }
        book.build().unwrap()
    }

    fn reasons(book: &Gradebook, reviews: &Reviews) -> Vec<(usize, Adjustment, f64)> {
        let why = book.explain(reviews, SubmissionId::new(0)).unwrap().unwrap();
        assert!((why.sum() - why.grade()).abs() <= 1e-12);
        let lines = why.lines().iter().filter_map(|line| match *line {
            Line::Adjustment { criterion, points, reason } => Some((criterion, reason, points)),
            _ => None,
        });
        lines.collect()
    }

    #[test]
    fn criteria_are_rounded_each_on_its_scale_and_still_add_up() {
        // Means 2.2 and 3.25: 2.5 (3 is beyond the scale) and 4, in all 3 x 2.5 + 0.5 x 4 = 9.5.
        let reviews = reviews(&[[2.0, 2.5], [2.4, 4.0]]);
        let up = Rounding::up();
        let book = mean_book(&reviews).rounded(up);
        let work = SubmissionId::new(0);
        assert_eq!([0, 1].map(|c| book.criterion_grade(work, c)), [Some(2.5), Some(4.0)]);
        assert_eq!(book.grade(work), Some(9.5));
        let [code, style] = reasons(&book, &reviews)[..] else { panic!() };
        assert_eq!((code.0, code.1, style.0, style.1), (0, Adjustment::Rounding(up), 1, code.1));
        assert!((code.2 - 0.9).abs() < 1e-12 && (style.2 - 0.375).abs() < 1e-12);
        let levels = mean_book(&reviews).rounded(Rounding::down().to_levels());
        assert_eq!([0, 1].map(|c| levels.criterion_grade(work, c)), [Some(2.2), Some(3.0)]);
        assert_eq!(mean_book(&reviews).rounded(Rounding::none()), mean_book(&reviews));
        assert_eq!(book.rounding(), Some(up));
    }

    #[test]
    fn cuts_and_methods_are_told_from_rounding() {
        let reviews = reviews(&[[2.0, 2.5], [2.4, 4.0]]);
        let up = Rounding::up();
        let base = Gradebook::builder(&reviews, "five off the second");
        let column = |value: f64| Column::new([Some(value), None, None]).unwrap();
        // Corrections of -1 carry 2.2 to 3.2, beyond the scale; 1.0 is far from 3.25.
        let corrections = vec![vec![-1.0; 2], vec![0.0; 2]];
        let book = base.criterion(column(2.5)).criterion(column(1.0)).corrections(corrections);
        let book = book.rounding(up).build().unwrap();
        let [code, style] = reasons(&book, &reviews)[..] else { panic!() };
        assert_eq!((code.1, style.1), (Adjustment::Scale, Adjustment::Method));
        // 3 x (2.5 - 3.2) and 0.5 x (1 - 3.25).
        assert!((code.2 + 2.1).abs() < 1e-12 && (style.2 + 1.125).abs() < 1e-12);
        let text = Adjustment::Rounding(up).to_string();
        assert_eq!(text, "rounded up to a whole point");
    }

    proptest! {
        #[test]
        fn what_rounding_adds_is_said(
            scores in prop::collection::vec((0.0..2.5, 0..=8_u8), 1..5),
            halves in prop::sample::select(vec![Halves::ToEven, Halves::Up, Halves::Down]),
            decimals in 0..3_u8,
        ) {
            let scores: Vec<[f64; 2]> =
                scores.into_iter().map(|(a, b)| [a, 1.0 + f64::from(b) / 2.0]).collect();
            let reviews = reviews(&scores);
            let rounding = Rounding::nearest(halves).to_decimals(decimals).unwrap();
            let (plain, book) = (mean_book(&reviews), mean_book(&reviews).rounded(rounding));
            let work = SubmissionId::new(0);
            let said: f64 = reasons(&book, &reviews).iter().map(|(_, reason, points)| {
                assert_eq!(*reason, Adjustment::Rounding(rounding));
                points
            }).sum();
            let added = book.grade(work).unwrap() - plain.grade(work).unwrap();
            prop_assert!((said - added).abs() <= 1e-11);
            let parts = [0, 1].map(|c| book.criterion_grade(work, c).unwrap());
            prop_assert_eq!(Some(reviews.rubric().total(&parts)), book.grade(work));
        }
    }
}
