//! From a choice to a layout.

use super::choose::{Choice, RoundMethod, shift_rounds};
use super::kirkman;
use super::layout::{Layout, Scheme, Table};
use super::ring::Ring;
use super::search::Search;
use crate::Seed;
use crate::group::roles::colour;

/// The layout of a choice, and how often people meet again in it.
pub(super) fn build(
    choice: &Choice,
    people: u32,
    rounds: u32,
    spread: bool,
    (moves, seed): (u64, Seed),
) -> (Layout, u64) {
    let &Choice { columns, rows, method, .. } = choice;
    let (integers, fields) = shift_rounds(columns, rows);
    let shifted = |within_rows: bool| {
        let of_fields = rounds - u32::from(within_rows) > integers && fields > integers;
        let ring = if of_fields { Ring::fields(columns) } else { Ring::Integers(columns) };
        let within_rows = within_rows.then_some(rounds - 1);
        Layout { columns, rows, turns: rows, scheme: Scheme::Shift { ring, within_rows } }
    };
    let written = |seats| {
        let scheme = Scheme::Table(table(columns, rows, seats));
        Layout { columns, rows, turns: rows, scheme }
    };
    match method {
        RoundMethod::RowShift | RoundMethod::FieldShift => {
            let layout = shifted(false);
            let again = repeats(&layout, people, rounds);
            (layout, again)
        }
        RoundMethod::Circle => (Layout { columns, rows, turns: rows, scheme: Scheme::Circle }, 0),
        RoundMethod::Kirkman => (written(kirkman::seats(columns, rounds)), 0),
        RoundMethod::RowsAtLast => {
            let layout = shifted(true);
            // After full turns the last round gives everybody any role; else roles are coloured.
            let even = (rounds - 1).is_multiple_of(rows);
            (if even { layout } else { written(seats(&layout, 0..rounds)) }, 0)
        }
        RoundMethod::Search => {
            let layout = shifted(false);
            let class = if spread { columns } else { u32::MAX };
            let (cells, size) = (layout.cells(), rows as usize);
            let start = seats(&layout, 0..rounds);
            let search = Search::new(start, cells, size, people, class);
            let (found, again) = search.run(moves, seed);
            (written(found), again)
        }
    }
}

/// The cells on the seats of some rounds.
fn seats(layout: &Layout, rounds: core::ops::Range<u32>) -> Vec<u32> {
    rounds
        .flat_map(|round| (0..layout.columns).flat_map(move |g| layout.members(g, round)))
        .collect()
}

/// Rounds written out, with the seats of every group in the order of the roles: everybody holds every
/// role equally often within one. Each cell is split into copies of `rows` successive rounds; then
/// no end of the graph of copies and groups has more than `rows` edges.
fn table(columns: u32, rows: u32, mut seats: Vec<u32>) -> Table {
    let (groups, cells) = (columns as usize, columns as usize * rows as usize);
    let rounds = seats.len() / cells;
    let copies = rounds.div_ceil(rows as usize);
    let edges: Vec<(u32, u32)> = (0..seats.len())
        .map(|seat| {
            let copy = seats[seat] as usize * copies + seat / cells / rows as usize;
            (crate::id::to_u32(copy), crate::id::to_u32(seat / rows as usize))
        })
        .collect();
    let turns = colour(&edges, (cells * copies, groups * rounds), rows as usize);
    let unordered = seats.clone();
    for (seat, (&cell, turn)) in unordered.iter().zip(turns).enumerate() {
        let first = seat / rows as usize * rows as usize;
        seats[first + turn as usize] = cell;
    }
    Table::new(cells, seats)
}

/// The meetings beyond the first of each pair, in closed form: of rows at distance `x`, a round joins
/// one of `K / gcd(x, K)` classes of pairs, and of a class everybody in the smaller row.
pub(super) fn repeats(layout: &Layout, people: u32, rounds: u32) -> u64 {
    let (columns, rows) = (layout.columns, layout.rows);
    let fields = matches!(layout.scheme, Scheme::Shift { ring: Ring::Fields(_), .. });
    let last = people - (rows - 1) * columns;
    let sum = (1..rows).fold(0_u128, |sum, x| {
        let classes = if fields { columns } else { columns / gcd(x, columns) };
        let pairs = u128::from(rows - 1 - x) * u128::from(columns) + u128::from(last);
        sum + pairs * u128::from(rounds.saturating_sub(classes))
    });
    u64::try_from(sum).unwrap_or(u64::MAX)
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
