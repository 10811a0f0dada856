//! What benches say of other allocators: that they are as described, and that their loads come out
//! unequal in small cohorts although a plan of equal loads exists. Ours finds one each time.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may fail

#[path = "../benches/common/allocators.rs"]
mod allocators;

use allocators::{Course, Pairs, Tutorial, least_loaded, loads, max_flow, permutations};
use peergrade::{Assigner, Cohort, PersonId, Seed, SubmissionId};

const REVIEWS: usize = 5;
const RUNS: u64 = 200;
/// A hundred people in three classes, of which nobody reviews the works of their own.
const CLASSES: [[usize; 3]; 4] = [[34, 33, 33], [45, 35, 20], [49, 26, 25], [50, 30, 20]];

/// One work a person, in classes of these sizes.
fn classes(sizes: &[usize]) -> Course {
    let class = |(class, &size): (usize, &usize)| std::iter::repeat_n(class, size);
    let people: Vec<usize> = sizes.iter().enumerate().flat_map(class).collect();
    Course { works: people.clone(), people, reviews: REVIEWS }
}

/// Its first draws are alike for seeds that are alike.
fn tutorial(run: u64) -> Tutorial {
    Tutorial((run + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn is_even(course: &Course, pairs: &Pairs) -> bool {
    loads(course, pairs) == [course.reviews, course.received()].map(|load| (load, load))
}

/// The share of runs that leave unequal loads.
fn uneven(course: &Course, allocate: impl Fn(&Course, &mut Tutorial) -> Pairs) -> f64 {
    let runs = (0..RUNS).filter(|&run| !is_even(course, &allocate(course, &mut tutorial(run))));
    runs.count() as f64 / RUNS as f64
}

/// The rule of [`least_loaded`] as it is written where it ships: one look at everybody, in random
/// order, for each review.
fn literally(course: &Course, random: &mut Tutorial) -> Pairs {
    let mut works: Vec<usize> = (0..course.works.len()).collect();
    random.shuffle(&mut works);
    let mut assigned: Vec<Vec<usize>> = vec![Vec::new(); course.people.len()];
    for &work in &works {
        for _ in 0..course.received() {
            let mut people: Vec<usize> = (0..course.people.len()).collect();
            random.shuffle(&mut people);
            let able = people.iter().filter(|&&p| !course.bars(p, work));
            let able = able.filter(|&&p| !assigned[p].contains(&work));
            // The first of equals.
            if let Some(&person) = able.min_by_key(|&&p| assigned[p].len()) {
                assigned[person].push(work);
            }
        }
    }
    let pairs = assigned.iter().enumerate();
    pairs.flat_map(|(p, works)| works.iter().map(move |&w| (w, p))).collect()
}

/// Two samples of the same size, four standard errors.
fn alike(a: f64, b: f64) -> bool {
    let p = f64::midpoint(a, b);
    (a - b).abs() <= 4.0 * (2.0 * p * (1.0 - p) / RUNS as f64).sqrt()
}

#[test]
fn the_least_loaded_rule_leaves_unequal_loads_where_equal_ones_exist() {
    for sizes in CLASSES {
        let course = classes(&sizes);
        let (share, slow) = (uneven(&course, least_loaded), uneven(&course, literally));
        eprintln!("{sizes:?}: {:.1} % of runs, literally {:.1} %", 100.0 * share, 100.0 * slow);
        assert!(share > 0.5 && alike(share, slow), "{sizes:?}: {share}, {slow}");
    }
    for (n, reviews) in [(5, 3), (10, 3), (20, 5), (100, 5)] {
        let course = Course::of_teams(n, 1, reviews);
        let (share, slow) = (uneven(&course, least_loaded), uneven(&course, literally));
        eprintln!(
            "{n} alone, {reviews} each: {:.1} %, literally {:.1} %",
            100.0 * share,
            100.0 * slow
        );
        assert!(share > 0.0 && alike(share, slow), "{n}: {share}, {slow}");
    }
}

#[test]
fn ours_leaves_none() {
    let small = [(5, 3), (10, 3), (20, 5), (100, 5)];
    let small = small.map(|(n, reviews)| Course::of_teams(n, 1, reviews));
    for course in CLASSES.iter().map(|sizes| classes(sizes)).chain(small) {
        let n = course.people.len();
        let pairs = (0..n).flat_map(|work| (0..n).map(move |person| (work, person)));
        let barred: Vec<_> =
            pairs.filter(|&(work, person)| course.bars(person, work)).map(ids).collect();
        let (assigner, cohort) =
            (Assigner::new(course.reviews).forbid(barred), Cohort::individuals(n).unwrap());
        for run in 0..RUNS / 4 {
            let plan = assigner.assign(&cohort, Seed::new(run)).unwrap();
            let pairs: Pairs = plan.graph().iter().map(|(s, p)| (s.index(), p.index())).collect();
            assert!(is_even(&course, &pairs), "{n} people, run {run}");
        }
    }
}

fn ids((work, person): (usize, usize)) -> (SubmissionId, PersonId) {
    let id = |i: usize| u32::try_from(i).unwrap();
    (SubmissionId::new(id(work)), PersonId::new(id(person)))
}

/// A flow keeps every rule; permutations have even loads, and as many own works and works twice as
/// theory says: `g k` of one's own for teams of g.
#[test]
fn flows_keep_the_rules_and_permutations_do_not() {
    let course = Course::of_teams(240, 4, REVIEWS);
    let own = |pairs: &Pairs| pairs.iter().filter(|&&(w, p)| course.bars(p, w)).count();
    for candidates in [None, Some(15)] {
        let mut pairs = max_flow(&course, candidates, &mut tutorial(1));
        assert!(is_even(&course, &pairs) && own(&pairs) == 0);
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), 240 * REVIEWS);
    }
    let mut barred = 0;
    for run in 0..RUNS {
        let pairs = permutations(&course, &mut tutorial(run));
        assert!(is_even(&course, &pairs));
        barred += own(&pairs);
    }
    // About Poisson of mean 20.
    let mean = barred as f64 / RUNS as f64;
    assert!((mean - 20.0).abs() < 4.0 * (20.0 / RUNS as f64).sqrt(), "{mean}");
}
