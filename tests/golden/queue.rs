//! What the queue serves.

use peergrade::assign::ReviewQueue;
use peergrade::assign::queue::{Policy, QueueConfig, Served};
use peergrade::{Cohort, PersonId, Seed, SubmissionId};

use super::case::{Area, Case};

pub(crate) const AREA: Area = Area::new("queue", include_str!("queue.txt"), cases);

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for policy in [Policy::Fifo, Policy::LeastReviewed, Policy::Random, Policy::CompletersFirst] {
        for n in [7_u32, 17, 4099] {
            let config = QueueConfig::default().policy(policy).lease(40);
            let cohort = Cohort::individuals(n as usize).unwrap();
            let mut queue = ReviewQueue::new(&cohort, config, Seed::new(42)).unwrap();
            (0..n).for_each(|s| queue.submit(SubmissionId::new(s), 0).unwrap());
            let mut served = Vec::new();
            for i in 0..3 * n {
                let (person, now) = (PersonId::new(i * 5 % n), u64::from(i));
                if let Served::New(lease) = queue.request(person, now).unwrap() {
                    served.push(u64::from(lease.submission().get()));
                    if i % 4 > 0 {
                        queue.complete(person, lease.submission(), now).unwrap();
                    }
                }
            }
            cases.push(Case::integers(format!("{policy:?} n={n}"), served));
        }
    }
    cases
}
