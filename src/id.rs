//! Dense ids: `u32` newtypes that count from 0, so that columns can be indexed by them.

use core::fmt;

/// A dense id: counts from 0, fits in a `u32`, orders like its number.
///
/// Implemented by the id types of this crate; [`Roster`](crate::Roster) is generic over it.
///
/// ```
/// use peergrade::{Id, PersonId};
///
/// assert_eq!(PersonId::from_u32(3).index(), 3);
/// ```
pub trait Id: Copy + Ord + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// What one of these is called in messages: "person", "submission".
    const NOUN: &'static str;

    /// The id with this number.
    fn from_u32(number: u32) -> Self;

    /// Its number.
    fn get(self) -> u32;

    /// Its number as an index into a column.
    fn index(self) -> usize {
        self.get() as usize
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(transparent))]
        pub struct $name(u32);

        impl $name {
            /// The id with this number.
            #[must_use]
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// Its number.
            #[must_use]
            pub const fn get(self) -> u32 {
                self.0
            }

            /// Its number as an index into a column.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl Id for $name {
            const NOUN: &'static str = $noun;

            fn from_u32(number: u32) -> Self {
                Self(number)
            }

            fn get(self) -> u32 {
                self.0
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($noun, " {}"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id!(
    /// A person: a learner or a member of staff.
    ///
    /// ```
    /// use peergrade::PersonId;
    ///
    /// let ana = PersonId::new(7);
    /// assert_eq!(ana.index(), 7);
    /// assert_eq!(format!("{ana:?}"), "person 7");
    /// ```
    PersonId, "person"
);

id!(
    /// A piece of work, by one author or by a team.
    ///
    /// ```
    /// use peergrade::SubmissionId;
    ///
    /// assert_eq!(SubmissionId::from(2).get(), 2);
    /// ```
    SubmissionId, "submission"
);

id!(
    /// One review: the position of its edge in the canonical order (submission, reviewer) of a
    /// [`ReviewGraph`](crate::ReviewGraph).
    ///
    /// ```
    /// use peergrade::ReviewId;
    ///
    /// assert_eq!(ReviewId::new(0).to_string(), "0");
    /// ```
    ReviewId, "review"
);

id!(
    /// A group of people who work together.
    ///
    /// ```
    /// use peergrade::GroupId;
    ///
    /// assert!(GroupId::new(1) < GroupId::new(2));
    /// ```
    GroupId, "group"
);

id!(
    /// A topic of a jigsaw.
    ///
    /// ```
    /// use peergrade::TopicId;
    ///
    /// assert_eq!(TopicId::new(4).get(), 4);
    /// ```
    TopicId, "topic"
);

/// The number of a thing that is known to be one of at most `u32::MAX + 1`.
///
/// Every collection of this crate checks its size against [`MAX_COUNT`] or [`MAX_PAIRS`] when it is
/// built.
pub(crate) fn to_u32(index: usize) -> u32 {
    debug_assert!(u32::try_from(index).is_ok(), "{index} is beyond u32");
    #[allow(clippy::cast_possible_truncation)] // sizes are checked where the collection is built
    {
        index as u32
    }
}

/// The most people, submissions or keys: 67 million, so that a size read from a file cannot ask for
/// more than a few hundred megabytes.
pub(crate) const MAX_COUNT: usize = 1 << 26;

/// The most reviews or authorships: offsets into them are `u32` too.
pub(crate) const MAX_PAIRS: usize = u32::MAX as usize - 1;
