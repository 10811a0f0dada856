//! Review plans under all rules.

use peergrade::assign::quality::{Precision, Quality, inflation};
use peergrade::assign::{Balance, Sections, required_reviews, shortfall};
use peergrade::{AssignError, Assigner, Cohort};

use super::bytes::Bytes;
use super::{back, course, finite};

pub(crate) fn assigner(bytes: &mut Bytes<'_>, cohort: &Cohort) -> Assigner {
    let (people, works) = (cohort.people(), cohort.submissions());
    let mut rules = Assigner::new(bytes.count(6));
    for _ in 0..bytes.below(6) {
        rules = match bytes.below(16) {
            0 => rules.give(bytes.small(4), bytes.small(6)),
            1 => rules.receive(bytes.small(4), bytes.small(6)),
            2 => rules.sections(sections(bytes)),
            3 => rules.best_effort(true),
            4 => rules.polish(false),
            5 | 6 => rules.forbid(bytes.pairs(works, people)),
            7 => rules.keep(bytes.pairs(works, people)),
            8 => {
                let exemplars: Vec<_> =
                    (0..bytes.below(4)).map(|_| bytes.submission(works)).collect();
                rules.exemplars(exemplars, bytes.count(4)).count_exemplars(bytes.flag())
            }
            9 => {
                let checked: Vec<_> =
                    (0..bytes.below(4)).map(|_| bytes.submission(works)).collect();
                rules.spot_checks(checked, bytes.count(3))
            }
            10 => rules.excuse(bytes.people(people)),
            11 => rules
                .close((0..bytes.below(4)).map(|_| bytes.submission(works)).collect::<Vec<_>>()),
            12 => rules.prefer(bytes.pairs(works, people)),
            13 => rules.avoid(bytes.pairs(works, people)),
            14 => rules.reliability(&column(bytes, people)),
            _ => {
                let balance = if bytes.flag() { Balance::Strata } else { Balance::Switches };
                rules.completion(&column(bytes, people)).balance(balance)
            }
        };
    }
    rules
}

fn sections(bytes: &mut Bytes<'_>) -> Sections {
    match bytes.below(3) {
        0 => Sections::Same,
        1 => Sections::Other,
        _ => Sections::Allowed(
            (0..bytes.below(4))
                .map(|_| (u32::from(bytes.byte()) % 3, u32::from(bytes.byte()) % 3))
                .collect(),
        ),
    }
}

/// A number for each person, of a range of theirs or of all doubles.
pub(crate) fn column(bytes: &mut Bytes<'_>, people: usize) -> Vec<f64> {
    let wild = bytes.rarely(4);
    (0..people)
        .map(|_| {
            let x = bytes.float();
            if wild || ((0.0..f64::INFINITY).contains(&x)) { x } else { 0.5 }
        })
        .collect()
}

/// Plans.
pub fn assign(data: &[u8]) {
    let bytes = &mut Bytes::new(data);
    let cohort = course::cohort(bytes);
    let rules = assigner(bytes, &cohort);
    let seed = bytes.seed();
    back(&rules);
    match rules.assign(&cohort, seed) {
        Ok(plan) => {
            plan.verify(&cohort, &rules).unwrap();
            assert_eq!(plan, rules.assign(&cohort, seed).unwrap());
            back(&plan);
            plan.shortfalls(&cohort, &rules).unwrap();
            let quality = Quality::measure(plan.graph(), &cohort);
            finite(quality.efficiency());
            finite(quality.mixing().map(|mixing| mixing.sigma2()));
            let lambda = bytes.float();
            if let Some(inflation) = inflation(plan.graph(), lambda) {
                finite(inflation.value());
                finite(inflation.within());
                finite([inflation.standard_error()]);
            }
            let weights = column(bytes, cohort.people());
            if let Ok(Some(precision)) = Precision::of(plan.graph(), &weights) {
                finite([precision.variation(), precision.worst()]);
                finite(precision.variance_ratio());
            }
            let has = |&(work, person): &_| plan.graph().contains(work, person);
            assert!(!rules.unmet_preferred(plan.graph()).iter().any(has));
            assert!(rules.unmet_avoided(plan.graph()).iter().all(has));
        }
        Err(AssignError::Impossible(shortage)) => {
            let proved = shortage.verify(&cohort, &rules);
            assert_eq!(proved, Ok(true), "{shortage}\n{cohort:?}\n{rules:?}");
            assert!(!shortage.to_string().is_empty());
            assert!(shortage.remedies().count() < 100);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let (need, reviews) = (bytes.count(9), bytes.count(9));
    let (dropout, confidence) = (bytes.float(), bytes.float());
    finite(shortfall(need, dropout, reviews.min(1 << 12)).ok());
    let _ = required_reviews(need.min(64), dropout, confidence);
}
