//! How coarse scores are.

use crate::aggregate::ratings::Ratings;
use crate::math;

/// What equal scores tell of the levels of a scale, in the unit of the ratings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    step: f64,
    /// The larger of the shares of the lowest and the highest score.
    end: f64,
}

/// What is less apart is the same level, in parts of the standard deviation within works.
const EQUAL: f64 = 1e-6;

/// So many scores tell how often two are equal.
const SAMPLE: usize = 1 << 16;

/// Levels farther apart than this are few; and so they are where one end of the scale has more than
/// this share of the scores.
const APART: f64 = 0.25;
const END: f64 = 0.05;

impl Levels {
    /// From the ratings and their variance.
    pub(super) fn of(ratings: &Ratings<'_>, total: f64) -> Self {
        let column = ratings.column();
        let stride = column.len().div_ceil(SAMPLE).max(1);
        let mut sample: Vec<f64> = column.iter().step_by(stride).copied().collect();
        sample.sort_by(f64::total_cmp);
        let count = sample.len() as f64;
        let levels = sample.chunk_by(|a, b| b - a < EQUAL).map(|level| level.len() as f64);
        let levels: Vec<f64> = levels.collect();
        let equal = levels.iter().fold(0.0, |sum, own| sum + own * (own - 1.0));
        let ends = levels.first().into_iter().chain(levels.last());
        let normal = math::sqrt(4.0 * core::f64::consts::PI * total);
        Self {
            step: normal * equal / math::max(count * (count - 1.0), 1.0),
            end: ends.fold(0.0, |most, &own| math::max(most, own)) / math::max(count, 1.0),
        }
    }

    /// The variance of what rounding adds to scores: of levels on which scores would be equal as often
    /// as they are, were they normal. Such levels are apart by the root of `4 pi total` times the
    /// probability that two are equal: farther than those of the scale where one has most of the scores.
    pub(super) fn floor(self) -> f64 {
        self.step * self.step / 12.0
    }

    /// Whether works crowd on levels: where they do is no kind of works.
    pub(super) fn are_coarse(self) -> bool {
        self.step > APART
    }

    /// Whether one score of a reviewer tells little by itself.
    pub(super) fn are_few(self) -> bool {
        self.are_coarse() || self.end > END
    }
}
