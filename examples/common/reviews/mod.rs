//! From CSV files to `Reviews`, for every program that reads them.
#![allow(dead_code)] // no program uses all of it
#![allow(clippy::disallowed_types)] // sets of keys, sorted before use

mod collect;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use collect::{Names, collect};
use peergrade::{
    Cohort, Criterion, Duplicates, PersonId, Reviews, Roster, Rubric, Scale, SubmissionId,
};

use crate::common::{Failure, Progress, Table, failure};

/// What the user says of the files.
#[derive(clap::Args)]
pub(crate) struct Input {
    /// The range of one score and its step; the range of the scores if none is given.
    #[arg(long, value_name = "MIN..MAX[:STEP]", value_parser = scale, allow_hyphen_values = true)]
    pub(crate) scale: Option<Scale>,
    /// CSV with the columns submission and score: grades that override those of peers.
    #[arg(long, value_name = "staff.csv")]
    pub(crate) staff: Option<PathBuf>,
    /// CSV with the columns submission and person: who wrote what.
    #[arg(long, value_name = "authors.csv")]
    pub(crate) authors: Option<PathBuf>,
    /// What a second score for one submission, reviewer and criterion means.
    #[arg(long, value_enum, default_value_t = Policy::Error)]
    pub(crate) duplicates: Policy,
    /// What a review of one's own work means: an error, left out of the grades, standing where
    /// nobody else says anything (less what authors flatter themselves), or counted besides.
    #[arg(long, value_enum, default_value_t = Own::Error)]
    pub(crate) self_reviews: Own,
    /// What a review without a score for some criterion means: an error, or left out.
    #[arg(long, value_enum, default_value_t = Refused::Error)]
    pub(crate) incomplete: Refused,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Policy {
    Error,
    First,
    Last,
    Mean,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Own {
    Error,
    Drop,
    Fallback,
    Count,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Refused {
    Error,
    Drop,
}

impl From<Policy> for Duplicates {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Error => Self::Error,
            Policy::First => Self::First,
            Policy::Last => Self::Last,
            Policy::Mean => Self::Mean,
        }
    }
}

fn scale(text: &str) -> Result<Scale, String> {
    let (range, step) = match text.split_once(':') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    let (min, max) = range.split_once("..").ok_or("not like 0..10 or 0..10:0.5")?;
    let number =
        |text: &str| text.trim().parse::<f64>().map_err(|_| format!("`{text}` is not a number"));
    let scale = match step {
        Some(step) => Scale::with_step(number(min)?, number(max)?, number(step)?),
        None => Scale::new(number(min)?, number(max)?),
    };
    scale.map_err(|error| error.to_string())
}

/// The reviews, the keys behind the ids, and what was made of the input.
pub(crate) struct Course {
    pub(crate) reviews: Reviews,
    pub(crate) people: Roster<String>,
    pub(crate) submissions: Roster<String, SubmissionId>,
    pub(crate) notes: Vec<String>,
}

/// A row of reviews.csv with its line.
#[derive(Clone, Copy)]
pub(crate) struct Score {
    pub(crate) submission: SubmissionId,
    pub(crate) reviewer: PersonId,
    pub(crate) criterion: u32,
    pub(crate) line: u32,
    pub(crate) value: f64,
}

/// The name of the only criterion where the file has no such column.
pub(crate) const ONLY: &str = "score";

pub(crate) fn read(path: &Path, input: &Input, progress: &Progress) -> Result<Course, Failure> {
    let mut keys = Keys::default();
    progress.step("reading keys");
    keys.read_reviews(path)?;
    if let Some(path) = &input.authors {
        keys.read(path, "submission", Some("person"))?;
    }
    if let Some(path) = &input.staff {
        keys.read(path, "submission", None)?;
    }
    let people: Roster<String> = Roster::new(keys.people)?;
    let submissions: Roster<String, SubmissionId> = Roster::new(keys.submissions)?;
    let mut criteria: Vec<String> = keys.criteria.into_iter().collect();
    criteria.sort();

    progress.step("reading scores");
    let scores = read_scores(path, &people, &submissions, &criteria)?;
    let staff = match &input.staff {
        Some(path) => read_staff(path, &submissions)?,
        None => Vec::new(),
    };
    let cohort = cohort(input.authors.as_deref(), &people, &submissions)?;
    let mut notes = Vec::new();
    let rubric = rubric(input.scale, &criteria, &scores, &staff, &mut notes)
        .map_err(|error| failure(path, format!("no scale fits the scores: {error}")))?;

    progress.step("sorting reviews");
    let names = Names { path, people: &people, submissions: &submissions };
    let reviews = collect(input, names, &cohort, (rubric, scores), &staff, &mut notes)?;
    Ok(Course { reviews, people, submissions, notes })
}

#[derive(Default)]
struct Keys {
    people: HashSet<String>,
    submissions: HashSet<String>,
    criteria: HashSet<String>,
}

fn insert(set: &mut HashSet<String>, key: &str) {
    if !set.contains(key) {
        set.insert(key.to_owned());
    }
}

impl Keys {
    fn read_reviews(&mut self, path: &Path) -> Result<(), Failure> {
        let mut table = Table::open(path)?;
        let submission = table.column(&["submission", "item"])?;
        let reviewer = table.column(&["reviewer", "rater"])?;
        let score = table.column(&["score"])?;
        let criterion = table.optional(&["criterion"]);
        while let Some(row) = table.next()? {
            insert(&mut self.submissions, row.key(submission)?);
            insert(&mut self.people, row.key(reviewer)?);
            row.number(score)?;
            match criterion {
                Some(column) => insert(&mut self.criteria, row.key(column)?),
                None => insert(&mut self.criteria, ONLY),
            }
        }
        if self.submissions.is_empty() {
            return Err(failure(path, "line 2: there are no reviews below the header"));
        }
        Ok(())
    }

    fn read(&mut self, path: &Path, submission: &str, person: Option<&str>) -> Result<(), Failure> {
        let mut table = Table::open(path)?;
        let submission = table.column(&[submission, "item"])?;
        let person = person.map(|person| table.column(&[person])).transpose()?;
        while let Some(row) = table.next()? {
            insert(&mut self.submissions, row.key(submission)?);
            if let Some(person) = person {
                insert(&mut self.people, row.key(person)?);
            }
        }
        Ok(())
    }
}

fn read_scores(
    path: &Path,
    people: &Roster<String>,
    submissions: &Roster<String, SubmissionId>,
    criteria: &[String],
) -> Result<Vec<Score>, Failure> {
    let mut table = Table::open(path)?;
    let submission = table.column(&["submission", "item"])?;
    let reviewer = table.column(&["reviewer", "rater"])?;
    let score = table.column(&["score"])?;
    let criterion = table.optional(&["criterion"]);
    let changed = "the file changed while it was read";
    let mut scores = Vec::new();
    while let Some(row) = table.next()? {
        let name = criterion.map_or(ONLY, |column| row.text(column));
        scores.push(Score {
            submission: submissions.id(row.key(submission)?).ok_or(changed)?,
            reviewer: people.id(row.key(reviewer)?).ok_or(changed)?,
            criterion: u32::try_from(
                criteria.binary_search_by(|own| own.as_str().cmp(name)).map_err(|_| changed)?,
            )?,
            line: u32::try_from(row.line)?,
            value: row.number(score)?,
        });
    }
    Ok(scores)
}

fn read_staff(
    path: &Path,
    submissions: &Roster<String, SubmissionId>,
) -> Result<Vec<(SubmissionId, f64, String)>, Failure> {
    let mut table = Table::open(path)?;
    let submission = table.column(&["submission", "item"])?;
    let score = table.column(&["score"])?;
    let mut staff = Vec::new();
    let mut lines = vec![0; submissions.len()];
    while let Some(row) = table.next()? {
        let key = row.key(submission)?;
        let id = submissions.id(key).ok_or_else(|| row.failure("the file changed"))?;
        let line = &mut lines[id.index()];
        if *line > 0 {
            return Err(
                row.failure(format!("submission `{key}` has a grade in line {line} already"))
            );
        }
        *line = row.line;
        staff.push((id, row.number(score)?, row.failure("").to_string()));
    }
    Ok(staff)
}

fn cohort(
    path: Option<&Path>,
    people: &Roster<String>,
    submissions: &Roster<String, SubmissionId>,
) -> Result<Cohort, Failure> {
    let mut authors = vec![Vec::new(); submissions.len()];
    if let Some(path) = path {
        let mut table = Table::open(path)?;
        let mut seen = HashSet::new();
        let (submission, person) =
            (table.column(&["submission", "item"])?, table.column(&["person"])?);
        while let Some(row) = table.next()? {
            let (work, author) =
                (submissions.id(row.key(submission)?), people.id(row.key(person)?));
            let (Some(work), Some(author)) = (work, author) else {
                return Err(row.failure("the file changed while it was read"));
            };
            if !seen.insert((work, author)) {
                let twice = (row.text(person), row.text(submission));
                return Err(row.failure(format!(
                    "person `{}` of submission `{}` is there twice",
                    twice.0, twice.1
                )));
            }
            authors[work.index()].push(author);
        }
    }
    let mut cohort = Cohort::builder(people.len())?;
    for authors in &authors {
        cohort.submission(authors)?;
    }
    Ok(cohort.build())
}

/// One criterion a name, each on the scale that was given or on the range of its scores.
fn rubric(
    given: Option<Scale>,
    criteria: &[String],
    scores: &[Score],
    staff: &[(SubmissionId, f64, String)],
    notes: &mut Vec<String>,
) -> Result<Rubric, Failure> {
    if let (Some(scale), [_]) = (given, criteria) {
        return Ok(Rubric::single(scale));
    }
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); criteria.len()];
    let staff = staff.iter().filter(|_| criteria.len() == 1).map(|&(_, grade, _)| (0, grade));
    let scores = scores.iter().map(|row| (row.criterion as usize, row.value));
    for (criterion, score) in scores.chain(staff) {
        let (low, high) = &mut ranges[criterion];
        *low = if score < *low { score } else { *low };
        *high = if score > *high { score } else { *high };
    }
    let mut list = Vec::new();
    for (name, (low, high)) in criteria.iter().zip(ranges) {
        let scale = match given {
            Some(scale) => scale,
            None if low < high => Scale::new(low, high)?,
            None => Scale::new(low - 0.5, high + 0.5)?,
        };
        if given.is_none() {
            notes.push(format!(
                "scale of {name}: {}..{}, from the scores",
                scale.min(),
                scale.max()
            ));
        }
        list.push(Criterion::new(name, scale));
    }
    Ok(Rubric::new(list)?)
}
