//! Who works with whom: balanced groups, pods, pairs and the jigsaw classroom.
//!
//! A [`Groups`] value is a partition of the people `0..n`. [`Pods`] makes one by chance, or spreads
//! an order of the people ([`Strata`]) evenly over the groups. A [`GroupFormer`] makes one that is
//! balanced over all that is known of the people ([`Traits`]), under rules; [`evaluate`] measures any.
//! [`Rounds`] change groups so that nobody meets twice. A [`Jigsaw`] makes two linked partitions: in
//! its home group every person holds another topic, and the people of one topic study it together
//! in expert groups before they go home and teach it. Topics can follow wishes ([`TopicChoice`]), and
//! homes that lost people are repaired while the course runs ([`RunningJigsaw`]), as other groups are
//! ([`RunningGroups`]). A [`DiverseGrouping`] puts people together who are far apart by any
//! [`Distances`].
//!
//! ```
//! use peergrade::{Jigsaw, Seed};
//!
//! let jigsaw = Jigsaw::topics(5);
//! let plan = jigsaw.form(32, Seed::new(1))?;
//! assert_eq!(plan.homes().len(), 6); // four of 5 and two of 6
//! plan.verify(&jigsaw)?;
//! println!("{}", plan.remainder());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod availability;
mod balance;
mod change;
mod deal;
mod distances;
mod error;
mod evaluate;
mod former;
mod groups;
mod jigsaw;
#[cfg(test)]
mod laws;
mod pairs;
mod phases;
mod plan;
mod pods;
mod redundancy;
mod remainder;
mod roles;
mod rounds;
mod running;
mod share;
mod sizes;
mod topics;
mod traits;
mod verify;
mod violation;

pub use availability::{
    AvailabilityError, Exchange, ExchangePairs, ExchangeViolation, Languages, Learner, UtcOffset,
    Week, ZoneGroups, waking_overlap,
};
pub use change::{Change, ChangeError, RunningGroups};
pub use deal::Strata;
pub use distances::{DistanceError, DistanceViolation, Distances, DiverseGrouping, DiverseGroups};
pub use error::{Division, GroupError};
pub use evaluate::{CategoryReport, ColumnReport, Extreme, GroupReport, LevelReport, evaluate};
pub use former::{Effort, FormError, Formed, GroupFormer, Mode, Objective, Rule, Stop, Strength};
pub use groups::Groups;
pub use jigsaw::Jigsaw;
pub use pairs::{
    Ladder, Mentee, Mentor, Mentoring, PairsError, PairsViolation, Pyramid, TutorPair, TutorPairs,
    Tutoring, Unmatched, match_mentors, match_mentors_by_wishes,
};
pub use phases::{JigsawPhase, JigsawVariant, Meeting};
pub use plan::JigsawPlan;
pub use pods::Pods;
pub use redundancy::redundancy_for;
pub use remainder::Remainder;
pub use roles::{Combined, RoleHistory, RolePlan, RoleViolation, Roles, RolesError};
pub use rounds::{Guarantee, RoundMethod, RoundPlan, RoundViolation, Rounds, RoundsError};
pub use running::{Joined, Move, Repair, RepairError, RepairPolicy, RunningJigsaw};
pub use share::between_share;
pub use sizes::GroupSizes;
pub use topics::{TopicChoice, TopicError, TopicPlan, TopicViolation, Unlisted};
pub use traits::{Traits, TraitsBuilder, TraitsError};
pub use violation::GroupViolation;
