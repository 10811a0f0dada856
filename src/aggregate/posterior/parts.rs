//! How high the grades of a part of the graph are, which the reviews within it do not tell.

use super::law::Law;
use crate::aggregate::ratings::Ratings;
use crate::math;

/// How far scores lie above grades: sums by probabilities, and those.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    pub(super) sum: f64,
    pub(super) score: f64,
    pub(super) weight: f64,
}

impl Level {
    /// Of one review.
    pub(super) fn of(score: f64, grade: f64, weight: f64) -> Self {
        Self { sum: weight * (score - grade), score: weight * score, weight }
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            score: self.score + other.score,
            weight: self.weight + other.weight,
        }
    }

    /// Takes what is known of a bias off a score.
    pub(super) fn lower(&mut self, bias: f64) {
        self.sum -= bias;
        self.score -= bias;
    }

    /// A sum over the probabilities.
    fn mean(self, sum: f64) -> f64 {
        if self.weight > 0.0 { sum / self.weight } else { 0.0 }
    }
}

/// How far grades are moved for the sake of the level: of each item, and in all; and the variance that
/// levels of parts have beforehand.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    pub(super) levels: Vec<f64>,
    pub(super) level: f64,
    pub(super) spread: f64,
}

/// A part of the graph.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    level: Level,
    /// Ratings; and their squares added up by item, and by reviewer.
    ratings: f64,
    items: f64,
    reviewers: f64,
}

impl Part {
    /// The variance of the mean of its scores, were works and reviewers dealt to parts by chance.
    fn variance(&self, law: &Law) -> f64 {
        let noise = math::max(1.0 - law.bias, LEAST_NOISE);
        (law.quality * self.items + law.bias * self.reviewers + noise * self.ratings)
            / (self.ratings * self.ratings)
    }
}

/// The least variance of the noise, of that within works.
const LEAST_NOISE: f64 = 0.1;

/// By how much grades are to be moved, so that in all they are what the scores are.
///
/// Part by part scores are as far above grades as the mean bias of few reviewers, or the mean of few
/// works. Were parts dealt by chance it is both in known parts, and grades are right as they are; if parts
/// differ besides, as sections do, the scores tell their level. How much they do is estimated (`DerSimonian`
/// and Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7, 1986).
pub(super) fn levels(
    ratings: &Ratings<'_>,
    part: &[u32],
    law: &Law,
    of_item: impl Fn(usize) -> Level,
) -> Moved {
    let part_of = |u: usize| ratings.reviewers(u).first().map(|v| part[v.index()] as usize);
    let mut parts = vec![Part::default(); ratings.people()];
    for u in 0..ratings.items() {
        if let Some(part) = part_of(u) {
            let count = ratings.of(u).len() as f64;
            let part = &mut parts[part];
            part.level = part.level.add(of_item(u));
            part.ratings += count;
            part.items += count * count;
        }
    }
    for (v, &part) in part.iter().enumerate() {
        let count = ratings.items_of(v).len() as f64;
        parts[part as usize].reviewers += count * count;
    }
    let all = parts.iter().fold(Level::default(), |all, part| all.add(part.level));
    let level = all.mean(all.sum);
    let between = between(&parts, law);
    let shift = |part: &Part| {
        if part.level.weight <= 0.0 {
            return level;
        }
        let own = part.level.mean(part.level.sum);
        let share = between.map_or(1.0, |between| between / (between + part.variance(law)));
        level + share * (own - level)
    };
    let moved = parts.iter().fold(0.0, |sum, part| sum + part.level.weight * (shift(part) - level));
    let off = all.mean(moved);
    let levels = (0..ratings.items()).map(|u| part_of(u).map_or(level, |u| shift(&parts[u]) - off));
    let spread = between.unwrap_or(f64::INFINITY);
    Moved { levels: levels.collect(), level, spread }
}

/// The variance of the levels of parts beyond chance; `None` where there is but one.
fn between(parts: &[Part], law: &Law) -> Option<f64> {
    let parts = parts.iter().filter(|part| part.ratings > 0.0 && part.level.weight > 0.0);
    let (mut count, mut weights, mut squares, mut sum) = (0.0, 0.0, 0.0, 0.0);
    for part in parts.clone() {
        let weight = 1.0 / part.variance(law);
        count += 1.0;
        weights += weight;
        squares += weight * weight;
        sum += weight * part.level.mean(part.level.score);
    }
    if count < 2.0 {
        return None;
    }
    let mean = sum / weights;
    let q = parts.fold(0.0, |q, part| {
        let distance = part.level.mean(part.level.score) - mean;
        q + distance * distance / part.variance(law)
    });
    Some(math::max((q - (count - 1.0)) / (weights - squares / weights), 0.0))
}

#[cfg(test)]
mod tests {
    use crate::aggregate::{Aggregator, Blup, Posterior};
    use crate::id::{PersonId, SubmissionId};
    use crate::math;
    use crate::metrics::rmse;
    use crate::seed::Seed;
    use crate::simulate::{Gaussian, Noise, Simulated, Simulation};
    use crate::{Cohort, Gradebook, ReviewGraph};

    const PEOPLE: u32 = 480;

    /// Groups of 6 in which everybody reviews the others, with biases and precisions that differ.
    fn groups() -> Simulated {
        let pairs: Vec<(SubmissionId, PersonId)> = (0..PEOPLE)
            .flat_map(|u| (0..6).map(move |i| (u, u / 6 * 6 + i)).filter(|(u, v)| u != v))
            .map(|(u, v)| (SubmissionId::new(u), PersonId::new(v)))
            .collect();
        let people = PEOPLE as usize;
        let graph = ReviewGraph::from_pairs(people, people, &pairs).unwrap();
        let law = Gaussian::pg1().bias_sd(8.0).noise(Noise::Gamma { shape: 2.0, rate: 100.0 });
        let cohort = Cohort::individuals(people).unwrap();
        Simulation::new(law).simulate(&cohort, &graph, Seed::new(5)).unwrap()
    }

    fn grades(book: &Gradebook) -> Vec<f64> {
        book.grades().flatten().collect()
    }

    #[test]
    fn closed_groups_have_good_grades_and_honest_intervals() {
        let course = groups();
        let truth = course.truth().grades();
        let error = |method: &dyn Aggregator| {
            rmse(&grades(&method.aggregate(course.reviews()).unwrap()), truth).unwrap()
        };
        let (posterior, blup) = (error(&Posterior::default()), error(&Blup::default()));
        assert!(posterior < 0.97 * blup, "{posterior} {blup}");
        let book = Posterior::default().aggregate(course.reviews()).unwrap();
        let works = (0..PEOPLE).map(|s| book.interval(SubmissionId::new(s), 0.9).unwrap());
        let held = works.zip(truth).filter(|(interval, truth)| interval.contains(**truth)).count();
        let share = held as f64 / f64::from(PEOPLE);
        assert!((0.86..0.94).contains(&share), "{share}");
    }

    /// Half of the groups write works that are 30 points worse.
    #[test]
    fn groups_that_differ_by_more_than_chance_keep_their_level() {
        let course = groups();
        let (reviews, _) = course.into_parts();
        let lower = |s: SubmissionId| if s.get() < PEOPLE / 2 { 30.0 } else { 0.0 };
        let mut rows = crate::Reviews::builder(
            reviews.cohort(),
            crate::Rubric::single(crate::Scale::new(-100.0, 200.0).unwrap()),
        );
        for (review, (s, v)) in reviews.graph().iter().enumerate() {
            rows.add(s, v, &[reviews.column(0)[review] - lower(s)]).unwrap();
        }
        let reviews = rows.build().unwrap();
        let grades = grades(&Posterior::default().aggregate(&reviews).unwrap());
        let half = |range: core::ops::Range<usize>| {
            let scores = range
                .clone()
                .map(|s| math::mean(reviews.scores_of(SubmissionId::new(crate::id::to_u32(s)), 0)));
            let scores: Vec<f64> = scores.collect();
            math::mean(&scores) - math::mean(&grades[range])
        };
        let n = PEOPLE as usize;
        let (below, above) = (half(0..n / 2), half(n / 2..n));
        assert!(below.abs() < 2.0 && above.abs() < 2.0, "{below} {above}");
        assert!((below + above).abs() < 1e-6, "{below} {above}");
    }
}
