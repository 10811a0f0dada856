//! A stream of choices from bytes. At its end it goes on with zeros, so that every input is a course
//! and a shorter one is a smaller one.

use peergrade::{PersonId, Seed, SubmissionId};

use super::pool;

pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(crate) fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    /// A number below `n`, of up to 256; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n.clamp(1, 256)
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    /// True one time in `n`.
    pub(crate) fn rarely(&mut self, n: u8) -> bool {
        self.byte() % n == n - 1
    }

    /// A count: small, or now and then so large that no memory holds as many.
    pub(crate) fn count(&mut self, n: usize) -> usize {
        match self.byte() {
            255 => usize::MAX,
            254 => u32::MAX as usize,
            253 => (u32::MAX as usize) + 1,
            few => usize::from(few) % n.max(1),
        }
    }

    pub(crate) fn small(&mut self, n: usize) -> u32 {
        u32::try_from(self.count(n)).unwrap_or(u32::MAX)
    }

    /// Any double, one in four of them special.
    pub(crate) fn float(&mut self) -> f64 {
        match self.byte() % 4 {
            0 => pool::SPECIAL[self.below(pool::SPECIAL.len())],
            1 => f64::from(self.byte() % 21) / 2.0,
            2 => f64::from_bits(self.word()),
            _ => f64::from(self.byte()) / 255.0,
        }
    }

    /// A double of a range, or now and then one that is not.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        match self.byte() % 8 {
            0 => pool::about(low, high)[self.below(7)],
            1 => {
                let special = pool::within(low, high);
                special[self.below(special.len())]
            }
            2 => self.float(),
            // Ties are what courses are full of.
            _ => {
                let part = f64::from(self.byte() % 11) / 10.0;
                low + part * (high - low)
            }
        }
    }

    /// A person of `n`; now and then there is no such person.
    pub(crate) fn person(&mut self, n: usize) -> PersonId {
        PersonId::new(self.id(n))
    }

    pub(crate) fn submission(&mut self, n: usize) -> SubmissionId {
        SubmissionId::new(self.id(n))
    }

    pub(crate) fn id(&mut self, n: usize) -> u32 {
        match self.byte() {
            255 => u32::MAX,
            254 => u32::try_from(n).unwrap_or(u32::MAX),
            id => u32::from(id) % u32::try_from(n.max(1)).unwrap_or(1),
        }
    }

    pub(crate) fn pairs(
        &mut self,
        submissions: usize,
        people: usize,
    ) -> Vec<(SubmissionId, PersonId)> {
        (0..self.below(8)).map(|_| (self.submission(submissions), self.person(people))).collect()
    }

    pub(crate) fn people(&mut self, n: usize) -> Vec<PersonId> {
        (0..self.below(5)).map(|_| self.person(n)).collect()
    }

    pub(crate) fn seed(&mut self) -> Seed {
        Seed::new(self.byte().into())
    }
}
