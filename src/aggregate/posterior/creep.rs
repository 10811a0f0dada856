//! Where laws creep to.

use super::law::Law;
use crate::math;

/// The changes of a law from one sweep to the next are each a part of the one before, of which the rest is
/// taken at once: this part at least, lest they are still on the way to such a course, and at most.
const LEAST: f64 = 0.3;
const MOST: f64 = 0.95;

/// The law after each of the last sweeps.
///
/// How much grades vary and how large the noise is change together, each time by four fifths of the change
/// before: more of the one and less of the other make the scores nearly as probable, and what reviews say
/// follows a sweep later. Where that ends is where a geometric series does (Aitken, "On Bernoulli's Numerical
/// Solution of Algebraic Equations", Proc. Roy. Soc. Edinburgh 46, 1926).
#[derive(Debug, Clone, Default)]
pub(super) struct Creep {
    laws: Vec<Law>,
}

impl Creep {
    /// Takes the law after a sweep.
    pub(super) fn take(&mut self, law: &Law) {
        self.laws.push(*law);
    }

    /// The law at the end, where three sweeps tell it; they tell it once.
    pub(super) fn end(&mut self) -> Option<Law> {
        let [.., first, second, third] = self.laws[..] else {
            return None;
        };
        let change = |before: Law, after: Law| math::ln(after.quality / before.quality);
        let ratio = change(second, third) / change(first, second);
        if !(ratio > LEAST && ratio < MOST) {
            return None;
        }
        self.laws.clear();
        let mut law = third;
        law.go_on(&second, ratio / (1.0 - ratio));
        Some(law)
    }
}

#[cfg(test)]
mod tests {
    use super::Creep;
    use crate::aggregate::posterior::law::Options;
    use crate::aggregate::posterior::tests::law;
    use crate::math;

    #[test]
    fn the_end_of_a_geometric_course_is_found_in_three_sweeps() {
        let end = law(Options::default());
        let (mut creep, mut left, mut now) = (Creep::default(), 0.5, end);
        for _ in 0..3 {
            assert_eq!(creep.end(), None);
            now.quality = end.quality * math::exp(-left);
            now.precision = end.precision * math::exp(0.4 * left);
            creep.take(&now);
            left *= 0.8;
        }
        let found = creep.end().unwrap();
        assert!((found.quality / end.quality - 1.0).abs() < 1e-12);
        assert!((found.precision / end.precision - 1.0).abs() < 1e-12);
        assert_eq!(creep.end(), None);
    }

    #[test]
    fn a_course_to_and_fro_or_away_has_no_end() {
        // With a ratio that is no number where nothing changes.
        for (first, ratio) in [(0.1, -0.8), (0.1, 0.1), (0.1, 1.0), (0.1, 1.2), (0.0, 0.5)] {
            let (mut creep, mut now, mut change) =
                (Creep::default(), law(Options::default()), first);
            for _ in 0..6 {
                creep.take(&now);
                now.quality *= math::exp(change);
                change *= ratio;
                assert_eq!(creep.end(), None, "{first} {ratio}");
            }
        }
    }
}
