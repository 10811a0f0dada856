//! Which submissions staff should grade themselves.

use core::cmp::Ordering;
use core::fmt;

use super::{OversightError, check_made_from, known};
use crate::chunks;
use crate::gradebook::Gradebook;
use crate::id::{SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::seed::{Phase, Seed};

/// Why a submission is to be checked.
///
/// ```
/// use peergrade::oversight::Reason;
///
/// assert_eq!(Reason::NoGrade.to_string(), "has no grade");
/// let reason = Reason::Uncertain { std_error: 2.0, reduction: 4.0 };
/// assert_eq!(reason.to_string(), "standard error 2: a check takes 4 off the squared error");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// Nobody reviewed it.
    NoGrade,
    /// By lot.
    Random,
    /// Its grade is among the least certain.
    Uncertain {
        /// The standard error of the grade, in points.
        std_error: f64,
        /// By how much a grade by staff is expected to lower the squared error, in points squared.
        reduction: f64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGrade => f.write_str("has no grade"),
            Self::Random => f.write_str("drawn by lot"),
            Self::Uncertain { std_error, reduction } => write!(
                f,
                "standard error {std_error}: a check takes {reduction} off the squared error"
            ),
        }
    }
}

/// Plans which submissions staff should grade themselves, for a number of works they have time for.
///
/// ```text
/// 1. submissions without a grade
/// 2. ceil(random_share x budget) by lot among those that have one
/// 3. the rest by the largest expected reduction of the squared error, v^2 / (v + v_staff)
///    v = (standard error of the grade)^2,  v_staff = (standard error of a staff grade)^2
/// ```
///
/// The list is in this order, so who works it off from the top and has to stop has done what
/// matters most. What staff graded already and exemplars are never in it.
///
/// The lot gives every work a chance to be checked: without one, reviewers of works that look
/// certain need not fear a check, and the checks say nothing of the course as a whole (Gao, Wright
/// and Leyton-Brown, "Incentivizing Evaluation via Limited Access to Ground Truth", arXiv
/// 1606.07042, 2016).
///
/// Where the method of the gradebook has no standard error of a grade, v = s2 / k: the variance of
/// a review, pooled over all works, by the number of reviews. Without two reviews of any work, s2
/// is that of a score drawn anywhere on the scale, range^2 / 12. Equal reductions are ordered by the
/// disagreement of the reviews (variance of the totals), then by id.
///
/// O(submissions + reviews + budget log budget) time, O(submissions) space.
///
/// When not to use it: it does not know what a check of one work tells of its reviewers, and so of
/// their other works.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::oversight::{Reason, SpotChecks};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.add(SubmissionId::new(0), PersonId::new(1), &[7.0])?;
/// rows.add(SubmissionId::new(0), PersonId::new(2), &[9.0])?;
/// rows.add(SubmissionId::new(1), PersonId::new(2), &[9.0])?;
/// let reviews = rows.build()?;
///
/// let grades = Mean.aggregate(&reviews)?;
/// let plan = SpotChecks::new(2).random_share(0.0).plan(&reviews, &grades, Seed::new(1))?;
/// assert_eq!(plan[0], (SubmissionId::new(2), Reason::NoGrade));
/// assert_eq!(plan[1].0, SubmissionId::new(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotChecks {
    budget: usize,
    random_share: f64,
    staff_std_error: f64,
}

impl SpotChecks {
    /// A plan of at most `budget` checks, a fifth of them by lot.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self { budget, random_share: 0.2, staff_std_error: 0.0 }
    }

    /// Sets which share of the budget is drawn by lot; 0.2 by default.
    #[must_use]
    pub fn random_share(self, share: f64) -> Self {
        Self { random_share: share, ..self }
    }

    /// Sets the standard error of a grade by staff, in points; 0 by default.
    #[must_use]
    pub fn staff_std_error(self, std_error: f64) -> Self {
        Self { staff_std_error: std_error, ..self }
    }

    /// The plan for these reviews and the grades made from them.
    ///
    /// # Errors
    ///
    /// [`OversightError`] where a setting is out of its range, or the sizes say that the gradebook
    /// was made from other reviews.
    pub fn plan(
        &self,
        reviews: &Reviews,
        grades: &Gradebook,
        seed: Seed,
    ) -> Result<Vec<(SubmissionId, Reason)>, OversightError> {
        self.check()?;
        check_made_from(reviews, grades)?;
        let all = (0..to_u32(reviews.graph().submissions())).map(SubmissionId::new);
        let open = all.filter(|&submission| known(reviews, submission).is_none());
        let (mut graded, missing): (Vec<_>, Vec<_>) =
            open.partition(|&submission| grades.grade(submission).is_some());
        let mut plan: Vec<_> =
            missing.into_iter().take(self.budget).map(|s| (s, Reason::NoGrade)).collect();

        let left = (self.budget - plan.len()).min(graded.len());
        let drawn = self.drawn().min(left);
        let mut stream = seed.stream(Phase::SpotChecks, 0);
        for i in 0..drawn {
            let j = i + stream.bounded(to_u32(graded.len() - i)) as usize;
            graded.swap(i, j);
        }
        let rest = graded.split_off(drawn);
        plan.extend(graded.into_iter().map(|s| (s, Reason::Random)));
        plan.extend(self.most_uncertain(reviews, grades, &rest, left - drawn));
        Ok(plan)
    }

    fn check(&self) -> Result<(), OversightError> {
        let Self { random_share, staff_std_error, .. } = *self;
        for (setting, value, fine, needed) in [
            ("random_share", random_share, (0.0..=1.0).contains(&random_share), "from 0 to 1"),
            (
                "staff_std_error",
                staff_std_error,
                (0.0..=f64::MAX).contains(&staff_std_error),
                "a number from 0 up",
            ),
        ] {
            if !fine {
                return Err(OversightError::Setting { setting, value, needed });
            }
        }
        Ok(())
    }

    /// How many are drawn by lot: rounded up, so that there is a lot where there is a share.
    fn drawn(&self) -> usize {
        // A share such as 0.2 of 15 is a little above 3. The cast saturates.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let drawn = (self.random_share * self.budget as f64 - 1e-9).ceil() as usize;
        drawn.min(self.budget)
    }

    /// The `count` of these submissions that a check improves most.
    fn most_uncertain(
        &self,
        reviews: &Reviews,
        grades: &Gradebook,
        submissions: &[SubmissionId],
        count: usize,
    ) -> Vec<(SubmissionId, Reason)> {
        if count == 0 {
            return Vec::new();
        }
        let unit = reviews.rubric().scale().unit();
        let pooled = pooled_variance(reviews, unit);
        let in_unit = |std_error: f64| math::min(std_error / unit, MAX_ROOT);
        let staff = in_unit(self.staff_std_error);
        let mut candidates = chunks::column(submissions.len(), |i| {
            let submission = submissions[i];
            let totals = Totals::of(reviews, submission, unit);
            let guess = || unit * math::sqrt(pooled / math::max(totals.count, 1.0));
            let std_error = grades.std_error(submission).unwrap_or_else(guess);
            let reduction = reduction(in_unit(std_error), staff);
            Candidate { submission, std_error, reduction, disagreement: totals.variance() }
        });
        if count < candidates.len() {
            candidates.select_nth_unstable_by(count, Candidate::order);
            candidates.truncate(count);
        }
        candidates.sort_unstable_by(Candidate::order);
        let reason = |it: &Candidate| Reason::Uncertain {
            std_error: it.std_error,
            reduction: math::min(it.reduction * unit * unit, f64::MAX),
        };
        candidates.iter().map(|it| (it.submission, reason(it))).collect()
    }
}

/// The square of a number up to this is finite.
const MAX_ROOT: f64 = 1e150;

/// `v^2 / (v + v_staff)` from the roots of both, without a square that overflows.
fn reduction(std_error: f64, staff: f64) -> f64 {
    if std_error == 0.0 {
        return 0.0;
    }
    let ratio = staff / std_error;
    std_error * std_error / (1.0 + ratio * ratio)
}

/// A submission that may be checked.
#[derive(Debug, Clone, Copy, Default)]
struct Candidate {
    submission: SubmissionId,
    /// In points; the rest is in the unit of the totals.
    std_error: f64,
    reduction: f64,
    disagreement: f64,
}

impl Candidate {
    fn order(&self, other: &Self) -> Ordering {
        let by_reduction = other.reduction.total_cmp(&self.reduction);
        let by_disagreement = other.disagreement.total_cmp(&self.disagreement);
        by_reduction.then(by_disagreement).then(self.submission.cmp(&other.submission))
    }
}

/// What the totals of one submission have in common.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    count: f64,
    /// The sum of squares around their mean.
    squares: f64,
}

impl Totals {
    fn of(reviews: &Reviews, submission: SubmissionId, unit: f64) -> Self {
        let range = reviews.graph().reviews_of(submission);
        let count = range.len() as f64;
        let total = |e: usize| reviews.total_at(e) / unit;
        let mean = range.clone().fold(0.0, |sum, e| sum + total(e)) / math::max(count, 1.0);
        let squares = range.fold(0.0, |sum, e| sum + (total(e) - mean) * (total(e) - mean));
        Self { count, squares }
    }

    fn variance(self) -> f64 {
        if self.count > 1.0 { self.squares / (self.count - 1.0) } else { 0.0 }
    }
}

/// The variance of a review around what its submission deserves.
fn pooled_variance(reviews: &Reviews, unit: f64) -> f64 {
    let submissions = reviews.graph().submissions();
    let totals = |i: usize| Totals::of(reviews, SubmissionId::new(to_u32(i)), unit);
    let squares = chunks::sum(submissions, |i| totals(i).squares);
    let freedom = chunks::sum(submissions, |i| math::max(totals(i).count - 1.0, 0.0));
    if freedom > 0.0 {
        return squares / freedom;
    }
    let scale = reviews.rubric().scale();
    let range = scale.max() / unit - scale.min() / unit;
    range * range / 12.0
}
