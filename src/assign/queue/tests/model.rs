//! A naive queue: what happened is a list, and every answer is found by looking through all of it.

use crate::assign::queue::{Policy, QueueError, ReviewQueue, Served, Wait};
use crate::{Cohort, PersonId, Quota, SubmissionId};

pub(super) fn person(id: u32) -> PersonId {
    PersonId::new(id)
}

pub(super) fn work(id: u32) -> SubmissionId {
    SubmissionId::new(id)
}

/// What is asked of a queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Event {
    Submit(SubmissionId),
    Request(PersonId),
    Start(PersonId, SubmissionId),
    Complete(PersonId, SubmissionId),
    Decline(PersonId, SubmissionId),
    Withdraw(PersonId),
    Close,
}

/// What it answers: something of a request, and whether the event was refused.
pub(super) type Answer = Result<Option<Served>, QueueError>;

pub(super) fn tell(queue: &mut ReviewQueue, event: Event, now: u64) -> Answer {
    match event {
        Event::Submit(work) => queue.submit(work, now).map(|()| None),
        Event::Request(person) => queue.request(person, now).map(Some),
        Event::Start(person, work) => queue.start(person, work, now).map(|_| None),
        Event::Complete(person, work) => queue.complete(person, work, now).map(|_| None),
        Event::Decline(person, work) => queue.decline(person, work, now).map(|()| None),
        Event::Withdraw(person) => queue.withdraw(person, now).map(|()| None),
        Event::Close => queue.close(now).map(|()| None),
    }
}

/// The settings of a model, apart from those of the queue.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) reviews: u32,
    pub(super) target: u32,
    pub(super) beyond: u32,
    pub(super) lease: u64,
    pub(super) open: usize,
    pub(super) backlog: usize,
    pub(super) policy: Policy,
    pub(super) submit_first: bool,
    pub(super) same_section: bool,
    pub(super) forbidden: Vec<(SubmissionId, PersonId)>,
    pub(super) exemplars: Vec<SubmissionId>,
    pub(super) each: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Open(u64),
    Completed,
    Gone,
    Expired,
}

pub(super) struct Model<'a> {
    cohort: &'a Cohort,
    settings: &'a Settings,
    now: u64,
    closed: bool,
    submitted: Vec<SubmissionId>,
    withdrawn: Vec<PersonId>,
    reviews: Vec<(PersonId, SubmissionId, Fate)>,
}

impl<'a> Model<'a> {
    pub(super) fn new(cohort: &'a Cohort, settings: &'a Settings) -> Self {
        let (submitted, withdrawn, reviews) = (Vec::new(), Vec::new(), Vec::new());
        Self { cohort, settings, now: 0, closed: false, submitted, withdrawn, reviews }
    }

    fn count(&self, holds: impl Fn(PersonId, SubmissionId, Fate) -> bool) -> u32 {
        let found = self.reviews.iter().filter(|&&(p, s, fate)| holds(p, s, fate)).count();
        u32::try_from(found).unwrap()
    }

    pub(super) fn load(&self, work: SubmissionId) -> u32 {
        self.count(|_, s, fate| s == work && matches!(fate, Fate::Open(_) | Fate::Completed))
    }

    pub(super) fn completed(&self, work: SubmissionId) -> u32 {
        self.count(|_, s, fate| s == work && fate == Fate::Completed)
    }

    pub(super) fn pairs(&self) -> Vec<(SubmissionId, PersonId)> {
        let done = self.reviews.iter().filter(|(_, _, fate)| *fate == Fate::Completed);
        done.map(|&(p, s, _)| (s, p)).collect()
    }

    fn is_exemplar(&self, work: SubmissionId) -> bool {
        self.settings.exemplars.contains(&work)
    }

    pub(super) fn given(&self, person: PersonId) -> u32 {
        self.count(|p, s, fate| p == person && fate == Fate::Completed && !self.is_exemplar(s))
    }

    fn open(&self, person: PersonId) -> u32 {
        self.count(|p, _, fate| p == person && matches!(fate, Fate::Open(_)))
    }

    fn quota(&self, person: PersonId) -> u32 {
        self.cohort.quota(person).and_then(Quota::target).unwrap_or(self.settings.reviews)
    }

    fn is_there(&self, work: SubmissionId) -> bool {
        let authors = self.cohort.authors_of(work);
        let left = authors.is_empty() || authors.iter().any(|a| !self.withdrawn.contains(a));
        self.submitted.contains(&work) && left
    }

    fn section_of(&self, work: SubmissionId) -> Option<u32> {
        self.cohort.authors_of(work).first().and_then(|&a| self.cohort.section(a))
    }

    fn same_section(&self, person: PersonId, work: SubmissionId) -> bool {
        !self.settings.same_section || self.section_of(work) == self.cohort.section(person)
    }

    fn may(&self, person: PersonId, work: SubmissionId) -> bool {
        !self.cohort.authors_of(work).contains(&person)
            && !self.settings.forbidden.contains(&(work, person))
            && self.count(|p, s, _| (p, s) == (person, work)) == 0
    }

    /// The works of peers that may be served to a person.
    fn eligible(&self, person: PersonId) -> Vec<SubmissionId> {
        let settings = self.settings;
        let limit = settings.target.saturating_add(settings.beyond);
        let fits = |&s: &SubmissionId| {
            self.is_there(s)
                && self.may(person, s)
                && self.same_section(person, s)
                && (self.closed || self.load(s) < limit)
        };
        self.submitted.iter().copied().filter(fits).collect()
    }

    /// What comes first is served first.
    fn rank(&self, work: SubmissionId) -> (u32, u32, u32) {
        let (load, target) = (self.load(work), self.settings.target);
        let arrival = self.submitted.iter().position(|&s| s == work).unwrap();
        let left = |author: &PersonId| {
            let quota = if self.cohort.is_staff(*author) { 0 } else { self.quota(*author) };
            quota.saturating_sub(self.given(*author))
        };
        let authors = self.cohort.authors_of(work).iter();
        let authors: Vec<_> = authors.filter(|a| !self.withdrawn.contains(a)).collect();
        let least = authors.iter().map(|a| left(a)).min().unwrap_or(0);
        match self.settings.policy {
            Policy::Fifo if load >= target => (9, 0, 0),
            _ if load >= target => (9, load, 0),
            Policy::Fifo => (0, u32::try_from(arrival).unwrap(), 0),
            Policy::LeastReviewed => (0, load, 0),
            Policy::Random => (0, 0, 0),
            Policy::CompletersFirst if load == 0 => (0, 0, 0),
            Policy::CompletersFirst if least == 0 => (1, target - load, 0),
            Policy::CompletersFirst if authors.iter().any(|a| self.open(**a) > 0) => {
                (2, least, load)
            }
            Policy::CompletersFirst => (3, least, load),
        }
    }

    /// What a request may be answered with: any of these works, or this wait.
    fn answers(&self, person: PersonId) -> Result<Vec<SubmissionId>, Wait> {
        let settings = self.settings;
        let own = self.cohort.submissions_of(person).iter().filter(|&&s| !self.is_exemplar(s));
        let own: Vec<_> = own.collect();
        if settings.submit_first
            && !own.is_empty()
            && !own.iter().any(|s| self.submitted.contains(s))
        {
            return Err(Wait::OwnWork);
        }
        let is_due = |fate| matches!(fate, Fate::Open(_) | Fate::Completed);
        let exemplars = self.count(|p, s, fate| p == person && self.is_exemplar(s) && is_due(fate));
        if (exemplars as usize) < settings.each {
            let free = settings.exemplars.iter().filter(|&&s| self.may(person, s));
            let best = free.clone().map(|&s| self.load(s)).min();
            if let Some(best) = best {
                return Ok(free.copied().filter(|&s| self.load(s) == best).collect());
            }
        }
        let peers = self.count(|p, s, fate| p == person && !self.is_exemplar(s) && is_due(fate));
        if peers >= self.quota(person) {
            return Err(Wait::QuotaDone);
        }
        let lacking = |&&s: &&SubmissionId| {
            self.is_there(s) && self.same_section(person, s) && self.load(s) < settings.target
        };
        let there = self.submitted.iter().filter(lacking).count();
        if !self.closed && settings.backlog > 0 && there <= settings.backlog {
            let [there, needed] = [there, settings.backlog].map(|n| u32::try_from(n).unwrap());
            return Err(Wait::Backlog { there, needed });
        }
        let eligible = self.eligible(person);
        let best = eligible.iter().map(|&s| self.rank(s)).min().ok_or(Wait::NoWork)?;
        Ok(eligible.into_iter().filter(|&s| self.rank(s) == best).collect())
    }

    fn fate(&mut self, person: PersonId, work: SubmissionId) -> Option<&mut Fate> {
        let found = self.reviews.iter_mut().find(|(p, s, _)| (*p, *s) == (person, work));
        found.map(|(_, _, fate)| fate)
    }

    /// Whether an event is allowed at a time that is not before the last.
    fn allows(&mut self, event: Event, now: u64) -> bool {
        let gone = |model: &Self, p: PersonId| model.withdrawn.contains(&p);
        let open = |fate: Option<&mut Fate>| matches!(fate, Some(Fate::Open(end)) if *end > now);
        match event {
            Event::Submit(s) => {
                let authors = self.cohort.authors_of(s);
                let left = authors.is_empty() || authors.iter().any(|&a| !gone(self, a));
                !self.is_exemplar(s) && !self.submitted.contains(&s) && left
            }
            Event::Request(p) => !gone(self, p) && !self.cohort.is_staff(p),
            Event::Start(p, s) | Event::Decline(p, s) => !gone(self, p) && open(self.fate(p, s)),
            Event::Complete(p, s) => {
                !gone(self, p) && matches!(self.fate(p, s), Some(Fate::Open(_) | Fate::Expired))
            }
            Event::Withdraw(p) => !gone(self, p),
            Event::Close => true,
        }
    }

    /// Whether an answer to an event is right; takes note of it.
    pub(super) fn accepts(
        &mut self,
        event: Event,
        now: u64,
        answer: &Answer,
    ) -> Result<(), String> {
        let allowed = now >= self.now && self.allows(event, now);
        let Ok(served) = answer else {
            return if allowed { Err(format!("{event:?}: {answer:?}")) } else { Ok(()) };
        };
        if !allowed {
            return Err(format!("{event:?} was taken"));
        }
        self.now = now;
        for (_, _, fate) in &mut self.reviews {
            if matches!(fate, Fate::Open(end) if *end <= now) {
                *fate = Fate::Expired;
            }
        }
        let end = now + self.settings.lease;
        match event {
            Event::Submit(s) => self.submitted.push(s),
            Event::Request(p) => return self.accepts_served(p, end, served.as_ref().unwrap()),
            Event::Start(p, s) => *self.fate(p, s).unwrap() = Fate::Open(end),
            Event::Complete(p, s) => *self.fate(p, s).unwrap() = Fate::Completed,
            Event::Decline(p, s) => *self.fate(p, s).unwrap() = Fate::Gone,
            Event::Withdraw(p) => {
                self.withdrawn.push(p);
                for (_, _, fate) in self.reviews.iter_mut().filter(|(q, _, _)| *q == p) {
                    if matches!(fate, Fate::Open(_)) {
                        *fate = Fate::Gone;
                    }
                }
            }
            Event::Close => self.closed = true,
        }
        Ok(())
    }

    fn accepts_served(&mut self, p: PersonId, end: u64, served: &Served) -> Result<(), String> {
        let full = self.open(p) as usize >= self.settings.open;
        let right = match (served, self.answers(p)) {
            (Served::Open(lease), _) if full => {
                self.fate(p, lease.submission()) == Some(&mut Fate::Open(lease.until()))
            }
            (Served::New(lease), Ok(works)) if !full => {
                self.reviews.push((p, lease.submission(), Fate::Open(end)));
                works.contains(&lease.submission())
                    && lease.until() == end
                    && lease.is_exemplar() == self.is_exemplar(lease.submission())
            }
            (Served::Wait(why), Err(expected)) if !full => *why == expected,
            _ => false,
        };
        if right { Ok(()) } else { Err(format!("person {p}: {served:?}")) }
    }
}
