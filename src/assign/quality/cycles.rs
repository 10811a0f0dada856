//! Short cycles: mutual pairs and 4-cycles.

use crate::chunks;
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::graph::ReviewGraph;
use crate::id::{Id, PersonId, SubmissionId, to_u32};

/// Pairs of people who review a work of each other.
pub(super) fn mutual_pairs(graph: &ReviewGraph, cohort: &Cohort) -> u64 {
    let counts = chunks::map(graph.people(), |people| {
        let mut partners = Vec::new();
        people.fold(0, |count, p| {
            let person = PersonId::new(to_u32(p));
            let authors = |&s: &SubmissionId| cohort.authors_of(s);
            let reviewed = graph.submissions_of(person).iter().flat_map(authors);
            partners.clear();
            partners.extend(reviewed.filter(|&&author| author > person));
            partners.sort_unstable();
            partners.dedup();
            let own = cohort.submissions_of(person);
            let mutual = partners.iter().filter(|&&&q| own.iter().any(|&w| graph.contains(w, q)));
            count + mutual.count() as u64
        })
    });
    counts.into_iter().sum()
}

/// Up to this many pairs are listed, in 4 bytes each.
const LISTED: u64 = 1 << 25;

/// Cycles of two reviewers and two submissions. The number cannot overflow: 2^32 reviews have fewer
/// than 2^63 such cycles.
///
/// Where loads are alike, the pairs of works that have a reviewer in common are listed and equal
/// ones counted. Where some have so many reviews that their pairs are too many, each cycle is looked
/// for at the corner with the largest load.
pub(super) fn four_cycles(graph: &ReviewGraph) -> u64 {
    let given = |p: PersonId| graph.submissions_of(p);
    let received = |s: SubmissionId| graph.reviewers_of(s);
    let (people, submissions) = (graph.people(), graph.submissions());
    let by_reviewer = pairs(people, given);
    let by_submission = pairs(submissions, received);
    if by_reviewer.min(by_submission) > LISTED {
        by_priority(graph)
    } else if by_reviewer <= by_submission {
        by_lists(people, given, submissions)
    } else {
        by_lists(submissions, received, people)
    }
}

/// The number of pairs of neighbours of one node.
fn pairs<'a, T: Id, S: Id>(nodes: usize, of: impl Fn(T) -> &'a [S]) -> u64 {
    let loads = (0..nodes).map(|node| of(T::from_u32(to_u32(node))).len() as u64);
    // Saturating, since the sum of squares of 2^32 reviews may not fit.
    loads.fold(0, |sum, load| sum.saturating_add(load * load.saturating_sub(1) / 2))
}

/// O(pairs) time and space: each node in the middle hands its greater neighbours the lesser ones.
fn by_lists<'a, T: Id, S: Id>(middles: usize, of: impl Fn(T) -> &'a [S], ends: usize) -> u64 {
    let lists = || (0..middles).map(|middle| of(T::from_u32(to_u32(middle))));
    let mut offsets = vec![0_u32; ends + 1];
    for list in lists() {
        for (lesser, end) in list.iter().enumerate() {
            offsets[end.index() + 1] += to_u32(lesser);
        }
    }
    for end in 0..ends {
        offsets[end + 1] += offsets[end];
    }
    let mut next = offsets.clone();
    let mut items = vec![0_u32; offsets[ends] as usize];
    for list in lists() {
        for (lesser, end) in list.iter().enumerate() {
            let from = next[end.index()] as usize;
            for (slot, other) in items[from..from + lesser].iter_mut().zip(list) {
                *slot = other.get();
            }
            next[end.index()] += to_u32(lesser);
        }
    }
    let (lists, mut paths) = (Csr::new(offsets, items), vec![0_u32; ends]);
    let mut cycles = 0;
    for list in (0..ends).map(|end| lists.row(end)) {
        for &other in list {
            cycles += u64::from(paths[other as usize]);
            paths[other as usize] += 1;
        }
        for &other in list {
            paths[other as usize] = 0;
        }
    }
    cycles
}

/// O(the sum over reviews of the lesser load of its ends) time and O(people + submissions) space,
/// so one person with very many reviews costs no more than these: Wang, Lin, Qin, Zhang and Zhang,
/// "Vertex priority based butterfly counting for large-scale bipartite networks", PVLDB 12, 2019.
fn by_priority(graph: &ReviewGraph) -> u64 {
    let (people, submissions) = (graph.people(), graph.submissions());
    let given = |p: PersonId| graph.submissions_of(p);
    let received = |s: SubmissionId| graph.reviewers_of(s);
    let ranks = ranks(people + submissions, |v| match v.checked_sub(people) {
        None => given(PersonId::new(to_u32(v))).len(),
        Some(s) => received(SubmissionId::new(to_u32(s))).len(),
    });
    let (person_rank, submission_rank) = ranks.split_at(people);
    closed_at(person_rank, given, submission_rank, received)
        + closed_at(submission_rank, received, person_rank, given)
}

/// The place of each node in the order of loads.
fn ranks(nodes: usize, load: impl Fn(usize) -> usize) -> Vec<u32> {
    let largest = (0..nodes).map(&load).max().unwrap_or(0);
    let order = Csr::group(largest + 1, nodes, load, to_u32);
    let mut ranks = vec![0; nodes];
    for (rank, &node) in order.items().iter().enumerate() {
        ranks[node as usize] = to_u32(rank);
    }
    ranks
}

/// The 4-cycles whose corner of highest rank is one of these tops.
fn closed_at<'a, T: Id, S: Id>(
    top_rank: &[u32],
    sides_of: impl Fn(T) -> &'a [S],
    side_rank: &[u32],
    tops_of: impl Fn(S) -> &'a [T],
) -> u64 {
    let mut paths = vec![0_u32; top_rank.len()];
    let mut ends = Vec::new();
    let mut cycles = 0;
    for (top, &rank) in top_rank.iter().enumerate() {
        let sides = sides_of(T::from_u32(to_u32(top))).iter();
        for &side in sides.filter(|side| side_rank[side.index()] < rank) {
            for end in tops_of(side).iter().map(|end| end.index()) {
                if top_rank[end] < rank {
                    cycles += u64::from(paths[end]);
                    // The first path to an end notes it, so the notes take no more than the ends.
                    if paths[end] == 0 {
                        ends.push(end);
                    }
                    paths[end] += 1;
                }
            }
        }
        for end in ends.drain(..) {
            paths[end] = 0;
        }
    }
    cycles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let mut stream = crate::Seed::new(9).stream(crate::seed::Phase::Plan, 0);
        for load in [3, 20] {
            let mut reviews = Vec::new();
            for pair in 0..40 * 50 {
                // Every seventh person is busier.
                let (s, r) = (pair / 50, pair % 50);
                if stream.bounded(100) < if r % 7 == 0 { 4 * load } else { load } {
                    reviews.push((SubmissionId::new(s), PersonId::new(r)));
                }
            }
            let graph = ReviewGraph::from_pairs(50, 40, &reviews).unwrap();
            let counts = [
                by_priority(&graph),
                by_lists(50, |p: PersonId| graph.submissions_of(p), 40),
                by_lists(40, |s: SubmissionId| graph.reviewers_of(s), 50),
            ];
            assert_eq!(counts, [four_cycles(&graph); 3]);
            assert!(counts[0] > 0);
        }
    }
}
