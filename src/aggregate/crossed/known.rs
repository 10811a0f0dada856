//! Items of which somebody other than the reviewers knows the grade.

use crate::aggregate::ratings::Ratings;
use crate::aggregate::trusted::Trusted;
use crate::id::SubmissionId;
use crate::reviews::Reviews;

/// What is known of items: a value and its precision, in the unit of the ratings. Sorted by item.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::aggregate) struct Known(Vec<(u32, f64, f64)>);

impl Known {
    /// What a method with this setting is to know. The grade is that of the total: with several
    /// criteria each is moved from the mean of its reviews by as much, in the unit of the ratings, as
    /// takes the total there.
    pub(in crate::aggregate) fn new(ratings: &Ratings<'_>, trusted: Trusted) -> Self {
        let Some(sd) = trusted.sd() else { return Self::default() };
        let reviews = ratings.reviews();
        let unit = ratings.points(1.0);
        // Of criteria that weigh nothing the total tells nothing.
        if unit <= 0.0 {
            return Self::default();
        }
        // 1 / 0 is infinite: known exactly.
        let precision = 1.0 / (sd / unit) / (sd / unit);
        let mut known = Vec::new();
        let all = reviews.staff_grades().iter().chain(reviews.exemplars());
        for &(submission, grade) in all {
            if let Some(values) = values(ratings, reviews, submission, grade) {
                known.extend(values.map(|(item, value)| (item, value, precision)));
            }
        }
        known.sort_by_key(|&(item, ..)| item);
        // A submission that staff graded and that is an exemplar counts once.
        known.dedup_by_key(|&mut (item, ..)| item);
        Self(known)
    }

    pub(in crate::aggregate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Items with value and precision, which may be infinite; in order.
    pub(in crate::aggregate) fn iter(&self) -> impl Iterator<Item = (u32, f64, f64)> {
        self.0.iter().copied()
    }

    /// Value and finite precision.
    #[inline]
    pub(super) fn about(&self, item: usize) -> Option<(f64, f64)> {
        self.get(item).filter(|&(_, precision)| precision < f64::INFINITY)
    }

    /// The value of an item that is known exactly.
    #[inline]
    pub(super) fn exact(&self, item: usize) -> Option<f64> {
        self.get(item).filter(|&(_, precision)| precision >= f64::INFINITY).map(|(value, _)| value)
    }

    #[inline]
    pub(in crate::aggregate) fn is_exact(&self, item: usize) -> bool {
        !self.0.is_empty() && self.exact(item).is_some()
    }

    /// 0 where nothing is known.
    #[inline]
    pub(super) fn precision(&self, item: usize) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.get(item).map_or(0.0, |(_, precision)| precision) }
    }

    #[inline]
    fn get(&self, item: usize) -> Option<(f64, f64)> {
        if self.0.is_empty() {
            return None;
        }
        let found = self.0.binary_search_by_key(&item, |&(item, ..)| item as usize).ok()?;
        let (_, value, precision) = self.0[found];
        Some((value, precision))
    }
}

/// The items of a submission and the values that add up to its grade; `None` without reviews, which
/// nobody can learn from.
fn values<'a>(
    ratings: &'a Ratings<'_>,
    reviews: &'a Reviews,
    submission: SubmissionId,
    grade: f64,
) -> Option<impl Iterator<Item = (u32, f64)> + use<'a>> {
    let n = reviews.graph().submissions();
    let criteria = reviews.rubric().criteria();
    if reviews.graph().reviewers_of(submission).is_empty() {
        return None;
    }
    let mean = move |c: usize| crate::math::mean(ratings.of(c * n + submission.index()));
    let total = criteria
        .iter()
        .zip(ratings.axes())
        .enumerate()
        .fold(0.0, |sum, (c, (one, axis))| sum + one.weight() * axis.score(mean(c)));
    let shift = (grade - total) / ratings.points(1.0);
    Some((0..criteria.len()).map(move |c| {
        let item = crate::id::to_u32(c * n + submission.index());
        (item, mean(c) + shift)
    }))
}
