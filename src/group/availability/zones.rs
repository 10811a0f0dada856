//! Offsets from UTC, the hours people share, and groups of neighbours on the circle.

use super::error::AvailabilityError;
use crate::group::deal::{Draw, shuffled};
use crate::group::groups::Groups;
use crate::group::sizes::{GroupSizes, joined};
use crate::id::to_u32;
use crate::{GroupId, PersonId, Seed};

/// Minutes of a day.
pub(super) const DAY: u32 = 24 * 60;

/// How far local time is ahead of UTC: quarter hours from -12:00 to +14:00.
///
/// ```
/// use peergrade::group::UtcOffset;
///
/// let nepal = UtcOffset::new(5 * 60 + 45)?;
/// assert_eq!(nepal.minutes(), 345);
/// assert!(UtcOffset::new(5).is_err());
/// # Ok::<(), peergrade::group::AvailabilityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "i32", into = "i32"))]
pub struct UtcOffset(i16);

impl UtcOffset {
    /// The offset of this many minutes.
    ///
    /// # Errors
    ///
    /// [`AvailabilityError::Offset`].
    pub fn new(minutes: i32) -> Result<Self, AvailabilityError> {
        match i16::try_from(minutes) {
            Ok(offset) if (-720..=840).contains(&offset) && offset % 15 == 0 => Ok(Self(offset)),
            _ => Err(AvailabilityError::Offset { minutes }),
        }
    }

    /// Minutes ahead of UTC.
    #[must_use]
    pub const fn minutes(self) -> i16 {
        self.0
    }

    /// The place on the circle of a day, in quarter hours: 0 to 95.
    pub(super) const fn quarters(self) -> u8 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0..96
        {
            (self.0.rem_euclid(DAY as i16) / 15) as u8
        }
    }
}

impl TryFrom<i32> for UtcOffset {
    type Error = AvailabilityError;

    fn try_from(minutes: i32) -> Result<Self, AvailabilityError> {
        Self::new(minutes)
    }
}

impl From<UtcOffset> for i32 {
    fn from(offset: UtcOffset) -> Self {
        offset.0.into()
    }
}

/// The minutes of a day in which all are awake, when everybody is for `window` minutes from the same
/// local time on. `None` for nobody.
///
/// ```text
/// overlap = sum_j max(0, window - 24 h + g_j)        g: the gaps between the offsets on the circle
/// ```
///
/// A time is common when all starts lie within one arc as long as the window: when the rest of the
/// circle lies within a gap. There may be two such times, morning for one and evening for the other,
/// so the span of the offsets alone does not tell. O(k log k) for k people; exact.
///
/// ```
/// use peergrade::group::{UtcOffset, waking_overlap};
///
/// let offsets = [0, 12 * 60].map(|minutes| UtcOffset::new(minutes).unwrap());
/// assert_eq!(waking_overlap(&offsets, 14 * 60), Some(4 * 60)); // two and two hours
/// assert_eq!(waking_overlap(&offsets, 8 * 60), Some(0));
/// assert_eq!(waking_overlap(&[], 8 * 60), None);
/// ```
#[must_use]
pub fn waking_overlap(offsets: &[UtcOffset], window: u32) -> Option<u32> {
    let mut places: Vec<u32> = offsets.iter().map(|o| 15 * u32::from(o.quarters())).collect();
    places.sort_unstable();
    let (&first, &last) = (places.first()?, places.last()?);
    let inner = places.windows(2).map(|pair| pair[1] - pair[0]);
    let gaps = inner.chain([DAY - (last - first)]);
    Some(gaps.map(|gap| (window.min(DAY) + gap).saturating_sub(DAY)).sum())
}

/// Groups of people whose days are alike: neighbours on the circle of time zones.
///
/// The people are sorted by offset on the circle, which is cut at its widest gap, and divided in that
/// order into groups as even as can be; ties by chance. Who speaks another language is grouped apart.
/// People without an offset are spread evenly over the groups, as they count neither for nor against.
/// O(n log n).
///
/// Do not use it where groups are to be balanced in other traits at the same time.
///
/// ```
/// use peergrade::{GroupSizes, Seed};
/// use peergrade::group::{UtcOffset, ZoneGroups, waking_overlap};
///
/// let offsets: Vec<_> = [0, 540, 60, 600, 0, 570].map(|m| UtcOffset::new(m).ok()).to_vec();
/// let groups = ZoneGroups::new(GroupSizes::within(3..=3)).form(&offsets, Seed::new(1))?;
/// assert_eq!(groups.group_of(0.into()), groups.group_of(2.into()));
/// assert_ne!(groups.group_of(0.into()), groups.group_of(1.into()));
/// # Ok::<(), peergrade::group::AvailabilityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneGroups {
    sizes: GroupSizes,
    languages: Option<Vec<u32>>,
    join: bool,
}

impl ZoneGroups {
    /// Groups of these sizes.
    #[must_use]
    pub fn new(sizes: impl Into<GroupSizes>) -> Self {
        Self { sizes: sizes.into(), languages: None, join: false }
    }

    /// The language of every person: no group has two.
    ///
    /// ```
    /// use peergrade::{GroupSizes, Seed};
    /// use peergrade::group::{UtcOffset, ZoneGroups};
    ///
    /// let offsets = vec![UtcOffset::new(0).ok(); 4];
    /// let groups = ZoneGroups::new(2..=2).languages(&[0, 1, 1, 0]).form(&offsets, Seed::new(1))?;
    /// assert_eq!(groups.group_of(0.into()), groups.group_of(3.into()));
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    #[must_use]
    pub fn languages(mut self, languages: &[u32]) -> Self {
        self.languages = Some(languages.to_vec());
        self
    }

    /// People whose language has too few for groups by themselves are grouped with those of other such
    /// languages and, where these are not enough either, with the smallest of the others. By default
    /// they are an error.
    ///
    /// ```
    /// use peergrade::{GroupSizes, Seed};
    /// use peergrade::group::ZoneGroups;
    ///
    /// let wish = ZoneGroups::new(3..=4).languages(&[0, 0, 0, 0, 1, 1, 2]);
    /// assert!(wish.form(&[None; 7], Seed::new(1)).is_err());
    /// let groups = wish.join_small_languages().form(&[None; 7], Seed::new(1))?;
    /// assert_eq!(groups.group_of(4.into()), groups.group_of(6.into()));
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    #[must_use]
    pub const fn join_small_languages(mut self) -> Self {
        self.join = true;
        self
    }

    /// Divides people of these offsets; `None` where it is not known.
    ///
    /// # Errors
    ///
    /// [`AvailabilityError::Groups`] and, where there are languages,
    /// [`AvailabilityError::Language`] when the sizes do not fit the number of people;
    /// [`AvailabilityError::ColumnLength`].
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::ZoneGroups;
    ///
    /// let error = ZoneGroups::new(2..=2).languages(&[0, 0, 7]).form(&[None; 3], Seed::new(1));
    /// assert_eq!(
    ///     error.unwrap_err().to_string(),
    ///     "people of language 7: 1 person cannot be divided into groups of 2..=2: \
    ///      the nearest is 1 group of 1"
    /// );
    /// ```
    pub fn form(
        &self,
        offsets: &[Option<UtcOffset>],
        seed: Seed,
    ) -> Result<Groups, AvailabilityError> {
        let people = offsets.len();
        crate::group::sizes::check_people(people)?;
        if let Some(values) = self.languages.as_ref().map(Vec::len).filter(|&len| len != people) {
            return Err(AvailabilityError::ColumnLength { values, people });
        }
        let joined = self.joined();
        let language = |&p: &u32| {
            let own = self.languages.as_ref().map_or(0, |all| all[p as usize]);
            // Those of joined languages are one, after the others.
            if joined.binary_search(&own).is_ok() { (true, 0) } else { (false, own) }
        };
        let mut order = shuffled(people, seed, Draw::Order);
        order.sort_by_key(language);
        let mut group_of = vec![GroupId::default(); people];
        let mut first = 0;
        for alike in order.chunk_by(|a, b| language(a) == language(b)) {
            let groups = self.sizes.groups(alike.len()).map_err(|reason| {
                match (&self.languages, language(&alike[0])) {
                    (Some(_), (false, language)) => {
                        AvailabilityError::Language { language, reason }
                    }
                    _ => reason.into(),
                }
            })?;
            let round = on_the_circle(alike, |p| offsets[p as usize]);
            for (i, person) in round.into_iter().enumerate() {
                #[allow(clippy::cast_possible_truncation)] // below the number of groups
                let group = (i as u64 * groups as u64 / alike.len() as u64) as usize;
                group_of[person.index()] = GroupId::new(to_u32(first + group));
            }
            first += groups;
        }
        Ok(Groups::from_assignment(group_of)?)
    }

    /// The languages whose people are grouped as one, sorted.
    fn joined(&self) -> Vec<u32> {
        let Some(mut languages) = self.languages.clone().filter(|_| self.join) else {
            return Vec::new();
        };
        languages.sort_unstable();
        let (names, counts): (Vec<u32>, Vec<usize>) =
            languages.chunk_by(|a, b| a == b).map(|alike| (alike[0], alike.len())).unzip();
        let joined = joined(self.sizes, &counts);
        names.into_iter().zip(joined).filter(|(_, joined)| *joined).map(|(name, _)| name).collect()
    }
}

/// People in the order of their offsets from the widest gap on, those without one spread evenly.
fn on_the_circle(people: &[u32], offset: impl Fn(u32) -> Option<UtcOffset>) -> Vec<PersonId> {
    let (mut known, unknown): (Vec<u32>, Vec<u32>) =
        people.iter().partition(|&&person| offset(person).is_some());
    let place = |&person: &u32| offset(person).map_or(0, UtcOffset::quarters);
    known.sort_by_key(place);
    // The widest gap, the first of several; the last one leads over midnight.
    let gap = |i: usize| {
        let next = known.get(i + 1).map_or(u32::from(place(&known[0])) + 96, |p| place(p).into());
        next - u32::from(place(&known[i]))
    };
    let widest = (0..known.len()).rev().max_by_key(|&i| gap(i)).unwrap_or(0);
    let first = if widest + 1 < known.len() { widest + 1 } else { 0 };
    known.rotate_left(first);
    let (n, more) = (people.len() as u64, unknown.len() as u64);
    let (mut known, mut unknown) = (known.into_iter(), unknown.into_iter());
    let mut next = |i: u64| {
        let spread = (i + 1) * more / n > i * more / n;
        if spread { unknown.next() } else { known.next() }
    };
    (0..n).filter_map(|i| next(i).map(PersonId::new)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::group::Week;

    fn offset() -> impl Strategy<Value = UtcOffset> {
        (-48..=56_i32).prop_map(|quarters| UtcOffset::new(15 * quarters).unwrap())
    }

    #[test]
    fn offsets_are_checked() {
        for (minutes, place) in [(0, 0), (840, 56), (-720, 48), (345, 23), (-15, 95), (570, 38)] {
            assert_eq!(UtcOffset::new(minutes).unwrap().quarters(), place);
        }
        for bad in [855, -735, 7, i32::MAX, i32::MIN] {
            assert_eq!(UtcOffset::new(bad), Err(AvailabilityError::Offset { minutes: bad }));
        }
    }

    proptest! {
        /// Two independent ways: gaps on the circle, and masks of the week.
        #[test]
        fn gaps_and_masks_agree(
            offsets in prop::collection::vec(offset(), 1..7),
            window in 0..=96_u32,
            from in 0..96_u32,
            turn in 0..96_u32,
        ) {
            let mask = |&o: &UtcOffset| Week::daily(15 * from, 15 * window).unwrap().in_utc(o);
            let weeks: Vec<_> = offsets.iter().map(mask).collect();
            let both = weeks.iter().copied().reduce(|a, b| a.and(&b)).unwrap().count();
            let overlap = waking_overlap(&offsets, 15 * window).unwrap();
            prop_assert_eq!(7 * overlap, 15 * both);
            // No more than any two of them have.
            for (i, &a) in offsets.iter().enumerate() {
                for &b in &offsets[..i] {
                    let pair = waking_overlap(&[a, b], 15 * window).unwrap();
                    prop_assert_eq!(Some(pair), waking_overlap(&[b, a], 15 * window));
                    prop_assert!(overlap <= pair);
                    // The formula of two.
                    let apart = u32::from(a.quarters().abs_diff(b.quarters()));
                    let apart = apart.min(96 - apart);
                    let two = window.saturating_sub(apart) + window.saturating_sub(96 - apart);
                    prop_assert_eq!(pair, 15 * two);
                }
            }
            // Turning everybody by the same amount changes nothing.
            let turned: Option<Vec<_>> = offsets
                .iter()
                .map(|o| {
                    let place = i32::try_from((u32::from(o.quarters()) + turn) % 96).unwrap();
                    let minutes = if place > 56 { 15 * (place - 96) } else { 15 * place };
                    UtcOffset::new(minutes).ok()
                })
                .collect();
            if let Some(turned) = turned {
                prop_assert_eq!(waking_overlap(&turned, 15 * window), Some(overlap));
            }
        }

        /// Groups are even, of one language, and cut one circle into arcs.
        #[test]
        fn groups_are_arcs(
            people in prop::collection::vec((prop::option::weighted(0.8, offset()), 0..2_u32), 1..60),
            target in 1..6_usize,
            seed in 0..5_u64,
        ) {
            let (offsets, languages): (Vec<_>, Vec<_>) = people.into_iter().unzip();
            let former = ZoneGroups::new(GroupSizes::target(target)).languages(&languages);
            let groups = former.form(&offsets, Seed::new(seed)).unwrap();
            for language in 0..2 {
                let here: Vec<_> = groups
                    .iter()
                    .filter(|(_, members)| languages[members[0].index()] == language)
                    .collect();
                let sizes: Vec<_> = here.iter().map(|(_, members)| members.len()).collect();
                if sizes.is_empty() {
                    continue;
                }
                prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
                // Each step to the next known person goes on round the circle, once round in all.
                let all_of = |p: &PersonId| languages[p.index()] == language;
                prop_assert!(here.iter().all(|(_, members)| members.iter().all(all_of)));
                let mut ends = Vec::new();
                for (_, members) in &here {
                    let known = members.iter().filter_map(|p| offsets[p.index()]);
                    ends.push(known.map(UtcOffset::quarters).collect::<Vec<_>>());
                }
                let arcs: Vec<_> = ends.iter().filter(|arc| !arc.is_empty()).collect();
                // Start where the widest gap ends: some place from which all arcs follow in order.
                let follows = |start: u8| {
                    let turn = |place: u8| (place + 96 - start) % 96;
                    arcs.windows(2).all(|pair| {
                        pair[0].iter().map(|&p| turn(p)).max() <= pair[1].iter().map(|&p| turn(p)).min()
                    })
                };
                prop_assert!((0..96).any(follows));
            }
        }
    }

    #[test]
    fn unknown_offsets_are_spread() {
        let offsets: Vec<_> = (0..20).map(|i| (i % 2 == 0).then(UtcOffset::default)).collect();
        let groups = ZoneGroups::new(4..=4).form(&offsets, Seed::new(1)).unwrap();
        for (_, members) in groups.iter() {
            assert_eq!(members.iter().filter(|p| offsets[p.index()].is_none()).count(), 2);
        }
        assert!(ZoneGroups::new(2..=2).form(&[], Seed::new(1)).is_err());
        let error = ZoneGroups::new(2..=2).languages(&[1]).form(&offsets, Seed::new(1));
        assert_eq!(error, Err(AvailabilityError::ColumnLength { values: 1, people: 20 }));
    }
}
