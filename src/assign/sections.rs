//! Rules about sections, and the classes of people and works that they tell apart.

use super::rule::Rule;
use crate::cohort::Cohort;
use crate::csr::Csr;
use crate::id::{PersonId, SubmissionId, to_u32};

/// Who may review whose work, by section (campus, class, language, topic).
///
/// The section of a work is that of its authors; where a team is of several sections, the work is
/// of each of them. People and works without a section are bound by no such rule.
///
/// ```
/// use peergrade::assign::Sections;
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// let mut cohort = Cohort::builder(8)?;
/// for person in (0..8).map(PersonId::new) {
///     cohort.submission(&[person])?;
///     cohort.section(person, person.get() % 2)?;
/// }
/// let cohort = cohort.build();
/// let assigner = Assigner::new(2).sections(Sections::Same);
/// let plan = assigner.assign(&cohort, Seed::new(1))?;
/// for (submission, reviewer) in plan.graph().iter() {
///     assert_eq!(submission.get() % 2, reviewer.get() % 2);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Sections {
    /// Sections do not matter.
    #[default]
    Any,
    /// Works of one's own section only.
    Same,
    /// No work of one's own section.
    Other,
    /// These pairs of (section of the reviewer, section of the work) only. A work of several
    /// sections must be open in each.
    Allowed(Vec<(u32, u32)>),
}

/// People and works, sorted into classes by section.
#[derive(Debug)]
pub(super) struct Classes {
    kind: Kind,
    /// By person and by work; 0 is who has no section.
    people: Vec<u32>,
    works: Vec<u32>,
    /// By class of works: the classes of people whose sections it has.
    members: Csr<u32>,
    /// By class of people, for [`Kind::Allowed`]: the sections open to it, as classes of people.
    open: Csr<u32>,
    sections: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Other,
    Allowed,
}

impl Classes {
    /// The classes of a cohort; `None` where sections do not matter.
    pub(super) fn new(sections: &Sections, cohort: &Cohort) -> Option<Self> {
        let kind = match sections {
            Sections::Any => return None,
            Sections::Same => Kind::Same,
            Sections::Other => Kind::Other,
            Sections::Allowed(_) => Kind::Allowed,
        };
        if !cohort.has_sections() {
            return None;
        }
        let section = |p: u32| cohort.section(PersonId::new(p));
        let mut labels: Vec<u32> = (0..to_u32(cohort.people())).filter_map(section).collect();
        labels.sort_unstable();
        labels.dedup();
        let class = |label: u32| labels.binary_search(&label).map_or(0, |i| to_u32(i + 1));
        let people: Vec<u32> =
            (0..to_u32(cohort.people())).map(|p| section(p).map_or(0, class)).collect();
        let (works, members) = work_classes(cohort, &people);
        let allowed = match sections {
            Sections::Allowed(pairs) => {
                let mut pairs: Vec<_> = pairs.iter().map(|&(a, b)| (class(a), class(b))).collect();
                pairs.retain(|&(a, b)| a > 0 && b > 0);
                pairs.sort_unstable();
                pairs.dedup();
                pairs
            }
            _ => Vec::new(),
        };
        let row = |i: usize| allowed[i].0 as usize;
        let open = Csr::group(labels.len() + 1, allowed.len(), row, |i| allowed[i].1);
        Some(Self { kind, people, works, members, open, sections: labels.len() })
    }

    pub(super) fn person_classes(&self) -> usize {
        self.sections + 1
    }

    pub(super) fn work_classes(&self) -> usize {
        self.members.rows()
    }

    pub(super) fn of_person(&self, person: PersonId) -> usize {
        self.people[person.index()] as usize
    }

    pub(super) fn of_work(&self, work: SubmissionId) -> usize {
        self.works[work.index()] as usize
    }

    /// Whether people of a class may review works of a class.
    pub(super) fn allow(&self, people: usize, works: usize) -> bool {
        let sections = self.members.row(works);
        if people == 0 || sections.is_empty() {
            return true;
        }
        let own = to_u32(people);
        match self.kind {
            Kind::Same => sections.contains(&own),
            Kind::Other => !sections.contains(&own),
            Kind::Allowed => {
                let open = self.open.row(people);
                sections.iter().all(|section| open.binary_search(section).is_ok())
            }
        }
    }

    /// What the rule is called.
    pub(super) fn rule(&self) -> Rule {
        match self.kind {
            Kind::Same => Rule::SameSection,
            Kind::Other => Rule::OtherSection,
            Kind::Allowed => Rule::ClosedSections,
        }
    }
}

/// The class of each work, and the sections of each class; class 0 has none.
fn work_classes(cohort: &Cohort, people: &[u32]) -> (Vec<u32>, Csr<u32>) {
    let sections = |work: u32| {
        let authors = cohort.authors_of(SubmissionId::new(work)).iter();
        let mut sections: Vec<u32> =
            authors.map(|author| people[author.index()]).filter(|&class| class > 0).collect();
        sections.sort_unstable();
        sections.dedup();
        sections
    };
    let mut sets: Vec<(Vec<u32>, u32)> =
        (0..to_u32(cohort.submissions())).map(|work| (sections(work), work)).collect();
    sets.sort_unstable();
    let mut works = vec![0; sets.len()];
    let (mut offsets, mut items) = (vec![0, 0], Vec::new());
    let mut last: &[u32] = &[];
    for (set, work) in &sets {
        if set.as_slice() != last {
            items.extend_from_slice(set);
            offsets.push(to_u32(items.len()));
            last = set;
        }
        works[*work as usize] = to_u32(offsets.len() - 2);
    }
    (works, Csr::new(offsets, items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_of_mixed_teams_are_of_each_section() {
        let mut cohort = Cohort::builder(6).unwrap();
        for (person, section) in [(0, 5), (1, 5), (2, 9), (3, 7)] {
            cohort.section(PersonId::new(person), section).unwrap();
        }
        for authors in [&[0, 1][..], &[0, 2], &[3], &[4], &[]] {
            let authors: Vec<_> = authors.iter().map(|&a| PersonId::new(a)).collect();
            cohort.submission(&authors).unwrap();
        }
        let cohort = cohort.build();
        let allowed = |rule: &Sections| -> Vec<Vec<u32>> {
            let classes = Classes::new(rule, &cohort).unwrap();
            let allow = |p: u32, s: u32| {
                let (p, s) = (PersonId::new(p), SubmissionId::new(s));
                classes.allow(classes.of_person(p), classes.of_work(s))
            };
            (0..6).map(|p| (0..5).filter(|&s| allow(p, s)).collect()).collect()
        };
        let all = vec![0, 1, 2, 3, 4];
        let same = [vec![0, 1, 3, 4], vec![0, 1, 3, 4], vec![1, 3, 4], vec![2, 3, 4]];
        assert_eq!(allowed(&Sections::Same), [&same[..], &[all.clone(), all.clone()]].concat());
        let other = [vec![2, 3, 4], vec![2, 3, 4], vec![0, 2, 3, 4], vec![0, 1, 3, 4]];
        assert_eq!(allowed(&Sections::Other), [&other[..], &[all.clone(), all.clone()]].concat());
        let open = Sections::Allowed(vec![(5, 5), (5, 9), (9, 7), (7, 8), (1, 5)]);
        let open_to = [vec![0, 1, 3, 4], vec![0, 1, 3, 4], vec![2, 3, 4], vec![3, 4]];
        assert_eq!(allowed(&open), [&open_to[..], &[all.clone(), all]].concat());
        assert!(Classes::new(&Sections::Any, &cohort).is_none());
    }
}
