//! Rounds of groups in which nobody meets anybody twice.

mod build;
mod change;
mod choose;
mod error;
mod field;
mod kirkman;
mod layout;
mod plan;
mod ring;
mod search;
mod verify;

pub use choose::RoundMethod;
pub use error::{RoundViolation, RoundsError};
pub use plan::{Guarantee, RoundPlan};

use super::deal::{Strata, deal};
use super::sizes::GroupSizes;
use crate::Seed;
use crate::id::to_u32;
use crate::seed::Phase;

/// New groups every week: rounds in which nobody meets anybody twice, for as long as that is
/// possible.
///
/// The people stand in `p` rows of `K`, one of each row in a group, and every row is shifted by
/// another amount from round to round:
///
/// ```text
/// person (a, b) of row a, column b     round r: group (b - a r) mod K, role (a + r) mod p
/// no repeats exactly up to             K / (the largest divisor of K that is below p)  rounds
/// in a product of finite fields        K rounds, where p is at most every prime power of K
/// ```
///
/// Sizes are `p`, or `p` and `p - 1`, in every round. Nothing is stored but one number per person:
/// membership is a formula, so a million people for twenty rounds take no more than for one.
/// The methods are tried in this order, over the numbers of groups that the sizes allow: those within
/// one of the target size, the nearest first.
///
/// 1. [`RowShift`](RoundMethod::RowShift) and [`FieldShift`](RoundMethod::FieldShift), as above.
/// 2. [`Circle`](RoundMethod::Circle): pairs, up to `n - 1` rounds; somebody is alone in each where
///    `n` is odd.
/// 3. [`Kirkman`](RoundMethod::Kirkman): triples of `3 q` people, up to `(3 q - 1) / 2` rounds, for
///    `q = 5` and prime powers `q = 6 t + 1`. Everybody then has met everybody.
/// 4. [`RowsAtLast`](RoundMethod::RowsAtLast): one round more, of people of the same row.
/// 5. [`Search`](RoundMethod::Search): a local search for as few repeats as it finds, for at most
///    512 people; for more of them the shift goes on although people meet again.
///
/// [`RoundPlan::guarantee`] says what came of it, beside the bound by counting. A little freedom of
/// size does much: 60 people in groups of exactly 5 have 3 rounds, of 4 to 5 they have 13.
///
/// Do not use it where groups should stay together: that is [`Pods`](super::Pods).
///
/// Sources: rows and fields are nets of orthogonal Latin squares (Bose 1938, `MacNeish` 1922); the
/// circle: Kirkman 1847, its roles: de Werra, Discrete Applied Mathematics 3, 1981; triples:
/// Ray-Chaudhuri and Wilson, Proc. Symp. Pure Math. 19, 1971; search: Dotu and Van Hentenryck,
/// CPAIOR 2005.
///
/// ```
/// use peergrade::{GroupSizes, Rounds, Seed};
///
/// let sizes = GroupSizes::target(5).range(4..=5);
/// let plan = Rounds::new(10, sizes).form(180, Seed::new(1))?;
/// assert!(plan.guarantee().is_free_of_repeats());
/// assert_eq!(plan.group_count(), 37); // 36 groups of 5 would repeat after 9 rounds
/// let ana = 7.into();
/// for round in 0..plan.rounds() {
///     let group = plan.group_of(ana, round).unwrap();
///     println!("round {round}: {group}, {:?}", plan.members(group, round));
/// }
/// # Ok::<(), peergrade::group::RoundsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Rounds {
    count: usize,
    sizes: GroupSizes,
    moves: u64,
}

/// The most rounds of one plan.
const MAX_ROUNDS: usize = 1 << 16;

impl Rounds {
    /// This many rounds of groups of these sizes.
    ///
    /// ```
    /// use peergrade::{GroupSizes, Rounds, Seed};
    ///
    /// let pairs = Rounds::new(7, GroupSizes::within(2..=2)).form(8, Seed::new(1))?;
    /// assert!(pairs.guarantee().is_free_of_repeats()); // everybody meets everybody
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    #[must_use]
    pub fn new(rounds: usize, sizes: impl Into<GroupSizes>) -> Self {
        Self { count: rounds, sizes: sizes.into(), moves: 1 << 22 }
    }

    /// How many swaps a local search may weigh, where there is one; default 4,194,304.
    ///
    /// ```
    /// use peergrade::{Rounds, Seed};
    ///
    /// let rounds = Rounds::new(5, 3..=3);
    /// let (quick, long) = (rounds.moves(0), rounds.moves(1 << 20));
    /// let repeats = |rounds: Rounds| {
    ///     Ok::<_, peergrade::group::RoundsError>(rounds.form(12, Seed::new(1))?.guarantee().repeats())
    /// };
    /// assert!(repeats(long)? <= repeats(quick)?);
    /// # Ok::<(), peergrade::group::RoundsError>(())
    /// ```
    #[must_use]
    pub const fn moves(mut self, moves: u64) -> Self {
        self.moves = moves;
        self
    }

    /// Plans the rounds of the people `0..people`, who takes which place by chance. O(n).
    ///
    /// # Errors
    ///
    /// [`RoundsError::NoRounds`], [`RoundsError::TooManyRounds`] beyond 65,536, and
    /// [`RoundsError::Groups`] where [`GroupSizes::groups`] has an error.
    ///
    /// ```
    /// use peergrade::{Rounds, Seed};
    ///
    /// let rounds = Rounds::new(4, 3..=4);
    /// assert_eq!(rounds.form(30, Seed::new(1)), rounds.form(30, Seed::new(1)));
    /// assert!(rounds.form(5, Seed::new(1)).is_err());
    /// ```
    pub fn form(&self, people: usize, seed: Seed) -> Result<RoundPlan, RoundsError> {
        self.plan(people, None, seed)
    }

    /// Plans rounds in which every group has one person of every stratum: the people in the order
    /// of the strata are cut into rows, and no two of a row ever meet. O(n log n).
    ///
    /// Only the shifts do that, so there may be fewer rounds without repeats.
    ///
    /// # Errors
    ///
    /// As [`form`](Self::form).
    ///
    /// ```
    /// use peergrade::{Rounds, Seed, Strata};
    ///
    /// // The four who know most are never together.
    /// let skill: Vec<f64> = (0..16).map(f64::from).collect();
    /// let plan = Rounds::new(4, 4..=4).form_spread(&Strata::by_value(&skill)?, Seed::new(1))?;
    /// for round in 0..4 {
    ///     for (_, members) in plan.groups(round).unwrap().iter() {
    ///         assert_eq!(members.iter().filter(|p| p.get() >= 12).count(), 1);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn form_spread(&self, strata: &Strata, seed: Seed) -> Result<RoundPlan, RoundsError> {
        self.plan(strata.people(), Some(strata), seed)
    }

    fn plan(
        &self,
        people: usize,
        strata: Option<&Strata>,
        seed: Seed,
    ) -> Result<RoundPlan, RoundsError> {
        if self.count == 0 {
            return Err(RoundsError::NoRounds);
        }
        if self.count > MAX_ROUNDS {
            return Err(RoundsError::TooManyRounds { rounds: self.count, limit: MAX_ROUNDS });
        }
        let rounds = to_u32(self.count);
        let choice = choose::choose(people, self.sizes, rounds, strata.is_some())?;
        let n = to_u32(people);
        let (layout, repeats) =
            build::build(&choice, n, rounds, strata.is_some(), (self.moves, seed));
        let seats = seated(people, choice.columns as usize, strata, seed);
        let (_, largest) = self.sizes.bounds();
        Ok(RoundPlan::new(layout, choice.method, rounds, largest, &seats, repeats))
    }
}

/// The people, cell by cell.
fn seated(people: usize, columns: usize, strata: Option<&Strata>, seed: Seed) -> Vec<u32> {
    let mut order = Vec::with_capacity(people);
    // Dealt to a single group, people come in the order of the strata.
    deal(people, 1, strata, seed, |person, _| order.push(person));
    // Within a row the order must not be that of the strata: round 0 would put like with like.
    for (row, cells) in (0..).zip(order.chunks_mut(columns)) {
        seed.stream(Phase::Rounds, row).shuffle(cells);
    }
    order
}

#[cfg(test)]
mod tests;
