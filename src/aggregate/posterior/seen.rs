//! What reviewers see: their scores, and what all others say of the works.

use core::ops::Range;

use super::history::Told;
use super::law::Law;
use super::real::Real;

/// What is said of a grade: a normal density with this precision and this product of precision and
/// mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Site {
    pub(super) precision: f64,
    pub(super) pull: f64,
}

/// What reviewers side by side see, in columns by review: scores, and what all others say of the grade.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen<F> {
    /// Scores and means are less the mean of the law.
    score: Vec<F>,
    mean: Vec<F>,
    variance: Vec<F>,
    /// Where scores are bins: from where to where, less the mean of the law.
    edges: Vec<[F; 2]>,
    /// Where the row of each reviewer ends.
    ends: Vec<usize>,
    /// What is known of each reviewer beforehand; empty where nothing is of anybody.
    told: Vec<Told>,
    /// How good the own works of each are, in standard deviations; empty where that tells nothing.
    own_work: Vec<F>,
}

/// The least precision of a grade without one review, in parts of that of the law.
const LEAST_LEFT: f64 = 1e-3;

impl<F: Real> Seen<F> {
    pub(super) fn clear(&mut self) {
        self.score.clear();
        self.mean.clear();
        self.variance.clear();
        self.edges.clear();
        self.ends.clear();
        self.told.clear();
        self.own_work.clear();
    }

    /// What is known beforehand of the reviewers appended last, before others are.
    pub(super) fn tell(&mut self, told: &[Told]) {
        self.told.extend_from_slice(told);
    }

    /// How good the works of the reviewers appended last are, before others are.
    pub(super) fn wrote(&mut self, own_work: &[F]) {
        self.own_work.extend_from_slice(own_work);
    }

    /// Appends reviewers of whom the rows end there, counted from the first of these reviews: with scores,
    /// what is said of each item, precisions and pulls, and what the review itself said before.
    pub(super) fn extend(
        &mut self,
        law: &Law,
        ends: impl Iterator<Item = usize>,
        scores: &[F],
        [precisions, pulls]: [&[F]; 2],
        sites: &[[F; 2]],
    ) {
        let (start, mean) = (self.score.len(), F::new(law.mean));
        self.ends.extend(ends.map(|end| start + end));
        self.score.extend(scores.iter().map(|&score| score - mean));
        // What is left without the own review is at least a trifle of what is known beforehand.
        let least = F::new(LEAST_LEFT / law.quality);
        let rows = precisions.iter().zip(sites);
        self.variance.extend(rows.map(|(&all, own)| F::ONE / (all - own[0]).most(least)));
        let rows = pulls.iter().zip(sites).zip(&self.variance[start..]);
        self.mean.extend(rows.map(|((&all, own), &variance)| (all - own[1]) * variance - mean));
    }

    /// Appends the bins of the same reviews.
    pub(super) fn extend_edges(&mut self, law: &Law, edges: &[[F; 2]]) {
        let mean = F::new(law.mean);
        self.edges.extend(edges.iter().map(|edges| edges.map(|edge| edge - mean)));
    }

    /// All of these reviewers.
    pub(super) fn rows(&self) -> Rows<'_, F> {
        self.part(0..self.ends.len())
    }

    /// Some of these reviewers.
    pub(super) fn part(&self, people: Range<usize>) -> Rows<'_, F> {
        let first = if people.start == 0 { 0 } else { self.ends[people.start - 1] };
        let last = if people.end == 0 { 0 } else { self.ends[people.end - 1] };
        let [score, mean, variance] =
            [&self.score, &self.mean, &self.variance].map(|column| &column[first..last]);
        let edges = self.edges.get(first..last).unwrap_or_default();
        let told = self.told.get(people.clone()).unwrap_or_default();
        let own_work = self.own_work.get(people.clone()).unwrap_or_default();
        Rows { score, mean, variance, edges, ends: &self.ends[people], first, told, own_work }
    }

    /// How many reviewers there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// The least precision of a site, in the unit of the ratings.
const LEAST_SITE: f64 = 1e-6;

/// The least variance of a grade after a review, in parts of that before.
const LEAST_VARIANCE: f64 = 1e-6;

/// Reviewers side by side with what they see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a, F> {
    pub(super) score: &'a [F],
    pub(super) mean: &'a [F],
    pub(super) variance: &'a [F],
    edges: &'a [[F; 2]],
    /// Where the row of each reviewer ends, counted from `first` before the first.
    ends: &'a [usize],
    first: usize,
    pub(super) told: &'a [Told],
    pub(super) own_work: &'a [F],
}

impl<F: Real> Rows<'_, F> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// What reviewer `i` sees: scores, and means and variances of grades.
    pub(super) fn of(&self, i: usize) -> impl Iterator<Item = [f64; 3]> {
        let range = self.range(i);
        let columns = [self.score, self.mean, self.variance];
        range.map(move |e| columns.map(|column| column[e].get()))
    }

    /// The bins of the scores that reviewer `i` gives; the scores themselves where these are exact.
    pub(super) fn edges(&self, i: usize) -> impl Iterator<Item = [f64; 2]> {
        self.range(i).map(move |e| {
            let score = self.score[e];
            self.edges.get(e).copied().unwrap_or([score; 2]).map(F::get)
        })
    }

    /// What is known of reviewer `i` beforehand.
    pub(super) fn told(&self, i: usize) -> Option<&Told> {
        self.told.get(i)
    }

    /// Where what reviewer `i` sees lies.
    pub(super) fn range(&self, i: usize) -> Range<usize> {
        let start = if i == 0 { 0 } else { self.ends[i - 1] - self.first };
        start..self.ends[i] - self.first
    }

    /// Moves sites `step` of the way to the normal densities that do to grades what each review does: move
    /// the mean, and add this second moment about the old mean to the variance. Where a review makes the
    /// grade less sure it keeps the mean alone.
    pub(super) fn move_sites(
        &self,
        [first, second]: [&[F]; 2],
        law: &Law,
        step: f64,
        sites: &mut [[F; 2]],
    ) {
        let (step, mean) = (F::new(step), F::new(law.mean));
        let (least, floor) = (F::new(LEAST_SITE), F::new(LEAST_VARIANCE));
        let results = first.iter().zip(second);
        let seen = self.mean.iter().zip(self.variance);
        for (site, ((&first, &second), (&old, &variance))) in
            sites.iter_mut().zip(results.zip(seen))
        {
            let before = F::ONE / variance;
            let after = (variance + second - first * first).most(floor * variance);
            let precision = (F::ONE / after - before).most(least);
            let pull = precision * (mean + old + first) + before * first;
            site[0] += step * (precision - site[0]);
            site[1] += step * (pull - site[1]);
        }
    }
}
