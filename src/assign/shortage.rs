//! Why a plan is impossible, in numbers that anyone can add up.

use core::fmt;

use super::rules::{Rule, Rules};
use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::id::{PersonId, SubmissionId, to_u32};

/// A proof that a plan is impossible: some reviewers or some submissions whose demand exceeds all
/// that the rules let the other side supply.
///
/// By the theorem of Hall, in the form for capacities (Gale 1957), an impossible request always
/// has such a proof.
///
/// ```
/// use peergrade::assign::{AssignError, Rule};
/// use peergrade::{Assigner, Cohort, PersonId, Seed};
///
/// // Two people and a team of three: nobody but two people may review the team's work.
/// let mut cohort = Cohort::builder(5)?;
/// let team = cohort.submission(&[0, 1, 2].map(PersonId::new))?;
/// cohort.submission(&[PersonId::new(3)])?;
/// cohort.submission(&[PersonId::new(4)])?;
/// let cohort = cohort.build();
///
/// let assigner = Assigner::new(2);
/// let AssignError::Impossible(shortage) =
///     assigner.assign(&cohort, Seed::new(1)).unwrap_err() else { panic!() };
/// assert_eq!(shortage.submissions().collect::<Vec<_>>(), [team]);
/// assert_eq!((shortage.demand(), shortage.supply()), (3, 2));
/// assert_eq!(shortage.bars(), [(Rule::OwnTeam, 3)]);
/// assert!(shortage.verify(&cohort, &assigner)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    side: Side,
    /// Sorted ids.
    members: Vec<u32>,
    demand: u64,
    supply: u64,
    bars: Vec<(Rule, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Reviewers,
    Submissions,
}

impl Shortage {
    /// The submissions that need more than they can get; none where reviewers are short of work.
    pub fn submissions(&self) -> impl Iterator<Item = SubmissionId> {
        self.members(Side::Submissions).map(SubmissionId::new)
    }

    /// The reviewers who are to give more than they can; none where submissions are short of
    /// reviews.
    pub fn reviewers(&self) -> impl Iterator<Item = PersonId> {
        self.members(Side::Reviewers).map(PersonId::new)
    }

    fn members(&self, side: Side) -> impl Iterator<Item = u32> {
        let members = if self.side == side { &self.members[..] } else { &[] };
        members.iter().copied()
    }

    /// The reviews that they need together, beside those that are kept.
    #[must_use]
    pub fn demand(&self) -> u64 {
        self.demand
    }

    /// The reviews that the other side can supply at most.
    #[must_use]
    pub fn supply(&self) -> u64 {
        self.supply
    }

    /// The rules that stand between them and the other side, with the number of pairs that each
    /// one bars.
    #[must_use]
    pub fn bars(&self) -> &[(Rule, u64)] {
        &self.bars
    }

    /// Whether the numbers hold for this cohort and these rules, added up anew: the demand is
    /// there, and `sum over the other side of min(capacity, allowed pairs)` is not above the supply
    /// and below the demand. O(people + submissions + barred pairs).
    ///
    /// # Errors
    ///
    /// As [`Assigner::assign`], for settings that do not fit the cohort.
    pub fn verify(&self, cohort: &Cohort, assigner: &Assigner) -> Result<bool, AssignError> {
        let rules = match Rules::new(assigner, cohort) {
            Ok(rules) => rules,
            // A single reviewer with too high a quota shows before anything else.
            Err(AssignError::Impossible(found)) => return Ok(*found == *self),
            Err(error) => return Err(error),
        };
        let again = match self.side {
            Side::Reviewers => rules.reviewer_shortage(&self.members, self.reviewer_demand(&rules)),
            Side::Submissions => rules.submission_shortage(&self.members),
        };
        Ok(again == *self && self.supply < self.demand)
    }

    fn reviewer_demand(&self, rules: &Rules<'_>) -> u64 {
        rules.free_quota(&self.members)
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(|person| person.to_string(), |work| work.to_string()))
    }
}

impl Shortage {
    /// The proof in a sentence, with the application's names of people and submissions in place
    /// of ids. At most eight are named.
    ///
    /// ```
    /// use peergrade::assign::AssignError;
    /// use peergrade::{Assigner, Cohort, Roster, Seed};
    ///
    /// let people: Roster<&str> = Roster::new(["ana", "ben"])?;
    /// let cohort = Cohort::individuals(people.len())?;
    /// let error = Assigner::new(2).assign(&cohort, Seed::new(1)).unwrap_err();
    /// let AssignError::Impossible(shortage) = error else { panic!() };
    /// let name = |person| people.key(person).unwrap().to_string();
    /// assert_eq!(
    ///     shortage.describe(name, |work| format!("work {work}")),
    ///     "impossible: 1 reviewer (ana) is to give 2 reviews, but submissions can take 1 at \
    ///      most: the rule is no review of one's own work (1 pair)"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn describe(
        &self,
        person: impl Fn(PersonId) -> String,
        submission: impl Fn(SubmissionId) -> String,
    ) -> String {
        let (side, verb, other) = match self.side {
            Side::Reviewers => ("reviewer", "give", "submissions can take"),
            Side::Submissions => ("submission", "receive", "reviewers can give"),
        };
        let name = |&id: &u32| match self.side {
            Side::Reviewers => person(PersonId::new(id)),
            Side::Submissions => submission(SubmissionId::new(id)),
        };
        let mut names: Vec<String> = self.members.iter().take(8).map(name).collect();
        if self.members.len() > names.len() {
            names.push("...".to_owned());
        }
        let is = if self.members.len() == 1 { "is" } else { "are" };
        let rules: Vec<String> = self
            .bars
            .iter()
            .map(|&(rule, pairs)| match pairs {
                0 => rule.to_string(),
                _ => format!("{rule} ({})", counted(pairs, "pair")),
            })
            .collect();
        format!(
            "impossible: {} ({}) {is} to {verb} {}, but {other} {} at most: the rule is {}",
            counted(self.members.len() as u64, side),
            names.join(", "),
            counted(self.demand, "review"),
            self.supply,
            rules.join(", and "),
        )
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

impl Rules<'_> {
    /// What these reviewers are to give beside what they keep.
    pub(super) fn free_quota(&self, reviewers: &[u32]) -> u64 {
        let people = reviewers.iter().map(|&r| PersonId::new(r));
        people.map(|r| u64::from(self.quota(r)) - self.kept(r).len() as u64).sum()
    }

    /// The shortage of reviewers (sorted ids) who are to give `demand` reviews beside kept ones.
    pub(super) fn reviewer_shortage(&self, reviewers: &[u32], demand: u64) -> Shortage {
        // By submission, how many of the reviewers are barred from it.
        let mut barred = vec![0_u32; self.cohort().submissions()];
        let mut bars = Bars::default();
        if self.pool_len() == 0 {
            bars.0.push((Rule::NothingToReview, 0));
        }
        for reviewer in reviewers.iter().map(|&r| PersonId::new(r)) {
            for submission in self.barred(reviewer) {
                barred[submission.index()] += 1;
                bars.count(self.bar(reviewer, submission));
            }
            for submission in self.kept(reviewer) {
                barred[submission.index()] += 1;
                bars.count(Some(Rule::KeptPair));
            }
        }
        let each = to_u32(reviewers.len());
        // While quotas are being checked nothing is known of how many each submission receives.
        let unknown = self.quotas().is_empty();
        let room = |s| if unknown { u32::MAX } else { self.high(s) - self.kept_by(s) };
        let supply = self.pool().map(|s| u64::from(room(s).min(each - barred[s.index()]))).sum();
        bars.shortage(Side::Reviewers, reviewers, demand, supply)
    }

    /// The shortage of submissions (sorted ids).
    pub(super) fn submission_shortage(&self, submissions: &[u32]) -> Shortage {
        let mut barred = vec![0_u32; self.cohort().people()];
        let mut bars = Bars::default();
        let is_member = |s: &SubmissionId| submissions.binary_search(&s.get()).is_ok();
        for reviewer in self.people().filter(|&r| self.quota(r) > 0) {
            for submission in self.barred(reviewer).iter().filter(|s| is_member(s)) {
                barred[reviewer.index()] += 1;
                bars.count(self.bar(reviewer, *submission));
            }
            for _ in self.kept(reviewer).iter().filter(|s| is_member(s)) {
                barred[reviewer.index()] += 1;
                bars.count(Some(Rule::KeptPair));
            }
        }
        let each = to_u32(submissions.len());
        let free = |r: PersonId| self.quota(r) - to_u32(self.kept(r).len());
        let supply = self.people().map(|r| u64::from(free(r).min(each - barred[r.index()]))).sum();
        let members = submissions.iter().map(|&s| SubmissionId::new(s));
        let demand = members.map(|s| u64::from(self.low(s) - self.kept_by(s))).sum();
        bars.shortage(Side::Submissions, submissions, demand, supply)
    }
}

/// Barred pairs, counted by rule.
#[derive(Default)]
struct Bars(Vec<(Rule, u64)>);

impl Bars {
    fn count(&mut self, rule: Option<Rule>) {
        let Some(rule) = rule else { return };
        match self.0.iter_mut().find(|(seen, _)| *seen == rule) {
            Some((_, pairs)) => *pairs += 1,
            None => self.0.push((rule, 1)),
        }
    }

    fn shortage(mut self, side: Side, members: &[u32], demand: u64, supply: u64) -> Shortage {
        self.0.sort_unstable();
        if self.0.is_empty() {
            self.0.push((Rule::OncePerWork, 0));
        }
        Shortage { side, members: members.to_vec(), demand, supply, bars: self.0 }
    }
}
