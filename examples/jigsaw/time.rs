//! When people have time: beside the hours at which they are busy, or while they are awake.

use std::collections::BTreeSet;

use peergrade::group::{UtcOffset, Week};

use crate::common::Failure;
use crate::output::AWAKE;
use crate::roster::Roster;
use crate::{Cli, Mode};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Quarter hours of an hour and of a day.
const HOUR: usize = 4;
const DAY: usize = 24 * HOUR;

/// When people have time, and how much of it groups are to have in common.
pub(crate) struct Time {
    /// Unknown for a person who tells nothing.
    pub(crate) weeks: Vec<Week>,
    /// Quarter hours a week.
    pub(crate) asked: u32,
    /// Whether it comes from the hours at which people are busy.
    pub(crate) from_lists: bool,
}

/// The day of a column of busy hours: `busy_mon`, `busy_Tuesday`, ...
pub(crate) fn busy_day(name: &str) -> Option<usize> {
    let day = name.strip_prefix("busy_")?.to_lowercase();
    DAYS.iter().position(|known| day.starts_with(known))
}

/// The time of everybody: what busy hours leave, in any mode; for a jigsaw else the waking hours.
pub(crate) fn read(
    cli: &Cli,
    roster: &Roster,
    offsets: Option<&[Option<UtcOffset>]>,
) -> Result<Option<Time>, Failure> {
    let mut busy: Vec<Vec<Option<BTreeSet<usize>>>> = vec![Vec::new(); DAYS.len()];
    for (at, name) in roster.header.iter().enumerate() {
        if let Some(day) = busy_day(name) {
            busy[day] = roster.hours(at)?;
        }
    }
    let told = busy.iter().flatten().flatten();
    let hours: BTreeSet<usize> = told.flatten().copied().collect();
    let zone = |person: usize| offsets.and_then(|offsets| offsets[person]);
    let local = |week: Week, person| zone(person).map_or(week, |offset| week.in_utc(offset));
    let people = 0..roster.people.len();
    if !hours.is_empty() {
        let free = |person| Ok(local(free(&busy, &hours, person)?, person));
        let weeks = people.map(free).collect::<Result<_, Failure>>()?;
        let asked = cli.meet.saturating_mul(4);
        return Ok(Some(Time { weeks, asked, from_lists: true }));
    }
    if offsets.is_none() || cli.mode != Mode::Jigsaw {
        return Ok(None);
    }
    let awake = Week::daily(8 * 60, AWAKE)?;
    let week = |person| if zone(person).is_some() { local(awake, person) } else { Week::default() };
    let weeks = people.map(week).collect();
    Ok(Some(Time { weeks, asked: 7 * AWAKE / 15, from_lists: false }))
}

/// The hours that some people are busy at and this person is not, on the days that there are columns
/// for. Unknown for a person who is never busy: they have not answered.
fn free(
    busy: &[Vec<Option<BTreeSet<usize>>>],
    hours: &BTreeSet<usize>,
    person: usize,
) -> Result<Week, Failure> {
    let days = busy.iter().enumerate().filter(|(_, people)| !people.is_empty());
    if days.clone().all(|(_, people)| people[person].is_none()) {
        return Ok(Week::default());
    }
    let slots = days.flat_map(|(day, people)| {
        let is_free =
            |hour: &&usize| !people[person].as_ref().is_some_and(|own| own.contains(hour));
        let free = hours.iter().filter(is_free).copied().collect::<Vec<_>>();
        free.into_iter().flat_map(move |hour| {
            let first = day * DAY + hour * HOUR;
            first..first + HOUR
        })
    });
    Ok(Week::from_slots(slots)?)
}

/// The hour that a word stands for: `8AM`, `noon`, `13`, `13:30`.
pub(crate) fn hour(word: &str) -> Option<usize> {
    let word = word.trim().to_lowercase();
    let (text, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        _ if word == "noon" => return Some(12),
        _ if word == "midnight" => return Some(0),
        (Some(text), _) => (text, Some(0)),
        (_, Some(text)) => (text, Some(12)),
        _ => (word.as_str(), None),
    };
    let (hour, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
    minutes.parse::<u8>().ok().filter(|&minutes| minutes < 60)?;
    let hour = hour.parse::<usize>().ok()?;
    match half {
        Some(half) => (1..=12).contains(&hour).then_some(hour % 12 + half),
        None => (hour < 24).then_some(hour),
    }
}
