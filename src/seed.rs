//! The only randomness of the crate.

use core::fmt;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of randomness: the same seed gives the same results, on every platform and in every
/// patch release.
///
/// A seed is a 32-byte key of the `ChaCha8` stream cipher. Everything random in this crate takes a
/// seed by value; nothing else can make a result differ between two runs. Give independent uses
/// independent seeds with [`derive`](Self::derive).
///
/// ```
/// use peergrade::Seed;
///
/// let course = Seed::new(42);
/// let week_1 = course.derive("week 1");
/// assert_ne!(week_1, course.derive("week 2"));
/// assert_eq!(week_1, Seed::new(42).derive("week 1"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed of this number.
    ///
    /// ```
    /// use peergrade::Seed;
    ///
    /// assert_ne!(Seed::new(1), Seed::new(2));
    /// ```
    #[must_use]
    pub const fn new(number: u64) -> Self {
        let low = number.to_le_bytes();
        let mut key = [0; 32];
        let mut i = 0;
        while i < low.len() {
            key[i] = low[i];
            i += 1;
        }
        Self(key)
    }

    /// The seed of this name within the present one. Two labels give unrelated seeds, but for a
    /// chance of 2^-63: what counts is their 64-bit FNV-1a hash, of which collisions can be made on
    /// purpose, so let no stranger choose labels.
    ///
    /// ```
    /// use peergrade::Seed;
    ///
    /// assert_ne!(Seed::new(1).derive("plan"), Seed::new(1).derive("groups"));
    /// ```
    #[must_use]
    pub fn derive(self, label: &str) -> Self {
        let mut key = [0; 32];
        // Draws use stream ids below 2^63, so a derived key never repeats a drawn word.
        chacha(self, fnv1a64(label.as_bytes()) | 1 << 63).fill_bytes(&mut key);
        Self(key)
    }

    /// The seed of one item of a phase, for an item whose parts have streams of their own.
    pub(crate) fn key(self, phase: Phase, index: u64) -> Self {
        debug_assert!(index < 1 << 48, "key index {index} is beyond 2^48");
        let mut key = [0; 32];
        // No stream of draws has bit 62, no label lacks bit 63: a key repeats no other word.
        chacha(self, 1 << 62 | (phase as u64) << 48 | index).fill_bytes(&mut key);
        Self(key)
    }

    /// The stream of draws of one phase and one item of it.
    pub(crate) fn stream(self, phase: Phase, index: u64) -> Stream {
        debug_assert!(index < 1 << 48, "stream index {index} is beyond 2^48");
        Stream(chacha(self, (phase as u64) << 48 | index))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seed(")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        write!(f, ")")
    }
}

/// What a stream is drawn for. A new use gets a new number; none is ever given twice, so that more
/// draws in one phase shift no other.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Phase {
    Plan = 1,
    PlanRepair = 2,
    Groups = 3,
    SimulatedTruth = 4,
    SimulatedNoise = 5,
    SimulatedBehaviour = 6,
    SpotChecks = 7,
    PlanMixing = 8,
    Exemplars = 9,
    SimulatedRole = 10,
    SimulatedReport = 11,
    HeldOut = 12,
    SimulatedRanking = 13,
    SimulatedDrift = 14,
    SimulatedFriends = 15,
    SimulatedStaff = 16,
    SimulatedSubgroup = 17,
    SimulatedFix = 18,
    Redraw = 19,
    PlanPolish = 20,
    PlanStrata = 21,
    PlanWishes = 22,
    PlanClasses = 23,
    PlanStaff = 24,
    PlanChange = 25,
    Queue = 26,
    Gibbs = 27,
    Quality = 32,
    TopicTies = 36,
    Distances = 37,
    Rounds = 39,
    RoundsSearch = 40,
    Roles = 41,
    Balance = 33,
    BalanceStart = 34,
    BalanceSwaps = 35,
}

/// A stream of words. The distributions over it are in `sample.rs`.
#[derive(Debug, Clone)]
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// The next word of the key stream.
    pub(crate) fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// The same stream from word `2^32 x part` on: a place that no draw before reaches.
    pub(crate) fn part(&self, part: u16) -> Self {
        let mut generator = self.0.clone();
        generator.set_word_pos(u128::from(part) << 32);
        Self(generator)
    }

    /// Two words, low one first, at any alignment.
    pub(crate) fn u64(&mut self) -> u64 {
        let low = u64::from(self.u32());
        low | u64::from(self.u32()) << 32
    }
}

fn chacha(key: Seed, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::from_seed(key.0);
    generator.set_stream(stream);
    generator
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo 1991).
pub(crate) fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
