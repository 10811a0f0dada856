//! The league as a whole: what it promises of its numbers, and the gate that keeps methods from
//! getting worse unseen.
//!
//! The gate compares every method on every scenario with the tables in `tests/baseline`:
//!
//! ```text
//! cargo test --test league                                              # fast tier: seconds
//! cargo test --release --features rayon --test league -- --ignored      # full tier: minutes
//! PEERGRADE_BLESS=1 ...                                                 # writes the table anew
//! ```
//!
//! A cell may move by its tolerance, as measured when the table was written: one standard error of
//! its mean over the courses or of its paired difference to the plain mean, whichever is less.
//! Courses are the same in every run, so that no change is noise; but one so small that other
//! courses could have shown its opposite is no reason to stop. Much of the first standard error is
//! that some courses are harder than others, for all methods alike. The second leaves that out: for
//! `shrunk-mean` on s4 it is half of the first. What has no spread, such as the plain mean beside
//! itself, may not move at all. Numbers are compared to six decimals.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail

#[path = "league/gate.rs"]
mod gate;

use peergrade::aggregate::{METHODS, Mean, Method};
use peergrade::league::{League, METRICS, Oracle, Standings};
use peergrade::simulate::{SCENARIOS, Scenario, StandardScenario, by_name};
use peergrade::{Aggregator, Seed, metrics};

/// Learners and seeds of the tiers.
const FAST: (usize, usize) = (200, 10);
const FULL: (usize, usize) = (1000, 20);

/// These methods on these scenarios.
fn league_of(
    methods: impl Iterator<Item = &'static Method>,
    scenarios: &[StandardScenario],
    (learners, seeds): (usize, usize),
) -> League {
    League::new()
        .methods(methods.map(Method::aggregator))
        .oracles(Oracle::ALL)
        .scenarios(scenarios.iter().copied())
        .learners(learners)
        .seeds(seeds)
}

/// All methods but those that draw, which take hundreds of passes.
fn quick() -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(|method| !method.draws())
}

fn league(learners: usize, seeds: usize) -> League {
    league_of(quick(), SCENARIOS, (learners, seeds))
}

#[test]
fn no_method_got_worse() {
    gate::check("fast", &league(FAST.0, FAST.1).run().unwrap());
}

#[test]
#[ignore = "minutes"]
fn no_method_got_worse_in_the_large() {
    gate::check("full", &league_of(METHODS.iter(), SCENARIOS, FULL).run().unwrap());
}

#[test]
fn rows_are_what_one_would_compute_by_hand() {
    let scenario = SCENARIOS[0];
    let standings = league(80, 4).seed(Seed::new(9)).run().unwrap();
    for method in quick() {
        let mut values = Vec::new();
        for i in 0..4 {
            let seed = Seed::new(9).derive(&format!("{i}"));
            let course = scenario.simulate(80, seed).unwrap();
            let error = |method: &dyn Aggregator| {
                let book = method.aggregate(course.reviews()).unwrap();
                let rows = book.grades().zip(course.truth().grades());
                let rows = rows.filter_map(|(grade, &truth)| Some((grade?, truth)));
                let (grades, truths): (Vec<f64>, Vec<f64>) = rows.unzip();
                metrics::rmse(&grades, &truths).unwrap()
            };
            let own = error(&*method.aggregator());
            values.push((own, own - error(&Mean)));
        }
        let moments = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / 4.0;
            let squares = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
            (mean, (squares / 3.0).sqrt() / 2.0)
        };
        let own = moments(values.iter().map(|value| value.0).collect());
        let paired = moments(values.iter().map(|value| value.1).collect());
        let rmse = standings.row(method.name(), scenario.name()).unwrap().metric("rmse").unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{}: {a} {b}", method.name());
        close(rmse.mean(), own.0);
        close(rmse.std_error().unwrap(), own.1);
        close(rmse.difference().unwrap(), paired.0);
        close(rmse.difference_std_error().unwrap(), paired.1);
    }
}

fn mean_of(standings: &Standings, method: &str, scenario: &str, metric: &str) -> f64 {
    standings.row(method, scenario).unwrap().metric(metric).unwrap().mean()
}

#[test]
fn who_knows_the_reviewers_beats_who_does_not() {
    let scenarios = ["s4", "bs-low"].map(|name| *by_name(name).unwrap());
    let standings = league_of(quick(), &scenarios, (300, 6)).run().unwrap();
    // The law of s4 is the one for which the posterior is the best that can be.
    for method in quick().map(Method::name).chain(["oracle-mean"]) {
        let (ours, best) =
            ["oracle", method].map(|method| mean_of(&standings, method, "s4", "rmse")).into();
        assert!(ours < best, "{method}: {best} is below the oracle's {ours}");
    }
    // Without attackers nothing beats the plain mean of the honest, among means.
    for oracle in ["oracle", "oracle-mean"] {
        let rmse = standings.row(oracle, "bs-low").unwrap().metric("rmse").unwrap();
        let sure = rmse.difference().unwrap() + 4.0 * rmse.difference_std_error().unwrap();
        assert!(sure < 0.0, "{oracle}: {rmse:?}");
    }
    let auc = mean_of(&standings, "oracle", "bs-low", "auc");
    assert!((auc - 1.0).abs() < 1e-12, "{auc}");
    // Intervals of the right model hold what they promise, within what 1800 works can tell.
    let coverage = mean_of(&standings, "oracle", "s4", "coverage90");
    assert!((coverage - 0.9).abs() < 4.0 * (0.09_f64 / 1800.0).sqrt(), "{coverage}");
}

#[test]
fn two_runs_are_equal_to_the_bit_and_another_seed_is_not() {
    let [first, second] = [0, 0].map(|_| league(60, 3).run().unwrap());
    assert_eq!(first, second);
    assert_eq!(first.to_string(), second.to_string());
    assert_ne!(first, league(60, 3).seed(Seed::new(2)).run().unwrap());
}

#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_changes_no_bit() {
    // The larger course has several chunks, so that methods are parallel within courses.
    let large = || league_of(quick(), &[*by_name("s4").unwrap()], (5000, 1));
    let run = || [league(60, 7).run().unwrap(), large().run().unwrap()];
    let pools = [1, 2, 3].map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap());
    let [one, two, three] = pools.map(|pool| pool.install(run));
    assert_eq!(one, two);
    assert_eq!(one, three);
}

#[test]
fn one_course_has_no_standard_error() {
    for row in league(40, 1).run().unwrap().rows() {
        for metric in METRICS {
            let Some(summary) = row.metric(metric.name()) else { continue };
            assert_eq!((summary.std_error(), summary.difference_std_error()), (None, None));
        }
    }
}
