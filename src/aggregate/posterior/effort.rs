//! Laws of reviewers who look at a work, or do not, with a probability of their own.

use crate::math;

/// Nodes of effort, the probability of a look.
pub(super) const EFFORT: [f64; EFFORTS] = [0.1, 0.35, 0.6, 0.85, 0.995];
pub(super) const EFFORTS: usize = 5;

/// The law of scores without a look, and of effort.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Low {
    /// Of the scores, less the mean of works.
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// Shares of the nodes of effort.
    pub(super) efforts: [f64; EFFORTS],
}

impl Low {
    /// As wide as works are, for a start, and most reviewers look.
    pub(super) fn start(quality: f64) -> Self {
        let all = EFFORT.iter().fold(0.0, |sum, e| sum + e * e);
        Self {
            mean: 0.0,
            variance: math::max(0.6 * quality, 0.25),
            efforts: EFFORT.map(|e| e * e / all),
        }
    }
}

/// What reviewers add up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct GridSums {
    pub(super) count: f64,
    pub(super) evidence: f64,
    pub(super) square: f64,
    pub(super) precisions: Vec<f64>,
    pub(super) efforts: [f64; EFFORTS],
    /// Of reviews without a look: probabilities, scores and their squares.
    pub(super) low: [f64; 3],
}

impl GridSums {
    pub(super) fn add(mut self, other: &Self) -> Self {
        self.count += other.count;
        self.evidence += other.evidence;
        self.square += other.square;
        self.precisions.resize(other.precisions.len().max(self.precisions.len()), 0.0);
        let plus = |own: &mut [f64], theirs: &[f64]| {
            own.iter_mut().zip(theirs).for_each(|(own, theirs)| *own += theirs);
        };
        plus(&mut self.precisions, &other.precisions);
        plus(&mut self.efforts, &other.efforts);
        plus(&mut self.low, &other.low);
        self
    }
}
