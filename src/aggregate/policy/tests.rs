#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use super::*;
use crate::aggregate::{Mean, ShrunkMean};
use crate::cohort::Cohort;
use crate::gradebook::{Adjustment, Line};
use crate::id::PersonId;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;

fn work(id: u32) -> SubmissionId {
    SubmissionId::new(id)
}

/// Four people with a work each: reviews, staff grades, the totals of authors.
fn course(reviews: &[(u32, u32, f64)], staff: &[(u32, f64)], own: &[(u32, f64)]) -> Reviews {
    let cohort = Cohort::individuals(4).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0).unwrap()));
    rows.allow_self_reviews(true);
    for &(s, r, z) in reviews {
        rows.add(work(s), PersonId::new(r), &[z]).unwrap();
    }
    for &(s, grade) in staff {
        rows.staff_grade(work(s), grade).unwrap();
    }
    for &(s, z) in own {
        rows.add(work(s), PersonId::new(s), &[z]).unwrap();
    }
    rows.build().unwrap()
}

const PEERS: [(u32, u32, f64); 6] =
    [(0, 1, 6.0), (0, 2, 8.0), (1, 0, 5.0), (1, 2, 7.0), (2, 0, 9.0), (2, 1, 9.0)];

fn close(a: Option<f64>, b: f64) {
    assert!(a.is_some_and(|a| (a - b).abs() < 1e-12), "{a:?} is not {b}");
}

/// Every grade is what its lines add up to.
fn adds_up(book: &Gradebook, reviews: &Reviews) {
    for s in (0..4).map(work) {
        let why = book.explain(reviews, s).unwrap();
        assert_eq!(why.as_ref().map(crate::Explanation::grade), book.grade(s));
        if let Some(why) = why {
            assert!((why.sum() - why.grade()).abs() < 1e-12, "{why:?}");
        }
    }
}

#[test]
fn one_of_a_set_counts_as_so_many_reviews() {
    let reviews = course(&PEERS, &[(0, 4.0), (3, 2.0)], &[]);
    let staff = StaffGrades::OneOfSet { reviews: 3.0 };
    let book = GradingPolicy::new(Box::new(Mean)).staff(staff).aggregate(&reviews).unwrap();
    // Two of peers with mean 7, three of staff at 4; nobody else said anything of work 3.
    close(book.grade(work(0)), (2.0 * 7.0 + 3.0 * 4.0) / 5.0);
    close(book.peer_part(work(0)), 0.4);
    close(book.grade(work(3)), 2.0);
    assert_eq!(book.peer_part(work(3)), Some(0.0));
    assert_eq!(
        (book.source(work(0)), book.source(work(1))),
        (Some(Source::Staff), Some(Source::Peers))
    );
    adds_up(&book, &reviews);
    let why = book.explain(&reviews, work(0)).unwrap().unwrap();
    let said: Vec<String> = why.lines().iter().map(ToString::to_string).collect();
    assert_eq!(said[0], "reviewer 1: score 6 x weight 0.2 = 1.2000000000000002");
    assert_eq!(said[2], "grade given by staff: 4 x weight 0.6 = 2.4");
}

#[test]
fn a_precise_reviewer_counts_by_precision_and_needs_standard_errors() {
    let reviews = course(&PEERS, &[(0, 4.0)], &[]);
    let precise = |method: Box<dyn Aggregator>, sd| {
        GradingPolicy::new(method).staff(StaffGrades::Precise { sd }).aggregate(&reviews)
    };
    let peers = ShrunkMean.aggregate(&course(&PEERS, &[], &[])).unwrap();
    let (grade, error) = (peers.grade(work(0)).unwrap(), peers.std_error(work(0)).unwrap());
    let book = precise(Box::new(ShrunkMean), error).unwrap();
    close(book.grade(work(0)), f64::midpoint(grade, 4.0));
    close(book.std_error(work(0)), error / 2.0_f64.sqrt());
    adds_up(&book, &reviews);
    let sure = precise(Box::new(ShrunkMean), 1e-9).unwrap();
    assert!((sure.grade(work(0)).unwrap() - 4.0).abs() < 1e-6);
    let error = precise(Box::new(Mean), 1.0).unwrap_err();
    assert_eq!(error, AggregateError::NoStdErrors { method: "mean".into() });
}

#[test]
fn an_offset_is_learned_shrunk_cut_to_the_scale_and_explained() {
    // Peers say 7, 6, 9; staff say 5 and 5: distances 2 and 1, mean 1.5, variance 0.5 / 2.
    let reviews = course(&PEERS, &[(0, 5.0), (1, 5.0)], &[]);
    let book = GradingPolicy::new(Box::new(Mean)).offset(true).aggregate(&reviews).unwrap();
    let points = (1.0 - 0.25 / (1.5 * 1.5)) * 1.5;
    close(Some(book.offset()), points);
    close(book.grade(work(2)), 9.0 - points);
    assert_eq!((book.grade(work(0)), book.grade(work(3))), (Some(5.0), None));
    close(book.peer_grade(work(0)), 7.0 - points);
    adds_up(&book, &reviews);
    let why = book.explain(&reviews, work(2)).unwrap().unwrap();
    assert!(matches!(
        why.lines()[2],
        Line::Adjustment { reason: Adjustment::StaffOffset, points: off, .. } if (off + points).abs() < 1e-12
    ));
    // Peers who are too low by 4: 9 + 4 is more than the scale has.
    let reviews = course(&PEERS, &[(0, 10.0), (1, 10.0)], &[]);
    let book = GradingPolicy::new(Box::new(Mean)).offset(true).aggregate(&reviews).unwrap();
    assert_eq!(book.grade(work(2)), Some(10.0));
    adds_up(&book, &reviews);
    let why = book.explain(&reviews, work(2)).unwrap().unwrap();
    assert!(matches!(why.lines()[3], Line::Adjustment { reason: Adjustment::Scale, .. }));
    // One work of staff says nothing of noise, and no distance nothing of an offset.
    for staff in [&[(0, 5.0)][..], &[(0, 7.0), (1, 6.0)]] {
        let reviews = course(&PEERS, staff, &[]);
        let book = GradingPolicy::new(Box::new(Mean)).offset(true).aggregate(&reviews).unwrap();
        assert_eq!(book.offset().to_bits(), 0);
    }
}

#[test]
fn standard_errors_weigh_the_distances_and_grow_by_the_offset() {
    let reviews = course(&PEERS, &[(0, 1.0), (1, 1.0)], &[]);
    let plain = ShrunkMean.aggregate(&reviews).unwrap();
    let policy = GradingPolicy::new(Box::new(ShrunkMean)).offset(true).staff_sd(0.5);
    let book = policy.aggregate(&reviews).unwrap();
    let unknown = ShrunkMean.aggregate(&course(&PEERS, &[], &[])).unwrap();
    let weight = |s| 1.0 / (unknown.std_error(work(s)).unwrap().powi(2) + 0.25);
    let distance = |s| plain.peer_grade(work(s)).unwrap() - 1.0;
    let all = weight(0) + weight(1);
    let raw = (weight(0) * distance(0) + weight(1) * distance(1)) / all;
    close(Some(book.offset()), (1.0 - (1.0 / all) / (raw * raw)) * raw);
    let error = plain.std_error(work(2)).unwrap();
    close(book.std_error(work(2)), (error * error + 1.0 / all).sqrt());
}

#[test]
fn authors_stand_where_nobody_else_says_anything_less_their_flattery() {
    // Authors give themselves 9, 8 and 10 where peers say 7, 6 and 9: 2, 2 and 1 more.
    let reviews = course(&PEERS, &[], &[(0, 9.0), (1, 8.0), (2, 10.0), (3, 8.0)]);
    let (mean, variance) = (5.0 / 3.0, 1.0 / 3.0);
    let points = (1.0 - variance / 3.0 / (mean * mean)) * mean;
    let excluded = GradingPolicy::new(Box::new(Mean)).aggregate(&reviews).unwrap();
    assert_eq!(excluded.grade(work(3)), None);
    let policy = GradingPolicy::new(Box::new(Mean)).self_reviews(SelfReviews::WhereNoPeers);
    let book = policy.aggregate(&reviews).unwrap();
    close(book.grade(work(3)), 8.0 - points);
    assert_eq!(book.source(work(3)), Some(Source::SelfReview));
    assert_eq!(book.grade(work(0)), Some(7.0));
    adds_up(&book, &reviews);
    let policy = GradingPolicy::new(Box::new(Mean)).self_reviews(SelfReviews::Counted);
    let book = policy.aggregate(&reviews).unwrap();
    close(book.grade(work(0)), (6.0 + 8.0 + 9.0 - points) / 3.0);
    adds_up(&book, &reviews);
    // Staff come first, and are whom an author is compared with.
    let staff = course(&PEERS, &[(0, 3.0)], &[(0, 9.0)]);
    let policy = GradingPolicy::new(Box::new(Mean)).self_reviews(SelfReviews::Counted);
    assert_eq!(policy.aggregate(&staff).unwrap().grade(work(0)), Some(3.0));
}

#[test]
fn criteria_share_an_offset_in_parts_of_their_ranges() {
    let cohort = Cohort::individuals(3).unwrap();
    let rubric = Rubric::new([
        Criterion::new("code", Scale::new(0.0, 10.0).unwrap()).with_weight(2.0),
        Criterion::new("style", Scale::new(0.0, 5.0).unwrap()),
    ]);
    let mut rows = Reviews::builder(&cohort, rubric.unwrap());
    for (s, r, z) in
        [(0, 1, [8.0, 4.0]), (0, 2, [6.0, 3.0]), (1, 0, [8.0, 2.0]), (2, 0, [5.0, 2.5])]
    {
        rows.add(work(s), PersonId::new(r), &z).unwrap();
    }
    rows.staff_grade(work(0), 12.5).unwrap().staff_grade(work(1), 13.0).unwrap();
    let reviews = rows.build().unwrap();
    // Both are 5 above staff: nothing is noise. 25 points are the range of the total.
    let book = GradingPolicy::new(Box::new(Mean)).offset(true).aggregate(&reviews).unwrap();
    close(Some(book.offset()), 5.0);
    close(book.criterion_grade(work(2), 0), 5.0 - 10.0 / 5.0);
    close(book.criterion_grade(work(2), 1), 2.5 - 5.0 / 5.0);
    close(book.grade(work(2)), 12.5 - 5.0);
    for s in (0..3).map(work) {
        let why = book.explain(&reviews, s).unwrap().unwrap();
        assert!((why.sum() - book.grade(s).unwrap()).abs() < 1e-12);
    }
}

#[test]
fn a_setting_that_makes_no_sense_is_named() {
    let reviews = course(&PEERS, &[], &[]);
    for (policy, value) in [
        (GradingPolicy::new(Box::new(Mean)).staff(StaffGrades::OneOfSet { reviews: 0.0 }), 0.0),
        (GradingPolicy::new(Box::new(Mean)).staff(StaffGrades::Precise { sd: -1.0 }), -1.0),
        (GradingPolicy::new(Box::new(Mean)).staff_sd(-2.0), -2.0),
    ] {
        let error = policy.aggregate(&reviews).unwrap_err();
        assert!(
            matches!(error, AggregateError::Setting { value: v, .. } if (v - value).abs() < 1e-12)
        );
    }
    assert!(GradingPolicy::new(Box::new(Mean)).staff_sd(f64::NAN).aggregate(&reviews).is_err());
}
