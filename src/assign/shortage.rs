//! Why a plan is impossible, in numbers that anyone can add up.

mod count;

use core::fmt;

use super::loads::Stage;
use super::rule::Rule;
use super::rules::{Crew, Rules};
use super::{AssignError, Assigner};
use crate::cohort::Cohort;
use crate::id::{PersonId, SubmissionId};

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
    /// Rules without which the supply would be greater, with that supply.
    lifts: Vec<(Rule, u64)>,
    /// The supply if the other side could give or take any number.
    unlimited: u64,
    /// Whether the even spread is part of the demand or of the supply.
    uneven: bool,
    /// Whether it speaks of even loads alone, though ranges are wider.
    even_loads: bool,
}

/// What would help against a [`Shortage`].
///
/// ```
/// use peergrade::assign::Remedy;
///
/// assert_eq!(Remedy::AskLess(3).to_string(), "ask 3 reviews less of them");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Ask so many reviews less of them: fewer to give, or fewer to receive.
    AskLess(u64),
    /// Let those on the other side to whom they may turn give or take so many more.
    AllowMore(u64),
    /// Lift the rule; the supply is then this.
    Lift(Rule, u64),
    /// Let the numbers received differ by more than one, by [`Assigner::receive`].
    Uneven,
    /// Ask for as many reviews as can be, by [`Assigner::best_effort`].
    BestEffort,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AskLess(reviews) => write!(f, "ask {} less of them", counted(*reviews, "review")),
            Self::AllowMore(reviews) => {
                write!(f, "allow {} more to those they may turn to", counted(*reviews, "review"))
            }
            Self::Lift(rule, supply) => write!(f, "lift the rule: {rule} (then {supply})"),
            Self::Uneven => f.write_str("let the numbers received differ by more than one"),
            Self::BestEffort => f.write_str("ask for a best effort"),
        }
    }
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

    /// What would help, each alone or, where the number that it leads to is still too low, with
    /// others.
    ///
    /// ```
    /// use peergrade::assign::{AssignError, Remedy, Rule};
    /// use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};
    ///
    /// let cohort = Cohort::individuals(3)?;
    /// let assigner = Assigner::new(2).forbid([(SubmissionId::new(0), PersonId::new(1))]);
    /// let error = assigner.assign(&cohort, Seed::new(1)).unwrap_err();
    /// let AssignError::Impossible(shortage) = error else { panic!() };
    /// let remedies: Vec<Remedy> = shortage.remedies().collect();
    /// let lift = Remedy::Lift(Rule::ForbiddenPair, 2);
    /// assert_eq!(remedies, [Remedy::AskLess(1), lift, Remedy::BestEffort]);
    /// # Ok::<(), peergrade::CohortError>(())
    /// ```
    pub fn remedies(&self) -> impl Iterator<Item = Remedy> {
        let gap = self.demand.saturating_sub(self.supply);
        let more = (self.unlimited >= self.demand).then_some(Remedy::AllowMore(gap));
        let lifts = self.lifts.iter().map(|&(rule, supply)| Remedy::Lift(rule, supply));
        let uneven = self.uneven.then_some(Remedy::Uneven);
        let first = core::iter::once(Remedy::AskLess(gap));
        first.chain(more).chain(lifts).chain(uneven).chain([Remedy::BestEffort])
    }

    /// Whether this is a proof for even loads alone, though quotas or demands have wider ranges: a
    /// [`Change`](super::Change) keeps loads even, [`Assigner::assign`] looks at the ranges too.
    #[must_use]
    pub fn is_of_even_loads(&self) -> bool {
        self.even_loads
    }

    /// Whether the numbers hold for this cohort and these rules, added up anew: the demand is
    /// there, and the supply, `sum over the other side of min(capacity, allowed pairs)`, is below it;
    /// for learners or for staff, and for the widest ranges, or for even loads if it
    /// [says so](Self::is_of_even_loads). O(people + submissions + barred pairs).
    ///
    /// # Errors
    ///
    /// As [`Assigner::assign`], for settings that do not fit the cohort.
    pub fn verify(&self, cohort: &Cohort, assigner: &Assigner) -> Result<bool, AssignError> {
        let holds = self.supply < self.demand
            && (self.holds_for(Crew::Peers, assigner, cohort)?
                || (cohort.has_staff() && self.holds_for(Crew::Staff, assigner, cohort)?));
        Ok(holds)
    }

    fn holds_for(
        &self,
        crew: Crew,
        assigner: &Assigner,
        cohort: &Cohort,
    ) -> Result<bool, AssignError> {
        let rules = match Rules::of(crew, assigner, cohort) {
            Ok(rules) => rules,
            // A single reviewer with too high a quota shows before anything else.
            Err(AssignError::Impossible(found)) => return Ok(*found == *self),
            Err(error) => return Err(error),
        };
        let stage = if self.even_loads { Stage::Even } else { rules.widest() };
        let again = match self.side {
            Side::Reviewers => rules.reviewer_shortage(stage, &self.members),
            Side::Submissions => rules.submission_shortage(stage, &self.members),
        };
        Ok(again == *self)
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
    ///      most: the rule is no review of one's own work (1 pair); what helps: ask 1 review \
    ///      less of them, or ask for a best effort"
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
        let with = if self.even_loads { " with even loads" } else { "" };
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
            "impossible{with}: {} ({}) {is} to {verb} {}, but {other} {} at most: the rule is {}",
            counted(self.members.len() as u64, side),
            names.join(", "),
            counted(self.demand, "review"),
            self.supply,
            rules.join(", and "),
        ) + &self.advice()
    }
}

impl Shortage {
    /// The remedies in a sentence.
    fn advice(&self) -> String {
        let remedies: Vec<String> = self.remedies().map(|remedy| remedy.to_string()).collect();
        format!("; what helps: {}", remedies.join(", or "))
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
