//! A simulated course of 1e3, 1e5 and 1e6 learners with five reviews each, beside what a script of
//! one loop and one generator takes. Every bench checks its answer before it is timed.
#![allow(clippy::disallowed_methods)] // a user's own code has logarithms
#![allow(clippy::unwrap_used, missing_docs)] // a bench may fail

mod common;

use std::hint::black_box;

use common::sizes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use peergrade::simulate::{Behaviour, BurrellSchoenebeck, Gaussian, Simulation};
use peergrade::{Assigner, Cohort, ReviewGraph, Seed};

const REVIEWS: usize = 5;

fn simulate(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulate");
    group.sample_size(10);
    for n in sizes() {
        let cohort = Cohort::individuals(n).unwrap();
        let plan = Assigner::new(REVIEWS).assign(&cohort, Seed::new(1)).unwrap();
        group.throughput(Throughput::Elements((n * REVIEWS) as u64));
        let agents = || Simulation::new(BurrellSchoenebeck::default());
        let attacked = agents()
            .behaviour(Behaviour::ALL_MAX, 0.1)
            .behaviour(Behaviour::Low { by: 0.4 }, 0.1)
            .behaviour(Behaviour::Ring { size: 5 }, 0.1);
        // The squared error of one score: 8^2 + 100 of PG1, about 2.2 of honest agents.
        let jobs = [
            ("pg1", Simulation::new(Gaussian::pg1()), 100.0..200.0),
            ("agents", agents(), 2.0..2.4),
            ("agents, 30 % attack", attacked, 3.0..6.0),
        ];
        for (name, simulation, expected) in jobs {
            let run = || simulation.simulate(&cohort, &plan, Seed::new(2)).unwrap();
            let course = run();
            let scores = course.reviews().column(0);
            let error = squared_error(plan.graph(), scores, course.truth().grades());
            assert!(expected.contains(&error), "{name}: {error}");
            group.bench_function(BenchmarkId::new(name, n), |b| b.iter(run));
        }
        let (scores, grades) = by_one_loop(plan.graph());
        let error = squared_error(plan.graph(), &scores, &grades);
        assert!((155.0..173.0).contains(&error), "{error}");
        group.bench_function(BenchmarkId::new("one loop, equal noise", n), |b| {
            b.iter(|| by_one_loop(black_box(plan.graph())));
        });
    }
    group.finish();
}

fn squared_error(graph: &ReviewGraph, scores: &[f64], grades: &[f64]) -> f64 {
    let errors = graph.iter().zip(scores).map(|((s, _), z)| z - grades[s.index()]);
    errors.map(|e| e * e).sum::<f64>() / scores.len() as f64
}

/// Biases and equal noise from one generator: another person changes all scores that follow.
fn by_one_loop(graph: &ReviewGraph) -> (Vec<f64>, Vec<f64>) {
    let mut state = 1_u64;
    let mut unit = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        ((state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal = move || (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos();
    let grades: Vec<f64> = (0..graph.submissions()).map(|_| 70.0 + 12.0 * normal()).collect();
    let bias: Vec<f64> = (0..graph.people()).map(|_| 8.0 * normal()).collect();
    let score = |(s, r): (peergrade::SubmissionId, peergrade::PersonId)| {
        grades[s.index()] + bias[r.index()] + 10.0 * normal()
    };
    let scores = graph.iter().map(score).collect();
    (scores, grades)
}

criterion_group!(benches, simulate);
criterion_main!(benches);
