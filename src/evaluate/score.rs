//! What comes out of predicting hidden ratings.

use crate::math;

/// How well the hidden ratings of one draw were predicted.
///
/// ```
/// use peergrade::aggregate::Mean;
/// use peergrade::evaluate::HeldOut;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(50)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let score = HeldOut::default().evaluate(course.reviews(), &Mean, Seed::new(3))?;
/// // A fifth of 5 reviews is one of each submission.
/// assert!(score.draws().iter().all(|draw| draw.predicted == 50));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HeldOutDraw {
    /// How many ratings were hidden and predicted: 1 or more.
    pub predicted: usize,
    /// The root of the mean squared error, in points.
    pub rmse: f64,
    /// The mean log density of the hidden ratings, in nats.
    pub log_score: f64,
}

/// How well hidden ratings were predicted, draw by draw. Made by
/// [`HeldOut::evaluate`](super::HeldOut::evaluate), where the formulas are.
///
/// The standard errors are those of the mean over draws. Draws hide other ratings of the same
/// course, so they say how much hangs on what was hidden, not how the next course would turn out.
///
/// ```
/// use peergrade::aggregate::{Mean, ShrunkMean};
/// use peergrade::evaluate::HeldOut;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(300)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let protocol = HeldOut::default();
/// let mean = protocol.evaluate(course.reviews(), &Mean, Seed::new(3))?;
/// let shrunk = protocol.evaluate(course.reviews(), &ShrunkMean, Seed::new(3))?;
/// let gain = shrunk.minus(&mean).unwrap();
/// assert!(gain.rmse < 0.0 && gain.log_score > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOutScore {
    /// At least one.
    draws: Vec<HeldOutDraw>,
}

/// A score less another on the same hidden ratings, draw by draw.
///
/// ```
/// use peergrade::aggregate::Mean;
/// use peergrade::evaluate::HeldOut;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(50)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let score = HeldOut::default().evaluate(course.reviews(), &Mean, Seed::new(3))?;
/// let nothing = score.minus(&score).unwrap();
/// assert_eq!((nothing.rmse, nothing.rmse_se), (0.0, Some(0.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HeldOutDifference {
    /// Of the RMSE, in points: below 0 where the first is better.
    pub rmse: f64,
    /// Its standard error over draws; `None` for a single draw.
    pub rmse_se: Option<f64>,
    /// Of the log score, in nats: above 0 where the first is better.
    pub log_score: f64,
    /// Its standard error over draws; `None` for a single draw.
    pub log_score_se: Option<f64>,
}

impl HeldOutScore {
    /// `None` without draws.
    pub(super) fn new(draws: Vec<HeldOutDraw>) -> Option<Self> {
        (!draws.is_empty()).then_some(Self { draws })
    }

    /// Draw by draw; draws that hid nothing are left out.
    #[must_use]
    pub fn draws(&self) -> &[HeldOutDraw] {
        &self.draws
    }

    /// How many ratings were predicted in all draws; one may be counted in several.
    #[must_use]
    pub fn predicted(&self) -> usize {
        self.draws.iter().map(|draw| draw.predicted).sum()
    }

    /// The mean over draws of the root of the mean squared error, in points; 0 is best.
    #[must_use]
    pub fn rmse(&self) -> f64 {
        math::mean(&self.column(|draw| draw.rmse))
    }

    /// The standard error of [`rmse`](Self::rmse) over draws; `None` for a single draw.
    #[must_use]
    pub fn rmse_se(&self) -> Option<f64> {
        math::std_error(&self.column(|draw| draw.rmse))
    }

    /// The mean over draws of the mean log density of the hidden ratings, in nats; more is better.
    /// It depends on the unit of the scores (doubling them costs ln 2), so only differences on one
    /// set of ratings mean something.
    #[must_use]
    pub fn log_score(&self) -> f64 {
        math::mean(&self.column(|draw| draw.log_score))
    }

    /// The standard error of [`log_score`](Self::log_score) over draws; `None` for a single draw.
    #[must_use]
    pub fn log_score_se(&self) -> Option<f64> {
        math::std_error(&self.column(|draw| draw.log_score))
    }

    /// This score less another on the same hidden ratings: same reviews, settings and seed. `None`
    /// where the numbers of draws or of hidden ratings say that these are not the same.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<HeldOutDifference> {
        let predicted = |score: &Self| -> Vec<usize> {
            score.draws.iter().map(|draw| draw.predicted).collect()
        };
        if predicted(self) != predicted(other) {
            return None;
        }
        let pairs = || self.draws.iter().zip(&other.draws);
        let rmse: Vec<f64> = pairs().map(|(a, b)| a.rmse - b.rmse).collect();
        let log_score: Vec<f64> = pairs().map(|(a, b)| a.log_score - b.log_score).collect();
        Some(HeldOutDifference {
            rmse: math::mean(&rmse),
            rmse_se: math::std_error(&rmse),
            log_score: math::mean(&log_score),
            log_score_se: math::std_error(&log_score),
        })
    }

    fn column(&self, value: impl Fn(&HeldOutDraw) -> f64) -> Vec<f64> {
        self.draws.iter().map(value).collect()
    }
}
