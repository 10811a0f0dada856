//! Plans by every rule, plans that change, and what is measured of them.

use peergrade::assign::quality::{Precision, Quality, inflation, mixing, optimum};
use peergrade::assign::{Change, required_reviews, shortfall};
use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};

use super::case::{Area, Case};
use super::{edges, plan, sizes};

pub(crate) const AREA: Area = Area::new("changes", include_str!("changes.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = vec![
        Case::floats("optimum", (2..50).filter_map(|k| optimum(f64::from(k), 5.0, 0.3))),
        Case::floats("shortfall", (3..200).map(|k| shortfall(3, 0.2, k).unwrap())),
        Case::integers(
            "required reviews",
            (0..90).map(|d| required_reviews(3, f64::from(d) / 100.0, 0.98).unwrap() as u64),
        ),
    ];
    sizes(|n, seed, name| {
        all.extend(changed(n, seed, name));
        all.extend(measured(n, seed, name));
        all.extend(ruled(n, seed, name));
    });
    all
}

fn person(i: usize) -> PersonId {
    PersonId::new(u32::try_from(i).unwrap())
}

fn work(i: usize) -> SubmissionId {
    SubmissionId::new(u32::try_from(i).unwrap())
}

/// Two people come, one leaves, one does not show up, after a third of the reviews has begun.
fn changed(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let assigner = Assigner::new(2);
    let cohort = Cohort::individuals(n).unwrap();
    let plan = assigner.assign(&cohort, seed).unwrap();
    let started: Vec<_> = plan.graph().iter().step_by(3).collect();
    let now = Cohort::individuals(n + 2).unwrap();
    let change = Change::new(&plan).started(started).withdraw([person(1)]).no_show([person(3)]);
    let changed = change.apply(&now, &assigner, seed.derive("change")).unwrap();
    vec![Case::integers(format!("changed {name}"), edges(changed.plan()))]
}

fn measured(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let (cohort, plan) = plan(n, seed);
    let graph = plan.graph();
    let quality = Quality::measure(graph, &cohort);
    let weights: Vec<f64> = (0..n).map(|i| 1.0 + (i % 4) as f64).collect();
    let even = Precision::of(graph, &weights).unwrap().unwrap();
    let numbers = [
        quality.efficiency(),
        mixing(graph).map(|mixing| mixing.sigma2()),
        mixing(graph).and_then(|mixing| mixing.worst_contrast()),
        inflation(graph, 0.3).and_then(|inflation| inflation.value()),
        Some(quality.counts().four_cycles() as f64),
        Some(even.variation()),
        Some(even.worst()),
    ];
    let numbers = numbers.map(|x| x.unwrap_or(-1.0));
    vec![Case::floats(format!("quality {name}"), numbers)]
}

fn ruled(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let mut cohort = Cohort::builder(n + 2).unwrap();
    for pair in 0..n / 2 {
        cohort.submission(&[person(2 * pair), person(2 * pair + 1)]).unwrap();
    }
    for i in 0..n + 2 {
        cohort.section(person(i), u32::try_from(i % 2).unwrap()).unwrap();
    }
    let exemplar = cohort.submission(&[]).unwrap();
    cohort.staff(person(n)).unwrap().staff(person(n + 1)).unwrap();
    let (cohort, works) = (cohort.build(), n / 2);
    let weights: Vec<f64> = (0..n + 2).map(|i| 1.0 + (i * i % 5) as f64).collect();
    let rules: [(&str, Assigner); 4] = [
        ("teams", Assigner::new(1)),
        ("weights", Assigner::new(1).reliability(&weights)),
        ("wishes", Assigner::new(1).prefer((0..works).map(|i| (work(i), person((2 * i + 5) % n))))),
        ("exemplars", Assigner::new(1).exemplars([exemplar], 1).spot_checks([work(1)], 1)),
    ];
    let plan = |(what, assigner): (&str, Assigner)| {
        let plan = assigner.best_effort(true).assign(&cohort, seed).unwrap();
        Case::integers(format!("{what} {name}"), edges(&plan))
    };
    rules.into_iter().map(plan).collect()
}
