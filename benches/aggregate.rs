//! Every method of the list at 1e3, 1e5 and 1e6 learners with five reviews each, and published ones
//! beside their public programs' logic over dictionaries. Every bench checks its answer before it is
//! timed.
//!
//! Methods that draw run at 1e3 alone: `Method::draws`. How to read the numbers:
//! `benches/README.md`.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // a user's own code has maps
#![allow(clippy::unwrap_used, missing_docs)] // a bench may fail

mod common;
#[path = "common/dicts.rs"]
mod dicts;

use std::collections::HashMap;
use std::hint::black_box;

use common::sizes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dicts::Scores;
use peergrade::aggregate::{METHODS, by_name};
use peergrade::metrics::rmse;
use peergrade::simulate::{BurrellSchoenebeck, Gaussian, Simulation};
use peergrade::{Assigner, Cohort, Gradebook, Reviews, Seed};

fn course(n: usize) -> (Reviews, Vec<f64>) {
    let cohort = Cohort::individuals(n).unwrap();
    let plan = Assigner::new(5).assign(&cohort, Seed::new(1)).unwrap();
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let truth = course.truth().grades().to_vec();
    (course.into_parts().0, truth)
}

fn error(book: &Gradebook, truth: &[f64]) -> f64 {
    rmse(&book.grades().flatten().collect::<Vec<_>>(), truth).unwrap()
}

fn methods(c: &mut Criterion) {
    let mut group = c.benchmark_group("methods");
    group.sample_size(10);
    for n in sizes() {
        let (reviews, truth) = course(n);
        group.throughput(Throughput::Elements(reviews.graph().reviews() as u64));
        for method in METHODS.iter().filter(|method| n == 1000 || !method.draws()) {
            let aggregator = method.aggregator();
            // Twice the error of a fair method here: some of the published ones come close.
            let error = error(&aggregator.aggregate(&reviews).unwrap(), &truth);
            assert!(error < 12.0, "{}: {error}", method.name());
            group.bench_function(BenchmarkId::new(method.name(), n), |b| {
                b.iter(|| aggregator.aggregate(black_box(&reviews)).unwrap());
            });
        }
    }
    group.finish();
}

/// A published method over dictionaries.
type OverDictionaries = fn(&Scores) -> HashMap<u32, f64>;

const PORTS: [(&str, OverDictionaries); 3] = [
    ("hamer", |scores| dicts::hamer(scores, 10.0)),
    ("burrell-em", dicts::burrell),
    ("vancouver", dicts::vancouver),
];

fn dictionaries(c: &mut Criterion) {
    let mut group = c.benchmark_group("beside dictionaries");
    group.sample_size(10);
    let cohort = |n| Cohort::individuals(n).unwrap();
    for n in sizes().into_iter().filter(|&n| n <= 100_000) {
        let plan = Assigner::new(5).assign(&cohort(n), Seed::new(1)).unwrap();
        let law = BurrellSchoenebeck::default();
        let course = Simulation::new(law).simulate(&cohort(n), &plan, Seed::new(2)).unwrap();
        let reviews = course.reviews();
        let mut scores = Scores::new();
        for ((work, reviewer), &score) in reviews.graph().iter().zip(reviews.column(0)) {
            scores.entry(work.get()).or_default().insert(reviewer.get(), score);
        }
        group.throughput(Throughput::Elements(reviews.graph().reviews() as u64));
        for (name, port) in PORTS {
            let ours = by_name(name).unwrap();
            let theirs = port(&scores);
            let book = ours.aggregate(reviews).unwrap();
            for (work, grade) in (0..).zip(book.grades()) {
                // Estimates beyond the scale are cut to it.
                let distance = (grade.unwrap() - theirs[&work].clamp(0.0, 10.0)).abs();
                assert!(distance < 1e-6, "{name} {work}: {distance}");
            }
            group.bench_function(BenchmarkId::new(format!("{name}, peergrade"), n), |b| {
                b.iter(|| ours.aggregate(black_box(reviews)).unwrap());
            });
            group.bench_function(BenchmarkId::new(format!("{name}, dictionaries"), n), |b| {
                b.iter(|| port(black_box(&scores)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, methods, dictionaries);
criterion_main!(benches);
