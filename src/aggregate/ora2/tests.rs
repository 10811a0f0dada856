#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use proptest::prelude::*;

use super::*;
use crate::aggregate::fixtures::{grades_of, matrix, small};
use crate::cohort::Cohort;
use crate::error::{GraphError, ReviewsError};
use crate::gradebook::{Adjustment, Line};
use crate::id::{PersonId, SubmissionId};

/// The unit tests of edx-ora2.
#[test]
fn the_vectors_of_the_platform_come_out() {
    let six = [5., 6., 12., 16., 22., 53.];
    let seven = [5., 6., 12., 16., 22., 53., 102.];
    let spread = [6., 8., 15., 29., 37.];
    let skewed = [0., 1., 2., 4., 9.];
    let cases: [(&[f64], f64, f64); 7] = [
        (&[5., 6.], 6., 6.),
        (&six, 14., 19.),
        (&seven, 16., 31.),
        (&spread, 15., 19.),
        (&skewed, 2., 4.),
        (&[0., 1., 3., 1., 5.], 1., 2.),
        (&[], 0., 0.),
    ];
    for (scores, median, mean) in cases {
        let reversed: Vec<f64> = scores.iter().rev().copied().collect();
        for scores in [scores, &reversed] {
            assert_eq!(Ora2::median().points(scores), median, "{scores:?}");
            assert_eq!(Ora2::mean().points(scores), mean, "{scores:?}");
        }
    }
    let reviews = matrix(&[seven, seven.map(|z| 102.0 - z)], (0.0, 102.0));
    assert_eq!(grades_of(&Ora2::median(), &reviews), [16.0, 86.0]);
    // 216 / 7 = 30.86 and 498 / 7 = 71.14.
    assert_eq!(grades_of(&Ora2::mean(), &reviews), [31.0, 72.0]);
}

#[test]
fn a_scale_that_ends_between_points_cuts_the_grade() {
    let reviews = matrix(&[[2.4, 2.5], [-1.5, -1.2], [1.0, 1.0]], (-1.5, 2.5));
    assert_eq!(grades_of(&Ora2::mean(), &reviews), [2.5, -1.0, 1.0]);
}

proptest! {
    /// Straight from the two sentences of the definition.
    #[test]
    fn grades_are_the_ceilings_of_medians_and_means(reviews in small()) {
        for s in (0..reviews.graph().submissions() as u32).map(SubmissionId::new) {
            let mut scores = reviews.scores_of(s, 0).to_vec();
            scores.sort_by(f64::total_cmp);
            let k = scores.len();
            let expected = (k > 0).then(|| {
                let median = if k % 2 == 1 {
                    scores[k / 2]
                } else {
                    f64::midpoint(scores[k / 2 - 1], scores[k / 2])
                };
                // Quarters: sums are exact, and a mean of at most 8 is off a whole number by 1/32
                // or not at all.
                [median.ceil(), (scores.iter().sum::<f64>() / k as f64).ceil()]
            });
            let grades = [Ora2::median(), Ora2::mean()].map(|method| {
                method.aggregate(&reviews).unwrap().grade(s)
            });
            prop_assert_eq!(grades, expected.map_or([None; 2], |grades| grades.map(Some)));
        }
    }

    #[test]
    fn explanations_name_the_rounding_and_add_up(reviews in small()) {
        for method in [Ora2::median(), Ora2::mean()] {
            let book = method.aggregate(&reviews).unwrap();
            for s in (0..reviews.graph().submissions() as u32).map(SubmissionId::new) {
                let Some(why) = book.explain(&reviews, s).unwrap() else { continue };
                prop_assert!((why.sum() - why.grade()).abs() <= 1e-12);
                for line in why.lines() {
                    let rounding = Adjustment::Rounding(Rounding::up());
                    let is_rounding = matches!(
                        line,
                        Line::Adjustment { reason, points, .. }
                            if *reason == rounding && (0.0..1.0).contains(points)
                    );
                    let is_review = matches!(line, Line::Review { .. });
                    prop_assert!(is_rounding || is_review);
                }
            }
        }
    }

    /// Scores exist exactly for who did their part and received enough; the newest count.
    #[test]
    fn counting_agrees_with_a_replay_of_the_whole_log(
        events in prop::collection::vec((0..6_u32, 0..6_u32, 0..3_u32), 0..40),
        must in 1..4_u32,
        flexible in any::<bool>(),
    ) {
        let cohort = Cohort::individuals(6).unwrap();
        let rule = Ora2Rule::new(must, must).unwrap().flexible(flexible);
        let mut log = rule.log(&cohort);
        let (mut day, mut kept) = (0, Vec::new());
        for (work, reviewer, days) in events {
            day += days;
            if log.reviewed(day, SubmissionId::new(work), PersonId::new(reviewer)).is_ok() {
                kept.push((day, work, reviewer));
            }
        }
        let counted = log.counted();
        for work in 0..6 {
            // The first prefix of the log after which the work can be scored, found by brute force
            // among those that end with an event of the work or of its author.
            let moment = (1..=kept.len()).find(|&end| {
                let (now, last_work, last_reviewer) = kept[end - 1];
                let given = kept[..end].iter().filter(|&&(_, _, r)| r == work).count();
                let received = kept[..end].iter().filter(|&&(_, w, _)| w == work).count();
                let needed = if flexible && now >= 7 { 1 } else { must };
                (last_work == work || last_reviewer == work)
                    && given >= must as usize
                    && received >= needed as usize
            });
            let expected = moment.map(|end| {
                let newest = kept[..end].iter().rev().filter(|&&(_, w, _)| w == work);
                let mut ids: Vec<_> =
                    newest.take(must as usize).map(|&(_, _, r)| PersonId::new(r)).collect();
                ids.sort();
                ids
            });
            prop_assert_eq!(counted.of(SubmissionId::new(work)), expected.as_deref());
        }
    }
}

#[test]
fn the_quorum_of_flexible_grading_is_that_of_the_table() {
    let table = [(1..=6, 1), (7..=9, 2), (10..=10, 3), (100..=100, 30)];
    for (numbers, required) in table {
        for n in numbers {
            let rule = Ora2Rule::new(n, n).unwrap();
            assert_eq!(rule.required(1000), n);
            let flexible = rule.flexible(true);
            let of_days = [0, 6, 7, 8, u32::MAX].map(|days| flexible.required(days));
            assert_eq!(of_days, [n, n, required, required, required]);
        }
    }
    assert_eq!(
        Ora2Rule::new(u32::MAX, u32::MAX).unwrap().flexible(true).required(7),
        1_288_490_188
    );
}

#[test]
fn later_reviews_never_count_and_few_do_when_the_quorum_falls() {
    let cohort = Cohort::individuals(7).unwrap();
    let (work, person) = (SubmissionId::new, PersonId::new);
    let rule = Ora2Rule::new(3, 3).unwrap().flexible(true);
    let mut log = rule.log(&cohort);
    log.submitted(10, work(0)).unwrap();
    for other in [1, 2, 3] {
        log.reviewed(10, work(other), person(0)).unwrap();
    }
    log.reviewed(11, work(0), person(5)).unwrap();
    log.reviewed(16, work(0), person(4)).unwrap();
    // Day 16 is the 6th after day 10.
    assert!(!log.clone().counted().has_score(work(0)));
    log.looked(17, work(0)).unwrap();
    log.reviewed(17, work(0), person(1)).unwrap();
    let counted = log.counted();
    assert_eq!(counted.of(work(0)), Some(&[4, 5].map(person)[..]));
    assert_eq!([4, 5, 1].map(|r| counted.counts(work(0), person(r))), [true, true, false]);
    assert_eq!(counted.waiting().count(), 6);
    assert_eq!(counted.of(work(99)), None);
}

#[test]
fn of_a_team_every_member_must_review() {
    let mut cohort = Cohort::builder(4).unwrap();
    let person = PersonId::new;
    let team = cohort.submission(&[person(0), person(1)]).unwrap();
    let others = [cohort.submission(&[person(2)]).unwrap(), cohort.submission(&[]).unwrap()];
    let cohort = cohort.build();
    let mut log = Ora2Rule::new(1, 1).unwrap().log(&cohort);
    log.reviewed(0, team, person(2)).unwrap().reviewed(0, others[0], person(0)).unwrap();
    assert!(!log.clone().counted().has_score(team));
    log.reviewed(0, others[1], person(1)).unwrap();
    assert!(log.clone().counted().has_score(team));
    // Nobody wrote the third: nobody has to do anything for its score.
    assert!(log.counted().has_score(others[1]));
}

#[test]
fn a_log_refuses_what_cannot_have_happened() {
    let cohort = Cohort::individuals(3).unwrap();
    let (work, person) = (SubmissionId::new, PersonId::new);
    let mut log = Ora2Rule::new(1, 1).unwrap().log(&cohort);
    log.reviewed(0, work(0), person(1)).unwrap();
    let twice = log.reviewed(0, work(0), person(1)).unwrap_err();
    let (submission, reviewer) = (work(0), person(1));
    let expected = GraphError::Duplicate { first: 0, second: 1, submission, reviewer };
    assert_eq!(twice, ReviewsError::Graph(expected));
    assert!(matches!(
        log.reviewed(0, work(2), person(2)),
        Err(ReviewsError::SelfReview { row: 2, .. })
    ));
    for (s, r) in [(3, 0), (0, 3)] {
        assert!(matches!(log.reviewed(0, work(s), person(r)), Err(ReviewsError::Graph(_))));
    }
    assert!(log.submitted(0, work(3)).is_err() && log.looked(0, work(3)).is_err());
    for (must_grade, graded_by) in [(0, 0), (3, 0), (2, 3)] {
        assert!(matches!(
            Ora2Rule::new(must_grade, graded_by),
            Err(AggregateError::Setting { setting: "must_be_graded_by", .. })
        ));
    }
}

/// What rounding up adds, over all reviews that levels 0..3 allow, in points of a criterion.
fn given_away(method: Ora2, k: u32) -> f64 {
    let tuples = 4_u32.pow(k);
    let added = (0..tuples).map(|tuple| {
        let scores: Vec<f64> = (0..k).map(|i| f64::from(tuple / 4_u32.pow(i) % 4)).collect();
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        let plain = match method.kind {
            Kind::Median => mean(&sorted[middle(sorted.len())]),
            Kind::Mean => mean(&sorted),
        };
        method.points(&scores) - plain
    });
    added.sum::<f64>() / f64::from(tuples)
}

#[test]
fn rounding_up_gives_points_away() {
    // Sums of two even levels are odd half of the time: half of a half point, 8.3 % of 3.
    assert_eq!(given_away(Ora2::median(), 2), 0.25);
    assert_eq!(given_away(Ora2::mean(), 2), 0.25);
    // Of four, the remainders 0, 1, 2, 3 are as likely: (0 + 3 + 2 + 1) / 16, 12.5 % of 3.
    assert_eq!(given_away(Ora2::mean(), 4), 0.375);
    // A middle score is a level.
    assert_eq!(given_away(Ora2::median(), 3), 0.0);
    assert_eq!(given_away(Ora2::median(), 5), 0.0);
}
