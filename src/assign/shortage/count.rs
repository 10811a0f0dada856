//! Demand, supply and barred pairs of a set, counted.

use super::{Shortage, Side};
use crate::assign::loads::Stage;
use crate::assign::rule::Rule;
use crate::assign::rules::Rules;
use crate::id::{PersonId, SubmissionId, to_u32};

impl Rules<'_> {
    /// The shortage of reviewers (sorted ids).
    pub(in crate::assign) fn reviewer_shortage(&self, stage: Stage, reviewers: &[u32]) -> Shortage {
        let least = |&r: &u32| {
            let reviewer = PersonId::new(r);
            u64::from(self.give(stage, reviewer).0.saturating_sub(self.kept_len(reviewer)))
        };
        let demand = reviewers.iter().map(least).sum();
        let room = |s| self.take(stage, s).1 - self.kept_by(s);
        let uneven = stage == Stage::Even || self.shares_evenly();
        let shortage = self.reviewers(reviewers, demand, uneven, room);
        Shortage { even_loads: self.is_narrow(stage), ..shortage }
    }

    /// The shortage of one reviewer who is to give `demand` reviews beside kept ones, whatever
    /// submissions are to receive.
    pub(in crate::assign) fn lone_shortage(&self, reviewer: PersonId, demand: u64) -> Shortage {
        self.reviewers(&[reviewer.get()], demand, false, |_| u32::MAX)
    }

    fn reviewers(
        &self,
        reviewers: &[u32],
        demand: u64,
        uneven: bool,
        room: impl Fn(SubmissionId) -> u32,
    ) -> Shortage {
        let mut bars = Bars::new(self.cohort().submissions());
        if let Some(classes) = self.classes() {
            let mut members = vec![0; classes.person_classes()];
            for &r in reviewers {
                members[classes.of_person(PersonId::new(r))] += 1;
            }
            let closed = |works: usize| -> u32 {
                (0..members.len()).filter(|&p| !classes.allow(p, works)).map(|p| members[p]).sum()
            };
            let closed: Vec<u32> = (0..classes.work_classes()).map(closed).collect();
            for work in self.pool() {
                bars.add(classes.rule(), work.index(), closed[classes.of_work(work)]);
            }
        }
        for reviewer in reviewers.iter().map(|&r| PersonId::new(r)) {
            for submission in self.barred(reviewer) {
                bars.count(self, reviewer, submission, submission.index());
            }
            for submission in self.kept(reviewer) {
                bars.add(Rule::KeptPair, submission.index(), 1);
            }
        }
        let room: Vec<(u32, u32)> = self.pool().map(|s| (s.get(), room(s))).collect();
        let nothing = room.is_empty().then_some(Rule::NothingToReview);
        bars.shortage((Side::Reviewers, reviewers), demand, &room, nothing, uneven)
    }

    /// The shortage of submissions (sorted ids).
    pub(in crate::assign) fn submission_shortage(
        &self,
        stage: Stage,
        submissions: &[u32],
    ) -> Shortage {
        let mut bars = Bars::new(self.cohort().people());
        let is_member = |s: &&SubmissionId| submissions.binary_search(&s.get()).is_ok();
        let free = |r: PersonId| self.give(stage, r).1 - self.kept_len(r);
        let room: Vec<(u32, u32)> =
            self.people().map(|r| (r.get(), free(r))).filter(|&(_, free)| free > 0).collect();
        if let Some(classes) = self.classes() {
            let mut members = vec![0; classes.work_classes()];
            for &s in submissions {
                members[classes.of_work(SubmissionId::new(s))] += 1;
            }
            let closed = |people: usize| -> u32 {
                (0..members.len()).filter(|&w| !classes.allow(people, w)).map(|w| members[w]).sum()
            };
            let closed: Vec<u32> = (0..classes.person_classes()).map(closed).collect();
            for &(r, _) in &room {
                let class = classes.of_person(PersonId::new(r));
                bars.add(classes.rule(), r as usize, closed[class]);
            }
        }
        for &(r, _) in &room {
            let reviewer = PersonId::new(r);
            for &submission in self.barred(reviewer).iter().filter(is_member) {
                bars.count(self, reviewer, submission, reviewer.index());
            }
            for _ in self.kept(reviewer).iter().filter(is_member) {
                bars.add(Rule::KeptPair, reviewer.index(), 1);
            }
        }
        let least = |&s: &u32| {
            let work = SubmissionId::new(s);
            u64::from(self.take(stage, work).0 - self.kept_by(work))
        };
        let demand = submissions.iter().map(least).sum();
        let uneven = stage == Stage::Even || self.shares_evenly();
        let shortage = bars.shortage((Side::Submissions, submissions), demand, &room, None, uneven);
        Shortage { even_loads: self.is_narrow(stage), ..shortage }
    }

    /// Whether ranges are wider than the loads of a stage.
    fn is_narrow(&self, stage: Stage) -> bool {
        stage == Stage::Even && self.widest() != Stage::Even
    }
}

/// Barred pairs by rule and by node of the other side.
struct Bars {
    nodes: usize,
    rules: Vec<(Rule, Vec<u32>)>,
}

impl Bars {
    fn new(nodes: usize) -> Self {
        Self { nodes, rules: Vec::new() }
    }

    fn column(&mut self, rule: Rule) -> &mut Vec<u32> {
        let place = self.rules.iter().position(|(seen, _)| *seen == rule).unwrap_or_else(|| {
            self.rules.push((rule, vec![0; self.nodes]));
            self.rules.len() - 1
        });
        &mut self.rules[place].1
    }

    fn add(&mut self, rule: Rule, node: usize, pairs: u32) {
        if pairs > 0 {
            self.column(rule)[node] += pairs;
        }
    }

    /// Counts a pair that is barred by something other than sections, whose pairs have been counted
    /// class by class: each pair by the first rule that bars it.
    fn count(&mut self, rules: &Rules<'_>, person: PersonId, work: SubmissionId, node: usize) {
        let Some(rule) = rules.bar(person, work) else { return };
        let Some(classes) = rules.classes() else { return self.add(rule, node, 1) };
        let closed = !classes.allow(classes.of_person(person), classes.of_work(work));
        if rule != classes.rule() {
            self.add(rule, node, 1);
            if closed {
                self.column(classes.rule())[node] -= 1;
            }
        }
    }

    /// `room` is the capacity of each node of the other side.
    fn shortage(
        mut self,
        (side, members): (Side, &[u32]),
        demand: u64,
        room: &[(u32, u32)],
        nothing: Option<Rule>,
        uneven: bool,
    ) -> Shortage {
        self.rules.sort_unstable_by_key(|&(rule, _)| rule);
        let each = to_u32(members.len());
        let supply_but = |lifted: Option<Rule>, limit: bool| -> u64 {
            let at = |&(node, room): &(u32, u32)| {
                let node = node as usize;
                let barred = self.rules.iter().filter(|(rule, _)| Some(*rule) != lifted);
                let barred: u32 = barred.map(|(_, column)| column[node]).sum();
                u64::from((each - barred).min(if limit { room } else { u32::MAX }))
            };
            room.iter().map(at).sum()
        };
        let supply = supply_but(None, true);
        let counted = |column: &[u32]| -> u64 {
            room.iter().map(|&(node, _)| u64::from(column[node as usize])).sum()
        };
        let mut bars: Vec<(Rule, u64)> =
            self.rules.iter().map(|(rule, column)| (*rule, counted(column))).collect();
        bars.retain(|&(_, pairs)| pairs > 0);
        // What no setting can lift is no advice.
        let is_set = |rule| !matches!(rule, Rule::KeptPair | Rule::OwnWork | Rule::OwnTeam);
        let lifts = bars.iter().filter(|&&(rule, _)| is_set(rule));
        let lifts: Vec<(Rule, u64)> = lifts
            .map(|&(rule, _)| (rule, supply_but(Some(rule), true)))
            .filter(|&(_, lifted)| lifted > supply)
            .collect();
        let unlimited = supply_but(None, false);
        bars.extend(nothing.map(|rule| (rule, 0)));
        if bars.is_empty() {
            bars.push((Rule::OncePerWork, 0));
        }
        let members = members.to_vec();
        let even_loads = false;
        Shortage { side, members, demand, supply, bars, lifts, unlimited, uneven, even_loads }
    }
}
