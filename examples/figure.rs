//! Draws the figure of the README: the error of each method against the number of reviews.
//!
//! ```text
//! cargo run --release --example figure -- --out examples/figures/error.svg
//! ```

#[path = "common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, Progress, exit};
use peergrade::aggregate::by_name;
use peergrade::metrics::rmse;
use peergrade::simulate::{Gaussian, Simulation};
use peergrade::{Assigner, Cohort, Seed};
use plotters::prelude::*;

/// Draws the error of each method against the number of reviews of a submission, in simulated
/// courses in which reviewers differ in leniency and care (model PG1).
#[derive(Parser)]
#[command(name = "figure")]
struct Cli {
    /// Where the picture goes.
    #[arg(long, default_value = "examples/figures/error.svg")]
    out: PathBuf,
    /// Learners of each course.
    #[arg(long, default_value_t = 1000)]
    learners: u32,
    /// Courses for each point.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
}

const REVIEWS: std::ops::RangeInclusive<u32> = 2..=10;
/// What schools have, and what knows reviewers.
const METHODS: [&str; 5] = ["mean", "median", "shrunk-mean", "blup", "posterior"];
const COLOURS: [RGBColor; METHODS.len()] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 39, 40),
    RGBColor(44, 160, 44),
    RGBColor(255, 127, 14),
    RGBColor(148, 103, 189),
];

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let progress = Progress::new();
    let mut lines = vec![Vec::new(); METHODS.len()];
    for reviews in REVIEWS {
        progress.step(format!("{reviews} reviews"));
        for (line, error) in lines.iter_mut().zip(errors(cli, reviews)?) {
            line.push((f64::from(reviews), error));
        }
    }
    progress.done();
    if let Some(folder) = cli.out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    draw(&cli.out, &lines)?;
    say!("wrote {}", cli.out.display());
    Ok(())
}

/// The root mean squared error of each method over all courses.
fn errors(cli: &Cli, reviews: u32) -> Result<Vec<f64>, Failure> {
    let cohort = Cohort::individuals(cli.learners as usize)?;
    let mut squares = vec![0.0; METHODS.len()];
    for seed in 0..cli.seeds {
        let seed = Seed::new(seed);
        let plan = Assigner::new(reviews as usize).assign(&cohort, seed.derive("plan"))?;
        let simulation = Simulation::new(Gaussian::pg1());
        let course = simulation.simulate(&cohort, &plan, seed.derive("reviews"))?;
        for (sum, method) in squares.iter_mut().zip(METHODS) {
            let method = by_name(method).ok_or_else(|| format!("no method {method}"))?;
            let grades = method.aggregate(course.reviews())?;
            let grades: Vec<f64> = grades.grades().flatten().collect();
            let error = rmse(&grades, course.truth().grades())?;
            *sum += error * error;
        }
    }
    Ok(squares.iter().map(|sum| (sum / cli.seeds as f64).sqrt()).collect())
}

fn draw(path: &Path, lines: &[Vec<(f64, f64)>]) -> Result<(), Failure> {
    let root = SVGBackend::new(path, (720, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(2.0..10.0, 0.0..11.0)?;
    chart
        .configure_mesh()
        .x_desc("reviews of each submission")
        .y_desc("error of the grade (RMSE, points of 100)")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0}"))
        .disable_x_mesh()
        .max_light_lines(0)
        .label_style(("sans-serif", 15))
        .draw()?;
    for ((line, method), colour) in lines.iter().zip(METHODS).zip(COLOURS) {
        chart
            .draw_series(LineSeries::new(line.iter().copied(), colour.stroke_width(3)))?
            .label(method)
            .legend(move |(x, y)| {
                PathElement::new(vec![(x, y), (x + 24, y)], colour.stroke_width(3))
            });
        chart.draw_series(line.iter().map(|&point| Circle::new(point, 4, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 15))
        .draw()?;
    root.present()?;
    Ok(())
}
