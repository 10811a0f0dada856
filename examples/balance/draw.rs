//! The picture: where groups lie by chance and formed, and the shares beside their bounds.

use std::path::Path;

use peergrade::Groups;
use peergrade::group::GroupReport;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::common::Failure;
use super::learners::Learners;
use super::shares;

/// Columns of the points: skill and motivation.
const ACROSS: usize = 0;
const UP: usize = 3;
/// Points of more groups would hide each other.
const POINTS: usize = 1_000;
/// By chance, formed, bound.
const COLOURS: [RGBColor; 3] =
    [RGBColor(214, 39, 40), RGBColor(31, 119, 180), RGBColor(60, 60, 60)];
const FONT: (&str, u32) = ("sans-serif", 15);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub(super) fn draw(
    path: &Path,
    learners: &Learners,
    groups: [&Groups; 2],
    reports: [&GroupReport; 2],
) -> Result<(), Failure> {
    let root = SVGBackend::new(path, (1080, 380)).into_drawing_area();
    root.fill(&WHITE)?;
    let panels = root.split_by_breakpoints([320, 640], &[] as &[i32]);
    let (across, up) = (column(learners, ACROSS), column(learners, UP));
    let means = groups.map(|groups| means(groups, &across, &up));
    let ends = means.iter().flatten().flat_map(|&(x, y)| [x.abs(), y.abs()]);
    let end = 1.05 * ends.fold(0.5, |most: f64, x| if x > most { x } else { most });
    for (i, name) in ["by chance", "formed"].into_iter().enumerate() {
        let title = format!("{name}: {:.4} between groups", reports[i].share());
        scatter(&panels[i], &title, end, &means[i], COLOURS[i])?;
    }
    bars(&panels[2], reports)?;
    root.present()?;
    Ok(())
}

/// A column less its mean, in standard deviations.
fn column(learners: &Learners, at: usize) -> Vec<f64> {
    let n = learners.rows.len() as f64;
    let values = || learners.rows.iter().map(|row| row[at]);
    let mean = values().sum::<f64>() / n;
    let sd = (values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
    values().map(|x| (x - mean) / if sd > 0.0 { sd } else { 1.0 }).collect()
}

/// The means of the first groups.
fn means(groups: &Groups, across: &[f64], up: &[f64]) -> Vec<(f64, f64)> {
    let mean = |column: &[f64], members: &[peergrade::PersonId]| {
        members.iter().map(|person| column[person.index()]).sum::<f64>() / members.len() as f64
    };
    groups.iter().take(POINTS).map(|(_, all)| (mean(across, all), mean(up, all))).collect()
}

fn scatter(
    area: &Area<'_>,
    title: &str,
    end: f64,
    points: &[(f64, f64)],
    colour: RGBColor,
) -> Result<(), Failure> {
    let mut chart = ChartBuilder::on(area)
        .caption(title, FONT)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(46)
        .build_cartesian_2d(-end..end, -end..end)?;
    chart
        .configure_mesh()
        .x_desc("mean skill of a group (SD)")
        .y_desc("mean motivation (SD)")
        .x_labels(5)
        .y_labels(5)
        .max_light_lines(0)
        .label_style(FONT)
        .draw()?;
    chart.draw_series(points.iter().map(|&at| Circle::new(at, 2, colour.mix(0.5).filled())))?;
    Ok(())
}

/// For each column the share by chance, formed, and the bound.
fn bars(area: &Area<'_>, reports: [&GroupReport; 2]) -> Result<(), Failure> {
    let [before, after] = reports.map(shares);
    let rows: Vec<(String, [f64; 3])> = before
        .into_iter()
        .zip(after)
        .map(|((name, before), (_, after))| (name, [before.0, after.0, after.1]))
        .collect();
    let most = rows.iter().flat_map(|row| row.1).fold(0.01, |a: f64, b| if b > a { b } else { a });
    let mut chart = ChartBuilder::on(area)
        .caption("share between groups", FONT)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..rows.len() as f64, 0.0..1.45 * most)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .max_light_lines(0)
        .y_labels(5)
        .label_style(FONT)
        .draw()?;
    let small = ("sans-serif", 13).into_font();
    let legends = ["by chance", "formed", "best possible, at least"];
    for (kind, (legend, colour)) in (0_u8..).zip(legends.into_iter().zip(COLOURS)) {
        let bar = |(i, row): (u32, &(String, [f64; 3]))| {
            let left = f64::from(i) + 0.1 + 0.27 * f64::from(kind);
            let height = row.1[usize::from(kind)];
            Rectangle::new([(left, 0.0), (left + 0.25, height)], colour.filled())
        };
        chart
            .draw_series((0..).zip(&rows).map(bar))?
            .label(legend)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
    }
    let names = (0_u32..).zip(&rows).map(|(i, row)| {
        EmptyElement::at((f64::from(i) + 0.1, 0.0))
            + Text::new(row.0.clone(), (0, 6), small.clone())
    });
    chart.draw_series(names)?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 13))
        .draw()?;
    Ok(())
}
