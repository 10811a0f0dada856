//! Who ranked which submissions in what order.

use thiserror::Error;

use crate::csr::Csr;
use crate::id::{MAX_COUNT, MAX_PAIRS, PersonId, SubmissionId, to_u32};

/// Rankings: each a reviewer and the submissions they ranked, best first, ties allowed.
///
/// A reviewer may give several, or none; a ranking of one submission says nothing and is kept.
/// Rankings stand in the canonical order (reviewer, submissions, ties), so that nothing depends on
/// the order in which they arrived. Memory: 8 bytes a ranking, 4 a ranked submission, and 1 more
/// where anybody ties.
///
/// ```
/// use peergrade::{PersonId, Rankings, SubmissionId};
///
/// let [a, b, c] = [0, 1, 2].map(SubmissionId::new);
/// let mut rows = Rankings::builder(2, 3)?;
/// rows.add(PersonId::new(1), &[c, a])?;
/// rows.add_tiers(PersonId::new(0), &[&[b], &[c, a]])?; // b first, then a and c alike
/// let rankings = rows.build();
///
/// let first = rankings.get(0).unwrap();
/// assert_eq!((first.reviewer(), first.submissions()), (PersonId::new(0), &[b, a, c][..]));
/// assert_eq!(first.tiers().collect::<Vec<_>>(), [&[b][..], &[a, c][..]]);
/// # Ok::<(), peergrade::RankingsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rankings {
    people: usize,
    submissions: usize,
    /// Of each ranking.
    reviewers: Vec<PersonId>,
    /// A row a ranking, best first; tied ones in the order of ids.
    items: Csr<SubmissionId>,
    /// Whether an item is tied with the one before it in its ranking; `None` where none is.
    tied: Option<Vec<bool>>,
}

/// One ranking of [`Rankings`].
///
/// ```
/// use peergrade::{PersonId, Rankings, SubmissionId};
///
/// let mut rows = Rankings::builder(1, 2)?;
/// rows.add(PersonId::new(0), &[SubmissionId::new(1), SubmissionId::new(0)])?;
/// let rankings = rows.build();
/// let best = rankings.iter().next().unwrap().submissions()[0];
/// assert_eq!(best, SubmissionId::new(1));
/// # Ok::<(), peergrade::RankingsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranking<'a> {
    reviewer: PersonId,
    items: &'a [SubmissionId],
    /// Empty where nothing is tied.
    tied: &'a [bool],
}

impl<'a> Ranking<'a> {
    /// Whose ranking it is.
    #[must_use]
    pub fn reviewer(&self) -> PersonId {
        self.reviewer
    }

    /// The submissions, best first; tied ones in the order of ids.
    #[must_use]
    pub fn submissions(&self) -> &'a [SubmissionId] {
        self.items
    }

    /// The submissions in groups, best first: those of one group are tied.
    pub fn tiers(&self) -> impl Iterator<Item = &'a [SubmissionId]> + use<'a> {
        let (mut items, mut tied) = (self.items, self.tied);
        core::iter::from_fn(move || {
            let more = tied.iter().skip(1).take_while(|&&tied| tied).count();
            let (tier, rest) = items.split_at_checked(1 + more)?;
            items = rest;
            tied = tied.get(1 + more..).unwrap_or_default();
            Some(tier)
        })
    }

    /// Whether any two submissions are tied.
    #[must_use]
    pub fn has_ties(&self) -> bool {
        self.tied.contains(&true)
    }
}

impl Rankings {
    /// A collector of rankings by `people` people of `submissions` submissions.
    ///
    /// # Errors
    ///
    /// [`RankingsError::TooMany`] where there are more than ids.
    pub fn builder(people: usize, submissions: usize) -> Result<RankingsBuilder, RankingsError> {
        for (what, given) in [("people", people), ("submissions", submissions)] {
            if given > MAX_COUNT {
                return Err(RankingsError::TooMany { what, given, limit: MAX_COUNT });
            }
        }
        Ok(RankingsBuilder { people, submissions, rows: Rows::new() })
    }

    /// How many people there are, whether they ranked or not.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// How many submissions there are, ranked or not.
    #[must_use]
    pub fn submissions(&self) -> usize {
        self.submissions
    }

    /// How many rankings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reviewers.len()
    }

    /// Whether there is no ranking.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reviewers.is_empty()
    }

    /// A ranking, in the canonical order. `None` for one that is not there.
    #[must_use]
    pub fn get(&self, ranking: usize) -> Option<Ranking<'_>> {
        let reviewer = *self.reviewers.get(ranking)?;
        let range = self.items.range(ranking);
        let tied = self.tied.as_ref().map_or(&[][..], |tied| &tied[range.clone()]);
        Some(Ranking { reviewer, items: &self.items.items()[range], tied })
    }

    /// All rankings, in the canonical order.
    pub fn iter(&self) -> impl Iterator<Item = Ranking<'_>> {
        (0..self.len()).filter_map(|ranking| self.get(ranking))
    }

    /// The rankings of rows in the canonical order, all checked.
    pub(crate) fn from_rows(people: usize, submissions: usize, rows: Rows) -> Self {
        let Rows { reviewers, offsets, items, tied } = rows;
        let tied = tied.contains(&true).then_some(tied);
        Self { people, submissions, reviewers, items: Csr::new(offsets, items), tied }
    }
}

/// Rankings as columns.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) reviewers: Vec<PersonId>,
    /// One more than reviewers, from 0.
    pub(crate) offsets: Vec<u32>,
    pub(crate) items: Vec<SubmissionId>,
    /// Whether an item is tied with the one before; as long as the items, or empty.
    pub(crate) tied: Vec<bool>,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self { reviewers: Vec::new(), offsets: vec![0], items: Vec::new(), tied: Vec::new() }
    }

    fn row(&self, row: usize) -> (PersonId, &[SubmissionId], &[bool]) {
        let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        (self.reviewers[row], &self.items[range.clone()], &self.tied[range])
    }
}

/// Collects [`Rankings`]. A row that is refused leaves it as it was.
///
/// ```
/// use peergrade::{PersonId, Rankings, RankingsError, SubmissionId};
///
/// let (ana, work) = (PersonId::new(0), SubmissionId::new(0));
/// let mut rows = Rankings::builder(1, 1)?;
/// let twice = rows.add(ana, &[work, work]).unwrap_err();
/// assert!(matches!(twice, RankingsError::Repeated { row: 0, .. }));
/// assert!(rows.build().is_empty());
/// # Ok::<(), RankingsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RankingsBuilder {
    people: usize,
    submissions: usize,
    rows: Rows,
}

impl RankingsBuilder {
    /// Adds a ranking, best first. O(k log k) for k submissions.
    ///
    /// # Errors
    ///
    /// [`RankingsError`] where an id is not there, a submission occurs twice or ids run out.
    pub fn add(
        &mut self,
        reviewer: PersonId,
        best_first: &[SubmissionId],
    ) -> Result<&mut Self, RankingsError> {
        self.check(reviewer, best_first)?;
        self.push(reviewer, best_first, |_| false);
        Ok(self)
    }

    /// Adds a ranking with ties: groups of submissions, best first, those of one group alike. An
    /// empty group says nothing. O(k log k) for k submissions.
    ///
    /// # Errors
    ///
    /// As of [`add`](Self::add).
    pub fn add_tiers(
        &mut self,
        reviewer: PersonId,
        best_first: &[&[SubmissionId]],
    ) -> Result<&mut Self, RankingsError> {
        let (mut items, mut tied) = (Vec::new(), Vec::new());
        for tier in best_first {
            let first = items.len();
            items.extend_from_slice(tier);
            items[first..].sort_unstable();
            tied.extend((0..tier.len()).map(|i| i > 0));
        }
        self.check(reviewer, &items)?;
        self.push(reviewer, &items, |i| tied[i]);
        Ok(self)
    }

    /// The rankings in their canonical order. O(rankings log rankings).
    #[must_use]
    pub fn build(self) -> Rankings {
        let Self { people, submissions, rows } = self;
        let count = rows.reviewers.len();
        if (1..count).all(|i| rows.row(i - 1) <= rows.row(i)) {
            return Rankings::from_rows(people, submissions, rows);
        }
        let mut order: Vec<u32> = (0..to_u32(count)).collect();
        // Rows that are equal are the same whichever is first.
        order.sort_unstable_by(|&a, &b| rows.row(a as usize).cmp(&rows.row(b as usize)));
        let mut sorted = Self { people, submissions, rows: Rows::new() };
        for row in order {
            let (reviewer, items, tied) = rows.row(row as usize);
            sorted.push(reviewer, items, |i| tied[i]);
        }
        Rankings::from_rows(people, submissions, sorted.rows)
    }

    fn push(&mut self, reviewer: PersonId, items: &[SubmissionId], tied: impl Fn(usize) -> bool) {
        self.rows.reviewers.push(reviewer);
        self.rows.items.extend_from_slice(items);
        self.rows.tied.extend((0..items.len()).map(tied));
        self.rows.offsets.push(to_u32(self.rows.items.len()));
    }

    fn check(&self, reviewer: PersonId, items: &[SubmissionId]) -> Result<(), RankingsError> {
        let (row, people, submissions) = (self.rows.reviewers.len(), self.people, self.submissions);
        if reviewer.index() >= people {
            return Err(RankingsError::UnknownReviewer { row, reviewer, people });
        }
        if let Some(&submission) = items.iter().find(|item| item.index() >= submissions) {
            return Err(RankingsError::UnknownSubmission { row, submission, submissions });
        }
        let mut sorted = items.to_vec();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(RankingsError::Repeated { row, reviewer, submission: pair[0] });
        }
        let ranked = self.rows.items.len().saturating_add(items.len());
        for (what, given) in [("rankings", row + 1), ("ranked submissions", ranked)] {
            if given > MAX_PAIRS {
                return Err(RankingsError::TooMany { what, given, limit: MAX_PAIRS });
            }
        }
        Ok(())
    }
}

/// Why a ranking is refused. Rows count the rankings taken so far.
///
/// ```
/// use peergrade::{PersonId, Rankings, SubmissionId};
///
/// let mut rows = Rankings::builder(1, 2)?;
/// let error = rows.add(PersonId::new(0), &[SubmissionId::new(2)]).unwrap_err();
/// assert_eq!(error.to_string(), "row 0: submission 2 is not one of 2");
/// # Ok::<(), peergrade::RankingsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RankingsError {
    /// More people, submissions or rankings than ids.
    #[error("{given} {what} are more than the {limit} that there can be")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A reviewer who is not there.
    #[error("row {row}: reviewer {reviewer} is not one of {people} people")]
    UnknownReviewer {
        /// The row.
        row: usize,
        /// The reviewer.
        reviewer: PersonId,
        /// How many people there are.
        people: usize,
    },
    /// A submission that is not there.
    #[error("row {row}: submission {submission} is not one of {submissions}")]
    UnknownSubmission {
        /// The row.
        row: usize,
        /// The submission.
        submission: SubmissionId,
        /// How many submissions there are.
        submissions: usize,
    },
    /// A submission twice in one ranking.
    #[error("row {row}: reviewer {reviewer} ranks submission {submission} twice")]
    Repeated {
        /// The row.
        row: usize,
        /// The reviewer.
        reviewer: PersonId,
        /// The submission.
        submission: SubmissionId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(numbers: &[u32]) -> Vec<SubmissionId> {
        numbers.iter().copied().map(SubmissionId::new).collect()
    }

    #[test]
    fn what_cannot_be_is_named_and_changes_nothing() {
        let mut rows = Rankings::builder(2, 3).unwrap();
        rows.add(PersonId::new(1), &ids(&[2, 0])).unwrap();
        let before = rows.clone().build();
        let wrong = [
            (2, vec![0], "row 1: reviewer 2 is not one of 2 people"),
            (0, vec![0, 3], "row 1: submission 3 is not one of 3"),
            (0, vec![1, 2, 1], "row 1: reviewer 0 ranks submission 1 twice"),
        ];
        for (reviewer, items, message) in wrong {
            let (reviewer, items) = (PersonId::new(reviewer), ids(&items));
            assert_eq!(rows.add(reviewer, &items).unwrap_err().to_string(), message);
            let tiers: Vec<&[SubmissionId]> = items.chunks(1).collect();
            assert_eq!(rows.add_tiers(reviewer, &tiers).unwrap_err().to_string(), message);
        }
        assert_eq!(rows.build(), before);
        let many = Rankings::builder(0, MAX_COUNT + 1).unwrap_err();
        assert!(matches!(many, RankingsError::TooMany { what: "submissions", .. }));
    }

    #[test]
    fn tiers_cut_the_ranking_at_what_is_not_tied() {
        let mut rows = Rankings::builder(3, 9).unwrap();
        let tiers = [ids(&[3, 1]), ids(&[]), ids(&[2]), ids(&[8, 0, 4])];
        let slices: Vec<&[SubmissionId]> = tiers.iter().map(Vec::as_slice).collect();
        rows.add_tiers(PersonId::new(0), &slices).unwrap();
        rows.add(PersonId::new(1), &ids(&[5, 4])).unwrap();
        rows.add(PersonId::new(2), &[]).unwrap();
        let rankings = rows.build();
        let tiers = |i: usize| -> Vec<Vec<SubmissionId>> {
            rankings.get(i).unwrap().tiers().map(<[_]>::to_vec).collect()
        };
        assert_eq!(tiers(0), [ids(&[1, 3]), ids(&[2]), ids(&[0, 4, 8])]);
        assert_eq!(tiers(1), [ids(&[5]), ids(&[4])]);
        assert!(tiers(2).is_empty() && rankings.get(3).is_none());
        assert_eq!(rankings.iter().map(|r| r.has_ties()).collect::<Vec<_>>(), [true, false, false]);
    }

    proptest! {
        /// Whatever the order of rows, and of ids within a tie, the rankings are the same.
        #[test]
        fn arrival_changes_nothing(
            rows in proptest::collection::vec((0..4_u32, 0..4_usize, any::<bool>()), 0..12)
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        ) {
            let lists = [ids(&[0, 1, 2]), ids(&[2, 1]), ids(&[1]), ids(&[2, 0])];
            let collect = |rows: &[(u32, usize, bool)], reverse: bool| {
                let mut builder = Rankings::builder(4, 3).unwrap();
                for &(reviewer, list, tie) in rows {
                    let (reviewer, mut list) = (PersonId::new(reviewer), lists[list].clone());
                    if tie {
                        if reverse {
                            list.reverse();
                        }
                        builder.add_tiers(reviewer, &[&list]).unwrap();
                    } else {
                        builder.add(reviewer, &list).unwrap();
                    }
                }
                builder.build()
            };
            let (a, b) = rows;
            prop_assert_eq!(collect(&a, false), collect(&b, true));
        }
    }
}
