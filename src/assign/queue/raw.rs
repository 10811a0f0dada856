//! What a queue looks like outside. Loads, ranks and ends of leases follow from what people did, so
//! they are not written; what is written is checked against the rules that made it.

use serde::{Deserialize, Serialize};

use super::served::Wait;
use super::state::{Item, State};
use super::{Cohort, PersonId, QueueConfig, QueueError, ReviewQueue, Seed, SubmissionId, to_u32};

#[derive(Serialize, Deserialize)]
#[serde(rename = "ReviewQueue", deny_unknown_fields)]
pub(super) struct Queue {
    cohort: Cohort,
    config: QueueConfig,
    seed: Seed,
    now: u64,
    events: u64,
    closed: bool,
    /// Works in the order in which they came in, and when.
    submitted: Vec<(SubmissionId, u64)>,
    withdrawn: Vec<PersonId>,
    /// By person, in the order in which they were served.
    served: Vec<Vec<Item>>,
    waiting: Vec<(PersonId, u64, Wait)>,
    /// The works that can be served, bucket by bucket.
    order: Vec<SubmissionId>,
}

impl From<ReviewQueue> for Queue {
    fn from(queue: ReviewQueue) -> Self {
        let people = || (0..).map(PersonId::new).zip(&queue.people);
        let arrival = |s: &SubmissionId| queue.works[s.index()].arrival.map_or(0, |(at, _)| at);
        Self {
            submitted: queue.arrivals.iter().map(|s| (*s, arrival(s))).collect(),
            withdrawn: people().filter(|(_, p)| p.withdrawn).map(|(id, _)| id).collect(),
            served: queue.people.iter().map(|person| person.items.clone()).collect(),
            waiting: people()
                .filter_map(|(id, person)| person.wait.map(|(since, why)| (id, since, why)))
                .collect(),
            order: queue.buckets.iter().collect(),
            now: queue.now,
            events: queue.events,
            closed: queue.closed,
            cohort: queue.cohort,
            config: queue.config,
            seed: queue.seed,
        }
    }
}

fn wrong(what: &'static str, id: impl Into<u64>) -> QueueError {
    QueueError::Snapshot { what, id: id.into() }
}

impl TryFrom<Queue> for ReviewQueue {
    type Error = QueueError;

    fn try_from(raw: Queue) -> Result<Self, QueueError> {
        let mut queue = Self::with(raw.cohort, raw.config, raw.seed)?;
        if raw.events > Self::MAX_EVENTS {
            return Err(QueueError::TooManyEvents { limit: Self::MAX_EVENTS });
        }
        (queue.now, queue.events, queue.closed) = (raw.now, raw.events, raw.closed);
        queue.read_submitted(&raw.submitted)?;
        if raw.served.len() != queue.people.len() {
            return Err(wrong("rows of reviews: ", raw.served.len() as u64));
        }
        for (person, items) in (0..).map(PersonId::new).zip(raw.served) {
            items.into_iter().try_for_each(|item| queue.read_item(person, item))?;
        }
        queue.read_withdrawn(&raw.withdrawn)?;
        for (person, since, why) in raw.waiting {
            queue.read_wait(person, since, why)?;
        }
        queue.check_counts()?;
        queue.read_order(&raw.order)?;
        Ok(queue)
    }
}

impl ReviewQueue {
    fn read_submitted(&mut self, submitted: &[(SubmissionId, u64)]) -> Result<(), QueueError> {
        let mut last = 0;
        for &(submission, since) in submitted {
            self.check_submission(submission)?;
            let work = &mut self.works[submission.index()];
            if work.arrival.is_some() || self.groups[submission.index()] == super::EXEMPLARS {
                return Err(wrong("a second arrival of submission ", submission.get()));
            }
            if since < last || since > self.now {
                return Err(wrong("the time of arrival of submission ", submission.get()));
            }
            work.arrival = Some((since, to_u32(self.arrivals.len())));
            self.arrivals.push(submission);
            last = since;
        }
        Ok(())
    }

    fn read_item(&mut self, person: PersonId, item: Item) -> Result<(), QueueError> {
        let submission = item.submission;
        self.check_submission(submission)?;
        let exemplar = self.is_exemplar(submission);
        let there = exemplar && self.config.exemplars_each > 0
            || self.works[submission.index()].arrival.is_some()
                && self.groups[submission.index()] == self.group_of(person);
        if self.cohort.is_staff(person) || !there || !self.may_review(person, submission) {
            return Err(wrong("a review by person ", person.get()));
        }
        let work = &mut self.works[submission.index()];
        match item.state {
            State::Open { until, .. } => {
                let longest = self.now.saturating_add(self.config.lease);
                // Where time ends, a lease is over as soon as it begins.
                let over = until < self.now || (until == self.now && until < u64::MAX);
                if over || until > longest {
                    return Err(wrong("the end of a lease of person ", person.get()));
                }
                work.open += 1;
                self.leases.insert((until, person, submission));
            }
            State::Completed { .. } => work.completed += 1,
            State::Declined | State::Expired => {}
        }
        self.people[person.index()].items.push(item);
        if self.people[person.index()].open() > self.config.open as usize {
            return Err(wrong("too many open reviews of person ", person.get()));
        }
        Ok(())
    }

    fn read_withdrawn(&mut self, withdrawn: &[PersonId]) -> Result<(), QueueError> {
        for &person in withdrawn {
            match self.people.get_mut(person.index()) {
                Some(state) if !state.withdrawn && state.open() == 0 => state.withdrawn = true,
                _ => return Err(wrong("the withdrawal of person ", person.get())),
            }
        }
        if withdrawn.is_sorted() {
            Ok(())
        } else {
            Err(wrong("the order of withdrawals of ", withdrawn.len() as u64))
        }
    }

    fn read_wait(&mut self, person: PersonId, since: u64, why: Wait) -> Result<(), QueueError> {
        let (now, staff) = (self.now, self.cohort.is_staff(person));
        match self.people.get_mut(person.index()) {
            Some(state)
                if state.wait.is_none()
                    && !state.withdrawn
                    && !staff
                    && since <= now
                    && why != Wait::QuotaDone =>
            {
                state.wait = Some((since, why));
                Ok(())
            }
            _ => Err(wrong("the wait of person ", person.get())),
        }
    }

    /// Whether there were enough events for all that has happened.
    fn check_counts(&self) -> Result<(), QueueError> {
        let items = self.people.iter().flat_map(|person| &person.items);
        // One withdrawal may give back several.
        let steps = items.map(|item| match item.state {
            State::Open { started: true, .. } | State::Completed { .. } => 2,
            _ => 1_u64,
        });
        let least = steps.fold(self.arrivals.len() as u64, u64::saturating_add);
        if self.events < least { Err(wrong("too few events: ", self.events)) } else { Ok(()) }
    }

    /// Puts every work where it belongs, in the order of the events.
    fn read_order(&mut self, order: &[SubmissionId]) -> Result<(), QueueError> {
        for i in 0..self.config.exemplars.len() {
            self.buckets.place(self.config.exemplars[i], None);
        }
        let mut last = None;
        for &submission in order {
            self.check_submission(submission)?;
            let key = self.key(submission);
            let twice = self.buckets.key(submission).is_some();
            if key.is_none() || twice || key < last {
                return Err(wrong("the place of submission ", submission.get()));
            }
            self.buckets.place(submission, key);
            last = key;
        }
        let all = (0..to_u32(self.works.len())).map(SubmissionId::new);
        match all.into_iter().find(|&s| self.buckets.key(s) != self.key(s)) {
            Some(missing) => Err(wrong("no place of submission ", missing.get())),
            None => Ok(()),
        }
    }
}
