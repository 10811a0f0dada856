//! Connected components, named by the submissions in them.

use crate::graph::{ReviewGraph, root};
use crate::id::{PersonId, SubmissionId, to_u32};

/// The component of each submission. Every component of reviews has a submission, so reviewers
/// need no label.
#[derive(Debug)]
pub(super) struct Components {
    /// Counted from 0 in the order of their first submissions; one beyond the last for a submission
    /// without a review.
    label: Vec<u32>,
    /// Submissions of each, and of those without a review.
    sizes: Vec<usize>,
}

impl Components {
    /// By union and find. O((submissions + reviews) log submissions), in practice linear.
    pub(super) fn of(graph: &ReviewGraph) -> Self {
        let submissions = graph.submissions();
        let mut parent: Vec<u32> = (0..to_u32(submissions)).collect();
        for person in 0..graph.people() {
            for pair in graph.submissions_of(PersonId::new(to_u32(person))).windows(2) {
                let [a, b] = [pair[0], pair[1]].map(|s| root(&mut parent, s.get()));
                // The root is the smallest of its set, so that it is met first below.
                parent[a.max(b) as usize] = a.min(b);
            }
        }
        let reviewed = |s: usize| !graph.reviews_of(SubmissionId::new(to_u32(s))).is_empty();
        let roots = (0..submissions).filter(|&s| parent[s] as usize == s && reviewed(s));
        let mut sizes = vec![0; roots.count() + 1];
        let (mut next, last) = (0, to_u32(sizes.len() - 1));
        let mut label = vec![last; submissions];
        for s in (0..submissions).filter(|&s| reviewed(s)) {
            let root = root(&mut parent, to_u32(s)) as usize;
            if root == s {
                (label[s], next) = (next, next + 1);
            } else {
                label[s] = label[root];
            }
        }
        for &component in &label {
            sizes[component as usize] += 1;
        }
        Self { label, sizes }
    }

    pub(super) fn count(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Submissions that have a review.
    pub(super) fn reviewed(&self) -> usize {
        self.sizes[..self.count()].iter().sum()
    }

    pub(super) fn label(&self) -> &[u32] {
        &self.label
    }

    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The mean of a column in each component; 0 for the submissions without a review.
    pub(super) fn means(&self, column: &[f64]) -> Vec<f64> {
        let mut means = vec![0.0; self.sizes.len()];
        for (&component, &value) in self.label.iter().zip(column) {
            means[component as usize] += value;
        }
        for (mean, &size) in means.iter_mut().zip(&self.sizes) {
            *mean /= size as f64;
        }
        means[self.count()] = 0.0;
        means
    }
}
