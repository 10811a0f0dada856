//! Successive shortest paths on the graph of topics.

use core::cmp::Reverse;

use super::choice::TopicChoice;
use super::error::TopicError;
use super::movers::{Movers, pack};
use crate::TopicId;
use crate::id::to_u32;

/// People and what their topics take: the whole choice, or one stratum of it.
pub(super) struct Problem<'a> {
    pub(super) choice: &'a TopicChoice,
    /// In the order in which ties fall.
    pub(super) people: &'a [u32],
    pub(super) minima: &'a [usize],
    pub(super) caps: &'a [usize],
}

impl Problem<'_> {
    /// What the topics cost the person at a place of the order.
    pub(super) fn row(&self, place: usize) -> &[u32] {
        self.choice.row(self.people[place] as usize)
    }

    /// Topics that a person can take, with what they cost.
    pub(super) fn wishes(&self, place: usize) -> impl Iterator<Item = (usize, i64)> + '_ {
        let can = |&(_, &cost): &(usize, &u32)| cost <= i32::MAX.unsigned_abs();
        self.row(place).iter().enumerate().filter(can).map(|(t, &cost)| (t, i64::from(cost)))
    }
}

/// The best topic of the person at each place. The sums of minima and caps allow as many people.
pub(super) fn solve(problem: &Problem<'_>) -> Result<Vec<u32>, TopicError> {
    let mut flow = Flow::start(problem);
    // First the minima, of which every path takes from topics with more than theirs; then the caps.
    // With what is settled kept as it is, each path of the least cost keeps the optimum.
    let minima = |flow: &Flow<'_>, t: usize| flow.counts[t].cmp(&problem.minima[t]);
    while (0..flow.topics).any(|t| minima(&flow, t).is_lt()) {
        let (from, to) = flow.ends(|flow, t| minima(flow, t).reverse());
        if !flow.push(&from, &to) {
            return Err(flow.scarce(&from));
        }
    }
    let caps = |flow: &Flow<'_>, t: usize| problem.caps[t].cmp(&flow.counts[t]);
    while (0..flow.topics).any(|t| caps(&flow, t).is_lt()) {
        let (from, to) = flow.ends(caps);
        if !flow.push(&from, &to) {
            return Err(flow.full(&from));
        }
    }
    Ok(flow.topic_of)
}

struct Flow<'a> {
    problem: &'a Problem<'a>,
    topics: usize,
    topic_of: Vec<u32>,
    counts: Vec<usize>,
    /// Of each topic, once a path has come by: who may go on to each other topic. People who have
    /// left the topic are dropped when they come to the top.
    movers: Vec<Option<Vec<Movers>>>,
    /// What makes every arc between topics cost 0 or more: `cost + potential(from) - potential(to)`.
    potential: Vec<i64>,
    /// Of the search: distance from the start, the topic and the person before, whether it is final.
    reached: Vec<Reached>,
}

#[derive(Clone, Copy)]
struct Reached {
    distance: i64,
    before: Option<(usize, usize)>,
    settled: bool,
}

const FAR: Reached = Reached { distance: i64::MAX, before: None, settled: false };

impl<'a> Flow<'a> {
    /// Everybody on a topic of the least cost; of several on the one with most room left, so that
    /// people without an opinion fill what others leave.
    fn start(problem: &'a Problem<'a>) -> Self {
        let topics = problem.choice.topics();
        let mut counts = vec![0; topics];
        let mut topic_of = Vec::with_capacity(problem.people.len());
        let mut late = Vec::new();
        for place in 0..problem.people.len() {
            let row = problem.row(place);
            let least = row.iter().copied().fold(u32::MAX, Ord::min);
            let mut best = row.iter().enumerate().filter(|&(_, &cost)| cost == least);
            let (first, _) = best.next().unwrap_or((0, &0));
            if best.next().is_some() {
                late.push((place, least));
            } else {
                counts[first] += 1;
            }
            topic_of.push(to_u32(first));
        }
        for (place, least) in late {
            let row = problem.row(place);
            let room = |&t: &usize| {
                let (count, cap) = (counts[t], problem.caps[t]);
                let short = problem.minima[t].saturating_sub(count);
                (short > 0, cap > count, cap.saturating_sub(count), Reverse(t))
            };
            let best = (0..topics).filter(|&t| row[t] == least).max_by_key(room).unwrap_or(0);
            counts[best] += 1;
            topic_of[place] = to_u32(best);
        }
        Self {
            problem,
            topics,
            topic_of,
            counts,
            movers: vec![None; topics],
            potential: vec![0; topics],
            reached: vec![FAR; topics],
        }
    }

    /// Where a path may begin and end: topics with one person too many or to spare, and with one too
    /// few or room; by the order of their count to its limit.
    fn ends(&self, room: impl Fn(&Self, usize) -> core::cmp::Ordering) -> (Vec<bool>, Vec<bool>) {
        let all = || (0..self.topics).map(|t| room(self, t));
        (
            all().map(core::cmp::Ordering::is_lt).collect(),
            all().map(core::cmp::Ordering::is_gt).collect(),
        )
    }

    /// The cheapest person to go from a topic to another, and what it costs more.
    fn mover(&mut self, from: usize, to: usize) -> Option<(i64, usize)> {
        let (problem, topic_of) = (self.problem, &self.topic_of);
        let movers = self.movers[from].get_or_insert_with(|| {
            let mut words = vec![Vec::new(); problem.choice.topics()];
            for place in (0..topic_of.len()).filter(|&p| topic_of[p] as usize == from) {
                let here = i64::from(problem.row(place)[from]);
                for (to, cost) in problem.wishes(place).filter(|&(to, _)| to != from) {
                    words[to].push(pack(cost - here, place));
                }
            }
            words.into_iter().map(Movers::new).collect()
        });
        movers[to].top(|place| topic_of[place] as usize == from)
    }

    /// Moves one place along the cheapest path; false if there is none, and then the search has
    /// settled all that can be reached.
    fn push(&mut self, from: &[bool], to: &[bool]) -> bool {
        let Some(end) = self.search(from, to) else {
            return false;
        };
        let mut next = end;
        while let Some((before, place)) = self.reached[next].before {
            self.topic_of[place] = to_u32(next);
            if let Some(movers) = &mut self.movers[next] {
                let here = i64::from(self.problem.row(place)[next]);
                for (to, cost) in self.problem.wishes(place).filter(|&(to, _)| to != next) {
                    movers[to].push(pack(cost - here, place));
                }
            }
            next = before;
        }
        self.counts[next] -= 1;
        self.counts[end] += 1;
        true
    }

    /// Dijkstra's method on costs made positive by the potentials, from all beginnings at once to
    /// the nearest end, ties by topic; then moves the potentials.
    fn search(&mut self, from: &[bool], to: &[bool]) -> Option<usize> {
        // As if one more topic led to all beginnings, and all ends to another, at no cost.
        let of = |which: &[bool], potential: &[i64]| -> Vec<i64> {
            which.iter().zip(potential).filter(|&(&is, _)| is).map(|(_, &p)| p).collect()
        };
        let begin = of(from, &self.potential).into_iter().max()?;
        let finish = of(to, &self.potential).into_iter().min()?;
        let starts = self.reached.iter_mut().zip(from).zip(&self.potential);
        for ((reached, &from), &potential) in starts {
            *reached = Reached { distance: if from { begin - potential } else { i64::MAX }, ..FAR };
        }
        let mut best: Option<(i64, usize)> = None;
        loop {
            let open = (0..self.topics).filter(|&t| !self.reached[t].settled);
            let nearest = open.map(|t| (self.reached[t].distance, t)).min();
            let Some((distance, topic)) = nearest.filter(|&(distance, _)| distance < i64::MAX)
            else {
                break;
            };
            if best.is_some_and(|(end, _)| distance >= end) {
                break;
            }
            self.reached[topic].settled = true;
            if to[topic] {
                let arrival = (distance + self.potential[topic] - finish, topic);
                best = Some(best.map_or(arrival, |best| best.min(arrival)));
            }
            self.relax(topic, distance);
        }
        let (end, topic) = best?;
        for (potential, reached) in self.potential.iter_mut().zip(&self.reached) {
            *potential += reached.distance.min(end);
        }
        Some(topic)
    }

    /// Looks at every topic that can be reached from one that is settled.
    fn relax(&mut self, topic: usize, distance: i64) {
        for other in 0..self.topics {
            if self.reached[other].settled {
                continue;
            }
            if let Some((more, place)) = self.mover(topic, other) {
                let through = distance + more + self.potential[topic] - self.potential[other];
                if through < self.reached[other].distance {
                    self.reached[other] =
                        Reached { distance: through, before: Some((topic, place)), settled: false };
                }
            }
        }
    }

    /// The proof that people who are too many can go nowhere: all that they reach is full.
    fn full(&self, from: &[bool]) -> TopicError {
        let reached = self.closed(from);
        let limit = |limits: &[usize]| {
            let of = limits.iter().zip(&reached).filter(|&(_, &reached)| reached);
            of.fold(0_usize, |sum, (&limit, _)| sum.saturating_add(limit))
        };
        TopicError::Full {
            people: self.count(|t| !reached[t], false),
            places: limit(self.problem.caps),
            topics: names(&reached),
        }
    }

    /// The proof that nobody more can come: all who can are there.
    fn scarce(&self, from: &[bool]) -> TopicError {
        let unreached: Vec<bool> = self.closed(from).iter().map(|reached| !reached).collect();
        let minima = self.problem.minima.iter().zip(&unreached);
        TopicError::Scarce {
            people: self.count(|t| unreached[t], true),
            needed: minima.filter(|&(_, &is)| is).map(|(&minimum, _)| minimum).sum(),
            topics: names(&unreached),
        }
    }

    /// What the last search, which found no end, has reached.
    fn closed(&self, from: &[bool]) -> Vec<bool> {
        self.reached.iter().zip(from).map(|(reached, &from)| from || reached.settled).collect()
    }

    /// The people of whom it is so that they can take any of these topics.
    fn count(&self, topic: impl Fn(usize) -> bool, can: bool) -> usize {
        let any = |&place: &usize| self.problem.wishes(place).any(|(t, _)| topic(t));
        (0..self.problem.people.len()).filter(|place| any(place) == can).count()
    }
}

fn names(which: &[bool]) -> Vec<TopicId> {
    let named = which.iter().enumerate().filter(|&(_, &is)| is);
    named.map(|(topic, _)| TopicId::new(to_u32(topic))).collect()
}
