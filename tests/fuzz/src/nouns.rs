//! Constructors with any numbers, and every noun from JSON that was tampered with.

use peergrade::{
    Cohort, Criterion, GroupSizes, Quota, ReviewGraph, Reviews, Roster, Rounding, Rubric, Scale,
};

use super::bytes::Bytes;
use super::{back, course, finite};

/// Nouns.
pub fn nouns(data: &[u8]) {
    let bytes = &mut Bytes::new(data);
    match bytes.below(4) {
        0 => constructors(bytes),
        #[cfg(feature = "serde")]
        1 => json::text(bytes),
        #[cfg(feature = "serde")]
        _ => json::tampered(bytes),
        #[cfg(not(feature = "serde"))]
        _ => constructors(bytes),
    }
}

fn constructors(bytes: &mut Bytes<'_>) {
    let (low, high, step) = (bytes.float(), bytes.float(), bytes.float());
    for scale in [Scale::new(low, high), Scale::with_step(low, high, step)].into_iter().flatten() {
        back(&scale);
        let score = bytes.within(scale.min(), scale.max());
        if let Ok(taken) = scale.check(score) {
            assert!((scale.min()..=scale.max()).contains(&taken));
            assert_eq!(taken.to_bits(), (score + 0.0).to_bits());
            assert_eq!(scale.check(taken), Ok(taken));
        }
        let criterion = Criterion::new("x", scale).with_weight(bytes.float());
        if let Ok(rubric) = Rubric::new([criterion]) {
            finite([rubric.scale().min(), rubric.scale().max(), rubric.total(&[scale.max()])]);
            back(&rubric);
        }
        let rounding = [Rounding::up(), Rounding::down(), Rounding::toward_zero()][bytes.below(3)];
        let rounding =
            rounding.to_step(bytes.float(), bytes.float()).unwrap_or(rounding.to_levels());
        finite([rounding.round_on(scale.max(), &scale), rounding.round_on(scale.min(), &scale)]);
        finite([rounding.round(scale.max())]);
    }
    back(&course::cohort(bytes));
    let (people, works) = (bytes.count(9), bytes.count(9));
    let pairs = bytes.pairs(works.min(256), people.min(256));
    if people < 1 << 20
        && works < 1 << 20
        && let Ok(graph) = ReviewGraph::from_pairs(people, works, &pairs)
    {
        assert_eq!(graph.reviews(), pairs.len());
        back(&graph);
        let column = (0..pairs.len()).map(|_| bytes.float()).collect();
        if let Ok(cohort) = Cohort::individuals(people) {
            let rubric = course::rubric(bytes);
            let _ = Reviews::from_columns(&cohort, graph, rubric, vec![column]);
        }
    }
    if let Ok(quota) = Quota::around(bytes.small(9), bytes.small(9), bytes.small(9)) {
        back(&quota);
    }
    let keys: Vec<u32> = (0..bytes.below(6)).map(|_| bytes.id(9)).collect();
    if let Ok(roster) = Roster::<u32>::new(keys.iter().copied()) {
        assert!(keys.iter().all(|key| roster.id(key).and_then(|id| roster.key(id)) == Some(key)));
        back(&roster);
    }
    let _ = GroupSizes::target(bytes.count(9)).range(bytes.count(9)..=9).groups(bytes.count(99));
}

#[cfg(feature = "serde")]
mod json {
    use peergrade::aggregate::METHODS;
    use peergrade::assign::queue::{QueueConfig, ReviewQueue};
    use peergrade::group::{RepairPolicy, UtcOffset, Week};
    use peergrade::{
        Assigner, Cohort, DiverseGrouping, Fit, Gradebook, GroupFormer, GroupSizes, Groups, Jigsaw,
        JigsawPlan, PersonId, Pods, Quota, ReviewGraph, ReviewPlan, Reviews, Roles, Roster,
        Rounding, Rounds, Rubric, Scale, Seed, TopicChoice, TopicPlan, Traits,
    };
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::super::bytes::Bytes;
    use super::super::{aggregate, assign, back, course, finite};

    /// What is taken comes back the same.
    fn read<T: Serialize + DeserializeOwned + std::fmt::Debug>(text: &str) -> Option<T> {
        let noun = serde_json::from_str(text).ok()?;
        back(&noun);
        Some(noun)
    }

    /// Any text as any noun.
    pub(super) fn text(bytes: &mut Bytes<'_>) {
        let which = bytes.below(30);
        let text: Vec<u8> =
            std::iter::repeat_with(|| bytes.byte()).take_while(|&b| b > 0).collect();
        let Ok(text) = std::str::from_utf8(&text) else { return };
        noun(which, text);
    }

    fn noun(which: usize, text: &str) {
        match which {
            0 => drop(read::<Scale>(text)),
            1 => drop(read::<Rubric>(text)),
            2 => drop(read::<Cohort>(text)),
            3 => drop(read::<ReviewGraph>(text)),
            4 => drop(read::<Reviews>(text)),
            5 => drop(read::<Gradebook>(text)),
            6 => drop(read::<Assigner>(text)),
            7 => drop(read::<ReviewPlan>(text)),
            8 => drop(read::<ReviewQueue>(text)),
            9 => drop(read::<QueueConfig>(text)),
            10 => drop(read::<Quota>(text)),
            11 => drop(read::<Seed>(text)),
            12 => drop(read::<Roster<String>>(text)),
            13 => drop(read::<Rounding>(text)),
            14 => drop(read::<Groups>(text)),
            15 => drop(read::<Pods>(text)),
            16 => drop(read::<GroupSizes>(text)),
            17 => drop(read::<Jigsaw>(text)),
            18 => drop(read::<JigsawPlan>(text)),
            19 => drop(read::<TopicChoice>(text)),
            20 => drop(read::<TopicPlan>(text)),
            21 => drop(read::<Traits>(text)),
            22 => drop(read::<GroupFormer>(text)),
            23 => drop(read::<DiverseGrouping>(text)),
            24 => drop(read::<Rounds>(text)),
            25 => drop(read::<Roles>(text)),
            26 => drop(read::<Week>(text)),
            27 => drop(read::<UtcOffset>(text)),
            28 => drop(read::<RepairPolicy>(text)),
            _ => drop(read::<Fit>(text)),
        }
    }

    /// A noun that was right, with a few places changed; what is taken still must be one that
    /// nothing breaks on.
    pub(super) fn tampered(bytes: &mut Bytes<'_>) {
        let cohort = course::cohort(bytes);
        match bytes.below(9) {
            0 => drop(tamper(bytes, &cohort)),
            1 => reviews(bytes, &cohort),
            2 => gradebook(bytes, &cohort),
            3 => plan(bytes, &cohort),
            4 => queue(bytes, &cohort),
            5 => jigsaw(bytes),
            6 => topics(bytes),
            7 => former(bytes),
            _ => small(bytes),
        }
    }

    fn reviews(bytes: &mut Bytes<'_>, cohort: &Cohort) {
        let reviews = course::reviews(bytes, cohort);
        let Some(reviews) = tamper(bytes, &reviews) else { return };
        let method = METHODS[bytes.below(METHODS.len())].aggregator();
        if let Ok(book) = method.aggregate(&reviews) {
            aggregate::check(&reviews, &book, true);
        }
    }

    fn gradebook(bytes: &mut Bytes<'_>, cohort: &Cohort) {
        let reviews = course::reviews(bytes, cohort);
        let method = METHODS[bytes.below(METHODS.len())].aggregator();
        let Ok(book) = method.aggregate(&reviews) else { return };
        let Some(book) = tamper(bytes, &book) else { return };
        finite(book.grades().flatten());
        let works = (0..9).map(peergrade::SubmissionId::new);
        for work in works {
            finite(book.std_error(work));
            if let Some(interval) = book.interval(work, 0.9) {
                finite([interval.low, interval.high]);
            }
            if let Ok(Some(why)) = book.explain(&reviews, work) {
                finite([why.sum(), why.grade()]);
            }
            finite(book.expected_score(work, PersonId::new(bytes.id(9))));
        }
    }

    fn plan(bytes: &mut Bytes<'_>, cohort: &Cohort) {
        let rules = assign::assigner(bytes, cohort);
        let Ok(plan) = rules.assign(cohort, bytes.seed()) else { return };
        if let Some(plan) = tamper(bytes, &plan) {
            let _ = plan.verify(cohort, &rules);
        }
        if let Some(rules) = tamper(bytes, &rules)
            && let Ok(plan) = rules.assign(cohort, bytes.seed())
        {
            plan.verify(cohort, &rules).unwrap();
        }
    }

    fn queue(bytes: &mut Bytes<'_>, cohort: &Cohort) {
        let config = QueueConfig::default();
        let Ok(mut queue) = ReviewQueue::new(cohort, config, bytes.seed()) else { return };
        for now in 0..20 {
            let person = bytes.person(cohort.people());
            let _ = queue.submit(bytes.submission(cohort.submissions()), now);
            let _ = queue.request(person, now);
            let _ = queue.complete(person, bytes.submission(cohort.submissions()), now);
        }
        let Some(mut queue) = tamper(bytes, &queue) else { return };
        for _ in 0..20 {
            let (person, now) = (bytes.person(9), queue.now());
            let _ = queue.submit(bytes.submission(9), now);
            let _ = queue.request(person, now);
            let _ = queue.complete(person, bytes.submission(9), now);
            let _ = queue.decline(person, bytes.submission(9), now);
            let _ = queue.expire(now.saturating_add(1 << 40));
            let _ = queue.withdraw(bytes.person(9), queue.now());
        }
        assert!(queue.starving().len() <= queue.graph().submissions());
    }

    fn jigsaw(bytes: &mut Bytes<'_>) {
        let wish = Jigsaw::topics(1 + bytes.below(4)).redundancy(1 + bytes.below(2));
        let Ok(plan) = wish.form(bytes.below(20), bytes.seed()) else { return };
        if let Some(plan) = tamper(bytes, &plan) {
            assert!(plan.remainder().homes().groups <= 20);
            let _ = plan.coverage(0.1);
            let _ = plan.verify(&wish);
            let mut running = plan.run();
            let _ = running.join(None);
            let _ = running.repair(&bytes.people(20), RepairPolicy::dissolve());
        }
        if let Some(wish) = tamper(bytes, &wish)
            && let Ok(plan) = wish.form(bytes.below(20), bytes.seed())
        {
            plan.verify(&wish).unwrap();
        }
    }

    fn topics(bytes: &mut Bytes<'_>) {
        let (people, topics) = (bytes.below(9), 1 + bytes.below(3));
        let choice = TopicChoice::new(people, topics, |_, _| Some(bytes.id(5) % 5));
        let Ok(choice) = choice.map(|choice| choice.caps(vec![9; topics])) else { return };
        let Ok(plan) = choice.choose(bytes.seed()) else { return };
        if let Some(plan) = tamper(bytes, &plan) {
            let _ = plan.verify(&choice);
        }
        if let Some(choice) = tamper(bytes, &choice)
            && let Ok(plan) = choice.choose(bytes.seed())
        {
            plan.verify(&choice).unwrap();
        }
    }

    fn former(bytes: &mut Bytes<'_>) {
        let numbers: Vec<_> = (0..6).map(|i| Some(f64::from(i))).collect();
        let labels: Vec<_> = (0..6).map(|i| Some(i % 2)).collect();
        let traits = Traits::builder(6).numeric("skill", &numbers);
        let traits = traits.categorical("role", &labels).build().unwrap();
        let former = GroupFormer::default().effort(peergrade::group::Effort::Passes(1));
        let (Some(traits), Some(former)) = (tamper(bytes, &traits), tamper(bytes, &former)) else {
            return;
        };
        if let Ok(formed) = former.form(&traits, bytes.seed()) {
            former.verify(&traits, formed.groups()).unwrap();
        }
    }

    fn small(bytes: &mut Bytes<'_>) {
        let (rubric, scale, seed) = (course::rubric(bytes), course::scale(bytes), bytes.seed());
        let _ = tamper(bytes, &rubric);
        let _ = tamper(bytes, &scale);
        let _ = tamper(bytes, &seed);
    }

    fn tamper<T>(bytes: &mut Bytes<'_>, noun: &T) -> Option<T>
    where
        T: Serialize + DeserializeOwned + std::fmt::Debug,
    {
        let mut value = serde_json::to_value(noun).unwrap();
        for _ in 0..bytes.below(4) {
            let mut left = usize::from(bytes.byte()) % count(&value);
            if let Some(place) = nth(&mut value, &mut left) {
                change(bytes, place);
            }
        }
        read(&value.to_string())
    }

    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum::<usize>(),
            Value::Object(fields) => fields.values().map(count).sum(),
            _ => 0,
        }
    }

    /// The value in this place, in the order of the text.
    fn nth<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
        if *left == 0 {
            return Some(value);
        }
        *left -= 1;
        match value {
            Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
            Value::Object(fields) => fields.values_mut().find_map(|field| nth(field, left)),
            _ => None,
        }
    }

    fn change(bytes: &mut Bytes<'_>, place: &mut Value) {
        let which = bytes.byte() % 16;
        match (which, &mut *place) {
            (0..=3, Value::Array(items)) => drop(items.pop()),
            (4..=7, Value::Array(items)) => items.extend(items.last().cloned()),
            (8..=11, Value::Array(items)) => items.reverse(),
            (0..=3, Value::Object(fields)) => {
                let key = fields.keys().next().cloned();
                key.and_then(|key| fields.remove(&key));
            }
            (4, Value::Object(fields)) => drop(fields.insert("colour".into(), json!(1))),
            (0..=7, Value::Number(_)) => *place = json!(bytes.id(9)),
            (8..=11, Value::Number(_)) => *place = json!(bytes.float()),
            (0, _) => *place = Value::Null,
            (1, _) => *place = json!(-1),
            (2, _) => *place = json!(u64::MAX),
            (3, _) => *place = json!([]),
            (4, _) => *place = json!({}),
            (5, _) => *place = json!("x"),
            (6, _) => *place = json!([bytes.id(9), bytes.float()]),
            (7, _) => *place = json!(true),
            _ => *place = json!(bytes.id(9)),
        }
    }
}
