//! Values pinned to the bit: every public algorithm at three sizes with two seeds, on any number of
//! threads. The functions that are private, `math` and `sample`, are pinned where they are.
#![allow(clippy::unwrap_used)] // a test may fail

#[path = "golden/mod.rs"]
mod golden;

use golden::AREAS;
use golden::case::{Area, check};

fn area(name: &str) -> &'static Area {
    AREAS.iter().find(|area| area.name == name).unwrap()
}

macro_rules! pinned {
    ($($area:ident)*) => {
        $(#[test]
        fn $area() {
            check(area(stringify!($area)));
        })*

        #[test]
        fn every_area_has_a_test() {
            let tested = [$(stringify!($area)),*];
            assert!(AREAS.iter().map(|area| area.name).eq(tested));
        }
    };
}

pinned!(
    aggregate assign changes divisions evaluate group joint judged measures metrics options oversight
    queue rankings running simulate
);

#[cfg(feature = "rayon")]
mod threads {
    use peergrade::simulate::{Behaviour, Gaussian, Simulation};
    use peergrade::{Assigner, Cohort, Gradebook, Seed};
    use rayon::{ThreadPool, ThreadPoolBuilder};

    use crate::golden::AREAS;

    const THREADS: [usize; 4] = [1, 2, 3, 8];

    fn pool(threads: usize) -> ThreadPool {
        ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    /// What is pinned was computed without the feature `rayon`.
    #[test]
    fn any_number_of_threads_gives_what_is_pinned() {
        for threads in THREADS {
            let wrong: Vec<String> = pool(threads)
                .install(|| AREAS.iter().flat_map(|area| area.differences(&area.compute())))
                .collect();
            assert!(wrong.is_empty(), "{threads} threads:\n{}", wrong.join("\n"));
        }
    }

    /// Of these the work is divided in more ways than one.
    const METHODS: [&str; 4] = ["shrunk-mean", "blup", "pg1-em", "posterior"];

    /// A race would show in one run or another.
    #[test]
    fn five_runs_on_each_number_of_threads_give_the_same_bits() {
        runs_give_the_same_bits(5);
    }

    #[test]
    #[ignore = "a minute"]
    fn twenty_runs_on_each_number_of_threads_give_the_same_bits() {
        runs_give_the_same_bits(20);
    }

    fn runs_give_the_same_bits(repetitions: usize) {
        let cohort = Cohort::individuals(6000).unwrap();
        let bits = |grades: &Gradebook| -> Vec<Option<u64>> {
            grades.grades().map(|grade| grade.map(f64::to_bits)).collect()
        };
        let run = || {
            let plan = Assigner::new(5).assign(&cohort, Seed::new(1)).unwrap();
            let simulation = Simulation::new(Gaussian::pg1()).behaviour(Behaviour::Random, 0.1);
            let course = simulation.simulate(&cohort, &plan, Seed::new(2)).unwrap();
            METHODS.map(|name| {
                let method = peergrade::aggregate::by_name(name).unwrap();
                (name, bits(&method.aggregate(course.reviews()).unwrap()))
            })
        };
        let first = pool(1).install(run);
        for threads in THREADS.repeat(repetitions) {
            for (here, there) in pool(threads).install(run).into_iter().zip(&first) {
                assert!(here == *there, "{} on {threads} threads", here.0);
            }
        }
    }
}
