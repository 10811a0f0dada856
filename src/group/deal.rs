//! Dealing people to groups like cards.

use super::error::GroupError;
use super::sizes::check_people;
use crate::PersonId;
use crate::Seed;
use crate::id::to_u32;
use crate::seed::Phase;

/// An order of people that is to be spread evenly over groups: neighbours in the order go to
/// different groups.
///
/// The people are sorted by category, then by value, ties by chance, and dealt row by row to the
/// `K` groups, one row from left to right and the next from right to left. So each group gets one of
/// the best, one of the next best and so on, its mean is close to that of the others, and
///
/// - every category, and every value of a category that `K` people or more share, is spread over
///   the groups to `floor` or `ceil` of its even share;
/// - a value that fewer share comes at most twice in one group.
///
/// It is a start, not an optimum: use it where a fast deal that needs no weighing is good enough.
///
/// ```
/// use peergrade::group::between_share;
/// use peergrade::{Pods, Seed, Strata};
///
/// let skill: Vec<f64> = (0..100).map(f64::from).collect();
/// let pods = Pods::within(5..=5).form_spread(&Strata::by_value(&skill)?, Seed::new(1))?;
/// // The share of the differences in skill that lies between the groups; 0.19 by chance.
/// assert!(between_share(&pods, &skill)?.unwrap() < 0.01);
/// # Ok::<(), peergrade::GroupError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Strata {
    values: Vec<f64>,
    /// As long as the values.
    categories: Vec<u32>,
}

impl Strata {
    /// People in the order of a value, one per person: skill, activity, or a sum of several.
    ///
    /// # Errors
    ///
    /// [`GroupError::NoPeople`], [`GroupError::TooManyPeople`], and [`GroupError::NotFinite`] with
    /// the first person whose value is NaN or infinite.
    ///
    /// ```
    /// use peergrade::Strata;
    ///
    /// let error = Strata::by_value(&[0.5, f64::NAN]).unwrap_err();
    /// assert_eq!(error.to_string(), "the value of person 1 is NaN, not a finite number");
    /// ```
    pub fn by_value(values: &[f64]) -> Result<Self, GroupError> {
        check_people(values.len())?;
        check_finite(values)?;
        Ok(Self { values: values.to_vec(), categories: vec![0; values.len()] })
    }

    /// The same order within categories, which come first: each category is spread exactly.
    ///
    /// # Errors
    ///
    /// [`GroupError::ColumnLength`] unless there is one category per person.
    ///
    /// ```
    /// use peergrade::Strata;
    ///
    /// let strata = Strata::by_value(&[0.5, 0.7, 0.1])?.within(&[1, 1, 0])?;
    /// assert_eq!(strata.people(), 3);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    pub fn within(mut self, categories: &[u32]) -> Result<Self, GroupError> {
        if categories.len() != self.people() {
            return Err(GroupError::ColumnLength {
                values: categories.len(),
                people: self.people(),
            });
        }
        self.categories = categories.to_vec();
        Ok(self)
    }

    /// The number of people.
    ///
    /// ```
    /// # use peergrade::Strata;
    /// assert_eq!(Strata::by_value(&[1.0, 2.0])?.people(), 2);
    /// # Ok::<(), peergrade::GroupError>(())
    /// ```
    #[must_use]
    pub fn people(&self) -> usize {
        self.values.len()
    }

    /// The same order within new categories, one per person; the old ones become part of the order.
    pub(super) fn regrouped(&self, categories: Vec<u32>) -> Self {
        let mut order: Vec<u32> = (0..to_u32(self.people())).collect();
        order.sort_by_key(|&person| self.key(person));
        let mut values = vec![0.0; order.len()];
        for (rank, alike) in order.chunk_by(|&a, &b| self.key(a) == self.key(b)).enumerate() {
            for &person in alike {
                values[person as usize] = rank as f64;
            }
        }
        Self { values, categories }
    }

    /// What a person is sorted by: the category, then a number that orders like the value.
    fn key(&self, person: u32) -> (u32, u64) {
        // The bits of doubles order like the doubles once those of negative ones are turned round;
        // adding zero makes one zero of the two.
        let bits = (self.values[person as usize] + 0.0).to_bits();
        let order = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
        (self.categories[person as usize], order)
    }
}

pub(super) fn check_finite(values: &[f64]) -> Result<(), GroupError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(person) => Err(GroupError::NotFinite {
            person: PersonId::new(to_u32(person)),
            value: values[person],
        }),
        None => Ok(()),
    }
}

/// What the streams of [`Phase::Groups`] are drawn for.
pub(super) enum Draw {
    Order = 0,
    Topics = 1,
    Turns = 2,
}

/// The numbers `0..n` in an order drawn by the seed.
pub(super) fn shuffled(n: usize, seed: Seed, draw: Draw) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..to_u32(n)).collect();
    seed.stream(Phase::Groups, draw as u64).shuffle(&mut numbers);
    numbers
}

/// Gives every one of `people` people a group of `0..groups`, by `give(person, group)`, in the order
/// of the deal. O(n), with strata O(n log n).
pub(super) fn deal(
    people: usize,
    groups: usize,
    strata: Option<&Strata>,
    seed: Seed,
    mut give: impl FnMut(u32, u32),
) {
    let mut table = Table::new(groups);
    let order = shuffled(people, seed, Draw::Order);
    let Some(strata) = strata else {
        return table.deal(&order, &mut give);
    };
    // The sort is stable, so ties stay in the order of the draw.
    let mut keyed: Vec<_> = order.into_iter().map(|p| (strata.key(p), p)).collect();
    keyed.sort_by_key(|&(key, _)| key);
    let (keys, order): (Vec<_>, Vec<_>) = keyed.into_iter().unzip();
    let mut end = 0;
    for category in keys.chunk_by(|a, b| a.0 == b.0) {
        let mut waiting = end;
        for run in category.chunk_by(|a, b| a.1 == b.1) {
            let start = end;
            end += run.len();
            if run.len() >= groups {
                table.deal(&order[waiting..start], &mut give);
                table.deal(&order[start..end], &mut give);
                waiting = end;
            }
        }
        table.deal(&order[waiting..end], &mut give);
    }
}

/// The columns to which rows of people are dealt, one stratum after the other.
///
/// A stratum starts in the column where the one before stopped, so N people take N successive
/// columns of the circle: every column gets floor or ceil of N/K, and so it does of any strata
/// taken together. A serpentine that starts each stratum at its own row gives no such bound.
struct Table {
    columns: usize,
    /// The column at which the next row starts.
    start: usize,
    /// Whether the next row runs from right to left.
    reversed: bool,
}

impl Table {
    fn new(columns: usize) -> Self {
        Self { columns, start: 0, reversed: false }
    }

    fn deal(&mut self, stratum: &[u32], give: &mut impl FnMut(u32, u32)) {
        for row in stratum.chunks(self.columns) {
            for (i, &person) in row.iter().enumerate() {
                let step = if self.reversed { row.len() - 1 - i } else { i };
                // start + step < columns + columns, without the sum, which may overflow.
                let left = self.columns - self.start;
                let column = if step < left { self.start + step } else { step - left };
                give(person, to_u32(column));
            }
            if row.len() == self.columns {
                self.reversed = !self.reversed;
            } else {
                let left = self.columns - self.start;
                self.start =
                    if row.len() < left { self.start + row.len() } else { row.len() - left };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_order_like_values() {
        let values = [-1e300, -2.0, -0.5, -0.0, 0.0, 5e-324, 1.0, 1e300];
        let strata = Strata::by_value(&values).unwrap();
        let keys: Vec<_> = (0..8).map(|p| strata.key(p).1).collect();
        assert!(keys.is_sorted());
        assert_eq!(keys[3], keys[4]);
        assert_eq!(keys.chunk_by(|a, b| a == b).count(), 7);
    }

    #[test]
    fn bad_columns_are_refused() {
        assert_eq!(Strata::by_value(&[]), Err(GroupError::NoPeople));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = Strata::by_value(&[0.0, 1.0, bad]).unwrap_err();
            assert!(matches!(error, GroupError::NotFinite { person, value }
                    if person.get() == 2 && value.to_bits() == bad.to_bits()));
        }
        let strata = Strata::by_value(&[1.0; 3]).unwrap();
        assert_eq!(strata.within(&[1]), Err(GroupError::ColumnLength { values: 1, people: 3 }));
    }

    #[test]
    fn rows_alternate_and_strata_go_on_where_the_last_stopped() {
        let mut table = Table::new(3);
        let mut columns = Vec::new();
        for stratum in [&[0, 1, 2, 3][..], &[4, 5, 6, 7], &[8]] {
            table.deal(stratum, &mut |_, column| columns.push(column));
        }
        assert_eq!(columns, [0, 1, 2, 0, 0, 2, 1, 1, 2]);
    }

    proptest! {
        /// Categories, and values that as many people share as there are groups, are spread evenly.
        #[test]
        fn strata_are_spread_to_floor_or_ceil(
            rows in prop::collection::vec((0..3_u32, 0..4_u8), 1..80),
            groups in 1..12_usize,
            seed in 0..9_u64,
        ) {
            let groups = groups.min(rows.len());
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let categories: Vec<u32> = rows.iter().map(|row| row.0).collect();
            let strata = Strata::by_value(&values).unwrap().within(&categories).unwrap();
            let mut column = vec![usize::MAX; rows.len()];
            deal(rows.len(), groups, Some(&strata), Seed::new(seed), |person, group| {
                column[person as usize] = group as usize;
            });
            let spread = |holds: &dyn Fn(usize) -> bool| {
                let mut counts = vec![0; groups];
                let holders: Vec<_> = (0..rows.len()).filter(|&p| holds(p)).collect();
                for &p in &holders {
                    counts[column[p]] += 1;
                }
                let range = (*counts.iter().min().unwrap(), *counts.iter().max().unwrap());
                (holders.len(), range)
            };
            let even = |n: usize| (n / groups, n.div_ceil(groups));
            let (n, range) = spread(&|_| true);
            prop_assert_eq!(range, even(n));
            for category in 0..3 {
                let (n, range) = spread(&|p| rows[p].0 == category);
                prop_assert_eq!(range, even(n));
                for value in 0..4 {
                    let (n, range) = spread(&|p| rows[p] == (category, value));
                    if n >= groups {
                        prop_assert_eq!(range, even(n));
                    }
                    prop_assert!(n >= groups || range.1 <= 2);
                }
            }
        }
    }
}
