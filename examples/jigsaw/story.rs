//! How the groups came out, for the teacher.

use peergrade::Groups;
use peergrade::group::GroupReport;

use crate::choose::{Chosen, Wish};
use crate::form::{Outcome, topic_columns};
use crate::output::{Measured, missing_topics, overlaps};
use crate::roster::{Column, Data, Roster};
use crate::{Cli, Mode, is_wish};

/// Names in a line.
const NAMED: usize = 6;

pub(crate) fn tell(cli: &Cli, roster: &Roster, chosen: &Chosen, outcome: &Outcome) {
    let word = if cli.mode == Mode::Jigsaw { "home" } else { "group" };
    sizes(outcome, word);
    wishes(outcome);
    if let Some(offsets) = &outcome.offsets {
        let least = overlaps(&outcome.homes, offsets).min().unwrap_or(0);
        let unknown = offsets.iter().filter(|offset| offset.is_none()).count();
        eprintln!(
            "time zones: neighbours are together; if all are awake from 8 to 22, every {word} shares at least {} a day",
            hours(least)
        );
        if unknown > 0 {
            eprintln!(
                "  {} with no utc_offset: spread over all, count on nobody's side",
                people(unknown)
            );
        }
    }
    balance(chosen, outcome, word);
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

/// `2 groups of 4 and 3 of 5`.
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
    eprintln!("wishes: {}; no other topics cost the course less", said.join(", "));
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
fn balance(chosen: &Chosen, outcome: &Outcome, word: &str) {
    let report = &outcome.balance;
    if chosen.columns.is_empty() {
        return eprintln!("nothing to balance: people were mixed by chance");
    }
    let chance = report.expected_share();
    eprintln!(
        "how much of the differences between people lies between {word}s (0 % is even; by chance {:.1} %):",
        100.0 * chance
    );
    let name = |column: &Column| column.name.chars().count();
    let width = chosen.columns.iter().map(|(column, _)| name(column)).max().unwrap_or(0);
    for (column, wish) in &chosen.columns {
        let Some(measured) = Measured::of(report, column) else { continue };
        let Some(share) = measured.share() else {
            eprintln!("  {:width$}  all have one value", column.name);
            continue;
        };
        let bound = measured.bound();
        let words = verdict(*wish, share, bound, chance);
        let details = details(column, &measured, word);
        eprintln!(
            "  {:width$}  {:5.1} %  (best possible {:4.1} % or more)  {words}{details}",
            column.name,
            100.0 * share,
            100.0 * bound
        );
    }
    if chosen.columns.iter().any(|(_, wish)| *wish == Wish::Even) {
        worst(report, word);
    }
}

/// In words.
fn verdict(wish: Wish, share: f64, bound: f64, chance: f64) -> &'static str {
    let part = if chance > bound { (share - bound) / (chance - bound) } else { 0.0 };
    match wish {
        Wish::Alike if share > 0.9 => "alike within, as wished",
        Wish::Alike if part > 1.5 => "more alike within than by chance",
        Wish::Alike => "NOT more alike within than by chance",
        Wish::NoneAlone => "not spread: company instead",
        Wish::Within => "never mixed",
        Wish::Even if share - bound <= 5e-4 => "as even as can be",
        Wish::Even if part <= 0.2 => "even",
        Wish::Even if part <= 0.6 => "fairly even",
        Wish::Even if part < 1.0 => "little better than chance",
        Wish::Even => "NO BETTER THAN CHANCE: balance fewer columns",
    }
}

/// Gaps, and who is alone or far off.
fn details(column: &Column, measured: &Measured<'_>, word: &str) -> String {
    let mut text = String::new();
    match column.missing() {
        0 => (),
        missing => text.push_str(&format!("; {} without a value", people(missing))),
    }
    match (measured, &column.data) {
        (Measured::Numbers(numbers), _) => {
            if let Some(far) = numbers.worst().filter(|far| far.off.abs() >= 0.5) {
                let side = if far.off < 0.0 { "below" } else { "above" };
                text.push_str(&format!("; {word} {} is {:.1} SD {side}", far.group, far.off.abs()));
            }
        }
        (Measured::Levels(category), Data::Levels(names, _)) => {
            let alone = category.levels().iter().filter(|level| level.alone > 0);
            let named: Vec<String> = alone
                .filter_map(|level| {
                    let name = names.get(level.value? as usize)?;
                    Some(format!("{name} {} of {}", level.alone, level.holders))
                })
                .collect();
            if !named.is_empty() && named.len() <= NAMED {
                text.push_str(&format!("; alone in a {word}: {}", named.join(", ")));
            }
        }
        _ => (),
    }
    text
}

fn worst(report: &GroupReport, word: &str) {
    let (group, score) = report.worst_group();
    eprintln!(
        "furthest from the whole: {word} {group}, score {score:.2}; mean score {:.2} (1 is perfect, chance is about 0.5)",
        report.mean_score()
    );
    if let Some(broken) = report.violation() {
        eprintln!("warning: {broken}");
    }
}

/// What was not used, and why.
fn unused(cli: &Cli, roster: &Roster, chosen: &Chosen) {
    let (not_named, why): (Vec<_>, Vec<_>) =
        chosen.left_out.iter().partition(|(_, why)| why.starts_with("--balance"));
    if !not_named.is_empty() {
        let names: Vec<&str> = not_named.iter().map(|(name, _)| name.as_str()).collect();
        eprintln!("note: not used, since --balance does not name them: {}", names.join(", "));
    }
    for (name, why) in why {
        eprintln!("note: `{name}` is not used: {why}");
    }
    let used = topic_columns(roster, cli.topics.unwrap_or(0));
    for (at, name) in roster.header.iter().enumerate() {
        let read = cli.mode == Mode::Jigsaw && used.contains(&Some(at));
        if is_wish(name) && !read {
            let why = match (cli.mode, cli.topics) {
                (Mode::Jigsaw, Some(topics)) => {
                    format!("there is no such topic among 0 to {}", topics.saturating_sub(1))
                }
                _ => "only a jigsaw has topics".to_owned(),
            };
            eprintln!("note: `{name}` is not used: {why}");
        } else if name == "utc_offset" && cli.mode == Mode::Jigsaw {
            eprintln!(
                "note: `utc_offset` is not used: a jigsaw needs its topics in every home; --mode pods and pairs group by time zone"
            );
        }
    }
}
