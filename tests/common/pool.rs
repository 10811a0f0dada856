//! The numbers that break things, shared by the laws and the fuzz targets.

/// Zeros, the smallest doubles, neighbours of 1, the edge of the integers, the largest, and what is
/// no number.
pub const SPECIAL: [f64; 22] = [
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    f64::MIN_POSITIVE,
    1e-308,
    f64::EPSILON,
    0.1,
    1.0 - f64::EPSILON / 2.0,
    1.0,
    1.0 + f64::EPSILON,
    -1.0,
    9_007_199_254_740_991.0,
    9_007_199_254_740_992.0,
    1e100,
    1e308,
    f64::MAX,
    -f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    -f64::NAN,
];

/// The ends of a range, their neighbours within and without, and the middle.
pub fn about(low: f64, high: f64) -> [f64; 7] {
    let middle = low / 2.0 + high / 2.0;
    [low, high, low.next_up(), high.next_down(), low.next_down(), high.next_up(), middle]
}

/// The special numbers of a range.
pub fn within(low: f64, high: f64) -> Vec<f64> {
    let mut all = [&SPECIAL[..], &about(low, high)].concat();
    all.retain(|x| (low..=high).contains(x));
    all
}
