//! The pods of one week: guests and roles.

use std::collections::BTreeSet;

use peergrade::PersonId;
use peergrade::group::{Roles, RoundPlan};

/// Pods below this size are not held.
const LEAST: usize = 2;
/// Among so many of the smallest pods a guest looks for the one with the fewest acquaintances.
const CHOICE: usize = 16;

pub(super) type Pods = Vec<Vec<PersonId>>;

/// Pairs of people who have met, the lower id first.
#[derive(Default)]
pub(super) struct Met(BTreeSet<(PersonId, PersonId)>);

impl Met {
    /// How many of these people a person has met.
    fn of(&self, person: PersonId, others: &[PersonId]) -> usize {
        let pair = |other: PersonId| (person.min(other), person.max(other));
        others.iter().filter(|&&other| self.0.contains(&pair(other))).count()
    }

    /// Remembers a pod, and tells how many of its pairs had met before.
    pub(super) fn add(&mut self, pod: &[PersonId]) -> u64 {
        let mut again = 0;
        for (i, &a) in pod.iter().enumerate() {
            for &b in &pod[i + 1..] {
                again += u64::from(!self.0.insert((a.min(b), a.max(b))));
            }
        }
        again
    }
}

/// Sends the people of pods that have shrunk to others, for this week: one of the smallest, with as
/// few people as can be whom they have met. Returns who went where.
pub(super) fn seat_guests(pods: &mut Pods, met: &Met) -> Vec<(PersonId, usize)> {
    let mut moved = Vec::new();
    let mut hosts: BTreeSet<(usize, usize)> =
        (0..).zip(&*pods).map(|(i, pod)| (pod.len(), i)).filter(|host| host.0 > 0).collect();
    while let Some(&(size, pod)) = hosts.first().filter(|host| host.0 < LEAST && hosts.len() > 1) {
        hosts.remove(&(size, pod));
        for guest in std::mem::take(&mut pods[pod]) {
            let nearest = hosts.iter().take(CHOICE);
            let host = nearest.min_by_key(|&&(size, i)| (met.of(guest, &pods[i]), size, i));
            let Some(&(size, host)) = host else { continue };
            hosts.remove(&(size, host));
            hosts.insert((size + 1, host));
            pods[host].push(guest);
            moved.push((guest, host));
        }
    }
    moved
}

/// The roles that each member of a pod has: those of the plan, whose turns go round. Where the holder
/// is away, the one with the fewest this week, who has had it least often, has it too.
pub(super) fn roles_of(
    pod: &[PersonId],
    round: usize,
    plan: &RoundPlan,
    names: &Roles,
    held: &[Vec<u32>],
) -> Vec<Vec<usize>> {
    let mut roles = vec![Vec::new(); pod.len()];
    let mut open: BTreeSet<usize> = (0..names.names().len()).collect();
    for (&person, roles) in pod.iter().zip(&mut roles) {
        // A guest's turn may be that of a member.
        roles.extend(plan.role(person, round).filter(|turn| open.remove(turn)));
    }
    for role in open {
        let load = |&i: &usize| (roles[i].len(), held[pod[i].index()][role], pod[i]);
        if let Some(i) = (0..pod.len()).min_by_key(load) {
            roles[i].push(role);
        }
    }
    roles
}
