//! Peer assessment: who reviews what, what grade each submission deserves and how sure we are, how
//! good each reviewer was, and who works with whom.

mod chunks;
mod id;
mod math;
pub mod metrics;
mod sample;
mod seed;

pub use id::{GroupId, Id, PersonId, ReviewId, SubmissionId, TopicId};
pub use seed::Seed;
