//! Held-out prediction.

use core::f64::consts::PI;

use proptest::prelude::*;

use super::{Same, course, person, single, work};
use crate::aggregate::{AggregateError, Aggregator, METHODS, Mean, Method, ShrunkMean};
use crate::evaluate::{Baseline, EvaluateError, HeldOut, HeldOutScore};
use crate::math::{ln, mean, min, sqrt};
use crate::seed::Phase;
use crate::simulate::{Gaussian, Grades, Noise, Simulated, Simulation};
use crate::{
    Assigner, Cohort, Column, Criterion, Gradebook, Reviews, Rubric, Scale, Seed, SubmissionId,
};

/// Half of two ratings is one, whichever: work 0 has 4 and 8. The others have grades by staff, so
/// that theirs are never hidden.
fn two_ratings(max: f64, step: Option<f64>) -> Reviews {
    let scale = match step {
        Some(step) => Scale::with_step(0.0, max, step),
        None => Scale::new(0.0, max),
    };
    let cohort = Cohort::individuals(3).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::single(scale.unwrap()));
    for (submission, reviewer, score) in
        [(0, 1, 4.0), (0, 2, 8.0), (1, 0, 5.0), (1, 2, 7.0), (2, 0, 6.0), (2, 1, 6.0)]
    {
        rows.add(work(submission), person(reviewer), &[score]).unwrap();
    }
    rows.staff_grade(work(1), 1.0).unwrap().staff_grade(work(2), 1.0).unwrap();
    rows.build().unwrap()
}

fn half(reviews: &Reviews, method: &dyn Aggregator) -> HeldOutScore {
    let score = HeldOut::default().share(0.5).draws(3).evaluate(reviews, method, Seed::new(1));
    let score = score.unwrap();
    assert!(score.draws().iter().all(|draw| draw.predicted == 1));
    score
}

fn log_density(error: f64, variance: f64) -> f64 {
    -0.5 * ln(2.0 * PI * variance) - error * error / (2.0 * variance)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} is not {b}");
}

#[test]
fn two_ratings_by_hand() {
    let reviews = two_ratings(10.0, None);
    // Left are 5 ratings of 3 works: s2 = (1 + 1 + 0 + 0) / (5 - 3) = 1.
    let score = half(&reviews, &Mean);
    close(score.rmse(), 4.0);
    close(score.log_score(), log_density(4.0, 1.0 + 1.0));
    assert_eq!(score.rmse_se(), Some(0.0));
    assert_eq!(score.predicted(), 3);

    // 5 + 1 is 2 away from 4 and from 8. Everything is known to the method.
    let (grade, bias) = (Some(5.0), Some(1.0));
    let all = Same { grade, bias, std_error: Some(0.5), precision: Some(4.0) };
    close(half(&reviews, &all).rmse(), 2.0);
    close(half(&reviews, &all).log_score(), log_density(2.0, 0.25 + 0.25));
    // A bias of unknown noise: each of the reviewers of work 0 has one rating left.
    let bias_alone = Same { grade, bias, ..Same::default() };
    close(half(&reviews, &bias_alone).log_score(), log_density(2.0, 1.0 + 1.0 + 1.0));
    // A precision of zero says nothing.
    let nothing = Same { grade, bias, precision: Some(0.0), ..Same::default() };
    assert_eq!(half(&reviews, &nothing), half(&reviews, &bias_alone));
}

#[test]
fn noise_is_not_below_what_the_steps_make() {
    let sure =
        Same { grade: Some(6.0), std_error: Some(0.0), bias: Some(0.0), precision: Some(1e12) };
    let coarse = half(&two_ratings(12.0, Some(0.5)), &sure);
    close(coarse.log_score(), log_density(2.0, 0.25 / 12.0));
    let fine = half(&two_ratings(10.0, None), &sure);
    close(fine.log_score(), log_density(2.0, 1e-4 / 12.0));
}

#[test]
fn without_two_ratings_left_anywhere_noise_is_the_variance_of_all() {
    let rows: [(u32, u32, &[f64]); 4] =
        [(0, 1, &[2.0]), (0, 2, &[2.0]), (1, 0, &[8.0]), (1, 2, &[8.0])];
    let reviews = course(single(10.0), 3, &rows);
    let score = HeldOut::default().share(0.5).evaluate(&reviews, &Mean, Seed::new(1)).unwrap();
    // 2 and 8 are left: their variance is 18.
    close(score.log_score(), log_density(0.0, 36.0));
    // A single rating has no variance: 0..10 spread evenly has 100 / 12.
    let score = half(&reviews.only(|_, s, _| s == work(0)), &Mean);
    close(score.log_score(), log_density(0.0, 2.0 * 100.0 / 12.0));
}

#[test]
fn several_criteria_are_predicted_by_their_total() {
    let scale = Scale::new(0.0, 10.0).unwrap();
    let rubric = Rubric::new([
        Criterion::new("code", scale).with_weight(2.0),
        Criterion::new("style", scale),
    ]);
    let rows: [(u32, u32, &[f64]); 2] = [(0, 1, &[1.0, 5.0]), (0, 2, &[4.0, 3.0])];
    let score = half(&course(rubric.unwrap(), 3, &rows), &Mean);
    close(score.rmse(), 4.0);
}

#[test]
fn baselines_by_hand() {
    let rows: [(u32, u32, &[f64]); 5] =
        [(0, 1, &[4.0]), (0, 2, &[6.0]), (1, 0, &[9.0]), (1, 2, &[11.0]), (3, 2, &[7.5])];
    let reviews = course(single(20.0), 4, &rows);
    let global = Baseline::GlobalMean.aggregate(&reviews).unwrap();
    let all = [Some(7.5), Some(7.5), None, Some(7.5)];
    assert_eq!(global.grades().collect::<Vec<_>>(), all);
    // Squares around 7.5: 2 x 3.5^2 + 2 x 1.5^2 = 29, by 4; within works: 4, by 2.
    close(global.std_error(work(0)).unwrap(), sqrt(29.0 / 4.0 - 2.0));
    let residual = Baseline::ReviewerMean.aggregate(&reviews).unwrap();
    let items = [Some(5.0), Some(10.0), None, Some(7.5)];
    assert_eq!(residual.grades().collect::<Vec<_>>(), items);
    let biases = [0, 1, 2, 3].map(|v| residual.bias(person(v)));
    assert_eq!(biases, [Some(-1.0), Some(-1.0), Some(2.0 / 3.0), None]);
    assert_eq!(residual.precision(person(0)), None);
    assert_eq!(residual.std_error(work(0)), Some(1.0));
}

/// A course without biases, all reviewers of one noise, on a scale that cuts nothing.
fn plain(learners: usize, seed: u64) -> Simulated {
    let cohort = Cohort::individuals(learners).unwrap();
    let plan = Assigner::new(5).assign(&cohort, Seed::new(seed)).unwrap();
    let law = Gaussian::default()
        .grades(Grades::Normal { mean: 0.0, sd: SPREAD })
        .bias_sd(0.0)
        .noise(Noise::Equal { sd: NOISE })
        .scale(Scale::new(-1000.0, 1000.0).unwrap());
    Simulation::new(law).simulate(&cohort, &plan, Seed::new(seed + 1)).unwrap()
}

const SPREAD: f64 = 12.0;
const NOISE: f64 = 8.0;

/// Knows the law of [`plain`].
#[derive(Debug)]
struct Omniscient;

impl Aggregator for Omniscient {
    fn name(&self) -> &'static str {
        "omniscient"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let graph = reviews.graph();
        let works = || (0..u32::try_from(graph.submissions()).unwrap()).map(SubmissionId::new);
        let variance = |s: SubmissionId| {
            1.0 / (1.0 / (SPREAD * SPREAD) + graph.reviews_of(s).len() as f64 / (NOISE * NOISE))
        };
        let grade = |s| reviews.scores_of(s, 0).iter().sum::<f64>() / (NOISE * NOISE) * variance(s);
        let people = |value| Column::new(vec![Some(value); graph.people()]);
        Ok(Gradebook::builder(reviews, self.name())
            .criterion(Column::new(works().map(|s| Some(grade(s))))?)
            .std_error(Column::new(works().map(|s| Some(sqrt(variance(s)))))?)
            .reviewers(people(0.0)?, people(1.0 / (NOISE * NOISE))?)
            .build()?)
    }
}

/// One of five is hidden, so that a mean has 4: error variance s2 (1 + 1/4). The standard error of
/// an RMSE over 20,000 independent errors is half a percent at most, and that of a log score .005.
#[test]
fn the_errors_of_the_mean_are_those_of_the_theory() {
    let course = plain(20_000, 1);
    let evaluate = |method: &dyn Aggregator| {
        HeldOut::default().evaluate(course.reviews(), method, Seed::new(9)).unwrap()
    };
    let near = |value: f64, expected: f64, tolerance: f64| {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    };
    let (s2, vs) = (NOISE * NOISE, SPREAD * SPREAD);
    let posterior = 1.0 / (1.0 / vs + 4.0 / s2);
    for (method, variance) in [
        (&Mean as &dyn Aggregator, s2 * 1.25),
        (&Omniscient, s2 + posterior),
        (&ShrunkMean, s2 + posterior),
        (&Baseline::GlobalMean, s2 + vs),
    ] {
        let score = evaluate(method);
        near(score.rmse() / sqrt(variance), 1.0, 0.015);
        near(score.log_score(), log_density(sqrt(variance), variance), 0.015);
        assert!(score.draws().iter().all(|draw| draw.predicted == 20_000));
    }
}

#[test]
fn nobody_beats_the_true_law() {
    let course = plain(600, 3);
    let evaluate = |method: &dyn Aggregator| {
        HeldOut::default().evaluate(course.reviews(), method, Seed::new(9)).unwrap()
    };
    let truth = evaluate(&Omniscient);
    let baselines = Baseline::ALL.map(|baseline| Box::new(baseline) as Box<dyn Aggregator>);
    for method in METHODS.iter().map(Method::aggregator).chain(baselines) {
        // What chance gives away in 3,000 ratings.
        let lead = evaluate(&*method).minus(&truth).unwrap().log_score;
        assert!(lead < 0.002, "{}: {lead}", method.name());
    }
}

#[test]
fn knowing_biases_pays_where_they_are_large_and_reviewers_busy() {
    let cohort = Cohort::individuals(400).unwrap();
    let plan = Assigner::new(12).assign(&cohort, Seed::new(1)).unwrap();
    let law = Gaussian::default()
        .grades(Grades::Normal { mean: 0.0, sd: 12.0 })
        .bias_sd(8.0)
        .noise(Noise::Equal { sd: 4.0 });
    let law = law.scale(Scale::new(-1000.0, 1000.0).unwrap());
    let course = Simulation::new(law).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let evaluate = |method: &dyn Aggregator| {
        HeldOut::default().evaluate(course.reviews(), method, Seed::new(3)).unwrap()
    };
    let (mean, known) = (evaluate(&Mean), evaluate(&Baseline::ReviewerMean));
    let gain = known.minus(&mean).unwrap();
    assert!(gain.rmse < -2.0 && gain.log_score > 0.3, "{gain:?}");
    // The variance that it is given is about that of its errors.
    let honest = log_density(known.rmse(), known.rmse() * known.rmse());
    assert!((known.log_score() - honest).abs() < 0.02, "{} {honest}", known.log_score());
}

fn any_course() -> impl Strategy<Value = Reviews> {
    let row = (0..8_u32, 0..8_u32, 0..=20_u8);
    (prop::collection::vec(row, 0..60), 0..8_u32).prop_map(|(mut rows, graded)| {
        rows.retain(|(s, r, _)| s != r);
        rows.sort_unstable();
        rows.dedup_by_key(|&mut (s, r, _)| (s, r));
        let cohort = Cohort::individuals(8).unwrap();
        let mut builder = Reviews::builder(&cohort, single(20.0));
        for (s, r, z) in rows {
            builder.add(work(s), person(r), &[f64::from(z)]).unwrap();
        }
        builder.staff_grade(work(graded), 3.0).unwrap();
        builder.exemplar(work((graded + 1) % 8), 3.0).unwrap();
        builder.build().unwrap()
    })
}

fn hidden(reviews: &Reviews, share: f64, draw: u64) -> Vec<bool> {
    HeldOut::default().share(share).hidden(reviews, Seed::new(5).key(Phase::HeldOut, draw))
}

proptest! {
    #[test]
    fn every_work_keeps_a_rating_and_is_hidden_by_itself(
        reviews in any_course(), share in 0.01..0.99,
    ) {
        let all = hidden(&reviews, share, 0);
        prop_assert_eq!(all.len(), reviews.graph().reviews());
        for s in (0..8).map(work) {
            let own = &all[reviews.graph().reviews_of(s)];
            let count = own.iter().filter(|&&hidden| hidden).count();
            let known = reviews.staff_grade(s).is_some() || reviews.exemplar(s).is_some();
            if known || own.len() < 2 {
                prop_assert_eq!(count, 0);
                continue;
            }
            prop_assert!(count < own.len());
            let expected = share * own.len() as f64;
            prop_assert!(count as f64 >= min(expected.floor(), (own.len() - 1) as f64));
            prop_assert!(count as f64 <= expected.floor() + 1.0);
            let alone = reviews.only(|_, submission, _| submission == s);
            prop_assert_eq!(own, &hidden(&alone, share, 0)[..]);
        }
    }

    #[test]
    fn doubled_scores_double_the_error_and_cost_ln_2(reviews in any_course()) {
        let twice = course_of_doubled(&reviews);
        for method in [&Mean as &dyn Aggregator, &ShrunkMean, &Baseline::ReviewerMean] {
            let score = |reviews| HeldOut::default().evaluate(reviews, method, Seed::new(1));
            match (score(&reviews), score(&twice)) {
                (Ok(a), Ok(b)) => {
                    prop_assert_eq!((2.0 * a.rmse()).to_bits(), b.rmse().to_bits());
                    let cost = a.log_score() - b.log_score();
                    prop_assert!((cost - ln(2.0)).abs() < 1e-9, "{}", cost);
                }
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }
}

fn course_of_doubled(reviews: &Reviews) -> Reviews {
    let mut builder = Reviews::builder(reviews.cohort(), single(40.0));
    for (e, (s, r)) in reviews.graph().iter().enumerate() {
        builder.add(s, r, &[2.0 * reviews.column(0)[e]]).unwrap();
    }
    for &(s, grade) in reviews.staff_grades() {
        builder.staff_grade(s, 2.0 * grade).unwrap();
    }
    for &(s, grade) in reviews.exemplars() {
        builder.exemplar(s, 2.0 * grade).unwrap();
    }
    builder.build().unwrap()
}

/// 4,000 draws from 6 ratings at a share of a quarter: 1.5 each, every rating and every pair alike.
#[test]
fn ratings_are_hidden_evenly() {
    let row = |r: u32| -> (u32, u32, &[f64]) { (0, r, &[1.0]) };
    let reviews = course(single(2.0), 7, &(1..7).map(row).collect::<Vec<_>>());
    let mut sets = [0_u32; 64];
    for draw in 0..4000 {
        let hidden = hidden(&reviews, 0.25, draw);
        let set =
            hidden.iter().enumerate().fold(0, |set, (i, &hidden)| set | usize::from(hidden) << i);
        sets[set] += 1;
    }
    // Six sets of one share a half, fifteen of two the other. Chi-squared with 20 degrees of
    // freedom is below 45.3 but for a chance of 0.001.
    let expected = |set: usize| match set.count_ones() {
        1 => 4000.0 / 12.0,
        2 => 4000.0 / 30.0,
        _ => 0.0,
    };
    let mut chi = 0.0;
    for (set, &count) in sets.iter().enumerate() {
        let (count, expected) = (f64::from(count), expected(set));
        if expected > 0.0 {
            chi += (count - expected) * (count - expected) / expected;
        } else {
            assert!(count == 0.0, "{set:b}: {count}");
        }
    }
    assert!(chi < 45.3, "{chi}");
}

#[test]
fn draws_differ_and_a_seed_gives_them_again() {
    let course = plain(100, 5);
    let evaluate = |seed| HeldOut::default().evaluate(course.reviews(), &Mean, Seed::new(seed));
    let score = evaluate(1).unwrap();
    assert_eq!(evaluate(1).unwrap(), score);
    let rmse: Vec<f64> = score.draws().iter().map(|draw| draw.rmse).collect();
    let mut sorted = rmse.clone();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    assert_eq!(sorted.len(), 5);
    assert_ne!(evaluate(2).unwrap(), score);
    close(score.rmse(), mean(&rmse));
    let squares: f64 = rmse.iter().map(|x| (x - mean(&rmse)) * (x - mean(&rmse))).sum();
    close(score.rmse_se().unwrap(), sqrt(squares / 20.0));
    let one = HeldOut::default().draws(1).evaluate(course.reviews(), &Mean, Seed::new(1)).unwrap();
    assert_eq!(one.draws(), &score.draws()[..1]);
    assert_eq!((one.rmse_se(), one.log_score_se()), (None, None));
    assert_eq!(one.minus(&score), None);
}

#[test]
fn what_cannot_be_scored_is_an_error() {
    let reviews = two_ratings(10.0, None);
    let evaluate = |protocol: HeldOut, method: &dyn Aggregator| {
        protocol.evaluate(&reviews, method, Seed::new(1)).unwrap_err()
    };
    let protocol = HeldOut::default().share(0.5);
    for share in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
        let error = evaluate(protocol.share(share), &Mean);
        assert!(matches!(error, EvaluateError::Setting { setting: "share", .. }), "{error}");
    }
    let error = evaluate(protocol.draws(0), &Mean);
    assert_eq!(error.to_string(), "draws is 0, but must be at least 1");
    assert_eq!(
        evaluate(protocol, &Same::default()),
        EvaluateError::NoGrade { method: "same".into(), submission: work(0) }
    );
    let wild = Same { grade: Some(5.0), bias: Some(1e300), ..Same::default() };
    assert_eq!(
        evaluate(protocol, &wild),
        EvaluateError::Overflow { method: "same".into(), measure: "RMSE" }
    );
    let broken = Same { grade: Some(f64::NAN), ..Same::default() };
    assert!(matches!(evaluate(protocol, &broken), EvaluateError::Aggregate { .. }));
    let one_each = reviews.only(|_, s, r| (s, r) != (work(0), person(1)));
    assert_eq!(
        protocol.evaluate(&one_each, &Mean, Seed::new(1)).unwrap_err().to_string(),
        "none of 5 draws hides a rating: 0 of 3 submissions have two reviews and no known grade"
    );
}

#[test]
fn extremes_of_the_scale_give_numbers() {
    for max in [1e-308, 1e-200, 1.0, 1e200, 1e308] {
        let rows: [(u32, u32, &[f64]); 4] =
            [(0, 1, &[max]), (0, 2, &[0.0]), (1, 0, &[0.5 * max]), (1, 2, &[max])];
        let reviews = course(single(max), 3, &rows);
        for method in
            [&Mean as &dyn Aggregator, &ShrunkMean, &Baseline::GlobalMean, &Baseline::ReviewerMean]
        {
            let score = HeldOut::default().share(0.5).evaluate(&reviews, method, Seed::new(1));
            let score = score.unwrap();
            assert!(score.rmse() / max > 0.3 && score.rmse() / max < 1.3, "{max} {method:?}");
            assert!(score.log_score().is_finite());
        }
    }
}
