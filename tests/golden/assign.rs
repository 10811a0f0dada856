//! Plans.

use peergrade::{Assigner, PersonId, SubmissionId};

use super::case::{Area, Case};
use super::{edges, plan, sizes};

pub(crate) const AREA: Area = Area::new("assign", include_str!("assign.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
        let (cohort, plan) = plan(n, seed);
        all.push(Case::integers(format!("regular {name}"), edges(&plan)));
        // Pairs within thirds are forbidden, but for one: switches alone seldom suffice.
        let id = |i: usize| u32::try_from(i).unwrap();
        let same = |s: usize| (0..n.min(60)).filter(move |r| r % 2 == s % 2 && r + 1 < n);
        let pairs = (0..n.min(60)).flat_map(|s| same(s).map(move |r| (s, r)));
        let pairs = pairs.map(|(s, r)| (SubmissionId::new(id(s)), PersonId::new(id(r))));
        let plan = Assigner::new(2).forbid(pairs).assign(&cohort, seed).unwrap();
        all.push(Case::integers(format!("forbidden {name}"), edges(&plan)));
    });
    all
}
