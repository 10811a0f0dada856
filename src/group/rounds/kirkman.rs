//! Kirkman triple systems: triples in rounds such that every two people meet exactly once.

use super::field::{Field, prime_powers};

/// The number of rounds of the system of `3 * groups` people, if there is one here.
pub(super) fn rounds(groups: u32) -> Option<u32> {
    let known = groups == 5 || (groups % 6 == 1 && groups > 1 && prime_powers(groups).len() == 1);
    known.then(|| (3 * groups - 1) / 2)
}

/// The first `count` rounds of the system of `3 * groups` people, group by group. Only where
/// [`rounds`] has a number, which `count` does not exceed.
pub(super) fn seats(groups: u32, count: u32) -> Vec<u32> {
    let seats = 3 * groups as usize * count as usize;
    let mut all = if groups == 5 { fifteen() } else { ray_chaudhuri_wilson(groups) };
    all.truncate(seats);
    all
}

/// The system of 15: people (x, j) of Z7 x {0, 1} and one more, developed modulo 7.
fn fifteen() -> Vec<u32> {
    const MORE: u32 = 14;
    const BASE: [[u32; 3]; 5] = [[MORE, 0, 7], [1, 2, 4], [8, 3, 12], [9, 10, 6], [11, 5, 13]];
    let mut seats = Vec::with_capacity(105);
    for by in 0..7 {
        let moved = |point: u32| match point {
            MORE => MORE,
            _ => point / 7 * 7 + (point + by - point / 7 * 7) % 7,
        };
        seats.extend(BASE.as_flattened().iter().map(|&point| moved(point)));
    }
    seats
}

/// The construction of Ray-Chaudhuri and Wilson for `3 q` people, q = 6 t + 1 a prime power: people
/// (x, j) of GF(q) x Z3 are `3 x + j`.
fn ray_chaudhuri_wilson(q: u32) -> Vec<u32> {
    let (prime, degree) = prime_powers(q)[0];
    let field = Field::new(prime, degree);
    let (t, generator) = (q / 6, field.generator());
    let mut powers = vec![1];
    for i in 1..6 * t as usize {
        powers.push(field.mul(powers[i - 1], generator));
    }
    let triple = |i: u32, levels: [u32; 3]| {
        [0, 1, 2].map(|k| 3 * powers[(i + 2 * t * k) as usize % powers.len()] + levels[k as usize])
    };
    let translate =
        |block: [u32; 3], by: u32| block.map(|point| 3 * field.add(point / 3, by) + point % 3);
    let mut base = vec![[0, 1, 2]];
    for i in 0..t {
        base.extend((0..3).map(|level| triple(i, [level; 3])));
    }
    let odd = |i: &u32| i / t % 2 == 1;
    base.extend((0..6 * t).filter(odd).map(|i| triple(i, [0, 1, 2])));
    let mut seats = Vec::new();
    for by in 0..q {
        seats.extend(base.iter().flat_map(|&block| translate(block, by)));
    }
    for i in (0..6 * t).filter(|i| !odd(i)) {
        let block = triple(i, [0, 1, 2]);
        seats.extend((0..q).flat_map(|by| translate(block, by)));
    }
    seats
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every round seats everybody once, and every two people meet exactly once.
    #[test]
    fn every_pair_meets_exactly_once() {
        for groups in [5, 7, 13, 19, 25, 31, 37, 49] {
            let (n, rounds) = (3 * groups as usize, rounds(groups).unwrap());
            assert_eq!(rounds as usize, (n - 1) / 2);
            let seats = seats(groups, rounds);
            assert_eq!(seats.len(), n * rounds as usize);
            let mut met = vec![0; n * n];
            for round in seats.chunks(n) {
                let mut present = round.to_vec();
                present.sort_unstable();
                assert!(present.iter().copied().eq(0..3 * groups), "{groups} groups");
                for group in round.chunks(3) {
                    for (x, y) in [(0, 1), (0, 2), (1, 2)] {
                        let (low, high) = (group[x].min(group[y]), group[x].max(group[y]));
                        met[low as usize * n + high as usize] += 1;
                    }
                }
            }
            assert!((0..n).all(|x| (0..n).all(|y| met[x * n + y] == i32::from(x < y))));
        }
    }

    #[test]
    fn only_where_there_is_one() {
        let known: Vec<_> = (0..60).filter(|&k| rounds(k).is_some()).collect();
        assert_eq!(known, [5, 7, 13, 19, 25, 31, 37, 43, 49]);
    }
}
