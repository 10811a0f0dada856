//! Gaussian reviewers: score = grade + bias + noise.

mod noise;

pub use noise::Noise;

use super::law::{Model, Who};
use super::{SimulateError, Truth, check, check_points, check_sd, check_share, uniform};
use crate::math;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;
use crate::seed::Stream;

/// How the true grades are spread, in points.
///
/// ```
/// use peergrade::simulate::{Gaussian, Grades};
///
/// // A fifth of the works is poor.
/// let grades = Grades::TwoNormals { share: 0.2, low: (0.3, 0.1), high: (0.7, 0.1) };
/// assert_ne!(Gaussian::default().grades(grades), Gaussian::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Grades {
    /// Normal.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// A mixture of two normal laws, each given as mean and standard deviation.
    TwoNormals {
        /// The probability of the first.
        share: f64,
        /// The first.
        low: (f64, f64),
        /// The second.
        high: (f64, f64),
    },
}

impl Grades {
    fn mean(self) -> f64 {
        match self {
            Self::Normal { mean, .. } => mean,
            Self::TwoNormals { share, low, high } => share * low.0 + (1.0 - share) * high.0,
        }
    }

    fn check(self) -> Result<(), SimulateError> {
        let part = |(mean, sd)| {
            check_points("the mean of the grades", mean)?;
            check_sd("the sd of the grades", sd)
        };
        match self {
            Self::Normal { mean, sd } => part((mean, sd)),
            Self::TwoNormals { share, low, high } => {
                check_share("the share of the first normal law", share)?;
                part(low)?;
                part(high)
            }
        }
    }

    fn draw(self, stream: &mut Stream) -> f64 {
        let (mean, sd) = match self {
            Self::Normal { mean, sd } => (mean, sd),
            Self::TwoNormals { share, low, high } => {
                if stream.bernoulli(share) {
                    low
                } else {
                    high
                }
            }
        };
        mean + sd * stream.normal()
    }
}

/// Reviews without effort, which say nothing of the work, in [`Gaussian`].
///
/// ```text
/// e_v ~ Beta(a, b)      how often reviewer v makes an effort
/// otherwise             N(mean, sd^2), or with probability `uniform` any score of the scale
/// ```
///
/// ```
/// use peergrade::simulate::{Gaussian, LowEffort};
///
/// let lazy = LowEffort { a: 2.0, b: 1.0, mean: 70.0, sd: 8.0, uniform: 0.0 };
/// assert_ne!(Gaussian::default().low_effort(lazy), Gaussian::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowEffort {
    /// The first parameter of the beta law, above 0.
    pub a: f64,
    /// The second, above 0.
    pub b: f64,
    /// The mean of a report without effort, in points.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// The probability that it is uniform over the scale instead.
    pub uniform: f64,
}

impl LowEffort {
    /// What is reported instead.
    fn report(self, scale: Scale, stream: &mut Stream, scores: &mut [f64]) {
        let any = stream.bernoulli(self.uniform);
        for score in scores {
            *score =
                if any { uniform(scale, stream) } else { self.mean + self.sd * stream.normal() };
        }
    }

    fn check(self) -> Result<(), SimulateError> {
        for (setting, value) in [("a of the effort", self.a), ("b of the effort", self.b)] {
            check(setting, value, (1e-3..=1e6).contains(&value), "from 0.001 to 1e6")?;
        }
        check_points("the mean without effort", self.mean)?;
        check_sd("the sd without effort", self.sd)?;
        check_share("the uniform share without effort", self.uniform)
    }
}

/// Reviewers whose score is the grade plus a bias plus normal noise: the family of models PG1 to
/// PG5 and of most simulation studies.
///
/// ```text
/// s_u ~ N(70, 12^2)                    true grade of work u, one per criterion
/// b_v ~ N(0, 8^2)                      bias of reviewer v
/// t_v ~ Gamma(2, rate 100)             precision of reviewer v, see Noise
/// z_uv ~ N(s_u + b_v, 1/t_v)           score, moved to the nearest one of the scale, 0..100
/// ```
///
/// These are the defaults, and PG1; every number can be set.
///
/// | constructor | what differs from PG1 | source |
/// |---|---|---|
/// | [`pg1`](Self::pg1) | | Piech, Huang, Chen, Do, Ng and Koller, EDM 2013 |
/// | [`pg2`](Self::pg2) | the bias drifts from one assignment to the next | the same |
/// | [`pg3`](Self::pg3) | the precision is linear in the reviewer's own grade | the same |
/// | [`pg4`](Self::pg4) | `t_v ~ Gamma(own grade, rate)` | Mi and Yeung, AAAI 2015 |
/// | [`pg5`](Self::pg5) | `r_v ~ N(own grade, sd^2)`, variance `lambda / r_v` | the same |
/// | [`gcn_bimodal`](Self::gcn_bimodal) | two kinds of works, 0..1, equal noise | Namanloo, Thorpe and Salehi-Abari, EDM 2022 |
/// | [`zarkoob`](Self::zarkoob) | four criteria of 0..5, reviews without effort | Zarkoob, d'Eon, Podina and Leyton-Brown, 2023 |
///
/// O(1) a draw.
///
/// When not to use it: for real rubrics of few levels, which are noisier, top-heavy and not
/// normal; to see how a method fares when its model is wrong, take another law too.
///
/// ```
/// use peergrade::simulate::{Gaussian, Grades, Noise, Simulation};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Scale, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let law = Gaussian::default()
///     .grades(Grades::Normal { mean: 3.5, sd: 1.0 })
///     .bias_sd(0.5)
///     .noise(Noise::Equal { sd: 0.5 })
///     .scale(Scale::with_step(0.0, 5.0, 1.0)?);
/// let course = Simulation::new(law).simulate(&cohort, &graph, Seed::new(7))?;
/// assert_eq!(course.reviews().column(0)[0].fract(), 0.0);
/// assert_eq!(course.truth().precision(), Some(&[4.0, 4.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    grades: Grades,
    on_scale: bool,
    criteria: u16,
    bias_sd: f64,
    drift_sd: f64,
    noise: Noise,
    low_effort: Option<LowEffort>,
    /// Bias sd and noise of staff.
    staff: Option<(f64, Noise)>,
    scale: Scale,
}

impl Default for Gaussian {
    fn default() -> Self {
        Self {
            grades: Grades::Normal { mean: 70.0, sd: 12.0 },
            on_scale: false,
            criteria: 1,
            bias_sd: 8.0,
            drift_sd: 0.0,
            noise: Noise::Gamma { shape: 2.0, rate: 100.0 },
            low_effort: None,
            staff: None,
            scale: Scale::PERCENT,
        }
    }
}

/// What a person is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Person {
    bias: f64,
    precision: f64,
    /// 1 / sqrt(precision), but 0 where there is no noise.
    sd: f64,
    /// The probability of an effort.
    effort: f64,
}

impl Gaussian {
    /// PG1: reviewers differ in bias and precision.
    #[must_use]
    pub fn pg1() -> Self {
        Self::default()
    }

    /// PG2: PG1, and the bias is a random walk over assignments with steps N(0, 4²) (the size of
    /// the steps is ours).
    #[must_use]
    pub fn pg2() -> Self {
        Self::default().drift_sd(4.0)
    }

    /// PG3: the precision is `0.5/50 + 0.5/50 x own grade / 70`, half of it fixed, and at least
    /// 1/900 (the numbers are ours; the noise has the variance of PG1's mean precision).
    #[must_use]
    pub fn pg3() -> Self {
        let half = 0.5 / 50.0;
        Self::default().noise(Noise::Linear {
            intercept: half,
            slope: half / 70.0,
            min: 1.0 / 900.0,
        })
    }

    /// PG4: the precision has a gamma law whose shape is the own grade and whose rate is 70 x 50.
    #[must_use]
    pub fn pg4() -> Self {
        Self::default().noise(Noise::GammaOfGrade { rate: 3500.0 })
    }

    /// PG5: a reliability N(own grade, 12²), above 0, and noise of variance 70 x 50 / reliability.
    #[must_use]
    pub fn pg5() -> Self {
        Self::default().noise(Noise::NormalOfGrade { sd: 12.0, lambda: 3500.0 })
    }

    /// The first setting of the studies of GCN-SOAN: a fifth of the works around 0.3, the others
    /// around 0.7, with sd 0.1; no bias, noise of sd 0.25, and all cut to 0..1.
    #[must_use]
    pub fn gcn_bimodal() -> Self {
        Self {
            grades: Grades::TwoNormals { share: 0.2, low: (0.3, 0.1), high: (0.7, 0.1) },
            on_scale: true,
            bias_sd: 0.0,
            noise: Noise::Equal { sd: 0.25 },
            scale: Scale::UNIT,
            ..Self::default()
        }
    }

    /// The component model of Zarkoob and others: four criteria of 0..5 with grades N(4, 1.5²),
    /// reviewers with bias N(0, 0.5²) and precision Gamma(3, 3), who make an effort in Beta(5, 5)
    /// of their reviews and report N(4, 1) otherwise; staff have bias N(0, 0.25²), precision
    /// Gamma(6, 3) and always make an effort (the numbers of biases and precisions are ours). Grades
    /// and scores are moved to the levels.
    #[must_use]
    pub fn zarkoob() -> Self {
        Self {
            grades: Grades::Normal { mean: 4.0, sd: 1.5 },
            on_scale: true,
            criteria: 4,
            bias_sd: 0.5,
            noise: Noise::Gamma { shape: 3.0, rate: 3.0 },
            low_effort: Some(LowEffort { a: 5.0, b: 5.0, mean: 4.0, sd: 1.0, uniform: 0.0 }),
            staff: Some((0.25, Noise::Gamma { shape: 6.0, rate: 3.0 })),
            scale: Scale::FIVE,
            ..Self::default()
        }
    }

    /// Sets the law of the true grades; `N(70, 12²)` by default.
    #[must_use]
    pub fn grades(self, grades: Grades) -> Self {
        Self { grades, ..self }
    }

    /// Sets whether true grades are moved to the nearest score of the scale; not so by default.
    #[must_use]
    pub fn grades_on_scale(self, on_scale: bool) -> Self {
        Self { on_scale, ..self }
    }

    /// Sets how many criteria there are, each of weight 1 and with true grades of its own, which
    /// share the reviewer's bias and precision; 1 by default.
    #[must_use]
    pub fn criteria(self, criteria: u16) -> Self {
        Self { criteria, ..self }
    }

    /// Sets the standard deviation of the biases, in points; 8 by default, 0 for none.
    #[must_use]
    pub fn bias_sd(self, sd: f64) -> Self {
        Self { bias_sd: sd, ..self }
    }

    /// Sets the standard deviation of the change of a bias from one assignment to the next, in
    /// points; 0 by default.
    #[must_use]
    pub fn drift_sd(self, sd: f64) -> Self {
        Self { drift_sd: sd, ..self }
    }

    /// Sets how much scores scatter; `Noise::Gamma { shape: 2.0, rate: 100.0 }` by default.
    #[must_use]
    pub fn noise(self, noise: Noise) -> Self {
        Self { noise, ..self }
    }

    /// Lets reviewers make no effort at times; they always do by default.
    #[must_use]
    pub fn low_effort(self, low_effort: LowEffort) -> Self {
        Self { low_effort: Some(low_effort), ..self }
    }

    /// Sets the standard deviation of the biases of staff and their noise; as those of all others by
    /// default. Staff always make an effort.
    #[must_use]
    pub fn staff(self, bias_sd: f64, noise: Noise) -> Self {
        Self { staff: Some((bias_sd, noise)), ..self }
    }

    /// Sets the scale of the scores; 0..100 without steps by default.
    #[must_use]
    pub fn scale(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }
}

impl Model for Gaussian {
    type Person = Person;

    fn check(&self) -> Result<(), SimulateError> {
        self.grades.check()?;
        check("the number of criteria", self.criteria.into(), self.criteria > 0, "1 or more")?;
        check_sd("bias_sd", self.bias_sd)?;
        check_sd("drift_sd", self.drift_sd)?;
        self.noise.check()?;
        if let Some((bias_sd, noise)) = self.staff {
            check_sd("the bias_sd of staff", bias_sd)?;
            noise.check()?;
        }
        self.low_effort.map_or(Ok(()), LowEffort::check)
    }

    fn rubric(&self) -> Result<Rubric, SimulateError> {
        if self.criteria == 1 {
            return Ok(Rubric::single(self.scale));
        }
        let criterion = |c: u16| Criterion::new(format!("criterion {}", c + 1), self.scale);
        Ok(Rubric::new((0..self.criteria).map(criterion))?)
    }

    fn expected(&self, _criterion: usize) -> f64 {
        self.grades.mean()
    }

    fn criteria(&self) -> usize {
        self.criteria.into()
    }

    fn width(&self) -> usize {
        self.criteria() + usize::from(self.noise.is_of_works())
    }

    fn work(&self, stream: &mut Stream, work: &mut [f64]) {
        let (grades, noise) = work.split_at_mut(self.criteria());
        for grade in grades {
            *grade = self.grades.draw(stream);
            if self.on_scale {
                *grade = self.scale.nearest(*grade);
            }
        }
        if let [sd] = noise {
            *sd = self.noise.draw_of_work(stream);
        }
    }

    /// Each draw begins at a place of its own, so that a setting changes only what it is about.
    fn person(&self, who: Who, stream: &mut Stream) -> Person {
        let (bias_sd, noise) = match self.staff {
            Some(staff) if who.staff => staff,
            _ => (self.bias_sd, self.noise),
        };
        let bias = bias_sd * stream.normal();
        let precision = noise.draw(who.grade.unwrap_or(self.grades.mean()), stream);
        let effort = match self.low_effort {
            Some(low) if !who.staff => stream.part(1).beta(low.a, low.b),
            _ => 1.0,
        };
        // So that its root and its reciprocal are finite.
        let precision = math::clamp(precision, 1e-200, 1e200);
        let sd = match noise {
            Noise::Equal { sd } => sd,
            _ => 1.0 / math::sqrt(precision),
        };
        Person { bias, precision, sd, effort }
    }

    fn drift(&self, person: &mut Person, stream: &mut Stream) {
        person.bias += self.drift_sd * stream.normal();
    }

    fn see(&self, work: &[f64], person: &Person, stream: &mut Stream, scores: &mut [f64]) {
        let sd = match work.get(self.criteria()) {
            Some(&sd) => sd,
            None => person.sd,
        };
        for (score, grade) in scores.iter_mut().zip(work) {
            *score = grade + person.bias + sd * stream.normal();
        }
        if let Some(low) = self.low_effort
            && !stream.bernoulli(person.effort)
        {
            low.report(self.scale, stream, scores);
        }
    }

    fn bias(&self, person: &Person) -> Option<f64> {
        Some(person.bias)
    }

    fn tell(&self, people: &[Person], truth: &mut Truth) {
        // Of the total: biases add up, and so do the variances of independent noise.
        let criteria = f64::from(self.criteria);
        truth.bias = Some(people.iter().map(|p| criteria * p.bias).collect());
        // Reviews without effort have neither this bias nor this precision.
        if !self.noise.is_of_works() && self.low_effort.is_none() {
            truth.precision = Some(people.iter().map(|p| p.precision / criteria).collect());
        }
        truth.effort = self.low_effort.map(|_| people.iter().map(|p| p.effort).collect());
    }
}
