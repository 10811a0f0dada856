//! The groups as CSV, and the report as JSON.

use std::collections::BTreeSet;
use std::path::Path;

use peergrade::group::{CategoryReport, ColumnReport, GroupReport, UtcOffset, waking_overlap};
use peergrade::{Groups, JigsawPlan, PersonId};
use serde_json::{Value, json};

use crate::choose::{Chosen, Wish};
use crate::common::{Failure, write_csv};
use crate::form::Outcome;
use crate::roster::{Column, Data, Roster};

/// Everybody is awake from 8 to 22 local time.
pub(crate) const AWAKE: u32 = 14 * 60;

pub(crate) fn write_groups(path: &Path, roster: &Roster, outcome: &Outcome) -> Result<(), Failure> {
    write_csv(path, &["person", "home", "topic", "role"], |writer| {
        let rows = roster.people.iter().zip(outcome.homes.assignment()).zip(&outcome.roles);
        for (((row, home), role), person) in rows.zip(0..) {
            let topic = outcome.plan.as_ref().and_then(|plan| plan.topic_of(PersonId::new(person)));
            let topic = topic.map_or_else(String::new, |topic| topic.to_string());
            writer.write_record([&row.0, &home.to_string(), &topic, role])?;
        }
        Ok(())
    })
}

/// What `evaluate` found of a column.
pub(crate) enum Measured<'a> {
    Numbers(&'a ColumnReport),
    Levels(&'a CategoryReport),
}

impl<'a> Measured<'a> {
    pub(crate) fn of(balance: &'a GroupReport, column: &Column) -> Option<Self> {
        match column.data {
            Data::Numbers(_) => {
                let found = balance.columns().iter().find(|c| c.name() == column.name);
                found.map(Measured::Numbers)
            }
            Data::Levels(..) => {
                let found = balance.categories().iter().find(|c| c.name() == column.name);
                found.map(Measured::Levels)
            }
        }
    }

    pub(crate) fn share(&self) -> Option<f64> {
        match self {
            Measured::Numbers(column) => column.share(),
            Measured::Levels(column) => column.share(),
        }
    }

    pub(crate) fn bound(&self) -> f64 {
        match self {
            Measured::Numbers(column) => column.bound(),
            Measured::Levels(column) => column.bound(),
        }
    }
}

pub(crate) fn report(roster: &Roster, chosen: &Chosen, outcome: &Outcome) -> Value {
    let Outcome { homes, plan, balance, .. } = outcome;
    let even = chosen.columns.iter().any(|(_, wish)| *wish == Wish::Even);
    let (worst, score) = balance.worst_group();
    let left_out = chosen.left_out.iter().map(|(name, why)| json!({"name": name, "why": why}));
    json!({
        "people": homes.people(),
        "groups": homes.len(),
        "sizes": homes.sizes().collect::<Vec<_>>(),
        "missing_topics": plan.as_ref().map_or(0, missing_topics),
        "expert_sizes": plan.as_ref().map(|plan| plan.experts().sizes().collect::<Vec<_>>()),
        "between_share": even.then(|| balance.share()),
        "lower_bound": even.then(|| balance.bound()),
        "chance": balance.expected_share(),
        "mean_squared_distance": mean_distance(balance),
        "worst_group": even.then(|| json!({"home": worst.get(), "score": score})),
        "mean_score": even.then(|| balance.mean_score()),
        "violation": outcome.violation,
        "wishes": wishes(outcome),
        "time_zones": outcome.offsets.as_ref().map(|offsets| time_zones(homes, offsets)),
        "hours_in_common": hours(outcome),
        "method": outcome.method,
        "seconds": outcome.seconds,
        "columns": chosen.columns.iter().map(|c| column(roster, balance, c)).collect::<Vec<_>>(),
        "left_out": left_out.collect::<Vec<_>>(),
    })
}

fn column(roster: &Roster, balance: &GroupReport, (column, wish): &(Column, Wish)) -> Value {
    let measured = Measured::of(balance, column);
    let mut row = json!({
        "name": column.name,
        "kind": match column.data { Data::Numbers(_) => "numeric", Data::Levels(..) => "categorical" },
        "wish": match wish {
            Wish::Even => "even",
            Wish::Alike => "alike",
            Wish::NoneAlone => "not alone",
            Wish::Within => "within",
        },
        "missing": column.missing(),
        "between_share": measured.as_ref().and_then(Measured::share),
        "lower_bound": measured.as_ref().map(Measured::bound),
        "chance": balance.expected_share(),
        // The root of the share is the spread of the group means, in standard deviations.
        "spread_of_means": measured.as_ref().and_then(Measured::share).map(f64::sqrt),
    });
    match (&measured, &column.data) {
        (Some(Measured::Numbers(numbers)), _) => {
            row["mean"] = json!(numbers.mean());
            row["sd"] = json!(numbers.sd());
            row["spread_of_sds"] = json!(numbers.spread_of_sds());
            row["mean_squared_distance"] = json!(numbers.distance());
            row["furthest_off"] =
                json!(numbers.worst().map(|far| json!({"home": far.group.get(), "sds": far.off})));
            row["outlier"] = json!(numbers.outlier().map(|person| roster.name(person)));
        }
        (Some(Measured::Levels(category)), Data::Levels(names, _)) => {
            let level = |level: &peergrade::group::LevelReport| {
                json!({
                    "value": level.value.and_then(|value| names.get(value as usize)),
                    "people": level.holders,
                    "alone": level.alone,
                    "uneven": level.uneven,
                })
            };
            row["levels"] = category.levels().iter().map(level).collect();
        }
        _ => (),
    }
    row
}

/// The mean over the columns of numbers of the mean squared difference within groups.
fn mean_distance(balance: &GroupReport) -> Option<f64> {
    let known: Vec<f64> = balance.columns().iter().filter_map(ColumnReport::distance).collect();
    let sum = known.iter().fold(0.0, |sum, x| sum + x);
    (!known.is_empty()).then(|| sum / known.len() as f64)
}

/// How many got their first wish, their second and so on, and what the topics would have to cost for
/// everybody to be content.
fn wishes(outcome: &Outcome) -> Option<Value> {
    let (choice, wishes) = (outcome.plan.as_ref()?.choice()?, outcome.wishes?);
    let people = outcome.homes.people() as f64;
    let shares: Vec<f64> = choice.places().iter().map(|&count| count as f64 / people).collect();
    Some(json!({
        "kind": if wishes.ranks { "ranks" } else { "costs" },
        "without": wishes.silent,
        "places": choice.places(),
        "shares": shares,
        "cost": choice.cost(),
        "people": choice.people(),
        "prices": choice.prices(),
    }))
}

fn time_zones(homes: &Groups, offsets: &[Option<UtcOffset>]) -> Value {
    let overlaps: Vec<u32> = overlaps(homes, offsets).collect();
    json!({
        "missing": offsets.iter().filter(|offset| offset.is_none()).count(),
        "least_minutes_awake_together": overlaps.iter().min(),
        "minutes_awake_together": overlaps,
    })
}

/// What groups have in common of the hours at which nobody of them is busy.
fn hours(outcome: &Outcome) -> Option<Value> {
    let time = outcome.time.as_ref().filter(|time| time.from_lists)?;
    let hours = |slots: u32| f64::from(slots) / 4.0;
    let own = outcome.balance.overlaps();
    Some(json!({
        "asked": hours(time.asked),
        "unknown": time.weeks.iter().filter(|week| week.is_unknown()).count(),
        "least": own.iter().copied().flatten().min().map(hours),
        "groups": own.iter().map(|own| own.map(hours)).collect::<Vec<_>>(),
    }))
}

/// The minutes of a day in which all people of a group are awake, for each group.
pub(crate) fn overlaps(homes: &Groups, offsets: &[Option<UtcOffset>]) -> impl Iterator<Item = u32> {
    homes.iter().map(|(_, members)| {
        let known: Vec<UtcOffset> = members.iter().filter_map(|p| offsets[p.index()]).collect();
        waking_overlap(&known, AWAKE).unwrap_or(AWAKE)
    })
}

/// Pairs of a home and a topic that nobody there has.
pub(crate) fn missing_topics(plan: &JigsawPlan) -> usize {
    let missing = plan.homes().iter().map(|(_, members)| {
        let topics: BTreeSet<_> = members.iter().map(|&p| plan.topic_of(p)).collect();
        plan.topics() - topics.len()
    });
    missing.sum()
}
