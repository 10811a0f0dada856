//! Laws of what changes nothing, of units, of error, and of what is written and read.

use super::*;
use common::pool;
use peergrade::aggregate::{WeightedMean, WeightedMedian, WinsorisedMean};
use peergrade::group::TutorPairs;
use peergrade::{Assigner, Cohort, GroupId, Groups, Seed, Strata};

/// Methods in which no work knows of another.
fn local() -> [Box<dyn Aggregator>; 4] {
    [
        Box::new(Mean),
        Box::new(Median),
        Box::new(TrimmedMean::default()),
        Box::new(WinsorisedMean::default()),
    ]
}

/// Rows among the people from `first` on, in a course where others come before them.
fn moved(rows: &[Row], first: u32) -> Vec<Row> {
    let at = |(s, r, z): &Row| {
        (SubmissionId::new(s.get() + first), PersonId::new(r.get() + first), z.clone())
    };
    rows.iter().map(at).collect()
}

/// Any number, one in four of them special.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        1 => prop::sample::select(pool::SPECIAL.to_vec()),
        3 => -100.0..100.0,
    ]
}

proptest! {
    #![proptest_config(config())]

    /// Other points and another zero: 1 + 2.5 x on a scale from 1 to 26.
    #[test]
    fn an_affine_scale_maps_every_grade((n, rows) in rows(1)) {
        let (slope, zero) = (2.5, 1.0);
        let fine = |z: f64| (zero + slope * z - zero) / slope;
        let rows: Vec<Row> = rows.iter().map(|(s, r, z)| (*s, *r, vec![fine(z[0])])).collect();
        let there = Scale::new(zero, zero + slope * 10.0).unwrap();
        let (a, b) = (scale(), there);
        let course = |scale, map: &dyn Fn(f64) -> f64| {
            let rows: Vec<Row> = rows.iter().map(|(s, r, z)| (*s, *r, vec![map(z[0])])).collect();
            reviews_of(Rubric::single(scale), n, &rows)
        };
        let (a, b) = (course(a, &|z| z), course(b, &|z| zero + slope * z));
        for method in local() {
            let [a, b] = [&a, &b].map(|reviews| method.aggregate(reviews).unwrap());
            let apart = farthest(n, |s| (a.grade(s).map(|x| zero + slope * x), b.grade(s)));
            prop_assert!(apart <= 1e-9 * 26.0, "{}: {}", method.name(), apart);
        }
    }

    #[test]
    fn reviews_elsewhere_change_no_bit((n, here) in rows(1), (m, there) in rows(1), (k, other) in rows(1)) {
        let people = n + m.max(k);
        let course = |rows: &[Row]| {
            let all = [&here[..], &moved(rows, n)].concat();
            reviews_of(Rubric::single(scale()), people, &all)
        };
        let (a, b) = (course(&there), course(&other));
        for method in local() {
            let [a, b] = [&a, &b].map(|reviews| method.aggregate(reviews).unwrap());
            for s in submissions(n) {
                let [a, b] = [&a, &b].map(|book| book.grade(s).map(f64::to_bits));
                prop_assert_eq!(a, b, "{}", method.name());
            }
        }
    }

    /// Everybody has a double who gives the same scores.
    #[test]
    fn doubles_of_all_reviewers_change_no_mean_or_median((n, rows) in rows(1)) {
        let double = |(s, r, z): &Row| (*s, PersonId::new(r.get() + n), z.clone());
        let both = [&rows[..], &rows.iter().map(double).collect::<Vec<_>>()].concat();
        let [a, b] = [&rows, &both].map(|rows| reviews_of(Rubric::single(scale()), 2 * n, rows));
        for method in [&Mean as &dyn Aggregator, &Median] {
            let [a, b] = [&a, &b].map(|reviews| method.aggregate(reviews).unwrap());
            let apart = farthest(n, |s| (a.grade(s), b.grade(s)));
            prop_assert!(apart <= 1e-12 * 10.0, "{}: {}", method.name(), apart);
        }
    }

    #[test]
    fn a_reviewer_without_weight_changes_no_bit((n, rows) in rows(1), who in 0..8_u32, to in common::score()) {
        let who = PersonId::new(who % n);
        let weights: Vec<f64> = (0..n).map(|r| if r == who.get() { 0.0 } else { 1.0 + f64::from(r) }).collect();
        let other = |(s, r, z): &Row| (*s, *r, if *r == who { vec![to] } else { z.clone() });
        let others: Vec<Row> = rows.iter().map(other).collect();
        let [a, b] = [&rows, &others].map(|rows| reviews_of(Rubric::single(scale()), n, rows));
        let methods: [Box<dyn Aggregator>; 2] =
            [Box::new(WeightedMean::new(weights.clone())), Box::new(WeightedMedian::new(weights))];
        for method in methods {
            let [x, y] = [&a, &b].map(|reviews| method.aggregate(reviews).unwrap());
            for s in submissions(n).filter(|&s| a.graph().reviewers_of(s) != [who]) {
                let [x, y] = [&x, &y].map(|book| book.grade(s).map(f64::to_bits));
                prop_assert_eq!(x, y, "{}", method.name());
            }
        }
    }

    /// Whatever numbers skills are, pairs are proper or there is an error.
    #[test]
    fn skills_of_any_size_are_paired_or_refused(skill in prop::collection::vec(number(), 0..9)) {
        match TutorPairs::new().form(&skill) {
            Ok(tutoring) => {
                prop_assert_eq!(tutoring.verify(&skill), Ok(()));
                prop_assert!(tutoring.pairs().iter().all(|pair| pair.gap.is_finite()));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let strata = Strata::by_value(&skill);
        let fine = !skill.is_empty() && skill.iter().all(|x| x.is_finite());
        prop_assert_eq!(strata.is_ok(), fine, "{:?}", strata);
    }

    /// A plan with one review given to another reviewer is refused, unless it is a plan as good: then the
    /// loads of both are the same.
    #[test]
    fn a_plan_with_a_review_too_many_is_refused(n in 3..12_u32, k in 1..3_usize, seed in any::<u64>(), which in any::<prop::sample::Index>()) {
        let (cohort, assigner) = (Cohort::individuals(n as usize).unwrap(), Assigner::new(k.min(n as usize - 2)));
        let plan = assigner.assign(&cohort, Seed::new(seed)).unwrap();
        prop_assert_eq!(plan.verify(&cohort, &assigner), Ok(()));
        let pairs: Vec<_> = plan.graph().iter().collect();
        let (work, reviewer) = pairs[which.index(pairs.len())];
        let asks_less = assigner.clone().forbid([(work, reviewer)]);
        prop_assert!(plan.verify(&cohort, &asks_less).is_err());
        let more = assigner.clone().keep((0..n).map(|r| (work, PersonId::new(r))).filter(|&(w, r)| w.get() != r.get()));
        prop_assert!(plan.verify(&cohort, &more).is_err());
        let excused = assigner.excuse([reviewer]);
        prop_assert!(plan.verify(&cohort, &excused).is_err());
    }

    #[test]
    fn groups_are_those_of_their_assignment(of in prop::collection::vec(0..4_u32, 1..20)) {
        let ids: Vec<GroupId> = of.iter().map(|&g| GroupId::new(g)).collect();
        let dense = (0..=*of.iter().max().unwrap()).all(|g| of.contains(&g));
        let groups = Groups::from_assignment(ids.clone());
        prop_assert_eq!(groups.is_ok(), dense);
        if let Ok(groups) = groups {
            for (person, id) in (0..).map(PersonId::new).zip(ids) {
                prop_assert_eq!(groups.group_of(person), Some(id));
            }
            prop_assert_eq!(groups.sizes().sum::<usize>(), of.len());
        }
    }
}

/// Four times the reviews are half the error: a mean of k scores with independent noise.
#[test]
fn the_error_of_a_mean_falls_with_the_root_of_the_reviews() {
    let error = |k: u32| {
        let n = 3000_u32;
        let mut draw = ChaCha8Rng::seed_from_u64(k.into());
        let mut rows = Vec::new();
        for s in 0..n {
            for j in 1..=k {
                // Uniform noise of width 6 about a true grade of 5.
                let score = 2.0 + 6.0 * f64::from(draw.next_u32()) / 4_294_967_296.0;
                rows.push((SubmissionId::new(s), PersonId::new((s + j) % n), vec![score]));
            }
        }
        let grades = Mean.aggregate(&reviews_of(Rubric::single(scale()), n, &rows)).unwrap();
        let squares: f64 = grades.grades().flatten().map(|x| (x - 5.0) * (x - 5.0)).sum();
        (squares / f64::from(n)).sqrt()
    };
    for (k, theory) in [(2, 3.0_f64.sqrt() / 2.0_f64.sqrt()), (8, 3.0_f64.sqrt() / 8.0_f64.sqrt())]
    {
        // The relative error of a standard deviation of 3000 is 1.3 %; four of them.
        let ratio = error(k) / theory;
        assert!((ratio - 1.0).abs() < 0.052, "{k} reviews: {ratio}");
    }
}

/// Each pair of a reviewer and another's work is equally often in a plan: 4000 seeds, 8 people, 2 reviews.
#[test]
fn every_pair_is_as_often_in_a_plan() {
    let (cohort, assigner) = (Cohort::individuals(8).unwrap(), Assigner::new(2));
    let (mut counts, seeds) = ([[0_u32; 8]; 8], 4000_u32);
    for seed in 0..seeds {
        let plan = assigner.assign(&cohort, Seed::new(seed.into())).unwrap();
        plan.graph().iter().for_each(|(s, r)| counts[s.index()][r.index()] += 1);
    }
    let expected = f64::from(seeds) * 16.0 / 56.0;
    let mut chi = 0.0;
    for (s, row) in counts.iter().enumerate() {
        assert_eq!(row[s], 0);
        let off =
            row.iter().enumerate().filter(|(r, _)| *r != s).map(|(_, &c)| f64::from(c) - expected);
        chi += off.map(|off| off * off / expected).sum::<f64>();
    }
    // 41 degrees of freedom: rows and columns are fixed, less the diagonal; 0.999 of chi-square is 74.7.
    assert!(chi < 74.7, "{chi}");
}

#[cfg(feature = "serde")]
mod written {
    use super::*;

    fn back<T>(noun: &T) -> Result<(), TestCaseError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + std::fmt::Debug + PartialEq,
    {
        let text = serde_json::to_string(noun).unwrap();
        let again: T = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&again, noun);
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), text);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..config() })]

        #[test]
        fn what_is_written_is_read_as_it_was((n, rows) in rows(2), k in 0..3_usize, seed in any::<u64>()) {
            let rubric = Rubric::new([
                Criterion::new("code", scale()).with_weight(3.0),
                Criterion::new("style", scale()).with_weight(0.5),
            ]).unwrap();
            let reviews = reviews_of(rubric, n, &rows);
            back(&reviews)?;
            for book in all(&reviews) {
                back(&book)?;
            }
            let cohort = Cohort::individuals(n as usize).unwrap();
            let assigner = Assigner::new(k.min(n as usize - 1));
            back(&assigner)?;
            back(&assigner.assign(&cohort, Seed::new(seed)).unwrap())?;
            back(&cohort)?;
        }
    }
}
