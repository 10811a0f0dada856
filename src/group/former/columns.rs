//! From wishes about columns to the numbers that the engine weighs.

use super::{FormError, GroupFormer, Mode, Rule, Strength};
use crate::chunks;
use crate::group::balance::{MAX_DIMS, Table};
use crate::group::share::factor;
use crate::group::traits::{Categories, Column, Traits, Values};
use crate::math;

/// The least and the largest weight, so that no sum overflows, nor a share of another, and no column
/// vanishes in single precision.
const WEIGHTS: (f64, f64) = (1e-12, 1e12);

/// One column of the engine.
struct Feature<'a> {
    sign: f32,
    source: Source<'a>,
}

enum Source<'a> {
    /// `((x scale - center)^power - mean) times`, 0 where there is no value.
    Number { values: &'a [f64], scale: f64, center: f64, squared: bool, mean: f64, times: f64 },
    /// `(1 - mean) times` for people of this level, `-mean times` for others.
    Level { codes: &'a [u32], level: u32, mean: f64, times: f64 },
}

/// The columns that count, their sum of all squares, and those that are constant.
pub(super) struct Weighed {
    pub(super) table: Table,
    pub(super) squares: f64,
    pub(super) constant: Vec<String>,
}

/// A column with its mode and weight, and a category with its sign and weight.
type Wishes<'a> = (Vec<(&'a Column, Mode, f64)>, Vec<(&'a Column, f32, f64)>);

/// The columns of a wish, checked. O(n d).
pub(super) fn weigh(former: &GroupFormer, traits: &Traits) -> Result<Weighed, FormError> {
    if !(1..=2).contains(&former.moments) {
        return Err(FormError::Moments { moments: former.moments });
    }
    let (numbers, categories) = wishes(former, traits)?;
    let (mut features, mut squares, mut constant) = (Vec::new(), 0.0, Vec::new());
    for (column, mode, weight) in numbers {
        let Values::Numeric(values) = &column.values else {
            let column = column.name.clone();
            return Err(FormError::Kind { column, wanted: "numbers" });
        };
        let moments = if mode == Mode::Diverse { 2 } else { former.moments };
        let before = features.len();
        for squared in [false, true] {
            if squared && (moments < 2 || mode == Mode::Similar) {
                continue;
            }
            if let Some((source, known)) = standardised(values, squared, weight) {
                let sign = if mode == Mode::Similar { -1.0 } else { 1.0 };
                features.push(Feature { sign, source });
                squares += weight * known;
            }
        }
        if features.len() == before {
            constant.push(column.name.clone());
        }
    }
    for (column, sign, weight) in categories {
        let Values::Categorical(values) = &column.values else {
            let column = column.name.clone();
            return Err(FormError::Kind { column, wanted: "categories" });
        };
        let before = features.len();
        add_levels(values, sign, weight, &mut features)?;
        if features.len() > before {
            squares += weight * traits.people() as f64;
        } else {
            constant.push(column.name.clone());
        }
    }
    let columns = features.len();
    if columns > MAX_DIMS {
        return Err(FormError::TooManyColumns { columns, limit: MAX_DIMS });
    }
    let mut table = Table::new(traits.people(), features.iter().map(|f| f.sign).collect());
    for (column, feature) in features.iter().enumerate() {
        table.fill(column, |person| feature.source.value(person));
    }
    Ok(Weighed { table, squares, constant })
}

/// The named columns, or all of them.
fn wishes<'a>(former: &GroupFormer, traits: &'a Traits) -> Result<Wishes<'a>, FormError> {
    let (mut numbers, mut categories) = (Vec::new(), Vec::new());
    if former.columns.is_empty() && former.categories.is_empty() {
        for column in traits.columns() {
            match column.values {
                Values::Numeric(_) => numbers.push((column, Mode::Balance, 1.0)),
                Values::Categorical(_) => categories.push((column, 1.0, 1.0)),
            }
        }
        return Ok((numbers, categories));
    }
    let find = |name: &String| {
        traits.find(name).ok_or_else(|| FormError::UnknownColumn { column: name.clone() })
    };
    for (i, (name, mode, weight)) in former.columns.iter().enumerate() {
        let twice = former.columns[..i].iter().any(|other| other.0 == *name);
        check_wish(name, *weight, twice)?;
        numbers.push((find(name)?, *mode, *weight));
    }
    for (i, (name, rule, strength)) in former.categories.iter().enumerate() {
        let kind = core::mem::discriminant(rule);
        let same = |other: &&(String, Rule, Strength)| {
            other.0 == *name && core::mem::discriminant(&other.1) == kind
        };
        let twice = former.categories[..i].iter().any(|other| same(&other));
        let weight = if let Strength::Soft(weight) = strength { *weight } else { 1.0 };
        check_wish(name, weight, twice)?;
        let column = find(name)?;
        if let Values::Numeric(_) = column.values {
            return Err(FormError::Kind { column: name.clone(), wanted: "categories" });
        }
        match (rule, strength) {
            (Rule::Spread, Strength::Soft(weight)) => categories.push((column, 1.0, *weight)),
            (Rule::Same, Strength::Soft(weight)) => categories.push((column, -1.0, *weight)),
            // Rules on the members of a group, not columns.
            _ => {}
        }
    }
    Ok((numbers, categories))
}

pub(super) fn check_wish(name: &str, weight: f64, twice: bool) -> Result<(), FormError> {
    if twice {
        return Err(FormError::TwoWishes { column: name.into() });
    }
    let (least, limit) = WEIGHTS;
    if !(weight >= least && weight <= limit) {
        return Err(FormError::Weight { column: name.into(), weight, least, limit });
    }
    Ok(())
}

/// A column of numbers, or of the squares of what they are off their mean, with mean 0 and variance
/// `weight` over the people who have a value; and how many those are. `None` if it is constant.
fn standardised(values: &[f64], squared: bool, weight: f64) -> Option<(Source<'_>, f64)> {
    let n = values.len();
    let known = chunks::sum(n, |i| f64::from(u8::from(!values[i].is_nan())));
    let first = values.iter().copied().find(|x| !x.is_nan())?;
    let scale = factor(values);
    let mean_of = |value: &(dyn Fn(f64) -> f64 + Sync)| {
        let known_value = |i: usize| if values[i].is_nan() { 0.0 } else { value(values[i]) };
        chunks::sum(n, known_value) / known
    };
    // Measured from one of the values, so that a far origin costs no digits.
    let center = first * scale + mean_of(&|x| x * scale - first * scale);
    let sd = math::sqrt(mean_of(&|x| (x * scale - center) * (x * scale - center)));
    let alike = values.iter().all(|x| x.is_nan() || x.to_bits() == first.to_bits());
    if alike || sd <= 1e-12 * center.abs() || sd <= 0.0 {
        return None;
    }
    if !squared {
        let times = math::sqrt(weight) / sd;
        let source = Source::Number { values, scale, center, squared, mean: 0.0, times };
        return Some((source, known));
    }
    // In units of the standard deviation, so that no square overflows.
    let (scale, center) = (scale / sd, center / sd);
    let square = move |x: f64| (x * scale - center) * (x * scale - center);
    let mean = mean_of(&square);
    let variance = mean_of(&|x| (square(x) - mean) * (square(x) - mean));
    if variance <= 1e-18 * mean * mean {
        return None; // two values, equally often: as far on both sides
    }
    let times = math::sqrt(weight / variance);
    Some((Source::Number { values, scale, center, squared, mean, times }, known))
}

/// One column per level, two levels in one column, none for a single one.
fn add_levels<'a>(
    values: &'a Categories,
    sign: f32,
    weight: f64,
    features: &mut Vec<Feature<'a>>,
) -> Result<(), FormError> {
    let counts = values.counts();
    let n = values.codes.len() as f64;
    let levels: Vec<usize> = (0..counts.len()).filter(|&level| counts[level] > 0).collect();
    if levels.len() > MAX_DIMS {
        return Err(FormError::TooManyColumns { columns: levels.len(), limit: MAX_DIMS });
    }
    let part = |level: usize| counts[level] as f64 / n;
    let variance = levels.iter().fold(0.0, |sum, &l| sum + part(l) * (1.0 - part(l)));
    let used = match levels.len() {
        0 | 1 => return Ok(()),
        2 => &levels[1..],
        _ => &levels,
    };
    // Two columns of two levels are one times the square root of two.
    let double = if used.len() == 1 { 2.0 } else { 1.0 };
    let times = math::sqrt(double * weight / variance);
    for &level in used {
        let mean = part(level);
        let level = crate::id::to_u32(level);
        let source = Source::Level { codes: &values.codes, level, mean, times };
        features.push(Feature { sign, source });
    }
    Ok(())
}

impl Source<'_> {
    fn value(&self, person: usize) -> f64 {
        match *self {
            Self::Number { values, scale, center, squared, mean, times } => {
                if values[person].is_nan() {
                    return 0.0;
                }
                let off = values[person] * scale - center;
                times * if squared { off * off - mean } else { off }
            }
            Self::Level { codes, level, mean, times } => {
                times * (f64::from(u8::from(codes[person] == level)) - mean)
            }
        }
    }
}
