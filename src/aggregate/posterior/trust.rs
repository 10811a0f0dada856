//! Works of which staff know the grade: reviewers are measured by them.

use super::parts::Moved;
use super::real::Real;
use super::seen::Site;
use super::state::State;
use crate::aggregate::crossed::known::Known;
use crate::aggregate::policy::{Offset, distances};
use crate::aggregate::ratings::Ratings;
use crate::chunks;
use crate::gradebook::Gradebook;
use crate::id::SubmissionId;
use crate::math;

/// The most that is known of a grade, in the unit of the ratings: that of ten thousand reviews.
/// Beyond it single precision would not tell what reviews add.
const MOST: f64 = 1e4;

/// What staff say of item `u`.
pub(super) fn known_of(known: &[(u32, Site)], u: usize) -> Site {
    if known.is_empty() {
        return Site::default();
    }
    let found = known.binary_search_by_key(&u, |&(item, _)| item as usize);
    found.map_or(Site::default(), |at| known[at].1)
}

/// How far reviewers as a whole are above staff.
#[derive(Debug)]
pub(super) struct Above {
    /// In the course.
    pub(super) common: Option<Offset>,
    /// A rating in points of the total, and how many times as much as a criterion by itself the criteria
    /// of a work vary together.
    unit: f64,
    together: f64,
    /// How grades are moved: part by part of the graph, less what reviewers of the part are above staff
    /// besides.
    pub(super) moved: Moved,
    /// What not knowing that adds to the variance of each item.
    pub(super) variances: Vec<f64>,
}

impl Above {
    /// From grades before anything was known.
    pub(super) fn of(book: &Gradebook, ratings: &Ratings<'_>, sd: f64, mut moved: Moved) -> Self {
        let reviews = ratings.reviews();
        let unit = reviews.rubric().scale().unit();
        let mut all: Vec<_> = distances(book, reviews, sd).collect();
        let of = |all: &[(SubmissionId, (f64, Option<f64>))]| {
            Offset::of(&all.iter().map(|&(_, distance)| distance).collect::<Vec<_>>(), unit)
        };
        let common = of(&all);
        let shift = common.map_or(0.0, |common| common.points);
        let parts = ratings.parts();
        let part = |u: usize| ratings.reviewers(u).first().map(|v| parts[v.index()]);
        for (_, (distance, _)) in &mut all {
            *distance -= shift;
        }
        all.sort_by_key(|&(s, _)| (part(s.index()), s));
        let mut own = vec![[0.0; 2]; ratings.people()];
        let rating = math::max(ratings.points(1.0), f64::MIN_POSITIVE);
        for all in all.chunk_by(|a, b| part(a.0.index()) == part(b.0.index())) {
            if let (Some(part), Some(offset)) = (part(all[0].0.index()), of(all))
                && offset.points != 0.0
            {
                own[part as usize] = [offset.points / rating, offset.sd / rating];
            }
        }
        // The criteria of a work are off together.
        let weights = reviews.rubric().criteria().iter().zip(ratings.axes());
        let [sum, squares] = weights.fold([0.0; 2], |[sum, squares], (criterion, axis)| {
            let points = criterion.weight() * axis.points(1.0) / rating;
            [sum + points, squares + points * points]
        });
        let together = if squares > 0.0 { sum * sum / squares } else { 1.0 };
        let of_item = |u: usize| part(u).map_or([0.0; 2], |part| own[part as usize]);
        let variances =
            chunks::column(ratings.items(), |u| together * of_item(u)[1] * of_item(u)[1]);
        chunks::update(&mut moved.levels, |u, level| level - of_item(u)[0]);
        Self { common, unit: rating, together, moved, variances }
    }

    /// How far reviewers are above staff in all, in the unit of the ratings, and the variance of that.
    pub(super) fn common_rating(&self) -> (f64, f64) {
        let common = self.common.filter(|common| common.points != 0.0);
        let [points, sd] = common.map_or([0.0; 2], |common| [common.points, common.sd]);
        (points / self.unit, self.together * (sd / self.unit) * (sd / self.unit))
    }
}

impl<F: Real> State<'_, '_, F> {
    /// Takes grades for known, by what reviewers as a whole are above them.
    pub(super) fn know(&mut self, known: &Known, above: &Above) {
        let (common, _) = above.common_rating();
        let site = |(item, value, precision): (u32, f64, f64)| {
            let precision = math::min(precision, MOST);
            let value = value + common - above.moved.levels[item as usize];
            (item, Site { precision, pull: precision * value })
        };
        self.known = known.iter().map(site).collect();
        self.collect();
    }

    /// The variance of an item by the reviews alone, whoever else knows it.
    pub(super) fn variance(&self, u: usize) -> f64 {
        let (own, law) = (known_of(&self.known, u), &self.law);
        if own.precision == 0.0 {
            return 1.0 / self.item(u).precision;
        }
        let said = self.said(u);
        let precision = said.precision - own.precision;
        match &law.kinds {
            None => 1.0 / (precision + law.start_of_work().precision),
            Some(kinds) => {
                let pull = said.pull - (own.pull - law.mean * own.precision);
                kinds.work(Site { precision, pull }).moments()[1]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::{AggregateError, Aggregator, Posterior, Trusted};
    use crate::assign::Sections;
    use crate::id::{PersonId, SubmissionId};
    use crate::math;
    use crate::seed::Seed;
    use crate::simulate::{Gaussian, Noise, Simulation};
    use crate::{Assigner, Cohort, Reviews, Rubric, Scale};

    const PEOPLE: u32 = 120;

    /// Two sections that review themselves alone: the reviewers of the first give 6 points too many,
    /// those of the second 6 too few. Staff grade every tenth work.
    fn sections() -> (Reviews, Vec<f64>) {
        let mut cohort = Cohort::builder(PEOPLE as usize).unwrap();
        for v in (0..PEOPLE).map(PersonId::new) {
            cohort.submission(&[v]).unwrap();
            cohort.section(v, v.get() / (PEOPLE / 2)).unwrap();
        }
        let cohort = cohort.build();
        let plan = Assigner::new(5).sections(Sections::Same).assign(&cohort, Seed::new(1)).unwrap();
        let law = Gaussian::pg1().bias_sd(1.0).noise(Noise::Equal { sd: 6.0 });
        let course = Simulation::new(law).simulate(&cohort, &plan, Seed::new(2)).unwrap();
        let (scores, truth) = course.into_parts();
        let mut rows =
            Reviews::builder(&cohort, Rubric::single(Scale::new(-100.0, 200.0).unwrap()));
        for (review, (s, v)) in scores.graph().iter().enumerate() {
            let leniency = if v.get() < PEOPLE / 2 { 6.0 } else { -6.0 };
            rows.add(s, v, &[scores.column(0)[review] + leniency]).unwrap();
        }
        for s in (0..PEOPLE).step_by(10) {
            rows.staff_grade(SubmissionId::new(s), truth.grades()[s as usize]).unwrap();
        }
        (rows.build().unwrap(), truth.grades().to_vec())
    }

    fn error(method: &dyn Aggregator, reviews: &Reviews, truth: &[f64]) -> f64 {
        let book = method.aggregate(reviews).unwrap();
        let works = (0..PEOPLE).filter(|s| s % 10 != 0).map(SubmissionId::new);
        let squares = works.map(|s| book.grade(s).unwrap() - truth[s.index()]).map(|d| d * d);
        math::sqrt(squares.sum::<f64>() / (0.9 * f64::from(PEOPLE)))
    }

    #[test]
    fn staff_tell_a_strict_section_from_a_lenient_one() {
        let (reviews, truth) = sections();
        let of = |trusted| error(&Posterior::default().trusted(trusted), &reviews, &truth);
        let [alone, exact, noisy] =
            [Trusted::Ignored, Trusted::Exact, Trusted::Noisy { sd: 2.0 }].map(of);
        assert!(exact < 0.4 * alone && noisy < 0.4 * alone, "{alone} {exact} {noisy}");
        let monotone = Posterior::default().monotone(true).trusted(Trusted::Exact);
        assert!(error(&monotone, &reviews, &truth) < 0.4 * alone);
    }

    #[test]
    fn what_is_hardly_known_teaches_next_to_nothing() {
        let (reviews, _) = sections();
        let of = |trusted| {
            let book = Posterior::default().trusted(trusted).aggregate(&reviews).unwrap();
            book.grades().flatten().collect::<Vec<f64>>()
        };
        let (alone, vague) = (of(Trusted::Ignored), of(Trusted::Noisy { sd: 1e4 }));
        for (alone, vague) in alone.iter().zip(vague) {
            assert!((alone - vague).abs() < 0.05, "{alone} {vague}");
        }
    }

    #[test]
    fn a_spread_below_zero_is_refused() {
        let (reviews, _) = sections();
        let method = Posterior::default().trusted(Trusted::Noisy { sd: -1.0 });
        let error = method.aggregate(&reviews).unwrap_err();
        assert!(matches!(error, AggregateError::Setting { method: "posterior", value: -1.0, .. }));
    }
}
