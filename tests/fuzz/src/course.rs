//! Courses of any shape: sizes of 0 to 8 often, teams, quotas, ties, duplicates, works that nobody
//! reviews.

use peergrade::{
    Cohort, Criterion, Duplicates, PersonId, Quota, Reviews, ReviewsError, Rubric, Scale,
};

use super::bytes::Bytes;

fn quota(bytes: &mut Bytes<'_>) -> Quota {
    let (a, b, c) = (bytes.small(5), bytes.small(5), bytes.small(7));
    match bytes.below(3) {
        0 => Quota::exactly(a),
        1 => Quota::between(a, b).unwrap_or(Quota::exactly(b)),
        _ => Quota::around(a, b, c).unwrap_or(Quota::exactly(c)),
    }
}

pub(crate) fn cohort(bytes: &mut Bytes<'_>) -> Cohort {
    let people = if bytes.rarely(8) { bytes.below(30) } else { bytes.below(9) };
    if bytes.flag() {
        return Cohort::individuals(people).unwrap();
    }
    let mut cohort = Cohort::builder(people).unwrap();
    for _ in 0..bytes.below(people + 4) {
        let authors: Vec<PersonId> = (0..bytes.below(4)).map(|_| bytes.person(people)).collect();
        // Who is nobody, or named twice, is refused, and nothing is there of it.
        let _ = cohort.submission(&authors);
    }
    for _ in 0..bytes.below(4) {
        let quota = quota(bytes);
        let _ = cohort.quota(bytes.person(people), quota);
    }
    for _ in 0..bytes.below(3) {
        let quota = quota(bytes);
        let _ = cohort.demand(bytes.submission(people), quota);
    }
    for _ in 0..bytes.below(9) {
        let section = bytes.byte() % 3;
        let _ = cohort.section(bytes.person(people), section.into());
    }
    for _ in 0..bytes.below(3) {
        let _ = cohort.staff(bytes.person(people));
    }
    cohort.build()
}

pub(crate) fn scale(bytes: &mut Bytes<'_>) -> Scale {
    let ten = Scale::new(0.0, 10.0).unwrap();
    match bytes.below(8) {
        0 => Scale::with_step(0.0, 10.0, 1.0),
        1 => Scale::with_step(1.0, 5.0, 0.5),
        2 => Scale::new(0.0, 1.0),
        3 => Scale::new(bytes.float(), bytes.float()),
        4 => Scale::with_step(bytes.float(), bytes.float(), bytes.float()),
        _ => Ok(ten),
    }
    .unwrap_or(ten)
}

pub(crate) fn rubric(bytes: &mut Bytes<'_>) -> Rubric {
    let one = scale(bytes);
    let names = ["code", "style", "tests"];
    let count = if bytes.rarely(4) { bytes.below(4) } else { 1 };
    let criteria = names.iter().take(count).map(|name| {
        let criterion = Criterion::new(*name, scale(bytes));
        if bytes.flag() { criterion.with_weight(bytes.float()) } else { criterion }
    });
    let criteria: Vec<Criterion> = criteria.collect();
    Rubric::new(criteria).unwrap_or_else(|_| Rubric::single(one))
}

pub(crate) fn scores(bytes: &mut Bytes<'_>, rubric: &Rubric) -> Vec<f64> {
    let score = |criterion: &Criterion| {
        let (low, high) = (criterion.scale().min(), criterion.scale().max());
        bytes.within(low, high)
    };
    rubric.criteria().iter().map(score).collect()
}

/// Reviews of a cohort. A row that is refused leaves nothing behind, so that what comes after it is
/// what counts.
pub(crate) fn reviews(bytes: &mut Bytes<'_>, cohort: &Cohort) -> Reviews {
    let rubric = rubric(bytes);
    let (people, works) = (cohort.people(), cohort.submissions());
    let mut rows = Reviews::builder(cohort, rubric.clone());
    rows.allow_self_reviews(bytes.flag());
    for _ in 0..bytes.below(40) {
        let mut scores = scores(bytes, &rubric);
        if bytes.rarely(16) {
            scores.pop();
        }
        let _ = rows.add(bytes.submission(works), bytes.person(people), &scores);
    }
    for _ in 0..bytes.below(4) {
        let total = rubric.scale();
        let (work, grade) = (bytes.submission(works), bytes.within(total.min(), total.max()));
        let _ =
            if bytes.flag() { rows.staff_grade(work, grade) } else { rows.exemplar(work, grade) };
    }
    let policies = [Duplicates::First, Duplicates::Last, Duplicates::Mean];
    let policy = policies[bytes.below(3)];
    match rows.build() {
        Ok(reviews) => reviews,
        Err(ReviewsError::Graph(_)) => rows.duplicates(policy).build().unwrap(),
        Err(ReviewsError::DuplicateGrade { .. }) => {
            Reviews::builder(cohort, rubric).build().unwrap()
        }
        Err(error) => panic!("{error}"),
    }
}
