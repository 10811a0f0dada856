//! A review plan from a roster: CSV in, CSV out.
//!
//! ```text
//! cargo run --release --example assign -- --people people.csv --reviews 4 --out plan.csv
//! ```
#![allow(clippy::disallowed_types)] // a program has a clock

#[path = "common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{ArgGroup, Parser};
use common::{Failure, Progress, Table, exit, failure, write_csv};
use peergrade::assign::Quality;
use peergrade::assign::quality::{Counts, Inflation};
use peergrade::{
    AssignError, Assigner, Cohort, PersonId, ReviewGraph, ReviewPlan, Roster, Seed, SubmissionId,
};
use serde_json::json;

/// Says who reviews what.
///
/// Loads differ by at most one, nobody reviews their own or their team's work. An impossible
/// request ends with status 1 and a proof on stderr.
#[derive(Parser)]
#[command(name = "assign")]
#[command(group = ArgGroup::new("course").required(true))]
struct Cli {
    /// People 0..N-1, each with a submission of their own.
    #[arg(long, value_name = "N", group = "course")]
    count: Option<u32>,
    /// CSV with the column person and any of team, section, quota, reliability. A team has one
    /// submission, named by the team. Sections and reliabilities are read; no rule uses them yet.
    #[arg(long, value_name = "people.csv", group = "course")]
    people: Option<PathBuf>,
    /// Reviews for everybody without a quota of their own.
    #[arg(long, value_name = "K")]
    reviews: u32,
    /// CSV with the columns reviewer and submission: pairs that must not be.
    #[arg(long, value_name = "pairs.csv")]
    forbid: Option<PathBuf>,
    /// CSV with the columns reviewer and submission: reviews that stay.
    #[arg(long, value_name = "plan.csv")]
    keep: Option<PathBuf>,
    /// Exemplars (exemplar-0, exemplar-1, ...) that everybody reviews besides.
    #[arg(long, value_name = "E", default_value_t = 0)]
    exemplars: u32,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the plan goes: reviewer,submission.
    #[arg(long, value_name = "plan.csv")]
    out: PathBuf,
    /// Where loads, components and efficiency of the plan go; exemplars do not count there.
    #[arg(long, value_name = "report.json")]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Progress::new();
    progress.step("reading");
    let course = match &cli.people {
        Some(path) => read_people(path, cli.exemplars)?,
        None => numbered(cli.count.unwrap_or(0), cli.exemplars)?,
    };
    let each = cli.exemplars as usize;
    let mut assigner = Assigner::new(cli.reviews as usize).exemplars(course.exemplars(), each);
    if let Some(path) = &cli.forbid {
        assigner = assigner.forbid(read_pairs(path, &course)?);
    }
    if let Some(path) = &cli.keep {
        assigner = assigner.keep(read_pairs(path, &course)?);
    }
    progress.step("assigning");
    let start = Instant::now();
    let plan =
        assigner.assign(&course.cohort, Seed::new(cli.seed)).map_err(|error| match error {
            AssignError::Impossible(shortage) => {
                shortage.describe(|person| course.person(person), |work| course.work(work))
            }
            AssignError::KeptBarred { reviewer, submission, rule } => format!(
                "the kept review of `{}` by `{}` is against: {rule}",
                course.work(submission),
                course.person(reviewer),
            ),
            error => error.to_string(),
        })?;
    let seconds = start.elapsed().as_secs_f64();
    plan.verify(&course.cohort, &assigner)?;
    progress.step("writing");
    write_csv(&cli.out, &["reviewer", "submission"], |writer| {
        for (submission, reviewer) in plan.graph().iter() {
            writer.write_record([course.person(reviewer), course.work(submission)])?;
        }
        Ok(())
    })?;
    if let Some(path) = &cli.report {
        progress.step("measuring");
        report(path, &plan, &course, seconds)?;
    }
    progress.done();
    say!(
        "{} people, {} submissions, {} reviews: {}, {seconds:.3} s",
        course.cohort.people(),
        course.cohort.submissions(),
        plan.graph().reviews(),
        plan.strategy(),
    );
    for column in &course.unused {
        say!("note: no rule uses the column {column} yet");
    }
    Ok(())
}

/// The cohort and what its people and works are called.
struct Course {
    cohort: Cohort,
    /// `None` where people and works are called by their numbers.
    names: Option<(Roster<String>, Roster<String, SubmissionId>)>,
    works: u32,
    exemplars: u32,
    /// Columns that were read and that no rule uses.
    unused: Vec<&'static str>,
}

impl Course {
    fn exemplars(&self) -> impl Iterator<Item = SubmissionId> {
        (self.works..self.works + self.exemplars).map(SubmissionId::new)
    }

    fn person(&self, id: PersonId) -> String {
        match &self.names {
            Some((people, _)) => people.key(id).cloned().unwrap_or_default(),
            None => id.to_string(),
        }
    }

    fn work(&self, id: SubmissionId) -> String {
        match &self.names {
            _ if id.get() >= self.works => exemplar(id.get() - self.works),
            Some((_, works)) => works.key(id).cloned().unwrap_or_default(),
            None => id.to_string(),
        }
    }

    fn find_person(&self, name: &str) -> Option<PersonId> {
        match &self.names {
            Some((people, _)) => people.id(name),
            None => number(name).map(PersonId::new).filter(|id| id.index() < self.cohort.people()),
        }
    }

    fn find_work(&self, name: &str) -> Option<SubmissionId> {
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

fn numbered(people: u32, exemplars: u32) -> Result<Course, Failure> {
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
    Ok(Course { cohort, names: None, works: people, exemplars, unused: Vec::new() })
}

fn add_exemplars(
    cohort: &mut peergrade::CohortBuilder,
    exemplars: u32,
) -> Result<(), peergrade::CohortError> {
    (0..exemplars).try_for_each(|_| cohort.submission(&[]).map(|_| ()))
}

fn read_people(path: &Path, exemplars: u32) -> Result<Course, Failure> {
    let mut table = Table::open(path)?;
    let person = table.column(&["person"])?;
    let [team, section, quota, reliability] =
        ["team", "section", "quota", "reliability"].map(|name| table.optional(&[name]));
    let mut rows = Vec::new();
    while let Some(row) = table.next()? {
        let person = row.key(person)?.to_owned();
        let team = team.map_or("", |column| row.text(column)).to_owned();
        let section = section.map_or("", |column| row.text(column)).to_owned();
        let quota = quota.map_or(Ok(None), |column| row.count(column))?;
        if let Some(column) = reliability.filter(|&column| !row.text(column).is_empty()) {
            row.number(column)?;
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
    let unused =
        ["section", "reliability"].into_iter().filter(|name| table.optional(&[name]).is_some());
    let unused = unused.collect();
    let names = Some((people, works));
    Ok(Course { cohort: cohort.build(), names, works: count, exemplars, unused })
}

fn read_pairs(path: &Path, course: &Course) -> Result<Vec<(SubmissionId, PersonId)>, Failure> {
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

fn report(path: &Path, plan: &ReviewPlan, course: &Course, seconds: f64) -> Result<(), Failure> {
    // Of the reviews of peers: exemplars are no part of the even spread.
    let peers = plan.graph().iter().filter(|(submission, _)| submission.get() < course.works);
    let works = course.works as usize;
    let peers = ReviewGraph::from_pairs(plan.graph().people(), works, &peers.collect::<Vec<_>>())?;
    let quality = Quality::measure(&peers, &course.cohort);
    let counts = quality.counts();
    // An estimate that did not converge is no figure to report.
    let inflation = quality.inflation().filter(Inflation::converged);
    // Exemplars tie together what would fall apart.
    let warnings = Counts::measure(plan.graph(), &course.cohort).warnings();
    let report = json!({
        "warnings": warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "given_min": counts.given().min(),
        "given_max": counts.given().max(),
        "received_min": counts.received().min(),
        "received_max": counts.received().max(),
        "components": counts.components(),
        "mutual_pairs": counts.mutual_pairs(),
        "four_cycles": counts.four_cycles(),
        "sigma2": quality.mixing().map(|mixing| mixing.sigma2()),
        "inflation": inflation.and_then(|inflation| inflation.value()),
        "efficiency": inflation.and_then(|inflation| inflation.efficiency()),
        "method": plan.strategy().to_string(),
        "seconds": seconds,
    });
    std::fs::write(path, format!("{report:#}\n")).map_err(|error| failure(path, error))
}
