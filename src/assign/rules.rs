//! What a plan has to keep to, in the form in which the constructors ask for it.

use super::loads::{Levels, Stage, Wish};
use super::plan::LoadsKept;
use super::rule::Rule;
use super::sections::Classes;
use super::wishes::Costs;
use super::{AssignError, Assigner, exemplars};
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId, to_u32};
use crate::quota::Quota;
use crate::seed::{Phase, Seed, Stream};

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
            kept_exemplars: filtered(&kept, |_, work| exemplars.binary_search(work).is_ok()),
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
                Some(all.filter(|s| rules.exemplars.binary_search(s).is_err()).collect())
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
        self.exemplars.binary_search(&work).is_err() && self.has(PersonId::new(to_u32(person)))
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

    /// Finds the even loads of both sides.
    fn apportion(&mut self) -> Result<(), AssignError> {
        let gives = self.give_wishes()?;
        let takes = self.take_wishes();
        let same = self.same_take();
        let taken = |bound: &dyn Fn(&Wish) -> u64| match takes.len() {
            0 => bound(&same) * self.pool_len() as u64,
            _ => takes.iter().map(bound).sum(),
        };
        let given = |bound: &dyn Fn(&Wish) -> u64| gives.iter().map(bound).sum::<u64>();
        let (min, max) = (|w: &Wish| u64::from(w.min), |w: &Wish| u64::from(w.max));
        let target = |w: &Wish| u64::from(w.target.unwrap_or(w.min));
        let wanted = match self.crew {
            Crew::Peers => given(&target),
            Crew::Staff => taken(&target),
        };
        let least = given(&min).max(taken(&min));
        let most = given(&max).min(taken(&max));
        // Otherwise no plan exists: the search will prove it.
        self.balanced = least <= most;
        let total = wanted.max(least).min(most);
        if total > MAX_PAIRS as u64 {
            return Err(AssignError::TooManyReviews { limit: MAX_PAIRS });
        }
        let takes = if takes.is_empty() {
            Levels::alike(self.pool_len(), total)
        } else {
            let mut each = vec![Wish::exactly(0); self.cohort.submissions()];
            self.pool().zip(&takes).for_each(|(work, wish)| each[work.index()] = *wish);
            Levels::apportion(&each, total)
        };
        if gives.iter().all(|wish| wish.min == wish.max) {
            self.quotas = gives.iter().map(|wish| wish.max).collect();
        } else {
            let levels = Levels::apportion(&gives, total);
            self.quotas = (0..gives.len()).map(|i| levels.of(i).0).collect();
            self.gives = Some(levels);
        }
        let is_elastic = self.cohort.has_quotas() || self.assigner.give.is_some();
        if is_elastic && self.people().any(|r| self.give(Stage::Even, r).0 < self.wanted(r)) {
            self.nearest = self.nearest.max(LoadsKept::WithinRanges);
        }
        self.takes = takes;
        Ok(())
    }

    /// What everybody is asked, within what they can find and what they keep.
    fn give_wishes(&mut self) -> Result<Vec<Wish>, AssignError> {
        let all = Room::new(self);
        let mut wishes = Vec::with_capacity(self.cohort.people());
        let mut clipped = None;
        for reviewer in self.people() {
            let wish = self.give_wish(reviewer);
            let room = all.of(self, reviewer);
            if wish.min > room {
                clipped = clipped.or(Some((reviewer, wish.min)));
            }
            wishes.push(wish.within(self.kept_len(reviewer), room));
        }
        match clipped {
            Some((reviewer, min)) if !self.assigner.best_effort => {
                // A number beyond 2^32 is told as it was given.
                let asked = match min {
                    u32::MAX if self.cohort.quota(reviewer).is_none() => self.assigner.reviews,
                    _ => min as usize,
                };
                let demand = asked as u64 - u64::from(self.kept_len(reviewer));
                Err(self.lone_shortage(reviewer, demand).into())
            }
            Some(_) => {
                self.nearest = LoadsKept::BestEffort;
                Ok(wishes)
            }
            None => Ok(wishes),
        }
    }

    fn give_wish(&self, reviewer: PersonId) -> Wish {
        let quota = if self.cohort.has_quotas() { self.cohort.quota(reviewer) } else { None };
        let is_staff = self.cohort.is_staff(reviewer);
        match (self.crew, is_staff) {
            _ if self.is_excused(reviewer) => Wish::exactly(0),
            (Crew::Peers, true) | (Crew::Staff, false) => Wish::exactly(0),
            (Crew::Staff, true) => {
                Wish { min: 0, target: None, max: quota.map_or(u32::MAX, Quota::max) }
            }
            (Crew::Peers, false) => self.assigner.give_wish(quota),
        }
    }

    /// What each work of the pool is to receive; empty where all are alike and nothing binds them.
    fn take_wishes(&self) -> Vec<Wish> {
        let plain = self.crew == Crew::Peers
            && self.kept_of.is_empty()
            && self.closed.is_empty()
            && !self.cohort.has_demands()
            && self.assigner.receive.is_none();
        if plain {
            return Vec::new();
        }
        let wish = |work| self.take_wish(work).within(self.kept_by(work), u32::MAX);
        self.pool().map(wish).collect()
    }

    fn take_wish(&self, work: SubmissionId) -> Wish {
        match self.crew {
            _ if self.is_closed(work) => Wish::exactly(0),
            Crew::Staff if !self.assigner.is_checked(work) => Wish::exactly(0),
            Crew::Staff => Wish::exactly(to_u32(self.assigner.checks_each)),
            Crew::Peers => self.cohort.demand(work).map_or(self.same_take(), |quota| Wish {
                min: quota.min(),
                target: quota.target(),
                max: quota.max(),
            }),
        }
    }

    /// What a work without a demand of its own is to receive.
    fn same_take(&self) -> Wish {
        let (min, max) = self.assigner.receive.unwrap_or((0, u32::MAX));
        Wish { min, target: None, max }
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

    /// How near loads can be to what is wanted, whatever the search finds.
    pub(super) fn nearest(&self) -> LoadsKept {
        self.nearest
    }

    /// Draws who gives one review more than others, where the reviews do not divide evenly.
    pub(super) fn settle(&mut self, seed: Seed) {
        if let Some(levels) = &self.gives {
            let mut stream = seed.stream(Phase::Plan, super::regular::LUCKY_REVIEWERS);
            for lucky in levels.draw(0..to_u32(self.quotas.len()), &mut stream) {
                self.quotas[lucky as usize] += 1;
            }
        }
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

    /// What is wanted of a person at least, whatever they can find.
    pub(super) fn wanted(&self, reviewer: PersonId) -> u32 {
        let wish = self.give_wish(reviewer);
        wish.target.unwrap_or(wish.min).max(self.kept_len(reviewer))
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

    /// Whether an even plan leaves open who gives one review more.
    pub(super) fn is_elastic(&self) -> bool {
        self.gives.is_some()
    }

    /// Whether both sides can have the same number of reviews.
    pub(super) fn are_balanced(&self) -> bool {
        self.balanced
    }

    pub(super) fn keeps_nothing(&self) -> bool {
        self.kept_of.is_empty()
    }

    /// How many kept reviews a submission has.
    pub(super) fn kept_by(&self, submission: SubmissionId) -> u32 {
        self.kept_of.get(submission.index()).copied().unwrap_or(0)
    }

    /// The fewest and the most reviews that a person may give.
    pub(super) fn give(&self, stage: Stage, reviewer: PersonId) -> (u32, u32) {
        let i = reviewer.index();
        let wish = || self.give_wish(reviewer).within(self.kept_len(reviewer), u32::MAX);
        match stage {
            Stage::Even => match &self.gives {
                None => (self.quotas[i], self.quotas[i]),
                Some(levels) => levels.of(i),
            },
            // In a best effort, what rules make impossible is not asked for.
            Stage::Ranges if self.nearest == LoadsKept::BestEffort => {
                (wish().min.min(self.quotas[i]), wish().max)
            }
            Stage::Ranges => (wish().min, wish().max),
            Stage::BestEffort => (self.kept_len(reviewer), wish().max),
        }
    }

    /// The fewest reviews of an even share.
    pub(super) fn low(&self, submission: SubmissionId) -> u32 {
        self.take(Stage::Even, submission).0
    }

    /// The most reviews of an even share.
    pub(super) fn high(&self, submission: SubmissionId) -> u32 {
        self.take(Stage::Even, submission).1
    }

    /// The fewest and the most reviews that a submission of the pool may receive.
    pub(super) fn take(&self, stage: Stage, submission: SubmissionId) -> (u32, u32) {
        let kept = self.kept_by(submission);
        let wish = || self.take_wish(submission).within(kept, u32::MAX);
        let is_ranged = || {
            let demand = self.cohort.has_demands().then(|| self.cohort.demand(submission));
            self.assigner.receive.is_some() || demand.flatten().is_some()
        };
        match stage {
            Stage::Ranges if is_ranged() => (wish().min, wish().max),
            Stage::Even | Stage::Ranges => self.takes.of(submission.index()),
            Stage::BestEffort => (kept, wish().max),
        }
    }

    /// What a submission of the pool is asked at a stage, as near as can be to what is wanted.
    pub(super) fn take_within(&self, stage: Stage, submission: SubmissionId) -> Wish {
        let (min, max) = self.take(stage, submission);
        let target = match stage {
            Stage::Even => None,
            Stage::Ranges | Stage::BestEffort => self.take_wish(submission).target,
        };
        Wish { min, target: target.map(|target| target.clamp(min, max)), max }
    }

    /// Whether some submission is to receive an even share and nothing else.
    pub(super) fn shares_evenly(&self) -> bool {
        self.crew == Crew::Peers && self.assigner.receive.is_none()
    }

    /// The weight of each person, where some were given.
    pub(super) fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Which pairs are preferred or to be avoided.
    pub(super) fn costs(&self) -> &Costs {
        &self.costs
    }

    /// The submissions that receive the greater even load, drawn by the stream.
    pub(super) fn lucky_works(&self, stream: &mut Stream) -> Vec<u32> {
        self.takes.draw(self.pool().map(SubmissionId::get), stream)
    }

    /// The widest stage, best effort aside: what a proof speaks of.
    pub(super) fn widest(&self) -> Stage {
        let wider = |even: (u32, u32), ranges: (u32, u32)| ranges.0 < even.0 || ranges.1 > even.1;
        let is_wider = self
            .people()
            .any(|r| wider(self.give(Stage::Even, r), self.give(Stage::Ranges, r)))
            || self.pool().any(|s| wider(self.take(Stage::Even, s), self.take(Stage::Ranges, s)));
        if is_wider { Stage::Ranges } else { Stage::Even }
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

/// How many works of the pool each person could review.
struct Room {
    /// By class of people; one entry where sections do not matter.
    works: Vec<usize>,
}

impl Room {
    fn new(rules: &Rules<'_>) -> Self {
        let Some(classes) = &rules.classes else { return Self { works: vec![rules.pool_len()] } };
        let mut counts = vec![0; classes.work_classes()];
        rules.pool().for_each(|work| counts[classes.of_work(work)] += 1);
        let open = |people: usize| {
            (0..counts.len()).filter(|&works| classes.allow(people, works)).map(|w| counts[w]).sum()
        };
        Self { works: (0..classes.person_classes()).map(open).collect() }
    }

    fn of(&self, rules: &Rules<'_>, reviewer: PersonId) -> u32 {
        let i = reviewer.index();
        let explicit =
            [&rules.forbidden, &rules.history].iter().any(|rows| !rows.row(i).is_empty());
        let barred = match &rules.classes {
            None if !explicit && rules.pool.is_none() => {
                rules.cohort.submissions_of(reviewer).len()
            }
            None => rules.barred(reviewer).len(),
            Some(classes) => {
                let own = classes.of_person(reviewer);
                let is_open = |s: &&SubmissionId| classes.allow(own, classes.of_work(**s));
                rules.barred(reviewer).iter().filter(is_open).count()
            }
        };
        let class = rules.classes.as_ref().map_or(0, |classes| classes.of_person(reviewer));
        to_u32(self.works[class] - barred)
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
