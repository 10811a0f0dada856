//! Diverse groups by restarts of an annealing.

use super::error::{DistanceError, DistanceViolation};
use super::matrix::Distances;
use super::search::{Search, Thresholds};
use super::vectors;
use crate::group::Groups;
use crate::id::to_u32;
use crate::seed::{Phase, Stream};
use crate::{GroupId, PersonId, Seed, chunks};

/// Moves of the whole search where nothing is said.
const MOVES: u64 = 20_000_000;
/// Moves of a short run, for each person and group.
const SHORT: u64 = 10_000;
/// The most short runs, which take half of the moves or less, and the number of long ones.
const SHORT_RUNS: u64 = 128;
const LONG_RUNS: u64 = 8;
/// The vectors of sizes that long runs start from.
const LONG_SIZES: usize = 2;

/// Groups of people who are as far from each other as can be: the maximally diverse grouping problem.
///
/// ```text
/// maximise  sum over groups of the distances of all pairs in it,   lo_g <= people of group g <= hi_g
/// ```
///
/// Method: simulated annealing by random exchanges of two people, and moves of one where sizes are
/// free, the temperature falling geometrically in the number of moves (Kirkpatrick, Gelatt, Vecchi,
/// Science 220, 1983), from several random starts with the sizes that have the most pairs, each run
/// ended by descent. Short runs tell which sizes are best; long ones go on from those. The
/// result is no proof of the optimum, but no exchange of two people improves it.
///
/// O(moves) time at least, and O(n) for every move that is taken; memory 8 n^2 bytes and 8 n for each
/// group and thread. The budget is counted in moves, so the same seed gives the same groups
/// everywhere. Do not use it beyond a few thousand people, or for differences of means: balance those
/// directly.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::{Distances, DiverseGrouping};
///
/// // Three cities; people of one city know each other.
/// let city = |person: peergrade::PersonId| person.get() % 3;
/// let distances = Distances::new(9, |a, b| f64::from(u8::from(city(a) != city(b))))?;
/// let grouping = DiverseGrouping::even(3).moves(10_000);
/// let found = grouping.form(&distances, Seed::new(1))?;
/// assert_eq!(found.value(), 9.0); // one of each city in each group: all pairs differ
/// assert!(found.verify(&distances, &grouping).is_ok());
/// # Ok::<(), peergrade::group::DistanceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DiverseGrouping {
    sizes: Sizes,
    moves: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Sizes {
    /// This many groups, sizes within one.
    Even(usize),
    /// Smallest and largest size of each group.
    Bounds(Vec<(usize, usize)>),
}

impl DiverseGrouping {
    /// This many groups of sizes within one of each other.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::{Distances, DiverseGrouping};
    ///
    /// let distances = Distances::new(7, |a, b| f64::from(a.get() + b.get()))?;
    /// let found = DiverseGrouping::even(2).moves(1_000).form(&distances, Seed::new(1))?;
    /// assert_eq!(found.groups().sizes().collect::<Vec<_>>(), [4, 3]);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub const fn even(groups: usize) -> Self {
        Self { sizes: Sizes::Even(groups), moves: MOVES }
    }

    /// Groups of sizes within these bounds, smallest and largest of each.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::{Distances, DiverseGrouping};
    ///
    /// let distances = Distances::new(7, |_, _| 1.0)?;
    /// let grouping = DiverseGrouping::within([(2, 5), (2, 5)]).moves(1_000);
    /// let found = grouping.form(&distances, Seed::new(1))?;
    /// assert_eq!(found.value(), 11.0); // five and two: the most pairs
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub fn within(bounds: impl Into<Vec<(usize, usize)>>) -> Self {
        Self { sizes: Sizes::Bounds(bounds.into()), moves: MOVES }
    }

    /// The moves that are tried in all, default 20 million: about a second for 100 people on
    /// one core.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::{Distances, DiverseGrouping};
    ///
    /// let distances = Distances::new(9, |a, b| f64::from(a.get() * b.get() % 7))?;
    /// let value = |moves| Ok(DiverseGrouping::even(3).moves(moves).form(&distances, Seed::new(1))?.value());
    /// assert!(value(100_000)? >= value(1)?);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub const fn moves(mut self, moves: u64) -> Self {
        self.moves = moves;
        self
    }

    /// Forms the groups.
    ///
    /// # Errors
    ///
    /// [`DistanceError::NoMoves`], [`DistanceError::Bounds`] for a group that could be empty, and
    /// [`DistanceError::Sizes`] when the sizes cannot add up to the people.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::group::{Distances, DiverseGrouping};
    ///
    /// let distances = Distances::new(7, |_, _| 1.0)?;
    /// let error = DiverseGrouping::within([(3, 3), (3, 3)]).form(&distances, Seed::new(1)).unwrap_err();
    /// assert_eq!(error.to_string(), "2 groups hold 6 to 6 people, there are 7");
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    pub fn form(&self, distances: &Distances, seed: Seed) -> Result<DiverseGroups, DistanceError> {
        let bounds = self.bounds(distances.people())?;
        if self.moves == 0 {
            return Err(DistanceError::NoMoves);
        }
        let vectors = vectors::best(distances.people(), &bounds);
        let runs = Runs { distances, bounds: &bounds, thresholds: Thresholds::new(), seed };
        // No overflow: at most 5,000 people and groups.
        let short = SHORT * (distances.people() * bounds.len()) as u64;
        let count = (self.moves / 2 / short).clamp(1, SHORT_RUNS);
        let short = short.min(self.moves / 2 / count);
        let mut found = runs.all(0..count, short, &vectors);
        let sizes = best_sizes(&found);
        let long = (self.moves - count * short).div_ceil(LONG_RUNS);
        found.extend(runs.all(count..count + LONG_RUNS, long, &sizes));
        let runs = found.len();
        let Some(found) = best(&found) else {
            return Err(DistanceError::NoMoves);
        };
        let groups: Vec<GroupId> = found.group_of.iter().copied().map(GroupId::new).collect();
        match Groups::from_assignment(groups) {
            Ok(groups) => Ok(DiverseGroups { groups, value: found.value, runs }),
            Err(_) => Err(DistanceError::NoPeople),
        }
    }

    /// The bounds of every group, checked.
    fn bounds(&self, people: usize) -> Result<Vec<(usize, usize)>, DistanceError> {
        let bounds = match &self.sizes {
            Sizes::Bounds(bounds) => bounds.clone(),
            &Sizes::Even(groups) => {
                if groups == 0 || groups > people {
                    let (least, most) = (groups, if groups == 0 { 0 } else { usize::MAX });
                    return Err(DistanceError::Sizes { people, groups, least, most });
                }
                let size = |g: usize| people / groups + usize::from(g < people % groups);
                (0..groups).map(|g| (size(g), size(g))).collect()
            }
        };
        if let Some(group) = bounds.iter().position(|&(lo, hi)| lo == 0 || lo > hi) {
            let (lo, hi) = bounds[group];
            return Err(DistanceError::Bounds { group: GroupId::new(to_u32(group)), lo, hi });
        }
        let sum = |of: &dyn Fn(&(usize, usize)) -> usize| {
            bounds.iter().fold(0_usize, |sum, bound| sum.saturating_add(of(bound)))
        };
        let (least, most) = (sum(&|bound| bound.0), sum(&|bound| bound.1));
        if people < least || people > most {
            return Err(DistanceError::Sizes { people, groups: bounds.len(), least, most });
        }
        Ok(bounds)
    }
}

/// What all runs have in common.
struct Runs<'a> {
    distances: &'a Distances,
    bounds: &'a [(usize, usize)],
    thresholds: Thresholds,
    seed: Seed,
}

/// What one run found.
struct Found {
    value: f64,
    group_of: Vec<u32>,
    sizes: Vec<usize>,
}

impl Runs<'_> {
    /// Runs of this many moves each, from random starts of these sizes in turn.
    fn all(&self, runs: core::ops::Range<u64>, moves: u64, sizes: &[Vec<usize>]) -> Vec<Found> {
        let count = usize::try_from(runs.end - runs.start).unwrap_or(0);
        chunks::each(count, |i| {
            let mut stream = self.seed.stream(Phase::Distances, runs.start + i as u64);
            // All sizes cooled one way, then all the other.
            let way = i / sizes.len();
            self.one(moves, way, &sizes[i % sizes.len()], &mut stream)
        })
    }

    fn one(&self, moves: u64, way: usize, sizes: &[usize], stream: &mut Stream) -> Found {
        let mut order: Vec<u32> = (0..to_u32(self.distances.people())).collect();
        stream.shuffle(&mut order);
        let mut search = Search::start(self.distances, self.bounds, sizes, &order);
        search.anneal(moves, way, stream, &self.thresholds);
        search.descend();
        Found { value: search.value(), sizes: search.sizes().to_vec(), group_of: search.group_of }
    }
}

/// The sizes with which the best runs ended, the best first.
fn best_sizes(found: &[Found]) -> Vec<Vec<usize>> {
    let mut order: Vec<&Found> = found.iter().collect();
    order.sort_by(|a, b| b.value.total_cmp(&a.value));
    let mut sizes: Vec<Vec<usize>> = Vec::new();
    for found in order {
        if sizes.len() < LONG_SIZES && !sizes.contains(&found.sizes) {
            sizes.push(found.sizes.clone());
        }
    }
    sizes
}

/// The run of the highest value, the first of equal ones.
fn best(found: &[Found]) -> Option<&Found> {
    found.iter().reduce(|best, next| if next.value > best.value { next } else { best })
}

/// Groups, and how far their members are from each other.
///
/// ```
/// use peergrade::Seed;
/// use peergrade::group::{Distances, DiverseGrouping};
///
/// let distances = Distances::new(4, |a, b| f64::from(a.get().abs_diff(b.get())))?;
/// let found = DiverseGrouping::even(2).moves(1_000).form(&distances, Seed::new(1))?;
/// assert_eq!(found.value(), 4.0); // 0 with 2 and 1 with 3, or 0 with 3 and 1 with 2
/// # Ok::<(), peergrade::group::DistanceError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DiverseGroups {
    groups: Groups,
    value: f64,
    runs: usize,
}

impl DiverseGroups {
    /// The groups, in the order of the bounds.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::{Distances, DiverseGrouping};
    /// let distances = Distances::new(6, |_, _| 1.0)?;
    /// let found = DiverseGrouping::even(3).moves(10).form(&distances, Seed::new(1))?;
    /// assert_eq!(found.groups().len(), 3);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The sum of the distances of all pairs that share a group.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::{Distances, DiverseGrouping};
    /// let distances = Distances::new(6, |_, _| 1.0)?;
    /// assert_eq!(DiverseGrouping::even(3).moves(10).form(&distances, Seed::new(1))?.value(), 3.0);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// How many starts the moves were divided into.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::{Distances, DiverseGrouping};
    /// let distances = Distances::new(6, |_, _| 1.0)?;
    /// assert!(DiverseGrouping::even(3).moves(10).form(&distances, Seed::new(1))?.runs() > 0);
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// The same groups but for two people who belong elsewhere, with the value they have.
    #[cfg(test)]
    pub(super) fn exchange_for_test(&mut self, distances: &Distances) {
        let mut group_of = self.groups.assignment().to_vec();
        let other = group_of.iter().position(|&group| group != group_of[0]).unwrap();
        group_of.swap(0, other);
        self.groups = Groups::from_assignment(group_of).unwrap();
        self.value = 0.0;
        for (_, members) in self.groups.iter() {
            for (i, &a) in members.iter().enumerate() {
                self.value +=
                    members[..i].iter().fold(0.0, |s, &b| s + distances.get(a, b).unwrap());
            }
        }
    }

    /// Re-checks sizes and value from the distances alone, and that no exchange of two people makes
    /// the groups more diverse by more than rounding: 1e-9 of all distances within groups, or of the
    /// mean distance where that is larger. O(n^2 K).
    ///
    /// # Errors
    ///
    /// The first promise that is not kept.
    ///
    /// ```
    /// # use peergrade::Seed;
    /// # use peergrade::group::{Distances, DiverseGrouping};
    /// let distances = Distances::new(6, |a, b| f64::from(a.get() ^ b.get()))?;
    /// let grouping = DiverseGrouping::even(3);
    /// let found = grouping.clone().moves(10).form(&distances, Seed::new(1))?;
    /// assert!(found.verify(&distances, &grouping).is_ok());
    /// # Ok::<(), peergrade::group::DistanceError>(())
    /// ```
    pub fn verify(
        &self,
        distances: &Distances,
        grouping: &DiverseGrouping,
    ) -> Result<(), DistanceViolation> {
        let people = distances.people();
        let bounds = grouping.bounds(people).unwrap_or_default();
        if (self.groups.people(), self.groups.len()) != (people, bounds.len()) {
            return Err(DistanceViolation::Counts {
                people: self.groups.people(),
                groups: self.groups.len(),
                asked_people: people,
                asked_groups: bounds.len(),
            });
        }
        for ((group, members), &(lo, hi)) in self.groups.iter().zip(&bounds) {
            let size = members.len();
            if size < lo || size > hi {
                return Err(DistanceViolation::Size { group, size, lo, hi });
            }
        }
        let apart = |a: PersonId, b: PersonId| distances.get(a, b).unwrap_or(0.0);
        let (mut counted, mut all) = (0.0, 0.0);
        for (_, members) in self.groups.iter() {
            for (i, &person) in members.iter().enumerate() {
                for &other in &members[..i] {
                    counted += apart(person, other);
                    all += apart(person, other).abs();
                }
            }
        }
        if (counted - self.value).abs() > 1e-9 * all {
            return Err(DistanceViolation::Value { counted, stated: self.value });
        }
        // The search is as exact as the largest distances let it be, of those apart too.
        let ids = || (0..to_u32(people)).map(PersonId::new);
        let sums = ids().map(|a| ids().fold(0.0, |sum, b| sum + apart(a, b).abs()));
        let total = sums.fold(0.0, |all, sum| all + sum);
        let mean = total / (people * people) as f64;
        self.verify_exchanges(apart, if mean > all { mean } else { all })
    }

    /// Whether an exchange of two people would make the groups more diverse.
    fn verify_exchanges(
        &self,
        apart: impl Fn(PersonId, PersonId) -> f64,
        all: f64,
    ) -> Result<(), DistanceViolation> {
        let people = self.groups.people();
        let ids = || (0..to_u32(people)).map(PersonId::new);
        let toward = |person: PersonId, group: GroupId| {
            self.groups.members(group).iter().fold(0.0, |sum, &member| sum + apart(person, member))
        };
        // By person, what they would add to each group.
        let groups = self.groups.len();
        let adds: Vec<Vec<f64>> = ids()
            .map(|person| (0..to_u32(groups)).map(|g| toward(person, GroupId::new(g))).collect())
            .collect();
        for first in ids() {
            let a = self.groups.assignment()[first.index()].index();
            for second in ids().take(first.index()) {
                let b = self.groups.assignment()[second.index()].index();
                let (one, two) = (&adds[first.index()], &adds[second.index()]);
                let gain = one[b] - one[a] + two[a] - two[b] - 2.0 * apart(first, second);
                if a != b && gain > 1e-9 * all {
                    return Err(DistanceViolation::Exchange { first, second, gain });
                }
            }
        }
        Ok(())
    }
}
