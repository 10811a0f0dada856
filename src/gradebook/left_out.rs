//! What peers say of a submission without one of their reviews.

use super::Gradebook;
use crate::id::SubmissionId;
use crate::math;
use crate::reviews::Reviews;

/// One review of a submission, and the submission without it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LeftOut {
    /// What the review weighs in the grade, from 0 to 1: the mean over the criteria, by points.
    pub(crate) weight: f64,
    /// The grade without it, in points: the other reviews and the prior share its weight. NaN
    /// where they have none.
    pub(crate) grade: f64,
}

/// The weight and the corrected score of one review under one criterion.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Part {
    weight: f64,
    score: f64,
}

impl Gradebook {
    /// Every review of a submission left out in turn, into `rows`. `parts` is room that is used
    /// again. O(reviews of the submission x criteria).
    pub(crate) fn left_out(
        &self,
        reviews: &Reviews,
        s: SubmissionId,
        parts: &mut Vec<Part>,
        rows: &mut Vec<LeftOut>,
    ) {
        let range = reviews.graph().reviews_of(s);
        let reviewers = reviews.graph().reviewers_of(s);
        rows.clear();
        rows.resize(range.len(), LeftOut::default());
        let mut points = 0.0;
        // The sum of points may be beyond the largest double, their parts of the largest are not.
        let most = self.rubric.criteria().iter().fold(0.0, |most, it| math::max(most, it.weight()));
        for (c, criterion) in self.rubric.criteria().iter().enumerate() {
            let prior = self.prior.get(c).map(|prior| (prior.mean, prior.weight[s.index()]));
            let left = prior.map_or(1.0, |(_, weight)| 1.0 - weight);
            let shares = self.shares(c, range.clone(), reviewers);
            parts.clear();
            parts.extend(range.clone().zip(reviewers).zip(shares).map(
                |((review, &reviewer), share)| {
                    let correction = self.corrections.at(c, review, reviewer).unwrap_or(0.0);
                    let score = reviews.column(c)[review] - correction;
                    Part { weight: left * share, score }
                },
            ));
            for (row, part) in rows.iter_mut().zip(&*parts) {
                row.weight += criterion.weight() / most * part.weight;
            }
            let (mean, weight) = prior.unwrap_or_default();
            self.without_each(s, c, Part { weight, score: mean }, parts, rows);
            points += criterion.weight() / most;
        }
        for row in rows {
            row.weight /= points;
        }
    }

    /// Adds to the rows what is said under one criterion without each of these parts.
    fn without_each(
        &self,
        s: SubmissionId,
        c: usize,
        prior: Part,
        parts: &[Part],
        rows: &mut [LeftOut],
    ) {
        let criterion = &self.rubric.criteria()[c];
        let scale = criterion.scale();
        let all = |skip: usize| {
            let parts = parts.iter().enumerate().filter(move |&(i, _)| i != skip);
            parts.fold((prior.weight * prior.score, prior.weight), |(sum, weights), (_, part)| {
                (sum + part.weight * part.score, weights + part.weight)
            })
        };
        let (sum, weights) = all(parts.len());
        let own = self.criterion_grade(s, c).map_or(0.0, |grade| {
            let points = grade - sum;
            let cut =
                (grade <= scale.min() && points > 0.0) || (grade >= scale.max() && points < 0.0);
            if cut { 0.0 } else { points }
        });
        for (i, (row, part)) in rows.iter_mut().zip(parts).enumerate() {
            // One that has more than half is left out by a sum over the others, since a
            // difference would be rounding alone; there is at most one, so this is linear too.
            let (sum, weights) = if part.weight > 0.5 {
                all(i)
            } else {
                (sum - part.weight * part.score, weights - part.weight)
            };
            let said = if weights > 0.0 { sum / weights + own } else { f64::NAN };
            let said = if said.is_finite() {
                math::clamp(said, scale.min(), scale.max())
            } else {
                f64::NAN
            };
            row.grade += criterion.weight() * said;
        }
    }
}
