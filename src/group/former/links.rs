//! Who is to be together, apart and in a given group.

use super::columns::check_wish;
use super::{FormError, GroupFormer};
use crate::csr::Csr;
use crate::group::balance::{NONE, Pairs, PairsOf};
use crate::group::groups::Groups;
use crate::id::to_u32;
use crate::{GroupId, PersonId};

/// Blocks of people who are to be together.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Block of every person; [`NONE`] for a person alone. Empty: everybody is alone.
    pub(super) of: Vec<u32>,
    /// Members of every block, sorted.
    pub(super) members: Vec<Vec<u32>>,
}

impl Blocks {
    /// The people linked by wishes, directly or through others.
    pub(super) fn new(former: &GroupFormer, people: usize) -> Result<Self, FormError> {
        let wishes = &former.together;
        for &person in wishes.iter().flatten() {
            check(person, people)?;
        }
        if wishes.iter().all(|wish| wish.len() < 2) {
            return Ok(Self::default());
        }
        let mut parent: Vec<u32> = (0..to_u32(people)).collect();
        for wish in wishes {
            for pair in wish.windows(2) {
                let (a, b) = (root(&mut parent, pair[0].get()), root(&mut parent, pair[1].get()));
                parent[a.max(b) as usize] = a.min(b);
            }
        }
        let roots: Vec<u32> = (0..to_u32(people)).map(|p| root(&mut parent, p)).collect();
        let mut sizes = vec![0_u32; people];
        for &root in &roots {
            sizes[root as usize] += 1;
        }
        let mut of = vec![NONE; people];
        let mut members: Vec<Vec<u32>> = Vec::new();
        for (person, &root) in roots.iter().enumerate() {
            if sizes[root as usize] < 2 {
                continue;
            }
            // The root is the lowest of its people.
            if of[root as usize] == NONE {
                of[root as usize] = to_u32(members.len());
                members.push(Vec::new());
            }
            of[person] = of[root as usize];
            members[of[person] as usize].push(to_u32(person));
        }
        Ok(Self { of, members })
    }

    /// The people of one block with this person; nobody for a person alone.
    pub(super) fn with(&self, person: u32) -> &[u32] {
        match self.of.get(person as usize) {
            Some(&block) if block != NONE => &self.members[block as usize],
            _ => &[],
        }
    }
}

fn root(parent: &mut [u32], mut person: u32) -> u32 {
    while parent[person as usize] != person {
        parent[person as usize] = parent[parent[person as usize] as usize];
        person = parent[person as usize];
    }
    person
}

pub(super) fn check(person: PersonId, people: usize) -> Result<(), FormError> {
    if person.index() >= people {
        return Err(FormError::UnknownPerson { person, people });
    }
    Ok(())
}

/// For every person, sorted, those who are to be apart from them; `None` without such wishes.
pub(super) fn apart(former: &GroupFormer, people: usize) -> Result<Option<Csr<u32>>, FormError> {
    if former.apart.is_empty() {
        return Ok(None);
    }
    both_ways(&former.apart, people).map(Some)
}

/// Pairs who are rather not together: those that were said, and those of earlier groups.
pub(super) fn avoided(former: &GroupFormer, people: usize) -> Result<Vec<Pairs>, FormError> {
    let mut all = Vec::new();
    for (pairs, weight) in &former.avoided {
        check_wish("pairs to avoid", *weight, false)?;
        let of = PairsOf::Listed(both_ways(pairs, people)?);
        all.push(Pairs { weight: *weight, of });
    }
    for recent in &former.recent {
        let (mut weight, decay) = (recent.weight, recent.decay);
        check_wish("earlier groups", weight, false)?;
        if !(0.0..=1.0).contains(&decay) {
            return Err(FormError::Decay { decay });
        }
        for groups in recent.groups.iter().rev() {
            let of = PairsOf::Labels(label(groups, people)?);
            if weight > 0.0 {
                all.push(Pairs { weight, of });
            }
            weight *= decay;
        }
    }
    Ok(all)
}

/// For every person, sorted, those they are in a pair with.
fn both_ways(pairs: &[(PersonId, PersonId)], people: usize) -> Result<Csr<u32>, FormError> {
    for &(first, second) in pairs {
        check(first, people)?;
        check(second, people)?;
    }
    let mut both: Vec<(u32, u32)> = pairs
        .iter()
        .filter(|(a, b)| a != b)
        .flat_map(|(a, b)| [(a.get(), b.get()), (b.get(), a.get())])
        .collect();
    both.sort_unstable();
    both.dedup();
    Ok(Csr::group(people, both.len(), |i| both[i].0 as usize, |i| both[i].1))
}

/// The group of every person in earlier groups.
pub(super) fn labels(former: &GroupFormer, people: usize) -> Result<Vec<Vec<u32>>, FormError> {
    former.history.iter().map(|groups| label(groups, people)).collect()
}

fn label(groups: &Groups, people: usize) -> Result<Vec<u32>, FormError> {
    if groups.people() != people {
        return Err(FormError::OtherPeople { given: groups.people(), people });
    }
    Ok(groups.assignment().iter().map(|group| group.get()).collect())
}

/// The fixed group of every person who has one, with whom they bring along.
pub(super) fn fixed(
    former: &GroupFormer,
    blocks: &Blocks,
    people: usize,
) -> Result<Vec<(u32, GroupId)>, FormError> {
    let mut given: Vec<(u32, GroupId, PersonId)> = Vec::new();
    for &(person, group) in &former.fixed {
        check(person, people)?;
        given.push((person.get(), group, person));
        let others = blocks.with(person.get()).iter().filter(|&&other| other != person.get());
        given.extend(others.map(|&other| (other, group, person)));
    }
    given.sort_unstable();
    for pair in given.windows(2) {
        let ((person, group, _), (next, other, second)) = (pair[0], pair[1]);
        if person == next && group != other {
            let first = PersonId::new(person);
            return Err(FormError::FixedTwice { first, group, second, other });
        }
    }
    let mut fixed: Vec<(u32, GroupId)> = given.into_iter().map(|(p, g, _)| (p, g)).collect();
    fixed.dedup();
    Ok(fixed)
}

/// Nobody is to be apart from one they are together with: by pairs, then by earlier groups.
pub(super) fn check_blocks_apart(
    former: &GroupFormer,
    blocks: &Blocks,
    apart: Option<&Csr<u32>>,
    labels: &[Vec<u32>],
) -> Result<(), FormError> {
    for block in &blocks.members {
        for (i, &first) in block.iter().enumerate() {
            let clash = |second: u32| {
                apart.is_some_and(|apart| apart.row(first as usize).binary_search(&second).is_ok())
                    || labels.iter().any(|l| l[first as usize] == l[second as usize])
            };
            if let Some(&second) = block[i + 1..].iter().find(|&&second| clash(second)) {
                return Err(FormError::TogetherApart {
                    first: PersonId::new(first),
                    second: PersonId::new(second),
                    path: path(former, first, second),
                });
            }
        }
    }
    Ok(())
}

/// The shortest chain of wishes from one person to another, breadth first.
fn path(former: &GroupFormer, first: u32, second: u32) -> Vec<PersonId> {
    let mut chains = vec![vec![PersonId::new(first)]];
    let mut seen = vec![PersonId::new(first)];
    let mut at = 0;
    while at < chains.len() {
        let last = chains[at][chains[at].len() - 1];
        if last.get() == second {
            return chains.swap_remove(at);
        }
        for wish in former.together.iter().filter(|wish| wish.contains(&last)) {
            for &next in wish {
                if !seen.contains(&next) {
                    seen.push(next);
                    let mut chain = chains[at].clone();
                    chain.push(next);
                    chains.push(chain);
                }
            }
        }
        at += 1;
    }
    Vec::new()
}

/// Of some people, sorted, more than `limit` who are all apart from each other: found greedily, most
/// apart first.
pub(super) fn clique(apart: &Csr<u32>, people: &[u32], limit: usize) -> Option<Vec<PersonId>> {
    let many = |p: &&u32| apart.row(**p as usize).len() >= limit;
    people.iter().filter(many).take(CLIQUES).find_map(|&start| {
        let mut clique = vec![start];
        let mut near: Vec<u32> = apart.row(start as usize).to_vec();
        near.retain(|other| people.binary_search(other).is_ok());
        while clique.len() <= limit {
            let row = |p: u32| apart.row(p as usize);
            let common = |p: u32| near.iter().filter(|q| row(p).binary_search(q).is_ok()).count();
            let best =
                near.iter().take(CLIQUES).max_by_key(|&&p| (common(p), core::cmp::Reverse(p)));
            let &next = best?;
            clique.push(next);
            near.retain(|q| row(next).binary_search(q).is_ok());
        }
        clique.sort_unstable();
        Some(clique.into_iter().map(PersonId::new).collect())
    })
}

/// Of some people, more than `limit` who were in one group before.
pub(super) fn mates(labels: &[u32], people: &[u32], limit: usize) -> Option<Vec<PersonId>> {
    let mut by_label: Vec<(u32, u32)> = people.iter().map(|&p| (labels[p as usize], p)).collect();
    by_label.sort_unstable();
    let groups = by_label.chunk_by(|a, b| a.0 == b.0);
    let many = groups.into_iter().find(|mates| mates.len() > limit)?;
    Some(many[..=limit].iter().map(|&(_, p)| PersonId::new(p)).collect())
}

/// Starts and steps of the search for a clique: it is a help, not a proof that there is none.
const CLIQUES: usize = 64;
