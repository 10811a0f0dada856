//! Grades that no higher score of their works can lower: reviewers are weighed by other works alone.

use super::Posterior;
use super::block::Block;
use super::fit::Fitted;
use super::found::Found;
use super::history::ReviewerHistory;
use super::law::Law;
use super::learn::dealt;
use super::nodes::Nodes;
use super::real::Real;
use super::seen::Site;
use super::state::State;
use super::trust::Above;
use crate::aggregate::AggregateError;
use crate::aggregate::combination::{Combination, Each};
use crate::aggregate::gather::LARGE;
use crate::aggregate::pg1::too_little;
use crate::aggregate::ratings::{Axis, Ratings};
use crate::chunks;
use crate::gradebook::MISSING;

/// So many times reviewers are weighed, each time without a part of the works.
const FOLDS: usize = 5;

/// Grades and their variances, with the combination that they are but for the prior of the part.
#[derive(Debug)]
pub(super) struct Monotone {
    pub(super) combination: Combination,
    pub(super) grades: Vec<f64>,
    pub(super) variances: Vec<f64>,
}

impl Monotone {
    /// By as many fits of the reviews of other works; what was found by all says how much wider than by
    /// messages intervals are.
    pub(super) fn of(
        posterior: &Posterior,
        ratings: &Ratings<'_>,
        history: &ReviewerHistory,
        found: &Found,
    ) -> Result<Self, AggregateError> {
        let works = ratings.reviews().graph().submissions();
        let mut weights = vec![0.0; ratings.column().len()];
        let mut corrections = weights.clone();
        let mut grades = vec![0.0; ratings.items()];
        let mut variances = grades.clone();
        for fold in 0..FOLDS {
            let others = |u: usize| dealt(u, FOLDS) != fold;
            let without = Without::fit(posterior, ratings, history, others)?;
            for u in (0..ratings.items()).filter(|&u| !others(u % works)) {
                let range = ratings.range(u);
                let rows = weights[range.clone()].iter_mut().zip(&mut corrections[range]);
                if ratings.of(u).is_empty() {
                    grades[u] = MISSING;
                    continue;
                }
                let (grade, variance) = without.grade(ratings, u, rows);
                grades[u] = grade;
                let wider = found.wider.as_ref().map_or(1.0, |wider| wider[u]);
                let more = found.more.as_ref().map_or(0.0, |more| more[u]);
                variances[u] = variance.map_or(found.variances[u], |own| own * wider + more);
            }
        }
        let combination = Combination {
            weight: Each::OfReview(weights),
            correction: Each::OfReview(corrections),
            prior: found.combination.prior,
        };
        Ok(Self { combination, grades, variances })
    }
}

/// What the reviews of other works say of reviewers, in the unit of these.
#[derive(Debug)]
struct Without {
    axes: Vec<Axis>,
    /// The law of works, if anything is known of it.
    law: Option<Law>,
    /// How far grades are above the mean of the law.
    level: f64,
    /// What not knowing the level adds to variances.
    variance: f64,
    reviewers: Vec<Line>,
}

/// What a review stands for: `pull + slope z` of a rating z less the mean of the law, with this weight.
#[derive(Debug, Clone, Copy)]
struct Line {
    weight: f64,
    slope: f64,
    pull: f64,
}

impl Without {
    fn fit(
        posterior: &Posterior,
        ratings: &Ratings<'_>,
        history: &ReviewerHistory,
        others: impl Fn(usize) -> bool,
    ) -> Result<Self, AggregateError> {
        let reviews = ratings.reviews().only(|_, submission, _| others(submission.index()));
        let ratings = Ratings::by_spread(&reviews)?;
        if too_little(&ratings).is_some() {
            let plain = Line { weight: 1.0, slope: 1.0, pull: 0.0 };
            return Ok(Self {
                axes: ratings.axes().to_vec(),
                law: None,
                level: 0.0,
                variance: 0.0,
                reviewers: vec![plain; ratings.people()],
            });
        }
        if ratings.column().len() > LARGE {
            Ok(Self::of(&ratings, posterior.fitted::<f32>(&ratings, history)?))
        } else {
            Ok(Self::of(&ratings, posterior.fitted::<f64>(&ratings, history)?))
        }
    }

    fn of<F: Real>(ratings: &Ratings<'_>, fitted: Fitted<'_, '_, F>) -> Self {
        let Fitted { state, above, .. } = fitted;
        let (law, lines) = (state.law, state.lines());
        let (common, variance) = above.as_ref().map_or((0.0, 0.0), Above::common_rating);
        let found = Found::of(state, above);
        let level = found.moved.level;
        let lifted = |v: usize| {
            // Of whom there is no other review nothing else is known than of the course.
            let rates = !ratings.items_of(v).is_empty();
            let lift = if rates { found.reviewers[v].lift - level } else { 0.0 };
            Line { pull: lines[v].pull + lines[v].weight * lift, ..lines[v] }
        };
        let reviewers = (0..ratings.people()).map(lifted).collect();
        let level = level - common;
        Self { axes: ratings.axes().to_vec(), law: Some(law), level, variance, reviewers }
    }

    /// The grade of an item and its variance, if that is known, in the unit of all ratings, and into the
    /// rows what each of its reviews weighs and by how much it is corrected.
    fn grade<'a>(
        &self,
        ratings: &Ratings<'_>,
        u: usize,
        rows: impl Iterator<Item = (&'a mut f64, &'a mut f64)>,
    ) -> (f64, Option<f64>) {
        let c = u / ratings.reviews().graph().submissions();
        let (axis, own) = (ratings.axes()[c], self.axes[c]);
        // One of these ratings in the unit of all.
        let unit = axis.distance(own.points(1.0));
        let mean = self.law.map_or(0.0, |law| law.mean);
        let mut all = Site::default();
        let reviews = ratings.of(u).iter().zip(ratings.reviewers(u));
        for ((&z, v), (weight, correction)) in reviews.zip(rows) {
            let line = self.reviewers[v.index()];
            let pull = line.pull + line.slope * (own.rating(axis.score(z)) - mean);
            all = all.plus(Site { precision: line.weight, pull });
            *weight = line.weight / unit / unit;
            if line.weight > 0.0 {
                let stands = mean + self.level + pull / line.weight;
                *correction = z - axis.rating(own.score(stands));
            }
        }
        let [above, variance] = match self.law {
            Some(Law { kinds: Some(kinds), .. }) => kinds.work(all).moments(),
            law => {
                let precision = all.precision + law.map_or(0.0, |law| 1.0 / law.quality);
                [all.pull / precision, 1.0 / precision]
            }
        };
        let grade = axis.rating(own.score(mean + self.level + above));
        (grade, self.law.map(|_| (variance + self.variance) * unit * unit))
    }
}

impl<F: Real> State<'_, '_, F> {
    /// What a review of another work by each person stands for.
    fn lines(&self) -> Vec<Line> {
        let nodes = Nodes::<F>::new(&self.law, self.options);
        let lines = chunks::map(self.ratings.people(), |people| {
            let mut lines = Vec::with_capacity(people.len());
            self.each_batch(&nodes, people, |block, rows, _| {
                lines.extend((0..rows.len()).map(|i| block.line(&self.law, &nodes, i)));
            });
            lines
        });
        lines.concat()
    }
}

impl<F: Real> Block<F> {
    /// The best that is linear in a score (linear Bayes: Hartigan, JRSS B 31, 1969): a review is
    /// `z = offset + bias + slope s` plus noise, of which mean and variance over the nodes are known.
    fn line(&self, law: &Law, nodes: &Nodes<F>, i: usize) -> Line {
        let slope = self.mean(i, |j, _, _| nodes.slope[j]);
        let above = self.mean(i, |j, bias, _| nodes.offset[j] + bias);
        let squares = self.mean(i, |j, _, _| nodes.square[j]);
        let noise = self.mean(i, |j, bias, variance| {
            let above = nodes.offset[j] + bias;
            self.noise(nodes, i, j) + variance + above * above
        });
        let noise = noise - above * above + law.quality * (squares - slope * slope);
        Line { weight: slope * slope / noise, slope: slope / noise, pull: -above * slope / noise }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::aggregate::{Aggregator, Posterior};
    use crate::id::{PersonId, SubmissionId};
    use crate::math;
    use crate::seed::Seed;
    use crate::simulate::{Scenario, Simulated, by_name};

    /// By how much the grade of a work rises, in points, when one of its scores is raised by up to 40.
    fn rise(method: &Posterior, course: &Simulated, work: u32, review: usize) -> f64 {
        let reviews = course.reviews();
        let work = SubmissionId::new(work);
        let reviewers = reviews.graph().reviewers_of(work);
        let reviewer: PersonId = reviewers[review % reviewers.len()];
        let raised = reviews.with_scores_by(reviewer, |s, c, given| {
            let top = reviews.rubric().criteria()[c].scale().max();
            if s == work { math::max(given, math::min(top, given + 40.0)) } else { given }
        });
        let grade = |reviews| method.aggregate(reviews).unwrap().grade(work).unwrap();
        grade(&raised.unwrap()) - grade(reviews)
    }

    fn course(scenario: &str, learners: usize, seed: u64) -> Simulated {
        by_name(scenario).unwrap().simulate(learners, Seed::new(seed)).unwrap()
    }

    #[test]
    fn by_default_a_raised_score_can_lower_a_grade() {
        let course = course("s4", 200, 1);
        assert!((0..40).any(|work| rise(&Posterior::default(), &course, work, 0) < -0.1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_raised_score_never_lowers_the_grade_of_its_work(
            scenario in prop::sample::select(vec!["s2", "s4", "s7", "s8", "s9", "bs-all10", "rubric-mooc"]),
            seed in 0..1000_u64, work in 0..40_u32, review in 0..5_usize,
        ) {
            let course = course(scenario, 40, seed);
            let rise = rise(&Posterior::default().monotone(true), &course, work, review);
            prop_assert!(rise >= -1e-9, "{rise}");
        }
    }
}
