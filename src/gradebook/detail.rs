//! What a method says of single reviews, kept as compactly as it can be said.

use super::GradebookError;
use super::builder::{length, within};
use crate::id::PersonId;

/// One number for each review under each criterion.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Detail {
    /// The same for every review.
    Uniform,
    /// One column per criterion, by person: the same for all reviews of one reviewer.
    PerReviewer(Vec<Vec<f64>>),
    /// One column per criterion, by review.
    PerReview(Vec<Vec<f64>>),
}

impl Detail {
    /// The number of a review by a reviewer; `None` where all are the same.
    pub(super) fn at(&self, criterion: usize, review: usize, reviewer: PersonId) -> Option<f64> {
        match self {
            Self::Uniform => None,
            Self::PerReviewer(columns) => Some(columns[criterion][reviewer.index()]),
            Self::PerReview(columns) => Some(columns[criterion][review]),
        }
    }

    /// How many reviews it knows of.
    pub(super) fn reviews(&self) -> Option<usize> {
        match self {
            Self::PerReview(columns) => columns.first().map(Vec::len),
            _ => None,
        }
    }

    /// How many people it knows of.
    pub(super) fn people(&self) -> Option<usize> {
        match self {
            Self::PerReviewer(columns) => columns.first().map(Vec::len),
            _ => None,
        }
    }

    /// Whether there is a column for each criterion, of the right length, and in range.
    pub(super) fn check(
        &self,
        [one, column, all]: [&'static str; 3],
        criteria: usize,
        [reviews, people]: [usize; 2],
        (min, max): (f64, f64),
    ) -> Result<(), GradebookError> {
        let (columns, rows) = match self {
            Self::Uniform => return Ok(()),
            Self::PerReviewer(columns) => (columns, people),
            Self::PerReview(columns) => (columns, reviews),
        };
        length(all, columns.len(), criteria)?;
        columns.iter().try_for_each(|values| {
            length(column, values.len(), rows)?;
            within(one, values.iter().copied(), min, max)
        })
    }
}
