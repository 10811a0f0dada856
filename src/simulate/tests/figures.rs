//! Both laws against the errors that theory, papers and another program give for them.

use super::*;
use crate::aggregate::{Aggregator, Mean, ShrunkMean};
use crate::metrics;

/// Root of the mean over seeds of the mean squared error.
fn rmse(
    method: &dyn Aggregator,
    seeds: u64,
    course: impl Fn(u64) -> Result<Simulated, SimulateError>,
) -> f64 {
    let squares = (0..seeds).map(|seed| {
        let course = course(seed).unwrap();
        let grades = method.aggregate(course.reviews()).unwrap();
        let grades: Vec<f64> = grades.grades().flatten().collect();
        let rmse = metrics::rmse(&grades, course.truth().grades()).unwrap();
        rmse * rmse
    });
    math::sqrt(squares.sum::<f64>() / seeds as f64)
}

fn pg1_rmse(method: &dyn Aggregator, law: Pg1) -> f64 {
    rmse(method, 20, |seed| law.simulate(&individuals(1000), &ring(1000, 5, seed), Seed::new(seed)))
}

/// Of k = 5 reviews the mean has the error sqrt((bias^2 + noise^2) / 5), and drawing it to the
/// mean of the course multiplies that by the root of 144 / (144 + error^2).
#[test]
fn pg1_gives_the_errors_of_theory() {
    let equal = wide().noise(Noise::Equal { sd: 10.0 });
    for (name, law, mean, shrunk, tolerance) in [
        ("equal", equal.bias_sd(0.0), 4.472, 4.191, 0.05),
        ("bias", equal, 5.727, 5.169, 0.08),
        // The squared noise has no variance in this law: the mean of 20 courses is less sure.
        ("precision and bias", wide(), 5.727, 5.169, 0.12),
    ] {
        let measured = (pg1_rmse(&Mean, law), pg1_rmse(&ShrunkMean, law));
        assert!((measured.0 - mean).abs() < tolerance, "{name}: mean {measured:?}");
        assert!((measured.1 - shrunk).abs() < tolerance, "{name}: shrunk mean {measured:?}");
    }
}

fn attacked(strategy: Strategy, share: f64) -> f64 {
    let law = BurrellSchoenebeck::default().strategy(strategy, share);
    rmse(&Mean, 24, |seed| law.simulate(&individuals(1000), &ring(1000, 4, seed), Seed::new(seed)))
}

/// The plain mean under attack by 30 % of the reviewers, measured elsewhere on 12 courses of this
/// law by another program.
#[test]
fn agents_give_the_known_errors() {
    for (strategy, known, tolerance) in [
        (Strategy::Truth, 0.753, 0.012),
        (Strategy::All10, 1.418, 0.02),
        (Strategy::All8, 0.910, 0.015),
        (Strategy::Random, 1.435, 0.025),
        (Strategy::Low, 1.658, 0.02),
        (Strategy::Hedge, 0.728, 0.012),
    ] {
        let measured = attacked(strategy, 0.3);
        assert!((measured - known).abs() < tolerance, "{strategy:?}: {measured}");
    }
}

/// Published mean squared errors of the mean, n = 100, k = 4: 0.5604 with bias, 0.3300 without.
#[test]
fn agents_give_the_published_errors() {
    for (bias_sd, published) in [(1.0, 0.5604), (0.0, 0.3300)] {
        let law = BurrellSchoenebeck::default().bias_sd(bias_sd);
        let rmse = rmse(&Mean, 400, |seed| {
            law.simulate(&individuals(100), &ring(100, 4, seed), Seed::new(seed))
        });
        assert!((rmse * rmse - published).abs() < 0.012, "{bias_sd}: {}", rmse * rmse);
    }
}
