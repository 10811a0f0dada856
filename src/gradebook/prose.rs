//! Arithmetic in words: numbers with few digits that still add up.

use core::fmt;

use super::{Explanation, Line};
use crate::math;

/// How many digits behind the point numbers of one sum are shown with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digits {
    behind: usize,
}

/// Digits shown of the largest number of a sum.
const DIGITS: i32 = 6;

impl Digits {
    /// For weights, from 0 to 1.
    pub(super) const UNIT: Self = Self { behind: 5 };

    /// Six digits for the largest of these.
    pub(super) fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let largest = numbers.into_iter().fold(0.0, |most, x: f64| math::max(most, x.abs()));
        let (mut behind, mut edge) = (DIGITS - 1, 10.0);
        while behind > 0 && largest >= edge {
            edge *= 10.0;
            behind -= 1;
        }
        let mut edge = 1.0;
        while largest > 0.0 && largest < edge && behind < 300 {
            edge /= 10.0;
            behind += 1;
        }
        Self { behind: usize::try_from(behind).unwrap_or(0) }
    }

    /// A number without zeros at its end.
    pub(super) fn show(self, x: f64) -> String {
        let text = format!("{x:.*}", self.behind);
        let short = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        if short == "-0" { "0".to_owned() } else { short.to_owned() }
    }

    /// The number that is shown.
    fn rounded(self, x: f64) -> f64 {
        self.show(x).parse().unwrap_or(x)
    }

    /// What the shown parts lack of the shown sum; `None` for nothing.
    pub(super) fn rest(self, parts: &[f64], sum: f64) -> Option<String> {
        let shown = parts.iter().fold(0.0, |shown, &part| shown + self.rounded(part));
        let rest = self.rounded(sum) - shown;
        // Corrections may lie so far beyond the scale that parts overflow.
        let rest = if rest.is_finite() { self.show(rest) } else { return None };
        (rest != "0").then_some(rest)
    }
}

/// The name of a criterion as the beginning of a line; nothing where there is but one.
pub(super) fn among(names: &[String], criterion: usize) -> String {
    match names {
        [] | [_] => String::new(),
        names => names.get(criterion).map_or_else(String::new, |name| format!("{name}, ")),
    }
}

impl Explanation {
    /// A line with as many digits as the others.
    fn sentence(&self, line: &Line, digits: Digits) -> String {
        let show = |x: f64| digits.show(x);
        let points = show(line.contribution());
        let criterion = |c: usize| among(&self.names, c);
        match *line {
            Line::Review { criterion: c, reviewer, score, correction, weight } => {
                let (weight, score) = (Digits::UNIT.show(weight), show(score));
                let (bias, sign) =
                    (show(correction.abs()), if correction < 0.0 { '+' } else { '-' });
                let counted = if bias == "0" { score } else { format!("({score} {sign} {bias})") };
                format!("{}reviewer {reviewer}: {counted} x {weight} = {points}", criterion(c))
            }
            Line::Prior { criterion: c, mean, weight } => {
                let (weight, mean) = (Digits::UNIT.show(weight), show(mean));
                format!("{}mean of the course: {mean} x {weight} = {points}", criterion(c))
            }
            Line::Adjustment { criterion: c, reason, .. } => {
                format!("{}{reason} = {points}", criterion(c))
            }
            Line::Known { source, grade, weight } => {
                let said = source.says();
                if weight < 1.0 {
                    format!("{said}: {} x {} = {points}", show(grade), Digits::UNIT.show(weight))
                } else {
                    format!("{said} = {points}")
                }
            }
        }
    }
}

/// The lines, each with what it adds, and the grade. Numbers are rounded to six digits of the
/// largest; where the rounded ones do not add up to the rounded grade a line says what is missing.
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// let cohort = Cohort::individuals(4)?;
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (reviewer, score) in [(1, 7.0), (2, 8.0), (3, 8.0)] {
///     rows.add(SubmissionId::new(0), PersonId::new(reviewer), &[score])?;
/// }
/// let reviews = rows.build()?;
/// let why = Mean.aggregate(&reviews)?.explain(&reviews, SubmissionId::new(0))?.unwrap();
/// assert_eq!(
///     why.to_string(),
///     "reviewer 1: 7 x 0.33333 = 2.33333\n\
///      reviewer 2: 8 x 0.33333 = 2.66667\n\
///      reviewer 3: 8 x 0.33333 = 2.66667\n\
///      grade = 7.66667"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<f64> = self.lines().iter().map(Line::contribution).collect();
        let digits = Digits::of(parts.iter().copied().chain([self.grade()]));
        for line in self.lines() {
            writeln!(f, "{}", self.sentence(line, digits))?;
        }
        if let Some(rest) = digits.rest(&parts, self.grade()) {
            writeln!(f, "rounding of the lines above = {rest}")?;
        }
        write!(f, "grade = {}", digits.show(self.grade()))
    }
}
