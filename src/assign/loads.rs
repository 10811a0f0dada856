//! How many reviews everybody gives and every submission receives.

use crate::seed::Stream;

/// Which loads a search may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Stage {
    /// Everybody gives what is wanted of them, submissions receive an even share.
    Even,
    /// Anything within the ranges that were set.
    Ranges,
    /// No minimum: as much as the other rules let through.
    BestEffort,
}

/// What is asked of one reviewer or one submission. `target` is `None` for an even share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) min: u32,
    pub(super) target: Option<u32>,
    pub(super) max: u32,
}

impl Wish {
    pub(super) fn exactly(reviews: u32) -> Self {
        Self { min: reviews, target: Some(reviews), max: reviews }
    }

    /// The wish of somebody who keeps this many and can take no more than `room`.
    pub(super) fn within(self, kept: u32, room: u32) -> Self {
        let bound = |load: u32| load.min(room).max(kept);
        Self { min: bound(self.min), target: self.target.map(bound), max: bound(self.max) }
    }

    fn at(self, water: Water) -> u32 {
        let load = match (water, self.target) {
            (Water::Level(level), None) => level,
            (Water::Level(_), Some(target)) => target,
            (Water::Shift(shift), None) => {
                if shift < 0 {
                    self.min
                } else {
                    self.max
                }
            }
            (Water::Shift(shift), Some(target)) => {
                let load = i64::from(target) + shift;
                u32::try_from(load.max(0)).unwrap_or(u32::MAX)
            }
        };
        load.clamp(self.min, self.max)
    }
}

/// How high the loads are filled: those without a target to one level; and where that uses up too
/// few reviews or too many, those with one as far above it or below it. A shift is never 0.
#[derive(Debug, Clone, Copy)]
enum Water {
    Level(u32),
    Shift(i64),
}

impl Water {
    fn above(self) -> Self {
        match self {
            Self::Level(u32::MAX) => Self::Shift(1),
            Self::Level(level) => Self::Level(level + 1),
            Self::Shift(-1) => Self::Level(0),
            Self::Shift(shift) => Self::Shift(shift + 1),
        }
    }
}

/// The even loads of one side: each `low` or, `extra` of them, `high`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Levels {
    even: (u32, u32),
    extra: u64,
    /// By id, where not all are alike.
    each: Vec<(u32, u32)>,
}

impl Levels {
    /// `total` reviews among `count` who are all asked the same.
    pub(super) fn alike(count: usize, total: u64) -> Self {
        let count = count.max(1) as u64;
        let low = u32::try_from(total / count).unwrap_or(u32::MAX);
        let extra = total % count;
        Self { even: (low, low + u32::from(extra > 0)), extra, each: Vec::new() }
    }

    /// `total` reviews among those with these wishes, by id; as many as they take where that is
    /// less, as they need where it is more. O(len) times the bits of a load.
    pub(super) fn apportion(wishes: &[Wish], total: u64) -> Self {
        let filled =
            |water: Water| wishes.iter().map(|wish| u64::from(wish.at(water))).sum::<u64>();
        let water = if total < filled(Water::Level(0)) {
            largest(-i64::from(u32::MAX), -1, |shift| filled(Water::Shift(shift)) <= total)
                .map_or(Water::Shift(-i64::from(u32::MAX)), Water::Shift)
        } else if total < filled(Water::Level(u32::MAX)) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0..=u32::MAX
            largest(0, i64::from(u32::MAX), |level| filled(Water::Level(level as u32)) <= total)
                .map_or(Water::Level(0), |level| Water::Level(level as u32))
        } else {
            largest(1, i64::from(u32::MAX), |shift| filled(Water::Shift(shift)) <= total)
                .map_or(Water::Level(u32::MAX), Water::Shift)
        };
        let extra = total.saturating_sub(filled(water));
        let above = if extra > 0 { water.above() } else { water };
        let each: Vec<_> = wishes.iter().map(|wish| (wish.at(water), wish.at(above))).collect();
        let open = each.iter().filter(|(low, high)| low < high).count() as u64;
        Self { even: (0, 0), extra: extra.min(open), each }
    }

    /// The lesser and the greater even load of one of them.
    pub(super) fn of(&self, index: usize) -> (u32, u32) {
        if self.each.is_empty() { self.even } else { self.each[index] }
    }

    /// How many have the greater load.
    pub(super) fn extra(&self) -> usize {
        usize::try_from(self.extra).unwrap_or(usize::MAX)
    }

    /// Draws who of these has the greater load.
    pub(super) fn draw(&self, ids: impl Iterator<Item = u32>, stream: &mut Stream) -> Vec<u32> {
        self.draw_by(ids, |_| (), stream)
    }

    /// The same, those with the least key first.
    pub(super) fn draw_by<K: Ord>(
        &self,
        ids: impl Iterator<Item = u32>,
        key: impl Fn(&u32) -> K,
        stream: &mut Stream,
    ) -> Vec<u32> {
        if self.extra == 0 {
            return Vec::new();
        }
        let is_open = |&i: &u32| {
            let (low, high) = self.of(i as usize);
            low < high
        };
        let mut lucky: Vec<u32> = ids.filter(is_open).collect();
        stream.shuffle(&mut lucky);
        lucky.sort_by_key(key);
        lucky.truncate(self.extra());
        lucky
    }
}

/// The largest number in the range for which a predicate holds that holds up to some number.
fn largest(low: i64, high: i64, holds: impl Fn(i64) -> bool) -> Option<i64> {
    if !holds(low) {
        return None;
    }
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wish() -> impl Strategy<Value = Wish> {
        (0..4_u32, 0..4_u32, 0..4_u32, any::<bool>()).prop_map(|(min, more, most, aimed)| {
            let target = aimed.then_some(min + more);
            Wish { min, target, max: min + more + most }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// All reviews are given out, bounds hold, those without a target are as even as can be, and
        /// nobody with a target moves from it while one without could.
        #[test]
        fn reviews_are_apportioned_evenly(
            wishes in prop::collection::vec(wish(), 1..7),
            share in 0.0..1.0_f64,
        ) {
            let sum = |bound: &dyn Fn(&Wish) -> u32| wishes.iter().map(|w| u64::from(bound(w))).sum::<u64>();
            let (least, most) = (sum(&|w| w.min), sum(&|w| w.max));
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let total = least + ((most - least + 1) as f64 * share) as u64;
            let levels = Levels::apportion(&wishes, total.min(most));
            let pairs: Vec<_> = (0..wishes.len()).map(|i| levels.of(i)).collect();
            let low: u64 = pairs.iter().map(|&(low, _)| u64::from(low)).sum();
            prop_assert_eq!(low + levels.extra, total.min(most));
            let open = pairs.iter().filter(|(low, high)| low < high).count() as u64;
            prop_assert!(levels.extra <= open);
            for (wish, &(low, high)) in wishes.iter().zip(&pairs) {
                prop_assert!(wish.min <= low && low <= high && high <= wish.max && high <= low + 1);
            }
            for (a, &(low, _)) in wishes.iter().zip(&pairs) {
                for (b, &(_, high)) in wishes.iter().zip(&pairs) {
                    match (a.target, b.target) {
                        // One who could take more, and one who has two more and could do with less.
                        (None, None) => prop_assert!(low >= a.max || high <= b.min || high <= low + 1),
                        (None, Some(target)) => prop_assert!(low >= a.max || high <= target),
                        (Some(target), None) => prop_assert!(low >= target || high <= b.min),
                        (Some(_), Some(_)) => {}
                    }
                }
            }
        }
    }

    #[test]
    fn those_who_are_alike_share() {
        assert_eq!(Levels::alike(3, 7), Levels { even: (2, 3), extra: 1, each: Vec::new() });
        assert_eq!(Levels::alike(0, 0).of(0), (0, 0));
        let same = vec![Wish { min: 0, target: None, max: u32::MAX }; 3];
        let levels = Levels::apportion(&same, 7);
        assert_eq!((levels.of(1), levels.extra), ((2, 3), 1));
    }
}
