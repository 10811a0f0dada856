//! What metrics look at.

use core::cell::OnceCell;

use super::reviewers::Reviewers;
use crate::aggregate::Aggregator;
use crate::evaluate::{HeldOut, HeldOutScore};
use crate::gradebook::Gradebook;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::Seed;
use crate::simulate::Simulated;

/// A course, a gradebook of it, and grades beside the truth.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub(super) course: &'a Simulated,
    pub(super) book: &'a Gradebook,
    /// What graded it; `None` for who looked at the truth.
    method: Option<&'a dyn Aggregator>,
    /// What several metrics look at, made once.
    held_out: OnceCell<Option<HeldOutScore>>,
    reviewers: OnceCell<Reviewers>,
    /// The submissions that the method graded.
    ids: Vec<SubmissionId>,
    /// Their grades.
    pub(super) estimate: Vec<f64>,
    /// Their true grades.
    pub(super) truth: Vec<f64>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(course: &'a Simulated, book: &'a Gradebook, ids: &[SubmissionId]) -> Self {
        let truths = course.truth().grades();
        let graded = ids.iter().filter_map(|&id| Some((id, book.grade(id)?, truths[id.index()])));
        let (held_out, reviewers) = Default::default();
        let (ids, estimate, truth) = Default::default();
        let mut all =
            Self { course, book, method: None, held_out, reviewers, ids, estimate, truth };
        for (id, estimate, truth) in graded {
            all.ids.push(id);
            all.estimate.push(estimate);
            all.truth.push(truth);
        }
        all
    }

    /// The same, by this method.
    pub(super) fn by(self, method: Option<&'a dyn Aggregator>) -> Self {
        Self { method, ..self }
    }

    /// How well the method foresees hidden ratings: one draw, since the courses are many. All methods
    /// are asked for the same ratings.
    pub(super) fn held_out(&self) -> Option<&HeldOutScore> {
        let score = self.held_out.get_or_init(|| {
            let held_out = HeldOut::default().draws(1);
            held_out.evaluate(self.course.reviews(), self.method?, Seed::new(1)).ok()
        });
        score.as_ref()
    }

    /// What the method says of the reviewers.
    pub(super) fn reviewers(&self) -> &Reviewers {
        self.reviewers.get_or_init(|| Reviewers::new(self.course, self.book))
    }

    /// Grade, standard error and truth, where the method has a standard error.
    pub(super) fn predictions(&self) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut columns = (vec![], vec![], vec![]);
        for ((&id, &estimate), &truth) in self.ids.iter().zip(&self.estimate).zip(&self.truth) {
            if let Some(sd) = self.book.std_error(id) {
                columns.0.push(estimate);
                columns.1.push(sd);
                columns.2.push(truth);
            }
        }
        columns
    }

    /// Estimates and truths of the works of which no author is hostile, where somebody is.
    pub(super) fn of_the_honest(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let (cohort, truth) = (self.course.reviews().cohort(), self.course.truth());
        let people = 0..to_u32(cohort.people());
        people.map(PersonId::new).find(|&person| truth.is_hostile(person))?;
        let honest = |&(id, _): &(&SubmissionId, _)| {
            !cohort.authors_of(*id).iter().any(|&author| truth.is_hostile(author))
        };
        let rows =
            self.ids.iter().zip(self.estimate.iter().copied().zip(self.truth.iter().copied()));
        Some(rows.filter(honest).map(|(_, row)| row).unzip())
    }

    /// The intervals of this level beside the truth, where the method has one.
    pub(super) fn intervals(&self, level: f64) -> (Vec<(f64, f64)>, Vec<f64>) {
        let rows = self.ids.iter().zip(&self.truth);
        let interval = |&id: &SubmissionId| self.book.interval(id, level).map(<(f64, f64)>::from);
        rows.filter_map(|(id, &truth)| Some((interval(id)?, truth))).unzip()
    }
}
