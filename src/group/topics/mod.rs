//! Who takes which topic: wishes with caps and minima, solved exactly.
//!
//! A [`TopicChoice`] holds what every person thinks of every topic and how many people each topic
//! takes; the [`TopicPlan`] it makes has the lowest total cost that the caps and minima allow, and
//! carries the prices that prove it.

mod choice;
mod error;
mod flow;
mod movers;
mod plan;
mod prices;
mod rounding;
mod verify;
mod violation;

pub use choice::{TopicChoice, Unlisted};
pub use error::TopicError;
pub use plan::TopicPlan;
pub use violation::TopicViolation;

#[cfg(test)]
mod tests;
