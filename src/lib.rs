//! Peer assessment: who reviews what, what grade each submission deserves and how sure we are, how
//! good each reviewer was, and who works with whom.

pub mod aggregate;
pub mod assign;
mod chunks;
mod cohort;
mod csr;
mod error;
mod gradebook;
mod graph;
pub mod group;
mod id;
mod math;
pub mod metrics;
mod reviews;
mod roster;
mod rubric;
mod sample;
mod scale;
mod seed;

pub use aggregate::Aggregator;
pub use assign::{AssignError, Assigner, ReviewPlan};
pub use cohort::{Cohort, CohortBuilder};
pub use error::{
    CohortError, GraphError, ReviewsError, RosterError, RubricError, ScaleError, ScoreError,
};
pub use gradebook::{
    Column, Explanation, Fit, Gradebook, GradebookBuilder, GradebookError, Interval, Line, Source,
    Warning,
};
pub use graph::ReviewGraph;
pub use group::{GroupError, GroupSizes, GroupViolation, Groups, Jigsaw, JigsawPlan, Pods, Strata};
pub use id::{GroupId, Id, PersonId, ReviewId, SubmissionId, TopicId};
pub use reviews::{Duplicates, Reviews, ReviewsBuilder, SelfReview};
pub use roster::Roster;
pub use rubric::{Criterion, Rubric};
pub use scale::Scale;
pub use seed::Seed;
