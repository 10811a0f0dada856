//! Which levels to publish with which weights, as an exact program.

use super::LevelChoice;
use super::simplex::Rows;
use crate::math;

/// One submission; scores and levels are counted in steps of their criterion from its minimum.
#[derive(Debug)]
pub(super) struct Program {
    /// By criterion, by review.
    pub(super) reports: Vec<Vec<f64>>,
    /// By review, summing to 1.
    pub(super) wanted: Vec<f64>,
    /// By criterion, likely levels and their probabilities, the most likely first.
    pub(super) likely: Vec<Vec<(f64, f64)>>,
    /// The least weight that is not 0.
    pub(super) least: f64,
    /// How far a weight may lie from the wanted one.
    pub(super) shift: f64,
    pub(super) penalty: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solution {
    /// By criterion.
    pub(super) levels: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) choice: LevelChoice,
    /// What is maximised; 0 where levels are not chosen by it.
    pub(super) objective: f64,
}

/// The most combinations of levels that are tried.
const COMBINATIONS: usize = 256;

/// Weights that differ by less are equal.
const EPSILON: f64 = 1e-9;

/// A combination of likely levels, by their place in the lists.
struct Combination {
    places: Vec<usize>,
    /// Places before this one are not changed any more, so that none comes twice.
    from: usize,
    probability: f64,
}

impl Program {
    pub(super) fn solve(&self) -> Solution {
        let strict = self.search(self.least, self.shift, LevelChoice::Exact);
        let loose = || self.search(0.0, 1.0, LevelChoice::WithoutBounds);
        strict.or_else(loose).unwrap_or_else(|| self.nearest())
    }

    /// The best levels and weights under these bounds: combinations from the most likely down, until
    /// not even weights as wanted would be better than what was found.
    fn search(&self, least: f64, shift: f64, choice: LevelChoice) -> Option<Solution> {
        let mut best: Option<Solution> = None;
        let probability = self.likely.iter().fold(0.0, |sum, levels| sum + levels[0].1);
        let mut open =
            vec![Combination { places: vec![0; self.likely.len()], from: 0, probability }];
        for _ in 0..COMBINATIONS {
            let Some(next) = pop_most_likely(&mut open) else { return best };
            if best.as_ref().is_some_and(|best| next.probability <= best.objective + EPSILON) {
                return best;
            }
            let levels = self.levels(&next.places);
            if let Some(weights) = self.weights(&levels, least, shift) {
                let objective = next.probability - self.penalty * self.distance(&weights);
                if best.as_ref().is_none_or(|best| objective > best.objective + EPSILON) {
                    best = Some(Solution { levels, weights, choice, objective });
                }
            }
            self.expand(&next, &mut open);
        }
        // Not proven to be the best.
        best.map(|best| match choice {
            LevelChoice::Exact => Solution { choice: LevelChoice::BestFound, ..best },
            _ => best,
        })
    }

    fn levels(&self, places: &[usize]) -> Vec<f64> {
        places.iter().zip(&self.likely).map(|(&place, levels)| levels[place].0).collect()
    }

    fn expand(&self, combination: &Combination, open: &mut Vec<Combination>) {
        for c in combination.from..self.likely.len() {
            let (place, levels) = (combination.places[c], &self.likely[c]);
            if let Some(&(_, probability)) = levels.get(place + 1) {
                let mut places = combination.places.clone();
                places[c] += 1;
                let probability = combination.probability - levels[place].1 + probability;
                open.push(Combination { places, from: c, probability });
            }
        }
    }

    /// The most likely levels moved to where some weights reach them; where none reach all of them
    /// at once the levels nearest to the averages by the wanted weights.
    fn nearest(&self) -> Solution {
        let levels = self.reports.iter().zip(&self.likely).map(|(reports, likely)| {
            let low = reports.iter().fold(f64::MAX, |low, &r| math::min(low, r));
            let high = reports.iter().fold(f64::MIN, |high, &r| math::max(high, r));
            let ends = ((low - 0.5 - EPSILON).ceil(), (high + 0.5 + EPSILON).floor());
            math::clamp(likely[0].0, ends.0, ends.1)
        });
        let levels: Vec<f64> = levels.collect();
        let solution =
            |levels, weights, choice| Solution { levels, weights, choice, objective: 0.0 };
        if let Some(weights) = self.weights(&levels, 0.0, 1.0) {
            return solution(levels, weights, LevelChoice::NearestLevels);
        }
        let average = |reports: &Vec<f64>| {
            let terms = reports.iter().zip(&self.wanted);
            math::round_half_even(terms.fold(0.0, |sum, (report, weight)| sum + report * weight))
        };
        let levels = self.reports.iter().map(average).collect();
        solution(levels, self.wanted.clone(), LevelChoice::WantedWeights)
    }

    pub(super) fn distance(&self, weights: &[f64]) -> f64 {
        weights.iter().zip(&self.wanted).fold(0.0, |sum, (w, d)| sum + (w - d).abs())
    }

    /// The weights nearest to those wanted by which every average lies within half a step of its
    /// level. Where weights come out between 0 and the least one, both ways are tried, and left
    /// where they cannot be nearer than what was found (branch and bound).
    pub(super) fn weights(&self, levels: &[f64], least: f64, shift: f64) -> Option<Vec<f64>> {
        let bounds = self.wanted.iter().map(|d| (math::max(d - shift, 0.0), d + shift));
        let mut open: Vec<Vec<(f64, f64)>> = vec![bounds.collect()];
        let mut best: Option<(f64, Vec<f64>)> = None;
        while let Some(bounds) = open.pop() {
            let Some(weights) = self.within(&bounds, levels) else { continue };
            let distance = self.distance(&weights);
            if best.as_ref().is_some_and(|(least, _)| distance >= least - EPSILON) {
                continue;
            }
            let between = |&w: &f64| w > EPSILON && w < least - EPSILON;
            let Some(i) = weights.iter().position(between) else {
                best = Some((distance, weights));
                continue;
            };
            let (low, high) = bounds[i];
            let mut push = |low, high| {
                let mut bounds = bounds.clone();
                bounds[i] = (low, high);
                open.push(bounds);
            };
            // The last one is tried first.
            if least <= high + EPSILON {
                push(math::max(low, least), math::max(high, least));
            }
            if low <= EPSILON {
                push(0.0, 0.0);
            }
        }
        let (_, mut weights) = best?;
        for weight in &mut weights {
            *weight = if *weight <= EPSILON { 0.0 } else { *weight };
        }
        self.level_out(&mut weights, least);
        Some(weights)
    }

    /// The linear program: `w = d + more - less`, at the least sum of both.
    fn within(&self, bounds: &[(f64, f64)], levels: &[f64]) -> Option<Vec<f64>> {
        let reviews = self.wanted.len();
        let mut rows = Rows::new(2 * reviews);
        let both = |row: Vec<f64>| {
            let minus: Vec<f64> = row.iter().map(|x| -x).collect();
            [row.iter().chain(&minus).copied().collect::<Vec<_>>(), {
                minus.iter().chain(&row).copied().collect()
            }]
        };
        let mut between = |row: Vec<f64>, low: f64, high: f64| {
            let [plus, minus] = both(row);
            rows.at_most(plus.into_iter(), high);
            rows.at_most(minus.into_iter(), -low);
        };
        between(vec![1.0; reviews], 0.0, 0.0);
        for (reports, level) in self.reports.iter().zip(levels) {
            // From the level, so that a scale of many levels loses no digits.
            let off: Vec<f64> = reports.iter().map(|report| report - level).collect();
            let now = off.iter().zip(&self.wanted).fold(0.0, |sum, (x, d)| sum + x * d);
            between(off, -0.5 - now, 0.5 - now);
        }
        for (i, &(low, high)) in bounds.iter().enumerate() {
            let unit = (0..reviews).map(|r| if r == i { 1.0 } else { 0.0 }).collect();
            between(unit, low - self.wanted[i], high - self.wanted[i]);
        }
        let solution = rows.solve()?;
        let (more, less) = solution.split_at(reviews);
        let moved = self.wanted.iter().zip(more).zip(less).map(|((d, p), n)| d + p - n);
        Some(moved.collect())
    }

    /// Gives equal weights to reviews that say the same and were wanted alike, where that is as
    /// near: a linear program takes from the first alone.
    fn level_out(&self, weights: &mut [f64], least: f64) {
        let same = |a: usize, b: usize| {
            self.wanted[a].to_bits() == self.wanted[b].to_bits()
                && self.reports.iter().all(|reports| reports[a].to_bits() == reports[b].to_bits())
        };
        for i in 0..weights.len() {
            let group: Vec<usize> = (0..weights.len()).filter(|&other| same(i, other)).collect();
            if group[0] < i || group.len() == 1 {
                continue;
            }
            let mean = group.iter().fold(0.0, |sum, &g| sum + weights[g]) / group.len() as f64;
            if mean <= EPSILON || mean >= least {
                for &review in &group {
                    weights[review] = mean;
                }
            }
        }
    }
}

/// The first of the most likely.
fn pop_most_likely(open: &mut Vec<Combination>) -> Option<Combination> {
    let mut most = 0;
    for (i, combination) in open.iter().enumerate() {
        if combination.probability > open[most].probability {
            most = i;
        }
    }
    (!open.is_empty()).then(|| open.remove(most))
}
