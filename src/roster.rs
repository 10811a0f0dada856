//! The application's keys and the dense ids behind them.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
// The table is looked up and never iterated, so the seed of its hasher reaches no result.
#[allow(clippy::disallowed_types)]
use std::hash::RandomState;

use hashbrown::HashTable;

use crate::error::RosterError;
use crate::id::{Id, MAX_COUNT, PersonId, to_u32};

/// The keys of an application (a user name, a database id) and the dense ids behind them.
///
/// Ids follow the sorted keys, so the order in which a query returns its rows changes nothing.
/// The second parameter says what the keys name: people by default, or submissions, which are a
/// name space of their own.
///
/// Building takes O(n log n) time, a look-up O(1), and each key is held once.
///
/// ```
/// use peergrade::{PersonId, Roster, SubmissionId};
///
/// let people: Roster<&str> = Roster::new(["cleo", "ana", "ben"])?;
/// assert_eq!(people.id("ana"), Some(PersonId::new(0)));
/// assert_eq!(people.key(PersonId::new(2)), Some(&"cleo"));
/// assert_eq!(people.id("dora"), None);
///
/// // The keys of the rows of a table, each as often as it occurs.
/// let works: Roster<u64, SubmissionId> = Roster::from_rows([907, 31, 907])?;
/// assert_eq!(works.keys(), [31, 907]);
/// # Ok::<(), peergrade::RosterError>(())
/// ```
#[derive(Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        try_from = "Vec<K>",
        into = "Vec<K>",
        bound(
            serialize = "K: Clone + serde::Serialize, I: Id",
            deserialize = "K: Ord + Hash + fmt::Debug + serde::Deserialize<'de>, I: Id"
        )
    )
)]
#[allow(clippy::disallowed_types)]
pub struct Roster<K, I = PersonId> {
    keys: Vec<K>,
    /// Ids, hashed by their keys.
    table: HashTable<u32>,
    hasher: RandomState,
    id: PhantomData<I>,
}

#[allow(clippy::disallowed_types)]
impl<K: Ord + Hash + fmt::Debug, I: Id> Roster<K, I> {
    /// The roster of these keys, in any order.
    ///
    /// # Errors
    ///
    /// [`RosterError::Duplicate`] with both rows where a key occurs twice, and
    /// [`RosterError::TooMany`] beyond 2^26 keys.
    ///
    /// ```
    /// use peergrade::{Roster, RosterError};
    ///
    /// let error = Roster::<_>::new(["ana", "ben", "ana"]).unwrap_err();
    /// assert_eq!(error.to_string(), r#"person key "ana" of row 2 stands in row 0 already"#);
    /// ```
    pub fn new(keys: impl IntoIterator<Item = K>) -> Result<Self, RosterError> {
        let mut roster = Self::unsorted();
        for (row, key) in keys.into_iter().enumerate() {
            if let Err((first, key)) = roster.insert(key)? {
                return Err(RosterError::Duplicate {
                    noun: I::NOUN,
                    key: format!("{key:?}"),
                    first,
                    second: row,
                });
            }
        }
        Ok(roster.sorted())
    }

    /// The roster of the keys that occur in these rows, each once.
    ///
    /// # Errors
    ///
    /// [`RosterError::TooMany`] beyond 2^26 different keys.
    ///
    /// ```
    /// use peergrade::Roster;
    ///
    /// let reviewers: Roster<&str> = Roster::from_rows(["ben", "ana", "ben"])?;
    /// assert_eq!(reviewers.len(), 2);
    /// # Ok::<(), peergrade::RosterError>(())
    /// ```
    pub fn from_rows(keys: impl IntoIterator<Item = K>) -> Result<Self, RosterError> {
        let mut roster = Self::unsorted();
        for key in keys {
            // A repeated key is what rows are made of.
            let _ = roster.insert(key)?;
        }
        Ok(roster.sorted())
    }

    fn unsorted() -> Self {
        Self {
            keys: Vec::new(),
            table: HashTable::new(),
            hasher: RandomState::new(),
            id: PhantomData,
        }
    }

    /// Appends a key, or hands it back with the position of its twin.
    fn insert(&mut self, key: K) -> Result<Result<(), (usize, K)>, RosterError> {
        let Self { keys, table, hasher, .. } = self;
        let hash = hasher.hash_one(&key);
        if let Some(&twin) = table.find(hash, |&i| keys[i as usize] == key) {
            return Ok(Err((twin as usize, key)));
        }
        if keys.len() == MAX_COUNT {
            return Err(RosterError::TooMany { noun: I::NOUN, limit: MAX_COUNT });
        }
        let number = to_u32(keys.len());
        keys.push(key);
        table.insert_unique(hash, number, |&i| hasher.hash_one(&keys[i as usize]));
        Ok(Ok(()))
    }

    /// Sorts the keys, so that ids follow them, and hashes them anew.
    fn sorted(mut self) -> Self {
        if !self.keys.is_sorted() {
            self.keys.sort_unstable();
            let Self { keys, table, hasher, .. } = &mut self;
            table.clear();
            for (i, key) in keys.iter().enumerate() {
                table.insert_unique(hasher.hash_one(key), to_u32(i), |&j| {
                    hasher.hash_one(&keys[j as usize])
                });
            }
        }
        self
    }

    /// The id of a key; `None` for a stranger. O(1).
    ///
    /// ```
    /// use peergrade::{PersonId, Roster};
    ///
    /// let people: Roster<String> = Roster::new(["ana".to_string()])?;
    /// assert_eq!(people.id("ana"), Some(PersonId::new(0)));
    /// # Ok::<(), peergrade::RosterError>(())
    /// ```
    pub fn id<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<I>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let found = self.table.find(hash, |&i| self.keys[i as usize].borrow() == key);
        found.map(|&i| I::from_u32(i))
    }
}

impl<K, I: Id> Roster<K, I> {
    /// The key of an id; `None` where there is no such id.
    ///
    /// ```
    /// use peergrade::{PersonId, Roster};
    ///
    /// let people: Roster<&str> = Roster::new(["ana"])?;
    /// assert_eq!(people.key(PersonId::new(1)), None);
    /// # Ok::<(), peergrade::RosterError>(())
    /// ```
    pub fn key(&self, id: I) -> Option<&K> {
        self.keys.get(id.index())
    }

    /// All keys, in the order of their ids.
    ///
    /// ```
    /// use peergrade::Roster;
    ///
    /// let people: Roster<&str> = Roster::new(["ben", "ana"])?;
    /// assert_eq!(people.keys(), ["ana", "ben"]);
    /// # Ok::<(), peergrade::RosterError>(())
    /// ```
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// Ids and keys, in the order of the ids.
    ///
    /// ```
    /// use peergrade::{PersonId, Roster};
    ///
    /// let people: Roster<&str> = Roster::new(["ben", "ana"])?;
    /// assert_eq!(people.iter().next(), Some((PersonId::new(0), &"ana")));
    /// # Ok::<(), peergrade::RosterError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (I, &K)> {
        self.keys.iter().enumerate().map(|(i, key)| (I::from_u32(to_u32(i)), key))
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl<K: PartialEq, I> PartialEq for Roster<K, I> {
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys
    }
}

impl<K: Eq, I> Eq for Roster<K, I> {}

impl<K: fmt::Debug, I> fmt::Debug for Roster<K, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Roster").field(&self.keys).finish()
    }
}

impl<K, I> From<Roster<K, I>> for Vec<K> {
    fn from(roster: Roster<K, I>) -> Self {
        roster.keys
    }
}

impl<K: Ord + Hash + fmt::Debug, I: Id> TryFrom<Vec<K>> for Roster<K, I> {
    type Error = RosterError;

    fn try_from(keys: Vec<K>) -> Result<Self, RosterError> {
        Self::new(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_sorted_keys_whatever_the_order() {
        let forward: Roster<u32> = Roster::new(0..1000).unwrap();
        let backward: Roster<u32> = Roster::new((0..1000).rev()).unwrap();
        assert_eq!(forward, backward);
        for (id, &key) in backward.iter() {
            assert_eq!((id.get(), backward.id(&key)), (key, Some(id)));
        }
        assert_eq!(backward.id(&1000), None);
    }

    #[test]
    fn odd_keys_are_keys() {
        let long = "x".repeat(1 << 20);
        let keys = ["", " ", "\u{e9}", "e\u{301}", "a,b", "\n", long.as_str()];
        let roster: Roster<&str> = Roster::new(keys).unwrap();
        assert!(keys.iter().all(|key| roster.key(roster.id(*key).unwrap()) == Some(key)));
        assert!(Roster::<&str>::new([]).unwrap().is_empty());
    }
}
