//! What groups are balanced in: the columns that were asked for, or all that say something.

use std::collections::BTreeSet;

use crate::common::Failure;
use crate::roster::{Column, Data, Roster};

/// The most values of a category that nobody asked for, and of one that somebody did.
const LEVELS: usize = 40;
const LEVELS_ASKED: usize = 200;
/// The most columns of numbers and values of categories together that nobody asked for.
const ALL: usize = 200;

/// What is wanted of a column.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Wish {
    /// Groups are even in it.
    Even,
    /// The people of a group are alike in it.
    Alike,
    /// Nobody is the only one of their kind in a group.
    NoneAlone,
    /// Groups are formed within each value.
    Within,
}

/// Columns by what is wanted, as the user names them.
pub(crate) struct Asked<'a> {
    pub(crate) balance: &'a [String],
    pub(crate) similar: &'a [String],
    pub(crate) not_alone: &'a [String],
    pub(crate) section: Option<&'a str>,
    pub(crate) categorical: &'a [String],
}

/// The columns that count, and those that do not with the reason.
pub(crate) struct Chosen {
    pub(crate) columns: Vec<(Column, Wish)>,
    pub(crate) left_out: Vec<(String, String)>,
}

/// Chooses columns; those in `used` are for something else.
pub(crate) fn choose(
    roster: &Roster,
    asked: &Asked<'_>,
    used: &[usize],
) -> Result<Chosen, Failure> {
    for name in asked.categorical {
        roster.position(name, "")?;
    }
    let mut chosen = Chosen { columns: Vec::new(), left_out: Vec::new() };
    let mut taken: BTreeSet<usize> = used.iter().copied().chain([roster.key]).collect();
    let lists = [
        (asked.balance, Wish::Even, " to balance"),
        (asked.similar, Wish::Alike, " to be similar in"),
        (asked.not_alone, Wish::NoneAlone, " in which nobody is to be alone"),
    ];
    let section: Vec<String> = asked.section.iter().map(|&name| name.to_owned()).collect();
    let lists = lists.into_iter().chain([(section.as_slice(), Wish::Within, " of sections")]);
    for (names, wish, what_for) in lists {
        for name in names {
            let at = roster.position(name, what_for)?;
            if !taken.insert(at) {
                return Err(format!("column `{name}` cannot be used twice").into());
            }
            let by_kind = matches!(wish, Wish::NoneAlone | Wish::Within);
            let column = roster.column(at, by_kind || asked.categorical.contains(name))?;
            check_levels(&column, wish)?;
            chosen.columns.push((column, wish));
        }
    }
    for at in (0..roster.header.len()).filter(|at| !taken.contains(at)) {
        let name = roster.header[at].clone();
        if name.is_empty() || roster.header[..at].contains(&name) {
            let why = "it has no name of its own".to_owned();
            chosen.left_out.push((name, why));
            continue;
        }
        if !asked.balance.is_empty() {
            chosen.left_out.push((name, "not in --balance".to_owned()));
            continue;
        }
        match sensible(roster, at, asked.categorical.contains(&name)) {
            Ok(column) => chosen.columns.push((column, Wish::Even)),
            Err(why) => chosen.left_out.push((name, why)),
        }
    }
    drop_widest(&mut chosen, asked.balance.is_empty());
    Ok(chosen)
}

/// Names of which there are too many cannot be weighed.
fn check_levels(column: &Column, wish: Wish) -> Result<(), Failure> {
    match &column.data {
        Data::Levels(levels, _) if levels.len() > LEVELS_ASKED && wish != Wish::Within => {
            let (name, count) = (&column.name, levels.len());
            Err(format!("column `{name}` has {count} different values, more than the {LEVELS_ASKED} that can be balanced").into())
        }
        _ => Ok(()),
    }
}

/// The column at this position, or why it says nothing about groups.
fn sensible(roster: &Roster, at: usize, categorical: bool) -> Result<Column, String> {
    let column = roster.column(at, categorical).map_err(|error| {
        let text = error.to_string();
        format!(
            "numbers and text are mixed: {}",
            text.strip_prefix(&format!("{}: ", roster.file)).unwrap_or(&text)
        )
    })?;
    let known = roster.people.len() - column.missing();
    let different = match &column.data {
        Data::Numbers(values) => {
            let bits: BTreeSet<u64> =
                values.iter().flatten().map(|x| (x + 0.0).to_bits()).collect();
            bits.len()
        }
        Data::Levels(levels, _) => levels.len(),
    };
    let name = column.name.to_lowercase();
    match &column.data {
        _ if known == 0 => Err("it is empty".to_owned()),
        _ if different == 1 => Err("all people have one value".to_owned()),
        _ if name == "id" || name.ends_with("_id") => {
            Err("it looks like a number that names people".to_owned())
        }
        Data::Levels(levels, _) if levels.iter().all(|cell| names_people(roster, cell)) => {
            Err("its cells name people of the roster: --apart keeps pairs apart".to_owned())
        }
        Data::Levels(levels, _)
            if levels.iter().filter(|cell| cell.contains(';')).count() * 2 > different =>
        {
            Err("its cells are lists".to_owned())
        }
        Data::Levels(levels, _) if levels.len() * 2 > known && known > 3 => {
            Err(format!("it looks like names: {different} different values for {known} people"))
        }
        Data::Levels(levels, _) if levels.len() > LEVELS => {
            Err(format!("{different} different values are too many (at most {LEVELS})"))
        }
        _ => Ok(column),
    }
}

/// Whether a cell is a person, or several with `;` between.
fn names_people(roster: &Roster, cell: &str) -> bool {
    let mut names = cell.split(';').map(str::trim).filter(|name| !name.is_empty());
    names.all(|name| roster.find(name).is_some())
}

/// Leaves out the categories of most values until all can be weighed.
fn drop_widest(chosen: &mut Chosen, free: bool) {
    let width = |column: &Column| match &column.data {
        Data::Numbers(_) => 1,
        Data::Levels(levels, _) => levels.len() + 1,
    };
    while free && chosen.columns.iter().map(|(column, _)| width(column)).sum::<usize>() > ALL {
        let widest = chosen.columns.iter().enumerate().filter(|(_, c)| c.1 == Wish::Even);
        let Some((at, _)) = widest.max_by_key(|(_, c)| width(&c.0)) else { return };
        let (column, _) = chosen.columns.remove(at);
        let why = format!("there are too many columns, and it has {} values", width(&column));
        chosen.left_out.push((column.name, why));
    }
}
