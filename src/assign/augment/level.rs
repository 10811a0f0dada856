//! Loads as even as can be, within ranges.

use super::Search;
use super::lift::{End, Reach};
use crate::assign::draft::Draft;
use crate::assign::loads::Stage;
use crate::csr::Csr;
use crate::id::{SubmissionId, to_u32};

/// Evens out what submissions receive until no exchange along a path helps: then the loads are as
/// even as any plan with these numbers given can have them (no load vector of such a plan is
/// majorised by theirs; Harvey, Ladner, Lovasz and Tamir, "Semi-matchings for bipartite graphs and
/// load balancing", Journal of Algorithms 59, 2006).
///
/// Submissions are taken from the least load up. What a search without success has reached leads to
/// no more reviews for any later one, and is not entered again: so all those searches together take
/// O(people + reviews + barred pairs), and each one with success at most as much.
pub(super) fn level(draft: &mut Draft<'_>, search: &mut Search) {
    let pool: Vec<SubmissionId> = draft.rules.pool().collect();
    let load = |search: &Search, draft: &Draft<'_>, s| search.load(draft, s) as usize;
    let highest = pool.iter().map(|&s| load(search, draft, s)).max().unwrap_or(0);
    let by_load = Csr::group(highest + 1, pool.len(), |i| load(search, draft, pool[i]), to_u32);
    let mut waiting: Vec<Vec<u32>> = (0..=highest).map(|l| by_load.row(l).to_vec()).collect();
    let mut closed = Reach::new(draft);
    for level in 0..=highest {
        while let Some(i) = waiting[level].pop() {
            let root = pool[i as usize];
            if load(search, draft, root) != level || closed.has_reached(root) {
                continue;
            }
            if search.is_full(draft, root) {
                continue;
            }
            // Even in a best effort nobody goes below a least number that was set.
            let least = |s| draft.rules.take(search.stage.min(Stage::Ranges), s).0;
            let donor = |s| {
                let load = search.load(draft, s);
                load as usize >= level + 2 && load > least(s)
            };
            let mut reach = closed.clone();
            if let Some(End::Donor(other)) = reach.search(draft, root, donor, |_| None) {
                reach.apply(draft, search, &End::Donor(other));
                waiting[level + 1].push(i);
                if let Ok(place) = pool.binary_search(&other) {
                    waiting[load(search, draft, other)].push(to_u32(place));
                }
            } else {
                closed = reach;
            }
        }
    }
}
