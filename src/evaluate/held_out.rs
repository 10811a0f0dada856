//! Hide some ratings, predict them from the rest.

use super::noise::Noise;
use super::score::{HeldOutDraw, HeldOutScore};
use super::{EvaluateError, grades};
use crate::aggregate::Aggregator;
use crate::gradebook::Gradebook;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::reviews::Reviews;
use crate::seed::{Phase, Seed, Stream};
use crate::{chunks, math};

/// Held-out prediction: hides a share of the ratings, has a method grade by the rest, and scores
/// how well grade and reviewer's bias foresee what was hidden. Works on any export, since it needs
/// no true grade, and can choose between methods there.
///
/// ```text
/// h_u = min(floor(share k_u + U), k_u - 1)    ratings hidden of the k_u of submission u, at random;
///                                             U uniform on [0, 1), so share k_u on average
/// z^  = s^_u + b_v + (slope_v - 1)(s^_u - c)  Gradebook::expected_score: grade by peers, bias and slope
///                                             of the reviewer (or 0 and 1)
/// V   = var(s^_u) + var(b_v) + n_v
/// n_v = 1 / precision of v, or else s2        noise; never below the floor
/// var(s^_u) = std error^2, or else s2 / k'_u  k'_u ratings of u are left
/// var(b_v)  = s2 / m_v where the method gives a bias but no precision, else 0
///                                             m_v ratings by v are left
/// s2  = sum over e of (y_e - mean of y in its submission)^2 / (E - n),   y_e = z_e - b_v
/// RMSE      = sqrt(mean((z - z^)^2))
/// log score = mean(-ln(2 pi V)/2 - (z - z^)^2 / (2 V))
/// ```
///
/// Everything that predicts comes from the `E` ratings of `n` submissions that are left. A rating
/// is the total of a review, on the scale of the total: that is what staff and students see, what a
/// standard error, a bias and a precision of a [`Gradebook`] are about, and with one criterion it
/// is the score itself. `z^` is not cut to the scale.
///
/// A method without standard errors and precisions gets the variance that its ratings have within
/// submissions, `s2`, so that such methods are told apart by their `z^` alone. Where no submission
/// keeps two ratings, `s2` is the variance of all, and where a single rating is left in all, that of
/// an even spread over the scale, `range^2 / 12`. The floor is the sum over criteria of
/// `(weight x step)^2 / 12`, what rounding to levels makes; a scale without steps counts as one of a
/// thousand. Else a method that foresees a few ratings exactly would score infinitely well.
///
/// Submissions with one review, or with a grade that staff gave or that is known of an exemplar,
/// keep all their ratings. Every submission has a stream of draws of its own, so that another
/// submission more or less changes nothing for the rest, and all methods are asked for the same
/// ratings.
///
/// Compare with the baselines: [`Baseline`](super::Baseline) and
/// [`Mean`](crate::aggregate::Mean). The log score is proper: nobody can expect to
/// beat the true law of the ratings (Good, "Rational Decisions", JRSS B 14, 1952; Gneiting and
/// Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102, 2007).
///
/// O(draws x reviews x criteria) time besides the runs of the method, O(reviews x criteria) space.
///
/// When not to use it: to choose between methods that weigh reviewers by how they agree, where
/// reviewers may collude or all lean the same way: to foresee what they say is not to know what a
/// work deserves. With few ratings: the noise of a hidden rating is in every error, so that
/// differences between methods are small beside it.
///
/// ```
/// use peergrade::aggregate::Mean;
/// use peergrade::evaluate::{Baseline, HeldOut};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
///
/// let protocol = HeldOut::default().share(0.2).draws(5);
/// let item = protocol.evaluate(course.reviews(), &Mean, Seed::new(3))?;
/// let global = protocol.evaluate(course.reviews(), &Baseline::GlobalMean, Seed::new(3))?;
/// assert!(item.rmse() < global.rmse() && item.log_score() > global.log_score());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    share: f64,
    draws: u32,
}

/// A fifth of the ratings, 5 draws.
impl Default for HeldOut {
    fn default() -> Self {
        Self { share: 0.2, draws: 5 }
    }
}

impl HeldOut {
    /// Sets which share of the ratings is hidden, between 0 and 1; 0.2 by default.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }

    /// Sets how often ratings are drawn, hidden and predicted; 5 times by default.
    #[must_use]
    pub fn draws(mut self, draws: u32) -> Self {
        self.draws = draws;
        self
    }

    /// How well the method predicts hidden ratings of these reviews. The same seed hides the same
    /// ratings from every method.
    ///
    /// # Errors
    ///
    /// [`EvaluateError`] where a setting is out of range, no draw hides anything, or the method
    /// fails on what is left, gives no grade to a submission with reviews, or numbers whose squares
    /// overflow.
    pub fn evaluate(
        &self,
        reviews: &Reviews,
        method: &dyn Aggregator,
        seed: Seed,
    ) -> Result<HeldOutScore, EvaluateError> {
        self.check()?;
        let eligible = submissions(reviews).filter(|&s| eligible(reviews, s)).count();
        let nothing = EvaluateError::NothingHidden {
            draws: self.draws,
            eligible,
            submissions: reviews.graph().submissions(),
        };
        if eligible == 0 {
            return Err(nothing);
        }
        let mut scores = Vec::new();
        for draw in 0..self.draws {
            let hidden = self.hidden(reviews, seed.key(Phase::HeldOut, draw.into()));
            if !hidden.contains(&true) {
                continue;
            }
            let left = reviews.only(|review, _, _| !hidden[review.index()]);
            let grades = grades(method, &left)?;
            let ratings = ratings(reviews, &hidden);
            scores.push(Predictor::new(&left, &grades).score(&ratings, method.name())?);
        }
        HeldOutScore::new(scores).ok_or(nothing)
    }

    fn check(&self) -> Result<(), EvaluateError> {
        let Self { share, draws } = *self;
        if !(share > 0.0 && share < 1.0) {
            let needed = "above 0 and below 1";
            return Err(EvaluateError::Setting { setting: "share", value: share, needed });
        }
        if draws == 0 {
            let (setting, needed) = ("draws", "at least 1");
            return Err(EvaluateError::Setting { setting, value: draws.into(), needed });
        }
        Ok(())
    }

    /// Which ratings one draw hides, by review.
    pub(super) fn hidden(&self, reviews: &Reviews, seed: Seed) -> Vec<bool> {
        let graph = reviews.graph();
        let chunks = chunks::map(graph.submissions(), |range| {
            let mut hidden = Vec::new();
            for s in range {
                let submission = SubmissionId::new(to_u32(s));
                let start = hidden.len();
                hidden.resize(start + graph.reviews_of(submission).len(), false);
                if eligible(reviews, submission) {
                    let stream = &mut seed.stream(Phase::HeldOut, s as u64);
                    self.hide(&mut hidden[start..], stream);
                }
            }
            hidden
        });
        chunks.concat()
    }

    /// Hides some of the ratings of one submission, two or more.
    fn hide(&self, ratings: &mut [bool], stream: &mut Stream) {
        let k = to_u32(ratings.len());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to k
        let wanted = (self.share * f64::from(k) + stream.unit()) as u32;
        let wanted = wanted.min(k - 1);
        // Floyd's sample without replacement (Bentley, CACM 30, 1987): any set is as likely.
        for last in k - wanted..k {
            let pick = stream.bounded(last + 1);
            let pick = if ratings[pick as usize] { last } else { pick };
            ratings[pick as usize] = true;
        }
    }
}

fn submissions(reviews: &Reviews) -> impl Iterator<Item = SubmissionId> {
    (0..reviews.graph().submissions()).map(|s| SubmissionId::new(to_u32(s)))
}

/// Whether a rating of this submission may be hidden: another is left, and its grade is what peers
/// make it.
fn eligible(reviews: &Reviews, submission: SubmissionId) -> bool {
    reviews.graph().reviews_of(submission).len() > 1
        && reviews.staff_grade(submission).is_none()
        && reviews.exemplar(submission).is_none()
}

/// A rating that was hidden.
#[derive(Debug, Clone, Copy)]
struct Rating {
    submission: SubmissionId,
    reviewer: PersonId,
    total: f64,
}

fn ratings(reviews: &Reviews, hidden: &[bool]) -> Vec<Rating> {
    let rows = reviews.graph().iter().zip(hidden).enumerate();
    let hidden = rows.filter(|(_, (_, hidden))| **hidden);
    hidden
        .map(|(e, ((submission, reviewer), _))| Rating {
            submission,
            reviewer,
            total: reviews.total_at(e),
        })
        .collect()
}

/// Predicts ratings from a gradebook and the reviews that it was made from.
struct Predictor<'a> {
    left: &'a Reviews,
    grades: &'a Gradebook,
    noise: Noise,
}

impl<'a> Predictor<'a> {
    fn new(left: &'a Reviews, grades: &'a Gradebook) -> Self {
        let noise = Noise::of(left, |reviewer| grades.bias(reviewer).unwrap_or(0.0));
        Self { left, grades, noise }
    }

    fn score(&self, ratings: &[Rating], method: &str) -> Result<HeldOutDraw, EvaluateError> {
        let ungraded = |rating: &&Rating| self.grades.peer_grade(rating.submission).is_none();
        if let Some(&Rating { submission, .. }) = ratings.iter().find(ungraded) {
            return Err(EvaluateError::NoGrade { method: method.to_owned(), submission });
        }
        let terms = chunks::column(ratings.len(), |i| self.terms(ratings[i]));
        let n = ratings.len() as f64;
        let mean_square = chunks::sum(terms.len(), |i| terms[i].0) / n;
        let rmse = self.noise.unit * math::sqrt(mean_square);
        let log_score = chunks::sum(terms.len(), |i| terms[i].1) / n - math::ln(self.noise.unit);
        for (measure, value) in [("RMSE", rmse), ("log score", log_score)] {
            if !value.is_finite() {
                return Err(EvaluateError::Overflow { method: method.to_owned(), measure });
            }
        }
        Ok(HeldOutDraw { predicted: ratings.len(), rmse, log_score })
    }

    /// The squared error and the log density of a rating, in the unit of the noise.
    fn terms(&self, rating: Rating) -> (f64, f64) {
        let Rating { submission, reviewer, total } = rating;
        let unit = self.noise.unit;
        // There is a grade, so what is missing is too large for a number, as the error will be.
        let expected = self.grades.expected_score(submission, reviewer).unwrap_or(f64::INFINITY);
        let error = total / unit - expected / unit;
        let variance = self.variance(submission, reviewer);
        let square = error * error;
        (square, -0.5 * math::ln(core::f64::consts::TAU * variance) - square / variance / 2.0)
    }

    fn variance(&self, submission: SubmissionId, reviewer: PersonId) -> f64 {
        let Self { left, grades, noise } = self;
        let (unit, pooled) = (noise.unit, noise.pooled());
        let precision = grades.precision(reviewer).filter(|&precision| precision > 0.0);
        let own = precision.map(|precision| 1.0 / precision / unit / unit);
        let own = own.filter(|variance| variance.is_finite());
        let of_grade = match grades.std_error(submission) {
            Some(error) => error / unit * (error / unit),
            None => pooled / left.graph().reviews_of(submission).len() as f64,
        };
        let given = left.graph().reviews_by(reviewer).len();
        let of_bias = if own.is_none() && grades.bias(reviewer).is_some() && given > 0 {
            pooled / given as f64
        } else {
            0.0
        };
        of_grade + of_bias + math::max(own.unwrap_or(pooled), noise.floor)
    }
}
