//! Scales, rubrics, keys, cohorts and graphs.

use peergrade::{
    Cohort, CohortError, Criterion, GraphError, ReviewGraph, Roster, RosterError, Rubric,
    RubricError, Scale, ScaleError, ScoreError, SubmissionId,
};

use super::{Row, holds, pair, person, same, says, ten, work};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
/// The doubles next to 0 and 10 outside 0..10.
const BELOW: f64 = -5e-324;
const ABOVE: f64 = 10.000_000_000_000_002;

fn weighted(weights: &[f64]) -> Result<Rubric, RubricError> {
    let name = |i: usize| ["code", "style"][i];
    let criterion = |(i, &weight)| Criterion::new(name(i), ten()).with_weight(weight);
    Rubric::new(weights.iter().enumerate().map(criterion))
}

fn weight(criterion: &str, weight: f64) -> Result<Rubric, RubricError> {
    Err(RubricError::Weight { criterion: criterion.into(), weight })
}

fn step(step: f64) -> Result<Scale, ScaleError> {
    Err(ScaleError::Step { step, min: 0.0, max: 10.0 })
}

fn outside(score: f64) -> Result<f64, ScoreError> {
    Err(ScoreError::OutOfRange { score, min: 0.0, max: 10.0 })
}

fn graph(pairs: &[(u32, u32)]) -> Result<ReviewGraph, GraphError> {
    let pairs: Vec<_> = pairs.iter().map(|&(s, r)| pair(s, r)).collect();
    ReviewGraph::from_pairs(3, 2, &pairs)
}

const LIMIT: usize = 1 << 26;

pub(super) const ROWS: &[Row] = &[
    ("score NaN", || same(ten().check(NAN), Err(ScoreError::NotFinite { score: NAN }))),
    ("score inf", || same(ten().check(INF), Err(ScoreError::NotFinite { score: INF }))),
    ("score -inf", || same(ten().check(-INF), Err(ScoreError::NotFinite { score: -INF }))),
    ("score -0.0 is stored as 0.0", || same(ten().check(-0.0), Ok(0.0))),
    ("score 5e-324", || same(ten().check(5e-324), Ok(5e-324))),
    ("score f64::MAX", || same(ten().check(f64::MAX), outside(f64::MAX))),
    ("score one ulp below the scale", || same(ten().check(BELOW), outside(BELOW))),
    ("score one ulp above the scale", || same(ten().check(ABOVE), outside(ABOVE))),
    ("score at both ends", || same([ten().check(0.0), ten().check(10.0)], [Ok(0.0), Ok(10.0)])),
    ("score between steps", || {
        let stars = Scale::with_step(1.0, 5.0, 0.5).unwrap();
        let error = ScoreError::OffStep { score: 1.25, min: 1.0, step: 0.5 };
        same(stars.check(1.25), Err(error))?;
        says(stars.check(1.25), "score 1.25 is between the levels 1, 1 + 0.5, ...")
    }),
    ("scale upside down", || {
        same(Scale::new(5.0, 1.0), Err(ScaleError::Empty { min: 5.0, max: 1.0 }))
    }),
    ("scale of one number", || {
        says(Scale::new(3.0, 3.0), "scale 3..3 is empty: the minimum must be below the maximum")
    }),
    ("scale of two zeros", || {
        same(Scale::new(-0.0, 0.0), Err(ScaleError::Empty { min: -0.0, max: 0.0 }))
    }),
    ("scale from NaN", || {
        let error = ScaleError::NotFinite { bound: "minimum", value: NAN };
        same(Scale::new(NAN, 1.0), Err(error))
    }),
    ("scale to inf", || {
        same(Scale::new(0.0, INF), Err(ScaleError::NotFinite { bound: "maximum", value: INF }))
    }),
    ("scale wider than a double", || {
        let error = ScaleError::TooWide { min: -1e308, max: 1e308 };
        same(Scale::new(-1e308, 1e308), Err(error))
    }),
    ("step 0", || same(Scale::with_step(0.0, 10.0, 0.0), step(0.0))),
    ("step -1", || same(Scale::with_step(0.0, 10.0, -1.0), step(-1.0))),
    ("step NaN", || same(Scale::with_step(0.0, 10.0, NAN), step(NAN))),
    ("step inf", || same(Scale::with_step(0.0, 10.0, INF), step(INF))),
    ("step that does not divide", || same(Scale::with_step(0.0, 10.0, 3.0), step(3.0))),
    ("step wider than the scale", || same(Scale::with_step(0.0, 10.0, 20.0), step(20.0))),
    ("step of too many levels", || same(Scale::with_step(0.0, 10.0, 1e-9), step(1e-9))),
    ("step 5e-324", || same(Scale::with_step(0.0, 10.0, 5e-324), step(5e-324))),
    ("rubric without criteria", || same(Rubric::new([]), Err(RubricError::Empty))),
    ("rubric of 1001 criteria", || {
        let many = (0..1001).map(|i| Criterion::new(i.to_string(), ten()));
        same(Rubric::new(many), Err(RubricError::TooMany { limit: 1000 }))
    }),
    ("rubric that never ends", || {
        let endless = (0_u64..).map(|i| Criterion::new(i.to_string(), ten()));
        same(Rubric::new(endless), Err(RubricError::TooMany { limit: 1000 }))
    }),
    ("criterion twice", || {
        let style = || Criterion::new("style", ten());
        let error = RubricError::DuplicateName { criterion: "style".into() };
        same(Rubric::new([style(), style()]), Err(error))
    }),
    ("weight -1", || same(weighted(&[1.0, -1.0]), weight("style", -1.0))),
    ("weight NaN", || same(weighted(&[NAN]), weight("code", NAN))),
    ("weight inf", || same(weighted(&[INF]), weight("code", INF))),
    ("weight 0 of one criterion", || {
        same(weighted(&[1.0, 0.0]).map(|rubric| rubric.total(&[7.0, 3.0])), Ok(7.0))
    }),
    ("weights all 0", || same(weighted(&[0.0, -0.0]), Err(RubricError::NoWeight))),
    ("weights that overflow", || {
        let error = ScaleError::NotFinite { bound: "maximum", value: INF };
        same(weighted(&[1e308, 1e308]), Err(RubricError::Total(error)))?;
        says(
            weighted(&[1e308, 1e308]),
            "the total of the rubric: maximum of the scale is inf, not a finite number",
        )
    }),
    ("weight 5e-324 of a scale below 0.5", || {
        // The product rounds to 0, so that there is no total.
        let tiny = Criterion::new("code", Scale::new(0.0, 0.1).unwrap()).with_weight(5e-324);
        let error = ScaleError::Empty { min: 0.0, max: 0.0 };
        same(Rubric::new([tiny]), Err(RubricError::Total(error)))
    }),
    ("key twice", || {
        let error =
            RosterError::Duplicate { noun: "person", key: "\"ana\"".into(), first: 0, second: 2 };
        same(Roster::<_>::new(["ana", "ben", "ana"]), Err(error))?;
        says(
            Roster::<_, SubmissionId>::new([7, 7]),
            "submission key 7 of row 1 stands in row 0 already",
        )
    }),
    ("key empty, 1 MB and alike", || {
        let long = "x".repeat(1 << 20);
        // The same letter to a reader, two keys to a computer.
        let keys = [long.as_str(), "", "\u{e9}", "e\u{301}", "\u{1f469}\u{200d}\u{1f4bb}"];
        let roster = Roster::<_>::new(keys).unwrap();
        let found = keys.map(|key| roster.id(key).and_then(|id| roster.key(id)).copied());
        holds(found == keys.map(Some), "a key is not found")?;
        same((roster.len(), roster.id("ana")), (5, None))
    }),
    ("roster of nobody", || {
        let nobody = Roster::<String>::new([]).unwrap();
        same((nobody.len(), nobody.id(""), nobody.key(person(0))), (0, None, None))
    }),
    ("cohort larger than ids", || {
        let error = CohortError::TooMany { what: "people", given: LIMIT + 1, limit: LIMIT };
        same(Cohort::individuals(LIMIT + 1), Err(error.clone()))?;
        same(Cohort::builder(LIMIT + 1).map(|_| ()), Err(error))?;
        says(
            Cohort::individuals(usize::MAX),
            "18446744073709551615 people are more than the 67108864 that there can be",
        )
    }),
    ("author who is nobody", || {
        let mut cohort = Cohort::builder(2).unwrap();
        let author = person(u32::MAX);
        let error = CohortError::UnknownAuthor { author, submission: work(0), people: 2 };
        same(cohort.submission(&[person(1), author]), Err(error))?;
        same(cohort.build().submissions(), 0)
    }),
    ("author twice", || {
        let mut cohort = Cohort::builder(2).unwrap();
        let error = CohortError::DuplicateAuthor { author: person(1), submission: work(0) };
        same(cohort.submission(&[person(1), person(0), person(1)]), Err(error))
    }),
    ("rules for nobody", || {
        let mut cohort = Cohort::builder(2).unwrap();
        let nobody = person(2);
        let error = |what| CohortError::UnknownPerson { person: nobody, what, people: 2 };
        same(cohort.quota(nobody, 1).map(|_| ()), Err(error("quota")))?;
        same(cohort.section(nobody, 1).map(|_| ()), Err(error("section")))?;
        same(cohort.staff(nobody).map(|_| ()), Err(error("staff role")))?;
        says(cohort.staff(nobody), "person 2, given a staff role, is not one of 2 people")
    }),
    ("stranger asked for", || {
        let cohort = super::alone(2);
        let (stranger, none) = (person(u32::MAX), work(u32::MAX));
        same(cohort.is_author(stranger, none), false)?;
        same((cohort.authors_of(none), cohort.submissions_of(stranger)), (&[][..], &[][..]))?;
        same((cohort.quota(stranger), cohort.is_staff(stranger)), (None, false))
    }),
    ("graph with an unknown submission", || {
        let error =
            GraphError::UnknownSubmission { row: 1, submission: work(u32::MAX), submissions: 2 };
        same(graph(&[(0, 1), (u32::MAX, 0)]), Err(error))
    }),
    ("graph with an unknown reviewer", || {
        let error = GraphError::UnknownReviewer { row: 0, reviewer: person(3), people: 3 };
        same(graph(&[(0, 3)]), Err(error))?;
        says(graph(&[(0, 3)]), "row 0: reviewer 3 is not one of 3 people")
    }),
    ("graph with a pair twice", || {
        let error =
            GraphError::Duplicate { first: 0, second: 2, submission: work(1), reviewer: person(2) };
        same(graph(&[(1, 2), (0, 2), (1, 2)]), Err(error))
    }),
    ("graph larger than ids", || {
        let error = GraphError::TooMany { what: "people", given: usize::MAX, limit: LIMIT };
        same(ReviewGraph::from_pairs(usize::MAX, 1, &[]), Err(error))?;
        let error = GraphError::TooMany { what: "submissions", given: LIMIT + 1, limit: LIMIT };
        same(ReviewGraph::from_pairs(1, LIMIT + 1, &[]), Err(error))
    }),
    ("graph asked for strangers", || {
        let graph = graph(&[(0, 1)]).unwrap();
        let (stranger, none) = (person(u32::MAX), work(u32::MAX));
        same((graph.reviewers_of(none), graph.submissions_of(stranger)), (&[][..], &[][..]))?;
        same((graph.reviews_of(none), graph.reviews_by(stranger)), (0..0, &[][..]))?;
        same(graph.contains(none, stranger), false)
    }),
];
