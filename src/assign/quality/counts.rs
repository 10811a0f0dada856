//! What can be counted in one pass: loads, components, mutual pairs, 4-cycles.

use super::components::Components;
use super::cycles;
use super::warnings::{FEW, Warning};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};

/// How many reviews each person gives, or each submission receives.
///
/// ```
/// use peergrade::{PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::Counts;
///
/// let pairs = [(0, 1), (0, 2), (1, 2)].map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
/// let graph = ReviewGraph::from_pairs(3, 3, &pairs)?;
/// let (given, received) = (Counts::of(&graph).given(), Counts::of(&graph).received());
/// // Person 0 gives none and is no reviewer; submission 2 receives none.
/// assert_eq!((given.min(), given.max(), given.without()), (1, 2, 1));
/// assert_eq!((received.min(), received.max(), received.without()), (0, 2, 1));
/// # Ok::<(), peergrade::GraphError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loads {
    min: usize,
    max: usize,
    with: usize,
    without: usize,
    single: usize,
}

impl Loads {
    fn of(loads: impl Iterator<Item = usize>) -> Self {
        let (mut min, mut max, mut with, mut without, mut single) = (usize::MAX, 0, 0, 0, 0);
        for load in loads {
            if load == 0 {
                without += 1;
            } else {
                (min, max, with) = (min.min(load), max.max(load), with + 1);
                single += usize::from(load == 1);
            }
        }
        Self { min: if with == 0 { 0 } else { min }, max, with, without, single }
    }

    /// The fewest reviews: of those who give any, but of all submissions, so 0 where one receives
    /// none.
    #[must_use]
    pub fn min(&self) -> usize {
        self.min
    }

    /// The most reviews.
    #[must_use]
    pub fn max(&self) -> usize {
        self.max
    }

    /// How many give, or receive, at least one review.
    #[must_use]
    pub fn with(&self) -> usize {
        self.with
    }

    /// How many give, or receive, none.
    #[must_use]
    pub fn without(&self) -> usize {
        self.without
    }

    /// How many give, or receive, exactly one.
    #[must_use]
    pub fn single(&self) -> usize {
        self.single
    }
}

/// The quality of a review graph as far as it can be counted: cheap, exact, no random draw.
///
/// | count | what it is | best |
/// |---|---|---|
/// | [`given`](Self::given), [`received`](Self::received) | reviews a reviewer, a submission | max - min <= 1 |
/// | [`components`](Self::components) | parts that no review connects | 1 |
/// | [`mutual_pairs`](Self::mutual_pairs) | pairs of people who review each other's work | 0 |
/// | [`four_cycles`](Self::four_cycles) | two reviewers with two submissions in common | 0 |
///
/// Time O(people + submissions + the sum over reviews of the lesser load of its two ends), which is
/// linear while loads are bounded; space O(people + submissions), and up to 128 MiB for pairs of
/// submissions.
///
/// ```
/// use peergrade::{Cohort, PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::Counts;
///
/// // Persons 0 and 1 review each other's work, and so do 2 and 3.
/// let pairs = [(0, 1), (1, 0), (2, 3), (3, 2)];
/// let pairs = pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
/// let graph = ReviewGraph::from_pairs(4, 4, &pairs)?;
/// let counts = Counts::measure(&graph, &Cohort::individuals(4)?);
/// assert_eq!((counts.mutual_pairs(), counts.components()), (Some(2), 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    given: Loads,
    received: Loads,
    components: usize,
    smallest: usize,
    largest: usize,
    mutual_pairs: Option<u64>,
    four_cycles: u64,
    reviews: usize,
    expected: Expected,
}

/// Loads that are to be even: for warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expected {
    /// Of people who are not staff and have no quota of 0.
    reviewers: Loads,
    /// Of people who are not staff and have no quota of their own.
    given: Loads,
    /// Of works that have an author.
    received: Loads,
}

impl Counts {
    /// Counts in a graph whose authors are those of this cohort.
    ///
    /// Finding mutual pairs adds O(log of the reviews of a submission) for each review, times the
    /// authors of the submission and the works of the reviewer.
    #[must_use]
    pub fn measure(graph: &ReviewGraph, cohort: &Cohort) -> Self {
        let mut counts = Self::of(graph);
        counts.look_at(graph, cohort);
        counts
    }

    /// Counts in a graph alone: without authors there are no mutual pairs to be found.
    ///
    /// ```
    /// use peergrade::ReviewGraph;
    /// use peergrade::assign::quality::Counts;
    ///
    /// let counts = Counts::of(&ReviewGraph::from_pairs(3, 3, &[])?);
    /// assert_eq!((counts.components(), counts.mutual_pairs()), (0, None));
    /// # Ok::<(), peergrade::GraphError>(())
    /// ```
    #[must_use]
    pub fn of(graph: &ReviewGraph) -> Self {
        Self::with_components(graph, &Components::of(graph))
    }

    /// What only the cohort tells. People and submissions beyond it have no authors and no rules.
    pub(super) fn look_at(&mut self, graph: &ReviewGraph, cohort: &Cohort) {
        self.mutual_pairs = Some(cycles::mutual_pairs(graph, cohort));
        let people = || (0..to_u32(graph.people())).map(PersonId::new);
        let peers = || people().filter(|&p| !cohort.is_staff(p));
        let given = |p: PersonId| graph.reviews_by(p).len();
        let works = (0..to_u32(graph.submissions())).map(SubmissionId::new);
        let works = works.filter(|&s| !cohort.authors_of(s).is_empty());
        self.expected = Expected {
            reviewers: Loads::of(
                peers().filter(|&p| cohort.quota(p).is_none_or(|quota| quota.max() > 0)).map(given),
            ),
            given: Loads::of(peers().filter(|&p| cohort.quota(p).is_none()).map(given)),
            received: Loads::of(works.map(|s| graph.reviews_of(s).len())),
        };
    }

    pub(super) fn with_components(graph: &ReviewGraph, components: &Components) -> Self {
        let given = |p| graph.reviews_by(PersonId::new(to_u32(p))).len();
        let reviews = |s| graph.reviews_of(SubmissionId::new(to_u32(s))).len();
        let given = Loads::of((0..graph.people()).map(given));
        let mut received = Loads::of((0..graph.submissions()).map(reviews));
        let expected = Expected { reviewers: given, given, received };
        if received.without > 0 {
            received.min = 0;
        }
        let sizes = &components.sizes()[..components.count()];
        Self {
            given,
            received,
            components: components.count(),
            smallest: sizes.iter().copied().min().unwrap_or(0),
            largest: sizes.iter().copied().max().unwrap_or(0),
            mutual_pairs: None,
            four_cycles: cycles::four_cycles(graph),
            reviews: graph.reviews(),
            expected,
        }
    }

    /// Reviews that people give. The least is that of the people who give any, since staff and
    /// people who left are in the graph too; [`Loads::without`] counts these.
    #[must_use]
    pub fn given(&self) -> Loads {
        self.given
    }

    /// Reviews that submissions receive; the least is 0 where one receives none.
    #[must_use]
    pub fn received(&self) -> Loads {
        self.received
    }

    /// Connected components among the people who give reviews and the submissions which receive
    /// some. With more than one, grades of two components can only be compared as far as their
    /// reviewers are known to be equally severe.
    #[must_use]
    pub fn components(&self) -> usize {
        self.components
    }

    /// Submissions of the smallest component; 0 where there is none.
    #[must_use]
    pub fn smallest_component(&self) -> usize {
        self.smallest
    }

    /// Submissions of the largest component; 0 where there is none.
    #[must_use]
    pub fn largest_component(&self) -> usize {
        self.largest
    }

    /// What is wrong with the design, as far as counts tell: works without a review or with a single
    /// one, people without work, uneven loads, several components, too few reviews to tell severity
    /// from quality. In the order of [`Warning`]; empty if nothing is. O(1).
    ///
    /// With the cohort of [`measure`](Self::measure), loads that are unequal on purpose give no
    /// warning: quotas, staff, exemplars.
    ///
    /// ```
    /// use peergrade::{PersonId, ReviewGraph, SubmissionId};
    /// use peergrade::assign::quality::{Counts, Warning};
    ///
    /// let pairs = [(0, 1), (1, 2), (2, 0), (0, 2), (1, 0)];
    /// let pairs = pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
    /// let counts = Counts::of(&ReviewGraph::from_pairs(3, 3, &pairs)?);
    /// assert_eq!(counts.warnings(), [Warning::SingleReview { works: 1, of: 3 }]);
    /// # Ok::<(), peergrade::GraphError>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let Expected { reviewers, given, received } = self.expected;
        let mut found = Vec::new();
        let of = received.with + received.without;
        if received.without > 0 {
            found.push(Warning::WithoutReview { works: received.without, of });
        }
        if received.single > 0 {
            found.push(Warning::SingleReview { works: received.single, of });
        }
        if reviewers.without > 0 {
            let of = reviewers.with + reviewers.without;
            found.push(Warning::WithoutWork { people: reviewers.without, of });
        }
        if given.max > given.min + 1 {
            found.push(Warning::UnevenGiven { min: given.min, max: given.max });
        }
        if received.max > received.min + 1 {
            found.push(Warning::UnevenReceived { min: received.min, max: received.max });
        }
        let (parts, smallest, largest) = (self.components, self.smallest, self.largest);
        if parts > 1 {
            found.push(Warning::Parts { parts, smallest, largest });
        }
        if (parts > 1 || largest > FEW) && self.has_too_few_reviews() {
            let mean = |among: usize| self.reviews as f64 / among as f64;
            let (given, received) = (mean(self.given.with), mean(self.received.with));
            found.push(Warning::TooFewReviews { given, received, works: largest });
        }
        found
    }

    /// Whether `(k - 1)(d - 1) <= 1` for the mean loads, in integers.
    fn has_too_few_reviews(&self) -> bool {
        let [m, people, works] =
            [self.reviews, self.given.with, self.received.with].map(|count| count as u128);
        m > 0 && (m - people) * (m - works) <= people * works
    }

    /// Pairs of people who review a work of each other: an invitation to be kind. `None` where the
    /// authors were not given. A pair counts once, however many works it shares.
    #[must_use]
    pub fn mutual_pairs(&self) -> Option<u64> {
        self.mutual_pairs
    }

    /// Cycles of two reviewers and two submissions, of which each reviewer reviews both.
    ///
    /// ```text
    /// sum over pairs of reviewers of c(c - 1)/2,   c = submissions that they have in common
    /// ```
    ///
    /// Such a cycle compares the two submissions twice, where another review could have tied them
    /// to the rest. A random plan of k reviews each has about `(k - 1)^4 / 4`, whatever its size.
    #[must_use]
    pub fn four_cycles(&self) -> u64 {
        self.four_cycles
    }
}
