//! How one reviewer ranks.

use super::insertion::{Restricted, insert};
use super::truth::People;
use super::{Model, RankingLaw};
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::rankings::Rows;
use crate::seed::{Phase, Seed, Stream};

/// The smallest and the largest noise: what follows from it is finite.
const NOISES: (f64, f64) = (1e-200, 1e100);

/// The true order, for laws of orders.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Of each submission, 0 the best.
    pub(super) ranks: Vec<u32>,
    pub(super) restricted: Option<Restricted>,
}

/// What rankings are drawn from.
pub(super) struct Course<'a> {
    pub(super) law: &'a RankingLaw,
    pub(super) graph: &'a ReviewGraph,
    pub(super) cohort: &'a Cohort,
    pub(super) order: Order,
    pub(super) qualities: Vec<f64>,
}

/// What a person makes of the truth.
#[derive(Debug, Clone, Copy)]
struct Reviewer {
    noise: f64,
    careless: bool,
    adversarial: bool,
}

/// The rankings and people of a chunk, and room to work in.
#[derive(Debug, Default)]
pub(super) struct Part {
    reviewers: Vec<PersonId>,
    lengths: Vec<u32>,
    items: Vec<SubmissionId>,
    tied: Vec<bool>,
    people: People,
    percepts: Vec<(f64, SubmissionId)>,
    true_order: Vec<(usize, SubmissionId)>,
    ranking: Vec<(usize, SubmissionId)>,
    restricted: Vec<SubmissionId>,
}

impl Course<'_> {
    /// Draws what a person is and how they rank.
    pub(super) fn person(&self, person: usize, seed: Seed, part: &mut Part) {
        let stream = &mut seed.stream(Phase::SimulatedRanking, person as u64);
        let id = PersonId::new(to_u32(person));
        // All draws are made whatever the settings, so that a setting changes only what it is about.
        let (gone, kind) = (stream.bernoulli(self.law.no_show), stream.unit());
        let (z, u) = (stream.normal(), stream.unit());
        let careless = kind < self.law.careless;
        let adversarial = !careless && kind >= 1.0 - self.law.adversarial;
        let noise = self.noise(id, z, u);
        part.people.noise.push(noise);
        part.people.careless.push(careless);
        part.people.adversarial.push(adversarial);
        part.people.no_shows.push(gone);
        let given = self.graph.submissions_of(id);
        if gone || given.is_empty() {
            return;
        }
        part.reviewers.push(id);
        part.lengths.push(to_u32(given.len()));
        let reviewer = Reviewer { noise, careless, adversarial };
        match self.law.model {
            Model::Thurstone { .. } | Model::PlackettLuce { .. } => {
                self.by_percept(given, reviewer, stream, part);
            }
            _ => self.by_insertion(given, reviewer, stream, part),
        }
    }

    fn noise(&self, person: PersonId, z: f64, u: f64) -> f64 {
        let scale = match self.law.model {
            Model::Thurstone { sd } => sd,
            Model::PlackettLuce { .. } => 1.0,
            Model::Mallows { phi } | Model::MallowsOfAll { phi } => return phi,
            Model::Insertion { max } => return max * u,
        };
        let mut log = self.law.spread * z;
        if self.law.ability != 0.0 {
            let own = self.cohort.submissions_of(person);
            let sum = own.iter().fold(0.0, |sum, work| sum + self.qualities[work.index()]);
            log -= self.law.ability * (sum / own.len().max(1) as f64);
        }
        if scale == 0.0 || log == 0.0 {
            return scale;
        }
        math::clamp(scale * math::exp(log), NOISES.0, NOISES.1)
    }

    /// Ranks by what the reviewer sees of each submission.
    fn by_percept(
        &self,
        given: &[SubmissionId],
        reviewer: Reviewer,
        stream: &mut Stream,
        part: &mut Part,
    ) {
        let scale = match self.law.model {
            Model::PlackettLuce { scale } => scale,
            _ => 1.0,
        };
        let weight = match reviewer {
            Reviewer { careless: true, .. } => 0.0,
            Reviewer { adversarial: true, .. } => -scale,
            _ => scale,
        };
        // At random is at random whatever the noise, but not without any.
        let noise = if reviewer.careless { 1.0 } else { reviewer.noise };
        part.percepts.clear();
        for &work in given {
            let drawn = match self.law.model {
                Model::PlackettLuce { .. } => -math::ln(-math::ln(stream.open())),
                _ => stream.normal(),
            };
            let percept = weight * self.qualities[work.index()] + noise * drawn;
            let seen = self.law.ties.map_or(percept, |h| math::round_half_even(percept / h));
            part.percepts.push((seen + 0.0, work)); // -0.0 is 0.0
        }
        part.percepts.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        part.items.extend(part.percepts.iter().map(|&(_, work)| work));
        if self.law.ties.is_some() {
            let mut above = f64::NAN;
            let alike = |&(seen, _): &(f64, SubmissionId)| {
                core::mem::replace(&mut above, seen).total_cmp(&seen).is_eq()
            };
            part.tied.extend(part.percepts.iter().map(alike));
        }
    }

    /// Ranks by insertion into the true order.
    fn by_insertion(
        &self,
        given: &[SubmissionId],
        reviewer: Reviewer,
        stream: &mut Stream,
        part: &mut Part,
    ) {
        let last = self.order.ranks.len() - 1;
        let rank = |work: &SubmissionId| {
            let rank = self.order.ranks[work.index()] as usize;
            (if reviewer.adversarial { last - rank } else { rank }, *work)
        };
        part.true_order.clear();
        part.true_order.extend(given.iter().map(rank));
        part.true_order.sort_unstable();
        match &self.order.restricted {
            Some(all) if !reviewer.careless => {
                all.rank(&part.true_order, stream, &mut part.restricted);
                part.items.extend_from_slice(&part.restricted);
            }
            _ => {
                let phi = if reviewer.careless { 1.0 } else { reviewer.noise };
                insert(&part.true_order, phi, stream, &mut part.ranking);
                part.items.extend(part.ranking.iter().map(|&(_, work)| work));
            }
        }
    }
}

/// The parts one after another.
pub(super) fn join(parts: Vec<Part>) -> (Rows, People) {
    let (mut rows, mut people, mut end) = (Rows::new(), People::default(), 0);
    for part in parts {
        rows.reviewers.extend(part.reviewers);
        rows.items.extend(part.items);
        rows.tied.extend(part.tied);
        for length in part.lengths {
            end += length;
            rows.offsets.push(end);
        }
        people.noise.extend(part.people.noise);
        people.careless.extend(part.people.careless);
        people.adversarial.extend(part.people.adversarial);
        people.no_shows.extend(part.people.no_shows);
    }
    (rows, people)
}
