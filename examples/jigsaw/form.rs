//! From the wishes to groups, by the library.

use std::collections::BTreeSet;
use std::time::Instant;

use peergrade::group::{
    Effort, FormError, GroupReport, Mode as ColumnMode, Rule, Strength, TopicChoice, UtcOffset,
    ZoneGroups, evaluate,
};
use peergrade::{
    GroupError, GroupFormer, GroupSizes, Groups, Jigsaw, JigsawPlan, PersonId, Roles, Seed,
    TopicId, Traits,
};

use crate::choose::{Chosen, Wish};
use crate::common::Failure;
use crate::roster::{Data, Roster};
use crate::time::Time;
use crate::{Cli, Mode, Unlisted, is_wish};

/// The name of the column of time zones among the traits.
const ZONES: &str = "utc_offset";
/// The library takes no more.
const MAX_TOPICS: usize = 1024;
/// People of one band of time zones are at most this many minutes apart, but for groups that are
/// wider themselves.
const BAND: u32 = 120;
/// What a group without any time in common costs, beside columns of weight 1.
const NO_TIME: f64 = 4.0;
/// Above so many people time in common takes its time, and less of it must do.
const MANY: usize = 2_000;

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) homes: Groups,
    pub(crate) plan: Option<JigsawPlan>,
    /// The roles of everybody, joined by `+`; empty where nobody has one.
    pub(crate) roles: Vec<String>,
    pub(crate) balance: GroupReport,
    /// The first rule that is broken.
    pub(crate) violation: Option<String>,
    pub(crate) wishes: Option<Wishes>,
    pub(crate) offsets: Option<Vec<Option<UtcOffset>>>,
    pub(crate) time: Option<Time>,
    pub(crate) method: &'static str,
    pub(crate) seconds: f64,
}

/// How the wishes for topics were read.
#[derive(Clone, Copy)]
pub(crate) struct Wishes {
    /// As ranks, since no number is above the number of columns of wishes; otherwise as costs.
    pub(crate) ranks: bool,
    /// People who wish nothing.
    pub(crate) silent: usize,
}

/// Forms the groups, checks them, and measures them.
pub(crate) fn form(
    cli: &Cli,
    roster: &Roster,
    chosen: &Chosen,
    offsets: Option<Vec<Option<UtcOffset>>>,
    time: Option<Time>,
) -> Result<Outcome, Failure> {
    let people = roster.people.len();
    if people == 0 {
        return Err(GroupError::NoPeople.into());
    }
    let (jigsaw, wishes) = match cli.mode {
        Mode::Jigsaw => jigsaw(cli, roster).map(|(jigsaw, wishes)| (Some(jigsaw), wishes))?,
        Mode::Pods | Mode::Pairs => (None, None),
    };
    let start = Instant::now();
    let seed = Seed::new(cli.seed);
    let sizes = sizes(cli);
    let zones = match &offsets {
        Some(offsets) if jigsaw.is_none() => Some(bands(roster, chosen, offsets, sizes, seed)?),
        _ => None,
    };
    let traits = traits(people, chosen, zones.as_deref(), time.as_ref())?;
    let mut former = former(chosen, zones.is_some()).sizes(sizes);
    if let Some(time) = &time {
        former = former.overlap(time.asked, Strength::Soft(NO_TIME));
        if people > MANY {
            former = former.effort(Effort::Fast);
        }
    }
    if let Some(path) = &cli.apart {
        former = former.keep_apart(roster.pairs(path)?);
    }
    let named = |error| explain(error, roster);
    let (homes, plan) = match &jigsaw {
        Some(jigsaw) => {
            let plan = jigsaw.form_balanced(&traits, &former, seed).map_err(named)?;
            plan.verify(jigsaw)?;
            (plan.homes().clone(), Some(plan))
        }
        None => (former.form(&traits, seed).map_err(named)?.into_groups(), None),
    };
    let seconds = start.elapsed().as_secs_f64();
    let roles = roles(cli, &homes, seed)?;
    let balance = match &plan {
        Some(plan) => plan.evaluate_homes(&traits, &former)?,
        None => evaluate(&traits, &homes, &former)?,
    };
    let violation = balance.violation().map(|error| explain(error.clone(), roster).to_string());
    let method = match (&zones, chosen.columns.is_empty()) {
        (Some(_), true) => "time zones",
        (Some(_), false) => "time zones, balanced within",
        (None, true) => "shuffle",
        (None, false) => "balanced",
    };
    Ok(Outcome { homes, plan, roles, balance, violation, wishes, offsets, time, method, seconds })
}

fn sizes(cli: &Cli) -> GroupSizes {
    match (cli.mode, &cli.group_size) {
        (Mode::Pairs, _) => GroupSizes::target(2).range(2..=3),
        (_, Some(sizes)) => GroupSizes::within(sizes.clone()),
        (_, None) => GroupSizes::target(5).range(3..=6),
    }
}

fn jigsaw(cli: &Cli, roster: &Roster) -> Result<(Jigsaw, Option<Wishes>), Failure> {
    let topics = cli.topics.unwrap_or(0);
    let mut jigsaw = Jigsaw::topics(topics).redundancy(cli.redundancy).expert_size(cli.expert_size);
    if let Some(sizes) = &cli.group_size {
        jigsaw = jigsaw.home_size(sizes.clone());
    }
    Ok(match topic_choice(cli, roster, topics)? {
        Some((choice, wishes)) => (jigsaw.preferences(choice), Some(wishes)),
        None => (jigsaw, None),
    })
}

/// The positions of `topic_0` and so on, where any is there; a topic without one is nobody's wish.
pub(crate) fn topic_columns(roster: &Roster, topics: usize) -> Vec<Option<usize>> {
    let names = |column: &String| column.strip_prefix("topic_").and_then(|t| t.parse().ok());
    let mut at = vec![None; topics.min(MAX_TOPICS)];
    for (position, column) in roster.header.iter().enumerate() {
        if let Some(at) = names(column).and_then(|topic: usize| at.get_mut(topic)) {
            *at = Some(position);
        }
    }
    if at.iter().any(Option::is_some) { at } else { Vec::new() }
}

/// What people think of the topics. Ranks cost the square of the place, as the library has it;
/// larger numbers cost what they are.
fn topic_choice(
    cli: &Cli,
    roster: &Roster,
    topics: usize,
) -> Result<Option<(TopicChoice, Wishes)>, Failure> {
    let columns = topic_columns(roster, topics);
    if columns.is_empty() || roster.people.is_empty() {
        return Ok(None);
    }
    // One column for each topic that somebody could wish: no more than the file has.
    let mut wishes: Vec<Vec<Option<u32>>> = Vec::new();
    let mut column_of = vec![None; columns.len()];
    for (at, column) in columns.iter().zip(&mut column_of) {
        if let Some(at) = at {
            *column = Some(wishes.len());
            wishes.push(roster.wishes(*at)?);
        }
    }
    let ranked = roster.header.iter().filter(|name| is_wish(name)).count();
    let ranks = wishes.iter().flatten().flatten().all(|&wish| wish as usize <= ranked);
    let people = roster.people.len();
    let silent = (0..people).filter(|&p| wishes.iter().all(|column| column[p].is_none())).count();
    let cost = |person: PersonId, topic: TopicId| {
        let listed = || wishes.iter().filter_map(|column| column[person.index()]);
        let own = column_of.get(topic.index()).copied().flatten();
        let place = match (own.and_then(|at| wishes[at][person.index()]), listed().max()) {
            (_, None) => return Some(0), // no opinion
            (Some(wish), _) if ranks => listed().filter(|&other| other < wish).count(),
            (None, _) if cli.unlisted == Unlisted::Forbidden => return None,
            (None, Some(_)) if ranks => listed().count(),
            (Some(wish), _) => return Some(wish),
            (None, Some(worst)) => return Some(worst + 1),
        };
        u32::try_from(place * place).ok()
    };
    let choice = TopicChoice::new(people, topics, cost)?;
    Ok(Some((choice, Wishes { ranks, silent })))
}

/// The band of time zones of everybody: neighbours on the circle that groups may be mixed in. Where
/// all groups keep to one section so does every band.
fn bands(
    roster: &Roster,
    chosen: &Chosen,
    offsets: &[Option<UtcOffset>],
    sizes: GroupSizes,
    seed: Seed,
) -> Result<Vec<Option<u32>>, Failure> {
    let mut section = vec![0; roster.people.len()];
    if let Some((column, _)) = chosen.columns.iter().find(|(_, wish)| *wish == Wish::Within)
        && let Data::Levels(_, codes) = &column.data
    {
        section = codes.iter().map(|code| code.map_or(0, |code| code + 1)).collect();
    }
    let zones = ZoneGroups::new(sizes).languages(&section).form(offsets, seed.derive("zones"))?;
    let mut band_of = vec![None; roster.people.len()];
    let (mut band, mut here, mut places) = (0, None, BTreeSet::new());
    for (_, members) in zones.iter() {
        // Groups follow one another on the circle, section by section.
        let own = members.first().map(|person| section[person.index()]);
        let more = members.iter().filter_map(|person| offsets[person.index()]);
        let joined: BTreeSet<UtcOffset> = places.iter().copied().chain(more.clone()).collect();
        if here.is_some() && (own != here || arc(&joined) > BAND) {
            band += 1;
            places = more.collect();
        } else {
            places = joined;
        }
        here = own;
        for person in members {
            band_of[person.index()] = Some(band);
        }
    }
    Ok(band_of)
}

/// The minutes from the first to the last of these offsets, the short way round the circle.
fn arc(offsets: &BTreeSet<UtcOffset>) -> u32 {
    let mut places: Vec<u32> =
        offsets.iter().map(|o| i32::from(o.minutes()).rem_euclid(1440).unsigned_abs()).collect();
    places.sort_unstable();
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return 0 };
    let inner = places.windows(2).map(|two| two[1] - two[0]);
    1440 - inner.chain([1440 - (last - first)]).max().unwrap_or(0)
}

fn traits(
    people: usize,
    chosen: &Chosen,
    zones: Option<&[Option<u32>]>,
    time: Option<&Time>,
) -> Result<Traits, Failure> {
    let mut builder = Traits::builder(people);
    for (column, _) in &chosen.columns {
        builder = match &column.data {
            Data::Numbers(values) => builder.numeric(&column.name, values),
            Data::Levels(_, codes) => builder.categorical(&column.name, codes),
        };
    }
    if let Some(zones) = zones {
        builder = builder.categorical(ZONES, zones);
    }
    if let Some(time) = time {
        builder = builder.availability(&time.weeks);
    }
    Ok(builder.build()?)
}

fn former(chosen: &Chosen, zones: bool) -> GroupFormer {
    let mut former = GroupFormer::default();
    for (column, wish) in &chosen.columns {
        let name = column.name.as_str();
        former = match (&column.data, wish) {
            (Data::Numbers(_), Wish::Alike) => former.column(name, ColumnMode::Similar, 1.0),
            (Data::Numbers(_), _) => former.column(name, ColumnMode::Balance, 1.0),
            (_, Wish::Even) => former.category(name, Rule::Spread, Strength::Soft(1.0)),
            (_, Wish::Alike) => former.category(name, Rule::Same, Strength::Soft(1.0)),
            (_, Wish::NoneAlone) => {
                former.category(name, Rule::NoSolo { min: 2 }, Strength::Soft(1.0))
            }
            (_, Wish::Within) => former.category(name, Rule::Same, Strength::Hard),
        };
    }
    if zones {
        former = former.category(ZONES, Rule::Same, Strength::Hard);
    }
    former
}

/// The roles of everybody in the first meeting.
fn roles(cli: &Cli, homes: &Groups, seed: Seed) -> Result<Vec<String>, Failure> {
    let mut texts = vec![String::new(); homes.people()];
    if cli.roles.is_empty() {
        return Ok(texts);
    }
    let roles = Roles::new(cli.roles.iter().map(|name| name.trim()))?.combine();
    let rounds = [homes.clone()];
    let plan = roles.assign(&rounds, seed.derive("roles"))?;
    plan.verify(&roles, &rounds)?;
    for (person, text) in (0..).map(PersonId::new).zip(&mut texts) {
        if let Some(role) = plan.role_of(person, 0) {
            text.push_str(&roles.names()[role]);
        }
    }
    for more in plan.combined() {
        let text = &mut texts[more.person.index()];
        text.push('+');
        text.push_str(&roles.names()[more.role]);
    }
    Ok(texts)
}

/// The words of an error, with the names of the people it is about.
fn explain(error: FormError, roster: &Roster) -> Failure {
    let all = |people: &[PersonId]| {
        let shown: Vec<&str> = people.iter().take(8).map(|&p| roster.name(p)).collect();
        let more = if people.len() > shown.len() { ", ..." } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    match error {
        FormError::Clique { people, groups } => format!(
            "{} people are all to be apart from each other ({}), but there are only {groups} groups",
            people.len(),
            all(&people)
        )
        .into(),
        FormError::Cell { first, reason } => {
            format!("the section or time zone of {} cannot be grouped by itself: {reason}", roster.name(first)).into()
        }
        FormError::Pair { first, second, .. } => {
            format!("{} and {} are together, they should not be", roster.name(first), roster.name(second)).into()
        }
        other => other.into(),
    }
}
