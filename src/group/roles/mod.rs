//! Roles.
mod colour;
pub(super) use colour::colour;
