//! The scenarios by which methods are compared, a row each.

use super::{ScenarioError, StandardScenario};
use crate::assign::Assigner;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::scale::Scale;
use crate::seed::{Phase, Seed};
use crate::simulate::{
    Behaviour, BurrellSchoenebeck, Gaussian, Grades, JointError, JointTable, LowEffort, Noise,
    RubricNoise, Simulated, Simulation,
};

type Made = Result<Simulated, ScenarioError>;

/// Every scenario of this crate.
///
/// Everybody writes one work and gives k reviews by a plan that spreads them evenly; k is 5, but 4
/// for the agents (`bs-`) and the rubric of `rubric-mooc`, and 3 for the bimodal grades (`s8`, `gcn-`). Points are of 100 with true
/// grades N(70, 12²), unless said; scores of `s1` to `s5` and `item-noise` are not cut.
///
/// | name | what it is |
/// |---|---|
/// | `s1` | equal noise, sd 10 |
/// | `s2` | s1 and biases N(0, 8²) |
/// | `s3` | precisions Gamma(2, 100), no bias |
/// | `s4` | biases and precisions: PG1 |
/// | `s5` | the precision grows with the own grade |
/// | `s6` | a third of the reviews is without effort: N(70, 8²) |
/// | `s7` | a rubric of 0..5 with few levels, grades N(3.6, 1) |
/// | `s8` | two kinds of works, 0..1, noise of sd 0.25, 3 reviews |
/// | `s9` | 15 % report at random, 10 % N(95, 2²) |
/// | `s10a` | most works have the top level of 0..3; 15 % always give it |
/// | `s10b` | s10a with a tenth of the reviewers, who give ten times as many reviews |
/// | `bs-honest`, `bs-unbiased` | the agents of Burrell and Schoenebeck, with and without biases |
/// | `bs-all10`, `bs-all8`, `bs-random`, `bs-low`, `bs-hedge` | 30 % of them attack |
/// | `bs-mixed` | 30 % attack, in six ways |
/// | `bs-ring` | groups of five review one another; 30 % of the groups give the maximum to all of it |
/// | `gcn-bimodal` | the grades of GCN-SOAN: the law of s8 |
/// | `gcn-friends` | the same, and any two people are friends with probability 0.1 |
/// | `pg3`, `pg4`, `pg5` | the precision depends on the own grade, by each model |
/// | `zarkoob` | four criteria of 0..5, effort in half of the reviews, 4 exemplars, staff who check a tenth |
/// | `rubric-mooc` | three criteria of 3 and 4 levels, on which peers agree as little as in real MOOCs |
/// | `item-noise` | no bias; the noise is that of the work, not of the reviewer |
///
/// ```
/// use peergrade::Seed;
/// use peergrade::simulate::{SCENARIOS, Scenario};
///
/// for scenario in SCENARIOS {
///     let course = scenario.simulate(100, Seed::new(1))?;
///     assert!(course.truth().grades().len() >= 100, "{}", scenario.name());
/// }
/// # Ok::<(), peergrade::simulate::ScenarioError>(())
/// ```
pub const SCENARIOS: &[StandardScenario] = &[
    row("s1", "equal noise", |n, seed| gaussian(n, seed, equal().bias_sd(0.0))),
    row("s2", "biases", |n, seed| gaussian(n, seed, equal())),
    row("s3", "precisions differ", |n, seed| gaussian(n, seed, wide().bias_sd(0.0))),
    row("s4", "biases, and precisions differ (PG1)", |n, seed| gaussian(n, seed, wide())),
    row("s5", "good authors are precise reviewers", |n, seed| {
        let slope = 0.01 * 0.8 / 12.0;
        let (intercept, min) = (0.01 - 70.0 * slope, 1.0 / 900.0);
        gaussian(n, seed, wide().noise(Noise::Linear { intercept, slope, min }))
    }),
    row("s6", "a third of the reviews is without effort", |n, seed| {
        let low = LowEffort { a: 2.0, b: 1.0, mean: 70.0, sd: 8.0, uniform: 0.0 };
        let noise = Noise::Gamma { shape: 3.0, rate: 192.0 };
        gaussian(n, seed, Gaussian::pg1().bias_sd(5.0).noise(noise).low_effort(low))
    }),
    row("s7", "a rubric of six levels", |n, seed| {
        let law = Gaussian::default()
            .grades(Grades::Normal { mean: 3.6, sd: 1.0 })
            .bias_sd(0.4)
            .noise(Noise::Gamma { shape: 3.0, rate: 2.25 })
            .scale(Scale::FIVE);
        gaussian(n, seed, law)
    }),
    row("s8", "two kinds of works", bimodal),
    row("s9", "a quarter of the reviewers is spam", |n, seed| {
        let law = Gaussian::pg1().bias_sd(4.0).noise(Noise::Gamma { shape: 4.0, rate: 196.0 });
        let spam = Simulation::new(law)
            .behaviour(Behaviour::Random, 0.15)
            .behaviour(Behaviour::Around { at: 0.95, sd: 0.02 }, 0.1);
        individuals(n, 5, seed, &spam)
    }),
    row("s10a", "one level dominates", |n, seed| individuals(n, 5, seed, &dominant())),
    row("s10b", "one level dominates, few reviewers give many reviews", |n, seed| {
        few_reviewers(n, seed, &dominant())
    }),
    row("bs-honest", "agents with biases, all honest", |n, seed| agents(n, seed, &[])),
    row("bs-unbiased", "agents without biases, all honest", |n, seed| {
        individuals(n, 4, seed, &Simulation::new(BurrellSchoenebeck::default().bias_sd(0.0)))
    }),
    row("bs-all10", "30 % always give 10", |n, seed| agents(n, seed, &[(Behaviour::ALL_MAX, 0.3)])),
    row("bs-all8", "30 % always give 8", |n, seed| agents(n, seed, &[(Behaviour::ALL_80, 0.3)])),
    row("bs-random", "30 % report at random", |n, seed| {
        agents(n, seed, &[(Behaviour::Random, 0.3)])
    }),
    row("bs-low", "30 % report 4 points less", |n, seed| {
        agents(n, seed, &[(Behaviour::Low { by: 0.4 }, 0.3)])
    }),
    row("bs-hedge", "30 % hedge towards the expected grade", |n, seed| {
        agents(n, seed, &[(Behaviour::Hedge, 0.3)])
    }),
    row("bs-mixed", "30 % attack in six ways", |n, seed| {
        let attacks = [
            Behaviour::ALL_MAX,
            Behaviour::ALL_80,
            Behaviour::Random,
            Behaviour::Low { by: 0.4 },
            Behaviour::Hedge,
            Behaviour::Anchor,
        ];
        agents(n, seed, &attacks.map(|behaviour| (behaviour, 0.05)))
    }),
    row("bs-ring", "rings of five among 30 % of closed groups", rings),
    row("gcn-bimodal", "two kinds of works", bimodal),
    row("gcn-friends", "two kinds of works, friends give the maximum", |n, seed| {
        let friends = Behaviour::Friends { probability: 0.1 };
        let simulation = Simulation::new(Gaussian::gcn_bimodal()).behaviour(friends, 1.0);
        individuals(n, 3, seed, &simulation)
    }),
    row("pg3", "precision linear in the own grade", |n, seed| gaussian(n, seed, Gaussian::pg3())),
    row("pg4", "precision Gamma(own grade)", |n, seed| gaussian(n, seed, Gaussian::pg4())),
    row("pg5", "precision N(own grade)", |n, seed| gaussian(n, seed, Gaussian::pg5())),
    row("zarkoob", "four criteria, effort, exemplars, staff", zarkoob),
    row("rubric-mooc", "three criteria with the noise of real rubrics", |n, seed| {
        individuals(n, 4, seed, &Simulation::new(rubric_mooc()?))
    }),
    row("item-noise", "the noise is that of the work", |n, seed| {
        let noise = Noise::OfWork { median: 8.0, spread: 0.5 };
        gaussian(n, seed, wide().bias_sd(0.0).noise(noise))
    }),
];

const fn row(
    name: &'static str,
    summary: &'static str,
    make: fn(usize, Seed) -> Made,
) -> StandardScenario {
    StandardScenario { name, summary, make }
}

/// PG1 on a scale that cuts next to nothing.
fn wide() -> Gaussian {
    Gaussian::pg1().scale(Scale::WIDE)
}

fn equal() -> Gaussian {
    wide().noise(Noise::Equal { sd: 10.0 })
}

fn gaussian(n: usize, seed: Seed, law: Gaussian) -> Made {
    individuals(n, 5, seed, &Simulation::new(law))
}

fn bimodal(n: usize, seed: Seed) -> Made {
    individuals(n, 3, seed, &Simulation::new(Gaussian::gcn_bimodal()))
}

fn agents(n: usize, seed: Seed, attacks: &[(Behaviour, f64)]) -> Made {
    let honest = Simulation::new(BurrellSchoenebeck::default());
    let attacked =
        attacks.iter().fold(honest, |all, &(attack, share)| all.behaviour(attack, share));
    individuals(n, 4, seed, &attacked)
}

/// Everybody writes one work, gives `reviews` reviews and receives as many.
fn individuals(n: usize, reviews: usize, seed: Seed, course: &Simulation) -> Made {
    let cohort = Cohort::individuals(n)?;
    let plan = Assigner::new(reviews).assign(&cohort, seed.derive("plan"))?;
    Ok(course.simulate(&cohort, &plan, seed)?)
}

fn dominant() -> Simulation {
    let law = Gaussian::default()
        .grades(Grades::Normal { mean: 3.0, sd: 1.0 })
        .grades_on_scale(true)
        .bias_sd(0.3)
        .noise(Noise::Equal { sd: 0.7 })
        .scale(Scale::THREE);
    Simulation::new(law).behaviour(Behaviour::ALL_MAX, 0.15)
}

/// Everybody writes one work and receives 5 reviews, all by the first tenth of the people.
fn few_reviewers(n: usize, seed: Seed, course: &Simulation) -> Made {
    let mut cohort = Cohort::builder(n)?;
    let reviewers = n.div_ceil(10);
    for i in 0..n {
        let person = PersonId::new(to_u32(i));
        cohort.submission(&[person])?;
        let quota =
            if i < reviewers { 5 * n / reviewers + usize::from(i < 5 * n % reviewers) } else { 0 };
        cohort.quota(person, to_u32(quota))?;
    }
    let cohort = cohort.build();
    let plan = Assigner::new(5).assign(&cohort, seed.derive("plan"))?;
    Ok(course.simulate(&cohort, &plan, seed)?)
}

/// Groups of five (the last one of up to nine) review one another; in three groups of ten all give
/// the others the maximum.
fn rings(n: usize, seed: Seed) -> Made {
    const SIZE: usize = 5;
    let cohort = Cohort::individuals(n)?;
    let people = shuffled(n, seed.derive("plan"));
    let groups = (n / SIZE).max(1);
    let mut pairs = Vec::new();
    let mut agents = Simulation::new(BurrellSchoenebeck::default());
    for group in 0..groups {
        let end = if group + 1 == groups { n } else { (group + 1) * SIZE };
        let members = &people[group * SIZE..end];
        let others = |r: u32| members.iter().filter(move |&&s| s != r).map(move |&s| pair(s, r));
        pairs.extend(members.iter().flat_map(|&r| others(r)));
        if group < groups * 3 / 10 {
            for &member in members {
                let ring = Behaviour::Ring { size: to_u32(SIZE) };
                agents = agents.person(PersonId::new(member), ring);
            }
        }
    }
    let graph = ReviewGraph::from_pairs(n, n, &pairs)?;
    Ok(agents.simulate(&cohort, &graph, seed)?)
}

fn pair(submission: u32, reviewer: u32) -> (SubmissionId, PersonId) {
    (SubmissionId::new(submission), PersonId::new(reviewer))
}

fn shuffled(n: usize, seed: Seed) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..to_u32(n)).collect();
    seed.stream(Phase::Plan, 0).shuffle(&mut numbers);
    numbers
}

/// Everybody gives four reviews and judges four exemplars; one member of staff for 50 learners
/// checks every tenth work, taking turns.
fn zarkoob(n: usize, seed: Seed) -> Made {
    let staff = n.div_ceil(50);
    let mut cohort = Cohort::builder(n + staff)?;
    for i in 0..n {
        cohort.submission(&[PersonId::new(to_u32(i))])?;
    }
    let exemplars: Vec<SubmissionId> =
        (0..4).map(|_| cohort.submission(&[])).collect::<Result<_, _>>()?;
    for i in 0..staff {
        cohort.staff(PersonId::new(to_u32(n + i)))?;
    }
    let cohort = cohort.build();
    let assigner = Assigner::new(4).exemplars(exemplars.iter().copied(), exemplars.len());
    let plan = assigner.assign(&cohort, seed.derive("plan"))?;
    let checked = shuffled(n, seed.derive("checks"));
    let checks = checked.iter().take(n / 10).zip((0..staff).cycle());
    let checks = checks.map(|(&s, staff)| pair(s, to_u32(n + staff)));
    let pairs: Vec<_> = plan.graph().iter().chain(checks).collect();
    let graph = ReviewGraph::from_pairs(cohort.people(), cohort.submissions(), &pairs)?;
    let course = Simulation::new(Gaussian::zarkoob()).exemplars(exemplars);
    Ok(course.simulate(&cohort, &graph, seed)?)
}

/// The lower quartile, the median and the upper quartile of the criteria published with Shnayder
/// and Parkes, HCOMP 2016, a criterion each:
///
/// ```text
/// correlation of two peers   .230  .326  .438
/// share of the top level     .441  .581  .740
/// mean level / top           .655  .737  .816
/// exact agreement                  .551
/// ```
///
/// With three levels the share of the top and the mean give the other two shares: 2 (mean - top) to
/// the middle, the rest to the lowest. Exact agreement follows from these and the correlation; at
/// the median it comes to .557, and moving three shares by .003 or less brings it to .555. The
/// upper criterion has four levels, and of the shares with this top and mean those that differ
/// least below it. The latent correlation was found by bisection until the correlation of the
/// levels was the one above.
fn rubric_mooc() -> Result<RubricNoise, JointError> {
    Ok(RubricNoise::default()
        .criterion("evidence", JointTable::probit(&[0.131, 0.428, 0.441], 0.292)?)
        .criterion("ideas", JointTable::probit(&[0.11, 0.31, 0.58], 0.426)?)
        .criterion("style", JointTable::probit(&[0.105, 0.082, 0.073, 0.74], 0.6)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubric_mooc_has_the_published_quartiles() {
        let law = rubric_mooc().unwrap();
        let near = |what: &str, found: f64, published: f64| {
            assert!((found - published).abs() < 0.005, "{what}: {found} is not {published}");
        };
        let quartiles = [(0.230, 0.441, 0.655), (0.326, 0.581, 0.737), (0.438, 0.740, 0.816)];
        assert_eq!(law.tables().count(), quartiles.len());
        for (table, (correlation, top, mean)) in law.tables().zip(quartiles) {
            near("correlation", table.achieved().correlation().unwrap(), correlation);
            near("top", table.margin()[table.levels() - 1], top);
            let level: f64 = (0_u8..).zip(table.margin()).map(|(i, p)| f64::from(i) * p).sum();
            near("mean", level / (table.levels() - 1) as f64, mean);
            assert!(table.misfit() < 1e-12, "{}", table.misfit());
        }
        near("agreement", law.tables().nth(1).unwrap().achieved().agreement(), 0.551);
    }
}
