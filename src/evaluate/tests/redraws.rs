//! The luck of the draw against the theory of sampling from a finite population.

use super::{Same, work};
use crate::aggregate::{Aggregator, Mean, ShrunkMean};
use crate::evaluate::{EvaluateError, Redrawn, Redraws};
use crate::metrics::MetricError;
use crate::simulate::{Behaviour, Gaussian, Noise, Simulation};
use crate::{Assigner, Cohort, PersonId, ReviewGraph, Scale, Seed, SubmissionId};

/// Noise of sd 10, biases of sd 8, nothing cut.
fn simulation(bias_sd: f64) -> Simulation {
    let law = Gaussian::pg1().scale(Scale::WIDE).noise(Noise::Equal { sd: 10.0 });
    Simulation::new(law.bias_sd(bias_sd))
}

fn redrawn(
    redraws: &Redraws,
    simulation: &Simulation,
    (people, reviews): (usize, usize),
    method: &dyn Aggregator,
) -> Redrawn {
    let cohort = Cohort::individuals(people).unwrap();
    redraws.evaluate(simulation, &cohort, &Assigner::new(reviews), method, Seed::new(7)).unwrap()
}

/// `(s^2 + b^2) / k` to within the error of so many draws: of 1000 x 19 degrees of freedom, 0.7 %,
/// which biases that students share make somewhat more.
#[test]
fn the_luck_of_a_mean_is_noise_and_bias_by_the_number_of_reviews() {
    for (bias, reviews) in [(0.0, 5), (8.0, 5), (8.0, 2)] {
        let luck = redrawn(&Redraws::default(), &simulation(bias), (1000, reviews), &Mean).luck();
        let expected = (100.0 + bias * bias) / reviews as f64;
        assert_eq!(luck.students(), 1000);
        let ratio = luck.variance() / expected;
        assert!((ratio - 1.0).abs() < 0.05, "bias {bias}, {reviews} reviews: {ratio}");
    }
}

/// In a small course everybody's score of everybody is known, and reviewers come again and again.
#[test]
fn a_small_course_has_the_variance_of_samples_without_replacement() {
    let (people, reviews) = (12, 5);
    let pair = |i: u32| (work(i / people), PersonId::new(i % people));
    let pairs: Vec<_> =
        (0..people * people).map(pair).filter(|(s, p)| s.get() != p.get()).collect();
    let size = people as usize;
    let all = ReviewGraph::from_pairs(size, size, &pairs).unwrap();
    let cohort = Cohort::individuals(size).unwrap();
    let course = simulation(8.0).simulate(&cohort, &all, Seed::new(7)).unwrap();
    let others = f64::from(people) - 1.0;
    let variance = |s: u32| {
        let scores: Vec<f64> = course.reviews().scores_of(SubmissionId::new(s), 0).to_vec();
        let mean = scores.iter().sum::<f64>() / others;
        scores.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (others - 1.0)
    };
    let k = reviews as f64;
    let mean = (0..people).map(variance).sum::<f64>() / f64::from(people);
    let expected = mean / k * (1.0 - k / others);
    let redraws = Redraws::default().draws(1000);
    let luck = redrawn(&redraws, &simulation(8.0), (size, reviews), &Mean).luck();
    // 12 x 999 degrees of freedom: 1.3 % is a standard error. Without the correction it is 83 % off.
    let ratio = luck.variance() / expected;
    assert!((ratio - 1.0).abs() < 0.04, "{ratio}");
}

/// Everybody reviews everybody: there is one plan.
#[test]
fn one_plan_has_no_luck_and_neither_have_exact_reviews() {
    let redraws = Redraws::default().draws(3).boundaries([70.0]);
    let one = redrawn(&redraws, &simulation(8.0), (6, 5), &Mean);
    assert_eq!((one.luck().variance(), one.flip_rate()), (0.0, Some(0.0)));
    // Nor is there any where all reviewers agree.
    let law = Gaussian::pg1().scale(Scale::WIDE).noise(Noise::Equal { sd: 0.0 }).bias_sd(0.0);
    let sure = redrawn(&redraws, &Simulation::new(law), (100, 4), &Mean);
    assert!(sure.luck().variance() < 1e-20);
}

#[test]
fn shrinking_multiplies_the_variance_by_the_square_of_the_weight() {
    let of = |method| redrawn(&Redraws::default(), &simulation(8.0), (1000, 5), method);
    let (mean, shrunk) = (of(&Mean).luck(), of(&ShrunkMean).luck());
    let error = (100.0 + 64.0) / 5.0;
    let weight = 144.0 / (144.0 + error);
    let ratio = shrunk.variance() / mean.variance() / (weight * weight);
    // The weight is estimated from 1000 grades: 2 % or so, twice in its square.
    assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
}

/// Two draws of one grade are normal around 70, each of variance 144 + 20 with covariance 144: they
/// lie on different sides of 70 with probability acos(correlation) / pi (Sheppard 1899).
#[test]
fn flips_at_the_mean_follow_from_the_correlation_of_two_draws() {
    let redraws = Redraws::default().boundaries([70.0]);
    let found = redrawn(&redraws, &simulation(0.0), (1000, 5), &Mean).flip_rate().unwrap();
    let expected = libm::acos(144.0 / 164.0) / core::f64::consts::PI;
    // One draw of 1000 grades: their share around the boundary has a standard error of about 0.01.
    assert!((found - expected).abs() < 0.024, "{found}, not {expected}");
    assert_eq!(redrawn(&Redraws::default(), &simulation(0.0), (9, 2), &Mean).flip_rate(), None);
}

#[test]
fn known_grades_do_not_count() {
    let simulation = simulation(8.0).staff_grades(10, 1.0).exemplars([work(0), work(1)]);
    let redraws = Redraws::default().draws(4).boundaries([70.0]);
    let found = redrawn(&redraws, &simulation, (50, 3), &Mean);
    assert_eq!(found.luck().students(), 38);
}

#[test]
fn what_cannot_be_is_named() {
    let evaluate = |redraws: Redraws, simulation: &Simulation, method: &dyn Aggregator| {
        let cohort = Cohort::individuals(4).unwrap();
        let plan = Assigner::new(2);
        redraws.evaluate(simulation, &cohort, &plan, method, Seed::new(1)).unwrap_err()
    };
    let fine = || simulation(8.0);
    let error = evaluate(Redraws::default().draws(1), &fine(), &Mean).to_string();
    assert_eq!(error, "draws is 1, but must be at least 2");
    let boundaries = Redraws::default().boundaries([2.0, 1.0]);
    assert!(matches!(
        evaluate(boundaries, &fine(), &Mean),
        EvaluateError::Metric(MetricError::NotRising { .. })
    ));
    let nothing = evaluate(Redraws::default(), &fine(), &Same::default());
    assert!(matches!(nothing, EvaluateError::Metric(MetricError::TooFewGroups { .. })));
    let gone = fine().behaviour(Behaviour::DropOut, 2.0);
    let error = evaluate(Redraws::default(), &gone, &Mean);
    assert!(matches!(error, EvaluateError::Simulate(_)), "{error}");
    let cohort = Cohort::individuals(2).unwrap();
    let plan = Assigner::new(2);
    let error = Redraws::default().evaluate(&fine(), &cohort, &plan, &Mean, Seed::new(1));
    assert!(matches!(error, Err(EvaluateError::Assign(_))));
}
