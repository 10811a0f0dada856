//! Peer assessment: who reviews what, what grade each submission deserves and how sure we are, how
//! good each reviewer was, and who works with whom.

mod chunks;
pub mod group;
mod id;
mod math;
mod sample;
mod seed;

pub use group::{GroupError, GroupSizes, GroupViolation, Groups, Jigsaw, JigsawPlan, Pods, Strata};
pub use id::{GroupId, Id, PersonId, ReviewId, SubmissionId, TopicId};
pub use seed::Seed;
