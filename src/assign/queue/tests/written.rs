//! Queues that are written and read, as they are or tampered with.

use serde_json::{Value, from_str, from_value, json, to_string, to_value};

use super::*;

/// Every place of a value with a number in it.
fn numbers(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Number(_) => found.push(place.to_owned()),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                numbers(item, &format!("{place}/{i}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                numbers(item, &format!("{place}/{name}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Writing and reading anywhere in a story changes nothing of what follows.
    #[test]
    fn a_queue_goes_on_where_it_was_written(story in story(), cut in 0..250_usize) {
        let mut queue = story.queue();
        for (i, (event, now)) in story.timed().enumerate() {
            if i == cut {
                let again: ReviewQueue = from_str(&to_string(&queue).unwrap()).unwrap();
                prop_assert_eq!(&again, &queue);
                queue = again;
            }
            let _ = tell(&mut queue, event, now);
        }
        prop_assert_eq!(queue, story.told());
    }

    /// A changed number is refused, or makes a queue that can be told anything.
    #[test]
    fn tampering_makes_no_panic(
        story in story(),
        place in any::<prop::sample::Index>(),
        number in prop_oneof![0..20_u64, Just(u64::from(u32::MAX)), Just(u64::MAX)],
    ) {
        let mut value = to_value(story.told()).unwrap();
        let mut places = Vec::new();
        numbers(&value, "", &mut places);
        *value.pointer_mut(&places[place.index(places.len())]).unwrap() = json!(number);
        if let Ok(mut queue) = from_value::<ReviewQueue>(value) {
            let start = queue.now();
            for (event, now) in story.timed() {
                let _ = tell(&mut queue, event, start.saturating_add(now));
            }
            let again: ReviewQueue = from_str(&to_string(&queue).unwrap()).unwrap();
            prop_assert_eq!(again, queue);
        }
    }
}

/// Three works, one open and one completed review, one wait.
fn small() -> Value {
    let mut queue = full(4, QueueConfig::default().lease(10).exemplars([], 0), 1);
    let s = new(queue.request(person(0), 1).unwrap());
    queue.complete(person(0), s, 2).unwrap();
    queue.request(person(0), 3).unwrap();
    queue.withdraw(person(3), 4).unwrap();
    for _ in 0..2 {
        let s = new(queue.request(person(2), 5).unwrap());
        queue.decline(person(2), s, 5).unwrap();
    }
    assert!(matches!(queue.request(person(2), 6), Ok(Served::Wait(_))));
    to_value(queue).unwrap()
}

#[test]
fn a_queue_to_which_no_events_lead_is_refused() {
    assert!(from_value::<ReviewQueue>(small()).is_ok());
    for (place, value) in [
        ("/config/lease", json!(0)),
        ("/config/open", json!(0)),
        ("/now", json!(3)),
        ("/now", json!(13)),
        ("/events", json!(5)),
        ("/events", json!(u64::MAX)),
        ("/submitted/0/0", json!(9)),
        ("/submitted/0/0", json!(1)),
        ("/submitted/0/1", json!(1)),
        ("/submitted/3/1", json!(99)),
        ("/withdrawn", json!([0])),
        ("/withdrawn", json!([9])),
        ("/withdrawn", json!([3, 3])),
        ("/withdrawn", json!([3, 1])),
        ("/withdrawn", json!([])),
        ("/served", json!([])),
        ("/served/0/0/submission", json!(0)),
        ("/served/0/0/submission", json!(9)),
        ("/served/0/1/state/Open/until", json!(6)),
        ("/served/0/1/state/Open/until", json!(17)),
        ("/waiting/0/0", json!(3)),
        ("/waiting/0/0", json!(9)),
        ("/waiting/0/1", json!(7)),
        ("/waiting/0/2", json!("QuotaDone")),
        ("/order", json!([])),
        ("/order", json!([2, 0, 1])),
        ("/order/0", json!(3)),
        ("/order/0", json!(9)),
    ] {
        let mut tampered = small();
        *tampered.pointer_mut(place).unwrap() = value.clone();
        let read = from_value::<ReviewQueue>(tampered);
        assert!(read.is_err(), "{place} = {value}: {read:?}");
    }
    let mut more = small();
    more["colour"] = json!(1);
    assert!(from_value::<ReviewQueue>(more).is_err());
    let items = small()["served"][0].clone();
    let mut twice = small();
    twice["served"][0] = json!([items[0], items[0], items[1]]);
    assert!(from_value::<ReviewQueue>(twice).is_err());
}
