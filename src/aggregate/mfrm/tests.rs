//! The likelihood in brute force, and severities that are known.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::ManyFacetRasch;
use super::facets::{Facets, Nodes};
use super::levels::Levels;
use crate::aggregate::fixtures::{grades_of, matrix, small};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::{AggregateError, Aggregator};
use crate::cohort::Cohort;
use crate::id::{PersonId, SubmissionId};
use crate::math::{self, exp, ln};
use crate::reviews::Reviews;
use crate::rubric::{Criterion, Rubric};
use crate::scale::Scale;
use crate::seed::Phase;
use crate::{Line, Seed};

/// P(X = k) from the definition: products of odds.
fn probability(sums: &[f64], quality: f64, severity: f64, k: usize) -> f64 {
    let odds = |k: usize| exp(k as f64 * (quality - severity) - sums[k]);
    odds(k) / (0..sums.len()).fold(0.0, |sum, h| sum + odds(h))
}

/// The logarithm of what one round is to raise: the likelihood, the law of severities, and one
/// review more of an average work for each criterion.
fn ln_likelihood(levels: &Levels<'_>, nodes: &Nodes, facets: &Facets, severity: f64) -> f64 {
    let density: Vec<f64> =
        nodes.quality.iter().map(|q| exp(-0.5 * (q / facets.sd) * (q / facets.sd))).collect();
    let works = (0..levels.submissions()).fold(0.0, |sum, s| {
        let marginal = nodes.quality.iter().zip(&density).fold(0.0, |all, (&q, density)| {
            let mut product = *density;
            for c in 0..levels.criteria() {
                for (v, level) in levels.rows(c, s) {
                    product *= probability(&facets.sums[c], q, facets.severity[v], level);
                }
            }
            all + product
        });
        sum + ln(marginal)
    });
    let ridge = (0..levels.people())
        .fold(0.0, |sum, v| sum - 0.5 * facets.severity[v] * facets.severity[v] / severity);
    let more = facets.sums.iter().fold(0.0, |sum, sums| {
        (0..sums.len())
            .fold(sum, |sum, k| sum + ln(probability(sums, 0.0, 0.0, k)) / sums.len() as f64)
    });
    works + ridge + more
}

fn courses() -> Vec<Reviews> {
    let mut runner = TestRunner::deterministic();
    let mut courses = vec![rubric()];
    while courses.len() < 12 {
        courses.push(small().new_tree(&mut runner).unwrap().current());
    }
    courses
}

/// Two criteria of different levels, one of them never in the middle.
fn rubric() -> Reviews {
    let cohort = Cohort::individuals(5).unwrap();
    let scale = |top: f64| Scale::with_step(0.0, top, 1.0).unwrap();
    let criteria = [Criterion::new("code", scale(3.0)), Criterion::new("style", scale(2.0))];
    let mut rows = Reviews::builder(&cohort, Rubric::new(criteria).unwrap());
    for s in 0..5_u32 {
        for r in (0..5_u32).filter(|&r| r != s) {
            let code = f64::from((s + r / 2) % 4);
            let style = if (s + r) % 3 == 0 { 0.0 } else { 2.0 };
            rows.add(SubmissionId::new(s), PersonId::new(r), &[code, style]).unwrap();
        }
    }
    rows.build().unwrap()
}

#[test]
fn the_posterior_is_that_of_the_definition() {
    for reviews in courses() {
        let ratings = Ratings::by_range(&reviews).unwrap();
        let levels = Levels::of(&ratings);
        let nodes = Nodes::new(30, levels.most());
        let mut facets = Facets::start(&levels);
        for _ in 0..3 {
            let posterior = facets.posterior(&levels, &nodes);
            for s in 0..levels.submissions() {
                let weights: Vec<f64> = nodes
                    .quality
                    .iter()
                    .map(|&q| {
                        let mut weight = exp(-0.5 * (q / facets.sd) * (q / facets.sd));
                        for c in 0..levels.criteria() {
                            for (v, k) in levels.rows(c, s) {
                                weight *= probability(&facets.sums[c], q, facets.severity[v], k);
                            }
                        }
                        weight
                    })
                    .collect();
                let sum = weights.iter().fold(0.0, |sum, w| sum + w);
                for (q, weight) in weights.iter().enumerate() {
                    assert!((posterior[s * 30 + q] - weight / sum).abs() < 1e-12);
                }
            }
            facets.improve(&levels, &nodes, &posterior);
        }
    }
}

#[test]
fn severities_and_thresholds_end_at_the_top_of_the_likelihood() {
    for reviews in courses() {
        let ratings = Ratings::by_range(&reviews).unwrap();
        let levels = Levels::of(&ratings);
        let nodes = Nodes::new(30, levels.most());
        let mut facets = Facets::start(&levels);
        let mut variance = 0.0;
        for _ in 0..3000 {
            variance = facets.severity_variance;
            let posterior = facets.posterior(&levels, &nodes);
            facets.improve(&levels, &nodes, &posterior);
        }
        let at = |change: &dyn Fn(&mut Facets)| {
            let mut changed = facets.clone();
            change(&mut changed);
            ln_likelihood(&levels, &nodes, &changed, variance)
        };
        let slope = |change: &dyn Fn(&mut Facets, f64)| {
            (at(&|f| change(f, 1e-4)) - at(&|f| change(f, -1e-4))) / 2e-4
        };
        for (c, sums) in facets.sums.iter().enumerate() {
            for k in 1..sums.len() {
                let slope = slope(&|facets, step| facets.sums[c][k] += step);
                assert!(slope.abs() < 2e-3, "threshold {c} {k}: {slope}");
            }
        }
        let given: Vec<usize> =
            (0..levels.people()).filter(|&v| levels.given(v).next().is_some()).collect();
        // Against the mean, since the sum of severities is held at 0.
        let slopes: Vec<f64> =
            given.iter().map(|&v| slope(&|facets, step| facets.severity[v] += step)).collect();
        let mean = slopes.iter().fold(0.0, |sum, x| sum + x) / slopes.len().max(1) as f64;
        for slope in slopes {
            assert!((slope - mean).abs() < 2e-3, "severity: {slope} {mean}");
        }
        let sum = given.iter().fold(0.0, |sum, &v| sum + facets.severity[v]);
        assert!(sum.abs() < 1e-9);
    }
}

#[test]
fn severities_that_were_simulated_are_found() {
    const WORKS: u32 = 400;
    const REVIEWERS: u32 = 40;
    let mut stream = Seed::new(6).stream(Phase::Gibbs, 9);
    let mut cohort = Cohort::builder((WORKS + REVIEWERS) as usize).unwrap();
    for s in 0..WORKS {
        cohort.submission(&[PersonId::new(REVIEWERS + s)]).unwrap();
    }
    let cohort = cohort.build();
    let scale = Scale::with_step(1.0, 5.0, 1.0).unwrap();
    let sums = [0.0, -1.5, -2.0, -1.5, 0.5];
    let severity: Vec<f64> = (0..REVIEWERS).map(|_| 0.8 * stream.normal()).collect();
    let quality: Vec<f64> = (0..WORKS).map(|_| 1.2 * stream.normal()).collect();
    let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
    for (s, quality) in (0..).zip(&quality) {
        for k in 0..5 {
            let r = (s * 7 + k * (1 + s % 7)) % REVIEWERS;
            let mut left = stream.unit();
            let level = (0..4).find(|&level| {
                left -= probability(&sums, *quality, severity[r as usize], level);
                left < 0.0
            });
            let score = 1.0 + level.unwrap_or(4) as f64;
            let _ = rows.add(SubmissionId::new(s), PersonId::new(r), &[score]);
        }
    }
    let reviews = rows.build().unwrap();
    let ratings = Ratings::by_range(&reviews).unwrap();
    let levels = Levels::of(&ratings);
    let nodes = Nodes::new(30, levels.most());
    let mut facets = Facets::start(&levels);
    for _ in 0..200 {
        let posterior = facets.posterior(&levels, &nodes);
        facets.improve(&levels, &nodes, &posterior);
    }
    let people = REVIEWERS as usize;
    let centre = math::mean(&severity);
    let pairs = || severity.iter().map(|x| x - centre).zip(&facets.severity[..people]);
    let (xx, xy, yy) =
        pairs().fold((0.0, 0.0, 0.0), |(xx, xy, yy), (x, &y)| (xx + x * x, xy + x * y, yy + y * y));
    let correlation = xy / math::sqrt(xx * yy);
    assert!(correlation > 0.95, "{correlation}");
    // A little drawn to 0.
    assert!((0.78..1.1).contains(&(xy / xx)), "{}", xy / xx);
    assert!((facets.sd - 1.2).abs() < 0.2, "{}", facets.sd);

    // And the fair averages are nearer to the expected scores than plain means are, with intervals
    // that hold them.
    let book = ManyFacetRasch::default().aggregate(&reviews).unwrap();
    assert!(book.fit().converged());
    let (mut ours, mut means, mut held) = (0.0, 0.0, 0.0);
    for s in (0..WORKS).map(SubmissionId::new) {
        let expected = (0..5)
            .fold(1.0, |sum, k| sum + k as f64 * probability(&sums, quality[s.index()], centre, k));
        let [a, b] = [book.grade(s).unwrap(), math::mean(reviews.scores_of(s, 0))];
        ours += (a - expected) * (a - expected);
        means += (b - expected) * (b - expected);
        held += f64::from(u8::from(book.interval(s, 0.9).unwrap().contains(expected)));
    }
    assert!(ours < 0.7 * means, "{ours} {means}");
    let coverage = held / f64::from(WORKS);
    assert!((0.86..0.94).contains(&coverage), "{coverage}");
}

#[test]
fn a_severe_reviewer_is_corrected_for_and_the_rest_is_an_adjustment() {
    let rows = [[4., 4., 2.], [3., 3., 1.], [5., 4., 3.], [2., 2., 0.], [4., f64::NAN, 2.]];
    let reviews = matrix(&rows, (0.0, 5.0));
    let book = ManyFacetRasch::default().aggregate(&reviews).unwrap();
    assert!(book.bias(PersonId::new(2)).unwrap() < -0.3);
    assert!(book.bias(PersonId::new(0)).unwrap() > 0.1);
    assert_eq!(book.precision(PersonId::new(0)), None);
    let why = book.explain(&reviews, SubmissionId::new(0)).unwrap().unwrap();
    assert!(matches!(why.lines(), [.., Line::Adjustment { .. }]), "{why:?}");
    assert!((why.sum() - why.grade()).abs() < 1e-12);
}

#[test]
fn constant_reviewers_and_equal_scores_are_finite() {
    let constant = matrix(&[[5., 1.], [5., 2.], [5., 3.]], (0.0, 5.0));
    for grade in grades_of(&ManyFacetRasch::default(), &constant) {
        assert!((1.0..=5.0).contains(&grade));
    }
    let equal = matrix(&[[3.3, 3.3], [3.3, f64::NAN]], (0.0, 5.0));
    for grade in grades_of(&ManyFacetRasch::default(), &equal) {
        assert!((grade - 3.3).abs() < 1e-14);
    }
}

#[test]
fn levels_are_scores_or_eleven_bins_of_what_is_given() {
    let reviews = matrix(&[[20., 70., 45.], [21., 22.4, 47.6]], (-1000.0, 1000.0));
    let ratings = Ratings::by_range(&reviews).unwrap();
    let levels = Levels::of(&ratings);
    let of = |s: usize| levels.rows(0, s).map(|(_, level)| level).collect::<Vec<_>>();
    // 45 lies between two levels and goes to the even one.
    assert_eq!((of(0), of(1)), (vec![0, 10, 5], vec![0, 0, 6]));
    let reviews = rubric();
    let ratings = Ratings::by_range(&reviews).unwrap();
    let levels = Levels::of(&ratings);
    assert_eq!((levels.top(0), levels.top(1)), (3, 2));
    assert_eq!(levels.counts(1)[1].to_bits(), 0.0_f64.to_bits());
}

#[test]
fn settings_without_sense_are_errors() {
    let reviews = rubric();
    for method in [
        ManyFacetRasch::default().nodes(9),
        ManyFacetRasch::default().tolerance(-1.0),
        ManyFacetRasch::default().max_iterations(0),
    ] {
        let error = method.aggregate(&reviews).unwrap_err();
        assert!(matches!(error, AggregateError::Setting { method: "mfrm", .. }), "{error}");
    }
}
