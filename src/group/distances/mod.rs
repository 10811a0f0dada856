//! Groups of people who are far from each other, by any distances: the maximally diverse grouping
//! problem.

mod error;
mod grouping;
mod matrix;
mod search;
mod vectors;

pub use error::{DistanceError, DistanceViolation};
pub use grouping::{DiverseGrouping, DiverseGroups};
pub use matrix::Distances;

#[cfg(test)]
mod tests;
