//! Lines of many methods, with the legend beside them.

use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::common::Failure;
use crate::runs::Line;

pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) lines: &'a [(String, Line)],
    /// Whether the points of a line are joined.
    pub(crate) joined: bool,
    pub(crate) bars: &'a [Bar],
}

/// A bar in the colour of a line, or dashed for what should be.
pub(crate) struct Bar {
    pub(crate) series: Option<usize>,
    pub(crate) ends: [(f64, f64); 2],
}

/// An axis, its ticks, and whether it shows powers of ten.
#[derive(Clone)]
pub(crate) struct Axis {
    title: &'static str,
    low: f64,
    high: f64,
    ticks: Vec<f64>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Linear,
    Powers,
    /// Names for the ticks 0, 1, ...
    Groups(Vec<String>),
}

impl Axis {
    pub(crate) fn linear(title: &'static str, low: f64, high: f64, ticks: Vec<f64>) -> Self {
        Self { title, low, high, ticks, kind: Kind::Linear }
    }

    /// From 10^low to 10^high.
    pub(crate) fn powers(title: &'static str, (low, high): (f64, f64)) -> Self {
        let ticks = super::steps(low, high, 1.0);
        Self { title, low, high, ticks, kind: Kind::Powers }
    }

    /// Groups around 0, 1, ...
    pub(crate) fn groups(title: &'static str, names: &[String]) -> Self {
        let ticks: Vec<f64> = (0..).map(f64::from).take(names.len()).collect();
        let (low, high) = (-0.5, names.len() as f64 - 0.5);
        Self { title, low, high, ticks, kind: Kind::Groups(names.to_vec()) }
    }

    /// A value on the axis.
    fn place(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Powers => value.max(1e-12).log10(),
            Kind::Linear | Kind::Groups(_) => value,
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
        match &self.kind {
            Kind::Linear => ((tick * 1e6).round() / 1e6).to_string(),
            // Read as text, since powers of ten are not exact.
            Kind::Powers => format!("1e{tick:.0}").parse::<f64>().unwrap_or_default().to_string(),
            Kind::Groups(names) => {
                let found = self.ticks.iter().position(|own| own.total_cmp(tick).is_eq());
                found.map(|i| names[i].clone()).unwrap_or_default()
            }
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
const LEGEND: i32 = 20;
const SIZE: (i32, i32) = (900, 480);

fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

impl Chart<'_> {
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Failure> {
        let names = self.lines.iter().map(|(name, _)| name.chars().count());
        let legend = 60 + 8 * i32::try_from(names.max().unwrap_or(0))?;
        let height = SIZE.1.max(80 + LEGEND * i32::try_from(self.lines.len())?);
        let size = (u32::try_from(SIZE.0)?, u32::try_from(height)?);
        let root = SVGBackend::new(path, size).into_drawing_area();
        root.fill(&WHITE)?;
        let (plot, beside) = root.split_horizontally(SIZE.0 - legend);
        let left = Pos::new(HPos::Left, VPos::Center);
        let title = ("sans-serif", 18).into_font().color(&BLACK).pos(left);
        root.draw(&Text::new(self.title, (16, 24), title))?;
        let mut chart = ChartBuilder::on(&plot)
            .margin(16)
            .margin_top(48)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        chart
            .configure_mesh()
            .x_desc(self.x.title)
            .y_desc(self.y.title)
            .max_light_lines(0)
            .bold_line_style(BLACK.mix(0.12))
            .label_style(("sans-serif", 14))
            .draw()?;
        let at = |&(x, y): &(f64, f64)| (self.x.place(x), self.y.place(y));
        for bar in self.bars {
            if let Some(series) = bar.series {
                let style = colour(series).mix(0.5).stroke_width(2);
                chart.draw_series([PathElement::new(bar.ends, style)])?;
            } else {
                chart.draw_series(DashedLineSeries::new(bar.ends, 5, 4, BLACK.into()))?;
            }
        }
        for (i, (_, line)) in self.lines.iter().enumerate() {
            let points: Vec<(f64, f64)> = line.iter().map(at).collect();
            if self.joined {
                chart.draw_series(LineSeries::new(points.clone(), colour(i).stroke_width(2)))?;
            }
            for point in points {
                root.draw(&mark(chart.plotting_area().map_coordinate(&point), i))?;
            }
        }
        self.legend(&beside)?;
        root.present()?;
        Ok(())
    }

    /// Names in the order of the last points, the highest first, as the eye meets them.
    fn legend(&self, area: &Area<'_>) -> Result<(), Failure> {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        let last = |i: &usize| self.lines[*i].1.last().map_or(f64::MIN, |point| point.1);
        order.sort_by(|a, b| last(b).total_cmp(&last(a)));
        for (row, i) in (0..).zip(order) {
            let y = 56 + LEGEND * row;
            if self.joined {
                let stroke = colour(i).stroke_width(2);
                area.draw(&PathElement::new(vec![(4, y), (32, y)], stroke))?;
            }
            area.draw(&mark((18, y), i))?;
            let left = Pos::new(HPos::Left, VPos::Center);
            let style = ("sans-serif", 14).into_font().color(&BLACK).pos(left);
            area.draw(&Text::new(self.lines[i].0.as_str(), (40, y), style))?;
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
