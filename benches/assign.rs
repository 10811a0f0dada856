//! Review plans beside what a user would take instead, in the same run: five reviews each, works of
//! one person and of teams of four. Prints what each answer is like before it is timed.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // a bench has a clock
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)] // a bench may fail

#[path = "common/allocators.rs"]
mod allocators;
mod common;

use std::hint::black_box;
use std::time::Instant;

use allocators::{Course, Pairs, Tutorial, least_loaded, loads, max_flow, permutations};
use common::sizes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use peergrade::assign::Sections;
use peergrade::assign::quality::{Counts, mixing};
use peergrade::{Assigner, Cohort, PersonId, ReviewGraph, Seed, SubmissionId};

const REVIEWS: usize = 5;
/// Candidates of each person for a flow that cannot look at all pairs.
const CANDIDATES: usize = 30;
/// Up to here the second singular value is measured, and a flow can be waited for.
const MANY: usize = 100_000;

/// Our own ways: a row each.
fn assigners() -> Vec<(&'static str, Assigner)> {
    vec![
        ("assigner", Assigner::new(REVIEWS)),
        ("assigner, unpolished", Assigner::new(REVIEWS).polish(false)),
    ]
}

fn plans(c: &mut Criterion) {
    eprintln!(
        "{:<11} {:>9} {:<24} {:>9} {:>4} {:>5} {:>6} {:>6} {:>5} {:>6} {:>8} {:>6}",
        "works of",
        "people",
        "by",
        "ms, once",
        "own",
        "twice",
        "given",
        "recvd",
        "parts",
        "mutual",
        "4-cycles",
        "sigma2"
    );
    for (name, team) in [("one", 1), ("teams of 4", 4)] {
        let mut group = c.benchmark_group(format!("plan, works of {name}"));
        group.sample_size(10);
        for n in sizes() {
            group.throughput(Throughput::Elements((n * REVIEWS) as u64));
            let course = Course::of_teams(n, team, REVIEWS);
            let cohort = cohort_of(n, team, None);
            for (by, assigner) in assigners() {
                let assign = || assigner.assign(&cohort, Seed::new(1)).unwrap();
                let start = Instant::now();
                let plan = assign();
                let took = start.elapsed();
                assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
                let pairs = pairs_of(plan.graph());
                let facts = Facts::of(&course, &cohort, &pairs);
                facts.print(name, by, took.as_secs_f64());
                facts.check_ours();
                group.bench_function(BenchmarkId::new(by, n), |b| b.iter(assign));
            }
            for (by, allocate) in allocators(n) {
                let start = Instant::now();
                let pairs = allocate(&course);
                let took = start.elapsed();
                let facts = Facts::of(&course, &cohort, &pairs);
                facts.print(name, by, took.as_secs_f64());
                assert_eq!(pairs.len(), n * REVIEWS, "{by} gives fewer reviews");
                group.bench_function(BenchmarkId::new(by, n), |b| {
                    b.iter(|| allocate(black_box(&course)));
                });
            }
        }
        group.finish();
    }
}

/// Courses of 20 sections, whose members review their own section only, or others only.
fn sections(c: &mut Criterion) {
    for (name, rule) in [("own", Sections::Same), ("other", Sections::Other)] {
        let mut group = c.benchmark_group(format!("plan, 20 sections, teams of 4, {name} only"));
        group.sample_size(10);
        for n in sizes().into_iter().filter(|&n| n <= MANY) {
            let cohort = cohort_of(n, 4, Some(20));
            for (by, assigner) in assigners() {
                let assigner = assigner.sections(rule.clone());
                let assign = || assigner.assign(&cohort, Seed::new(1)).unwrap();
                assert_eq!(assign().verify(&cohort, &assigner), Ok(()));
                group.bench_function(BenchmarkId::new(by, n), |b| b.iter(assign));
            }
        }
        group.finish();
    }
}

type Allocate = fn(&Course) -> Pairs;

/// What goes at this size in reasonable time and memory.
fn allocators(n: usize) -> Vec<(&'static str, Allocate)> {
    let mut all: Vec<(&'static str, Allocate)> = vec![
        ("permutations, unrepaired", |course| permutations(course, &mut Tutorial(1))),
        ("least loaded", |course| least_loaded(course, &mut Tutorial(1))),
    ];
    if n <= MANY {
        all.push(("flow, 30 candidates", |course| {
            max_flow(course, Some(CANDIDATES), &mut Tutorial(1))
        }));
    }
    if n <= 1_000 {
        all.push(("flow, all pairs", |course| max_flow(course, None, &mut Tutorial(1))));
    }
    all
}

fn cohort_of(people: usize, team: usize, sections: Option<usize>) -> Cohort {
    let mut cohort = Cohort::builder(people).unwrap();
    let all: Vec<PersonId> = (0..u32::try_from(people).unwrap()).map(PersonId::new).collect();
    for (i, members) in all.chunks(team).enumerate() {
        cohort.submission(members).unwrap();
        for &person in members.iter().filter(|_| sections.is_some()) {
            let section = i % sections.unwrap_or(1);
            cohort.section(person, u32::try_from(section).unwrap()).unwrap();
        }
    }
    cohort.build()
}

fn pairs_of(graph: &ReviewGraph) -> Pairs {
    graph.iter().map(|(work, reviewer)| (work.index(), reviewer.index())).collect()
}

/// What an answer is like.
struct Facts {
    people: usize,
    works: usize,
    /// Reviews of the work of one's own class.
    own: usize,
    /// Reviews of a work that one has already.
    twice: usize,
    loads: [(usize, usize); 2],
    /// Of the graph without what is there twice.
    counts: Counts,
    sigma2: Option<f64>,
}

impl Facts {
    fn of(course: &Course, cohort: &Cohort, pairs: &Pairs) -> Self {
        let (people, works) = (course.people.len(), course.works.len());
        let mut once = pairs.clone();
        once.sort_unstable();
        once.dedup();
        let ids: Vec<_> = once.iter().map(|&pair| ids(pair)).collect();
        let graph = ReviewGraph::from_pairs(people, works, &ids).unwrap();
        let sigma2 = (people <= MANY).then(|| mixing(&graph).unwrap().sigma2());
        Self {
            people,
            works,
            own: pairs.iter().filter(|&&(work, person)| course.bars(person, work)).count(),
            twice: pairs.len() - once.len(),
            loads: loads(course, pairs),
            counts: Counts::measure(&graph, cohort),
            sigma2,
        }
    }

    fn print(&self, works: &str, by: &str, seconds: f64) {
        let [given, received] = self.loads.map(|(min, max)| format!("{min}..{max}"));
        let (counts, ms) = (self.counts, seconds * 1e3);
        let sigma2 = self.sigma2.map_or("-".into(), |sigma2| format!("{sigma2:.4}"));
        eprintln!(
            "{works:<11} {:>9} {by:<24} {ms:>9.1} {:>4} {:>5} {given:>6} {received:>6} {:>5} {:>6} \
             {:>8} {sigma2:>6}",
            self.people,
            self.own,
            self.twice,
            counts.components(),
            counts.mutual_pairs().unwrap_or(0),
            counts.four_cycles(),
        );
    }

    /// Valid, even, in one part, and as well mixed as a random graph can be.
    fn check_ours(&self) {
        assert_eq!((self.own, self.twice, self.counts.components()), (0, 0, 1));
        assert!(self.loads.iter().all(|(min, max)| max - min <= 1));
        let (k, d) = (REVIEWS as f64, (self.people * REVIEWS / self.works) as f64);
        let limit = ((k - 1.0).sqrt() + (d - 1.0).sqrt()) / (k * d).sqrt();
        assert!(self.sigma2.is_none_or(|sigma2| sigma2 < 1.02 * limit), "{:?}", self.sigma2);
    }
}

fn ids((work, reviewer): (usize, usize)) -> (SubmissionId, PersonId) {
    let id = |i: usize| u32::try_from(i).unwrap();
    (SubmissionId::new(id(work)), PersonId::new(id(reviewer)))
}

criterion_group!(benches, plans, sections);
criterion_main!(benches);
