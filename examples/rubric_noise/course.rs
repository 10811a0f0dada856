//! A simulated course whose rubric has the noise of real criteria, graded by every method.

use peergrade::aggregate::METHODS;
use peergrade::metrics::{pearson, rmse};
use peergrade::simulate::{RubricNoise, Simulated, Simulation};
use peergrade::{Assigner, Cohort, Seed, SubmissionId};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Criterion, Key};
use crate::common::Failure;
use crate::say;

/// So many criteria of the file, or all of one problem, drawn by the seed; in the order of the file.
pub(super) fn rubric(
    all: &[Criterion],
    count: Option<usize>,
    seed: u64,
) -> Result<Vec<&Criterion>, Failure> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let Some(count) = count else {
        let mut problems: Vec<&[String]> = all.iter().map(problem).collect();
        problems.sort_unstable();
        problems.dedup();
        let drawn = lowest(problems.len(), 1, &mut generator);
        let drawn = drawn.first().map(|&i| problems[i]);
        let rubric: Vec<&Criterion> = all.iter().filter(|c| Some(problem(c)) == drawn).collect();
        return if rubric.is_empty() { Err("the file has no criteria".into()) } else { Ok(rubric) };
    };
    if !(1..=all.len()).contains(&count) {
        return Err(format!("{count} criteria to draw, but the file has {}", all.len()).into());
    }
    Ok(lowest(all.len(), count, &mut generator).into_iter().map(|i| &all[i]).collect())
}

/// Course and problem.
fn problem(criterion: &Criterion) -> &[String] {
    &criterion.key[..2]
}

/// Each of `all` draws a number; those of the lowest, in order.
fn lowest(all: usize, count: usize, generator: &mut ChaCha8Rng) -> Vec<usize> {
    let mut drawn: Vec<(u64, usize)> = (0..all).map(|i| (generator.next_u64(), i)).collect();
    drawn.sort_unstable();
    let mut places: Vec<usize> = drawn.iter().take(count).map(|&(_, i)| i).collect();
    places.sort_unstable();
    places
}

/// Simulates and grades the course, and prints what came out.
pub(super) fn run(
    rubric: &[&Criterion],
    learners: usize,
    reviews: usize,
    seed: u64,
) -> Result<(), Failure> {
    let seed = Seed::new(seed);
    let name = |key: &Key| key.join("/");
    let law = rubric.iter().fold(RubricNoise::default(), |law, criterion| {
        law.criterion(name(&criterion.key), criterion.table.clone())
    });
    let cohort = Cohort::individuals(learners)?;
    let plan = Assigner::new(reviews).assign(&cohort, seed.derive("plan"))?;
    let course = Simulation::new(law).simulate(&cohort, &plan, seed)?;
    say!("a course of {learners} learners, who give {reviews} reviews each");
    say!("{:<18}{:>7}{:>10}{:>10}{:>10}", "peer correlation", "levels", "given", "law", "reviews");
    for (c, Criterion { key, table }) in rubric.iter().enumerate() {
        let correlations = [
            table.given().correlation(),
            table.achieved().correlation(),
            peer_correlation(&course, c),
        ];
        let cells: Vec<String> = correlations.into_iter().map(number).collect();
        say!("{:<18}{:>7}{}", name(key), table.levels(), cells.concat());
    }
    errors(&course)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| format!("{:>10}", "-"), |value| format!("{value:>10.4}"))
}

/// The correlation of any two scores of one work; `None` where all are equal or no work has two.
fn peer_correlation(course: &Simulated, criterion: usize) -> Option<f64> {
    let reviews = course.reviews();
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for submission in (0..reviews.graph().submissions()).map_while(|s| u32::try_from(s).ok()) {
        let scores = reviews.scores_of(SubmissionId::new(submission), criterion);
        for (i, score) in scores.iter().enumerate() {
            let others = scores.iter().enumerate().filter(|(j, _)| *j != i);
            for (_, peer) in others {
                one.push(*score);
                other.push(*peer);
            }
        }
    }
    pearson(&one, &other).ok()
}

/// Every method against the true grades: what infinitely many peers would give.
fn errors(course: &Simulated) -> Result<(), Failure> {
    let truth = course.truth().grades();
    let scale = course.reviews().rubric().scale();
    let mean = truth.iter().sum::<f64>() / truth.len().max(1) as f64;
    say!("");
    say!("{:<18}{:>10}  in points of {}..{}", "method", "rmse", scale.min(), scale.max());
    for method in METHODS {
        let grades = method.aggregator().aggregate(course.reviews())?;
        let known = grades.grades().zip(truth).filter_map(|(grade, &truth)| Some((grade?, truth)));
        let (grades, known): (Vec<f64>, Vec<f64>) = known.unzip();
        say!("{:<18}{}", method.name(), number(rmse(&grades, &known).ok()));
    }
    let everybody = vec![mean; truth.len()];
    say!("{:<18}{}", "one grade for all", number(rmse(&everybody, truth).ok()));
    Ok(())
}
