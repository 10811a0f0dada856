//! The luck of the draw against the variance of a random subset.

use super::*;
use crate::aggregate::{Mean, ShrunkMean};
use crate::evaluate::{EvaluateError, Redraws};
use crate::simulate::{Gaussian, Noise, Simulation};
use crate::{Assigner, Seed};

const K: usize = 4;

fn luck(method: &dyn Aggregator, law: Gaussian) -> f64 {
    let (cohort, simulation) = (Cohort::individuals(1000).unwrap(), Simulation::new(law));
    let course = (&simulation, &cohort);
    Redraws::default().evaluate(course, &Assigner::new(K), method, Seed::new(3)).unwrap().variance()
}

fn wide() -> Gaussian {
    Gaussian::pg1().noise(Noise::Equal { sd: 10.0 }).scale(Scale::new(-1e4, 1e4).unwrap())
}

#[test]
fn the_mean_varies_like_a_random_subset_of_what_all_would_say() {
    // What the other N = 999 would say has the variance b^2 + s^2; of k drawn without replacement
    // the mean has that by k, times 1 - k / N. Twenty draws of 1000 works tell it to a hundredth,
    // but for the biases that these people have.
    for bias_sd in [0.0, 8.0] {
        let law = wide().bias_sd(bias_sd);
        let cohort = Cohort::individuals(1000).unwrap();
        let plan = Assigner::new(K).assign(&cohort, Seed::new(1)).unwrap();
        let truth = Simulation::new(law).simulate(&cohort, &plan, Seed::new(3)).unwrap();
        let bias = truth.truth().bias().unwrap();
        let mean = bias.iter().sum::<f64>() / 1000.0;
        let variance = bias.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / 999.0;
        let expected = (variance + 100.0) / K as f64 * (1.0 - K as f64 / 999.0);
        let found = luck(&Mean, law);
        assert!((found / expected - 1.0).abs() < 0.04, "{found} {expected}");
    }
}

#[test]
fn what_trusts_reviews_less_is_less_luck_and_without_noise_there_is_none() {
    assert!(luck(&ShrunkMean, wide()) < 0.8 * luck(&Mean, wide()));
    let sure = wide().bias_sd(0.0).noise(Noise::Equal { sd: 0.0 });
    assert!(luck(&Mean, sure) < 1e-20);
}

#[test]
fn what_cannot_be_drawn_is_named() {
    let (cohort, simulation) = (Cohort::individuals(4).unwrap(), Simulation::new(wide()));
    let evaluate = |draws, reviews| {
        let assigner = Assigner::new(reviews);
        let redraws = Redraws::default().draws(draws);
        redraws.evaluate((&simulation, &cohort), &assigner, &Mean, Seed::new(1)).unwrap_err()
    };
    assert_eq!(evaluate(1, 2).to_string(), "draws is 1, but must be at least 2");
    assert!(matches!(evaluate(2, 4), EvaluateError::Assign(_)));
    assert!(matches!(evaluate(2, 0), EvaluateError::Metric(_)));
}
