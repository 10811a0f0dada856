//! Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman, 2018): where grades are
//! drawn from the law that a method assumes, the true grade is anywhere in its posterior with the
//! probability that the posterior says. One work of each course is looked at, for works of one course
//! depend on one another.
//!
//! The gate looks at 2000 courses of the laws that tell most. All laws, and 10,000 courses of each, as
//! before a release:
//!
//! ```text
//! cargo test --release --test calibration -- --ignored --nocapture
//! ```
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may fail, and says what it measured

use peergrade::aggregate::{Aggregator, Blup, Posterior};
use peergrade::simulate::{Gaussian, Noise, Simulation};
use peergrade::{Assigner, Cohort, Scale, Seed, SubmissionId};
use statrs::distribution::{ContinuousCDF, Normal};

const COURSES: u32 = 2000;
const MANY: u32 = 10_000;
const BINS: usize = 20;

/// What X² with 19 degrees of freedom exceeds with probability 0.001.
const MOST: f64 = 43.8;

const EQUAL: Noise = Noise::Equal { sd: 10.0 };
const GAMMA: Noise = Noise::Gamma { shape: 2.0, rate: 100.0 };

/// Where true grades fall.
#[derive(Debug, Default)]
struct Ranks {
    bins: [f64; BINS],
    covered: f64,
    all: f64,
}

impl Ranks {
    fn add(&mut self, position: f64) {
        let bin = (1..BINS).take_while(|&bin| position >= bin as f64 / BINS as f64).count();
        self.bins[bin] += 1.0;
        self.covered += f64::from(u8::from((position - 0.5).abs() < 0.45));
        self.all += 1.0;
    }

    fn x2(&self) -> f64 {
        let expected = self.all / BINS as f64;
        self.bins.iter().map(|n| (n - expected) * (n - expected) / expected).sum()
    }

    /// Fails where the posteriors are not what the truth is drawn from, or their 90 % intervals hold more
    /// or less than three standard errors from 90 %.
    fn check(&self, what: &str) {
        let (x2, covered) = (self.x2(), self.covered / self.all);
        println!("{what}: X2 {x2:.1}, 90 % intervals hold {:.2} %", 100.0 * covered);
        assert!(x2 < MOST, "{what}: X2 {x2} of {:?}", self.bins);
        assert!((covered - 0.9).abs() < 3.0 * (0.09 / self.all).sqrt(), "{what}: {covered}");
    }
}

/// One work of each of so many courses, with 5 reviews a work, N(70, 12²) grades and a scale without
/// ends.
fn ranks(method: &dyn Aggregator, bias_sd: f64, noise: Noise, people: u32, courses: u32) -> Ranks {
    let scale = Scale::new(-1e4, 1e4).unwrap();
    let law = Gaussian::pg1().bias_sd(bias_sd).noise(noise).scale(scale);
    let simulation = Simulation::new(law);
    let cohort = Cohort::individuals(people as usize).unwrap();
    let normal = Normal::standard();
    let mut ranks = Ranks::default();
    for i in 0..courses {
        let seed = Seed::new(77).derive(&i.to_string());
        let plan = Assigner::new(5).assign(&cohort, seed.derive("plan")).unwrap();
        let course = simulation.simulate(&cohort, &plan, seed).unwrap();
        let grades = method.aggregate(course.reviews()).unwrap();
        let work = SubmissionId::new(i % people);
        let (grade, error) = (grades.grade(work).unwrap(), grades.std_error(work).unwrap());
        ranks.add(normal.cdf((course.truth().grades()[work.index()] - grade) / error));
    }
    ranks
}

/// Exact but for the mean, which is learned.
#[test]
fn crossed_effects_with_known_variances_are_calibrated() {
    let blup = Blup::default().fixed(12.0, 8.0, 10.0);
    ranks(&blup, 8.0, EQUAL, 100, COURSES).check("blup, biases");
}

#[test]
fn a_spread_that_is_a_sixth_too_small_is_seen() {
    let blup = Blup::default().fixed(12.0, 6.5, 8.5);
    assert!(ranks(&blup, 8.0, EQUAL, 100, COURSES).x2() > MOST);
}

#[test]
fn the_posterior_is_calibrated() {
    let posterior = Posterior::default().effort(false);
    ranks(&posterior, 8.0, GAMMA, 100, COURSES).check("posterior, biases and precisions");
}

#[test]
#[ignore = "takes minutes: before a release"]
fn many_courses_of_every_law() {
    let laws = [
        ("equal", 0.0, EQUAL),
        ("biases", 8.0, EQUAL),
        ("precisions", 0.0, GAMMA),
        ("biases and precisions", 8.0, GAMMA),
    ];
    for (name, bias, noise) in laws {
        let posterior = Posterior::default();
        for (mode, method) in [
            ("posterior", posterior),
            ("without effort", posterior.effort(false)),
            ("monotone", posterior.monotone(true)),
        ] {
            ranks(&method, bias, noise, 200, MANY).check(&format!("{mode}, {name}"));
        }
    }
    let blup = Blup::default().fixed(12.0, 8.0, 10.0);
    ranks(&blup, 8.0, EQUAL, 200, MANY).check("blup, biases");
}
