//! What a rounding looks like outside: read back through the checks of building.

use serde::{Deserialize, Serialize};

use super::{Direction, Grid, Rounding as Value, RoundingError};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rounding {
    direction: Direction,
    grid: Grid,
}

impl From<Value> for Rounding {
    fn from(Value { direction, grid }: Value) -> Self {
        Self { direction, grid }
    }
}

impl TryFrom<Rounding> for Value {
    type Error = RoundingError;

    fn try_from(Rounding { direction, grid }: Rounding) -> Result<Self, RoundingError> {
        let rounding = Self { direction, grid };
        match grid {
            Grid::Everything => Ok(Self::none()),
            Grid::Levels => Ok(rounding),
            Grid::Steps { step, origin } => rounding.to_step(step, origin),
            Grid::Decimals(decimals) => rounding.to_decimals(decimals),
            Grid::PercentDecimals(decimals) => rounding.to_percent_decimals(decimals),
        }
    }
}
