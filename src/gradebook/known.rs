//! What others than peers say of a submission, and how much that counts.

use super::{Column, Gradebook, MISSING, Source};
use crate::chunks;
use crate::id::SubmissionId;
use crate::math;

/// What staff, an exemplar or an author says of a submission.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct Known {
    pub(crate) submission: SubmissionId,
    pub(crate) grade: f64,
    pub(crate) source: Source,
    /// Its part in the grade, above 0; 1 where it stands in place of what peers say.
    pub(crate) part: f64,
    /// Of the grade; `None` where it is not estimated.
    pub(crate) std_error: Option<f64>,
}

impl Known {
    /// A grade that stands.
    pub(crate) fn standing(submission: SubmissionId, grade: f64, source: Source) -> Self {
        Self { submission, grade, source, part: 1.0, std_error: None }
    }

    /// The grade of the submission of which peers say this.
    pub(super) fn with_peers(&self, peers: Option<f64>) -> f64 {
        match peers {
            Some(peers) if self.part < 1.0 => {
                let grade = self.part * self.grade + (1.0 - self.part) * peers;
                math::clamp(grade, math::min(self.grade, peers), math::max(self.grade, peers))
            }
            _ => self.grade,
        }
    }
}

impl Source {
    /// What stands in an explanation.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::Peers => "grade given by peers",
            Self::Staff => "grade given by staff",
            Self::Exemplar => "known grade of an exemplar",
            Self::SelfReview => "the author's own review",
        }
    }
}

impl Gradebook {
    pub(super) fn known_of(&self, submission: SubmissionId) -> Option<&Known> {
        let found = self.known.binary_search_by_key(&submission, |known| known.submission).ok()?;
        Some(&self.known[found])
    }

    /// The standard error of what peers say, whether or not others say something.
    pub(crate) fn peer_std_error(&self, submission: SubmissionId) -> Option<f64> {
        self.peer_grade(submission)?;
        self.std_error.as_ref()?.get(submission.index())
    }

    /// The same grades, but for these known ones in place of the present: sorted by submission, each
    /// once, within the scale of the total, with parts above 0 and up to 1.
    pub(crate) fn with_known(self, known: Vec<Known>) -> Self {
        Self { known, ..self }
    }

    /// The same, but for what peers say: `points` of the total less, spread over the criteria in
    /// proportion to their ranges and cut to their scales; their standard deviation `sd` widens that
    /// of the grades.
    pub(crate) fn with_offset(mut self, points: f64, sd: f64) -> Self {
        self.offset += points;
        for (c, criterion) in self.rubric.criteria().iter().enumerate() {
            let (low, high) = (criterion.scale().min(), criterion.scale().max());
            let points = self.offset_of(c, points);
            let grades = &self.criteria[c];
            let shifted = chunks::column(grades.len(), |i| match grades.get(i) {
                Some(grade) => math::clamp(grade - points, low, high),
                None => MISSING,
            });
            self.criteria[c] = Column::from_raw(shifted);
        }
        let wider = |errors: &Column, sd: f64| {
            Column::from_raw(chunks::column(errors.len(), |i| match errors.get(i) {
                // Squares of extreme points are no numbers.
                Some(error) => math::min(math::hypot(error, sd), f64::MAX),
                None => MISSING,
            }))
        };
        self.std_error = self.std_error.map(|errors| wider(&errors, sd));
        if let Some(columns) = self.criterion_std_error.take() {
            let columns = columns.iter().enumerate();
            let wider = columns
                .map(|(c, errors)| wider(errors, math::min(self.offset_of(c, sd), f64::MAX)));
            self.criterion_std_error = Some(wider.collect());
        }
        // Columns that were finite are finite within their scales.
        self.total = super::builder::total(&self).unwrap_or_default();
        self
    }

    /// What an offset of the total is in points of a criterion: the same part of every range.
    pub(super) fn offset_of(&self, criterion: usize, points: f64) -> f64 {
        let scale = self.rubric.scale();
        let unit = scale.unit();
        let range = |scale: crate::scale::Scale| scale.max() / unit - scale.min() / unit;
        points * (range(self.rubric.criteria()[criterion].scale()) / range(scale))
    }
}
