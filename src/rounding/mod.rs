//! How grades are rounded, with every half case said.

#[cfg(feature = "serde")]
mod raw;
mod words;

use core::hash::{Hash, Hasher};

use thiserror::Error;

use crate::math;
use crate::scale::Scale;

/// How a grade is rounded: in which direction, to which grid, and what happens halfway.
///
/// A rounding has a direction ([`nearest`](Self::nearest), [`up`](Self::up), [`down`](Self::down),
/// [`toward_zero`](Self::toward_zero)) and a grid: whole points unless
/// [`to_step`](Self::to_step), [`to_decimals`](Self::to_decimals), [`to_levels`](Self::to_levels) or
/// [`to_percent_decimals`](Self::to_percent_decimals) says otherwise.
///
/// ```
/// use peergrade::{Halves, Rounding};
///
/// let up = Rounding::up();
/// assert_eq!((up.round(5.5), up.round(6.0), up.round(-5.5)), (6.0, 6.0, -5.0));
///
/// let halves = [
///     (Halves::ToEven, [-2.0, 2.0, 4.0]),
///     (Halves::Up, [-2.0, 3.0, 4.0]),
///     (Halves::Down, [-3.0, 2.0, 3.0]),
///     (Halves::AwayFromZero, [-3.0, 3.0, 4.0]),
///     (Halves::TowardZero, [-2.0, 2.0, 3.0]),
/// ];
/// for (halves, rounded) in halves {
///     assert_eq!([-2.5, 2.5, 3.5].map(|x| Rounding::nearest(halves).round(x)), rounded);
/// }
/// let half_points = Rounding::up().to_step(0.5, 0.0)?;
/// assert_eq!(half_points.round(7.1), 7.5);
/// assert_eq!(half_points.to_string(), "rounded up to a multiple of 0.5 points");
/// # Ok::<(), peergrade::RoundingError>(())
/// ```
///
/// # Decimal noise
///
/// Most decimals are no doubles: the double next to 2.675 is 2.67499999999999982, and ten times 0.1
/// added up is 0.99999999999999989. So a number counts as a point of the grid, or as halfway between
/// two, where it is as close to it as sixteen roundings of a double could have carried it:
///
/// ```text
/// |x - point| <= 2^-48 (|x - origin| + 2 |origin|)        2^-48 = 3.6e-15
/// ```
///
/// Hence 2.675 is halfway between 2.67 and 2.68, the sum of ten times 0.1 is not rounded down to 0,
/// and 2.6749 is below the half. What lies further off is decided by its binary value. Numbers more
/// than 2^46 steps from 0 are returned as they are: there a grid cannot be told from its halves.
///
/// ```
/// use peergrade::{Halves, Rounding};
///
/// let cents = Rounding::nearest(Halves::AwayFromZero).to_decimals(2)?;
/// assert_eq!((cents.round(2.675), cents.round(2.674_999), cents.round(-2.675)), (2.68, 2.67, -2.68));
/// # Ok::<(), peergrade::RoundingError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "raw::Rounding", into = "raw::Rounding"))]
pub struct Rounding {
    direction: Direction,
    grid: Grid,
}

/// Where a number goes that lies halfway between two points of the grid.
///
/// ```
/// use peergrade::{Halves, Rounding};
///
/// assert_eq!(Rounding::nearest(Halves::ToEven).round(0.5), 0.0);
/// assert_eq!(Rounding::nearest(Halves::Up).round(0.5), 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Halves {
    /// To the point whose number, counted from the origin, is even: no drift over many grades.
    ToEven,
    /// To the higher one.
    Up,
    /// To the lower one.
    Down,
    /// To the one further from zero: what schools teach, and `round` of PHP.
    AwayFromZero,
    /// To the one nearer to zero.
    TowardZero,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Direction {
    Nearest(Halves),
    Up,
    Down,
    TowardZero,
}

#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
enum Grid {
    Everything,
    Steps {
        step: f64,
        origin: f64,
    },
    Decimals(u8),
    /// The levels of the scale at hand.
    Levels,
    /// In percent of the range of the scale at hand.
    PercentDecimals(u8),
}

/// Why numbers make no [`Rounding`].
///
/// ```
/// use peergrade::{Rounding, RoundingError};
///
/// let error = Rounding::up().to_step(0.0, 0.0).unwrap_err();
/// assert_eq!(error, RoundingError::Step { step: 0.0 });
/// assert_eq!(error.to_string(), "a step of 0 is no step: it must be finite and above 0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum RoundingError {
    /// A step that is not finite, zero or negative.
    #[error("a step of {step} is no step: it must be finite and above 0")]
    Step {
        /// The step.
        step: f64,
    },
    /// An origin that is NaN or infinite.
    #[error("the steps start from {origin}, not a finite number")]
    Origin {
        /// The origin.
        origin: f64,
    },
    /// More decimals than a double has.
    #[error("{given} decimals are more than the {limit} of a double")]
    Decimals {
        /// How many were asked for.
        given: u8,
        /// The most there can be.
        limit: u8,
    },
}

/// 2^-48: sixteen roundings of a double.
const NOISE: f64 = 1.0 / 281_474_976_710_656.0;

/// Beyond this tolerance, in steps, points and halves run into each other: 2^46 steps from zero.
const TOO_FAR: f64 = 0.25;

/// Decimals of which a double near 1 is sure.
const MAX_DECIMALS: u8 = 15;

const WHOLE: Grid = Grid::Steps { step: 1.0, origin: 0.0 };

impl Rounding {
    /// No rounding.
    #[must_use]
    pub const fn none() -> Self {
        Self { direction: Direction::Nearest(Halves::ToEven), grid: Grid::Everything }
    }

    /// To the nearest whole point.
    #[must_use]
    pub const fn nearest(halves: Halves) -> Self {
        Self { direction: Direction::Nearest(halves), grid: WHOLE }
    }

    /// Up to a whole point: the ceiling. -5.5 becomes -5.
    #[must_use]
    pub const fn up() -> Self {
        Self { direction: Direction::Up, grid: WHOLE }
    }

    /// Down to a whole point: the floor. -5.5 becomes -6.
    #[must_use]
    pub const fn down() -> Self {
        Self { direction: Direction::Down, grid: WHOLE }
    }

    /// To a whole point by cutting off what is behind the point. -5.5 becomes -5.
    #[must_use]
    pub const fn toward_zero() -> Self {
        Self { direction: Direction::TowardZero, grid: WHOLE }
    }

    /// In the same direction, but to `origin`, `origin +- step`, `origin +- 2 step`, ...
    ///
    /// Of steps that divide 1, such as 0.1, the points are the doubles next to the decimals.
    ///
    /// ```
    /// use peergrade::Rounding;
    ///
    /// let tenths = Rounding::up().to_step(0.1, 0.0)?;
    /// assert_eq!((tenths.round(0.21), tenths.round(0.1 + 0.2)), (0.3, 0.3));
    /// let from_one = Rounding::down().to_step(2.0, 1.0)?;
    /// assert_eq!(from_one.round(4.9), 3.0);
    /// # Ok::<(), peergrade::RoundingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RoundingError`] for a step that is not finite or not above 0, and for an origin that is not
    /// finite.
    pub fn to_step(self, step: f64, origin: f64) -> Result<Self, RoundingError> {
        if !(step > 0.0 && step < f64::INFINITY) {
            return Err(RoundingError::Step { step });
        }
        if !origin.is_finite() {
            return Err(RoundingError::Origin { origin });
        }
        Ok(Self { grid: Grid::Steps { step, origin: origin + 0.0 }, ..self })
    }

    /// In the same direction, but to this many decimals, 15 at most.
    ///
    /// # Errors
    ///
    /// [`RoundingError::Decimals`] for more.
    pub fn to_decimals(self, decimals: u8) -> Result<Self, RoundingError> {
        Ok(Self { grid: Grid::Decimals(checked(decimals)?), ..self })
    }

    /// In the same direction, but to the levels of whichever scale it is applied to: those of each
    /// criterion in a gradebook. Where there is no step, nothing is rounded.
    ///
    /// ```
    /// use peergrade::{Rounding, Scale};
    ///
    /// let stars = Scale::with_step(1.0, 5.0, 0.5)?;
    /// assert_eq!(Rounding::down().to_levels().round_on(4.4, &stars), 4.0);
    /// assert_eq!(Rounding::down().to_levels().round_on(4.4, &stars.without_step()), 4.4);
    /// # Ok::<(), peergrade::ScaleError>(())
    /// ```
    #[must_use]
    pub const fn to_levels(self) -> Self {
        Self { grid: Grid::Levels, ..self }
    }

    /// In the same direction, but to this many decimals of the percentage that a grade is of the
    /// range of its scale, 15 at most: platforms that keep grades in percent round so.
    ///
    /// ```
    /// use peergrade::{Halves, Rounding, Scale};
    ///
    /// let percent = Rounding::nearest(Halves::AwayFromZero).to_percent_decimals(0)?;
    /// assert_eq!(percent.round_on(6.67, &Scale::new(0.0, 20.0)?), 6.6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RoundingError::Decimals`] for more.
    pub fn to_percent_decimals(self, decimals: u8) -> Result<Self, RoundingError> {
        Ok(Self { grid: Grid::PercentDecimals(checked(decimals)?), ..self })
    }

    /// Moodle's: to five decimals of a percentage, halves away from zero.
    pub(crate) const MOODLE: Self = Self {
        direction: Direction::Nearest(Halves::AwayFromZero),
        grid: Grid::PercentDecimals(5),
    };

    /// Moodle's for distances: to four decimals.
    pub(crate) const MOODLE_DISTANCE: Self =
        Self { direction: Direction::Nearest(Halves::AwayFromZero), grid: Grid::Decimals(4) };

    /// Whether it leaves every number as it is, on any scale.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.grid == Grid::Everything
    }

    /// The number, rounded. NaN and infinities stay. With [`to_levels`](Self::to_levels), which
    /// wants a scale, nothing is rounded; with [`to_percent_decimals`](Self::to_percent_decimals)
    /// the number is taken for a percentage.
    #[must_use]
    pub fn round(&self, value: f64) -> f64 {
        match self.grid {
            Grid::Everything | Grid::Levels => value,
            Grid::Steps { step, origin } => self.to_points(value, Points::by_step(step, origin)),
            Grid::Decimals(decimals) | Grid::PercentDecimals(decimals) => {
                let per_point = math::power(10.0, decimals.into());
                self.to_points(value, Points::by_count(per_point, 0.0))
            }
        }
    }

    /// The grade, rounded and then cut to the ends of the scale: 2.4 rounded up on a scale that ends
    /// at 2.5 is 2.5. NaN stays.
    ///
    /// ```
    /// use peergrade::{Rounding, Scale};
    ///
    /// let scale = Scale::new(0.0, 2.5)?;
    /// assert_eq!(Rounding::up().round_on(1.4, &scale), 2.0);
    /// assert_eq!(Rounding::up().round_on(2.4, &scale), 2.5);
    /// # Ok::<(), peergrade::ScaleError>(())
    /// ```
    #[must_use]
    pub fn round_on(&self, grade: f64, scale: &Scale) -> f64 {
        let rounded = match (self.grid, scale.step()) {
            (Grid::Levels, Some(step)) => self.to_points(grade, Points::by_step(step, scale.min())),
            (Grid::PercentDecimals(decimals), _) => self.to_percent(grade, scale, decimals),
            _ => self.round(grade),
        };
        math::clamp(rounded, scale.min(), scale.max())
    }

    /// By how much it can move a grade of this scale.
    pub(crate) fn reach(&self, scale: &Scale) -> f64 {
        let step = match (self.grid, scale.step()) {
            (Grid::Everything, _) | (Grid::Levels, None) => 0.0,
            (Grid::Steps { step, .. }, _) | (Grid::Levels, Some(step)) => step,
            (Grid::Decimals(decimals), _) => 1.0 / math::power(10.0, decimals.into()),
            (Grid::PercentDecimals(decimals), _) => {
                (scale.max() - scale.min()) / (100.0 * math::power(10.0, decimals.into()))
            }
        };
        if let Direction::Nearest(_) = self.direction { step / 2.0 } else { step }
    }

    fn to_points(self, value: f64, points: Points) -> f64 {
        let position = points.position(value);
        let tolerance = NOISE * (position.abs() + 2.0 * points.position(0.0).abs());
        // NaN and overflow among them.
        if !(position.is_finite() && tolerance <= TOO_FAR) {
            return value;
        }
        let rounded = points.at(self.direction.level(position, tolerance, value < 0.0));
        if rounded.is_finite() { rounded + 0.0 } else { value }
    }

    /// On a scale of 0..100 the points are the doubles next to the decimals, and both ends of every
    /// scale are points.
    fn to_percent(self, grade: f64, scale: &Scale, decimals: u8) -> f64 {
        let (min, max) = (scale.min(), scale.max());
        let (range, count) = (max - min, 100.0 * math::power(10.0, decimals.into()));
        let position = count * ((grade - min) / range);
        let tolerance = NOISE * (position.abs() + 2.0 * count * (min / range).abs());
        if !(position.is_finite() && tolerance <= TOO_FAR) {
            return grade;
        }
        let level = self.direction.level(position, tolerance, false);
        if (level - position).abs() <= tolerance {
            // On the grid already: no rounding of ours is to be added.
            return grade;
        }
        if level >= count {
            return max;
        }
        let product = range * level;
        min + if product.is_finite() { product / count } else { range * (level / count) }
    }
}

fn checked(decimals: u8) -> Result<u8, RoundingError> {
    if decimals <= MAX_DECIMALS {
        return Ok(decimals);
    }
    Err(RoundingError::Decimals { given: decimals, limit: MAX_DECIMALS })
}

/// The points of a grid: point `k` is `origin + k step`.
#[derive(Debug, Clone, Copy)]
struct Points {
    origin: f64,
    /// The step, or how many steps there are to 1, which is exact for decimals.
    step: f64,
    count: Option<f64>,
}

impl Points {
    fn by_count(count: f64, origin: f64) -> Self {
        Self { origin, step: 1.0 / count, count: Some(count) }
    }

    fn by_step(step: f64, origin: f64) -> Self {
        let count = math::round_half_even(1.0 / step);
        // A decimal step divides 1 up to its own rounding.
        let divides = count > 1.0 && count.is_finite() && (count * step - 1.0).abs() <= 1e-15;
        Self { origin, step, count: divides.then_some(count) }
    }

    fn position(self, value: f64) -> f64 {
        let distance = value - self.origin;
        self.count.map_or(distance / self.step, |count| distance * count)
    }

    fn at(self, level: f64) -> f64 {
        self.origin + self.count.map_or(level * self.step, |count| level / count)
    }
}

impl Direction {
    /// The whole number that a position becomes.
    fn level(self, position: f64, tolerance: f64, negative: bool) -> f64 {
        let nearest = math::round_half_even(position);
        if (position - nearest).abs() <= tolerance {
            return nearest;
        }
        let low = position.floor();
        let up = match self {
            Self::Up => true,
            Self::Down => false,
            Self::TowardZero => negative,
            Self::Nearest(halves) => {
                let beyond = position - low - 0.5;
                if beyond.abs() <= tolerance { halves.up(low, negative) } else { beyond > 0.0 }
            }
        };
        if up { low + 1.0 } else { low }
    }
}

impl Halves {
    /// Whether the half above `low` goes up.
    fn up(self, low: f64, negative: bool) -> bool {
        match self {
            // Halving is exact.
            Self::ToEven => low / 2.0 > (low / 2.0).floor(),
            Self::Up => true,
            Self::Down => false,
            Self::AwayFromZero => !negative,
            Self::TowardZero => negative,
        }
    }
}

// No number of a rounding is NaN or -0.0.
impl Eq for Rounding {}

impl Hash for Rounding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.direction.hash(state);
        core::mem::discriminant(&self.grid).hash(state);
        match self.grid {
            Grid::Everything | Grid::Levels => {}
            Grid::Steps { step, origin } => [step, origin].map(f64::to_bits).hash(state),
            Grid::Decimals(decimals) | Grid::PercentDecimals(decimals) => decimals.hash(state),
        }
    }
}

#[cfg(test)]
mod tests;
