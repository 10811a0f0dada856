use proptest::prelude::*;

use super::*;
use crate::group::GroupError;
use crate::{GroupId, PersonId};

fn exactly(size: usize) -> GroupSizes {
    GroupSizes::within(size..=size)
}

/// Meetings beyond the first, from the groups alone.
fn repeats(plan: &RoundPlan) -> u64 {
    let n = plan.cell_of.len();
    let mut met = vec![0_u64; n * n];
    for round in 0..plan.rounds() {
        for group in 0..plan.group_count() {
            let members = plan.members(GroupId::new(to_u32(group)), round);
            for (i, a) in members.iter().enumerate() {
                for b in &members[..i] {
                    met[a.index() * n + b.index()] += 1;
                }
            }
        }
    }
    met.iter().map(|times| times.saturating_sub(1)).sum()
}

/// Every K up to 24 and p up to 8: the shifts have no repeats as long as they promise, and the shift
/// of the integers has some one round later.
#[test]
fn the_most_rounds_are_exact() {
    use super::layout::{Layout, Scheme};
    use super::ring::{Ring, field_rounds, integer_rounds};
    for columns in 2..=24_u32 {
        for rows in 2..=8_u32.min(columns) {
            let rings = [
                (Ring::Integers(columns), integer_rounds(columns, rows)),
                (Ring::fields(columns), field_rounds(columns, rows)),
            ];
            for (ring, most) in rings.into_iter().filter(|&(_, most)| most > 0) {
                let scheme = Scheme::Shift { ring, within_rows: None };
                let layout = Layout { columns, rows, turns: rows, scheme };
                let seats: Vec<_> = (0..columns * rows).collect();
                let plan = |rounds| {
                    let again = build::repeats(&layout, columns * rows, rounds);
                    let method = RoundMethod::RowShift;
                    RoundPlan::new(layout.clone(), method, rounds, 9, &seats, again)
                };
                let (free, one_more) = (plan(most), plan(most + 1));
                assert_eq!((free.repeats, repeats(&free)), (0, 0), "{columns} {rows}");
                assert!(one_more.repeats > 0 && one_more.repeats == repeats(&one_more));
                free.verify().unwrap();
                one_more.verify().unwrap();
            }
        }
    }
}

/// All people, sizes and rounds up to some, in both ways: what is promised holds, and no repeats are
/// promised wherever a construction has none.
#[test]
fn promises_hold_exhaustively() {
    let values: Vec<f64> = (0..40).map(f64::from).collect();
    for people in 1..=40 {
        for size in 1..=6 {
            for rounds in [1, 2, 3, 4, 5, 7, 9, 12] {
                let wish = Rounds::new(rounds, GroupSizes::target(size)).moves(500);
                let plan = wish.form(people, Seed::new(5)).unwrap();
                plan.verify().unwrap_or_else(|e| panic!("{people} {size} {rounds}: {e}"));
                assert_eq!(plan.guarantee().repeats(), repeats(&plan));
                let strata = Strata::by_value(&values[..people]).unwrap();
                let spread = wish.form_spread(&strata, Seed::new(5)).unwrap();
                spread.verify().unwrap_or_else(|e| panic!("{people} {size} {rounds}: {e}"));
                for round in 0..rounds {
                    let row = |p: &PersonId| p.index() / spread.group_count();
                    let groups = spread.groups(round).unwrap();
                    for (group, members) in groups.iter() {
                        assert!(members.is_sorted_by(|a, b| row(a) < row(b)));
                        assert_eq!(members, spread.members(group, round));
                    }
                }
            }
        }
    }
}

#[test]
fn small_designs_are_found() {
    use RoundMethod::{Circle, FieldShift, Kirkman, RowShift, RowsAtLast};
    for (groups, size, rounds, method) in [
        (2, 2, 3, Circle),
        (3, 2, 5, Circle),
        (9, 2, 17, Circle),
        (3, 3, 4, RowsAtLast),
        (4, 3, 4, FieldShift),
        (4, 4, 5, RowsAtLast),
        (5, 3, 7, Kirkman),
        (5, 5, 6, RowsAtLast),
        (6, 6, 3, RowsAtLast),
        (7, 3, 10, Kirkman),
        (7, 5, 7, RowShift),
        (7, 7, 8, RowsAtLast),
        (9, 9, 10, RowsAtLast),
        (13, 3, 19, Kirkman),
        (16, 5, 16, FieldShift),
        (20, 4, 21, RowsAtLast),
        (37, 5, 10, RowShift),
        (27, 9, 28, RowsAtLast),
        (12, 6, 4, RowsAtLast),
    ] {
        let plan = Rounds::new(rounds, exactly(size)).form(groups * size, Seed::new(1)).unwrap();
        assert_eq!(plan.guarantee(), Guarantee::ZeroRepeats, "{groups} x {size}");
        assert_eq!((plan.method(), plan.group_count()), (method, groups));
        assert_eq!(repeats(&plan), 0);
        plan.verify().unwrap();
    }
    // One person less than a Kirkman system; and an odd number of pairs: one is alone in turn.
    let plan = Rounds::new(7, 2..=3).form(14, Seed::new(1)).unwrap();
    assert_eq!((plan.guarantee(), repeats(&plan)), (Guarantee::ZeroRepeats, 0));
    let plan = Rounds::new(7, GroupSizes::target(2)).form(7, Seed::new(1)).unwrap();
    assert_eq!((plan.method(), plan.guarantee()), (Circle, Guarantee::ZeroRepeats));
    plan.verify().unwrap();
}

#[test]
fn check_values_of_the_shift() {
    use super::layout::{Layout, Scheme};
    use super::ring::Ring;
    for (columns, rows, people, rounds, again) in
        [(37, 5, 185, 10, 0), (36, 5, 180, 10, 36), (57, 4, 228, 20, 57), (60, 4, 235, 20, 0)]
    {
        let scheme = Scheme::Shift { ring: Ring::Integers(columns), within_rows: None };
        let layout = Layout { columns, rows, turns: rows, scheme };
        assert_eq!(build::repeats(&layout, people, rounds), again);
    }
}

#[test]
fn the_number_of_groups_makes_room_for_the_rounds() {
    for (people, sizes, rounds, groups) in
        [(180, 4..=5, 10, 37), (60, 4..=5, 13, 13), (60, 5..=5, 3, 12), (30, 4..=5, 7, 7)]
    {
        let plan = Rounds::new(rounds, GroupSizes::target(5).range(sizes));
        let plan = plan.form(people, Seed::new(1)).unwrap();
        assert!(plan.guarantee().is_free_of_repeats());
        assert_eq!(plan.group_count(), groups);
    }
}

/// The search repeats no less than counting allows, and finds what is known to exist in small cases.
#[test]
fn the_search_finds_what_there_is() {
    for (groups, size, rounds) in [(6, 3, 6), (6, 4, 4), (8, 4, 7)] {
        let plan = Rounds::new(rounds, exactly(size)).form(groups * size, Seed::new(1)).unwrap();
        assert_eq!(plan.guarantee(), Guarantee::ZeroRepeats, "{groups} x {size}, {rounds} rounds");
        plan.verify().unwrap();
    }
    // 4 rounds of 3 x 4 people: 72 meetings of 66 pairs.
    let plan = Rounds::new(4, exactly(4)).form(12, Seed::new(1)).unwrap();
    let Guarantee::AtMost { repeats: counted, bound } = plan.guarantee() else { panic!() };
    assert_eq!((plan.method(), bound, counted), (RoundMethod::Search, 6, repeats(&plan)));
    assert!(counted <= 24, "{counted}");
}

#[test]
fn people_join_and_leave_without_moving_others() {
    let mut plan = Rounds::new(8, 3..=6).form(58, Seed::new(1)).unwrap();
    let seats = |plan: &RoundPlan, people: &[u32]| -> Vec<_> {
        let of = |&p: &u32| (0..8).map(move |r| (p, r));
        let all = people.iter().flat_map(of);
        all.map(|(p, r)| (plan.group_of(p.into(), r), plan.role(p.into(), r))).collect()
    };
    let everybody: Vec<u32> = (0..58).collect();
    let before = seats(&plan, &everybody);
    let mut joined = 0;
    while plan.join().is_ok() {
        joined += 1;
        plan.verify().unwrap();
        assert_eq!(repeats(&plan), 0);
    }
    assert!(joined >= 2, "{joined}");
    assert_eq!(seats(&plan, &everybody), before);
    assert!(matches!(plan.join(), Err(RoundsError::Full { .. })));
    for gone in [3, 57, 20] {
        plan.leave(gone.into()).unwrap();
    }
    plan.verify().unwrap();
    assert!(plan.groups(0).is_none());
    let place = plan.join().unwrap();
    assert!((0..8).all(|r| {
        [3, 57, 20].iter().any(|&gone| plan.group_of(place, r) == before[gone * 8 + r].0)
    }));
    assert_eq!(plan.people(), 58 + joined - 2);
    assert_eq!(repeats(&plan), 0);
    assert!(plan.leave(999.into()).is_err() && plan.leave(57.into()).is_err());
}

#[test]
fn bad_wishes_are_refused() {
    let form = |rounds, sizes, people| Rounds::new(rounds, sizes).form(people, Seed::new(1));
    let (three, max) = (exactly(3), usize::MAX);
    assert_eq!(form(0, three, 9), Err(RoundsError::NoRounds));
    assert_eq!(
        form(max, three, 9),
        Err(RoundsError::TooManyRounds { rounds: max, limit: MAX_ROUNDS })
    );
    assert_eq!(form(2, three, 0), Err(RoundsError::Groups(GroupError::NoPeople)));
    assert!(matches!(form(2, three, max), Err(RoundsError::Groups(_))));
    assert!(matches!(form(2, three, 10), Err(RoundsError::Groups(GroupError::Sizes { .. }))));
    for sizes in [GroupSizes::target(max), GroupSizes::target(1)] {
        form(3, sizes, 9).unwrap().verify().unwrap();
    }
}

/// Everybody is equally likely to be with person 0 in any round: Pearson's statistic of 4,000 plans
/// on 10 degrees of freedom stays below 41.3, its 1 - 1e-5 quantile.
#[test]
fn partners_are_equally_likely() {
    let mut met = [0_u32; 12];
    for seed in 0..4_000 {
        let plan = Rounds::new(2, exactly(3)).form(12, Seed::new(seed)).unwrap();
        for mate in plan.members(plan.group_of(0.into(), 1).unwrap(), 1) {
            met[mate.index()] += 1;
        }
    }
    let even = 8_000.0 / 11.0;
    let statistic = met[1..].iter().fold(0.0, |sum, &count| {
        let off = f64::from(count) - even;
        sum + off * off / even
    });
    assert!(statistic < 41.3, "{statistic}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_wish_is_kept(
        people in 1..400_usize,
        size in 1..9_usize,
        rounds in 1..14_usize,
        changes in prop::collection::vec(any::<(bool, u32)>(), 0..12),
        seed in any::<u64>(),
    ) {
        let wish = Rounds::new(rounds, GroupSizes::target(size)).moves(300);
        let mut plan = wish.form(people, Seed::new(seed)).unwrap();
        prop_assert_eq!(&plan, &wish.form(people, Seed::new(seed)).unwrap());
        plan.verify().unwrap();
        for (join, who) in changes {
            if join {
                let _ = plan.join();
            } else {
                let _ = plan.leave((who % (to_u32(people) + 4)).into());
            }
        }
        plan.verify().unwrap();
        prop_assert_eq!(plan.guarantee().repeats(), repeats(&plan));
    }
}
