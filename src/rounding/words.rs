//! What a rounding does, in words.

use core::fmt;

use super::{Direction, Grid, Halves, Rounding, WHOLE};

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("not rounded");
        }
        f.write_str(match self.direction {
            Direction::Nearest(_) => "rounded to ",
            Direction::Up => "rounded up to ",
            Direction::Down => "rounded down to ",
            Direction::TowardZero => "rounded toward zero to ",
        })?;
        let nearest = matches!(self.direction, Direction::Nearest(_));
        let article = if nearest { "the nearest" } else { "a" };
        match self.grid {
            grid if grid == WHOLE => write!(f, "{article} whole point")?,
            Grid::Steps { step, origin } => {
                write!(f, "{article} multiple of {step} points")?;
                if origin != 0.0 {
                    write!(f, " from {origin}")?;
                }
            }
            Grid::Decimals(decimals) => write!(f, "{decimals} decimals")?,
            Grid::PercentDecimals(decimals) => write!(f, "{decimals} decimals of a percent")?,
            Grid::Levels | Grid::Everything => write!(f, "{article} level of the scale")?,
        }
        match self.direction {
            Direction::Nearest(halves) => write!(f, ", halves {halves}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Halves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ToEven => "to even",
            Self::Up => "up",
            Self::Down => "down",
            Self::AwayFromZero => "away from zero",
            Self::TowardZero => "toward zero",
        })
    }
}
