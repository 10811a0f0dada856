//! Burrell and Schoenebeck's agents.

use super::law::{Model, Who};
use super::{SimulateError, Truth, check_sd, check_share};
use crate::math;
use crate::rubric::Rubric;
use crate::scale::Scale;
use crate::seed::Stream;

/// How often a reviewer looks at a work before reporting, in [`BurrellSchoenebeck`].
///
/// ```
/// use peergrade::simulate::{BurrellSchoenebeck, Effort};
///
/// let half = BurrellSchoenebeck::default().effort(Effort::Binary { active: 0.5 });
/// assert_ne!(half, BurrellSchoenebeck::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Effort {
    /// 1 + Poisson(l) times, afresh for every review, with l ~ U(0, 2) for each person.
    Continuous,
    /// Three times if active, once if not.
    Binary {
        /// The probability that a person is active.
        active: f64,
    },
}

/// The agents of Burrell and Schoenebeck: honest reviewers who differ in bias and effort. What
/// their strategic agents do instead is a [`Behaviour`](super::Behaviour).
///
/// ```text
/// t_u ~ Binomial(10, 0.7)                      true grade of work u
/// b_v ~ N(0, 1)                                bias of reviewer v
/// J   = 1 + Poisson(l_v),  l_v ~ U(0, 2)       looks of reviewer v at a work
/// p   = clip((t_u + b_v) / 10, 0, 1)
/// x   = round(Binomial(10 J, p) / J)           the report, halves to even
/// ```
///
/// The scale is 0, 1, ..., 10. The precision that [`Truth`] tells is that of
/// the reports of a reviewer around the expected report, averaged over all grades and looks,
/// without rounding; the effort is the expected number of looks.
///
/// Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer Assessment Case
/// Study", EC 2023. O(1) a draw.
///
/// When not to use it: to compare methods that rest on normal noise at their best; here high
/// grades are less noisy than middling ones.
///
/// ```
/// use peergrade::simulate::{Behaviour, BurrellSchoenebeck, Simulation};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let agents = Simulation::new(BurrellSchoenebeck::default()).behaviour(Behaviour::ALL_MAX, 1.0);
/// let course = agents.simulate(&cohort, &graph, Seed::new(1))?;
/// assert_eq!(course.reviews().column(0), [10.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurrellSchoenebeck {
    bias_sd: f64,
    effort: Effort,
}

impl Default for BurrellSchoenebeck {
    fn default() -> Self {
        Self { bias_sd: 1.0, effort: Effort::Continuous }
    }
}

/// What a person is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Person {
    bias: f64,
    /// The expected number of looks.
    looks: f64,
}

/// The probability of one point of ten.
const P: f64 = 0.7;

impl BurrellSchoenebeck {
    /// Sets the standard deviation of the biases, in points; 1 by default, 0 for none.
    #[must_use]
    pub fn bias_sd(self, sd: f64) -> Self {
        Self { bias_sd: sd, ..self }
    }

    /// Sets how often reviewers look at a work; [`Effort::Continuous`] by default.
    #[must_use]
    pub fn effort(self, effort: Effort) -> Self {
        Self { effort, ..self }
    }

    /// 1 / variance of the reports of a person around the expected report, without rounding.
    fn precision(&self, person: &Person) -> f64 {
        // Of one look, averaged over the binomial law of the true grade.
        let mut mass = math::power(1.0 - P, 10);
        let mut variance = 0.0;
        for grade in 0..=10_u8 {
            let p = chance(grade.into(), person.bias);
            variance += mass * 10.0 * p * (1.0 - p);
            mass *= f64::from(10 - grade) / f64::from(grade + 1) * P / (1.0 - P);
        }
        let more = person.looks - 1.0;
        let fewer = match self.effort {
            // The mean of 1 / (1 + Poisson(more)).
            Effort::Continuous if more > 1e-9 => (1.0 - math::exp(-more)) / more,
            Effort::Continuous => 1.0,
            Effort::Binary { .. } => 1.0 / person.looks,
        };
        // A bias beyond the scale makes all reports equal.
        1.0 / math::max(variance * fewer, 1e-200)
    }
}

/// The probability of one point of ten at a look.
fn chance(grade: f64, bias: f64) -> f64 {
    math::clamp((grade + bias) / 10.0, 0.0, 1.0)
}

impl Model for BurrellSchoenebeck {
    type Person = Person;

    fn check(&self) -> Result<(), SimulateError> {
        check_sd("bias_sd", self.bias_sd)?;
        match self.effort {
            Effort::Continuous => Ok(()),
            Effort::Binary { active } => check_share("the share of active reviewers", active),
        }
    }

    fn rubric(&self) -> Result<Rubric, SimulateError> {
        Ok(Rubric::single(Scale::TEN))
    }

    fn expected(&self, _criterion: usize) -> f64 {
        10.0 * P
    }

    fn work(&self, stream: &mut Stream, work: &mut [f64]) {
        work[0] = stream.binomial(10, P) as f64;
    }

    /// All draws are made whatever the settings, so that a setting changes only what it is about.
    fn person(&self, _who: Who, stream: &mut Stream) -> Person {
        let effort = stream.unit();
        let bias = self.bias_sd * stream.normal();
        let looks = match self.effort {
            Effort::Continuous => 1.0 + 2.0 * effort,
            Effort::Binary { active } if effort < active => 3.0,
            Effort::Binary { .. } => 1.0,
        };
        Person { bias, looks }
    }

    fn see(&self, work: &[f64], person: &Person, stream: &mut Stream, scores: &mut [f64]) {
        let looks = match self.effort {
            Effort::Continuous => 1 + stream.poisson(person.looks - 1.0),
            Effort::Binary { .. } if person.looks > 1.0 => 3,
            Effort::Binary { .. } => 1,
        };
        let points = stream.binomial(10 * looks, chance(work[0], person.bias));
        scores[0] = math::round_half_even(points as f64 / looks as f64);
    }

    fn bias(&self, person: &Person) -> Option<f64> {
        Some(person.bias)
    }

    fn tell(&self, people: &[Person], truth: &mut Truth) {
        truth.bias = Some(people.iter().map(|p| p.bias).collect());
        truth.precision = Some(people.iter().map(|p| self.precision(p)).collect());
        truth.effort = Some(people.iter().map(|p| p.looks).collect());
    }
}
