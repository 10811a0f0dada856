//! Piech's first model of peer graders.

use super::{MAX_POINTS, SimulateError, Simulated, Truth, check, check_sd, check_share};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::math;
use crate::scale::Scale;
use crate::seed::{Seed, Stream};

/// How much the scores of one reviewer scatter, in [`Pg1`].
///
/// ```
/// use peergrade::simulate::{Noise, Pg1};
///
/// let alike = Pg1::default().noise(Noise::Equal { sd: 10.0 });
/// assert_ne!(alike, Pg1::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Noise {
    /// Equally for all.
    Equal {
        /// The standard deviation, in points.
        sd: f64,
    },
    /// By a precision (1 / variance) of each reviewer's own, drawn from a gamma law of mean
    /// `shape / rate`.
    Gamma {
        /// The shape, above 0.
        shape: f64,
        /// The rate (not the scale), in points squared, above 0.
        rate: f64,
    },
}

/// Model PG1: reviewers differ in bias and in precision.
///
/// ```text
/// s_u ~ N(70, 12^2)            true grade of submission u
/// b_v ~ N(0, 8^2)              bias of reviewer v
/// t_v ~ Gamma(2, rate 100)     precision of reviewer v, mean 1/50
/// z_uv ~ N(s_u + b_v, 1/t_v)   score, moved to the nearest one of the scale, 0..100
/// ```
///
/// These are the defaults; every number can be set. Besides, some people may give no reviews
/// ([`no_show`](Self::no_show)) and some report at random ([`careless`](Self::careless)).
///
/// Piech, Huang, Chen, Do, Ng and Koller, "Tuned Models of Peer Assessment in MOOCs", EDM 2013.
/// O(people + submissions + reviews) time and space.
///
/// When not to use it: for real rubrics of few levels, which are noisier, top-heavy and not
/// normal; to see how a method fares when its model is wrong, take another law too.
///
/// ```
/// use peergrade::simulate::{Noise, Pg1};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Scale, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let law = Pg1::default()
///     .grades(3.5, 1.0)
///     .bias_sd(0.5)
///     .noise(Noise::Equal { sd: 0.5 })
///     .scale(Scale::with_step(0.0, 5.0, 1.0)?);
/// let course = law.simulate(&cohort, &graph, Seed::new(7))?;
/// assert_eq!(course.reviews().column(0)[0].fract(), 0.0);
/// assert_eq!(course.truth().precision(), Some(&[4.0, 4.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pg1 {
    grade_mean: f64,
    grade_sd: f64,
    bias_sd: f64,
    noise: Noise,
    scale: Scale,
    no_show: f64,
    careless: f64,
}

impl Default for Pg1 {
    fn default() -> Self {
        Self {
            grade_mean: 70.0,
            grade_sd: 12.0,
            bias_sd: 8.0,
            noise: Noise::Gamma { shape: 2.0, rate: 100.0 },
            scale: Scale::PERCENT,
            no_show: 0.0,
            careless: 0.0,
        }
    }
}

/// What a person is.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    no_show: bool,
    careless: bool,
    bias: f64,
    precision: f64,
}

impl Pg1 {
    /// Sets mean and standard deviation of the true grades, in points; 70 and 12 by default.
    #[must_use]
    pub fn grades(self, mean: f64, sd: f64) -> Self {
        Self { grade_mean: mean, grade_sd: sd, ..self }
    }

    /// Sets the standard deviation of the biases, in points; 8 by default, 0 for none.
    #[must_use]
    pub fn bias_sd(self, sd: f64) -> Self {
        Self { bias_sd: sd, ..self }
    }

    /// Sets how much scores scatter; `Noise::Gamma { shape: 2.0, rate: 100.0 }` by default.
    #[must_use]
    pub fn noise(self, noise: Noise) -> Self {
        Self { noise, ..self }
    }

    /// Sets the scale of the scores; 0..100 without steps by default.
    #[must_use]
    pub fn scale(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// Sets the probability that a person gives none of their reviews; 0 by default.
    #[must_use]
    pub fn no_show(self, probability: f64) -> Self {
        Self { no_show: probability, ..self }
    }

    /// Sets the probability that a person is careless: reports any score of the scale, each as
    /// likely as the other; 0 by default.
    #[must_use]
    pub fn careless(self, probability: f64) -> Self {
        Self { careless: probability, ..self }
    }

    /// A course of this law: the people and submissions of `cohort`, who review what `graph` says
    /// (a [`ReviewGraph`] or a plan).
    ///
    /// # Errors
    ///
    /// [`SimulateError`] where a setting is out of its range, or the graph was made for other
    /// sizes or has somebody review their own work.
    pub fn simulate(
        &self,
        cohort: &Cohort,
        graph: &impl AsRef<ReviewGraph>,
        seed: Seed,
    ) -> Result<Simulated, SimulateError> {
        self.check()?;
        let graph = graph.as_ref();
        let grades = super::grades(graph, seed, |s| self.grade_mean + self.grade_sd * s.normal());
        let people = super::people(graph, seed, |stream| self.person(stream));
        let no_shows: Vec<bool> = people.iter().map(|p| p.no_show).collect();
        let course = (&grades[..], &people[..], &no_shows[..]);
        let score =
            |grade: f64, person: &Person, stream: &mut Stream| self.score(grade, person, stream);
        let reviews = super::reviews((cohort, graph, self.scale), course, seed, score)?;
        let truth = Truth {
            bias: Some(people.iter().map(|p| p.bias).collect()),
            precision: Some(people.iter().map(|p| p.precision).collect()),
            careless: Some(people.iter().map(|p| p.careless).collect()),
            grades,
            no_shows,
            ..Truth::default()
        };
        Ok(Simulated { reviews, truth })
    }

    fn check(&self) -> Result<(), SimulateError> {
        let mean = self.grade_mean;
        let fine = (-MAX_POINTS..=MAX_POINTS).contains(&mean);
        check("the mean of the grades", mean, fine, "from -1e100 to 1e100")?;
        check_sd("the sd of the grades", self.grade_sd)?;
        check_sd("bias_sd", self.bias_sd)?;
        match self.noise {
            Noise::Equal { sd } => check_sd("the sd of the noise", sd)?,
            Noise::Gamma { shape, rate } => {
                for (setting, value) in
                    [("the shape of the precisions", shape), ("the rate of the precisions", rate)]
                {
                    let fine = value > 0.0 && value <= MAX_POINTS;
                    check(setting, value, fine, "above 0, up to 1e100")?;
                }
            }
        }
        check_share("no_show", self.no_show)?;
        check_share("careless", self.careless)
    }

    /// All draws are made whatever the settings, so that a setting changes only what it is about;
    /// the gamma comes last since it takes as many words as it likes.
    fn person(&self, stream: &mut Stream) -> Person {
        let no_show = stream.bernoulli(self.no_show);
        let careless = stream.bernoulli(self.careless);
        let bias = self.bias_sd * stream.normal();
        let precision = match self.noise {
            Noise::Equal { sd } => 1.0 / (sd * sd),
            Noise::Gamma { shape, rate } => stream.gamma(shape) / rate,
        };
        // So that its root and its reciprocal are finite.
        let precision = math::clamp(precision, 1e-200, 1e200);
        Person { no_show, careless, bias, precision }
    }

    fn score(&self, grade: f64, reviewer: &Person, stream: &mut Stream) -> f64 {
        let scale = self.scale;
        if !reviewer.careless {
            let sd = match self.noise {
                Noise::Equal { sd } => sd,
                Noise::Gamma { .. } => 1.0 / math::sqrt(reviewer.precision),
            };
            return scale.nearest(grade + reviewer.bias + sd * stream.normal());
        }
        match (scale.levels(), scale.step()) {
            (Some(levels), Some(step)) => {
                scale.nearest(scale.min() + f64::from(stream.bounded(levels)) * step)
            }
            _ => scale.nearest(scale.min() + stream.unit() * (scale.max() - scale.min())),
        }
    }
}
