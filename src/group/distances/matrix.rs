//! The distances of all pairs.

use super::error::DistanceError;
use crate::PersonId;
use crate::id::to_u32;

/// The most people: their table takes 200 MB.
const MAX_PEOPLE: usize = 5_000;
/// Beyond this, sums of distances might leave the range of a double.
const MAX_VALUE: f64 = 1e100;

/// How far any two people are from each other, by whatever measure: different answers to a survey,
/// different majors, a rating of how well they do not know each other.
///
/// A full table, 8 n^2 bytes, of at most 5,000 people. For differences in columns of numbers use the
/// balance of means instead, which needs no table.
///
/// ```
/// use peergrade::group::Distances;
///
/// let answers = [["yes", "no"], ["yes", "yes"], ["no", "yes"]];
/// let differ = |a: usize, b: usize| answers[a].iter().zip(answers[b]).filter(|(x, y)| *x != y).count();
/// let distances = Distances::new(3, |a, b| differ(a.index(), b.index()) as f64)?;
/// assert_eq!(distances.get(0.into(), 2.into()), Some(2.0));
/// assert_eq!(distances.get(2.into(), 0.into()), Some(2.0));
/// # Ok::<(), peergrade::group::DistanceError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Distances {
    people: usize,
    /// Rows are people; 0 from a person to the same.
    table: Vec<f64>,
}

impl Distances {
    /// The distances of `people` people, asked for each pair once, the lower id first. O(n^2).
    ///
    /// # Errors
    ///
    /// [`DistanceError::NoPeople`], [`DistanceError::TooManyPeople`], and [`DistanceError::Value`]
    /// for a distance that is not finite, or beyond 1e100. Negative ones are allowed.
    ///
    /// ```
    /// use peergrade::group::Distances;
    ///
    /// let error = Distances::new(5_001, |_, _| 1.0).unwrap_err();
    /// let message = "5001 people are more than the 5000 of whom all distances are held";
    /// assert_eq!(error.to_string(), message);
    /// ```
    pub fn new(
        people: usize,
        mut distance: impl FnMut(PersonId, PersonId) -> f64,
    ) -> Result<Self, DistanceError> {
        check_people(people)?;
        let mut table = vec![0.0; people * people];
        for i in 0..people {
            for j in i + 1..people {
                let (first, second) = (PersonId::new(to_u32(i)), PersonId::new(to_u32(j)));
                let value = distance(first, second);
                check_value(first, second, value)?;
                table[i * people + j] = value;
                table[j * people + i] = value;
            }
        }
        Ok(Self { people, table })
    }

    /// The distances of a table, row by row; what it says of a person and the same is not looked at.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), [`DistanceError::Table`] unless there are n^2 values, and
    /// [`DistanceError::Asymmetric`].
    ///
    /// ```
    /// use peergrade::group::Distances;
    ///
    /// let error = Distances::from_table(2, &[0.0, 1.5, 2.5, 0.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "persons 0 and 1 are 1.5 apart, and 2.5 the other way");
    /// ```
    pub fn from_table(people: usize, table: &[f64]) -> Result<Self, DistanceError> {
        check_people(people)?;
        let needed = people * people;
        if table.len() != needed {
            return Err(DistanceError::Table { values: table.len(), people, needed });
        }
        let distances = Self::new(people, |a, b| table[a.index() * people + b.index()])?;
        for i in 0..people {
            for j in i + 1..people {
                let (there, back) = (table[i * people + j], table[j * people + i]);
                if there - back != 0.0 {
                    let (first, second) = (PersonId::new(to_u32(i)), PersonId::new(to_u32(j)));
                    return Err(DistanceError::Asymmetric { first, second, there, back });
                }
            }
        }
        Ok(distances)
    }

    /// The distance of two people, 0 for the same; `None` beyond the last. O(1).
    ///
    /// ```
    /// # use peergrade::group::Distances;
    /// assert_eq!(Distances::new(2, |_, _| 3.0)?.get(1.into(), 2.into()), None);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub fn get(&self, first: PersonId, second: PersonId) -> Option<f64> {
        let known = first.index() < self.people && second.index() < self.people;
        known.then(|| self.table[first.index() * self.people + second.index()])
    }

    /// The number of people.
    ///
    /// ```
    /// # use peergrade::group::Distances;
    /// assert_eq!(Distances::new(2, |_, _| 3.0)?.people(), 2);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// From one person to all.
    pub(super) fn row(&self, person: usize) -> &[f64] {
        &self.table[person * self.people..(person + 1) * self.people]
    }
}

fn check_people(people: usize) -> Result<(), DistanceError> {
    match people {
        0 => Err(DistanceError::NoPeople),
        1..=MAX_PEOPLE => Ok(()),
        _ => Err(DistanceError::TooManyPeople { people, limit: MAX_PEOPLE }),
    }
}

fn check_value(first: PersonId, second: PersonId, value: f64) -> Result<(), DistanceError> {
    if value.abs() <= MAX_VALUE {
        Ok(())
    } else {
        Err(DistanceError::Value { first, second, value })
    }
}
