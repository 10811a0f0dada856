//! The sets of items of one side that an exchange may take, each one item larger than another.

/// Lanes of the loops over sets: every size of set begins at a multiple of it.
pub(super) const LANES: usize = 4;

/// Marks the entries that fill a size up to whole lanes.
pub(super) const PADDING: u64 = u64::MAX;

/// Sets of items, sorted by the number of people in them. Set 0 is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Subsets {
    /// The set that this one extends by one item: an earlier one.
    pub(super) parent: Vec<u32>,
    /// That item.
    pub(super) last: Vec<u32>,
    /// Its items as bits; [`PADDING`] for an entry that is no set.
    pub(super) mask: Vec<u64>,
    /// First entry and number of sets, by the number of people.
    sizes: Vec<(usize, usize)>,
}

impl Subsets {
    /// All sets of 1 to `most` of `items` <= 64 single people.
    pub(super) fn singles(items: usize, most: usize) -> Self {
        Self::blocks(&vec![1; items], most, most)
    }

    /// All sets of 1 to `most_items` blocks of these sizes with at most `most_people` in them.
    pub(super) fn blocks(people: &[usize], most_people: usize, most_items: usize) -> Self {
        debug_assert!(people.len() <= 64, "{} items", people.len());
        // (people, items as bits, parent among these, last item), in an order in which parents come first.
        let mut found = vec![(0, 0_u64, 0, 0)];
        let mut first = 0;
        for _ in 0..most_items {
            let end = found.len();
            for parent in first..end {
                let (size, mask, _, last) = found[parent];
                let next = if mask == 0 { 0 } else { last + 1 };
                for (item, &more) in people.iter().enumerate().skip(next) {
                    if size + more <= most_people {
                        found.push((size + more, mask | 1 << item, parent, item));
                    }
                }
            }
            first = end;
        }
        Self::sorted(&found, most_people)
    }

    fn sorted(found: &[(usize, u64, usize, usize)], most_people: usize) -> Self {
        let mut place = vec![0; found.len()];
        let mut sets = Self::default();
        sets.push(0, 0, 0);
        sets.pad();
        sets.sizes.push((0, 1));
        for size in 1..=most_people {
            let start = sets.mask.len();
            for (i, &(_, mask, parent, last)) in found.iter().enumerate().filter(|s| s.1.0 == size)
            {
                place[i] = sets.mask.len();
                sets.push(place[parent], last, mask);
            }
            sets.sizes.push((start, sets.mask.len() - start));
            sets.pad();
        }
        sets
    }

    fn push(&mut self, parent: usize, last: usize, mask: u64) {
        self.parent.push(crate::id::to_u32(parent));
        self.last.push(crate::id::to_u32(last));
        self.mask.push(mask);
    }

    fn pad(&mut self) {
        while !self.mask.len().is_multiple_of(LANES) {
            self.push(0, 0, PADDING);
        }
    }

    /// Entries, those that fill up included.
    pub(super) fn len(&self) -> usize {
        self.mask.len()
    }

    /// The sets of this many people.
    pub(super) fn of_size(&self, people: usize) -> core::ops::Range<usize> {
        match self.sizes.get(people) {
            Some(&(start, count)) => start..start + count,
            None => 0..0,
        }
    }

    /// The most people of a set.
    pub(super) fn largest(&self) -> usize {
        self.sizes.len().saturating_sub(1)
    }
}

/// The items of a set.
pub(super) fn items(mask: u64) -> impl Iterator<Item = usize> {
    let mut rest = mask;
    core::iter::from_fn(move || {
        let item = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
        rest &= rest - 1;
        Some(item)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_there_once_and_extends_an_earlier_one() {
        for items_there in 0..8 {
            let sizes: Vec<usize> = (0..items_there).map(|i| 1 + i % 3).collect();
            let sets = Subsets::blocks(&sizes, 5, 4);
            for people in 0..=6 {
                let range = sets.of_size(people);
                assert!(range.start.is_multiple_of(LANES));
                let mut masks: Vec<u64> = range.clone().map(|i| sets.mask[i]).collect();
                for i in range.filter(|&i| sets.mask[i] != 0) {
                    let (parent, last) = (sets.parent[i] as usize, sets.last[i]);
                    assert!(parent < i);
                    assert_eq!(sets.mask[parent] | 1 << last, sets.mask[i]);
                    assert_eq!(sets.mask[parent] >> last, 0);
                }
                masks.sort_unstable();
                let weight = |m: u64| items(m).map(|i| sizes[i]).sum::<usize>();
                let expected: Vec<u64> = (0..1_u64 << items_there)
                    .filter(|&m| weight(m) == people && people <= 5 && m.count_ones() <= 4)
                    .collect();
                assert_eq!(masks, expected, "{items_there} items, {people} people");
            }
        }
    }
}
