//! What a plan has to keep to, in the form in which the constructors ask for it.

mod bounds;

use super::loads::Levels;
use super::plan::LoadsKept;
use super::rule::Rule;
use super::sections::Classes;
use super::wishes::Costs;
use super::{AssignError, Assigner, exemplars};
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Who reviews: learners the works of learners, or staff the works that are to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crew {
    Peers,
    Staff,
}

/// An assigner's settings and a cohort, checked against each other, for one crew.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    assigner: &'a Assigner,
    cohort: &'a Cohort,
    crew: Crew,
    /// By person, sorted; empty where there are none.
    forbidden: Csr<SubmissionId>,
    history: Csr<SubmissionId>,
    /// By person, sorted: all reviews that stay, and those of this crew among them.
    stays: Csr<SubmissionId>,
    kept: Csr<SubmissionId>,
    /// By person, sorted: reviews of exemplars that stay.
    kept_exemplars: Csr<SubmissionId>,
    /// By submission, kept reviews; empty where nothing is kept.
    kept_of: Vec<u32>,
    /// Sorted.
    exemplars: Vec<SubmissionId>,
    /// Sorted: who gives and what receives nothing beyond kept reviews.
    excused: Vec<PersonId>,
    closed: Vec<SubmissionId>,
    classes: Option<Classes>,
    /// Sorted; `None` where it is all submissions.
    pool: Option<Vec<SubmissionId>>,
    /// `None` where everybody is to give an exact number.
    gives: Option<Levels>,
    takes: Levels,
    /// By person: what they are to give in an even plan, kept reviews among them.
    quotas: Vec<u32>,
    /// Whether both sides can have the same number of reviews.
    balanced: bool,
    nearest: LoadsKept,
    /// By person: what their reviews are worth.
    weights: Option<Vec<f64>>,
    costs: Costs,
}

impl<'a> Rules<'a> {
    /// The rules of peers.
    pub(super) fn new(assigner: &'a Assigner, cohort: &'a Cohort) -> Result<Self, AssignError> {
        Self::of(Crew::Peers, assigner, cohort)
    }

    pub(super) fn of(
        crew: Crew,
        assigner: &'a Assigner,
        cohort: &'a Cohort,
    ) -> Result<Self, AssignError> {
        assigner.check_ranges()?;
        let forbidden = by_person(cohort, "forbidden", &assigner.forbidden)?;
        let history = by_person(cohort, "earlier", &assigner.history)?;
        let kept = by_person(cohort, "kept", &assigner.kept)?;
        let exemplars = exemplars::list(assigner, cohort)?;
        let mut rules = Self {
            assigner,
            cohort,
            crew,
            forbidden,
            history,
            kept_exemplars: filtered(&kept, |person, work| {
                let is_staff = cohort.is_staff(PersonId::new(to_u32(person)));
                !is_staff && exemplars.binary_search(work).is_ok()
            }),
            kept: Csr::new(vec![0; cohort.people() + 1], Vec::new()),
            stays: kept,
            kept_of: Vec::new(),
            exemplars,
            excused: Vec::new(),
            closed: Vec::new(),
            classes: Classes::new(&assigner.sections, cohort),
            pool: None,
            gives: None,
            takes: Levels::alike(0, 0),
            quotas: Vec::new(),
            balanced: true,
            nearest: LoadsKept::Exactly,
            weights: None,
            costs: Costs::default(),
        };
        rules.check_kept()?;
        rules.check_out()?;
        rules.kept = filtered(&rules.stays, |person, work| rules.counts(person, *work));
        rules.kept_of = kept_of(&rules.kept, cohort.submissions());
        rules.pool = match crew {
            Crew::Peers if rules.exemplars.is_empty() => None,
            Crew::Peers => {
                let all = (0..to_u32(cohort.submissions())).map(SubmissionId::new);
                Some(all.filter(|s| !rules.is_exemplar(*s)).collect())
            }
            Crew::Staff => Some(rules.checked_works()?),
        };
        if crew == Crew::Peers {
            rules.weights = assigner.weights.of(cohort)?;
            rules.costs = assigner.wishes.costs(&rules)?;
        }
        rules.apportion()?;
        Ok(rules)
    }

    /// Whether a review counts among those of this crew.
    fn counts(&self, person: usize, work: SubmissionId) -> bool {
        !self.is_exemplar(work) && self.has(PersonId::new(to_u32(person)))
    }

    /// Whether a work is an exemplar, which peers review besides; to staff it is one like others.
    pub(super) fn is_exemplar(&self, work: SubmissionId) -> bool {
        self.is_peers() && self.exemplars.binary_search(&work).is_ok()
    }

    /// Takes note of who is out, after a check that they are there.
    fn check_out(&mut self) -> Result<(), AssignError> {
        let (people, submissions) = (self.cohort.people(), self.cohort.submissions());
        self.excused.clone_from(&self.assigner.excused);
        self.closed.clone_from(&self.assigner.closed);
        self.excused.sort_unstable();
        self.closed.sort_unstable();
        if let Some(&person) = self.excused.last().filter(|person| person.index() >= people) {
            return Err(AssignError::UnknownExcused { person, people });
        }
        if let Some(&submission) = self.closed.last().filter(|s| s.index() >= submissions) {
            return Err(AssignError::UnknownClosed { submission, submissions });
        }
        Ok(())
    }

    /// The rules of each crew that has anything to do: peers first.
    pub(super) fn all(
        assigner: &'a Assigner,
        cohort: &'a Cohort,
    ) -> Result<Vec<Self>, AssignError> {
        let mut all = vec![Self::new(assigner, cohort)?];
        if cohort.has_staff() {
            all.push(Self::of(Crew::Staff, assigner, cohort)?);
        }
        Ok(all)
    }

    pub(super) fn is_peers(&self) -> bool {
        self.crew == Crew::Peers
    }

    /// Whether a person is of this crew.
    pub(super) fn has(&self, person: PersonId) -> bool {
        self.cohort.is_staff(person) == (self.crew == Crew::Staff)
    }

    fn check_kept(&self) -> Result<(), AssignError> {
        if self.stays.items().is_empty() {
            return Ok(());
        }
        for reviewer in self.people() {
            for &submission in self.stays.row(reviewer.index()) {
                if let Some(rule) = self.bar(reviewer, submission) {
                    return Err(AssignError::KeptBarred { reviewer, submission, rule });
                }
            }
        }
        Ok(())
    }

    /// The works that staff are to check, and those of which they keep a review.
    fn checked_works(&self) -> Result<Vec<SubmissionId>, AssignError> {
        let submissions = self.cohort.submissions();
        let mut works = self.assigner.spot_checks.clone();
        if let Some(&submission) = works.iter().find(|s| s.index() >= submissions) {
            return Err(AssignError::UnknownSpotCheck { submission, submissions });
        }
        works.extend_from_slice(self.kept.items());
        works.sort_unstable();
        works.dedup();
        Ok(works)
    }

    /// Whether a person gives nothing beyond kept reviews.
    pub(super) fn is_excused(&self, person: PersonId) -> bool {
        !self.excused.is_empty() && self.excused.binary_search(&person).is_ok()
    }

    /// Whether a submission receives nothing beyond kept reviews.
    pub(super) fn is_closed(&self, submission: SubmissionId) -> bool {
        !self.closed.is_empty() && self.closed.binary_search(&submission).is_ok()
    }

    /// Sorted.
    pub(super) fn exemplars(&self) -> &[SubmissionId] {
        &self.exemplars
    }

    pub(super) fn kept_exemplars(&self, reviewer: PersonId) -> &[SubmissionId] {
        self.kept_exemplars.row(reviewer.index())
    }

    /// How many exemplars a person is to review.
    pub(super) fn exemplar_quota(&self, person: PersonId) -> usize {
        let kept = self.kept_exemplars(person).len();
        let none = self.cohort.is_staff(person) || self.is_excused(person);
        if none { kept } else { kept.max(self.assigner.exemplars_each) }
    }

    /// Whether nothing of exemplars is kept or barred, so that they can be spread evenly.
    pub(super) fn exemplars_are_free(&self) -> bool {
        self.forbidden.items().is_empty()
            && self.history.items().is_empty()
            && self.closed.is_empty()
            && self.kept_exemplars.items().is_empty()
            && self.exemplars.iter().all(|&s| self.cohort.authors_of(s).is_empty())
    }

    pub(super) fn cohort(&self) -> &Cohort {
        self.cohort
    }

    pub(super) fn assigner(&self) -> &Assigner {
        self.assigner
    }

    pub(super) fn classes(&self) -> Option<&Classes> {
        self.classes.as_ref()
    }

    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> + use<> {
        (0..to_u32(self.cohort.people())).map(PersonId::new)
    }

    /// The submissions that this crew reviews, in the order of ids.
    pub(super) fn pool(&self) -> impl Iterator<Item = SubmissionId> + '_ {
        let all = if self.pool.is_some() { 0 } else { to_u32(self.cohort.submissions()) };
        let all = (0..all).map(SubmissionId::new);
        all.chain(self.pool.iter().flatten().copied())
    }

    pub(super) fn pool_len(&self) -> usize {
        self.pool.as_ref().map_or(self.cohort.submissions(), Vec::len)
    }

    pub(super) fn in_pool(&self, submission: SubmissionId) -> bool {
        self.pool.as_ref().is_none_or(|pool| pool.binary_search(&submission).is_ok())
    }

    /// What a person is to give in an even plan, kept reviews among them.
    pub(super) fn quota(&self, reviewer: PersonId) -> u32 {
        self.quotas[reviewer.index()]
    }

    pub(super) fn quotas(&self) -> &[u32] {
        &self.quotas
    }

    pub(super) fn kept(&self, reviewer: PersonId) -> &[SubmissionId] {
        self.kept.row(reviewer.index())
    }

    pub(super) fn kept_len(&self, reviewer: PersonId) -> u32 {
        to_u32(self.kept(reviewer).len())
    }

    pub(super) fn keeps_nothing(&self) -> bool {
        self.kept_of.is_empty()
    }

    /// How many kept reviews a submission has.
    pub(super) fn kept_by(&self, submission: SubmissionId) -> u32 {
        self.kept_of.get(submission.index()).copied().unwrap_or(0)
    }

    /// The weight of each person, where some were given.
    pub(super) fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Which pairs are preferred or to be avoided.
    pub(super) fn costs(&self) -> &Costs {
        &self.costs
    }

    /// Whether nothing bars a person from a submission.
    #[inline]
    pub(super) fn allows(&self, reviewer: PersonId, submission: SubmissionId) -> bool {
        self.bar(reviewer, submission).is_none()
    }

    /// What bars a person from a submission.
    #[inline]
    pub(super) fn bar(&self, reviewer: PersonId, submission: SubmissionId) -> Option<Rule> {
        if self.cohort.is_author(reviewer, submission) {
            let team = self.cohort.authors_of(submission).len() > 1;
            return Some(if team { Rule::OwnTeam } else { Rule::OwnWork });
        }
        if let Some(classes) = &self.classes
            && !classes.allow(classes.of_person(reviewer), classes.of_work(submission))
        {
            return Some(classes.rule());
        }
        let holds = |pairs: &Csr<SubmissionId>| {
            !pairs.items().is_empty()
                && pairs.row(reviewer.index()).binary_search(&submission).is_ok()
        };
        if holds(&self.forbidden) {
            return Some(Rule::ForbiddenPair);
        }
        if holds(&self.history) {
            return Some(Rule::EarlierRound);
        }
        let is_closed = self.is_closed(submission)
            && self.stays.row(reviewer.index()).binary_search(&submission).is_err();
        is_closed.then_some(Rule::Closed)
    }

    /// The works of the pool that a person is barred from by anything but their section, sorted:
    /// each once.
    pub(super) fn barred(&self, reviewer: PersonId) -> Vec<SubmissionId> {
        let i = reviewer.index();
        let own = self.cohort.submissions_of(reviewer);
        let mut barred = [own, self.forbidden.row(i), self.history.row(i)].concat();
        barred.retain(|&s| self.in_pool(s));
        barred.sort_unstable();
        barred.dedup();
        barred
    }
}

pub(super) fn by_person(
    cohort: &Cohort,
    kind: &'static str,
    pairs: &[(SubmissionId, PersonId)],
) -> Result<Csr<SubmissionId>, AssignError> {
    let (people, submissions) = (cohort.people(), cohort.submissions());
    for (row, &(submission, reviewer)) in pairs.iter().enumerate() {
        crate::graph::check_pair(row, (submission, reviewer), people, submissions)
            .map_err(|error| AssignError::Pair { kind, error })?;
    }
    let mut sorted: Vec<_> = pairs.iter().map(|&(s, r)| (r, s)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    Ok(Csr::group(people, sorted.len(), |i| sorted[i].0.index(), |i| sorted[i].1))
}

pub(super) fn filtered(
    rows: &Csr<SubmissionId>,
    keep: impl Fn(usize, &SubmissionId) -> bool,
) -> Csr<SubmissionId> {
    let pairs: Vec<_> = (0..rows.rows())
        .flat_map(|row| rows.row(row).iter().map(move |&s| (row, s)))
        .filter(|(row, s)| keep(*row, s))
        .collect();
    Csr::group(rows.rows(), pairs.len(), |i| pairs[i].0, |i| pairs[i].1)
}

fn kept_of(kept: &Csr<SubmissionId>, submissions: usize) -> Vec<u32> {
    if kept.items().is_empty() {
        return Vec::new();
    }
    let mut count = vec![0; submissions];
    for submission in kept.items() {
        count[submission.index()] += 1;
    }
    count
}
