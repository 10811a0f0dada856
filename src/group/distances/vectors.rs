//! Which sizes the groups are to have.

use core::cmp::Reverse;

/// Size vectors that are kept at each step, and the most steps.
const KEPT: usize = 8;
const STEPS: usize = 1 << 19;

/// The vectors of sizes with the most pairs of people in common groups, the best first; vectors with
/// the same sizes in another order count once. The sizes allow `people` in all.
///
/// Where distances are much alike, the diversity is near their mean times the number of pairs, which
/// grows with the squares of the sizes: the right vector is worth more than any exchange of people,
/// and an annealing, which moves one person at a time, settles on one too early. Dynamic programming
/// over groups and people, O(groups x people x sizes); beyond half a million such steps one vector,
/// with the largest groups as large as they may be.
pub(super) fn best(people: usize, bounds: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let widest = bounds.iter().map(|&(lo, hi)| hi.min(people).saturating_sub(lo) + 1).max();
    let steps = bounds.len().saturating_mul(people + 1).saturating_mul(widest.unwrap_or(1));
    if steps > STEPS || widest == Some(1) {
        return vec![largest_first(people, bounds)];
    }
    // Of each number of people in the groups so far: squares, the size of the last group, and which
    // of the entries before it continues.
    let mut tables: Vec<Vec<Vec<Entry>>> = vec![vec![Vec::new(); people + 1]];
    tables[0][0].push(Entry { squares: 0, size: 0, before: 0 });
    let mut rest: usize = bounds.iter().map(|&(lo, _)| lo).sum();
    let mut room: usize = bounds.iter().map(|&(_, hi)| hi.min(people)).sum();
    for (g, &(lo, hi)) in bounds.iter().enumerate() {
        (rest, room) = (rest - lo, room - hi.min(people));
        let mut next = vec![Vec::new(); people + 1];
        for (total, slot) in next.iter_mut().enumerate() {
            // Totals from which the groups that follow cannot reach the number of people.
            if total + rest > people || total + room < people {
                continue;
            }
            let sizes = lo..=hi.min(total);
            let mut entries: Vec<Entry> = sizes
                .flat_map(|size| {
                    let before = tables[g][total - size].iter().enumerate();
                    before.map(move |(before, entry)| Entry {
                        squares: entry.squares + size * size,
                        size,
                        before,
                    })
                })
                .collect();
            entries.sort_by_key(|entry| Reverse(entry.squares));
            entries.truncate(KEPT);
            *slot = entries;
        }
        tables.push(next);
    }
    let last = tables.last().map_or(&[][..], |table| &table[people]);
    let mut seen: Vec<Vec<usize>> = Vec::new();
    let mut vectors = Vec::new();
    for end in 0..last.len() {
        let vector = trace(&tables, people, end);
        let mut sorted = vector.clone();
        sorted.sort_unstable();
        if !seen.contains(&sorted) {
            seen.push(sorted);
            vectors.push(vector);
        }
    }
    vectors
}

/// The groups that may be largest filled up, one after the other.
fn largest_first(people: usize, bounds: &[(usize, usize)]) -> Vec<usize> {
    let mut sizes: Vec<usize> = bounds.iter().map(|&(lo, _)| lo).collect();
    let mut rest = people.saturating_sub(sizes.iter().sum());
    let mut order: Vec<usize> = (0..bounds.len()).collect();
    order.sort_by_key(|&g| Reverse(bounds[g].1));
    for g in order {
        let more = rest.min(bounds[g].1 - bounds[g].0);
        sizes[g] += more;
        rest -= more;
    }
    sizes
}

#[derive(Clone, Copy)]
struct Entry {
    squares: usize,
    size: usize,
    before: usize,
}

/// The vector that ends with this entry.
fn trace(tables: &[Vec<Vec<Entry>>], people: usize, end: usize) -> Vec<usize> {
    let (mut total, mut entry, mut vector) = (people, end, Vec::new());
    for table in tables[1..].iter().rev() {
        let Entry { size, before, .. } = table[total][entry];
        vector.push(size);
        (total, entry) = (total - size, before);
    }
    vector.reverse();
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All vectors, counted out.
    fn all(people: usize, bounds: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let Some((&(lo, hi), rest)) = bounds.split_first() else {
            return if people == 0 { vec![Vec::new()] } else { Vec::new() };
        };
        let mut found = Vec::new();
        for size in lo..=hi.min(people) {
            for tail in all(people - size, rest) {
                found.push([vec![size], tail].concat());
            }
        }
        found
    }

    #[test]
    fn many_groups_are_filled_one_after_the_other() {
        assert_eq!(largest_first(20, &[(2, 5), (1, 9), (3, 6), (3, 9)]), [2, 9, 3, 6]);
        let bounds: Vec<(usize, usize)> = (0..700).map(|g| (1 + g % 3, 4 + g % 9)).collect();
        let vectors = best(4_000, &bounds);
        assert_eq!((vectors.len(), vectors[0].iter().sum::<usize>()), (1, 4_000));
        assert!(vectors[0].iter().zip(&bounds).all(|(size, (lo, hi))| (lo..=hi).contains(&size)));
    }

    #[test]
    fn the_best_vectors_have_the_most_pairs() {
        let squares = |vector: &Vec<usize>| vector.iter().map(|size| size * size).sum::<usize>();
        for (people, bounds) in [
            (10, vec![(5, 6), (4, 5)]),
            (12, vec![(1, 5), (2, 7), (1, 9)]),
            (9, vec![(3, 3), (3, 3), (3, 3)]),
            (14, vec![(2, 6), (1, 4), (3, 3), (1, 8)]),
            (5, vec![(1, usize::MAX), (1, usize::MAX)]),
        ] {
            let found = best(people, &bounds);
            let mut all = all(people, &bounds);
            all.sort_by_key(|vector| Reverse(squares(vector)));
            assert!(found.iter().all(|vector| all.contains(vector)));
            assert_eq!(squares(&found[0]), squares(&all[0]));
            let sorted = |vector: &Vec<usize>| {
                let mut vector = vector.clone();
                vector.sort_unstable();
                vector
            };
            // Every vector that is better than the last of those found is among them.
            if found.len() > 1 {
                let last = squares(&found[found.len() - 1]);
                for vector in all.iter().filter(|vector| squares(vector) > last) {
                    assert!(
                        found.iter().any(|other| sorted(other) == sorted(vector)),
                        "{vector:?}"
                    );
                }
            }
        }
    }
}
