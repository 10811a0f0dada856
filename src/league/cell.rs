//! One course, and what every method makes of it.

use core::fmt;

use super::evidence::Evidence;
use super::metric::METRICS;
use super::oracle::Oracle;
use crate::aggregate::Aggregator;
use crate::gradebook::Gradebook;
use crate::id::{SubmissionId, to_u32};
use crate::simulate::{ScenarioError, Simulated};

/// Whatever gives grades for a course.
#[derive(Debug, Clone, Copy)]
pub(super) enum Contestant<'a> {
    Method(&'a dyn Aggregator),
    Oracle(Oracle),
}

impl Contestant<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Method(method) => method.name(),
            Self::Oracle(oracle) => oracle.name(),
        }
    }

    fn method(&self) -> Option<&dyn Aggregator> {
        match self {
            Self::Method(method) => Some(*method),
            Self::Oracle(_) => None,
        }
    }

    fn grade(&self, course: &Simulated) -> Result<Gradebook, ScenarioError> {
        match self {
            Self::Method(method) => Ok(method.aggregate(course.reviews())?),
            Self::Oracle(oracle) => oracle.grade(course),
        }
    }
}

/// A course of which only the numbers are left.
#[derive(Debug)]
pub(super) struct Course {
    /// Mean number of reviews of a submission that has any; `None` without one.
    pub(super) reviews: Option<f64>,
    /// Submissions that have a review and no known grade.
    pub(super) gradable: usize,
    /// By contestant.
    pub(super) outcomes: Vec<Result<Outcome, String>>,
}

/// What one method made of a course.
#[derive(Debug)]
pub(super) struct Outcome {
    /// By position in [`METRICS`].
    pub(super) values: Vec<Option<f64>>,
    pub(super) graded: usize,
    pub(super) seconds: Option<f64>,
}

impl Course {
    /// A course that could not be simulated.
    pub(super) fn failed(error: &dyn fmt::Display, contestants: usize) -> Self {
        let outcomes = (0..contestants).map(|_| Err(format!("scenario: {error}"))).collect();
        Self { reviews: None, gradable: 0, outcomes }
    }

    pub(super) fn measure(
        course: &Simulated,
        contestants: &[Contestant<'_>],
        clock: Option<&dyn Fn() -> f64>,
    ) -> Self {
        let graph = course.reviews().graph();
        let ids = gradable(course);
        let outcome = |contestant: &Contestant<'_>| {
            let start = clock.map(|clock| clock());
            let book = contestant.grade(course).map_err(|error| error.to_string())?;
            let seconds = clock.zip(start).map(|(clock, start)| clock() - start);
            let evidence = Evidence::new(course, &book, &ids).by(contestant.method());
            let values = METRICS.iter().map(|metric| metric.measure(&evidence)).collect();
            Ok(Outcome { values, graded: evidence.estimate.len(), seconds })
        };
        let outcomes = contestants.iter().map(outcome).collect();
        let reviewed = (0..to_u32(graph.submissions())).map(SubmissionId::new);
        let reviewed = reviewed.filter(|&id| !graph.reviews_of(id).is_empty()).count();
        let reviews = (reviewed > 0).then(|| graph.reviews() as f64 / reviewed as f64);
        Self { reviews, gradable: ids.len(), outcomes }
    }
}

/// The submissions that a method is measured on: what staff or an exemplar's author said of a work
/// says nothing of a method, and what nobody reviewed can only be guessed.
fn gradable(course: &Simulated) -> Vec<SubmissionId> {
    let (reviews, truths) = (course.reviews(), course.truth().grades().len());
    let counts = |&id: &SubmissionId| {
        !reviews.graph().reviews_of(id).is_empty()
            && reviews.staff_grade(id).is_none()
            && reviews.exemplar(id).is_none()
            && id.index() < truths
    };
    let all = (0..to_u32(reviews.graph().submissions())).map(SubmissionId::new);
    all.filter(counts).collect()
}
