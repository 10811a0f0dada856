//! What a plan has to keep to, in the form in which the constructors ask for it.

use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId, to_u32};

/// An assigner's settings and a cohort, checked against each other.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    cohort: &'a Cohort,
    /// By person, sorted.
    forbidden: Csr<SubmissionId>,
    /// By person, sorted: reviews of peers' work that stay.
    kept: Csr<SubmissionId>,
    /// By person, sorted: reviews of exemplars that stay.
    kept_exemplars: Csr<SubmissionId>,
    /// By submission, kept reviews; empty where nothing is kept.
    kept_of: Vec<u32>,
    /// Sorted.
    exemplars: Vec<SubmissionId>,
    exemplars_each: usize,
    out: Out,
    /// By person: reviews of peers' work to give, kept ones among them.
    quotas: Vec<u32>,
    levels: Levels,
}

/// Who gives and what receives nothing beyond kept reviews.
#[derive(Debug, Default)]
struct Out {
    /// Sorted.
    people: Vec<PersonId>,
    /// Sorted.
    works: Vec<SubmissionId>,
    /// How many of the works are no exemplars.
    peers: usize,
}

/// How many reviews submissions receive: `low` or, `extra` of them, one more; those that keep
/// more than that keep what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Levels {
    low: u32,
    extra: u64,
}

impl<'a> Rules<'a> {
    pub(super) fn new(assigner: &'a Assigner, cohort: &'a Cohort) -> Result<Self, AssignError> {
        let forbidden = by_person(cohort, "forbidden", &assigner.forbidden)?;
        let kept = by_person(cohort, "kept", &assigner.kept)?;
        let exemplars = checked_exemplars(assigner, cohort)?;
        let is_exemplar = |s: &SubmissionId| exemplars.binary_search(s).is_ok();
        let (kept, kept_exemplars) =
            (filtered(&kept, |s| !is_exemplar(s)), filtered(&kept, is_exemplar));
        let mut rules = Self {
            cohort,
            forbidden,
            kept_of: kept_of(&kept, cohort.submissions()),
            kept,
            kept_exemplars,
            exemplars,
            exemplars_each: assigner.exemplars_each,
            out: Out::default(),
            quotas: Vec::new(),
            levels: Levels { low: 0, extra: 0 },
        };
        rules.out = rules.checked_out(assigner)?;
        rules.check_kept()?;
        rules.quotas = rules.checked_quotas(assigner.reviews)?;
        rules.levels = rules.apportion();
        Ok(rules)
    }

    fn checked_out(&self, assigner: &Assigner) -> Result<Out, AssignError> {
        let (people, submissions) = (self.cohort.people(), self.cohort.submissions());
        let mut out =
            Out { people: assigner.excused.clone(), works: assigner.closed.clone(), peers: 0 };
        out.people.sort_unstable();
        out.people.dedup();
        out.works.sort_unstable();
        out.works.dedup();
        if let Some(&person) = out.people.last().filter(|person| person.index() >= people) {
            return Err(AssignError::UnknownExcused { person, people });
        }
        if let Some(&submission) = out.works.last().filter(|s| s.index() >= submissions) {
            return Err(AssignError::UnknownClosed { submission, submissions });
        }
        let is_peer = |s: &&SubmissionId| self.exemplars.binary_search(s).is_err();
        out.peers = out.works.iter().filter(is_peer).count();
        Ok(out)
    }

    fn check_kept(&self) -> Result<(), AssignError> {
        for reviewer in self.people() {
            let both = self.kept.row(reviewer.index()).iter();
            let both = both.chain(self.kept_exemplars.row(reviewer.index()));
            for &submission in both {
                if let Some(rule) = self.bar(reviewer, submission) {
                    return Err(AssignError::KeptBarred { reviewer, submission, rule });
                }
            }
        }
        Ok(())
    }

    /// The quota of each person, if they can find that many works at all and ids suffice.
    fn checked_quotas(&self, reviews: usize) -> Result<Vec<u32>, AssignError> {
        let pool = self.pool_len();
        let mut total = 0_usize;
        let mut quotas = Vec::with_capacity(self.cohort.people());
        for reviewer in self.people() {
            let kept = self.kept.row(reviewer.index()).len();
            let gives_none = self.cohort.is_staff(reviewer) || self.is_excused(reviewer);
            let wanted = match (gives_none, self.cohort.quota(reviewer)) {
                (true, _) => 0,
                (false, Some(quota)) => quota as usize,
                (false, None) => reviews,
            };
            // Kept reviews of closed works count in the quota, though the pool has not those works.
            let there = pool + self.kept_of_closed(reviewer);
            if wanted > there || wanted > there - self.barred_of(reviewer) {
                let demand = wanted as u64 - kept as u64;
                return Err(self.reviewer_shortage(&[reviewer.get()], demand).into());
            }
            let quota = if wanted > kept { wanted } else { kept };
            total += quota;
            if total > MAX_PAIRS {
                return Err(AssignError::TooManyReviews { limit: MAX_PAIRS });
            }
            quotas.push(to_u32(quota));
        }
        Ok(quotas)
    }

    /// Spreads the reviews over the submissions: the highest level that all can be lifted to.
    fn apportion(&self) -> Levels {
        let total: u64 = self.quotas.iter().map(|&quota| u64::from(quota)).sum();
        let is_peer = |s: &&SubmissionId| self.exemplars.binary_search(s).is_err();
        let closed = self.out.works.iter().filter(is_peer);
        let total = total - closed.map(|&s| u64::from(self.kept_by(s))).sum::<u64>();
        let pool = self.pool_len() as u64;
        if pool == 0 {
            return Levels { low: 0, extra: 0 };
        }
        let filled = |low: u64| -> u64 {
            if self.kept_of.is_empty() {
                return pool * low;
            }
            self.pool().map(|s| u64::from(self.kept_by(s)).max(low)).sum()
        };
        // filled(0) <= total, since everything kept counts in the quotas.
        let (mut low, mut high) = (0, total / pool + 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if filled(middle) <= total { low = middle } else { high = middle }
        }
        let extra = total - filled(low);
        #[allow(clippy::cast_possible_truncation)] // at most total / pool
        Levels { low: low as u32, extra }
    }

    pub(super) fn cohort(&self) -> &Cohort {
        self.cohort
    }

    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> + use<> {
        (0..to_u32(self.cohort.people())).map(PersonId::new)
    }

    /// The submissions that peers review.
    pub(super) fn pool(&self) -> impl Iterator<Item = SubmissionId> + '_ {
        let all = (0..to_u32(self.cohort.submissions())).map(SubmissionId::new);
        all.filter(|s| self.exemplars.binary_search(s).is_err() && !self.is_closed(*s))
    }

    pub(super) fn pool_len(&self) -> usize {
        self.cohort.submissions() - self.exemplars.len() - self.out.peers
    }

    /// Whether a person gives nothing beyond what is kept.
    pub(super) fn is_excused(&self, person: PersonId) -> bool {
        self.out.people.binary_search(&person).is_ok()
    }

    /// Whether a submission receives nothing beyond what is kept.
    fn is_closed(&self, submission: SubmissionId) -> bool {
        self.out.works.binary_search(&submission).is_ok()
    }

    fn kept_of_closed(&self, reviewer: PersonId) -> usize {
        if self.out.works.is_empty() {
            return 0;
        }
        self.kept(reviewer).iter().filter(|&&s| self.is_closed(s)).count()
    }

    pub(super) fn quota(&self, reviewer: PersonId) -> u32 {
        self.quotas[reviewer.index()]
    }

    pub(super) fn quotas(&self) -> &[u32] {
        &self.quotas
    }

    pub(super) fn kept(&self, reviewer: PersonId) -> &[SubmissionId] {
        self.kept.row(reviewer.index())
    }

    pub(super) fn kept_exemplars(&self, reviewer: PersonId) -> &[SubmissionId] {
        self.kept_exemplars.row(reviewer.index())
    }

    pub(super) fn keeps_nothing(&self) -> bool {
        self.kept_of.is_empty()
    }

    /// How many kept reviews a submission has.
    pub(super) fn kept_by(&self, submission: SubmissionId) -> u32 {
        self.kept_of.get(submission.index()).copied().unwrap_or(0)
    }

    /// The fewest reviews that a submission is to receive.
    pub(super) fn low(&self, submission: SubmissionId) -> u32 {
        self.levels.low.max(self.kept_by(submission))
    }

    /// The most reviews that a submission is to receive.
    pub(super) fn high(&self, submission: SubmissionId) -> u32 {
        let level = self.levels.low + u32::from(self.levels.extra > 0);
        level.max(self.kept_by(submission))
    }

    /// How many submissions receive one review more than [`low`](Self::low).
    pub(super) fn extra(&self) -> u64 {
        self.levels.extra
    }

    pub(super) fn exemplars(&self) -> &[SubmissionId] {
        &self.exemplars
    }

    /// How many exemplars a person is to review.
    pub(super) fn exemplar_quota(&self, person: PersonId) -> usize {
        let kept = self.kept_exemplars(person).len();
        if self.cohort.is_staff(person) || self.is_excused(person) {
            kept
        } else {
            kept.max(self.exemplars_each)
        }
    }

    /// Whether nothing is kept or barred, so that exemplars can be spread evenly.
    pub(super) fn exemplars_are_free(&self) -> bool {
        self.forbidden.items().is_empty()
            && self.out.works.is_empty()
            && self.kept_exemplars.items().is_empty()
            && self.exemplars.iter().all(|&s| self.cohort.authors_of(s).is_empty())
    }

    /// Whether nothing bars a person from a submission.
    pub(super) fn allows(&self, reviewer: PersonId, submission: SubmissionId) -> bool {
        self.bar(reviewer, submission).is_none()
    }

    /// What bars a person from a submission.
    pub(super) fn bar(&self, reviewer: PersonId, submission: SubmissionId) -> Option<Rule> {
        if self.cohort.is_author(reviewer, submission) {
            let team = self.cohort.authors_of(submission).len() > 1;
            return Some(if team { Rule::OwnTeam } else { Rule::OwnWork });
        }
        let forbidden = self.forbidden.row(reviewer.index());
        if forbidden.binary_search(&submission).is_ok() {
            return Some(Rule::ForbiddenPair);
        }
        let closed = self.is_closed(submission)
            && self.kept(reviewer).binary_search(&submission).is_err()
            && self.kept_exemplars(reviewer).binary_search(&submission).is_err();
        closed.then_some(Rule::Closed)
    }

    /// What a person is barred from, sorted: each submission once.
    pub(super) fn barred(&self, reviewer: PersonId) -> Vec<SubmissionId> {
        let own = self.cohort.submissions_of(reviewer);
        let mut barred = [own, self.forbidden.row(reviewer.index())].concat();
        barred.retain(|s| self.exemplars.binary_search(s).is_err() && !self.is_closed(*s));
        barred.sort_unstable();
        barred.dedup();
        barred
    }

    fn barred_of(&self, reviewer: PersonId) -> usize {
        let forbidden = self.forbidden.row(reviewer.index());
        match self.cohort.submissions_of(reviewer) {
            own if forbidden.is_empty() && self.pool_len() == self.cohort.submissions() => {
                own.len()
            }
            _ => self.barred(reviewer).len(),
        }
    }
}

/// What bars a person from reviewing a submission.
///
/// ```
/// use peergrade::assign::Rule;
///
/// assert_eq!(Rule::OwnTeam.to_string(), "no review of one's own team's work");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Rule {
    /// The person wrote it.
    OwnWork,
    /// The person's team wrote it.
    OwnTeam,
    /// The caller forbade the pair.
    ForbiddenPair,
    /// The pair has a review that is kept, and nobody reviews one work twice.
    KeptPair,
    /// Nobody reviews one work twice.
    OncePerWork,
    /// There is no submission to review.
    NothingToReview,
    /// The submission is closed to new reviews.
    Closed,
}

impl core::fmt::Display for Rule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OwnWork => "no review of one's own work",
            Self::OwnTeam => "no review of one's own team's work",
            Self::ForbiddenPair => "forbidden pairs",
            Self::KeptPair => "reviews that are kept",
            Self::OncePerWork => "no second review of one work by one person",
            Self::Closed => "no new review of a closed submission",
            Self::NothingToReview => "no review without a submission",
        })
    }
}

fn by_person(
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

fn filtered(rows: &Csr<SubmissionId>, keep: impl Fn(&SubmissionId) -> bool) -> Csr<SubmissionId> {
    let pairs: Vec<_> = (0..rows.rows())
        .flat_map(|row| rows.row(row).iter().map(move |&s| (row, s)))
        .filter(|(_, s)| keep(s))
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

fn checked_exemplars(
    assigner: &Assigner,
    cohort: &Cohort,
) -> Result<Vec<SubmissionId>, AssignError> {
    let mut exemplars = assigner.exemplars.clone();
    exemplars.sort_unstable();
    exemplars.dedup();
    let submissions = cohort.submissions();
    if let Some(&exemplar) = exemplars.iter().find(|s| s.index() >= submissions) {
        return Err(AssignError::UnknownExemplar { exemplar, submissions });
    }
    let (each, there) = (assigner.exemplars_each, exemplars.len());
    if each > there {
        return Err(AssignError::TooFewExemplars { each, there });
    }
    Ok(exemplars)
}
