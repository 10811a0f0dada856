//! Every noun as JSON: back again to the bit, and errors for JSON that was tampered with.

use std::fmt::Debug;

use ::serde::Serialize;
use ::serde::de::DeserializeOwned;
use peergrade::aggregate::{METHODS, Posterior, ReviewerHistory};
use peergrade::assign::queue::{QueueConfig, ReviewQueue, Served};
use peergrade::{
    Aggregator, Assigner, Cohort, Criterion, Fit, Gradebook, GroupId, GroupSizes, Groups, Halves,
    Jigsaw, JigsawPlan, PersonId, Pods, Quota, ReviewGraph, ReviewPlan, Reviews, Roster, Rounding,
    Rubric, Scale, Seed, SubmissionId,
};
use serde_json::{Value, from_str, from_value, json, to_string};

use super::{Outcome, Row, alone, holds, person, same, single, ten, work};

/// JSON that is refused with a message that begins so; what follows is a place in the text.
fn refused<T: DeserializeOwned + Debug>(json: &Value, message: &str) -> Outcome {
    refused_text::<T>(&json.to_string(), message)
}

fn refused_text<T: DeserializeOwned + Debug>(json: &str, message: &str) -> Outcome {
    match from_str::<T>(json) {
        Ok(value) => Err(format!("{value:?}, not an error")),
        Err(error) => {
            let error = error.to_string();
            holds(error.starts_with(message), &format!("`{error}`, not `{message}`"))
        }
    }
}

/// What comes back is equal and says the same JSON; cut anywhere it is an error; and with a field
/// more or, unless it may be left out, one less, it is one too.
fn back<T>(noun: &T, optional: &[&str]) -> Outcome
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = to_string(noun).map_err(|error| error.to_string())?;
    let again: T = from_str(&text).map_err(|error| error.to_string())?;
    holds(again == *noun, "not equal")?;
    same(to_string(&again).unwrap(), text.clone())?;
    same(format!("{again:?}"), format!("{noun:?}"))?;
    for (end, _) in text.char_indices() {
        let cut = text.split_at(end).0;
        // A number is a number still with fewer digits.
        let fine = cut.parse::<f64>().is_ok() || from_str::<T>(cut).is_err();
        holds(fine, &format!("taken with {end} characters"))?;
    }
    let Ok(Value::Object(fields)) = from_str::<Value>(&text) else { return Ok(()) };
    for field in fields.keys() {
        let mut fewer = fields.clone();
        fewer.remove(field);
        let taken = from_value::<T>(Value::Object(fewer)).is_ok();
        same(taken, optional.contains(&field.as_str())).map_err(|_| format!("without {field}"))?;
    }
    let mut more = fields;
    more.insert("colour".into(), json!(1));
    holds(from_value::<T>(Value::Object(more)).is_err(), "taken with a field more")
}

/// Three people, a team of two and one alone, staff and rules.
fn cohort() -> Cohort {
    let mut cohort = Cohort::builder(4).unwrap();
    cohort.submission(&[person(1), person(0)]).unwrap();
    cohort.submission(&[person(2)]).unwrap();
    cohort.submission(&[]).unwrap();
    cohort.quota(person(1), u32::MAX).unwrap().section(person(2), 7).unwrap();
    cohort.staff(person(3)).unwrap();
    cohort.build()
}

/// Reviews with numbers that lose digits easily.
fn reviews() -> Reviews {
    let cohort = cohort();
    let rubric = Rubric::new([
        Criterion::new("code", ten()).with_weight(0.1),
        Criterion::new("\"style\"\n", Scale::with_step(0.0, 1.0, 0.1).unwrap()).with_weight(1e-3),
    ]);
    let mut rows = Reviews::builder(&cohort, rubric.unwrap());
    rows.add(work(0), person(2), &[0.1 + 0.2, 0.3]).unwrap();
    rows.add(work(1), person(0), &[5e-324, 1.0]).unwrap();
    rows.add(work(1), person(1), &[10.0 / 3.0, -0.0]).unwrap();
    rows.add(work(2), person(1), &[9.999_999_999_999_998, 0.7]).unwrap();
    rows.allow_self_reviews(true).add(work(1), person(2), &[10.0, 1.0]).unwrap();
    rows.staff_grade(work(0), 0.123_456_789_012_345_68).unwrap();
    rows.exemplar(work(2), 1.0 / 3.0).unwrap();
    rows.build().unwrap()
}

fn books() -> impl Iterator<Item = Gradebook> {
    METHODS.iter().map(|method| method.aggregator().aggregate(&reviews()).unwrap())
}

/// What six people did in one assignment.
fn history() -> ReviewerHistory {
    let cohort = alone(6);
    let mut rows = Reviews::builder(&cohort, single());
    for i in 0..18_u32 {
        let (s, r) = (i % 6, (i + 1 + i / 6) % 6);
        rows.add(work(s), person(r), &[f64::from(i * 7 % 11) / 1.1]).unwrap();
    }
    let none = ReviewerHistory::default();
    Posterior::default().aggregate_with(&rows.build().unwrap(), &none).unwrap().1
}

fn bad_history(pointer: &str, value: Value, message: &str) -> Outcome {
    refused::<ReviewerHistory>(&tampered(&history(), pointer, value), message)
}

/// A gradebook of six works with every column that there is.
fn shrunk() -> Gradebook {
    let cohort = alone(6);
    let mut rows = Reviews::builder(&cohort, single());
    for i in 0..18_u32 {
        let (s, r) = (i % 6, (i + 1 + i / 6) % 6);
        rows.add(work(s), person(r), &[f64::from(i * 7 % 11) / 1.1]).unwrap();
    }
    peergrade::aggregate::ShrunkMean.aggregate(&rows.build().unwrap()).unwrap()
}

/// The JSON of a noun with one place of it changed.
fn tampered<T: Serialize>(noun: &T, pointer: &str, value: Value) -> Value {
    let mut json = serde_json::to_value(noun).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    json
}

fn bad_reviews(pointer: &str, value: Value, message: &str) -> Outcome {
    refused::<Reviews>(&tampered(&reviews(), pointer, value), message)
}

fn known(submission: u32, grade: f64, source: &str) -> Value {
    json!({ "submission": submission, "grade": grade, "source": source, "part": 1.0, "std_error": null })
}

fn bad_book(pointer: &str, value: Value, message: &str) -> Outcome {
    refused::<Gradebook>(&tampered(&shrunk(), pointer, value), message)
}

fn bad_cohort(pointer: &str, value: Value, message: &str) -> Outcome {
    refused::<Cohort>(&tampered(&cohort(), pointer, value), message)
}

fn jigsaw() -> JigsawPlan {
    Jigsaw::topics(2).form(5, Seed::new(1)).unwrap()
}

fn bad_jigsaw(pointer: &str, value: Value, message: &str) -> Outcome {
    refused::<JigsawPlan>(&tampered(&jigsaw(), pointer, value), message)
}

pub(super) const ROWS: &[Row] = &[
    ("json of ids, back", || {
        back(&person(u32::MAX), &[])?;
        back(&work(0), &[])?;
        back(&GroupId::new(7), &[])
    }),
    ("json of a seed, back", || back(&Seed::new(u64::MAX).derive("week 1"), &[])),
    ("json of scales, back", || {
        back(&Scale::new(-0.1, 1.0 / 3.0).unwrap(), &["step"])?;
        back(&Scale::with_step(0.0, 1.0, 0.1).unwrap(), &["step"])?;
        back(&Scale::new(5e-324, f64::MAX).unwrap(), &["step"])
    }),
    ("json of a rubric, back", || back(reviews().rubric(), &[])),
    ("json of rosters, back", || {
        back(&Roster::<String>::new(["", "ana", "\u{e9}\0\""].map(String::from)).unwrap(), &[])?;
        back(&Roster::<i64, SubmissionId>::new([i64::MAX, -1, 0]).unwrap(), &[])
    }),
    ("json of a cohort, back", || back(&cohort(), &[])),
    ("json of a graph, back", || back(reviews().graph(), &[])),
    ("json of a plan, back", || {
        back(&Assigner::new(2).assign(&alone(5), Seed::new(1)).unwrap(), &[])
    }),
    ("json of reviews, back", || back(&reviews(), &[])),
    ("json of gradebooks, back", || {
        let optional = ["std_error", "criterion_std_error", "reviewers", "slopes", "rounding"];
        books().chain([shrunk()]).try_for_each(|book| back(&book, &optional))
    }),
    ("json of histories, back", || {
        back(&history(), &[])?;
        back(&history().forget(0.3).unwrap(), &[])?;
        back(&ReviewerHistory::default(), &[])
    }),
    ("json of histories that are none", || {
        bad_history("/biases", json!([[1.0, 0.0]]), "1 biases in a history of 6 people")?;
        bad_history("/efforts", json!([]), "0 efforts in a history of 6 people")?;
        let message = "person 2: biases with -1, but must be finite, from 0";
        bad_history("/biases/2/0", json!(-1.0), message)?;
        let message = "person 5: precisions with -0.5, but must be finite, from 0";
        bad_history("/precisions/5/1", json!(-0.5), message)?;
        bad_history("/manners/0/1", json!(-1e300), "person 0: manners with -1000")?;
        let message = "person 1: reviews with -3, but must be finite, from 0";
        bad_history("/reviews/1", json!(-3), message)?;
        let message = "the law of reviewers with 0, but must be finite, above 0";
        bad_history("/law/0", json!(0.0), message)
    }),
    ("json of roundings, back", || {
        back(&Rounding::none(), &[])?;
        back(&Rounding::down().to_levels(), &[])?;
        back(&Rounding::nearest(Halves::AwayFromZero).to_percent_decimals(5).unwrap(), &[])?;
        back(&Rounding::up().to_decimals(15).unwrap(), &[])?;
        back(&Rounding::toward_zero().to_step(0.1, -1.0 / 3.0).unwrap(), &[])?;
        back(
            &shrunk().rounded(Rounding::up()),
            &["std_error", "criterion_std_error", "reviewers", "slopes", "rounding"],
        )
    }),
    ("json of a rounding without a step", || {
        let rounding = tampered(&Rounding::up(), "/grid/Steps/step", json!(0.0));
        refused::<Rounding>(&rounding, "a step of 0 is no step: it must be finite and above 0")
    }),
    ("json of a rounding to more decimals than there are", || {
        let rounding = Rounding::up().to_decimals(2).unwrap();
        let rounding = tampered(&rounding, "/grid/Decimals", json!(16));
        refused::<Rounding>(&rounding, "16 decimals are more than the 15 of a double")
    }),
    ("json of groups, back", || {
        back(&Pods::pairs().form(7, Seed::new(1)).unwrap(), &[])?;
        back(&Pods::pairs(), &[])?;
        back(&GroupSizes::within(3..=usize::MAX), &[])
    }),
    ("json of a jigsaw, back", || {
        back(&jigsaw(), &[])?;
        back(&Jigsaw::topics(3).home_size(2..=4), &["home_size"])
    }),
    ("json of an assigner with checked works out of order, and twice", || {
        let assigner = Assigner::new(1).spot_checks((0..3).map(work), 1);
        let mixed = tampered(&assigner, "/spot_checks", json!([2, 0, 1, 2]));
        same(from_value(mixed).unwrap(), assigner)
    }),
    ("json of a queue at the end of time, back", || {
        let mut queue = ReviewQueue::new(&alone(3), QueueConfig::default(), Seed::new(1)).unwrap();
        for author in 0..3 {
            queue.submit(work(author), u64::MAX).unwrap();
        }
        queue.close(u64::MAX).unwrap();
        let served = queue.request(person(0), u64::MAX).unwrap();
        holds(matches!(served, Served::New(_)), "nothing is served")?;
        back(&queue, &[])
    }),
    ("json of a rule with a field more", || {
        let rule = json!({"NoSolo": {"min": 2, "max": 3}});
        refused::<peergrade::group::Rule>(&rule, "unknown field `max`, expected `min`")
    }),
    ("json of a seed too short", || {
        refused::<Seed>(&json!(vec![0; 31]), "invalid length 31, expected an array of length 32")
    }),
    ("json of a seed too long", || refused::<Seed>(&json!(vec![0; 33]), "trailing characters")),
    ("json of a seed with a byte of 256", || {
        refused::<Seed>(&json!(vec![256; 32]), "invalid value: integer `256`, expected u8")
    }),
    ("json of a negative id", || {
        refused::<PersonId>(&json!(-1), "invalid value: integer `-1`, expected u32")
    }),
    ("json of an id past u32", || {
        refused::<PersonId>(&json!(1_u64 << 32), "invalid value: integer `4294967296`")
    }),
    ("json of an id with a point", || {
        refused::<PersonId>(&json!(1.0), "invalid type: floating point `1.0`, expected u32")
    }),
    ("json of a scale with null", || {
        let scale = json!({"min": null, "max": 1.0});
        refused::<Scale>(&scale, "invalid type: null, expected f64")
    }),
    ("json of a scale to 1e999", || {
        refused_text::<Scale>("{\"min\": 0, \"max\": 1e999}", "number out of range")
    }),
    ("json of a scale upside down", || {
        let scale = json!({"min": 1.0, "max": 0.0});
        refused::<Scale>(&scale, "scale 1..0 is empty: the minimum must be below the maximum")
    }),
    ("json of a scale of step 0", || {
        let scale = json!({"min": 0.0, "max": 1.0, "step": 0.0});
        refused::<Scale>(&scale, "step 0 does not divide 0..1 into at most a billion levels")
    }),
    ("json of a rubric of nothing", || {
        refused::<Rubric>(&json!([]), "a rubric needs at least one criterion")
    }),
    ("json of a rubric of a negative weight", || {
        let rubric = tampered(reviews().rubric(), "/0/weight", json!(-1.0));
        refused::<Rubric>(&rubric, "weight -1 of criterion \"code\" is not a number from 0 up")
    }),
    ("json of a rubric with a name twice", || {
        let rubric = tampered(reviews().rubric(), "/1/name", json!("code"));
        refused::<Rubric>(&rubric, "criterion \"code\" is there twice")
    }),
    ("json of a rubric with a criterion's field more", || {
        let mut rubric = serde_json::to_value(single()).unwrap();
        rubric[0]["total"] = json!(3);
        refused::<Rubric>(&rubric, "unknown field `total`, expected one of")
    }),
    ("json of a roster with a key twice", || {
        let message = "person key \"a\" of row 1 stands in row 0 already";
        refused::<Roster<String>>(&json!(["a", "a"]), message)
    }),
    ("json of a roster out of order", || {
        // Ids follow the sorted keys, whatever the file says.
        let roster: Roster<String> = from_value(json!(["b", "a"])).unwrap();
        same(roster.id("a"), Some(person(0)))
    }),
    ("json of a cohort larger than ids", || {
        let message = "4294967295 people are more than the 67108864 that there can be";
        bad_cohort("/people", json!(u32::MAX), message)
    }),
    ("json of a cohort of -1 people", || {
        bad_cohort("/people", json!(-1), "invalid value: integer `-1`, expected u32")
    }),
    ("json of a cohort with a strange author", || {
        bad_cohort("/authors/1/0", json!(4), "author 4 of submission 1 is not one of 4 people")
    }),
    ("json of a cohort with an author twice", || {
        bad_cohort("/authors/0/0", json!(1), "author 1 of submission 0 is named twice")
    }),
    ("json of a cohort with strange staff", || {
        let message = "person 9, given a staff role, is not one of 4 people";
        bad_cohort("/staff/0", json!(9), message)
    }),
    ("json of a cohort with the quota of a stranger", || {
        let message = "person 4294967295, given a quota, is not one of 4 people";
        bad_cohort("/quotas/0/0", json!(u32::MAX), message)
    }),
    ("json of quotas out of order", || {
        refused::<Quota>(&json!([8, null, 3]), "a quota from 8 to 3: 8 is above 3")?;
        refused::<Quota>(&json!([3, 9, 8]), "a quota from 3 to 8: 9 is above 8")
    }),
    ("json of a graph with a pair twice", || {
        let graph = json!({"people": 2, "submissions": 2, "pairs": [[0, 1], [1, 0], [0, 1]]});
        let message = "row 2: reviewer 1 has submission 0 in row 0 already";
        refused::<ReviewGraph>(&graph, message)
    }),
    ("json of a graph with a stranger", || {
        let graph = json!({"people": 2, "submissions": 2, "pairs": [[0, 2]]});
        refused::<ReviewGraph>(&graph, "row 0: reviewer 2 is not one of 2 people")
    }),
    ("json of a graph larger than ids", || {
        let graph = json!({"people": 2, "submissions": u32::MAX, "pairs": []});
        let message = "4294967295 submissions are more than the 67108864 that there can be";
        refused::<ReviewGraph>(&graph, message)
    }),
    ("json of a graph with a pair of three", || {
        let graph = json!({"people": 2, "submissions": 2, "pairs": [[0, 1, 1]]});
        refused::<ReviewGraph>(&graph, "trailing characters")
    }),
    ("json of a graph out of order", || {
        let pairs = |pairs: Value| json!({"people": 2, "submissions": 2, "pairs": pairs});
        let [a, b] = [json!([[1, 0], [0, 1]]), json!([[0, 1], [1, 0]])];
        let [a, b] = [a, b].map(|p| from_value::<ReviewGraph>(pairs(p)).unwrap());
        same(a, b)
    }),
    ("json of a plan with a pair twice", || {
        let plan = Assigner::new(1).assign(&alone(2), Seed::new(1)).unwrap();
        let plan = tampered(&plan, "/graph/pairs", json!([[0, 1], [0, 1]]));
        let message = "row 1: reviewer 1 has submission 0 in row 0 already";
        refused::<ReviewPlan>(&plan, message)
    }),
    ("json of a plan of an unknown strategy", || {
        let plan = Assigner::new(1).assign(&alone(2), Seed::new(1)).unwrap();
        refused::<ReviewPlan>(
            &tampered(&plan, "/strategy", json!("Luck")),
            "unknown variant `Luck`",
        )
    }),
    ("json of reviews with null for NaN", || {
        bad_reviews("/rows/0/2/0", Value::Null, "invalid type: null, expected f64")
    }),
    ("json of reviews with a score of 1e999", || {
        let text = to_string(&reviews()).unwrap().replace("5e-324", "1e999");
        refused_text::<Reviews>(&text, "number out of range")
    }),
    ("json of reviews outside the scale", || {
        let message =
            "row 0: reviewer 2, submission 0, criterion \"code\": score 10.5 is outside 0..10";
        bad_reviews("/rows/0/2/0", json!(10.5), message)
    }),
    ("json of reviews with a score less", || {
        let message = "row 0: reviewer 2, submission 0: 1 scores for 2 criteria";
        bad_reviews("/rows/0/2", json!([1.0]), message)
    }),
    ("json of reviews by a stranger", || {
        bad_reviews("/rows/0/1", json!(4), "row 0: reviewer 4 is not one of 4 people")
    }),
    ("json of reviews with a pair twice", || {
        let twice = json!([[0, 2, [1.0, 0.1]], [0, 2, [1.0, 0.1]]]);
        bad_reviews("/rows", twice, "row 1: reviewer 2 has submission 0 in row 0 already")
    }),
    ("json of reviews with a self-review among them", || {
        let own = json!([[1, 2, [1.0, 0.1]]]);
        bad_reviews("/rows", own, "row 0: reviewer 2 is an author of submission 1")
    }),
    ("json of reviews with a self-review by another", || {
        let message = "person 0 is no author of submission 1, yet reviews it as one";
        bad_reviews("/own/0/author", json!(0), message)
    }),
    ("json of reviews with a self-review outside the scale", || {
        let message =
            "row 4: reviewer 2, submission 1, criterion \"code\": score -1 is outside 0..10";
        bad_reviews("/own/0/scores/0", json!(-1.0), message)
    }),
    ("json of reviews with a staff grade of nothing", || {
        let message = "staff grade of submission 3, which is not one of 3";
        bad_reviews("/staff/0/0", json!(3), message)
    }),
    ("json of reviews with a staff grade outside", || {
        bad_reviews("/staff/0/1", json!(99.0), "staff grade of submission 0: score 99 is outside")
    }),
    ("json of reviews with an exemplar that staff graded", || {
        bad_reviews("/exemplars/0/0", json!(0), "submission 0 has a staff grade already")
    }),
    ("json of a gradebook with a grade less", || {
        let message = "grades: 5 rows where 6 are needed";
        bad_book("/criteria/0", json!([1.0, 2.0, 3.0, 4.0, 5.0]), message)
    }),
    ("json of a gradebook without grades", || {
        bad_book("/criteria", json!([]), "criteria: 0 rows where 1 are needed")
    }),
    ("json of a gradebook with an error less", || {
        bad_book("/std_error", json!([1.0]), "standard errors: 1 rows where 6 are needed")
    }),
    ("json of a gradebook with a negative error", || {
        bad_book("/std_error/2", json!(-1.0), "standard error of row 2 is -1, outside 0..")
    }),
    ("json of a gradebook with shares too few", || {
        bad_book("/weights", json!({ "PerReview": [[0.5]] }), "shares: 1 rows where 18 are needed")
    }),
    ("json of a gradebook with counts of reviews too high", || {
        let mut book = tampered(&shrunk(), "/reviews", json!(vec![u32::MAX; 6]));
        book["weights"] = json!({ "PerReview": [vec![0.5; 18]] });
        refused::<Gradebook>(&book, "shares: 18 rows where 25769803770 are needed")
    }),
    ("json of a gradebook with a prior less", || {
        let message = "weights of the prior: 1 rows where 6 are needed";
        bad_book("/prior/0/1", json!([0.5]), message)
    }),
    ("json of a gradebook with a known grade outside", || {
        let message = "known grade of row 0 is 11, outside 0..10";
        bad_book("/known", json!([known(0, 11.0, "Staff")]), message)
    }),
    ("json of a gradebook with known grades out of order", || {
        let known = json!([known(1, 5.0, "Staff"), known(1, 5.0, "Exemplar")]);
        bad_book("/known", known, "submission of a known grade of row 1 is 1, outside 2..5")
    }),
    ("json of a gradebook with a known grade of nothing", || {
        let known = json!([known(u32::MAX, 5.0, "Staff")]);
        let message = "submission of a known grade of row 0 is 4294967295, outside 0..5";
        bad_book("/known", known, message)
    }),
    ("json of a gradebook with reviewers that differ in number", || {
        let message = "precisions: 1 rows where 2 are needed";
        bad_book("/reviewers", json!([[null, null], [null]]), message)
    }),
    ("json of a gradebook with slopes that differ in number", || {
        let mut book = tampered(&shrunk(), "/reviewers", json!([[null, null], [null, null]]));
        book["slopes"] = json!([5.0, [1.0]]);
        refused::<Gradebook>(&book, "slopes: 1 rows where 2 are needed")
    }),
    ("json of a gradebook with a change of null", || {
        bad_book("/fit/last_change", Value::Null, "invalid type: null, expected f64")
    }),
    ("json of a gradebook with a negative change", || {
        let message = "last change of the fit of row 0 is -1, outside 0..";
        bad_book("/fit/last_change", json!(-1.0), message)
    }),
    ("json of a gradebook of grades that overflow", || {
        let mut book = serde_json::to_value(books().next().unwrap()).unwrap();
        book["rubric"][0]["weight"] = json!(1e300);
        book["criteria"][0] = json!([1e300, null, null]);
        book["criteria"][1] = json!([0.0, null, null]);
        refused::<Gradebook>(&book, "row 0: inf is not a finite number")
    }),
    ("json of groups with a gap", || {
        let message = "group 1 has no members, but person 1 is in group 2";
        refused::<Groups>(&json!({"group_of": [0, 2]}), message)
    }),
    ("json of groups of nobody", || {
        refused::<Groups>(&json!({"group_of": []}), "there are no people to group")
    }),
    ("json of a group u32::MAX", || {
        let message = "group 0 has no members, but person 0 is in group 4294967295";
        refused::<Groups>(&json!({"group_of": [u32::MAX]}), message)
    }),
    ("json of a jigsaw with a topic less", || {
        let message = "5 people have homes, 5 have expert groups and 1 topics";
        bad_jigsaw("/topic_of", json!([0]), message)
    }),
    ("json of a jigsaw of 0 topics", || {
        bad_jigsaw("/topics", json!(0), "the plan is for 0 topics with redundancy 1")
    }),
    ("json of a jigsaw of the most topics", || {
        bad_jigsaw("/topics", json!(u64::MAX), "home 0 has 0 of topic 2, not 1 or more")
    }),
    ("json of a jigsaw of the most redundancy", || {
        let message = "home 0 has 1 of topic 0, not 18446744073709551615 or more";
        bad_jigsaw("/redundancy", json!(u64::MAX), message)
    }),
    ("json of a jigsaw with an unknown topic", || {
        let message = "person 0 has topic 2, there are 2 topics";
        bad_jigsaw("/topic_of/0", json!(2), message)
    }),
    ("json of jigsaw wishes that cannot be", || {
        let most = u64::MAX;
        let wish =
            json!({"topics": most, "redundancy": most, "home_size": [9, 0], "expert_size": 0});
        let wish: Jigsaw = from_value(wish).unwrap();
        same(wish.form(5, Seed::new(1)), Err(peergrade::GroupError::ExpertSize { max: 0 }))
    }),
    ("json nested too deep", || {
        let deep = "[".repeat(100_000);
        refused_text::<Rubric>(&deep, "")
    }),
    ("json of a fit that is not exact", || back(&Fit::iterated(u32::MAX, false, 0.1 + 0.2), &[])),
];
