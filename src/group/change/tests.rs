use proptest::prelude::*;

use super::*;
use crate::Seed;
use crate::group::Pods;

/// The fewest who leave their group when sizes are 0 or in range: all sizes that old and new groups
/// could have.
fn fewest(counts: &[usize], newcomers: usize, (lo, hi): (usize, usize)) -> Option<usize> {
    fn go(counts: &[usize], left: usize, (lo, hi): (usize, usize)) -> Option<usize> {
        let Some((&count, rest)) = counts.split_first() else {
            // New groups take the rest.
            return (0..=left).any(|k| k * lo <= left && left <= k * hi).then_some(0);
        };
        let sizes = core::iter::once(0).chain(lo..=hi).filter(|&size| size <= left);
        let ways = sizes
            .filter_map(|size| Some(count.saturating_sub(size) + go(rest, left - size, (lo, hi))?));
        ways.min()
    }
    go(counts, counts.iter().sum::<usize>() + newcomers, (lo, hi))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// No way moves fewer people, whatever groups, range and newcomers there are.
    #[test]
    fn as_few_move_as_can_be(
        counts in prop::collection::vec(0..8_usize, 1..6),
        newcomers in 0..9_usize,
        lo in 1..5_usize,
        more in 0..4_usize,
    ) {
        let bounds = (lo, lo + more);
        let target = Target::cheapest(&counts, &vec![true; counts.len()], newcomers, bounds);
        if let Some(fewest) = fewest(&counts, newcomers, bounds) {
            prop_assert_eq!(target.moves, fewest);
        }
    }

    /// People come and go: sizes stay in range, nobody else moves than was said, and what cannot be
    /// changes nothing.
    #[test]
    fn sizes_stay_in_range_and_moves_are_told(
        n in 3..60_usize,
        lo in 1..4_usize,
        more in 1..4_usize,
        steps in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 0..9)), 1..8),
        seed in any::<u64>(),
    ) {
        let range = lo..=lo + more;
        let Ok(pods) = Pods::within(range.clone()).form(n, Seed::new(seed)) else { return Ok(()) };
        let mut running = pods.run(range.clone()).unwrap();
        for (come, who) in steps {
            let before = running.clone();
            let ever = to_u32(before.group_of.len());
            let gone: Vec<PersonId> = who.iter().map(|w| PersonId::new(w % ever)).collect();
            let change = if come { running.insert(who.len()) } else { running.remove(&gone) };
            let left = |p: &PersonId| gone.contains(p) && !come;
            let there = (0..ever).map(PersonId::new).filter(|p| before.group_of(*p).is_some());
            let staying: Vec<PersonId> = there.filter(|p| !left(p)).collect();
            let all = staying.len() + if come { who.len() } else { 0 };
            let Ok(change) = change else {
                prop_assert_eq!(&running, &before);
                prop_assert!(GroupSizes::within(range.clone()).groups(all).is_err());
                continue;
            };
            prop_assert_eq!(running.verify(), Ok(()));
            prop_assert_eq!(running.people(), all);
            prop_assert_eq!(change.joined().len(), if come { who.len() } else { 0 });
            let mut moves = change.moves().iter();
            for person in staying {
                let (from, to) = (before.group_of(person).unwrap(), running.group_of(person).unwrap());
                if from != to {
                    let step = moves.next().unwrap();
                    prop_assert_eq!((step.person, step.from, step.to), (person, from, to));
                }
            }
            prop_assert_eq!(moves.next(), None);
            let listed: usize = running.groups().map(|group| running.members(group).len()).sum();
            prop_assert_eq!(listed, all);
            for &group in change.dissolved() {
                prop_assert!(running.members(group).is_empty());
                prop_assert!(before.groups().any(|old| old == group));
            }
            for &group in change.opened() {
                prop_assert!(!running.members(group).is_empty());
                prop_assert!(group.index() >= before.members.len());
            }
        }
    }
}

#[test]
fn everybody_leaves_and_others_come() {
    let mut running = Pods::within(2..=6).form(8, Seed::new(1)).unwrap().run(2..=6).unwrap();
    let all: Vec<PersonId> = (0..8).map(PersonId::new).collect();
    let change = running.remove(&all).unwrap();
    assert_eq!((running.people(), running.groups().count()), (0, 0));
    assert_eq!((change.dissolved().len(), change.moves().len()), (2, 0));
    assert!(running.insert(1).is_err());
    // Near the middle of the range, as when groups are formed.
    let change = running.insert(12).unwrap();
    assert_eq!((change.opened().len(), change.joined()[0].get()), (3, 8));
    assert_eq!(running.groups().map(GroupId::get).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(running.verify(), Ok(()));
}

#[test]
fn wrong_requests_change_nothing() {
    let mut running = Pods::within(2..=3).form(6, Seed::new(1)).unwrap().run(2..=3).unwrap();
    let before = running.clone();
    let unknown = ChangeError::UnknownPerson { person: 6.into(), people: 6 };
    assert_eq!(running.remove(&[0.into(), 6.into()]), Err(unknown));
    let (people, limit) = (usize::MAX, MAX_COUNT);
    let many = GroupError::TooManyPeople { people, limit };
    assert_eq!(running.insert(usize::MAX), Err(many.into()));
    assert_eq!(running, before);
    let all: Vec<PersonId> = (0..6).map(PersonId::new).collect();
    // Written by its ends, since a range upside down looks like a mistake to the compiler.
    let (from, to) = (3, 2);
    for (lo, hi) in [(0, 3), (from, to)] {
        running.allow(lo..=hi);
        let range = GroupError::SizeRange { lo, hi };
        assert_eq!(running.remove(&all), Err(range.clone().into()));
        let pods = Pods::within(2..=3).form(6, Seed::new(1)).unwrap();
        assert_eq!(pods.run(lo..=hi), Err(range.into()));
    }
    // A narrower range holds from the next change on.
    running.allow(6..=9);
    assert!(matches!(running.verify(), Err(GroupViolation::Size { size: 2, lo: 6, .. })));
    let change = running.insert(0).unwrap();
    assert_eq!((change.moves().len(), running.verify()), (4, Ok(())));
}
