//! A simulated course and its truth.

use super::{Behaviour, SimulateError};
use crate::id::PersonId;
use crate::reviews::Reviews;

/// A simulated course: its reviews and, apart from them, the truth.
///
/// ```
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &graph, Seed::new(1))?;
/// let (reviews, truth) = course.into_parts();
/// assert_eq!(reviews.graph().reviews(), 1);
/// assert_eq!(truth.grades().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    reviews: Reviews,
    truth: Truth,
}

impl Simulated {
    /// A course made elsewhere: by a law of your own, or from data of which the truth is known.
    ///
    /// # Errors
    ///
    /// [`SimulateError::Length`] where the truth has other sizes than the reviews,
    /// [`SimulateError::NotFinite`] where one of its numbers is not finite,
    /// [`SimulateError::Precision`] where a precision is not from 1e-200 to 1e200.
    ///
    /// ```
    /// use peergrade::simulate::{Simulated, Truth};
    /// use peergrade::{Cohort, Reviews, Rubric, Scale};
    ///
    /// let cohort = Cohort::individuals(2)?;
    /// let reviews = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?)).build()?;
    /// let course = Simulated::new(reviews, Truth::new(vec![7.0, 8.0]))?;
    /// assert_eq!(course.truth().grades(), [7.0, 8.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(reviews: Reviews, truth: Truth) -> Result<Self, SimulateError> {
        let graph = reviews.graph();
        let (people, submissions) = (graph.people(), graph.submissions());
        check_column("true grades", Some(&truth.grades), submissions)?;
        for grades in &truth.criteria {
            check_column("true grades of a criterion", Some(grades), submissions)?;
        }
        let numbers =
            [("biases", &truth.bias), ("precisions", &truth.precision), ("efforts", &truth.effort)];
        for (what, column) in numbers {
            check_column(what, column.as_ref(), people)?;
        }
        let precisions = truth.precision.iter().flatten();
        let people_and_precisions = (0..).map(PersonId::new).zip(precisions);
        for (person, &value) in people_and_precisions {
            if !(1e-200..=1e200).contains(&value) {
                return Err(SimulateError::Precision { person, value });
            }
        }
        if let Some(behaviours) = &truth.behaviours {
            check_length("behaviours", behaviours.len(), people)?;
        }
        if let Some(members) = &truth.subgroup {
            check_length("marks of a subgroup", members.len(), people)?;
        }
        Ok(Self { reviews, truth })
    }

    /// A course whose truth has the sizes of the reviews.
    pub(super) fn of(reviews: Reviews, truth: Truth) -> Self {
        Self { reviews, truth }
    }

    /// What the course would bring: the reviews of everybody who gave theirs.
    #[must_use]
    pub fn reviews(&self) -> &Reviews {
        &self.reviews
    }

    /// What no course knows.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Both, to own.
    #[must_use]
    pub fn into_parts(self) -> (Reviews, Truth) {
        (self.reviews, self.truth)
    }
}

fn check_column(
    what: &'static str,
    column: Option<&Vec<f64>>,
    needed: usize,
) -> Result<(), SimulateError> {
    let Some(column) = column else { return Ok(()) };
    check_length(what, column.len(), needed)?;
    match column.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(SimulateError::NotFinite { what, index, value: column[index] }),
    }
}

fn check_length(what: &'static str, given: usize, needed: usize) -> Result<(), SimulateError> {
    if given == needed { Ok(()) } else { Err(SimulateError::Length { what, given, needed }) }
}

/// The truth of a simulated course. What its law does not have is `None`.
///
/// ```
/// use peergrade::simulate::{Behaviour, BurrellSchoenebeck, Simulation};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let graph = ReviewGraph::from_pairs(3, 3, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let agents = Simulation::new(BurrellSchoenebeck::default()).behaviour(Behaviour::ALL_MAX, 1.0);
/// let course = agents.simulate(&cohort, &graph, Seed::new(1))?;
/// let truth = course.truth();
/// assert!(truth.grades().iter().all(|grade| (0.0..=10.0).contains(grade)));
/// // The only one who has something to review.
/// assert_eq!(truth.behaviour(PersonId::new(1)), Behaviour::ALL_MAX);
/// assert!(truth.is_hostile(PersonId::new(1)) && !truth.is_hostile(PersonId::new(0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    pub(super) grades: Vec<f64>,
    /// One column per criterion; empty where the only criterion is the total.
    pub(super) criteria: Vec<Vec<f64>>,
    pub(super) bias: Option<Vec<f64>>,
    pub(super) precision: Option<Vec<f64>>,
    pub(super) effort: Option<Vec<f64>>,
    pub(super) behaviours: Option<Vec<Behaviour>>,
    pub(super) subgroup: Option<Vec<bool>>,
}

impl Truth {
    /// The truth of a course of which the true grades are known, by submission, in points of the
    /// total.
    #[must_use]
    pub fn new(grades: Vec<f64>) -> Self {
        Self { grades, ..Self::default() }
    }

    /// Adds the bias of every person, in points of the total.
    #[must_use]
    pub fn with_bias(self, bias: Vec<f64>) -> Self {
        Self { bias: Some(bias), ..self }
    }

    /// Adds the precision of every person: 1 / variance of the noise of one total.
    #[must_use]
    pub fn with_precision(self, precision: Vec<f64>) -> Self {
        Self { precision: Some(precision), ..self }
    }

    /// Adds the effort of every person, in a unit of your own.
    #[must_use]
    pub fn with_effort(self, effort: Vec<f64>) -> Self {
        Self { effort: Some(effort), ..self }
    }

    /// Adds who belongs to a marked subgroup.
    #[must_use]
    pub fn with_subgroup(self, members: Vec<bool>) -> Self {
        Self { subgroup: Some(members), ..self }
    }

    /// Adds the true grades on each criterion, a column for each.
    #[must_use]
    pub fn with_criteria(self, grades: Vec<Vec<f64>>) -> Self {
        Self { criteria: grades, ..self }
    }

    /// Adds what every person makes of what they saw.
    #[must_use]
    pub fn with_behaviours(self, behaviours: Vec<Behaviour>) -> Self {
        Self { behaviours: Some(behaviours), ..self }
    }

    /// The true grade of every submission, in points of the total. A law without bounds may leave
    /// the scale.
    #[must_use]
    pub fn grades(&self) -> &[f64] {
        &self.grades
    }

    /// The true grade of every submission on a criterion; empty for one that is not there.
    #[must_use]
    pub fn criterion_grades(&self, criterion: usize) -> &[f64] {
        match self.criteria.get(criterion) {
            Some(grades) => grades,
            None if criterion == 0 && self.criteria.is_empty() => &self.grades,
            None => &[],
        }
    }

    /// The bias of every person, in points of the total: above 0 for a lenient one.
    #[must_use]
    pub fn bias(&self) -> Option<&[f64]> {
        self.bias.as_deref()
    }

    /// The precision of every person: 1 / variance of the noise of one total, from 1e-200 to
    /// 1e200. `None` too for a law with reviews without effort, which have another.
    #[must_use]
    pub fn precision(&self) -> Option<&[f64]> {
        self.precision.as_deref()
    }

    /// The effort of every person, in the unit of the law.
    #[must_use]
    pub fn effort(&self) -> Option<&[f64]> {
        self.effort.as_deref()
    }

    /// What a person makes of what they saw; honest where nothing else is known.
    #[must_use]
    pub fn behaviour(&self, person: PersonId) -> Behaviour {
        let behaviours = self.behaviours.as_deref().unwrap_or_default();
        behaviours.get(person.index()).copied().unwrap_or_default()
    }

    /// Whether a person reports something else than what they saw. Who reports nothing or late is
    /// not hostile.
    #[must_use]
    pub fn is_hostile(&self, person: PersonId) -> bool {
        self.behaviour(person).is_hostile()
    }

    /// Who belongs to the marked subgroup, by person.
    #[must_use]
    pub fn subgroup(&self) -> Option<&[bool]> {
        self.subgroup.as_deref()
    }
}
