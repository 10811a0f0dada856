//! A method and a scenario of one's own, in a league against the standard ones.
//!
//! ```text
//! cargo run --release --example own_method
//! ```

#[path = "common/mod.rs"]
mod common;

use std::process::ExitCode;

use clap::Parser;
use common::{Failure, exit};
use peergrade::aggregate::{AggregateError, Aggregator, METHODS, Method};
use peergrade::league::{League, Oracle};
use peergrade::simulate::{
    self, Behaviour, Gaussian, Grades, Noise, Scenario, ScenarioError, Simulated, Simulation,
};
use peergrade::{Assigner, Cohort, Column, Gradebook, Reviews, Scale, Seed, SubmissionId};

/// Halfway between the lowest and the highest score, for a rubric of one criterion.
#[derive(Debug)]
struct Midrange;

impl Aggregator for Midrange {
    fn name(&self) -> &'static str {
        "midrange"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let submissions = (0..).map(SubmissionId::new).take(reviews.graph().submissions());
        let grades = submissions.map(|submission| {
            let mut scores = reviews.scores_of(submission, 0).to_vec();
            scores.sort_by(f64::total_cmp);
            Some(f64::midpoint(*scores.first()?, *scores.last()?))
        });
        Ok(Gradebook::builder(reviews, self.name()).criterion(Column::new(grades)?).build()?)
    }
}

/// Five stars from three reviewers, of whom a tenth click anywhere.
#[derive(Debug)]
struct Stars;

impl Scenario for Stars {
    fn name(&self) -> &'static str {
        "stars"
    }

    fn simulate(&self, learners: usize, seed: Seed) -> Result<Simulated, ScenarioError> {
        let cohort = Cohort::individuals(learners)?;
        let plan = Assigner::new(3).assign(&cohort, seed.derive("plan"))?;
        let stars = Scale::with_step(1.0, 5.0, 1.0)?;
        let grades = Grades::Normal { mean: 3.5, sd: 0.8 };
        let law = Gaussian::default().scale(stars).grades(grades).bias_sd(0.5);
        let law = law.noise(Noise::Equal { sd: 0.7 });
        let simulation = Simulation::new(law).behaviour(Behaviour::Random, 0.1);
        Ok(simulation.simulate(&cohort, &plan, seed)?)
    }
}

/// Compares a method of one's own with all others, on a scenario of one's own and a standard one.
#[derive(Parser)]
#[command(name = "own_method")]
struct Cli {
    /// Learners of each course.
    #[arg(long, value_name = "N", default_value_t = 300)]
    learners: usize,
    /// Courses of each scenario.
    #[arg(long, value_name = "N", default_value_t = 10)]
    seeds: usize,
    /// The only source of chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let standings = League::new()
        .method(Midrange)
        .methods(METHODS.iter().filter(|method| !method.draws()).map(Method::aggregator))
        .oracles(Oracle::ALL)
        .scenario(Stars)
        .scenarios(simulate::by_name("bs-low").copied())
        .learners(cli.learners)
        .seeds(cli.seeds)
        .seed(Seed::new(cli.seed))
        .run()?;
    say!("{}", standings.to_string().trim_end());
    Ok(())
}
