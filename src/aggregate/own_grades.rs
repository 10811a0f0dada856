//! Reviewers by the grades of their own works: what `PeerRank` and `RankWithTa` have in common.

use super::ratings::Ratings;
use crate::chunks;
use crate::gradebook::MISSING;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;

/// Ratings from 0 to 1, and who wrote what.
#[derive(Debug)]
pub(super) struct OwnGrades<'r, 'a> {
    ratings: &'r Ratings<'a>,
    by_reviewer: Vec<f64>,
    /// What each criterion is of the total, from 0 to 1.
    parts: Vec<f64>,
    /// Totals known from elsewhere by submission, from 0 to 1, else [`MISSING`]; empty without.
    known: Vec<f64>,
}

impl<'r, 'a> OwnGrades<'r, 'a> {
    pub(super) fn new(ratings: &'r Ratings<'a>) -> Self {
        let criteria = ratings.reviews().rubric().criteria().iter().zip(ratings.axes());
        let points: Vec<f64> =
            criteria.map(|(criterion, axis)| criterion.weight() * axis.points(1.0)).collect();
        let all = points.iter().fold(0.0, |sum, points| sum + points);
        let equal = 1.0 / points.len() as f64;
        let part = |points: f64| if all > 0.0 { points / all } else { equal };
        Self {
            ratings,
            by_reviewer: ratings.by_reviewer(),
            parts: points.into_iter().map(part).collect(),
            known: Vec::new(),
        }
    }

    /// Takes the grades of staff for those of their works.
    pub(super) fn with_staff(mut self) -> Self {
        let scale = self.ratings.reviews().rubric().scale();
        let rating = |grade: f64| {
            let [grade, low, high] = [grade, scale.min(), scale.max()].map(|x| x / scale.unit());
            math::clamp((grade - low) / (high - low), 0.0, 1.0)
        };
        self.known = vec![MISSING; self.submissions()];
        for &(submission, grade) in self.ratings.reviews().staff_grades() {
            self.known[submission.index()] = rating(grade);
        }
        self
    }

    fn submissions(&self) -> usize {
        self.ratings.reviews().graph().submissions()
    }

    fn known(&self, submission: usize) -> Option<f64> {
        self.known.get(submission).copied().filter(|known| !known.is_nan())
    }

    /// What each person counts, from the grades of items: the best known total of their own works.
    pub(super) fn weights(&self, grades: &[f64]) -> Vec<f64> {
        let n = self.submissions();
        let totals = chunks::column(n, |i| {
            let terms = self.parts.iter().enumerate();
            let total = || terms.fold(0.0, |sum, (c, part)| sum + part * grades[c * n + i]);
            self.known(i).unwrap_or_else(total)
        });
        let there = |i: usize| !totals[i].is_nan();
        let count = chunks::sum(n, |i| if there(i) { 1.0 } else { 0.0 });
        let sum = chunks::sum(n, |i| if there(i) { totals[i] } else { 0.0 });
        let mean = if count > 0.0 { sum / count } else { 1.0 };
        let cohort = self.ratings.reviews().cohort();
        chunks::column(self.ratings.people(), |v| {
            let written = cohort.submissions_of(PersonId::new(to_u32(v))).iter();
            let known = written.map(|s| totals[s.index()]).filter(|total| !total.is_nan());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, n), total| (sum + total, n + 1.0));
            // Rounding may carry a rating below 0.
            math::max(if count > 0.0 { sum / count } else { mean }, 0.0)
        })
    }

    /// How well each person reviews, by these grades of items: 1 - the mean distance, and
    /// [`MISSING`] for who reviews nothing. A total that is known counts in place of the criteria.
    fn agreements(&self, grades: &[f64]) -> Vec<f64> {
        let (n, criteria) = (self.submissions(), self.parts.len());
        chunks::column(self.ratings.people(), |v| {
            let (items, scores) =
                (self.ratings.items_of(v), &self.by_reviewer[self.ratings.given(v)]);
            // Items come criterion by criterion, the same works under each.
            let reviews = items.len() / criteria;
            let sum = (0..reviews).fold(0.0, |sum, i| {
                let work = items[i].index();
                let score = |c: usize| scores[c * reviews + i];
                let each = 0..criteria;
                let distance = if let Some(known) = self.known(work) {
                    let total = each.fold(0.0, |sum, c| sum + self.parts[c] * score(c));
                    (total - known).abs()
                } else {
                    let apart = |c: usize| (score(c) - grades[c * n + work]).abs();
                    each.fold(0.0, |sum, c| sum + apart(c)) / criteria as f64
                };
                sum + (1.0 - distance)
            });
            if reviews > 0 { sum / reviews as f64 } else { MISSING }
        })
    }

    /// How well the authors of each submission review, by these grades; [`MISSING`] where they
    /// review nothing.
    fn rewards(&self, grades: &[f64]) -> Vec<f64> {
        let agreements = self.agreements(grades);
        let cohort = self.ratings.reviews().cohort();
        chunks::column(self.submissions(), |i| {
            let authors = cohort.authors_of(SubmissionId::new(to_u32(i))).iter();
            let known = authors.map(|v| agreements[v.index()]).filter(|reward| !reward.is_nan());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, n), reward| (sum + reward, n + 1.0));
            if count > 0.0 { sum / count } else { MISSING }
        })
    }

    /// The grades of the next round, from the old ones and what reviewers say.
    pub(super) fn step(&self, old: &[f64], said: &[f64], alpha: f64, beta: f64) -> Vec<f64> {
        if beta <= 0.0 {
            return chunks::column(old.len(), |i| (1.0 - alpha) * old[i] + alpha * said[i]);
        }
        let (rewards, stays) = (self.rewards(old), math::max(1.0 - alpha - beta, 0.0));
        chunks::column(old.len(), |i| match rewards[i % rewards.len()] {
            reward if reward.is_nan() => (1.0 - alpha) * old[i] + alpha * said[i],
            reward => stays * old[i] + alpha * said[i] + beta * reward,
        })
    }

    /// Where the steps run to.
    pub(super) fn limit(&self, old: &[f64], said: &[f64], alpha: f64, beta: f64) -> Vec<f64> {
        let rewards = self.rewards(old);
        chunks::column(old.len(), |i| match rewards[i % rewards.len()] {
            reward if reward.is_nan() => said[i],
            reward => (alpha * said[i] + beta * reward) / (alpha + beta),
        })
    }
}
