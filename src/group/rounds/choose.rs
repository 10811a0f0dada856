//! How many groups, and by which method.

use super::kirkman;
use super::ring::{field_rounds, integer_rounds};
use crate::group::{GroupError, GroupSizes};
use crate::id::to_u32;

/// How rounds were made; [`Rounds`](super::Rounds) says how it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum RoundMethod {
    /// Rows shifted modulo the number of groups.
    RowShift,
    /// Rows shifted in a product of finite fields.
    FieldShift,
    /// Pairs on a circle.
    Circle,
    /// A Kirkman triple system.
    Kirkman,
    /// Shifts, and a last round within the rows, whose people have not met.
    RowsAtLast,
    /// A local search.
    Search,
}

/// A method for a number of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) method: RoundMethod,
    /// Whether nobody meets anybody twice.
    pub(super) free: bool,
}

/// The most seats, people times rounds, that are written out.
pub(super) const MAX_SEATS: u64 = 1 << 22;

/// The most people and seats for whom a search is tried.
const SEARCHED_PEOPLE: u32 = 512;
const SEARCHED_SEATS: u64 = 1 << 14;

pub(super) fn choose(
    people: usize,
    sizes: GroupSizes,
    rounds: u32,
    spread: bool,
) -> Result<Choice, GroupError> {
    let nearest = to_u32(sizes.groups(people)?);
    let people = to_u32(people);
    let candidates = candidates(people, sizes, nearest);
    let free = candidates.clone().find_map(|columns| free(people, columns, rounds, spread));
    if let Some(choice) = free {
        return Ok(choice);
    }
    let rows = |columns: u32| people.div_ceil(columns);
    let seats = u64::from(rows(nearest) * nearest) * u64::from(rounds);
    if people <= SEARCHED_PEOPLE && seats <= SEARCHED_SEATS {
        let possible = |&columns: &u32| repeats_at_least(people, columns, rounds) == 0;
        let columns = candidates.clone().find(possible).unwrap_or(nearest);
        return Ok(Choice {
            columns,
            rows: rows(columns),
            method: RoundMethod::Search,
            free: false,
        });
    }
    // No repeats for as long as possible; then the shifts begin anew.
    let best = candidates.fold(None, |best: Option<(u32, Choice)>, columns| {
        let (integers, fields) = shift_rounds(columns, rows(columns));
        let most = integers.max(fields);
        let method =
            if fields > integers { RoundMethod::FieldShift } else { RoundMethod::RowShift };
        let choice = Choice { columns, rows: rows(columns), method, free: false };
        if best.is_none_or(|(longest, _)| most > longest) { Some((most, choice)) } else { best }
    });
    let fallback = Choice {
        columns: nearest,
        rows: rows(nearest),
        method: RoundMethod::RowShift,
        free: false,
    };
    Ok(best.map_or(fallback, |(_, choice)| choice))
}

/// Numbers of groups whose sizes are in the range and within one of the target, the nearest to the
/// target first, of two as near the larger; and the nearest in any case. Nobody is left alone for
/// the sake of fewer repeats.
fn candidates(people: u32, sizes: GroupSizes, nearest: u32) -> impl Iterator<Item = u32> + Clone {
    let (lo, hi) = sizes.bounds();
    let target = sizes.wanted();
    let near = target.saturating_sub(1).max(target.min(2));
    let (lo, hi) = (lo.max(near), hi.min(target.saturating_add(1)));
    // Bounds beyond the people are all the same.
    let count = |size: usize| to_u32(size.clamp(1, people as usize));
    let (fewest, most) = (people.div_ceil(count(hi)), people / count(lo));
    let farthest = nearest.abs_diff(fewest).max(nearest.abs_diff(most));
    let both = move |off: u32| [nearest.checked_add(off), nearest.checked_sub(off)];
    let others = (1..=farthest).flat_map(both).flatten();
    [nearest].into_iter().chain(others.filter(move |c| (fewest..=most).contains(c)))
}

/// The first method by which nobody meets anybody twice.
fn free(people: u32, columns: u32, rounds: u32, spread: bool) -> Option<Choice> {
    let rows = people.div_ceil(columns);
    let holes = rows * columns - people;
    let (integers, fields) = shift_rounds(columns, rows);
    let seats = u64::from(columns * rows) * u64::from(rounds);
    let choice = |method| Some(Choice { columns, rows, method, free: true });
    if rows == 1 || rounds <= integers {
        return choice(RoundMethod::RowShift);
    }
    if rounds <= fields {
        return choice(RoundMethod::FieldShift);
    }
    if spread {
        return None; // the methods that follow mix the rows
    }
    if rows == 2 && holes <= 1 && rounds < 2 * columns {
        return choice(RoundMethod::Circle);
    }
    let kirkman = kirkman::rounds(columns).filter(|_| rows == 3 && holes <= 1);
    if let Some(all) = kirkman
        && rounds <= all
        && u64::from(3 * columns) * u64::from(all) <= MAX_SEATS
    {
        return choice(RoundMethod::Kirkman);
    }
    let shifted = rounds - 1;
    let even_turns = shifted.is_multiple_of(rows);
    if holes == 0
        && columns.is_multiple_of(rows)
        && shifted <= integers.max(fields)
        && (even_turns || seats <= MAX_SEATS)
    {
        return choice(RoundMethod::RowsAtLast);
    }
    None
}

/// The most rounds without repeats of the integers and of the fields.
pub(super) fn shift_rounds(columns: u32, rows: u32) -> (u32, u32) {
    (integer_rounds(columns, rows), field_rounds(columns, rows))
}

/// The repeats that no rounds of these sizes can do without: meetings beyond the number of pairs.
pub(super) fn repeats_at_least(people: u32, columns: u32, rounds: u32) -> u64 {
    let pairs = |size: u32| u128::from(size) * u128::from(size.saturating_sub(1)) / 2;
    let (size, larger) = (people / columns, people % columns);
    let round = u128::from(larger) * pairs(size + 1) + u128::from(columns - larger) * pairs(size);
    let more = (round * u128::from(rounds)).saturating_sub(pairs(people));
    u64::try_from(more).unwrap_or(u64::MAX)
}
