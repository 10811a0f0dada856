//! Every method with every course, and what is made of its grades.

use peergrade::aggregate::{
    Blup, CrowdGrader, GradingPolicy, METHODS, Mean, Peergrade, Posterior, SelfReviews,
    StaffGrades, TrimmedMean, WeightedMean, WeightedMedian, WinsorisedMean,
};
use peergrade::oversight::{ReviewerReport, SpotChecks};
use peergrade::{
    Aggregator, Gradebook, Halves, PersonId, Publish, Reviews, Rounding, SubmissionId,
};

use super::bytes::Bytes;
use super::{assign, back, course, finite};

/// Grades.
pub fn aggregate(data: &[u8]) {
    let bytes = &mut Bytes::new(data);
    let cohort = course::cohort(bytes);
    let reviews = course::reviews(bytes, &cohort);
    let people = cohort.people();
    // Weights of 0 may leave a work without a grade.
    let mut all = true;
    let method: Option<Box<dyn Aggregator>> = match bytes.below(48) {
        i if i < METHODS.len() => Some(METHODS[i].aggregator()),
        40 => Some(Box::new(Posterior::default().effort(bytes.flag()).manners(bytes.flag()))),
        41 => TrimmedMean::new(bytes.float()).ok().map(|method| Box::new(method) as _),
        42 => WinsorisedMean::new(bytes.float()).ok().map(|method| Box::new(method) as _),
        43 | 44 => {
            all = false;
            let weights = assign::column(bytes, people);
            if bytes.flag() {
                Some(Box::new(WeightedMean::new(weights)))
            } else {
                Some(Box::new(WeightedMedian::new(weights)))
            }
        }
        45 => Some(Box::new(Blup::default().fixed(bytes.float(), bytes.float(), bytes.float()))),
        46 => {
            let rounds = bytes.small(70).min(200);
            let method = Posterior::default().tolerance(bytes.float()).max_iterations(rounds);
            Some(Box::new(method))
        }
        _ => Some(Box::new(Mean)),
    };
    let Some(mut method) = method else { return };
    if bytes.rarely(4) {
        method = policy(bytes, method);
    }
    back(&reviews);
    match method.aggregate(&reviews) {
        Ok(book) => {
            check(&reviews, &book, all);
            again(bytes, &reviews, &book, all);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    shares(bytes, &reviews);
}

fn policy(bytes: &mut Bytes<'_>, method: Box<dyn Aggregator>) -> Box<dyn Aggregator> {
    let staff = match bytes.below(3) {
        0 => StaffGrades::Override,
        1 => StaffGrades::OneOfSet { reviews: bytes.float() },
        _ => StaffGrades::Precise { sd: bytes.float() },
    };
    let own = [SelfReviews::Excluded, SelfReviews::WhereNoPeers, SelfReviews::Counted];
    let policy = GradingPolicy::new(method).staff(staff).offset(bytes.flag());
    Box::new(policy.self_reviews(own[bytes.below(3)]).staff_sd(bytes.float()))
}

/// What a gradebook says is finite and within the scale.
pub(crate) fn check(reviews: &Reviews, book: &Gradebook, all: bool) {
    let (scale, name) = (reviews.rubric().scale(), book.method());
    // A weighted sum of criteria rounds.
    let slack = 1e-12 * (scale.max().abs() + scale.min().abs());
    for s in (0..u32::try_from(reviews.graph().submissions()).unwrap()).map(SubmissionId::new) {
        let own = reviews.self_reviews().iter().any(|own| own.submission() == s);
        let known = reviews.staff_grade(s).or(reviews.exemplar(s)).is_some();
        let reviewed = !reviews.graph().reviewers_of(s).is_empty();
        let there = book.grade(s).is_some();
        assert!(there == (known || reviewed) || own || !all, "{name}: a grade from nothing");
        if let Some(grade) = book.grade(s) {
            let fine = (scale.min() - slack..=scale.max() + slack).contains(&grade);
            assert!(fine, "{name}: {grade} outside {}..{}", scale.min(), scale.max());
        }
        for error in [book.std_error(s)].into_iter().flatten() {
            assert!((0.0..f64::INFINITY).contains(&error), "{name}: {error}");
        }
        for c in 0..reviews.rubric().criteria().len() {
            finite(book.criterion_grade(s, c));
            finite(book.criterion_std_error(s, c));
        }
        for level in [5e-324, 0.5, 0.9, 1.0 - f64::EPSILON / 2.0] {
            if let Some(interval) = book.interval(s, level) {
                finite([interval.low, interval.high]);
                assert!(book.grade(s).is_some_and(|grade| interval.contains(grade)), "{name}");
            }
        }
        if let Some(why) = book.explain(reviews, s).unwrap() {
            finite(why.lines().iter().map(peergrade::Line::contribution));
            finite([why.sum()]);
            assert_eq!(Some(why.grade()), book.grade(s));
        }
        for r in reviews.graph().reviewers_of(s) {
            finite(book.expected_score(s, *r));
        }
    }
    finite([book.fit().last_change()]);
    for p in (0..u32::try_from(reviews.graph().people()).unwrap()).map(PersonId::new) {
        finite(book.bias(p));
        finite(book.precision(p));
        finite(book.slope(p));
    }
    back(book);
}

/// What is made of grades: rounded, published, looked at by staff.
fn again(bytes: &mut Bytes<'_>, reviews: &Reviews, book: &Gradebook, all: bool) {
    match bytes.below(4) {
        0 => {
            let rounding = rounding(bytes);
            let rounded = book.rounded(rounding);
            for grade in rounded.grades().flatten() {
                assert!(grade.is_finite(), "{grade}");
            }
            back(&rounded);
        }
        1 => {
            let settings = Publish::default()
                .least_weight(bytes.float())
                .max_shift(bytes.float())
                .penalty(bytes.float())
                .candidates(bytes.small(6))
                .corrected(bytes.flag());
            let work = bytes.submission(reviews.graph().submissions());
            if let Ok(Some(published)) = book.publish(reviews, work, &settings) {
                finite(published.levels().iter().copied());
                finite([published.total()]);
                finite(published.weights().map(|(_, weight)| weight));
            }
        }
        2 => {
            let report = ReviewerReport::new(reviews, book).unwrap();
            for p in (0..u32::try_from(reviews.graph().people()).unwrap()).map(PersonId::new) {
                finite(report.bias(p));
                finite(report.bias_std_error(p));
                finite(report.precision(p));
                finite(report.accuracy(p));
                finite(report.accuracy_bound(p, 0.9));
                finite(report.effort(p));
                finite(report.effort_bound(p, 0.9));
                finite(report.precision_bound(p, 0.9));
                finite(report.agreement(p));
                finite(report.correlation(p));
                finite(report.weight(p));
                for flag in report.flags(p) {
                    assert!(report.evidence(p, flag).count() > 0);
                }
            }
        }
        _ => {
            let checks = SpotChecks::new(bytes.count(9)).random_share(bytes.float());
            let checks = checks.staff_std_error(bytes.float());
            let _ = checks.plan(reviews, book, bytes.seed());
        }
    }
    if all && bytes.rarely(4) && reviews.graph().reviews() > 0 {
        // One review less, by whoever it is.
        let fewer = reviews.only(|review, _, _| review.index() > 0);
        check(&fewer, &Mean.aggregate(&fewer).unwrap(), true);
    }
}

fn rounding(bytes: &mut Bytes<'_>) -> Rounding {
    let rounding = match bytes.below(5) {
        0 => Rounding::none(),
        1 => Rounding::nearest(Halves::AwayFromZero),
        2 => Rounding::up(),
        3 => Rounding::down(),
        _ => Rounding::toward_zero(),
    };
    match bytes.below(4) {
        0 => rounding.to_step(bytes.float(), bytes.float()),
        1 => rounding.to_decimals(bytes.byte() % 18),
        2 => rounding.to_percent_decimals(bytes.byte() % 18),
        _ => Ok(rounding.to_levels()),
    }
    .unwrap_or(rounding)
}

/// The methods that grade reviewing as well.
fn shares(bytes: &mut Bytes<'_>, reviews: &Reviews) {
    match bytes.below(8) {
        0 => {
            if let Ok(method) = CrowdGrader::new(bytes.float())
                && let Ok(grades) = method.grades(reviews)
            {
                check(reviews, grades.gradebook(), true);
                finite(grades.crowd_grades().iter().flatten());
                finite(grades.reviewing().reviews().iter().flatten());
            }
        }
        1 => {
            let Ok(method) = Peergrade::new(bytes.float()) else { return };
            let _ = method.aggregate(reviews).map(|book| check(reviews, &book, true));
        }
        _ => {}
    }
}
