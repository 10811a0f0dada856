//! When an iteration ends, and what it says of itself.

use super::AggregateError;
use super::ratings::Ratings;
use crate::gradebook::Fit;

/// Ends after a round which changes no grade by more than a tolerance, or after so many rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rounds {
    /// In the unit of the ratings.
    pub(super) tolerance: f64,
    pub(super) most: u32,
}

/// The setters of a method that has `rounds`, each with its documentation.
macro_rules! rounds_setters {
    ($(#[$tolerance:meta])+ tolerance, $(#[$most:meta])+ max_iterations) => {
        $(#[$tolerance])+
        #[must_use]
        pub fn tolerance(mut self, tolerance: f64) -> Self {
            self.rounds.tolerance = tolerance;
            self
        }

        $(#[$most])+
        #[must_use]
        pub fn max_iterations(mut self, rounds: u32) -> Self {
            self.rounds.most = rounds;
            self
        }
    };
}
pub(super) use rounds_setters;

impl Rounds {
    /// # Errors
    ///
    /// [`AggregateError::Setting`] for a tolerance that is negative or not finite, and for no round.
    pub(super) fn check(self, method: &'static str) -> Result<(), AggregateError> {
        let error = |setting, value, needed| {
            Err(AggregateError::Setting { method, setting, value, needed })
        };
        if !(self.tolerance >= 0.0 && self.tolerance < f64::INFINITY) {
            return error("the tolerance", self.tolerance, "but must be finite, from 0");
        }
        if self.most == 0 {
            return error("the number of rounds", 0.0, "but must be at least 1");
        }
        Ok(())
    }

    /// Runs rounds, each of which returns by how much it changed the grade that changed most.
    pub(super) fn run(self, ratings: &Ratings<'_>, mut round: impl FnMut() -> f64) -> Fit {
        self.run_until(ratings, || {
            let change = round();
            (change, change <= self.tolerance)
        })
    }

    /// Runs rounds, each of which makes new grades of these.
    pub(super) fn settle(
        self,
        ratings: &Ratings<'_>,
        grades: &mut Vec<f64>,
        mut next: impl FnMut(&[f64]) -> Vec<f64>,
    ) -> Fit {
        self.run(ratings, || {
            let before = core::mem::take(grades);
            *grades = next(&before);
            largest_change(&before, grades)
        })
    }

    /// Runs rounds, each of which returns by how much it changed the grade that changed most, and
    /// whether it was the last by a rule of the method's own.
    pub(super) fn run_until(
        self,
        ratings: &Ratings<'_>,
        mut round: impl FnMut() -> (f64, bool),
    ) -> Fit {
        let mut change = 0.0;
        for number in 1..=self.most {
            let (largest, done) = round();
            change = largest;
            if done {
                return Fit::iterated(number, true, ratings.points(change));
            }
        }
        Fit::iterated(self.most, false, ratings.points(change))
    }
}

/// The largest distance between two columns of grades, of which a missing one is missing in both.
pub(super) fn largest_change(before: &[f64], after: &[f64]) -> f64 {
    let maxima = crate::chunks::map(before.len(), |range| {
        range.fold(0.0, |most, i| {
            let change = (before[i] - after[i]).abs();
            // NaN, of a missing grade, is no change.
            if change > most { change } else { most }
        })
    });
    maxima.into_iter().fold(0.0, crate::math::max)
}
