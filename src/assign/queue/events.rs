//! What happens to a queue.

use super::served::{Completion, Lease, Served, Wait};
use super::state::{Item, State};
use super::{QueueError, ReviewQueue};
use crate::id::{PersonId, SubmissionId, to_u32};

impl ReviewQueue {
    /// A work comes in. A team hands in one work. O(log n).
    ///
    /// # Errors
    ///
    /// [`QueueError`] where it is not of the cohort, an exemplar, in already, or withdrawn, or time
    /// runs backwards.
    ///
    /// ```
    /// use peergrade::assign::queue::{QueueConfig, QueueError, ReviewQueue};
    /// use peergrade::{Cohort, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(3)?;
    /// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
    /// let work = SubmissionId::new(2);
    /// queue.submit(work, 40)?;
    /// let again = queue.submit(work, 50);
    /// assert_eq!(again, Err(QueueError::SubmittedBefore { submission: work, since: 40 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit(&mut self, submission: SubmissionId, now: u64) -> Result<(), QueueError> {
        self.check_submission(submission)?;
        if self.is_exemplar(submission) {
            return Err(QueueError::Exemplar { submission });
        }
        if let Some((since, _)) = self.works[submission.index()].arrival {
            return Err(QueueError::SubmittedBefore { submission, since });
        }
        if self.is_withdrawn(submission) {
            return Err(QueueError::WithdrawnWork { submission });
        }
        self.event(now)?;
        self.works[submission.index()].arrival = Some((now, to_u32(self.arrivals.len())));
        self.arrivals.push(submission);
        self.refresh(submission);
        Ok(())
    }

    /// Somebody asks for a review: a new one, the open one where they have as many open as they
    /// may, or none now and why. Expected O(the person's reviews + log n); O(works x the person's
    /// reviews) where few works are left to them.
    ///
    /// # Errors
    ///
    /// [`QueueError`] where the person is unknown, staff or withdrawn, or time runs backwards.
    pub fn request(&mut self, person: PersonId, now: u64) -> Result<Served, QueueError> {
        self.check_person(person)?;
        if self.cohort.is_staff(person) {
            return Err(QueueError::Staff { person });
        }
        self.event(now)?;
        if self.people[person.index()].open() >= self.config.open as usize
            && let Some(lease) = self.open_leases(person).min_by_key(|l| (l.until, l.submission))
        {
            return Ok(Served::Open(lease));
        }
        match self.choose(person) {
            Ok(submission) => Ok(Served::New(self.serve(person, submission))),
            Err(why) => {
                let state = &mut self.people[person.index()];
                let since = state.wait.map_or(now, |(since, _)| since);
                state.wait = (why != Wait::QuotaDone).then_some((since, why));
                Ok(Served::Wait(why))
            }
        }
    }

    fn serve(&mut self, person: PersonId, submission: SubmissionId) -> Lease {
        let until = self.now.saturating_add(self.config.lease);
        let state = &mut self.people[person.index()];
        state.items.push(Item { submission, state: State::Open { until, started: false } });
        state.wait = None;
        self.leases.insert((until, person, submission));
        self.works[submission.index()].open += 1;
        self.refresh(submission);
        self.refresh_works_of(person);
        Lease { submission, until, exemplar: self.is_exemplar(submission) }
    }

    /// The reviewer begins, or goes on after a while: the lease is that long again from now.
    /// Returns when it ends. O(log n).
    ///
    /// # Errors
    ///
    /// [`QueueError`] where the person has no such review open, or time runs backwards.
    ///
    /// ```
    /// use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served};
    /// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(2)?;
    /// let config = QueueConfig::default().lease(60);
    /// let mut queue = ReviewQueue::new(&cohort, config, Seed::new(1))?;
    /// queue.submit(SubmissionId::new(0), 0)?;
    /// queue.submit(SubmissionId::new(1), 0)?;
    /// let (ben, work) = (PersonId::new(1), SubmissionId::new(0));
    /// queue.request(ben, 10)?;
    /// assert_eq!(queue.start(ben, work, 50)?, 110);
    /// // It was not completed, and is never served to Ben again.
    /// assert_eq!(queue.expire(110)?, [(work, ben)]);
    /// assert!(matches!(queue.request(ben, 120)?, Served::Wait(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start(
        &mut self,
        person: PersonId,
        submission: SubmissionId,
        now: u64,
    ) -> Result<u64, QueueError> {
        let old = self.check_open(person, submission, now)?;
        self.event(now)?;
        let until = now.saturating_add(self.config.lease);
        self.leases.remove(&(old, person, submission));
        self.leases.insert((until, person, submission));
        self.people[person.index()].set(submission, State::Open { until, started: true });
        Ok(until)
    }

    /// The review is there. One whose lease has ended counts too: the work was done, and it would
    /// help nobody to throw it away. O(log n).
    ///
    /// # Errors
    ///
    /// [`QueueError`] where it was not served to this person, is completed or declined already, or
    /// time runs backwards.
    pub fn complete(
        &mut self,
        person: PersonId,
        submission: SubmissionId,
        now: u64,
    ) -> Result<Completion, QueueError> {
        match self.check_served(person, submission)? {
            State::Open { .. } | State::Expired => {}
            ended => return Err(refuse(person, submission, ended)),
        }
        self.event(now)?;
        // The event may have ended the lease.
        let late = self.leave(person, submission).is_none();
        self.people[person.index()].set(submission, State::Completed { late });
        self.works[submission.index()].completed += 1;
        self.refresh(submission);
        self.refresh_works_of(person);
        Ok(if late { Completion::Late } else { Completion::InTime })
    }

    /// The reviewer gives the work back, which is then served to others only. O(log n).
    ///
    /// # Errors
    ///
    /// [`QueueError`] where the person has no such review open, or time runs backwards.
    pub fn decline(
        &mut self,
        person: PersonId,
        submission: SubmissionId,
        now: u64,
    ) -> Result<(), QueueError> {
        self.check_open(person, submission, now)?;
        self.event(now)?;
        self.end(person, submission, State::Declined);
        Ok(())
    }

    /// Ends the leases that are over at `now` and returns them in the order of their ends. Other
    /// events do that too, so it need not be called for the queue's sake, and changes no later
    /// answer. O(log n) each.
    ///
    /// # Errors
    ///
    /// [`QueueError::Backwards`].
    pub fn expire(&mut self, now: u64) -> Result<Vec<(SubmissionId, PersonId)>, QueueError> {
        self.check_time(now)?;
        Ok(self.advance(now))
    }

    /// A person leaves the course: open reviews go back, and works of which no author is left are
    /// served to nobody more. Reviews of these that are open can still be completed, as nobody
    /// should lose what they have done. O((their reviews + their works) log n).
    ///
    /// # Errors
    ///
    /// [`QueueError`] where the person is unknown or has withdrawn before, or time runs backwards.
    ///
    /// ```
    /// use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served, Wait};
    /// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(2)?;
    /// let mut queue = ReviewQueue::new(&cohort, QueueConfig::default(), Seed::new(1))?;
    /// queue.submit(SubmissionId::new(0), 0)?;
    /// queue.submit(SubmissionId::new(1), 0)?;
    /// queue.withdraw(PersonId::new(0), 5)?;
    /// assert_eq!(queue.request(PersonId::new(1), 6)?, Served::Wait(Wait::NoWork));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn withdraw(&mut self, person: PersonId, now: u64) -> Result<(), QueueError> {
        self.check_person(person)?;
        self.event(now)?;
        let open: Vec<SubmissionId> =
            self.open_leases(person).map(|lease| lease.submission).collect();
        for submission in open {
            self.end(person, submission, State::Declined);
        }
        self.people[person.index()].wait = None;
        self.people[person.index()].withdrawn = true;
        self.refresh_works_of(person);
        Ok(())
    }

    /// No more works are waited for: from now on requests are served whatever the backlog, and
    /// works receive more than their limit where that is all that is left. A work that comes in
    /// later is welcome. Closing twice changes nothing. O(works log n).
    ///
    /// # Errors
    ///
    /// [`QueueError::Backwards`].
    ///
    /// ```
    /// use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served, Wait};
    /// use peergrade::{Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(30)?;
    /// let config = QueueConfig::default().backlog(20);
    /// let mut queue = ReviewQueue::new(&cohort, config, Seed::new(1))?;
    /// queue.submit(SubmissionId::new(0), 0)?;
    /// queue.submit(SubmissionId::new(1), 1)?;
    /// let wait = Wait::Backlog { there: 2, needed: 20 };
    /// assert_eq!(queue.request(PersonId::new(1), 2)?, Served::Wait(wait));
    /// queue.close(3)?;
    /// assert!(matches!(queue.request(PersonId::new(1), 4)?, Served::New(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close(&mut self, now: u64) -> Result<(), QueueError> {
        self.event(now)?;
        self.closed = true;
        for i in 0..self.arrivals.len() {
            self.refresh(self.arrivals[i]);
        }
        Ok(())
    }

    /// Counts an event and lets time pass up to it.
    fn event(&mut self, now: u64) -> Result<(), QueueError> {
        self.check_time(now)?;
        if self.events >= Self::MAX_EVENTS {
            return Err(QueueError::TooManyEvents { limit: Self::MAX_EVENTS });
        }
        self.events += 1;
        self.advance(now);
        Ok(())
    }

    fn advance(&mut self, now: u64) -> Vec<(SubmissionId, PersonId)> {
        self.now = now;
        let mut ended = Vec::new();
        while let Some(&(until, person, submission)) = self.leases.first() {
            if until > now {
                break;
            }
            self.end(person, submission, State::Expired);
            ended.push((submission, person));
        }
        ended
    }

    /// Ends an open review without result.
    fn end(&mut self, person: PersonId, submission: SubmissionId, state: State) {
        self.leave(person, submission);
        self.people[person.index()].set(submission, state);
        self.refresh(submission);
        self.refresh_works_of(person);
    }

    /// Takes an open review off the books; returns its end, or `None` where it is not open.
    fn leave(&mut self, person: PersonId, submission: SubmissionId) -> Option<u64> {
        let item = self.people[person.index()].item(submission)?;
        let State::Open { until, .. } = item.state else { return None };
        self.leases.remove(&(until, person, submission));
        self.works[submission.index()].open -= 1;
        Some(until)
    }

    pub(super) fn open_leases(&self, person: PersonId) -> impl Iterator<Item = Lease> {
        let items = self.people.get(person.index()).map_or(&[][..], |person| &person.items);
        items.iter().filter_map(|item| match item.state {
            State::Open { until, .. } => {
                let exemplar = self.is_exemplar(item.submission);
                Some(Lease { submission: item.submission, until, exemplar })
            }
            _ => None,
        })
    }

    fn check_time(&self, now: u64) -> Result<(), QueueError> {
        let last = self.now;
        if now < last { Err(QueueError::Backwards { now, last }) } else { Ok(()) }
    }

    pub(super) fn check_submission(&self, submission: SubmissionId) -> Result<(), QueueError> {
        let submissions = self.cohort.submissions();
        if submission.index() < submissions {
            Ok(())
        } else {
            Err(QueueError::UnknownSubmission { submission, submissions })
        }
    }

    fn check_person(&self, person: PersonId) -> Result<(), QueueError> {
        let people = self.cohort.people();
        match self.people.get(person.index()) {
            None => Err(QueueError::UnknownPerson { person, people }),
            Some(state) if state.withdrawn => Err(QueueError::Withdrawn { person }),
            Some(_) => Ok(()),
        }
    }

    fn check_served(
        &self,
        person: PersonId,
        submission: SubmissionId,
    ) -> Result<State, QueueError> {
        self.check_person(person)?;
        self.check_submission(submission)?;
        let item = self.people[person.index()].item(submission);
        item.map(|item| item.state).ok_or(QueueError::NotServed { person, submission })
    }

    /// The end of a review that is open at `now`.
    fn check_open(
        &self,
        person: PersonId,
        submission: SubmissionId,
        now: u64,
    ) -> Result<u64, QueueError> {
        let state = self.check_served(person, submission)?;
        self.check_time(now)?;
        match state {
            State::Open { until, .. } if until > now => Ok(until),
            State::Open { .. } => Err(refuse(person, submission, State::Expired)),
            ended => Err(refuse(person, submission, ended)),
        }
    }
}

fn refuse(person: PersonId, submission: SubmissionId, ended: State) -> QueueError {
    let how = match ended {
        State::Completed { .. } => "completed",
        State::Declined => "declined",
        _ => "expired",
    };
    QueueError::Ended { person, submission, how }
}
