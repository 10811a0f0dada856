//! Whether an error proves that a wish cannot be kept: counted anew, without the code that forms groups.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::{FormError, GroupFormer, Rule, Strength};
use crate::group::GroupError;
use crate::group::traits::Traits;
use crate::{GroupId, PersonId};

impl FormError {
    /// Whether the people and numbers of this error, looked up anew in the wish and the traits, prove
    /// that no groups keep it. Not so for errors about the wording of a wish, for
    /// [`NoRoom`](Self::NoRoom), [`NotFound`](Self::NotFound), and what
    /// [`GroupFormer::verify`] finds in groups that there are. O(n log n) and the wishes, and the pairs
    /// of a clique.
    ///
    /// ```
    /// use peergrade::group::FormError;
    /// use peergrade::{GroupFormer, PersonId, Seed, Traits};
    ///
    /// let traits = Traits::builder(4).build()?;
    /// let [a, b, c] = [0, 1, 2].map(PersonId::new);
    /// let former = GroupFormer::default().sizes(2..=2).keep_apart([(a, b), (b, c), (c, a)]);
    /// let error = former.form(&traits, Seed::new(1)).unwrap_err();
    /// assert!(error.proves(&former, &traits));
    /// // Two of them, or more groups, prove nothing.
    /// assert!(!FormError::Clique { people: vec![a, b], groups: 2 }.proves(&former, &traits));
    /// assert!(!error.proves(&former.sizes(1..=1), &traits));
    /// # Ok::<(), peergrade::group::TraitsError>(())
    /// ```
    #[must_use]
    pub fn proves(&self, former: &GroupFormer, traits: &Traits) -> bool {
        let mut court = Court { former, traits, joined: BTreeSet::new() };
        court.join_kinds();
        court.holds(self).unwrap_or(false)
    }
}

/// Where evidence is looked at. `None` stands for what is not there to be looked at.
struct Court<'a> {
    former: &'a GroupFormer,
    traits: &'a Traits,
    /// Kinds that are one since they cannot be divided by themselves.
    joined: BTreeSet<Kind>,
}

/// What a person is in the columns that groups are to be the same in; those without a value come last.
type Kind = Vec<(bool, Option<u32>)>;

/// The people of every kind, with the groups they have to themselves.
type Kinds = BTreeMap<Kind, (Vec<PersonId>, Range<usize>)>;

impl Court<'_> {
    fn holds(&self, error: &FormError) -> Option<bool> {
        Some(match error {
            FormError::Groups(reason) => {
                self.same().next().is_none() && self.indivisible(self.traits.people(), reason)
            }
            FormError::Cell { first, reason } => {
                let kind = self.kind(*first);
                let alike = self.people().filter(|&p| self.kind(p) == kind).count();
                self.indivisible(alike, reason)
            }
            FormError::FewSlots { person, has, slots } => {
                let time = self.traits.availability(*person)?.count();
                let asked = self.former.overlap == Some((*slots, Strength::Hard));
                asked && time == *has && has < slots
            }
            FormError::Block { .. }
            | FormError::TogetherApart { .. }
            | FormError::TogetherDiffer { .. } => self.together_holds(error)?,
            FormError::FixedTwice { .. }
            | FormError::FixedFull { .. }
            | FormError::FixedKind { .. }
            | FormError::FixedApart { .. }
            | FormError::UnknownGroup { .. } => self.fixed_holds(error)?,
            FormError::Clique { people, groups } => {
                let few = self.groups_for(people)? <= *groups && *groups < people.len();
                few && self.all_apart(people)
            }
            FormError::FewHolders { column, value, holders, min } => {
                let has = |&p: &PersonId| self.traits.category(column, p) == Some(*value);
                let held = self.people().filter(has).count();
                let few = (1..*min as usize).contains(&held);
                few && held == *holders && self.no_solo(column, *min)
            }
            FormError::SmallGroups { column, min, largest } => {
                let anybody = self.people().any(|p| self.traits.category(column, p).is_some());
                let most = self.kinds()?.values().map(largest_of).max()?;
                anybody
                    && most <= *largest
                    && *largest < *min as usize
                    && self.no_solo(column, *min)
            }
            _ => false,
        })
    }

    fn together_holds(&self, error: &FormError) -> Option<bool> {
        Some(match error {
            FormError::Block { people, largest } => {
                let block = self.block(*people.first()?);
                let kinds = self.kinds()?;
                let room = largest_of(kinds.get(&self.kind(people[0]))?);
                let all = people.iter().copied().collect::<BTreeSet<_>>();
                let tied = all.len() == people.len() && all.is_subset(&block);
                tied && room <= *largest && people.len() > *largest
            }
            FormError::TogetherApart { first, second, path } => {
                let tied = |pair: &[PersonId]| {
                    self.former
                        .together
                        .iter()
                        .any(|w| w.contains(&pair[0]) && w.contains(&pair[1]))
                };
                let ends = (path.first(), path.last()) == (Some(first), Some(second));
                ends && path.windows(2).all(tied) && self.are_apart(*first, *second)
            }
            FormError::TogetherDiffer { first, second, column } => {
                let value = |person: &PersonId| self.traits.category(column, *person);
                let asked = self.same().any(|name| name == column);
                asked && value(first) != value(second) && self.block(*first).contains(second)
            }
            _ => return None,
        })
    }

    fn fixed_holds(&self, error: &FormError) -> Option<bool> {
        Some(match error {
            FormError::FixedTwice { first, group, second, other } => {
                let in_group = |person: &PersonId, group: &GroupId| {
                    let block = self.block(*person);
                    let fixed = &self.former.fixed;
                    fixed.iter().any(|(p, wanted)| block.contains(p) && wanted == group)
                };
                let tied = self.block(*first).contains(second);
                group != other && tied && in_group(first, group) && in_group(second, other)
            }
            FormError::FixedFull { group, people, size } => {
                let kinds = self.kinds()?;
                let (members, range) =
                    kinds.values().find(|kind| kind.1.contains(&group.index()))?;
                // The larger groups of a kind come first.
                let larger = members.len() % range.len();
                let room = members.len() / range.len();
                let room = room + usize::from(group.index() - range.start < larger);
                self.fixed_in(*group).len() == *people && room <= *size && size < people
            }
            FormError::FixedKind { person, group } => {
                let kinds = self.kinds()?;
                let own = kinds.get(&self.kind(*person))?;
                self.fixed_in(*group).contains(person) && !own.1.contains(&group.index())
            }
            FormError::FixedApart { first, second, group } => {
                let there = self.fixed_in(*group);
                let both = there.contains(first) && there.contains(second);
                both && self.are_apart(*first, *second)
            }
            FormError::UnknownGroup { person, group, groups } => {
                let all = self.kinds()?.values().map(|kind| kind.1.len()).sum::<usize>();
                self.fixed_in(*group).contains(person) && all == *groups && group.index() >= all
            }
            _ => return None,
        })
    }

    fn people(&self) -> impl Iterator<Item = PersonId> + use<> {
        (0..).take(self.traits.people()).map(PersonId::new)
    }

    /// Whether so many people, who are to be grouped by themselves, cannot be, as this error has it.
    fn indivisible(&self, count: usize, reason: &GroupError) -> bool {
        let GroupError::Sizes { people, lo, hi, .. } = reason else { return false };
        let fits = |groups: usize| {
            lo.saturating_mul(groups) <= count && count <= hi.saturating_mul(groups)
        };
        // More groups than the first that hold all are smaller still.
        let first = count.div_ceil((*hi).max(1));
        *people == count && self.former.sizes.bounds() == (*lo, *hi) && !fits(first)
    }

    /// Columns in which groups are to be the same.
    fn same(&self) -> impl Iterator<Item = &String> {
        let hard =
            |wish: &&(String, Rule, Strength)| (wish.1, wish.2) == (Rule::Same, Strength::Hard);
        self.former.categories.iter().filter(hard).map(|wish| &wish.0)
    }

    /// The kind of a person; of kinds that are joined one that comes after all others.
    fn kind(&self, person: PersonId) -> Kind {
        let value = |name: &String| self.traits.category(name, person);
        let kind: Kind = self.same().map(value).map(|value| (value.is_none(), value)).collect();
        if self.joined.contains(&kind) { vec![(true, None); kind.len() + 1] } else { kind }
    }

    /// Joins kinds where the wish says so.
    fn join_kinds(&mut self) {
        if !self.former.join_kinds {
            return;
        }
        let mut sizes: BTreeMap<Kind, usize> = BTreeMap::new();
        self.people().for_each(|person| *sizes.entry(self.kind(person)).or_default() += 1);
        let fits = |people: usize| self.former.sizes.groups(people).is_ok();
        let mut all = 0;
        let mut rest: Vec<(usize, Kind)> = Vec::new();
        for (kind, people) in sizes {
            if fits(people) {
                rest.push((people, kind));
            } else {
                all += people;
                self.joined.insert(kind);
            }
        }
        rest.sort_unstable();
        for (people, kind) in rest {
            if self.joined.is_empty() || fits(all) {
                break;
            }
            all += people;
            self.joined.insert(kind);
        }
    }

    /// The kinds in order, each with the groups that follow those of the kind before.
    fn kinds(&self) -> Option<Kinds> {
        let mut kinds = Kinds::new();
        for person in self.people() {
            kinds.entry(self.kind(person)).or_default().0.push(person);
        }
        let mut first = 0;
        for (people, range) in kinds.values_mut() {
            let groups = self.former.sizes.groups(people.len()).ok()?;
            *range = first..first + groups;
            first += groups;
        }
        Some(kinds)
    }

    /// How many groups these people could be in.
    fn groups_for(&self, people: &[PersonId]) -> Option<usize> {
        let kinds = self.kinds()?;
        let own: BTreeSet<Kind> = people.iter().map(|&p| self.kind(p)).collect();
        own.iter().map(|kind| Some(kinds.get(kind)?.1.len())).sum()
    }

    /// Who is to be together with a person, by any chain of wishes, the person too.
    fn block(&self, person: PersonId) -> BTreeSet<PersonId> {
        let mut block = BTreeSet::from([person]);
        loop {
            let near = |wish: &&Vec<PersonId>| wish.iter().any(|p| block.contains(p));
            let reached = self.former.together.iter().filter(near).flatten().copied();
            let more: BTreeSet<PersonId> = reached.chain([person]).collect();
            if more.len() == block.len() {
                return block;
            }
            block = more;
        }
    }

    /// Who is to be in a group, by themselves or with others.
    fn fixed_in(&self, group: GroupId) -> BTreeSet<PersonId> {
        let fixed = self.former.fixed.iter().filter(|(_, wanted)| *wanted == group);
        fixed.flat_map(|&(person, _)| self.block(person)).collect()
    }

    fn are_apart(&self, first: PersonId, second: PersonId) -> bool {
        let pair =
            |&(a, b): &(PersonId, PersonId)| (a, b) == (first, second) || (b, a) == (first, second);
        let met = |earlier: &crate::group::Groups| {
            let group = earlier.group_of(first);
            group.is_some() && group == earlier.group_of(second)
        };
        first != second
            && (self.former.apart.iter().any(pair) || self.former.history.iter().any(met))
    }

    fn all_apart(&self, people: &[PersonId]) -> bool {
        let pairs: BTreeSet<(PersonId, PersonId)> =
            self.former.apart.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
        let met = |a: PersonId, b: PersonId| {
            self.former.history.iter().any(|earlier| earlier.group_of(a) == earlier.group_of(b))
        };
        let apart = |(i, &a): (usize, &PersonId)| {
            people[..i].iter().all(|&b| a != b && (pairs.contains(&(a, b)) || met(a, b)))
        };
        people.iter().all(|p| p.index() < self.traits.people())
            && people.iter().enumerate().all(apart)
    }

    fn no_solo(&self, column: &str, min: u32) -> bool {
        let rule = |wish: &(String, Rule, Strength)| {
            wish.0 == column && (wish.1, wish.2) == (Rule::NoSolo { min }, Strength::Hard)
        };
        self.former.categories.iter().any(rule)
    }
}

/// Size of the largest group of a kind.
fn largest_of((people, groups): &(Vec<PersonId>, Range<usize>)) -> usize {
    people.len().div_ceil(groups.len().max(1))
}
