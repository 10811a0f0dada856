//! What methods compute beside grades and by other settings than the default ones.

use peergrade::aggregate::{
    Aggregator, BestAssessment, Blup, Calibrated, CrowdGrader, GradingPolicy, Mean, Ora2Rule,
    Peergrade, PeergradeFeedback, Pg1Gibbs, Pg2, Pg3, Pg4, Pg5, Posterior, Reaction, SelfReviews,
    StaffGrades, Trusted,
};
use peergrade::simulate::{Gaussian, Scenario, Simulation, by_name};
use peergrade::{Column, PersonId, Seed, SubmissionId};

use super::case::{Area, Case};
use super::{SEEDS, SIZES, course, numbers, plan, sizes};

pub(crate) const AREA: Area = Area::new("options", include_str!("options.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
        // Ten fits by the posterior: at the largest size those of one seed take long enough.
        if n < SIZES[SIZES.len() - 1] || seed == Seed::new(SEEDS[0]) {
            all.extend(posterior(n, seed, name));
            all.extend(policies(n, seed, name));
        }
        all.extend(draws(n, seed, name));
        all.extend(platforms(n, seed, name));
    });
    all
}

/// The numbers of a column; -1 where there is none.
fn column(column: &Column) -> Vec<f64> {
    column.iter().map(|x| x.unwrap_or(-1.0)).collect()
}

fn posterior(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let course = course(n, seed);
    let reviews = course.reviews();
    let method = Posterior::default().manners(true).effort(true);
    let grades = method.aggregate(reviews).unwrap();
    let monotone = Posterior::default().monotone(true).aggregate(reviews).unwrap();
    let bins = Posterior::default().bins(true).aggregate(reviews).unwrap();
    let lazy = by_name("s6").unwrap().simulate(n, seed).unwrap();
    let looks = method.aggregate(lazy.reviews()).unwrap();
    let coupled = Posterior::default().author_coupling(true).aggregate(reviews).unwrap();
    let mut live = Posterior::default().live(reviews).unwrap();
    for (i, (submission, reviewer)) in reviews.graph().iter().enumerate().step_by(n.div_ceil(3)) {
        live.set(submission, reviewer, &[(10 * i % 97) as f64]).unwrap();
        if i % 2 == 0 {
            live.withdraw(submission, reviewer).unwrap();
        }
    }
    let works = (0..u32::try_from(n).unwrap()).map(SubmissionId::new);
    let numbers_live = works.flat_map(|s| [live.grade(s), live.std_error(s)]);
    let numbers_live: Vec<f64> = numbers_live.map(|x| x.unwrap_or(-1.0)).collect();
    let components = Blup::default().components(reviews).unwrap();
    let parts = components.map(|c| [c.mean(), c.truth_sd(), c.bias_sd(), c.noise_sd()]);
    vec![
        Case::floats(format!("manners and effort {name}"), numbers(&grades)),
        Case::floats(format!("live {name}"), numbers_live),
        Case::floats(format!("monotone {name}"), numbers(&monotone)),
        Case::floats(format!("author coupling {name}"), numbers(&coupled)),
        Case::floats(format!("bins {name}"), numbers(&bins)),
        Case::floats(format!("looks {name}"), numbers(&looks)),
        Case::floats(format!("components {name}"), parts.into_iter().flatten()),
    ]
}

/// Staff and authors beside peers.
fn policies(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let (cohort, plan) = plan(n, seed);
    let simulation = Simulation::new(Gaussian::pg1()).staff_grades(4, 2.0);
    let course = simulation.simulate(&cohort, &plan, seed).unwrap();
    let policy = || GradingPolicy::new(Box::new(Posterior::default()));
    let trusted = Posterior::default().trusted(Trusted::Noisy { sd: 2.0 });
    let policies = [
        ("override", policy().offset(true).staff_sd(2.0)),
        ("one of set", policy().staff(StaffGrades::OneOfSet { reviews: 2.0 })),
        ("precise", policy().staff(StaffGrades::Precise { sd: 2.0 })),
        ("trusted", GradingPolicy::new(Box::new(trusted))),
        ("self-reviews", policy().self_reviews(SelfReviews::WhereNoPeers)),
    ];
    let grades = policies.map(|(what, policy)| {
        let grades = policy.aggregate(course.reviews()).unwrap();
        Case::floats(format!("{what} {name}"), numbers(&grades))
    });
    grades.into()
}

/// Methods that draw, with few sweeps.
fn draws(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let course = course(n, seed);
    macro_rules! few {
        ($method:ty) => {
            Box::new(<$method>::default().seed(seed).sweeps(6).burn_in(2)) as Box<dyn Aggregator>
        };
    }
    let methods = [few!(Pg1Gibbs), few!(Pg2), few!(Pg3), few!(Pg4), few!(Pg5)];
    let grades = methods.map(|method| {
        let grades = method.aggregate(course.reviews()).unwrap();
        Case::floats(format!("few sweeps of {} {name}", method.name()), numbers(&grades))
    });
    grades.into()
}

/// Grades for reviewing, as platforms give them.
fn platforms(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let course = course(n, seed);
    let reviews = course.reviews();
    let pairs: Vec<(SubmissionId, PersonId)> = reviews.graph().iter().collect();
    let best = BestAssessment::default().grades(reviews).unwrap();
    let exemplar = SubmissionId::new(0);
    let (cohort, plan) = plan(n, seed);
    let simulation = Simulation::new(Gaussian::pg1()).exemplars([exemplar]);
    let with_exemplar = simulation.simulate(&cohort, &plan, seed).unwrap();
    let calibrated = Calibrated::new(4, 5).unwrap().reference(exemplar, &[60.0]).required(1);
    let calibrated = calibrated.review_grades(with_exemplar.reviews()).unwrap();
    let crowd = CrowdGrader::default().grades(reviews).unwrap();
    let reactions = [Reaction::NotUseful, Reaction::LittleUseful];
    let feedback = pairs.iter().zip(reactions.iter().cycle()).step_by(2).fold(
        PeergradeFeedback::new(),
        |feedback, (&(submission, reviewer), &reaction)| {
            feedback.reaction(submission, reviewer, reaction)
        },
    );
    let feedback = feedback.grades(reviews).unwrap();
    let scores = Peergrade::default().scores(reviews, &feedback).unwrap();
    let mut log = Ora2Rule::new(3, 2).unwrap().log(reviews.cohort());
    for (day, &(submission, reviewer)) in (0..).zip(&pairs) {
        log.reviewed(day / 4, submission, reviewer).unwrap();
    }
    let counted = log.counted();
    let counts = pairs.iter().map(|&(s, r)| u64::from(counted.counts(s, r)));
    let spread = Mean.aggregate(reviews).unwrap();
    let explained = spread.explain(reviews, exemplar).unwrap();
    vec![
        Case::floats(format!("best assessment {name}"), column(best.reviewers())),
        Case::floats(format!("calibrated {name}"), column(calibrated.reviewers())),
        Case::floats(format!("crowd grades {name}"), column(crowd.crowd_grades())),
        Case::floats(format!("feedback {name}"), column(scores.people())),
        Case::integers(format!("counted by ora2 {name}"), counts),
        Case::floats(format!("explained {name}"), explained.map(|why| why.sum())),
    ]
}
