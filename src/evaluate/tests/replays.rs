//! Influence and deviation.

use super::{Same, course, person, single, work};
use crate::aggregate::{Aggregator, Mean, Median, ShrunkMean};
use crate::evaluate::{
    Deviation, EvaluateError, Influence, largest_influence, squared_distance_payment,
};
use crate::simulate::{Gaussian, Simulation};
use crate::{
    Assigner, Cohort, Column, Criterion, PersonId, Reviews, ReviewsError, Rubric, Scale, Seed,
};

fn everybody(people: u32) -> Vec<PersonId> {
    (0..people).map(PersonId::new).collect()
}

/// Work 0 has three reviews, work 1 two, work 2 one.
const ROWS: [(u32, u32, &[f64]); 6] = [
    (0, 1, &[7.0]),
    (0, 2, &[8.0]),
    (0, 3, &[8.0]),
    (1, 2, &[3.0]),
    (1, 3, &[6.0]),
    (2, 1, &[5.0]),
];

#[test]
fn one_of_k_moves_a_mean_by_the_range_by_k() {
    let reviews = course(single(9.0), 4, &ROWS);
    let influence = |reviewers: &[u32]| {
        let reviewers: Vec<PersonId> = reviewers.iter().map(|&r| person(r)).collect();
        largest_influence(&reviews, &Mean, &reviewers).unwrap()
    };
    let found = |reviewer, submission, points| {
        Some(Influence { reviewer: person(reviewer), submission: work(submission), points })
    };
    assert_eq!(influence(&[1]), found(1, 2, 9.0));
    assert_eq!(influence(&[2]), found(2, 1, 4.5));
    // Equal ones: the lowest id, in whatever order they are asked.
    assert_eq!(influence(&[3, 2]), found(2, 1, 4.5));
    assert_eq!(influence(&[2, 3, 1, 0]), found(1, 2, 9.0));
    // Who gives no review moves nothing.
    assert_eq!(influence(&[0]), found(0, 0, 0.0));
    assert_eq!(influence(&[]), None);
}

#[test]
fn the_range_is_that_of_the_total_and_staff_grades_do_not_move() {
    let rubric = Rubric::new([
        Criterion::new("code", Scale::with_step(0.0, 5.0, 1.0).unwrap()).with_weight(2.0),
        Criterion::new("style", Scale::new(-1.0, 1.0).unwrap()),
    ]);
    let cohort = Cohort::individuals(4).unwrap();
    let mut rows = Reviews::builder(&cohort, rubric.unwrap());
    for (s, r) in [(0, 1), (0, 2), (1, 2)] {
        rows.add(work(s), person(r), &[3.0, 0.25]).unwrap();
    }
    rows.staff_grade(work(1), 4.0).unwrap();
    let reviews = rows.build().unwrap();
    let influence = largest_influence(&reviews, &Mean, &everybody(4)).unwrap().unwrap();
    assert_eq!((influence.submission, influence.points), (work(0), 12.0 / 2.0));
}

#[test]
fn the_scores_as_given_count_too() {
    /// Throws out whoever gives an end of the scale: only the grade as given differs.
    #[derive(Debug)]
    struct NoEnds;

    impl Aggregator for NoEnds {
        fn name(&self) -> &'static str {
            "no-ends"
        }

        fn aggregate(
            &self,
            reviews: &Reviews,
        ) -> Result<crate::Gradebook, crate::aggregate::AggregateError> {
            let grade = |s: u32| {
                let scores = reviews.scores_of(work(s), 0).iter();
                let inside: Vec<f64> = scores.copied().filter(|&z| z > 0.0 && z < 9.0).collect();
                (!inside.is_empty()).then(|| crate::math::mean(&inside))
            };
            let works = 0..u32::try_from(reviews.graph().submissions()).unwrap();
            let grades = Column::new(works.map(grade))?;
            Ok(crate::Gradebook::builder(reviews, self.name()).criterion(grades).build()?)
        }
    }

    let reviews = course(single(9.0), 4, &ROWS);
    let influence = largest_influence(&reviews, &NoEnds, &[person(3)]).unwrap().unwrap();
    // Work 1 has (3 + 6) / 2 as given and 3 without person 3; work 0 moves from 23/3 to 7.5.
    assert_eq!((influence.submission, influence.points), (work(1), 1.5));
}

#[test]
fn no_robust_method_is_moved_farther_than_the_mean() {
    let cohort = Cohort::individuals(30).unwrap();
    let plan = Assigner::new(5).assign(&cohort, Seed::new(1)).unwrap();
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let points = |method: &dyn Aggregator| {
        largest_influence(course.reviews(), method, &everybody(30)).unwrap().unwrap().points
    };
    assert!((points(&Mean) - 100.0 / 5.0).abs() < 1e-12);
    assert!(points(&ShrunkMean) > 0.0 && points(&ShrunkMean) < points(&Mean) * 1.05);
}

#[test]
fn strangers_and_methods_that_fail_are_errors() {
    let reviews = course(single(9.0), 4, &ROWS);
    let error = largest_influence(&reviews, &Mean, &[person(4)]).unwrap_err();
    let stranger = ReviewsError::UnknownPerson { person: person(4), people: 4 };
    assert_eq!(error, EvaluateError::Reviews(stranger));
    let broken = Same { grade: Some(f64::NAN), ..Same::default() };
    let error = largest_influence(&reviews, &broken, &[]).unwrap_err();
    assert_eq!(error.to_string(), "same: row 0: NaN is not a finite number");
    // Without a single grade there is nothing to move.
    assert_eq!(largest_influence(&reviews, &Same::default(), &everybody(4)), Ok(None));
}

#[test]
fn a_deviation_by_hand() {
    let reviews = course(single(9.0), 4, &ROWS[..5]);
    let replay = |score: f64| {
        Deviation::replay(&reviews, &Median, person(3), |_, _, _| score, squared_distance_payment)
            .unwrap()
    };
    // Medians 8 and 4.5: distances 1; 0, 1.5; 0, 1.5.
    let same = [None, Some(-1.0), Some(-1.125), Some(-1.125)];
    let deviation = replay(9.0);
    assert_eq!(deviation.payments_before().iter().collect::<Vec<_>>(), same);
    // Person 3 gives 9 and 9: medians 8 and 6, distances 1; 0, 3; 1, 3.
    let after = [None, Some(-1.0), Some(-4.5), Some(-5.0)];
    assert_eq!(deviation.payments_after().iter().collect::<Vec<_>>(), after);
    assert_eq!((deviation.rank_before(), deviation.rank_after()), (Some(3), Some(3)));
    assert_eq!((deviation.rank_gain(), deviation.payment_gain()), (Some(0), Some(-3.875)));
    // 7 and 7: medians 7 and 5, distances 0; 1, 2; 0, 2.
    let deviation = replay(7.0);
    let after = [None, Some(0.0), Some(-2.5), Some(-2.0)];
    assert_eq!(deviation.payments_after().iter().collect::<Vec<_>>(), after);
    assert_eq!((deviation.rank_after(), deviation.rank_gain()), (Some(2), Some(1)));
    assert_eq!(deviation.deviator(), person(3));
}

#[test]
fn scoring_as_before_gains_nothing_and_who_is_not_paid_has_no_rank() {
    let reviews = course(single(9.0), 4, &ROWS);
    for deviator in everybody(4) {
        let deviation = Deviation::replay(
            &reviews,
            &Mean,
            deviator,
            |_, _, given| given,
            squared_distance_payment,
        );
        let deviation = deviation.unwrap();
        assert_eq!(deviation.payments_before(), deviation.payments_after());
        let paid = deviator != person(0);
        assert_eq!(deviation.rank_gain(), paid.then_some(0));
        assert_eq!(deviation.payment_gain(), paid.then_some(0.0));
    }
}

#[test]
fn a_payment_for_each_person_and_a_score_of_the_scale_are_needed() {
    let reviews = course(single(9.0), 4, &ROWS);
    let none = |_: &Reviews, _: &crate::Gradebook| Column::new([Some(1.0)]).unwrap();
    let error = Deviation::replay(&reviews, &Mean, person(1), |_, _, z| z, none).unwrap_err();
    assert_eq!(error, EvaluateError::Payments { given: 1, people: 4 });
    let error =
        Deviation::replay(&reviews, &Mean, person(1), |_, _, _| 10.0, squared_distance_payment);
    assert!(matches!(error, Err(EvaluateError::Reviews(ReviewsError::Score { .. }))));
}
