//! Groups by what is known of people.

use peergrade::group::{Pyramid, TutorPairs, ZoneGroups, evaluate};
use peergrade::{
    Distances, DiverseGrouping, GroupFormer, Groups, Jigsaw, PersonId, Roles, Rounds, TopicChoice,
    TopicId, Traits, UtcOffset,
};

use super::case::{Area, Case};
use super::{ids, sizes};

/// Numbers that look like chance, for traits.
fn trait_of(n: usize, k: u64) -> Vec<f64> {
    (0..n as u64).map(|i| ((i + 3) * (k + 7919) * (i + k) % 1009) as f64).collect()
}

pub(crate) const AREA: Area = Area::new("divisions", include_str!("divisions.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
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
    all
}
