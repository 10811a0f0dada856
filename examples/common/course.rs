//! A course from CSV: its people, what they wrote, and pairs of reviewers and submissions.
#![allow(dead_code, unreachable_pub)] // no program uses all of it

use std::path::Path;

use peergrade::{Cohort, PersonId, Roster, SubmissionId};

use crate::common::{Failure, Table, failure};

/// The cohort and what its people and works are called.
pub struct Course {
    pub cohort: Cohort,
    /// `None` where people and works are called by their numbers.
    names: Option<(Roster<String>, Roster<String, SubmissionId>)>,
    pub works: u32,
    exemplars: u32,
    /// Whether somebody has a section.
    pub has_sections: bool,
    /// By person, where the column is there; who has none has the mean of the others.
    pub reliability: Option<Vec<f64>>,
}

impl Course {
    pub fn exemplars(&self) -> impl Iterator<Item = SubmissionId> {
        (self.works..self.works + self.exemplars).map(SubmissionId::new)
    }

    pub fn person(&self, id: PersonId) -> String {
        match &self.names {
            Some((people, _)) => people.key(id).cloned().unwrap_or_default(),
            None => id.to_string(),
        }
    }

    pub fn work(&self, id: SubmissionId) -> String {
        match &self.names {
            _ if id.get() >= self.works => exemplar(id.get() - self.works),
            Some((_, works)) => works.key(id).cloned().unwrap_or_default(),
            None => id.to_string(),
        }
    }

    pub fn find_person(&self, name: &str) -> Option<PersonId> {
        match &self.names {
            Some((people, _)) => people.id(name),
            None => number(name).map(PersonId::new).filter(|id| id.index() < self.cohort.people()),
        }
    }

    pub fn find_work(&self, name: &str) -> Option<SubmissionId> {
        let exemplar = name.strip_prefix("exemplar-").and_then(number);
        if let Some(exemplar) = exemplar.filter(|&exemplar| exemplar < self.exemplars) {
            return Some(SubmissionId::new(self.works + exemplar));
        }
        match &self.names {
            Some((_, works)) => works.id(name),
            None => number(name).filter(|&id| id < self.works).map(SubmissionId::new),
        }
    }
}

/// What an exemplar is called.
fn exemplar(number: u32) -> String {
    format!("exemplar-{number}")
}

/// A number in its only spelling.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

pub fn numbered(people: u32, exemplars: u32) -> Result<Course, Failure> {
    let cohort = if exemplars == 0 {
        Cohort::individuals(people as usize)?
    } else {
        let mut cohort = Cohort::builder(people as usize)?;
        for author in 0..people {
            cohort.submission(&[PersonId::new(author)])?;
        }
        add_exemplars(&mut cohort, exemplars)?;
        cohort.build()
    };
    let (has_sections, reliability) = (false, None);
    Ok(Course { cohort, names: None, works: people, exemplars, has_sections, reliability })
}

fn add_exemplars(
    cohort: &mut peergrade::CohortBuilder,
    exemplars: u32,
) -> Result<(), peergrade::CohortError> {
    (0..exemplars).try_for_each(|_| cohort.submission(&[]).map(|_| ()))
}

pub fn read_people(path: &Path, exemplars: u32) -> Result<Course, Failure> {
    let mut table = Table::open(path)?;
    let person = table.column(&["person"])?;
    let [team, section, quota, reliability] =
        ["team", "section", "quota", "reliability"].map(|name| table.optional(&[name]));
    let (mut rows, mut weights) = (Vec::new(), Vec::new());
    while let Some(row) = table.next()? {
        let person = row.key(person)?.to_owned();
        let team = team.map_or("", |column| row.text(column)).to_owned();
        let section = section.map_or("", |column| row.text(column)).to_owned();
        let quota = quota.map_or(Ok(None), |column| row.count(column))?;
        if let Some(column) = reliability.filter(|&column| !row.text(column).is_empty()) {
            let weight = row.number(column)?;
            if weight < 0.0 {
                return Err(row.failure(format!("reliability {weight} is below 0")));
            }
            weights.push((person.clone(), weight));
        }
        rows.push((person, row.line, team, section, quota));
    }
    rows.sort();
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let (name, first, second) = (&pair[0].0, pair[0].1, pair[1].1);
        return Err(failure(
            path,
            format!("line {second}: person `{name}` is in line {first} already"),
        ));
    }
    let work = |row: &(String, u64, String, String, Option<u32>)| {
        if row.2.is_empty() { row.0.clone() } else { row.2.clone() }
    };
    let people: Roster<String> = Roster::new(rows.iter().map(|row| row.0.clone()))?;
    let works: Roster<String, SubmissionId> = Roster::from_rows(rows.iter().map(work))?;
    if let Some(name) = (0..exemplars).map(exemplar).find(|name| works.id(name).is_some()) {
        return Err(failure(path, format!("`{name}` names an exemplar and a submission here")));
    }
    let sections: Roster<String> = Roster::from_rows(rows.iter().map(|row| row.3.clone()))?;
    let mut authors = vec![Vec::new(); works.len()];
    let mut teams = vec![None; works.len()];
    let mut cohort = Cohort::builder(people.len())?;
    for (id, row) in (0..).map(PersonId::new).zip(&rows) {
        let submission = works.id(&work(row)).map_or(0, SubmissionId::index);
        if teams[submission].get_or_insert(&row.2) != &&row.2 {
            let (name, line) = (work(row), row.1);
            return Err(failure(
                path,
                format!("line {line}: `{name}` names both a team and a person without team"),
            ));
        }
        authors[submission].push(id);
        if let Some(quota) = row.4 {
            cohort.quota(id, quota)?;
        }
        if let (false, Some(section)) = (row.3.is_empty(), sections.id(&row.3)) {
            cohort.section(id, section.get())?;
        }
    }
    for authors in &authors {
        cohort.submission(authors)?;
    }
    add_exemplars(&mut cohort, exemplars)?;
    let count = u32::try_from(works.len())?;
    let has_sections = rows.iter().any(|row| !row.3.is_empty());
    let reliability = (!weights.is_empty()).then(|| {
        let mean = weights.iter().map(|(_, weight)| weight).sum::<f64>() / weights.len() as f64;
        let mut all = vec![mean; people.len()];
        for (person, weight) in &weights {
            all[people.id(person).map_or(0, PersonId::index)] = *weight;
        }
        all
    });
    let (cohort, names) = (cohort.build(), Some((people, works)));
    Ok(Course { cohort, names, works: count, exemplars, has_sections, reliability })
}

pub fn read_pairs(path: &Path, course: &Course) -> Result<Vec<(SubmissionId, PersonId)>, Failure> {
    let mut table = Table::open(path)?;
    let (reviewer, submission) = (table.column(&["reviewer"])?, table.column(&["submission"])?);
    let mut pairs = Vec::new();
    while let Some(row) = table.next()? {
        let (person, work) = (row.key(reviewer)?, row.key(submission)?);
        let unknown = |kind, name| row.failure(format!("there is no {kind} `{name}`"));
        let id = course.find_person(person).ok_or_else(|| unknown("person", person))?;
        let work = course.find_work(work).ok_or_else(|| unknown("submission", work))?;
        pairs.push((work, id));
    }
    Ok(pairs)
}

/// The people in the column person of a file.
pub fn read_list(path: &Path, course: &Course) -> Result<Vec<PersonId>, Failure> {
    let mut table = Table::open(path)?;
    let column = table.column(&["person"])?;
    let mut list = Vec::new();
    while let Some(row) = table.next()? {
        let name = row.key(column)?;
        let person = course.find_person(name);
        list.push(person.ok_or_else(|| row.failure(format!("there is no person `{name}`")))?);
    }
    Ok(list)
}
