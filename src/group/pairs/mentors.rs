//! Mentors and their mentees.

use core::ops::RangeInclusive;

use super::error::{PairsError, PairsViolation};
use super::glover::{Run, reasons, run};
use crate::PersonId;

/// A mentor: somebody with a level and places for mentees.
///
/// ```
/// use peergrade::group::Mentor;
///
/// let ana = Mentor::new(7.into(), 3.5, 2).within(1);
/// assert_eq!((ana.person.get(), ana.capacity, ana.section), (7, 2, 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Mentor {
    /// Who it is.
    pub person: PersonId,
    /// Their level.
    pub level: f64,
    /// How many mentees they can take.
    pub capacity: usize,
    /// They meet only mentees of the same section: a topic, a language, a time zone. Default 0.
    pub section: u32,
}

impl Mentor {
    /// A mentor of section 0.
    #[must_use]
    pub const fn new(person: PersonId, level: f64, capacity: usize) -> Self {
        Self { person, level, capacity, section: 0 }
    }

    /// The same mentor in a section.
    #[must_use]
    pub const fn within(mut self, section: u32) -> Self {
        self.section = section;
        self
    }
}

/// Somebody who is to have a mentor.
///
/// ```
/// use peergrade::group::Mentee;
///
/// assert_eq!(Mentee::new(3.into(), 1.5).section, 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Mentee {
    /// Who it is.
    pub person: PersonId,
    /// Their level.
    pub level: f64,
    /// They meet only mentors of the same section. Default 0.
    pub section: u32,
}

impl Mentee {
    /// A mentee of section 0.
    #[must_use]
    pub const fn new(person: PersonId, level: f64) -> Self {
        Self { person, level, section: 0 }
    }

    /// The same mentee in a section.
    #[must_use]
    pub const fn within(mut self, section: u32) -> Self {
        self.section = section;
        self
    }
}

/// Why a mentee has no mentor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unmatched {
    /// No mentor with a place has a level within the gaps.
    NoMentor,
    /// The mentors of these levels have fewer places than there are mentees who can go to no other
    /// mentor: no matching serves them all (Hall 1935).
    Full {
        /// The lowest level of those mentors.
        lowest: f64,
        /// The highest.
        highest: f64,
        /// Their places.
        capacity: usize,
    },
}

/// Gives mentors to as many mentees as possible.
///
/// ```text
/// mentor j may have mentee i        iff  level_i + low <= level_j <= level_i + high
/// ```
///
/// in the same section, and at most `capacity` of them. The mentors that a mentee may have are
/// neighbours in level, so a greedy is exact: from the lowest mentor up, each takes those of the
/// mentees who may have them whose last chance comes first (Glover, Naval Research Logistics
/// Quarterly 14, 1967). Loads are even: the largest number of mentees of one mentor, in each section,
/// is the smallest that serves the same mentees. Whoever is left gets a reason that can be checked.
///
/// O((n + m) log(n + m) log c) for n mentees and m mentors of capacities up to c.
///
/// Levels decide, ties go by id. Where mentees have wishes of their own use
/// [`match_mentors_by_wishes`](super::match_mentors_by_wishes).
///
/// # Errors
///
/// [`PairsError::Gaps`], [`PairsError::NotFinite`] for a level, [`PairsError::Twice`].
///
/// ```
/// use peergrade::group::{Mentee, Mentor, match_mentors};
///
/// let mentors = [Mentor::new(0.into(), 5.0, 2), Mentor::new(1.into(), 8.0, 2)];
/// let mentees: Vec<_> = (2..6).map(|p| Mentee::new(p.into(), f64::from(p))).collect();
/// let mentoring = match_mentors(&mentors, &mentees, 1.0..=4.0)?;
/// assert_eq!(mentoring.mentor_of(0), Some(0)); // level 2 to level 5
/// assert_eq!(mentoring.mentor_of(3), Some(1)); // level 5 to level 8
/// assert!(mentoring.verify().is_ok());
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
pub fn match_mentors(
    mentors: &[Mentor],
    mentees: &[Mentee],
    gaps: RangeInclusive<f64>,
) -> Result<Mentoring, PairsError> {
    let mut mentoring = Mentoring::nobody(mentors, mentees, &gaps)?;
    let mut by_section: Vec<usize> = (0..mentees.len()).collect();
    by_section.sort_by_key(|&i| (mentees[i].section, mentees[i].person));
    let mut of_level: Vec<usize> =
        (0..mentors.len()).filter(|&j| mentors[j].capacity > 0).collect();
    of_level.sort_by(|&a, &b| {
        let key = |j: usize| (mentors[j].section, mentors[j].person);
        let (a_key, b_key) = (key(a), key(b));
        let levels = mentors[a].level.total_cmp(&mentors[b].level);
        a_key.0.cmp(&b_key.0).then(levels).then(a_key.1.cmp(&b_key.1))
    });
    for mentees_here in by_section.chunk_by(|&a, &b| mentees[a].section == mentees[b].section) {
        let section = mentees[mentees_here[0]].section;
        let first = of_level.partition_point(|&j| mentors[j].section < section);
        let last = of_level.partition_point(|&j| mentors[j].section <= section);
        mentoring.fill(mentees_here, &of_level[first..last]);
    }
    mentoring.unmatched.sort_by_key(|&(i, _)| i);
    Ok(mentoring)
}

fn check(people: impl Iterator<Item = (PersonId, f64)>) -> Result<(), PairsError> {
    let mut ids = Vec::new();
    for (person, level) in people {
        if !level.is_finite() {
            return Err(PairsError::NotFinite { person, level });
        }
        ids.push(person);
    }
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(PairsError::Twice { person: pair[0] }),
        None => Ok(()),
    }
}

/// Who mentors whom. People are named by their position in the lists that were given.
///
/// ```
/// use peergrade::group::{Mentee, Mentor, Unmatched, match_mentors};
///
/// let mentors = [Mentor::new(0.into(), 5.0, 1)];
/// let mentees = [Mentee::new(1.into(), 4.0), Mentee::new(2.into(), 4.5), Mentee::new(3.into(), 9.0)];
/// let mentoring = match_mentors(&mentors, &mentees, 0.0..=2.0)?;
/// let reasons = mentoring.unmatched();
/// assert_eq!(reasons[0], (1, Unmatched::Full { lowest: 5.0, highest: 5.0, capacity: 1 }));
/// assert_eq!(reasons[1], (2, Unmatched::NoMentor));
/// # Ok::<(), peergrade::group::PairsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mentoring {
    pub(super) mentors: Vec<Mentor>,
    pub(super) mentees: Vec<Mentee>,
    pub(super) gaps: (f64, f64),
    pub(super) mentor_of: Vec<Option<usize>>,
    /// By mentee.
    pub(super) unmatched: Vec<(usize, Unmatched)>,
}

impl Mentoring {
    /// Checked people, of whom nobody has a mentor yet.
    pub(super) fn nobody(
        mentors: &[Mentor],
        mentees: &[Mentee],
        gaps: &RangeInclusive<f64>,
    ) -> Result<Self, PairsError> {
        let (low, high) = (*gaps.start(), *gaps.end());
        if low.is_nan() || high.is_nan() || low > high {
            return Err(PairsError::Gaps { low, high });
        }
        check(mentors.iter().map(|mentor| (mentor.person, mentor.level)))?;
        check(mentees.iter().map(|mentee| (mentee.person, mentee.level)))?;
        Ok(Self {
            mentors: mentors.to_vec(),
            mentees: mentees.to_vec(),
            gaps: (low, high),
            mentor_of: vec![None; mentees.len()],
            unmatched: Vec::new(),
        })
    }

    /// The mentor of a mentee, if they have one.
    #[must_use]
    pub fn mentor_of(&self, mentee: usize) -> Option<usize> {
        self.mentor_of.get(mentee).copied().flatten()
    }

    /// The mentees of every mentor. O(n + m).
    #[must_use]
    pub fn mentees(&self) -> Vec<Vec<usize>> {
        let mut mentees = vec![Vec::new(); self.mentors.len()];
        for (mentee, mentor) in self.mentor_of.iter().enumerate() {
            if let Some(mentor) = mentor {
                mentees[*mentor].push(mentee);
            }
        }
        mentees
    }

    /// Those without a mentor, and why, in the order of the mentees.
    #[must_use]
    pub fn unmatched(&self) -> &[(usize, Unmatched)] {
        &self.unmatched
    }

    fn fill(&mut self, mentees: &[usize], mentors: &[usize]) {
        let window = |&i: &usize| {
            let level = self.mentees[i].level;
            (level + self.gaps.0, level + self.gaps.1)
        };
        let windows: Vec<(f64, f64)> = mentees.iter().map(window).collect();
        let levels: Vec<f64> = mentors.iter().map(|&j| self.mentors[j].level).collect();
        let capacities: Vec<usize> = mentors.iter().map(|&j| self.mentors[j].capacity).collect();
        let full = run(&levels, &capacities, &windows, |_| true);
        for (i, reason) in reasons(&levels, &capacities, &windows, &full) {
            self.unmatched.push((mentees[i], reason));
        }
        for (i, j) in evened(&levels, &capacities, &windows, full).into_iter().enumerate() {
            self.mentor_of[mentees[i]] = j.map(|j| mentors[j]);
        }
    }

    /// Re-checks that sections, gaps and capacities are kept, and that every reason is one: counts,
    /// for each, the mentees who can go to those mentors only. O(n m) at worst.
    ///
    /// # Errors
    ///
    /// The first violated promise.
    pub fn verify(&self) -> Result<(), PairsViolation> {
        for (mentor, mentees) in self.mentors.iter().zip(self.mentees()) {
            if mentees.len() > mentor.capacity {
                return Err(PairsViolation::Load {
                    mentor: mentor.person,
                    mentees: mentees.len(),
                    limit: mentor.capacity,
                });
            }
            let bad = mentees.iter().map(|&i| &self.mentees[i]).find(|m| !self.may(mentor, m));
            if let Some(mentee) = bad {
                let gap = mentor.level - mentee.level;
                return Err(PairsViolation::Gap {
                    upper: mentor.person,
                    lower: mentee.person,
                    gap,
                });
            }
        }
        let mut listed = vec![false; self.mentees.len()];
        for &(mentee, reason) in &self.unmatched {
            listed[mentee] = true;
            self.check_reason(&self.mentees[mentee], reason)?;
        }
        for (i, mentor) in self.mentor_of.iter().enumerate() {
            if mentor.is_some() == listed[i] {
                let times = 2 * usize::from(listed[i]);
                return Err(PairsViolation::Places { person: self.mentees[i].person, times });
            }
        }
        Ok(())
    }

    pub(super) fn may(&self, mentor: &Mentor, mentee: &Mentee) -> bool {
        let (low, high) = self.gaps;
        mentor.section == mentee.section
            && mentee.level + low <= mentor.level
            && mentor.level <= mentee.level + high
    }

    fn check_reason(&self, mentee: &Mentee, reason: Unmatched) -> Result<(), PairsViolation> {
        let here = |mentor: &&Mentor| match reason {
            Unmatched::NoMentor => false,
            Unmatched::Full { lowest, highest, .. } => {
                mentor.section == mentee.section
                    && (lowest..=highest).contains(&mentor.level)
                    && mentor.capacity > 0
            }
        };
        let capacity = self.mentors.iter().filter(here).map(|mentor| mentor.capacity).sum();
        let confined = |other: &&Mentee| {
            let able = self.mentors.iter().filter(|m| m.capacity > 0 && self.may(m, other));
            other.section == mentee.section && able.into_iter().all(|mentor| here(&mentor))
        };
        let mentees = self.mentees.iter().filter(confined).count();
        let said = match reason {
            Unmatched::NoMentor => 0,
            Unmatched::Full { capacity, .. } => capacity,
        };
        if !confined(&mentee) || mentees <= capacity || said != capacity {
            return Err(PairsViolation::Reason { mentee: mentee.person, mentees, capacity });
        }
        Ok(())
    }
}

/// The mentor of each, with the largest load as small as serves the same mentees.
fn evened(
    levels: &[f64],
    capacities: &[usize],
    windows: &[(f64, f64)],
    full: Run,
) -> Vec<Option<usize>> {
    let served = full.mentor_of.iter().flatten().count();
    let largest = capacities.iter().copied().max().unwrap_or(0).min(served);
    let capped = |limit: usize| -> Run {
        let capacities: Vec<usize> = capacities.iter().map(|&c| c.min(limit)).collect();
        run(levels, &capacities, windows, |i| full.mentor_of[i].is_some())
    };
    let serves = |run: &Run| run.mentor_of.iter().flatten().count() == served;
    let (mut low, mut high) = (served.div_ceil(levels.len().max(1)), largest);
    let mut best = None;
    while low <= high && served > 0 {
        let limit = low + (high - low) / 2;
        let run = capped(limit);
        if serves(&run) {
            best = Some(run);
            if limit == low {
                break;
            }
            high = limit - 1;
        } else {
            low = limit + 1;
        }
    }
    best.unwrap_or(full).mentor_of
}

#[cfg(test)]
#[path = "mentors_tests.rs"]
mod tests;
