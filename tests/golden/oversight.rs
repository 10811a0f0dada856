//! Where staff should look.

use peergrade::PersonId;
use peergrade::aggregate::METHODS;
use peergrade::oversight::{ReviewerReport, SpotChecks};

use super::case::{Area, Case};
use super::{course, sizes};

pub(crate) const AREA: Area = Area::new("oversight", include_str!("oversight.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
        let course = course(n, seed);
        let grades = METHODS[0].aggregator().aggregate(course.reviews()).unwrap();
        let report = ReviewerReport::new(course.reviews(), &grades).unwrap();
        let ids = (0..u32::try_from(n).unwrap()).map(PersonId::new);
        let of = |id| [report.bias(id), report.precision(id), report.weight(id)];
        let numbers = ids.flat_map(of).map(|x| x.unwrap_or(-1.0));
        all.push(Case::floats(format!("report {name}"), numbers));
        let checks = SpotChecks::new(n / 2).plan(course.reviews(), &grades, seed).unwrap();
        let ids = checks.iter().map(|(id, _)| u64::from(id.get()));
        all.push(Case::integers(format!("spot checks {name}"), ids));
    });
    all
}
