//! Groups beside what a user would do instead, in the same run. Prints how even the groups are, and
//! the bound that no groups can go below, before it is timed.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // a bench has a clock
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)] // a bench may fail

mod common;
#[path = "../examples/balance/learners.rs"]
mod learners;
#[path = "common/swaps.rs"]
mod swaps;
#[path = "common/tutorial.rs"]
mod tutorial;

use std::hint::black_box;
use std::time::Instant;

use common::{sizes, up_to_largest};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use learners::{Learners, NAMES};
use peergrade::group::{Effort, RoundPlan, TopicPlan, evaluate};
use peergrade::{
    GroupFormer, GroupSizes, Groups, Jigsaw, PersonId, Pods, Rounds, Seed, Strata, TopicChoice,
    TopicId, Traits,
};
use swaps::swaps;
use tutorial::Tutorial;

const SAMPLES: usize = 10;
/// Up to here a long search by chance can be waited for.
const MANY: usize = 100_000;

type Form<'a> = Box<dyn Fn() -> Groups + 'a>;

/// Numbers of people and sizes of groups.
fn courses() -> Vec<(usize, usize)> {
    let people = up_to_largest(&[1_000, 10_000, 100_000, 1_000_000]);
    let ten = people.iter().filter(|&&n| n == 1_000_000).map(|&n| (n, 10));
    people.iter().map(|&n| (n, 5)).chain(ten).collect()
}

/// The ways to form groups.
fn ways<'a>(
    learners: &'a Learners,
    traits: &'a Traits,
    size: usize,
) -> Vec<(&'static str, Form<'a>)> {
    let pods = Pods::new(GroupSizes::target(size));
    let n = learners.rows.len();
    let search = move |sweeps| {
        let groups = swaps(&learners.rows, size, sweeps, 10, &mut Tutorial(1));
        Groups::from_assignment(groups).unwrap()
    };
    let former = move |effort| {
        let former = wish(size).effort(effort);
        former.form(traits, Seed::new(1)).unwrap().into_groups()
    };
    let mut ways: Vec<(&'static str, Form<'a>)> = vec![
        ("by chance", Box::new(move || pods.form(n, Seed::new(1)).unwrap())),
        (
            "sorted snake",
            Box::new(move || pods.form_spread(&strata(learners), Seed::new(1)).unwrap()),
        ),
        ("swap search, 4 sweeps", Box::new(move || search(4))),
        ("former, fast", Box::new(move || former(Effort::Fast))),
        ("former, good", Box::new(move || former(Effort::Good))),
    ];
    if n <= MANY {
        ways.push(("swap search, 16 sweeps", Box::new(move || search(16))));
        ways.push(("swap search, 64 sweeps", Box::new(move || search(64))));
    }
    ways
}

fn wish(size: usize) -> GroupFormer {
    GroupFormer::default().sizes(GroupSizes::target(size))
}

/// As far as sorting goes: by skill, within the minorities.
fn strata(learners: &Learners) -> Strata {
    let skill: Vec<f64> = learners.rows.iter().map(|row| row[0]).collect();
    let flags =
        learners.rows.iter().map(|row| u32::from(row[4] > 0.5) + 2 * u32::from(row[5] > 0.5));
    Strata::by_value(&skill).unwrap().within(&flags.collect::<Vec<_>>()).unwrap()
}

fn balance(c: &mut Criterion) {
    eprintln!(
        "{:>9} {:>4} {:<24} {:>9} {:>9} {:>9} {:>9}",
        "people", "size", "by", "s, once", "between", "bound", "above"
    );
    for (n, size) in courses() {
        let mut group =
            c.benchmark_group(format!("balance {} columns, groups of {size}", NAMES.len()));
        group.sample_size(SAMPLES);
        group.throughput(Throughput::Elements(n as u64));
        let learners = Learners::draw(n, 1);
        let traits = learners.traits().unwrap();
        for (by, form) in ways(&learners, &traits, size) {
            let start = Instant::now();
            let groups = form();
            let took = start.elapsed().as_secs_f64();
            wish(size).verify(&traits, &groups).unwrap();
            let report = evaluate(&traits, &groups, &wish(size)).unwrap();
            let (share, bound) = (report.share(), report.bound());
            let above = share - bound;
            eprintln!(
                "{n:>9} {size:>4} {by:<24} {took:>9.3} {share:>9.5} {bound:>9.5} {above:>9.5}"
            );
            assert!(above >= 0.0 && (by == "by chance" || share < report.expected_share()));
            group.bench_function(BenchmarkId::new(by, n), |b| b.iter(&form));
        }
        group.finish();
    }
}

/// Wishes of people who all like the first topics best, more or less; room for as many as there are.
fn wishes(n: usize, topics: usize) -> TopicChoice {
    let mut random = Tutorial(2);
    let mut costs = Vec::with_capacity(n * topics);
    for _ in 0..n {
        let dislike = |topic| (5 * topic + random.below(10 * topics), topic);
        let mut order: Vec<(usize, usize)> = (0..topics).map(dislike).collect();
        order.sort_unstable();
        let first = costs.len();
        costs.resize(first + topics, 0);
        for (rank, &(_, topic)) in (0..).zip(&order) {
            costs[first + topic] = rank * rank;
        }
    }
    let cost =
        |person: PersonId, topic: TopicId| Some(costs[person.index() * topics + topic.index()]);
    TopicChoice::new(n, topics, cost).unwrap().caps(vec![n.div_ceil(topics); topics])
}

/// In the order of the ids, everybody takes the best topic that has room.
fn first_come(choice: &TopicChoice) -> u64 {
    let (n, topics) = (choice.people(), u32::try_from(choice.topics()).unwrap());
    let mut room = vec![n.div_ceil(choice.topics()); choice.topics()];
    let mut sum = 0;
    for person in (0..u32::try_from(n).unwrap()).map(PersonId::new) {
        let open = (0..topics).map(TopicId::new).filter(|topic| room[topic.index()] > 0);
        let best = open.min_by_key(|&topic| choice.cost(person, topic)).unwrap();
        room[best.index()] -= 1;
        sum += u64::from(choice.cost(person, best).unwrap());
    }
    sum
}

fn topics(c: &mut Criterion) {
    for topics in [8, 20] {
        let mut group = c.benchmark_group(format!("choice of {topics} topics"));
        group.sample_size(SAMPLES);
        for n in sizes() {
            group.throughput(Throughput::Elements(n as u64));
            let choice = wishes(n, topics);
            let choose = || choice.choose(Seed::new(1)).unwrap();
            let start = Instant::now();
            let plan: TopicPlan = choose();
            let took = start.elapsed().as_secs_f64();
            plan.verify(&choice).unwrap();
            let (cost, bound, simple) = (plan.cost(), plan.bound(), first_come(&choice));
            eprintln!(
                "{n:>9} people, {topics} topics: {took:.3} s, cost {cost}, bound {bound}; first come, first served {simple}"
            );
            assert!(cost == bound && cost <= simple);
            group.bench_function(BenchmarkId::new("exact", n), |b| b.iter(choose));
            group.bench_function(BenchmarkId::new("first come, first served", n), |b| {
                b.iter(|| first_come(black_box(&choice)));
            });
        }
        group.finish();
    }
}

/// A jigsaw that looks at learners, or at their wishes; the plain one is in the bench `course`.
fn jigsaw(c: &mut Criterion) {
    let mut group = c.benchmark_group("jigsaw of 5 topics");
    group.sample_size(SAMPLES);
    for n in sizes() {
        group.throughput(Throughput::Elements(n as u64));
        let strata = strata(&Learners::draw(n, 1));
        let by_wish = Jigsaw::topics(5).preferences(wishes(n, 5));
        for (by, jigsaw) in [("spread", Jigsaw::topics(5)), ("spread, by wish", by_wish)] {
            let form = || jigsaw.form_spread(&strata, Seed::new(1)).unwrap();
            let start = Instant::now();
            let plan = form();
            let took = start.elapsed().as_secs_f64();
            plan.verify(&jigsaw).unwrap();
            eprintln!("{n:>9} people, jigsaw, {by}: {took:.3} s, {} homes", plan.homes().len());
            assert_eq!(plan.homes().len(), n / 5);
            group.bench_function(BenchmarkId::new(by, n), |b| b.iter(form));
        }
    }
    group.finish();
}

const WEEKS: usize = 20;

fn rounds(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("{WEEKS} rounds of 4 or 5"));
    group.sample_size(SAMPLES);
    for n in sizes() {
        group.throughput(Throughput::Elements((n * WEEKS) as u64));
        let shift = || {
            let plan = Rounds::new(WEEKS, 4..=5).form(n, Seed::new(1)).unwrap();
            let rounds: Vec<Groups> = (0..WEEKS).map(|round| plan.groups(round).unwrap()).collect();
            (plan, rounds)
        };
        let shuffle = || -> Vec<Groups> {
            let pods = Pods::new(GroupSizes::target(5));
            (0..).take(WEEKS).map(|week| pods.form(n, Seed::new(week)).unwrap()).collect()
        };
        let start = Instant::now();
        let (plan, rounds): (RoundPlan, _) = shift();
        let took = start.elapsed().as_secs_f64() / WEEKS as f64;
        plan.verify().unwrap();
        assert!(plan.guarantee().is_free_of_repeats());
        // Counting takes more memory than planning.
        let counted = (n <= MANY).then(|| (repeats(&rounds), repeats(&shuffle())));
        assert!(counted.is_none_or(|(ours, _)| ours == 0));
        let theirs = counted.map_or_else(|| "?".to_owned(), |(_, theirs)| theirs.to_string());
        eprintln!("{n:>9} people: {took:.4} s a round, 0 repeats; shuffled {theirs}");
        group.bench_function(BenchmarkId::new("shift", n), |b| b.iter(shift));
        group.bench_function(BenchmarkId::new("shuffle", n), |b| b.iter(shuffle));
    }
    group.finish();
}

/// Meetings of two people beyond their first.
fn repeats(rounds: &[Groups]) -> usize {
    let mut pairs = Vec::new();
    for (_, members) in rounds.iter().flat_map(Groups::iter) {
        for (i, a) in members.iter().enumerate() {
            pairs.extend(members[i + 1..].iter().map(|b| (a.get(), b.get())));
        }
    }
    let all = pairs.len();
    pairs.sort_unstable();
    pairs.dedup();
    all - pairs.len()
}

criterion_group!(benches, balance, topics, jigsaw, rounds);
criterion_main!(benches);
