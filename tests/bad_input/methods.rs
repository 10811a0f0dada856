//! Rounds that do not end well, and reviewers who do not mean well.

use peergrade::aggregate::{
    Blup, BurrellEm, CalibrationWithConfidence, Catd, Crh, GradingPolicy, Gtm, Hamer, Huber,
    ManyFacetRasch, Mean, Median, PeerRank, Pg1Em, Pg1Vb, Posterior, RankWithTa,
    SimplifiedVancouver, StaffGrades, TrimmedMean, Vancouver,
};
use peergrade::{Aggregator, Reviews, Rubric, Scale};

use super::{Outcome, Row, alone, holds, person, same, says, work};

/// Every method with rounds.
fn iterated(tolerance: f64, rounds: u32) -> Vec<Box<dyn Aggregator>> {
    macro_rules! all {
        ($($method:ident),*) => {
            vec![$(Box::new($method::default().tolerance(tolerance).max_iterations(rounds))),*]
        };
    }
    all![
        Blup,
        BurrellEm,
        CalibrationWithConfidence,
        Catd,
        Crh,
        Gtm,
        Hamer,
        Huber,
        ManyFacetRasch,
        PeerRank,
        Pg1Em,
        Pg1Vb,
        Posterior,
        RankWithTa,
        SimplifiedVancouver,
        Vancouver
    ]
}

fn reviews(people: u32, rows: impl IntoIterator<Item = (u32, u32, f64)>) -> Reviews {
    on(Scale::new(0.0, 10.0).unwrap(), people, rows)
}

fn on(scale: Scale, people: u32, rows: impl IntoIterator<Item = (u32, u32, f64)>) -> Reviews {
    let cohort = alone(people as usize);
    let mut builder = Reviews::builder(&cohort, Rubric::single(scale));
    for (submission, reviewer, score) in rows {
        builder.add(work(submission), person(reviewer), &[score]).unwrap();
    }
    builder.build().unwrap()
}

/// Six people who review three others each, of many opinions.
fn course() -> Reviews {
    let rows = (0..6_u32).flat_map(|r| (1..4).map(move |k| ((r + k) % 6, r)));
    reviews(6, rows.map(|(s, r)| (s, r, f64::from((3 * s + 5 * r) % 11))))
}

/// Everybody is refused for the same setting.
fn refused(tolerance: f64, rounds: u32, why: &str) -> Outcome {
    iterated(tolerance, rounds).iter().try_for_each(|method| {
        says(method.aggregate(&course()), &format!("{}: {why}", method.name()))
    })
}

/// Rounds end, and what they end with are grades of the scale.
fn ends(reviews: &Reviews, tolerance: f64, rounds: u32) -> Outcome {
    for method in iterated(tolerance, rounds) {
        let book = method.aggregate(reviews).map_err(|error| error.to_string())?;
        let scale = reviews.rubric().scale();
        let fine = book.grades().flatten().all(|x| (scale.min()..=scale.max()).contains(&x));
        holds(fine, &format!("{}: a grade outside the scale", book.method()))?;
        let change = book.fit().last_change();
        holds(change >= 0.0 && change.is_finite(), &format!("{}: {change}", book.method()))?;
    }
    Ok(())
}

/// Scores of one work, by the reviewers from 1 on.
fn one_work(scores: &[f64]) -> Reviews {
    let people = u32::try_from(scores.len()).unwrap() + 1;
    reviews(people, (1..).zip(scores).map(|(reviewer, &score)| (0, reviewer, score)))
}

fn grade(method: &dyn Aggregator, scores: &[f64]) -> Option<f64> {
    method.aggregate(&one_work(scores)).unwrap().grade(work(0))
}

/// Seven people who review all others: what all but `who` say is the truth of a work, its number.
fn against(who: &[u32], lie: impl Fn(u32, u32) -> f64) -> Outcome {
    let rows = (0..7_u32).flat_map(|s| (0..7).map(move |r| (s, r))).filter(|(s, r)| s != r);
    let say = |(s, r)| (s, r, if who.contains(&r) { lie(s, r) } else { f64::from(s) });
    let reviews = reviews(7, rows.map(say));
    let book = Median.aggregate(&reviews).unwrap();
    let truth: Vec<Option<f64>> = (0..7).map(|s| Some(f64::from(s))).collect();
    same(book.grades().collect::<Vec<_>>(), truth)?;
    ends(&reviews, 1e-9, 100)
}

pub(super) const ROWS: &[Row] = &[
    ("rounds to a tolerance of NaN", || {
        refused(f64::NAN, 9, "the tolerance is NaN, but must be finite, from 0")
    }),
    ("rounds to a tolerance of inf", || {
        refused(f64::INFINITY, 9, "the tolerance is inf, but must be finite, from 0")
    }),
    ("rounds to a tolerance below 0", || {
        refused(-1.0, 9, "the tolerance is -1, but must be finite, from 0")
    }),
    ("no round", || refused(1e-9, 0, "the number of rounds is 0, but must be at least 1")),
    ("one round", || {
        for method in iterated(0.0, 1) {
            let book = method.aggregate(&course()).unwrap();
            let fit = book.fit();
            let done = fit.converged() && fit.last_change() <= 0.0;
            holds(done || !fit.converged(), &format!("{} says it is done", book.method()))?;
        }
        ends(&course(), 0.0, 1)
    }),
    ("rounds to a tolerance of 0", || ends(&course(), 0.0, 200)),
    ("rounds to the largest tolerance", || ends(&course(), f64::MAX, 200)),
    ("rounds to and fro between two who disagree", || {
        let rows = (2..8).flat_map(|s| [(s, 0, f64::from(s)), (s, 1, f64::from(10 - s))]);
        ends(&reviews(8, rows), 0.0, 200)
    }),
    ("rounds on scores that are all alike", || {
        let rows = (0..6_u32).flat_map(|r| (1..4).map(move |k| ((r + k) % 6, r, 7.0)));
        ends(&reviews(6, rows), 0.0, 200)
    }),
    ("one outlier of four", || same(grade(&Median, &[5.0, 5.0, 5.0, 10.0]), Some(5.0))),
    ("one outlier of four, trimmed", || {
        let trimmed = TrimmedMean::new(0.25).unwrap();
        same(grade(&trimmed, &[5.0, 0.0, 5.0, 5.0]), Some(5.0))
    }),
    ("one outlier of four moves a mean by its share", || {
        same(grade(&Mean, &[5.0, 5.0, 5.0, 9.0]), Some(6.0))
    }),
    ("three of ten are sybils", || {
        let scores = [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0];
        same(
            [grade(&Median, &scores), grade(&TrimmedMean::new(0.3).unwrap(), &scores)],
            [Some(5.0); 2],
        )
    }),
    ("a pair against one work", || same(grade(&Median, &[8.0, 0.0, 8.0, 0.0, 8.0]), Some(8.0))),
    ("a clique at the maximum", || against(&[5, 6], |_, _| 10.0)),
    ("an inverter", || against(&[3], |s, _| f64::from(10 - s))),
    ("a reviewer who draws lots", || against(&[2], |s, r| f64::from((7 * s + 3 * r + 4) % 11))),
    ("a copycat", || against(&[4], |s, _| f64::from(s))),
    ("everybody is an adversary", || {
        let rows = (0..6_u32).flat_map(|r| (1..4).map(move |k| ((r + k) % 6, r)));
        let rows = rows.map(|(s, r)| (s, r, if (s + r) % 2 == 0 { 0.0 } else { 10.0 }));
        ends(&reviews(6, rows), 0.0, 100)
    }),
    ("staff grades worth NaN, nothing, less than nothing", || {
        for value in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
            let policy = GradingPolicy::new(Box::new(Mean));
            let policy = policy.staff(StaffGrades::OneOfSet { reviews: value });
            let why = "grading policy: reviews of a staff grade is";
            let why = format!("{why} {value}, but must be finite and above 0");
            says(policy.aggregate(&course()), &why)?;
        }
        Ok(())
    }),
    ("staff whose sd is NaN or below 0", || {
        for value in [f64::NAN, -1.0] {
            let policy = GradingPolicy::new(Box::new(Mean)).staff_sd(value);
            holds(policy.aggregate(&course()).is_err(), "it is taken")?;
        }
        Ok(())
    }),
    ("staff whose sd is the largest number, with an offset", || {
        for (top, sd) in [(10.0, f64::MAX), (1e308, 1.0), (1e308, f64::MAX), (1e-300, 5e-324)] {
            let cohort = alone(4);
            let scale = Scale::new(0.0, top).unwrap();
            let mut rows = Reviews::builder(&cohort, Rubric::single(scale));
            for (s, r, part) in [(0, 1, 0.1), (0, 2, 0.4), (1, 2, 0.5), (1, 3, 0.9), (2, 3, 0.7)] {
                rows.add(work(s), person(r), &[part * top]).unwrap();
            }
            rows.staff_grade(work(0), top).unwrap().staff_grade(work(1), 0.9 * top).unwrap();
            let policy = GradingPolicy::new(Box::new(Blup::default()));
            let book = policy.offset(true).staff_sd(sd).aggregate(&rows.build().unwrap()).unwrap();
            for s in (0..4).map(work) {
                let numbers = [book.grade(s), book.peer_grade(s), book.std_error(s)];
                holds(numbers.into_iter().flatten().all(f64::is_finite), "it is not finite")?;
            }
        }
        Ok(())
    }),
];
