use proptest::prelude::*;

use super::*;
use crate::group::{GroupSizes, Pods, Rounds};

fn roles(count: usize) -> Roles {
    Roles::new((0..count).map(|i| format!("role {i}"))).unwrap()
}

fn weeks(people: usize, target: usize, rounds: u64, seed: u64) -> Vec<Groups> {
    let pods = Pods::new(GroupSizes::target(target));
    let form = |week| pods.form(people, Seed::new(seed ^ week << 20)).unwrap();
    (0..rounds).map(form).collect()
}

#[test]
fn names_are_checked() {
    assert_eq!(Roles::new([""; 0]), Err(RolesError::Count { roles: 0, limit: 12 }));
    assert_eq!(Roles::new(["a"; 13]), Err(RolesError::Count { roles: 13, limit: 12 }));
    let error = Roles::new(["a", "b", "a"]).unwrap_err();
    assert_eq!(error.to_string(), "roles 0 and 2 are both called \"a\"");
    assert_eq!(Roles::default().names(), ["facilitator", "scribe", "timekeeper"]);
}

/// Fixed groups of any size: each member has each of the m turns floor or ceil of R/m times.
#[test]
fn fixed_groups_rotate_evenly() {
    for size in 1..=6 {
        for count in 1..=5 {
            let pods = Pods::new(GroupSizes::target(size)).form(6 * size, Seed::new(1)).unwrap();
            let all = roles(count);
            assert_eq!(all.rotate(&pods, 2, Seed::new(1)).is_ok(), size >= count);
            let all = all.combine();
            for rounds in 0..=12 {
                let plan = all.rotate(&pods, rounds, Seed::new(1)).unwrap();
                plan.verify(&all, &vec![pods.clone(); rounds]).unwrap();
            }
        }
    }
}

/// A violation of each kind is seen.
#[test]
fn verify_sees_what_is_wrong() {
    let rounds = weeks(9, 3, 3, 1);
    let all = roles(3);
    let plan = all.assign(&rounds, Seed::new(1)).unwrap();
    plan.verify(&all, &rounds).unwrap();
    let with = |role_of: Vec<u8>| RolePlan::new(9, role_of, 3, Vec::new()).verify(&all, &rounds);
    let good: Vec<u8> = (0..27)
        .map(|i: u32| plan.role_of((i % 9).into(), i as usize / 9).unwrap())
        .map(|role| u8::try_from(role).unwrap())
        .collect();
    assert_eq!(with(good.clone()), Ok(()));
    let mut twice = good.clone();
    twice[0] = (twice[0] + 1) % 3;
    assert!(matches!(with(twice), Err(RoleViolation::Holders { .. })));
    let same = [good[..9].to_vec(), good[..9].to_vec(), good[..9].to_vec()].concat();
    let fixed = vec![rounds[0].clone(); 3];
    let stuck = RolePlan::new(9, same, 3, Vec::new()).verify(&all, &fixed);
    assert!(matches!(stuck, Err(RoleViolation::Uneven { .. })));
    let four = weeks(8, 4, 1, 1);
    let plan = roles(4).assign(&four, Seed::new(1)).unwrap();
    assert!(plan.verify(&roles(3), &four).is_err() && plan.verify(&all, &rounds).is_err());
}

/// One round at a time: of all ways to give the roles of a group, the one with the least sum of
/// squares.
#[test]
fn one_round_is_given_as_evenly_as_possible() {
    fn least(held: &[Vec<u32>], roles: usize, used: u32, i: usize) -> u64 {
        let Some(row) = held.get(i) else {
            let full = held.len().min(roles);
            return if used.count_ones() as usize == full { 0 } else { u64::MAX };
        };
        let more = |choice: usize| 2 * u64::from(row[choice]) + 1;
        let with = |choice: usize| {
            least(held, roles, used | 1 << choice, i + 1).saturating_add(more(choice))
        };
        let role = (0..roles).filter(|choice| used >> choice & 1 == 0).map(with).min();
        let idle = least(held, roles, used, i + 1).saturating_add(more(roles));
        let idle = if held.len() > roles { idle } else { u64::MAX };
        role.unwrap_or(u64::MAX).min(idle)
    }
    for size in 1..=5 {
        for count in 1..=4 {
            let mut history = RoleHistory::new(roles(count).combine(), size * 2).unwrap();
            for groups in weeks(size * 2, size, 9, 4) {
                let before = history.held.clone();
                let rows: Vec<_> = before.chunks(count + 1).map(<[u32]>::to_vec).collect();
                let plan = history.next(&groups, Seed::new(2)).unwrap();
                plan.check_groups(count, &groups);
                for (_, members) in groups.iter() {
                    let held: Vec<_> = members.iter().map(|p| rows[p.index()].clone()).collect();
                    let cost: u64 = members
                        .iter()
                        .map(|&p| {
                            let role = plan.role_of(p, 0).unwrap_or(count);
                            2 * u64::from(rows[p.index()][role]) + 1
                        })
                        .sum();
                    assert_eq!(cost, least(&held, count, 0, 0));
                }
            }
        }
    }
}

impl RolePlan {
    /// Checks a single round without asking for even turns.
    fn check_groups(&self, count: usize, groups: &Groups) {
        self.verify(&roles(count), std::slice::from_ref(groups)).unwrap();
    }
}

/// In twelve weeks of shuffled triples, counts by history alone stay within two.
#[test]
fn history_keeps_counts_close() {
    let mut history = RoleHistory::new(Roles::default(), 300).unwrap();
    for groups in weeks(300, 3, 12, 7) {
        history.next(&groups, Seed::new(1)).unwrap();
    }
    for person in 0..300 {
        let held = history.held(person.into());
        assert_eq!(held.iter().sum::<u32>(), 12);
        assert!(held.iter().max().unwrap() - held.iter().min().unwrap() <= 2, "{held:?}");
    }
    assert!(history.held(300.into()).is_empty());
}

#[test]
fn groups_of_a_round_plan_can_be_named() {
    let plan = Rounds::new(6, 4..=5).form(58, Seed::new(1)).unwrap();
    let rounds: Vec<_> = (0..6).map(|round| plan.groups(round).unwrap()).collect();
    let all = Roles::default();
    all.assign(&rounds, Seed::new(1)).unwrap().verify(&all, &rounds).unwrap();
}

#[test]
fn huge_tables_are_refused() {
    let pods = &weeks(4, 4, 1, 1)[0];
    let error = roles(2).rotate(pods, usize::MAX / 8, Seed::new(1));
    assert!(matches!(error, Err(RolesError::TooLarge { .. })));
    let error = RoleHistory::new(roles(2), usize::MAX);
    assert!(matches!(error, Err(RolesError::TooLarge { .. })));
}

proptest! {
    #[test]
    fn changing_groups_have_even_roles(
        people in 1..120_usize,
        target in 1..8_usize,
        count in 1..7_usize,
        rounds in 0..12_u64,
        seed in any::<u64>(),
    ) {
        let weeks = weeks(people, target, rounds, seed);
        let all = roles(count).combine();
        let plan = all.assign(&weeks, Seed::new(seed)).unwrap();
        prop_assert_eq!(plan.verify(&all, &weeks), Ok(()));
        prop_assert_eq!(&plan, &all.assign(&weeks, Seed::new(seed)).unwrap());
    }

    #[test]
    fn bipartite_graphs_are_coloured_by_the_largest_degree(
        edges in prop::collection::vec((0..20_u32, 0..25_u32), 0..120),
    ) {
        let mut degrees = [0_usize; 45];
        for &(left, right) in &edges {
            degrees[left as usize] += 1;
            degrees[20 + right as usize] += 1;
        }
        let colours = *degrees.iter().max().unwrap();
        let out = colour(&edges, (20, 25), colours);
        for (i, a) in edges.iter().enumerate() {
            prop_assert!((out[i] as usize) < colours);
            for (j, b) in edges.iter().enumerate().skip(i + 1) {
                prop_assert!((a.0 != b.0 && a.1 != b.1) || out[i] != out[j]);
            }
        }
    }
}
