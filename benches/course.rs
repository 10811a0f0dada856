//! The main jobs of a course at 1e3, 1e5 and 1e6 learners with five reviews each, beside the simplest
//! thing that a user would write in their place. Every bench checks its answer before it is timed.
//!
//! `cargo bench` runs all; `PEERGRADE_BENCH_LARGEST=100000 cargo bench` leaves out larger courses.
//! How to read the numbers: `benches/README.md`.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // a user's own code has maps
#![allow(clippy::unwrap_used, missing_docs)] // a bench may fail

mod common;
#[path = "common/tutorial.rs"]
mod tutorial;

use std::collections::HashMap;
use std::hint::black_box;

use common::sizes;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use peergrade::aggregate::{Aggregator, Mean, ShrunkMean};
use peergrade::simulate::{Gaussian, Simulation};
use peergrade::{
    Assigner, Cohort, Jigsaw, PersonId, ReviewPlan, Reviews, Rubric, Scale, Seed, SubmissionId,
};
use tutorial::Tutorial;

const REVIEWS: usize = 5;
const TOPICS: usize = 5;

fn plan(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan");
    group.sample_size(10);
    for n in sizes() {
        group.throughput(Throughput::Elements((n * REVIEWS) as u64));
        let (cohort, plan) = course(n);
        assert_eq!(plan.verify(&cohort, &Assigner::new(REVIEWS)), Ok(()));
        group.bench_with_input(BenchmarkId::new("assigner", n), &n, |b, _| {
            b.iter(|| Assigner::new(REVIEWS).assign(&cohort, Seed::new(1)).unwrap());
        });
        // Balanced by chance alone: some get one review, some ten.
        let loose = draw_others(n);
        assert!(loose.iter().enumerate().all(|(i, others)| !others.contains(&i)));
        group.bench_with_input(BenchmarkId::new("draw others by rejection", n), &n, |b, &n| {
            b.iter(|| draw_others(black_box(n)));
        });
    }
    group.finish();
}

fn draw_others(n: usize) -> Vec<Vec<usize>> {
    let mut random = Tutorial(1);
    let draw = |i| {
        let mut others = Vec::new();
        while others.len() < REVIEWS {
            let other = random.below(n);
            if other != i && !others.contains(&other) {
                others.push(other);
            }
        }
        others
    };
    (0..n).map(draw).collect()
}

fn course(n: usize) -> (Cohort, ReviewPlan) {
    let cohort = Cohort::individuals(n).unwrap();
    let plan = Assigner::new(REVIEWS).assign(&cohort, Seed::new(1)).unwrap();
    (cohort, plan)
}

/// Reviews, and the same as rows of keys in random order, as they come out of a database.
fn reviews(n: usize) -> (Cohort, Reviews, Vec<(SubmissionId, PersonId, f64)>) {
    let (cohort, plan) = course(n);
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let (reviews, _) = course.into_parts();
    let scores = reviews.column(0).iter();
    let mut rows: Vec<_> =
        reviews.graph().iter().zip(scores).map(|((s, r), &z)| (s, r, z)).collect();
    Tutorial(3).shuffle(&mut rows);
    (cohort, reviews, rows)
}

fn build(c: &mut Criterion) {
    let mut group = c.benchmark_group("build reviews");
    group.sample_size(10);
    for n in sizes() {
        let (cohort, reviews, rows) = reviews(n);
        let collect = || {
            let mut builder = Reviews::builder(&cohort, rubric());
            builder.reserve(rows.len());
            for &(submission, reviewer, score) in &rows {
                builder.add(submission, reviewer, &[score]).unwrap();
            }
            builder.build().unwrap()
        };
        assert_eq!(collect(), reviews);
        group.throughput(Throughput::Elements(rows.len() as u64));
        group.bench_function(BenchmarkId::new("from shuffled rows", n), |b| b.iter(collect));
        let parts = || (reviews.graph().clone(), vec![reviews.column(0).to_vec()]);
        group.bench_function(BenchmarkId::new("from columns", n), |b| {
            b.iter_batched(
                parts,
                |(graph, columns)| {
                    Reviews::from_columns(&cohort, graph, rubric(), columns).unwrap()
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_function(BenchmarkId::new("vectors in a map of strings", n), |b| {
            let rows = with_names(&rows);
            b.iter(|| {
                let mut scores: HashMap<String, Vec<f64>> = HashMap::new();
                for (name, score) in &rows {
                    scores.entry(name.clone()).or_default().push(*score);
                }
                scores
            });
        });
    }
    group.finish();
}

fn rubric() -> Rubric {
    Rubric::single(Scale::new(0.0, 100.0).unwrap())
}

fn with_names(rows: &[(SubmissionId, PersonId, f64)]) -> Vec<(String, f64)> {
    rows.iter().map(|(submission, _, score)| (name(*submission), *score)).collect()
}

fn name(submission: SubmissionId) -> String {
    format!("submission-{submission}")
}

fn grades(c: &mut Criterion) {
    for method in [&Mean as &dyn Aggregator, &ShrunkMean] {
        let mut group = c.benchmark_group(method.name());
        group.sample_size(10);
        for n in sizes() {
            let (_, reviews, rows) = reviews(n);
            let rows = with_names(&rows);
            let by_hand = if method.name() == "mean" { mean_of_map } else { shrunk_mean_of_map };
            let ours = method.aggregate(&reviews).unwrap();
            let theirs = by_hand(&rows);
            for id in (0..u32::try_from(n).unwrap()).map(SubmissionId::new) {
                let (ours, theirs) = (ours.grade(id).unwrap(), theirs[&name(id)]);
                assert!((ours - theirs).abs() < 1e-9, "{id}: {ours} {theirs}");
            }
            group.throughput(Throughput::Elements(rows.len() as u64));
            group.bench_function(BenchmarkId::new("peergrade", n), |b| {
                b.iter(|| method.aggregate(black_box(&reviews)).unwrap());
            });
            group.bench_function(BenchmarkId::new("a map of strings", n), |b| {
                b.iter(|| by_hand(black_box(&rows)));
            });
        }
        group.finish();
    }
}

fn mean_of_map(rows: &[(String, f64)]) -> HashMap<String, f64> {
    let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
    for (name, score) in rows {
        let (sum, count) = sums.entry(name.clone()).or_default();
        *sum += score;
        *count += 1.0;
    }
    sums.into_iter().map(|(name, (sum, count))| (name, sum / count)).collect()
}

fn shrunk_mean_of_map(rows: &[(String, f64)]) -> HashMap<String, f64> {
    let mut scores: HashMap<&str, Vec<f64>> = HashMap::new();
    for (name, score) in rows {
        scores.entry(name).or_default().push(*score);
    }
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    let (n, e) = (scores.len() as f64, rows.len() as f64);
    let grand = rows.iter().map(|(_, z)| z).sum::<f64>() / e;
    let means: HashMap<&str, f64> = scores.iter().map(|(&name, z)| (name, mean(z))).collect();
    let square = |x: f64| x * x;
    let within =
        rows.iter().map(|(name, z)| square(z - means[name.as_str()])).sum::<f64>() / (e - n);
    let centre = means.values().sum::<f64>() / n;
    let spread = means.values().map(|x| square(x - centre)).sum::<f64>() / (n - 1.0);
    let noise = scores.values().map(|z| within / z.len() as f64).sum::<f64>() / n;
    let between = (spread - noise).max(0.0);
    let grade = |(&name, z): (&&str, &Vec<f64>)| {
        let noise = within / z.len() as f64;
        let weight = (n - 3.0) / (n - 1.0) * noise / (noise + between);
        (name.to_owned(), weight * grand + (1.0 - weight) * means[name])
    };
    scores.iter().map(grade).collect()
}

fn jigsaw(c: &mut Criterion) {
    let mut group = c.benchmark_group("jigsaw");
    group.sample_size(10);
    for n in sizes() {
        let jigsaw = Jigsaw::topics(TOPICS);
        let plan = jigsaw.form(n, Seed::new(1)).unwrap();
        assert_eq!(plan.verify(&jigsaw), Ok(()));
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("peergrade", n), |b| {
            b.iter(|| jigsaw.form(black_box(n), Seed::new(1)).unwrap());
        });
        // Homes and topics alone, no expert groups, and a remainder only by luck.
        let dealt = deal(n);
        assert!(dealt.iter().all(|&(home, topic)| home < n && topic < TOPICS));
        group.bench_function(BenchmarkId::new("shuffle and deal", n), |b| {
            b.iter(|| deal(black_box(n)));
        });
    }
    group.finish();
}

fn deal(n: usize) -> Vec<(usize, usize)> {
    let mut people: Vec<usize> = (0..n).collect();
    Tutorial(1).shuffle(&mut people);
    let mut place = vec![(0, 0); n];
    for (i, &person) in people.iter().enumerate() {
        place[person] = (i / TOPICS, i % TOPICS);
    }
    place
}

criterion_group!(benches, plan, build, grades, jigsaw);
criterion_main!(benches);
