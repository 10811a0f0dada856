//! How good is a review graph: balanced, connected, without favours, and mixing well.
//!
//! Two questions are asked of it. Is anything plainly wrong ([`Counts`])? And how precise can grades
//! be whose reviewers differ in severity ([`inflation`], [`mixing`])? The second is what separates a
//! random plan from a ring: in both everybody gives and receives five reviews, yet in a ring of 1000
//! people the variance of a grade relative to the class is 32 times as large.
//!
//! | measure | range | good | time at 1,000,000 people, 5 reviews each |
//! |---|---|---|---|
//! | [`Counts`] | | | 1 to 2 seconds |
//! | [`mixing`] | `[0, 1]` | near `(sqrt(k-1) + sqrt(d-1)) / sqrt(kd)` | 5 to 10 seconds |
//! | [`inflation`] | `[1, inf)` | near [`optimum`] | 4 to 8 seconds |
//!
//! [`Quality`] is all of them at once, and a [`Warning`] says in words what is wrong. Where reviewers
//! are known to differ, [`Precision`] tells how evenly they are spread. No getter returns NaN or
//! infinity: what is infinite is `None`.
//! The same graph gives the same bits on every platform and any number of threads.

mod components;
mod counts;
mod cycles;
mod design;
mod exact;
mod inflation;
mod mixing;
mod optimum;
mod precision;
#[cfg(test)]
mod tests;
mod warnings;

pub use counts::{Counts, Loads};
pub use inflation::{Inflation, inflation};
pub use mixing::{Mixing, mixing};
pub use optimum::optimum;
pub use precision::Precision;
pub use warnings::Warning;

use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use components::Components;
use design::Design;

/// All measures of a review graph: [`Counts`], [`Mixing`] and [`Inflation`] with nothing known of
/// the reviewers beforehand (lambda = 0).
///
/// ```
/// use peergrade::{Cohort, PersonId, ReviewGraph, SubmissionId};
/// use peergrade::assign::quality::Quality;
///
/// // 13 people, who review the lines of the plane with 13 points: 4 reviews each.
/// let pairs: Vec<_> = (0..13)
///     .flat_map(|line| [0, 1, 3, 9].map(|point| (line, (line + point + 1) % 13)))
///     .map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)))
///     .collect();
/// let graph = ReviewGraph::from_pairs(13, 13, &pairs)?;
/// let quality = Quality::measure(&graph, &Cohort::individuals(13)?);
/// assert_eq!(quality.counts().four_cycles(), 0);
/// assert_eq!(quality.counts().components(), 1);
/// // Small designs may be better than the best large one.
/// assert!(quality.efficiency().unwrap() > 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    counts: Counts,
    mixing: Option<Mixing>,
    inflation: Option<Inflation>,
}

impl Quality {
    /// Measures a graph whose authors are those of this cohort. Time and space are those of its
    /// parts.
    #[must_use]
    pub fn measure(graph: &ReviewGraph, cohort: &Cohort) -> Self {
        let mut quality = Self::of(graph);
        quality.counts.look_at(graph, cohort);
        quality
    }

    /// Measures a graph alone: all but mutual pairs.
    ///
    /// ```
    /// use peergrade::ReviewGraph;
    /// use peergrade::assign::quality::Quality;
    ///
    /// let nothing = Quality::of(&ReviewGraph::from_pairs(2, 2, &[])?);
    /// assert_eq!((nothing.mixing(), nothing.inflation()), (None, None));
    /// # Ok::<(), peergrade::GraphError>(())
    /// ```
    #[must_use]
    pub fn of(graph: &ReviewGraph) -> Self {
        let components = Components::of(graph);
        let design = Design::new(graph, &components);
        Self {
            counts: Counts::with_components(graph, &components),
            mixing: design.as_ref().map(Design::mixing),
            inflation: design.and_then(|design| design.inflation(0.0, inflation::EXACT)),
        }
    }

    /// What can be counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How well the graph mixes; `None` where fewer than two submissions have a review.
    #[must_use]
    pub fn mixing(&self) -> Option<Mixing> {
        self.mixing
    }

    /// What unknown severity costs; `None` where fewer than two submissions have a review.
    #[must_use]
    pub fn inflation(&self) -> Option<Inflation> {
        self.inflation
    }

    /// [`Counts::warnings`], and one for an efficiency below 0.9 of a graph in one part. O(1).
    ///
    /// ```
    /// use peergrade::{PersonId, ReviewGraph, SubmissionId};
    /// use peergrade::assign::quality::Quality;
    ///
    /// // A ring: 100 people, each reviews the next five.
    /// let pairs: Vec<_> = (0..500)
    ///     .map(|i| (SubmissionId::new((i / 5 + i % 5 + 1) % 100), PersonId::new(i / 5)))
    ///     .collect();
    /// let quality = Quality::of(&ReviewGraph::from_pairs(100, 100, &pairs)?);
    /// let warning = quality.warnings()[0].to_string();
    /// assert!(warning.contains("inflates the variance of grades 4.90 times"), "{warning}");
    /// # Ok::<(), peergrade::GraphError>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut found = self.counts.warnings();
        let inflation =
            self.inflation.and_then(|i| Some((i.efficiency()?, i.value()?, i.optimum()?)));
        if let Some((efficiency, inflation, optimum)) = inflation
            && efficiency < warnings::EFFICIENT
        {
            found.push(Warning::Inefficient { efficiency, inflation, optimum });
        }
        found
    }

    /// The optimum over the inflation, see [`Inflation::efficiency`]; `None` where there is neither.
    #[must_use]
    pub fn efficiency(&self) -> Option<f64> {
        self.inflation.and_then(|inflation| inflation.efficiency())
    }
}
