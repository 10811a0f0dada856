//! Who works with whom.

mod deal;
mod error;
mod groups;
mod redundancy;
mod share;
mod sizes;

pub use deal::Strata;
pub use error::{Division, GroupError};
pub use groups::Groups;
pub use redundancy::redundancy_for;
pub use share::between_share;
pub use sizes::GroupSizes;
