//! Simulated courses.

use peergrade::Seed;
use peergrade::simulate::{
    Behaviour, BurrellSchoenebeck, JointTable, RubricNoise, SCENARIOS, Scenario, Simulation,
};

use super::case::{Area, Case};
use super::{course, plan, sizes};

pub(crate) const AREA: Area = Area::new("simulate", include_str!("simulate.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
        let pg1 = course(n, seed);
        all.push(Case::floats(format!("pg1 truth {name}"), pg1.truth().grades().to_vec()));
        all.push(Case::floats(format!("pg1 scores {name}"), pg1.reviews().column(0).to_vec()));
        let (cohort, plan) = plan(n, seed);
        let mut agents = Simulation::new(BurrellSchoenebeck::default()).subgroup(0.3);
        for behaviour in BEHAVIOURS {
            agents = agents.behaviour(behaviour, 0.05);
        }
        let agents = agents.staff_grades(3, 0.5).assignment(1).simulate(&cohort, &plan, seed);
        let reviews = agents.unwrap().into_parts().0;
        let staff = reviews.staff_grades().iter().map(|&(_, grade)| grade);
        let scores = reviews.column(0).iter().copied().chain(staff);
        all.push(Case::floats(format!("agents scores {name}"), scores));
        let peers = Simulation::new(rubric()).simulate(&cohort, &plan, seed).unwrap();
        let columns =
            [0, 1].map(|c| [peers.truth().criterion_grades(c), peers.reviews().column(c)]);
        let numbers = columns.concat().concat();
        all.push(Case::floats(format!("rubric noise {name}"), numbers));
    });
    for scenario in SCENARIOS {
        let course = scenario.simulate(100, Seed::new(1)).unwrap();
        let truth = course.truth().grades().iter();
        let numbers = truth.chain(course.reviews().column(0)).copied();
        all.push(Case::floats(format!("scenario {}", scenario.name()), numbers));
    }
    all
}

/// A table with a root and one without.
fn rubric() -> RubricNoise {
    let cells = [0.2, 0.2, 0.0, 0.2, 0.05, 0.1, 0.0, 0.1, 0.15];
    let tables = [JointTable::probit(&[0.1, 0.3, 0.6], 0.4), JointTable::new(3, &cells)];
    RubricNoise::new(tables.map(Result::unwrap)).correlation(0.5)
}

const BEHAVIOURS: [Behaviour; 20] = [
    Behaviour::ALL_MAX,
    Behaviour::Prior,
    Behaviour::Hedge,
    Behaviour::Noise { sd: 0.1 },
    Behaviour::FixBias { sd: 0.1 },
    Behaviour::Merge,
    Behaviour::Random,
    Behaviour::Low { by: 0.4 },
    Behaviour::Around { at: 0.95, sd: 0.02 },
    Behaviour::Anchor,
    Behaviour::Copy { probability: 0.5 },
    Behaviour::StraightLine,
    Behaviour::Ring { size: 3 },
    Behaviour::Friends { probability: 0.5 },
    Behaviour::Reciprocity,
    Behaviour::Sybil { accounts: 3 },
    Behaviour::LanguageModel { sd: 0.05, correlation: 0.8 },
    Behaviour::Subgroup { by: 0.2 },
    Behaviour::DropOut,
    Behaviour::Late { probability: 0.5 },
];
