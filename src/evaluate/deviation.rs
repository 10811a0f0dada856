//! What a reviewer gains who scores otherwise.

use super::{EvaluateError, grades};
use crate::aggregate::Aggregator;
use crate::chunks;
use crate::gradebook::{Column, Gradebook, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math::{self, mean};
use crate::reviews::Reviews;

/// What becomes of the payments when one reviewer scores otherwise and everybody else as before.
///
/// ```text
/// rank of v = how many people are paid at least as much as v, v among them; 1 is best
/// rank gain = rank before - rank after
/// ```
///
/// A payment is anything that reviewers get for their reviews: points for reviewing, a reputation.
/// The grades are made anew from the changed reviews and with them every payment. A rank gain above
/// 0 says that the deviation pays.
///
/// The deviator test of Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer
/// Assessment Case Study", EC 2023. Two runs of the method and of the payment.
///
/// ```
/// use peergrade::PersonId;
/// use peergrade::aggregate::Mean;
/// use peergrade::evaluate::{Deviation, squared_distance_payment};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(100)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
///
/// // What if person 0 gave every work full marks?
/// let deviation = Deviation::replay(
///     course.reviews(),
///     &Mean,
///     PersonId::new(0),
///     |_submission, _criterion, _given| 100.0,
///     squared_distance_payment,
/// )?;
/// assert!(deviation.rank_gain().unwrap() < 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    deviator: PersonId,
    before: Column,
    after: Column,
}

impl Deviation {
    /// Replays the reviews with other scores by the deviator, `score(submission, criterion, given)`
    /// for each, and pays twice: `payment` gives one number a person, more for better, missing for
    /// who is not paid.
    ///
    /// # Errors
    ///
    /// [`EvaluateError`] where the deviator is a stranger, a new score is not on its scale, the
    /// method fails, or there is not one payment a person.
    pub fn replay(
        reviews: &Reviews,
        method: &dyn Aggregator,
        deviator: PersonId,
        score: impl FnMut(SubmissionId, usize, f64) -> f64,
        payment: impl Fn(&Reviews, &Gradebook) -> Column,
    ) -> Result<Self, EvaluateError> {
        let pay = |reviews: &Reviews| {
            let payments = payment(reviews, &grades(method, reviews)?);
            let (given, people) = (payments.len(), reviews.graph().people());
            if given == people {
                Ok(payments)
            } else {
                Err(EvaluateError::Payments { given, people })
            }
        };
        let changed = reviews.with_scores_by(deviator, score)?;
        Ok(Self { deviator, before: pay(reviews)?, after: pay(&changed)? })
    }

    /// Who scored otherwise.
    #[must_use]
    pub fn deviator(&self) -> PersonId {
        self.deviator
    }

    /// All payments for the reviews as they were, by person.
    #[must_use]
    pub fn payments_before(&self) -> &Column {
        &self.before
    }

    /// All payments after the deviator's scores were replaced, by person.
    #[must_use]
    pub fn payments_after(&self) -> &Column {
        &self.after
    }

    /// By how much the deviator's payment grew. `None` where they are not paid both times.
    #[must_use]
    pub fn payment_gain(&self) -> Option<f64> {
        let gain =
            self.after.get(self.deviator.index())? - self.before.get(self.deviator.index())?;
        gain.is_finite().then_some(gain)
    }

    /// The deviator's rank before; `None` where they are not paid.
    #[must_use]
    pub fn rank_before(&self) -> Option<u32> {
        rank(&self.before, self.deviator)
    }

    /// The deviator's rank after; `None` where they are not paid.
    #[must_use]
    pub fn rank_after(&self) -> Option<u32> {
        rank(&self.after, self.deviator)
    }

    /// How many ranks the deviator gained; below 0 where the deviation hurt. `None` where they are
    /// not paid both times.
    #[must_use]
    pub fn rank_gain(&self) -> Option<i64> {
        Some(i64::from(self.rank_before()?) - i64::from(self.rank_after()?))
    }
}

fn rank(payments: &Column, person: PersonId) -> Option<u32> {
    let own = payments.get(person.index())?;
    Some(to_u32(payments.iter().flatten().filter(|&other| other >= own).count()))
}

/// The plainest payment for reviews: minus the mean squared distance of a reviewer's totals to the
/// grades of the works, by person, in points squared; 0 is best.
///
/// ```text
/// payment of v = - mean over v's reviews e of (total_e - grade of its submission)^2
/// ```
///
/// Missing for who reviewed nothing that has a grade. The grade is that of the gradebook: of staff
/// where they gave one, otherwise one in which the review itself has its share. O(reviews x
/// criteria) time. The mechanism "MSE" of Burrell and Schoenebeck, EC 2023.
///
/// When not to use it to pay: a reviewer does better with what others will say than with what they
/// saw.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::evaluate::squared_distance_payment;
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.add(SubmissionId::new(0), PersonId::new(1), &[4.0])?;
/// rows.add(SubmissionId::new(0), PersonId::new(2), &[8.0])?;
/// let reviews = rows.build()?;
/// let payments = squared_distance_payment(&reviews, &Mean.aggregate(&reviews)?);
/// assert_eq!(payments.iter().collect::<Vec<_>>(), [None, Some(-4.0), Some(-4.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn squared_distance_payment(reviews: &Reviews, grades: &Gradebook) -> Column {
    squared_distances(reviews, |submission| grades.grade(submission))
}

/// Minus the mean squared distance of everybody's reviews to these grades.
pub(crate) fn squared_distances(
    reviews: &Reviews,
    grade: impl Fn(SubmissionId) -> Option<f64> + Sync,
) -> Column {
    let graph = reviews.graph();
    Column::from_raw(chunks::column(graph.people(), |person| {
        let person = PersonId::new(to_u32(person));
        let given = graph.reviews_by(person).iter().zip(graph.submissions_of(person));
        let squares: Vec<f64> = given
            .filter_map(|(review, &submission)| {
                let distance = reviews.total_at(review.index()) - grade(submission)?;
                Some(distance * distance)
            })
            .collect();
        // A square beyond the largest double counts as it.
        if squares.is_empty() { MISSING } else { -math::min(mean(&squares), f64::MAX) }
    }))
}
