//! What a method could reach that knew what no course knows.

use crate::aggregate::{Aggregator, Mean};
use crate::chunks;
use crate::gradebook::{Column, Gradebook};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rubric::Rubric;
use crate::simulate::{ScenarioError, Simulated, Truth};

/// A row of the league that looks at the truth: how far methods are from what could be had.
///
/// ```text
/// Mean        x_u = mean of z_e over the honest reviews e of submission u
/// Posterior   x_u = (g m + sum t_v (z_e - b_v)) / (g + sum t_v),   sd_u = 1 / sqrt(g + sum t_v)
///
/// m, 1/g      mean and variance (by n - 1) of the true grades
/// b_v, t_v    true bias and precision of reviewer v
/// ```
///
/// Hostile reviewers are removed from both, unless all are. `Posterior` has no row where the truth
/// knows no bias and precision of reviewers. It is the best estimate there is where grades and noise
/// are normal, as in PG1 (Piech, Huang, Chen, Do, Ng and Koller, EDM 2013). Elsewhere both say what
/// that knowledge is worth and are no bound: attackers who hedge still say something of the work,
/// and scores that are cut to few levels are not normal.
/// O(reviews) time and space.
///
/// ```
/// use peergrade::league::Oracle;
///
/// assert_eq!(Oracle::ALL.map(Oracle::name), ["oracle-mean", "oracle"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Oracle {
    /// Knows who is hostile.
    Mean,
    /// Knows who is hostile, and bias and precision of everybody else.
    Posterior,
}

impl Oracle {
    /// Every oracle.
    pub const ALL: [Self; 2] = [Self::Mean, Self::Posterior];

    /// The name by which programs call the oracle.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "oracle-mean",
            Self::Posterior => "oracle",
        }
    }

    pub(super) fn grade(self, course: &Simulated) -> Result<Gradebook, ScenarioError> {
        let removed = removed(course);
        let kept = course.reviews().only(|_, _, reviewer| !removed[reviewer.index()]);
        match self {
            Self::Mean => Ok(Mean.aggregate(&kept)?),
            Self::Posterior => posterior(&totals(&kept)?, course.truth(), &removed),
        }
    }
}

/// Who is hostile, by person; nobody where all reviewers are.
fn removed(course: &Simulated) -> Vec<bool> {
    let (graph, truth) = (course.reviews().graph(), course.truth());
    let people = || (0..to_u32(graph.people())).map(PersonId::new);
    let honest = |p: PersonId| !graph.reviews_by(p).is_empty() && !truth.is_hostile(p);
    let any = people().any(honest);
    people().map(|p| any && truth.is_hostile(p)).collect()
}

/// The same reviews with one criterion, the total.
fn totals(reviews: &Reviews) -> Result<Reviews, ScenarioError> {
    let scale = reviews.rubric().scale().without_step();
    // Rounding may carry a sum over criteria past the end of the scale.
    let totals = (0..reviews.graph().reviews()).map(|e| scale.nearest(reviews.total_at(e)));
    let (graph, rubric) = (reviews.graph().clone(), Rubric::single(scale));
    Ok(Reviews::from_columns(reviews.cohort(), graph, rubric, vec![totals.collect()])?)
}

/// Grades and standard errors of every submission: one without honest reviews has the mean.
fn posterior(
    honest: &Reviews,
    truth: &Truth,
    removed: &[bool],
) -> Result<Gradebook, ScenarioError> {
    let graph = honest.graph();
    let (Some(bias), Some(precision)) = (truth.bias(), truth.precision()) else {
        return Err("the truth knows no bias and precision of reviewers".into());
    };
    let (mean, variance) = moments(truth.grades());
    let rows = chunks::column(graph.submissions(), |i| {
        let submission = SubmissionId::new(to_u32(i));
        let (mut weight, mut sum) = (0.0, 0.0);
        let scores = honest.scores_of(submission, 0);
        for (&reviewer, score) in graph.reviewers_of(submission).iter().zip(scores) {
            let precision = precision[reviewer.index()];
            weight += precision;
            sum += precision * (score - bias[reviewer.index()]);
        }
        // Multiplied by the variance, so that none at all is no division by zero.
        let scale = 1.0 + variance * weight;
        ((mean + variance * sum) / scale, math::sqrt(variance / scale))
    });
    // Who is removed counts as having no precision at all.
    let people = || (0..to_u32(graph.people())).map(PersonId::new);
    let biases = people().map(|p| (!removed[p.index()]).then(|| bias[p.index()]));
    let precisions = people().map(|p| if removed[p.index()] { 0.0 } else { precision[p.index()] });
    let book = Gradebook::builder(honest, Oracle::Posterior.name())
        .criterion(Column::new(rows.iter().map(|row| Some(row.0)))?)
        .std_error(Column::new(rows.iter().map(|row| Some(row.1)))?)
        .reviewers(Column::new(biases)?, Column::new(precisions.map(Some))?);
    Ok(book.build()?)
}

/// Mean and variance.
fn moments(grades: &[f64]) -> (f64, f64) {
    let n = grades.len() as f64;
    if grades.is_empty() {
        return (0.0, 0.0);
    }
    let mean = chunks::sum(grades.len(), |i| grades[i]) / n;
    let squares = chunks::sum(grades.len(), |i| (grades[i] - mean) * (grades[i] - mean));
    (mean, squares / math::max(n - 1.0, 1.0))
}
