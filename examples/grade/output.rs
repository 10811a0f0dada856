//! From a gradebook to CSV files and to the terminal.

use std::path::Path;

use peergrade::oversight::ReviewerReport;
use peergrade::{Gradebook, Line, PersonId, Source, SubmissionId};

use crate::common::{Failure, cell, write_csv};
use crate::reviews::Course;
use crate::say;

/// The level of the intervals in grades.csv and reviewers.csv.
const LEVEL: f64 = 0.9;

/// Flags on the terminal; all of them are in reviewers.csv.
const TOP_FLAGS: usize = 5;

pub(crate) fn write_grades(
    path: &Path,
    course: &Course,
    grades: &Gradebook,
) -> Result<(), Failure> {
    let header = ["submission", "grade", "std_error", "low", "high", "reviews"];
    write_csv(path, &header, |writer| {
        for (id, key) in course.submissions.iter() {
            let interval = grades.interval(id, LEVEL);
            writer.write_record([
                key,
                &cell(grades.grade(id)),
                &cell(grades.std_error(id)),
                &cell(interval.map(|interval| interval.low)),
                &cell(interval.map(|interval| interval.high)),
                &grades.reviews(id).to_string(),
            ])?;
        }
        Ok(())
    })
}

pub(crate) fn report(course: &Course, grades: &Gradebook) -> Result<ReviewerReport, Failure> {
    Ok(ReviewerReport::new(&course.reviews, grades)?)
}

pub(crate) fn write_reviewers(
    path: &Path,
    course: &Course,
    report: &ReviewerReport,
) -> Result<(), Failure> {
    let header = [
        "reviewer",
        "reviews",
        "bias",
        "precision",
        "weight",
        "flags",
        "bias_low",
        "bias_high",
        "accuracy",
        "effort",
        "agreement",
    ];
    write_csv(path, &header, |writer| {
        for (id, key) in course.people.iter().filter(|&(id, _)| report.given(id) > 0) {
            let flags: Vec<String> = report.flags(id).map(|flag| flag.to_string()).collect();
            let bias = report.bias_interval(id, LEVEL);
            writer.write_record([
                key,
                &report.given(id).to_string(),
                &cell(report.bias(id)),
                &cell(report.precision(id)),
                &cell(report.weight(id)),
                &flags.join("; "),
                &cell(bias.map(|bias| bias.low)),
                &cell(bias.map(|bias| bias.high)),
                &cell(report.accuracy(id)),
                &cell(report.effort(id)),
                &cell(report.agreement(id)),
            ])?;
        }
        Ok(())
    })
}

pub(crate) fn print_summary(
    course: &Course,
    grades: &Gradebook,
    report: &ReviewerReport,
) -> Result<(), Failure> {
    let graph = course.reviews.graph();
    let people = || course.people.iter().map(|(id, _)| id);
    let reviewers = people().filter(|&id| report.given(id) > 0).count();
    let graded = grades.grades().flatten().count();
    say!("submissions  {} ({graded} with a grade)", graph.submissions());
    say!("people       {} ({reviewers} of them reviewed)", graph.people());
    say!("reviews      {}", graph.reviews());
    let fit = grades.fit();
    let end = if fit.converged() { "converged" } else { "NOT CONVERGED" };
    say!("method       {}, {} iterations, {end}", grades.method(), fit.iterations());
    for note in &course.notes {
        say!("note         {note}");
    }
    for warning in grades.warnings() {
        say!("warning      {warning}");
    }
    say!("flags        {}", report.flagged().count());
    for id in top_flagged(course, report) {
        let flags: Vec<String> = report.flags(id).map(|flag| flag.to_string()).collect();
        let (name, given) = (name(course, id), report.given(id));
        say!("             {name}: {} ({given} reviews)", flags.join("; "));
    }
    Ok(())
}

/// Those with most flags, and of these the most biased.
fn top_flagged(course: &Course, report: &ReviewerReport) -> Vec<PersonId> {
    let people = course.people.iter().map(|(id, _)| id);
    let mut flagged: Vec<_> = people
        .map(|id| (report.flags(id).count(), report.bias(id).unwrap_or(0.0).abs(), id))
        .filter(|&(flags, _, _)| flags > 0)
        .collect();
    flagged.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    flagged.truncate(TOP_FLAGS);
    flagged.into_iter().map(|(_, _, id)| id).collect()
}

fn name(course: &Course, id: PersonId) -> &str {
    course.people.key(id).map_or("", String::as_str)
}

/// The last digit of an explanation is the sixth behind the point.
const UNIT: f64 = 1e6;

/// Prints the arithmetic of one grade; the last column adds up to the last line, digit by digit.
pub(crate) fn explain(course: &Course, grades: &Gradebook, key: &str) -> Result<(), Failure> {
    let Some(id) = course.submissions.id(key) else {
        return Err(format!("--explain: there is no submission `{key}`").into());
    };
    let Some(why) = grades.explain(&course.reviews, id)? else {
        say!("\n{key} has no grade: nobody reviewed it");
        return Ok(());
    };
    say!("\nThe grade of {key} by {}:", grades.method());
    let round = |x: f64| (x * UNIT).round() / UNIT;
    let mut sum = 0.0;
    for line in why.lines() {
        let part = round(line.contribution());
        sum += part;
        say!("  {:<60} {part:>14.6}", sentence(course, id, line));
    }
    let rest = round(round(why.grade()) - sum);
    if rest != 0.0 {
        say!("  {:<60} {rest:>14.6}", "rounding of the lines above");
    }
    say!("  {:<60} {:>14.6}", "grade", why.grade());
    Ok(())
}

fn sentence(course: &Course, id: SubmissionId, line: &Line) -> String {
    let criteria = course.reviews.rubric().criteria();
    let of = |criterion: usize| match criteria {
        [_] => String::new(),
        all => format!("{}: ", all[criterion].name()),
    };
    match line {
        Line::Review { criterion, reviewer, score, correction, weight, .. } => {
            let bias =
                if *correction == 0.0 { String::new() } else { format!(" - {correction:.6}") };
            format!("{}{}: {score}{bias} x {weight:.6}", of(*criterion), name(course, *reviewer))
        }
        Line::Prior { criterion, mean, weight, .. } => {
            format!("{}mean of the course: {mean:.6} x {weight:.6}", of(*criterion))
        }
        Line::Known { source: Source::Staff, .. } => format!(
            "given by staff, over {} reviews",
            course.reviews.graph().reviewers_of(id).len()
        ),
        Line::Adjustment { .. } => "adjustment by the method".to_owned(),
        _ => "known grade".to_owned(),
    }
}
