//! How many reviews the rules ask for and allow, at each stage.

use super::{Crew, Rules};
use crate::assign::AssignError;
use crate::assign::loads::{Levels, Stage, Wish};
use crate::assign::plan::LoadsKept;
use crate::assign::regular::LUCKY_REVIEWERS;
use crate::graph::ReviewGraph;
use crate::id::{MAX_PAIRS, PersonId, SubmissionId, to_u32};
use crate::quota::Quota;
use crate::seed::{Phase, Seed, Stream};

impl Rules<'_> {
    /// Finds the even loads of both sides.
    pub(super) fn apportion(&mut self) -> Result<(), AssignError> {
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
                    u32::MAX
                        if self.assigner.give.is_none()
                            && self.cohort.quota(reviewer).is_none() =>
                    {
                        self.assigner.reviews
                    }
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
            Crew::Staff => {
                Wish::exactly(u32::try_from(self.assigner.checks_each).unwrap_or(u32::MAX))
            }
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

    /// How near loads can be to what is wanted, whatever the search finds.
    pub(in crate::assign) fn nearest(&self) -> LoadsKept {
        self.nearest
    }

    /// Draws who gives one review more than others, where the reviews do not divide evenly.
    pub(in crate::assign) fn settle(&mut self, seed: Seed) {
        if let Some(levels) = &self.gives {
            let mut stream = seed.stream(Phase::Plan, LUCKY_REVIEWERS);
            for lucky in levels.draw(0..to_u32(self.quotas.len()), &mut stream) {
                self.quotas[lucky as usize] += 1;
            }
        }
    }

    /// The same where an earlier plan is to change little: among those of whom one more may be asked,
    /// those who give the most in it, and of these the stream draws.
    pub(in crate::assign) fn settle_as(&mut self, old: &ReviewGraph, stream: &mut Stream) {
        let Some(levels) = &self.gives else { return };
        let given = |&i: &u32| {
            let person = PersonId::new(i);
            let has = old.submissions_of(person).iter();
            core::cmp::Reverse(has.filter(|s| self.exemplars.binary_search(s).is_err()).count())
        };
        let lucky = levels.draw_by(0..to_u32(self.quotas.len()), given, stream);
        for lucky in lucky {
            self.quotas[lucky as usize] += 1;
        }
    }

    /// How many reviews an even plan has.
    pub(in crate::assign) fn total(&self) -> usize {
        let least = |levels: &Levels| {
            let each = (0..self.quotas.len()).map(|i| levels.of(i).0 as usize).sum::<usize>();
            each.saturating_add(levels.extra())
        };
        let exact = || self.quotas.iter().map(|&quota| quota as usize).sum();
        self.gives.as_ref().map_or_else(exact, least)
    }

    /// What is wanted of a person at least, whatever they can find.
    pub(in crate::assign) fn wanted(&self, reviewer: PersonId) -> u32 {
        let wish = self.give_wish(reviewer);
        wish.target.unwrap_or(wish.min).max(self.kept_len(reviewer))
    }

    /// Whether an even plan leaves open who gives one review more.
    pub(in crate::assign) fn is_elastic(&self) -> bool {
        self.gives.is_some()
    }

    /// Whether both sides can have the same number of reviews.
    pub(in crate::assign) fn are_balanced(&self) -> bool {
        self.balanced
    }

    /// The fewest and the most reviews that a person may give.
    pub(in crate::assign) fn give(&self, stage: Stage, reviewer: PersonId) -> (u32, u32) {
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

    /// The most reviews of this crew that a person may give, and a submission may receive, whatever an
    /// even plan would have.
    pub(in crate::assign) fn most_given(&self, reviewer: PersonId) -> u32 {
        self.give_wish(reviewer).within(self.kept_len(reviewer), u32::MAX).max
    }

    pub(in crate::assign) fn most_taken(&self, submission: SubmissionId) -> u32 {
        if !self.in_pool(submission) {
            return 0;
        }
        self.take_wish(submission).within(self.kept_by(submission), u32::MAX).max
    }

    /// The fewest reviews of an even share.
    pub(in crate::assign) fn low(&self, submission: SubmissionId) -> u32 {
        self.take(Stage::Even, submission).0
    }

    /// The most reviews of an even share.
    pub(in crate::assign) fn high(&self, submission: SubmissionId) -> u32 {
        self.take(Stage::Even, submission).1
    }

    /// The fewest and the most reviews that a submission of the pool may receive.
    pub(in crate::assign) fn take(&self, stage: Stage, submission: SubmissionId) -> (u32, u32) {
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
    pub(in crate::assign) fn take_within(&self, stage: Stage, submission: SubmissionId) -> Wish {
        let (min, max) = self.take(stage, submission);
        let target = match stage {
            Stage::Even => None,
            Stage::Ranges | Stage::BestEffort => self.take_wish(submission).target,
        };
        Wish { min, target: target.map(|target| target.clamp(min, max)), max }
    }

    /// Whether some submission is to receive an even share and nothing else.
    pub(in crate::assign) fn shares_evenly(&self) -> bool {
        self.crew == Crew::Peers && self.assigner.receive.is_none()
    }

    /// The submissions that receive the greater even load, drawn by the stream.
    pub(in crate::assign) fn lucky_works(&self, stream: &mut Stream) -> Vec<u32> {
        self.takes.draw(self.pool().map(SubmissionId::get), stream)
    }

    /// The widest stage, best effort aside: what a proof speaks of.
    pub(in crate::assign) fn widest(&self) -> Stage {
        let wider = |even: (u32, u32), ranges: (u32, u32)| ranges.0 < even.0 || ranges.1 > even.1;
        let is_wider = self
            .people()
            .any(|r| wider(self.give(Stage::Even, r), self.give(Stage::Ranges, r)))
            || self.pool().any(|s| wider(self.take(Stage::Even, s), self.take(Stage::Ranges, s)));
        if is_wider { Stage::Ranges } else { Stage::Even }
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
