//! The grades of what reviewers wrote themselves.

use super::chain::{Course, State};
use crate::id::{PersonId, SubmissionId, to_u32};

/// Who reviews and wrote what, and the own grade of everybody who reviews: the mean over criteria
/// and works. Every author of a team has the grade of the team, so that the reviewing of all of
/// them tells of it. Who reviews and wrote nothing has a work that nobody sees, drawn from the
/// prior; who wrote and reviews nothing says nothing of the own work.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// By submission, then by unseen work: where its authors who review are in `authors`.
    offsets: Vec<u32>,
    authors: Vec<u32>,
    /// By person: the part of one work in the own grade.
    pub(super) share: Vec<f64>,
    /// By person.
    pub(super) grade: Vec<f64>,
    submissions: usize,
    items: usize,
}

impl Own {
    /// Of a course of one assignment, and the state that its chains begin with.
    pub(super) fn of(course: &Course<'_>) -> (Self, State) {
        let reviews = course.parts[0].ratings.reviews();
        let (cohort, criteria) = (reviews.cohort(), reviews.rubric().criteria().len());
        let mut own = Self {
            offsets: vec![0],
            authors: Vec::new(),
            share: vec![0.0; course.people],
            grade: vec![0.0; course.people],
            submissions: reviews.graph().submissions(),
            items: course.items,
        };
        let mut unseen = Vec::new();
        for &(v, _) in &course.reviewers {
            let works = cohort.submissions_of(PersonId::new(to_u32(v))).len() * criteria;
            own.share[v] = if works > 0 { 1.0 / works as f64 } else { 1.0 };
            if works == 0 {
                unseen.push(to_u32(v));
            }
        }
        for s in 0..own.submissions {
            for author in cohort.authors_of(SubmissionId::new(to_u32(s))) {
                if own.share[author.index()] > 0.0 {
                    own.authors.push(author.get());
                }
            }
            own.offsets.push(to_u32(own.authors.len()));
        }
        for &v in &unseen {
            own.authors.push(v);
            own.offsets.push(to_u32(own.authors.len()));
        }
        let state = course.state(unseen.len());
        for work in 0..state.grade.len() {
            own.add(work, state.grade[work]);
        }
        (own, state)
    }

    fn range(&self, work: usize) -> core::ops::Range<usize> {
        let row = if work < self.items {
            work % self.submissions
        } else {
            self.submissions + work - self.items
        };
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    /// The authors of a work who review.
    pub(super) fn authors(&self, work: usize) -> impl Iterator<Item = usize> {
        self.authors[self.range(work)].iter().map(|&v| v as usize)
    }

    /// Whether somebody reviews who wrote this work.
    pub(super) fn has_authors(&self, work: usize) -> bool {
        !self.range(work).is_empty()
    }

    /// Tells the authors of a work that its grade has risen by so much.
    pub(super) fn add(&mut self, work: usize, rise: f64) {
        for i in self.range(work) {
            let v = self.authors[i] as usize;
            self.grade[v] += rise * self.share[v];
        }
    }
}
