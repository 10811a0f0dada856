//! What stands where staff, peers and the author each say something.

use super::{AggregateError, Aggregator};
use crate::gradebook::{Gradebook, Known, Source};
use crate::id::SubmissionId;
use crate::math;
use crate::reviews::Reviews;

/// What a staff grade is beside the reviews of peers.
///
/// ```
/// use peergrade::aggregate::StaffGrades;
///
/// assert_eq!(StaffGrades::default(), StaffGrades::Override);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum StaffGrades {
    /// It stands in place of what peers say.
    #[default]
    Override,
    /// It counts like this many reviews beside the `k` of peers: its part in the grade is
    /// `reviews / (reviews + k)`.
    OneOfSet {
        /// How many, above 0.
        reviews: f64,
    },
    /// It is the word of a reviewer with noise of this standard deviation: its part is
    /// `sd^-2 / (sd^-2 + se^-2)` with the standard error of what peers say.
    Precise {
        /// In points of the total, above 0.
        sd: f64,
    },
}

/// What authors' reviews of their own work are good for.
///
/// ```
/// use peergrade::aggregate::SelfReviews;
///
/// assert_eq!(SelfReviews::default(), SelfReviews::Excluded);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SelfReviews {
    /// Nothing.
    #[default]
    Excluded,
    /// Where neither staff nor peers say anything, the author's word stands, less what authors
    /// are found to flatter themselves.
    WhereNoPeers,
    /// Besides, where peers say something, the author's word counts with them, less the same: as
    /// one review more, or by its precision where the method has standard errors.
    Counted,
}

/// A method with a policy of what stands: staff before peers before authors.
///
/// ```text
/// offset   d_u = grade by peers - known grade            over the m works that have both
///          w_u = 1 / (se_u^2 + sd_staff^2)               1 where the method has no standard errors
///          raw = sum w d / sum w
///          var = 1 / sum w                               sample variance of d / m without
///          points = max(0, 1 - var / raw^2) raw          taken off every grade by peers
///          var is added to the variance of every grade by peers
/// self     e_u = total of the author - (the grade that stands), mean over the works that have both,
///          shrunk in the same way; taken off the author's total. Its noise has the variance that
///          the e_u have beyond that of the grades, at least a tenth of it
/// ```
///
/// A team's own review is the mean of its members'. Every grade of staff, and of exemplars which
/// peers reviewed, teaches the offset. The shrinkage (James and Stein 1961, for one mean) keeps a
/// correction away that the few works of staff cannot tell from noise: an unshrunk one hurts where
/// peers agree with staff. With two works or more; otherwise nothing is learned.
///
/// Explanations say all of it: the offset and what staff or the author say are lines of their own.
/// O(works) beside the method.
///
/// When not to use it: the offset where staff graded the doubtful works and no random ones, since
/// what it learns there is not what peers are elsewhere.
///
/// ```
/// use peergrade::aggregate::{Aggregator, GradingPolicy, Mean, SelfReviews, StaffGrades};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// rows.allow_self_reviews(true);
/// let work = SubmissionId::new;
/// rows.add(work(0), PersonId::new(1), &[7.0])?.add(work(0), PersonId::new(2), &[8.0])?;
/// rows.add(work(1), PersonId::new(1), &[9.0])?;
/// rows.staff_grade(work(0), 5.0)?;
/// let reviews = rows.build()?;
///
/// let policy = GradingPolicy::new(Box::new(Mean))
///     .staff(StaffGrades::OneOfSet { reviews: 2.0 })
///     .self_reviews(SelfReviews::WhereNoPeers);
/// let grades = policy.aggregate(&reviews)?;
/// assert_eq!(grades.grade(work(0)), Some(6.25));
/// assert_eq!(grades.grade(work(1)), Some(9.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GradingPolicy {
    method: Box<dyn Aggregator>,
    staff: StaffGrades,
    offset: bool,
    staff_sd: f64,
    self_reviews: SelfReviews,
}

impl GradingPolicy {
    /// The method as it is: staff override, no offset, no self-reviews.
    #[must_use]
    pub fn new(method: Box<dyn Aggregator>) -> Self {
        let (staff, self_reviews) = Default::default();
        Self { method, staff, offset: false, staff_sd: 0.0, self_reviews }
    }

    /// Sets what a staff grade is beside the reviews of peers.
    #[must_use]
    pub fn staff(mut self, staff: StaffGrades) -> Self {
        self.staff = staff;
        self
    }

    /// Sets whether the works that staff graded teach by how much peers are too high or too low in
    /// all; not by default.
    #[must_use]
    pub fn offset(mut self, learn: bool) -> Self {
        self.offset = learn;
        self
    }

    /// Sets the noise of a staff grade, in points of the total, for the offset; 0 by default.
    #[must_use]
    pub fn staff_sd(mut self, sd: f64) -> Self {
        self.staff_sd = sd;
        self
    }

    /// Sets what authors' reviews of their own work are good for.
    #[must_use]
    pub fn self_reviews(mut self, self_reviews: SelfReviews) -> Self {
        self.self_reviews = self_reviews;
        self
    }

    fn check(&self) -> Result<(), AggregateError> {
        let positive = |setting, value: f64| {
            let fine = value > 0.0 && value < f64::INFINITY;
            let needed = "but must be finite and above 0";
            let error =
                AggregateError::Setting { method: "grading policy", setting, value, needed };
            if fine { Ok(()) } else { Err(error) }
        };
        match self.staff {
            StaffGrades::Override => {}
            StaffGrades::OneOfSet { reviews } => positive("reviews of a staff grade", reviews)?,
            StaffGrades::Precise { sd } => positive("the sd of a staff grade", sd)?,
        }
        // Not below 0, and not NaN.
        positive("the sd of a staff grade", self.staff_sd + f64::MIN_POSITIVE)
    }
}

impl Aggregator for GradingPolicy {
    /// That of the method.
    fn name(&self) -> &str {
        self.method.name()
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let mut book = self.method.aggregate(reviews)?;
        if self.offset {
            let offset = Offset::of_peers(&book, reviews, self.staff_sd);
            if let Some(Offset { points, sd, .. }) = offset.filter(|offset| offset.points != 0.0) {
                book = book.with_offset(points, sd);
            }
        }
        let known = self.known(reviews, &book)?;
        Ok(book.with_known(known))
    }
}

impl GradingPolicy {
    /// What others than peers say of the submissions, in order.
    fn known(&self, reviews: &Reviews, book: &Gradebook) -> Result<Vec<Known>, AggregateError> {
        let exemplars = reviews.exemplars().iter();
        let exemplars = exemplars.map(|&(s, g)| Known::standing(s, g, Source::Exemplar));
        let mut known: Vec<Known> = exemplars.collect();
        for &(submission, grade) in reviews.staff_grades() {
            known.push(self.by_staff(book, submission, grade)?);
        }
        known.sort_by_key(|known| known.submission);
        if self.self_reviews != SelfReviews::Excluded {
            self.add_own(reviews, book, &mut known);
        }
        Ok(known)
    }

    fn by_staff(
        &self,
        book: &Gradebook,
        s: SubmissionId,
        grade: f64,
    ) -> Result<Known, AggregateError> {
        let standing = Known::standing(s, grade, Source::Staff);
        if book.peer_grade(s).is_none() {
            return Ok(standing);
        }
        Ok(match self.staff {
            StaffGrades::Override => standing,
            StaffGrades::OneOfSet { reviews } => {
                let part = reviews / (reviews + f64::from(book.reviews(s)));
                let std_error = book.peer_std_error(s).map(|error| (1.0 - part) * error);
                Known { part, std_error, ..standing }
            }
            StaffGrades::Precise { sd } => {
                let error = book.peer_std_error(s);
                let method = || self.method.name().to_owned();
                let error =
                    error.ok_or_else(|| AggregateError::NoStdErrors { method: method() })?;
                let (part, std_error) = by_precision(sd, error);
                Known { part, std_error: Some(std_error), ..standing }
            }
        })
    }

    /// Adds what authors say of works of which staff say nothing.
    fn add_own(&self, reviews: &Reviews, book: &Gradebook, known: &mut Vec<Known>) {
        let own = own_totals(reviews);
        let standing = |s: SubmissionId| {
            let at = known.binary_search_by_key(&s, |known| known.submission).ok();
            at.map(|at| known[at].grade)
        };
        let distances: Vec<_> = own
            .iter()
            .filter_map(|&(s, total)| match standing(s) {
                Some(grade) => Some((total - grade, None)),
                None => Some((total - book.peer_grade(s)?, None)),
            })
            .collect();
        let unit = reviews.rubric().scale().unit();
        let flattery = Offset::of(&distances, unit);
        let points = flattery.map_or(0.0, |flattery| flattery.points);
        let scale = reviews.rubric().scale().without_step();
        let mut new = Vec::new();
        for (s, total) in own.into_iter().filter(|&(s, _)| standing(s).is_none()) {
            let grade = scale.nearest(total - points);
            let alone = Known::standing(s, grade, Source::SelfReview);
            match (book.peer_grade(s), self.self_reviews) {
                (None, _) => new.push(alone),
                (Some(_), SelfReviews::Counted) => {
                    new.push(counted(alone, book, flattery.map(|flattery| flattery.spread)));
                }
                _ => {}
            }
        }
        known.extend(new);
        known.sort_by_key(|known| known.submission);
    }
}

/// An author's word as one more review, or by its precision.
fn counted(alone: Known, book: &Gradebook, spread: Option<f64>) -> Known {
    let s = alone.submission;
    match (book.peer_std_error(s), spread) {
        (Some(error), Some(spread)) => {
            let noise = math::max(spread * spread - error * error, 0.1 * spread * spread);
            let (part, std_error) = by_precision(math::sqrt(noise), error);
            Known { part, std_error: Some(std_error), ..alone }
        }
        (error, _) => {
            let part = 1.0 / (1.0 + f64::from(book.reviews(s)));
            Known { part, std_error: error, ..alone }
        }
    }
}

/// The part of a word with noise of `sd` beside a grade with this standard error, and the standard
/// error of both together.
fn by_precision(sd: f64, error: f64) -> (f64, f64) {
    let all = math::hypot(sd, error);
    if all > 0.0 { ((error / all) * (error / all), sd / all * error) } else { (0.5, 0.0) }
}

/// What authors say of their works, in order: the mean over the members of a team.
fn own_totals(reviews: &Reviews) -> Vec<(SubmissionId, f64)> {
    let own = reviews.self_reviews();
    let teams = own.chunk_by(|a, b| a.submission() == b.submission());
    teams
        .map(|team| {
            let totals: Vec<f64> =
                team.iter().map(|review| reviews.rubric().total(review.scores())).collect();
            (team[0].submission(), math::mean(&totals))
        })
        .collect()
}

/// How far peers are above each grade of staff and of exemplars, which have noise of this standard
/// deviation, and the standard error of that.
pub(super) fn distances(
    book: &Gradebook,
    reviews: &Reviews,
    sd: f64,
) -> impl Iterator<Item = (SubmissionId, (f64, Option<f64>))> {
    let known = reviews.staff_grades().iter().chain(reviews.exemplars());
    known.filter_map(move |&(s, grade)| {
        let error = book.peer_std_error(s).map(|error| math::hypot(error, sd));
        Some((s, (book.peer_grade(s)? - grade, error)))
    })
}

/// A common distance, drawn to 0 as far as it may be noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offset {
    pub(super) points: f64,
    /// The standard deviation of the points.
    pub(super) sd: f64,
    /// The standard deviation of one distance.
    spread: f64,
}

impl Offset {
    /// How far peers are above the grades of staff and of exemplars, which have noise of this standard
    /// deviation; `None` from fewer than two.
    fn of_peers(book: &Gradebook, reviews: &Reviews, sd: f64) -> Option<Self> {
        let distances = distances(book, reviews, sd).map(|(_, distance)| distance);
        Self::of(&distances.collect::<Vec<_>>(), reviews.rubric().scale().unit())
    }

    /// From at least two distances with their standard errors, if known of all; `None` from fewer.
    pub(super) fn of(distances: &[(f64, Option<f64>)], unit: f64) -> Option<Self> {
        let count = distances.len() as f64;
        if count < 2.0 {
            return None;
        }
        let mean = distances.iter().fold(0.0, |sum, (d, _)| sum + d / unit) / count;
        let square = |d: f64| (d / unit - mean) * (d / unit - mean);
        let squares = distances.iter().fold(0.0, |sum, &(d, _)| sum + square(d));
        let sample = squares / (count - 1.0);
        let known = distances.iter().all(|(_, error)| error.is_some_and(|error| error > 0.0));
        let (raw, variance) = if known {
            let weight = |error: &Option<f64>| {
                // Whose square is a number, and one to divide by.
                let error = math::clamp(error.unwrap_or(unit) / unit, 1e-100, 1e100);
                1.0 / (error * error)
            };
            let (sum, all) = distances.iter().fold((0.0, 0.0), |(sum, all), (d, error)| {
                (sum + weight(error) * (d / unit), all + weight(error))
            });
            (sum / all, 1.0 / all)
        } else {
            (mean, sample / count)
        };
        // Without any noise there is nothing to draw.
        let noise = if raw.abs() > 0.0 { math::min(variance / (raw * raw), 1.0) } else { 1.0 };
        Some(Self {
            points: unit * (1.0 - noise) * raw,
            sd: math::min(unit * math::sqrt(variance), f64::MAX),
            spread: unit * math::sqrt(sample),
        })
    }
}

#[cfg(test)]
mod tests;
