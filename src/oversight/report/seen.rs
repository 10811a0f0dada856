//! What one pass over a course finds in each person's reviews; totals are in the unit of the course.

use super::judged::Judged;
use crate::chunks;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::oversight::known;
use crate::reviews::Reviews;

/// What a person's reviews are like. Every number is finite; those of nothing are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) given: u32,
    /// Those that have a consensus.
    pub(super) compared: u32,
    /// Those with the same level on all criteria, where that can be seen.
    pub(super) straight: u32,
    pub(super) not_minimum: u32,
    /// Those of works by authors who reviewed a work of this person.
    pub(super) mutual: u32,
    /// Scores that others gave too, and those of them that are the median of the others'.
    pub(super) scores: u32,
    pub(super) agreeing: u32,
    pub(super) weight: f64,
    /// Of the deviations from the consensus: their mean, and the sum of their squares around it.
    pub(super) mean: f64,
    pub(super) squares: f64,
    /// The same of the deviations from the grades.
    pub(super) missed: f64,
    pub(super) missed_squares: f64,
    pub(super) totals_width: f64,
    pub(super) consensus_width: f64,
    pub(super) consensus_mean: f64,
    /// How far the others' medians lie apart between criteria, on average, in parts of the range.
    pub(super) criteria_spread: f64,
    /// Correlation of the totals with the grades.
    pub(super) correlation: Option<f64>,
    /// Correlation of the totals with those received from the authors.
    pub(super) returned: f64,
}

impl Seen {
    pub(super) fn bias(&self) -> Option<f64> {
        (self.compared > 0).then_some(self.mean)
    }

    pub(super) fn freedom(&self) -> f64 {
        f64::from(self.compared.saturating_sub(1))
    }

    pub(super) fn variance(&self) -> Option<f64> {
        (self.compared > 1).then(|| self.squares / self.freedom())
    }

    /// The mean of the squares of the deviations from the grades.
    pub(super) fn missed_by(&self) -> f64 {
        self.missed_squares / f64::from(self.compared.max(1)) + self.missed * self.missed
    }
}

/// The least and the greatest of numbers.
#[derive(Debug, Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
}

impl Default for Range {
    fn default() -> Self {
        Self { low: f64::MAX, high: f64::MIN }
    }
}

impl Range {
    fn add(&mut self, x: f64) {
        self.low = math::min(self.low, x);
        self.high = math::max(self.high, x);
    }

    fn width(self) -> f64 {
        math::max(self.high - self.low, 0.0)
    }
}

/// Means, squares and products of pairs, updated one by one (Welford, Technometrics 4, 1962).
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    count: u32,
    means: [f64; 2],
    squares: [f64; 2],
    product: f64,
}

impl Pairs {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1;
        let count = f64::from(self.count);
        let before = [x - self.means[0], y - self.means[1]];
        for (mean, off) in self.means.iter_mut().zip(before) {
            *mean += off / count;
        }
        let after = [x - self.means[0], y - self.means[1]];
        for (square, (b, a)) in self.squares.iter_mut().zip(before.into_iter().zip(after)) {
            *square += b * a;
        }
        self.product += before[0] * after[1];
    }

    /// `None` for fewer than three pairs, and where the spread of one side is rounding alone.
    fn correlation(&self) -> Option<f64> {
        let spread = self.squares.iter().all(|&s| !is_rounding(s, self.count));
        let [x, y] = self.squares.map(math::sqrt);
        (self.count > 2 && spread).then(|| math::clamp(self.product / x / y, -1.0, 1.0))
    }
}

/// Whether squares around a mean are rounding alone: totals in the unit are below 2.
fn is_rounding(squares: f64, count: u32) -> bool {
    const ROUNDING: f64 = 64.0 * f64::EPSILON;
    squares <= ROUNDING * ROUNDING * f64::from(count)
}

fn without_rounding(squares: f64, count: u32) -> f64 {
    if is_rounding(squares, count) { 0.0 } else { squares }
}

/// A course with what is needed of each submission and of each review.
pub(super) struct Course<'a> {
    reviews: &'a Reviews,
    pub(super) unit: f64,
    /// The known grade of a submission, or the sum of its totals.
    works: Vec<Work>,
    judged: Judged,
    /// Whether all criteria have equally many levels, so that straight lines can be seen.
    pub(super) comparable: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Work {
    value: f64,
    known: bool,
}

impl<'a> Course<'a> {
    pub(super) fn new(reviews: &'a Reviews, grades: &Gradebook) -> Self {
        let unit = reviews.rubric().scale().unit();
        let works = chunks::column(reviews.graph().submissions(), |i| {
            let submission = SubmissionId::new(to_u32(i));
            if let Some(grade) = known(reviews, submission) {
                return Work { value: grade / unit, known: true };
            }
            let range = reviews.graph().reviews_of(submission);
            let value = range.fold(0.0, |sum, e| sum + reviews.total_at(e) / unit);
            Work { value, known: false }
        });
        let criteria = reviews.rubric().criteria();
        let levels = |i: usize| criteria[i].scale().levels();
        let comparable = criteria.len() > 1 && (1..criteria.len()).all(|i| levels(i) == levels(0));
        let judged = Judged::new(reviews, grades, comparable);
        Self { reviews, unit, works, judged, comparable }
    }

    /// What a submission deserves by all but one of its reviews, which has this total.
    fn consensus(&self, submission: SubmissionId, total: f64) -> Option<f64> {
        let Work { value, known } = self.works[submission.index()];
        if known {
            return Some(value);
        }
        match self.reviews.graph().reviews_of(submission).len() {
            0 | 1 => None,
            k => Some((value - total) / (k - 1) as f64),
        }
    }

    /// The grade that a review is held against: the known one, else that of the peers without
    /// this review, else the consensus.
    fn grade(&self, submission: SubmissionId, review: usize, consensus: f64) -> f64 {
        let without = self.judged.grade[review];
        if self.works[submission.index()].known || without.is_nan() {
            return consensus;
        }
        without / self.unit
    }

    pub(super) fn observe(&self, person: PersonId) -> Seen {
        let graph = self.reviews.graph();
        let mut seen = Seen::default();
        let (mut totals, mut consensuses) = (Range::default(), Range::default());
        let (mut with_grades, mut missed) = (Pairs::default(), Pairs::default());
        for (&review, &submission) in
            graph.reviews_by(person).iter().zip(graph.submissions_of(person))
        {
            let review = review.index();
            let total = self.reviews.total_at(review) / self.unit;
            self.count(&mut seen, submission, review);
            let Some(consensus) = self.consensus(submission, total) else { continue };
            let grade = self.grade(submission, review, consensus);
            compare(&mut seen, total, consensus);
            totals.add(total);
            consensuses.add(consensus);
            with_grades.add(total, grade);
            missed.add(total - grade, 0.0);
        }
        seen.squares = without_rounding(seen.squares, seen.compared);
        (seen.totals_width, seen.consensus_width) = (totals.width(), consensuses.width());
        seen.missed = missed.means[0];
        seen.missed_squares = without_rounding(missed.squares[0], seen.compared);
        seen.criteria_spread /= f64::from(seen.given.max(1));
        seen.correlation = with_grades.correlation();
        self.reciprocate(&mut seen, person);
        seen
    }

    /// What can be counted of a review without any consensus on the total.
    fn count(&self, seen: &mut Seen, submission: SubmissionId, review: usize) {
        seen.given += 1;
        seen.weight += self.judged.weight[review];
        seen.not_minimum += u32::from(!self.is_minimum(review));
        seen.straight += u32::from(self.comparable && self.is_straight(review));
        if self.reviews.graph().reviews_of(submission).len() > 1 {
            seen.scores =
                seen.scores.saturating_add(to_u32(self.reviews.rubric().criteria().len()));
            seen.agreeing = seen.agreeing.saturating_add(self.judged.agreeing[review].into());
        }
        if let Some(&spread) = self.judged.spread.get(review) {
            seen.criteria_spread += spread;
        }
    }

    fn is_minimum(&self, review: usize) -> bool {
        let criteria = self.reviews.rubric().criteria().iter().enumerate();
        criteria.into_iter().all(|(c, it)| self.reviews.column(c)[review] <= it.scale().min())
    }

    /// Whether the scores lie at one place of their scales.
    fn is_straight(&self, review: usize) -> bool {
        let mut places = Range::default();
        for (c, criterion) in self.reviews.rubric().criteria().iter().enumerate() {
            let scale = criterion.scale();
            let score = self.reviews.column(c)[review];
            places.add((score - scale.min()) / (scale.max() - scale.min()));
        }
        // Steps are rounded: the least of levels that are there lie much farther apart.
        places.width() < 1e-9
    }

    /// The totals that a person gave to works of those who reviewed theirs, beside the mean total
    /// received from their authors.
    fn reciprocate(&self, seen: &mut Seen, person: PersonId) {
        let (graph, cohort) = (self.reviews.graph(), self.reviews.cohort());
        let own = cohort.submissions_of(person);
        if own.is_empty() {
            return;
        }
        let mut pairs = Pairs::default();
        for (&review, &submission) in
            graph.reviews_by(person).iter().zip(graph.submissions_of(person))
        {
            let (mut sum, mut count) = (0.0, 0_u32);
            for author in cohort.authors_of(submission) {
                for &mine in own {
                    let Ok(at) = graph.reviewers_of(mine).binary_search(author) else { continue };
                    let received = graph.reviews_of(mine).start + at;
                    sum += self.reviews.total_at(received) / self.unit;
                    count += 1;
                }
            }
            if count > 0 {
                let given = self.reviews.total_at(review.index()) / self.unit;
                pairs.add(given, sum / f64::from(count));
            }
        }
        seen.mutual = pairs.count;
        seen.returned = pairs.correlation().unwrap_or(0.0);
    }
}

/// Adds a deviation from the consensus.
fn compare(seen: &mut Seen, total: f64, consensus: f64) {
    seen.compared += 1;
    let count = f64::from(seen.compared);
    let deviation = total - consensus;
    let distance = deviation - seen.mean;
    seen.mean += distance / count;
    seen.squares += distance * (deviation - seen.mean);
    seen.consensus_mean += (consensus - seen.consensus_mean) / count;
}
