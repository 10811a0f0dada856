#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use proptest::prelude::*;

use super::*;
use crate::aggregate::fixtures::small;
use crate::aggregate::{Mean, Moodle};
use crate::cohort::Cohort;
use crate::error::GraphError;
use crate::gradebook::GradebookError;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;

/// Two works by persons 0 and 1, reviewed by 2, 3, 4 on a yes or no, four levels from 1, and a third
/// criterion of weight 0.
fn reviews() -> Reviews {
    let mut cohort = Cohort::builder(5).unwrap();
    let works = [0, 1].map(|author| cohort.submission(&[PersonId::new(author)]).unwrap());
    let cohort = cohort.build();
    let levels = |min, max| Scale::with_step(min, max, 1.0).unwrap();
    let rubric = Rubric::new([
        Criterion::new("yes", levels(0.0, 1.0)).with_weight(10.0),
        Criterion::new("level", levels(1.0, 4.0)),
        Criterion::new("remark", levels(0.0, 1.0)).with_weight(0.0),
    ]);
    let mut rows = Reviews::builder(&cohort, rubric.unwrap());
    for (reviewer, scores) in [(2, [1., 2., 0.]), (3, [1., 4., 0.]), (4, [0., 4., 1.])] {
        rows.add(works[0], PersonId::new(reviewer), &scores).unwrap();
    }
    rows.add(works[1], PersonId::new(2), &[1.0, 1.0, 1.0]).unwrap();
    rows.build().unwrap()
}

fn submission(method: &Peergrade, work: u32) -> Option<f64> {
    let reviews = reviews();
    let feedback = PeergradeFeedback::new().grades(&reviews).unwrap();
    method.scores(&reviews, &feedback).unwrap().submission(SubmissionId::new(work))
}

#[test]
fn answers_are_parts_of_their_range_and_a_teacher_replaces_all_of_them() {
    let method = Peergrade::default();
    // Peers: (1 + 1/3)/2, (1 + 1)/2, (0 + 1)/2: mean (2/3 + 1 + 1/2)/3 = 13/18.
    assert!((submission(&method, 0).unwrap() - 13.0 / 18.0).abs() < 1e-15);
    // (1 + 0)/2.
    assert_eq!(submission(&method, 1), Some(0.5));
    // The teacher says level 1: (2/3 + 0)/2 = 1/3.
    let work = SubmissionId::new(0);
    let overruled = method.clone().overrule(work, 1, 4.0).overrule(work, 1, 1.0);
    assert!((submission(&overruled, 0).unwrap() - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(submission(&overruled, 1), Some(0.5));
    // In the gradebook the weights hold: 10 x 2/3 + 1.
    let book = overruled.aggregate(&reviews()).unwrap();
    assert!((book.grade(work).unwrap() - 23.0 / 3.0).abs() < 1e-12);
    let why = book.explain(&reviews(), work).unwrap().unwrap();
    assert!((why.sum() - why.grade()).abs() < 1e-12);
    assert!(why.lines().iter().any(|line| line.to_string().starts_with("adjustment")));
}

#[test]
fn reactions_undone_reviews_and_shares_make_the_combined_score() {
    // As `reviews`, and persons 0 and 1 review one another.
    let cohort = Cohort::individuals(3).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0).unwrap()));
    let (work, person) = (SubmissionId::new, PersonId::new);
    for (s, r, z) in [(0, 1, 4.0), (1, 0, 8.0), (2, 0, 5.0), (2, 1, 7.0)] {
        rows.add(work(s), person(r), &[z]).unwrap();
    }
    let reviews = rows.staff_grade(work(2), 9.0).unwrap().build().unwrap();
    let feedback = PeergradeFeedback::new()
        .reaction(work(1), person(0), Reaction::NotUseful)
        .reaction(work(1), person(0), Reaction::LittleUseful)
        .reaction(work(2), person(0), Reaction::VeryUseful)
        .reaction(work(0), person(1), Reaction::Useful)
        .undone(person(0), 1)
        .undone(person(2), 1);
    let grades = feedback.grades(&reviews).unwrap();
    // Person 0: (1/4 + 1 + 0)/3. Person 1: 3/4, the other review has no reaction. Person 2: 0/1.
    let scores = [0, 1, 2].map(|v| grades.of_reviewer(person(v)).unwrap());
    assert_eq!(scores, [1.25 / 3.0, 0.75, 0.0]);
    let of_reviews: Vec<_> = grades.reviews().iter().collect();
    assert_eq!(of_reviews, [Some(0.75), Some(0.25), Some(1.0), None]);
    let combined = |share: f64| {
        let scores = Peergrade::new(share).unwrap().scores(&reviews, &grades).unwrap();
        [0, 1, 2].map(|v| scores.combined(person(v)).unwrap())
    };
    // Submissions .4, .8 and, from staff, .9.
    let half = combined(0.5);
    let expected = [f64::midpoint(0.4, 1.25 / 3.0), 0.775, 0.45];
    assert!(half.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{half:?}");
    assert_eq!(combined(0.0), [0.4, 0.8, 0.9]);
    assert_eq!(combined(1.0), scores);
}

#[test]
fn what_is_not_there_is_refused() {
    let reviews = reviews();
    let feedback = PeergradeFeedback::new();
    let (work, person) = (SubmissionId::new, PersonId::new);
    let nobody = feedback.clone().reaction(work(1), person(3), Reaction::Useful);
    assert!(matches!(nobody.grades(&reviews), Err(AggregateError::NoReview { .. })));
    let stranger = feedback.clone().undone(person(5), 1).grades(&reviews).unwrap_err();
    let unknown = GraphError::UnknownReviewer { row: 0, reviewer: person(5), people: 5 };
    assert_eq!(stranger, unknown.into());
    let refused =
        |s, c, z| Peergrade::default().overrule(work(s), c, z).aggregate(&reviews).unwrap_err();
    assert!(matches!(refused(2, 0, 1.0), AggregateError::Submission { .. }));
    let (what, given, expected) = ("criteria", 4, 3);
    assert_eq!(refused(0, 3, 1.0), GradebookError::Length { what, given, expected }.into());
    assert!(matches!(refused(0, 0, 2.0), AggregateError::Score { criterion: 0, .. }));
    for share in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(Peergrade::new(share), Err(AggregateError::Setting { .. })));
    }
    let alone = Cohort::individuals(1).unwrap();
    let other = Reviews::builder(&alone, Rubric::single(Scale::new(0.0, 1.0).unwrap()));
    let other = feedback.grades(&other.build().unwrap()).unwrap();
    assert!(matches!(
        Peergrade::default().scores(&reviews, &other),
        Err(AggregateError::Gradebook(GradebookError::Length { given: 1, expected: 5, .. }))
    ));
}

proptest! {
    #[test]
    fn with_one_criterion_the_score_is_the_mean(reviews in small()) {
        let feedback = PeergradeFeedback::new().grades(&reviews).unwrap();
        let scores = Peergrade::default().scores(&reviews, &feedback).unwrap();
        let mean = Mean.aggregate(&reviews).unwrap();
        let book = Peergrade::default().aggregate(&reviews).unwrap();
        prop_assert!(book.grades().eq(mean.grades()));
        for (i, grade) in mean.grades().enumerate() {
            let score = scores.submission(SubmissionId::new(to_u32(i)));
            prop_assert_eq!(score.is_some(), grade.is_some());
            prop_assert!(score.zip(grade).is_none_or(|(a, b)| (a - b / 10.0).abs() < 1e-15));
        }
        // All of them are the mean but for Moodle's decimals.
        let moodle = Moodle::default().aggregate(&reviews).unwrap();
        let close = |(a, b): (Option<f64>, Option<f64>)| {
            a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-6)
        };
        prop_assert!(moodle.grades().zip(book.grades()).all(close));
    }
}
