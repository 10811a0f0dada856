//! Groups by traits: the wishes.

mod certificate;
mod columns;
mod error;
mod formed;
mod links;
mod options;
mod plan;
mod start;
#[cfg(test)]
mod tests;
mod verify;

pub use error::FormError;
pub use formed::{Formed, Stop};
pub use options::{Effort, Mode, Objective, Rule, Strength};

use super::groups::Groups;
use super::sizes::GroupSizes;
use super::traits::Traits;
use crate::{Cohort, GroupId, PersonId, ReviewGraph, Seed};

/// Forms groups that are balanced over many traits at once, under rules.
///
/// By default all columns of numbers are balanced and all categories spread, with weight 1 each;
/// naming any column or category by [`column`](Self::column) or [`category`](Self::category) turns
/// that off: then only the named ones count.
///
/// ```text
/// minimise  F = sum_f s_f w_f sum_g n_g (mean_gf)^2
/// ```
///
/// over the columns f, standardised (mean 0, variance 1), with s = 1 for a column to be balanced and
/// -1 for one whose values are to be alike in a group. A category is one column per value, scaled so
/// that the whole category weighs as much as one column of numbers.
///
/// The people are dealt to groups like cards; then, pass after pass, every group meets another, of
/// nearly opposite sums or by chance, and the two are divided anew in the best way: the best of all
/// divisions for groups up to 6, of all exchanges of one or two people up to 8, of one above. Up to
/// 1,500 people without rules are annealed before (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983). F
/// never rises; hard rules hold in every exchange. The objective is that of k-means anticlustering
/// (Spaeth, Zeitschrift fuer Operations Research 30, 1986; Papenberg and Klau, Psychological Methods
/// 26, 2021), with [`moments`](Self::moments) that of k-plus (Papenberg, British Journal of
/// Mathematical and Statistical Psychology 77, 2024).
///
/// A pass takes O(n 4^m d / m) time for groups of m <= 6 and O(n m d) for groups above 8, with O(n d)
/// memory, 4 bytes per person and column twice.
///
/// Do not use it to keep a running course: a new run moves people freely. For groups by chance
/// [`Pods`](super::Pods) are enough.
///
/// ```
/// use peergrade::{GroupFormer, GroupSizes, Seed, Traits};
///
/// let skill: Vec<_> = (0..60).map(|i| Some(f64::from(i * i % 61))).collect();
/// let hours: Vec<_> = (0..60).map(|i| (i % 7 > 0).then(|| f64::from(i * 5 % 13))).collect();
/// let speaks: Vec<_> = (0..60).map(|i| Some(i % 3)).collect();
/// let traits = Traits::builder(60)
///     .numeric("skill", &skill)
///     .numeric("hours", &hours)
///     .categorical("language", &speaks)
///     .build()?;
///
/// let former = GroupFormer::default().sizes(GroupSizes::target(5));
/// let formed = former.form(&traits, Seed::new(1))?;
/// former.verify(&traits, formed.groups())?;
/// assert!(formed.values().last() < Some(&0.02));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct GroupFormer {
    sizes: GroupSizes,
    columns: Vec<(String, Mode, f64)>,
    moments: u32,
    categories: Vec<(String, Rule, Strength)>,
    join_kinds: bool,
    together: Vec<Vec<PersonId>>,
    apart: Vec<(PersonId, PersonId)>,
    history: Vec<Groups>,
    avoided: Vec<(Vec<(PersonId, PersonId)>, f64)>,
    recent: Vec<Recent>,
    fixed: Vec<(PersonId, GroupId)>,
    overlap: Option<(u32, Strength)>,
    objective: Objective,
    effort: Effort,
}

/// Earlier groups that had better not be repeated, the latest last.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct Recent {
    groups: Vec<Groups>,
    weight: f64,
    decay: f64,
}

/// What [`GroupFormer::refine`] may not change.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    /// The class of every person: every group keeps its number of each class.
    pub(super) classes: Option<Vec<u32>>,
    /// Labels of every person: no two people of one label in a group, where that is so or can be.
    pub(super) labels: Vec<Vec<u32>>,
    /// The cell of every group: only groups of one cell exchange people. Empty: one cell.
    pub(super) cells: Vec<u32>,
}

impl Default for GroupFormer {
    /// Groups of about 5, all columns balanced, no rules, [`Effort::Good`].
    fn default() -> Self {
        Self {
            sizes: GroupSizes::target(5),
            columns: Vec::new(),
            moments: 1,
            categories: Vec::new(),
            join_kinds: false,
            together: Vec::new(),
            apart: Vec::new(),
            history: Vec::new(),
            avoided: Vec::new(),
            recent: Vec::new(),
            fixed: Vec::new(),
            overlap: None,
            objective: Objective::default(),
            effort: Effort::default(),
        }
    }
}

impl GroupFormer {
    /// How large the groups are, default about 5.
    #[must_use]
    pub fn sizes(mut self, sizes: impl Into<GroupSizes>) -> Self {
        self.sizes = sizes.into();
        self
    }

    /// What is wanted of a column of numbers, and how much it counts: a weight from 1e-12 to 1e12.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, mode: Mode, weight: f64) -> Self {
        self.columns.push((name.into(), mode, weight));
        self
    }

    /// Moments of balanced columns that are to be even: 1 for the mean, default; 2 for the spread
    /// within the groups too, at a little cost in the means.
    #[must_use]
    pub const fn moments(mut self, moments: u32) -> Self {
        self.moments = moments;
        self
    }

    /// What is wanted of a column of categories. One category can have several rules.
    #[must_use]
    pub fn category(mut self, name: impl Into<String>, rule: Rule, strength: Strength) -> Self {
        self.categories.push((name.into(), rule, strength));
        self
    }

    /// People of a kind, by hard rules of [`Rule::Same`], who cannot be divided into groups by themselves
    /// are grouped with those of other such kinds. Where these are not enough either, the smallest of the
    /// other kinds joins them, and so on. [`Formed::joined`] lists who that is. By default they are an
    /// error, [`FormError::Cell`].
    ///
    /// ```
    /// use peergrade::group::{Rule, Strength};
    /// use peergrade::{GroupFormer, Seed, Traits};
    ///
    /// // Twelve people speak one language, two another, and one a third.
    /// let speaks: Vec<_> = (0..15_u32).map(|i| Some(i / 12 + i / 14)).collect();
    /// let traits = Traits::builder(15).categorical("language", &speaks).build()?;
    /// let former = GroupFormer::default().sizes(3..=5);
    /// let former = former.category("language", Rule::Same, Strength::Hard);
    /// assert!(former.form(&traits, Seed::new(1)).is_err());
    /// let formed = former.join_small_kinds().form(&traits, Seed::new(1))?;
    /// assert_eq!(formed.joined(), [12, 13, 14].map(Into::into));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn join_small_kinds(mut self) -> Self {
        self.join_kinds = true;
        self
    }

    /// These people are in one group, always. Chains add up: who is kept together with one of them is
    /// kept together with all.
    #[must_use]
    pub fn keep_together(mut self, people: &[PersonId]) -> Self {
        self.together.push(people.to_vec());
        self
    }

    /// The two of each pair are never in one group: friends, rivals, or a reviewer and the author.
    #[must_use]
    pub fn keep_apart(mut self, pairs: impl IntoIterator<Item = (PersonId, PersonId)>) -> Self {
        self.apart.extend(pairs);
        self
    }

    /// Nobody is in one group with a person whose work they review: who reviews stays unknown.
    ///
    /// ```
    /// use peergrade::{Assigner, Cohort, GroupFormer, Seed, Traits};
    ///
    /// let cohort = Cohort::individuals(30)?;
    /// let plan = Assigner::new(2).assign(&cohort, Seed::new(1))?;
    /// let traits = Traits::builder(30).build()?;
    /// let former = GroupFormer::default().keep_reviewers_apart(&cohort, plan.graph());
    /// let groups = former.form(&traits, Seed::new(2))?.into_groups();
    /// for (submission, reviewer) in plan.graph().iter() {
    ///     let author = cohort.authors_of(submission)[0];
    ///     assert_ne!(groups.group_of(author), groups.group_of(reviewer));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keep_reviewers_apart(mut self, cohort: &Cohort, graph: &ReviewGraph) -> Self {
        for (submission, reviewer) in graph.iter() {
            self.apart
                .extend(cohort.authors_of(submission).iter().map(|&author| (author, reviewer)));
        }
        self
    }

    /// Who was together in earlier groups is not together again.
    #[must_use]
    pub fn history(mut self, earlier: &[Groups]) -> Self {
        self.history.extend_from_slice(earlier);
        self
    }

    /// The two of each pair are rather not in one group. A pair of weight 1 counts as much as a group
    /// whose sum is off by `sqrt(n_g)` standard deviations.
    ///
    /// ```
    /// use peergrade::{GroupFormer, PersonId, Seed, Traits};
    ///
    /// // A ring of five in two groups: some neighbours have to be together, but one pair is enough.
    /// let ring: Vec<_> = (0..5).map(|i| (PersonId::new(i), PersonId::new((i + 1) % 5))).collect();
    /// let traits = Traits::builder(5).build()?;
    /// let former = GroupFormer::default().sizes(2..=3).avoid(ring.clone(), 1.0);
    /// let groups = former.form(&traits, Seed::new(1))?.into_groups();
    /// let together = |&&(a, b): &&_| groups.group_of(a) == groups.group_of(b);
    /// assert_eq!(ring.iter().filter(together).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn avoid(
        mut self,
        pairs: impl IntoIterator<Item = (PersonId, PersonId)>,
        weight: f64,
    ) -> Self {
        self.avoided.push((pairs.into_iter().collect(), weight));
        self
    }

    /// Who was together in earlier groups, the latest given last, is rather not together again:
    ///
    /// ```text
    /// a pair costs     sum of weight decay^k over the groups it was in, k = 0 for the latest, 1 for the
    ///                  ones before, ...
    /// ```
    ///
    /// as [`avoid`](Self::avoid) has it. With a decay of 1 all count alike, with 0 only the latest; in
    /// between people meet again whom they have not seen for long. Where nobody is to meet twice at all
    /// [`Rounds`](super::Rounds) are surer, and [`history`](Self::history) a rule.
    ///
    /// ```
    /// use peergrade::group::evaluate;
    /// use peergrade::{GroupFormer, Seed, Traits};
    ///
    /// let skill: Vec<_> = (0..60).map(|i| Some(f64::from(i % 17))).collect();
    /// let traits = Traits::builder(60).numeric("skill", &skill).build()?;
    /// let mut weeks = Vec::new();
    /// for week in 0..5 {
    ///     let former = GroupFormer::default().avoid_repeats(&weeks, 2.0, 0.5);
    ///     let groups = former.form(&traits, Seed::new(week))?.into_groups();
    ///     assert_eq!(evaluate(&traits, &groups, &former)?.repeats(), 0);
    ///     weeks.push(groups);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn avoid_repeats(mut self, earlier: &[Groups], weight: f64, decay: f64) -> Self {
        self.recent.push(Recent { groups: earlier.to_vec(), weight, decay });
        self
    }

    /// People whose group is given.
    #[must_use]
    pub fn fixed(mut self, people: &[(PersonId, GroupId)]) -> Self {
        self.fixed.extend_from_slice(people);
        self
    }

    /// The people of a group have this many quarter hours of the week in common, all of whom it is known.
    /// A soft rule of weight 1 takes a group without any common time as seriously as one whose sum is off
    /// by `sqrt(n_g)` standard deviations.
    ///
    /// ```
    /// use peergrade::group::Strength;
    /// use peergrade::{GroupFormer, PersonId, Seed, Traits, Week};
    ///
    /// // Mornings, evenings, and some who have time at both.
    /// let [early, late] = [8 * 60, 18 * 60].map(|from| Week::daily(from, 180).unwrap());
    /// let both = Week::from_slots(early.slots().chain(late.slots()))?;
    /// let weeks: Vec<_> = (0..24).map(|i| [early, late, both][i % 3]).collect();
    /// let traits = Traits::builder(24).availability(&weeks).build()?;
    /// let former = GroupFormer::default().sizes(4..=4).overlap(8, Strength::Hard);
    /// let groups = former.form(&traits, Seed::new(1))?.into_groups();
    /// for (_, members) in groups.iter() {
    ///     let weeks: Vec<_> = members.iter().map(|p| weeks[p.index()]).collect();
    ///     assert!(Week::overlap(&weeks) >= Some(8));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn overlap(mut self, slots: u32, strength: Strength) -> Self {
        self.overlap = Some((slots, strength));
        self
    }

    /// What is to be small, default the sum over all groups.
    #[must_use]
    pub const fn objective(mut self, objective: Objective) -> Self {
        self.objective = objective;
        self
    }

    /// How much work goes into it, default [`Effort::Good`].
    #[must_use]
    pub const fn effort(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }

    /// Forms the groups.
    ///
    /// # Errors
    ///
    /// Wishes that make no sense for these traits; hard rules that cannot hold, with the numbers that
    /// show it; and [`FormError::NotFound`] with the best groups there are when some hard rule is
    /// still broken at the end though nothing proves that it must be.
    ///
    /// ```
    /// use peergrade::{GroupFormer, PersonId, Seed, Traits};
    ///
    /// let traits = Traits::builder(4).build()?;
    /// let three: Vec<_> = (0..3).map(PersonId::new).collect();
    /// let former = GroupFormer::default().sizes(2..=2).keep_together(&three);
    /// let error = former.form(&traits, Seed::new(1)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "3 people are to be together, person 0 among them, but no group has more than 2"
    /// );
    /// # Ok::<(), peergrade::group::TraitsError>(())
    /// ```
    pub fn form(&self, traits: &Traits, seed: Seed) -> Result<Formed, FormError> {
        plan::Plan::new(self, traits, seed)?.form(self, seed)
    }

    /// Re-checks sizes and hard rules, in a way of its own. O(n log n) and the pairs.
    ///
    /// # Errors
    ///
    /// The first rule that is broken, or that cannot be checked against these traits.
    pub fn verify(&self, traits: &Traits, groups: &Groups) -> Result<(), FormError> {
        verify::verify(self, traits, groups)
    }

    /// The same of groups of another plan, whose sizes, people kept together and fixed ones do not count.
    pub(super) fn verify_within(&self, traits: &Traits, groups: &Groups) -> Result<(), FormError> {
        verify::verify_within(self, traits, groups)
    }

    /// Improves groups that there are, within limits of another plan: homes that keep their topics,
    /// expert groups without home-mates, rounds that shift rows. Columns, categories, pairs to be kept
    /// apart and history count; sizes, people kept together and fixed ones do not.
    pub(super) fn refine(
        &self,
        traits: &Traits,
        groups: &Groups,
        limits: Limits,
        seed: Seed,
    ) -> Result<Formed, FormError> {
        plan::Plan::within(self, traits, groups, limits)?.form(self, seed)
    }

    // What `evaluate` reads.

    pub(super) fn column_wishes(&self) -> &[(String, Mode, f64)] {
        &self.columns
    }

    pub(super) fn category_wishes(&self) -> &[(String, Rule, Strength)] {
        &self.categories
    }

    /// The names in the wishes, with what they should hold.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let numbers = self.columns.iter().map(|wish| (wish.0.as_str(), "numbers"));
        numbers.chain(self.categories.iter().map(|wish| (wish.0.as_str(), "categories")))
    }

    /// The first column in which groups are to be the same, whatever else.
    pub(super) fn hard_same(&self) -> Option<&str> {
        let hard =
            |wish: &&(String, Rule, Strength)| wish.1 == Rule::Same && wish.2 == Strength::Hard;
        self.categories.iter().find(hard).map(|wish| wish.0.as_str())
    }

    /// Earlier groups, whether they are not to be repeated or rather not.
    pub(super) fn earlier(&self) -> impl Iterator<Item = &Groups> {
        self.history.iter().chain(self.recent.iter().flat_map(|recent| &recent.groups))
    }

    /// Pairs who are rather not in one group.
    pub(super) fn avoided(&self) -> impl Iterator<Item = (PersonId, PersonId)> + '_ {
        self.avoided.iter().flat_map(|(pairs, _)| pairs.iter().copied())
    }
}
