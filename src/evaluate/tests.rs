//! Known answers of the measures that run a method again.

mod held_out;
mod redraws;
mod replays;

use crate::aggregate::{AggregateError, Aggregator};
use crate::{Cohort, Column, Gradebook, PersonId, Reviews, Rubric, Scale, SubmissionId};

fn work(number: u32) -> SubmissionId {
    SubmissionId::new(number)
}

fn person(number: u32) -> PersonId {
    PersonId::new(number)
}

fn single(max: f64) -> Rubric {
    Rubric::single(Scale::new(0.0, max).unwrap())
}

/// Reviews among people with a work each: submission, reviewer, scores.
fn course(rubric: Rubric, people: usize, rows: &[(u32, u32, &[f64])]) -> Reviews {
    let cohort = Cohort::individuals(people).unwrap();
    let mut builder = Reviews::builder(&cohort, rubric);
    for &(submission, reviewer, scores) in rows {
        builder.add(work(submission), person(reviewer), scores).unwrap();
    }
    builder.build().unwrap()
}

/// Says the same of every submission and every reviewer.
#[derive(Debug, Clone, Copy, Default)]
struct Same {
    grade: Option<f64>,
    std_error: Option<f64>,
    bias: Option<f64>,
    precision: Option<f64>,
}

impl Aggregator for Same {
    fn name(&self) -> &'static str {
        "same"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let graph = reviews.graph();
        let works = |value| Column::new(vec![value; graph.submissions()]);
        let people = |value| Column::new(vec![value; graph.people()]);
        let mut book = Gradebook::builder(reviews, self.name());
        for _ in reviews.rubric().criteria() {
            book = book.criterion(works(self.grade)?);
        }
        let book = book.std_error(works(self.std_error)?);
        Ok(book.reviewers(people(self.bias)?, people(self.precision)?).build()?)
    }
}
