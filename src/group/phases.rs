//! What happens in which groups: the variants of the jigsaw.

use core::fmt;

/// Who works together in a phase.
///
/// ```
/// use peergrade::group::Meeting;
///
/// assert_eq!(Meeting::Experts.to_string(), "expert groups");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Meeting {
    /// Everybody alone.
    Alone,
    /// The home groups.
    Homes,
    /// The expert groups.
    Experts,
    /// The whole course.
    Course,
}

impl fmt::Display for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alone => "alone",
            Self::Homes => "home groups",
            Self::Experts => "expert groups",
            Self::Course => "whole course",
        })
    }
}

/// A phase of a jigsaw: who meets, for what.
///
/// ```
/// use peergrade::group::{JigsawPhase, Meeting};
///
/// let phase = JigsawPhase::new(Meeting::Homes, "compare notes");
/// assert_eq!(phase.to_string(), "home groups: compare notes");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct JigsawPhase {
    meeting: Meeting,
    activity: std::borrow::Cow<'static, str>,
}

impl JigsawPhase {
    /// A phase in which these people meet for this.
    ///
    /// ```
    /// # use peergrade::group::{JigsawPhase, Meeting};
    /// let week = 3;
    /// let phase = JigsawPhase::new(Meeting::Alone, format!("read chapter {week}"));
    /// assert_eq!(phase.activity(), "read chapter 3");
    /// ```
    #[must_use]
    pub fn new(meeting: Meeting, activity: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self { meeting, activity: activity.into() }
    }

    /// Who meets.
    ///
    /// ```
    /// # use peergrade::group::{JigsawPhase, Meeting};
    /// assert_eq!(JigsawPhase::new(Meeting::Alone, "read").meeting(), Meeting::Alone);
    /// ```
    #[must_use]
    pub fn meeting(&self) -> Meeting {
        self.meeting
    }

    /// What they do.
    ///
    /// ```
    /// # use peergrade::group::{JigsawPhase, Meeting};
    /// assert_eq!(JigsawPhase::new(Meeting::Alone, "read").activity(), "read");
    /// ```
    #[must_use]
    pub fn activity(&self) -> &str {
        &self.activity
    }
}

impl fmt::Display for JigsawPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.meeting, self.activity)
    }
}

const fn phase(meeting: Meeting, activity: &'static str) -> JigsawPhase {
    JigsawPhase { meeting, activity: std::borrow::Cow::Borrowed(activity) }
}

static ONE: [JigsawPhase; 5] = [
    phase(Meeting::Homes, "hand out the topics"),
    phase(Meeting::Alone, "read about the own topic"),
    phase(Meeting::Experts, "study the topic"),
    phase(Meeting::Homes, "teach the topics to one another"),
    phase(Meeting::Alone, "take a test on all topics"),
];

static TWO: [JigsawPhase; 5] = [
    phase(Meeting::Alone, "read about all topics, with the questions of the own one"),
    phase(Meeting::Experts, "study the topic"),
    phase(Meeting::Homes, "teach the topics to one another"),
    phase(Meeting::Alone, "take a test on all topics"),
    phase(Meeting::Homes, "see the score of the home, from each member's improvement"),
];

static THREE: [JigsawPhase; 6] = [
    phase(Meeting::Alone, "read about all topics, with the questions of the own one"),
    phase(Meeting::Experts, "study the topic"),
    phase(Meeting::Homes, "teach the topics to one another"),
    phase(Meeting::Homes, "review all topics together before the test"),
    phase(Meeting::Alone, "take a test on all topics"),
    phase(Meeting::Homes, "see the score of the home, from each member's improvement"),
];

static FOUR: [JigsawPhase; 9] = [
    phase(Meeting::Course, "introduce the subject"),
    phase(Meeting::Homes, "hand out the questions of the topics"),
    phase(Meeting::Experts, "study the topic"),
    phase(Meeting::Experts, "take a quiz on the topic, to see that the answers are right"),
    phase(Meeting::Homes, "teach the topics to one another"),
    phase(Meeting::Homes, "take a quiz on all topics, to see that the answers are right"),
    phase(Meeting::Homes, "review all topics together before the test"),
    phase(Meeting::Alone, "take a test on all topics"),
    phase(Meeting::Course, "teach again what the test found missing"),
];

/// The published variants of the jigsaw. All have the same groups; they differ in the phases.
///
/// - `One`: Aronson, Blaney, Stephan, Sikes, Snapp, The Jigsaw Classroom, 1978.
/// - `Two`: Slavin, Using Student Team Learning, 1980: everybody reads everything, the test is
///   individual, and improvements make a score of the home.
/// - `Three`: the second with a review at home before the test (Stahl 1994).
/// - `Four`: Holliday, Jigsaw IV, 2002 (ERIC ED465687): an introduction, quizzes in expert groups and
///   homes on whether the answers are right, and teaching again where the test found gaps.
///
/// ```
/// use peergrade::group::{JigsawVariant, Meeting};
///
/// let quizzes = JigsawVariant::Four.phases().iter().filter(|phase| phase.activity().contains("quiz"));
/// let meetings: Vec<_> = quizzes.map(|phase| phase.meeting()).collect();
/// assert_eq!(meetings, [Meeting::Experts, Meeting::Homes]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum JigsawVariant {
    /// The first.
    #[default]
    One,
    /// With a score of the home.
    Two,
    /// With a review at home before the test.
    Three,
    /// With an introduction, quizzes and teaching again.
    Four,
}

impl JigsawVariant {
    /// What happens in which groups, in order.
    ///
    /// ```
    /// # use peergrade::group::{JigsawVariant, Meeting};
    /// let homes = |variant: JigsawVariant| {
    ///     variant.phases().iter().filter(|phase| phase.meeting() == Meeting::Homes).count()
    /// };
    /// assert_eq!((homes(JigsawVariant::One), homes(JigsawVariant::Three)), (2, 3));
    /// ```
    #[must_use]
    pub fn phases(self) -> &'static [JigsawPhase] {
        match self {
            Self::One => &ONE,
            Self::Two => &TWO,
            Self::Three => &THREE,
            Self::Four => &FOUR,
        }
    }
}
