//! The laws against theory, and their promises.

mod behaviours;
mod figures;
mod rubric;

use super::*;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::to_u32;
use crate::math;
use crate::seed::{Phase, Seed};

/// Four standard errors: a correct law exceeds them once in 16,000 tests.
const CRITICAL: f64 = 4.0;

/// A random circulant: k distinct offsets on a random ring, so that everybody gives and gets k.
fn ring(n: u32, k: usize, seed: u64) -> ReviewGraph {
    let mut stream = Seed::new(seed).stream(Phase::Plan, 0);
    let mut order: Vec<u32> = (0..n).collect();
    stream.shuffle(&mut order);
    let mut offsets: Vec<u32> = (1..n).collect();
    stream.shuffle(&mut offsets);
    let at = |i: u32| order[(i % n) as usize];
    let pair = |i: u32, by: u32| (SubmissionId::new(at(i + by)), PersonId::new(at(i)));
    let pairs: Vec<_> =
        (0..n).flat_map(|i| offsets[..k].iter().map(move |&by| pair(i, by))).collect();
    ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap()
}

fn individuals(n: u32) -> Cohort {
    Cohort::individuals(n as usize).unwrap()
}

/// A course of this simulation: n people who each wrote one work and give k reviews.
fn course(simulation: &Simulation, n: u32, k: usize, seed: u64) -> Simulated {
    simulation.simulate(&individuals(n), &ring(n, k, seed), Seed::new(seed)).unwrap()
}

/// PG1 on a scale that cuts nothing.
fn wide() -> Gaussian {
    Gaussian::pg1().scale(Scale::new(-1e4, 1e4).unwrap())
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0))
}

/// Whether a sample has this mean and variance; `excess` is the kurtosis of the law above 3.
fn has_moments(what: &str, values: &[f64], mean: f64, variance: f64, excess: f64) {
    let n = values.len() as f64;
    let (m, v) = mean_and_variance(values);
    assert!((m - mean).abs() < CRITICAL * math::sqrt(variance / n), "{what}: mean {m}");
    let spread = variance * math::sqrt((2.0 + excess) / n);
    assert!((v - variance).abs() < CRITICAL * spread, "{what}: variance {v}");
}

/// Scores minus truth minus bias, by review.
fn residuals(course: &Simulated) -> Vec<f64> {
    let (graph, truth) = (course.reviews().graph(), course.truth());
    let bias = truth.bias().unwrap();
    let reviews = graph.iter().zip(course.reviews().column(0));
    reviews.map(|((s, r), z)| z - truth.grades()[s.index()] - bias[r.index()]).collect()
}

#[test]
fn pg1_has_the_moments_of_its_law() {
    let gamma = course(&Simulation::new(wide()), 20_000, 2, 2);
    has_moments("grades", gamma.truth().grades(), 70.0, 144.0, 0.0);
    has_moments("biases", gamma.truth().bias().unwrap(), 0.0, 64.0, 0.0);
    has_moments("precisions", gamma.truth().precision().unwrap(), 0.02, 2e-4, 3.0);
    let precision = gamma.truth().precision().unwrap();
    let graph = gamma.reviews().graph();
    let reviewers = graph.iter().map(|(_, reviewer)| math::sqrt(precision[reviewer.index()]));
    let standard: Vec<f64> = reviewers.zip(residuals(&gamma)).map(|(root, e)| root * e).collect();
    has_moments("noise in its own unit", &standard, 0.0, 1.0, 0.0);

    let equal = wide().noise(Noise::Equal { sd: 10.0 }).bias_sd(0.0);
    let equal = course(&Simulation::new(equal), 20_000, 2, 2);
    has_moments("noise", &residuals(&equal), 0.0, 100.0, 0.0);
    assert!(equal.truth().bias().unwrap().iter().all(|&bias| bias == 0.0));
    assert!(equal.truth().precision().unwrap().iter().all(|&p| (p - 0.01).abs() < 1e-15));
}

/// Precisions of reviewers whose works were worth so much.
fn precisions(law: Gaussian, mean: f64) -> Vec<f64> {
    let law = law.grades(Grades::Normal { mean, sd: 0.0 });
    let truth = course(&Simulation::new(law), 20_000, 2, 2).into_parts().1;
    truth.precision().unwrap().to_vec()
}

#[test]
fn precision_follows_the_own_grade() {
    // PG3: half of 1/50 is fixed, the other half is earned.
    for (grade, expected) in [(70.0, 0.02), (35.0, 0.015), (-1000.0, 1.0 / 900.0)] {
        let found = precisions(Gaussian::pg3(), grade);
        assert!(found.iter().all(|p| (p - expected).abs() < 1e-15), "{grade}");
    }
    // PG4: a gamma law of shape s and rate 3500 has mean s / 3500, excess kurtosis 6 / s.
    for grade in [70.0, 35.0] {
        let rate: f64 = 3500.0;
        let found = precisions(Gaussian::pg4(), grade);
        has_moments("pg4", &found, grade / rate, grade / (rate * rate), 6.0 / grade);
    }
    // PG5: far above 0 the normal law is not cut.
    let found = precisions(Gaussian::pg5(), 70.0);
    has_moments("pg5", &found, 70.0 / 3500.0, (12.0 / 3500.0) * (12.0 / 3500.0), 0.0);
    let least = precisions(Gaussian::pg5(), -1e9);
    assert!(least.iter().all(|p| (p - 1e-3 / 3500.0).abs() < 1e-15));
}

#[test]
fn who_wrote_nothing_is_as_precise_as_the_expected_author() {
    let mut cohort = Cohort::builder(3).unwrap();
    let work = cohort.submission(&[PersonId::new(0), PersonId::new(1)]).unwrap();
    let cohort = cohort.build();
    let graph = ReviewGraph::from_pairs(3, 1, &[(work, PersonId::new(2))]).unwrap();
    let truth = Simulation::new(Gaussian::pg3()).simulate(&cohort, &graph, Seed::new(1)).unwrap();
    let (grade, precision) = (truth.truth().grades()[0], truth.truth().precision().unwrap());
    let expected = 0.01 + 0.01 / 70.0 * grade;
    assert!((precision[0] - expected).abs() < 1e-15 && (precision[1] - expected).abs() < 1e-15);
    assert!((precision[2] - 0.02).abs() < 1e-15);
}

#[test]
fn the_noise_of_a_work_is_log_normal_and_shared_by_its_reviewers() {
    let law = wide().bias_sd(0.0).noise(Noise::OfWork { median: 8.0, spread: 0.5 });
    let made = course(&Simulation::new(law), 20_000, 2, 1);
    // E sd^2 = median^2 exp(2 spread^2); E e^4 = 3 median^4 exp(8 spread^2).
    let variance = 64.0 * math::exp(0.5);
    let excess = 3.0 * math::exp(1.0) - 3.0;
    has_moments("noise", &residuals(&made), 0.0, variance, excess);
    // The squares of two errors of one work correlate: (e^(4 spread^2) - 1) / (3 e^(4 spread^2) - 1).
    let residuals = residuals(&made);
    let logs: Vec<f64> = residuals.iter().map(|e| e * e).collect();
    let (first, second): (Vec<f64>, Vec<f64>) = logs.chunks(2).map(|e| (e[0], e[1])).unzip();
    let e = math::exp(1.0);
    let correlation = crate::metrics::pearson(&first, &second).unwrap();
    assert!((correlation - (e - 1.0) / (3.0 * e - 1.0)).abs() < 0.05, "{correlation}");
    assert_eq!(made.truth().precision(), None);
}

#[test]
fn reviews_without_effort_say_nothing_of_the_work() {
    let low = LowEffort { a: 2.0, b: 1.0, mean: 40.0, sd: 1.0, uniform: 0.0 };
    let law = wide().bias_sd(0.0).noise(Noise::Equal { sd: 0.0 }).low_effort(low);
    let made = course(&Simulation::new(law), 20_000, 2, 1);
    // Beta(2, 1) has mean 2/3, variance 1/18 and excess kurtosis -0.6.
    let effort = made.truth().effort().unwrap();
    has_moments("effort", effort, 2.0 / 3.0, 1.0 / 18.0, -0.6);
    let scores = made.reviews().column(0);
    let lazy: Vec<f64> = residuals(&made)
        .iter()
        .zip(scores)
        .filter(|(e, _)| e.abs() > 1e-9)
        .map(|(_, &score)| score)
        .collect();
    has_moments("reports without effort", &lazy, 40.0, 1.0, 0.0);
    let share = lazy.len() as f64 / scores.len() as f64;
    assert!((share - 1.0 / 3.0).abs() < 0.02, "{share}");
    let any = LowEffort { uniform: 1.0, a: 1e-3, b: 1e6, ..low };
    let made = course(&Simulation::new(Gaussian::pg1().low_effort(any)), 3000, 3, 1);
    has_moments("uniform reports", made.reviews().column(0), 50.0, 1e4 / 12.0, -1.2);
}

#[test]
fn two_kinds_of_works_mix_as_they_should() {
    let grades = Grades::TwoNormals { share: 0.2, low: (0.0, 1.0), high: (10.0, 2.0) };
    let truth = course(&Simulation::new(wide().grades(grades)), 20_000, 1, 1).into_parts().1;
    // Second and fourth central moments of the mixture by hand.
    let second = 0.2 * (1.0 + 64.0) + 0.8 * (4.0 + 4.0);
    let fourth = 0.2 * (3.0 + 6.0 * 64.0 + 4096.0) + 0.8 * (48.0 + 6.0 * 4.0 * 4.0 + 16.0);
    has_moments("grades", truth.grades(), 8.0, second, fourth / (second * second) - 3.0);
    let cut = course(&Simulation::new(Gaussian::gcn_bimodal()), 2000, 3, 1).into_parts().1;
    assert!(cut.grades().iter().all(|grade| (0.0..=1.0).contains(grade)));
    assert!(cut.grades().contains(&1.0));
}

#[test]
fn criteria_share_the_reviewer_and_add_up() {
    let law = wide().criteria(3).noise(Noise::Equal { sd: 0.0 });
    let made = course(&Simulation::new(law), 500, 2, 1);
    let (reviews, truth) = (made.reviews(), made.truth());
    assert_eq!(reviews.rubric().criteria().len(), 3);
    for (i, (s, r)) in reviews.graph().iter().enumerate() {
        for c in 0..3 {
            let expected =
                truth.criterion_grades(c)[s.index()] + truth.bias().unwrap()[r.index()] / 3.0;
            assert!((reviews.column(c)[i] - expected).abs() < 1e-9);
        }
    }
    for (s, &grade) in truth.grades().iter().enumerate() {
        let sum: f64 = (0..3).map(|c| truth.criterion_grades(c)[s]).sum();
        assert!((grade - sum).abs() < 1e-9);
    }
    assert!(truth.criterion_grades(3).is_empty());
    let single = course(&Simulation::new(wide()), 10, 2, 1).into_parts().1;
    assert_eq!(single.criterion_grades(0), single.grades());
    assert!(single.criterion_grades(1).is_empty());
}

#[test]
fn agents_have_the_moments_of_their_law() {
    let honest = course(&Simulation::new(BurrellSchoenebeck::default()), 20_000, 2, 2);
    has_moments("grades", honest.truth().grades(), 7.0, 2.1, -0.12);
    has_moments("biases", honest.truth().bias().unwrap(), 0.0, 1.0, 0.0);
    has_moments("effort", honest.truth().effort().unwrap(), 2.0, 1.0 / 3.0, -1.2);
    // One look of an unbiased reviewer is Binomial(10, t/10), so E (x - t)^2 = E t (1 - t/10) =
    // 7 - 51.1/10.
    let law = BurrellSchoenebeck::default().bias_sd(0.0).effort(Effort::Binary { active: 0.0 });
    let one_look = course(&Simulation::new(law), 20_000, 2, 3);
    let squares: Vec<f64> = residuals(&one_look).iter().map(|e| e * e).collect();
    let (mean, variance) = mean_and_variance(&squares);
    // The two reviews of one work share its truth: count works, not reviews.
    let standard_error = math::sqrt(variance / 20_000.0);
    assert!((mean - 1.89).abs() < CRITICAL * standard_error, "{mean}");
    assert!(one_look.truth().precision().unwrap().iter().all(|p| (p - 1.0 / 1.89).abs() < 1e-12));
    let active = course(&Simulation::new(law.effort(Effort::Binary { active: 0.3 })), 20_000, 2, 3);
    has_moments("active", active.truth().effort().unwrap(), 1.6, 0.84, 1.0 / 0.21 - 6.0);
}

#[test]
fn the_precision_of_an_agent_is_that_of_its_reports() {
    // Everybody reviews the works of all others: many reports of few people.
    let n = 400;
    let pairs = (0..n).flat_map(|s| (0..20).filter(move |&r| r != s).map(move |r| (s, r)));
    let pairs: Vec<_> = pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r))).collect();
    let graph = ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap();
    let simulation = Simulation::new(BurrellSchoenebeck::default().bias_sd(0.0));
    let made = simulation.simulate(&individuals(n), &graph, Seed::new(3)).unwrap();
    let (mut found, mut told) = (0.0, 0.0);
    let errors = residuals(&made);
    for (e, (_, reviewer)) in errors.iter().zip(graph.iter()) {
        // Rounding adds up to 1/12, but nothing at a single look.
        found += e * e;
        told += 1.0 / made.truth().precision().unwrap()[reviewer.index()];
    }
    let ratio = found / told;
    assert!((1.0..1.1).contains(&ratio), "{ratio}");
}

/// A person and a submission more at the end, with reviews of their own.
fn longer(graph: &ReviewGraph) -> ReviewGraph {
    let (people, submissions) = (graph.people(), graph.submissions());
    let new = |i: usize| (SubmissionId::new(to_u32(i)), PersonId::new(to_u32(people)));
    let mut pairs: Vec<_> = graph.iter().chain([new(0), new(7)]).collect();
    pairs.push((SubmissionId::new(to_u32(submissions)), PersonId::new(3)));
    ReviewGraph::from_pairs(people + 1, submissions + 1, &pairs).unwrap()
}

fn score_of(course: &Simulated, (submission, reviewer): (SubmissionId, PersonId)) -> Option<f64> {
    let reviewers = course.reviews().graph().reviewers_of(submission);
    let found = reviewers.binary_search(&reviewer).ok()?;
    Some(course.reviews().scores_of(submission, 0)[found])
}

/// One of each kind.
fn simulations() -> [Simulation; 4] {
    let agents = Simulation::new(BurrellSchoenebeck::default());
    [
        Simulation::new(Gaussian::pg5()).behaviour(Behaviour::DropOut, 0.1).subgroup(0.3),
        agents.assignment(2).person(PersonId::new(3), Behaviour::Copy { probability: 0.5 }),
        Simulation::new(Gaussian::zarkoob())
            .exemplars([SubmissionId::new(0)])
            .staff_grades(10, 1.0),
        Simulation::new(RubricNoise::new([
            JointTable::probit(&[0.1, 0.3, 0.6], 0.4).unwrap(),
            JointTable::probit(&[0.2, 0.8], 0.6).unwrap(),
        ]))
        .behaviour(Behaviour::Random, 0.1),
    ]
}

#[test]
fn what_is_added_at_the_end_changes_no_draw_of_the_others() {
    let short = ring(50, 3, 1);
    for simulation in simulations() {
        let run = |graph: &ReviewGraph| {
            let cohort = individuals(to_u32(graph.people()));
            simulation.simulate(&cohort, graph, Seed::new(5)).unwrap()
        };
        let (short_course, long_course) = (run(&short), run(&longer(&short)));
        let (a, b) = (short_course.truth(), long_course.truth());
        assert_eq!(a.grades(), &b.grades()[..50]);
        assert_eq!(a.bias(), b.bias().map(|bias| &bias[..50]));
        assert_eq!(a.precision(), b.precision().map(|precision| &precision[..50]));
        assert_eq!(a.effort(), b.effort().map(|effort| &effort[..50]));
        assert_eq!(a.subgroup(), b.subgroup().map(|members| &members[..50]));
        let changed: Vec<u32> = (0..50)
            .filter(|&i| a.behaviour(PersonId::new(i)) != b.behaviour(PersonId::new(i)))
            .collect();
        assert!(changed.len() <= 1, "{changed:?}");
        for (s, r) in short.iter() {
            // Who copies looks at all they review, and person 3 got one more.
            if !changed.contains(&r.get()) && r != PersonId::new(3) {
                assert_eq!(score_of(&short_course, (s, r)), score_of(&long_course, (s, r)));
            }
        }
        // A work more may be graded in place of another, which was: no grade differs.
        let [few, more] =
            [&short_course, &long_course].map(|course| course.reviews().staff_grades());
        let kept = few.iter().filter(|row| more.contains(row)).count();
        assert!(few.len() == more.len() && kept + 1 >= few.len(), "{few:?} {more:?}");
    }
}

#[test]
fn what_one_person_does_changes_nobody_else() {
    let (cohort, graph) = (individuals(60), ring(60, 4, 1));
    let plain = Simulation::new(Gaussian::pg1()).behaviour(Behaviour::Random, 0.2);
    let run = |s: &Simulation| s.simulate(&cohort, &graph, Seed::new(1)).unwrap();
    let attacker = PersonId::new(7);
    let (before, after) = (run(&plain), run(&plain.person(attacker, Behaviour::ALL_MAX)));
    assert_eq!(after.truth().behaviour(attacker), Behaviour::ALL_MAX);
    for (s, r) in graph.iter() {
        let scores = [&before, &after].map(|course| score_of(course, (s, r)));
        assert_eq!(scores[0] == scores[1], r != attacker, "{s} {r}");
    }
}

#[test]
fn another_share_of_one_behaviour_leaves_the_others_what_they_are() {
    let roles = |share: f64| {
        let mixed = Simulation::new(Gaussian::pg1())
            .behaviour(Behaviour::ALL_MAX, share)
            .behaviour(Behaviour::Random, 0.2);
        let truth = course(&mixed, 1000, 2, 1).into_parts().1;
        (0..1000).map(|i| truth.behaviour(PersonId::new(i))).collect::<Vec<_>>()
    };
    let (few, many) = (roles(0.1), roles(0.2));
    let count = |roles: &[Behaviour], wanted| roles.iter().filter(|&&role| role == wanted).count();
    assert_eq!((count(&few, Behaviour::ALL_MAX), count(&many, Behaviour::ALL_MAX)), (100, 200));
    assert_eq!((count(&few, Behaviour::Random), count(&many, Behaviour::Random)), (200, 200));
    let both = few.iter().zip(&many);
    let kept = |wanted| both.clone().filter(|&(a, b)| *a == wanted && *b == wanted).count();
    // All of the first; of the second but those whom the first took, a tenth or so.
    assert_eq!(kept(Behaviour::ALL_MAX), 100);
    assert!(kept(Behaviour::Random) > 160, "{}", kept(Behaviour::Random));
}

#[test]
fn staff_make_an_effort_and_no_attack() {
    let mut cohort = Cohort::builder(110).unwrap();
    for i in 0..100 {
        cohort.submission(&[PersonId::new(i)]).unwrap();
    }
    for i in 100..110 {
        cohort.staff(PersonId::new(i)).unwrap();
    }
    let cohort = cohort.build();
    let by =
        |s: u32| [100 + s % 10, (s + 1) % 100].map(|r| (SubmissionId::new(s), PersonId::new(r)));
    let pairs: Vec<_> = (0..100).flat_map(by).collect();
    let graph = ReviewGraph::from_pairs(110, 100, &pairs).unwrap();
    let law = Gaussian::zarkoob().staff(0.0, Noise::Equal { sd: 0.0 });
    let made = Simulation::new(law).behaviour(Behaviour::Random, 0.5);
    let made = made.simulate(&cohort, &graph, Seed::new(1)).unwrap();
    let hostile = (0..110).filter(|&i| made.truth().is_hostile(PersonId::new(i)));
    assert_eq!(hostile.clone().count(), 50);
    assert!(hostile.max() < Some(100));
    for i in 100..110 {
        assert_eq!(made.truth().effort().unwrap()[i as usize].to_bits(), 1.0_f64.to_bits());
        for (review, s) in
            graph.reviews_by(PersonId::new(i)).iter().zip(graph.submissions_of(PersonId::new(i)))
        {
            let (said, true_grade) =
                (made.reviews().total(*review), made.truth().grades()[s.index()]);
            assert_eq!(said, Some(true_grade));
        }
    }
}

#[test]
fn people_stay_who_they_are_over_a_term_and_drift_as_they_should() {
    let (cohort, graph) = (individuals(20_000), ring(20_000, 1, 1));
    let run = |law: Gaussian, assignment| {
        let simulation = Simulation::new(law).behaviour(Behaviour::Merge, 0.2).subgroup(0.5);
        simulation.assignment(assignment).simulate(&cohort, &graph, Seed::new(1)).unwrap()
    };
    let (first, fourth) = (run(wide(), 0), run(wide(), 3));
    assert_eq!(first.truth().bias(), fourth.truth().bias());
    assert_eq!(first.truth().precision(), fourth.truth().precision());
    assert_eq!(first.truth().subgroup(), fourth.truth().subgroup());
    let person = PersonId::new(11);
    assert_eq!(first.truth().behaviour(person), fourth.truth().behaviour(person));
    let both = |column: fn(&Simulated) -> &[f64]| {
        crate::metrics::pearson(column(&first), column(&fourth)).unwrap().abs()
    };
    // Works are new.
    assert!(both(|course| course.truth().grades()) < CRITICAL / math::sqrt(20_000.0));
    // PG2: three steps of sd 4, and each assignment is one step from the one before.
    let law = Gaussian::pg2();
    let biases: Vec<Vec<f64>> =
        (0..4).map(|t| run(law, t).truth().bias().unwrap().to_vec()).collect();
    let steps = |from: usize, to: usize| -> Vec<f64> {
        biases[from].iter().zip(&biases[to]).map(|(a, b)| b - a).collect()
    };
    has_moments("three steps", &steps(0, 3), 0.0, 48.0, 0.0);
    has_moments("one step", &steps(2, 3), 0.0, 16.0, 0.0);
}

#[test]
fn staff_and_exemplars_are_known() {
    let made =
        Simulation::new(wide()).staff_grades(10_000, 3.0).exemplars([SubmissionId::new(5); 2]);
    let made = course(&made, 20_000, 1, 1);
    let truth = made.truth().grades();
    assert_eq!(made.reviews().exemplars(), [(SubmissionId::new(5), truth[5])]);
    let staff = made.reviews().staff_grades();
    assert_eq!(staff.len(), 10_000);
    assert!(staff.is_sorted_by_key(|&(submission, _)| submission));
    let errors: Vec<f64> = staff.iter().map(|(s, grade)| grade - truth[s.index()]).collect();
    has_moments("errors of staff", &errors, 0.0, 9.0, 0.0);
    // Beyond the scale there is no grade.
    let far = Gaussian::pg1().grades(Grades::Normal { mean: 500.0, sd: 0.0 });
    let far = course(&Simulation::new(far).staff_grades(1, 0.0), 10, 1, 1);
    assert_eq!(far.reviews().staff_grades(), [(far.reviews().staff_grades()[0].0, 100.0)]);
}

#[test]
fn values_are_pinned() {
    let pg1 = course(&Simulation::new(Gaussian::pg1()), 5, 2, 42);
    let noisy = Behaviour::Noise { sd: 0.1 };
    let agents =
        course(&Simulation::new(BurrellSchoenebeck::default()).behaviour(noisy, 0.5), 5, 2, 42);
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(
        bits(&pg1.reviews().column(0)[..3]),
        [4_633_180_242_631_323_661, 4_632_353_257_848_726_138, 4_635_891_831_736_915_705]
    );
    assert_eq!(
        bits(&pg1.truth().precision().unwrap()[..2]),
        [4_580_484_679_809_381_644, 4_582_374_708_665_130_309]
    );
    assert_eq!(agents.reviews().column(0), [9.0, 8.0, 5.0, 7.0, 9.0, 6.0, 5.0, 8.0, 5.0, 6.0]);
}
