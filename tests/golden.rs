//! Values pinned to the bit: every public algorithm at three sizes with two seeds.
#![allow(clippy::unwrap_used)] // a test may fail

#[path = "common/golden.rs"]
mod golden;

use golden::{Case, check};
use peergrade::aggregate::METHODS;
use peergrade::group::{Pyramid, TutorPairs, ZoneGroups, evaluate};
use peergrade::oversight::{ReviewerReport, SpotChecks};
use peergrade::simulate::{
    Behaviour, BurrellSchoenebeck, Gaussian, JointTable, RubricNoise, SCENARIOS, Scenario,
    Simulated, Simulation,
};
use peergrade::{
    Assigner, Cohort, Distances, DiverseGrouping, Gradebook, GroupFormer, GroupId, Groups, Jigsaw,
    PersonId, Pods, ReviewPlan, Roles, Rounds, Seed, SubmissionId, TopicChoice, TopicId, Traits,
    UtcOffset,
};

/// The last crosses a chunk of a sum.
const SIZES: [usize; 3] = [7, 17, 4099];
const SEEDS: [u64; 2] = [1, 42];

/// Every size with every seed.
fn cases(mut case: impl FnMut(usize, Seed, &str)) {
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

#[test]
fn plans() {
    let mut all = Vec::new();
    cases(|n, seed, name| {
        let (cohort, plan) = plan(n, seed);
        all.push(Case::integers(format!("regular {name}"), edges(&plan)));
        // Pairs within thirds are forbidden, but for one: switches alone seldom suffice.
        let id = |i: usize| u32::try_from(i).unwrap();
        let same = |s: usize| (0..n.min(60)).filter(move |r| r % 2 == s % 2 && r + 1 < n);
        let pairs = (0..n.min(60)).flat_map(|s| same(s).map(move |r| (s, r)));
        let pairs = pairs.map(|(s, r)| (SubmissionId::new(id(s)), PersonId::new(id(r))));
        let plan = Assigner::new(2).forbid(pairs).assign(&cohort, seed).unwrap();
        all.push(Case::integers(format!("forbidden {name}"), edges(&plan)));
    });
    check("assign", all);
}

#[test]
fn courses() {
    let mut all = Vec::new();
    cases(|n, seed, name| {
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
    check("simulate", all);
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

#[test]
fn grades() {
    let mut all = Vec::new();
    cases(|n, seed, name| {
        let course = course(n, seed);
        // Those that draw pass over a course hundreds of times.
        for method in METHODS.iter().filter(|method| n < 100 || !method.draws()) {
            let grades = method.aggregator().aggregate(course.reviews()).unwrap();
            all.push(Case::floats(format!("{} {name}", method.name()), numbers(&grades)));
        }
    });
    check("aggregate", all);
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

#[test]
fn groups() {
    let mut all = Vec::new();
    let ids = |groups: &Groups| -> Vec<u64> {
        groups.assignment().iter().map(|g: &GroupId| u64::from(g.get())).collect()
    };
    cases(|n, seed, name| {
        let jigsaw = Jigsaw::topics(3).form(n, seed).unwrap();
        all.push(Case::integers(format!("homes {name}"), ids(jigsaw.homes())));
        all.push(Case::integers(format!("experts {name}"), ids(jigsaw.experts())));
        all.push(Case::integers(
            format!("pods {name}"),
            ids(&Pods::within(3..=5).form(n, seed).unwrap()),
        ));
        all.push(Case::integers(
            format!("pairs {name}"),
            ids(&Pods::pairs().form(n, seed).unwrap()),
        ));
    });
    check("group", all);
}

/// Numbers that look like chance, for traits.
fn trait_of(n: usize, k: u64) -> Vec<f64> {
    (0..n as u64).map(|i| ((i + 3) * (k + 7919) * (i + k) % 1009) as f64).collect()
}

#[test]
fn divisions() {
    let mut all = Vec::new();
    let ids = |groups: &Groups| -> Vec<u64> {
        groups.assignment().iter().map(|g: &GroupId| u64::from(g.get())).collect()
    };
    cases(|n, seed, name| {
        let [first, second] = [1, 2].map(|k| trait_of(n, k));
        let some = |column: &[f64]| column.iter().map(|&x| Some(x)).collect::<Vec<_>>();
        let kind: Vec<_> = first.iter().map(|&x| Some(u32::from(x > 700.0))).collect();
        let traits = Traits::builder(n)
            .numeric("first", &some(&first))
            .numeric("second", &some(&second))
            .categorical("kind", &kind);
        let (traits, former) = (traits.build().unwrap(), GroupFormer::default());
        let formed = former.form(&traits, seed).unwrap();
        all.push(Case::integers(format!("balanced {name}"), ids(formed.groups())));
        let report = evaluate(&traits, formed.groups(), &former).unwrap();
        let shares = [report.share(), report.bound(), report.worst_group().1];
        all.push(Case::floats(format!("report of balanced {name}"), shares));
        let plan = Jigsaw::topics(3).form_balanced(&traits, &former, seed).unwrap();
        all.push(Case::integers(format!("balanced homes {name}"), ids(plan.homes())));
        all.push(Case::integers(format!("balanced experts {name}"), ids(plan.experts())));

        let cost = |person: PersonId, topic: TopicId| {
            Some((person.get() * 7 + topic.get() * 5) * (person.get() + 3) % 11)
        };
        let choice = TopicChoice::new(n, 3, cost).unwrap().caps(vec![n.div_ceil(3); 3]);
        let chosen = choice.choose(seed).unwrap();
        let topics = chosen.assignment().iter().map(|topic| u64::from(topic.get()));
        all.push(Case::integers(format!("topics {name}"), topics));

        let rounds = Rounds::new(3, 3..=4).form(n, seed).unwrap();
        let weeks: Vec<Groups> = (0..3).map(|week| rounds.groups(week).unwrap()).collect();
        let roles = Roles::default().assign(&weeks, seed).unwrap();
        let people = || (0..n).map(|i| PersonId::new(u32::try_from(i).unwrap()));
        let held = people().flat_map(|p| (0..3).map(move |week| (p, week)));
        let held = held.map(|(p, week)| roles.role_of(p, week).map_or(9, |role| role as u64));
        all.push(Case::integers(format!("rounds {name}"), weeks.iter().flat_map(ids)));
        all.push(Case::integers(format!("roles {name}"), held));
        let ladder = Pyramid::new([2, 4]).unwrap().form(n, seed).unwrap();
        all.push(Case::integers(format!("pyramid {name}"), ids(&ladder.levels()[1])));
        let tutors = TutorPairs::new().form(&first).unwrap().groups().unwrap();
        all.push(Case::integers(format!("tutors {name}"), ids(&tutors)));
        let offset = |i| UtcOffset::new(i * 5 % 24 * 60 - 600).ok();
        let offsets: Vec<_> = (0..24).cycle().map(offset).take(n).collect();
        let zones = ZoneGroups::new(3..=4).form(&offsets, seed).unwrap();
        all.push(Case::integers(format!("zones {name}"), ids(&zones)));
        if n < 100 {
            let far = |a: PersonId, b: PersonId| (first[a.index()] - second[b.index()]).abs();
            let distances = Distances::new(n, |a, b| if a < b { far(a, b) } else { far(b, a) });
            let far = DiverseGrouping::even(2).moves(100_000).form(&distances.unwrap(), seed);
            all.push(Case::integers(format!("far apart {name}"), ids(far.unwrap().groups())));
        }
    });
    check("divisions", all);
}

#[test]
fn oversight() {
    let mut all = Vec::new();
    cases(|n, seed, name| {
        let course = course(n, seed);
        let grades = METHODS[0].aggregator().aggregate(course.reviews()).unwrap();
        let report = ReviewerReport::new(course.reviews(), &grades).unwrap();
        let ids = (0..u32::try_from(n).unwrap()).map(PersonId::new);
        let of = |id| [report.bias(id), report.precision(id), report.weight(id)];
        let numbers = ids.flat_map(of).map(|x| x.unwrap_or(-1.0));
        all.push(Case::floats(format!("report {name}"), numbers));
        let checks = SpotChecks::new(n / 2).plan(course.reviews(), &grades, seed).unwrap();
        let ids = checks.iter().map(|(id, _)| u64::from(id.get()));
        all.push(Case::integers(format!("spot checks {name}"), ids));
    });
    check("oversight", all);
}
