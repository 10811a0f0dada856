//! What Peergrade computes.

use super::review_grades::{ByPair, ReviewGrades};
use super::{AggregateError, Aggregator, by_scores};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::rounding::Rounding;

/// The mean over criteria and peers, answers that a teacher overrules, and a combined score with
/// the authors' reactions to reviews.
///
/// ```text
/// answer      = (z - min) / (max - min)                  levels evenly from 0 to 1
/// submission  = mean over criteria of the mean over peers of the answers
/// feedback    = mean reaction to the reviews that a person gave      (PeergradeFeedback)
/// combined    = 0.5 submission + 0.5 feedback
/// ```
///
/// Peergrade's help pages on scores. O(reviews x criteria) time.
///
/// | Peergrade | here |
/// |---|---|
/// | a teacher's answer replaces those of all peers on that criterion | [`overrule`](Self::overrule); in an explanation it is the adjustment by the method |
/// | criteria count alike | so they do in [`scores`](Self::scores), where those of weight 0 are left out; in the gradebook the weights and ranges of the rubric hold |
/// | a score from 0 to 100 % | from 0 to 1; the gradebook is on the scale of the rubric |
///
/// When not to use it: for the reasons of [`Mean`](super::Mean). Reactions of authors measure
/// kindness as much as care.
///
/// ```
/// use peergrade::aggregate::{Peergrade, PeergradeFeedback, Reaction};
/// use peergrade::{Cohort, Criterion, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let rubric = Rubric::new([
///     Criterion::new("clear?", Scale::with_step(0.0, 1.0, 1.0)?),
///     Criterion::new("how well?", Scale::with_step(1.0, 5.0, 1.0)?),
/// ])?;
/// let mut rows = Reviews::builder(&cohort, rubric);
/// let work = SubmissionId::new(0);
/// rows.add(work, PersonId::new(1), &[1.0, 4.0])?.add(work, PersonId::new(2), &[0.0, 5.0])?;
/// rows.add(SubmissionId::new(1), PersonId::new(0), &[1.0, 3.0])?;
/// let reviews = rows.build()?;
///
/// let feedback = PeergradeFeedback::new()
///     .reaction(work, PersonId::new(1), Reaction::Useful)
///     .reaction(SubmissionId::new(1), PersonId::new(0), Reaction::VeryUseful)
///     .undone(PersonId::new(0), 1)
///     .grades(&reviews)?;
/// let scores = Peergrade::default().scores(&reviews, &feedback)?;
/// // (1/2 + (3/4 + 1)/2) / 2
/// assert_eq!(scores.submission(work), Some(0.6875));
/// // One review that was found very useful, and one undone.
/// assert_eq!(feedback.of_reviewer(PersonId::new(0)), Some(0.5));
/// assert_eq!(scores.combined(PersonId::new(0)), Some(0.59375));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Peergrade {
    feedback_share: f64,
    overruled: Vec<(SubmissionId, usize, f64)>,
}

const METHOD: &str = "peergrade";

impl Default for Peergrade {
    fn default() -> Self {
        Self { feedback_share: 0.5, overruled: Vec::new() }
    }
}

impl Peergrade {
    /// With this share of feedback in the combined score, 0.5 by default; the rest is the
    /// submission's.
    ///
    /// ```
    /// use peergrade::aggregate::Peergrade;
    ///
    /// assert!(Peergrade::new(-0.5).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`AggregateError::Setting`] for a share that is not from 0 to 1.
    pub fn new(feedback_share: f64) -> Result<Self, AggregateError> {
        if (0.0..=1.0).contains(&feedback_share) {
            return Ok(Self { feedback_share, ..Self::default() });
        }
        Err(AggregateError::Setting {
            method: METHOD,
            setting: "the share of feedback",
            value: feedback_share,
            needed: "but must be from 0 to 1",
        })
    }

    /// Sets a teacher's answer, on the scale of the criterion, in place of those of all peers. Of
    /// several the last one counts. Checked by [`aggregate`](Aggregator::aggregate).
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Peergrade};
    /// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(2)?;
    /// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
    /// let work = SubmissionId::new(0);
    /// let reviews = rows.add(work, PersonId::new(1), &[2.0])?.build()?;
    /// let grades = Peergrade::default().overrule(work, 0, 8.0).aggregate(&reviews)?;
    /// assert_eq!(grades.grade(work), Some(8.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overrule(mut self, work: SubmissionId, criterion: usize, answer: f64) -> Self {
        self.overruled.push((work, criterion, answer));
        self
    }

    /// The scores of submissions and people, from 0 to 1, with the feedback scores that
    /// [`PeergradeFeedback`] gives.
    ///
    /// # Errors
    ///
    /// [`AggregateError`] where an overruled answer is of a submission or criterion that is not
    /// there or off its scale, and [`AggregateError::Gradebook`] for feedback of other people.
    pub fn scores(
        &self,
        reviews: &Reviews,
        feedback: &ReviewGrades,
    ) -> Result<PeergradeScores, AggregateError> {
        let (what, given) = ("feedback scores", feedback.reviewers().len());
        let expected = reviews.graph().people();
        if given != expected {
            return Err(crate::gradebook::GradebookError::Length { what, given, expected }.into());
        }
        let book = self.aggregate(reviews)?;
        let submissions = chunks::column(book.submissions(), |i| {
            submission_score(reviews, &book, SubmissionId::new(to_u32(i)))
        });
        let combined = chunks::column(reviews.graph().people(), |v| {
            let person = PersonId::new(to_u32(v));
            let works = reviews.cohort().submissions_of(person).iter();
            let own: Vec<f64> =
                works.map(|s| submissions[s.index()]).filter(|x| !x.is_nan()).collect();
            match feedback.of_reviewer(person) {
                Some(score) if !own.is_empty() => {
                    (1.0 - self.feedback_share) * math::mean(&own) + self.feedback_share * score
                }
                _ => MISSING,
            }
        });
        let [submissions, combined] = [submissions, combined].map(Column::from_raw);
        Ok(PeergradeScores { submissions, combined })
    }

    /// The last of the overruled answers, checked.
    fn checked(&self, reviews: &Reviews) -> Result<(), AggregateError> {
        let criteria = reviews.rubric().criteria();
        for &(submission, criterion, answer) in &self.overruled {
            let method = METHOD;
            if submission.index() >= reviews.graph().submissions() {
                let needed = "the submissions";
                return Err(AggregateError::Submission { method, submission, needed });
            }
            let Some(of) = criteria.get(criterion) else {
                let (what, given) = ("criteria", criterion.saturating_add(1));
                let expected = criteria.len();
                return Err(
                    crate::gradebook::GradebookError::Length { what, given, expected }.into()
                );
            };
            of.scale().check(answer).map_err(|error| AggregateError::Score {
                method,
                submission,
                criterion,
                error,
            })?;
        }
        Ok(())
    }
}

impl Aggregator for Peergrade {
    fn name(&self) -> &'static str {
        METHOD
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.checked(reviews)?;
        let mut book = Gradebook::builder(reviews, self.name());
        for criterion in 0..reviews.rubric().criteria().len() {
            let means = by_scores(reviews, criterion, |_, scores| math::mean(scores));
            let mut grades: Vec<f64> = means.iter().map(|grade| grade.unwrap_or(MISSING)).collect();
            for &(submission, of, answer) in &self.overruled {
                if of == criterion {
                    grades[submission.index()] = answer + 0.0;
                }
            }
            book = book.criterion(Column::from_raw(grades));
        }
        Ok(book.build()?)
    }
}

/// The mean over criteria of the answers, from 0 to 1. A known grade counts as the part of the
/// range that it is.
fn submission_score(reviews: &Reviews, book: &Gradebook, submission: SubmissionId) -> f64 {
    let part = |grade: f64, scale: crate::scale::Scale| {
        math::clamp((grade - scale.min()) / (scale.max() - scale.min()), 0.0, 1.0)
    };
    let known = reviews.staff_grade(submission).or_else(|| reviews.exemplar(submission));
    if let Some(grade) = known {
        return part(grade, reviews.rubric().scale());
    }
    let criteria = reviews.rubric().criteria().iter().enumerate();
    let (mut sum, mut count) = (0.0, 0.0);
    for (c, criterion) in criteria.filter(|(_, criterion)| criterion.weight() > 0.0) {
        let Some(grade) = book.criterion_grade(submission, c) else { return MISSING };
        sum += part(grade, criterion.scale());
        count += 1.0;
    }
    sum / count
}

/// What [`Peergrade`] gives, from 0 to 1.
///
/// ```
/// use peergrade::aggregate::{Peergrade, PeergradeFeedback};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 20.0)?));
/// let reviews = rows.add(SubmissionId::new(0), PersonId::new(1), &[15.0])?.build()?;
/// let feedback = PeergradeFeedback::new().grades(&reviews)?;
/// let scores = Peergrade::default().scores(&reviews, &feedback)?;
/// assert_eq!(scores.submission(SubmissionId::new(0)), Some(0.75));
/// // Nothing is known of the reviewing of person 0.
/// assert_eq!(scores.combined(PersonId::new(0)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PeergradeScores {
    submissions: Column,
    combined: Column,
}

impl PeergradeScores {
    /// The score of a submission; `None` where an answer is missing on every side.
    #[must_use]
    pub fn submission(&self, submission: SubmissionId) -> Option<f64> {
        self.submissions.get(submission.index())
    }

    /// The combined score of a person, of whose works the mean counts; `None` where the submission
    /// score or the feedback score is missing.
    #[must_use]
    pub fn combined(&self, person: PersonId) -> Option<f64> {
        self.combined.get(person.index())
    }

    /// All scores of submissions.
    #[must_use]
    pub fn submissions(&self) -> &Column {
        &self.submissions
    }

    /// All combined scores, by [`PersonId`].
    #[must_use]
    pub fn people(&self) -> &Column {
        &self.combined
    }
}

/// How useful the author found a review: five levels, evenly from 0 to 1.
///
/// ```
/// use peergrade::aggregate::Reaction;
///
/// assert_eq!(Reaction::SomewhatUseful.value(), 0.5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reaction {
    /// 0 %.
    NotUseful,
    /// 25 %.
    LittleUseful,
    /// 50 %.
    SomewhatUseful,
    /// 75 %.
    Useful,
    /// 100 %.
    VeryUseful,
}

impl Reaction {
    /// From 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::NotUseful => 0.0,
            Self::LittleUseful => 0.25,
            Self::SomewhatUseful => 0.5,
            Self::Useful => 0.75,
            Self::VeryUseful => 1.0,
        }
    }
}

/// The reactions of authors to reviews, and the reviews that were not done: what makes the feedback
/// score of a reviewer.
///
/// ```text
/// score = sum of reactions / (number of reactions + number of reviews not done)
/// ```
///
/// A review without a reaction is left out; who has neither has no score.
///
/// ```
/// use peergrade::aggregate::{PeergradeFeedback, Reaction};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(3)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 1.0)?));
/// let reviewer = PersonId::new(2);
/// rows.add(SubmissionId::new(0), reviewer, &[1.0])?.add(SubmissionId::new(1), reviewer, &[0.0])?;
/// let reviews = rows.build()?;
/// let feedback = PeergradeFeedback::new();
/// let feedback = feedback.reaction(SubmissionId::new(1), reviewer, Reaction::Useful);
/// assert_eq!(feedback.grades(&reviews)?.of_reviewer(reviewer), Some(0.75));
/// assert_eq!(feedback.undone(reviewer, 2).grades(&reviews)?.of_reviewer(reviewer), Some(0.25));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PeergradeFeedback {
    reactions: ByPair,
    undone: Vec<(PersonId, u32)>,
}

impl PeergradeFeedback {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how the author of a work found a review. Of several reactions the last one counts.
    #[must_use]
    pub fn reaction(mut self, work: SubmissionId, reviewer: PersonId, reaction: Reaction) -> Self {
        self.reactions.push(work, reviewer, reaction.value());
        self
    }

    /// Adds reviews that a person was to give and did not.
    #[must_use]
    pub fn undone(mut self, person: PersonId, reviews: u32) -> Self {
        self.undone.push((person, reviews));
        self
    }

    /// The scores of reviews and of reviewers, from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`AggregateError::NoReview`] for a reaction to a review that is not there, and
    /// [`AggregateError::Graph`] for a person who is not there, with the position among the calls of
    /// [`undone`](Self::undone).
    pub fn grades(&self, reviews: &Reviews) -> Result<ReviewGrades, AggregateError> {
        let graph = reviews.graph();
        let mut reactions = vec![MISSING; graph.reviews()];
        let what = (METHOD, "a reaction");
        self.reactions.write(reviews, &mut reactions, what, (0.0, 1.0, "from 0 to 1"))?;
        let mut undone = vec![0.0; graph.people()];
        for (row, &(reviewer, count)) in self.undone.iter().enumerate() {
            let people = graph.people();
            let slot = undone.get_mut(reviewer.index());
            let error = crate::error::GraphError::UnknownReviewer { row, reviewer, people };
            *slot.ok_or(error)? += f64::from(count);
        }
        let scores = chunks::column(graph.people(), |v| {
            let given = graph.reviews_by(PersonId::new(to_u32(v))).iter();
            let given = given.map(|review| reactions[review.index()]).filter(|x| !x.is_nan());
            let (sum, count) = given.fold((0.0, undone[v]), |(sum, n), x| (sum + x, n + 1.0));
            if count > 0.0 { sum / count } else { MISSING }
        });
        let grades = ReviewGrades::new(reviews, 1.0, reactions, Rounding::none());
        Ok(grades.with_reviewers(Column::from_raw(scores)))
    }
}

#[cfg(test)]
mod tests;
