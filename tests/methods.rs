//! Figures of the literature on methods of aggregation, made again on the crate's own simulations.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may fail, and shows its figures

use peergrade::aggregate::{
    self, Aggregator, BurrellEm, Mean, Posterior, ReviewerHistory, ReviewerWeights,
};
use peergrade::evaluate::HeldOut;
use peergrade::simulate::{BurrellSchoenebeck, Gaussian, Scenario, Simulated, Simulation, by_name};
use peergrade::{Assigner, Cohort, PersonId, ReviewId, Reviews, Rubric, Scale, Seed, SubmissionId};

/// Whether the mean is the published figure within three standard errors, theirs as large as that
/// of `runs` of our runs, and half a unit of their last digit.
fn agrees(what: &str, ours: &[f64], (theirs, digit): (f64, f64), runs: f64) {
    let n = ours.len() as f64;
    let mean = ours.iter().sum::<f64>() / n;
    let variance = ours.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let allowed = 3.0 * (variance * (1.0 / n + 1.0 / runs)).sqrt() + 0.5 * digit;
    println!("{what}: {mean:.4}, published {theirs}, allowed {allowed:.4}");
    assert!((mean - theirs).abs() < allowed, "{what}: {mean} is not {theirs} +- {allowed}");
}

/// The mean squared distance of grades to the truth.
fn squared_error(method: &dyn Aggregator, course: &Simulated) -> f64 {
    let grades = method.aggregate(course.reviews()).unwrap();
    let truth = course.truth().grades();
    let squares = grades.grades().flatten().zip(truth).map(|(g, t)| (g - t) * (g - t));
    squares.sum::<f64>() / truth.len() as f64
}

/// Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer Assessment Case
/// Study", EC 2023: 100 students, 4 reviews each, 1000 runs.
#[test]
fn burrell_schoenebeck_estimates_err_as_published() {
    let cohort = Cohort::individuals(100).unwrap();
    let (with, without) = (BurrellEm::default(), BurrellEm::default().without_bias());
    for (bias_sd, figures) in [
        (
            1.0,
            vec![
                ("mean", &Mean as &dyn Aggregator, 0.5604),
                ("em", &with, 0.3607),
                ("em without biases", &without, 0.45),
            ],
        ),
        (0.0, vec![("mean", &Mean, 0.33), ("em without biases", &without, 0.2827)]),
    ] {
        let simulation = Simulation::new(BurrellSchoenebeck::default().bias_sd(bias_sd));
        let courses: Vec<Simulated> = (0..300)
            .map(|run| {
                let plan = Assigner::new(4).assign(&cohort, Seed::new(run).derive("plan")).unwrap();
                simulation.simulate(&cohort, &plan, Seed::new(run)).unwrap()
            })
            .collect();
        for (name, method, theirs) in figures {
            let errors: Vec<f64> = courses.iter().map(|c| squared_error(method, c)).collect();
            let what = format!("MSE of the {name}, biases {bias_sd}");
            agrees(&what, &errors, (theirs, 1e-4), 1000.0);
        }
    }
}

/// 30 % of a thousand agents attack: what another program measured on 12 courses each.
#[test]
fn burrell_schoenebeck_estimates_under_attack_err_as_measured_elsewhere() {
    let roots = BurrellEm::default();
    let precisions = BurrellEm::default().weights(ReviewerWeights::Precisions);
    for (name, theirs) in [
        ("bs-honest", [0.753, 0.599, 0.595]),
        ("bs-all10", [1.418, 0.983, 1.032]),
        ("bs-all8", [0.910, 0.844, 0.844]),
        ("bs-random", [1.435, 1.109, 1.027]),
        ("bs-low", [1.658, 0.926, 0.989]),
        ("bs-hedge", [0.728, 0.684, 0.667]),
    ] {
        let scenario = by_name(name).unwrap();
        let courses: Vec<Simulated> =
            (0..40).map(|run| scenario.simulate(1000, Seed::new(run)).unwrap()).collect();
        let methods =
            [("mean", &Mean as &dyn Aggregator), ("roots", &roots), ("precisions", &precisions)];
        for ((weights, method), theirs) in methods.into_iter().zip(theirs) {
            let errors: Vec<f64> =
                courses.iter().map(|course| squared_error(method, course).sqrt()).collect();
            agrees(&format!("RMSE of {weights} on {name}"), &errors, (theirs, 1e-3), 12.0);
        }
    }
}

/// 30 % of a thousand agents attack.
#[test]
fn the_posterior_holds_under_attack() {
    for (name, most) in [
        ("bs-honest", 0.605),
        ("bs-all10", 0.80),
        ("bs-all8", 0.80),
        ("bs-random", 0.97),
        ("bs-low", 0.80),
        ("bs-hedge", 0.80),
        ("bs-mixed", 0.95),
    ] {
        let scenario = by_name(name).unwrap();
        let courses: Vec<Simulated> =
            (0..10).map(|run| scenario.simulate(1000, Seed::new(run)).unwrap()).collect();
        let [ours, mean] = [&Posterior::default() as &dyn Aggregator, &Mean].map(|method| {
            let errors = courses.iter().map(|course| squared_error(method, course).sqrt());
            errors.sum::<f64>() / courses.len() as f64
        });
        println!("RMSE of the posterior on {name}: {ours:.4}, of the mean {mean:.4}");
        assert!(ours < most && ours < mean, "{name}: {ours}, at most {most}, mean {mean}");
    }
}

/// Where reviewers look at some works and not at others, what they say without a look counts for
/// little; where all look, it makes no difference.
#[test]
fn scores_without_a_look_count_for_little() {
    for (name, ratio) in [("s6", 0.0..0.90), ("s4", 0.999..1.001)] {
        let scenario = by_name(name).unwrap();
        let courses: Vec<Simulated> =
            (0..4).map(|run| scenario.simulate(500, Seed::new(run)).unwrap()).collect();
        let [with, without] = [Posterior::default(), Posterior::default().effort(false)]
            .map(|method| courses.iter().map(|course| squared_error(&method, course)).sum::<f64>());
        println!("{name}: {:.3} of the squared error without", with / without);
        assert!(ratio.contains(&(with / without)), "{name}: {with} {without}");
    }
}

/// Four assignments of the same people, as one course in which each of them has four works.
fn all_at_once(courses: &[Simulated]) -> Reviews {
    let people = courses[0].reviews().graph().people();
    let mut cohort = Cohort::builder(people).unwrap();
    for author in courses.iter().flat_map(|_| (0..).map(PersonId::new).take(people)) {
        cohort.submission(&[author]).unwrap();
    }
    let rubric = courses[0].reviews().rubric().clone();
    let cohort = cohort.build();
    let mut rows = Reviews::builder(&cohort, rubric);
    for (first, course) in (0..).step_by(people).zip(courses) {
        let reviews = course.reviews();
        for work in (0..).map(SubmissionId::new).take(people) {
            let each = reviews.graph().reviewers_of(work).iter().zip(reviews.scores_of(work, 0));
            for (&reviewer, &score) in each {
                let work = SubmissionId::new(first + work.get());
                rows.add(work, reviewer, &[score]).unwrap();
            }
        }
    }
    rows.build().unwrap()
}

/// Assignment after assignment, with what is known of reviewers carried on, the last grades are nearly
/// those of one fit of all, and far better than those of the last alone.
#[test]
fn a_history_is_nearly_as_good_as_all_at_once() {
    let (n, runs) = (400, 6);
    let cohort = Cohort::individuals(n).unwrap();
    let rmse = |grades: &[Option<f64>], truth: &[f64]| {
        let squares = grades.iter().flatten().zip(truth).map(|(g, t)| (g - t) * (g - t));
        (squares.sum::<f64>() / n as f64).sqrt()
    };
    let (mut errors, mut held) = ([0.0; 3], 0);
    for run in 0..runs {
        let courses: Vec<Simulated> = (0..4_u16)
            .map(|week| {
                let plan = Seed::new(run).derive(&format!("plan {week}"));
                let plan = Assigner::new(5).assign(&cohort, plan).unwrap();
                let course = Simulation::new(Gaussian::pg1()).assignment(week);
                course.simulate(&cohort, &plan, Seed::new(run)).unwrap()
            })
            .collect();
        let mut history = ReviewerHistory::default();
        let mut book = None;
        for course in &courses {
            let (grades, after) =
                Posterior::default().aggregate_with(course.reviews(), &history).unwrap();
            (book, history) = (Some(grades), after);
        }
        let (book, last) = (book.unwrap(), &courses[3]);
        let alone = Posterior::default().aggregate(last.reviews()).unwrap();
        let joint = Posterior::default().aggregate(&all_at_once(&courses)).unwrap();
        let truth = last.truth().grades();
        let grades = |book: &peergrade::Gradebook| book.grades().collect::<Vec<_>>();
        let found = [grades(&alone), grades(&book), grades(&joint)[3 * n..].to_vec()];
        for (error, grades) in errors.iter_mut().zip(&found) {
            *error += rmse(grades, truth) / runs as f64;
        }
        let works = (0..).map(SubmissionId::new).zip(truth);
        held += works.filter(|&(s, &t)| book.interval(s, 0.9).unwrap().contains(t)).count();
    }
    let [alone, streaming, joint] = errors;
    let held = held as f64 / (n as f64 * runs as f64);
    println!("alone {alone:.3}, streaming {streaming:.3} ({held:.3}), joint {joint:.3}");
    assert!(streaming < 1.015 * joint && streaming < 0.92 * alone, "{errors:?}");
    assert!((0.88..0.92).contains(&held), "{held}");
}

/// Where works are of two kinds, grades are nearer to the truth and intervals still cover it; where they
/// are of one, it makes no difference.
#[test]
fn works_of_two_kinds_are_told_from_one() {
    let both = [Posterior::default(), Posterior::default().mixture(false)];
    let scenario = by_name("s8").unwrap();
    let courses: Vec<Simulated> =
        (0..10).map(|run| scenario.simulate(1000, Seed::new(run)).unwrap()).collect();
    let [with, without] = both.map(|method| {
        courses.iter().map(|course| squared_error(&method, course).sqrt()).sum::<f64>() / 10.0
    });
    println!("s8: RMSE {with:.4}, as of one kind {without:.4}");
    assert!(with < 0.113 && with < 0.97 * without, "{with} {without}");
    let held = courses.iter().flat_map(|course| {
        let grades = both[0].aggregate(course.reviews()).unwrap();
        let works = (0..).map(SubmissionId::new).zip(course.truth().grades());
        works
            .map(|(work, &truth)| grades.interval(work, 0.9).unwrap().contains(truth))
            .collect::<Vec<bool>>()
    });
    let held = held.filter(|&held| held).count();
    println!("s8: {held} of 10000 true grades within intervals of 90 %");
    assert!((8500..=9300).contains(&held), "{held}");

    let course = by_name("s4").unwrap().simulate(1000, Seed::new(1)).unwrap();
    let [with, without] = both.map(|method| method.aggregate(course.reviews()).unwrap());
    assert_eq!(with, without);
}

/// The share of true grades within intervals of 90 %, and the root of the mean squared error.
fn held(method: &Posterior, courses: &[Simulated]) -> (f64, f64) {
    let (mut within, mut all, mut squares) = (0.0, 0.0, 0.0);
    for course in courses {
        let grades = method.aggregate(course.reviews()).unwrap();
        for (work, &truth) in (0..).map(SubmissionId::new).zip(course.truth().grades()) {
            let error = grades.grade(work).unwrap() - truth;
            squares += error * error;
            within += f64::from(u8::from(grades.interval(work, 0.9).unwrap().contains(truth)));
            all += 1.0;
        }
    }
    (within / all, (squares / all).sqrt())
}

/// Where 30 % of reviewers say what they make up, or draw scores half-way to the mean, how far their
/// biases go is found too: intervals hold the true grades nearly as often as they say.
#[test]
fn intervals_hold_where_some_make_up_scores() {
    for (name, least, most) in [("bs-random", 0.85, 0.88), ("bs-hedge", 0.87, 0.66)] {
        let scenario = by_name(name).unwrap();
        let courses: Vec<Simulated> =
            (0..10).map(|run| scenario.simulate(1000, Seed::new(run)).unwrap()).collect();
        let (held, error) = held(&Posterior::default(), &courses);
        println!("{name}: RMSE {error:.4}, {held:.4} within intervals of 90 %");
        assert!(held > least && error < most, "{name}: {held} {error}");
    }
}

/// Who does not always look may seem to be of another manner: effort is found where manners are found
/// first.
#[test]
fn effort_is_found_after_manners() {
    let scenario = by_name("s6").unwrap();
    let [mut all, mut all_without] = [0.0; 2];
    for run in 0..6 {
        let course = [scenario.simulate(1000, Seed::new(run)).unwrap()];
        let [with, without] = [Posterior::default(), Posterior::default().effort(false)]
            .map(|method| held(&method, &course).1);
        println!("s6, run {run}: RMSE {with:.3}, without effort {without:.3}");
        // Where it is not found, they are equal.
        assert!(with < without, "{run}: {with} {without}");
        all += with;
        all_without += without;
    }
    assert!(all < 0.95 * all_without, "{all} {all_without}");
}

/// With scores rounded and cut off at the ends of the scale, bins find the grades behind them, also those
/// beyond an end.
#[test]
fn bins_find_the_grades_behind_rounded_scores() {
    let scenario = by_name("s7").unwrap();
    let (mut squares, mut held, mut works) = ([0.0; 3], 0.0, 0.0);
    for course in (0..4).map(|run| scenario.simulate(500, Seed::new(run)).unwrap()) {
        let [exact, bins] = [Posterior::default(), Posterior::default().bins(true)]
            .map(|method| method.aggregate(course.reviews()).unwrap());
        for (work, truth) in
            (0..).map(SubmissionId::new).zip(course.truth().grades().iter().copied())
        {
            let uncut = bins.explain(course.reviews(), work).unwrap().unwrap().uncut();
            let found = [exact.grade(work).unwrap(), bins.grade(work).unwrap(), uncut];
            squares.iter_mut().zip(found).for_each(|(sum, x)| *sum += (x - truth) * (x - truth));
            // The half of an interval of 90 %.
            let half = 1.644_853_6 * bins.std_error(work).unwrap();
            held += f64::from(u8::from((truth - uncut).abs() <= half));
            works += 1.0;
        }
    }
    let [exact, cut, uncut] = squares.map(|sum| (sum / works).sqrt());
    let held = held / works;
    println!("s7: RMSE {exact:.4}, bins {cut:.4}, uncut {uncut:.4}, of which 90 % hold {held:.3}");
    assert!(cut < 0.95 * exact && uncut < 0.93 * exact, "{exact} {cut} {uncut}");
    assert!((0.88..=0.92).contains(&held), "{held}");
}

/// The slopes of those who give everybody the top mark are near 0, those of the honest near 1; so scores
/// are foreseen better than by bias alone.
#[test]
fn slopes_tell_who_follows_what_is_seen() {
    let course = by_name("bs-all10").unwrap().simulate(1000, Seed::new(1)).unwrap();
    let (reviews, truth) = (course.reviews(), course.truth());
    let grades = Posterior::default().aggregate(reviews).unwrap();
    let mut slopes = [(0.0, 0.0); 2];
    let [mut by_bias, mut by_slope] = [0.0; 2];
    for (review, (work, reviewer)) in (0..).map(ReviewId::new).zip(reviews.graph().iter()) {
        let (sum, count) = &mut slopes[usize::from(truth.is_hostile(reviewer))];
        (*sum, *count) = (*sum + grades.slope(reviewer).unwrap(), *count + 1.0);
        let score = reviews.total(review).unwrap();
        let off = score - grades.peer_grade(work).unwrap() - grades.bias(reviewer).unwrap();
        by_bias += off * off;
        let off = score - grades.expected_score(work, reviewer).unwrap();
        by_slope += off * off;
    }
    let [honest, hostile] = slopes.map(|(sum, count)| sum / count);
    println!(
        "slopes: honest {honest:.3}, hostile {hostile:.3}; squares {by_slope:.1} {by_bias:.1}"
    );
    assert!(honest > 0.75 && hostile < 0.1, "{honest} {hostile}");
    assert!(by_slope < 0.95 * by_bias, "{by_slope} {by_bias}");
}

/// A dozen reviewers with biases as wide as works differ, of whom a few review most, alone or in pairs:
/// biases are told from the grades as they are given out, so that hidden scores are foreseen as by
/// crossed random effects.
#[test]
fn scores_are_foreseen_where_loads_are_uneven() {
    let scale = Scale::new(-200.0, 300.0).unwrap();
    let noise = |seed: u32| {
        let mut word = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
        (0..12).fold(-6.0, |sum, _| {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            sum + (word >> 11) as f64 / (1_u64 << 53) as f64
        })
    };
    let mut cohort = Cohort::builder(12).unwrap();
    let works: Vec<SubmissionId> = (0..400).map(|_| cohort.submission(&[]).unwrap()).collect();
    let cohort = cohort.build();
    let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
    for (i, &work) in (0..).zip(&works) {
        let grade = 50.0 + 10.0 * noise(i + 1000);
        let first = i * i % 144 / 12 * (i % 12) / 12;
        for reviewer in [first, (first + 1 + i % 5) % 12].into_iter().take(1 + i as usize % 2) {
            let bias = 10.0 * noise(reviewer + 1) + if reviewer < 3 { 12.0 } else { 0.0 };
            let score = grade + bias + 4.0 * noise(2000 + 12 * i + reviewer);
            rows.add(work, PersonId::new(reviewer), &[score]).unwrap();
        }
    }
    let reviews = rows.build().unwrap();
    let [ours, theirs] = ["posterior", "blup"].map(|name| {
        let method = aggregate::by_name(name).unwrap();
        HeldOut::default().evaluate(&reviews, &*method, Seed::new(1)).unwrap().rmse()
    });
    println!("hidden scores: posterior {ours:.3}, blup {theirs:.3}");
    assert!(ours < 1.03 * theirs, "{ours} {theirs}");
}
