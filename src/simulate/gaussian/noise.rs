//! How much scores scatter.

use super::super::{SimulateError, check, check_points, check_positive, check_sd};
use crate::math;
use crate::seed::Stream;

/// How much the scores of one reviewer scatter, in [`Gaussian`](super::Gaussian).
///
/// The precision of a reviewer is 1 / variance of the noise, in 1 / points squared. The own grade
/// is the true grade of what the reviewer wrote, averaged over criteria and works; who wrote
/// nothing has the expected grade.
///
/// ```
/// use peergrade::simulate::{Gaussian, Noise};
///
/// let alike = Gaussian::default().noise(Noise::Equal { sd: 10.0 });
/// assert_ne!(alike, Gaussian::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Noise {
    /// Equally for all.
    Equal {
        /// The standard deviation, in points.
        sd: f64,
    },
    /// By a precision of each reviewer's own, drawn from a gamma law of mean `shape / rate` (PG1).
    Gamma {
        /// The shape, above 0.
        shape: f64,
        /// The rate (not the scale), in points squared, above 0.
        rate: f64,
    },
    /// By a precision that grows with the own grade: `max(intercept + slope x grade, min)` (PG3).
    Linear {
        /// The precision at grade 0.
        intercept: f64,
        /// What a point of grade adds.
        slope: f64,
        /// The least precision, above 0.
        min: f64,
    },
    /// By a precision drawn from a gamma law whose shape is the own grade (PG4). A grade below
    /// 1e-3 counts as 1e-3.
    GammaOfGrade {
        /// The rate, in points squared, above 0.
        rate: f64,
    },
    /// By a reliability r drawn from a normal law around the own grade until it is above 0, at most
    /// 100 times and then 1e-3: the variance is `lambda / r` (PG5).
    NormalOfGrade {
        /// The standard deviation of the reliability, in points.
        sd: f64,
        /// The variance of the noise at reliability 1, above 0.
        lambda: f64,
    },
    /// By the work, not by the reviewer: some works are harder to judge. The standard deviation has
    /// a log-normal law.
    OfWork {
        /// The median of the standard deviations, in points.
        median: f64,
        /// The standard deviation of their logarithm, up to 10.
        spread: f64,
    },
}

/// What a grade or a reliability counts as that is not above 0.
const LEAST: f64 = 1e-3;

impl Noise {
    pub(super) fn is_of_works(self) -> bool {
        matches!(self, Self::OfWork { .. })
    }

    pub(super) fn check(self) -> Result<(), SimulateError> {
        match self {
            Self::Equal { sd } => check_sd("the sd of the noise", sd),
            Self::Gamma { shape, rate } => {
                check_positive("the shape of the precisions", shape)?;
                check_positive("the rate of the precisions", rate)
            }
            Self::Linear { intercept, slope, min } => {
                check_points("the intercept of the precisions", intercept)?;
                check_points("the slope of the precisions", slope)?;
                check_positive("the least precision", min)
            }
            Self::GammaOfGrade { rate } => check_positive("the rate of the precisions", rate),
            Self::NormalOfGrade { sd, lambda } => {
                check_sd("the sd of the reliabilities", sd)?;
                check_positive("lambda", lambda)
            }
            Self::OfWork { median, spread } => {
                check_sd("the median sd of the noise", median)?;
                let fine = (0.0..=10.0).contains(&spread);
                check("the spread of the sd of the noise", spread, fine, "from 0 to 10")
            }
        }
    }

    /// The precision of a reviewer whose own grade is this.
    pub(super) fn draw(self, own: f64, stream: &mut Stream) -> f64 {
        match self {
            Self::Equal { sd } => 1.0 / (sd * sd),
            Self::Gamma { shape, rate } => stream.gamma(shape) / rate,
            Self::Linear { intercept, slope, min } => math::max(intercept + slope * own, min),
            Self::GammaOfGrade { rate } => stream.gamma(math::max(own, LEAST)) / rate,
            Self::NormalOfGrade { sd, lambda } => {
                let draws = (0..100).map(|_| own + sd * stream.normal());
                let found = draws.into_iter().find(|&reliability| reliability > 0.0);
                math::max(found.unwrap_or(LEAST), LEAST) / lambda
            }
            Self::OfWork { .. } => 1.0,
        }
    }

    /// The standard deviation of the noise of a work.
    pub(super) fn draw_of_work(self, stream: &mut Stream) -> f64 {
        match self {
            Self::OfWork { median, spread } => median * math::exp(spread * stream.normal()),
            _ => 0.0,
        }
    }
}
