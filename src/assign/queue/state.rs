//! What the queue remembers of people and works.

use super::served::Wait;
use crate::id::SubmissionId;

/// A review that was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct Item {
    pub(super) submission: SubmissionId,
    pub(super) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) enum State {
    /// Reserved until this tick, and whether it was started.
    Open {
        until: u64,
        started: bool,
    },
    /// Done, and whether after its lease.
    Completed {
        late: bool,
    },
    Declined,
    Expired,
}

impl State {
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    pub(super) fn is_completed(self) -> bool {
        matches!(self, Self::Completed { .. })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) items: Vec<Item>,
    /// Since when they wait, and why.
    pub(super) wait: Option<(u64, Wait)>,
    pub(super) withdrawn: bool,
}

impl Person {
    pub(super) fn item(&self, submission: SubmissionId) -> Option<&Item> {
        self.items.iter().find(|item| item.submission == submission)
    }

    pub(super) fn set(&mut self, submission: SubmissionId, state: State) {
        if let Some(item) = self.items.iter_mut().find(|item| item.submission == submission) {
            item.state = state;
        }
    }

    pub(super) fn open(&self) -> usize {
        self.items.iter().filter(|item| item.state.is_open()).count()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// When it came in, and as which.
    pub(super) arrival: Option<(u64, u32)>,
    pub(super) completed: u32,
    pub(super) open: u32,
}

impl Work {
    pub(super) fn load(&self) -> u32 {
        self.completed.saturating_add(self.open)
    }
}
