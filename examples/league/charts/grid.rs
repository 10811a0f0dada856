//! A table of coloured numbers.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::common::Failure;

/// Ratios around 1, by row and column.
pub(crate) struct Grid<'a> {
    pub(crate) title: &'a str,
    pub(crate) note: &'a str,
    pub(crate) columns: Vec<&'a str>,
    pub(crate) rows: Vec<Row<'a>>,
}

pub(crate) struct Row<'a> {
    pub(crate) name: &'a str,
    pub(crate) note: &'a str,
    pub(crate) cells: Vec<Option<f64>>,
}

const MARGIN: i32 = 16;
const CELL: (i32, i32) = (50, 24);
/// Below the first row, which is about all others.
const GAP: i32 = 8;
/// Of a letter of the size 13, about.
const LETTER: i32 = 8;
const BETTER: RGBColor = RGBColor(33, 102, 172);
const WORSE: RGBColor = RGBColor(226, 128, 46);
const MISSING: RGBColor = RGBColor(235, 235, 235);
const FAINT: RGBColor = RGBColor(90, 90, 90);

/// The width of the longest of these texts.
fn longest<'a>(texts: impl Iterator<Item = &'a str>) -> i32 {
    LETTER * texts.map(|text| count(text.chars().count())).max().unwrap_or(0) + 12
}

impl Grid<'_> {
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Failure> {
        let names = MARGIN + longest(self.rows.iter().map(|row| row.name));
        let cells = names + longest(self.rows.iter().map(|row| row.note)) * 3 / 4;
        let width = (cells + count(self.columns.len()) * CELL.0 + MARGIN).max(560);
        let note = wrapped(self.note, usize::try_from((width - 2 * MARGIN) / 7).unwrap_or(1));
        let heads = longest(self.columns.iter().copied());
        let top = MARGIN + 32 + 18 * count(note.len()) + heads;
        let height = top + count(self.rows.len()) * CELL.1 + GAP + MARGIN;
        let size = (u32::try_from(width)?, u32::try_from(height)?);
        let root = SVGBackend::new(path, size).into_drawing_area();
        root.fill(&WHITE)?;
        let left = Pos::new(HPos::Left, VPos::Center);
        let style =
            |size: i32, colour: &RGBColor| ("sans-serif", size).into_font().color(colour).pos(left);
        root.draw(&Text::new(self.title, (MARGIN, MARGIN + 8), style(18, &BLACK)))?;
        for (i, line) in (0..).zip(&note) {
            let at = (MARGIN, MARGIN + 36 + 18 * i);
            root.draw(&Text::new(line.as_str(), at, style(13, &BLACK)))?;
        }
        for (i, head) in (0..).zip(&self.columns) {
            let at = (cells + i * CELL.0 + CELL.0 / 2, top - 8);
            let upright = ("sans-serif", 13).into_font().transform(FontTransform::Rotate270);
            root.draw(&Text::new(*head, at, upright.color(&BLACK).pos(left)))?;
        }
        for (i, row) in (0..).zip(&self.rows) {
            let y = top + i * CELL.1 + GAP * i.min(1);
            let middle = y + CELL.1 / 2;
            root.draw(&Text::new(row.name, (MARGIN, middle), style(13, &BLACK)))?;
            root.draw(&Text::new(row.note, (names, middle), style(12, &FAINT)))?;
            for (j, &cell) in (0..).zip(&row.cells) {
                draw_cell(&root, (cells + j * CELL.0, y), cell)?;
            }
        }
        root.present()?;
        Ok(())
    }
}

fn draw_cell(
    root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    (x, y): (i32, i32),
    cell: Option<f64>,
) -> Result<(), Failure> {
    let corners = [(x + 1, y + 1), (x + CELL.0 - 1, y + CELL.1 - 1)];
    let (fill, strength) = cell.map_or((MISSING, 0.0), colour);
    root.draw(&Rectangle::new(corners, fill.filled()))?;
    let text = cell.map_or_else(|| "\u{2013}".to_owned(), |ratio| format!("{ratio:.2}"));
    // White is the better read only on the darkest blue.
    let ink = if strength > 0.85 && cell < Some(1.0) { WHITE } else { BLACK };
    let middle = Pos::new(HPos::Center, VPos::Center);
    let style = ("sans-serif", 13).into_font().color(&ink).pos(middle);
    root.draw(&Text::new(text, (x + CELL.0 / 2, y + CELL.1 / 2), style))?;
    Ok(())
}

/// White at 1, full at a half and at two.
fn colour(ratio: f64) -> (RGBColor, f64) {
    let (full, strength) =
        if ratio < 1.0 { (BETTER, 2.0 * (1.0 - ratio)) } else { (WORSE, ratio - 1.0) };
    let strength = strength.min(1.0);
    let mix = |channel: u8| {
        let mixed = 255.0 + strength * (f64::from(channel) - 255.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 255
        {
            mixed.round() as u8
        }
    };
    (RGBColor(mix(full.0), mix(full.1), mix(full.2)), strength)
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX / 1000)
}

/// Lines of at most so many letters.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.len() - 1;
        if !lines[line].is_empty() && lines[line].len() + 1 + word.len() > letters {
            lines.push(word.to_owned());
        } else {
            let space = if lines[line].is_empty() { "" } else { " " };
            lines[line] += space;
            lines[line] += word;
        }
    }
    lines
}
