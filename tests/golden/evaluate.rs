//! Held-out prediction.

use peergrade::aggregate::{Aggregator, Mean, ShrunkMean};
use peergrade::evaluate::{Baseline, HeldOut};
use peergrade::simulate::{Gaussian, Simulation};
use peergrade::{Assigner, Cohort, Seed};

use super::case::{Area, Case};

pub(crate) const AREA: Area = Area::new("evaluate", include_str!("evaluate.txt"), cases);

fn cases() -> Vec<Case> {
    let cohort = Cohort::individuals(500).unwrap();
    let plan = Assigner::new(6).assign(&cohort, Seed::new(1)).unwrap();
    let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2)).unwrap();
    let score = |method: &dyn Aggregator| {
        let score = HeldOut::default().evaluate(course.reviews(), method, Seed::new(3)).unwrap();
        let draws = score.draws().iter();
        draws.flat_map(|draw| [draw.rmse, draw.log_score]).collect::<Vec<f64>>()
    };
    vec![
        Case::floats("mean", score(&Mean)),
        Case::floats("shrunk mean", score(&ShrunkMean)),
        Case::floats("global mean", score(&Baseline::GlobalMean)),
        Case::floats("mean and reviewer", score(&Baseline::ReviewerMean)),
    ]
}
