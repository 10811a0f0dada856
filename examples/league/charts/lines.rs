//! Panels of lines or dots, with the legend beside them.

use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::common::Failure;
use crate::runs::Line;

/// Panels in rows of a few, all on the same axes.
pub(crate) struct Figure<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) panels: &'a [Panel],
    pub(crate) shape: Shape,
}

/// What a panel is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    /// Lines with marks, and a legend of their names.
    Lines,
    /// Dots around the ticks of x, and the diagonal with bars where they should be.
    Dots,
}

pub(crate) struct Panel {
    /// Lines of text above it.
    pub(crate) heads: Vec<String>,
    /// Names and points; every panel has the same names.
    pub(crate) lines: Vec<(String, Line)>,
}

/// An axis, its ticks, and what it shows them as.
#[derive(Clone)]
pub(crate) struct Axis {
    title: &'static str,
    low: f64,
    high: f64,
    ticks: Vec<f64>,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Linear,
    /// Logarithms of counts.
    Counts,
    /// Logarithms of seconds.
    Seconds,
}

impl Axis {
    pub(crate) fn linear(title: &'static str, (low, high): (f64, f64), ticks: Vec<f64>) -> Self {
        Self { title, low, high, ticks, kind: Kind::Linear }
    }

    /// From 10^low to 10^high.
    pub(crate) fn counts(title: &'static str, (low, high): (f64, f64)) -> Self {
        Self { title, low, high, ticks: super::steps(low, high, 1.0), kind: Kind::Counts }
    }

    /// From 10^low to 10^high seconds.
    pub(crate) fn seconds(title: &'static str, ends: (f64, f64)) -> Self {
        Self { kind: Kind::Seconds, ..Self::counts(title, ends) }
    }

    /// A value on the axis.
    fn place(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Counts | Kind::Seconds => value.max(1e-12).log10(),
            Kind::Linear => value,
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        #[allow(clippy::cast_possible_truncation)] // pixels
        {
            from + (share * f64::from(to - from)).round() as i32
        }
    }

    fn key_points<H: KeyPointHint>(&self, _: H) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, tick: &f64) -> String {
        // Read as text, since powers of ten are not exact.
        let power = |exponent: f64| format!("1e{exponent:.0}").parse::<f64>().unwrap_or_default();
        match self.kind {
            Kind::Linear => ((tick * 1e6).round() / 1e6).to_string(),
            Kind::Counts if *tick < 2.5 => power(*tick).to_string(),
            Kind::Counts => format!("{},000", power(tick - 3.0)),
            Kind::Seconds if *tick < -6.5 => format!("{} ns", power(tick + 9.0)),
            Kind::Seconds if *tick < -3.5 => format!("{} \u{b5}s", power(tick + 6.0)),
            Kind::Seconds if *tick < -0.5 => format!("{} ms", power(tick + 3.0)),
            Kind::Seconds => format!("{} s", power(*tick)),
        }
    }
}

/// Told apart by most of those who see some colours alike (after Tol's bright and vibrant schemes).
const COLOURS: [RGBColor; 9] = [
    RGBColor(0, 0, 0),
    RGBColor(0, 119, 187),
    RGBColor(204, 51, 17),
    RGBColor(0, 153, 136),
    RGBColor(238, 119, 51),
    RGBColor(170, 51, 119),
    RGBColor(102, 170, 34),
    RGBColor(51, 187, 238),
    RGBColor(136, 102, 68),
];
/// Of a name in the legend, of the title, of a line above a panel.
const LEGEND: i32 = 20;
const TITLE: i32 = 44;
const HEAD: i32 = 18;
/// The most panels in a row.
const COLUMNS: usize = 3;

fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

fn pixels(n: usize) -> Result<i32, Failure> {
    Ok(i32::try_from(n)?)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn write(area: &Area<'_>, text: &str, at: (i32, i32), size: i32) -> Result<(), Failure> {
    let left = Pos::new(HPos::Left, VPos::Center);
    area.draw(&Text::new(text, at, ("sans-serif", size).into_font().color(&BLACK).pos(left)))?;
    Ok(())
}

impl Figure<'_> {
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Failure> {
        let (columns, rows) =
            (self.panels.len().clamp(1, COLUMNS), self.panels.len().div_ceil(COLUMNS));
        let wide = if columns == 1 { 720 } else { 380 };
        let names = self.lines().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let legend = if self.shape == Shape::Lines { 60 + 8 * pixels(names)? } else { 0 };
        let high = pixels(rows)? * if columns == 1 { 440 } else { 340 };
        let high = TITLE + high.max(24 + LEGEND * pixels(self.lines().count())?);
        let plots = wide * pixels(columns)?;
        let size = (u32::try_from(plots + legend)?, u32::try_from(high)?);
        let root = SVGBackend::new(path, size).into_drawing_area();
        root.fill(&WHITE)?;
        let (top, below) = root.split_vertically(TITLE);
        write(&top, self.title, (16, 24), 18)?;
        let (plots, beside) = below.split_horizontally(plots);
        for (panel, area) in self.panels.iter().zip(plots.split_evenly((rows, columns))) {
            self.panel(panel, &area, &root)?;
        }
        if self.shape == Shape::Lines {
            self.legend(&beside)?;
        }
        root.present()?;
        Ok(())
    }

    fn lines(&self) -> impl Iterator<Item = &(String, Line)> {
        self.panels.first().into_iter().flat_map(|panel| &panel.lines)
    }

    fn panel(&self, panel: &Panel, area: &Area<'_>, root: &Area<'_>) -> Result<(), Failure> {
        for (row, head) in (0..).zip(&panel.heads) {
            write(area, head, (76, 12 + HEAD * row), if row == 0 { 15 } else { 12 })?;
        }
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_top(12 + HEAD * pixels(panel.heads.len())?)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        chart
            .configure_mesh()
            .x_desc(self.x.title)
            .y_desc(self.y.title)
            .max_light_lines(0)
            .bold_line_style(BLACK.mix(0.12))
            .label_style(("sans-serif", 13))
            .draw()?;
        if self.shape == Shape::Dots {
            let ends = [self.x.low, self.x.high].map(|end| (end, end));
            chart.draw_series(LineSeries::new(ends, BLACK.mix(0.6)))?;
            // Dots lie beside their tick, so that the diagonal alone would mislead.
            for tick in &self.x.ticks {
                let ends = [tick - 2.0, tick + 2.0].map(|x| (x, *tick));
                chart.draw_series(LineSeries::new(ends, BLACK.stroke_width(2)))?;
            }
        }
        let at = |&(x, y): &(f64, f64)| (self.x.place(x), self.y.place(y));
        for (i, (_, line)) in panel.lines.iter().enumerate() {
            let points: Vec<(f64, f64)> = line.iter().map(at).collect();
            let pixels = points.iter().map(|point| chart.plotting_area().map_coordinate(point));
            if self.shape == Shape::Dots {
                let style = COLOURS[1].mix(0.5).filled();
                pixels.clone().try_for_each(|at| root.draw(&Circle::new(at, 3, style)))?;
                continue;
            }
            // Marks on top of all joins of their own line, as plotters draws in order.
            let pixels: Vec<(i32, i32)> = pixels.collect();
            chart.draw_series(LineSeries::new(points, colour(i).stroke_width(2)))?;
            pixels.into_iter().try_for_each(|at| root.draw(&mark(at, i)))?;
        }
        Ok(())
    }

    /// Names in the order of the last points, the highest on average first, as the eye meets them.
    fn legend(&self, area: &Area<'_>) -> Result<(), Failure> {
        let last = |i: usize| -> f64 {
            let lines = self.panels.iter().filter_map(|panel| panel.lines.get(i));
            lines.map(|(_, line)| line.last().map_or(0.0, |point| point.1)).sum()
        };
        let mut order: Vec<(usize, &String)> =
            self.lines().map(|(name, _)| name).enumerate().collect();
        order.sort_by(|a, b| last(b.0).total_cmp(&last(a.0)));
        for (row, (i, name)) in (0..).zip(order) {
            let y = 36 + LEGEND * row;
            let stroke = colour(i).stroke_width(2);
            area.draw(&PathElement::new(vec![(4, y), (32, y)], stroke))?;
            area.draw(&mark((18, y), i))?;
            write(area, name, (40, y), 14)?;
        }
        Ok(())
    }
}

/// A mark around a pixel. Nine colours and four shapes make 36 marks, and of two that lie on one
/// another something shows of both.
fn mark((x, y): (i32, i32), series: usize) -> Polygon<(i32, i32)> {
    let shape: &[(i32, i32)] = match series % 4 {
        0 => &[(-2, -4), (2, -4), (4, -2), (4, 2), (2, 4), (-2, 4), (-4, 2), (-4, -2)],
        1 => &[(-4, -4), (4, -4), (4, 4), (-4, 4)],
        2 => &[(0, -5), (5, 4), (-5, 4)],
        _ => &[(0, -6), (6, 0), (0, 6), (-6, 0)],
    };
    let corners: Vec<(i32, i32)> = shape.iter().map(|&(dx, dy)| (x + dx, y + dy)).collect();
    Polygon::new(corners, colour(series).filled())
}
