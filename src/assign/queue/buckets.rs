//! The works that can be served, in buckets of equal rank.

use std::collections::BTreeMap;

use crate::id::{SubmissionId, to_u32};

/// What comes first is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(pub(super) u8, pub(super) u32, pub(super) u32);

impl Rank {
    /// The tier of works that have what they need.
    pub(super) const SATED: u8 = 4;
    const FIRST: Self = Self(0, 0, 0);
    const LAST: Self = Self(u8::MAX, u32::MAX, u32::MAX);
}

/// Works that are served to the same people, and how soon.
pub(super) type Key = (u32, Rank);

/// Works by group and rank. The order within a bucket is that of the events, by swap-removal: draws
/// depend on it, so it is part of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buckets {
    lists: BTreeMap<Key, Vec<SubmissionId>>,
    /// By submission: its bucket and where it stands there.
    places: Vec<Option<(Key, u32)>>,
    /// By group: works below their target.
    needy: Vec<u32>,
}

impl Buckets {
    pub(super) fn new(submissions: usize, groups: usize) -> Self {
        Self { lists: BTreeMap::new(), places: vec![None; submissions], needy: vec![0; groups] }
    }

    /// Where a work stands.
    pub(super) fn key(&self, submission: SubmissionId) -> Option<Key> {
        self.places[submission.index()].map(|(key, _)| key)
    }

    /// How many works of a group are below their target.
    pub(super) fn needy(&self, group: u32) -> u32 {
        self.needy[group as usize]
    }

    /// Brings a work to where it belongs. O(log of the buckets).
    pub(super) fn place(&mut self, submission: SubmissionId, key: Option<Key>) {
        if self.key(submission) == key {
            return;
        }
        self.remove(submission);
        let Some(key) = key else { return };
        let list = self.lists.entry(key).or_default();
        self.places[submission.index()] = Some((key, to_u32(list.len())));
        list.push(submission);
        self.needy[key.0 as usize] += u32::from(key.1.0 < Rank::SATED);
    }

    fn remove(&mut self, submission: SubmissionId) {
        let Some((key, place)) = self.places[submission.index()].take() else { return };
        let Some(list) = self.lists.get_mut(&key) else { return };
        list.swap_remove(place as usize);
        if let Some(&moved) = list.get(place as usize) {
            self.places[moved.index()] = Some((key, place));
        }
        if list.is_empty() {
            self.lists.remove(&key);
        }
        self.needy[key.0 as usize] -= u32::from(key.1.0 < Rank::SATED);
    }

    /// The buckets of a group, first to be served first. None is empty.
    pub(super) fn of(&self, group: u32) -> impl Iterator<Item = &[SubmissionId]> {
        let all = (group, Rank::FIRST)..=(group, Rank::LAST);
        self.lists.range(all).map(|(_, list)| list.as_slice())
    }

    /// All works, bucket by bucket.
    #[cfg(feature = "serde")]
    pub(super) fn iter(&self) -> impl Iterator<Item = SubmissionId> {
        self.lists.values().flatten().copied()
    }
}
