//! The engine against integrals on grids, dense normal laws and simulated courses.
#![allow(clippy::float_cmp, clippy::disallowed_methods, clippy::needless_range_loop)] // plain oracles

use proptest::prelude::*;

use super::block::Block;
use super::law::{Law, Options, ReviewerSums};
use super::nodes::Nodes;
use super::real::Real;
use super::seen::Seen;
use super::state::State;
use super::*;
use crate::aggregate::fixtures::{matrix, small, tree};
use crate::aggregate::moments::Moments;
use crate::aggregate::{Mean, ShrunkMean};
use crate::id::SubmissionId;
use crate::seed::Seed;
use crate::simulate::{Scenario, by_name};

const OPTIONS: Options = Options {
    precisions: true,
    manners: true,
    shift: -1,
    effort: false,
    bins: false,
    kinds: false,
    known: false,
    coupled: false,
};
const MOMENTS: Moments =
    Moments { mean: 0.3, quality: 1.5, bias: 0.4, noise: 0.7, within_items: 1.1, total: 2.6 };

pub(super) fn law(options: Options) -> Law {
    let law = Law::start(&MOMENTS, 0.05).with(Options::default(), options);
    Law { level: 0.0, ..law }
}

/// Sums over a grid of the grades of two works and the bias of the one reviewer of both: the
/// probability of the scores, mean and variance of both grades.
fn integral(nodes: &Nodes<f64>, law: &Law, scores: [f64; 2], known: [(f64, f64); 2]) -> [f64; 5] {
    let normal = |x: f64, mean: f64, variance: f64| {
        (-(x - mean) * (x - mean) / (2.0 * variance)).exp()
            / (2.0 * core::f64::consts::PI * variance).sqrt()
    };
    let points = |mean: f64, variance: f64| {
        let step = 14.0 * variance.sqrt() / 300.0;
        (0..=300_u16).map(move |i| (mean + (f64::from(i) - 150.0) * step, step))
    };
    let mut sums = [0.0; 5];
    for j in 0..nodes.slope.len() {
        let spread = 1.0 / nodes.bias[j];
        let weight = nodes.weight[j].exp() * spread.sqrt();
        for (b, of_b) in points(0.0, spread) {
            // Given the bias the works have nothing to do with each other.
            let each = [0, 1].map(|e| {
                let (mean, variance) = known[e];
                points(mean, variance).fold([0.0; 3], |[all, first, second], (s, of_s)| {
                    let offset = nodes.offset[j];
                    let expected = law.mean + offset + b + nodes.slope[j] * (s - law.mean);
                    let p = of_s
                        * normal(s, mean, variance)
                        * normal(scores[e], expected, nodes.noise[j]);
                    [all + p, first + p * s, second + p * s * s]
                })
            });
            let p = weight * of_b * normal(b, 0.0, spread);
            sums[0] += p * each[0][0] * each[1][0];
            for e in [0, 1] {
                sums[1 + 2 * e] += p * each[e][1] * each[1 - e][0];
                sums[2 + 2 * e] += p * each[e][2] * each[1 - e][0];
            }
        }
    }
    let moments = |e: usize| {
        let mean = sums[1 + 2 * e] / sums[0];
        [mean, sums[2 + 2 * e] / sums[0] - mean * mean]
    };
    let [[a, b], [c, d]] = [moments(0), moments(1)];
    [sums[0], a, b, c, d]
}

/// What is seen of two works by one reviewer, who may have written something.
fn seen<F: Real>(
    law: &Law,
    scores: [f64; 2],
    known: [(f64, f64); 2],
    own_work: Option<f64>,
) -> Seen<F> {
    let mut seen = Seen::default();
    let column = |value: &dyn Fn(usize) -> f64| [0, 1].map(|e| F::new(value(e)));
    let precisions = column(&|e| 1.0 / known[e].1);
    let pulls = column(&|e| known[e].0 / known[e].1);
    let sites = [[F::ZERO; 2]; 2];
    let ends = core::iter::once(2);
    seen.extend(law, ends, &column(&|e| scores[e]), [&precisions, &pulls], &sites);
    seen.wrote(own_work.map(F::new).as_slice());
    seen
}

/// What is said of two works by one reviewer, and the logarithm of the probability of the scores.
fn said<F: Real>(
    law: &Law,
    options: Options,
    scores: [f64; 2],
    known: [(f64, f64); 2],
) -> ([[f64; 2]; 2], f64) {
    said_of(&Nodes::<F>::new(law, options), law, &seen(law, scores, known, None))
}

/// The same by what is seen.
fn said_of<F: Real>(nodes: &Nodes<F>, law: &Law, seen: &Seen<F>) -> ([[f64; 2]; 2], f64) {
    let mut sites = [[F::ZERO; 2]; 2];
    let mut block = Block::default();
    block.learn(nodes, seen.rows());
    block.move_sites(nodes, seen.rows(), law, 1.0, &mut sites);
    let log = block.evidence() - (2.0 * core::f64::consts::PI).ln();
    (sites.map(|site| site.map(F::get)), log)
}

/// Scores of two works, and what is known of their grades: mean and variance.
pub(super) type Case = ([f64; 2], [(f64, f64); 2]);

pub(super) const CASES: [Case; 4] = [
    ([0.1, 0.9], [(0.2, 0.5), (0.4, 1.5)]),
    ([2.0, -1.0], [(0.5, 0.8), (-0.3, 0.6)]),
    ([1.0, 1.0], [(0.3, 1.0), (0.3, 1.0)]),
    ([-2.0, -1.5], [(0.4, 0.3), (0.9, 0.4)]),
];

#[test]
fn a_reviewer_of_two_works_is_integrated_exactly() {
    let law = law(OPTIONS);
    let nodes = Nodes::new(&law, OPTIONS);
    assert_eq!(nodes.len(), 8 + 8 + 12);
    for (scores, known) in CASES {
        let [probability, expected @ ..] = integral(&nodes, &law, scores, known);
        let (sites, log) = said::<f64>(&law, OPTIONS, scores, known);
        assert!((log - probability.ln()).abs() < 1e-6, "{log} {}", probability.ln());
        for e in 0..2 {
            let (mean, variance) = known[e];
            let precision = 1.0 / variance + sites[e][0];
            let after = (mean / variance + sites[e][1]) / precision;
            assert!((after - expected[2 * e]).abs() < 1e-6, "{after} {}", expected[2 * e]);
            // Where a review makes a grade less sure, it keeps the mean alone.
            let expected = expected[2 * e + 1].min(variance);
            assert!((1.0 / precision - expected).abs() < 2e-6, "{} {expected}", 1.0 / precision);
        }
    }
}

#[test]
fn a_good_work_is_as_a_higher_precision() {
    let mut law = law(OPTIONS);
    for (scores, known) in CASES {
        for x in [-1.3, 0.0, 0.8] {
            law.coupling = 0.5;
            let nodes = Nodes::<f64>::new(&law, OPTIONS);
            let (sites, log) = said_of(&nodes, &law, &seen(&law, scores, known, Some(x)));
            let higher = Law { precision: law.precision * (0.5 * x).exp(), ..law };
            let (expected, its_log) = said::<f64>(&higher, OPTIONS, scores, known);
            assert!((log - its_log).abs() < 1e-12);
            for (own, theirs) in sites.iter().flatten().zip(expected.iter().flatten()) {
                assert!((own - theirs).abs() < 1e-12, "{own} {theirs}");
            }
        }
    }
}

#[test]
fn the_slope_of_coupling_is_that_of_the_evidence() {
    let options = Options { known: true, coupled: true, ..OPTIONS };
    for (scores, known) in CASES {
        for coupling in [-0.4, 0.0, 0.3] {
            let law = Law { coupling, ..law(options) };
            let seen = seen::<f64>(&law, scores, known, Some(1.2));
            let evidence = |coupling: f64| {
                let mut law = law;
                law.coupling = coupling;
                said_of(&Nodes::new(&law, options), &law, &seen).1
            };
            let slope = (evidence(coupling + 1e-4) - evidence(coupling - 1e-4)) / 2e-4;
            let nodes = Nodes::<f64>::new(&law, options);
            let (mut block, mut sums) = (Block::default(), ReviewerSums::new(nodes.len()));
            block.learn(&nodes, seen.rows());
            block.add_coupling(&law, &nodes, seen.rows(), &mut sums);
            // But for the tails of the precision, which nodes leave out.
            let found = sums.coupling[0];
            assert!((found - slope).abs() < 0.06 * slope.abs().max(0.1), "{found} {slope}");
        }
    }
}

#[test]
fn single_precision_says_the_same() {
    let simple = Options::default();
    for options in [OPTIONS, Options { shift: 0, ..OPTIONS }, simple] {
        let law = law(options);
        for (scores, known) in CASES {
            let (double, log) = said::<f64>(&law, options, scores, known);
            let (single, single_log) = said::<f32>(&law, options, scores, known);
            assert!((log - single_log).abs() < 1e-5, "{log} {single_log}");
            for (double, single) in double.iter().flatten().zip(single.iter().flatten()) {
                assert!((double - single).abs() < 1e-5, "{double} {single}");
            }
        }
    }
}

/// The inverse and the logarithm of the determinant of a positive matrix.
fn inverse(mut a: Vec<Vec<f64>>) -> (Vec<Vec<f64>>, f64) {
    let n = a.len();
    let mut log = 0.0;
    for (i, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|j| if i == j { 1.0 } else { 0.0 }));
    }
    for i in 0..n {
        let pivot = a[i][i];
        log += pivot.ln();
        a[i].iter_mut().for_each(|x| *x /= pivot);
        for k in (0..n).filter(|&k| k != i) {
            let factor = a[k][i];
            for j in 0..2 * n {
                let own = a[i][j];
                a[k][j] -= factor * own;
            }
        }
    }
    (a.into_iter().map(|row| row[n..].to_vec()).collect(), log)
}

/// Means and variances of the grades and the logarithm of the density of the ratings, where all
/// reviewers are honest and equally precise: a normal law of the ratings, written out.
pub(super) fn dense(ratings: &Ratings<'_>, law: &Law) -> (Vec<(f64, f64)>, f64) {
    let noise = law.floor + 1.0 / law.precision;
    let rows: Vec<(usize, usize, f64)> = (0..ratings.items())
        .flat_map(|u| {
            let each = ratings.reviewers(u).iter().zip(ratings.of(u));
            each.map(move |(v, z)| (u, v.index(), z - law.mean))
        })
        .collect();
    let covariance = rows.iter().enumerate().map(|(i, a)| {
        let each = rows.iter().enumerate().map(|(j, b)| {
            f64::from(u8::from(a.0 == b.0)) * law.quality
                + f64::from(u8::from(a.1 == b.1)) * law.bias
                + f64::from(u8::from(i == j)) * noise
        });
        each.collect::<Vec<f64>>()
    });
    let (inverse, log) = inverse(covariance.collect());
    let n = rows.len();
    let quadratic = |left: &dyn Fn(usize) -> f64, right: &dyn Fn(usize) -> f64| -> f64 {
        (0..n).map(|i| (0..n).map(|j| left(i) * inverse[i][j] * right(j)).sum::<f64>()).sum()
    };
    let z = |i: usize| rows[i].2;
    let grades = (0..ratings.items()).map(|u| {
        let own = |i: usize| if rows[i].0 == u { law.quality } else { 0.0 };
        (law.mean + quadratic(&own, &z), law.quality - quadratic(&own, &own))
    });
    (grades.collect(), -0.5 * (log + quadratic(&z, &z)))
}

/// Sweeps under fixed laws.
pub(super) fn settled<'r, 'a>(
    ratings: &'r Ratings<'a>,
    law: &Law,
    options: Options,
) -> State<'r, 'a, f64> {
    let mut state = State::new(ratings, &ratings.by_reviewer(), law, options);
    (0..2000).for_each(|_| {
        state.sweep(0.6);
    });
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Of reviewers who are alike the means are exact wherever sweeps end; where the graph has no cycle,
    /// so are variances and evidence.
    #[test]
    fn reviewers_who_are_alike_are_crossed_random_effects(reviews in small(), cut: bool) {
        let kept = if cut { tree(&reviews) } else { reviews };
        let ratings = Ratings::by_range(&kept).unwrap();
        let options = Options::default();
        let law = law(options);
        let state = settled(&ratings, &law, options);
        let (grades, log) = dense(&ratings, &law);
        for (u, (mean, variance)) in grades.into_iter().enumerate() {
            let item = state.item(u);
            if ratings.of(u).is_empty() {
                continue;
            }
            let found = item.pull / item.precision;
            prop_assert!((found - mean).abs() < 1e-7, "{found} {mean}");
            if cut {
                prop_assert!((1.0 / item.precision - variance).abs() < 1e-9);
            }
        }
        if cut {
            prop_assert!((state.evidence() - log).abs() < 1e-8, "{} {log}", state.evidence());
        }
    }
}

/// What is shown, a mean of corrected scores, is not far from the mean of the posterior, which has no
/// such form: a tenth of a standard error.
#[test]
fn grades_are_near_the_means_of_the_sweeps() {
    let noise = |u: usize, v: usize| ((7 * u + 5 * v) % 11) as f64 / 5.0 - 1.0;
    let reviews = course(2, |u, v| 2.0 + 0.8 * u as f64 + (1.0 + v as f64) / 4.0 * noise(u, v));
    let ratings = Ratings::by_spread(&reviews).unwrap();
    let options = Options { shift: 0, ..OPTIONS };
    let state = settled(&ratings, &law(options), options);
    let items: Vec<_> = (0..ratings.items()).map(|u| state.item(u)).collect();
    let mean = state.law.mean;
    let combination = state.into_found(None).combination;
    let grades = combination.grades(&ratings);
    let level = combination.prior.unwrap().mean - mean;
    for (grade, item) in grades.iter().zip(items) {
        let distance = grade - level - item.pull / item.precision;
        assert!(distance.abs() < 0.1 / item.precision.sqrt(), "{distance}");
    }
}

/// Eight reviewers see eight works; some of them look.
fn course(blind: usize, score: impl Fn(usize, usize) -> f64) -> Reviews {
    let rows: Vec<[f64; 8]> = (0..8)
        .map(|u| core::array::from_fn(|v| if v < blind { 9.0 } else { score(u, v) }))
        .collect();
    matrix(&rows, (0.0, 10.0))
}

/// Some draw a line under every work, others look: the grades are what those who look see, though
/// the others agree with each other better.
#[test]
fn who_gives_the_same_to_all_counts_for_little() {
    let sees = |u: usize, v: usize| 1.0 + u as f64 + 0.3 * ((5 * u + 3 * v) % 7) as f64 / 3.0;
    let grade = |method: &dyn Aggregator, reviews: &Reviews, u: u32| {
        method.aggregate(reviews).unwrap().grade(SubmissionId::new(u)).unwrap()
    };
    let reviews = course(3, sees);
    let (first, last) = (grade(&Mean, &reviews, 0), grade(&Mean, &reviews, 7));
    assert!(last - first < 4.6);
    let posterior = Posterior::default();
    let (first, last) = (grade(&posterior, &reviews, 0), grade(&posterior, &reviews, 7));
    assert!(last - first > 6.0, "{first} {last}");
}

/// Where reviewers are alike, nothing is gained by telling them apart, and nothing is lost.
#[test]
fn reviewers_who_are_alike_leave_the_shrunk_mean() {
    let noise = |u: usize, v: usize| [0.9, -1.1, 0.4, -0.2, 0.7, -0.7, 0.1, -0.1][(u + 3 * v) % 8];
    let reviews = course(0, |u, v| 2.0 + 0.8 * u as f64 + noise(u, v));
    let [ours, shrunk] = [&Posterior::default() as &dyn Aggregator, &ShrunkMean]
        .map(|method| method.aggregate(&reviews).unwrap());
    for (ours, shrunk) in ours.grades().flatten().zip(shrunk.grades().flatten()) {
        assert!((ours - shrunk).abs() < 0.1, "{ours} {shrunk}");
    }
}

#[test]
fn settings_are_checked() {
    let reviews = course(0, |u, v| (u + v) as f64 / 2.0);
    for method in [
        Posterior::default().tolerance(-1.0),
        Posterior::default().tolerance(f64::NAN),
        Posterior::default().max_iterations(0),
    ] {
        assert!(matches!(method.aggregate(&reviews), Err(AggregateError::Setting { .. })));
    }
}

#[test]
fn precisions_that_go_with_grades_are_told() {
    let error = |scenario: &str, method: Posterior| {
        let course = by_name(scenario).unwrap().simulate(1000, Seed::new(3)).unwrap();
        let book = method.aggregate(course.reviews()).unwrap();
        let pairs = book.grades().flatten().zip(course.truth().grades());
        pairs.map(|(grade, truth)| (grade - truth).powi(2)).sum::<f64>().sqrt()
    };
    let gain = |scenario| {
        let coupled = error(scenario, Posterior::default().author_coupling(true));
        coupled / error(scenario, Posterior::default())
    };
    assert!(gain("s5") < 0.98, "{}", gain("s5"));
    // Where they do not, next to nothing is lost.
    for scenario in ["s1", "s3", "s4"] {
        assert!(gain(scenario) < 1.005, "{scenario}: {}", gain(scenario));
    }
}
