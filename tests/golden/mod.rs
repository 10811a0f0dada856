//! Every case that can be computed by what the crate shows to all: one module an area, its values in
//! the text file of the same name. `tests/golden.rs` and `.ci/golden` run them.

mod aggregate;
mod assign;
pub(crate) mod case;
mod changes;
mod divisions;
mod evaluate;
mod group;
mod joint;
mod judged;
mod measures;
mod metrics;
mod options;
mod oversight;
mod queue;
mod rankings;
mod running;
mod simulate;

use case::Area;
use peergrade::simulate::{Behaviour, Gaussian, Simulated, Simulation};
use peergrade::{Assigner, Cohort, Gradebook, GroupId, Groups, ReviewPlan, Seed, SubmissionId};

pub(crate) const AREAS: &[Area] = &[
    aggregate::AREA,
    assign::AREA,
    changes::AREA,
    divisions::AREA,
    evaluate::AREA,
    group::AREA,
    joint::AREA,
    judged::AREA,
    measures::AREA,
    metrics::AREA,
    options::AREA,
    oversight::AREA,
    queue::AREA,
    rankings::AREA,
    running::AREA,
    simulate::AREA,
];

/// The last crosses a chunk of a sum.
const SIZES: [usize; 3] = [7, 17, 4099];
const SEEDS: [u64; 2] = [1, 42];

/// Every size with every seed.
fn sizes(mut case: impl FnMut(usize, Seed, &str)) {
    for n in SIZES {
        for seed in SEEDS {
            case(n, Seed::new(seed), &format!("n={n} seed={seed}"));
        }
    }
}

fn plan(n: usize, seed: Seed) -> (Cohort, ReviewPlan) {
    let cohort = Cohort::individuals(n).unwrap();
    let plan = Assigner::new(5).assign(&cohort, seed).unwrap();
    (cohort, plan)
}

fn course(n: usize, seed: Seed) -> Simulated {
    let (cohort, plan) = plan(n, seed);
    let simulation = Simulation::new(Gaussian::pg1())
        .behaviour(Behaviour::DropOut, 0.1)
        .behaviour(Behaviour::Random, 0.1);
    simulation.simulate(&cohort, &plan, seed).unwrap()
}

fn edges(plan: &ReviewPlan) -> Vec<u64> {
    plan.graph().iter().map(|(s, r)| u64::from(s.get()) << 32 | u64::from(r.get())).collect()
}

fn ids(groups: &Groups) -> Vec<u64> {
    groups.assignment().iter().map(|g: &GroupId| u64::from(g.get())).collect()
}

/// Grades, standard errors and ends of the 90 % interval; -1 where there is none.
fn numbers(grades: &Gradebook) -> Vec<f64> {
    let ids = (0..u32::try_from(grades.submissions()).unwrap()).map(SubmissionId::new);
    let of = |id| {
        let interval = grades.interval(id, 0.9);
        [
            grades.grade(id),
            grades.std_error(id),
            interval.map(|interval| interval.low),
            interval.map(|interval| interval.high),
        ]
    };
    ids.flat_map(of).map(|x| x.unwrap_or(-1.0)).collect()
}
