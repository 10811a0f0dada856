//! How the groups came out, for the teacher.

use peergrade::Groups;
use peergrade::group::{CategoryReport, ColumnReport, GroupReport};

use crate::choose::{Chosen, Wish};
use crate::form::{Outcome, topic_columns};
use crate::output::{Measured, missing_topics, overlaps};
use crate::roster::{Column, Data, Roster};
use crate::{Cli, Mode, is_wish};

/// Names in a line.
const NAMED: usize = 6;
/// The words for a column that the groups are not even in.
const CHANCE: &str = "NO BETTER THAN CHANCE";
/// The word for groups of two.
const PAIR: &str = "pair";
/// A mean that is worth a word, in standard deviations.
const FAR: f64 = 0.5;

pub(crate) fn tell(cli: &Cli, roster: &Roster, chosen: &Chosen, outcome: &Outcome) {
    let word = match cli.mode {
        Mode::Jigsaw => "home",
        Mode::Pods => "group",
        Mode::Pairs => PAIR,
    };
    sizes(outcome, word);
    wishes(outcome);
    zones(outcome, word);
    time(outcome, word);
    balance(roster, chosen, outcome, word);
    unused(cli, roster, chosen);
}

fn sizes(outcome: &Outcome, word: &str) {
    let homes = &outcome.homes;
    let Some(plan) = &outcome.plan else {
        return eprintln!("{} in {}", people(homes.people()), counted(homes, word));
    };
    eprintln!("{}", plan.remainder());
    eprintln!("{}", counted(plan.experts(), "expert group"));
    match missing_topics(plan) {
        0 => (),
        missing => eprintln!("topics are missing {missing} times in homes"),
    }
}

/// When the people of a group can meet.
fn zones(outcome: &Outcome, word: &str) {
    let Some(offsets) = &outcome.offsets else { return };
    let mut shared: Vec<u32> = overlaps(&outcome.homes, offsets).collect();
    shared.sort_unstable();
    let least = hours(shared.first().copied().unwrap_or(0));
    let awake = "if all are awake from 8 to 22, ";
    if outcome.plan.is_some() {
        let half = hours(shared[shared.len() / 2]);
        eprintln!(
            "time zones: neighbours are together as far as topics and balance allow; {awake}half of the {word}s share at least {half} a day, and all {least}"
        );
    } else {
        eprintln!(
            "time zones: neighbours are together; {awake}every {word} shares at least {least} a day"
        );
    }
    let unknown = offsets.iter().filter(|offset| offset.is_none()).count();
    if unknown > 0 {
        let spread = if outcome.plan.is_some() { "" } else { "spread over all, " };
        eprintln!("  {} with no utc_offset: {spread}count on nobody's side", people(unknown));
    }
}

/// What groups have in common of the hours at which nobody is busy.
fn time(outcome: &Outcome, word: &str) {
    let Some(time) = outcome.time.as_ref().filter(|time| time.from_lists) else { return };
    let own = || outcome.balance.overlaps().iter().flatten();
    let least = hours(15 * own().min().copied().unwrap_or(0));
    let short = own().filter(|&&own| own < time.asked).count();
    let asked = hours(15 * time.asked);
    match short {
        0 => eprintln!("time: every {word} has {least} a week or more in common"),
        short => eprintln!(
            "time: {short} of {} {word}s have less than {asked} a week in common, the least {least}",
            outcome.homes.len()
        ),
    }
    let unknown = time.weeks.iter().filter(|week| week.is_unknown()).count();
    if unknown > 0 {
        eprintln!("  {} told no time: they count on nobody's side", people(unknown));
    }
}

/// `5 groups: 2 of 4, 3 of 5`.
fn counted(groups: &Groups, word: &str) -> String {
    let (smallest, largest) =
        (groups.sizes().min().unwrap_or(0), groups.sizes().max().unwrap_or(0));
    let kinds: Vec<String> = (smallest..=largest)
        .map(|size| (size, groups.sizes().filter(|&other| other == size).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(size, count)| format!("{count} of {size}"))
        .collect();
    let s = if groups.len() == 1 { "" } else { "s" };
    format!("{} {word}{s}: {}", groups.len(), kinds.join(", "))
}

fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn hours(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

fn wishes(outcome: &Outcome) {
    let Some(choice) = outcome.plan.as_ref().and_then(|plan| plan.choice()) else { return };
    let all = outcome.homes.people() as f64;
    let places = choice.places().iter().enumerate().filter(|(_, count)| **count > 0);
    let said: Vec<String> = places
        .map(|(place, &count)| {
            format!("{count} got choice {} ({:.0} %)", place + 1, 100.0 * count as f64 / all)
        })
        .collect();
    if let Some(wishes) = outcome.wishes {
        let kind = if wishes.ranks { "ranks" } else { "costs" };
        let silent = match wishes.silent {
            0 => String::new(),
            silent => format!(", {} without any counted as content", people(silent)),
        };
        eprintln!("wishes (read as {kind}{silent}): {}", said.join(", "));
    }
    let prices = choice.prices().iter().enumerate().filter(|(_, price)| **price != 0);
    for (topic, price) in prices {
        let why = if *price > 0 {
            "more want it than it takes"
        } else {
            "fewer want it than the homes need"
        };
        eprintln!("  topic {topic}: {why} (price {price:+})");
    }
}

/// How even each column came out, beside the best there could be and chance.
fn balance(roster: &Roster, chosen: &Chosen, outcome: &Outcome, word: &str) {
    let report = &outcome.balance;
    if chosen.columns.is_empty() {
        let rest = if outcome.offsets.is_some() { "nothing else" } else { "nothing" };
        return eprintln!("{rest} to balance: people were mixed by chance");
    }
    let chance = report.expected_share();
    eprintln!(
        "how much of the differences between people lies between {word}s: 0 % is even, {:.1} % is chance, no division has less than the bound",
        100.0 * chance
    );
    let name = |column: &Column| column.name.chars().count();
    let width = chosen.columns.iter().map(|(column, _)| name(column)).max().unwrap_or(0);
    let within = chosen.columns.iter().any(|(_, wish)| *wish == Wish::Within);
    let first = within || outcome.offsets.is_some() && outcome.plan.is_none();
    for (column, wish) in &chosen.columns {
        let Some(measured) = Measured::of(report, column) else { continue };
        let Some(share) = measured.share() else {
            eprintln!("  {:width$}  all have one value", column.name);
            continue;
        };
        let bound = measured.bound();
        let words = verdict(*wish, share, bound, chance);
        let advice = match words {
            CHANCE if first => ": what is never mixed comes first",
            CHANCE => ": balance fewer columns",
            _ => "",
        };
        let details = details(roster, &outcome.homes, (column, *wish), &measured, word);
        eprintln!(
            "  {:width$}  {:5.1} %  bound {:4.1} %  {words}{advice}{details}",
            column.name,
            100.0 * share,
            100.0 * bound
        );
    }
    if chosen.columns.iter().any(|(_, wish)| *wish == Wish::Even) {
        worst(report, word);
    }
    if let Some(broken) = &outcome.violation {
        eprintln!("warning: {broken}");
    }
}

/// In words.
fn verdict(wish: Wish, share: f64, bound: f64, chance: f64) -> &'static str {
    let part = if chance > bound { (share - bound) / (chance - bound) } else { 0.0 };
    match wish {
        Wish::Alike if share > 0.9 => "alike within, as wished",
        Wish::Alike if part > 1.0 => "more alike within than by chance",
        Wish::Alike => "NOT more alike within than by chance",
        Wish::NoneAlone => "not spread: kinds keep company",
        Wish::Within => "never mixed",
        Wish::Even if share - bound <= 5e-4 => "as even as can be",
        Wish::Even if part <= 0.2 => "even",
        Wish::Even if part <= 0.6 => "fairly even",
        Wish::Even if part < 1.0 => "little better than chance",
        Wish::Even => CHANCE,
    }
}

/// Gaps, and who is alone or far off.
fn details(
    roster: &Roster,
    homes: &Groups,
    (column, wish): (&Column, Wish),
    measured: &Measured<'_>,
    word: &str,
) -> String {
    let mut parts = Vec::new();
    match column.missing() {
        0 => (),
        missing => parts.push(format!("; {} without a value", people(missing))),
    }
    match (measured, &column.data) {
        (Measured::Numbers(_), _) if wish == Wish::Alike => (),
        (Measured::Numbers(numbers), _) => parts.extend(far_off(roster, numbers, word)),
        (Measured::Levels(category), _) if wish == Wish::NoneAlone => {
            let known = category.levels().iter().filter(|level| level.value.is_some());
            match known.map(|level| level.alone).sum::<usize>() {
                0 => parts.push(format!("; nobody is the only one in a {word}")),
                alone => parts.push(format!("; only ones in a {word}: {}", people(alone))),
            }
        }
        // Who is in a pair is the only one more often than not.
        (Measured::Levels(category), Data::Levels(names, _)) if word != PAIR => {
            parts.extend(alone(category, names, homes, word));
        }
        _ => (),
    }
    parts.concat()
}

/// The group whose mean is furthest off, and the person who forces it.
fn far_off(roster: &Roster, numbers: &ColumnReport, word: &str) -> Option<String> {
    let far = numbers.worst().filter(|far| far.off.abs() >= FAR)?;
    let side = if far.off < 0.0 { "below" } else { "above" };
    let text = format!("; {word} {} is {:.1} SD {side}", far.group, far.off.abs());
    let forced = numbers.worst_bound() >= 0.5 * far.off.abs();
    Some(match numbers.outlier().filter(|_| forced) {
        Some(person) => format!("{text} ({} is too far out for any {word})", roster.name(person)),
        None => text,
    })
}

/// Values that are too few for all groups, whose holders are mostly the only ones in theirs.
fn alone(
    category: &CategoryReport,
    names: &[String],
    homes: &Groups,
    word: &str,
) -> Option<String> {
    let levels = category.levels().iter().filter(|level| level.holders < homes.len());
    let mostly = levels.filter(|level| 2 * level.alone > level.holders);
    let named: Vec<String> = mostly
        .filter_map(|level| {
            let name = names.get(level.value? as usize)?;
            Some(format!("{name} {} of {}", level.alone, level.holders))
        })
        .collect();
    let few = !named.is_empty() && named.len() <= NAMED;
    few.then(|| format!("; the only one in a {word}: {}", named.join(", ")))
}

fn worst(report: &GroupReport, word: &str) {
    let (group, score) = report.worst_group();
    eprintln!(
        "furthest from the whole: {word} {group}, score {score:.2}; mean score {:.2} (1 is perfect, chance is about 0.5)",
        report.mean_score()
    );
}

/// Whether a column of numbers has two different ones, as 1 and 2 for sexes.
fn is_of_two(column: &Column) -> bool {
    let Data::Numbers(values) = &column.data else { return false };
    let mut seen: Vec<f64> = Vec::new();
    for &value in values.iter().flatten() {
        if seen.iter().all(|other| other.total_cmp(&value).is_ne()) {
            seen.push(value);
        }
        if seen.len() > 2 {
            return false;
        }
    }
    seen.len() == 2
}

/// What was not used, and why.
fn unused(cli: &Cli, roster: &Roster, chosen: &Chosen) {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    let mut add = |why: String, name| match reasons.iter_mut().find(|(other, _)| *other == why) {
        Some((_, names)) => names.push(name),
        None => reasons.push((why, vec![name])),
    };
    for (name, why) in &chosen.left_out {
        add(why.clone(), name.as_str());
    }
    let used = topic_columns(roster, cli.topics.unwrap_or(0));
    for (at, name) in roster.header.iter().enumerate() {
        let read = cli.mode == Mode::Jigsaw && used.contains(&Some(at));
        if is_wish(name) && !read {
            let last = cli.topics.unwrap_or(0).saturating_sub(1);
            let why = match cli.mode {
                Mode::Jigsaw => format!("the topics are 0 to {last}"),
                Mode::Pods | Mode::Pairs => "only a jigsaw has topics".to_owned(),
            };
            add(why, name);
        }
    }
    for (why, names) in reasons {
        eprintln!("note: `{}` not used: {why}", names.join("`, `"));
    }
    for (column, _) in chosen.columns.iter().filter(|(column, _)| is_of_two(column)) {
        let name = &column.name;
        eprintln!(
            "note: {name} has two different numbers: if they stand for kinds, add --categorical {name}"
        );
    }
}
