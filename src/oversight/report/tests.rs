//! The numbers of a report against brute force, its bounds against chance, its flags against
//! people who earn them and people who do not.

use super::*;
use crate::aggregate::{Aggregator, Hamer, Mean, Median, ShrunkMean};
use crate::gradebook::Line;
use crate::id::SubmissionId;
use crate::seed::{Phase, Stream};
use crate::simulate::{Behaviour, Gaussian, Noise, Simulation};
use crate::{Assigner, Cohort, Criterion, Rubric, Scale, Seed};

fn person(i: u32) -> PersonId {
    PersonId::new(i)
}

fn people(report: &ReviewerReport) -> impl Iterator<Item = PersonId> + use<> {
    (0..to_u32(report.people())).map(person)
}

fn stream(seed: u64) -> Stream {
    Seed::new(seed).stream(Phase::SimulatedNoise, 0)
}

/// Ten people, everybody with reviews of a few others on two criteria of different scales.
fn random_course(seed: u64) -> Reviews {
    let mut stream = stream(seed);
    let criteria = [
        Criterion::new("a", Scale::with_step(0.0, 4.0, 1.0).unwrap()).with_weight(2.0),
        Criterion::new("b", Scale::new(-3.0, 3.0).unwrap()),
    ];
    let cohort = Cohort::individuals(10).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::new(criteria).unwrap());
    for s in 0..10 {
        for r in (0..10).filter(|&r| r != s) {
            if stream.bernoulli(0.4) {
                let scores = [f64::from(stream.bounded(5)), 6.0 * stream.unit() - 3.0];
                rows.add(SubmissionId::new(s), person(r), &scores).unwrap();
            }
        }
    }
    rows.staff_grade(SubmissionId::new(0), 4.5).unwrap();
    rows.exemplar(SubmissionId::new(1), 7.0).unwrap();
    rows.build().unwrap()
}

/// The grade without a review, from the lines that explain it; `None` where nothing is left.
fn explained_without(
    grades: &Gradebook,
    reviews: &Reviews,
    s: SubmissionId,
    without: PersonId,
) -> Option<f64> {
    let why = grades.explain(reviews, s).unwrap().unwrap();
    let criteria = reviews.rubric().criteria();
    (0..criteria.len()).try_fold(0.0, |total, c| {
        let (mut sum, mut weights) = (0.0, 0.0);
        for line in why.lines() {
            match *line {
                Line::Review { criterion, reviewer, score, correction, weight, .. }
                    if criterion == c && reviewer != without =>
                {
                    sum += weight * (score - correction);
                    weights += weight;
                }
                Line::Prior { criterion, mean, weight, .. } if criterion == c => {
                    sum += weight * mean;
                    weights += weight;
                }
                _ => {}
            }
        }
        (weights > 0.0).then(|| total + criteria[c].weight() * sum / weights)
    })
}

/// Accuracy, effort, agreement and correlation by the definitions.
fn by_definition(reviews: &Reviews, grades: &Gradebook, v: PersonId) -> [Option<f64>; 4] {
    let graph = reviews.graph();
    let (mut pairs, mut scores, mut agreeing) = (Vec::new(), 0.0, 0.0);
    for (&review, &s) in graph.reviews_by(v).iter().zip(graph.submissions_of(v)) {
        let total = reviews.total(review).unwrap();
        let others = reviews.only(|_, _, reviewer| reviewer != v);
        let left = graph.reviews_of(s).len() - 1;
        let known = reviews.staff_grade(s).or(reviews.exemplar(s));
        let grade = known.or_else(|| {
            let mean = Mean.aggregate(&others).unwrap().peer_grade(s)?;
            Some(explained_without(grades, reviews, s, v).unwrap_or(mean))
        });
        pairs.extend(grade.map(|grade| (total, grade)));
        for (c, criterion) in reviews.rubric().criteria().iter().enumerate().filter(|_| left > 0) {
            let median = Median.aggregate(&others).unwrap().criterion_grade(s, c).unwrap();
            let within = criterion.scale().step().map_or(0.05 * 6.0, |step| 0.5 * step);
            scores += 1.0;
            agreeing +=
                f64::from((reviews.column(c)[review.index()] - median).abs() < within + 1e-9);
        }
    }
    let m = pairs.len() as f64;
    let mean = |value: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / m;
    let miss = mean(&|(t, g)| t - g);
    let effort = match grades.bias(v) {
        Some(bias) => mean(&|(t, g)| (t - g - bias) * (t - g - bias)),
        None => mean(&|(t, g)| (t - g - miss) * (t - g - miss)) * m / (m - 1.0),
    };
    let (t0, g0) = (mean(&|p| p.0), mean(&|p| p.1));
    let (tt, gg) = (mean(&|p| (p.0 - t0) * (p.0 - t0)), mean(&|p| (p.1 - g0) * (p.1 - g0)));
    let correlation = mean(&|p| (p.0 - t0) * (p.1 - g0)) / (tt * gg).sqrt();
    [
        (m > 0.0).then(|| -mean(&|(t, g)| (t - g) * (t - g))),
        (m > 1.0).then_some(-effort),
        (scores > 0.0).then(|| agreeing / scores),
        (m > 2.0 && tt > 1e-20 && gg > 1e-20).then_some(correlation),
    ]
}

#[test]
fn scores_are_what_their_definitions_say() {
    let methods: [&dyn Aggregator; 4] = [&Mean, &Median, &ShrunkMean, &Hamer::default()];
    let mut fallbacks = 0;
    for seed in 0..12 {
        let reviews = random_course(seed);
        for (i, method) in methods.iter().enumerate() {
            let grades = method.aggregate(&reviews).unwrap();
            let report = ReviewerReport::new(&reviews, &grades).unwrap();
            for v in people(&report) {
                let ours = [
                    report.accuracy(v),
                    report.effort(v),
                    report.agreement(v),
                    report.correlation(v),
                ];
                let expected = by_definition(&reviews, &grades, v);
                for (ours, expected) in ours.iter().zip(&expected) {
                    let (a, b) = (ours.unwrap_or(99.0), expected.unwrap_or(99.0));
                    assert!((a - b).abs() < 1e-9 * (1.0 + b.abs()), "{seed} {i} {v}: {a} {b}");
                }
                // A median of three that is the reviewer's own leaves nothing behind it.
                fallbacks += usize::from(i == 1 && ours != by_definition(&reviews, &grades, v));
            }
        }
    }
    assert!(fallbacks > 0);
}

#[test]
fn by_the_mean_the_own_bias_and_effort_make_the_accuracy() {
    let reviews = random_course(3);
    let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
    for v in people(&report).filter(|&v| report.compared(v) > 1) {
        let m = f64::from(report.compared(v));
        let (bias, effort) = (report.bias(v).unwrap(), report.effort(v).unwrap());
        let accuracy = effort * (m - 1.0) / m - bias * bias;
        assert!((report.accuracy(v).unwrap() - accuracy).abs() < 1e-12 * (1.0 - accuracy));
        let std_error = report.bias_std_error(v).unwrap();
        assert!((-effort / m - std_error * std_error).abs() < 1e-12 * (1.0 - effort));
    }
}

#[test]
fn the_bias_of_the_method_is_what_effort_is_without() {
    let reviews = random_course(5);
    let bias = Column::new((0..10).map(|i| Some(f64::from(i) - 4.0))).unwrap();
    let column = |c| Column::new((0..10).map(move |i| Some(f64::from(i * c % 4)))).unwrap();
    let grades = Gradebook::builder(&reviews, "mine")
        .criterion(column(3))
        .criterion(column(1))
        .shares((0..2).map(|_| vec![0.3; reviews.graph().reviews()]).collect())
        .reviewers(bias, Column::new(vec![Some(0.25); 10]).unwrap())
        .build()
        .unwrap();
    let report = ReviewerReport::new(&reviews, &grades).unwrap();
    let v = people(&report).find(|&v| report.compared(v) > 2).unwrap();
    // With the method's bias b instead of the own mean: the squares of what is left.
    let with = |bias: f64| {
        let (scatter, m) = (-report.accuracy(v).unwrap(), f64::from(report.compared(v)));
        let mean = deviation(&reviews, &grades, v);
        let around = (scatter - mean * mean) * m;
        -(around / m + (mean - bias) * (mean - bias))
    };
    let expected = with(report.bias(v).unwrap());
    assert!((report.effort(v).unwrap() - expected).abs() < 1e-9 * (1.0 - expected));
    // And the interval is around it.
    let interval = report.bias_interval(v, 0.9).unwrap();
    assert!((0.5 * (interval.low + interval.high) - report.bias(v).unwrap()).abs() < 1e-12);
}

/// The mean deviation from the grades without the own reviews.
fn deviation(reviews: &Reviews, grades: &Gradebook, v: PersonId) -> f64 {
    let (graph, course) = (reviews.graph(), Course::new(reviews, grades));
    let seen = course.observe(v);
    assert!(graph.reviews_by(v).len() > 2);
    seen.missed * course.unit
}

/// Reviewers with `m` reviews each of exemplars, all of one bias and noise.
fn known_reviewers(n: u32, m: u32, bias: f64, sd: f64) -> Reviews {
    let mut cohort = Cohort::builder(n as usize + 1).unwrap();
    for _ in 0..m {
        cohort.submission(&[person(n)]).unwrap();
    }
    let cohort = cohort.build();
    let mut rows = Reviews::builder(&cohort, Rubric::single(Scale::new(-1000.0, 1000.0).unwrap()));
    let mut stream = stream(u64::from(m));
    for s in (0..m).map(SubmissionId::new) {
        let grade = 3.0 * f64::from(s.get());
        for v in 0..n {
            rows.add(s, person(v), &[grade + bias + sd * stream.normal()]).unwrap();
        }
        rows.exemplar(s, grade).unwrap();
    }
    rows.build().unwrap()
}

#[test]
fn bounds_hold_as_often_as_they_say() {
    let (n, level) = (10_000, 0.9);
    // Four standard errors of a share of 0.9 among 10,000.
    let error = 4.0 * math::sqrt(0.09 / f64::from(n));
    for (m, bias) in [(4, 0.0), (4, 1.5), (9, -4.0)] {
        let sd = 2.0;
        let reviews = known_reviewers(n, m, bias, sd);
        let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
        let share = |holds: &dyn Fn(PersonId) -> bool| {
            let held = (0..n).map(person).filter(|&v| holds(v)).count();
            held as f64 / f64::from(n)
        };
        let exact = [
            share(&|v| report.bias_interval(v, level).unwrap().contains(bias)),
            share(&|v| report.precision_bound(v, level).unwrap() < 1.0 / (sd * sd)),
            share(&|v| report.effort_bound(v, level).unwrap() < -sd * sd),
        ];
        for share in exact {
            assert!((share - level).abs() < error, "{m} {bias}: {exact:?}");
        }
        let held = share(&|v| report.accuracy_bound(v, level).unwrap() < -(sd * sd + bias * bias));
        assert!(held > level - error, "{m} {bias}: {held}");
        if bias == 0.0 {
            assert!(held < level + error, "{held}");
        }
    }
}

#[test]
fn a_few_hits_make_nobody_faultless() {
    let cohort = Cohort::individuals(6).unwrap();
    let rubric = Rubric::single(Scale::with_step(0.0, 5.0, 1.0).unwrap());
    let mut rows = Reviews::builder(&cohort, rubric);
    for s in 1..5 {
        rows.add(SubmissionId::new(s), person(0), &[3.0]).unwrap();
        rows.exemplar(SubmissionId::new(s), 3.0).unwrap();
    }
    let reviews = rows.build().unwrap();
    let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
    let v = person(0);
    assert_eq!((report.accuracy(v), report.effort(v)), (Some(0.0), Some(0.0)));
    // 1/12 x 4 / 0.7107 and 1/12 x 3 / 0.3518: the 5 % quantiles of tables.
    assert!((report.accuracy_bound(v, 0.95).unwrap() + 0.469_0).abs() < 1e-3);
    assert!((report.effort_bound(v, 0.95).unwrap() + 0.710_5).abs() < 1e-3);
    assert_eq!(report.precision_bound(v, 0.95), None);
    for level in [0.0, 1.0, f64::NAN, -1.0, f64::INFINITY] {
        assert_eq!(report.accuracy_bound(v, level), None);
        assert_eq!(report.bias_interval(v, level), None);
    }
    assert!(report.is_publishable(v) && !report.is_publishable(person(1)));
    assert!(!report.is_publishable(person(99)));
}

#[test]
fn completeness_counts_what_was_asked() {
    let reviews = random_course(1);
    let grades = Mean.aggregate(&reviews).unwrap();
    let all: Vec<_> = reviews.graph().iter().collect();
    // Of what was given the first is struck from the plan, and one is asked that was not given.
    let missing = (0..10)
        .flat_map(|s| (0..10).map(move |r| (SubmissionId::new(s), person(r))))
        .find(|pair| !all.contains(pair) && pair.1 != all[0].1)
        .unwrap();
    let asked: Vec<_> = all[1..].iter().copied().chain([missing]).collect();
    let plan = ReviewGraph::from_pairs(10, 10, &asked).unwrap();
    let report = ReviewerReport::with_plan(&reviews, &grades, &plan).unwrap();
    let plain = ReviewerReport::new(&reviews, &grades).unwrap();
    for v in people(&report) {
        let given = report.given(v);
        let expected = if v == all[0].1 {
            (given - 1, 1, 1.0)
        } else if v == missing.1 {
            (given + 1, 0, f64::from(given) / f64::from(given + 1))
        } else {
            (given, 0, 1.0)
        };
        assert_eq!((report.asked(v), report.unasked(v)), (Some(expected.0), Some(expected.1)));
        assert_eq!(report.completeness(v), (expected.0 > 0).then_some(expected.2));
        assert_eq!((plain.asked(v), plain.completeness(v), plain.unasked(v)), (None, None, None));
        assert_eq!(report.accuracy(v), plain.accuracy(v));
    }
    assert_eq!(report.asked(person(10)), None);
    let other = ReviewGraph::from_pairs(9, 10, &[]).unwrap();
    let error = ReviewerReport::with_plan(&reviews, &grades, &other).unwrap_err();
    assert_eq!(error.to_string(), "the plan is of 9 people where the reviews have 10");
}

/// A course of 400 on three criteria of five levels, with the scores of some replaced.
fn rubric_course(criteria: usize, replace: impl Fn(u32, usize, &mut [f64])) -> Reviews {
    let cohort = Cohort::individuals(400).unwrap();
    let plan = Assigner::new(6).assign(&cohort, Seed::new(3)).unwrap();
    let scale = Scale::with_step(1.0, 5.0, 1.0).unwrap();
    let names = ["a", "b", "c"];
    let rubric = Rubric::new(names[..criteria].iter().map(|&n| Criterion::new(n, scale))).unwrap();
    let mut truth = stream(1);
    let quality: Vec<f64> = (0..400 * criteria).map(|_| 3.2 + truth.normal()).collect();
    let mut rows = Reviews::builder(&cohort, rubric);
    for (s, r) in plan.graph().iter() {
        let mut noise =
            Seed::new(2).stream(Phase::SimulatedNoise, u64::from(s.get() * 1000 + r.get()));
        let nth = plan.graph().submissions_of(r).binary_search(&s).unwrap();
        let score = |c: usize| scale.nearest(quality[s.index() * criteria + c] + noise.normal());
        let mut scores: Vec<f64> = (0..criteria).map(score).collect();
        replace(r.get(), nth, &mut scores);
        rows.add(s, r, &scores).unwrap();
    }
    rows.build().unwrap()
}

#[test]
fn straight_lines_are_flagged_where_others_see_differences() {
    for (criteria, few) in [(3, 8), (2, 8)] {
        let reviews = rubric_course(criteria, |r, nth, scores| match r {
            0 => scores.fill(3.0 + (nth % 2) as f64),
            // All but one.
            7 if nth > 0 => scores.fill(4.0),
            7 => scores[0] = if scores[1] > 2.0 { 1.0 } else { 5.0 },
            _ => {}
        });
        let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
        let flagged: Vec<_> =
            report.flagged().filter(|&(_, flag)| flag == Flag::StraightLine).collect();
        assert!(flagged.contains(&(person(0), Flag::StraightLine)), "{criteria}");
        assert!(!flagged.iter().any(|&(v, _)| v == person(7)));
        // A chance of 1 in 100 for each of 400, and four standard errors; in fact far fewer.
        assert!(flagged.len() < few, "{criteria}: {flagged:?}");
        let facts: Vec<_> = report.evidence(person(0), Flag::StraightLine).collect();
        assert!(facts.len() == 4 && facts.iter().all(Fact::holds), "{facts:?}");
    }
}

#[test]
fn straight_lines_of_all_and_of_incomparable_criteria_are_not_flagged() {
    // Everybody sees one quality.
    let reviews = rubric_course(3, |_, _, scores| scores.fill(scores[0]));
    let grades = Mean.aggregate(&reviews).unwrap();
    let report = ReviewerReport::new(&reviews, &grades).unwrap();
    assert!(!report.flagged().any(|(_, flag)| flag == Flag::StraightLine));
    // Five levels and four have no level in common but the ends.
    let scales = [Scale::with_step(1.0, 5.0, 1.0), Scale::with_step(0.0, 3.0, 1.0)];
    let criteria = scales.map(|scale| Criterion::new(format!("{scale:?}"), scale.unwrap()));
    let cohort = Cohort::individuals(8).unwrap();
    let mut rows = Reviews::builder(&cohort, Rubric::new(criteria).unwrap());
    for s in 0..7 {
        rows.add(SubmissionId::new(s), person(7), &[1.0, 0.0]).unwrap();
        let scores = [f64::from(s % 4 + 1), f64::from(s % 3)];
        rows.add(SubmissionId::new(s), person((s + 1) % 7), &scores).unwrap();
    }
    let reviews = rows.build().unwrap();
    let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
    assert!(!report.flagged().any(|(_, flag)| flag == Flag::StraightLine));
}

#[test]
fn narrow_totals_are_flagged_where_works_differ() {
    let cohort = Cohort::individuals(2000).unwrap();
    let plan = Assigner::new(6).assign(&cohort, Seed::new(5)).unwrap();
    let law = Gaussian::pg1().noise(Noise::Equal { sd: 10.0 });
    let course = Simulation::new(law).simulate(&cohort, &plan, Seed::new(6)).unwrap();
    let mut reviews = course.reviews().clone();
    for odd in (0..10).map(|i| person(200 * i)) {
        let score = |s: SubmissionId, _, _| 70.0 + f64::from(s.get() % 2);
        reviews = reviews.with_scores_by(odd, score).unwrap();
    }
    let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
    let narrow: Vec<_> = report.flagged().filter(|&(_, f)| f == Flag::NearConstant).collect();
    let odd = |v: PersonId| v.get().is_multiple_of(200);
    // The works of some are too alike to tell.
    assert!(narrow.iter().filter(|&&(v, _)| odd(v)).count() >= 7, "{narrow:?}");
    assert!(narrow.iter().filter(|&&(v, _)| !odd(v)).count() <= 6, "3 in 1000: {narrow:?}");
    let both = |&(v, _): &(PersonId, Flag)| report.flags(v).any(|flag| flag == Flag::Constant);
    assert!(!narrow.iter().any(both));
}

#[test]
fn trades_are_flagged_and_honest_mutual_reviews_are_not() {
    // Groups of eight, of whom everybody reviews everybody.
    let n = 2000;
    let pairs: Vec<_> = (0..n)
        .flat_map(|r| (0..8).map(move |i| (r, r / 8 * 8 + i)))
        .filter(|(r, s)| r != s)
        .map(|(r, s)| (SubmissionId::new(s), person(r)))
        .collect();
    let graph = ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap();
    let cohort = Cohort::individuals(n as usize).unwrap();
    let simulation = Simulation::new(Gaussian::pg1().noise(Noise::Equal { sd: 10.0 }));
    for (behaviour, share) in [(Behaviour::Reciprocity, 0.02), (Behaviour::Honest, 0.02)] {
        let course = simulation.clone().behaviour(behaviour, share);
        let course = course.simulate(&cohort, &graph, Seed::new(8)).unwrap();
        let grades = Mean.aggregate(course.reviews()).unwrap();
        let report = ReviewerReport::new(course.reviews(), &grades).unwrap();
        let flagged = |v: PersonId| report.flags(v).any(|flag| flag == Flag::Reciprocal);
        let count = |traders: bool| {
            let are = people(&report).filter(|&v| course.truth().is_hostile(v) == traders);
            are.filter(|&v| flagged(v)).count()
        };
        if behaviour == Behaviour::Honest {
            // 1 in 1000 of 2000, and four standard errors.
            assert!(count(false) <= 7, "{}", count(false));
        } else {
            // Traders do not return what other traders give.
            assert!(count(true) >= 32, "{} of 40", count(true));
        }
    }
}

#[test]
fn extreme_scales_leave_no_number_that_is_not_finite() {
    for (min, max) in [(0.0, f64::MAX), (-8e307, 8e307), (0.0, 1e-300), (-5e-324, 5e-324)] {
        let cohort = Cohort::individuals(7).unwrap();
        let scale = Scale::new(min, max).unwrap();
        let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
        for s in 0..7_u32 {
            for by in 1..6 {
                let score = if (s * 5 + by) % 3 == 0 { min } else { max };
                rows.add(SubmissionId::new(s), person((s + by) % 7), &[score]).unwrap();
            }
        }
        let reviews = rows.build().unwrap();
        for method in [&Mean as &dyn Aggregator, &ShrunkMean, &Hamer::default(), &Median] {
            let grades = method.aggregate(&reviews).unwrap();
            let report = ReviewerReport::new(&reviews, &grades).unwrap();
            for v in people(&report) {
                let interval = report.bias_interval(v, 0.99);
                let numbers = [
                    report.accuracy(v),
                    report.accuracy_bound(v, 0.99),
                    report.effort(v),
                    report.effort_bound(v, 0.99),
                    report.precision_bound(v, 0.99),
                    report.agreement(v),
                    report.correlation(v),
                    interval.map(|interval| interval.low),
                    interval.map(|interval| interval.high),
                ];
                let facts = Flag::ALL.into_iter().flat_map(|flag| report.evidence(v, flag));
                let facts = facts.flat_map(|fact| [Some(fact.value), Some(fact.limit)]);
                for number in numbers.into_iter().chain(facts).flatten() {
                    assert!(number.is_finite(), "{min} {max}: {numbers:?}");
                }
            }
        }
    }
}

#[test]
fn a_flag_is_raised_where_all_its_facts_hold() {
    let reviews = rubric_course(3, |r, _, scores| {
        if r % 50 == 0 {
            scores.fill(1.0);
        }
    });
    let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
    for v in people(&report) {
        for flag in Flag::ALL {
            let raised = report.flags(v).any(|it| it == flag);
            let facts: Vec<_> = report.evidence(v, flag).collect();
            assert!(facts.len() > 1);
            assert_eq!(raised, facts.iter().all(Fact::holds), "{v} {flag:?} {facts:?}");
        }
    }
    assert_eq!(report.evidence(person(400), Flag::Harsh).count(), 0);
}
