//! From rows to `Reviews`, with errors in the words of the file.

use std::path::Path;

use peergrade::{
    Cohort, Criterion, GraphError, PersonId, Reviews, ReviewsBuilder, ReviewsError, Roster, Rubric,
    SubmissionId,
};

use super::{Input, ONLY, Own, Policy, Refused, Score};
use crate::common::{Failure, failure};

/// What ids and rows are called in messages.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) path: &'a Path,
    pub(crate) people: &'a Roster<String>,
    pub(crate) submissions: &'a Roster<String, SubmissionId>,
}

impl Names<'_> {
    fn at(&self, line: u32, error: &str) -> Failure {
        failure(self.path, format!("line {line}: {error}"))
    }

    /// A score that came twice.
    fn twice(&self, lines: [u32; 2], pair: (SubmissionId, PersonId), on: &str) -> Failure {
        let key = |key: Option<&String>| key.cloned().unwrap_or_default();
        let (work, reviewer) = (key(self.submissions.key(pair.0)), key(self.people.key(pair.1)));
        let [first, second] = lines;
        self.at(
            second,
            &format!(
                "reviewer `{reviewer}` scored {on}submission `{work}` in line {first} already \
                 (--duplicates says which counts)"
            ),
        )
    }
}

/// Feeds the rows to the builder and translates its errors into keys and lines.
pub(crate) fn collect(
    input: &Input,
    names: Names<'_>,
    cohort: &Cohort,
    (rubric, scores): (Rubric, Vec<Score>),
    staff: &[(SubmissionId, f64, String)],
    notes: &mut Vec<String>,
) -> Result<Reviews, Failure> {
    let (scores, rubric) = match rubric.criteria() {
        [_] => (scores, rubric),
        _ => settle(scores, rubric, input.duplicates, names)?,
    };
    let criteria = rubric.criteria().to_vec();
    let mut rows = Reviews::builder(cohort, rubric);
    rows.duplicates(input.duplicates.into()).allow_self_reviews(input.self_reviews != Own::Error);
    let mut lines = Vec::with_capacity(scores.len() / criteria.len());
    let mut incomplete = 0;
    let whole = |a: &Score, b: &Score| {
        criteria.len() > 1 && (a.submission, a.reviewer) == (b.submission, b.reviewer)
    };
    for review in scores.chunk_by(whole) {
        if review.len() == criteria.len() {
            lines.push(add(&mut rows, review, &criteria, names)?);
        } else if input.incomplete == Refused::Drop {
            incomplete += 1;
        } else {
            return Err(missing(review, &criteria, names));
        }
    }
    if incomplete > 0 {
        notes.push(format!("{incomplete} incomplete reviews are left out"));
    }
    for (submission, grade, place) in staff {
        rows.staff_grade(*submission, *grade)
            .map_err(|error| format!("{place}{}", reworded(&error)))?;
    }
    let reviews = rows.build().map_err(|error| match &error {
        ReviewsError::Graph(GraphError::Duplicate { first, second, submission, reviewer }) => {
            let lines = [*first, *second].map(|row| lines.get(row).copied().unwrap_or(0));
            names.twice(lines, (*submission, *reviewer), "")
        }
        _ => Failure::from(error.to_string()),
    })?;
    let own = reviews.self_reviews().len();
    if own > 0 {
        let fate = if input.self_reviews == Own::Drop { "left out" } else { "kept apart" };
        notes.push(format!("{own} self-reviews are {fate}"));
    }
    Ok(reviews)
}

/// Adds a review and returns the line at which it begins.
fn add(
    rows: &mut ReviewsBuilder<'_>,
    review: &[Score],
    criteria: &[Criterion],
    names: Names<'_>,
) -> Result<u32, Failure> {
    let first = first_line(review);
    let values: Vec<f64> = review.iter().map(|row| row.value).collect();
    rows.add(review[0].submission, review[0].reviewer, &values).map_err(|error| {
        let wrong = match &error {
            ReviewsError::Score { criterion, .. } => {
                criteria.iter().position(|own| own.name() == criterion)
            }
            _ => None,
        };
        names.at(wrong.map_or(first, |criterion| review[criterion].line), &reworded(&error))
    })?;
    Ok(first)
}

fn first_line(review: &[Score]) -> u32 {
    review.iter().map(|row| row.line).min().unwrap_or(0)
}

/// A review that lacks a criterion.
fn missing(review: &[Score], criteria: &[Criterion], names: Names<'_>) -> Failure {
    let there = |c: usize| review.iter().any(|row| row.criterion as usize == c);
    let missing = (0..criteria.len()).find(|&c| !there(c)).unwrap_or(0);
    names.at(
        first_line(review),
        &format!(
            "the review that begins here has no score for criterion `{}` \
             (--incomplete drop leaves it out)",
            criteria[missing].name()
        ),
    )
}

/// The message of an error without the number of a row and without ids, which a line says better.
fn reworded(error: &ReviewsError) -> String {
    match error {
        ReviewsError::Score { criterion, error, .. } if criterion == ONLY => error.to_string(),
        ReviewsError::Score { criterion, error, .. } => format!("criterion `{criterion}`: {error}"),
        ReviewsError::SelfReview { .. } => {
            "the reviewer is an author of the submission (--self-reviews drop leaves it out)".into()
        }
        ReviewsError::KnownGrade { error, .. } => error.to_string(),
        error => error.to_string(),
    }
}

/// Sorts scores of several criteria into reviews, and makes one score of those that one reviewer
/// gave one submission on one criterion.
fn settle(
    mut scores: Vec<Score>,
    rubric: Rubric,
    policy: Policy,
    names: Names<'_>,
) -> Result<(Vec<Score>, Rubric), Failure> {
    let key = |row: &Score| (row.submission, row.reviewer, row.criterion);
    scores.sort_by_key(|row| (key(row), row.line));
    let criteria = rubric.criteria();
    let mut settled = Vec::with_capacity(scores.len());
    let mut means = false;
    for same in scores.chunk_by(|a, b| key(a) == key(b)) {
        let (mut score, last) = (same[0], same[same.len() - 1]);
        if same.len() > 1 {
            let criterion = &criteria[score.criterion as usize];
            match policy {
                Policy::Error => {
                    let on = format!("criterion `{}` of ", criterion.name());
                    let pair = (score.submission, score.reviewer);
                    return Err(names.twice([score.line, same[1].line], pair, &on));
                }
                Policy::First => {}
                Policy::Last => score = last,
                Policy::Mean => {
                    for row in same {
                        let error = |error| format!("criterion `{}`: {error}", criterion.name());
                        criterion
                            .scale()
                            .check(row.value)
                            .map_err(|e| names.at(row.line, &error(e)))?;
                    }
                    means = true;
                    score.value = mean(same.iter().map(|row| row.value).collect());
                }
            }
        }
        settled.push(score);
    }
    if !means {
        return Ok((settled, rubric));
    }
    // A mean may fall between two levels.
    let stepless = |own: &Criterion| Criterion::new(own.name(), own.scale().without_step());
    let rubric = Rubric::new(criteria.iter().map(stepless))?;
    Ok((settled, rubric))
}

/// The mean of scores in whatever order, within them.
fn mean(mut scores: Vec<f64>) -> f64 {
    scores.sort_by(f64::total_cmp);
    let count = scores.len() as f64;
    let mean = scores.iter().fold(0.0, |mean, score| mean + score / count);
    let (low, high) = (scores[0], scores[scores.len() - 1]);
    if mean < low {
        low
    } else if mean > high {
        high
    } else {
        mean
    }
}
