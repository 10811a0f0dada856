use super::super::{Counts, Quality, inflation};
use super::*;
use crate::assign::Assigner;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::seed::Seed;

type Pairs = Vec<(usize, usize)>;

/// A graph of (submission, reviewer).
fn graph(people: usize, submissions: usize, pairs: &[(usize, usize)]) -> ReviewGraph {
    let id = |&(s, r): &(usize, usize)| (SubmissionId::new(to_u32(s)), PersonId::new(to_u32(r)));
    let pairs: Vec<_> = pairs.iter().map(id).collect();
    ReviewGraph::from_pairs(people, submissions, &pairs).unwrap()
}

/// n people from `first` on, each of whom reviews the next k.
fn ring(first: usize, n: usize, k: usize) -> Pairs {
    let next = move |r: usize| (1..=k).map(move |shift| (first + (r + shift) % n, first + r));
    (0..n).flat_map(next).collect()
}

#[test]
fn random_plans_of_three_and_more_reviews_have_no_warning() {
    for n in [10, 40, 600] {
        let cohort = Cohort::individuals(n).unwrap();
        for k in 3..7 {
            let plan = Assigner::new(k).assign(&cohort, Seed::new(1)).unwrap();
            assert_eq!(Quality::measure(plan.graph(), &cohort).warnings(), [], "n {n}, k {k}");
        }
    }
    let nothing = Quality::of(&graph(0, 0, &[]));
    assert_eq!(nothing.warnings(), []);
}

#[test]
fn two_reviews_each_are_a_trap_however_they_are_drawn() {
    for n in [6, 60, 301] {
        let (seed, cohort) = (Seed::new(3), Cohort::individuals(n).unwrap());
        let random = Assigner::new(2).assign(&cohort, seed).unwrap();
        for plan in [random.graph(), &graph(n, n, &ring(0, n, 2))] {
            let counts = Counts::of(plan);
            let warnings = counts.warnings();
            let trap = Warning::TooFewReviews {
                given: 2.0,
                received: 2.0,
                works: counts.largest_component(),
            };
            assert!(warnings.contains(&trap), "{warnings:?}");
            // Every part is one ring, so that inflation within them is that of rings.
            let within = inflation(plan, 0.0).unwrap().within().unwrap();
            let (least, most) = (counts.smallest_component(), counts.largest_component());
            let of_ring = |works: usize| (works as f64 + 1.0) / 3.0;
            assert!(within >= of_ring(least) - 1e-9 && within <= of_ring(most) + 1e-9, "{within}");
        }
    }
    // Everybody reviews everybody: nothing better is to be had of so few.
    for n in 2..=3 {
        let all = Counts::of(&graph(n, n, &ring(0, n, n - 1)));
        assert_eq!(all.components() > 1, !all.warnings().is_empty());
    }
    assert_eq!(Counts::of(&graph(5, 5, &ring(0, 5, 2))).warnings(), []);
}

#[test]
fn a_third_review_of_one_work_in_a_ring_is_not_a_ring() {
    // (k - 1)(d - 1) <= 1 for k = d = 2 exactly.
    let mut pairs = ring(0, 9, 2);
    let trapped = |pairs: &Pairs| {
        let warnings = Counts::of(&graph(9, 9, pairs)).warnings();
        warnings.iter().any(|warning| matches!(warning, Warning::TooFewReviews { .. }))
    };
    assert!(trapped(&pairs));
    pairs.push((0, 0));
    assert!(!trapped(&pairs));
    // Two reviewers a work, many works a reviewer: no trap.
    let few: Pairs = (0..12).flat_map(|s| [(s, s % 3), (s, (s + 1 + s / 3 % 2) % 3)]).collect();
    assert_eq!(Counts::of(&graph(3, 12, &few)).warnings(), []);
}

#[test]
fn parts_say_their_sizes_and_rings_their_inflation() {
    let mut pairs = ring(0, 20, 3);
    pairs.extend(ring(20, 10, 3));
    pairs.extend(ring(30, 12, 3));
    let apart = Quality::of(&graph(42, 42, &pairs)).warnings();
    assert_eq!(apart[0], Warning::Parts { parts: 3, smallest: 10, largest: 20 });
    let text = apart[0].to_string();
    assert!(text.starts_with("no review connects 3 parts of 10 to 20 works"), "{text}");
    assert_eq!(apart.len(), 1, "{apart:?}");

    let ring = Quality::of(&graph(200, 200, &ring(0, 200, 5)));
    let [Warning::Inefficient { efficiency, inflation, optimum }] = ring.warnings()[..] else {
        panic!("{:?}", ring.warnings())
    };
    assert!(
        (optimum - 4.0 / 3.0).abs() < 1e-12 && (efficiency - optimum / inflation).abs() < 1e-12
    );
    assert!(efficiency < 0.2 && inflation > 8.0);
}

#[test]
fn works_and_people_without_reviews_are_counted() {
    // Work 3 has no review and person 3 gives none, work 2 has one, work 0 three.
    let plan = graph(4, 4, &[(0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (0, 0)]);
    let expected = [
        Warning::WithoutReview { works: 1, of: 4 },
        Warning::SingleReview { works: 1, of: 4 },
        Warning::WithoutWork { people: 1, of: 4 },
        Warning::UnevenReceived { min: 1, max: 3 },
    ];
    assert_eq!(Counts::of(&plan).warnings(), expected);
    let text = expected.map(|warning| warning.to_string());
    assert_eq!(text[0], "1 of 4 works receive no review: peers cannot grade them");
    assert_eq!(text[2], "1 of 4 people who may review have nothing to review");
    let given = Counts::of(&graph(3, 3, &[(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 2)]));
    assert!(given.warnings().contains(&Warning::UnevenGiven { min: 1, max: 3 }));
}

#[test]
fn what_is_unequal_on_purpose_is_no_warning() {
    let mut cohort = Cohort::builder(40).unwrap();
    for author in 0..38 {
        cohort.submission(&[PersonId::new(author)]).unwrap();
    }
    let exemplar = cohort.submission(&[]).unwrap();
    cohort.staff(PersonId::new(38)).unwrap();
    cohort.quota(PersonId::new(39), 0).unwrap();
    cohort.quota(PersonId::new(7), 12).unwrap();
    let cohort = cohort.build();
    let assigner = Assigner::new(4).exemplars([exemplar], 1);
    let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
    assert_eq!(Counts::measure(plan.graph(), &cohort).warnings(), []);
    // Without the cohort nobody knows.
    let blind = Counts::of(plan.graph()).warnings();
    let [idle, Warning::UnevenGiven { .. }, Warning::UnevenReceived { max: 39, .. }] = blind[..]
    else {
        panic!("{blind:?}")
    };
    assert_eq!(idle, Warning::WithoutWork { people: 1, of: 40 });
}

#[test]
fn one_exemplar_for_everybody_ties_rings_together() {
    let mut cohort = Cohort::builder(40).unwrap();
    for author in 0..40 {
        cohort.submission(&[PersonId::new(author)]).unwrap();
    }
    let exemplar = cohort.submission(&[]).unwrap();
    let cohort = cohort.build();
    let warned = |assigner: &Assigner| {
        let plan = assigner.assign(&cohort, Seed::new(1)).unwrap();
        Counts::measure(plan.graph(), &cohort).warnings()
    };
    let two = Assigner::new(2);
    let tied = warned(&two.clone().exemplars([exemplar], 1));
    assert_eq!(tied, []);
    assert!(matches!(warned(&two)[..], [.., Warning::TooFewReviews { .. }]));
}
