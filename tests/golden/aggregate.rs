//! Grades by every method.

use peergrade::aggregate::METHODS;

use super::case::{Area, Case};
use super::{course, numbers, sizes};

pub(crate) const AREA: Area = Area::new("aggregate", include_str!("aggregate.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
        let course = course(n, seed);
        // Those that draw pass over a course hundreds of times.
        for method in METHODS.iter().filter(|method| n < 100 || !method.draws()) {
            let grades = method.aggregator().aggregate(course.reviews()).unwrap();
            all.push(Case::floats(format!("{} {name}", method.name()), numbers(&grades)));
        }
    });
    all
}
