//! What Open edX ORA2 computes, and which reviews it counts.

mod counting;
#[cfg(test)]
mod tests;

pub use counting::{Ora2Counted, Ora2Log, Ora2Rule};

use super::mean::book_of_means;
use super::ranks::{book_of_ranks, middle};
use super::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::math::mean;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// The grade of an open response assessment of Open edX: median or mean of the scores, rounded up
/// to whole points in every criterion, and added up.
///
/// ```text
/// x_c = ceil(median of the scores on c)      or ceil(mean)
/// x   = sum over criteria of x_c
/// ```
///
/// openedx/edx-ora2, assessment/api/peer.py and models/base.py, as of 2026; the mean stands behind a
/// flag there. All reviews of these [`Reviews`] count; ORA2 counts some of them, which [`Ora2Rule`]
/// finds. O(reviews x log k) time for k reviews a submission.
///
/// | ORA2 | here |
/// |---|---|
/// | points are whole numbers | of other scales the grade is cut to the ends: 2.4 of 2.5 is 2.5 |
/// | a criterion without scores has 0 points | a submission without reviews has no grade; [`points`](Self::points) says 0 |
/// | criteria count alike | the weights of the rubric hold, with all 1 it is the same |
///
/// When not to use it: other than to show what a platform says beside a better grade. Rounding up
/// adds up over a rubric: with five criteria of 0 to 3 it gives away 8 % of the maximum at two
/// reviews and 6 % at four by the median, 8 % to 13 % at two to five by the mean. It does not change
/// with the unit of the scale as others do: grades in tenths of a point are rounded to points. On
/// honest simulated agents with four reviews its error is .92 (median) and .87 (mean), that of the
/// plain mean .75.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Ora2};
/// use peergrade::{Cohort, Criterion, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let points = Scale::with_step(0.0, 3.0, 1.0)?;
/// let rubric = Rubric::new([Criterion::new("ideas", points), Criterion::new("style", points)])?;
/// let mut rows = Reviews::builder(&cohort, rubric);
/// let work = SubmissionId::new(0);
/// rows.add(work, PersonId::new(1), &[1.0, 3.0])?.add(work, PersonId::new(2), &[2.0, 2.0])?;
/// let reviews = rows.build()?;
/// let grades = Ora2::median().aggregate(&reviews)?;
/// // 1.5 and 2.5 become 2 and 3.
/// assert_eq!(grades.grade(work), Some(5.0));
/// let why = grades.explain(&reviews, work)?.unwrap();
/// assert_eq!(why.lines()[2].to_string(), "rounded up to a whole point = 0.5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ora2 {
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Median,
    Mean,
}

impl Ora2 {
    /// By the median: what ORA2 does unless it is told otherwise.
    #[must_use]
    pub const fn median() -> Self {
        Self { kind: Kind::Median }
    }

    /// By the mean.
    #[must_use]
    pub const fn mean() -> Self {
        Self { kind: Kind::Mean }
    }

    /// The points that ORA2 gives for these scores on one criterion; 0 without scores.
    ///
    /// ```
    /// use peergrade::aggregate::Ora2;
    ///
    /// assert_eq!(Ora2::median().points(&[5.0, 6.0]), 6.0);
    /// assert_eq!(Ora2::mean().points(&[0.0, 1.0, 3.0, 1.0, 5.0]), 2.0);
    /// assert_eq!(Ora2::mean().points(&[]), 0.0);
    /// ```
    #[must_use]
    pub fn points(&self, scores: &[f64]) -> f64 {
        if scores.is_empty() {
            return 0.0;
        }
        let mut sorted = scores.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Rounding::up().round(match self.kind {
            Kind::Median => mean(&sorted[middle(sorted.len())]),
            Kind::Mean => mean(&sorted),
        })
    }
}

impl Default for Ora2 {
    fn default() -> Self {
        Self::median()
    }
}

impl Aggregator for Ora2 {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Median => "ora2-median",
            Kind::Mean => "ora2-mean",
        }
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let book = match self.kind {
            Kind::Median => book_of_ranks(self.name(), reviews, middle),
            Kind::Mean => book_of_means(self.name(), reviews),
        };
        Ok(book.rounding(Rounding::up()).build()?)
    }
}
