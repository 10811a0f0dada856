//! The roster: its people, sorted, and what its columns hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use peergrade::PersonId;
use peergrade::group::UtcOffset;

use crate::common::{Failure, Table, failure};
use crate::time::hour;

/// A roster, sorted by person, so that the order of its rows changes nothing.
pub(crate) struct Roster {
    pub(crate) file: String,
    pub(crate) header: Vec<String>,
    /// The column that names the people.
    pub(crate) key: usize,
    /// The name of each person, the line, and the cells.
    pub(crate) people: Vec<(String, u64, csv::StringRecord)>,
}

/// A column that groups can be balanced in.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data: Data,
}

/// One value per person; `None` where the cell is empty.
pub(crate) enum Data {
    Numbers(Vec<Option<f64>>),
    /// The names of the values, sorted, and which of them each person has.
    Levels(Vec<String>, Vec<Option<u32>>),
}

impl Column {
    /// How many people have no value.
    pub(crate) fn missing(&self) -> usize {
        match &self.data {
            Data::Numbers(values) => values.iter().filter(|value| value.is_none()).count(),
            Data::Levels(_, codes) => codes.iter().filter(|code| code.is_none()).count(),
        }
    }
}

impl Roster {
    /// Reads a roster whose people are in the column of this name; by default `person`, `id` or
    /// `item`.
    pub(crate) fn read(path: &Path, person: Option<&str>) -> Result<Self, Failure> {
        let mut table = Table::open(path)?;
        let key = match person {
            Some(name) => table.column(&[name])?,
            None => table.column(&["person", "id", "item"])?,
        };
        let header = table.header().to_vec();
        let mut people = Vec::new();
        while let Some(row) = table.next()? {
            people.push((row.key(key)?.to_owned(), row.line, row.cells().clone()));
        }
        people.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        if let Some(twice) = people.windows(2).find(|two| two[0].0 == two[1].0) {
            let (person, first, line) = (&twice[0].0, twice[0].1, twice[1].1);
            let text = format!("line {line}: person `{person}` is in line {first} already");
            return Err(failure(path, text));
        }
        Ok(Self { file: path.display().to_string(), header, key, people })
    }

    pub(crate) fn name(&self, person: PersonId) -> &str {
        self.people.get(person.index()).map_or("", |row| &row.0)
    }

    pub(crate) fn find(&self, name: &str) -> Option<PersonId> {
        let at = self.people.binary_search_by(|row| row.0.as_str().cmp(name)).ok()?;
        u32::try_from(at).ok().map(PersonId::new)
    }

    /// The position of a column that somebody asked for.
    pub(crate) fn position(&self, name: &str, what_for: &str) -> Result<usize, Failure> {
        let at = self.header.iter().position(|column| column == name);
        at.ok_or_else(|| format!("{}: line 1: no column `{name}`{what_for}", self.file).into())
    }

    fn cells(&self, at: usize) -> impl Iterator<Item = &str> {
        self.people.iter().map(move |row| row.2.get(at).unwrap_or_default().trim())
    }

    /// The column at this position: numbers where all cells are, categories where none is or the user
    /// said so. Cells that are no numbers among others that are make an error that names the first.
    pub(crate) fn column(&self, at: usize, categorical: bool) -> Result<Column, Failure> {
        let name = self.header[at].clone();
        let numeric = self.cells(at).any(|cell| cell.parse::<f64>().is_ok());
        if categorical || !numeric {
            return Ok(Column { name, data: self.levels(at) });
        }
        let read = |(cell, row): (&str, &(_, u64, _))| match cell.parse::<f64>() {
            _ if cell.is_empty() => Ok(None),
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(format!(
                "{}: line {}: `{cell}` in column `{name}` is not a finite number (--categorical {name} makes names of its values)",
                self.file, row.1
            )),
        };
        let values = self.cells(at).zip(&self.people).map(read).collect::<Result<_, _>>()?;
        Ok(Column { name, data: Data::Numbers(values) })
    }

    fn levels(&self, at: usize) -> Data {
        let names: BTreeSet<&str> = self.cells(at).filter(|cell| !cell.is_empty()).collect();
        let codes: BTreeMap<&str, u32> = names.iter().copied().zip(0..).collect();
        let codes = self.cells(at).map(|cell| codes.get(cell).copied()).collect();
        Data::Levels(names.into_iter().map(str::to_owned).collect(), codes)
    }

    /// Offsets from UTC: `+05:45`, `-3:30`, hours from -12 to 14, or minutes. Whether whole numbers are
    /// hours or minutes is decided for the column as a whole.
    pub(crate) fn offsets(&self, at: usize) -> Result<Vec<Option<UtcOffset>>, Failure> {
        let hours = self
            .cells(at)
            .filter(|cell| !cell.contains(':'))
            .filter_map(|cell| cell.parse::<f64>().ok())
            .all(|number| (-12.0..=14.0).contains(&number));
        let read = |(cell, row): (&str, &(_, u64, _))| {
            if cell.is_empty() {
                return Ok(None);
            }
            let offset = minutes(cell, hours).and_then(|minutes| UtcOffset::new(minutes).ok());
            offset.map(Some).ok_or_else(|| {
                format!(
                    "{}: line {}: utc_offset `{cell}` is no offset such as +05:45, 5.75 hours or 345 minutes, a quarter hour from -12:00 to +14:00",
                    self.file, row.1
                )
                .into()
            })
        };
        self.cells(at).zip(&self.people).map(read).collect()
    }

    /// Lists of hours with `;` between; `None` where the cell is empty.
    pub(crate) fn hours(&self, at: usize) -> Result<Vec<Option<BTreeSet<usize>>>, Failure> {
        let read = |(cell, row): (&str, &(_, u64, _))| {
            let words = cell.split(';').map(str::trim).filter(|word| !word.is_empty());
            let known = |word: &str| {
                hour(word).ok_or_else(|| {
                    let (file, line, name) = (&self.file, row.1, &self.header[at]);
                    format!("{file}: line {line}: `{word}` in {name} is no hour such as 8AM, noon, 13 or 13:00")
                        .into()
                })
            };
            let hours: BTreeSet<usize> = words.map(known).collect::<Result<_, Failure>>()?;
            Ok((!hours.is_empty()).then_some(hours))
        };
        self.cells(at).zip(&self.people).map(read).collect()
    }

    /// The wishes of one topic: whole numbers, lower is better.
    pub(crate) fn wishes(&self, at: usize) -> Result<Vec<Option<u32>>, Failure> {
        let limit = i32::MAX.unsigned_abs();
        let read = |(cell, row): (&str, &(_, u64, _))| {
            if cell.is_empty() {
                return Ok(None);
            }
            let wish = cell.parse::<u32>().ok().filter(|&wish| wish < limit);
            wish.map(Some).ok_or_else(|| {
                let (file, line, name) = (&self.file, row.1, &self.header[at]);
                let text = format!("is not a whole number from 0 to {}", limit - 1);
                format!("{file}: line {line}: {name} `{cell}` {text}").into()
            })
        };
        self.cells(at).zip(&self.people).map(read).collect()
    }

    /// Pairs of people, from the first two columns of a file.
    pub(crate) fn pairs(&self, path: &Path) -> Result<Vec<(PersonId, PersonId)>, Failure> {
        let mut table = Table::open(path)?;
        if table.header().len() < 2 {
            return Err(failure(path, "line 1: two columns of people are needed"));
        }
        let mut pairs = Vec::new();
        while let Some(row) = table.next()? {
            let find = |column| {
                let name = row.key(column)?;
                let unknown = || row.failure(format!("there is no person `{name}` in the roster"));
                self.find(name).ok_or_else(unknown)
            };
            let (a, b) = (find(0)?, find(1)?);
            if a == b {
                let name = self.name(a);
                return Err(row.failure(format!("`{name}` cannot be kept apart from themselves")));
            }
            pairs.push((a, b));
        }
        Ok(pairs)
    }
}

/// The minutes that an offset stands for.
fn minutes(cell: &str, hours: bool) -> Option<i32> {
    let Some((whole, rest)) = cell.split_once(':') else {
        let number: f64 = cell.parse().ok()?;
        let minutes = if hours { 60.0 * number } else { number };
        let fits = minutes.fract() == 0.0 && minutes.abs() < 1e4;
        #[allow(clippy::cast_possible_truncation)] // a small whole number
        return fits.then_some(minutes as i32);
    };
    let (sign, digits) = match whole.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (-1, digits),
        None => (1, whole.strip_prefix('+').unwrap_or(whole)),
    };
    let number = |text: &str| text.parse::<u8>().ok().filter(|_| !text.starts_with('+'));
    let rest = number(rest).filter(|&rest| rest < 60)?;
    Some(sign * (60 * i32::from(number(digits)?) + i32::from(rest)))
}
