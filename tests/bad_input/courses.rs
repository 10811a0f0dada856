//! Courses of awkward shapes and values through every method: whatever comes out is finite.

use peergrade::aggregate::METHODS;
use peergrade::assign::quality::Quality;
use peergrade::oversight::{Reason, ReviewerReport, SpotChecks};
use peergrade::{
    Cohort, Criterion, Explanation, Gradebook, PersonId, Reviews, Rounding, Rubric, Scale, Seed,
    SubmissionId,
};

use super::{Outcome, Row, alone, holds, person, same, single, work};

/// Submission, reviewer, scores.
type Review<'a> = (u32, u32, &'a [f64]);

fn reviews(cohort: &Cohort, rubric: Rubric, rows: &[Review<'_>]) -> Reviews {
    let mut builder = Reviews::builder(cohort, rubric);
    for &(submission, reviewer, scores) in rows {
        builder.add(work(submission), person(reviewer), scores).unwrap();
    }
    builder.build().unwrap()
}

/// Scores of 0..10 among `people` people with a work each.
fn course(people: u32, scores: &[(u32, u32, f64)]) -> Reviews {
    scaled(Scale::new(0.0, 10.0).unwrap(), people, scores)
}

fn scaled(scale: Scale, people: u32, scores: &[(u32, u32, f64)]) -> Reviews {
    let cohort = alone(people as usize);
    let mut builder = Reviews::builder(&cohort, Rubric::single(scale));
    for &(submission, reviewer, score) in scores {
        builder.add(work(submission), person(reviewer), &[score]).unwrap();
    }
    builder.build().unwrap()
}

/// Everybody of `people` reviews the next `each`, with scores in turn.
fn ring(scale: Scale, people: u32, each: u32, scores: &[f64]) -> Reviews {
    let mut rows = Vec::new();
    for reviewer in 0..people {
        for next in 1..=each {
            let score = scores[rows.len() % scores.len()];
            rows.push(((reviewer + next) % people, reviewer, score));
        }
    }
    scaled(scale, people, &rows)
}

/// Whatever any method, report or plan says of these reviews is finite and within its range, and
/// there is a grade exactly where somebody knows of the work.
fn finite(reviews: &Reviews) -> Outcome {
    for method in METHODS {
        let grades = method.aggregator().aggregate(reviews).map_err(|error| error.to_string())?;
        finite_book(reviews, &grades).map_err(|why| format!("{}: {why}", method.name()))?;
        finite_oversight(reviews, &grades).map_err(|why| format!("{}: {why}", method.name()))?;
    }
    finite_quality(reviews)
}

fn all(what: &str, numbers: impl IntoIterator<Item = Option<f64>>) -> Outcome {
    match numbers.into_iter().flatten().find(|number| !number.is_finite()) {
        Some(number) => Err(format!("{what} {number}")),
        None => Ok(()),
    }
}

fn submissions(reviews: &Reviews) -> impl Iterator<Item = SubmissionId> {
    (0..u32::try_from(reviews.graph().submissions()).unwrap()).map(SubmissionId::new)
}

fn people(reviews: &Reviews) -> impl Iterator<Item = PersonId> {
    (0..u32::try_from(reviews.graph().people()).unwrap()).map(PersonId::new)
}

fn finite_book(reviews: &Reviews, grades: &Gradebook) -> Outcome {
    let scale = reviews.rubric().scale();
    // A weighted sum of criteria rounds.
    let slack = 1e-12 * (scale.max().abs() + scale.min().abs());
    for s in submissions(reviews) {
        let known = reviews.staff_grade(s).or(reviews.exemplar(s)).is_some();
        let reviewed = !reviews.graph().reviewers_of(s).is_empty();
        holds(grades.grade(s).is_some() == (known || reviewed), "a grade from nothing")?;
        let outside = |grade: f64| grade < scale.min() - slack || grade > scale.max() + slack;
        if let Some(grade) = grades.grade(s).filter(|&grade| outside(grade)) {
            return Err(format!("grade {grade} of submission {s} is outside the scale"));
        }
        all("standard error", [grades.std_error(s)])?;
        let criteria = 0..reviews.rubric().criteria().len();
        all("grade of a criterion", criteria.clone().map(|c| grades.criterion_grade(s, c)))?;
        all("its standard error", criteria.map(|c| grades.criterion_std_error(s, c)))?;
        for level in [5e-324, 0.5, 0.9, 1.0 - f64::EPSILON / 2.0] {
            let interval = grades.interval(s, level);
            all("interval", interval.into_iter().flat_map(|i| [Some(i.low), Some(i.high)]))?;
            let grade = grades.grade(s);
            let contains = interval.is_none_or(|i| grade.is_some_and(|grade| i.contains(grade)));
            holds(contains, "an interval without its grade")?;
        }
        let why = grades.explain(reviews, s).map_err(|error| error.to_string())?;
        all("contribution", lines(why.as_ref()))?;
        all("sum of contributions", [why.as_ref().map(Explanation::sum)])?;
    }
    all("last change", [Some(grades.fit().last_change())])?;
    all("bias", people(reviews).map(|p| grades.bias(p)))?;
    all("precision", people(reviews).map(|p| grades.precision(p)))
}

fn lines(why: Option<&Explanation>) -> impl Iterator<Item = Option<f64>> {
    why.into_iter().flat_map(Explanation::lines).map(|line| Some(line.contribution()))
}

fn finite_oversight(reviews: &Reviews, grades: &Gradebook) -> Outcome {
    let report = ReviewerReport::new(reviews, grades).map_err(|error| error.to_string())?;
    all("bias found", people(reviews).map(|p| report.bias(p)))?;
    all("error of the bias", people(reviews).map(|p| report.bias_std_error(p)))?;
    all("precision found", people(reviews).map(|p| report.precision(p)))?;
    all("weight", people(reviews).map(|p| report.weight(p)))?;
    all("accuracy", people(reviews).map(|p| report.accuracy(p)))?;
    all("bound of the accuracy", people(reviews).map(|p| report.accuracy_bound(p, 0.9)))?;
    all("effort", people(reviews).map(|p| report.effort(p)))?;
    all("bound of the effort", people(reviews).map(|p| report.effort_bound(p, 0.9)))?;
    all("bound of the precision", people(reviews).map(|p| report.precision_bound(p, 0.9)))?;
    all("agreement", people(reviews).map(|p| report.agreement(p)))?;
    all("correlation", people(reviews).map(|p| report.correlation(p)))?;
    all("end of the bias", people(reviews).map(|p| Some(report.bias_interval(p, 0.9)?.high)))?;
    let checks = SpotChecks::new(usize::MAX).random_share(0.0);
    let plan = checks.plan(reviews, grades, Seed::new(1)).map_err(|error| error.to_string())?;
    let known = reviews.staff_grades().len() + reviews.exemplars().len();
    same(plan.len(), reviews.graph().submissions() - known)?;
    all(
        "reason of a check",
        plan.iter().flat_map(|(_, reason)| match *reason {
            Reason::Uncertain { std_error, reduction } => [Some(std_error), Some(reduction)],
            _ => [None, None],
        }),
    )
}

fn finite_quality(reviews: &Reviews) -> Outcome {
    let quality = Quality::measure(reviews.graph(), reviews.cohort());
    let mixing = quality.mixing();
    all("sigma2", [mixing.map(|m| m.sigma2()), mixing.and_then(|m| m.worst_contrast())])?;
    let inflation = quality.inflation();
    all(
        "inflation",
        [
            inflation.and_then(|i| i.value()),
            inflation.and_then(|i| i.within()),
            inflation.map(|i| i.standard_error()),
            inflation.and_then(|i| i.optimum()),
            quality.efficiency(),
        ],
    )
}

/// Ends of the range of doubles, with both ends and the middle as scores.
fn extreme(min: f64, max: f64) -> Outcome {
    let scale = Scale::new(min, max).unwrap();
    let middle = min / 2.0 + max / 2.0;
    for scores in [&[min, max][..], &[max], &[min], &[min, middle, max]] {
        finite(&ring(scale, 6, 3, scores))?;
        finite(&ring(scale, 2, 1, scores))?;
    }
    Ok(())
}

/// Two criteria of these weights and scales.
fn criteria(weights: [f64; 2], tops: [f64; 2]) -> Outcome {
    let criterion = |i: usize| {
        let scale = Scale::new(0.0, tops[i]).unwrap();
        Criterion::new(["code", "style"][i], scale).with_weight(weights[i])
    };
    let rubric = Rubric::new([criterion(0), criterion(1)]).unwrap();
    let [a, b] = tops;
    let cohort = alone(5);
    let rows: &[Review<'_>] = &[
        (0, 1, &[a, 0.0]),
        (0, 2, &[0.0, b]),
        (1, 2, &[a, b]),
        (1, 0, &[a / 3.0, b]),
        (2, 0, &[0.0, 0.0]),
        (2, 3, &[a, b]),
        (3, 4, &[a / 2.0, b / 2.0]),
        (4, 3, &[a, 0.0]),
    ];
    finite(&reviews(&cohort, rubric, rows))
}

/// The grades of every method are exactly this, or what its rounding makes of it.
fn all_are(reviews: &Reviews, grade: f64) -> Outcome {
    // These draw grades to a prior of their own, or pay for reviewing.
    let own = ["burrell-em", "mfrm", "rank-with-ta"];
    for method in METHODS.iter().filter(|method| !own.contains(&method.name())) {
        let grades = method.aggregator().aggregate(reviews).unwrap();
        let round = |rounding: Rounding| rounding.round_on(grade, &reviews.rubric().scale());
        let grade = grades.rounding().map_or(grade, round);
        for given in grades.grades().flatten() {
            let near = (given - grade).abs() <= 1e-12 * (1.0 + grade.abs());
            holds(near, &format!("{}: {given}, not {grade}", method.name()))?;
        }
    }
    finite(reviews)
}

fn huge(min: f64, max: f64) -> Scale {
    Scale::new(min, max).unwrap()
}

pub(super) const ROWS: &[Row] = &[
    ("course of nobody", || finite(&course(0, &[]))),
    ("course without reviews", || finite(&course(3, &[]))),
    ("course of one review in all", || finite(&course(2, &[(0, 1, 7.0)]))),
    ("course of a single edge among many", || finite(&course(9, &[(8, 0, 7.0)]))),
    ("course in two halves", || {
        let halves = [(0, 1, 2.0), (1, 0, 3.0), (0, 2, 9.0), (3, 4, 8.0), (4, 3, 9.0)];
        finite(&course(5, &halves))
    }),
    ("course that is a star of reviewers", || {
        finite(&course(6, &[(0, 1, 1.0), (0, 2, 9.0), (0, 3, 5.0), (0, 4, 5.0), (0, 5, 10.0)]))
    }),
    ("course that is a star of works", || {
        finite(&course(6, &[(1, 0, 1.0), (2, 0, 9.0), (3, 0, 5.0), (4, 0, 5.0), (5, 0, 10.0)]))
    }),
    ("course that is a path", || {
        finite(&course(5, &[(0, 1, 1.0), (2, 1, 9.0), (2, 3, 5.0), (4, 3, 5.0)]))
    }),
    ("course with isolated people and works", || {
        finite(&course(9, &[(0, 1, 1.0), (0, 2, 3.0), (1, 2, 5.0), (1, 0, 5.0), (2, 0, 0.0)]))
    }),
    ("course where two works have two reviews", || {
        finite(&course(4, &[(0, 1, 4.0), (0, 2, 6.0), (1, 2, 5.0), (1, 3, 5.0)]))
    }),
    ("course known to staff alone", || {
        let cohort = alone(3);
        let mut rows = Reviews::builder(&cohort, single());
        rows.staff_grade(work(0), 10.0).unwrap().exemplar(work(2), 0.0).unwrap();
        finite(&rows.build().unwrap())
    }),
    ("course of exemplars alone", || {
        let cohort = alone(3);
        let mut rows = Reviews::builder(&cohort, single());
        for (s, r) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
            rows.add(work(s), person(r), &[f64::from(s + r)]).unwrap();
        }
        for s in 0..3 {
            rows.exemplar(work(s), 5.0).unwrap();
        }
        finite(&rows.build().unwrap())
    }),
    ("all scores equal", || {
        all_are(&ring(huge(0.0, 10.0), 7, 3, &[7.0]), 7.0)?;
        all_are(&ring(huge(0.0, 10.0), 7, 3, &[0.1]), 0.1)
    }),
    ("all scores the lowest", || all_are(&ring(huge(0.0, 10.0), 7, 3, &[0.0]), 0.0)),
    ("all scores of a single level equal", || {
        let steps = Scale::with_step(0.0, 1.0, 1.0).unwrap();
        finite(&ring(steps, 7, 3, &[1.0]))
    }),
    ("one constant reviewer", || {
        let mut rows = vec![(1, 0, 10.0), (2, 0, 10.0), (3, 0, 10.0), (4, 0, 10.0)];
        rows.extend([(1, 2, 3.0), (2, 3, 8.0), (3, 4, 1.0), (4, 1, 5.0)]);
        finite(&course(5, &rows))
    }),
    ("two opposed reviewers", || {
        let works = 2..8;
        let rows = works.flat_map(|s| [(s, 0, 0.0), (s, 1, 10.0)]);
        finite(&course(8, &rows.collect::<Vec<_>>()))
    }),
    ("scores of no variance within works", || {
        let rows = (0..5).flat_map(|s| [1, 2].map(|i| (s, (s + i) % 5, f64::from(2 * s))));
        finite(&course(5, &rows.collect::<Vec<_>>()))
    }),
    ("scores of no variance between works", || {
        let rows = (0..5).flat_map(|s| [(s, (s + 1) % 5, 2.0), (s, (s + 2) % 5, 8.0)]);
        finite(&course(5, &rows.collect::<Vec<_>>()))
    }),
    ("scores one ulp apart", || finite(&ring(huge(0.0, 10.0), 6, 3, &[1.0, 1.0 + f64::EPSILON]))),
    ("scores 5e-324", || finite(&ring(huge(0.0, 10.0), 6, 3, &[5e-324, 0.0]))),
    ("scale 0..5e-324", || extreme(0.0, 5e-324)),
    ("scale 0..1e-308", || extreme(0.0, 1e-308)),
    ("scale 0..1e308", || extreme(0.0, 1e308)),
    ("scale 0..f64::MAX", || extreme(0.0, f64::MAX)),
    ("scale -f64::MAX..0", || extreme(-f64::MAX, 0.0)),
    ("scale of half f64::MAX on both sides", || extreme(-f64::MAX / 2.0, f64::MAX / 2.0)),
    ("scale of two neighbouring doubles", || extreme(1.0, 1.0 + f64::EPSILON)),
    ("scale far from zero", || extreme(1e300, 1e300 + 1e285)),
    ("scale of steps near f64::MAX", || {
        let steps = Scale::with_step(0.0, 1e308, 1e307).unwrap();
        finite(&ring(steps, 6, 3, &[0.0, 1e308, 3e307]))
    }),
    ("criteria of weight 0 and 1", || criteria([0.0, 1.0], [10.0, 10.0])),
    ("criteria of weight 1e308", || criteria([1e308, 1e308], [0.5, 0.5])),
    ("criteria of the smallest weight", || criteria([5e-324, 5e-324], [10.0, 10.0])),
    ("criteria of the ends of the range", || criteria([1e-300, 1e300], [1e307, 1e-300])),
    ("criteria of huge and tiny scales", || criteria([1.0, 1.0], [1e308, 5e-324])),
    ("interval of no level", || {
        let reviews = ring(huge(0.0, 10.0), 6, 3, &[1.0, 9.0]);
        let grades = peergrade::aggregate::default_method().aggregate(&reviews).unwrap();
        for level in [f64::NAN, 0.0, -0.5, 1.0, f64::INFINITY] {
            same(grades.interval(work(0), level), None)?;
        }
        Ok(())
    }),
    ("gradebook asked for strangers", || {
        let reviews = ring(huge(0.0, 10.0), 6, 3, &[1.0, 9.0]);
        let grades = peergrade::aggregate::default_method().aggregate(&reviews).unwrap();
        let none = work(u32::MAX);
        same([grades.grade(none), grades.std_error(none), grades.peer_grade(none)], [None; 3])?;
        same([grades.criterion_grade(none, 0), grades.criterion_grade(work(0), 1)], [None; 2])?;
        same((grades.reviews(none), grades.source(none)), (0, None))?;
        same([grades.bias(person(u32::MAX)), grades.precision(person(9))], [None; 2])?;
        same(grades.explain(&reviews, none).map(|why| why.is_some()), Ok(false))
    }),
];
