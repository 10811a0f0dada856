//! What can bar a person from reviewing a submission.

/// What bars a person from reviewing a submission.
///
/// ```
/// use peergrade::assign::Rule;
///
/// assert_eq!(Rule::OwnTeam.to_string(), "no review of one's own team's work");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Rule {
    /// The person wrote it.
    OwnWork,
    /// The person's team wrote it.
    OwnTeam,
    /// It is of another section, see [`Sections::Same`](super::Sections::Same).
    SameSection,
    /// It is of the person's section, see [`Sections::Other`](super::Sections::Other).
    OtherSection,
    /// Its section is closed to the person's, see [`Sections::Allowed`](super::Sections::Allowed).
    ClosedSections,
    /// The caller forbade the pair.
    ForbiddenPair,
    /// The person reviewed it in an earlier round.
    EarlierRound,
    /// The pair has a review that is kept, and nobody reviews one work twice.
    KeptPair,
    /// Nobody reviews one work twice.
    OncePerWork,
    /// There is no submission to review.
    NothingToReview,
    /// The submission is closed to new reviews.
    Closed,
}

impl core::fmt::Display for Rule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OwnWork => "no review of one's own work",
            Self::OwnTeam => "no review of one's own team's work",
            Self::SameSection => "works of one's own section only",
            Self::OtherSection => "no work of one's own section",
            Self::ClosedSections => "works of the allowed sections only",
            Self::ForbiddenPair => "forbidden pairs",
            Self::EarlierRound => "no pair of an earlier round",
            Self::KeptPair => "reviews that are kept",
            Self::OncePerWork => "no second review of one work by one person",
            Self::Closed => "no new review of a closed submission",
            Self::NothingToReview => "no review without a submission",
        })
    }
}
