//! Reviews, staff grades and exemplars.

use peergrade::{
    Cohort, Criterion, Duplicates, GraphError, ReviewGraph, Reviews, ReviewsError, Rubric, Scale,
    ScoreError,
};

use super::{Outcome, Row, alone, pair, person, same, says, single, ten, work};

/// A row added to reviews of three people.
fn add(submission: u32, reviewer: u32, scores: &[f64]) -> Result<(), ReviewsError> {
    let cohort = alone(3);
    let mut rows = Reviews::builder(&cohort, single());
    rows.add(work(submission), person(reviewer), scores).map(|_| ())
}

fn bad_score(score: f64, error: ScoreError) -> Outcome {
    let expected = ReviewsError::Score {
        row: 0,
        submission: work(0),
        reviewer: person(1),
        criterion: "score".into(),
        error,
    };
    same(add(0, 1, &[score]), Err(expected))
}

/// Person 1 scores submission 0 twice, a row of person 2 stands between, and one was refused.
fn twice(policy: Duplicates, second: f64) -> Result<Vec<f64>, ReviewsError> {
    let cohort = alone(3);
    let mut rows = Reviews::builder(&cohort, single());
    rows.duplicates(policy).add(work(0), person(1), &[4.0])?;
    let refused = rows.add(work(0), person(2), &[99.0]).is_err();
    assert!(refused);
    rows.add(work(0), person(2), &[9.0])?.add(work(0), person(1), &[second])?;
    Ok(rows.build()?.scores_of(work(0), 0).to_vec())
}

fn duplicate() -> Result<Vec<f64>, ReviewsError> {
    let (submission, reviewer) = pair(0, 1);
    Err(GraphError::Duplicate { first: 0, second: 3, submission, reviewer }.into())
}

/// One known grade of each of these submissions of three.
fn known(staff: &[(u32, f64)], exemplars: &[(u32, f64)]) -> Result<usize, ReviewsError> {
    let cohort = alone(3);
    let mut rows = Reviews::builder(&cohort, single());
    for &(submission, grade) in staff {
        rows.staff_grade(work(submission), grade)?;
    }
    for &(submission, grade) in exemplars {
        rows.exemplar(work(submission), grade)?;
    }
    let reviews = rows.build()?;
    Ok(reviews.staff_grades().len() + reviews.exemplars().len())
}

/// Columns for the graph in which person 1 reviews submission 0.
fn columns(columns: Vec<Vec<f64>>) -> Result<usize, ReviewsError> {
    let graph = ReviewGraph::from_pairs(2, 2, &[pair(0, 1)])?;
    Reviews::from_columns(&alone(2), graph, single(), columns).map(|r| r.graph().reviews())
}

pub(super) const ROWS: &[Row] = &[
    ("room for more rows than there can be", || {
        let cohort = alone(3);
        let mut rows = Reviews::builder(&cohort, single());
        rows.reserve(usize::MAX).reserve(usize::MAX / 8).add(work(0), person(1), &[4.0]).unwrap();
        same(rows.build().map(|reviews| reviews.graph().reviews()), Ok(1))
    }),
    ("review with score NaN", || bad_score(f64::NAN, ScoreError::NotFinite { score: f64::NAN })),
    ("review with score inf", || {
        bad_score(f64::INFINITY, ScoreError::NotFinite { score: f64::INFINITY })
    }),
    ("review above the scale", || {
        bad_score(10.5, ScoreError::OutOfRange { score: 10.5, min: 0.0, max: 10.0 })?;
        says(
            add(0, 1, &[10.5]),
            "row 0: reviewer 1, submission 0, criterion \"score\": score 10.5 is outside 0..10",
        )
    }),
    ("review with score -0.0", || {
        let cohort = alone(2);
        let mut rows = Reviews::builder(&cohort, single());
        rows.add(work(0), person(1), &[-0.0]).unwrap();
        same(rows.build().unwrap().column(0), &[0.0])
    }),
    ("review of an unknown submission", || {
        let error = GraphError::UnknownSubmission { row: 0, submission: work(3), submissions: 3 };
        same(add(3, 1, &[5.0]), Err(error.into()))?;
        says(add(u32::MAX, 1, &[5.0]), "row 0: submission 4294967295 is not one of 3")
    }),
    ("review by an unknown reviewer", || {
        let error = GraphError::UnknownReviewer { row: 0, reviewer: person(u32::MAX), people: 3 };
        same(add(0, u32::MAX, &[5.0]), Err(error.into()))
    }),
    ("review without a score", || {
        let (submission, reviewer) = pair(0, 1);
        let error =
            ReviewsError::ScoreCount { row: 0, submission, reviewer, given: 0, criteria: 1 };
        same(add(0, 1, &[]), Err(error))?;
        says(add(0, 1, &[]), "row 0: reviewer 1, submission 0: 0 scores for 1 criteria")
    }),
    ("review with a score too many", || {
        let (submission, reviewer) = pair(0, 1);
        let error =
            ReviewsError::ScoreCount { row: 0, submission, reviewer, given: 2, criteria: 1 };
        same(add(0, 1, &[1.0, 2.0]), Err(error))
    }),
    ("review of one's own work", || {
        let (submission, reviewer) = pair(1, 1);
        same(add(1, 1, &[5.0]), Err(ReviewsError::SelfReview { row: 0, submission, reviewer }))?;
        says(add(1, 1, &[5.0]), "row 0: reviewer 1 is an author of submission 1")
    }),
    ("review of one's team's work", || {
        let mut cohort = Cohort::builder(3).unwrap();
        cohort.submission(&[person(2), person(0)]).unwrap();
        let cohort = cohort.build();
        let mut rows = Reviews::builder(&cohort, single());
        let (submission, reviewer) = pair(0, 2);
        let error = ReviewsError::SelfReview { row: 0, submission, reviewer };
        same(rows.add(submission, reviewer, &[5.0]).map(|_| ()), Err(error))?;
        // What was refused is not there, what follows is.
        rows.add(submission, person(1), &[6.0]).unwrap();
        same(rows.build().unwrap().scores_of(submission, 0), &[6.0])
    }),
    ("self-review that is allowed counts nowhere", || {
        let cohort = alone(2);
        let mut rows = Reviews::builder(&cohort, single());
        rows.allow_self_reviews(true).add(work(0), person(0), &[10.0]).unwrap();
        let reviews = rows.build().unwrap();
        same((reviews.graph().reviews(), reviews.self_reviews().len()), (0, 1))
    }),
    ("self-review twice", || {
        let cohort = alone(2);
        let mut rows = Reviews::builder(&cohort, single());
        rows.allow_self_reviews(true).add(work(0), person(0), &[10.0]).unwrap();
        rows.add(work(0), person(0), &[9.0]).unwrap();
        let (submission, reviewer) = pair(0, 0);
        let error = GraphError::Duplicate { first: 0, second: 1, submission, reviewer };
        same(rows.build(), Err(error.into()))?;
        let first = rows.duplicates(Duplicates::First).build().unwrap();
        same(first.self_reviews()[0].scores(), &[10.0])
    }),
    ("pair twice with the same score", || same(twice(Duplicates::Error, 4.0), duplicate())),
    ("pair twice with another score", || {
        same(twice(Duplicates::Error, 7.0), duplicate())?;
        says(twice(Duplicates::Error, 7.0), "row 3: reviewer 1 has submission 0 in row 0 already")
    }),
    ("pair twice, first", || same(twice(Duplicates::First, 7.0), Ok(vec![4.0, 9.0]))),
    ("pair twice, last", || same(twice(Duplicates::Last, 7.0), Ok(vec![7.0, 9.0]))),
    ("pair twice, mean", || same(twice(Duplicates::Mean, 7.0), Ok(vec![5.5, 9.0]))),
    ("pair twice, mean, same score", || same(twice(Duplicates::Mean, 4.0), Ok(vec![4.0, 9.0]))),
    ("staff grade of nothing", || {
        let error =
            ReviewsError::UnknownGraded { kind: "staff", submission: work(3), submissions: 3 };
        same(known(&[(3, 5.0)], &[]), Err(error))
    }),
    ("staff grade outside the scale", || {
        let error = ScoreError::OutOfRange { score: 11.0, min: 0.0, max: 10.0 };
        let error = ReviewsError::KnownGrade { kind: "staff", submission: work(1), error };
        same(known(&[(1, 11.0)], &[]), Err(error))?;
        says(known(&[(1, 11.0)], &[]), "staff grade of submission 1: score 11 is outside 0..10")
    }),
    ("staff grade NaN", || {
        let error = ScoreError::NotFinite { score: f64::NAN };
        let error = ReviewsError::KnownGrade { kind: "staff", submission: work(0), error };
        same(known(&[(0, f64::NAN)], &[]), Err(error))
    }),
    ("staff grade between steps is one", || {
        let cohort = alone(2);
        let steps = Rubric::single(Scale::with_step(0.0, 10.0, 1.0).unwrap());
        let mut rows = Reviews::builder(&cohort, steps);
        let reviews = rows.staff_grade(work(0), 7.25).unwrap().build().unwrap();
        same(reviews.staff_grade(work(0)), Some(7.25))
    }),
    ("staff grade twice", || {
        let error = ReviewsError::DuplicateGrade { kind: "staff", submission: work(1) };
        same(known(&[(1, 5.0), (0, 1.0), (1, 5.0)], &[]), Err(error))
    }),
    ("exemplar of nothing", || {
        let error = ReviewsError::UnknownGraded {
            kind: "exemplar",
            submission: work(u32::MAX),
            submissions: 3,
        };
        same(known(&[], &[(u32::MAX, 5.0)]), Err(error))
    }),
    ("exemplar outside the scale", || {
        let error = ScoreError::OutOfRange { score: -1.0, min: 0.0, max: 10.0 };
        let error = ReviewsError::KnownGrade { kind: "exemplar", submission: work(0), error };
        same(known(&[], &[(0, -1.0)]), Err(error))
    }),
    ("exemplar twice", || {
        let error = ReviewsError::DuplicateGrade { kind: "exemplar", submission: work(2) };
        same(known(&[], &[(2, 5.0), (2, 6.0)]), Err(error))
    }),
    ("exemplar that staff graded", || {
        let error = ReviewsError::DuplicateGrade { kind: "staff", submission: work(2) };
        same(known(&[(2, 5.0)], &[(2, 5.0)]), Err(error))?;
        says(known(&[(2, 5.0)], &[(2, 5.0)]), "submission 2 has a staff grade already")
    }),
    ("columns too few", || {
        same(columns(vec![]), Err(ReviewsError::ColumnCount { given: 0, criteria: 1 }))
    }),
    ("column too long", || {
        let criterion = "score".into();
        let error = ReviewsError::ColumnLength { criterion, given: 2, reviews: 1 };
        same(columns(vec![vec![1.0, 2.0]]), Err(error))
    }),
    ("column with NaN", || {
        let (submission, reviewer) = pair(0, 1);
        let error = ScoreError::NotFinite { score: f64::NAN };
        let criterion = "score".into();
        let error = ReviewsError::Score { row: 0, submission, reviewer, criterion, error };
        same(columns(vec![vec![f64::NAN]]), Err(error))
    }),
    ("columns for another cohort", || {
        let graph = ReviewGraph::from_pairs(3, 2, &[]).unwrap();
        let error = ReviewsError::OtherCohort { what: "people", given: 3, expected: 2 };
        same(Reviews::from_columns(&alone(2), graph, single(), vec![vec![]]), Err(error))
    }),
    ("columns of a self-review", || {
        let graph = ReviewGraph::from_pairs(2, 2, &[pair(1, 1)]).unwrap();
        let (submission, reviewer) = pair(1, 1);
        let error = ReviewsError::SelfReview { row: 0, submission, reviewer };
        same(Reviews::from_columns(&alone(2), graph, single(), vec![vec![5.0]]), Err(error))
    }),
    ("reviews asked for what is not there", || {
        let cohort = alone(2);
        let reviews = Reviews::builder(&cohort, single()).build().unwrap();
        same(reviews.scores_of(work(u32::MAX), usize::MAX), &[])?;
        same((reviews.column(1), reviews.total(0.into())), (&[][..], None))?;
        same((reviews.staff_grade(work(9)), reviews.exemplar(work(9))), (None, None))
    }),
    ("total of too few scores", || {
        let rubric = Rubric::new(["code", "style"].map(|name| Criterion::new(name, ten())));
        let rubric = rubric.unwrap();
        same([rubric.total(&[]), rubric.total(&[1.0, 2.0, 9.0])], [0.0, 3.0])
    }),
];
