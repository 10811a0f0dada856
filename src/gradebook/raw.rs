//! What a gradebook looks like outside: read back through the checks of the builder. The total is
//! not stored, it follows from the criteria.

use serde::{Deserialize, Serialize};

use super::builder::{check, total};
use super::{
    Column, Detail, Fit, Gradebook as Book, GradebookError, Known, Prior, ReviewerEstimates,
    Slopes, Warning,
};
use crate::rounding::Rounding;
use crate::rubric::Rubric;

type Numbers = Vec<Option<f64>>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gradebook {
    method: String,
    rubric: Rubric,
    reviews: Vec<u32>,
    criteria: Vec<Numbers>,
    std_error: Option<Numbers>,
    criterion_std_error: Option<Vec<Numbers>>,
    known: Vec<Known>,
    offset: f64,
    weights: Detail,
    corrections: Detail,
    prior: Vec<(f64, Vec<f64>)>,
    reviewers: Option<(Numbers, Numbers)>,
    #[serde(default)]
    slopes: Option<(f64, Numbers)>,
    rounding: Option<Rounding>,
    fit: Fit,
    warnings: Vec<Warning>,
}

fn numbers(column: &Column) -> Numbers {
    column.iter().collect()
}

impl From<Book> for Gradebook {
    fn from(book: Book) -> Self {
        let all = |columns: &Vec<Column>| columns.iter().map(numbers).collect();
        Self {
            criteria: all(&book.criteria),
            std_error: book.std_error.as_ref().map(numbers),
            criterion_std_error: book.criterion_std_error.as_ref().map(all),
            weights: book.weights,
            corrections: book.corrections,
            prior: book.prior.into_iter().map(|prior| (prior.mean, prior.weight)).collect(),
            slopes: book.slopes.map(|slopes| (slopes.centre, numbers(&slopes.slope))),
            reviewers: book.reviewers.map(|r| (numbers(&r.bias), numbers(&r.precision))),
            method: book.method,
            rubric: book.rubric,
            reviews: book.reviews,
            known: book.known,
            offset: book.offset,
            rounding: book.rounding,
            fit: book.fit,
            warnings: book.warnings,
        }
    }
}

impl TryFrom<Gradebook> for Book {
    type Error = GradebookError;

    fn try_from(raw: Gradebook) -> Result<Self, GradebookError> {
        let all = |columns: Vec<Numbers>| {
            columns.into_iter().map(Column::new).collect::<Result<Vec<_>, _>>()
        };
        let slopes = match raw.slopes {
            Some((centre, slope)) => Some(Slopes { centre, slope: Column::new(slope)? }),
            None => None,
        };
        let reviewers = match raw.reviewers {
            Some((bias, precision)) => Some(ReviewerEstimates {
                bias: Column::new(bias)?,
                precision: Column::new(precision)?,
            }),
            None => None,
        };
        let mut book = Self {
            criteria: all(raw.criteria)?,
            total: None,
            std_error: raw.std_error.map(Column::new).transpose()?,
            criterion_std_error: raw.criterion_std_error.map(all).transpose()?,
            weights: raw.weights,
            corrections: raw.corrections,
            prior: raw.prior.into_iter().map(|(mean, weight)| Prior { mean, weight }).collect(),
            reviewers,
            slopes,
            method: raw.method,
            rubric: raw.rubric,
            reviews: raw.reviews,
            known: raw.known,
            offset: raw.offset,
            rounding: raw.rounding.filter(|rounding| !rounding.is_none()),
            fit: raw.fit,
            warnings: raw.warnings,
        };
        let reviews = book.reviews.iter().map(|&count| count as usize).sum();
        let people = book.people().unwrap_or(0);
        book.total = total(&book)?;
        check(&book, reviews, people)?;
        Ok(book)
    }
}
