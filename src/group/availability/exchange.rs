//! Pairs across time zones.

use super::cells::{Counts, most_pairs};
use super::error::{AvailabilityError, ExchangeViolation};
use super::zones::{UtcOffset, waking_overlap};
use crate::group::deal::{Draw, shuffled};
use crate::group::groups::Groups;
use crate::id::to_u32;
use crate::{PersonId, Seed};

/// What an exchange looks at in a person.
///
/// ```
/// use peergrade::group::{Learner, UtcOffset};
///
/// let learner = Learner::new(UtcOffset::new(60).ok()).language(2).level(1);
/// assert_eq!((learner.language, learner.level), (2, 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Learner {
    /// Their offset, if it is known.
    pub offset: Option<UtcOffset>,
    /// Their language.
    pub language: u32,
    /// Their level.
    pub level: u32,
}

impl Learner {
    /// A learner of language 0 and level 0.
    #[must_use]
    pub const fn new(offset: Option<UtcOffset>) -> Self {
        Self { offset, language: 0, level: 0 }
    }

    /// The language.
    #[must_use]
    pub const fn language(mut self, language: u32) -> Self {
        self.language = language;
        self
    }

    /// The level.
    #[must_use]
    pub const fn level(mut self, level: u32) -> Self {
        self.level = level;
        self
    }
}

/// Which languages two people of a pair have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Languages {
    /// The same.
    #[default]
    Same,
    /// Different ones, as in a tandem.
    Different,
    /// Any.
    Any,
}

/// Exchange pairs of people who live in different time zones, yet are awake at the same time for
/// long enough.
///
/// Who may meet depends on offset, language and level alone, so people are counted by these kinds and
/// as many pairs as possible are found between kinds (a b-matching of the kinds), then dealt to
/// people by chance. [`ExchangePairs::bound`] is a number that no pairing exceeds. People who were a
/// pair before are kept apart by exchanging partners; a pair that cannot be helped is given up.
/// People whose offset is not known take no part, and are listed.
///
/// O(n log n + C^2 per path) for C kinds, at most 1,024.
///
/// Do not use it for pairs that should be close in time: that is [`ZoneGroups`](super::ZoneGroups).
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::{Exchange, Learner, UtcOffset};
///
/// let zones = [-480, 60, 60, 540, 345, -480];
/// let learners = zones.map(|minutes| Learner::new(UtcOffset::new(minutes).ok()));
/// let exchange = Exchange::new(6 * 60).overlap(4 * 60);
/// let pairs = exchange.pair(&learners, Seed::new(1))?;
/// assert!(pairs.verify(&exchange, &learners).is_ok());
/// assert_eq!((pairs.pairs().len() as u64, pairs.bound()), (3, 3));
/// # Ok::<(), peergrade::group::AvailabilityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    apart: u32,
    window: u32,
    overlap: u32,
    languages: Languages,
    levels: u32,
    /// Sorted, both orders.
    met: Vec<(PersonId, PersonId)>,
    earlier: Vec<Groups>,
}

const MAX_KINDS: usize = 1024;

impl Exchange {
    /// Pairs whose zones are at least this many minutes apart on the circle (at least one quarter of
    /// an hour), who are awake for 14 hours and share at least one of them; of the same language and
    /// of any level.
    #[must_use]
    pub const fn new(apart: u32) -> Self {
        let apart = if apart < 15 { 15 } else { apart };
        Self {
            apart,
            window: 14 * 60,
            overlap: 60,
            languages: Languages::Same,
            levels: u32::MAX,
            met: Vec::new(),
            earlier: Vec::new(),
        }
    }

    /// Minutes a day in which two people of a pair are both awake, at least; default 60.
    #[must_use]
    pub const fn overlap(mut self, minutes: u32) -> Self {
        self.overlap = minutes;
        self
    }

    /// Minutes a day in which everybody is awake, from the same local time on; default 14 hours.
    #[must_use]
    pub const fn window(mut self, minutes: u32) -> Self {
        self.window = minutes;
        self
    }

    /// The languages of a pair; default the same.
    #[must_use]
    pub const fn languages(mut self, languages: Languages) -> Self {
        self.languages = languages;
        self
    }

    /// How far the levels of a pair may be apart; default any.
    #[must_use]
    pub const fn levels_within(mut self, gap: u32) -> Self {
        self.levels = gap;
        self
    }

    /// Keeps everybody from whom they were with in these groups; may be called again.
    #[must_use]
    pub fn apart_from(mut self, earlier: &Groups) -> Self {
        self.earlier.push(earlier.clone());
        self
    }

    /// Keeps apart those who were a pair; may be called again.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::{Exchange, Learner, UtcOffset};
    ///
    /// let learners = [0, 0, 480, 480].map(|minutes| Learner::new(UtcOffset::new(minutes).ok()));
    /// let first = Exchange::new(60).pair(&learners, Seed::new(1))?;
    /// let second = Exchange::new(60).new_pairs(&first).pair(&learners, Seed::new(1))?;
    /// assert!(second.pairs().iter().all(|pair| !first.pairs().contains(pair)));
    /// # Ok::<(), peergrade::group::AvailabilityError>(())
    /// ```
    #[must_use]
    pub fn new_pairs(mut self, earlier: &ExchangePairs) -> Self {
        self.met.extend(earlier.pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]));
        self.met.sort_unstable();
        self
    }

    /// Pairs the people `0..learners.len()`.
    ///
    /// # Errors
    ///
    /// [`AvailabilityError::Groups`] for nobody and for too many people,
    /// [`AvailabilityError::TooManyKinds`].
    pub fn pair(
        &self,
        learners: &[Learner],
        seed: Seed,
    ) -> Result<ExchangePairs, AvailabilityError> {
        crate::group::sizes::check_people(learners.len())?;
        let mut order = shuffled(learners.len(), seed, Draw::Order);
        order.retain(|&p| learners[p as usize].offset.is_some());
        let kind = |&p: &u32| {
            let learner = learners[p as usize];
            (learner.offset.map(UtcOffset::quarters), learner.language, learner.level)
        };
        order.sort_by_key(kind);
        let kinds: Vec<&[u32]> = order.chunk_by(|a, b| kind(a) == kind(b)).collect();
        if kinds.len() > MAX_KINDS {
            return Err(AvailabilityError::TooManyKinds { kinds: kinds.len(), limit: MAX_KINDS });
        }
        let sizes: Vec<u32> = kinds.iter().map(|people| to_u32(people.len())).collect();
        let of_kind = |k: usize| &learners[kinds[k][0] as usize];
        let counts = most_pairs(&sizes, |a, b| self.may(of_kind(a), of_kind(b)));
        let mut pairs = dealt(&kinds, &counts);
        self.part(&mut pairs);
        let mut places: Vec<(PersonId, PersonId)> = pairs
            .into_iter()
            .map(|pair| (pair.people[0], pair.people[1]))
            .filter(|&(a, b)| !self.have_met(a, b))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        places.sort_unstable();
        Ok(ExchangePairs::new(places, learners, counts.bound))
    }

    /// Whether two people may be a pair, for all that is known of their kinds.
    fn may(&self, a: &Learner, b: &Learner) -> bool {
        let (Some(x), Some(y)) = (a.offset, b.offset) else { return false };
        let distance = 15 * u32::from(x.quarters().abs_diff(y.quarters()));
        let distance = distance.min(super::zones::DAY - distance);
        let languages = match self.languages {
            Languages::Same => a.language == b.language,
            Languages::Different => a.language != b.language,
            Languages::Any => true,
        };
        languages
            && distance >= self.apart
            && a.level.abs_diff(b.level) <= self.levels
            && waking_overlap(&[x, y], self.window) >= Some(self.overlap)
    }

    fn have_met(&self, a: PersonId, b: PersonId) -> bool {
        let together = |groups: &Groups| {
            let (of_a, of_b) = (groups.group_of(a), groups.group_of(b));
            of_a.is_some() && of_a == of_b
        };
        self.met.binary_search(&(a, b)).is_ok() || self.earlier.iter().any(together)
    }

    /// Exchanges partners of the same kind so that nobody is with somebody they have met.
    fn part(&self, pairs: &mut [Pair]) {
        if self.met.is_empty() && self.earlier.is_empty() {
            return;
        }
        // By kind: the places where its people sit.
        let kinds = pairs.iter().flat_map(|pair| pair.kinds).max().map_or(0, |most| most + 1);
        let mut places = vec![Vec::new(); kinds];
        for (i, pair) in pairs.iter().enumerate() {
            (0..2).for_each(|side| places[pair.kinds[side]].push((i, side)));
        }
        for i in 0..pairs.len() {
            if !self.have_met(pairs[i].people[0], pairs[i].people[1]) {
                continue;
            }
            let swap = [0, 1].into_iter().find_map(|side| {
                let near = &places[pairs[i].kinds[side]];
                let from = near.partition_point(|&place| place <= (i, side));
                let others = near[from..].iter().chain(&near[..from]);
                let fits = |&&(j, other): &&(usize, usize)| {
                    let (stays, comes) = (pairs[i].people[1 - side], pairs[j].people[other]);
                    let (theirs, goes) = (pairs[j].people[1 - other], pairs[i].people[side]);
                    i != j && !self.have_met(stays, comes) && !self.have_met(theirs, goes)
                };
                others.into_iter().find(fits).map(|&(j, other)| (side, j, other))
            });
            if let Some((side, j, other)) = swap {
                let goes = pairs[i].people[side];
                pairs[i].people[side] = core::mem::replace(&mut pairs[j].people[other], goes);
            }
        }
    }
}

/// Two people and their kinds.
struct Pair {
    people: [PersonId; 2],
    kinds: [usize; 2],
}

/// The people of the counted pairs, from the front of each kind.
fn dealt(kinds: &[&[u32]], counts: &Counts) -> Vec<Pair> {
    let mut next = vec![0; kinds.len()];
    let mut pairs = Vec::new();
    for a in 0..kinds.len() {
        for b in a + 1..kinds.len() {
            for _ in 0..counts.between(a, b) {
                let people = [(a, next[a]), (b, next[b])].map(|(k, i)| PersonId::new(kinds[k][i]));
                pairs.push(Pair { people, kinds: [a, b] });
                next[a] += 1;
                next[b] += 1;
            }
        }
    }
    pairs
}

/// The pairs of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangePairs {
    /// The lower id first, sorted.
    pairs: Vec<(PersonId, PersonId)>,
    unmatched: Vec<PersonId>,
    unknown: Vec<PersonId>,
    bound: u64,
}

impl ExchangePairs {
    fn new(pairs: Vec<(PersonId, PersonId)>, learners: &[Learner], bound: u64) -> Self {
        let mut paired = vec![false; learners.len()];
        for &(a, b) in &pairs {
            (paired[a.index()], paired[b.index()]) = (true, true);
        }
        let (mut unmatched, mut unknown) = (Vec::new(), Vec::new());
        for (person, learner) in learners.iter().enumerate().filter(|&(p, _)| !paired[p]) {
            let list = if learner.offset.is_some() { &mut unmatched } else { &mut unknown };
            list.push(PersonId::new(to_u32(person)));
        }
        Self { pairs, unmatched, unknown, bound }
    }

    /// The pairs, the lower id first, sorted.
    #[must_use]
    pub fn pairs(&self) -> &[(PersonId, PersonId)] {
        &self.pairs
    }

    /// Who got nobody, sorted.
    #[must_use]
    pub fn unmatched(&self) -> &[PersonId] {
        &self.unmatched
    }

    /// Those whose offset is not known, sorted.
    #[must_use]
    pub fn unknown(&self) -> &[PersonId] {
        &self.unknown
    }

    /// A number of pairs that no pairing exceeds, even where nobody has met before.
    #[must_use]
    pub fn bound(&self) -> u64 {
        self.bound
    }

    /// Re-checks that everybody is in one place and every pair keeps the rules. O(n log n).
    ///
    /// # Errors
    ///
    /// The first violated promise.
    pub fn verify(
        &self,
        exchange: &Exchange,
        learners: &[Learner],
    ) -> Result<(), ExchangeViolation> {
        let mut places = vec![0; learners.len()];
        let paired = self.pairs.iter().flat_map(|&(a, b)| [a, b]);
        for person in paired.chain(self.unmatched.iter().chain(&self.unknown).copied()) {
            match places.get_mut(person.index()) {
                Some(places) => *places += 1,
                None => return Err(ExchangeViolation::Places { person, times: 1 }),
            }
        }
        if let Some(person) = places.iter().position(|&times| times != 1) {
            let times = places[person];
            return Err(ExchangeViolation::Places { person: PersonId::new(to_u32(person)), times });
        }
        for &(first, second) in &self.pairs {
            let (a, b) = (&learners[first.index()], &learners[second.index()]);
            if !exchange.may(a, b) || exchange.have_met(first, second) {
                return Err(ExchangeViolation::Pair { first, second });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn learner() -> impl Strategy<Value = Learner> {
        let offset = prop::option::weighted(0.9, -48..=56_i32);
        (offset, 0..3_u32, 0..3_u32).prop_map(|(quarters, language, level)| {
            let offset = quarters.map(|q| UtcOffset::new(15 * q).unwrap());
            Learner { offset, language, level }
        })
    }

    proptest! {
        #[test]
        fn rules_are_kept_and_nobody_meets_twice(
            learners in prop::collection::vec(learner(), 1..80),
            apart in 0..600_u32,
            overlap in 0..500_u32,
            levels in 0..3_u32,
            languages in prop::sample::select(
                vec![Languages::Same, Languages::Different, Languages::Any],
            ),
            seed in any::<u64>(),
        ) {
            let mut exchange =
                Exchange::new(apart).overlap(overlap).levels_within(levels).languages(languages);
            let mut earlier = std::collections::BTreeSet::new();
            for _ in 0..3 {
                let pairs = exchange.pair(&learners, Seed::new(seed)).unwrap();
                prop_assert_eq!(pairs.verify(&exchange, &learners), Ok(()));
                prop_assert!(pairs.pairs().len() as u64 <= pairs.bound());
                for pair in pairs.pairs() {
                    prop_assert!(earlier.insert(*pair));
                }
                exchange = exchange.new_pairs(&pairs);
            }
        }
    }

    #[test]
    fn a_large_exchange_reaches_its_bound() {
        let zones = [-480, -300, 0, 60, 330, 480, 540, 780];
        let learners: Vec<_> = (0..5_000_u32)
            .map(|i| {
                let offset = UtcOffset::new(zones[(i * i % 7 + i % 2) as usize]).ok();
                Learner::new(offset).language(i % 3).level(i % 4)
            })
            .collect();
        let exchange = Exchange::new(180).overlap(120).levels_within(1);
        let first = exchange.pair(&learners, Seed::new(1)).unwrap();
        assert_eq!(first.pairs().len() as u64, first.bound());
        let second = exchange.clone().new_pairs(&first).pair(&learners, Seed::new(1)).unwrap();
        second.verify(&exchange.new_pairs(&first), &learners).unwrap();
        assert_eq!(second.pairs().len() as u64, second.bound());
    }

    #[test]
    fn verify_sees_what_is_wrong() {
        let learners = [0, 0, 480].map(|minutes| Learner::new(UtcOffset::new(minutes).ok()));
        let exchange = Exchange::new(60);
        let with = |pairs: Vec<(u32, u32)>, unmatched: Vec<u32>| {
            let pairs = pairs.into_iter().map(|(a, b)| (a.into(), b.into())).collect();
            let unmatched = unmatched.into_iter().map(PersonId::new).collect();
            let all = ExchangePairs { pairs, unmatched, unknown: Vec::new(), bound: 1 };
            all.verify(&exchange, &learners)
        };
        assert_eq!(with(vec![(0, 2)], vec![1]), Ok(()));
        assert!(matches!(with(vec![(0, 1)], vec![2]), Err(ExchangeViolation::Pair { .. })));
        assert!(matches!(with(vec![(0, 2)], vec![]), Err(ExchangeViolation::Places { .. })));
        assert!(matches!(with(vec![(0, 2)], vec![1, 9]), Err(ExchangeViolation::Places { .. })));
    }

    #[test]
    fn too_many_kinds_are_refused() {
        let offset = UtcOffset::new(0).ok();
        let learners: Vec<_> = (0..1_025).map(|i| Learner::new(offset).level(i)).collect();
        assert_eq!(
            Exchange::new(60).pair(&learners, Seed::new(1)),
            Err(AvailabilityError::TooManyKinds { kinds: 1_025, limit: 1_024 })
        );
        assert!(Exchange::new(60).pair(&[], Seed::new(1)).is_err());
    }
}
