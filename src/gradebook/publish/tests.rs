//! Programs against published vectors, against an enumeration of all corners, and on whole courses.

use super::program::{Program, Solution};
use super::*;
use crate::aggregate::{Aggregator, Hamer, Mean, ShrunkMean};
use crate::seed::{Phase, Stream};
use crate::{Cohort, Column, Criterion, Rubric, Seed};

fn stream(seed: u64) -> Stream {
    Seed::new(seed).stream(Phase::SimulatedNoise, 0)
}

fn person(i: u32) -> PersonId {
    PersonId::new(i)
}

fn submission(i: u32) -> SubmissionId {
    SubmissionId::new(i)
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
}

/// Reports 3, 4, 5 and wanted weights .2, .3, .5.
fn vector(likely: &[(f64, f64)], shift: f64) -> Solution {
    let program = Program {
        reports: vec![vec![3.0, 4.0, 5.0]],
        wanted: vec![0.2, 0.3, 0.5],
        likely: vec![likely.to_vec()],
        least: 0.1,
        shift,
        penalty: 0.01,
    };
    program.solve()
}

#[test]
fn published_vectors_are_hit() {
    let sure_of_five = [(5.0, 0.7), (4.0, 0.3)];
    let sure_of_four = [(4.0, 0.6), (5.0, 0.4)];
    for (likely, shift, weights, level, objective) in [
        (sure_of_five, 0.05, [0.2, 0.3, 0.5], 4.0, 0.3),
        (sure_of_five, 0.09, [0.2, 0.3, 0.5], 4.0, 0.3),
        (sure_of_five, 0.1, [0.1, 0.3, 0.6], 5.0, 0.698),
        (sure_of_five, 1.0, [0.1, 0.3, 0.6], 5.0, 0.698),
        (sure_of_four, 0.1, [0.2, 0.3, 0.5], 4.0, 0.6),
    ] {
        let Solution { levels, weights: ours, choice, objective: value } = vector(&likely, shift);
        assert!(close(&ours, &weights) && close(&levels, &[level]), "{shift}: {ours:?} {levels:?}");
        assert!((value - objective).abs() < 1e-9 && choice == LevelChoice::Exact, "{value}");
    }
}

#[test]
fn where_no_weights_are_allowed_the_bounds_are_dropped_and_it_says_so() {
    let mut program = Program {
        reports: vec![vec![3.0, 4.0, 4.0, 4.0]],
        wanted: vec![0.88, 0.04, 0.04, 0.04],
        likely: vec![vec![(3.0, 1.0)]],
        least: 0.1,
        shift: 0.05,
        penalty: 0.01,
    };
    // The small ones must be 0, and the large one would have to gain 0.12.
    assert_eq!(program.weights(&[3.0], 0.1, 0.05), None);
    let solution = program.solve();
    assert_eq!(solution.choice, LevelChoice::WithoutBounds);
    assert!(close(&solution.weights, &program.wanted));
    // All say 3 or 4: 5 is out of reach, and 4 the nearest.
    program.likely = vec![vec![(6.0, 0.8), (5.0, 0.2)]];
    let solution = program.solve();
    assert_eq!((solution.choice, &solution.levels[..]), (LevelChoice::NearestLevels, &[4.0][..]));
    assert!((solution.weights[0] - 0.5).abs() < 1e-9, "{solution:?}");
    // What one criterion needs the other forbids.
    let program = Program {
        reports: vec![vec![0.0, 4.0], vec![4.0, 0.0]],
        wanted: vec![0.3, 0.7],
        likely: vec![vec![(4.0, 1.0)], vec![(4.0, 1.0)]],
        ..program
    };
    let solution = program.solve();
    assert_eq!(solution.choice, LevelChoice::WantedWeights);
    assert!(close(&solution.levels, &[3.0, 1.0]) && close(&solution.weights, &[0.3, 0.7]));
}

/// The solution of `n` equations in `n` unknowns; `None` for a singular system.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for c in 0..n {
        let pivot = (c..n).max_by(|&a, &b| rows[a][c].abs().total_cmp(&rows[b][c].abs()))?;
        rows.swap(c, pivot);
        if rows[c][c].abs() < 1e-9 {
            return None;
        }
        let top = rows[c].clone();
        for (r, row) in rows.iter_mut().enumerate().filter(|&(r, _)| r != c) {
            assert_ne!(r, c);
            let factor = row[c] / top[c];
            row.iter_mut().zip(&top).for_each(|(x, t)| *x -= factor * t);
        }
    }
    Some((0..n).map(|r| rows[r][n] / rows[r][r]).collect())
}

/// The least distance of any weights that keep every bound: it is reached in a corner, where as
/// many of these hold exactly as there are weights: sum 1, a weight at 0, `least`, the wanted one
/// or the end of its shift, an average at the edge of its level.
fn nearest_corner(program: &Program, levels: &[f64]) -> Option<f64> {
    let k = program.wanted.len();
    let mut planes = Vec::new();
    for i in 0..k {
        let unit = |at: f64| (0..k).map(|r| f64::from(u8::from(r == i))).chain([at]).collect();
        let d = program.wanted[i];
        let at = [0.0, program.least, d, d - program.shift, d + program.shift];
        planes.extend(at.map(|at| -> Vec<f64> { unit(at) }));
    }
    for (reports, level) in program.reports.iter().zip(levels) {
        for edge in [level - 0.5, level + 0.5] {
            planes.push(reports.iter().copied().chain([edge]).collect::<Vec<f64>>());
        }
    }
    let keeps = |w: &[f64]| {
        let fits = |(reports, level): (&Vec<f64>, &f64)| {
            let average: f64 = reports.iter().zip(w).map(|(r, w)| r * w).sum();
            (average - level).abs() < 0.5 + 1e-8
        };
        w.iter().zip(&program.wanted).all(|(&w, d)| {
            (w.abs() < 1e-8 || w > program.least - 1e-8)
                && w > -1e-8
                && (w - d).abs() < program.shift + 1e-8
        }) && program.reports.iter().zip(levels).all(fits)
    };
    let mut best: Option<f64> = None;
    let mut chosen: Vec<usize> = (0..k - 1).collect();
    loop {
        let sum = vec![1.0; k + 1];
        let rows = [sum].into_iter().chain(chosen.iter().map(|&p| planes[p].clone())).collect();
        if let Some(w) = solve(rows).filter(|w| keeps(w)) {
            let distance = program.distance(&w);
            best = Some(
                best.map_or(distance, |best: f64| if distance < best { distance } else { best }),
            );
        }
        // The next combination.
        let Some(at) = (0..k - 1).rev().find(|&i| chosen[i] + (k - 1 - i) < planes.len()) else {
            return best;
        };
        chosen[at] += 1;
        for i in at + 1..k - 1 {
            chosen[i] = chosen[i - 1] + 1;
        }
    }
}

#[test]
fn weights_are_the_nearest_of_all_corners() {
    let mut stream = stream(7);
    let (mut found, mut none, mut branched) = (0, 0, 0);
    for round in 0..400 {
        let k = 2 + stream.bounded(3) as usize;
        let criteria = 1 + stream.bounded(2) as usize;
        let wanted: Vec<f64> = (0..k).map(|_| 0.02 + stream.unit()).collect();
        let sum: f64 = wanted.iter().sum();
        let program = Program {
            reports: (0..criteria)
                .map(|_| (0..k).map(|_| f64::from(stream.bounded(6))).collect())
                .collect(),
            wanted: wanted.iter().map(|w| w / sum).collect(),
            likely: Vec::new(),
            least: [0.0, 0.1, 0.25][round % 3],
            shift: [1.0, 0.3][round % 2],
            penalty: 0.01,
        };
        let levels: Vec<f64> = (0..criteria).map(|_| f64::from(stream.bounded(6))).collect();
        let ours = program.weights(&levels, program.least, program.shift);
        let oracle = nearest_corner(&program, &levels);
        assert_eq!(ours.is_some(), oracle.is_some(), "{round} {program:?} {levels:?} {ours:?}");
        let (Some(ours), Some(oracle)) = (ours, oracle) else {
            none += 1;
            continue;
        };
        found += 1;
        branched += usize::from(ours.iter().any(|&w| w == 0.0 || (w - program.least).abs() < 1e-9));
        assert!((program.distance(&ours) - oracle).abs() < 1e-8, "{program:?} {levels:?} {ours:?}");
        assert!((ours.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
    assert!(found > 100 && none > 50 && branched > 30, "{found} {none} {branched}");
}

#[test]
fn levels_are_the_best_of_all_combinations() {
    let mut stream = stream(9);
    for _ in 0..60 {
        let reports: Vec<Vec<f64>> =
            (0..2).map(|_| (0..3).map(|_| f64::from(stream.bounded(5))).collect()).collect();
        let likely: Vec<Vec<(f64, f64)>> = (0..2)
            .map(|_| {
                let first = 0.4 + 0.1 * stream.unit();
                let start = f64::from(stream.bounded(3));
                vec![(start, first), (start + 1.0, first - 0.005), (start + 2.0, 0.1)]
            })
            .collect();
        let wanted = vec![0.5, 0.3, 0.2];
        let program = Program { reports, wanted, likely, least: 0.1, shift: 1.0, penalty: 0.05 };
        let mut best: Option<f64> = None;
        for a in &program.likely[0] {
            for b in &program.likely[1] {
                if let Some(distance) = nearest_corner(&program, &[a.0, b.0]) {
                    let value = a.1 + b.1 - 0.05 * distance;
                    best = Some(best.map_or(value, |best| math::max(best, value)));
                }
            }
        }
        let solution = program.solve();
        match best {
            Some(best) => assert!((solution.objective - best).abs() < 1e-8, "{solution:?} {best}"),
            None => assert!(!solution.choice.keeps_bounds()),
        }
        assert_eq!(best.is_some(), solution.choice == LevelChoice::Exact);
    }
}

#[test]
fn reviews_that_say_the_same_weigh_the_same() {
    let program = Program {
        reports: vec![vec![5.0, 2.0, 2.0, 2.0, 5.0]],
        wanted: vec![0.2; 5],
        likely: vec![vec![(5.0, 1.0)]],
        least: 0.0,
        shift: 1.0,
        penalty: 0.01,
    };
    let weights = program.solve().weights;
    // 4.5 needs a sixth in all for those who say 2.
    let (two, five) = (1.0 / 18.0, 5.0 / 12.0);
    assert!(close(&weights, &[five, two, two, two, five]), "{weights:?}");
}

#[test]
fn probabilities_of_levels_are_those_of_their_bins() {
    let scale = Scale::with_step(0.0, 6.0, 1.0).unwrap();
    for (grade, error) in [(2.2, 0.4), (5.9, 3.0), (0.0, 1.0), (3.5, 40.0)] {
        let bin = |level: f64| {
            let (low, high) = ((level - 0.5 - grade) / error, (level + 0.5 - grade) / error);
            let low = if level < 0.5 { 0.0 } else { math::normal_cdf(low) };
            (if level > 5.5 { 1.0 } else { math::normal_cdf(high) }) - low
        };
        let mut all: Vec<f64> = (0..7).map(|level| bin(f64::from(level))).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        for n in [1, 3, 7, 20] {
            let levels = likely(scale, grade, Some(error), n);
            let ours: Vec<f64> = levels.iter().map(|level| level.1).collect();
            assert!(close(&ours, &all[..7.min(n as usize)]), "{grade} {error}: {levels:?} {all:?}");
            assert!(levels.iter().all(|&(level, mass)| (bin(level) - mass).abs() < 1e-15));
        }
    }
    assert_eq!(likely(scale, 2.5, None, 3), [(2.0, 1.0)]);
    assert_eq!(likely(scale, 6.0, Some(0.0), 3), [(6.0, 1.0)]);
    // A billion levels are not enumerated.
    let scale = Scale::with_step(0.0, 1e9, 1.0).unwrap();
    assert!((likely(scale, 5e8 + 0.1, Some(1.0), 3)[0].0 - 5e8).abs() < 0.5);
}

/// Two criteria of different steps; works 0 to 9 with 1 to 8 reviews.
fn course(seed: u64) -> Reviews {
    let criteria = [
        Criterion::new("code", Scale::with_step(1.0, 5.0, 1.0).unwrap()).with_weight(2.0),
        Criterion::new("style", Scale::with_step(0.0, 1.0, 0.1).unwrap()),
    ];
    let cohort = Cohort::individuals(20).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::new(criteria).unwrap());
    let mut stream = stream(seed);
    for s in 0..10 {
        for r in 0..=stream.bounded(8) {
            let scores = [f64::from(1 + stream.bounded(5)), f64::from(stream.bounded(11)) * 0.1];
            rows.add(submission(s), person(10 + r), &scores).unwrap();
        }
    }
    rows.staff_grade(submission(9), 7.0).unwrap();
    rows.build().unwrap()
}

#[test]
fn whole_courses_are_published_within_half_a_step() {
    let mut choices = [0; 2];
    for seed in 0..10 {
        let reviews = course(seed);
        for method in [&Mean as &dyn Aggregator, &ShrunkMean, &Hamer::default()] {
            let grades = method.aggregate(&reviews).unwrap();
            for s in (0..9).map(submission) {
                let published = grades.publish(&reviews, s, &Publish::default()).unwrap().unwrap();
                let (levels, criteria) = (published.levels(), reviews.rubric().criteria());
                for (c, (&level, criterion)) in levels.iter().zip(criteria).enumerate() {
                    let scale = criterion.scale();
                    assert_eq!(scale.nearest(level).to_bits(), level.to_bits());
                    let apart = (published.average(c).unwrap() - level).abs();
                    assert!(apart < (0.5 + 1e-7) * scale.step().unwrap(), "{published}");
                }
                let total = 2.0 * levels[0] + levels[1];
                assert!((published.total() - total).abs() < 1e-12);
                let weights: Vec<f64> = published.weights().map(|(_, weight)| weight).collect();
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{weights:?}");
                if published.choice().keeps_bounds() {
                    assert!(weights.iter().all(|&w| w == 0.0 || w > 0.1 - 1e-8), "{weights:?}");
                }
                choices[usize::from(published.choice().keeps_bounds())] += 1;
                adds_up(&published.to_string());
                adds_up_to_the_grade(&grades.explain(&reviews, s).unwrap().unwrap().to_string());
            }
            assert_eq!(grades.publish(&reviews, submission(9), &Publish::default()), Ok(None));
            assert_eq!(grades.publish(&reviews, submission(10), &Publish::default()), Ok(None));
        }
    }
    assert!(choices.iter().all(|&count| count > 0), "{choices:?}");
}

fn number(text: &str) -> f64 {
    text.split(' ').next().unwrap().trim_end_matches(',').parse().unwrap()
}

/// The numbers behind `=` add up to each `together`, digit by digit.
fn adds_up(text: &str) {
    let mut sum = 0.0;
    for line in text.lines() {
        if let Some((_, part)) = line.split_once(" = ") {
            sum += number(part);
        } else if let Some((_, total)) = line.split_once("together ") {
            assert!((sum - number(total)).abs() < 1e-9, "{text}");
            sum = 0.0;
        }
    }
}

fn adds_up_to_the_grade(text: &str) {
    let numbers: Vec<f64> =
        text.lines().map(|line| number(line.split_once(" = ").unwrap().1)).collect();
    let (grade, parts) = numbers.split_last().unwrap();
    assert!((parts.iter().sum::<f64>() - grade).abs() < 1e-9, "{text}");
}

#[test]
fn an_explanation_in_whole_reads_like_this() {
    let reviews = course(2);
    let graph = reviews.graph();
    let s = (0..9).map(submission).find(|&s| graph.reviews_of(s).len() == 2).unwrap();
    let half = |value: f64| vec![value; 20];
    let column = |value: f64| Column::new(vec![Some(value); 20]).unwrap();
    let mean = |c: usize, by: f64| 0.75 * (reviews.scores_of(s, c).iter().sum::<f64>() / 2.0 - by);
    let grades = Gradebook::builder(&reviews, "mine")
        .criterion(column(0.25 * 3.0 + mean(0, 0.5) + 0.125))
        .criterion(column(0.25 * 0.5 + mean(1, -0.05)))
        .reviewer_corrections(vec![half(0.5), half(-0.05)])
        .prior(3.0, half(0.25))
        .prior(0.5, half(0.25))
        .build()
        .unwrap();
    let text = grades.explain(&reviews, s).unwrap().unwrap().to_string();
    let lines: Vec<&str> = text.lines().collect();
    let [a, b] = [0, 1].map(|i| reviews.scores_of(s, 0)[i]);
    let part = |score: f64| 0.75 * (score - 0.5);
    assert_eq!(
        lines[..4],
        [
            format!("code, reviewer 10: ({a} - 0.5) x 0.75 = {}", part(a)),
            format!("code, reviewer 11: ({b} - 0.5) x 0.75 = {}", part(b)),
            "code, mean of the course: 3 x 0.5 = 1.5".to_owned(),
            "code, adjustment by the method = 0.25".to_owned(),
        ]
    );
    assert!(
        lines[4].starts_with("style, reviewer 10: (") && lines[4].contains(" + 0.05) x 0.375 = ")
    );
    adds_up_to_the_grade(&text);
    let known = grades.explain(&reviews, submission(9)).unwrap().unwrap();
    assert_eq!(known.to_string(), "grade given by staff = 7\ngrade = 7");
}

#[test]
fn what_cannot_be_published_is_named() {
    let reviews = course(1);
    let grades = Mean.aggregate(&reviews).unwrap();
    let fails = |settings: Publish| grades.publish(&reviews, submission(0), &settings).unwrap_err();
    for bad in [f64::NAN, f64::INFINITY, -0.1] {
        let all = [
            Publish::default().least_weight(bad),
            Publish::default().max_shift(bad),
            Publish::default().penalty(bad),
        ];
        for settings in all {
            assert!(matches!(fails(settings), PublishError::Setting { .. }), "{bad}");
        }
    }
    assert!(matches!(fails(Publish::default().candidates(0)), PublishError::Setting { .. }));
    let crowd = |reviewers: u32, scale: Scale| {
        let cohort = Cohort::individuals(20).unwrap();
        let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
        for r in 1..=reviewers {
            rows.add(submission(0), person(r), &[f64::from(r % 3)]).unwrap();
        }
        let reviews = rows.build().unwrap();
        let grades = Mean.aggregate(&reviews).unwrap();
        grades.publish(&reviews, submission(0), &Publish::default())
    };
    let steps = Scale::with_step(0.0, 3.0, 1.0).unwrap();
    assert_eq!(crowd(13, steps), Err(PublishError::TooManyReviews { given: 13, limit: 12 }));
    // Twelve of a twelfth each: at least two must go.
    let weights: Vec<f64> = crowd(12, steps).unwrap().unwrap().weights().map(|w| w.1).collect();
    assert!(weights.iter().filter(|&&w| w == 0.0).count() >= 2, "{weights:?}");
    let without = Scale::new(0.0, 3.0).unwrap();
    assert_eq!(crowd(3, without), Err(PublishError::NoLevels { criterion: 0 }));
    let other = Mean.aggregate(&course(2)).unwrap();
    let refused = other.publish(&reviews, submission(0), &Publish::default());
    let same =
        reviews.graph().reviews_of(submission(0)).len() == other.reviews(submission(0)) as usize;
    assert_eq!(refused.is_ok(), same);
}

#[test]
fn numbers_of_any_size_can_be_told() {
    for max in [f64::MAX, 1e15, 1e-9, 1e-300, 5e-324] {
        let cohort = Cohort::individuals(5).unwrap();
        let scale = Scale::new(0.0, max).unwrap();
        let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
        for (r, part) in [(1, 0.25), (2, 0.5), (3, 1.0)] {
            rows.add(submission(0), person(r), &[max * part]).unwrap();
        }
        let reviews = rows.build().unwrap();
        let why = Mean.aggregate(&reviews).unwrap().explain(&reviews, submission(0));
        let text = why.unwrap().unwrap().to_string();
        assert!(!text.contains("inf") && !text.contains("NaN"), "{text}");
        let lines: Vec<f64> =
            text.lines().map(|line| number(line.split_once(" = ").unwrap().1)).collect();
        let (grade, parts) = lines.split_last().unwrap();
        let sum = parts.iter().fold(0.0, |sum, part| sum + part);
        assert!((sum - grade).abs() <= 1e-12 * max, "{text}");
    }
}
