//! What everybody reports.

use core::cell::LazyCell;

use super::law::Model;
use super::roles::Roles;
use super::{Behaviour, uniform};
use crate::chunks;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::rubric::Rubric;
use crate::scale::Scale;
use crate::seed::{Phase, Seed, Stream};

/// All that a report depends on. Each honest report can be drawn at any time, alone and again,
/// since it has a stream of its own: so one report may look at others.
pub(super) struct Reporter<'a, L: Model> {
    pub(super) law: &'a L,
    pub(super) rubric: &'a Rubric,
    pub(super) cohort: &'a Cohort,
    pub(super) graph: &'a ReviewGraph,
    /// The numbers of every work, one work after another.
    pub(super) works: &'a [f64],
    pub(super) people: &'a [L::Person],
    pub(super) roles: &'a Roles,
    pub(super) subgroup: Option<&'a [bool]>,
    /// For every review, the work whose report stands there; empty where nobody copies.
    pub(super) copied: Vec<SubmissionId>,
    /// The seed of what stays from one assignment to the next.
    pub(super) seed: Seed,
    /// The seed of what does not.
    pub(super) fresh: Seed,
}

/// The stream of a submission that all its reviewers share; no person has that id.
const SHARED: u64 = u32::MAX as u64;

impl<L: Model> Reporter<'_, L> {
    /// Looks up, one reviewer after another, which report each copy repeats: copies of copies are
    /// chains as long as a reviewer's reviews.
    pub(super) fn follow_copies(&mut self) {
        let mut copied = Vec::new();
        for (reviewer, probability) in self.roles.copyists() {
            if copied.is_empty() {
                copied = vec![SubmissionId::default(); self.graph.reviews()];
            }
            let mut source = None;
            let given = self.graph.submissions_of(reviewer).iter();
            for (&submission, review) in given.zip(self.graph.reviews_by(reviewer)) {
                let copies = || self.work(submission).behaviour(reviewer).bernoulli(probability);
                let kept = source.filter(|_| copies()).unwrap_or(submission);
                copied[review.index()] = kept;
                source = Some(kept);
            }
        }
        self.copied = copied;
    }

    /// The reviews that are given, and their scores.
    pub(super) fn reports(&self) -> (ReviewGraph, Vec<Vec<f64>>) {
        let criteria = self.rubric.criteria().len();
        let chunks = chunks::map(self.graph.submissions(), |range| self.rows(range));
        let mut columns = vec![Vec::with_capacity(self.graph.reviews()); criteria];
        for (scores, _) in &chunks {
            for (c, column) in columns.iter_mut().enumerate() {
                column.extend(scores.iter().skip(c).step_by(criteria));
            }
        }
        if !self.roles.any_missing() {
            return (self.graph.clone(), columns);
        }
        let given: Vec<bool> = chunks.into_iter().flat_map(|(_, given)| given).collect();
        (self.graph.only(|review, _, _| given[review.index()]), columns)
    }

    /// The scores of these submissions, a review after another, and which reviews are given (empty
    /// where all are).
    fn rows(&self, range: core::ops::Range<usize>) -> (Vec<f64>, Vec<bool>) {
        let criteria = self.rubric.criteria().len();
        let row = |s: usize| self.graph.reviewers_of(SubmissionId::new(to_u32(s)));
        // People lie far apart: fetched all at once, the processor waits for many of them together.
        let reviewers: Vec<(L::Person, Behaviour)> = range
            .clone()
            .flat_map(|s| row(s).iter().map(|&r| (self.people[r.index()], self.roles.of(r))))
            .collect();
        let mut reviewers = reviewers.iter();
        let (mut scores, mut given) = (Vec::with_capacity(reviewers.len() * criteria), Vec::new());
        let mut report = vec![0.0; criteria];
        for s in range {
            let work = Work { submission: SubmissionId::new(to_u32(s)), key: self.key(s) };
            for (&reviewer, (person, behaviour)) in row(s).iter().zip(reviewers.by_ref()) {
                let there = match *behaviour {
                    Behaviour::Honest => {
                        self.see(work, reviewer, person, &mut report);
                        true
                    }
                    other => self.report(work, reviewer, other, &mut report),
                };
                if there {
                    scores.extend_from_slice(&report);
                }
                if self.roles.any_missing() {
                    given.push(there);
                }
            }
        }
        (scores, given)
    }

    /// A pair of ids has 56 bits, a stream number 48: so a submission has a key and a reviewer a
    /// stream of that key.
    fn key(&self, submission: usize) -> Seed {
        self.fresh.key(Phase::SimulatedNoise, submission as u64)
    }

    fn work(&self, submission: SubmissionId) -> Work {
        Work { submission, key: self.key(submission.index()) }
    }

    fn numbers(&self, submission: SubmissionId) -> &[f64] {
        let width = self.law.width();
        &self.works[submission.index() * width..][..width]
    }

    fn scale(&self, criterion: usize) -> Scale {
        self.rubric.criteria()[criterion].scale()
    }

    /// The honest report.
    fn see(&self, work: Work, reviewer: PersonId, person: &L::Person, report: &mut [f64]) {
        let stream = &mut work.key.stream(Phase::SimulatedNoise, reviewer.get().into());
        self.law.see(self.numbers(work.submission), person, stream, report);
        for (score, criterion) in report.iter_mut().zip(self.rubric.criteria()) {
            *score = criterion.scale().nearest(*score);
        }
    }

    fn honest(&self, work: Work, reviewer: PersonId, report: &mut [f64]) {
        self.see(work, reviewer, &self.people[reviewer.index()], report);
    }

    /// What a reviewer of this behaviour reports; false for nothing.
    fn report(
        &self,
        work: Work,
        reviewer: PersonId,
        behaviour: Behaviour,
        report: &mut [f64],
    ) -> bool {
        match behaviour {
            Behaviour::DropOut => return false,
            Behaviour::Late { probability } => {
                if work.behaviour(reviewer).bernoulli(probability) {
                    return false;
                }
                self.honest(work, reviewer, report);
            }
            Behaviour::Anchor => self.honest(self.first(reviewer), reviewer, report),
            Behaviour::Copy { .. } => self.honest(self.copied(work, reviewer), reviewer, report),
            Behaviour::Sybil { accounts } => {
                self.honest(work, self.roles.leader(reviewer, accounts), report);
            }
            Behaviour::Reciprocity => self.reciprocate(work, reviewer, report),
            _ => {
                self.honest(work, reviewer, report);
                self.distort(work, reviewer, behaviour, report);
            }
        }
        true
    }

    /// Changes an honest report.
    fn distort(&self, work: Work, reviewer: PersonId, behaviour: Behaviour, report: &mut [f64]) {
        if behaviour == Behaviour::StraightLine {
            if report.len() > 1 {
                self.straighten(report);
            }
            return;
        }
        let Some(rule) = self.rule(work, reviewer, behaviour) else { return };
        // Most behaviours draw nothing.
        let own = &mut LazyCell::new(|| work.behaviour(reviewer));
        let shared = &mut LazyCell::new(|| work.key.stream(Phase::SimulatedReport, SHARED));
        for (criterion, score) in report.iter_mut().enumerate() {
            let scale = self.scale(criterion);
            let range = scale.max() - scale.min();
            let prior = self.law.expected(criterion);
            let said = match rule {
                Behaviour::Constant { at } => scale.min() + at * range,
                Behaviour::Prior => prior,
                Behaviour::Hedge => f64::midpoint(prior, *score),
                Behaviour::Noise { sd } => *score + sd * range * own.normal(),
                Behaviour::FixBias { sd } => *score - sd * range * self.fix(reviewer),
                Behaviour::Merge => merge(*score, scale),
                Behaviour::Random => uniform(scale, own),
                Behaviour::Low { by } => *score - by * range,
                Behaviour::Around { at, sd } => scale.min() + (at + sd * own.normal()) * range,
                Behaviour::LanguageModel { sd, correlation } => {
                    let truth = self.numbers(work.submission)[criterion];
                    let common = math::sqrt(correlation) * shared.normal();
                    let alone = math::sqrt(1.0 - correlation) * own.normal();
                    f64::midpoint(prior, truth) + sd * range * (common + alone)
                }
                _ => *score,
            };
            *score = scale.nearest(said);
        }
    }

    /// The rule by which a report is changed: that of the behaviour itself, or what it does to
    /// this author; `None` for an honest report.
    fn rule(&self, work: Work, reviewer: PersonId, behaviour: Behaviour) -> Option<Behaviour> {
        let authors = self.cohort.authors_of(work.submission);
        match behaviour {
            Behaviour::Ring { size } => authors
                .iter()
                .any(|&author| self.roles.same_group(author, reviewer, size))
                .then_some(Behaviour::ALL_MAX),
            Behaviour::Friends { probability } => authors
                .iter()
                .any(|&author| self.are_friends(author, reviewer, probability))
                .then_some(Behaviour::ALL_MAX),
            Behaviour::Subgroup { by } => {
                let marked = |author: &PersonId| self.subgroup.is_some_and(|m| m[author.index()]);
                authors.iter().any(marked).then_some(Behaviour::Low { by })
            }
            _ => Some(behaviour),
        }
    }

    /// Drawn once for each pair.
    fn are_friends(&self, a: PersonId, b: PersonId, probability: f64) -> bool {
        let (low, high) = (a.min(b), a.max(b));
        let key = self.seed.key(Phase::SimulatedFriends, low.get().into());
        key.stream(Phase::SimulatedFriends, high.get().into()).bernoulli(probability)
    }

    /// The signed height of [`Behaviour::FixBias`], in units of its sd: drawn once for each person.
    fn fix(&self, reviewer: PersonId) -> f64 {
        let bias = self.law.bias(&self.people[reviewer.index()]).unwrap_or_default();
        let stream = &mut self.seed.stream(Phase::SimulatedFix, reviewer.get().into());
        if bias == 0.0 { 0.0 } else { stream.normal().abs() * bias.signum() }
    }

    fn first(&self, reviewer: PersonId) -> Work {
        self.work(self.graph.submissions_of(reviewer)[0])
    }

    fn copied(&self, work: Work, reviewer: PersonId) -> Work {
        let row = self.graph.reviewers_of(work.submission);
        let start = self.graph.reviews_of(work.submission).start;
        match row.binary_search(&reviewer) {
            Ok(place) => self.work(self.copied[start + place]),
            Err(_) => work,
        }
    }

    /// What an author reports of the reviewer's work, where one does; else the honest report.
    fn reciprocate(&self, work: Work, reviewer: PersonId, report: &mut [f64]) {
        for &author in self.cohort.authors_of(work.submission) {
            for &own in self.cohort.submissions_of(reviewer) {
                let behaviour = self.roles.of(author);
                if !self.graph.contains(own, author) || behaviour == Behaviour::DropOut {
                    continue;
                }
                let own = self.work(own);
                // Two who reciprocate begin honestly.
                if behaviour == Behaviour::Reciprocity {
                    return self.honest(own, author, report);
                }
                if self.report(own, author, behaviour, report) {
                    return;
                }
            }
        }
        self.honest(work, reviewer, report);
    }

    /// One value on all criteria: the mean of the report, each criterion as a share of its range.
    fn straighten(&self, report: &mut [f64]) {
        let criteria = self.rubric.criteria();
        let range = |scale: Scale| scale.max() - scale.min();
        let shares = report
            .iter()
            .zip(criteria)
            .map(|(score, criterion)| (score - criterion.scale().min()) / range(criterion.scale()));
        let mean = shares.sum::<f64>() / report.len() as f64;
        for (score, criterion) in report.iter_mut().zip(criteria) {
            let scale = criterion.scale();
            *score = scale.nearest(scale.min() + mean * range(scale));
        }
    }
}

/// A submission and the key of its streams.
#[derive(Clone, Copy)]
struct Work {
    submission: SubmissionId,
    key: Seed,
}

impl Work {
    /// The draws of a reviewer's behaviour, apart from those of the honest report.
    fn behaviour(self, reviewer: PersonId) -> Stream {
        self.key.stream(Phase::SimulatedReport, reviewer.get().into())
    }
}

fn merge(score: f64, scale: Scale) -> f64 {
    let range = scale.max() - scale.min();
    let merged = match (score - scale.min()) / range * 10.0 {
        x if x < 0.5 => 0.0,
        x if x < 3.5 => 3.0,
        x if x < 6.5 => 6.0,
        x if x < 9.5 => 7.0,
        _ => 10.0,
    };
    scale.min() + merged / 10.0 * range
}
