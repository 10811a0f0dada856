//! Controls: the functions of `std`, which follow the C library and the processor. They are compared
//! with no pinned value; where they differ from those of the usual build, the domain was really entered.

use crate::case::Case;

pub(crate) const MARK: &str = "control\t";

/// One line a function of `std`.
#[must_use]
pub fn lines() -> Vec<String> {
    let points = || (0..200_000).map(|i| 0.000_05 * (f64::from(i) + 0.5));
    let control =
        |name, f: fn(f64) -> f64| format!("{MARK}{}", Case::floats(name, points().map(f)).line());
    vec![control("exp", f64::exp), control("ln", f64::ln), control("tanh", f64::tanh)]
}
