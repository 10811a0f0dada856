//! When people have time: weeks, time zones, and who can meet.

mod cells;
mod error;
mod exchange;
mod week;
mod zones;

pub use error::{AvailabilityError, ExchangeViolation};
pub use exchange::{Exchange, ExchangePairs, Languages, Learner};
pub use week::Week;
pub use zones::{UtcOffset, ZoneGroups, waking_overlap};
