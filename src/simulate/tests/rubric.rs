//! The noise of real rubrics: what two peers give is the table.

use super::*;
use crate::metrics;

/// Two tables of their own root, unlike in all.
fn tables() -> [JointTable; 2] {
    [
        JointTable::new(2, &[0.3, 0.15, 0.15, 0.4]).unwrap(),
        JointTable::probit(&[0.1, 0.2, 0.0, 0.3, 0.4], 0.5).unwrap(),
    ]
}

/// How often it was, of n, and how often it should be: 4 standard errors.
fn is_share(what: &str, count: f64, n: f64, p: f64) {
    let spread = CRITICAL * math::sqrt(p * (1.0 - p) / n);
    // A share of 0 or 1 is met but for rounding.
    let found = count / n;
    assert!((found - p).abs() <= math::max(spread, 1e-12), "{what}: {found} is not {p}");
}

/// The two scores of every work on a criterion.
fn pairs(course: &Simulated, criterion: usize) -> Vec<[usize; 2]> {
    let level = |score: f64| (0..64).find(|&i| (score - i as f64).abs() < 1e-12).unwrap();
    let scores = course.reviews().column(criterion).chunks_exact(2);
    scores.map(|pair| [level(pair[0]), level(pair[1])]).collect()
}

/// What two random simulated peers give: cells, and with them margins.
fn follows(course: &Simulated, criterion: usize, table: &JointTable) {
    let (n, pairs) = (table.levels(), pairs(course, criterion));
    let works = pairs.len() as f64;
    let share = |what: &str, p: f64, of: &dyn Fn(usize, usize) -> bool| {
        let count = pairs.iter().filter(|[i, j]| of(*i, *j)).count();
        is_share(&format!("criterion {criterion}, {what}"), count as f64, works, p);
    };
    for i in 0..n {
        share("margin", table.margin()[i], &|a, _| a == i);
        share("other margin", table.margin()[i], &|_, b| b == i);
        for j in 0..n {
            share("cell", table.achieved_cells()[i * n + j], &|a, b| (a, b) == (i, j));
        }
    }
}

#[test]
fn two_simulated_peers_follow_the_table_whatever_the_correlation_of_criteria() {
    for correlation in [0.0, 0.6, 1.0] {
        let law = RubricNoise::new(tables()).correlation(correlation);
        let course = course(&Simulation::new(law), 20_000, 2, 3);
        for (c, table) in tables().iter().enumerate() {
            assert!(table.misfit() < 1e-12);
            follows(&course, c, table);
        }
    }
}

/// A table without a root: peers who see two of three levels in common.
#[test]
fn where_no_peers_follow_a_table_it_is_what_the_table_says_it_achieves() {
    let cells = [0.2, 0.2, 0.0, 0.2, 0.05, 0.1, 0.0, 0.1, 0.15];
    let table = JointTable::new(3, &cells).unwrap();
    assert!(table.misfit() > 0.01);
    let made = course(&Simulation::new(RubricNoise::new([table.clone()])), 20_000, 2, 1);
    follows(&made, 0, &table);
}

#[test]
fn the_true_grade_is_what_ever_more_peers_give_on_average() {
    let law = RubricNoise::new(tables());
    // Everybody else reviews the first works.
    let (people, works) = (4000, 12);
    let pairs = (0..works).flat_map(|s| (works..people).map(move |r| (s, r)));
    let pairs: Vec<_> = pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r))).collect();
    let graph = ReviewGraph::from_pairs(people as usize, people as usize, &pairs).unwrap();
    let course = Simulation::new(law).simulate(&individuals(people), &graph, Seed::new(2)).unwrap();
    for c in 0..2 {
        for s in 0..works {
            let scores = course.reviews().scores_of(SubmissionId::new(s), c);
            let (mean, variance) = mean_and_variance(scores);
            let apart = mean - course.truth().criterion_grades(c)[s as usize];
            let allowed = CRITICAL * math::sqrt(variance / scores.len() as f64);
            assert!(apart.abs() <= allowed, "{c} {s}: {apart} {allowed}");
        }
    }
}

#[test]
fn true_grades_have_the_shares_of_their_levels_and_add_up() {
    let law = RubricNoise::new(tables()).correlation(0.3);
    let made = course(&Simulation::new(law.clone()), 20_000, 1, 4);
    let truth = made.truth();
    for (c, table) in tables().iter().enumerate() {
        let grades = truth.criterion_grades(c);
        let mut counted = 0;
        for (grade, &share) in table.expected_report().iter().zip(table.prior()) {
            let count = grades.iter().filter(|g| g.to_bits() == grade.to_bits()).count();
            is_share("true level", count as f64, 20_000.0, share);
            counted += if share > 0.0 { count } else { 0 };
        }
        assert_eq!(counted, 20_000);
        // What behaviours take for the expected grade.
        let expected = law::Model::expected(&law, c);
        let margin: f64 = (0_u8..).zip(table.margin()).map(|(i, p)| f64::from(i) * p).sum();
        assert!((expected - margin).abs() < 1e-12, "{expected} {margin}");
    }
    for (s, &grade) in truth.grades().iter().enumerate() {
        let sum: f64 = (0..2).map(|c| truth.criterion_grades(c)[s]).sum();
        assert!((grade - sum).abs() < 1e-12);
    }
    assert_eq!((truth.bias(), truth.precision(), truth.effort()), (None, None, None));
}

/// Sheppard's law of the quadrants for the true levels of two criteria.
#[test]
fn criteria_of_a_work_correlate_as_set() {
    let halves = || JointTable::new(2, &[0.4, 0.1, 0.1, 0.4]).unwrap();
    for r in [0.0, 0.5, 0.9, 1.0] {
        let law = RubricNoise::new([halves(), halves()]).correlation(r);
        let made = course(&Simulation::new(law), 20_000, 1, 5);
        let low = |c: usize, s: usize| made.truth().criterion_grades(c)[s] < 0.5;
        let both = (0..20_000).filter(|&s| low(0, s) && low(1, s)).count();
        let quadrant = 0.25 + libm::asin(r) / core::f64::consts::TAU;
        is_share("both low", both as f64, 20_000.0, quadrant);
    }
}

#[test]
fn a_criterion_more_changes_nothing_before_it() {
    let [first, second] = tables();
    let run = |law: RubricNoise| course(&Simulation::new(law.correlation(0.4)), 500, 3, 1);
    let one = run(RubricNoise::new([first.clone()]));
    let two = run(RubricNoise::new([first, second]));
    assert_eq!(one.reviews().column(0), two.reviews().column(0));
    assert_eq!(one.truth().grades(), two.truth().criterion_grades(0));
}

#[test]
fn a_level_that_nobody_uses_stays_on_the_scale_and_out_of_the_reviews() {
    let unused = JointTable::probit(&[0.4, 0.0, 0.6, 0.0], 0.4).unwrap();
    let constant = JointTable::new(3, &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]).unwrap();
    let law = RubricNoise::default().criterion("a", unused).criterion("b", constant);
    let made = course(&Simulation::new(law), 3000, 2, 1);
    let reviews = made.reviews();
    let criteria = reviews.rubric().criteria();
    let levels: Vec<_> = criteria.iter().map(|c| (c.name(), c.scale().levels())).collect();
    assert_eq!(levels, [("a", Some(4)), ("b", Some(3))]);
    let given = |c: usize, level: f64| reviews.column(c).contains(&level);
    assert_eq!([0.0, 1.0, 2.0, 3.0].map(|level| given(0, level)), [true, false, true, false]);
    assert!(reviews.column(1).iter().all(|score| (score - 1.0).abs() < 1e-15));
    assert!(made.truth().criterion_grades(1).iter().all(|grade| (grade - 1.0).abs() < 1e-12));
    assert!(made.truth().grades().iter().all(|grade| grade.is_finite()));
}

#[test]
fn criteria_are_named_as_given_or_by_their_place() {
    let [first, second] = tables();
    let names = |law: &RubricNoise| -> Vec<String> {
        let rubric = law::Model::rubric(law).unwrap();
        rubric.criteria().iter().map(|c| c.name().to_owned()).collect()
    };
    assert_eq!(names(&RubricNoise::new([first.clone()])), ["score"]);
    assert_eq!(names(&RubricNoise::default().criterion("ideas", first.clone())), ["ideas"]);
    let both = RubricNoise::new([first.clone(), second.clone()]);
    assert_eq!(names(&both), ["criterion 1", "criterion 2"]);
    let mixed = RubricNoise::new([first]).criterion("style", second);
    assert_eq!(names(&mixed), ["criterion 1", "style"]);
}

/// All peers are alike, so there is no bias to put right, and the expected grade is a level away.
#[test]
fn behaviours_see_a_law_without_biases() {
    let [_, table] = tables();
    let law = RubricNoise::new([table]);
    let run = |behaviour| {
        let simulation = Simulation::new(law.clone()).behaviour(behaviour, 1.0);
        course(&simulation, 2000, 3, 1).reviews().column(0).to_vec()
    };
    assert_eq!(run(Behaviour::FixBias { sd: 0.5 }), run(Behaviour::Honest));
    // 0.2 + 3 x 0.3 + 4 x 0.4 = 2.7.
    assert!(run(Behaviour::Prior).iter().all(|score| (score - 3.0).abs() < 1e-15));
}

/// Kappa and correlation of many reports, by the measures of this crate.
#[test]
fn the_reliability_of_one_review_is_the_correlation_of_the_table() {
    let course = course(&Simulation::new(RubricNoise::new(tables())), 20_000, 2, 6);
    for (c, table) in tables().iter().enumerate() {
        let pairs = pairs(&course, c);
        let [a, b] = [0, 1].map(|k| pairs.iter().map(|p| p[k] as f64).collect::<Vec<_>>());
        let found = metrics::pearson(&a, &b).unwrap();
        let given = table.given().correlation().unwrap();
        // The error of a correlation of 20,000 pairs is below 1 / sqrt(n).
        assert!((found - given).abs() < CRITICAL / math::sqrt(20_000.0), "{found} {given}");
    }
}
