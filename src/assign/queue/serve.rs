//! What is served: the rank of works, and the draw among those of the lowest rank.

use super::buckets::{Key, Rank};
use super::served::Wait;
use super::{EXEMPLARS, Policy, ReviewQueue, group};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::{Phase, Stream};

/// Draws from a bucket before it is looked through.
const DRAWS: usize = 8;

impl ReviewQueue {
    /// Brings a work to its place after its load or its authors have changed.
    pub(super) fn refresh(&mut self, submission: SubmissionId) {
        let key = self.key(submission);
        self.buckets.place(submission, key);
    }

    /// The same for all works of a person.
    pub(super) fn refresh_works_of(&mut self, person: PersonId) {
        for i in 0..self.cohort.submissions_of(person).len() {
            self.refresh(self.cohort.submissions_of(person)[i]);
        }
    }

    /// Where a work belongs; `None` where it cannot be served.
    pub(super) fn key(&self, submission: SubmissionId) -> Option<Key> {
        let work = &self.works[submission.index()];
        if self.is_exemplar(submission) {
            return Some((EXEMPLARS, Rank(0, work.load(), 0)));
        }
        let (_, arrival) = work.arrival?;
        let target = self.config.target;
        let load = work.load();
        let full = !self.closed && load >= target.saturating_add(self.config.beyond);
        if full || self.is_withdrawn(submission) {
            return None;
        }
        let rank = match self.config.policy {
            Policy::Fifo if load >= target => Rank(Rank::SATED, 0, 0),
            _ if load >= target => Rank(Rank::SATED, load, 0),
            Policy::Fifo => Rank(0, arrival, 0),
            Policy::LeastReviewed => Rank(0, load, 0),
            Policy::Random => Rank(0, 0, 0),
            Policy::CompletersFirst if load == 0 => Rank(0, 0, 0),
            Policy::CompletersFirst => match self.diligence(submission) {
                (0, _) => Rank(1, target - load, 0),
                (left, true) => Rank(2, left, load),
                (left, false) => Rank(3, left, load),
            },
        };
        Some((self.groups[submission.index()], rank))
    }

    /// How many reviews the most diligent author has still to give, and whether an author has one
    /// open. Who is not to review has none to give.
    fn diligence(&self, submission: SubmissionId) -> (u32, bool) {
        let authors = self.cohort.authors_of(submission).iter().copied();
        let (mut least, mut active) = (None, false);
        for author in authors.filter(|a| !self.people[a.index()].withdrawn) {
            let staff = self.cohort.is_staff(author);
            let quota = if staff { 0 } else { self.quota(author) };
            let left = quota.saturating_sub(self.given(author));
            least = Some(least.map_or(left, |least: u32| least.min(left)));
            active |= self.people[author.index()].open() > 0;
        }
        (least.unwrap_or(0), active)
    }

    /// What a person is served now.
    pub(super) fn choose(&self, person: PersonId) -> Result<SubmissionId, Wait> {
        if self.lacks_own_work(person) {
            return Err(Wait::OwnWork);
        }
        let mut stream = self.seed.stream(Phase::Queue, self.events);
        if self.lacks_exemplars(person)
            && let Some(exemplar) = self.draw(person, EXEMPLARS, &mut stream)
        {
            return Ok(exemplar);
        }
        let items = self.people[person.index()].items.iter();
        let open = items.filter(|i| i.state.is_open() && !self.is_exemplar(i.submission)).count();
        if self.given(person).saturating_add(to_u32(open)) >= self.quota(person) {
            return Err(Wait::QuotaDone);
        }
        let group = self.group_of(person);
        let (there, needed) = (self.buckets.needy(group), self.config.backlog);
        if !self.closed && needed > 0 && there <= needed {
            return Err(Wait::Backlog { there, needed });
        }
        self.draw(person, group, &mut stream).ok_or(Wait::NoWork)
    }

    /// The group of works that a person is served.
    pub(super) fn group_of(&self, person: PersonId) -> u32 {
        group(&self.sections, self.cohort.section(person))
    }

    fn lacks_own_work(&self, person: PersonId) -> bool {
        let mut own =
            self.cohort.submissions_of(person).iter().filter(|&&s| !self.is_exemplar(s)).peekable();
        self.config.submit_first
            && own.peek().is_some()
            && own.all(|s| self.works[s.index()].arrival.is_none())
    }

    fn lacks_exemplars(&self, person: PersonId) -> bool {
        let each = self.config.exemplars_each as usize;
        let items = self.people[person.index()].items.iter();
        let has = items.filter(|item| {
            self.is_exemplar(item.submission) && (item.state.is_open() || item.state.is_completed())
        });
        each > 0 && has.count() < each
    }

    /// Whether nothing but loads bars a person from a work.
    pub(super) fn may_review(&self, person: PersonId, submission: SubmissionId) -> bool {
        self.people[person.index()].item(submission).is_none()
            && !self.cohort.is_author(person, submission)
            && !self.is_forbidden(person, submission)
    }

    pub(super) fn is_forbidden(&self, person: PersonId, submission: SubmissionId) -> bool {
        self.config.forbidden.binary_search(&(person, submission)).is_ok()
    }

    /// A uniform one of those works of the lowest rank that the person may review.
    fn draw(&self, person: PersonId, group: u32, stream: &mut Stream) -> Option<SubmissionId> {
        let among = |list: &[SubmissionId], stream: &mut Stream| {
            list[stream.bounded(to_u32(list.len())) as usize]
        };
        for list in self.buckets.of(group) {
            // The first to come in is alone in its bucket: nothing to draw.
            for _ in 0..if list.len() > 1 { DRAWS } else { 0 } {
                let submission = among(list, stream);
                if self.may_review(person, submission) {
                    return Some(submission);
                }
            }
            let mut left = list.to_vec();
            left.retain(|&submission| self.may_review(person, submission));
            if !left.is_empty() {
                return Some(among(&left, stream));
            }
        }
        None
    }
}
