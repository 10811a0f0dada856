#![allow(clippy::items_after_statements)] // plain oracles

use proptest::prelude::*;

use super::*;

/// The size of a maximum matching, by augmenting paths over single places.
fn maximum(mentoring: &Mentoring) -> usize {
    let places: Vec<usize> =
        (0..mentoring.mentors.len()).flat_map(|j| vec![j; mentoring.mentors[j].capacity]).collect();
    let mut holder = vec![None; places.len()];
    fn augment(
        i: usize,
        mentoring: &Mentoring,
        places: &[usize],
        seen: &mut [bool],
        holder: &mut [Option<usize>],
    ) -> bool {
        for (place, &j) in places.iter().enumerate() {
            if seen[place] || !mentoring.may(&mentoring.mentors[j], &mentoring.mentees[i]) {
                continue;
            }
            seen[place] = true;
            let free = match holder[place] {
                None => true,
                Some(other) => augment(other, mentoring, places, seen, holder),
            };
            if free {
                holder[place] = Some(i);
                return true;
            }
        }
        false
    }
    (0..mentoring.mentees.len())
        .filter(|&i| {
            let mut seen = vec![false; places.len()];
            augment(i, mentoring, &places, &mut seen, &mut holder)
        })
        .count()
}

fn level() -> impl Strategy<Value = f64> {
    (-8..8_i8).prop_map(f64::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn as_many_as_possible_are_matched_and_the_rest_know_why(
        mentors in prop::collection::vec((level(), 0..4_usize, 0..2_u32), 0..9),
        mentees in prop::collection::vec((level(), 0..2_u32), 0..16),
        low in -3..4_i8,
        width in 0..6_i8,
    ) {
        let mentors: Vec<_> = (0..)
            .zip(mentors)
            .map(|(p, (level, capacity, s)): (u32, _)| Mentor::new(p.into(), level, capacity).within(s))
            .collect();
        let mentees: Vec<_> = (0..)
            .zip(mentees)
            .map(|(p, (level, s)): (u32, _)| Mentee::new(p.into(), level).within(s))
            .collect();
        let gaps = f64::from(low)..=f64::from(low + width);
        let mentoring = match_mentors(&mentors, &mentees, gaps).unwrap();
        prop_assert_eq!(mentoring.verify(), Ok(()));
        let matched = mentoring.mentor_of.iter().flatten().count();
        prop_assert_eq!(matched, maximum(&mentoring));
        // The same people cannot be served with a smaller largest load.
        for section in 0..2 {
            let loads: Vec<_> = mentoring.mentees().iter().map(Vec::len).collect();
            let of_section = |j: &usize| mentors[*j].section == section;
            let most = (0..mentors.len()).filter(of_section).map(|j| loads[j]).max().unwrap_or(0);
            let mut fewer = mentoring.clone();
            for mentor in fewer.mentors.iter_mut().filter(|m| m.section == section) {
                mentor.capacity = mentor.capacity.min(most.saturating_sub(1));
            }
            let served = |i: &usize| mentoring.mentor_of(*i).is_some();
            fewer.mentees = (0..mentees.len()).filter(served).map(|i| mentees[i]).collect();
            prop_assert!(most == 0 || maximum(&fewer) < matched);
        }
    }
}

#[test]
fn bad_lists_are_refused() {
    let mentor = Mentor::new(1.into(), 1.0, 1);
    let mentee = Mentee::new(2.into(), f64::INFINITY);
    let empty: [Mentee; 0] = [];
    assert!(matches!(
        match_mentors(&[mentor; 2], &empty, 0.0..=1.0),
        Err(PairsError::Twice { .. })
    ));
    assert!(matches!(
        match_mentors(&[mentor], &[mentee], 0.0..=1.0),
        Err(PairsError::NotFinite { .. })
    ));
    for gaps in [1.0..=0.0, f64::NAN..=1.0, 0.0..=f64::NAN] {
        assert!(matches!(match_mentors(&[mentor], &empty, gaps), Err(PairsError::Gaps { .. })));
    }
    assert!(match_mentors(&[], &empty, 0.0..=1.0).unwrap().unmatched().is_empty());
}

/// Places are as many as a caller says, even where their sum is beyond all numbers.
#[test]
fn huge_capacities_do_no_harm() {
    let mentors = [Mentor::new(0.into(), 1.0, usize::MAX), Mentor::new(1.into(), 2.0, usize::MAX)];
    let mentees = [Mentee::new(2.into(), 9.0), Mentee::new(3.into(), 1.0)];
    let mentoring = match_mentors(&mentors, &mentees, 0.0..=f64::INFINITY).unwrap();
    assert_eq!((mentoring.mentor_of(0), mentoring.unmatched()[0].1), (None, Unmatched::NoMentor));
}

#[test]
fn verify_sees_what_is_wrong() {
    let mentors = [Mentor::new(0.into(), 5.0, 1), Mentor::new(1.into(), 9.0, 1)];
    let mentees = [Mentee::new(2.into(), 4.0), Mentee::new(3.into(), 4.0)];
    let good = match_mentors(&mentors, &mentees, 0.0..=2.0).unwrap();
    good.verify().unwrap();
    let with = |mentor_of: [Option<usize>; 2], unmatched: Vec<(usize, Unmatched)>| {
        Mentoring { mentor_of: mentor_of.to_vec(), unmatched, ..good.clone() }.verify()
    };
    assert!(matches!(with([Some(0); 2], vec![]), Err(PairsViolation::Load { .. })));
    assert!(matches!(with([Some(1), None], vec![]), Err(PairsViolation::Gap { .. })));
    assert!(matches!(with([Some(0), None], vec![]), Err(PairsViolation::Places { .. })));
    let none = vec![(1, Unmatched::NoMentor)];
    assert!(matches!(with([Some(0), None], none), Err(PairsViolation::Reason { .. })));
}
