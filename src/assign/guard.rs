//! What switches that come late must leave as good as they find it.

use super::draft::{Draft, EMPTY};
use super::sums::Sums;
use crate::id::PersonId;

/// Two slots whose submissions change places, and whose slots they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Switch {
    pub(super) slot: usize,
    pub(super) reviewer: PersonId,
    pub(super) partner: usize,
    pub(super) owner: PersonId,
}

impl Switch {
    /// Whether it changes anything and keeps every rule.
    pub(super) fn is_open(self, draft: &Draft<'_>) -> bool {
        let (mine, theirs) = (draft.get(self.slot), draft.get(self.partner));
        self.reviewer != self.owner
            && mine != theirs
            && theirs != EMPTY
            && !draft.clashes(self.reviewer, theirs, self.slot)
            && !draft.clashes(self.owner, mine, self.partner)
    }

    /// Makes it.
    pub(super) fn make(self, draft: &mut Draft<'_>) {
        let (mine, theirs) = (draft.get(self.slot), draft.get(self.partner));
        draft.set(self.slot, self.reviewer, theirs);
        draft.set(self.partner, self.owner, mine);
    }
}

/// The wishes that are met and the sums of weights that are even: a later search for switches asks
/// it first, and tells it of each switch that it makes.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) sums: Option<Sums>,
}

impl Guard {
    /// Whether a switch keeps wishes and sums about as they are. Rules are not looked at.
    pub(super) fn accepts(&self, draft: &Draft<'_>, switch: Switch) -> bool {
        draft.rules.costs().allow(draft, switch)
            && self.sums.as_ref().is_none_or(|sums| sums.accepts(draft, switch))
    }

    /// Takes note of a switch that is about to be made.
    pub(super) fn follow(&mut self, draft: &Draft<'_>, switch: Switch) {
        if let Some(sums) = &mut self.sums {
            sums.follow(draft, switch);
        }
    }
}
