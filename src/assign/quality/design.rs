//! The review graph as a linear operator on columns of the submissions.

use super::components::Components;
use crate::chunks;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::seed::{Phase, Seed, Stream};

/// A graph with at least one review, and what its measures share.
#[derive(Debug)]
pub(super) struct Design<'a> {
    pub(super) graph: &'a ReviewGraph,
    pub(super) components: &'a Components,
    /// Reviews of each submission.
    pub(super) loads: Vec<f64>,
    /// Submissions with reviews.
    pub(super) reviewed: usize,
    /// Mean reviews of the people who give any, and of the submissions which receive any.
    pub(super) mean_given: f64,
    pub(super) mean_received: f64,
}

impl<'a> Design<'a> {
    /// `None` where fewer than two submissions have a review: nothing is compared with anything.
    pub(super) fn new(graph: &'a ReviewGraph, components: &'a Components) -> Option<Self> {
        let reviewed = components.reviewed();
        let loads = chunks::column(graph.submissions(), |s| received(graph, s) as f64);
        let reviewers = (0..graph.people()).filter(|&p| given(graph, p) > 0).count();
        let mean = |among: usize| graph.reviews() as f64 / among as f64;
        (reviewed > 1).then(|| Self {
            graph,
            components,
            loads,
            reviewed,
            mean_given: mean(reviewers),
            mean_received: mean(reviewed),
        })
    }

    /// `A' (D_R + lambda)^-1 A x`: what each submission hears of a column by way of its reviewers.
    pub(super) fn exchange(&self, lambda: f64, x: &[f64]) -> Vec<f64> {
        let people = chunks::column(self.graph.people(), |p| {
            let submissions = self.graph.submissions_of(PersonId::new(to_u32(p)));
            let sum = submissions.iter().fold(0.0, |sum, s| sum + x[s.index()]);
            if submissions.is_empty() { 0.0 } else { sum / (submissions.len() as f64 + lambda) }
        });
        self.sums_of_reviewers(&people)
    }

    /// The sum of a column of people over the reviewers of each submission.
    pub(super) fn sums_of_reviewers(&self, column: &[f64]) -> Vec<f64> {
        chunks::column(self.graph.submissions(), |s| {
            let reviewers = self.graph.reviewers_of(SubmissionId::new(to_u32(s)));
            reviewers.iter().fold(0.0, |sum, r| sum + column[r.index()])
        })
    }

    /// Subtracts from each value the mean of its component, and clears submissions without reviews.
    pub(super) fn centre(&self, column: &mut [f64]) {
        let means = self.components.means(column);
        let last = to_u32(self.components.count());
        for (value, &component) in column.iter_mut().zip(self.components.label()) {
            *value = if component == last { 0.0 } else { *value - means[component as usize] };
        }
    }
}

pub(super) fn given(graph: &ReviewGraph, person: usize) -> usize {
    graph.reviews_by(PersonId::new(to_u32(person))).len()
}

pub(super) fn received(graph: &ReviewGraph, submission: usize) -> usize {
    graph.reviews_of(SubmissionId::new(to_u32(submission))).len()
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    chunks::sum(a.len(), |i| a[i] * b[i])
}

pub(super) fn norm(a: &[f64]) -> f64 {
    math::sqrt(dot(a, a))
}

/// `y + factor x`, in place.
pub(super) fn add(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// The draws behind the estimates. Fixed, so that one graph has one quality.
pub(super) fn stream(index: u64) -> Stream {
    Seed::new(0).derive("quality").stream(Phase::Quality, index)
}
