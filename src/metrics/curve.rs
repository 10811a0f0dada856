//! Where a curve first reaches a value.

use super::error::{MetricError, Side, check_count, check_finite, check_rising};

/// A curve of at least 2 points, shares in `[0, 1]` that rise.
pub(super) fn check_curve(curve: &[(f64, f64)]) -> Result<(), MetricError> {
    check_count(curve.len(), 2)?;
    let column = |side: fn(&(f64, f64)) -> f64| curve.iter().map(side).collect::<Vec<_>>();
    let shares = column(|point| point.0);
    check_rising(Side::Share, &shares)?;
    if let Some(index) = shares.iter().position(|share| !(0.0..=1.0).contains(share)) {
        let (side, value, needed) = (Side::Share, shares[index], "from 0 to 1");
        return Err(MetricError::OutOfRange { side, index, value, needed });
    }
    check_finite(Side::Value, &column(|point| point.1))
}

/// The smallest share at which straight lines between the points reach `value`; `None` where they
/// never do. It is where the running maximum of those lines, their monotone envelope, reaches it.
pub(super) fn first_reaching(curve: &[(f64, f64)], value: f64) -> Option<f64> {
    let end = curve.iter().position(|point| point.1 >= value)?;
    let (x1, y1) = curve[end];
    let Some(&(x0, y0)) = end.checked_sub(1).and_then(|before| curve.get(before)) else {
        return Some(x1);
    };
    // Below the value before the end, so y0 < y1. Halves where the difference would be infinite.
    let scale = if (y1 - y0).is_finite() { 1.0 } else { 0.5 };
    let part = (value * scale - y0 * scale) / (y1 * scale - y0 * scale);
    Some(x0 + (x1 - x0) * part)
}
