//! Groups of every kind.

use peergrade::group::{
    Effort, Exchange, Languages, Learner, Mentee, Mentor, Mode, Objective, Pyramid, Rule, Strength,
    TutorPairs, UtcOffset, Week, ZoneGroups, between_share, evaluate, match_mentors,
    redundancy_for, waking_overlap,
};
use peergrade::group::{RoleHistory, Unlisted};
use peergrade::{
    Distances, DiverseGrouping, GroupFormer, GroupId, GroupSizes, Groups, Jigsaw, Pods, Roles,
    Rounds, Strata, TopicChoice, TopicId, Traits,
};

use super::bytes::Bytes;
use super::{back, finite};

/// Groups.
pub fn groups(data: &[u8]) {
    let bytes = &mut Bytes::new(data);
    match bytes.below(10) {
        0..=2 => former(bytes),
        3 => pods(bytes),
        4 => jigsaw(bytes),
        5 => topics(bytes),
        6 => roles(bytes),
        7 => pairs(bytes),
        8 => distances(bytes),
        _ => zones(bytes),
    }
}

fn sizes(bytes: &mut Bytes<'_>) -> GroupSizes {
    let (low, high) = (bytes.count(6), bytes.count(8));
    match bytes.below(3) {
        0 => GroupSizes::target(low),
        1 => GroupSizes::within(low..=high),
        _ => GroupSizes::target(bytes.count(6)).range(low..=high),
    }
}

fn people(bytes: &mut Bytes<'_>) -> usize {
    if bytes.rarely(8) { bytes.below(40) } else { bytes.below(9) }
}

/// A partition of some people, if there are any.
fn partition(bytes: &mut Bytes<'_>, people: usize) -> Option<Groups> {
    let most = bytes.below(6).max(1);
    let of: Vec<GroupId> =
        (0..people).map(|_| GroupId::new(u32::try_from(bytes.below(most)).unwrap())).collect();
    Groups::from_assignment(of).ok()
}

fn week(bytes: &mut Bytes<'_>) -> Week {
    let slots: Vec<usize> = (0..bytes.below(5)).map(|_| bytes.below(96)).collect();
    let week = Week::from_slots(slots).unwrap();
    let (day, from, minutes) = (bytes.count(8), minutes(bytes), minutes(bytes));
    week.with(day, from, minutes).unwrap_or(week)
}

fn offset(bytes: &mut Bytes<'_>) -> Option<UtcOffset> {
    let quarter = i32::from(bytes.byte()) - 128;
    if bytes.rarely(8) { None } else { UtcOffset::new(quarter * 15).ok() }
}

fn traits(bytes: &mut Bytes<'_>, people: usize) -> Option<Traits> {
    let mut builder = Traits::builder(people);
    for name in ["skill", "age"].iter().take(bytes.below(3)) {
        let wild = bytes.rarely(8);
        let number = |bytes: &mut Bytes<'_>| {
            let x = bytes.float();
            (!bytes.rarely(8)).then_some(if wild || x.is_finite() { x } else { 3.0 })
        };
        let column: Vec<Option<f64>> = (0..people).map(|_| number(bytes)).collect();
        builder = builder.numeric(*name, &column);
    }
    for name in ["role", "home"].iter().take(bytes.below(3)) {
        let category = |bytes: &mut Bytes<'_>| (!bytes.rarely(8)).then(|| bytes.id(3));
        let column: Vec<Option<u32>> = (0..people).map(|_| category(bytes)).collect();
        builder = builder.categorical(*name, &column);
    }
    match bytes.below(8) {
        0 | 1 => {
            let weeks: Vec<Week> = (0..people).map(|_| week(bytes)).collect();
            builder = builder.availability(&weeks);
        }
        2 => {
            let offsets: Vec<_> = (0..people).map(|_| offset(bytes)).collect();
            builder = builder.utc_offsets(&offsets, &week(bytes));
        }
        _ => {}
    }
    builder.build().ok()
}

fn strength(bytes: &mut Bytes<'_>) -> Strength {
    if bytes.flag() { Strength::Hard } else { Strength::Soft(bytes.float()) }
}

fn wish(bytes: &mut Bytes<'_>, people: usize) -> GroupFormer {
    let mut former = GroupFormer::default().sizes(sizes(bytes)).effort(Effort::Passes(2));
    let modes = [Mode::Balance, Mode::Similar, Mode::Diverse];
    for _ in 0..bytes.below(7) {
        former = match bytes.below(9) {
            0 => former.column("skill", modes[bytes.below(3)], bytes.float()),
            1 => former.column("age", modes[bytes.below(3)], 1.0),
            2 => {
                let rule = match bytes.below(3) {
                    0 => Rule::Same,
                    1 => Rule::Spread,
                    _ => Rule::NoSolo { min: bytes.small(4) },
                };
                let name = if bytes.flag() { "role" } else { "home" };
                former.category(name, rule, strength(bytes))
            }
            3 => former.keep_together(&bytes.people(people)),
            4 => {
                let (a, b) = (bytes.people(people), bytes.people(people));
                former.keep_apart(a.into_iter().zip(b))
            }
            5 => match partition(bytes, people) {
                Some(earlier) => former.history(&[earlier]),
                None => former,
            },
            6 => former.fixed(&[(bytes.person(people), GroupId::new(bytes.id(4)))]),
            7 => former.overlap(bytes.small(9), strength(bytes)),
            _ => former.objective(Objective::WorstGroup).moments(bytes.small(5)),
        };
    }
    former
}

fn former(bytes: &mut Bytes<'_>) {
    let people = people(bytes);
    let Some(traits) = traits(bytes, people) else { return };
    let former = wish(bytes, people);
    back(&traits);
    back(&former);
    match former.form(&traits, bytes.seed()) {
        Ok(formed) => {
            former.verify(&traits, formed.groups()).unwrap();
            finite(formed.values().iter().copied());
            back(formed.groups());
            let report = evaluate(&traits, formed.groups(), &former).unwrap();
            finite([report.share(), report.bound(), report.expected_share()]);
            finite([report.mean_score(), report.harmonic_score(), report.worst_group().1]);
            finite(report.scores().iter().copied());
            for column in report.columns() {
                finite(column.mean());
                finite([column.sd(), column.bound(), column.spread_of_sds()]);
                finite(column.share());
                finite(column.distance());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Some(groups) = partition(bytes, people) {
        let _ = former.verify(&traits, &groups);
        let _ = evaluate(&traits, &groups, &former);
    }
}

fn strata(bytes: &mut Bytes<'_>, people: usize) -> Option<Strata> {
    let values: Vec<f64> = (0..people).map(|_| bytes.float()).collect();
    let strata = Strata::by_value(&values).ok()?;
    let categories: Vec<u32> = (0..people).map(|_| bytes.id(3)).collect();
    if bytes.flag() { strata.within(&categories).ok() } else { Some(strata) }
}

fn pods(bytes: &mut Bytes<'_>) {
    let pods = Pods::new(sizes(bytes));
    let n = people(bytes);
    if let Ok(groups) = pods.form(n, bytes.seed()) {
        pods.verify(&groups).unwrap();
        back(&groups);
        let column: Vec<f64> = (0..n).map(|_| bytes.float()).collect();
        if let Ok(Some(share)) = between_share(&groups, &column) {
            assert!((0.0..=1.0).contains(&share), "{share}");
        }
    }
    let Some(strata) = strata(bytes, n) else { return };
    if let Ok(groups) = pods.form_spread(&strata, bytes.seed()) {
        pods.verify(&groups).unwrap();
    }
    let rounds = Rounds::new(bytes.below(6), sizes(bytes)).moves(300);
    back(&rounds);
    let plans = [rounds.form(n, bytes.seed()), rounds.form_spread(&strata, bytes.seed())];
    for plan in plans.into_iter().flatten() {
        plan.verify().unwrap();
    }
    if let Ok(pyramid) =
        Pyramid::new((0..bytes.below(4)).map(|_| bytes.count(9)).collect::<Vec<_>>())
    {
        let ladders = [pyramid.form(n, bytes.seed()), pyramid.form_spread(&strata, bytes.seed())];
        for ladder in ladders.into_iter().flatten() {
            ladder.verify().unwrap();
        }
    }
}

fn choice(bytes: &mut Bytes<'_>, people: usize, topics: usize) -> Option<TopicChoice> {
    let choice = if bytes.flag() {
        let wishes: Vec<Vec<TopicId>> = (0..people)
            .map(|_| (0..bytes.below(4)).map(|_| TopicId::new(bytes.id(topics))).collect())
            .collect();
        let unlisted = if bytes.flag() { Unlisted::Last } else { Unlisted::Forbidden };
        TopicChoice::ranked(topics, &wishes, unlisted)
    } else {
        TopicChoice::new(people, topics, |_, _| {
            (!bytes.rarely(4)).then(|| if bytes.rarely(16) { u32::MAX } else { bytes.id(9) })
        })
    };
    let mut choice = choice.ok()?;
    let counts = |bytes: &mut Bytes<'_>| (0..topics).map(|_| bytes.count(5)).collect::<Vec<_>>();
    if bytes.flag() {
        choice = choice.caps(counts(bytes));
    }
    if bytes.rarely(3) {
        choice = choice.minima(counts(bytes));
    }
    if bytes.rarely(3) {
        choice = choice.spread((0..people).map(|_| bytes.id(3)).collect::<Vec<_>>());
    }
    Some(choice)
}

fn topics(bytes: &mut Bytes<'_>) {
    let (people, topics) = (people(bytes), bytes.below(6));
    let Some(choice) = choice(bytes, people, topics) else { return };
    match choice.choose(bytes.seed()) {
        Ok(plan) => {
            back(&choice);
            plan.verify(&choice).unwrap();
            finite([plan.share_within(bytes.count(4))]);
            back(&plan);
        }
        Err(error) => {
            let _ = error.proves(&choice);
            assert!(!error.to_string().is_empty());
        }
    }
}

fn jigsaw(bytes: &mut Bytes<'_>) {
    let (people, topics) = (people(bytes), bytes.count(6));
    let mut wish = Jigsaw::topics(topics);
    for _ in 0..bytes.below(4) {
        wish = match bytes.below(5) {
            0 => wish.redundancy(bytes.count(4)),
            1 => {
                let (low, high) = (bytes.count(6), bytes.count(9));
                wish.home_size(low..=high)
            }
            2 => wish.expert_size(bytes.count(6)),
            3 if topics < 9 => match choice(bytes, people, topics) {
                Some(choice) => wish.preferences(choice),
                None => wish,
            },
            _ => wish.clone().for_dropout(bytes.float(), bytes.float()).unwrap_or(wish),
        };
    }
    let mut plans = vec![wish.form(people, bytes.seed())];
    if let Some(strata) = strata(bytes, people) {
        plans.push(wish.form_spread(&strata, bytes.seed()));
    }
    for plan in plans.into_iter().flatten() {
        back(&wish);
        plan.verify(&wish).unwrap();
        finite(plan.coverage(bytes.float()).ok());
        assert!(plan.remainder().homes().groups <= people);
        back(&plan);
    }
    if let Some(traits) = traits(bytes, people) {
        let former = self::wish(bytes, people);
        if let Ok(plan) = wish.form_balanced(&traits, &former, bytes.seed()) {
            plan.verify(&wish).unwrap();
        }
    }
    let _ = redundancy_for(bytes.float(), bytes.count(9), bytes.float());
}

fn roles(bytes: &mut Bytes<'_>) {
    let people = people(bytes);
    let names: Vec<String> = (0..bytes.count(14).min(20)).map(|i| format!("role {i}")).collect();
    let Ok(mut roles) = Roles::new(names) else { return };
    if bytes.flag() {
        roles = roles.combine();
    }
    back(&roles);
    let rounds: Vec<Groups> =
        (0..bytes.below(4)).filter_map(|_| partition(bytes, people)).collect();
    if let Ok(plan) = roles.assign(&rounds, bytes.seed()) {
        plan.verify(&roles, &rounds).unwrap();
    }
    if let Some(groups) = rounds.first() {
        let count = bytes.count(9);
        if let Ok(plan) = roles.rotate(groups, count, bytes.seed()) {
            plan.verify(&roles, &vec![groups.clone(); count]).unwrap();
        }
    }
    let Ok(mut history) = RoleHistory::new(roles.clone(), bytes.count(9).max(people)) else {
        return;
    };
    for groups in &rounds {
        let _ = history.next(groups, bytes.seed());
    }
}

fn pairs(bytes: &mut Bytes<'_>) {
    let n = people(bytes);
    let skill: Vec<f64> = (0..n).map(|_| bytes.float()).collect();
    let mut tutors = TutorPairs::new();
    if bytes.flag() {
        tutors = tutors.gap_at_most(bytes.float());
    }
    if bytes.flag()
        && let Some(earlier) = partition(bytes, n)
    {
        tutors = tutors.apart(&earlier);
    }
    if let Ok(tutoring) = tutors.form(&skill) {
        tutoring.verify(&skill).unwrap();
        finite(tutoring.min_gap());
    }
    let mentors: Vec<Mentor> = (0..bytes.below(5))
        .map(|_| Mentor::new(bytes.person(20), bytes.float(), bytes.count(4)).within(bytes.id(2)))
        .collect();
    let mentees: Vec<Mentee> = (0..bytes.below(9))
        .map(|_| Mentee::new(bytes.person(20), bytes.float()).within(bytes.id(2)))
        .collect();
    let (low, high) = (bytes.float(), bytes.float());
    if let Ok(mentoring) = match_mentors(&mentors, &mentees, low..=high) {
        mentoring.verify().unwrap();
        assert_eq!(mentoring.mentees().len(), mentors.len());
    }
}

fn distances(bytes: &mut Bytes<'_>) {
    let n = people(bytes).min(12);
    let wild = bytes.rarely(4);
    let Ok(distances) = Distances::new(n, |_, _| {
        let x = bytes.float();
        if wild || x.abs() <= 1e100 { x } else { 2.0 }
    }) else {
        return;
    };
    let wish = if bytes.flag() {
        DiverseGrouping::even(bytes.count(6))
    } else {
        let bounds = (0..bytes.below(5)).map(|_| (bytes.count(5), bytes.count(9)));
        DiverseGrouping::within(bounds.collect::<Vec<_>>())
    };
    let wish = wish.moves(200);
    back(&wish);
    if let Ok(groups) = wish.form(&distances, bytes.seed()) {
        let kept = groups.verify(&distances, &wish);
        assert!(kept.is_ok(), "{kept:?}\n{groups:?}\n{distances:?}\n{wish:?}");
        finite([groups.value()]);
    }
}

fn zones(bytes: &mut Bytes<'_>) {
    let n = people(bytes);
    let offsets: Vec<Option<UtcOffset>> = (0..n).map(|_| offset(bytes)).collect();
    let mut zones = ZoneGroups::new(sizes(bytes));
    if bytes.flag() {
        let languages: Vec<u32> = (0..n).map(|_| bytes.id(3)).collect();
        zones = zones.languages(&languages);
    }
    if let Ok(groups) = zones.form(&offsets, bytes.seed()) {
        assert_eq!(groups.people(), n);
    }
    let known: Vec<UtcOffset> = offsets.iter().flatten().copied().collect();
    let _ = waking_overlap(&known, minutes(bytes));
    let learners: Vec<Learner> = offsets
        .iter()
        .map(|&offset| {
            let learner = Learner::new(offset).language(bytes.id(3));
            if bytes.flag() { learner.level(bytes.id(4)) } else { learner }
        })
        .collect();
    let languages = [Languages::Same, Languages::Different, Languages::Any];
    let mut exchange = Exchange::new(minutes(bytes))
        .overlap(minutes(bytes))
        .window(minutes(bytes))
        .languages(languages[bytes.below(3)]);
    if bytes.flag() {
        exchange = exchange.levels_within(bytes.small(4));
    }
    if bytes.flag()
        && let Some(earlier) = partition(bytes, n)
    {
        exchange = exchange.apart_from(&earlier);
    }
    if let Ok(pairs) = exchange.pair(&learners, bytes.seed()) {
        pairs.verify(&exchange, &learners).unwrap();
        let again = exchange.new_pairs(&pairs);
        if let Ok(pairs) = again.pair(&learners, bytes.seed()) {
            pairs.verify(&again, &learners).unwrap();
        }
    }
}

fn minutes(bytes: &mut Bytes<'_>) -> u32 {
    bytes.small(250).saturating_mul(7)
}
