//! Time in common.

use proptest::prelude::*;

use super::*;
use crate::group::{Week, evaluate};

/// Mornings, evenings, both, or nobody knows: by person.
fn weeks(kinds: &[u8]) -> Vec<Week> {
    let [early, late] = [8 * 60, 18 * 60].map(|from| Week::daily(from, 180).unwrap());
    let both = Week::from_slots(early.slots().chain(late.slots())).unwrap();
    kinds.iter().map(|&kind| [early, late, both, Week::default()][usize::from(kind)]).collect()
}

proptest! {
    /// Time in common holds in every group, or there is an error, and none where nobody stands in the way.
    #[test]
    fn people_of_a_group_have_time_in_common(
        kinds in prop::collection::vec(0..4_u8, 4..40),
        size in 2..6_usize,
        seed in any::<u64>(),
    ) {
        let weeks = weeks(&kinds);
        let skill: Vec<_> = (0..kinds.len()).map(|i| Some((i * i % 17) as f64)).collect();
        let traits = Traits::builder(kinds.len()).numeric("skill", &skill).availability(&weeks);
        let traits = traits.build().unwrap();
        let former = GroupFormer::default().sizes(GroupSizes::target(size));
        let former = former.overlap(84, Strength::Hard);
        let anybody = |kind| kinds.contains(&kind);
        match former.form(&traits, Seed::new(seed)) {
            Ok(formed) => {
                prop_assert_eq!(former.verify(&traits, formed.groups()), Ok(()));
                for (_, members) in formed.groups().iter() {
                    let has = |kind| members.iter().any(|p| kinds[p.index()] == kind);
                    prop_assert!(!(has(0) && has(1)));
                }
                let report = evaluate(&traits, formed.groups(), &former).unwrap();
                prop_assert!(report.overlaps().iter().all(|own| own.is_none_or(|own| own >= 84)));
            }
            Err(error) => {
                prop_assert!(matches!(error, FormError::NotFound { .. }), "{}", error);
                prop_assert!(anybody(0) && anybody(1));
            }
        }
    }
}

#[test]
fn wishes_for_time_in_common_are_checked() {
    let weeks = weeks(&[0, 1, 2, 3]);
    let with = Traits::builder(4).availability(&weeks).build().unwrap();
    let without = Traits::builder(4).build().unwrap();
    let form = |traits, slots, strength| {
        let former = GroupFormer::default().sizes(2..=2).overlap(slots, strength);
        former.form(traits, Seed::new(1)).map(Formed::into_groups)
    };
    let hard = Strength::Hard;
    assert_eq!(form(&without, 4, hard), Err(FormError::NoAvailability { slots: 4 }));
    assert_eq!(form(&with, 0, hard), Err(FormError::Slots { slots: 0, limit: 672 }));
    let few = FormError::FewSlots { person: 0.into(), has: 84, slots: 85 };
    assert_eq!(form(&with, 85, hard), Err(few));
    let column = "availability".into();
    let weight = FormError::Weight { column, weight: -1.0, least: 1e-12, limit: 1e12 };
    assert_eq!(form(&with, 4, Strength::Soft(-1.0)), Err(weight));
    // The early and the late are not together, whether that must be or is wished.
    for strength in [hard, Strength::Soft(1.0)] {
        let groups = form(&with, 84, strength).unwrap();
        assert_ne!(groups.group_of(0.into()), groups.group_of(1.into()));
    }
    let mixed = Groups::from_assignment([0, 0, 1, 1].map(GroupId::new)).unwrap();
    let former = GroupFormer::default().sizes(2..=2).overlap(84, hard);
    let broken = FormError::Overlap { group: 0.into(), common: 0, slots: 84 };
    assert_eq!(former.verify(&with, &mixed), Err(broken));
}
