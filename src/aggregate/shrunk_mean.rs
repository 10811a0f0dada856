//! The shrunk mean: one-way empirical Bayes.

use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Column, Gradebook, GradebookBuilder, MISSING, Warning};
use crate::id::{SubmissionId, to_u32};
use crate::math::{self, mean};
use crate::reviews::Reviews;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;

/// The mean, drawn towards the mean of the course the more, the more reviewers of one work
/// disagree and the fewer they are; with standard errors.
///
/// ```text
/// z_e = s_u + noise,  s_u ~ N(mu, vs),  noise ~ N(0, s2)          review e of submission u
/// mu  = sum of z_e / E
/// s2  = sum over e of (z_e - x_u)^2 / (E - n)                     within submissions
/// vs  = max(sum over u of (x_u - mean of the x_u)^2 / (n - 1) - s2 mean(1/k_u), 0)
/// B_u = (n - 3)/(n - 1) (s2/k_u) / (s2/k_u + vs)                  the weight of mu
/// s^_u = B_u mu + (1 - B_u) x_u
/// se^2 = (1 - B_u) s2/k_u + B_u^2 (Var mu^ + 2 (x_u - mu)^2 / (n - 3))
/// Var mu^ = vs sum of k_u^2 / E^2 + s2 / E
/// ```
///
/// `E` reviews of `n` submissions, `x_u` the mean of the `k_u` of submission u. The factor of
/// `B_u` and the last two terms of the error say that mu, s2 and vs are estimates; they vanish in a large
/// course. In a small one the factor keeps something of every review even where works seem to
/// differ by chance alone (vs = 0), and [`Warning::NoSpread`] says so. `s2` is never below the
/// variance that the steps of the scales alone make, step^2 / 12.
///
/// With several criteria the parameters are those of the total, and every criterion is drawn by
/// the same `B_u`: so the grades of the criteria add up to the grade.
///
/// The submissions that staff graded count in the parameters, exemplars do not. Where no
/// submission has two reviews, or fewer than four have any, the grades are plain means and a
/// [`Warning`] says so.
///
/// James and Stein, "Estimation with Quadratic Loss", Berkeley Symposium 1961; the standard error:
/// Morris, "Parametric Empirical Bayes Inference", JASA 78, 1983. O(reviews x criteria) time, two
/// passes.
///
/// When not to use it: where true grades are known to spread more than peers' means do (on a set of
/// graded relevance judgements by crowd workers it is worse than the mean, RMSE .80 against .72), or
/// where drawing grades to the middle is not acceptable to those graded. It does not know reviewers:
/// a lenient one and a hostile one count like any other.
///
/// ```
/// use peergrade::aggregate::{Aggregator, ShrunkMean};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let grades = ShrunkMean.aggregate(course.reviews())?;
/// assert!(grades.std_error(SubmissionId::new(0)).unwrap() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShrunkMean;

impl Aggregator for ShrunkMean {
    fn name(&self) -> &'static str {
        "shrunk-mean"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let criteria = 0..reviews.rubric().criteria().len();
        let scores: Vec<Scores<'_>> =
            criteria.map(|c| Scores::new(reviews, reviews.column(c))).collect();
        let book = Gradebook::builder(reviews, self.name());
        let book = if reviews.rubric().is_plain() {
            let total = Moments::of(&scores[0], Floor::of_total(reviews.rubric()));
            grade(book, &scores, &scores[0], &total)
        } else {
            let totals = chunks::column(reviews.graph().reviews(), |e| reviews.total_at(e));
            let totals = Scores::new(reviews, &totals);
            let total = Moments::of(&totals, Floor::of_total(reviews.rubric()));
            grade(book, &scores, &totals, &total)
        };
        Ok(book.build()?)
    }
}

/// One column of scores, its mean by submission, and which submissions are exemplars.
struct Scores<'a> {
    reviews: &'a Reviews,
    column: &'a [f64],
    means: Vec<f64>,
}

impl<'a> Scores<'a> {
    fn new(reviews: &'a Reviews, column: &'a [f64]) -> Self {
        let graph = reviews.graph();
        let means = chunks::column(graph.submissions(), |i| {
            match &column[graph.reviews_of(SubmissionId::new(to_u32(i)))] {
                [] => MISSING,
                scores => mean(scores),
            }
        });
        Self { reviews, column, means }
    }

    fn of(&self, i: usize) -> &'a [f64] {
        &self.column[self.reviews.graph().reviews_of(SubmissionId::new(to_u32(i)))]
    }

    /// Whether a submission counts in the parameters.
    fn counts(&self, i: usize) -> bool {
        !self.of(i).is_empty() && self.reviews.exemplar(SubmissionId::new(to_u32(i))).is_none()
    }
}

/// The parameters of one column of scores, in a unit in which no square overflows: a power of two,
/// so that division by it rounds nothing.
#[derive(Debug, Clone, Copy)]
struct Moments {
    unit: f64,
    submissions: f64,
    reviews: f64,
    /// mu, s2, vs as in the docs of [`ShrunkMean`].
    mean: f64,
    within: f64,
    between: f64,
    /// The variance of `mean` as an estimate.
    mean_variance: f64,
}

/// What one pass over the submissions adds up.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    submissions: f64,
    reviews: f64,
    reviews_squared: f64,
    reciprocals: f64,
    means: f64,
    scores: f64,
    squares: f64,
}

impl Sums {
    fn add(self, other: Self) -> Self {
        Self {
            submissions: self.submissions + other.submissions,
            reviews: self.reviews + other.reviews,
            reviews_squared: self.reviews_squared + other.reviews_squared,
            reciprocals: self.reciprocals + other.reciprocals,
            means: self.means + other.means,
            scores: self.scores + other.scores,
            squares: self.squares + other.squares,
        }
    }

    fn of(scores: &[f64], mean: f64, unit: f64) -> Self {
        let k = scores.len() as f64;
        let square = |z: f64| (z - mean) / unit * ((z - mean) / unit);
        let mean = mean / unit;
        Self {
            submissions: 1.0,
            reviews: k,
            reviews_squared: k * k,
            reciprocals: 1.0 / k,
            means: mean,
            scores: k * mean,
            squares: scores.iter().fold(0.0, |sum, &z| sum + square(z)),
        }
    }
}

impl Moments {
    fn of(scores: &Scores<'_>, floor: Floor) -> Self {
        let Floor { unit, variance } = floor;
        let each = |range: core::ops::Range<usize>| {
            let counted = range.filter(|&i| scores.counts(i));
            counted.fold(Sums::default(), |sums, i| {
                sums.add(Sums::of(scores.of(i), scores.means[i], unit))
            })
        };
        let sums = chunks::tree(chunks::map(scores.means.len(), each), Sums::add);
        let (n, reviews) = (sums.submissions, sums.reviews);
        let centre = sums.means / math::max(n, 1.0);
        let spread = chunks::sum(scores.means.len(), |i| {
            let distance = scores.means[i] / unit - centre;
            if scores.counts(i) { distance * distance } else { 0.0 }
        });
        let within = math::max(sums.squares / math::max(reviews - n, 1.0), variance);
        let noise = within * sums.reciprocals / math::max(n, 1.0);
        let between = math::max(spread / math::max(n - 1.0, 1.0) - noise, 0.0);
        let reviews_or_1 = math::max(reviews, 1.0);
        let unevenness = sums.reviews_squared / (reviews_or_1 * reviews_or_1);
        Self {
            unit,
            submissions: n,
            reviews,
            mean: sums.scores / reviews_or_1,
            within,
            between,
            mean_variance: between * unevenness + within / reviews_or_1,
        }
    }

    /// The weight of the mean of the course in the grade of a work with k reviews.
    fn prior_weight(&self, k: f64) -> f64 {
        let noise = self.within / k;
        // Without any noise at all there is nothing to draw.
        let share = if noise > 0.0 { noise / (noise + self.between) } else { 0.0 };
        share * (self.submissions - 3.0) / (self.submissions - 1.0)
    }

    /// The standard error of a grade whose mean `x` of `k` scores got the weight `1 - b`.
    fn std_error(&self, k: f64, b: f64, x: f64) -> f64 {
        if b <= 0.0 {
            return self.unit * math::sqrt(self.within / k);
        }
        let distance = x / self.unit - self.mean;
        let estimated = self.mean_variance + 2.0 * distance * distance / (self.submissions - 3.0);
        self.unit * math::sqrt((1.0 - b) * self.within / k + b * b * estimated)
    }
}

/// The unit of a column, and the variance in it that the steps of the scales alone make.
#[derive(Debug, Clone, Copy)]
struct Floor {
    unit: f64,
    variance: f64,
}

impl Floor {
    fn of_criterion(criterion: &Criterion) -> Self {
        Self::new(criterion.scale(), criterion.scale().step())
    }

    fn of_total(rubric: &Rubric) -> Self {
        let scale = rubric.scale();
        let steps = rubric
            .criteria()
            .iter()
            .filter_map(|criterion| criterion.scale().step().map(|step| criterion.weight() * step));
        Self::new(scale, steps)
    }

    fn new(scale: Scale, steps: impl IntoIterator<Item = f64>) -> Self {
        let unit = scale.unit();
        let variance = |step: f64| step / unit * (step / unit) / 12.0;
        Self { unit, variance: steps.into_iter().fold(0.0, |sum, step| sum + variance(step)) }
    }
}

fn grade<'a>(
    mut book: GradebookBuilder<'a>,
    criteria: &[Scores<'_>],
    totals: &Scores<'_>,
    total: &Moments,
) -> GradebookBuilder<'a> {
    let noise_is_known = total.reviews > total.submissions;
    let draws = noise_is_known && total.submissions >= 4.0;
    let count = |i: usize| totals.of(i).len() as f64;
    let len = totals.means.len();
    let weight = |i| if draws && count(i) > 0.0 { total.prior_weight(count(i)) } else { 0.0 };
    let weight = chunks::column(len, weight);
    let rubric = totals.reviews.rubric();
    let mut errors = Vec::new();
    for (scores, criterion) in criteria.iter().zip(rubric.criteria()) {
        let moments = if rubric.is_plain() {
            *total
        } else {
            let moments = Moments::of(scores, Floor::of_criterion(criterion));
            errors.push(criterion_error(&moments, &weight, count));
            moments
        };
        // Rounding may carry a mean past the end of the scale.
        let mean = criterion.scale().without_step().nearest(moments.unit * moments.mean);
        if draws {
            book = book.prior(mean, weight.clone());
        }
        book = book.criterion(Column::from_raw(chunks::column(len, |i| {
            between(weight[i], mean, scores.means[i])
        })));
    }
    if draws && total.between <= 0.0 && total.within > 0.0 {
        book = book.warning(Warning::NoSpread);
    }
    if !noise_is_known {
        return book.warning(Warning::NoRepeatedReviews);
    }
    if !draws {
        book = book.warning(Warning::TooFewSubmissions);
    }
    if !rubric.is_plain() {
        book = book.criterion_std_errors(errors);
    }
    book.std_error(Column::from_raw(chunks::column(len, |i| match count(i) {
        0.0 => MISSING,
        k => total.std_error(k, weight[i], totals.means[i]),
    })))
}

/// `weight a + (1 - weight) b`, kept between the two; missing where `b` is.
fn between(weight: f64, a: f64, b: f64) -> f64 {
    if b.is_nan() {
        return MISSING;
    }
    math::clamp(weight * a + (1.0 - weight) * b, math::min(a, b), math::max(a, b))
}

/// The standard errors of a criterion, drawn by the weight that suits the total and not by its
/// own: root of `b^2 (vs + Var mu^) + (1 - b)^2 s2/k`.
fn criterion_error(
    moments: &Moments,
    weight: &[f64],
    count: impl Fn(usize) -> f64 + Sync,
) -> Column {
    Column::from_raw(chunks::column(weight.len(), |i| match count(i) {
        0.0 => MISSING,
        k => {
            let (b, a) = (weight[i], 1.0 - weight[i]);
            let drawn = b * b * (moments.between + moments.mean_variance);
            moments.unit * math::sqrt(drawn + a * a * moments.within / k)
        }
    }))
}
