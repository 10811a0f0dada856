//! Errors that prove something, held against all groups that there are.

use super::*;
use crate::group::{GroupError, Week};

/// Chance for the making of cases.
struct Dice(crate::seed::Stream);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Seed::new(seed).stream(crate::seed::Phase::Quality, 7))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0.bounded(to_u32(limit)) as usize
    }

    fn often(&mut self, p: f64) -> bool {
        self.0.bernoulli(p)
    }
}

/// A small course with hard wishes of any kind.
fn case(seed: u64) -> (Traits, GroupFormer) {
    let mut dice = Dice::new(seed);
    let n = 4 + dice.below(6);
    let mut columns = vec![vec![None; n]; 2];
    for column in &mut columns {
        let values = 2 + dice.below(2);
        for value in column.iter_mut() {
            *value = dice.often(0.9).then(|| to_u32(dice.below(values)));
        }
    }
    let skill: Vec<_> = (0..n).map(|_| Some(dice.below(9) as f64)).collect();
    let traits = Traits::builder(n)
        .numeric("skill", &skill)
        .categorical("a", &columns[0])
        .categorical("b", &columns[1])
        .build()
        .unwrap();
    let size = 2 + dice.below(3);
    let mut former = GroupFormer::default().sizes(GroupSizes::target(size)).effort(Effort::Fast);
    if dice.often(0.2) {
        former = former.sizes(size..=size);
    }
    let rules = [Rule::Spread, Rule::Spread, Rule::NoSolo { min: 2 }, Rule::Same];
    for name in ["a", "b"] {
        if dice.often(0.7) {
            former = former.category(name, rules[dice.below(4)], Strength::Hard);
        }
    }
    if dice.often(0.3) {
        former = former.join_small_kinds();
    }
    let mut someone = || person(dice.below(n));
    let pairs: Vec<_> = (0..3).map(|_| (someone(), someone())).collect();
    let friends = [someone(), someone()];
    if dice.often(0.5) {
        former = former.keep_apart(pairs);
    }
    if dice.often(0.3) {
        former = former.keep_together(&friends);
    }
    if dice.often(0.3) {
        let earlier = crate::Pods::new(GroupSizes::target(2 + dice.below(2)));
        former = former.history(&[earlier.form(n, Seed::new(seed)).unwrap()]);
    }
    (traits, former)
}

/// Whether any groups keep the wish: all divisions, each named once.
fn is_possible(traits: &Traits, former: &GroupFormer) -> bool {
    fn go(of: &mut Vec<u32>, n: usize, traits: &Traits, former: &GroupFormer) -> bool {
        if of.len() == n {
            let groups = of.iter().map(|&g| GroupId::new(g)).collect::<Vec<_>>();
            return former.verify(traits, &Groups::from_assignment(groups).unwrap()).is_ok();
        }
        let next = of.iter().max().map_or(0, |last| last + 1);
        (0..=next).any(|group| {
            of.push(group);
            let found = go(of, n, traits, former);
            of.pop();
            found
        })
    }
    go(&mut Vec::new(), traits.people(), traits, former)
}

/// What an error proves is so, and what can be is found, but for a few.
#[test]
fn proofs_are_true_and_what_can_be_is_found() {
    let (mut proven, mut possible, mut missed) = (0, 0, Vec::new());
    for seed in 0..300 {
        let (traits, former) = case(seed);
        match former.form(&traits, Seed::new(seed)) {
            Ok(formed) => {
                assert_eq!(former.verify(&traits, formed.groups()), Ok(()));
                possible += 1;
            }
            Err(error) => {
                let can_be = is_possible(&traits, &former);
                let open = matches!(error, FormError::NotFound { .. } | FormError::NoRoom { .. });
                assert_ne!(error.proves(&former, &traits), open, "{seed}: {error}");
                assert!(open || !can_be, "{seed}: {error}");
                proven += usize::from(!open);
                if can_be {
                    possible += 1;
                    missed.push((seed, error.to_string()));
                }
            }
        }
    }
    assert!(proven > 60 && possible > 100, "{proven} {possible}");
    assert!(100 * missed.len() <= possible, "{missed:?}");
}

/// Evidence about the person, pair or number next to the right one is none.
#[test]
fn wrong_evidence_proves_nothing() {
    let p = PersonId::new;
    let group = GroupId::new;
    let flag = [Some(1), Some(0), Some(0), Some(0), Some(0), Some(0)];
    let week = |i| if i == 1 { Week::daily(60, 30) } else { Week::daily(60, 600) };
    let weeks: Vec<_> = (0..6).map(|i| week(i).unwrap()).collect();
    let traits =
        Traits::builder(6).categorical("flag", &flag).availability(&weeks).build().unwrap();
    let (hard, column) = (Strength::Hard, || "flag".to_owned());
    let wish = GroupFormer::default()
        .sizes(3..=3)
        .keep_together(&[p(0), p(1)])
        .keep_together(&[p(1), p(2), p(3)])
        .keep_apart([(p(0), p(3)), (p(4), p(5))])
        .history(&[Groups::from_assignment([0, 0, 1, 1, 1, 0].map(group)).unwrap()])
        .fixed(&[(p(0), group(0)), (p(3), group(1)), (p(5), group(3))])
        .category("flag", Rule::Same, hard)
        .category("flag", Rule::NoSolo { min: 4 }, hard)
        .overlap(20, hard);
    // Sizes that fit: two groups of the five, and one of the other.
    let loose = wish.clone().sizes(1..=5);
    let cell = |first, people| {
        let (fewer, more) = (None, None);
        let reason = GroupError::Sizes { people, lo: 3, hi: 3, fewer, more };
        FormError::Cell { first, reason }
    };
    let path = |path: &[u32]| path.iter().map(|&i| p(i)).collect::<Vec<_>>();
    let apart =
        |second, by: &[u32]| FormError::TogetherApart { first: p(0), second, path: path(by) };
    let twice =
        |second, other| FormError::FixedTwice { first: p(0), group: group(0), second, other };
    let holders =
        |value, holders, min| FormError::FewHolders { column: column(), value, holders, min };
    let block = |people: &[u32], largest| FormError::Block { people: path(people), largest };
    for (former, right, wrong) in [
        (&wish, cell(p(1), 5), vec![cell(p(0), 5), cell(p(1), 6), cell(p(9), 5)]),
        (
            &wish,
            FormError::FewSlots { person: p(1), has: 14, slots: 20 },
            vec![
                FormError::FewSlots { person: p(2), has: 14, slots: 20 },
                FormError::FewSlots { person: p(1), has: 14, slots: 15 },
                FormError::FewSlots { person: p(9), has: 14, slots: 20 },
            ],
        ),
        (
            &loose,
            block(&[0, 1, 2, 3], 1),
            vec![
                block(&[0, 1, 2, 3], 0),
                block(&[0, 1, 2, 5], 1),
                block(&[0, 0], 1),
                block(&[], 1),
            ],
        ),
        (
            &wish,
            apart(p(3), &[0, 1, 3]),
            vec![
                apart(p(3), &[0, 3]),
                apart(p(2), &[0, 1, 2]),
                apart(p(3), &[1, 3]),
                apart(p(3), &[]),
            ],
        ),
        (
            &wish,
            FormError::TogetherDiffer { first: p(0), second: p(3), column: column() },
            vec![
                FormError::TogetherDiffer { first: p(1), second: p(3), column: column() },
                FormError::TogetherDiffer { first: p(0), second: p(4), column: column() },
                FormError::TogetherDiffer { first: p(0), second: p(3), column: "skill".into() },
            ],
        ),
        (
            &wish,
            twice(p(3), group(1)),
            vec![twice(p(3), group(0)), twice(p(5), group(2)), twice(p(3), group(2))],
        ),
        (
            &loose,
            FormError::FixedFull { group: group(1), people: 4, size: 2 },
            vec![
                FormError::FixedFull { group: group(1), people: 4, size: 4 },
                FormError::FixedFull { group: group(1), people: 5, size: 2 },
                FormError::FixedFull { group: group(0), people: 4, size: 2 },
            ],
        ),
        (
            &loose,
            FormError::FixedKind { person: p(0), group: group(0) },
            vec![
                FormError::FixedKind { person: p(3), group: group(0) },
                FormError::FixedKind { person: p(4), group: group(1) },
            ],
        ),
        (
            &wish,
            FormError::FixedApart { first: p(0), second: p(3), group: group(1) },
            vec![
                FormError::FixedApart { first: p(0), second: p(2), group: group(1) },
                FormError::FixedApart { first: p(4), second: p(5), group: group(1) },
            ],
        ),
        (
            &loose,
            FormError::UnknownGroup { person: p(5), group: group(3), groups: 3 },
            vec![
                FormError::UnknownGroup { person: p(4), group: group(3), groups: 3 },
                FormError::UnknownGroup { person: p(5), group: group(3), groups: 4 },
            ],
        ),
        (
            &loose,
            FormError::Clique { people: path(&[2, 3, 4]), groups: 2 },
            vec![
                FormError::Clique { people: path(&[2, 3, 5]), groups: 2 },
                FormError::Clique { people: path(&[2, 2, 3]), groups: 2 },
                FormError::Clique { people: path(&[7, 8, 9]), groups: 2 },
                FormError::Clique { people: path(&[2, 3, 4]), groups: 1 },
            ],
        ),
        (&wish, holders(1, 1, 4), vec![holders(0, 5, 4), holders(1, 1, 3), holders(1, 2, 4)]),
        (
            &wish.clone().sizes(1..=1),
            FormError::SmallGroups { column: column(), min: 4, largest: 1 },
            vec![
                FormError::SmallGroups { column: column(), min: 2, largest: 1 },
                FormError::SmallGroups { column: column(), min: 4, largest: 0 },
            ],
        ),
    ] {
        assert!(right.proves(former, &traits), "{right}");
        for wrong in wrong {
            assert!(!wrong.proves(former, &traits), "{wrong:?}");
        }
    }
    let two = FormError::TwoWishes { column: column() };
    assert!(!two.proves(&wish, &traits));
}
