//! Mentees who wish for mentors.

use core::ops::{Range, RangeInclusive};
use std::collections::BTreeMap;

use super::error::PairsError;
use super::mentors::{Mentee, Mentor, Mentoring, Unmatched};
use crate::group::topics::TopicChoice;
use crate::{PersonId, Seed};

/// Wishes beyond this place count as this one.
const LAST: usize = 31;

/// Gives mentors to as many mentees as possible, and of all ways to do so takes one that follows wishes
/// best.
///
/// ```text
/// minimise  sum over the mentees of place^2       place 0 for the mentor wished for most, the length of
///                                                 the list, at most 31, for one who is not on it
/// ```
///
/// among the matchings that [`match_mentors`](super::match_mentors) could give: same rules, same number
/// of mentees with a mentor. Somebody without a list is content with anybody. Exact, by successive
/// shortest paths on the graph of the mentors as in [`TopicChoice`]; ties by the seed. O(n m log n) time
/// for n mentees and m mentors and O(m^3) for each mentee who cannot have their first wish, with O(n m)
/// memory.
///
/// Loads are not made even: mentors whom many wish for have as many as they can take. Do not use it for
/// more than a thousand mentors.
///
/// # Errors
///
/// Those of [`match_mentors`](super::match_mentors); [`PairsError::Lists`], [`PairsError::NotMentor`],
/// and [`PairsError::Topics`] for more mentors or mentees than can be worked on.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::{Mentee, Mentor, match_mentors_by_wishes};
///
/// let mentors = [Mentor::new(0.into(), 5.0, 1), Mentor::new(1.into(), 6.0, 1)];
/// let mentees = [2, 3].map(|p| Mentee::new(p.into(), 4.0));
/// // Both would like mentor 1, but for the first 0 will do as well as no other.
/// let wishes = [vec![1.into(), 0.into()], vec![1.into()]];
/// let mentoring = match_mentors_by_wishes(&mentors, &mentees, 0.0..=2.0, &wishes, Seed::new(1))?;
/// assert_eq!(mentoring.mentees().iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
/// assert!(mentoring.verify().is_ok());
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
pub fn match_mentors_by_wishes(
    mentors: &[Mentor],
    mentees: &[Mentee],
    gaps: RangeInclusive<f64>,
    wishes: &[Vec<PersonId>],
    seed: Seed,
) -> Result<Mentoring, PairsError> {
    let mut mentoring = Mentoring::nobody(mentors, mentees, &gaps)?;
    let places = places(mentors, mentees, wishes)?;
    if mentees.is_empty() {
        return Ok(mentoring);
    }
    let unlisted = |mentee: usize| wishes[mentee].len().min(LAST);
    let cost = |mentee: usize, mentor: usize| {
        let place = places[mentee].get(&mentor).copied().unwrap_or_else(|| unlisted(mentee));
        place * place
    };
    // To have no mentor costs more than all wishes together, so that as few as can be have none.
    let most = (0..mentees.len()).map(|mentee| unlisted(mentee) * unlisted(mentee)).sum::<usize>();
    let none = u32::try_from(most + 1).unwrap_or(u32::MAX);
    let choice =
        TopicChoice::new(mentees.len(), mentors.len() + 1, |mentee, mentor| {
            match mentors.get(mentor.index()) {
                None => Some(none),
                Some(one) if one.capacity > 0 && mentoring.may(one, &mentees[mentee.index()]) => {
                    u32::try_from(cost(mentee.index(), mentor.index())).ok()
                }
                Some(_) => None,
            }
        })?;
    let all = mentees.len();
    let caps: Vec<usize> = mentors.iter().map(|m| m.capacity.min(all)).chain([all]).collect();
    let plan = choice.caps(caps).choose(seed)?;
    let mentor_of = plan.assignment().iter().map(|topic| topic.index());
    mentoring.mentor_of =
        mentor_of.map(|place| Some(place).filter(|&p| p < mentors.len())).collect();
    mentoring.unmatched = reasons(&mentoring);
    Ok(mentoring)
}

/// By mentee the places of mentors on their list, the best for one who is there twice.
fn places(
    mentors: &[Mentor],
    mentees: &[Mentee],
    wishes: &[Vec<PersonId>],
) -> Result<Vec<BTreeMap<usize, usize>>, PairsError> {
    if wishes.len() != mentees.len() {
        return Err(PairsError::Lists { lists: wishes.len(), mentees: mentees.len() });
    }
    let position: BTreeMap<PersonId, usize> =
        mentors.iter().enumerate().map(|(at, mentor)| (mentor.person, at)).collect();
    let read = |(mentee, list): (&Mentee, &Vec<PersonId>)| {
        let mut places = BTreeMap::new();
        for (place, &person) in list.iter().enumerate() {
            let Some(&mentor) = position.get(&person) else {
                return Err(PairsError::NotMentor { mentee: mentee.person, person });
            };
            places.entry(mentor).or_insert(place.min(LAST));
        }
        Ok(places)
    };
    mentees.iter().zip(wishes).map(read).collect()
}

/// Why each mentee has no mentor, where as many as possible have one: the mentors they could go to, those
/// whom the mentees of these could go to, and so on, are neighbours in level and have no place left, or
/// one more could be matched.
fn reasons(mentoring: &Mentoring) -> Vec<(usize, Unmatched)> {
    let mut by_level: Vec<usize> =
        (0..mentoring.mentors.len()).filter(|&j| mentoring.mentors[j].capacity > 0).collect();
    by_level.sort_by(|&a, &b| {
        let (a, b) = (&mentoring.mentors[a], &mentoring.mentors[b]);
        a.section.cmp(&b.section).then(a.level.total_cmp(&b.level))
    });
    let taken = mentoring.mentees();
    let window = |mentee: &Mentee| -> Range<usize> {
        let (low, high) = mentoring.gaps;
        let up_to = |is_below: &dyn Fn(f64) -> bool| {
            by_level.partition_point(|&j| {
                let mentor = &mentoring.mentors[j];
                let here = mentor.section == mentee.section;
                mentor.section < mentee.section || here && is_below(mentor.level)
            })
        };
        let first = up_to(&|level| level < mentee.level + low);
        first..up_to(&|level| level <= mentee.level + high).max(first)
    };
    let left = mentoring.mentor_of.iter().enumerate().filter(|(_, mentor)| mentor.is_none());
    let reason = |(mentee, _): (usize, &Option<usize>)| {
        let mut range = window(&mentoring.mentees[mentee]);
        if range.is_empty() {
            return (mentee, Unmatched::NoMentor);
        }
        let mut seen = range.start..range.start;
        while seen != range {
            let before = range.clone();
            for place in before.clone().filter(|place| !seen.contains(place)) {
                for &other in &taken[by_level[place]] {
                    let own = window(&mentoring.mentees[other]);
                    range = range.start.min(own.start)..range.end.max(own.end);
                }
            }
            seen = before;
        }
        let mentor = |place: usize| &mentoring.mentors[by_level[place]];
        let capacity = range.clone().fold(0_usize, |sum, p| sum.saturating_add(mentor(p).capacity));
        let (lowest, highest) = (mentor(range.start).level, mentor(range.end - 1).level);
        (mentee, Unmatched::Full { lowest, highest, capacity })
    };
    left.map(reason).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::group::match_mentors;

    /// The most mentees that can be matched and, with so many, the least cost: all ways.
    fn best(
        i: usize,
        room: &mut Vec<usize>,
        mentoring: &Mentoring,
        cost: &dyn Fn(usize, usize) -> usize,
    ) -> (usize, usize) {
        if i == mentoring.mentees.len() {
            return (0, 0);
        }
        let mut found = best(i + 1, room, mentoring, cost);
        for j in 0..room.len() {
            if room[j] > 0 && mentoring.may(&mentoring.mentors[j], &mentoring.mentees[i]) {
                room[j] -= 1;
                let (matched, rest) = best(i + 1, room, mentoring, cost);
                room[j] += 1;
                let this = (matched + 1, rest + cost(i, j));
                if this.0 > found.0 || this.0 == found.0 && this.1 < found.1 {
                    found = this;
                }
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn as_many_as_possible_are_matched_by_the_best_wishes(
            mentors in prop::collection::vec((-4..4_i8, 0..3_usize, 0..2_u32), 0..5),
            mentees in prop::collection::vec((-4..4_i8, 0..2_u32, prop::collection::vec(0..5_usize, 0..4)), 0..7),
            low in -2..3_i8,
            width in 0..5_i8,
            seed in any::<u64>(),
        ) {
            let count = mentors.len();
            let mentors: Vec<_> = (0..)
                .zip(mentors)
                .map(|(p, (level, capacity, s)): (u32, _)| Mentor::new(p.into(), level.into(), capacity).within(s))
                .collect();
            let wishes: Vec<Vec<PersonId>> = mentees
                .iter()
                .map(|(_, _, list)| list.iter().filter(|&&j| j < count).map(|&j| mentors[j].person).collect())
                .collect();
            let mentees: Vec<_> = (50..)
                .zip(mentees)
                .map(|(p, (level, s, _)): (u32, _)| Mentee::new(p.into(), level.into()).within(s))
                .collect();
            let gaps = f64::from(low)..=f64::from(low + width);
            let mentoring =
                match_mentors_by_wishes(&mentors, &mentees, gaps.clone(), &wishes, Seed::new(seed)).unwrap();
            prop_assert_eq!(mentoring.verify(), Ok(()));
            let cost = |i: usize, j: usize| {
                let at = wishes[i].iter().position(|&p| p == mentors[j].person);
                at.unwrap_or(wishes[i].len()).pow(2)
            };
            let pairs = || mentoring.mentor_of.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?)));
            let mut room: Vec<usize> = mentors.iter().map(|mentor| mentor.capacity).collect();
            let found = (pairs().count(), pairs().map(|(i, j)| cost(i, j)).sum::<usize>());
            prop_assert_eq!(found, best(0, &mut room, &mentoring, &cost));
            let plain = match_mentors(&mentors, &mentees, gaps).unwrap();
            prop_assert_eq!(plain.unmatched().len(), mentoring.unmatched().len());
        }
    }

    #[test]
    fn bad_lists_are_refused() {
        let mentors = [Mentor::new(0.into(), 1.0, 1)];
        let mentees = [Mentee::new(1.into(), 1.0)];
        let wish = |wishes: &[Vec<PersonId>]| {
            match_mentors_by_wishes(&mentors, &mentees, 0.0..=1.0, wishes, Seed::new(1))
        };
        assert_eq!(wish(&[]), Err(PairsError::Lists { lists: 0, mentees: 1 }));
        let not = PairsError::NotMentor { mentee: 1.into(), person: 1.into() };
        assert_eq!(wish(&[vec![1.into()]]), Err(not));
        assert_eq!(wish(&[vec![]]).unwrap().mentor_of(0), Some(0));
        let many: Vec<_> = (0..2000).map(|p| Mentor::new(p.into(), 1.0, 1)).collect();
        let late = [Mentee::new(3000.into(), 1.0)];
        let error = match_mentors_by_wishes(&many, &late, 0.0..=1.0, &[vec![]], Seed::new(1));
        assert!(matches!(error, Err(PairsError::Topics(_))));
    }
}
