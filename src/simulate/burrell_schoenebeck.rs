//! Burrell and Schoenebeck's agents.

use super::{SimulateError, Simulated, Truth, check_sd, check_share};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, to_u32};
use crate::math;
use crate::scale::Scale;
use crate::seed::{Seed, Stream};

/// What a reviewer reports who saw `x`, in [`BurrellSchoenebeck`]. All reports are moved to the
/// nearest of 0, 1, ..., 10, halves to even.
///
/// `Truth` to `Hedge` are of the paper; `All8`, `Random` and `Low` are attackers besides.
///
/// ```
/// use peergrade::simulate::{BurrellSchoenebeck, Strategy};
///
/// let attacked = BurrellSchoenebeck::default().strategy(Strategy::Low, 0.3);
/// assert_ne!(attacked, BurrellSchoenebeck::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// x.
    #[default]
    Truth,
    /// x + N(0, 1), fresh for every review.
    Noise,
    /// x - sign(b) h: against the own bias b, with h = |N(0, 1)| drawn once for each person.
    FixBias,
    /// 0 for 0, 3 for 1 to 3, 6 for 4 to 6, 7 for 7 to 9, 10 for 10.
    Merge,
    /// 7, the expected grade.
    Prior,
    /// 10.
    All10,
    /// (7 + x) / 2.
    Hedge,
    /// 8.
    All8,
    /// Any grade, each as likely as the other.
    Random,
    /// x - 4.
    Low,
}

/// How often a reviewer looks at a work before reporting, in [`BurrellSchoenebeck`].
///
/// ```
/// use peergrade::simulate::{BurrellSchoenebeck, Effort};
///
/// let half = BurrellSchoenebeck::default().effort(Effort::Binary { active: 0.5 });
/// assert_ne!(half, BurrellSchoenebeck::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Effort {
    /// 1 + Poisson(l) times, afresh for every review, with l ~ U(0, 2) for each person.
    Continuous,
    /// Three times if active, once if not.
    Binary {
        /// The probability that a person is active.
        active: f64,
    },
}

/// The agents of Burrell and Schoenebeck: honest reviewers who differ in bias and effort, and
/// others who do not report what they saw.
///
/// ```text
/// t_u ~ Binomial(10, 0.7)                      true grade of submission u
/// b_v ~ N(0, 1)                                bias of reviewer v
/// J   = 1 + Poisson(l_v),  l_v ~ U(0, 2)       looks of reviewer v at a work
/// p   = clip((t_u + b_v) / 10, 0, 1)
/// x   = round(Binomial(10 J, p) / J)           what the reviewer saw, halves to even
/// ```
///
/// The report is `x` unless the reviewer has another [`Strategy`]. The scale is 0, 1, ..., 10.
///
/// Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer Assessment Case
/// Study", EC 2023. O(people + submissions + reviews) time and space, with strategies
/// O(people log people).
///
/// When not to use it: to compare methods that rest on normal noise at their best; here high
/// grades are less noisy than middling ones.
///
/// ```
/// use peergrade::simulate::{BurrellSchoenebeck, Strategy};
/// use peergrade::{Cohort, PersonId, ReviewGraph, Seed, SubmissionId};
///
/// let cohort = Cohort::individuals(2)?;
/// let graph = ReviewGraph::from_pairs(2, 2, &[(SubmissionId::new(0), PersonId::new(1))])?;
/// let law = BurrellSchoenebeck::default().strategy(Strategy::All10, 1.0);
/// let course = law.simulate(&cohort, &graph, Seed::new(1))?;
/// assert_eq!(course.reviews().column(0), [10.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BurrellSchoenebeck {
    bias_sd: f64,
    effort: Effort,
    strategies: Vec<(Strategy, f64)>,
    no_show: f64,
}

impl Default for BurrellSchoenebeck {
    fn default() -> Self {
        Self { bias_sd: 1.0, effort: Effort::Continuous, strategies: Vec::new(), no_show: 0.0 }
    }
}

/// What a person is.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    no_show: bool,
    strategy: Strategy,
    bias: f64,
    /// What [`Strategy::FixBias`] takes off.
    fix: f64,
    /// The expected number of looks.
    looks: f64,
    /// Uniform: the lowest get the first strategy.
    rank: f64,
}

/// The expected grade.
const PRIOR: f64 = 7.0;

/// Shares such as 0.7, 0.2 and 0.1 may sum to a little above 1, and 0.29 of 100 to a little below 29.
const ROUNDING: f64 = 1e-9;

impl BurrellSchoenebeck {
    /// Sets the standard deviation of the biases, in points; 1 by default, 0 for none.
    #[must_use]
    pub fn bias_sd(self, sd: f64) -> Self {
        Self { bias_sd: sd, ..self }
    }

    /// Sets how often reviewers look at a work; [`Effort::Continuous`] by default.
    #[must_use]
    pub fn effort(self, effort: Effort) -> Self {
        Self { effort, ..self }
    }

    /// Gives a strategy to a share of the reviewers: to `floor(share x reviewers)` of those who
    /// have something to review, drawn without replacement. May be called for several strategies;
    /// who gets none reports the truth.
    ///
    /// Every person draws one number, and those with the lowest get the strategy: so with one
    /// strategy a person more in the cohort changes that of at most one other.
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy, share: f64) -> Self {
        self.strategies.push((strategy, share));
        self
    }

    /// Sets the probability that a person gives none of their reviews; 0 by default.
    #[must_use]
    pub fn no_show(self, probability: f64) -> Self {
        Self { no_show: probability, ..self }
    }

    /// A course of this law: the people and submissions of `cohort`, who review what `graph` says
    /// (a [`ReviewGraph`] or a plan).
    ///
    /// # Errors
    ///
    /// [`SimulateError`] where a setting is out of its range, or the graph was made for other
    /// sizes or has somebody review their own work.
    pub fn simulate(
        &self,
        cohort: &Cohort,
        graph: &impl AsRef<ReviewGraph>,
        seed: Seed,
    ) -> Result<Simulated, SimulateError> {
        self.check()?;
        let graph = graph.as_ref();
        let grades = super::grades(graph, seed, |stream| stream.binomial(10, 0.7) as f64);
        let mut people = super::people(graph, seed, |stream| self.person(stream));
        self.distribute(graph, &mut people);
        let no_shows: Vec<bool> = people.iter().map(|p| p.no_show).collect();
        let course = (&grades[..], &people[..], &no_shows[..]);
        let score = |grade: f64, person: &Person, stream: &mut Stream| {
            Scale::TEN.nearest(self.report(grade, person, stream))
        };
        let reviews = super::reviews((cohort, graph, Scale::TEN), course, seed, score)?;
        let truth = Truth {
            bias: Some(people.iter().map(|p| p.bias).collect()),
            effort: Some(people.iter().map(|p| p.looks).collect()),
            strategies: Some(people.iter().map(|p| p.strategy).collect()),
            grades,
            no_shows,
            ..Truth::default()
        };
        Ok(Simulated { reviews, truth })
    }

    fn check(&self) -> Result<(), SimulateError> {
        check_sd("bias_sd", self.bias_sd)?;
        check_share("no_show", self.no_show)?;
        if let Effort::Binary { active } = self.effort {
            check_share("the share of active reviewers", active)?;
        }
        let mut sum = 0.0;
        for &(_, share) in &self.strategies {
            check_share("the share of a strategy", share)?;
            sum += share;
        }
        if sum <= 1.0 + ROUNDING { Ok(()) } else { Err(SimulateError::Shares { sum }) }
    }

    /// All draws are made whatever the settings, so that a setting changes only what it is about.
    fn person(&self, stream: &mut Stream) -> Person {
        let no_show = stream.bernoulli(self.no_show);
        let rank = stream.unit();
        let effort = stream.unit();
        let bias = self.bias_sd * stream.normal();
        let height = stream.normal().abs();
        let looks = match self.effort {
            Effort::Continuous => 1.0 + 2.0 * effort,
            Effort::Binary { active } => {
                if effort < active {
                    3.0
                } else {
                    1.0
                }
            }
        };
        let fix = if self.bias_sd > 0.0 { height * bias.signum() } else { 0.0 };
        Person { no_show, strategy: Strategy::Truth, bias, fix, looks, rank }
    }

    /// Gives their strategies to those with the lowest ranks.
    fn distribute(&self, graph: &ReviewGraph, people: &mut [Person]) {
        if self.strategies.is_empty() {
            return;
        }
        let reviews = |i: &u32| !graph.reviews_by(PersonId::new(*i)).is_empty();
        let mut reviewers: Vec<u32> = (0..to_u32(people.len())).filter(reviews).collect();
        let rank = |i: u32| people[i as usize].rank;
        reviewers.sort_unstable_by(|&a, &b| rank(a).total_cmp(&rank(b)).then(a.cmp(&b)));
        let count = reviewers.len() as f64;
        let mut reviewers = reviewers.into_iter();
        for &(strategy, share) in &self.strategies {
            // From 0 to the number of reviewers.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let chosen = (share * count + ROUNDING) as usize;
            for i in reviewers.by_ref().take(chosen) {
                people[i as usize].strategy = strategy;
            }
        }
    }

    /// What a reviewer reports, on the way to the scale.
    fn report(&self, grade: f64, reviewer: &Person, stream: &mut Stream) -> f64 {
        let mut seen = || self.signal(grade, reviewer, stream);
        match reviewer.strategy {
            Strategy::Truth => seen(),
            Strategy::Noise => {
                let x = seen();
                x + stream.normal()
            }
            Strategy::FixBias => seen() - reviewer.fix,
            Strategy::Merge => match seen() {
                x if x < 0.5 => 0.0,
                x if x < 3.5 => 3.0,
                x if x < 6.5 => 6.0,
                x if x < 9.5 => 7.0,
                _ => 10.0,
            },
            Strategy::Prior => PRIOR,
            Strategy::All10 => 10.0,
            Strategy::Hedge => f64::midpoint(PRIOR, seen()),
            Strategy::All8 => 8.0,
            Strategy::Random => f64::from(stream.bounded(11)),
            Strategy::Low => seen() - 4.0,
        }
    }

    /// What a reviewer sees: a grade from 0 to 10.
    fn signal(&self, grade: f64, reviewer: &Person, stream: &mut Stream) -> f64 {
        let looks = match self.effort {
            Effort::Continuous => 1 + stream.poisson(reviewer.looks - 1.0),
            Effort::Binary { .. } => {
                if reviewer.looks > 1.0 {
                    3
                } else {
                    1
                }
            }
        };
        let p = math::clamp((grade + reviewer.bias) / 10.0, 0.0, 1.0);
        math::round_half_even(stream.binomial(10 * looks, p) as f64 / looks as f64)
    }
}
