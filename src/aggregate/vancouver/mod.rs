//! The Vancouver algorithm: messages between works and reviewers.

#[cfg(test)]
mod tests;

use super::combination::{Combination, Each, Variances, with_reviewers};
use super::ratings::Ratings;
use super::rounds::{Rounds, largest_change, rounds_setters};
use super::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Gradebook, MISSING};
use crate::id::{SubmissionId, to_u32};
use crate::math;
use crate::reviews::Reviews;

/// Works and reviewers tell each other grades and variances, each leaving out what the other said.
///
/// ```text
/// v -> u: grade g = z, variance v = 1                                    start
/// u -> v: weights w_i = 1 / (e + v_i) of the other reviewers i of u
///         grade m = sum of w g / sum of w,  variance V = sum of v w^2 / (sum of w)^2
/// v -> u: weights q_j = 1 / (e + V_j) of the other works j of v,  b = sum of q (z - m) / sum of q
///         grade z_u - b,  variance sum of q (z - b - m)^2 / sum of q
/// grade of u: as u -> v, with no reviewer left out;  standard error sqrt(V)
/// ```
///
/// b = 0 without [`debias`](Self::debias). Who has but one message leaves none out. The unit is the
/// standard deviation of the scores of one work, and e = 1e-6: the published 1e-4 where that is 10
/// points. 20 rounds, or until no message changes by 1e-9. De Alfaro and Shavlovsky,
/// "`CrowdGrader`: Crowdsourcing the Evaluation of Homework Assignments", arXiv 1308.5273, 2013, and
/// the code of `CrowdGrader`. The start, a variance of 1, is in its own unit there; only its ratio to
/// e counts, which is far above 1 either way.
///
/// A reviewer's precision in the gradebook is 1 / (e + variance) of what they would say with no
/// work left out. O(reviews x criteria x rounds) time, O(reviews x criteria) space: 44 bytes a score,
/// and the weights.
///
/// When not to use it: in most courses. A variance is estimated from the few other works of a
/// reviewer without a prior, so that who agrees with four grades by luck has nearly all the weight
/// of the fifth: where reviewers are alike the error is 27 % above the plain mean's (de-biased
/// 82 %), with five reviews each, and intervals that should hold 90 % hold 75 %. Who always gives
/// full marks looks precise and pulls all grades up (RMSE 2.5 where the mean has 1.4). It pays where
/// many reviewers write anything (5.6 where the mean has 8.8).
///
/// ```
/// use peergrade::aggregate::{Aggregator, Vancouver};
/// use peergrade::{Cohort, PersonId, Reviews, Rubric, Scale, SubmissionId};
///
/// // Four works by a fifth person, and the fourth reviewer is a rogue.
/// let mut cohort = Cohort::builder(5)?;
/// for _ in 0..4 {
///     cohort.submission(&[PersonId::new(4)])?;
/// }
/// let cohort = cohort.build();
/// let scores = [[10., 10., 9., 5.], [3., 2., 4., 5.], [7., 4., 5., 5.], [6., 4., 5., 5.]];
/// let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(0.0, 10.0)?));
/// for (work, scores) in (0..).zip(scores) {
///     for (reviewer, score) in (0..).zip(scores) {
///         rows.add(SubmissionId::new(work), PersonId::new(reviewer), &[score])?;
///     }
/// }
/// let grades = Vancouver::default().aggregate(&rows.build()?)?;
/// assert!(grades.precision(PersonId::new(2)) > grades.precision(PersonId::new(3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vancouver {
    debias: bool,
    epsilon: f64,
    rounds: Rounds,
}

impl Default for Vancouver {
    fn default() -> Self {
        Self { debias: false, epsilon: 1e-6, rounds: Rounds { tolerance: 1e-9, most: 20 } }
    }
}

impl Vancouver {
    /// Sets whether a reviewer's bias is taken off their scores; not by default.
    #[must_use]
    pub fn debias(mut self, debias: bool) -> Self {
        self.debias = debias;
        self
    }

    /// Sets what is added to every variance, in parts of the variance of the scores of one work: 1e-6
    /// by default. With more, reviewers count more alike.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    rounds_setters! {
        /// Sets which largest change of a message, in standard deviations of the scores of one work,
        /// ends the rounds before their number does: 1e-9 by default.
        tolerance,
        /// Sets how many rounds there are at most: 20 by default.
        max_iterations
    }

    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("vancouver")?;
        // Less would let a weight go beyond the largest double.
        if self.epsilon >= 1e-15 && self.epsilon < f64::INFINITY {
            return Ok(());
        }
        Err(AggregateError::Setting {
            method: "vancouver",
            setting: "epsilon",
            value: self.epsilon,
            needed: "but must be finite, from 1e-15",
        })
    }
}

impl Aggregator for Vancouver {
    fn name(&self) -> &'static str {
        if self.debias { "vancouver-debias" } else { "vancouver" }
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        let mut messages = Messages::new(&ratings, *self);
        let mut grades = messages.tell_reviewers().0;
        let fit = self.rounds.run_until(&ratings, || {
            messages.tell_items();
            let (new, change) = messages.tell_reviewers();
            let of_grades = largest_change(&grades, &new);
            grades = new;
            // Grades can stand still while messages go to and fro.
            (of_grades, change <= self.rounds.tolerance)
        });
        let people = messages.people();
        let (combination, variances) = messages.into_combination();
        let variances = Variances { item: &variances, bias: None };
        let book = combination.book_with_errors(&ratings, self.name(), &variances);
        let book = with_reviewers(
            &ratings,
            book,
            |v| if self.debias { people[v].mean } else { MISSING },
            |v| 1.0 / (self.epsilon + people[v].variance()),
        );
        Ok(book.fit(fit).build()?)
    }
}

/// What works and reviewers have told one another.
struct Messages<'r, 'a> {
    ratings: &'r Ratings<'a>,
    settings: Vancouver,
    by_reviewer: Vec<f64>,
    /// Where each review lies in the order of reviewers.
    places: Vec<u32>,
    /// By review: grade and variance.
    to_reviewers: Vec<[f64; 2]>,
    /// In the order of reviewers: bias and variance.
    to_items: Vec<[f64; 2]>,
}

/// What weighted distances come to; sums of them merge without loss, whatever is left out.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    weight: f64,
    mean: f64,
    /// Weighted squares of the distances to the mean.
    squares: f64,
}

impl Spread {
    fn and(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        let apart = other.mean - self.mean;
        let mut squares = self.squares + other.squares;
        let mut mean = self.mean;
        // Also where nothing is on one side. Means are 0 but for de-biasing.
        if apart.abs() > 0.0 {
            let part = other.weight / weight;
            mean += apart * part;
            squares += apart * apart * part * self.weight;
        }
        Self { weight, mean, squares }
    }

    fn variance(self) -> f64 {
        if self.weight > 0.0 { self.squares / self.weight } else { 0.0 }
    }
}

/// Sums of what the reviewers of a work say.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weights: f64,
    grades: f64,
    variances: f64,
}

impl Sums {
    fn and(self, other: Self) -> Self {
        Self {
            weights: self.weights + other.weights,
            grades: self.grades + other.grades,
            variances: self.variances + other.variances,
        }
    }

    /// Grade and variance.
    fn message(self) -> [f64; 2] {
        [self.grades / self.weights, self.variances / self.weights / self.weights]
    }
}

/// Gives `tell` the sum of all terms but one, for each of them, and the sum of all in the end. A
/// single term is not left out. Sums from both ends: a sum less a term would lose its digits.
fn all_but_one<T: Copy + Default>(
    terms: &[T],
    tails: &mut Vec<T>,
    add: impl Fn(T, T) -> T,
    mut tell: impl FnMut(usize, T),
) -> T {
    if let [only] = terms {
        tell(0, *only);
        return *only;
    }
    tails.clear();
    let mut tail = T::default();
    for &term in terms.iter().rev() {
        tails.push(tail);
        tail = add(term, tail);
    }
    let mut head = T::default();
    for (i, (&term, &tail)) in terms.iter().zip(tails.iter().rev()).enumerate() {
        tell(i, add(head, tail));
        head = add(head, term);
    }
    head
}

impl<'r, 'a> Messages<'r, 'a> {
    fn new(ratings: &'r Ratings<'a>, settings: Vancouver) -> Self {
        let given = ratings.graph().given();
        let mut places = vec![0; given.len()];
        for (place, review) in given.iter().enumerate() {
            places[review.index()] = to_u32(place);
        }
        Self {
            ratings,
            settings,
            by_reviewer: ratings.by_reviewer(),
            places,
            to_reviewers: vec![[0.0; 2]; given.len()],
            to_items: vec![[0.0, 1.0]; given.len()],
        }
    }

    /// What a reviewer says of the item of a review: weight and so on.
    fn heard(&self, review: usize, score: f64) -> Sums {
        let [bias, variance] = self.to_items[self.places[review] as usize];
        let weight = 1.0 / (self.settings.epsilon + variance);
        Sums {
            weights: weight,
            grades: weight * (score - bias),
            variances: variance * weight * weight,
        }
    }

    /// Messages from all items: the grades of the items, and by how much a message changed most.
    fn tell_reviewers(&mut self) -> (Vec<f64>, f64) {
        let mut out = core::mem::take(&mut self.to_reviewers);
        let range = |item: usize| self.ratings.graph().reviews_of(SubmissionId::new(to_u32(item)));
        let fill = |items: core::ops::Range<usize>, mut out: &mut [[f64; 2]]| {
            let (mut terms, mut tails, mut change) = (Vec::new(), Vec::new(), 0.0);
            let grade = |item: usize| {
                let range = range(item);
                let (own, rest) = core::mem::take(&mut out).split_at_mut(range.len());
                out = rest;
                if range.is_empty() {
                    return MISSING;
                }
                terms.clear();
                let scores = range.zip(self.ratings.of(item));
                terms.extend(scores.map(|(e, &score)| self.heard(e, score)));
                let tell = |i: usize, sums: Sums| {
                    let new = sums.message();
                    let changes = own[i].iter().zip(new).map(|(old, new)| (old - new).abs());
                    change = changes.fold(change, math::max);
                    own[i] = new;
                };
                all_but_one(&terms, &mut tails, Sums::and, tell).message()[0]
            };
            let grades: Vec<f64> = items.map(grade).collect();
            (grades, change)
        };
        let items = self.ratings.items();
        let parts = chunks::rows(&mut out, items, |item| range(item).end, fill);
        self.to_reviewers = out;
        let change = parts.iter().fold(0.0, |most, part| math::max(most, part.1));
        let mut grades = Vec::with_capacity(items);
        for (part, _) in &parts {
            grades.extend_from_slice(part);
        }
        (grades, change)
    }

    /// What the message about an item tells of its reviewer.
    fn seen(&self, place: usize, review: usize) -> Spread {
        let [grade, variance] = self.to_reviewers[review];
        let weight = 1.0 / (self.settings.epsilon + variance);
        let apart = self.by_reviewer[place] - grade;
        if self.settings.debias {
            Spread { weight, mean: apart, squares: 0.0 }
        } else {
            Spread { weight, mean: 0.0, squares: weight * apart * apart }
        }
    }

    /// Messages from all reviewers.
    fn tell_items(&mut self) {
        let mut out = core::mem::take(&mut self.to_items);
        let given = self.ratings.graph().given();
        let fill = |people: core::ops::Range<usize>, mut out: &mut [[f64; 2]]| {
            let (mut terms, mut tails) = (Vec::new(), Vec::new());
            for person in people {
                let range = self.ratings.given(person);
                let (own, rest) = core::mem::take(&mut out).split_at_mut(range.len());
                out = rest;
                terms.clear();
                terms.extend(range.map(|place| self.seen(place, given[place].index())));
                let tell = |i: usize, sum: Spread| own[i] = [sum.mean, sum.variance()];
                all_but_one(&terms, &mut tails, Spread::and, tell);
            }
        };
        let people = self.ratings.people();
        chunks::rows(&mut out, people, |person| self.ratings.given(person).end, fill);
        self.to_items = out;
    }

    /// What all messages tell of each reviewer.
    fn people(&self) -> Vec<Spread> {
        let given = self.ratings.graph().given();
        chunks::column(self.ratings.people(), |person| {
            let terms = self.ratings.given(person);
            terms.fold(Spread::default(), |sum, place| {
                sum.and(self.seen(place, given[place].index()))
            })
        })
    }

    /// The combination of the last messages to items, and the variances of their grades.
    fn into_combination(self) -> (Combination, Vec<f64>) {
        let variances = chunks::column(self.ratings.items(), |item| {
            let range = self.ratings.graph().reviews_of(SubmissionId::new(to_u32(item)));
            let terms = range.zip(self.ratings.of(item));
            let sums = terms.fold(Sums::default(), |sums, (e, &z)| sums.and(self.heard(e, z)));
            if sums.weights > 0.0 { sums.message()[1] } else { 0.0 }
        });
        let reviews = self.places.len();
        let weights = chunks::column(reviews, |e| self.heard(e, 0.0).weights);
        let correction = if self.settings.debias {
            let bias = |e: usize| self.to_items[self.places[e] as usize][0];
            Each::OfReview(chunks::column(reviews, bias))
        } else {
            Each::Same(0.0)
        };
        (Combination { weight: Each::OfReview(weights), correction, prior: None }, variances)
    }
}
