//! What a history looks like outside: columns by person, read back through checks.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Laws, ReviewerHistory, Told};
use crate::aggregate::posterior::effort::EFFORTS;
use crate::aggregate::posterior::nodes::STYLES;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct History {
    /// The variance of biases; shape and rate of the law of precisions.
    law: [f64; 3],
    reviews: Vec<f64>,
    /// Precision, and its product with the mean.
    biases: Vec<[f64; 2]>,
    /// Shape and rate.
    precisions: Vec<[f64; 2]>,
    manners: Vec<[f64; STYLES.len()]>,
    efforts: Vec<[f64; EFFORTS]>,
}

/// A history that is none.
#[derive(Debug, Error)]
pub(super) enum Error {
    #[error("{found} {column} in a history of {people} people")]
    Length { column: &'static str, found: usize, people: usize },
    #[error("person {person}: {column} with {value}, but must be finite{sign}")]
    Value { column: &'static str, person: usize, value: f64, sign: &'static str },
    #[error("the law of reviewers with {value}, but must be finite{sign}")]
    Law { value: f64, sign: &'static str },
}

const FROM_0: &str = ", from 0";
const ABOVE_0: &str = ", above 0";

impl From<ReviewerHistory> for History {
    fn from(ReviewerHistory { law, told, reviews }: ReviewerHistory) -> Self {
        Self {
            law: [law.bias, law.shape, law.rate],
            reviews,
            biases: told.iter().map(|told| [told.precision, told.pull]).collect(),
            precisions: told.iter().map(|told| [told.shape, told.rate]).collect(),
            manners: told.iter().map(|told| told.odds).collect(),
            efforts: told.iter().map(|told| told.efforts).collect(),
        }
    }
}

impl TryFrom<History> for ReviewerHistory {
    type Error = Error;

    fn try_from(raw: History) -> Result<Self, Error> {
        let people = raw.reviews.len();
        for (column, found) in [
            ("biases", raw.biases.len()),
            ("precisions", raw.precisions.len()),
            ("manners", raw.manners.len()),
            ("efforts", raw.efforts.len()),
        ] {
            if found != people {
                return Err(Error::Length { column, found, people });
            }
        }
        check_all("reviews", &raw.reviews, |&own| [own], FROM_0)?;
        check_all("biases", &raw.biases, |own| [own[0]], FROM_0)?;
        check_all("biases", &raw.biases, |own| [own[1]], "")?;
        check_all("precisions", &raw.precisions, |&own| own, FROM_0)?;
        check_all("manners", &raw.manners, |&own| own, "")?;
        check_all("efforts", &raw.efforts, |&own| own, "")?;
        // Before the first assignment there is no law.
        let sign = if raw.reviews.iter().any(|&own| own > 0.0) { ABOVE_0 } else { FROM_0 };
        if let Some(&value) = raw.law.iter().find(|&&value| !is_fine(value, sign)) {
            return Err(Error::Law { value, sign });
        }
        let told = (0..people).map(|v| {
            let ([precision, pull], [shape, rate]) = (raw.biases[v], raw.precisions[v]);
            let (odds, efforts) = (raw.manners[v], raw.efforts[v]);
            Told { precision, pull, shape, rate, odds, efforts }
        });
        let told = told.collect();
        let [bias, shape, rate] = raw.law;
        Ok(Self { law: Laws { bias, shape, rate }, told, reviews: raw.reviews })
    }
}

/// The most that any number is: what is calculated from such is finite.
const MOST: f64 = 1e100;

fn is_fine(value: f64, sign: &'static str) -> bool {
    let large = match sign {
        FROM_0 => value >= 0.0,
        ABOVE_0 => value >= 1.0 / MOST,
        _ => true,
    };
    large && value.abs() <= MOST
}

fn check_all<T, const N: usize>(
    column: &'static str,
    rows: &[T],
    values: impl Fn(&T) -> [f64; N],
    sign: &'static str,
) -> Result<(), Error> {
    for (person, row) in rows.iter().enumerate() {
        if let Some(value) = values(row).into_iter().find(|&value| !is_fine(value, sign)) {
            return Err(Error::Value { column, person, value, sign });
        }
    }
    Ok(())
}
