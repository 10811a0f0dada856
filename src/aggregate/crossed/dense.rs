//! Exact variances within small parts of the graph.

use super::known::Known;
use super::solve::System;
use super::spread::Spread;
use crate::aggregate::gather::LARGE;
use crate::aggregate::ratings::Ratings;
use crate::id::to_u32;

/// The components of the graph that are small enough to be inverted.
#[derive(Debug, Clone, Default)]
pub(in crate::aggregate) struct Small {
    components: Vec<Component>,
    /// Whether there is no other.
    all: bool,
}

/// Items and people that ratings connect, in the order of ids; items that are known exactly connect
/// nobody and belong to none.
#[derive(Debug, Clone, Default)]
struct Component {
    items: Vec<u32>,
    people: Vec<u32>,
}

impl Component {
    /// The smaller side.
    fn size(&self) -> usize {
        self.items.len().min(self.people.len())
    }

    fn cost(&self) -> usize {
        self.size() * self.size() * self.size()
    }
}

/// Up to so many multiplications are spent on a course, or so many per rating if that is more.
const COST: usize = 30_000_000;
const COST_OF_RATING: usize = 30;

const PROBES: usize = 32;

impl Small {
    /// O(ratings).
    pub(in crate::aggregate) fn of(ratings: &Ratings<'_>, known: &Known) -> Self {
        let limit = COST.max(COST_OF_RATING * ratings.column().len());
        let largest =
            (1..=limit).take_while(|size| size * size * size <= limit).last().unwrap_or(0);
        let mut search = Search::new(ratings, known, largest);
        if ratings.column().len() > LARGE {
            let probe = |i: usize| i * ratings.items() / PROBES;
            if !(0..PROBES).any(|i| search.from(probe(i)).is_some()) {
                return Self::default();
            }
            search = Search::new(ratings, known, largest);
        }
        let mut all = true;
        let mut components = Vec::new();
        for item in 0..ratings.items() {
            match search.from(item) {
                Some(component) if !component.people.is_empty() => components.push(component),
                Some(_) => {}
                None => all = false,
            }
        }
        components.sort_by_key(Component::size);
        let mut spent = 0;
        let kept = components.iter().take_while(|component| {
            spent += component.cost();
            spent <= limit
        });
        let kept = kept.count();
        let all = all && kept == components.len();
        components.truncate(kept);
        Self { components, all }
    }

    /// Whether the exact variances of all that is rated come from here.
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Writes the exact variances.
    pub(super) fn exact(&self, system: &System<'_>, spread: &mut Spread) {
        let mut place = vec![0; system.ratings.items().max(system.ratings.people())];
        for component in &self.components {
            component.exact(system, spread, &mut place);
        }
    }
}

/// A walk over the graph that gives up at components that are too large.
struct Search<'a> {
    ratings: &'a Ratings<'a>,
    known: &'a Known,
    /// Of the smaller side.
    largest: usize,
    /// Of each item and each person: not met, in a component that ended, or in one too large.
    items: Vec<Mark>,
    people: Vec<Mark>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Met,
    Large,
}

impl<'a> Search<'a> {
    fn new(ratings: &'a Ratings<'a>, known: &'a Known, largest: usize) -> Self {
        let items = vec![Mark::New; ratings.items()];
        let people = vec![Mark::New; ratings.people()];
        Self { ratings, known, largest, items, people }
    }

    /// The component of an item; empty where it has been met before, `None` where it is too large.
    fn from(&mut self, item: usize) -> Option<Component> {
        let mut found = Component::default();
        match self.items[item] {
            Mark::Met => return Some(found),
            Mark::Large => return None,
            Mark::New => {}
        }
        if self.known.is_exact(item) || self.ratings.reviewers(item).is_empty() {
            return Some(found);
        }
        self.items[item] = Mark::Met;
        found.items.push(to_u32(item));
        let (mut items, mut people) = (0, 0);
        let mut large = false;
        while !large && (items < found.items.len() || people < found.people.len()) {
            large = if items < found.items.len() {
                items += 1;
                self.meet_people(found.items[items - 1] as usize, &mut found)
            } else {
                people += 1;
                self.meet_items(found.people[people - 1] as usize, &mut found)
            } || found.size() > self.largest;
        }
        if large {
            found.items.iter().for_each(|&u| self.items[u as usize] = Mark::Large);
            found.people.iter().for_each(|&v| self.people[v as usize] = Mark::Large);
            return None;
        }
        found.items.sort_unstable();
        found.people.sort_unstable();
        Some(found)
    }

    /// Adds the reviewers of an item; whether one belongs to what is too large.
    fn meet_people(&mut self, item: usize, found: &mut Component) -> bool {
        let mut large = false;
        for v in self.ratings.reviewers(item) {
            let mark = &mut self.people[v.index()];
            large |= *mark == Mark::Large;
            if *mark == Mark::New {
                *mark = Mark::Met;
                found.people.push(v.get());
            }
        }
        large
    }

    fn meet_items(&mut self, person: usize, found: &mut Component) -> bool {
        let mut large = false;
        for u in self.ratings.items_of(person) {
            let mark = &mut self.items[u.index()];
            large |= *mark == Mark::Large;
            if *mark == Mark::New && !self.known.is_exact(u.index()) {
                *mark = Mark::Met;
                found.items.push(u.get());
            }
        }
        large
    }
}

impl Component {
    /// Eliminates the larger side, inverts what is left of the smaller, and goes back.
    fn exact(&self, system: &System<'_>, spread: &mut Spread, place: &mut [u32]) {
        let ratings = system.ratings;
        let reviewers = |u: usize| ratings.reviewers(u).iter().map(|v| v.index());
        let items = |v: usize| {
            let items = ratings.items_of(v).iter().map(|u| u.index());
            items.filter(|&u| !system.known.is_exact(u))
        };
        let of_item = |u: usize| system.precision(u);
        let of_person = |v: usize| system.diagonal(v);
        let t = system.noise;
        if self.people.len() <= self.items.len() {
            let sides = (&self.items[..], &self.people[..]);
            let out = (&mut spread.item[..], &mut spread.reviewer[..]);
            exact(sides, (of_item, of_person), reviewers, t, out, place);
        } else {
            let sides = (&self.people[..], &self.items[..]);
            let out = (&mut spread.reviewer[..], &mut spread.item[..]);
            exact(sides, (of_person, of_item), items, t, out, place);
        }
    }
}

/// The variances of both sides of a component, of which `outer` is eliminated. `row` has the inner
/// ends of an outer one.
fn exact<I: Iterator<Item = usize>>(
    (outer, inner): (&[u32], &[u32]),
    (of_outer, of_inner): (impl Fn(usize) -> f64, impl Fn(usize) -> f64),
    row: impl Fn(usize) -> I,
    t: f64,
    (out_outer, out_inner): (&mut [f64], &mut [f64]),
    place: &mut [u32],
) {
    let n = inner.len();
    for (i, &id) in inner.iter().enumerate() {
        place[id as usize] = to_u32(i);
    }
    let mut matrix = vec![0.0; n * n];
    for (i, &id) in inner.iter().enumerate() {
        matrix[i * n + i] = of_inner(id as usize);
    }
    let mut ends = Vec::new();
    for &id in outer {
        let lost = t * t / of_outer(id as usize);
        ends.clear();
        ends.extend(row(id as usize).map(|end| place[end] as usize));
        for &i in &ends {
            for &j in &ends {
                matrix[i * n + j] -= lost;
            }
        }
    }
    invert(&mut matrix, n);
    for (i, &id) in inner.iter().enumerate() {
        out_inner[id as usize] = matrix[i * n + i];
    }
    for &id in outer {
        ends.clear();
        ends.extend(row(id as usize).map(|end| place[end] as usize));
        let sum = ends.iter().fold(0.0, |sum, &i| {
            ends.iter().fold(sum, |sum, &j| sum + matrix[i.max(j) * n + i.min(j)])
        });
        let own = 1.0 / of_outer(id as usize);
        out_outer[id as usize] = own + own * t * own * t * sum;
    }
}

/// Inverts a symmetric positive matrix by sweeping its diagonal; only the lower triangle is right
/// afterwards.
pub(in crate::aggregate) fn invert(matrix: &mut [f64], n: usize) {
    let mut pivot = vec![0.0; n];
    for k in 0..n {
        for (j, value) in pivot.iter_mut().enumerate() {
            *value = matrix[k.max(j) * n + k.min(j)];
        }
        let scale = 1.0 / pivot[k];
        for i in 0..n {
            let factor = pivot[i] * scale;
            let row = &mut matrix[i * n..=i * n + i];
            for (value, &other) in row.iter_mut().zip(&pivot) {
                *value -= factor * other;
            }
            if i > k {
                matrix[i * n + k] = factor;
            }
        }
        for j in 0..k {
            matrix[k * n + j] = pivot[j] * scale;
        }
        matrix[k * n + k] = -scale;
    }
    // Swept all through, the matrix is minus its inverse.
    for value in matrix {
        *value = -*value;
    }
}
