//! Pods, pairs and jigsaws.

use peergrade::group::{
    Division, FormError, Mode, PairsError, RolesError, TutorPairs, between_share, redundancy_for,
};
use peergrade::{
    Distances, DiverseGrouping, GroupError, GroupFormer, GroupId, GroupSizes, GroupViolation,
    Groups, Jigsaw, JigsawPlan, PersonId, Pods, Roles, Seed, Strata, Traits,
};

use super::{Outcome, Row, person, same, says};

const SEED: Seed = Seed::new(1);

fn sizes(groups: Result<Groups, GroupError>) -> Result<Vec<usize>, GroupError> {
    groups.map(|groups| groups.sizes().collect())
}

fn pods(lo: usize, hi: usize, people: usize) -> Result<Vec<usize>, GroupError> {
    sizes(Pods::within(lo..=hi).form(people, SEED))
}

fn jigsaw(wish: &Jigsaw, people: usize) -> Result<JigsawPlan, GroupError> {
    wish.form(people, SEED)
}

/// A plan that keeps its promises, with homes of these sizes.
fn homes(wish: &Jigsaw, people: usize, expected: &[usize]) -> Outcome {
    let plan = jigsaw(wish, people).map_err(|error| error.to_string())?;
    plan.verify(wish).map_err(|error| error.to_string())?;
    let mut sizes: Vec<usize> = plan.homes().sizes().collect();
    sizes.sort_unstable();
    same(sizes.as_slice(), expected)
}

fn groups(of: &[u32]) -> Result<Groups, GroupError> {
    Groups::from_assignment(of.iter().map(|&group| GroupId::new(group)).collect::<Vec<_>>())
}

fn not_finite(person: PersonId, value: f64) -> GroupError {
    GroupError::NotFinite { person, value }
}

const LIMIT: usize = 1 << 26;

pub(super) const ROWS: &[Row] = &[
    ("a column of no weight beside others", || {
        let skill: Vec<_> = (0..9).map(|i| Some(f64::from(i))).collect();
        let traits = Traits::builder(9).numeric("skill", &skill).build().unwrap();
        let form = |weight| GroupFormer::default().column("skill", Mode::Balance, weight);
        for weight in [0.0, -1.0, 5e-324, 9.9e-13, 1.1e12, f64::INFINITY] {
            let error =
                FormError::Weight { column: "skill".into(), weight, least: 1e-12, limit: 1e12 };
            same(form(weight).form(&traits, SEED).map(|_| ()), Err(error))?;
        }
        let fine = [1e-12, 1e12].map(|weight| form(weight).form(&traits, SEED).is_ok());
        same(fine, [true; 2])?;
        says(
            form(1e-13).form(&traits, SEED),
            "the weight of \"skill\" is 1e-13, it must be from 1e-12 to 1e12",
        )
    }),
    ("tutors whose distance is no number", || {
        let pairs = TutorPairs::new().form(&[1.0, f64::MAX, 2.0, f64::MIN]);
        let (low, high) = (f64::MIN, f64::MAX);
        let error = PairsError::TooFarApart { lowest: person(3), low, highest: person(1), high };
        same(pairs.map(|_| ()), Err(error))
    }),
    ("roles without end", || {
        same(
            Roles::new(std::iter::repeat("scribe")),
            Err(RolesError::Count { roles: 13, limit: 12 }),
        )
    }),
    ("pods of 0", || same(pods(0, 3, 5), Err(GroupError::SizeRange { lo: 0, hi: 3 }))),
    ("pods whose least is above the most", || {
        same(pods(5, 3, 5), Err(GroupError::SizeRange { lo: 5, hi: 3 }))
    }),
    ("pods of a target of 0", || same(GroupSizes::target(0).groups(5), Err(GroupError::NoTarget))),
    ("pods larger than the course", || {
        let fewer = None;
        let more = Some(Division { groups: 1, smallest: 3, largest: 3 });
        same(pods(4, 6, 3), Err(GroupError::Sizes { people: 3, lo: 4, hi: 6, fewer, more }))?;
        says(
            pods(4, 6, 3),
            "3 people cannot be divided into groups of 4..=6: the nearest is 1 group of 3",
        )
    }),
    ("pods with a remainder that fits nowhere", || {
        let fewer = Some(Division { groups: 1, smallest: 7, largest: 7 });
        let more = Some(Division { groups: 2, smallest: 3, largest: 4 });
        same(pods(4, 4, 7), Err(GroupError::Sizes { people: 7, lo: 4, hi: 4, fewer, more }))
    }),
    ("pods of 1", || same(pods(1, 1, 3), Ok(vec![1, 1, 1]))),
    ("pod of everybody", || same(pods(1, usize::MAX, 3).map(|sizes| sizes.len()), Ok(1))),
    ("pods of nobody", || {
        same(pods(2, 3, 0), Err(GroupError::NoPeople))?;
        same(jigsaw(&Jigsaw::topics(1), 0), Err(GroupError::NoPeople))
    }),
    ("pods of more than can be counted", || {
        let error = GroupError::TooManyPeople { people: LIMIT + 1, limit: LIMIT };
        same(pods(2, 3, LIMIT + 1), Err(error.clone()))?;
        same(jigsaw(&Jigsaw::topics(2), LIMIT + 1), Err(error))
    }),
    ("pair of one", || {
        let more = Some(Division { groups: 1, smallest: 1, largest: 1 });
        let error = GroupError::Sizes { people: 1, lo: 2, hi: 3, fewer: None, more };
        same(sizes(Pods::pairs().form(1, SEED)), Err(error))?;
        says(
            Pods::pairs().form(1, SEED),
            "1 person cannot be divided into groups of 2..=3: the nearest is 1 group of 1",
        )
    }),
    ("pairs of three are one trio", || same(sizes(Pods::pairs().form(3, SEED)), Ok(vec![3]))),
    ("jigsaw of 0 topics", || {
        same(jigsaw(&Jigsaw::topics(0), 5), Err(GroupError::NoTopics))?;
        says(jigsaw(&Jigsaw::topics(0), 5), "a jigsaw needs at least 1 topic, not 0")
    }),
    ("jigsaw of more topics than people", || {
        let error = GroupError::TooFewPeople { people: 5, topics: 6, redundancy: 1 };
        same(jigsaw(&Jigsaw::topics(6), 5), Err(error))?;
        says(
            jigsaw(&Jigsaw::topics(6), 5),
            "5 people cannot fill one home: 6 topics with redundancy 1 take 6",
        )
    }),
    ("jigsaw of the largest numbers", || {
        let wish = Jigsaw::topics(usize::MAX).redundancy(usize::MAX);
        let (topics, redundancy) = (usize::MAX, usize::MAX);
        same(jigsaw(&wish, 5), Err(GroupError::TooFewPeople { people: 5, topics, redundancy }))
    }),
    ("jigsaw of one person, one topic", || homes(&Jigsaw::topics(1), 1, &[1])),
    ("jigsaw with an odd remainder", || homes(&Jigsaw::topics(5), 23, &[5, 6, 6, 6])),
    ("jigsaw without experts", || {
        same(jigsaw(&Jigsaw::topics(2).redundancy(0), 5), Err(GroupError::NoRedundancy))
    }),
    ("expert groups of 1", || {
        let wish = Jigsaw::topics(2).expert_size(1);
        same(jigsaw(&wish, 5), Err(GroupError::ExpertSize { max: 1 }))
    }),
    ("expert groups of any size", || homes(&Jigsaw::topics(2).expert_size(usize::MAX), 5, &[2, 3])),
    ("homes of sizes upside down", || {
        // Written by its ends, since a range upside down looks like a mistake to the compiler.
        let (lo, hi) = (4, 3);
        let wish = Jigsaw::topics(2).home_size(lo..=hi);
        same(jigsaw(&wish, 5), Err(GroupError::SizeRange { lo: 4, hi: 3 }))
    }),
    ("homes too small for the topics", || {
        let error = GroupError::HomeSizes {
            people: 9,
            topics: 5,
            redundancy: 1,
            lo: 2,
            hi: 3,
            fewer: Some(Division { groups: 1, smallest: 9, largest: 9 }),
            more: None,
        };
        same(jigsaw(&Jigsaw::topics(5).home_size(2..=3), 9), Err(error))
    }),
    ("groups with a gap", || {
        let error = GroupError::EmptyGroup {
            group: GroupId::new(1),
            person: person(1),
            highest: GroupId::new(2),
        };
        same(groups(&[0, 2]), Err(error))?;
        says(groups(&[0, 2]), "group 1 has no members, but person 1 is in group 2")
    }),
    ("group u32::MAX allocates nothing for it", || {
        let error = GroupError::EmptyGroup {
            group: GroupId::new(0),
            person: person(0),
            highest: GroupId::new(u32::MAX),
        };
        same(groups(&[u32::MAX]), Err(error))
    }),
    ("groups of nobody", || same(groups(&[]), Err(GroupError::NoPeople))),
    ("groups asked for strangers", || {
        let groups = groups(&[0, 0]).unwrap();
        let none = (groups.group_of(person(2)), groups.members(GroupId::new(u32::MAX)));
        same(none, (None, &[][..]))
    }),
    ("uneven pods held to their promise", || {
        let error = GroupViolation::Size { group: GroupId::new(1), size: 1, lo: 2, hi: 3 };
        same(Pods::pairs().verify(&groups(&[0, 0, 0, 1]).unwrap()), Err(error))
    }),
    ("distance beside which all others are rounding", || {
        // Found by fuzzing: the search stops at gains that the huge distance hides.
        let mut table = vec![0.0; 64];
        let near = [0.6, 1.5, 2.0, 5.0, 7.5, 0.8, 0.7, 0.5, 0.9, 0.5, 2.0, 0.2, 10.0, 0.1];
        let pairs = (0..8).flat_map(|a| (0..a).map(move |b| (a, b)));
        for ((a, b), value) in pairs.zip(near.into_iter().cycle()) {
            let value = if (a, b) == (5, 3) { -9.4e92 } else { value };
            (table[8 * a + b], table[8 * b + a]) = (value, value);
        }
        let distances = Distances::from_table(8, &table).unwrap();
        let wish = DiverseGrouping::even(2).moves(200);
        let found = wish.form(&distances, SEED).unwrap();
        super::holds(
            found.groups().group_of(person(3)) != found.groups().group_of(person(5)),
            "together",
        )?;
        same(found.verify(&distances, &wish), Ok(()))
    }),
    ("spread by NaN", || {
        let error = not_finite(person(1), f64::NAN);
        same(Strata::by_value(&[1.0, f64::NAN]), Err(error))?;
        says(
            Strata::by_value(&[f64::INFINITY]),
            "the value of person 0 is inf, not a finite number",
        )
    }),
    ("spread by nothing", || same(Strata::by_value(&[]), Err(GroupError::NoPeople))),
    ("spread within too few categories", || {
        let error = GroupError::ColumnLength { values: 1, people: 2 };
        same(Strata::by_value(&[1.0, 2.0]).unwrap().within(&[0]), Err(error))
    }),
    ("spread of people all alike", || {
        let strata = Strata::by_value(&[-0.0, 0.0, 0.0]).unwrap().within(&[u32::MAX; 3]).unwrap();
        same(sizes(Pods::pairs().form_spread(&strata, SEED)), Ok(vec![3]))
    }),
    ("share of a column of another length", || {
        let error = GroupError::ColumnLength { values: 1, people: 2 };
        same(between_share(&groups(&[0, 0]).unwrap(), &[1.0]), Err(error))
    }),
    ("share of a column with inf", || {
        let error = not_finite(person(1), f64::INFINITY);
        same(between_share(&groups(&[0, 0]).unwrap(), &[1.0, f64::INFINITY]), Err(error))
    }),
    ("share of a constant column", || {
        same(between_share(&groups(&[0, 1]).unwrap(), &[0.0, -0.0]), Ok(None))
    }),
    ("share of the largest and smallest numbers", || {
        let groups = groups(&[0, 1]).unwrap();
        same(between_share(&groups, &[f64::MAX, f64::MIN]), Ok(Some(1.0)))?;
        same(between_share(&groups, &[0.0, 5e-324]), Ok(Some(1.0)))
    }),
    ("dropout NaN", || {
        let error = GroupError::Share { name: "dropout", value: f64::NAN };
        same(redundancy_for(f64::NAN, 4, 0.5), Err(error))
    }),
    ("target 1", || {
        says(redundancy_for(0.5, 4, 1.0), "the target is 1, it must be at least 0 and below 1")
    }),
    ("redundancy for 0 topics", || same(redundancy_for(0.5, 0, 0.5), Err(GroupError::NoTopics))),
    ("redundancy out of reach", || {
        let dropout = 1.0 - f64::EPSILON;
        let error = GroupError::OutOfReach { dropout, topics: 4, target: 0.9, limit: 1_000_000 };
        same(redundancy_for(dropout, 4, 0.9), Err(error))
    }),
];
