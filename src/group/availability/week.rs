//! The quarter hours of a week.

use super::error::AvailabilityError;
use super::zones::UtcOffset;

/// The quarter hours of the UTC week in which somebody has time, from Monday 0:00.
///
/// Hours would be too coarse: some zones are half or three quarters of an hour off. The library
/// knows no time zones: a caller resolves local times for the date, or gives an offset.
///
/// A week without any slot is *unknown*, not "never" and never "always": who has said nothing counts
/// neither for nor against a meeting.
///
/// ```
/// use peergrade::group::{UtcOffset, Week};
///
/// // Mondays from 18:00 to 20:00 in Kathmandu, and in Vienna in winter.
/// let kathmandu = Week::default().with(0, 18 * 60, 120)?.in_utc(UtcOffset::new(345)?);
/// let vienna = Week::default().with(0, 12 * 60, 120)?.in_utc(UtcOffset::new(60)?);
/// assert_eq!(kathmandu.and(&vienna).count(), 3); // 12:15 to 13:00 UTC
/// # Ok::<(), peergrade::group::AvailabilityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Week([u64; WORDS]);

const WORDS: usize = 11;
const SLOTS_OF_DAY: usize = 96;

impl Week {
    /// Slots of a week: 7 days of 96 quarter hours.
    pub const SLOTS: usize = 7 * SLOTS_OF_DAY;

    /// The week of these slots, each `96 day + quarter`, Monday is day 0.
    ///
    /// # Errors
    ///
    /// [`AvailabilityError::Slot`].
    ///
    /// ```
    /// use peergrade::group::Week;
    ///
    /// assert_eq!(Week::from_slots([0, 1, 671])?.count(), 3);
    /// assert!(Week::from_slots([672]).is_err());
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    pub fn from_slots(slots: impl IntoIterator<Item = usize>) -> Result<Self, AvailabilityError> {
        let mut week = Self::default();
        for slot in slots {
            if slot >= Self::SLOTS {
                return Err(AvailabilityError::Slot { slot, limit: Self::SLOTS });
            }
            week.set(slot);
        }
        Ok(week)
    }

    /// Adds a span of a day; it may go on into the next, and on Sunday into Monday.
    ///
    /// # Errors
    ///
    /// [`AvailabilityError::Span`] unless the day is 0 to 6 and the span is whole quarter hours,
    /// starts within the day and is no longer than a day.
    ///
    /// ```
    /// use peergrade::group::Week;
    ///
    /// let week = Week::default().with(6, 23 * 60, 120)?;
    /// assert!(week.contains(671) && week.contains(3) && !week.contains(4));
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    pub fn with(mut self, day: usize, from: u32, minutes: u32) -> Result<Self, AvailabilityError> {
        const DAY: u32 = 24 * 60;
        let quarters = from.is_multiple_of(15) && minutes.is_multiple_of(15);
        if day >= 7 || !quarters || from >= DAY || minutes > DAY {
            return Err(AvailabilityError::Span { from, minutes });
        }
        let first = day * SLOTS_OF_DAY + (from / 15) as usize;
        for slot in first..first + (minutes / 15) as usize {
            self.set(slot % Self::SLOTS);
        }
        Ok(self)
    }

    /// The same span on every day.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    ///
    /// ```
    /// use peergrade::group::Week;
    ///
    /// assert_eq!(Week::daily(8 * 60, 14 * 60)?.count(), 7 * 56);
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    pub fn daily(from: u32, minutes: u32) -> Result<Self, AvailabilityError> {
        (0..7).try_fold(Self::default(), |week, day| week.with(day, from, minutes))
    }

    /// This week, said in local time, in UTC.
    ///
    /// ```
    /// use peergrade::group::{UtcOffset, Week};
    ///
    /// // Monday 0:00 in Auckland is Sunday 12:00 UTC.
    /// let week = Week::from_slots([0])?.in_utc(UtcOffset::new(12 * 60)?);
    /// assert!(week.contains(6 * 96 + 48));
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    #[must_use]
    pub fn in_utc(&self, offset: UtcOffset) -> Self {
        // The offset reduced to a day: as many quarters, and perhaps a whole day, back.
        let back = usize::from(offset.quarters());
        let mut week = Self::default();
        for slot in self.slots() {
            let day_more = if offset.minutes() < 0 { SLOTS_OF_DAY } else { 0 };
            week.set((slot + Self::SLOTS + day_more - back) % Self::SLOTS);
        }
        week
    }

    /// The slots in which both have time.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.0;
        for (word, other) in both.iter_mut().zip(&other.0) {
            *word &= other;
        }
        Self(both)
    }

    /// The number of slots.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether nothing has been said.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// Whether a slot is in it; none beyond the week is.
    #[must_use]
    pub fn contains(&self, slot: usize) -> bool {
        slot < Self::SLOTS && self.0[slot / 64] >> (slot % 64) & 1 == 1
    }

    /// The slots, in order.
    pub fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        (0..Self::SLOTS).filter(|&slot| self.contains(slot))
    }

    /// The number of slots in which all have time of whom it is known; `None` when it is known of
    /// nobody.
    ///
    /// ```
    /// use peergrade::group::Week;
    ///
    /// let evenings = Week::daily(18 * 60, 120)?;
    /// assert_eq!(Week::overlap(&[evenings, Week::default()]), Some(56));
    /// assert_eq!(Week::overlap(&[Week::default()]), None);
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    #[must_use]
    pub fn overlap(weeks: &[Self]) -> Option<u32> {
        let known = weeks.iter().filter(|week| !week.is_unknown());
        known.copied().reduce(|a, b| a.and(&b)).map(|all| all.count())
    }

    fn set(&mut self, slot: usize) {
        self.0[slot / 64] |= 1 << (slot % 64);
    }
}

impl core::fmt::Debug for Week {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.count() {
            0 => write!(f, "Week(unknown)"),
            count => write!(f, "Week({count} slots from {:?})", self.slots().next()),
        }
    }
}

/// The form in which a week is stored: 11 words, of which the last has 32 bits.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw([u64; WORDS]);

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Week {
    type Error = AvailabilityError;

    fn try_from(raw: Raw) -> Result<Self, AvailabilityError> {
        let beyond = raw.0[WORDS - 1] >> 32;
        if beyond != 0 {
            let slot = Self::SLOTS + beyond.trailing_zeros() as usize;
            return Err(AvailabilityError::Slot { slot, limit: Self::SLOTS });
        }
        Ok(Self(raw.0))
    }
}

#[cfg(feature = "serde")]
impl From<Week> for Raw {
    fn from(week: Week) -> Self {
        Self(week.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_wrap() {
        for minutes in (-720..=840).step_by(15) {
            let offset = UtcOffset::new(minutes).unwrap();
            for slot in [0, 1, 95, 96, 300, 671] {
                let utc = Week::from_slots([slot]).unwrap().in_utc(offset);
                let quarters = usize::try_from(minutes / 15 + 672).unwrap();
                let expected = (slot + 2 * 672 - quarters) % 672;
                assert_eq!(utc.slots().collect::<Vec<_>>(), [expected], "{minutes}");
            }
        }
        assert_eq!(Week::daily(0, 1440).unwrap().count(), 672);
    }

    #[test]
    fn bad_spans_are_refused() {
        let week = Week::default();
        for (day, from, minutes) in
            [(7, 0, 15), (0, 1440, 15), (0, 7, 15), (0, 0, 20), (0, 0, 1455)]
        {
            assert!(week.with(day, from, minutes).is_err());
        }
        assert!(Week::from_slots([usize::MAX]).is_err());
        assert!(!week.contains(usize::MAX) && week.is_unknown());
        assert_eq!(format!("{week:?}"), "Week(unknown)");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn stored_weeks_are_checked() {
        let week = Week::from_slots([0, 671]).unwrap();
        let text = serde_json::to_string(&week).unwrap();
        assert_eq!(serde_json::from_str::<Week>(&text).unwrap(), week);
        assert!(serde_json::from_str::<Week>("[0,0,0,0,0,0,0,0,0,0,4294967296]").is_err());
    }
}
