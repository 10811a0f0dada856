//! The posterior: expectation propagation over works and reviewers.

mod bins;
mod block;
mod closed;
mod creep;
mod effort;
mod fit;
mod found;
mod grid;
mod history;
mod law;
mod learn;
mod levels;
mod live;
mod monotone;
mod nodes;
mod parts;
mod real;
mod search;
mod seen;
mod state;
#[cfg(test)]
mod tests;
mod trust;
mod works;

pub use self::history::ReviewerHistory;
pub use self::live::{LiveError, LivePosterior};
use super::gather::LARGE;
use super::pg1::{plain, too_little};
use super::ratings::Ratings;
use super::rounds::{Rounds, rounds_setters};
use super::{AggregateError, Aggregator, Trusted};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// Grades with intervals, from all that is known of each reviewer: the method that the crate recommends.
///
/// ```text
/// s_u ~ N(mean, quality), or a mixture of two normal densities of one variance
/// z = mean + slope_v (s_u - mean) + offset_v + b_v + noise,     noise ~ N(0, floor + 1/t_v)
/// honest:   slope 1,        offset 0,     b_v ~ N(0, bias),    t_v ~ Gamma(shape, shape / precision)
/// shifted:  slope 1,        offset m,     b_v and t_v as of the honest
/// others:   slope 0 or 1/2, offset 0,     b_v ~ N(0, its own), t_v one of six, from 1/8 to 20 over the
///                                                              variance within works
/// or: honest with probability a_v, review by review, and otherwise z ~ N(what most works get)
/// ```
///
/// **The estimate.** What a review says of a grade is kept as a normal density. A sweep goes over the
/// reviewers: given what all others say of the works, a reviewer is integrated exactly over bias and, on a
/// grid, over precision and manner; that makes what each of their reviews says anew (expectation
/// propagation: Minka, "Expectation Propagation for Approximate Bayesian Inference", UAI 2001). Bias and
/// precision are those of Piech, Huang, Chen, Do, Ng and Koller, "Tuned Models of Peer Assessment in
/// MOOCs", EDM 2013. Why not draws of the posterior, or mean fields: the first take a hundred times as long for
/// the same grades, the second claim to be surer than they are. Between sweeps the laws are learned from a
/// sample of reviewers and works, by expectation and maximisation. Sweeps go on until the root mean
/// square of the changes of grades is 1e-3 of the spread of the scores of one work.
///
/// **Safety.** All reviewers are equally precise until the scores speak against it. A model that tells more of
/// them apart (a precision each; manners; some with an offset; some who look at some works and not at
/// others) is taken where it makes what reviewers say more probable, by a margin: where nothing is
/// gained, the grades are shrunk means less biases. So is a mixture of two kinds of works, as where some are
/// handed in empty: unless the scores speak for it, on more than a few levels, all are of one kind. The floor of the noise is at least what rounding adds;
/// where few levels have most of the scores it is wider, so that nobody is precise for giving the grade
/// that most get. The honest are the majority: an offset is that of the others.
///
/// **Level.** In all, the grades are on average what the scores are of those whose scores follow what
/// they see. How high a part of the graph is as a whole, such as a group that reviews itself, nothing but its
/// own reviews tells: were parts dealt by chance, few reviewers are lenient or strict together, and
/// grades are drawn to the level of all; so far as parts differ by more than chance, as sections do, each
/// has the level of its scores.
///
/// **Intervals** are of the grade given the laws; they say nothing of a level that all reviewers share.
/// In parts of the graph with up to 128 reviewers, such as groups in which everybody reviews everybody,
/// they are widened by what the exact solution with the precisions found has beyond that by messages, and
/// by how little is known of the level of the part: with groups of 4 to 20 those of 90 % hold 88 to 90 %.
///
/// **Cost.** O(reviews x criteria x nodes) time a sweep with 1 to 28 nodes, about ten sweeps, and
/// O(reviews x criteria) space: 100,000 works of five reviews take 0.3 s on one core, a million 3 to 4 s and
/// 250 MB; where other manners are found, two to four times as long. From 200,000 ratings on sweeps calculate
/// in single precision. Beyond 8192 reviewers laws are learned from every k-th of them, in the order of
/// their ids.
///
/// **When not to use it.** With scores on few levels, or without a look on such, intervals are too narrow; so
/// they are where many of a few hundred reviewers report at random, or where cycles of reviews are short, as
/// when everybody reviews the next few: what is said goes round there and counts more than once. Sections
/// that review themselves, of which one has three times the noise of another, are better fitted one by one.
/// A higher score can lower a grade, where it shows the reviewer to be unreliable: never with
/// [`monotone`](Self::monotone).
///
/// ```
/// use peergrade::aggregate::{Aggregator, Mean, Posterior};
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(200)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
/// let truth = course.truth().grades();
/// let error = |method: &dyn Aggregator| {
///     let grades = method.aggregate(course.reviews())?;
///     let pairs = grades.grades().flatten().zip(truth);
///     Ok::<f64, Box<dyn std::error::Error>>(pairs.map(|(g, t)| (g - t) * (g - t)).sum())
/// };
/// assert!(error(&Posterior::default())? < 0.7 * error(&Mean)?);
///
/// let grades = Posterior::default().aggregate(course.reviews())?;
/// let works = (0..).map(SubmissionId::new).zip(truth);
/// let held = works.filter(|&(s, &t)| grades.interval(s, 0.9).unwrap().contains(t)).count();
/// assert!((170..=190).contains(&held)); // About 180 of 200.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[allow(clippy::struct_excessive_bools)] // each is an option by itself
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    rounds: Rounds,
    manners: bool,
    effort: Option<bool>,
    mixture: Option<bool>,
    bins: bool,
    trusted: Trusted,
    monotone: bool,
    author_coupling: bool,
}

impl Default for Posterior {
    fn default() -> Self {
        Self {
            rounds: Rounds { tolerance: 1e-3, most: 60 },
            manners: true,
            effort: None,
            mixture: None,
            bins: false,
            trusted: Trusted::Ignored,
            monotone: false,
            author_coupling: false,
        }
    }
}

impl Posterior {
    rounds_setters! {
        /// Sets which root mean square of the changes of grades ends the sweeps, in parts of the
        /// standard deviation within works: 1e-3 by default. Where reviewers look at some works and not at
        /// others it is twice that.
        tolerance,
        /// Sets how many sweeps there are at most for each model that is tried: 60 by default. A model that
        /// has not settled by then is left for the simpler one that does.
        max_iterations
    }

    /// Sets whether reviewers may be of other manners than honest, as they may by default: otherwise
    /// bias and precision alone tell them apart.
    #[must_use]
    pub fn manners(mut self, manners: bool) -> Self {
        self.manners = manners;
        self
    }

    /// Sets whether reviewers may look at some works and not at others, where the scores speak for it.
    /// By default they may with up to 16,384 people and scores on more than a few levels: one score on
    /// few levels does not tell whether it was given with a look, and a sweep takes ten times as long: of a
    /// million works of five reviews, all take 25 s.
    #[must_use]
    pub fn effort(mut self, effort: bool) -> Self {
        self.effort = Some(effort);
        self
    }

    /// Sets whether true grades may be a mixture of two normal densities, of two kinds of works, where
    /// the scores speak for it. By default they may with scores on more than a few levels: on few, works
    /// crowd whatever they are.
    ///
    /// A work on the border of two kinds can be either: its grade is between, with a wide interval.
    #[must_use]
    pub fn mixture(mut self, mixture: bool) -> Self {
        self.mixture = Some(mixture);
        self
    }

    /// Sets whether scores are bins: what a reviewer makes of a work, rounded to a step of the scale and
    /// cut off at its ends, so that a top mark says that the work is that good or better. Bias, grade and
    /// noise are then those of what is rounded: a reviewer is integrated over a grid of bias and precision
    /// (and of effort, where that is asked for), each review by the probability of its bin. Grades are cut to
    /// the scale; what they were before, and the intervals about that, [`uncut`](crate::Explanation::uncut)
    /// tells.
    ///
    /// Not by default: ratings alone do not tell whether the true grade is a number behind the levels, or
    /// what the levels say on average. For the first, bins are nearer (a fifth of the error of the mean
    /// less, where one level has most of the scores and reviewers give many); of the second they can be
    /// a third farther. Manners and kinds of works are not told apart then, and a sweep takes some
    /// twenty times as long: 1000 works of five reviews take a quarter of a second.
    #[must_use]
    pub fn bins(mut self, bins: bool) -> Self {
        self.bins = bins;
        self
    }

    /// Sets what is learned from the grades of staff and of exemplars: nothing by default, and then no
    /// grade of staff changes another grade.
    ///
    /// Otherwise they measure the reviewers of their works; and, from two such works on, tell how far
    /// reviewers as a whole are above staff or below, which is taken off every grade: as
    /// [`GradingPolicy::offset`](super::GradingPolicy::offset) does, drawn to 0 as far as it may be noise. The biases of reviewers are
    /// those within the course. What the reviews of such a work come to is still their word alone.
    #[must_use]
    pub fn trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// Sets whether a higher score never lowers the grade of its work. By default it can, where it shows the
    /// reviewer to be unreliable.
    ///
    /// Works are dealt to five parts, by a number made of their ids. What the reviews of a work weigh, and how lenient their
    /// reviewers are, is then said by a fit without that part (cross-fitting: Chernozhukov et al., "Double/debiased
    /// machine learning", Econometrics Journal 21, 2018): the grade is the best that is linear in the scores,
    /// or rises with that where works are of two kinds. Other grades may fall, for the reviewer looks more
    /// lenient. Reviewers are told apart by manner and precision, not by effort; scores are no bins. It
    /// takes six fits.
    ///
    /// What the scores of a work say of its own reviewers is lost. With 1000 works of five reviews grades
    /// err 2 % more than by default with biases alone, 7 % where precisions differ too, 10 % with spam and up
    /// to 24 % with attackers (of [`Blup`](super::Blup), which is not monotone either: 0, 16, 73 and more).
    /// Intervals of 90 % hold 90 %, where those of the default do.
    #[must_use]
    pub fn monotone(mut self, monotone: bool) -> Self {
        self.monotone = monotone;
        self
    }

    /// Sets whether those who do good work may be the more precise reviewers, or the less: not by default.
    ///
    /// ```text
    /// t_v = exp(a x_v) g_v,   g_v ~ Gamma(shape, shape / precision),   a ~ N(0, 0.3^2)
    /// x_v = the grade of the own work, in standard deviations of grades above the mean
    /// ```
    ///
    /// `a` is learned with the rest, and where the scores do not speak for it grades hardly change. As in PG3 of
    /// Piech et al. (above), but for an exponent, so that no precision is below 0, and one way: reviews
    /// say nothing of the grade of who gives them. Reviewers are told apart by manner and precision then,
    /// not by effort, and scores are no bins. Where precisions do follow grades errors are a twentieth less.
    ///
    /// **A question of fairness.** What a student's reviews count comes to depend on what others think of
    /// their work: say so to those who are graded.
    ///
    /// ```
    /// use peergrade::aggregate::{Aggregator, Posterior};
    /// # use peergrade::simulate::{Gaussian, Simulation};
    /// # use peergrade::{Assigner, Cohort, Seed};
    /// # let cohort = Cohort::individuals(60)?;
    /// # let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
    /// # let course = Simulation::new(Gaussian::pg1()).simulate(&cohort, &plan, Seed::new(2))?;
    /// let grades = Posterior::default().author_coupling(true).aggregate(course.reviews())?;
    /// # assert!(grades.fit().converged());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn author_coupling(mut self, author_coupling: bool) -> Self {
        self.author_coupling = author_coupling;
        self
    }

    /// Grades of one assignment of a term, given what is known of the reviewers from those before; and what
    /// is known of them after it.
    ///
    /// People keep bias, precision and manner, and what reviews tell of these is not lost: with five reviews
    /// each the fourth assignment's grades err an eighth less than by its own reviews alone. Earlier grades
    /// stay what they were. One fit of all assignments changes them too, and is a little better: reviews of
    /// a cohort in which each person has a work for each assignment.
    ///
    /// With an empty history the grades are those of [`aggregate`](Aggregator::aggregate), to the bit.
    /// In all, grades are on average what the scores are less the biases that were known before.
    ///
    /// # Errors
    ///
    /// As [`aggregate`](Aggregator::aggregate), and [`AggregateError::History`] for a history of another
    /// number of people.
    ///
    /// ```
    /// use peergrade::aggregate::{Posterior, ReviewerHistory};
    /// use peergrade::simulate::{Gaussian, Simulation};
    /// use peergrade::{Assigner, Cohort, Seed};
    ///
    /// let cohort = Cohort::individuals(100)?;
    /// let mut history = ReviewerHistory::default();
    /// for week in 0..3 {
    ///     let seed = Seed::new(1).derive(&format!("week {week}"));
    ///     let plan = Assigner::new(4).assign(&cohort, seed)?;
    ///     let course = Simulation::new(Gaussian::pg1()).assignment(week);
    ///     let course = course.simulate(&cohort, &plan, Seed::new(2))?;
    ///     let (_grades, after) = Posterior::default().aggregate_with(course.reviews(), &history)?;
    ///     history = after;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aggregate_with(
        &self,
        reviews: &Reviews,
        history: &ReviewerHistory,
    ) -> Result<(Gradebook, ReviewerHistory), AggregateError> {
        self.graded(reviews, history, true)
    }

    /// The posterior of a course that goes on: reviews come, change and go, and grades follow at once.
    ///
    /// # Errors
    ///
    /// As [`aggregate`](Aggregator::aggregate).
    pub fn live<'a>(&self, reviews: &'a Reviews) -> Result<LivePosterior<'a>, AggregateError> {
        self.check()?;
        let ratings = Ratings::by_spread(reviews)?;
        Ok(if ratings.column().len() > LARGE {
            self.live_by::<f32>(reviews, &ratings)
        } else {
            self.live_by::<f64>(reviews, &ratings)
        })
    }
}

impl Aggregator for Posterior {
    fn name(&self) -> &'static str {
        "posterior"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        let (book, _) = self.graded(reviews, &ReviewerHistory::default(), false)?;
        Ok(book)
    }
}

impl Posterior {
    fn check(&self) -> Result<(), AggregateError> {
        self.rounds.check("posterior")?;
        self.trusted.check("posterior")
    }

    /// Grades, and where they are asked for what is known of reviewers then.
    fn graded(
        &self,
        reviews: &Reviews,
        history: &ReviewerHistory,
        next: bool,
    ) -> Result<(Gradebook, ReviewerHistory), AggregateError> {
        self.check()?;
        history.check(reviews.graph().people())?;
        let ratings = Ratings::by_spread(reviews)?;
        if let Some(warning) = too_little(&ratings) {
            return Ok((plain(&ratings, self.name(), warning).build()?, history.clone()));
        }
        if ratings.column().len() > LARGE {
            self.book::<f32>(&ratings, history, next)
        } else {
            self.book::<f64>(&ratings, history, next)
        }
    }
}
