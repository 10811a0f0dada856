//! Who sits where: cells, and how each round seats them.

use super::ring::Ring;

/// Cells in `rows` rows of `columns`: person (a, b) of the sheet is cell `a * columns + b`. In every
/// round each group has `rows` seats, one cell on each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) columns: u32,
    pub(super) rows: u32,
    /// Rows that take turns at the roles; those that were added later have none.
    pub(super) turns: u32,
    pub(super) scheme: Scheme,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Row `a` is shifted by `a r` in round `r`.
    Shift {
        ring: Ring,
        /// The round in which each row is cut into groups instead.
        within_rows: Option<u32>,
    },
    /// Everybody but the last cell moves on by one place round a table in every round.
    Circle,
    /// Written out.
    Table(Table),
}

/// A cell's seat in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) group: u32,
    /// Its turn at the roles.
    pub(super) turn: Option<u32>,
}

impl Layout {
    pub(super) fn cells(&self) -> usize {
        self.rows as usize * self.columns as usize
    }

    /// O(1); in a product of fields O(log^2) of their orders.
    pub(super) fn seat(&self, cell: u32, round: u32) -> Seat {
        let (columns, rows) = (self.columns, self.rows);
        let (row, column) = (cell / columns, cell % columns);
        match &self.scheme {
            Scheme::Shift { within_rows, .. } if *within_rows == Some(round) => {
                Seat { group: row * (columns / rows) + column / rows, turn: Some(column % rows) }
            }
            Scheme::Shift { ring, .. } => {
                let group = ring.sub(column, ring.shift(row, round % columns));
                Seat { group, turn: self.turn(row, round) }
            }
            Scheme::Circle => circle(columns, cell, round),
            Scheme::Table(table) => {
                let seat = table.seat_of[round as usize * self.cells() + cell as usize];
                Seat { group: seat / rows, turn: Some(seat % rows) }
            }
        }
    }

    /// The group of every column of a row: as [`seat`](Self::seat), but the shift is found once.
    pub(super) fn groups_of_row(&self, row: u32, round: u32) -> impl Fn(u32) -> u32 + '_ {
        let shift = match &self.scheme {
            Scheme::Shift { ring, within_rows } if *within_rows != Some(round) => {
                Some((ring, ring.shift(row, round % self.columns)))
            }
            _ => None,
        };
        move |column| match shift {
            Some((ring, shift)) => ring.sub(column, shift),
            None => self.seat(row * self.columns + column, round).group,
        }
    }

    /// The cells of a group.
    pub(super) fn members(&self, group: u32, round: u32) -> impl Iterator<Item = u32> + '_ {
        (0..self.rows).map(move |seat| self.member(group, seat, round))
    }

    fn member(&self, group: u32, seat: u32, round: u32) -> u32 {
        let (columns, rows) = (self.columns, self.rows);
        match &self.scheme {
            Scheme::Shift { within_rows, .. } if *within_rows == Some(round) => {
                let chunks = columns / rows;
                group / chunks * columns + group % chunks * rows + seat
            }
            Scheme::Shift { ring, .. } => {
                seat * columns + ring.add(group, ring.shift(seat, round % columns))
            }
            Scheme::Circle => {
                let places = 2 * columns - 1;
                match (group, seat) {
                    (0, 0) => round,
                    (0, _) => places,
                    (_, 0) => (round + group) % places,
                    _ => (round + (places - group)) % places,
                }
            }
            Scheme::Table(table) => {
                table.cell_at[round as usize * self.cells() + (group * rows + seat) as usize]
            }
        }
    }

    /// Rows take the roles in turn.
    fn turn(&self, row: u32, round: u32) -> Option<u32> {
        (row < self.turns).then(|| (row + round % self.turns) % self.turns)
    }
}

/// The circle method: with `columns` pairs, place `round + d` is with place `round - d`, and place
/// `round` with the last cell, which does not move.
///
/// Of a pair at distance d the first has turn 0 when d is odd. Then a person's turns alternate as
/// the rounds go by, but for one repeat, which comes after an even number of rounds: so both turns
/// are held equally often, within one, at any time (the canonical pattern of de Werra, 1981).
fn circle(columns: u32, cell: u32, round: u32) -> Seat {
    let places = 2 * columns - 1;
    if cell == places {
        return Seat { group: 0, turn: Some(1 - round % 2) };
    }
    let ahead = if cell >= round { cell - round } else { places - (round - cell) };
    match ahead {
        0 => Seat { group: 0, turn: Some(round % 2) },
        d if d < columns => Seat { group: d, turn: Some(1 - d % 2) },
        d => Seat { group: places - d, turn: Some(1 - d % 2) },
    }
}

/// Rounds written out, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// By cell: the seat, group times rows plus turn.
    seat_of: Vec<u32>,
    /// By seat: the cell.
    cell_at: Vec<u32>,
}

impl Table {
    /// From the cell on every seat of every round.
    pub(super) fn new(cells: usize, cell_at: Vec<u32>) -> Self {
        let mut seat_of = vec![0; cell_at.len()];
        for (seats, cells) in seat_of.chunks_mut(cells).zip(cell_at.chunks(cells)) {
            for (seat, &cell) in (0..).zip(cells) {
                seats[cell as usize] = seat;
            }
        }
        Self { seat_of, cell_at }
    }
}
