//! Reviewers who rank.

mod draw;
mod insertion;
mod truth;

use super::{MAX_POINTS, SimulateError, check, check_sd, check_share};
use crate::chunks;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{SubmissionId, to_u32};
use crate::rankings::Rankings;
use crate::reviews::check_graph;
use crate::seed::{Phase, Seed};
use draw::{Course, Order, Part, join};
use insertion::Restricted;
pub use truth::{RankingLawError, RankingTruth, SimulatedRankings};

/// Reviewers who rank the submissions they were given.
///
/// ```text
/// q_i ~ N(0, 1)                             quality of submission i, unless given
/// s_g = exp(spread z_g - ability q_g)       how noisy reviewer g is; z_g ~ N(0, 1), q_g the mean
///                                           quality of what g wrote
///
/// thurstone(sd)        by q_i + sd s_g N(0, 1), falling
/// plackett_luce(c)     by c q_i + s_g Gumbel(0, 1), falling: the best is i with probability
///                      e^(c q_i / s_g) / sum_j e^(c q_j / s_g), and so on among the rest
/// mallows(phi)         order o with probability proportional to phi^K(o), K the pairs in which o
///                      and the true order of what g was given differ
/// mallows_of_all(phi)  the same over all submissions, of which g tells those given
/// insertion(max)       mallows(phi_g), phi_g ~ U(0, max)
/// ```
///
/// Careless reviewers rank at random, adversarial ones by the true order turned round with the noise
/// of their law.
///
/// Thurstone, "A law of comparative judgment", Psychological Review 34, 1927; Luce, Individual Choice
/// Behavior, 1959, and Plackett, "The analysis of permutations", Applied Statistics 24, 1975, by the
/// Gumbel noise of Yellott, Journal of Mathematical Psychology 15, 1977; Mallows, "Non-null ranking
/// models", Biometrika 44, 1957; the insertion law as graders of Caragiannis, Krimpas and Voudouris,
/// "How effective can simple ordinal peer grading be?", EC 2016, with max 1/2.
///
/// With k submissions for each reviewer O(reviews log k) time, by insertion O(reviews k) at the
/// worst, for `mallows_of_all` as its constructor says; O(people + submissions + reviews) space.
///
/// When not to use it: where reviewers know more than an order.
///
/// ```
/// use peergrade::simulate::RankingLaw;
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(100)?;
/// let plan = Assigner::new(5).assign(&cohort, Seed::new(1))?;
/// let course = RankingLaw::thurstone(0.5).careless(0.1).simulate(&cohort, &plan, Seed::new(2))?;
/// assert_eq!(course.rankings().len(), 100);
/// assert_eq!(course.truth().qualities().len(), 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RankingLaw {
    model: Model,
    spread: f64,
    ability: f64,
    careless: f64,
    adversarial: f64,
    no_show: f64,
    ties: Option<f64>,
    qualities: Option<Vec<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Model {
    Thurstone { sd: f64 },
    PlackettLuce { scale: f64 },
    Mallows { phi: f64 },
    MallowsOfAll { phi: f64 },
    Insertion { max: f64 },
}

impl RankingLaw {
    fn new(model: Model) -> Self {
        Self {
            model,
            spread: 0.0,
            ability: 0.0,
            careless: 0.0,
            adversarial: 0.0,
            no_show: 0.0,
            ties: None,
            qualities: None,
        }
    }

    /// Normal noise with this standard deviation, beside qualities of standard deviation 1. With 0
    /// reviewers are perfect.
    #[must_use]
    pub fn thurstone(sd: f64) -> Self {
        Self::new(Model::Thurstone { sd })
    }

    /// The law of Plackett and Luce with worths `e^(scale q)`; 0 for any order.
    #[must_use]
    pub fn plackett_luce(scale: f64) -> Self {
        Self::new(Model::PlackettLuce { scale })
    }

    /// The law of Mallows over what each reviewer was given, with dispersion `phi` from 0 (the true
    /// order) to 1 (any order).
    #[must_use]
    pub fn mallows(phi: f64) -> Self {
        Self::new(Model::Mallows { phi })
    }

    /// The law of Mallows over all submissions, dispersion `phi` from 0 to 1, of which each reviewer
    /// tells what they were given. Only near neighbours in the true order are confused, so in a large
    /// course this is nearly the true order for any `phi` that is not close to 1.
    ///
    /// O(k (k + min(submissions / k, 37 / ln(1 / phi)))) time for a reviewer of k.
    #[must_use]
    pub fn mallows_of_all(phi: f64) -> Self {
        Self::new(Model::MallowsOfAll { phi })
    }

    /// The law of Mallows over what each reviewer was given, with a dispersion of their own, uniform
    /// from 0 to `max`, at most 1.
    #[must_use]
    pub fn insertion(max: f64) -> Self {
        Self::new(Model::Insertion { max })
    }

    /// Lets the noise of reviewers differ: the standard deviation of its logarithm, 0 by default. For
    /// Thurstone and Plackett-Luce.
    #[must_use]
    pub fn spread(self, sd: f64) -> Self {
        Self { spread: sd, ..self }
    }

    /// Makes those who write well rank well: by how much the logarithm of the noise falls for each
    /// unit of the own quality, 0 by default, below 0 for the reverse. For Thurstone and
    /// Plackett-Luce.
    #[must_use]
    pub fn ability(self, slope: f64) -> Self {
        Self { ability: slope, ..self }
    }

    /// Sets the probability that a reviewer ranks at random; 0 by default.
    #[must_use]
    pub fn careless(self, probability: f64) -> Self {
        Self { careless: probability, ..self }
    }

    /// Sets the probability that a reviewer turns the order round; 0 by default.
    #[must_use]
    pub fn adversarial(self, probability: f64) -> Self {
        Self { adversarial: probability, ..self }
    }

    /// Sets the probability that a person gives no ranking; 0 by default.
    #[must_use]
    pub fn no_show(self, probability: f64) -> Self {
        Self { no_show: probability, ..self }
    }

    /// Lets reviewers tie what they see within the same multiple of `step`, from 1e-100 to 1e100; no
    /// ties by default. For Thurstone and Plackett-Luce, whose qualities have a unit.
    #[must_use]
    pub fn ties(self, step: f64) -> Self {
        Self { ties: Some(step), ..self }
    }

    /// Sets the qualities, one for each submission, from -1e100 to 1e100, instead of drawing them.
    /// Of equal ones the lower id counts as the better where a law needs an order.
    #[must_use]
    pub fn qualities(self, qualities: impl Into<Vec<f64>>) -> Self {
        Self { qualities: Some(qualities.into()), ..self }
    }

    /// A course of this law: the people and submissions of `cohort`, who rank what `graph` says (a
    /// [`ReviewGraph`] or a plan).
    ///
    /// Every submission and every person draws from a stream of their own: what is added at the end
    /// changes no ranking of the others.
    ///
    /// # Errors
    ///
    /// [`RankingLawError`] where a setting is out of its range, there is not one quality for each
    /// submission, or the graph was made for other sizes or has somebody review their own work.
    pub fn simulate(
        &self,
        cohort: &Cohort,
        graph: &impl AsRef<ReviewGraph>,
        seed: Seed,
    ) -> Result<SimulatedRankings, RankingLawError> {
        let graph = graph.as_ref();
        self.check(graph.submissions())?;
        check_graph(cohort, graph).map_err(SimulateError::from)?;
        let qualities = match &self.qualities {
            Some(qualities) => qualities.clone(),
            None => chunks::column(graph.submissions(), |i| {
                seed.stream(Phase::SimulatedTruth, i as u64).normal()
            }),
        };
        let course = Course { law: self, graph, cohort, order: self.order(&qualities), qualities };
        let parts = chunks::map(graph.people(), |range| {
            let mut part = Part::default();
            range.for_each(|person| course.person(person, seed, &mut part));
            part
        });
        let (rows, people) = join(parts);
        let rankings = Rankings::from_rows(graph.people(), graph.submissions(), rows);
        Ok(SimulatedRankings::new(rankings, course.qualities, people))
    }

    /// What a law of insertion knows of the order of all; nothing for the others.
    fn order(&self, qualities: &[f64]) -> Order {
        let n = qualities.len();
        let restricted = match self.model {
            Model::Thurstone { .. } | Model::PlackettLuce { .. } => return Order::default(),
            Model::MallowsOfAll { phi } => Some(Restricted::new(n, phi)),
            Model::Mallows { .. } | Model::Insertion { .. } => None,
        };
        let quality = |id: u32| qualities[id as usize] + 0.0; // -0.0 is 0.0
        let mut order: Vec<u32> = (0..to_u32(n)).collect();
        order.sort_unstable_by(|&a, &b| quality(b).total_cmp(&quality(a)).then(a.cmp(&b)));
        let mut ranks = vec![0; n];
        order.iter().zip(0..).for_each(|(&id, rank)| ranks[id as usize] = rank);
        Order { ranks, restricted }
    }

    fn check(&self, submissions: usize) -> Result<(), RankingLawError> {
        self.check_settings()?;
        let Some(qualities) = &self.qualities else { return Ok(()) };
        if qualities.len() != submissions {
            return Err(RankingLawError::Qualities { given: qualities.len(), needed: submissions });
        }
        let wrong = |&(_, value): &(u32, f64)| !(-MAX_POINTS..=MAX_POINTS).contains(&value);
        match (0..).zip(qualities.iter().copied()).find(wrong) {
            Some((id, value)) => {
                Err(RankingLawError::Quality { submission: SubmissionId::new(id), value })
            }
            None => Ok(()),
        }
    }

    fn check_settings(&self) -> Result<(), SimulateError> {
        let insertion = match self.model {
            Model::Thurstone { sd } => check_sd("the noise", sd).map(|()| false),
            Model::PlackettLuce { scale } => check_sd("the scale", scale).map(|()| false),
            Model::Mallows { phi } | Model::MallowsOfAll { phi } => {
                check_share("the dispersion", phi).map(|()| true)
            }
            Model::Insertion { max } => check_share("the largest dispersion", max).map(|()| true),
        }?;
        for (setting, value) in [
            ("careless", self.careless),
            ("adversarial", self.adversarial),
            ("no_show", self.no_show),
        ] {
            check_share(setting, value)?;
        }
        let sum = self.careless + self.adversarial;
        if sum > 1.0 + 1e-9 {
            return Err(SimulateError::Shares { sum });
        }
        let step = self.ties.unwrap_or(1.0);
        check(
            "ties",
            step,
            (1.0 / MAX_POINTS..=MAX_POINTS).contains(&step),
            "from 1e-100 to 1e100",
        )?;
        check("spread", self.spread, (0.0..=MAX_LOG).contains(&self.spread), "from 0 to 100")?;
        check("ability", self.ability, self.ability.abs() <= MAX_LOG, "from -100 to 100")?;
        if insertion {
            const NEEDED: &str = "left out of a law of orders";
            let step = self.ties.unwrap_or_default();
            check("ties", step, self.ties.is_none(), NEEDED)?;
            check("spread", self.spread, self.spread == 0.0, NEEDED)?;
            check("ability", self.ability, self.ability == 0.0, NEEDED)?;
        }
        Ok(())
    }
}

/// The largest spread of a logarithm.
const MAX_LOG: f64 = 100.0;

#[cfg(test)]
mod tests;
