//! The scenarios against the figures that theory, papers and other programs give for them.
//!
//! A figure measured elsewhere on m courses, here on n, differs by chance with the standard error
//! sd sqrt(1/m + 1/n), where sd is that of one course. Three of these are allowed, and half a unit
//! of the last digit given.

use super::*;
use crate::aggregate;
use crate::metrics;

/// Mean squared errors of the methods, a row for each course.
fn squared_errors(
    scenario: &dyn Scenario,
    n: usize,
    seeds: u64,
    methods: &[&str],
) -> Vec<Vec<f64>> {
    let methods: Vec<_> = methods.iter().map(|name| aggregate::by_name(name).unwrap()).collect();
    let run = |seed| {
        let course = scenario.simulate(n, Seed::new(seed)).unwrap();
        let error = |method: &dyn aggregate::Aggregator| {
            let grades = method.aggregate(course.reviews()).unwrap();
            let grades: Vec<f64> = grades.grades().flatten().collect();
            let rmse = metrics::rmse(&grades, course.truth().grades()).unwrap();
            rmse * rmse
        };
        methods.iter().map(|method| error(&**method)).collect()
    };
    (0..seeds).map(run).collect()
}

/// Whether our values of a row of figures are theirs but for chance; `from` maps the mean squared
/// error of a course to the unit of the figure.
fn agree(
    what: &str,
    courses: &[Vec<f64>],
    from: fn(f64) -> f64,
    theirs: (&[f64], f64),
    digit: f64,
) {
    let (figures, m) = theirs;
    for (i, figure) in figures.iter().enumerate() {
        let ours: Vec<f64> = courses.iter().map(|course| from(course[i])).collect();
        let (mean, variance) = mean_and_variance(&ours);
        let se = math::sqrt(variance * (1.0 / m + 1.0 / ours.len() as f64));
        let allowed = 3.0 * se + digit / 2.0;
        assert!(
            (mean - figure).abs() <= allowed,
            "{what}, method {i}: {mean} is not {figure} +- {allowed}"
        );
    }
}

const FOUR: [&str; 4] = ["mean", "median", "trimmed-mean", "shrunk-mean"];

/// Measured by another program on 3 courses of 1000 people.
#[test]
fn s1_to_s9_give_the_known_errors() {
    let table: [(&str, [f64; 4], f64); 9] = [
        ("s1", [4.51, 5.32, 4.72, 4.20], 0.01),
        // Two by theory, v = (64 + 100) / 5: sqrt(v) and, with grades of variance 144, sqrt(144 v /
        // (144 + v)). Theirs, 5.89 and 5.34, are three standard errors above these.
        ("s2", [5.73, 6.89, 6.18, 5.17], 0.01),
        ("s3", [4.25, 4.24, 3.92, 3.98], 0.01),
        ("s4", [5.69, 6.14, 5.57, 5.14], 0.01),
        ("s5", [7.99, 7.98, 7.43, 6.72], 0.01),
        ("s6", [6.58, 7.31, 6.77, 7.38], 0.01),
        ("s7", [0.509, 0.620, 0.527, 0.522], 0.001),
        // Theirs takes off the lowest and highest of three, which is the median; ours takes a fifth.
        ("s8", [0.1290, 0.1563, 0.1290, 0.1162], 0.0001),
        ("s9", [8.63, 7.07, 7.26, 8.38], 0.01),
    ];
    for (name, figures, digit) in table {
        let courses = squared_errors(by_name(name).unwrap(), 1000, 60, &FOUR);
        agree(name, &courses, math::sqrt, (&figures, 3.0), digit);
    }
}

/// Mean squared error of the consensus over 1000 courses of 100 people: Burrell and Schoenebeck; and
/// what the sum over all grades, looks and reports gives, integrated over the biases.
#[test]
fn agents_give_the_published_errors_and_those_of_theory() {
    for (name, published, exact) in
        [("bs-honest", 0.5604, 0.556_458), ("bs-unbiased", 0.3300, 0.327_210)]
    {
        let courses = squared_errors(by_name(name).unwrap(), 100, 1000, &["mean"]);
        agree(name, &courses, |mse| mse, (&[published], 1000.0), 0.0001);
        agree(name, &courses, |mse| mse, (&[exact], f64::INFINITY), 0.000_01);
    }
}

/// Under attack by 30 % of the reviewers, measured by another program on 12 courses of 1000 people.
#[test]
fn attacked_agents_give_the_known_errors() {
    for (name, figures) in [
        ("bs-honest", [0.753, 0.848]),
        ("bs-all10", [1.418, 1.685]),
        ("bs-all8", [0.910, 1.067]),
        ("bs-random", [1.435, 1.385]),
        ("bs-low", [1.658, 1.722]),
        ("bs-hedge", [0.728, 0.795]),
    ] {
        let courses = squared_errors(by_name(name).unwrap(), 1000, 60, &["mean", "median"]);
        agree(name, &courses, math::sqrt, (&figures, 12.0), 0.001);
    }
}

/// One level dominates, measured by another program on 4 courses of 1000 people.
#[test]
fn dominant_levels_give_the_known_errors() {
    for (name, figures) in [("s10a", [0.360, 0.411]), ("s10b", [0.362, 0.419])] {
        let courses = squared_errors(by_name(name).unwrap(), 1000, 40, &["mean", "median"]);
        agree(name, &courses, math::sqrt, (&figures, 4.0), 0.001);
    }
}

/// Open edX rounds the median (before: the mean) of each criterion up. Five criteria of 0..3 with
/// quality N(1.8, 0.6^2) and noise N(0, 0.6^2), 20,000 works: the surplus over the plain mean as a
/// share of the maximum, measured elsewhere.
#[test]
fn rounding_up_inflates_grades_as_measured() {
    let law = Gaussian::default()
        .grades(Grades::Normal { mean: 1.8, sd: 0.6 })
        .criteria(5)
        .bias_sd(0.0)
        .noise(Noise::Equal { sd: 0.6 })
        .scale(Scale::with_step(0.0, 3.0, 1.0).unwrap());
    for (k, median, mean) in [(2, 8.0, 8.0), (3, 0.3, 10.9), (4, 5.9, 12.3), (5, 0.4, 13.1)] {
        let made = course(&Simulation::new(law), 20_000, k, 1);
        let reviews = made.reviews();
        let surplus = |consensus: fn(&mut [f64]) -> f64| {
            let of = |s: usize, c: usize| {
                let scores = reviews.scores_of(SubmissionId::new(to_u32(s)), c);
                let up = libm::ceil(consensus(&mut scores.to_vec()) - 1e-9);
                up - math::mean(scores)
            };
            let all: Vec<f64> =
                (0..20_000).map(|s| (0..5).map(|c| of(s, c)).sum::<f64>() / 15.0 * 100.0).collect();
            let (mean, variance) = mean_and_variance(&all);
            (mean, math::sqrt(variance / 20_000.0))
        };
        let middle = |scores: &mut [f64]| {
            scores.sort_by(f64::total_cmp);
            let n = scores.len();
            f64::midpoint(scores[(n - 1) / 2], scores[n / 2])
        };
        for (what, (ours, se), theirs) in [
            ("median", surplus(middle), median),
            ("mean", surplus(|scores| math::mean(scores)), mean),
        ] {
            let allowed = 3.0 * math::sqrt(2.0) * se + 0.05;
            assert!(
                (ours - theirs).abs() < allowed,
                "k = {k}, {what}: {ours} is not {theirs} +- {allowed}"
            );
        }
    }
}
