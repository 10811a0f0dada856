//! How methods are judged: payments, influence, luck, a league; and grades on levels.

use peergrade::aggregate::{CrowdGrader, METHODS, Mean, Method, Posterior, ShrunkMean};
use peergrade::evaluate::{Deviation, Redraws, largest_influence, squared_distance_payment};
use peergrade::league::League;
use peergrade::simulate::{self, Gaussian, Simulation};
use peergrade::{
    Aggregator, Assigner, Cohort, Halves, PersonId, Publish, Reviews, Rounding, Rubric, Scale,
    Seed, SubmissionId,
};

use super::case::{Area, Case};
use super::{course, plan, sizes};

pub(crate) const AREA: Area = Area::new("judged", include_str!("judged.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = vec![league(), luck()];
    sizes(|n, seed, name| {
        let course = course(n, seed);
        let grades = ShrunkMean.aggregate(course.reviews()).unwrap();
        let payments = squared_distance_payment(course.reviews(), &grades);
        let payments = payments.iter().map(|x| x.unwrap_or(-1.0));
        all.push(Case::floats(format!("payments {name}"), payments));
        let (reviews, person) = (course.reviews(), PersonId::new(2));
        let low = |_, _, score: f64| score / 2.0;
        let deviation =
            Deviation::replay(reviews, &Mean, person, low, squared_distance_payment).unwrap();
        let gain = deviation.payment_gain();
        let influence = largest_influence(reviews, &CrowdGrader::default(), &[person]).unwrap();
        let points = influence.map(|influence| influence.points);
        all.push(Case::floats(format!("gains {name}"), [gain, points].map(|x| x.unwrap_or(-1.0))));
        all.push(published(n, seed, name));
    });
    all
}

/// On whole points, as averages of what reviewers said.
fn published(n: usize, seed: Seed, name: &str) -> Case {
    let (cohort, plan) = plan(n, seed);
    let scale = Scale::with_step(0.0, 10.0, 1.0).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
    for (i, (submission, reviewer)) in plan.graph().iter().enumerate() {
        rows.add(submission, reviewer, &[(i * i % 11) as f64]).unwrap();
    }
    let reviews = rows.build().unwrap();
    let grades = Posterior::default().aggregate(&reviews).unwrap();
    let quarters = Rounding::nearest(Halves::ToEven).to_step(0.25, 0.0).unwrap();
    let works = (0..u32::try_from(n.min(100)).unwrap()).map(SubmissionId::new);
    let numbers = works.flat_map(|work| {
        let published = grades.publish(&reviews, work, &Publish::default()).unwrap().unwrap();
        let weights = published.weights().map(|(_, weight)| weight);
        let rounded = quarters.round(grades.grade(work).unwrap());
        [published.total(), rounded].into_iter().chain(weights).collect::<Vec<f64>>()
    });
    Case::floats(format!("published {name}"), numbers)
}

fn luck() -> Case {
    let cohort = Cohort::individuals(100).unwrap();
    let simulation = Simulation::new(Gaussian::pg1());
    let redraws = Redraws::default().draws(5).boundaries([50.0]);
    let drawn = redraws.evaluate(&simulation, &cohort, &Assigner::new(4), &Mean, Seed::new(7));
    let drawn = drawn.unwrap();
    Case::floats("luck", [drawn.luck().variance(), drawn.luck().sd(), drawn.flip_rate().unwrap()])
}

/// Every method that does not draw, on one scenario.
fn league() -> Case {
    let standings = League::new()
        .methods(METHODS.iter().filter(|method| !method.draws()).map(Method::aggregator))
        .scenario(*simulate::by_name("bs-low").unwrap())
        .learners(60)
        .seeds(2)
        .run()
        .unwrap();
    let numbers = standings.rows().iter().flat_map(|row| {
        ["rmse", "bias"].map(|name| row.metric(name).map_or(-1.0, |metric| metric.mean()))
    });
    Case::floats("league", numbers)
}
