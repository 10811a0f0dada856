//! What a pass over the submissions finds in each review.

use crate::gradebook::Gradebook;
use crate::id::{SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;
use crate::scale::Scale;

/// Columns by review.
pub(super) struct Judged {
    pub(super) weight: Vec<f64>,
    /// What peers say of the submission without the review, in points; NaN where nothing is left.
    pub(super) grade: Vec<f64>,
    /// On how many criteria the score is the median of the others'.
    pub(super) agreeing: Vec<u16>,
    /// How far the others' medians lie apart between criteria, in parts of their ranges; empty
    /// where criteria cannot be compared.
    pub(super) spread: Vec<f64>,
}

impl Judged {
    pub(super) fn new(reviews: &Reviews, grades: &Gradebook, comparable: bool) -> Self {
        let graph = reviews.graph();
        let count = graph.reviews();
        let mut judged = Self {
            weight: vec![0.0; count],
            grade: vec![0.0; count],
            agreeing: vec![0; count],
            spread: if comparable { vec![0.0; count] } else { Vec::new() },
        };
        let (mut parts, mut rows, mut room) = (Vec::new(), Vec::new(), Room::default());
        for s in (0..graph.submissions()).map(|i| SubmissionId::new(to_u32(i))) {
            grades.left_out(reviews, s, &mut parts, &mut rows);
            for (e, row) in graph.reviews_of(s).zip(&rows) {
                judged.weight[e] = row.weight;
                judged.grade[e] = row.grade;
            }
            judged.compare(reviews, s, &mut room);
        }
        judged
    }

    /// Compares each score of a submission with the median of the others.
    fn compare(&mut self, reviews: &Reviews, s: SubmissionId, room: &mut Room) {
        let range = reviews.graph().reviews_of(s);
        if range.len() < 2 {
            return;
        }
        let comparable = !self.spread.is_empty();
        room.ends.clear();
        room.ends.resize(range.len(), (f64::MAX, f64::MIN));
        for (c, criterion) in reviews.rubric().criteria().iter().enumerate() {
            let (scale, scores) = (criterion.scale(), &reviews.column(c)[range.clone()]);
            room.sorted.clear();
            room.sorted.extend_from_slice(scores);
            room.sorted.sort_unstable_by(f64::total_cmp);
            let tolerance = tolerance(scale);
            for (i, (&score, e)) in scores.iter().zip(range.clone()).enumerate() {
                let median = median_without(&room.sorted, score);
                self.agreeing[e] += u16::from((score - median).abs() <= tolerance);
                if comparable {
                    let place = (median - scale.min()) / (scale.max() - scale.min());
                    let (low, high) = &mut room.ends[i];
                    (*low, *high) = (math::min(*low, place), math::max(*high, place));
                }
            }
        }
        if comparable {
            for (e, &(low, high)) in range.zip(&room.ends) {
                self.spread[e] = high - low;
            }
        }
    }
}

/// Room that is used again for each submission.
#[derive(Default)]
struct Room {
    /// The scores of one criterion in order.
    sorted: Vec<f64>,
    /// By review the least and the greatest median of the others so far, as places on the scale.
    ends: Vec<(f64, f64)>,
}

/// The median of at least two scores in order without one of them.
fn median_without(sorted: &[f64], score: f64) -> f64 {
    let own = sorted.partition_point(|&other| other < score);
    let at = |i: usize| sorted[if i < own { i } else { i + 1 }];
    let left = sorted.len() - 1;
    let upper = at(left / 2);
    if left % 2 == 1 { upper } else { 0.5 * at(left / 2 - 1) + 0.5 * upper }
}

/// Half a step, and where there is none a twentieth of the range.
fn tolerance(scale: Scale) -> f64 {
    let half = scale.step().map_or(0.05 * (scale.max() - scale.min()), |step| 0.5 * step);
    // Levels are rounded.
    half * (1.0 + 1e-9)
}
