//! What is wrong with a design, in words.

use core::fmt;

/// Below this efficiency a design is far from a random one, which has .99 and more.
pub(super) const EFFICIENT: f64 = 0.9;
/// With two reviews each, up to this many works are no worse off than a large course with three.
pub(super) const FEW: usize = 5;

/// Something about a review graph that costs grades their meaning, with its numbers. `Display` says
/// it in plain words, and what would help.
///
/// Made by [`Counts::warnings`](super::Counts::warnings), and with the efficiency by
/// [`Quality::warnings`](super::Quality::warnings).
///
/// ```
/// use peergrade::{Assigner, Cohort, Seed};
/// use peergrade::assign::quality::{Counts, Warning};
///
/// // Two reviews each: however they are drawn, the plan is a set of rings.
/// let cohort = Cohort::individuals(60)?;
/// let plan = Assigner::new(2).assign(&cohort, Seed::new(1))?;
/// let warnings = Counts::measure(plan.graph(), &cohort).warnings();
/// assert!(warnings.iter().any(|warning| matches!(warning, Warning::TooFewReviews { .. })));
///
/// let plan = Assigner::new(3).assign(&cohort, Seed::new(1))?;
/// assert_eq!(Counts::measure(plan.graph(), &cohort).warnings(), []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Works that nobody reviews.
    WithoutReview {
        /// How many.
        works: usize,
        /// Of how many.
        of: usize,
    },
    /// Works whose grade is the score of one person.
    SingleReview {
        /// How many.
        works: usize,
        /// Of how many.
        of: usize,
    },
    /// People who may review and are given nothing. Staff, and who has a quota of 0, do not count.
    WithoutWork {
        /// How many.
        people: usize,
        /// Of how many.
        of: usize,
    },
    /// People give numbers of reviews that differ by more than one. Who gives none, has a quota of
    /// their own or is staff does not count.
    UnevenGiven {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Works receive numbers of reviews that differ by more than one. A work that receives none or
    /// has no author (an exemplar) does not count.
    UnevenReceived {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// No review connects one part of the graph with another.
    Parts {
        /// How many parts.
        parts: usize,
        /// Works of the smallest.
        smallest: usize,
        /// Works of the largest.
        largest: usize,
    },
    /// `(k - 1)(d - 1) <= 1` for the mean loads k and d, and more than five works: every part is a
    /// chain or a ring, along which grades drift apart. Inflation grows as n/3 with the works n of a
    /// part.
    TooFewReviews {
        /// Reviews that people give on average, k.
        given: f64,
        /// Reviews that works receive on average, d.
        received: f64,
        /// Works of the largest part, n.
        works: usize,
    },
    /// The efficiency is below 0.9: reviewers meet the same works again and again.
    Inefficient {
        /// [`Quality::efficiency`](super::Quality::efficiency).
        efficiency: f64,
        /// By what factor unknown severity inflates the variance of grades.
        inflation: f64,
        /// The factor that a large random plan has.
        optimum: f64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::WithoutReview { works, of } => {
                write!(f, "{works} of {of} works receive no review: peers cannot grade them")
            }
            Self::SingleReview { works, of } => write!(
                f,
                "{works} of {of} works receive a single review: nothing tells a severe reviewer \
                 from a poor work; three reviews would"
            ),
            Self::WithoutWork { people, of } => {
                write!(f, "{people} of {of} people who may review have nothing to review")
            }
            Self::UnevenGiven { min, max } => write!(
                f,
                "people give {min} to {max} reviews: the load of some is {} above that of others",
                max - min
            ),
            Self::UnevenReceived { min, max } => write!(
                f,
                "works receive {min} to {max} reviews: some grades are less sure than others"
            ),
            Self::Parts { parts, smallest, largest } => write!(
                f,
                "no review connects {parts} parts of {smallest} to {largest} works: grades of two \
                 parts can be compared only as far as their reviewers are known to be equally \
                 severe; an exemplar for everybody, or three reviews each drawn from all works, \
                 would connect them"
            ),
            Self::TooFewReviews { given, received, works } => write!(
                f,
                "people give {given:.1} reviews and works receive {received:.1}: such a plan ties \
                 works together in rings at best, here of up to {works} works, along which grades \
                 drift apart; three reviews each, or an exemplar of known grade for everybody, would \
                 help"
            ),
            Self::Inefficient { efficiency, inflation, optimum } => write!(
                f,
                "unknown severity of reviewers inflates the variance of grades {inflation:.2} \
                 times, in a large random plan {optimum:.2} times (efficiency {efficiency:.2}): the \
                 same reviewers meet the same works; a random plan, or an exemplar of known grade \
                 for everybody, would help"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
