//! Against the equations written out, on small courses of any shape.
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::type_complexity)]

use proptest::prelude::*;

use super::dense::Small;
use super::known::Known;
use super::oracle::{check, dense, exact};
use super::parts::Parts;
use super::solve::{Sums, System};
use super::spread::Spread;
use crate::aggregate::fixtures::{small, tree};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::rounds::Rounds;
use crate::aggregate::{Aggregator, Trusted};
use crate::id::{PersonId, SubmissionId};
use crate::reviews::Reviews;

const VARIANCES: [[f64; 3]; 4] =
    [[4.0, 1.0, 2.0], [1.0, 9.0, 0.1], [0.04, 0.01, 1.0], [100.0, 100.0, 0.01]];

fn variances(reviews: &Reviews, parts: [f64; 3], small: impl Fn(&Ratings<'_>) -> Small) -> Spread {
    let ratings = Ratings::by_range(reviews).unwrap();
    let known = Known::default();
    let system = System::new(&ratings, &known, Parts::from_array(parts));
    Spread::new(&system, &small(&ratings), &mut None, Rounds { tolerance: 1e-15, most: 10_000 })
}

fn rated(reviews: &Reviews, spread: &Spread) -> Vec<f64> {
    let graph = reviews.graph();
    let items = (0..graph.submissions())
        .filter(|&u| !graph.reviewers_of(SubmissionId::new(u as u32)).is_empty());
    let people =
        (0..graph.people()).filter(|&v| !graph.submissions_of(PersonId::new(v as u32)).is_empty());
    items.map(|u| spread.item[u]).chain(people.map(|v| spread.reviewer[v])).collect()
}

proptest! {
    /// Large courses are solved in single precision.
    #[test]
    fn single_precision_solves_to_its_own_digits(reviews in small()) {
        let ratings = Ratings::by_range(&reviews).unwrap();
        let known = Known::default();
        let system = System::new(&ratings, &known, Parts::from_array([0.09, 0.04, 0.25]));
        let rounds = Rounds { tolerance: 1e-7, most: 200 };
        let single = system.solve::<f32>(&Sums::of::<f32>(&ratings), None, rounds);
        let double = system.solve::<f64>(&Sums::of::<f64>(&ratings), None, rounds);
        prop_assert!((single.mean - double.mean).abs() < 1e-5);
        for (single, double) in single.bias.iter().zip(&double.bias) {
            prop_assert!((single - double).abs() < 1e-5, "{single} {double}");
            prop_assert_eq!(f64::from(*single as f32), *single);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn grades_and_errors_solve_the_equations(reviews in small()) {
        for variances in VARIANCES {
            let book = exact(variances).aggregate(&reviews).unwrap();
            let tolerance = 1e-8;
            check(&book, &reviews, &dense(&reviews, variances, &|_| None), tolerance);
        }
    }

    #[test]
    fn known_grades_measure_reviewers(reviews in small(), sd in prop_oneof![Just(0.0), 0.1..3.0]) {
        let staff = vec![(SubmissionId::new(0), 8.5)];
        let exemplars = vec![(SubmissionId::new(1), 2.0)];
        let reviews = reviews.with_known_grades(staff, exemplars);
        let grade = |u: usize| match u {
            0 => Some((8.5, sd * sd)),
            1 => Some((2.0, sd * sd)),
            _ => None,
        };
        let trusted = if sd > 0.0 { Trusted::Noisy { sd } } else { Trusted::Exact };
        for variances in VARIANCES {
            let book = exact(variances).trusted(trusted).aggregate(&reviews).unwrap();
            check(&book, &reviews, &dense(&reviews, variances, &grade), 1e-7);
            let ignored = exact(variances).aggregate(&reviews).unwrap();
            check(&ignored, &reviews, &dense(&reviews, variances, &|_| None), 1e-8);
        }
    }

    #[test]
    fn message_passing_is_exact_on_trees_and_too_sure_elsewhere(reviews in small()) {
        let none = Known::default();
        let inverted = |ratings: &Ratings<'_>| Small::of(ratings, &none);
        for parts in VARIANCES {
            let tree = tree(&reviews);
            let passed = rated(&tree, &variances(&tree, parts, |_| Small::default()));
            let exact = rated(&tree, &variances(&tree, parts, inverted));
            for (passed, exact) in passed.iter().zip(&exact) {
                prop_assert!((passed / exact - 1.0).abs() < 1e-9, "{} {}", passed, exact);
            }
            let passed = rated(&reviews, &variances(&reviews, parts, |_| Small::default()));
            let exact = rated(&reviews, &variances(&reviews, parts, inverted));
            for (passed, exact) in passed.iter().zip(&exact) {
                prop_assert!(*passed < exact * (1.0 + 1e-9), "{} {}", passed, exact);
            }
        }
    }

    #[test]
    fn a_review_more_makes_every_grade_surer(reviews in small(), out in any::<u32>()) {
        let all = reviews.graph().reviews();
        prop_assume!(all > 0);
        let out = out % all as u32;
        let fewer = reviews.only(|review, _, _| review.get() != out);
        for variances in VARIANCES {
            let [before, after] =
                [&fewer, &reviews].map(|reviews| exact(variances).aggregate(reviews).unwrap());
            for u in (0..reviews.graph().submissions() as u32).map(SubmissionId::new) {
                if let (Some(before), Some(after)) = (before.std_error(u), after.std_error(u)) {
                    prop_assert!(after <= before * (1.0 + 1e-9), "{} {}", before, after);
                }
            }
        }
    }
}
