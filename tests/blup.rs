//! Crossed random effects against lme4 (`tests/oracles/blup.R`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)] // a test may fail

use peergrade::aggregate::{Aggregator, Blup};
use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
use serde_json::Value;

/// One course of the reference file.
struct Course(Value);

impl Course {
    fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().expect(key)
    }

    fn numbers(&self, key: &str) -> Vec<f64> {
        self.0[key].as_array().expect(key).iter().map(|x| x.as_f64().unwrap()).collect()
    }

    fn ids(&self, key: &str) -> Vec<u32> {
        let id = |x: &Value| u32::try_from(x.as_u64().unwrap()).unwrap();
        self.0[key].as_array().expect(key).iter().map(id).collect()
    }

    /// Works by a person who reviews nothing.
    fn reviews(&self) -> Reviews {
        let (works, reviewers) = (self.ids("work"), self.ids("reviewer"));
        let count = |ids: &[u32]| *ids.iter().max().unwrap() as usize + 1;
        let people = count(&reviewers);
        let mut cohort = Cohort::builder(people + 1).unwrap();
        for _ in 0..count(&works) {
            cohort.submission(&[PersonId::new(people.try_into().unwrap())]).unwrap();
        }
        let cohort = cohort.build();
        let rubric = Rubric::single(Scale::new(-100.0, 200.0).unwrap());
        let mut builder = Reviews::builder(&cohort, rubric);
        for ((work, reviewer), score) in works.iter().zip(&reviewers).zip(self.numbers("score")) {
            builder.add(SubmissionId::new(*work), PersonId::new(*reviewer), &[score]).unwrap();
        }
        builder.build().unwrap()
    }
}

fn courses() -> Vec<Course> {
    let all: Value = serde_json::from_str(include_str!("oracles/blup.json")).unwrap();
    all["courses"].as_array().unwrap().iter().cloned().map(Course).collect()
}

#[test]
fn components_and_effects_are_those_of_lme4() {
    let courses = courses();
    assert!(courses.len() >= 10);
    for course in courses {
        let name = &course.0["name"];
        let reviews = course.reviews();
        let method = Blup::default();
        let found = method.components(&reviews).unwrap().unwrap();
        let spread = course.number("truth_sd").hypot(course.number("noise_sd"));
        for (value, key) in [
            (found.mean(), "mean"),
            (found.truth_sd(), "truth_sd"),
            (found.bias_sd(), "bias_sd"),
            (found.noise_sd(), "noise_sd"),
        ] {
            let expected = course.number(key);
            // What vanishes is less than that of the others.
            let tolerance = 1e-5 * if expected < 1e-3 * spread { spread } else { expected };
            assert!((value - expected).abs() <= tolerance, "{name} {key}: {value}, {expected}");
        }
        let book = method.aggregate(&reviews).unwrap();
        let mean = course.number("mean");
        let mut most: f64 = 0.0;
        for (id, effect) in course.ids("works").into_iter().zip(course.numbers("qualities")) {
            let grade = book.grade(SubmissionId::new(id)).unwrap();
            most = most.max((grade - mean - effect).abs());
        }
        for (id, bias) in course.ids("reviewers").into_iter().zip(course.numbers("biases")) {
            most = most.max((book.bias(PersonId::new(id)).unwrap() - bias).abs());
        }
        assert!(most <= 1e-5 * spread, "{name}: {most}");
    }
}
