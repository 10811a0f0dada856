//! A term of weekly pods: other people every week, roles in turn, some leave, some come late; and in
//! one week a jigsaw that is repaired after people dropped out.
//!
//! ```text
//! cargo run --release --example term
//! cargo run --release --example term -- --learners 500 --weeks 12 --size 5 --dropout 0.05 --out weeks.csv
//! ```

#[path = "../common/mod.rs"]
mod common;
mod course;
mod pods;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::RangedU64ValueParser as Range;
use common::{Failure, exit, write_csv};
use course::{Course, Met, Row};
use peergrade::{GroupSizes, Rounds, Seed};

/// Plays a term. Each week some people leave, late ones come, and everybody meets in a pod of
/// people they have not met; a pod that has shrunk to one joins others for the week.
#[derive(Parser)]
#[command(name = "term")]
struct Cli {
    /// Learners at the start.
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = Range::<usize>::new().range(2..=100_000))]
    learners: usize,
    /// Weeks of the term.
    #[arg(long, value_name = "R", default_value_t = 10, value_parser = Range::<usize>::new().range(1..=100))]
    weeks: usize,
    /// People of a pod; one more or less where it must be.
    #[arg(long, value_name = "P", default_value_t = 4, value_parser = Range::<usize>::new().range(2..=12))]
    size: usize,
    /// Probability that a learner leaves in a week.
    #[arg(long, value_name = "Q", default_value_t = 0.03)]
    dropout: f64,
    /// Learners who come late, in weeks 2 to 4.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = Range::<usize>::new().range(..=100_000))]
    late: usize,
    /// The week of the jigsaw; 0 for none.
    #[arg(long, value_name = "WEEK", default_value_t = 6)]
    jigsaw: usize,
    /// Topics of the jigsaw.
    #[arg(long, value_name = "T", default_value_t = 4, value_parser = Range::<usize>::new().range(1..=100))]
    topics: usize,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the pods go: week,person,pod,role. In the week of the jigsaw the pod is the home, and
    /// the role the topic.
    #[arg(long, value_name = "weeks.csv")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    if !(0.0..=1.0).contains(&cli.dropout) {
        return Err(format!("--dropout {} is not a share from 0 to 1", cli.dropout).into());
    }
    let seed = Seed::new(cli.seed);
    let sizes = GroupSizes::target(cli.size).range((cli.size - 1).max(2)..=cli.size + 1);
    let pod_weeks = (1..=cli.weeks).filter(|&week| week != cli.jigsaw).count().max(1);
    let plan = Rounds::new(pod_weeks, sizes).form(cli.learners, seed.derive("pods"))?;
    let promise = if plan.guarantee().is_free_of_repeats() {
        "nobody meets anybody twice".to_owned()
    } else {
        format!("{} meetings are not the first", plan.guarantee().repeats())
    };
    let (pods, size) = (plan.group_count(), plan.group_size());
    say!("{pods} pods of up to {size}, {pod_weeks} weeks of them planned: {promise}");
    say!("week people left came pods  sizes moved repeats  roles within one");
    let mut course = Course::new(plan, cli.learners, cli.seed);
    let mut rows = Vec::new();
    for week in 1..=cli.weeks {
        let came = course.welcome(late_in(cli.late, week));
        rows.extend(if week == cli.jigsaw {
            jigsaw_week(cli, week, came, &mut course)?
        } else {
            pod_week(cli, week, came, &mut course)?
        });
    }
    if let Some(path) = &cli.out {
        write_csv(path, &["week", "person", "pod", "role"], |csv| {
            rows.iter().try_for_each(|row| csv.serialize(row))
        })?;
    }
    Ok(())
}

/// How many of the late come in a week: a third each in weeks 2, 3 and 4.
fn late_in(late: usize, week: usize) -> usize {
    if (2..=4).contains(&week) { late * (week - 1) / 3 - late * (week - 2) / 3 } else { 0 }
}

fn pod_week(cli: &Cli, week: usize, came: usize, course: &mut Course) -> Result<Vec<Row>, Failure> {
    // Nobody leaves before the first meeting.
    let left = if week > 1 { course.drop_out(cli.dropout)?.len() } else { 0 };
    let Met { pods, sizes, moved, rows } = course.meet(week);
    say!(
        "{week:>4} {:>6} {left:>4} {came:>4} {pods:>4} {:>6} {:>5} {:>7} {:>8.0} %",
        course.people(),
        sizes.map_or_else(String::new, |(least, most)| format!("{least}..{most}")),
        moved.len(),
        course.repeats(),
        100.0 * course.share_with_even_roles()
    );
    for (person, pod) in moved.iter().take(5) {
        say!("     person {person} is with pod {pod} this week");
    }
    Ok(rows)
}

fn jigsaw_week(
    cli: &Cli,
    week: usize,
    came: usize,
    course: &mut Course,
) -> Result<Vec<Row>, Failure> {
    let seed = Seed::new(cli.seed).derive("jigsaw");
    let jigsaw = course.jigsaw(week, cli.topics, cli.dropout, seed)?;
    say!(
        "{week:>4} {:>6} {:>4} {came:>4}  jigsaw of {} topics: {} homes, of which {} dissolved after the expert \
         groups; {} people moved; {} homes lack a topic",
        course.people(),
        jigsaw.left,
        cli.topics,
        jigsaw.homes,
        jigsaw.dissolved,
        jigsaw.moved,
        jigsaw.uncovered
    );
    Ok(jigsaw.rows)
}
