//! Pairs and ladders of pairs: tutors, mentors, think-pair-share.

mod error;
mod glover;
mod mentors;
mod pyramid;
mod tutors;
mod wishes;

pub use error::{PairsError, PairsViolation};
pub use mentors::{Mentee, Mentor, Mentoring, Unmatched, match_mentors};
pub use pyramid::{Ladder, Pyramid};
pub use tutors::{TutorPair, TutorPairs, Tutoring};
pub use wishes::match_mentors_by_wishes;
