//! Tutors and tutees.

use super::error::{PairsError, PairsViolation};
use super::mentors::{Mentee, Mentor, match_mentors};
use crate::group::deal::check_finite;
use crate::group::groups::Groups;
use crate::group::sizes::check_people;
use crate::id::to_u32;
use crate::math;
use crate::{GroupId, PersonId};

/// Pairs for peer tutoring: the upper half by skill teaches the lower half.
///
/// ```text
/// sorted by skill, h = floor(n / 2): rank i learns from rank i + ceil(n / 2)
/// ```
///
/// That makes the smallest gap as large as it can be: of any `h + 1` successive ranks two must be
/// together, so no pairing of an even number of people has a larger smallest gap. Of an odd number
/// the middle one joins the pair with the largest gap. O(n log n).
///
/// [`gap_at_most`](Self::gap_at_most) keeps pairs from being too far apart: then as many tutees as
/// possible get a tutor of the upper half within the gap (the exact greedy of
/// [`match_mentors`]), and who is left is listed.
/// [`apart`](Self::apart) keeps those apart who have been together: every tutee gets the tutor as
/// near as possible, in ranks, to the one they would have had.
///
/// ```
/// use peergrade::group::TutorPairs;
///
/// let tutoring = TutorPairs::new().form(&[0.9, 0.2, 0.5, 0.4])?;
/// let pair = tutoring.pairs()[0];
/// assert_eq!((pair.tutee.get(), pair.tutor.get()), (1, 2)); // 0.2 learns from 0.5
/// assert!((tutoring.min_gap().unwrap() - 0.3).abs() < 1e-12);
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TutorPairs {
    gap_at_most: Option<f64>,
    earlier: Vec<Groups>,
}

/// A tutor with a tutee, and of an odd number of people once a third.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TutorPair {
    /// Who knows more.
    pub tutor: PersonId,
    /// Who knows less.
    pub tutee: PersonId,
    /// Somebody between the two.
    pub third: Option<PersonId>,
    /// The skill of the tutor minus that of the tutee.
    pub gap: f64,
}

impl TutorPairs {
    /// Pairs of any gap.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest gap that a pair may have.
    ///
    /// ```
    /// use peergrade::group::TutorPairs;
    ///
    /// let tutoring = TutorPairs::new().gap_at_most(1.0).form(&[0.0, 1.0, 2.0, 9.0])?;
    /// assert_eq!(tutoring.pairs().len(), 1); // 1 learns from 2
    /// assert_eq!(tutoring.unmatched().len(), 2);
    /// # Ok::<(), peergrade::group::PairsError>(())
    /// ```
    #[must_use]
    pub fn gap_at_most(mut self, gap: f64) -> Self {
        self.gap_at_most = Some(gap);
        self
    }

    /// Keeps everybody from whom they were with in these groups; may be called again. Does not go
    /// together with a cap on the gap, where it counts for nothing.
    ///
    /// ```
    /// use peergrade::group::TutorPairs;
    ///
    /// let skill = [0.9, 0.2, 0.5, 0.4];
    /// let first = TutorPairs::new().form(&skill)?;
    /// let second = TutorPairs::new().apart(&first.groups().unwrap()).form(&skill)?;
    /// assert_ne!(first.pairs()[0].tutor, second.pairs()[0].tutor);
    /// # Ok::<(), peergrade::group::PairsError>(())
    /// ```
    #[must_use]
    pub fn apart(mut self, earlier: &Groups) -> Self {
        self.earlier.push(earlier.clone());
        self
    }

    /// Pairs people by skill, one value per person.
    ///
    /// # Errors
    ///
    /// [`PairsError::TooFewPeople`] for a single person, [`PairsError::Groups`] for a skill that is
    /// not a finite number, [`PairsError::TooFarApart`] for two whose difference is none,
    /// [`PairsError::Gaps`] for a cap that is none, [`PairsError::AllMet`].
    ///
    /// ```
    /// use peergrade::group::TutorPairs;
    ///
    /// assert!(TutorPairs::new().form(&[0.3]).is_err());
    /// assert_eq!(TutorPairs::new().form(&[0.3, 0.1, 0.9])?.pairs()[0].third, Some(0.into()));
    /// # Ok::<(), peergrade::group::PairsError>(())
    /// ```
    pub fn form(&self, skill: &[f64]) -> Result<Tutoring, PairsError> {
        let people = skill.len();
        check_people(people)?;
        check_finite(skill)?;
        if people < 2 {
            return Err(PairsError::TooFewPeople { people, size: 2 });
        }
        let mut ranks: Vec<PersonId> = (0..to_u32(people)).map(PersonId::new).collect();
        ranks.sort_by(|a, b| skill[a.index()].total_cmp(&(skill[b.index()])).then(a.cmp(b)));
        let (lowest, highest) = (ranks[0], ranks[people - 1]);
        let (low, high) = (skill[lowest.index()], skill[highest.index()]);
        if !(high - low).is_finite() {
            return Err(PairsError::TooFarApart { lowest, low, highest, high });
        }
        let (tutees, tutors) = (&ranks[..people / 2], &ranks[people.div_ceil(2)..]);
        let middle = (people % 2 == 1).then(|| ranks[people / 2]);
        match self.gap_at_most {
            Some(cap) => capped(skill, tutees, tutors, middle, cap),
            None => self.all(skill, tutees, tutors, middle),
        }
    }

    fn all(
        &self,
        skill: &[f64],
        tutees: &[PersonId],
        tutors: &[PersonId],
        middle: Option<PersonId>,
    ) -> Result<Tutoring, PairsError> {
        let met =
            |a: PersonId, b: PersonId| self.earlier.iter().any(|groups| together(groups, a, b));
        let partner = nearest(tutees.len(), |i, j| !met(tutees[i], tutors[j]))
            .map_err(|i| PairsError::AllMet { person: tutees[i] })?;
        let mut pairs: Vec<TutorPair> =
            tutees.iter().zip(partner).map(|(&tutee, j)| pair(skill, tutors[j], tutee)).collect();
        if let Some(person) = middle {
            let free = |pair: &&mut TutorPair| !met(pair.tutor, person) && !met(pair.tutee, person);
            let widest = pairs
                .iter_mut()
                .filter(free)
                .reduce(|best, pair| if pair.gap > best.gap { pair } else { best });
            widest.ok_or(PairsError::AllMet { person })?.third = Some(person);
        }
        Ok(Tutoring { people: skill.len(), pairs, unmatched: Vec::new() })
    }
}

fn together(groups: &Groups, a: PersonId, b: PersonId) -> bool {
    let (of_a, of_b) = (groups.group_of(a), groups.group_of(b));
    of_a.is_some() && of_a == of_b
}

fn pair(skill: &[f64], tutor: PersonId, tutee: PersonId) -> TutorPair {
    let gap = skill[tutor.index()] - skill[tutee.index()];
    TutorPair { tutor, tutee, third: None, gap }
}

fn capped(
    skill: &[f64],
    tutees: &[PersonId],
    tutors: &[PersonId],
    middle: Option<PersonId>,
    cap: f64,
) -> Result<Tutoring, PairsError> {
    let mentors: Vec<Mentor> =
        tutors.iter().map(|&p| Mentor::new(p, skill[p.index()], 1)).collect();
    let mentees: Vec<Mentee> = tutees.iter().map(|&p| Mentee::new(p, skill[p.index()])).collect();
    let matched = match_mentors(&mentors, &mentees, 0.0..=cap)?;
    let mut pairs = Vec::new();
    let mut unmatched: Vec<PersonId> = middle.into_iter().collect();
    let mut taken = vec![false; tutors.len()];
    for (i, &tutee) in tutees.iter().enumerate() {
        match matched.mentor_of(i) {
            Some(j) => {
                taken[j] = true;
                pairs.push(pair(skill, tutors[j], tutee));
            }
            None => unmatched.push(tutee),
        }
    }
    unmatched.extend((0..tutors.len()).filter(|&j| !taken[j]).map(|j| tutors[j]));
    // The one in the middle can learn from a tutor, or teach a tutee, within the gap.
    if let Some(person) = middle {
        let within = |upper: PersonId| skill[upper.index()] <= skill[person.index()] + cap;
        let near = |pair: &&mut TutorPair| within(pair.tutor);
        if let Some(pair) = pairs.iter_mut().find(near) {
            pair.third = Some(person);
            unmatched.remove(0);
        }
    }
    unmatched.sort_unstable();
    Ok(Tutoring { people: skill.len(), pairs, unmatched })
}

/// A partner of `0..n` for each of `0..n`, none twice and each allowed, so that the largest distance
/// of the two numbers is as small as possible; or the first one that gets none.
fn nearest(n: usize, allowed: impl Fn(usize, usize) -> bool) -> Result<Vec<usize>, usize> {
    const NONE: usize = usize::MAX;
    let mut partner = vec![NONE; n];
    let mut of = vec![NONE; n]; // the inverse
    let (mut reach, mut unserved) = (0, 0);
    let (mut seen, mut epoch) = (vec![0; n], 0);
    let mut came_from = vec![NONE; n];
    while unserved < n {
        // A shortest alternating path from the first without a partner to a free one, within reach.
        epoch += 1;
        let mut queue = vec![unserved];
        let mut next = 0;
        let mut end = NONE;
        'search: while let Some(&i) = queue.get(next) {
            next += 1;
            for j in i.saturating_sub(reach)..(i + reach + 1).min(n) {
                if seen[j] == epoch || !allowed(i, j) {
                    continue;
                }
                (seen[j], came_from[j]) = (epoch, i);
                if of[j] == NONE {
                    end = j;
                    break 'search;
                }
                queue.push(of[j]);
            }
        }
        if end == NONE {
            if reach >= n {
                return Err(unserved);
            }
            reach += 1;
            continue;
        }
        while end != NONE {
            let i = came_from[end];
            of[end] = i;
            end = core::mem::replace(&mut partner[i], end);
        }
        while unserved < n && partner[unserved] != NONE {
            unserved += 1;
        }
    }
    Ok(partner)
}

/// Tutors and tutees.
///
/// ```
/// use peergrade::group::TutorPairs;
///
/// let skill = [0.9, 0.2, 0.5, 0.4, 0.6];
/// let tutoring = TutorPairs::new().form(&skill)?;
/// assert!(tutoring.verify(&skill).is_ok());
/// assert_eq!(tutoring.groups().unwrap().len(), 2);
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tutoring {
    people: usize,
    pairs: Vec<TutorPair>,
    unmatched: Vec<PersonId>,
}

impl Tutoring {
    /// The pairs, tutees from the lowest skill up.
    #[must_use]
    pub fn pairs(&self) -> &[TutorPair] {
        &self.pairs
    }

    /// Who has nobody within the cap on the gap, sorted.
    #[must_use]
    pub fn unmatched(&self) -> &[PersonId] {
        &self.unmatched
    }

    /// The smallest gap; `None` without pairs.
    #[must_use]
    pub fn min_gap(&self) -> Option<f64> {
        self.pairs.iter().map(|pair| pair.gap).reduce(math::min)
    }

    /// The pairs as groups; `None` when somebody is unmatched.
    #[must_use]
    pub fn groups(&self) -> Option<Groups> {
        if !self.unmatched.is_empty() {
            return None;
        }
        let mut group_of = vec![GroupId::default(); self.people];
        for (group, pair) in (0..).zip(&self.pairs) {
            for person in [pair.tutor, pair.tutee].into_iter().chain(pair.third) {
                group_of[person.index()] = GroupId::new(group);
            }
        }
        Groups::from_assignment(group_of).ok()
    }

    /// Re-checks that everybody is in one place and that gaps are those of the skills. O(n).
    ///
    /// # Errors
    ///
    /// The first violated promise.
    pub fn verify(&self, skill: &[f64]) -> Result<(), PairsViolation> {
        let mut places = vec![0; self.people.max(skill.len())];
        let paired = self
            .pairs
            .iter()
            .flat_map(|pair| [pair.tutor, pair.tutee].into_iter().chain(pair.third));
        for person in paired.chain(self.unmatched.iter().copied()) {
            if let Some(places) = places.get_mut(person.index()) {
                *places += 1;
            }
        }
        if let Some(person) = places.iter().position(|&places| places != 1) {
            let times = places[person];
            return Err(PairsViolation::Places { person: PersonId::new(to_u32(person)), times });
        }
        for pair in &self.pairs {
            let gap = skill[pair.tutor.index()] - skill[pair.tutee.index()];
            if gap < 0.0 || gap.to_bits() != pair.gap.to_bits() {
                return Err(PairsViolation::Gap { upper: pair.tutor, lower: pair.tutee, gap });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, clippy::disallowed_methods)] // plain oracles
    #![allow(clippy::items_after_statements, clippy::single_match_else)]

    use proptest::prelude::*;

    use super::*;

    /// The largest smallest gap of all divisions into pairs and, for odd n, one trio.
    fn best(skill: &mut Vec<f64>, trio: bool) -> f64 {
        let Some(first) = skill.pop() else { return f64::INFINITY };
        let mut most = f64::NEG_INFINITY;
        for i in 0..skill.len() {
            let second = skill.remove(i);
            let gap = (first - second).abs();
            most = most.max(gap.min(best(skill, trio)));
            if trio {
                for j in i..skill.len() {
                    let third = skill.remove(j);
                    let gap = gap.max((first - third).abs()).max((second - third).abs());
                    most = most.max(gap.min(best(skill, false)));
                    skill.insert(j, third);
                }
            }
            skill.insert(i, second);
        }
        skill.push(first);
        most
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn the_smallest_gap_is_the_largest_possible(
            skill in prop::collection::vec((-9..9_i8).prop_map(f64::from), 2..=9),
        ) {
            let tutoring = TutorPairs::new().form(&skill).unwrap();
            tutoring.verify(&skill).unwrap();
            let trios = tutoring.pairs().iter().filter(|pair| pair.third.is_some()).count();
            prop_assert_eq!(trios, skill.len() % 2);
            prop_assert_eq!(tutoring.pairs().len(), skill.len() / 2);
            let odd = skill.len() % 2 == 1;
            prop_assert_eq!(tutoring.min_gap().unwrap(), best(&mut skill.clone(), odd));
        }

        #[test]
        fn a_cap_is_kept(
            skill in prop::collection::vec((-9..9_i8).prop_map(f64::from), 2..40),
            cap in 0..12_u8,
        ) {
            let tutoring = TutorPairs::new().gap_at_most(cap.into()).form(&skill).unwrap();
            tutoring.verify(&skill).unwrap();
            prop_assert!(tutoring.pairs().iter().all(|pair| pair.gap <= f64::from(cap)));
        }

        #[test]
        fn partners_are_as_near_as_they_can_be(
            n in 1..7_usize,
            met in prop::collection::vec((0..7_usize, 0..7_usize), 0..20),
        ) {
            let allowed = |i: usize, j: usize| !met.contains(&(i, j));
            fn least(i: usize, n: usize, used: u32, allowed: &dyn Fn(usize, usize) -> bool) -> usize {
                if i == n {
                    return 0;
                }
                let rest = |j: usize| least(i + 1, n, used | 1 << j, allowed).max(i.abs_diff(j));
                let free = (0..n).filter(|&j| used >> j & 1 == 0 && allowed(i, j));
                free.map(rest).min().unwrap_or(usize::MAX)
            }
            let most = least(0, n, 0, &allowed);
            match nearest(n, allowed) {
                Ok(partner) => {
                    let mut all = partner.clone();
                    all.sort_unstable();
                    prop_assert!(all.into_iter().eq(0..n));
                    let far = partner.iter().enumerate().map(|(i, j)| i.abs_diff(*j)).max();
                    prop_assert!(partner.iter().enumerate().all(|(i, &j)| allowed(i, j)));
                    prop_assert_eq!(far, Some(most));
                }
                Err(_) => prop_assert_eq!(most, usize::MAX),
            }
        }
    }

    /// As many rounds without repeats as there are tutors; then there is nobody new.
    #[test]
    fn nobody_is_met_twice() {
        let skill: Vec<f64> = (0..12).map(f64::from).collect();
        let mut wish = TutorPairs::new();
        for _ in 0..6 {
            let tutoring = wish.form(&skill).unwrap();
            tutoring.verify(&skill).unwrap();
            let groups = tutoring.groups().unwrap();
            for (_, members) in groups.iter() {
                assert!(!wish.earlier.iter().any(|week| together(week, members[0], members[1])));
            }
            wish = wish.apart(&groups);
        }
        assert!(matches!(wish.form(&skill), Err(PairsError::AllMet { .. })));
    }

    #[test]
    fn bad_skills_are_refused() {
        let form = |skill: &[f64]| TutorPairs::new().form(skill);
        assert!(form(&[]).is_err() && form(&[1.0]).is_err() && form(&[1.0, f64::NAN]).is_err());
        assert!(TutorPairs::new().gap_at_most(-1.0).form(&[1.0, 2.0]).is_err());
        assert!(TutorPairs::new().gap_at_most(f64::NAN).form(&[1.0, 2.0]).is_err());
    }
}
