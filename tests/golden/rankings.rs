//! Simulated rankings.

use peergrade::simulate::RankingLaw;
use peergrade::{Assigner, Cohort, Seed};

use super::case::{Area, Case};

pub(crate) const AREA: Area = Area::new("rankings", include_str!("rankings.txt"), cases);

fn cases() -> Vec<Case> {
    let laws = [
        ("thurstone", RankingLaw::thurstone(0.5).spread(0.8).ability(0.2).ties(0.5)),
        ("plackett-luce", RankingLaw::plackett_luce(2.0).careless(0.1).adversarial(0.1)),
        ("mallows", RankingLaw::mallows(0.7).no_show(0.1)),
        ("mallows of all", RankingLaw::mallows_of_all(0.9)),
        ("insertion", RankingLaw::insertion(0.5)),
    ];
    let (cohort, seed) = (Cohort::individuals(200).unwrap(), Seed::new(42));
    let plan = Assigner::new(5).assign(&cohort, seed.derive("plan")).unwrap();
    let cases = laws.into_iter().flat_map(|(name, law)| {
        let course = law.simulate(&cohort, &plan, seed).unwrap();
        let tiers: Vec<u64> = course
            .rankings()
            .iter()
            .flat_map(|ranking| ranking.tiers())
            .flat_map(|tier| {
                [vec![tier.len() as u64], tier.iter().map(|s| s.get().into()).collect()]
            })
            .flatten()
            .collect();
        let noise = course.truth().noise().to_vec();
        [Case::integers(name, tiers), Case::floats(format!("{name} noise"), noise)]
    });
    cases.collect()
}
