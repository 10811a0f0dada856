//! Grades that follow reviews as they come, change and go.

use std::collections::BTreeSet;

use thiserror::Error;

use super::block::Block;
use super::closed::Sure;
use super::law::Law;
use super::nodes::Nodes;
use super::parts::{Level, Moved, levels};
use super::real::Real;
use super::search::step;
use super::seen::{Seen, Site};
use super::state::State;
use crate::aggregate::ratings::Axis;
use crate::error::ReviewsError;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;

/// A review that cannot be taken.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LiveError {
    /// The review is not one of this course: an unknown id, a score off the scale, own work.
    #[error(transparent)]
    Review(#[from] ReviewsError),
    /// There is no such review to withdraw.
    #[error("reviewer {reviewer} has no review of submission {submission} to withdraw")]
    NoReview {
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
    },
}

/// The [`Posterior`](super::Posterior) of a course that goes on: a review that comes, changes or goes
/// moves the grades near it, at once.
///
/// The laws and the level stay those of the reviews it began with; under these the grades are, but for
/// the tolerance, what sweeps over the whole course would make of all reviews. After each change the
/// reviewers of works whose grades moved by more than a hundredth of a standard error are looked at
/// anew, and so on until none moves: about a hundred reviewers, whatever the size of the course. Effort
/// and kinds of works are not told apart here, precisions do not go with own works, and scores are no bins. Fit anew from time to time: overnight, say.
///
/// ```
/// use peergrade::aggregate::Posterior;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let mut live = Posterior::default().live(course.reviews())?;
///
/// let work = SubmissionId::new(7);
/// let reviewer = course.reviews().graph().reviewers_of(work)[0];
/// let before = live.grade(work).unwrap();
/// live.set(work, reviewer, &[95.0])?;
/// live.withdraw(work, reviewer)?;
/// assert_ne!(live.grade(work), Some(before));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LivePosterior<'a> {
    reviews: &'a Reviews,
    axes: Vec<Axis>,
    law: Law,
    nodes: Nodes<f64>,
    step: f64,
    /// The rows of each item and of each person.
    works: Vec<Vec<u32>>,
    people: Vec<Vec<u32>>,
    rows: Vec<Row>,
    free: Vec<u32>,
    /// All that is said of an item with its law, the mean that its reviewers were told, and how far the
    /// level of its part of the graph is above.
    items: Vec<Site>,
    told: Vec<f64>,
    levels: Vec<f64>,
    /// By what variances are multiplied in small parts of the graph it began with, if there are any.
    wider: Option<Vec<f64>>,
    block: Block<f64>,
    seen: Seen<f64>,
}

/// A rating with what it says of the item, and what it weighs and stands for in the grade.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    item: u32,
    person: u32,
    rating: f64,
    site: [f64; 2],
    part: [f64; 2],
}

/// By how much a grade moves before its reviewers are told, in standard errors.
const TOLD: f64 = 0.01;

/// Rounds of telling after one change, at most: each takes a part of what is left.
const ROUNDS: u32 = 100;

impl<'a> LivePosterior<'a> {
    pub(super) fn new<F: Real>(reviews: &'a Reviews, state: &State<'_, '_, F>) -> Self {
        let (ratings, law) = (state.ratings(), state.law);
        let (parts, reviewers) = state.parts();
        let by_reviewer = ratings.by_reviewer();
        let mut works = vec![Vec::new(); ratings.items()];
        let mut people = vec![Vec::new(); ratings.people()];
        let mut rows = Vec::with_capacity(by_reviewer.len());
        for (v, own) in people.iter_mut().enumerate() {
            for (slot, u) in ratings.given(v).zip(ratings.items_of(v)) {
                own.push(to_u32(rows.len()));
                works[u.index()].push(to_u32(rows.len()));
                rows.push(Row {
                    item: u.get(),
                    person: to_u32(v),
                    rating: by_reviewer[slot],
                    site: state.sites[slot].map(F::get),
                    part: parts[slot].map(F::get),
                });
            }
        }
        let items: Vec<Site> = (0..ratings.items()).map(|u| state.item(u)).collect();
        let mut live = Self {
            reviews,
            axes: ratings.axes().to_vec(),
            law,
            nodes: Nodes::new(&law, state.options),
            step: step(state.options),
            works,
            people,
            rows,
            free: Vec::new(),
            told: items.iter().map(|item| item.mean()).collect(),
            items,
            levels: Vec::new(),
            wider: None,
            block: Block::default(),
            seen: Seen::default(),
        };
        let parts = ratings.parts();
        let Moved { levels, spread, .. } = levels(ratings, &parts, &law, |u| {
            let grade = live.combined(u);
            live.works[u].iter().fold(Level::default(), |level, &row| {
                let Row { person, rating, .. } = live.rows[row as usize];
                let weight = reviewers[person as usize].sighted;
                level.add(Level::of(rating, grade, weight))
            })
        });
        live.levels = levels;
        let reviewer = |v: usize| [reviewers[v].of_review(), 0.0];
        let sure = Sure { ratings, parts: &parts, law: &law, known: &[], reviewer, spread };
        live.wider = sure.wider();
        live
    }

    /// The grade of an item before its level: the mean of the law and corrected scores.
    fn combined(&self, item: usize) -> f64 {
        let prior = 1.0 / self.law.quality;
        let start = (prior * self.law.mean, prior);
        let (sum, weight) = self.works[item].iter().fold(start, |(sum, all), &row| {
            let [weight, score] = self.rows[row as usize].part;
            (sum + weight * score, all + weight)
        });
        sum / weight
    }

    fn items_of(&self, submission: SubmissionId) -> impl Iterator<Item = usize> + use<> {
        let submissions = self.reviews.cohort().submissions();
        (0..self.axes.len()).map(move |c| c * submissions + submission.index())
    }

    /// The grade of a submission, in points of the total; `None` without a review.
    #[must_use]
    pub fn grade(&self, submission: SubmissionId) -> Option<f64> {
        if submission.index() >= self.reviews.cohort().submissions() {
            return None;
        }
        let mut total = 0.0;
        let criteria = self.reviews.rubric().criteria().iter().zip(&self.axes);
        for (item, (criterion, axis)) in self.items_of(submission).zip(criteria) {
            if self.works[item].is_empty() {
                return None;
            }
            let (low, high) = (criterion.scale().min(), criterion.scale().max());
            let score = axis.score(self.combined(item) + self.levels[item]);
            total += criterion.weight() * math::clamp(score, low, high);
        }
        Some(total)
    }

    /// The standard error of a grade, in points, where the rubric has a single criterion.
    #[must_use]
    pub fn std_error(&self, submission: SubmissionId) -> Option<f64> {
        self.grade(submission)?;
        let [axis] = self.axes[..] else { return None };
        let points = self.reviews.rubric().criteria()[0].weight() * axis.points(1.0);
        let wider = self.wider.as_ref().map_or(1.0, |wider| wider[submission.index()]);
        Some(points * math::sqrt(wider / self.items[submission.index()].precision))
    }

    /// Takes a review, in place of one that the reviewer gave the submission before. O(reviews near it):
    /// the number of reviewers looked at.
    ///
    /// # Errors
    ///
    /// [`LiveError::Review`] for an unknown id, scores off the scale or too few or many of them, and own
    /// work; nothing is changed then.
    pub fn set(
        &mut self,
        submission: SubmissionId,
        reviewer: PersonId,
        scores: &[f64],
    ) -> Result<usize, LiveError> {
        let mut check = Reviews::builder(self.reviews.cohort(), self.reviews.rubric().clone());
        check.add(submission, reviewer, scores)?;
        let items: Vec<usize> = self.items_of(submission).collect();
        for (c, item) in items.into_iter().enumerate() {
            let rating = self.axes[c].rating(scores[c]);
            if let Some(row) = self.row(item, reviewer) {
                self.rows[row as usize].rating = rating;
            } else {
                let person = reviewer.get();
                let row = Row { item: to_u32(item), person, rating, ..Row::default() };
                let place = self.free.pop().unwrap_or(to_u32(self.rows.len()));
                if (place as usize) < self.rows.len() {
                    self.rows[place as usize] = row;
                } else {
                    self.rows.push(row);
                }
                self.works[item].push(place);
                self.people[reviewer.index()].push(place);
            }
        }
        Ok(self.tell(BTreeSet::from([reviewer.get()])))
    }

    /// Takes a review back. O(reviews near it): the number of reviewers looked at.
    ///
    /// # Errors
    ///
    /// [`LiveError::NoReview`] where there is none.
    pub fn withdraw(
        &mut self,
        submission: SubmissionId,
        reviewer: PersonId,
    ) -> Result<usize, LiveError> {
        let cohort = self.reviews.cohort();
        let known = submission.index() < cohort.submissions() && reviewer.index() < cohort.people();
        let rows: Vec<u32> = if known {
            self.items_of(submission).filter_map(|item| self.row(item, reviewer)).collect()
        } else {
            Vec::new()
        };
        if rows.is_empty() {
            return Err(LiveError::NoReview { reviewer, submission });
        }
        let mut front = BTreeSet::from([reviewer.get()]);
        for row in rows {
            let item = self.rows[row as usize].item as usize;
            self.works[item].retain(|&other| other != row);
            self.people[reviewer.index()].retain(|&other| other != row);
            self.free.push(row);
            self.collect(item, &mut front);
        }
        Ok(self.tell(front))
    }

    fn row(&self, item: usize, reviewer: PersonId) -> Option<u32> {
        let mut rows = self.works[item].iter().copied();
        rows.find(|&row| self.rows[row as usize].person == reviewer.get())
    }

    /// Looks at these reviewers anew, in the order of their ids, then at those of the works that moved.
    fn tell(&mut self, mut front: BTreeSet<u32>) -> usize {
        let mut looked = 0;
        for _ in 0..ROUNDS {
            if front.is_empty() {
                break;
            }
            for v in core::mem::take(&mut front) {
                looked += 1;
                self.look(v, &mut front);
            }
        }
        looked
    }

    /// What a reviewer says anew; the reviewers of works that moved join the front.
    fn look(&mut self, v: u32, front: &mut BTreeSet<u32>) {
        let rows = core::mem::take(&mut self.people[v as usize]);
        let column = |value: &dyn Fn(&Row) -> f64| -> Vec<f64> {
            rows.iter().map(|&row| value(&self.rows[row as usize])).collect()
        };
        let scores = column(&|row| row.rating);
        let precisions = column(&|row| self.items[row.item as usize].precision);
        let pulls = column(&|row| self.items[row.item as usize].pull);
        let mut sites: Vec<_> = rows.iter().map(|&row| self.rows[row as usize].site).collect();
        self.seen.clear();
        let ends = core::iter::once(rows.len());
        self.seen.extend(&self.law, ends, &scores, [&precisions, &pulls], &sites);
        let seen = self.seen.rows();
        self.block.learn(&self.nodes, seen);
        self.block.move_sites(&self.nodes, seen, &self.law, self.step, &mut sites);
        let mut parts = vec![[0.0; 2]; rows.len()];
        self.block.parts(&self.nodes, seen, &self.law, &mut parts);
        for ((&row, site), part) in rows.iter().zip(sites).zip(parts) {
            let row = &mut self.rows[row as usize];
            (row.site, row.part) = (site, part);
        }
        let again = front.contains(&v);
        for &row in &rows {
            self.collect(self.rows[row as usize].item as usize, front);
        }
        // What a reviewer says of a work does not depend on what the reviewer said of it before; but for
        // steps that go a part of the way, and a work that others moved.
        if !again && self.step >= 1.0 {
            front.remove(&v);
        }
        self.people[v as usize] = rows;
    }

    /// All that is said of an item; where that moved, its reviewers join the front.
    fn collect(&mut self, item: usize, front: &mut BTreeSet<u32>) {
        let start = self.law.start_of_work();
        let rows = self.works[item].iter().map(|&row| self.rows[row as usize]);
        let all = rows.clone().fold(start, |all, row| all.plus(Site::new(row.site)));
        self.items[item] = all;
        let moved = (all.mean() - self.told[item]).abs();
        if moved > TOLD / math::sqrt(all.precision) {
            self.told[item] = all.mean();
            front.extend(rows.map(|row| row.person));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::aggregate::{Aggregator, Posterior};
    use crate::cohort::Cohort;
    use crate::rubric::Rubric;
    use crate::scale::Scale;

    /// A course on a ring with shortcuts: reviewers differ in bias and in precision.
    fn course(n: u32) -> Reviews {
        let cohort = Cohort::individuals(n as usize).unwrap();
        let rubric = Rubric::single(Scale::new(-50.0, 150.0).unwrap());
        let mut rows = Reviews::builder(&cohort, rubric);
        let unit = |i: u32, j: u32| {
            let mut x = u64::from(i) << 32 | u64::from(j);
            for _ in 0..3 {
                x = (x ^ x >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(0x9e37_79b9);
            }
            (x >> 40) as f64 / f64::from(1 << 24)
        };
        // Nearly normal, of variance 1.
        let noise = |i: u32, j: u32| (0..12).fold(-6.0, |sum, k| sum + unit(12 * i + k, j));
        for u in 0..n {
            for step in [1, 8, 33, 100, 212] {
                let v = (u + step) % n;
                let spread = if v.is_multiple_of(3) { 4.0 } else { 12.0 };
                let score =
                    70.0 + 12.0 * noise(u, n) + 8.0 * noise(v, n + 1) + spread * noise(u, v);
                rows.add(SubmissionId::new(u), PersonId::new(v), &[score]).unwrap();
            }
        }
        rows.build().unwrap()
    }

    fn all(live: &LivePosterior<'_>) -> Vec<f64> {
        let works = (0..to_u32(live.works.len())).map(SubmissionId::new);
        works.map(|work| live.grade(work).unwrap()).collect()
    }

    /// The largest distance of grades in standard errors.
    fn distance(live: &LivePosterior<'_>, other: &LivePosterior<'_>) -> f64 {
        let each = all(live).into_iter().zip(all(other)).enumerate().map(|(u, (a, b))| {
            (a - b).abs() / live.std_error(SubmissionId::new(to_u32(u))).unwrap()
        });
        each.fold(0.0, math::max)
    }

    /// The same course with everybody looked at anew until nothing moves.
    fn swept<'a>(live: &LivePosterior<'a>) -> LivePosterior<'a> {
        let mut live = live.clone();
        for _ in 0..60 {
            for v in 0..to_u32(live.people.len()) {
                live.look(v, &mut BTreeSet::new());
            }
        }
        live
    }

    #[test]
    fn changes_near_a_review_are_those_of_sweeps_over_all() {
        let reviews = course(600);
        let book = Posterior::default().effort(false).aggregate(&reviews).unwrap();
        let mut live = Posterior::default().live(&reviews).unwrap();
        for (live, batch) in all(&live).into_iter().zip(book.grades().flatten()) {
            assert!((live - batch).abs() < 1e-9, "{live} {batch}");
        }
        let fixed = swept(&live);
        let (work, late) = (SubmissionId::new(17), PersonId::new(400));
        let reviewer = reviews.graph().reviewers_of(work)[2];
        let before = live.grade(work).unwrap();
        let mut looked = live.set(work, reviewer, &[140.0]).unwrap();
        assert!((live.grade(work).unwrap() - before).abs() > 0.1);
        assert!(distance(&live, &swept(&live)) < 0.05, "{}", distance(&live, &swept(&live)));
        looked += live.set(work, late, &[20.0]).unwrap();
        assert!(distance(&live, &swept(&live)) < 0.05);
        looked += live.withdraw(work, late).unwrap();
        looked += live.withdraw(work, reviewer).unwrap();
        assert!(distance(&live, &swept(&live)) < 0.05);
        assert!(distance(&live, &fixed) > 0.05);
        let own = reviews.scores_of(work, 0)[2];
        looked += live.set(work, reviewer, &[own]).unwrap();
        assert!(distance(&live, &fixed) < 0.05, "{}", distance(&live, &fixed));
        assert!(looked < 5 * 300, "{looked}");
    }

    #[test]
    fn what_is_no_review_of_the_course_is_told() {
        let reviews = course(300);
        let mut live = Posterior::default().live(&reviews).unwrap();
        let (work, stranger) = (SubmissionId::new(3), PersonId::new(200));
        let none = LiveError::NoReview { reviewer: stranger, submission: work };
        assert_eq!(live.withdraw(work, stranger), Err(none.clone()));
        assert!(none.to_string().contains("200") && none.to_string().contains('3'));
        for (work, reviewer, scores) in [
            (3, 200, vec![1000.0]),
            (3, 3, vec![5.0]),
            (3, 900, vec![5.0]),
            (900, 3, vec![5.0]),
            (3, 200, vec![]),
        ] {
            let result = live.set(SubmissionId::new(work), PersonId::new(reviewer), &scores);
            assert!(matches!(result, Err(LiveError::Review(_))), "{result:?}");
        }
        assert_eq!(live.grade(SubmissionId::new(900)), None);
        assert!(live.withdraw(SubmissionId::new(900), stranger).is_err());
        let reviewers = reviews.graph().reviewers_of(work);
        for &reviewer in reviewers {
            live.withdraw(work, reviewer).unwrap();
        }
        assert_eq!((live.grade(work), live.std_error(work)), (None, None));
        live.set(work, reviewers[0], &[80.0]).unwrap();
        assert!(live.grade(work).is_some());
    }
}
