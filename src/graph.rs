//! Who reviews what: the bipartite graph.

use core::ops::Range;

use crate::csr::{Csr, Ordered};
use crate::error::GraphError;
use crate::id::{MAX_COUNT, MAX_PAIRS, PersonId, ReviewId, SubmissionId, to_u32};

/// Who reviews what: the bipartite graph of reviewers and submissions, from both sides.
///
/// Reviews are numbered in the canonical order (submission, reviewer), so that nothing depends on
/// the order in which they arrived. Memory: 12 bytes a review and 4 a person and a submission.
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
///
/// let pairs = [(1, 0), (0, 1), (0, 2)].map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
/// let graph = ReviewGraph::from_pairs(3, 2, &pairs)?;
/// assert_eq!(graph.reviewers_of(SubmissionId::new(0)), [PersonId::new(1), PersonId::new(2)]);
/// assert_eq!(graph.submissions_of(PersonId::new(0)), [SubmissionId::new(1)]);
/// assert_eq!(graph.reviews(), 3);
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::Graph", into = "raw::Graph"))]
pub struct ReviewGraph {
    /// Rows are submissions; position in `items` is the [`ReviewId`].
    reviewers: Csr<PersonId>,
    /// Rows are people.
    given: Csr<ReviewId>,
    /// The submission of each entry of `given`.
    submissions: Vec<SubmissionId>,
}

impl ReviewGraph {
    /// The graph of these pairs, in any order, among `people` people and `submissions` submissions.
    /// O(people + submissions + pairs).
    ///
    /// # Errors
    ///
    /// [`GraphError`] where an id is not one of those, a pair occurs twice, or ids run out.
    pub fn from_pairs(
        people: usize,
        submissions: usize,
        pairs: &[(SubmissionId, PersonId)],
    ) -> Result<Self, GraphError> {
        check_sizes(people, submissions, pairs.len())?;
        for (row, &(submission, reviewer)) in pairs.iter().enumerate() {
            check_pair(row, (submission, reviewer), people, submissions)?;
        }
        let ordered = Ordered::new((submissions, people), pairs.len(), |i| pairs[i]);
        if let Some((first, second)) = ordered.repeated() {
            let [first, second] = [first, second].map(|position| ordered.row(position));
            let (submission, reviewer) = pairs[first];
            return Err(GraphError::Duplicate { first, second, submission, reviewer });
        }
        Ok(Self::from_reviewers(people, Csr::new(ordered.offsets, ordered.seconds)))
    }

    /// The graph of sorted rows of reviewers, one row a submission.
    pub(crate) fn from_reviewers(people: usize, reviewers: Csr<PersonId>) -> Self {
        let rows = || {
            (0..reviewers.rows()).flat_map(|submission| {
                let number = SubmissionId::new(to_u32(submission));
                reviewers.row(submission).iter().map(move |reviewer| (reviewer.index(), number))
            })
        };
        let submissions = Csr::sorted(people, reviewers.items().len(), rows);
        Self::from_sides(reviewers, submissions)
    }

    /// The graph of both sides, each with sorted rows.
    pub(crate) fn from_sides(reviewers: Csr<PersonId>, submissions: Csr<SubmissionId>) -> Self {
        let mut next: Vec<u32> =
            (0..reviewers.rows()).map(|s| to_u32(reviewers.range(s).start)).collect();
        // Reviewers in order meet the reviews of each submission in order.
        let number = |submission: &SubmissionId| {
            let slot = &mut next[submission.index()];
            *slot += 1;
            ReviewId::new(*slot - 1)
        };
        let given = submissions.items().iter().map(number).collect();
        let (offsets, submissions) = submissions.into_parts();
        Self { reviewers, given: Csr::new(offsets, given), submissions }
    }

    /// The graph of some of the reviews, asked in the canonical order. People and submissions stay.
    pub(crate) fn only(
        &self,
        mut keep: impl FnMut(ReviewId, SubmissionId, PersonId) -> bool,
    ) -> Self {
        let mut offsets = vec![0];
        let mut reviewers = Vec::with_capacity(self.reviews());
        let mut review = 0;
        for s in 0..self.submissions() {
            for &reviewer in self.reviewers.row(s) {
                if keep(ReviewId::new(review), SubmissionId::new(to_u32(s)), reviewer) {
                    reviewers.push(reviewer);
                }
                review += 1;
            }
            offsets.push(to_u32(reviewers.len()));
        }
        Self::from_reviewers(self.people(), Csr::new(offsets, reviewers))
    }

    /// How many people there are, whether they review or not.
    #[must_use]
    pub fn people(&self) -> usize {
        self.given.rows()
    }

    /// How many submissions there are, reviewed or not.
    #[must_use]
    pub fn submissions(&self) -> usize {
        self.reviewers.rows()
    }

    /// How many reviews there are.
    #[must_use]
    pub fn reviews(&self) -> usize {
        self.submissions.len()
    }

    /// Who reviews a submission, in the order of ids; empty for a stranger.
    #[must_use]
    pub fn reviewers_of(&self, submission: SubmissionId) -> &[PersonId] {
        self.reviewers.row(submission.index())
    }

    /// What a person reviews, in the order of ids; empty for a stranger.
    #[must_use]
    pub fn submissions_of(&self, reviewer: PersonId) -> &[SubmissionId] {
        if reviewer.index() < self.people() {
            &self.submissions[self.given.range(reviewer.index())]
        } else {
            &[]
        }
    }

    /// The reviews that a person gives, in the order of ids, one for each of
    /// [`submissions_of`](Self::submissions_of).
    #[must_use]
    pub fn reviews_by(&self, reviewer: PersonId) -> &[ReviewId] {
        self.given.row(reviewer.index())
    }

    /// The reviews of a submission as positions in a column of the reviews, one for each of
    /// [`reviewers_of`](Self::reviewers_of); empty for a stranger.
    #[must_use]
    pub fn reviews_of(&self, submission: SubmissionId) -> Range<usize> {
        if submission.index() < self.submissions() {
            self.reviewers.range(submission.index())
        } else {
            0..0
        }
    }

    /// Who gives a review. `None` for a review that is not there.
    #[must_use]
    pub fn reviewer(&self, review: ReviewId) -> Option<PersonId> {
        self.reviewers.items().get(review.index()).copied()
    }

    /// Where the reviews of a person lie in [`given`](Self::given).
    #[inline]
    pub(crate) fn given_range(&self, person: usize) -> Range<usize> {
        self.given.range(person)
    }

    /// The reviewer of each review, in the canonical order.
    pub(crate) fn reviewers(&self) -> &[PersonId] {
        self.reviewers.items()
    }

    /// The submission of each of [`given`](Self::given).
    pub(crate) fn given_submissions(&self) -> &[SubmissionId] {
        &self.submissions
    }

    /// All reviews in the order (reviewer, submission).
    pub(crate) fn given(&self) -> &[ReviewId] {
        self.given.items()
    }

    /// Whether a person reviews a submission. O(log of its reviews).
    #[must_use]
    pub fn contains(&self, submission: SubmissionId, reviewer: PersonId) -> bool {
        self.reviewers_of(submission).binary_search(&reviewer).is_ok()
    }

    /// All reviews as (submission, reviewer), in the canonical order.
    ///
    /// ```
    /// use peergrade::{PersonId, ReviewGraph, SubmissionId};
    ///
    /// let pair = (SubmissionId::new(0), PersonId::new(1));
    /// let graph = ReviewGraph::from_pairs(2, 1, &[pair])?;
    /// assert_eq!(graph.iter().collect::<Vec<_>>(), [pair]);
    /// # Ok::<(), peergrade::GraphError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (SubmissionId, PersonId)> {
        (0..self.submissions()).flat_map(|s| {
            let submission = SubmissionId::new(to_u32(s));
            self.reviewers.row(s).iter().map(move |&reviewer| (submission, reviewer))
        })
    }
}

impl AsRef<Self> for ReviewGraph {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Whether counts fit ids, and offsets too.
pub(crate) fn check_sizes(
    people: usize,
    submissions: usize,
    reviews: usize,
) -> Result<(), GraphError> {
    for (what, given, limit) in [
        ("people", people, MAX_COUNT),
        ("submissions", submissions, MAX_COUNT),
        ("reviews", reviews, MAX_PAIRS),
    ] {
        if given > limit {
            return Err(GraphError::TooMany { what, given, limit });
        }
    }
    Ok(())
}

/// Whether both ids of a row are of the graph.
pub(crate) fn check_pair(
    row: usize,
    (submission, reviewer): (SubmissionId, PersonId),
    people: usize,
    submissions: usize,
) -> Result<(), GraphError> {
    if submission.index() >= submissions {
        return Err(GraphError::UnknownSubmission { row, submission, submissions });
    }
    if reviewer.index() >= people {
        return Err(GraphError::UnknownReviewer { row, reviewer, people });
    }
    Ok(())
}

/// The root of a node in a forest of parents, of which a root is its own; halves the way to it
/// (Tarjan and van Leeuwen, JACM 31, 1984).
pub(crate) fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        let above = parent[parent[node as usize] as usize];
        parent[node as usize] = above;
        node = above;
    }
    node
}

#[cfg(feature = "serde")]
mod raw {
    use super::{GraphError, PersonId, ReviewGraph, SubmissionId, to_u32};

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename = "ReviewGraph", deny_unknown_fields)]
    pub(super) struct Graph {
        people: u32,
        submissions: u32,
        pairs: Vec<(SubmissionId, PersonId)>,
    }

    impl From<ReviewGraph> for Graph {
        fn from(graph: ReviewGraph) -> Self {
            Self {
                people: to_u32(graph.people()),
                submissions: to_u32(graph.submissions()),
                pairs: graph.iter().collect(),
            }
        }
    }

    impl TryFrom<Graph> for ReviewGraph {
        type Error = GraphError;

        fn try_from(raw: Graph) -> Result<Self, GraphError> {
            Self::from_pairs(raw.people as usize, raw.submissions as usize, &raw.pairs)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(u32, u32)]) -> Vec<(SubmissionId, PersonId)> {
        list.iter().map(|&(s, r)| (SubmissionId::new(s), PersonId::new(r))).collect()
    }

    #[test]
    fn both_sides_agree_and_the_order_of_rows_is_gone() {
        let mut list = pairs(&[(2, 0), (0, 3), (2, 3), (0, 1), (3, 0)]);
        let graph = ReviewGraph::from_pairs(4, 4, &list).unwrap();
        list.reverse();
        assert_eq!(graph, ReviewGraph::from_pairs(4, 4, &list).unwrap());
        list.sort_unstable();
        assert_eq!(graph.iter().collect::<Vec<_>>(), list);
        assert!(graph.reviewers_of(SubmissionId::new(1)).is_empty());
        for person in (0..4).map(PersonId::new) {
            let given = graph.reviews_by(person).iter().zip(graph.submissions_of(person));
            for (&review, &submission) in given {
                assert_eq!(graph.reviewer(review), Some(person));
                assert!(graph.reviews_of(submission).contains(&review.index()));
            }
        }
        let stranger = PersonId::new(4);
        assert!(graph.submissions_of(stranger).is_empty() && graph.reviews_by(stranger).is_empty());
    }

    #[test]
    fn a_wrong_pair_is_named() {
        let graph = |list: &[(u32, u32)]| ReviewGraph::from_pairs(2, 2, &pairs(list));
        assert!(matches!(
            graph(&[(0, 0), (2, 0)]),
            Err(GraphError::UnknownSubmission { row: 1, .. })
        ));
        assert!(matches!(graph(&[(0, 2)]), Err(GraphError::UnknownReviewer { row: 0, .. })));
        assert!(matches!(
            graph(&[(1, 0), (0, 0), (1, 1), (1, 0)]),
            Err(GraphError::Duplicate { first: 0, second: 3, .. })
        ));
    }
}
