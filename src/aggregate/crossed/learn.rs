//! What is learned of a course before its effects are solved for.

use super::dense::Small;
use super::known::Known;
use super::moments::moments;
use super::parts::Parts;
use super::reml::{Ended, reml};
use super::solve::{Effects, Sums, System};
use crate::aggregate::crossed::spread::Spread;
use crate::aggregate::gather::LARGE;
use crate::aggregate::ratings::Ratings;
use crate::aggregate::rounds::Rounds;
use crate::chunks;
use crate::gradebook::Warning;

/// The variances of the laws, and what was computed on the way.
#[derive(Debug)]
pub(in crate::aggregate) struct Learned {
    /// `None` where there are none: nothing varies, or a warning says why.
    pub(in crate::aggregate) parts: Option<Parts>,
    pub(in crate::aggregate) warning: Option<Warning>,
    pub(in crate::aggregate) sums: Sums,
    pub(in crate::aggregate) small: Small,
    /// Where to begin with the biases.
    pub(in crate::aggregate) bias: Option<Vec<f64>>,
    pub(in crate::aggregate) ended: Ended,
}

/// The variances that are given, or those of [`reml`]; in large courses, where they agree, those of
/// [`moments`].
pub(in crate::aggregate) fn learn(
    ratings: &Ratings<'_>,
    known: &Known,
    fixed: Option<Parts>,
) -> Learned {
    let large = ratings.column().len() > LARGE;
    let sums = if large { Sums::of::<f32>(ratings) } else { Sums::of::<f64>(ratings) };
    let small = Small::of(ratings, known);
    if fixed.is_some() {
        return Learned {
            parts: fixed,
            warning: None,
            sums,
            small,
            bias: None,
            ended: Ended::default(),
        };
    }
    let start = moments(ratings, known, &sums);
    let total = start.truth + start.bias + start.noise;
    let rated = |u: usize| !known.is_exact(u) && !ratings.of(u).is_empty();
    let warning = if !(0..ratings.items()).any(|u| rated(u) && ratings.of(u).len() > 1) {
        Some(Warning::NoRepeatedReviews)
    } else if (0..ratings.items()).filter(|&u| rated(u)).take(4).count() < 4 {
        Some(Warning::TooFewSubmissions)
    } else {
        None
    };
    // Below this lies the rounding of equal scores.
    if warning.is_some() || total <= 1e-18 {
        return Learned { parts: None, warning, sums, small, bias: None, ended: Ended::default() };
    }
    let (parts, bias, ended) = if large {
        (start.floored(), None, Ended::default())
    } else {
        let (parts, bias, ended) = reml(ratings, known, &small, &sums, start);
        (parts, Some(bias), ended)
    };
    let warning = (parts.shown()[0] <= 0.0).then_some(Warning::NoSpread);
    Learned { parts: Some(parts), warning, sums, small, bias, ended }
}

impl System<'_> {
    /// The mean of the course and the biases.
    pub(in crate::aggregate) fn solution(
        &self,
        sums: &Sums,
        start: Option<Vec<f64>>,
        rounds: Rounds,
    ) -> Effects {
        if self.ratings.column().len() > LARGE {
            self.solve::<f32>(sums, start, rounds)
        } else {
            self.solve::<f64>(sums, start, rounds)
        }
    }

    /// The variances of grades and of biases. To those of [`Spread`] comes what the mean of the
    /// course, which is an estimate too, has in a grade.
    pub(in crate::aggregate) fn variances(&self, small: &Small) -> (Vec<f64>, Vec<f64>) {
        let ratings = self.ratings;
        let rounds = |tolerance, most| Rounds { tolerance, most };
        let large = ratings.column().len() > LARGE;
        let spread = if large {
            Spread::roughly(self, small)
        } else {
            Spread::new(self, small, &mut None, rounds(1e-7, 200))
        };
        let Spread { mut item, mut reviewer } = spread;
        if large {
            let (bias, variance) = self.typical_ones();
            chunks::update(&mut item, |u, own| {
                let reviews = ratings.of(u).len() as f64 * self.noise * (1.0 - bias);
                let rest = 1.0 - reviews / self.precision(u);
                own + rest * rest * variance
            });
            chunks::update(&mut reviewer, |_, own| own + bias * bias * variance);
        } else {
            let sums = Sums::of_ones(ratings, self.known);
            let ones =
                self.ones(&sums, None, rounds(if small.is_all() { 1e-13 } else { 1e-7 }, 200));
            let (grade, bias) = (&ones.grade, &ones.bias);
            chunks::update(&mut item, |u, own| {
                own + (1.0 - grade[u]) * (1.0 - grade[u]) * ones.variance
            });
            chunks::update(&mut reviewer, |v, own| own + bias[v] * bias[v] * ones.variance);
        }
        (item, reviewer)
    }
}
