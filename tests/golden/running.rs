//! Jigsaws that run, and people who are matched.

use peergrade::group::{
    Exchange, Learner, Mentee, Mentor, RepairPolicy, UtcOffset, match_mentors, redundancy_for,
    waking_overlap,
};
use peergrade::{Jigsaw, PersonId, Pods, Seed, Strata, group::between_share};

use super::case::{Area, Case};
use super::{ids, sizes};

pub(crate) const AREA: Area = Area::new("running", include_str!("running.txt"), cases);

fn cases() -> Vec<Case> {
    let shares = (1..60).map(|topics| redundancy_for(0.1, topics, 0.95).unwrap() as u64);
    let mut all = vec![Case::integers("redundancy", shares)];
    sizes(|n, seed, name| {
        all.extend(repaired(n, seed, name));
        all.extend(matched(n, seed, name));
    });
    all
}

fn person(i: usize) -> PersonId {
    PersonId::new(u32::try_from(i).unwrap())
}

/// Every sixth leaves, two come.
fn repaired(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let plan = Jigsaw::topics(3).form(n, seed).unwrap();
    let mut running = plan.run();
    let gone: Vec<PersonId> = (0..n).step_by(6).map(person).collect();
    running.repair(&gone, RepairPolicy::dissolve()).unwrap();
    for _ in 0..2 {
        running.join(None).unwrap();
    }
    let of = |i| {
        let (home, experts) = (running.home_of(person(i)), running.expert_group_of(person(i)));
        [home, experts].map(|group| group.map_or(u64::MAX, |group| group.get().into()))
    };
    vec![Case::integers(format!("repaired {name}"), (0..n + 2).flat_map(of))]
}

fn matched(n: usize, seed: Seed, name: &str) -> Vec<Case> {
    let level = |i: usize| (i * 7919 % 1009) as f64 / 10.0;
    let skill: Vec<f64> = (0..n).map(level).collect();
    let strata = Strata::by_value(&skill).unwrap();
    let pods = Pods::within(3..=5).form_spread(&strata, seed).unwrap();
    let share = between_share(&pods, &skill).unwrap();
    let mentors: Vec<Mentor> =
        (0..n / 3).map(|i| Mentor::new(person(i), level(i) + 9.0, 2)).collect();
    let mentees: Vec<Mentee> = (n / 3..n).map(|i| Mentee::new(person(i), level(i))).collect();
    let mentoring = match_mentors(&mentors, &mentees, 1.0..=20.0).unwrap();
    let mentor = |i| mentoring.mentor_of(i).map_or(u64::MAX, |mentor| mentor as u64);
    let offsets: Vec<UtcOffset> = (0..n)
        .map(|i| UtcOffset::new(i32::try_from(i * 5 % 24).unwrap() * 60 - 600).unwrap())
        .collect();
    let overlap = offsets.windows(3).map(|three| waking_overlap(three, 960).map_or(0, u64::from));
    let learners: Vec<Learner> = offsets.iter().map(|&offset| Learner::new(Some(offset))).collect();
    let pairs = Exchange::new(360).overlap(240).pair(&learners, seed).unwrap();
    let pairs = pairs.pairs().iter().flat_map(|&(a, b)| [a.get().into(), b.get().into()]);
    vec![
        Case::integers(format!("spread {name}"), ids(&pods)),
        Case::floats(format!("share {name}"), share),
        Case::integers(format!("mentors {name}"), (0..mentees.len()).map(mentor)),
        Case::integers(format!("overlap {name}"), overlap),
        Case::integers(format!("exchange {name}"), pairs),
    ]
}
