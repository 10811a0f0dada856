//! Peer assessment: who reviews what, what grade each submission deserves and how sure we are, how
//! good each reviewer was, where staff should look, and who works with whom.
//!
//! The story in one page. The application's keys become dense ids ([`Roster`]); people and what
//! they wrote make a [`Cohort`]; an [`Assigner`] finds a [`ReviewPlan`]; what reviewers say is
//! checked once and collected in [`Reviews`]; an [`Aggregator`] turns them into a [`Gradebook`],
//! which can explain every grade; [`oversight`] shows where staff should look, and [`Jigsaw`] and
//! [`Pods`] say who learns with whom.
//!
//! To judge all that: [`simulate`] makes courses of which the truth is known, [`metrics`] say how far
//! grades are from it, [`evaluate`] does without a truth, and the [`league`] runs every method on
//! every scenario.
//!
//! ```
//! use peergrade::aggregate::{Aggregator, Posterior};
//! use peergrade::{Assigner, Cohort, Reviews, Roster, Rubric, Scale, Seed};
//!
//! // Keys from a database, in any order.
//! let people: Roster<&str> = Roster::new(["ben", "ana", "cleo", "dora", "emil", "fay"])?;
//! let cohort = Cohort::individuals(people.len())?;
//!
//! // Everybody reviews two others and is reviewed by two.
//! let plan = Assigner::new(2).assign(&cohort, Seed::new(2026))?;
//!
//! // The reviews come in; here all but one, from 0 to 10.
//! let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
//! for (i, (submission, reviewer)) in plan.graph().iter().enumerate().skip(1) {
//!     rows.add(submission, reviewer, &[4.0 + (i % 5) as f64])?;
//! }
//! let reviews = rows.build()?;
//!
//! let grades = Posterior::default().aggregate(&reviews)?;
//! for (submission, key) in (0..).map(peergrade::SubmissionId::new).zip(people.keys()) {
//!     let grade = grades.grade(submission).unwrap();
//!     let interval = grades.interval(submission, 0.9).unwrap();
//!     println!("{key}: {grade:.1}, between {:.1} and {:.1}", interval.low, interval.high);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Promises
//!
//! - **Same bits.** One crate version, seed and input, in any order of rows, give the same bits on
//!   every platform with IEEE doubles, on any number of threads, with or without `rayon`:
//!   [`determinism`] says exactly what that means and how it is checked.
//! - **No panic, no NaN.** Data that make no sense are an error that names row, id, value and
//!   limit. A submission of which nothing is known has no grade: `None`.
//! - **Exact.** A plan keeps every rule and spreads the reviews within one, but for quotas and kept
//!   reviews that the caller sets; or the request is impossible and a
//!   [`Shortage`](assign::Shortage) proves it. Plans, pods and jigsaws can `verify` themselves.
//! - **Explained.** [`Gradebook::explain`] gives the lines that add up to a grade.
//! - **Linear.** Time and memory grow with the number of reviews: a million learners with five
//!   reviews each take seconds.
//!
//! # How to read these pages
//!
//! Every type and every function that decides something has an example that runs. A getter or a
//! setter without one only reads or sets what its type holds: the example of the type shows how.
//!
//! # Features
//!
//! - `serde`: ids, seed, roster, scale, rubric, cohort, graph, reviews, gradebook, assigner, plan,
//!   queue and groups can be written and read; reading goes through the checks of building.
//!   With JSON, turn on `float_roundtrip` of `serde_json`, or some numbers change in the last bit.
//! - `rayon`: several cores. Changes no bit of any result.

// The x87 unit rounds twice, so that not even sums are the same bits.
#[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
compile_error!("peergrade needs SSE2 on 32-bit x86: the x87 unit does not give the same bits");

pub mod aggregate;
pub mod assign;
mod chunks;
mod cohort;
mod csr;
/// The promise of equal bits: what it covers and what not, what endangers it, and how it is checked.
///
#[cfg_attr(doc, doc = include_str!("DETERMINISM.md"))]
pub mod determinism {}
mod eigen;
mod error;
pub mod evaluate;
#[cfg(test)]
#[path = "../tests/golden"]
mod golden {
    //! The golden vectors of what is private here.
    pub(crate) mod case;
    pub(crate) mod math;
    pub(crate) mod sample;
}
mod gradebook;
mod graph;
pub mod group;
mod id;
pub mod league;
mod math;
pub mod metrics;
pub mod oversight;
mod quota;
mod rankings;
mod reviews;
mod roster;
mod rounding;
mod rubric;
mod sample;
mod scale;
mod seed;
pub mod simulate;

pub use aggregate::Aggregator;
pub use assign::{AssignError, Assigner, ReviewPlan};
pub use cohort::{Cohort, CohortBuilder};
pub use error::{
    CohortError, GraphError, QuotaError, ReviewsError, RosterError, RubricError, ScaleError,
    ScoreError,
};
pub use gradebook::{
    Adjustment, Column, Explanation, Fit, Gradebook, GradebookBuilder, GradebookError, Interval,
    LevelChoice, Line, Publish, PublishError, Published, Source, Warning,
};
pub use graph::ReviewGraph;
pub use group::{
    AvailabilityError, DistanceError, Distances, DiverseGrouping, DiverseGroups, FormError, Formed,
    GroupError, GroupFormer, GroupReport, GroupSizes, GroupViolation, Groups, Jigsaw, JigsawPlan,
    PairsError, Pods, RepairError, RolePlan, Roles, RolesError, RoundPlan, Rounds, RoundsError,
    RunningGroups, RunningJigsaw, Strata, TopicChoice, TopicError, TopicPlan, Traits,
    TraitsBuilder, TraitsError, UtcOffset, Week,
};
pub use id::{GroupId, Id, PersonId, ReviewId, SubmissionId, TopicId};
pub use quota::Quota;
pub use rankings::{Ranking, Rankings, RankingsBuilder, RankingsError};
pub use reviews::{Duplicates, Reviews, ReviewsBuilder, SelfReview};
pub use roster::Roster;
pub use rounding::{Halves, Rounding, RoundingError};
pub use rubric::{Criterion, Rubric};
pub use scale::Scale;
pub use seed::Seed;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
