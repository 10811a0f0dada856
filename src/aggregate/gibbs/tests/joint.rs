//! The joint density of each model, written down once more, against every law that is drawn from.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::Seed;
use crate::aggregate::fixtures::small;
use crate::aggregate::gibbs::chain::{Chain, Course, Model, State};
use crate::aggregate::gibbs::draws::{Drawn, Draws};
use crate::aggregate::gibbs::own::Own;
use crate::aggregate::gibbs::pg1::Reliabilities;
use crate::aggregate::gibbs::pg3::Linear;
use crate::aggregate::gibbs::pg4::Shaped;
use crate::aggregate::gibbs::pg5::Around;
use crate::aggregate::gibbs::sums::Sums;
use crate::aggregate::ratings::Ratings;
use crate::cohort::Cohort;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math::{self, exp, ln};
use crate::reviews::Reviews;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;
use crate::seed::Phase;

/// A model's own part of the logarithm of the joint density: of the precision of one person with
/// this own grade, where the person stands at this precision.
trait Density: Model {
    fn ln_density(&self, state: &State, own: f64, precision: f64) -> f64;

    /// The precision that an own grade leads to, where it follows from it.
    fn precision_of(&self, _own: f64) -> Option<f64> {
        None
    }
}

fn ln_gamma_density(x: f64, shape: f64, rate: f64) -> f64 {
    if shape <= 0.0 {
        return f64::NEG_INFINITY;
    }
    shape * ln(rate) - statrs::function::gamma::ln_gamma(shape) + (shape - 1.0) * ln(x) - rate * x
}

fn ln_normal(x: f64, mean: f64, variance: f64) -> f64 {
    -0.5 * ln(variance) - 0.5 * (x - mean) * (x - mean) / variance
}

impl Density for Reliabilities {
    fn ln_density(&self, state: &State, _own: f64, precision: f64) -> f64 {
        ln_gamma_density(precision, state.hyper.shape, state.hyper.rate)
    }
}

impl Density for Linear {
    fn ln_density(&self, _: &State, own: f64, _: f64) -> f64 {
        if self.slope * own + self.intercept > 0.0 { 0.0 } else { f64::NEG_INFINITY }
    }

    fn precision_of(&self, own: f64) -> Option<f64> {
        Some(self.slope * own + self.intercept)
    }
}

impl Density for Shaped {
    fn ln_density(&self, _: &State, own: f64, precision: f64) -> f64 {
        ln_gamma_density(precision, self.shape * own, self.rate)
    }
}

impl Density for Around {
    fn ln_density(&self, _: &State, own: f64, precision: f64) -> f64 {
        ln_normal(precision * self.scale, own, 1.0 / self.certainty)
    }
}

/// The own grade of a person, from scratch.
fn own_grade(course: &Course<'_>, state: &State, person: usize) -> f64 {
    let reviews = course.parts[0].ratings.reviews();
    let (n, criteria) = (reviews.graph().submissions(), reviews.rubric().criteria().len());
    let works = reviews.cohort().submissions_of(PersonId::new(to_u32(person)));
    let grades: Vec<f64> =
        works.iter().flat_map(|s| (0..criteria).map(|c| state.grade[c * n + s.index()])).collect();
    if grades.is_empty() {
        // The unseen works come in the order of people.
        let before = course.reviewers.iter().filter(|&&(v, _)| {
            let id = PersonId::new(to_u32(v));
            v < person && reviews.cohort().submissions_of(id).is_empty()
        });
        return state.grade.get(course.items + before.count()).copied().unwrap_or(0.0);
    }
    grades.iter().fold(0.0, |sum, x| sum + x) / grades.len() as f64
}

/// The logarithm of the joint density of everything, up to a constant.
fn ln_joint<M: Density>(course: &Course<'_>, model: &M, state: &State) -> f64 {
    let hyper = state.hyper;
    let grades =
        state.grade.iter().fold(0.0, |sum, &s| sum + ln_normal(s, hyper.mean, hyper.quality));
    let precision = |v: usize| {
        let own = own_grade(course, state, v);
        (own, model.precision_of(own).unwrap_or(state.precision[v]))
    };
    let people = course.reviewers.iter().fold(0.0, |sum, &(v, _)| {
        let (own, t) = precision(v);
        let mut biases = ln_normal(state.bias[v], 0.0, hyper.bias);
        for part in 1..course.parts.len() {
            let at = |part: usize| state.bias[part * course.people + v];
            biases += ln_normal(at(part), at(part - 1), hyper.drift);
        }
        sum + biases + model.ln_density(state, own, t)
    });
    let mut ratings = 0.0;
    for (t, part) in course.parts.iter().enumerate() {
        for item in 0..part.ratings.items() {
            for (z, v) in part.ratings.of(item).iter().zip(part.ratings.reviewers(item)) {
                let (_, tau) = precision(v.index());
                if tau <= 0.0 {
                    return f64::NEG_INFINITY;
                }
                let bias = state.bias[t * course.people + v.index()];
                ratings += ln_normal(*z, state.grade[part.first + item] + bias, 1.0 / tau);
            }
        }
    }
    grades + people + ratings
}

/// Mean and variance of the law whose density has this logarithm, near a point: Simpson's rule on
/// what counts of it.
fn moments(near: f64, sd: f64, ln_density: impl Fn(f64) -> f64) -> (f64, f64) {
    let sum_over = |low: f64, high: f64| {
        const STEPS: usize = 500;
        let x = |i: usize| low + (high - low) * i as f64 / STEPS as f64;
        let logs: Vec<f64> = (0..=STEPS).map(|i| ln_density(x(i))).collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, math::max);
        let (mut all, mut first, mut second) = (0.0, 0.0, 0.0);
        for (i, log) in logs.iter().enumerate().filter(|(_, log)| **log > top - 60.0) {
            let factor = if i == 0 || i == STEPS {
                1.0
            } else if i % 2 == 0 {
                2.0
            } else {
                4.0
            };
            let weight = factor * exp(log - top);
            all += weight;
            first += weight * (x(i) - near);
            second += weight * (x(i) - near) * (x(i) - near);
        }
        (near + first / all, second / all - first / all * (first / all))
    };
    // First widely, then where it is.
    let (mean, variance) = sum_over(near - 40.0 * sd, near + 40.0 * sd);
    let wide = math::sqrt(variance);
    sum_over(mean - 12.0 * wide, mean + 12.0 * wide)
}

/// Courses of every shape, and one with teams, two criteria, somebody without a work, somebody
/// without reviews and somebody with two works.
fn courses() -> Vec<Reviews> {
    let mut runner = TestRunner::deterministic();
    let mut courses = vec![team()];
    while courses.len() < 13 {
        courses.push(small().new_tree(&mut runner).unwrap().current());
    }
    courses
}

fn team() -> Reviews {
    let mut cohort = Cohort::builder(6).unwrap();
    for authors in [&[0, 1][..], &[2], &[2, 3], &[4]] {
        let authors: Vec<PersonId> = authors.iter().map(|&v| PersonId::new(v)).collect();
        cohort.submission(&authors).unwrap();
    }
    let cohort = cohort.build();
    let scale = || Scale::new(0.0, 10.0).unwrap();
    let rubric = Rubric::new([Criterion::new("code", scale()), Criterion::new("style", scale())]);
    let mut rows = Reviews::builder(&cohort, rubric.unwrap());
    for (s, r, z) in [
        (0, 2, [4.0, 6.0]),
        (0, 5, [5.0, 9.0]),
        (1, 0, [7.0, 6.5]),
        (1, 1, [8.0, 3.0]),
        (1, 5, [7.5, 6.0]),
        (2, 0, [3.0, 2.0]),
        (2, 5, [4.0, 1.0]),
    ] {
        rows.add(SubmissionId::new(s), PersonId::new(r), &z).unwrap();
    }
    rows.build().unwrap()
}

/// Checks the laws of one sweep at some states on the way.
fn check<M: Density>(reviews: &Reviews, make: impl Fn(&Course<'_>) -> (M, State), sweeps: usize) {
    let ratings = [Ratings::by_range(reviews).unwrap()];
    let Some(course) = Course::new(&ratings) else { return };
    let (model, state) = make(&course);
    let sums = Sums::new(&course, &state.grade);
    let mut chain =
        Chain { course: &course, model, state, draws: Draws::new(Seed::new(5), false), sums };
    for _ in 0..sweeps {
        chain.sweep(None);
        grades(&chain);
        biases(&chain);
        precisions(&chain);
    }
}

/// To the error of a grid that ends where the density is not smooth.
fn agrees(drawn: Drawn, (mean, variance): (f64, f64)) {
    let sd = math::sqrt(variance);
    assert!((drawn.mean - mean).abs() < 2e-3 * sd, "{} {mean} {sd}", drawn.mean);
    assert!((drawn.variance / variance - 1.0).abs() < 0.01, "{} {variance}", drawn.variance);
    assert!((drawn.value - mean).abs() < 8.0 * sd);
}

fn grades<M: Density>(chain: &Chain<'_, M>) {
    let course = chain.course;
    let items = (0..course.items)
        .filter(|&item| !course.parts[0].ratings.of(item).is_empty() || chain.model.concerns(item));
    for work in items {
        let law = course.normal(&chain.state, 0, work);
        let (mut model, mut state) = (chain.model.clone(), chain.state.clone());
        let drawn = model.grade(course, &mut state, &mut chain.draws.clone(), (work, law));
        let at = |s: f64| {
            let mut state = chain.state.clone();
            state.grade[work] = s;
            ln_joint(course, &chain.model, &state)
        };
        agrees(drawn, moments(drawn.mean, math::sqrt(drawn.variance), at));
    }
}

fn biases<M: Density>(chain: &Chain<'_, M>) {
    let course = chain.course;
    for &(v, _) in &course.reviewers {
        let law = course.bias(&chain.state, 0, v);
        let drawn = chain.draws.clone().normal(law.precision, law.pull);
        let at = |b: f64| {
            let mut state = chain.state.clone();
            state.bias[v] = b;
            ln_joint(course, &chain.model, &state)
        };
        agrees(drawn, moments(drawn.mean, math::sqrt(drawn.variance), at));
    }
}

/// Draws of precisions have the mean of their law, within five standard errors.
fn precisions<M: Density>(chain: &Chain<'_, M>) {
    const DRAWS: u32 = 3000;
    let course = chain.course;
    if chain.model.precision_of(0.0).is_some() {
        return;
    }
    for &(v, _) in course.reviewers.iter().take(2) {
        let residuals = course.residuals(&chain.state, v);
        let (mut model, mut state, mut draws) =
            (chain.model.clone(), chain.state.clone(), chain.draws.clone());
        let drawn: Vec<f64> = (0..DRAWS)
            .map(|_| {
                model.precision(&mut state, &mut draws, v, residuals);
                ln(state.precision[v])
            })
            .collect();
        // Of the logarithm, whose density has one more factor of the precision.
        let at = |log: f64| {
            let mut state = chain.state.clone();
            state.precision[v] = exp(log);
            log + ln_joint(course, &chain.model, &state)
        };
        let near = math::mean(&drawn);
        let (mean, variance) = moments(near, 0.2, at);
        let error = math::sqrt(variance / f64::from(DRAWS));
        assert!((near - mean).abs() < 5.0 * error, "{near} {mean} {error}");
        let spread = drawn.iter().fold(0.0, |sum, x| sum + (x - near) * (x - near));
        let ratio = spread / f64::from(DRAWS) / variance;
        assert!((ratio - 1.0).abs() < 0.25, "{ratio}");
    }
}

#[test]
fn laws_of_pg1_are_those_of_its_joint_density() {
    for reviews in courses() {
        check(&reviews, |course| (Reliabilities { learn: false }, course.state(0)), 2);
    }
}

#[test]
fn laws_of_pg3_are_those_of_its_joint_density() {
    for reviews in courses() {
        check(&reviews, |course| Linear::of(course, 0.5), 2);
        check(&reviews, |course| Linear::of(course, 0.0), 1);
    }
}

#[test]
fn laws_of_pg4_are_those_of_its_joint_density() {
    for reviews in courses() {
        check(&reviews, |course| Shaped::of(course, 100.0), 2);
    }
}

#[test]
fn laws_of_pg5_are_those_of_its_joint_density() {
    for reviews in courses() {
        check(&reviews, Around::of, 2);
    }
}

#[test]
fn biases_of_a_term_depend_on_both_neighbours() {
    let reviews = courses();
    let term = [&reviews[1], &reviews[2], &reviews[3]];
    let ratings = term.map(|reviews| Ratings::by_spread(reviews).unwrap());
    let course = Course::new(&ratings).unwrap();
    let mut state = course.state(0);
    let mut stream = Seed::new(2).stream(Phase::Gibbs, 9);
    for x in state.bias.iter_mut().chain(&mut state.grade) {
        *x += stream.normal();
    }
    for (t, &(v, _)) in (0..3).flat_map(|t| course.reviewers.iter().map(move |v| (t, v))) {
        let law = course.bias(&state, t, v);
        let at = |b: f64| {
            let mut state = state.clone();
            state.bias[t * course.people + v] = b;
            ln_joint(&course, &Reliabilities { learn: false }, &state)
        };
        let (mean, variance) = (law.pull / law.precision, 1.0 / law.precision);
        agrees(Drawn { value: mean, mean, variance }, moments(mean, math::sqrt(variance), at));
    }
}

#[test]
fn teams_share_a_grade_and_people_without_a_work_get_one() {
    let reviews = team();
    let ratings = [Ratings::by_range(&reviews).unwrap()];
    let course = Course::new(&ratings).unwrap();
    let (own, state) = Own::of(&course);
    // Criterion 1 of work 0; work 3 by a person who reviews nothing; the unseen work of person 5.
    assert_eq!(own.authors(4).collect::<Vec<_>>(), [0, 1]);
    assert!(!own.has_authors(3) && state.grade.len() == 9);
    assert_eq!(own.authors(8).collect::<Vec<_>>(), [5]);
    for (v, share) in [(0, 0.5), (2, 0.25), (5, 1.0)] {
        assert!((own.share[v] - share).abs() < 1e-15);
        assert!((own.grade[v] - own_grade(&course, &state, v)).abs() < 1e-12);
    }
}
