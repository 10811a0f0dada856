//! The people of a course, their submissions, and who wrote which.

use crate::csr::Csr;
use crate::error::CohortError;
use crate::id::{Id, MAX_COUNT, MAX_PAIRS, PersonId, SubmissionId, to_u32};
use crate::quota::Quota;

/// The people of a course, their submissions, and who wrote which: alone, as a team, or nobody of
/// the course (an exemplar). Carries what an assigner may need to know: the quota of reviews that a
/// person is to give, the demand of a submission, who is a member of staff, sections.
///
/// Memory: 24 bytes a learner with one submission each.
///
/// ```
/// use peergrade::{Cohort, PersonId, SubmissionId};
///
/// // Ana (0) and Ben (1) work as a team, Cleo (2) alone; Ben has time for one review only.
/// let mut cohort = Cohort::builder(3)?;
/// let team = cohort.submission(&[PersonId::new(0), PersonId::new(1)])?;
/// cohort.submission(&[PersonId::new(2)])?;
/// cohort.quota(PersonId::new(1), 1)?;
/// let cohort = cohort.build();
///
/// assert_eq!((cohort.people(), cohort.submissions()), (3, 2));
/// assert!(cohort.is_author(PersonId::new(1), team));
/// assert_eq!(cohort.submissions_of(PersonId::new(2)), [SubmissionId::new(1)]);
/// # Ok::<(), peergrade::CohortError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::Cohort", into = "raw::Cohort"))]
pub struct Cohort {
    /// Whether everybody wrote the submission of their own number, and nobody anything else: then
    /// authorship need not be looked up.
    individuals: bool,
    authors: Csr<PersonId>,
    written: Csr<SubmissionId>,
    quotas: Marks<PersonId, Quota>,
    demands: Marks<SubmissionId, Quota>,
    sections: Marks<PersonId, u32>,
    staff: Vec<PersonId>,
}

/// What was said of some of them, sorted.
type Marks<I, T> = Vec<(I, T)>;

impl Cohort {
    /// `people` learners, each of whom wrote the submission of their own number.
    ///
    /// # Errors
    ///
    /// [`CohortError::TooMany`] beyond 2^26 people.
    ///
    /// ```
    /// use peergrade::{Cohort, PersonId, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(100)?;
    /// assert!(cohort.is_author(PersonId::new(7), SubmissionId::new(7)));
    /// # Ok::<(), peergrade::CohortError>(())
    /// ```
    pub fn individuals(people: usize) -> Result<Self, CohortError> {
        check_count("people", people, MAX_COUNT)?;
        let offsets: Vec<u32> = (0..=to_u32(people)).collect();
        let numbers = || 0..to_u32(people);
        Ok(Self {
            individuals: true,
            authors: Csr::new(offsets.clone(), numbers().map(PersonId::new).collect()),
            written: Csr::new(offsets, numbers().map(SubmissionId::new).collect()),
            quotas: Vec::new(),
            demands: Vec::new(),
            sections: Vec::new(),
            staff: Vec::new(),
        })
    }

    /// A cohort of `people` people, to which submissions and rules are added.
    ///
    /// # Errors
    ///
    /// [`CohortError::TooMany`] beyond 2^26 people.
    pub fn builder(people: usize) -> Result<CohortBuilder, CohortError> {
        check_count("people", people, MAX_COUNT)?;
        Ok(CohortBuilder { people, ..CohortBuilder::default() })
    }

    /// How many people there are, staff among them.
    #[must_use]
    pub fn people(&self) -> usize {
        self.written.rows()
    }

    /// How many submissions there are.
    #[must_use]
    pub fn submissions(&self) -> usize {
        self.authors.rows()
    }

    /// Who wrote a submission, in the order of ids; empty for an exemplar or a stranger.
    #[must_use]
    pub fn authors_of(&self, submission: SubmissionId) -> &[PersonId] {
        self.authors.row(submission.index())
    }

    /// What a person wrote, in the order of ids.
    #[must_use]
    pub fn submissions_of(&self, person: PersonId) -> &[SubmissionId] {
        self.written.row(person.index())
    }

    /// Whether a person is an author of a submission. O(log of the person's submissions).
    #[inline]
    #[must_use]
    pub fn is_author(&self, person: PersonId, submission: SubmissionId) -> bool {
        if self.individuals {
            return person.get() == submission.get() && person.index() < self.people();
        }
        self.submissions_of(person).binary_search(&submission).is_ok()
    }

    /// How many reviews a person is to give, where that was set.
    #[must_use]
    pub fn quota(&self, person: PersonId) -> Option<Quota> {
        mark(&self.quotas, person)
    }

    /// How many reviews a submission is to receive, where that was set.
    #[must_use]
    pub fn demand(&self, submission: SubmissionId) -> Option<Quota> {
        mark(&self.demands, submission)
    }

    /// Whether somebody has a quota of their own.
    pub(crate) fn has_quotas(&self) -> bool {
        !self.quotas.is_empty()
    }

    /// Whether some submission has a demand of its own.
    pub(crate) fn has_demands(&self) -> bool {
        !self.demands.is_empty()
    }

    /// Whether somebody is a member of staff.
    pub(crate) fn has_staff(&self) -> bool {
        !self.staff.is_empty()
    }

    /// Whether somebody has a section.
    pub(crate) fn has_sections(&self) -> bool {
        !self.sections.is_empty()
    }

    /// The section of a person, where that was set.
    #[must_use]
    pub fn section(&self, person: PersonId) -> Option<u32> {
        mark(&self.sections, person)
    }

    /// Whether a person is a member of staff. Staff give no peer reviews.
    #[must_use]
    pub fn is_staff(&self, person: PersonId) -> bool {
        self.staff.binary_search(&person).is_ok()
    }
}

fn mark<I: Id, T: Copy>(marks: &Marks<I, T>, id: I) -> Option<T> {
    let found = marks.binary_search_by_key(&id, |&(id, _)| id).ok()?;
    Some(marks[found].1)
}

fn check_count(what: &'static str, given: usize, limit: usize) -> Result<(), CohortError> {
    if given > limit { Err(CohortError::TooMany { what, given, limit }) } else { Ok(()) }
}

/// Collects the submissions and rules of a [`Cohort`].
///
/// A call that returns an error has changed nothing.
///
/// ```
/// use peergrade::{Cohort, PersonId};
///
/// let mut cohort = Cohort::builder(2)?;
/// cohort.submission(&[PersonId::new(0)])?;
/// cohort.staff(PersonId::new(1))?;
/// assert!(cohort.build().is_staff(PersonId::new(1)));
/// # Ok::<(), peergrade::CohortError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CohortBuilder {
    people: usize,
    offsets: Vec<u32>,
    authors: Vec<PersonId>,
    quotas: Marks<PersonId, Quota>,
    demands: Marks<SubmissionId, Quota>,
    sections: Marks<PersonId, u32>,
    staff: Vec<PersonId>,
}

impl CohortBuilder {
    /// Adds a submission by these authors and returns its id. Without authors it is a work from
    /// outside the course, such as an exemplar.
    ///
    /// # Errors
    ///
    /// [`CohortError`] where an author is nobody or named twice, or ids run out.
    pub fn submission(&mut self, authors: &[PersonId]) -> Result<SubmissionId, CohortError> {
        let submission = SubmissionId::new(to_u32(self.offsets.len()));
        check_count("submissions", self.offsets.len() + 1, MAX_COUNT)?;
        let authorships = self.authors.len().saturating_add(authors.len());
        check_count("authorships", authorships, MAX_PAIRS)?;
        let mut sorted = authors.to_vec();
        sorted.sort_unstable();
        let people = self.people;
        if let Some(&author) = sorted.iter().find(|author| author.index() >= people) {
            return Err(CohortError::UnknownAuthor { author, submission, people });
        }
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(CohortError::DuplicateAuthor { author: pair[0], submission });
        }
        self.offsets.push(to_u32(self.authors.len()));
        self.authors.append(&mut sorted);
        Ok(submission)
    }

    /// Sets how many reviews a person is to give, in place of the number that the assigner gives
    /// to everybody. The last call counts.
    ///
    /// # Errors
    ///
    /// [`CohortError::UnknownPerson`].
    pub fn quota(
        &mut self,
        person: PersonId,
        reviews: impl Into<Quota>,
    ) -> Result<&mut Self, CohortError> {
        self.check(person, "quota")?;
        self.quotas.push((person, reviews.into()));
        Ok(self)
    }

    /// Sets how many reviews a submission is to receive, in place of an even share. The last call
    /// counts.
    ///
    /// ```
    /// use peergrade::{Cohort, PersonId, Quota};
    ///
    /// let mut cohort = Cohort::builder(2)?;
    /// let thesis = cohort.submission(&[PersonId::new(0)])?;
    /// cohort.demand(thesis, Quota::between(3, 8)?)?;
    /// assert_eq!(cohort.build().demand(thesis).map(Quota::min), Some(3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CohortError::UnknownSubmission`].
    pub fn demand(
        &mut self,
        submission: SubmissionId,
        reviews: impl Into<Quota>,
    ) -> Result<&mut Self, CohortError> {
        let submissions = self.offsets.len();
        if submission.index() >= submissions {
            return Err(CohortError::UnknownSubmission { submission, submissions });
        }
        self.demands.push((submission, reviews.into()));
        Ok(self)
    }

    /// Sets the section (campus, class, language) of a person. The last call counts.
    ///
    /// ```
    /// use peergrade::{Cohort, PersonId};
    ///
    /// let mut cohort = Cohort::builder(2)?;
    /// cohort.section(PersonId::new(0), 7)?;
    /// let cohort = cohort.build();
    /// assert_eq!(cohort.section(PersonId::new(0)), Some(7));
    /// assert_eq!(cohort.section(PersonId::new(1)), None);
    /// # Ok::<(), peergrade::CohortError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CohortError::UnknownPerson`].
    pub fn section(&mut self, person: PersonId, section: u32) -> Result<&mut Self, CohortError> {
        self.check(person, "section")?;
        self.sections.push((person, section));
        Ok(self)
    }

    /// Makes a person a member of staff, who is never drawn for peer reviews, whatever their quota.
    ///
    /// # Errors
    ///
    /// [`CohortError::UnknownPerson`].
    pub fn staff(&mut self, person: PersonId) -> Result<&mut Self, CohortError> {
        self.check(person, "staff role")?;
        self.staff.push(person);
        Ok(self)
    }

    fn check(&self, person: PersonId, what: &'static str) -> Result<(), CohortError> {
        let people = self.people;
        if person.index() < people {
            Ok(())
        } else {
            Err(CohortError::UnknownPerson { person, what, people })
        }
    }

    /// The cohort. O(people + authorships).
    #[must_use]
    pub fn build(mut self) -> Cohort {
        self.offsets.push(to_u32(self.authors.len()));
        self.staff.sort_unstable();
        self.staff.dedup();
        let authors = Csr::new(self.offsets, self.authors);
        let own = |i: usize| authors.row(i) == [PersonId::new(to_u32(i))];
        Cohort {
            individuals: authors.rows() == self.people && (0..self.people).all(own),
            written: inverse(&authors, self.people),
            authors,
            quotas: last_of_each(self.quotas),
            demands: last_of_each(self.demands),
            sections: last_of_each(self.sections),
            staff: self.staff,
        }
    }
}

fn inverse(authors: &Csr<PersonId>, people: usize) -> Csr<SubmissionId> {
    let mut submissions = Vec::with_capacity(authors.items().len());
    for submission in 0..authors.rows() {
        let written = SubmissionId::new(to_u32(submission));
        submissions.extend(authors.row(submission).iter().map(|_| written));
    }
    let author = |i: usize| authors.items()[i].index();
    Csr::group(people, submissions.len(), author, |i| submissions[i])
}

fn last_of_each<I: Id, T>(mut marks: Marks<I, T>) -> Marks<I, T> {
    marks.reverse();
    marks.sort_by_key(|&(id, _)| id);
    marks.dedup_by_key(|&mut (id, _)| id);
    marks
}

#[cfg(feature = "serde")]
mod raw {
    use super::{CohortError, PersonId, Quota, SubmissionId};

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Cohort {
        people: u32,
        authors: Vec<Vec<PersonId>>,
        quotas: Vec<(PersonId, Quota)>,
        demands: Vec<(SubmissionId, Quota)>,
        sections: Vec<(PersonId, u32)>,
        staff: Vec<PersonId>,
    }

    impl From<super::Cohort> for Cohort {
        fn from(cohort: super::Cohort) -> Self {
            Self {
                people: super::to_u32(cohort.people()),
                authors: (0..cohort.submissions())
                    .map(|s| cohort.authors.row(s).to_vec())
                    .collect(),
                quotas: cohort.quotas,
                demands: cohort.demands,
                sections: cohort.sections,
                staff: cohort.staff,
            }
        }
    }

    impl TryFrom<Cohort> for super::Cohort {
        type Error = CohortError;

        fn try_from(raw: Cohort) -> Result<Self, CohortError> {
            let mut cohort = Self::builder(raw.people as usize)?;
            for authors in &raw.authors {
                cohort.submission(authors)?;
            }
            for (person, reviews) in raw.quotas {
                cohort.quota(person, reviews)?;
            }
            for (submission, reviews) in raw.demands {
                cohort.demand(submission, reviews)?;
            }
            for (person, section) in raw.sections {
                cohort.section(person, section)?;
            }
            for person in raw.staff {
                cohort.staff(person)?;
            }
            Ok(cohort.build())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn individuals_are_the_built_cohort_of_one_author_each() {
        let mut builder = Cohort::builder(5).unwrap();
        for i in 0..5 {
            builder.submission(&[PersonId::new(i)]).unwrap();
        }
        assert_eq!(builder.build(), Cohort::individuals(5).unwrap());
    }

    #[test]
    fn a_refused_submission_changes_nothing_and_the_last_rule_counts() {
        let [a, b, stranger] = [0, 1, 2].map(PersonId::new);
        let mut builder = Cohort::builder(2).unwrap();
        assert!(builder.submission(&[a, stranger]).is_err());
        assert!(matches!(
            builder.submission(&[b, a, b]),
            Err(CohortError::DuplicateAuthor { author, .. }) if author == b
        ));
        let work = builder.submission(&[b, a]).unwrap();
        builder.quota(a, 3).unwrap().quota(a, 4).unwrap().section(b, 9).unwrap();
        let cohort = builder.build();
        assert_eq!((work.get(), cohort.submissions()), (0, 1));
        assert_eq!(cohort.authors_of(work), [a, b]);
        assert_eq!((cohort.quota(a), cohort.quota(b)), (Some(4.into()), None));
        assert_eq!((cohort.section(a), cohort.section(b)), (None, Some(9)));
    }

    #[test]
    fn an_empty_cohort_and_too_large_a_one() {
        assert_eq!(Cohort::individuals(0).unwrap().people(), 0);
        assert!(matches!(Cohort::individuals(usize::MAX), Err(CohortError::TooMany { .. })));
    }
}
