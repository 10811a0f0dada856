//! A review plan that changes while the course runs: CSV in, CSV out; without arguments a story.
//!
//! ```text
//! cargo run --release --example repair
//! cargo run --release --example repair -- --people people.csv --plan plan.csv --reviews 4 \
//!     --started started.csv --no-show absent.csv --top-up 2 --out new.csv --delta delta.csv
//! ```

#[path = "common/mod.rs"]
mod common;
#[path = "common/course.rs"]
mod course;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, exit, write_csv};
use course::{Course, read_list, read_pairs, read_people};
use peergrade::assign::change::Note;
use peergrade::assign::{Change, ChangeError, Changed, Shortage};
use peergrade::{AssignError, Assigner, Cohort, PersonId, ReviewGraph, Seed, SubmissionId};

/// Changes a plan while the course runs, and touches no review that has been started.
///
/// Late people are those whom people.csv has and the plan has not. An impossible change ends with
/// status 1 and a proof on stderr. Without arguments: a story of four changes.
#[derive(Parser)]
#[command(name = "repair")]
struct Cli {
    /// CSV with the column person and any of team, section, quota: everybody who is or was in the
    /// course.
    #[arg(long, value_name = "people.csv", requires_all = ["plan", "reviews", "out"])]
    people: Option<PathBuf>,
    /// CSV with the columns reviewer and submission: the plan of before.
    #[arg(long, value_name = "plan.csv", requires = "people")]
    plan: Option<PathBuf>,
    /// Reviews for everybody without a quota of their own.
    #[arg(long, value_name = "K", requires = "people")]
    reviews: Option<u32>,
    /// CSV with the columns reviewer and submission: reviews that have been started or are done.
    #[arg(long, value_name = "pairs.csv", requires = "people")]
    started: Option<PathBuf>,
    /// CSV with the column person: who has left.
    #[arg(long, value_name = "list.csv", requires = "people")]
    withdrawn: Option<PathBuf>,
    /// CSV with the column person: who does not review; their work stays.
    #[arg(long, value_name = "list.csv", requires = "people")]
    no_show: Option<PathBuf>,
    /// How many reviews beyond their quota people take where works would stay short.
    #[arg(long, value_name = "E", default_value_t = 0)]
    top_up: u32,
    /// CSV with the columns reviewer and submission: pairs that must not be.
    #[arg(long, value_name = "pairs.csv", requires = "people")]
    forbid: Option<PathBuf>,
    /// Exemplars (exemplar-0, exemplar-1, ...) that everybody reviews besides.
    #[arg(long, value_name = "E", default_value_t = 0)]
    exemplars: u32,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the plan of now goes: reviewer,submission.
    #[arg(long, value_name = "plan.csv", requires = "people")]
    out: Option<PathBuf>,
    /// Where the changes go: change,reviewer,submission, first what is removed, then what is added.
    #[arg(long, value_name = "delta.csv", requires = "people")]
    delta: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    exit(match (&cli.people, &cli.plan, cli.reviews, &cli.out) {
        (Some(people), Some(plan), Some(reviews), Some(out)) => {
            repair(&cli, &Files { people, plan, out }, reviews)
        }
        _ => story(Seed::new(cli.seed)),
    })
}

/// The files without which there is nothing to do.
struct Files<'a> {
    people: &'a PathBuf,
    plan: &'a PathBuf,
    out: &'a PathBuf,
}

fn repair(cli: &Cli, files: &Files<'_>, reviews: u32) -> Result<(), Failure> {
    let course = read_people(files.people, cli.exemplars)?;
    let pairs = read_pairs(files.plan, &course)?;
    let (people, works) = (course.cohort.people(), course.cohort.submissions());
    let plan = ReviewGraph::from_pairs(people, works, &pairs)
        .map_err(|error| common::failure(files.plan, error))?;
    let exemplars = cli.exemplars as usize;
    let mut assigner = Assigner::new(reviews as usize).exemplars(course.exemplars(), exemplars);
    if let Some(path) = &cli.forbid {
        assigner = assigner.forbid(read_pairs(path, &course)?);
    }
    let mut change = Change::new(&plan).top_up(cli.top_up as usize);
    if let Some(path) = &cli.started {
        change = change.started(read_pairs(path, &course)?);
    }
    if let Some(path) = &cli.withdrawn {
        change = change.withdraw(read_list(path, &course)?);
    }
    if let Some(path) = &cli.no_show {
        change = change.no_show(read_list(path, &course)?);
    }
    let changed = change
        .apply(&course.cohort, &assigner, Seed::new(cli.seed))
        .map_err(|error| explain(&error, &course))?;
    changed.verify(&course.cohort)?;
    write(cli, files, &course, &changed)?;
    say!("{} reviews removed, {} added", changed.removed().len(), changed.added().len());
    for note in changed.notes() {
        say!("note: {}", describe(note, &course));
    }
    Ok(())
}

/// Why there is no plan, in the names of the files.
fn explain(error: &ChangeError, course: &Course) -> String {
    let (person, work) = (|id| course.person(id), |id| course.work(id));
    match error {
        ChangeError::Assign(AssignError::Impossible(shortage)) => {
            Shortage::describe(shortage, person, work)
        }
        ChangeError::Assign(AssignError::KeptBarred { reviewer, submission, rule }) => format!(
            "the started review of `{}` by `{}` is against: {rule}",
            work(*submission),
            person(*reviewer),
        ),
        ChangeError::NotInPlan { reviewer, submission } => format!(
            "the started review of `{}` by `{}` is not in the plan",
            work(*submission),
            person(*reviewer),
        ),
        error => error.to_string(),
    }
}

fn describe(note: &Note, course: &Course) -> String {
    match *note {
        Note::Quota { reviewer, given, quota } => {
            format!("`{}` gives {given} reviews, the quota is {quota}", course.person(reviewer))
        }
        Note::Short { submission, received, level } => {
            format!("`{}` receives {received} reviews of {level}", course.work(submission))
        }
        Note::Crowded { submission, received, level } => {
            format!("`{}` receives {received} reviews, not {level}", course.work(submission))
        }
        note => note.to_string(),
    }
}

fn write(cli: &Cli, files: &Files<'_>, course: &Course, changed: &Changed) -> Result<(), Failure> {
    write_csv(files.out, &["reviewer", "submission"], |writer| {
        for (submission, reviewer) in changed.plan().graph().iter() {
            writer.write_record([course.person(reviewer), course.work(submission)])?;
        }
        Ok(())
    })?;
    let Some(path) = &cli.delta else { return Ok(()) };
    write_csv(path, &["change", "reviewer", "submission"], |writer| {
        for (kind, pairs) in [("removed", changed.removed()), ("added", changed.added())] {
            for &(submission, reviewer) in pairs {
                let (reviewer, submission) = (course.person(reviewer), course.work(submission));
                writer.write_record([kind, &reviewer, &submission])?;
            }
        }
        Ok(())
    })
}

/// Forty people, four reviews each: what may happen from the first day to the last.
fn story(seed: Seed) -> Result<(), Failure> {
    let assigner = Assigner::new(4);
    let plan = assigner.assign(&Cohort::individuals(40)?, seed)?;
    say!("40 people with a submission each, 4 reviews each");
    let tell = |what: &str, cohort: &Cohort, change: &Change<'_>| {
        let changed = change.apply(cohort, &assigner, seed.derive(what))?;
        changed.verify(cohort)?;
        let (removed, added) = (changed.removed().len(), changed.added().len());
        say!("{what}: {removed} reviews removed, {added} added");
        let is_over = |note: &&Note| matches!(note, Note::Quota { .. });
        let over = changed.notes().iter().filter(is_over).count();
        if changed.missing() + over > 0 {
            say!("    {} reviews missing, {over} people beyond their quota", changed.missing());
        }
        Ok::<_, Failure>(changed.into_plan())
    };

    let now = Cohort::individuals(41)?;
    let change = Change::new(&plan).started(begun(plan.graph(), 2));
    let plan = tell("half have been started, and person 40 comes late", &now, &change)?;

    let gone = [PersonId::new(7)];
    let change = Change::new(&plan).started(begun(plan.graph(), 2)).withdraw(gone);
    let plan = tell("person 7 leaves", &now, &change)?;

    let absent: Vec<PersonId> = (0..8).map(|i| PersonId::new(5 * i)).collect();
    let done = plan.graph().iter().filter(|(_, person)| !absent.contains(person));
    let change = Change::new(&plan).started(done).withdraw(gone).no_show(absent.iter().copied());
    tell("everybody else is done, 8 do not show up", &now, &change)?;
    let plan = tell("the same, and others take up to 2 more", &now, &change.top_up(2))?;
    say!("in the end {} reviews", plan.graph().reviews());
    Ok(())
}

/// The first reviews of everybody.
fn begun(graph: &ReviewGraph, each: usize) -> Vec<(SubmissionId, PersonId)> {
    let people = (0..).take(graph.people()).map(PersonId::new);
    let first = people.flat_map(|person| {
        graph.submissions_of(person).iter().take(each).map(move |&work| (work, person))
    });
    first.collect()
}
